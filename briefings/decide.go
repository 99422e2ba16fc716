package briefings

import (
	"slices"
	"strings"

	"attache/briefings/prose"
)

// What a question may be answered by besides a stretch of a sentence: "Yes" and "No", and the words that say who somebody is.
const (
	answerYes = "Yes"
	answerNo  = "No"
)

// undoing are the stems of verbs before "to" that say that something was not done.
var undoing = bagOf(`declin refus fail`)

// unsure are words that leave open whether something happens or happened.
var unsure = bagOf(`may might could would should if whether unless almost nearly reportedly allegedly expected likely plans planned wants hopes set due
before until without`)

// decides says whether a sentence decides a question that asks for yes or no: answerYes, answerNo or "". It asks for a lot: every name
// and number of the question, its verb with the same subject before it and the same object behind it, and nothing that leaves it open. What decides less
// plainly is shown and not judged.
func (f *findings) decides(c *candidate) string {
	q := f.q
	if q.kind != typeYesNo || q.language != "" || negated(q.toks) || len(q.times) > 0 || c.headline() {
		return ""
	}
	verb := f.actIn(c)
	if verb < 0 {
		return ""
	}
	asked, at := q.terms[verb].token, c.where[verb]
	if passiveAt(q.toks, asked) != passiveAt(c.toks, at) {
		return ""
	}
	had := 0.0
	for i, t := range q.terms {
		switch m := c.match[i]; {
		case m < .4 && (t.name || t.number), m < .8 && t.number:
			return ""
		case m >= .4:
			had += t.weight
			// Who did it stands before the verb, what it was done to behind it, as in the question.
			if i != verb && (t.token < asked) != (c.where[i] < at) {
				return ""
			}
		}
	}
	if had < .8*q.total {
		return ""
	}
	denials := 0
	for i, t := range c.toks {
		if unsure[t.Lower] {
			return ""
		}
		if denies(t.Lower) || undoing[prose.Stem(t.Lower)] && i+1 < len(c.toks) && c.toks[i+1].Lower == "to" {
			// Only what stands right before the verb denies it.
			if i >= at || i < at-3 || strings.ContainsAny(c.text[t.End:c.toks[at].Start], ",;:") {
				return ""
			}
			denials++
		}
		if i >= at-2 && i < at && (t.Lower == "will" || t.Lower == "to" && denials == 0) && c.toks[i].Lower != q.toks[0].Lower {
			return ""
		}
	}
	switch denials {
	case 0:
		return answerYes
	case 1:
		return answerNo
	}
	return ""
}

// actIn is the term of the question that is what is done, as the sentence tells it; -1 where it doesn't. A verb after a name is often
// taken for a noun in a question and seldom in a sentence.
func (f *findings) actIn(c *candidate) int {
	tags := c.readClosely().tags
	for i, t := range f.q.terms {
		if t.token > 0 && !t.name && c.match[i] >= .8 && !f.q.toks[t.token].IsUpper() && strings.HasPrefix(tags[c.where[i]], "VB") && tags[c.where[i]] != "VBG" {
			return i
		}
	}
	return -1
}

func denies(lower string) bool {
	switch lower {
	case "not", "never", "no", "cannot", "neither", "nor", "none", "nobody", "nothing", "hardly", "barely":
		return true
	}
	return strings.HasSuffix(lower, "n't")
}

// passiveAt says whether the verb at i is in the passive: "was raised".
func passiveAt(toks []prose.Token, i int) bool {
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		switch toks[k].Lower {
		case "is", "are", "was", "were", "be", "been", "being":
			return true
		}
	}
	return len(toks) > 0 && i > 0 && (toks[0].Lower == "was" || toks[0].Lower == "were" || toks[0].Lower == "is" || toks[0].Lower == "are")
}

