package discordfake

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"attache/adapters/discord/rules"
)

// Args are a command's options by name.
type Args map[string]string

// Interaction is a command, a pressed button or a form, with what became of it.
type Interaction struct {
	ID, Token string
	Channel   string
	User      User
	Kind      int

	s         *Server
	made      time.Time
	responded int // type of the first response; zero without one
	private   bool
	original  string // id of the message
	followUps []string
	gone      bool // the first response was deleted
	choices   []Choice
	form      json.RawMessage
	source    *Message // the message under the pressed button
	callbacks int
	before    int // edits of the message under the button when it was pressed
	data      map[string]any
}

// Choice is one completion.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Say writes a message without mentioning the bot.
func (s *Server) Say(t testing.TB, channel string, by User, text string) Message {
	t.Helper()
	return s.write(t, channel, by, text, nil, false)
}

// Mention writes a message that begins with the bot's mention.
func (s *Server) Mention(t testing.TB, channel string, by User, text string) Message {
	t.Helper()
	return s.write(t, channel, by, mention(s.Bot)+" "+text, nil, false)
}

// Reply writes a reply to a message, with or without its ping.
func (s *Server) Reply(t testing.TB, to Message, by User, text string, ping bool) Message {
	t.Helper()
	return s.write(t, to.Channel, by, text, &to, ping)
}

// DM writes to the bot directly.
func (s *Server) DM(t testing.TB, by User, text string) Message {
	t.Helper()
	return s.write(t, s.DirectChannel(by), by, text, nil, false)
}

func (s *Server) write(t testing.TB, channel string, by User, text string, to *Message, ping bool) Message {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	if c == nil {
		t.Fatalf("no channel %s", channel)
	}
	m := &Message{ID: s.id(), Channel: channel, Author: by.ID, Content: text}
	if strings.Contains(text, mention(s.Bot)) || strings.Contains(text, "<@!"+s.Bot+">") {
		m.mentions = append(m.mentions, s.Bot)
	}
	for _, u := range s.users {
		if strings.Contains(text, mention(u.ID)) {
			m.mentions = append(m.mentions, u.ID)
		}
	}
	var target *Message
	if to != nil {
		m.ReplyTo = to.ID
		target = c.find(to.ID)
		if ping && target != nil && !slices.Contains(m.mentions, target.Author) {
			m.mentions = append(m.mentions, target.Author)
		}
	}
	c.messages = append(c.messages, m)
	s.announce(m, target)
	s.change()
	return *m
}

// announce sends MESSAGE_CREATE as each session may see it; held under mu.
func (s *Server) announce(m, target *Message) {
	c := s.channels[m.Channel]
	shard := 0
	if c.Guild != "" {
		shard = s.shardOfGuild()
	}
	s.gw.dispatchTo(shard, "MESSAGE_CREATE", func(hidden bool) any {
		e := s.render(m, true)
		if target != nil {
			e["referenced_message"] = s.render(target, true)
		} else if m.ReplyTo != "" {
			e["referenced_message"] = nil
		}
		if strings.Contains(m.Content, "<@&"+s.role+">") {
			e["mention_roles"] = []string{s.role}
		}
		if c.Guild != "" {
			u := s.users[m.Author]
			roles := slices.Clone(u.Roles)
			if u.Permissions&(1<<5) != 0 {
				roles = append(roles, managersRole)
			}
			if roles == nil {
				roles = []string{}
			}
			e["member"] = map[string]any{"roles": roles, "joined_at": "2024-01-01T00:00:00Z", "deaf": false, "mute": false}
			// A ping by replying to an answer to a command does not show the content; one to an ordinary message does.
			named := strings.Contains(m.Content, mention(s.Bot)) || strings.Contains(m.Content, "<@!"+s.Bot+">") ||
				slices.Contains(m.mentions, s.Bot) && target != nil && target.Interaction == ""
			if hidden && !named {
				e["content"], e["embeds"], e["components"] = "", []any{}, []any{}
			}
		}
		return e
	})
}

