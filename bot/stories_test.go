package bot_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// growing is a newsroom where a second outlet has taken up the sample's story, and one in Korea may have.
func growing(h *house) {
	later := sampleArticle("a2", "https://wire.example/gift", "Seoul protests against a car")
	later.Outlet, later.Published, later.Language = "Example Wire", start.Add(-time.Hour), "en"
	korean := sampleArticle("k1", "https://korea.example/car", "자동차 선물")
	korean.Outlet, korean.Language = "예시일보", "ko"
	h.news.articles = append(h.news.articles, later, korean)
	h.news.stories = []briefings.Story{{ID: "s1", Articles: []string{"a1", "a2"}, Origin: []string{"a1", "a1"}, Origins: 1}}
	h.news.counterparts = []briefings.Counterpart{{
		Article: briefings.Citation{Article: "k1", Revision: 1, URL: korean.URL, Title: korean.Title, Outlet: korean.Outlet}, Language: "ko", Of: "a1", Weak: true,
	}}
}

func TestAStoryOfADigestIsToldWithWhatCameSince(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	growing(h)
	deliver(t, h, "d7f3", oneStory(briefings.Assignment{}))
	got := words(h.typed(t, "story 1"))
	for _, want := range []string{"Example Wire", "Perhaps the same event, in other languages.", "예시일보 (한국어): 자동차 선물", "less certain"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing: %s", want, got)
		}
	}
}

func TestAStorysTimelineLeavesCopiesOutAndIsDrawnWherePicturesAre(t *testing.T) {
	t.Parallel()
	var drawn []present.Moment
	h := open(t, func(c *bot.Config, _ *house) {
		c.Timeline = func(_ context.Context, headline string, moments []present.Moment, _ present.Reader) (message.Image, bool) {
			drawn = moments
			return message.Image{Data: []byte("PNG"), Name: "timeline.png", Alt: headline}, len(moments) > 0
		}
	})
	growing(h)
	deliver(t, h, "d7f3", oneStory(briefings.Assignment{}))
	if got := words(h.typed(t, "story 1")); strings.Contains(got, "How it went") || drawn != nil {
		t.Errorf("a report and its copy are no timeline: %v in %s", drawn, got)
	}
	h.news.stories[0].Origin = []string{"a1", "a2"}
	reply := h.typed(t, "story 1")
	if got := words(reply); !strings.Contains(got, "How it went") || !strings.Contains(got, "Example Wire: Seoul protests against a car") {
		t.Errorf("the timeline is missing in words: %s", got)
	}
	pictures := slices.DeleteFunc(slices.Clone(reply.Message.Blocks), func(b message.Block) bool { _, ok := b.(message.Image); return !ok })
	if len(drawn) != 2 || len(pictures) != 1 || !pictures[0].(message.Image).Said {
		t.Errorf("drawn %v, pictures %v", drawn, pictures)
	}
}

func TestStoriesAreListedWithOutletsOriginsAndLanguages(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	growing(h)
	cards, err := h.StoryCards(t.Context(), 10)
	if err != nil || len(cards) != 1 {
		t.Fatal(cards, err)
	}
	c := cards[0]
	if c.ID != "s1" || c.Lead != "a1" || c.Title != "Seoul condemns a gift" || len(c.Outlets) != 2 || c.Origins != 1 || c.Reports != 2 || strings.Join(c.Languages, " ") != "en" {
		t.Errorf("%+v", c)
	}
	v, err := h.StoryView(t.Context(), "a2")
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Articles) != 2 || v.Articles[0].ID != "a2" || v.Articles[0].CopyOf != "Seoul condemns a gift" || v.Articles[1].CopyOf != "" {
		t.Errorf("%+v", v.Articles)
	}
	if len(v.Counterparts) != 1 || v.Counterparts[0].ID != "k1" || !v.Counterparts[0].Weak || v.Counterparts[0].Firm {
		t.Errorf("%+v", v.Counterparts)
	}
	if _, err := h.StoryView(t.Context(), "nobody"); !errors.Is(err, briefings.ErrNotFound) {
		t.Errorf("an unknown article: %v", err)
	}
	h.news.articles = nil
	if cards, err := h.StoryCards(t.Context(), 10); err != nil || len(cards) != 0 {
		t.Errorf("an empty library: %v, %v", cards, err)
	}
}
