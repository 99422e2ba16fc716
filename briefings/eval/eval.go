// Package eval answers many questions in one process, so that engines and models can be compared on one's own questions.
//
// Run reads articles and questions as JSON lines and writes one line of answer for each question: verdict, short answer,
// the five best sentences, the ten best articles, the confidence and the time it took. A malformed line is reported with
// its number and the rest goes on. Train learns the engine's weights from questions whose answers are known.
package eval

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"attache/briefings"
)

// Config says what to answer and from what.
type Config struct {
	// Articles are read in addition to the corpus.
	Articles []briefings.Report
	// Corpus are JSON lines {"id", "title", "url", "outlet", "date", "text"}, plain or gzip; nil means none.
	Corpus io.Reader
	// Questions are JSON lines {"id", "question", "asked"?, "articles"?, "context"?}, plain or gzip. Required.
	Questions io.Reader
	// Out receives one JSON line for each question, in their order. Required.
	Out io.Writer
	// Drafter words the answers; nil means the embedded one.
	Drafter briefings.Drafter
	// Progress hears how many articles are read and how many questions are answered; nil means nobody does.
	Progress func(articles, questions int)
	// Fault hears of each line that is left out and why; nil means nobody does. Stats count them either way.
	Fault func(Fault)
	// Limit is how many questions are answered; zero means all.
	Limit int
	// Weights are the engine's learned weights; nil means the embedded ones.
	Weights []byte
	// Now tells the time, which is when a question without "asked" is asked; nil means time.Now.
	Now func() time.Time
}

// Fault is a line that could not be used.
type Fault struct {
	File string // "corpus" or "questions"
	Line int    // from 1
	Err  error
}

// Error says where and why.
func (f Fault) Error() string { return fmt.Sprintf("%s line %d: %v", f.File, f.Line, f.Err) }

// Unwrap returns why.
func (f Fault) Unwrap() error { return f.Err }

// Stats say what came out.
type Stats struct {
	Articles  int
	Questions int
	Answered  int
	Disputed  int
	Refused   int
	Faults    int
	// Median and Slowest99 are the times of the median answer and of the one that 99 of 100 are faster than.
	Median    time.Duration
	Slowest99 time.Duration
}

// question is a line of the questions.
type question struct {
	ID       text     `json:"id"`
	Question string   `json:"question"`
	Asked    string   `json:"asked"`
	Articles []string `json:"articles"`
	Context  *string  `json:"context"`
}

// text is a JSON string or number, kept as text.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return errors.New("the id is neither a text nor a number")
	}
	*t = text(n)
	return nil
}

// document is a line of the corpus.
type document struct {
	ID     text   `json:"id"`
	Title  string `json:"title"`
	URL    string `json:"url"`
	Outlet string `json:"outlet"`
	Date   string `json:"date"`
	Text   string `json:"text"`
}

// output is a line of answers.
type output struct {
	ID         string            `json:"id"`
	Verdict    briefings.Verdict `json:"verdict"`
	Refused    bool              `json:"refused"`
	Answer     string            `json:"answer"`
	Sentences  []sentence        `json:"sentences"`
	Docs       []string          `json:"docs"`
	Confidence float64           `json:"confidence"`
	MS         float64           `json:"ms"`
	Error      string            `json:"error,omitempty"`
}

type sentence struct {
	Text    string `json:"text"`
	Doc     string `json:"doc"`
	Start   int    `json:"start"`
	End     int    `json:"end"`
	Speaker string `json:"speaker,omitempty"`
}

// contextID is the article ID of a question's own context.
const contextID = "context"

