// Package discord is Attaché in Discord: events come in over the gateway, requests go to the bot, messages go out over
// Discord's REST API.
//
// The journey of a question: a shard's supervisor (gateway.go) keeps one gateway session alive and hands raw events on;
// event.go decodes them without trusting them; interact.go acknowledges a slash command or a pressed button before anything
// else and finishes by editing that first response; talk.go answers mentions, replies and direct messages; render.go draws a
// message as embeds and buttons. The journey of a digest: poster.go, with a nonce by which Discord itself refuses a
// duplicate, and Find where it could not.
//
// The library, discordgo, gives types, a gateway session and a transport. Everything in it that waits, repeats, reconnects
// or tracks is switched off: limiter.go and rest.go do that, and no other file may send anything. Every message leaves as a
// body (render.go), which cannot be marshalled without allowed_mentions.
package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"attache/bot"
	"attache/bot/message"
	"attache/bot/message/punctual"
)

// Platform is the name of this platform in a message.Address.
const Platform = "discord"

// Handler is what the adapter needs of the bot. *bot.Bot is one; its methods say what each promises.
type Handler interface {
	Handle(ctx context.Context, r bot.Request) (bot.Reply, error)
	TakesPart(ctx context.Context, conversation string) bool
	CompleteIn(ctx context.Context, locale, command, arg, prefix string, at message.Address) []bot.Choice
	Left(ctx context.Context, platform, workspace string) error
	Uninstalled(ctx context.Context, platform, workspace string) error
}

// Config is what an Adapter is made of.
type Config struct {
	// Token is the bot's token, with or without "Bot " in front. Required.
	Token string
	// AppID is the application's id; empty means that Discord is asked.
	AppID string
	// Handler answers. Required for Run; Poster and Check work without.
	Handler Handler
	// BaseURL is where Discord is, for a proxy or a test; empty means https://discord.com/.
	BaseURL string
	// HTTPClient carries the REST calls; nil means one of our own. Its Transport is wrapped; a Timeout of zero means 20 s.
	HTTPClient *http.Client
	// Dial opens the gateway's connection; nil means a plain dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// GuildOnly is the id of one guild that gets the commands, at once, for development; empty means all of Discord.
	GuildOnly string
	// MessageContent asks for the privileged intent, with which plain messages in the bot's threads can be read. It must be
	// switched on in the application's settings too, or Discord refuses the connection.
	MessageContent bool
	// PublicKey is the application's public key in hex: interactions then come over HTTP, to the handler that Interactions
	// returns, and none over the gateway. Empty means the gateway.
	PublicKey string
	// Crosspost publishes digests in announcement channels to the servers that follow them.
	Crosspost bool
	// Shards is how many shards to run; zero means as many as Discord recommends.
	Shards int
	// Lease holds a name that only one replica may hold, such as a shard's; nil means that this is the only replica. It
	// returns when the name is ours; the context that it returns ends when the name is lost, and release gives it back.
	Lease func(ctx context.Context, name string) (held context.Context, release func(), err error)
	// Guilds returns the servers that have digests running, so that one that took the bot out while it was away is noticed at
	// the next READY. Nil means that none is.
	Guilds func(ctx context.Context) ([]string, error)
	// Workers is how many requests are answered at the same time; zero means 16.
	Workers int
	// Queue is how many requests may wait for a worker before people are told to come back; zero means 256.
	Queue int
	// AnswerWithin is how long an answer may take; zero means 2 minutes. At most 14 minutes: Discord forgets an interaction
	// after 15.
	AnswerWithin time.Duration
	// Drain is how long Run waits for answers under way when its context ends; zero means 10 s.
	Drain time.Duration
	// Log is where the adapter tells what it does; nil discards.
	Log *slog.Logger
	// Now tells the time; nil means time.Now.
	Now func() time.Time
	// Acknowledged hears how long each interaction waited for its first response; nil is skipped. It may not block.
	Acknowledged func(time.Duration)
	// Version goes into the User-Agent; empty means the build's.
	Version string

	timing timing
}

