package discordfake

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"attache/adapters/discord/rules"
)

// answer is what a route returns.
type answer struct {
	status int
	body   any
}

func ok(v any) answer { return answer{http.StatusOK, v} }

var done = answer{http.StatusNoContent, nil}

func refuse(status, code int, text string) answer {
	return answer{status, map[string]any{"code": code, "message": text}}
}

// Discord's errors, by code.
func refusalOf(code int) answer {
	switch code {
	case 10003:
		return refuse(404, code, "Unknown Channel")
	case 10004:
		return refuse(404, code, "Unknown Guild")
	case 10008:
		return refuse(404, code, "Unknown Message")
	case 10015:
		return refuse(404, code, "Unknown Webhook")
	case 10062:
		return refuse(404, code, "Unknown interaction")
	case 40060:
		return refuse(400, code, "Interaction has already been acknowledged.")
	case 50001:
		return refuse(403, code, "Missing Access")
	case 50006:
		return refuse(400, code, "Cannot send an empty message")
	case 50007:
		return refuse(403, code, "Cannot send messages to this user")
	case 50008:
		return refuse(400, code, "Cannot send messages in a non-text channel")
	case 50013:
		return refuse(403, code, "Missing Permissions")
	case 50027:
		return refuse(401, code, "Invalid Webhook Token")
	case 160002:
		return refuse(400, code, "Cannot reply without permission to read message history")
	}
	return refuse(400, code, "Refused")
}

// serve answers every request.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if websocketUpgrade(r) {
		s.gatewayServe(w, r)
		return
	}
	route, parts := routeOf(r.Method, r.URL.Path)
	raw, ok := s.read(w, r)
	if !ok {
		return
	}
	s.mu.Lock()
	s.requests[route]++
	if len(raw) > 0 {
		s.bodies = append(s.bodies, Body{Method: r.Method, Route: route, Raw: raw})
	}
	s.change()
	s.mu.Unlock()

	f := s.fault(route)
	if f != nil && f.Hold != nil {
		select {
		case <-f.Hold:
		case <-r.Context().Done():
			return
		}
	}
	if f != nil && !f.Commit && (f.Status != 0 || f.Lose) {
		s.answerFault(w, f)
		return
	}
	a := s.gatekeep(r, route)
	if a.status == 0 {
		s.mu.Lock()
		a = s.handle(r, route, parts, raw)
		s.change()
		s.mu.Unlock()
		s.gw.flush()
	}
	if f != nil && (f.Status != 0 || f.Lose) {
		s.answerFault(w, f)
		return
	}
	h := w.Header()
	h.Set("X-RateLimit-Bucket", "b"+strconv.Itoa(len(route))+route[:3])
	h.Set("X-RateLimit-Limit", "1000")
	h.Set("X-RateLimit-Remaining", "999")
	h.Set("X-RateLimit-Reset-After", "1.000")
	if a.status == http.StatusTooManyRequests {
		h.Set("X-RateLimit-Remaining", "0")
		h.Set("X-RateLimit-Scope", "user")
		if m, ok := a.body.(map[string]any); ok {
			h.Set("Retry-After", strconv.FormatFloat(m["retry_after"].(float64), 'f', -1, 64))
			if m["global"] == true {
				h.Set("X-RateLimit-Scope", "global")
				h.Set("X-RateLimit-Global", "true")
			}
		}
	}
	if f != nil {
		for k, v := range f.Header {
			h.Set(k, v)
		}
	}
	write(w, a)
}

func write(w http.ResponseWriter, a answer) {
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body)
}

func (s *Server) answerFault(w http.ResponseWriter, f *Fault) {
	if f.Lose {
		panic(http.ErrAbortHandler)
	}
	for k, v := range f.Header {
		w.Header().Set(k, v)
	}
	if f.HTML {
		w.Header().Set("Content-Type", "text/html")
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.FormatFloat(f.RetryAfter, 'f', -1, 64))
		}
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, "<html><body>error "+strconv.Itoa(f.Status)+"</body></html>")
		return
	}
	if f.Status == http.StatusTooManyRequests {
		scope := f.Scope
		if scope == "" {
			scope = "user"
		}
		w.Header().Set("X-RateLimit-Scope", scope)
		w.Header().Set("Retry-After", strconv.FormatFloat(f.RetryAfter, 'f', -1, 64))
		if f.Global {
			w.Header().Set("X-RateLimit-Global", "true")
		}
		write(w, answer{f.Status, map[string]any{"message": "You are being rate limited.", "retry_after": f.RetryAfter, "global": f.Global}})
		return
	}
	if f.Code != 0 && f.Status == 0 {
		write(w, refusalOf(f.Code))
		return
	}
	text := f.Text
	if text == "" {
		text = http.StatusText(f.Status)
	}
	write(w, refuse(f.Status, f.Code, text))
}

