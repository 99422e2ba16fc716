package digest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"attache/bot/message"
	"attache/briefings"
)

// errLease ends what a courier does for a delivery whose claim is about to run out.
var errLease = errors.New("the lease is about to end")

// errand is the way of one claimed delivery.
type errand struct {
	c      *Courier
	poster message.Poster
	log    *slog.Logger
	d      Delivery
	end    time.Time // when the last post must have ended, on the clock that contexts use
	waits  func(int) // hears 1 when the errand begins to wait for its turn, and -1 when it goes on
}

// carry takes a batch on its way, one delivery after the other.
func (c *Courier) carry(ctx context.Context, platform string, b batch, waits func(int)) error {
	var problems []error
	for i, d := range b.deliveries {
		e := &errand{
			c: c, poster: c.c.Posters[platform], d: d, end: b.end, waits: waits,
			log: c.c.Log.With("digest", d.Subscription, "slot", d.Slot, "address", d.Address.String()),
		}
		settled, err := e.run(ctx)
		if err != nil {
			problems = append(problems, fmt.Errorf("deliver digest %s for %s: %w", d.Subscription, d.Slot.Format(time.RFC3339), err))
		}
		if settled {
			continue
		}
		for _, newer := range b.deliveries[i+1:] { // they would find the older one under way: see yield
			if err := c.wait(ctx, newer, e.now().Add(2*time.Second), newer.Reason); err != nil {
				problems = append(problems, err)
			}
		}
		break
	}
	return errors.Join(problems...)
}

// Ends of an errand that are no failures of ours.
var (
	errPutOff  = errors.New("put off")
	errSettled = errors.New("settled")
)

// run takes the delivery as far as it goes now and tells whether it is final. The error is what could not be recorded; the
// lease then runs out, and whoever claims it next finds the ledger as it is.
func (e *errand) run(ctx context.Context) (settled bool, err error) {
	err = e.compose(ctx)
	for i := 0; err == nil && i < len(e.d.Parts); i++ {
		err = e.part(ctx, &e.d.Parts[i])
	}
	if err == nil {
		err = e.settle(ctx, Sent, "")
	}
	switch {
	case err == nil:
		e.c.c.Hooks.sent(e.platform(), e.now().Sub(e.d.Slot))
		e.log.InfoContext(ctx, "a digest was delivered", "parts", len(e.d.Parts), "late", e.d.Late)
		return true, nil
	case errors.Is(err, errSettled):
		return true, nil
	case errors.Is(err, errPutOff):
		return false, nil
	case errors.Is(err, ErrLost), errors.Is(err, ErrNotFound), errors.Is(err, ErrChanged):
		e.log.DebugContext(ctx, "a digest has passed to another courier or was removed", "err", err)
		return false, nil
	}
	if ctx.Err() != nil { // stopped in the middle: whoever comes next need not wait for the lease
		if err := e.giveBack(ctx, e.d.Reason); errors.Is(err, errPutOff) {
			return false, nil
		}
	}
	e.log.ErrorContext(ctx, "the state of a digest could not be recorded", "err", err)
	return false, err
}

func (e *errand) platform() string { return e.d.Address.Platform }
func (e *errand) now() time.Time   { return e.c.now(e.platform()) }

// --- Composing -------------------------------------------------------------------------------------------------------