// timing are the supervisor's limits; tests make them short.
type timing struct {
	open      time.Duration // for session.Open
	ready     time.Duration // from Open to READY or RESUMED
	silence   time.Duration // without a heartbeat's acknowledgement, or without any byte
	look      time.Duration // how often the watchdog looks
	shut      time.Duration // for closing a session that is to be resumed; the library alone takes a second
	farewell  time.Duration // for closing a session at the end
	backoff   time.Duration // before the first new try; doubles
	backoffTo time.Duration
	identify  time.Duration // between two IDENTIFYs of one concurrency bucket (docs: Gateway, 5 s)
	typing    time.Duration // before the first typing sign
	grace     time.Duration // for a handler that ignores the end of its context
}

func (t *timing) defaults() {
	def := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	def(&t.open, 60*time.Second)
	def(&t.ready, 60*time.Second)
	// Two heartbeat intervals. Discord's is 41.25 s; the library does not tell what Hello said.
	def(&t.silence, 2*41250*time.Millisecond+5*time.Second)
	def(&t.look, 5*time.Second)
	def(&t.shut, 5*time.Second)
	def(&t.farewell, 3*time.Second)
	def(&t.backoff, time.Second)
	def(&t.backoffTo, time.Minute)
	def(&t.identify, 5*time.Second)
	def(&t.typing, 900*time.Millisecond)
	def(&t.grace, 3*time.Second)
}

// Adapter is the bot's presence in Discord. It is safe for concurrent use.
type Adapter struct {
	c       Config
	log     *slog.Logger
	now     func() time.Time
	rest    *rest
	limiter *limiter
	counts  *counts
	gate    *identifyGate

	self atomic.Pointer[identity]
	work atomic.Pointer[context.Context] // of the jobs, while Run runs

	room    chan struct{} // one for each request taken
	workers chan struct{} // one for each request being answered
	beside  chan struct{} // one for each short job beside them

	jobs struct {
		sync.Mutex
		closed bool
		n      int
		idle   chan struct{} // closed when closed and n == 0
	}

	places *places
	seen   *shelf[struct{}] // interactions and messages taken
	roots  *shelf[string]   // message → root of its chain of replies
	joined *shelf[joining]  // thread → whether the bot takes part
	hinted *shelf[struct{}] // conversations that were told how to reach the bot
	deaf   *shelf[struct{}] // people who take no direct messages
	drafts *shelf[draft]    // what was typed into forms that were refused
	nonces *shelf[string]   // nonce → id of our own messages, as the gateway showed them
	cross  *shelf[[]time.Time]

	links shards
}

// identity is who the bot is.
type identity struct {
	User        string
	Application string
	Name        string
}

