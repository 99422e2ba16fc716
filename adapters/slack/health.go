package slack

import (
	"maps"
	"sync"
	"time"
)

// Health is how the adapter stands, for /readyz and doctor.
type Health struct {
	// Ready says that gestures are taken: Slack knows us, and the socket (where there is one) is open.
	Ready bool
	// Waiting says that another replica holds the socket; this one stands by.
	Waiting bool
	// LastSign is when Slack last gave a sign of life: a hello or an event. Zero means never.
	LastSign time.Time
	// Problem is why it isn't ready, in words without secrets.
	Problem string
}

type health struct {
	mu      sync.Mutex // guards what follows
	open    bool
	waiting bool
	sign    time.Time
	problem string
	fails   int
}

func (h *health) alive(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open, h.sign, h.problem, h.fails = true, now, "", 0
}

func (h *health) signed(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sign = now
}

func (h *health) queue(waiting bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waiting = waiting
}

func (h *health) closed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = false
}

// failed counts a failure and returns how many there were in a row.
func (h *health) failed(err error) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open, h.problem = false, err.Error()
	h.fails++
	return h.fails
}

// Health tells how the adapter stands now.
func (a *Adapter) Health() Health {
	a.door.RLock()
	open := a.open
	a.door.RUnlock()
	a.health.mu.Lock()
	defer a.health.mu.Unlock()
	h := Health{LastSign: a.health.sign, Problem: a.health.problem, Waiting: open && a.health.waiting}
	h.Ready = open && (a.health.open || a.cfg.AppToken == "")
	if !h.Ready && h.Problem == "" {
		h.Problem = "not connected yet"
	}
	return h
}

// counts are the adapter's counters.
type counts struct {
	mu sync.Mutex // guards m
	m  map[string]int64
}

func (c *counts) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil {
		c.m = map[string]int64{}
	}
	c.m[name]++
}

// acknowledged tells how long a delivery that came then has waited.
func (a *Adapter) acknowledged(came time.Time) {
	a.counts.add("acknowledged")
	if a.cfg.Acknowledged != nil {
		a.cfg.Acknowledged(time.Since(came))
	}
}

// Counts returns how often things happened since New. Of the doors: acknowledged, unacknowledged (sent again by Slack),
// undecodable, bad_signatures, connections, connections_lost, connection_errors. Of gestures: duplicates, busy, dropped,
// unended, cut_off. Of the Web API: limited (429s), redrawn (posted as plain text), unsure (an answer that may have arrived).
func (a *Adapter) Counts() map[string]int64 {
	a.counts.mu.Lock()
	defer a.counts.mu.Unlock()
	return maps.Clone(a.counts.m)
}
