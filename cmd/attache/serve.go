package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"attache/adapters/console"
	"attache/adapters/discord"
	"attache/adapters/metrics"
	"attache/adapters/playground"
	"attache/adapters/press"
	"attache/adapters/slack"
	"attache/adapters/store"
	"attache/bot"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

type serveCmd struct{}

func (serveCmd) Run(ctx context.Context, p *program) error {
	s, err := p.settings()
	if err != nil {
		return err
	}
	// The port first: a second attache on the same address must not touch anything.
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("%w\nSet ATTACHE_LISTEN to a free address such as 127.0.0.1:8081, or stop what listens there", err)
	}
	defer listener.Close()
	log := p.log(s)
	d, err := p.openDesk(ctx, s, log, serves, nil)
	if err != nil {
		return err
	}
	defer d.close()
	h, err := p.openHouse(d)
	if err != nil {
		return err
	}
	return h.run(ctx, listener)
}

// house is everything that lives long in a serving process.
type house struct {
	*desk
	program     *program
	metrics     *metrics.Metrics
	bot         *bot.Bot
	clock       *digest.Clock
	courier     *digest.Courier
	alerts      *bot.AlertDesk
	corrections *bot.CorrectionDesk
	gatherer    *briefings.Gatherer
	playground  *playground.Playground
	slack       *slack.Adapter   // nil when it is off
	discord     *discord.Adapter // nil when it is off
	// interactions takes Discord's interactions by HTTP; nil when they come over the gateway.
	interactions http.Handler
	posters      map[string]message.Poster
	pictures     *illustrator  // nil when they are off
	stand        *press.Stand  // nil when feeds are off
	leases       *store.Holder // what only one replica may do
	draining     atomic.Bool
}

// openHouse wires the rooms together. Nothing runs yet.
func (p *program) openHouse(d *desk) (*house, error) {
	s, log := d.settings, d.log
	h := &house{desk: d, program: p, metrics: metrics.New(version()), posters: map[string]message.Poster{}, leases: d.store.NewHolder()}
	// Each platform's time. The playground's can be moved.
	now := map[string]func() time.Time{playground.Platform: func() time.Time { return h.playground.Now() }}
	if s.slackOn() {
		now[slack.Platform] = p.now
	}
	if s.DiscordToken != "" {
		now[discord.Platform] = p.now
	}

	var err error
	if h.pictures, err = newIllustrator(s, p.drawing, log); err != nil {
		return nil, err
	}
	if s.Feeds != "" {
		if h.stand, err = press.NewStand(press.StandConfig{Secret: s.Feeds, Feed: h.editions, Log: log}); err != nil {
			return nil, err
		}
	}
	h.gatherer, err = briefings.NewGatherer(briefings.GathererConfig{Engine: d.engine, Library: d.store, Fetcher: d.fetcher, Now: p.now, Log: log})
	if err != nil {
		return nil, err
	}
	roles := map[string]bot.Roles{} // Discord's, once it is there
	h.bot, err = bot.New(bot.Config{
		Newsroom: d.engine, Digests: d.store, Memory: d.store, Sources: h.gatherer, Managers: s.Managers, Zone: s.Zone, Now: p.now, Clocks: now, Log: log, Roles: roles,
		Hooks: h.metrics.Bot(), Timeline: h.pictures.timelines(),
		Preview: func(ctx context.Context, sub digest.Subscription) (*message.Message, error) {
			return h.courier.Preview(ctx, sub, now[sub.Address.Platform]())
		},
	})
	if err != nil {
		return nil, err
	}

	h.playground, err = playground.New(playground.Config{
		Bot: h.bot, Previews: previews(), Now: p.now, Advance: h.advance, Digests: h.playgroundDigests,
		Status:   func(context.Context) []playground.Feature { return h.features() },
		Examples: []string{"Who gave Kim Jong-un a new car?", "What did the ministry official say?", "How many seats does the car have?"},
		Hosts:    hosts(s), Zone: s.Zone, Version: version(), Log: log,
	})
	if err != nil {
		return nil, err
	}
	h.posters[playground.Platform] = h.playground.Poster()

	if err := h.openSlack(); err != nil {
		return nil, err
	}
	if s.DiscordToken != "" {
		config := discordConfig(s)
		config.Handler, config.Log, config.Now = noted{h.bot, d.store, p.now}, log, p.now
		config.Acknowledged = h.metrics.Acknowledged(discord.Platform)
		config.Lease = h.leases.Hold
		config.Guilds = func(ctx context.Context) ([]string, error) { return h.bot.Workspaces(ctx, discord.Platform) }
		if h.discord, err = discord.New(config); err != nil {
			return nil, err
		}
		h.posters[discord.Platform], roles[discord.Platform] = h.discord.Poster(), h.discord
		h.metrics.Platform(discord.Platform, func() bool { return h.discord.Status().Connected }, h.discord.Counts)
		if s.DiscordPublicKey != "" {
			if h.interactions, err = h.discord.Interactions(s.DiscordPublicKey); err != nil {
				return nil, err
			}
		}
	}

	wake := func(platform string) { h.courier.Wake(platform) }
	h.alerts, err = bot.NewAlertDesk(bot.AlertsConfig{
		Newsroom: d.engine, Board: d.store, Memory: d.store, Posters: h.posters, Now: now, Zone: s.Zone, Wake: wake, Log: log,
	})
	if err != nil {
		return nil, err
	}
	h.corrections, err = bot.NewCorrectionDesk(bot.CorrectionsConfig{
		Library: d.store, StoryOf: d.engine.StoryOf, Sees: d.engine.Sees, Board: d.store, Memory: d.store, Posters: h.posters, Now: now, Zone: s.Zone, Wake: wake, Log: log,
	})
	if err != nil {
		return nil, err
	}
	h.courier, err = digest.NewCourier(digest.CourierConfig{
		Store: d.store, Posters: h.posters, Compose: h.alerts.Compose, Render: h.renderDigest, Follow: h.followDigest, Now: now, Log: log, Owner: h.tellOwner,
		Hooks: h.metrics.Digest(),
	})
	if err != nil {
		return nil, err
	}
	h.metrics.Standing(h.standing)
	h.clock, err = digest.NewClock(digest.ClockConfig{Store: d.store, Platforms: now, Log: log, Hooks: h.metrics.Digest()})
	if err != nil {
		return nil, err
	}
	return h, nil
}

