package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"attache/adapters/discord/rules"
	"attache/bot/message"
)

// nonceWindow is for how long a second post with the same nonce is certain to return the first. Discord says "the past few
// minutes" (docs: Create Message, enforce_nonce).
const nonceWindow = 2 * time.Minute

// Poster returns the door through which digests are posted in Discord. It works before Run and without it.
func (a *Adapter) Poster() message.Poster { return poster{a} }

type poster struct{ a *Adapter }

var (
	_ message.Poster       = poster{}
	_ message.Finder       = poster{}
	_ message.Editor       = poster{}
	_ message.Deduplicator = poster{}
	_ message.Threader     = poster{}
	_ message.Director     = poster{}
)

// Fit splits m into the messages that Discord would be sent; it needs no connection.
func Fit(m *message.Message) []*message.Message { return message.Fit(m, limits()) }

func (p poster) Fit(m *message.Message) []*message.Message { return Fit(m) }

func (p poster) Window() time.Duration { return nonceWindow }

// Direct sends m to one person alone. Somebody who takes no direct messages is Gone.
func (p poster) Direct(ctx context.Context, _, user string, m *message.Message) error {
	_, err := p.a.direct(ctx, user, p.Fit(m), Platform+":direct:"+user+":"+m.Gist)
	return classify(err)
}

// Thread is where the message landed: the channel itself, or the post that was opened in a forum.
func (p poster) Thread(ref message.Ref) message.Address { return ref.Address }

// Post sends one message once. In a forum it opens a post; in an announcement channel it publishes, where that is wanted.
func (p poster) Post(ctx context.Context, to message.Address, m *message.Message, key string) (message.Ref, error) {
	a := p.a
	channel := place(to)
	if !isID(channel) {
		return message.Ref{}, &message.Error{Class: message.Refused, Reason: "no channel"}
	}
	where, err := a.channel(ctx, channel)
	if err != nil {
		return message.Ref{}, p.unsent(err)
	}
	if !where.takesMessages() {
		return message.Ref{}, &message.Error{Class: message.Gone, Reason: "a channel of this kind takes no messages"}
	}
	ping := m.Ping
	m = askable(m, "")
	f := Render(m)
	f.rows = signed(f.rows, key)
	b := f.body(0)
	b.ring(ping)
	if err := acceptable(b, key); err != nil {
		return message.Ref{}, err
	}
	if where.isForum() {
		return p.open(ctx, to, where, m, b)
	}
	id, err := p.post(ctx, channel, b, key)
	if code := codeOf(err); code == codeMissingPermissions || code == codeEmptyMessage {
		// Certainly refused: perhaps only the embeds are.
		plain := contentBody(m, 0, wordsFor(m.Locale).shortened)
		plain.Components = b.Components
		plain.ring(ping)
		if second, err2 := p.post(ctx, channel, plain, key); err2 == nil || codeOf(err2) != code {
			id, err = second, err2
		}
	}
	if err != nil {
		return message.Ref{}, classify(err)
	}
	if where.Type == channelAnnouncement && a.c.Crosspost {
		a.crosspost(ctx, channel, id)
	}
	return message.Ref{Address: to, ID: id}, nil
}

// acceptable holds a body to Discord's limits before it is sent.
func acceptable(b body, key string) error {
	b.Nonce, b.EnforceNonce = key, key != ""
	raw, err := json.Marshal(b)
	if err != nil {
		return &message.Error{Class: message.Refused, Reason: "the message can't be written as JSON", Err: err}
	}
	if found := rules.Refusals(rules.ChannelMessage, raw); len(found) > 0 {
		return &message.Error{Class: message.Refused, Reason: "Discord would refuse the message: " + strings.Join(found, "; ")}
	}
	return nil
}

// unsent classes an error of a question asked before anything was sent: whatever it was, nothing arrived.
func (p poster) unsent(err error) error {
	out := classify(err)
	if e, ok := errors.AsType[*message.Error](out); ok && e.Class == message.Unknown {
		e.Class = message.Later
	}
	return out
}

func (p poster) post(ctx context.Context, channel string, b body, key string) (string, error) {
	b.Nonce, b.EnforceNonce = key, key != ""
	var got posted
	err := p.a.rest.do(ctx, call{what: "post a digest", method: http.MethodPost, url: api("channels", channel, "messages"), body: b, files: b.files}, &got)
	if err == nil && got.ID == "" {
		err = &apiError{What: "post a digest", Status: http.StatusOK, Err: errors.New("the answer names no message")}
	}
	return got.ID, err
}

