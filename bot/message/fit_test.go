package message

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawMessage draws a message whose sentences are no larger than about sentence characters.
func drawMessage(t *rapid.T, sentence int) *Message {
	word := rapid.SampledFrom([]string{"Seoul", "condemned", "the", "gift", "and", "<!channel>", "Süd-Korea", "金正恩", "U.S. troops", "sanctions", "🚀", "a&b", "**bold**", "2017"})
	oneSentence := rapid.Custom(func(t *rapid.T) string {
		s := "S"
		for _, w := range rapid.SliceOfN(word, 1, 12).Draw(t, "words") {
			if Size(s)+1+Size(w) > sentence-40 {
				break
			}
			s += " " + w
		}
		return s + rapid.SampledFrom([]string{".", "?", "!”", "…"}).Draw(t, "end")
	})
	cites := 0
	line := rapid.Custom(func(t *rapid.T) []Span {
		var spans []Span
		for range rapid.IntRange(1, 6).Draw(t, "sentences") {
			text := oneSentence.Draw(t, "sentence")
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0:
				spans = append(spans, B(text))
			case 1:
				spans = append(spans, L(text, "https://example.org/a"))
			case 2:
				spans = append(spans, I(text))
			default:
				spans = append(spans, T(text))
			}
			if rapid.Bool().Draw(t, "cited") {
				cites++
				spans = append(spans, T(" "), C(1+cites%4, "https://example.org/"+fmt.Sprint(1+cites%4)))
			}
			spans = append(spans, T(" "))
		}
		return trim(spans)
	})
	lines := rapid.SliceOfN(line, 1, 12)
	m := &Message{Gist: oneSentence.Draw(t, "gist"), Tone: ToneDisputed}
	for range rapid.IntRange(0, 12).Draw(t, "blocks") {
		switch rapid.IntRange(0, 8).Draw(t, "block") {
		case 0:
			m.Blocks = append(m.Blocks, Heading{Level: 1 + rapid.IntRange(0, 1).Draw(t, "level"), Spans: []Span{T(oneSentence.Draw(t, "heading"))}})
		case 1, 2:
			m.Blocks = append(m.Blocks, Paragraph{Spans: line.Draw(t, "paragraph"), Quiet: rapid.Bool().Draw(t, "quiet")})
		case 3:
			m.Blocks = append(m.Blocks, Quote{Spans: line.Draw(t, "quote")})
		case 4:
			m.Blocks = append(m.Blocks, List{Ordered: rapid.Bool().Draw(t, "ordered"), Items: lines.Draw(t, "items")})
		case 5:
			table := Table{Columns: []Column{{Title: "Speaker"}, {Title: "Said"}}}
			for range rapid.IntRange(1, 8).Draw(t, "rows") {
				table.Rows = append(table.Rows, [][]Span{line.Draw(t, "left"), line.Draw(t, "right")})
			}
			m.Blocks = append(m.Blocks, table)
		case 6:
			m.Blocks = append(m.Blocks, Divider{})
		case 7:
			m.Blocks = append(m.Blocks, Image{URL: "https://example.org/map.png", Alt: oneSentence.Draw(t, "alt")})
		case 8:
			var b Buttons
			for i := range rapid.IntRange(1, 5).Draw(t, "buttons") {
				b.Items = append(b.Items, Button{Label: "Press", Action: "evidence", Value: fmt.Sprint(len(m.Blocks), "-", i)})
			}
			m.Blocks = append(m.Blocks, b)
		}
	}
	if cites > 0 {
		var s Sources
		for n := range 4 {
			s.Items = append(s.Items, Source{Number: n + 1, Title: "A report of the day", Outlet: "KCNA", URL: "https://example.org/" + fmt.Sprint(n+1), Label: "state media, North Korea"})
		}
		m.Blocks = append(m.Blocks, s)
	}
	return m
}

