package slackfake

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Delivery is one thing that Slack told the app, however often it had to.
type Delivery struct {
	// What is the kind: an event's type, "slash_commands" or "interactive".
	What string
	// TS is the message that it is about, where it is about one.
	TS string
	// Channel is where it happened.
	Channel string
	// Tries counts how often it was sent; Acked says whether it was acknowledged; Status is the last HTTP status.
	Tries  int
	Acked  bool
	Status int
	// Took is the time from the last try to the acknowledgement.
	Took time.Duration
	// Ack is what the acknowledgement said.
	Ack json.RawMessage

	door     string // events, commands or interactions
	payload  json.RawMessage
	form     url.Values // of a slash command over HTTP
	envelope string
	sent     time.Time
	hook     string
	user     string
	reason   string // of a retry
}

// escape is how Slack escapes what people write.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// Say writes a message to a channel as a person. Text is as Slack would send it: escaped, with tokens such as <@U0BOT>. It
// is delivered as the events that it causes.
func (s *Server) Say(channel, user, text, thread string) *Delivery {
	return s.say(channel, user, text, thread, nil)
}

// SayWith is Say with further fields for the message event, such as "subtype" or "files".
func (s *Server) SayWith(channel, user, text, thread string, more map[string]any) *Delivery {
	return s.say(channel, user, text, thread, more)
}

func (s *Server) say(channel, user, text, thread string, more map[string]any) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	ch := s.channels[channel]
	if ch == nil {
		s.mu.Unlock()
		s.t.Fatalf("slackfake: there is no channel %s", channel)
	}
	m := s.add(Message{Channel: channel, User: user, Text: text, ThreadTS: thread, Via: "person"})
	id := s.nextID("client")
	event := map[string]any{
		"type": "message", "channel": channel, "user": user, "text": text, "ts": m.TS, "event_ts": m.TS,
		"client_msg_id": id, "team": Team, "channel_type": channelType(ch),
	}
	if thread != "" {
		event["thread_ts"] = thread
	}
	for k, v := range more {
		event[k] = v
	}
	var out []map[string]any
	mentioned := strings.Contains(text, "<@"+BotUser+">")
	if mentioned && !ch.direct() {
		mention := map[string]any{}
		for k, v := range event {
			mention[k] = v
		}
		mention["type"] = "app_mention"
		delete(mention, "channel_type")
		out = append(out, mention)
	}
	if ch.has(BotUser) {
		out = append(out, event)
	}
	s.mu.Unlock()
	var last *Delivery
	for i, e := range out {
		d := s.event(e)
		if i == 0 {
			last = d
		}
	}
	if last == nil {
		last = &Delivery{What: "message", Channel: channel, TS: m.TS}
	}
	return last
}

func channelType(c *Channel) string {
	switch {
	case c.direct():
		return "im"
	case c.Private:
		return "group"
	}
	return "channel"
}

// Mention writes a message that mentions the bot. Slack delivers it twice: as app_mention and as message.
func (s *Server) Mention(channel, user, text string) *Delivery {
	return s.Say(channel, user, "<@"+BotUser+"> "+escape(text), "")
}

// ThreadReply writes a reply in a thread, without a mention.
func (s *Server) ThreadReply(channel, thread, user, text string) *Delivery {
	return s.Say(channel, user, escape(text), thread)
}

// DM writes a direct message to the bot.
func (s *Server) DM(user, text string) *Delivery {
	return s.Say(s.Direct(user), user, escape(text), "")
}

// Event delivers an event as it is; "type" is required.
func (s *Server) Event(event map[string]any) *Delivery { return s.event(event) }

