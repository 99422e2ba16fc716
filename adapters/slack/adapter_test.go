package slack_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
	"attache/bot"
	"attache/bot/message"
)

// desk is a scripted bot: it remembers what it was asked and answers what the script says.
type script struct {
	mu       sync.Mutex // guards what follows
	requests []bot.Request
	seen     map[string]bool
	parts    map[string]bool
	gone     []string
	// answer is what it says; nil means a plain line.
	answer func(ctx context.Context, r bot.Request) (bot.Reply, error)
}

func (s *script) Handle(ctx context.Context, r bot.Request) (bot.Reply, error) {
	s.mu.Lock()
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	if r.ID != "" && s.seen[r.ID] {
		s.mu.Unlock()
		return bot.Reply{}, nil
	}
	s.seen[r.ID] = true
	s.requests = append(s.requests, r)
	answer := s.answer
	if r.Conversation != "" {
		if s.parts == nil {
			s.parts = map[string]bool{}
		}
		s.parts[r.Conversation] = true
	}
	s.mu.Unlock()
	if answer != nil {
		return answer(ctx, r)
	}
	return bot.Reply{Message: text("Answer to " + r.Text)}, nil
}

func (s *script) TakesPart(_ context.Context, conversation string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.parts[conversation]
}

func (s *script) Left(context.Context, string, string) error { return nil }

func (s *script) Uninstalled(_ context.Context, platform, workspace string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = append(s.gone, platform+"/"+workspace)
	return nil
}

func (s *script) asked() []bot.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]bot.Request(nil), s.requests...)
}

func text(words string) *message.Message {
	return &message.Message{Gist: words, Blocks: []message.Block{message.P(message.T(words))}}
}

// logbook collects the log.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// stage is an adapter that runs against a fake workspace.
type stage struct {
	*slackfake.Server
	adapter *slack.Adapter
	bot     *script
	log     *logbook
	stop    func()
	done    chan error
}

// transports are the two doors, which every test of behaviour goes through.
var transports = []string{"socket", "http"}

// play starts an adapter. It ends with the test, which then fails if a secret stands in the log.
func play(t *testing.T, transport string, o slackfake.Options, change func(*slack.Config)) *stage {
	t.Helper()
	st := &stage{Server: slackfake.Start(t, o), bot: &script{}, log: &logbook{}, done: make(chan error, 1)}
	cfg := slack.Config{
		BotToken: st.BotToken(), APIURL: st.APIURL(), Handler: st.bot, Patience: -1,
		Log:        slog.New(slog.NewTextHandler(st.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		HTTPClient: &http.Client{Timeout: 5 * time.Second},
	}
	if transport == "socket" {
		cfg.AppToken = st.AppToken()
	} else {
		cfg.SigningSecret = st.SigningSecret()
	}
	if change != nil {
		change(&cfg)
	}
	var err error
	st.adapter, err = slack.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	st.stop = cancel
	go func() { st.done <- st.adapter.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if st.done != nil {
			<-st.done
		}
		for _, secret := range st.Secrets() {
			if secret != "" && strings.Contains(st.log.String(), secret) {
				t.Errorf("the log holds a secret (%.12s…):\n%s", secret, st.log)
			}
		}
	})
	if transport == "socket" {
		st.AwaitConnection()
	} else {
		st.Await("the adapter to be ready", func() bool { return st.adapter.Health().Ready })
		st.DeliverTo(st.adapter.Handler())
	}
	return st
}

// both runs a test through both doors.
func both(t *testing.T, o slackfake.Options, change func(*slack.Config), test func(t *testing.T, st *stage)) {
	t.Helper()
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			test(t, play(t, transport, o, change))
		})
	}
}

func TestMentionIsAnsweredOnceInItsThread(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		asked := st.Mention("C1", "U1", "who gave Kim a car?")
		answer := st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
		if want := "Answer to who gave Kim a car?"; answer.Shown != want {
			t.Errorf("got %q, want %q", answer.Shown, want)
		}
		r := st.bot.asked()[0]
		if r.Kind != bot.Ask || r.Address.Thread != "" || r.Address.Channel != "C1" || r.Address.Workspace != slackfake.Team {
			t.Errorf("the request is %+v", r)
		}
		if want := "slack/" + slackfake.Team + "/C1/" + asked.TS; r.Conversation != want {
			t.Errorf("the conversation is %q, want %q", r.Conversation, want)
		}
		if r.User.Zone != "Asia/Seoul" || r.User.Locale != "ko-KR" || r.User.Manages != bot.PermissionNo {
			t.Errorf("the user is %+v", r.User)
		}
	})
}

