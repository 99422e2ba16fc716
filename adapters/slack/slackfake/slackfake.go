// Package slackfake is Slack in a test's process: the Web API, Socket Mode, signed HTTP deliveries and response_urls, as
// strict as Slack and more. It refuses what Slack refuses (limits, unknown blocks, missing tokens and scopes, places where
// a bot may not write) and fails the test for what Slack would accept but Attaché must never do: a live mention, unescaped
// text, parse or link_names, a post without both unfurl flags.
//
//	s := slackfake.Start(t, slackfake.Options{})
//	adapter, _ := slack.New(slack.Config{BotToken: s.BotToken(), AppToken: s.AppToken(), APIURL: s.APIURL(), …})
//	go adapter.Run(ctx)
//	s.AwaitConnection()
//	asked := s.Mention("C1", "U1", "who gave Kim a car?")
//	answer := s.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
//
// With HTTP instead of Socket Mode, say where deliveries go: s.DeliverTo(adapter.Handler()). Gestures (Mention, DM,
// ThreadReply, Say, Slash, Click, Shortcut, Submit, OpenHome, Stop, Uninstall) go to the HTTP handler where there is one,
// else over an open socket; what finds no open socket, or is not acknowledged before its socket closes, is delivered again
// when one opens. Faults make the next calls or frames go wrong.
//
// There are two people, U1 (a member, Seoul) and UADMIN (a workspace admin), and the public channel C1 that the bot is in;
// AddUser and AddChannel make more.
package slackfake

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Options are what a workspace is like. The zero value is a plain workspace.
type Options struct {
	// BotToken, AppToken and SigningSecret are made up when empty.
	BotToken, AppToken, SigningSecret string
	// Scopes that the bot token has; empty means all that Attaché's manifests ask for.
	Scopes []string
	// Agent says that the workspace has agents: sessions and prompts work.
	Agent bool
	// Refuses are types of blocks that the workspace takes in no message.
	Refuses []string
	// StrictRate makes posts fail with 429 that keep to neither the channel's rate nor an ordered wait.
	StrictRate bool
	// Now tells the time for message ids; nil means time.Now.
	Now func() time.Time
	// Offline starts no server: Client and DeliverTo are the only ways in and out, as a synctest bubble needs it.
	Offline bool
	// Lenient keeps violations out of the test's verdict; Violations still lists them.
	Lenient bool
	// AwaitFor is how long Await waits before it fails the test; zero means a minute.
	AwaitFor time.Duration
}

// Ids of the workspace.
const (
	Team    = "T0TEAM"
	BotUser = "U0BOT"
	BotID   = "B0BOT"
	AppID   = "A0APP"
)

// Server is one Slack workspace.
type Server struct {
	t       testing.TB
	o       Options
	server  *httptest.Server // nil when offline
	base    string
	sockets socketSide

	mu         sync.Mutex    // guards what follows
	changed    chan struct{} // closed and replaced with every change
	users      map[string]User
	channels   map[string]*Channel
	messages   []*Message
	faults     []*Fault
	calls      []Call
	violations []string
	hooks      map[string]*hook
	sessions   map[string]string   // channel/thread to status
	titles     map[string]string   // channel/thread to title
	initiators map[string]string   // channel/thread to the person whose session it is
	prompts    map[string][]string // channel to titles
	homes      map[string]json.RawMessage
	modals     []Modal
	files      map[string]*File
	tokens     map[string]string // token to workspace
	codes      map[string]string // code of an installation to workspace
	deliveries []*Delivery
	to         http.Handler
	lastTS     time.Time
	serial     int
	waits      map[string]time.Time // method and channel: not before
	posted     map[string][]time.Time
}

// User is a person of the workspace.
type User struct {
	ID, Name, Zone, Locale string
	Admin, Owner           bool
}

// Channel is a place of the workspace. A direct message has an ID that begins with D.
type Channel struct {
	ID, Name, Creator string
	Private, Archived bool
	// ReadOnly refuses posts with restricted_action.
	ReadOnly bool
	// Members are user ids; BotUser among them where the bot was invited.
	Members []string
}

// Message is something in a channel.
type Message struct {
	Channel, TS, ThreadTS string
	// User is who wrote it; BotUser for the bot's.
	User string
	// Text is the fallback text as it was sent, escaped.
	Text   string
	Blocks json.RawMessage
	// Shown is the text that the blocks show, or Text where there are none.
	Shown    string
	Buttons  []Button
	Metadata json.RawMessage
	// For is who alone sees it, for an ephemeral message.
	For     string
	Edits   int
	Deleted bool
	// Via is the method that made it; "response_url" and "ack" for those.
	Via string

	// Streaming says that the message is being written.
	Streaming bool
	since     time.Time // when its stream began

	hook string // the response_url under which it may be replaced
}

