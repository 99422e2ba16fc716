// Package tongues finds what texts in different languages have in common, without a model: the countries, cities and
// everyday things that they name (in the words of the Unicode CLDR), the numbers, and the consonants of names, which survive
// a change of script.
//
// KeysOf takes a text apart into weighted keys; Similarity compares two texts by them, with rare keys counting more. It is
// good for suggestions ("another language may report the same"), not for decisions: two reports of different events in one
// country share much, and in Chinese and Hebrew little of a name is left.
package tongues

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-unidecode"

	"attache/briefings/prose"
)

// words.gz is what generate.go makes of the Unicode CLDR 48.2 (Unicode License v3).
//
//go:embed words.gz
var words []byte

// Keys are the weighted keys of a text.
type Keys map[string]float64

// lexicon is what a language calls the concepts.
type lexicon struct {
	one   map[string][]string // a word's key → concepts
	many  map[string][]phrase // the key of a phrase's first word → phrases
	runes map[rune][]phrase   // scripts without spaces: by first character
}

type phrase struct {
	words   []string // keys; for scripts without spaces the text itself
	concept string
}

// spaceless are the languages that write no spaces between words.
var spaceless = map[string]bool{"zh": true, "ja": true}

var lexicons = sync.OnceValue(func() map[string]*lexicon {
	all := map[string]*lexicon{}
	z, err := gzip.NewReader(bytes.NewReader(words))
	if err != nil {
		panic(fmt.Sprintf("the embedded words: %v", err)) // the build embeds another file
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		concept, rest, _ := strings.Cut(lines.Text(), "\t")
		for part := range strings.SplitSeq(rest, ";") {
			language, list, _ := strings.Cut(part, "=")
			l := all[language]
			if l == nil {
				l = &lexicon{one: map[string][]string{}, many: map[string][]phrase{}, runes: map[rune][]phrase{}}
				all[language] = l
			}
			for w := range strings.SplitSeq(list, "|") {
				l.add(language, w, concept)
			}
		}
	}
	return all
})

func (l *lexicon) add(language, word, concept string) {
	if spaceless[language] && !isLatin(word) {
		if n := utf8.RuneCountInString(word); n >= 2 || !strings.HasPrefix(concept, "e:") {
			r, _ := utf8.DecodeRuneInString(word)
			l.runes[r] = append(l.runes[r], phrase{words: []string{word}, concept: concept})
		}
		return
	}
	var keys []string
	for _, t := range prose.Tokens(word) {
		keys = append(keys, wordKey(language, t.Lower))
	}
	switch len(keys) {
	case 0:
	case 1:
		if !slices.Contains(l.one[keys[0]], concept) {
			l.one[keys[0]] = append(l.one[keys[0]], concept)
		}
	default:
		l.many[keys[0]] = append(l.many[keys[0]], phrase{words: keys, concept: concept})
	}
}

// wordKey brings the forms of a word together.
func wordKey(language, lower string) string {
	if prose.HasStems(language) {
		return prose.StemIn(language, lower)
	}
	r := []rune(lower)
	if len(r) > 5 && !isLatin(lower) || len(r) > 6 { // where there is no stemmer, endings are cut off
		return string(r[:max(5, len(r)-2)])
	}
	return lower
}

func isLatin(s string) bool {
	for _, r := range s {
		if r > 0x24F && unicode.IsLetter(r) {
			return false
		}
	}
	return true
}

// Weights of the kinds of keys (countries, cities, languages, everyday things, numbers, consonants of a name and their
// beginning, names as written), chosen on the development set.
var kinds = map[byte]float64{'r': 1.3, 'y': 1.3, 'l': .5, 'e': 1, 'n': 1, 's': .7, 'p': .25, 'w': 1}

// KeysOf returns the keys of a text in a language (two letters, ISO 639-1).
func KeysOf(language, text string) Keys {
	k := Keys{}
	l := lexicons()[language]
	toks := prose.Tokens(text)
	if l == nil {
		l = &lexicon{}
	}
	forms := make([]string, len(toks))
	for i, t := range toks {
		forms[i] = wordKey(language, t.Lower)
	}
	for i, t := range toks {
		if t.IsNumber() {
			k.number(t.Lower)
			continue
		}
		for _, p := range l.many[forms[i]] {
			if i+len(p.words) <= len(forms) && slices.Equal(p.words, forms[i:i+len(p.words)]) {
				k.add(p.concept, 1)
			}
		}
		concepts := l.one[forms[i]]
		for _, c := range concepts {
			k.add(c, 1/float64(len(concepts)))
		}
		if name(language, t) {
			text := t.Text
			if !isLatin(text) && prose.HasStems(language) {
				text = forms[i] // without the ending, which has consonants of its own
			}
			k.skeleton(text)
		}
	}
	if spaceless[language] {
		k.runs(language, text, l)
	}
	for key, v := range k {
		k[key] = (1 + math.Log(1+v)) * min(v, 1) * kinds[key[0]]
	}
	return k
}

func (k Keys) add(key string, v float64) { k[key] += v }

// number adds a number that says something: not a count of one or two.
func (k Keys) number(text string) {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
	digits = strings.TrimLeft(digits, "0")
	if len(digits) >= 2 {
		k.add("n:"+digits, 1)
	} else if digits != "" {
		k.add("n:"+digits, .3)
	}
}

// name says whether a token may be a name: a capital where the script has them, else any word of some length.
func name(language string, t prose.Token) bool {
	r, _ := utf8.DecodeRuneInString(t.Text)
	switch {
	case spaceless[language] && !isLatin(t.Text):
		return false // runs sees to these
	case unicode.IsUpper(r):
		return language != "de" || !prose.IsStop(t.Lower)
	case unicode.IsLower(r):
		return false
	default:
		return utf8.RuneCountInString(t.Text) >= 3
	}
}

