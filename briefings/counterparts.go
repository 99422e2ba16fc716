package briefings

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"attache/briefings/prose"
	crossing "attache/briefings/tongues"
)

// Counterpart is a report in another language that may be about the same event. It is found by the names, numbers, countries
// and things that both texts name and not by what they say of them: it is a suggestion, never evidence, and counts for no
// origin.
type Counterpart struct {
	// Article is the report as a whole: a citation without a quote.
	Article  Citation `json:"article"`
	Language string   `json:"language"` // two letters, ISO 639-1
	// Of is the ID of the article that it is the counterpart of.
	Of string `json:"of"`
	// Likeness is between 0 and 1, and comparable within one pair of languages only.
	Likeness float64 `json:"likeness"`
	// Firm says that it is the likeliest of its language and that a number, a name and a country all agree. Without it the
	// counterpart is a guess.
	Firm bool `json:"firm,omitempty"`
	// Weak says that one of the two scripts keeps little of a name (Chinese, Hebrew, Arabic, Japanese, Korean), so that the guess
	// is right less often.
	Weak bool `json:"weak,omitempty"`
}

// weakScripts are the languages in whose writing little of a foreign name is left.
var weakScripts = map[string]bool{"zh": true, "he": true, "ar": true, "ja": true, "ko": true}

// WeakScript says whether the script of a language (BCP 47) keeps little of a name, so that reports of the same event in
// other languages are found less often.
func WeakScript(language string) bool { return weakScripts[baseLanguage(language)] }

// Bounds of what is compared across languages.
const (
	counterpartText   = 4_000 // bytes of a text that are read
	counterpartsKept  = 3_000 // articles whose keys are kept: about 10 KB each
	counterpartsAsked = 1_500 // articles that one question is compared with, the nearest in time
	counterpartWithin = 3 * 24 * time.Hour
	// counterpartLeast is the likeness from which on a report is suggested. Measured by TestCounterpartsAreSuggestedAndStrangersHardly.
	counterpartLeast = .12
)

// Counterparts keeps what articles name, so that reports of one event in different languages can be found. How much a name or
// number tells is reckoned for each language by the articles that are kept. It is safe for concurrent use; the zero value is
// ready.
type Counterparts struct {
	// Most is how many articles are kept, those added last; zero means 3,000.
	Most int

	mu     sync.Mutex
	kept   []*spoken // in the order in which they were added
	place  map[string]*spoken
	rarity map[string]*crossing.Rarity // by language
}

// spoken is what an article names.
type spoken struct {
	id       string
	revision int
	language string
	at       time.Time // zero where it is not known
	keys     crossing.Keys
}

// Add reads an article. A later revision takes the place of an earlier one.
func (c *Counterparts) Add(a Article) {
	if c.has(a.ID, a.Revision) {
		return
	}
	s := &spoken{id: a.ID, revision: a.Revision, language: LanguageOf(a), at: articleTime(a)}
	text := a.Text
	if len(text) > counterpartText {
		text = strings.ToValidUTF8(text[:counterpartText], "")
	}
	s.keys = crossing.KeysOf(s.language, a.Title+". "+text)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.place == nil {
		c.place, c.rarity = map[string]*spoken{}, map[string]*crossing.Rarity{}
	}
	if old := c.place[a.ID]; old != nil && old.revision > a.Revision {
		return
	}
	c.place[a.ID] = s
	c.kept = append(c.kept, s)
	c.count(s)
	most := c.Most
	if most <= 0 {
		most = counterpartsKept
	}
	if len(c.kept) > most {
		c.forget(most - most/10)
	}
}

func (c *Counterparts) has(id string, revision int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.place[id]
	return old != nil && old.revision >= revision
}

func (c *Counterparts) count(s *spoken) {
	if c.rarity[s.language] == nil {
		c.rarity[s.language] = &crossing.Rarity{}
	}
	c.rarity[s.language].Count(s.keys)
}

