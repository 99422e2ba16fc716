package slack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/slack-go/slack"

	"attache/bot/message"
	"attache/bot/message/punctual"
)

// What Slack's words for a failure mean to a delivery. https://docs.slack.dev/reference/methods/chat.postMessage#errors
var (
	// laterWords: nothing was posted, and it may go better soon.
	laterWords = []string{"rate_limited", "ratelimited", "message_limit_exceeded", "team_added_to_org", "external_channel_migrating", "service_unavailable"}
	// unknownWords: Slack says that a part of it may have succeeded.
	unknownWords = []string{"internal_error", "fatal_error", "request_timeout", noWord}
	// goneWords: the place is no longer ours to write to.
	goneWords = []string{
		"channel_not_found", "not_in_channel", "is_archived", "is_inactive", "thread_not_found", "cannot_reply_to_message",
		"user_not_found", "user_disabled", "cannot_dm_bot", "messages_tab_disabled", "channel_is_limited_access",
		"no_permission", "missing_scope", "not_allowed_token_type", "method_not_supported_for_channel_type",
		"ekm_access_denied", "team_access_not_granted", "org_login_required", "access_denied", "enterprise_is_restricted", "team_not_found",
	}
	// authWords: the token itself is refused, so that no call can succeed.
	authWords = []string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "two_factor_setup_required", "app_uninstalled"}
)

// noWord stands for a refusal without a reason.
const noWord = "no_reason_given"

// isAuth says whether Slack refuses the token for good.
func isAuth(err error) bool {
	if r, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return slices.Contains(authWords, r.Err)
	}
	return false
}

// classify says of the failure of a call that posts whether the message may have arrived.
func classify(err error) *message.Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*message.Error](err); ok {
		return e
	}
	if r, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return &message.Error{Class: message.Later, After: r.RetryAfter, Reason: "rate_limited"}
	}
	if r, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return classifyWord(r)
	}
	if s, ok := errors.AsType[slack.StatusCodeError](err); ok {
		e := &message.Error{Reason: fmt.Sprintf("http_%d", s.Code)}
		switch {
		case s.Code == http.StatusTooManyRequests:
			e.Class, e.Reason = message.Later, "rate_limited"
		case s.Code >= 500, s.Code == http.StatusRequestTimeout:
			e.Class = message.Unknown
		default:
			e.Class = message.Refused
		}
		return e
	}
	if errors.Is(err, ErrNotInstalled) {
		return &message.Error{Class: message.Gone, Reason: "not_installed", Err: ErrNotInstalled}
	}
	if neverSent(err) {
		return &message.Error{Class: message.Later, Reason: "unreachable", Err: safe(err)}
	}
	// A timeout, a connection that broke, an answer that can't be read: Slack may have posted it.
	return &message.Error{Class: message.Unknown, Reason: "no_answer", Err: safe(err)}
}

func classifyWord(r slack.SlackErrorResponse) *message.Error {
	e := &message.Error{Reason: r.Err}
	if r.Needed != "" {
		e.Err = fmt.Errorf("needs %s, has %s", r.Needed, r.Provided)
	} else if len(r.ResponseMetadata.Messages) > 0 {
		e.Err = errors.New(strings.Join(r.ResponseMetadata.Messages, "; "))
	}
	switch {
	case slices.Contains(laterWords, r.Err):
		e.Class = message.Later
	case slices.Contains(unknownWords, r.Err):
		e.Class = message.Unknown
	case slices.Contains(goneWords, r.Err), slices.Contains(authWords, r.Err), strings.HasPrefix(r.Err, "restricted_action"):
		e.Class = message.Gone
	default:
		e.Class = message.Refused
	}
	return e
}

// neverSent says whether the request certainly never reached Slack: the connection could not be made, or the time for it was
// over before it was written.
func neverSent(err error) bool {
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, punctual.ErrLate) {
		return true
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// isDrawing says whether Slack refused how the message is drawn, so that plain text may pass.
func isDrawing(e *message.Error) bool {
	return strings.HasPrefix(e.Reason, "invalid_blocks") || e.Reason == "msg_blocks_too_long" || e.Reason == "invalid_attachments" || e.Reason == "only_one_table_allowed"
}

// safe is err without a URL: the address of a response_url or a socket is a secret.
func safe(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("%s: %w", strings.ToLower(u.Op), u.Err)
	}
	return err
}

// guard is the HTTP client under the library. It mends what the library takes for success.
type guard struct{ client *http.Client }

// maxAnswer bounds what is read of an answer; a page of history with metadata stays well below it.
const maxAnswer = 8 << 20

// Do sends the request. An answer of ok:false without a reason, which the library takes for success, gets one; an answer
// that breaks off is an error here and not half a page.
func (g *guard) Do(req *http.Request) (*http.Response, error) {
	resp, err := g.client.Do(req)
	if err != nil {
		return nil, safe(err)
	}
	if resp.StatusCode != http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read slack's answer: %w", safe(err))
	}
	if len(body) > maxAnswer {
		return nil, errors.New("read slack's answer: it is too long")
	}
	var verdict struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &verdict) == nil && verdict.OK != nil && !*verdict.OK && strings.TrimSpace(verdict.Error) == "" {
		body = []byte(`{"ok":false,"error":"` + noWord + `"}`)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// backoff doubles a wait up to a limit.
type backoff struct{ first, most, now time.Duration }

func (b *backoff) next() time.Duration {
	switch {
	case b.now == 0:
		b.now = b.first
	case b.now < b.most:
		b.now = min(2*b.now, b.most)
	}
	// Up to a quarter is chance, so that replicas don't return in step.
	return b.now - rand.N(b.now/4+1)
}

func (b *backoff) reset() { b.now = 0 }
