// Package press prints messages for those who read them outside a chat: as an e-mail, and as entries of a feed.
//
// HTML is a page with all of its style inline and nothing from outside, for a mail program in light or dark. Mail puts it into
// a file with the same in plain text and the pictures beside it. A Feed of Entries is written as JSON Feed 1.1 or as
// Atom. All forms show the same blocks of the same message, so they carry the same claims and citations as a chat does.
// Buttons that act have nobody to act on and are left out.
//
// Stand is where feeds lie out: a handler that gives them to whoever knows the secret part of the address, and 404 to others.
package press

import (
	"strings"

	"attache/bot/message"
)

// title is the first heading of a message, or its gist.
func title(m *message.Message) string {
	for _, b := range m.Blocks {
		if h, ok := b.(message.Heading); ok {
			return oneLine(message.Words(h.Spans))
		}
	}
	return oneLine(m.Gist)
}

func oneLine(s string) string { return strings.Join(strings.Fields(message.Clean(s)), " ") }

// text is a message in plain text, wrapped as mail programs expect.
func text(m *message.Message) string { return message.Text(m, message.TextOptions{Width: 72}) }
