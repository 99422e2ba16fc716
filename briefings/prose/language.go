package prose

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/RadhiFadlillah/whatlanggo"
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/turkish"
)

// known are the languages that are told apart. The more there are, the more often a short text is taken for a rare one.
var known = map[whatlanggo.Lang]string{
	whatlanggo.Eng: "en", whatlanggo.Fra: "fr", whatlanggo.Deu: "de", whatlanggo.Spa: "es", whatlanggo.Por: "pt", whatlanggo.Ita: "it",
	whatlanggo.Nld: "nl", whatlanggo.Rus: "ru", whatlanggo.Ukr: "uk", whatlanggo.Bel: "be", whatlanggo.Bul: "bg", whatlanggo.Srp: "sr",
	whatlanggo.Pol: "pl", whatlanggo.Ces: "cs", whatlanggo.Hun: "hu", whatlanggo.Ron: "ro", whatlanggo.Swe: "sv",
	whatlanggo.Dan: "da", whatlanggo.Fin: "fi", whatlanggo.Nob: "nb", whatlanggo.Tur: "tr", whatlanggo.Arb: "ar", whatlanggo.Pes: "fa",
	whatlanggo.Heb: "he", whatlanggo.Hin: "hi", whatlanggo.Ben: "bn", whatlanggo.Urd: "ur", whatlanggo.Ind: "id", whatlanggo.Vie: "vi",
	whatlanggo.Tha: "th", whatlanggo.Ell: "el", whatlanggo.Cmn: "zh", whatlanggo.Jpn: "ja", whatlanggo.Kor: "ko",
}

var whitelist = func() map[whatlanggo.Lang]bool {
	m := map[whatlanggo.Lang]bool{}
	for l := range known {
		m[l] = true
	}
	return m
}()

// Language returns the language of a text as ISO 639-1 ("en", "ko"), or "" where it can't be told. A headline and the first
// sentences together are enough; a headline alone is often not.
func Language(text string) string {
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters < 12 && isASCII(text) || letters == 0 {
		return ""
	}
	if len(text) > 4000 {
		text = strings.ToValidUTF8(text[:4000], "")
	}
	return known[whatlanggo.DetectWithOptions(text, whatlanggo.Options{Whitelist: whitelist}).Lang]
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// stemmers are those of Snowball; Stem has the English one.
var stemmers = map[string]func(*snowballstem.Env) bool{
	"fr": french.Stem, "de": german.Stem, "es": spanish.Stem, "pt": portuguese.Stem, "it": italian.Stem, "nl": dutch.Stem,
	"ru": russian.Stem, "tr": turkish.Stem,
}

// HasStems says whether StemIn does anything about a language's endings.
func HasStems(language string) bool {
	switch language {
	case "en", "uk", "ko", "ar":
		return true
	}
	return stemmers[language] != nil
}

// StemIn returns the stem of a lower-case word of a language (ISO 639-1). Where there is no stemmer for it the word is cut
// with care (Ukrainian endings, Korean particles, the Hebrew prefixes) or left as it is.
func StemIn(language, lower string) string {
	if len(lower) > 80 || strings.ContainsAny(lower, "0123456789") {
		return lower
	}
	switch language {
	case "en", "":
		return Stem(lower)
	case "uk":
		return cutEnding(lower, ukrainianEndings, 3)
	case "ar":
		return arabicStem(lower)
	case "ko":
		return cutEnding(lower, koreanParticles, 2)
	}
	stem, ok := stemmers[language]
	if !ok {
		return lower
	}
	env := snowballstem.NewEnv(lower)
	stem(env)
	if s := env.Current(); s != "" {
		return s
	}
	return lower
}

// arabicStem takes the article off, with what is written together with it, and an ending, as the light stemmer of Larkey,
// Ballesteros and Connell does (SIGIR 2002); a single و in front stays, for it begins many words.
func arabicStem(word string) string {
	for _, front := range []string{"وال", "بال", "كال", "فال", "لل", "ال"} {
		if rest, ok := strings.CutPrefix(word, front); ok && runesIn(rest) >= 3 {
			word = rest
			break
		}
	}
	return cutEnding(word, arabicEndings, 3)
}

// stemByScript is the stem of a word that is not in Latin letters, whatever its language.
func stemByScript(lower string) string {
	r, _ := utf8.DecodeRuneInString(lower)
	switch {
	case unicode.Is(unicode.Hangul, r):
		return StemIn("ko", lower)
	case unicode.Is(unicode.Arabic, r):
		return StemIn("ar", lower)
	case unicode.Is(unicode.Cyrillic, r) && strings.ContainsAny(lower, "іїєґ"):
		return StemIn("uk", lower)
	case unicode.Is(unicode.Cyrillic, r):
		return StemIn("ru", lower)
	}
	return lower
}

// cutEnding takes the longest ending off that leaves the least number of letters.
func cutEnding(word string, endings []string, least int) string {
	for _, e := range endings {
		if rest, ok := strings.CutSuffix(word, e); ok && runesIn(rest) >= least {
			return rest
		}
	}
	return word
}

func runesIn(s string) int {
	n := 0
	for range s {
		n++
	}
	return n
}

var (
	arabicEndings    = longestFirst(`ها ان ات ون ين يه ية ه ة ي`)
	ukrainianEndings = longestFirst(`ії ій ія ію ією іям іями іях ського ському ськими ських ський ська ське ські ською ами ями ого ому ими ів ев ям ам ах ях ою ею ий ої їй їв ом ем а я у ю и і о е ь`)
	koreanParticles  = longestFirst(`했습니까 했습니다 했는가 했나요 했나 했다 했고 했던 한다 합니다 하는 하고 하여 했 습니까 습니다 나요 나 다 에서는 에게서 으로는 이라고 라고 에서 에게 으로 까지 부터 에는 과의 와의 들이 들은 들을 들의 은 는 이 가 을 를 의 에 로 와 과 도 만`)
)

func longestFirst(words string) []string {
	list := strings.Fields(words)
	slices.SortStableFunc(list, func(a, b string) int { return len(b) - len(a) })
	return list
}
