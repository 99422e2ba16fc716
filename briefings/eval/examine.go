package eval

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"attache/briefings"
)

// Worth is what a group of features is worth to a part of the method, on questions that it did not learn from.
type Worth struct {
	Part   string // "sentence", "span" or "refusal"
	Course string
	Group  string // "" is the row with everything
	Lists  int    // questions measured
	// Reached is the share of questions with something right in the first place, or for "refusal" the area under the curve of
	// the confidence.
	Reached float64
}

// Bin is a tenth of the confidences.
type Bin struct {
	From, To   float64
	Questions  int
	Confidence float64 // their mean
	Answerable float64 // the share of them that the sources answer
}

// Examination says what parts of the method are worth and how far the confidence can be trusted.
type Examination struct {
	Worth []Worth
	// Bins are over all courses, in which each question weighs as much as when the verdict is learned.
	Bins []Bin
	// Error is the expected calibration error: the mean distance of confidence and share over the bins.
	Error float64
}

// Examine learns each part anew on one half of the lessons and measures it on the other, both ways: with all features, and
// with one group of them left out at a time. Which sentences and stretches are offered to the parts stays as the weights in
// start have it, so that rows differ by the group alone. half says in which half (0 or 1) a lesson is; what belongs together
// must be in one. log, which may be nil, receives the tables row by row as they come.
func Examine(ctx context.Context, courses []Course, start []byte, half func(Lesson) int, log io.Writer) (Examination, error) {
	var x Examination
	if log == nil {
		log = io.Discard
	}
	var m model
	if err := json.Unmarshal(start, &m); err != nil {
		return x, fmt.Errorf("read the weights to begin with: %w", err)
	}
	all, err := (TrainConfig{Courses: courses}).ask(ctx, m, true)
	if err != nil {
		return x, err
	}
	fmt.Fprintf(log, "%d questions asked\n", len(all))
	full := map[string]float64{}
	add := func(w Worth) {
		x.Worth = append(x.Worth, w)
		key := w.Part + " " + w.Course
		if w.Group == "" {
			full[key] = w.Reached
			fmt.Fprintf(log, "| %s | %s | everything | %d | %.3f | |\n", w.Part, w.Course, w.Lists, w.Reached)
			return
		}
		fmt.Fprintf(log, "| %s | %s | without %s | %d | %.3f | %+.3f |\n", w.Part, w.Course, w.Group, w.Lists, w.Reached, w.Reached-full[key])
	}
	groups := map[string]bool{}
	for _, a := range all {
		for _, f := range a.answer.Why.Signals {
			if !strings.HasPrefix(f.Name, vetoPrefix) {
				groups[refusalGroup(f.Name)] = true
			}
		}
	}
	delete(groups, "bias")
	for _, group := range append([]string{"", "vetoes"}, sorted(groups)...) {
		judged := judge(all, group, half)
		byCourse := map[string][]scored{}
		for _, j := range judged {
			byCourse[j.course] = append(byCourse[j.course], scored{j.confidence, j.answerable})
		}
		for _, name := range sorted(byCourse) {
			list := byCourse[name]
			add(Worth{"refusal", name, group, len(list), areaOf(list)})
		}
		if group == "" {
			x.Bins, x.Error = reliability(judged)
			for _, b := range x.Bins {
				fmt.Fprintf(log, "| %.1f to %.1f | %d | %.2f | %.2f |\n", b.From, b.To, b.Questions, b.Confidence, b.Answerable)
			}
			fmt.Fprintf(log, "expected calibration error %.3f\n", x.Error)
		}
	}
	for _, part := range []struct {
		name  string
		lists func(answered) []list
		group func(string) string
		l2    float64
		steps int
	}{
		{"sentence", sentenceLists, sentenceGroup, .002, 250},
		{"span", bestSpans, spanGroup, .005, 200},
	} {
		var lists [2][]list
		var course []string
		of := [2][]string{}
		asked := map[string]int{}
		for _, a := range all {
			if a.course.RefusalOnly || answerable(a) == 0 {
				continue
			}
			asked[a.course.Name]++
			h := half(*a.lesson)
			for _, l := range part.lists(a) {
				lists[h], of[h] = append(lists[h], l), append(of[h], a.course.Name)
			}
			if !slices.Contains(course, a.course.Name) {
				course = append(course, a.course.Name)
			}
		}
		for _, group := range append([]string{""}, groupsOf(lists[0], part.group)...) {
			if err := ctx.Err(); err != nil {
				return x, err
			}
			right := map[string]float64{}
			for h := range 2 {
				w := listwise(without(lists[1-h], group, part.group), part.l2, part.steps)
				for i, l := range without(lists[h], group, part.group) {
					right[of[h][i]] += rightFirst([]list{l}, w)
				}
			}
			for _, c := range course {
				// What was never offered counts as wrong.
				add(Worth{part.name, c, group, asked[c], right[c] / float64(asked[c])})
			}
		}
	}
	return x, nil
}

