package digest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"attache/briefings"
)

// ClockConfig is what a Clock is made of.
type ClockConfig struct {
	// Store keeps subscriptions and deliveries. Required.
	Store Store
	// Platforms are the platforms whose digests are opened, each with what the time is there. Required. A nil function means
	// time.Now; the playground's clock can be moved.
	Platforms map[string]func() time.Time
	// Tick is how often the clock looks; zero means one second.
	Tick time.Duration
	// Batch is how many subscriptions are read at once; zero means 500.
	Batch int
	// Hooks hear what happens, for metrics.
	Hooks Hooks
	// Log is where the clock tells what it does; nil discards.
	Log *slog.Logger
}

// Clock opens deliveries for the slots that have come. Any number of clocks may run on one Store.
type Clock struct {
	store     Store
	platforms map[string]func() time.Time
	tick      time.Duration
	batch     int
	hooks     Hooks
	log       *slog.Logger

	mu     sync.Mutex
	ticked map[string]time.Time // when each platform was last looked at with success
	failed map[string]error     // why it was not since
}

// NewClock makes a Clock.
func NewClock(c ClockConfig) (*Clock, error) {
	switch {
	case c.Store == nil:
		return nil, errors.New("a digest clock needs a store")
	case len(c.Platforms) == 0:
		return nil, errors.New("a digest clock needs a platform")
	}
	clock := &Clock{
		store: c.Store, platforms: map[string]func() time.Time{}, tick: c.Tick, batch: c.Batch, hooks: c.Hooks, log: c.Log,
		ticked: map[string]time.Time{}, failed: map[string]error{},
	}
	for platform, now := range c.Platforms {
		clock.platforms[platform] = orNow(now)
	}
	if clock.tick <= 0 {
		clock.tick = time.Second
	}
	if clock.batch <= 0 {
		clock.batch = 500
	}
	if clock.log == nil {
		clock.log = slog.New(slog.DiscardHandler)
	}
	return clock, nil
}

func orNow(now func() time.Time) func() time.Time {
	if now == nil {
		return time.Now
	}
	return now
}

// onTime is how old a slot may be and still count as planned in time: a restart or a short outage is no misfire. It is
// shorter than MinGap, so that at most one slot of a schedule is on time.
const onTime = 5 * time.Minute

// most is how many missed slots MisfireAll sends.
const most = 3

// chunk is how many deliveries are opened in one transaction, atOnce how many slots of a subscription are looked at in one
// tick. A year of missed hours has 8760.
const (
	chunk  = 500
	atOnce = 10_000
)

// Tick opens what is due on platform and returns how many deliveries it has opened, skipped ones included. A subscription
// that fails does not keep the others from their turn; the error then joins what went wrong.
func (c *Clock) Tick(ctx context.Context, platform string) (opened int, err error) {
	now, ok := c.platforms[platform]
	if !ok {
		return 0, fmt.Errorf("the digest clock does not know the platform %q", platform)
	}
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if err == nil {
			c.ticked[platform] = now()
		}
		c.failed[platform] = err
	}()
	zones := map[string]*time.Location{} // reading a zone is dear and many subscriptions share it
	tried := map[string]int{}
	var problems []error
	for {
		due, err := c.store.DueSubscriptions(ctx, platform, now(), c.batch)
		if err != nil {
			return opened, fmt.Errorf("look for due digests on %s: %w", platform, err)
		}
		progress := false
		for _, s := range due {
			if tried[s.ID] >= 2 {
				continue // changed under our hands twice, or failing: the next tick sees to it
			}
			tried[s.ID]++
			progress = true
			n, err := c.open(ctx, s, now(), zones)
			opened += n
			if err != nil {
				problems = append(problems, err)
			}
			if ctx.Err() != nil {
				return opened, errors.Join(problems...)
			}
		}
		if len(due) < c.batch || !progress {
			return opened, errors.Join(problems...)
		}
	}
}

