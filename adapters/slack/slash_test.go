package slack_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
	"attache/bot"
	"attache/bot/message"
)

func labels(m slackfake.Message) string {
	var out []string
	for _, b := range m.Buttons {
		out = append(out, b.Label)
	}
	return strings.Join(out, ", ")
}

func TestASlashCommandIsAnsweredForOneAndCanBeShared(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		release := make(chan struct{})
		st.bot.answer = func(context.Context, bot.Request) (bot.Reply, error) {
			<-release
			return bot.Reply{Message: text("A car.")}, nil
		}
		st.AwaitAck(st.Slash("C1", "U1", "/brief", "ask who gave Kim a car?"))
		working := st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.For == "U1" })
		if !strings.Contains(working.Shown, "for you alone") {
			t.Errorf("the first line is %q", working.Shown)
		}
		close(release)
		answer := st.AwaitMessage("C1", func(m slackfake.Message) bool { return strings.HasPrefix(m.Shown, "A car.") })
		if answer.TS != working.TS || answer.For != "U1" || labels(answer) != "채널에 공유" {
			t.Errorf("the answer is %+v", answer)
		}
		if n := len(st.Whispers("C1", "U1")); n != 1 {
			t.Errorf("%d lines are left", n)
		}

		st.Click("U1", answer, "채널에 공유")
		shared := st.AwaitMessage("C1", func(m slackfake.Message) bool { return !m.Ephemeral() })
		if shared.Shown != "A car." || shared.ThreadTS != "" || labels(shared) != "" {
			t.Errorf("what was shared is %+v", shared)
		}
		st.AwaitMessage("C1", func(m slackfake.Message) bool {
			return m.TS == answer.TS && strings.HasPrefix(m.Shown, "채널에 공유했")
		})

		st.Click("U1", answer, "채널에 공유") // pressed twice
		st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.For == "U1" && strings.Contains(m.Shown, "너무 오래된") })
		if n := len(st.Posts("C1")); n != 1 {
			t.Errorf("it was shared %d times", n)
		}
	})
}

func TestWhatASlashCommandShowsToWhom(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, text string
		reply      bot.Reply
		check      func(st *stage) bool
	}{
		{"in the channel on request", "public latest", bot.Reply{Message: text("News.")}, func(st *stage) bool {
			posts, lines := st.Posts("C1"), st.Whispers("C1", "U1")
			return len(posts) == 1 && posts[0].Shown == "News." && len(lines) == 1 && strings.Contains(lines[0].Shown, "채널에")
		}},
		{"private although the channel was asked for", "public help", bot.Reply{Message: text("Help."), Private: true}, func(st *stage) bool {
			lines := st.Whispers("C1", "U1")
			return len(st.Posts("C1")) == 0 && len(lines) == 1 && lines[0].Shown == "Help." && len(lines[0].Buttons) == 0
		}},
		{"a refusal is nobody else's business", "public digest add", bot.Reply{Message: &message.Message{Gist: "No.", Tone: message.ToneProblem}}, func(st *stage) bool {
			lines := st.Whispers("C1", "U1")
			return len(st.Posts("C1")) == 0 && len(lines) == 1 && lines[0].Shown == "No." && len(lines[0].Buttons) == 0
		}},
		{"nothing to say", "latest", bot.Reply{}, func(st *stage) bool {
			return len(st.Posts("C1")) == 0 && len(st.Whispers("C1", "U1")) == 0
		}},
		{"with the bot's own button", "ask", bot.Reply{Private: false, Message: &message.Message{Gist: "A.", Blocks: []message.Block{
			message.P(message.T("A.")), message.Buttons{Items: []message.Button{{Label: "Share with the channel", Action: "share", Value: "x1"}}}}}}, func(st *stage) bool {
			lines := st.Whispers("C1", "U1")
			return len(lines) == 1 && labels(lines[0]) == "Share with the channel"
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
				st.bot.answer = func(context.Context, bot.Request) (bot.Reply, error) { return row.reply, nil }
				st.Slash("C1", "U1", "/brief", row.text)
				st.Await("the reply", func() bool { return len(st.bot.asked()) == 1 && row.check(st) })
				if got := st.bot.asked()[0]; got.Kind != bot.Run || strings.HasPrefix(got.Text, "public") {
					t.Errorf("the bot was asked %+v", got)
				}
			})
		})
	}
}

