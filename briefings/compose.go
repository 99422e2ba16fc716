package briefings

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"attache/briefings/prose"
)

// deepMost is up to how many items an edition's stories come with who said what and their background.
const deepMost = 20

const repeatsCarried = "it repeats a report that this channel has had"

// Settings of an edition.
const (
	editionMost  = 5
	carriedMost  = 5000           // keys that an edition remembers
	lateMost     = 48 * time.Hour // an article that is read so long after its publication is still news
	claimLongest = 420            // bytes of a sentence that is shown
	claimsMost   = 3
	readMost     = 12 // articles of a story whose sentences are weighed, the newest independent ones
)

// Compose makes an edition. Every claim in it stands word for word in an article; what the last edition delivered to the
// channel has carried isn't news again. A quiet day has no items.
func (e *Engine) Compose(ctx context.Context, a Assignment) (Edition, error) {
	if a.Review {
		r, err := e.review(ctx, a)
		if err != nil {
			return Edition{}, fmt.Errorf("review the week of %q: %w", a.Beat.Name, err)
		}
		return r, nil
	}
	c, err := e.compose(ctx, a, false)
	if err != nil {
		return Edition{}, fmt.Errorf("compose %q: %w", a.Beat.Name, err)
	}
	return c.edition, nil
}

// composition is an edition in the making, with what became of each article.
type composition struct {
	edition Edition
	fates   []Fate
}

// prospect is a story that may become an item.
type prospect struct {
	group   storyGroup
	fresh   []*dossier // on the beat, in the window, not carried before; newest first
	copies  []*dossier // fresh ones that only copy another member
	known   []*dossier // carried before, or older than the window
	had     []*dossier // of known: those that are in the window once more
	stale   []*dossier // of known: fresh ones that only copy what was carried before
	hits    []string
	newest  time.Time // when the newest of fresh and copies was published
	origins int
	score   float64
	reasons []string
	changes []Change
	sides   []Claim
	tag     Tag
	carried bool // the channel has had this story before
	why     string
	// original gives for each of copies, and for what only copies, the report that it repeats.
	original map[*dossier]*dossier
	told     map[string]bool // keys of the claims that the channel has had
	heard    bool            // its reports were read for contradictions
	shared   *sharedPool
	telling  [][]storyTerm // see terms
	ended    Ending        // in a review: how its dispute stands
	crowded  string        // why it stayed out though it weighed enough; empty where it did not
}

// compose makes an edition. With explain the reasons of fates say more, which takes longer.
func (e *Engine) compose(ctx context.Context, a Assignment, explain bool) (*composition, error) {
	now := e.now()
	most := a.Most
	if most <= 0 {
		most = editionMost
	}
	c := &composition{edition: Edition{Beat: a.Beat, Window: a.Window, AsOf: now, Composed: now}}
	if a.Window.To.Before(now) {
		c.edition.AsOf = a.Window.To
	}
	carried := carriedBefore(a.Last)
	who := e.viewer(ctx, a.For)
	pool := e.pool(who, a.Window, carried, a.Backlog, a.Seen)
	if err := e.readAll(ctx, pool.all); err != nil {
		return nil, err
	}
	c.edition.Read = len(pool.fresh)
	outlets := map[string]bool{}
	for _, d := range pool.fresh {
		outlets[outletOf(d.article)] = true
	}
	c.edition.Outlets = len(outlets)
	filter := newBeatFilter(a.Beat)
	filter.explain = explain
	matched := filter.matching(pool, func(d *dossier, ruledOut bool, reasons []string) {
		switch {
		case !explain:
		case ruledOut:
			c.fate(d, "left-out", reasons...)
		default:
			c.fate(d, "off-beat", reasons...)
		}
	})
	for _, d := range pool.ahead {
		c.fate(d, "ahead", fmt.Sprintf("it is dated %s, after this edition's window", d.at.UTC().Format("2 January 2006, 15:04 UTC")))
	}
	for _, d := range pool.old {
		c.fate(d, "old", fmt.Sprintf("it was published on %s, long before this edition's window", d.at.UTC().Format("2 January 2006")))
	}
	c.edition.Matched = len(matched)
	sources, err := e.library.Sources(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	c.edition.Failing = failing(sources, ownersSeen(a.For))
	vouch := vouchersOf(sources, a.For)
	for _, d := range pool.backlog {
		c.fate(d, "backlog", "its source listed it already when the source was first read")
	}
	var prospects []*prospect
	if len(matched) > 0 {
		for _, g := range resumed(e.grouped(ctx, pool), pool.all, carried) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if k := e.prospect(ctx, g, pool.all, matched, carried, &filter, vouch, a.Window); k != nil {
				prospects = append(prospects, k)
			}
		}
	}
	prospects = slices.DeleteFunc(prospects, func(k *prospect) bool {
		for _, d := range k.had {
			c.fate(d, "known", "this channel has had it already")
		}
		for _, d := range k.stale {
			o := k.original[d].article
			c.fate(d, "known", repeatsCarried, fmt.Sprintf("it repeats “%s” (%s)", cmp.Or(o.Title, o.ID), outletOf(o)))
		}
		if k.why == "" {
			return false
		}
		for _, d := range k.members() {
			c.fate(d, "known", k.why)
		}
		return true
	})
	chosen, below, err := choose(ctx, prospects, most, &filter, a.Window)
	if err != nil {
		return nil, err
	}
	keys := carried.keys
	for _, k := range chosen {
		item, shown := e.item(ctx, who, k, carried, a.Window, most <= deepMost)
		if len(item.Claims) == 0 {
			for _, d := range k.members() {
				c.fate(d, "unread", "none of its sentences could be shown with a citation")
			}
			continue
		}
		e.vouchItem(vouch, &item)
		c.edition.Items = append(c.edition.Items, item)
		number := len(c.edition.Items)
		for _, d := range k.members() {
			switch {
			case k.original[d] != nil:
				o := k.original[d].article
				c.fate(d, "merged", append([]string{fmt.Sprintf("it repeats “%s” (%s)", cmp.Or(o.Title, o.ID), outletOf(o))}, matched[d]...)...)
			case shown[d.article.ID]:
				c.fate(d, "posted", append(slices.Clone(matched[d]), k.reasons...)...)
			default:
				c.fate(d, "merged", append([]string{"another report of the same event told more"}, matched[d]...)...)
			}
			c.fates[len(c.fates)-1].Item = number
			keys = append(keys, articleKey(d.article))
		}
		for _, claim := range slices.Concat(item.Claims, item.Sides, newClaims(item.Changes)) {
			keys = append(keys, claimKey(claim.Text))
		}
	}
	c.edition.Below = len(below)
	for _, k := range below {
		short, reason := 0.0, ""
		if last := leastOf(c.edition.Items); last != nil {
			short = math.Max(0, math.Round((last.Score-k.score)*100)/100)
			reason = fmt.Sprintf("the edition was full: %d stories weighed more, the last of them %.2f, this one %.2f", len(c.edition.Items), last.Score, k.score)
			if len(last.Hits) > 0 && len(k.hits) == 0 {
				reason = "the edition was full of stories on the watch-list"
			}
		}
		if k.crowded != "" {
			reason = k.crowded
		}
		for _, d := range k.members() {
			reasons := append([]string{reason}, k.reasons...)
			if o := k.original[d]; o != nil {
				reasons = append(reasons, fmt.Sprintf("it repeats “%s” (%s)", cmp.Or(o.article.Title, o.article.ID), outletOf(o.article)))
			}
			c.fate(d, "below", reasons...)
			c.fates[len(c.fates)-1].Short = short
		}
	}
	c.edition.Carried = boundedKeys(keys)
	return c, nil
}

