package briefings

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"attache/briefings/prose"
)

// Statements returns who said what in an article, in order.
func (e *Engine) Statements(a Article) []Statement { return statementsOf(a) }

// statementsOf finds who said what in an article. It reads each sentence for cues (cueTable), finds the subject that goes
// with each and what was said, and gives quotations without a speaker of their own the speaker beside them: in the
// sentence before, in the attribution that follows, or in the quotation that they continue.
//
// Start and End count in the title for a statement of the headline, in the text for all others.
func statementsOf(a Article) []Statement { return newHearing(a).until(len(a.Sentences)) }

// speech is one act of saying as it was found: a cue, whose it is, and what was said.
type speech struct {
	cue      cue
	verb     string // as written
	at       int    // where the cue stands
	sentence int
	headline bool
	who      phrase
	speaker  Speaker
	content  []prose.Span // none when what was said stands in another sentence
	direct   bool
	audience string
	// guessed says that the speaker was taken from a sentence nearby.
	guessed bool
}

// phrase is a noun phrase: words[from:to], with an apposition up to full.
type phrase struct {
	from, to, full int
	// text and long are the phrase as written, without and with its apposition.
	text, long string
	pronoun    string
	head       string
	name       bool // it holds a name
}

// token kinds of a sentence that is read for speech.
const (
	tokenWord  = 'w'
	tokenQuote = '"'
)

// speechToken is a word or a mark of a sentence.
type speechToken struct {
	kind       rune // tokenWord, tokenQuote, or the mark itself: , ; : - ( ) .
	lower      string
	start, end int
	capital    bool
	possessive bool
	joined     bool // a hyphen ties it to the next word
	quoted     bool // it stands inside quotation marks
}

// speechReader reads one text (the body or the headline) sentence by sentence.
type speechReader struct {
	text    string
	marked  string // text with '' and `` turned into « and », which are as long
	quotes  []prose.Span
	cast    *cast
	tokens  []speechToken
	from    int // the sentence: text[from:to]
	to      int
	lexicon map[string]cue
}

func newSpeechReader(text string, c *cast) *speechReader {
	r := &speechReader{text: text, marked: pairMarks(text), cast: c, lexicon: cueLexicon()}
	r.quotes = prose.Quotes(r.marked)
	return r
}

// pairMarks turns the doubled marks of typewriters and TeX (”like this”, “or this”) into guillemets of the same length,
// so that every offset stays true.
func pairMarks(text string) string {
	if !strings.Contains(text, "''") && !strings.Contains(text, "``") {
		return text
	}
	b := []byte(text)
	open := false
	for i := 0; i+1 < len(b); i++ {
		if b[i] != '\'' && b[i] != '`' || b[i+1] != b[i] {
			if b[i] == '\n' && i > 0 && b[i-1] == '\n' {
				open = false
			}
			continue
		}
		mark := "«"
		if open && b[i] == '\'' {
			mark = "»"
		}
		open = mark == "«"
		copy(b[i:], mark)
		i++
	}
	return string(b)
}

// longestSpoken is how many bytes a sentence may have to be read for speech: what is longer has no grammar that could be
// followed, and the walk from cue to border would take time that grows with its square.
const longestSpoken = 2000

// hearing reads an article for its statements from the beginning, as far as it is asked to: most questions meet a sentence
// near the top of a long article. What it has found for a sentence never changes by reading on.
type hearing struct {
	a        Article
	cast     *cast
	body     *speechReader
	readings []reading
	speeches []speech
	taken    map[int]bool // speeches without content of their own that a quotation has found
	found    []Statement  // of the sentences before settled
	settled  int
}

// reading is a sentence that was read.
type reading struct {
	quoted bool // most of it is a quotation
	first  int  // its speeches: hearing.speeches[first:last]
	last   int
}

func newHearing(a Article) *hearing { return &hearing{a: a} }