// deciding is the sentence that decides a question that asks for yes or no, else one that has the names of the question that the best
// one lacks; first where there is neither.
func (f *findings) deciding(ranked []*candidate, first *candidate) *candidate {
	for _, c := range ranked {
		if f.decides(c) != "" {
			return c
		}
	}
	named := func(c *candidate) (n int) {
		for i, t := range f.q.terms {
			if t.name && c.match[i] >= .4 {
				n++
			}
		}
		return n
	}
	best := first
	for _, c := range ranked {
		if !c.headline() && named(c) > named(best) {
			best = c
		}
	}
	return best
}

// contradicts finds a sentence in which somebody else decides a question the other way, or denies what it asks about.
func (f *findings) contradicts(ranked []*candidate, first *candidate, said string) *candidate {
	about := 0.0
	for i, t := range f.q.terms {
		about += t.weight * first.match[i]
	}
	for _, c := range ranked {
		if c == first || c.headline() || !f.othersSay(first, c) {
			continue
		}
		if other := f.decides(c); other != "" && said != "" && other != said {
			return c
		}
		if verb := f.actIn(c); verb >= 0 && said != answerNo && about >= .5*f.q.total && f.shareMore(first, c) {
			if s, ok := f.told(c.a, c.a.Cite(c.sentence)); ok && s.Stance == Denies {
				return c
			}
		}
	}
	return nil
}

// yesOrNo is the answer in a word, where the first claim decides it and nobody is known to do more or less than say so.
func (f *findings) yesOrNo(claims []Claim) string {
	if f.q.kind != typeYesNo || len(claims) == 0 || claims[0].Stance != "" && claims[0].Stance != Says {
		return ""
	}
	cite := claims[0].Citations[0]
	for _, c := range f.ranked() {
		if c.a.ID == cite.Article && c.sentence == cite.Sentence {
			return f.decides(c)
		}
	}
	return ""
}

// doing is the sentence that begins with whom the question asks about.
func (f *findings) doing(ranked []*candidate, first *candidate) *candidate {
	for _, c := range ranked[:min(len(ranked), 5)] {
		for i, t := range f.q.terms {
			if t.name && c.match[i] >= .8 && c.where[i] == 0 && !c.headline() && (len(c.toks) < 2 || c.toks[1].Lower != "and") {
				return c
			}
		}
	}
	return first
}

// define finds the sentence that says best who or what the question's name is, and the words that say it; they may be empty.
func (f *findings) define(ranked []*candidate) (*candidate, string) {
	if len(f.q.names) == 0 {
		return nil, ""
	}
	name := f.q.names[len(f.q.names)-1].Text
	var best *candidate
	var words string
	most := 0
	for _, c := range ranked {
		if c.headline() {
			continue
		}
		if n, w := definedIn(c, name); n > most {
			best, words, most = c, w, n
		}
	}
	return best, words
}

// definedIn says how plainly a sentence says who or what a name is (3: it says so, 2: it calls it so, 0: not at all), and in which words.
func definedIn(c *candidate, name string) (int, string) {
	i := strings.Index(c.text, name)
	if i < 0 {
		return 0, ""
	}
	end := i + len(name)
	rest := strings.TrimPrefix(strings.TrimPrefix(c.text[end:], "”"), "\"")
	phrase := func(s string) string {
		if k := strings.IndexAny(s, ",;:()\"“”—"); k >= 0 {
			s = s[:k]
		}
		s = strings.TrimRight(s, ". ")
		if w := len(strings.Fields(s)); w < 2 || w > 14 {
			return ""
		}
		return s
	}
	begins := func(s string, words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(s, w+" ") })
	}
	bare := strings.TrimPrefix(rest, ",")
	for _, be := range []string{" is ", " was ", " are ", " were "} {
		if said, ok := strings.CutPrefix(bare, be); ok && begins(said, "a", "an", "the", "one of") {
			if p := phrase(said); p != "" {
				return 3, p
			}
		}
	}
	if said, ok := strings.CutPrefix(rest, ", "); ok {
		if begins(said, "a", "an", "the", "its", "his", "her", "their") {
			if p := phrase(said); p != "" && (len(p) == len(said) || strings.Contains(",;.)—", said[len(p):len(p)+1]) || strings.HasPrefix(said[len(p):], " ")) {
				return 3, p
			}
		}
		if begins(said, "who", "which") {
			return 2, ""
		}
	}
	// "Curator Hanna Voss", "the steamer Adelheid"
	r := c.readClosely()
	at := slices.IndexFunc(c.toks, func(t prose.Token) bool { return t.Start == i })
	k := at
	for k > 0 && strings.HasPrefix(r.tags[k-1], "NN") && c.text[c.toks[k-1].End:c.toks[k].Start] == " " && prose.KindOf(c.toks[k-1].Text) != "weekday" {
		k--
	}
	if k < at && (prose.IsTitle(c.toks[at-1].Lower) || !c.toks[at-1].IsUpper()) {
		return 2, c.text[c.toks[k].Start:c.toks[at-1].End]
	}
	return 0, ""
}

