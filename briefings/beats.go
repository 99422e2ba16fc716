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
	topics    []topicEntry
	countries []string
	actors    []actorKeys
	without   []topicEntry
	watch     []watchEntry
	explain   bool // say by which word or country an article fits a starter, and why it is on the beat or off it
	// shared is what is known of the window's articles, asked the one that is asked about, in its fresh ones; -1 for any other.
	shared *sharedPool
	asked  int
}

func (f *beatFilter) because(e *topicEntry, d *dossier) string {
	if !f.explain {
		return ""
	}
	return e.because(d)
}

// topicEntry is an entry of Beat.Topics or Beat.Without, as ReadTopic reads it. All of its parts must fit.
type topicEntry struct {
	name  string
	parts []topicPart
}

// topicPart is one thing that an article may be about. Each reading that is set is enough.
type topicPart struct {
	starter   int      // place in the table of starters, or -1
	keys      []string // phrases, as phraseKey makes them
	actor     []string // keys of a name
	countries []string
}

func newTopicEntry(entry string) topicEntry {
	e := topicEntry{name: entry}
	for _, text := range bothParts(entry) {
		r := ReadTopic(text)
		p := topicPart{starter: -1}
		switch r.Kind {
		case "name":
			keys, country := actorNames(r.Name)
			p.actor = keys
			if country != "" {
				p.countries = []string{country}
			}
		case "subject", "region":
			t := starterTable()
			p.starter = t.byName[starterKey(text)]
			p.countries = t.list[p.starter].Countries
		case "country":
			c, _ := namedCountry(text)
			p.keys, p.countries = []string{phraseKey(c.Name)}, []string{c.Code}
		default:
			words := text
			if inner, ok := inMarks(text); ok {
				words = inner
			}
			p.keys = []string{phraseKey(words)}
		}
		e.parts = append(e.parts, p)
	}
	return e
}

// fits says whether an article is about the entry.
func (e *topicEntry) fits(d *dossier) bool {
	for i := range e.parts {
		if !e.parts[i].fits(d) {
			return false
		}
	}
	return len(e.parts) > 0
}

func (p *topicPart) fits(d *dossier) bool {
	if p.starter >= 0 && d.starters&(1<<p.starter) != 0 {
		return true
	}
	for _, c := range p.countries {
		if d.countries[c] > 1 {
			return true
		}
	}
	for _, k := range p.keys {
		if d.about(k) {
			return true
		}
	}
	return len(p.actor) > 0 && d.named(p.actor) > 0
}

// because says by what an article fits an entry, for people: the country or the words of a starter that it is about.
func (e *topicEntry) because(d *dossier) string {
	var found []string
	for _, p := range e.parts {
		if p.starter < 0 {
			continue
		}
		s := starterTable().list[p.starter]
		if i := slices.IndexFunc(s.Terms, func(t string) bool { return d.about(phraseKey(t)) }); i >= 0 {
			found = append(found, "“"+s.Terms[i]+"”")
		} else if i := slices.IndexFunc(s.Countries, func(c string) bool { return d.countries[c] > 1 }); i >= 0 {
			found = append(found, countryLabel(s.Countries[i]))
		}
	}
	if len(found) == 0 {
		return ""
	}
	return " (" + strings.Join(found, ", ") + ")"
}

// inTitle says whether what the entry asks for stands in the article's title.
func (e *topicEntry) inTitle(d *dossier, words string, countries []string) bool {
	for _, p := range e.parts {
		if p.starter >= 0 && d.titleStarters&(1<<p.starter) != 0 || slices.ContainsFunc(p.keys, func(k string) bool { return strings.Contains(d.titleStems, k) }) ||
			anyKey(words, p.actor) || slices.ContainsFunc(p.countries, func(c string) bool { return slices.Contains(countries, c) }) {
			return true
		}
	}
	return false
}

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
	both    topicEntry // "Kim Jong-un + sanctions": all of it
}