// Redeliver sends MESSAGE_CREATE of a message again, as a gateway may.
func (s *Server) Redeliver(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[m.Channel]; c != nil {
		if x := c.find(m.ID); x != nil {
			s.announce(x, c.find(x.ReplyTo))
		}
	}
}

// Slash runs a command as a client does: it must be registered, the person must be able to see it, and required options must
// be there. name is "brief ask", "digest add", "settings".
func (s *Server) Slash(t testing.TB, channel string, by User, name string, args Args) *Interaction {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	data := s.commandData(t, channel, by, name, args, "")
	return s.interactionCreate(t, 2, channel, by, data, nil)
}

// Autocomplete asks for choices for one option that is being typed and waits for them.
func (s *Server) Autocomplete(t testing.TB, channel string, by User, name, option, typed string) []Choice {
	t.Helper()
	s.mu.Lock()
	data := s.commandData(t, channel, by, name, Args{option: typed}, option)
	i := s.interactionCreate(t, 4, channel, by, data, nil)
	s.mu.Unlock()
	i.AwaitResponse(t)
	s.mu.Lock()
	defer s.mu.Unlock()
	return i.choices
}

// Click presses the button with a label.
func (s *Server) Click(t testing.TB, m Message, by User, label string) *Interaction {
	t.Helper()
	for _, b := range m.Buttons {
		if b.Label == label || b.CustomID == label {
			return s.ClickID(t, m, by, b.CustomID)
		}
	}
	t.Fatalf("no button %q under %+v", label, m)
	return nil
}

// ClickID presses a button by its custom_id, even one that is not there.
func (s *Server) ClickID(t testing.TB, m Message, by User, id string) *Interaction {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[m.Channel]
	source := c.find(m.ID)
	return s.interactionCreate(t, 3, m.Channel, by, map[string]any{"custom_id": id, "component_type": 2}, source)
}

// Form returns the form that a click opened, or nil.
func (i *Interaction) Form() json.RawMessage {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.form
}

// Submit sends the form that a click opened, with every field filled with text.
func (i *Interaction) Submit(t testing.TB, text string) *Interaction {
	t.Helper()
	return i.submit(t, func(string) (string, bool) { return text, true })
}

// SubmitFields sends the form that an interaction opened: a field that typed names is filled anew, the others stay as they are.
func (i *Interaction) SubmitFields(t testing.TB, typed map[string]string) *Interaction {
	t.Helper()
	return i.submit(t, func(id string) (string, bool) { text, is := typed[id]; return text, is })
}

func (i *Interaction) submit(t testing.TB, typed func(id string) (string, bool)) *Interaction {
	t.Helper()
	i.AwaitResponse(t)
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	var form struct {
		ID         string `json:"custom_id"`
		Components []struct {
			Components []struct {
				ID       string `json:"custom_id"`
				Value    string `json:"value"`
				Label    string `json:"label"`
				Required bool   `json:"required"`
				Most     int    `json:"max_length"`
			} `json:"components"`
		} `json:"components"`
	}
	if json.Unmarshal(i.form, &form) != nil {
		t.Fatal("no form was opened")
	}
	rows := []any{}
	for _, r := range form.Components {
		fields := []any{}
		for _, f := range r.Components {
			if text, is := typed(f.ID); is {
				f.Value = text
			}
			if f.Required && strings.TrimSpace(f.Value) == "" || f.Most > 0 && rules.Size(f.Value) > f.Most {
				t.Fatalf("a client does not send the field %q with %q", f.Label, f.Value)
			}
			fields = append(fields, map[string]any{"type": 4, "custom_id": f.ID, "value": f.Value})
		}
		rows = append(rows, map[string]any{"type": 1, "components": fields})
	}
	return i.s.interactionCreate(t, 5, i.Channel, i.User, map[string]any{"custom_id": form.ID, "components": rows}, i.source)
}

type registered struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Type        int          `json:"type"`
	Permissions *string      `json:"default_member_permissions"`
	Contexts    []int        `json:"contexts"`
	Options     []registered `json:"options"`
	Required    bool         `json:"required"`
	Complete    bool         `json:"autocomplete"`
}

