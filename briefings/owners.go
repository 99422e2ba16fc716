package briefings

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// What an article's owners are: those whose sources listed it, or whose people sent or pasted it. "" is everyone: the embedded
// archive, what the operator reads in the terminal, the operator's sources. "slack/T1" is a workspace, "slack/T1/C1" one of its
// channels alone. A direct message without a workspace is one of its own: "discord//D1".
//
// Who looks is a channel, in its address (message.Address.String), and sees what is everyone's, its workspace's and its own;
// nothing else is searched, ranked, grouped, counted or shown. Only how common words are, and which spellings there are, is
// reckoned by all that was read.

// Everything is who looks when the operator does, in the terminal: nothing is hidden.
const Everything = "*"

// WorkspaceOf is the owner that all channels of a channel's workspace share. A direct message without a workspace shares
// nothing. Everything has no owner but everyone.
func WorkspaceOf(channel string) string {
	if channel == Everything {
		return ""
	}
	return workspacePart(channel)
}

// ownersSeen are the owners, beside everyone, whose articles a channel sees.
func ownersSeen(channel string) []string {
	switch workspace := WorkspaceOf(channel); workspace {
	case "":
		return nil
	case channel:
		return []string{channel}
	default:
		return []string{workspace, channel}
	}
}

type viewingKey struct{}

// looking is who looks under a context, and the owner of what they bring.
type looking struct{ channel, brings string }

// Viewing is ctx for a channel that looks: what the engine does under it for nobody else in particular shows only what the
// channel may see, and a link that is read belongs to its workspace. Under a ctx without one only what is everyone's is shown.
func Viewing(ctx context.Context, channel string) context.Context {
	return context.WithValue(ctx, viewingKey{}, looking{channel, WorkspaceOf(channel)})
}

// ViewingAlone is Viewing for a channel that keeps to itself what is brought there: a direct message.
func ViewingAlone(ctx context.Context, channel string) context.Context {
	return context.WithValue(ctx, viewingKey{}, looking{channel, channel})
}

// viewing is the channel that looks under ctx; "" where none does.
func viewing(ctx context.Context) string {
	who, _ := ctx.Value(viewingKey{}).(looking)
	return who.channel
}

// Brings is the owner of what is brought under ctx; "", everyone, where nobody in particular looks.
func Brings(ctx context.Context) string {
	who, _ := ctx.Value(viewingKey{}).(looking)
	return who.brings
}

// Sighting says that an article is an owner's to see, and since when. An article has one for each of its owners.
type Sighting struct {
	Article string
	Owner   string
	// At is when it was first brought for the owner: to the owner it is as new as that.
	At time.Time
	// Backlog says that the owner's source listed it already when it was first read: it is no news to the owner.
	Backlog bool
	// Revision is the first that the owner may see.
	Revision int
	// Gone says that the owner has taken it back.
	Gone bool
	// Seq grows with every sighting that comes or goes; see Library.Sightings.
	Seq int64
}

// sight is who may see an article. A sight is never changed once an article has it.
type sight struct{ by []seen }

// seen is a Sighting as the engine keeps it.
type seen struct {
	owner    string
	at       time.Time
	revision int
	backlog  bool
	sure     bool // as the library has it; else as this engine has brought it, perhaps not for the first time
}

// everyones is the sight of what was everyone's from its first revision on; most articles have it.
var everyones = &sight{by: []seen{{}}}

// viewer is who looks. The zero viewer sees what is everyone's.
type viewer struct {
	all    bool
	owners []string // beside everyone; those that have an article at all
	key    string   // the same for all who see the same
}

// viewer is who looks: the channel that is named or, without one, the one of ctx. The operator sees all, whichever channel is
// named.
func (e *Engine) viewer(ctx context.Context, channel string) viewer {
	channel = cmp.Or(channel, viewing(ctx))
	if channel == Everything || viewing(ctx) == Everything {
		return viewer{all: true, key: Everything}
	}
	var who viewer
	e.mu.RLock()
	for _, o := range ownersSeen(channel) {
		if e.owned[o] > 0 {
			who.owners = append(who.owners, o)
		}
	}
	e.mu.RUnlock()
	who.key = strings.Join(who.owners, " ")
	return who
}

