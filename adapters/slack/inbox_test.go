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
func crash(t *testing.T, s *slackfake.Server, memory *script, stream bool, before func(dir string)) (inbox string) {
	t.Helper()
	dir, inbox := filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second")
	mind := frozen{memory, make(chan struct{})}
	a, err := slack.New(slack.Config{
		BotToken: s.BotToken(), SigningSecret: s.SigningSecret(), APIURL: s.APIURL(), Handler: mind, Inbox: dir, Workers: 1, Patience: time.Millisecond, Stream: stream,
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
	before(dir)
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
	dir := crash(t, s, mind, false, func(string) {
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

// next runs the process after a crash until its inbox is empty.
func next(t *testing.T, s *slackfake.Server, mind *script, dir string) {
	t.Helper()
	a, err := slack.New(slack.Config{BotToken: s.BotToken(), SigningSecret: s.SigningSecret(), APIURL: s.APIURL(), Handler: mind, Inbox: dir})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	s.Await("an empty inbox", func() bool {
		names, _ := filepath.Glob(filepath.Join(dir, "*"))
		return len(names) == 0
	})
	cancel()
	<-done
}

// TestAStreamThatACrashCutIsEnded: the next process ends it, run out or not, and puts an honest line or the answer into its
// place.
func TestAStreamThatACrashCutIsEnded(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		faults []slackfake.Fault
		forgot bool // the bot's memory does not know the question
		want   string
	}{
		"still open":            {want: "다시 시작하는 중"},
		"run out":               {faults: []slackfake.Fault{{Method: "chat.appendStream", Error: "message_not_in_streaming_state"}}, want: "다시 시작하는 중"},
		"and can be asked anew": {forgot: true, want: "Answer to who?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := slackfake.Start(t, slackfake.Options{})
			mind := &script{}
			var asked *slackfake.Delivery
			dir := crash(t, s, mind, true, func(dir string) {
				asked = s.Mention("C1", "U1", "who?")
				s.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS && m.Streaming })
				s.Await("the stream to be noted", func() bool { return strings.Contains(read(dir), `"stream"`) })
			})
			for _, f := range row.faults {
				s.Fault(f)
			}
			if row.forgot {
				mind.mu.Lock()
				mind.seen = nil
				mind.mu.Unlock()
			}
			next(t, s, mind, dir)
			posts := s.Posts("C1")
			if len(posts) != 1 || posts[0].Streaming || !strings.Contains(posts[0].Shown, row.want) || posts[0].ThreadTS != asked.TS {
				t.Errorf("got %+v", posts)
			}
		})
	}
}

// TestAnAnswerThatArrivedBeforeTheCrashIsNotRepeated: the next process looks before it answers, however the answer came.
func TestAnAnswerThatArrivedBeforeTheCrashIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]func(*slack.Config){
		"posted":                 func(c *slack.Config) {},
		"in the place of a line": func(c *slack.Config) { c.Patience = time.Millisecond },
		"in a stream":            streams,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			first := play(t, "http", slackfake.Options{}, func(c *slack.Config) { c.Inbox = dir; row(c) })
			var kept []byte
			file := ""
			first.bot.answer = func(context.Context, bot.Request) (bot.Reply, error) {
				if name != "posted" {
					first.Await("what stands before the answer", func() bool { return len(first.Posts("C1")) == 1 })
				}
				if name == "in a stream" {
					first.Await("the stream to be noted", func() bool { return strings.Contains(read(dir), `"stream"`) })
				}
				names, _ := filepath.Glob(filepath.Join(dir, "*.json"))
				file = names[0]
				kept, _ = os.ReadFile(file)
				return bot.Reply{Message: text("once")}, nil
			}
			asked := first.Mention("C1", "U1", "who?")
			first.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS && m.Shown == "once" })
			first.stop()
			<-first.done
			first.done = nil
			if err := os.WriteFile(file, kept, 0o600); err != nil { // it died between the answer and the inbox
				t.Fatal(err)
			}
			mind := &script{}
			next(t, first.Server, mind, dir)
			if posts := first.Posts("C1"); len(posts) != 1 || posts[0].Shown != "once" || len(mind.asked()) != 0 {
				t.Errorf("got %+v, and the bot was asked %d times", posts, len(mind.asked()))
			}
		})
	}
}

// read is all that stands in the files of a folder.
func read(dir string) string {
	var all strings.Builder
	names, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	for _, name := range names {
		raw, _ := os.ReadFile(name)
		all.Write(raw)
	}
	return all.String()
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
