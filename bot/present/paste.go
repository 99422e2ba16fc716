package present

import (
	"strings"

	"attache/bot/message"
	"attache/briefings"
)

// Paste is what was understood of a pasted text that isn't kept yet.
type Paste struct {
	Title, Outlet, Published string // as they were given or understood; empty means missing
	Undated                  bool   // Published is no date, or one that is still to come
	Empty                    bool   // there is no text
}

// PasteLacks says what a pasted text lacks, and how to send it again with what was understood filled in.
func PasteLacks(p Paste, r Reader) *message.Message {
	d := deskFor(r)
	if p.Empty {
		return problem(say(d.p.PasteEmpty, nil))
	}
	var missing []string
	var lines message.List
	for _, field := range []struct{ label, value string }{{d.p.PasteTitle, p.Title}, {d.p.PasteOutlet, p.Outlet}, {d.p.PasteDate, p.Published}} {
		value := shortened(field.value, 160)
		if value == "" || field.label == d.p.PasteDate && p.Undated {
			missing = append(missing, strings.ToLower(field.label))
			value = "…"
		}
		lines.Items = append(lines.Items, []message.Span{message.K(field.label + ": " + value)})
	}
	m := problem(say(d.p.PasteLacks, args{"missing": d.few(missing, 3)}))
	m.Blocks = append(m.Blocks, message.P(say(d.p.PasteAgain, nil)...), lines)
	return m
}

// TextTaken says that a pasted text, or a page that was read for a link, is taken back.
func TextTaken(a briefings.Article, r Reader) *message.Message {
	d := deskFor(r)
	return plain(say(d.p.TextTaken, args{"title": shortened(a.Title, 160)}))
}

// PasteKept says that a pasted text is in the library, for whom, and how it is taken back.
func PasteKept(a briefings.Article, c Circle, r Reader) *message.Message {
	d := deskFor(r)
	refs := d.references()
	whole := briefings.Citation{Article: a.ID, Revision: a.Revision, Title: a.Title, Outlet: a.Outlet, Label: a.Label, Published: a.Published, DateOnly: a.DateOnly, Unreviewed: a.Unreviewed}
	line := append(say(d.p.PasteKept, args{"title": shortened(a.Title, 160)}), refs.cite([]briefings.Citation{whole})...)
	shown := d.p.PasteForAll
	switch c {
	case CircleHere:
		shown = d.p.PasteForHere
	case CircleWorkspace:
		shown = d.p.PasteFor
	}
	return &message.Message{Gist: wordsOf(line), Blocks: append([]message.Block{
		message.P(line...), message.Small(say(shown, nil)...), message.Small(say(d.p.PasteMarked, args{"id": a.ID})...),
	}, refs.block()...)}
}