// run serves until ctx ends, then lets answers in the making finish, for settings.Drain at the most.
func (h *house) run(ctx context.Context, listener net.Listener) error {
	h.welcome(listener.Addr().String())
	if h.program.ready != nil {
		h.program.ready(listener.Addr().String())
	}
	g, ctx := errgroup.WithContext(ctx)
	server := &http.Server{Handler: h.routes(), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute, BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) }}
	g.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("web side: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		h.draining.Store(true)
		h.log.Info("stopping: answers in the making may finish", "within", h.settings.Drain)
		h.playground.Close()
		end, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), h.settings.Drain, errors.New("the time to finish is over"))
		defer cancel()
		if err := server.Shutdown(end); err != nil {
			server.Close()
		}
		return nil
	})
	g.Go(func() error { return h.leases.While(ctx, "planner", h.clock.Run) })
	g.Go(func() error { return h.store.RunQueue(ctx, h.courier.Wake) })
	g.Go(func() error { return h.courier.Run(ctx) })
	g.Go(func() error { return h.leases.While(ctx, "gatherer", h.gatherer.Run) })
	g.Go(func() error { return h.leases.While(ctx, "alerts", h.alerts.Run) })
	g.Go(func() error { return h.leases.While(ctx, "corrections", h.corrections.Run) })
	g.Go(func() error { return h.housekeeping(ctx) })
	g.Go(func() error {
		if err := h.engine.HearArrivals(ctx); ctx.Err() == nil {
			return err
		}
		return nil
	})
	if h.slack != nil {
		g.Go(func() error { return h.slack.Run(ctx) })
	}
	if h.discord != nil {
		g.Go(func() error { return h.discord.Run(ctx) })
	}
	err := g.Wait()
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	h.log.Info("stopped", "err", err)
	return err
}