// sees says whether an article may be shown.
func (w viewer) sees(h *held) bool {
	s := h.sight.Load()
	if s == everyones || w.all {
		return true
	}
	_, ok := w.first(s)
	return ok
}

// first is the earliest sighting that lets the viewer see an article.
func (w viewer) first(s *sight) (first seen, ok bool) {
	if s == nil {
		return seen{}, false
	}
	for _, x := range s.by {
		if (w.all || x.owner == "" || slices.Contains(w.owners, x.owner)) && (!ok || x.at.Before(first.at)) {
			first, ok = x, true
		}
	}
	return first, ok
}

// came is when an article, as it reads now, came to the viewer, and whether it was news then.
func (w viewer) came(h *held) (at time.Time, backlog bool) {
	if s := h.sight.Load(); s != everyones {
		if x, ok := w.first(s); ok {
			if x.at.After(h.Read) {
				return x.at, x.backlog
			}
			return h.Read, x.backlog
		}
	}
	return h.Read, h.Backlog
}

// oldest is the first revision of an article that the viewer may see.
func (w viewer) oldest(h *held) int {
	if w.all {
		return 1
	}
	least := 0
	if s := h.sight.Load(); s != nil {
		for _, x := range s.by {
			if (x.owner == "" || slices.Contains(w.owners, x.owner)) && (least == 0 || x.revision < least) {
				least = x.revision
			}
		}
	}
	return max(least, 1)
}

// shown returns the newest revision of an article that the viewer may see.
func (e *Engine) shown(w viewer, id string) (*Article, bool) {
	h := e.held(id)
	if h == nil || !w.sees(h) {
		return nil, false
	}
	return h.open(), true
}

func (e *Engine) held(id string) *held {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.articles[id]
}

// revision returns how an article read in a revision that the viewer may see.
func (e *Engine) revision(ctx context.Context, w viewer, id string, revision int) (Article, error) {
	if h := e.held(id); h != nil && (!w.sees(h) || revision > 0 && revision < w.oldest(h)) {
		return Article{}, fmt.Errorf("article %q, revision %d: %w", id, revision, ErrNotFound)
	}
	return e.library.Article(ctx, id, revision)
}

// searchable is what the index asks of an article that is not everyone's. The index is locked while it asks: what the viewer
// sees is looked up before.
func (e *Engine) searchable(w viewer) func(id string) bool {
	own := e.restricted(w)
	if len(own) == 0 {
		return nil
	}
	ids := make(map[string]bool, len(own))
	for _, h := range own {
		ids[h.ID] = true
	}
	return func(id string) bool { return ids[id] }
}

// Sees says whether a channel (message.Address.String) may see an article.
func (e *Engine) Sees(channel, article string) bool {
	h := e.held(article)
	return h != nil && e.viewer(context.Background(), channel).sees(h)
}

// Audience is the same for two channels that see the same articles: what is worked out for one holds for the other.
func (e *Engine) Audience(channel string) string {
	return e.viewer(context.Background(), channel).key
}

