package digest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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

// desk is a courier with all that it needs, on a clock that the test moves. What it composes has as many parts as Parts.
type desk struct {
	t        *testing.T
	hand     *hand
	store    *bottest.Store
	platform *bottest.Platform
	courier  *digest.Courier
	parts    int

	mu       sync.Mutex
	composed []briefings.Assignment
	told     []string
	heard    map[string]int
	compose  func(context.Context, briefings.Assignment) (briefings.Edition, error)
	config   digest.CourierConfig
}

func newDesk(t *testing.T, o bottest.PlatformOptions, change ...func(*digest.CourierConfig)) *desk {
	t.Helper()
	d := &desk{t: t, hand: &hand{at: morning}, store: bottest.NewStore(), parts: 1, heard: map[string]int{}}
	o.Now = d.hand.now
	if o.Blocks == 0 {
		o.Blocks = 1
	}
	d.platform = bottest.NewPlatform("slack", o)
	d.config = digest.CourierConfig{
		Store: d.store, Posters: map[string]message.Poster{"slack": d.platform.Poster()},
		Compose: d.edition, Render: d.render, Now: map[string]func() time.Time{"slack": d.hand.now}, Parallel: 1,
		Owner: func(_ context.Context, s digest.Subscription, reason string) {
			d.told = append(d.told, s.Owner+" "+reason)
		},
		Hooks: digest.Hooks{
			Sent:    func(_ string, late time.Duration) { d.count("sent"); d.count("sent after " + late.String()) },
			Skipped: func(string) { d.count("skipped") }, Failed: func(string) { d.count("failed") },
			Held: func(string) { d.count("held") }, Retried: func(string) { d.count("retried") },
			Reconciled: func(string) { d.count("reconciled") }, Duplicate: func(string) { d.count("duplicate") },
		},
	}
	for _, c := range change {
		c(&d.config)
	}
	courier, err := digest.NewCourier(d.config)
	must(t, err)
	d.courier = courier
	return d
}

func (d *desk) count(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.heard[what]++
}

func (d *desk) edition(ctx context.Context, a briefings.Assignment) (briefings.Edition, error) {
	d.mu.Lock()
	d.composed = append(d.composed, a)
	n := len(d.composed)
	d.mu.Unlock()
	if d.compose != nil {
		return d.compose(ctx, a)
	}
	return briefings.Edition{Beat: a.Beat, Window: a.Window, AsOf: a.Window.To, Items: []briefings.Item{{Story: fmt.Sprint(n), Headline: fmt.Sprintf("edition %d", n)}}}, nil
}

func (d *desk) render(s digest.Subscription, _ digest.Delivery, e briefings.Edition) *message.Message {
	m := &message.Message{Gist: "digest " + s.ID}
	for i := range d.parts {
		headline := "quiet"
		if len(e.Items) > 0 {
			headline = e.Items[0].Headline
		}
		m.Blocks = append(m.Blocks, message.P(message.T(fmt.Sprintf("%s, part %d", headline, i))))
	}
	return m
}

// due opens a delivery for id at the desk's time.
func (d *desk) due(id string, change ...func(*digest.Subscription)) {
	d.t.Helper()
	now := d.hand.now()
	change = append(change, func(n *digest.Subscription) { n.NextAt = now })
	subscribe(d.t, d.store, id, "daily 08:00", now.Add(-time.Hour), change...)
	d.open()
}

// open has a clock open what is due.
func (d *desk) open() {
	d.t.Helper()
	tick(d.t, newClock(d.t, d.store, d.hand, digest.Hooks{}))
}

func (d *desk) work() int {
	d.t.Helper()
	n, err := d.courier.Work(d.t.Context(), "slack")
	must(d.t, err)
	return n
}

// settle works, moving the clock from one retry to the next, until no delivery is open.
func (d *desk) settle() {
	d.t.Helper()
	for range 1000 {
		d.work()
		list, err := d.store.Deliveries(d.t.Context(), digest.DeliveryFilter{States: []digest.State{digest.Due, digest.Composed}, Limit: 100000})
		must(d.t, err)
		if len(list) == 0 {
			return
		}
		next := time.Time{}
		for _, l := range list {
			at := l.RetryAt
			if l.ClaimedUntil.After(at) {
				at = l.ClaimedUntil
			}
			if next.IsZero() || at.Before(next) {
				next = at
			}
		}
		if next.After(d.hand.now()) {
			d.hand.set(next)
		}
	}
	d.t.Fatal("the deliveries are never settled")
}

func (d *desk) delivery(id string) digest.Delivery {
	d.t.Helper()
	return deliveries(d.t, d.store, id)[0]
}

func (d *desk) want(id string, state digest.State, reason string, shown int) {
	d.t.Helper()
	got := d.delivery(id)
	if got.State != state || !strings.Contains(got.Reason, reason) {
		d.t.Errorf("digest %s is %s because %q, want %s because %q", id, got.State, got.Reason, state, reason)
	}
	if n := len(d.platform.Shown("C-" + id)); n != shown {
		d.t.Errorf("the channel of %s shows %d messages, want %d", id, n, shown)
	}
	for key, n := range d.platform.Counts() {
		if n > 1 {
			d.t.Errorf("%s is shown %d times", key, n)
		}
	}
}

