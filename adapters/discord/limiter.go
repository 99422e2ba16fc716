package discord

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Discord's limits on requests (docs: Rate Limits). 50 a second for the whole bot, with interaction routes exempt; ours
// never lets more than 45 pass in any second (40 steady and 5 at once). 10 000 requests that end in 401, 403 or 429 within
// ten minutes ban the address; ours stops far below.
const (
	globalPerSecond = 40
	globalBurst     = 5
	invalidWindow   = 10 * time.Minute
	invalidMost     = 2000
	banPause        = 10 * time.Minute // after a 429 that is not JSON: it comes from Cloudflare, not from Discord
	answerMost      = 8 << 20
)

// limiter is the http.RoundTripper under every call to Discord. Before a call it waits for the global and the route's own
// limit, for as long as the call's context allows; after it, it learns the limits from the headers. It is the only place
// that knows them, and no token is ever a key in it.
type limiter struct {
	next   http.RoundTripper
	now    func() time.Time
	pause  func(context.Context, time.Duration) error
	counts *counts
	global *rate.Limiter
	// timeout bounds one exchange, not the wait before it.
	timeout time.Duration

	mu      sync.Mutex
	routes  map[string]string  // route → bucket, as the headers name it
	buckets map[string]*bucket // bucket and major parameter → state
	until   time.Time          // nothing is sent before
	invalid []time.Time        // when 401, 403 and 429 came, oldest first
}

type bucket struct {
	limit     int // zero: not known
	remaining int
	reset     time.Time
}

func newLimiter(next http.RoundTripper, now func() time.Time, c *counts) *limiter {
	return &limiter{
		next: next, now: now, pause: pause, counts: c,
		global: rate.NewLimiter(globalPerSecond, globalBurst),
		routes: map[string]string{}, buckets: map[string]*bucket{},
	}
}

// outcome tells the sender what happened on the wire; the library's errors do not.
type outcome struct {
	connected atomic.Bool // a connection was there: the call may have been seen
	status    int
	body      []byte
	after     time.Duration
	scope     string
}

type outcomeKey struct{}

// waitError says that the limiter sent nothing.
type waitError struct {
	why   string
	after time.Duration
	err   error
}

func (e *waitError) Error() string {
	if e.err != nil {
		return e.why + ": " + e.err.Error()
	}
	return e.why
}

func (e *waitError) Unwrap() error { return e.err }

func pauseOf(err error) time.Duration {
	if e, ok := errors.AsType[*waitError](err); ok {
		return e.after
	}
	return 0
}

// whyRoute is why a call waits whose route is used up.
const whyRoute = "route limit"

var errNoAnswer = errors.New("Discord did not answer in time")