func TestAnswersComeWhereTheQuestionWas(t *testing.T) {
	t.Parallel()
	t.Run("a follow-up in a thread that we take part in", func(t *testing.T) {
		t.Parallel()
		both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
			asked := st.Mention("C1", "U1", "who gave Kim a car?")
			st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
			st.ThreadReply("C1", asked.TS, "U1", "and what did Seoul say?")
			st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS && strings.Contains(m.Shown, "Seoul") })
			requests := st.bot.asked()
			if requests[0].Conversation != requests[1].Conversation || requests[1].Address.Thread != asked.TS {
				t.Errorf("the follow-up is in another conversation: %+v", requests)
			}
		})
	})
	t.Run("talk in a thread that is not ours", func(t *testing.T) {
		t.Parallel()
		both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
			root := st.Say("C1", "U1", "lunch?", "")
			st.AwaitAck(st.ThreadReply("C1", root.TS, "UADMIN", "yes please"))
			asked := st.Mention("C1", "U1", "what is new?") // goes through the same line behind it
			st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
			if n := len(st.bot.asked()); n != 1 {
				t.Errorf("the bot was asked %d times, want once", n)
			}
		})
	})
	t.Run("a direct message", func(t *testing.T) {
		t.Parallel()
		both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
			st.DM("U1", "what is new?")
			answer := st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return true })
			if answer.ThreadTS != "" || answer.Ephemeral() {
				t.Errorf("the answer is %+v", answer)
			}
			if r := st.bot.asked()[0]; r.User.Manages != bot.PermissionYes {
				t.Errorf("a person may not manage their own direct message: %+v", r.User)
			}
		})
	})
	t.Run("a direct message to an agent", func(t *testing.T) {
		t.Parallel()
		both(t, slackfake.Options{Agent: true}, func(c *slack.Config) { c.Agent = true }, func(t *testing.T, st *stage) {
			asked := st.DM("U1", "what is new?")
			answer := st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return true })
			if answer.ThreadTS != asked.TS {
				t.Errorf("the answer stands in thread %q, want %q", answer.ThreadTS, asked.TS)
			}
		})
	})
	t.Run("a private answer", func(t *testing.T) {
		t.Parallel()
		both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
			st.bot.answer = func(context.Context, bot.Request) (bot.Reply, error) {
				return bot.Reply{Message: text("for you alone"), Private: true}, nil
			}
			st.Mention("C1", "U1", "help")
			answer := st.AwaitMessage("C1", func(m slackfake.Message) bool { return true })
			if answer.For != "U1" {
				t.Errorf("the answer is %+v", answer)
			}
		})
	})
}

func TestWhoManagesAChannel(t *testing.T) {
	t.Parallel()
	st := play(t, "http", slackfake.Options{}, func(c *slack.Config) { c.Admins = []string{"UBOSS"} })
	st.AddUser(slackfake.User{ID: "UBOSS", Name: "Boss"})
	st.AddUser(slackfake.User{ID: "UMAKER", Name: "Maker"})
	st.AddChannel(slackfake.Channel{ID: "C2", Name: "made", Creator: "UMAKER", Members: []string{slackfake.BotUser, "U1", "UADMIN", "UBOSS", "UMAKER"}})
	for _, row := range []struct {
		user, text string
		want       bot.Permission
	}{
		{"UADMIN", "digest add daily 08:00", bot.PermissionYes},
		{"UBOSS", "digest add daily 08:00", bot.PermissionYes},
		{"UMAKER", "digest add daily 08:00", bot.PermissionYes},
		{"U1", "digest add daily 08:00", bot.PermissionNo},
	} {
		before := len(st.bot.asked())
		st.Slash("C2", row.user, "/brief", row.text)
		st.Await("the request", func() bool { return len(st.bot.asked()) > before })
		if got := st.bot.asked()[before].User.Manages; got != row.want {
			t.Errorf("%s: got %q, want %q", row.user, got, row.want)
		}
	}
	st.Fault(slackfake.Fault{Method: "users.info", Error: "user_not_visible", Times: -1})
	st.AddUser(slackfake.User{ID: "UX", Name: "X"})
	before := len(st.bot.asked())
	st.Slash("C2", "UX", "/brief", "digest list")
	st.Await("the request", func() bool { return len(st.bot.asked()) > before })
	if got := st.bot.asked()[before].User.Manages; got != bot.PermissionUnknown {
		t.Errorf("a person whom slack does not tell about: got %q", got)
	}
}

