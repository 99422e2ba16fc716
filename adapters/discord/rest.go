package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"attache/bot/message"
	"attache/bot/message/punctual"
)

// rest sends JSON to any route of Discord. It uses discordgo's transport with a throw-away limiter per call, because the
// library's own limiter shares one mutex between all edits of interactions, keeps a bucket per interaction token for ever,
// sleeps without a context and repeats a 502 blindly, POSTs included. Limits, pauses and the circuit breaker are those of
// limiter, which is the http.Client's RoundTripper.
type rest struct {
	session *discordgo.Session
	pause   func(ctx context.Context, d time.Duration) error
}

func newREST(token, userAgent string, client *http.Client) (*rest, error) {
	s, err := newSession(token, userAgent, client)
	if err != nil {
		return nil, err
	}
	return &rest{session: s, pause: pause}, nil
}

// newSession makes a discordgo session that neither repeats, reconnects, tracks nor logs by itself.
func newSession(token, userAgent string, client *http.Client) (*discordgo.Session, error) {
	s, err := discordgo.New("Bot " + token)
	if err != nil {
		return nil, errors.New("make a Discord session")
	}
	s.Client = client
	s.UserAgent = userAgent
	s.ShouldReconnectOnError = false
	s.ShouldReconnectVoiceOnSessionError = false
	s.ShouldRetryOnRateLimit = false
	s.MaxRestRetries = 0
	s.StateEnabled = false
	s.LogLevel = -1 // its log lines carry URLs with interaction tokens
	return s, nil
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// apiError is what Discord, or the way to it, said against a call. It holds no URL, no header and no token.
type apiError struct {
	What   string        // what we were doing, in our words
	Status int           // HTTP status; zero when no answer came
	Code   int           // Discord's error code; zero without one
	Text   string        // Discord's words, bounded
	After  time.Duration // how long Discord wants us to wait
	Scope  string        // of a 429: "user", "global", "shared" or "cloudflare"
	Unsent bool          // Discord has certainly not acted on the call
	Err    error         // the cause where no answer came
}

func (e *apiError) Error() string {
	var b strings.Builder
	b.WriteString(e.What)
	if e.Status != 0 {
		fmt.Fprintf(&b, ": status %d", e.Status)
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, ", code %d", e.Code)
	}
	if e.Text != "" {
		fmt.Fprintf(&b, " (%s)", e.Text)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

func (e *apiError) Unwrap() error { return e.Err }

// Discord's error codes that we act on (docs: Opcodes and Status Codes, JSON error codes).
const (
	codeUnknownMessage      = 10008
	codeUnknownWebhook      = 10015
	codeUnknownInteraction  = 10062
	codeAlreadyCrossposted  = 40033
	codeAlreadyAcknowledged = 40060
	codeMissingAccess       = 50001
	codeEmptyMessage        = 50006
	codeCannotMessageUser   = 50007
	codeMissingPermissions  = 50013
	codeInvalidWebhookToken = 50027
	codeThreadLocked        = 50083
	codeNoHistoryForReply   = 160002
	codeNoMutualGuild       = 50278
)

// codeOf returns Discord's error code in err, or zero.
func codeOf(err error) int {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e.Code
	}
	return 0
}

// call is one request. body is marshalled as JSON; files make it multipart.
type call struct {
	what   string // for errors and logs: "post a message"
	method string
	url    string
	body   any
	files  []file
}

type file struct {
	name string
	data []byte
}

// do sends c once and decodes the answer into out, which may be nil.
func (r *rest) do(ctx context.Context, c call, out any) error {
	raw, contentType, err := c.encode()
	if err != nil {
		return &apiError{What: c.what, Unsent: true, Err: err}
	}
	seen := &outcome{}
	ctx = context.WithValue(ctx, outcomeKey{}, seen)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { seen.connected.Store(true) }})
	// Never &discordgo.Bucket{}: its nil global pointer panics on X-RateLimit-Global.
	bucket := discordgo.NewRatelimiter().LockBucket("once")
	answer, err := r.session.RequestWithLockedBucket(c.method, c.url, contentType, raw, bucket, 0,
		discordgo.WithContext(ctx), discordgo.WithRetryOnRatelimit(false), discordgo.WithRestRetries(0))
	status := seen.status
	if status == 0 {
		if err == nil {
			err = errors.New("no answer")
		}
		return &apiError{What: c.what, Unsent: !seen.connected.Load() || errors.Is(err, punctual.ErrLate), After: pauseOf(err), Err: bare(err)}
	}
	if status < 200 || status > 299 {
		return refusal(c.what, seen)
	}
	if err != nil {
		// The status says that it was done, the answer was lost on the way.
		return &apiError{What: c.what, Status: status, Err: bare(err)}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return &apiError{What: c.what, Status: status, Err: errors.New("the answer is not the JSON that was expected")}
	}
	return nil
}

