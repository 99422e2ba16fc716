package digest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot/bottest"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/briefings"
)

// hand is a clock that a test moves.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func (h *hand) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hand) set(at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = at
}

func (h *hand) move(d time.Duration) { h.set(h.now().Add(d)) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// morning is a Monday.
var morning = time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)

// subscribe adds a digest to a channel of its own; its first slot is the first after from.
func subscribe(t testing.TB, s digest.Store, id, phrase string, from time.Time, change ...func(*digest.Subscription)) {
	t.Helper()
	schedule, err := digest.ParseSchedule(phrase, "UTC")
	must(t, err)
	n := digest.Subscription{
		ID: id, Address: message.Address{Platform: "slack", Workspace: "T1", Channel: "C-" + id}, Schedule: schedule,
		Owner: "U1", Created: from, NextAt: schedule.Next(from),
		Beat: briefings.Beat{Name: id},
	}
	for _, c := range change {
		c(&n)
	}
	must(t, s.AddSubscription(t.Context(), n))
}

func newClock(t testing.TB, s digest.Store, h *hand, hooks digest.Hooks) *digest.Clock {
	t.Helper()
	c, err := digest.NewClock(digest.ClockConfig{Store: s, Platforms: map[string]func() time.Time{"slack": h.now}, Hooks: hooks})
	must(t, err)
	return c
}

func tick(t testing.TB, c *digest.Clock) int {
	t.Helper()
	n, err := c.Tick(t.Context(), "slack")
	must(t, err)
	return n
}

func deliveries(t testing.TB, s digest.Store, id string) []digest.Delivery {
	t.Helper()
	list, err := s.Deliveries(t.Context(), digest.DeliveryFilter{Subscription: id, Limit: 100000})
	must(t, err)
	return list
}

func subscription(t testing.TB, s digest.Store, id string) digest.Subscription {
	t.Helper()
	n, err := s.Subscription(t.Context(), id)
	must(t, err)
	return n
}

// story tells the deliveries of a digest, the oldest first: "Mon 08:00 due late".
func story(list []digest.Delivery) string {
	var words []string
	for i := len(list) - 1; i >= 0; i-- {
		w := list[i].Slot.Format("Mon 15:04 ") + string(list[i].State)
		if list[i].Late {
			w += " late"
		}
		words = append(words, w)
	}
	return strings.Join(words, ", ")
}

func TestClockOpensEachSlotOnce(t *testing.T) {
	t.Parallel()
	s, h := bottest.NewStore(), &hand{at: morning.Add(-time.Hour)}
	subscribe(t, s, "a", "daily 08:00", h.now())
	first, second := newClock(t, s, h, digest.Hooks{}), newClock(t, s, h, digest.Hooks{})
	if n := tick(t, first); n != 0 {
		t.Errorf("an hour early the clock opens %d", n)
	}
	h.set(morning)
	if n := tick(t, first) + tick(t, first) + tick(t, second); n != 1 {
		t.Errorf("two clocks open %d deliveries for one slot, want 1", n)
	}
	d := deliveries(t, s, "a")[0]
	if d.State != digest.Due || d.Late || !d.Opened.Equal(morning) || !d.WindowFrom.Equal(morning.Add(-24*time.Hour)) || d.Address.Channel != "C-a" {
		t.Errorf("opened as %+v", d)
	}
	if next := subscription(t, s, "a").NextAt; !next.Equal(morning.Add(24 * time.Hour)) {
		t.Errorf("the next slot is %s, want a day later", next)
	}
}

