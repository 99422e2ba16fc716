package digest

import (
	"sync"
	"time"
)

// recall is what a courier remembers by itself, beside the ledger: how often a delivery has failed while this process worked on
// it, and which lanes are to be quiet. Neither decides what is sent. A process that has just started tries sooner than one that
// has failed all day; and what a platform has asked for is known here before it is written down.
type recall struct {
	mu       sync.Mutex
	failures map[recalled]failures
	quiet    map[Lane]time.Time
	swept    time.Time
}

// recalled names a delivery.
type recalled struct {
	subscription string
	slot         int64
}

// failures are how often a delivery has failed, and when last.
type failures struct {
	times int
	last  time.Time
}

// recallFor is how long a failure is remembered: longer than the longest wait after one.
const recallFor = time.Hour

func newRecall() *recall {
	return &recall{failures: map[recalled]failures{}, quiet: map[Lane]time.Time{}}
}

func naming(d Delivery) recalled { return recalled{d.Subscription, d.Slot.UnixMilli()} }

// failed counts a failure of a delivery and tells how many there were. Being claimed and given back is none, nor is a claim whose
// process died: neither says that the platform needs more time.
func (r *recall) failed(d Delivery, now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.swept) > time.Minute || now.Before(r.swept) { // what others have settled is never heard of here
		for k, f := range r.failures {
			if now.Sub(f.last) > recallFor {
				delete(r.failures, k)
			}
		}
		r.swept = now
	}
	f := r.failures[naming(d)]
	f.times, f.last = f.times+1, now
	r.failures[naming(d)] = f
	return f.times
}

// settled forgets a delivery.
func (r *recall) settled(d Delivery) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.failures, naming(d))
}

// hush remembers that a lane is to be quiet.
func (r *recall) hush(l Lane, until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l.Every = 0; until.After(r.quiet[l]) {
		r.quiet[l] = until
	}
}

// quietUntil is when all of lanes may be spoken in again, or a time that has passed.
func (r *recall) quietUntil(lanes []Lane, now time.Time) (until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range lanes {
		l.Every = 0
		q, asked := r.quiet[l]
		switch {
		case asked && !q.After(now):
			delete(r.quiet, l)
		case q.After(until):
			until = q
		}
	}
	return until
}
