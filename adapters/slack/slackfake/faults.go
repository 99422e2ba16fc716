package slackfake

import (
	"net/http"
	"strconv"
	"time"
)

// Fault makes calls of the Web API, or posts to a response_url, go wrong. Without a field that says how, it does nothing.
type Fault struct {
	// Method is which call; "response_url" stands for those, empty for any.
	Method string
	// Channel is in which channel; empty means any.
	Channel string
	// Times is how often; zero means once, negative for ever.
	Times int

	// Status answers with this HTTP status and nothing happens. 429 comes with Retry-After: After seconds, unless NoHeader.
	Status   int
	After    int
	NoHeader bool
	// Error answers ok:false with this word and nothing happens; Details go into response_metadata.messages.
	Error   string
	Details []string
	// Mute answers ok:false without a word, and nothing happens.
	Mute bool
	// NoTS does what was asked and answers ok:true without a ts.
	NoTS bool
	// Lost does what was asked, and the answer never arrives: the connection breaks.
	Lost bool
	// Garbled does what was asked and answers with broken JSON.
	Garbled bool
	// Late waits before it answers, or until the caller has gone.
	Late time.Duration
}

// Fault arranges for a fault.
func (s *Server) Fault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, &f)
}

// Heal removes all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault takes the first fault that is meant for a call; the caller holds mu.
func (s *Server) fault(method, channel string) *Fault {
	for _, f := range s.faults {
		if f.Times == 0 || (f.Method != "" && f.Method != method) || (f.Channel != "" && f.Channel != channel) {
			continue
		}
		if f.Method == "" && method == "response_url" {
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		return f
	}
	return nil
}

// before does the part of a fault that comes before the call; false means that the call is answered.
func (f *Fault) before(w http.ResponseWriter, r *http.Request) bool {
	if f == nil {
		return true
	}
	if f.Late > 0 {
		timer := time.NewTimer(f.Late)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		}
	}
	if f.Status != 0 {
		if f.Status == http.StatusTooManyRequests && !f.NoHeader {
			w.Header().Set("Retry-After", strconv.Itoa(f.After))
		}
		w.WriteHeader(f.Status)
		return false
	}
	return true
}
