package eval_test

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"attache/briefings"
	"attache/briefings/briefingstest"
	"attache/briefings/eval"
)

var train = flag.String("train", "", `"halves" trains on each half of the shared questions and measures on the other; "examine" does so for each group of features left out, and for the confidence; "all" trains on all of them and writes ../data/weights.json`)
var sets = flag.String("sets", "rtqa,squad,timeqa,polnear", "the sets to train on")
var parts = flag.String("parts", "", "the parts to train, all without it: sentence, span, order, refusal")

const weightsPath = "../data/weights.json"

// TestTrain is the command that learns the engine's weights from the shared questions; without -train it is skipped.
func TestTrain(t *testing.T) {
	if *train == "" {
		t.Skip("training takes minutes: run it with -train halves or -train all")
	}
	start, err := os.ReadFile(weightsPath)
	if err != nil {
		t.Fatal(err)
	}
	courses := readCourses(t)
	if *train == "examine" {
		examine(t, courses, start)
		return
	}
	if *train == "all" {
		out, err := eval.Train(t.Context(), eval.TrainConfig{Courses: courses, Start: start, Parts: partList(), Log: os.Stderr})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(weightsPath, out, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for half := range 2 {
		var learn, measure []eval.Course
		for _, c := range courses {
			l, m := c, c
			l.Lessons, m.Lessons = nil, nil
			for _, x := range c.Lessons {
				if int(halfOf(x))%2 == half {
					l.Lessons = append(l.Lessons, x)
				} else {
					m.Lessons = append(m.Lessons, x)
				}
			}
			learn, measure = append(learn, l), append(measure, m)
		}
		out, err := eval.Train(t.Context(), eval.TrainConfig{Courses: learn, Start: start, Parts: partList(), Log: os.Stderr})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(os.TempDir(), fmt.Sprintf("weights-half%d.json", half)), out, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, c := range measure {
			report(t, c, out)
		}
	}
}

// examine prints the tables of what each group of features is worth and of how far the confidence can be trusted, as they
// stand in the benchmarks.
func examine(t *testing.T, courses []eval.Course, start []byte) {
	t.Helper()
	_, err := eval.Examine(t.Context(), courses, start, func(l eval.Lesson) int { return int(halfOf(l)) % 2 }, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
}

func partList() []string {
	if *parts == "" {
		return nil
	}
	return strings.Split(*parts, ",")
}

// halfOf keeps what belongs together in one half: a context, an article, a week of news.
func halfOf(l eval.Lesson) uint32 {
	h := fnv.New32a()
	switch {
	case len(l.Question.Reports) > 0:
		io.WriteString(h, l.Question.Reports[0].Text)
	case len(l.Question.Articles) > 0:
		io.WriteString(h, l.Question.Articles[0])
	default:
		_, week := l.Question.Asked.ISOWeek()
		if len(l.Answers) == 0 {
			_, week = l.Question.Asked.AddDate(0, 0, 180).ISOWeek()
		}
		fmt.Fprint(h, week)
	}
	return h.Sum32() / 7
}

func report(t *testing.T, c eval.Course, weights []byte) {
	t.Helper()
	m, err := eval.Measure(context.Background(), c, weights)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(os.Stderr, "%-8s %v\n", c.Name, m)
}

func readLines[T any](t *testing.T, path string) []T {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	in := bufio.NewScanner(r)
	in.Buffer(nil, 64<<20)
	var out []T
	for in.Scan() {
		var v T
		if err := json.Unmarshal(in.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		out = append(out, v)
	}
	return out
}

func readEngine(t *testing.T, reports []briefings.Report) *briefings.Engine {
	t.Helper()
	e, err := briefings.New(briefings.Config{Library: briefings.NewShelf()})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range reports {
		if _, _, err := e.Read(t.Context(), r); err != nil && !strings.Contains(err.Error(), briefings.ErrEmpty.Error()) {
			t.Fatal(err)
		}
	}
	return e
}

// readCourses reads the shared questions.
func readCourses(t *testing.T) []eval.Course {
	t.Helper()
	var out []eval.Course
	want := strings.Split(*sets, ",")
	if slices.Contains(want, "rtqa") {
		type doc struct{ ID, URL, Title, Date, Text string }
		type question struct {
			ID, Date, Question string
			Answers            []string
		}
		type relevance struct {
			ID   string
			Docs []string `json:"rel_docs"`
		}
		dir := briefingstest.Shared(t, "data", "rtqa-dev")
		var reports []briefings.Report
		for _, d := range readLines[doc](t, filepath.Join(dir, "docs.jsonl.gz")) {
			day, _ := time.Parse(time.DateOnly, d.Date)
			reports = append(reports, briefings.Report{ID: d.ID, URL: d.URL, Title: d.Title, Text: d.Text, Published: day, DateOnly: true})
		}
		relevant := map[string][]string{}
		for _, r := range readLines[relevance](t, filepath.Join(dir, "relevance.jsonl")) {
			relevant[r.ID] = r.Docs
		}
		e := readEngine(t, reports)
		c := eval.Course{Name: "rtqa", Engine: e, Answerable: .7}
		for _, q := range readLines[question](t, filepath.Join(dir, "questions.jsonl")) {
			if len(q.Answers) != 1 || len(relevant[q.ID]) == 0 {
				continue
			}
			day, err := time.Parse(time.DateOnly, q.Date)
			if err != nil {
				t.Fatal(err)
			}
			asked := day.Add(24*time.Hour - time.Second)
			c.Lessons = append(c.Lessons,
				eval.Lesson{Question: briefings.Question{Text: q.Question, Asked: asked}, Answers: q.Answers, Relevant: relevant[q.ID]},
				eval.Lesson{Question: briefings.Question{Text: q.Question, Asked: asked.AddDate(0, 0, -180)}})
		}
		out = append(out, c)
	}
	if slices.Contains(want, "squad") {
		type question struct {
			Question, Context string
			Answers           []string
		}
		dir := briefingstest.Shared(t, "data", "squad-dev")
		c := eval.Course{Name: "squad", Engine: readEngine(t, nil)}
		for _, q := range readLines[question](t, filepath.Join(dir, "questions.jsonl")) {
			c.Lessons = append(c.Lessons, eval.Lesson{
				Question: briefings.Question{Text: q.Question, Reports: []briefings.Report{{ID: "context", Text: q.Context}}}, Answers: q.Answers,
			})
		}
		out = append(out, c)
	}
	if slices.Contains(want, "timeqa") {
		type article struct {
			ID    string
			Paras []string
		}
		type question struct {
			ID, Article, Question string
			Answers               []string
			Spans                 []struct{ Para int }
		}
		dir := briefingstest.Shared(t, "data", "timeqa-dev")
		paras := map[string][]string{}
		var reports []briefings.Report
		for _, a := range readLines[article](t, filepath.Join(dir, "articles.jsonl.gz")) {
			paras[a.ID] = a.Paras
			reports = append(reports, briefings.Report{ID: a.ID, Text: strings.Join(a.Paras, "\n\n")})
		}
		c := eval.Course{Name: "timeqa", Engine: readEngine(t, reports), Weight: .5}
		for _, q := range readLines[question](t, filepath.Join(dir, "questions.jsonl")) {
			l := eval.Lesson{Question: briefings.Question{Text: q.Question, Articles: []string{q.Article}}, Answers: q.Answers}
			for _, s := range q.Spans {
				l.Paragraphs = append(l.Paragraphs, paras[q.Article][s.Para])
			}
			c.Lessons = append(c.Lessons, l)
		}
		out = append(out, c)
	}
	if slices.Contains(want, "polnear") {
		type article struct{ ID, Title, Text, Date string }
		type question struct {
			ID, Doc, Question string
			Answers           []string
			Sentences         []string
		}
		dir := briefingstest.Shared(t, "data", "polnear-dev")
		var reports []briefings.Report
		for _, a := range readLines[article](t, filepath.Join(dir, "train_docs.jsonl")) {
			reports = append(reports, briefings.Report{ID: a.ID, Title: a.Title, Text: a.Text})
		}
		c := eval.Course{Name: "polnear", Engine: readEngine(t, reports), RefusalOnly: true, Weight: .5}
		for i, q := range readLines[question](t, filepath.Join(dir, "train_qa.jsonl")) {
			// The same question about another article has no answer.
			other := reports[(i*7+3)%len(reports)].ID
			c.Lessons = append(c.Lessons,
				eval.Lesson{Question: briefings.Question{Text: q.Question, Articles: []string{q.Doc}}, Answers: q.Answers, Sentences: q.Sentences},
				eval.Lesson{Question: briefings.Question{Text: q.Question, Articles: []string{other}}})
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b eval.Course) int { return cmp.Compare(a.Name, b.Name) })
	return out
}