// until returns the statements of at least the first n sentences, in order. Nobody may change them.
func (h *hearing) until(n int) []Statement {
	n = min(n, len(h.a.Sentences))
	if n <= h.settled {
		return h.found
	}
	if h.cast == nil {
		h.cast = newCast(h.a)
		h.body = newSpeechReader(h.a.Text, h.cast)
		h.taken = map[int]bool{}
	}
	for ; h.settled < n; h.settled++ {
		// A quotation may belong to the attribution behind it.
		for len(h.readings) < min(h.settled+2, len(h.a.Sentences)) {
			h.read()
		}
		h.settle(h.settled)
	}
	if h.settled == len(h.a.Sentences) {
		h.cast, h.body, h.readings, h.speeches, h.taken = nil, nil, nil, nil, nil // read to the end
	}
	return h.found
}

// read reads the next sentence.
func (h *hearing) read() {
	s := h.a.Sentences[len(h.readings)]
	rd := reading{first: len(h.speeches), last: len(h.speeches)}
	r := h.body
	if s.Role == RoleHeadline {
		r = newSpeechReader(h.a.Title, h.cast)
	}
	if s.Start < 0 || s.End > len(r.text) || s.Start > s.End || s.End-s.Start > longestSpoken {
		h.readings = append(h.readings, reading{first: rd.first})
		return
	}
	r.read(s.Start, s.End)
	rd.quoted = r.quotedShare(prose.Span{Start: s.Start, End: s.End}) > .85 && len(r.tokens) > 3
	for _, found := range r.speeches() {
		found.sentence = s.Index
		found.headline = s.Role == RoleHeadline
		if found.headline && len(found.content) == 0 {
			continue
		}
		h.speeches = append(h.speeches, found)
	}
	rd.last = len(h.speeches)
	if s.Role != RoleHeadline {
		h.cast.meet(r, h.speeches[rd.first:rd.last])
	}
	h.readings = append(h.readings, rd)
}

// settle makes the statements of sentence i.
func (h *hearing) settle(i int) {
	begin := len(h.found)
	add := func(s speech) {
		if s.speaker.Name == "" {
			return
		}
		text := h.a.Text
		if s.headline {
			text = h.a.Title
		}
		for _, c := range s.content {
			h.found = append(h.found, Statement{
				Speaker: s.speaker, Verb: s.verb, Stance: s.cue.stance, Direct: s.direct, Audience: s.audience,
				Sentence: s.sentence, Start: c.Start, End: c.End, Text: text[c.Start:c.End],
			})
		}
	}
	rd := h.readings[i]
	for k := rd.first; k < rd.last; k++ {
		add(h.speeches[k])
	}
	if s, ok := h.elsewhere(i); ok {
		add(s)
	}
	slices.SortStableFunc(h.found[begin:], func(x, y Statement) int { return x.Start - y.Start })
}

// elsewhere finds the speaker of a quotation that has none in its own sentence.
func (h *hearing) elsewhere(i int) (speech, bool) {
	rd := h.readings[i]
	if !rd.quoted || h.a.Sentences[i].Role == RoleHeadline || rd.last > rd.first && slices.ContainsFunc(h.speeches[rd.first:rd.last], func(s speech) bool { return len(s.content) > 0 }) {
		return speech{}, false
	}
	from := -1
	// "…”. This official added.": an attribution right behind it that says nothing itself.
	if i+1 < len(h.readings) {
		next := h.readings[i+1]
		for j := next.first; j < next.last; j++ {
			if s := h.speeches[j]; len(s.content) == 0 && s.cue.speech && !h.taken[j] && next.last-next.first == 1 && !next.quoted {
				from = j
			}
		}
	}
	if from < 0 {
		// The quotation before it goes on, or the sentence before it announced it.
		for k := i - 1; k >= 0 && k >= i-6 && from < 0; k-- {
			for j := h.readings[k].last - 1; j >= h.readings[k].first; j-- {
				if h.speeches[j].cue.speech && !h.speeches[j].headline {
					from = j
					break
				}
			}
			if from < 0 && !h.readings[k].quoted && k < i-1 {
				break
			}
		}
	}
	if from < 0 {
		return speech{}, false
	}
	h.taken[from] = true
	s := h.speeches[from]
	place := h.a.Sentences[i]
	h.body.read(place.Start, place.End)
	s.sentence, s.direct, s.guessed = i, true, true
	s.content = []prose.Span{h.body.trim(place.Start, place.End, true)}
	if s.content[0].Len() == 0 {
		return speech{}, false
	}
	h.body.perform(&s)
	return s, true
}

