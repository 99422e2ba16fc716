package slack

import (
	"sync"
	"time"
)

// recent remembers names for at least a while, within a bounded memory: two generations, of which the older is dropped
// when the younger is old or full.
type recent struct {
	keep time.Duration
	most int

	mu      sync.Mutex // guards what follows
	young   map[string]struct{}
	old     map[string]struct{}
	started time.Time
}

func newRecent(keep time.Duration, most int) *recent {
	return &recent{keep: keep, most: most, young: map[string]struct{}{}}
}

// add remembers names and returns true if none of them was known. Names that stand beside a known one are remembered too:
// they are names of the same gesture.
func (r *recent) add(now time.Time, names ...string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started.IsZero() {
		r.started = now
	}
	if now.Sub(r.started) >= r.keep || len(r.young) >= r.most {
		r.old, r.young, r.started = r.young, make(map[string]struct{}), now
	}
	fresh := true
	for _, n := range names {
		_, young := r.young[n]
		_, old := r.old[n]
		if young || old {
			fresh = false
		}
	}
	for _, n := range names {
		r.young[n] = struct{}{}
	}
	return fresh
}