func (s *Server) event(event map[string]any) *Delivery {
	what, _ := event["type"].(string)
	d := &Delivery{What: what, door: "events"}
	d.TS, _ = event["ts"].(string)
	d.Channel, _ = event["channel"].(string)
	s.mu.Lock()
	d.payload = raw(map[string]any{
		"token": "legacy", "team_id": Team, "api_app_id": AppID, "type": "event_callback", "event_id": s.nextID("Ev"),
		"event_time": s.o.Now().Unix(), "event": event,
		"authorizations":        []any{map[string]any{"enterprise_id": nil, "team_id": Team, "user_id": BotUser, "is_bot": true, "is_enterprise_install": false}},
		"is_ext_shared_channel": false,
	})
	s.mu.Unlock()
	s.deliver(d)
	return d
}

// Raw delivers an Events API payload as it is.
func (s *Server) Raw(payload []byte) *Delivery {
	d := &Delivery{What: "raw", door: "events", payload: payload}
	s.deliver(d)
	return d
}

// Slash gives a slash command. The line that the app acknowledges with, and what it posts to the response_url, appear among
// the channel's messages.
func (s *Server) Slash(channel, user, command, text string) *Delivery {
	s.mu.Lock()
	h := s.newHook(channel, user, "")
	trigger := s.nextID("trigger")
	s.mu.Unlock()
	form := url.Values{
		"token": {"legacy"}, "team_id": {Team}, "team_domain": {"fake"}, "channel_id": {channel}, "channel_name": {s.channelName(channel)},
		"user_id": {user}, "user_name": {strings.ToLower(user)}, "command": {command}, "text": {escape(text)}, "api_app_id": {AppID},
		"is_enterprise_install": {"false"}, "response_url": {s.base + "/response/" + h}, "trigger_id": {trigger},
	}
	fields := map[string]any{}
	for k := range form {
		fields[k] = form.Get(k)
	}
	d := &Delivery{What: "slash_commands", door: "commands", Channel: channel, form: form, payload: raw(fields), hook: h, user: user}
	s.deliver(d)
	return d
}

func (s *Server) channelName(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[id]; c != nil {
		return c.Name
	}
	return ""
}

// Click presses the button with the label under a message. The test fails when there is none.
func (s *Server) Click(user string, under Message, label string) *Delivery {
	s.t.Helper()
	for _, b := range under.Buttons {
		if b.Label == label {
			return s.ClickButton(user, under, b)
		}
	}
	s.t.Fatalf("slackfake: no button %q under %q: %v", label, clip(under.Shown), under.Buttons)
	return nil
}

// ClickButton presses a button under a message.
func (s *Server) ClickButton(user string, under Message, b Button) *Delivery {
	s.mu.Lock()
	h := s.newHook(under.Channel, user, under.TS)
	now := s.nextTS()
	trigger := s.nextID("trigger")
	s.mu.Unlock()
	container := map[string]any{"type": "message", "message_ts": under.TS, "channel_id": under.Channel, "is_ephemeral": under.Ephemeral()}
	if under.ThreadTS != "" {
		container["thread_ts"] = under.ThreadTS
	}
	action := map[string]any{"type": b.Kind, "action_id": b.ActionID, "block_id": "b1", "action_ts": now}
	if b.Value != "" {
		action["value"] = b.Value
	}
	payload := map[string]any{
		"type": "block_actions", "team": map[string]any{"id": Team, "domain": "fake"}, "user": map[string]any{"id": user, "username": strings.ToLower(user), "team_id": Team},
		"api_app_id": AppID, "container": container, "channel": map[string]any{"id": under.Channel, "name": s.channelName(under.Channel)},
		"trigger_id": trigger, "response_url": s.base + "/response/" + h, "actions": []any{action}, "enterprise": nil, "is_enterprise_install": false,
	}
	if !under.Ephemeral() { // Slack does not send back what only one person saw
		s.mu.Lock()
		payload["message"] = s.wire(under, false)
		s.mu.Unlock()
	}
	return s.interact(payload, h, user)
}

