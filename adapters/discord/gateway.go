package discord

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// A shard's supervisor. The library's session can hang for ever (an Op 7 or silence while it opens), reconnects after fatal
// close codes, and calls itself connected before it is. So here: Open runs in a goroutine with a limit; a session that is
// stuck is abandoned and its TCP connection closed under it; connected means that READY or RESUMED came; after a lost
// connection the same session opens again and resumes, and where that fails a new one identifies itself, within Discord's
// budget. Events may be lost or come twice: nothing scheduled depends on one, and each is answered once.

// shards is how the links stand.
type shards struct {
	mu   sync.Mutex
	all  []*shard
	last atomic.Int64 // unix ns of the newest event
}

func (s *shards) status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Status{Shards: len(s.all), Connected: len(s.all) > 0}
	for _, sh := range s.all {
		if sh.waiting.Load() {
			out.Waiting++
			continue
		}
		out.Connected = out.Connected && sh.connected.Load()
	}
	if ns := s.last.Load(); ns != 0 {
		out.Last = time.Unix(0, ns)
	}
	return out
}

// gatewayBot is what GET /gateway/bot says.
type gatewayBot struct {
	Shards int `json:"shards"`
	Start  struct {
		Total       int `json:"total"`
		Remaining   int `json:"remaining"`
		ResetAfter  int `json:"reset_after"` // ms
		Concurrency int `json:"max_concurrency"`
	} `json:"session_start_limit"`
}

func (a *Adapter) gatewayBot(ctx context.Context) (gatewayBot, error) {
	var g gatewayBot
	err := a.rest.again(ctx, call{what: "ask for the gateway", method: http.MethodGet, url: discordgo.EndpointGatewayBot}, &g, true, 3)
	return g, err
}

// identifyReserve is how many IDENTIFYs a shard leaves in the day's budget: at zero Discord ends every session and takes the
// token away.
const identifyReserve = 10

// identifyGate spaces IDENTIFYs: one per bucket of max_concurrency in 5 s (docs: Gateway, Sharding).
type identifyGate struct {
	every time.Duration
	now   func() time.Time
	mu    sync.Mutex
	next  map[int]time.Time
}

func (g *identifyGate) wait(ctx context.Context, shard, concurrency int) error {
	key := shard % max(concurrency, 1)
	g.mu.Lock()
	if g.next == nil {
		g.next = map[int]time.Time{}
	}
	now := g.now()
	at := g.next[key]
	if at.Before(now) {
		at = now
	}
	g.next[key] = at.Add(g.every)
	g.mu.Unlock()
	return pause(ctx, at.Sub(now))
}

