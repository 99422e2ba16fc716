package briefings

import (
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Near-duplicates are found as in a scaled MinHash: every run of words has a hash, and the runs whose hash is divisible by
// copySample are looked up. Unlike a MinHash of fixed size that keeps its aim where one text is much shorter than the other.
// What was looked up is then decided by containment: how much of the shorter text's runs stand in the longer one.
const (
	copyRun    = 4    // words of a run
	copyWords  = 6000 // words of a text that are read
	copySample = 8
	// copyShare is the containment from which on texts of different outlets are copies, copyShareOwn of the same family: those
	// share their standing sentences. Measured by TestCopiesAreFoundAndStrangersAreNot.
	copyShare    = .3
	copyShareOwn = .6
	// copyRunsLeast is how many runs the shorter text must have: fewer prove nothing.
	copyRunsLeast = 12
	// copyRunsAll is up to how many runs a text has all of them looked up: of so few it may be that the sample has none.
	copyRunsAll = 64
)

// fingerprint is the hashes of a text's runs of words, sorted, each once.
type fingerprint []uint32

func fingerprintOf(text string) fingerprint {
	var words [copyRun]uint32
	var f fingerprint
	n := 0
	add := func(word uint32) {
		copy(words[:], words[1:])
		words[copyRun-1] = word
		if n++; n < copyRun {
			return
		}
		h := uint32(2166136261)
		for _, w := range words {
			h = (h ^ w) * 16777619
			h ^= h >> 15
		}
		// The low bits choose what is looked up: they must depend on all of it.
		h *= 0x85ebca6b
		h ^= h >> 13
		f = append(f, h)
	}
	const start = uint32(2166136261)
	word, in := start, false
	for i := 0; i < len(text) && n < copyWords; {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
			r = unicode.ToLower(r)
		} else if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		i += size
		letter := 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r))
		alone := r >= 0x2E80 && letter && (unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r))
		if in && (!letter || alone) && r != '\'' && r != '’' {
			add(word)
			word, in = start, false
		}
		if letter {
			word, in = (word^uint32(r))*16777619, true
		}
		if alone {
			add(word)
			word, in = start, false
		}
	}
	if in {
		add(word)
	}
	slices.Sort(f)
	return slices.Compact(f)
}

// shared counts the runs that stand in both.
func (f fingerprint) shared(o fingerprint) int {
	n := 0
	for len(f) > 0 && len(o) > 0 {
		switch {
		case f[0] < o[0]:
			f = f[1:]
		case f[0] > o[0]:
			o = o[1:]
		default:
			n++
			f, o = f[1:], o[1:]
		}
	}
	return n
}

// lookedUp says whether a run of f is one by which copies are looked for.
func (f fingerprint) lookedUp(run uint32) bool { return run%copySample == 0 || len(f) <= copyRunsAll }

// copies says whether two texts that share so many runs are copies of each other.
func (f fingerprint) copies(o fingerprint, shared int, oneFamily bool) bool {
	least := min(len(f), len(o))
	share := copyShare
	if oneFamily {
		share = copyShareOwn
	}
	return least >= copyRunsLeast && float64(shared) >= share*float64(least)
}

// Copies finds the article that another one is a copy of: the same text cut, put in another order, with another headline, other
// names above it or paragraphs put in. It is safe for concurrent use; the zero value is ready.
type Copies struct {
	// Most is how many articles are kept, the newest that were added; zero means 5,000: about 15 KB each.
	Most int

	mu      sync.Mutex
	kept    []keptCopy
	place   map[string]int     // article: its place in kept
	holders map[uint32][]int32 // sampled run: places in kept, in order
}

type keptCopy struct {
	id, origin, family string
	runs               fingerprint
}

// mostHolders is how many texts with the same run are looked at, the newest: a run that more have tells nothing, and of a text
// that is copied more often every copy leads to the origin.
const mostHolders = 64

// Add keeps an article and returns the ID of the one that it is a copy of: of those that were added before, the one that all
// its copies point to. "" when it is independent. Another revision of an article takes the place of the earlier one.
func (c *Copies) Add(a Article) (origin string) {
	k := keptCopy{id: a.ID, family: Family(a), runs: fingerprintOf(a.Text)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.place == nil {
		c.place, c.holders = map[string]int{}, map[uint32][]int32{}
	}
	if i, ok := c.place[a.ID]; ok && slices.Equal(c.kept[i].runs, k.runs) && c.kept[i].family == k.family {
		return c.kept[i].origin
	}
	shared := map[int32]int{}
	for _, run := range k.runs {
		if !k.runs.lookedUp(run) {
			continue
		}
		list := c.holders[run]
		for _, i := range list[max(0, len(list)-mostHolders):] {
			shared[i]++
		}
	}
	best, most := int32(-1), 0.0
	for i, n := range shared {
		o := c.kept[i]
		if n < 2 && min(len(k.runs), len(o.runs)) > 8*copySample || o.id == k.id || o.id == "" {
			continue
		}
		n := k.runs.shared(o.runs)
		if !k.runs.copies(o.runs, n, k.family != "" && k.family == o.family) {
			continue
		}
		if share := float64(n) / float64(min(len(k.runs), len(o.runs))); share > most || share == most && i < best {
			best, most = i, share
		}
	}
	if best >= 0 {
		if k.origin = c.kept[best].origin; k.origin == "" {
			k.origin = c.kept[best].id
		}
		if k.origin == k.id { // a copy of this article came before its new revision
			k.origin = ""
		}
	}
	c.drop(a.ID)
	if len(c.kept) > 2*len(c.place)+1000 { // many revisions
		c.rebuild()
	}
	place := int32(len(c.kept))
	c.place[k.id] = len(c.kept)
	c.kept = append(c.kept, k)
	for _, run := range k.runs {
		if k.runs.lookedUp(run) {
			c.holders[run] = append(c.holders[run], place)
		}
	}
	limit := c.Most
	if limit <= 0 {
		limit = 5_000
	}
	if len(c.place) > limit {
		c.forget(limit * 9 / 10)
	}
	return k.origin
}

// forget drops the articles that were added first until at most keep are left.
func (c *Copies) forget(keep int) {
	for i := 0; i < len(c.kept) && len(c.place) > keep; i++ {
		if c.kept[i].id != "" {
			c.drop(c.kept[i].id)
		}
	}
	c.rebuild()
}

func (c *Copies) drop(id string) {
	if i, ok := c.place[id]; ok {
		delete(c.place, id)
		c.kept[i] = keptCopy{}
	}
}

// rebuild lets go of what was dropped.
func (c *Copies) rebuild() {
	c.kept = slices.Clip(slices.DeleteFunc(c.kept, func(k keptCopy) bool { return k.id == "" }))
	c.place, c.holders = make(map[string]int, len(c.kept)), map[uint32][]int32{}
	for i, k := range c.kept {
		c.place[k.id] = i
		for _, run := range k.runs {
			if k.runs.lookedUp(run) {
				c.holders[run] = append(c.holders[run], int32(i))
			}
		}
	}
}
