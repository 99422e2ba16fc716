package briefings

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
)

// Shelf is a Library in memory: it forgets everything when the process ends. It serves questions that nothing is kept of.
type Shelf struct {
	mu       sync.RWMutex
	articles []Article      // in order of Seq
	newest   map[string]int // id: place of its newest revision in articles
	sources  []Source
	sights   []Sighting          // in order of Seq
	seen     map[[2]string]int64 // article and owner: the Seq of their sighting
	last     int64               // of Seq in sights
}

var _ Library = (*Shelf)(nil)

// NewShelf returns a Shelf that holds the articles given.
func NewShelf(articles ...Article) *Shelf {
	m := &Shelf{newest: map[string]int{}, seen: map[[2]string]int64{}}
	for _, a := range articles {
		m.save(a)
	}
	return m
}

// Save implements Library.
func (m *Shelf) Save(ctx context.Context, a Article) (Article, bool, error) {
	if err := ctx.Err(); err != nil {
		return Article{}, false, err
	}
	kept, isNew := m.save(a)
	return kept, isNew, nil
}

func (m *Shelf) save(a Article) (Article, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	sighting := Sighting{Article: a.ID, Owner: a.Owner, At: a.Read, Backlog: a.Backlog, Revision: 1}
	a.Owner, a.Revision = "", 1
	if i, ok := m.newest[a.ID]; ok {
		old := m.articles[i]
		sighting.Revision = old.Revision
		if old.Hash == a.Hash {
			m.sight(sighting)
			return ownCopy(old), false
		}
		a.Revision = old.Revision + 1
		sighting.Revision = a.Revision
	}
	m.sight(sighting)
	a.Seq = int64(len(m.articles)) + 1
	m.newest[a.ID] = len(m.articles)
	m.articles = append(m.articles, ownCopy(a))
	return ownCopy(a), true
}

// sight keeps a sighting unless its owner has one. The caller holds mu.
func (m *Shelf) sight(s Sighting) {
	if i, ok := m.sighting(s.Article, s.Owner); ok {
		if m.sights[i].Gone == s.Gone {
			return
		}
		m.sights = slices.Delete(m.sights, i, i+1)
	}
	m.last++
	s.Seq = m.last
	m.seen[[2]string{s.Article, s.Owner}] = s.Seq
	m.sights = append(m.sights, s)
}

// sighting returns the place of a sighting. The caller holds mu.
func (m *Shelf) sighting(article, owner string) (int, bool) {
	seq, ok := m.seen[[2]string{article, owner}]
	if !ok {
		return 0, false
	}
	return slices.BinarySearchFunc(m.sights, seq, func(s Sighting, seq int64) int { return cmp.Compare(s.Seq, seq) })
}

// Sightings implements Library.
func (m *Shelf) Sightings(ctx context.Context, seq int64, limit int) ([]Sighting, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	from, found := slices.BinarySearchFunc(m.sights, seq, func(s Sighting, seq int64) int { return cmp.Compare(s.Seq, seq) })
	if found {
		from++
	}
	return slices.Clone(m.sights[from:min(len(m.sights), from+max(limit, 0))]), nil
}

// Sight implements Library.
func (m *Shelf) Sight(ctx context.Context, s Sighting) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.newest[s.Article]; !ok {
		return fmt.Errorf("article %q: %w", s.Article, ErrNotFound)
	}
	s.Gone = false
	m.sight(s)
	return nil
}

// TakeBack implements Library.
func (m *Shelf) TakeBack(ctx context.Context, article, owner string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	i, ok := m.sighting(article, owner)
	if !ok || m.sights[i].Gone {
		return fmt.Errorf("article %q of %q: %w", article, owner, ErrNotFound)
	}
	s := m.sights[i]
	s.Gone = true
	m.sight(s)
	return nil
}

// own copies the slices of an article, so that the library and its callers can't change each other's.
func ownCopy(a Article) Article {
	a.Sentences = slices.Clone(a.Sentences)
	a.Passages = slices.Clone(a.Passages)
	return a
}

// Article implements Library.
func (m *Shelf) Article(ctx context.Context, id string, revision int) (Article, error) {
	if err := ctx.Err(); err != nil {
		return Article{}, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	i, ok := m.newest[id]
	for ok && revision != 0 && m.articles[i].Revision != revision {
		i--
		for i >= 0 && m.articles[i].ID != id {
			i--
		}
		ok = i >= 0
	}
	if !ok {
		return Article{}, fmt.Errorf("article %q, revision %d: %w", id, revision, ErrNotFound)
	}
	return ownCopy(m.articles[i]), nil
}

// Since implements Library.
func (m *Shelf) Since(ctx context.Context, seq int64, limit int) ([]Article, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	from, found := slices.BinarySearchFunc(m.articles, seq, func(a Article, seq int64) int { return cmp.Compare(a.Seq, seq) })
	if found {
		from++
	}
	var answer []Article
	for _, a := range m.articles[from:min(len(m.articles), from+max(limit, 0))] {
		answer = append(answer, ownCopy(a))
	}
	return answer, nil
}

// Sources implements Library.
func (m *Shelf) Sources(ctx context.Context) ([]Source, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	return slices.Clone(m.sources), nil
}

// SaveSource implements Library.
func (m *Shelf) SaveSource(ctx context.Context, s Source) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.source(s.ID); i >= 0 {
		m.sources[i] = s
		return nil
	}
	m.sources = append(m.sources, s)
	return nil
}

// SavePoll implements Library.
func (m *Shelf) SavePoll(ctx context.Context, s Source) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.source(s.ID)
	if i < 0 {
		return fmt.Errorf("source %q: %w", s.ID, ErrNotFound)
	}
	kept := m.sources[i]
	s.Owner, s.Alone, s.Added, s.Paused, s.Reviewed, s.First = kept.Owner, kept.Alone, kept.Added, kept.Paused, kept.Reviewed, kept.First
	m.sources[i] = s
	return nil
}

// RemoveSource implements Library.
func (m *Shelf) RemoveSource(ctx context.Context, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.source(id)
	if i < 0 {
		return fmt.Errorf("source %q: %w", id, ErrNotFound)
	}
	m.sources = slices.Delete(m.sources, i, i+1)
	return nil
}

// source returns the place of a source, or -1. The caller holds mu.
func (m *Shelf) source(id string) int {
	return slices.IndexFunc(m.sources, func(s Source) bool { return s.ID == id })
}
