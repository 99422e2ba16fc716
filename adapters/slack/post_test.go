package slack_test

import (
	"context"
	"errors"
	"net"
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

func channel(id string) message.Address {
	return message.Address{Platform: "slack", Workspace: slackfake.Team, Channel: id}
}

// poster is a Poster of an adapter that does not run.
func poster(t *testing.T, s *slackfake.Server, change func(*slack.Config)) *slack.Poster {
	t.Helper()
	cfg := slack.Config{BotToken: s.BotToken(), AppToken: s.AppToken(), APIURL: s.APIURL(), Handler: &script{}, HTTPClient: s.Client()}
	if change != nil {
		change(&cfg)
	}
	a, err := slack.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a.Poster()
}

// TestFailuresSayWhetherTheMessageMayHaveArrived goes through what can happen to a post. posted is how many messages stand in
// the channel afterwards, as a person would see them.
func TestFailuresSayWhetherTheMessageMayHaveArrived(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		fault  slackfake.Fault
		class  message.Class
		reason string
		after  time.Duration
		posted int
	}{
		{"429 with a wait", slackfake.Fault{Status: 429, After: 7}, message.Later, "rate_limited", 7 * time.Second, 0},
		{"429 without a wait", slackfake.Fault{Status: 429, NoHeader: true}, message.Later, "rate_limited", 0, 0},
		{"rate_limited", slackfake.Fault{Error: "rate_limited"}, message.Later, "rate_limited", 0, 0},
		{"500", slackfake.Fault{Status: 500}, message.Unknown, "http_500", 0, 0},
		{"503", slackfake.Fault{Status: 503}, message.Unknown, "http_503", 0, 0},
		{"an answer that is lost", slackfake.Fault{Lost: true}, message.Unknown, "no_answer", 0, 1},
		{"an answer that is garbled", slackfake.Fault{Garbled: true}, message.Unknown, "no_answer", 0, 1},
		{"internal_error", slackfake.Fault{Error: "internal_error"}, message.Unknown, "internal_error", 0, 0},
		{"fatal_error", slackfake.Fault{Error: "fatal_error"}, message.Unknown, "fatal_error", 0, 0},
		{"ok without ts", slackfake.Fault{NoTS: true}, message.Unknown, "ok_without_ts", 0, 1},
		{"not ok without a word", slackfake.Fault{Mute: true}, message.Unknown, "no_reason_given", 0, 0},
		{"channel_not_found", slackfake.Fault{Error: "channel_not_found"}, message.Gone, "channel_not_found", 0, 0},
		{"not_in_channel", slackfake.Fault{Error: "not_in_channel"}, message.Gone, "not_in_channel", 0, 0},
		{"is_archived", slackfake.Fault{Error: "is_archived"}, message.Gone, "is_archived", 0, 0},
		{"restricted_action", slackfake.Fault{Error: "restricted_action"}, message.Gone, "restricted_action", 0, 0},
		{"restricted_action_read_only_channel", slackfake.Fault{Error: "restricted_action_read_only_channel"}, message.Gone, "restricted_action_read_only_channel", 0, 0},
		{"token_revoked", slackfake.Fault{Error: "token_revoked"}, message.Gone, "token_revoked", 0, 0},
		{"account_inactive", slackfake.Fault{Error: "account_inactive"}, message.Gone, "account_inactive", 0, 0},
		{"invalid_auth", slackfake.Fault{Error: "invalid_auth"}, message.Gone, "invalid_auth", 0, 0},
		{"msg_too_long", slackfake.Fault{Error: "msg_too_long"}, message.Refused, "msg_too_long", 0, 0},
		{"a word that nobody knows", slackfake.Fault{Error: "holographic_error"}, message.Refused, "holographic_error", 0, 0},
		{"400", slackfake.Fault{Status: 400}, message.Refused, "http_400", 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := slackfake.Start(t, slackfake.Options{})
			p := poster(t, s, nil)
			row.fault.Method = "chat.postMessage"
			s.Fault(row.fault)
			_, err := p.Post(t.Context(), channel("C1"), text("hello"), "key-1")
			e, ok := errors.AsType[*message.Error](err)
			if !ok {
				t.Fatalf("got %v", err)
			}
			if e.Class != row.class || e.Reason != row.reason || e.After != row.after {
				t.Errorf("got %s %s after %s, want %s %s after %s", e.Class, e.Reason, e.After, row.class, row.reason, row.after)
			}
			if n := len(s.Posts("C1")); n != row.posted {
				t.Errorf("%d messages stand in the channel, want %d", n, row.posted)
			}
			if n := s.Calls("chat.postMessage"); n != 1 {
				t.Errorf("the post was tried %d times", n)
			}
		})
	}
	t.Run("connection refused", func(t *testing.T) {
		t.Parallel()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := slackfake.Start(t, slackfake.Options{})
		p := poster(t, s, func(c *slack.Config) {
			c.HTTPClient = &http.Client{Timeout: 5 * time.Second}
			c.APIURL = "http://" + l.Addr().String() + "/api/"
		})
		l.Close()
		_, err = p.Post(t.Context(), channel("C1"), text("hello"), "key-1")
		if message.ClassOf(err) != message.Later {
			t.Errorf("got %v, want later", err)
		}
	})
	t.Run("a silent server", func(t *testing.T) {
		t.Parallel()
		s := slackfake.Start(t, slackfake.Options{})
		synctest.Test(t, func(t *testing.T) {
			p := poster(t, s, func(c *slack.Config) { c.HTTPClient = &http.Client{Transport: s.Client().Transport} }) // without a timeout of its own
			s.Fault(slackfake.Fault{Method: "chat.postMessage", Late: time.Hour})
			began := time.Now()
			_, err := p.Post(t.Context(), channel("C1"), text("hello"), "key-1")
			if message.ClassOf(err) != message.Unknown {
				t.Errorf("got %v, want unknown", err)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("the call was held for %s", took)
			}
		})
	})
}