// New makes an Adapter. It sends nothing.
func New(c Config) (*Adapter, error) {
	c.Token = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(c.Token), "Bot "))
	if c.Token == "" {
		return nil, errors.New("discord: the bot's token is missing")
	}
	if strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("discord: the bot's token holds characters that no token has; copy it again from the application's Bot page")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Workers <= 0 {
		c.Workers = 16
	}
	if c.Queue <= 0 {
		c.Queue = 256
	}
	if c.AnswerWithin <= 0 {
		c.AnswerWithin = 2 * time.Minute
	}
	c.AnswerWithin = min(c.AnswerWithin, tokenLives-time.Minute)
	if c.Drain <= 0 {
		c.Drain = 10 * time.Second
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{Timeout: 20 * time.Second, KeepAlive: 15 * time.Second}).DialContext
	}
	c.timing.defaults()

	client := c.HTTPClient
	if client == nil {
		client = &http.Client{Timeout: 20 * time.Second}
	}
	copied := *client
	client = &copied
	if client.Timeout == 0 {
		client.Timeout = 20 * time.Second
	}
	next := client.Transport
	if next == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.MaxIdleConnsPerHost = 2 * c.Workers // all of it goes to one host
		next = punctual.Transport(own)
	}
	if c.BaseURL != "" {
		base, err := url.Parse(c.BaseURL)
		if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
			return nil, errors.New("discord: the base address must be http(s)://host")
		}
		if base.Host != "discord.com" {
			next = rewriteHost{base: base, next: next}
		}
	}
	counted := newCounts()
	// Discord's limits and heartbeats run on the wall clock, whatever calendar the bot lives by.
	lim := newLimiter(next, time.Now, counted)
	// The library waits for nothing and neither do we inside the client's own timeout: it would count the wait for a limit.
	client.Transport = lim
	timeout := client.Timeout
	client.Timeout = 0
	lim.timeout = timeout
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	agent := "DiscordBot (attache, " + version(c.Version) + ")"
	r, err := newREST(c.Token, agent, client)
	if err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	a := &Adapter{
		c: c, log: c.Log, now: c.Now, rest: r, limiter: lim, counts: counted,
		gate:    &identifyGate{every: c.timing.identify, now: time.Now},
		room:    make(chan struct{}, c.Workers+c.Queue),
		workers: make(chan struct{}, c.Workers),
		beside:  make(chan struct{}, 64),
		places:  newPlaces(),
		seen:    newShelf[struct{}](20000), roots: newShelf[string](20000), joined: newShelf[joining](5000),
		hinted: newShelf[struct{}](5000), deaf: newShelf[struct{}](5000), nonces: newShelf[string](5000), cross: newShelf[[]time.Time](1000),
		drafts: newShelf[draft](mostDrafts),
	}
	a.jobs.idle = make(chan struct{})
	return a, nil
}

func version(v string) string {
	if v == "" {
		if info, ok := debug.ReadBuildInfo(); ok {
			v = info.Main.Version
		}
	}
	if v == "" || strings.ContainsAny(v, "(), ") {
		return "dev"
	}
	return v
}

// Run connects and answers until ctx ends; then it finishes what is under way, within Config.Drain, and tells everyone whose
// answer it could not finish. It is called once. An error means that trying again is useless until a person has mended something: the token,
// the intents, the shards.
func (a *Adapter) Run(ctx context.Context) error {
	if a.c.Handler == nil {
		return errors.New("discord: Run needs a Handler")
	}
	work, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(errStopping)
	a.work.Store(&work)
	defer a.work.Store(nil)

	if err := a.settle(ctx, "who am I", func(ctx context.Context) error { _, err := a.whoami(ctx); return err }); err != nil {
		return a.ended(ctx, err)
	}
	if err := a.settle(ctx, "register the commands", a.register); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		a.log.Error("could not register the commands", "error", err)
	}
	err := a.connect(ctx, work)

	a.drain(stop)
	a.rest.session.Client.CloseIdleConnections()
	return a.ended(ctx, err)
}

// ended is what Run returns: nothing when it was asked to stop.
func (a *Adapter) ended(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("discord: %w", err)
}

