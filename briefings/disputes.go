package briefings

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"attache/briefings/prose"
)

// Limits of a dispute.
const (
	mostSides    = 4
	sameEvent    = 45 * 24 * time.Hour // reports further apart tell of another event of the same kind
	oldRevisions = 3                   // how many earlier revisions of the answering article are looked at
)

// sides finds who gives another answer to the same question: another number or date for the same thing, from another speaker,
// another outlet or an earlier revision. The side of the best stands first, the
// others in the order of their dates; fewer than two is no dispute. What its own outlet has corrected is no side
// but fallen, and must not be shown; where that is the best, instead is the short answer that stands.
func (f *findings) sides(best *span) (sides, fallen []*candidate, instead *span) {
	if best == nil || best.in.headline() || !f.valued(best) {
		return nil, nil, nil
	}
	rivals := []*span{best}
	for _, s := range append(slices.Clone(f.earlier), f.spans...) {
		if len(rivals) > mostSides {
			break
		}
		if s == best || len(s.in.text) > longestCited || s.in.headline() || !f.valued(s) || !f.sameThing(best, s) {
			continue
		}
		// One sentence has one answer, its best; and each side tells another value.
		if slices.ContainsFunc(rivals, func(r *span) bool {
			return r.in == s.in || r.in.a == s.in.a && r.in.sentence == s.in.sentence || !valuesDiffer(r, s) || !f.othersSay(r.in, s.in)
		}) {
			continue
		}
		rivals = append(rivals, s)
	}
	stands := func(s *span) bool {
		return !slices.ContainsFunc(rivals, func(r *span) bool { return corrects(r.in.a, s.in.a) })
	}
	all := rivals
	rivals = nil
	for _, s := range all {
		if stands(s) {
			rivals = append(rivals, s)
		} else {
			fallen = append(fallen, s.in)
		}
	}
	if len(rivals) == 0 {
		return nil, nil, nil
	}
	if rivals[0] != best {
		instead = rivals[0]
	}
	rivals = rivals[:min(len(rivals), mostSides)]
	slices.SortStableFunc(rivals[1:], func(x, y *span) int {
		return published(x.in.a).Compare(published(y.in.a))
	})
	for _, s := range rivals {
		sides = append(sides, s.in)
	}
	if len(sides) < 2 {
		sides = nil
	}
	return sides, fallen, instead
}

// valued says whether a short answer is a number or a date of the sort that the question asks for, so that two of them can
// contradict each other.
func (f *findings) valued(s *span) bool {
	switch f.q.group() {
	case "number":
		return s.num != nil && s.fit >= .75
	case "when":
		return s.time != nil && s.fit >= .75 && !s.time.Value.IsZero() && s.time.Precision != prose.Hour
	}
	return false
}

// sameThing says whether two short answers are of the same sort and about the same thing.
func (f *findings) sameThing(best, s *span) bool {
	if best.num != nil && s.num != nil && (best.num.Kind != s.num.Kind || best.num.Kind == prose.Money && best.num.Unit != s.num.Unit) {
		return false
	}
	return f.sameMatter(best.in, s.in)
}

// sameMatter says whether two sentences speak of what the question asks about: what of it stands in the first stands in the
// other, its verb and its names among that, and both were published about the same time.
func (f *findings) sameMatter(first, other *candidate) bool {
	if published(first.a).Sub(published(other.a)).Abs() > sameEvent {
		return false
	}
	said, shared := 0.0, 0.0
	for i, t := range f.q.terms {
		x, y := first.match[i], other.match[i]
		if x < .5 {
			continue
		}
		said += t.weight
		switch {
		case y >= .5:
			shared += t.weight
		case t.name && !f.speaksOf(other, i), t.token == f.q.verbAt, t.number:
			return false
		case t.name:
			shared += t.weight // its article is about it
		}
	}
	return said >= .4*f.q.total && shared >= .8*said
}

// speaksOf says whether an article has a term of the question in its title or in a sentence that was found.
func (f *findings) speaksOf(c *candidate, term int) bool {
	return slices.ContainsFunc(f.r.sentences, func(o *candidate) bool { return o.a == c.a && o.match[term] >= .5 })
}

// othersSay says whether two sentences are told by different people: in different articles, or by different speakers of one.
func (f *findings) othersSay(x, y *candidate) bool {
	if x.a != y.a {
		return true
	}
	s, _ := f.told(x.a, x.a.Cite(x.sentence))
	t, _ := f.told(y.a, y.a.Cite(y.sentence))
	return s.Speaker.Name != "" && t.Speaker.Name != "" && !strings.EqualFold(s.Speaker.Name, t.Speaker.Name)
}

// corrects says whether an article is its outlet's correction of another: a later revision or a later article that carries a
// notice of correction.
func corrects(now, was *Article) bool {
	later := now.ID == was.ID && now.Revision > was.Revision ||
		now.ID != was.ID && now.Outlet != "" && strings.EqualFold(now.Outlet, was.Outlet) && published(now).After(published(was))
	if !later {
		return false
	}
	first, _ := CorrectionNotice(*now)
	return first >= 0
}

