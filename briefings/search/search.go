// Package search is the index in which passages are found: in memory, over the passages of articles with their titles.
//
// Add takes a document apart into terms (folded, stemmed, without stop words) and appends them to postings: for each term
// the passages that have it, as differences in a few bytes, with a skip list. Search walks the postings of a question's
// terms together and scores passages with BM25, the title counting as a field of its own; it leaves out whatever cannot
// reach the best (MaxScore), what was published after the question, what is out of scope and what was replaced. A date
// prior prefers newer documents and never excludes older ones.
//
// Reading and adding may go on at the same time from any number of goroutines. The ranking depends on nothing but what was
// added and in which order.
package search

import (
	"container/heap"
	"math"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"attache/briefings/prose"
)

// BM25's parameters, and how much a term of the title counts against one of the body.
const (
	k1          = 0.9
	b           = 0.4
	titleWeight = 2
)

// blockSize is how many postings lie between two entries of a skip list.
const blockSize = 128

// Doc is a document to be found.
type Doc struct {
	ID       string // a document with the same ID is replaced
	Title    string
	When     time.Time // when it was published; what was published after Query.AsOf isn't found
	Passages []string
	// Restricted says that a search finds it only where Query.Sees allows it.
	Restricted bool
}

// Term is a word to search for; see Terms.
type Term struct {
	Text   string
	Weight float64
}

// Query is what to search for.
type Query struct {
	Terms []Term
	// AsOf leaves out what was published after it; zero leaves out nothing.
	AsOf time.Time
	// Scope restricts the search to documents with these IDs; nil means all.
	Scope map[string]bool
	// Sees says of a restricted document whether it may be found; nil finds none of them. It is not asked of others, and must
	// not search or change the index.
	Sees func(id string) bool
	// Most is how many passages come back; zero means 10.
	Most int
	// Recency is how much the date prior weighs, from 0 (nothing) to 1: a passage as old as the world keeps 1-Recency of its
	// score, one published at AsOf all of it.
	Recency float64
	// HalfLife is after what time half of the prior is lost; zero means 30 days.
	HalfLife time.Duration
}

// Hit is a passage that was found.
type Hit struct {
	Doc     string
	Passage int // index in Doc.Passages
	Score   float64
}

// Index is the index. The zero value is not usable: see New.
type Index struct {
	vocabulary *vocabulary
	memory     atomic.Pointer[stretches] // nil while there are few documents
	prepared   atomic.Int64

	mu       sync.RWMutex
	postings []postings // of each term of the vocabulary, as far as passages have them
	skips    [][]skip   // of the terms that have some; see postings.skips
	docs     []docInfo
	byID     map[string]uint32
	passages []passageInfo
	length   int64 // the sum of all passages' lengths
	live     int   // documents that are not replaced
}

type docInfo struct {
	id    string
	when  int64 // Unix seconds
	first uint32
	n     uint32
	dead  bool
	// restricted documents are found by those alone who may see them
	restricted bool
}

type passageInfo struct {
	doc    uint32
	length uint16
}

// postings are kept small: most words stand in one passage or two.
type postings struct {
	bytes  []byte
	skips  uint32 // 1 + the place in Index.skips of one skip for each full block; 0 for none
	last   uint32 // the last passage
	n      uint32 // how many postings
	mostTF uint16
}

type skip struct {
	last   uint32 // the last passage of the block
	offset uint32 // where the next block begins
}

// New makes an empty index.
func New() *Index {
	return &Index{vocabulary: newVocabulary(), byID: map[string]uint32{}}
}

// TermOf is the index's form of a token: its stem; "" for a word that isn't indexed.
func TermOf(t prose.Token) string {
	switch {
	case t.Text == "US" || t.Text == "USA" || t.Lower == "u.s.a":
		return "u.s"
	case t.Lower == "u.s":
		return t.Lower
	case t.Text == "WHO" || t.Text == "IT":
		return t.Text
	case prose.IsStop(t.Lower):
		return ""
	case len(t.Lower) > 64:
		return ""
	}
	if strings.Contains(t.Lower, ".") && !t.IsNumber() {
		return strings.ReplaceAll(t.Lower, ".", "")
	}
	head, word := prose.Elided(t.Lower)
	if head != "" && prose.IsStop(word) {
		return ""
	}
	return prose.Stem(word)
}

