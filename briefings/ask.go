package briefings

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"attache/briefings/prose"
)

// MaxQuestion is how many characters a question may have; a longer one is refused with ErrQuestionTooLong and never cut,
// since what is cut off may be what was asked.
const MaxQuestion = 2000

// Errors of Ask; their texts are for the person who asked.
var (
	ErrNoQuestion      = errors.New("there is no question in that: ask in a sentence, such as “Who announced the talks?”")
	ErrQuestionTooLong = fmt.Errorf("the question is longer than %d characters: ask in a sentence or two", MaxQuestion)
)

// findings are what the engine worked out for a question; a Brief carries them to Extractive.
type findings struct {
	q         *asked
	r         *retrieval
	c         *collection
	spans     []*span
	verdict   verdict
	statement []*candidate // what X said, in order, for a question that asks for it
	heard     float64      // how much of what the question says is in the statement that answers, 0 to 1
	beside    *Citation    // where the speaker stands, when not in the sentence itself
	earlier   []*span      // short answers in earlier revisions of the article that answers
	limit     int
}

// Ask answers a question from the library (or from what the question restricts it to). A question without a letter or digit
// is ErrNoQuestion, one of more than MaxQuestion characters ErrQuestionTooLong.
func (e *Engine) Ask(ctx context.Context, q Question) (Answer, error) {
	if utf8.RuneCountInString(q.Text) > MaxQuestion {
		return Answer{}, ErrQuestionTooLong
	}
	text := cleanLine(q.Text, 4*MaxQuestion)
	if !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return Answer{}, ErrNoQuestion
	}
	at := q.Asked
	if at.IsZero() {
		at = e.now()
	}
	c, err := e.collect(q, at, e.viewer(ctx, q.For))
	if err != nil {
		return Answer{}, fmt.Errorf("read what the question is about: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	if several := separate(q.Text); len(several) > 1 {
		return e.askAll(ctx, q, several, c, at)
	}
	return e.askOne(ctx, ctx, q, withoutMarkup(text), c, at)
}

// askOne answers one question. An outside Drafter is waited for no longer than drafting lasts.
func (e *Engine) askOne(ctx, drafting context.Context, q Question, text string, c *collection, at time.Time) (Answer, error) {
	if about := AboutUs(text); about != "" {
		a := Answer{Question: text, Verdict: NotInSources, About: about, AsOf: at, Drafter: Extractive{}.Name()}
		a.Searched, a.Newest = c.extent(at)
		if q.Explain {
			a.Why = &Why{Question: text, Type: "about Attaché", Threshold: c.w.Threshold}
		}
		return a, nil
	}
	text = complete(text, q.Thread)
	q.Text = text
	f := c.find(text, at, cmp.Or(max(q.Limit, 0), 3))
	e.recall(ctx, f)
	_, own := e.drafter.(Extractive)
	brief := f.brief(q, own)
	draft, drafter, rejected := e.draft(ctx, drafting, brief, c)
	answer := f.answer(draft, at)
	answer.Question = text
	answer.Drafter = drafter
	if err := e.vouchAnswer(ctx, q.For, &answer); err != nil {
		return Answer{}, err
	}
	if q.Explain {
		answer.Why = f.why(rejected, answer.Claims)
	}
	e.log.DebugContext(ctx, "question answered", "verdict", answer.Verdict, "type", f.q.kind, "sentences", len(f.r.sentences), "confidence", answer.Confidence, "drafter", drafter)
	return answer, nil
}

// markup is what a question may carry from where it was typed or copied: tags, mentions, addresses; labelled is a link's label.
var (
	markup   = regexp.MustCompile(`</?[A-Za-z][^<>]*>|<[@#!][^<>]*>|https?://\S+`)
	labelled = regexp.MustCompile(`\[([^\[\]]*)\]\([^()\s]*\)`)
)

// withoutMarkup is a question without markup, for none of it was asked; the text as it is where nothing else is there.
func withoutMarkup(text string) string {
	bare := strings.Join(strings.Fields(markup.ReplaceAllString(labelled.ReplaceAllString(text, "$1"), " ")), " ")
	if !strings.ContainsFunc(bare, unicode.IsLetter) {
		return text
	}
	return bare
}