func TestCourierDeliversOnceAndKeepsTheBaseline(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	d.due("a")
	d.hand.move(3 * time.Second)
	if n := d.work() + d.work(); n != 1 {
		t.Errorf("took %d deliveries in hand, want 1", n)
	}
	d.want("a", digest.Sent, "", 1)
	n := subscription(t, d.store, "a")
	if !n.Last.Equal(morning) || n.LastEdition == nil || n.LastEdition.Items[0].Headline != "edition 1" {
		t.Errorf("the baseline is of %s", n.Last)
	}
	if d.heard["sent after 3s"] != 1 {
		t.Errorf("the hooks heard %v", d.heard)
	}
	p := d.delivery("a").Parts[0]
	if p.Ref != d.platform.Shown("C-a")[0].Ref || len(p.Key) == 0 || len(p.Key) > 25 || p.Key != digest.Key(n.Address, "a", morning, 0) {
		t.Errorf("the part is kept as %+v", p)
	}
	if got, err := d.store.DeliveryByRef(t.Context(), p.Ref); err != nil || got.Subscription != "a" {
		t.Errorf("the delivery is not found by its message: %v", err)
	}

	d.hand.set(morning.Add(24 * time.Hour))
	d.open()
	d.work()
	if got := d.composed[1]; got.Last == nil || got.Last.Items[0].Headline != "edition 1" || got.Window != (briefings.Window{From: morning, To: morning.Add(24 * time.Hour)}) {
		t.Errorf("the second edition was ordered with window %v and baseline %v", got.Window, got.Last)
	}
	if n := len(d.platform.Shown("C-a")); n != 2 {
		t.Errorf("the channel shows %d messages after two days", n)
	}
}

func TestCourierKeepsPartsInOrderAndInTheThread(t *testing.T) {
	t.Parallel()
	for _, threads := range []bool{true, false} {
		d := newDesk(t, bottest.PlatformOptions{Threads: threads})
		d.parts = 3
		d.due("a")
		d.work()
		d.want("a", digest.Sent, "", 3)
		shown := d.platform.Shown("C-a")
		for i, m := range shown {
			if got, want := m.Message.Blocks[0].(message.Paragraph).Spans[0].Text, fmt.Sprintf("edition 1, part %d", i); got != want {
				t.Errorf("message %d says %q, want %q", i, got, want)
			}
			want := ""
			if threads && i > 0 {
				want = shown[0].Ref.ID
			}
			if m.Ref.Address.Thread != want {
				t.Errorf("threads %t: message %d is in thread %q, want %q", threads, i, m.Ref.Address.Thread, want)
			}
		}
	}

	d := newDesk(t, bottest.PlatformOptions{Threads: true})
	d.parts = 2
	d.due("a", func(n *digest.Subscription) { n.Address.Thread = "1.1" })
	d.work()
	for i, m := range d.platform.Shown("C-a") {
		if m.Ref.Address.Thread != "1.1" {
			t.Errorf("message %d of a digest in a thread is in thread %q", i, m.Ref.Address.Thread)
		}
	}
}

func TestCourierResumesWithThePartThatIsMissing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{Finds: true, Threads: true})
	d.parts = 3
	d.due("a")
	d.platform.Script(bottest.Fault{}, bottest.RateLimited(7*time.Second))
	d.settle()
	d.want("a", digest.Sent, "", 3)
	if n := len(d.composed); n != 1 {
		t.Errorf("it was composed %d times, want once", n)
	}
	if posts, _, _ := d.platform.Requests(); posts != 4 {
		t.Errorf("%d posts, want 4", posts)
	}
}

func TestCourierComesBackWhenAsked(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	d.due("a")
	d.due("b")
	d.due("elsewhere", func(n *digest.Subscription) { n.Address.Workspace = "T2" })
	d.platform.Script(bottest.RateLimited(90 * time.Second))
	d.work()
	d.want("elsewhere", digest.Sent, "", 1)
	for _, id := range []string{"a", "b"} { // the limit of one channel keeps the whole workspace waiting
		got := d.delivery(id)
		if got.State != digest.Composed || got.RetryAt.Before(morning.Add(90*time.Second)) || got.RetryAt.After(morning.Add(150*time.Second)) || got.Reason == "" {
			t.Errorf("digest %s is %s until %s because %q, want composed until 90 s later or a little more", id, got.State, got.RetryAt, got.Reason)
		}
	}
	if got := d.delivery("a").Parts[0]; got.State != digest.PartPlanned {
		t.Errorf("the part that was turned away is %s, want planned", got.State)
	}
	d.settle()
	d.want("a", digest.Sent, "", 1)
	d.want("b", digest.Sent, "", 1)
	if n := d.platform.Impatient(); n != 0 {
		t.Errorf("%d requests came while the platform had asked to wait", n)
	}
}

