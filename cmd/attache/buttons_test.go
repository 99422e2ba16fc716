package main

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"attache/adapters/discord/discordfake"
	"attache/adapters/slack/slackfake"
	"attache/adapters/store/storetest"
)

// TestEveryButtonWorksAfterARestartAndOnlyForWhomItIsMeant presses each button of an answer, its evidence, a digest, a story, a
// trial, a rest and a source that was looked at in a process that did not draw it, on both platforms: first as somebody whom it is not meant for, then as one whom it is.
func TestEveryButtonWorksAfterARestartAndOnlyForWhomItIsMeant(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	clock.set(time.Date(2024, 2, 20, 20, 0, 0, 0, time.UTC))
	slackSide := slackfake.Start(t, slackfake.Options{Now: clock.now})
	discordSide := discordfake.Start(t, discordfake.Options{Now: clock.now})
	environ := []string{
		"ATTACHE_DATA=" + storetest.Folder(t),
		"SLACK_BOT_TOKEN=" + slackSide.BotToken(), "SLACK_APP_TOKEN=" + slackSide.AppToken(), "SLACK_API_URL=" + slackSide.APIURL(),
		"DISCORD_BOT_TOKEN=" + discordSide.Token, "DISCORD_API_URL=" + discordSide.URL, "ATTACHE_ALLOW_NETWORKS=127.0.0.0/8",
	}
	feeds := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>Feed %[1]s</title><link>http://%[2]s/</link><item><title>Harbour of %[1]s opens again</title>`+
			`<link>http://%[2]s%[1]s/1</link><pubDate>Wed, 21 Feb 2024 06:00:00 GMT</pubDate><description>The harbour opened again on Wednesday after three weeks, its master said.</description></item></channel></rss>`, r.URL.Path, r.Host)
	}))
	t.Cleanup(feeds.Close)
	sides := []*side{ofSlack(slackSide), ofDiscord(discordSide)}
	p := start(t, clock, environ...)
	again := func() {
		t.Helper()
		if code := p.stop(); code != exitOK {
			t.Fatalf("attache stopped with %d:\n%s", code, p.out)
		}
		p = start(t, clock, environ...)
	}
	for _, s := range sides {
		s.run(t, "digest add", map[string]string{"when": "now daily 08:00", "zone": "UTC"})
	}
	if said := sides[1].run(t, "settings", map[string]string{"setting": "ping", "value": "<@&" + discordfake.OpenRole + ">"}).(discordfake.Message).Text(); !strings.Contains(said, "ping") {
		t.Errorf("to set the role that is rung: %q", said)
	}
	clock.set(time.Date(2024, 2, 21, 8, 1, 0, 0, time.UTC))
	again()
	for _, s := range sides {
		s.digest(t)
		if m, is := s.shown["digest"].(discordfake.Message); is && !slices.Equal(m.Rung, []string{discordfake.OpenRole}) {
			t.Errorf("the digest rang %q", m.Rung)
		}
		s.shown["answer"] = s.run(t, "ask", map[string]string{"question": "Who gave Kim Jong-un a new car?", "button": "evidence"})
		s.shown["no answer"] = s.run(t, "ask", map[string]string{"question": "Who gave the Pope a new bicycle in Lima?", "button": "suggest"})
		s.shown["trial"] = s.run(t, "digest preview", map[string]string{"digest": "sanctions", "button": "setup"})
		s.run(t, "settings", map[string]string{"setting": "answers", "value": "private"})
		s.shown["private answer"] = s.run(t, "ask", map[string]string{"question": "Who gave Kim Jong-un a new car?", "button": "share"})
		s.run(t, "settings", map[string]string{"setting": "answers", "value": "default"})
		s.shown["story"], _ = s.press(t, s.shown["digest"], s.manager, "story")
		s.shown["rest"], _ = s.press(t, s.shown["story"], s.manager, "snooze")
		s.shown["evidence"], _ = s.press(t, s.shown["answer"], s.manager, "evidence")
		s.shown["feed"] = s.run(t, "source add", map[string]string{"link": feeds.URL + "/" + s.name, "button": "follow"})
		s.shown["other feed"] = s.run(t, "source add", map[string]string{"link": feeds.URL + "/" + s.name + "/other", "button": "follow-last"})
	}
	again()
	for _, row := range []struct {
		under, action string
		// refused is what somebody hears whom it is not meant for; empty where it is meant for everyone who sees it.
		refused string
		want    string
	}{
		{"answer", "evidence", "", "state media"},
		{"answer", "helpful", "", "Noted as helpful"},
		{"no answer", "suggest", "", "as of"},
		{"trial", "setup", "Only those who manage", "is set up"},
		{"private answer", "share", "too old", "Putin"},
		{"digest", "story", "", "who said what"},
		{"digest", "helpful", "", "Noted as helpful"},
		{"story", "evidence", "", "Evidence"},
		{"story", "track", "Only those who manage", "is on the watch list"},
		{"story", "snooze", "Only those who manage", "is snoozed until"},
		{"story", "helpful", "", "Noted as helpful"},
		{"rest", "unsnooze", "Only those who manage", "comes again"},
		{"evidence", "again", "", "as of"},
		{"feed", "follow", "Only those who manage", "begin with what comes next"},
		{"other feed", "follow-last", "Only those who manage", "next digest"},
	} {
		for _, s := range sides {
			t.Run(s.name+"/"+row.under+"/"+row.action, func(t *testing.T) {
				if _, there := s.shown[row.under]; !there {
					t.Fatalf("there is no %s", row.under)
				}
				if row.refused != "" {
					_, got := s.press(t, s.shown[row.under], s.reader, row.action)
					if !strings.Contains(got, row.refused) {
						t.Errorf("somebody else hears %q", got)
					}
				}
				_, got := s.press(t, s.shown[row.under], s.manager, row.action)
				if !strings.Contains(strings.ToLower(got), strings.ToLower(row.want)) {
					t.Errorf("it says %q, want %q", got, row.want)
				}
			})
		}
	}
}

