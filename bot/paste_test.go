package bot_test

import (
	"strings"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/message"
)

// TestAPastedTextIsKeptOnceAllIsKnownOfIt pastes texts in all the ways in which their title, outlet and date may be said.
func TestAPastedTextIsKeptOnceAllIsKnownOfIt(t *testing.T) {
	t.Parallel()
	const body = "The coast guard seized the tanker Meridian on Friday, the ministry said. Nobody was hurt."
	day := time.Date(2024, 2, 16, 0, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name string
		text string            // typed
		args map[string]string // of a form
		want []string          // of the reply
		kept bool
	}{
		{"nothing but the text", "source paste " + body, nil, []string{"Nothing is kept yet", "title, outlet and date", "Title: …", "Date: …"}, false},
		{"a title that the text begins with", "source paste Tanker seized in the strait\n\n" + body, nil, []string{"outlet and date", "Title: Tanker seized in the strait"}, false},
		{"lines at its head", "source paste\nTitle: Tanker seized in the strait\nOutlet: Harbour Post\nPublished: 16 February 2024\n\n" + body, nil, []string{"The text is kept", "Tanker seized in the strait", "Harbour Post", "channels of this workspace alone", "takes it back"}, true},
		{"lines in another language", "source paste\nTitre : Tanker seized in the strait\nMédia : Harbour Post\nDate : 2024-02-16\n" + body, nil, []string{"The text is kept"}, true},
		{"a date above it", "source paste Outlet: Harbour Post\n2024-02-16\n\nTanker seized in the strait\n\n" + body, nil, []string{"The text is kept"}, true},
		{"a form", "", map[string]string{"text": body, "title": "Tanker seized in the strait", "outlet": "Harbour Post", "published": "2024-02-16"}, []string{"The text is kept"}, true},
		{"one line", "source paste Title: Tanker seized in the strait | Outlet: Harbour Post | Date: 2024-02-16 | " + body, nil, []string{"The text is kept"}, true},
		{"a form with a gap", "", map[string]string{"text": body, "title": "Tanker seized in the strait", "outlet": "Harbour Post"}, []string{"doesn’t say its date", "Outlet: Harbour Post"}, false},
		{"no date", "", map[string]string{"text": body, "title": "Tanker seized in the strait", "outlet": "Harbour Post", "published": "on Friday"}, []string{"doesn’t say its date"}, false},
		{"a day that is still to come", "", map[string]string{"text": body, "title": "Tanker seized in the strait", "outlet": "Harbour Post", "published": "2031-01-01"}, []string{"doesn’t say its date"}, false},
		{"a title without a text", "", map[string]string{"text": "Title: Tanker seized in the strait"}, []string{"There is no text"}, false},
		{"too long", "source paste " + strings.Repeat("word ", 5000), nil, []string{"20000"}, false},
		{"longer than a question", "source paste Outlet: Harbour Post\nDate: 2024-02-16\nTitle: Tanker seized in the strait\n" + body + strings.Repeat(" And so on.", 1000), nil, []string{"The text is kept"}, true},
	} {
		h := open(t, nil)
		r := bot.Request{Kind: bot.Ask, Text: row.text, Address: channel, User: manager()}
		if row.args != nil {
			r.Kind, r.Command, r.Args = bot.Run, "source paste", row.args
		}
		reply := h.handle(t, r)
		got := words(reply)
		for _, want := range row.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: the reply lacks %q:\n%s", row.name, want, got)
			}
		}
		if !reply.Private {
			t.Errorf("%s: the channel sees it", row.name)
		}
		if !row.kept {
			if len(h.news.read) != 0 || reply.Message.Tone != message.ToneProblem {
				t.Errorf("%s: kept %+v, tone %q", row.name, h.news.read, reply.Message.Tone)
			}
			continue
		}
		if len(h.news.read) != 1 {
			t.Errorf("%s: kept %d reports", row.name, len(h.news.read))
			continue
		}
		if a := h.news.read[0]; a.Title != "Tanker seized in the strait" || a.Outlet != "Harbour Post" || !a.Published.Equal(day) || !a.DateOnly || !a.Unreviewed || a.Source != "paste" || !strings.HasPrefix(a.Text, "The coast guard") {
			t.Errorf("%s: kept %+v", row.name, a)
		}
	}
	h := open(t, nil)
	reply := h.handle(t, bot.Request{Kind: bot.Ask, Text: "source paste Title: A\nOutlet: B\nDate: 2024-02-16\n" + body, Address: channel, User: bot.User{ID: "reader", Manages: bot.PermissionNo}})
	if len(h.news.read) != 0 || !strings.Contains(words(reply), "Only those who manage this channel") {
		t.Errorf("a reader pastes: %s", words(reply))
	}
}
