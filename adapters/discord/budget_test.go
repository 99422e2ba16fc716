package discord

import (
	"net/http"
	"testing"
	"time"

	"attache/bot/message"
)

func TestAWaitHoldsForWhatDiscordSays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  *apiError
		want message.Scope
	}{
		{"a route's limit", &apiError{Status: http.StatusTooManyRequests, Scope: "user"}, message.ScopeChannel},
		{"one that is shared", &apiError{Status: http.StatusTooManyRequests, Scope: "shared"}, message.ScopeChannel},
		{"the bot's", &apiError{Status: http.StatusTooManyRequests, Scope: "global"}, message.ScopePlatform},
		{"Cloudflare's", &apiError{Status: http.StatusTooManyRequests, Scope: "cloudflare"}, message.ScopePlatform},
		{"our own, of a route", &apiError{Unsent: true, Err: &waitError{why: whyRoute}}, message.ScopeChannel},
		{"our own, of the bot", &apiError{Unsent: true, Err: &waitError{why: "global limit"}}, message.ScopePlatform},
	} {
		tt.err.After = 3 * time.Second
		err := classify(tt.err)
		if got := message.ScopeOf(err); got != tt.want || message.ClassOf(err) != message.Later || message.RetryAfter(err) != 3*time.Second {
			t.Errorf("%s: %v with scope %q, want later with %q", tt.name, err, got, tt.want)
		}
	}
}
