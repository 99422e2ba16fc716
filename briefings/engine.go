package briefings

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"attache/briefings/prose"
	"attache/briefings/search"
)

// Config is what an Engine is made of.
type Config struct {
	// Library keeps the articles. Required.
	Library Library
	// Fetcher reads links; nil means that links can't be read, and the answer says so.
	Fetcher Fetcher
	// Drafter words answers; nil means the embedded Extractive one, which is also the fallback of any other.
	Drafter Drafter
	// DraftTimeout bounds a Drafter other than Extractive; zero means 20 s.
	DraftTimeout time.Duration
	// Now tells the time; nil means time.Now.
	Now func() time.Time
	// Log is where the engine tells what it does; nil discards.
	Log *slog.Logger
	// Weights are the learned weights as JSON; nil means the embedded ones. Package eval compares weights with it.
	Weights []byte
}

// Engine reads articles, answers questions and composes editions. It is safe for concurrent use.
type Engine struct {
	library Library
	fetcher Fetcher
	drafter Drafter
	timeout time.Duration
	now     func() time.Time
	log     *slog.Logger
	index   *search.Index
	words   *search.Words
	weights atomic.Pointer[weights]
	heard   hearings
	copies  Copies
	desk    desk // what editions and profiles know of each article
	sentry  sentry
	abroad  Counterparts
	book    storybook // what each story is called

	loading sync.Mutex // held while Load runs: two of them would read everything twice

	mu       sync.RWMutex
	articles map[string]*held // newest revisions by ID; an Article is never changed once it is here
	seq      int64            // the library has been read up to here
	// Who may see what: see owners.go.
	sightings int64                 // the library's sightings have been read up to here
	awaited   map[string][]Sighting // of articles that are still to come
	owned     map[string]int        // owner: how many articles
	private   map[string]*held      // the articles that are not everyone's

	version atomic.Int64 // of articles: it grows whenever they change
	dates   atomic.Pointer[calendar]
}

