package briefings_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"attache/briefings"
	"attache/briefings/briefingstest"
)

// A story in full says who said what, each speaker's say once, and comes with one sentence from an earlier report about the
// same matter; a report about something else is no background.
func TestStoryComesWithSayingsAndBackground(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	n.now = day(0).From.AddDate(0, 0, -30)
	old := func(id, title, text string, days int) briefings.Report {
		return briefings.Report{ID: id, Title: title, Text: text, Outlet: "Coast Gazette", Language: "en", Published: day(0).From.AddDate(0, 0, -days)}
	}
	n.read(t,
		old("old-dam", "Inspectors find cracks in dam at Narvik, Norway", "Inspectors found cracks in the dam above Narvik in Norway, and the operator promised repairs by autumn.\n\nThe dam was built in 1931.", 21),
		old("old-fish", "Norway raises fish quotas at Narvik", "Norway raised its quotas for herring off Narvik by a tenth on Monday.", 12),
		old("old-else", "Inspectors find cracks in a bridge at Lyon, France", "Inspectors found cracks in a bridge at Lyon in France.", 9))
	n.read(t, briefings.Report{
		ID: "dam", Title: "Dam with cracks bursts at Narvik, Norway", Outlet: "Northern Wire", Language: "en", Published: day(0).From.Add(time.Hour),
		Text: "A dam burst above Narvik in Norway on Monday, and 12 people were killed, police said.\n\nMayor Ilse Brandt said that the town had warned the operator of the cracks twice.\n\nThe operator denied that it had been warned of the cracks.\n\n“We will rebuild the school,” Ilse Brandt said.",
	})
	e := n.compose(t, briefings.Assignment{Window: day(0)})
	if len(e.Items) != 1 {
		t.Fatalf("%d items, want one", len(e.Items))
	}
	item := e.Items[0]
	if len(item.Background) != 1 || item.Background[0].Citations[0].Article != "old-dam" || !strings.HasPrefix(item.Background[0].Text, "Inspectors found cracks in the dam above Narvik") {
		t.Errorf("background %+v, want what the inspectors found", item.Background)
	}
	var said []string
	for _, c := range item.Said {
		said = append(said, fmt.Sprintf("%s %s", c.Speaker.Name, c.Stance))
	}
	slices.Sort(said)
	if len(slices.Compact(said)) != len(item.Said) || !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, "operator denies") }) || !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, "Brandt says") }) {
		t.Errorf("said %q, want the mayor and the operator once each", said)
	}
	briefingstest.Grounded(t, n.library, slices.Concat(item.Said, item.Background)...)
}