// Ephemeral says whether only one person sees the message.
func (m Message) Ephemeral() bool { return m.For != "" }

// Call is one call of the Web API.
type Call struct {
	Method, Channel, Thread string
	// Team is the workspace whose token was used.
	Team  string
	At    time.Time
	Error string // what it was answered, empty for ok
}

// Start starts a workspace; it ends with the test.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	if o.BotToken == "" {
		o.BotToken = "xoxb-" + "fake-bot-token"
	}
	if o.AppToken == "" {
		o.AppToken = "xapp-" + "fake-app-token"
	}
	if o.SigningSecret == "" {
		o.SigningSecret = strings.Repeat("0123456789abcdef", 2)
	}
	if len(o.Scopes) == 0 {
		o.Scopes = strings.Fields("app_mentions:read assistant:write channels:history channels:read chat:write chat:write.public commands files:write groups:history groups:read im:history im:read im:write users:read")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.AwaitFor == 0 {
		o.AwaitFor = time.Minute
	}
	s := &Server{
		t: t, o: o,
		users: map[string]User{}, channels: map[string]*Channel{}, hooks: map[string]*hook{}, sessions: map[string]string{}, titles: map[string]string{}, initiators: map[string]string{},
		prompts: map[string][]string{}, homes: map[string]json.RawMessage{}, waits: map[string]time.Time{}, posted: map[string][]time.Time{}, changed: make(chan struct{}), files: map[string]*File{}, tokens: map[string]string{o.BotToken: Team}, codes: map[string]string{},
	}
	s.sockets.s = s
	s.AddUser(User{ID: BotUser, Name: "attache"})
	s.AddUser(User{ID: "U1", Name: "Min-ji", Zone: "Asia/Seoul", Locale: "ko-KR"})
	s.AddUser(User{ID: "UADMIN", Name: "Ada", Admin: true, Zone: "Europe/London", Locale: "en-GB"})
	s.AddChannel(Channel{ID: "C1", Name: "gulf-watch", Creator: "UADMIN", Members: []string{BotUser, "U1", "UADMIN"}})
	if o.Offline {
		s.base = "http://slack.invalid"
	} else {
		s.server = httptest.NewServer(s)
		s.base = s.server.URL
	}
	t.Cleanup(s.close)
	return s
}

func (s *Server) close() {
	s.mu.Lock()
	violations := slices.Clone(s.violations)
	s.mu.Unlock()
	s.sockets.closeAll()
	if s.server != nil {
		s.server.Close()
	}
	s.sockets.wait()
	if !s.o.Lenient {
		for _, v := range violations {
			s.t.Errorf("slackfake: %s", v)
		}
	}
}

// APIURL is the base of the Web API.
func (s *Server) APIURL() string { return s.base + "/api/" }

// BotToken is the workspace's bot token.
func (s *Server) BotToken() string { return s.o.BotToken }

// AppToken is the app-level token.
func (s *Server) AppToken() string { return s.o.AppToken }

// SigningSecret signs HTTP deliveries.
func (s *Server) SigningSecret() string { return s.o.SigningSecret }

// DeliverTo sends deliveries, signed, to an HTTP handler instead of a socket.
func (s *Server) DeliverTo(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.to = h
}

// AddUser adds or replaces a person.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.ID] = u
}

// AddChannel adds or replaces a channel.
func (s *Server) AddChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[c.ID] = &c
}

// direct returns the direct message of a person with the bot, making it where there is none.
func (s *Server) direct(user string) *Channel {
	id := "D" + strings.TrimPrefix(user, "U")
	if s.channels[id] == nil {
		s.channels[id] = &Channel{ID: id, Members: []string{BotUser, user}}
	}
	return s.channels[id]
}

// Direct is the id of a person's direct message with the bot.
func (s *Server) Direct(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(user).ID
}

// Messages returns what stands in a channel, threads included, oldest first; what was deleted is left out. What people
// wrote is there too.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.in(channel)
}

func (s *Server) in(channel string) []Message {
	var out []Message
	for _, m := range s.messages {
		if m.Channel == channel && !m.Deleted {
			out = append(out, *m)
		}
	}
	return out
}

