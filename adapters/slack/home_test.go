package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
	"attache/bot"
	"attache/bot/message"
)

// overlooking is a scripted bot that knows what stands in the workspace.
type overlooking struct {
	*script
	overview func() (bot.Overview, error)
}

func (o overlooking) Overview(_ context.Context, r bot.Request) (bot.Overview, error) {
	if r.Address.Workspace != slackfake.Team {
		return bot.Overview{}, errors.New("of which workspace?")
	}
	return o.overview()
}

func knowing(digests ...bot.OverviewDigest) func(*slack.Config) {
	return func(c *slack.Config) {
		bot := bot.Overview{Digests: digests, Sources: text("The Example reads fine."), Settings: []string{"zone", "managers", "answers"}}
		c.Handler = overlooking{c.Handler.(*script), overviewOf(bot)}
	}
}

func overviewOf(o bot.Overview) func() (bot.Overview, error) {
	return func() (bot.Overview, error) { return o, nil }
}

func standing(id, channel, owner string) bot.OverviewDigest {
	return bot.OverviewDigest{
		ID: id, Address: message.Address{Platform: slack.Platform, Workspace: slackfake.Team, Channel: channel}, Owner: owner,
		Words: id + ": daily 08:00, everything", Next: time.Date(2024, 2, 21, 8, 0, 0, 0, time.UTC),
	}
}

// homeOf waits for a home that holds words, and returns its text and its buttons.
func homeOf(st *stage, user, words string) slackfake.Verdict {
	st.T().Helper()
	var v slackfake.Verdict
	st.Await("a home with "+words, func() bool {
		v = slackfake.CheckBlocks(st.Home(user), slackfake.OnHome)
		return strings.Contains(v.Text, words)
	})
	if v.Error != "" || len(v.Live) > 0 {
		st.T().Errorf("Slack would refuse the home: %s %v %v", v.Error, v.Details, v.Live)
	}
	return v
}

func buttonOf(t *testing.T, v slackfake.Verdict, label string) slackfake.Button {
	t.Helper()
	i := slices.IndexFunc(v.Buttons, func(b slackfake.Button) bool { return b.Label == label })
	if i < 0 {
		t.Fatalf("the home has no button %q: %+v", label, v.Buttons)
	}
	return v.Buttons[i]
}

// TestTheHomeShowsWhatStandsToWhoMayKnow: a private channel's digests are its members' business.
func TestTheHomeShowsWhatStandsToWhoMayKnow(t *testing.T) {
	t.Parallel()
	all := []bot.OverviewDigest{
		standing("dopen", "C1", "UADMIN"), standing("dsecret", "CPRIVATE", "UADMIN"), standing("dmine", "CPRIVATE", "U1"),
		standing("dher", "DADMIN", "UADMIN"), standing("dhere", "D1", "U1"),
	}
	all[0].Paused, all[0].Next, all[0].Reason = true, time.Time{}, "the channel is archived"
	both(t, slackfake.Options{}, knowing(all...), func(t *testing.T, st *stage) {
		st.AddChannel(slackfake.Channel{ID: "CPRIVATE", Name: "secret", Private: true, Creator: "UADMIN", Members: []string{slackfake.BotUser, "UADMIN"}})
		st.OpenHome("U1", "home")
		v := homeOf(st, "U1", "dopen")
		for words, want := range map[string]bool{
			"dopen: daily 08:00": true, "the channel is archived": true, "dmine": true, "dhere": true, "The Example reads fine.": true,
			"dsecret": false, "dher:": false,
		} {
			if strings.Contains(v.Text, words) != want {
				t.Errorf("whether the home shows %q: want %v\n%s", words, want, v.Text)
			}
		}
		for _, label := range []string{"다이제스트 추가", "출처 추가", "시간대", "관리할 수 있는 사람", "답변 위치", "재개", "미리보기"} { // U1 reads Korean
			buttonOf(t, v, label)
		}
	})
}

func TestTheHomeDoesWhatItsButtonsSay(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, knowing(standing("d7f3", "C1", "UADMIN")), func(t *testing.T, st *stage) {
		st.bot.answer = func(_ context.Context, r bot.Request) (bot.Reply, error) {
			return bot.Reply{Message: text(fmt.Sprintf("Did %q in %s, manages %s.", r.Text+r.Command, r.Address.Channel, r.User.Manages)), Private: true}, nil
		}
		st.OpenHome("UADMIN", "home")
		v := homeOf(st, "UADMIN", "d7f3")
		st.AwaitAck(st.ClickHome("UADMIN", buttonOf(t, v, "Pause")))
		homeOf(st, "UADMIN", `Did "digest pause d7f3" in C1, manages yes.`)
		if !strings.Contains(string(st.Home("UADMIN")), `"confirm"`) {
			t.Error("what can't be undone is not asked again")
		}
		st.AwaitAck(st.ClickHome("UADMIN", buttonOf(t, v, "Preview")))
		st.AwaitMessage(st.Direct("UADMIN"), func(m slackfake.Message) bool { return strings.Contains(m.Shown, "digest preview d7f3") })

		// The same press again does nothing more.
		n := 0
		again := st.ClickHome("UADMIN", buttonOf(t, v, "Remove"))
		homeOf(st, "UADMIN", "digest remove d7f3")
		st.Again(again)
		st.AwaitAck(st.DM("U1", "last?"))
		st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return strings.Contains(m.Shown, "last?") })
		for _, r := range st.bot.asked() {
			if r.Text == "digest remove d7f3" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the digest was removed %d times", n)
		}
	})
}

