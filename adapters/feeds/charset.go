package feeds

import (
	"bytes"
	"cmp"
	"mime"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gogs/chardet"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// decode makes UTF-8 of bytes of unknown encoding. In order of trust: a byte order mark, zeros where UTF-16 and UTF-32 have
// them, valid UTF-8 with characters beyond ASCII, the charset of the Content-Type header, what the document declares, and
// what its letters look like. Valid UTF-8 comes before the declarations: it is hardly ever valid by chance, and declarations are often
// wrong.
func decode(raw []byte, contentType string) string {
	if enc, skip := marked(raw); enc != nil {
		return decodeWith(enc, raw[skip:])
	}
	if utf8.Valid(raw) && !isASCII(raw) {
		return string(raw)
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil && params["charset"] != "" {
		if enc, name := charset.Lookup(params["charset"]); enc != nil && name != "utf-8" {
			return decodeWith(enc, raw)
		}
	}
	if enc, name := charset.Lookup(declared(raw)); enc != nil && name != "utf-8" && !strings.HasPrefix(name, "utf-16") {
		return decodeWith(enc, raw)
	}
	if utf8.Valid(raw) {
		return string(raw)
	}
	bad, good := brokenBytes(raw)
	if bad*50 < len(raw) && (good > bad || bad <= brokenFew) && declaredUTF8(raw, contentType) {
		return strings.ToValidUTF8(string(raw), "\uFFFD") // UTF-8 with a few broken bytes
	}
	return decodeWith(guessed(raw), raw)
}

// guessed is the encoding of a text that says nothing, or wrongly that it is UTF-8. In a Western text letters beyond ASCII
// stand alone between others; where they stand in runs the script is another one, and its letters' frequencies tell which.
func guessed(raw []byte) encoding.Encoding {
	western, _ := charset.Lookup("windows-1252")
	high, inRuns := 0, 0
	for i, b := range raw {
		if b < utf8.RuneSelf {
			continue
		}
		high++
		if i > 0 && raw[i-1] >= utf8.RuneSelf || i+1 < len(raw) && raw[i+1] >= utf8.RuneSelf {
			inRuns++
		}
	}
	if high < 6 || inRuns*4 < high*3 {
		return western
	}
	found, err := chardet.NewTextDetector().DetectAll(markup.ReplaceAll(raw[:min(len(raw), guessedBytes)], []byte(" ")))
	if err != nil {
		return western
	}
	slices.SortStableFunc(found, func(x, y chardet.Result) int { // ties come in any order
		return cmp.Or(cmp.Compare(y.Confidence, x.Confidence), cmp.Compare(x.Charset, y.Charset))
	})
	for _, f := range found {
		enc, name := charset.Lookup(strings.TrimSuffix(f.Charset, "-I"))
		if enc == nil || slices.Contains(notRuns, name) {
			continue
		}
		if !strings.ContainsRune(decodeWith(enc, raw), utf8.RuneError) {
			return enc
		}
	}
	return western
}

// notRuns are the encodings in which letters beyond ASCII don't stand in runs, and those that were ruled out before.
var notRuns = []string{"windows-1252", "iso-8859-2", "windows-1254", "utf-8", "utf-16be", "utf-16le", "replacement"}

// markup is an element's beginning or end: its letters are no language's.
var markup = regexp.MustCompile(`<[!-~ \r\n\t]*?>|[a-z]+://[!-;=?-~]+`)

// guessedBytes is how much of a document is read to guess its encoding.
const guessedBytes = 64 << 10

// brokenFew is how many bytes may be broken in a document that declares UTF-8 and has hardly another character beyond ASCII.
const brokenFew = 3

// brokenBytes counts the bytes that are no part of valid UTF-8, each for itself, and the whole characters beyond ASCII. Text
// in an encoding of one byte for each letter is nearly all broken bytes, and UTF-8 with a fault nearly all characters.
func brokenBytes(raw []byte) (bad, good int) {
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		i += size
	}
	return bad, good
}

func declaredUTF8(raw []byte, contentType string) bool {
	_, params, _ := mime.ParseMediaType(contentType)
	_, header := charset.Lookup(params["charset"])
	_, document := charset.Lookup(declared(raw))
	return header == "utf-8" || document == "utf-8"
}

func decodeWith(enc encoding.Encoding, raw []byte) string {
	out, err := enc.NewDecoder().Bytes(raw)
	if err != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	return string(out)
}

// marked recognises a byte order mark, or the zeros of UTF-16 and UTF-32 without one before "<".
func marked(raw []byte) (enc encoding.Encoding, skip int) {
	for _, m := range []struct {
		head string
		skip int
		enc  encoding.Encoding
	}{
		{"\xef\xbb\xbf", 3, unicode.UTF8},
		{"\xff\xfe\x00\x00", 4, utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
		{"\x00\x00\xfe\xff", 4, utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
		{"<\x00\x00\x00", 0, utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
		{"\x00\x00\x00<", 0, utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
		{"\xff\xfe", 2, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{"\xfe\xff", 2, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
		{"<\x00", 0, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{"\x00<", 0, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	} {
		if bytes.HasPrefix(raw, []byte(m.head)) {
			return m.enc, m.skip
		}
	}
	return nil, 0
}

// declared returns the encoding that an XML declaration or an HTML meta element names in the first 2 KB.
func declared(raw []byte) string {
	head := bytes.ToLower(raw[:min(len(raw), 2048)])
	for _, key := range []string{"charset=", "encoding="} {
		if _, rest, ok := bytes.Cut(head, []byte(key)); ok {
			name := bytes.TrimLeft(rest, `"' `)
			if end := bytes.IndexAny(name, "\"'>; /?\r\n\t"); end >= 0 {
				return string(name[:end])
			}
		}
	}
	return ""
}

func isASCII(raw []byte) bool {
	for _, b := range raw {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
