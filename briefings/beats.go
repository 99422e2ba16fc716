package briefings

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"attache/briefings/prose"
)

// beatFilter is a Beat made ready for asking many articles.
type beatFilter struct {
	beat      Beat
	topics    []namedKey
	countries []string
	actors    []actorKeys
	without   []namedKey
	watch     []watchEntry
}

type namedKey struct{ name, key string }

type actorKeys struct {
	name    string
	keys    []string
	country string
}

type watchEntry struct {
	name    string
	actor   actorKeys
	country string // "KP sanctions": the country that must be named too
	key     string
}

func newBeatFilter(b Beat) beatFilter {
	f := beatFilter{beat: b}
	for _, t := range b.Topics {
		f.topics = append(f.topics, namedKey{t, phraseKey(t)})
	}
	for _, c := range b.Countries {
		code := strings.ToUpper(strings.TrimSpace(c))
		if country, ok := prose.CountryOf(c); ok && len(code) != 2 {
			code = country.Code
		}
		f.countries = append(f.countries, code)
	}
	for _, a := range b.Actors {
		keys, country := actorNames(a)
		f.actors = append(f.actors, actorKeys{a, keys, country})
	}
	for _, w := range b.Without {
		f.without = append(f.without, namedKey{w, phraseKey(w)})
	}
	for _, w := range b.Watch {
		e := watchEntry{name: w}
		rest := strings.TrimSpace(w)
		if name, ok := strings.CutPrefix(rest, "@"); ok {
			keys, country := actorNames(name)
			e.actor = actorKeys{name, keys, country}
		} else {
			if first, tail, ok := strings.Cut(rest, " "); ok && len(first) == 2 && first == strings.ToUpper(first) {
				if code := countryCode(first); code != "" {
					e.country, rest = code, tail
				}
			}
			e.key = phraseKey(rest)
		}
		f.watch = append(f.watch, e)
	}
	return f
}

// countryCode returns the code of a country by its code, or "".
func countryCode(code string) string {
	for _, c := range prose.Countries() {
		if c.Code == code {
			return code
		}
	}
	return ""
}

// verdict says whether an article is on the beat and, if not, whether a rule of the channel left it out; reasons are for
// people.
func (f *beatFilter) verdict(d *dossier) (on, ruledOut bool, reasons []string) {
	a := d.article
	for _, w := range f.without {
		if strings.Contains(d.stems, w.key) && d.about(w.key) {
			return false, true, []string{fmt.Sprintf("it is about %q, which this channel leaves out", w.name)}
		}
	}
	if len(f.beat.Outlets) > 0 && !slices.ContainsFunc(f.beat.Outlets, func(o string) bool { return isOutlet(a, o) }) {
		return false, true, []string{fmt.Sprintf("this channel follows other outlets than %s", outletOf(a))}
	}
	if len(f.beat.Languages) > 0 && a.Language != "" && !slices.ContainsFunc(f.beat.Languages, func(l string) bool { return sameLanguage(l, a.Language) }) {
		return false, true, []string{fmt.Sprintf("it is in the language %q, which this channel does not follow", a.Language)}
	}
	if len(f.topics) > 0 {
		hit := ""
		for _, t := range f.topics {
			if d.about(t.key) {
				hit = t.name
				break
			}
		}
		if hit == "" {
			return false, false, []string{"it is about none of the topics: " + strings.Join(f.beat.Topics, ", ")}
		}
		reasons = append(reasons, fmt.Sprintf("it is about %q", hit))
	}
	if len(f.countries) > 0 {
		i := slices.IndexFunc(f.countries, func(c string) bool { return d.countries[c] > 1 })
		if i < 0 {
			return false, false, []string{"it is about none of the countries: " + strings.Join(f.beat.Countries, ", ")}
		}
		reasons = append(reasons, "it is about "+countryLabel(f.countries[i]))
	}
	if len(f.actors) > 0 {
		i := slices.IndexFunc(f.actors, func(x actorKeys) bool { return d.named(x.keys) > 0 })
		if i < 0 {
			return false, false, []string{"it names none of: " + strings.Join(f.beat.Actors, ", ")}
		}
		reasons = append(reasons, "it names "+f.actors[i].name)
	}
	return true, false, reasons
}

// hits returns the watch-list entries that an article meets.
func (f *beatFilter) hits(d *dossier) []string {
	var out []string
	for _, w := range f.watch {
		switch {
		case len(w.actor.keys) > 0 && d.named(w.actor.keys) == 0:
		case len(w.actor.keys) == 0 && (strings.TrimSpace(w.key) == "" || !strings.Contains(d.stems, w.key) && !strings.Contains(d.words, w.key)):
		case w.country != "" && d.countries[w.country] == 0:
		default:
			out = append(out, w.name)
		}
	}
	return out
}

// central says whether what the beat asks for stands in the article's title.
func (f *beatFilter) central(d *dossier) bool {
	for _, t := range f.topics {
		if strings.Contains(d.titleStems, t.key) {
			return true
		}
	}
	words := nameKey(d.article.Title)
	for _, a := range f.actors {
		for _, k := range a.keys {
			if strings.Contains(words, k) {
				return true
			}
		}
	}
	for i, toks := 0, prose.Tokens(d.article.Title); i < len(toks) && len(f.countries) > 0; i++ {
		if code, ok := countryAt(toks, i); ok && slices.Contains(f.countries, code) {
			return true
		}
	}
	return false
}

func isOutlet(a *Article, name string) bool {
	name = strings.TrimSpace(name)
	if strings.EqualFold(strings.TrimPrefix(strings.ToLower(a.Outlet), "the "), strings.TrimPrefix(strings.ToLower(name), "the ")) {
		return true
	}
	u, err := url.Parse(a.URL)
	if err != nil || u.Host == "" {
		return false
	}
	host, want := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."), strings.TrimPrefix(strings.ToLower(name), "www.")
	return host == want || strings.HasSuffix(host, "."+want) && strings.Contains(want, ".")
}

// outletOf is how an article's outlet is named to people.
func outletOf(a *Article) string {
	if a.Outlet != "" {
		return a.Outlet
	}
	if u, err := url.Parse(a.URL); err == nil && u.Host != "" {
		return strings.TrimPrefix(u.Hostname(), "www.")
	}
	return "an unnamed source"
}

func sameLanguage(x, y string) bool {
	x, _, _ = strings.Cut(strings.ToLower(x), "-")
	y, _, _ = strings.Cut(strings.ToLower(y), "-")
	return x == y
}

func countryLabel(code string) string {
	for _, c := range prose.Countries() {
		if c.Code == code {
			return c.Name
		}
	}
	return code
}