func TestCourierReconcilesWhatMayHaveArrived(t *testing.T) {
	t.Parallel()
	const window = 2 * time.Minute
	lost, arrived := bottest.RequestLost(), bottest.AnswerLost()
	for _, tt := range []struct {
		name    string
		options bottest.PlatformOptions
		faults  []bottest.Fault
		away    time.Duration // how long nobody works after the first try
		blind   bool
		state   digest.State
		shown   int
		posts   int
	}{
		{"found", bottest.PlatformOptions{Finds: true}, []bottest.Fault{arrived}, 0, false, digest.Sent, 1, 1},
		{"certainly not there", bottest.PlatformOptions{Finds: true}, []bottest.Fault{lost}, 0, false, digest.Sent, 1, 2},
		{"not there, three times", bottest.PlatformOptions{Finds: true}, []bottest.Fault{lost, lost, lost}, 0, false, digest.Sent, 1, 4},
		{"not there, then found", bottest.PlatformOptions{Finds: true}, []bottest.Fault{lost, arrived}, 0, false, digest.Sent, 1, 2},
		{"found after hours", bottest.PlatformOptions{Finds: true}, []bottest.Fault{arrived}, 5 * time.Hour, false, digest.Sent, 1, 1},
		{"arrives late", bottest.PlatformOptions{Finds: true}, []bottest.Fault{bottest.ArrivesLate(20 * time.Second)}, 0, false, digest.Sent, 1, 1},
		{"the poster panics, not there", bottest.PlatformOptions{Finds: true}, []bottest.Fault{{Panics: true}}, 0, false, digest.Sent, 1, 2},
		{"the poster panics, found", bottest.PlatformOptions{Finds: true}, []bottest.Fault{{Panics: true, Arrives: true}}, 0, false, digest.Sent, 1, 1},
		{"may not be asked", bottest.PlatformOptions{Finds: true}, []bottest.Fault{arrived}, 0, true, digest.Held, 1, 1},
		{"may not be asked, not there", bottest.PlatformOptions{Finds: true}, []bottest.Fault{lost}, 0, true, digest.Held, 0, 1},
		{"can't be asked", bottest.PlatformOptions{}, []bottest.Fault{arrived}, 0, false, digest.Held, 1, 1},
		{"can't be asked, not there", bottest.PlatformOptions{}, []bottest.Fault{lost}, 0, false, digest.Held, 0, 1},
		{"same key, arrived", bottest.PlatformOptions{Window: window}, []bottest.Fault{arrived}, 0, false, digest.Sent, 1, 2},
		{"same key, not there", bottest.PlatformOptions{Window: window}, []bottest.Fault{lost}, 0, false, digest.Sent, 1, 2},
		{"same key, again unknown", bottest.PlatformOptions{Window: window}, []bottest.Fault{arrived, arrived}, 0, false, digest.Sent, 1, 3},
		{"same key, unknown until the window ends", bottest.PlatformOptions{Window: window}, []bottest.Fault{arrived, arrived, arrived, arrived}, 0, false, digest.Held, 1, 3},
		{"same key, then asked", bottest.PlatformOptions{Window: window, Finds: true}, []bottest.Fault{arrived, arrived, arrived, arrived}, 0, false, digest.Sent, 1, 3},
		{"same key, late, then asked", bottest.PlatformOptions{Window: window, Finds: true}, []bottest.Fault{lost, lost, lost, lost}, 0, false, digest.Sent, 1, 5},
		{"the window is over", bottest.PlatformOptions{Window: window}, []bottest.Fault{arrived}, 10 * time.Minute, false, digest.Held, 1, 1},
		{"the window is over, then asked", bottest.PlatformOptions{Window: window, Finds: true}, []bottest.Fault{arrived}, 10 * time.Minute, false, digest.Sent, 1, 1},
		{"the window is over, asked, not there", bottest.PlatformOptions{Window: window, Finds: true}, []bottest.Fault{lost}, 10 * time.Minute, false, digest.Sent, 1, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, tt.options)
			d.due("a")
			d.platform.Script(tt.faults...)
			d.platform.Blind(tt.blind)
			d.work()
			if got := d.delivery("a"); got.State != digest.Composed || got.Parts[0].State != digest.PartSending || got.RetryAt.Before(morning.Add(30*time.Second)) {
				t.Errorf("after a try of unknown result it is %s, its part %s, waiting until %s; want composed, sending, 30 s", got.State, got.Parts[0].State, got.RetryAt)
			}
			d.hand.move(29 * time.Second)
			if d.work() != 0 {
				t.Error("it was taken in hand before a post that is under way must have ended")
			}
			d.hand.move(tt.away)
			d.settle()
			d.want("a", tt.state, "", tt.shown)
			if posts, _, _ := d.platform.Requests(); posts != tt.posts {
				t.Errorf("%d posts, want %d", posts, tt.posts)
			}
			if tt.state == digest.Held {
				if got := d.delivery("a"); !strings.Contains(got.Reason, "may have arrived") || d.heard["held"] != 1 {
					t.Errorf("held because %q; the hooks heard %v", got.Reason, d.heard)
				}
			} else if d.heard["reconciled"] == 0 {
				t.Errorf("no hook heard of a reconciliation: %v", d.heard)
			}
		})
	}
}