// leastOf is the item that weighs least of those that no watch-list has put in, or the least of all.
func leastOf(items []Item) *Item {
	var least *Item
	for i := range items {
		if least == nil || len(least.Hits) > 0 && len(items[i].Hits) == 0 || (len(least.Hits) > 0) == (len(items[i].Hits) > 0) && items[i].Score < least.Score {
			least = &items[i]
		}
	}
	return least
}

// carriedHere says whether the channel was told of a story: what is new in it is then measured by what was told.
func (k *prospect) carriedHere(g storyGroup, all []*dossier, carried memory) bool {
	return k.carried || slices.ContainsFunc(g.members, func(m int) bool { return carried.articles[all[m].article.ID] > 0 })
}

// otherFigures says whether an article gives a value or a day that the one it copies doesn't.
func otherFigures(d, original *dossier) bool {
	theirs := figures{}
	theirs.note(original)
	for i, s := range d.article.Sentences {
		if s.Role != RoleBody {
			continue
		}
		n := d.note(i)
		for _, x := range n.numbers {
			if countable(x) && !theirs[x.unit][x.value] {
				return true
			}
		}
		for _, day := range n.days {
			if !slices.ContainsFunc(original.notes(), func(o sentenceNotes) bool { return slices.ContainsFunc(o.days, day.Equal) }) {
				return true
			}
		}
	}
	return false
}

// countsOtherwise says whether an article counts otherwise what the one it copies counts: "40 people had been arrested", "120 people had
// been arrested".
func countsOtherwise(d, original *dossier) bool {
	theirs, ours := figures{}, figures{}
	theirs.note(original)
	ours.note(d)
	for i, s := range d.article.Sentences {
		if s.Role != RoleBody {
			continue
		}
		n := d.note(i)
		for _, x := range n.numbers {
			if !countable(x) || len(theirs[x.unit]) == 0 || theirs[x.unit][x.value] {
				continue
			}
			for k, o := range original.article.Sentences {
				was := original.note(k)
				if o.Role == RoleBody && sharedStems(n.stems, was.stems) >= 3 && stemOverlap(circumstances(*n, x.unit), circumstances(*was, x.unit)) >= .4 &&
					slices.ContainsFunc(was.numbers, func(y countedThing) bool { return y.unit == x.unit && y.kind == x.kind && !ours[y.unit][y.value] }) {
					return true
				}
			}
		}
	}
	return false
}

// takesOtherSide says whether an article says in the same words what the one it copies denies, or denies what that one says.
func takesOtherSide(d, original *dossier) bool {
	own, denial := false, false // a sentence that stands in one of them alone, and one of these that denies
	look := func(x, y *dossier, mine bool) {
		for i, s := range x.article.Sentences {
			if text := x.article.Sentence(i); s.Role == RoleBody && !strings.Contains(y.article.Text, text) {
				own = own || mine
				denial = denial || slices.ContainsFunc(x.note(i).stems, func(stem string) bool { return denialStems()[stem] })
			}
		}
	}
	look(d, original, true)
	look(original, d, false)
	return own && denial
}

func (k *prospect) repeats(d, original *dossier) {
	if k.original == nil {
		k.original = map[*dossier]*dossier{}
	}
	k.original[d] = original
}

func newClaims(changes []Change) []Claim {
	var out []Claim
	for _, c := range changes {
		out = append(out, c.New)
	}
	return out
}

func (c *composition) fate(d *dossier, outcome string, reasons ...string) {
	c.fates = append(c.fates, Fate{Article: d.article.ID, Outcome: outcome, Reasons: reasons})
}

