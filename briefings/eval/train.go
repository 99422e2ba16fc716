package eval

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/text/unicode/norm"

	"attache/briefings"
)

// Lesson is a question whose answer is known.
type Lesson struct {
	Question briefings.Question
	// Answers are the right short answers, any of which will do; none means that the sources do not answer.
	Answers []string
	// Relevant are the articles that answer; nil means any.
	Relevant []string
	// Paragraphs are the texts in which the answering sentence stands; nil means anywhere.
	Paragraphs []string
	// Sentences are the right sentences, where they are known; then Answers are not looked for in them.
	Sentences []string
}

// Course is a set of lessons over one corpus.
type Course struct {
	Name    string
	Engine  *briefings.Engine // one that has read the corpus; it is left with the last weights
	Lessons []Lesson
	Weight  float64 // of each lesson; zero means 1
	// Answerable is how much the lessons that the sources answer weigh together when the verdict is learned, of 1; zero means
	// one half. Most people ask what can be answered.
	Answerable float64
	// RefusalOnly says that only the verdict is learned from it.
	RefusalOnly bool
}

// TrainConfig says what to learn from.
type TrainConfig struct {
	Courses []Course
	// Start are the weights to begin with. Required.
	Start []byte
	// Parts are the parts to learn ("sentence", "span", "order", "refusal"), the others stay as they are; nil means all.
	Parts []string
	// Log hears what goes on; nil means nobody does.
	Log io.Writer
}

// model is the file of weights; see briefings/data/weights.json.
type model struct {
	Sentence  map[string]float64 `json:"sentence"`
	Span      map[string]float64 `json:"span"`
	Order     map[string]float64 `json:"order"`
	Refusal   map[string]float64 `json:"refusal"`
	Threshold float64            `json:"threshold"`
}

// Train learns the weights, part by part: which sentences to read closely, which stretch is the short answer, which
// sentence to cite first, and whether the sources answer at all. Each part is a linear model; the first three are trained
// to put something right first among what was found (softmax over the list), the last is a logistic regression. The same
// lessons in the same order give the same weights.
func Train(ctx context.Context, c TrainConfig) ([]byte, error) {
	var m model
	if err := json.Unmarshal(c.Start, &m); err != nil {
		return nil, fmt.Errorf("read the weights to begin with: %w", err)
	}
	if len(c.Courses) == 0 {
		return nil, errors.New("nothing to learn from")
	}
	log := c.Log
	if log == nil {
		log = io.Discard
	}
	stages := []struct {
		name   string
		target *map[string]float64
		lists  func(answered) []list
		l2     float64
		steps  int
	}{
		{"sentence", &m.Sentence, sentenceLists, 0.002, 250},
		{"span", &m.Span, spanLists, 0.005, 200},
		{"order", &m.Order, orderLists, 0.002, 250},
	}
	learns := func(part string) bool { return c.Parts == nil || slices.Contains(c.Parts, part) }
	for _, stage := range stages {
		if !learns(stage.name) {
			continue
		}
		begin := time.Now()
		all, err := c.ask(ctx, m, false)
		if err != nil {
			return nil, err
		}
		var lists []list
		for _, a := range all {
			lists = append(lists, stage.lists(a)...)
		}
		*stage.target = listwise(lists, stage.l2, stage.steps)
		fmt.Fprintf(log, "%s: %d lists, right first %.3f, %s\n", stage.name, len(lists), rightFirst(lists, *stage.target), time.Since(begin).Round(time.Second))
	}
	if !learns("refusal") {
		return encode(m)
	}
	all, err := c.ask(ctx, m, true)
	if err != nil {
		return nil, err
	}
	m.Refusal = logisticRegression(all)
	fmt.Fprintf(log, "refusal: %d questions, AUC %.3f\n", len(all), area(all, m.Refusal))
	return encode(m)
}

func encode(m model) ([]byte, error) {
	for _, part := range []map[string]float64{m.Sentence, m.Span, m.Order, m.Refusal} {
		for k, v := range part {
			if v = math.Round(v*1000) / 1000; v == 0 {
				delete(part, k)
			} else {
				part[k] = v
			}
		}
	}
	out, err := json.MarshalIndent(m, "", " ")
	return append(out, '\n'), err
}

