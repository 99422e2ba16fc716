package feeds

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"attache/briefings"
)

// maxOutlines is how many feeds of a list (OPML) are read.
const maxOutlines = 2000

// errNoOutline says that a list names no feeds.
var errNoOutline = errors.New("the list (OPML) names no feeds")

// IsOutline says whether bytes look like a list of feeds (OPML).
func IsOutline(raw []byte) bool {
	return bytes.Contains(bytes.ToLower(raw[:min(len(raw), 2048)]), []byte("<opml"))
}

// readList makes of an answer the error that says what it lists.
func readList(a answer) error {
	title, sources, err := ReadOutline(a.body, a.header.Get("Content-Type"))
	if err != nil {
		return err
	}
	return &briefings.ListError{Title: title, Sources: sources}
}

// ReadOutline reads a list of feeds in OPML: their addresses, each once, in order, with their titles. What is no web address
// is left out.
func ReadOutline(raw []byte, contentType string) (title string, sources []briefings.Source, err error) {
	clean, err := normalise(raw, contentType)
	if err != nil {
		return "", nil, err
	}
	dec := xml.NewDecoder(bytes.NewReader(clean))
	dec.Strict = false
	dec.Entity = xml.HTMLEntity
	seen := map[string]bool{}
	inTitle := false
	for len(sources) < maxOutlines {
		token, err := dec.RawToken()
		if err != nil {
			break // also where it breaks off: what came whole counts
		}
		switch t := token.(type) {
		case xml.StartElement:
			inTitle = strings.EqualFold(t.Name.Local, "title") && title == ""
			if !strings.EqualFold(t.Name.Local, "outline") {
				continue
			}
			var address, name, text string
			for _, a := range t.Attr {
				switch strings.ToLower(a.Name.Local) {
				case "xmlurl":
					address = strings.TrimSpace(a.Value)
				case "title":
					name = a.Value
				case "text":
					text = a.Value
				}
			}
			u, err := url.Parse(address)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || seen[address] {
				continue
			}
			seen[address] = true
			sources = append(sources, briefings.Source{URL: u.String(), Title: clipTitle(first(name, text))})
		case xml.CharData:
			if inTitle {
				title = clipTitle(string(t))
			}
		case xml.EndElement:
			inTitle = false
		}
	}
	if len(sources) == 0 {
		return title, nil, errNoOutline
	}
	return title, sources, nil
}

// clipTitle is foreign text as the title of a source.
func clipTitle(s string) string {
	r := []rune(collapse(s))
	return string(r[:min(len(r), 200)])
}

// WriteOutline writes sources as OPML 2.0, in their order, each address once.
func WriteOutline(w io.Writer, title string, sources []briefings.Source, at time.Time) error {
	type outline struct {
		Type   string `xml:"type,attr"`
		Text   string `xml:"text,attr"`
		Title  string `xml:"title,attr"`
		XMLURL string `xml:"xmlUrl,attr"`
	}
	type document struct {
		XMLName  xml.Name  `xml:"opml"`
		Version  string    `xml:"version,attr"`
		Title    string    `xml:"head>title"`
		Created  string    `xml:"head>dateCreated"`
		Outlines []outline `xml:"body>outline"`
	}
	d := document{Version: "2.0", Title: title, Created: at.UTC().Format(time.RFC1123Z)}
	for _, s := range sources {
		if !slices.ContainsFunc(d.Outlines, func(o outline) bool { return o.XMLURL == s.URL }) {
			name := first(s.Title, s.URL)
			d.Outlines = append(d.Outlines, outline{Type: "rss", Text: name, Title: name, XMLURL: s.URL})
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(d); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}
