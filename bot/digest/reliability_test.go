package digest_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot/bottest"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/briefings"
)

var (
	seed = flag.Uint64("seed", 42, "what the reliability tests draw their faults from")
	long = flag.Bool("long", false, "run the reliability tests over tens of thousands of deliveries")
)

var errDead = errors.New("the process is dead")

// process is a replica that can be killed or frozen at any of its operations: between two of them, before an operation has
// had its effect, or after it had and before the replica hears of it.
type process struct {
	w *world

	mu    sync.Mutex
	dead  bool
	death func() // ends its goroutines, as the machine would
}

// world is what survives a process.
type world struct {
	store    *bottest.Store
	platform *bottest.Platform
	parallel int
	kill     float64 // chance that an operation is a process's last
	freeze   float64 // chance that it takes a minute

	mu      sync.Mutex
	rand    *rand.Rand
	alive   map[*process]bool
	slow    map[string]bool // keys whose next post takes long to arrive
	dark    time.Time       // until when no process is started
	kills   int
	freezes int
	calm    bool // no more faults
}

func (w *world) chance(p float64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.calm && w.rand.Float64() < p
}

func (w *world) intN(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rand.IntN(n)
}

// step is an operation of p.
func (p *process) step(ctx context.Context, operation func() error) error {
	if p.isDead() {
		return errDead
	}
	if p.w.chance(p.w.freeze) {
		p.w.mu.Lock()
		p.w.freezes++
		p.w.mu.Unlock()
		time.Sleep(time.Minute)
	}
	if p.w.chance(p.w.kill) {
		before := p.w.chance(0.5)
		var err error
		if !before {
			err = operation()
		}
		p.die()
		return errors.Join(errDead, err)
	}
	return operation()
}

func (p *process) isDead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

func (p *process) die() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return
	}
	p.dead = true
	p.w.mu.Lock()
	p.w.kills++
	delete(p.w.alive, p)
	p.w.mu.Unlock()
	p.death()
}

// blackOut kills all processes and lets none start for a while.
func (w *world) blackOut(d time.Duration) {
	w.mu.Lock()
	var all []*process
	for p := range w.alive {
		all = append(all, p)
	}
	w.dark = time.Now().Add(d)
	w.mu.Unlock()
	for _, p := range all {
		p.die()
	}
}

// light waits until a process may start again.
func (w *world) light() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Until(w.dark)
}

// ledger is the store as a process sees it.
type ledger struct {
	digest.Store
	p *process
}

func (l ledger) Subscription(ctx context.Context, id string) (s digest.Subscription, err error) {
	err = l.p.step(ctx, func() (err error) { s, err = l.Store.Subscription(ctx, id); return err })
	return s, err
}

func (l ledger) DueSubscriptions(ctx context.Context, platform string, now time.Time, limit int) (list []digest.Subscription, err error) {
	if l.p.isDead() {
		return nil, errDead
	}
	return l.Store.DueSubscriptions(ctx, platform, now, limit)
}

func (l ledger) Open(ctx context.Context, s digest.Subscription, slots []digest.Delivery, next time.Time) (n int, err error) {
	err = l.p.step(ctx, func() (err error) { n, err = l.Store.Open(ctx, s, slots, next); return err })
	return n, err
}

func (l ledger) Claim(ctx context.Context, platform string, now time.Time, lease time.Duration, limit int) (list []digest.Delivery, err error) {
	if l.p.isDead() {
		return nil, errDead
	}
	list, err = l.Store.Claim(ctx, platform, now, lease, limit)
	if len(list) == 0 {
		return list, err
	}
	return list, l.p.step(ctx, func() error { return err })
}

func (l ledger) KeepComposed(ctx context.Context, d digest.Delivery, e briefings.Edition, parts []digest.Part) error {
	return l.p.step(ctx, func() error { return l.Store.KeepComposed(ctx, d, e, parts) })
}

func (l ledger) Begin(ctx context.Context, d digest.Delivery, part int, now time.Time) error {
	return l.p.step(ctx, func() error { return l.Store.Begin(ctx, d, part, now) })
}

func (l ledger) EndPart(ctx context.Context, d digest.Delivery, part int, state digest.PartState, ref message.Ref, reason string) error {
	return l.p.step(ctx, func() error { return l.Store.EndPart(ctx, d, part, state, ref, reason) })
}

