package slack

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"attache/bot"
	"attache/bot/message"
)

const ourselves = "U0LAN0Z89"

func us(string) string { return ourselves }

func payload(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "payloads", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// decoded reads a recorded payload with the decoder of its door.
func decoded(t testing.TB, name string) (gesture, error) {
	t.Helper()
	raw := payload(t, name)
	switch {
	case strings.HasPrefix(name, "slash"):
		var s slash
		if err := json.Unmarshal(raw, &s); err != nil {
			t.Fatal(err)
		}
		return decodeSlash(s)
	case strings.HasPrefix(name, "click"), strings.HasPrefix(name, "shortcut"):
		return decodeInteraction(raw)
	}
	return decodeEvent(raw, us)
}

func TestMessagesThatAreForUs(t *testing.T) {
	t.Parallel()
	at := func(channel, thread string) message.Address {
		return message.Address{Platform: "slack", Workspace: "T061EG9R6", Channel: channel, Thread: thread}
	}
	when := time.Unix(1708408800, 100_000).UTC()
	in := func(channel, thread, conversation, text string) bot.Request {
		return bot.Request{
			ID: "slack:" + channel + ":1708408800.000100", Kind: bot.Ask, Text: text, Address: at(channel, thread),
			Conversation: "slack/T061EG9R6/" + conversation, User: bot.User{ID: "U061F7AUR"}, At: when,
		}
	}
	const top, thread = "1708408800.000100", "1708400000.000200"
	for _, row := range []struct {
		payload string
		what    what
		root    string
		request bot.Request
	}{
		{"app-mention", ask, top, in("C123", "", "C123/"+top, "who gave Kim a car?")},
		{"message-with-mention", ask, top, in("C123", "", "C123/"+top, "who gave Kim a car?")},
		{"message-mention-at-end", ask, top, in("C123", "", "C123/"+top, "who gave Kim a car?")},
		{"malformed-known-field", ask, top, in("C123", "", "C123/"+top, "who gave Kim a car?")},
		{"connect-channel", ask, top, in("C123", "", "C123/"+top, "who?")},
		{"mention-in-thread", ask, thread, in("C123", thread, "C123/"+thread, "why?")},
		{"message-in-thread", chatter, thread, in("C123", thread, "C123/"+thread, "and what did Seoul say?")},
		{"thread-broadcast", chatter, thread, in("C123", thread, "C123/"+thread, "and why?")},
		{"direct-message", ask, top, in("D024BE91L", "", "D024BE91L", "what is new & who said it? <b>")},
		{"direct-message-in-thread", ask, thread, in("D024BE91L", thread, "D024BE91L/"+thread, "why?")},
		{"direct-message-with-link", ask, top, in("D024BE91L", "", "D024BE91L",
			"what does https://news.example/putin?a=1&b=2 say, and this one https://other.example/x? #gulf @here a@b.example Feb 20")},
		{"file-without-text", ask, top, in("D024BE91L", "", "D024BE91L", "")},
	} {
		t.Run(row.payload, func(t *testing.T) {
			t.Parallel()
			g, err := decoded(t, row.payload)
			if err != nil {
				t.Fatal(err)
			}
			if g.what != row.what || g.root != row.root {
				t.Errorf("got %q under %q, want %q under %q", g.what, g.root, row.what, row.root)
			}
			g.request.At = g.request.At.UTC()
			if diff := cmp.Diff(row.request, g.request); diff != "" {
				t.Errorf("the request differs (-want +got):\n%s", diff)
			}
			if g.fileOnly != (row.payload == "file-without-text") {
				t.Errorf("fileOnly is %v", g.fileOnly)
			}
		})
	}
}

func TestMessagesThatAreNotForUs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"message-in-channel", "message-in-thread-to-someone-else", "own-message", "own-message-without-bot-id", "other-bot", "message-changed",
		"message-deleted", "edited-mention", "hidden", "channel-join", "bot-message-subtype", "unknown-event", "tokens-revoked-of-a-user",
		"channel-archive", "click-link",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, err := decoded(t, name)
			if err != nil || g.what != nothing {
				t.Errorf("got %q, %v", g.what, err)
			}
		})
	}
}

// TestOneMentionIsOneGesture: Slack tells of a mention twice, with two event ids.
func TestOneMentionIsOneGesture(t *testing.T) {
	t.Parallel()
	a, _ := decoded(t, "app-mention")
	b, _ := decoded(t, "message-with-mention")
	if diff := cmp.Diff(a.request, b.request, cmpopts.EquateComparable(time.Time{})); diff != "" {
		t.Errorf("app_mention and message differ:\n%s", diff)
	}
	for _, g := range []gesture{a, b} {
		if names := g.names(); len(names) < 2 || !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "slack:event:Ev") }) {
			t.Errorf("it is known again by %q", names)
		}
	}
}

