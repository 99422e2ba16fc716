package bot_test

import (
	"strings"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// TestATriedOutDigestIsSetUpAtAPress, by those who may manage the channel and in the channel where it was tried out.
func TestATriedOutDigestIsSetUpAtAPress(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	value := ""
	for _, b := range h.typed(t, "digest preview energy, the Gulf").Message.Blocks {
		if row, ok := b.(message.Buttons); ok && row.Items[0].Action == present.ActionSetUp {
			value = row.Items[0].Value
		}
	}
	if value == "" {
		t.Fatal("the trial has no button that sets it up")
	}
	press := func(may bot.Permission, at message.Address) string {
		return words(h.handle(t, bot.Request{Kind: bot.Click, Action: present.ActionSetUp, Value: value, Address: at, User: bot.User{ID: "u9", Manages: may}}))
	}
	elsewhere := channel
	elsewhere.Channel += "x"
	if got := press(bot.PermissionNo, channel); !strings.Contains(got, "Only those who manage") {
		t.Errorf("whoever may not manage gets %s", got)
	}
	if got := press(bot.PermissionYes, elsewhere); !strings.Contains(got, "too old") {
		t.Errorf("in another channel it says %s", got)
	}
	if got := press(bot.PermissionYes, channel); !strings.Contains(got, "is set up") || !strings.Contains(got, "08:00") {
		t.Errorf("the press gets %s", got)
	}
	if got, err := h.Workspaces(t.Context(), channel.Platform); err != nil || len(got) != 1 || got[0] != channel.Workspace {
		t.Errorf("digests run in %v, %v", got, err)
	}
}

// TestTheLanguageOfAChoiceIsTheReaders and that of a changed setting the new one.
func TestTheLanguageOfAChoiceIsTheReaders(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	if got := h.CompleteIn(t.Context(), "fr-FR", "help", "command", "ask", channel); len(got) == 0 || !strings.Contains(got[0].Label, "articles") || strings.Contains(got[0].Label, "Answer") {
		t.Errorf("in French: %v", got)
	}
	if got := words(h.typed(t, "settings language fr")); !strings.Contains(got, "Le réglage") {
		t.Errorf("the reply is %s", got)
	}
}

// TestAStoryIsFollowedOrRestedFromAtAPress: by those who may manage the channel, in that channel, and a rest has an end.
func TestAStoryIsFollowedOrRestedFromAtAPress(t *testing.T) {
	t.Parallel()
	w := openWire(t, threaded)
	w.reads("tankers", "herald", "Two tankers stopped in the Strait of Hormuz", strait)
	card := w.told("story tankers in the Strait of Hormuz", "")
	press := func(action string, may bot.Permission, at message.Address) bot.Reply {
		t.Helper()
		r, err := w.bot.Handle(t.Context(), bot.Request{Kind: bot.Click, Action: action, Value: pressed(t, card, action).Value, Address: at, User: bot.User{ID: "U9", Manages: may}})
		if err != nil || !r.Private {
			t.Fatalf("%s: %+v, %v", action, r, err)
		}
		return r
	}
	elsewhere := desk
	elsewhere.Channel = "C2"
	for _, action := range []string{present.ActionTrack, present.ActionSnooze} {
		if got := words(press(action, bot.PermissionNo, elsewhere)); !strings.Contains(got, "too old") {
			t.Errorf("%s in another channel says %s", action, got)
		}
	}
	if got := words(press(present.ActionTrack, bot.PermissionYes, desk)); !strings.Contains(got, "Strait of Hormuz") {
		t.Errorf("following says %s", got)
	}
	if got := w.says("watch list"); !strings.Contains(got, "Strait of Hormuz") {
		t.Errorf("the watch list is %s", got)
	}
	w.pass(time.Minute)
	w.reads("more", "wire", "Iran frees tankers in the Strait of Hormuz", strait)
	w.reads("chess", "herald", "Boy wins chess tournament", chess)
	compose := func() (titles, hits string) {
		t.Helper()
		e, err := w.alerts().Compose(t.Context(), briefings.Assignment{
			Window: briefings.Window{From: w.now().Add(-24 * time.Hour), To: w.now().Add(time.Second)}, For: desk.String(), Beat: briefings.Beat{Watch: []string{"Strait of Hormuz", "Strait of Hormuz + Riga"}},
		})
		if err != nil || len(e.Beat.Without) > 0 {
			t.Fatalf("%+v, %v", e.Beat, err)
		}
		for _, item := range e.Items {
			titles += item.Headline + "; "
			hits += strings.Join(item.Hits, ", ")
		}
		return titles, hits
	}
	if titles, hits := compose(); !strings.Contains(titles, "tankers") || !strings.Contains(titles, "chess") || hits != "Strait of Hormuz" {
		t.Errorf("before the rest: %s, hits %s", titles, hits)
	}
	rest := press(present.ActionSnooze, bot.PermissionYes, desk)
	if got := words(rest); !strings.Contains(got, "“Strait of Hormuz") || !strings.Contains(got, "is snoozed until") || !strings.Contains(got, "9 Mar 2026") {
		t.Errorf("the rest says %s", got)
	}
	if titles, _ := compose(); strings.Contains(titles, "tankers") || !strings.Contains(titles, "chess") {
		t.Errorf("during the rest: %s", titles)
	}
	if got := w.says("digest list"); !strings.Contains(got, "Left out of") || !strings.Contains(got, "Strait of Hormuz") {
		t.Errorf("the list is %s", got)
	}
	back, err := w.bot.Handle(t.Context(), bot.Request{Kind: bot.Click, Action: present.ActionUnsnooze, Value: pressed(t, rest, present.ActionUnsnooze).Value, Address: desk, User: bot.User{ID: "U9", Manages: bot.PermissionYes}})
	if err != nil || !strings.Contains(words(back), "comes again") {
		t.Errorf("ending it says %s, %v", words(back), err)
	}
	if titles, _ := compose(); !strings.Contains(titles, "tankers") {
		t.Errorf("after its end: %s", titles)
	}
	press(present.ActionSnooze, bot.PermissionYes, desk)
	w.pass(7*24*time.Hour + time.Minute)
	w.reads("late", "herald", "Tankers pass the Strait of Hormuz again", strait)
	if titles, _ := compose(); !strings.Contains(titles, "Tankers pass") {
		t.Errorf("after a week: %s", titles)
	}
	if got := w.says("digest list"); strings.Contains(got, "Left out of") {
		t.Errorf("the list is still %s", got)
	}
}

// told is a reply in the channel, to whoever manages it.
func (w *wire) told(text, locale string) bot.Reply {
	w.t.Helper()
	r, err := w.bot.Handle(w.t.Context(), bot.Request{Kind: bot.Run, Text: text, Address: desk, User: bot.User{ID: "U1", Manages: bot.PermissionYes, Locale: locale}})
	if err != nil || r.Message == nil {
		w.t.Fatalf("%s: %v, %v", text, r, err)
	}
	return r
}