func TestClockAppliesTheMisfirePolicy(t *testing.T) {
	t.Parallel()
	friday := morning.Add(4 * 24 * time.Hour)
	for _, tt := range []struct {
		name    string
		misfire digest.Misfire
		now     time.Time
		want    string
		reason  string // of the first
	}{
		{"in time", "", morning, "Mon 08:00 due", ""},
		{"after a short outage", "", morning.Add(4 * time.Minute), "Mon 08:00 due", ""},
		{"latest, an hour late", digest.MisfireLatest, morning.Add(time.Hour), "Mon 08:00 due late", ""},
		{"latest, within the grace", digest.MisfireLatest, morning.Add(digest.Grace), "Mon 08:00 due late", ""},
		{"latest, past the grace", digest.MisfireLatest, morning.Add(digest.Grace + time.Second), "Mon 08:00 skipped", "the next digest covers the time"},
		{"latest, of several", "", friday.Add(time.Hour), "Mon 08:00 skipped, Tue 08:00 skipped, Wed 08:00 skipped, Thu 08:00 skipped, Fri 08:00 due late", "the digest of Fri 6 Mar 08:00 covers the time"},
		{"latest, of several, the newest in time", "", friday, "Mon 08:00 skipped, Tue 08:00 skipped, Wed 08:00 skipped, Thu 08:00 skipped, Fri 08:00 due", "covers the time"},
		{"latest, of several, all too old", "", friday.Add(7 * time.Hour), "Mon 08:00 skipped, Tue 08:00 skipped, Wed 08:00 skipped, Thu 08:00 skipped, Fri 08:00 skipped", "covers the time"},
		{"skip", digest.MisfireSkip, morning.Add(time.Hour), "Mon 08:00 skipped", "does not make up"},
		{"skip, the newest in time", digest.MisfireSkip, morning.Add(24 * time.Hour), "Mon 08:00 skipped, Tue 08:00 due", "does not make up"},
		{"all", digest.MisfireAll, friday.Add(7 * time.Hour), "Mon 08:00 skipped, Tue 08:00 skipped, Wed 08:00 due late, Thu 08:00 due late, Fri 08:00 due late", "only the newest 3"},
		{"all, two", digest.MisfireAll, morning.Add(25 * time.Hour), "Mon 08:00 due late, Tue 08:00 due late", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, h := bottest.NewStore(), &hand{at: tt.now}
			subscribe(t, s, "a", "daily 08:00", morning.Add(-time.Hour), func(n *digest.Subscription) { n.Misfire = tt.misfire })
			var skipped, opened int
			c := newClock(t, s, h, digest.Hooks{Skipped: func(string) { skipped++ }, Opened: func(_ string, n int) { opened += n }})
			n := tick(t, c)
			list := deliveries(t, s, "a")
			if got := story(list); got != tt.want {
				t.Errorf("got %s\nwant %s", got, tt.want)
			}
			if n != len(list) || skipped != strings.Count(tt.want, "skipped") || opened != strings.Count(tt.want, "due") {
				t.Errorf("counted %d, hooks heard of %d skipped and %d opened; the story is %s", n, skipped, opened, tt.want)
			}
			if got := list[len(list)-1].Reason; !strings.Contains(got, tt.reason) || (got == "") != (tt.reason == "") {
				t.Errorf("the reason of the first is %q, want it to say %q", got, tt.reason)
			}
		})
	}
}

func TestClockReadsTheWindowFromTheLastSentDigest(t *testing.T) {
	t.Parallel()
	week := 7 * 24 * time.Hour
	for _, tt := range []struct {
		phrase string
		last   time.Duration // before the slot; zero means that none was sent
		want   time.Duration
	}{
		{"daily 08:00", 0, 24 * time.Hour},
		{"weekdays 08:00", 0, 24 * time.Hour},
		{"every 6 hours", 0, 24 * time.Hour},
		{"mondays 08:00", 0, week},
		{"monthly on the 2nd 08:00", 0, 31 * 24 * time.Hour},
		{"daily 08:00", 24 * time.Hour, 24 * time.Hour},
		{"daily 08:00", 5 * 24 * time.Hour, 5 * 24 * time.Hour},
		{"mondays 08:00", 2 * week, 2 * week},
	} {
		s, h := bottest.NewStore(), &hand{at: morning}
		subscribe(t, s, "a", tt.phrase, morning.Add(-time.Minute), func(n *digest.Subscription) {
			n.NextAt = morning
			if tt.last > 0 {
				n.Last = morning.Add(-tt.last)
			}
		})
		tick(t, newClock(t, s, h, digest.Hooks{}))
		d := deliveries(t, s, "a")[0]
		if got := d.Slot.Sub(d.WindowFrom); got != tt.want {
			t.Errorf("%s, the last one %s before: the window has %s, want %s", tt.phrase, tt.last, got, tt.want)
		}
	}
}