// open opens the slots of one subscription that have come by now.
func (c *Clock) open(ctx context.Context, s Subscription, now time.Time, zones map[string]*time.Location) (opened int, err error) {
	table, err := c.timetable(s.Schedule, zones)
	if err != nil {
		return 0, c.suspend(ctx, s, err)
	}
	platform := s.Address.Platform
	slots := append([]time.Time{s.NextAt}, table.between(s.NextAt, now, atOnce)...)
	next := table.next(slots[len(slots)-1])
	after := next
	planned := plan(s, slots, !next.IsZero() && !next.After(now), now, table)
	for len(planned) > 0 {
		part := planned[:min(chunk, len(planned))]
		planned = planned[len(part):]
		if next = after; len(planned) > 0 {
			next = planned[0].Slot
		}
		n, err := c.store.Open(ctx, s, part, next)
		switch {
		case errors.Is(err, ErrChanged), errors.Is(err, ErrNotFound):
			return opened, nil // another clock was faster, or a person has changed or removed it: it is read again
		case err != nil:
			return opened, fmt.Errorf("open digest %s: %w", s.ID, err)
		}
		opened += n
		c.tell(platform, part, n, now)
		if len(planned) == 0 {
			break
		}
		if s, err = c.store.Subscription(ctx, s.ID); err != nil {
			if errors.Is(err, ErrNotFound) {
				err = nil
			}
			return opened, err
		}
		if !s.NextAt.Equal(next) || s.Paused {
			return opened, nil
		}
	}
	return opened, nil
}

// timetable reads a schedule.
func (c *Clock) timetable(s Schedule, zones map[string]*time.Location) (*timetable, error) {
	loc, ok := zones[s.Zone]
	if !ok {
		var err error
		if loc, err = s.Location(); err != nil {
			return nil, err
		}
		zones[s.Zone] = loc
	}
	lines, err := readCron(s.Cron)
	if err != nil {
		return nil, err
	}
	return &timetable{lines: lines, loc: loc}, nil
}

// suspend pauses a subscription whose schedule can't be read any more, so that it is seen by people and not each second by
// the clock.
func (c *Clock) suspend(ctx context.Context, s Subscription, why error) error {
	c.log.ErrorContext(ctx, "a digest is paused because its schedule can't be read", "digest", s.ID, "cron", s.Schedule.Cron, "zone", s.Schedule.Zone, "err", why)
	s.Paused, s.Reason = true, "Its schedule can't be read any more ("+why.Error()+"). Set the times again with digest edit."
	if err := c.store.UpdateSubscription(ctx, s); err != nil && !errors.Is(err, ErrChanged) && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("pause digest %s: %w", s.ID, err)
	}
	return nil
}

// tell counts and logs what was opened.
func (c *Clock) tell(platform string, list []Delivery, opened int, now time.Time) {
	if opened == 0 {
		return // all of it was there already
	}
	due := 0
	for _, d := range list {
		if d.State == Skipped {
			heard(c.hooks.Skipped, platform)
			continue
		}
		due++
		c.hooks.planned(platform, now.Sub(d.Slot))
		c.log.Debug("a digest is due", "digest", d.Subscription, "slot", d.Slot, "address", d.Address.String(), "late", d.Late)
	}
	c.hooks.opened(platform, due)
	if skipped := len(list) - due; skipped > 0 {
		c.log.Warn("slots were missed and are skipped", "digest", list[0].Subscription, "skipped", skipped,
			"first", list[0].Slot, "address", list[0].Address.String())
	}
}

// plan decides what becomes of slots, which all have come: the policy of the subscription says which missed ones are sent.
// more says that newer slots have come as well, so that the last of these is not the newest.
func plan(s Subscription, slots []time.Time, more bool, now time.Time, table *timetable) []Delivery {
	newest := slots[len(slots)-1]
	list := make([]Delivery, 0, len(slots))
	for i, slot := range slots {
		d := Delivery{
			Subscription: s.ID, Slot: slot, Address: s.Address, State: Due, Opened: now,
			WindowFrom: windowFrom(s, slot, table),
		}
		age := now.Sub(slot)
		d.Late = age > onTime
		why := ""
		switch {
		case !d.Late: // in time
		case s.Misfire == MisfireSkip:
			why = "Attaché was not running then, and this digest does not make up for what it misses."
		case s.Misfire == MisfireAll:
			if more || i < len(slots)-most {
				why = fmt.Sprintf("Attaché was not running then; only the newest %d of the missed digests are sent.", most)
			}
		case more:
			why = "Attaché was not running then; a later digest covers the time."
		case slot.Before(newest):
			why = "Attaché was not running then; the digest of " + inZone(newest, table.loc) + " covers the time."
		case age > Grace:
			why = fmt.Sprintf("Attaché was not running then, nor for %d hours after; the next digest covers the time.", int(Grace.Hours()))
		}
		if why != "" {
			d.State, d.Reason, d.Late, d.Settled = Skipped, why, false, now
		}
		list = append(list, d)
	}
	return list
}

// inZone is an instant as a reader of the digest would say it.
func inZone(t time.Time, loc *time.Location) string { return t.In(loc).Format("Mon 2 Jan 15:04") }

