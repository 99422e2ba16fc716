package briefings

import (
	"maps"
	"slices"
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
	w     *weights
	heard *hearings
}

func (c *collection) frequencies(terms []string) ([]int, int) {
	return c.index.Frequencies(terms)
}

// near corrects a word that nobody uses.
func (c *collection) near(t string) []string { return c.index.Near(t) }

// fewPassages is up to how many passages all of them are read instead of those that the index finds.
const fewPassages = 250

// collect makes the collection that a question is searched in.
func (e *Engine) collect(q Question, at time.Time) (*collection, error) {
	if len(q.Reports) > 0 {
		c := &collection{index: search.New(), w: e.weights.Load(), heard: &e.heard}
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
	c := &collection{index: e.index, get: e.article, all: e.kept, w: e.weights.Load(), heard: &e.heard}
	if len(q.Articles) > 0 {
		c.scope = map[string]bool{}
		n := 0
		for _, id := range q.Articles {
			if a, ok := e.article(id); ok && !c.scope[id] {
				c.few = append(c.few, a)
				n += len(a.Passages)
			}
			c.scope[id] = true
		}
		few := c.few
		c.all = func() []*Article { return few }
		if n > fewPassages {
			c.few = nil
		}
		return c, nil
	}
	if e.index.Passages() <= fewPassages {
		c.few = e.kept()
		slices.SortFunc(c.few, func(a, b *Article) int { return strings.Compare(a.ID, b.ID) })
	}
	return c, nil
}

// kept returns the newest revisions of all articles, in no order.
func (e *Engine) kept() []*Article {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return slices.Collect(maps.Values(e.articles))
}

func newIndex() *search.Index { return search.New() }

// mostHearings is of how many articles the statements are remembered.
const mostHearings = 2000

// hearings remembers who said what in the articles that questions have met: reading an article for its statements is the
// dearest step of an answer. The zero value is ready.
type hearings struct {
	mu   sync.Mutex
	list map[string][]Statement
}

// of returns the statements of an article. Nobody may change them.
func (h *hearings) of(a *Article) []Statement {
	key := a.Hash + "\x00" + a.ID
	h.mu.Lock()
	s, ok := h.list[key]
	h.mu.Unlock()
	if ok {
		return s
	}
	s = statementsOf(*a)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.list == nil || len(h.list) >= mostHearings {
		h.list = make(map[string][]Statement)
	}
	h.list[key] = s
	return s
}
