package bot_test

import (
	"testing"
	"time"

	"attache/bot"
)

func TestAPlatformsOwnClockDecidesWhatHasBeenPublished(t *testing.T) {
	t.Parallel()
	past := start.AddDate(-1, 0, 0)
	h := open(t, func(c *bot.Config, _ *house) {
		c.Clocks = map[string]func() time.Time{"playground": func() time.Time { return past }}
	})
	for platform, want := range map[string]time.Time{"playground": past, channel.Platform: start} {
		r := bot.Request{Kind: bot.Ask, Text: "Who condemned it?", Address: channel, At: past, User: bot.User{ID: "u"}}
		r.Address.Platform = platform
		h.handle(t, r)
		if got := h.news.asked(t).Asked; !got.Equal(want) {
			t.Errorf("on %s the question was asked at %s, want %s", platform, got, want)
		}
	}
}