func TestCourierReplaysWhatWasHeld(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	d.due("a")
	d.platform.Script(bottest.RequestLost())
	d.settle()
	d.want("a", digest.Held, "may have arrived", 0)
	must(t, d.store.Replay(t.Context(), "a", morning, d.hand.now()))
	d.settle()
	d.want("a", digest.Sent, "", 1)
	if len(d.composed) != 1 {
		t.Errorf("it was composed %d times, want once", len(d.composed))
	}
}

func TestCourierFailsWhatIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	d.parts = 2
	d.due("a")
	d.platform.Script(bottest.Fault{}, bottest.Refuses("msg_too_long"))
	d.settle()
	d.want("a", digest.Failed, "Slack says: msg_too_long", 1)
	if p := d.delivery("a").Parts; p[0].State != digest.PartSent || p[1].State != digest.PartFailed {
		t.Errorf("the parts are %s and %s, want sent and failed", p[0].State, p[1].State)
	}
	if n := subscription(t, d.store, "a"); n.Paused || !n.Last.IsZero() || len(d.told) != 0 {
		t.Errorf("paused %t, last %s, told %v; a refused message is no reason for any", n.Paused, n.Last, d.told)
	}
	if d.heard["failed"] != 1 {
		t.Errorf("the hooks heard %v", d.heard)
	}
}

func TestCourierPausesTheDigestsOfAChannelThatIsGone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	shared := func(owner string) func(*digest.Subscription) {
		return func(n *digest.Subscription) { n.Address.Channel, n.Owner = "C-a", owner }
	}
	d.due("a", shared("U1"))
	d.due("b", shared("U1"))
	d.due("c", shared("U2"))
	d.due("other")
	d.platform.Close("C-a", "is_archived")
	d.settle()
	for _, id := range []string{"a", "b", "c"} {
		if got := d.delivery(id); got.State != digest.Failed && got.State != digest.Skipped || got.Reason == "" {
			t.Errorf("digest %s is %s because %q", id, got.State, got.Reason)
		}
		if n := subscription(t, d.store, id); !n.Paused || !strings.Contains(n.Reason, "is_archived") {
			t.Errorf("digest %s is paused: %t, because %q", id, n.Paused, n.Reason)
		}
	}
	d.want("a", digest.Failed, "is_archived", 0)
	d.want("other", digest.Sent, "", 1)
	if len(d.told) != 2 || !strings.HasPrefix(d.told[0], "U1 Slack does not let") || !strings.HasPrefix(d.told[1], "U2 ") {
		t.Errorf("told %q, want each owner once", d.told)
	}
	if n := subscription(t, d.store, "other"); n.Paused {
		t.Error("a digest of another channel was paused")
	}

	// The channel is back: the digest goes on, and what had failed can be replayed.
	d.platform.Close("C-a", "")
	must(t, d.store.UpdateSubscription(t.Context(), subscription(t, d.store, "a").Resumed(d.hand.now())))
	must(t, d.store.Replay(t.Context(), "a", morning, d.hand.now()))
	d.settle()
	d.want("a", digest.Sent, "", 1)
}

func TestCourierTellsTheOwnerOncePerPause(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	d.due("a")
	d.platform.Close("C-a", "not_in_channel")
	d.settle()
	for range 3 {
		must(t, d.store.Replay(t.Context(), "a", morning, d.hand.now()))
		d.settle()
	}
	d.want("a", digest.Failed, "not_in_channel", 0)
	if len(d.told) != 1 {
		t.Errorf("the owner was told %d times, want once", len(d.told))
	}
}

func TestCourierSurvivesAnOwnerWhoCannotBeTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{}, func(c *digest.CourierConfig) {
		c.Owner = func(context.Context, digest.Subscription, string) { panic("no such user") }
	})
	d.due("a")
	d.platform.Close("C-a", "is_archived")
	d.settle()
	d.want("a", digest.Failed, "is_archived", 0)
}

func TestCourierGivesUpAfterADay(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{Fault: func(bottest.Posting) bottest.Fault { return bottest.RateLimited(0) }})
	d.due("a")
	d.settle()
	d.want("a", digest.Failed, "Given up after 24 hours. Slack says: rate_limited.", 0)
	if after := d.hand.now().Sub(morning); after < 24*time.Hour || after > 25*time.Hour {
		t.Errorf("it was given up after %s", after)
	}
	if n := d.heard["retried"]; n < 100 || n > 200 {
		t.Errorf("it was tried again %d times in a day, want some 150", n)
	}
}

func TestCourierHoldsWhatCannotBeFoundOutForADay(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	d.due("a")
	finder := struct {
		message.Poster
		unable
	}{Poster: d.platform.Poster()}
	d.config.Posters = map[string]message.Poster{"slack": finder}
	var err error
	d.courier, err = digest.NewCourier(d.config)
	must(t, err)
	d.platform.Script(bottest.AnswerLost())
	d.settle()
	d.want("a", digest.Held, "Given up after 24 hours", 1)
}

// unable is a Finder that never gets an answer.
type unable struct{}

func (unable) Find(context.Context, message.Address, string, time.Time) (message.Ref, bool, error) {
	return message.Ref{}, false, &message.Error{Class: message.Later, Reason: "service_unavailable"}
}

func TestCourierTriesToComposeAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	d.compose = func(_ context.Context, a briefings.Assignment) (briefings.Edition, error) {
		switch len(d.composed) {
		case 1:
			return briefings.Edition{}, errors.New("the library can't be read: secret details")
		case 2:
			panic("an edition too far")
		}
		return briefings.Edition{Window: a.Window}, nil
	}
	d.due("a")
	d.work()
	if got := d.delivery("a"); got.State != digest.Due || !got.RetryAt.After(morning) || got.Reason != "It could not be composed." {
		t.Errorf("after an error it is %s until %s because %q", got.State, got.RetryAt, got.Reason)
	}
	d.settle()
	d.want("a", digest.Sent, "", 1)
	if d.heard["retried"] != 2 {
		t.Errorf("the hooks heard %v", d.heard)
	}
}

func TestCourierPostsAQuietEditionUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	d.compose = func(_ context.Context, a briefings.Assignment) (briefings.Edition, error) {
		return briefings.Edition{Window: a.Window}, nil
	}
	d.due("a")
	d.due("b", func(n *digest.Subscription) { n.SkipQuiet = true })
	d.settle()
	d.want("a", digest.Sent, "", 1)
	d.want("b", digest.Skipped, "nothing new", 0)
}

func TestCourierLeavesAPausedDigestUnsent(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	d.due("a")
	n := subscription(t, d.store, "a")
	n.Paused = true
	must(t, d.store.UpdateSubscription(t.Context(), n))
	d.settle()
	d.want("a", digest.Skipped, "paused", 0)
}

func TestCourierDropsARemovedDigest(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	d.due("a")
	d.compose = func(_ context.Context, a briefings.Assignment) (briefings.Edition, error) {
		must(t, d.store.RemoveSubscription(t.Context(), "a"))
		return briefings.Edition{Window: a.Window}, nil
	}
	d.work()
	if n := len(d.platform.Shown("")); n != 0 {
		t.Errorf("%d messages of a removed digest were posted", n)
	}
}

func TestCourierSkipsWhatALaterDigestHasCovered(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	fail := true
	d.compose = func(_ context.Context, a briefings.Assignment) (briefings.Edition, error) {
		if fail && a.Window.To.Equal(morning) {
			return briefings.Edition{}, errors.New("not now")
		}
		return briefings.Edition{Window: a.Window}, nil
	}
	d.due("a")
	d.work()
	first := d.delivery("a")
	for first.RetryAt.Sub(d.hand.now()) <= time.Minute { // it fails and fails, and waits longer each time
		d.hand.set(first.RetryAt)
		d.work()
		first = d.delivery("a")
	}
	n := subscription(t, d.store, "a")
	d.hand.move(time.Second)
	n.NextAt = d.hand.now()
	must(t, d.store.UpdateSubscription(t.Context(), n))
	d.open()
	d.work()
	fail = false
	d.settle()
	list := deliveries(t, d.store, "a")
	if len(list) != 2 || list[0].State != digest.Sent || list[1].State != digest.Skipped || !strings.Contains(list[1].Reason, "later digest") {
		t.Fatalf("got %s, want the older one skipped and the newer sent", story(list))
	}
	if from := d.composed[len(d.composed)-1].Window.From; !from.Equal(morning.Add(-24 * time.Hour)) {
		t.Errorf("the later one begins at %s: what the first did not send is lost", from)
	}
}

func TestCourierSendsMissedSlotsOneAfterTheOther(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{}, func(c *digest.CourierConfig) { c.Parallel = 8 })
	subscribe(t, d.store, "a", "daily 08:00", morning.Add(-50*time.Hour), func(n *digest.Subscription) { n.Misfire = digest.MisfireAll })
	d.open()
	d.settle()
	if got, want := story(deliveries(t, d.store, "a")), "Sat 08:00 sent late, Sun 08:00 sent late, Mon 08:00 sent"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	for i := 1; i < len(d.composed); i++ {
		if a, b := d.composed[i-1].Window, d.composed[i].Window; !a.To.Equal(b.From) {
			t.Errorf("window %d ends at %s and the next begins at %s", i-1, a.To, b.From)
		}
	}
}

func TestCourierKeepsToItsLease(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	d.due("a")
	d.compose = func(_ context.Context, a briefings.Assignment) (briefings.Edition, error) {
		if len(d.composed) == 1 {
			d.hand.move(31 * time.Second) // the process was frozen while it composed
		}
		return briefings.Edition{Window: a.Window}, nil
	}
	d.work()
	d.settle()
	d.want("a", digest.Sent, "", 1)
	if posts, _, _ := d.platform.Requests(); posts != 1 {
		t.Errorf("%d posts, want 1", posts)
	}
}

func TestCourierLosesToTheOneWhoClaimedAfterIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	other, err := digest.NewCourier(d.config)
	must(t, err)
	d.due("a")
	d.compose = func(ctx context.Context, a briefings.Assignment) (briefings.Edition, error) {
		if len(d.composed) == 1 {
			d.hand.move(31 * time.Second)
			if _, err := other.Work(ctx, "slack"); err != nil {
				t.Error(err)
			}
		}
		return briefings.Edition{Window: a.Window}, nil
	}
	d.work()
	d.want("a", digest.Sent, "", 1)
}

func TestPreviewComposesAndKeepsNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	d.due("a")
	before := d.delivery("a")
	m, err := d.courier.Preview(t.Context(), subscription(t, d.store, "a"), morning.Add(10*time.Hour))
	must(t, err)
	if m == nil || m.Gist != "digest a" {
		t.Errorf("the preview is %+v", m)
	}
	// Nothing was sent yet, so that the window reaches back to that of the first digest.
	if got := d.composed[0].Window; !got.From.Equal(morning.Add(-24*time.Hour)) || !got.To.Equal(morning.Add(10*time.Hour)) {
		t.Errorf("the preview's window is %v", got)
	}
	if after := d.delivery("a"); after.State != before.State || after.Attempts != 0 || len(d.platform.Shown("")) != 0 {
		t.Errorf("after a preview the delivery is %s after %d attempts and the platform shows %d messages", after.State, after.Attempts, len(d.platform.Shown("")))
	}
	d.compose = func(context.Context, briefings.Assignment) (briefings.Edition, error) { panic("no") }
	if _, err := d.courier.Preview(t.Context(), subscription(t, d.store, "a"), morning); err == nil {
		t.Error("a preview that broke off gives no error")
	}
	if _, err := d.courier.Preview(t.Context(), digest.Subscription{}, morning); err == nil {
		t.Error("a digest without a schedule has a preview")
	}
}

func TestKeysAreShortAndDistinct(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	at := message.Address{Platform: "discord", Workspace: "G1", Channel: "C1"}
	for _, id := range []string{"a", "b", "a1"} {
		for slot := range 50 {
			for part := range 12 {
				key := digest.Key(at, id, morning.Add(time.Duration(slot)*time.Hour), part)
				if len(key) > 25 || seen[key] {
					t.Fatalf("the key %q is too long or taken", key)
				}
				seen[key] = true
			}
		}
	}
}

// A hang costs a third of the lease and no more, and holds up nothing beside it.
func TestCourierRunOutlivesHangsAndStopsCleanly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := bottest.NewStore()
		p := bottest.NewPlatform("slack", bottest.PlatformOptions{Finds: true})
		p.Script(bottest.Hangs(true), bottest.Hangs(false))
		clock, err := digest.NewClock(digest.ClockConfig{Store: s, Platforms: map[string]func() time.Time{"slack": nil}})
		must(t, err)
		courier, err := digest.NewCourier(digest.CourierConfig{
			Store: s, Posters: map[string]message.Poster{"slack": p.Poster()}, Parallel: 3,
			Compose: func(_ context.Context, a briefings.Assignment) (briefings.Edition, error) {
				return briefings.Edition{Window: a.Window}, nil
			},
			Render: func(s digest.Subscription, _ digest.Delivery, _ briefings.Edition) *message.Message {
				return &message.Message{Gist: s.ID}
			},
		})
		must(t, err)
		start := time.Now()
		for i := range 20 {
			subscribe(t, s, fmt.Sprintf("d%02d", i), "daily 00:01", start, func(n *digest.Subscription) { n.NextAt = start.Add(time.Second) })
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { must(t, clock.Run(ctx)) })
		wg.Go(func() { must(t, courier.Run(ctx)) })
		time.Sleep(8 * time.Second)
		synctest.Wait()
		if n := len(p.Shown("")); n != 19 { // 18 beside the two that hang, and the one that arrived
			t.Errorf("after 8 s the platform shows %d messages, want 19", n)
		}
		time.Sleep(40 * time.Second)
		cancel()
		wg.Wait()
		for key, n := range p.Counts() {
			if n != 1 {
				t.Errorf("%s is shown %d times", key, n)
			}
		}
		if n := len(p.Counts()); n != 20 {
			t.Errorf("%d of 20 digests were delivered", n)
		}
		if last, err := courier.Health("slack"); last.IsZero() || err != nil {
			t.Errorf("health: last success %s, %v", last, err)
		}
	})
}

func TestCourierStopsInTheMiddleOfAPost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := bottest.NewStore()
		p := bottest.NewPlatform("slack", bottest.PlatformOptions{Finds: true})
		p.Script(bottest.Hangs(true))
		courier, err := digest.NewCourier(digest.CourierConfig{
			Store: s, Posters: map[string]message.Poster{"slack": p.Poster()},
			Compose: func(context.Context, briefings.Assignment) (briefings.Edition, error) {
				return briefings.Edition{}, nil
			},
			Render: func(s digest.Subscription, _ digest.Delivery, _ briefings.Edition) *message.Message {
				return &message.Message{Gist: s.ID}
			},
		})
		must(t, err)
		subscribe(t, s, "a", "daily 08:00", time.Now(), func(n *digest.Subscription) { n.NextAt = time.Now() })
		clock, err := digest.NewClock(digest.ClockConfig{Store: s, Platforms: map[string]func() time.Time{"slack": nil}})
		must(t, err)
		tick(t, clock)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- courier.Run(ctx) }()
		time.Sleep(2 * time.Second)
		cancel()
		must(t, <-done)
		if got := deliveries(t, s, "a")[0]; got.Claim != "" || got.Parts[0].State != digest.PartSending {
			t.Errorf("after the stop the claim is %q and the part %s; want it given back, and sending", got.Claim, got.Parts[0].State)
		}
		time.Sleep(time.Minute)
		if _, err := courier.Work(t.Context(), "slack"); err != nil {
			t.Error(err)
		}
		if got := deliveries(t, s, "a")[0]; got.State != digest.Sent || len(p.Shown("")) != 1 {
			t.Errorf("after the restart it is %s and shown %d times", got.State, len(p.Shown("")))
		}
	})
}