// TestALostAnswerIsFound: the message that arrived is found by its key, at its place, and nothing else is taken for it.
func TestALostAnswerIsFound(t *testing.T) {
	t.Parallel()
	for _, thread := range []bool{false, true} {
		s := slackfake.Start(t, slackfake.Options{})
		p := poster(t, s, nil)
		to := channel("C1")
		began := time.Now()
		if thread {
			to.Thread = s.Say("C1", "U1", "root", "").TS
		}
		for range 130 { // more than a page
			s.Say("C1", "U1", "talk", to.Thread)
		}
		if _, err := p.Post(t.Context(), to, text("another"), "key-2"); err != nil {
			t.Fatal(err)
		}
		if _, found, err := p.Find(t.Context(), to, "key-1", began); found || err != nil {
			t.Errorf("found before it was posted: %v, %v", found, err)
		}
		s.Fault(slackfake.Fault{Method: "chat.postMessage", Lost: true})
		if _, err := p.Post(t.Context(), to, text("hello"), "key-1"); message.ClassOf(err) != message.Unknown {
			t.Fatalf("got %v", err)
		}
		for range 130 {
			s.Say("C1", "U1", "talk", to.Thread)
		}
		s.Fault(slackfake.Fault{Method: "conversations.history", Status: 500}) // a read is asked again
		s.Fault(slackfake.Fault{Method: "conversations.replies", Status: 500})
		ref, found, err := p.Find(t.Context(), to, "key-1", began)
		if err != nil || !found {
			t.Fatalf("thread %v: found %v, %v", thread, found, err)
		}
		posts := s.Posts("C1")
		if last := posts[len(posts)-1]; last.TS != ref.ID || last.Shown != "hello" {
			t.Errorf("found %+v, want %+v", ref, last)
		}
	}
}

func TestWhereSlackMayNotBeRead(t *testing.T) {
	t.Parallel()
	s := slackfake.Start(t, slackfake.Options{})
	s.AddChannel(slackfake.Channel{ID: "C9", Name: "open", Members: []string{"U1"}}) // chat:write.public posts where we can't read
	p := poster(t, s, nil)
	if _, err := p.Post(t.Context(), channel("C9"), text("hello"), "key-1"); err != nil {
		t.Fatal(err)
	}
	_, _, err := p.Find(t.Context(), channel("C9"), "key-1", time.Now())
	if message.ClassOf(err) != message.Gone {
		t.Errorf("got %v, want gone: asking again is useless", err)
	}
	s.Fault(slackfake.Fault{Method: "conversations.history", Status: 502, Times: -1})
	synctest.Test(t, func(t *testing.T) {
		_, _, err = poster(t, s, nil).Find(t.Context(), channel("C1"), "key-1", time.Now())
	})
	if message.ClassOf(err) != message.Later {
		t.Errorf("got %v, want later: slack may answer another time", err)
	}
}

