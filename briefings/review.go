package briefings

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Review is what a weekly review says beside its stories.
type Review struct {
	// Moved, Disputed and Corrected are how many stories of the week did what, shown or not. A story counts once.
	Moved     int `json:"moved"`
	Disputed  int `json:"disputed"`
	Corrected int `json:"corrected"`
	// Questions is how many questions were asked openly in the channel, and Asked some of them, as they were asked. Who asked is
	// nobody's business.
	Questions int      `json:"questions,omitempty"`
	Asked     []string `json:"asked,omitempty"`
}

// Ending is how what was disputed stands at the end of a review's week.
type Ending string

// The endings.
const (
	EndingOpen      Ending = "open"      // nobody has taken anything back
	EndingMoved     Ending = "moved"     // one side says something else since: see Item.Changes
	EndingCorrected Ending = "corrected" // a report of it was corrected
)

// review makes a weekly review: the stories on the beat in which something moved, was disputed or was corrected within the
// window, from the value at its beginning to the one at its end. What a channel was told makes no difference to it.
func (e *Engine) review(ctx context.Context, a Assignment) (Edition, error) {
	now := e.now()
	most := a.Most
	if most <= 0 {
		most = editionMost
	}
	out := Edition{Beat: a.Beat, Window: a.Window, AsOf: now, Composed: now, Review: &Review{}}
	if a.Window.To.Before(now) {
		out.AsOf = a.Window.To
	}
	who := e.viewer(ctx, a.For)
	pool := e.pool(who, a.Window, memory{}, a.Backlog, a.Seen)
	if err := e.readAll(ctx, pool.all); err != nil {
		return Edition{}, err
	}
	out.Read = len(pool.fresh)
	filter := newBeatFilter(a.Beat)
	outlets := map[string]bool{}
	for _, d := range pool.fresh {
		outlets[outletOf(d.article)] = true
	}
	matched := filter.matching(pool, nil)
	out.Outlets, out.Matched = len(outlets), len(matched)
	sources, err := e.library.Sources(ctx)
	if err != nil {
		return Edition{}, fmt.Errorf("read the sources: %w", err)
	}
	out.Failing = failing(sources, ownersSeen(a.For))
	vouch := vouchersOf(sources, a.For)
	var moved []*prospect
	for _, g := range e.grouped(ctx, pool) {
		if err := ctx.Err(); err != nil {
			return Edition{}, err
		}
		k := e.prospect(ctx, g, pool.all, matched, memory{}, &filter, vouch, a.Window)
		if k == nil || len(k.fresh) == 0 || !e.moved(ctx, who, k, a.Window) {
			continue
		}
		k.heard = true
		k.weigh(&filter, a.Window)
		moved = append(moved, k)
	}
	chosen, below, err := choose(ctx, moved, most, &filter, a.Window)
	if err != nil {
		return Edition{}, err
	}
	for _, k := range chosen {
		item, _ := e.item(ctx, who, k, memory{}, a.Window, true)
		switch {
		case item.Tag == TagDisputed && len(item.Sides) > 1:
			item.Ended = k.ended
		case item.Tag == TagCorrected || len(item.Changes) > 0:
			if item.Tag != TagCorrected {
				item.Tag = TagUpdated
			}
		default:
			continue // nothing of what moved could be shown with a citation
		}
		e.vouchItem(vouch, &item)
		out.Items = append(out.Items, item)
		out.Review.count(item.Tag)
	}
	for _, k := range below {
		out.Review.count(k.tag)
	}
	out.Below = len(below)
	return out, nil
}

func (r *Review) count(t Tag) {
	switch t {
	case TagDisputed:
		r.Disputed++
	case TagCorrected:
		r.Corrected++
	default:
		r.Moved++
	}
}

// moved reads a story from its oldest report to its newest and notes what changed on the way, what was corrected, and what its
// speakers dispute. It says whether there is any of it.
func (e *Engine) moved(ctx context.Context, who viewer, k *prospect, w Window) bool {
	k.tag = TagUpdated
	var before []*dossier // newest first
	for _, d := range k.known {
		if d.at.Before(w.To) {
			before = append(before, d)
		}
	}
	slices.SortStableFunc(before, func(x, y *dossier) int { return y.at.Compare(x.at) })
	before = before[:min(len(before), readMost)]
	corrected := map[string]bool{} // the reports that were wrong
	for _, d := range slices.Backward(k.fresh) {
		if was := e.revisedWithin(ctx, who, d, w); was != nil {
			k.known = append(k.known, was)
			if saysCorrected(d, was) {
				corrected[d.article.ID] = true
			}
			k.changes = chained(k.changes, changesBetween([]*dossier{was}, d))
		}
		for _, b := range d.corrects(before) {
			corrected[b.article.ID] = true
		}
		if len(before) > 0 {
			k.changes = chained(k.changes, changesBetween(before, d))
		}
		before = append([]*dossier{d}, before[:min(len(before), readMost-1)]...)
	}
	if len(k.fresh) > 1 {
		for part := range slices.Chunk(k.fresh, readMost) {
			if len(k.sides) == 0 && mayDiffer(part) {
				k.sides = disputed(part)
			}
		}
	}
	switch {
	case len(k.sides) > 1:
		k.tag = TagDisputed
		k.ended = endingOf(k.sides, k.changes, corrected)
	case len(corrected) > 0:
		k.tag = TagCorrected
	}
	k.changes = k.changes[:min(len(k.changes), changesMost)]
	return len(k.sides) > 1 || len(corrected) > 0 || len(k.changes) > 0
}

// revisedWithin is how an article that was revised within a window read before; nil where it was not.
func (e *Engine) revisedWithin(ctx context.Context, who viewer, d *dossier, w Window) *dossier {
	a := d.article
	if a.Revision < 2 || a.Read.Before(w.From) || !a.Read.Before(w.To) {
		return nil
	}
	old, err := e.revision(ctx, who, a.ID, a.Revision-1)
	if err != nil {
		return nil // it is kept no longer: then it can't be quoted either
	}
	old = withSentences(old)
	was := newDossier(&old)
	was.read()
	return was
}

// chained adds changes to what changed before: 12 → 19 and 19 → 25 are 12 → 25, and what went back to where it was is no change.
func chained(list, more []Change) []Change {
next:
	for _, c := range more {
		for i := range list {
			switch {
			case claimKey(list[i].Old.Text) == claimKey(c.New.Text) && claimKey(list[i].New.Text) == claimKey(c.Old.Text):
				list = slices.Delete(list, i, i+1)
				continue next
			case claimKey(list[i].New.Text) == claimKey(c.Old.Text):
				list[i].New = c.New
				continue next
			case claimKey(list[i].New.Text) == claimKey(c.New.Text), claimKey(list[i].Old.Text) == claimKey(c.Old.Text):
				continue next
			}
		}
		list = append(list, c)
	}
	return list
}

// endingOf says how a dispute ended: whether a report that tells it was corrected, or one side said something else after both had
// spoken.
func endingOf(sides []Claim, changes []Change, corrected map[string]bool) Ending {
	var last time.Time
	for _, s := range sides {
		q := s.Citations[0]
		if corrected[q.Article] {
			return EndingCorrected
		}
		if q.Published.After(last) {
			last = q.Published
		}
	}
	for _, c := range changes {
		if !c.New.Citations[0].Published.After(last) {
			continue
		}
		for _, s := range sides {
			if claimKey(c.Old.Text) == claimKey(s.Text) || c.New.Speaker.Name != "" && sameSpeaker(c.New.Speaker, s.Speaker) {
				return EndingMoved
			}
		}
	}
	return EndingOpen
}