// open makes a forum post. There is no nonce for it; its buttons carry the key, and Find looks for them.
func (p poster) open(ctx context.Context, to message.Address, forum channel, m *message.Message, b body) (message.Ref, error) {
	thread := struct {
		Name    string   `json:"name"`
		Message body     `json:"message"`
		Tags    []string `json:"applied_tags,omitempty"`
	}{Name: threadName(m), Message: b}
	if forum.Flags&forumRequiresTag != 0 {
		for _, t := range forum.Tags {
			if !t.Moderated {
				thread.Tags = []string{t.ID}
				break
			}
		}
	}
	for _, t := range forum.Tags {
		if n := strings.ToLower(t.Name); !t.Moderated && (n == "digest" || n == "digests" || n == "news" || n == "briefing") {
			thread.Tags = []string{t.ID}
			break
		}
	}
	var got channel
	err := p.a.rest.do(ctx, call{what: "open a forum post", method: http.MethodPost, url: api("channels", to.Channel, "threads"), body: thread, files: b.files}, &got)
	if err == nil && got.ID == "" {
		err = &apiError{What: "open a forum post", Status: http.StatusOK, Err: errors.New("the answer names no thread")}
	}
	if err != nil {
		return message.Ref{}, classify(err)
	}
	if got.Parent == "" {
		got.Parent = to.Channel
	}
	p.a.places.channels.put(got.ID, got)
	return message.Ref{Address: in(to.Workspace, got), ID: got.ID}, nil // the first message has the post's id
}

// threadName is the title of a forum post.
func threadName(m *message.Message) string {
	name := ""
	if len(m.Blocks) > 0 {
		if h, ok := m.Blocks[0].(message.Heading); ok {
			name = plainOf(h.Spans)
		}
	}
	if name == "" {
		name = strings.Join(strings.Fields(message.Clean(m.Gist)), " ")
	}
	if name == "" {
		name = "Digest"
	}
	return cut(name, rules.ThreadName)
}

// signed puts key behind the custom_id of every button that has room for it, where a person does not see it and Find does.
func signed(rows []row, key string) []row {
	if key == "" || !idText(key) {
		return rows
	}
	out := slices.Clone(rows)
	for i := range out {
		out[i].Components = slices.Clone(out[i].Components)
		for j := range out[i].Components {
			if b := &out[i].Components[j]; b.CustomID != "" && len(b.CustomID)+1+len(key) <= rules.CustomID {
				b.CustomID += ":" + key
			}
		}
	}
	return out
}

// Find looks for the message of key among our own since then. Whatever can't be told apart is an error, never a "no".
func (p poster) Find(ctx context.Context, to message.Address, key string, since time.Time) (message.Ref, bool, error) {
	a := p.a
	channel := place(to)
	if id, ok := a.nonces.get(channel + ":" + key); ok {
		return message.Ref{Address: to, ID: id}, true, nil
	}
	me, err := a.whoami(ctx)
	if err != nil {
		return message.Ref{}, false, classify(err)
	}
	where, err := a.channel(ctx, channel)
	if err != nil {
		return message.Ref{}, false, classify(err)
	}
	from := snowflakeAt(since.Add(-30 * time.Second)) // two clocks
	if where.isForum() {
		return p.findPost(ctx, to, where, me, key, from)
	}
	doubtful := false
	for after, page := from, 0; ; page++ {
		var list []posted
		u := api("channels", channel, "messages") + "?" + url.Values{"after": {after}, "limit": {"100"}}.Encode()
		if err := a.rest.again(ctx, call{what: "look for a message", method: http.MethodGet, url: u}, &list, true, 3); err != nil {
			return message.Ref{}, false, classify(err)
		}
		for _, m := range list {
			if m.Author == nil || m.Author.ID != me.User {
				continue
			}
			if string(m.Nonce) == key || carries(m, key) {
				return message.Ref{Address: to, ID: m.ID}, true, nil
			}
			// A message of ours that answers nobody and tells no nonce may be the one.
			if m.Nonce == "" && m.Type == typeDefault && m.Interaction == nil && m.Reference == nil && !signedByOther(m) {
				doubtful = true
			}
		}
		if len(list) < 100 {
			break
		}
		newest := list[0].ID
		for _, m := range list {
			if len(m.ID) > len(newest) || len(m.ID) == len(newest) && m.ID > newest {
				newest = m.ID
			}
		}
		if newest == after || page >= 20 {
			return message.Ref{}, false, &message.Error{Class: message.Unknown, Reason: "too many messages to look through"}
		}
		after = newest
	}
	if doubtful {
		return message.Ref{}, false, &message.Error{Class: message.Unknown, Reason: "a message of ours may be the one"}
	}
	return message.Ref{}, false, nil
}

