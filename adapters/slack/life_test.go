package slack_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
	"attache/bot"
)

func agent(c *slack.Config) { c.Agent = true }

func TestASessionShowsThatWeAreAtWork(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{Agent: true}, agent, func(t *testing.T, st *stage) {
		begun, release := make(chan struct{}, 1), make(chan error)
		st.bot.answer = func(ctx context.Context, r bot.Request) (bot.Reply, error) {
			begun <- struct{}{}
			return bot.Reply{Message: text("done")}, <-release
		}
		for _, outcome := range []error{nil, context.DeadlineExceeded} { // also when it fails
			asked := st.DM("U1", "who?")
			<-begun
			st.Await("processing", func() bool { return st.Session(st.Direct("U1"), asked.TS) == "processing" })
			release <- outcome
			st.Await("active", func() bool { return st.Session(st.Direct("U1"), asked.TS) == "active" })
			if who := st.Initiator(st.Direct("U1"), asked.TS); who != "U1" {
				t.Errorf("the session was begun by %q", who)
			}
		}
	})
}

func TestStopCutsAnAnswerOff(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{Agent: true}, agent, func(t *testing.T, st *stage) {
		begun := make(chan struct{})
		st.bot.answer = func(ctx context.Context, r bot.Request) (bot.Reply, error) {
			close(begun)
			<-ctx.Done()
			return bot.Reply{}, ctx.Err()
		}
		asked := st.DM("U1", "who?")
		<-begun
		st.Stop(st.Direct("U1"), "1.000001", "U1") // another thread
		st.Stop(st.Direct("U1"), asked.TS, "U1")
		st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool {
			return m.ThreadTS == asked.TS && strings.Contains(m.Shown, "요청하신 대로 멈췄")
		})
		st.Await("active", func() bool { return st.Session(st.Direct("U1"), asked.TS) == "active" })
	})
}

// TestAWorkspaceWithoutAgents answers all the same, and is not asked for a session twice.
func TestAWorkspaceWithoutAgents(t *testing.T) {
	t.Parallel()
	one := func(c *slack.Config) { c.Agent, c.Workers = true, 1 } // one after the other
	both(t, slackfake.Options{}, one, func(t *testing.T, st *stage) {
		for range 2 {
			asked := st.DM("U1", "who?")
			st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
		}
		st.OpenHome("U1", "messages")
		st.Await("the first prompts", func() bool { return st.Calls("assistant.threads.setSuggestedPrompts") == 1 })
		st.OpenHome("U1", "messages")
		last := st.DM("U1", "last?")
		st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return m.ThreadTS == last.TS })
		if n := st.Calls("agents.sessions.setStatus"); n != 1 {
			t.Errorf("a session was asked for %d times", n)
		}
		if n := st.Calls("assistant.threads.setSuggestedPrompts"); n > 1 {
			t.Errorf("prompts were set %d times", n)
		}
	})
}

func TestPromptsAndHome(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{Agent: true}, agent, func(t *testing.T, st *stage) {
		st.OpenHome("U1", "messages")
		st.Await("prompts", func() bool { return len(st.Prompts(st.Direct("U1"))) > 0 })
		st.OpenHome("U1", "home")
		st.Await("the home", func() bool { return strings.Contains(string(st.Home("U1")), "Answer to help") })
		if !strings.Contains(string(st.Home("U1")), "Answer to sources") {
			t.Errorf("the home is %s", st.Home("U1"))
		}
	})
}

// TestPromptsFollowWhatAPersonLooksAt, where its channel has a digest, and cost nothing where that changes nothing.
func TestPromptsFollowWhatAPersonLooksAt(t *testing.T) {
	t.Parallel()
	digest := standing("d1", "C1", "UADMIN")
	digest.About = "North Korea, sanctions"
	both(t, slackfake.Options{Agent: true}, func(c *slack.Config) { agent(c); knowing(digest)(c) }, func(t *testing.T, st *stage) {
		d := st.Direct("U1")
		const method = "assistant.threads.setSuggestedPrompts"
		first := func() string { return strings.Join(append(st.Prompts(d), ""), "|") }
		st.OpenHome("U1", "messages")
		st.Await("prompts", func() bool { return strings.HasPrefix(first(), "새 소식이 있나요?") })
		st.Look("U1", "C1")
		st.Await("prompts on the digest", func() bool {
			return strings.HasPrefix(first(), "새 소식: North Korea, sanctions|새 소식이 있나요?")
		})
		st.AwaitAck(st.Look("U1", "C1")) // once more the same
		st.Look("U1", "")
		st.Await("the ordinary prompts", func() bool { return strings.HasPrefix(first(), "새 소식이 있나요?") })
		st.AwaitAck(st.Look("U1", "C9"))
		st.AwaitAck(st.Event(map[string]any{"type": "app_context_changed", "context": map[string]any{}})) // as documented: of nobody
		st.OpenHome("U1", "messages")
		st.Await("the last prompts", func() bool { return st.Calls(method) == 4 })
		if n := len(st.bot.asked()); n != 0 {
			t.Errorf("the bot was asked %d times", n)
		}
	})
}

