package briefings

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"attache/briefings/prose"
)

// partsAnswered is how many questions of one message are answered; those beyond are named in Answer.Left.
const partsAnswered = 4

// separate divides what a person asks into its questions, in order: one for each line, each sentence that ends in a question mark
// and each half of "who did this and when did that?", where both halves are whole questions. What is one question comes back as one.
func separate(text string) []string {
	var parts []string
	for _, line := range askedLines(text) {
		for _, sentence := range askedSentences(line) {
			parts = append(parts, halves(sentence)...)
		}
	}
	return withoutRepeats(parts)
}

// withoutRepeats leaves out what was asked before in the same words.
func withoutRepeats(parts []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(parts, func(p string) bool {
		key := prose.Fold(strings.TrimRight(p, " ?？؟!.。"))
		before := seen[key]
		seen[key] = true
		return before
	})
}

// mark is what stands before a line of a list: "1.", "2)", "-", "•".
var mark = regexp.MustCompile(`^\s*(?:[-*•–—·]|\(?(?:\d{1,2}|[a-h])[.)])\s+`)

// inlineMark is the mark of a list that is written in one line.
var inlineMark = regexp.MustCompile(`(?:^|\s)\(?(\d)[.)]\s+`)

// askedLines are the lines of a text that are questions of their own. A line that goes on with the one before, as in wrapped text, is
// joined to it; a line that only leads in ("Three questions:") is dropped.
func askedLines(text string) []string {
	var lines []string
	marked := false
	for line := range strings.SplitSeq(cleanText(text), "\n") {
		for _, line := range numberedInLine(line) {
			bare := mark.ReplaceAllString(line, "")
			listed := len(bare) < len(line)
			bare = withoutMarkup(strings.Join(strings.Fields(bare), " "))
			if !strings.ContainsFunc(bare, unicode.IsLetter) {
				continue
			}
			last := len(lines) - 1
			switch {
			case last < 0:
				lines = append(lines, bare)
			case listed && !marked && !strings.ContainsAny(lines[last], "?？؟") && (strings.HasSuffix(lines[last], ":") || !opens(lines[last])):
				lines[last] = bare // what stands above a list leads in
			case listed, ends(lines[last]), opens(bare) && opens(lines[last]):
				lines = append(lines, bare)
			default:
				lines[last] += " " + bare
			}
			marked = marked || listed
		}
	}
	return lines
}

// numberedInLine divides "1. who …? 2. when …?" at its numbers, where they count from one up.
func numberedInLine(line string) []string {
	at := inlineMark.FindAllStringSubmatchIndex(line, -1)
	if len(at) < 2 {
		return []string{line}
	}
	for i, m := range at {
		if int(line[m[2]]-'1') != i {
			return []string{line}
		}
	}
	out := []string{line[:at[0][0]]}
	for i, m := range at {
		end := len(line)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		out = append(out, strings.TrimSpace(line[m[0]:end]))
	}
	return out
}

// ends says whether a text ends in a mark that closes a sentence.
func ends(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, " )\"”»"))
	return strings.ContainsRune("?.!:;？؟。！", r)
}

// opens says whether a text begins as a question does: with a word that asks, or with a verb before its subject.
func opens(s string) bool {
	toks := prose.Tokens(s)
	k := afterLead(toks)
	if k >= len(toks) {
		return false
	}
	if g, ok := tongues()[tongueOf(s, toks)]; ok {
		folded := prose.Fold(s)
		for w := range g.asks {
			if i := wordOrPart(folded, w); i >= 0 && (i < 12 || !spaced(w)) {
				return true
			}
		}
		return false
	}
	return asking[toks[k].Lower] || helperVerbs[toks[k].Lower] || k+1 < len(toks) && asking[toks[k+1].Lower] && prepositions[toks[k].Lower]
}

var (
	asking       = bagOf(`who whom whose what which when where why how what's who's where's when's how's whats whos`)
	adverbial    = bagOf(`when where why how`)
	prepositions = bagOf(`to from by with for in on at of about since until through after before under against`)
	openers      = bagOf(`and but so also then ok okay well plus or`)
)

// afterLead is the first token behind "and", "also", "so then".
func afterLead(toks []prose.Token) int {
	k := 0
	for k < len(toks) && openers[toks[k].Lower] {
		k++
	}
	return k
}

func wordOrPart(text, word string) int {
	if spaced(word) {
		return wordIndex(text, word)
	}
	return strings.Index(text, word)
}

