// Package discordfake is a small, strict Discord in the test's own process: REST, gateway and interactions.
//
// Start makes one with a server ("guild"), some channels and a bot. Hand Server.URL (or HTTPClient) and Server.Token to the
// adapter, run it, and act as people do:
//
//	fake := discordfake.Start(t, discordfake.Options{})
//	// … run the adapter against fake.URL with fake.Token …
//	fake.AwaitReady(t)
//	i := fake.Slash(t, fake.Channel, fake.Person, "brief ask", discordfake.Args{"question": "Who gave the car?"})
//	answer := i.Await(t)                                      // the finished @original
//	fake.Mention(t, fake.Channel, fake.Person, "and Seoul?")  // "@Attaché and Seoul?"
//	got := fake.AwaitMessages(t, fake.Channel, 2)             // what the channel shows
//
// It refuses what Discord refuses: bodies against rules.Refusals and, where the file lies beside the project, Discord's own
// OpenAPI description; a missing or wrong token; a second response to an interaction; a token that is too old; a response
// after three seconds; more than 50 requests a second; ordinary messages into a forum. Whatever it refuses as malformed also
// fails the test when it ends, unless Options.Tolerant is set. It hides message content as Discord does from a bot without
// the intent, deduplicates nonces within a window on its clock, and replays missed events on resume.
//
// Faults are scripted: Fault for REST answers, Script for the next gateway connections, and Drop, Reconnect, CloseAll,
// Silence, Invalidate and Send for the connections that stand. Nothing in it sleeps; the Await helpers wait for the state
// to change and fail the test after ten seconds.
package discordfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Options say what kind of Discord it is. The zero Options are fine.
type Options struct {
	// Now is the clock for ids, tokens and the nonce window; nil means time.Now.
	Now func() time.Time
	// MessageContent says that the application has the privileged intent switched on.
	MessageContent bool
	// Heartbeat is what Hello announces; zero means 41.25 s.
	Heartbeat time.Duration
	// NonceWindow is for how long a nonce is remembered; zero means 3 minutes.
	NonceWindow time.Duration
	// PerChannel is how many messages a channel takes in 5 s before 429; zero means no limit.
	PerChannel int
	// Remaining is how many IDENTIFYs the day's budget has left; zero means 990.
	Remaining int
	// Shards is what /gateway/bot advises; zero means 1.
	Shards int
	// ForgetNonces says that lists of messages come without nonces, as Discord may do.
	ForgetNonces bool
	// Tolerant says that malformed requests are only refused and do not fail the test.
	Tolerant bool
	// Endpoint is the application's Interactions Endpoint URL, VerifyKey its public key; empty means none.
	Endpoint, VerifyKey string
	// AnyCommand lets Slash run commands that were not registered.
	AnyCommand bool
}

// Server is a running fake.
type Server struct {
	// URL is the base address to give to the adapter.
	URL string
	// Token is the bot's token.
	Token string
	// App, Bot, Guild are the ids of the application, the bot's user and the one server.
	App, Bot, Guild string
	// Channel, Other are ordinary channels, Thread a thread in Channel, Forum a forum, News an announcement channel.
	Channel, Other, Thread, Forum, News string
	// Person may do nothing special; Manager may manage the server.
	Person, Manager User

	o    Options
	http *httptest.Server

	mu         sync.Mutex
	changed    chan struct{} // closed and renewed at every change
	gone       bool          // the bot was taken out of the server
	seq        uint64
	channels   map[string]*Channel
	users      map[string]User
	dms        map[string]string // user → direct channel
	interact   map[string]*Interaction
	byToken    map[string]*Interaction
	nonces     map[string]nonceEntry
	global     []json.RawMessage
	perGuild   map[string][]json.RawMessage
	written    int // bulk overwrites
	faults     []*Fault
	complaints []string
	requests   map[string]int
	recent     []time.Time // requests that count against the global limit
	posts      map[string][]time.Time
	bodies     []Body
	role       string
	gw         gateway
	closed     bool
}

