package punctual

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestRequestIsSentInTimeOrNotAtAll(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(http.Handler) *httptest.Server{"http": httptest.NewServer, "https": httptest.NewTLSServer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var came atomic.Int32
			server := start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				came.Add(1)
				_, _ = io.Copy(w, r.Body)
			}))
			defer server.Close()
			client := &http.Client{Transport: Transport(server.Client().Transport.(*http.Transport))}
			defer client.CloseIdleConnections()
			post := func(ctx context.Context) error {
				r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader("brief"))
				if err != nil {
					t.Fatal(err)
				}
				answer, err := client.Do(r)
				if err != nil {
					return err
				}
				defer answer.Body.Close()
				_, err = io.ReadAll(answer.Body)
				return err
			}
			if err := post(t.Context()); err != nil {
				t.Fatalf("without a deadline: %v", err)
			}
			soon, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := post(soon); err != nil {
				t.Fatalf("in time: %v", err)
			}
			// A process that is frozen after it has got its connection and wakes up when the deadline is over: its timer has not
			// fired yet. A context that does not end by itself stands for that.
			late := stuck{Context: t.Context(), end: time.Now().Add(50 * time.Millisecond)}
			frozen := httptrace.WithClientTrace(late, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { <-time.After(time.Until(late.end)) }})
			if err := post(frozen); !errors.Is(err, ErrLate) {
				t.Errorf("late: %v", err)
			}
			if err := post(stuck{Context: t.Context(), end: time.Now()}); !errors.Is(err, ErrLate) {
				t.Errorf("late from the start: %v", err)
			}
			if err := post(t.Context()); err != nil {
				t.Errorf("afterwards: %v", err)
			}
			if n := came.Load(); n != 3 {
				t.Errorf("%d requests came, want 3", n)
			}
		})
	}
}

// stuck has a deadline that does not end it.
type stuck struct {
	context.Context
	end time.Time
}

func (s stuck) Deadline() (time.Time, bool) { return s.end, true }
