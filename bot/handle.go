package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// Newsroom is what the bot needs of *briefings.Engine, whose methods say what each promises.
type Newsroom interface {
	Ask(ctx context.Context, q briefings.Question) (briefings.Answer, error)
	ReadLink(ctx context.Context, url string) (a briefings.Article, isNew bool, err error)
	Read(ctx context.Context, r briefings.Report) (a briefings.Article, isNew bool, err error)
	Compose(ctx context.Context, a briefings.Assignment) (briefings.Edition, error)
	Fates(ctx context.Context, a briefings.Assignment) ([]briefings.Fate, error)
	Who(ctx context.Context, actor string, asOf time.Time) (briefings.Profile, error)
	Statements(a briefings.Article) []briefings.Statement
	Articles(ctx context.Context, limit int) ([]briefings.Article, error)
	Stories(ctx context.Context, w briefings.Window, limit int) ([]briefings.Story, error)
	StoryOf(ctx context.Context, article string) (briefings.Story, error)
	Counterparts(ctx context.Context, articles []string, most int) ([]briefings.Counterpart, error)
}

var _ Newsroom = (*briefings.Engine)(nil)

// Sources is what the bot needs of *briefings.Gatherer.
type Sources interface {
	// Sources returns the sources that are followed, in the order in which they were added.
	Sources(ctx context.Context) ([]briefings.Source, error)
	// Preview polls s once and keeps nothing. An error is readable by the person who sent the link; a *briefings.ListError says
	// that it is a list of sources.
	Preview(ctx context.Context, s briefings.Source) (briefings.Preview, error)
	// Follow polls s once, reads what it lists and keeps it. What it lists is no news, but for the s.First newest reports. An error is readable by the person who sent the link, unless it
	// is a briefings.ErrNotKept, and nothing was kept.
	Follow(ctx context.Context, s briefings.Source) (kept briefings.Source, articles int, err error)
	// Register keeps sources that are read for the first time when their turn comes.
	Register(ctx context.Context, sources ...briefings.Source) error
	// Change makes a person's change of a source; briefings.ErrNotFound when there is none.
	Change(ctx context.Context, id string, edit func(*briefings.Source)) (briefings.Source, error)
	// RemoveSource forgets a source; briefings.ErrNotFound when there is none.
	RemoveSource(ctx context.Context, id string) error
}

var _ Sources = (*briefings.Gatherer)(nil)

// Config is what a Bot is made of.
type Config struct {
	// Newsroom answers, composes and reads. Required. *briefings.Engine is one.
	Newsroom Newsroom
	// Digests keeps the standing orders. Required.
	Digests digest.Store
	// Memory keeps conversations, votes and settings. Required.
	Memory Memory
	// Preview composes what a digest would say now, without posting or keeping anything: Courier.Preview. Nil means that
	// digest preview says that it is not available here.
	Preview func(ctx context.Context, s digest.Subscription) (*message.Message, error)
	// Timeline draws the moments of a story; ok is false where there is no picture of them. Nil means that no pictures are drawn.
	Timeline func(ctx context.Context, headline string, moments []present.Moment, r present.Reader) (picture message.Image, ok bool)
	// Sources follows feeds: *briefings.Gatherer. Nil means that the source commands say that it is not available here.
	Sources Sources
	// Managers are the user ids that may manage any channel where the platform does not tell; "everyone" stands for all.
	Managers []string
	// Limits bound what one person and one workspace may ask. Zero fields take defaults.
	Limits Limits
	// Zone is the IANA zone of people and channels that have not said theirs; empty means UTC.
	Zone string
	// Now tells the time; nil means time.Now.
	Now func() time.Time
	// Clocks tell the time, by platform, where it is not Now's: the playground's clock can be moved, also back.
	Clocks map[string]func() time.Time
	// Roles know, by platform, the roles that a channel's digests may ring. Where a platform is missing nobody is rung.
	Roles map[string]Roles
	// Operators are the platforms whose people are the operator: the terminal. They see what every workspace has, and what they
	// paste is everyone's.
	Operators []string
	// Log is where the bot tells what it does; nil discards.
	Log *slog.Logger
	// Hooks hear what happens, for metrics; nil ones are skipped.
	Hooks Hooks
}