// find searches the collection and works out what answers.
func (c *collection) find(text string, at time.Time, limit int) *findings {
	f := &findings{c: c, limit: limit}
	f.q = understand(text, at, c)
	f.r = f.q.retrieve(c, at)
	f.q.read(c, f.r)
	f.spans = f.q.shorten(f.r, c.w)
	if f.q.except[1] > 0 {
		f.spans = slices.DeleteFunc(f.spans, func(s *span) bool { return f.q.excepted(s.norm) })
	}
	f.order()
	f.hear()
	f.verdict = f.judge()
	return f
}

// order decides which sentence is cited first: the sentence's own score, and the answers that it holds.
func (f *findings) order() {
	r := f.r
	if len(r.sentences) == 0 {
		return
	}
	best := r.sentences[0].first
	top := math.Inf(-1)
	var first, second *span
	if len(f.spans) > 0 {
		first = f.spans[0]
		top = first.score
		for _, s := range f.spans {
			if s.norm != first.norm && !strings.Contains(first.norm, s.norm) && !strings.Contains(s.norm, first.norm) {
				second = s
				break
			}
		}
	}
	model := f.c.w.Order
	for i, c := range r.sentences {
		var fs []Feature
		add := func(name string, v float64) {
			if v != 0 {
				fs = append(fs, Feature{name, v})
			}
		}
		add("first", max(c.first-best, -8))
		add("first rank", 1/(1+float64(i)))
		own := math.Inf(-1)
		for _, s := range c.spans {
			own = max(own, s.score)
		}
		if !math.IsInf(own, -1) {
			add("answer", max(own-top, -6))
			add("has answers", 1)
		}
		lower := strings.ToLower(c.text)
		if first != nil && strings.Contains(lower, first.norm) {
			add("holds the answer", 1)
		}
		if second != nil && strings.Contains(lower, second.norm) {
			add("holds the second", 1)
		}
		for _, x := range c.features {
			switch x.Name {
			case "overlap", "names", "fresh", "headline", "passage score", "article score", "short", "too long", "opening", "asks", "exact overlap", "all overlap", "numbers", "words":
				add(x.Name, x.Value)
			}
		}
		c.order = fs
		c.final = score(model, fs)
	}
	sort.SliceStable(r.sentences, func(i, j int) bool { return r.sentences[i].final > r.sentences[j].final })
}

// statements returns who said what in an article.
func (f *findings) statements(a *Article) []Statement { return f.c.heard.of(a) }

// prepare reads the articles of some sentences for what was said in them, side by side.
func (f *findings) prepare(list []*candidate) {
	sideBySide(len(list), func(i int) { f.c.heard.at(list[i].a, list[i].sentence) })
}

// told returns the statement in which a quote stands.
func (f *findings) told(a *Article, c Citation) (Statement, bool) {
	return statementOver(f.c.heard.at(a, c.Sentence), c)
}

// hear answers questions about what was said, by whom.
func (f *findings) hear() {
	switch f.q.kind {
	case typeStatement:
		f.hearStatement()
	case typeSpeaker:
		f.hearSpeaker()
	}
}

// statementsMost is how many sentences are told of what somebody said.
const statementsMost = 6

// hearStatement gathers what the speaker asked about said, in the order of the article.
func (f *findings) hearStatement() {
	q := f.q
	if q.speaker == "" {
		return
	}
	speaker := q.spelled(q.speaker)
	topic := map[int]bool{} // the terms that aren't the speaker's name
	speakerEnd := strings.Index(q.text, q.speaker) + len(q.speaker)
	for i, t := range q.terms {
		if q.toks[t.token].Start >= speakerEnd && t.token != q.verbAt {
			topic[i] = true
		}
	}
	type heard struct {
		c     *candidate
		score float64
	}
	var all []heard
	seen := map[*Article]bool{}
	targets := q.targets()
	for _, cand := range f.r.sentences {
		if seen[cand.a] || len(seen) >= 6 {
			continue
		}
		seen[cand.a] = true
		for _, s := range f.statements(cand.a) {
			fit := speaks(speaker, s.Speaker, cand.a)
			if fit < .5 {
				continue
			}
			c := q.newCandidate(cand.a, s.Sentence, targets)
			if c == nil {
				continue
			}
			if slices.ContainsFunc(all, func(h heard) bool { return h.c.a == c.a && h.c.sentence == c.sentence }) {
				continue
			}
			w, n := 0.0, 0.0
			for i := range topic {
				n += q.terms[i].weight
				w += q.terms[i].weight * c.match[i]
			}
			c.first = fit
			if n > 0 {
				c.first += 2 * w / n
			}
			c.final = c.first
			all = append(all, heard{c, c.first})
		}
	}
	if len(all) == 0 {
		return
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].score > all[j].score })
	f.heard = min(all[0].score/3, 1)
	if len(all) > max(f.limit, statementsMost) {
		all = all[:max(f.limit, statementsMost)]
	}
	for _, h := range all {
		f.statement = append(f.statement, h.c)
	}
}

