package digest_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot/bottest"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/briefings"
)

// strict is a platform that takes only so much, needs a moment for every message, and refuses and counts what comes beyond
// its limits, as a real one does.
type strict struct {
	message.Poster
	pace   message.Pace // what digests may use
	limits message.Pace // what the platform takes
	takes  time.Duration

	mu      sync.Mutex
	came    map[string][]time.Time
	refused int
}

func (s *strict) Pace() message.Pace { return s.pace }

// Post counts a message in every lane, in windows that slide.
func (s *strict) Post(ctx context.Context, to message.Address, m *message.Message, key string) (message.Ref, error) {
	if s.over(to) {
		return message.Ref{}, &message.Error{Class: message.Later, After: 5 * time.Second, Reason: "rate_limited"}
	}
	time.Sleep(s.takes)
	return s.Poster.Post(ctx, to, m, key)
}

func (s *strict) over(to message.Address) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, over := time.Now(), false
	for lane, rate := range map[string]message.Rate{
		"": s.limits.Platform, to.Workspace: s.limits.Workspace, to.Workspace + "/" + to.Channel: s.limits.Channel,
	} {
		if rate.Messages == 0 {
			continue
		}
		kept := slices.DeleteFunc(s.came[lane], func(t time.Time) bool { return now.Sub(t) >= rate.In })
		s.came[lane] = append(kept, now)
		over = over || len(kept) >= rate.Messages
	}
	if over {
		s.refused++
	}
	return over
}

// sizes shares n digests among workspaces, very unequally: the first has many times what the last has.
func sizes(n, workspaces int) []int {
	list := make([]int, workspaces)
	weight := 0.0
	for i := range list {
		weight += 1 / float64(i+1)
	}
	rest := n
	for i := range list {
		list[i] = max(1, int(float64(n)/float64(i+1)/weight))
		rest -= list[i]
	}
	list[0] += rest
	return list
}

