package briefings

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"attache/briefings/prose"
)

// What a fragment may be beside a name or a word that asks. Each is held against the whole fragment, without its mark.
var (
	wantsMore     = regexp.MustCompile(`(?i)^(?:please )?(?:(?:tell|give) me (?:some )?more(?: details)?|(?:any )?more(?: details)?|details|go on|continue|elaborate|what else|anything else)(?: please)?(?: about (?:it|that|this))?$`)
	wantsOthers   = regexp.MustCompile(`(?i)^(?:who|what|where|which) else|(?i)^anyone else|(?i)^anybody else`)
	wantsProof    = regexp.MustCompile(`(?i)^(?:is|was|has) (?:that|this|it) (?:been )?(?:really )?(?:confirmed|true|certain|official|verified)(?: (?:by|yet)\b.*)?$|^(?:really|are you sure|confirmed)$`)
	wantsSpeaker  = regexp.MustCompile(`(?i)^(?:according to (?:whom|who)|who (?:says|said|claims|reported|reports) (?:so|that|this|it)|says who|who is saying (?:that|this|it)|(?:what(?:'s| is) (?:the|your) )?source|who told (?:you|them) (?:that|so))$`)
	takesBack     = regexp.MustCompile(`(?i)^(?:no|nope|sorry|not that|wrong)[,.]? (?:sorry,? )?(?:(?:i|we) (?:mean|meant|was asking about|asked about) |it's |that's |rather )?|^(?:i|we) (?:mean|meant) |^(?:actually|rather),? `)
	asksAbout     = regexp.MustCompile(`(?i)^(?:what|how) about |^and what of `)
	barePreceding = bagOf(`since until till by from to at in on for about with against through under before after`)
)

// ownLanguage is the language that a fragment is read in: its own where it can be told, else that of the questions that it may lean on.
func ownLanguage(text string, thread []Turn) string {
	toks := prose.Tokens(text)
	if l := tongueOf(text, toks); l != "" {
		return l
	}
	if len(toks) > 0 {
		switch toks[0].Lower {
		case "et":
			return "fr"
		case "und":
			return "de"
		case "y":
			return "es"
		}
	}
	if slices.ContainsFunc(toks, func(t prose.Token) bool { return asking[t.Lower] || helperVerbs[t.Lower] || openers[t.Lower] }) {
		return ""
	}
	for i := len(thread) - 1; i >= max(0, len(thread)-3); i-- {
		if l := tongueOf(thread[i].Question, prose.Tokens(thread[i].Question)); l != "" {
			return l
		}
	}
	return ""
}

// leaned is the turn that a fragment leans on: the last that was about something.
func leaned(thread []Turn) Turn {
	for i := len(thread) - 1; i >= 0; i-- {
		if AboutUs(thread[i].Question) == "" && (topicOf(thread[i]) != "" || thread[i].Question != "") {
			return unwrapped(thread[i])
		}
	}
	return unwrapped(thread[len(thread)-1])
}

// wrapped is a question that was completed with what it leans on in brackets: "Why (Who resigned: Lena Ortiz)?"
var wrapped = regexp.MustCompile(`^([^()]{1,40}) \(([^()]+?)(?:(?:: | – )([^()]+))?\) ?\??$`)

// unwrapped is the turn behind one whose question stands for an earlier one, so that fragments of fragments don't pile up.
func unwrapped(t Turn) Turn {
	for _, l := range leanings {
		for _, lead := range []string{l.known, l.said} {
			if rest, found := strings.CutPrefix(t.Question, lead); found {
				t.Question, t.Answer, _ = strings.Cut(strings.TrimRight(rest, " ?"), " – ")
				return t
			}
		}
	}
	m := wrapped.FindStringSubmatch(t.Question)
	if m == nil || !opens(m[2]) {
		return t
	}
	t.Question, t.Answer = m[2]+"?", m[3]
	return t
}

// shortAnswer is what a turn was answered with in a few words; empty where a whole sentence was the answer, or yes or no.
func shortAnswer(t Turn) string {
	a := strings.TrimSpace(t.Answer)
	if n := len(strings.Fields(a)); n == 0 || n > 8 || len([]rune(a)) > 60 || strings.ContainsAny(a[len(a)-1:], ".!?”\"") || strings.HasSuffix(a, "。") || a == answerYes || a == answerNo {
		return ""
	}
	return a
}