// compose makes the edition and its parts and keeps them, once: whatever happens later, the same bytes are posted.
func (e *errand) compose(ctx context.Context) error {
	s, err := e.c.c.Store.Subscription(ctx, e.d.Subscription)
	if err != nil {
		return fmt.Errorf("read its subscription: %w", err)
	}
	untouched := true
	for _, p := range e.d.Parts {
		untouched = untouched && p.State == PartPlanned && p.Attempts == 0
	}
	if s.Paused && untouched {
		return e.skip(ctx, "The digest was paused before this one was sent.")
	}
	if e.d.State != Due {
		return nil
	}
	if !s.Last.Before(e.d.Slot) { // its news has been told meanwhile
		return e.skip(ctx, "A later digest was sent first and covers the time.")
	}
	if err := e.yield(ctx); err != nil {
		return err
	}
	if s.Last.After(e.d.WindowFrom) {
		e.d.WindowFrom = s.Last // the one before was still under way when this one was opened
	}
	within, cancel := e.within(ctx, e.c.compose, "composing took too long")
	defer cancel()
	edition, m, err := e.c.edition(within, s, e.d)
	if err != nil {
		if ctx.Err() != nil {
			return e.giveBack(ctx, "")
		}
		e.log.WarnContext(ctx, "a digest could not be composed", "err", err)
		why := "It could not be composed."
		if within.Err() != nil {
			why = "Composing it took too long."
		}
		return e.later(ctx, nil, why, 0)
	}
	if s.SkipQuiet && len(edition.Items) == 0 {
		return e.skip(ctx, "There was nothing new on its subject.")
	}
	parts, err := e.fit(append([]*message.Message{m}, e.follow(s, edition)...))
	if err != nil {
		e.log.ErrorContext(ctx, "a digest could not be written down", "err", err)
		return e.later(ctx, nil, "It could not be written down.", 0)
	}
	if err := e.record(ctx, func(ctx context.Context) error { return e.c.c.Store.KeepComposed(ctx, e.d, edition, parts) }); err != nil {
		return fmt.Errorf("keep what was composed: %w", err)
	}
	e.d.State, e.d.Edition, e.d.Parts = Composed, &edition, parts
	return nil
}

// yield lets an older slot of the same digest go first: what it sends decides where this one's window begins. One that
// keeps failing is not waited for; this one then covers its time.
func (e *errand) yield(ctx context.Context) error {
	open, err := e.c.c.Store.Deliveries(ctx, DeliveryFilter{Subscription: e.d.Subscription, States: []State{Due, Composed}})
	if err != nil {
		return fmt.Errorf("look for older slots: %w", err)
	}
	now := e.now()
	for _, older := range open {
		if !older.Slot.Before(e.d.Slot) || older.RetryAt.After(now.Add(time.Minute)) {
			continue
		}
		at := now.Add(2 * time.Second)
		if older.RetryAt.After(at) {
			at = older.RetryAt
		}
		return e.put(ctx, at, "The digest before it is still under way.")
	}
	return nil
}

// edition composes and words. A panic of the newsroom or of the wording is an error of this digest alone.
func (c *Courier) edition(ctx context.Context, s Subscription, d Delivery) (e briefings.Edition, m *message.Message, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("composing broke off: %v\n%s", p, debug.Stack())
		}
	}()
	e, err = c.c.Compose(ctx, Assignment(s, d.Slot, d.WindowFrom))
	if err != nil {
		return e, nil, err
	}
	d.Edition = &e
	if m = c.c.Render(s, d, e); m == nil {
		return e, nil, errors.New("the edition has no words")
	}
	return e, m, nil
}

// follow is what continues the digest in its thread. A platform whose messages have no thread of their own gets none of it: there
// it would fill the channel.
func (e *errand) follow(s Subscription, edition briefings.Edition) (more []*message.Message) {
	threads, ok := e.poster.(message.Threader)
	if !ok || e.c.c.Follow == nil || e.d.Address.Thread != "" || threads.Thread(message.Ref{Address: e.d.Address, ID: "0"}) == e.d.Address {
		return nil
	}
	defer func() {
		if p := recover(); p != nil { // the digest itself is whole
			e.log.Error("wording the stories in full broke off", "panic", p, "stack", string(debug.Stack()))
			more = nil
		}
	}()
	for _, m := range e.c.c.Follow(s, e.d, edition) {
		if m != nil {
			more = append(more, m)
		}
	}
	return more
}

// fit makes the parts of messages.
func (e *errand) fit(messages []*message.Message) (parts []Part, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("fitting broke off: %v\n%s", p, debug.Stack())
		}
	}()
	for _, m := range messages {
		for _, fitted := range e.poster.Fit(m) {
			raw, err := json.Marshal(fitted)
			if err != nil {
				return nil, fmt.Errorf("part %d: %w", len(parts), err)
			}
			parts = append(parts, Part{Number: len(parts), State: PartPlanned, Message: raw, Key: Key(e.d.Address, e.d.Subscription, e.d.Slot, len(parts))})
		}
	}
	if len(parts) == 0 {
		return nil, errors.New("the platform can show no part of it")
	}
	return parts, nil
}

