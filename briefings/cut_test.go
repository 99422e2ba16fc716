package briefings_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"attache/briefings"
)

var readAt = time.Date(2024, 2, 20, 9, 0, 0, 0, time.UTC)

func newArticle(t *testing.T, r briefings.Report) briefings.Article {
	t.Helper()
	a, err := briefings.NewArticle(r, readAt)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// wholeness checks that every sentence and passage stands where it says, in order and apart.
func wholeness(t interface {
	Helper()
	Fatalf(string, ...any)
}, a briefings.Article) {
	t.Helper()
	at := 0
	for i, s := range a.Sentences {
		if s.Index != i {
			t.Fatalf("sentence %d says that it is %d", i, s.Index)
		}
		if s.Role == briefings.RoleHeadline {
			if i != 0 || s.Passage != -1 || a.Title[s.Start:s.End] != a.Title {
				t.Fatalf("the headline is sentence %d, passage %d, %q", i, s.Passage, a.Title[s.Start:s.End])
			}
			continue
		}
		if s.Start < at || s.End <= s.Start || s.End > len(a.Text) {
			t.Fatalf("sentence %d stands at %d:%d, after %d of %d", i, s.Start, s.End, at, len(a.Text))
		}
		if text := a.Text[s.Start:s.End]; text != a.Sentence(i) || strings.TrimSpace(text) != text || !utf8.ValidString(text) {
			t.Fatalf("sentence %d is %q", i, text)
		}
		at = s.End
		p := a.Passages[s.Passage]
		if i < p.First || i >= p.Last || s.Start < p.Start || s.End > p.End {
			t.Fatalf("sentence %d at %d:%d is not in its passage %+v", i, s.Start, s.End, p)
		}
	}
	for i, p := range a.Passages {
		if p.Index != i || p.First >= p.Last || i > 0 && p.First != a.Passages[i-1].Last {
			t.Fatalf("passage %d is %+v", i, p)
		}
	}
}

func TestArticleIsCutIntoSentencesAndPassages(t *testing.T) {
	t.Parallel()
	a := newArticle(t, briefings.Report{
		Title: "Gift\tof a  car", URL: "https://www.example.com/a/?utm_source=x#top",
		Text: "A picture of the car. (Photo: AFP)\r\n\r\nThe leader got a car. It is new.\r\n\r\nA heading\r\n\r\n" + strings.Repeat("The ministry spoke about the car once more today. ", 60),
	})
	wholeness(t, a)
	if a.Title != "Gift of a car" {
		t.Errorf("title %q", a.Title)
	}
	var roles []briefings.Role
	for _, s := range a.Sentences[:6] {
		roles = append(roles, s.Role)
	}
	want := []briefings.Role{briefings.RoleHeadline, briefings.RoleCaption, briefings.RoleCaption, briefings.RoleBody, briefings.RoleBody, briefings.RoleHeading}
	for i := range want {
		if roles[i] != want[i] {
			t.Errorf("roles %q, want %q", roles, want)
			break
		}
	}
	for _, p := range a.Passages {
		if n := len(strings.Fields(a.Text[p.Start:p.End])); n > 200 {
			t.Errorf("a passage has %d words", n)
		}
	}
	same := newArticle(t, briefings.Report{Text: "Another text.", URL: "http://example.com/a"})
	if same.ID != a.ID {
		t.Errorf("two links to one page are articles %s and %s", a.ID, same.ID)
	}
}

func TestReportIsCleanedBeforeItIsCounted(t *testing.T) {
	t.Parallel()
	a := newArticle(t, briefings.Report{Title: "A\u202ebad\u200b title", Text: "\ufeffIt\u00a0said \x93yes\x94.\x00\u2028Then\u200d it \u2066left\u2069.\n\n\n\n\nEnd\u00ad."})
	if want := "It said “yes”.\nThen it left.\n\nEnd."; a.Text != want {
		t.Errorf("text %q, want %q", a.Text, want)
	}
	if a.Title != "Abad title" {
		t.Errorf("title %q", a.Title)
	}
	wholeness(t, a)
}

func TestReportWithoutTextOrTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		"": briefings.ErrEmpty, " \n\u200b\t": briefings.ErrEmpty, strings.Repeat("a ", briefings.MaxText): briefings.ErrTooLarge,
	} {
		if _, err := briefings.NewArticle(briefings.Report{Title: "t", Text: text}, readAt); !errors.Is(err, want) {
			t.Errorf("%d bytes: got %v, want %v", len(text), err, want)
		}
	}
	if a := newArticle(t, briefings.Report{Text: "One sentence without an end"}); len(a.Sentences) != 1 || len(a.Passages) != 1 {
		t.Errorf("one sentence is cut into %d sentences, %d passages", len(a.Sentences), len(a.Passages))
	}
	large := newArticle(t, briefings.Report{Text: strings.Repeat("This is a sentence of a long report. ", briefings.MaxText/37-1)})
	if n := len(large.Sentences); n < 50000 {
		t.Errorf("two megabytes have %d sentences", n)
	}
}

func TestDatelineDatesAReportWithoutDate(t *testing.T) {
	t.Parallel()
	a := newArticle(t, briefings.Report{Text: "date 2024-02-20 KCNA A picture."})
	if got := a.Published.Format(time.DateOnly); got != "2024-02-20" || !a.DateOnly {
		t.Errorf("published %s, day only %v", got, a.DateOnly)
	}
	if a := newArticle(t, briefings.Report{Text: "The date of 2024-02-20 was set."}); !a.Published.IsZero() {
		t.Errorf("a date in the text became the date of publication: %s", a.Published)
	}
}

func TestAnyTextIsCutWhole(t *testing.T) {
	t.Parallel()
	part := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"\n\n", "\n", ". ", "The president said. ", "“", "” ", "Mr. ", "\xff", "\u202e", "U.S. ", "; ", strings.Repeat("word ", 200)}))
	rapid.Check(t, func(t *rapid.T) {
		r := briefings.Report{Title: rapid.String().Draw(t, "title"), Text: strings.Join(rapid.SliceOf(part).Draw(t, "text"), "")}
		a, err := briefings.NewArticle(r, readAt)
		if errors.Is(err, briefings.ErrEmpty) {
			return
		}
		if err != nil {
			t.Fatalf("%v", err)
		}
		wholeness(t, a)
		again, err := briefings.NewArticle(a.Report, readAt)
		if err != nil || again.Hash != a.Hash {
			t.Fatalf("an article read again is another: %v", err)
		}
	})
}

func FuzzNewArticle(f *testing.F) {
	f.Add("t", "a b c.\n\nD e.")
	f.Add("", "“x”A y. \xff\x00")
	f.Add("\u202e", strings.Repeat("a;", 300))
	f.Fuzz(func(t *testing.T, title, text string) {
		a, err := briefings.NewArticle(briefings.Report{Title: title, Text: text}, readAt)
		if err != nil {
			return
		}
		wholeness(t, a)
	})
}