// commandData is what a client sends for a command; held under mu.
func (s *Server) commandData(t testing.TB, channel string, by User, name string, args Args, focused string) map[string]any {
	t.Helper()
	words := strings.Fields(name)
	var command *registered
	for _, raw := range append(slices.Clone(s.global), s.perGuild[s.Guild]...) {
		var c registered
		if json.Unmarshal(raw, &c) == nil && c.Name == words[0] {
			command = &c
		}
	}
	if command == nil {
		if !s.o.AnyCommand {
			t.Fatalf("the command /%s is not registered", words[0])
		}
		return map[string]any{"id": s.id(), "name": words[0], "type": 1, "options": anyOptions(words[1:], args, focused)}
	}
	c := s.channels[channel]
	if command.Permissions != nil && c.Guild != "" && !by.Override {
		need, _ := strconv.ParseUint(*command.Permissions, 10, 64)
		if by.Permissions&(need|1<<3) == 0 {
			t.Fatalf("%s does not see the command /%s", by.Name, words[0])
		}
	}
	context := 0
	if c.Guild == "" {
		context = 1
	}
	if command.Contexts != nil && !slices.Contains(command.Contexts, context) {
		t.Fatalf("the command /%s may not be used there", words[0])
	}
	level, path := command.Options, words[1:]
	for _, w := range path {
		n := slices.IndexFunc(level, func(o registered) bool { return o.Name == w && o.Type <= 2 })
		if n < 0 {
			t.Fatalf("the command /%s has no %q", words[0], w)
		}
		level = level[n].Options
	}
	for _, o := range level {
		if o.Type <= 2 {
			t.Fatalf("the command /%s can't be called without a subcommand", name)
		}
		if o.Required && args[o.Name] == "" && focused == "" {
			t.Fatalf("the command /%s needs %q", name, o.Name)
		}
	}
	options := []any{}
	for _, key := range slices.Sorted(maps.Keys(args)) {
		n := slices.IndexFunc(level, func(o registered) bool { return o.Name == key })
		if n < 0 {
			t.Fatalf("the command /%s has no option %q", name, key)
		}
		o := level[n]
		if focused == key && !o.Complete {
			t.Fatalf("the option %q of /%s has no completion", key, name)
		}
		one := map[string]any{"name": key, "type": o.Type, "value": args[key]}
		if o.Type == 5 {
			one["value"] = isTrue(args[key])
		}
		if key == focused {
			one["focused"] = true
		}
		options = append(options, one)
	}
	for _, w := range slices.Backward(path) {
		options = []any{map[string]any{"name": w, "type": 1, "options": options}}
	}
	return map[string]any{"id": command.ID, "name": command.Name, "type": 1, "options": options}
}

func anyOptions(path []string, args Args, focused string) []any {
	options := []any{}
	for _, key := range slices.Sorted(maps.Keys(args)) {
		one := map[string]any{"name": key, "type": 3, "value": args[key]}
		if key == focused {
			one["focused"] = true
		}
		options = append(options, one)
	}
	for _, w := range slices.Backward(path) {
		options = []any{map[string]any{"name": w, "type": 1, "options": options}}
	}
	return options
}

// interactionCreate sends INTERACTION_CREATE; held under mu.
func (s *Server) interactionCreate(t testing.TB, kind int, channel string, by User, data map[string]any, source *Message) *Interaction {
	t.Helper()
	if s.channels[channel] == nil {
		t.Fatalf("no channel %s", channel)
	}
	i := s.newInteraction(kind, channel, by, data, source)
	s.announceInteraction(i)
	s.change()
	return i
}

// newInteraction makes an interaction without sending it; held under mu.
func (s *Server) newInteraction(kind int, channel string, by User, data map[string]any, source *Message) *Interaction {
	i := &Interaction{ID: s.id(), Channel: channel, User: by, Kind: kind, s: s, made: s.o.Now(), data: data}
	i.Token = "token-of-" + i.ID
	if source != nil {
		i.source, i.before = source, source.Edits
	}
	s.interact[i.ID], s.byToken[i.Token] = i, i
	return i
}

