package bottest

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"attache/bot"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/briefings"
)

// Store is a digest.Store and a bot.Memory in memory. It keeps the promises of both and forgets everything with the
// process.
type Store struct {
	mu            sync.Mutex
	number        int64 // grows with everything added
	subscriptions map[string]*subscription
	deliveries    map[string]map[int64]*delivery // by subscription and slot
	open          map[slot]*delivery             // those of them that are not final
	line          []*delivery                    // the same in the order in which they are claimed; some may not be open any more
	turns         map[workspaceSlot]int          // how many deliveries a workspace had for a slot
	lanes         map[digest.Lane]*lane          // by lanes without a pace
	notices       map[notice]int64               // their slots

	seen      map[string]time.Time
	exchanges map[string]*exchange
	feedback  map[voter]bot.Feedback
	settings  map[setting]string
}

var (
	_ digest.Store = (*Store)(nil)
	_ bot.Memory   = (*Store)(nil)
)

// NewStore makes an empty Store.
func NewStore() *Store {
	return &Store{
		subscriptions: map[string]*subscription{},
		deliveries:    map[string]map[int64]*delivery{},
		open:          map[slot]*delivery{},
		turns:         map[workspaceSlot]int{},
		lanes:         map[digest.Lane]*lane{},
		notices:       map[notice]int64{},
		seen:          map[string]time.Time{},
		exchanges:     map[string]*exchange{},
		feedback:      map[voter]bot.Feedback{},
		settings:      map[setting]string{},
	}
}

// slot is the key of a delivery.
type slot struct {
	subscription string
	at           int64
}

func keyOf(d digest.Delivery) slot { return slot{d.Subscription, d.Slot.UnixMilli()} }

// subscription and delivery keep what nobody outside may share as JSON: a copy of it is made by reading it again.
type subscription struct {
	digest.Subscription
	number  int64
	beat    []byte
	edition []byte
}

type delivery struct {
	digest.Delivery
	turn    int // its place among the deliveries of its workspace for its slot
	edition []byte
}

// workspaceSlot is what turns are counted for.
type workspaceSlot struct {
	platform, workspace string
	slot                int64
}

type exchange struct {
	bot.Exchange
	number int64
	answer []byte
}

type (
	voter   struct{ subject, platform, workspace, user string }
	setting struct{ scope, name string }
)

// moment is a time as a store keeps it.
func moment(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}

func document(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write %T as JSON: %w", v, err)
	}
	return raw, nil
}

func readEdition(raw []byte) (*briefings.Edition, error) {
	if raw == nil {
		return nil, nil
	}
	e := new(briefings.Edition)
	if err := json.Unmarshal(raw, e); err != nil {
		return nil, fmt.Errorf("read an edition: %w", err)
	}
	return e, nil
}

// read returns a copy.
func (s *subscription) read() (digest.Subscription, error) {
	n := s.Subscription
	n.Beat = briefings.Beat{}
	if err := json.Unmarshal(s.beat, &n.Beat); err != nil {
		return digest.Subscription{}, fmt.Errorf("read the beat of %s: %w", n.ID, err)
	}
	var err error
	n.LastEdition, err = readEdition(s.edition)
	return n, err
}

// read returns a copy.
func (d *delivery) read() (digest.Delivery, error) {
	c := d.Delivery
	c.Parts = nil
	for _, p := range d.Parts {
		p.Message = slices.Clone(p.Message)
		c.Parts = append(c.Parts, p)
	}
	var err error
	c.Edition, err = readEdition(d.edition)
	return c, err
}

func final(state digest.State) bool { return state != digest.Due && state != digest.Composed }

// AddSubscription implements digest.Store.
func (s *Store) AddSubscription(ctx context.Context, n digest.Subscription) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	beat, err := document(n.Beat)
	if err != nil {
		return err
	}
	var edition []byte
	if n.LastEdition != nil {
		if edition, err = document(n.LastEdition); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n.ID == "" {
		return errors.New("add digest: it has no id")
	}
	if _, taken := s.subscriptions[n.ID]; taken || len(s.deliveries[n.ID]) > 0 {
		return fmt.Errorf("add digest %s: the id is taken", n.ID)
	}
	n.Created, n.NextAt, n.Last = moment(n.Created), moment(n.NextAt), moment(n.Last)
	n.Beat, n.LastEdition = briefings.Beat{}, nil
	s.number++
	s.subscriptions[n.ID] = &subscription{Subscription: n, number: s.number, beat: beat, edition: edition}
	return nil
}

