package discordfake_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"attache/adapters/discord/discordfake"
	"attache/adapters/discord/rules"
	"attache/briefings/briefingstest"
)

// client speaks to a fake as a bot would, without a bot.
type client struct {
	*discordfake.Server
	t *testing.T
}

func (c client) call(method, path, body string, change func(*http.Request)) (int, map[string]any, http.Header) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.URL+"/api/v9/"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bot "+c.Token)
	req.Header.Set("User-Agent", "DiscordBot (test, 1)")
	req.Header.Set("Content-Type", "application/json")
	if change != nil {
		change(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, nil
	}
	defer func() { _ = resp.Body.Close() }()
	raw, _ := io.ReadAll(resp.Body)
	var out map[string]any
	_ = json.Unmarshal(raw, &out)
	return resp.StatusCode, out, resp.Header
}

func start(t *testing.T, o discordfake.Options) client {
	return client{discordfake.Start(t, o), t}
}

const fine = `{"content":"a","allowed_mentions":{"parse":[]},"nonce":"k","enforce_nonce":true}`

func TestBodiesAreHeldToDiscordsOwnDescription(t *testing.T) {
	t.Parallel()
	briefingstest.Shared(t, "data", "discord-openapi.json")
	if !discordfake.HasSchema() {
		t.Fatal("the description is there and is not used")
	}
	found := discordfake.Refusals(rules.ChannelMessage, json.RawMessage(`{"content":5}`))
	if !strings.Contains(strings.Join(found, " "), "OpenAPI") {
		t.Errorf("found %v", found)
	}
	for kind, body := range map[rules.Kind]string{
		rules.ChannelMessage: fine,
		rules.Callback:       `{"type":5,"data":{"flags":64}}`,
		rules.Commands:       `[{"name":"a","description":"b","default_member_permissions":"32"}]`,
		rules.ForumPost:      `{"name":"a","message":{"content":"a","allowed_mentions":{"parse":[]}}}`,
	} {
		if found := discordfake.Refusals(kind, json.RawMessage(body)); len(found) > 0 {
			t.Errorf("%s is refused: %v", body, found)
		}
	}
}

func TestANonceIsRememberedForAWhileAndInItsChannel(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c := start(t, discordfake.Options{Now: func() time.Time { return now }, NonceWindow: time.Minute})
	post := func(channel string) any {
		_, m, _ := c.call("POST", "channels/"+channel+"/messages", fine, nil)
		return m["id"]
	}
	first := post(c.Channel)
	if post(c.Channel) != first || post(c.Other) == first {
		t.Error("the nonce is not that of the channel")
	}
	c.Delete(c.Messages(c.Channel)[0])
	if status, m, _ := c.call("POST", "channels/"+c.Channel+"/messages", fine, nil); status != 404 || m["code"] != 10008.0 {
		t.Errorf("after the removal: %d %v", status, m)
	}
	now = now.Add(time.Minute)
	if post(c.Channel) == first || len(c.Messages(c.Channel)) != 1 {
		t.Error("the nonce is remembered for ever")
	}
}

func TestStrangersAndMalformedRequestsAreRefused(t *testing.T) {
	t.Parallel()
	c := start(t, discordfake.Options{Tolerant: true})
	messages := "channels/" + c.Channel + "/messages"
	for name, row := range map[string]struct {
		path, body string
		change     func(*http.Request)
		status     int
	}{
		"wrong token":        {messages, fine, func(r *http.Request) { r.Header.Set("Authorization", "Bot x") }, 401},
		"browser":            {messages, fine, func(r *http.Request) { r.Header.Set("User-Agent", "Mozilla/5.0") }, 403},
		"malformed":          {messages, `{"content":"a"}`, nil, 400},
		"unknown channel":    {"channels/5/messages", fine, nil, 404},
		"forum":              {"channels/" + c.Forum + "/messages", fine, nil, 400},
		"unknown route":      {"nothing/here", fine, nil, 404},
		"unknown webhook":    {"webhooks/" + c.App + "/token", fine, nil, 404},
		"unknown person":     {"users/@me/channels", `{"recipient_id":"5"}`, nil, 400},
		"no interaction":     {"interactions/5/token/callback", `{"type":6}`, nil, 404},
		"another's commands": {"applications/5/commands", `[]`, func(r *http.Request) { r.Method = "PUT" }, 404},
	} {
		if status, m, _ := c.call("POST", row.path, row.body, row.change); status != row.status {
			t.Errorf("%s: %d %v, want %d", name, status, m, row.status)
		}
	}
	if len(c.Complaints()) == 0 {
		t.Error("nothing was complained about")
	}
}

