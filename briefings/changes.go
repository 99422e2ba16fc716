package briefings

import (
	"context"
	"slices"
	"strings"
	"time"
)

const changesMost = 3

// compare holds a story against what the channel has had of it: what changed, what was corrected, or why there is nothing
// new.
func (e *Engine) compare(ctx context.Context, k *prospect, carried memory) {
	var before []*dossier
	for _, d := range k.known {
		if carried.articles[d.article.ID] > 0 {
			before = append(before, d)
		}
	}
	corrected := false
	for _, d := range k.fresh {
		// A new revision of an article that was delivered: the old one is what the channel knows.
		delivered := carried.articles[d.article.ID]
		if delivered == 0 || delivered >= d.article.Revision {
			continue
		}
		old, err := e.library.Article(ctx, d.article.ID, delivered)
		if err != nil {
			continue // the library no longer has it; then it can't be quoted either
		}
		was := &dossier{article: &old}
		was.read()
		before = append(before, was)
		k.known = append(k.known, was)
		if saysCorrected(d, was) {
			corrected = true
		}
	}
	k.tag = TagUpdated
	for _, d := range k.fresh {
		for _, b := range before {
			k.changes = addChanges(k.changes, changesBetween(b, d))
		}
	}
	for i, c := range k.changes {
		if carried.claims[claimKey(c.New.Text)] {
			k.changes[i].New.Text = ""
		}
	}
	k.changes = slices.DeleteFunc(k.changes, func(c Change) bool { return c.New.Text == "" })
	if corrected {
		k.tag = TagCorrected
		return
	}
	if len(k.changes) > 0 {
		return
	}
	// No value changed: is anything said that wasn't before?
	var known []sentenceNotes
	for _, b := range before {
		known = append(known, b.notes()...)
	}
	for _, d := range k.fresh {
		for i, n := range d.notes() {
			s := d.article.Sentences[i]
			if s.Role == RoleBody && len(n.stems) >= 5 && s.End-s.Start <= claimLongest && !carried.claims[claimKey(d.article.Sentence(i))] && !toldBefore(n, known) && mostContained(n, known) < .6 {
				return
			}
		}
	}
	k.why = "it adds nothing to what this channel has had"
}

func mostContained(n sentenceNotes, known []sentenceNotes) float64 {
	most := 0.0
	for _, k := range known {
		most = max(most, stemContained(n.stems, k.stems))
	}
	return most
}

// correctionWords begin a note by which an outlet says that it was wrong.
var correctionWords = []string{" correct ", " clarif ", " erratum ", " earlier version "}

// saysCorrected says whether an article tells that it was corrected, where its earlier revision didn't.
func saysCorrected(now, was *dossier) bool {
	for _, w := range correctionWords {
		if countOverlapping(now.stems, w) > countOverlapping(was.stems, w) {
			return true
		}
	}
	return strings.Contains(now.words, " an earlier version ") && !strings.Contains(was.words, " an earlier version ")
}

// addChanges adds changes that tell something else than those that are there.
func addChanges(list, more []Change) []Change {
	for _, c := range more {
		if len(list) == changesMost {
			break
		}
		if !slices.ContainsFunc(list, func(o Change) bool {
			return o.New.Text == c.New.Text || o.Old.Text == c.Old.Text || claimKey(o.New.Text) == claimKey(c.New.Text)
		}) {
			list = append(list, c)
		}
	}
	return list
}

