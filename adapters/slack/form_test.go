package slack_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
	"attache/bot"
	"attache/bot/message"
)

// refuses is a bot that knows one time of day.
func refuses(_ context.Context, r bot.Request) (bot.Reply, error) {
	switch {
	case r.Command == "" || r.Args["when"] == "daily 08:00" && r.Args["zone"] != "Asia/Soul":
		return bot.Reply{Message: text("Done."), Private: true}, nil
	case r.Args["when"] == "daily 08:00":
		return bot.Reply{Message: &message.Message{Gist: "“Asia/Soul” is no time zone. Did you mean Asia/Seoul?", Tone: message.ToneProblem}, Private: true}, nil
	}
	return bot.Reply{Message: &message.Message{Gist: "25:00 is no time of day.", Tone: message.ToneProblem}, Private: true}, nil
}

func TestADigestIsAddedByAForm(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.bot.answer = refuses
		asked := st.Slash("C1", "UADMIN", "/brief", "digest add")
		st.Await("the form", func() bool { return len(st.Modals()) == 1 })
		form := st.Modals()[0]
		if !strings.Contains(string(form.View), "Add a digest") || !strings.Contains(form.Check.Text, "Time zone") {
			t.Errorf("the form is %s", form.View)
		}
		st.AwaitAck(asked)
		if n := len(st.bot.asked()) + len(st.Messages("C1")); n != 0 {
			t.Errorf("something was said beside the form: %s", st.Dump())
		}
		for _, row := range []struct {
			entered map[string]string
			field   string
		}{
			{map[string]string{"when": "daily 25:00"}, "when"},
			{map[string]string{"when": "daily 08:00", "zone": "Asia/Soul"}, "zone"},
			{map[string]string{"when": "daily 08:00", "about": "North Korea"}, ""},
		} {
			d := st.Submit("UADMIN", form, row.entered)
			st.AwaitAck(d)
			var ack struct {
				Action string            `json:"response_action"`
				Errors map[string]string `json:"errors"`
			}
			_ = json.Unmarshal(ackOf(st, d), &ack)
			if (row.field == "") != (ack.Action == "") || row.field != "" && ack.Errors[row.field] == "" {
				t.Errorf("%v: the acknowledgement says %s", row.entered, ackOf(st, d))
			}
		}
		told := st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.Shown == "Done." })
		if told.For != "UADMIN" {
			t.Errorf("got %+v", told)
		}
		last := st.bot.asked()[2]
		if last.Command != "digest add" || last.Args["about"] != "North Korea" || last.Address.Channel != "C1" || last.User.Manages != bot.PermissionYes {
			t.Errorf("the bot was asked %+v", last)
		}
		if n := len(st.Whispers("C1", "UADMIN")); n != 1 {
			t.Errorf("%d things were said: mistakes stand beside their fields alone", n)
		}
	})
}

func ackOf(st *stage, d *slackfake.Delivery) json.RawMessage {
	for _, one := range st.Deliveries() {
		if body(one) == body(*d) {
			return one.Ack
		}
	}
	return nil
}

func body(d slackfake.Delivery) string {
	_, raw := d.Body()
	return string(raw)
}

// TestWhoMayNotManageFillsInNothing: the refusal comes at once.
func TestWhoMayNotManageFillsInNothing(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.Slash("C1", "U1", "/brief", "digest add")
		st.Await("the bot", func() bool { return len(st.bot.asked()) == 1 })
		if n := len(st.Modals()); n != 0 {
			t.Errorf("%d forms were opened", n)
		}
	})
}

// TestAFormThatSlackDoesNotOpen goes the ordinary way: the bot says what is missing.
func TestAFormThatSlackDoesNotOpen(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.Fault(slackfake.Fault{Method: "views.open", Error: "expired_trigger_id"})
		st.Slash("C1", "UADMIN", "/brief", "source  add")
		st.Await("the bot", func() bool { return len(st.bot.asked()) == 1 })
	})
}

// TestAFormThatTakesLongIsAcknowledged and told afterwards.
func TestAFormThatTakesLongIsAcknowledged(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		release := make(chan struct{})
		st.bot.answer = func(context.Context, bot.Request) (bot.Reply, error) {
			<-release
			return bot.Reply{Message: &message.Message{Gist: "That site does not answer.", Tone: message.ToneProblem}, Private: true}, nil
		}
		st.Slash("C1", "UADMIN", "/brief", "source add")
		st.Await("the form", func() bool { return len(st.Modals()) == 1 })
		st.AwaitAck(st.Submit("UADMIN", st.Modals()[0], map[string]string{"link": "https://news.example/"}))
		close(release)
		st.AwaitMessage("C1", func(m slackfake.Message) bool {
			return m.For == "UADMIN" && strings.Contains(m.Shown, "does not answer")
		})
	})
}

