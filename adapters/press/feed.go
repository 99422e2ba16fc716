package press

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"attache/bot/message"
)

// Feed is a run of messages, the newest first.
type Feed struct {
	// Key names the feed for ever; two feeds with the same key are the same. Required.
	Key     string
	Title   string
	Entries []Entry
}

// Entry is one message of a feed.
type Entry struct {
	// Key names the entry for ever within all feeds. Required.
	Key string
	// At is when it was published, Updated when it was last changed; zero means At.
	At      time.Time
	Updated time.Time
	Message *message.Message
}

// id is a UUID made of a key, as feeds want their ids: a valid IRI that is the same each time (RFC 9562, version 8).
func id(key string) string {
	u := sha256.Sum256([]byte("attache\x00" + key))
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
}

func (e Entry) updated() time.Time {
	if e.Updated.IsZero() {
		return e.At.UTC()
	}
	return e.Updated.UTC()
}

// printed is the message as a feed carries it: a picture that lies at no address is said in words, and what only a chat can
// press is gone.
func (e Entry) printed() *message.Message {
	out := &message.Message{Gist: e.Message.Gist, Tone: e.Message.Tone}
	for i, b := range e.Message.Blocks {
		switch b := b.(type) {
		case message.Heading:
			if i == 0 && b.Level <= 1 {
				continue // the entry's title
			}
		case message.Image:
			if message.WebAddress(b.URL) == "" {
				out.Blocks = append(out.Blocks, message.Small(message.T(b.Alt)))
				continue
			}
		case message.Buttons:
			var open []message.Button
			for _, button := range b.Items {
				if message.WebAddress(button.URL) != "" {
					open = append(open, button)
				}
			}
			if len(open) > 0 {
				out.Blocks = append(out.Blocks, message.Buttons{Items: open})
			}
			continue
		}
		out.Blocks = append(out.Blocks, b)
	}
	return out
}

// jsonFeed is JSON Feed 1.1: https://www.jsonfeed.org/version/1.1/
type jsonFeed struct {
	Version     string      `json:"version"`
	Title       string      `json:"title"`
	Description string      `json:"description,omitempty"`
	Authors     []author    `json:"authors"`
	Items       []jsonEntry `json:"items"`
}

type author struct {
	Name string `json:"name" xml:"name"`
}

type jsonEntry struct {
	ID            string `json:"id"`
	Title         string `json:"title"`
	Summary       string `json:"summary,omitempty"`
	ContentHTML   string `json:"content_html"`
	ContentText   string `json:"content_text"`
	DatePublished string `json:"date_published"`
	DateModified  string `json:"date_modified,omitempty"`
}

// JSON writes the feed as JSON Feed 1.1.
func (f Feed) JSON() ([]byte, error) {
	out := jsonFeed{Version: "https://jsonfeed.org/version/1.1", Title: oneLine(f.Title), Authors: []author{{Name: "Attaché"}}, Items: []jsonEntry{}}
	for _, e := range f.Entries {
		m := e.printed()
		item := jsonEntry{
			ID: id(e.Key), Title: title(e.Message), Summary: oneLine(m.Gist), ContentHTML: message.HTML(m), ContentText: text(m),
			DatePublished: e.At.UTC().Format(time.RFC3339),
		}
		if !e.Updated.IsZero() {
			item.DateModified = e.updated().Format(time.RFC3339)
		}
		out.Items = append(out.Items, item)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return nil, fmt.Errorf("write a JSON feed: %w", err)
	}
	return b.Bytes(), nil
}

// atomFeed is Atom, RFC 4287.
type atomFeed struct {
	XMLName   xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID        string      `xml:"id"`
	Title     string      `xml:"title"`
	Updated   string      `xml:"updated"`
	Author    author      `xml:"author"`
	Generator string      `xml:"generator"`
	Entries   []atomEntry `xml:"entry"`
}

type atomEntry struct {
	ID        string  `xml:"id"`
	Title     string  `xml:"title"`
	Published string  `xml:"published"`
	Updated   string  `xml:"updated"`
	Summary   string  `xml:"summary"`
	Content   content `xml:"content"`
}

type content struct {
	Type string `xml:"type,attr"`
	Body string `xml:",chardata"`
}

// Atom writes the feed as Atom.
func (f Feed) Atom() ([]byte, error) {
	out := atomFeed{ID: id(f.Key), Title: oneLine(f.Title), Author: author{Name: "Attaché"}, Generator: "Attaché"}
	var newest time.Time
	for _, e := range f.Entries {
		if e.updated().After(newest) {
			newest = e.updated()
		}
		m := e.printed()
		out.Entries = append(out.Entries, atomEntry{
			ID: id(e.Key), Title: title(e.Message), Published: e.At.UTC().Format(time.RFC3339), Updated: e.updated().Format(time.RFC3339),
			Summary: oneLine(m.Gist), Content: content{Type: "html", Body: message.HTML(m)},
		})
	}
	if newest.IsZero() {
		newest = time.Unix(0, 0).UTC() // the element is required, and nothing has happened yet
	}
	out.Updated = newest.Format(time.RFC3339)
	raw, err := xml.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write an Atom feed: %w", err)
	}
	return []byte(xml.Header + strings.TrimSpace(string(raw)) + "\n"), nil
}