// TestThousandsOfDigestsAtEight has 50 workspaces of very unequal size get all their digests at the same moment, from two
// replicas, while people in the largest one ask questions. There are 2,000 digests, and 10,000 where ATTACHE_RELIABILITY is
// long.
func TestThousandsOfDigestsAtEight(t *testing.T) {
	t.Parallel()
	const workspaces = 50
	digests := 2_000
	if *long || os.Getenv("ATTACHE_RELIABILITY") == "long" {
		digests = 10_000
	}
	for _, tt := range []struct {
		name         string
		pace, limits message.Pace
	}{
		{
			"a limit for each channel and workspace, as in Slack",
			message.Pace{Channel: message.Rate{Messages: 5, In: 6 * time.Second}, Workspace: message.Rate{Messages: 5, In: time.Second}},
			message.Pace{Channel: message.Rate{Messages: 1, In: time.Second}, Workspace: message.Rate{Messages: 10, In: time.Second}},
		},
		{
			"a limit for each channel and for the bot, as in Discord",
			message.Pace{Channel: message.Rate{Messages: 5, In: 6 * time.Second}, Platform: message.Rate{Messages: 30, In: time.Second}},
			message.Pace{Channel: message.Rate{Messages: 5, In: 5 * time.Second}, Platform: message.Rate{Messages: 50, In: time.Second}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(time.Date(2026, 3, 2, 7, 59, 58, 0, time.UTC)))
				eight := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
				store := bottest.NewStore()
				shown := bottest.NewPlatform("slack", bottest.PlatformOptions{})
				platform := &strict{Poster: shown.Poster(), pace: tt.pace, limits: tt.limits, takes: 150 * time.Millisecond, came: map[string][]time.Time{}}
				of := sizes(digests, workspaces)
				for w, n := range of {
					for i := range n {
						subscribe(t, store, fmt.Sprintf("d%d-%d", w, i), "daily 08:00", eight.Add(-time.Hour), func(s *digest.Subscription) {
							s.Address.Workspace, s.Address.Channel, s.NextAt = fmt.Sprint("T", w), fmt.Sprint("C", w, "-", i/4), eight
						})
					}
				}
				var mu sync.Mutex
				var lateness []time.Duration
				last := map[string]time.Time{} // when a workspace had its last
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				var wg sync.WaitGroup
				clock, err := digest.NewClock(digest.ClockConfig{Store: store, Platforms: map[string]func() time.Time{"slack": nil}})
				must(t, err)
				wg.Go(func() { _ = clock.Run(ctx) })
				for range 2 {
					courier, err := digest.NewCourier(digest.CourierConfig{
						Store: store, Posters: map[string]message.Poster{"slack": platform},
						Compose: func(_ context.Context, a briefings.Assignment) (briefings.Edition, error) {
							time.Sleep(20 * time.Millisecond)
							return briefings.Edition{Beat: a.Beat, Window: a.Window}, nil
						},
						Render: func(s digest.Subscription, _ digest.Delivery, _ briefings.Edition) *message.Message {
							return &message.Message{Gist: s.ID, Blocks: []message.Block{message.P(message.T(s.ID))}}
						},
						Hooks: digest.Hooks{Sent: func(_ string, late time.Duration) {
							mu.Lock()
							defer mu.Unlock()
							lateness = append(lateness, late)
							if len(lateness) == digests {
								cancel()
							}
						}},
					})
					must(t, err)
					wg.Go(func() { _ = courier.Run(ctx) })
				}
				slowest := time.Duration(0) // answer
				wg.Go(func() {
					for i := 0; ctx.Err() == nil; i++ {
						asked := time.Now()
						_, err := platform.Post(t.Context(), message.Address{Platform: "slack", Workspace: "T0", Channel: fmt.Sprint("asks", i%8)}, &message.Message{Gist: "answer"}, fmt.Sprint("answer", i))
						if err != nil {
							t.Errorf("an answer was refused after %s: %v", asked.Sub(eight), err)
						}
						slowest = max(slowest, time.Since(asked))
						time.Sleep(250 * time.Millisecond)
					}
				})
				wg.Wait()

				if len(lateness) != digests {
					t.Fatalf("%d digests were sent", len(lateness))
				}
				seen := map[string]int{}
				for _, m := range shown.Shown("") {
					if m.Message.Gist != "answer" {
						seen[m.Message.Gist]++
						last[m.Ref.Address.Workspace] = m.At
					}
				}
				lost, doubled := digests-len(seen), 0
				for id, n := range seen {
					if n > 1 {
						doubled++
						t.Errorf("%s arrived %d times", id, n)
					}
				}
				if lost > 0 {
					t.Errorf("%d digests have not arrived", lost)
				}
				if platform.refused > 0 {
					t.Errorf("the platform had to refuse %d messages", platform.refused)
				}
				if slowest > platform.takes {
					t.Errorf("an answer took %s, want %s: it waited behind digests", slowest, platform.takes)
				}
				slices.Sort(lateness)
				// What the pace allows, and a tenth more.
				least := max(time.Duration(digests)*tt.pace.Platform.Every(), time.Duration(of[0])*tt.pace.Workspace.Every())
				if worst := lateness[digests-1]; worst > least*11/10+20*time.Second {
					t.Errorf("the last digest came after %s; the pace allows %s", worst, least)
				}
				for w, n := range of {
					// Twice the time that it would take if all workspaces were as small as this one.
					share := time.Duration(n*workspaces) * tt.pace.Platform.Every()
					if alone := time.Duration(n) * tt.pace.Workspace.Every(); alone > share {
						share = alone
					}
					bound := 2*share + 20*time.Second
					if took := last[fmt.Sprint("T", w)].Sub(eight); took > bound {
						t.Errorf("workspace %d with %d digests had its last after %s, want within %s", w, n, took, bound)
					}
				}
				at := func(p float64) time.Duration { return lateness[int(p*float64(digests-1))].Round(time.Second) }
				t.Logf("all at 08:00, %s, digests=%d workspaces=%d largest=%d smallest=%d p50=%s p99=%s last=%s smallest-last=%s refused=%d lost=%d doubled=%d", tt.name, digests, workspaces, of[0], of[workspaces-1],
					at(.5), at(.99), at(1), last[fmt.Sprint("T", workspaces-1)].Sub(eight).Round(time.Second), platform.refused, lost, doubled)
			})
		})
	}
}