// read returns the JSON of a request, of a form with files its payload_json.
func (s *Server) read(w http.ResponseWriter, r *http.Request) (json.RawMessage, bool) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, 26<<20))
	if err != nil {
		return nil, false
	}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return raw, true
	}
	form := multipart.NewReader(bytes.NewReader(raw), params["boundary"])
	var payload json.RawMessage
	files := 0
	for {
		p, err := form.NextPart()
		if err != nil {
			break
		}
		data, _ := io.ReadAll(p)
		switch name := p.FormName(); {
		case name == "payload_json":
			payload = data
		case strings.HasPrefix(name, "files["):
			files++
		}
	}
	var said struct {
		Attachments []json.RawMessage `json:"attachments"`
	}
	_ = json.Unmarshal(payload, &said)
	if payload == nil || len(said.Attachments) != files {
		s.mu.Lock()
		s.complain("a form with %d files names %d attachments", files, len(said.Attachments))
		s.mu.Unlock()
		write(w, refuse(400, 50035, "Invalid Form Body"))
		return nil, false
	}
	return payload, true
}

// gatekeep refuses strangers and floods; a zero answer lets the request in.
func (s *Server) gatekeep(r *http.Request, route string) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	agent := r.Header.Get("User-Agent")
	if !strings.HasPrefix(agent, "DiscordBot (") || !strings.Contains(agent, ", ") {
		s.complain("the User-Agent %q is not that of a bot", agent)
		return refuse(403, 0, "blocked")
	}
	byToken := strings.HasPrefix(route, "POST /interactions/") || strings.Contains(route, "/webhooks/")
	if !byToken && r.Header.Get("Authorization") != "Bot "+s.Token {
		return refuse(401, 0, "401: Unauthorized")
	}
	if !byToken {
		now := time.Now()
		s.recent = slices.DeleteFunc(s.recent, func(t time.Time) bool { return now.Sub(t) > time.Second })
		if len(s.recent) >= 50 {
			s.complain("more than 50 requests in a second")
			return answer{429, map[string]any{"message": "You are being rate limited.", "retry_after": 1.0, "global": true}}
		}
		s.recent = append(s.recent, now)
	}
	return answer{}
}

// routeOf returns "POST /channels/{id}/messages" and the parts of the path behind /api/vN.
func routeOf(method, path string) (string, []string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) > 2 && parts[0] == "api" {
		parts = parts[2:]
	}
	named := slices.Clone(parts)
	for i, p := range parts {
		switch {
		case i == 2 && (parts[0] == "webhooks" || parts[0] == "interactions"):
			named[i] = "{token}"
		case p != "" && strings.Trim(p, "0123456789") == "":
			named[i] = "{id}"
		}
	}
	return method + " /" + strings.Join(named, "/"), parts
}

// valid complains about a malformed body and returns the refusal.
func (s *Server) valid(k rules.Kind, raw []byte) (answer, bool) {
	found := rules.Refusals(k, raw)
	found = append(found, schemaRefusals(k, raw)...)
	if len(found) == 0 {
		return answer{}, true
	}
	s.complain("%s in %.300s", strings.Join(found, "; "), raw)
	return answer{400, map[string]any{"code": 50035, "message": "Invalid Form Body", "errors": map[string]any{"_errors": found}}}, false
}