// Detached is an interaction that is not sent over the gateway, for an application that receives them over HTTP.
type Detached struct {
	*Interaction
	JSON json.RawMessage // what Discord would POST
}

// Detached makes an interaction of a command without sending it.
func (s *Server) Detached(t testing.TB, channel string, by User, name string, args Args) Detached {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.newInteraction(2, channel, by, s.commandData(t, channel, by, name, args, ""), nil)
	e, _ := s.interactionJSON(i)
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return Detached{i, raw}
}

func (s *Server) announceInteraction(i *Interaction) {
	e, shard := s.interactionJSON(i)
	s.gw.dispatchTo(shard, "INTERACTION_CREATE", func(bool) any { return e })
}

// interactionJSON is the interaction as Discord describes it, and the shard that hears of it; held under mu.
func (s *Server) interactionJSON(i *Interaction) (e map[string]any, shard int) {
	c := s.channels[i.Channel]
	locale := i.User.Locale
	if locale == "" {
		locale = "en-US"
	}
	person := map[string]any{"id": i.User.ID, "username": i.User.Name, "global_name": i.User.Name}
	allowed := c.Permissions
	if allowed == 0 {
		allowed = 1<<53 - 1
	}
	e = map[string]any{
		"id": i.ID, "application_id": s.App, "type": i.Kind, "token": i.Token, "version": 1, "locale": locale,
		"channel_id": c.ID, "channel": s.channelJSON(c), "data": i.data, "entitlements": []any{},
		"app_permissions": strconv.FormatUint(allowed, 10), "authorizing_integration_owners": map[string]any{"0": s.Guild},
	}
	if i.User.OwnApp {
		e["authorizing_integration_owners"] = map[string]any{"1": i.User.ID}
	}
	if c.Guild != "" {
		shard = s.shardOfGuild()
		e["guild_id"], e["guild_locale"], e["context"] = c.Guild, "en-US", 0
		e["member"] = map[string]any{"user": person, "roles": []any{}, "permissions": strconv.FormatUint(i.User.Permissions, 10), "joined_at": "2024-01-01T00:00:00Z"}
	} else {
		e["user"], e["context"] = person, 1
		if !i.User.OwnApp {
			e["authorizing_integration_owners"] = map[string]any{"0": "0"}
		}
	}
	if i.source != nil {
		e["message"] = s.render(i.source, true)
	}
	return e, shard
}

// Again delivers INTERACTION_CREATE once more, as a gateway may.
func (i *Interaction) Again() {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	i.s.announceInteraction(i)
}

// Expire makes Discord forget the interaction, as after 15 minutes.
func (i *Interaction) Expire() {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	i.made = i.made.Add(-16 * time.Minute)
}

// AwaitResponse waits for the first response and returns its type.
func (i *Interaction) AwaitResponse(t testing.TB) int {
	t.Helper()
	i.s.Await(t, "a first response", func() bool {
		i.s.mu.Lock()
		defer i.s.mu.Unlock()
		return i.responded != 0
	})
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.responded
}

// Await waits for the finished answer: the edited or sent first response or, where that was removed or a button stays as it
// is, the first follow-up.
func (i *Interaction) Await(t testing.TB) Message {
	t.Helper()
	var got Message
	i.s.Await(t, fmt.Sprintf("the answer to interaction %s", i.ID), func() bool {
		m, ok := i.Answer()
		got = m
		return ok
	})
	return got
}

// Answer returns the finished answer, if there is one.
func (i *Interaction) Answer() (Message, bool) {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	c := i.s.channels[i.Channel]
	if m := c.find(i.original); m != nil && !m.Loading && (i.responded != 6 || m.Edits > i.before) {
		return *m, true
	}
	if len(i.followUps) > 0 {
		if m := c.find(i.followUps[0]); m != nil {
			return *m, true
		}
	}
	return Message{}, false
}

// FollowUps returns the follow-up messages.
func (i *Interaction) FollowUps() []Message {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	var out []Message
	for _, id := range i.followUps {
		if m := i.s.channels[i.Channel].find(id); m != nil {
			out = append(out, *m)
		}
	}
	return out
}