func (l ledger) Wait(ctx context.Context, d digest.Delivery, at time.Time, reason string) error {
	return l.p.step(ctx, func() error { return l.Store.Wait(ctx, d, at, reason) })
}

func (l ledger) Settle(ctx context.Context, d digest.Delivery, state digest.State, reason string, now time.Time) error {
	return l.p.step(ctx, func() error { return l.Store.Settle(ctx, d, state, reason, now) })
}

// line is the network between a process and the platform. Like every adapter's it writes no request whose time is over.
type line struct {
	message.Poster
	p *process
}

func (l line) Post(ctx context.Context, to message.Address, m *message.Message, key string) (ref message.Ref, err error) {
	if l.p.w.chance(5*l.p.w.kill) && !l.p.isDead() {
		// The process dies in the middle of the request, which is still in the platform's hands.
		l.p.w.mu.Lock()
		l.p.w.slow[key] = true
		l.p.w.mu.Unlock()
		_, _ = l.Poster.Post(ctx, to, m, key)
		l.p.die()
		return message.Ref{}, errDead
	}
	stepped := l.p.step(ctx, func() error {
		select {
		case <-ctx.Done():
			err = &message.Error{Class: message.Later, Reason: "not_in_time"}
			return nil
		default:
		}
		time.Sleep(time.Duration(5+l.p.w.intN(55)) * time.Millisecond)
		ref, err = l.Poster.Post(ctx, to, m, key)
		return nil
	})
	return ref, errors.Join(err, stepped)
}

type asking struct {
	message.Finder
	p *process
}

func (a asking) Find(ctx context.Context, to message.Address, key string, since time.Time) (ref message.Ref, found bool, err error) {
	stepped := a.p.step(ctx, func() error {
		ref, found, err = a.Finder.Find(ctx, to, key, since)
		return nil
	})
	if stepped != nil {
		return message.Ref{}, false, &message.Error{Class: message.Later, Reason: "dead", Err: stepped}
	}
	return ref, found, err
}

// poster is the platform's poster over p's line, with what it can do.
func (p *process) poster() message.Poster {
	inner := p.w.platform.Poster()
	l := line{inner, p}
	finder, finds := inner.(message.Finder)
	dedupe, dedupes := inner.(message.Deduplicator)
	switch {
	case finds && dedupes:
		return struct {
			line
			asking
			message.Deduplicator
		}{l, asking{finder, p}, dedupe}
	case finds:
		return struct {
			line
			asking
		}{l, asking{finder, p}}
	case dedupes:
		return struct {
			line
			message.Deduplicator
		}{l, dedupe}
	}
	return l
}

// live runs a clock and a courier until they are killed or ctx ends.
func (w *world) live(ctx context.Context, hooks digest.Hooks) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &process{w: w, death: cancel}
	w.mu.Lock()
	w.alive[p] = true
	w.mu.Unlock()
	clock, err := digest.NewClock(digest.ClockConfig{Store: ledger{w.store, p}, Platforms: map[string]func() time.Time{"slack": nil}})
	if err != nil {
		return err
	}
	courier, err := digest.NewCourier(digest.CourierConfig{
		Store: ledger{w.store, p}, Posters: map[string]message.Poster{"slack": p.poster()}, Parallel: w.parallel, Hooks: hooks,
		Compose: func(ctx context.Context, a briefings.Assignment) (briefings.Edition, error) {
			select {
			case <-time.After(time.Duration(w.intN(14_000)) * time.Millisecond):
			case <-ctx.Done():
				return briefings.Edition{}, ctx.Err()
			}
			return briefings.Edition{Beat: a.Beat, Window: a.Window}, nil
		},
		Render: func(s digest.Subscription, d digest.Delivery, _ briefings.Edition) *message.Message {
			m := &message.Message{Gist: s.ID}
			for i := range 1 + int(d.Slot.Unix()/900)%2 {
				m.Blocks = append(m.Blocks, message.P(message.T(fmt.Sprintf("part %d", i))))
			}
			return m
		},
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	var results [2]error
	wg.Go(func() { results[0] = clock.Run(ctx) })
	wg.Go(func() { results[1] = courier.Run(ctx) })
	wg.Wait()
	return errors.Join(results[0], results[1])
}

// Three replicas are killed and frozen in the middle of anything, and the platform loses answers and requests, answers with
// errors after it has accepted, hangs, and asks to wait. Each slot is sent once, or recorded with a reason.
func TestNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		options bottest.PlatformOptions
		holds   bool // whether a digest may be held
	}{
		{"a platform with history", bottest.PlatformOptions{Finds: true}, false},
		{"a platform that refuses duplicates for two minutes and has history", bottest.PlatformOptions{Finds: true, Window: 2 * time.Minute}, false},
		{"a platform that refuses duplicates for a day", bottest.PlatformOptions{Window: 24 * time.Hour}, false},
		{"a platform that can do neither", bottest.PlatformOptions{}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { surviveFaults(t, tt.name, tt.options, tt.holds) })
		})
	}
}

