package feeds

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

var (
	errDeep   = errors.New("the feed is nested too deeply to be read")
	errNoFeed = errors.New("there is no feed at this address")
)

// normalise makes of a feed's bytes what its parser can bear: UTF-8 without characters that XML forbids, without an encoding
// declaration that is no longer true, without a document type (entities), bounded in depth and number of items. A feed that
// breaks off is closed after its last whole item.
func normalise(raw []byte, contentType string) ([]byte, error) {
	text := strings.TrimSpace(decode(raw, contentType))
	text = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < ' ' && r != '\n' && r != '\t' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff || r == 0xfeff {
			return -1
		}
		return r
	}, text)
	if strings.HasPrefix(text, "{") {
		return []byte(text), checkJSONDepth(text)
	}
	if i := strings.IndexByte(text, '<'); i > 0 && i < 512 {
		text = text[i:] // blanks, warnings of a script and the like in front
	}
	if strings.HasPrefix(text, "<?xml") {
		if end := strings.Index(text, "?>"); end > 0 {
			text = strings.TrimSpace(text[end+2:])
		}
	}
	text = strings.TrimSpace(withoutDoctype(text))
	if !strings.HasPrefix(text, "<") {
		return nil, errNoFeed
	}
	text, err := bounded(text)
	if err != nil {
		return nil, err
	}
	return append([]byte(`<?xml version="1.0" encoding="UTF-8"?>`), text...), nil
}

// withoutDoctype cuts <!DOCTYPE …> with its internal subset: entities that a feed declares itself are never expanded.
func withoutDoctype(text string) string {
	start := strings.Index(strings.ToUpper(text[:min(len(text), 4096)]), "<!DOCTYPE")
	if start < 0 {
		return text
	}
	depth := 0
	for i := start; i < len(text); i++ {
		switch text[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '>':
			if depth <= 0 {
				return text[:start] + text[i+1:]
			}
		}
	}
	return text[:start]
}

// bounded walks the tokens of a feed before the recursive parser does. It refuses what is nested too deep and cuts what comes
// after the last item allowed, or after the last whole item of a feed that breaks off.
func bounded(text string) (string, error) {
	dec := xml.NewDecoder(strings.NewReader(text))
	dec.Strict = false
	dec.Entity = xml.HTMLEntity
	var open []string
	var outside []string // the elements around the last whole item
	items, after := 0, int64(0)
	for {
		good := dec.InputOffset()
		token, err := dec.RawToken()
		if errors.Is(err, io.EOF) && len(open) == 0 {
			return text, nil
		}
		if err != nil {
			if after == 0 {
				return closed(text[:good], open), nil // it breaks off before its first item
			}
			return closed(text[:after], outside), nil
		}
		switch t := token.(type) {
		case xml.StartElement:
			name := t.Name.Local
			if t.Name.Space != "" {
				name = t.Name.Space + ":" + name
			}
			if open = append(open, name); len(open) > maxDepth {
				return "", errDeep
			}
		case xml.EndElement:
			if len(open) == 0 {
				return text, nil
			}
			name := open[len(open)-1]
			open = open[:len(open)-1]
			if local := t.Name.Local; local == "item" || local == "entry" {
				if local != strings.TrimPrefix(name, t.Name.Space+":") {
					return text, nil
				}
				after, outside = dec.InputOffset(), append(outside[:0], open...)
				if items++; items >= maxItems {
					return closed(text[:after], outside), nil
				}
			}
		}
	}
}

// closed closes the elements that are still open.
func closed(text string, open []string) string {
	var b strings.Builder
	b.WriteString(text)
	for i := len(open) - 1; i >= 0; i-- {
		b.WriteString("</" + open[i] + ">")
	}
	return b.String()
}

// checkJSONDepth refuses JSON that is nested deeper than a feed has any reason to be.
func checkJSONDepth(text string) error {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return errDeep
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// looksLikeFeed says whether bytes are a feed rather than a page.
func looksLikeFeed(raw []byte) bool {
	head := bytes.ToLower(raw[:min(len(raw), 2048)])
	for _, mark := range []string{"<rss", "<feed", "<rdf:rdf", "jsonfeed.org/version"} {
		if bytes.Contains(head, []byte(mark)) {
			return true
		}
	}
	return false
}