// read makes the tokens of text[from:to].
func (r *speechReader) read(from, to int) {
	r.from, r.to = from, to
	r.tokens = r.tokens[:0]
	at := from
	marks := func(end int) {
		for at < end {
			c, n := utf8.DecodeRuneInString(r.marked[at:end])
			kind := rune(0)
			switch c {
			case ',', ';', ':', '(', ')':
				kind = c
			case '[', '{':
				kind = '('
			case ']', '}':
				kind = ')'
			case '—', '–':
				kind = '-'
			case '-':
				// A dash between spaces parts clauses; between letters it ties a word.
				if at > from && r.marked[at-1] == ' ' || at+1 < to && (r.marked[at+1] == ' ' || r.marked[at+1] == '-') {
					kind = '-'
				}
			case '“', '”', '«', '»', '"', '„':
				kind = tokenQuote
			case '.', '!', '?', '…':
				kind = '.'
			}
			if kind != 0 {
				r.tokens = append(r.tokens, speechToken{kind: kind, start: at, end: at + n, quoted: kind != tokenQuote && r.inQuote(at)})
			}
			at += n
		}
	}
	for _, t := range prose.Tokens(r.text[from:to]) {
		start, end := from+t.Start, from+t.End
		marks(start)
		first, _ := utf8.DecodeRuneInString(t.Text)
		w := speechToken{kind: tokenWord, lower: t.Lower, start: start, end: end, capital: unicode.IsUpper(first) || unicode.IsDigit(first), quoted: r.inQuote(start)}
		rest := r.text[end:to]
		if tail, ok := strings.CutPrefix(rest, "'"); ok || strings.HasPrefix(rest, "’") {
			if !ok {
				tail = strings.TrimPrefix(rest, "’")
			}
			switch {
			case strings.HasPrefix(tail, "s") && !cueLetterAt(tail, 1):
				w.possessive = true
				w.end += len(rest) - len(tail) + 1
			case strings.HasSuffix(w.lower, "s") && strings.HasPrefix(tail, " "):
				w.possessive = true // "the voters' fear"
			}
		}
		w.joined = w.end+1 < to && r.text[w.end] == '-' && cueLetterAt(r.text, w.end+1)
		r.tokens = append(r.tokens, w)
		at = w.end
	}
	marks(to)
}

func cueLetterAt(s string, i int) bool {
	if i >= len(s) {
		return false
	}
	c, _ := utf8.DecodeRuneInString(s[i:])
	return unicode.IsLetter(c)
}

func (r *speechReader) inQuote(at int) bool {
	i, found := slices.BinarySearchFunc(r.quotes, at, func(q prose.Span, at int) int {
		switch {
		case q.End <= at:
			return -1
		case q.Start > at:
			return 1
		}
		return 0
	})
	return found && r.quotes[i].Len() > 0
}

// trim takes space, stray marks and, where whole says so, the quotation marks off both ends of text[from:to].
func (r *speechReader) trim(from, to int, whole bool) prose.Span {
	cut := func(c rune) bool {
		return unicode.IsSpace(c) || strings.ContainsRune(",;:—–", c) || whole && strings.ContainsRune(`“”«»"„`, c)
	}
	for from < to {
		c, n := utf8.DecodeRuneInString(r.marked[from:to])
		if !cut(c) && c != '.' {
			break
		}
		from += n
	}
	for from < to {
		c, n := utf8.DecodeLastRuneInString(r.marked[from:to])
		if !cut(c) {
			break
		}
		to -= n
	}
	if to-from > 3 && whole && r.text[to-1] == '.' {
		// `norms”.`: the mark stands before the full stop.
		if c, n := utf8.DecodeLastRuneInString(r.marked[from : to-1]); strings.ContainsRune(`”»"`, c) {
			return prose.Span{Start: from, End: to - 1 - n}
		}
	}
	// A full stop at the end belongs to the sentence, not to what was said; other end marks belong to both.
	if to-from > 1 && r.text[to-1] == '.' && !strings.Contains(r.text[max(from, to-4):to-1], ".") {
		to--
	}
	return prose.Span{Start: from, End: to}
}

