package slack

import (
	"regexp"
	"strings"

	"attache/bot/message"
)

// Text from Slack is escaped and full of tokens: <@U1>, <#C1|general>, <!here>, <https://example.org|label>.
// https://docs.slack.dev/messaging/formatting-message-text

var token = regexp.MustCompile(`<([^<>]*)>`)

// plain turns text from Slack into what the person wrote, without our own mention.
func plain(text, me string) string {
	if me != "" && mentions(text, me) {
		ours := regexp.MustCompile(`[,:]?[ \t]*<@` + regexp.QuoteMeta(me) + `(?:\|[^<>]*)?>[,:]?[ \t]*([?.!]*)`)
		text = ours.ReplaceAllString(text, "$1 ")
	}
	text = token.ReplaceAllStringFunc(text, func(t string) string {
		return untoken(t[1 : len(t)-1])
	})
	text = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
	return strings.TrimSpace(message.Clean(text))
}

// untoken says what a token shows.
func untoken(t string) string {
	body, label, labelled := strings.Cut(t, "|")
	switch {
	case strings.HasPrefix(body, "@"):
		if labelled && label != "" {
			return "@" + strings.TrimPrefix(label, "@")
		}
		return body
	case strings.HasPrefix(body, "#"):
		if labelled && label != "" {
			return "#" + strings.TrimPrefix(label, "#")
		}
		return body
	case strings.HasPrefix(body, "!"):
		if labelled && label != "" {
			return label
		}
		word, _, _ := strings.Cut(body[1:], "^")
		return "@" + word
	case strings.HasPrefix(body, "mailto:"), strings.HasPrefix(body, "tel:"):
		if labelled && label != "" {
			return label
		}
		_, rest, _ := strings.Cut(body, ":")
		return rest
	case strings.HasPrefix(body, "http://"), strings.HasPrefix(body, "https://"):
		if !labelled || label == "" || strings.HasSuffix(body, label) || strings.HasSuffix(strings.TrimSuffix(body, "/"), label) {
			return body
		}
		return label + " " + body
	default:
		return t
	}
}

// mentions says whether text mentions the user.
func mentions(text, user string) bool {
	return user != "" && (strings.Contains(text, "<@"+user+">") || strings.Contains(text, "<@"+user+"|"))
}

// mentionsAnyone says whether text turns to a person.
func mentionsAnyone(text string) bool { return strings.Contains(text, "<@") }