// TestAChannelThatWeAreNotIn: a command works there, and the response_url reaches it.
func TestAChannelThatWeAreNotIn(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.AddChannel(slackfake.Channel{ID: "G1", Name: "secret", Private: true, Members: []string{"U1"}})
		st.Slash("G1", "U1", "/brief", "public latest")
		posted := st.AwaitMessage("G1", func(m slackfake.Message) bool { return !m.Ephemeral() })
		if posted.Via != "response_url" {
			t.Errorf("got %+v", posted)
		}
		st.Slash("G1", "U1", "/brief", "ask who?")
		answer := st.AwaitMessage("G1", func(m slackfake.Message) bool { return m.For == "U1" && labels(m) != "" })
		st.Click("U1", answer, "채널에 공유")
		st.Await("what was shared", func() bool { return len(st.Posts("G1")) == 2 })
	})
}

// TestAResponseThatIsNotTaken falls back to a whisper, and to a direct message where we can't whisper.
func TestAResponseThatIsNotTaken(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.Fault(slackfake.Fault{Method: "response_url", Status: 404, Times: -1})
		st.bot.answer = func(context.Context, bot.Request) (bot.Reply, error) {
			return bot.Reply{Message: text("A car."), Private: true}, nil
		}
		st.Slash("C1", "U1", "/brief", "ask who?")
		st.AwaitMessage("C1", func(m slackfake.Message) bool {
			return m.Via == "chat.postEphemeral" && m.For == "U1" && m.Shown == "A car."
		})
		st.AddChannel(slackfake.Channel{ID: "G1", Name: "secret", Private: true, Members: []string{"U1"}})
		st.Slash("G1", "U1", "/brief", "ask who?")
		st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return m.Shown == "A car." })
	})
}

// TestAResponseThatMayHaveArrivedIsNotRepeated: a second one could be a second answer.
func TestAResponseThatMayHaveArrivedIsNotRepeated(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.bot.answer = func(context.Context, bot.Request) (bot.Reply, error) {
			return bot.Reply{Message: text("A car."), Private: true}, nil
		}
		st.Fault(slackfake.Fault{Method: "response_url", Lost: true})
		st.Slash("C1", "U1", "/brief", "ask who?")
		st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.Shown == "A car." })
		st.stop()
		<-st.done
		st.done = nil
		if n := len(st.Whispers("C1", "U1")); n != 1 {
			t.Errorf("%d answers were shown\n%s", n, st.Dump())
		}
	})
}

func TestClicks(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		answer := &message.Message{Gist: "A car.", Blocks: []message.Block{message.P(message.T("A car.")), message.Buttons{Items: []message.Button{
			{Label: "Evidence", Action: "evidence", Value: "x1"}, {Label: "Helpful", Action: "helpful", Value: "x1"}, {Label: "Again", Action: "again", Value: "x1"},
			{Label: "Ask 1", Action: "suggest", Value: "x1.1"}, {Label: "Ask 2", Action: "suggest", Value: "x1.2"},
		}}, message.Buttons{Items: []message.Button{{Label: "Open", URL: "https://news.example/"}}}}}
		st.bot.answer = func(_ context.Context, r bot.Request) (bot.Reply, error) {
			switch r.Action {
			case "evidence":
				return bot.Reply{Message: text("The evidence.")}, nil
			case "helpful":
				return bot.Reply{Message: text("Thank you."), Private: true}, nil
			case "again":
				return bot.Reply{Message: text("A train."), Replace: true}, nil
			case "suggest":
				return bot.Reply{}, nil
			}
			return bot.Reply{Message: answer}, nil
		}
		asked := st.Mention("C1", "U1", "who?")
		shown := st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })

		st.Click("UADMIN", shown, "Evidence")
		evidence := st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.Shown == "The evidence." })
		if evidence.ThreadTS != asked.TS || evidence.Ephemeral() {
			t.Errorf("the evidence is %+v", evidence)
		}
		st.Click("UADMIN", shown, "Helpful")
		thanks := st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.Shown == "Thank you." })
		if thanks.For != "UADMIN" || thanks.ThreadTS != asked.TS {
			t.Errorf("the thanks are %+v", thanks)
		}
		st.AwaitAck(st.Click("U1", shown, "Ask 2"))
		st.AwaitAck(st.Click("U1", shown, "Open")) // a link is only acknowledged
		st.Click("U1", shown, "Again")
		st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.TS == shown.TS && m.Shown == "A train." && m.Edits == 1 })

		clicks := func() []string {
			var actions []string
			for _, r := range st.bot.asked() {
				if r.Kind == bot.Click {
					actions = append(actions, r.Action+" "+r.Value)
					if r.Conversation != "slack/"+slackfake.Team+"/C1/"+asked.TS || !strings.HasPrefix(r.Quoted, "A ") {
						t.Errorf("the click is %+v", r)
					}
				}
			}
			slices.Sort(actions)
			return actions
		}
		st.Await("four clicks", func() bool { return len(clicks()) >= 4 })
		if got := strings.Join(clicks(), ", "); got != "again x1, evidence x1, helpful x1, suggest x1.2" {
			t.Errorf("the bot saw %s", got)
		}
	})
}