// askedSentences divides a line behind its question marks. A question mark in brackets or in a quotation ends nothing; what is no question
// stays with the question beside it.
func askedSentences(line string) []string {
	var out []string
	depth, from := 0, 0
	quoted := false
	for i, r := range line {
		if i < from {
			continue
		}
		switch r {
		case '(', '[', '“', '«', '„', '「', '『':
			depth++
		case ')', ']', '”', '»', '」', '』':
			depth = max(0, depth-1)
		case '"':
			quoted = !quoted
		case '?', '？', '؟':
			end := i + utf8.RuneLen(r)
			rest := strings.TrimLeft(line[end:], "?？؟! ")
			if depth > 0 || quoted || rest == "" || strings.ContainsAny(rest[:1], "()[]\"") || end < len(line) && r == '?' && line[end] != ' ' && line[end] != '?' && line[end] != '!' {
				continue
			}
			s := strings.TrimSpace(line[from:end])
			if statement(s) {
				continue // "A new venture? What is it called?": it leads to the next
			}
			if s != "" {
				out = append(out, s)
			}
			from = len(line) - len(rest)
		}
	}
	rest := strings.TrimSpace(line[from:])
	switch {
	case !strings.ContainsFunc(rest, unicode.IsLetter):
	case len(out) == 0 || strings.ContainsAny(rest, "?？؟") || opens(rest):
		out = append(out, rest)
	default:
		out[len(out)-1] += " " + rest // "Did Japan condemn it? I mean the car"
	}
	// "What? Who gave the car?": a cry of surprise asks nothing by itself.
	if len(out) > 1 && len(prose.Tokens(out[0])) < 2 && spacedText(out[0]) {
		out = out[1:]
	}
	return out
}

// statement says whether an English sentence asks nothing by its words, though it may end in a question mark.
func statement(s string) bool {
	toks := prose.Tokens(s)
	return len(toks) > 3 && tongueOf(s, toks) == "" && !opens(s) && spacedText(s) && !openers[toks[0].Lower] && !slices.ContainsFunc(toks, func(t prose.Token) bool { return asking[t.Lower] }) && requests.FindString(s) == ""
}

func spacedText(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !spaced(string(r)) })
}

// requests are the beginnings behind which a question stands in the order of a statement: "tell me who gave the car and when Seoul reacted".
var requests = regexp.MustCompile(`(?i)^(?:please |and |so )*(?:(?:can|could|would|will) you (?:please )?)?(?:tell|explain to|show|remind) (?:me|us)(?: please)?,? |^(?:please )?(?:can|could|would) you (?:please )?explain |^do you know |^i(?: would|'d|’d)? (?:like|want) to know |^i (?:wonder|need to know) `)

// halves divides "who did this and when did that?" where both halves are questions.
func halves(sentence string) []string {
	toks := prose.Tokens(sentence)
	if len(toks) < 4 {
		return []string{sentence}
	}
	if language := tongueOf(sentence, toks); language != "" {
		return halvesIn(language, sentence, toks)
	}
	body := requests.ReplaceAllString(sentence, "")
	request := len(body) < len(sentence)
	if request {
		toks = prose.Tokens(body)
		if k := afterLead(toks); k >= len(toks) || !asking[toks[k].Lower] {
			return []string{sentence}
		}
	}
	tags := prose.Tags(body, toks)
	if out := twins(body, toks); out != nil {
		return out
	}
	var out []string
	from := 0
	for i := 1; i < len(toks); i++ {
		at, whole := halfAt(body, toks, tags, from, i, request)
		if at < 0 {
			continue
		}
		out = append(out, upperFirst(strings.TrimSpace(body[toks[from].Start:toks[at-1].End]))+"?")
		from = whole
		i = whole
	}
	if from == 0 {
		return []string{sentence}
	}
	return append(out, upperFirst(strings.TrimSpace(body[toks[from].Start:])))
}

