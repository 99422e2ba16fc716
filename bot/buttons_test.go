package bot_test

import (
	"strings"
	"testing"

	"attache/bot"
	"attache/bot/message"
	"attache/bot/present"
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
