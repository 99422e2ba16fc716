package feeds

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// courtesy keeps the order in which hosts are asked: one request at a time for each, with a gap after it, whoever wants to
// ask and however many sources the host has.
type courtesy struct {
	gap time.Duration
	now func() time.Time

	mu    sync.Mutex
	hosts map[string]*host
}

// host is a server with its queue.
type host struct {
	turn    chan struct{} // holds one: whoever has put it there may ask
	waiting int           // how many hold or want the turn; guarded by courtesy.mu
	last    time.Time     // when the last request ended; written by whoever has the turn
	rest    time.Time     // until when the host wants to be left alone; the same
}

// maxHosts is how many hosts are remembered beyond those that are being asked.
const maxHosts = 5000

// maxRest bounds how long a host's Retry-After keeps its other sources waiting.
const maxRest = 6 * time.Hour

// resting says that a host has asked to be left alone.
type resting struct {
	sentence
	until time.Time
}

// enter waits for the turn to ask a host and for the gap after the last request: ours, or delay where that is longer. polling
// says that nobody is waiting for the answer: a host that wants its rest gets it.
func (c *courtesy) enter(ctx context.Context, name string, delay time.Duration, polling bool) (leave func(status int, header http.Header), err error) {
	c.mu.Lock()
	h, ok := c.hosts[name]
	if !ok {
		c.forget()
		h = &host{turn: make(chan struct{}, 1)}
		c.hosts[name] = h
	}
	h.waiting++
	c.mu.Unlock()
	done := func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		h.waiting--
	}
	select {
	case h.turn <- struct{}{}:
	case <-ctx.Done():
		done()
		return nil, ctx.Err()
	}
	leave = func(status int, header http.Header) {
		now := c.now()
		h.last = now
		if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
			h.rest = now.Add(min(retryAfter(header, now), maxRest))
		}
		<-h.turn
		done()
	}
	if now := c.now(); polling && now.Before(h.rest) {
		<-h.turn
		done()
		return nil, resting{sentence(name + " asked to be left alone until " + h.rest.UTC().Format("15:04 UTC")), h.rest}
	}
	if h.last.IsZero() {
		return leave, nil
	}
	wait := h.last.Add(max(c.gap, delay)).Sub(c.now())
	if wait <= 0 {
		return leave, nil
	}
	timer := time.NewTimer(min(wait, max(c.gap, delay))) // a clock that was turned back must not wait for ever
	defer timer.Stop()
	select {
	case <-timer.C:
		return leave, nil
	case <-ctx.Done():
		<-h.turn
		done()
		return nil, ctx.Err()
	}
}

// forget drops hosts that nobody asks and whose gap is over, once there are many. The caller holds mu.
func (c *courtesy) forget() {
	if len(c.hosts) < maxHosts {
		return
	}
	now := c.now()
	for name, h := range c.hosts {
		if h.waiting == 0 && now.Sub(h.last) > maxCrawlDelay && !now.Before(h.rest) {
			delete(c.hosts, name)
		}
	}
}