func TestCourierTellsOfAStoreThatFails(t *testing.T) {
	t.Parallel()
	s := &failing{Store: bottest.NewStore()}
	p := bottest.NewPlatform("slack", bottest.PlatformOptions{})
	courier, err := digest.NewCourier(digest.CourierConfig{
		Store: s, Posters: map[string]message.Poster{"slack": p.Poster()},
		Compose: func(context.Context, briefings.Assignment) (briefings.Edition, error) {
			return briefings.Edition{}, nil
		},
		Render: func(s digest.Subscription, _ digest.Delivery, _ briefings.Edition) *message.Message {
			return &message.Message{Gist: s.ID}
		},
	})
	must(t, err)
	if _, err := courier.Work(t.Context(), "slack"); !errors.Is(err, errDisk) {
		t.Errorf("got error %v, want that of the store", err)
	}
	if _, err := courier.Health("slack"); !errors.Is(err, errDisk) {
		t.Errorf("health tells %v", err)
	}
	if _, err := courier.Work(t.Context(), "nowhere"); err == nil {
		t.Error("an unknown platform was worked")
	}
}

var errDisk = errors.New("disk full")

type failing struct{ *bottest.Store }

func (failing) Claim(context.Context, string, time.Time, time.Duration, int) ([]digest.Delivery, error) {
	return nil, errDisk
}

func TestNewCourierNeedsItsParts(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	for name, change := range map[string]func(*digest.CourierConfig){
		"store":   func(c *digest.CourierConfig) { c.Store = nil },
		"posters": func(c *digest.CourierConfig) { c.Posters = nil },
		"compose": func(c *digest.CourierConfig) { c.Compose = nil },
		"render":  func(c *digest.CourierConfig) { c.Render = nil },
	} {
		c := d.config
		change(&c)
		if _, err := digest.NewCourier(c); err == nil {
			t.Errorf("a courier without %s was made", name)
		}
	}
}

func TestComposedPartsAreMessages(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	d.due("a")
	d.work()
	var m message.Message
	must(t, json.Unmarshal(d.delivery("a").Parts[0].Message, &m))
	if m.Gist != "digest a" || len(m.Blocks) != 1 {
		t.Errorf("the kept part is %+v", m)
	}
}

// TestCourierIsWoken has a courier that hardly ever looks for work by itself.
func TestCourierIsWoken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, bottest.PlatformOptions{}, func(c *digest.CourierConfig) { c.Poll = 24 * time.Hour })
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { must(t, d.courier.Run(ctx)) })
		synctest.Wait()
		d.due("a")
		synctest.Wait()
		d.want("a", digest.Due, "", 0)
		d.courier.Wake("slack")
		d.courier.Wake("slack")
		d.courier.Wake("elsewhere")
		synctest.Wait()
		d.want("a", digest.Sent, "", 1)
		cancel()
		wg.Wait()
	})
}

// TestNewCourierDoesNotAskInsideARetryAfter has one courier be told to wait, and another take over.
func TestNewCourierDoesNotAskInsideARetryAfter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		scope message.Scope
		waits []string // of the digests to a, its channel's other, its workspace's other and another workspace
	}{
		{"a channel", message.ScopeChannel, []string{"a", "channel"}},
		{"a workspace", message.ScopeWorkspace, []string{"a", "channel", "workspace"}},
		{"the platform", message.ScopePlatform, []string{"a", "channel", "workspace", "elsewhere"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, bottest.PlatformOptions{})
			d.due("a")
			d.platform.Script(bottest.Fault{Class: message.Later, After: 90 * time.Second, Scope: tt.scope, Reason: "rate_limited"})
			d.work()
			d.due("channel", func(n *digest.Subscription) { n.Address.Channel = "C-a" })
			d.due("workspace")
			d.due("elsewhere", func(n *digest.Subscription) { n.Address.Workspace = "T2" })
			courier, err := digest.NewCourier(d.config) // the first one is gone
			must(t, err)
			d.courier = courier
			d.work()
			for _, id := range []string{"a", "channel", "workspace", "elsewhere"} {
				if slices.Contains(tt.waits, id) {
					if got := d.delivery(id); got.State != digest.Composed || got.RetryAt.Before(morning.Add(90*time.Second)) || got.Reason == "" {
						t.Errorf("digest %s is %s until %s because %q", id, got.State, got.RetryAt, got.Reason)
					}
				} else if got := d.delivery(id); got.State != digest.Sent {
					t.Errorf("digest %s is %s because %q, want sent", id, got.State, got.Reason)
				}
			}
			d.settle()
			for _, id := range tt.waits {
				if got := d.delivery(id); got.State != digest.Sent {
					t.Errorf("in the end digest %s is %s because %q, want sent", id, got.State, got.Reason)
				}
			}
			if n := d.platform.Impatient(); n != 0 {
				t.Errorf("%d requests came while the platform had asked to wait", n)
			}
		})
	}
}

