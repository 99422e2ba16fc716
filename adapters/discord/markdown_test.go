package discord

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"attache/adapters/discord/discordfake"
	"attache/adapters/discord/rules"
	"attache/bot/message"
)

// reading is what a client would make of a text: what is shown, and what is live in it.
type reading struct {
	shown string
	live  []string // links that open, mentions, emoji, instants
	marks []string // what a line begins with: "###", "-", "1.", ">", "-#"
}

var (
	maskedLink = regexp.MustCompile(`^\[((?:\[[^\]]*\]|[^\[\]])*)\]\(<?([^\s()<>]*)>?\)`)
	bareLink   = regexp.MustCompile(`^(?i)https?://[^\s<]+`)
	angle      = regexp.MustCompile(`^<(?:@!?|@&|#|/[^:>]*:|a?:\w+:|t:-?|id:)[^>\s]*>`)
	shortcode  = regexp.MustCompile(`^:[A-Za-z0-9+~-](?:[A-Za-z0-9_+~-]*[A-Za-z0-9+~-])?:`) // no emoji's name begins or ends in "_"
	atAll      = regexp.MustCompile(`^@(?:everyone|here)`)
	card       = regexp.MustCompile(`^(?i)discord(?:app)?\.(?:gg|gift|com/invite|new)`)
	lineMark   = regexp.MustCompile(`^ *(-#|#{1,3}|>|[-*+]|[0-9]+[.)]) `)
)

// read interprets Discord's Markdown from its documented rules, on its own and not by the writer's code: a backslash before
// a sign shows the sign; code shows as it is; what is left may be live.
func read(text string) reading {
	var r reading
	var shown strings.Builder
	for n, line := range strings.Split(text, "\n") {
		if n > 0 {
			shown.WriteByte('\n')
		}
		for {
			m := lineMark.FindStringSubmatch(line)
			if m == nil {
				break
			}
			r.marks = append(r.marks, m[1])
			line = line[len(m[0]):]
		}
		r.inline(line, &shown)
	}
	r.shown = shown.String()
	return r
}

func (r *reading) inline(s string, shown *strings.Builder) {
	for s != "" {
		if s[0] == '\\' && len(s) > 1 {
			next := []rune(s[1:])[0]
			if next < 0x80 && !unicode.IsLetter(next) && !unicode.IsDigit(next) && !unicode.IsSpace(next) {
				shown.WriteRune(next)
				s = s[2:]
				continue
			}
		}
		if s[0] == '`' {
			if end := strings.IndexByte(s[1:], '`'); end >= 0 {
				shown.WriteString(s[1 : 1+end])
				s = s[end+2:]
				continue
			}
		}
		if m := maskedLink.FindStringSubmatch(s); m != nil {
			r.live = append(r.live, m[2])
			label := m[1]
			if bare := strings.Trim(label, "[]"); strings.HasPrefix(label, "[") && strings.Trim(bare, "0123456789") == "" {
				shown.WriteString(label)
			} else {
				r.inline(label, shown)
			}
			s = s[len(m[0]):]
			continue
		}
		for _, live := range []*regexp.Regexp{bareLink, angle, shortcode, atAll, card} {
			if m := live.FindString(s); m != "" {
				r.live = append(r.live, m)
			}
		}
		if m := angle.FindString(s); m != "" {
			s = s[len(m):]
			continue
		}
		if strings.HasPrefix(s, "**") {
			s = s[2:]
			continue
		}
		if s[0] == '*' || s[0] == '_' || s[0] == '~' && strings.HasPrefix(s, "~~") {
			s = s[1:]
			continue
		}
		c := []rune(s)[0]
		shown.WriteRune(c)
		s = s[len(string(c)):]
	}
}