// settle repeats do until it succeeds, ctx ends or Discord refuses for good.
func (a *Adapter) settle(ctx context.Context, what string, do func(context.Context) error) error {
	wait := a.c.timing.backoff
	for {
		err := do(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		if e, ok := errors.AsType[*apiError](err); ok {
			if e.Status == http.StatusUnauthorized {
				return fmt.Errorf("Discord refuses the token; copy it again from the application's Bot page: %w", err)
			}
			if e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests {
				return err
			}
			wait = max(wait, e.After)
		}
		a.log.Warn("Discord can't be reached yet", "what", what, "again_in", wait, "error", err)
		if err := pause(ctx, jitter(wait)); err != nil {
			return err
		}
		wait = min(wait*2, a.c.timing.backoffTo)
	}
}

var errStopping = errors.New("Attaché is stopping")

// take runs job in a goroutine of its own if there is room; it says false, and nothing happens, where there is none or
// where Run is ending.
func (a *Adapter) take(job func()) bool { return a.within(a.room, job) }

// aside runs a short job that needs no room, such as telling someone that there is none. In a flood some are dropped.
func (a *Adapter) aside(job func()) {
	if !a.within(a.beside, job) {
		a.counts.add("dropped")
	}
}

func (a *Adapter) within(places chan struct{}, job func()) bool {
	select {
	case places <- struct{}{}:
	default:
		return false
	}
	if !a.spawn(func() {
		defer func() { <-places }()
		job()
	}) {
		<-places
		return false
	}
	return true
}

// spawn runs job in a goroutine for which Run waits, unless Run is ending.
func (a *Adapter) spawn(job func()) bool {
	if !a.begin() {
		return false
	}
	go func() {
		defer a.end()
		defer a.recovered()
		job()
	}()
	return true
}

func (a *Adapter) begin() bool {
	a.jobs.Lock()
	defer a.jobs.Unlock()
	if a.jobs.closed {
		return false
	}
	a.jobs.n++
	return true
}

func (a *Adapter) end() {
	a.jobs.Lock()
	defer a.jobs.Unlock()
	a.jobs.n--
	if a.jobs.closed && a.jobs.n == 0 {
		close(a.jobs.idle)
	}
}

// recovered keeps one bad event from ending the process.
func (a *Adapter) recovered() {
	if p := recover(); p != nil {
		a.counts.add("panics")
		a.log.Error("a Discord event could not be handled", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	}
}

// drain waits for the jobs under way; then it ends their context, so that they say honestly that they could not finish.
func (a *Adapter) drain(stop context.CancelCauseFunc) {
	a.jobs.Lock()
	if !a.jobs.closed {
		a.jobs.closed = true
		if a.jobs.n == 0 {
			close(a.jobs.idle)
		}
	}
	n := a.jobs.n
	a.jobs.Unlock()
	if n > 0 {
		a.log.Info("finishing answers under way", "answers", n)
	}
	limit := time.NewTimer(a.c.Drain)
	defer limit.Stop()
	select {
	case <-a.jobs.idle:
		return
	case <-limit.C:
	}
	stop(errStopping)
	last := time.NewTimer(a.c.timing.grace + 8*time.Second)
	defer last.Stop()
	select {
	case <-a.jobs.idle:
	case <-last.C:
		a.log.Error("some answers could not be finished", "waited", a.c.Drain)
	}
}

// whoami asks Discord who the bot is, once.
func (a *Adapter) whoami(ctx context.Context) (identity, error) {
	if me := a.self.Load(); me != nil && me.Application != "" {
		return *me, nil
	}
	var user person
	if err := a.rest.again(ctx, call{what: "ask who the bot is", method: http.MethodGet, url: api("users", "@me")}, &user, true, 3); err != nil {
		return identity{}, err
	}
	me := identity{User: user.ID, Name: user.name(), Application: a.c.AppID}
	if me.Application == "" {
		var app struct {
			ID string `json:"id"`
		}
		if err := a.rest.again(ctx, call{what: "ask for the application", method: http.MethodGet, url: api("applications", "@me")}, &app, true, 3); err != nil {
			return identity{}, err
		}
		me.Application = app.ID
	}
	a.self.Store(&me)
	return me, nil
}

// me returns who the bot is as far as it is known.
func (a *Adapter) me() identity {
	if me := a.self.Load(); me != nil {
		return *me
	}
	return identity{}
}

// Counts returns how often things happened since New. Of the gateway: sessions_lost, reconnects, silences, stuck,
// identify_budget, undecodable. Of requests: acknowledged, duplicates, busy, late (the interaction's token was over), expired
// (an old button), hints, unended, slow_choices, dropped (an answer that reached nobody), unknown (one that may have), panics.
// Of the API: invalid (401 and 403), limited_user, limited_global, limited_shared, limited_cloudflare, registered,
// crossposts, crossposts_skipped, crossposts_failed, bad_signatures.
func (a *Adapter) Counts() map[string]int64 { return a.counts.all() }

// Status is whether the adapter hears Discord.
type Status struct {
	Connected bool      // every shard that is ours has a session
	Waiting   int       // shards whose lease another replica holds
	Shards    int       // how many it runs
	Last      time.Time // when the newest event came
}

// Status tells whether the adapter hears Discord now.
func (a *Adapter) Status() Status { return a.links.status() }
