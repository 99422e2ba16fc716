package present

import (
	"strings"
	"time"

	"attache/bot/message"
	"attache/briefings"
)

// Watching is how a channel hears of what meets its watch list.
type Watching struct {
	Alerts bool          // at once; else with the digest
	From   time.Duration // quiet hours, since midnight; none where From is To
	To     time.Duration
	Zone   string // the IANA zone of the quiet hours
	Limit  int    // alerts an hour
}

// quietHours says when no alert comes.
func (d desk) quietHours(w Watching) string {
	if w.From == w.To {
		return d.p.WatchQuietOff
	}
	clock := func(t time.Duration) string { return d.clock(time.Time{}.Add(t)) }
	return plainly(d.p.WatchQuietOn, args{"from": clock(w.From), "to": clock(w.To), "zone": w.Zone})
}

func (d desk) watching(w Watching) []message.Span {
	if !w.Alerts {
		return say(d.p.WatchLater, nil)
	}
	return say(d.p.WatchAtOnce, args{"alerts": d.p.AlertCount.of(w.Limit), "quiet": d.quietHours(w)})
}

// WatchMode confirms how a channel hears of what meets its watch list.
func WatchMode(w Watching, r Reader) *message.Message { return plain(deskFor(r).watching(w)) }

// WatchListed adds to a shown watch list how the channel hears of what meets it.
func WatchListed(m *message.Message, w Watching, r Reader) *message.Message {
	m.Blocks = append(m.Blocks, message.Small(deskFor(r).watching(w)...))
	return m
}

// WatchQuiet confirms the quiet hours.
func WatchQuiet(w Watching, r Reader) *message.Message {
	d := deskFor(r)
	return plain([]message.Span{message.T(d.quietHours(w))})
}

// WatchLimit confirms the limit of alerts an hour.
func WatchLimit(w Watching, r Reader) *message.Message {
	d := deskFor(r)
	return plain(say(d.p.WatchLimited, args{"alerts": d.p.AlertCount.of(w.Limit)}))
}

// WatchModeBad says what a mode may be.
func WatchModeBad(value string, r Reader) *message.Message {
	return problem(say(deskFor(r).p.WatchModeBad, args{"value": shortened(value, 40)}))
}

// WatchQuietBad says how quiet hours are written.
func WatchQuietBad(value string, r Reader) *message.Message {
	return problem(say(deskFor(r).p.WatchQuietBad, args{"value": shortened(value, 40)}))
}

// WatchLimitBad says what a limit may be.
func WatchLimitBad(value string, most int, r Reader) *message.Message {
	return problem(say(deskFor(r).p.WatchLimitBad, args{"value": shortened(value, 40), "n": most}))
}

// Alert tells of one story that meets the watch list: what it met, the headline in the outlet's words, one or two sentences
// with their speakers, who reported it. items are the story as it was told first and what came since, the newest last.
func Alert(items []briefings.Item, asOf time.Time, r Reader) *message.Message {
	d := deskFor(r)
	refs := d.references()
	first := items[0]
	title := plainly(d.p.AlertTitle, args{"hits": d.few(clean(first.Hits), 3)})
	m := &message.Message{Gist: sentence(title + d.p.Semicolon + " " + strings.TrimRight(shortened(first.Headline, 160), "."))}
	m.Blocks = append(m.Blocks, message.Heading{Level: 1, Spans: []message.Span{message.T(title)}})
	for n, item := range items {
		if n > 0 && n < len(items)-2 {
			continue // the thread has all of it; the message has how it began and what is newest
		}
		if n > 0 {
			m.Blocks = append(m.Blocks, message.Divider{})
		}
		m.Blocks = append(m.Blocks, d.alerted(item, refs)...)
		if item.Tag == briefings.TagDisputed {
			m.Tone = message.ToneDisputed
		}
	}
	m.Blocks = append(m.Blocks, refs.block()...)
	var end []message.Span
	if len(items) > 1 {
		end = append(say(d.p.AlertUpdated, args{"at": d.at(asOf)}), message.T(" "))
	} else {
		end = append(say(d.p.AsOf, args{"at": d.at(asOf)}), message.T(" "))
	}
	m.Blocks = append(m.Blocks, message.Small(append(end, say(d.p.AlertHint, nil)...)...))
	return m
}