// A digest's stories in full follow in its thread, and are delivered as surely as the digest; where messages have no thread of
// their own nothing follows.
func TestStoriesInFullFollowInTheThread(t *testing.T) {
	t.Parallel()
	for _, threads := range []bool{true, false} {
		d := newDesk(t, bottest.PlatformOptions{Threads: threads}, func(c *digest.CourierConfig) {
			c.Follow = func(_ digest.Subscription, _ digest.Delivery, e briefings.Edition) []*message.Message {
				return []*message.Message{nil, {Gist: "in full", Blocks: []message.Block{message.P(message.T("in full: " + e.Items[0].Headline))}}}
			}
		})
		d.due("d1")
		d.work()
		posted := d.platform.Shown("")
		want := 1
		if threads {
			want = 2
		}
		if len(posted) != want {
			t.Fatalf("threads %v: %d messages, want %d", threads, len(posted), want)
		}
		if threads && (posted[1].Ref.Address.Thread != posted[0].Ref.ID || posted[1].Message.Gist != "in full") {
			t.Errorf("the second message went to %v, want the thread of %v", posted[1].Ref.Address, posted[0].Ref)
		}
	}
}

// A key that is older than the platform's window must not be repeated: the platform would take it for a new message. Attaché
// comes back after ten minutes, and asks.
func TestKeyOlderThanThePlatformsWindowIsLookedUpAndNotRepeated(t *testing.T) {
	t.Parallel()
	for _, arrived := range []bool{true, false} {
		d := newDesk(t, bottest.PlatformOptions{Window: 2 * time.Minute, Finds: true})
		d.due("a")
		fault := bottest.RequestLost()
		if arrived {
			fault = bottest.AnswerLost()
		}
		d.platform.Script(fault)
		d.work()
		d.hand.move(10 * time.Minute)
		courier, err := digest.NewCourier(d.config) // the first one is gone
		must(t, err)
		d.courier = courier
		d.work()
		d.want("a", digest.Sent, "", 1)
		want := 2 // it was looked up, is not there, and is posted
		if arrived {
			want = 1
		}
		if posts, finds, _ := d.platform.Requests(); posts != want || finds != 1 {
			t.Errorf("arrived %t: %d posts and %d look-ups, want %d and 1", arrived, posts, finds, want)
		}
	}
}

// A process that dies says nothing about the platform, nor does waiting for a turn: only what has failed makes the next wait
// longer.
func TestWaitsGrowWithFailuresAndNotWithClaims(t *testing.T) {
	t.Parallel()
	d := newDesk(t, bottest.PlatformOptions{})
	d.due("a")
	for range 8 { // couriers that claim and die
		list, err := d.store.Claim(t.Context(), "slack", d.hand.now(), 30*time.Second, 1)
		must(t, err)
		if len(list) != 1 {
			t.Fatalf("%d deliveries were claimed", len(list))
		}
		d.hand.move(30 * time.Second)
	}
	for _, want := range []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second} {
		d.platform.Script(bottest.RateLimited(0))
		d.work()
		got := d.delivery("a")
		if wait := got.RetryAt.Sub(d.hand.now()); wait < want || wait > want*5/4 {
			t.Errorf("after another failure it waits %s, want %s or a little more", wait, want)
		}
		d.hand.set(got.RetryAt)
	}
	d.work()
	d.want("a", digest.Sent, "", 1)
}

// slowLedger lets something happen between the moment that a try is written down and the moment that it is on its way.
type slowLedger struct {
	digest.Store
	between func()
}

func (l *slowLedger) Begin(ctx context.Context, d digest.Delivery, part int, now time.Time) error {
	err := l.Store.Begin(ctx, d, part, now)
	if l.between != nil {
		l.between()
	}
	return err
}

// While the ledger is written another courier hears that the platform wants quiet: the post that was about to begin waits.
func TestPostWaitsForQuietThatBeganWhileTheLedgerWasWritten(t *testing.T) {
	t.Parallel()
	ledger := &slowLedger{}
	d := newDesk(t, bottest.PlatformOptions{}, func(c *digest.CourierConfig) {
		ledger.Store, c.Store = c.Store, ledger
	})
	d.due("a")
	until := d.hand.now().Add(90 * time.Second)
	ledger.between = func() {
		must(t, d.store.Hush(t.Context(), digest.Lane{Platform: "slack", Workspace: d.delivery("a").Address.Workspace}, until))
	}
	d.work()
	got := d.delivery("a")
	if posts, _, _ := d.platform.Requests(); posts != 0 || got.State != digest.Composed || got.Parts[0].State != digest.PartPlanned || got.RetryAt.Before(until) {
		t.Errorf("%d posts; it is %s until %s, its part %s; want none, composed until %s, planned", posts, got.State, got.RetryAt, got.Parts[0].State, until)
	}
	ledger.between = nil
	d.settle()
	d.want("a", digest.Sent, "", 1)
}