func TestADrawingThatSlackRefusesIsSentAsText(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"} {
		s := slackfake.Start(t, slackfake.Options{})
		p := poster(t, s, nil)
		s.AddChannel(slackfake.Channel{ID: "C2", Members: []string{slackfake.BotUser}})
		s.Fault(slackfake.Fault{Method: "chat.postMessage", Error: word, Details: []string{"[ERROR] unknown block [json-pointer:/blocks/0]"}})
		ref, err := p.Post(t.Context(), channel("C1"), text("a < b & *c*"), "key-1")
		if err != nil {
			t.Fatalf("%s: %v", word, err)
		}
		m := s.Posts("C1")[0]
		if m.TS != ref.ID || len(m.Blocks) > 0 || m.Text != "a &lt; b &amp; *c*" {
			t.Errorf("%s: got %+v", word, m)
		}
		s.Fault(slackfake.Fault{Method: "chat.update", Error: word})
		if err := p.Edit(t.Context(), ref, text("edited")); err != nil {
			t.Errorf("%s: edit: %v", word, err)
		}
		s.Fault(slackfake.Fault{Method: "chat.postMessage", Error: word, Times: 2})
		if _, err := p.Post(t.Context(), channel("C2"), text("x"), "key-2"); message.ClassOf(err) != message.Refused {
			t.Errorf("%s twice: got %v, want refused", word, err)
		}
	}
}

// TestVotesAreThumbsWhereSlackShowsThem: as a pair in one element where the workspace takes it, else as buttons, and always as
// buttons in what one person sees; what the bot hears is the same.
func TestVotesAreThumbsWhereSlackShowsThem(t *testing.T) {
	t.Parallel()
	answer := &message.Message{Gist: "x", Blocks: []message.Block{message.P(message.T("x")), message.Buttons{Items: []message.Button{
		{Label: "Evidence", Action: "evidence", Value: "x1"}, {Label: "Helpful", Action: "helpful", Value: "x1"}, {Label: "Not helpful", Action: "unhelpful", Value: "x1"},
	}}}}
	for name, row := range map[string]struct {
		refuses []string
		kind    string
		posts   int // for two answers
	}{
		"a workspace that shows them": {nil, "feedback_buttons", 2},
		"one that does not":           {[]string{"context_actions"}, "button", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := play(t, "http", slackfake.Options{Refuses: row.refuses}, nil)
			st.bot.answer = func(_ context.Context, r bot.Request) (bot.Reply, error) {
				if r.Kind == bot.Click {
					return bot.Reply{}, nil
				}
				return bot.Reply{Message: answer}, nil
			}
			asked := func(text string) slackfake.Message {
				q := st.Mention("C1", "U1", text)
				return st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == q.TS })
			}
			asked("who?")
			st.Await("what was learnt from it", func() bool { return len(row.refuses) == 0 || strings.Contains(st.log.String(), "no thumbs here") })
			shown := asked("and who else?")
			st.Await("both answers to be counted", func() bool { return st.Calls("chat.postMessage") >= row.posts }) // a message stands there a moment before its call ends
			if n := st.Calls("chat.postMessage"); n != row.posts {
				t.Errorf("two answers took %d calls, want %d", n, row.posts)
			}
			var drawn []string
			for _, b := range shown.Buttons {
				drawn = append(drawn, b.Kind+" "+b.Label)
			}
			if want := []string{"button Evidence", row.kind + " Helpful", row.kind + " Not helpful"}; !slices.Equal(drawn, want) {
				t.Errorf("drawn as %q, want %q", drawn, want)
			}
			st.AwaitAck(st.Click("U1", shown, "Helpful"))
			st.AwaitAck(st.Click("U1", shown, "Not helpful"))
			st.Await("both clicks", func() bool { return len(st.bot.asked()) == 4 })
			var heard []string
			for _, r := range st.bot.asked()[2:] {
				heard = append(heard, r.Action+" "+r.Value)
			}
			slices.Sort(heard)
			if want := []string{"helpful x1", "unhelpful x1"}; !slices.Equal(heard, want) {
				t.Errorf("the bot heard %q, want %q", heard, want)
			}
			if err := st.adapter.Poster().Edit(t.Context(), message.Ref{Address: channel("C1"), ID: shown.TS}, answer); err != nil {
				t.Errorf("edit: %v", err)
			}
			st.Slash("C1", "U1", "/brief", "latest")
			whisper := st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.For == "U1" && len(m.Buttons) > 0 })
			for _, b := range whisper.Buttons {
				if b.Kind != "button" {
					t.Errorf("one person sees %s drawn as %s", b.Label, b.Kind)
				}
			}
		})
	}
}

