package briefings

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// GathererConfig is what a Gatherer is made of.
type GathererConfig struct {
	// Engine reads the reports. Required. *Engine is one.
	Engine interface {
		Read(ctx context.Context, r Report) (a Article, isNew bool, err error)
	}
	// Library keeps the sources. Required.
	Library Library
	// Fetcher polls them. Required.
	Fetcher Fetcher
	// Look is how often Run looks for sources that are due; zero means 10 s.
	Look time.Duration
	// Every is how often a source is polled that doesn't say itself; zero means 15 minutes.
	Every time.Duration
	// Parallel is how many hosts are polled at once; zero means 8. What is read at once, and so the memory that gathering
	// takes, is bounded by it, however many sources there are.
	Parallel int
	// Poll is how long one source may take; zero means a minute.
	Poll time.Duration
	// Gathered hears of every poll: how many reports were new and what went wrong. It must not block. Nil is fine.
	Gathered func(s Source, articles int, err error)
	// Now tells the time; nil means time.Now.
	Now func() time.Time
	// Log is where the gatherer tells what it does; nil discards.
	Log *slog.Logger
}

// The bounds between which a failing source is tried again.
const (
	retrySoon = 5 * time.Minute
	retryLate = 6 * time.Hour
)

// What a source lists with a summary or a headline alone is read from its page: of the reports that are new, so many a poll.
// The pages of the first poll are few: somebody waits for it.
const (
	thinText   = 1200 // bytes of a text; a shorter one may be a summary
	muchMore   = 300  // bytes that a page must have beyond it
	wholePages = 30
	wholeFirst = 10
	wholeSoon  = 10 * time.Second // how long the pages of the first poll may take
)

// Reader is a Fetcher that reads the page of a report that its source lists in short. An error says that there is nothing
// better than what the source lists.
type Reader interface {
	Whole(ctx context.Context, r Report) (Report, error)
}

// perTurn is how many sources of one host are polled before other hosts have their turn.
const perTurn = 20

// ErrNotKept says that a source answered and the library could not keep it.
var ErrNotKept = errors.New("the library could not keep the source")

// Gatherer reads the sources that are followed, again and again: one at a time from each host. What a source lists when it is
// read for the first time is kept as Backlog, so that a new source adds to what can be asked about and doesn't flood the next
// digest.
//
// Before a source is polled its next time is moved on and saved: a source that ends the process is not the first thing that
// the next process does, and two replicas rarely ask for the same thing at once. Where they do, the library keeps it once.
type Gatherer struct {
	c GathererConfig

	places chan struct{} // holds as many as there are hosts being polled

	mu    sync.Mutex          // guards busy and hosts; held for no I/O
	busy  map[string]struct{} // ids of the sources that are being polled
	hosts map[string]struct{} // hosts that are being polled

	changing sync.Mutex // held from looking how a source is kept to saving a person's change of it
}