func surviveFaults(t *testing.T, name string, o bottest.PlatformOptions, mayHold bool) {
	const (
		replicas = 3
		parallel = 4
	)
	digests, span := 40, 6*time.Hour
	switch {
	case *long:
		digests, span = 100, 30*time.Hour
	case testing.Short():
		digests, span = 20, 3*time.Hour
	}
	w := &world{store: bottest.NewStore(), parallel: parallel, kill: 0.01, freeze: 0.001, rand: rand.New(rand.NewPCG(*seed, 1)), alive: map[*process]bool{}, slow: map[string]bool{}}
	var unknown int
	o.Blocks = 1
	o.Fault = func(p bottest.Posting) bottest.Fault {
		w.mu.Lock()
		slow := w.slow[p.Key]
		delete(w.slow, p.Key)
		w.mu.Unlock()
		if slow {
			return bottest.ArrivesLate(time.Duration(w.intN(28_000)) * time.Millisecond)
		}
		if w.chance(0.88) {
			return bottest.Fault{}
		}
		after := time.Duration(1+w.intN(15)) * time.Second
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.calm {
			return bottest.Fault{}
		}
		faults := []bottest.Fault{
			bottest.AnswerLost(), bottest.AnswerLost(), bottest.ArrivesLate(after), bottest.RequestLost(), bottest.RequestLost(),
			bottest.RateLimited(2 * after), bottest.RateLimited(2 * after), bottest.RateLimited(2 * after), bottest.RateLimited(0),
			bottest.Hangs(true), bottest.Hangs(false), {Panics: true, Arrives: true},
		}
		f := faults[w.rand.IntN(len(faults))]
		if f.Hangs || f.Panics || f.Class == message.Unknown {
			unknown++
		}
		return f
	}
	w.platform = bottest.NewPlatform("slack", o)

	start := time.Now()
	for i := range digests {
		subscribe(t, w.store, fmt.Sprintf("d%03d", i), "every 15 minutes", start, func(n *digest.Subscription) {
			n.Address.Workspace = fmt.Sprintf("T%d", i%7)
		})
	}
	var mu sync.Mutex
	counts := map[string]int{}
	count := func(what string) func(string) {
		return func(string) {
			mu.Lock()
			defer mu.Unlock()
			counts[what]++
		}
	}
	hooks := digest.Hooks{Held: count("held"), Reconciled: count("reconciled"), Retried: count("retried"), Duplicate: count("duplicates"), Failed: count("failed")}

	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range replicas {
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := w.live(ctx, hooks); err != nil {
					t.Error(err)
					return
				}
				pause := time.Duration(w.intN(10_000)) * time.Millisecond
				if w.intN(40) == 0 {
					pause = time.Duration(w.intN(20)) * time.Minute
				}
				pause = max(pause, w.light())
				select {
				case <-time.After(pause):
				case <-ctx.Done():
				}
			}
		})
	}
	for time.Since(start) < span {
		time.Sleep(time.Duration(60+w.intN(60))*time.Minute + time.Duration(w.intN(60))*time.Second)
		w.blackOut(time.Duration(3+w.intN(10)) * time.Minute) // longer than the platform refuses duplicates
	}
	time.Sleep(20 * time.Minute)
	end := time.Now()
	w.mu.Lock()
	w.calm = true
	w.mu.Unlock()
	// No new slots, and time for what is under way.
	list, err := w.store.Subscriptions(t.Context(), digest.Filter{})
	must(t, err)
	for _, n := range list {
		for n.Paused = true; ; {
			err := w.store.UpdateSubscription(t.Context(), n)
			if err == nil {
				break
			}
			n = subscription(t, w.store, n.ID)
			n.Paused = true
		}
	}
	time.Sleep(30 * time.Minute)
	cancel()
	wg.Wait()

	shown := w.platform.Counts()
	doubled := 0
	for key, n := range shown {
		if n > 1 {
			doubled++
			t.Errorf("%s is shown %d times", key, n)
		}
	}
	slots, lost, sent, skipped, held := 0, 0, 0, 0, 0
	for _, n := range list {
		kept := map[time.Time]digest.Delivery{}
		for _, d := range deliveries(t, w.store, n.ID) {
			kept[d.Slot] = d
		}
		for _, slot := range n.Schedule.Between(start, end.Add(-time.Minute), 1<<20) {
			slots++
			d, ok := kept[slot]
			switch {
			case ok && d.State == digest.Sent:
				sent++
				for _, p := range d.Parts {
					if shown[n.Address.Channel+" "+p.Key] != 1 {
						lost++
						t.Errorf("digest %s for %s is recorded as sent, and its part %d is shown %d times", n.ID, slot, p.Number, shown[n.Address.Channel+" "+p.Key])
					}
				}
			case ok && d.State == digest.Skipped && d.Reason != "":
				skipped++
			case ok && d.State == digest.Held && mayHold && d.Reason != "":
				held++
			default:
				lost++
				t.Errorf("digest %s for %s is %q because %q", n.ID, slot, d.State, d.Reason)
			}
		}
	}
	if impatient := w.platform.Impatient(); impatient > w.kills+slots/100 { // a new process does not know what an old one was told
		t.Errorf("%d requests came while the platform had asked to wait", impatient)
	}
	if skipped > slots/20 {
		t.Errorf("%d of %d slots were skipped", skipped, slots)
	}
	if w.kills < slots/40 || w.freezes == 0 || unknown == 0 {
		t.Errorf("%d kills, %d freezes and %d unknown results are no trial", w.kills, w.freezes, unknown)
	}
	if most := unknown + w.freezes + w.kills*parallel; held > most { // a kill cuts off all that is under way
		t.Errorf("%d digests are held, want at most %d", held, most)
	}
	t.Logf("simulated, %s, seed=%d slots=%d sent=%d skipped=%d held=%d kills=%d freezes=%d unknown=%d reconciled=%d retried=%d lost=%d doubled=%d",
		name, *seed, slots, sent, skipped, held, w.kills, w.freezes, unknown, counts["reconciled"], counts["retried"], lost, doubled)
}

