// Package message is the one document that every part of the bot speaks: what a person is shown, before any platform has
// had a say in how.
//
// A Message is a Gist and Blocks of Spans. The Gist is the notification line, what a screen reader hears first and the
// last fallback where nothing else can be shown; it is a whole, readable sentence. Text in a span is never markup: every
// renderer escapes it for its own platform, so an article that contains "<!channel>" or "@everyone" stays an article.
//
// The model is small and closed. Each renderer (text and HTML here; Block Kit in adapters/slack; embeds in
// adapters/discord) is one type switch over Block and one over Span.Kind, and all of them are held to one corpus of named
// messages (bot/bottest.Messages) with a golden for each name.
//
// Fit splits a message that is too large for a platform: at blocks, then at sentences, never inside a sentence, a link or
// a citation. Poster is the door through which a platform receives messages; its errors carry a Class that says whether
// trying again can help.
package message

import (
	"strconv"
	"strings"
	"time"
)

// Message is one thing said to a channel or a person.
type Message struct {
	// Gist says the message in one or two plain sentences. It is required.
	Gist   string
	Blocks []Block
	// Tone colours the message where a platform can (the bar beside a Discord embed).
	Tone Tone
	// Locale is the language of the words around what reports say, BCP 47; empty is English. What a platform adds is said in it.
	Locale string
	// Ping is the id of a role that posting the message rings, where the platform has roles; empty rings nobody. Nothing that
	// stands in Gist or Blocks ever does.
	Ping string
}

// Tone says in which mood a message is told.
type Tone string

// The tones, from ordinary to grave.
const (
	ToneNeutral  Tone = ""         // an answer, a list, a digest
	ToneDisputed Tone = "disputed" // speakers differ
	ToneUnknown  Tone = "unknown"  // the sources do not say
	ToneProblem  Tone = "problem"  // something went wrong or was refused
)

// Block is one of Heading, Paragraph, Quote, List, Table, Image, Divider, Sources or Buttons.
type Block interface{ block() }

// Heading is a title line. Level 1 names the message, level 2 a section.
type Heading struct {
	Level int    `json:"level"`
	Spans []Span `json:"spans"`
}

// Paragraph is running text. A quiet one is small print: as of when, what was searched.
type Paragraph struct {
	Spans []Span `json:"spans"`
	Quiet bool   `json:"quiet,omitempty"`
}

// Quote is evidence in the words of its source, word for word.
type Quote struct {
	Spans []Span `json:"spans"`
}

// List is a bulleted or numbered list. An item is one line of spans.
type List struct {
	Ordered bool     `json:"ordered,omitempty"`
	Start   int      `json:"start,omitempty"` // number of the first item of an ordered list; zero means 1
	Items   [][]Span `json:"items"`
}

// Table is a small table: no more than five columns, or a phone can't show it. Cells are lines of spans.
type Table struct {
	Columns []Column   `json:"columns"`
	Rows    [][][]Span `json:"rows"`
}

// Column is the head of a table's column.
type Column struct {
	Title string `json:"title"`
	Right bool   `json:"right,omitempty"` // align numbers to the right
}

// Image is a picture with the same said in words. Exactly one of URL and Data is set.
type Image struct {
	URL  string `json:"url,omitempty"`
	Data []byte `json:"data,omitempty"`
	Name string `json:"name,omitempty"` // file name for Data, such as "map.png"
	Alt  string `json:"alt"`
	// Said says that the blocks beside it say the same: where the picture can't be shown nothing stands for it.
	Said bool `json:"said,omitempty"`
}

// Divider is a thin line between sections.
type Divider struct{}

// Sources is the numbered list that Cite spans point into.
type Sources struct {
	Items []Source `json:"items"`
}

// Source is one cited article as a reader sees it.
type Source struct {
	Number    int       `json:"number"`
	Title     string    `json:"title"`
	Outlet    string    `json:"outlet,omitempty"`
	URL       string    `json:"url,omitempty"` // empty where the article has no address
	Published time.Time `json:"published,omitzero"`
	DateOnly  bool      `json:"date_only,omitempty"` // Published is known by the day only
	Dated     string    `json:"dated,omitempty"`     // Published in words, such as "20 Feb 2024"
	Label     string    `json:"label,omitempty"`     // such as "state media, North Korea"
}

// Buttons is a row of things to press: at most five.
type Buttons struct {
	Items []Button `json:"items"`
}

