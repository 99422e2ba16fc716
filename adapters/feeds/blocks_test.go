package feeds

import (
	"compress/gzip"
	"encoding/json"
	"flag"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"attache/briefings/briefingstest"
)

var learnBlocks = flag.String("learn", "", `"folds" measures the vote on pages that it was not learned from; "write" learns it from all pages and writes blocks.json`)

// realPage is a page whose text is known.
type realPage struct {
	id, html, gold string
}

func realPages(t testing.TB) []realPage {
	t.Helper()
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
	var pages []realPage
	for _, id := range slices.Sorted(maps.Keys(gold)) {
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
		pages = append(pages, realPage{id, string(page), gold[id].ArticleBody})
	}
	return pages
}

// pageScore is the metric of the public article-extraction-benchmark on one page.
func pageScore(text, gold string) (precision, recall float64) {
	got, truth := shingles(text), shingles(gold)
	hits, ours, theirs := 0, 0, 0
	for s, n := range got {
		hits += min(n, truth[s])
		ours += n
	}
	for _, n := range truth {
		theirs += n
	}
	return float64(hits) / float64(max(1, ours)), float64(hits) / float64(max(1, theirs))
}

// lesson is a page taken apart, with which blocks belong to the report.
type lesson struct {
	page   realPage
	blocks []block
	view   view
	facts  []evidence
	belong []bool
}

func lessonOf(t testing.TB, page realPage) lesson {
	t.Helper()
	text := decode([]byte(page.html), "")
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	title := metaOf(doc, nil).title
	l := lesson{page: page}
	l.blocks = blocksOf(doc)
	weigh(l.blocks, readableText(doc, nil, title))
	l.view = viewOf(l.blocks, title)
	runs := runsOf(page.gold, 3)
	whole := " " + strings.Join(plainWords(page.gold), " ") + " "
	l.belong = make([]bool, len(l.blocks))
	first, last := len(l.blocks), -1
	for i, b := range l.blocks {
		l.facts = append(l.facts, evidenceOf(l.blocks, i, l.view))
		words := plainWords(b.text)
		if len(words) < 3 {
			l.belong[i] = len(words) > 0 && strings.Contains(whole, " "+strings.Join(words, " ")+" ")
		} else {
			n := 0
			for k := 0; k+3 <= len(words); k++ {
				if runs[strings.Join(words[k:k+3], " ")] {
					n++
				}
			}
			l.belong[i] = 2*n >= len(words)-2
		}
		if l.belong[i] && b.words >= 8 && b.readable > .5 {
			first, last = min(first, i), i
		}
	}
	// A few words stand in many places of a page: those of the report stand among its paragraphs. What is repeated belongs as
	// often as the report says it.
	again := map[string][]int{}
	for i, b := range l.blocks {
		if l.belong[i] && b.words < 8 && last >= 0 && (i < first-2 || i > last+3) {
			l.belong[i] = false
		}
		if l.belong[i] {
			again[b.text] = append(again[b.text], i)
		}
	}
	for said, places := range again {
		slices.SortStableFunc(places, func(x, y int) int {
			rank := func(i int) int {
				r := 0
				if l.blocks[i].readable <= .5 {
					r += 2
				}
				if i < first || i > last {
					r++
				}
				return r
			}
			return rank(x) - rank(y)
		})
		for _, i := range places[min(len(places), max(1, strings.Count(page.gold, said))):] {
			l.belong[i] = false
		}
	}
	return l
}

// learn fits the weights by Newton's method: each page counts the same, each block by its words.
func learn(lessons []lesson) evidence {
	const keepSmall = .5
	type sample struct {
		facts  evidence
		weight float64
		belong float64
	}
	var samples []sample
	sum := 0.0
	for _, l := range lessons {
		words := 0.0
		for i, b := range l.blocks {
			if l.belong[i] {
				words += float64(max(1, b.words))
			}
		}
		for i, b := range l.blocks {
			s := sample{facts: l.facts[i], weight: min(.3, float64(max(1, b.words))/max(1, words))}
			if l.belong[i] {
				s.belong = 1
			}
			sum += s.weight
			samples = append(samples, s)
		}
	}
	scale := float64(len(lessons)) * 10 / sum
	var w evidence
	for range 40 {
		var gradient evidence
		var hessian [evidences][evidences]float64
		for i := range evidences {
			keep := keepSmall
			if i == 0 {
				keep = .001
			}
			gradient[i], hessian[i][i] = keep*w[i], keep
		}
		for _, s := range samples {
			z := 0.0
			for k, x := range s.facts {
				z += x * w[k]
			}
			p := 1 / (1 + math.Exp(-z))
			g, h := scale*s.weight*(p-s.belong), scale*s.weight*max(p*(1-p), .001)
			for i, x := range s.facts {
				if x == 0 {
					continue
				}
				gradient[i] += g * x
				row := &hessian[i]
				for k := range i + 1 {
					row[k] += h * x * s.facts[k]
				}
			}
		}
		for i := range evidences {
			for k := range i {
				hessian[k][i] = hessian[i][k]
			}
		}
		step, largest := solve(hessian, gradient), 0.0
		for i := range w {
			w[i] -= step[i]
			largest = max(largest, math.Abs(step[i]))
		}
		if largest < 1e-4 {
			break
		}
	}
	return w
}

