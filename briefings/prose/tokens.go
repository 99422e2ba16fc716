package prose

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Token is a word or a number. A possessive "'s" is not part of it; a hyphen ends it ("Jong-un" is two tokens).
type Token struct {
	Text       string // as written
	Lower      string // lower case, without diacritics; of a number without its thousands separators; "us" the country is "u.s"
	Start, End int
}

// Tokens returns the words and numbers of text in order.
func Tokens(text string) []Token {
	out := make([]Token, 0, len(text)/6+1)
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		switch {
		case isDigit(r):
			j := numberEnd(text, i)
			// "21st", "80s", "F16": letters right after a number belong to it.
			k := j
			for k < len(text) && isASCIILetter(text[k]) {
				k++
			}
			t := text[i:k]
			out = append(out, Token{Text: t, Lower: strings.ReplaceAll(strings.ToLower(t), ",", ""), Start: i, End: k})
			i = k
		case unspaced(r):
			// Scripts without spaces: each character is a token.
			out = append(out, Token{Text: text[i : i+n], Lower: text[i : i+n], Start: i, End: i + n})
			i += n
		case isLetter(r) || r >= 0x300 && unicode.Is(unicode.M, r):
			j := wordEnd(text, i)
			t := text[i:j]
			out = append(out, Token{Text: t, Lower: Fold(t), Start: i, End: j})
			i = j
			// Drop a possessive s.
			if a, an := apostrophe(text, i); a && i+an < len(text) && (text[i+an] == 's' || text[i+an] == 'S') && !letterAt(text, i+an+1) {
				i += an + 1
			}
		default:
			i += n
		}
	}
	return out
}

// numberEnd returns where the number that begins at i ends: digits with inner commas and points.
func numberEnd(text string, i int) int {
	for i < len(text) {
		c := text[i]
		if isDigit(rune(c)) {
			i++
			continue
		}
		if (c == ',' || c == '.') && i+1 < len(text) && isDigit(rune(text[i+1])) {
			if c == ',' && !thousands(text[i+1:]) {
				return i
			}
			i++
			continue
		}
		return i
	}
	return i
}

// Elided takes the word off that is elided before another one: of "l'accord" the head is "l" and the word "accord", of "qu'a" they
// are "qu" and "a". The head is empty where nothing is elided. It looks at a token's Lower.
func Elided(lower string) (head, word string) {
	i := strings.IndexByte(lower, '\'')
	if i < 1 || i > 2 || i+1 == len(lower) {
		return "", lower
	}
	switch head := lower[:i]; head {
	case "l", "d", "j", "t", "c", "n", "m", "s", "qu", "un":
		return head, lower[i+1:]
	}
	return "", lower
}

// thousands says whether s begins with exactly three digits.
func thousands(s string) bool {
	n := 0
	for n < len(s) && isDigit(rune(s[n])) {
		n++
	}
	return n == 3
}

func wordEnd(text string, i int) int {
	start := i
	for i < len(text) {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		if isDigit(r) || r >= 0x300 && unicode.Is(unicode.M, r) {
			i += n
			continue
		}
		if isLetter(r) {
			if unspaced(r) {
				return i
			}
			i += n
			continue
		}
		// "U.S.", "a.m.": single letters with points.
		if r == '.' && i == start+1 && i+1 < len(text) && isASCIILetter(text[i+1]) && (i+2 >= len(text) || !isASCIILetter(text[i+2])) {
			j := i
			for j+1 < len(text) && text[j] == '.' && isASCIILetter(text[j+1]) && (j+2 >= len(text) || !letterAt(text, j+2)) {
				j += 2
			}
			return j
		}
		if a, an := apostrophe(text, i); a && letterAt(text, i+an) && i > start {
			// A possessive ends the word; another apostrophe (don't, O'Brien) is inside it.
			if (text[i+an] == 's' || text[i+an] == 'S') && !letterAt(text, i+an+1) {
				return i
			}
			// Only short tails and short heads are one word: an opening quotation mark may look the same.
			if i-start <= 2 || tail(text, i+an) {
				i += an
				continue
			}
		}
		return i
	}
	return i
}

// tail says whether a contraction's tail ("t", "re", "ll", "ve", "d", "m") stands at i.
func tail(text string, i int) bool {
	j := i
	for j < len(text) && isASCIILetter(text[j]) {
		j++
	}
	switch strings.ToLower(text[i:j]) {
	case "t", "re", "ll", "ve", "d", "m":
		return true
	}
	return false
}

func apostrophe(text string, i int) (bool, int) {
	if i >= len(text) {
		return false, 0
	}
	if text[i] == '\'' {
		return true, 1
	}
	if strings.HasPrefix(text[i:], "’") {
		return true, len("’")
	}
	return false, 0
}

func letterAt(text string, i int) bool {
	if i >= len(text) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(text[i:])
	return unicode.IsLetter(r)
}

// isLetter is unicode.IsLetter, quick for ASCII.
func isLetter(r rune) bool {
	if r < utf8.RuneSelf {
		return r|0x20 >= 'a' && r|0x20 <= 'z'
	}
	return unicode.IsLetter(r)
}

// unspaced says whether r belongs to a script that writes no spaces between words.
func unspaced(r rune) bool {
	return r >= 0xE00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

func isDigit(r rune) bool       { return r >= '0' && r <= '9' }
func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// isAccent says whether r is a mark that a word is the same word without: accents, and the vowel points of Hebrew and Arabic.
// In other scripts marks are sounds.
func isAccent(r rune) bool {
	return r >= 0x300 && r <= 0x36F || r >= 0x591 && r <= 0x5C7 || r >= 0x64B && r <= 0x65F || r == 0x670
}

// Fold lowers s, straightens its apostrophes and takes off diacritics.
func Fold(s string) string {
	ascii, lower := true, true
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
		if s[i] >= 'A' && s[i] <= 'Z' {
			lower = false
		}
	}
	if ascii {
		if lower {
			return s
		}
		return strings.ToLower(s)
	}
	var b strings.Builder
	before := rune(0)
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		last := before
		before = r
		switch {
		case r == 0x306 && last == 'и', r == 0x308 && last == 'і':
			b.WriteRune(r) // й and ї are letters of their own
		case isAccent(r):
		case r == '’' || r == '‘':
			b.WriteByte('\'')
		case r == 'ł':
			b.WriteByte('l')
		case r == 'ø':
			b.WriteByte('o')
		case r == 'đ':
			b.WriteByte('d')
		case r == 'ß':
			b.WriteString("ss")
		case r == 'æ':
			b.WriteString("ae")
		case r == 'ı':
			b.WriteByte('i')
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// IsUpper says whether the token begins with a capital.
func (t Token) IsUpper() bool {
	r, _ := utf8.DecodeRuneInString(t.Text)
	return unicode.IsUpper(r) || unicode.IsTitle(r)
}

// AllCaps says whether the token has two letters or more and all of them are capitals.
func (t Token) AllCaps() bool {
	n := 0
	for _, r := range t.Text {
		if unicode.IsLetter(r) {
			if !unicode.IsUpper(r) {
				return false
			}
			n++
		}
	}
	return n >= 2
}

// IsNumber says whether the token begins with a digit.
func (t Token) IsNumber() bool { return t.Text != "" && isDigit(rune(t.Text[0])) }