// handle does what a route is for; held under mu.
func (s *Server) handle(r *http.Request, route string, parts []string, raw json.RawMessage) answer {
	at := func(i int) string {
		if i < len(parts) {
			return parts[i]
		}
		return ""
	}
	switch route {
	case "GET /gateway":
		return ok(map[string]any{"url": "ws" + strings.TrimPrefix(s.URL, "http") + "/"})
	case "GET /gateway/bot":
		return ok(map[string]any{
			"url": "ws" + strings.TrimPrefix(s.URL, "http") + "/", "shards": s.o.Shards,
			"session_start_limit": map[string]any{"total": 1000, "remaining": max(0, s.o.Remaining-s.gw.identifies), "reset_after": 3600000, "max_concurrency": 1},
		})
	case "GET /users/@me":
		return ok(s.botUser())
	case "GET /applications/@me":
		flags := 0
		if s.o.MessageContent {
			flags = 1 << 19
		}
		return ok(map[string]any{"id": s.App, "name": "Attaché", "flags": flags, "interactions_endpoint_url": s.o.Endpoint, "verify_key": s.o.VerifyKey})
	case "POST /users/@me/channels":
		return s.openDM(raw)
	case "GET /applications/{id}/commands", "PUT /applications/{id}/commands",
		"GET /applications/{id}/guilds/{id}/commands", "PUT /applications/{id}/guilds/{id}/commands":
		return s.commands(r.Method, at, raw)
	case "POST /interactions/{id}/{token}/callback":
		return s.callback(at(1), at(2), raw)
	case "POST /webhooks/{id}/{token}":
		return s.followUp(at(2), raw)
	case "GET /guilds/{id}":
		if at(1) != s.Guild || s.gone {
			return refusalOf(10004)
		}
		return ok(map[string]any{"id": s.Guild, "name": "Newsroom"})
	case "GET /guilds/{id}/roles":
		if at(1) != s.Guild || s.gone {
			return refusalOf(10004)
		}
		return ok(s.rolesJSON())
	case "GET /guilds/{id}/threads/active":
		return s.activeThreads(at(1))
	}
	if len(parts) >= 3 && parts[0] == "webhooks" && at(3) == "messages" {
		return s.webhookMessage(r.Method, at(2), at(4), raw)
	}
	if parts[0] == "channels" {
		c := s.channels[at(1)]
		if c == nil {
			return refusalOf(10003)
		}
		switch route {
		case "GET /channels/{id}":
			if c.Deny != 0 {
				return refusalOf(c.Deny)
			}
			return ok(s.channelJSON(c))
		case "POST /channels/{id}/typing":
			c.typing++
			return done
		case "GET /channels/{id}/messages":
			return s.list(c, r)
		case "POST /channels/{id}/messages":
			return s.post(c, raw)
		case "POST /channels/{id}/threads":
			return s.startPost(c, raw)
		case "GET /channels/{id}/messages/{id}":
			if m := c.find(at(3)); m != nil {
				return ok(s.render(m, true))
			}
			return refusalOf(10008)
		case "PATCH /channels/{id}/messages/{id}":
			return s.edit(c, at(3), raw)
		case "POST /channels/{id}/messages/{id}/crosspost":
			m := c.find(at(3))
			switch {
			case m == nil:
				return refusalOf(10008)
			case c.Type != 5:
				return refusalOf(50068)
			case m.Crossposted:
				return refuse(400, 40033, "This message has already been crossposted")
			}
			m.Crossposted = true
			return ok(s.render(m, true))
		}
	}
	s.complain("no such route: %s", route)
	return refuse(404, 0, "404: Not Found")
}

func (s *Server) botUser() map[string]any {
	return map[string]any{"id": s.Bot, "username": "Attaché", "discriminator": "0001", "bot": true}
}

func (s *Server) channelJSON(c *Channel) map[string]any {
	out := map[string]any{"id": c.ID, "type": c.Type, "name": c.Name, "flags": c.Flags}
	if c.Guild != "" {
		out["guild_id"] = c.Guild
	}
	if c.Parent != "" {
		out["parent_id"] = c.Parent
	}
	if c.Owner != "" {
		out["owner_id"] = c.Owner
	}
	if c.Tags != nil {
		out["available_tags"] = c.Tags
	}
	return out
}

func (s *Server) openDM(raw json.RawMessage) answer {
	var in struct {
		Recipient string `json:"recipient_id"`
	}
	_ = json.Unmarshal(raw, &in)
	if _, known := s.users[in.Recipient]; !known {
		return refuse(400, 50033, "Invalid Recipient(s)")
	}
	return ok(s.channelJSON(s.channels[s.dm(in.Recipient)]))
}

// dm returns the direct channel of a person; held under mu.
func (s *Server) dm(user string) string {
	if id := s.dms[user]; id != "" {
		return id
	}
	c := &Channel{ID: s.id(), Type: 1}
	s.channels[c.ID] = c
	s.dms[user] = c.ID
	return c.ID
}

func (s *Server) commands(method string, at func(int) string, raw json.RawMessage) answer {
	if at(1) != s.App {
		return refuse(404, 10002, "Unknown Application")
	}
	kind, guild := rules.Commands, ""
	if at(2) == "guilds" {
		kind, guild = rules.GuildCommands, at(3)
		if guild != s.Guild {
			return refusalOf(50001)
		}
	}
	have := s.global
	if guild != "" {
		have = s.perGuild[guild]
	}
	if method == http.MethodGet {
		if have == nil {
			have = []json.RawMessage{}
		}
		return ok(have)
	}
	if a, fine := s.valid(kind, raw); !fine {
		return a
	}
	var list []map[string]any
	if err := json.Unmarshal(raw, &list); err != nil {
		return refuse(400, 50035, "Invalid Form Body")
	}
	have = []json.RawMessage{}
	for _, c := range list {
		c["id"], c["application_id"], c["version"], c["nsfw"] = s.id(), s.App, s.id(), false
		one, _ := json.Marshal(c)
		have = append(have, one)
	}
	s.written++
	if guild != "" {
		s.perGuild[guild] = have
	} else {
		s.global = have
	}
	return ok(have)
}

