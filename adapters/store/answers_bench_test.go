package store_test

import (
	"bufio"
	"compress/gzip"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"attache/adapters/store"
	"attache/briefings"
	"attache/briefings/briefingstest"
	"attache/briefings/search"
)

// manyPassages is how large a library the figures are asked of.
const manyPassages = 200_000

// BenchmarkAnswers asks news questions of a library of 200,000 passages, each as of its day, and searches the same passages
// for the same words with SQLite's FTS5 in the same run, so that the ratio stands whatever the machine. It reports how long
// the library takes to load from SQLite, the median and the slowest hundredth of searches and of whole answers, and the memory
// of the index alone and of the engine with all texts.
func BenchmarkAnswers(b *testing.B) {
	articles, questions := newsLibrary(b)
	var plain times // what FTS5 took in this run
	b.Run("search", func(b *testing.B) { plain = searchBoth(b, articles, questions) })
	b.Run("ask", func(b *testing.B) { askLibrary(b, articles, questions, plain) })
}

// times are a median and the slowest hundredth.
type times struct{ p50, p99 time.Duration }

// newsLibrary reads the shared news; copies of articles, a year older and under other names, make up what is missing to the
// number of passages.
func newsLibrary(b *testing.B) ([]briefings.Article, []briefings.Question) {
	b.Helper()
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
	var articles []briefings.Article
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
		articles = append(articles, a)
	}
	for i := 0; passages < manyPassages && len(articles) > 0; i++ {
		old := articles[i]
		a, err := briefings.NewArticle(briefings.Report{
			ID: "copy-" + old.ID, Title: old.Title, Text: "An older edition of this. " + old.Text, Published: old.Published.AddDate(-1, 0, 0),
		}, old.Read)
		if err != nil {
			b.Fatal(err)
		}
		passages += len(a.Passages)
		articles = append(articles, a)
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
	return articles, questions
}

// searchBoth searches by turns in FTS5 (any of the question's words, by bm25, the title weighing twice) and in the index.
func searchBoth(b *testing.B, articles []briefings.Article, questions []briefings.Question) times {
	db, plainBuild := plainIndex(b, articles)
	before := heap()
	begin := time.Now()
	x := search.New()
	for _, a := range articles {
		d := search.Doc{ID: a.ID, Title: a.Title, When: a.Published}
		for _, p := range a.Passages {
			d.Passages = append(d.Passages, a.Text[p.Start:p.End])
		}
		x.Add(d)
	}
	build := time.Since(begin)
	x.Rest()
	size := heap() - before
	var plain, ours []time.Duration
	for i := 0; b.Loop(); i++ {
		q := search.Query{AsOf: questions[i%len(questions)].Asked, Recency: .25, Most: 60}
		var words []string
		for _, t := range search.Terms(questions[i%len(questions)].Text) {
			q.Terms = append(q.Terms, search.Term{Text: t, Weight: 1})
			words = append(words, `"`+strings.ReplaceAll(t, `"`, "")+`"`)
		}
		begin := time.Now()
		x.Search(q)
		ours = append(ours, time.Since(begin))
		begin = time.Now()
		if err := plainSearch(db, strings.Join(words, " OR ")); err != nil {
			b.Fatal(err)
		}
		plain = append(plain, time.Since(begin))
	}
	p, o := spread(plain), spread(ours)
	report(b, "ms-fts5", p)
	report(b, "ms-ours", o)
	b.ReportMetric(float64(p.p50)/float64(o.p50), "fts5/ours-p50")
	b.ReportMetric(float64(p.p99)/float64(o.p99), "fts5/ours-p99")
	b.ReportMetric(plainBuild.Seconds(), "s-build-fts5")
	b.ReportMetric(build.Seconds(), "s-build-ours")
	b.ReportMetric(size/(1<<20), "MB-index")
	runtime.KeepAlive(x)
	return p
}

// plainSearch asks FTS5 for the best sixty.
func plainSearch(db *sql.DB, words string) error {
	rows, err := db.Query(`select rowid from passages where passages match ? order by bm25(passages, 2.0, 1.0) limit 60`, words)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}

// plainIndex makes the passages' table in FTS5.
func plainIndex(b *testing.B, articles []briefings.Article) (*sql.DB, time.Duration) {
	db, err := sql.Open("sqlite", filepath.Join(b.TempDir(), "fts5.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	begin := time.Now()
	if _, err := db.Exec(`create virtual table passages using fts5(title, body, content='', tokenize='porter unicode61')`); err != nil {
		b.Fatal(err)
	}
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	insert, err := tx.Prepare(`insert into passages (rowid, title, body) values (?, ?, ?)`)
	if err != nil {
		b.Fatal(err)
	}
	defer insert.Close()
	n := 0
	for _, a := range articles {
		for _, p := range a.Passages {
			n++
			if _, err := insert.Exec(n, a.Title, a.Text[p.Start:p.End]); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	return db, time.Since(begin)
}

// askLibrary answers from a library in SQLite.
func askLibrary(b *testing.B, articles []briefings.Article, questions []briefings.Question, plain times) {
	s := reopen(b, store.Config{Data: b.TempDir()})
	for _, a := range articles {
		if _, _, err := s.Save(b.Context(), a); err != nil {
			b.Fatal(err)
		}
	}
	before := heap()
	e, err := briefings.New(briefings.Config{Library: s})
	if err != nil {
		b.Fatal(err)
	}
	begin := time.Now()
	if err := e.Load(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
	load := time.Since(begin)
	size := heap() - before
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		begin := time.Now()
		if _, err := e.Ask(b.Context(), questions[i%len(questions)]); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begin))
	}
	ours := spread(took)
	report(b, "ms", ours)
	if plain.p99 > 0 {
		b.ReportMetric(float64(plain.p99)/float64(ours.p99), "fts5/answer-p99")
	}
	b.ReportMetric(load.Seconds(), "s-load")
	b.ReportMetric(size/(1<<20), "MB-engine")
}

// spread is the median and the slowest hundredth.
func spread(took []time.Duration) times {
	slices.Sort(took)
	return times{took[len(took)/2], took[len(took)*99/100]}
}

func report(b *testing.B, unit string, t times) {
	b.ReportMetric(float64(t.p50.Microseconds())/1000, unit+"-p50")
	b.ReportMetric(float64(t.p99.Microseconds())/1000, unit+"-p99")
}

// heap is how many bytes are in use.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
