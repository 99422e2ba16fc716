package discord

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"attache/bot/message"
)

// Discord's Markdown, written so that nothing in a text is live. A backslash before any sign that is neither letter, digit
// nor blank shows that sign (docs: Reference, Message formatting; the clients' rule is \\([^0-9A-Za-z\s])), and a quote can
// still be copied word for word, which a zero-width blank would spoil.

// escape makes s plain text inside a line. Signs that matter only at the start of a line are guardLine's.
func escape(s string) string {
	s = message.Clean(s)
	var b strings.Builder
	b.Grow(len(s) + 8)
	for i, r := range s {
		switch r {
		case '\\', '*', '_', '~', '`', '|', '[', ']', '<', '@':
			b.WriteByte('\\')
		case ':':
			if liveColon.MatchString(s[i:]) {
				b.WriteByte('\\')
			}
		}
		b.WriteRune(r)
	}
	return invite.ReplaceAllString(b.String(), `$1\.$2`)
}

// liveColon finds the colons of ":smile:" and of "https://"; those of "said: no" and "08:00" are only colons.
var liveColon = regexp.MustCompile(`^:(?:/|[A-Za-z0-9_+~-]+:|[^\s0-9])`)

// invite finds what the clients turn into a card without any scheme in front.
var invite = regexp.MustCompile(`(?i)(discord(?:app)?)\.(gg|gift|com|new)`)

// guardLine escapes what would make a heading, a quote, a list or small print of a finished line.
func guardLine(s string) string {
	rest := strings.TrimLeft(s, " ")
	lead := s[:len(s)-len(rest)]
	if rest == "" {
		return s
	}
	switch rest[0] {
	case '#', '-', '+', '>':
		return lead + `\` + rest
	}
	if m := numbered.FindString(rest); m != "" {
		return lead + m[:len(m)-1] + `\` + rest[len(m)-1:]
	}
	return s
}

var numbered = regexp.MustCompile(`^[0-9]+[.)]`)

// lines splits spans at line ends, so that each line can be guarded on its own. Neighbours of one kind are joined.
func lines(spans []message.Span) [][]message.Span {
	out := [][]message.Span{nil}
	for _, s := range spans {
		// What is not live is plain text, and joins the plain text beside it: "https:" and "//" must not meet unescaped.
		if s.Kind == message.Link && message.WebAddress(s.URL) == "" || s.Kind == message.Time && s.At.IsZero() {
			s = message.T(s.Text)
		}
		if s.Kind == message.Cite || s.Kind == message.Time || s.Kind == message.Link {
			out[len(out)-1] = append(out[len(out)-1], s)
			continue
		}
		for i, part := range strings.Split(message.Clean(s.Text), "\n") {
			if i > 0 {
				out = append(out, nil)
			}
			if part == "" || s.Kind == message.Code && code(part) == "" {
				continue
			}
			s.Text = part
			line := out[len(out)-1]
			if n := len(line); n > 0 && line[n-1].Kind == s.Kind {
				line[n-1].Text += part
				continue
			}
			out[len(out)-1] = append(line, s)
		}
	}
	return out
}

// oneLine joins the lines of spans with blanks.
func oneLine(spans []message.Span) []message.Span {
	var out []message.Span
	for i, line := range lines(spans) {
		if i > 0 && len(line) > 0 && len(out) > 0 {
			out = append(out, message.T(" "))
		}
		out = append(out, line...)
	}
	return lines(out)[0]
}

// inline writes the spans of one line.
func inline(spans []message.Span) string {
	parts := make([]string, len(spans))
	for i := len(spans) - 1; i >= 0; i-- {
		next := ""
		for _, p := range parts[i+1:] {
			if next = p; next != "" {
				break
			}
		}
		parts[i] = span(spans[i], next)
	}
	return strings.Join(parts, "")
}

// span writes one span, knowing what stands after it.
func span(s message.Span, next string) string {
	switch s.Kind {
	case message.Strong:
		return around("**", s.Text)
	case message.Emphasis:
		// "_" ends emphasis only before a sign that is no letter; "*" does anywhere, and beside "**" it may show.
		after, _ := utf8.DecodeRuneInString(next)
		if next == "" || after != '_' && !unicode.IsLetter(after) && !unicode.IsDigit(after) {
			return around("_", s.Text)
		}
		return around("*", s.Text)
	case message.Code:
		if text := code(s.Text); text != "" {
			return "`" + text + "`"
		}
		return ""
	case message.Link:
		return link(s.Text, s.URL)
	case message.Cite:
		if u := message.WebAddress(s.URL); u != "" {
			return fmt.Sprintf("[[%d]](%s)", s.Number, u)
		}
		return fmt.Sprintf(`\[%d\]`, s.Number)
	case message.Time:
		return instant(s.At, "f")
	default:
		return escape(s.Text)
	}
}

// instant is t as each reader's client shows it: "f" with the time, "D" the day.
func instant(t time.Time, style string) string { return fmt.Sprintf("<t:%d:%s>", t.Unix(), style) }

// around puts a mark around the text and leaves blanks at its ends outside, where the mark would not work.
func around(mark, text string) string {
	text = message.Clean(text)
	inner := strings.TrimSpace(text)
	if inner == "" {
		return text
	}
	lead := text[:strings.Index(text, inner)]
	return lead + mark + escape(inner) + mark + text[len(lead)+len(inner):]
}

// link writes a masked link, or plain text where the address may not be opened. The clients show a link raw when its label
// has unbalanced brackets or looks like an address, so brackets become round and a scheme is left out.
func link(label, address string) string {
	u := message.WebAddress(address)
	label = strings.Join(strings.Fields(message.Clean(label)), " ")
	if u == "" {
		return escape(label)
	}
	label = roundBrackets.Replace(label)
	for strings.Contains(label, "://") {
		label = strings.ReplaceAll(scheme.ReplaceAllString(label, ""), "://", "")
	}
	if label == "" {
		label = "link"
	}
	return "[" + escape(label) + "](" + u + ")"
}

var (
	roundBrackets = strings.NewReplacer("[", "(", "]", ")")
	scheme        = regexp.MustCompile(`(?i)https?://`) // wherever it stands: of what is glued to its front no letter may go
)

// measure is how large a span is once written, for message.Fit. It counts the longest form, with a mark in front of each line.
func measure(s message.Span) int {
	breaks := 5 * strings.Count(s.Text, "\n")
	switch s.Kind {
	case message.Strong, message.Emphasis:
		return message.Size(escape(s.Text)) + 4 + breaks
	case message.Time:
		return max(len("<t:-17084160000:f>"), message.Size(escape(s.Words())))
	default:
		return message.Size(span(s, "")) + breaks
	}
}

// code writes s inside a code block, where no backslash escapes.
func code(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(message.Clean(s)), " "), "`", "ˋ")
}

// plainOf is the text of spans for places that render no markup.
func plainOf(spans []message.Span) string {
	return strings.Join(strings.Fields(message.Words(spans)), " ")
}

// width is how many columns s takes in a code block: East Asian wide characters take two.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me):
		case r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
			r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 ||
			r >= 0x1f300 && r <= 0x1faff || r >= 0x20000):
			n += 2
		default:
			n++
		}
	}
	return n
}
