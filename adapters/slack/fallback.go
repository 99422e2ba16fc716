package slack

import (
	"strings"

	"attache/bot/message"
)

// maxFallback is where Slack cuts a text. https://docs.slack.dev/reference/methods/chat.postMessage#truncating
const maxFallback = 40_000

// fallback is the whole message as escaped plain text, its gist first. Notifications show its beginning, and screen readers
// read nothing else of a message: https://docs.slack.dev/reference/methods/chat.postMessage#accessibility
func fallback(m *message.Message) string {
	gist, all := line(m.Gist), strings.TrimSpace(message.PlainText(m))
	if gist != "" && !strings.HasPrefix(line(all), gist) {
		// A gist that begins with the title says the title.
		if title, rest, _ := strings.Cut(all, "\n"); strings.HasPrefix(gist, line(title)) {
			all = rest
		}
		all = strings.TrimSpace(gist + "\n\n" + all)
	}
	return short(escape(all), maxFallback)
}
