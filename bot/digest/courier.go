package digest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"attache/bot/message"
	"attache/briefings"
)

// CourierConfig is what a Courier is made of.
type CourierConfig struct {
	// Store keeps subscriptions and deliveries. Required.
	Store Store
	// Posters deliver, by platform. Required.
	Posters map[string]message.Poster
	// Compose makes an edition: Engine.Compose. Required.
	Compose func(ctx context.Context, a briefings.Assignment) (briefings.Edition, error)
	// Render words an edition. d says for which slot it is and whether it comes late. Required.
	Render func(s Subscription, d Delivery, e briefings.Edition) *message.Message
	// Follow words what continues a digest in its thread, where the platform has threads: its stories in full. Nil means nothing.
	Follow func(s Subscription, d Delivery, e briefings.Edition) []*message.Message
	// Now tells the time by platform; one that is missing or nil means time.Now.
	Now map[string]func() time.Time
	// Lease is how long a claimed delivery is ours, and how long a post with an unknown result may be under way; zero means
	// 30 s. Composing gets five sixths of it, a single post a third.
	Lease time.Duration
	// Parallel is how many deliveries are at work at once on one platform; zero means 8. Eight times as many may wait for
	// their turn beside them, where the platform takes only so many messages in a time.
	Parallel int
	// Poll is how often Run looks for work; zero means one second.
	Poll time.Duration
	// GiveUp is after how long a delivery that keeps failing is given up, and not before its tenth try; zero means 24 h.
	GiveUp time.Duration
	// Owner tells the owner of s that its channel can't be reached any more and its digests there are paused; reason says why
	// and what to do. It is called at most once for each pause and owner. Nil tells nobody.
	Owner func(ctx context.Context, s Subscription, reason string)
	// Hooks hear what happens, for metrics.
	Hooks Hooks
	// Log is where the courier tells what it does; nil discards.
	Log *slog.Logger
}

// Courier delivers what the clock has opened. Any number of couriers may work on one Store.
type Courier struct {
	c        CourierConfig
	compose  time.Duration // how long composing may take
	post     time.Duration // how long one post may take
	margin   time.Duration // what stays of the lease when the last post must have ended
	attempts int           // how many tries there are at least before a delivery is given up
	recall   *recall

	mu     sync.Mutex
	woken  map[string]chan struct{}
	worked map[string]time.Time // when each platform was last looked at with success
	failed map[string]error     // why it was not since
}

// NewCourier makes a Courier.
func NewCourier(c CourierConfig) (*Courier, error) {
	switch {
	case c.Store == nil:
		return nil, errors.New("a digest courier needs a store")
	case len(c.Posters) == 0:
		return nil, errors.New("a digest courier needs a poster")
	case c.Compose == nil || c.Render == nil:
		return nil, errors.New("a digest courier needs somebody who composes and somebody who words an edition")
	}
	if c.Lease <= 0 {
		c.Lease = 30 * time.Second
	}
	if c.Parallel <= 0 {
		c.Parallel = 8
	}
	if c.Poll <= 0 {
		c.Poll = time.Second
	}
	if c.GiveUp <= 0 {
		c.GiveUp = 24 * time.Hour
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	woken := map[string]chan struct{}{}
	for platform := range c.Posters {
		woken[platform] = make(chan struct{}, 1)
	}
	return &Courier{
		woken: woken, c: c, compose: c.Lease * 5 / 6, post: c.Lease / 3, margin: c.Lease / 6, attempts: 10, recall: newRecall(),
		worked: map[string]time.Time{}, failed: map[string]error{},
	}, nil
}

// Run delivers until ctx ends and returns when what is under way has been recorded. It never fails: what does is told in
// the log and in Health, and tried again.
func (c *Courier) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for platform := range c.c.Posters {
		wg.Go(func() {
			beat := time.NewTicker(c.c.Poll)
			defer beat.Stop()
			_, _ = c.serve(ctx, platform, beat.C) // what goes wrong is told where it does
		})
	}
	wg.Wait()
	return nil
}

// Wake has Run look for work on platform at once instead of at its next poll. It doesn't wait for anything.
func (c *Courier) Wake(platform string) {
	select {
	case c.woken[platform] <- struct{}{}:
	default: // it is awake, or knows no such platform
	}
}

// Work delivers what is due on platform now and returns how many deliveries it took in hand, when all of them are done
// with for the time being. What went wrong with a single delivery is recorded there; the error says what could not be.
func (c *Courier) Work(ctx context.Context, platform string) (handled int, err error) {
	if _, ok := c.c.Posters[platform]; !ok {
		return 0, fmt.Errorf("the digest courier does not know the platform %q", platform)
	}
	return c.serve(ctx, platform, nil)
}

// Health tells when platform was last looked at with success (zero: never) and, if the newest look failed, why.
func (c *Courier) Health(platform string) (last time.Time, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.worked[platform], c.failed[platform]
}

// waitingRoom is how many times Parallel may wait for their turn beside those that are at work.
const waitingRoom = 8

