package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attache/bot/message"
)

// wireRequest and wireAnswer are what goes over a wire that a test holds in its hand.
type wireRequest struct {
	method, path string
	header       http.Header
	body         []byte
}

type wireAnswer struct {
	status int
	header map[string]string
	body   string
	err    error
}

type wireFunc func(r *wireRequest) wireAnswer

func (f wireFunc) RoundTrip(req *http.Request) (*http.Response, error) {
	r := &wireRequest{method: req.Method, path: req.URL.Path, header: req.Header}
	if req.Body != nil {
		r.body, _ = io.ReadAll(req.Body)
	}
	a := f(r)
	if a.err != nil {
		return nil, a.err
	}
	h := http.Header{}
	for k, v := range a.header {
		h.Set(k, v)
	}
	return &http.Response{StatusCode: a.status, Status: strconv.Itoa(a.status), Header: h, Body: io.NopCloser(bytes.NewReader([]byte(a.body)))}, nil
}

// wired is an adapter over such a wire.
func wired(t *testing.T, f wireFunc) *Adapter {
	t.Helper()
	a, err := New(Config{Token: "secret.bot.token", HTTPClient: &http.Client{Transport: f}, Version: "1.0"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(a *Adapter, path ...string) error {
	return a.rest.do(context.Background(), call{what: "get", method: http.MethodGet, url: api(path...)}, nil)
}

func TestEveryCallNamesTheBotAndItsVersion(t *testing.T) {
	t.Parallel()
	var got http.Header
	a := wired(t, func(r *wireRequest) wireAnswer { got = r.header; return wireAnswer{status: 200, body: "{}"} })
	if err := get(a, "users", "@me"); err != nil {
		t.Fatal(err)
	}
	if got.Get("User-Agent") != "DiscordBot (attache, 1.0)" || got.Get("Authorization") != "Bot secret.bot.token" {
		t.Errorf("%v", got)
	}
}

func TestNoMoreThan45CallsLeaveInAnySecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var sent []time.Time
		a := wired(t, func(*wireRequest) wireAnswer {
			mu.Lock()
			defer mu.Unlock()
			sent = append(sent, time.Now())
			return wireAnswer{status: 200, body: "{}"}
		})
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				if err := get(a, "channels", strconv.Itoa(i), "messages"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for i, from := range sent {
			n := 0
			for _, at := range sent[i:] {
				if at.Sub(from) < time.Second {
					n++
				}
			}
			if n > 45 {
				t.Fatalf("%d calls left within a second", n)
			}
		}
		if took := sent[len(sent)-1].Sub(sent[0]); took > 5*time.Second {
			t.Errorf("200 calls took %s", took)
		}
	})
}

func TestInteractionsDoNotWaitForTheGlobalLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := wired(t, func(r *wireRequest) wireAnswer {
			if strings.HasPrefix(r.path, "/api/v9/channels/9") {
				return wireAnswer{status: 429, header: map[string]string{"X-RateLimit-Scope": "global"}, body: `{"message":"limited","retry_after":30,"global":true}`}
			}
			return wireAnswer{status: 200, body: "{}"}
		})
		began := time.Now()
		if err := get(a, "channels", "9"); class(classify(err)) != message.Later || message.RetryAfter(classify(err)) != 30*time.Second {
			t.Errorf("got %v", err)
		}
		if err := get(a, "interactions", "1", "token", "callback"); err != nil || time.Since(began) != 0 {
			t.Errorf("an interaction waited %s: %v", time.Since(began), err)
		}
		for i := range 2 * globalPerSecond { // nor do they use it up
			if err := get(a, "interactions", strconv.Itoa(i), "token", "callback"); err != nil || time.Since(began) != 0 {
				t.Fatalf("interaction %d waited %s: %v", i, time.Since(began), err)
			}
		}
		if err := get(a, "channels", "1"); err != nil || time.Since(began) != 30*time.Second {
			t.Errorf("a call went out after %s: %v", time.Since(began), err)
		}
	})
}