func (c call) encode() (raw []byte, contentType string, err error) {
	if c.body != nil {
		if raw, err = json.Marshal(c.body); err != nil {
			return nil, "", fmt.Errorf("marshal: %w", err)
		}
	}
	if len(c.files) == 0 {
		return raw, "application/json", nil
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part := func(disposition, kind string, data []byte) {
		head := textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {kind}}
		p, err2 := w.CreatePart(head)
		if err2 == nil {
			_, err2 = p.Write(data)
		}
		err = errors.Join(err, err2)
	}
	part(`form-data; name="payload_json"`, "application/json", raw)
	for i, f := range c.files {
		part(fmt.Sprintf(`form-data; name="files[%d]"; filename=%q`, i, f.name), http.DetectContentType(f.data), f.data)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, "", fmt.Errorf("write multipart: %w", err)
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

// refusal makes an error of an answer that is not a success.
func refusal(what string, seen *outcome) *apiError {
	e := &apiError{What: what, Status: seen.status, After: seen.after, Scope: seen.scope}
	e.Unsent = seen.status >= 400 && seen.status < 500
	var said struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(seen.body, &said) == nil {
		e.Code, e.Text = said.Code, firstLine(said.Message, 160)
	}
	return e
}

func firstLine(s string, most int) string {
	s, _, _ = strings.Cut(s, "\n")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// bare removes the URL, which may hold an interaction token, and whatever request the library attached.
func bare(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return bare(e.Err)
	}
	if _, ok := errors.AsType[*discordgo.RESTError](err); ok {
		return errors.New("refused")
	}
	if _, ok := errors.AsType[*discordgo.RateLimitError](err); ok {
		return errors.New("rate limited")
	}
	return err
}

// again repeats do while that can help and cannot harm: after a 429, when Discord has certainly not seen the call, and, if
// the call is harmless to repeat, after a 5xx or a lost answer. It gives up when ctx ends or after tries; a 429 is no try,
// because Discord says itself when to come back.
func (r *rest) again(ctx context.Context, c call, out any, harmless bool, tries int) error {
	wait, limited := 500*time.Millisecond, 0
	for try := 1; ; try++ {
		err := r.do(ctx, c, out)
		if err == nil || try >= tries {
			return err
		}
		e, ok := errors.AsType[*apiError](err)
		if !ok {
			return err
		}
		switch {
		case e.Status == http.StatusTooManyRequests:
			limited++
			if try--; limited > mostLimited {
				return err
			}
			if err := r.until(ctx, max(e.After, 100*time.Millisecond)); err != nil {
				return e
			}
			continue
		case e.Unsent && e.Status == 0, harmless && (e.Status == 0 || e.Status >= 500):
			wait = min(wait*2, 8*time.Second)
		default:
			return err
		}
		if r.until(ctx, wait) != nil {
			return err
		}
	}
}

// mostLimited is how many 429s a call bears.
const mostLimited = 30

// until waits for d if ctx lives that long.
func (r *rest) until(ctx context.Context, d time.Duration) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return context.DeadlineExceeded
	}
	return r.pause(ctx, d)
}

// classify makes a delivery error of whatever a call returned.
func classify(err error) error {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*apiError](err)
	if !ok {
		return &message.Error{Class: message.Unknown, Reason: "unknown", Err: err}
	}
	out := &message.Error{Reason: reasonOf(e), Err: e}
	switch {
	case e.Status == http.StatusTooManyRequests:
		out.Class, out.After, out.Scope = message.Later, e.After, e.waitScope()
	case e.Status == 0 && e.Unsent:
		out.Class, out.After, out.Scope = message.Later, e.After, e.waitScope()
	case e.Status == 0 || e.Status >= 500 || e.Status < 300:
		out.Class = message.Unknown
	case e.Code == codeUnknownMessage: // the earlier message of the same nonce was removed by someone: it is not to be posted again
		out.Class = message.Refused
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusForbidden, e.Status == http.StatusNotFound,
		e.Code == codeThreadLocked, e.Code == codeNoMutualGuild:
		out.Class = message.Gone
	default:
		out.Class = message.Refused
	}
	return out
}

func reasonOf(e *apiError) string {
	switch {
	case e.Code != 0:
		return strconv.Itoa(e.Code)
	case e.Status != 0:
		return "status " + strconv.Itoa(e.Status)
	case e.Unsent:
		return "not sent"
	default:
		return "no answer"
	}
}

// drain reads what is left of a body, bounded, so that its connection can serve again.
func drain(r io.ReadCloser, most int64) ([]byte, error) {
	defer func() { _ = r.Close() }()
	raw, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(raw)) > most {
		return raw[:most], fmt.Errorf("the answer is larger than %d bytes", most)
	}
	return raw, err
}

// api is the address of a route.
func api(path ...string) string { return discordgo.EndpointAPI + strings.Join(path, "/") }