// TestAcknowledgesWhileTheAnswerTakes: nothing that the newsroom does keeps an acknowledgement waiting.
func TestAcknowledgesWhileTheAnswerTakes(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, func(c *slack.Config) { c.Workers = 1 }, func(t *testing.T, st *stage) {
		release := make(chan struct{})
		st.bot.answer = func(ctx context.Context, r bot.Request) (bot.Reply, error) {
			select {
			case <-release:
			case <-ctx.Done():
			}
			return bot.Reply{Message: text("done")}, nil
		}
		defer close(release)
		for range 2 {
			st.AwaitAck(st.Mention("C1", "U1", "who?"))
			st.AwaitAck(st.Slash("C1", "U1", "/brief", "latest"))
			st.AwaitAck(st.DM("UADMIN", "what is new?"))
		}
	})
}

func TestWhatCannotBeReadIsAcknowledged(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.AwaitAck(st.Event(map[string]any{"type": "holographic_mention", "user": "U1", "channel": "C1"}))
		st.AwaitAck(st.Event(map[string]any{"type": "message", "user": 17, "channel": map[string]any{}, "blocks": "x"}))
		st.AwaitAck(st.Raw([]byte(`{"type":"event_callback","event":"no object"}`)))
		st.AwaitAck(st.Raw([]byte(`{"type":"event_callback"}`)))
		st.AwaitAck(st.Interact(map[string]any{"type": "holographic_click", "user": map[string]any{"id": "U1"}}))
		st.AwaitAck(st.Interact(map[string]any{"type": "block_actions", "user": map[string]any{"id": "U1"}, "actions": []any{}}))
		asked := st.Mention("C1", "U1", "still there?")
		st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
		if n := st.Connections(); n > 1 {
			t.Errorf("the socket was opened %d times", n)
		}
	})
}

// TestAMalformedFieldDoesNotHideAQuestion: the library rejects the whole event for one; our decoder reads the rest.
func TestAMalformedFieldDoesNotHideAQuestion(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		asked := st.SayWith("C1", "U1", "<@"+slackfake.BotUser+"> who?", "", map[string]any{"blocks": "no list", "attachments": 7, "client_msg_id": 7, "event_ts": 1.5, "thread_ts": map[string]any{}, "subtype": []any{}})
		st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
		st.AwaitAck(asked)
	})
}

func TestEachQuestionIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	t.Run("delivered again", func(t *testing.T) {
		t.Parallel()
		both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
			asked := st.Mention("C1", "U1", "who?")
			st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
			st.Again(asked)
			st.Again(asked)
			slash := st.Slash("C1", "U1", "/brief", "latest")
			st.AwaitAck(slash)
			st.Again(slash)
			last := st.Mention("C1", "U1", "and now?")
			st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == last.TS })
			st.Await("the command", func() bool { return len(st.bot.asked()) >= 3 })
			if n := len(st.bot.asked()); n != 3 {
				t.Errorf("the bot was asked %d times, want 3", n)
			}
		})
	})
	t.Run("the same words with another timestamp", func(t *testing.T) {
		t.Parallel()
		both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
			event := map[string]any{"type": "message", "channel": st.Direct("U1"), "channel_type": "im", "user": "U1", "text": "what is new?", "client_msg_id": "same", "ts": "1708408800.000100"}
			st.AwaitAck(st.Event(event))
			st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return true })
			event["ts"] = "1708408801.000100"
			st.AwaitAck(st.Event(event))
			st.DM("U1", "last")
			st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return strings.Contains(m.Shown, "last") })
			if n := len(st.bot.asked()); n != 2 {
				t.Errorf("the bot was asked %d times, want 2", n)
			}
		})
	})
	t.Run("after a restart", func(t *testing.T) {
		t.Parallel()
		memory := &seen{}
		first := play(t, "http", slackfake.Options{}, func(c *slack.Config) { c.Seen = memory.Seen })
		event := map[string]any{"type": "message", "channel": first.Direct("U1"), "channel_type": "im", "user": "U1", "text": "what is new?", "client_msg_id": "same", "ts": "1708408800.000100"}
		d := first.Event(event)
		first.AwaitMessage(first.Direct("U1"), func(m slackfake.Message) bool { return true })
		first.stop()
		second := play(t, "http", slackfake.Options{}, func(c *slack.Config) { c.Seen = memory.Seen })
		_, body := d.Body()
		second.Raw(body) // the same event id
		event["ts"] = "1708408802.000100"
		second.Event(event) // the same client_msg_id
		second.DM("U1", "last")
		second.AwaitMessage(second.Direct("U1"), func(m slackfake.Message) bool { return strings.Contains(m.Shown, "last") })
		if asked := second.bot.asked(); len(asked) != 1 {
			t.Errorf("the bot was asked %+v, want the last only", asked)
		}
	})
}

