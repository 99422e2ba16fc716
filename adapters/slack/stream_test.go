package slack_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
	"attache/bot"
	"attache/bot/message"
)

func streams(c *slack.Config) { c.Stream, c.Patience = true, time.Millisecond }

// slowly is a bot that answers when it is released.
func slowly(reply bot.Reply) (answer func(context.Context, bot.Request) (bot.Reply, error), release chan struct{}) {
	release = make(chan struct{})
	return func(ctx context.Context, _ bot.Request) (bot.Reply, error) {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return reply, nil
	}, release
}

func aLongAnswer() *message.Message {
	return &message.Message{Gist: "Putin did.", Blocks: []message.Block{
		message.P(message.B("Putin did."), message.T(" <!channel> *so* it says "), message.C(1, "https://example.org/1")),
		message.Sources{Items: []message.Source{{Number: 1, Title: "A car", URL: "https://example.org/1"}}},
		message.Buttons{Items: []message.Button{{Label: "Helpful", Action: "helpful", Value: "x1"}}},
	}}
}

// about lists the methods that were called about messages, in order.
func about(st *stage) string {
	var out []string
	for _, c := range st.AllCalls() {
		if strings.HasPrefix(c.Method, "chat.") && (len(out) == 0 || out[len(out)-1] != strings.TrimPrefix(c.Method, "chat.")) {
			out = append(out, strings.TrimPrefix(c.Method, "chat."))
		}
	}
	return strings.Join(out, " ")
}

func TestALongAnswerIsStreamedIntoItsThread(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"in a channel", "to an agent"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			change := func(c *slack.Config) { streams(c); c.Agent = where == "to an agent" }
			both(t, slackfake.Options{Agent: true}, change, func(t *testing.T, st *stage) {
				answer, release := slowly(bot.Reply{Message: aLongAnswer()})
				st.bot.answer = answer
				channel := "C1"
				ask := func() *slackfake.Delivery { return st.Mention("C1", "U1", "who?") }
				if where == "to an agent" {
					channel = st.Direct("U1")
					ask = func() *slackfake.Delivery { return st.DM("U1", "who?") }
				}
				asked := ask()
				st.AwaitMessage(channel, func(m slackfake.Message) bool { return m.ThreadTS == asked.TS && m.Streaming })
				close(release)
				m := st.AwaitMessage(channel, func(m slackfake.Message) bool { return m.ThreadTS == asked.TS && m.Edits == 1 })
				if m.Streaming || !strings.Contains(m.Text, "Putin did. &lt;!channel&gt; *so* it says [1]") || labels(m) == "" || len(m.Blocks) == 0 {
					t.Errorf("the answer is %+v", m)
				}
				st.Await("the calls", func() bool { return about(st) == "startStream appendStream stopStream update" })
				if n := len(st.Posts(channel)); n != 1 {
					t.Errorf("%d messages stand there", n)
				}
			})
		})
	}
}

func TestNothingIsStreamedUnlessItIsWanted(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{Agent: true}, func(c *slack.Config) { c.Patience = time.Millisecond }, func(t *testing.T, st *stage) {
		answer, release := slowly(bot.Reply{Message: aLongAnswer()})
		st.bot.answer = answer
		asked := st.Mention("C1", "U1", "who?")
		st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
		close(release)
		st.AwaitMessage("C1", func(m slackfake.Message) bool { return strings.Contains(m.Text, "Putin") })
		if n := st.Calls("chat.startStream"); n != 0 {
			t.Errorf("%d streams were begun", n)
		}
	})
}

// TestAStreamThatBreaksLosesNoAnswer: the answer stands there once, whatever becomes of its stream.
func TestAStreamThatBreaksLosesNoAnswer(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		faults []slackfake.Fault
		want   string // the calls
		posts  int
	}{
		{"it has run out", []slackfake.Fault{{Method: "chat.appendStream", Error: "message_not_in_streaming_state"}}, "startStream appendStream stopStream update", 1},
		{"the reader pressed stop", []slackfake.Fault{{Method: "chat.appendStream", Error: "stopped_by_user"}}, "startStream appendStream stopStream update", 1},
		{"streams are refused", []slackfake.Fault{{Method: "chat.startStream", Error: "not_allowed"}}, "startStream postMessage update", 1},
		{"nobody knows whether it began", []slackfake.Fault{{Method: "chat.startStream", Lost: true}}, "startStream postMessage", 2},
		{"it can't be stopped", []slackfake.Fault{{Method: "chat.appendStream", Error: "internal_error"}, {Method: "chat.stopStream", Error: "internal_error"}}, "startStream appendStream stopStream update postMessage", 2},
		{"it can't be edited", []slackfake.Fault{{Method: "chat.update", Error: "cant_update_message"}}, "startStream appendStream stopStream update", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			st := play(t, "http", slackfake.Options{}, streams)
			answer, release := slowly(bot.Reply{Message: aLongAnswer()})
			st.bot.answer = answer
			for _, f := range row.faults {
				st.Fault(f)
			}
			asked := st.Mention("C1", "U1", "who?")
			st.Await("the beginning", func() bool {
				return st.Calls("chat.startStream")+st.Calls("chat.postMessage") > 0 && len(st.bot.asked()) == 1
			})
			close(release)
			st.Await("the answer", func() bool { return about(st) == row.want })
			answers := slices.DeleteFunc(st.Posts("C1"), func(m slackfake.Message) bool { return !strings.Contains(m.Shown, "Putin") })
			if len(answers) != 1 || answers[0].ThreadTS != asked.TS || len(st.Posts("C1")) != row.posts {
				t.Errorf("the answer stands there %d times among %d messages:\n%s", len(answers), len(st.Posts("C1")), st.Dump())
			}
		})
	}
}

// TestARefusedStreamIsNotTriedAgain in the same workspace.
func TestARefusedStreamIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	st := play(t, "http", slackfake.Options{}, streams)
	st.Fault(slackfake.Fault{Method: "chat.startStream", Error: "feature_not_enabled", Times: -1})
	for range 2 {
		answer, release := slowly(bot.Reply{Message: aLongAnswer()})
		st.bot.mu.Lock()
		st.bot.answer = answer
		st.bot.mu.Unlock()
		asked := st.Mention("C1", "U1", "who?")
		st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })
		close(release)
		st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS && strings.Contains(m.Text, "Putin") })
	}
	if n := st.Calls("chat.startStream"); n != 1 {
		t.Errorf("a stream was asked for %d times", n)
	}
}

// TestAPrivateAnswerLeavesNoStream in the channel.
func TestAPrivateAnswerLeavesNoStream(t *testing.T) {
	t.Parallel()
	st := play(t, "http", slackfake.Options{}, streams)
	answer, release := slowly(bot.Reply{Message: aLongAnswer(), Private: true})
	st.bot.answer = answer
	asked := st.Mention("C1", "U1", "digest list")
	st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS && m.Streaming })
	close(release)
	st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.For == "U1" })
	if n := len(st.Posts("C1")); n != 0 {
		t.Errorf("%d messages are left in the channel", n)
	}
}