// changesBetween finds the claims of an older article that a newer one gives another value: another number of the same
// thing, or the opposite stance of the same speaker.
func changesBetween(old, now *dossier) []Change {
	type pair struct {
		old, now int
		score    float64
		unit     string
	}
	var pairs []pair
	before, after := old.notes(), now.notes()
	newValues := map[string]map[float64]bool{}
	oldValues := map[string]map[float64]bool{}
	note := func(m map[string]map[float64]bool, x countedThing) {
		if m[x.unit] == nil {
			m[x.unit] = map[float64]bool{}
		}
		m[x.unit][x.value] = true
	}
	for i, n := range before {
		if old.article.Sentences[i].Role == RoleBody {
			for _, x := range n.numbers {
				note(oldValues, x)
			}
		}
	}
	for i, n := range after {
		if now.article.Sentences[i].Role == RoleBody {
			for _, x := range n.numbers {
				note(newValues, x)
			}
		}
	}
	for j, n := range after {
		s := now.article.Sentences[j]
		if s.Role != RoleBody || s.End-s.Start > claimLongest {
			continue
		}
		for _, x := range n.numbers {
			if !countable(x) || oldValues[x.unit][x.value] {
				continue
			}
			best := pair{score: -1}
			for i, b := range before {
				s := old.article.Sentences[i]
				if s.Role != RoleBody || s.End-s.Start > claimLongest {
					continue
				}
				for _, y := range b.numbers {
					if y.unit != x.unit || y.kind != x.kind || y.value == x.value || slices.ContainsFunc(b.numbers, func(z countedThing) bool { return z.unit == x.unit && z.value == x.value }) {
						continue
					}
					// The newer article that gives the old value of its own, in another sentence, doesn't replace it.
					if newValues[x.unit][y.value] && !slices.ContainsFunc(n.numbers, func(z countedThing) bool { return z.value == y.value }) {
						continue
					}
					shared := sharedStems(n.stems, b.stems)
					score := float64(shared) / float64(max(1, min(len(n.stems), len(b.stems))))
					need := .34
					if casualtyStems[x.unit] {
						need = .2
					}
					if lengthOfTime[x.unit] {
						need = .6
					}
					if shared < 2 && !casualtyStems[x.unit] || score < need || score <= best.score {
						continue
					}
					best = pair{i, j, score, x.unit}
				}
			}
			if best.score > 0 {
				pairs = append(pairs, best)
			}
		}
	}
	slices.SortStableFunc(pairs, func(x, y pair) int {
		switch {
		case x.score > y.score:
			return -1
		case x.score < y.score:
			return 1
		}
		return 0
	})
	var out []Change
	units := map[string]bool{}
	for _, p := range pairs {
		if !units[p.unit] {
			units[p.unit] = true
			out = append(out, Change{Old: claimOf(old, p.old), New: claimOf(now, p.now)})
		}
	}
	// The same speaker, the opposite stance.
	for _, x := range now.statements() {
		for _, y := range old.statements() {
			if !oppositeStance(x.Stance, y.Stance) || speakerID(x.Speaker) != speakerID(y.Speaker) || x.Speaker.Kind == SpeakerAnonymous || !inBody(now, x) || !inBody(old, y) {
				continue
			}
			if shared := sharedStems(now.notes()[x.Sentence].stems, old.notes()[y.Sentence].stems); shared >= 3 && stemOverlap(now.notes()[x.Sentence].stems, old.notes()[y.Sentence].stems) > .4 {
				out = append(out, Change{Old: claimOf(old, y.Sentence), New: claimOf(now, x.Sentence)})
			}
		}
	}
	return out
}

func inBody(d *dossier, s Statement) bool {
	return s.Sentence >= 0 && s.Sentence < len(d.article.Sentences) && d.article.Sentences[s.Sentence].Role == RoleBody
}

var lengthOfTime = deskSet("year month week day hour minut second age year-old")

// countable says whether a number can be a value that changes: it counts something, and isn't a year.
func countable(x countedThing) bool {
	if x.unit == "" {
		return false
	}
	year := len(x.text) == 4 && x.value >= 1900 && x.value < 2100
	return !year
}

// opposite says whether two stances of one speaker on one matter exclude each other.
func oppositeStance(x, y Stance) bool {
	affirms := func(s Stance) bool { return s == Says || s == Claims || s == Supports || s == Promises }
	rejects := func(s Stance) bool { return s == Denies }
	return affirms(x) && rejects(y) || rejects(x) && affirms(y) || x == Supports && y == Condemns || x == Condemns && y == Supports
}

// disputedWithin is how far apart in time two reports may be to contradict each other; past it the newer one is an update.
const disputedWithin = 12 * time.Hour