// Limits bound what one person and one workspace may ask.
type Limits struct {
	// Question is how many characters a question may have; zero means 4000.
	Question int
	// PerUser is how many requests a person may make a minute; zero means 60. A negative number means no limit.
	PerUser int
	// PerWorkspace is how many requests a workspace may make a minute; zero means 1200. A negative number means no limit.
	PerWorkspace int
	// Answer is how long the newsroom may take; zero means 45 s.
	Answer time.Duration
	// Digests is how many digests a channel may have; zero means 20.
	Digests int
	// Sources is how many sources a channel may follow; zero means 50.
	Sources int
	// Watches is how long a channel's watch list may be; zero means 50.
	Watches int
}

// Hooks hear what happens. None may block.
type Hooks struct {
	// Handled hears of every request that was not a duplicate: its platform, its command ("ask", "digest add", "click
	// evidence"), what became of it ("answered", "disputed", "not_in_sources", "done", "refused", "busy", "failed") and how
	// long it took.
	Handled func(platform, command, outcome string, took time.Duration)
	// Duplicate hears of a request that was seen before.
	Duplicate func(platform string)
	// Voted hears of a vote.
	Voted func(platform string, helpful bool)
}

// Bot turns requests into replies. It is safe for concurrent use.
type Bot struct {
	c          Config
	users      *meters
	workspaces *meters
	known      suggestions
}

// New makes a Bot.
func New(c Config) (*Bot, error) {
	switch {
	case c.Newsroom == nil:
		return nil, errors.New("a bot needs a newsroom")
	case c.Digests == nil:
		return nil, errors.New("a bot needs a store of digests")
	case c.Memory == nil:
		return nil, errors.New("a bot needs a memory")
	}
	if c.Zone == "" {
		c.Zone = "UTC"
	}
	if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "Local" {
		return nil, fmt.Errorf("the bot's time zone %q is no IANA name", c.Zone)
	}
	for _, d := range []struct {
		field *int
		value int
	}{
		{&c.Limits.Question, 4000}, {&c.Limits.PerUser, 60}, {&c.Limits.PerWorkspace, 1200}, {&c.Limits.Digests, 20},
		{&c.Limits.Sources, 50}, {&c.Limits.Watches, 50},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if c.Limits.Answer == 0 {
		c.Limits.Answer = 45 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	const people = 20_000 // a token bucket takes some 300 bytes
	return &Bot{c: c, users: newMeters(c.Limits.PerUser, people), workspaces: newMeters(c.Limits.PerWorkspace, people)}, nil
}

// visit is one request on its way through the bot.
type visit struct {
	Request
	// question is what was asked, asked the same where everybody in the channel can read it.
	question, asked string
	private         bool // only the person sees the reply
	command         string
	outcome         string // for Hooks.Handled
	why             *briefings.Why
	lacks           []string // arguments, for Reply.Lacks
}

// Handle answers a request. The error is not nil only when ctx ended first; the Reply then says honestly that nothing came
// of it. Everything else that goes wrong is told in the Reply.
func (b *Bot) Handle(ctx context.Context, r Request) (reply Reply, err error) {
	began := b.c.Now()
	// Whichever is later: a platform's clock may have been moved forward, and what was read since the gesture counts.
	now := began
	if clock := b.c.Clocks[r.Address.Platform]; clock != nil {
		now = clock()
	}
	if r.At.Before(now) {
		r.At = now
	}
	if r.ID != "" {
		// The adapters mark ids of their own in the same memory.
		before, err := b.c.Memory.Seen(ctx, "handled:"+r.Address.Platform+":"+r.ID, began)
		if err != nil {
			return b.failed(ctx, &visit{Request: r}, fmt.Errorf("look whether the request was seen before: %w", err))
		}
		if before {
			if b.c.Hooks.Duplicate != nil {
				b.c.Hooks.Duplicate(r.Address.Platform)
			}
			return Reply{}, nil
		}
	}
	v := &visit{Request: r, command: string(r.Kind), outcome: "done"}
	defer func() {
		if p := recover(); p != nil {
			b.c.Log.ErrorContext(ctx, "handling a request broke off", "panic", p, "stack", string(debug.Stack()))
			reply, err = b.failed(ctx, v, fmt.Errorf("panic: %v", p))
		}
		if b.c.Hooks.Handled != nil {
			b.c.Hooks.Handled(r.Address.Platform, v.command, v.outcome, b.c.Now().Sub(began))
		}
	}()
	r.User.Locale = b.locale(ctx, r)
	v.User.Locale = r.User.Locale
	if wait, workspace := b.tooMuch(r); wait > 0 {
		v.outcome = "busy"
		return Reply{Message: present.Busy(wait, workspace, b.reader(ctx, r)), Private: true, Busy: true}, nil
	}
	limited, cancel := context.WithTimeout(b.bringing(ctx, r), b.c.Limits.Answer)
	defer cancel()
	m, err := b.answer(limited, v)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			v.outcome = "failed"
			b.c.Log.WarnContext(ctx, "a request took too long", "command", v.command, "limit", b.c.Limits.Answer)
			return Reply{Message: present.TooSlow(b.reader(ctx, r)), Private: v.private}, nil
		}
		return b.failed(ctx, v, err)
	}
	if m == nil {
		return Reply{}, nil
	}
	m.Locale = v.User.Locale
	return Reply{Message: m, Private: v.private, Why: v.why, Lacks: v.lacks}, nil
}