// connect runs every shard until ctx ends or one of them meets what no reconnecting can mend.
func (a *Adapter) connect(ctx, work context.Context) error {
	n := a.c.Shards
	if n <= 0 {
		n = 1
		err := a.settle(ctx, "ask for the gateway", func(ctx context.Context) error {
			g, err := a.gatewayBot(ctx)
			if err == nil {
				n = max(1, g.Shards)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	all := make([]*shard, n)
	for i := range all {
		all[i] = &shard{a: a, id: i, of: n, work: work, down: make(chan struct{}, 1), up: make(chan struct{}, 1)}
	}
	a.links.mu.Lock()
	a.links.all = all
	a.links.mu.Unlock()
	var wg sync.WaitGroup
	for _, s := range all {
		wg.Go(func() {
			if err := s.run(ctx); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// shard is one of the bot's links to Discord.
type shard struct {
	a         *Adapter
	id, of    int
	work      context.Context
	connected atomic.Bool
	waiting   atomic.Bool   // for its lease
	down      chan struct{} // the library says that the connection is gone
	up        chan struct{} // READY or RESUMED came
	wire      wire
}

// wire is the shard's TCP connection: closable when the library hangs, and a witness of when bytes last came.
type wire struct {
	mu   sync.Mutex
	conn net.Conn
	last atomic.Int64
}

type wiredConn struct {
	net.Conn
	w *wire
}

func (c wiredConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.w.last.Store(time.Now().UnixNano())
	}
	return n, err
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn != nil {
		_ = w.conn.Close()
		w.conn = nil
	}
}

func (s *shard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := s.a.c.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	s.wire.last.Store(time.Now().UnixNano())
	w := wiredConn{Conn: c, w: &s.wire}
	s.wire.mu.Lock()
	s.wire.conn = w
	s.wire.mu.Unlock()
	return w, nil
}

// run keeps the shard connected.
func (s *shard) run(ctx context.Context) error {
	wait := s.a.c.timing.backoff
	for ctx.Err() == nil {
		was, err := s.hold(ctx)
		s.connected.Store(false)
		if ctx.Err() != nil {
			return nil
		}
		if fatal := fatalClose(err); fatal != nil {
			return fatal
		}
		if was {
			wait = s.a.c.timing.backoff
		}
		s.a.counts.add("sessions_lost")
		s.a.log.Warn("the Discord session is lost; a new one will be made", "shard", s.id, "again_in", wait, "error", err)
		if pause(ctx, jitter(wait)) != nil {
			return nil
		}
		wait = min(wait*2, s.a.c.timing.backoffTo)
	}
	return nil
}

// hold takes the shard's lease, if there is one to take, and lives one session. was tells whether it was ever connected.
func (s *shard) hold(ctx context.Context) (was bool, err error) {
	if s.a.c.Lease != nil {
		s.waiting.Store(true)
		held, release, err := s.a.c.Lease(ctx, "discord-shard-"+strconv.Itoa(s.id)+"-of-"+strconv.Itoa(s.of))
		s.waiting.Store(false)
		if err != nil {
			return false, fmt.Errorf("take the shard's lease: %w", err)
		}
		defer release()
		joined, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		defer context.AfterFunc(held, func() { cancel(errLeaseLost) })()
		ctx = joined
	}
	return s.live(ctx)
}

var (
	errLeaseLost = errors.New("another replica holds the shard now")
	errStuck     = errors.New("the session is stuck")
	errSilent    = errors.New("the gateway fell silent")
)

// budget waits until an IDENTIFY is allowed.
func (s *shard) budget(ctx context.Context) error {
	for {
		g, err := s.a.gatewayBot(ctx)
		if err != nil {
			return err
		}
		if g.Start.Total == 0 || g.Start.Remaining > min(identifyReserve, g.Start.Total/10) {
			return s.a.gate.wait(ctx, s.id, g.Start.Concurrency)
		}
		wait := max(time.Duration(g.Start.ResetAfter)*time.Millisecond, time.Second)
		s.a.counts.add("identify_budget")
		s.a.log.Error("Discord's budget of new sessions is nearly spent; waiting for it to fill", "shard", s.id,
			"remaining", g.Start.Remaining, "wait", wait)
		if err := pause(ctx, min(wait, 15*time.Minute)); err != nil {
			return err
		}
	}
}

// live opens a session, resumes it for as long as that works, and ends it with ctx.
func (s *shard) live(ctx context.Context) (was bool, err error) {
	if err := s.budget(ctx); err != nil {
		return false, err
	}
	session, err := s.session()
	if err != nil {
		return false, err
	}
	failed := 0
	for {
		drainSignal(s.up)
		drainSignal(s.down)
		err := s.open(ctx, session)
		if err == nil {
			err = s.ready(ctx)
		}
		switch {
		case ctx.Err() != nil:
			_ = s.shut(session, websocket.CloseNormalClosure, s.a.c.timing.farewell)
			return was, context.Cause(ctx)
		case errors.Is(err, errStuck):
			return was, err
		case err != nil:
			if fatalClose(err) != nil {
				return was, err
			}
			failed++
			if !was || failed > 3 {
				_ = s.shut(session, websocket.CloseServiceRestart, s.a.c.timing.shut)
				return was, err
			}
			s.a.log.Warn("the Discord session could not be resumed yet", "shard", s.id, "try", failed, "error", err)
			if s.shut(session, websocket.CloseServiceRestart, s.a.c.timing.shut) != nil {
				return was, errStuck
			}
			if err := pause(ctx, jitter(s.a.c.timing.backoff<<min(failed, 5))); err != nil {
				return was, err
			}
			continue
		}
		if was {
			s.a.counts.add("reconnects")
		}
		was, failed = true, 0
		s.connected.Store(true)
		s.a.log.Info("connected to Discord", "shard", s.id, "of", s.of)
		err = s.watch(ctx, session)
		s.connected.Store(false)
		if ctx.Err() != nil {
			_ = s.shut(session, websocket.CloseNormalClosure, s.a.c.timing.farewell)
			return was, context.Cause(ctx)
		}
		if err != nil {
			// Not 1000 or 1001, which end the session: it is to be resumed.
			s.a.counts.add("silences")
			if s.shut(session, websocket.CloseServiceRestart, s.a.c.timing.shut) != nil {
				return was, errStuck
			}
		}
		s.a.log.Warn("the connection to Discord is gone; resuming", "shard", s.id, "error", err)
		if err := pause(ctx, jitter(s.a.c.timing.backoff/4)); err != nil {
			return was, err
		}
	}
}

func drainSignal(c chan struct{}) {
	select {
	case <-c:
	default:
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// session makes a library session whose handlers are ours. Its fields are never touched after it opens.
func (s *shard) session() (*discordgo.Session, error) {
	session, err := newSession(s.a.c.Token, s.a.rest.session.UserAgent, s.a.rest.session.Client)
	if err != nil {
		return nil, err
	}
	session.SyncEvents = true // our handlers never block, and a goroutine per event would have no bound
	session.Identify.Intents = discordgo.IntentsGuilds | discordgo.IntentsGuildMessages | discordgo.IntentsDirectMessages
	if s.a.c.MessageContent {
		session.Identify.Intents |= discordgo.IntentMessageContent
	}
	session.ShardID, session.ShardCount = s.id, s.of
	session.Dialer = &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: s.a.c.timing.open, NetDialContext: s.dial}
	session.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		defer s.a.recovered()
		if e == nil {
			return
		}
		s.heard(e.Type, e.RawData)
	})
	session.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) { signal(s.down) })
	return session, nil
}

// open opens the session, or resumes it, within a limit.
func (s *shard) open(ctx context.Context, session *discordgo.Session) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("open panicked: %v", p)
			}
		}()
		done <- session.Open()
	}()
	limit := time.NewTimer(s.a.c.timing.open)
	defer limit.Stop()
	select {
	case err := <-done:
		if errors.Is(err, discordgo.ErrWSAlreadyOpen) {
			signal(s.up)
			return nil
		}
		return bare(err)
	case <-limit.C:
	case <-ctx.Done():
	}
	// The session may hold its own lock for ever. Without its connection it holds nothing else.
	s.wire.cut()
	late := time.NewTimer(s.a.c.timing.shut)
	defer late.Stop()
	select {
	case err := <-done:
		s.a.log.Debug("a session that hung gave way", "shard", s.id, "error", bare(err))
	case <-late.C:
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.a.counts.add("stuck")
	return errStuck
}

// ready waits for READY or RESUMED: Open returns before it when Discord says that the session is invalid.
func (s *shard) ready(ctx context.Context) error {
	limit := time.NewTimer(s.a.c.timing.ready)
	defer limit.Stop()
	select {
	case <-s.up:
		return nil
	case <-s.down:
		return errors.New("the connection ended before the session was ready")
	case <-limit.C:
		s.a.counts.add("stuck")
		s.wire.cut()
		return errStuck
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// watch returns nil when the connection is gone and an error when it is only silent.
func (s *shard) watch(ctx context.Context, session *discordgo.Session) error {
	look := time.NewTicker(s.a.c.timing.look)
	defer look.Stop()
	since := time.Now() // the library's clock
	locked := 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.down:
			return nil
		case <-look.C:
		}
		now := time.Now()
		if last := time.Unix(0, s.wire.last.Load()); now.Sub(last) > s.a.c.timing.silence {
			return errSilent
		}
		// Bytes may come while nobody acknowledges our heartbeats. A plain RLock would hang with a stuck session.
		if !session.TryRLock() {
			if locked++; time.Duration(locked)*s.a.c.timing.look > s.a.c.timing.silence {
				return errStuck
			}
			continue
		}
		locked = 0
		ack := session.LastHeartbeatAck
		session.RUnlock()
		if ack.Before(since) {
			ack = since
		}
		if now.Sub(ack) > s.a.c.timing.silence {
			return errSilent
		}
	}
}

// shut closes the session within a limit; an error says that it hangs and was abandoned.
func (s *shard) shut(session *discordgo.Session, code int, within time.Duration) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = recover() }()
		_ = session.CloseWithCode(code)
	}()
	limit := time.NewTimer(within)
	defer limit.Stop()
	select {
	case <-done:
		s.wire.cut()
		return nil
	case <-limit.C:
		s.wire.cut()
		s.a.counts.add("stuck")
		return errStuck
	}
}

// fatalClose returns what a person has to mend, for the close codes after which Discord must not be asked again (docs:
// Gateway close event codes).
func fatalClose(err error) error {
	c, ok := errors.AsType[*websocket.CloseError](err)
	if !ok {
		return nil
	}
	var mend string
	switch c.Code {
	case 4004:
		mend = "Discord refuses the token; copy it again from the application's Bot page"
	case 4010:
		mend = "Discord refuses the shard's number"
	case 4011:
		mend = "Discord asks for more shards than are run"
	case 4012:
		mend = "Discord no longer speaks this version of the gateway"
	case 4013:
		mend = "Discord refuses the intents as malformed"
	case 4014:
		mend = "Discord refuses the Message Content intent; switch it on in the application's Bot page, or switch it off in the settings"
	default:
		return nil
	}
	return &FatalError{Code: c.Code, Mend: mend}
}

// FatalError is a close code after which connecting again is useless.
type FatalError struct {
	Code int
	Mend string
}

func (e *FatalError) Error() string { return fmt.Sprintf("%s (close code %d)", e.Mend, e.Code) }