// Subscription implements digest.Store.
func (s *Store) Subscription(ctx context.Context, id string) (digest.Subscription, error) {
	if err := ctx.Err(); err != nil {
		return digest.Subscription{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.subscriptions[id]
	if !ok {
		return digest.Subscription{}, fmt.Errorf("digest %s: %w", id, digest.ErrNotFound)
	}
	return n.read()
}

// Subscriptions implements digest.Store.
func (s *Store) Subscriptions(ctx context.Context, f digest.Filter) ([]digest.Subscription, error) {
	return s.list(ctx, -1, func(n *subscription) bool {
		line := n.Form == digest.FormNotices
		return matches(f, n.Address) && (line || !f.Lines) && (!line || f.Notices || f.Lines)
	}, byNumber)
}

// DueSubscriptions implements digest.Store.
func (s *Store) DueSubscriptions(ctx context.Context, platform string, now time.Time, limit int) ([]digest.Subscription, error) {
	now = moment(now)
	return s.list(ctx, max(limit, 0), func(n *subscription) bool {
		return n.Address.Platform == platform && !n.Paused && !n.NextAt.IsZero() && !n.NextAt.After(now)
	}, func(a, b *subscription) int {
		return cmp.Or(a.NextAt.Compare(b.NextAt), byNumber(a, b))
	})
}

func byNumber(a, b *subscription) int { return cmp.Compare(a.number, b.number) }

// list returns copies of the subscriptions that match; a negative limit is none.
func (s *Store) list(ctx context.Context, limit int, match func(*subscription) bool, order func(a, b *subscription) int) ([]digest.Subscription, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*subscription
	for _, n := range s.subscriptions {
		if match(n) {
			found = append(found, n)
		}
	}
	slices.SortFunc(found, order)
	if limit >= 0 && len(found) > limit {
		found = found[:limit]
	}
	var list []digest.Subscription
	for _, n := range found {
		c, err := n.read()
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// UpdateSubscription implements digest.Store.
func (s *Store) UpdateSubscription(ctx context.Context, n digest.Subscription) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	beat, err := document(n.Beat)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, ok := s.subscriptions[n.ID]
	switch {
	case !ok:
		return fmt.Errorf("change digest %s: %w", n.ID, digest.ErrNotFound)
	case kept.Rev != n.Rev:
		return fmt.Errorf("change digest %s: %w", n.ID, digest.ErrChanged)
	}
	kept.Schedule, kept.beat, kept.NextAt, kept.Paused = n.Schedule, beat, moment(n.NextAt), n.Paused
	kept.Reason, kept.Misfire, kept.SkipQuiet, kept.Address = n.Reason, n.Misfire, n.SkipQuiet, n.Address
	kept.Rev++
	return nil
}

// RemoveSubscription implements digest.Store.
func (s *Store) RemoveSubscription(ctx context.Context, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.subscriptions[id]; !ok {
		return fmt.Errorf("remove digest %s: %w", id, digest.ErrNotFound)
	}
	delete(s.subscriptions, id)
	for k := range s.open {
		if k.subscription == id {
			delete(s.open, k)
			delete(s.deliveries[id], k.at)
		}
	}
	return nil
}

// Open implements digest.Store.
func (s *Store) Open(ctx context.Context, n digest.Subscription, slots []digest.Delivery, next time.Time) (opened int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, ok := s.subscriptions[n.ID]
	switch {
	case !ok:
		return 0, fmt.Errorf("open digest %s: %w", n.ID, digest.ErrNotFound)
	case kept.Rev != n.Rev || !kept.NextAt.Equal(moment(n.NextAt)):
		return 0, fmt.Errorf("open digest %s: %w", n.ID, digest.ErrChanged)
	}
	for _, d := range slots {
		if d.Slot.IsZero() || d.State != digest.Due && d.State != digest.Skipped {
			return 0, fmt.Errorf("open digest %s: a delivery is opened for a slot, and due or skipped, not %q", n.ID, d.State)
		}
	}
	for _, d := range slots {
		d.Subscription = n.ID
		k := keyOf(d)
		if _, there := s.deliveries[n.ID][k.at]; there {
			continue
		}
		d.Slot, d.RetryAt, d.Opened, d.Settled, d.WindowFrom = moment(d.Slot), moment(d.RetryAt), moment(d.Opened), moment(d.Settled), moment(d.WindowFrom)
		d.Attempts, d.Edition, d.Parts, d.Claim, d.ClaimedUntil = 0, nil, nil, "", time.Time{}
		if d.Address == (message.Address{}) {
			d.Address = n.Address
		}
		switch {
		case d.State == digest.Due:
			d.Settled = time.Time{}
		case d.Settled.IsZero():
			d.Settled = d.Opened
		}
		if s.deliveries[n.ID] == nil {
			s.deliveries[n.ID] = map[int64]*delivery{}
		}
		of := workspaceSlot{d.Address.Platform, d.Address.Workspace, k.at}
		fresh := &delivery{Delivery: d, turn: s.turns[of]}
		s.turns[of]++
		s.deliveries[n.ID][k.at] = fresh
		if !final(d.State) {
			s.open[k] = fresh
			s.line = nil
		}
		opened++
	}
	kept.NextAt = moment(next)
	kept.Rev++
	return opened, nil
}

// Claim implements digest.Store.
func (s *Store) Claim(ctx context.Context, platform string, now time.Time, lease time.Duration, limit int) ([]digest.Delivery, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	now = moment(now)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line == nil || len(s.line) > 2*len(s.open) {
		s.line = slices.Collect(maps.Values(s.open))
		// Each workspace has its turn: the first of each, then the second of each.
		slices.SortFunc(s.line, func(a, b *delivery) int {
			return cmp.Or(a.Slot.Compare(b.Slot), cmp.Compare(a.turn, b.turn), cmp.Compare(a.Subscription, b.Subscription))
		})
	}
	var free []*delivery
	full := s.full(now)
	for _, d := range s.line {
		a := d.Address
		if len(free) >= limit || full[digest.Lane{Platform: platform}] {
			break
		}
		switch {
		case final(d.State) || a.Platform != platform || d.RetryAt.After(now) || d.ClaimedUntil.After(now):
			continue
		case full[digest.Lane{Platform: platform, Workspace: a.Workspace}] || full[digest.Lane{Platform: platform, Workspace: a.Workspace, Channel: a.Channel}]:
			continue
		case s.open[keyOf(d.Delivery)] == d:
			free = append(free, d)
		}
	}
	token := rand.Text()
	var claimed []digest.Delivery
	for _, d := range free {
		d.Claim, d.ClaimedUntil = token, now.Add(lease)
		d.Attempts++
		c, err := d.read()
		if err != nil {
			return nil, err
		}
		claimed = append(claimed, c)
	}
	return claimed, nil
}

// lane is how a digest.Lane stands.
type lane struct{ next, quiet time.Time }

// lane returns a kept lane; the caller holds mu.
func (s *Store) lane(l digest.Lane) *lane {
	l.Every = 0
	if s.lanes[l] == nil {
		s.lanes[l] = new(lane)
	}
	return s.lanes[l]
}

// full are the lanes whose next turn is more than digest.Ahead away; the caller holds mu.
func (s *Store) full(now time.Time) map[digest.Lane]bool {
	soon, full := now.Add(digest.Ahead), map[digest.Lane]bool{}
	for l, kept := range s.lanes {
		if kept.next.After(soon) {
			full[l] = true
		}
	}
	return full
}

// Turn implements digest.Store.
func (s *Store) Turn(ctx context.Context, lanes []digest.Lane, now time.Time) (at time.Time, taken bool, err error) {
	if err := ctx.Err(); err != nil {
		return time.Time{}, false, err
	}
	now = moment(now)
	s.mu.Lock()
	defer s.mu.Unlock()
	at, again := now, now
	for _, l := range lanes {
		kept := s.lane(l)
		if kept.quiet.After(again) {
			again = kept.quiet
		}
		if l.Every > 0 && kept.next.After(at) {
			at = kept.next
		}
	}
	if soon := at.Add(-digest.Ahead); soon.After(again) {
		again = soon
	}
	if again.After(now) {
		return again, false, nil
	}
	for _, l := range lanes {
		if l.Every > 0 {
			s.lane(l).next = at.Add(whole(l.Every))
		}
	}
	return at, true, nil
}

// whole is the time from one turn to the next as a store keeps it: never shorter.
func whole(d time.Duration) time.Duration {
	return (d + time.Millisecond - 1).Truncate(time.Millisecond)
}

// Hush implements digest.Store.
func (s *Store) Hush(ctx context.Context, l digest.Lane, until time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.lane(l)
	if until = ceil(until); until.After(kept.quiet) {
		kept.quiet = until
	}
	return nil
}

// ceil is the first instant that a store can keep and that is not before t.
func ceil(t time.Time) time.Time { return moment(t.Add(time.Millisecond - 1)) }

// find returns a kept delivery; the caller holds mu.
func (s *Store) find(d digest.Delivery) (*delivery, error) {
	kept, ok := s.deliveries[d.Subscription][d.Slot.UnixMilli()]
	if !ok {
		return nil, fmt.Errorf("digest %s for %s: %w", d.Subscription, d.Slot.UTC().Format(time.RFC3339), digest.ErrNotFound)
	}
	return kept, nil
}

// ours returns a kept delivery whose claim is that of d; the caller holds mu.
func (s *Store) ours(d digest.Delivery) (*delivery, error) {
	kept, err := s.find(d)
	if err == nil && (d.Claim == "" || d.Claim != kept.Claim) {
		err = fmt.Errorf("digest %s for %s: %w", d.Subscription, d.Slot.UTC().Format(time.RFC3339), digest.ErrLost)
	}
	return kept, err
}

func (d *delivery) part(number int) (*digest.Part, error) {
	for i := range d.Parts {
		if d.Parts[i].Number == number {
			return &d.Parts[i], nil
		}
	}
	return nil, fmt.Errorf("digest %s has no part %d: %w", d.Subscription, number, digest.ErrNotFound)
}

// KeepComposed implements digest.Store.
func (s *Store) KeepComposed(ctx context.Context, d digest.Delivery, e briefings.Edition, parts []digest.Part) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	edition, err := document(e)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, err := s.ours(d)
	if err != nil {
		return err
	}
	if kept.State == digest.Composed {
		return nil
	}
	if len(parts) == 0 {
		return errors.New("a composed digest has at least one part")
	}
	kept.State, kept.edition = digest.Composed, edition
	for _, p := range parts {
		kept.Parts = append(kept.Parts, digest.Part{Number: p.Number, State: digest.PartPlanned, Message: slices.Clone(p.Message), Key: p.Key, Edits: p.Edits})
	}
	slices.SortFunc(kept.Parts, func(a, b digest.Part) int { return cmp.Compare(a.Number, b.Number) })
	return nil
}

// Begin implements digest.Store.
func (s *Store) Begin(ctx context.Context, d digest.Delivery, part int, now time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, err := s.ours(d)
	if err != nil {
		return err
	}
	if !kept.ClaimedUntil.After(moment(now)) {
		return fmt.Errorf("digest %s: the lease is over: %w", d.Subscription, digest.ErrLost)
	}
	p, err := kept.part(part)
	if err != nil {
		return err
	}
	if p.State == digest.PartSent || p.State == digest.PartFailed {
		return fmt.Errorf("digest %s: part %d is %s: %w", d.Subscription, part, p.State, digest.ErrChanged)
	}
	p.State, p.SendingAt, p.Reason = digest.PartSending, moment(now), ""
	p.Attempts++
	return nil
}

// EndPart implements digest.Store.
func (s *Store) EndPart(ctx context.Context, d digest.Delivery, part int, state digest.PartState, ref message.Ref, reason string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, err := s.find(d)
	if err != nil {
		return err
	}
	p, err := kept.part(part)
	if err != nil {
		return err
	}
	if state == digest.PartSent {
		if p.State == digest.PartSent {
			if p.Ref.ID != ref.ID {
				return fmt.Errorf("digest %s: part %d is sent already as another message: %w", d.Subscription, part, digest.ErrChanged)
			}
			return nil
		}
		p.State, p.Ref, p.Reason = state, ref, reason
		return nil
	}
	if state != digest.PartPlanned && state != digest.PartFailed {
		return fmt.Errorf("a part does not end as %q", state)
	}
	if _, err := s.ours(d); err != nil {
		return err
	}
	if p.State != digest.PartSent {
		p.State, p.Reason = state, reason
	}
	return nil
}

// Wait implements digest.Store.
func (s *Store) Wait(ctx context.Context, d digest.Delivery, at time.Time, reason string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, err := s.ours(d)
	if err != nil {
		return err
	}
	kept.Claim, kept.ClaimedUntil, kept.RetryAt, kept.Reason = "", time.Time{}, moment(at), reason
	return nil
}

// Settle implements digest.Store.
func (s *Store) Settle(ctx context.Context, d digest.Delivery, state digest.State, reason string, now time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, err := s.find(d)
	switch {
	case err != nil:
		return err
	case !final(state):
		return fmt.Errorf("%q is not a final state", state)
	case kept.State == state:
		return nil
	case final(kept.State):
		return fmt.Errorf("digest %s is %s already: %w", d.Subscription, kept.State, digest.ErrChanged)
	case kept.Claim != d.Claim:
		return fmt.Errorf("digest %s: %w", d.Subscription, digest.ErrLost)
	}
	kept.State, kept.Reason, kept.Settled = state, reason, moment(now)
	kept.Claim, kept.ClaimedUntil, kept.RetryAt = "", time.Time{}, time.Time{}
	delete(s.open, keyOf(d))
	if n, ok := s.subscriptions[d.Subscription]; ok && state == digest.Sent && n.Last.Before(kept.Slot) {
		n.Last, n.edition = kept.Slot, kept.edition
	}
	return nil
}

// Replay implements digest.Store.
func (s *Store) Replay(ctx context.Context, id string, at time.Time, now time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.subscriptions[id]; !ok {
		return fmt.Errorf("replay digest %s: %w", id, digest.ErrNotFound)
	}
	kept, err := s.find(digest.Delivery{Subscription: id, Slot: at})
	if err != nil {
		return err
	}
	if kept.State != digest.Failed && kept.State != digest.Held {
		return fmt.Errorf("only a failed or held digest can be replayed, and %s is %s: %w", id, kept.State, digest.ErrChanged)
	}
	kept.State = digest.Due
	if kept.edition != nil {
		kept.State = digest.Composed
	}
	for i := range kept.Parts {
		if p := &kept.Parts[i]; p.State != digest.PartSent {
			p.State, p.Reason = digest.PartPlanned, ""
		}
	}
	kept.Reason, kept.Settled, kept.RetryAt, kept.Attempts = "", time.Time{}, moment(now), 0
	s.open[keyOf(kept.Delivery)] = kept
	s.line = nil
	return nil
}

// Deliveries implements digest.Store.
func (s *Store) Deliveries(ctx context.Context, f digest.DeliveryFilter) ([]digest.Delivery, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	where := digest.Filter{Platform: f.Platform, Workspace: f.Workspace, Channel: f.Channel}
	var found []*delivery
	look := func(of map[int64]*delivery) {
		for _, d := range of {
			if matches(where, d.Address) && (len(f.States) == 0 || slices.Contains(f.States, d.State)) && !d.Slot.Before(f.Since) {
				found = append(found, d)
			}
		}
	}
	if f.Subscription != "" {
		look(s.deliveries[f.Subscription])
	} else {
		for _, of := range s.deliveries {
			look(of)
		}
	}
	slices.SortFunc(found, func(a, b *delivery) int {
		return cmp.Or(b.Slot.Compare(a.Slot), cmp.Compare(a.Subscription, b.Subscription))
	})
	var list []digest.Delivery
	for _, d := range found[:min(len(found), limit)] {
		c, err := d.read()
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

func matches(f digest.Filter, a message.Address) bool {
	return (f.Platform == "" || f.Platform == a.Platform) && (f.Workspace == "" || f.Workspace == a.Workspace) &&
		(f.Channel == "" || f.Channel == a.Channel)
}

// DeliveryByRef implements digest.Store.
func (s *Store) DeliveryByRef(ctx context.Context, ref message.Ref) (digest.Delivery, error) {
	if err := ctx.Err(); err != nil {
		return digest.Delivery{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	is := func(p digest.Part) bool {
		return p.State == digest.PartSent && p.Edits.ID == "" && p.Ref.ID == ref.ID && p.Ref.Address.Platform == ref.Address.Platform && p.Ref.Address.Channel == ref.Address.Channel
	}
	for _, of := range s.deliveries {
		for _, d := range of {
			if slices.ContainsFunc(d.Parts, is) {
				return d.read()
			}
		}
	}
	return digest.Delivery{}, fmt.Errorf("digest of message %s: %w", ref.ID, digest.ErrNotFound)
}

// remembered is how long Seen remembers.
const remembered = 25 * time.Hour

// Seen implements bot.Memory.
func (s *Store) Seen(ctx context.Context, id string, at time.Time) (before bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	at = moment(at)
	s.mu.Lock()
	defer s.mu.Unlock()
	first, ok := s.seen[id]
	if ok && at.Sub(first) <= remembered {
		return true, nil
	}
	s.seen[id] = at
	return false, nil
}

// Turns implements bot.Memory.
func (s *Store) Turns(ctx context.Context, conversation string, limit int) ([]briefings.Turn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*exchange
	for _, x := range s.exchanges {
		if conversation != "" && x.Conversation == conversation {
			found = append(found, x)
		}
	}
	slices.SortFunc(found, func(a, b *exchange) int { return cmp.Compare(a.number, b.number) })
	found = found[max(0, len(found)-max(limit, 0)):]
	var turns []briefings.Turn
	for _, x := range found {
		full, err := x.read()
		if err != nil {
			return nil, err
		}
		turns = append(turns, full.Answer.Turn())
	}
	return turns, nil
}

// read returns a copy.
func (x *exchange) read() (bot.Exchange, error) {
	c := x.Exchange
	if err := json.Unmarshal(x.answer, &c.Answer); err != nil {
		return bot.Exchange{}, fmt.Errorf("read the answer %s: %w", x.ID, err)
	}
	return c, nil
}

// KeepExchange implements bot.Memory.
func (s *Store) KeepExchange(ctx context.Context, x bot.Exchange) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	answer, err := document(x.Answer)
	if err != nil {
		return err
	}
	x.Answer, x.At = briefings.Answer{}, moment(x.At)
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.exchanges[x.ID]; ok {
		kept.answer = answer
		return nil
	}
	s.number++
	s.exchanges[x.ID] = &exchange{Exchange: x, number: s.number, answer: answer}
	return nil
}

// Exchange implements bot.Memory.
func (s *Store) Exchange(ctx context.Context, id string) (bot.Exchange, error) {
	if err := ctx.Err(); err != nil {
		return bot.Exchange{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x, ok := s.exchanges[id]
	if !ok {
		return bot.Exchange{}, fmt.Errorf("answer %s: %w", id, bot.ErrForgotten)
	}
	return x.read()
}

// Asked implements bot.Inquiries.
func (s *Store) Asked(ctx context.Context, in message.Address, w briefings.Window, limit int) (n int, asked []string, err error) {
	if err := ctx.Err(); err != nil {
		return 0, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*exchange
	for _, x := range s.exchanges {
		a := x.Address
		if x.Asked != "" && a.Platform == in.Platform && a.Workspace == in.Workspace && (a.Channel == in.Channel || a.Thread == in.Channel) && !x.At.Before(moment(w.From)) && x.At.Before(moment(w.To)) {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(x, y *exchange) int { return cmp.Compare(y.number, x.number) })
	for _, x := range list[:min(len(list), max(limit, 0))] {
		asked = append(asked, x.Asked)
	}
	return len(list), asked, nil
}

// KeepFeedback implements bot.Memory.
func (s *Store) KeepFeedback(ctx context.Context, f bot.Feedback) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f.At = moment(f.At)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.feedback[voter{f.Subject, f.Address.Platform, f.Address.Workspace, f.User}] = f
	return nil
}

// Feedbacks implements bot.Memory.
func (s *Store) Feedbacks(ctx context.Context, subject string) (helpful, unhelpful int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for v, f := range s.feedback {
		switch {
		case v.subject != subject:
		case f.Helpful:
			helpful++
		default:
			unhelpful++
		}
	}
	return helpful, unhelpful, nil
}

// Setting implements bot.Memory.
func (s *Store) Setting(ctx context.Context, scope, name string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings[setting{scope, name}], nil
}

// SetSetting implements bot.Memory.
func (s *Store) SetSetting(ctx context.Context, scope, name, value string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if value == "" {
		delete(s.settings, setting{scope, name})
		return nil
	}
	s.settings[setting{scope, name}] = value
	return nil
}

// Forget implements bot.Memory.
func (s *Store) Forget(ctx context.Context, platform, workspace string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if platform == "" {
		return errors.New("forget a workspace: no platform is named")
	}
	theirs := func(a message.Address) bool { return a.Platform == platform && a.Workspace == workspace }
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, n := range s.subscriptions {
		if theirs(n.Address) {
			delete(s.subscriptions, id)
		}
	}
	for id, of := range s.deliveries {
		for at, d := range of {
			if theirs(d.Address) {
				delete(of, at)
				delete(s.open, slot{id, at})
			}
		}
	}
	for id, x := range s.exchanges {
		if theirs(x.Address) {
			delete(s.exchanges, id)
		}
	}
	for v := range s.feedback {
		if v.platform == platform && v.workspace == workspace {
			delete(s.feedback, v)
		}
	}
	for k := range s.settings {
		if strings.HasPrefix(k.scope, platform+"/"+workspace+"/") {
			delete(s.settings, k)
		}
	}
	for l := range s.lanes {
		if l.Platform == platform && l.Workspace == workspace && (l.Workspace != "" || l.Channel != "") {
			delete(s.lanes, l)
		}
	}
	return nil
}