// failed tells the person that something went wrong on our side, and the log what. An end of ctx is told as what it is.
func (b *Bot) failed(ctx context.Context, v *visit, cause error) (Reply, error) {
	v.outcome = "failed"
	if ctx.Err() != nil {
		return Reply{Message: present.Interrupted(present.Reader{Locale: v.User.Locale}), Private: v.private}, ctx.Err()
	}
	reference := newID(6)
	b.c.Log.ErrorContext(ctx, "a request could not be handled", "reference", reference, "command", v.command, "address", v.Address.String(), "error", cause)
	return Reply{Message: present.Problem(reference, present.Reader{Locale: v.User.Locale}), Private: v.private}, nil
}

// tooMuch says how long a person or a workspace has to wait.
func (b *Bot) tooMuch(r Request) (wait time.Duration, workspace bool) {
	place := r.Address.Platform + "/" + r.Address.Workspace
	now := b.c.Now()
	if r.User.ID != "" {
		if wait = b.users.wait(place+"/"+r.User.ID, now); wait > 0 {
			return wait, false
		}
	}
	if r.Address.Workspace == "" { // direct messages share none
		return 0, false
	}
	return b.workspaces.wait(place, now), true
}

// answer finds out what is wanted and does it.
func (b *Bot) answer(ctx context.Context, v *visit) (*message.Message, error) {
	if v.Kind == Click {
		return b.click(ctx, v)
	}
	// Count characters only where bytes allow it: 10 MB are refused before anything looks at them.
	n := b.c.Limits.Question
	if pastes.MatchString(v.Text[:min(len(v.Text), 40)]) {
		n = max(n, mostPasted)
	}
	if len(v.Text) > 4*n || utf8.RuneCountInString(v.Text) > n {
		v.command, v.outcome, v.private = "ask", "refused", true
		return present.TooLong(n, b.reader(ctx, v.Request)), nil
	}
	in, err := b.invocation(v)
	if err != nil {
		v.outcome, v.private = "refused", true
		reader := b.reader(ctx, v.Request)
		if missing, ok := errors.AsType[*MissingArgError](err); ok {
			v.command = missing.Command.Name
			return present.Missing(usage(missing.Command), missing.Names, reader), nil
		}
		if unknown, ok := errors.AsType[*UnknownCommandError](err); ok {
			v.command = "unknown"
			return present.UnknownCommand(message.Clean(unknown.Command), unknown.Near, reader), nil
		}
		return nil, err
	}
	v.command, v.private = in.Command.Name, in.Command.Private
	if in.Command.Manages {
		allowed, told, err := b.mayManage(ctx, v)
		if err != nil {
			return nil, err
		}
		if !allowed {
			v.outcome, v.private = "refused", true
			return present.NotAllowed(in.Command.Name, told, b.reader(ctx, v.Request)), nil
		}
	}
	return b.run(ctx, v, in)
}

