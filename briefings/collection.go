package briefings

import (
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"attache/briefings/search"
)

// collection is what one question is searched in: the whole library, or a few reports that were handed in with it.
type collection struct {
	index *search.Index
	get   func(id string) (*Article, bool)
	scope map[string]bool // nil: everything
	few   []*Article      // everything there is, when it is little
	all   func() []*Article
	dates func() *calendar // when the articles of all were published, where that is kept; nil where they are few
	w     *weights
	words *search.Words
	heard *hearings
	sees  func(id string) bool // of what is not everyone's: whether it may be found
	also  []*held              // what who asks sees beside everyone, where the calendar is everyone's
	who   viewer
}

func (c *collection) frequencies(terms []string) ([]int, int) {
	return c.index.Frequencies(terms)
}

// near corrects a word that nobody uses.
func (c *collection) near(t string) []string { return c.index.Near(t) }

// fewPassages is up to how many passages all of them are read instead of those that the index finds.
const fewPassages = 250

// collect makes the collection that a question is searched in: of what who asks may see.
func (e *Engine) collect(q Question, at time.Time, who viewer) (*collection, error) {
	if len(q.Reports) > 0 {
		c := &collection{index: search.New(), w: e.weights.Load(), words: e.words, heard: &e.heard}
		byID := map[string]*Article{}
		n := 0
		for _, r := range q.Reports {
			a, err := NewArticle(r, at)
			if err != nil {
				return nil, err
			}
			if _, twice := byID[a.ID]; twice {
				continue
			}
			byID[a.ID] = &a
			c.index.Add(documentOf(&a))
			c.few = append(c.few, &a)
			n += len(a.Passages)
		}
		if n > fewPassages {
			c.few = nil
		}
		c.get = func(id string) (*Article, bool) { a, ok := byID[id]; return a, ok }
		c.all = func() []*Article { return slices.Collect(maps.Values(byID)) }
		return c, nil
	}
	c := &collection{index: e.index, dates: e.calendar, w: e.weights.Load(), words: e.words, heard: &e.heard, who: who, sees: e.searchable(who)}
	c.get = func(id string) (*Article, bool) { return e.shown(who, id) }
	c.all = func() []*Article { return e.kept(who) }
	if len(q.Articles) > 0 {
		c.scope = map[string]bool{}
		n := 0
		for _, id := range q.Articles {
			if a, ok := c.get(id); ok && !c.scope[id] {
				c.few = append(c.few, a)
				n += len(a.Passages)
			}
			c.scope[id] = true
		}
		few := c.few
		c.all, c.dates = func() []*Article { return few }, nil
		if n > fewPassages {
			c.few = nil
		}
		return c, nil
	}
	if e.index.Passages() <= fewPassages {
		c.few = e.kept(who)
		slices.SortFunc(c.few, func(a, b *Article) int { return strings.Compare(a.ID, b.ID) })
	}
	c.also = e.restricted(who)
	return c, nil
}

// kept returns the newest revisions of all articles that the viewer sees, in no order.
func (e *Engine) kept(who viewer) []*Article {
	e.mu.RLock()
	defer e.mu.RUnlock()
	all := make([]*Article, 0, len(e.articles))
	for _, a := range e.articles {
		if who.sees(a) {
			all = append(all, a.open())
		}
	}
	return all
}

// calendar is when articles were published, in order.
type calendar struct {
	version int64       // of the engine's articles
	when    []time.Time // published, in order
	newest  []time.Time // the newest date that is known, up to each
}

func newCalendar(version int64, articles []*Article) *calendar {
	slices.SortFunc(articles, func(a, b *Article) int { return published(a).Compare(published(b)) })
	c := &calendar{version: version, when: make([]time.Time, len(articles)), newest: make([]time.Time, len(articles))}
	newest := time.Time{}
	for i, a := range articles {
		if a.Published.After(newest) {
			newest = a.Published
		}
		c.when[i], c.newest[i] = published(a), newest
	}
	return c
}

// until is how many articles there are by a time and when the newest of them was published.
func (c *calendar) until(at time.Time) (int, time.Time) {
	n := sort.Search(len(c.when), func(i int) bool { return c.when[i].After(at) })
	if n == 0 {
		return 0, time.Time{}
	}
	return n, c.newest[n-1]
}

// calendar returns when the articles that are everyone's were published. It is made anew when there are others.
func (e *Engine) calendar() *calendar {
	version := e.version.Load()
	if c := e.dates.Load(); c != nil && c.version == version {
		return c
	}
	e.mu.RLock()
	all := make([]*Article, 0, len(e.articles))
	for _, a := range e.articles {
		if (viewer{}).sees(a) {
			all = append(all, &a.Article) // its sentences are not needed
		}
	}
	e.mu.RUnlock()
	c := newCalendar(version, all)
	e.dates.Store(c)
	return c
}

// extent is how many articles a collection has by a time and when the newest of them was published.
func (c *collection) extent(at time.Time) (int, time.Time) {
	if c.dates != nil {
		n, newest := c.dates().until(at)
		for _, h := range c.also {
			if published(&h.Article).After(at) || (viewer{}).sees(h) { // the calendar has what is everyone's by now
				continue
			}
			n++
			if h.Published.After(newest) {
				newest = h.Published
			}
		}
		return n, newest
	}
	return newCalendar(0, slices.Clone(c.all())).until(at)
}

func newIndex() *search.Index { return search.New() }

// mostHearings is of how many articles the statements are remembered.
const mostHearings = 1000

// hearings remembers who said what in the articles that questions have met: reading an article for its statements is the
// dearest step of an answer. The zero value is ready.
type hearings struct {
	mu   sync.Mutex
	list map[string]*sharedHearing
}

// sharedHearing is a hearing that several questions may follow at once.
type sharedHearing struct {
	mu sync.Mutex
	h  *hearing
}

// of returns the statements of an article. Nobody may change them.
func (h *hearings) of(a *Article) []Statement { return h.until(a, len(a.Sentences)) }

// at returns the statements of an article up to a sentence, and perhaps more. Nobody may change them.
func (h *hearings) at(a *Article, sentence int) []Statement { return h.until(a, sentence+1) }

func (h *hearings) until(a *Article, n int) []Statement {
	key := a.Hash + "\x00" + a.ID
	h.mu.Lock()
	s, ok := h.list[key]
	if !ok {
		if h.list == nil || len(h.list) >= mostHearings {
			h.list = make(map[string]*sharedHearing)
		}
		s = &sharedHearing{h: newHearing(*a)}
		h.list[key] = s
	}
	h.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.h.until(n)
}