func drawLimits(t *rapid.T, text int) Limits {
	l := Limits{
		Blocks:  rapid.SampledFrom([]int{0, 8, 10, 50}).Draw(t, "max blocks"),
		Text:    rapid.SampledFrom([]int{text, text + 100, 3000}).Draw(t, "max text"),
		Heading: rapid.SampledFrom([]int{0, 50, 150}).Draw(t, "max heading"),
		Total:   rapid.SampledFrom([]int{0, text*2 + 400, 6000}).Draw(t, "max total"),
		Gist:    rapid.SampledFrom([]int{0, 60}).Draw(t, "max gist"),
		Items:   rapid.SampledFrom([]int{0, 1, 5}).Draw(t, "max items"),
		Rows:    rapid.SampledFrom([]int{0, 1, 100}).Draw(t, "max rows"),
		Buttons: rapid.SampledFrom([]int{0, 2, 5}).Draw(t, "max buttons"),
		Alt:     rapid.SampledFrom([]int{0, 300}).Draw(t, "max alt"),
	}
	if rapid.Bool().Draw(t, "markup") {
		l.Measure = func(s Span) int {
			return Size(strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s.Words())) + len(s.URL) + 4
		}
	}
	return l
}

// checkLimits checks every limit of every part.
func checkLimits(t *rapid.T, parts []*Message, l Limits) {
	f := newFitter(l)
	for i, p := range parts {
		total := 0
		for _, b := range p.Blocks {
			n := f.size(b)
			total += n
			if _, buttons := b.(Buttons); !buttons && n > f.l.Text {
				t.Fatalf("part %d: a %T of %d is larger than %d", i, b, n, f.l.Text)
			}
			switch b := b.(type) {
			case Heading:
				if n > f.l.Heading {
					t.Fatalf("part %d: a heading of %d is larger than %d", i, n, f.l.Heading)
				}
			case List:
				if len(b.Items) > f.l.Items {
					t.Fatalf("part %d: %d items, at most %d", i, len(b.Items), f.l.Items)
				}
			case Sources:
				if len(b.Items) > f.l.Items {
					t.Fatalf("part %d: %d sources, at most %d", i, len(b.Items), f.l.Items)
				}
			case Table:
				if len(b.Rows) > f.l.Rows {
					t.Fatalf("part %d: %d rows, at most %d", i, len(b.Rows), f.l.Rows)
				}
			case Buttons:
				if len(b.Items) > f.l.Buttons {
					t.Fatalf("part %d: %d buttons, at most %d", i, len(b.Items), f.l.Buttons)
				}
			case Image:
				if Size(b.Alt) > f.l.Alt {
					t.Fatalf("part %d: alternative text of %d, at most %d", i, Size(b.Alt), f.l.Alt)
				}
			}
		}
		if total > f.l.Total || len(p.Blocks) > f.l.Blocks {
			t.Fatalf("part %d: %d in %d blocks, at most %d in %d", i, total, len(p.Blocks), f.l.Total, f.l.Blocks)
		}
		if Size(p.Gist) > f.l.Gist {
			t.Fatalf("part %d: gist of %d, at most %d", i, Size(p.Gist), f.l.Gist)
		}
		if strings.TrimSpace(p.Gist) == "" {
			t.Fatalf("part %d has no gist", i)
		}
	}
}

// told returns all that a message tells, without blanks: what must be the same before and after.
func told(ms ...*Message) (text string, cites []Span, buttons []Button) {
	var b strings.Builder
	spans := func(ss []Span) {
		for _, s := range ss {
			if s.Kind == Cite {
				cites = append(cites, s)
			}
			b.WriteString(strings.Join(strings.FieldsFunc(s.Words(), unicode.IsSpace), ""))
		}
	}
	for _, m := range ms {
		for _, block := range m.Blocks {
			switch block := block.(type) {
			case Heading:
				spans(block.Spans)
			case Paragraph:
				spans(block.Spans)
			case Quote:
				spans(block.Spans)
			case List:
				for _, item := range block.Items {
					spans(item)
				}
			case Table:
				for _, row := range block.Rows {
					for _, cell := range row {
						spans(cell)
					}
				}
			case Image:
				b.WriteString(strings.ReplaceAll(block.Alt, " ", ""))
			case Sources:
				for _, s := range block.Items {
					spans(s.Line())
				}
			case Buttons:
				buttons = append(buttons, block.Items...)
			}
		}
	}
	return b.String(), cites, buttons
}