// invocation is the command that a request asks for.
func (b *Bot) invocation(v *visit) (Invocation, error) {
	if v.Command == "" {
		return Parse(message.Clean(v.Text))
	}
	c, ok := CommandNamed(v.Command)
	if !ok {
		var names []string
		for _, c := range Commands() {
			names = append(names, c.Name)
		}
		return Invocation{}, &UnknownCommandError{Command: v.Command, Near: nearest(strings.ToLower(v.Command), names)}
	}
	in := Invocation{Command: c, Args: map[string]string{}}
	for _, a := range c.Args {
		if value := strings.TrimSpace(message.Clean(v.Args[a.Name])); value != "" {
			most := b.c.Limits.Question
			if a.Kind == ArgPassage {
				most = max(most, mostPasted+1) // one that is longer is refused, not cut
			}
			if utf8.RuneCountInString(value) > most {
				value = string([]rune(value)[:most])
			}
			in.Args[a.Name] = value
		}
	}
	return in, in.complete()
}

// run does what a command says. Every command of the table is here.
func (b *Bot) run(ctx context.Context, v *visit, in Invocation) (*message.Message, error) {
	if !v.private {
		v.private = b.setting(ctx, v.Address, settingAnswers) == answersPrivate
	}
	switch in.Command.Name {
	case "ask":
		return b.ask(ctx, v, in.Args["question"])
	case "latest":
		return b.latest(ctx, v, in.Args["topic"])
	case "story":
		return b.story(ctx, v, in.Args["topic"])
	case "who":
		return b.who(ctx, v, in)
	case "why":
		return b.why(ctx, v, in)
	case "sources":
		return b.sources(ctx, v)
	case "help":
		return b.help(ctx, v, in.Args["command"])
	case "digest add":
		return b.digestAdd(ctx, v, in.Args)
	case "digest list":
		return b.digestList(ctx, v)
	case "digest edit":
		return b.digestEdit(ctx, v, in.Args)
	case "digest pause":
		return b.digestPause(ctx, v, in.Args["digest"])
	case "digest resume":
		return b.digestResume(ctx, v, in.Args["digest"])
	case "digest remove":
		return b.digestRemove(ctx, v, in.Args["digest"])
	case "digest review":
		return b.digestReview(ctx, v, in.Args)
	case "digest preview":
		return b.digestPreview(ctx, v, in.Args["digest"])
	case "source add", "source remove", "source list", "source pause", "source resume", "source review", "source unreview":
		return b.source(ctx, v, in)
	case "source paste":
		return b.sourcePaste(ctx, v, in)
	case "watch add":
		return b.watchAdd(ctx, v, in.Args["watch"])
	case "watch remove":
		return b.watchRemove(ctx, v, in.Args["watch"])
	case "watch list":
		return b.watchList(ctx, v)
	case "watch mode":
		return b.watchMode(ctx, v, in.Args["mode"])
	case "watch quiet":
		return b.watchQuiet(ctx, v, in.Args["hours"])
	case "watch limit":
		return b.watchLimit(ctx, v, in.Args["number"])
	case "settings":
		return b.settings(ctx, v, in.Args["setting"], in.Args["value"])
	}
	return nil, fmt.Errorf("the command %q is in the table and nobody does it", in.Command.Name)
}

// reader is the person who asks, as far as words are concerned. Their own zone goes before that of the channel.
func (b *Bot) reader(ctx context.Context, r Request) present.Reader {
	zone, _ := time.LoadLocation(b.zone(ctx, r))
	return present.Reader{Locale: r.User.Locale, Zone: zone, Now: r.At}
}

