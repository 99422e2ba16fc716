package slackfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// socketSide is Slack's side of Socket Mode.
type socketSide struct {
	s *Server

	mu      sync.Mutex // guards what follows
	tickets map[string]bool
	open    []*socket
	opened  int
	pending []*Delivery // waiting for a socket
	turn    int
	silent  bool
	deaf    bool
	life    sync.WaitGroup
}

// socket is one connection.
type socket struct {
	conn  *websocket.Conn
	write sync.Mutex
	mu    sync.Mutex // guards unacked
	wait  map[string]*Delivery
	done  chan struct{}
}

// pingEvery is how often a socket pings: well within what a client waits for.
const pingEvery = time.Second

func (k *socketSide) ticket() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.tickets == nil {
		k.tickets = map[string]bool{}
	}
	t := fmt.Sprintf("ticket-%d", len(k.tickets)+1)
	k.tickets[t] = true
	return t
}

func (k *socketSide) serve(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	ok := k.tickets[r.URL.Query().Get("ticket")]
	if ok {
		k.tickets[r.URL.Query().Get("ticket")] = false // a ticket opens one socket
	}
	full := len(k.open) >= 10
	k.mu.Unlock()
	if !ok || full {
		http.Error(w, "no", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	sock := &socket{conn: conn, wait: map[string]*Delivery{}, done: make(chan struct{})}
	k.life.Add(1)
	defer k.life.Done()
	_ = sock.send(map[string]any{"type": "hello", "num_connections": 1, "connection_info": map[string]any{"app_id": AppID}, "debug_info": map[string]any{"host": "fake", "approximate_connection_time": 18060}})
	k.mu.Lock()
	k.open = append(k.open, sock)
	k.opened++
	pending := k.pending
	k.pending = nil
	k.mu.Unlock()
	k.changed()
	for _, d := range pending {
		k.send(d)
	}
	go k.ping(sock)
	k.read(sock)
}

func (k *socketSide) changed() {
	k.s.mu.Lock()
	defer k.s.mu.Unlock()
	k.s.touch()
}

func (k *socketSide) ping(sock *socket) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		k.mu.Lock()
		silent := k.silent
		k.mu.Unlock()
		if !silent {
			_ = sock.conn.WriteControl(websocket.PingMessage, []byte("ping"), time.Now().Add(time.Second))
		}
		select {
		case <-tick.C:
		case <-sock.done:
			return
		}
	}
}

