package slackfake

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ServeHTTP is Slack's side of HTTP: the Web API under /api/, sockets under /socket, response_urls under /response/.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/"):
		s.api(w, r, strings.TrimPrefix(r.URL.Path, "/api/"))
	case strings.HasPrefix(r.URL.Path, "/upload/"):
		s.upload(w, r, strings.TrimPrefix(r.URL.Path, "/upload/"))
	case r.URL.Path == "/socket":
		s.sockets.serve(w, r)
	case strings.HasPrefix(r.URL.Path, "/response/"):
		s.response(w, r, strings.TrimPrefix(r.URL.Path, "/response/"))
	default:
		http.NotFound(w, r)
	}
}

// Client is an HTTP client that calls the workspace without a network, for tests inside a synctest bubble. A lost answer is
// an error as on a network.
func (s *Server) Client() *http.Client {
	return &http.Client{Transport: direct{s}, Timeout: 15 * time.Second}
}

type direct struct{ h http.Handler }

func (d direct) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler { //nolint:errorlint // a panic value
				panic(p)
			}
			resp, err = nil, io.ErrUnexpectedEOF
		}
	}()
	if r.Body != nil {
		defer r.Body.Close()
	} else {
		r.Body = http.NoBody
	}
	rec := httptest.NewRecorder()
	d.h.ServeHTTP(rec, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return rec.Result(), nil
}

// call is one call of the Web API.
type call struct {
	method string
	team   string
	form   url.Values
	body   []byte
}

func (c call) get(name string) string { return c.form.Get(name) }

// word is a refusal.
type word struct {
	err     string
	details []string
	needed  string
}

func no(err string, details ...string) word { return word{err: err, details: details} }

// endpoint is a method of the Web API. It runs with mu held.
type endpoint struct {
	scope string // "history" stands for the channel's own
	do    func(*Server, call) (map[string]any, word)
}

var endpoints = map[string]endpoint{
	"auth.test":                             {"", (*Server).authTest},
	"chat.postMessage":                      {"chat:write", (*Server).postMessage},
	"chat.postEphemeral":                    {"chat:write", (*Server).postEphemeral},
	"chat.update":                           {"chat:write", (*Server).update},
	"chat.delete":                           {"chat:write", (*Server).remove},
	"conversations.history":                 {"history", (*Server).history},
	"conversations.replies":                 {"history", (*Server).replies},
	"conversations.info":                    {"channels:read", (*Server).channelInfo},
	"conversations.open":                    {"im:write", (*Server).open},
	"users.info":                            {"users:read", (*Server).userInfo},
	"views.publish":                         {"", (*Server).publishView},
	"views.open":                            {"", (*Server).openView},
	"files.getUploadURLExternal":            {"files:write", (*Server).uploadURL},
	"files.completeUploadExternal":          {"files:write", (*Server).completeUpload},
	"chat.startStream":                      {"chat:write", (*Server).startStream},
	"chat.appendStream":                     {"chat:write", (*Server).appendStream},
	"chat.stopStream":                       {"chat:write", (*Server).stopStream},
	"agents.sessions.setStatus":             {"chat:write", (*Server).sessionStatus},
	"agents.sessions.rename":                {"chat:write", (*Server).renameSession},
	"assistant.threads.setSuggestedPrompts": {"assistant:write", (*Server).setPrompts},
}

