package bot_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attache/bot"
	"attache/bot/digest"
	"attache/briefings"
)

func TestAnOrderForADigestIsReadInAnyOrder(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]map[string]string{
		"digest add sanctions, Iran, @Kim Yo-jong, from Yonhap, in en, without football weekdays 07:30 Asia/Seoul": {
			"when": "weekdays 07:30 Asia/Seoul", "about": "sanctions, Iran, @Kim Yo-jong, from Yonhap, in en, without football"},
		"digest add about the Gulf every day at 7:30": {"when": "every day at 7:30", "about": "the Gulf"},
		"digest add Group of Seven daily 8:00":        {"when": "daily 8:00", "about": "Group of Seven"},
		"digest add daily at 8:00 and 8:05":           {"when": "daily at 8:00 and 8:05"},
		"digest add daily 08:00 Asia/Soul":            {"when": "daily 08:00 Asia/Soul"},
		"digest add everything mondays 9am":           {"when": "mondays 9am", "about": "everything"},
		"digest edit d7f3 cyber + North Korea daily 9:00": {
			"digest": "d7f3", "when": "daily 9:00", "about": "cyber + North Korea"},
		"digest edit d7f3 Asia/Tokyo": {"digest": "d7f3", "when": "Asia/Tokyo"},
	} {
		in, err := bot.Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, in.Args); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestABeatIsBuiltInChat(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]briefings.Beat{
		"digest add now sanctions, Iran, @Kim Yo-jong, from Yonhap, Reuters, in English, fr, without football, tennis weekdays 07:30": {
			Topics: []string{"sanctions", "Iran", "@Kim Yo-jong"}, Outlets: []string{"Yonhap", "Reuters"}, Languages: []string{"en", "fr"}, Without: []string{"football", "tennis"}},
		"digest add now daily 08:00 about elections in France, refugees from Sudan":         {Topics: []string{"elections in France", "refugees from Sudan"}},
		"digest add now daily 08:00 about “sanctions”, only from KCNA":                      {Topics: []string{"“sanctions”"}, Outlets: []string{"KCNA"}},
		"digest add now daily 08:00 about everything, without sport, from ill-wind.example": {Without: []string{"sport"}, Outlets: []string{"ill-wind.example"}},
	} {
		h := open(t, nil)
		s := added(t, h, text)
		if diff := cmp.Diff(want, s.Beat); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// A confirmation says how the topics are understood, and what the last day would have brought.
func TestADigestIsTriedOutBeforeItComes(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	reply := words(h.typed(t, "digest add sanctions, Iran, @Kim Yo-jong, cyber + North Korea, from Yonhap, in en, without football daily 08:00"))
	for _, part := range []string{
		"about sanctions, Iran, Kim Yo-jong", "only from Yonhap", "only in English", "without football",
		"How I read it: sanctions (embargo, asset freeze, assets frozen and more); Iran (the country); Kim Yo-jong (the name); cyber + North Korea (both at once).",
		"The last 24 hours would have brought",
	} {
		if !strings.Contains(reply, part) {
			t.Errorf("want %q in %s", part, reply)
		}
	}
	before, err := h.store.Subscriptions(t.Context(), digest.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	preview := words(h.typed(t, "digest preview energy, the Gulf"))
	if !strings.Contains(preview, "digest add energy, the Gulf daily 08:00") {
		t.Errorf("the preview doesn't say how to get it: %s", preview)
	}
	after, err := h.store.Subscriptions(t.Context(), digest.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(before) != len(after) {
		t.Errorf("a preview set up a digest: %d before, %d after", len(before), len(after))
	}
}

func TestBeatsAreCompleted(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	for typed, want := range map[string]string{
		"sanc":                  "sanctions",
		"sanctions, Korean P":   "sanctions, Korean Peninsula",
		"Ir":                    "Iran",
		"sanctions, in Engl":    "sanctions, in English",
		"sanctions, without el": "sanctions, without elections",
	} {
		found := false
		for _, c := range h.Complete(t.Context(), "digest add", "about", typed, channel) {
			found = found || c.Value == want
		}
		if !found {
			t.Errorf("%q is not completed to %q", typed, want)
		}
	}
}