// --- Posting ---------------------------------------------------------------------------------------------------------

// part brings one part to the platform. No error means that it is there.
func (e *errand) part(ctx context.Context, p *Part) error {
	switch p.State {
	case PartSent:
		return nil
	case PartFailed: // its courier died between the part and the delivery
		return e.fail(ctx, p.Reason)
	case PartSending:
		if p.Edits.ID != "" {
			break // an edit is repeated
		}
		if err := e.reconcile(ctx, p); err != nil || p.State == PartSent {
			return err
		}
	}
	if p.Edits.ID != "" {
		return e.edit(ctx, p)
	}
	return e.post(ctx, p)
}

// to is where a part goes: what follows the first message belongs into its thread.
func (e *errand) to(p *Part) message.Address {
	if threads, ok := e.poster.(message.Threader); ok && p.Number > 0 && e.d.Address.Thread == "" {
		return threads.Thread(e.d.Parts[0].Ref)
	}
	return e.d.Address
}

// post tries a planned part.
func (e *errand) post(ctx context.Context, p *Part) error {
	if err := e.turn(ctx, e.lanes()); err != nil {
		return err
	}
	m := new(message.Message)
	if err := json.Unmarshal(p.Message, m); err != nil {
		e.log.ErrorContext(ctx, "a kept digest can't be read", "part", p.Number, "err", err)
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
	ref, err := e.send(ctx, p, m)
	if err == nil {
		return e.arrived(ctx, p, ref)
	}
	e.log.WarnContext(ctx, "a part of a digest was not delivered", "part", p.Number, "class", string(message.ClassOf(err)), "err", err)
	if err := e.hush(ctx, err); err != nil {
		return err
	}
	switch message.ClassOf(err) {
	case message.Later:
		return e.again(ctx, p, e.says(err), message.RetryAfter(err))
	case message.Refused:
		return e.refused(ctx, p, e.says(err))
	case message.Gone:
		return e.gone(ctx, p, err)
	}
	return e.put(ctx, p.SendingAt.Add(e.c.c.Lease), "It is not known yet whether it arrived; "+e.name()+" is asked shortly.")
}

// within bounds what is done under the lease.
func (e *errand) within(ctx context.Context, most time.Duration, why string) (context.Context, context.CancelFunc) {
	lease, cancelLease := context.WithDeadlineCause(ctx, e.end, errLease)
	bound, cancel := context.WithTimeoutCause(lease, most, errors.New(why))
	return bound, func() { cancel(); cancelLease() }
}

// send posts within the lease. What panics or says nothing may have been delivered.
func (e *errand) send(ctx context.Context, p *Part, m *message.Message) (ref message.Ref, err error) {
	ctx, cancel := e.within(ctx, e.c.post, "the platform did not answer in time")
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			ref, err = message.Ref{}, &message.Error{Class: message.Unknown, Reason: "panic", Err: fmt.Errorf("%v\n%s", r, debug.Stack())}
		}
	}()
	if ctx.Err() != nil || !e.d.ClaimedUntil.After(e.now()) { // a process that was frozen until now must not post
		return message.Ref{}, &message.Error{Class: message.Later, Reason: "not_in_time", Err: errLease}
	}
	ref, err = e.poster.Post(ctx, e.to(p), m, p.Key)
	if err == nil && ref.ID == "" {
		err = &message.Error{Class: message.Unknown, Reason: "no_message_id"}
	}
	return ref, err
}

// arrived records a part that is there.
func (e *errand) arrived(ctx context.Context, p *Part, ref message.Ref) error {
	err := e.record(ctx, func(ctx context.Context) error {
		return e.c.c.Store.EndPart(ctx, e.d, p.Number, PartSent, ref, "")
	})
	if errors.Is(err, ErrChanged) {
		e.log.ErrorContext(ctx, "a part of a digest arrived twice", "part", p.Number, "message", ref.ID)
		heard(e.c.c.Hooks.Duplicate, e.platform())
		err = nil
	}
	if err != nil {
		return fmt.Errorf("record that part %d arrived: %w", p.Number, err)
	}
	p.State, p.Ref = PartSent, ref
	return nil
}

