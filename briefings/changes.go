package briefings

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"attache/briefings/prose"
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
		if len(old.Sentences) == 0 {
			old.cut()
		}
		was := newDossier(&old)
		was.read()
		before = append(before, was)
		k.known = append(k.known, was)
		if saysCorrected(d, was) {
			corrected = true
		}
	}
	// What was said last comes first: the channel is told 19 → 25, and not 12 → 25 once more.
	slices.SortStableFunc(before, func(x, y *dossier) int {
		return cmp.Or(y.at.Compare(x.at), cmp.Compare(y.article.Revision, x.article.Revision))
	})
	k.tag = TagUpdated
	for _, d := range k.fresh {
		corrected = corrected || carried.articles[d.article.ID] == 0 && len(d.corrects(before)) > 0
		k.changes = addChanges(k.changes, changesBetween(before, d))
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
			if s.Role == RoleBody && len(n.stems) >= 5 && s.End-s.Start <= claimLongest && !carried.claims[claimKey(d.article.Sentence(i))] && !toldBefore(n, known) && (mostContained(n, known) < .6 || freshWords(n, known) >= 2) {
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

// figures are the values of an article by what they count.
type figures map[string]map[float64]bool

func (f figures) note(d *dossier) { f.noteBut(d, func(int) bool { return false }) }

func (f figures) noteBut(d *dossier, without func(sentence int) bool) {
	for i := range d.article.Sentences {
		if d.article.Sentences[i].Role != RoleBody || without(i) {
			continue
		}
		for _, x := range d.note(i).numbers {
			if f[x.unit] == nil {
				f[x.unit] = map[float64]bool{}
			}
			f[x.unit][x.value] = true
		}
	}
}

// changesBetween finds the claims of what the channel has had, newest first, that a newer article gives another value: another
// number of the same thing, or the opposite stance of the same speaker.
func changesBetween(before []*dossier, now *dossier) []Change {
	type pair struct {
		old      *dossier
		oldAt    int
		nowAt    int
		score    float64
		unit     string
		newValue float64
	}
	ours, all := figures{}, figures{}
	// What a notice of correction says was wrong is no value of the report.
	noticed, noticeEnd := now.notice()
	inNotice := func(i int) bool { return noticed >= 0 && i >= noticed && i <= noticeEnd }
	ours.noteBut(now, inNotice)
	each := make([]figures, len(before))
	for i, d := range before {
		each[i] = figures{}
		each[i].note(d)
		all.note(d)
	}
	fits := func(d *dossier, i int) bool {
		s := d.article.Sentences[i]
		return s.Role == RoleBody && s.End-s.Start <= claimLongest
	}
	find := func(j int, n *sentenceNotes, x countedThing, b int) (best pair, ok bool) {
		old := before[b]
		best.score = -1
		for i := range old.article.Sentences {
			if !fits(old, i) {
				continue
			}
			was := old.note(i)
			for _, y := range was.numbers {
				if y.unit != x.unit || y.kind != x.kind || y.value == x.value || slices.ContainsFunc(was.numbers, func(z countedThing) bool { return z.unit == x.unit && z.value == x.value }) {
					continue
				}
				// The newer article that gives the old value of its own, in another sentence, doesn't replace it.
				if ours[x.unit][y.value] && !slices.ContainsFunc(n.numbers, func(z countedThing) bool { return z.value == y.value }) {
					continue
				}
				if !samePlaces(*n, *was) || casualtyStems[x.unit] && x.value < y.value && old.article.ID != now.article.ID {
					continue // fewer dead in another report are other dead
				}
				if casualtyStems[x.unit] && y.value < highest(all[x.unit]) && old.article.ID != now.article.ID {
					continue // a toll that was late itself is not what the channel knows
				}
				mine, theirs := circumstances(*n, x.unit), circumstances(*was, x.unit)
				shared := sharedStems(theirs, mine)
				score := float64(shared) / float64(max(1, min(len(theirs), len(mine))))
				need := .4
				switch {
				case x.kind == prose.Money:
					need = .5
				case lengthOfTime[x.unit]:
					need = .6
				}
				// The toll of the story stands in the first sentences of both reports, and it rises.
				toll := casualtyStems[x.unit] && shared >= 1 && x.value <= 5*y.value && x.value == highest(ours[x.unit]) && y.value == highest(each[b][x.unit]) &&
					inLead(old.article, i) && inLead(now.article, j)
				if !toll && (shared < 3 || score < need) || score <= best.score {
					continue
				}
				best = pair{old, i, j, score, x.unit, x.value}
			}
		}
		return best, best.score > 0
	}
	var pairs []pair
	for j := range now.article.Sentences {
		if !fits(now, j) || inNotice(j) {
			continue
		}
		n := now.note(j)
		for _, x := range n.numbers {
			if !countable(x) || all[x.unit][x.value] {
				continue // the channel knows this value already, from whichever report
			}
			for b := range before {
				// A toll below what the channel was told is late, unless the same report takes its own figure back.
				if casualtyStems[x.unit] && x.value < highest(all[x.unit]) && before[b].article.ID != now.article.ID {
					continue
				}
				if p, ok := find(j, n, x, b); ok {
					pairs = append(pairs, p)
					break
				}
			}
		}
	}
	for j := range now.article.Sentences {
		if fits(now, j) && !inNotice(j) && len(now.note(j).days) > 0 {
			if old, i, score := movedDay(before, now, j); old != nil {
				pairs = append(pairs, pair{old: old, oldAt: i, nowAt: j, score: score, unit: "the day"})
			}
		}
	}
	slices.SortStableFunc(pairs, func(x, y pair) int { return cmp.Compare(y.score, x.score) })
	var out []Change
	units := map[string]bool{}
	for _, p := range pairs {
		if !units[p.unit] {
			units[p.unit] = true
			out = append(out, Change{Old: claimOf(p.old, p.oldAt), New: claimOf(now, p.nowAt)})
		}
	}
	// The same speaker, the opposite stance: against what they said last.
	for _, x := range now.statements() {
		if x.Speaker.Kind == SpeakerAnonymous || !inBody(now, x) {
			continue
		}
	earlier:
		for _, old := range before {
			for _, y := range old.statements() {
				if speakerID(x.Speaker) != speakerID(y.Speaker) || !inBody(old, y) {
					continue
				}
				mine, theirs := now.note(x.Sentence).stems, old.note(y.Sentence).stems
				if sharedStems(mine, theirs) < 3 || stemOverlap(mine, theirs) <= .4 {
					continue
				}
				if oppositeStance(x.Stance, y.Stance) {
					out = append(out, Change{Old: claimOf(old, y.Sentence), New: claimOf(now, x.Sentence)})
				}
				break earlier
			}
		}
	}
	return out
}

// movedDay finds the sentence, of what the channel has had, whose day sentence j of now moves: it says the same for the most part and
// gives another day, which was to come when it was written, as the new one is.
func movedDay(before []*dossier, now *dossier, j int) (old *dossier, sentence int, score float64) {
	n := now.note(j)
	knows := func(d *dossier, day time.Time) bool {
		return slices.ContainsFunc(d.notes(), func(n sentenceNotes) bool { return slices.ContainsFunc(n.days, day.Equal) })
	}
	var moved time.Time // the one day to come that nobody has told yet
	for _, day := range n.days {
		if !day.After(now.at) || slices.ContainsFunc(before, func(d *dossier) bool { return knows(d, day) }) {
			continue
		}
		if !moved.IsZero() {
			return nil, 0, 0
		}
		moved = day
	}
	if moved.IsZero() {
		return nil, 0, 0
	}
	for _, d := range before {
		for i, s := range d.article.Sentences {
			was := d.note(i)
			if s.Role != RoleBody || s.End-s.Start > claimLongest || len(was.days) != 1 || !was.days[0].After(d.at) || !samePlaces(*n, *was) || sharedStems(n.stems, was.stems) < 4 {
				continue
			}
			if alike := stemOverlap(n.stems, was.stems); alike >= .6 && alike > score {
				old, sentence, score = d, i, alike
			}
		}
		if old != nil {
			return old, sentence, score // before begins with what was said last
		}
	}
	return nil, 0, 0
}

// outdated says whether a sentence counts fewer casualties of the same event than the channel was told.
func outdated(n sentenceNotes, known []sentenceNotes) bool {
	for _, x := range n.numbers {
		if !casualtyStems[x.unit] {
			continue
		}
		for _, k := range known {
			for _, y := range k.numbers {
				if y.unit == x.unit && y.kind == x.kind && y.value > x.value && samePlaces(n, k) && sharedStems(circumstances(n, x.unit), circumstances(k, x.unit)) >= 2 &&
					!slices.ContainsFunc(n.numbers, func(z countedThing) bool { return z.unit == y.unit && z.value == y.value }) {
					return true
				}
			}
		}
	}
	return false
}

// circumstances are the stems of a sentence without what is counted and whom it befell: what tells one count from another.
func circumstances(n sentenceNotes, unit string) []string {
	var out []string
	for _, s := range n.stems {
		if s != unit && !casualtyStems[s] && !personStems[s] {
			out = append(out, s)
		}
	}
	return out
}

func highest(values map[float64]bool) float64 {
	most := 0.0
	for v := range values {
		most = max(most, v)
	}
	return most
}

// inLead says whether sentence i is one of the first three of the article's body.
func inLead(a *Article, i int) bool {
	body := 0
	for k := 0; k <= i; k++ {
		if a.Sentences[k].Role == RoleBody {
			body++
		}
	}
	return body <= 3
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

// mayDiffer says whether reports can contradict each other at all: one of them denies something, or two count casualties. It is
// asked before who says what is read, which takes much longer.
func mayDiffer(fresh []*dossier) bool {
	counts := false
	for _, d := range fresh[:min(len(fresh), readMost)] {
		denies, counted := d.differs()
		if denies {
			return true
		}
		counts = counts || counted
	}
	return counts
}

// differs says whether a report denies something and whether it counts casualties.
func (d *dossier) differs() (denies, counts bool) {
	d.differed.Do(func() {
		for s := range strings.FieldsSeq(d.stems) {
			d.denies = d.denies || denialStems()[s]
			d.counts = d.counts || casualtyStems[sameThing(s)]
		}
	})
	return d.denies, d.counts
}

// denialStems are the stems of the words by which someone denies.
var denialStems = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for form, c := range cueLexicon() {
		if c.stance == Denies {
			m[prose.Stem(form)] = true
		}
	}
	for _, s := range []string{"denial", "denials"} {
		m[prose.Stem(s)] = true
	}
	return m
})

// disputed returns what each side says where speakers contradict each other about the same thing, or nothing. It asks much,
// because a dispute that isn't one misleads: one side must deny what the other says, in the same words for the most part, or
// both must give different figures of the same people.
func disputed(fresh []*dossier) []Claim {
	var all []saying
	for i, d := range fresh {
		if i == readMost {
			break
		}
		for _, s := range d.statements() {
			if inBody(d, s) && reportsWords(s) && d.article.Sentences[s.Sentence].End-d.article.Sentences[s.Sentence].Start <= claimLongest {
				all = append(all, saying{d: d, s: s, n: *d.note(s.Sentence)})
			}
		}
	}
	best, other, most := -1, -1, 0.0
	for i := range all {
		x := &all[i]
		if x.s.Stance != Denies {
			continue
		}
		for j := range all {
			y := &all[j]
			if y.s.Stance != Says && y.s.Stance != Claims && y.s.Stance != Condemns && y.s.Stance != Speculates || sameSpeaker(x.s.Speaker, y.s.Speaker) || x.d == y.d && x.s.Sentence == y.s.Sentence {
				continue
			}
			score := 0.0
			if shared := sharedStems(x.content(), y.content()); shared >= 3 {
				if score = float64(shared) / float64(min(len(x.content()), len(y.content()))); score < .5 {
					score = 0
				}
			}
			// "Norway rejected the accusation": it answers the accusation right before it, if that one names the denier.
			if near := x.s.Sentence - y.s.Sentence; x.d == y.d && near > 0 && near <= 2 && refersBack(x.s.Text) && (y.s.Stance == Claims || y.s.Stance == Condemns) && mentions(y.s.Text, x.s.Speaker) {
				score = max(score, .6-.1*float64(near))
			}
			if score > most {
				best, other, most = j, i, score
			}
		}
	}
	for i := range all {
		x := &all[i]
		for j := i + 1; best < 0 && j < len(all); j++ {
			y := &all[j]
			if len(x.n.numbers) == 0 || len(y.n.numbers) == 0 || x.s.Stance != Says && x.s.Stance != Claims || y.s.Stance != Says && y.s.Stance != Claims || x.d.at.Sub(y.d.at).Abs() > disputedWithin || sameSpeaker(x.s.Speaker, y.s.Speaker) || x.d == y.d && x.s.Sentence == y.s.Sentence {
				continue
			}
			if theirs, ours := circumstances(x.n, ""), circumstances(y.n, ""); sharedStems(theirs, ours) >= 2 && stemOverlap(theirs, ours) >= .4 && differInFigures(x.n, y.n) {
				best, other = i, j
			}
		}
	}
	if best < 0 {
		return nil
	}
	var sides []Claim
	for _, x := range []saying{all[best], all[other]} {
		c := claimOf(x.d, x.s.Sentence)
		c.Speaker, c.Stance, c.Direct = x.s.Speaker, x.s.Stance, x.s.Direct
		sides = append(sides, c)
	}
	return sides
}

// saying is a statement with the words that compare it with others.
type saying struct {
	d     *dossier
	s     Statement
	n     sentenceNotes // of its sentence
	stems []string      // of what was said; made when they are needed
}

func (x *saying) content() []string {
	if x.stems == nil {
		x.stems = notesOf(x.s.Text, x.d.at).stems
	}
	return x.stems
}

// reportsWords says whether a statement reports what someone said, and not what they want, feel or decide.
func reportsWords(s Statement) bool {
	words := strings.Fields(strings.ToLower(s.Verb))
	if len(words) == 0 || s.Verb == ":" || words[0] == "according" {
		return s.Verb != ""
	}
	c, ok := cueLexicon()[words[0]]
	return ok && c.speech
}

// mentions says whether a text names a speaker, by the last word of the name or another name of the same country.
func mentions(text string, s Speaker) bool {
	keys, _ := actorNames(s.Name)
	return anyKey(nameKey(text), append(keys, " "+lastWord(s.Name)+" "))
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

// samePlaces says whether two sentences may speak of the same place: they name the same countries, or one of them names none.
func samePlaces(x, y sentenceNotes) bool {
	return len(x.countries) == 0 || len(y.countries) == 0 || slices.Equal(x.countries, y.countries)
}

// differInFigures says whether two sentences count the same casualties and arrive at other numbers. Numbers that are close are
// the same number, rounded.
func differInFigures(x, y sentenceNotes) bool {
	for _, a := range x.numbers {
		for _, b := range y.numbers {
			if casualtyStems[a.unit] && min(a.value, b.value) >= 2 && samePlaces(x, y) && a.unit == b.unit && a.kind == b.kind && max(a.value, b.value) > 1.1*min(a.value, b.value) &&
				!slices.ContainsFunc(y.numbers, func(z countedThing) bool { return z.unit == a.unit && z.value == a.value }) &&
				!slices.ContainsFunc(x.numbers, func(z countedThing) bool { return z.unit == b.unit && z.value == b.value }) {
				return true
			}
		}
	}
	return false
}

// groundedClaims keeps the claims that stand word for word in the articles that they cite, each on its own. hear tells who says
// what in an article.
func groundedClaims(claims []Claim, look func(id string, revision int) (Article, bool), hear func(a *Article, sentence int) []Statement) []Claim {
	var out []Claim
	for _, c := range claims {
		kept, _ := ground(Draft{Verdict: Answered, Claims: []Claim{c}}, look, hear)
		out = append(out, kept.Claims...)
	}
	return out
}
