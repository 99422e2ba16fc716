package present

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Reason is an error that is told to a person, in the language of a locale where it has words in it.
func Reason(err error, locale string) string {
	var spoken interface{ In(locale string) string }
	if errors.As(err, &spoken) {
		return spoken.In(locale)
	}
	return deskFor(Reader{Locale: locale}).retold(err.Error())
}

// retold is a reason that another room gave in English, in the reader's language: why a page could not be read, why a report
// was or wasn't in a digest. One that the table doesn't know stays in English, for a foreign word is better than none.
func (d desk) retold(reason string) string {
	if d.p == &english {
		return reason
	}
	reason, points := cutPoints(reason)
	for _, k := range known() {
		m := k.form.FindStringSubmatch(reason)
		if m == nil {
			continue
		}
		with := map[string]string{}
		for i, name := range k.form.SubexpNames() {
			if name != "" {
				with[name] = m[i]
			}
		}
		return literal(d.p.Reasons[k.code], with) + points
	}
	return reason + points
}

// cutPoints takes what a reason weighed off its end: " (+1.20)".
func cutPoints(reason string) (words, points string) {
	if i := weight.FindStringIndex(reason); i != nil {
		return reason[:i[0]], reason[i[0]:]
	}
	return reason, ""
}

var weight = regexp.MustCompile(` \([+-]\d+\.\d\d\)$`)

// reasonForm recognises one reason by its English words.
type reasonForm struct {
	code string
	form *regexp.Regexp
}

// known are the forms of all reasons, those with most words of their own first: "about {event}" fits much.
var known = sync.OnceValue(func() []reasonForm {
	var out []reasonForm
	for code, template := range english.Reasons {
		form := placeOf.ReplaceAllString(regexp.QuoteMeta(template), "(?s:(?P<$1>.+?))")
		out = append(out, reasonForm{code, regexp.MustCompile(`^` + form + `$`)})
	}
	slices.SortFunc(out, func(a, b reasonForm) int {
		own := func(code string) int {
			return len(placeOf.ReplaceAllString(regexp.QuoteMeta(english.Reasons[code]), ""))
		}
		return cmp.Or(cmp.Compare(own(b.code), own(a.code)), strings.Compare(a.code, b.code))
	})
	return out
})

var placeOf = regexp.MustCompile(`\\\{([a-z]+)\\\}`)
