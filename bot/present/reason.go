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

// retold is a reason that another room gave in English, in the reader's words: why a page could not be read, why a report
// was or wasn't in a digest. One that the table doesn't know stays as it is, for a foreign word is better than none.
func (d desk) retold(reason string) string {
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

// said are reasons in the words of the room that gives them, where people are told in others: a digest is an edition there, and
// what a channel follows its beat.
var said = map[string]string{
	"newest-minutes":  `newest report {n} minutes before the edition`,
	"newest-hour":     `newest report 1 hour before the edition`,
	"newest-hours":    `newest report {n} hours before the edition`,
	"newest-days":     `newest report {n} days before the edition`,
	"newest-moment":   `newest report less than a minute before the edition`,
	"in-headline":     `the beat is in the headline`,
	"in-lead":         `the beat is in the first sentences`,
	"on-watch":        `on the watch-list: {hits}`,
	"long-before":     `it was published on {day}, long before this edition's window`,
	"dated-after":     `it is dated {day}, after this edition's window`,
	"full-of-watch":   `the edition was full of stories on the watch-list`,
	"full":            `the edition was full: {n} stories weighed more, the last of them {last}, this one {this}`,
	"crowded-topic":   `{n} stories about "{topic}" were in already, and stories of others weighed enough to have their place`,
	"crowded-country": `{n} stories about {country} were in already, and stories of others weighed enough to have their place`,
	"crowded-outlet":  `{n} stories told by {outlet} were in already, and stories of others weighed enough to have their place`,
	"about-topic-by":  `it is about "{topic}" ({found})`,
	"event-violence":  `about violence`,
	"event-disaster":  `about disaster`,
	"event-arms":      `about arms`,
	"event-sanctions": `about sanctions`,
	"event-power":     `about power`,
	"event-diplomacy": `about diplomacy`,
	"event-unrest":    `about unrest`,
	"event-energy":    `about energy`,
	"event-justice":   `about justice`,
}

// known are the forms of all reasons, those with most words of their own first: "about {event}" fits much.
var known = sync.OnceValue(func() []reasonForm {
	var out []reasonForm
	for code, template := range english.Reasons {
		template = cmp.Or(said[code], template)
		form := placeOf.ReplaceAllString(regexp.QuoteMeta(template), "(?s:(?P<$1>.+?))")
		out = append(out, reasonForm{code, regexp.MustCompile(`^` + form + `$`)})
	}
	slices.SortFunc(out, func(a, b reasonForm) int {
		own := func(code string) int {
			return len(placeOf.ReplaceAllString(regexp.QuoteMeta(cmp.Or(said[code], english.Reasons[code])), ""))
		}
		return cmp.Or(cmp.Compare(own(b.code), own(a.code)), strings.Compare(a.code, b.code))
	})
	return out
})

var placeOf = regexp.MustCompile(`\\\{([a-z]+)\\\}`)