func TestEditsKeepTheLimitOfUpdates(t *testing.T) {
	t.Parallel()
	s := slackfake.Start(t, slackfake.Options{})
	p := poster(t, s, nil)
	ref, err := p.Post(t.Context(), channel("C1"), text("short"), "k")
	if err != nil {
		t.Fatal(err)
	}
	long := &message.Message{Gist: "Long.", Blocks: []message.Block{
		message.P(message.T(strings.Repeat("A sentence & more. ", 150))), message.P(message.T(strings.Repeat("Another <one>. ", 190))),
	}}
	if err := p.Edit(t.Context(), ref, long); err != nil { // the fake refuses a text of more than 4 000
		t.Fatal(err)
	}
	m := s.Posts("C1")[0]
	if m.Edits != 1 || !strings.Contains(m.Shown, "Another <one>") {
		t.Errorf("got %d edits, %q", m.Edits, m.Shown)
	}
	if err := p.Edit(t.Context(), ref, text("short again")); err != nil {
		t.Fatal(err)
	}
}

// TestAChannelGetsOneMessageASecond posts twenty at once: a short burst, then one a second.
func TestAChannelGetsOneMessageASecond(t *testing.T) {
	t.Parallel()
	s := slackfake.Start(t, slackfake.Options{StrictRate: true})
	synctest.Test(t, func(t *testing.T) {
		p := poster(t, s, nil)
		began := time.Now()
		failed := make(chan error, 40)
		for i := range 20 {
			for _, c := range []string{"C1", s.Direct("U1")} { // the channels don't wait for each other
				go func() {
					_, err := p.Post(t.Context(), channel(c), text("hello"), "k"+string(rune('a'+i)))
					failed <- err
				}()
			}
		}
		for range 40 {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(began); took < 16*time.Second || took > 20*time.Second {
			t.Errorf("twenty messages took %s", took)
		}
	})
}

// TestASecondPostHeedsTheWaitOfTheFirst: Slack's wait is for the method and the workspace.
func TestASecondPostHeedsTheWaitOfTheFirst(t *testing.T) {
	t.Parallel()
	s := slackfake.Start(t, slackfake.Options{})
	synctest.Test(t, func(t *testing.T) {
		p := poster(t, s, nil)
		s.Fault(slackfake.Fault{Method: "chat.postMessage", Status: 429, After: 30})
		if _, err := p.Post(t.Context(), channel("C1"), text("one"), "k1"); message.RetryAfter(err) != 30*time.Second {
			t.Fatalf("got %v", err)
		}
		began := time.Now()
		// With a deadline before the end of the wait nothing is sent.
		short, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := p.Post(short, channel(s.Direct("U1")), text("two"), "k2")
		if e, ok := errors.AsType[*message.Error](err); !ok || e.Class != message.Later || e.After < 25*time.Second {
			t.Errorf("got %v", err)
		}
		if n := s.Calls("chat.postMessage"); n != 1 {
			t.Errorf("slack was called %d times during the wait", n)
		}
		if _, err := p.Post(t.Context(), channel("C1"), text("three"), "k3"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < 30*time.Second {
			t.Errorf("it waited %s", took)
		}
		// Other methods go on meanwhile.
		s.Fault(slackfake.Fault{Method: "chat.postMessage", Status: 429, After: 60})
		_, _ = p.Post(t.Context(), channel("C1"), text("four"), "k4")
		began = time.Now()
		if _, _, err := p.Find(t.Context(), channel("C1"), "k3", began); err != nil || time.Since(began) > time.Second {
			t.Errorf("a search waited %s, %v", time.Since(began), err)
		}
	})
}

// TestReadsAndEditsAreRepeated: what changes nothing, or nothing twice, is asked again after whatever may pass.
func TestReadsAndEditsAreRepeated(t *testing.T) {
	t.Parallel()
	s := slackfake.Start(t, slackfake.Options{})
	synctest.Test(t, func(t *testing.T) {
		p, began := poster(t, s, nil), time.Now()
		ref, err := p.Post(t.Context(), channel("C1"), text("one"), "k1")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []slackfake.Fault{{Status: 502}, {Status: 429, After: 30}, {Error: "internal_error"}, {Lost: true}} {
			for _, method := range []string{"conversations.history", "chat.update"} {
				f.Method = method
				s.Fault(f)
			}
			if got, found, err := p.Find(t.Context(), channel("C1"), "k1", began); err != nil || !found || got != ref {
				t.Errorf("a search after %+v: %v, %v, %v", f, got, found, err)
			}
			if err := p.Edit(t.Context(), ref, text("two")); err != nil {
				t.Errorf("an edit after %+v: %v", f, err)
			}
		}
	})
}

// TestAnAnswerArrivesOnceWhateverSlackDoes asks while the post of the answer goes wrong.
func TestAnAnswerArrivesOnceWhateverSlackDoes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		fault slackfake.Fault
	}{
		{"lost", slackfake.Fault{Lost: true}},
		{"garbled", slackfake.Fault{Garbled: true}},
		{"no ts", slackfake.Fault{NoTS: true}},
		{"500", slackfake.Fault{Status: 500}},
		{"internal error", slackfake.Fault{Error: "internal_error"}},
		{"429", slackfake.Fault{Status: 429, After: 1}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			st := play(t, "http", slackfake.Options{}, nil)
			row.fault.Method = "chat.postMessage"
			st.Fault(row.fault)
			asked := st.Mention("C1", "U1", "who?")
			st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
			st.stop()
			<-st.done
			st.done = nil
			if n := len(st.Posts("C1")); n != 1 {
				t.Errorf("%d answers stand in the channel\n%s", n, st.Dump())
			}
			if n := len(st.Whispers("C1", "U1")); n != 0 {
				t.Errorf("%d whispers beside the answer", n)
			}
		})
	}
	t.Run("lost where it can't be looked for", func(t *testing.T) {
		t.Parallel()
		st := play(t, "http", slackfake.Options{Scopes: []string{"chat:write", "app_mentions:read", "users:read"}}, nil)
		st.Fault(slackfake.Fault{Method: "chat.postMessage", Lost: true})
		st.Mention("C1", "U1", "who?")
		told := st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.For == "U1" })
		if !strings.Contains(told.Shown, "확인해 주지 않") {
			t.Errorf("got %q", told.Shown)
		}
		if n := len(st.Posts("C1")); n != 1 {
			t.Errorf("%d answers stand in the channel", n)
		}
	})
}