var customIDs = regexp.MustCompile(`"custom_id":\s*"([^"]*)"`)

// carries says whether a button of m was signed with key.
func carries(m posted, key string) bool {
	return key != "" && strings.Contains(string(m.Components), ":"+key+`"`)
}

// signedByOther says whether m has a button signed with some key.
func signedByOther(m posted) bool {
	for _, id := range customIDs.FindAllStringSubmatch(string(m.Components), -1) {
		if strings.Count(id[1], ":") == 3 {
			return true
		}
	}
	return false
}

// findPost looks for a forum post of ours.
func (p poster) findPost(ctx context.Context, to message.Address, forum channel, me identity, key, from string) (message.Ref, bool, error) {
	a := p.a
	guild := to.Workspace
	if guild == "" {
		guild = forum.Guild
	}
	var active struct {
		Threads []struct {
			ID     string `json:"id"`
			Parent string `json:"parent_id"`
			Owner  string `json:"owner_id"`
		} `json:"threads"`
	}
	if err := a.rest.again(ctx, call{what: "list forum posts", method: http.MethodGet, url: api("guilds", guild, "threads", "active")}, &active, true, 3); err != nil {
		return message.Ref{}, false, classify(err)
	}
	doubtful := false
	for _, t := range active.Threads {
		if t.Parent != to.Channel || t.Owner != me.User || older(t.ID, from) {
			continue
		}
		var first posted
		err := a.rest.again(ctx, call{what: "read a forum post", method: http.MethodGet, url: api("channels", t.ID, "messages", t.ID)}, &first, true, 3)
		switch {
		case err != nil && codeOf(err) == codeUnknownMessage:
		case err != nil:
			return message.Ref{}, false, classify(err)
		case carries(first, key):
			post := at(guild, to.Channel)
			post.Thread = t.ID
			return message.Ref{Address: post, ID: t.ID}, true, nil
		case !signedByOther(first):
			doubtful = true
		}
	}
	if doubtful {
		return message.Ref{}, false, &message.Error{Class: message.Unknown, Reason: "a post of ours may be the one"}
	}
	return message.Ref{}, false, nil
}

// older compares two snowflakes.
func older(id, than string) bool {
	if len(id) != len(than) {
		return len(id) < len(than)
	}
	return id < than
}

// Edit replaces a message.
func (p poster) Edit(ctx context.Context, ref message.Ref, m *message.Message) error {
	b := Render(askable(m, "")).body(0)
	return classify(p.a.rest.again(ctx, call{what: "edit a message", method: http.MethodPatch,
		url: api("channels", place(ref.Address), "messages", ref.ID), body: b, files: b.files}, nil, true, 3))
}

// crossposts is how many messages of a channel may be published an hour (seen by developers; not documented).
const crossposts = 10

// crosspost publishes a message to the servers that follow an announcement channel. It is a kindness on top: what goes wrong
// is counted and changes nothing.
func (a *Adapter) crosspost(ctx context.Context, channel, id string) {
	now := a.now()
	past, _ := a.cross.get(channel)
	past = slices.DeleteFunc(slices.Clone(past), func(t time.Time) bool { return now.Sub(t) > time.Hour })
	if len(past) >= crossposts {
		a.counts.add("crossposts_skipped")
		return
	}
	a.cross.put(channel, append(past, now))
	err := a.rest.do(ctx, call{what: "publish a digest", method: http.MethodPost, url: api("channels", channel, "messages", id, "crosspost")}, nil)
	if err != nil && codeOf(err) != codeAlreadyCrossposted {
		a.counts.add("crossposts_failed")
		a.log.Warn("a digest could not be published to followers", "error", err)
		return
	}
	a.counts.add("crossposts")
}