func TestForeignTextIsShownAndNeverLive(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"@everyone", "@here now", "<@123>", "<@!123>", "<@&9>", "<#5>", "<:smile:99>", "<a:dance:99>", "</ask:12>", "<t:1700000000:R>", "<id:customize>",
		"https://evil.example/x", "HTTP://evil.example", "[bank](https://evil.example)", "[a](<https://evil.example>)", "<https://evil.example>",
		"discord.gg/abc", "https://discord.com/invite/abc", "DISCORD.GG/abc", ":smile:", "a:100:b", "**bold** __under__ *it* _it_ ~~no~~ ||spoiler||",
		"`code` ```block```", "# title", "## title", "-# small", "- item", "* item", "+ item", "1. item", "12) item", "> quote", ">>> all", "\\", "\\\\*x*", "[1](", "a\\",
		"snake_case_word", "08:00 said: no", "line one\n# line two\n- three\n\n> four", "e\u202egnp.exe", "zero\u200bwidth", "tab\tbed",
	} {
		for _, kind := range []message.Kind{message.Plain, message.Strong, message.Emphasis} {
			span := message.Span{Kind: kind, Text: text}
			got := read(strings.Join(guarded([]message.Span{span}), "\n"))
			if len(got.live) > 0 || len(got.marks) > 0 {
				t.Errorf("%q as %q is live: %v %v", text, kind, got.live, got.marks)
			}
			if w := letters(text); letters(got.shown) != w {
				t.Errorf("%q as %q shows %q", text, kind, got.shown)
			}
		}
	}
}

// letters is what must survive: every visible sign but blanks.
func letters(s string) string { return strings.Join(strings.Fields(message.Clean(s)), "") }

func TestLinksOpenOnlyWhatWeHold(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ label, url, want string }{
		{"A report", "https://news.example/a", "[A report](https://news.example/a)"},
		{"A [new] report", "https://news.example/a", "[A (new) report](https://news.example/a)"},
		{"https://bank.example", "https://news.example/a", "[bank.example](https://news.example/a)"},
		{"a", "https://news.example/a_(b)", "[a](https://news.example/a_%28b%29)"},
		{"a", "javascript:alert(1)", "a"},
		{"a", "https://user:pass@news.example/", "a"},
		{"a*b", "ftp://news.example/", `a\*b`},
		{"", "https://news.example/a", "[link](https://news.example/a)"},
		{"two\nlines", "https://news.example/a", "[two lines](https://news.example/a)"},
		{"a", "https://news.example/\u202ea", "a"},
		{"a", "https://news.example/a)[b](https://evil.example", "[a](https://news.example/a%29%5Bb%5D%28https://evil.example)"},
		{"@everyonehttps://evil.example/x", "https://news.example/a", `[\@everyoneevil.example/x](https://news.example/a)`},
		{"ftp://x hthttps://tps://y", "https://news.example/a", "[ftpx httpsy](https://news.example/a)"},
	} {
		if got := link(row.label, row.url); got != row.want {
			t.Errorf("link(%q, %q) = %s, want %s", row.label, row.url, got, row.want)
		}
	}
}

func TestEmphasisWorksBesideWordsAndMarks(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		want  string
		spans []message.Span
	}{
		{"_label_", []message.Span{message.I("label")}},
		{"(_label_)", []message.Span{message.T("("), message.I("label"), message.T(")")}},
		{"*under*stated", []message.Span{message.I("under"), message.T("stated")}},
		{"**a**_b_", []message.Span{message.B("a"), message.I("b")}},
		{`https\://evil.example`, []message.Span{message.T("https:"), message.L("//evil.example", "x"), message.At(time.Time{}, "")}},
		{`https\://evil.example`, []message.Span{message.T("https:"), message.K(" "), message.B(""), message.T("//evil.example")}},
		{`discord\.gg/abc`, []message.Span{message.L("disc", ""), message.T("ord"), message.At(time.Time{}, ".gg/abc")}},
		{"_a_**b**", []message.Span{message.I("a"), message.B("b")}},
		{" **a** ", []message.Span{message.B(" a ")}},
		{"**ab**", []message.Span{message.B("a"), message.B("b")}},
		{"`digest add`", []message.Span{message.K("digest add")}},
		{"`aˋb`", []message.Span{message.K("a`b")}},
	} {
		if got := inline(lines(row.spans)[0]); got != row.want {
			t.Errorf("got %s, want %s", got, row.want)
		}
	}
}

// foreign draws text made of what is dangerous and what is ordinary.
func foreign() *rapid.Generator[string] {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{
			"@everyone", "<@1>", "<#2>", "<:e:3>", "</c:4>", "<t:5>", "https://evil.example/", "http:", "//", "[", "](", ")", "discord", ".gg/", ":x:", ":", "*", "**", "_", "__", "~~", "||",
			"`", "```", "#", "# ", "-", "- ", "-# ", "+ ", ">", "> ", ">>> ", "1. ", "2)", "\\", "\n", " ", "  ", "\t", "\u202e", "\u200b", "\u2066", "é", "한국", "🚗", "a", "Kim", "said", ". ", "!", "&lt;", "\"",
		}),
		rapid.StringN(0, 12, 40),
	)
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 0, 14).Draw(t, "pieces"), "") })
}