// speaks says how well an article's speaker is the one that is asked about, between 0 and 1.
func speaks(wanted string, s Speaker, a *Article) float64 {
	want := speakerWords(wanted)
	if len(want) == 0 {
		return 0
	}
	have := map[string]bool{}
	for _, n := range []string{s.Name, s.Full} {
		for w := range speakerWords(n) {
			have[w] = true
		}
	}
	hit := 0.0
	for w := range want {
		if have[w] {
			hit++
		}
	}
	fit := hit / float64(len(want))
	if fit < .5 && s.Via != "" {
		via := speakerWords(s.Via)
		n := 0.0
		for w := range want {
			if via[w] {
				n++
			}
		}
		fit = max(fit, .7*n/float64(len(want)))
	}
	return fit
}

// speakerWords are the words by which speakers are compared: stems, and for each country one word however it is named.
func speakerWords(name string) map[string]bool {
	out := map[string]bool{}
	covered := make([]bool, len(name))
	for _, n := range prose.Known(name) {
		if c, ok := prose.CountryOf(n.Text); ok && n.Sort != "state" && n.Sort != "city" {
			out["country "+c.Code] = true
			for i := n.Start; i < n.End; i++ {
				covered[i] = true
			}
		}
	}
	for _, t := range prose.Tokens(name) {
		if covered[t.Start] || prose.IsStop(t.Lower) {
			continue
		}
		out[prose.Stem(t.Lower)] = true
	}
	return out
}

// hearSpeaker finds the statement that says what the question quotes, and names its speaker.
func (f *findings) hearSpeaker() {
	q := f.q
	type heard struct {
		c     *candidate
		s     Statement
		score float64
		said  float64
	}
	var best *heard
	seen := map[*Article]bool{}
	targets := q.targets()
	said := 0.0
	for _, t := range q.terms {
		if t.token != q.verbAt {
			said += t.weight
		}
	}
	if said == 0 {
		return
	}
	at := map[[2]int]*candidate{}
	for _, found := range f.r.sentences {
		if seen[found.a] || len(seen) >= 4 {
			continue
		}
		seen[found.a] = true
		for _, s := range f.statements(found.a) {
			if s.Speaker.Name == "" {
				continue
			}
			key := [2]int{len(seen), s.Sentence}
			c, ok := at[key]
			if !ok {
				c = q.newCandidate(found.a, s.Sentence, targets)
				at[key] = c
			}
			if c == nil {
				continue
			}
			offset := found.a.Sentences[s.Sentence].Start
			in, all := 0.0, 0.0
			for k, t := range q.terms {
				if t.token == q.verbAt || c.where[k] < 0 {
					continue
				}
				all += t.weight * c.match[k]
				for i, stem := range c.stems {
					if stem == "" || offset+c.toks[i].Start < s.Start || offset+c.toks[i].End > s.End {
						continue
					}
					if i == c.where[k] || stem == t.text {
						in += t.weight * c.match[k]
						break
					}
				}
			}
			score := (in + .3*(all-in)) / said
			// Of two that say the same, the one that says less else.
			score -= .02 * float64(s.End-s.Start) / 400
			if best == nil || score > best.score {
				best = &heard{c, s, score, in / said}
			}
		}
	}
	if best == nil || best.said < .4 {
		return
	}
	f.heard = best.said
	c := best.c
	c.first, c.final = f.r.sentences[0].first, f.r.sentences[0].final
	// Its sentence is cited first.
	rest := slices.DeleteFunc(slices.Clone(f.r.sentences), func(o *candidate) bool { return o.a == c.a && o.sentence == c.sentence })
	f.r.sentences = append([]*candidate{c}, rest...)
	name := best.s.Speaker.Name
	sp := &span{in: c, text: name, norm: strings.ToLower(name), kind: "speaker", fit: 1}
	if i := strings.Index(c.text, name); i >= 0 {
		sp.start, sp.end = i, i+len(name)
	} else {
		for _, d := range []int{1, -1, 2, -2, 3, -3} {
			if n := c.sentence + d; n > 0 && strings.Contains(c.a.Sentence(n), name) {
				cite := c.a.Cite(n)
				f.beside = &cite
				break
			}
		}
	}
	if len(f.spans) > 0 {
		sp.score = f.spans[0].score + 1
	}
	f.spans = append([]*span{sp}, f.spans...)
}

