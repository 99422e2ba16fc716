package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"attache/bot"
	"attache/bot/bottest"
	"attache/bot/message"
	"attache/briefings"
)

func TestARequestIsHandledOnce(t *testing.T) {
	t.Parallel()
	duplicates := 0
	h := open(t, func(c *bot.Config, _ *house) { c.Hooks.Duplicate = func(string) { duplicates++ } })
	r := bot.Request{ID: "m1", Kind: bot.Ask, Text: "Who condemned it?", Address: channel, User: bot.User{ID: "u"}}
	if first := h.handle(t, r); first.Message == nil {
		t.Error("the first request got no answer")
	}
	if again := h.handle(t, r); again.Message != nil {
		t.Errorf("the same request was answered again: %s", words(again))
	}
	r.Address.Platform = "elsewhere"
	if other := h.handle(t, r); other.Message == nil {
		t.Error("the same id on another platform counts as seen")
	}
	if len(h.news.questions) != 2 || duplicates != 1 {
		t.Errorf("%d questions and %d duplicates, want 2 and 1", len(h.news.questions), duplicates)
	}
}

func TestWhoMayManage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		told     bot.Permission
		managers []string
		setting  string
		want     bool
	}{
		{"the platform says yes", bot.PermissionYes, nil, "", true},
		{"the platform says no", bot.PermissionNo, nil, "", false},
		{"the platform says no and the operator names everyone", bot.PermissionNo, []string{"everyone"}, "", false},
		{"the platform says no and the channel names the person", bot.PermissionNo, nil, "x u", true},
		{"the platform says nothing", bot.PermissionUnknown, nil, "", false},
		{"the operator names the person", bot.PermissionUnknown, []string{"x", "u"}, "", true},
		{"the operator names everyone", bot.PermissionUnknown, []string{"everyone"}, "", true},
		{"the operator names somebody else", bot.PermissionUnknown, []string{"x"}, "", false},
		{"the channel names everyone", bot.PermissionUnknown, nil, "everyone", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, func(c *bot.Config, h *house) {
				c.Managers = row.managers
				if err := h.store.SetSetting(t.Context(), channel.String(), "managers", row.setting); err != nil {
					t.Fatal(err)
				}
			})
			reply := h.handle(t, bot.Request{Kind: bot.Run, Text: "digest add daily 08:00", Address: channel, User: bot.User{ID: "u", Manages: row.told}})
			refused := strings.Contains(words(reply), "Only those who manage this channel")
			if refused == row.want {
				t.Errorf("allowed %v, want %v: %s", !refused, row.want, words(reply))
			}
			if refused && !reply.Private {
				t.Error("a refusal is everybody's to see")
			}
		})
	}
}

func TestTooMuchIsBusyAndPassesByItself(t *testing.T) {
	t.Parallel()
	h := open(t, func(c *bot.Config, _ *house) { c.Limits.PerUser, c.Limits.PerWorkspace = 4, 8 })
	ask := func(user string) bot.Reply {
		return h.handle(t, bot.Request{Kind: bot.Ask, Text: "Who?", Address: channel, User: bot.User{ID: user}})
	}
	ask("a")
	ask("a")
	if r := ask("a"); !r.Busy || !strings.Contains(words(r), "15 seconds") {
		t.Errorf("the third request at once got %+v: %s", r, words(r))
	}
	h.wait(15 * time.Second)
	if r := ask("a"); r.Busy {
		t.Errorf("after 15 seconds: %s", words(r))
	}
	for _, user := range []string{"b", "b", "c"} {
		ask(user)
	}
	if r := ask("d"); !r.Busy || !strings.Contains(words(r), "Many people are asking") {
		t.Errorf("the workspace's limit: %s", words(r))
	}
	if got := h.outcome(); got != "ask: busy" {
		t.Errorf("outcome %q", got)
	}
}

func TestAQuestionOfTenMegabytesIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	for _, text := range []string{strings.Repeat("why ", 10<<20/4), strings.Repeat("金", 4001)} {
		if got := words(h.typed(t, text)); !strings.Contains(got, "at most 4000 characters") {
			t.Errorf("got %.200s", got)
		}
	}
	if got := words(h.typed(t, strings.Repeat("金", 4000))); strings.Contains(got, "too long") {
		t.Errorf("4000 characters: %.200s", got)
	}
}

func TestAnEmptyQuestionGetsExamples(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	for _, text := range []string{"", "  \n", "?!", "\u200b\u202e", "ask", "ask   "} {
		if got := words(h.typed(t, text)); !strings.Contains(got, "What would you like to know?") {
			t.Errorf("%q got %s", text, got)
		}
	}
	if len(h.news.questions) != 0 {
		t.Errorf("the newsroom was asked %v", h.news.questions)
	}
}

func TestTroubleIsToldAndNamedInTheLog(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(context.Context, briefings.Question) (briefings.Answer, error){
		"an error": func(context.Context, briefings.Question) (briefings.Answer, error) {
			return briefings.Answer{}, errors.New("disk full, password=hunter2")
		},
		"a panic": func(context.Context, briefings.Question) (briefings.Answer, error) { panic("out of range") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, func(_ *bot.Config, h *house) { h.news.answer = answer })
			reply := h.typed(t, "Who?")
			if got := words(reply); !strings.Contains(got, "Something went wrong on my side") || strings.Contains(got, "hunter2") {
				t.Errorf("got %s", got)
			}
			if reply.Message.Tone != message.ToneProblem || h.outcome() != "ask: failed" {
				t.Errorf("tone %q, outcome %q", reply.Message.Tone, h.outcome())
			}
		})
	}
}

func TestASlowNewsroomAndAnEndAreTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, func(c *bot.Config, h *house) {
			c.Now = time.Now
			h.news.answer = func(ctx context.Context, _ briefings.Question) (briefings.Answer, error) {
				<-ctx.Done()
				return briefings.Answer{}, fmt.Errorf("search: %w", ctx.Err())
			}
		})
		began := time.Now()
		if got := words(h.typed(t, "Who?")); !strings.Contains(got, "took too long") || time.Since(began) != 45*time.Second {
			t.Errorf("after %v: %s", time.Since(began), got)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		reply, err := h.Handle(ctx, bot.Request{Kind: bot.Ask, Text: "Who?", Address: channel})
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(words(reply), "I was stopped before I could finish") {
			t.Errorf("error %v: %s", err, words(reply))
		}
	})
}

// TestEveryCommandDoesItsExamples runs the whole table: a command that can't do its own examples is none.
func TestEveryCommandDoesItsExamples(t *testing.T) {
	t.Parallel()
	for _, c := range bot.Commands() {
		for _, example := range c.Examples {
			t.Run(example, func(t *testing.T) {
				t.Parallel()
				h := open(t, func(c *bot.Config, h *house) {
					c.Preview = previewed
					h.news.edition = oneStory
					h.news.profile = briefings.Profile{Said: cited()}
					h.news.fates = []briefings.Fate{{Article: "a1", Outcome: "posted", Item: 1, Reasons: []string{"reported by one outlet"}}}
					h.news.pages = map[string]briefings.Article{"https://example.org/report": sampleArticle("a1", "https://example.org/report", "Seoul condemns a gift")}
					h.news.articles[0].URL = "https://example.org/report"
					h.sources.feeds["https://example.org/world/rss"] = "Example"
					h.sources.list = []briefings.Source{{ID: "s4k9", URL: "https://other.example/rss", Owner: channel.String()}}
					deliver(t, h, "d7f3", oneStory(briefings.Assignment{}))
					if err := h.store.SetSetting(t.Context(), channel.String(), "watch", `["Strait of Hormuz"]`); err != nil {
						t.Fatal(err)
					}
				})
				if example == "digest resume d7f3" {
					h.typed(t, "digest pause d7f3")
				}
				if example == "watch add Strait of Hormuz" {
					h.typed(t, "watch remove Strait of Hormuz")
				}
				if example == "story 2" {
					example = "story 1"
				}
				reply := h.handle(t, bot.Request{Kind: bot.Run, Text: example, Address: channel, User: manager()})
				if reply.Message == nil || reply.Message.Tone == message.ToneProblem || reply.Message.Tone == message.ToneUnknown {
					t.Errorf("%s: %s", h.outcome(), words(reply))
				}
				if got, _, _ := strings.Cut(h.outcome(), ": "); got != c.Name {
					t.Errorf("it ran %q, want %q", got, c.Name)
				}
				if reply.Private != c.Private {
					t.Errorf("private %v, want %v", reply.Private, c.Private)
				}
			})
		}
	}
}

