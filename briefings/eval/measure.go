package eval

import (
	"context"
	"fmt"
)

// Marks are what an engine reached on a course.
type Marks struct {
	Answerable int // lessons that the sources answer
	Refusable  int // lessons that they don't
	// First and Three are the shares of answerable lessons with a right sentence cited first, and among the first three.
	First, Three float64
	// Read is the share with a right sentence among those read closely.
	Read float64
	// Exact and Overlap are exact match and F1 of the short answer, whatever the verdict.
	Exact, Overlap float64
	// Proposed is the share whose right answer was among the spans considered.
	Proposed float64
	// Area is the area under the curve of the confidence.
	Area float64
	// Lost and Caught are the shares of answerable and of other lessons that were refused.
	Lost, Caught float64
}

// String shows the marks in one line.
func (m Marks) String() string {
	return fmt.Sprintf("n %d+%d  sentence %.3f/%.3f (read %.3f)  short %.3f/%.3f (proposed %.3f)  refusal AUC %.3f caught %.3f lost %.3f",
		m.Answerable, m.Refusable, m.First, m.Three, m.Read, m.Exact, m.Overlap, m.Proposed, m.Area, m.Caught, m.Lost)
}

// Measure asks a course's questions with the given weights.
func Measure(ctx context.Context, c Course, weights []byte) (Marks, error) {
	if err := c.Engine.Reweigh(weights); err != nil {
		return Marks{}, err
	}
	var m Marks
	all, err := (TrainConfig{Courses: []Course{c}}).askWith(ctx, weights, true)
	if err != nil {
		return m, err
	}
	var confidence []scored
	for _, a := range all {
		y := answerable(a)
		confidence = append(confidence, scored{a.answer.Confidence, y})
		refused := a.answer.Verdict == "not_in_sources"
		if y == 0 {
			m.Refusable++
			if refused {
				m.Caught++
			}
			continue
		}
		m.Answerable++
		if refused {
			m.Lost++
		}
		for _, s := range a.answer.Why.Sentences {
			if a.lesson.right(s) > 0 {
				m.Read++
				break
			}
		}
		for k, r := range a.answer.Ranked {
			if r.Citation.Quote == "" || k >= 3 {
				break
			}
			if a.lesson.rightText(r.Citation.Article, r.Citation.Quote) > 0 {
				if k == 0 {
					m.First++
				}
				m.Three++
				break
			}
		}
		exact, overlap, proposed := 0.0, 0.0, 0.0
		short := a.answer.Short
		if refused && len(a.answer.Why.Spans) > 0 {
			short = a.answer.Why.Spans[0].Text
		}
		for _, g := range a.lesson.Answers {
			f := F1(short, g)
			overlap = max(overlap, f)
			if f == 1 && Normal(short) == Normal(g) {
				exact = 1
			}
			for _, s := range a.answer.Why.Spans {
				if Normal(s.Text) == Normal(g) {
					proposed = 1
				}
			}
		}
		m.Exact += exact
		m.Overlap += overlap
		m.Proposed += proposed
	}
	n, r := float64(max(m.Answerable, 1)), float64(max(m.Refusable, 1))
	for _, x := range []*float64{&m.First, &m.Three, &m.Read, &m.Exact, &m.Overlap, &m.Proposed, &m.Lost} {
		*x /= n
	}
	m.Caught /= r
	m.Area = areaOf(confidence)
	return m, nil
}