// zone is the IANA zone of a reader: their own, the channel's, or the bot's.
func (b *Bot) zone(ctx context.Context, r Request) string {
	if name, err := digest.ParseZone(r.User.Zone); err == nil {
		return name
	}
	if name := b.setting(ctx, r.Address, settingZone); name != "" {
		return name
	}
	return b.c.Zone
}

// help shows all commands or one.
func (b *Bot) help(ctx context.Context, v *visit, name string) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	if name == "" {
		var all []present.Usage
		for _, c := range CommandsIn(reader.Locale) {
			all = append(all, usage(c))
		}
		return present.Help(all, reader), nil
	}
	if c, ok := commandNamed(name, reader.Locale); ok {
		return present.HelpCommand(usage(c), reader), nil
	}
	// "help digest" shows the whole group.
	var group []present.Usage
	var names []string
	for _, c := range CommandsIn(reader.Locale) {
		names = append(names, c.Name)
		if c.Group() == strings.ToLower(strings.TrimSpace(name)) {
			group = append(group, usage(c))
		}
	}
	if len(group) > 0 {
		return present.Help(group, reader), nil
	}
	v.outcome = "refused"
	return present.UnknownCommand(name, nearest(strings.ToLower(name), names), reader), nil
}

// usage is a command as the help text shows it.
func usage(c Command) present.Usage {
	u := present.Usage{Name: c.Name, Line: c.Usage(), Summary: c.Summary, Examples: c.Examples, Manages: c.Manages}
	for _, a := range c.Args {
		u.Args = append(u.Args, present.UsageArg{Name: a.Name, Help: a.Help, Required: a.Required})
	}
	return u
}

// mayManage says whether a person may manage the channel, and whether it was the platform that said no.
func (b *Bot) mayManage(ctx context.Context, v *visit) (allowed, told bool, err error) {
	if v.User.Manages == PermissionYes {
		return true, false, nil
	}
	chosen, err := b.c.Memory.Setting(ctx, scope(v.Address), settingManagers)
	if err != nil {
		return false, false, fmt.Errorf("read who manages %s: %w", v.Address, err)
	}
	if names := strings.Fields(chosen); slices.Contains(names, everyone) || v.User.ID != "" && slices.Contains(names, v.User.ID) {
		return true, false, nil
	}
	if v.User.Manages == PermissionNo {
		return false, true, nil
	}
	return slices.Contains(b.c.Managers, everyone) || v.User.ID != "" && slices.Contains(b.c.Managers, v.User.ID), false, nil
}

const everyone = "everyone"

// Seeing is ctx for somebody who looks around at a place: only what its people may see is shown.
func (b *Bot) Seeing(ctx context.Context, at message.Address) context.Context {
	return b.seeing(ctx, at)
}

func (b *Bot) seeing(ctx context.Context, at message.Address) context.Context {
	return briefings.Viewing(ctx, b.viewer(at))
}

// bringing is ctx for a request: what it brings belongs to its workspace, that of a direct message to the person.
func (b *Bot) bringing(ctx context.Context, r Request) context.Context {
	if viewer := b.viewer(r.Address); r.Direct && viewer != briefings.Everything {
		return briefings.ViewingAlone(ctx, viewer)
	}
	return b.seeing(ctx, r.Address)
}

// viewer is who looks at a place.
func (b *Bot) viewer(at message.Address) string {
	if slices.Contains(b.c.Operators, at.Platform) {
		return briefings.Everything
	}
	return scope(at)
}

// scope is the key of a channel's settings.
func scope(a message.Address) string {
	return message.Address{Platform: a.Platform, Workspace: a.Workspace, Channel: a.Channel}.String()
}

// place is where a digest goes that is set up at a: the channel, also when it is set up in one of its threads.
func place(a message.Address) message.Address {
	a.Thread = ""
	return a
}

// letters of ids: no vowels, so that no word comes out, and nothing that is easily confused.
const letters = "bcdfghjkmnpqrstvwxz23456789"

