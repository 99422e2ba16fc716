package briefingstest

import (
	"testing"
	"time"

	"attache/briefings"
)

func sample(t *testing.T, id string) briefings.Article {
	t.Helper()
	a, err := briefings.NewArticle(Dispatch(id), time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTruthIsSupportedAndLiesAreNot(t *testing.T) {
	t.Parallel()
	a := sample(t, "ferry-wire")
	look := func(id string, revision int) (briefings.Article, bool) {
		return a, id == a.ID && (revision == a.Revision || revision == 0)
	}
	for i := range a.Sentences {
		if wrong := Unsupported(briefings.Claim{Text: a.Sentence(i), Citations: []briefings.Citation{a.Cite(i)}}, look); wrong != "" {
			t.Errorf("the article's own sentence %d: %s", i, wrong)
		}
		for _, l := range Lies(a, i) {
			if Unsupported(l.Claim, look) == "" && l.Kind != "quotation made of paraphrase" {
				t.Errorf("sentence %d: %q passed as supported", i, l.Kind)
			}
		}
		if Unsupported(Forged(a, i), look) == "" {
			t.Errorf("sentence %d: a forged citation passed as the article's own", i)
		}
	}
}

func TestNoLiePassesTheEnginesGuard(t *testing.T) {
	t.Parallel()
	for _, r := range Reports() {
		a := sample(t, r.ID)
		look := func(id string, revision int) (briefings.Article, bool) {
			return a, id == a.ID && (revision == a.Revision || revision == 0)
		}
		for i := range a.Sentences {
			for _, l := range Lies(a, i) {
				kept, rejected := briefings.Ground(briefings.Draft{Verdict: briefings.Answered, Claims: []briefings.Claim{l.Claim}}, look)
				if len(kept.Claims) > 0 {
					t.Errorf("%s, sentence %d: %q was kept as %q", r.ID, i, l.Kind, kept.Claims[0].Text)
				} else if len(rejected) == 0 {
					t.Errorf("%s, sentence %d: %q was dropped without a word", r.ID, i, l.Kind)
				}
			}
			kept, _ := briefings.Ground(briefings.Draft{Verdict: briefings.Answered, Claims: []briefings.Claim{Forged(a, i)}}, look)
			for _, c := range kept.Claims {
				if wrong := Unsupported(c, look); wrong != "" {
					t.Errorf("%s, sentence %d: a forged citation was kept: %s", r.ID, i, wrong)
				}
			}
		}
	}
}

func TestScriptedGivesItsDraftsInOrder(t *testing.T) {
	t.Parallel()
	s := &Scripted{Drafts: []briefings.Draft{{Short: "one"}, {Short: "two"}}}
	for _, want := range []string{"one", "two", "two"} {
		d, err := s.Draft(t.Context(), briefings.Brief{Type: want})
		if err != nil || d.Short != want {
			t.Errorf("got %q and error %v, want %q", d.Short, err, want)
		}
	}
	if n := len(s.Briefs()); n != 3 {
		t.Errorf("%d briefs are remembered, want 3", n)
	}
	if _, err := (&Scripted{}).Draft(t.Context(), briefings.Brief{}); err == nil {
		t.Error("an empty script gave a draft")
	}
}
