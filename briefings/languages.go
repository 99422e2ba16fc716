package briefings

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"attache/briefings/prose"
)

// tongue is how questions are asked in a language other than English: the words that ask, by the type of answer that they
// ask for, and the words that carry no meaning of their own. Words are as prose.Fold leaves them.
type tongue struct {
	asks  map[string]string
	stops map[string]bool
}

// tongues are the languages in which questions are understood, beside English. A word that asks in two ways has the more
// frequent one.
var tongues = sync.OnceValue(func() map[string]tongue {
	make := func(stops string, asks map[string]string) tongue {
		t := tongue{asks: map[string]string{}, stops: map[string]bool{}}
		for kind, words := range asks {
			for w := range strings.SplitSeq(words, ",") {
				t.asks[prose.Fold(strings.TrimSpace(w))] = kind
			}
		}
		for w := range strings.FieldsSeq(stops) {
			t.stops[prose.Fold(w)] = true
		}
		return t
	}
	return map[string]tongue{
		"fr": make(`le la les l un une des du de d au aux et ou où à en dans par pour sur sous avec sans ce cet cette ces il elle ils elles on je tu nous vous
y ne pas plus que qu jusqu lorsqu puisqu quoiqu qui est sont était étaient a ont avait avaient été être avoir fait se s son sa ses leur leurs lui quel quelle quels quelles t c n m j
lors après avant selon entre vers chez contre dont mais donc`,
			map[string]string{typePerson: "qui, à qui", typeDate: "quand", typePlace: "où", typeReason: "pourquoi", typeNumber: "combien", typeManner: "comment",
				typeThing: "que, quoi, quel, quelle, quels, quelles, qu"}),
		"de": make(`der die das den dem des ein eine einen einem einer eines und oder in im an am auf aus bei mit nach von vom zu zum zur für über unter durch gegen
ist sind war waren hat haben hatte hatten wird werden wurde wurden sein nicht auch als dass sich es er sie wir ihr ihre seine sein dieser diese dieses welche
welcher welches um vor seit`,
			map[string]string{typePerson: "wer, wen, wem, wessen", typeDate: "wann", typePlace: "wo, wohin, woher", typeReason: "warum, weshalb, wieso", typeNumber: "wieviel, wieviele, viele",
				typeManner: "wie", typeThing: "was, welche, welcher, welches, welchen"}),
		"es": make(`el la los las un una unos unas de del al a y o en con por para sin sobre entre hacia desde hasta según que qué se su sus lo le les es son era eran
fue fueron ha han había habían ser estar está están no más como cuál cuáles este esta estos estas ese esa`,
			map[string]string{typePerson: "quién, quiénes", typeDate: "cuándo", typePlace: "dónde, adónde", typeReason: "por qué", typeNumber: "cuántos, cuántas, cuánto, cuánta",
				typeManner: "cómo", typeThing: "qué, cuál, cuáles"}),
		"pt": make(`o a os as um uma uns umas de do da dos das ao aos à às e ou em no na nos nas com por pelo pela para sem sobre entre até desde segundo que se seu sua
seus suas é são era eram foi foram tem têm havia ser estar está estão não mais como qual quais este esta esse essa`,
			map[string]string{typePerson: "quem", typeDate: "quando", typePlace: "onde, aonde", typeReason: "por que, porque", typeNumber: "quantos, quantas, quanto, quanta",
				typeManner: "como", typeThing: "qual, quais, o que"}),
		"it": make(`il lo la i gli le un uno una di del dello della dei degli delle a al allo alla ai agli alle e o in nel nella nei nelle con per su sul sulla tra fra da
dal dalla che si suo sua suoi sue è sono era erano ha hanno aveva avevano essere stato stata stati non più come quale quali questo questa questi quello quella l d c dell nell sull all dall coll quell quest`,
			map[string]string{typePerson: "chi", typeDate: "quando, quand", typePlace: "dove, dov", typeReason: "perché", typeNumber: "quanti, quante, quanto, quanta, quant",
				typeManner: "come, com", typeThing: "che cosa, cosa, cos, quale, quali, qual"}),
		"nl": make(`de het een en of in op aan bij met naar van uit voor over onder door tegen om te is zijn was waren heeft hebben had hadden wordt worden werd werden
niet ook als dat dit die deze er hij zij ze wij hun haar welke welk`,
			map[string]string{typePerson: "wie", typeDate: "wanneer", typePlace: "waar", typeReason: "waarom", typeNumber: "hoeveel", typeManner: "hoe", typeThing: "wat, welke, welk"}),
		"ru": make(`и в во на с со к ко по о об от до из за у при для через под над между что кто как это этот эта эти он она они его ее их не ли бы был была были было есть
будет а но или же также который которая которые`,
			map[string]string{typePerson: "кто, кого, кому, кем, ком", typeDate: "когда", typePlace: "где, куда, откуда", typeReason: "почему, зачем", typeNumber: "сколько, скольких", typeManner: "как",
				typeThing: "что, чем, какой, какая, какое, какие, каких"}),
		"uk": make(`і й та в у на з із зі до по про від за при для через під над між що хто як це цей ця ці він вона вони його її їх не чи би був була були було є буде а але
або же також який яка які`,
			map[string]string{typePerson: "хто, кого, кому, ким", typeDate: "коли", typePlace: "де, куди, звідки", typeReason: "чому, навіщо", typeNumber: "скільки, скількох", typeManner: "як",
				typeThing: "що, чим, який, яка, яке, які, яких"}),
		"ar": make(`في من على إلى عن مع هذا هذه ذلك تلك التي الذي الذين هو هي هم كان كانت قد لم لن لا ما أن إن أو و ثم بين بعد قبل عند هل`,
			map[string]string{typePerson: "من, منذا", typeDate: "متى", typePlace: "أين", typeReason: "لماذا, لم", typeNumber: "كم", typeManner: "كيف", typeThing: "ماذا, ما, أي"}),
		"zh": make(`的 了 是 在 和 与 有 不 这 那 被 把 对 于 为 以 从 到 向 就 也 都 而 及 或 但 吗 呢 吧 啊 着 过 个 们 所 将 会 要 能 可`,
			map[string]string{typePerson: "谁, 哪位", typeDate: "何时, 什么时候, 哪天, 几时", typePlace: "哪里, 哪儿, 何处, 什么地方", typeReason: "为什么, 为何, 为啥", typeNumber: "多少, 几", typeManner: "怎么, 如何, 怎样",
				typeCountry: "哪个国家, 哪国", typeThing: "什么, 哪个, 哪些"}),
		"ja": make(``,
			map[string]string{typePerson: "誰, だれ", typeDate: "いつ, 何日", typePlace: "どこ, 何処", typeReason: "なぜ, どうして, 何故", typeNumber: "何人, いくつ, いくら, 何回, 何隻, 何台", typeManner: "どのように, どうやって",
				typeCountry: "どの国", typeThing: "何, なに, なん, どの, どれ"}),
		"ko": make(`그 이 저 것 수 등 및 또는 그리고 대해 대한 위해 위한 있는 있다 했다 한다 했는가 했나 했습니까 인가 입니까 인가요 무엇을 어떤`,
			map[string]string{typePerson: "누가, 누구, 누구를, 누구에게, 누구와, 누구인가", typeDate: "언제", typePlace: "어디, 어디에, 어디서, 어디에서, 어디로", typeReason: "왜",
				typeNumber: "몇, 얼마나, 얼마, 몇명, 몇명이, 몇명의", typeManner: "어떻게", typeThing: "무엇, 무엇을, 무엇이, 뭐, 어떤, 어느"}),
	}
})