func TestClockLosesNoNewsBeforeTheFirstDigestIsSent(t *testing.T) {
	t.Parallel()
	s, h := bottest.NewStore(), &hand{at: morning}
	subscribe(t, s, "a", "daily 08:00", morning.Add(-10*time.Hour))
	c := newClock(t, s, h, digest.Hooks{})
	for range 40 { // none of which is sent
		tick(t, c)
		h.move(24 * time.Hour)
	}
	list := deliveries(t, s, "a")
	third, last := list[len(list)-3], list[0]
	if want := morning.Add(-24 * time.Hour); !third.WindowFrom.Equal(want) {
		t.Errorf("the window of the third begins at %s, want at that of the first, %s", third.WindowFrom, want)
	}
	if got := last.Slot.Sub(last.WindowFrom); got != 31*24*time.Hour {
		t.Errorf("the window of the last has %s, want a month at most", got)
	}
}

func TestClockRecordsAYearOfMissedSlots(t *testing.T) {
	t.Parallel()
	s, h := bottest.NewStore(), &hand{at: morning.AddDate(1, 0, 0)}
	subscribe(t, s, "a", "hourly", morning.Add(-time.Minute))
	n := tick(t, newClock(t, s, h, digest.Hooks{}))
	if want := 365*24 + 1; n != want {
		t.Errorf("opened %d deliveries, want %d", n, want)
	}
	due := 0
	for _, d := range deliveries(t, s, "a") {
		if d.State == digest.Due {
			due++
		} else if d.Reason == "" {
			t.Fatalf("the slot %s is skipped without a reason", d.Slot)
		}
	}
	if due != 1 {
		t.Errorf("%d of them are sent, want the newest alone", due)
	}
	if next := subscription(t, s, "a").NextAt; !next.Equal(h.now().Add(time.Hour)) {
		t.Errorf("the next slot is %s, want an hour from now", next)
	}
}

func TestClockWorksThroughMoreThanABatch(t *testing.T) {
	t.Parallel()
	s, h := bottest.NewStore(), &hand{at: morning}
	for i := range 25 {
		subscribe(t, s, fmt.Sprintf("d%d", i), "daily 08:00", morning.Add(-time.Hour))
	}
	c, err := digest.NewClock(digest.ClockConfig{Store: s, Platforms: map[string]func() time.Time{"slack": h.now}, Batch: 4})
	must(t, err)
	if n := tick(t, c); n != 25 {
		t.Errorf("opened %d of 25", n)
	}
}

func TestClockPausesADigestWhoseScheduleCannotBeRead(t *testing.T) {
	t.Parallel()
	s, h := bottest.NewStore(), &hand{at: morning}
	for i, schedule := range []digest.Schedule{{Cron: "TZ=0", Zone: "UTC"}, {Cron: "0 8 * * *", Zone: "Atlantis/Capital"}} {
		subscribe(t, s, fmt.Sprintf("bad%d", i), "daily 08:00", morning.Add(-time.Hour), func(n *digest.Subscription) { n.Schedule = schedule })
	}
	subscribe(t, s, "good", "daily 08:00", morning.Add(-time.Hour))
	if n := tick(t, newClock(t, s, h, digest.Hooks{})); n != 1 {
		t.Errorf("opened %d, want the good one alone", n)
	}
	for i := range 2 {
		if n := subscription(t, s, fmt.Sprintf("bad%d", i)); !n.Paused || !strings.Contains(n.Reason, "can't be read") {
			t.Errorf("%s is paused: %t, because %q", n.ID, n.Paused, n.Reason)
		}
	}
}

func TestClockLetsAPausedDigestRest(t *testing.T) {
	t.Parallel()
	s, h := bottest.NewStore(), &hand{at: morning.Add(30 * time.Hour)}
	subscribe(t, s, "a", "daily 08:00", morning.Add(-time.Hour), func(n *digest.Subscription) { n.Paused, n.Reason = true, "holidays" })
	c := newClock(t, s, h, digest.Hooks{})
	if n := tick(t, c); n != 0 {
		t.Errorf("opened %d deliveries of a paused digest", n)
	}
	n := subscription(t, s, "a").Resumed(h.now())
	if n.Paused || n.Reason != "" || !n.NextAt.Equal(morning.Add(48*time.Hour)) {
		t.Errorf("resumed: paused %t (%q), next at %s", n.Paused, n.Reason, n.NextAt)
	}
	must(t, s.UpdateSubscription(t.Context(), n))
	if n := tick(t, c); n != 0 {
		t.Errorf("opened %d deliveries of what was missed during the pause", n)
	}
}

// racing changes the subscription between the clock's look and its opening.
type racing struct {
	*bottest.Store
	change func()
}