// seen is the durable memory of ids.
type seen struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (s *seen) Seen(_ context.Context, id string, _ time.Time) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = map[string]bool{}
	}
	before := s.ids[id]
	s.ids[id] = true
	return before, nil
}

// TestARetryIsAnswered: it may be the only delivery that arrived.
func TestARetryIsAnswered(t *testing.T) {
	t.Parallel()
	t.Run("http", func(t *testing.T) {
		t.Parallel()
		st := play(t, "http", slackfake.Options{}, nil)
		fails := 2
		st.DeliverTo(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if fails > 0 {
				fails--
				w.WriteHeader(http.StatusBadGateway) // a load balancer with nobody behind it
				return
			}
			if r.Header.Get("X-Slack-Retry-Num") != "2" {
				t.Errorf("this is retry %q", r.Header.Get("X-Slack-Retry-Num"))
			}
			st.adapter.Handler().ServeHTTP(w, r)
		}))
		st.DM("U1", "what is new?")
		st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return true })
	})
	t.Run("socket", func(t *testing.T) {
		t.Parallel()
		st := play(t, "socket", slackfake.Options{}, nil)
		st.Break()
		st.Await("the socket to close", func() bool { return st.Connected() == 0 || st.Connections() > 1 })
		d := st.DM("U1", "what is new?") // meets no socket, or the next one
		st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return true })
		st.AwaitAck(d)
	})
}

func TestTheSocketComesBack(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func(*stage){
		"warning":           func(st *stage) { st.Disconnect("warning") },
		"refresh requested": func(st *stage) { st.Disconnect("refresh_requested") },
		"cut":               func(st *stage) { st.Break() },
		"slack is down for a while": func(st *stage) {
			st.Fault(slackfake.Fault{Method: "apps.connections.open", Status: 503, Times: 2})
			st.Fault(slackfake.Fault{Method: "apps.connections.open", Error: "internal_error"})
			st.Break()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := play(t, "socket", slackfake.Options{}, nil)
			trouble(st)
			st.Await("a second socket", func() bool { return st.Connections() > 1 && st.Connected() > 0 })
			asked := st.Mention("C1", "U1", "who?")
			st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
			st.Await("health", func() bool { return st.adapter.Health().Ready })
		})
	}
	t.Run("garbled frames", func(t *testing.T) {
		t.Parallel()
		st := play(t, "socket", slackfake.Options{}, nil)
		for _, frame := range []string{`{"type":`, ``, `[]`, `"hello"`, `{"type":"future_thing"}`, `{"type":"events_api","envelope_id":"e1","payload":null}`} {
			st.Frame(frame)
		}
		asked := st.Mention("C1", "U1", "who?")
		st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
	})
	t.Run("acknowledgements that slack overlooks", func(t *testing.T) {
		t.Parallel()
		st := play(t, "socket", slackfake.Options{}, nil)
		st.Deafen(true)
		d := st.Mention("C1", "U1", "who?")
		st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == d.TS })
		st.Deafen(false)
		st.Break()
		st.AwaitAck(d)
		if n := len(st.bot.asked()); n != 1 {
			t.Errorf("the bot was asked %d times", n)
		}
	})
}