// Shortcut uses a message shortcut.
func (s *Server) Shortcut(user string, on Message, callback string) *Delivery {
	s.mu.Lock()
	h := s.newHook(on.Channel, user, on.TS)
	trigger := s.nextID("trigger")
	message := s.wire(on, false)
	s.mu.Unlock()
	return s.interact(map[string]any{
		"type": "message_action", "callback_id": callback, "trigger_id": trigger, "response_url": s.base + "/response/" + h,
		"team": map[string]any{"id": Team}, "user": map[string]any{"id": user, "name": strings.ToLower(user)},
		"channel": map[string]any{"id": on.Channel}, "message_ts": on.TS, "message": message,
	}, h, user)
}

// Interact delivers an interactive payload as it is.
func (s *Server) Interact(payload map[string]any) *Delivery { return s.interact(payload, "", "") }

func (s *Server) interact(payload map[string]any, hook, user string) *Delivery {
	d := &Delivery{What: "interactive", door: "interactions", payload: raw(payload), hook: hook, user: user}
	s.deliver(d)
	return d
}

// OpenHome opens the app: its tab is "home" or "messages".
func (s *Server) OpenHome(user, tab string) *Delivery {
	return s.event(map[string]any{"type": "app_home_opened", "user": user, "channel": s.Direct(user), "tab": tab, "event_ts": "1.000001"})
}

// Look has a person who has the agent open look at a channel, or with "" at nothing.
func (s *Server) Look(user, channel string) *Delivery {
	open := map[string]any{}
	if channel != "" {
		open["entities"] = []any{
			map[string]any{"type": "slack#/types/canvas_id", "value": "F1", "team_id": Team},
			map[string]any{"type": "slack#/types/message_context", "value": map[string]any{"channel_id": channel, "message_ts": "1.000001"}, "team_id": Team},
			map[string]any{"type": "slack#/types/channel_id", "value": channel, "team_id": Team},
		}
	}
	return s.event(map[string]any{"type": "app_context_changed", "user": user, "channel": s.Direct(user), "context": open, "event_ts": "1.000004"})
}

// Join takes a person into a channel, at the invitation of another.
func (s *Server) Join(channel, user, inviter string) *Delivery {
	s.mu.Lock()
	if c := s.channels[channel]; c != nil && !c.has(user) {
		c.Members = append(c.Members, user)
	}
	s.mu.Unlock()
	return s.event(map[string]any{"type": "member_joined_channel", "user": user, "channel": channel, "channel_type": "C", "team": Team, "inviter": inviter, "event_ts": "1.000003"})
}

// Stop presses stop in an agent session.
func (s *Server) Stop(channel, thread, user string) *Delivery {
	return s.event(map[string]any{"type": "agent_session_stopped", "channel": channel, "thread_ts": thread, "user": user, "event_ts": "1.000002"})
}

// Uninstall removes the app: Slack tells of revoked tokens and of the uninstall.
func (s *Server) Uninstall() {
	s.event(map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []any{}, "bot": []any{BotUser}}})
	s.event(map[string]any{"type": "app_uninstalled"})
}

// Again delivers what was delivered before once more, as Slack does when it saw no acknowledgement.
func (s *Server) Again(d *Delivery) {
	s.mu.Lock()
	d.reason = "http_timeout"
	s.mu.Unlock()
	s.deliver(d)
}

// AwaitAck waits until a delivery is acknowledged.
func (s *Server) AwaitAck(d *Delivery) {
	s.t.Helper()
	s.Await("an acknowledgement of "+d.What, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return d.Acked
	})
}

// Deliveries returns copies of everything that was delivered.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Delivery
	for _, d := range s.deliveries {
		out = append(out, *d)
	}
	return out
}

func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("slackfake: %v", err)) // only maps of plain values come here
	}
	return b
}

// nextID makes an id; the caller holds mu.
func (s *Server) nextID(kind string) string {
	s.serial++
	return kind + fmt.Sprintf("%08d", s.serial)
}

