package discordfake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Step is what becomes of one gateway connection. The zero Step is a well-behaved one.
type Step struct {
	// Refuse cuts the connection before Hello.
	Refuse bool
	// NoHello accepts the connection and says nothing.
	NoHello bool
	// Op7 asks the bot to reconnect in the place of READY or RESUMED.
	Op7 bool
	// Op9 calls the session invalid in the place of READY or RESUMED; a new IDENTIFY on the same connection is accepted.
	Op9 bool
	// Close closes with a code in the place of READY or RESUMED.
	Close int
	// NoReady says nothing after IDENTIFY or RESUME.
	NoReady bool
	// Mute sends READY and then nothing, not even acknowledgements of heartbeats.
	Mute bool
	// Deaf sends events and never acknowledges a heartbeat.
	Deaf bool
}

// gateway is the fake's side of the gateway. Its state is guarded by Server.mu.
type gateway struct {
	conns      map[*link]bool
	sessions   map[string]*session
	script     []Step
	identifies int
	resumes    int
	accepted   int
	replayed   int
	mute       bool
	shards     map[int]int // IDENTIFYs by shard
	intents    int
}

func (g *gateway) init() {
	g.conns, g.sessions, g.shards = map[*link]bool{}, map[string]*session{}, map[int]int{}
}

type session struct {
	id      string
	seq     int
	log     []packet
	content bool // may see the content of messages
	shard   [2]int
	on      *link
}

type packet struct {
	Op   int    `json:"op"`
	Data any    `json:"d"`
	Seq  int    `json:"s,omitempty"`
	Type string `json:"t,omitempty"`
}

// link is one connection with a writer of its own, so that nobody waits for the network under the fake's lock.
type link struct {
	conn *websocket.Conn
	step Step

	mu     sync.Mutex
	queue  []packet
	wake   chan struct{}
	closed bool
	code   int
	sent   []time.Time
}

func (l *link) send(p packet) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.queue = append(l.queue, p)
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// end closes the connection, with a close frame when code is not zero.
func (l *link) end(code int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.closed, l.code = true, code
	close(l.wake)
}

func (l *link) write() {
	for {
		_, open := <-l.wake
		l.mu.Lock()
		queue, code := l.queue, l.code
		l.queue = nil
		l.mu.Unlock()
		for _, p := range queue {
			if l.conn.WriteJSON(p) != nil {
				break
			}
		}
		if !open {
			if code != 0 {
				_ = l.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
			}
			_ = l.conn.Close()
			return
		}
	}
}

func websocketUpgrade(r *http.Request) bool { return websocket.IsWebSocketUpgrade(r) }

func (s *Server) gatewayServe(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.gw.accepted++
	var step Step
	if len(s.gw.script) > 0 {
		step, s.gw.script = s.gw.script[0], s.gw.script[1:]
	}
	closed := s.closed
	s.change()
	s.mu.Unlock()
	if step.Refuse || closed {
		panic(http.ErrAbortHandler)
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	l := &link{conn: conn, step: step, wake: make(chan struct{}, 1)}
	s.mu.Lock()
	s.gw.conns[l] = true
	s.mu.Unlock()
	written := make(chan struct{})
	go func() {
		defer close(written)
		l.write()
	}()
	if !step.NoHello {
		l.send(packet{Op: 10, Data: map[string]any{"heartbeat_interval": s.o.Heartbeat.Milliseconds()}})
	}
	s.gatewayRead(l)
	l.end(0)
	<-written
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.gw.conns, l)
	for _, x := range s.gw.sessions {
		if x.on == l {
			x.on = nil
		}
	}
	s.change()
}

func (s *Server) gatewayRead(l *link) {
	for {
		var p struct {
			Op   int             `json:"op"`
			Data json.RawMessage `json:"d"`
		}
		if err := l.conn.ReadJSON(&p); err != nil {
			l.mu.Lock()
			ours := l.closed // the client's code is only the echo of our close
			l.mu.Unlock()
			if !ours && websocket.IsCloseError(err, 1000, 1001) { // docs: these two end the session
				s.mu.Lock()
				for id, x := range s.gw.sessions {
					if x.on == l {
						delete(s.gw.sessions, id)
					}
				}
				s.mu.Unlock()
			}
			return
		}
		s.mu.Lock()
		s.gatewayHear(l, p.Op, p.Data)
		s.change()
		s.mu.Unlock()
	}
}

// gatewayHear answers one packet; held under mu.
func (s *Server) gatewayHear(l *link, op int, data json.RawMessage) {
	now := time.Now()
	l.sent = append(slices.DeleteFunc(l.sent, func(t time.Time) bool { return now.Sub(t) > time.Minute }), now)
	if len(l.sent) > 120 {
		l.end(4008)
		return
	}
	switch op {
	case 1:
		if !s.gw.mute && !l.step.Mute && !l.step.Deaf && !l.step.NoReady {
			l.send(packet{Op: 11})
		}
	case 2:
		s.identify(l, data)
	case 6:
		s.resume(l, data)
	}
}