// answered is a lesson with what the engine made of it.
type answered struct {
	lesson *Lesson
	answer briefings.Answer
	weight float64
	course *Course
}

func (c TrainConfig) ask(ctx context.Context, m model, all bool) ([]answered, error) {
	weights, err := encode(m)
	if err != nil {
		return nil, err
	}
	return c.askWith(ctx, weights, all)
}

// askWith asks the courses' questions with the given weights; all of them, or those that have an answer to learn from.
func (c TrainConfig) askWith(ctx context.Context, weights []byte, all bool) ([]answered, error) {
	var out []answered
	for n, course := range c.Courses {
		if course.RefusalOnly && !all {
			continue
		}
		if err := course.Engine.Reweigh(weights); err != nil {
			return nil, err
		}
		answers := make([]*briefings.Answer, len(course.Lessons))
		var g errgroup.Group
		g.SetLimit(runtime.GOMAXPROCS(0))
		for i := range course.Lessons {
			l := &course.Lessons[i]
			if !all && len(l.Answers) == 0 && len(l.Sentences) == 0 {
				continue
			}
			g.Go(func() error {
				q := l.Question
				q.Explain = true
				a, err := course.Engine.Ask(ctx, q)
				if err == nil {
					answers[i] = &a
				}
				return ctx.Err()
			})
		}
		if err := g.Wait(); err != nil {
			return nil, err
		}
		for i, a := range answers {
			if a != nil {
				out = append(out, answered{&course.Lessons[i], *a, cmp.Or(course.Weight, 1), &c.Courses[n]})
			}
		}
	}
	return out, nil
}

// list is what was found for one question, with what is right in it.
type list struct {
	items  [][]briefings.Feature
	right  []float64 // how right each item is; 0 is wrong
	weight float64
}

func sentenceLists(a answered) []list {
	l := list{weight: a.weight}
	any := false
	for _, s := range a.answer.Why.Sentences {
		l.items = append(l.items, s.Features)
		r := a.lesson.right(s)
		any = any || r > 0
		l.right = append(l.right, r)
	}
	if !any {
		return nil
	}
	return []list{l}
}

func orderLists(a answered) []list {
	l := list{weight: a.weight}
	any := false
	for _, s := range a.answer.Why.Sentences {
		if len(s.Text) > 440 {
			continue
		}
		l.items = append(l.items, s.Order)
		r := a.lesson.right(s)
		any = any || r > 0
		l.right = append(l.right, r)
	}
	if !any {
		return nil
	}
	return []list{l}
}

// right says whether a sentence answers the lesson's question.
func (l *Lesson) right(s briefings.Weighed) float64 { return l.rightText(s.Article, s.Text) }

func (l *Lesson) rightText(article, sentence string) float64 {
	if len(l.Sentences) > 0 {
		for _, t := range l.Sentences {
			if strings.Contains(squash(sentence), squash(t)) || strings.Contains(squash(t), squash(sentence)) && len(sentence) > 20 {
				return 1
			}
		}
		return 0
	}
	if l.Relevant != nil && !slices.Contains(l.Relevant, article) {
		return 0
	}
	if l.Paragraphs != nil {
		in := false
		for _, p := range l.Paragraphs {
			in = in || strings.Contains(squash(p), squash(sentence))
		}
		if !in {
			return 0
		}
	}
	text := " " + Normal(sentence) + " "
	for _, a := range l.Answers {
		if n := Normal(a); n != "" && strings.Contains(text, " "+n+" ") {
			return 1
		}
	}
	return 0
}

func squash(s string) string { return strings.Join(strings.Fields(s), " ") }

func spanLists(a answered) []list {
	if len(a.lesson.Answers) == 0 {
		return nil
	}
	l := list{weight: a.weight}
	best := 0.0
	spans := a.answer.Why.Spans
	for _, s := range spans {
		l.items = append(l.items, s.Features)
		f := 0.0
		for _, g := range a.lesson.Answers {
			f = max(f, F1(s.Text, g))
		}
		l.right = append(l.right, f)
		best = max(best, f)
	}
	if best < .5 {
		return nil
	}
	if best < 1 {
		l.weight *= .5
	}
	for i, r := range l.right {
		switch {
		case r < best:
			l.right[i] = 0
		default:
			l.right[i] = 1
		}
	}
	return []list{l}
}

