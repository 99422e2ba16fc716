package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"attache/bot"
	"attache/bot/message"
)

// crew are the roles of a platform: one that everybody may mention, one that only some may, and one whose platform is away.
type crew struct{}

func (crew) Role(_ context.Context, _ message.Address, id string) (name string, everybody bool, err error) {
	switch id {
	case "10001":
		return "Korea *desk* <@&1>", true, nil
	case "10002":
		return "On call", false, nil
	case "10003":
		return "", false, errors.New("the platform is away")
	}
	return "", false, bot.ErrNoRole
}

// TestADigestRingsARoleOnlyWhereAPersonWhoMayMentionItChoseIt: nobody unless somebody chose one, and never on a platform that
// has no roles.
func TestADigestRingsARoleOnlyWhereAPersonWhoMayMentionItChoseIt(t *testing.T) {
	t.Parallel()
	h := open(t, func(c *bot.Config, _ *house) { c.Roles = map[string]bot.Roles{channel.Platform: crew{}} })
	says := func(text string, rings bot.Permission) string {
		t.Helper()
		return words(h.handle(t, bot.Request{Kind: bot.Run, Text: text, Address: channel, User: bot.User{ID: "boss", Manages: bot.PermissionYes, Rings: rings}}))
	}
	for _, row := range []struct {
		text  string
		rings bot.Permission
		says  string
		want  string
	}{
		{"settings", "", "ping: nobody (default)", ""},
		{"settings ping <@&10001>", bot.PermissionNo, "is now @Korea *desk*", "10001"},
		{"settings ping 10002", bot.PermissionNo, "may not mention @On call", "10001"},
		{"settings ping 10002", bot.PermissionUnknown, "may not mention @On call", "10001"},
		{"settings ping <@&10002>", bot.PermissionYes, "is now @On call", "10002"},
		{"settings ping <@&99999>", bot.PermissionYes, "doesn’t fit ping", "10002"},
		{"settings ping @everyone", bot.PermissionYes, "doesn’t fit ping", "10002"},
		{"settings ping <@&10003>", bot.PermissionYes, "went wrong", "10002"},
		{"settings ping", bot.PermissionYes, "ping: @On call", "10002"},
		{"settings ping off", bot.PermissionNo, "back to its default: nobody", ""},
	} {
		if got := says(row.text, row.rings); !strings.Contains(got, row.says) {
			t.Errorf("%s says %q, want %q", row.text, got, row.says)
		}
		if got := h.Ping(t.Context(), channel); got != row.want {
			t.Errorf("after %s the digests ring %q, want %q", row.text, got, row.want)
		}
	}
	nowhere := open(t, nil)
	if got := words(nowhere.typed(t, "settings ping <@&10001>")); !strings.Contains(got, "I ring nobody here") || nowhere.Ping(t.Context(), channel) != "" {
		t.Errorf("without roles: %s", got)
	}
	if got := words(nowhere.typed(t, "settings")); strings.Contains(got, "ping") {
		t.Errorf("without roles the settings are %s", got)
	}
}
