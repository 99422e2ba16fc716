package briefings_test

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"attache/briefings"
	"attache/briefings/briefingstest"
	"attache/briefings/prose"
)

type knownEvent struct{ ID, Title, Text, Gold string }

// bCubed scores a grouping: precision and recall per document, and their F1.
func bCubed(gold, got []string) (p, r, f1 float64) {
	pairs, g, k := map[[2]string]float64{}, map[string]float64{}, map[string]float64{}
	for i := range gold {
		pairs[[2]string{gold[i], got[i]}]++
		g[gold[i]]++
		k[got[i]]++
	}
	for pair, n := range pairs {
		p += n * n / k[pair[1]]
		r += n * n / g[pair[0]]
	}
	n := float64(len(gold))
	p, r = p/n, r/n
	return p, r, 2 * p * r / (p + r)
}

// TestStoriesOfKnownEvents measures the grouping on reports whose events are known, from their titles and texts alone.
func TestStoriesOfKnownEvents(t *testing.T) {
	t.Parallel()
	for _, set := range []struct {
		file  string
		floor float64
	}{{"ecbplus.jsonl", .93}, {"headlines.jsonl", .83}} {
		t.Run(set.file, func(t *testing.T) {
			t.Parallel()
			path := briefingstest.Shared(t, "data", "stories-dev", set.file)
			events := readLines[knownEvent](t, path)
			articles, gold := make([]briefings.Article, len(events)), make([]string, len(events))
			for i, e := range events {
				articles[i] = briefings.Article{Report: briefings.Report{ID: e.ID, Title: e.Title, Text: e.Text}}
				gold[i] = e.Gold
			}
			got := briefings.StoriesOf(articles)
			p, r, f1 := bCubed(gold, got)
			t.Logf("%d articles: B-cubed precision %.3f, recall %.3f, F1 %.3f", len(events), p, r, f1)
			if f1 < set.floor {
				t.Errorf("B-cubed F1 %.3f fell below %.2f", f1, set.floor)
			}
			if out := os.Getenv("ATTACHE_STORIES_OUT"); out != "" {
				var b strings.Builder
				for i, e := range events {
					fmt.Fprintf(&b, "%s\t%s\n", e.ID, got[i])
				}
				if err := os.WriteFile(filepath.Join(out, set.file+".tsv"), []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestCommonWords keeps the table of common words that weighs terms where there are few articles to count in. With
// -update it is written anew from the articles of the shared data.
func TestCommonWords(t *testing.T) {
	if !briefingstest.Updating() {
		table, err := os.ReadFile("common_words.txt")
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(table)), "\n")
		if len(lines) < 1000 {
			t.Fatalf("the table has %d words, want at least 1,000", len(lines))
		}
		for _, l := range lines {
			var stem string
			var share int
			if _, err := fmt.Sscanf(l, "%s\t%d", &stem, &share); err != nil || share < 1 || share > 1000 {
				t.Errorf("line %q is not a stem, a tab and thousandths", l)
			}
		}
		return
	}
	f, err := os.Open(briefingstest.Shared(t, "data", "rtqa-dev", "docs.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	df, n := map[string]int{}, 0
	sc := bufio.NewScanner(z)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		var d struct{ Title, Text string }
		if err := json.Unmarshal(sc.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		n++
		seen := map[string]bool{}
		for _, tok := range prose.Tokens(d.Title + "\n" + d.Text) {
			if !prose.IsStop(tok.Lower) && len(tok.Lower) > 1 {
				seen[prose.Stem(tok.Lower)] = true
			}
		}
		for s := range seen {
			df[s]++
		}
	}
	var b strings.Builder
	var stems []string
	for s, k := range df {
		if k*1000/n >= 8 && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r > 127 }) {
			stems = append(stems, s)
		}
	}
	slices.SortFunc(stems, func(x, y string) int { return cmp.Or(cmp.Compare(df[y], df[x]), cmp.Compare(x, y)) })
	for _, s := range stems {
		fmt.Fprintf(&b, "%s\t%d\n", s, int(math.Round(float64(df[s])*1000/float64(n))))
	}
	if err := os.WriteFile("common_words.txt", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