// Run answers the questions. It returns an error when something can't be read or written, or the context ends; lines that
// make no sense and questions that can't be answered are counted and reported, and the rest goes on.
func Run(ctx context.Context, c Config) (Stats, error) {
	var stats Stats
	if c.Questions == nil || c.Out == nil {
		return stats, errors.New("eval needs questions and a place for the answers")
	}
	now := c.Now
	if now == nil {
		now = time.Now
	}
	fault := func(file string, line int, err error) {
		stats.Faults++
		if c.Fault != nil {
			c.Fault(Fault{file, line, err})
		}
	}
	progress := c.Progress
	if progress == nil {
		progress = func(int, int) {}
	}
	engine, err := briefings.New(briefings.Config{Library: briefings.NewShelf(), Drafter: c.Drafter, Now: now, Weights: c.Weights})
	if err != nil {
		return stats, err
	}
	for _, r := range c.Articles {
		if _, _, err := engine.Read(ctx, r); err != nil {
			return stats, err
		}
		stats.Articles++
	}
	if c.Corpus != nil {
		err := lines(ctx, c.Corpus, func(n int, line []byte) error {
			var d document
			if err := json.Unmarshal(line, &d); err != nil {
				fault("corpus", n, err)
				return nil
			}
			r := briefings.Report{ID: string(d.ID), Title: d.Title, URL: d.URL, Outlet: d.Outlet, Text: d.Text, Source: "file"}
			r.Published, r.DateOnly, err = date(d.Date)
			if err != nil {
				fault("corpus", n, err)
				return nil
			}
			if _, _, err := engine.Read(ctx, r); err != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				fault("corpus", n, err)
				return nil
			}
			stats.Articles++
			if stats.Articles%100 == 0 {
				progress(stats.Articles, 0)
			}
			return nil
		})
		if err != nil {
			return stats, fmt.Errorf("read the corpus: %w", err)
		}
	}
	progress(stats.Articles, 0)
	var times []time.Duration
	out := bufio.NewWriter(c.Out)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	stop := errors.New("enough")
	err = lines(ctx, c.Questions, func(n int, line []byte) error {
		if c.Limit > 0 && stats.Questions >= c.Limit {
			return stop
		}
		var q question
		if err := json.Unmarshal(line, &q); err != nil {
			fault("questions", n, err)
			return nil
		}
		if q.ID == "" {
			q.ID = text(fmt.Sprint(n))
		}
		ask := briefings.Question{Text: q.Question, Articles: q.Articles}
		asked, day, err := date(q.Asked)
		if err != nil {
			fault("questions", n, err)
			return nil
		}
		if ask.Asked = asked; day {
			ask.Asked = asked.Add(24*time.Hour - time.Second)
		}
		if q.Context != nil {
			ask.Reports = []briefings.Report{{ID: contextID, Text: *q.Context}}
			ask.Articles = nil
		}
		begin := time.Now()
		answer, err := engine.Ask(ctx, ask)
		took := time.Since(begin)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		times = append(times, took)
		stats.Questions++
		o := output{ID: string(q.ID), Verdict: answer.Verdict, Answer: answer.Short, Docs: answer.Documents, Confidence: answer.Confidence,
			MS: float64(took.Microseconds()) / 1000, Sentences: []sentence{}}
		if err != nil {
			fault("questions", n, err)
			o.Verdict, o.Error = briefings.NotInSources, err.Error()
		}
		if o.Docs == nil {
			o.Docs = []string{}
		}
		for _, r := range answer.Ranked {
			s := sentence{Text: r.Citation.Quote, Doc: r.Citation.Article, Start: r.Citation.Start, End: r.Citation.End}
			s.Speaker = cmp.Or(r.Speaker.Full, r.Speaker.Name)
			o.Sentences = append(o.Sentences, s)
		}
		switch o.Verdict {
		case briefings.NotInSources:
			o.Refused = true
			stats.Refused++
		case briefings.Disputed:
			stats.Disputed++
		default:
			stats.Answered++
		}
		if err := enc.Encode(o); err != nil {
			return err
		}
		if stats.Questions%20 == 0 {
			progress(stats.Articles, stats.Questions)
		}
		return nil
	})
	if err != nil && !errors.Is(err, stop) {
		return stats, fmt.Errorf("answer the questions: %w", errors.Join(err, out.Flush()))
	}
	if err := out.Flush(); err != nil {
		return stats, fmt.Errorf("write the answers: %w", err)
	}
	progress(stats.Articles, stats.Questions)
	slices.Sort(times)
	if n := len(times); n > 0 {
		stats.Median, stats.Slowest99 = times[n/2], times[min(n-1, n*99/100)]
	}
	return stats, nil
}

// date reads a day or an RFC 3339 time; an empty text is no date.
func date(s string) (t time.Time, day bool, err error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, false, nil
	}
	if t, err = time.Parse(time.DateOnly, s); err == nil {
		return t, true, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime} {
		if t, err = time.Parse(layout, s); err == nil {
			return t, false, nil
		}
	}
	return time.Time{}, false, fmt.Errorf("%q is neither a day (2024-02-20) nor an RFC 3339 time", s)
}

// lines calls each for every line that isn't blank. Compressed input is told by its first bytes.
func lines(ctx context.Context, in io.Reader, each func(n int, line []byte) error) error {
	r := bufio.NewReaderSize(in, 1<<16)
	if head, _ := r.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		defer z.Close()
		r = bufio.NewReaderSize(z, 1<<16)
	}
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, err := r.ReadBytes('\n')
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 {
			if err := each(n, trimmed); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