// Terms returns the index's terms of a text, in order, with repetitions.
func Terms(text string) []string {
	toks := prose.Tokens(text)
	out := make([]string, 0, len(toks))
	for _, t := range toks {
		if s := TermOf(t); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// Add makes a document findable. One with the same ID is replaced.
func (x *Index) Add(d Doc) { x.Insert(x.Prepare(d)) }

// Insert is Add for a document that this index has prepared.
func (x *Index) Insert(prepared *Prepared) {
	d, passages := prepared.doc, prepared.passages
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(d.ID)
	doc := uint32(len(x.docs))
	x.docs = append(x.docs, docInfo{id: d.ID, when: d.When.Unix(), first: uint32(len(x.passages)), n: uint32(len(passages)), restricted: d.Restricted})
	x.byID[d.ID] = doc
	x.live++
	for _, p := range passages {
		id := uint32(len(x.passages))
		x.passages = append(x.passages, passageInfo{doc: doc, length: uint16(min(p.length, math.MaxUint16))})
		x.length += int64(p.length)
		for _, t := range p.terms {
			for int(t.term) >= len(x.postings) {
				x.postings = append(x.postings, postings{})
			}
			x.post(t.term, id, int(t.n))
		}
	}
}

// Remove forgets a document; an unknown ID does nothing.
func (x *Index) Remove(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
}

// Restrict makes a document one that is found only by who may see it, or one that everybody finds; an unknown ID does nothing.
func (x *Index) Restrict(id string, restricted bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if n, ok := x.byID[id]; ok {
		x.docs[n].restricted = restricted
	}
}

func (x *Index) remove(id string) {
	if n, ok := x.byID[id]; ok {
		x.docs[n].dead = true
		delete(x.byID, id)
		x.live--
	}
}

// post appends a posting: the difference to the passage before, with the frequency in the two low bits.
func (x *Index) post(term, id uint32, tf int) {
	p := &x.postings[term]
	tf = min(tf, math.MaxUint16)
	delta := id - p.last
	if p.n == 0 {
		delta = id
	}
	code := min(tf, 4) - 1
	p.bytes = appendVarint(p.bytes, uint64(delta)<<2|uint64(code))
	if code == 3 {
		p.bytes = appendVarint(p.bytes, uint64(tf))
	}
	p.last = id
	p.n++
	p.mostTF = max(p.mostTF, uint16(tf))
	if p.n%blockSize == 0 {
		if p.skips == 0 {
			x.skips = append(x.skips, nil)
			p.skips = uint32(len(x.skips))
		}
		at := p.skips - 1
		x.skips[at] = append(x.skips[at], skip{last: id, offset: uint32(len(p.bytes))})
	}
}

func appendVarint(b []byte, v uint64) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

// Docs is how many documents can be found.
func (x *Index) Docs() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.live
}

// Passages is how many passages the index has.
func (x *Index) Passages() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.passages)
}

// Frequency is in how many passages a term stands.
func (x *Index) Frequency(term string) int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if p := x.of(term); p != nil {
		return int(p.n)
	}
	return 0
}

// of returns the postings of a term; nil where no passage has it. The caller holds mu.
func (x *Index) of(term string) *postings {
	if n, ok := x.vocabulary.find(term); ok && int(n) < len(x.postings) && x.postings[n].n > 0 {
		return &x.postings[n]
	}
	return nil
}

// Frequencies is Frequency for many terms at once, and how many passages there are.
func (x *Index) Frequencies(terms []string) ([]int, int) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	out := make([]int, len(terms))
	for i, t := range terms {
		if p := x.of(t); p != nil {
			out[i] = int(p.n)
		}
	}
	return out, len(x.passages)
}

// cursor walks the postings of one term.
type cursor struct {
	p      *postings
	skips  []skip
	pos    int
	doc    uint32 // the current passage; done when there is none
	tf     uint32
	i      uint32 // postings read
	idf    float64
	most   float64 // the highest score that a passage can get from this term
	weight float64
}

