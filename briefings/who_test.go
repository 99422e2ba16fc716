package briefings_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/briefings"
	"attache/briefings/briefingstest"
)

// spoken lists claims as "speaker stance: first words".
func spoken(claims []briefings.Claim) []string {
	var out []string
	for _, c := range claims {
		words := strings.Fields(c.Text)
		out = append(out, c.Speaker.Name+" "+string(c.Stance)+": "+strings.Join(words[:min(4, len(words))], " "))
	}
	return out
}

func TestProfileOfAGovernment(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	n.read(t, briefings.Archive()...)
	n.now = time.Date(2024, 2, 21, 0, 0, 0, 0, time.UTC)
	want := []string{
		"South Korea condemns: South Korea condemned the",
		"South Korea’s Unification Ministry speculates: South Korea’s Unification Ministry",
		"a ministry official condemns: “We condemn North Korea",
		"this official says: “Russia must also be",
		"the United States and South Korea claims: Since the September summit",
	}
	for _, actor := range []string{"Seoul", "south korea", "ROK", "@South Korea"} {
		p, err := n.Who(t.Context(), actor, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, spoken(p.Said)); diff != "" {
			t.Errorf("%s said otherwise (-want +got):\n%s", actor, diff)
		}
		if !slices.Contains(p.Names, "South Korea") || !slices.Contains(p.Names, "Seoul") {
			t.Errorf("%s is named %q, want South Korea and Seoul among them", actor, p.Names)
		}
		briefingstest.Grounded(t, n.library, slices.Concat(p.Said, p.Denied, p.About)...)
	}
}

func TestProfileOfAPerson(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	n.read(t, briefings.Archive()...)
	n.now = time.Date(2024, 2, 21, 0, 0, 0, 0, time.UTC)
	p, err := n.Who(t.Context(), "Kim Yo-jong", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Said) != 1 || p.Said[0].Speaker.Via != "the North Korean agency" || !strings.Contains(p.Said[0].Text, "special personal relationship") {
		t.Errorf("Kim Yo-jong said %q; want what the agency passed on", spoken(p.Said))
	}
	p, err = n.Who(t.Context(), "Vladimir Putin", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Said) != 0 || len(p.About) == 0 {
		t.Errorf("Putin said %q and others say %q about him; in the report he says nothing", spoken(p.Said), spoken(p.About))
	}
}

func TestProfileTellsDenialsApart(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	n.read(t, sampleDay(0)...)
	p, err := n.Who(t.Context(), "Norway", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if got := spoken(p.Denied); len(got) != 1 || !strings.HasPrefix(got[0], "Norway denies") {
		t.Errorf("Norway denied %q, want one denial", got)
	}
	if !slices.ContainsFunc(p.About, func(c briefings.Claim) bool { return c.Speaker.Name == "Iceland" }) {
		t.Errorf("about Norway there is %q, want Iceland's accusation", spoken(p.About))
	}
	for i := 1; i < len(p.About); i++ {
		if p.About[i].Citations[0].Published.After(p.About[i-1].Citations[0].Published) {
			t.Error("what is said about Norway isn't newest first")
		}
	}
	// The wire's words are told once, although another outlet has copied them.
	p, err = n.Who(t.Context(), "Aino Korpela", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range p.Said {
		if seen[c.Text] {
			t.Errorf("%q is told twice", c.Text)
		}
		seen[c.Text] = true
	}
	if len(seen) == 0 {
		t.Error("Aino Korpela said nothing")
	}
}

func TestProfileKnowsNothingOfTheFutureAndOfStrangers(t *testing.T) {
	t.Parallel()
	n := newNewsdesk(t)
	n.read(t, sampleDay(0)...)
	before := day(0).From.Add(time.Hour)
	for actor, asOf := range map[string]time.Time{"Norway": before, "Ottoline Quagmire": n.now, "": n.now, "“”": n.now} {
		p, err := n.Who(t.Context(), actor, asOf)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Said)+len(p.Denied)+len(p.About)+len(p.Names) != 0 || !p.AsOf.Equal(asOf) {
			t.Errorf("%q as of %v: %+v, want an empty profile", actor, asOf, p)
		}
	}
}
