package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// buttons are the buttons of a reply, by action.
func buttons(r bot.Reply) map[string]message.Button {
	out := map[string]message.Button{}
	if r.Message == nil {
		return out
	}
	for _, b := range r.Message.Blocks {
		if row, ok := b.(message.Buttons); ok {
			for _, button := range row.Items {
				out[button.Action] = button
			}
		}
	}
	return out
}

func withFeeds(_ *bot.Config, h *house) {
	h.sources.feeds["https://daily.example/rss"] = "The Daily Example"
	h.sources.lists = map[string][]briefings.Source{"https://daily.example/all.opml": {
		{URL: "https://daily.example/rss", Title: "The Daily Example"}, {URL: "https://b.example/rss", Title: "B"}, {URL: "https://c.example/rss"},
	}}
}

func TestASourceIsShownBeforeItIsFollowed(t *testing.T) {
	t.Parallel()
	h := open(t, withFeeds)
	preview := h.typed(t, "source add https://daily.example/rss")
	for _, want := range []string{"The Daily Example", "lists 4 reports", "Third", "21 Feb 2024", "First", "digests begin with what comes next", "source add https://daily.example/rss now"} {
		if got := words(preview); !strings.Contains(got, want) {
			t.Errorf("the preview lacks %q: %s", want, got)
		}
	}
	if strings.Contains(words(preview), "Hidden") || len(h.sources.list) != 0 || !preview.Private {
		t.Errorf("after a preview %d sources are followed, private %v", len(h.sources.list), preview.Private)
	}
	row := buttons(preview)
	click := func(action, value string, at message.Address, who bot.User) string {
		t.Helper()
		return words(h.handle(t, bot.Request{Kind: bot.Click, Action: action, Value: value, Address: at, User: who}))
	}
	value := row[present.ActionFollow].Value
	if value == "" || len(value) > 40 {
		t.Fatalf("the button's value is %q", value)
	}
	reader := bot.User{ID: "reader", Manages: bot.PermissionNo}
	if got := click(present.ActionFollow, value, channel, reader); !strings.Contains(got, "Only those who manage this channel") {
		t.Errorf("pressed by a reader: %s", got)
	}
	elsewhere := channel
	elsewhere.Channel = "c9"
	if got := click(present.ActionFollow, value, elsewhere, manager()); strings.Contains(got, "Now following") {
		t.Errorf("pressed in another channel: %s", got)
	}
	if got := click(present.ActionFollow, "guessed", channel, manager()); strings.Contains(got, "Now following") || len(h.sources.list) != 0 {
		t.Errorf("with a guessed value: %s", got)
	}
	got := click(present.ActionFollowLast, value, channel, manager())
	if !strings.Contains(got, "Now following The Daily Example") || !strings.Contains(got, "Its 3 newest reports are news") || !strings.Contains(got, "Nobody has reviewed it yet") {
		t.Errorf("pressed by a manager: %s", got)
	}
	if len(h.sources.list) != 1 || h.sources.list[0].Owner != channel.String() || h.sources.list[0].First != 3 || !h.sources.list[0].Reviewed.IsZero() {
		t.Fatalf("kept %+v", h.sources.list)
	}
	if got := click(present.ActionFollow, value, channel, manager()); !strings.Contains(got, "followed already") || len(h.sources.list) != 1 {
		t.Errorf("pressed twice: %s", got)
	}
}

func TestHowASourceIsFollowedIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for how, want := range map[string]int{"now": 0, "Confirm": 0, "last 3": 3, "post the last 3": 3, "and post the last 5 reports.": 5, "last": 3, "last 999": 10} {
		h := open(t, withFeeds)
		got := words(h.typed(t, "source add https://daily.example/rss "+how))
		if len(h.sources.list) != 1 || h.sources.list[0].First != want || !strings.Contains(got, "Now following") {
			t.Errorf("%q: kept %+v, said %s", how, h.sources.list, got)
		}
	}
	h := open(t, withFeeds)
	if got := words(h.typed(t, "source add https://daily.example/rss please do")); !strings.Contains(got, "didn’t understand") || len(h.sources.list) != 0 {
		t.Errorf("something else: %s", got)
	}
}