// halfAt says whether a second question begins behind the "and" or the mark before token i: then at is the token behind the first half's
// last, whole the first of the second; else -1.
func halfAt(text string, toks []prose.Token, tags []string, from, i int, request bool) (at, whole int) {
	gap := text[toks[i-1].End:toks[i].Start]
	joined := toks[i-1].Lower == "and" || strings.Contains(gap, "&")
	comma := strings.ContainsAny(gap, ",;")
	if !joined && !comma {
		return -1, 0
	}
	at, whole = i, i
	if joined && toks[i-1].Lower == "and" {
		at = i - 1
	}
	for whole < len(toks) && (toks[whole].Lower == "also" || toks[whole].Lower == "then" || comma && toks[whole].Lower == "and") {
		whole++
	}
	if whole >= len(toks) || at <= from || openQuotation(text[toks[from].Start:toks[at].Start]) {
		return -1, 0
	}
	asks := whole
	if prepositions[toks[asks].Lower] && asks+1 < len(toks) {
		asks++
	}
	left := wholeQuestion(toks[from:at], tags[from:at], request)
	rest := toks[asks:]
	first := rest[0].Lower
	inverted := len(rest) > 2 && asking[first] && helperVerbs[rest[1].Lower]
	if !left || at-from == 2 && !inverted && !adverbial[toks[from].Lower] {
		return -1, 0 // "Who made and who sold the car?"
	}
	switch {
	case asking[first] && len(rest) == 1 && asks == whole && (first == "when" || first == "where" || first == "why"):
		return at, whole // "Who resigned, and when?"
	case !joined:
		// A comma alone: what follows may belong to what stands before.
		if inverted && first != "who" && first != "which" && (rest[1].Lower == "did" || rest[1].Lower == "does" || rest[1].Lower == "do") {
			return at, whole
		}
		return -1, 0
	case helperVerbs[first] && asks == whole && len(rest) > 2 && !request:
		// "… and did Seoul condemn it?", but not "… and was condemned"
		second := tags[asks+1]
		named := second == "PRP" || strings.HasPrefix(second, "NNP") || rest[1].IsUpper() || rest[1].Lower == "there"
		// "Who came and was the first to leave?" goes on about the same person.
		own := first == "did" || first == "does" || first == "will" || strings.HasPrefix(toks[from].Lower, "how") || helperVerbs[toks[from].Lower] || from+1 < at && helperVerbs[toks[from+1].Lower]
		if named && first != "have" || second == "DT" && own && first != "have" && first != "had" && first != "has" && first != "do" {
			return at, whole
		}
		return -1, 0
	case !asking[first] || !wholeQuestion(rest, tags[asks:], request):
		return -1, 0
	}
	if related := first == "who" || first == "which" || first == "whose"; (!inverted || related) && !request && slices.ContainsFunc(toks[from+1:at], func(t prose.Token) bool { return asking[t.Lower] }) {
		return -1, 0 // "Did he say who came and who went?"
	}
	return at, whole
}

// wholeQuestion says whether tokens are a question that stands by itself: what asks, a verb, and somebody or something.
func wholeQuestion(toks []prose.Token, tags []string, request bool) bool {
	k := afterLead(toks)
	if k < len(toks) && prepositions[toks[k].Lower] {
		k++
	}
	if k+1 >= len(toks) {
		return false
	}
	first, rest := toks[k].Lower, toks[k+1:]
	verb := func(i int) bool {
		return strings.HasPrefix(tags[i], "VB") || tags[i] == "MD" || helperVerbs[toks[i].Lower]
	}
	switch {
	case strings.HasSuffix(first, "'s") && asking[first]:
		return true
	case helperVerbs[first]:
		return len(rest) >= 2
	case !asking[first]:
		return false
	case helperVerbs[rest[0].Lower]:
		return len(rest) >= 2
	case request:
		for i := k + 1; i < len(toks); i++ {
			if verb(i) {
				return len(rest) >= 2
			}
		}
		return false
	}
	switch first {
	case "who":
		return verb(k + 1)
	case "what", "which", "whose", "how":
		if rest[0].IsUpper() && !strings.HasPrefix(tags[k+1], "JJ") || tags[k+1] == "PRP" || tags[k+1] == "DT" {
			return first == "what" && verb(k+1) // "what Seoul said" is no question
		}
		for i := k + 1; i < min(len(toks), k+7); i++ {
			if verb(i) && (i > k+1 || first == "what" || first == "which") {
				return true
			}
		}
	}
	return false
}

