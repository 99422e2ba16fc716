package slack_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
	"attache/bot/bottest"
	"attache/bot/message"
	"attache/briefings/briefingstest"
)

// drawn is a message as Slack gets it.
type drawn struct {
	Blocks json.RawMessage `json:"blocks"`
	Text   string          `json:"text"`
}

func draw(t interface{ Fatal(...any) }, m *message.Message) drawn {
	raw, err := slack.RenderJSON(m)
	if err != nil {
		t.Fatal(err)
	}
	var d drawn
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestEveryMessageLooksAsAgreed keeps a golden for every message of the corpus, and holds each to Slack's limits.
func TestEveryMessageLooksAsAgreed(t *testing.T) {
	t.Parallel()
	poster := offline(t).Poster()
	for _, named := range bottest.Messages() {
		t.Run(named.Name, func(t *testing.T) {
			t.Parallel()
			var all strings.Builder
			for _, part := range poster.Fit(named.Message) {
				raw, err := slack.RenderJSON(part)
				if err != nil {
					t.Fatal(err)
				}
				all.Write(raw)
				d := draw(t, part)
				if v := slackfake.Check(d.Blocks, d.Text); v.Error != "" || len(v.Live) > 0 {
					t.Errorf("slack would say %q: %v; live: %v", v.Error, v.Details, v.Live)
				}
			}
			briefingstest.Golden(t, "testdata/messages/"+named.Name+".json", all.String())
		})
	}
}

// offline is an adapter that is never run.
func offline(t testing.TB) *slack.Adapter {
	t.Helper()
	a, err := slack.New(slack.Config{BotToken: "xoxb-offline", AppToken: "xapp-offline", Handler: &script{}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// hostile is text that would act if it were not taken literally.
var hostile = []string{
	"<!channel>", "<!here|all>", "@everyone", "<@U123>", "<#C1|x>", "<!subteam^S1>", "<https://evil.example|bank.example>", "&lt;!channel&gt;",
	"*bold*", "_it_", "~gone~", "`code`", "```", "> quote", ":rotating_light:", "https://evil.example/x", "a|b", "<", ">", "&", "\u202eevil\u202c",
	"\u200bzero\u200b", "line\nend", "tab\tstop", "\x00\x07", "한국어 문장입니다.", "Заявление МИД.", "العربية", "👩‍👩‍👧", "$1.5bn", "Mr. Kim said. He left.",
	strings.Repeat("long ", 900), strings.Repeat("x", 3500), "\xff\xfe", "",
}

func genText(t *rapid.T) string {
	n := rapid.IntRange(1, 4).Draw(t, "pieces")
	var b strings.Builder
	for range n {
		if rapid.Bool().Draw(t, "hostile") {
			b.WriteString(rapid.SampledFrom(hostile).Draw(t, "piece"))
		} else {
			b.WriteString(rapid.String().Draw(t, "any"))
		}
		b.WriteString(rapid.SampledFrom([]string{"", " ", ". "}).Draw(t, "gap"))
	}
	return b.String()
}

var addresses = []string{
	"https://news.example/a", "http://news.example/b?x=1&y=2", "javascript:alert(1)", "https://user@bank.example/", "", "https://", "ftp://x.example/y",
	"https://news.example/a b|c<d>", "https://news.example/\u202eevil", "https://x.example/" + strings.Repeat("p", 3100), "/relative", "https://[::1]/x",
}

func genSpans(t *rapid.T) []message.Span {
	var out []message.Span
	for range rapid.IntRange(0, 6).Draw(t, "spans") {
		switch rapid.IntRange(0, 6).Draw(t, "kind") {
		case 0:
			out = append(out, message.T(genText(t)))
		case 1:
			out = append(out, message.B(genText(t)))
		case 2:
			out = append(out, message.I(genText(t)))
		case 3:
			out = append(out, message.L(genText(t), rapid.SampledFrom(addresses).Draw(t, "url")))
		case 4:
			out = append(out, message.C(rapid.IntRange(1, 99).Draw(t, "n"), rapid.SampledFrom(addresses).Draw(t, "url")))
		case 5:
			out = append(out, message.At(time.Unix(rapid.Int64Range(1, 4e9).Draw(t, "at"), 0), genText(t)))
		case 6:
			out = append(out, message.K(genText(t)))
		}
	}
	return out
}

func genMessage(t *rapid.T) *message.Message {
	m := &message.Message{Gist: genText(t)}
	for range rapid.IntRange(0, 12).Draw(t, "blocks") {
		switch rapid.IntRange(0, 8).Draw(t, "block") {
		case 0:
			m.Blocks = append(m.Blocks, message.Heading{Level: rapid.IntRange(1, 2).Draw(t, "level"), Spans: genSpans(t)})
		case 1:
			m.Blocks = append(m.Blocks, message.Paragraph{Spans: genSpans(t), Quiet: rapid.Bool().Draw(t, "quiet")})
		case 2:
			m.Blocks = append(m.Blocks, message.Quote{Spans: genSpans(t)})
		case 3:
			l := message.List{Ordered: rapid.Bool().Draw(t, "ordered")}
			for range rapid.IntRange(0, 8).Draw(t, "items") {
				l.Items = append(l.Items, genSpans(t))
			}
			m.Blocks = append(m.Blocks, l)
		case 4:
			table := message.Table{}
			for range rapid.IntRange(1, 4).Draw(t, "columns") {
				table.Columns = append(table.Columns, message.Column{Title: genText(t), Right: rapid.Bool().Draw(t, "right")})
			}
			for range rapid.IntRange(0, 6).Draw(t, "rows") {
				var row [][]message.Span
				for range rapid.IntRange(0, len(table.Columns)).Draw(t, "cells") {
					row = append(row, genSpans(t))
				}
				table.Rows = append(table.Rows, row)
			}
			m.Blocks = append(m.Blocks, table)
		case 5:
			m.Blocks = append(m.Blocks, message.Image{URL: rapid.SampledFrom(addresses).Draw(t, "url"), Alt: genText(t)})
		case 6:
			m.Blocks = append(m.Blocks, message.Divider{})
		case 7:
			s := message.Sources{}
			for i := range rapid.IntRange(0, 12).Draw(t, "sources") {
				s.Items = append(s.Items, message.Source{
					Number: i + 1, Title: genText(t), Outlet: genText(t), URL: rapid.SampledFrom(addresses).Draw(t, "url"), Label: genText(t),
					Published: time.Unix(rapid.Int64Range(1, 4e9).Draw(t, "at"), 0), DateOnly: rapid.Bool().Draw(t, "day"),
				})
			}
			m.Blocks = append(m.Blocks, s)
		case 8:
			b := message.Buttons{}
			for range rapid.IntRange(0, 7).Draw(t, "buttons") {
				b.Items = append(b.Items, message.Button{Label: genText(t), Action: "evidence", Value: "x1", URL: rapid.SampledFrom(addresses).Draw(t, "url")})
			}
			m.Blocks = append(m.Blocks, b)
		}
	}
	return m
}

// TestWhateverIsSaidSlackAcceptsAndNothingForeignActs draws random messages full of markup: every part keeps Slack's limits,
// no token but ours is live, no character hides or reorders others.
func TestWhateverIsSaidSlackAcceptsAndNothingForeignActs(t *testing.T) {
	t.Parallel()
	poster := offline(t).Poster()
	rapid.Check(t, func(t *rapid.T) {
		for _, part := range poster.Fit(genMessage(t)) {
			d := draw(t, part)
			v := slackfake.Check(d.Blocks, d.Text)
			if v.Error != "" && v.Error != "no_text" {
				t.Fatalf("slack would say %s: %v\n%s", v.Error, v.Details, d.Blocks)
			}
			if len(v.Live) > 0 {
				t.Fatalf("live: %v", v.Live)
			}
			for _, r := range v.Text + d.Text {
				if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)) {
					t.Fatalf("the character %U is shown", r)
				}
			}
			for _, u := range links(d.Blocks) {
				if parsed, err := url.Parse(u); err != nil || parsed.User != nil || (parsed.Scheme != "http" && parsed.Scheme != "https") {
					t.Fatalf("the link %q", u)
				}
			}
		}
	})
}

// TestNothingIsLostInFitting counts citations and sources before and after: all of them stand in the parts.
// TestCommandsInSmallPrintLookLikeCommands: Slack shows a backtick beside a letter as itself.
func TestCommandsInSmallPrintLookLikeCommands(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		in   []message.Span
		want string
	}{
		{[]message.Span{message.T("Pause it with "), message.K("digest pause d7f3"), message.T(", or not.")}, "Pause it with `digest pause d7f3`, or not."},
		{[]message.Span{message.K("digest pause d7f3"), message.T("로 멈추고, ("), message.K("help"), message.T(")")}, "`digest pause d7f3` 로 멈추고, (`help`)"},
		{[]message.Span{message.T("그냥"), message.K("help"), message.K("sources")}, "그냥 `help` `sources`"},
		{[]message.Span{message.K("a`b <!channel> *c*"), message.T("x")}, "`aˋb &lt;!channel&gt; *c*` x"},
		{[]message.Span{message.T("x "), message.K("  "), message.T(" y")}, "x  y"},
	} {
		blocks, _ := slack.Render(&message.Message{Gist: "x", Blocks: []message.Block{message.Small(row.in...)}})
		raw, err := json.Marshal(blocks)
		if err != nil {
			t.Fatal(err)
		}
		if got := slackfake.CheckBlocks(raw, slackfake.OnMessage).Text; got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}

func TestNothingIsLostInFitting(t *testing.T) {
	t.Parallel()
	for _, sentences := range []int{12, 1} { // too long, and of too many blocks
		fitting(t, sentences)
	}
}

func fitting(t *testing.T, sentences int) {
	t.Helper()
	poster := offline(t).Poster()
	m := &message.Message{Gist: "A long digest."}
	for i := range 60 {
		m.Blocks = append(m.Blocks, message.Heading{Level: 2, Spans: []message.Span{message.T("Item")}},
			message.P(message.T(strings.Repeat("One sentence of it stands here. ", sentences)), message.C(i+1, "https://news.example/"+strings.Repeat("a", 40))))
	}
	s := message.Sources{}
	for i := range 60 {
		s.Items = append(s.Items, message.Source{Number: i + 1, Title: "A report", Outlet: "Example", URL: "https://news.example/"})
	}
	m.Blocks = append(m.Blocks, s, message.Buttons{Items: []message.Button{{Label: "Helpful", Action: "helpful", Value: "x"}}})
	parts := poster.Fit(m)
	if len(parts) < 2 {
		t.Fatalf("got %d parts", len(parts))
	}
	var shown, spoken string
	buttons := 0
	for _, part := range parts {
		d := draw(t, part)
		v := slackfake.Check(d.Blocks, d.Text)
		if v.Error != "" {
			t.Errorf("slack would say %s: %v", v.Error, v.Details)
		}
		shown += v.Text
		spoken += d.Text
		buttons += len(v.Buttons)
	}
	for _, all := range []string{shown, spoken} {
		if n := strings.Count(all, "One sentence of it stands here."); n != 60*sentences {
			t.Errorf("%d sentences are left of %d", n, 60*sentences)
		}
	}
	if buttons != 1 {
		t.Errorf("got %d buttons, want 1", buttons)
	}
}

// links finds every URL that a person could open.
func links(blocks json.RawMessage) []string {
	var out []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				if s, ok := x.(string); ok && (k == "url" || k == "image_url") {
					out = append(out, s)
				}
				if s, ok := x.(string); ok && k == "text" && v["type"] == "mrkdwn" {
					for _, piece := range strings.Split(s, "<http")[1:] {
						u, _, _ := strings.Cut("http"+piece, "|")
						out = append(out, strings.ReplaceAll(u, "&amp;", "&"))
					}
				}
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	var v any
	_ = json.Unmarshal(blocks, &v)
	walk(v)
	return out
}