func TestAListOfSourcesIsFollowedAsAWhole(t *testing.T) {
	t.Parallel()
	h := open(t, func(c *bot.Config, h *house) {
		withFeeds(c, h)
		c.Limits.Sources = 2
		h.sources.list = []briefings.Source{{ID: "s1", URL: "https://daily.example/rss", Owner: channel.String()}}
	})
	preview := h.typed(t, "source add https://daily.example/all.opml")
	if got := words(preview); !strings.Contains(got, "A list is a list of 2 sources") || !strings.Contains(got, "room for 1 of them") || strings.Contains(got, "The Daily Example") {
		t.Errorf("the preview of a list of which one is followed: %s", got)
	}
	got := words(h.handle(t, bot.Request{Kind: bot.Click, Action: present.ActionFollow, Value: buttons(preview)[present.ActionFollow].Value, Address: channel, User: manager()}))
	if !strings.Contains(got, "Now following 1 source") || len(h.sources.list) != 2 {
		t.Fatalf("%s; kept %+v", got, h.sources.list)
	}
	if s := h.sources.list[1]; s.URL != "https://b.example/rss" || s.Owner != channel.String() || s.ID == "" || !s.Added.Equal(start) {
		t.Errorf("kept %+v", s)
	}
	if got := words(h.typed(t, "source add https://daily.example/all.opml now")); !strings.Contains(got, "follows 2 sources") {
		t.Errorf("when the channel is full: %s", got)
	}
}

func TestSourcesArePausedReviewedAndShownWithTheirHealth(t *testing.T) {
	t.Parallel()
	other := channel
	other.Channel = "c2"
	h := open(t, func(_ *bot.Config, h *house) {
		h.sources.list = []briefings.Source{
			{ID: "mine", URL: "https://a.example/rss", Title: "Mine", Owner: channel.String(), Checked: start.Add(-time.Hour), Newest: start.Add(-3 * time.Hour), Reviewed: start},
			{ID: "sick", URL: "https://b.example/rss", Title: "Sick", Owner: channel.String(), Checked: start, Failing: "b.example has a fault of its own (500)", Since: start.Add(-5 * time.Hour)},
			{ID: "near", URL: "https://c.example/rss", Title: "Near", Owner: other.String(), Reviewed: start},
			{ID: "house", URL: "https://d.example/rss", Title: "House", Reviewed: start},
			{ID: "alien", URL: "https://e.example/rss", Title: "Alien", Owner: "bench/w2/c1"},
		}
	})
	say := func(text string) string {
		t.Helper()
		return words(h.typed(t, text))
	}
	list := say("source list")
	for _, want := range []string{"For all channels here", "Mine (https://a.example/rss) (“mine”): last read 21 Feb 2024, 08:00 UTC, newest report 21 Feb 2024, 06:00 UTC\n",
		"failing since 21 Feb 2024, 04:00 UTC: b.example has a fault of its own (500), not reviewed", "Near", "For everyone whom Attaché serves", "House"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %q:\n%s", want, list)
		}
	}
	if strings.Contains(list, "Alien") {
		t.Errorf("the list shows another workspace's source:\n%s", list)
	}
	if got := say("source pause sick"); !strings.Contains(got, "Sick is paused") || !h.sources.list[1].Paused {
		t.Errorf("pause: %s", got)
	}
	h.wait(time.Hour)
	if got := say("source resume https://b.example/rss/"); !strings.Contains(got, "followed again") {
		t.Errorf("resume: %s", got)
	}
	if s := h.sources.list[1]; s.Paused || !s.NextAt.Equal(start.Add(time.Hour)) || s.Failing != "" || !s.Since.IsZero() {
		t.Errorf("resumed as %+v", s)
	}
	for text, want := range map[string]string{
		"source pause house": "belongs to everyone", "source pause alien": "No source has the id alien", "source review alien": "No source has the id alien", "source review house": "belongs to everyone",
		"source resume nothing": "No source has the id nothing",
	} {
		if got := say(text); !strings.Contains(got, want) {
			t.Errorf("%s: want %q in %s", text, want, got)
		}
	}
	if got := say("source review all"); !strings.Contains(got, "Mine and Sick") && !strings.Contains(got, "Mine, Sick") {
		t.Errorf("review all: %s", got)
	}
	if !h.sources.list[1].Reviewed.Equal(start.Add(time.Hour)) || !h.sources.list[0].Reviewed.Equal(start) || !h.sources.list[4].Reviewed.IsZero() {
		t.Errorf("reviewed as %+v", h.sources.list)
	}
	if got := say("source unreview sick"); !strings.Contains(got, "is no longer reviewed") || !h.sources.list[1].Reviewed.IsZero() {
		t.Errorf("unreview: %s, %v", got, h.sources.list[1].Reviewed)
	}
	reply := h.handle(t, bot.Request{Kind: bot.Ask, Text: "source review sick", Address: channel, User: bot.User{ID: "reader", Manages: bot.PermissionNo}})
	if !strings.Contains(words(reply), "Only those who manage this channel") {
		t.Errorf("a reader may not vouch: %s", words(reply))
	}
}

