package briefings

import (
	"context"
	"strings"
	"sync"
)

// sentry remembers what came lately, so that a watch list is held against new articles alone. Its zero value is ready.
type sentry struct {
	mu      sync.Mutex
	first   int64    // the version with which came[0] came
	came    []string // ids of articles, one for each version
	filters map[string]*beatFilter
}

// Bounds of what a sentry remembers: past them the answer is that there may be something.
const (
	sentryCame    = 8192
	sentryFilters = 4096
)

// note notes that an article came, with which the engine has a version.
func (s *sentry) note(version int64, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.came) == 0 || version != s.first+int64(len(s.came)) {
		s.first, s.came = version, s.came[:0]
	}
	s.came = append(s.came, id)
	if len(s.came) > sentryCame {
		s.first += sentryCame / 2
		s.came = append(s.came[:0], s.came[sentryCame/2:]...)
	}
}

// since returns what came after a version; ok is false where that is not remembered.
func (s *sentry) since(version int64) (ids []string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := version + 1 - s.first
	if at < 0 || at > int64(len(s.came)) {
		return nil, false
	}
	return append([]string(nil), s.came[at:]...), true
}

// filter is a watch list made ready.
func (s *sentry) filter(entries []string) *beatFilter {
	key := strings.Join(entries, "\x00")
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.filters[key]; ok {
		return f
	}
	if s.filters == nil || len(s.filters) == sentryFilters {
		s.filters = map[string]*beatFilter{}
	}
	f := newBeatFilter(Beat{Watch: entries})
	f.asked = -1
	s.filters[key] = &f
	return &f
}

// Meets says whether an article that came or was revised after a version (see Version) meets an entry of a watch list. Where it is
// not known what came, it says that one does. Composing for the list can tell nothing new while none does.
func (e *Engine) Meets(entries []string, since int64) bool {
	return e.MeetsFor(Everything, entries, since)
}

// MeetsFor is Meets for what a channel (message.Address.String) may see.
func (e *Engine) MeetsFor(channel string, entries []string, since int64) bool {
	ids, ok := e.sentry.since(since)
	if !ok {
		return true
	}
	if len(ids) == 0 || len(entries) == 0 {
		return false
	}
	who := e.viewer(context.Background(), channel)
	f := e.sentry.filter(entries)
	for _, id := range ids {
		a, ok := e.shown(who, id)
		if !ok {
			continue
		}
		d := e.desk.dossier(a)
		d.read()
		if len(f.hits(d)) > 0 {
			return true
		}
	}
	return false
}
