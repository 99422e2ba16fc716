package present_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

func dated(d int, speaker, text string) briefings.Claim {
	c := briefings.Claim{Text: text, Citations: []briefings.Citation{{
		Article: "a", Outlet: "State Radio", Label: "state media", Published: time.Date(2024, time.February, d, 23, 0, 0, 0, time.UTC), Quote: text,
	}}}
	if speaker != "" {
		c.Speaker, c.Stance = briefings.Speaker{Name: speaker, Kind: briefings.SpeakerInstitution}, briefings.Denies
	}
	return c
}

func TestMomentsAreTheDatedClaimsInOrder(t *testing.T) {
	t.Parallel()
	old, changed := dated(18, "", "Four ships wait."), dated(20, "", "Nine ships wait.")
	item := briefings.Item{
		Claims:  []briefings.Claim{changed, dated(21, "the ministry", "Nobody was detained."), {Text: "Undated.", Citations: []briefings.Citation{{Article: "b"}}}},
		Changes: []briefings.Change{{Old: old, New: changed}},
	}
	var got []string
	for _, m := range present.Moments(item, present.Issue{Zone: "Asia/Seoul"}) {
		got = append(got, m.When+" | "+m.Who+" | "+m.What)
	}
	want := []string{ // 23:00 UTC is the next day in Seoul
		"19 Feb 2024 | State Radio (state media) reported | Four ships wait.",
		"21 Feb 2024 | State Radio (state media) reported | Nine ships wait.",
		"22 Feb 2024 | The ministry denied · State Radio (state media) | Nobody was detained.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("moments (-want +got):\n%s", diff)
	}
	item.Changes = nil
	if got := present.Moments(item, present.Issue{}); got != nil {
		t.Errorf("two moments are a timeline: %v", got)
	}
	item.Claims = []briefings.Claim{dated(20, "", "One."), dated(20, "", "Two."), dated(20, "", "Three.")}
	if got := present.Moments(item, present.Issue{}); got != nil {
		t.Errorf("one day is a timeline: %v", got)
	}
}

// reportOf is a report's headline as a claim of its outlet's.
func reportOf(article, headline string, at time.Time) briefings.Claim {
	return briefings.Claim{Text: headline, Citations: []briefings.Citation{{Article: article, Outlet: "Harbour Post", Published: at, Quote: headline}}}
}

func TestAStorysMomentsKeepItsBeginningAndWhatChanged(t *testing.T) {
	t.Parallel()
	at := func(d, hour int) time.Time { return time.Date(2024, time.February, d, hour, 0, 0, 0, time.UTC) }
	told := func(telling present.Telling) []string {
		var got []string
		for _, m := range present.StoryMoments(telling, present.Reader{}) {
			got = append(got, m.When+" | "+m.Who+" | "+m.What)
		}
		return got
	}
	old, changed := reportOf("a", "Four ships wait.", at(3, 9)), reportOf("b", "Nine ships wait.", at(4, 9))
	long := present.Telling{Item: &briefings.Item{Changes: []briefings.Change{{Old: old, New: changed}}}}
	for d := range 9 {
		long.Headlines = append(long.Headlines, reportOf("r"+string(rune('1'+d)), "Day "+string(rune('1'+d)), at(d+1, 12)))
	}
	long.Headlines = append(long.Headlines, reportOf("b", "Ships wait", at(4, 9)), reportOf("c", "Undated", time.Time{}))
	if diff := cmp.Diff([]string{
		"1 Feb 2024 | Harbour Post | Day 1", "3 Feb 2024 | Harbour Post | Four ships wait.", "4 Feb 2024 | Updated: Harbour Post | Nine ships wait.",
		"7 Feb 2024 | Harbour Post | Day 7", "8 Feb 2024 | Harbour Post | Day 8", "9 Feb 2024 | Harbour Post | Day 9",
	}, told(long)); diff != "" {
		t.Errorf("a long story (-want +got):\n%s", diff)
	}
	day := present.Telling{Headlines: []briefings.Claim{reportOf("b", "Nine ships wait", at(4, 17)), reportOf("a", "Four ships wait", at(4, 9))}}
	if diff := cmp.Diff([]string{"09:00 | Harbour Post | Four ships wait", "17:00 | Harbour Post | Nine ships wait"}, told(day)); diff != "" {
		t.Errorf("a story of one day (-want +got):\n%s", diff)
	}
	day.Headlines[0].Citations[0].DateOnly = true
	if got := told(day); got != nil {
		t.Errorf("which came first isn't known: %v", got)
	}
	if got := told(present.Telling{Headlines: day.Headlines[:1]}); got != nil {
		t.Errorf("one moment is a timeline: %v", got)
	}
}