// read takes acknowledgements until the socket closes; what was not acknowledged by then is delivered again on the next.
func (k *socketSide) read(sock *socket) {
	defer func() {
		close(sock.done)
		_ = sock.conn.Close()
		k.mu.Lock()
		for i, o := range k.open {
			if o == sock {
				k.open = append(k.open[:i:i], k.open[i+1:]...)
				break
			}
		}
		k.mu.Unlock()
		sock.mu.Lock()
		left := sock.wait
		sock.wait = map[string]*Delivery{}
		sock.mu.Unlock()
		for _, d := range left {
			k.send(d)
		}
		k.changed()
	}()
	for {
		kind, data, err := sock.conn.ReadMessage()
		if err != nil {
			return
		}
		k.mu.Lock()
		deaf := k.deaf
		k.mu.Unlock()
		if deaf || kind != websocket.TextMessage {
			continue
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if json.Unmarshal(data, &ack) != nil || ack.EnvelopeID == "" || len(data) >= 20<<10 {
			k.s.mu.Lock()
			k.s.violate("a frame that is no acknowledgement, or too large: %s", clip(string(data)))
			k.s.mu.Unlock()
			continue
		}
		sock.mu.Lock()
		d := sock.wait[ack.EnvelopeID]
		delete(sock.wait, ack.EnvelopeID)
		sock.mu.Unlock()
		if d == nil {
			continue // late, or on the wrong connection: Slack takes no notice
		}
		k.s.mu.Lock()
		payload := ack.Payload
		if string(payload) == "null" {
			payload = nil
		}
		k.s.acked(d, payload)
		k.s.mu.Unlock()
	}
}

func (s *socket) send(v any) error {
	s.write.Lock()
	defer s.write.Unlock()
	_ = s.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	return s.conn.WriteJSON(v)
}

// send delivers over one of the open sockets, or keeps the delivery until there is one.
func (k *socketSide) send(d *Delivery) {
	k.mu.Lock()
	if len(k.open) == 0 {
		k.pending = append(k.pending, d)
		k.mu.Unlock()
		return
	}
	k.turn++
	sock := k.open[k.turn%len(k.open)]
	k.mu.Unlock()

	k.s.mu.Lock()
	d.Tries++
	d.envelope = k.s.nextID("env")
	d.sent = time.Now()
	env := map[string]any{"envelope_id": d.envelope, "payload": d.payload, "accepts_response_payload": d.door != "events"}
	switch d.door {
	case "events":
		env["type"] = "events_api"
		env["retry_attempt"], env["retry_reason"] = d.Tries-1, ""
		if d.Tries > 1 {
			env["retry_reason"] = "timeout"
		}
	case "commands":
		env["type"] = "slash_commands"
	default:
		env["type"] = "interactive"
	}
	k.s.mu.Unlock()

	sock.mu.Lock()
	sock.wait[d.envelope] = d
	sock.mu.Unlock()
	if err := sock.send(env); err != nil {
		_ = sock.conn.Close() // its reader delivers again what it holds
	}
}

func (k *socketSide) closeAll() {
	k.mu.Lock()
	open := append([]*socket(nil), k.open...)
	k.pending = nil
	k.mu.Unlock()
	for _, sock := range open {
		_ = sock.conn.Close()
	}
}

func (k *socketSide) wait() { k.life.Wait() }

// AwaitConnection waits until a socket is open.
func (s *Server) AwaitConnection() {
	s.t.Helper()
	s.Await("a socket", func() bool { return s.Connected() > 0 })
}

// Connected counts the sockets that are open now.
func (s *Server) Connected() int {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	return len(s.sockets.open)
}

// Connections counts the sockets that were ever opened.
func (s *Server) Connections() int {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	return s.sockets.opened
}

func (s *Server) each(do func(*socket)) {
	s.sockets.mu.Lock()
	open := append([]*socket(nil), s.sockets.open...)
	s.sockets.mu.Unlock()
	for _, sock := range open {
		do(sock)
	}
}

// Disconnect asks the client to reconnect ("warning", "refresh_requested", "link_disabled"), as Slack does every few hours.
func (s *Server) Disconnect(reason string) {
	s.each(func(sock *socket) {
		_ = sock.send(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "fake"}})
	})
}

// Break cuts every open socket without a word.
func (s *Server) Break() { s.each(func(sock *socket) { _ = sock.conn.UnderlyingConn().Close() }) }

// Frame sends a frame as it is.
func (s *Server) Frame(data string) {
	s.each(func(sock *socket) {
		sock.write.Lock()
		defer sock.write.Unlock()
		_ = sock.conn.WriteMessage(websocket.TextMessage, []byte(data))
	})
}

// Envelope sends an envelope with the payload as it is and returns its id.
func (s *Server) Envelope(kind, payload string) *Delivery {
	door := map[string]string{"events_api": "events", "slash_commands": "commands", "interactive": "interactions"}[kind]
	d := &Delivery{What: kind, door: door, payload: json.RawMessage(payload)}
	s.deliver(d)
	return d
}

// Silence stops or starts pings: a client must notice a dead connection by their absence.
func (s *Server) Silence(on bool) {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	s.sockets.silent = on
}

// Deafen makes Slack overlook acknowledgements.
func (s *Server) Deafen(on bool) {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	s.sockets.deaf = on
}

// Secrets are all strings that must appear in no log, error or metric.
func (s *Server) Secrets() []string {
	out := []string{s.o.BotToken, s.o.AppToken, s.o.SigningSecret}
	out = append(out, s.ResponseURLs()...)
	s.sockets.mu.Lock()
	for t := range s.sockets.tickets {
		out = append(out, t)
	}
	s.sockets.mu.Unlock()
	for _, d := range s.Deliveries() {
		if d.form != nil {
			out = append(out, d.form.Get("trigger_id"))
		}
	}
	return append([]string(nil), strings.Fields(strings.Join(out, " "))...)
}