// NewGatherer makes a Gatherer.
func NewGatherer(c GathererConfig) (*Gatherer, error) {
	switch {
	case c.Engine == nil:
		return nil, errors.New("a gatherer needs an engine that reads")
	case c.Library == nil:
		return nil, errors.New("a gatherer needs a library")
	case c.Fetcher == nil:
		return nil, errors.New("a gatherer needs a fetcher")
	}
	c.Look = cmp.Or(c.Look, 10*time.Second)
	c.Every = cmp.Or(c.Every, 15*time.Minute)
	c.Poll = cmp.Or(c.Poll, time.Minute)
	if c.Parallel <= 0 {
		c.Parallel = 8
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Gatherer{c: c, places: make(chan struct{}, c.Parallel), busy: map[string]struct{}{}, hosts: map[string]struct{}{}}, nil
}

// Run gathers until ctx ends, and returns when the polls under way have ended. What fails is told in the log and in the
// source, and tried again. A host that is slow holds up nobody but itself.
func (g *Gatherer) Run(ctx context.Context) error {
	tick := time.NewTicker(g.c.Look)
	defer tick.Stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		if err := g.dispatch(ctx, &wg, func(int) {}); err != nil && ctx.Err() == nil {
			g.c.Log.ErrorContext(ctx, "sources could not be gathered", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Once polls the sources that are due and returns how many reports were new. A source that fails is no error: it says so
// itself, in Failing and Since.
func (g *Gatherer) Once(ctx context.Context) (articles int, err error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	err = g.dispatch(ctx, &wg, func(n int) {
		mu.Lock()
		defer mu.Unlock()
		articles += n
	})
	wg.Wait()
	return articles, cmp.Or(err, ctx.Err())
}

// dispatch sends a goroutine to every host that has sources due and is not being polled already; gathered hears how many
// reports were new there. It waits for a free place, not for the polls.
func (g *Gatherer) dispatch(ctx context.Context, wg *sync.WaitGroup, gathered func(int)) error {
	sources, err := g.c.Library.Sources(ctx)
	if err != nil {
		return fmt.Errorf("list the sources: %w", err)
	}
	now := g.c.Now()
	due := map[string][]Source{}
	var hosts []string // the one that has waited longest first
	slices.SortStableFunc(sources, func(a, b Source) int { return a.NextAt.Compare(b.NextAt) })
	for _, s := range sources {
		if s.Paused || s.NextAt.After(now) {
			continue
		}
		host := hostOf(s)
		if due[host] == nil {
			hosts = append(hosts, host)
		}
		if len(due[host]) < perTurn {
			due[host] = append(due[host], s)
		}
	}
	for _, host := range hosts {
		if !g.begin(g.hosts, host) {
			continue
		}
		select {
		case g.places <- struct{}{}:
		case <-ctx.Done():
			g.end(g.hosts, host)
			return nil
		}
		wg.Go(func() {
			defer func() { <-g.places }()
			defer g.end(g.hosts, host)
			for _, s := range due[host] {
				if ctx.Err() == nil {
					gathered(g.gather(ctx, s))
				}
			}
		})
	}
	return nil
}

// hostOf is the host that a source is read from; a source whose address says none is a host of its own.
func hostOf(s Source) string {
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" {
		return "source " + s.ID
	}
	return strings.ToLower(u.Host)
}

// gather polls one source and saves how it stands.
func (g *Gatherer) gather(ctx context.Context, s Source) int {
	if !g.begin(g.busy, s.ID) {
		return 0
	}
	defer g.end(g.busy, s.ID)
	log := g.c.Log.With("source", s.ID)
	moved := s
	moved.NextAt = g.c.Now().Add(max(g.c.Every, g.c.Poll))
	if err := g.c.Library.SavePoll(ctx, moved); err != nil {
		if !errors.Is(err, ErrNotFound) {
			log.ErrorContext(ctx, "a source could not be saved before it was polled", "error", err)
		}
		return 0
	}
	after, n, err := g.poll(ctx, s)
	if ctx.Err() != nil {
		// The process is ending: what was read is kept, and the source is polled again at its next time.
		ctx = context.WithoutCancel(ctx)
		if err != nil {
			return n
		}
	}
	if g.c.Gathered != nil {
		g.c.Gathered(after, n, err)
	}
	if err != nil {
		log.InfoContext(ctx, "a source could not be read", "reason", err, "since", after.Since)
	} else if n > 0 {
		log.InfoContext(ctx, "a source has new reports", "reports", n)
	}
	if err := g.c.Library.SavePoll(ctx, after); err != nil && !errors.Is(err, ErrNotFound) {
		log.ErrorContext(ctx, "a source could not be saved after it was polled", "error", err)
	}
	return n
}

func (g *Gatherer) begin(running map[string]struct{}, what string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, runs := running[what]; runs {
		return false
	}
	running[what] = struct{}{}
	return true
}

func (g *Gatherer) end(running map[string]struct{}, what string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(running, what)
}

// poll asks one source and reads what it lists, the oldest first. The source comes back as it stands afterwards, also when it
// failed.
func (g *Gatherer) poll(ctx context.Context, s Source) (after Source, articles int, err error) {
	poll, cancel := context.WithTimeoutCause(ctx, g.c.Poll, errTooLong)
	defer cancel()
	reports, told, err := g.ask(poll, s)
	if err != nil && poll.Err() != nil && ctx.Err() == nil {
		err = context.Cause(poll)
	}
	now := g.c.Now()
	after = s
	after.Checked = now
	if err != nil {
		if after.Since.IsZero() {
			after.Since = now
		}
		after.Failing = err.Error()
		after.NextAt = told.NextAt
		if soonest := now.Add(min(max(now.Sub(after.Since)/2, retrySoon), retryLate)); after.NextAt.Before(soonest) {
			after.NextAt = soonest
		}
		return after, 0, err
	}
	after.Title, after.Etag, after.Modified = cmp.Or(told.Title, s.Title), told.Etag, told.Modified
	if told.URL != "" {
		after.URL = told.URL
	}
	after.Failing, after.Since = "", time.Time{}
	if after.NextAt = told.NextAt; !after.NextAt.After(now) {
		after.NextAt = now.Add(g.c.Every)
	}
	for _, r := range reports {
		if r.Published.After(after.Newest) && !r.Published.After(now) {
			after.Newest = r.Published
		}
	}
	whole := g.whole(ctx, s, reports)
	for i, r := range slices.Backward(reports) {
		if full, ok := whole.pages[i]; ok {
			r = full
		}
		r.Source, r.Owner = cmp.Or(r.Source, s.URL), s.Brings()
		r.Backlog = s.Begun.IsZero() && i >= s.First
		r.Unreviewed = s.Reviewed.IsZero()
		isNew, err := false, error(nil)
		if !whole.known[i] {
			_, isNew, err = g.c.Engine.Read(ctx, r)
		} else if engine, sees := g.c.Engine.(sighter); sees {
			isNew, err = engine.Sight(ctx, r)
		}
		switch {
		case err == nil:
			if isNew {
				articles++
			}
		case errors.Is(err, ErrEmpty), errors.Is(err, ErrTooLarge):
			g.c.Log.DebugContext(ctx, "a report was left out", "source", s.ID, "reason", err)
		default:
			// The library is in trouble, not the source: what it said last is forgotten, so that the next poll lists it again.
			g.c.Log.ErrorContext(ctx, "a report could not be kept", "source", s.ID, "error", err)
			after.Etag, after.Modified, after.NextAt = "", "", now.Add(retrySoon)
			return after, articles, nil
		}
	}
	if after.Begun.IsZero() {
		after.Begun = now
	}
	return after, articles, nil
}

// wholes are what was done about the reports of a poll that are listed in short, by their places.
type wholes struct {
	pages map[int]Report
	known map[int]bool // read before, from their pages: what the source lists of them is no new revision
}

// sighter is an engine that lets an owner see an article that it holds already.
type sighter interface {
	Sight(ctx context.Context, r Report) (isNew bool, err error)
}

// whole reads the pages of new reports that are listed in short, the newest first, one after the other. A page that can't be
// read leaves what the source lists. Without a Reader, or an engine that tells what it knows, all is left as it is listed.
func (g *Gatherer) whole(ctx context.Context, s Source, reports []Report) wholes {
	out := wholes{map[int]Report{}, map[int]bool{}}
	reader, can := g.c.Fetcher.(Reader)
	engine, tells := g.c.Engine.(interface {
		Holds(r Report) (held Held, known bool)
	})
	if !can || !tells {
		return out
	}
	left, most := wholePages, 2*g.c.Poll
	if s.Begun.IsZero() {
		left, most = wholeFirst, min(wholeSoon, g.c.Poll)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, most, errTooLong)
	defer cancel()
	for i, r := range reports {
		if r.URL == "" || len(r.Text) >= thinText {
			continue
		}
		r.Source, r.Owner = cmp.Or(r.Source, s.URL), s.Brings()
		held, known := engine.Holds(r)
		out.known[i] = held != HeldNot
		if held == HeldWhole || known && held == HeldNot || left == 0 || ctx.Err() != nil {
			continue
		}
		left--
		full, err := g.readWhole(ctx, reader, r)
		if err == nil && len(full.Text) <= len(r.Text)+muchMore {
			err = errors.New("its page says no more")
		}
		if err != nil {
			g.c.Log.DebugContext(ctx, "a report is kept as its source lists it", "source", s.ID, "reason", err)
			continue
		}
		out.pages[i], out.known[i] = full, false
	}
	return out
}

// readWhole is Reader.Whole with a panic made an error, as in ask.
func (g *Gatherer) readWhole(ctx context.Context, reader Reader, r Report) (full Report, err error) {
	defer func() {
		if p := recover(); p != nil {
			g.c.Log.ErrorContext(ctx, "reading a page broke off", "panic", p, "stack", string(debug.Stack()))
			err = errors.New("it could not be understood")
		}
	}()
	return reader.Whole(ctx, r)
}

// ask is Fetcher.Poll with a panic made an error: a parser of foreign text must not end the process.
func (g *Gatherer) ask(ctx context.Context, s Source) (reports []Report, told Source, err error) {
	defer func() {
		if p := recover(); p != nil {
			g.c.Log.ErrorContext(ctx, "reading a source broke off", "source", s.ID, "panic", p, "stack", string(debug.Stack()))
			reports, told, err = nil, s, errors.New("it could not be understood")
		}
	}()
	return g.c.Fetcher.Poll(ctx, s)
}

// Preview is what a source would bring, before anybody follows it.
type Preview struct {
	Source  Source   // with the title and the address that it would be followed under
	Reports []Report // what it lists now, newest first
}

// Preview polls s once and keeps nothing. The error is readable by the person who named it; a *ListError says that the
// address is a list of sources.
func (g *Gatherer) Preview(ctx context.Context, s Source) (Preview, error) {
	poll, cancel := context.WithTimeoutCause(ctx, g.c.Poll, errTooLong)
	defer cancel()
	reports, told, err := g.ask(poll, s)
	if err != nil {
		if poll.Err() != nil && ctx.Err() == nil {
			err = context.Cause(poll)
		}
		return Preview{}, err
	}
	s.URL, s.Title = cmp.Or(told.URL, s.URL), cmp.Or(told.Title, s.Title)
	return Preview{Source: s, Reports: reports}, nil
}

var errTooLong = errors.New("the source took too long to answer")

// Follow polls s once, reads what it lists and keeps it as a source. The error is readable by the person who named it; nothing
// was kept then. What it lists is no news, but for the s.First newest reports.
func (g *Gatherer) Follow(ctx context.Context, s Source) (kept Source, articles int, err error) {
	if !g.begin(g.busy, s.ID) {
		return Source{}, 0, errors.New("it is being read this very moment")
	}
	defer g.end(g.busy, s.ID)
	if s.Added.IsZero() {
		s.Added = g.c.Now()
	}
	kept, articles, err = g.poll(ctx, s)
	if err != nil {
		return Source{}, 0, err
	}
	if err := g.c.Library.SaveSource(ctx, kept); err != nil {
		return Source{}, articles, fmt.Errorf("%w %s: %w", ErrNotKept, s.ID, err)
	}
	return kept, articles, nil
}

// Register keeps sources without asking them first: Run reads each for the first time when its turn comes.
func (g *Gatherer) Register(ctx context.Context, sources ...Source) error {
	for _, s := range sources {
		if s.Added.IsZero() {
			s.Added = g.c.Now()
		}
		if err := g.c.Library.SaveSource(ctx, s); err != nil {
			return fmt.Errorf("%w %s: %w", ErrNotKept, s.ID, err)
		}
	}
	return nil
}

// Change makes a person's change of a source: edit may set Owner, Alone, Paused, Reviewed, First and NextAt. ErrNotFound when there
// is none.
func (g *Gatherer) Change(ctx context.Context, id string, edit func(*Source)) (Source, error) {
	g.changing.Lock()
	defer g.changing.Unlock()
	sources, err := g.c.Library.Sources(ctx)
	if err != nil {
		return Source{}, fmt.Errorf("list the sources: %w", err)
	}
	i := slices.IndexFunc(sources, func(kept Source) bool { return kept.ID == id })
	if i < 0 {
		return Source{}, fmt.Errorf("change source %q: %w", id, ErrNotFound)
	}
	edit(&sources[i])
	if err := g.c.Library.SaveSource(ctx, sources[i]); err != nil {
		return Source{}, fmt.Errorf("change source %q: %w", id, err)
	}
	return sources[i], nil
}

// Sources returns the sources that are followed, in the order in which they were added.
func (g *Gatherer) Sources(ctx context.Context) ([]Source, error) { return g.c.Library.Sources(ctx) }

// RemoveSource forgets a source; its articles stay. ErrNotFound when there is none.
func (g *Gatherer) RemoveSource(ctx context.Context, id string) error {
	g.changing.Lock()
	defer g.changing.Unlock()
	return g.c.Library.RemoveSource(ctx, id)
}
