package main

import (
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"attache/adapters/feeds"
	"attache/adapters/store"
	"attache/briefings"
	"attache/briefings/briefingstest"
)

var intake = flag.Int("intake", 800, "how many articles TestMemoryStaysFlatAsArticlesComeIn stores")

// pagesOfTheWorld are real pages from the shared data.
func pagesOfTheWorld(t testing.TB) [][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(briefingstest.Shared(t, "data", "article-extraction-dev"), "html", "*.html.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d pages, %v", len(files), err)
	}
	var pages [][]byte
	for _, name := range files {
		f, err := os.Open(name)
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
		pages = append(pages, page)
	}
	return pages
}

func openLibrary(t testing.TB) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Data: t.TempDir(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// BenchmarkExtractAndStore reads real pages, makes articles of them and keeps them in SQLite, on every processor.
func BenchmarkExtractAndStore(b *testing.B) {
	pages, db := pagesOfTheWorld(b), openLibrary(b)
	var mu sync.Mutex
	next := 0
	start := time.Now()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			mu.Lock()
			n := next
			next++
			mu.Unlock()
			r, err := feeds.ReadHTML(pages[n%len(pages)], fmt.Sprintf("https://example.org/%d", n))
			if err != nil {
				b.Error(err)
				return
			}
			r.URL = fmt.Sprintf("https://example.org/%d", n)
			a, err := briefings.NewArticle(r, time.Now())
			if err != nil {
				b.Error(err)
				return
			}
			if _, _, err := db.Save(b.Context(), a); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "pages/s")
}

// TestMemoryStaysFlatAsArticlesComeIn takes in many articles, looks for the origin of each, stores it and holds the heap of the
// last tenth to that of the first half.
func TestMemoryStaysFlatAsArticlesComeIn(t *testing.T) {
	pages, db := pagesOfTheWorld(t), openLibrary(t)
	var reports []briefings.Report
	for _, page := range pages[:30] {
		r, err := feeds.ReadHTML(page, "https://example.org/")
		if err != nil {
			t.Fatal(err)
		}
		reports = append(reports, r)
	}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	copies := briefings.Copies{Most: min(max(*intake/20, 50), 1000)}
	var early, late uint64
	start := time.Now()
	for n := range *intake {
		r := reports[n%len(reports)]
		r.URL = fmt.Sprintf("https://example.org/%d", n)
		// Other words in every text, so that each is an article of its own.
		words := strings.Fields(r.Text)
		for i := n % 7; i < len(words); i += 3 {
			words[i] = fmt.Sprintf("%s%d", words[i], (n*31+i)%9973)
		}
		r.Text = strings.Join(words, " ")
		a, err := briefings.NewArticle(r, start.Add(time.Duration(n)*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		a.Origin = copies.Add(a)
		if _, _, err := db.Save(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if (n+1)%max(1, *intake/10) == 0 {
			h := heap()
			t.Logf("%6d articles: heap %.1f MB", n+1, float64(h)/(1<<20))
			if n < *intake/2 {
				early = max(early, h)
			} else {
				late = max(late, h)
			}
		}
	}
	t.Logf("%.0f articles a second", float64(*intake)/time.Since(start).Seconds())
	if late > early+early/4+8<<20 {
		t.Errorf("the heap grew from %d to %d bytes", early, late)
	}
}