// User is a person.
type User struct {
	ID, Name string
	// Permissions in the server, as a bit set.
	Permissions uint64
	// Locale is the client's language; empty means en-US.
	Locale string
	Roles  []string
	// OwnApp says that the person has the app among their own apps and the bot itself is not in the server.
	OwnApp bool
	// Override says that an admin allowed the person commands that their permissions would hide.
	Override bool
}

// Channel is a channel with what it shows.
type Channel struct {
	ID, Name, Guild, Parent, Owner string
	Type                           int
	Flags                          int
	Tags                           []Tag
	// Deny is the error code for everything that is posted there, such as 50013.
	Deny int
	// DenyEmbeds refuses messages with embeds with 50013, as without the permission Embed Links.
	DenyEmbeds bool
	// DenyReplies refuses replies with 160002.
	DenyReplies bool
	// Permissions is what the bot may do there, for interactions; zero means everything.
	Permissions uint64
	messages    []*Message
	typing      int
}

// Tag is a forum's tag.
type Tag struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Moderated bool   `json:"moderated"`
}

// Body is a request that the fake received.
type Body struct {
	Method, Route string // the route with {id} and {token} in the place of ids and tokens
	Raw           json.RawMessage
}

type nonceEntry struct {
	id string
	at time.Time
}

// Start runs a fake until the test ends.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = 41250 * time.Millisecond
	}
	if o.NonceWindow == 0 {
		o.NonceWindow = 3 * time.Minute
	}
	if o.Remaining == 0 {
		o.Remaining = 990
	}
	if o.Shards == 0 {
		o.Shards = 1
	}
	s := &Server{
		o: o, Token: "MTA.fake.token", changed: make(chan struct{}),
		channels: map[string]*Channel{}, users: map[string]User{}, dms: map[string]string{},
		interact: map[string]*Interaction{}, byToken: map[string]*Interaction{}, nonces: map[string]nonceEntry{},
		perGuild: map[string][]json.RawMessage{}, requests: map[string]int{}, posts: map[string][]time.Time{},
	}
	s.gw.init()
	s.App, s.Bot, s.Guild = s.id(), s.id(), s.id()
	s.role = s.id()
	s.Channel = s.AddChannel(Channel{Name: "gulf-watch"})
	s.Other = s.AddChannel(Channel{Name: "general"})
	s.Thread = s.AddChannel(Channel{Name: "a thread", Type: 11, Parent: s.Channel})
	s.Forum = s.AddChannel(Channel{Name: "briefings", Type: 15, Tags: []Tag{{ID: s.id(), Name: "Digest"}}})
	s.News = s.AddChannel(Channel{Name: "news", Type: 5})
	s.Person = s.AddUser(User{Name: "Ada"})
	s.Manager = s.AddUser(User{Name: "Grace", Permissions: 1 << 5})
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.http.URL
	t.Cleanup(func() {
		s.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		if !o.Tolerant {
			for _, c := range s.complaints {
				t.Errorf("the fake Discord complains: %s", c)
			}
		}
	})
	return s
}

// Close ends every connection. Start's cleanup calls it.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	s.mu.Unlock()
	s.Drop()
	s.http.CloseClientConnections()
	s.http.Close()
}

// HTTPClient returns a client that sends every request here, whatever host it names.
func (s *Server) HTTPClient() *http.Client {
	base, err := url.Parse(s.URL)
	if err != nil {
		panic(err)
	}
	return &http.Client{Transport: redirect{base}}
}

type redirect struct{ base *url.URL }

func (r redirect) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host, req.Host = r.base.Scheme, r.base.Host, ""
	return http.DefaultTransport.RoundTrip(req)
}