func (s *Server) identify(l *link, data json.RawMessage) {
	var d struct {
		Token   string `json:"token"`
		Intents int    `json:"intents"`
		Shard   *[2]int
	}
	_ = json.Unmarshal(data, &d)
	s.gw.identifies++
	s.gw.intents = d.Intents
	if strings.TrimPrefix(d.Token, "Bot ") != s.Token {
		l.end(4004)
		return
	}
	if d.Intents&(1<<15) != 0 && !s.o.MessageContent || d.Intents&(1<<1|1<<8) != 0 {
		l.end(4014)
		return
	}
	shard := [2]int{0, 1}
	if d.Shard != nil {
		shard = *d.Shard
	}
	if shard[0] < 0 || shard[0] >= shard[1] {
		l.end(4010)
		return
	}
	s.gw.shards[shard[0]]++
	if s.instead(l) {
		return
	}
	x := &session{id: "session-" + s.id(), content: d.Intents&(1<<15) != 0, shard: shard, on: l}
	s.gw.sessions[x.id] = x
	guilds := []any{}
	if s.guildOf(x) && !s.gone {
		guilds = append(guilds, map[string]any{"id": s.Guild, "unavailable": true})
	}
	x.push("READY", map[string]any{
		"v": 9, "session_id": x.id, "user": s.botUser(), "guilds": guilds, "shard": shard,
		"application": map[string]any{"id": s.App, "flags": 0}, "resume_gateway_url": "ws" + strings.TrimPrefix(s.URL, "http") + "/",
		"private_channels": []any{},
	})
	if s.guildOf(x) && !s.gone {
		x.push("GUILD_CREATE", s.guildJSON())
	}
}

func (s *Server) guildJSON() map[string]any {
	channels := []any{}
	for _, c := range s.channels {
		if c.Guild == s.Guild && c.Parent == "" {
			channels = append(channels, s.channelJSON(c))
		}
	}
	return map[string]any{
		"id": s.Guild, "name": "A server", "owner_id": "1", "channels": channels, "members": []any{}, "threads": []any{},
		"roles": s.rolesJSON(),
	}
}

func (s *Server) rolesJSON() []any {
	return []any{
		map[string]any{"id": s.Guild, "name": "@everyone", "permissions": "0", "mentionable": false},
		map[string]any{"id": s.role, "name": "Attaché", "permissions": "0", "mentionable": false, "managed": true, "tags": map[string]any{"bot_id": s.Bot}},
		map[string]any{"id": managersRole, "name": "managers", "permissions": "32", "mentionable": false},
		map[string]any{"id": OpenRole, "name": "Korea desk", "permissions": "0", "mentionable": true},
		map[string]any{"id": ClosedRole, "name": "On call", "permissions": "0", "mentionable": false},
	}
}

// managersRole is the id of a role whose holders may manage the server.
const managersRole = "4242"

// Everybody may mention OpenRole; ClosedRole only who may mention everyone.
const (
	OpenRole   = "5151515151"
	ClosedRole = "6161616161"
)

// guildOf says whether the one server is on the session's shard.
func (s *Server) guildOf(x *session) bool {
	n, _ := strconv.ParseUint(s.Guild, 10, 64)
	return int(n>>22)%x.shard[1] == x.shard[0]
}

// instead plays a connection's step in the place of READY or RESUMED.
func (s *Server) instead(l *link) bool {
	switch step := l.step; {
	case step.Op7:
		l.send(packet{Op: 7})
	case step.Op9:
		l.step.Op9 = false
		l.send(packet{Op: 9, Data: false})
	case step.Close != 0:
		l.end(step.Close)
	case step.NoReady:
	default:
		return false
	}
	return true
}

func (s *Server) resume(l *link, data json.RawMessage) {
	var d struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int    `json:"seq"`
	}
	_ = json.Unmarshal(data, &d)
	s.gw.resumes++
	if strings.TrimPrefix(d.Token, "Bot ") != s.Token {
		l.end(4004)
		return
	}
	if s.instead(l) {
		return
	}
	x := s.gw.sessions[d.Session]
	if x == nil || d.Seq > x.seq {
		l.send(packet{Op: 9, Data: false})
		return
	}
	x.on = l
	for _, p := range x.log {
		if p.Seq > d.Seq {
			s.gw.replayed++
			l.send(p)
		}
	}
	x.push("RESUMED", map[string]any{})
}

