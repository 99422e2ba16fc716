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

// TimelineWords says in words what a timeline shows.
func TimelineWords(headline string, moments []Moment, i Issue) string {
	d := i.desk()
	lines := make([]string, len(moments))
	for n, m := range moments {
		lines[n] = plainly(d.p.TimelineMoment, args{"when": m.When, "who": m.Who, "what": m.What})
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