func (s *Server) deliver(d *Delivery) {
	s.mu.Lock()
	if d.Tries == 0 {
		s.deliveries = append(s.deliveries, d)
	}
	to := s.to
	s.mu.Unlock()
	if to != nil {
		s.deliverHTTP(d, to)
		return
	}
	s.sockets.send(d)
}

// Sign signs a body as Slack does.
func (s *Server) Sign(body []byte, at time.Time) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(s.o.SigningSecret))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	h := http.Header{}
	h.Set("X-Slack-Request-Timestamp", stamp)
	h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return h
}

// Request is a signed delivery as Slack would send it to one of the paths "events", "commands" and "interactions".
func (s *Server) Request(door string, body []byte) *http.Request {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/slack/"+door, bytes.NewReader(body))
	r.Header = s.Sign(body, time.Now())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if door == "events" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// Body is what a delivery's HTTP request holds.
func (d *Delivery) Body() (door string, body []byte) {
	switch d.door {
	case "commands":
		return d.door, []byte(d.form.Encode())
	case "interactions":
		return d.door, []byte(url.Values{"payload": {string(d.payload)}}.Encode())
	}
	return d.door, d.payload
}

func (s *Server) deliverHTTP(d *Delivery, to http.Handler) {
	for {
		door, body := d.Body()
		r := s.Request(door, body)
		s.mu.Lock()
		if d.Tries++; d.Tries > 1 {
			r.Header.Set("X-Slack-Retry-Num", strconv.Itoa(d.Tries-1))
			reason := d.reason
			if reason == "" {
				reason = "http_error"
			}
			r.Header.Set("X-Slack-Retry-Reason", reason)
		}
		d.sent = time.Now()
		s.mu.Unlock()
		w := httptest.NewRecorder()
		to.ServeHTTP(w, r)
		answer, _ := io.ReadAll(w.Result().Body)
		s.mu.Lock()
		d.Status = w.Code
		ok := w.Code/100 == 2
		if ok {
			s.acked(d, answer)
		}
		again := !ok && d.Tries < 4 && w.Code >= 500 // Slack retries three times
		s.touch()
		s.mu.Unlock()
		if !again {
			return
		}
	}
}

// acked notes an acknowledgement and shows what it says; the caller holds mu.
func (s *Server) acked(d *Delivery, answer []byte) {
	d.Acked, d.Took = true, time.Since(d.sent)
	if len(answer) > 0 {
		d.Ack = json.RawMessage(answer)
	}
	if d.door == "commands" && len(answer) > 0 {
		var say struct {
			ResponseType string          `json:"response_type"`
			Text         string          `json:"text"`
			Blocks       json.RawMessage `json:"blocks"`
		}
		if json.Unmarshal(answer, &say) == nil && (say.Text != "" || len(say.Blocks) > 0) {
			v := Check(say.Blocks, say.Text)
			if v.Error != "" {
				s.violate("an acknowledgement: %s %v", v.Error, v.Details)
			}
			m := Message{Channel: d.Channel, User: BotUser, Text: say.Text, Blocks: say.Blocks, Shown: v.Text, Buttons: v.Buttons, Via: "ack", hook: d.hook}
			if say.ResponseType != "in_channel" {
				m.For = d.user
			}
			s.add(m)
		}
	}
	s.touch()
}

// hook is a response_url.
type hook struct {
	channel, user string
	under         string // the message that was pressed
	used          int
	born          time.Time
}

const (
	hookPosts = 5
	hookLife  = 30 * time.Minute
)

// newHook makes a response_url; the caller holds mu.
func (s *Server) newHook(channel, user, under string) string {
	id := s.nextID("hook")
	s.hooks[id] = &hook{channel: channel, user: user, under: under, born: s.o.Now()}
	return id
}

// response takes a post to a response_url.
func (s *Server) response(w http.ResponseWriter, r *http.Request, id string) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	s.mu.Lock()
	h := s.hooks[id]
	channel := ""
	if h != nil {
		channel = h.channel
	}
	f := s.fault("response_url", channel)
	s.mu.Unlock()
	if !f.before(w, r) {
		s.note(call{method: "response_url", form: url.Values{"channel": {channel}}}, fmt.Sprintf("http_%d", f.Status))
		return
	}
	s.mu.Lock()
	status, refused := s.respond(h, id, body)
	s.mu.Unlock()
	s.note(call{method: "response_url", form: url.Values{"channel": {channel}}}, refused)
	if f != nil && f.Lost {
		panic(http.ErrAbortHandler)
	}
	// Slack answers a success with "ok" and, at times, without a content type.
	w.Header()["Content-Type"] = nil
	w.WriteHeader(status)
	if refused == "" {
		refused = "ok"
	}
	_, _ = io.WriteString(w, refused)
}

