package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/bot"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/briefings"
)

// deliver puts a digest into the channel that was sent an hour ago as message m1.
func deliver(t *testing.T, h *house, id string, e briefings.Edition) {
	t.Helper()
	ctx := t.Context()
	schedule, err := digest.ParseSchedule("daily 08:00", "UTC")
	if err != nil {
		t.Fatal(err)
	}
	slot := start.Add(-time.Hour)
	s := digest.Subscription{ID: id, Address: channel, Schedule: schedule, Created: slot.Add(-time.Hour), NextAt: slot, Misfire: digest.MisfireLatest}
	if err := h.store.AddSubscription(ctx, s); err != nil {
		t.Fatal(err)
	}
	if s, err = h.store.Subscription(ctx, id); err != nil {
		t.Fatal(err)
	}
	due := digest.Delivery{Subscription: id, Slot: slot, Address: channel, State: digest.Due, Opened: slot, WindowFrom: slot.AddDate(0, 0, -1)}
	if _, err := h.store.Open(ctx, s, []digest.Delivery{due}, schedule.Next(slot)); err != nil {
		t.Fatal(err)
	}
	claimed, err := h.store.Claim(ctx, channel.Platform, slot, time.Minute, 10)
	if err != nil || len(claimed) != 1 {
		t.Fatalf("claimed %d, %v", len(claimed), err)
	}
	d := claimed[0]
	if err := h.store.KeepComposed(ctx, d, e, []digest.Part{{State: digest.PartPlanned, Message: []byte(`{"gist":"x"}`), Key: "k"}}); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Begin(ctx, d, 0, slot); err != nil {
		t.Fatal(err)
	}
	if err := h.store.EndPart(ctx, d, 0, digest.PartSent, message.Ref{Address: channel, ID: "m1"}, ""); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Settle(ctx, d, digest.Sent, "", slot); err != nil {
		t.Fatal(err)
	}
}

func previewed(context.Context, digest.Subscription) (*message.Message, error) {
	return &message.Message{Gist: "A digest.", Blocks: []message.Block{message.P(message.T("A digest."))}}, nil
}

func TestAFollowUpLeansOnItsThread(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	thread := bot.Request{Kind: bot.Ask, Address: channel, Conversation: "bench/w1/c1/t1", User: bot.User{ID: "u"}}
	if h.TakesPart(t.Context(), thread.Conversation) {
		t.Error("the bot takes part in a thread that it was never asked in")
	}
	thread.Text = "Who condemned the gift?"
	h.handle(t, thread)
	if got := h.news.asked(t); len(got.Thread) != 0 {
		t.Errorf("the first question has a thread: %+v", got.Thread)
	}
	thread.Text = "and Tokyo?"
	h.handle(t, thread)
	if got := h.news.asked(t).Thread; len(got) != 1 || got[0].Question != "Who condemned the gift?" || got[0].Answer != "Seoul" {
		t.Errorf("the follow-up's thread is %+v", got)
	}
	if !h.TakesPart(t.Context(), thread.Conversation) {
		t.Error("the bot doesn't take part in a thread that it has answered in")
	}
	thread.Conversation = "bench/w1/c1/t2"
	h.handle(t, thread)
	if got := h.news.asked(t).Thread; len(got) != 0 {
		t.Errorf("another thread knows of the first: %+v", got)
	}
}

func TestAnAnswerIsExplainedToWhoAsksForIt(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	for _, explain := range []bool{true, false} {
		h.handle(t, bot.Request{Kind: bot.Ask, Text: "Who condemned the gift?", Address: channel, Explain: explain})
		if got := h.news.asked(t).Explain; got != explain {
			t.Errorf("asked to explain: %v, the newsroom heard %v", explain, got)
		}
	}
}

func TestAReplyLeansOnWhatItQuotes(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	h.handle(t, bot.Request{Kind: bot.Ask, Text: "why?", Address: channel, Quoted: "Kim Jong Un was given a car by Vladimir Putin, KCNA said."})
	got := h.news.asked(t).Thread
	if len(got) != 1 || !strings.Contains(got[0].Answer, "Vladimir Putin") {
		t.Fatalf("thread %+v", got)
	}
	if diff := cmp.Diff([]string{"KCNA", "Vladimir Putin", "Kim Jong Un"}, got[0].Topic); diff != "" {
		t.Errorf("topic (-want +got):\n%s", diff)
	}
}

