// Package slack is Attaché in Slack.
//
// What Slack sends comes in by one of two doors, Socket Mode (socket.go) or signed HTTP (web.go), and goes through one
// decoder (decode.go), which makes a gesture of it: a mention, a direct message, a message in a thread, a slash command, a
// pressed button, an uninstall. The doors only verify, decode, put the gesture on the desk (desk.go) and acknowledge; they
// never wait for an answer. The desk's workers ask the Handler and bring its Reply back to where the gesture came from
// (answer.go): into the thread, through the response_url (respond.go), or for one pair of eyes.
//
// What goes out is drawn by Render: a message.Message becomes Block Kit and a complete plain text. Foreign text travels in
// rich_text elements, which Slack takes literally, or escaped; only the renderer makes tokens and links. Poster posts,
// finds and edits; it keeps to one message a second and channel, honours Retry-After per method, and says of every failure
// whether the message may have arrived.
//
// The manifest that creates the app (manifest.go) and the forms for what was left out (form.go) are made from the same table
// of commands that the bot runs. What waits for its answer is kept in a folder (inbox.go), so that a crash loses none.
// Several workspaces may add the app (install.go).
package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
	"attache/bot/message/punctual"
)

// Platform is the name of Slack in a message.Address.
const Platform = "slack"

// Handler is what the adapter needs of the bot.
type Handler interface {
	// Handle answers a request. A request whose ID was seen before gets the zero Reply.
	Handle(ctx context.Context, r bot.Request) (bot.Reply, error)
	// TakesPart says whether the bot has answered or posted in a conversation.
	TakesPart(ctx context.Context, conversation string) bool
	// Left suspends the digests of a workspace that the bot was taken out of.
	Left(ctx context.Context, platform, workspace string) error
	// Uninstalled deletes everything that belongs to a workspace. Twice is harmless.
	Uninstalled(ctx context.Context, platform, workspace string) error
}

// Config is what an Adapter is made of.
type Config struct {
	// BotToken is the workspace's bot token (xoxb-…). Required unless OAuth is set.
	BotToken string
	// OAuth lets several workspaces add the app; with a BotToken beside it, its workspace needs no installation. Nil: one
	// workspace.
	OAuth *OAuth
	// AppToken is the app-level token (xapp-…) that opens Socket Mode. One of AppToken and SigningSecret is required.
	AppToken string
	// SigningSecret verifies HTTP deliveries. With both set, Socket Mode is used and HTTP deliveries are taken too.
	SigningSecret string
	// APIURL is the base of the Web API; empty means Slack's.
	APIURL string
	// Handler answers. Required.
	Handler Handler
	// Seen remembers an id for 25 hours across restarts and tells whether it was there (bot.Memory.Seen). It is asked for
	// event ids and client_msg_ids; the Handler itself refuses a Request.ID that it has seen. Nil means that these two are
	// remembered in this process only.
	Seen func(ctx context.Context, id string, at time.Time) (before bool, err error)
	// Inbox is a folder for gestures that wait for their answer, so that a crash loses none; it is made where it is missing.
	// It belongs to this process alone. Empty means that what waits is lost with the process.
	Inbox string
	// Admins are user ids that may manage digests besides workspace admins and owners and a channel's creator.
	Admins []string
	// Agent says that the app was made from the agent manifest: direct messages are answered in threads, and sessions show
	// that Attaché is at work. What the workspace refuses is left out.
	Agent bool
	// Stream shows long answers in threads as they are written down, where the workspace allows it; else an answer is posted
	// whole, after a line that says that it is being worked on.
	Stream bool
	// Log is where the adapter tells what it does; nil discards.
	Log *slog.Logger
	// Now tells the time; nil means time.Now. Waiting for Slack's limits uses the machine's clock, whatever Now says.
	Now func() time.Time
	// HTTPClient calls the Web API; nil means one with a timeout of 15 seconds. Its Timeout should never be zero.
	HTTPClient *http.Client
	// Workers is how many gestures are answered at once; zero means 8.
	Workers int
	// Queue is how many gestures may wait; beyond it people are told to come back. Zero means 256.
	Queue int
	// Answer is how long one answer may take; zero means 2 minutes.
	Answer time.Duration
	// Patience is how long an answer may take before a line says that it is being worked on; zero means 3 seconds, negative
	// never.
	Patience time.Duration
	// Drain is how long answers in the making may take when Run's context ends; zero means 15 seconds.
	Drain time.Duration
	// Acknowledged hears how long each delivery waited for its acknowledgement; nil is skipped. It may not block.
	Acknowledged func(time.Duration)
	// Lease holds a name that only one replica may hold, here that of the Socket Mode connection; nil means that this is the
	// only replica. It returns when the name is ours; the context that it returns comes from ctx and ends when the name is
	// lost, and release gives it back.
	Lease func(ctx context.Context, name string) (held context.Context, release func(), err error)
}