func TestTheTableFitsEveryPlatform(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	total := 0
	for _, c := range bot.Commands() {
		if seen[c.Name] {
			t.Errorf("two commands are named %s", c.Name)
		}
		seen[c.Name] = true
		if n := strings.Count(c.Name, " "); n > 1 || strings.Trim(c.Name, "abcdefghijklmnopqrstuvwxyz ") != "" {
			t.Errorf("%q is no name of one or two words", c.Name)
		}
		if n := utf8.RuneCountInString(c.Summary); n == 0 || n > 100 {
			t.Errorf("%s: a summary of %d characters", c.Name, n)
		}
		if len(c.Examples) == 0 {
			t.Errorf("%s has no example", c.Name)
		}
		optional := false
		for _, a := range c.Args {
			total += len(a.Name) + len(a.Help)
			if n := utf8.RuneCountInString(a.Help); n == 0 || n > 100 {
				t.Errorf("%s: help of %d characters for %s", c.Name, n, a.Name)
			}
			if optional && a.Required {
				t.Errorf("%s: %s is required after an optional one", c.Name, a.Name)
			}
			optional = optional || !a.Required
		}
		total += len(c.Name) + len(c.Summary)
	}
	if total > 8000 {
		t.Errorf("the table has %d characters, Discord takes 8000", total)
	}
}

func TestAPlatformThatParsesItselfNamesCommandAndArguments(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	got := words(h.handle(t, bot.Request{Kind: bot.Run, Command: "digest add", Args: map[string]string{"when": "now daily 08:00", "zone": "Asia/Seoul", "about": "sanctions"}, Address: channel, User: manager()}))
	if !strings.Contains(got, "Asia/Seoul, about sanctions") {
		t.Errorf("got %s", got)
	}
	got = words(h.handle(t, bot.Request{Kind: bot.Run, Command: "digest add", Args: map[string]string{"zone": "Asia/Seoul"}, Address: channel, User: manager()}))
	if !strings.Contains(got, "digest add” needs when") {
		t.Errorf("without its time: %s", got)
	}
	got = words(h.handle(t, bot.Request{Kind: bot.Run, Command: "digest ad", Address: channel, User: manager()}))
	if !strings.Contains(got, "Did you mean “digest add”?") {
		t.Errorf("an unknown command: %s", got)
	}
}

func TestNewRefusesWhatIsMissing(t *testing.T) {
	t.Parallel()
	store := bottest.NewStore()
	for _, row := range []struct {
		want string
		c    bot.Config
	}{
		{"a bot needs a newsroom", bot.Config{Digests: store, Memory: store}},
		{"a bot needs a store of digests", bot.Config{Newsroom: &newsroom{}, Memory: store}},
		{"a bot needs a memory", bot.Config{Newsroom: &newsroom{}, Digests: store}},
		{`the bot's time zone "Mars/Phobos" is no IANA name`, bot.Config{Newsroom: &newsroom{}, Digests: store, Memory: store, Zone: "Mars/Phobos"}},
	} {
		_, err := bot.New(row.c)
		if err == nil || err.Error() != row.want {
			t.Errorf("got %v, want %s", err, row.want)
		}
	}
}