func (s *Server) post(c *Channel, raw json.RawMessage) answer {
	if c.Deny != 0 {
		return refusalOf(c.Deny)
	}
	if c.Type == 15 || c.Type == 16 {
		s.complain("an ordinary message into a forum")
		return refusalOf(50008)
	}
	if a, fine := s.valid(rules.ChannelMessage, raw); !fine {
		return a
	}
	var in messageBody
	if err := json.Unmarshal(raw, &in); err != nil {
		return refuse(400, 50109, "The request body contains invalid JSON.")
	}
	if c.DenyEmbeds && len(in.Embeds) > 0 {
		return refusalOf(50013)
	}
	if c.DenyReplies && in.Reference != nil {
		return refusalOf(160002)
	}
	key := c.ID + "/" + in.Nonce.String()
	now := s.o.Now()
	if in.Nonce != "" && in.EnforceNonce {
		if e, known := s.nonces[key]; known && now.Sub(e.at) < s.o.NonceWindow {
			m := c.find(e.id)
			if m == nil {
				return refusalOf(10008)
			}
			return ok(s.render(m, true))
		}
	}
	if s.o.PerChannel > 0 {
		past := slices.DeleteFunc(s.posts[c.ID], func(t time.Time) bool { return time.Since(t) > 5*time.Second })
		if len(past) >= s.o.PerChannel {
			wait := 5*time.Second - time.Since(past[0])
			s.posts[c.ID] = past
			return answer{429, map[string]any{"message": "You are being rate limited.", "retry_after": wait.Seconds(), "global": false}}
		}
		s.posts[c.ID] = append(past, time.Now())
	}
	m := s.newMessage(c, in)
	m.Author = s.Bot
	m.Nonce = in.Nonce.String()
	if in.Reference != nil {
		m.ReplyTo = in.Reference.Message
		if c.find(m.ReplyTo) == nil {
			m.ReplyTo = "" // fail_if_not_exists: false
		}
	}
	if in.Nonce != "" {
		s.nonces[key] = nonceEntry{id: m.ID, at: now}
	}
	s.gw.dispatch("MESSAGE_CREATE", func(hidden bool) any { return s.render(m, true) })
	return ok(s.render(m, true))
}

// startPost opens a post in a forum.
func (s *Server) startPost(c *Channel, raw json.RawMessage) answer {
	if c.Deny != 0 {
		return refusalOf(c.Deny)
	}
	if a, fine := s.valid(rules.ForumPost, raw); !fine {
		return a
	}
	var in struct {
		Name    string      `json:"name"`
		Message messageBody `json:"message"`
		Tags    []string    `json:"applied_tags"`
	}
	_ = json.Unmarshal(raw, &in)
	if c.Flags&(1<<4) != 0 && len(in.Tags) == 0 {
		return refuse(400, 40067, "A tag is required to create a forum post in this channel")
	}
	thread := &Channel{ID: s.id(), Name: in.Name, Type: 11, Parent: c.ID, Guild: c.Guild, Owner: s.Bot}
	for _, id := range in.Tags {
		if !slices.ContainsFunc(c.Tags, func(t Tag) bool { return t.ID == id }) {
			return refuse(400, 50035, "Unknown tag")
		}
	}
	s.channels[thread.ID] = thread
	m := s.newMessage(thread, in.Message)
	m.ID, m.Author = thread.ID, s.Bot
	out := s.channelJSON(thread)
	out["message"] = s.render(m, true)
	return answer{http.StatusCreated, out}
}

func (s *Server) activeThreads(guild string) answer {
	threads := []any{}
	for _, c := range s.channels {
		if c.Guild == guild && c.Parent != "" {
			threads = append(threads, s.channelJSON(c))
		}
	}
	return ok(map[string]any{"threads": threads, "members": []any{}})
}

func (s *Server) list(c *Channel, r *http.Request) answer {
	if c.Deny != 0 {
		return refusalOf(c.Deny)
	}
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		limit = 50
	}
	var found []*Message
	after, _ := strconv.ParseUint(q.Get("after"), 10, 64)
	for _, m := range c.messages {
		if id, _ := strconv.ParseUint(m.ID, 10, 64); !m.Deleted && !m.Ephemeral && id > after {
			found = append(found, m)
		}
	}
	if q.Get("after") != "" {
		found = found[:min(len(found), limit)]
	} else {
		found = found[max(0, len(found)-limit):]
	}
	out := []any{}
	for _, m := range slices.Backward(found) { // newest first
		out = append(out, s.render(m, !s.o.ForgetNonces))
	}
	return ok(out)
}

func (s *Server) edit(c *Channel, id string, raw json.RawMessage) answer {
	m := c.find(id)
	if m == nil {
		return refusalOf(10008)
	}
	if m.Author != s.Bot {
		return refuse(403, 50005, "Cannot edit a message authored by another user")
	}
	if a, fine := s.valid(rules.MessageEdit, raw); !fine {
		return a
	}
	m.apply(raw)
	return ok(s.render(m, true))
}