// TestTheHomeEditsADigestAndChangesASetting in forms that know already which.
func TestTheHomeEditsADigestAndChangesASetting(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, knowing(standing("d7f3", "C1", "UADMIN")), func(t *testing.T, st *stage) {
		st.bot.answer = func(_ context.Context, r bot.Request) (bot.Reply, error) {
			if r.Args["value"] == "Asia/Soul" || r.Args["when"] == "never" {
				return bot.Reply{Message: &message.Message{Gist: "That does not exist.", Tone: message.ToneProblem}, Private: true}, nil
			}
			return bot.Reply{Message: text("Changed."), Private: true}, nil
		}
		st.OpenHome("UADMIN", "home")
		v := homeOf(st, "UADMIN", "d7f3")
		for i, row := range []struct {
			button       string
			wrong, right map[string]string
			field        string
			command      string
			args         map[string]string
		}{
			{"Edit", map[string]string{"when": "never"}, map[string]string{"when": "weekdays 7:30"}, "when", "digest edit", map[string]string{"digest": "d7f3", "when": "weekdays 7:30"}},
			{"Time zone", map[string]string{"channel": "C1", "value": "Asia/Soul"}, map[string]string{"channel": "C1", "value": "Asia/Seoul"}, "value", "settings", map[string]string{"setting": "zone", "value": "Asia/Seoul"}},
		} {
			st.AwaitAck(st.ClickHome("UADMIN", buttonOf(t, v, row.button)))
			st.Await("the form", func() bool { return len(st.Modals()) == i+1 })
			form := st.Modals()[i]
			d := st.Submit("UADMIN", form, row.wrong)
			st.AwaitAck(d)
			var ack struct{ Errors map[string]string }
			if err := json.Unmarshal(ackOf(st, d), &ack); err != nil || ack.Errors[row.field] == "" {
				t.Errorf("%s: a mistake is acknowledged with %s", row.button, ackOf(st, d))
			}
			st.AwaitAck(st.Submit("UADMIN", form, row.right))
			homeOf(st, "UADMIN", "Changed.")
			r := st.bot.asked()[len(st.bot.asked())-1]
			for i := len(st.bot.asked()) - 1; r.Command == ""; i-- { // the home itself asks for help
				r = st.bot.asked()[i]
			}
			if r.Command != row.command || r.Address.Channel != "C1" || fmt.Sprint(r.Args) != fmt.Sprint(row.args) || r.User.Manages != bot.PermissionYes {
				t.Errorf("%s: the bot was asked %+v", row.button, r)
			}
		}
	})
}

// TestAHomeOfManyDigestsFits: a home may have a hundred blocks.
func TestAHomeOfManyDigestsFits(t *testing.T) {
	t.Parallel()
	var many []bot.OverviewDigest
	for i := range 60 {
		many = append(many, standing(fmt.Sprint("d", i), "C1", "UADMIN"))
	}
	st := play(t, "http", slackfake.Options{}, knowing(many...))
	st.OpenHome("UADMIN", "home")
	v := homeOf(st, "UADMIN", "and 40 more")
	if !strings.Contains(v.Text, "The Example reads fine.") || !strings.Contains(v.Text, "Answer to help") {
		t.Errorf("the digests leave no room for the rest:\n%s", v.Text)
	}
}

// TestAButtonOfAReplyInTheHomeActsInItsChannel: what a form of the home asks back is about the channel that was picked.
func TestAButtonOfAReplyInTheHomeActsInItsChannel(t *testing.T) {
	t.Parallel()
	both(t, slackfake.Options{}, knowing(standing("d7f3", "C1", "UADMIN")), func(t *testing.T, st *stage) {
		st.bot.answer = func(_ context.Context, r bot.Request) (bot.Reply, error) {
			if r.Kind == bot.Click {
				return bot.Reply{Message: text(fmt.Sprintf("Pressed %s %s in %s, manages %s.", r.Action, r.Value, r.Address.Channel, r.User.Manages)), Private: true}, nil
			}
			if r.Command != "digest edit" { // the home itself asks for help
				return bot.Reply{Message: text("Help."), Private: true}, nil
			}
			m := text("Is that right?")
			m.Blocks = append(m.Blocks, message.Buttons{Items: []message.Button{{Label: "Yes, do it", Action: "carryout", Value: "kept7"}}})
			return bot.Reply{Message: m, Private: true}, nil
		}
		st.OpenHome("UADMIN", "home")
		v := homeOf(st, "UADMIN", "d7f3")
		st.AwaitAck(st.ClickHome("UADMIN", buttonOf(t, v, "Edit")))
		st.Await("the form", func() bool { return len(st.Modals()) == 1 })
		st.AwaitAck(st.Submit("UADMIN", st.Modals()[0], map[string]string{"when": "weekdays 7:30"}))
		v = homeOf(st, "UADMIN", "Is that right?")
		st.AwaitAck(st.ClickHome("UADMIN", buttonOf(t, v, "Yes, do it")))
		homeOf(st, "UADMIN", "Pressed carryout kept7 in C1, manages yes.")
	})
}