// AddChannel makes a channel (in the server unless Type says a direct one) and returns its id.
func (s *Server) AddChannel(c Channel) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ID == "" {
		c.ID = s.id()
	}
	if c.Guild == "" && c.Type != 1 {
		c.Guild = s.Guild
	}
	s.channels[c.ID] = &c
	return c.ID
}

// Change edits a channel under the fake's lock.
func (s *Server) Change(channel string, edit func(*Channel)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	edit(s.channels[channel])
}

// AddUser makes a person.
func (s *Server) AddUser(u User) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.ID == "" {
		u.ID = s.id()
	}
	s.users[u.ID] = u
	return u
}

// Role returns the bot's managed role in the server.
func (s *Server) Role() string { return s.role }

// id makes a snowflake of the fake's clock. The order of ids is that of their making.
func (s *Server) id() string {
	s.seq++
	ms := uint64(s.o.Now().UnixMilli() - 1420070400000)
	return strconv.FormatUint(ms<<22|s.seq&0x3fffff, 10)
}

// change wakes whoever waits; held under mu.
func (s *Server) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// patience is how long the Await helpers wait before they fail the test.
const patience = time.Minute

// Await waits until done returns true. It is asked again after every change here and now and then, because what it asks for
// may change elsewhere.
func (s *Server) Await(t testing.TB, what string, done func() bool) {
	t.Helper()
	limit, often := time.NewTimer(patience), time.NewTicker(5*time.Millisecond)
	defer limit.Stop()
	defer often.Stop()
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if done() {
			return
		}
		select {
		case <-changed:
		case <-often.C:
		case <-limit.C:
			t.Fatalf("waited in vain for %s; requests: %v; complaints: %v", what, s.Requests(), s.Complaints())
		}
	}
}

// Complaints returns what was malformed.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.complaints...)
}

// Requests counts what was received, by method and route ("POST /channels/{id}/messages"), whatever came of it.
func (s *Server) Requests() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]int{}
	for k, v := range s.requests {
		out[k] = v
	}
	return out
}

// Count returns how often one route was called.
func (s *Server) Count(route string) int { return s.Requests()[route] }

// Bodies returns every JSON body received, oldest first.
func (s *Server) Bodies() []Body {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Body(nil), s.bodies...)
}

// Overwrites counts how often commands were written.
func (s *Server) Overwrites() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written
}

// Typing counts the typing signs in a channel.
func (s *Server) Typing(channel string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[channel]; c != nil {
		return c.typing
	}
	return 0
}

// Fault is what happens to a request instead of the right answer.
type Fault struct {
	// Route is "POST /channels/{id}/messages" and the like; empty means any.
	Route string
	// Times is how often it happens; zero means once. Negative means for ever.
	Times int
	// Status is the answer's status; zero with Lose.
	Status int
	// Code and Text are Discord's error; Code 0 with HTML false gives {"message", "code": 0}.
	Code int
	Text string
	// HTML answers with a page, as Cloudflare does.
	HTML bool
	// RetryAfter, Scope and Global describe a 429.
	RetryAfter float64
	Scope      string
	Global     bool
	// Commit does the work before it answers, as a 502 after the commit.
	Commit bool
	// Lose cuts the connection in the place of an answer.
	Lose bool
	// Header is added to the answer. With Status zero the right answer is given, with this header.
	Header map[string]string
	// Hold is waited for before anything happens, until the client gives up.
	Hold <-chan struct{}
}

// Fault adds a fault; faults are used in the order in which they were added.
func (s *Server) Fault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, &f)
}

// fault takes the next fault for a route.
func (s *Server) fault(route string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.Times == 0 || f.Route != "" && f.Route != route {
			continue
		}
		f.Times--
		return f
	}
	return nil
}

func (s *Server) complain(format string, args ...any) {
	s.complaints = append(s.complaints, fmt.Sprintf(format, args...))
}

// Quote is Discord's way of showing a user in text.
func mention(id string) string { return "<@" + id + ">" }

func isTrue(s string) bool { return strings.EqualFold(s, "true") }