func TestAThreadUnderADigestSpeaksOfItsStories(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	e := oneStory(briefings.Assignment{})
	other := e.Items[0]
	other.Headline, other.Articles = "Tourists arrive in Pyongyang", []string{"a2"}
	e.Items = append(e.Items, other)
	deliver(t, h, "d7f3", e)
	thread := message.Address{Platform: "bench", Workspace: "w1", Channel: "c1", Thread: "m1"}
	if !h.TakesPart(t.Context(), thread.String()) {
		t.Error("a thread under a digest is not known")
	}
	// Where a thread is a channel of its own, it has the id of the message that it hangs under.
	own := message.Address{Platform: "bench", Workspace: "w1", Channel: "m1"}
	if !h.TakesPart(t.Context(), own.String()) {
		t.Error("a thread channel under a digest is not known")
	}
	if h.TakesPart(t.Context(), channel.String()) {
		t.Error("the channel of a digest counts as its thread")
	}
	h.handle(t, bot.Request{Kind: bot.Ask, Text: "how many tourists were there?", Address: thread, Conversation: thread.String()})
	if got := h.news.asked(t).Thread; len(got) != 1 || got[0].Question != "Tourists arrive in Pyongyang" || got[0].Articles[0] != "a2" {
		t.Errorf("thread %+v", got)
	}
	reply := h.handle(t, bot.Request{Kind: bot.Ask, Text: "1", Address: own, Conversation: own.String()})
	if got := words(reply); !strings.HasPrefix(got, "Seoul condemns a gift") {
		t.Errorf("story 1: %s", got)
	}
	reply = h.handle(t, bot.Request{Kind: bot.Ask, Text: "more about 7", Address: own, Conversation: "bench/w1/m1"})
	if got := h.news.asked(t); got.Text == "more about 7" && reply.Message == nil {
		t.Error("a story that isn't there gets no words")
	}
}