func (k *prospect) members() []*dossier { return append(slices.Clone(k.fresh), k.copies...) }

// memory is what the channel has been shown before.
type memory struct {
	keys     []string
	claims   map[string]bool
	articles map[string]int // id: the newest revision that was delivered
	last     *Edition
}

func carriedBefore(last *Edition) memory {
	m := memory{claims: map[string]bool{}, articles: map[string]int{}, last: last}
	if last == nil {
		return m
	}
	m.keys = slices.Clone(last.Carried)
	for _, k := range last.Carried {
		if rest, ok := strings.CutPrefix(k, "a:"); ok {
			id, revision := rest, 1
			if i := strings.LastIndexByte(rest, '#'); i >= 0 {
				id = rest[:i]
				if n, err := strconv.Atoi(rest[i+1:]); err == nil {
					revision = n
				}
			}
			m.articles[id] = max(m.articles[id], revision)
			continue
		}
		m.claims[k] = true
	}
	// An edition of another making may lack keys: its items count all the same.
	for _, item := range last.Items {
		for _, id := range item.Articles {
			if m.articles[id] == 0 {
				m.articles[id] = 1
				m.keys = append(m.keys, fmt.Sprintf("a:%s#1", id))
			}
		}
		for _, claim := range item.Claims {
			if k := claimKey(claim.Text); !m.claims[k] {
				m.claims[k] = true
				m.keys = append(m.keys, k)
			}
		}
	}
	return m
}

func articleKey(a *Article) string { return fmt.Sprintf("a:%s#%d", a.ID, a.Revision) }

// claimKey is the same for the same words, whatever their punctuation.
func claimKey(text string) string {
	h := fnv.New64a()
	h.Write([]byte(nameKey(text)))
	return fmt.Sprintf("c:%x", h.Sum64())
}

// boundedKeys drops repeated keys and, past carriedMost, the oldest.
func boundedKeys(keys []string) []string {
	seen := make(map[string]bool, len(keys))
	out := make([]string, 0, len(keys))
	for _, k := range slices.Backward(keys) {
		if !seen[k] && len(out) < carriedMost {
			seen[k] = true
			out = append(out, k)
		}
	}
	slices.Reverse(out)
	return out
}

// pool is the articles that an edition considers.
type pool struct {
	shared *sharedPool // what channels with the same window share, where this pool is no other than theirs
	all    []*dossier  // fresh ones and those shortly before, for what is known already; ordered by time and id
	fresh  []*dossier
	old    []*dossier // read in the window, published long before
	ahead  []*dossier // read in the window, dated after it
	// backlog was read in the window and listed by its source before anybody followed it
	backlog []*dossier
}

// sharedPool is a pool as it is for every channel that was told of nothing outside of it, with what was found out about it.
type sharedPool struct {
	once    sync.Once
	pool    pool
	class   map[string]poolClass
	mu      sync.Mutex
	entries map[string]*fitting
	sides   map[string]*sidesOf
}

// poolClass is where an article is in a pool.
type poolClass int

const (
	inAll poolClass = iota + 1
	inFresh
	inOld
	inAhead
	inBacklog
)

// sharedMost bounds how many pools are kept, entriesMost how many entries of beats are remembered for each.
const (
	sharedMost  = 4
	entriesMost = 4096
)

// fitting says which fresh articles an entry of a beat fits.
type fitting struct {
	once sync.Once
	on   []bool
}

// fitting returns which of the fresh articles are about an entry; nil where that is not remembered.
func (s *sharedPool) fitting(e *topicEntry) []bool {
	s.mu.Lock()
	f, ok := s.entries[e.name]
	if !ok {
		if len(s.entries) == entriesMost {
			s.mu.Unlock()
			return nil
		}
		f = &fitting{}
		s.entries[e.name] = f
	}
	s.mu.Unlock()
	f.once.Do(func() {
		f.on = make([]bool, len(s.pool.fresh))
		for i, d := range s.pool.fresh {
			f.on[i] = e.fits(d)
		}
	})
	return f.on
}

// sidesOf is what is disputed within reports.
type sidesOf struct {
	once  sync.Once
	sides []Claim
}

// disputed is disputed, once for all channels that look at the same reports.
func (s *sharedPool) disputed(fresh []*dossier) []Claim {
	if s == nil {
		return disputed(fresh)
	}
	var key strings.Builder
	for _, d := range fresh[:min(len(fresh), readMost)] {
		fmt.Fprintf(&key, "%s#%d ", d.article.ID, d.article.Revision)
	}
	s.mu.Lock()
	f, ok := s.sides[key.String()]
	if !ok {
		f = &sidesOf{}
		s.sides[key.String()] = f
	}
	s.mu.Unlock()
	f.once.Do(func() { f.sides = disputed(fresh) })
	out := slices.Clone(f.sides)
	for i := range out { // whoever vouches for their sources marks them
		out[i].Citations = slices.Clone(out[i].Citations)
	}
	return out
}

// matching asks about each fresh article of a pool and returns those on the beat, with the reasons; off hears of the others.
func (f *beatFilter) matching(p pool, off func(d *dossier, ruledOut bool, reasons []string)) map[*dossier][]string {
	matched := map[*dossier][]string{}
	f.shared = p.shared
	for i, d := range p.fresh {
		f.asked = i
		if on, ruledOut, reasons := f.verdict(d); on {
			matched[d] = reasons
		} else if off != nil {
			off(d, ruledOut, reasons)
		}
	}
	f.asked = -1
	return matched
}

