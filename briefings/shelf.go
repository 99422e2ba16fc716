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
}

var _ Library = (*Shelf)(nil)

// NewShelf returns a Shelf that holds the articles given.
func NewShelf(articles ...Article) *Shelf {
	m := &Shelf{newest: map[string]int{}}
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
	a.Revision = 1
	if i, ok := m.newest[a.ID]; ok {
		old := m.articles[i]
		if old.Hash == a.Hash {
			return ownCopy(old), false
		}
		a.Revision = old.Revision + 1
	}
	a.Seq = int64(len(m.articles)) + 1
	m.newest[a.ID] = len(m.articles)
	m.articles = append(m.articles, ownCopy(a))
	return ownCopy(a), true
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
	s.Owner, s.Added, s.Paused, s.Reviewed, s.First = kept.Owner, kept.Added, kept.Paused, kept.Reviewed, kept.First
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