// claimed is what a turn was answered with, as words that another question can be about: "Vladimir Putin gave Kim a car"; else the
// question itself.
func claimed(t Turn) (words string, whole bool) {
	q := strings.TrimRight(strings.TrimSpace(t.Question), " ?!.")
	if i := strings.Index(q, ", besides "); i > 0 {
		q = strings.Replace(q[:i], " else ", " ", 1)
	}
	toks := prose.Tokens(q)
	k := afterLead(toks)
	if shortAnswer(t) == "" || k+1 >= len(toks) {
		return q, false
	}
	first := toks[k].Lower
	if (first == "who" || first == "what" || first == "which") && !helperVerbs[toks[k+1].Lower] {
		n := k + 1
		if first == "which" {
			tags := prose.Tags(q, toks)
			for n < len(toks) && !strings.HasPrefix(tags[n], "VB") && tags[n] != "MD" {
				n++
			}
		}
		if n < len(toks) && !helperVerbs[toks[n].Lower] {
			return shortAnswer(t) + " " + q[toks[n].Start:], true
		}
	}
	return q, false
}

// askAgain asks what a turn asked, for something else: "since when?", "why?", "where?".
func askAgain(wh string, last Turn) string {
	wh = upperFirst(strings.TrimRight(wh, " ?!."))
	q := strings.TrimRight(strings.TrimSpace(last.Question), " ?!.")
	aside := func() string {
		if a := shortAnswer(last); a != "" {
			return wh + " (" + q + ": " + a + ")?"
		}
		return wh + " (" + q + ")?"
	}
	toks := prose.Tokens(q)
	k := afterLead(toks)
	if k+1 >= len(toks) || len(toks) > 30 {
		return aside()
	}
	words := prose.Tokens(wh)
	main := words[len(words)-1].Lower
	if !adverbial[main] && !(len(words) > 1 && (words[len(words)-2].Lower == "how" || words[len(words)-2].Lower == "for" || words[len(words)-2].Lower == "since")) {
		return aside()
	}
	answer := shortAnswer(last)
	tags := prose.Tags(q, toks)
	first := toks[k].Lower
	switch {
	case helperVerbs[first]: // "Did Seoul condemn it?"
		return wh + " " + strings.ToLower(first) + q[toks[k].End:] + "?"
	case !asking[first]:
		return aside()
	case adverbial[first] && helperVerbs[toks[k+1].Lower]:
		return wh + " " + q[toks[k+1].Start:] + "?"
	}
	// The verb behind what was asked for: "which countries did …", "what did …".
	at := -1
	for i := k + 1; i < min(len(toks), k+5); i++ {
		if helperVerbs[toks[i].Lower] {
			at = i
			break
		}
		if strings.HasPrefix(tags[i], "VB") {
			break
		}
	}
	if at >= 0 && at+1 < len(toks) && first != "how" {
		next := tags[at+1]
		if strings.HasPrefix(next, "VB") || next == "RB" || next == "JJ" || next == "IN" {
			if answer == "" {
				return aside()
			}
			return wh + " " + toks[at].Lower + " " + answer + " " + q[toks[at+1].Start:] + "?" // "Where was Karl arrested?"
		}
		rest := q[toks[at].Start:]
		if answer == "" {
			rest = strings.Replace(rest+" ", " say ", " say so ", 1)
			rest = strings.TrimRight(rest, " ")
		}
		if answer != "" && !strings.HasSuffix(rest, ")") && !strings.Contains(strings.ToLower(rest), strings.ToLower(answer)) {
			rest += " " + answer
		}
		return wh + " " + rest + "?"
	}
	if said, whole := claimed(last); whole {
		return wh + " was it that " + said + "?"
	}
	return aside()
}