func TestRefusedTokensEndTheRun(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		change func(*slack.Config)
		fault  slackfake.Fault
		want   string
	}{
		{"bot token", func(c *slack.Config) { c.BotToken = "xoxb-wrong" }, slackfake.Fault{Method: "-", Mute: true}, "invalid_auth"},
		{"app token", func(c *slack.Config) { c.AppToken = "xapp-wrong" }, slackfake.Fault{Method: "-", Mute: true}, "invalid_auth"},
		{"bot token as app token", func(c *slack.Config) { c.AppToken = c.BotToken }, slackfake.Fault{Method: "-", Mute: true}, "not_allowed_token_type"},
		{"revoked", nil, slackfake.Fault{Method: "apps.connections.open", Error: "token_revoked", Times: -1}, "token_revoked"},
		{"without its scope", nil, slackfake.Fault{Method: "apps.connections.open", Error: "missing_scope", Times: -1}, "missing_scope"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := slackfake.Start(t, slackfake.Options{})
			s.Fault(row.fault)
			cfg := slack.Config{BotToken: s.BotToken(), AppToken: s.AppToken(), APIURL: s.APIURL(), Handler: &script{}}
			if row.change != nil {
				row.change(&cfg)
			}
			a, err := slack.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			err = a.Run(t.Context())
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Fatalf("got %v, want %s", err, row.want)
			}
			if strings.Contains(err.Error(), "xoxb") || strings.Contains(err.Error(), "xapp") {
				t.Errorf("the error holds a token: %v", err)
			}
		})
	}
}

func TestUnsignedDeliveriesAreRefused(t *testing.T) {
	t.Parallel()
	st := play(t, "http", slackfake.Options{}, nil)
	d := st.DM("U1", "one")
	st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return true })
	door, body := d.Body()
	body = bytes.Replace(body, []byte("one"), []byte("two"), 1)
	for _, row := range []struct {
		name   string
		change func(*http.Request)
		want   int
	}{
		{"no signature", func(r *http.Request) { r.Header.Del("X-Slack-Signature") }, 401},
		{"no timestamp", func(r *http.Request) { r.Header.Del("X-Slack-Request-Timestamp") }, 401},
		{"not hex", func(r *http.Request) { r.Header.Set("X-Slack-Signature", "v0=zz") }, 401},
		{"another version", func(r *http.Request) { r.Header.Set("X-Slack-Signature", "v1=00") }, 401},
		{"another secret", func(r *http.Request) { r.Header.Set("X-Slack-Signature", "v0="+strings.Repeat("ab", 32)) }, 401},
		{"old", func(r *http.Request) {
			r.Header = st.Sign(body, time.Now().Add(-6*time.Minute))
		}, 401},
		{"from the future", func(r *http.Request) { r.Header = st.Sign(body, time.Now().Add(6*time.Minute)) }, 401},
		{"tampered", func(r *http.Request) { r.Header = st.Sign([]byte("other"), time.Now()) }, 401},
		{"GET", func(r *http.Request) { r.Method = http.MethodGet }, 405},
		{"elsewhere", func(r *http.Request) { r.URL.Path = "/slack/admin" }, 404},
		{"in order", func(*http.Request) {}, 200},
	} {
		r := st.Request(door, body)
		row.change(r)
		w := record(st.adapter.Handler(), r)
		if w != row.want {
			t.Errorf("%s: got %d, want %d", row.name, w, row.want)
		}
	}
	large := st.Request("events", bytes.Repeat([]byte(" "), 2<<20))
	if got := record(st.adapter.Handler(), large); got != 413 {
		t.Errorf("a large body: got %d", got)
	}
	// A replay inside the window passes the check and is known by its id.
	if got := record(st.adapter.Handler(), st.Request(d.Body())); got != 200 {
		t.Errorf("a replay: got %d", got)
	}
	st.DM("U1", "last")
	st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return strings.Contains(m.Shown, "last") })
	if n := len(st.bot.asked()); n != 2 {
		t.Errorf("the bot was asked %d times, want 2", n)
	}
}

func record(h http.Handler, r *http.Request) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func TestTheRequestURLIsVerified(t *testing.T) {
	t.Parallel()
	st := play(t, "http", slackfake.Options{}, nil)
	r := st.Request("events", []byte(`{"token":"x","challenge":"abc123","type":"url_verification"}`))
	w := httptest.NewRecorder()
	st.adapter.Handler().ServeHTTP(w, r)
	if w.Code != 200 || w.Body.String() != "abc123" {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
}

func TestUninstallDeletes(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.Uninstall()
		st.Await("the deletion", func() bool {
			st.bot.mu.Lock()
			defer st.bot.mu.Unlock()
			return len(st.bot.gone) == 2 // Slack tells twice; twice is harmless
		})
		if got := st.bot.gone[0]; got != "slack/"+slackfake.Team {
			t.Errorf("got %q", got)
		}
	})
}