// alerted is one report of an alert.
func (d desk) alerted(item briefings.Item, refs *references) []message.Block {
	headline := oneLine(item.Headline)
	var head []message.Span
	if tag := d.p.Tags[item.Tag]; tag != "" && item.Tag != briefings.TagNew {
		head = append(head, message.B(tag+d.p.Colon+" "))
	}
	if message.WebAddress(item.Lead.URL) != "" {
		head = append(head, message.L(headline, item.Lead.URL))
	} else {
		head = append(head, message.B(headline))
	}
	blocks := []message.Block{message.P(append(head, refs.cite([]briefings.Citation{item.Lead})...)...)}
	switch {
	case item.Tag == briefings.TagDisputed && len(item.Sides) > 0:
		blocks = append(blocks, message.P(say(d.p.Sides, nil)...), d.sides(few(item.Sides, 3), refs))
	case len(item.Changes) > 0:
		blocks = append(blocks, d.changes(few(item.Changes, 2), refs))
	default:
		for _, c := range few(item.Claims, 2) {
			if oneLine(c.Text) != headline {
				blocks = append(blocks, message.P(d.attributed(c, refs)...))
			}
		}
	}
	if coverage := d.coverage(item); len(coverage) > 0 {
		blocks = append(blocks, message.Small(coverage...))
	}
	return blocks
}

// AlertNote tells in an alert's thread what came of its story.
func AlertNote(item briefings.Item, asOf time.Time, r Reader) *message.Message {
	d := deskFor(r)
	refs := d.references()
	lead := say(d.p.AlertNote, args{"at": d.at(asOf)})
	m := &message.Message{Gist: wordsOf(lead) + " " + sentence(strings.TrimRight(shortened(item.Headline, 160), ".")), Blocks: []message.Block{message.P(lead...)}}
	m.Blocks = append(m.Blocks, d.alerted(item, refs)...)
	m.Blocks = append(m.Blocks, refs.block()...)
	return m
}

// AlertLimit says that a channel has had as many alerts as it takes in an hour: how many stories wait, and until when.
func AlertLimit(limit, waiting int, next time.Time, r Reader) *message.Message {
	d := deskFor(r)
	return plain(say(d.p.AlertLimit, args{"alerts": d.p.AlertCount.of(limit), "waiting": d.p.AlertsWaiting.of(waiting), "at": d.at(next)}))
}

// Correction is what an outlet has changed in a report that was cited.
type Correction struct {
	// Was is the report as it was cited and Is as it is now, with Quote the first words of it that matter; their Published, Title
	// and Revision tell the two apart.
	Was, Is briefings.Citation
	// Read is when each was read.
	WasRead, IsRead time.Time
	Withdrawn       bool
	// Notice is the outlet's own words about it; no Quote where it gave none.
	Notice briefings.Citation
	// Changes are the sentences that were cited and what became of them.
	Changes []CorrectedSentence
}

// CorrectedSentence is a sentence that was cited, and the one in its place; no Quote where there is none.
type CorrectedSentence struct{ Old, New briefings.Citation }

// Marked puts a visible mark for each correction on a message that was delivered, under its title. m itself stays as it is.
func Marked(m *message.Message, corrections []Correction, r Reader) *message.Message {
	d := deskFor(r)
	out := &message.Message{Gist: m.Gist, Tone: m.Tone}
	var marks []message.Block
	for _, c := range corrections {
		marks = append(marks, message.P(d.mark(c)...))
		if list := d.corrected(few(c.Changes, 2), nil); len(list.Items) > 0 {
			marks = append(marks, list)
		}
	}
	if len(m.Blocks) > 0 {
		if h, ok := m.Blocks[0].(message.Heading); ok {
			out.Blocks = append(append([]message.Block{h}, marks...), m.Blocks[1:]...)
			return out
		}
	}
	out.Blocks = append(marks, m.Blocks...)
	return out
}

