// Package digest sees to it that each digest arrives exactly once per channel and slot.
//
// A Subscription says which channel gets which beat and when: a Schedule, which is a cron expression in an IANA zone. The
// instant that a digest is due is its Slot, always UTC. The Clock looks once a second for subscriptions whose next slot
// has come, and in one transaction opens a Delivery for the slot and moves the subscription on. The database refuses a
// second Delivery for the same subscription and slot, so opening twice is once, on any number of replicas.
//
// The Courier claims deliveries. It composes the edition once and keeps the fitted messages, its parts: whatever happens
// later, the same bytes are posted. Each part is marked in the ledger before it is sent and after:
//
//	planned -> sending -> sent | failed
//
// A part that is found in sending after a crash or a timeout may or may not have arrived. It is never blindly repeated:
// once its lease is over the courier asks the platform (message.Finder), or repeats it with the same key where the
// platform itself refuses duplicates (message.Deduplicator), or holds it, which is shown and counted.
//
//	due -> composed -> sent | skipped | failed | held
//
// The database is the truth; no timer in a process owns any of it.
package digest

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"attache/bot/message"
	"attache/briefings"
)

// Subscription is a channel's standing order for a digest.
type Subscription struct {
	ID       string // short, for people: "d7f3"
	Address  message.Address
	Schedule Schedule
	Beat     briefings.Beat
	Form     Form   // what it is for
	Owner    string // the platform's id of the user who added it
	Created  time.Time
	NextAt   time.Time // the next slot; zero when the schedule never fires again
	Paused   bool
	Reason   string // why it is paused, for people; empty when a person paused it
	Misfire  Misfire
	// SkipQuiet says that an edition without items is recorded as skipped instead of being posted as one line.
	SkipQuiet bool
	Rev       int64 // grows with every change; UpdateSubscription refuses an old one
	// Last is the slot of the last digest that was sent and LastEdition that edition: the channel's baseline. Both are
	// maintained by Store.Settle.
	Last        time.Time
	LastEdition *briefings.Edition
}

// Misfire says what happens to slots that passed while nothing ran.
type Misfire string

// The misfire policies.
const (
	MisfireLatest Misfire = "latest" // only the newest missed slot is sent, if it is younger than Grace; the default
	MisfireSkip   Misfire = "skip"   // none is sent
	MisfireAll    Misfire = "all"    // the newest three are sent
)

// Grace is how old a missed slot may be and still be sent under MisfireLatest.
const Grace = 6 * time.Hour

// State is where a delivery stands.
type State string

// The states of a delivery.
const (
	Due      State = "due"      // opened, nothing composed
	Composed State = "composed" // parts are kept; some may be sent
	Sent     State = "sent"     // all parts arrived
	Skipped  State = "skipped"  // a misfire, recorded and never sent
	Failed   State = "failed"   // given up; Reason says why
	Held     State = "held"     // a part may have arrived and the platform can't be asked
)

// Delivery is one digest for one subscription and slot.
type Delivery struct {
	Subscription string
	Slot         time.Time // UTC
	Address      message.Address
	State        State
	Reason       string    // why skipped, failed, held or waiting, for people
	RetryAt      time.Time // not before then
	Attempts     int       // how often it was claimed
	Opened       time.Time
	Settled      time.Time // when it reached a final state
	WindowFrom   time.Time
	Late         bool // sent after a misfire
	Edition      *briefings.Edition
	Parts        []Part
	// Claim is the token of the courier that holds it, ClaimedUntil the end of its lease.
	Claim        string
	ClaimedUntil time.Time
}

// PartState is where a part of a delivery stands.
type PartState string

// The states of a part.
const (
	PartPlanned PartState = "planned"
	PartSending PartState = "sending"
	PartSent    PartState = "sent"
	PartFailed  PartState = "failed"
)

// Part is one message of a delivery.
type Part struct {
	Number    int // from 0
	State     PartState
	Message   json.RawMessage // a fitted message.Message
	Key       string          // handed to Poster.Post; at most 25 bytes
	SendingAt time.Time       // when the newest try began
	Attempts  int
	Ref       message.Ref // once sent
	Edits     message.Ref // the message that it changes; zero for one of its own
	Reason    string
}

// Errors of a Store.
var (
	ErrNotFound = errors.New("no such digest")
	ErrChanged  = errors.New("changed meanwhile")
	ErrLost     = errors.New("the claim has passed to another courier")
)