// tongueOf tells the language of a question that isn't English: by its script, or by the words that ask and bind in it. Empty
// is English, or a question too short to tell.
func tongueOf(text string, toks []prose.Token) string {
	letters := map[string]int{}
	for _, r := range text {
		switch {
		case r < 0x370 || !unicode.IsLetter(r):
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			letters["ja"] += 3 // a Japanese sentence has Chinese characters too
		case unicode.Is(unicode.Han, r):
			letters["zh"]++
		case unicode.Is(unicode.Hangul, r):
			letters["ko"]++
		case unicode.Is(unicode.Arabic, r):
			letters["ar"]++
		case r == 'і' || r == 'ї' || r == 'є' || r == 'ґ':
			letters["uk"] += 100
			letters["ru"] = -1 << 10
		case unicode.Is(unicode.Cyrillic, r):
			letters["ru"]++
			letters["uk"]++
		}
	}
	if letters["ja"] > 0 {
		letters["ja"] += letters["zh"]
	}
	best, most := "", 2
	for _, l := range []string{"ru", "uk", "ar", "zh", "ja", "ko"} {
		if letters[l] > most {
			best, most = l, letters[l]
		}
	}
	if best != "" {
		return best
	}
	english := 0
	for _, t := range toks {
		if prose.IsStop(t.Lower) {
			english++
		}
	}
	most = english
	for _, l := range []string{"fr", "de", "es", "pt", "it", "nl"} {
		hits := 0
		for _, t := range toks {
			if head, word := prose.Elided(t.Lower); head != "" {
				if tongues()[l].asks[head] != "" {
					hits++
				}
				if tongues()[l].stops[head] {
					hits++
				}
				if tongues()[l].stops[word] {
					hits++
				}
				continue
			}
			switch {
			case len(t.Text) < 2: // "Beyoncé 's" is no French
			case tongues()[l].asks[t.Lower] != "" && t.Lower != "was": // which is English as well
				hits += 2
			case tongues()[l].stops[t.Lower]:
				hits++
			}
		}
		if hits >= 2 && hits > most {
			best, most = l, hits
		}
	}
	return best
}