// Adapter joins one Slack app to a Handler.
type Adapter struct {
	cfg     Config
	log     *slog.Logger
	http    *guard
	desk    *desk
	recent  *recent
	inbox   *inbox
	people  *people
	shares  *shares
	jobs    jobs
	refused refusals
	// prompted is what people were prompted about last.
	prompted prompted
	poster   *Poster
	health   health
	counts   counts
	// turned holds gestures that found the desk full, to be told so.
	turned chan gesture
	// forms holds gestures that open a modal.
	forms chan gesture
	// late counts forms whose answer the acknowledgement did not wait for.
	late sync.WaitGroup
	// open says whether gestures are taken: Run has identified itself and has not begun to drain. Whoever takes one over
	// HTTP holds door meanwhile.
	door sync.RWMutex
	open bool // guarded by door

	mu    sync.Mutex // guards what follows
	home  *team      // of Config.BotToken
	teams map[string]*team
}

// team is one workspace that the app is installed in.
type team struct {
	api    *slack.Client
	id     string // T…
	user   string // our own user id, U…
	bot    string // our bot id, B…
	scopes []string
	name   string // of the workspace, for people
}

// New makes an Adapter. It makes no calls; Run does.
func New(cfg Config) (*Adapter, error) {
	switch {
	case cfg.Handler == nil:
		return nil, errors.New("slack: Config.Handler is required")
	case cfg.BotToken == "" && cfg.OAuth == nil:
		return nil, errors.New("slack: one of Config.BotToken and Config.OAuth is required")
	case cfg.AppToken == "" && cfg.SigningSecret == "":
		return nil, errors.New("slack: one of Config.AppToken (Socket Mode) and Config.SigningSecret (HTTP) is required")
	}
	if cfg.APIURL == "" {
		cfg.APIURL = slack.APIURL
	}
	if !strings.HasSuffix(cfg.APIURL, "/") {
		cfg.APIURL += "/" // the library joins base and method without a separator
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = &http.Client{
			Timeout:   15 * time.Second, // the library's own has none
			Transport: punctual.Transport(http.DefaultTransport.(*http.Transport)),
		}
	}
	defaulted(&cfg.Workers, 8)
	defaulted(&cfg.Queue, 256)
	defaulted(&cfg.Answer, 2*time.Minute)
	defaulted(&cfg.Patience, 3*time.Second)
	defaulted(&cfg.Drain, 15*time.Second)
	if cfg.OAuth != nil {
		if err := cfg.OAuth.check(); err != nil {
			return nil, err
		}
	}
	kept, err := openInbox(cfg.Inbox)
	if err != nil {
		return nil, fmt.Errorf("slack: %w", err)
	}
	a := &Adapter{
		inbox:  kept,
		cfg:    cfg,
		log:    cfg.Log.With("platform", Platform),
		http:   &guard{client: cfg.HTTPClient},
		desk:   newDesk(cfg.Queue, max(1, cfg.Workers/4)),
		recent: newRecent(25*time.Hour, 50_000),
		turned: make(chan gesture, cfg.Queue),
		forms:  make(chan gesture, 64),
		teams:  map[string]*team{},
	}
	a.people = newPeople(a)
	a.shares = newShares(cfg.Now)
	a.poster = newPoster(a)
	return a, nil
}