// A year of many schedules in many zones with outages of minutes to days: every slot is sent once or recorded as skipped,
// with a reason, and the windows of what is sent follow each other without a gap.
func TestEverySlotOfAYearIsAccountedFor(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(*seed, 2))
	start := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	end := start.AddDate(1, 0, 0)
	outageIn := 500 // steps
	if testing.Short() {
		outageIn = 200
		start = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
		end = start.AddDate(0, 2, 0)
	}
	h := &hand{at: start}
	s := bottest.NewStore()
	p := bottest.NewPlatform("slack", bottest.PlatformOptions{Finds: true, Now: h.now})
	phrases := []string{
		"daily 02:30", "mondays 9am", "sundays 00:00", "mon, thu 12:15", "first of the month 10:00", "monthly on the 31st at 23:45",
		"0 6 * * 1,3,5", "30 2 * * 0", "saturdays 1:30, wednesdays 10:00", "every 8 hours on sundays", "fridays 0:00 and 17:00",
	}
	misfires := []digest.Misfire{"", digest.MisfireLatest, digest.MisfireSkip, digest.MisfireAll}
	names := zones(t)
	schedules := 210
	if *long {
		schedules = 1_000
	}
	used := map[string]bool{}
	for i := range schedules {
		zone := names[(i*101)%len(names)]
		used[zone] = true
		schedule, err := digest.ParseSchedule(phrases[i%len(phrases)], zone)
		must(t, err)
		subscribe(t, s, fmt.Sprintf("d%03d", i), "daily 08:00", start, func(n *digest.Subscription) {
			n.Schedule, n.NextAt, n.Misfire = schedule, schedule.Next(start), misfires[r.IntN(len(misfires))]
		})
	}
	windows := map[string][]briefings.Window{}
	var mu sync.Mutex
	clock := newClock(t, s, h, digest.Hooks{})
	courier, err := digest.NewCourier(digest.CourierConfig{
		Store: s, Posters: map[string]message.Poster{"slack": p.Poster()}, Now: map[string]func() time.Time{"slack": h.now},
		Compose: func(_ context.Context, a briefings.Assignment) (briefings.Edition, error) {
			mu.Lock()
			defer mu.Unlock()
			windows[a.Beat.Name] = append(windows[a.Beat.Name], a.Window)
			return briefings.Edition{Window: a.Window}, nil
		},
		Render: func(s digest.Subscription, _ digest.Delivery, _ briefings.Edition) *message.Message {
			return &message.Message{Gist: s.ID}
		},
	})
	must(t, err)
	outages := 0
	for h.now().Before(end) {
		tick(t, clock)
		if _, err := courier.Work(t.Context(), "slack"); err != nil {
			t.Fatal(err)
		}
		switch n := r.IntN(outageIn * 20); {
		case n < 4:
			outages++
			h.move(time.Duration(1+r.IntN(96)) * time.Hour)
		case n < 20:
			outages++
			h.move(time.Duration(6+r.IntN(240)) * time.Minute)
		default:
			// To the next slot, or to somewhere before it.
			due, err := s.DueSubscriptions(t.Context(), "slack", h.now().Add(6*time.Hour), 1)
			must(t, err)
			step := 6 * time.Hour
			if len(due) > 0 {
				step = due[0].NextAt.Sub(h.now())
			}
			h.move(max(step+time.Duration(r.IntN(60))*time.Second, time.Second))
		}
	}
	h.set(end.Add(10 * time.Minute))
	tick(t, clock)
	for range 3 {
		if _, err := courier.Work(t.Context(), "slack"); err != nil {
			t.Fatal(err)
		}
		h.move(time.Minute)
	}

	shown := p.Counts()
	all, sent, skipped, lost, doubled := 0, 0, 0, 0, 0
	for i := range schedules {
		n := subscription(t, s, fmt.Sprintf("d%03d", i))
		kept := map[time.Time]digest.Delivery{}
		list := deliveries(t, s, n.ID)
		for _, d := range list {
			kept[d.Slot] = d
		}
		slots := n.Schedule.Between(start, end, 1<<20)
		var before time.Time
		sentHere := 0
		for _, slot := range slots {
			all++
			d, ok := kept[slot]
			delete(kept, slot)
			switch {
			case !ok || d.State != digest.Sent && d.State != digest.Skipped:
				lost++
				t.Errorf("%s (%s): the slot %s is %q because %q", n.ID, n.Schedule.Words(), slot, d.State, d.Reason)
			case d.State == digest.Skipped:
				skipped++
				if d.Reason == "" || strings.Contains(d.Reason, "later digest was sent first") {
					t.Errorf("%s: the slot %s is skipped because %q", n.ID, slot, d.Reason)
				}
			default:
				sent++
				if shown[n.Address.Channel+" "+d.Parts[0].Key] != 1 {
					doubled++
					t.Errorf("%s: the slot %s is shown %d times", n.ID, slot, shown[n.Address.Channel+" "+d.Parts[0].Key])
				}
				if w := windows[n.ID][sentHere]; !w.To.Equal(slot) || !before.IsZero() && !w.From.Equal(before) {
					t.Errorf("%s: the window of %s is %s to %s, and the digest before was of %s", n.ID, slot, w.From, w.To, before)
				}
				before = slot
				sentHere++
			}
		}
		for slot, d := range kept {
			if slot.Before(end) {
				t.Errorf("%s: there is a delivery (%s) for %s, which is no slot", n.ID, d.State, slot)
			}
		}
	}
	if want := min(schedules, len(names)); len(used) != want {
		t.Errorf("the schedules are in %d zones, want %d", len(used), want)
	}
	if outages < 4 || skipped == 0 || sent < all/2 {
		t.Errorf("%d outages, %d sent and %d skipped of %d slots are no trial", outages, sent, skipped, all)
	}
	t.Logf("simulated year, seed=%d schedules=%d zones=%d slots=%d sent=%d skipped=%d outages=%d lost=%d doubled=%d", *seed, schedules, len(used), all, sent, skipped, outages, lost, doubled)
}