func TestOtherGestures(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		payload string
		check   func(g gesture) bool
	}{
		{"url-verification", func(g gesture) bool { return g.what == challenge && strings.HasPrefix(g.challenge, "3eZbrw") }},
		{"app-rate-limited", func(g gesture) bool { return g.what == limited }},
		{"app-uninstalled", func(g gesture) bool { return g.what == uninstalled && g.request.Address.Workspace == "T061EG9R6" }},
		{"tokens-revoked", func(g gesture) bool { return g.what == uninstalled && g.request.Address.Workspace == "T061EG9R6" }},
		{"app-home-opened", func(g gesture) bool { return g.what == home && g.tab == "messages" && g.request.User.ID == "U061F7AUR" }},
		{"session-stopped", func(g gesture) bool { return g.what == stop && g.root == "1708400000.000200" }},
		{"slash", func(g gesture) bool {
			return g.what == run && g.request.Kind == bot.Run && g.request.Text == "ask who gave Kim a car & why?" && !g.public && !g.dm &&
				g.request.Conversation == "" && g.request.User.ID == "U061F7AUR" && g.responseURL != ""
		}},
		{"slash-public", func(g gesture) bool { return g.what == run && g.public && g.request.Text == "latest" }},
		{"slash-in-direct-message", func(g gesture) bool { return g.what == run && g.dm }},
		{"click", func(g gesture) bool {
			return g.what == click && g.request.Kind == bot.Click && g.request.Action == "evidence" && g.request.Value == "x7q2m9vkd4t8" &&
				g.request.Quoted == "A Russian-made car & more" && g.request.Conversation == "slack/T061EG9R6/C123/1708408800.000100" &&
				g.request.Address.Thread == "1708408800.000100" && !g.fleeting
		}},
		{"click-under-digest", func(g gesture) bool {
			return g.what == click && g.request.Action == "helpful" && g.request.Value == "digest:d7f3:1" && g.root == "1708408810.000300" && g.request.Address.Thread == ""
		}},
		{"click-share", func(g gesture) bool { return g.what == share && g.fleeting && g.request.Value == "KEY" && g.root == "" }},
		{"shortcut", func(g gesture) bool {
			return g.what == shortcut && g.request.Kind == bot.Ask && g.request.Text == "They say Putin gave Kim a car: https://news.example/car"
		}},
	} {
		t.Run(row.payload, func(t *testing.T) {
			t.Parallel()
			g, err := decoded(t, row.payload)
			if err != nil || !row.check(g) {
				t.Errorf("got %+v, %v", g, err)
			}
		})
	}
}

// TestNoSecretIsAnID: a request's id reaches logs and databases.
func TestNoSecretIsAnID(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"slash", "click", "shortcut"} {
		g, err := decoded(t, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range g.names() {
			if strings.Contains(id, g.trigger) || strings.Contains(id, "hooks.slack.com") {
				t.Errorf("%s: the id %q holds a secret", name, id)
			}
		}
		if g.request.ID == "" {
			t.Errorf("%s has no id", name)
		}
	}
}

func FuzzEvents(f *testing.F) {
	names, err := filepath.Glob("testdata/payloads/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{"type":"event_callback","event":{"type":"message","text":"<@","user":"U","ts":"x","channel":"D"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, g := range []gesture{first(decodeEvent(raw, us)), first(decodeInteraction(raw)), first(fromBody(pathCommands, raw)), first(fromBody(pathInteractions, raw))} {
			switch g.what {
			case ask, chatter, run, click, share, shortcut:
				if g.request.User.ID == "" || (g.request.Address.Channel == "" && g.what != shortcut && g.what != click && g.what != share) {
					t.Fatalf("a gesture without a person or a place: %+v", g)
				}
				if g.request.User.ID == ourselves {
					t.Fatalf("we answer ourselves: %+v", g)
				}
			}
			if text := g.request.Text; text != message.Clean(text) {
				t.Fatalf("the text %q is not clean", text)
			}
		}
	})
}

// fromBody decodes a body of an HTTP delivery.
func fromBody(door string, body []byte) (gesture, error) {
	s, err := sourceOf(door, body, time.Unix(1, 0))
	if err != nil {
		return gesture{}, err
	}
	return s.decode(us)
}

func first(g gesture, _ error) gesture { return g }

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"<@U0LAN0Z89> hi", "<https://a.example|b>", "<!subteam^S1|@x>", "&amp;lt;", "<<@U1>>", "<|>", "<!>", "<#>", "<mailto:>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if out := plain(s, ourselves); strings.Contains(out, "<@"+ourselves+">") && !strings.Contains(s, "&lt;@") && !strings.Contains(s, "&amp;") && strings.Count(s, "<") == 1 {
			t.Fatalf("our mention is left in %q of %q", out, s)
		}
	})
}