// letters sorts the characters of a text: rows of a table that were split tell the same in another order.
func letters(s string) string {
	r := []rune(s)
	slices.Sort(r)
	return string(r)
}

func hasTable(m *Message) bool {
	return slices.ContainsFunc(m.Blocks, func(b Block) bool { _, ok := b.(Table); return ok })
}

func TestFitLosesNothingAndKeepsOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := drawMessage(t, 120)
		l := drawLimits(t, 700)
		before, _ := m.MarshalJSON()
		parts := Fit(m, l)
		after, _ := m.MarshalJSON()
		if string(before) != string(after) {
			t.Fatal("Fit changed the message that it was given")
		}
		checkLimits(t, parts, l)

		wantText, wantCites, wantButtons := told(m)
		gotText, gotCites, gotButtons := told(parts...)
		if hasTable(m) {
			wantText, gotText = letters(wantText), letters(gotText)
			sortCites := func(a, b Span) int { return a.Number - b.Number }
			slices.SortStableFunc(wantCites, sortCites)
			slices.SortStableFunc(gotCites, sortCites)
		}
		if gotText != wantText {
			t.Fatalf("the parts tell\n%s\nthe message told\n%s", gotText, wantText)
		}
		if diff := cmp.Diff(wantCites, gotCites); diff != "" {
			t.Fatalf("citations (-message +parts):\n%s", diff)
		}
		if diff := cmp.Diff(wantButtons, gotButtons); diff != "" {
			t.Fatalf("buttons (-message +parts):\n%s", diff)
		}
		checkPlaces(t, parts)
	})
}

// checkPlaces checks that sources never come before what cites them and that nothing comes after buttons.
func checkPlaces(t *rapid.T, parts []*Message) {
	lastCite := map[int]int{}
	pressed := false
	for i, p := range parts {
		_, cites, _ := told(p)
		for _, c := range cites {
			lastCite[c.Number] = i
		}
		for _, b := range p.Blocks {
			if _, buttons := b.(Buttons); buttons {
				pressed = true
			} else if pressed {
				t.Fatalf("part %d of %d has a %T after buttons", i+1, len(parts), b)
			}
		}
	}
	for i, p := range parts {
		for _, b := range p.Blocks {
			if s, ok := b.(Sources); ok {
				for _, item := range s.Items {
					if at, cited := lastCite[item.Number]; cited && at > i {
						t.Fatalf("source %d is in part %d and cited in part %d", item.Number, i+1, at+1)
					}
				}
			}
		}
	}
}

// TestFitCutsOnlyWhatCannotFit draws sentences that may be larger than the limit: they are cut with their citations kept.
func TestFitCutsOnlyWhatCannotFit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := drawMessage(t, 400)
		l := drawLimits(t, 200)
		parts := Fit(m, l)
		checkLimits(t, parts, l)
		_, wantCites, wantButtons := told(m)
		_, gotCites, gotButtons := told(parts...)
		if len(gotCites) != len(wantCites) || len(gotButtons) != len(wantButtons) {
			t.Fatalf("%d citations and %d buttons became %d and %d", len(wantCites), len(wantButtons), len(gotCites), len(gotButtons))
		}
		for _, p := range parts {
			for _, b := range p.Blocks {
				if q, ok := b.(Quote); ok && Size(Words(q.Spans)) == 0 {
					t.Fatal("an empty quote")
				}
			}
		}
	})
}