// reconcile finds out what became of a part that may or may not have arrived. Without an error it is sent, or planned
// because it certainly is not there.
func (e *errand) reconcile(ctx context.Context, p *Part) error {
	now := e.now()
	// The try that left it so may still be under way in another process, or in the platform's hands.
	if until := p.SendingAt.Add(e.c.c.Lease); now.Before(until) {
		return e.put(ctx, until, "It is not known yet whether it arrived; "+e.name()+" is asked shortly.")
	}
	if dedupe, ok := e.poster.(message.Deduplicator); ok {
		age, window := now.Sub(p.SendingAt), dedupe.Window()
		if age < window-e.c.c.Lease {
			return e.repeat(ctx, p)
		}
		// A repetition may have begun up to the window's end: it must be over before the platform's answer is final.
		if until := p.SendingAt.Add(window + e.c.c.Lease); now.Before(until) {
			return e.put(ctx, until, "It is not known yet whether it arrived; "+e.name()+" is asked shortly.")
		}
	}
	finder, ok := e.poster.(message.Finder)
	if !ok {
		return e.hold(ctx, p, "It may have arrived, and "+e.name()+" can't be asked.")
	}
	if err := e.turn(ctx, e.asking()); err != nil {
		return err
	}
	within, cancel := e.within(ctx, e.c.post, "the platform did not answer in time")
	defer cancel()
	ref, found, err := e.find(within, finder, p)
	if err := e.hush(ctx, err); err != nil {
		return err
	}
	switch class := message.ClassOf(err); {
	case err != nil && ctx.Err() != nil:
		return e.giveBack(ctx, e.d.Reason)
	case err != nil && (class == message.Gone || class == message.Refused):
		return e.hold(ctx, p, "It may have arrived, and "+e.name()+" does not let Attaché look ("+reasonOf(err)+").")
	case err != nil:
		e.log.WarnContext(ctx, "whether a digest arrived can't be found out yet", "part", p.Number, "err", err)
		return e.later(ctx, p, "It is not known whether it arrived, and "+e.name()+" could not be asked yet ("+reasonOf(err)+").", message.RetryAfter(err))
	}
	heard(e.c.c.Hooks.Reconciled, e.platform())
	if found {
		heard(e.c.c.Hooks.Avoided, e.platform())
		e.log.InfoContext(ctx, "a digest of unknown fate was found", "part", p.Number, "message", ref.ID)
		return e.arrived(ctx, p, ref)
	}
	e.log.InfoContext(ctx, "a digest of unknown fate is not there and is posted again", "part", p.Number)
	return e.ended(ctx, p, PartPlanned, "It did not arrive.")
}

// find asks the platform; a panic means that it could not be asked.
func (e *errand) find(ctx context.Context, finder message.Finder, p *Part) (ref message.Ref, found bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &message.Error{Class: message.Later, Reason: "panic", Err: fmt.Errorf("%v\n%s", r, debug.Stack())}
		}
	}()
	return finder.Find(ctx, e.to(p), p.Key, p.SendingAt)
}

// repeat posts a part of unknown fate again with the same key, on a platform that returns the first message then. The
// ledger is left as it is, so that the platform's window is counted from the first try and not from the newest.
func (e *errand) repeat(ctx context.Context, p *Part) error {
	if err := e.turn(ctx, e.lanes()); err != nil {
		return err
	}
	m := new(message.Message)
	if err := json.Unmarshal(p.Message, m); err != nil {
		return e.hold(ctx, p, "It may have arrived, and what was composed can't be read any more.")
	}
	ref, err := e.send(ctx, p, m)
	if err == nil {
		heard(e.c.c.Hooks.Reconciled, e.platform())
		return e.arrived(ctx, p, ref)
	}
	e.log.WarnContext(ctx, "a part of a digest was repeated in vain", "part", p.Number, "class", string(message.ClassOf(err)), "err", err)
	if err := e.hush(ctx, err); err != nil {
		return err
	}
	switch message.ClassOf(err) {
	case message.Later:
		return e.later(ctx, p, e.says(err), message.RetryAfter(err))
	case message.Refused:
		return e.hold(ctx, p, "It may have arrived, and "+e.name()+" refuses to take it again ("+reasonOf(err)+").")
	case message.Gone:
		return e.gone(ctx, p, err)
	}
	return e.put(ctx, e.now().Add(e.c.c.Lease), "It is not known yet whether it arrived; "+e.name()+" is asked shortly.")
}

