package slack_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
	"attache/bot"
)

// frozen is a bot whose process has been killed: it takes up one request and never comes back from it.
type frozen struct {
	*script
	thaw chan struct{}
}

func (f frozen) Handle(ctx context.Context, r bot.Request) (bot.Reply, error) {
	select {
	case <-f.thaw:
		return bot.Reply{}, nil
	default:
	}
	f.mu.Lock()
	f.seen = map[string]bool{r.ID: true}
	f.mu.Unlock()
	<-f.thaw
	return bot.Reply{}, nil
}

// crash runs a process that dies with what it had begun and what was waiting, and returns the folder that it leaves.
func crash(t *testing.T, s *slackfake.Server, memory *script, before func()) (inbox string) {
	t.Helper()
	dir, inbox := filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second")
	mind := frozen{memory, make(chan struct{})}
	a, err := slack.New(slack.Config{
		BotToken: s.BotToken(), SigningSecret: s.SigningSecret(), APIURL: s.APIURL(), Handler: mind, Inbox: dir, Workers: 1, Patience: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		close(mind.thaw)
		cancel()
		<-done
	})
	s.Await("the first process", func() bool { return a.Health().Ready })
	s.DeliverTo(a.Handler())
	before()
	if err := os.CopyFS(inbox, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("others may read %s: %v, %v", name, info.Mode(), err)
		}
	}
	return inbox
}

// TestACrashLosesNoQuestion: what was acknowledged and not answered is answered by the next process.
func TestACrashLosesNoQuestion(t *testing.T) {
	t.Parallel()
	s := slackfake.Start(t, slackfake.Options{})
	mind := &script{} // the bot's memory outlives the process
	var begun, waiting *slackfake.Delivery
	dir := crash(t, s, mind, func() {
		begun = s.Mention("C1", "U1", "begun?")
		s.Await("the line", func() bool { return len(s.Posts("C1")) == 1 })
		waiting = s.Mention("C1", "U1", "waiting?")
		s.AwaitAck(s.Slash("C1", "UADMIN", "/brief", "latest"))
		s.AwaitAck(s.DM("UADMIN", "and in private?"))
	})
	a, err := slack.New(slack.Config{BotToken: s.BotToken(), SigningSecret: s.SigningSecret(), APIURL: s.APIURL(), Handler: mind, Inbox: dir})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()

	s.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == waiting.TS && m.Shown == "Answer to waiting?" })
	// What the bot had begun is lost in its memory; the line that it is being worked on says so.
	s.AwaitMessage("C1", func(m slackfake.Message) bool {
		return m.ThreadTS == begun.TS && m.Edits == 1 && strings.Contains(m.Shown, "다시 시작하는 중")
	})
	s.AwaitMessage("C1", func(m slackfake.Message) bool {
		return m.For == "UADMIN" && strings.HasPrefix(m.Shown, "Answer to latest")
	})
	s.AwaitMessage(s.Direct("UADMIN"), func(m slackfake.Message) bool { return m.Shown == "Answer to and in private?" })
	s.Await("an empty inbox", func() bool {
		names, _ := filepath.Glob(filepath.Join(dir, "*"))
		return len(names) == 0
	})
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestAnAnswerThatArrivedBeforeTheCrashIsNotRepeated: the next process looks before it answers.
func TestAnAnswerThatArrivedBeforeTheCrashIsNotRepeated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := play(t, "http", slackfake.Options{}, func(c *slack.Config) { c.Inbox = dir })
	var kept []byte
	name := ""
	first.bot.answer = func(context.Context, bot.Request) (bot.Reply, error) {
		names, _ := filepath.Glob(filepath.Join(dir, "*.json"))
		name = names[0]
		kept, _ = os.ReadFile(name)
		return bot.Reply{Message: text("once")}, nil
	}
	asked := first.Mention("C1", "U1", "who?")
	first.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
	first.stop()
	<-first.done
	first.done = nil
	if err := os.WriteFile(name, kept, 0o600); err != nil { // it died between the answer and the inbox
		t.Fatal(err)
	}
	mind := &script{}
	a, err := slack.New(slack.Config{BotToken: first.BotToken(), SigningSecret: first.SigningSecret(), APIURL: first.APIURL(), Handler: mind, Inbox: dir})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	first.Await("an empty inbox", func() bool {
		names, _ := filepath.Glob(filepath.Join(dir, "*"))
		return len(names) == 0
	})
	cancel()
	<-done
	if posts := first.Posts("C1"); len(posts) != 1 || len(mind.asked()) != 0 {
		t.Errorf("got %d answers, and the bot was asked %d times", len(posts), len(mind.asked()))
	}
}

func TestTheInboxDropsWhatIsOldOrBroken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, raw := range map[string]string{
		"old.json":      `{"door":"events","payload":{"type":"event_callback","event":{"type":"message","channel":"D1","user":"U1","text":"old","ts":"1.1","channel_type":"im"}},"at":"2020-01-01T00:00:00Z"}`,
		"broken.json":   `{"door":`,
		"half.json.new": `{}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(raw), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	st := play(t, "http", slackfake.Options{}, func(c *slack.Config) { c.Inbox = dir })
	st.DM("U1", "now")
	st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return m.Shown == "Answer to now" })
	st.Await("an empty inbox", func() bool {
		names, _ := filepath.Glob(filepath.Join(dir, "*"))
		return len(names) == 0
	})
	if n := len(st.bot.asked()); n != 1 {
		t.Errorf("the bot was asked %d times", n)
	}
}
