package discordfake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Message is a message as the channel shows it now.
type Message struct {
	ID, Channel, Author, Content string
	Embeds                       []Embed
	Buttons                      []Button
	Flags                        int
	Nonce                        string
	ReplyTo                      string
	// Interaction is the id of the interaction that it answers.
	Interaction string
	// Ephemeral says that only For sees it.
	Ephemeral bool
	For       string
	// Loading says that it still shows "thinking…".
	Loading bool
	// Edits counts how often it was edited.
	Edits       int
	Deleted     bool
	Crossposted bool
	// Rung are the roles that the message rang when it was posted.
	Rung []string
	// Raw is the newest body, as it was sent.
	Raw json.RawMessage

	components json.RawMessage
	mentions   []string
	webhook    bool
}

// Embed is what an embed says.
type Embed struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Color       int    `json:"color"`
	Image       struct {
		URL string `json:"url"`
	} `json:"image"`
	Fields []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"fields"`
}

// Button is a button.
type Button struct {
	Type     int    `json:"type"`
	Label    string `json:"label"`
	CustomID string `json:"custom_id"`
	URL      string `json:"url"`
	Style    int    `json:"style"`
}

// Text is everything that the message says, as Markdown.
func (m Message) Text() string {
	parts := []string{m.Content}
	for _, e := range m.Embeds {
		parts = append(parts, e.Title, e.Description)
		for _, f := range e.Fields {
			parts = append(parts, f.Name, f.Value)
		}
	}
	return strings.TrimSpace(strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "\n"))
}

// String shows the message briefly, for failing tests.
func (m Message) String() string {
	var labels []string
	for _, b := range m.Buttons {
		labels = append(labels, b.Label)
	}
	text := m.Text()
	if len(text) > 200 {
		text = text[:200] + "…"
	}
	return fmt.Sprintf("{%s in %s by %s: %q buttons=%v flags=%d reply=%q interaction=%q ephemeral=%v for=%q edits=%d}",
		m.ID, m.Channel, m.Author, text, labels, m.Flags, m.ReplyTo, m.Interaction, m.Ephemeral, m.For, m.Edits)
}

type nonceValue string

func (n *nonceValue) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*n = nonceValue(s)
		return nil
	}
	*n = nonceValue(raw)
	return nil
}

func (n nonceValue) String() string { return string(n) }

type messageBody struct {
	Content      *string         `json:"content"`
	Embeds       []Embed         `json:"embeds"`
	Components   json.RawMessage `json:"components"`
	Flags        int             `json:"flags"`
	Nonce        nonceValue      `json:"nonce"`
	EnforceNonce bool            `json:"enforce_nonce"`
	Reference    *struct {
		Message string `json:"message_id"`
	} `json:"message_reference"`
	Allowed struct {
		Roles []string `json:"roles"`
	} `json:"allowed_mentions"`
	raw json.RawMessage
}

func (b *messageBody) UnmarshalJSON(raw []byte) error {
	type plain messageBody
	if err := json.Unmarshal(raw, (*plain)(b)); err != nil {
		return err
	}
	b.raw = slices.Clone(raw)
	return nil
}

// newMessage puts a message of the bot into a channel; held under mu.
func (s *Server) newMessage(c *Channel, in messageBody) *Message {
	m := &Message{ID: s.id(), Channel: c.ID, Author: s.Bot}
	m.set(in)
	for _, role := range in.Allowed.Roles { // a mention in an embed rings nobody
		if strings.Contains(m.Content, "<@&"+role+">") {
			m.Rung = append(m.Rung, role)
		}
	}
	c.messages = append(c.messages, m)
	return m
}

func (m *Message) set(in messageBody) {
	if in.Content != nil {
		m.Content = *in.Content
	}
	if in.Embeds != nil {
		m.Embeds = in.Embeds
	}
	if in.Components != nil {
		m.components = in.Components
		m.Buttons = buttonsOf(in.Components)
	}
	m.Flags = m.Flags&64 | in.Flags
	m.Raw = in.raw
}

// apply edits a message with a body.
func (m *Message) apply(raw json.RawMessage) {
	var in messageBody
	if json.Unmarshal(raw, &in) != nil {
		return
	}
	m.set(in)
	m.Loading = false
	m.Edits++
}

func buttonsOf(raw json.RawMessage) []Button {
	var rows []struct {
		Components []Button `json:"components"`
	}
	_ = json.Unmarshal(raw, &rows)
	var out []Button
	for _, r := range rows {
		out = append(out, r.Components...)
	}
	return out
}

func (c *Channel) find(id string) *Message {
	for _, m := range c.messages {
		if m.ID == id && !m.Deleted {
			return m
		}
	}
	return nil
}

// render is a message as the API and the gateway show it; held under mu.
func (s *Server) render(m *Message, nonce bool) map[string]any {
	author := map[string]any{"id": m.Author, "username": s.users[m.Author].Name, "global_name": s.users[m.Author].Name}
	if m.Author == s.Bot {
		author = s.botUser()
	}
	c := s.channels[m.Channel]
	kind := 0
	out := map[string]any{
		"id": m.ID, "channel_id": m.Channel, "content": m.Content, "author": author, "flags": m.Flags,
		"embeds": embedsJSON(m.Embeds), "mentions": s.mentionsJSON(m.mentions), "mention_roles": []string{}, "mention_everyone": false,
		"timestamp": "2024-02-20T08:00:00.000000+00:00", "attachments": []any{}, "tts": false, "pinned": false,
	}
	if m.components != nil {
		out["components"] = m.components
	}
	if m.ReplyTo != "" {
		kind = 19
		out["message_reference"] = map[string]any{"type": 0, "message_id": m.ReplyTo, "channel_id": m.Channel}
	}
	if m.Interaction != "" {
		metadata := map[string]any{"id": m.Interaction, "type": 2}
		if i := s.interact[m.Interaction]; i != nil {
			metadata["user"] = map[string]any{"id": i.User.ID, "username": i.User.Name}
		}
		out["interaction_metadata"] = metadata
		if kind == 0 {
			kind = 20
		}
	}
	if m.webhook {
		out["webhook_id"] = s.App
	}
	out["type"] = kind
	if nonce && m.Nonce != "" {
		out["nonce"] = m.Nonce
	}
	if c != nil && c.Guild != "" {
		out["guild_id"] = c.Guild
	}
	return out
}

func embedsJSON(list []Embed) []any {
	out := []any{}
	for _, e := range list {
		one := map[string]any{"type": "rich", "title": e.Title, "description": e.Description, "color": e.Color}
		if len(e.Fields) > 0 {
			one["fields"] = e.Fields
		}
		out = append(out, one)
	}
	return out
}

func (s *Server) mentionsJSON(ids []string) []any {
	out := []any{}
	for _, id := range ids {
		u := map[string]any{"id": id, "username": s.users[id].Name}
		if id == s.Bot {
			u = s.botUser()
		}
		out = append(out, u)
	}
	return out
}

// Messages returns what everyone in a channel sees, oldest first.
func (s *Server) Messages(channel string) []Message {
	return s.SeenBy(channel, "")
}

// SeenBy returns what one person sees in a channel: also what is for them alone.
func (s *Server) SeenBy(channel, user string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	if c := s.channels[channel]; c != nil {
		for _, m := range c.messages {
			if !m.Deleted && (!m.Ephemeral || m.For == user && user != "") {
				out = append(out, *m)
			}
		}
	}
	return out
}

// FromBot returns the messages of the bot in a channel that everyone sees and that are not "thinking…".
func (s *Server) FromBot(channel string) []Message {
	return slices.DeleteFunc(s.Messages(channel), func(m Message) bool { return m.Author != s.Bot || m.Loading })
}

// AwaitFromBot waits until the bot has at least n messages in a channel and returns them.
func (s *Server) AwaitFromBot(t testing.TB, channel string, n int) []Message {
	t.Helper()
	var got []Message
	s.Await(t, strconv.Itoa(n)+" messages of the bot", func() bool {
		got = s.FromBot(channel)
		return len(got) >= n
	})
	return got
}

// AwaitMessages waits until a channel shows at least n messages to everyone and returns them.
func (s *Server) AwaitMessages(t testing.TB, channel string, n int) []Message {
	t.Helper()
	var got []Message
	s.Await(t, strconv.Itoa(n)+" messages", func() bool {
		got = s.Messages(channel)
		return len(got) >= n
	})
	return got
}

// Threads returns the posts of a forum.
func (s *Server) Threads(forum string) []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Channel
	for _, c := range s.channels {
		if c.Parent == forum {
			out = append(out, *c)
		}
	}
	slices.SortFunc(out, func(a, b Channel) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Delete removes a message, as a moderator would.
func (s *Server) Delete(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[m.Channel]; c != nil {
		for _, x := range c.messages {
			if x.ID == m.ID {
				x.Deleted = true
			}
		}
	}
	s.change()
}

// DirectChannel returns the channel between the bot and a person.
func (s *Server) DirectChannel(u User) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dm(u.ID)
}