// TestEverySessionHasATitle: the question that began it, and what a message says that nobody asked for.
func TestEverySessionHasATitle(t *testing.T) {
	t.Parallel()
	st := play(t, "http", slackfake.Options{Agent: true}, agent)
	d := st.Direct("U1")
	asked := st.DM("U1", "who gave <@U2> a car?")
	st.Await("its title", func() bool { return st.Session(d, asked.TS) == "active" })
	again := st.ThreadReply(d, asked.TS, "U1", "and why?")
	st.AwaitMessage(d, func(m slackfake.Message) bool { return m.ThreadTS == asked.TS && strings.Contains(m.Shown, "and why?") })
	st.AwaitAck(again)
	if got := st.Title(d, asked.TS); !strings.HasPrefix(got, "who gave ") {
		t.Errorf("the session is titled %q", got)
	}
	if err := st.adapter.Poster().Direct(t.Context(), slackfake.Team, "U1", text("Your digest is paused. "+strings.Repeat("Because. ", 40))); err != nil {
		t.Fatal(err)
	}
	told := st.AwaitMessage(d, func(m slackfake.Message) bool { return strings.HasPrefix(m.Shown, "Your digest is paused.") })
	if got := st.Title(d, told.TS); !strings.HasPrefix(got, "Your digest is paused.") {
		t.Errorf("its session is titled %q", got)
	}
	// What refuses a name, or has no sessions, is written to all the same.
	st.Fault(slackfake.Fault{Method: "agents.sessions.rename", Error: "not_allowed"})
	for range 2 {
		if err := st.adapter.Poster().Direct(t.Context(), slackfake.Team, "U1", text("Once more.")); err != nil {
			t.Fatal(err)
		}
	}
	if n := st.Calls("agents.sessions.rename"); n != 2 {
		t.Errorf("a session was named %d times", n)
	}
}

// TestWhoInvitesUsIsToldWhatWeCanDo, and nobody else.
func TestWhoInvitesUsIsToldWhatWeCanDo(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.AddChannel(slackfake.Channel{ID: "C2", Name: "new", Members: []string{"U1", "UADMIN"}})
		st.AwaitAck(st.Join("C2", "UADMIN", "U1")) // somebody else
		st.AwaitAck(st.Join("C2", slackfake.BotUser, "UADMIN"))
		told := st.AwaitMessage("C2", func(m slackfake.Message) bool { return true })
		if told.For != "UADMIN" || told.Shown != "Answer to help" {
			t.Errorf("got %+v", told)
		}
		if n := len(st.bot.asked()); n != 1 {
			t.Errorf("the bot was asked %d times", n)
		}
	})
}

// TestATokenThatLacksScopesIsSaidAtTheStart and what it may do works all the same.
func TestATokenThatLacksScopesIsSaidAtTheStart(t *testing.T) {
	t.Parallel()
	st := play(t, "http", slackfake.Options{Scopes: slices.DeleteFunc(slices.Clone(knownScopes), func(s string) bool { return s == "files:write" })}, nil)
	if log := st.log.String(); !strings.Contains(log, "lacks scopes") || !strings.Contains(log, "files:write") {
		t.Errorf("the log is\n%s", log)
	}
	asked := st.Mention("C1", "U1", "who?")
	st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
}