func TestLinksAreReadFirst(t *testing.T) {
	t.Parallel()
	page := sampleArticle("p1", "https://daily.example/page", "A page about a gift")
	for _, row := range []struct {
		name, text string
		links      []string
		question   string   // "" means that none is asked
		articles   []string // what the question is restricted to
		want       string
	}{
		{"a question about a link", "who condemned it <https://daily.example/page>?", []string{"https://daily.example/page"}, "who condemned it ?", []string{"p1"}, "Seoul"},
		{"a link at the end of a sentence", "What does it say (https://daily.example/page).", []string{"https://daily.example/page"}, "What does it say ).", []string{"p1"}, "Seoul"},
		{"a link alone", "https://daily.example/page", []string{"https://daily.example/page"}, "", nil, "I have read “A page about a gift”"},
		{"a broken link alone", "https://daily.example/gone", []string{"https://daily.example/gone"}, "", nil, "I couldn’t read https://daily.example/gone. The page does not exist (404)."},
		{"a broken link in a question", "who paid? https://daily.example/gone", []string{"https://daily.example/gone"}, "who paid?", nil, "Here is what the other reports say"},
		{"what is no link", "who owns javascript:alert(1) and ftp://x.example?", nil, "who owns javascript:alert(1) and ftp://x.example?", nil, "Seoul"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, func(_ *bot.Config, h *house) { h.news.pages = map[string]briefings.Article{page.URL: page} })
			got := words(h.typed(t, row.text))
			if !strings.Contains(got, row.want) {
				t.Errorf("want %q in %s", row.want, got)
			}
			if diff := cmp.Diff(row.links, h.news.links); diff != "" {
				t.Errorf("links (-want +got):\n%s", diff)
			}
			if row.question == "" {
				if len(h.news.questions) > 0 {
					t.Errorf("asked %+v", h.news.questions)
				}
				return
			}
			q := h.news.asked(t)
			if strings.Trim(q.Text, " ().?") != strings.Trim(row.question, " ().?") {
				t.Errorf("question %q, want %q", q.Text, row.question)
			}
			if diff := cmp.Diff(row.articles, q.Articles); diff != "" {
				t.Errorf("articles (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatALinkDoesNotSayIsLookedForElsewhere(t *testing.T) {
	t.Parallel()
	page := sampleArticle("p1", "https://daily.example/page", "A page")
	h := open(t, func(_ *bot.Config, h *house) {
		h.news.pages = map[string]briefings.Article{page.URL: page}
		h.news.answer = func(_ context.Context, q briefings.Question) (briefings.Answer, error) {
			if len(q.Articles) > 0 {
				return notSaid(q.Text), nil
			}
			return answered(q.Text), nil
		}
	})
	if got := words(h.typed(t, "Who condemned it? https://daily.example/page")); !strings.HasPrefix(got, "Seoul") {
		t.Errorf("got %s", got)
	}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	asked := bot.Request{Kind: bot.Ask, Text: "Who condemned it?", Address: channel, Conversation: "bench/w1/c1/t1", User: bot.User{ID: "u"}}
	answer := h.handle(t, asked)
	click := func(button message.Button, user string, at message.Address) bot.Reply {
		return h.handle(t, bot.Request{Kind: bot.Click, Action: button.Action, Value: button.Value, Address: at, User: bot.User{ID: user}, Conversation: asked.Conversation})
	}

	evidence := pressed(t, answer, "evidence")
	if r := click(evidence, "somebody else", channel); !strings.Contains(words(r), "Evidence in full") || !r.Private {
		t.Errorf("evidence: %+v %s", r, words(r))
	}
	foreign := channel
	foreign.Workspace = "w2"
	if r := click(evidence, "u", foreign); !strings.Contains(words(r), "I no longer have it") {
		t.Errorf("evidence from another workspace: %s", words(r))
	}
	if r := click(message.Button{Action: "evidence", Value: "gone"}, "u", channel); !strings.Contains(words(r), "I no longer have it") {
		t.Errorf("a forgotten answer: %s", words(r))
	}

	helpful, not := pressed(t, answer, "helpful"), pressed(t, answer, "unhelpful")
	click(helpful, "u", channel)
	click(not, "u", channel) // changed their mind
	if r := click(helpful, "v", channel); !strings.Contains(words(r), "Thank you") || !r.Private {
		t.Errorf("a vote: %s", words(r))
	}
	yes, no, err := h.store.Feedbacks(t.Context(), helpful.Value)
	if err != nil || yes != 1 || no != 1 {
		t.Errorf("%d helpful, %d not, %v; want one each", yes, no, err)
	}

	if r := click(message.Button{Action: "explode", Value: "x"}, "u", channel); !strings.Contains(words(r), "no longer does anything") {
		t.Errorf("an unknown button: %s", words(r))
	}
	if r := click(message.Button{Action: "again", Value: evidence.Value}, "u", channel); !strings.HasPrefix(words(r), "Seoul") || h.news.asked(t).Text != "Who condemned it?" {
		t.Errorf("ask again: %s", words(r))
	}
}

func TestAPrivateAnswerIsSharedByWhoAskedIt(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	h.typed(t, "settings answers private")
	answer := h.handle(t, bot.Request{Kind: bot.Ask, Text: "Who?", Address: channel, User: bot.User{ID: "u"}})
	if !answer.Private {
		t.Fatal("the answer is not private")
	}
	share := pressed(t, answer, "share")
	click := bot.Request{Kind: bot.Click, Action: share.Action, Value: share.Value, Address: channel, User: bot.User{ID: "v"}}
	if r := h.handle(t, click); !r.Private {
		t.Errorf("somebody else shared it: %s", words(r))
	}
	click.User.ID = "u"
	if r := h.handle(t, click); r.Private || !strings.HasPrefix(words(r), "Seoul") {
		t.Errorf("private %v: %s", r.Private, words(r))
	}
}

func TestASuggestionIsAsked(t *testing.T) {
	t.Parallel()
	h := open(t, func(_ *bot.Config, h *house) {
		h.news.answer = func(_ context.Context, q briefings.Question) (briefings.Answer, error) {
			if strings.Contains(q.Text, "Japan") {
				return notSaid(q.Text), nil
			}
			return answered(q.Text), nil
		}
	})
	answer := h.handle(t, bot.Request{Kind: bot.Ask, Text: "Why did Japan condemn it?", Address: channel, User: bot.User{ID: "u"}})
	if answer.Message.Tone != message.ToneUnknown || h.outcome() != "ask: not_in_sources" {
		t.Errorf("tone %q, outcome %q", answer.Message.Tone, h.outcome())
	}
	button := pressed(t, answer, "suggest")
	h.handle(t, bot.Request{Kind: bot.Click, Action: button.Action, Value: button.Value, Address: channel, User: bot.User{ID: "u"}})
	if got := h.news.asked(t).Text; got != "Who condemned the gift?" {
		t.Errorf("asked %q", got)
	}
	id, _, _ := strings.Cut(button.Value, ".")
	r := h.handle(t, bot.Request{Kind: bot.Click, Action: "suggest", Value: id + ".9", Address: channel})
	if !strings.Contains(words(r), "I no longer have it") {
		t.Errorf("a suggestion that isn't there: %s", words(r))
	}
}

func TestADigestIsVotedOn(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	deliver(t, h, "d7f3", oneStory(briefings.Assignment{}))
	slot := start.Add(-time.Hour)
	vote := bot.Request{Kind: bot.Click, Action: "helpful", Value: "digest.d7f3." + itoa(slot.Unix()), Address: channel, User: bot.User{ID: "u"}}
	h.handle(t, vote)
	yes, _, err := h.store.Feedbacks(t.Context(), "digest:d7f3:"+slot.Format(time.RFC3339))
	if err != nil || yes != 1 {
		t.Errorf("%d votes, %v", yes, err)
	}
	vote.Address.Workspace = "w2"
	if r := h.handle(t, vote); !strings.Contains(words(r), "I no longer have it") {
		t.Errorf("a vote from another workspace: %s", words(r))
	}
}

func TestAWordThatBeginsAQuestionIsNoCommand(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	// Nobody of that name said anything, so it was a question.
	if got := words(h.typed(t, "who Putin met in Beijing")); !strings.HasPrefix(got, "Seoul") || h.news.asked(t).Text != "who Putin met in Beijing" {
		t.Errorf("got %s", got)
	}
	if got := words(h.typed(t, "why Seoul angry")); !strings.HasPrefix(got, "Seoul") {
		t.Errorf("got %s", got)
	}
}