// push sends an event to a session, or keeps it for when it resumes.
func (x *session) push(kind string, data any) {
	x.seq++
	p := packet{Data: data, Seq: x.seq, Type: kind}
	x.log = append(x.log, p)
	if x.on != nil && (!x.on.step.Mute || kind == "READY") {
		x.on.send(p)
	}
}

// dispatch sends an event of the server to the sessions of its shard; build is told whether content is hidden.
func (g *gateway) dispatch(kind string, build func(hidden bool) any) { g.dispatchTo(-1, kind, build) }

func (g *gateway) dispatchTo(shard int, kind string, build func(hidden bool) any) {
	for _, x := range g.sessions {
		if shard >= 0 && x.shard[0] != shard {
			continue
		}
		p := build(!x.content)
		if g.mute {
			on := x.on
			x.on = nil
			x.push(kind, p)
			x.on = on
			continue
		}
		x.push(kind, p)
	}
}

func (g *gateway) flush() {}

// shardOfGuild is the shard that hears of the server, given how many the bot runs.
func (s *Server) shardOfGuild() int {
	for _, x := range s.gw.sessions {
		n, _ := strconv.ParseUint(s.Guild, 10, 64)
		return int(n>>22) % x.shard[1]
	}
	return 0
}

// Script says what becomes of the next connections, in order; later ones behave well.
func (s *Server) Script(steps ...Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gw.script = append(s.gw.script, steps...)
}

func (s *Server) links() []*link {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*link
	for l := range s.gw.conns {
		out = append(out, l)
	}
	return out
}

// Drop cuts every gateway connection without a word.
func (s *Server) Drop() {
	for _, l := range s.links() {
		_ = l.conn.NetConn().Close()
	}
}

// CloseAll closes every gateway connection with a code, such as 4009.
func (s *Server) CloseAll(code int) {
	for _, l := range s.links() {
		l.end(code)
	}
}

// Reconnect asks every connection to reconnect (Op 7).
func (s *Server) Reconnect() {
	for _, l := range s.links() {
		l.send(packet{Op: 7})
	}
}

// InvalidSession tells every connection that its session is invalid (Op 9).
func (s *Server) InvalidSession(resumable bool) {
	for _, l := range s.links() {
		l.send(packet{Op: 9, Data: resumable})
	}
}

// Invalidate forgets every session, so that the next resume is refused.
func (s *Server) Invalidate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gw.sessions = map[string]*session{}
}

// Silence makes the gateway fall silent, or speak again: no events, no acknowledgements.
func (s *Server) Silence(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gw.mute = on
}

// Send sends an event to every session, such as one of a type that nobody knows.
func (s *Server) Send(kind string, data any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gw.dispatch(kind, func(bool) any { return data })
	s.change()
}

// Remove takes the bot out of the server; outage says that the server is only unavailable.
func (s *Server) Remove(outage bool) {
	data := map[string]any{"id": s.Guild}
	if outage {
		data["unavailable"] = true
	}
	s.mu.Lock()
	s.gone = !outage
	s.mu.Unlock()
	s.Send("GUILD_DELETE", data)
}

// Gateway is how the gateway was used.
type Gateway struct {
	Accepted   int // connections, of all time
	Standing   int // connections that stand
	Identifies int
	Resumes    int
	Replayed   int // events sent again on a resume
	Connected  int // sessions with a connection
	Intents    int // of the last IDENTIFY
	Shards     map[int]int
}

// Gateway returns the gateway's counters.
func (s *Server) Gateway() Gateway {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Gateway{Accepted: s.gw.accepted, Standing: len(s.gw.conns), Identifies: s.gw.identifies, Resumes: s.gw.resumes, Replayed: s.gw.replayed, Intents: s.gw.intents, Shards: map[int]int{}}
	for _, x := range s.gw.sessions {
		if x.on != nil {
			out.Connected++
		}
	}
	for k, v := range s.gw.shards {
		out.Shards[k] = v
	}
	return out
}

// AwaitReady waits until a session is connected.
func (s *Server) AwaitReady(t testing.TB) {
	t.Helper()
	s.Await(t, "a session", func() bool { return s.Gateway().Connected > 0 })
}

// AwaitResumes waits until at least n resumes were asked for and a session is connected.
func (s *Server) AwaitResumes(t testing.TB, n int) {
	t.Helper()
	s.Await(t, strconv.Itoa(n)+" resumes", func() bool { g := s.Gateway(); return g.Resumes >= n && g.Connected > 0 })
}

// AwaitIdentifies waits until at least n IDENTIFYs came and a session is connected.
func (s *Server) AwaitIdentifies(t testing.TB, n int) {
	t.Helper()
	s.Await(t, strconv.Itoa(n)+" identifies", func() bool { g := s.Gateway(); return g.Identifies >= n && g.Connected > 0 })
}
