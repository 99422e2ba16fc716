package present_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attache/bot/bottest"
	"attache/bot/message"
	"attache/briefings/briefingstest"
)

// TestWordsOfEveryMessage keeps the text form of the whole corpus, so that a change of wording is seen as a whole.
func TestWordsOfEveryMessage(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, named := range bottest.Messages() {
		if seen[named.Name] {
			t.Errorf("two messages are named %s", named.Name)
		}
		seen[named.Name] = true
		if named.Name == "huge" { // its golden would say nothing about words
			continue
		}
		t.Run(named.Name, func(t *testing.T) {
			t.Parallel()
			text := "gist: " + named.Message.Gist + "\ntone: " + string(named.Message.Tone) + "\n\n" + message.Text(named.Message, message.TextOptions{Width: 96})
			for _, b := range named.Message.Blocks {
				if row, ok := b.(message.Buttons); ok {
					for _, button := range row.Items {
						text += "[" + button.Label + " | " + button.Action + " " + button.Value + button.URL + "]\n"
					}
				}
			}
			briefingstest.Golden(t, "testdata/"+named.Name+".txt", text)
		})
	}
}

// TestWordsInOtherLanguages keeps the corpus in each other language in one file, so that it is read as a whole.
func TestWordsInOtherLanguages(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"fr", "ko"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			var all strings.Builder
			for _, named := range bottest.MessagesIn(language) {
				switch named.Name {
				case "huge", "everything", "digest-hostile", "answer-hostile": // English all through, or nonsense
					continue
				}
				all.WriteString("== " + named.Name + "\ngist: " + named.Message.Gist + "\n\n" + message.Text(named.Message, message.TextOptions{Width: 110}) + "\n")
			}
			briefingstest.Golden(t, "testdata/"+language+".golden", all.String())
		})
	}
}

// TestQuotesStayInTheirLanguage: what a report says is the same in every language, word for word.
func TestQuotesStayInTheirLanguage(t *testing.T) {
	t.Parallel()
	english := bottest.MessagesIn("en")
	for _, language := range []string{"fr", "ko"} {
		for i, named := range bottest.MessagesIn(language) {
			var got, want []string
			for _, list := range []struct {
				m    *message.Message
				into *[]string
			}{{named.Message, &got}, {english[i].Message, &want}} {
				for _, b := range list.m.Blocks {
					switch b := b.(type) {
					case message.Quote:
						*list.into = append(*list.into, message.Words(b.Spans))
					case message.Sources:
						for _, s := range b.Items {
							title := strings.Replace(s.Title, " (버전 ", " (version ", 1) // which version it is, we say
							*list.into = append(*list.into, title+s.Outlet+s.URL)
						}
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s in %s quotes otherwise than in English (-want +got):\n%s", named.Name, language, diff)
			}
		}
	}
}

// TestEveryMessageIsWhole checks what every renderer relies on.
func TestEveryMessageIsWhole(t *testing.T) {
	t.Parallel()
	for _, named := range bottest.Messages() {
		m := named.Message
		if strings.TrimSpace(m.Gist) == "" {
			t.Errorf("%s has no gist", named.Name)
		}
		if strings.ContainsAny(m.Gist, "{}") || strings.ContainsAny(message.PlainText(m), "{}") {
			t.Errorf("%s shows the braces of a template: %s", named.Name, message.PlainText(m))
		}
		cited, listed := map[int]bool{}, map[int]bool{}
		each(m, func(s message.Span) {
			if s.Kind == message.Cite {
				cited[s.Number] = true
			}
		})
		for _, b := range m.Blocks {
			switch b := b.(type) {
			case message.Sources:
				for _, s := range b.Items {
					listed[s.Number] = true
				}
			case message.Buttons:
				if len(b.Items) > 5 {
					t.Errorf("%s has a row of %d buttons; five show everywhere", named.Name, len(b.Items))
				}
				for _, button := range b.Items {
					if len([]rune(button.Label)) > 34 {
						t.Errorf("%s: the label %q is longer than 34 characters", named.Name, button.Label)
					}
					if len(button.Value) > 80 || strings.Trim(button.Value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != "" {
						t.Errorf("%s: the value %q can't travel in a button", named.Name, button.Value)
					}
				}
			case message.Table:
				if len(b.Columns) > 5 {
					t.Errorf("%s has a table of %d columns; a phone shows five", named.Name, len(b.Columns))
				}
			}
		}
		for n := range cited {
			if !listed[n] {
				t.Errorf("%s cites [%d], which is not among its sources", named.Name, n)
			}
		}
	}
}

func each(m *message.Message, do func(message.Span)) {
	line := func(spans []message.Span) {
		for _, s := range spans {
			do(s)
		}
	}
	for _, b := range m.Blocks {
		switch b := b.(type) {
		case message.Heading:
			line(b.Spans)
		case message.Paragraph:
			line(b.Spans)
		case message.Quote:
			line(b.Spans)
		case message.List:
			for _, item := range b.Items {
				line(item)
			}
		case message.Table:
			for _, row := range b.Rows {
				for _, cell := range row {
					line(cell)
				}
			}
		}
	}
}