// Store keeps subscriptions and deliveries. Every implementation passes bottest.DigestStore.
//
// All times are kept in UTC with millisecond precision.
type Store interface {
	// AddSubscription keeps s, whose ID must be new: not even a removed subscription that has left deliveries had it.
	AddSubscription(ctx context.Context, s Subscription) error
	// Subscription returns one by id; ErrNotFound when there is none.
	Subscription(ctx context.Context, id string) (Subscription, error)
	// Subscriptions returns those that match f, oldest first; lines of notices only where f asks for them.
	Subscriptions(ctx context.Context, f Filter) ([]Subscription, error)
	// UpdateSubscription replaces Schedule, Beat, NextAt, Paused, Reason, Misfire, SkipQuiet and Address, if Rev is still the kept one;
	// else ErrChanged. The kept Rev grows by one.
	UpdateSubscription(ctx context.Context, s Subscription) error
	// RemoveSubscription deletes it and its deliveries that are not final; ErrNotFound when there is none.
	RemoveSubscription(ctx context.Context, id string) error

	// DueSubscriptions returns up to limit subscriptions on platform that are not paused and whose NextAt is at or before
	// now, the most overdue first. One without NextAt is never due.
	DueSubscriptions(ctx context.Context, platform string, now time.Time, limit int) ([]Subscription, error)
	// Open records deliveries for slots of s and moves s.NextAt to next, in one transaction. A slot that already has a
	// delivery is left alone. If NextAt or Rev of s has changed, nothing happens and the error is ErrChanged. opened counts
	// the new deliveries.
	Open(ctx context.Context, s Subscription, slots []Delivery, next time.Time) (opened int, err error)

	// Claim leases up to limit deliveries in Due or Composed on platform whose RetryAt and lease are over, the oldest slot
	// first; among equal slots each workspace has its turn, so that a large one does not starve the small. They come back
	// with Parts and Edition, Claim set, ClaimedUntil = now + lease and Attempts one higher. Those in whose lanes the next
	// turn is more than Ahead away stay in line.
	Claim(ctx context.Context, platform string, now time.Time, lease time.Duration, limit int) ([]Delivery, error)
	// KeepComposed stores the edition and parts of a claimed delivery and moves it to Composed. If it is composed already,
	// the kept one stands. ErrLost when the claim is no longer ours.
	KeepComposed(ctx context.Context, d Delivery, e briefings.Edition, parts []Part) error
	// Begin marks a part as sending at now, before it is posted; ErrLost when the claim is no longer ours or has run out. A
	// part that is sent or failed is ErrChanged.
	Begin(ctx context.Context, d Delivery, part int, now time.Time) error
	// EndPart records what became of a part: PartSent with its ref, PartPlanned to try again, PartFailed.
	// PartSent works without the claim: a part that arrived has arrived. The first ref stands; another ref for a part that
	// is sent already is ErrChanged, for it is a duplicate. The other two need the claim (ErrLost), and a sent part stays sent.
	EndPart(ctx context.Context, d Delivery, part int, state PartState, ref message.Ref, reason string) error
	// Wait gives a claimed delivery back until at; ErrLost when the claim is no longer ours.
	Wait(ctx context.Context, d Delivery, at time.Time, reason string) error
	// Settle moves a delivery to a final state. With Sent it becomes the subscription's baseline (Last, LastEdition) in the
	// same transaction, unless a newer slot already is. ErrLost when the claim is no longer ours. A final state stays:
	// settling in the same state again does nothing, in another is ErrChanged.
	Settle(ctx context.Context, d Delivery, state State, reason string, now time.Time) error
	// Replay puts a failed or held delivery back to work: its unsent parts are planned again and it is Composed (or Due
	// where nothing was composed). Attempts count from zero again. One in another state is ErrChanged.
	Replay(ctx context.Context, subscription string, slot time.Time, now time.Time) error
	// Turn takes a turn in all of lanes, which are one platform's, and tells when it is: now, or up to Ahead later. The time
	// until then is to be waited for. Where a lane is quiet, or its next turn is further away, no turn is taken in any; at is
	// then when to ask again. Turns are taken in one line by all processes.
	Turn(ctx context.Context, lanes []Lane, now time.Time) (at time.Time, taken bool, err error)
	// Hush makes a lane quiet until then. One that is quiet for longer stays so.
	Hush(ctx context.Context, lane Lane, until time.Time) error

	// Deliveries returns the newest first.
	Deliveries(ctx context.Context, f DeliveryFilter) ([]Delivery, error)
	// DeliveryByRef finds the delivery one of whose parts became the message ref; ErrNotFound when there is none. A message
	// is known by its platform, channel and id alone.
	DeliveryByRef(ctx context.Context, ref message.Ref) (Delivery, error)
}

// Lane is what a pace is kept in: a platform, a workspace of it or a channel.
type Lane struct {
	Platform  string
	Workspace string        // empty in the platform's lane, and in that of a channel without a workspace
	Channel   string        // empty in the lanes of the platform and of a workspace
	Every     time.Duration // from one turn to the next; zero when the lane has no pace and may only be quiet
}

// Ahead is how long before its time a turn may be taken.
const Ahead = 2 * time.Second

// Filter selects subscriptions; an empty field selects all.
type Filter struct {
	Platform  string
	Workspace string
	Channel   string
	Notices   bool // the lines of notices too
	Lines     bool // the lines of notices alone
}

// DeliveryFilter selects deliveries; an empty field selects all.
type DeliveryFilter struct {
	Subscription string
	Platform     string
	Workspace    string
	Channel      string
	States       []State
	Since        time.Time // slots at or after
	Limit        int       // zero means 100
}
