package eval_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"attache/briefings"
	"attache/briefings/eval"
)

const corpus = `{"id":"a","title":"Harbour talks","url":"https://example.com/a","outlet":"Daily Test","date":"2024-03-02","text":"The harbour talks in Lisbon were opened by Maria Fernandes.","more":1}
not json
{"id":"b","date":"2024-03-09T10:00:00Z","text":"The harbour talks in Lisbon were closed by Henrik Olsen. “We are glad”, Olsen said."}
{"id":"c","date":"soon","text":"A text."}
{"id":"d","text":"  "}
`

const questions = `{"id":1,"question":"Who closed the harbour talks in Lisbon?","asked":"2024-03-10","unknown":true}
{"id":"2","question":"Who closed the harbour talks in Lisbon?","asked":"2024-03-05"}

{"id":"3","question":
{"id":"4","question":"Who painted the old tower?","context":"The old tower was painted by Ines Costa. Nobody knew why."}
{"id":"5","question":"Who opened the harbour talks?","articles":["b"]}
{"id":"6","question":" "}
{"question":"Who opened the harbour talks in Lisbon?"}
`

type line struct {
	ID        string
	Verdict   briefings.Verdict
	Refused   bool
	Answer    string
	Sentences []struct {
		Text, Doc, Speaker string
		Start, End         int
	}
	Docs       []string
	Confidence float64
	MS         float64
}

func run(t *testing.T, corpus io.Reader) (map[string]line, eval.Stats, []string) {
	t.Helper()
	var out bytes.Buffer
	var faults []string
	stats, err := eval.Run(t.Context(), eval.Config{
		Corpus: corpus, Questions: strings.NewReader(questions), Out: &out,
		Fault: func(f eval.Fault) { faults = append(faults, f.Error()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]line{}
	for dec := json.NewDecoder(&out); ; {
		var l line
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		got[l.ID] = l
	}
	return got, stats, faults
}

func TestEveryGoodLineIsAnsweredAndEveryBadOneReported(t *testing.T) {
	t.Parallel()
	got, stats, faults := run(t, strings.NewReader(corpus))
	if stats.Articles != 2 || stats.Questions != 6 || stats.Faults != 5 || stats.Answered+stats.Disputed+stats.Refused != 6 {
		t.Errorf("stats %+v", stats)
	}
	all := strings.Join(faults, "\n")
	for _, want := range []string{"corpus line 2:", "corpus line 4:", "corpus line 5:", "questions line 4:", "questions line 7:"} {
		if !strings.Contains(all, want) {
			t.Errorf("no fault for %s in:\n%s", want, all)
		}
	}
	if l := got["1"]; l.Answer != "Henrik Olsen" || l.Refused || len(l.Sentences) == 0 || l.Sentences[0].Doc != "b" || l.Docs[0] != "b" {
		t.Errorf("question 1: %+v", l)
	}
	for _, s := range got["2"].Sentences {
		if s.Doc != "a" {
			t.Errorf("question 2 is answered from the future: %+v", s)
		}
	}
	if l := got["4"]; l.Answer != "Ines Costa" || len(l.Sentences) > 5 {
		t.Errorf("question 4 was not answered from its context: %+v", l)
	}
	for _, d := range got["5"].Docs {
		if d != "b" {
			t.Errorf("question 5 found %s outside of its articles", d)
		}
	}
	if l := got["6"]; !l.Refused {
		t.Errorf("an empty question was answered: %+v", l)
	}
	if l, ok := got["8"]; !ok || l.Confidence < 0 || l.Confidence > 1 {
		t.Errorf("a question without an id goes by its line: %+v", got)
	}
}

func TestCompressedInputIsTold(t *testing.T) {
	t.Parallel()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	io.WriteString(w, corpus)
	w.Close()
	_, stats, _ := run(t, &z)
	if stats.Articles != 2 {
		t.Errorf("%d articles were read", stats.Articles)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := eval.Run(ctx, eval.Config{Questions: strings.NewReader(questions), Out: io.Discard}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := eval.Run(t.Context(), eval.Config{}); err == nil {
		t.Error("a run without questions is no error")
	}
}

// TestTrainingPutsWhatIsRightFirst learns from two lessons, and the same lessons give the same weights.
func TestTrainingPutsWhatIsRightFirst(t *testing.T) {
	t.Parallel()
	e, err := briefings.New(briefings.Config{Library: briefings.NewShelf()})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []briefings.Report{
		{ID: "a", Text: "The harbour talks were opened by Maria Fernandes. The harbour was full of ships. Talks are long."},
		{ID: "b", Text: "The tower was painted by Ines Costa. The tower is old. Painters came and went."},
	} {
		if _, _, err := e.Read(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	c := eval.Course{Name: "small", Engine: e, Lessons: []eval.Lesson{
		{Question: briefings.Question{Text: "Who opened the harbour talks?"}, Answers: []string{"Maria Fernandes"}},
		{Question: briefings.Question{Text: "Who painted the tower?"}, Answers: []string{"Ines Costa"}},
		{Question: briefings.Question{Text: "Who sank the submarine?"}},
	}}
	first, err := eval.Train(t.Context(), eval.TrainConfig{Courses: []eval.Course{c}, Start: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	second, err := eval.Train(t.Context(), eval.TrainConfig{Courses: []eval.Course{c}, Start: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Error("the same lessons gave other weights")
	}
	m, err := eval.Measure(t.Context(), c, first)
	if err != nil {
		t.Fatal(err)
	}
	if m.First != 1 || m.Exact != 1 || m.Area != 1 {
		t.Errorf("after training on them: %v", m)
	}
}