// brief is the work order for a Drafter. Our own needs no speakers in it: it knows where to find them.
func (f *findings) brief(q Question, own bool) Brief {
	b := Brief{Question: q, Type: f.q.kind, found: f}
	byArticle := map[*Article]int{}
	for _, c := range f.ranked() {
		i, ok := byArticle[c.a]
		if !ok {
			i = len(b.Evidence)
			byArticle[c.a] = i
			b.Evidence = append(b.Evidence, Evidence{Article: *c.a})
		}
		b.Evidence[i].Sentences = append(b.Evidence[i].Sentences, c.sentence)
		r := Ranked{Citation: c.a.Cite(c.sentence), Score: c.final}
		if !own {
			if s, ok := f.told(c.a, r.Citation); ok {
				r.Speaker = s.Speaker
			}
		}
		b.Ranked = append(b.Ranked, r)
	}
	return b
}

// ranked are the sentences to answer from, best first, at most ten.
func (f *findings) ranked() []*candidate {
	var out []*candidate
	add := func(c *candidate) {
		if len(c.text) > longestCited || len(out) == 10 {
			return
		}
		for _, o := range out {
			if o.a == c.a && o.sentence == c.sentence || sameWords(o.stems, c.stems) {
				return
			}
		}
		out = append(out, c)
	}
	for _, c := range f.statement {
		add(c)
	}
	for _, c := range f.r.sentences {
		add(c)
	}
	return out
}

// draft asks the Drafter, grounds what it says, and falls back to Extractive.
func (e *Engine) draft(ctx, drafting context.Context, b Brief, c *collection) (Draft, string, []Rejection) {
	look := func(id string, revision int) (Article, bool) {
		if a, ok := c.get(id); ok && (revision == 0 || a.Revision == revision) {
			return *a, true
		}
		if revision > 0 && c.index == e.index {
			if a, err := e.revision(ctx, c.who, id, revision); err == nil {
				return a, true
			}
		}
		return Article{}, false
	}
	var rejected []Rejection
	if _, own := e.drafter.(Extractive); !own {
		d, err := e.outside(drafting, b)
		if err != nil {
			e.log.WarnContext(ctx, "drafter failed, quoting instead", "drafter", e.drafter.Name(), "error", err)
			rejected = append(rejected, Rejection{Text: e.drafter.Name(), Reason: "the drafter failed"})
		} else {
			good, bad := ground(d, look, c.heard.at)
			rejected = append(rejected, bad...)
			good.Missing = slices.DeleteFunc(slices.Clone(good.Missing), func(m string) bool {
				return m == "" || !strings.Contains(strings.ToLower(b.Question.Text), strings.ToLower(m))
			})
			if len(good.Claims) > 0 || good.Verdict == NotInSources && d.Verdict == NotInSources && len(d.Claims) == 0 {
				return good, e.drafter.Name(), rejected
			}
			e.log.WarnContext(ctx, "nothing of the draft stands, quoting instead", "drafter", e.drafter.Name(), "rejected", len(bad))
		}
	}
	d, err := Extractive{}.Draft(ctx, b)
	if err != nil {
		d = Draft{Verdict: NotInSources}
	}
	good, bad := ground(d, look, c.heard.at)
	return good, Extractive{}.Name(), append(rejected, bad...)
}