// forget drops what a later revision replaced and the articles that were added first until keep are left, and counts anew what
// is rare.
func (c *Counterparts) forget(keep int) {
	var live []*spoken
	for _, s := range c.kept {
		if c.place[s.id] == s {
			live = append(live, s)
		}
	}
	drop := max(0, len(live)-keep)
	for _, s := range live[:drop] {
		delete(c.place, s.id)
	}
	c.kept = slices.Clone(live[drop:])
	c.rarity = map[string]*crossing.Rarity{}
	for _, s := range c.kept {
		c.count(s)
	}
}

// Likeliest returns the ID of the article in a language (two letters, ISO 639-1) that is most likely about the same event as
// an article that was added, however unlikely that is; "" where there is none. Articles that are dated more than three days
// apart are not compared.
func (c *Counterparts) Likeliest(article, language string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.place[article]
	if s == nil {
		return ""
	}
	best, most := "", -1.0
	for _, o := range c.place {
		if o.language != language || o == s || apart(s, o) {
			continue
		}
		if l := c.likeness(s, o); l > most || l == most && o.id < best {
			best, most = o.id, l
		}
	}
	return best
}

// apart says whether two articles are dated too far from each other to be about one event.
func apart(s, o *spoken) bool {
	return !s.at.IsZero() && !o.at.IsZero() && s.at.Sub(o.at).Abs() > counterpartWithin
}

func (c *Counterparts) likeness(s, o *spoken) float64 {
	return crossing.Similarity(s.keys, c.rarity[s.language], o.keys, c.rarity[o.language])
}

// counterpartsEach is how many counterparts an article has at most in each language.
const counterpartsEach = 2

// suggested returns the likely counterparts of an article among others, without their citations. One that is more like another
// article in the first one's language, own apart, is about something else.
func (c *Counterparts) suggested(article string, among []string, own map[string]bool) []Counterpart {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.place[article]
	if s == nil || s.language == "" {
		return nil
	}
	byLanguage := map[string][]Counterpart{}
	for _, id := range among {
		o := c.place[id]
		if o == nil || o.language == s.language || o.language == "" || apart(s, o) {
			continue
		}
		if l := c.likeness(s, o); l >= counterpartLeast {
			byLanguage[o.language] = append(byLanguage[o.language], Counterpart{
				Article: Citation{Article: id, Revision: o.revision}, Language: o.language, Of: s.id, Likeness: l,
				Weak: weakScripts[s.language] || weakScripts[o.language],
			})
		}
	}
	var out []Counterpart
	for _, list := range byLanguage {
		slices.SortFunc(list, func(x, y Counterpart) int {
			return cmp.Or(cmp.Compare(y.Likeness, x.Likeness), cmp.Compare(x.Article.Article, y.Article.Article))
		})
		for i, found := range list[:min(len(list), counterpartsEach)] {
			o := c.place[found.Article.Article]
			if !c.mutual(s, o, found.Likeness, own) {
				continue
			}
			found.Firm = i == 0 && agree(s.keys, o.keys)
			out = append(out, found)
		}
	}
	return out
}

// mutual says whether no other article in the language of s is more like o than s is.
func (c *Counterparts) mutual(s, o *spoken, likeness float64, own map[string]bool) bool {
	for id, rival := range c.place {
		if rival.language == s.language && !own[id] && rival != s && !apart(rival, o) && c.likeness(rival, o) > likeness {
			return false
		}
	}
	return true
}

// agree says whether a number, a name and a country stand in both texts.
func agree(a, b crossing.Keys) bool {
	number, name, country := false, false, false
	for key := range a {
		if _, ok := b[key]; !ok {
			continue
		}
		switch kind, rest, _ := strings.Cut(key, ":"); kind {
		case "n":
			// A year stands in every report, and a number below ten in most.
			year := len(rest) == 4 && (strings.HasPrefix(rest, "19") || strings.HasPrefix(rest, "20"))
			number = number || len(rest) >= 2 && !year
		case "s":
			name = name || len(rest) >= 4
		case "r":
			country = true
		}
	}
	return number && name && country
}

// LanguageOf is an article's language in two letters, ISO 639-1, told by its text where nobody says it; "" where it
// can't be told.
func LanguageOf(a Article) string {
	if l := baseLanguage(a.Language); l != "" {
		return l
	}
	return prose.Language(a.Title + ". " + strings.ToValidUTF8(a.Text[:min(len(a.Text), 1200)], ""))
}

