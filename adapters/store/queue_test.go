package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"attache/adapters/store"
	"attache/adapters/store/storetest"
	"attache/bot/bottest"
	"attache/bot/digest"
)

// withQueue runs a test on both engines with a queue whose clock stands still at seven.
func withQueue(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Parallel()
	at := func() time.Time { return seven }
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, reopen(t, store.Config{Data: storetest.Folder(t), Queue: true, Now: at}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, reopen(t, store.Config{URL: storetest.Postgres(t), Queue: true, Now: at}))
	})
}

// runQueue works the queue until the test ends. The channel hears whom it wakes.
func runQueue(t *testing.T, s *store.Store) <-chan string {
	t.Helper()
	woken := make(chan string, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.RunQueue(ctx, func(platform string) { woken <- platform }); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
	return woken
}

// jobs wants so many jobs that are not final.
func jobs(t *testing.T, s *store.Store, want int) {
	t.Helper()
	counts, err := s.Jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := counts["available"] + counts["scheduled"] + counts["running"] + counts["retryable"]; n != want {
		t.Errorf("there are %v, want %d live jobs", counts, want)
	}
}

func TestStoreWithAQueueIsADigestStore(t *testing.T) {
	t.Parallel()
	bottest.DigestStore(t, func(t testing.TB) digest.Store {
		return reopen(t, store.Config{Data: storetest.Folder(t), Queue: true})
	})
}

func TestQueueWakesForWhatIsOpened(t *testing.T) {
	withQueue(t, func(t *testing.T, s *store.Store) {
		woken := runQueue(t, s)
		due(t, s, "a")
		if platform := <-woken; platform != "slack" {
			t.Errorf("%q was woken", platform)
		}
		jobs(t, s, 1) // it sleeps for as long as its delivery is open
	})
}

func TestJobIsCompletedWithItsDelivery(t *testing.T) {
	withQueue(t, func(t *testing.T, s *store.Store) {
		due(t, s, "a")
		due(t, s, "removed")
		for _, d := range []digest.Delivery{claim(t, s, seven), claim(t, s, seven)} {
			var err error
			if d.Subscription == "a" {
				err = s.Settle(t.Context(), d, digest.Sent, "", seven)
			} else {
				err = s.RemoveSubscription(t.Context(), d.Subscription)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		runQueue(t, s)
		for counts := map[string]int{}; counts["completed"] < 2; {
			var err error
			if counts, err = s.Jobs(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		jobs(t, s, 0)
	})
}

func TestDeliveryIsOpenedWithItsJobOrNotAtAll(t *testing.T) {
	withQueue(t, func(t *testing.T, s *store.Store) {
		n := add(t, s, order("a", channel))
		wrong := []digest.Delivery{{Slot: seven, State: digest.Due}, {Slot: seven.Add(time.Hour), State: digest.Sent}}
		if _, err := s.Open(t.Context(), n, wrong, seven.AddDate(0, 0, 1)); err == nil {
			t.Error("a delivery was opened as sent")
		}
		jobs(t, s, 0)
		right := []digest.Delivery{{Slot: seven, State: digest.Due}, {Slot: seven.Add(-time.Hour), State: digest.Skipped}}
		if _, err := s.Open(t.Context(), n, right, seven.AddDate(0, 0, 1)); err != nil {
			t.Fatal(err)
		}
		jobs(t, s, 1)
		if _, err := s.Open(t.Context(), n, right, seven.AddDate(0, 0, 1)); !errors.Is(err, digest.ErrChanged) {
			t.Errorf("opened twice: %v", err)
		}
		jobs(t, s, 1)
		if err := s.Exec(t, "drop table river_job"); err != nil { // a job that can't be inserted takes the delivery along
			if err := s.Exec(t, "drop table river_job cascade"); err != nil {
				t.Fatal(err)
			}
		}
		n = add(t, s, order("b", channel))
		if _, err := s.Open(t.Context(), n, []digest.Delivery{{Slot: seven, State: digest.Due}}, seven.AddDate(0, 0, 1)); err == nil {
			t.Error("a delivery was opened without its job")
		}
		if list, err := s.Deliveries(t.Context(), digest.DeliveryFilter{Subscription: "b"}); err != nil || len(list) != 0 {
			t.Errorf("%d deliveries are there, error %v", len(list), err)
		}
	})
}

func TestSweepGivesADeliveryAnotherJob(t *testing.T) {
	withQueue(t, func(t *testing.T, s *store.Store) {
		for _, id := range []string{"alive", "discarded", "lost", "unknown"} {
			due(t, s, id)
		}
		finish := map[string]string{"sqlite": "datetime('now')", "postgres": "now()"}[s.Engine()]
		for _, statement := range []string{
			"update river_job set state = 'discarded', finalized_at = " + finish + " where id = (select job from river_digests where subscription = 'discarded')",
			"delete from river_job where id = (select job from river_digests where subscription = 'lost')",
			"delete from river_job where id = (select job from river_digests where subscription = 'unknown')",
			"delete from river_digests where subscription = 'unknown'", // as after a move from another database
		} {
			if err := s.Exec(t, statement); err != nil {
				t.Fatal(err)
			}
		}
		jobs(t, s, 1)
		for _, tt := range []struct {
			after time.Duration
			want  int
		}{{time.Minute, 0}, {3 * time.Minute, 3}, {4 * time.Minute, 0}} {
			if n, err := s.Sweep(t.Context(), seven.Add(tt.after)); err != nil || n != tt.want {
				t.Errorf("after %s %d deliveries got a job, error %v, want %d", tt.after, n, err, tt.want)
			}
		}
		jobs(t, s, 4)
	})
}

func TestJobSleepsUntilThereIsSomethingToDo(t *testing.T) {
	withQueue(t, func(t *testing.T, s *store.Store) {
		due(t, s, "a")
		sleeps := func(when string, want time.Duration, done bool) {
			t.Helper()
			d, over, err := s.Sleep(t, "a", seven)
			if err != nil || d != want || over != done {
				t.Errorf("%s it sleeps %s, done %v, error %v; want %s, %v", when, d, over, err, want, done)
			}
		}
		sleeps("in line", 30*time.Second, false)
		d := claim(t, s, seven)
		sleeps("claimed", time.Minute, false)
		if err := s.Wait(t.Context(), d, seven.Add(90*time.Second), "Retry-After"); err != nil {
			t.Fatal(err)
		}
		sleeps("asked to wait", 90*time.Second, false)
		if d = claim(t, s, seven.Add(2*time.Minute)); d.Subscription != "a" {
			t.Fatalf("claimed %s", d.Subscription)
		}
		if err := s.Wait(t.Context(), d, seven.Add(time.Hour), "Retry-After"); err != nil {
			t.Fatal(err)
		}
		sleeps("asked to wait for an hour", 5*time.Minute, false)
		if d = claim(t, s, seven.Add(2*time.Hour)); d.Subscription != "a" {
			t.Fatalf("claimed %s", d.Subscription)
		}
		if err := s.Settle(t.Context(), d, digest.Sent, "", seven); err != nil {
			t.Fatal(err)
		}
		sleeps("sent", 0, true)
	})
}

func TestLinesTellWhatWaits(t *testing.T) {
	withQueue(t, func(t *testing.T, s *store.Store) {
		due(t, s, "a")
		due(t, s, "b")
		due(t, s, "c")
		if err := s.KeepComposed(t.Context(), claim(t, s, seven), edition("a"), twoParts()); err != nil {
			t.Fatal(err)
		}
		if err := s.Settle(t.Context(), claim(t, s, seven), digest.Failed, "", seven); err != nil {
			t.Fatal(err)
		}
		lines, err := s.Lines(t.Context())
		if err != nil || len(lines) != 2 || lines[0] != (store.Line{Platform: "slack", State: digest.Composed, Length: 1, Oldest: seven}) ||
			lines[1] != (store.Line{Platform: "slack", State: digest.Due, Length: 1, Oldest: seven}) {
			t.Errorf("the lines are %+v, error %v", lines, err)
		}
	})
}