func (d desk) mark(c Correction) []message.Span {
	template := d.p.CorrectedMark
	if c.Withdrawn {
		template = d.p.WithdrawnMark
	}
	return say(template, args{"at": d.at(c.IsRead), "outlet": d.outlet(c.Is)})
}

// corrected is each sentence as it was and as it is; with refs they are cited by number, else their outlet is named.
func (d desk) corrected(changes []CorrectedSentence, refs *references) message.List {
	list := message.List{}
	cite := func(line []message.Span, c briefings.Citation) []message.Span {
		if refs == nil {
			source := message.T(oneLine(c.Outlet))
			if message.WebAddress(c.URL) != "" {
				source = message.L(oneLine(c.Outlet), c.URL)
			}
			return append(line, message.T(" ("), source, message.T(")"))
		}
		return append(line, refs.cite([]briefings.Citation{c})...)
	}
	for _, s := range changes {
		list.Items = append(list.Items, cite(say(d.p.CorrectedBefore, args{"text": d.quoted(oneLine(s.Old.Quote))}), s.Old))
		if s.New.Quote == "" {
			list.Items = append(list.Items, say(d.p.CorrectedGone, nil))
		} else {
			list.Items = append(list.Items, cite(say(d.p.CorrectedNow, args{"text": d.quoted(oneLine(s.New.Quote))}), s.New))
		}
	}
	return list
}

// CorrectionNote tells in the thread of a digest that a report which it cites was corrected or withdrawn: each sentence as it
// was cited and as it is now, the outlet's notice, both versions as sources with when they were read.
func CorrectionNote(c Correction, r Reader) *message.Message {
	d := deskFor(r)
	refs := d.references()
	lead := d.mark(c)
	if !c.Withdrawn {
		title := c.Is.Title
		if c.Was.Article != c.Is.Article { // another report says it
			title = c.Was.Title
		}
		lead = say(d.p.CorrectedNote, args{"outlet": oneLine(c.Is.Outlet), "title": shortened(title, 160)})
	}
	m := &message.Message{Gist: wordsOf(lead), Blocks: []message.Block{message.P(lead...)}}
	if list := d.corrected(few(c.Changes, 4), refs); len(list.Items) > 0 {
		m.Blocks = append(m.Blocks, list)
	}
	if c.Notice.Quote != "" {
		m.Blocks = append(m.Blocks, message.P(say(d.p.CorrectedNoticeSays, nil)...), d.quote(c.Notice, refs))
	}
	refs.number(c.Was)
	refs.number(c.Is)
	m.Blocks = append(m.Blocks, refs.block()...)
	m.Blocks = append(m.Blocks, message.Small(say(d.p.CorrectedReads, args{"before": d.at(c.WasRead), "at": d.at(c.IsRead)})...))
	return m
}

// AnswerCorrected adds to an answer what its sources said before they corrected it: both versions, and when each was read. It
// stands above the buttons.
func AnswerCorrected(m *message.Message, corrections []Correction, r Reader) *message.Message {
	d := deskFor(r)
	var more []message.Block
	for _, c := range corrections {
		more = append(more, message.P(d.mark(c)...), d.corrected(few(c.Changes, 2), nil),
			message.Small(say(d.p.CorrectedReads, args{"before": d.at(c.WasRead), "at": d.at(c.IsRead)})...))
	}
	if len(more) == 0 {
		return m
	}
	n := len(m.Blocks)
	for n > 0 {
		if _, ok := m.Blocks[n-1].(message.Buttons); !ok {
			break
		}
		n--
	}
	out := *m
	out.Blocks = append(append(append([]message.Block{}, m.Blocks[:n]...), more...), m.Blocks[n:]...)
	return &out
}