// skeleton adds the consonants of a name.
func (k Keys) skeleton(text string) {
	if isLatin(text) {
		k.add("w:"+prose.Fold(text), 1)
	}
	k.bones(bonesOf(unidecode.Unidecode(text)), 1)
}

func (k Keys) bones(b string, v float64) {
	switch {
	case len(b) >= 3:
		k.add("s:"+b, v)
		k.add("p:"+b[:3], v)
	case len(b) == 2:
		k.add("p:"+b, .6*v)
	}
}

// bonesOf returns the consonants of a romanised word, those that scripts mix up as one.
func bonesOf(latin string) string {
	var b []byte
	latin = strings.ToLower(latin)
	for i := 0; i < len(latin); i++ {
		c := latin[i]
		switch c {
		case 'b', 'v', 'f':
			c = 'p'
		case 'r':
			c = 'l'
		case 'd':
			c = 't'
		case 'g', 'q', 'c', 'x':
			c = 'k'
		case 'z', 'j':
			c = 's'
		case 'm':
			c = 'n'
		case 'k', 'l', 'n', 'p', 's', 't':
		default:
			continue // vowels, h, w, y
		}
		if len(b) == 0 || b[len(b)-1] != c {
			b = append(b, c)
		}
	}
	return string(b)
}

// runs looks for names and things in a text without spaces.
func (k Keys) runs(language, text string, l *lexicon) {
	rs := []rune(text)
	for i := 0; i < len(rs); {
		best := 0
		var concepts []string
		for _, p := range l.runes[rs[i]] {
			n := utf8.RuneCountInString(p.words[0])
			if n < best || i+n > len(rs) || string(rs[i:i+n]) != p.words[0] {
				continue
			}
			if n > best {
				best, concepts = n, nil
			}
			concepts = append(concepts, p.concept)
		}
		for _, c := range concepts {
			k.add(c, 1/float64(len(concepts)))
		}
		// A run of katakana, or of the characters that write foreign sounds in Chinese, is a name.
		j := i
		for j < len(rs) && sounds(language, rs[j]) {
			j++
		}
		if n := j - i; n >= 2 && (best < n || language == "ja" && n >= 3) { // トランプ is a man, and playing cards
			k.bones(bonesOf(romanised(language, rs[i:j])), 1)
		}
		i += max(1, best, j-i)
	}
}

func romanised(language string, run []rune) string {
	if language == "ja" {
		return unidecode.Unidecode(string(run))
	}
	// Pinyin: only the sound that a syllable begins with stands for a consonant; a final n may be one.
	var b strings.Builder
	for _, r := range run {
		p := strings.ToLower(strings.TrimSpace(unidecode.Unidecode(string(r))))
		if p == "er" {
			b.WriteByte('r')
			continue
		}
		b.WriteString(strings.TrimSuffix(p, "g"))
	}
	return b.String()
}

func sounds(language string, r rune) bool {
	if language == "ja" {
		return unicode.Is(unicode.Katakana, r) || r == 'ー'
	}
	return foreignSounds[r]
}

// foreignSounds are the characters by which Chinese news writes the sounds of foreign names.
var foreignSounds = func() map[rune]bool {
	m := map[rune]bool{}
	for _, r := range `阿埃艾爱安昂奥巴班邦鲍贝本比彼别宾波伯博布查茨达大戴丹道德登邓迪蒂丁杜顿多厄恩尔法凡范菲费芬丰冯佛弗夫福盖甘冈戈哥格葛根古圭哈海汉杭豪赫亨洪胡华怀霍基吉加贾简金津卡凯坎康考柯科克肯孔库夸昆拉莱赖兰朗劳勒雷蕾黎里理利莉列林隆卢鲁伦罗洛马玛麦迈曼芒毛梅门蒙米明摩莫默姆木穆拿娜纳奈南内尼涅宁牛纽农努诺欧帕派潘庞佩彭皮平珀普齐奇乔切琼丘让热仁茹瑞若萨塞赛桑瑟森沙莎山尚绍舍申圣史舒斯丝思苏索塔泰坦汤唐陶特腾提铁廷图托瓦万旺威韦维魏温文翁沃乌吾武西希席锡夏香肖谢辛欣休许雅亚延扬杨耶叶伊因英尤于约赞泽扎詹珍芝朱兹佐谷瑙` {
		m[r] = true
	}
	return m
}()

// Rarity weighs keys by how few texts have them.
type Rarity struct {
	texts int
	in    map[string]int
}

// Count adds the keys of a text.
func (r *Rarity) Count(k Keys) {
	if r.in == nil {
		r.in = map[string]int{}
	}
	r.texts++
	for key := range k {
		r.in[key]++
	}
}

func (r *Rarity) of(key string) float64 {
	return math.Log(float64(r.texts+2) / float64(r.in[key]+1))
}

// Similarity is between 0 and 1: the cosine of the keys, each weighed by its rarity in its own text's language.
func Similarity(a Keys, ra *Rarity, b Keys, rb *Rarity) float64 {
	dot, la, lb := 0.0, 0.0, 0.0
	for key, v := range a {
		x := v * ra.of(key)
		la += x * x
		if w, ok := b[key]; ok {
			dot += x * w * rb.of(key)
		}
	}
	for key, w := range b {
		y := w * rb.of(key)
		lb += y * y
	}
	if la == 0 || lb == 0 {
		return 0
	}
	return dot / math.Sqrt(la*lb)
}