func TestAChannelHearsOfItsFailingSourcesOnceADay(t *testing.T) {
	t.Parallel()
	other := channel
	other.Channel = "c2"
	broken := func(id, owner string, since time.Duration) briefings.Source {
		return briefings.Source{ID: id, Title: "Title of " + id, URL: "https://" + id + ".example/rss", Owner: owner, Failing: "it answered 500", Since: start.Add(-since)}
	}
	h := open(t, func(_ *bot.Config, h *house) {
		paused := broken("paused", channel.String(), 48*time.Hour)
		paused.Paused = true
		h.sources.list = []briefings.Source{
			broken("one", channel.String(), 3*time.Hour), broken("two", channel.String(), 30*time.Hour), broken("young", channel.String(), 10*time.Minute),
			paused, broken("everyones", "", 48*time.Hour), broken("other", other.String(), 2*time.Hour), {ID: "fine", Owner: channel.String()},
		}
	})
	told := map[string][]string{}
	var refuse error
	tell := func() {
		t.Helper()
		if err := h.TellFailing(t.Context(), func(_ context.Context, to message.Address, m *message.Message) error {
			told[to.String()] = append(told[to.String()], message.PlainText(m))
			return refuse
		}); err != nil {
			t.Fatal(err)
		}
	}
	for range 23 { // every hour of a day
		tell()
		h.wait(time.Hour)
	}
	if len(told) != 2 || len(told[channel.String()]) != 1 || len(told[other.String()]) != 1 {
		t.Fatalf("told in a day: %v", told)
	}
	got := told[channel.String()][0]
	for _, want := range []string{"2 sources of this channel can’t be read", "Title of one", "it answered 500", "21 Feb 2024, 06:00 UTC", "Title of two", "at most once a day"} {
		if !strings.Contains(got, want) {
			t.Errorf("the notice lacks %q:\n%s", want, got)
		}
	}
	for _, unwanted := range []string{"young", "paused", "everyones", "fine"} {
		if strings.Contains(got, "Title of "+unwanted) {
			t.Errorf("the notice names %s:\n%s", unwanted, got)
		}
	}
	h.wait(3 * time.Hour)
	refuse = errors.New("the platform is away")
	tell()
	refuse = nil
	tell()
	if n := len(told[channel.String()]); n != 2 || !strings.Contains(told[channel.String()][1], "3 sources") {
		t.Errorf("the next day it was told %d times in all, want once more with all three: %v", n, told[channel.String()])
	}
}

func TestALinkInAQuestionIsReadFirstAndAFailureIsSaid(t *testing.T) {
	t.Parallel()
	h := open(t, func(_ *bot.Config, h *house) {
		h.news.pages = map[string]briefings.Article{"https://daily.example/gift": sampleArticle("a1", "https://daily.example/gift", "Seoul condemns a gift")}
	})
	h.typed(t, "Who condemned the gift? https://daily.example/gift")
	if q := h.news.asked(t); fmt.Sprint(q.Articles) != "[a1]" || q.Text != "Who condemned the gift?" || q.For != channel.String() {
		t.Errorf("asked %+v", q)
	}
	got := words(h.typed(t, "Who condemned the gift? https://daily.example/none"))
	if !strings.Contains(got, "https://daily.example/none") || !strings.Contains(got, "404") || !strings.Contains(got, "Seoul") {
		t.Errorf("a link that fails beside a question that can be answered: %s", got)
	}
	if q := h.news.asked(t); len(q.Articles) != 0 {
		t.Errorf("the question was restricted to %v", q.Articles)
	}
	reply := h.typed(t, "https://daily.example/none")
	if !strings.Contains(words(reply), "404") || reply.Message.Tone != message.ToneProblem {
		t.Errorf("a link alone that fails: %s", words(reply))
	}
}