// findTypeIn is findType for a question in another language: the first word that asks decides.
func (q *asked) findTypeIn() {
	t := tongues()[q.language]
	q.kind = typeThing
	folded := prose.Fold(q.text)
	best := len(folded) + 1
	longest := 0
	for w, kind := range t.asks {
		i := strings.Index(folded, w)
		if spaced(w) {
			i = wordIndex(folded, w)
		}
		if i < 0 {
			continue
		}
		// "por qué" is no "qué": of two that begin together the longer one asks, and "what" is the weakest word.
		if kind != typeThing && (q.kind == typeThing || i < best || i == best && len(w) > longest) || kind == typeThing && q.kind == typeThing && longest == 0 {
			best, longest, q.kind = i, len(w), kind
		}
	}
	switch {
	case longest == 0:
		q.kind = typeYesNo
	case q.kind == typeNumber || q.kind == typeDate:
		// Numbers and dates are recognised in English; "le 3 mai" would be taken for a number, and "douze" for none.
		q.kind, q.figures = typeThing, true
	}
	// "Quel pays", "welches Land", "какая страна": a country is asked for by its name.
	for i, tk := range q.toks {
		if q.kind == typeThing && slices.Contains([]string{"pays", "land", "pais", "paese", "страна", "страны", "країна", "країни", "بلد", "دولة", "나라", "나라가", "국가"}, tk.Lower) {
			q.kind = typeCountry
			q.focus = append(q.focus, i)
		}
	}
}

// spaced says whether a word is written between spaces.
func spaced(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// wordIndex is where word stands in text as a word; -1 where it doesn't.
func wordIndex(text, word string) int {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return -1
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(word):])
		if !unicode.IsLetter(before) && !unicode.IsLetter(after) {
			return i
		}
		from = i + len(word)
	}
}

// certainIn says whether a stretch is an answer by itself in a language whose grammar isn't read: a name where a person or a place
// is asked for, figures where a number or a date is. Of anything else the sentence tells, and no stretch of it.
func (q *asked) certainIn(s *span) bool {
	if head, _ := prose.Elided(s.in.toks[s.from].Lower); head != "" {
		if r, _ := utf8.DecodeRuneInString(strings.TrimLeft(s.in.toks[s.from].Text[len(head):], "'’")); unicode.IsLower(r) {
			return false // "d'après Jakarta", "l'entreprise Karvolt"
		}
	}
	switch q.kind {
	case typePerson, typePlace, typeCountry:
		return s.fit >= .5
	}
	return q.figures && strings.ContainsAny(s.text, "0123456789")
}

// absentIn lowers the confidence for a question in a language whose grammar isn't read, where nothing that was found has a name or
// a number of it or the greater part of its words.
func (q *asked) absentIn(r *retrieval) float64 {
	lost := 0.0
	for i, t := range q.terms {
		if slices.ContainsFunc(r.sentences[:min(len(r.sentences), 20)], func(c *candidate) bool { return c.match[i] >= .5 }) {
			continue
		}
		tk := q.toks[t.token]
		if t.number || t.name || tk.IsUpper() && t.token > 0 && q.language != "de" {
			return .4
		}
		lost += t.weight
	}
	if lost > .6*q.total {
		return .4
	}
	return 1
}

// empty says whether a token of a question in another language says nothing of what is asked about.
func (q *asked) empty(t prose.Token) bool {
	g := tongues()[q.language]
	_, word := prose.Elided(t.Lower)
	if g.stops[word] || g.asks[word] != "" {
		return true
	}
	r, _ := utf8.DecodeRuneInString(t.Lower)
	switch q.language {
	case "ja": // what is in hiragana binds
		return unicode.Is(unicode.Hiragana, r) || r == '何' || r == '誰'
	case "zh":
		return strings.ContainsRune("谁哪何什么几多少怎", r)
	}
	return false
}