// solve is Gauss elimination with pivots.
func solve(a [evidences][evidences]float64, b evidence) evidence {
	for i := range evidences {
		pivot := i
		for r := i; r < evidences; r++ {
			if math.Abs(a[r][i]) > math.Abs(a[pivot][i]) {
				pivot = r
			}
		}
		a[i], a[pivot] = a[pivot], a[i]
		b[i], b[pivot] = b[pivot], b[i]
		for r := i + 1; r < evidences; r++ {
			f := a[r][i] / a[i][i]
			if f == 0 {
				continue
			}
			for c := i; c < evidences; c++ {
				a[r][c] -= f * a[i][c]
			}
			b[r] -= f * b[i]
		}
	}
	for i := evidences - 1; i >= 0; i-- {
		for c := i + 1; c < evidences; c++ {
			b[i] -= a[i][c] * b[c]
		}
		b[i] /= a[i][i]
	}
	return b
}

// score is F1 of the vote on pages.
func scoreOf(lessons []lesson, weights func(i int) evidence) (f1, p, r float64) {
	var precision, recall []float64
	for i, l := range lessons {
		text := textOfBlocks(l.blocks, elect(l.blocks, chances(l.blocks, l.view, weights(i))), l.view)
		p, r := pageScore(text, l.page.gold)
		if text != "" {
			precision = append(precision, p)
		}
		recall = append(recall, r)
	}
	p, r = mean(precision), mean(recall)
	return 2 * p * r / (p + r), p, r
}

