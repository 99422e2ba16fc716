package store_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attache/adapters/store"
)

func TestLeaseIsHeldByOne(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		s, ctx := open(t), t.Context()
		first, err := s.ClaimLease(ctx, "shard", "a", time.Hour)
		if err != nil || first.Fence != 1 {
			t.Fatalf("claimed %+v, error %v", first, err)
		}
		if _, err := s.ClaimLease(ctx, "shard", "b", time.Hour); !errors.Is(err, store.ErrHeld) {
			t.Errorf("a second holder: error %v, want ErrHeld", err)
		}
		if l, err := s.ClaimLease(ctx, "other", "b", time.Hour); err != nil || l.Fence != 1 {
			t.Errorf("another lease: %+v, error %v", l, err)
		}
		again, err := s.ClaimLease(ctx, "shard", "a", 2*time.Hour)
		if err != nil || again.Fence != 1 || !again.Until.After(first.Until) {
			t.Errorf("claimed again by its holder: %+v, error %v", again, err)
		}
		list, err := s.Leases(ctx)
		if err != nil || len(list) != 2 || list[0].Name != "other" || list[1].Name != "shard" || list[1].Holder != "a" {
			t.Errorf("the leases are %+v, error %v", list, err)
		}
		if err := s.ReleaseLease(ctx, again); err != nil {
			t.Error(err)
		}
		taken, err := s.ClaimLease(ctx, "shard", "b", time.Hour)
		if err != nil || taken.Fence < 2 {
			t.Errorf("after its release: %+v, error %v", taken, err)
		}
		if _, err := s.RenewLease(ctx, again, time.Hour); !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("the former holder renews: error %v, want ErrLeaseLost", err)
		}
		if err := s.ReleaseLease(ctx, again); err != nil {
			t.Error(err)
		}
		if l, err := s.RenewLease(ctx, taken, time.Hour); err != nil || l.Fence != taken.Fence {
			t.Errorf("after a release by the former holder: %+v, error %v", l, err)
		}
		if _, err := s.ClaimLease(ctx, "shard", "", time.Hour); err == nil {
			t.Error("a lease was given to nobody")
		}
	})
}

func TestLeaseThatRanOutIsTakenOver(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		s, ctx := open(t), t.Context()
		l, err := s.ClaimLease(ctx, "shard", "a", -time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if l, err = s.RenewLease(ctx, l, -time.Second); err != nil {
			t.Errorf("its holder renews what nobody took: %v", err)
		}
		taken, err := s.ClaimLease(ctx, "shard", "b", time.Hour)
		if err != nil || taken.Fence != l.Fence+1 {
			t.Errorf("taken over as %+v, error %v", taken, err)
		}
		if _, err := s.RenewLease(ctx, l, time.Hour); !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("the former holder renews: error %v, want ErrLeaseLost", err)
		}
	})
}

func TestLeaseHasOneWinner(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		s := open(t)
		var mu sync.Mutex
		var wg sync.WaitGroup
		var winners []string
		for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
			wg.Go(func() {
				_, err := s.ClaimLease(t.Context(), "shard", name, time.Hour)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					winners = append(winners, name)
				case !errors.Is(err, store.ErrHeld):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(winners) != 1 {
			t.Errorf("%v have claimed it", winners)
		}
	})
}

