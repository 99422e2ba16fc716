package slack

import "attache/bot/message"

// limits are what one message of ours may hold.
var limits = message.Limits{
	Blocks:  49,     // 50, and the votes may need one of their own. https://docs.slack.dev/reference/block-kit/blocks
	Text:    2900,   // 3 000 in a text object, less what joins lines
	Heading: 150,    // of a header block
	Total:   11_000, // near 13 200 Slack answers msg_blocks_too_long (seen, not documented)
	Gist:    1000,
	Rows:    99, // 100 with the head
	Buttons: 5,
	Alt:     2000,
	Measure: measure,
}

// measure is how large a span is in the larger of the two forms in which we draw it. Whether Slack counts the address of a
// link nobody says; we do.
func measure(s message.Span) int {
	rich := message.Size(s.Words()) + message.Size(address(s.URL))
	if s.Kind == message.Time {
		rich += len(timeFormat)
	}
	return max(rich, message.Size(mrkdwn([]message.Span{s}, timeFormat))+2)
}

// Fit splits m into the messages that Slack would be sent; it needs no connection.
func Fit(m *message.Message) []*message.Message { return message.Fit(m, limits) }
