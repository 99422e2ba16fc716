package playground

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Limits of the stream.
const (
	maxPages   = 64 // pages that may listen at the same time
	backlog    = 256
	heartbeat  = 20 * time.Second // proxies close connections that are silent for longer
	writeLimit = 10 * time.Second
)

// stream sends events to every open page. A page that does not keep up is cut off; it comes back by itself and reads the
// transcript anew.
type stream struct {
	mu    sync.Mutex
	pages map[chan []byte]bool
}

func newStream() *stream { return &stream{pages: map[chan []byte]bool{}} }

// join returns a channel of encoded events, or nil where too many pages are open.
func (s *stream) join() chan []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pages) >= maxPages {
		return nil
	}
	page := make(chan []byte, backlog)
	s.pages[page] = true
	return page
}

func (s *stream) leave(page chan []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages[page] {
		delete(s.pages, page)
		close(page)
	}
}

// send encodes data as an event of the given kind and hands it to every page. It never waits.
func (s *stream) send(kind string, data any) {
	raw, err := json.Marshal(data)
	if err != nil {
		// Everything that is sent is made of plain structs and checked JSON; this shows a fault in the page instead of hiding it.
		raw, kind = []byte(`"an event could not be encoded"`), "fault"
	}
	event := fmt.Appendf(nil, "event: %s\ndata: %s\n\n", kind, raw)
	s.mu.Lock()
	defer s.mu.Unlock()
	for page := range s.pages {
		select {
		case page <- event:
		default:
			delete(s.pages, page)
			close(page)
		}
	}
}

// serveEvents is GET /api/events.
func (p *Playground) serveEvents(w http.ResponseWriter, r *http.Request) error {
	page := p.stream.join()
	if page == nil {
		return refuse("too_many", "Too many pages are open. Close one and reload.")
	}
	defer p.stream.leave(page)
	out := http.NewResponseController(w)
	// What ends the stream is written after this returns: without time for that a browser complains of a response cut short.
	defer func() { _ = out.SetWriteDeadline(time.Now().Add(writeLimit)) }()
	write := func(raw []byte) error {
		// The server's own write timeout is made for answers, not for streams. Where it can't be changed the stream ends with
		// it and the page comes back.
		_ = out.SetWriteDeadline(time.Now().Add(writeLimit))
		if _, err := w.Write(raw); err != nil {
			return err
		}
		return out.Flush()
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	if write([]byte("retry: 1500\nevent: hello\ndata: {}\n\n")) != nil {
		return nil
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		var raw []byte
		select {
		case <-r.Context().Done():
			return nil
		case <-p.done:
			return nil
		case <-beat.C:
			raw = []byte(": still here\n\n")
		case event, open := <-page:
			if !open {
				return nil
			}
			raw = event
		}
		if write(raw) != nil {
			return nil // the page is gone
		}
	}
}