// respond does what a post to a response_url asks; the caller holds mu.
func (s *Server) respond(h *hook, id string, body []byte) (status int, refused string) {
	var p struct {
		ResponseType    string          `json:"response_type"`
		Text            string          `json:"text"`
		Blocks          json.RawMessage `json:"blocks"`
		ThreadTS        string          `json:"thread_ts"`
		ReplaceOriginal bool            `json:"replace_original"`
		DeleteOriginal  bool            `json:"delete_original"`
		UnfurlLinks     *bool           `json:"unfurl_links"`
		UnfurlMedia     *bool           `json:"unfurl_media"`
	}
	switch {
	case h == nil:
		return http.StatusNotFound, "no_service"
	case s.o.Now().Sub(h.born) > hookLife:
		return http.StatusNotFound, "expired_url"
	case h.used >= hookPosts:
		return http.StatusNotFound, "used_url"
	case json.Unmarshal(body, &p) != nil:
		return http.StatusBadRequest, "invalid_payload"
	}
	original := s.original(h, id)
	if p.DeleteOriginal {
		h.used++
		if original != nil {
			original.Deleted = true
		}
		s.touch()
		return http.StatusOK, ""
	}
	if p.UnfurlLinks == nil || *p.UnfurlLinks || p.UnfurlMedia == nil || *p.UnfurlMedia {
		s.violate("a response leaves unfurling on")
	}
	v := Check(p.Blocks, p.Text)
	for _, l := range v.Live {
		s.violate("response_url: %s", l)
	}
	if v.Error == "" && utf8.RuneCountInString(p.Text) > maxText {
		v.Error = "msg_too_long"
	}
	if v.Error != "" {
		return http.StatusBadRequest, v.Error
	}
	h.used++
	m := Message{Channel: h.channel, User: BotUser, Text: p.Text, Blocks: p.Blocks, Shown: v.Text, Buttons: v.Buttons, Via: "response_url", ThreadTS: p.ThreadTS, hook: id}
	if m.Shown == "" {
		m.Shown = m.Text
	}
	if p.ReplaceOriginal && original != nil {
		original.Text, original.Blocks, original.Shown, original.Buttons = m.Text, m.Blocks, m.Shown, m.Buttons
		original.Edits++
		s.touch()
		return http.StatusOK, ""
	}
	if p.ResponseType != "in_channel" {
		m.For = h.user
	}
	s.add(m)
	return http.StatusOK, ""
}

// original is the message that a response may replace: the one that was pressed, or what the command showed last.
func (s *Server) original(h *hook, id string) *Message {
	if h.under != "" {
		return s.find(h.channel, h.under)
	}
	for i := len(s.messages) - 1; i >= 0; i-- {
		if m := s.messages[i]; m.hook == id && !m.Deleted && m.Ephemeral() {
			return m
		}
	}
	return nil
}

// ResponseURLs returns the addresses of all response_urls, which are secrets: no log may hold one.
func (s *Server) ResponseURLs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for id := range s.hooks {
		out = append(out, s.base+"/response/"+id)
	}
	return out
}