func TestReadersReadTheirOwnClock(t *testing.T) {
	t.Parallel()
	h := open(t, func(c *bot.Config, _ *house) { c.Zone = "Europe/Paris" })
	ask := func(zone string) string {
		return words(h.handle(t, bot.Request{Kind: bot.Ask, Text: "Who?", Address: channel, User: bot.User{ID: "u", Zone: zone}}))
	}
	for _, row := range []struct{ zone, setting, want string }{
		{"", "", "10:00 CET"}, {"Asia/Tokyo", "", "18:00 JST"}, {"", "Asia/Seoul", "18:00 KST"}, {"Asia/Tokyo", "Asia/Seoul", "18:00 JST"}, {"Nowhere/Land", "", "10:00 CET"},
	} {
		if err := h.store.SetSetting(t.Context(), channel.String(), "zone", row.setting); err != nil {
			t.Fatal(err)
		}
		h.news.answer = func(_ context.Context, q briefings.Question) (briefings.Answer, error) { return answered(q.Text), nil }
		if got := ask(row.zone); !strings.Contains(got, "As of 21 Feb 2024, "+row.want) {
			t.Errorf("zone %q, channel %q: want %s in %s", row.zone, row.setting, row.want, got)
		}
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	deliver(t, h, "d7f3", oneStory(briefings.Assignment{}))
	h.sources.list = []briefings.Source{{ID: "s4k9", URL: "https://daily.example/rss", Title: "Daily", Owner: channel.String()}, {ID: "s8h2", Title: "Foreign", Owner: "bench/w2/c9"}}
	h.typed(t, "watch add Strait of Hormuz, Suez")
	for _, row := range []struct {
		command, arg, prefix string
		want                 []string // the first values
	}{
		{"help", "command", "digest a", []string{"digest add"}},
		{"digest pause", "digest", "", []string{"d7f3"}},
		{"digest pause", "digest", "d7", []string{"d7f3"}},
		{"digest add", "zone", "seo", []string{"Asia/Seoul"}},
		{"digest add", "when", "weekdays 7:30", []string{"weekdays 7:30"}},
		{"digest add", "when", "mon", []string{"mondays 09:00"}},
		{"digest add", "about", "sanctions, se", []string{"sanctions, se", "sanctions, Seoul"}},
		{"who", "actor", "seo", []string{"Seoul"}},
		{"source remove", "source", "", []string{"s4k9"}},
		{"watch remove", "watch", "su", []string{"Suez"}},
		{"settings", "setting", "", []string{"zone", "language", "managers", "answers"}},
		{"settings", "value", "pri", []string{"private"}},
		{"ask", "question", "who", nil},
		{"nothing", "at all", "", nil},
		{"help", "nothing", "", nil},
	} {
		var got []string
		for i, c := range h.Complete(t.Context(), row.command, row.arg, row.prefix, channel) {
			if utf8.RuneCountInString(c.Label) > 100 || utf8.RuneCountInString(c.Value) > 100 || i >= 25 {
				t.Errorf("%s %s: choice %d doesn't fit: %+v", row.command, row.arg, i, c)
			}
			if len(got) < len(row.want) {
				got = append(got, c.Value)
			}
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s %s %q (-want +got):\n%s", row.command, row.arg, row.prefix, diff)
		}
	}
}

func TestAnArticleIsShownSentenceBySentence(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	cards, err := h.ArticleCards(t.Context(), 10)
	if err != nil || len(cards) != 1 || cards[0].ID != "a1" || cards[0].Sentences != 2 {
		t.Fatalf("cards %+v, %v", cards, err)
	}
	got, err := h.ArticleView(t.Context(), "a1")
	if err != nil {
		t.Fatal(err)
	}
	want := []bot.SentenceView{
		{Index: 0, Text: "Seoul condemns a gift", Role: "headline", Passage: -1},
		{Index: 1, Text: "Seoul condemned the gift.", Statements: []bot.StatementView{
			{Speaker: "Seoul", Kind: "institution", Stance: "condemns", Verb: "condemned", Text: "Seoul condemned the gift."}}},
	}
	if diff := cmp.Diff(want, got.Body); diff != "" {
		t.Errorf("sentences (-want +got):\n%s", diff)
	}
	if _, err := h.ArticleView(t.Context(), "a9"); !errors.Is(err, briefings.ErrNotFound) {
		t.Errorf("an article that isn't there: %v", err)
	}
}