const ours = "https://held.example/"

var anInstant = time.Date(2024, 2, 20, 8, 0, 0, 0, time.UTC)

func someSpan() *rapid.Generator[message.Span] {
	return rapid.Custom(func(t *rapid.T) message.Span {
		text := foreign().Draw(t, "text")
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			return message.B(text)
		case 1:
			return message.I(text)
		case 2:
			return message.L(text, ours+rapid.StringMatching(`[a-z()\[\]*_<>"' ]{0,12}`).Draw(t, "path"))
		case 3:
			return message.L(text, "javascript:"+text)
		case 4:
			return message.C(rapid.IntRange(1, 40).Draw(t, "n"), ours)
		case 5:
			return message.C(rapid.IntRange(1, 40).Draw(t, "n"), "")
		case 6:
			return message.At(anInstant, "2024-02-20 08:00")
		case 7:
			return message.K(text)
		}
		return message.T(text)
	})
}

func someSpans() *rapid.Generator[[]message.Span] { return rapid.SliceOfN(someSpan(), 0, 6) }

func someBlock() *rapid.Generator[message.Block] {
	return rapid.Custom(func(t *rapid.T) message.Block {
		spans := func() []message.Span { return someSpans().Draw(t, "spans") }
		switch rapid.IntRange(0, 9).Draw(t, "block") {
		case 0:
			return message.Heading{Level: rapid.IntRange(1, 2).Draw(t, "level"), Spans: spans()}
		case 1:
			return message.Quote{Spans: spans()}
		case 2:
			l := message.List{Ordered: rapid.Bool().Draw(t, "ordered"), Start: rapid.IntRange(0, 9).Draw(t, "start")}
			for range rapid.IntRange(0, 5).Draw(t, "items") {
				l.Items = append(l.Items, spans())
			}
			return l
		case 3:
			n := rapid.IntRange(1, 3).Draw(t, "columns")
			var table message.Table
			for range n {
				table.Columns = append(table.Columns, message.Column{Title: foreign().Draw(t, "title"), Right: rapid.Bool().Draw(t, "right")})
			}
			for range rapid.IntRange(0, 12).Draw(t, "rows") {
				var row [][]message.Span
				for range n {
					row = append(row, spans())
				}
				table.Rows = append(table.Rows, row)
			}
			return table
		case 4:
			return message.Image{URL: rapid.SampledFrom([]string{ours + "a.png", "javascript:x", ""}).Draw(t, "image"), Alt: foreign().Draw(t, "alt")}
		case 5:
			var s message.Sources
			for i := range rapid.IntRange(0, 4).Draw(t, "sources") {
				s.Items = append(s.Items, message.Source{Number: i + 1, Title: foreign().Draw(t, "title"), Outlet: foreign().Draw(t, "outlet"),
					URL: rapid.SampledFrom([]string{ours, ""}).Draw(t, "url"), Label: foreign().Draw(t, "label"), Published: anInstant, DateOnly: rapid.Bool().Draw(t, "dateOnly")})
			}
			return s
		case 6:
			var b message.Buttons
			for range rapid.IntRange(0, 7).Draw(t, "buttons") {
				b.Items = append(b.Items, message.Button{Label: foreign().Draw(t, "label"), Action: rapid.SampledFrom([]string{"evidence", "a:b", ""}).Draw(t, "action"),
					Value: rapid.SampledFrom([]string{"x1", "x2", "ü", strings.Repeat("v", 99)}).Draw(t, "value"), URL: rapid.SampledFrom([]string{"", "", ours, "javascript:x"}).Draw(t, "url")})
			}
			return b
		case 7:
			return message.Divider{}
		}
		return message.Paragraph{Spans: spans(), Quiet: rapid.Bool().Draw(t, "quiet")}
	})
}

func someMessage() *rapid.Generator[*message.Message] {
	return rapid.Custom(func(t *rapid.T) *message.Message {
		return &message.Message{
			Gist: "Gist: " + foreign().Draw(t, "gist"), Tone: rapid.SampledFrom([]message.Tone{"", message.ToneDisputed, message.ToneProblem}).Draw(t, "tone"),
			Blocks: rapid.SliceOfN(someBlock(), 0, 12).Draw(t, "blocks"),
		}
	})
}