// RoundTrip sends one request when the limits allow it.
func (l *limiter) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	seen, _ := ctx.Value(outcomeKey{}).(*outcome)
	if seen == nil {
		seen = &outcome{}
	}
	r := routeOf(req.Method, req.URL.Path)
	if err := l.wait(ctx, r); err != nil {
		return nil, err
	}
	if l.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, l.timeout, errNoAnswer)
		defer cancel()
		req = req.WithContext(ctx)
	}
	resp, err := l.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := drain(resp.Body, answerMost)
	if err != nil {
		// The status line came, so Discord has acted. Without the body the result is unknown.
		seen.status = 0
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	l.learn(r, resp, &body, seen)
	// The library reads these headers too and returns an error for a malformed one although the call succeeded.
	for name := range resp.Header {
		if strings.HasPrefix(name, "X-Ratelimit-") {
			resp.Header.Del(name)
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	seen.status, seen.body = resp.StatusCode, body
	return resp, nil
}

// CloseIdleConnections is asked of the http.Client's transport.
func (l *limiter) CloseIdleConnections() { closeIdle(l.next) }

func closeIdle(t http.RoundTripper) {
	if c, ok := t.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// wait returns nil when r may be sent now.
func (l *limiter) wait(ctx context.Context, r route) error {
	for {
		d, why := l.reserve(r)
		if d <= 0 {
			break
		}
		if until, ok := ctx.Deadline(); ok && until.Sub(l.now()) < d {
			return &waitError{why: why, after: d}
		}
		if err := l.pause(ctx, d); err != nil {
			return &waitError{why: why, after: d, err: err}
		}
	}
	if r.interaction {
		return nil
	}
	if err := l.global.Wait(ctx); err != nil {
		return &waitError{why: "global limit", after: time.Second, err: context.Cause(ctx)}
	}
	return nil
}

// reserve takes one call from r's bucket, or says how long to wait and for what.
func (l *limiter) reserve(r route) (time.Duration, string) {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.invalid) > 0 && now.Sub(l.invalid[0]) > invalidWindow {
		l.invalid = l.invalid[1:]
	}
	if len(l.invalid) >= invalidMost {
		return l.invalid[0].Add(invalidWindow).Sub(now) + time.Second, "too many refused requests"
	}
	if d := l.until.Sub(now); d > 0 && (!r.interaction || l.banned(now)) {
		return d, "global limit"
	}
	b := l.buckets[l.routes[r.name]+" "+r.major]
	if b == nil {
		return 0, ""
	}
	if !now.Before(b.reset) {
		b.remaining = max(b.limit, 1) // a fresh window, until the answer tells
		b.reset = now.Add(time.Second)
	}
	if b.remaining <= 0 {
		return b.reset.Sub(now), whyRoute
	}
	b.remaining--
	return 0, ""
}

// banned says whether the pause is one that spares nothing; held under mu.
func (l *limiter) banned(now time.Time) bool { return l.until.Sub(now) > time.Minute }

// learn reads the limits from an answer. A 429 that is not JSON gets a JSON body, so that the library can read it.
func (l *limiter) learn(r route, resp *http.Response, body *[]byte, seen *outcome) {
	now := l.now()
	h := resp.Header
	seen.after = seconds(h.Get("Retry-After"))
	seen.scope = h.Get("X-RateLimit-Scope")
	l.mu.Lock()
	defer l.mu.Unlock()
	if name := h.Get("X-RateLimit-Bucket"); name != "" && len(name) < 100 {
		l.routes[r.name] = name
		remaining, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
		after := seconds(h.Get("X-RateLimit-Reset-After"))
		if err == nil && after > 0 {
			limit, _ := strconv.Atoi(h.Get("X-RateLimit-Limit"))
			l.buckets[name+" "+r.major] = &bucket{limit: limit, remaining: remaining, reset: now.Add(after)}
		}
		l.forget(now)
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		l.invalid = append(l.invalid, now)
		l.counts.add("invalid")
	case http.StatusTooManyRequests:
		var said struct {
			RetryAfter float64 `json:"retry_after"`
			Global     bool    `json:"global"`
		}
		if json.Unmarshal(*body, &said) != nil {
			seen.scope, seen.after = "cloudflare", max(seen.after, banPause)
			*body = fmt.Appendf(nil, `{"message":"banned","retry_after":%d}`, int(seen.after.Seconds()))
		} else {
			seen.after = max(seen.after, seconds(strconv.FormatFloat(said.RetryAfter, 'f', -1, 64)))
			if said.Global {
				seen.scope = "global"
			}
		}
		if seen.scope == "" {
			seen.scope = "user"
		}
		if seen.scope != "shared" { // a shared limit is nobody's fault and not counted by Discord
			l.invalid = append(l.invalid, now)
		}
		l.counts.add("limited_" + scopeName(seen.scope))
		switch seen.scope {
		case "global", "cloudflare":
			if until := now.Add(seen.after); until.After(l.until) {
				l.until = until
			}
		default:
			name := l.routes[r.name]
			if name == "" {
				name = "unnamed:" + r.name
				l.routes[r.name] = name
			}
			b := &bucket{reset: now.Add(seen.after)}
			if known := l.buckets[name+" "+r.major]; known != nil {
				b.limit = known.limit
			}
			l.buckets[name+" "+r.major] = b
		}
	}
}

func scopeName(s string) string {
	switch s {
	case "global", "shared", "cloudflare":
		return s
	}
	return "user"
}

// forget drops buckets whose window is long over; interactions would fill the map otherwise. Held under mu.
func (l *limiter) forget(now time.Time) {
	if len(l.buckets) < 1000 {
		return
	}
	for key, b := range l.buckets {
		if now.Sub(b.reset) > 5*time.Second {
			delete(l.buckets, key)
		}
	}
}

// seconds reads a header such as "1.5". What is no number or out of bounds counts as none.
func seconds(s string) time.Duration {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f > 0) || f > 24*3600 {
		return 0
	}
	return time.Duration(f * float64(time.Second))
}

// route is what limits hang on: the method and path without ids, and the major parameter (docs: Rate Limits).
type route struct {
	name        string
	major       string
	interaction bool // exempt from the global limit
}

// routeOf reads a path such as /api/v9/channels/123/messages. A token becomes its hash.
func routeOf(method, path string) route {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i, p := range parts {
		if p == "api" {
			parts = parts[i+1:]
			break
		}
	}
	if len(parts) > 0 && len(parts[0]) > 1 && parts[0][0] == 'v' && isDigits(parts[0][1:]) {
		parts = parts[1:]
	}
	var r route
	for i, p := range parts {
		top := parts[0]
		switch {
		case i == 1 && (top == "channels" || top == "guilds" || top == "webhooks"):
			r.major, parts[i] = p, "{id}"
		case i == 2 && (top == "webhooks" || top == "interactions"):
			sum := sha256.Sum256([]byte(p))
			r.major += "/" + hex.EncodeToString(sum[:8])
			parts[i] = "{token}"
			r.interaction = true
		case isDigits(p):
			parts[i] = "{id}"
		}
	}
	r.name = method + " /" + strings.Join(parts, "/")
	return r
}

func isDigits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

// rewriteHost sends every request to another host: a proxy or a test's server. The library's endpoint variables are global
// to the process and concatenated when it starts, so changing them would do nothing.
type rewriteHost struct {
	base *url.URL
	next http.RoundTripper
}

// CloseIdleConnections is asked of the http.Client's transport.
func (t rewriteHost) CloseIdleConnections() { closeIdle(t.next) }

// RoundTrip sends the request to the other host.
func (t rewriteHost) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host, req.Host = t.base.Scheme, t.base.Host, ""
	req.URL.Path = strings.TrimRight(t.base.Path, "/") + req.URL.Path
	return t.next.RoundTrip(req)
}