// disputed returns what each side says where speakers contradict each other about the same thing, or nothing: one denies
// what another says, or they give different figures of the same thing.
func disputed(fresh []*dossier) []Claim {
	type said struct {
		d *dossier
		s Statement
		n sentenceNotes
		// content are the stems of what was said, without who said it; made when they are needed.
		content []string
	}
	var all []said
	content := func(x *said) []string {
		if x.content == nil {
			x.content = notesOf(x.s.Text, x.d.at).stems
		}
		return x.content
	}
	for i, d := range fresh {
		if i == readMost {
			break
		}
		for _, s := range d.statements() {
			if inBody(d, s) && s.Speaker.Name != "" && d.article.Sentences[s.Sentence].End-d.article.Sentences[s.Sentence].Start <= claimLongest {
				all = append(all, said{d: d, s: s, n: d.notes()[s.Sentence]})
			}
		}
	}
	best, other, most := -1, -1, 0.0
	for i, x := range all {
		if x.s.Stance != Denies {
			continue
		}
		denied := content(&all[i])
		for j, y := range all {
			if y.s.Stance == Denies || y.s.Stance == Asks || y.s.Stance == Promises || sameSpeaker(x.s.Speaker, y.s.Speaker) || x.d == y.d && x.s.Sentence == y.s.Sentence {
				continue
			}
			said := content(&all[j])
			score := 0.0
			if shared := sharedStems(denied, said); shared >= 2 {
				score = float64(shared) / float64(max(3, min(len(denied), len(said))))
			}
			if x.d == y.d && refersBack(x.s.Text) && x.s.Sentence > y.s.Sentence && x.s.Sentence-y.s.Sentence <= 3 && (y.s.Stance == Claims || y.s.Stance == Condemns || y.s.Stance == Says || y.s.Stance == Speculates) {
				score = max(score, .5-.05*float64(x.s.Sentence-y.s.Sentence))
			}
			if score >= .34 && score > most {
				best, other, most = j, i, score
			}
		}
	}
	if best < 0 {
		// Different figures of the same thing by different speakers.
		for i, x := range all {
			for j, y := range all {
				if i >= j || len(x.n.numbers) == 0 || len(y.n.numbers) == 0 || sameSpeaker(x.s.Speaker, y.s.Speaker) || x.d != y.d && x.d.at.Sub(y.d.at).Abs() > disputedWithin || x.d == y.d && x.s.Sentence == y.s.Sentence {
					continue
				}
				if !differInFigures(x.n, y.n) {
					continue
				}
				if score := stemOverlap(x.n.stems, y.n.stems); score >= .3 && score > most {
					best, other, most = i, j, score
				}
			}
		}
	}
	if best < 0 {
		return nil
	}
	sides := []Claim{claimOf(all[best].d, all[best].s.Sentence), claimOf(all[other].d, all[other].s.Sentence)}
	for i, x := range []said{all[best], all[other]} {
		sides[i].Speaker, sides[i].Stance, sides[i].Direct = x.s.Speaker, x.s.Stance, x.s.Direct
	}
	return sides
}

func sameSpeaker(x, y Speaker) bool {
	a, b := speakerID(x), speakerID(y)
	return a == b || x.Kind != SpeakerPerson && y.Kind != SpeakerPerson && (strings.Contains(a, b) || strings.Contains(b, a))
}

// refersBack says whether what is denied is only pointed at: "the accusation", "the claims", "that", "it".
func refersBack(text string) bool {
	toks := nameKey(text)
	for _, w := range []string{" accusation ", " accusations ", " claim ", " claims ", " allegation ", " allegations ", " report ", " reports ", " charge ", " charges ", " it ", " that ", " this ", " responsibility ", " involvement ", " wrongdoing "} {
		if strings.Contains(toks, w) && len(strings.Fields(toks)) <= 8 {
			return true
		}
	}
	return false
}

func differInFigures(x, y sentenceNotes) bool {
	for _, a := range x.numbers {
		if !countable(a) || lengthOfTime[a.unit] {
			continue
		}
		for _, b := range y.numbers {
			if a.unit == b.unit && a.kind == b.kind && a.value != b.value && (casualtyStems[a.unit] || sharedStems(x.stems, y.stems) >= 3) &&
				!slices.ContainsFunc(y.numbers, func(z countedThing) bool { return z.unit == a.unit && z.value == a.value }) &&
				!slices.ContainsFunc(x.numbers, func(z countedThing) bool { return z.unit == b.unit && z.value == b.value }) {
				return true
			}
		}
	}
	return false
}

// groundedClaims keeps the claims that stand word for word in the articles that they cite, each on its own.
func groundedClaims(claims []Claim, look func(id string, revision int) (Article, bool)) []Claim {
	var out []Claim
	for _, c := range claims {
		kept, _ := Ground(Draft{Verdict: Answered, Claims: []Claim{c}}, look)
		out = append(out, kept.Claims...)
	}
	return out
}