// serve claims and delivers, no more than Parallel at once. With a beat it goes on until ctx ends; without one it returns
// when nothing is left to do.
func (c *Courier) serve(ctx context.Context, platform string, beat <-chan time.Time) (handled int, err error) {
	var problems []error
	finished := make(chan error, c.c.Parallel)
	var woken <-chan struct{}
	if beat != nil {
		woken = c.woken[platform]
	}
	turns := make(chan int) // of those that wait for their turn: 1 when one begins, -1 when it goes on
	inHand, waiting := 0, 0
	for {
		free := min(c.c.Parallel-(inHand-waiting), c.c.Parallel*(waitingRoom+1)-inHand)
		if free > 0 && ctx.Err() == nil {
			batches, err := c.claim(ctx, platform, free)
			if err != nil && beat == nil {
				problems = append(problems, err)
			}
			for _, batch := range batches {
				handled += len(batch.deliveries)
				inHand++
				go func() { finished <- c.carry(ctx, platform, batch, func(n int) { turns <- n }) }()
			}
			if len(batches) > 0 {
				continue
			}
			if beat == nil && inHand == 0 {
				return handled, errors.Join(problems...)
			}
		}
		if ctx.Err() != nil && inHand == 0 {
			return handled, errors.Join(append(problems, context.Cause(ctx))...)
		}
		ended := ctx.Done()
		if ctx.Err() != nil {
			ended = nil // only what is at work is waited for
		}
		select {
		case n := <-turns:
			waiting += n
		case err := <-finished:
			inHand--
			if err != nil && beat == nil {
				problems = append(problems, err)
			}
		case <-beat:
		case <-woken:
		case <-ended:
		}
	}
}

// batch are claimed deliveries of one subscription, the oldest slot first, and when the last post of theirs must have ended.
type batch struct {
	deliveries []Delivery
	end        time.Time
}

// claim takes up to limit deliveries in hand.
func (c *Courier) claim(ctx context.Context, platform string, limit int) (batches []batch, err error) {
	defer func() { c.note(ctx, platform, err) }()
	// The lease is counted from before the claim and on the clock that contexts use, which no one sets back: a courier must
	// not believe for a moment longer than the store that a delivery is its own.
	lease, cancel := context.WithTimeout(ctx, c.c.Lease-c.margin)
	defer cancel()
	end, _ := lease.Deadline()
	list, err := c.c.Store.Claim(ctx, platform, c.now(platform), c.c.Lease, limit)
	if err != nil {
		return nil, fmt.Errorf("claim digests on %s: %w", platform, err)
	}
	place := map[string]int{}
	for _, d := range list {
		i, ok := place[d.Subscription]
		if !ok {
			i = len(batches)
			place[d.Subscription] = i
			batches = append(batches, batch{end: end})
		}
		batches[i].deliveries = append(batches[i].deliveries, d)
	}
	return batches, nil
}

// note keeps what Health tells, and tells the log when an outage begins and ends.
func (c *Courier) note(ctx context.Context, platform string, err error) {
	if ctx.Err() != nil {
		return // shutting down
	}
	c.mu.Lock()
	before := c.failed[platform]
	c.failed[platform] = err
	if err == nil {
		c.worked[platform] = c.now(platform)
	}
	c.mu.Unlock()
	switch {
	case err != nil && before == nil:
		c.c.Log.ErrorContext(ctx, "the digest courier can't look for work", "platform", platform, "err", err)
	case err == nil && before != nil:
		c.c.Log.InfoContext(ctx, "the digest courier works again", "platform", platform)
	}
}

func (c *Courier) now(platform string) time.Time { return orNow(c.c.Now[platform])() }

// Key names a part of a delivery to a platform: the same on every try, another for every other part.
func Key(at message.Address, subscription string, slot time.Time, part int) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{at.String(), subscription, strconv.FormatInt(slot.UnixMilli(), 10), strconv.Itoa(part)}, "\x00")))
	return hex.EncodeToString(sum[:12]) // 24 characters; Discord takes 25
}

// backoff is how long to wait after so many failures: what the platform asked for, where it did, else 2 s, 4 s, 8 s … 10 min;
// and a little more by chance, so that not all come back at once.
func backoff(failures int, asked time.Duration) time.Duration {
	wait := 10 * time.Minute
	if failures < 9 {
		wait = time.Second << max(failures, 1)
	}
	if asked > 0 {
		wait = max(asked, time.Second) // it knows better, and a digest that is late for no reason is late
	}
	return wait + time.Duration(rand.Int64N(int64(min(wait/4, 30*time.Second))))
}

// Preview composes and words what s would say at at. It keeps and posts nothing.
func (c *Courier) Preview(ctx context.Context, s Subscription, at time.Time) (*message.Message, error) {
	table, err := s.Schedule.timetable()
	if err != nil {
		return nil, fmt.Errorf("preview digest %s: %w", s.ID, err)
	}
	at = at.UTC()
	d := Delivery{Subscription: s.ID, Slot: at, Address: s.Address, State: Due, Opened: at, WindowFrom: windowFrom(s, at, table)}
	_, m, err := c.edition(ctx, s, d)
	if err != nil {
		return nil, fmt.Errorf("preview digest %s: %w", s.ID, err)
	}
	return m, nil
}