// housekeeping takes in what other replicas have read and deletes what is past its time.
func (h *house) housekeeping(ctx context.Context) error {
	load, tidy := time.NewTicker(2*time.Second), time.NewTicker(time.Hour)
	defer load.Stop()
	defer tidy.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-load.C:
			err := h.engine.Load(ctx, nil)
			if err != nil && ctx.Err() == nil && !failing {
				h.log.Error("new articles could not be loaded", "err", err)
			}
			failing = err != nil
		case <-tidy.C:
			if err := h.store.Tidy(ctx, h.program.now()); err != nil && ctx.Err() == nil {
				h.log.Error("old records could not be deleted", "err", err)
			}
			if err := h.tellFailing(ctx); err != nil && ctx.Err() == nil {
				h.log.Error("channels could not be told of their failing sources", "err", err)
			}
			if err := h.forgetDeparted(ctx); err != nil && ctx.Err() == nil {
				h.log.Error("the data of servers that were left could not be deleted", "err", err)
			}
		}
	}
}

// routes is the web side.
func (h *house) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", h.readyz)
	mux.Handle("GET /metrics", h.metrics.Handler())
	h.platformRoutes(mux)
	if h.stand != nil {
		mux.Handle("/editions/", h.stand.Handler())
	}
	mux.Handle("/", h.playground.Handler())
	return mux
}

// readyz answers 200 when questions can be answered: the database can be written, each platform that is on is connected or
// was a moment ago, and nothing is shutting down. Below the first line it says how each platform stands.
func (h *house) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeoutCause(r.Context(), 3*time.Second, errors.New("the database did not answer within 3 s"))
	defer cancel()
	switch err := h.store.Ping(ctx); {
	case h.draining.Load():
		http.Error(w, "stopping", http.StatusServiceUnavailable)
	case err != nil:
		h.log.Error("not ready", "err", err)
		http.Error(w, "the database can't be used; the log says why", http.StatusServiceUnavailable)
	default:
		lines, ready := h.standings()
		word := "ready"
		if !ready {
			word = "not ready: a platform is not connected"
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprintln(w, strings.Join(append([]string{word}, lines...), "\n"))
	}
}

// advance delivers what is due in the playground up to a time that its reader has moved the clock to.
func (h *house) advance(ctx context.Context, _ time.Time) error {
	if _, err := h.clock.Tick(ctx, playground.Platform); err != nil {
		return err
	}
	if _, err := h.alerts.Look(ctx, playground.Platform); err != nil {
		return err
	}
	for {
		n, err := h.courier.Work(ctx, playground.Platform)
		if err != nil || n == 0 {
			return err
		}
	}
}

// playgroundDigests lists the digests of the playground's channels.
func (h *house) playgroundDigests(ctx context.Context) ([]playground.Digest, error) {
	subs, err := h.store.Subscriptions(ctx, digest.Filter{Platform: playground.Platform})
	if err != nil {
		return nil, err
	}
	var out []playground.Digest
	for _, s := range subs {
		language := h.bot.Language(ctx, s.Address)
		out = append(out, playground.Digest{
			ID: s.ID, Channel: s.Address.Channel, Schedule: s.Schedule.WordsIn(language), Beat: present.About(s.Beat, language), Zone: s.Schedule.Zone,
			NextAt: s.NextAt, Paused: s.Paused, Reason: s.Reason,
		})
	}
	return out, nil
}

// tellOwner tells whoever added a digest that its channel can't be reached, in a direct message where the platform has them.
func (h *house) tellOwner(ctx context.Context, s digest.Subscription, reason string) {
	to, ok := h.posters[s.Address.Platform].(message.Director)
	if !ok || s.Owner == "" {
		return
	}
	if err := to.Direct(ctx, s.Address.Workspace, s.Owner, present.DigestUnreachable(s.ID, reason, present.Reader{Locale: h.bot.Language(ctx, s.Address), Now: h.program.now()})); err != nil {
		h.log.Warn("the owner of a digest could not be told that its channel is gone", "digest", s.ID, "err", err)
	}
}

// renderDigest words an edition for the channel of s, in its language.
func (h *house) renderDigest(s digest.Subscription, d digest.Delivery, e briefings.Edition) *message.Message {
	ctx, cancel := context.WithTimeoutCause(context.Background(), 5*time.Second, errors.New("the database did not tell a channel's language within 5 s"))
	defer cancel()
	issue := present.Issue{Subscription: s.ID, Slot: d.Slot, Zone: s.Schedule.Zone, Late: d.Late, Locale: h.bot.Language(ctx, s.Address)}
	m := present.Edition(e, issue)
	if len(e.Items) > 0 { // a quiet day calls nobody
		m.Ping = h.bot.Ping(ctx, s.Address)
	}
	return h.pictures.illustrated(context.WithoutCancel(ctx), m, e, issue) // drawing has a limit of its own
}