const done = math.MaxUint32

func (c *cursor) next() {
	if c.i >= c.p.n {
		c.doc = done
		return
	}
	v := c.varint()
	if c.i == 0 {
		c.doc = uint32(v >> 2)
	} else {
		c.doc += uint32(v >> 2)
	}
	c.tf = uint32(v&3) + 1
	if c.tf == 4 {
		c.tf = uint32(c.varint())
	}
	c.i++
}

func (c *cursor) varint() uint64 {
	var v uint64
	var s uint
	for {
		x := c.p.bytes[c.pos]
		c.pos++
		v |= uint64(x&0x7f) << s
		if x < 0x80 {
			return v
		}
		s += 7
	}
}

// seek moves to the first passage at or after id.
func (c *cursor) seek(id uint32) {
	if c.doc == done || c.doc >= id && c.i > 0 {
		return
	}
	skips := c.skips
	if block := int(c.i) / blockSize; block < len(skips) && skips[block].last < id {
		lo, hi := block, len(skips)
		for lo < hi {
			m := (lo + hi) / 2
			if skips[m].last < id {
				lo = m + 1
			} else {
				hi = m
			}
		}
		s := skips[lo-1]
		c.pos, c.doc, c.i = int(s.offset), s.last, uint32(lo*blockSize)
	}
	for c.doc < id || c.i == 0 {
		c.next()
	}
}

// Search returns the best passages, best first. Among equals the one added first comes first.
func (x *Index) Search(q Query) []Hit {
	most := q.Most
	if most <= 0 {
		most = 10
	}
	half := q.HalfLife
	if half <= 0 {
		half = 30 * 24 * time.Hour
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	if len(x.passages) == 0 {
		return nil
	}
	avg := float64(x.length) / float64(len(x.passages))
	asOf := int64(math.MaxInt64)
	if !q.AsOf.IsZero() {
		asOf = q.AsOf.Unix()
	}
	var cursors []*cursor
	seen := map[string]*cursor{}
	for _, t := range q.Terms {
		p := x.of(t.Text)
		if p == nil || t.Weight <= 0 {
			continue
		}
		if c, ok := seen[t.Text]; ok {
			c.weight = max(c.weight, t.Weight)
			continue
		}
		c := &cursor{p: p, weight: t.Weight}
		if p.skips > 0 {
			c.skips = x.skips[p.skips-1]
		}
		c.idf = math.Log(1 + (float64(len(x.passages))-float64(p.n)+0.5)/(float64(p.n)+0.5))
		seen[t.Text] = c
		cursors = append(cursors, c)
	}
	for _, c := range cursors {
		c.idf *= c.weight * (k1 + 1)
		tf := float64(c.p.mostTF)
		c.most = c.idf * tf / (tf + k1*(1-b))
		c.next()
	}
	sort.SliceStable(cursors, func(i, j int) bool { return cursors[i].most < cursors[j].most })
	sums := make([]float64, len(cursors)+1)
	for i, c := range cursors {
		sums[i+1] = sums[i] + c.most
	}
	var best hits
	least := 0.0 // what a passage must beat
	essential := 0
	for essential < len(cursors) {
		doc := uint32(done)
		for _, c := range cursors[essential:] {
			if c.doc < doc {
				doc = c.doc
			}
		}
		if doc == done {
			break
		}
		info := x.passages[doc]
		d := &x.docs[info.doc]
		if d.dead || d.when > asOf || q.Scope != nil && !q.Scope[d.id] || d.restricted && !q.sees(d) {
			// Past the whole document: none of its passages counts.
			after := d.first + d.n
			for _, c := range cursors[essential:] {
				if c.doc < after {
					c.seek(after)
				}
			}
			continue
		}
		norm := k1 * (1 - b + b*float64(info.length)/avg)
		score := 0.0
		for _, c := range cursors[essential:] {
			if c.doc == doc {
				tf := float64(c.tf)
				score += c.idf * tf / (tf + norm)
				c.next()
			}
		}
		prior := 1.0
		if q.Recency > 0 && asOf != math.MaxInt64 {
			age := float64(asOf-d.when) / half.Seconds()
			prior = 1 - q.Recency + q.Recency/(1+max(age, 0))
		}
		for k := essential - 1; k >= 0; k-- {
			if len(best) == most && (score+sums[k+1])*prior <= least {
				score = -1
				break
			}
			c := cursors[k]
			c.seek(doc)
			if c.doc == doc {
				tf := float64(c.tf)
				score += c.idf * tf / (tf + norm)
			}
		}
		if score < 0 {
			continue
		}
		score *= prior
		if len(best) < most || score > least {
			heap.Push(&best, hit{doc, score})
			if len(best) > most {
				heap.Pop(&best)
			}
			if len(best) == most {
				least = best[0].score
				for essential < len(cursors) && sums[essential+1] <= least {
					essential++
				}
			}
		}
	}
	sort.Slice(best, func(i, j int) bool {
		if best[i].score != best[j].score {
			return best[i].score > best[j].score
		}
		return best[i].passage < best[j].passage
	})
	if len(best) == 0 {
		return nil
	}
	out := make([]Hit, len(best))
	for i, h := range best {
		d := x.docs[x.passages[h.passage].doc]
		out[i] = Hit{Doc: d.id, Passage: int(h.passage - d.first), Score: h.score}
	}
	return out
}

// sees says whether a search may find a restricted document.
func (q Query) sees(d *docInfo) bool { return q.Sees != nil && q.Sees(d.id) }

type hit struct {
	passage uint32
	score   float64
}

// hits is a heap with the worst hit on top.
type hits []hit

func (h hits) Len() int { return len(h) }
func (h hits) Less(i, j int) bool {
	if h[i].score != h[j].score {
		return h[i].score < h[j].score
	}
	return h[i].passage > h[j].passage
}
func (h hits) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *hits) Push(v any)   { *h = append(*h, v.(hit)) }
func (h *hits) Pop() any {
	old := *h
	v := old[len(old)-1]
	*h = old[:len(old)-1]
	return v
}

