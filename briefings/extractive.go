package briefings

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Extractive is the embedded Drafter: it quotes. Every claim of its drafts is a sentence of an article, word for word, with
// the speaker that the article gives it; its short answer is a stretch of the first claim.
type Extractive struct{}

var _ Drafter = Extractive{}

// Name is "extractive".
func (Extractive) Name() string { return "extractive" }

// Draft answers from the brief's evidence. It needs no network and fails only with its context.
func (Extractive) Draft(ctx context.Context, b Brief) (Draft, error) {
	if err := ctx.Err(); err != nil {
		return Draft{}, err
	}
	f := b.found
	if f == nil {
		f = b.find()
	}
	d := Draft{Verdict: Answered, Confidence: f.verdict.confidence, Missing: f.verdict.missing}
	ranked := f.ranked()
	if len(ranked) == 0 || f.refuses() {
		d.Verdict = NotInSources
		return d, nil
	}
	limit := f.limit
	var fallen []*candidate // what its outlet has corrected
	first := ranked[0]
	if i := slices.IndexFunc(ranked, func(c *candidate) bool { return !c.headline() }); i >= 0 {
		first = ranked[i]
	}
	switch f.q.kind {
	case typeStatement:
		limit = max(limit, len(f.statement)) // the claims are the answer
	case typeYesNo:
		first = f.deciding(ranked, first)
		if other := f.contradicts(ranked, first, f.decides(first)); other != nil {
			d.Verdict = Disputed
			d.Claims = []Claim{f.claim(first), f.claim(other)}
			return d, nil
		}
	case typeDefinition:
		if c, words := f.define(ranked); c != nil {
			first, d.Short = c, words
		}
	default:
		if f.q.asksWhatIsDone() {
			first = f.doing(ranked, first)
			break
		}
		if s := f.short(); s != nil {
			var sides []*candidate
			var instead *span
			sides, fallen, instead = f.sides(s)
			if instead != nil {
				s = instead
			}
			if f.q.language == "" || f.q.certainIn(s) {
				d.Short = s.text
			}
			first = s.in
			if len(sides) > 1 {
				d.Verdict = Disputed
				for _, c := range sides {
					d.Claims = append(d.Claims, f.claim(c))
				}
				return d, nil
			}
		}
	}
	if !first.headline() {
		if other := f.denial(first); other != nil {
			d.Verdict = Disputed
			d.Claims = []Claim{f.claim(first), f.claim(other)}
			return d, nil
		}
	}
	chosen := []*candidate{first}
	for _, c := range ranked {
		if len(chosen) >= limit {
			break
		}
		if c == first || c.headline() || slices.ContainsFunc(fallen, func(o *candidate) bool { return o.a == c.a && o.sentence == c.sentence }) || c.a == first.a && c.sentence == first.sentence || slices.ContainsFunc(chosen, func(o *candidate) bool { return sameWords(o.stems, c.stems) }) {
			continue
		}
		if f.worth(c, first) {
			chosen = append(chosen, c)
		}
	}
	if f.q.list && f.q.kind != typeStatement {
		var more bool
		if chosen, more = f.listed(chosen); more && !strings.Contains(d.Short, " and ") {
			d.Short = "" // one of several is not the answer
		}
	}
	if f.q.kind == typeStatement && len(f.statement) > 0 {
		// What somebody said is told in the order in which it was published and the articles tell it, quotations whole.
		chosen = f.wholeQuotations(chosen, statementsMost+2)
		slices.SortStableFunc(chosen, func(x, y *candidate) int {
			if x.a != y.a {
				return cmp.Or(published(x.a).Compare(published(y.a)), strings.Compare(x.a.ID, y.a.ID))
			}
			return x.sentence - y.sentence
		})
	}
	for i, c := range chosen {
		claim := f.claim(c)
		if i == 0 && f.beside != nil {
			claim.Citations = append(claim.Citations, *f.beside)
		}
		d.Claims = append(d.Claims, claim)
	}
	return d, nil
}

// find works the findings out again from what a brief says.
func (b Brief) find() *findings {
	byID := map[string]*Article{}
	c := &collection{index: newIndex(), w: learned(), heard: &hearings{}}
	for _, e := range b.Evidence {
		a := e.Article
		byID[a.ID] = &a
		c.few = append(c.few, &a)
		c.index.Add(documentOf(&a))
	}
	c.get = func(id string) (*Article, bool) { a, ok := byID[id]; return a, ok }
	c.all = func() []*Article { return c.few }
	at := b.Question.Asked
	if at.IsZero() {
		for _, a := range c.few {
			if when := published(a); when.After(at) {
				at = when
			}
		}
	}
	limit := b.Question.Limit
	if limit <= 0 {
		limit = 3
	}
	return c.find(b.Question.Text, at, limit)
}

// refuses says whether the sources do not answer.
func (f *findings) refuses() bool {
	if len(f.q.terms) == 0 {
		return true
	}
	if f.q.kind == typeStatement && f.q.speaker != "" && len(f.statement) == 0 {
		return true
	}
	return f.verdict.confidence < f.c.w.Threshold
}

// short is the best short answer in a sentence that can be cited.
func (f *findings) short() *span {
	typed := false
	switch f.q.group() {
	case "number", "when":
		typed = true
	}
	for _, s := range f.spans {
		if len(s.in.text) > longestCited || typed && s.fit == 0 || s.in.headline() && s.kind != "speaker" {
			continue
		}
		if f.q.list {
			// "Which countries …?": all that stand together.
			for _, o := range f.spans {
				if o.kind == "names" && o.in == s.in && o.start <= s.start && s.end <= o.end {
					return o
				}
			}
		}
		return s
	}
	return nil
}

// worth says whether a sentence adds to an answer that begins with first.
func (f *findings) worth(c, first *candidate) bool {
	if slices.Contains(f.statement, c) {
		return true
	}
	if f.q.kind == typeStatement && len(f.statement) > 0 {
		return false
	}
	// Names alone are not enough: a sentence about the same people says something else.
	all, content, most := 0.0, 0.0, 0.0
	for i, t := range f.q.terms {
		all += t.weight * c.match[i]
		if !t.name {
			content += t.weight * c.match[i]
			most += t.weight
		}
	}
	return all >= .35*f.q.total && (most == 0 || content >= .4*most)
}

// headline says whether a candidate is its article's title: the text below says the same with who and how.
func (c *candidate) headline() bool {
	return c.sentence >= 0 && c.sentence < len(c.a.Sentences) && c.a.Sentences[c.sentence].Role == RoleHeadline
}