// spansExamined is how many stretches of a question are compared: the best by the weights to begin with.
const spansExamined = 60

func bestSpans(a answered) []list {
	why := *a.answer.Why
	why.Spans = why.Spans[:min(len(why.Spans), spansExamined)]
	a.answer.Why = &why
	return spanLists(a)
}

// judgement is a confidence that was held out.
type judgement struct {
	course     string
	confidence float64
	answerable int
	weight     float64
}

// judge learns the verdict on each half without a group of signals and gives the confidences on the other.
func judge(all []answered, group string, half func(Lesson) int) []judgement {
	left := make([]answered, len(all))
	for i, a := range all {
		left[i] = a
		why := *a.answer.Why
		why.Signals = slices.DeleteFunc(slices.Clone(why.Signals), func(f briefings.Feature) bool {
			return group != "" && !strings.HasPrefix(f.Name, vetoPrefix) && refusalGroup(f.Name) == group ||
				group == "vetoes" && strings.HasPrefix(f.Name, vetoPrefix)
		})
		left[i].answer.Why = &why
	}
	weight := lessonWeights(all)
	var out []judgement
	for h := range 2 {
		var learn []answered
		for _, a := range left {
			if half(*a.lesson) != h {
				learn = append(learn, a)
			}
		}
		w := logisticRegression(learn)
		for i, a := range left {
			if half(*a.lesson) == h {
				out = append(out, judgement{a.course.Name, confidence(a.answer.Why.Signals, w), answerable(a), weight[i]})
			}
		}
	}
	return out
}

// vetoPrefix begins the names of signals that scale the confidence down instead of adding to it.
const vetoPrefix = "veto: "

// confidence is how sure the engine is by these signals and weights.
func confidence(signals []briefings.Feature, w map[string]float64) float64 {
	s, veto := 0.0, 1.0
	for _, f := range signals {
		if strings.HasPrefix(f.Name, vetoPrefix) {
			veto *= f.Value
			continue
		}
		s += w[f.Name] * f.Value
	}
	return veto / (1 + math.Exp(-s))
}

// reliability sorts confidences into ten bins.
func reliability(list []judgement) (bins []Bin, apart float64) {
	var weight [10]float64
	bins = make([]Bin, 10)
	total := 0.0
	for i := range bins {
		bins[i].From, bins[i].To = float64(i)/10, float64(i+1)/10
	}
	for _, j := range list {
		i := min(int(j.confidence*10), 9)
		bins[i].Questions++
		bins[i].Confidence += j.weight * j.confidence
		bins[i].Answerable += j.weight * float64(j.answerable)
		weight[i] += j.weight
		total += j.weight
	}
	for i := range bins {
		if weight[i] == 0 {
			continue
		}
		bins[i].Confidence /= weight[i]
		bins[i].Answerable /= weight[i]
		apart += weight[i] / total * math.Abs(bins[i].Confidence-bins[i].Answerable)
	}
	return bins, apart
}