// TestClicksUnderWhatOnePersonSees stay with that person, but for the bot's own Share.
func TestClicksUnderWhatOnePersonSees(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.bot.answer = func(_ context.Context, r bot.Request) (bot.Reply, error) {
			switch r.Action {
			case "evidence":
				return bot.Reply{Message: text("The evidence.")}, nil
			case "share":
				return bot.Reply{Message: text("For all.")}, nil
			}
			return bot.Reply{Private: true, Message: &message.Message{Gist: "A car.", Blocks: []message.Block{message.Buttons{Items: []message.Button{
				{Label: "Evidence", Action: "evidence", Value: "x1"}, {Label: "Share", Action: "share", Value: "x1"}}}}}}, nil
		}
		st.Slash("C1", "U1", "/brief", "ask who?")
		shown := st.AwaitMessage("C1", func(m slackfake.Message) bool { return labels(m) == "Evidence, Share" })
		st.Click("U1", shown, "Evidence")
		if m := st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.Shown == "The evidence." }); m.For != "U1" {
			t.Errorf("the evidence is %+v", m)
		}
		st.Click("U1", shown, "Share")
		if m := st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.Shown == "For all." }); m.Ephemeral() {
			t.Errorf("what was shared is %+v", m)
		}
	})
}

func TestAShortcutLooksUpAMessage(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.Say("C1", "UADMIN", "They say Putin gave Kim a car", "")
		said := st.Messages("C1")[0]
		st.Shortcut("U1", said, "look_up")
		answer := st.AwaitMessage("C1", func(m slackfake.Message) bool { return true })
		if answer.For != "U1" || answer.Shown != "Answer to They say Putin gave Kim a car" {
			t.Errorf("the answer is %+v", answer)
		}
	})
}

func TestAFullDeskSaysSo(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, func(c *slack.Config) { c.Workers, c.Queue = 1, 1 }, func(t *testing.T, st *stage) {
		release := make(chan struct{})
		begun := make(chan struct{}, 10)
		st.bot.answer = func(ctx context.Context, r bot.Request) (bot.Reply, error) {
			begun <- struct{}{}
			<-release
			return bot.Reply{Message: text("Answer to " + r.Text)}, nil
		}
		st.Mention("C1", "U1", "one")
		<-begun
		st.AwaitAck(st.Mention("C1", "U1", "two")) // waits
		st.AwaitAck(st.Mention("C1", "U1", "three"))
		told := st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.For == "U1" })
		if !strings.Contains(told.Shown, "다시 질문해") {
			t.Errorf("got %q", told.Shown)
		}
		st.Slash("C1", "U1", "/brief", "latest")
		st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.Via == "ack" && strings.Contains(m.Shown, "다시 질문해") })
		st.DM("UADMIN", "four")
		st.AwaitMessage(st.Direct("UADMIN"), func(m slackfake.Message) bool { return strings.Contains(m.Shown, "ask again") })
		close(release)
		st.Await("both answers", func() bool { return len(st.Posts("C1")) == 2 })
	})
}

