package slack

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"attache/bot/message"
)

// line is clean text on one line.
func line(s string) string { return strings.Join(strings.Fields(message.Clean(s)), " ") }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escape makes text literal wherever Slack reads tokens. Exactly these three characters are escaped:
// https://docs.slack.dev/messaging/formatting-message-text#escaping
func escape(s string) string { return escaper.Replace(s) }

var unmark = strings.NewReplacer("*", "∗", "~", "∼", "`", "ˋ", "_", "ˍ")

var shortcode = regexp.MustCompile(`:([A-Za-z0-9_+'-]+):`)

// small is text for a context block, the only place where we write mrkdwn. Slack has no escape for its formatting
// characters, so they become their look-alikes: a title can't turn bold or draw an emoji.
func small(s string) string {
	s = shortcode.ReplaceAllString(line(s), "꞉$1꞉")
	return escape(unmark.Replace(s))
}

// label is text for the label of a <url|label> token.
func label(s string) string {
	return strings.NewReplacer("|", "·", "&lt;", "‹", "&gt;", "›").Replace(small(s))
}

// maxURL is the longest URL that a block may hold.
const maxURL = 3000

// address returns a URL that may become a link, or "" for what may not: other schemes, no host, a user name that could
// pass for a host, too long.
func address(raw string) string {
	u := message.WebAddress(raw)
	if len(u) > maxURL {
		return ""
	}
	return u
}

// anchor is a link token for mrkdwn; without a usable URL it is the label as text.
func anchor(text, raw string) string {
	u := address(raw)
	l := label(text)
	if u == "" {
		return small(text)
	}
	if l == "" {
		l = label(hostOf(u))
	}
	return "<" + escape(u) + "|" + l + ">"
}

func hostOf(u string) string {
	parsed, err := url.Parse(u)
	if err != nil {
		return ""
	}
	return parsed.Hostname()
}

// The forms in which Slack shows an instant in the reader's own zone.
// https://docs.slack.dev/messaging/formatting-message-text#date-formatting
const (
	dayFormat  = "{date_short}"
	timeFormat = "{date_short}, {time}"
)

// dateToken shows an instant in the reader's zone, and words where it can't.
func dateToken(t time.Time, format, words string) string {
	words = label(words)
	if words == "" {
		words = t.UTC().Format("2 Jan 2006, 15:04 UTC")
	}
	return "<!date^" + strconv.FormatInt(t.Unix(), 10) + "^" + format + "|" + words + ">"
}