// timed asks a turn's question for another time: "in 2023", "last week".
func timed(last Turn, when string) string {
	q := strings.TrimRight(strings.TrimSpace(last.Question), " ?!.")
	toks := prose.Tokens(q)
	times := prose.TimesIn(q, toks, someDay)
	if len(times) > 0 {
		t := times[0]
		start := t.Start
		for _, k := range toks {
			if own := strings.Fields(when); len(own) > 0 && !barePreceding[strings.ToLower(own[0])] && own[0][0] >= '0' && own[0][0] <= '9' {
				break // "what about 2021?" keeps the word before the year
			}
			if k.End < t.Start && barePreceding[k.Lower] && strings.TrimSpace(q[k.End:t.Start]) == "" {
				start = k.Start
			}
		}
		return q[:start] + when + q[t.End:] + "?"
	}
	if i := strings.LastIndexByte(q, '('); i > 0 {
		return strings.TrimSpace(q[:i]) + " " + when + " " + q[i:] + "?"
	}
	return q + " " + when + "?"
}

// placed asks a turn's question for another place or party that a preposition brings in: "in Moscow", "to China".
func placed(last Turn, preposition, name string, kind prose.Kind) string {
	q := strings.TrimRight(strings.TrimSpace(last.Question), " ?!.")
	for _, n := range namesAsked(q) {
		before := strings.TrimRight(q[:n.Start], " ")
		if strings.HasSuffix(strings.ToLower(before), " "+preposition) {
			return q[:n.Start] + name + q[n.End:] + "?"
		}
	}
	if i := strings.LastIndexByte(q, '('); i > 0 {
		return strings.TrimSpace(q[:i]) + " " + preposition + " " + name + " " + q[i:] + "?"
	}
	return q + " " + preposition + " " + name + "?"
}

// namesAsked are the names of a question, countries and institutions in any spelling among them, in order.
func namesAsked(text string) []prose.Name {
	names := prose.Names(text)
	for _, k := range prose.Known(text) {
		if k.Kind != prose.Nation && k.Kind != prose.Demonym && k.Sort != "capital" && k.Kind != prose.Institution && k.Kind != prose.Outlet {
			continue
		}
		if !slices.ContainsFunc(names, func(n prose.Name) bool { return k.Start < n.End && n.Start < k.End }) {
			names = append(names, k)
		}
	}
	slices.SortFunc(names, func(a, b prose.Name) int { return a.Start - b.Start })
	return names
}

// phrases of a language other than English, for fragments.
type leaning struct {
	leads    []string // what a fragment begins with
	more     []string // "tell me more"
	speaker  []string // "according to whom"
	known    string   // what asks for all that is known about %
	said     string   // what asks who said %
	pronouns string
}

var leanings = map[string]leaning{
	"fr": {[]string{"et pour", "et", "mais", "alors", "non,", "non", "je voulais dire", "je parle de"}, []string{"dis-m'en plus", "plus de détails", "et encore", "raconte", "dites-m'en plus", "en savoir plus"}, []string{"selon qui", "d'après qui", "qui le dit", "qui dit cela", "qui a dit cela", "qui a dit ça"}, "Que sait-on de ceci : ", "Qui a dit ceci : ", "il elle ils elles lui leur"},
	"de": {[]string{"und was ist mit", "und", "aber", "nein,", "nein", "ich meine", "ich meinte"}, []string{"erzähl mir mehr", "mehr dazu", "mehr details", "mehr einzelheiten", "sag mir mehr", "weiter"}, []string{"laut wem", "wer sagt das", "wer hat das gesagt", "nach wessen angaben"}, "Was ist bekannt zu: ", "Wer sagte dies: ", "er sie ihn ihm ihnen"},
	"es": {[]string{"y", "pero", "no,", "quise decir", "quería decir"}, []string{"cuéntame más", "más detalles", "dime más"}, []string{"según quién", "quién lo dice", "quién dijo eso"}, "Qué se sabe de esto: ", "Quién dijo esto: ", "él ella ellos ellas"},
	"pt": {[]string{"e", "mas", "não,", "quis dizer"}, []string{"conta-me mais", "mais detalhes", "diz-me mais"}, []string{"segundo quem", "quem o diz", "quem disse isso"}, "O que se sabe disto: ", "Quem disse isto: ", "ele ela eles elas"},
	"it": {[]string{"e", "ma", "no,", "volevo dire", "intendevo"}, []string{"dimmi di più", "più dettagli"}, []string{"secondo chi", "chi lo dice", "chi l'ha detto"}, "Che cosa si sa di questo: ", "Chi ha detto questo: ", "lui lei loro"},
	"nl": {[]string{"en", "maar", "nee,", "ik bedoel", "ik bedoelde"}, []string{"vertel meer", "meer details"}, []string{"volgens wie", "wie zegt dat"}, "Wat is bekend over: ", "Wie zei dit: ", "hij zij hem haar"},
	"ru": {[]string{"а", "и", "но", "нет,", "я имел в виду", "я имела в виду"}, []string{"расскажи подробнее", "подробнее", "ещё"}, []string{"по чьим словам", "кто это сказал", "по словам кого"}, "Что известно об этом: ", "Кто сказал это: ", "он она они ему ей"},
	"uk": {[]string{"а", "і", "й", "але", "ні,"}, []string{"розкажи докладніше", "докладніше"}, []string{"за чиїми словами", "хто це сказав"}, "Що відомо про це: ", "Хто сказав це: ", "він вона вони"},
	"ko": {[]string{"그리고", "그럼", "그러면", "아니,", "아니"}, []string{"더 알려줘", "더 자세히", "자세히 알려줘", "더 알려주세요"}, []string{"누가 그래", "누가 그랬어", "출처는", "누구에 따르면"}, "알려진 것: ", "누가 말했나: ", ""},
	"zh": {[]string{"那么", "那", "还有", "不,"}, []string{"详细说说", "更多", "还有呢"}, []string{"谁说的", "据谁说"}, "关于以下已知什么：", "谁说的：", "他 她"},
	"ja": {[]string{"では", "じゃあ", "それで", "いや、"}, []string{"もっと詳しく", "詳しく教えて"}, []string{"誰が言ったの", "誰によると"}, "次について分かっていること：", "誰が言ったか：", "彼 彼女"},
	"ar": {[]string{"و", "لكن", "لا،"}, []string{"أخبرني المزيد", "المزيد"}, []string{"وفقا لمن", "من قال ذلك"}, "ما المعروف عن: ", "من قال: ", "هو هي"},
}