// windowFrom is where the window of a slot begins: at the last digest that was sent, so that no news is lost when one is
// skipped or fails. Before the first one it is a day, or the schedule's own step where that is a week or more; if that
// first one was never sent, the next covers its time as well, within a month.
func windowFrom(s Subscription, slot time.Time, table *timetable) time.Time {
	if !s.Last.IsZero() && s.Last.Before(slot) {
		return s.Last
	}
	const day, month = 24 * time.Hour, 31 * 24 * time.Hour
	window := day
	if next := table.next(slot); !next.IsZero() {
		if step := next.Sub(slot); step >= 6*day {
			window = min(step, month).Round(day) // a clock change makes a week an hour longer or shorter
		}
	}
	from := slot.Add(-window)
	if first := table.next(s.Created); s.Last.IsZero() && !s.Created.IsZero() && first.Before(slot) {
		from = first.Add(-window)
	}
	if longest := slot.Add(-month); from.Before(longest) {
		from = longest
	}
	return from
}

// Assignment is the work order for the edition of s at a slot, with news since from.
func Assignment(s Subscription, slot, from time.Time) briefings.Assignment {
	channel := s.Address
	channel.Thread = ""
	a := briefings.Assignment{Beat: s.Beat, Window: briefings.Window{From: from, To: slot}, Last: s.LastEdition, For: channel.String()}
	if s.Form == FormReview {
		a.Review, a.Last, a.Window = true, nil, ReviewWindow(from, slot)
	}
	return a
}

// ReviewWindow is what a review at a slot looks back on: the week before it, and also what the reviews since from have missed,
// within a month.
func ReviewWindow(from, slot time.Time) briefings.Window {
	const week, month = 7 * 24 * time.Hour, 31 * 24 * time.Hour
	w := briefings.Window{From: from, To: slot}
	if latest := slot.Add(-week); from.IsZero() || from.After(latest) {
		w.From = latest
	}
	if longest := slot.Add(-month); w.From.Before(longest) {
		w.From = longest
	}
	return w
}

// Weekly says whether a schedule fires once a week, as a review's does.
func (s Schedule) Weekly(at time.Time) bool {
	const day = 24 * time.Hour
	for range 3 {
		first := s.Next(at)
		at = s.Next(first)
		if step := at.Sub(first); first.IsZero() || step < 6*day || step > 8*day {
			return false
		}
	}
	return true
}

// Resumed returns s as it goes on after a pause: from its next slot after now. What it missed meanwhile was not wanted.
func (s Subscription) Resumed(now time.Time) Subscription {
	s.Paused, s.Reason, s.NextAt = false, "", s.Schedule.Next(now)
	return s
}

// Health tells when platform was last looked at with success (zero: never) and, if the newest look failed, why.
func (c *Clock) Health(platform string) (last time.Time, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ticked[platform], c.failed[platform]
}

// Run ticks until ctx ends and returns when the last tick has. It never fails: a tick that does is told in the log and in
// Health, and the next one tries again.
//
// The beat comes from robfig/cron, one entry for each platform and none for a digest: it holds nothing that could be lost,
// starts no second tick while one is still at work, and a panic inside a tick ends that tick alone.
func (c *Clock) Run(ctx context.Context) error {
	logger := cronLog{c.log}
	// Recover stands inside: SkipIfStillRunning would take a job that panicked for one that runs for ever.
	chain := cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger), cron.Recover(logger))
	beat := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(logger), chain)
	for platform := range c.platforms {
		var outage bool
		beat.Schedule(every(c.tick), cron.FuncJob(func() {
			if ctx.Err() != nil {
				return
			}
			_, err := c.Tick(ctx, platform)
			switch {
			case err != nil && ctx.Err() != nil: // shutting down
			case err != nil && !outage:
				c.log.ErrorContext(ctx, "the digest clock can't look", "platform", platform, "err", err)
				outage = true
			case err == nil && outage:
				c.log.InfoContext(ctx, "the digest clock looks again", "platform", platform)
				outage = false
			}
		}))
	}
	beat.Start()
	<-ctx.Done()
	<-beat.Stop().Done()
	return nil
}

// every is a cron.Schedule with a constant step; the library's own knows no fractions of a second.
type every time.Duration

// Next implements cron.Schedule.
func (e every) Next(t time.Time) time.Time { return t.Add(time.Duration(e)) }

// cronLog writes what the library has to say.
type cronLog struct{ log *slog.Logger }

// Info implements cron.Logger: the library tells of every beat.
func (l cronLog) Info(string, ...any) {}

// Error implements cron.Logger.
func (l cronLog) Error(err error, msg string, facts ...any) {
	l.log.Error("a tick of the digest clock has broken off", slices.Concat([]any{"err", err, "detail", msg}, facts)...)
}
