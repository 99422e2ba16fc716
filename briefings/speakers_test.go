package briefings_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"attache/briefings"
	"attache/briefings/briefingstest"
	"attache/briefings/prose"
)

// cutArticle makes an article of a text whose offsets must stay as they are.
func cutArticle(text string) briefings.Article {
	a := briefings.Article{Report: briefings.Report{ID: "a", Text: text}, Revision: 1}
	for i, p := range prose.Paragraphs(text) {
		pass := briefings.Passage{Index: i, Start: p.Start, End: p.End, First: len(a.Sentences)}
		for _, s := range prose.Sentences(text[p.Start:p.End]) {
			a.Sentences = append(a.Sentences, briefings.Sentence{Index: len(a.Sentences), Passage: i, Start: p.Start + s.Start, End: p.Start + s.End})
		}
		pass.Last = len(a.Sentences)
		a.Passages = append(a.Passages, pass)
	}
	return a
}

// saidWho is the source that the statements give for a stretch of text: the speaker of the statement that shares most of
// it, with the apposition where one stands at the statement.
func saidWho(statements []briefings.Statement, start, end int) (briefings.Statement, bool) {
	best, most := -1, 0.0
	for i, s := range statements {
		shared := float64(min(s.End, end) - max(s.Start, start))
		if shared <= 0 {
			continue
		}
		score := 2 * shared / float64(s.End-s.Start+end-start)
		if score > most {
			best, most = i, score
		}
	}
	if best < 0 {
		return briefings.Statement{}, false
	}
	return statements[best], true
}

func sourceOf(s briefings.Speaker) string {
	if strings.HasPrefix(s.Full, s.Name) && len(s.Full) > len(s.Name) && strings.ContainsAny(s.Full[len(s.Name):min(len(s.Full), len(s.Name)+2)], ",(—-") {
		return s.Full
	}
	return s.Name
}

// normal is how answers are compared: case, punctuation and articles don't count.
func normal(s string) []string {
	s = strings.ToLower(norm.NFKC.String(s))
	s = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune("-/—–", r):
			return ' '
		case strings.ContainsRune("“”‘’", r), r < 128 && unicode.IsPunct(r), strings.ContainsRune("$+<=>^`|~", r):
			return -1
		}
		return r
	}, s)
	var out []string
	for _, w := range strings.Fields(s) {
		if w != "a" && w != "an" && w != "the" {
			out = append(out, w)
		}
	}
	return out
}

func tokenF1(a, b []string) float64 {
	count := map[string]int{}
	for _, w := range b {
		count[w]++
	}
	same := 0
	for _, w := range a {
		if count[w] > 0 {
			count[w]--
			same++
		}
	}
	if same == 0 {
		return 0
	}
	p, r := float64(same)/float64(len(a)), float64(same)/float64(len(b))
	return 2 * p * r / (p + r)
}

func readLines[T any](t testing.TB, path string) []T {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []T
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		var v T
		if err := json.Unmarshal(sc.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		out = append(out, v)
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSpeakerIsFoundForWhatWasSaid measures, on political news with every attribution marked, whether the statements name
// the source of what was said.
func TestSpeakerIsFoundForWhatWasSaid(t *testing.T) {
	t.Parallel()
	for _, set := range []struct {
		name      string
		prefix    string
		exact, f1 float64 // floors: what was reached, less a little
	}{
		{"tuning part", "train_", .58, .61},
		{"reporting part", "", .63, .68},
	} {
		t.Run(set.name, func(t *testing.T) {
			t.Parallel()
			type document struct{ ID, Text string }
			type question struct {
				ID, Doc, Content, Kind string
				Answers                []string
			}
			statements, texts := map[string][]briefings.Statement{}, map[string]string{}
			for _, d := range readLines[document](t, briefingstest.Shared(t, "data", "polnear-dev", set.prefix+"docs.jsonl")) {
				texts[d.ID] = d.Text
				statements[d.ID] = briefings.StatementsOf(cutArticle(d.Text))
			}
			var n, none, exact int
			var f1 float64
			for _, q := range readLines[question](t, briefingstest.Shared(t, "data", "polnear-dev", set.prefix+"qa.jsonl")) {
				n++
				text := texts[q.Doc]
				start, end := placeOf(text, q.Content)
				s, ok := saidWho(statements[q.Doc], start, end)
				if !ok {
					none++
				}
				got := normal(sourceOf(s.Speaker))
				best, same := 0.0, false
				for _, gold := range q.Answers {
					best = max(best, tokenF1(got, normal(gold)))
					same = same || len(got) > 0 && strings.Join(got, " ") == strings.Join(normal(gold), " ")
				}
				f1 += best
				if same {
					exact++
				} else if os.Getenv("SHOW_MISSES") != "" {
					fmt.Printf("%s MISS got[%s] gold%q verb[%s] f1 %.2f | %.90q | said %.60q | %.250q\n", q.ID[max(0, len(q.ID)-6):], sourceOf(s.Speaker), q.Answers, s.Verb, best, q.Content, s.Text, text[max(0, start-110):min(len(text), end+100)])
				}
			}
			e, f := float64(exact)/float64(n), f1/float64(n)
			t.Logf("%d questions: exact %.3f, token F1 %.3f; no statement for %.3f", n, e, f, float64(none)/float64(n))
			if e < set.exact || f < set.f1 {
				t.Errorf("exact %.3f and token F1 %.3f fell below %.2f and %.2f", e, f, set.exact, set.f1)
			}
		})
	}
}

// placeOf finds content in text. What was said in several parts is found by its longest part.
func placeOf(text, content string) (int, int) {
	if i := strings.Index(text, content); i >= 0 {
		return i, i + len(content)
	}
	for cut := len(content); cut > 8; cut-- {
		if i := strings.Index(text, content[:cut]); i >= 0 {
			return i, i + cut
		}
	}
	return 0, 0
}