// outside runs a Drafter that is not ours: within its time, and without letting it take the engine down.
func (e *Engine) outside(ctx context.Context, b Brief) (Draft, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, e.timeout, fmt.Errorf("no draft within %s", e.timeout))
	defer cancel()
	type result struct {
		d   Draft
		err error
	}
	done := make(chan result, 1)
	b.found = nil
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- result{err: fmt.Errorf("the drafter panicked: %v", p)}
			}
		}()
		d, err := e.drafter.Draft(ctx, b)
		done <- result{d, err}
	}()
	select {
	case r := <-done:
		return r.d, r.err
	case <-ctx.Done():
		// A Drafter that does not heed its context is left behind; the answer does not wait for it.
		return Draft{}, context.Cause(ctx)
	}
}

// answer makes the answer of a grounded draft.
func (f *findings) answer(d Draft, at time.Time) Answer {
	a := Answer{
		Verdict: d.Verdict, Short: d.Short, Claims: d.Claims, Confidence: d.Confidence, Missing: d.Missing, AsOf: at,
	}
	a.Searched, a.Newest = f.c.extent(at)
	a.Now = f.q.speaksOfNow()
	a.Documents = f.documents()
	ranked := f.ranked()
	if len(d.Claims) > 0 && d.Verdict != NotInSources {
		// What is cited first ranks first.
		first := d.Claims[0].Citations[0]
		for i, c := range ranked {
			if c.a.ID == first.Article && c.sentence == first.Sentence && i > 0 {
				ranked = append([]*candidate{c}, slices.Delete(slices.Clone(ranked), i, i+1)...)
				break
			}
		}
	}
	f.prepare(ranked[:min(5, len(ranked))])
	for _, c := range ranked[:min(5, len(ranked))] {
		r := Ranked{Citation: c.a.Cite(c.sentence), Score: c.final}
		if s, ok := f.told(c.a, r.Citation); ok {
			r.Speaker = s.Speaker
		}
		a.Ranked = append(a.Ranked, r)
	}
	if a.Verdict == NotInSources {
		a.Short, a.Claims = "", nil
		a.Nearby = f.nearby()
		a.Suggestions = f.suggestions()
		if len(a.Missing) == 0 {
			a.Missing = f.verdict.missing
		}
	}
	a.Topic = f.topic(a)
	if a.Verdict == Answered && a.Short == "" {
		a.Short = f.yesOrNo(a.Claims)
	}
	return a
}

// documents ranks the articles: by what the index found and by the sentences that were read.
func (f *findings) documents() []string {
	score := map[string]float64{}
	best := 0.0
	for _, s := range f.r.docScore {
		best = max(best, s)
	}
	for id, s := range f.r.docScore {
		score[id] = s / max(best, 1e-9)
	}
	for i, c := range f.r.sentences {
		if s := 1 / (1 + float64(i)/3); s > 0 {
			score[c.a.ID] += 0.25 * s
		}
	}
	ids := make([]string, 0, len(score))
	for id := range score {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Or(cmp.Compare(score[b], score[a]), strings.Compare(a, b))
	})
	return ids[:min(10, len(ids))]
}

// nearby are the sentences that say the most about the matter.
func (f *findings) nearby() []Claim {
	var out []Claim
	for _, c := range f.ranked() {
		w := 0.0
		for i, t := range f.q.terms {
			w += t.weight * c.match[i]
		}
		if f.q.total == 0 || w/f.q.total < .3 || len(out) == 2 {
			continue
		}
		out = append(out, f.claim(c))
	}
	return out
}

// claim quotes a sentence, with its speaker.
func (f *findings) claim(c *candidate) Claim {
	cite := c.a.Cite(c.sentence)
	claim := Claim{Text: cite.Quote, Citations: []Citation{cite}}
	if s, ok := f.told(c.a, cite); ok {
		claim.Speaker, claim.Stance, claim.Direct = s.Speaker, s.Stance, s.Direct
	}
	return claim
}