// word says whether token i is one of the words given.
func (r *speechReader) word(i int, words ...string) bool {
	return i >= 0 && i < len(r.tokens) && r.tokens[i].kind == tokenWord && slices.Contains(words, r.tokens[i].lower)
}

func (r *speechReader) kind(i int) rune {
	if i < 0 || i >= len(r.tokens) {
		return 0
	}
	return r.tokens[i].kind
}

// speeches finds the speeches of the sentence that was read last.
func (r *speechReader) speeches() []speech {
	var out []speech
	for i := 0; i < len(r.tokens); i++ {
		t := r.tokens[i]
		if t.quoted {
			continue
		}
		if t.kind == ':' {
			if s, ok := r.colon(i, out); ok {
				out = append(out, s)
			}
			continue
		}
		if t.kind != tokenWord {
			continue
		}
		if t.lower == "according" && r.word(i+1, "to") {
			if s, ok := r.according(i, out); ok {
				out = append(out, s)
			}
			continue
		}
		if s, ok := r.nominal(i); ok {
			out = append(out, s)
			continue
		}
		c, ok := r.cueAt(i)
		if !ok {
			continue
		}
		if s, ok := r.said(i, c, out); ok {
			out = append(out, s)
		}
	}
	for i := range out {
		r.settle(&out[i])
	}
	r.clip(out)
	out = r.nest(out)
	for i := range out {
		r.perform(&out[i])
	}
	return out
}

// perform takes the stance from the words themselves where they perform it: "We condemn …", "I deny …".
func (r *speechReader) perform(s *speech) {
	if s.cue.stance != Says || !s.direct || len(s.content) == 0 {
		return
	}
	words := prose.Tokens(r.text[s.content[0].Start:s.content[0].End])
	if len(words) < 3 || words[0].Lower != "we" && words[0].Lower != "i" {
		return
	}
	for _, w := range words[1:min(4, len(words))] {
		if cueAdverb(w.Lower) {
			continue
		}
		if c, ok := r.lexicon[w.Lower]; ok && c.form == "base" {
			s.cue.stance = c.stance
		}
		return
	}
}

// clip ends what an inner speaker said where the attribution of the outer one begins.
func (r *speechReader) clip(out []speech) {
	for i := range out {
		if len(out[i].content) == 0 || out[i].content[0].End > out[i].at {
			continue
		}
		outer := out[i].content[0]
		for j := range out {
			for k, c := range out[j].content {
				if i != j && outer.Start <= out[j].at && out[j].at < outer.End && c.End > outer.End && c.Start < outer.End {
					out[j].content[k].End = outer.End
				}
			}
		}
	}
}

// nest marks who passes words on: "…, Yo Jong said that the gift was a sign, the agency added" is hers, via the agency.
func (r *speechReader) nest(out []speech) []speech {
	gone := map[int]bool{}
	for i := range out {
		outer := out[i]
		if outer.speaker.Kind != SpeakerOutlet && outer.speaker.Kind != SpeakerInstitution || len(outer.content) != 1 {
			continue
		}
		whole := outer.content[0]
		for j := range out {
			inner := &out[j]
			if i == j || gone[i] || inner.speaker.Name == "" || inner.speaker.Name == outer.speaker.Name || len(inner.content) == 0 || !inner.cue.speech {
				continue
			}
			if whole.Start <= inner.at && inner.at < whole.End && inner.speaker.Via == "" {
				inner.speaker.Via = outer.speaker.Name
				told := 0
				for _, c := range inner.content {
					told += max(0, min(c.End, whole.End)-max(c.Start, whole.Start))
				}
				gone[i] = 3*told > whole.Len()
			}
		}
	}
	kept := out[:0]
	for i := range out {
		if !gone[i] {
			kept = append(kept, out[i])
		}
	}
	return kept
}
