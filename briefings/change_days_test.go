package briefings_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"attache/briefings"
)

// flood is a report about one event with a figure that changes.
func flood(id, outlet string, at time.Time, title, text string) briefings.Report {
	return briefings.Report{ID: id, Outlet: outlet, Title: title, Text: text, Published: at, Language: "en"}
}

// A toll rises over days, told by several outlets in their own words: each value is told once, as old → new, against what
// the channel was told last.
func TestChangingFigureIsToldOnceFromDayToDay(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	at := func(d, hour int) time.Time { return day(d).From.Add(time.Duration(hour) * time.Hour) }
	days := [][]briefings.Report{
		{
			flood("d0a", "Northern Wire", at(0, 2), "Dam at Narvik bursts, 12 people killed", "Twelve people were killed when the dam at Narvik burst on Monday, police said.\n\nThe mayor of Narvik, Ilse Brandt, said the town had no electricity."),
			flood("d0b", "Harbour Post", at(0, 5), "Twelve dead after dam at Narvik bursts", "At least 12 people were killed in Narvik after a dam burst above the town, the police said.\n\nRescuers with boats searched the lower streets."),
		},
		{
			flood("d1a", "Northern Wire", at(1, 2), "Death toll of Narvik dam burst rises to 19", "The number of people killed when the dam at Narvik burst has risen to 19, police said on Tuesday.\n\nDivers recovered seven bodies from a flooded school."),
			flood("d1b", "Coast Gazette", at(1, 6), "Narvik dam: 19 people killed", "Nineteen people are now known to have been killed when the dam at Narvik burst, the police said."),
		},
		{
			// A slow outlet comes with an old figure, another repeats yesterday's in other words.
			flood("d2a", "Ill Wind", at(2, 3), "Narvik counts 15 people killed by dam burst", "Police said 15 people were killed when the dam at Narvik burst on Monday."),
			flood("d2b", "Harbour Post", at(2, 4), "Narvik dam burst: the dead are 19", "The dam that burst at Narvik killed 19 people, according to the police."),
		},
		{
			flood("d3a", "Harbour Post", at(3, 4), "Narvik dam burst killed 25 people", "Police put the number of people killed when the dam at Narvik burst at 25 on Thursday.\n\nThe operator of the dam said an inquiry would begin next week."),
		},
	}
	var last *briefings.Edition
	claims := map[string]int{}
	var told []string
	for d, reports := range days {
		n.read(t, reports...)
		e := n.compose(t, briefings.Assignment{Window: day(d), Last: last})
		for _, item := range e.Items {
			for _, c := range item.Changes {
				told = append(told, fmt.Sprintf("day %d: %s → %s", d, figureIn(c.Old.Text), figureIn(c.New.Text)))
				if len(c.Old.Citations) == 0 || len(c.New.Citations) == 0 || !c.Old.Citations[0].Published.Before(c.New.Citations[0].Published) {
					t.Errorf("day %d: the change %q → %q lacks its sources in order", d, c.Old.Text, c.New.Text)
				}
			}
			for _, c := range item.Claims {
				if before, ok := claims[c.Text]; ok {
					t.Errorf("day %d: %q was told on day %d", d, c.Text, before)
				}
				claims[c.Text] = d
				if figure := figureIn(c.Text); d == 2 && (figure == "15" || figure == "19") {
					t.Errorf("day 2 tells %q: the channel knows 19", c.Text)
				}
			}
			if d > 0 && item.Tag == briefings.TagNew {
				t.Errorf("day %d: %q is tagged new", d, item.Headline)
			}
		}
		last = &e
	}
	want := []string{"day 1: 12 → 19", "day 3: 19 → 25"}
	if !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

func figureIn(text string) string {
	text = strings.NewReplacer("Twelve", "12", "Nineteen", "19").Replace(text)
	for _, f := range []string{"25", "19", "15", "12"} {
		if strings.Contains(text, f) {
			return f
		}
	}
	return "none"
}

// A price, a date of talks and a position change as well, each told once with both sources.
func TestPositionsAndSumsChange(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	at := func(d int) time.Time { return day(d).From.Add(3 * time.Hour) }
	n.read(t,
		flood("p0", "Northern Wire", at(0), "Iceland weighs ban on trawlers from Norway", "Iceland would spend 40 million dollars on patrol boats for its mackerel grounds, the fisheries ministry said.\n\nFisheries Minister Helga Jonsdottir denied that Iceland would close its ports to Norwegian trawlers."))
	first := n.compose(t, briefings.Assignment{Window: day(0)})
	n.read(t,
		flood("p1", "Harbour Post", at(1), "Iceland to close ports to trawlers from Norway", "Fisheries Minister Helga Jonsdottir said that Iceland would close its ports to Norwegian trawlers in May.\n\nThe fisheries ministry said Iceland would spend 65 million dollars on patrol boats for its mackerel grounds."))
	second := n.compose(t, briefings.Assignment{Window: day(1), Last: &first})
	if len(second.Items) != 1 || len(second.Items[0].Changes) != 2 {
		t.Fatalf("items %+v, want one with two changes", second.Items)
	}
	var got []string
	for _, c := range second.Items[0].Changes {
		got = append(got, c.Old.Citations[0].Outlet+" → "+c.New.Citations[0].Outlet+": "+string(c.Old.Stance)+" → "+string(c.New.Stance))
	}
	slices.Sort(got)
	want := []string{"Northern Wire → Harbour Post: denies → says", "Northern Wire → Harbour Post: says → says"}
	if !slices.Equal(got, want) {
		t.Errorf("changes %q, want %q", got, want)
	}
	n.read(t, flood("p2", "Coast Gazette", at(2), "Iceland closes ports to trawlers from Norway", "Iceland would spend 65 million dollars on patrol boats for its mackerel grounds, the fisheries ministry said."))
	third := n.compose(t, briefings.Assignment{Window: day(2), Last: &second})
	if len(third.Items) != 0 {
		t.Errorf("the third day only repeats the second and has %+v", third.Items)
	}
}

// A dispute is told once; it comes again when somebody says something else about it.
func TestDisputeIsToldOnce(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	at := func(d int) time.Time { return day(d).From.Add(3 * time.Hour) }
	quarrel := "Anna Brandt said the operator had skipped three inspections of the bridge at Narvik. The operator denied that it had skipped three inspections of the bridge at Narvik."
	n.read(t, flood("b0", "Harbour Post", at(0), "Operator denies skipping inspections of Narvik bridge", quarrel))
	first := n.compose(t, briefings.Assignment{Window: day(0)})
	if len(first.Items) != 1 || first.Items[0].Tag != briefings.TagDisputed {
		t.Fatalf("items %+v, want one that is disputed", first.Items)
	}
	n.read(t, flood("b1", "Coast Gazette", at(1), "Narvik bridge operator denies skipping inspections", quarrel+" Engineers from Bergen will measure the cables of the bridge at Narvik with lasers on Friday."))
	second := n.compose(t, briefings.Assignment{Window: day(1), Last: &first})
	for _, item := range second.Items {
		if item.Tag == briefings.TagDisputed {
			t.Errorf("the dispute is told again: %q", spoken(item.Sides))
		}
	}
}

// What a failed delivery lost comes with the next one, as if it had come in between.
func TestLostDeliveryComesWithTheNext(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	at := func(d, hour int) time.Time { return day(d).From.Add(time.Duration(hour) * time.Hour) }
	n.read(t, flood("l0", "Northern Wire", at(0, 2), "Dam at Narvik bursts, 12 people killed", "Twelve people were killed when the dam at Narvik burst on Monday, police said."))
	first := n.compose(t, briefings.Assignment{Window: day(0)})
	n.read(t,
		flood("l1", "Northern Wire", at(1, 2), "Death toll of Narvik dam burst rises to 19", "The number of people killed when the dam at Narvik burst has risen to 19, police said on Tuesday."),
		flood("l1x", "Coast Gazette", at(1, 3), "Museum of knots opens in Bergen", "A museum of knots opened in Bergen on Tuesday, and the curator Helmi Salo said that it had 400 visitors before noon."))
	lost := n.compose(t, briefings.Assignment{Window: day(1), Last: &first})
	n.read(t, flood("l2", "Harbour Post", at(2, 4), "Narvik dam burst killed 25 people", "Police put the number of people killed when the dam at Narvik burst at 25 on Wednesday."))
	// The delivery of the second day failed: the window begins with the last one that arrived, and so does the memory.
	next := n.compose(t, briefings.Assignment{Window: briefings.Window{From: day(0).To, To: day(2).To}, Last: &first})
	if len(lost.Items) != 2 || len(next.Items) != 2 {
		t.Fatalf("lost %d items, next %d; want two each", len(lost.Items), len(next.Items))
	}
	dam, ok := itemWith(next, "l2")
	if !ok || len(dam.Changes) != 1 || figureIn(dam.Changes[0].Old.Text) != "12" || figureIn(dam.Changes[0].New.Text) != "25" {
		t.Errorf("changes %+v, want 12 → 25: the channel never heard of 19", dam.Changes)
	}
	if _, ok := itemWith(next, "l1x"); !ok {
		t.Error("the story that only the lost edition had is missing")
	}
}
