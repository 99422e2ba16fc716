package present

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"attache/bot/message"
	"attache/briefings"
)

// Place is a place on the map of an edition.
type Place struct {
	Name  string
	Items []int // the numbers of the items that name it, from 1
}

// MapWords says in words what a map of places shows.
func MapWords(places []Place, i Issue) string {
	names := make([]string, len(places))
	for n, p := range places {
		numbers := make([]string, len(p.Items))
		for k, item := range p.Items {
			numbers[k] = strconv.Itoa(item)
		}
		names[n] = strings.Join(numbers, ", ") + " " + p.Name
	}
	return plainly(i.desk().p.MapWords, args{"places": strings.Join(names, "; ")})
}

// Moment is a dated claim of a story.
type Moment struct {
	At   time.Time // when the report was published that it stands in
	When string    // its day
	Who  string    // who says it and how, with the outlet that reports it and its label
	What string    // the claim

	claim   briefings.Claim
	by      string // Who, without the mark of a change
	changed bool   // it took the place of what was said before
}

// Moments are the dated claims of an item, the oldest first: what is shown of it, and what that took the place of. There are
// none unless there are three on two days at least: fewer tell nothing that the item doesn't.
func Moments(item briefings.Item, i Issue) []Moment {
	d := i.desk()
	var claims []briefings.Claim
	for _, c := range item.Changes {
		claims = append(claims, c.Old, c.New)
	}
	claims = append(append(claims, item.Sides...), item.Claims...)
	var out []Moment
	days := map[string]bool{}
	for _, c := range claims {
		cite := firstCitation(c)
		if cite.Published.IsZero() {
			continue
		}
		m := Moment{At: cite.Published, When: d.day(cite.Published, cite.DateOnly), Who: upper(wordsOf(d.said(c))), What: oneLine(c.Text)}
		if d.speaker(c.Speaker) != "" && oneLine(cite.Outlet) != "" && !strings.EqualFold(oneLine(cite.Outlet), d.speaker(c.Speaker)) {
			m.Who += " · " + wordsOf(d.outlet(cite))
		}
		if slices.ContainsFunc(out, func(o Moment) bool { return o.What == m.What }) {
			continue
		}
		out = append(out, m)
		days[m.When] = true
	}
	if len(out) < 3 || len(days) < 2 {
		return nil
	}
	slices.SortStableFunc(out, func(a, b Moment) int { return cmp.Compare(a.At.Unix(), b.At.Unix()) })
	return out
}

// mostMoments is how many moments of a story are told; the first one and what changed come before the rest.
const mostMoments = 6

// StoryMoments are the dated moments of a story, the oldest first: what changed, before and after, and under which headline each
// independent report told it. Fewer than two moments make no timeline.
func StoryMoments(t Telling, r Reader) []Moment {
	d := deskFor(r)
	var out []Moment
	add := func(c briefings.Claim, changed bool) {
		cite := firstCitation(c)
		m := Moment{At: cite.Published, Who: upper(wordsOf(d.outlet(cite))), What: oneLine(c.Text), claim: c, changed: changed}
		if cite.Published.IsZero() || m.What == "" || slices.ContainsFunc(out, func(o Moment) bool { return o.What == m.What }) {
			return
		}
		if name := d.speaker(c.Speaker); name != "" && !strings.EqualFold(name, oneLine(cite.Outlet)) {
			m.Who = upper(wordsOf(d.said(c))) + " · " + wordsOf(d.outlet(cite))
		}
		if m.by = m.Who; changed {
			m.Who = d.p.Tags[briefings.TagUpdated] + d.p.Colon + " " + m.by
		}
		out = append(out, m)
	}
	told := map[string]bool{}
	if t.Item != nil {
		for _, c := range t.Item.Changes {
			for _, one := range []briefings.Claim{c.Old, c.New} {
				told[firstCitation(one).Article] = true
			}
			add(c.Old, false)
			add(c.New, true)
		}
	}
	for _, c := range t.Headlines {
		if !told[firstCitation(c).Article] {
			add(c, false)
		}
	}
	slices.SortStableFunc(out, func(a, b Moment) int { return a.At.Compare(b.At) })
	for len(out) > mostMoments {
		spare := 1 // the oldest that isn't the first and changes nothing
		for i := 1; i < len(out)-1; i++ {
			if !out[i].changed && !told[firstCitation(out[i].claim).Article] {
				spare = i
				break
			}
		}
		out = slices.Delete(out, spare, spare+1)
	}
	days, minutes := map[string]bool{}, true
	for _, m := range out {
		days[d.day(m.At, firstCitation(m.claim).DateOnly)] = true
		minutes = minutes && !firstCitation(m.claim).DateOnly
	}
	if len(out) < 2 || len(days) < 2 && !minutes {
		return nil
	}
	for i := range out {
		// What happened within one day is told by the clock.
		if out[i].When = d.day(out[i].At, firstCitation(out[i].claim).DateOnly); len(days) < 2 {
			out[i].When = d.clock(out[i].At.In(d.zone))
		}
	}
	return out
}

// timeline shows the moments of a story as a list, with what they stand on; a change is marked.
func (d desk) timeline(moments []Moment, refs *references) message.List {
	list := message.List{}
	for _, m := range moments {
		line := []message.Span{message.T(m.When + ", ")}
		if m.changed {
			line = append(line, message.B(d.p.Tags[briefings.TagUpdated]), message.T(d.p.Colon+" "))
		}
		line = append(line, say(d.p.StoryMoment, args{"who": m.by, "what": m.What})...)
		list.Items = append(list.Items, append(line, refs.cite(m.claim.Citations)...))
	}
	return list
}

// TimelineWords says in words what a timeline shows.
func TimelineWords(headline string, moments []Moment, i Issue) string {
	d := i.desk()
	lines := make([]string, len(moments))
	for n, m := range moments {
		lines[n] = plainly(d.p.TimelineMoment, args{"when": m.When, "who": m.Who, "what": sentence(m.What)})
	}
	return plainly(d.p.TimelineWords, args{"headline": oneLine(headline), "moments": strings.Join(lines, " ")})
}

// Illustrated puts pictures where a reader is done with the stories: before the sources, or else at the end.
func Illustrated(m *message.Message, pictures ...message.Image) *message.Message {
	if len(pictures) == 0 {
		return m
	}
	at := slices.IndexFunc(m.Blocks, func(b message.Block) bool { _, ok := b.(message.Sources); return ok })
	if at < 0 {
		at = len(m.Blocks)
	}
	out := *m
	out.Blocks = slices.Clone(m.Blocks[:at])
	for _, p := range pictures {
		out.Blocks = append(out.Blocks, p)
	}
	out.Blocks = append(out.Blocks, m.Blocks[at:]...)
	return &out
}

// desk words for the channel of an issue.
func (i Issue) desk() desk {
	zone, err := time.LoadLocation(i.Zone)
	if err != nil {
		zone = time.UTC
	}
	return deskFor(Reader{Locale: i.Locale, Zone: zone})
}