func (r racing) DueSubscriptions(ctx context.Context, platform string, now time.Time, limit int) ([]digest.Subscription, error) {
	list, err := r.Store.DueSubscriptions(ctx, platform, now, limit)
	r.change()
	return list, err
}

func TestClockMindsAnEditInBetween(t *testing.T) {
	t.Parallel()
	s, h := bottest.NewStore(), &hand{at: morning}
	subscribe(t, s, "a", "daily 08:00", morning.Add(-time.Hour))
	subscribe(t, s, "b", "daily 08:00", morning.Add(-time.Hour))
	edited := false
	r := racing{s, func() {
		if edited {
			return
		}
		edited = true
		n := subscription(t, s, "a")
		n.Schedule.Cron, n.NextAt = "0 9 * * *", morning.Add(time.Hour)
		must(t, s.UpdateSubscription(t.Context(), n))
		must(t, s.RemoveSubscription(t.Context(), "b"))
	}}
	c, err := digest.NewClock(digest.ClockConfig{Store: r, Platforms: map[string]func() time.Time{"slack": h.now}})
	must(t, err)
	if n := tick(t, c); n != 0 {
		t.Errorf("opened %d deliveries that nobody wants any more", n)
	}
	h.set(morning.Add(time.Hour))
	if n := tick(t, c); n != 1 {
		t.Errorf("opened %d at the edited time, want 1", n)
	}
}

// broken is a store that fails.
type broken struct {
	*bottest.Store
	err   error
	panic atomic.Bool
}

func (b *broken) DueSubscriptions(ctx context.Context, platform string, now time.Time, limit int) ([]digest.Subscription, error) {
	if b.panic.Load() {
		panic("the store broke")
	}
	if b.err != nil {
		return nil, b.err
	}
	return b.Store.DueSubscriptions(ctx, platform, now, limit)
}

func TestClockTellsItsHealth(t *testing.T) {
	t.Parallel()
	s, h := &broken{Store: bottest.NewStore()}, &hand{at: morning}
	c := newClock(t, s, h, digest.Hooks{})
	if last, err := c.Health("slack"); !last.IsZero() || err != nil {
		t.Errorf("before the first tick: %s, %v", last, err)
	}
	tick(t, c)
	h.move(time.Minute)
	s.err = errors.New("disk full")
	if _, err := c.Tick(t.Context(), "slack"); !errors.Is(err, s.err) {
		t.Errorf("a failing tick: got error %v", err)
	}
	if last, err := c.Health("slack"); !last.Equal(morning) || !errors.Is(err, s.err) {
		t.Errorf("after a failure: last success %s, %v", last, err)
	}
	s.err = nil
	tick(t, c)
	if last, err := c.Health("slack"); !last.Equal(h.now()) || err != nil {
		t.Errorf("mended: last success %s, %v", last, err)
	}
	if _, err := c.Tick(t.Context(), "nowhere"); err == nil {
		t.Error("an unknown platform was ticked")
	}
}

func TestClockRunTicksAndOutlivesPanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &broken{Store: bottest.NewStore()}
		subscribe(t, s, "a", "every 30 minutes", time.Now())
		c, err := digest.NewClock(digest.ClockConfig{Store: s, Platforms: map[string]func() time.Time{"slack": nil}})
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- c.Run(ctx) }()

		time.Sleep(45 * time.Minute)
		synctest.Wait()
		s.panic.Store(true)
		time.Sleep(17 * time.Minute)
		synctest.Wait()
		s.panic.Store(false)
		time.Sleep(2 * time.Second)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run ended with %v", err)
		}
		list := deliveries(t, s, "a")
		if got, want := story(list), "Sat 00:30 due, Sat 01:00 due"; got != want {
			t.Fatalf("after 62 minutes with panics over the second slot: %s, want %s", got, want)
		}
		if after := list[0].Opened.Sub(list[0].Slot); after < 2*time.Minute || after > 2*time.Minute+2*time.Second {
			t.Errorf("the second slot was opened after %s, want at the first tick without a panic", after)
		}
	})
}

func TestNewClockNeedsItsParts(t *testing.T) {
	t.Parallel()
	if _, err := digest.NewClock(digest.ClockConfig{Platforms: map[string]func() time.Time{"slack": nil}}); err == nil {
		t.Error("a clock without a store was made")
	}
	if _, err := digest.NewClock(digest.ClockConfig{Store: bottest.NewStore()}); err == nil {
		t.Error("a clock without a platform was made")
	}
}