func TestFitSplitsBetweenSentences(t *testing.T) {
	t.Parallel()
	one := "“We condemn North Korea for its brazen attitude”, an official said on Feb. 20. "
	two := "Mr. J. Kim of the U.S. office added nothing."
	m := &Message{Gist: "What Seoul said.", Blocks: []Block{
		P(T(one), C(1, "https://example.org/1"), T(" "+two), C(2, "")),
		Buttons{Items: []Button{{Label: "Evidence in full", Action: "evidence", Value: "x"}}},
		Sources{Items: []Source{{Number: 1, Title: "A", URL: "https://example.org/1"}, {Number: 2, Title: "B"}}},
	}}
	got := Fit(m, Limits{Text: 100, Total: 120})
	want := []*Message{
		{Gist: "What Seoul said. (1/2)", Blocks: []Block{P(T(one), C(1, "https://example.org/1"))}},
		{Gist: "What Seoul said. (2/2)", Blocks: []Block{P(T(two), C(2, "")), m.Blocks[2], m.Blocks[1]}},
	}
	for i := range got { // a blank more or less, and text in two spans instead of one, look the same
		for j, b := range got[i].Blocks {
			if p, ok := b.(Paragraph); ok {
				got[i].Blocks[j] = P(merge(p.Spans)...)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Fit (-want +got):\n%s", diff)
	}
}

func merge(spans []Span) []Span {
	var out []Span
	for _, s := range spans {
		if n := len(out); n > 0 && s.Kind == Plain && out[n-1].Kind == Plain {
			out[n-1].Text += s.Text
			continue
		}
		out = append(out, s)
	}
	return out
}

func TestFitCutsASentenceAtAWordAndKeepsItsCitation(t *testing.T) {
	t.Parallel()
	m := &Message{Gist: "Long.", Blocks: []Block{Quote{Spans: []Span{T(strings.Repeat("verylong ", 20) + "end."), C(3, "https://example.org/3")}}}}
	got := Fit(m, Limits{Text: 50})
	if len(got) != 1 {
		t.Fatalf("%d parts, want 1", len(got))
	}
	text := Words(got[0].Blocks[0].(Quote).Spans)
	if want := "verylong verylong verylong verylong verylong…[3]"; text != want {
		t.Errorf("got %q, want %q", text, want)
	}
}

func TestFitKeepsTheNumbersOfAList(t *testing.T) {
	t.Parallel()
	list := List{Ordered: true}
	for i := range 5 {
		list.Items = append(list.Items, []Span{T(fmt.Sprintf("Item number %d.", i+1))})
	}
	var got []int
	for _, p := range Fit(&Message{Gist: "A list.", Blocks: []Block{list}}, Limits{Items: 2, Blocks: 1}) {
		l := p.Blocks[0].(List)
		for i := range l.Items {
			got = append(got, l.Number(i))
		}
	}
	if diff := cmp.Diff([]int{1, 2, 3, 4, 5}, got); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}

func TestFitKeepsAHeadingWithItsText(t *testing.T) {
	t.Parallel()
	m := &Message{Gist: "Two sections.", Blocks: []Block{
		Heading{Level: 2, Spans: []Span{T("One")}}, P(T("Text of the first.")),
		Heading{Level: 2, Spans: []Span{T("Two")}}, P(T("Text of the second.")),
	}}
	for i, p := range Fit(m, Limits{Blocks: 3}) {
		if _, ok := p.Blocks[len(p.Blocks)-1].(Heading); ok {
			t.Errorf("part %d ends in a heading", i+1)
		}
	}
}

func TestFitOfNothingIsTheGist(t *testing.T) {
	t.Parallel()
	got := Fit(&Message{Gist: "Only this."}, Limits{Blocks: 1, Text: 10, Total: 10})
	if len(got) != 1 || got[0].Gist != "Only this." || len(got[0].Blocks) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string
		want []string
	}{
		{"One. Two? Three!", []string{"One. ", "Two? ", "Three!"}},
		{"Mr. Putin met Mr. Kim. They talked.", []string{"Mr. Putin met Mr. Kim. ", "They talked."}},
		{"The U.S. and J. Biden agreed.", []string{"The U.S. and J. Biden agreed."}},
		{"“Stop!” he said. “Now.” She left.", []string{"“Stop!” he said. ", "“Now.” ", "She left."}},
		{"It cost 3.5 million. No more.", []string{"It cost 3.5 million. ", "No more."}},
		{"金正恩访问。普京说。", []string{"金正恩访问。", "普京说。"}},
		{"Line one\nline two", []string{"Line one\n", "line two"}},
		{"no end", []string{"no end"}},
	} {
		var got []string
		for _, s := range sentences([]Span{T(row.text)}) {
			got = append(got, Words(s))
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", row.text, diff)
		}
	}
}