func TestAnInteractionLivesAsDiscordSays(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c := start(t, discordfake.Options{Now: func() time.Time { return now }, AnyCommand: true, Tolerant: true})
	const answer = `{"content":"a","allowed_mentions":{"parse":[]}}`
	open := func() (*discordfake.Interaction, string, string) {
		i := c.Slash(t, c.Channel, c.Person, "brief ask", nil)
		return i, "interactions/" + i.ID + "/" + i.Token + "/callback", "webhooks/" + c.App + "/" + i.Token
	}
	i, callback, hook := open()
	if status, m, _ := c.call("PATCH", hook+"/messages/@original", answer, nil); status != 404 || m["code"] != 10015.0 {
		t.Errorf("an edit before the response: %d %v", status, m)
	}
	if status, _, _ := c.call("POST", callback, `{"type":5}`, nil); status != 204 {
		t.Errorf("the response: %d", status)
	}
	if status, m, _ := c.call("POST", callback, `{"type":5}`, nil); status != 400 || m["code"] != 40060.0 {
		t.Errorf("a second response: %d %v", status, m)
	}
	if len(c.FromBot(c.Channel)) != 0 {
		t.Error("thinking… counts as an answer")
	}
	if status, _, _ := c.call("PATCH", hook+"/messages/@original", answer, nil); status != 200 || i.Await(t).Text() != "a" {
		t.Errorf("the edit: %d", status)
	}
	now = now.Add(16 * time.Minute)
	if status, m, _ := c.call("PATCH", hook+"/messages/@original", answer, nil); status != 401 || m["code"] != 50027.0 {
		t.Errorf("after 16 minutes: %d %v", status, m)
	}
	_, callback, _ = open()
	now = now.Add(4 * time.Second)
	if status, m, _ := c.call("POST", callback, `{"type":5}`, nil); status != 404 || m["code"] != 10062.0 {
		t.Errorf("after 4 seconds: %d %v", status, m)
	}
}

func TestFaultsComeInOrderAndAsOften(t *testing.T) {
	t.Parallel()
	c := start(t, discordfake.Options{})
	c.Fault(discordfake.Fault{Route: "POST /channels/{id}/messages", Status: 502, Commit: true})
	c.Fault(discordfake.Fault{Route: "POST /channels/{id}/messages", Status: 429, RetryAfter: 1.5, Global: true, Times: 2})
	c.Fault(discordfake.Fault{Route: "POST /channels/{id}/messages", Lose: true})
	var got []int
	for range 5 {
		status, _, h := c.call("POST", "channels/"+c.Channel+"/messages", fine, nil)
		got = append(got, status)
		if status == 429 && (h.Get("Retry-After") != "1.5" || h.Get("X-RateLimit-Global") != "true") {
			t.Errorf("%v", h)
		}
	}
	if want := []int{502, 429, 429, 0, 200}; len(c.Messages(c.Channel)) != 1 || !equal(got, want) {
		t.Errorf("got %v, want %v; %d messages", got, want, len(c.Messages(c.Channel)))
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestAChannelTakesOnlySoMuch(t *testing.T) {
	t.Parallel()
	c := start(t, discordfake.Options{PerChannel: 2})
	for i, want := range []int{200, 200, 429} {
		body := strings.Replace(fine, `"k"`, `"k`+string(rune('a'+i))+`"`, 1)
		if status, _, h := c.call("POST", "channels/"+c.Channel+"/messages", body, nil); status != want || status == 429 && h.Get("X-RateLimit-Remaining") != "0" {
			t.Errorf("post %d: %d", i+1, status)
		}
	}
}
