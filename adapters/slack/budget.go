package slack

import (
	"time"

	"attache/bot/message"
)

var _ message.Paced = (*Poster)(nil)

// Pace is what digests may use of Slack's limits, on whatever number of machines: "1 per second per channel" with a little to
// spare for the network, and half of the "several hundred messages per minute" of a workspace. The other half is left for
// answers, which come first. https://docs.slack.dev/apis/web-api/rate-limits
func (p *Poster) Pace() message.Pace {
	return message.Pace{
		Channel:   message.Rate{Messages: 5, In: 6 * time.Second},
		Workspace: message.Rate{Messages: 5, In: time.Second},
	}
}