func groupsOf(lists []list, group func(string) string) []string {
	seen := map[string]bool{}
	for _, l := range lists {
		for _, item := range l.items {
			for _, f := range item {
				seen[group(f.Name)] = true
			}
		}
	}
	return sorted(seen)
}

func sorted[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, cmp.Compare)
	return out
}

// without leaves a group of features out.
func without(lists []list, group string, of func(string) string) []list {
	if group == "" {
		return lists
	}
	out := make([]list, len(lists))
	for i, l := range lists {
		out[i] = l
		out[i].items = make([][]briefings.Feature, len(l.items))
		for k, item := range l.items {
			for _, f := range item {
				if of(f.Name) != group {
					out[i].items[k] = append(out[i].items[k], f)
				}
			}
		}
	}
	return out
}

// sentenceGroup is the group of a feature by which sentences are chosen.
func sentenceGroup(name string) string {
	base, _, _ := strings.Cut(name, "@")
	switch base {
	case "overlap", "exact overlap", "overlap squared", "all overlap", "passage overlap":
		return "the question's words"
	case "title adds":
		return "the title's words"
	case "previous adds", "next adds", "pronoun", "pronoun and previous":
		return "neighbouring sentences"
	case "names", "names near", "numbers":
		return "names and numbers asked about"
	case "passage score", "passage rank", "article score":
		return "the passage's score"
	case "type", "types", "no type", "money", "percent", "counted noun", "asked noun":
		return "expected type of answer"
	case "fresh", "recent":
		return "age"
	}
	if strings.HasPrefix(base, "time: ") {
		return "time asked about"
	}
	return "length, place and form"
}

// spanGroup is the group of a feature by which short answers are chosen.
func spanGroup(name string) string {
	base, _, _ := strings.Cut(name, "@")
	switch base {
	case "fit", "fits", "unfit":
		return "expected type of answer"
	case "support", "articles", "mentions":
		return "support elsewhere"
	case "near", "near the rarest", "same clause", "other clause", "between asked words", "follows asked word", "precedes asked word", "right after verb", "right before verb":
		return "nearness to the question's words"
	case "sentence", "sentence rank", "first sentence":
		return "the sentence's score"
	case "one word", "two words", "few words", "many words", "very long", "rarity", "empty", "asked", "all asked":
		return "length, rarity and repetition"
	}
	switch {
	case strings.HasPrefix(base, "tag "), strings.HasPrefix(base, "first tag "), strings.HasPrefix(base, "last tag "):
		return "parts of speech"
	case strings.HasPrefix(base, "is "), base == "name", base == "names", base == "titled", base == "time", base == "number", base == "quantity", base == "quote", base == "noun", base == "noun of", base == "clause", base == "adjective", base == "names for a list":
		return "kind of stretch"
	case strings.Contains(base, "asked"):
		return "the noun asked for"
	}
	return "grammar around it"
}

// refusalGroup is the group of a signal on which the verdict is decided.
func refusalGroup(name string) string {
	base, _, _ := strings.Cut(name, "@")
	switch base {
	case "bias":
		return "bias"
	case "overlap", "exact overlap", "overlap near", "overlap all", "heaviest lost", "heaviest lost near", "heaviest lost all", "unknown words", "terms", "few terms":
		return "overlap"
	case "has names", "names lost", "names lost near", "has numbers", "numbers lost", "slot differs":
		return "names and numbers lost or differing"
	case "opposites", "denial differs", "question denies", "qualified otherwise", "qualifier lost", "object differs":
		return "opposites, denials, qualifiers"
	case "type fits", "nothing fits", "answer fits", "count without its noun":
		return "expected type present"
	case "answer share", "answer margin", "answer score", "answer mentions", "no answer":
		return "how clear the short answer is"
	case "sentence score", "sentence margin", "passage score":
		return "scores"
	case "fresh", "recent", "fresh articles", "speaks of now", "stale now", "undated":
		return "age"
	case "statement says it", "no statement says it":
		return "statements"
	}
	if strings.HasPrefix(base, "type ") {
		return "kind of question"
	}
	return "words lost by part of speech"
}