// followDigest words the stories of an edition in full, for the thread under it.
func (h *house) followDigest(s digest.Subscription, d digest.Delivery, e briefings.Edition) []*message.Message {
	ctx, cancel := context.WithTimeoutCause(context.Background(), 5*time.Second, errors.New("the database did not tell a channel's language within 5 s"))
	defer cancel()
	return []*message.Message{present.InFull(e, present.Issue{Subscription: s.ID, Slot: d.Slot, Zone: s.Schedule.Zone, Locale: h.bot.Language(ctx, s.Address)})}
}

// previews are the forms that the playground can show: what the two adapters would send.
func previews() []playground.Preview {
	return []playground.Preview{{Name: "Slack", Render: slack.RenderJSON, Fit: slack.Fit}, {Name: "Discord", Render: discord.RenderJSON, Fit: discord.Fit}}
}

// hosts are the names under which the playground may be opened beside loopback.
func hosts(s settings) []string {
	out := s.Hosts
	if host, _, err := net.SplitHostPort(s.Listen); err == nil && host != "" {
		if ip := net.ParseIP(host); ip == nil || !ip.IsUnspecified() {
			out = append(out, host)
		}
	}
	return out
}

// features tells what is on, what is off and why.
func (h *house) features() []playground.Feature {
	s := h.settings
	out := []playground.Feature{{Name: "Playground", On: true, Words: "this page"}}
	switch {
	case h.slack == nil:
		out = append(out, playground.Feature{Name: "Slack", Words: "off: SLACK_BOT_TOKEN is not set. `attache manifest slack` prints the app to create."})
	case s.SlackAppToken != "":
		out = append(out, playground.Feature{Name: "Slack", On: true, Words: "on, by Socket Mode" + several(s)})
	default:
		out = append(out, playground.Feature{Name: "Slack", On: true, Words: "on, by HTTP events at /slack/events" + several(s)})
	}
	if h.discord == nil {
		out = append(out, playground.Feature{Name: "Discord", Words: "off: DISCORD_BOT_TOKEN is not set. `attache manifest discord` says how to create the application."})
	} else if h.interactions != nil {
		out = append(out, playground.Feature{Name: "Discord", On: true, Words: "on, with interactions by HTTP at /discord/interactions"})
	} else {
		out = append(out, playground.Feature{Name: "Discord", On: true, Words: "on"})
	}
	engine := "embedded: quotes its sources word for word, no model, no network"
	if h.model != nil {
		engine = "embedded, with answers worded by " + h.model.Name() + " and checked word for word"
	}
	out = append(out, playground.Feature{Name: "Engine", On: true, Words: engine})
	words := "SQLite in " + s.Data
	if s.Database != "" {
		words = "Postgres at " + h.store.Place()
	}
	return append(out, playground.Feature{Name: "Database", On: true, Words: words})
}

// several says where further workspaces add the Slack app.
func several(s settings) string {
	if s.SlackClientID == "" {
		return ""
	}
	return "; workspaces add it at " + s.URL + "/slack/install"
}

// welcome says on the terminal what is on, what is off and why, and where to look.
func (h *house) welcome(address string) {
	host, port, _ := net.SplitHostPort(address)
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nAttaché %s\n\n", version())
	for _, f := range h.features() {
		mark := "off"
		if f.On {
			mark = "on "
		}
		words := strings.TrimPrefix(strings.TrimPrefix(f.Words, "off: "), "on, ")
		if f.Name == "Playground" {
			words = "http://" + net.JoinHostPort(host, port)
		}
		fmt.Fprintf(&b, "  %s  %-10s  %s\n", mark, f.Name, words)
	}
	fmt.Fprintf(&b, "\n  Open http://%s in a browser, or ask here in another terminal: attache ask \"Who gave Kim Jong-un a car?\"\n  Stop with Ctrl-C.\n\n", net.JoinHostPort(host, port))
	fmt.Fprint(h.program.err, b.String())
}

// bot makes a bot without digests' previews and without metrics, for one person in a terminal.
func (d *desk) bot(p *program) (*bot.Bot, error) {
	return bot.New(bot.Config{
		Newsroom: d.engine, Digests: d.store, Memory: d.store, Managers: []string{"everyone"}, Operators: []string{console.Platform}, Zone: d.settings.Zone, Now: p.now, Log: d.log,
	})
}
