package feeds

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func newCourtesy(gap time.Duration) *courtesy {
	return &courtesy{gap: gap, now: time.Now, hosts: map[string]*host{}}
}

func TestAHostIsAskedOneQuestionAtATimeWithAGap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCourtesy(time.Second)
		began := time.Now()
		var mu sync.Mutex
		asking := map[string]int{}
		var starts []time.Duration
		var wg sync.WaitGroup
		for i := range 20 {
			host := fmt.Sprintf("h%d", i%2)
			wg.Go(func() {
				leave, err := c.enter(t.Context(), host, 0, true)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if asking[host]++; asking[host] > 1 {
					t.Errorf("%s is asked %d questions at once", host, asking[host])
				}
				if host == "h0" {
					starts = append(starts, time.Since(began))
				}
				mu.Unlock()
				time.Sleep(200 * time.Millisecond) // the bubble's clock
				mu.Lock()
				asking[host]--
				mu.Unlock()
				leave(200, nil)
			})
		}
		wg.Wait()
		for i, at := range starts {
			if want := time.Duration(i) * 1200 * time.Millisecond; at != want {
				t.Errorf("question %d began after %v, want %v", i, at, want)
			}
		}
		if took := time.Since(began); took != 9*1200*time.Millisecond+200*time.Millisecond {
			t.Errorf("two hosts of ten questions each took %v: they are to be asked side by side", took)
		}
	})
}

func TestACrawlDelayIsForPollsAndNotForPeople(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCourtesy(time.Second)
		ask := func(delay time.Duration) time.Duration {
			began := time.Now()
			leave, err := c.enter(t.Context(), "h", delay, delay > 0)
			if err != nil {
				t.Fatal(err)
			}
			leave(200, nil)
			return time.Since(began)
		}
		for _, row := range []struct{ delay, want time.Duration }{{0, 0}, {10 * time.Second, 10 * time.Second}, {0, time.Second}, {10 * time.Second, 10 * time.Second}} {
			if got := ask(row.delay); got != row.want {
				t.Errorf("with a delay of %v it waited %v, want %v", row.delay, got, row.want)
			}
		}
		time.Sleep(time.Minute)
		if got := ask(10 * time.Second); got != 0 {
			t.Errorf("long after the last question it waited %v", got)
		}
	})
}

func TestAHostThatWantsItsRestGetsItFromAllSources(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCourtesy(0)
		leave, err := c.enter(t.Context(), "h", 0, true)
		if err != nil {
			t.Fatal(err)
		}
		leave(http.StatusTooManyRequests, http.Header{"Retry-After": {"3600"}})
		_, err = c.enter(t.Context(), "h", 0, true)
		r, ok := errors.AsType[resting](err)
		if !ok || time.Until(r.until) != time.Hour {
			t.Fatalf("the next poll: %v", err)
		}
		if leave, err := c.enter(t.Context(), "h", 0, false); err != nil {
			t.Errorf("a person's link: %v", err)
		} else {
			leave(200, nil)
		}
		time.Sleep(time.Hour)
		if leave, err := c.enter(t.Context(), "h", 0, true); err != nil {
			t.Errorf("an hour later: %v", err)
		} else {
			leave(http.StatusServiceUnavailable, http.Header{"Retry-After": {"99999999"}})
		}
		time.Sleep(maxRest)
		if _, err := c.enter(t.Context(), "h", 0, true); err != nil {
			t.Errorf("no rest is longer than %v: %v", maxRest, err)
		}
	})
}

func TestWhoWaitsForATurnMayGiveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCourtesy(time.Second)
		leave, err := c.enter(t.Context(), "h", 0, false)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := c.enter(ctx, "h", 0, false); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for the turn: %v", err)
		}
		leave(200, nil)
		again, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := c.enter(again, "h", 0, false); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for the gap: %v", err)
		}
		if leave, err := c.enter(t.Context(), "h", 0, false); err != nil { // nobody has kept the turn
			t.Error(err)
		} else {
			leave(200, nil)
		}
		if n := c.hosts["h"].waiting; n != 0 {
			t.Errorf("%d are counted as waiting", n)
		}
	})
}

func TestHostsAreForgottenWhenThereAreMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCourtesy(0)
		for i := range maxHosts {
			leave, err := c.enter(t.Context(), fmt.Sprint(i), 0, true)
			if err != nil {
				t.Fatal(err)
			}
			leave(200, nil)
		}
		held, err := c.enter(t.Context(), "7", 0, true)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if leave, err := c.enter(t.Context(), "new", 0, true); err != nil {
			t.Error(err)
		} else {
			leave(200, nil)
		}
		if n := len(c.hosts); n != 2 || c.hosts["7"] == nil {
			t.Errorf("%d hosts are remembered, want the one that is being asked and the new one", n)
		}
		held(200, nil)
	})
}

// TestTheWholeFetcherIsPolite holds pages, feeds and robots.txt of one host to one request at a time.
func TestTheWholeFetcherIsPolite(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int32
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)
		switch r.URL.Path {
		case "/robots.txt":
			http.NotFound(w, r)
		case "/page":
			fmt.Fprint(w, page)
		default:
			fmt.Fprint(w, rss)
		}
		w.(http.Flusher).Flush()
	})
	f := local(t)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			var err error
			if i%2 == 0 {
				_, err = f.Page(t.Context(), at+"/page")
			} else {
				_, err = f.fetch(t.Context(), request{address: fmt.Sprintf("%s/feed%d", at, i), limit: maxFeed, polling: true})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() != 1 {
		t.Errorf("%d requests were under way at once, want 1", most.Load())
	}
}