func TestPicturesHaveWordsInEveryLanguage(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, locale := range []string{"", "fr", "ko"} {
		i := present.Issue{Locale: locale}
		got := present.MapWords([]present.Place{{Name: "Seoul", Items: []int{1, 3}}, {Name: "Gulf of {aden}", Items: []int{2}}}, i)
		if !strings.Contains(got, "1, 3 Seoul; 2 Gulf of {aden}") {
			t.Errorf("%q: %s", locale, got)
		}
		line := present.TimelineWords("A *head*", []present.Moment{{When: "18 Feb", Who: "A said", What: "B."}, {When: "19 Feb", Who: "C denied", What: "D."}}, i)
		for _, want := range []string{"A *head*", "18 Feb", "A said", "B.", "C denied", "D."} {
			if !strings.Contains(line, want) {
				t.Errorf("%q lacks %q: %s", locale, want, line)
			}
		}
		if seen[got] || seen[line] {
			t.Errorf("%q says it in another language", locale)
		}
		seen[got], seen[line] = true, true
	}
}

func TestPicturesStandBeforeTheSources(t *testing.T) {
	t.Parallel()
	image := message.Image{Data: []byte("x"), Alt: "A map"}
	m := &message.Message{Gist: "g", Blocks: []message.Block{message.P(message.T("a")), message.Sources{}, message.Small(message.T("as of"))}}
	before := len(m.Blocks)
	got := present.Illustrated(m, image)
	if diff := cmp.Diff([]message.Block{message.P(message.T("a")), image, message.Sources{}, message.Small(message.T("as of"))}, got.Blocks); diff != "" {
		t.Errorf("blocks (-want +got):\n%s", diff)
	}
	if len(m.Blocks) != before || present.Illustrated(m) != m {
		t.Error("the message itself was changed")
	}
	if got := present.Illustrated(&message.Message{Gist: "g"}, image); len(got.Blocks) != 1 {
		t.Errorf("got %v", got.Blocks)
	}
}

// TestWhatIsPrintedAsksForNoReply looks for the hint and the buttons of a chat in a digest for a feed or a mail.
func TestWhatIsPrintedAsksForNoReply(t *testing.T) {
	t.Parallel()
	item := briefings.Item{Tag: briefings.TagNew, Headline: "Ships wait", Lead: dated(20, "", "Ships wait.").Citations[0], Claims: []briefings.Claim{dated(20, "", "Ships wait.")}}
	e := briefings.Edition{Items: []briefings.Item{item}, AsOf: time.Date(2024, time.February, 21, 0, 0, 0, 0, time.UTC)}
	i := present.Issue{Subscription: "d7f3", Slot: e.AsOf}
	const hint = "Reply with a question"
	if got := message.Text(present.Edition(e, i), message.TextOptions{Width: -1}); !strings.Contains(got, hint) {
		t.Errorf("a chat's digest has no hint:\n%s", got)
	}
	i.Print = true
	m := present.Edition(e, i)
	if got := message.Text(m, message.TextOptions{Width: -1}); strings.Contains(got, hint) {
		t.Errorf("a printed digest asks for a reply:\n%s", got)
	}
	for _, b := range m.Blocks {
		if _, ok := b.(message.Buttons); ok {
			t.Error("a printed digest has buttons")
		}
	}
}