func TestTheEndFinishesAnswersOrSaysThatItCannot(t *testing.T) {
	t.Parallel()
	t.Run("an answer that finishes", func(t *testing.T) {
		t.Parallel()
		both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
			begun, release := make(chan struct{}), make(chan struct{})
			st.bot.answer = func(ctx context.Context, r bot.Request) (bot.Reply, error) {
				close(begun)
				<-release
				return bot.Reply{Message: text("in time")}, ctx.Err()
			}
			st.Mention("C1", "U1", "who?")
			<-begun
			st.stop()
			close(release)
			if err := <-st.done; err != nil {
				t.Errorf("Run returned %v", err)
			}
			st.done = nil
			if posts := st.Posts("C1"); len(posts) != 1 || posts[0].Shown != "in time" {
				t.Errorf("got %+v", posts)
			}
		})
	})
	t.Run("answers that don't", func(t *testing.T) {
		t.Parallel()
		both(t, slackfake.Options{}, func(c *slack.Config) { c.Drain, c.Workers = time.Millisecond, 1 }, func(t *testing.T, st *stage) {
			begun := make(chan struct{})
			st.bot.answer = func(ctx context.Context, r bot.Request) (bot.Reply, error) {
				close(begun)
				<-ctx.Done()
				return bot.Reply{}, ctx.Err()
			}
			st.Mention("C1", "U1", "who?")
			<-begun
			st.AwaitAck(st.DM("UADMIN", "and what?")) // never begun
			st.AwaitAck(st.Slash("C1", "UADMIN", "/brief", "latest"))
			st.stop()
			if err := <-st.done; err != nil {
				t.Errorf("Run returned %v", err)
			}
			st.done = nil
			for where, user := range map[string]string{"C1": "U1", st.Direct("UADMIN"): "UADMIN"} {
				told := false
				for _, m := range st.Messages(where) {
					told = told || strings.Contains(m.Shown, map[string]string{"U1": "다시 시작하는 중", "UADMIN": "restarted"}[user])
				}
				if !told {
					t.Errorf("%s was not told\n%s", user, st.Dump())
				}
			}
			if lines := st.Whispers("C1", "UADMIN"); len(lines) != 1 || !strings.Contains(lines[0].Shown, "restarted") {
				t.Errorf("the command's line is %+v", lines)
			}
		})
	})
	t.Run("deliveries meanwhile come again", func(t *testing.T) {
		t.Parallel()
		st := play(t, "http", slackfake.Options{}, nil)
		st.stop()
		<-st.done
		st.done = nil
		d := st.DM("U1", "who?")
		if d.Acked || d.Status != 503 {
			t.Errorf("acknowledged %v with %d, want 503", d.Acked, d.Status)
		}
	})
}

func TestAnAnswerThatTakesTooLong(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, func(c *slack.Config) { c.Answer = time.Millisecond }, func(t *testing.T, st *stage) {
		st.bot.answer = func(ctx context.Context, r bot.Request) (bot.Reply, error) {
			<-ctx.Done()
			return bot.Reply{}, ctx.Err()
		}
		st.DM("U1", "who?")
		st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return strings.Contains(m.Shown, "너무 오래 걸려") })
	})
}

func TestAFileIsExplained(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.SayWith(st.Direct("U1"), "U1", "", "", map[string]any{"subtype": "file_share", "files": []any{map[string]any{"id": "F1"}}})
		st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return strings.Contains(m.Shown, "파일은 열 수 없") })
		if n := len(st.bot.asked()); n != 0 {
			t.Errorf("the bot was asked %d times", n)
		}
	})
}

// TestAQuickAnswerDoesNotOvertakeTheFirstLine: Slack takes a moment to show what an acknowledgement says, and "one moment"
// after the answer would stand there for ever.
func TestAQuickAnswerDoesNotOvertakeTheFirstLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := slackfake.Start(t, slackfake.Options{Offline: true})
		a, err := slack.New(slack.Config{BotToken: s.BotToken(), SigningSecret: s.SigningSecret(), APIURL: s.APIURL(), Handler: &script{}, HTTPClient: s.Client()})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- a.Run(ctx) }()
		synctest.Wait()
		s.DeliverTo(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a.Handler().ServeHTTP(w, r)
			time.Sleep(200 * time.Millisecond) // on its way to Slack and to the screen
		}))
		s.Slash("C1", "U1", "/brief", "latest")
		time.Sleep(time.Minute)
		if lines := s.Whispers("C1", "U1"); len(lines) != 1 || !strings.HasPrefix(lines[0].Shown, "Answer to latest") {
			t.Errorf("got %+v", lines)
		}
		cancel()
		<-done
	})
}