// suggestedFrom is how many sentences of an article are looked at for somebody to ask about.
const suggestedFrom = 60

// suggestions are questions that the sources can answer: about what speakers in the articles found said.
func (f *findings) suggestions() []string {
	var out []string
	seen := map[*Article]bool{}
	names := map[string]bool{}
	for _, c := range f.r.sentences {
		if seen[c.a] || len(seen) == 3 {
			continue
		}
		seen[c.a] = true
		for _, s := range f.c.heard.at(c.a, suggestedFrom) {
			name := cmp.Or(s.Speaker.Full, s.Speaker.Name)
			if s.Speaker.Kind == SpeakerAnonymous || s.Speaker.Kind == SpeakerOutlet || name == "" || len(name) > 50 || names[name] || !strings.ContainsFunc(name, unicode.IsUpper) || len(out) == 3 {
				continue
			}
			names[name] = true
			out = append(out, "What did "+name+" say?")
		}
	}
	return out
}

// topic are the names that an answer speaks of, the most telling last.
func (f *findings) topic(a Answer) []string {
	var out []string
	add := func(s string) {
		if i := slices.Index(out, s); i >= 0 {
			out = slices.Delete(out, i, i+1)
		}
		out = append(out, s)
	}
	claims := a.Claims
	if len(claims) == 0 {
		claims = a.Nearby
	}
	for i := min(len(claims), 2) - 1; i >= 0; i-- {
		for _, n := range prose.Names(claims[i].Text) {
			if n.Kind != prose.Office && n.Kind != prose.Demonym {
				add(n.Text)
			}
		}
	}
	for _, n := range f.q.names {
		add(n.Text)
	}
	for _, n := range prose.Names(a.Short) {
		add(n.Text)
	}
	if len(out) > 8 {
		out = out[len(out)-8:]
	}
	return out
}

// why explains the answer.
func (f *findings) why(rejected []Rejection, stands []Claim) *Why {
	weights := f.c.w
	w := &Why{
		Type: f.q.kind, Rejected: rejected, Signals: f.verdict.signals, Parts: partsOf(weights.Refusal, f.verdict.signals),
		Confidence: f.verdict.confidence, Threshold: weights.Threshold, Question: f.q.text,
	}
	for _, t := range f.q.terms {
		s := t.text
		if len(t.alts) > 0 {
			s += " (" + strings.Join(t.alts[:min(len(t.alts), 4)], ", ") + ")"
		}
		w.Terms = append(w.Terms, s)
	}
	for _, h := range f.r.hits[:min(len(f.r.hits), 10)] {
		a, ok := f.c.get(h.Doc)
		if !ok || h.Passage >= len(a.Passages) {
			continue
		}
		p := a.Passages[h.Passage]
		w.Passages = append(w.Passages, WeighedPassage{Article: a.ID, Title: a.Title, Passage: h.Passage, Text: cleanLine(a.Text[p.Start:p.End], 200), Score: h.Score})
	}
	for _, c := range f.r.sentences {
		w.Sentences = append(w.Sentences, Weighed{
			Article: c.a.ID, Sentence: c.sentence, Text: c.text, Score: c.final, Features: c.features, Order: c.order, Parts: partsOf(weights.Order, c.order),
		})
	}
	for i, s := range f.spans[:min(len(f.spans), 400)] {
		span := WeighedSpan{Text: s.text, Article: s.in.a.ID, Sentence: s.in.sentence, Kind: s.kind, Score: s.score, Features: s.features}
		if i < 20 {
			span.Parts = partsOf(weights.Span, s.features)
		}
		w.Spans = append(w.Spans, span)
	}
	for _, c := range stands {
		w.Stands = append(w.Stands, c.Text)
	}
	return w
}

// partsOf is what each feature adds to a score, the weightiest first.
func partsOf(model map[string]float64, fs []Feature) []Feature {
	var out []Feature
	for _, f := range fs {
		if v := model[f.Name] * f.Value; v != 0 {
			out = append(out, Feature{f.Name, v})
		}
	}
	slices.SortStableFunc(out, func(a, b Feature) int { return cmp.Compare(math.Abs(b.Value), math.Abs(a.Value)) })
	return out
}
