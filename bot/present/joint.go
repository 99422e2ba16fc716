package present

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// joint chooses between the two forms of a word that depends on the words before it, written "은/는" or "a/ont" in a
// template. Korean particles follow the sound that the words end in, French verbs whether one speaks or several.
func joint(pair, before string) string {
	first, second, _ := strings.Cut(pair, "/")
	if r, _ := utf8.DecodeRuneInString(first); unicode.Is(unicode.Hangul, r) {
		switch sound(before, first == "으로") {
		case closed:
			return first
		case open:
			return second
		}
		return first + "(" + second + ")" // how Korean writes it where the reader must decide
	}
	if several(before) {
		return second
	}
	return first
}

// ending is the sound that words end in.
type ending int

const (
	unsure ending = iota
	open          // a vowel
	closed        // a consonant
)

// sound is what a Korean reader hears at the end of words. Before 으로/로, ㄹ counts as a vowel: that is liquid. What stands in
// brackets behind a name isn't read with it.
func sound(words string, liquid bool) ending {
	words = strings.TrimSpace(words)
	for strings.HasSuffix(words, ")") {
		i := strings.LastIndexByte(words, '(')
		if i <= 0 {
			break
		}
		words = strings.TrimSpace(words[:i])
	}
	words = strings.TrimRightFunc(words, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	last, _ := utf8.DecodeLastRuneInString(words)
	l := closed
	if liquid {
		l = open
	}
	switch {
	case last >= '가' && last <= '힣': // syllables stand in the order of their final consonant, 28 to a vowel
		switch (last - '가') % 28 {
		case 0:
			return open
		case 8: // ㄹ
			return l
		}
		return closed
	case last >= '0' && last <= '9':
		return [...]ending{closed, l, open, closed, open, open, closed, l, l, open}[last-'0'] // 영 일 이 삼 사 오 육 칠 팔 구
	case last < 'A' || last > 'z':
		return unsure
	}
	word := words[strings.LastIndexFunc(words, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) })+1:]
	if word == strings.ToUpper(word) { // its letters are read: BBC is 비비시, AFL 에이에프엘
		switch last {
		case 'M', 'N':
			return closed
		case 'L', 'R':
			return l
		}
		return open
	}
	switch {
	case strings.HasSuffix(word, "ng"):
		return closed
	case strings.ContainsRune("mn", last):
		return closed
	case last == 'l':
		return l
	case strings.ContainsRune("aiouysz", last):
		return open
	}
	return unsure // "Post" is 포스트, "Hamlet" is 햄릿
}

// several says whether words name more than one who speaks: "South Korean officials", "Kim and Putin", "two people". A name of
// its own is one, whatever it ends in.
func several(words string) bool {
	words = strings.TrimSpace(words)
	for i, w := range strings.Fields(words) {
		w = strings.Trim(w, ",")
		switch w {
		case "and", "et":
			return i > 0
		case "of", "in", "at", "from", "with", "close", "familiar", "who", "for", "to", "on", "by", "near":
			return false
		case "people", "police", "several", "many", "some", "two", "three", "both":
			return true
		}
		if strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "’s") && !strings.HasSuffix(w, "'s") && w == strings.ToLower(w) &&
			!slices.Contains([]string{"news", "affairs", "his", "its", "this", "sports", "forces", "rights", "operations"}, w) {
			return true
		}
	}
	return false
}
