package feeds

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"attache/briefings/briefingstest"
)

var wordRuns = regexp.MustCompile(`[\p{L}\p{N}_]+`)

// shingles counts the runs of four words of a text.
func shingles(text string) map[string]int {
	words := wordRuns.FindAllString(text, -1)
	out := map[string]int{}
	if len(words) == 0 {
		return out
	}
	for i := range max(1, len(words)-3) {
		out[strings.Join(words[i:min(len(words), i+4)], " ")]++
	}
	return out
}

// TestMainTextIsFoundOnRealPages scores the extractor with the metric of the public article-extraction-benchmark: precision
// and recall of four-word shingles, averaged over pages, and F1 of the two averages.
func TestMainTextIsFoundOnRealPages(t *testing.T) {
	t.Parallel()
	dir := briefingstest.Shared(t, "data", "article-extraction-dev")
	raw, err := os.ReadFile(filepath.Join(dir, "ground-truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var gold map[string]struct {
		ArticleBody string `json:"articleBody"`
	}
	if err := json.Unmarshal(raw, &gold); err != nil {
		t.Fatal(err)
	}
	var precision, recall []float64
	for id, want := range gold {
		f, err := os.Open(filepath.Join(dir, "html", id+".html.gz"))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(z)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		r, err := ReadHTML(page, "")
		if err != nil {
			t.Errorf("page %s: %v", id, err)
		}
		got, truth := shingles(r.Text), shingles(want.ArticleBody)
		hits, ours, theirs := 0, 0, 0
		for s, n := range got {
			hits += min(n, truth[s])
			ours += n
		}
		for _, n := range truth {
			theirs += n
		}
		p, q := 0.0, float64(hits)/float64(max(1, theirs))
		if ours > 0 {
			p = float64(hits) / float64(ours)
			precision = append(precision, p)
		}
		recall = append(recall, q)
		if p < .8 || q < .8 {
			t.Logf("page %s: precision %.3f recall %.3f, %d characters", id, p, q, len(r.Text))
		}
	}
	p, r := mean(precision), mean(recall)
	f1 := 2 * p * r / (p + r)
	t.Logf("%d pages: F1 %.4f, precision %.4f, recall %.4f", len(gold), f1, p, r)
	if f1 < 0.965 {
		t.Errorf("F1 is %.4f; it was above 0.965", f1)
	}
}

func mean(list []float64) float64 {
	sum := 0.0
	for _, x := range list {
		sum += x
	}
	return sum / float64(len(list))
}

// TestOddFeedsAreRead reads the feeds of the feedparser project: well-formed, ill-formed and oddly encoded ones.
func TestOddFeedsAreRead(t *testing.T) {
	t.Parallel()
	dir := briefingstest.Shared(t, "data", "feeds-dev")
	all, read, cdf := 0, 0, 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".xml" && filepath.Ext(path) != ".json" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.Contains(bytes.ToLower(raw[:min(len(raw), 4096)]), []byte("<channel href")) || strings.Contains(path, "cdf") || bytes.Contains(raw, []byte("<CHANNEL")) {
			cdf++
			return nil // CDF, a format that nobody publishes any more
		}
		all++
		contentType := ""
		if m := regexp.MustCompile(`(?i)Content-type:\s*(\S.*)`).FindSubmatch(raw[:min(len(raw), 2048)]); m != nil {
			contentType = strings.TrimSpace(string(m[1]))
		}
		clean, err := normalise(raw, contentType)
		if err == nil {
			_, err = parseSafely(clean)
		}
		if err != nil {
			t.Logf("%s: %v", path[len(dir):], err)
			return nil
		}
		read++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("read %d of %d feeds (%.2f %%), %d CDF left aside", read, all, 100*float64(read)/float64(all), cdf)
	if float64(read) < 0.985*float64(all) {
		t.Errorf("only %d of %d feeds were read", read, all)
	}
}
