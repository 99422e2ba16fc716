package feeds

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// decode makes UTF-8 of bytes of unknown encoding. In order of trust: a byte order mark, zeros where UTF-16 and UTF-32 have
// them, valid UTF-8 with characters beyond ASCII, the charset of the Content-Type header, what the document declares, and
// Windows-1252. Valid UTF-8 comes before the declarations: it is hardly ever valid by chance, and declarations are often
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
	if valid := strings.ToValidUTF8(string(raw), "\uFFFD"); strings.Count(valid, "\uFFFD")*50 < len(raw) && declaredUTF8(raw, contentType) {
		return valid // UTF-8 with a few broken bytes
	}
	enc, _ := charset.Lookup("windows-1252")
	return decodeWith(enc, raw)
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
