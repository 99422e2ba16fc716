package briefings_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"attache/briefings"
	"attache/briefings/briefingstest"
)

// BenchmarkAsk answers news questions from 8,310 articles, each as of its day, and reports the median and the slowest
// hundredth of answers, how long the library takes to load, and the memory in use.
func BenchmarkAsk(b *testing.B) {
	dir := briefingstest.Shared(b, "data", "rtqa-dev")
	f, err := os.Open(filepath.Join(dir, "docs.jsonl.gz"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		b.Fatal(err)
	}
	library := briefings.NewShelf()
	passages := 0
	in := bufio.NewScanner(z)
	for in.Buffer(nil, 64<<20); in.Scan(); {
		var d struct{ ID, URL, Title, Date, Text string }
		if err := json.Unmarshal(in.Bytes(), &d); err != nil {
			b.Fatal(err)
		}
		day, _ := time.Parse(time.DateOnly, d.Date)
		a, err := briefings.NewArticle(briefings.Report{ID: d.ID, URL: d.URL, Title: d.Title, Text: d.Text, Published: day}, day)
		if err != nil {
			continue // some of them have no text
		}
		passages += len(a.Passages)
		if _, _, err := library.Save(b.Context(), a); err != nil {
			b.Fatal(err)
		}
	}
	var questions []briefings.Question
	qf, err := os.Open(filepath.Join(dir, "questions.jsonl"))
	if err != nil {
		b.Fatal(err)
	}
	defer qf.Close()
	for in := bufio.NewScanner(qf); in.Scan(); {
		var q struct{ Date, Question string }
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			b.Fatal(err)
		}
		day, _ := time.Parse(time.DateOnly, q.Date)
		questions = append(questions, briefings.Question{Text: q.Question, Asked: day.Add(24*time.Hour - time.Second)})
	}
	e, err := briefings.New(briefings.Config{Library: library})
	if err != nil {
		b.Fatal(err)
	}
	begin := time.Now()
	if err := e.Load(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
	load := time.Since(begin)
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	var times []time.Duration
	for i := 0; b.Loop(); i++ {
		t := time.Now()
		if _, err := e.Ask(b.Context(), questions[i%len(questions)]); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(t))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "ms-p99")
	b.ReportMetric(load.Seconds(), "s-load")
	b.ReportMetric(float64(passages), "passages")
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MB-heap")
}