// TestTheOldStatusMethodIsNeverCalled: it ends in February 2027.
func TestTheOldStatusMethodIsNeverCalled(t *testing.T) {
	t.Parallel()
	for _, isAgent := range []bool{true, false} {
		st := play(t, "http", slackfake.Options{Agent: isAgent}, func(c *slack.Config) { c.Agent, c.Patience = true, time.Millisecond })
		asked := st.DM("U1", "who?")
		st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
		st.Await("the session", func() bool { return st.Calls("agents.sessions.setStatus") > 0 })
		if n := st.Calls("assistant.threads.setStatus"); n != 0 {
			t.Errorf("it was called %d times", n)
		}
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, o slackfake.Options, change func(*slack.Config), faults ...slackfake.Fault) []slack.Finding {
		t.Helper()
		s := slackfake.Start(t, o)
		for _, f := range faults {
			s.Fault(f)
		}
		cfg := slack.Config{BotToken: s.BotToken(), AppToken: s.AppToken(), SigningSecret: s.SigningSecret(), APIURL: s.APIURL(), Handler: &script{}}
		if change != nil {
			change(&cfg)
		}
		a, err := slack.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		found, err := a.Check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if !f.OK && f.Mend == "" {
				t.Errorf("%s: nothing says how to mend %q", f.What, f.Detail)
			}
			for _, secret := range s.Secrets() {
				if strings.Contains(f.Detail+f.Mend, secret) {
					t.Errorf("%s: a secret is shown", f.What)
				}
			}
		}
		return found
	}
	bad := func(found []slack.Finding) string {
		var out []string
		for _, f := range found {
			if !f.OK {
				out = append(out, f.What+": "+f.Detail)
			}
		}
		return strings.Join(out, "; ")
	}
	for _, row := range []struct {
		name   string
		o      slackfake.Options
		change func(*slack.Config)
		fault  slackfake.Fault
		want   string // in what is wrong; empty for nothing
	}{
		{"in order", slackfake.Options{}, nil, slackfake.Fault{Method: "-", Mute: true}, ""},
		{"a wrong bot token", slackfake.Options{}, func(c *slack.Config) { c.BotToken = "xoxb-wrong" }, slackfake.Fault{Method: "-", Mute: true}, "bot token: Slack refuses it: invalid_auth"},
		{"a scope is missing", slackfake.Options{Scopes: []string{"chat:write"}}, nil, slackfake.Fault{Method: "-", Mute: true}, "im:history"},
		{"an agent without its scope", slackfake.Options{Scopes: slices.DeleteFunc(slices.Clone(knownScopes), func(s string) bool { return s == "assistant:write" })}, agent, slackfake.Fault{Method: "-", Mute: true}, "missing: assistant:write"},
		{"a wrong app token", slackfake.Options{}, func(c *slack.Config) { c.AppToken = "xapp-wrong" }, slackfake.Fault{Method: "-", Mute: true}, "Socket Mode: Slack refuses it: invalid_auth"},
		{"slack is down", slackfake.Options{}, nil, slackfake.Fault{Status: http.StatusBadGateway, Times: -1}, "could not be asked"},
		{"a short secret", slackfake.Options{}, func(c *slack.Config) { c.SigningSecret = "abc" }, slackfake.Fault{Method: "-", Mute: true}, "signing secret"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := bad(check(t, row.o, row.change, row.fault))
			if (row.want == "") != (got == "") || !strings.Contains(got, row.want) {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestConfigsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]slack.Config{
		"no handler":   {BotToken: "xoxb-1", AppToken: "xapp-1"},
		"no bot token": {Handler: &script{}, AppToken: "xapp-1"},
		"no door":      {Handler: &script{}, BotToken: "xoxb-1"},
	} {
		if _, err := slack.New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestHistoryIsNeverAskedForConversations: apps that Slack limits may read it once a minute.
func TestHistoryIsNeverAskedForConversations(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		asked := st.Mention("C1", "U1", "who?")
		st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
		st.ThreadReply("C1", asked.TS, "U1", "and why?")
		st.Await("the follow-up", func() bool { return len(st.Posts("C1")) == 2 })
		if n := st.Calls("conversations.history") + st.Calls("conversations.replies"); n != 0 {
			t.Errorf("history was read %d times", n)
		}
	})
}

// TestNothingIsLeftBehind runs a whole life and looks for goroutines afterwards. It is not parallel: others' would count.
func TestNothingIsLeftBehind(t *testing.T) { //nolint:paralleltest // see above
	before := goleak.IgnoreCurrent()
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			wires := &http.Transport{}
			t.Cleanup(wires.CloseIdleConnections)
			st := play(t, transport, slackfake.Options{Agent: true}, func(c *slack.Config) {
				c.Agent, c.Patience, c.HTTPClient = true, time.Millisecond, &http.Client{Transport: wires, Timeout: 5 * time.Second}
			})
			asked := st.Mention("C1", "U1", "who?")
			st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
			st.Disconnect("warning")
			st.Break()
			st.Slash("C1", "U1", "/brief", "latest")
			st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.For == "U1" && labels(m) != "" })
			st.OpenHome("U1", "home")
			st.stop()
			if err := <-st.done; err != nil {
				t.Error(err)
			}
			st.done = nil
		})
	}
	goleak.VerifyNone(t, before)
}