// TakeBack takes an article from an owner, whose it no longer is. ErrNotFound where the owner had none.
func (e *Engine) TakeBack(ctx context.Context, article, owner string) error {
	if err := e.library.TakeBack(ctx, article, owner); err != nil {
		return fmt.Errorf("take back article %s: %w", article, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.behold(Sighting{Article: article, Owner: owner, Gone: true})
	return nil
}

// Disown forgets what a workspace owned, as its library has: its sightings and those of its channels. An article that nobody
// else owns is shown to nobody any more.
func (e *Engine) Disown(workspace string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for id, h := range maps.Clone(e.private) {
		s := h.sight.Load()
		if s == nil {
			continue
		}
		for _, x := range s.by {
			if x.owner == workspace || strings.HasPrefix(x.owner, workspace+"/") {
				e.behold(Sighting{Article: id, Owner: x.owner, Gone: true})
			}
		}
	}
}

// covers says whether all who see what o owns see what owner owns.
func covers(owner, o string) bool {
	return owner == "" || owner == o || strings.HasPrefix(o, owner+"/")
}

// mayRevise says whether a report may be a new revision of an article: where whoever sees the article may see the report, or
// both came from the same source. Else one workspace could put words into what another reads.
func mayRevise(h *held, r Report) bool {
	if covers(r.Owner, "") || r.Source != "" && r.Source == h.Source {
		return true
	}
	s := h.sight.Load()
	return s != nil && s != everyones && !slices.ContainsFunc(s.by, func(x seen) bool { return !covers(r.Owner, x.owner) })
}

// homeOf is the ID of the article that a report belongs to. Where others see other words at its address, and the report may
// not revise them, it is an article of its owner's own.
func (e *Engine) homeOf(id, hash string, r Report) string {
	own := ownID(id, r.Owner)
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.articles[own] != nil {
		return own
	}
	if h := e.articles[id]; h != nil && h.Hash != hash && !mayRevise(h, r) {
		return own
	}
	return id
}

func ownID(id, owner string) string {
	return articleID(Report{Title: "of " + owner, Text: id})
}

// behold takes in a sighting. It is kept until the article is there. The caller holds mu.
func (e *Engine) behold(x Sighting) {
	h := e.articles[x.Article]
	if h == nil {
		if e.awaited == nil {
			e.awaited = map[string][]Sighting{}
		}
		e.awaited[x.Article] = append(e.awaited[x.Article], x)
		return
	}
	if e.sight(h, x) {
		e.file(h)
		e.index.Restrict(h.ID, h.sight.Load() != everyones)
		e.sentry.note(e.version.Add(1), h.ID)
	}
}

// sight gives an article the sight that it has after a sighting and says whether that is another. The caller holds mu.
func (e *Engine) sight(h *held, x Sighting) (changed bool) {
	old := h.sight.Load()
	var by []seen
	if old != nil {
		by = old.by
	}
	i := slices.IndexFunc(by, func(y seen) bool { return y.owner == x.Owner })
	now := seen{owner: x.Owner, at: x.At, revision: x.Revision, backlog: x.Backlog, sure: x.Seq > 0}
	switch {
	case !x.Gone && i >= 0 && old != everyones && now.sure && !by[i].sure:
		by = slices.Clone(by)
		by[i] = now
	case x.Gone && i < 0, !x.Gone && i >= 0, !x.Gone && old == everyones:
		return false
	case x.Gone:
		by = slices.Delete(slices.Clone(by), i, i+1)
		e.owned[x.Owner]--
	default:
		by = append(slices.Clip(by), now)
		e.owned[x.Owner]++
	}
	next := &sight{by: by}
	if len(by) == 1 && x.Owner == "" && !x.Gone && x.Revision <= 1 && x.Backlog == h.Backlog && !x.At.After(h.Read) {
		next = everyones
	}
	h.sight.Store(next)
	return true
}

// arrive gives an article that has just come the sight that its earlier revision had, or that was awaited. The caller holds mu.
func (e *Engine) arrive(h, earlier *held) {
	if earlier != nil {
		h.sight.Store(earlier.sight.Load())
	}
	defer e.file(h)
	for _, x := range e.awaited[h.ID] {
		e.sight(h, x)
	}
	if e.awaited != nil {
		if delete(e.awaited, h.ID); len(e.awaited) == 0 {
			e.awaited = nil
		}
	}
}

// file notes whether an article is not everyone's. The caller holds mu.
func (e *Engine) file(h *held) {
	if h.sight.Load() == everyones {
		delete(e.private, h.ID)
	} else {
		e.private[h.ID] = h
	}
}

// loadSightings takes in what has come and gone since it last did.
func (e *Engine) loadSightings(ctx context.Context) error {
	for {
		e.mu.RLock()
		seq := e.sightings
		e.mu.RUnlock()
		batch, err := e.library.Sightings(ctx, seq, 20*loadBatch)
		if err != nil {
			return fmt.Errorf("read the library's sightings after %d: %w", seq, err)
		}
		if len(batch) == 0 {
			return nil
		}
		if batch[len(batch)-1].Seq <= seq {
			return fmt.Errorf("read the library's sightings after %d: it answers with what came before", seq)
		}
		e.mu.Lock()
		for _, x := range batch {
			e.behold(x)
		}
		e.sightings = max(e.sightings, batch[len(batch)-1].Seq)
		e.mu.Unlock()
	}
}

// restricted are the articles that the viewer sees and not everyone does. The caller holds no lock.
func (e *Engine) restricted(w viewer) []*held {
	if !w.all && len(w.owners) == 0 {
		return nil
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	var out []*held
	for _, h := range e.private {
		if w.sees(h) {
			out = append(out, h)
		}
	}
	return out
}