func TestWhoFindsAnAnswerUnhelpfulMaySayWhy(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.bot.answer = func(_ context.Context, r bot.Request) (bot.Reply, error) {
			if r.Kind == bot.Click {
				return bot.Reply{Message: text("Thank you."), Private: true}, nil
			}
			return bot.Reply{Message: &message.Message{Gist: "A.", Blocks: []message.Block{message.Buttons{Items: []message.Button{
				{Label: "Not helpful", Action: "unhelpful", Value: "x1"}}}}}}, nil
		}
		st.Mention("C1", "U1", "who?")
		shown := st.AwaitMessage("C1", func(m slackfake.Message) bool { return labels(m) != "" })
		st.Click("U1", shown, "Not helpful")
		st.Await("the question why", func() bool { return len(st.Modals()) == 1 && len(st.Whispers("C1", "U1")) == 1 })
		st.AwaitAck(st.Submit("U1", st.Modals()[0], map[string]string{"reason": "It is <old> news"}))
		st.Await("the reason", func() bool { return len(st.bot.asked()) == 3 })
		r := st.bot.asked()[2]
		if r.Kind != bot.Click || r.Action != "unhelpful" || r.Value != "x1" || r.Text != "It is <old> news" {
			t.Errorf("the bot was asked %+v", r)
		}
		if n := len(st.Whispers("C1", "U1")); n != 1 {
			t.Errorf("thanked %d times", n)
		}
	})
}

func TestTheHomeOpensForms(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.bot.answer = refuses
		st.OpenHome("UADMIN", "home")
		st.Await("the home", func() bool { return len(st.Home("UADMIN")) > 0 })
		for _, b := range slackfake.CheckBlocks(st.Home("UADMIN"), slackfake.OnHome).Buttons {
			if b.Label == "Add a digest" {
				st.AwaitAck(st.ClickHome("UADMIN", b))
			}
		}
		st.Await("the form", func() bool { return len(st.Modals()) == 1 })
		before := len(st.bot.asked())
		st.AwaitAck(st.Submit("UADMIN", st.Modals()[0], map[string]string{"when": "daily 08:00", "channel": "C1"}))
		st.Await("what came of it, on the home", func() bool { return strings.Contains(string(st.Home("UADMIN")), "Done.") })
		if n := len(st.Whispers("C1", "UADMIN")); n != 0 {
			t.Errorf("%d things were said in a channel that the person is not looking at", n)
		}
		if r := st.bot.asked()[before]; r.Address.Channel != "C1" || r.Command != "digest add" {
			t.Errorf("the bot was asked %+v", r)
		}
	})
}

// TestSharingOutlivesARestart: an answer that the bot remembers is shared by the bot.
func TestSharingOutlivesARestart(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, func(c *slack.Config) {}, func(t *testing.T, st *stage) {
		st.bot.answer = func(_ context.Context, r bot.Request) (bot.Reply, error) {
			if r.Kind == bot.Click {
				return bot.Reply{Message: text("For all.")}, nil
			}
			return bot.Reply{Message: &message.Message{Gist: "A.", Blocks: []message.Block{message.Buttons{Items: []message.Button{
				{Label: "Evidence", Action: "evidence", Value: "x1"}}}}}}, nil
		}
		st.Slash("C1", "U1", "/brief", "ask who?")
		shown := st.AwaitMessage("C1", func(m slackfake.Message) bool { return strings.Contains(labels(m), "공유") })
		st.Click("U1", shown, "채널에 공유")
		if m := st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.Shown == "For all." }); m.Ephemeral() {
			t.Errorf("what was shared is %+v", m)
		}
		if r := st.bot.asked()[1]; r.Action != "share" || r.Value != "x1" {
			t.Errorf("the bot was asked %+v", r)
		}
	})
}

func TestATextIsPastedIntoAForm(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, nil, func(t *testing.T, st *stage) {
		st.bot.answer = func(context.Context, bot.Request) (bot.Reply, error) {
			return bot.Reply{Message: &message.Message{Gist: "Nothing is kept yet: the text doesn't say its date.", Tone: message.ToneProblem}, Private: true, Lacks: []string{"published", "title"}}, nil
		}
		st.Slash("C1", "UADMIN", "/brief", "source paste")
		st.Await("the form", func() bool { return len(st.Modals()) == 1 })
		form := st.Modals()[0]
		if view := string(form.View); !strings.Contains(view, `"multiline":true`) || !strings.Contains(view, `"max_length":3000`) || !strings.Contains(view, "Paste a report") {
			t.Errorf("the form is %s", form.View)
		}
		d := st.Submit("UADMIN", form, map[string]string{"text": "Tanker seized\n\nThe coast guard seized it.", "outlet": "Harbour Post"})
		st.AwaitAck(d)
		var ack struct {
			Action string            `json:"response_action"`
			Errors map[string]string `json:"errors"`
		}
		if err := json.Unmarshal(ackOf(st, d), &ack); err != nil || ack.Action != "errors" || len(ack.Errors) != 2 ||
			!strings.Contains(ack.Errors["title"], "doesn't say its date") || !strings.Contains(ack.Errors["published"], "doesn't say its date") {
			t.Errorf("the acknowledgement says %s, %v: what is lacking stands beside its field, and the form stays open", ackOf(st, d), err)
		}
		if r := st.bot.asked()[0]; r.Command != "source paste" || r.Args["text"] != "Tanker seized\n\nThe coast guard seized it." || r.Args["outlet"] != "Harbour Post" {
			t.Errorf("the bot was asked %+v", r)
		}
	})
}