// completeIn is complete for a fragment in another language.
func completeIn(language, text string, last Turn) string {
	l, g := leanings[language], tongues()[language]
	bare := strings.TrimRight(strings.TrimSpace(text), " ?？؟!.。")
	trimLead := func() {
		lower := strings.ToLower(bare)
		for _, lead := range l.leads {
			rest, found := strings.CutPrefix(lower, lead)
			if !found || rest == "" {
				continue
			}
			if r, _ := utf8.DecodeRuneInString(rest); r != ' ' && !strings.HasSuffix(lead, ",") && spaced(lead) && language != "ar" {
				continue
			}
			if len(lower) == len(bare) {
				bare = strings.TrimLeft(bare[len(lead):], " ,，、")
				return
			}
		}
	}
	whole := bare
	trimLead()
	trimLead()
	if bare == "" {
		return text
	}
	leans := bare != whole
	is := func(list []string) bool {
		for _, p := range list {
			if folded := prose.Fold(p); folded == prose.Fold(bare) || folded == prose.Fold(whole) {
				return true
			}
		}
		return false
	}
	about := strings.TrimRight(strings.TrimSpace(last.Question), " ?？؟!.。")
	if answer := shortAnswer(last); answer != "" && !strings.Contains(about, answer) {
		about += " – " + answer
	}
	switch {
	case is(l.more):
		return l.known + about + " ?"
	case is(l.speaker):
		return l.said + about + " ?"
	}
	toks := prose.Tokens(bare)
	said, asks := 0, false
	for _, t := range toks {
		head, word := prose.Elided(t.Lower)
		switch {
		case g.asks[t.Lower] != "" || g.asks[word] != "" || head != "" && g.asks[head] != "":
			asks = true
			if head != "" && !g.stops[word] {
				said++
			}
		case !g.stops[word]:
			said++
		}
	}
	if !asks && !spacedText(bare) {
		folded := prose.Fold(bare)
		for w := range g.asks {
			asks = asks || strings.Contains(folded, w)
		}
	}
	short := len(toks) <= 4 && (spacedText(bare) || len([]rune(bare)) <= 6)
	hasFigure := strings.ContainsFunc(bare, unicode.IsDigit)
	switch {
	case asks && (said == 0 || !spacedText(bare) && len([]rune(bare)) <= 4):
		return upperFirst(bare) + " (" + about + ") ?"
	case !asks && hasFigure && short:
		return about + " " + bare + " ?"
	case !asks && said > 0 && said <= 3 && short:
		return exchangeIn(language, last.Question, bare)
	}
	// A pronoun takes the name that was spoken of last.
	for _, p := range strings.Fields(l.pronouns) {
		if i := wordOrPart(prose.Fold(bare), prose.Fold(p)); i >= 0 && !named(bare) {
			if name := lastName(last); name != "" {
				return strings.TrimRight(strings.TrimSpace(text), " ?？؟!.。") + " (" + name + ") ?"
			}
			break
		}
	}
	if leans {
		return upperFirst(bare) + " ?"
	}
	return text
}

