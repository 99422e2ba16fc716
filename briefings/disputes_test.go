package briefings_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"attache/briefings"
	"attache/briefings/briefingstest"
)

func july(n int) time.Time { return time.Date(2025, 7, n, 9, 0, 0, 0, time.UTC) }

// TestDifferingAccountsStandSideBySide holds what becomes of several accounts of the same thing.
func TestDifferingAccountsStandSideBySide(t *testing.T) {
	t.Parallel()
	report := func(id, outlet string, day int, title, text string) briefings.Report {
		return briefings.Report{ID: id, Outlet: outlet, Title: title, Text: text, Published: july(day)}
	}
	for name, c := range map[string]struct {
		reports  []briefings.Report
		question string
		sides    []string // texts of which each must stand in a claim of its own; none means that there is no dispute
		says     string   // what must stand in the first claim
		never    string   // what may not be shown
	}{
		"two outlets count differently": {
			[]briefings.Report{
				report("a", "Valmere Times", 3, "Ferry sinks off Valmere", "A ferry sank off Valmere on Wednesday. Twelve passengers were rescued from the Valmere ferry by fishing boats."),
				report("b", "Coast Radio", 4, "Rescue at sea", "Nineteen passengers were rescued from the Valmere ferry by fishing boats, the coastguard said."),
			},
			"How many passengers were rescued from the Valmere ferry?", []string{"Twelve passengers", "Nineteen passengers"}, "", "",
		},
		"two speakers of one report": {
			[]briefings.Report{report("a", "Orlen Post", 3, "Fire in Orlen", "A warehouse burned in Orlen overnight. Police said 4 workers were injured in the Orlen fire. The hospital said 9 workers were injured in the Orlen fire.")},
			"How many workers were injured in the Orlen fire?", []string{"Police said 4", "The hospital said 9"}, "", "",
		},
		"the same number twice": {
			[]briefings.Report{
				report("a", "Orlen Post", 3, "Fire in Orlen", "Police said 4 workers were injured in the Orlen fire."),
				report("b", "Coast Radio", 4, "Orlen after the fire", "Four workers were injured in the Orlen fire, the mayor said."),
			},
			"How many workers were injured in the Orlen fire?", nil, "workers were injured", "",
		},
		"a rounded number and the exact one": {
			[]briefings.Report{
				report("a", "Orlen Post", 3, "March in Orlen", "About 5,000 people marched in Orlen against the dam."),
				report("b", "Coast Radio", 4, "Orlen marches", "A count by drones found that 4,960 people marched in Orlen against the dam."),
			},
			"How many people marched in Orlen against the dam?", nil, "people marched in Orlen", "",
		},
		"numbers of two things": {
			[]briefings.Report{report("a", "Orlen Post", 3, "Storm over Orlen", "The storm killed 3 people in Orlen. It injured 40 people in the villages around it, officials said.")},
			"How many people did the storm kill in Orlen?", nil, "killed 3 people", "",
		},
		"another event of the same kind a year before": {
			[]briefings.Report{
				{ID: "a", Outlet: "Orlen Post", Title: "Flood in Orlen", Text: "The flood in Orlen destroyed 210 houses.", Published: july(3).AddDate(-1, 0, 0)},
				report("b", "Orlen Post", 5, "Flood in Orlen", "The flood in Orlen destroyed 35 houses."),
			},
			"How many houses did the flood in Orlen destroy?", nil, "houses", "",
		},
		"two dates": {
			[]briefings.Report{
				report("a", "Valmere Times", 3, "Bridge to open", "The Valmere bridge will open on 14 August 2025, the ministry said."),
				report("b", "Coast Radio", 5, "Bridge late", "The Valmere bridge will open on 2 September 2025, the builder said."),
			},
			"When will the Valmere bridge open?", []string{"14 August", "2 September"}, "", "",
		},
		"one day told in two ways": {
			[]briefings.Report{
				report("a", "Valmere Times", 3, "Bridge to open", "The Valmere bridge will open on 14 August 2025, the ministry said."),
				report("b", "Coast Radio", 5, "Bridge date", "The Valmere bridge will open in August 2025, the builder said."),
			},
			"When will the Valmere bridge open?", nil, "Valmere bridge will open", "",
		},
		"the outlet corrects itself": {
			[]briefings.Report{
				report("a", "Valmere Times", 3, "Budget passes", "The council of Valmere approved a budget of 40 million euros."),
				report("b", "Valmere Times", 6, "Budget of Valmere", "The council of Valmere approved a budget of 46 million euros.\n\nCorrection: An earlier version of this article gave a wrong sum."),
			},
			"How much is the budget that the council of Valmere approved?", nil, "46 million", "40 million",
		},
		"another outlet's correction corrects nothing here": {
			[]briefings.Report{
				report("a", "Valmere Times", 3, "Budget passes", "The council of Valmere approved a budget of 40 million euros."),
				report("b", "Coast Radio", 6, "Budget of Valmere", "The council of Valmere approved a budget of 46 million euros.\n\nCorrection: An earlier version of this article gave a wrong sum."),
			},
			"How much is the budget that the council of Valmere approved?", []string{"40 million", "46 million"}, "", "",
		},
		"a denial": {
			[]briefings.Report{
				report("a", "Orlen Post", 3, "Shells fall on Orlen", "The army shelled the power plant in Orlen on Sunday, the governor said."),
				report("b", "Coast Radio", 4, "Army speaks", "The army denied that it shelled the power plant in Orlen on Sunday."),
			},
			"Did the army shell the power plant in Orlen?", []string{"the governor said", "denied that it shelled"}, "", "",
		},
		"a denial of something else": {
			[]briefings.Report{
				report("a", "Orlen Post", 3, "Shells fall on Orlen", "The army shelled the power plant in Orlen on Sunday, the governor said."),
				report("b", "Coast Radio", 4, "Mayor speaks", "The mayor of Orlen denied that he would resign."),
			},
			"Did the army shell the power plant in Orlen?", nil, "shelled the power plant", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, l := newsroom(t, briefings.Config{Now: func() time.Time { return july(10) }}, c.reports...)
			a := ask(t, e, briefings.Question{Text: c.question})
			briefingstest.Grounded(t, l, a.Claims...)
			var shown []string
			for _, claim := range a.Claims {
				shown = append(shown, claim.Text)
				if claim.Citations[0].Published.IsZero() || claim.Citations[0].Outlet == "" {
					t.Errorf("%q is shown without its source or date", claim.Text)
				}
			}
			if (a.Verdict == briefings.Disputed) != (len(c.sides) > 0) {
				t.Errorf("the verdict is %s (%.2f), with %q", a.Verdict, a.Confidence, shown)
			}
			for _, side := range c.sides {
				if !slices.ContainsFunc(shown, func(s string) bool { return strings.Contains(s, side) }) {
					t.Errorf("%q is missing in %q", side, shown)
				}
			}
			if len(shown) == 0 || !strings.Contains(shown[0], c.says) {
				t.Errorf("got %q, want first %q", shown, c.says)
			}
			if c.never != "" && strings.Contains(strings.Join(append(shown, a.Short), "\n"), c.never) {
				t.Errorf("%q is shown, and was corrected: %q", c.never, shown)
			}
		})
	}
}