// side is one platform as the test sees it: a message is what that platform's fake returns.
type side struct {
	name            string
	reader, manager string
	shown           map[string]any
	run             func(t *testing.T, command string, args map[string]string) any
	press           func(t *testing.T, under any, user, action string) (reply any, text string)
	digest          func(t *testing.T)
}

func ofSlack(f *slackfake.Server) *side {
	s := &side{name: "slack", reader: "U2", manager: "UADMIN", shown: map[string]any{}}
	f.AddUser(slackfake.User{ID: "U2", Name: "Reader", Zone: "Europe/London", Locale: "en-GB"})
	f.AddChannel(slackfake.Channel{ID: "C3", Name: "desk", Creator: "UADMIN", Members: []string{slackfake.BotUser, "U2", "UADMIN"}})
	// await does something and returns what the person sees next with such a button: a later part of an earlier reply may come between.
	await := func(t *testing.T, user, button string, do func()) slackfake.Message {
		t.Helper()
		before := len(f.Messages("C3"))
		var got slackfake.Message
		do()
		f.Await("a reply", func() bool {
			all := f.Messages("C3")
			i := slices.IndexFunc(all[min(before, len(all)):], func(m slackfake.Message) bool {
				return !strings.HasPrefix(m.Text, "One moment") && m.Text != "" && (button == "" || buttonOf(m, button) >= 0) && (m.For == user || m.For == "" && m.User == slackfake.BotUser)
			})
			if i >= 0 {
				got = all[before+i]
			}
			return i >= 0
		})
		return got
	}
	s.run = func(t *testing.T, command string, args map[string]string) any {
		t.Helper()
		f.AwaitConnection()
		line := []string{command}
		for _, name := range []string{"question", "digest", "when", "zone", "setting", "value", "link"} {
			if args[name] != "" {
				line = append(line, args[name])
			}
		}
		return await(t, "UADMIN", args["button"], func() { f.Slash("C3", "UADMIN", "/brief", strings.Join(line, " ")) })
	}
	s.press = func(t *testing.T, under any, user, action string) (any, string) {
		t.Helper()
		f.AwaitConnection()
		m := under.(slackfake.Message)
		i := buttonOf(m, action)
		if i < 0 {
			t.Fatalf("no button %q under %+v", action, m.Buttons)
		}
		got := await(t, user, "", func() { f.ClickButton(user, m, m.Buttons[i]) })
		return got, got.Text
	}
	s.digest = func(t *testing.T) {
		t.Helper()
		s.shown["digest"] = f.AwaitMessage("C3", func(m slackfake.Message) bool { return m.ThreadTS == "" && isDigest(m.Text) && len(m.Buttons) > 0 })
	}
	return s
}

// buttonOf is the index of the button that does something under a message, or -1.
func buttonOf(m slackfake.Message, action string) int {
	return slices.IndexFunc(m.Buttons, func(b slackfake.Button) bool {
		return strings.HasPrefix(b.ActionID, action+"~") || strings.HasPrefix(b.Value, action+" ")
	})
}

func ofDiscord(f *discordfake.Server) *side {
	s := &side{name: "discord", reader: "reader", manager: "manager", shown: map[string]any{}}
	who := map[string]discordfake.User{"reader": f.Person, "manager": f.Manager}
	s.run = func(t *testing.T, command string, args map[string]string) any {
		t.Helper()
		f.AwaitReady(t)
		if command == "ask" {
			command = "brief " + command
		}
		args = maps.Clone(args)
		delete(args, "button")
		return f.Slash(t, f.Channel, f.Manager, command, discordfake.Args(args)).Await(t)
	}
	s.press = func(t *testing.T, under any, user, action string) (any, string) {
		t.Helper()
		f.AwaitReady(t)
		m := under.(discordfake.Message)
		i := slices.IndexFunc(m.Buttons, func(b discordfake.Button) bool { return strings.Contains(b.CustomID, ":"+action+":") })
		if i < 0 {
			t.Fatalf("no button %q under %+v", action, m.Buttons)
		}
		got := f.ClickID(t, m, who[user], m.Buttons[i].CustomID).Await(t)
		return got, got.Text()
	}
	s.digest = func(t *testing.T) {
		t.Helper()
		f.Await(t, "the digest", func() bool {
			all := f.FromBot(f.Channel)
			i := slices.IndexFunc(all, func(m discordfake.Message) bool { return isDigest(m.Text()) && len(m.Buttons) > 0 })
			if i >= 0 {
				s.shown["digest"] = all[i]
			}
			return i >= 0
		})
	}
	return s
}
