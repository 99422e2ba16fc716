package message

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Clean makes foreign text safe to show: valid UTF-8 without control, bidirectional, zero-width and other invisible
// characters. Line ends stay, tabs and odd blanks become blanks. Every renderer sends every text through it.
//
// Zero-width joiners go too: they glue some emoji together, but they also let a name look like another one.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteRune(utf8.RuneError)
		case r == '\n':
			b.WriteByte('\n')
		case r == '\r':
			if !strings.HasPrefix(s[i+1:], "\n") {
				b.WriteByte('\n')
			}
		case r == '\u2028' || r == '\u2029' || r == '\u0085':
			b.WriteByte('\n')
		case r == '\t' || unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		case invisible(r):
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// plain tells quickly that nothing in s needs cleaning.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' && c != '\n' || c == 0x7f {
			return false
		}
	}
	return true
}

// invisible are the characters that no reader sees and that change how others look. The signs that Arabic and Kaithi put in
// front of numbers are formally invisible and are drawn all the same.
func invisible(r rune) bool {
	switch {
	case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Cs, r):
		return true
	case unicode.Is(unicode.Cf, r):
		return !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
	case r == '\u034f', r == '\u115f', r == '\u1160', r == '\u17b4', r == '\u17b5', r == '\u3164', r == '\uffa0':
		return true // fillers and joiners that are drawn as nothing
	case unicode.Is(unicode.Variation_Selector, r):
		return true
	}
	return false
}

// oneLine is Clean without line ends, for what must stay on a line.
func oneLine(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }

// WebAddress returns u as it may be opened, and "" for everything but an absolute http or https address. Blanks and characters
// that renderers use for markup come back percent-encoded.
func WebAddress(u string) string {
	u = strings.TrimSpace(u)
	if u == "" || len(u) > 4000 || Clean(u) != u || strings.ContainsAny(u, "\n\\") {
		return ""
	}
	parsed, err := url.Parse(u)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" || parsed.User != nil {
		return ""
	}
	rest := *parsed
	rest.Scheme, rest.Host = "", ""
	// The host keeps the brackets of an IPv6 address; url.Parse allows none of the other characters there.
	return parsed.Scheme + "://" + parsed.Host + markupInAddress.Replace(rest.String())
}

var markupInAddress = strings.NewReplacer(
	" ", "%20", "<", "%3C", ">", "%3E", `"`, "%22", "|", "%7C", "`", "%60", "(", "%28", ")", "%29", "[", "%5B", "]", "%5D", "*", "%2A", "'", "%27")

// Size is the length of s in UTF-16 units, the safe upper bound of what platforms count.
func Size(s string) int {
	n := 0
	for _, r := range s {
		if l := utf16.RuneLen(r); l > 0 {
			n += l
		} else {
			n++
		}
	}
	return n
}
