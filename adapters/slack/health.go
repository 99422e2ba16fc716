package slack

import (
	"sync"
	"time"
)

// Health is how the adapter stands, for /readyz and doctor.
type Health struct {
	// Ready says that gestures are taken: Slack knows us, and the socket (where there is one) is open.
	Ready bool
	// LastSign is when Slack last gave a sign of life: a hello or an event. Zero means never.
	LastSign time.Time
	// Problem is why it isn't ready, in words without secrets.
	Problem string
}

type health struct {
	mu      sync.Mutex // guards what follows
	open    bool
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
	h := Health{LastSign: a.health.sign, Problem: a.health.problem}
	h.Ready = open && (a.health.open || a.cfg.AppToken == "")
	if !h.Ready && h.Problem == "" {
		h.Problem = "not connected yet"
	}
	return h
}
