package slack

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/slack-go/slack"

	"attache/bot/message"
)

// pace keeps to Slack's limits: about one message a second in a channel, each method's own rate in a workspace, and the
// wait that Slack orders for one method in one workspace. It runs on the machine's clock: a bot whose calendar is moved has
// still to wait. https://docs.slack.dev/apis/web-api/rate-limits
type pace struct {
	counts *counts

	mu       sync.Mutex // guards what follows
	channels map[string]*rate.Limiter
	methods  map[string]*rate.Limiter
	until    map[string]time.Time // workspace and method: not before
}

// tiers are the rates that Slack names, per workspace; a method that isn't here gets one call a second.
var tiers = map[string]rate.Limit{
	"chat.postMessage":                      perMinute(600), // "several hundred a minute"
	"chat.update":                           perMinute(50),
	"conversations.history":                 perMinute(50),
	"conversations.replies":                 perMinute(50),
	"chat.postEphemeral":                    perMinute(100),
	"views.open":                            perMinute(100),
	"chat.startStream":                      perMinute(20),
	"chat.appendStream":                     perMinute(100),
	"chat.stopStream":                       perMinute(20),
	"views.publish":                         perMinute(100),
	"users.info":                            perMinute(100),
	"conversations.info":                    perMinute(50),
	"agents.sessions.setStatus":             perMinute(50),
	"agents.sessions.rename":                perMinute(50),
	"assistant.threads.setSuggestedPrompts": perMinute(100),
}

func perMinute(n int) rate.Limit { return rate.Limit(float64(n) / 60) }

const (
	channelBurst = 3                // "short bursts of >1 are allowed"
	silentWait   = 10 * time.Second // after a 429 that does not say how long
	mostChannels = 10_000
)

func newPace(c *counts) *pace {
	return &pace{counts: c, channels: map[string]*rate.Limiter{}, methods: map[string]*rate.Limiter{}, until: map[string]time.Time{}}
}

// turn waits until a call of method may be made. With a channel it waits for the channel's turn as well. An error means
// that nothing was sent: the wait would outlast ctx, or ctx ended.
func (p *pace) turn(ctx context.Context, workspace, method, channel string) error {
	if err := p.heed(ctx, workspace, method); err != nil {
		return err
	}
	for _, l := range p.limiters(workspace, method, channel) {
		if err := l.Wait(ctx); err != nil {
			return &message.Error{Class: message.Later, After: time.Second, Reason: "waiting_for_its_turn", Err: err}
		}
	}
	// While we waited for the channel, another call may have been told to hold back.
	return p.heed(ctx, workspace, method)
}

// heed waits out what Slack ordered for the method, if ctx lasts that long.
func (p *pace) heed(ctx context.Context, workspace, method string) error {
	for {
		p.mu.Lock()
		wait := time.Until(p.until[workspace+" "+method])
		p.mu.Unlock()
		if wait <= 0 {
			if err := ctx.Err(); err != nil {
				return &message.Error{Class: message.Later, Reason: "cut_off", Err: err}
			}
			return nil
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) < wait {
			return &message.Error{Class: message.Later, After: wait, Reason: "rate_limited"}
		}
		if !sleep(ctx, wait) {
			return &message.Error{Class: message.Later, After: wait, Reason: "rate_limited", Err: ctx.Err()}
		}
	}
}

func (p *pace) limiters(workspace, method, channel string) []*rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit, ok := tiers[method]
	if !ok {
		limit = 1
	}
	// Slack counts by the minute: half a minute's calls may come at once.
	out := []*rate.Limiter{limiter(p.methods, workspace+" "+method, limit, max(5, int(limit*30)))}
	if channel != "" {
		if len(p.channels) >= mostChannels {
			clear(p.channels) // they fill up again within seconds
		}
		out = append(out, limiter(p.channels, workspace+" "+channel, 1, channelBurst))
	}
	return out
}

func limiter(of map[string]*rate.Limiter, key string, limit rate.Limit, burst int) *rate.Limiter {
	l := of[key]
	if l == nil {
		l = rate.NewLimiter(limit, burst)
		of[key] = l
	}
	return l
}

// learn notes what a call's failure says about the next one.
func (p *pace) learn(workspace, method string, err error) {
	e := classify(err)
	if e == nil || e.Class != message.Later || (e.Reason != "rate_limited" && e.Reason != "ratelimited") {
		return
	}
	if _, ours := errors.AsType[*message.Error](err); ours {
		return // we held it back ourselves
	}
	p.counts.add("limited")
	wait := e.After
	if wait <= 0 {
		wait = silentWait
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	until := time.Now().Add(wait)
	if until.After(p.until[workspace+" "+method]) {
		p.until[workspace+" "+method] = until
	}
}

// read makes a call that changes nothing, or nothing that matters twice, and makes it again after a 429 or a broken
// connection, while ctx lasts.
func (p *pace) read(ctx context.Context, workspace, method string, call func(context.Context) error) error {
	wait := backoff{first: 500 * time.Millisecond, most: 8 * time.Second}
	for try := 1; ; try++ {
		if err := p.turn(ctx, workspace, method, ""); err != nil {
			return err
		}
		err := call(ctx)
		p.learn(workspace, method, err)
		if err == nil || try == 4 {
			return err
		}
		if class := classify(err).Class; class != message.Later && class != message.Unknown || ctx.Err() != nil {
			return err
		}
		if _, limited := errors.AsType[*slack.RateLimitedError](err); limited {
			continue // turn waits
		}
		if !sleep(ctx, wait.next()) {
			return err
		}
	}
}