// valuesDiffer says whether two numbers or dates can't both be right as they are told.
func valuesDiffer(x, y *span) bool {
	if x.time != nil && y.time != nil {
		return timesDiffer(*x.time, *y.time)
	}
	if x.num == nil || y.num == nil {
		return false
	}
	a, b := x.num.Value, y.num.Value
	if a == b {
		return false
	}
	near := math.Abs(a-b) <= .1*max(math.Abs(a), math.Abs(b))
	hx, hy := hedge(x), hedge(y)
	switch {
	case near && (hx != "" || hy != ""):
		return false // "about 5,000" and "4,960"
	case hx == "least" && b > a, hy == "least" && a > b, hx == "most" && b < a, hy == "most" && a < b:
		return false
	}
	return true
}

// hedge says how a number is qualified by what stands before it: "about", "least", "most" or not at all.
func hedge(s *span) string {
	c := s.in
	for k := s.from - 1; k >= 0 && k >= s.from-3; k-- {
		switch c.toks[k].Lower {
		case "about", "around", "roughly", "approximately", "some", "nearly", "almost", "estimated", "circa":
			return "about"
		case "least", "than", "over", "above", "exceeding":
			if c.toks[k].Lower == "than" && k > 0 && (c.toks[k-1].Lower == "fewer" || c.toks[k-1].Lower == "less") {
				return "most"
			}
			return "least"
		case "up", "most", "under", "below", "maximum":
			return "most"
		}
	}
	return ""
}

// timesDiffer compares two dates as far as the less precise one goes.
func timesDiffer(x, y prose.TimeRef) bool {
	coarse := func(p prose.Precision) int {
		return slices.Index([]prose.Precision{prose.Day, prose.Week, prose.Month, prose.Season, prose.Year, prose.Decade, prose.Century}, p)
	}
	i := max(coarse(x.Precision), coarse(y.Precision))
	if coarse(x.Precision) < 0 || coarse(y.Precision) < 0 {
		return false
	}
	a, b := x.Value, y.Value
	switch i {
	case 0:
		if x.Relative || y.Relative {
			// "May 6" alone or "next year": of what year it is told by what stands around it, which may be misread.
			return a.Day() != b.Day() || a.Month() != b.Month()
		}
		return a.YearDay() != b.YearDay() || a.Year() != b.Year()
	case 1:
		apart := a.Sub(b).Abs()
		return apart >= 7*24*time.Hour
	case 2:
		return a.Year() != b.Year() || a.Month() != b.Month()
	case 3, 4:
		return a.Year() != b.Year()
	case 5:
		return a.Year()/10 != b.Year()/10
	}
	return a.Year()/100 != b.Year()/100
}

// denial finds a sentence in which somebody denies what first tells, or who tells what first denies; nil where nobody does.
func (f *findings) denial(first *candidate) *candidate {
	if f.q.kind == typeDefinition || f.q.kind == typeStatement {
		return nil // one says who somebody is, another what they deny
	}
	var claim Claim
	for _, c := range f.ranked() {
		if c == first || c.headline() || c.a == first.a && c.sentence == first.sentence || !f.sameMatter(first, c) || !f.shareMore(first, c) {
			continue
		}
		// Only now, for it takes long to find out who speaks.
		if claim.Text == "" {
			claim = f.claim(first)
		}
		other := f.claim(c)
		if (claim.Stance == Denies) != (other.Stance == Denies) && !strings.EqualFold(claim.Speaker.Name, other.Speaker.Name) {
			return c
		}
	}
	return nil
}

// shareMore says whether two sentences have more of the question in common than names.
func (f *findings) shareMore(x, y *candidate) bool {
	for i, t := range f.q.terms {
		if !t.name && x.match[i] >= .5 && y.match[i] >= .5 {
			return true
		}
	}
	return false
}

// recall looks into earlier revisions of the article that answers: what its outlet has changed since without saying so is told
// beside what stands now.
func (e *Engine) recall(ctx context.Context, f *findings) {
	best := f.short()
	if best == nil || best.in.a.Revision < 2 || !f.valued(best) || f.c.index != e.index {
		return
	}
	now := best.in.a
	targets := f.q.targets()
	for r := now.Revision - 1; r > 0 && r >= now.Revision-oldRevisions; r-- {
		was, err := e.revision(ctx, f.c.who, now.ID, r)
		if err != nil {
			continue // it is not kept any more
		}
		if len(was.Sentences) == 0 {
			was.cut()
		}
		for i, s := range was.Sentences {
			if s.Role == RoleHeadline || strings.Contains(now.Text, was.Sentence(i)) {
				continue
			}
			c := f.q.newCandidate(&was, i, targets)
			if c == nil {
				continue
			}
			c.first, c.final = best.in.first, best.in.final
			for _, s := range f.q.spansOf(c) {
				if f.valued(s) {
					f.earlier = append(f.earlier, s)
				}
			}
		}
	}
}