func TestAPlaceWhereWeMayNotWrite(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.AddChannel(slackfake.Channel{ID: "C5", Name: "news-only", ReadOnly: true, Members: []string{slackfake.BotUser, "U1"}})
		st.Mention("C5", "U1", "who?")
		told := st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return true })
		if !strings.Contains(told.Shown, "이 채널에 쓸 수 없") {
			t.Errorf("got %q", told.Shown)
		}
	})
}

func TestASlowAnswerIsAnnouncedAndThenReplaced(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, func(c *slack.Config) { c.Patience = time.Millisecond }, func(t *testing.T, st *stage) {
		release := make(chan struct{})
		st.bot.answer = func(ctx context.Context, r bot.Request) (bot.Reply, error) {
			<-release
			switch r.Text {
			case "private":
				return bot.Reply{Message: text("for you"), Private: true}, nil
			case "nothing":
				return bot.Reply{}, nil
			}
			return bot.Reply{Message: text("the answer")}, nil
		}
		asked := st.Mention("C1", "U1", "who?")
		line := st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
		// In English where the reader's language has not been heard of yet: the line does not wait for it.
		if !strings.Contains(line.Shown, "출처를 읽고") && !strings.HasPrefix(line.Shown, "One moment") {
			t.Errorf("got %q", line.Shown)
		}
		release <- struct{}{}
		st.Await("the answer", func() bool {
			posts := st.Posts("C1")
			return len(posts) == 1 && posts[0].TS == line.TS && posts[0].Shown == "the answer"
		})
		for _, words := range []string{"private", "nothing"} {
			asked := st.Mention("C1", "U1", words)
			st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
			release <- struct{}{}
			st.Await("the line to go", func() bool { return len(st.Posts("C1")) == 1 })
		}
		st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.For == "U1" && m.Shown == "for you" })
	})
}

