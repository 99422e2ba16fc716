package briefings_test

import (
	"strings"
	"testing"
	"time"

	"attache/briefings"
)

// A story that was silent for more than three days goes on as what it is; an event of the same kind at another place is its own.
func TestAStoryGoesOnAfterDaysOfSilence(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, title, text string
		silent            int
		goesOn            bool
	}{
		{"the same dam", "Toll of Narvik dam burst rises to 21", "The number of people killed when the dam above Narvik burst has risen to 21, police said on Monday, after two hikers were found.", 8, true},
		{"another dam", "Dam above Molde bursts", "The number of people killed when the dam above Molde burst has risen to 21, police said on Monday, after two hikers were found.", 8, false},
		{"the same dam much later", "Toll of Narvik dam burst rises to 21", "The number of people killed when the dam above Narvik burst has risen to 21, police said on Monday, after two hikers were found.", 45, false},
		{"another matter there", "Narvik opens a school", "Narvik opened a school on Monday, and its first pupils planted birches in the yard, teacher Ane Lie said.", 8, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			n := newNewsdesk(t)
			at := func(d int) time.Time { return day(d).From.Add(3 * time.Hour) }
			n.read(t, flood("s0", "Northern Wire", at(0), "Dam above Narvik bursts, 19 killed", "The number of people killed when the dam above Narvik burst is 19, police said.\n\nThe mayor of Narvik, Ilse Brandt, said the town had no electricity."))
			first := n.compose(t, briefings.Assignment{Window: day(0)})
			n.read(t, flood("s1", "Northern Wire", at(row.silent), row.title, row.text))
			e := n.compose(t, briefings.Assignment{Window: day(row.silent), Last: &first})
			if len(e.Items) != 1 {
				t.Fatalf("%d items, want one", len(e.Items))
			}
			item := e.Items[0]
			if !row.goesOn {
				if item.Tag != briefings.TagNew || len(item.Changes) != 0 {
					t.Errorf("%q is %s with %d changes, want it new", item.Headline, item.Tag, len(item.Changes))
				}
				return
			}
			if item.Tag != briefings.TagUpdated || len(item.Changes) != 1 || !strings.Contains(item.Changes[0].Old.Text, "19") || !strings.Contains(item.Changes[0].New.Text, "21") {
				t.Errorf("%q is %s with %+v, want 19 → 21", item.Headline, item.Tag, item.Changes)
			}
		})
	}
}

// A date that is moved, a matter that is denied in the words in which it was said, and a figure that another speaker gives are no
// copies, however many words they share.
func TestTheSameWordsWithAnotherMeaningAreNoCopy(t *testing.T) {
	t.Parallel()
	at := func(d, hour int) time.Time { return day(d).From.Add(time.Duration(hour) * time.Hour) }
	t.Run("a day is moved", func(t *testing.T) {
		t.Parallel()
		n := newNewsdesk(t)
		later := day(0).From.AddDate(0, 0, 20)
		text := func(days int) string {
			return "Talks between Norway and Iceland on the mackerel will open in Narvik on " + later.AddDate(0, 0, days).Format("2 January") + ", Norway's fisheries minister Helga Aas said."
		}
		n.read(t, flood("m0", "Northern Wire", at(0, 3), "Norway and Iceland to talk about mackerel", text(0)))
		first := n.compose(t, briefings.Assignment{Window: day(0)})
		n.read(t, flood("m1", "Harbour Post", at(1, 3), "Talks about mackerel put off", text(4)))
		e := n.compose(t, briefings.Assignment{Window: day(1), Last: &first})
		if len(e.Items) != 1 || len(e.Items[0].Changes) != 1 || e.Items[0].Changes[0].Old.Text != text(0) || e.Items[0].Changes[0].New.Text != text(4) {
			t.Errorf("items %+v, want the day moved", e.Items)
		}
		n.read(t, flood("m2", "Coast Gazette", at(2, 3), "Mackerel talks later", text(4)))
		if e := n.compose(t, briefings.Assignment{Window: day(2), Last: &e}); len(e.Items) != 0 {
			t.Errorf("the moved day is told again: %+v", e.Items)
		}
	})
	for name, texts := range map[string][2]string{
		"a denial": {"Mayor Ilse Brandt said that the operator Fjordkraft had skipped three inspections of the dam above Narvik in Norway.",
			"Fjordkraft denied that it had skipped three inspections of the dam above Narvik in Norway."},
		"another count": {"Police commander Nils Dahl said that 40 people had been arrested after the march of the bakers in Narvik.",
			"Union leader Ane Lie said that 120 people had been arrested after the march of the bakers in Narvik."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNewsdesk(t)
			n.read(t, flood("q0", "Northern Wire", at(0, 3), "Narvik: "+name, texts[0]), flood("q1", "Harbour Post", at(0, 4), "Narvik hears "+name, texts[1]))
			e := n.compose(t, briefings.Assignment{Window: day(0)})
			if len(e.Items) != 1 || e.Items[0].Tag != briefings.TagDisputed || len(e.Items[0].Sides) != 2 || e.Items[0].Origins != 1 {
				t.Errorf("items %+v, want one with both sides and one origin", e.Items)
			}
		})
	}
}
