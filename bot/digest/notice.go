package digest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"attache/bot/message"
	"attache/briefings"
)

// Form says what a subscription is for.
type Form string

// The forms of a subscription.
const (
	FormDigest  Form = ""        // a digest of a beat
	FormReview  Form = "review"  // a weekly review of a beat
	FormNotices Form = "notices" // a channel's line of notices: it is never due, and Subscriptions leaves it out unless asked
)

// Notice is what a channel is told once between its digests: an alert, what came of it, a correction. It is delivered as a
// digest is, by the same couriers and with the same ledger; only it comes composed.
type Notice struct {
	Key   string // what is told: the same on every try of every replica
	At    time.Time
	Place message.Address // where it goes; zero means the line's channel
	// Edition has what is told, in items: what a channel has been alerted to is known to it.
	Edition briefings.Edition
	// Parts are the fitted messages. One with Edits changes a message that is there; what follows it goes into its thread.
	Parts []Part
	// Delivery is how it stands, where the notice was read from the store.
	Delivery Delivery
}

// ErrTold says that the channel was told already.
var ErrTold = errors.New("told already")

// Board is a Store that keeps notices. Every implementation passes bottest.NoticeBoard.
type Board interface {
	Store
	// Announce opens a composed delivery for n under a slot of its own, in one transaction. ErrTold when the line has a notice
	// with the same key; ErrChanged when line.Rev is not the kept one: another was announced since line was read. The kept Rev
	// grows by one.
	Announce(ctx context.Context, line Subscription, n Notice) error
	// Notices returns a line's notices since, the newest first, with their deliveries.
	Notices(ctx context.Context, line string, since time.Time) ([]Notice, error)
	// Citing returns the sent deliveries with slots since whose editions cite an article, oldest first.
	Citing(ctx context.Context, article string, since time.Time) ([]Delivery, error)
}

// LineID names the line of notices of a channel.
func LineID(at message.Address) string {
	at.Thread = ""
	return LineOf(at.String())
}

// LineOf names the line of notices of a channel by the channel's name: message.Address.String without a thread.
func LineOf(channel string) string {
	sum := sha256.Sum256([]byte(channel))
	return "notices-" + hex.EncodeToString(sum[:6])
}

// Line returns the line of notices of a channel and makes it where there is none. Any number of replicas may.
func Line(ctx context.Context, s Store, at message.Address, now time.Time) (Subscription, error) {
	at.Thread = ""
	id := LineID(at)
	line, err := s.Subscription(ctx, id)
	if err == nil || !errors.Is(err, ErrNotFound) {
		return line, err
	}
	never := Schedule{Phrase: "notices", Cron: "0 0 1 1 *", Zone: "UTC"} // no slot is ever opened: NextAt is zero
	added := s.AddSubscription(ctx, Subscription{ID: id, Address: at, Form: FormNotices, Schedule: never, Created: now, Misfire: MisfireSkip})
	if line, err = s.Subscription(ctx, id); err != nil {
		return Subscription{}, fmt.Errorf("make the line of notices %s: %w", id, errors.Join(added, err))
	}
	return line, nil
}

// Cited are the articles that an edition cites, each once.
func Cited(e briefings.Edition) []string {
	seen := map[string]bool{}
	var out []string
	EachCitation(e, func(c briefings.Citation) {
		if c.Article != "" && !seen[c.Article] {
			seen[c.Article] = true
			out = append(out, c.Article)
		}
	})
	return out
}

// EachCitation calls f for every citation of an edition.
func EachCitation(e briefings.Edition, f func(briefings.Citation)) {
	claims := func(list []briefings.Claim) {
		for _, c := range list {
			for _, q := range c.Citations {
				f(q)
			}
		}
	}
	for _, item := range e.Items {
		f(item.Lead)
		claims(item.Claims)
		claims(item.Sides)
		claims(item.Said)
		claims(item.Background)
		for _, c := range item.Changes {
			claims([]briefings.Claim{c.Old, c.New})
		}
	}
}

// edit changes the message that p edits. Doing so twice is harmless, so that a try of unknown fate is simply repeated. A
// message that is not there any more, or can't be changed, ends the delivery; the channel itself may be well.
func (e *errand) edit(ctx context.Context, p *Part) error {
	editor, ok := e.poster.(message.Editor)
	if !ok {
		return e.refused(ctx, p, e.name()+" can't change what was posted.")
	}
	if err := e.turn(ctx, e.lanes()); err != nil {
		return err
	}
	m := new(message.Message)
	if err := json.Unmarshal(p.Message, m); err != nil {
		e.log.ErrorContext(ctx, "a kept edit can't be read", "part", p.Number, "err", err)
		return e.fail(ctx, "What was composed can't be read any more.")
	}
	now := e.now()
	if err := e.record(ctx, func(ctx context.Context) error { return e.c.c.Store.Begin(ctx, e.d, p.Number, now) }); err != nil {
		return fmt.Errorf("begin part %d: %w", p.Number, err)
	}
	p.State, p.SendingAt = PartSending, now
	if err := e.unhushed(ctx, p); err != nil {
		return err
	}
	err := e.change(ctx, editor, p, m)
	if err == nil {
		return e.arrived(ctx, p, p.Edits)
	}
	e.log.WarnContext(ctx, "a delivered message was not changed", "part", p.Number, "class", string(message.ClassOf(err)), "err", err)
	if err := e.hush(ctx, err); err != nil {
		return err
	}
	switch message.ClassOf(err) {
	case message.Refused, message.Gone:
		return e.refused(ctx, p, e.says(err))
	}
	return e.again(ctx, p, e.says(err), message.RetryAfter(err))
}

// change edits within the lease; a panic leaves it unknown what became of it.
func (e *errand) change(ctx context.Context, editor message.Editor, p *Part, m *message.Message) (err error) {
	ctx, cancel := e.within(ctx, e.c.post, "the platform did not answer in time")
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			err = &message.Error{Class: message.Unknown, Reason: "panic", Err: fmt.Errorf("%v\n%s", r, debug.Stack())}
		}
	}()
	if ctx.Err() != nil || !e.d.ClaimedUntil.After(e.now()) {
		return &message.Error{Class: message.Later, Reason: "not_in_time", Err: errLease}
	}
	return editor.Edit(ctx, p.Edits, m)
}