func (s *Server) api(w http.ResponseWriter, r *http.Request, method string) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 8<<20))
	if err != nil {
		return
	}
	c := call{method: method, body: body, form: url.Values{}}
	switch ct := r.Header.Get("Content-Type"); {
	case strings.HasPrefix(ct, "application/json"):
		var fields map[string]any
		if len(body) > 0 && json.Unmarshal(body, &fields) == nil {
			for k, v := range fields {
				if text, ok := v.(string); ok {
					c.form.Set(k, text)
				} else if raw, err := json.Marshal(v); err == nil {
					c.form.Set(k, string(raw))
				}
			}
		}
	default:
		if form, err := url.ParseQuery(string(body)); err == nil {
			c.form = form
		}
		for k, v := range r.URL.Query() {
			c.form[k] = v
		}
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if t := c.get("token"); t != "" {
		token = t
	}

	s.mu.Lock()
	f := s.fault(method, c.get("channel"))
	s.mu.Unlock()
	if !f.before(w, r) {
		s.note(c, fmt.Sprintf("http_%d", f.Status))
		return
	}
	s.mu.Lock()
	c.team = s.tokens[token]
	answer, status := s.do(c, token, f)
	s.mu.Unlock()
	refused, _ := answer["error"].(string)
	s.note(c, refused)
	if f != nil && f.Lost {
		panic(http.ErrAbortHandler) // the server breaks the connection without an answer
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-OAuth-Scopes", strings.Join(s.o.Scopes, ","))
	if status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	if f != nil && f.Garbled {
		_, _ = io.WriteString(w, `{"ok":true,"ts":"17`)
		return
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *Server) note(c call, refused string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{Method: c.method, Team: c.team, Channel: c.get("channel"), Thread: c.get("thread_ts"), At: time.Now(), Error: refused})
	s.touch()
}

// do answers a call; the caller holds mu.
func (s *Server) do(c call, token string, f *Fault) (map[string]any, int) {
	refuse := func(w word) map[string]any {
		a := map[string]any{"ok": false, "error": w.err}
		if len(w.details) > 0 {
			a["response_metadata"] = map[string]any{"messages": w.details}
		}
		if w.needed != "" {
			a["needed"], a["provided"] = w.needed, strings.Join(s.o.Scopes, ",")
		}
		return a
	}
	if f != nil {
		switch {
		case f.Error != "":
			return refuse(no(f.Error, f.Details...)), http.StatusOK
		case f.Mute:
			return map[string]any{"ok": false}, http.StatusOK
		}
	}
	if c.method == "apps.connections.open" {
		switch token {
		case "":
			return refuse(no("not_authed")), http.StatusOK
		case s.o.AppToken:
			return map[string]any{"ok": true, "url": "ws" + strings.TrimPrefix(s.base, "http") + "/socket?ticket=" + s.sockets.ticket()}, http.StatusOK
		case s.o.BotToken:
			return refuse(no("not_allowed_token_type")), http.StatusOK
		}
		return refuse(no("invalid_auth")), http.StatusOK
	}
	if c.method == "oauth.v2.access" {
		return s.exchange(c, refuse), http.StatusOK
	}
	m, known := endpoints[c.method]
	switch {
	case !known:
		return refuse(no("unknown_method")), http.StatusOK
	case token == "":
		return refuse(no("not_authed")), http.StatusOK
	case s.tokens[token] == "":
		return refuse(no("invalid_auth")), http.StatusOK
	}
	if m.scope == "history" {
		m.scope = s.historyScope(c.get("channel"))
	}
	if m.scope != "" && !slices.Contains(s.o.Scopes, m.scope) {
		return refuse(word{err: "missing_scope", needed: m.scope}), http.StatusOK
	}
	if s.o.StrictRate && s.tooFast(c) {
		return refuse(no("ratelimited")), http.StatusTooManyRequests
	}
	answer, w := m.do(s, c)
	if w.err != "" {
		return refuse(w), http.StatusOK
	}
	answer["ok"] = true
	if f != nil && f.NoTS {
		delete(answer, "ts")
		delete(answer, "message_ts")
	}
	s.touch()
	return answer, http.StatusOK
}

func (s *Server) historyScope(channel string) string {
	switch c := s.channels[channel]; {
	case strings.HasPrefix(channel, "D"):
		return "im:history"
	case c != nil && c.Private:
		return "groups:history"
	}
	return "channels:history"
}

// tooFast says whether a post comes sooner than a message a second and channel with short bursts; the caller holds mu.
func (s *Server) tooFast(c call) bool {
	if c.method != "chat.postMessage" {
		return false
	}
	now, ch := time.Now(), c.get("channel")
	if now.Before(s.waits[ch]) {
		s.waits[ch] = now.Add(time.Second)
		return true
	}
	recent := slices.DeleteFunc(s.posted[ch], func(t time.Time) bool { return now.Sub(t) > 4*time.Second })
	if len(recent) >= 8 { // a burst of three and one a second
		s.waits[ch] = now.Add(time.Second)
		s.posted[ch] = recent
		return true
	}
	s.posted[ch] = append(recent, now)
	return false
}

func (s *Server) authTest(c call) (map[string]any, word) {
	return map[string]any{"url": "https://fake.slack.com/", "team": "Fake", "user": "attache", "team_id": c.team, "user_id": BotUser, "bot_id": BotID}, word{}
}

// place returns the channel that a call names, as far as the bot may write there.
func (s *Server) place(id string) (*Channel, word) {
	if strings.HasPrefix(id, "U") {
		if _, ok := s.users[id]; !ok {
			return nil, no("channel_not_found")
		}
		return s.direct(id), word{}
	}
	c := s.channels[id]
	switch {
	case c == nil, c.Private && !c.has(BotUser):
		return nil, no("channel_not_found")
	case c.Archived:
		return nil, no("is_archived")
	case c.ReadOnly:
		return nil, no("restricted_action")
	}
	return c, word{}
}

// content checks what a call would show.
func (s *Server) content(c call, mostText int) (Verdict, word) {
	text := c.get("text")
	for _, name := range []string{"parse", "link_names"} {
		if c.form.Has(name) {
			s.violate("%s sets %s", c.method, name)
		}
	}
	if c.form.Has("markdown_text") {
		if c.form.Has("text") || c.form.Has("blocks") {
			return Verdict{}, no("markdown_text_conflict")
		}
		text = c.get("markdown_text")
	}
	v := Check(json.RawMessage(c.get("blocks")), text)
	for _, l := range v.Live {
		s.violate("%s: %s", c.method, l)
	}
	if utf8.RuneCountInString(text) > mostText {
		return v, no("msg_too_long")
	}
	var blocks []struct {
		Type string `json:"type"`
	}
	if json.Unmarshal([]byte(c.get("blocks")), &blocks) == nil {
		for i, b := range blocks {
			if slices.Contains(s.o.Refuses, b.Type) {
				return v, no("invalid_blocks", fmt.Sprintf("[ERROR] Unsupported block type: %q [json-pointer:/blocks/%d]", b.Type, i))
			}
		}
	}
	if v.Error != "" {
		return v, no(v.Error, v.Details...)
	}
	return v, word{}
}

func (s *Server) message(c call, v Verdict) Message {
	m := Message{Text: c.get("text"), User: BotUser, Via: c.method, Shown: v.Text, Buttons: v.Buttons}
	if b := c.get("blocks"); b != "" && b != "[]" {
		m.Blocks = json.RawMessage(b)
	}
	if m.Shown == "" {
		m.Shown = m.Text
	}
	if raw := c.get("metadata"); raw != "" {
		m.Metadata = json.RawMessage(raw)
	}
	return m
}

func goodMetadata(c call) bool {
	raw := c.get("metadata")
	if raw == "" {
		return true
	}
	var meta struct {
		EventType    string         `json:"event_type"`
		EventPayload map[string]any `json:"event_payload"`
	}
	return json.Unmarshal([]byte(raw), &meta) == nil && meta.EventType != "" && meta.EventPayload != nil
}

func (s *Server) postMessage(c call) (map[string]any, word) {
	ch, w := s.place(c.get("channel"))
	if w.err != "" {
		return nil, w
	}
	if !ch.has(BotUser) && !slices.Contains(s.o.Scopes, "chat:write.public") {
		return nil, no("not_in_channel")
	}
	if c.get("unfurl_links") != "false" || c.get("unfurl_media") != "false" {
		s.violate("chat.postMessage leaves unfurling on")
	}
	if !goodMetadata(c) {
		return nil, no("invalid_metadata_format")
	}
	v, w := s.content(c, maxText)
	if w.err != "" {
		return nil, w
	}
	m := s.message(c, v)
	m.Channel = ch.ID
	if root := c.get("thread_ts"); root != "" {
		switch parent := s.find(ch.ID, root); {
		case parent == nil: // the reply leaves its thread
		case parent.ThreadTS != "":
			m.ThreadTS = parent.ThreadTS
		default:
			m.ThreadTS = root
		}
	}
	stored := s.add(m)
	return map[string]any{"channel": ch.ID, "ts": stored.TS, "message": s.wire(*stored, false)}, word{}
}

func (s *Server) postEphemeral(c call) (map[string]any, word) {
	ch, w := s.place(c.get("channel"))
	if w.err != "" {
		return nil, w
	}
	user := c.get("user")
	if !ch.has(user) {
		return nil, no("user_not_in_channel")
	}
	if ch.Private && !ch.has(BotUser) {
		return nil, no("channel_not_found")
	}
	v, w := s.content(c, maxText)
	if w.err != "" {
		return nil, w
	}
	m := s.message(c, v)
	m.Channel, m.For, m.ThreadTS = ch.ID, user, c.get("thread_ts")
	return map[string]any{"message_ts": s.add(m).TS}, word{}
}

func (s *Server) update(c call) (map[string]any, word) {
	ch, w := s.place(c.get("channel"))
	if w.err != "" {
		return nil, w
	}
	m := s.find(ch.ID, c.get("ts"))
	switch {
	case m == nil:
		return nil, no("message_not_found")
	case m.User != BotUser || m.Ephemeral():
		return nil, no("cant_update_message")
	case s.streaming(m):
		return nil, no("streaming_state_conflict")
	}
	if !goodMetadata(c) {
		return nil, no("invalid_metadata_format")
	}
	v, w := s.content(c, maxUpdateText)
	if w.err != "" {
		return nil, w
	}
	next := s.message(c, v)
	if len(next.Metadata) > 0 { // without it the message keeps what it has
		m.Metadata = next.Metadata
	}
	m.Text, m.Shown, m.Buttons = next.Text, next.Shown, next.Buttons
	if c.form.Has("blocks") {
		m.Blocks = next.Blocks
	}
	m.Edits++
	return map[string]any{"channel": ch.ID, "ts": m.TS, "text": m.Text, "message": s.wire(*m, false)}, word{}
}

func (s *Server) remove(c call) (map[string]any, word) {
	m := s.find(c.get("channel"), c.get("ts"))
	switch {
	case m == nil:
		return nil, no("message_not_found")
	case m.User != BotUser:
		return nil, no("cant_delete_message")
	}
	m.Deleted = true
	return map[string]any{"channel": m.Channel, "ts": m.TS}, word{}
}

// wire is a message as Slack writes it.
func (s *Server) wire(m Message, withMetadata bool) map[string]any {
	out := map[string]any{"type": "message", "ts": m.TS, "text": m.Text, "user": m.User}
	if m.User == BotUser {
		out["bot_id"] = BotID
	}
	if m.ThreadTS != "" {
		out["thread_ts"] = m.ThreadTS
	}
	if len(m.Blocks) > 0 {
		out["blocks"] = m.Blocks
	}
	if withMetadata && len(m.Metadata) > 0 {
		out["metadata"] = m.Metadata
	}
	return out
}

// page answers history and replies.
func (s *Server) page(c call, keep func(Message) bool) (map[string]any, word) {
	ch := s.channels[c.get("channel")]
	switch {
	case ch == nil:
		return nil, no("channel_not_found")
	case !ch.has(BotUser):
		return nil, no("not_in_channel")
	}
	oldest := c.get("oldest")
	var all []Message
	for _, m := range s.in(ch.ID) {
		if !m.Ephemeral() && keep(m) && (oldest == "" || later(m.TS, oldest)) {
			all = append(all, m)
		}
	}
	if c.method == "conversations.history" {
		slices.Reverse(all)
	}
	limit, _ := strconv.Atoi(c.get("limit"))
	if limit <= 0 || limit > 999 {
		limit = 100
	}
	from, _ := strconv.Atoi(c.get("cursor"))
	end := min(from+limit, len(all))
	var page []map[string]any
	for _, m := range all[min(from, end):end] {
		page = append(page, s.wire(m, c.get("include_all_metadata") == "true" || c.get("include_all_metadata") == "1"))
	}
	out := map[string]any{"messages": page, "has_more": end < len(all)}
	if end < len(all) {
		out["response_metadata"] = map[string]any{"next_cursor": strconv.Itoa(end)}
	}
	return out, word{}
}

func later(ts, than string) bool {
	a, errA := strconv.ParseFloat(ts, 64)
	b, errB := strconv.ParseFloat(than, 64)
	return errA == nil && errB == nil && a >= b
}

func (s *Server) history(c call) (map[string]any, word) {
	return s.page(c, func(m Message) bool { return m.ThreadTS == "" })
}

func (s *Server) replies(c call) (map[string]any, word) {
	root := c.get("ts")
	if s.find(c.get("channel"), root) == nil {
		return nil, no("thread_not_found")
	}
	return s.page(c, func(m Message) bool { return m.TS == root || m.ThreadTS == root })
}

func (s *Server) channelInfo(c call) (map[string]any, word) {
	ch := s.channels[c.get("channel")]
	if ch == nil || ch.Private && !ch.has(BotUser) {
		return nil, no("channel_not_found")
	}
	return map[string]any{"channel": map[string]any{
		"id": ch.ID, "name": ch.Name, "creator": ch.Creator, "is_channel": !ch.Private, "is_private": ch.Private,
		"is_archived": ch.Archived, "is_im": ch.direct(), "is_member": ch.has(BotUser),
	}}, word{}
}

func (s *Server) open(c call) (map[string]any, word) {
	user := c.get("users")
	if _, ok := s.users[user]; !ok {
		return nil, no("user_not_found")
	}
	if user == BotUser {
		return nil, no("cannot_dm_bot")
	}
	return map[string]any{"channel": map[string]any{"id": s.direct(user).ID}}, word{}
}

func (s *Server) userInfo(c call) (map[string]any, word) {
	u, ok := s.users[c.get("user")]
	if !ok {
		return nil, no("user_not_found")
	}
	return map[string]any{"user": map[string]any{
		"id": u.ID, "team_id": Team, "name": strings.ToLower(u.Name), "real_name": u.Name, "tz": u.Zone, "locale": u.Locale,
		"is_admin": u.Admin || u.Owner, "is_owner": u.Owner, "is_bot": u.ID == BotUser,
	}}, word{}
}

func (s *Server) publishView(c call) (map[string]any, word) {
	var view struct {
		Type   string          `json:"type"`
		Blocks json.RawMessage `json:"blocks"`
	}
	if json.Unmarshal([]byte(c.get("view")), &view) != nil || view.Type != "home" {
		return nil, no("invalid_arguments")
	}
	if _, ok := s.users[c.get("user_id")]; !ok {
		return nil, no("user_not_found")
	}
	v := CheckBlocks(view.Blocks, OnHome)
	for _, l := range v.Live {
		s.violate("views.publish: %s", l)
	}
	if v.Error != "" {
		return nil, no("invalid_arguments", v.Details...)
	}
	s.homes[c.get("user_id")] = view.Blocks
	return map[string]any{"view": map[string]any{"id": "V0HOME", "type": "home"}}, word{}
}

func (s *Server) sessionStatus(c call) (map[string]any, word) {
	if !s.o.Agent {
		return nil, no("not_allowed", "the app is no agent")
	}
	status := c.get("status")
	if !slices.Contains([]string{"processing", "active", "suspended", "closed"}, status) {
		return nil, no("invalid_arguments")
	}
	if c.get("channel_id") == "" || c.get("thread_ts") == "" {
		return nil, no("invalid_thread_ts")
	}
	if utf8.RuneCountInString(c.get("title")) > 200 {
		return nil, no("invalid_arguments")
	}
	key := c.get("channel_id") + "/" + c.get("thread_ts")
	if _, there := s.sessions[key]; !there { // later ones change no title
		s.titles[key], s.initiators[key] = c.get("title"), c.get("initiator_user_id")
	}
	s.sessions[key] = status
	return map[string]any{"status": status, "agent_status": status}, word{}
}

func (s *Server) renameSession(c call) (map[string]any, word) {
	title := c.get("title")
	switch {
	case !s.o.Agent:
		return nil, no("not_allowed", "the app is no agent")
	case s.find(c.get("channel_id"), c.get("thread_ts")) == nil:
		return nil, no("invalid_thread_ts")
	case title == "" || utf8.RuneCountInString(title) > 200:
		return nil, no("invalid_arguments")
	}
	s.titles[c.get("channel_id")+"/"+c.get("thread_ts")] = title
	return map[string]any{"title": title}, word{}
}

func (s *Server) setPrompts(c call) (map[string]any, word) {
	if !s.o.Agent {
		return nil, no("not_allowed", "the app is no agent")
	}
	var prompts []struct{ Title, Message string }
	if json.Unmarshal([]byte(c.get("prompts")), &prompts) != nil || len(prompts) == 0 || len(prompts) > 4 {
		return nil, no("invalid_arguments")
	}
	var titles []string
	for _, p := range prompts {
		if p.Title == "" || p.Message == "" {
			return nil, no("invalid_arguments")
		}
		titles = append(titles, p.Title)
	}
	s.prompts[c.get("channel_id")] = titles
	return map[string]any{}, word{}
}