func defaulted[T int | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// client makes a Web API client. Debugging stays off: it would print payloads and shorten Socket Mode connections.
func (a *Adapter) client(token string) *slack.Client {
	return slack.New(token,
		slack.OptionAPIURL(a.cfg.APIURL),
		slack.OptionAppLevelToken(a.cfg.AppToken),
		slack.OptionHTTPClient(a.http),
	)
}

// Run takes gestures and answers them until ctx ends; then it takes no more, gives the answers in the making Config.Drain
// to finish, tells those who asked where it couldn't, and returns nil. An error means that Slack refuses the tokens.
func (a *Adapter) Run(ctx context.Context) error {
	if err := a.identify(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	// Answers outlive ctx by Config.Drain.
	work, giveUp := context.WithCancelCause(context.WithoutCancel(ctx))
	defer giveUp(nil)
	var workers sync.WaitGroup
	for range a.cfg.Workers {
		workers.Go(func() { a.work(work) })
	}
	turning, stopTurning := context.WithCancel(work)
	var usher sync.WaitGroup
	usher.Go(func() { a.turnAway(turning) })
	opening, stopForms := context.WithCancel(work)
	var lanes sync.WaitGroup
	for range formLanes {
		lanes.Go(func() { a.formLane(opening) })
	}

	a.resume()
	a.setOpen(true)
	var err error
	if a.cfg.AppToken != "" {
		err = a.listen(ctx)
	} else {
		<-ctx.Done()
	}
	a.setOpen(false)
	stopForms()
	lanes.Wait()
	for len(a.forms) > 0 { // nobody adds to them any more
		if g := <-a.forms; g.what == run {
			a.desk.force(g)
		}
	}
	a.desk.close()

	drained := make(chan struct{})
	go func() { workers.Wait(); close(drained) }()
	limit := time.NewTimer(a.cfg.Drain)
	defer limit.Stop()
	select {
	case <-drained:
	case <-limit.C:
		left := a.desk.abandon()
		a.counts.add("cut_off")
		a.log.Warn("answers were cut off by the end of the drain", "waiting", len(left))
		giveUp(errStopping)
		<-drained
		a.apologise(left)
	}
	stopTurning()
	usher.Wait()
	a.late.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (a *Adapter) setOpen(open bool) {
	a.door.Lock()
	defer a.door.Unlock()
	a.open = open
}

var errStopping = errors.New("stopping")

// identify learns who we are. It tries until Slack answers or ctx ends; a refused token is an error.
func (a *Adapter) identify(ctx context.Context) error {
	if a.cfg.BotToken == "" {
		return nil // each workspace is known by its installation
	}
	wait := backoff{first: time.Second, most: time.Minute}
	for {
		_, err := a.team(ctx, "")
		if err == nil {
			return nil
		}
		if isAuth(err) {
			return fmt.Errorf("slack refuses the bot token: %w", safe(err))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		d := wait.next()
		a.health.failed(safe(err))
		a.log.Warn("slack does not answer; trying again", "error", safe(err), "after", d)
		if !sleep(ctx, d) {
			return ctx.Err()
		}
	}
}

// team returns a workspace: the one that Config.BotToken belongs to, asking Slack the first time, or one that has added the
// app. An empty name stands for the first.
func (a *Adapter) team(ctx context.Context, workspace string) (*team, error) {
	if a.cfg.BotToken == "" {
		return a.installed(ctx, workspace)
	}
	home, err := a.homeTeam(ctx)
	if err != nil {
		return nil, err
	}
	if a.cfg.OAuth == nil || workspace == "" || workspace == home.id {
		return home, nil
	}
	return a.installed(ctx, workspace)
}

func (a *Adapter) homeTeam(ctx context.Context) (*team, error) {
	a.mu.Lock()
	home := a.home
	a.mu.Unlock()
	if home != nil {
		return home, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	api := a.client(a.cfg.BotToken)
	who, err := api.AuthTestContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask slack who we are: %w", err)
	}
	home = &team{api: api, id: who.TeamID, user: who.UserID, bot: who.BotID, scopes: scopesOf(who.Header), name: who.Team}
	if home.user == "" || home.id == "" {
		return nil, errors.New("slack did not say who we are")
	}
	a.mu.Lock()
	a.home = home
	a.mu.Unlock()
	a.log.Info("joined the workspace", "workspace", home.id, "bot_user", home.user)
	if lack := a.missing(home.scopes); len(home.scopes) > 0 && len(lack) > 0 {
		a.log.Warn("the bot token lacks scopes that the manifest asks for; attache doctor says what to do", "missing", lack)
	}
	return home, nil
}

// self is our user id in a workspace, for the decoder; empty where it is not known yet. It asks nobody.
func (a *Adapter) self(workspace string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.teams[workspace]; t != nil {
		return t.user
	}
	if a.home != nil && (a.cfg.OAuth == nil || workspace == a.home.id) {
		return a.home.user
	}
	return ""
}

// Poster delivers to Slack. It may be used before and beside Run.
func (a *Adapter) Poster() *Poster { return a.poster }

// verdict is what became of a gesture at the door.
type verdict int

const (
	taken verdict = iota
	again         // it is known already
	full          // there is no room on the desk
	form          // a form asks for what was left out
)

// take puts a decoded gesture on the desk, unless it was there already.
func (a *Adapter) take(g gesture) verdict {
	if !a.recent.add(a.cfg.Now(), g.names()...) {
		a.counts.add("duplicates")
		a.log.Debug("a gesture came again", "kind", g.what)
		return again
	}
	if g.what == uninstalled {
		a.keep(g)
		a.desk.force(g)
		return taken
	}
	if a.askForm(g) && g.what == run {
		return form
	}
	if g.what != looking { // that is of the moment
		a.keep(g)
	}
	if a.desk.put(g) {
		return taken
	}
	a.drop(g)
	a.counts.add("busy")
	a.log.Warn("the desk is full", "kind", g.what)
	return full
}

// turn keeps a gesture that found the desk full, so that the person is told. It never blocks.
func (a *Adapter) turn(g gesture) {
	select {
	case a.turned <- g:
	default:
		a.counts.add("dropped")
		a.log.Error("a gesture was dropped: the desk is full and so is the line of those to be told", "kind", g.what)
	}
}

// sleep waits for d; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