func newBeatFilter(b Beat) beatFilter {
	f := beatFilter{beat: b}
	for _, t := range b.Topics {
		f.topics = append(f.topics, newTopicEntry(t))
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
		f.without = append(f.without, newTopicEntry(w))
	}
	for _, w := range b.Watch {
		e := watchEntry{name: w}
		rest := strings.TrimSpace(w)
		if len(bothParts(rest)) > 1 {
			e.both = newTopicEntry(rest)
		} else if name, ok := strings.CutPrefix(rest, "@"); ok {
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
	say := func(format string, args ...any) []string {
		if !f.explain { // nobody reads it, and most articles are off most beats
			return nil
		}
		return []string{fmt.Sprintf(format, args...)}
	}
	for i := range f.without {
		if f.fits(&f.without[i], d) {
			return false, true, say("it is about %q, which this channel leaves out", f.without[i].name)
		}
	}
	if len(f.beat.Outlets) > 0 && !slices.ContainsFunc(f.beat.Outlets, func(o string) bool { return isOutlet(a, o) }) {
		return false, true, say("this channel follows other outlets than %s", outletOf(a))
	}
	if len(f.beat.Languages) > 0 && a.Language != "" && !slices.ContainsFunc(f.beat.Languages, func(l string) bool { return sameLanguage(l, a.Language) }) {
		return false, true, say("it is in the language %q, which this channel does not follow", a.Language)
	}
	if len(f.topics) > 0 {
		i := slices.IndexFunc(f.topics, func(t topicEntry) bool { return f.fits(&t, d) })
		if i < 0 {
			return false, false, say("it is about none of the topics: %s", strings.Join(f.beat.Topics, ", "))
		}
		reasons = append(reasons, say("it is about %q%s", f.topics[i].name, f.because(&f.topics[i], d))...)
	}
	if len(f.countries) > 0 {
		i := slices.IndexFunc(f.countries, func(c string) bool { return d.countries[c] > 1 })
		if i < 0 {
			return false, false, say("it is about none of the countries: %s", strings.Join(countryLabels(f.beat.Countries), ", "))
		}
		reasons = append(reasons, say("it is about %s", countryLabel(f.countries[i]))...)
	}
	if len(f.actors) > 0 {
		i := slices.IndexFunc(f.actors, func(x actorKeys) bool { return d.named(x.keys) > 0 })
		if i < 0 {
			return false, false, say("it names none of: %s", strings.Join(f.beat.Actors, ", "))
		}
		reasons = append(reasons, say("it names %s", f.actors[i].name)...)
	}
	return true, false, reasons
}

// fits is topicEntry.fits, as another channel with the same window may have found out already.
func (f *beatFilter) fits(e *topicEntry, d *dossier) bool {
	if f.shared != nil && f.asked >= 0 {
		if known := f.shared.fitting(e); known != nil {
			return known[f.asked]
		}
	}
	return e.fits(d)
}

// hits returns the watch-list entries that an article meets.
func (f *beatFilter) hits(d *dossier) []string {
	var out []string
	for _, w := range f.watch {
		switch {
		case len(w.both.parts) > 0:
			if w.both.fits(d) {
				out = append(out, w.name)
			}
		case len(w.actor.keys) > 0 && d.named(w.actor.keys) == 0:
		case len(w.actor.keys) == 0 && (strings.TrimSpace(w.key) == "" || !strings.Contains(d.stems, w.key) && !strings.Contains(d.words, w.key)):
		case w.country != "" && d.countries[w.country] == 0:
		default:
			out = append(out, w.name)
		}
	}
	return out
}

// Places in an article where what the beat asks for may stand.
const (
	inTheText = iota
	inTheLead
	inTheTitle
)

// place says where in the reports what the beat asks for stands at its best. A beat that asks for nothing has no place.
func (f *beatFilter) place(fresh []*dossier) int {
	if len(f.topics)+len(f.actors)+len(f.countries) == 0 {
		return inTheText
	}
	best := inTheText
	for _, d := range fresh {
		words := nameKey(d.article.Title)
		if f.inTitle(d, words) {
			return inTheTitle
		}
		if best < inTheLead && slices.ContainsFunc(f.topics, func(t topicEntry) bool {
			return slices.ContainsFunc(t.parts, func(p topicPart) bool {
				return slices.ContainsFunc(p.keys, func(k string) bool { return strings.Contains(d.leadStems, k) })
			})
		}) {
			best = inTheLead
		}
	}
	return best
}

// inTitle says whether what the beat asks for stands in the article's title.
func (f *beatFilter) inTitle(d *dossier, words string) bool {
	for i := range f.topics {
		if f.topics[i].inTitle(d, words, d.titleCountries) {
			return true
		}
	}
	return slices.ContainsFunc(f.actors, func(a actorKeys) bool { return anyKey(words, a.keys) }) ||
		slices.ContainsFunc(f.countries, func(c string) bool { return slices.Contains(d.titleCountries, c) })
}

// oneCountry says whether the beat asks for a single country, so that all its stories are about that one.
func (f *beatFilter) oneCountry() bool {
	if len(f.countries) == 1 {
		return true
	}
	return len(f.topics) == 1 && slices.ContainsFunc(f.topics[0].parts, func(p topicPart) bool { return p.starter < 0 && len(p.countries) > 0 })
}

// isOutlet says whether an article's outlet is the one that a channel names: by its name with or without what follows it
// ("Yonhap" for "Yonhap News Agency"), by a short form that the tables know ("AP"), or by its host.
func isOutlet(a *Article, name string) bool {
	have, want := outletKey(a.Outlet), outletKey(name)
	if have != "" && want != "" && (have == want || prose.Canonical(a.Outlet) == prose.Canonical(name) ||
		strings.HasPrefix(have, want+" ") && !plainOutletWords[want]) {
		return true
	}
	u, err := url.Parse(a.URL)
	if err != nil || u.Host == "" {
		return false
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	site := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "www.")
	return host == site || strings.HasSuffix(host, "."+site) && strings.Contains(site, ".")
}

func outletKey(name string) string {
	return strings.TrimPrefix(strings.TrimSpace(nameKey(name)), "the ")
}

// plainOutletWords begin the names of many outlets and name none of them.
var plainOutletWords = deskSet("times daily news post voice radio national new state guardian global world south north east west international")

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

func countryLabels(codes []string) []string {
	names := make([]string, len(codes))
	for i, code := range codes {
		names[i] = countryLabel(strings.ToUpper(code))
	}
	return names
}

func countryLabel(code string) string {
	for _, c := range prose.Countries() {
		if c.Code == code {
			return c.Name
		}
	}
	return code
}