// TestASilentChangeIsTold holds that a number which an outlet has replaced without a word stands beside the new one, and that
// one which it has corrected doesn't.
func TestASilentChangeIsTold(t *testing.T) {
	t.Parallel()
	for notice, disputed := range map[string]bool{"": true, "\n\nCorrection: An earlier version of this article misstated the number of miners.": false} {
		e, l := newsroom(t, briefings.Config{Now: func() time.Time { return july(10) }},
			briefings.Report{ID: "mine", Outlet: "Orlen Post", Title: "Mine collapses", Text: "The mine of Orlen collapsed on Tuesday. 7 miners were trapped in the mine of Orlen.", Published: july(1)},
			briefings.Report{ID: "mine", Outlet: "Orlen Post", Title: "Mine collapses", Text: "The mine of Orlen collapsed on Tuesday. 11 miners were trapped in the mine of Orlen." + notice, Published: july(1)})
		a := ask(t, e, briefings.Question{Text: "How many miners were trapped in the mine of Orlen?"})
		briefingstest.Grounded(t, l, a.Claims...)
		if len(a.Claims) == 0 || !strings.Contains(a.Claims[0].Text, "11 miners") {
			t.Fatalf("notice %q: %s %+v", notice, a.Verdict, a.Claims)
		}
		if got := a.Verdict == briefings.Disputed; got != disputed {
			t.Errorf("notice %q: disputed is %v, want %v", notice, got, disputed)
		}
		if disputed && (len(a.Claims) != 2 || a.Claims[1].Citations[0].Revision != 1 || !strings.Contains(a.Claims[1].Text, "7 miners")) {
			t.Errorf("the earlier number is not shown from its revision: %+v", a.Claims)
		}
	}
}

// TestDisputesHoldForAnyNumbers asks about invented accidents, told by two or three outlets with any numbers: there is a dispute
// exactly where the numbers differ, and then each of them is shown with the outlet that gives it.
func TestDisputesHoldForAnyNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		place := rapid.SampledFrom([]string{"Valmere", "Orlen", "Tassin", "Korvik", "Bellano"}).Draw(rt, "place")
		frame := rapid.SampledFrom([]string{"%d people were injured in the train crash near %s.", "Rescuers said that %d people were injured in the train crash near %s.", "The train crash near %[2]s left %[1]d people injured, officials said."}).Draw(rt, "frame")
		n := rapid.IntRange(2, 3).Draw(rt, "outlets")
		numbers := map[int]bool{}
		var reports []briefings.Report
		for i := range n {
			number := rapid.IntRange(2, 999).Draw(rt, "number")
			numbers[number] = true
			reports = append(reports, briefings.Report{
				ID: fmt.Sprint(i), Outlet: fmt.Sprint("Outlet ", string(rune('A'+i))), Title: "Train crash near " + place,
				Text: fmt.Sprintf(frame, number, place) + fmt.Sprintf(" Trains stood still for hours, %s's mayor added.", place), Published: july(2 + i),
			})
		}
		e, l := newsroom(t, briefings.Config{Now: func() time.Time { return july(10) }}, reports...)
		a := ask(t, e, briefings.Question{Text: "How many people were injured in the train crash near " + place + "?"})
		briefingstest.Grounded(t, l, a.Claims...)
		if got := a.Verdict == briefings.Disputed; got != (len(numbers) > 1) || got && len(a.Claims) != len(numbers) {
			rt.Fatalf("numbers %v: %s with %+v", numbers, a.Verdict, a.Claims)
		}
	})
}