// twins divides "When and where did they meet?": both ask for the same.
func twins(text string, toks []prose.Token) []string {
	k := afterLead(toks)
	if k+4 >= len(toks) || !adverbial[toks[k].Lower] || toks[k+1].Lower != "and" || !adverbial[toks[k+2].Lower] || !helperVerbs[toks[k+3].Lower] {
		return nil
	}
	rest := text[toks[k+3].Start:]
	second := text[toks[k+2].Start:toks[k+2].End]
	return []string{text[toks[k].Start:toks[k].End] + " " + rest, upperFirst(second) + " " + rest}
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func openQuotation(s string) bool {
	return strings.Count(s, "“") > strings.Count(s, "”") || strings.Count(s, "«") > strings.Count(s, "»") || strings.Count(s, `"`)%2 == 1 || strings.Count(s, "(") > strings.Count(s, ")")
}

// joiners are the words that stand between two questions, by language.
var joiners = map[string]map[string]bool{
	"fr": bagOf("et"), "de": bagOf("und"), "es": bagOf("y e"), "pt": bagOf("e"), "it": bagOf("e ed"), "nl": bagOf("en"), "ru": bagOf("и а"), "uk": bagOf("і й та а"),
}

// halfEnd is where a half ends in languages that join without a word: at a mark, and in Korean at a verb in "-고" or "-며".
var halfEnd = regexp.MustCompile(`[，,、;；]\s*|\p{Hangul}[고며]\s+|(?:以及|并且|还有)|\s그리고\s`)

// halvesIn is halves for a question in another language: both halves need a word that asks, and something that is asked about.
func halvesIn(language, sentence string, toks []prose.Token) []string {
	g := tongues()[language]
	switch language {
	case "zh", "ja", "ko":
		var out []string
		from := 0
		for _, m := range halfEnd.FindAllStringIndex(sentence, -1) {
			end := m[1]
			if language == "zh" && strings.ContainsAny(sentence[m[0]:m[1]], "以并还") {
				end = m[0]
			}
			if end > from && asksIn(g, sentence[from:end]) && asksIn(g, sentence[m[1]:]) {
				out = append(out, strings.TrimRight(sentence[from:end], " ，,、;；")+"?")
				from = m[1]
			}
		}
		return append(out, strings.TrimSpace(sentence[from:]))
	case "ar":
		for i := 2; i+1 < len(toks); i++ {
			// "and" is one with the word behind it.
			word, found := strings.CutPrefix(toks[i].Text, "و")
			if found && g.asks[prose.Fold(word)] != "" && asksIn(g, sentence[:toks[i].Start]) {
				return []string{strings.TrimSpace(sentence[:toks[i].Start]) + "؟", sentence[toks[i].Start+len("و"):]}
			}
		}
		return []string{sentence}
	}
	first := -1
	for i, t := range toks[:min(len(toks), 3)] {
		if questionWord(g, language, t) {
			first = i
			break
		}
	}
	if first < 0 {
		return []string{sentence}
	}
	var out []string
	from := 0
	for i := first + 2; i+2 < len(toks); i++ {
		if !joiners[language][toks[i].Lower] {
			continue
		}
		// "et à qui", "und seit wann"
		k := i + 1
		if !questionWord(g, language, toks[k]) && g.stops[toks[k].Lower] && k+2 < len(toks) {
			k++
		}
		if !questionWord(g, language, toks[k]) || weakWord(language, toks[k]) {
			continue
		}
		said := func(list []prose.Token) (n int) {
			for _, t := range list {
				if _, word := prose.Elided(t.Lower); !g.stops[word] && g.asks[word] == "" {
					n++
				}
			}
			return n
		}
		if said(toks[from:i]) < 1 || said(toks[k+1:]) < 1 || openQuotation(sentence[:toks[i].Start]) {
			continue
		}
		end := strings.TrimRight(sentence[toks[from].Start:toks[i].Start], " ,")
		if lead := sentence[:toks[0].Start]; from == 0 {
			end = lead + end // "¿"
		}
		out = append(out, end+" ?")
		from = i + 1
	}
	if from == 0 {
		return []string{sentence}
	}
	return append(out, upperFirst(sentence[toks[from].Start:]))
}

// questionWord says whether a token is a word that asks; in French "ou" is "or", and "où" asks.
func questionWord(g tongue, language string, t prose.Token) bool {
	head, _ := prose.Elided(t.Lower)
	if language == "fr" && t.Lower == "ou" {
		return strings.Contains(t.Text, "ù")
	}
	return g.asks[t.Lower] != "" || head != "" && g.asks[head] != "" || language == "de" && t.Lower == "wie"
}

// weakWord says whether a word that may ask mostly binds: "und dass", "et que", "и что".
func weakWord(language string, t prose.Token) bool {
	switch language {
	case "fr", "es", "pt", "it":
		return t.Lower == "que" && !strings.Contains(t.Text, "é") || t.Lower == "qu" || t.Lower == "como" || t.Lower == "come" || t.Lower == "che"
	case "ru", "uk":
		return t.Lower == "как" || t.Lower == "як"
	}
	return false
}

// asksIn says whether a clause has a word that asks, and more than it.
func asksIn(g tongue, clause string) bool {
	folded := prose.Fold(clause)
	for w := range g.asks {
		if i := wordOrPart(folded, w); i >= 0 {
			rest := strings.TrimSpace(folded[:i] + folded[i+len(w):])
			if letters := strings.Count(strings.Map(func(r rune) rune {
				if unicode.IsLetter(r) {
					return 'x'
				}
				return -1
			}, rest), "x"); letters >= 2 {
				return true
			}
		}
	}
	return false
}

// askAll answers the questions of one message, each from its own sources; a later one may lean on an earlier one. Drafters have one
// patience for all of them.
func (e *Engine) askAll(ctx context.Context, q Question, texts []string, c *collection, at time.Time) (Answer, error) {
	drafting, cancel := context.WithTimeout(ctx, e.timeout*3/2)
	defer cancel()
	var left []string
	if len(texts) > partsAnswered {
		texts, left = texts[:partsAnswered], texts[partsAnswered:]
	}
	thread := slices.Clone(q.Thread)
	var parts []Answer
	for _, text := range texts {
		part := q
		part.Thread = thread
		a, err := e.askOne(ctx, drafting, part, text, c, at)
		if err != nil {
			return Answer{}, err
		}
		parts = append(parts, a)
		thread = append(thread, a.Turn())
	}
	a := together(parts, left)
	if q.Explain {
		a.Why = &Why{Type: "several questions", Confidence: a.Confidence, Threshold: c.w.Threshold}
		for i := range a.Parts {
			a.Why.Questions = append(a.Why.Questions, a.Parts[i].Why)
			a.Parts[i].Why = nil
		}
	}
	return a, nil
}

// together is one answer of several.
func together(parts []Answer, left []string) Answer {
	a := Answer{Parts: parts, Left: left, Verdict: NotInSources, Confidence: 1, AsOf: parts[0].AsOf, Searched: parts[0].Searched, Newest: parts[0].Newest, Drafter: parts[0].Drafter}
	var asked, short []string
	add := func(list *[]string, most int, words ...string) {
		for _, w := range words {
			if i := slices.Index(*list, w); i >= 0 || len(*list) == most {
				continue
			}
			*list = append(*list, w)
		}
	}
	for _, p := range parts {
		asked = append(asked, strings.TrimRight(p.Question, " ?")+"?")
		a.Now = a.Now || p.Now
		a.Confidence = min(a.Confidence, p.Confidence)
		if p.Drafter != (Extractive{}).Name() {
			a.Drafter = p.Drafter
		}
		add(&a.Documents, 10, p.Documents...)
		for _, t := range p.Topic {
			if i := slices.Index(a.Topic, t); i >= 0 {
				a.Topic = slices.Delete(a.Topic, i, i+1)
			}
			a.Topic = append(a.Topic, t)
		}
		if p.Verdict == NotInSources {
			a.Nearby = append(a.Nearby, p.Nearby...)
			add(&a.Missing, 8, p.Missing...)
			add(&a.Suggestions, 3, p.Suggestions...)
			continue
		}
		if p.Verdict == Disputed || a.Verdict == NotInSources {
			a.Verdict = p.Verdict
		}
		a.Claims = append(a.Claims, p.Claims...)
		if p.Short != "" {
			short = append(short, p.Short)
		}
	}
	for n := 0; n < 5 && len(a.Ranked) < 5; n++ {
		for _, p := range parts {
			if n < len(p.Ranked) && len(a.Ranked) < 5 {
				a.Ranked = append(a.Ranked, p.Ranked[n])
			}
		}
	}
	if len(left) > 0 {
		a.Suggestions = left[:min(3, len(left))]
	}
	a.Question, a.Short = strings.Join(append(asked, left...), " "), strings.Join(short, "; ")
	return a
}

// Turn is what a conversation remembers of an answer: the short answer, or else its first claim. Of several questions the last is what
// the next fragment leans on.
func (a Answer) Turn() Turn {
	t := Turn{Question: a.Question, Answer: a.Short, Topic: a.Topic}
	if n := len(a.Parts); n > 0 {
		last := a.Parts[n-1]
		t.Question, t.Answer = last.Question, last.Short
		if t.Answer == "" && len(last.Claims) > 0 {
			t.Answer = last.Claims[0].Text
		}
	}
	for _, c := range a.Claims {
		if t.Answer == "" && len(a.Parts) == 0 {
			t.Answer = c.Text
		}
		for _, q := range c.Citations {
			if !slices.Contains(t.Articles, q.Article) {
				t.Articles = append(t.Articles, q.Article)
			}
		}
	}
	return t
}