// --- Recording -------------------------------------------------------------------------------------------------------

// record writes to the ledger even while the process shuts down: what has happened has happened. It tries twice, for a
// passing trouble of the database; both are harmless.
func (e *errand) record(ctx context.Context, write func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), e.c.margin, errors.New("the store did not answer in time"))
	defer cancel()
	err := write(ctx)
	if err == nil || errors.Is(err, ErrLost) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrChanged) {
		return err
	}
	return write(ctx)
}

// put gives the delivery back until at.
func (e *errand) put(ctx context.Context, at time.Time, reason string) error {
	if err := e.record(ctx, func(ctx context.Context) error { return e.c.c.Store.Wait(ctx, e.d, at, reason) }); err != nil {
		return fmt.Errorf("put it off: %w", err)
	}
	return errPutOff
}

// wait gives a delivery back that was claimed and is not begun.
func (c *Courier) wait(ctx context.Context, d Delivery, at time.Time, reason string) error {
	err := (&errand{c: c, d: d}).put(ctx, at, reason)
	if errors.Is(err, errPutOff) || errors.Is(err, ErrLost) || errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// giveBack lets whoever comes next go on at once, with a new lease.
func (e *errand) giveBack(ctx context.Context, reason string) error {
	return e.put(ctx, e.now(), reason)
}

// later puts the delivery off, or gives it up when it has failed for too long. p is a part that may have arrived; nil when
// there is none.
func (e *errand) later(ctx context.Context, p *Part, reason string, asked time.Duration) error {
	now := e.now()
	if tooLong, since := e.tooLong(now); tooLong {
		reason = "Given up after " + inHours(since) + ". " + reason
		if p != nil {
			return e.hold(ctx, p, reason)
		}
		return e.fail(ctx, reason)
	}
	heard(e.c.c.Hooks.Retried, e.platform())
	return e.put(ctx, now.Add(backoff(e.c.recall.failed(e.d, now), asked)), reason)
}

// again puts the delivery off after a try of p that certainly was not delivered.
func (e *errand) again(ctx context.Context, p *Part, reason string, asked time.Duration) error {
	if tooLong, _ := e.tooLong(e.now()); !tooLong {
		if err := e.ended(ctx, p, PartPlanned, reason); err != nil {
			return err
		}
	} else if err := e.ended(ctx, p, PartFailed, reason); err != nil {
		return err
	}
	return e.later(ctx, nil, reason, asked)
}

// tooLong tells whether the delivery is to be given up, and how long it has been under way.
func (e *errand) tooLong(now time.Time) (tooLong bool, since time.Duration) {
	opened := e.d.Opened
	if opened.IsZero() {
		opened = e.d.Slot
	}
	since = now.Sub(opened)
	return since >= e.c.c.GiveUp && e.d.Attempts >= e.c.attempts, since
}

// ended records that a try of a part did not arrive.
func (e *errand) ended(ctx context.Context, p *Part, state PartState, reason string) error {
	if err := e.record(ctx, func(ctx context.Context) error {
		return e.c.c.Store.EndPart(ctx, e.d, p.Number, state, message.Ref{}, reason)
	}); err != nil {
		return fmt.Errorf("record part %d as %s: %w", p.Number, state, err)
	}
	p.State = state
	return nil
}

// refused gives the delivery up because of a part that can't arrive.
func (e *errand) refused(ctx context.Context, p *Part, reason string) error {
	if err := e.ended(ctx, p, PartFailed, reason); err != nil {
		return err
	}
	return e.fail(ctx, reason)
}

func (e *errand) fail(ctx context.Context, reason string) error {
	if err := e.settle(ctx, Failed, reason); err != nil {
		return err
	}
	heard(e.c.c.Hooks.Failed, e.platform())
	e.log.WarnContext(ctx, "a digest has failed", "reason", reason)
	return errSettled
}

func (e *errand) skip(ctx context.Context, reason string) error {
	if err := e.settle(ctx, Skipped, reason); err != nil {
		return err
	}
	heard(e.c.c.Hooks.Skipped, e.platform())
	return errSettled
}

// hold settles a delivery of which nobody can tell whether it arrived. Its part stays in sending.
func (e *errand) hold(ctx context.Context, p *Part, reason string) error {
	reason += " Look into the channel; if it is not there, replay it."
	if err := e.settle(ctx, Held, reason); err != nil {
		return err
	}
	heard(e.c.c.Hooks.Held, e.platform())
	e.log.ErrorContext(ctx, "a digest is held: it may or may not have arrived", "part", p.Number, "reason", reason)
	return errSettled
}

func (e *errand) settle(ctx context.Context, state State, reason string) error {
	if err := e.record(ctx, func(ctx context.Context) error { return e.c.c.Store.Settle(ctx, e.d, state, reason, e.now()) }); err != nil {
		return fmt.Errorf("settle it as %s: %w", state, err)
	}
	e.c.recall.settled(e.d)
	return nil
}

// --- A channel that is gone ------------------------------------------------------------------------------------------

// gone pauses all digests of a channel that is no longer ours to write to, tells their owners once, and gives up.
func (e *errand) gone(ctx context.Context, p *Part, cause error) error {
	reason := e.name() + " does not let Attaché write to this channel any more (" + reasonOf(cause) + "). Let it back in, then resume the digest."
	filter := Filter{Platform: e.d.Address.Platform, Workspace: e.d.Address.Workspace, Channel: e.d.Address.Channel, Notices: true}
	list, err := e.c.c.Store.Subscriptions(ctx, filter)
	if err != nil {
		return fmt.Errorf("look for the digests of the channel: %w", err)
	}
	told := map[string]bool{}
	for _, s := range list {
		paused, err := e.pause(ctx, s, reason)
		if err != nil {
			return err
		}
		// Only who pauses it tells, so that it is told once, however many couriers notice.
		if paused && !told[s.Owner] {
			told[s.Owner] = true
			e.c.tellOwner(ctx, s, reason)
		}
	}
	return e.refused(ctx, p, reason)
}

// pause pauses s unless it is paused already, and tells whether it was us.
func (e *errand) pause(ctx context.Context, s Subscription, reason string) (paused bool, err error) {
	for range 5 {
		if s.Paused || s.Address.Channel != e.d.Address.Channel {
			return false, nil
		}
		s.Paused, s.Reason = true, reason
		err = e.record(ctx, func(ctx context.Context) error { return e.c.c.Store.UpdateSubscription(ctx, s) })
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, ErrChanged) {
			break
		}
		if s, err = e.c.c.Store.Subscription(ctx, s.ID); err != nil {
			break
		}
	}
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return false, fmt.Errorf("pause digest %s: %w", s.ID, err)
}

func (c *Courier) tellOwner(ctx context.Context, s Subscription, reason string) {
	c.c.Log.WarnContext(ctx, "a digest is paused because its channel is gone", "digest", s.ID, "address", s.Address.String(), "reason", reason)
	if c.c.Owner == nil {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			c.c.Log.ErrorContext(ctx, "telling the owner of a digest broke off", "digest", s.ID, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.post)
	defer cancel()
	c.c.Owner(within, s, reason)
}

// --- Words and waiting -----------------------------------------------------------------------------------------------

// name is the platform's name for people.
func (e *errand) name() string {
	name := e.platform()
	if name == "" {
		return "The platform"
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// says is what a platform gave as its reason.
func (e *errand) says(err error) string {
	if errors.Is(err, errLease) {
		return "Attaché was held up before it could be posted."
	}
	return e.name() + " says: " + reasonOf(err) + "."
}

// reasonOf is the platform's word for an error. The text of any other error may hold what is not for people.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*message.Error](err); ok && e.Reason != "" {
		return e.Reason
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	return "an error without a reason"
}

func inHours(d time.Duration) string {
	if hours := int(d.Hours()); hours != 1 {
		return fmt.Sprintf("%d hours", hours)
	}
	return "1 hour"
}