// TestBlockWeights keeps the weights of the vote complete. With -learn folds it measures how well weights that were learned
// from some pages do on others; with -learn write it learns them from all pages.
func TestBlockWeights(t *testing.T) {
	var kept map[string]float64
	if err := json.Unmarshal(blockWeights, &kept); err != nil {
		t.Fatal(err)
	}
	if *learnBlocks == "" {
		for _, name := range evidenceNames {
			if _, ok := kept[name]; !ok || name == "" {
				t.Errorf("blocks.json lacks a weight for %q", name)
			}
		}
		if len(kept) != evidences {
			t.Errorf("blocks.json has %d weights for %d pieces of evidence", len(kept), evidences)
		}
		return
	}
	var lessons []lesson
	for _, page := range realPages(t) {
		lessons = append(lessons, lessonOf(t, page))
	}
	switch *learnBlocks {
	case "folds":
		for _, folds := range []int{2, 5} {
			var list []float64
			for shuffle := range 3 {
				order := rand.New(rand.NewPCG(uint64(shuffle), 7)).Perm(len(lessons))
				fold := make([]int, len(lessons))
				for k, i := range order {
					fold[i] = k % folds
				}
				var weights []evidence
				for f := range folds {
					var others []lesson
					for i, l := range lessons {
						if fold[i] != f {
							others = append(others, l)
						}
					}
					weights = append(weights, learn(others))
				}
				f1, p, r := scoreOf(lessons, func(i int) evidence { return weights[fold[i]] })
				t.Logf("%d folds, shuffle %d: F1 %.4f, precision %.4f, recall %.4f", folds, shuffle, f1, p, r)
				list = append(list, f1)
			}
			t.Logf("%d folds: F1 %.4f", folds, mean(list))
		}
	case "write":
		weights := learn(lessons)
		f1, p, r := scoreOf(lessons, func(int) evidence { return weights })
		t.Logf("on the pages that it was learned from: F1 %.4f, precision %.4f, recall %.4f", f1, p, r)
		byName := map[string]float64{}
		for i, name := range evidenceNames {
			byName[name] = math.Round(weights[i]*1e4) / 1e4
		}
		raw, err := json.MarshalIndent(byName, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("blocks.json", append(raw, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Fatalf("-learn %q is neither folds nor write", *learnBlocks)
	}
}

// TestFurnitureStaysOutOfTheText reads a page of no known make with everything around its report that readers skip.
func TestFurnitureStaysOutOfTheText(t *testing.T) {
	t.Parallel()
	page := `<!doctype html><html lang="en"><head><title>Tanker seized | Harbour Post</title></head><body>
<div class="cmp-banner"><p>We use cookies to improve your visit. Accept all cookies or manage your choices.</p><button>Accept</button></div>
<ul class="menu"><li><a href="/a">World</a></li><li><a href="/b">Sport</a></li><li><a href="/c">Weather</a></li></ul>
<div class="page"><h1>Coast guard seizes tanker</h1>
<div class="author-line">By Anna Ruiz and Kalev Saar</div><div class="tools"><a href="#">Share on X</a> <a href="#">Share by e-mail</a> <a href="#">Print</a></div>
<div class="story-text">
<p>The coast guard seized the tanker Meridian in the strait on Friday, the transport ministry said, after a chase of two hours.</p>
<div class="img"><img src="x.jpg"><span>The tanker Meridian in the port of Larn. Photograph: Ida Holm/Agency</span></div>
<p>It carried 40,000 tonnes of diesel, and its crew of 15 was taken to the port of Larn, where the police questioned them.</p>
<p>Read also: <a href="/older">What the strait means for trade</a></p>
<p>“Nobody was hurt,” the minister told reporters. The owner of the ship said on Saturday that it had done nothing wrong.</p>
<div class="teasers"><a href="/1">Five things to know about diesel</a><a href="/2">Why ships change flags</a></div>
<p>A court will decide next month whether the ship may leave, according to a spokeswoman for the ministry in the capital.</p>
</div></div>
<div class="bottom"><h3>Most read</h3><ul><li><a href="/3">Storm closes schools</a></li><li><a href="/4">Mayor resigns</a></li></ul><p>© Harbour Post. All rights reserved.</p></div>
</body></html>`
	r, err := ReadHTML([]byte(page), "https://harbour.example/1")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"after a chase of two hours.", "40,000 tonnes of diesel", "Nobody was hurt", "A court will decide next month"} {
		if !strings.Contains(r.Text, want) {
			t.Errorf("the text lacks %q:\n%s", want, r.Text)
		}
	}
	for _, no := range []string{"cookies", "Sport", "Share on", "By Anna", "Photograph", "Read also", "What the strait means", "Five things", "Most read", "Storm closes", "rights reserved"} {
		if strings.Contains(r.Text, no) {
			t.Errorf("the text has %q:\n%s", no, r.Text)
		}
	}
}

func TestTextWithoutSpacesIsFoundToo(t *testing.T) {
	t.Parallel()
	page := `<html lang="zh"><body><div class="nav"><a href="/">首页</a> <a href="/w">国际</a></div><div class="content"><h1>海岸警卫队扣押油轮</h1>
<p>交通部表示，海岸警卫队周五在海峡扣押了梅里迪安号油轮。该船载有四万吨柴油，十五名船员被带往拉恩港接受询问。</p>
<p>船东周六表示，该船没有任何违法行为，将诉诸法庭。法院将于下个月作出裁决，部门发言人说。</p></div><div class="footer">版权所有</div></body></html>`
	r, err := ReadHTML([]byte(page), "")
	if err != nil || !strings.Contains(r.Text, "四万吨柴油") || !strings.Contains(r.Text, "下个月作出裁决") || strings.Contains(r.Text, "首页") {
		t.Errorf("%v: %q", err, r.Text)
	}
}

// FuzzReadHTML holds what is read from a page to plain text whose words stand on the page.
func FuzzReadHTML(f *testing.F) {
	f.Add("<article><p>The coast guard seized a tanker on Friday, the ministry said.</p><table><tr><td>1<td>2</table></article>")
	f.Add("<div class='articlebody share'><h1>a</h1><br><br>b<figure><img><figcaption>c</figcaption></figure><p hidden>d</div>")
	f.Add("<p>" + strings.Repeat("<b>", 600) + "x")
	f.Fuzz(func(t *testing.T, page string) {
		r, err := ReadHTML([]byte(page), "https://example.org/1")
		if err == nil && strings.TrimSpace(r.Text) == "" {
			t.Fatalf("no text and no error: %+v", r)
		}
		doc, err := html.Parse(strings.NewReader(decode([]byte(page), "")))
		if err != nil {
			return
		}
		all := collapse(strings.Join(plainWords(textOf(doc)), " "))
		blocks := blocksOf(doc)
		weigh(blocks, "")
		chance := chances(blocks, viewOf(blocks, ""), learnedBlocks())
		for i, b := range blocks {
			if chance[i] < 0 || chance[i] > 1 || chance[i] != chance[i] {
				t.Fatalf("chance %f of %q", chance[i], b.text)
			}
			if words := plainWords(b.text); len(words) == 1 && !strings.Contains(strings.ReplaceAll(all, " ", ""), words[0]) {
				t.Fatalf("%q doesn't stand on the page", b.text)
			}
		}
	})
}
