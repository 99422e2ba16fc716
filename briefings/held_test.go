package briefings_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/briefings"
)

func TestPackedArticlesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	report := briefings.Archive()[0]
	a, err := briefings.NewArticle(report, time.Date(2024, 2, 20, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	odd := a
	odd.Sentences = append([]briefings.Sentence{}, a.Sentences...)
	odd.Sentences[1].Role = "byline" // as a library may have kept it from another version
	untitled := briefings.Article{Report: briefings.Report{Text: "One. Two."}, Sentences: []briefings.Sentence{{Index: 0, Start: 5, End: 9, Passage: -1}}}
	for _, c := range []struct {
		name    string
		article briefings.Article
		packed  bool
	}{{"an article", a, true}, {"a role that isn't known", odd, false}, {"a sentence outside passages", untitled, true}} {
		back, packed := briefings.Packed(c.article)
		if packed != c.packed {
			t.Errorf("%s: packed %v", c.name, packed)
		}
		if diff := cmp.Diff(c.article.Sentences, back.Sentences); diff != "" {
			t.Errorf("%s: sentences (-was +is):\n%s", c.name, diff)
		}
		if len(back.Passages) != len(c.article.Passages) || len(back.Passages) > 0 && cmp.Diff(c.article.Passages, back.Passages) != "" {
			t.Errorf("%s: passages %v", c.name, back.Passages)
		}
	}
}
