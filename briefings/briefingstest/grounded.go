package briefingstest

import (
	"fmt"
	"strings"
	"testing"

	"attache/briefings"
)

// Unsupported checks a claim against the articles in the plainest way, as a reader would: it returns what is wrong, or "".
// It shares nothing with the engine's own guard, so that tests of the one don't lean on the other.
func Unsupported(c briefings.Claim, look func(id string, revision int) (briefings.Article, bool)) string {
	if strings.TrimSpace(c.Text) == "" {
		return "it says nothing"
	}
	if len(c.Citations) == 0 {
		return "it cites nothing"
	}
	var quotes strings.Builder
	var names string
	for _, q := range c.Citations {
		a, ok := look(q.Article, q.Revision)
		if !ok {
			return fmt.Sprintf("it cites article %q, revision %d, which isn't there", q.Article, q.Revision)
		}
		if q.Sentence < 0 || q.Sentence >= len(a.Sentences) {
			return fmt.Sprintf("it cites sentence %d of %d", q.Sentence, len(a.Sentences))
		}
		text := a.Text
		if a.Sentences[q.Sentence].Role == briefings.RoleHeadline {
			text = a.Title
		}
		if q.Quote == "" || q.Start < 0 || q.End > len(text) || q.Start > q.End || text[q.Start:q.End] != q.Quote {
			return fmt.Sprintf("its quote %q does not stand at %d:%d", q.Quote, q.Start, q.End)
		}
		if q.URL != a.URL || q.Outlet != a.Outlet || q.Title != a.Title || q.Label != a.Label || !q.Published.Equal(a.Published) {
			return "its citation shows another address, outlet, title, label or date than the article has"
		}
		quotes.WriteString(q.Quote)
		quotes.WriteByte('\n')
		names += a.Text + "\n" + a.Title + "\n" + a.Outlet + "\n"
	}
	for _, w := range strings.FieldsFunc(c.Text, func(r rune) bool { return strings.ContainsRune(" \n\t,.;:!?()[]“”«»\"—", r) }) {
		first := w[0]
		if (first >= '0' && first <= '9' || first >= 'A' && first <= 'Z' && !strings.HasPrefix(c.Text, w)) && !strings.Contains(quotes.String(), w) {
			return fmt.Sprintf("its word %q does not stand in its quotes", w)
		}
	}
	for _, bait := range Bait {
		if strings.Contains(c.Text, bait) && !strings.Contains(quotes.String(), bait) {
			return fmt.Sprintf("it shows %q", bait)
		}
	}
	for _, n := range []string{c.Speaker.Name, c.Speaker.Full, c.Speaker.Via} {
		if n != "" && !strings.Contains(names, n) {
			return fmt.Sprintf("its speaker %q does not stand in the article", n)
		}
	}
	return ""
}

// Grounded fails the test for every claim that Unsupported finds fault with. Articles are looked up in l.
func Grounded(t testing.TB, l briefings.Library, claims ...briefings.Claim) {
	t.Helper()
	for _, c := range claims {
		if wrong := Unsupported(c, func(id string, revision int) (briefings.Article, bool) {
			a, err := l.Article(t.Context(), id, revision)
			return a, err == nil
		}); wrong != "" {
			t.Errorf("claim %q: %s", c.Text, wrong)
		}
	}
}

// GroundedEdition is Grounded for everything that an edition shows, headlines included.
func GroundedEdition(t testing.TB, l briefings.Library, e briefings.Edition) {
	t.Helper()
	for _, item := range e.Items {
		Grounded(t, l, briefings.Claim{Text: item.Headline, Citations: []briefings.Citation{item.Lead}})
		Grounded(t, l, item.Claims...)
		Grounded(t, l, item.Sides...)
		Grounded(t, l, item.Said...)
		Grounded(t, l, item.Background...)
		for _, c := range item.Changes {
			Grounded(t, l, c.Old, c.New)
		}
	}
}