// Posts returns what the bot has written in a channel for everyone, oldest first.
func (s *Server) Posts(channel string) []Message {
	return slices.DeleteFunc(s.Messages(channel), func(m Message) bool { return m.User != BotUser || m.Ephemeral() })
}

// Whispers returns what the bot has shown to a person alone in a channel, oldest first.
func (s *Server) Whispers(channel, user string) []Message {
	return slices.DeleteFunc(s.Messages(channel), func(m Message) bool { return m.User != BotUser || m.For != user })
}

// Calls counts the calls of a Web API method.
func (s *Server) Calls(method string) int {
	n := 0
	for _, c := range s.AllCalls() {
		if c.Method == method {
			n++
		}
	}
	return n
}

// AllCalls returns every call of the Web API in order.
func (s *Server) AllCalls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Violations returns what Slack would have accepted and Attaché must never do.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// Session returns the status of an agent session, empty when there is none.
func (s *Server) Session(channel, thread string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[channel+"/"+thread]
}

// Title returns the title of an agent session.
func (s *Server) Title(channel, thread string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.titles[channel+"/"+thread]
}

// Initiator returns the person who began an agent's session.
func (s *Server) Initiator(channel, thread string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.initiators[channel+"/"+thread]
}

// Prompts returns the titles of the prompts that were suggested in a direct message.
func (s *Server) Prompts(channel string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.prompts[channel])
}

// Home returns the blocks of the app's home as a person sees it.
func (s *Server) Home(user string) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.homes[user]
}

// Await waits until cond holds, and fails the test when it takes too long. cond is called with no lock held, after every
// change of the workspace and every few milliseconds.
func (s *Server) Await(what string, cond func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), s.o.AwaitFor)
	defer cancel()
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if cond() {
			return
		}
		// What cond looks at may also lie outside the workspace, which tells nobody.
		look, done := context.WithTimeout(ctx, 20*time.Millisecond)
		select {
		case <-changed:
		case <-look.Done():
		}
		done()
		if ctx.Err() != nil {
			s.t.Fatalf("slackfake: waited %s in vain for %s\n%s", s.o.AwaitFor, what, s.Dump())
		}
	}
}

// AwaitMessage waits for a message of the bot in a channel that matches, for everyone or for one person, and returns it.
func (s *Server) AwaitMessage(channel string, match func(Message) bool) Message {
	s.t.Helper()
	var found Message
	s.Await("a message in "+channel, func() bool {
		for _, m := range s.Messages(channel) {
			if m.User == BotUser && match(m) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// Dump tells what happened, for a test's failure.
func (s *Server) Dump() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, m := range s.messages {
		fmt.Fprintf(&b, "%s %s thread=%s from=%s for=%s via=%s edits=%d deleted=%v: %s\n", m.Channel, m.TS, m.ThreadTS, m.User, m.For, m.Via, m.Edits, m.Deleted, clip(m.Shown))
	}
	for _, c := range s.calls {
		fmt.Fprintf(&b, "call %s %s %s\n", c.Method, c.Channel, c.Error)
	}
	for _, d := range s.deliveries {
		fmt.Fprintf(&b, "delivery %s tries=%d acked=%v status=%d\n", d.What, d.Tries, d.Acked, d.Status)
	}
	return b.String()
}

// touch wakes those who wait; the caller holds mu.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// violate notes what Attaché must never do; the caller holds mu.
func (s *Server) violate(format string, args ...any) {
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
}

// nextTS makes a message id; the caller holds mu.
func (s *Server) nextTS() string {
	now := s.o.Now().Truncate(time.Microsecond)
	if !now.After(s.lastTS) {
		now = s.lastTS.Add(time.Microsecond)
	}
	s.lastTS = now
	return fmt.Sprintf("%d.%06d", now.Unix(), now.Nanosecond()/1000)
}

// add puts a message into a channel; the caller holds mu.
func (s *Server) add(m Message) *Message {
	if m.TS == "" {
		m.TS = s.nextTS()
	}
	if m.Shown == "" {
		m.Shown = m.Text
	}
	s.messages = append(s.messages, &m)
	s.touch()
	return &m
}

// find returns a message that stands in a channel; the caller holds mu.
func (s *Server) find(channel, ts string) *Message {
	for _, m := range s.messages {
		if m.Channel == channel && m.TS == ts && !m.Deleted {
			return m
		}
	}
	return nil
}

func (c *Channel) has(user string) bool { return slices.Contains(c.Members, user) }

func (c *Channel) direct() bool { return strings.HasPrefix(c.ID, "D") }

// T is the test that the workspace belongs to.
func (s *Server) T() testing.TB { return s.t }