func TestAnyMessageKeepsToDiscordsLimitsAndNothingForeignIsLive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := someMessage().Draw(t, "message")
		for i, part := range message.Fit(m, limits()) {
			raw, err := RenderJSON(part)
			if err != nil {
				t.Fatal(err)
			}
			if found := discordfake.Refusals(rules.ChannelMessage, raw); len(found) > 0 {
				t.Fatalf("part %d is refused: %v\n%s", i, found, raw)
			}
			holds(t, part, Render(part).embeds)
			b := contentBody(part, 0, english.shortened)
			if message.Size(b.Content) > rules.Content {
				t.Fatalf("the content has %d characters", message.Size(b.Content))
			}
		}
	})
}

// holds checks one drawn message against what it was made of.
func holds(t *rapid.T, m *message.Message, embeds []embed) {
	t.Helper()
	var shown strings.Builder
	var live, marks []string
	for _, e := range embeds {
		for _, text := range []string{e.Title, e.Description} {
			r := readBlocks(text)
			shown.WriteString(r.shown + "\n")
			live = append(live, r.live...)
			marks = append(marks, r.marks...)
		}
	}
	for _, l := range live {
		if !strings.HasPrefix(l, ours) && l != fmt.Sprintf("<t:%d:f>", anInstant.Unix()) && l != fmt.Sprintf("<t:%d:D>", anInstant.Unix()) {
			t.Fatalf("%q is live in %q", l, shown.String())
		}
	}
	plain, complete := true, true
	for _, b := range m.Blocks {
		switch b.(type) {
		case message.Paragraph:
		case message.Table, message.Image: // a table repeats its titles, an image may show its words elsewhere
			complete, plain = false, false
		default:
			plain = false
		}
	}
	if got, want := onlyLetters(shown.String()), onlyLetters(wordsIn(m)); complete && got != want {
		t.Fatalf("shown  %q\nwanted %q", got, want)
	}
	if plain {
		for _, mark := range marks {
			if mark != "-#" {
				t.Fatalf("a paragraph's line begins with %s", mark)
			}
		}
	}
}

// readBlocks reads code blocks as they are and the rest as Markdown.
func readBlocks(text string) reading {
	var r reading
	for i, part := range strings.Split(text, "```") {
		if i%2 == 1 {
			r.shown += strings.TrimPrefix(part, "\n") + "\n"
			continue
		}
		x := read(part)
		r.shown += x.shown + "\n"
		r.live, r.marks = append(r.live, x.live...), append(r.marks, x.marks...)
	}
	return r
}

// wordsIn is what a reader must be able to read, in order, without instants, numbers of lists and heads of tables.
func wordsIn(m *message.Message) string {
	var out strings.Builder
	spans := func(list []message.Span) {
		for _, s := range list {
			switch {
			case s.Kind == message.Time:
				out.WriteString("2024")
			case s.Kind == message.Link && message.WebAddress(s.URL) != "":
				label := scheme.ReplaceAllString(message.Clean(s.Text), "")
				if strings.TrimSpace(strings.ReplaceAll(label, "://", "")) == "" {
					label = "link"
				}
				out.WriteString(label)
			default:
				out.WriteString(s.Words())
			}
		}
	}
	for _, b := range m.Blocks {
		switch b := b.(type) {
		case message.Heading:
			spans(b.Spans)
		case message.Paragraph:
			spans(b.Spans)
		case message.Quote:
			spans(b.Spans)
		case message.List:
			for _, item := range b.Items {
				spans(item)
			}
		case message.Sources:
			for _, s := range b.Items {
				spans(s.Line())
			}
		}
	}
	if strings.TrimSpace(out.String()) == "" {
		return message.Clean(m.Gist)
	}
	return out.String()
}

// onlyLetters is what a text says without marks, numbers of lists and citations.
func onlyLetters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) && r != 'ˋ' { // stands for a backtick in code
			return r
		}
		return -1
	}, s)
}

// TestEscapedTextHoldsNothingUnseen, whoever calls: what can't be seen could split a sign from its escape.
func TestEscapedTextHoldsNothingUnseen(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"a\u200bb": "ab", "\u202eevil": "evil", "*\u200d*": `\*\*`, "ok 08:00": "ok 08:00"} {
		if got := escape(text); got != want {
			t.Errorf("escape(%q) = %q, want %q", text, got, want)
		}
	}
}