// pool is choosePool, of which channels that see the same share what they have in common for the same window.
func (e *Engine) pool(who viewer, w Window, carried memory, backlog bool, seen time.Time) pool {
	key := fmt.Sprintf("%d/%d/%d/%v/%d/%s", w.From.UnixNano(), w.To.UnixNano(), seen.UnixNano(), backlog, e.version.Load(), who.key)
	k := &e.desk
	k.mu.Lock()
	if k.pools == nil {
		k.pools = map[string]*sharedPool{}
	}
	s, ok := k.pools[key]
	if !ok {
		s = &sharedPool{class: map[string]poolClass{}, entries: map[string]*fitting{}, sides: map[string]*sidesOf{}}
		k.pools[key] = s
		k.poolOrder = append(k.poolOrder, key)
		if len(k.poolOrder) > sharedMost {
			delete(k.pools, k.poolOrder[0])
			k.poolOrder = k.poolOrder[1:]
		}
	}
	k.mu.Unlock()
	s.once.Do(func() {
		s.pool = e.choosePool(who, w, memory{}, backlog, seen)
		for class, list := range map[poolClass][]*dossier{inAll: s.pool.all, inOld: s.pool.old, inAhead: s.pool.ahead, inBacklog: s.pool.backlog} {
			for _, d := range list {
				if s.class[d.article.ID] < class { // what is backlog is among all as well
					s.class[d.article.ID] = class
				}
			}
		}
		for _, d := range s.pool.fresh {
			s.class[d.article.ID] = inFresh
		}
		s.pool.shared = s
	})
	// What the channel was told of beyond the window belongs to its pool too, as what it knows.
	var more []*dossier
	for id := range carried.articles {
		switch class := s.class[id]; class {
		case inFresh, inAhead:
			continue
		case inOld, inBacklog:
			return e.choosePool(who, w, carried, backlog, seen)
		default:
			h := e.held(id)
			if h == nil || !who.sees(h) {
				continue
			}
			a := h.open()
			read, _ := who.came(h)
			if !seen.IsZero() && read.After(seen) || !articleTime(*a).Before(w.To) {
				continue
			}
			if a.Revision > 1 && !read.Before(w.From) && read.Before(w.To) {
				return e.choosePool(who, w, carried, backlog, seen)
			}
			if class != inAll {
				more = append(more, e.desk.dossier(a))
			}
		}
	}
	if len(more) == 0 {
		return s.pool
	}
	byAge := func(x, y *dossier) int {
		return cmp.Or(x.at.Compare(y.at), strings.Compare(x.article.ID, y.article.ID))
	}
	p := s.pool
	slices.SortFunc(more, byAge)
	p.all = mergedBy(s.pool.all, more, byAge)
	return p
}

// mergedBy merges two ordered lists.
func mergedBy(x, y []*dossier, compare func(a, b *dossier) int) []*dossier {
	out := make([]*dossier, 0, len(x)+len(y))
	for len(x) > 0 && len(y) > 0 {
		if compare(x[0], y[0]) <= 0 {
			out, x = append(out, x[0]), x[1:]
		} else {
			out, y = append(out, y[0]), y[1:]
		}
	}
	return append(append(out, x...), y...)
}

// choosePool chooses among the articles that the viewer sees by the window: fresh is what was published in it, what was published shortly before and read in
// it, and what was revised in it after the channel had seen an earlier revision.
func (e *Engine) choosePool(who viewer, w Window, carried memory, backlog bool, seen time.Time) pool {
	var p pool
	inside := func(t time.Time) bool { return !t.Before(w.From) && t.Before(w.To) }
	e.mu.RLock()
	type candidate struct {
		*Article
		read    time.Time // by the viewer
		backlog bool      // to the viewer
	}
	var prospects []candidate
	for _, a := range e.articles {
		if !who.sees(a) {
			continue
		}
		t := articleTime(a.Article)
		read, listed := who.came(a)
		if !t.Before(w.To) && !inside(read) || !seen.IsZero() && read.After(seen) {
			continue
		}
		if t.Before(w.From.Add(-storyGap)) && !inside(read) && carried.articles[a.ID] == 0 {
			continue
		}
		prospects = append(prospects, candidate{a.open(), read, listed})
	}
	e.mu.RUnlock()
	slices.SortFunc(prospects, func(x, y candidate) int {
		return cmp.Or(articleTime(*x.Article).Compare(articleTime(*y.Article)), strings.Compare(x.ID, y.ID))
	})
	for _, x := range prospects {
		a := x.Article
		t := articleTime(*a)
		d := e.desk.dossier(a)
		switch {
		case !t.Before(w.To):
			// Dated ahead of the window but read in it: a clock that is wrong somewhere; it is due when its time has come.
			p.ahead = append(p.ahead, d)
			continue
		case x.backlog && !backlog && carried.articles[a.ID] == 0:
			if inside(t) || inside(x.read) {
				p.backlog = append(p.backlog, d)
			}
		case inside(t), inside(x.read) && !t.Before(w.From.Add(-lateMost)), inside(x.read) && a.Revision > 1 && carried.articles[a.ID] > 0:
			p.fresh = append(p.fresh, d)
		case inside(x.read):
			p.old = append(p.old, d)
			continue
		}
		p.all = append(p.all, d)
	}
	return p
}