// Button either opens URL or sends Action with Value back to the bot as a click.
type Button struct {
	Label  string `json:"label"` // at most 34 characters show everywhere
	Action string `json:"action,omitempty"`
	Value  string `json:"value,omitempty"` // at most 80 bytes of [A-Za-z0-9._-]
	URL    string `json:"url,omitempty"`
	Style  Style  `json:"style,omitempty"`
}

// Style says how loud a button is.
type Style string

// The styles of a button.
const (
	StyleDefault Style = ""
	StylePrimary Style = "primary"
	StyleDanger  Style = "danger"
)

func (Heading) block()   {}
func (Paragraph) block() {}
func (Quote) block()     {}
func (List) block()      {}
func (Table) block()     {}
func (Image) block()     {}
func (Divider) block()   {}
func (Sources) block()   {}
func (Buttons) block()   {}

// Kind says what a span is.
type Kind string

// The kinds of a span.
const (
	Plain    Kind = ""         // text, never markup
	Strong   Kind = "strong"   // the short answer, a tag, a number that matters
	Emphasis Kind = "emphasis" // a speaker's manner, a label
	Link     Kind = "link"     // text that opens an http(s) URL
	Cite     Kind = "cite"     // "[2]": points at the source with this Number, opens its URL where it has one
	Time     Kind = "time"     // an instant, shown in the reader's zone where the platform can
	Code     Kind = "code"     // what to type, word for word: a command
)

// Span is a run of text of one kind.
type Span struct {
	Kind   Kind      `json:"kind,omitempty"`
	Text   string    `json:"text,omitempty"` // for Time: the words to show where the platform cannot render an instant
	URL    string    `json:"url,omitempty"`  // Link and Cite
	Number int       `json:"number,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// T is plain text.
func T(text string) Span { return Span{Text: text} }

// B is strong text.
func B(text string) Span { return Span{Kind: Strong, Text: text} }

// I is emphasised text.
func I(text string) Span { return Span{Kind: Emphasis, Text: text} }

// K is what to type, word for word.
func K(text string) Span { return Span{Kind: Code, Text: text} }

// L is a link. A URL that is not http or https is shown as plain text by every renderer.
func L(text, url string) Span { return Span{Kind: Link, Text: text, URL: url} }

// C cites source number n.
func C(n int, url string) Span { return Span{Kind: Cite, Number: n, URL: url} }

// At is an instant with the words that stand for it.
func At(t time.Time, words string) Span { return Span{Kind: Time, At: t, Text: words} }

// P is a paragraph of spans.
func P(spans ...Span) Paragraph { return Paragraph{Spans: spans} }

// Small is a quiet paragraph.
func Small(spans ...Span) Paragraph { return Paragraph{Spans: spans, Quiet: true} }

// Number returns the number of item i of an ordered list.
func (l List) Number(i int) int { return max(l.Start, 1) + i }

// Words returns what the span says as clean text alone: "[2]" for a citation, the words of an instant.
func (s Span) Words() string {
	switch s.Kind {
	case Cite:
		return "[" + strconv.Itoa(s.Number) + "]"
	case Time:
		if s.Text == "" {
			return s.At.UTC().Format("2006-01-02 15:04 UTC")
		}
	}
	return Clean(s.Text)
}

// Words returns what the spans say as clean text alone.
func Words(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Words())
	}
	return b.String()
}

// Line returns the source as one line of spans, the same on every platform: number, title (a link where there is an
// address), outlet, label and date.
func (s Source) Line() []Span {
	title := oneLine(s.Title)
	if title == "" {
		title = oneLine(s.Outlet)
	}
	line := []Span{T("[" + strconv.Itoa(s.Number) + "] ")}
	if address := WebAddress(s.URL); address != "" {
		if title == "" {
			title = address
		}
		line = append(line, L(title, address))
	} else {
		line = append(line, T(title))
	}
	if outlet := oneLine(s.Outlet); outlet != "" && outlet != title {
		line = append(line, T(", "+outlet))
	}
	if label := oneLine(s.Label); label != "" {
		line = append(line, T(" ("), I(label), T(")"))
	}
	if !s.Published.IsZero() {
		dated := s.Dated
		if dated == "" {
			dated = s.Published.UTC().Format(time.DateOnly)
		}
		line = append(line, T(", "))
		if s.DateOnly {
			line = append(line, T(dated))
		} else {
			line = append(line, At(s.Published, dated))
		}
	}
	return line
}