// named says whether a text has a capital letter behind its first word.
func named(text string) bool {
	for i, t := range prose.Tokens(text) {
		if i > 0 && t.IsUpper() {
			return true
		}
	}
	return false
}

// lastName is the name that a turn was about: in its answer, else in its question.
func lastName(t Turn) string {
	if n := len(strings.Fields(t.Answer)); n > 0 && n <= 4 && strings.ContainsFunc(t.Answer, unicode.IsUpper) {
		return t.Answer
	}
	toks := prose.Tokens(t.Question)
	for i := 1; i < len(toks); i++ {
		if !toks[i].IsUpper() {
			continue
		}
		j := i + 1
		for j < len(toks) && toks[j].IsUpper() && t.Question[toks[j-1].End:toks[j].Start] == " " {
			j++
		}
		return t.Question[toks[i].Start:toks[j-1].End]
	}
	if len(t.Topic) > 0 {
		return t.Topic[len(t.Topic)-1]
	}
	return ""
}

// exchangeIn asks the last question about somebody else. Where it can't be told whom the name is to replace, it stands beside the question.
func exchangeIn(language, question, name string) string {
	q := strings.TrimRight(strings.TrimSpace(question), " ?？؟!.。")
	g := tongues()[language]
	toks, own := prose.Tokens(q), prose.Tokens(name)
	beside := q + " (" + name + ") ?"
	if len(toks) == 0 || len(own) == 0 {
		return beside
	}
	if language == "ko" {
		// "서울은 뭐라고 했나?" and "도쿄는?": the one of whom something is said.
		particle := func(s string) string {
			for _, p := range []string{"은", "는", "이", "가"} {
				if strings.HasSuffix(s, p) && len([]rune(s)) > 1 {
					return p
				}
			}
			return ""
		}
		last := own[len(own)-1].Text
		for i, t := range toks[:min(3, len(toks))] {
			if particle(t.Text) != "" && particle(last) != "" && g.asks[t.Lower] == "" {
				start := 0
				if i > 0 {
					start = toks[i].Start
				}
				return q[:start] + name + q[t.End:] + " ?"
			}
		}
		return beside
	}
	if !spacedText(q) {
		return beside
	}
	for i := range toks {
		if i == 0 || !toks[i].IsUpper() || g.asks[toks[i].Lower] != "" {
			continue
		}
		head, word := prose.Elided(toks[i].Lower)
		j := i + 1
		for j < len(toks) && toks[j].IsUpper() && q[toks[j-1].End:toks[j].Start] == " " {
			j++
		}
		start := toks[i].Start
		if head != "" {
			if !strings.HasPrefix(head, "l") || g.asks[head] != "" {
				start += len(toks[i].Text) - len(toks[i].Text[strings.LastIndexAny(toks[i].Text, "'’")+1:])
				return q[:start] + name + q[toks[j-1].End:] + " ?"
			}
			_ = word
		} else if article(toks[i-1].Lower) {
			start = toks[i-1].Start
		} else if contraction(toks[i-1].Lower) {
			return beside
		}
		return q[:start] + name + q[toks[j-1].End:] + " ?"
	}
	return beside
}

func article(lower string) bool {
	switch lower {
	case "le", "la", "les", "der", "die", "das", "den", "el", "los", "las", "o", "a", "os", "as", "il", "lo", "gli", "i", "de", "het":
		return true
	}
	return false
}

func contraction(lower string) bool {
	switch lower {
	case "du", "des", "au", "aux", "del", "al", "do", "da", "dos", "das", "ao", "dello", "della", "dei", "alla", "nel", "nella", "zum", "zur", "im", "vom", "beim", "am":
		return true
	}
	return false
}
