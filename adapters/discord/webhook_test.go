package discord

import (
	"crypto/ed25519"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"attache/adapters/discord/discordfake"
)

func TestSignedInteractionsOverHTTPAreAnsweredLikeThoseOfTheGateway(t *testing.T) {
	t.Parallel()
	public, secret, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := run(t, discordfake.Start(t, discordfake.Options{}), &script{}, nil)
	h, err := w.a.Interactions(hex.EncodeToString(public))
	if err != nil {
		t.Fatal(err)
	}
	post := func(body string, at time.Time, change func(*http.Request)) *httptest.ResponseRecorder {
		stamp := strconv.FormatInt(at.Unix(), 10)
		r := httptest.NewRequest(http.MethodPost, "/discord/interactions", strings.NewReader(body))
		r.Header.Set("X-Signature-Timestamp", stamp)
		r.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(secret, []byte(stamp+body))))
		if change != nil {
			change(r)
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec
	}
	now := time.Now()
	if rec := post(`{"type":1}`, now, nil); rec.Code != 200 || strings.TrimSpace(rec.Body.String()) != `{"type":1}` {
		t.Errorf("a ping got %d %s", rec.Code, rec.Body)
	}
	raw := w.Detached(t, w.Channel, w.Person, "brief ask", ask("over HTTP?"))
	if rec := post(string(raw.JSON), now, nil); rec.Code != http.StatusAccepted {
		t.Errorf("a command got %d", rec.Code)
	}
	if got := raw.Await(t).Text(); got != "An answer to ask over HTTP?" {
		t.Errorf("got %q", got)
	}
	if rec := post(string(raw.JSON), now, nil); rec.Code != http.StatusAccepted || len(w.bot.got()) != 1 {
		t.Errorf("a replay got %d and %d requests", rec.Code, len(w.bot.got()))
	}
	for name, row := range map[string]struct {
		body   string
		at     time.Time
		change func(*http.Request)
		want   int
	}{
		"wrong signature":  {`{"type":1}`, now, func(r *http.Request) { r.Header.Set("X-Signature-Ed25519", strings.Repeat("00", 64)) }, 401},
		"no signature":     {`{"type":1}`, now, func(r *http.Request) { r.Header.Del("X-Signature-Ed25519") }, 401},
		"other timestamp":  {`{"type":1}`, now, func(r *http.Request) { r.Header.Set("X-Signature-Timestamp", "1") }, 401},
		"an old request":   {`{"type":1}`, now.Add(-time.Hour), nil, 401},
		"one of tomorrow":  {`{"type":1}`, now.Add(time.Hour), nil, 401},
		"another method":   {`{"type":1}`, now, func(r *http.Request) { r.Method = http.MethodGet }, 405},
		"not JSON":         {`{`, now, nil, 400},
		"no interaction":   {`{}`, now, nil, 400},
		"a body too large": {strings.Repeat(" ", eventMost+1), now, nil, 413},
	} {
		if rec := post(row.body, row.at, row.change); rec.Code != row.want {
			t.Errorf("%s got %d, want %d", name, rec.Code, row.want)
		}
	}
	for _, key := range []string{"", "zz", "abcd"} {
		if _, err := w.a.Interactions(key); err == nil {
			t.Errorf("the key %q was accepted", key)
		}
	}
	idle := build(t, w.Server, &script{}, nil)
	h, err = idle.a.Interactions(hex.EncodeToString(public))
	if err != nil {
		t.Fatal(err)
	}
	if rec := post(string(raw.JSON), now, nil); rec.Code != http.StatusServiceUnavailable {
		t.Errorf("without Run a command got %d", rec.Code)
	}
}