// Removed says whether the first response was deleted by the bot.
func (i *Interaction) Removed() bool {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.gone
}

// Callbacks counts the first responses that were tried.
func (i *Interaction) Callbacks() int {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.callbacks
}

// callback is the first response; held under mu.
func (s *Server) callback(id, token string, raw json.RawMessage) answer {
	i := s.interact[id]
	if i == nil || i.Token != token {
		return refusalOf(10062)
	}
	i.callbacks++
	if i.responded != 0 {
		return refusalOf(40060)
	}
	if age := s.o.Now().Sub(i.made); age > 3*time.Second {
		return refusalOf(10062)
	}
	if a, fine := s.valid(rules.Callback, raw); !fine {
		return a
	}
	var in struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	_ = json.Unmarshal(raw, &in)
	if (in.Type == 6 || in.Type == 7) && i.source == nil || (in.Type == 8) != (i.Kind == 4) || in.Type == 9 && i.Kind == 5 {
		s.complain("a response of type %d to an interaction of type %d", in.Type, i.Kind)
		return refuse(400, 50035, "Invalid Form Body")
	}
	i.responded = in.Type
	c := s.channels[i.Channel]
	switch in.Type {
	case 4, 5:
		var b messageBody
		_ = json.Unmarshal(in.Data, &b)
		m := s.newMessage(c, b)
		m.Interaction, m.Loading = i.ID, in.Type == 5
		m.Ephemeral = b.Flags&64 != 0
		m.For = i.User.ID
		i.original, i.private = m.ID, m.Ephemeral
	case 6:
		i.original = i.source.ID
	case 7:
		i.original = i.source.ID
		i.source.apply(in.Data)
	case 8:
		var d struct {
			Choices []Choice `json:"choices"`
		}
		_ = json.Unmarshal(in.Data, &d)
		i.choices = d.Choices
	case 9:
		i.form = slices.Clone(in.Data)
	}
	return done
}

// living returns the interaction of a token that still works.
func (s *Server) living(token string) (*Interaction, answer) {
	i := s.byToken[token]
	if i == nil {
		return nil, refusalOf(10015)
	}
	if s.o.Now().Sub(i.made) > 15*time.Minute {
		return nil, refusalOf(50027)
	}
	if i.responded == 0 {
		return nil, refusalOf(10015)
	}
	return i, answer{}
}

// webhookMessage reads, edits or removes @original or a follow-up; held under mu.
func (s *Server) webhookMessage(method, token, id string, raw json.RawMessage) answer {
	i, a := s.living(token)
	if i == nil {
		return a
	}
	if id == "@original" {
		id = i.original
	} else if !slices.Contains(i.followUps, id) {
		return refusalOf(10008)
	}
	m := s.channels[i.Channel].find(id)
	if m == nil {
		return refusalOf(10008)
	}
	switch method {
	case "GET":
		return ok(s.render(m, true))
	case "DELETE":
		m.Deleted = true
		if id == i.original {
			i.gone = true
		}
		return done
	}
	if a, fine := s.valid(rules.WebhookEdit, raw); !fine {
		return a
	}
	m.apply(raw)
	return ok(s.render(m, true))
}

// followUp posts a further message; held under mu.
func (s *Server) followUp(token string, raw json.RawMessage) answer {
	i, a := s.living(token)
	if i == nil {
		return a
	}
	if a, fine := s.valid(rules.WebhookMessage, raw); !fine {
		return a
	}
	c := s.channels[i.Channel]
	if i.User.OwnApp && len(i.followUps) >= 5 {
		s.complain("a sixth follow-up of an app that is only the person's own")
		return refuse(400, 40094, "Maximum number of follow-up messages reached")
	}
	if m := c.find(i.original); m != nil && m.Loading {
		s.complain("a follow-up while the deferred response still waits")
	}
	var b messageBody
	_ = json.Unmarshal(raw, &b)
	m := s.newMessage(c, b)
	m.Interaction, m.Ephemeral, m.For = i.ID, b.Flags&64 != 0, i.User.ID
	i.followUps = append(i.followUps, m.ID)
	return ok(s.render(m, true))
}