// outsiders are the stems of words that tell of one who is not among the others.
var outsiders = bagOf(`declin refus spare except exclud without unlik avoid escap`)

// listMost is how many sentences answer a question that asks for several things.
const listMost = 5

// listed adds to sentences those that give further things of the sort that a question asks for: they speak of the same, or go on right behind a
// sentence that does. more says that there were any.
func (f *findings) listed(chosen []*candidate) (out []*candidate, more bool) {
	out = slices.Clone(chosen)
	first := chosen[0]
	told := map[string]bool{}
	items := func(c *candidate, add bool) (fresh bool) {
		for _, s := range f.spans {
			if s.in != c || s.kind != "name" || s.fit < .9 || told[s.norm] || strings.Contains(strings.ToLower(f.q.text), s.norm) {
				continue
			}
			fresh = true
			if add {
				told[s.norm] = true
			}
		}
		return fresh
	}
	items(first, true)
	for _, c := range chosen[1:] {
		more = items(c, true) || more
	}
	for _, c := range f.r.sentences {
		if len(out) >= listMost {
			break
		}
		near := !negated(c.toks) && slices.ContainsFunc(out, func(o *candidate) bool { return o.a == c.a && c.sentence == o.sentence+1 }) &&
			!slices.ContainsFunc(c.toks, func(t prose.Token) bool { return outsiders[prose.Stem(t.Lower)] })
		if c.headline() || len(c.text) > longestCited || slices.Contains(out, c) || !near && !f.worth(c, first) || !items(c, false) {
			continue
		}
		items(c, true)
		out = append(out, c)
		more = true
	}
	return out, more
}

// wholeQuotations adds to sentences those beside them in which a quotation that they cut goes on, by the same speaker.
func (f *findings) wholeQuotations(chosen []*candidate, most int) []*candidate {
	targets := f.q.targets()
	out := slices.Clone(chosen)
	has := func(a *Article, n int) bool {
		return slices.ContainsFunc(out, func(c *candidate) bool { return c.a == a && c.sentence == n })
	}
	for _, c := range chosen {
		s, ok := f.told(c.a, c.a.Cite(c.sentence))
		if !ok || !s.Direct {
			continue
		}
		for _, step := range []int{-1, 1} {
			for n := c.sentence + step; n > 0 && n < len(c.a.Sentences) && len(out) < most && cutQuotation(c.a, n, n-step); n += step {
				if has(c.a, n) {
					continue
				}
				next := f.q.newCandidate(c.a, n, targets)
				if next == nil || len(next.text) > longestCited {
					break
				}
				next.first, next.final = c.first, c.final
				out = append(out, next)
			}
		}
	}
	return out
}

// cutQuotation says whether one quotation reaches over two sentences that stand side by side.
func cutQuotation(a *Article, x, y int) bool {
	first, second := a.Sentences[min(x, y)], a.Sentences[max(x, y)]
	if first.Passage != second.Passage || first.Role != RoleBody || second.Role != RoleBody {
		return false
	}
	p := a.Passages[first.Passage]
	return slices.ContainsFunc(prose.Quotes(a.Text[p.Start:p.End]), func(q prose.Span) bool {
		return p.Start+q.Start < first.End-1 && p.Start+q.End > second.Start+1
	})
}