// TestLeaseIsTakenOverWithinItsBound lets the holder of a lease die, stop, or lose its database, on a clock that the test
// moves.
func TestLeaseIsTakenOverWithinItsBound(t *testing.T) {
	t.Parallel()
	const bound = 30 * time.Second
	tests := []struct {
		name string
		// end ends the first holder's work and tells by when its context must have ended.
		end    func(s *store.Store, die context.CancelFunc, release func())
		within time.Duration
	}{
		{"it stops in order", func(_ *store.Store, _ context.CancelFunc, release func()) { release() }, 5 * time.Second},
		{"it loses its database", func(s *store.Store, _ context.CancelFunc, _ func()) { s.Close() }, bound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				data := t.TempDir()
				second, err := store.Open(t.Context(), store.Config{Data: data})
				if err != nil {
					t.Fatal(err)
				}
				defer second.Close()
				first, err := store.Open(t.Context(), store.Config{Data: data, Role: store.Writer})
				if err != nil {
					t.Fatal(err)
				}
				defer first.Close()
				ctx, die := context.WithCancel(t.Context())
				defer die()
				a, b := first.NewHolder().AmongOthers(), second.NewHolder().AmongOthers()
				held, release, err := a.Hold(ctx, "shard")
				if err != nil {
					t.Fatal(err)
				}
				defer release()
				if got := a.Held(); !slices.Equal(got, []string{"shard"}) {
					t.Errorf("it holds %v", got)
				}
				var taken time.Time
				var wg sync.WaitGroup
				wg.Go(func() {
					_, release, err := b.Hold(t.Context(), "shard")
					if err != nil {
						t.Error(err)
						return
					}
					taken = time.Now()
					release()
				})
				time.Sleep(10 * time.Minute) // it is renewed for as long as its holder lives
				if !taken.IsZero() || held.Err() != nil {
					t.Fatalf("it was lost while its holder lived: taken over %s, %v", taken, context.Cause(held))
				}
				gone := time.Now()
				var lost time.Time
				stop := context.AfterFunc(held, func() { lost = time.Now() })
				defer stop()
				tt.end(first, die, release)
				wg.Wait()
				synctest.Wait()
				if d := taken.Sub(gone); d > tt.within {
					t.Errorf("it was taken over after %s, want at most %s", d, tt.within)
				}
				if lost.IsZero() || lost.After(taken) {
					t.Errorf("its holder let go at %s, another had it at %s", lost, taken)
				}
				if len(a.Held()) != 0 {
					t.Errorf("it still believes to hold %v", a.Held())
				}
			})
		})
	}
}

func TestLeaseIsHeldAtOnceInAFolder(t *testing.T) {
	t.Parallel()
	s := reopen(t, store.Config{Data: t.TempDir()})
	h := s.NewHolder()
	s.Close() // not even the database is needed
	held, release, err := h.Hold(t.Context(), "shard")
	if err != nil || held.Err() != nil {
		t.Fatal(err)
	}
	if got := h.Held(); !slices.Equal(got, []string{"shard"}) {
		t.Errorf("it holds %v", got)
	}
	release()
	if got := h.Held(); len(got) != 0 {
		t.Errorf("after its release it holds %v", got)
	}
}

func TestWhileRunsUnderItsLease(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		s := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		broken := errors.New("broken")
		runs := 0
		err := s.NewHolder().While(ctx, "planner", func(context.Context) error {
			runs++
			return broken
		})
		if !errors.Is(err, broken) || runs != 1 {
			t.Errorf("it ended after %d runs with %v", runs, err)
		}
		err = s.NewHolder().While(ctx, "planner", func(held context.Context) error {
			cancel()
			<-held.Done()
			return nil
		})
		if err != nil {
			t.Errorf("at the end of its context: %v", err)
		}
		if list, err := s.Leases(t.Context()); err != nil || len(list) != 0 {
			t.Errorf("leases are left: %+v, error %v", list, err)
		}
	})
}

func TestWhileGoesOnWhenItsLeaseComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), store.Config{Data: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var began, ended []time.Time
		err = s.NewHolder().AmongOthers().While(ctx, "planner", func(held context.Context) error {
			began = append(began, time.Now())
			if len(began) == 2 {
				cancel()
				return nil
			}
			time.Sleep(time.Minute)
			if err := s.Exec(t, "update leases set holder = 'thief', fence = fence + 1"); err != nil {
				t.Error(err)
			}
			<-held.Done()
			ended = append(ended, time.Now())
			return nil
		})
		if err != nil || len(began) != 2 || len(ended) != 1 {
			t.Fatalf("it began at %v and lost its lease at %v, error %v", began, ended, err)
		}
		if d := began[1].Sub(ended[0]); d > store.LeaseFor+5*time.Second {
			t.Errorf("it went on %s after it had lost its lease", d)
		}
	})
}