// New makes an Engine. Load fills its index before the first question.
func New(c Config) (*Engine, error) {
	if c.Library == nil {
		return nil, errors.New("an engine needs a library")
	}
	e := &Engine{
		library: c.Library, fetcher: c.Fetcher, drafter: c.Drafter, timeout: c.DraftTimeout, now: c.Now, log: c.Log,
		index: search.New(), words: search.NewWords(), articles: map[string]*held{}, owned: map[string]int{}, private: map[string]*held{},
	}
	if e.drafter == nil {
		e.drafter = Extractive{}
	}
	if e.timeout <= 0 {
		e.timeout = 20 * time.Second
	}
	if e.now == nil {
		e.now = time.Now
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if err := e.Reweigh(c.Weights); err != nil {
		return nil, err
	}
	return e, nil
}

// Reweigh makes the engine rank and judge with other learned weights (JSON, as package eval trains them); nil means the
// embedded ones. Questions that are being answered keep the weights that they began with.
func (e *Engine) Reweigh(learnedWeights []byte) error {
	w := learned()
	if learnedWeights != nil {
		w = &weights{}
		if err := json.Unmarshal(learnedWeights, w); err != nil {
			return fmt.Errorf("read the weights: %w", err)
		}
	}
	e.weights.Store(w)
	return nil
}

// loadBatch is how many articles are asked of the library at once.
const loadBatch = 500

// Load brings the index up to date with the library: all of it at start, what is new afterwards (articles that other
// replicas have saved, and who may see them). progress, which may be nil, hears how many articles are indexed.
func (e *Engine) Load(ctx context.Context, progress func(articles int)) error {
	e.loading.Lock()
	defer e.loading.Unlock()
	e.mu.RLock()
	seq := e.seq
	e.mu.RUnlock()
	atStart := seq == 0
	var warming sync.WaitGroup
	warming.Go(func() { prose.Tags("", nil) }) // the first question would wait for its tables
	defer warming.Wait()
	batch, err := e.library.Since(ctx, seq, loadBatch)
	for {
		if err != nil {
			return fmt.Errorf("read the library after %d: %w", seq, err)
		}
		// After the articles: whose they are was kept in the same step as they.
		if err := e.loadSightings(ctx); err != nil {
			return err
		}
		if len(batch) == 0 {
			e.index.Rest()
			return nil
		}
		last := batch[len(batch)-1].Seq
		if last <= seq {
			return fmt.Errorf("read the library after %d: it answers with what came before", seq)
		}
		// The next batch is read while this one is taken apart.
		var next []Article
		var nextErr error
		var reading sync.WaitGroup
		reading.Go(func() { next, nextErr = e.library.Since(ctx, last, loadBatch) })
		kept := e.keepAll(ctx, batch, atStart)
		reading.Wait()
		if kept != nil {
			return kept
		}
		e.mu.Lock()
		e.seq = max(e.seq, last)
		n := len(e.articles)
		e.mu.Unlock()
		if progress != nil {
			progress(n)
		}
		seq, batch, err = last, next, nextErr
	}
}

// copiesWithin is how old an article may be, when the library is loaded, for what comes in to be compared with it: comparing
// everything that was ever kept would take more memory and time than the index.
const copiesWithin = 30 * 24 * time.Hour

// keepAll makes a batch searchable: the articles are taken apart side by side and kept in their order, on which ties in the
// ranking depend.
func (e *Engine) keepAll(ctx context.Context, batch []Article, atStart bool) error {
	prepared := make([]*search.Prepared, len(batch))
	kept := make([]*held, len(batch))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range batch {
		if e.has(batch[i].ID, batch[i].Revision) {
			continue // this engine read it itself
		}
		g.Go(func() error {
			a := batch[i] // one by itself: whoever holds it holds no other
			prepared[i] = prepare(&a, e.index)
			e.acquaint(&a, atStart)
			kept[i] = hold(&a)
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, h := range kept {
		if h == nil {
			continue
		}
		if e.now().Sub(published(&h.Article)) <= copiesWithin {
			e.copies.Add(h.Article)
		}
		e.keep(h, prepared[i])
	}
	return nil
}

// prepare takes an article apart for the index.
func prepare(a *Article, index *search.Index) *search.Prepared {
	if len(a.Sentences) == 0 && a.Text != "" {
		// A library need not keep how the text is cut.
		a.cut()
	}
	return index.Prepare(documentOf(a))
}

// has says whether the index has a revision of an article or a newer one.
func (e *Engine) has(id string, revision int) bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	a, ok := e.articles[id]
	return ok && a.Revision >= revision
}

// keep makes an article searchable unless a newer revision of it is there.
func (e *Engine) keep(a *held, p *search.Prepared) {
	e.mu.Lock()
	defer e.mu.Unlock()
	old := e.articles[a.ID]
	if old != nil && old.Revision >= a.Revision {
		return
	}
	e.arrive(a, old)
	e.articles[a.ID] = a
	e.sentry.note(e.version.Add(1), a.ID)
	p.Restrict(a.sight.Load() != everyones)
	e.index.Insert(p)
	if old != nil {
		if read := old.inUse(); read != nil {
			e.desk.forget(read)
		}
	}
}

// documentOf is an article as the index knows it.
func documentOf(a *Article) search.Doc {
	d := search.Doc{ID: a.ID, Title: a.Title, When: published(a), Passages: make([]string, len(a.Passages))}
	for i, p := range a.Passages {
		d.Passages[i] = a.Text[p.Start:p.End]
	}
	return d
}

// published is since when an article counts: when it was published or, where that isn't known, read. One that is known by its
// day counts from the day's beginning.
func published(a *Article) time.Time {
	if a.Published.IsZero() {
		return a.Read
	}
	return a.Published
}

// Read cleans and cuts a report, keeps it in the library and makes it searchable for its owner. isNew is false for an article
// that the owner saw already, word for word.
func (e *Engine) Read(ctx context.Context, r Report) (a Article, isNew bool, err error) {
	a, err = NewArticle(r, e.now())
	if err != nil {
		return Article{}, false, fmt.Errorf("read %s: %w", reportName(r), err)
	}
	a.ID = e.homeOf(a.ID, a.Hash, a.Report)
	owner, who := r.Owner, viewer{owners: ownersSeen(r.Owner)}
	old := e.held(a.ID)
	known := old != nil && who.sees(old)
	if known {
		_, a.Backlog = who.came(old) // a touched-up report of yesterday is no news today
	}
	if origin := e.copies.Add(a); a.Origin == "" {
		a.Origin = origin
	}
	kept, isNew, err := e.library.Save(ctx, a)
	if err != nil {
		return Article{}, false, fmt.Errorf("save %s: %w", reportName(r), err)
	}
	e.mu.Lock()
	e.behold(Sighting{Article: kept.ID, Owner: owner, At: a.Read, Backlog: a.Backlog, Revision: kept.Revision})
	e.mu.Unlock()
	own := kept
	if !e.has(kept.ID, kept.Revision) {
		prepared := prepare(&own, e.index)
		e.acquaint(&own, false)
		e.keep(hold(&own), prepared)
	}
	if isNew {
		e.abroad.Add(own)
		e.log.InfoContext(ctx, "article read", "article", kept.ID, "revision", kept.Revision, "outlet", kept.Outlet, "sentences", len(kept.Sentences))
	}
	return kept, isNew || old != nil && !known, nil
}

// Held is how the library holds a report that a source lists in short.
type Held int

// How a report may be held.
const (
	HeldNot    Held = iota // nothing of its address, or no more than is listed
	HeldWhole              // a longer text: what is listed is no new revision of it
	HeldBefore             // a longer text under the headline that this source gave it before
)

// Holds says how the library holds a report that a source lists in short. A source that lists summaries lists them again at
// every poll, and they are no revisions of what their pages say.
func (e *Engine) Holds(r Report) (held Held, known bool) {
	a, known := e.article(e.listed(r))
	switch {
	case !known || len(a.Text) <= len(cleanText(r.Text))+muchMore:
		return HeldNot, known
	case a.Source == r.Source && a.Title != cleanLine(r.Title, MaxTitle):
		return HeldBefore, true
	}
	return HeldWhole, true
}

// listed is the ID of the article that a report which its source lists in short belongs to.
func (e *Engine) listed(r Report) string {
	id := articleID(r)
	if h := e.held(id); h != nil && (viewer{owners: ownersSeen(r.Owner)}).sees(h) {
		return id
	}
	return e.homeOf(id, "", r)
}

// Sight lets a report's owner see the article that Holds said is held whole. isNew is false where the owner did already.
func (e *Engine) Sight(ctx context.Context, r Report) (isNew bool, err error) {
	h := e.held(e.listed(r))
	if h == nil || (viewer{owners: ownersSeen(r.Owner)}).sees(h) {
		return false, nil
	}
	s := Sighting{Article: h.ID, Owner: r.Owner, At: e.now(), Backlog: r.Backlog, Revision: h.Revision}
	if err := e.library.Sight(ctx, s); err != nil {
		return false, fmt.Errorf("note whose %s is: %w", reportName(r), err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.behold(s)
	return true, nil
}

// reportName is how an error names a report.
func reportName(r Report) string {
	for _, s := range []string{r.URL, r.Title, r.ID} {
		if s != "" {
			return cleanLine(s, 120)
		}
	}
	return "the report"
}

// ErrNoFetcher says that the engine has no way to the outside world.
var ErrNoFetcher = errors.New("this Attaché reads no links: it was started without access to the web")

// ReadLink fetches a page and reads it for the workspace of who looks under ctx (see Viewing), for everyone where nobody does.
func (e *Engine) ReadLink(ctx context.Context, url string) (a Article, isNew bool, err error) {
	if e.fetcher == nil {
		return Article{}, false, ErrNoFetcher
	}
	r, err := e.fetcher.Page(ctx, strings.TrimSpace(url))
	if err != nil {
		return Article{}, false, err
	}
	r.Unreviewed = true // anybody can send a link
	r.Owner = Brings(ctx)
	a, isNew, err = e.Read(ctx, r)
	if err == nil {
		err = e.vouch(ctx, &a)
	}
	return a, isNew, err
}

// Articles returns what is in the index and who looks under ctx may see, newest first (by Published, then by Read), at most
// limit. Texts are included.
func (e *Engine) Articles(ctx context.Context, limit int) ([]Article, error) {
	who := e.viewer(ctx, "")
	e.mu.RLock()
	all := slices.DeleteFunc(slices.Collect(maps.Values(e.articles)), func(h *held) bool { return !who.sees(h) })
	e.mu.RUnlock()
	slices.SortFunc(all, func(a, b *held) int {
		return cmp.Or(b.Published.Compare(a.Published), b.Read.Compare(a.Read), strings.Compare(a.ID, b.ID))
	})
	if limit > 0 && len(all) > limit {
		all = all[:limit]
	}
	out := make([]Article, len(all))
	pointers := make([]*Article, len(all))
	for i, a := range all {
		out[i] = *a.open()
		pointers[i] = &out[i]
	}
	if err := e.vouch(ctx, pointers...); err != nil {
		return nil, err
	}
	return out, ctx.Err()
}

// article returns the newest revision that the index has, whoever may see it: nothing of it may be shown without asking that.
func (e *Engine) article(id string) (*Article, bool) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	a, ok := e.articles[id]
	if !ok {
		return nil, false
	}
	return a.open(), true
}
