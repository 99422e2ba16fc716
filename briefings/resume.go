package briefings

import (
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"attache/briefings/prose"
)

// A story may be silent for longer than storyGap and then go on: the toll of last week's flood rises, the last miners come up.
// Grouping keeps reports so far apart in two stories, for most that are alike over weeks are two events of one kind. What the channel
// was told of may go on all the same, where a report is very alike, says one sentence over again for the most part, and isn't about
// another place. One that is missed is told as new; one that is wrong would hide an event: so this asks much.
const (
	// resumeWithin is how long a story that the channel was told of may be silent and still go on.
	resumeWithin = 30 * 24 * time.Hour
	// resumeAlike is how like a report of the old story a new one must be, resumeShared how many words a sentence of both must share,
	// and resumeOverlap which part of the shorter one they must be.
	resumeAlike   = .5
	resumeShared  = 6
	resumeOverlap = .7
	// resumeMembers is how many reports of a story are compared.
	resumeMembers = 6
)

// resumed joins stories that hold nothing that the channel was told with the earlier one, told to it, that they continue. stories stays
// as it is: other channels use it too.
func resumed(stories []storyGroup, all []*dossier, carried memory) []storyGroup {
	if len(carried.articles) == 0 {
		return stories
	}
	var told []int // places in stories
	has := make([]bool, len(stories))
	for i, g := range stories {
		has[i] = slices.ContainsFunc(g.members, func(m int) bool { return carried.articles[all[m].article.ID] > 0 })
		if has[i] {
			told = append(told, i)
		}
	}
	if len(told) == 0 || len(told) == len(stories) {
		return stories
	}
	type posting struct {
		report int // place in reports
		weight float32
	}
	type report struct{ story, article int } // places in stories and in all
	postings := map[uint32][]posting{}
	var reports []report
	for _, i := range told {
		members := stories[i].members
		for _, m := range members[max(0, len(members)-resumeMembers):] {
			for _, t := range tellingTerms(all[m].story) {
				postings[t.term] = append(postings[t.term], posting{len(reports), t.weight})
			}
			reports = append(reports, report{i, m})
		}
	}
	scores := make([]float32, len(reports))
	var out []storyGroup
	into := map[int]int{} // story told before: its place in out
	for i, g := range stories {
		if has[i] {
			into[i] = len(out)
			out = append(out, g)
		}
	}
	for i, g := range stories {
		if has[i] {
			continue
		}
		first := all[g.members[0]].at
		best, most := -1, float32(resumeAlike)
		for _, m := range g.members[:min(len(g.members), resumeMembers)] {
			clear(scores)
			for _, t := range tellingTerms(all[m].story) {
				for _, p := range postings[t.term] {
					scores[p.report] += t.weight * p.weight
				}
			}
			for r, score := range scores {
				if score <= most {
					continue
				}
				old := stories[reports[r].story]
				last := all[old.members[len(old.members)-1]].at
				if first.After(last.Add(storyGap)) && first.Before(last.Add(resumeWithin)) && goesOn(all[m], all[reports[r].article]) {
					best, most = reports[r].story, score
				}
			}
		}
		if best < 0 {
			out = append(out, g)
			continue
		}
		old := &out[into[best]]
		joined := storyGroup{id: old.id, members: slices.Concat(old.members, g.members), origin: slices.Clone(old.origin)}
		for _, o := range g.origin {
			joined.origin = append(joined.origin, o+len(old.members))
		}
		*old = joined
	}
	return out
}

// goesOn says whether a sentence of now says over again, for the most part, what one of was says, about the same place.
func goesOn(now, was *dossier) bool {
	for i, s := range now.article.Sentences {
		if s.Role != RoleBody {
			continue
		}
		for j, o := range was.article.Sentences {
			if o.Role != RoleBody {
				continue
			}
			x, y := now.note(i), was.note(j)
			if sharedStems(x.stems, y.stems) >= resumeShared && stemOverlap(x.stems, y.stems) >= resumeOverlap && samePlaces(*x, *y) &&
				!(namesElsewhere(now, i, was) && namesElsewhere(was, j, now)) {
				return true
			}
		}
	}
	return false
}

// namesElsewhere says whether sentence i names something that stands nowhere in the other report: a name beside those of countries and
// days.
func namesElsewhere(d *dossier, i int, other *dossier) bool {
	text := d.article.Sentence(i)
	toks := prose.Tokens(text)
	days := prose.TimesIn(text, toks, d.at)
	for k, t := range toks {
		if k == 0 || !t.IsUpper() || prose.IsStop(t.Lower) || countryTerms()[termID(prose.Stem(t.Lower))] ||
			slices.ContainsFunc(days, func(r prose.TimeRef) bool { return r.Overlaps(prose.Span{Start: t.Start, End: t.End}) }) {
			continue
		}
		if !strings.Contains(other.words, " "+t.Lower+" ") {
			return true
		}
	}
	return false
}

// tellingTerms is the unit vector of a report's terms, weighed by how rare they are in news.
func tellingTerms(p storyProfile) []storyTerm {
	const reports = 300 // as in storyDefaults.prior
	out := make([]storyTerm, 0, len(p.terms))
	sum := 0.0
	for _, t := range p.terms {
		rare := math.Log(reports / (1 + reports*commonShare()[t.term]))
		if rare <= storyDefaults.telling || countryTerms()[t.term] {
			continue
		}
		w := float64(t.weight) * rare
		sum += w * w
		out = append(out, storyTerm{t.term, float32(w)})
	}
	unit := float32(1 / math.Sqrt(max(sum, 1e-9)))
	for i := range out {
		out[i].weight *= unit
	}
	return out
}

// countryTerms are the terms that name a country: what happens in one country is no one story.
var countryTerms = sync.OnceValue(func() map[uint32]bool {
	m := map[uint32]bool{}
	for _, c := range prose.Countries() {
		for _, list := range [][]string{c.Names, c.Demonyms, c.Seats} {
			for _, n := range list {
				for w := range strings.FieldsSeq(n) {
					m[termID(prose.Stem(w))] = true
				}
			}
		}
	}
	return m
})
