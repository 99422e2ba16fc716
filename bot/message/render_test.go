package message_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"attache/bot/bottest"
	"attache/bot/message"
	"attache/briefings/briefingstest"
)

// time0 is any instant.
var time0 = time.Date(2024, 2, 20, 12, 0, 0, 0, time.UTC)

func TestRenderings(t *testing.T) {
	t.Parallel()
	for _, named := range bottest.Messages() {
		if named.Name == "huge" {
			continue
		}
		t.Run(named.Name, func(t *testing.T) {
			t.Parallel()
			briefingstest.Golden(t, "testdata/html/"+named.Name+".html", message.HTML(named.Message))
			briefingstest.Golden(t, "testdata/plain/"+named.Name+".txt", message.PlainText(named.Message)+"\n")
		})
	}
}

func TestTheTerminalShowsStyles(t *testing.T) {
	t.Parallel()
	for _, named := range bottest.Messages() {
		if named.Name != "everything" && named.Name != "answer" {
			continue
		}
		got := message.Text(named.Message, message.TextOptions{Width: 60, Colour: true, Links: true})
		briefingstest.Golden(t, "testdata/ansi/"+named.Name+".txt", strings.ReplaceAll(got, "\x1b", "␛"))
	}
}

// TestColoursChangeNoWord compares the words with and without colours, and looks for lines that stick out.
func TestColoursChangeNoWord(t *testing.T) {
	t.Parallel()
	codes := regexp.MustCompile("\x1b\\[[0-9;]*m|\x1b]8;;[^\x1b]*\x1b\\\\")
	for _, named := range bottest.Messages() {
		for _, width := range []int{40, 80, -1} {
			coloured := codes.ReplaceAllString(message.Text(named.Message, message.TextOptions{Width: width, Colour: true}), "")
			if strings.ContainsRune(coloured, '\x1b') {
				t.Errorf("%s: an escape that is no style", named.Name)
			}
			bare := message.Text(named.Message, message.TextOptions{Width: width})
			signs := strings.NewReplacer("`", "", "─", "")
			if a, b := strings.Fields(signs.Replace(coloured)), strings.Fields(signs.Replace(bare)); !slices.Equal(a, b) {
				t.Errorf("%s at %d: words differ with colours", named.Name, width)
			}
			for line := range strings.Lines(bare) {
				line = strings.TrimRight(line, "\n")
				if width > 0 && utf8.RuneCountInString(line) > width && len(strings.Fields(strings.TrimLeft(line, " │•"))) > 1 && !strings.Contains(line, "://") && !strings.ContainsAny(line, "─") && named.Name != "article" && named.Name != "story" {
					t.Errorf("%s at %d: %q sticks out", named.Name, width, line)
				}
			}
		}
	}
}

// TestHTMLIsSafe reads what HTML writes as a browser would and allows what it is meant to write and nothing else.
func TestHTMLIsSafe(t *testing.T) {
	t.Parallel()
	allowed := map[string]string{ // attributes by element
		"section": "class aria-label", "h3": "", "h4": "", "p": "class", "blockquote": "", "ul": "class", "ol": "start", "li": "", "hr": "", "br": "",
		"table": "", "thead": "", "tbody": "", "tr": "", "th": "scope class", "td": "class", "strong": "", "em": "", "code": "", "span": "class",
		"a": "class href target rel", "time": "datetime", "figure": "", "img": "src alt loading", "div": "class", "button": "type class data-action data-value",
	}
	check := func(t interface{ Errorf(string, ...any) }, name string, m *message.Message) {
		z := html.NewTokenizer(strings.NewReader(message.HTML(m)))
		depth := 0
		for {
			switch z.Next() {
			case html.ErrorToken:
				if depth != 0 {
					t.Errorf("%s: %d elements are left open", name, depth)
				}
				return
			case html.CommentToken, html.DoctypeToken:
				t.Errorf("%s: a comment or a doctype", name)
			case html.EndTagToken:
				depth--
			case html.StartTagToken:
				token := z.Token()
				attributes, ok := allowed[token.Data]
				if !ok {
					t.Errorf("%s: element %s", name, token.Data)
				}
				if token.Data != "br" && token.Data != "hr" && token.Data != "img" {
					depth++
				}
				for _, a := range token.Attr {
					if !slices.Contains(strings.Fields(attributes), a.Key) {
						t.Errorf("%s: attribute %s of %s", name, a.Key, token.Data)
					}
					if (a.Key == "href" || a.Key == "src") && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "http://") && !strings.HasPrefix(a.Val, "data:image/") {
						t.Errorf("%s: %s=%q", name, a.Key, a.Val)
					}
				}
			case html.TextToken:
				for _, r := range string(z.Text()) {
					if unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) || unicode.IsControl(r) && r != '\n' {
						t.Errorf("%s: invisible character %U", name, r)
					}
				}
			}
		}
	}
	for _, named := range bottest.Messages() {
		check(t, named.Name, named.Message)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) string {
			return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{`"><script>alert(1)</script>`, "' onload='x", "<!--", "&lt;", "\u202e", "javascript:alert(1)", "https://a.example/\"><b>"})).Draw(t, name)
		}
		spans := func() []message.Span {
			return []message.Span{message.T(text("plain")), message.B(text("strong")), message.L(text("label"), text("address")), message.C(1, text("cited")), message.At(time0, text("time")), message.K(text("code"))}
		}
		check(t, "drawn", &message.Message{Gist: text("gist"), Tone: message.Tone(text("tone")), Blocks: []message.Block{
			message.Heading{Spans: spans()}, message.P(spans()...), message.Quote{Spans: spans()}, message.List{Items: [][]message.Span{spans()}},
			message.Table{Columns: []message.Column{{Title: text("column")}}, Rows: [][][]message.Span{{spans()}}}, message.Image{URL: text("image"), Alt: text("alt")},
			message.Sources{Items: []message.Source{{Number: 1, Title: text("title"), Outlet: text("outlet"), URL: text("source"), Label: text("label")}}},
			message.Buttons{Items: []message.Button{{Label: text("button"), Action: text("action"), Value: text("value"), Style: message.Style(text("style"))}, {Label: text("open"), URL: text("opens")}}},
		}})
	})
}

