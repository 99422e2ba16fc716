package discord

import (
	"errors"
	"time"

	"attache/bot/message"
)

var _ message.Paced = poster{}

// Pace is what digests may use of Discord's limits, on whatever number of machines: 5 messages in 5 s in a channel, with a
// little to spare for the network, and 30 of the 50 requests a second that a bot has. The rest is left for answers, which come
// first. https://discord.com/developers/docs/topics/rate-limits
func (p poster) Pace() message.Pace {
	return message.Pace{
		Channel:  message.Rate{Messages: 5, In: 6 * time.Second},
		Platform: message.Rate{Messages: 30, In: time.Second},
	}
}

// waitScope is what a wait holds for. A route's limit is counted for each channel.
func (e *apiError) waitScope() message.Scope {
	switch w, ours := errors.AsType[*waitError](e.Err); {
	case e.Scope == "global", e.Scope == "cloudflare", ours && w.why != whyRoute:
		return message.ScopePlatform
	default:
		return message.ScopeChannel
	}
}