// readAll reads the dossiers on every processor.
func (e *Engine) readAll(ctx context.Context, all []*dossier) error {
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), max(1, len(all)/16))
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(all) && ctx.Err() == nil; i += workers {
				all[i].read()
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// grouped is what groupStories made of a list of articles.
type grouped struct {
	once   sync.Once
	groups []storyGroup
}

// groupedMost bounds how many groupings are kept: many channels share a slot, and a slot has few windows.
const groupedMost = 8

// grouped groups the articles of a pool, once for all channels with the same window.
func (e *Engine) grouped(ctx context.Context, p pool) []storyGroup {
	h := fnv.New64a()
	var seq [8]byte
	for _, d := range p.all { // every revision that a library keeps has a number of its own
		binary.LittleEndian.PutUint64(seq[:], uint64(d.article.Seq))
		h.Write(seq[:])
		if d.article.Seq == 0 {
			io.WriteString(h, d.article.ID)
		}
	}
	key := fmt.Sprintf("%d/%x", len(p.all), h.Sum64())
	k := &e.desk
	k.mu.Lock()
	if k.groupings == nil {
		k.groupings = map[string]*grouped{}
	}
	g, ok := k.groupings[key]
	if !ok {
		g = &grouped{}
		k.groupings[key] = g
		k.order = append(k.order, key)
		if len(k.order) > groupedMost {
			delete(k.groupings, k.order[0])
			k.order = k.order[1:]
		}
	}
	k.mu.Unlock()
	g.once.Do(func() {
		profiles, ids := make([]storyProfile, len(p.all)), make([]string, len(p.all))
		for i, d := range p.all {
			profiles[i], ids[i] = d.story, d.article.ID
		}
		g.groups = groupStories(profiles, storyDefaults)
		if err := e.book.name(ctx, e.library, g.groups, ids); err != nil && ctx.Err() == nil {
			e.log.WarnContext(ctx, "the stories' names could not be kept", "error", err)
		}
	})
	return g.groups
}

// failing names the sources that could not be read and bring what is everyone's or one of owners'.
func failing(sources []Source, owners []string) []string {
	var out []string
	for _, s := range sources {
		if s.Failing == "" || s.Paused || s.Owner != "" && !slices.Contains(owners, s.Brings()) {
			continue
		}
		name := cmp.Or(s.Title, outletOf(&Article{Report: Report{URL: s.URL}}))
		if !slices.Contains(out, name) && len(out) < 10 {
			out = append(out, name)
		}
	}
	return out
}

// prospect makes a prospect of a story, or nil when nothing of it is fresh and on the beat. A prospect whose why is set
// has nothing new for the channel.
func (e *Engine) prospect(ctx context.Context, g storyGroup, all []*dossier, matched map[*dossier][]string, carried memory, filter *beatFilter, vouch vouchers, w Window) *prospect {
	if !slices.ContainsFunc(g.members, func(m int) bool { _, on := matched[all[m]]; return on }) {
		return nil
	}
	k := &prospect{group: g, tag: TagNew, told: carried.claims, shared: filter.shared}
	inWindow := map[int]bool{}
	sameOrigin := map[*dossier]bool{}
	for i, m := range g.members {
		d := all[m]
		delivered := carried.articles[d.article.ID]
		if delivered > 0 {
			k.carried = true
		}
		_, on := matched[d]
		switch {
		case on && delivered < d.article.Revision:
			inWindow[m] = true
			original := g.members[g.origin[i]]
			_, originalOn := matched[all[original]]
			switch {
			case original != m && delivered == 0 && (originalOn || carried.articles[all[original].article.ID] > 0) &&
				(k.carriedHere(g, all, carried) && otherFigures(d, all[original]) || takesOtherSide(d, all[original]) || countsOtherwise(d, all[original])):
				// The same words with another figure of the same thing, or said where they were denied, are no copy: that is how an agency updates its
				// report. It stays one origin.
				k.fresh = append(k.fresh, d)
				sameOrigin[d] = true
			case original != m && delivered == 0 && carried.articles[all[original].article.ID] > 0 && !inWindow[original]:
				k.known = append(k.known, d)
				k.stale = append(k.stale, d)
				k.repeats(d, all[original])
			case original != m && delivered == 0 && originalOn:
				k.copies = append(k.copies, d)
				k.repeats(d, all[original])
			default:
				k.fresh = append(k.fresh, d)
			}
		case on || delivered > 0:
			k.known = append(k.known, d)
			if on {
				k.had = append(k.had, d)
			}
		default:
			k.known = append(k.known, d)
		}
	}
	if len(k.fresh)+len(k.copies)+len(k.had)+len(k.stale) == 0 {
		return nil
	}
	if len(k.fresh) == 0 {
		k.why = repeatsCarried
		return k
	}
	slices.SortFunc(k.fresh, func(x, y *dossier) int {
		return cmp.Or(y.at.Compare(x.at), strings.Compare(x.article.ID, y.article.ID))
	})
	for _, d := range k.members() {
		if d.at.After(k.newest) {
			k.newest = d.at
		}
	}
	independent := map[string]bool{}
	for _, d := range k.fresh {
		if !vouch.unreviewed(d.article) && !sameOrigin[d] {
			independent[Family(*d.article)] = true
		}
	}
	if i := slices.IndexFunc(k.fresh, func(d *dossier) bool { return !vouch.unreviewed(d.article) }); i >= 0 && len(independent) == 0 {
		independent[Family(*k.fresh[i].article)] = true
	}
	k.origins = len(independent)
	for _, d := range k.fresh {
		for _, h := range filter.hits(d) {
			if !slices.Contains(k.hits, h) {
				k.hits = append(k.hits, h)
			}
		}
	}
	if k.carried {
		e.compare(ctx, k, carried)
	}
	if k.why == "" {
		k.weigh(filter, w)
	}
	return k
}

// hearSides looks for speakers who contradict each other, and weighs the story anew when there are. Reading who says what is
// what takes time, so only stories that can still come into the edition are heard.
func (k *prospect) hearSides(filter *beatFilter, w Window) {
	k.heard = true
	if !mayDiffer(k.fresh) {
		return
	}
	k.sides = k.shared.disputed(k.fresh)
	// A dispute that the channel was told of is no news as long as nobody says anything else.
	if !slices.ContainsFunc(k.sides, func(c Claim) bool { return !k.told[claimKey(c.Text)] }) {
		k.sides = nil
	}
	if len(k.sides) > 0 && k.tag != TagCorrected {
		k.tag = TagDisputed
		k.weigh(filter, w)
	}
}

// weigh sums up the prospect's importance and says of what.
func (k *prospect) weigh(filter *beatFilter, w Window) {
	k.score, k.reasons = 0, nil
	importance := importanceTable()
	add := func(points float64, format string, args ...any) {
		k.score += points
		k.reasons = append(k.reasons, fmt.Sprintf(format, args...)+fmt.Sprintf(" (%+.2f)", points))
	}
	if len(k.hits) > 0 {
		add(importance.Watch*float64(len(k.hits)), "on the watch-list: %s", strings.Join(k.hits, ", "))
	}
	outlets := len(k.outlets())
	switch {
	case k.origins > 1 && outlets != k.origins:
		add(importance.Origins*math.Log2(float64(k.origins)), "reported by %d outlets, %d of them independently", outlets, k.origins)
	case k.origins > 1:
		add(importance.Origins*math.Log2(float64(k.origins)), "reported independently by %d outlets", k.origins)
	case k.origins == 0 && outlets > 1:
		add(0, "reported by %d outlets that nobody has reviewed", outlets)
	case k.origins == 0:
		add(0, "reported by one outlet, which nobody has reviewed")
	case outlets > 1:
		add(0, "reported by %d outlets from one origin", outlets)
	default:
		add(0, "reported by one outlet")
	}
	span := w.To.Sub(w.From)
	if age := w.To.Sub(k.newest); span > 0 && age >= 0 {
		share := 1 - math.Min(1, float64(age)/float64(span))
		if !k.fresh[0].article.DateOnly {
			add(importance.Fresh*share, "newest report %s before the edition", roughly(age))
		} else {
			add(importance.Fresh*share, "newest report of %s", k.newest.UTC().Format("2 January 2006"))
		}
	}
	if name, much := eventOf(k.fresh); much > 0 {
		add(importance.Event*much, "about %s", name)
	}
	switch filter.place(k.fresh) {
	case inTheTitle:
		add(importance.Title, "the beat is in the headline")
	case inTheLead:
		add(importance.Lead, "the beat is in the first sentences")
	}
	switch k.tag {
	case TagUpdated:
		if n := len(k.changes); n > 0 {
			add(importance.Change+importance.FurtherChange*float64(n-1), "figures or positions changed: %d", n)
		} else {
			add(importance.GoesOn, "the story goes on")
		}
	case TagDisputed:
		add(importance.Dispute, "speakers contradict each other")
	case TagCorrected:
		add(importance.Correction, "an earlier report was corrected")
	}
	k.score = math.Round(k.score*1000) / 1000
}

func (k *prospect) outlets() []string {
	var out []string
	for _, d := range k.members() {
		if o := outletOf(d.article); !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

// roughly says a duration in words.
func roughly(d time.Duration) string {
	plural := func(n int, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%d %ss", n, unit)
	}
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return plural(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return plural(int(d.Hours()), "hour")
	}
	return plural(int(d.Hours()/24), "day")
}

// item words a prospect: the headline and the most telling sentences, all in the outlets' own words. shown has the articles
// that it cites.
func (e *Engine) item(ctx context.Context, who viewer, k *prospect, carried memory, w Window, deep bool) (Item, map[string]bool) {
	lead := leadOf(k.fresh)
	item := Item{
		Story: k.group.id, Tag: k.tag, Changes: k.changes, Sides: k.sides, Hits: k.hits, Outlets: k.outlets(), Origins: k.origins,
		Score: k.score, Reasons: k.reasons, Newest: k.newest,
	}
	item.Lead = leadCitation(lead.article)
	item.Headline = item.Lead.Quote
	item.Claims = tellingClaims(k, lead, carried)
	around := slices.Concat(k.fresh, k.copies, k.known)
	if deep {
		if d, sentence, ok := e.background(who, k, lead, w); ok {
			around = append(around, d)
			item.Background = []Claim{claimOf(d, sentence)}
		}
		item.Said = sayingsOf(k, lead)
	}
	find := func(id string, revision int) *dossier {
		for _, d := range around {
			if d.article.ID == id && d.article.Revision == revision {
				return d
			}
		}
		return nil
	}
	hear := func(a *Article, _ int) []Statement {
		if d := find(a.ID, a.Revision); d != nil {
			return d.statements()
		}
		return statementsOf(*a)
	}
	look := func(id string, revision int) (Article, bool) {
		if d := find(id, revision); d != nil {
			return *d.article, true
		}
		a, err := e.revision(ctx, who, id, revision)
		return a, err == nil
	}
	item.Claims = groundedClaims(item.Claims, look, hear)
	item.Sides = groundedClaims(item.Sides, look, hear)
	item.Said = groundedClaims(item.Said, look, hear)
	item.Background = groundedClaims(item.Background, look, hear)
	if len(item.Sides) < 2 && item.Tag == TagDisputed {
		item.Sides, item.Tag = nil, TagNew
		if k.carried {
			item.Tag = TagUpdated
		}
	}
	item.Changes = slices.DeleteFunc(slices.Clone(item.Changes), func(c Change) bool {
		return len(groundedClaims([]Claim{c.Old, c.New}, look, hear)) != 2
	})
	shown := map[string]bool{item.Lead.Article: true}
	for _, c := range slices.Concat(item.Claims, item.Sides, newClaims(item.Changes)) {
		for _, q := range c.Citations {
			shown[q.Article] = true
		}
	}
	members := k.members()
	slices.SortStableFunc(members, func(x, y *dossier) int { return y.at.Compare(x.at) })
	for _, d := range members {
		item.Articles = append(item.Articles, d.article.ID)
	}
	for _, d := range k.known {
		if id := d.article.ID; carried.articles[id] > 0 && !slices.Contains(item.Earlier, id) {
			item.Earlier = append(item.Earlier, id)
		}
	}
	return item, shown
}

// leadOf chooses the article that tells a story best: it has a headline, its headline's words stand in the other reports,
// it isn't labelled, and it is new.
func leadOf(fresh []*dossier) *dossier {
	best, most := fresh[0], -1.0
	for i, d := range fresh {
		if i == readMost {
			break
		}
		score := -.05 * float64(i)
		if d.article.Title != "" {
			score++
		}
		if d.article.Label != "" {
			score -= .4
		}
		words := strings.Fields(d.titleStems)
		shared := 0.0
		for j, o := range fresh[:min(len(fresh), readMost)] {
			if i == j {
				continue
			}
			for _, s := range words {
				if strings.Contains(o.titleStems, " "+s+" ") {
					shared++
				}
			}
		}
		if len(words) > 0 && len(fresh) > 1 {
			score += shared / float64(len(words)*min(len(fresh)-1, readMost-1))
		}
		if score > most {
			best, most = d, score
		}
	}
	return best
}

// leadCitation is where the headline stands: the title, or the first sentence of an article without one.
func leadCitation(a *Article) Citation {
	for i, s := range a.Sentences {
		if s.Role == RoleHeadline || s.Role == RoleBody && a.Title == "" {
			return a.Cite(i)
		}
	}
	return a.Cite(0)
}

// statementOf chooses whose words a sentence is: the inner speaker where one passes another's words on, else the one who says
// most of it.
func statementOf(d *dossier, sentence int) (Statement, bool) {
	var best Statement
	found := false
	for _, s := range d.statements() {
		if s.Sentence != sentence {
			continue
		}
		if !found || s.Speaker.Via != "" && best.Speaker.Via == "" || best.Speaker.Via == "" && s.End-s.Start > best.End-best.Start {
			best, found = s, true
		}
	}
	return best, found
}

// claimOf makes a claim of a sentence: its words, whose they are, and where they stand. A quotation whose speaker stands in a
// neighbouring sentence cites that one as well.
func claimOf(d *dossier, sentence int) Claim {
	a := d.article
	c := Claim{Text: a.Sentence(sentence), Citations: []Citation{a.Cite(sentence)}}
	s, ok := statementOf(d, sentence)
	if !ok || a.Sentences[sentence].Role == RoleHeadline {
		return c
	}
	if length := a.Sentences[sentence].End - a.Sentences[sentence].Start; 2*(s.End-s.Start) < length && s.Stance == Says {
		return c // only a part of the sentence is someone's words
	}
	c.Speaker, c.Stance, c.Direct = s.Speaker, s.Stance, s.Direct
	if !strings.Contains(c.Text, s.Speaker.Name) {
		for _, other := range []int{sentence + 1, sentence - 1, sentence - 2, sentence - 3} {
			if other >= 0 && other < len(a.Sentences) && strings.Contains(a.Sentence(other), s.Speaker.Name) && a.Sentences[other].Role != RoleHeadline {
				c.Citations = append(c.Citations, a.Cite(other))
				break
			}
		}
	}
	return c
}

// tellingClaims chooses one to three sentences of a story: first the one that says what happened, then the statements that
// tell most beside it.
func tellingClaims(k *prospect, lead *dossier, carried memory) []Claim {
	type option struct {
		d        *dossier
		sentence int
		score    float64
		speaker  string
	}
	var known []sentenceNotes
	if k.carried {
		for _, d := range k.known {
			if carried.articles[d.article.ID] > 0 {
				known = append(known, d.notes()...)
			}
		}
	}
	usable := func(d *dossier, i int) bool {
		s := d.article.Sentences[i]
		text := d.article.Sentence(i)
		return s.Role == RoleBody && s.End-s.Start <= claimLongest && len(d.note(i).stems) >= 3 && !carried.claims[claimKey(text)] && !toldBefore(*d.note(i), known) && !outdated(*d.note(i), known)
	}
	headline := map[string]bool{}
	for s := range strings.FieldsSeq(lead.titleStems) {
		headline[sameThing(s)] = true
	}
	echo := func(n sentenceNotes) float64 {
		if len(headline) == 0 {
			return 0
		}
		hits := 0
		for _, s := range n.stems {
			if headline[s] {
				hits++
			}
		}
		return float64(hits) / float64(len(headline))
	}
	var chosen []option
	pick := func(o option) { chosen = append(chosen, o) }
	// What happened. A change comes first where there is one.
	best, most := option{}, math.Inf(-1)
	for place, d := range append([]*dossier{lead}, k.fresh[:min(len(k.fresh), readMost)]...) {
		body := 0
		for i, s := range d.article.Sentences {
			if s.Role != RoleBody {
				continue
			}
			body++
			if body > 6 && !(k.carried && body < 30) {
				break
			}
			if !usable(d, i) {
				continue
			}
			n := d.note(i)
			score := 2*echo(*n) + 1/float64(body) + standsAlone(d.article.Sentence(i))
			if place > 0 {
				score -= .6
			}
			if len(n.numbers) > 0 {
				score += .1
			}
			if score > most {
				best, most = option{d: d, sentence: i, score: score}, score
			}
		}
	}
	if best.d != nil {
		best.speaker = speakerKey(best.d, best.sentence)
		pick(best)
	}
	// Who says what about it.
	var options []option
	for i, d := range k.fresh {
		if i == readMost {
			break
		}
		for _, s := range d.statements() {
			if s.Sentence < 0 || s.Sentence >= len(d.article.Sentences) || !usable(d, s.Sentence) || !reportsWords(s) {
				continue
			}
			n := d.note(s.Sentence)
			score := stanceWeight[s.Stance] + speakerWeight[s.Speaker.Kind] + math.Min(1, 1.5*echo(*n)) + standsAlone(d.article.Sentence(s.Sentence))
			if s.Direct {
				score += .15
			}
			if len(n.numbers) > 0 {
				score += .1
			}
			score -= .02 * float64(s.Sentence)
			options = append(options, option{d, s.Sentence, score, speakerKey(d, s.Sentence)})
		}
	}
	for len(chosen) < claimsMost {
		next, most := -1, .2
		for i, o := range options {
			score := o.score
			for _, c := range chosen {
				if c.d == o.d && c.sentence == o.sentence {
					score = math.Inf(-1)
					break
				}
				alike := stemOverlap(c.d.note(c.sentence).stems, o.d.note(o.sentence).stems)
				if alike > .6 {
					score = math.Inf(-1)
					break
				}
				score -= alike
				if c.speaker != "" && c.speaker == o.speaker {
					score -= .4
				}
			}
			if score > most {
				next, most = i, score
			}
		}
		if next < 0 {
			break
		}
		pick(options[next])
	}
	var out []Claim
	for _, o := range chosen {
		out = append(out, claimOf(o.d, o.sentence))
	}
	return out
}

var (
	stanceWeight = map[Stance]float64{
		Says: .15, Claims: .4, Denies: .6, Condemns: .6, Supports: .3, Warns: .5, Speculates: .3, Asks: .3, Promises: .35,
	}
	speakerWeight = map[SpeakerKind]float64{SpeakerPerson: .3, SpeakerInstitution: .35, SpeakerOutlet: .1, SpeakerAnonymous: .1}
)

func speakerKey(d *dossier, sentence int) string {
	s, ok := statementOf(d, sentence)
	if !ok {
		return ""
	}
	return speakerID(s.Speaker)
}

// speakerID is the same for the same speaker under a long and a short name.
func speakerID(s Speaker) string {
	name := s.Name
	if s.Full != "" && s.Kind == SpeakerPerson && !strings.HasPrefix(s.Full, s.Name) {
		name = s.Full
	}
	if s.Kind == SpeakerPerson {
		toks := prose.Tokens(name)
		if len(toks) > 0 {
			return toks[len(toks)-1].Lower
		}
	}
	return prose.Canonical(name)
}

// standsAlone is below 0 for a sentence that leans on the one before it.
func standsAlone(text string) float64 {
	toks := prose.Tokens(text[:min(len(text), 60)])
	if len(toks) == 0 {
		return -1
	}
	switch toks[0].Lower {
	case "he", "she", "it", "they", "this", "these", "those", "that", "his", "her", "their", "its":
		return -.6
	case "editor":
		return -1
	case "but", "and", "so", "yet", "still", "however", "meanwhile", "instead", "also", "then", "for":
		return -.3
	}
	return 0
}

// toldBefore says whether a sentence says nothing that the known ones don't: almost all its words and all its numbers stand
// in one of them, and it has hardly a word that stands in none.
func toldBefore(n sentenceNotes, known []sentenceNotes) bool {
	return repeated(n, known) && freshWords(n, known) < 2
}

// freshWords counts the words of a sentence that stand in none of the known ones. Which day it is doesn't count.
func freshWords(n sentenceNotes, known []sentenceNotes) int {
	fresh := 0
	for _, s := range n.stems {
		if !dayStems()[s] && !slices.ContainsFunc(known, func(k sentenceNotes) bool { _, ok := slices.BinarySearch(k.stems, s); return ok }) {
			fresh++
		}
	}
	return fresh
}

// dayStems are the stems of the names of days and months.
var dayStems = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for d := time.Sunday; d <= time.Saturday; d++ {
		m[prose.Stem(strings.ToLower(d.String()))] = true
	}
	for d := time.January; d <= time.December; d++ {
		m[prose.Stem(strings.ToLower(d.String()))] = true
	}
	for _, w := range []string{"today", "yesterday", "tomorrow", "morning", "evening", "night"} {
		m[prose.Stem(w)] = true
	}
	return m
})

// repeated says whether almost all words and all numbers of a sentence stand in a known one.
func repeated(n sentenceNotes, known []sentenceNotes) bool {
	for _, k := range known {
		if stemContained(n.stems, k.stems) < .75 {
			continue
		}
		same := true
		for _, x := range n.numbers {
			same = same && slices.ContainsFunc(k.numbers, func(y countedThing) bool { return y.value == x.value })
		}
		for _, day := range n.days {
			same = same && slices.ContainsFunc(k.days, day.Equal)
		}
		if same {
			return true
		}
	}
	return false
}

// contained is which share of x, a sorted list, stands in y.
func stemContained(x, y []string) float64 {
	if len(x) == 0 {
		return 0
	}
	return float64(sharedStems(x, y)) / float64(len(x))
}

// overlap is how much of the shorter list stands in the other.
func stemOverlap(x, y []string) float64 {
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	return float64(sharedStems(x, y)) / float64(min(len(x), len(y)))
}

func sharedStems(x, y []string) int {
	n, i, j := 0, 0, 0
	for i < len(x) && j < len(y) {
		switch c := strings.Compare(x[i], y[j]); {
		case c == 0:
			n++
			i++
			j++
		case c < 0:
			i++
		default:
			j++
		}
	}
	return n
}