func TestCleanLeavesWhatIsSeen(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ dirty, want string }{
		{"plain text, äöü 金正恩 🚀", "plain text, äöü 金正恩 🚀"},
		{"\u202egnihsihp\u202c", "gnihsihp"},
		{"\u2066isolated\u2069 \u200fmark\u200e", "isolated mark"},
		{"zero\u200bwidth\u2060 jo\u200diner \ufeffbom so\u00adft", "zerowidth joiner bom soft"},
		{"tag\U000e0041\U000e007f and \ufe0f", "tag and "},
		{"bell\x07 null\x00 esc\x1b[31m del\x7f c1\u009b", "bell null esc[31m del c1"},
		{"a\r\nb\rc\u2028d\u2029e\u0085f", "a\nb\nc\nd\ne\nf"},
		{"tab\tnbsp\u00a0thin\u2009ideographic\u3000.", "tab nbsp thin ideographic ."},
		{"broken \xff\xfe utf", "broken \ufffd\ufffd utf"},
		{"\u0661\u0600\u0661", "\u0661\u0600\u0661"}, // the sign in front of Arabic numbers is drawn
		{"hangul\u3164filler", "hangulfiller"},
	} {
		if got := message.Clean(row.dirty); got != row.want {
			t.Errorf("Clean(%q) = %q, want %q", row.dirty, got, row.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\u202eabc\x00\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := message.Clean(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Clean(%q) is no UTF-8", s)
		}
		if again := message.Clean(got); again != got {
			t.Fatalf("Clean(%q) = %q, and again %q", s, got, again)
		}
		for _, r := range got {
			if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("Clean(%q) keeps %U", s, r)
			}
		}
	})
}

func TestWebAddress(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ in, want string }{
		{"https://daily.example/a?b=1&c=2#d", "https://daily.example/a?b=1&c=2#d"},
		{" http://daily.example ", "http://daily.example"},
		{"https://daily.example/a_(b)|c>d e", "https://daily.example/a_%28b%29%7Cc%3Ed%20e"},
		{"https://[2001:db8::1]:8080/x", "https://[2001:db8::1]:8080/x"},
		{"javascript:alert(1)", ""}, {"//daily.example/x", ""}, {"/x", ""}, {"ftp://daily.example/x", ""}, {"https://", ""}, {"", ""},
		{"https://user:secret@daily.example/", ""}, {"https://daily.example/\u202e", ""}, {"https://daily.example\\@evil.example", ""},
		{"https://daily.example/\nx", ""},
	} {
		if got := message.WebAddress(row.in); got != row.want {
			t.Errorf("WebAddress(%q) = %q, want %q", row.in, got, row.want)
		}
	}
}

func TestJSONKeepsTheWholeMessage(t *testing.T) {
	t.Parallel()
	for _, named := range bottest.Messages() {
		raw, err := json.Marshal(named.Message)
		if err != nil {
			t.Fatal(err)
		}
		var got message.Message
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(message.HTML(named.Message), message.HTML(&got)); diff != "" {
			t.Errorf("%s (-before +after):\n%s", named.Name, diff)
		}
	}
}