func baseLanguage(tag string) string {
	base, _, _ := strings.Cut(tag, "-")
	return strings.ToLower(base)
}

// Counterparts suggests reports of the same event in other languages for the articles of one story: what was published within
// three days of one of them and who looks under ctx may see, the likeliest first and at most two of each language. Zero for most means five. None is no sign that
// nobody reports it.
func (e *Engine) Counterparts(ctx context.Context, articles []string, most int) ([]Counterpart, error) {
	if most <= 0 {
		most = 5
	}
	who := e.viewer(ctx, "")
	own := map[string]bool{}
	var members []*Article
	for _, id := range articles {
		own[id] = true
		if a, ok := e.shown(who, id); ok && len(members) < readMost {
			members = append(members, a)
		}
	}
	if len(members) == 0 {
		return nil, ctx.Err()
	}
	spoken := map[string]bool{}
	for _, m := range members {
		spoken[LanguageOf(*m)] = true
	}
	near := e.near(who, members, own, spoken)
	if len(near) == 0 {
		return nil, ctx.Err()
	}
	all := append(slices.Clone(members), near...)
	inParts(len(all), func(from, step int) {
		for i := from; i < len(all) && ctx.Err() == nil; i += step {
			e.abroad.Add(*all[i])
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	byID := map[string]*Article{}
	among := make([]string, len(near))
	for i, a := range near {
		among[i], byID[a.ID] = a.ID, a
	}
	best := map[string]Counterpart{}
	for _, m := range members {
		for _, c := range e.abroad.suggested(m.ID, among, own) {
			if old, ok := best[c.Article.Article]; !ok || c.Firm && !old.Firm || c.Firm == old.Firm && c.Likeness > old.Likeness {
				best[c.Article.Article] = c
			}
		}
	}
	found := slices.SortedFunc(maps.Values(best), func(x, y Counterpart) int {
		if x.Firm != y.Firm {
			if x.Firm {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(y.Likeness, x.Likeness), cmp.Compare(x.Article.Article, y.Article.Article))
	})
	var out []Counterpart
	perLanguage := map[string]int{}
	var shown []*Article
	for _, c := range found {
		if perLanguage[c.Language]++; perLanguage[c.Language] > counterpartsEach || len(out) == most {
			continue
		}
		a := *byID[c.Article.Article]
		shown = append(shown, &a)
		out = append(out, c)
	}
	if err := e.vouch(ctx, shown...); err != nil {
		return nil, err
	}
	for i, a := range shown {
		out[i].Article = Citation{
			Article: a.ID, Revision: a.Revision, URL: a.URL, Title: a.Title, Outlet: a.Outlet, Label: a.Label, Published: a.Published, DateOnly: a.DateOnly,
			Unreviewed: a.Unreviewed,
		}
	}
	return out, nil
}

// near returns the articles in languages other than those that the members all share, published within three days of a member,
// the nearest in time first.
func (e *Engine) near(who viewer, members []*Article, own, spoken map[string]bool) []*Article {
	type distant struct {
		a    *held
		away time.Duration
	}
	var list []distant
	e.mu.RLock()
	for id, a := range e.articles {
		if own[id] || !who.sees(a) || len(spoken) == 1 && a.Language != "" && spoken[baseLanguage(a.Language)] {
			continue
		}
		away := counterpartWithin + 1
		for _, m := range members {
			away = min(away, articleTime(a.Article).Sub(articleTime(*m)).Abs())
		}
		if away <= counterpartWithin {
			list = append(list, distant{a, away})
		}
	}
	e.mu.RUnlock()
	slices.SortFunc(list, func(x, y distant) int {
		return cmp.Or(cmp.Compare(x.away, y.away), strings.Compare(x.a.ID, y.a.ID))
	})
	list = list[:min(len(list), counterpartsAsked)]
	out := make([]*Article, len(list))
	for i, d := range list {
		out[i] = d.a.open()
	}
	return out
}