func TestARoutesLimitIsReadFromTheHeaders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent []time.Duration
		began := time.Now()
		left := 2
		a := wired(t, func(r *wireRequest) wireAnswer {
			if strings.Contains(r.path, "/channels/1/") {
				sent = append(sent, time.Since(began))
				if left == 0 {
					left = 2
				}
				left--
				return wireAnswer{status: 200, body: "{}", header: map[string]string{
					"X-RateLimit-Bucket": "abc", "X-RateLimit-Limit": "2", "X-RateLimit-Remaining": strconv.Itoa(left), "X-RateLimit-Reset-After": "5.0"}}
			}
			return wireAnswer{status: 200, body: "{}"}
		})
		for range 5 {
			if err := get(a, "channels", "1", "messages"); err != nil {
				t.Fatal(err)
			}
		}
		want := []time.Duration{0, 0, 5 * time.Second, 5 * time.Second, 10 * time.Second}
		for i := range want {
			if sent[i] != want[i] {
				t.Errorf("call %d left after %s, want %s", i+1, sent[i], want[i])
			}
		}
		if err := get(a, "channels", "2", "messages"); err != nil || time.Since(began) != 10*time.Second {
			t.Errorf("another channel waited: %s, %v", time.Since(began), err)
		}
	})
}

func TestAnUnexpected429StopsItsRouteAndNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		first := true
		a := wired(t, func(r *wireRequest) wireAnswer {
			if strings.Contains(r.path, "/channels/1/") && first {
				first = false
				return wireAnswer{status: 429, body: `{"message":"limited","retry_after":2.5,"global":false}`}
			}
			return wireAnswer{status: 200, body: "{}"}
		})
		err := get(a, "channels", "1", "messages")
		if e, ok := errors.AsType[*apiError](err); !ok || e.After != 2500*time.Millisecond || e.Scope != "user" {
			t.Errorf("got %v", err)
		}
		if err := get(a, "channels", "2", "messages"); err != nil || time.Since(began) != 0 {
			t.Errorf("another channel waited %s: %v", time.Since(began), err)
		}
		if err := get(a, "channels", "1", "messages"); err != nil || time.Since(began) != 2500*time.Millisecond {
			t.Errorf("the channel waited %s: %v", time.Since(began), err)
		}
		if c := a.Counts(); c["limited_user"] != 1 {
			t.Errorf("counted %v", c)
		}
	})
}

// TestABanIsWaitedOut: a 429 that is a page comes from Cloudflare.
func TestABanIsWaitedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		a := wired(t, func(*wireRequest) wireAnswer {
			if n++; n == 1 {
				return wireAnswer{status: 429, body: "<html>error 1015</html>", header: map[string]string{"Retry-After": "60"}}
			}
			return wireAnswer{status: 200, body: "{}"}
		})
		began := time.Now()
		err := classify(get(a, "channels", "1"))
		if class(err) != message.Later || message.RetryAfter(err) != banPause {
			t.Errorf("got %v", err)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err = a.rest.do(short, call{what: "respond", method: http.MethodPost, url: api("interactions", "1", "token", "callback")}, nil)
		if e, ok := errors.AsType[*apiError](err); !ok || !e.Unsent || n != 1 {
			t.Errorf("an interaction was sent into a ban: %v", err)
		}
		if err := get(a, "channels", "2"); err != nil || time.Since(began) < banPause {
			t.Errorf("the next call left after %s: %v", time.Since(began), err)
		}
		if a.Counts()["limited_cloudflare"] != 1 {
			t.Errorf("counted %v", a.Counts())
		}
	})
}

