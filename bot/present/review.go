package present

import (
	"strings"
	"unicode/utf8"

	"attache/bot/message"
	"attache/briefings"
)

// askedLongest is how many characters a question has that a review shows; a longer one is only counted, and not cut.
const askedLongest = 120

// review is a weekly review: what moved, what was disputed and how that stands, and what the channel asked. A week in which
// nothing moved and nobody asked is one line.
func (d desk) review(e briefings.Edition, i Issue, beat string) *message.Message {
	day := d.date(d.p.LongDay, d.editionDay(e, i))
	asked := d.asked(e.Review)
	m := &message.Message{}
	if len(e.Items) == 0 {
		line := say(d.p.ReviewQuiet, args{"beat": beat, "day": day, "reports": d.p.Reports.of(e.Read), "from": d.at(e.Window.From), "to": d.at(e.Window.To)})
		m.Gist = wordsOf(line)
		if len(e.Failing) > 0 {
			line = append(line, say(" "+d.p.Failing, args{"names": d.few(e.Failing, 4)})...)
		}
		m.Blocks = append([]message.Block{message.P(append(line, say(" "+d.p.AsOf, args{"at": d.at(e.AsOf)})...)...)}, asked...)
		return m
	}
	title := plainly(d.p.ReviewTitle, args{"beat": beat, "day": day})
	refs := d.references()
	m.Blocks = append(m.Blocks, message.Heading{Level: 1, Spans: []message.Span{message.T(title)}})
	if i.Late && !i.Slot.IsZero() {
		m.Blocks = append(m.Blocks, message.Small(say(d.p.Late, args{"at": d.at(i.Slot)})...))
	}
	m.Blocks = append(m.Blocks, message.Small(d.figures(e, i)...))
	var headlines []string
	for n, item := range e.Items {
		m.Blocks = append(m.Blocks, d.item(item, n+1, i, false, false, refs)...)
		headlines = append(headlines, strings.TrimRight(shortened(item.Headline, 110), "."))
	}
	m.Blocks = append(m.Blocks, asked...)
	var tail []string
	if e.Below > 0 {
		tail = append(tail, d.p.Below.of(e.Below))
	}
	if len(e.Failing) > 0 {
		tail = append(tail, plainly(d.p.Failing, args{"names": d.few(e.Failing, 4)}))
	}
	if len(tail) > 0 {
		m.Blocks = append(m.Blocks, message.Small(message.T(strings.Join(tail, " "))))
	}
	m.Blocks = append(m.Blocks, refs.block()...)
	end := append(say(d.p.Window, args{"from": d.at(e.Window.From), "to": d.at(e.Window.To)}), message.T(" "))
	end = append(end, say(d.p.AsOf, args{"at": d.at(e.AsOf)})...)
	if i.Subscription != "" && !i.Print {
		end = append(end, message.T(" "+d.p.DigestHint))
	}
	m.Blocks = append(m.Blocks, message.Small(end...))
	m.Blocks = append(m.Blocks, d.editionButtons(e, i)...)
	m.Gist = title + ". " + sentence(strings.Join(headlines, d.p.Semicolon+" "))
	return m
}

// asked is what was asked in the channel: how often, and a few of the questions in their words, without who asked.
func (d desk) asked(r *briefings.Review) []message.Block {
	if r.Questions == 0 {
		return nil
	}
	var list []string
	for _, q := range r.Asked {
		if q = oneLine(q); q != "" && utf8.RuneCountInString(q) <= askedLongest {
			list = append(list, plainly(d.p.Quoted, args{"text": q}))
		}
	}
	line := strong(say(d.p.ReviewAsked.of(r.Questions)+".", nil))
	if len(list) > 0 {
		line = say(d.p.ReviewAmong, args{"asked": d.p.ReviewAsked.of(r.Questions), "questions": strings.Join(list, d.p.Semicolon+" ")})
	}
	return []message.Block{message.P(line...)}
}

// ended says how what a story disputes stands at the end of a review's week.
func (d desk) ended(item briefings.Item, refs *references) []message.Block {
	words := d.p.ReviewEnded[item.Ended]
	switch {
	case words == "":
		return nil
	case item.Ended != briefings.EndingMoved:
		return []message.Block{message.P(say(words, nil)...)}
	case len(item.Changes) == 0:
		return nil
	}
	newest := item.Changes[0].New
	for _, c := range item.Changes[1:] {
		if firstCitation(c.New).Published.After(firstCitation(newest).Published) {
			newest = c.New
		}
	}
	return []message.Block{message.P(say(words, args{"claim": d.attributed(newest, refs)})...)}
}

// ReviewNotWeekly refuses times of a review that come more or less often than once a week.
func ReviewNotWeekly(when string, r Reader) *message.Message {
	return problem(say(deskFor(r).p.ReviewWeekly, args{"when": shortened(when, 60)}))
}