// Near returns the terms of the index that a misspelt word may mean: at most one letter away (two from eight letters on),
// with the same first letter, the commonest first, at most three.
func (x *Index) Near(term string) []string {
	n := len(term)
	if n < 4 {
		return nil
	}
	most := 1
	if n >= 8 {
		most = 2
	}
	type found struct {
		term string
		d    int
		n    uint32
	}
	var all []found
	rows := make([]int, 3*(n+most+1))
	x.mu.RLock()
	for length := n - most; length <= n+most; length++ {
		x.vocabulary.shaped(term[0], length, func(t string, id uint32) {
			if int(id) >= len(x.postings) || x.postings[id].n == 0 {
				return
			}
			if d := distance(term, t, most, rows); d <= most {
				all = append(all, found{t, d, x.postings[id].n})
			}
		})
	}
	x.mu.RUnlock()
	sort.Slice(all, func(i, j int) bool {
		if all[i].d != all[j].d {
			return all[i].d < all[j].d
		}
		if all[i].n != all[j].n {
			return all[i].n > all[j].n
		}
		return all[i].term < all[j].term
	})
	var out []string
	for _, f := range all {
		if f.d > all[0].d || len(out) == 3 {
			break
		}
		out = append(out, f.term)
	}
	return out
}

// distance counts insertions, deletions, replacements and swaps of neighbours between a and c; above most it stops. rows is
// room for three times the length of c and one.
func distance(a, c string, most int, rows []int) int {
	la, lb := len(a), len(c)
	prev2, prev, cur := rows[:lb+1], rows[lb+1:2*(lb+1)], rows[2*(lb+1):3*(lb+1)]
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= la; i++ {
		cur[0] = i
		low := i
		for j := 1; j <= lb; j++ {
			cost := 1
			if a[i-1] == c[j-1] {
				cost = 0
			}
			v := min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == c[j-2] && a[i-2] == c[j-1] {
				v = min(v, prev2[j-2]+1)
			}
			cur[j] = v
			low = min(low, v)
		}
		if low > most {
			return most + 1
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[lb]
}