// Normal is the form in which short answers are compared: lower case, without punctuation and articles.
func Normal(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(norm.NFKC.String(s)) {
		switch {
		case strings.ContainsRune("-/—–", r):
			b.WriteByte(' ')
		case strings.ContainsRune("!\"#$%&'()*+,.:;<=>?@[\\]^_`{|}~“”‘’", r):
		default:
			b.WriteRune(r)
		}
	}
	var words []string
	for _, w := range strings.Fields(b.String()) {
		if w != "a" && w != "an" && w != "the" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

// F1 is the overlap of two short answers: the harmonic mean of the shares of their words that the other has.
func F1(a, b string) float64 {
	x, y := strings.Fields(Normal(a)), strings.Fields(Normal(b))
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	have := map[string]int{}
	for _, w := range x {
		have[w]++
	}
	n := 0.0
	for _, w := range y {
		if have[w] > 0 {
			have[w]--
			n++
		}
	}
	if n == 0 {
		return 0
	}
	p, r := n/float64(len(x)), n/float64(len(y))
	return 2 * p * r / (p + r)
}

// vocabulary numbers features by name.
type vocabulary struct {
	id    map[string]int
	names []string
}

func (v *vocabulary) of(name string) int {
	if i, ok := v.id[name]; ok {
		return i
	}
	i := len(v.names)
	v.id[name] = i
	v.names = append(v.names, name)
	return i
}

type sparse struct {
	id    []int32
	value []float32
}

func (v *vocabulary) vector(fs []briefings.Feature) sparse {
	s := sparse{id: make([]int32, len(fs)), value: make([]float32, len(fs))}
	for i, f := range fs {
		s.id[i], s.value[i] = int32(v.of(f.Name)), float32(f.Value)
	}
	return s
}

func (s sparse) dot(w []float64) float64 {
	x := 0.0
	for i, id := range s.id {
		x += w[id] * float64(s.value[i])
	}
	return x
}

// listwise learns weights that put what is right first: it raises the probability, by a softmax over the list, of the
// right items together.
func listwise(lists []list, l2 float64, steps int) map[string]float64 {
	v := &vocabulary{id: map[string]int{}}
	type group struct {
		items  []sparse
		right  []float64
		weight float64
	}
	var groups []group
	total := 0.0
	for _, l := range lists {
		g := group{right: l.right, weight: l.weight}
		for _, fs := range l.items {
			g.items = append(g.items, v.vector(fs))
		}
		groups = append(groups, g)
		total += l.weight
	}
	w := make([]float64, len(v.names))
	grad := make([]float64, len(w))
	opt := newAdam(len(w))
	var p []float64
	for range steps {
		for i := range grad {
			grad[i] = l2 * w[i]
		}
		for _, g := range groups {
			p = p[:0]
			top := math.Inf(-1)
			for _, it := range g.items {
				s := it.dot(w)
				p = append(p, s)
				top = max(top, s)
			}
			z, zr := 0.0, 0.0
			for i := range p {
				p[i] = math.Exp(p[i] - top)
				z += p[i]
				zr += p[i] * g.right[i]
			}
			if zr <= 0 {
				continue
			}
			for i, it := range g.items {
				d := (p[i]/z - p[i]*g.right[i]/zr) * g.weight / total
				if math.Abs(d) < 1e-9 {
					continue
				}
				for k, id := range it.id {
					grad[id] += d * float64(it.value[k])
				}
			}
		}
		opt.step(w, grad)
	}
	out := make(map[string]float64, len(w))
	for i, n := range v.names {
		out[n] = w[i]
	}
	return out
}

// adam is the optimiser of that name, with its usual constants.
type adam struct {
	m, v []float64
	t    int
}

func newAdam(n int) *adam { return &adam{m: make([]float64, n), v: make([]float64, n)} }

func (a *adam) step(w, grad []float64) {
	a.t++
	rate := 0.1 / (1 + float64(a.t)/60)
	c1, c2 := 1-math.Pow(.9, float64(a.t)), 1-math.Pow(.999, float64(a.t))
	for i, g := range grad {
		a.m[i] = .9*a.m[i] + .1*g
		a.v[i] = .999*a.v[i] + .001*g*g
		w[i] -= rate * (a.m[i] / c1) / (math.Sqrt(a.v[i]/c2) + 1e-8)
	}
}

func rightFirst(lists []list, w map[string]float64) float64 {
	n := 0.0
	for _, l := range lists {
		best, at := math.Inf(-1), 0
		for i, fs := range l.items {
			s := 0.0
			for _, f := range fs {
				s += w[f.Name] * f.Value
			}
			if s > best {
				best, at = s, i
			}
		}
		if l.right[at] > 0 {
			n++
		}
	}
	return n / float64(max(len(lists), 1))
}

// logisticRegression learns when the sources answer. Within each course, questions with and without an answer weigh the same.
func logisticRegression(all []answered) map[string]float64 {
	v := &vocabulary{id: map[string]int{}}
	type row struct {
		x      sparse
		y      float64
		weight float64
	}
	weights := lessonWeights(all)
	var rows []row
	total := 0.0
	for i, a := range all {
		if weights[i] == 0 {
			continue
		}
		// A veto is applied to the confidence; it isn't part of what is learned.
		signals := slices.DeleteFunc(slices.Clone(a.answer.Why.Signals), func(f briefings.Feature) bool { return strings.HasPrefix(f.Name, vetoPrefix) })
		rows = append(rows, row{v.vector(signals), float64(answerable(a)), weights[i]})
		total += weights[i]
	}
	w := make([]float64, len(v.names))
	grad := make([]float64, len(w))
	opt := newAdam(len(w))
	for range 400 {
		for i := range grad {
			grad[i] = .003 * w[i]
		}
		for _, r := range rows {
			d := (1/(1+math.Exp(-r.x.dot(w))) - r.y) * r.weight / total
			for k, id := range r.x.id {
				grad[id] += d * float64(r.x.value[k])
			}
		}
		opt.step(w, grad)
	}
	out := make(map[string]float64, len(w))
	for i, n := range v.names {
		out[n] = w[i]
	}
	return out
}

// lessonWeights is how much each question weighs in learning the verdict: within a course, those with and without an answer
// weigh together what Course.Answerable says. A course that has only one sort weighs nothing.
func lessonWeights(all []answered) []float64 {
	count := map[string][2]float64{}
	for _, a := range all {
		c := count[a.course.Name]
		c[answerable(a)]++
		count[a.course.Name] = c
	}
	out := make([]float64, len(all))
	for i, a := range all {
		y := answerable(a)
		c := count[a.course.Name]
		if c[0] == 0 || c[1] == 0 {
			continue
		}
		share := cmp.Or(a.course.Answerable, .5)
		if y == 0 {
			share = 1 - share
		}
		out[i] = a.weight * share / c[y]
	}
	return out
}

func answerable(a answered) int {
	if len(a.lesson.Answers) > 0 || len(a.lesson.Sentences) > 0 {
		return 1
	}
	return 0
}

// area is the area under the curve of right refusals against wrong ones.
func area(all []answered, w map[string]float64) float64 {
	var list []scored
	for _, a := range all {
		s := 0.0
		for _, f := range a.answer.Why.Signals {
			s += w[f.Name] * f.Value
		}
		list = append(list, scored{s, answerable(a)})
	}
	return areaOf(list)
}

type scored struct {
	s float64
	y int
}

func areaOf(list []scored) float64 {
	slices.SortFunc(list, func(a, b scored) int { return cmp.Compare(a.s, b.s) })
	below, wins, pos := 0.0, 0.0, 0.0
	for _, x := range list {
		if x.y == 0 {
			below++
		} else {
			pos++
			wins += below
		}
	}
	return wins / max(pos*below, 1)
}