// newID returns n random letters. Twelve are 57 bits: enough for an id that must not be guessed.
func newID(n int) string {
	out := make([]byte, 0, n)
	raw := make([]byte, 2*n)
	for len(out) < n {
		rand.Read(raw) // never fails (package crypto/rand)
		for _, c := range raw {
			// 9 * 27 = 243: what is above would make the first letters likelier.
			if int(c) < 9*len(letters) && len(out) < n {
				out = append(out, letters[int(c)%len(letters)])
			}
		}
	}
	return string(out)
}

// TakesPart says whether the bot has answered or posted in a conversation, so that a message there without a mention is
// meant for it. The key of a thread is its Address.String(): a thread under a digest is found by it.
func (b *Bot) TakesPart(ctx context.Context, conversation string) bool {
	if conversation == "" {
		return false
	}
	turns, err := b.c.Memory.Turns(ctx, conversation, 1)
	if err != nil {
		b.c.Log.WarnContext(ctx, "a conversation could not be looked up", "error", err)
		return false
	}
	if len(turns) > 0 {
		return true
	}
	_, found := b.digestOf(ctx, conversation)
	return found
}

// Left suspends the digests of a workspace that the bot was taken out of; they come back with digest resume.
func (b *Bot) Left(ctx context.Context, platform, workspace string) error {
	if workspace == "" {
		return nil // direct messages have no place that one could be taken out of
	}
	subscriptions, err := b.c.Digests.Subscriptions(ctx, digest.Filter{Platform: platform, Workspace: workspace})
	if err != nil {
		return fmt.Errorf("list the digests of %s/%s: %w", platform, workspace, err)
	}
	var problems []error
	for _, s := range subscriptions {
		if s.Paused {
			continue
		}
		if _, err := b.change(ctx, s, func(s digest.Subscription) digest.Subscription {
			s.Paused, s.Reason = true, present.DigestSuspended(b.Language(ctx, s.Address))
			return s
		}); err != nil && !errors.Is(err, digest.ErrNotFound) {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

// Workspaces are the places of a platform that have digests running, so that an adapter can look whether it is still in them.
func (b *Bot) Workspaces(ctx context.Context, platform string) ([]string, error) {
	subscriptions, err := b.c.Digests.Subscriptions(ctx, digest.Filter{Platform: platform})
	if err != nil {
		return nil, fmt.Errorf("list the digests of %s: %w", platform, err)
	}
	var out []string
	for _, s := range subscriptions {
		if s.Address.Workspace != "" && !s.Paused && !slices.Contains(out, s.Address.Workspace) {
			out = append(out, s.Address.Workspace)
		}
	}
	return out, nil
}

// disowner is a Newsroom that has in memory what a workspace owned.
type disowner interface{ Disown(workspace string) }

// Uninstalled deletes everything that belongs to a workspace. Twice is harmless.
func (b *Bot) Uninstalled(ctx context.Context, platform, workspace string) error {
	if workspace == "" {
		return errors.New("forget a workspace: none is named")
	}
	var problems []error
	if b.c.Sources != nil {
		sources, err := b.c.Sources.Sources(ctx)
		if err != nil {
			problems = append(problems, fmt.Errorf("list the sources of %s/%s: %w", platform, workspace, err))
		}
		for _, s := range sources {
			if !strings.HasPrefix(s.Owner, platform+"/"+workspace+"/") {
				continue
			}
			if err := b.c.Sources.RemoveSource(ctx, s.ID); err != nil && !errors.Is(err, briefings.ErrNotFound) {
				problems = append(problems, fmt.Errorf("remove the source %s: %w", s.ID, err))
			}
		}
	}
	if err := b.c.Memory.Forget(ctx, platform, workspace); err != nil {
		problems = append(problems, fmt.Errorf("forget %s/%s: %w", platform, workspace, err))
	} else if newsroom, ok := b.c.Newsroom.(disowner); ok {
		newsroom.Disown(platform + "/" + workspace)
	}
	return errors.Join(problems...)
}