func TestTheCircuitBreaksFarBelowDiscordsLimit(t *testing.T) {
	t.Parallel()
	const ban = 10_000 // refusals in ten minutes; docs: Rate Limits, invalid requests
	if invalidMost > ban/4 || invalidWindow < 10*time.Minute {
		t.Fatalf("ours breaks at %d in %s", invalidMost, invalidWindow)
	}
	synctest.Test(t, func(t *testing.T) {
		n := 0
		a := wired(t, func(r *wireRequest) wireAnswer {
			n++
			if strings.HasSuffix(r.path, "/shared") {
				return wireAnswer{status: 429, body: `{"retry_after":0.01}`, header: map[string]string{"X-RateLimit-Scope": "shared"}}
			}
			return wireAnswer{status: 403, body: `{"code":50013,"message":"Missing Permissions"}`}
		})
		for i := range 500 { // these do not count
			_ = get(a, "channels", strconv.Itoa(i), "shared")
		}
		for i := range invalidMost {
			if err := get(a, "channels", strconv.Itoa(i), "messages"); codeOf(err) != codeMissingPermissions {
				t.Fatalf("call %d: %v", i, err)
			}
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := a.rest.do(short, call{what: "post", method: http.MethodPost, url: api("channels", "1", "messages")}, nil)
		if c := classify(err); class(c) != message.Later || message.RetryAfter(c) == 0 || n != 500+invalidMost {
			t.Errorf("after %d refusals: %v (%d calls were sent)", invalidMost, err, n)
		}
		time.Sleep(invalidWindow + time.Second)
		if err := get(a, "channels", "1", "messages"); codeOf(err) != codeMissingPermissions {
			t.Errorf("later: %v", err)
		}
	})
}

// TestAMalformedHeaderDoesNotUndoASuccess: the library calls such an answer an error.
func TestAMalformedHeaderDoesNotUndoASuccess(t *testing.T) {
	t.Parallel()
	a := wired(t, func(*wireRequest) wireAnswer {
		return wireAnswer{status: 200, body: `{"id":"5"}`, header: map[string]string{
			"X-RateLimit-Bucket": "b", "X-RateLimit-Remaining": "many", "X-RateLimit-Reset-After": "soon", "X-RateLimit-Reset": "?", "X-RateLimit-Global": "true"}}
	})
	var got posted
	if err := a.rest.do(t.Context(), call{what: "post", method: http.MethodPost, url: api("channels", "1", "messages"), body: body{}}, &got); err != nil || got.ID != "5" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAnErrorSaysWhetherTheMessageMayHaveArrived(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	for name, row := range map[string]struct {
		answer wireAnswer
		class  message.Class
		after  time.Duration
	}{
		"429":                  {wireAnswer{status: 429, body: `{"retry_after":1.5}`}, message.Later, 1500 * time.Millisecond},
		"no connection":        {wireAnswer{err: refused}, message.Later, 0},
		"500":                  {wireAnswer{status: 500, body: "oops"}, message.Unknown, 0},
		"502":                  {wireAnswer{status: 502, body: "<html>"}, message.Unknown, 0},
		"503":                  {wireAnswer{status: 503}, message.Unknown, 0},
		"success, no JSON":     {wireAnswer{status: 200, body: "<html>"}, message.Unknown, 0},
		"success, no message":  {wireAnswer{status: 200, body: "{}"}, message.Unknown, 0},
		"missing access":       {wireAnswer{status: 403, body: `{"code":50001}`}, message.Gone, 0},
		"missing permissions":  {wireAnswer{status: 403, body: `{"code":50013}`}, message.Gone, 0},
		"unknown channel":      {wireAnswer{status: 404, body: `{"code":10003}`}, message.Gone, 0},
		"unknown guild":        {wireAnswer{status: 404, body: `{"code":10004}`}, message.Gone, 0},
		"locked thread":        {wireAnswer{status: 400, body: `{"code":50083}`}, message.Gone, 0},
		"token revoked":        {wireAnswer{status: 401, body: `{"code":0}`}, message.Gone, 0},
		"malformed":            {wireAnswer{status: 400, body: `{"code":50035}`}, message.Refused, 0},
		"too large":            {wireAnswer{status: 413, body: "<html>"}, message.Refused, 0},
		"removed meanwhile":    {wireAnswer{status: 404, body: `{"code":10008}`}, message.Refused, 0},
		"a refusal in no JSON": {wireAnswer{status: 403, body: "<html>blocked</html>"}, message.Gone, 0},
	} {
		a := wired(t, func(*wireRequest) wireAnswer { return row.answer })
		a.places.channels.put("1", channel{ID: "1", Type: channelText})
		_, err := a.Poster().Post(t.Context(), at("2", "1"), &message.Message{Gist: "a digest"}, "key")
		if class(err) != row.class || message.RetryAfter(err) != row.after {
			t.Errorf("%s: %v (class %s, after %s), want %s after %s", name, err, class(err), message.RetryAfter(err), row.class, row.after)
		}
		if err != nil && strings.Contains(err.Error(), "secret.bot.token") {
			t.Errorf("%s: the token stands in %v", name, err)
		}
	}
}

func TestNoTokenIsAKey(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]route{
		"/api/v9/channels/12/messages":                       {name: "POST /channels/{id}/messages", major: "12"},
		"/api/v9/channels/12/messages/34":                    {name: "POST /channels/{id}/messages/{id}", major: "12"},
		"/proxy/api/v10/guilds/12/threads/active":            {name: "POST /guilds/{id}/threads/active", major: "12"},
		"/api/v9/gateway/bot":                                {name: "POST /gateway/bot"},
		"/api/v9/applications/5/guilds/6/commands":           {name: "POST /applications/{id}/guilds/{id}/commands"},
		"/api/v9/webhooks/5/aSecretToken/messages/@original": {name: "POST /webhooks/{id}/{token}/messages/@original", interaction: true},
		"/api/v9/interactions/5/aSecretToken/callback":       {name: "POST /interactions/{id}/{token}/callback", interaction: true},
	} {
		got := routeOf("POST", path)
		if strings.Contains(got.name+got.major, "aSecretToken") {
			t.Errorf("%s: the token stands in %+v", path, got)
		}
		if want.interaction {
			got.major = ""
		}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", path, got, want)
		}
	}
	if routeOf("POST", "/api/v9/webhooks/5/one").major == routeOf("POST", "/api/v9/webhooks/5/two").major {
		t.Error("two interactions share a limit")
	}
}

func TestOldLimitsAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := wired(t, func(r *wireRequest) wireAnswer {
			return wireAnswer{status: 200, body: "{}", header: map[string]string{"X-RateLimit-Bucket": "hook", "X-RateLimit-Remaining": "4", "X-RateLimit-Reset-After": "1"}}
		})
		for i := range 5000 {
			if err := get(a, "webhooks", "1", "token"+strconv.Itoa(i), "messages", "@original"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Millisecond)
		}
		a.limiter.mu.Lock()
		defer a.limiter.mu.Unlock()
		if n := len(a.limiter.buckets); n > 1100 {
			t.Errorf("%d limits of interactions long over are kept", n)
		}
	})
}

func TestAWaitThatCannotEndInTimeIsNotBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		a := wired(t, func(*wireRequest) wireAnswer {
			n++
			return wireAnswer{status: 200, body: "{}", header: map[string]string{"X-RateLimit-Bucket": "b", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "60"}}
		})
		if err := get(a, "channels", "1"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		err := a.rest.do(ctx, call{what: "get", method: http.MethodGet, url: api("channels", "1")}, nil)
		if class(classify(err)) != message.Later || time.Since(began) != 0 || n != 1 {
			t.Errorf("after %s and %d calls: %v", time.Since(began), n, err)
		}
	})
}

func TestACallEndsWithItsContextAndWithItsTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, err := New(Config{Token: "t", HTTPClient: &http.Client{Transport: hangs{}}})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := get(a, "channels", "1"); err == nil || time.Since(began) != 20*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began = time.Now()
		if err := a.rest.do(ctx, call{what: "get", method: http.MethodGet, url: api("channels", "1")}, nil); err == nil || time.Since(began) != time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

type hangs struct{}

func (hangs) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, context.Cause(r.Context())
}

func TestABodyThatIsNoJSONIsNotSent(t *testing.T) {
	t.Parallel()
	n := 0
	a := wired(t, func(*wireRequest) wireAnswer { n++; return wireAnswer{status: 200, body: "{}"} })
	err := a.rest.do(t.Context(), call{what: "post", method: http.MethodPost, url: api("channels", "1"), body: json.RawMessage("{")}, nil)
	if err == nil || n != 0 || !strings.Contains(err.Error(), "post") {
		t.Errorf("got %v after %d calls", err, n)
	}
}