func TestALongAnswerComesInParts(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		long := &message.Message{Gist: "Long."}
		for range 12 {
			long.Blocks = append(long.Blocks, message.P(message.T(strings.Repeat("One sentence of many. ", 100))))
		}
		st.bot.answer = func(context.Context, bot.Request) (bot.Reply, error) { return bot.Reply{Message: long}, nil }
		asked := st.Mention("C1", "U1", "everything?")
		st.Await("all sentences", func() bool {
			all := ""
			for _, m := range st.Posts("C1") {
				if m.ThreadTS != asked.TS {
					t.Errorf("a part left the thread: %+v", m)
				}
				all += m.Shown
			}
			return strings.Count(all, "One sentence of many.") == 1200
		})
		if n := len(st.Posts("C1")); n < 3 {
			t.Errorf("got %d parts", n)
		}
	})
}

func TestAPictureIsUploadedIntoTheThread(t *testing.T) {
	t.Parallel()
	s := slackfake.Start(t, slackfake.Options{})
	p := poster(t, s, func(c *slack.Config) { c.HTTPClient = &http.Client{Timeout: 5 * time.Second} })
	m := &message.Message{Gist: "A chart.", Blocks: []message.Block{message.Image{Data: []byte("PNG"), Name: "chart.png", Alt: "Three bars, the second the highest"}}}
	ref, err := p.Post(t.Context(), channel("C1"), m, "k1")
	if err != nil {
		t.Fatal(err)
	}
	files := s.Files("C1")
	if len(files) != 1 || files[0].Thread != ref.ID || string(files[0].Data) != "PNG" || files[0].Alt != "Three bars, the second the highest" {
		t.Errorf("got %+v", files)
	}
	if shown := s.Posts("C1")[0].Shown; shown != "Three bars, the second the highest" {
		t.Errorf("the message shows %q", shown)
	}
	said := m.Blocks[0].(message.Image)
	said.Said = true
	if _, err := p.Post(t.Context(), channel("C1"), &message.Message{Gist: "A chart.", Blocks: []message.Block{message.P(message.T("Three bars.")), said}}, "k3"); err != nil {
		t.Fatal(err)
	}
	if shown := s.Posts("C1")[1].Shown; shown != "Three bars." || len(s.Files("C1")) != 2 {
		t.Errorf("what stands in words already is said again: %q, with %d files", shown, len(s.Files("C1")))
	}
	s.Fault(slackfake.Fault{Method: "files.completeUploadExternal", Status: 500, Times: -1})
	if _, err := p.Post(t.Context(), channel("C1"), m, "k2"); err != nil {
		t.Errorf("a picture that fails takes its message with it: %v", err)
	}
	if n := s.Calls("files.completeUploadExternal"); n != 3 {
		t.Errorf("the upload was completed %d times", n)
	}
}

// TestTheDetailsOfAMessageBelongInItsThread: under the message itself, and beside it where it stands in a thread already.
func TestTheDetailsOfAMessageBelongInItsThread(t *testing.T) {
	t.Parallel()
	s := slackfake.Start(t, slackfake.Options{})
	p := poster(t, s, nil)
	lead, err := p.Post(t.Context(), channel("C1"), text("the lead"), "k1")
	if err != nil {
		t.Fatal(err)
	}
	detail, err := p.Post(t.Context(), p.Thread(lead), text("a detail"), "k2")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Post(t.Context(), p.Thread(detail), text("another"), "k3"); err != nil {
		t.Fatal(err)
	}
	all := s.Messages("C1")
	if len(all) != 3 || all[0].ThreadTS != "" || all[1].ThreadTS != lead.ID || all[2].ThreadTS != lead.ID {
		t.Errorf("they stand elsewhere: %+v", all)
	}
}
