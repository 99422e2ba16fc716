package search

import (
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"

	"attache/briefings/prose"
)

// How many words and stretches are remembered.
const (
	wordSlots    = 1 << 14
	stretchSlots = 1 << 20
	nearbySlots  = 1 << 14
	mostStretch  = 48 // bytes of a word or stretch that is remembered
	manyDocs     = 64 // so many documents must have come before stretches are remembered, until Rest
)

// Words remembers the terms of words: a question reads hundreds of sentences, and folding and stemming are the dearest steps
// of reading. It is bounded, holds nothing but words, and is safe for concurrent use without locks: words that meet in one
// place take turns in it. A nil Words remembers nothing.
type Words struct {
	seed  maphash.Seed
	slots []atomic.Pointer[word]
}

// word is a token and its term.
type word struct{ text, term string }

// NewWords makes one that has met nothing yet.
func NewWords() *Words {
	return &Words{seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[word], wordSlots)}
}

// TermOf is the function of that name, remembered.
func (w *Words) TermOf(t prose.Token) string {
	if w == nil {
		return TermOf(t)
	}
	slot := &w.slots[maphash.String(w.seed, t.Text)%wordSlots]
	if k := slot.Load(); k != nil && k.text == t.Text {
		return k.term
	}
	term := TermOf(t)
	if len(t.Text) <= mostStretch {
		slot.Store(&word{text: clone(t.Text), term: clone(term)})
	}
	return term
}

// stretches remembers the terms of what stands between two spaces, marks and all: the same few ten thousand make up most of
// what is read into an index. Like Words it is bounded and needs no locks.
type stretches struct {
	words *Words
	seed  maphash.Seed
	slots []atomic.Pointer[stretch]
	near  sync.Pool // of *nearby
}

// nearby has the most frequent stretches where the processor has them at hand: one reader's own, and all in one place.
type nearby [nearbySlots]struct {
	text [22]byte
	size uint8
	n    uint8
	few  [3]uint32
}

// stretch has its terms by their numbers, most of them beside its text.
type stretch struct {
	text string
	few  [3]uint32
	n    uint32
	many *[]uint32 // all of them where they are more than few has room for
}

func newStretches() *stretches {
	return &stretches{words: NewWords(), seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[stretch], stretchSlots)}
}

// numbers appends the numbers of a text's terms, in order. No token reaches over a space, so that a text may be taken apart
// stretch by stretch.
func (x *Index) numbers(text string, into []uint32, memory *stretches, near *nearby) []uint32 {
	if memory == nil {
		return x.vocabulary.number(Terms(text), into)
	}
	for i := 0; i < len(text); {
		if text[i] <= ' ' {
			i++
			continue
		}
		j := i + 1
		for j < len(text) && text[j] > ' ' {
			j++
		}
		s := text[i:j]
		i = j
		if len(s) > mostStretch {
			into = x.vocabulary.number(Terms(s), into)
			continue
		}
		sum := maphash.String(memory.seed, s)
		close := &near[sum%nearbySlots]
		if int(close.size) == len(s) && string(close.text[:min(len(s), len(close.text))]) == s {
			into = append(into, close.few[:close.n]...)
			continue
		}
		slot := &memory.slots[sum%stretchSlots]
		k := slot.Load()
		if k == nil || k.text != s {
			k = &stretch{text: clone(s)}
			var terms []string
			for _, t := range prose.Tokens(k.text) {
				if term := memory.words.TermOf(t); term != "" {
					terms = append(terms, term)
				}
			}
			ids := x.vocabulary.number(terms, nil)
			k.n = uint32(len(ids))
			if len(ids) > copy(k.few[:], ids) {
				k.many = &ids
			}
			slot.Store(k)
		}
		if k.many != nil {
			into = append(into, *k.many...)
		} else {
			into = append(into, k.few[:k.n]...)
			if len(s) <= len(close.text) {
				copy(close.text[:], s)
				close.size, close.n, close.few = uint8(len(s)), uint8(k.n), k.few
			}
		}
	}
	return into
}

// Rest lets go of what only helps to read much at once, tens of megabytes: for when a whole library has been read.
func (x *Index) Rest() {
	if x.memory.Swap(nil) == nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := range x.postings {
		if p := &x.postings[i]; cap(p.bytes) > 64 && cap(p.bytes) > len(p.bytes)*9/8 {
			p.bytes = append(make([]byte, 0, len(p.bytes)), p.bytes...)
		}
	}
	x.postings, x.passages, x.docs = slices.Clip(x.postings), slices.Clone(x.passages), slices.Clone(x.docs)
}

// Prepared is a document taken apart, ready for Insert into the index that took it apart.
type Prepared struct {
	doc      Doc // without its passages
	passages []preparedPassage
}

// Restrict makes the document one that is found only by who may see it, from the moment that it is inserted.
func (p *Prepared) Restrict(restricted bool) { p.doc.Restricted = restricted }

type preparedPassage struct {
	terms  []counted
	length int
}

// counted is a term and how often it stands in a passage.
type counted struct{ term, n uint32 }

// Prepare takes a document apart. That is the dear step, and may be done for many documents side by side.
func (x *Index) Prepare(d Doc) *Prepared {
	if x.memory.Load() == nil && x.prepared.Add(1) == manyDocs {
		x.memory.Store(newStretches())
	}
	memory := x.memory.Load()
	var near *nearby
	if memory != nil {
		near, _ = memory.near.Get().(*nearby)
		if near == nil {
			near = new(nearby)
		}
		defer memory.near.Put(near)
	}
	title := x.numbers(d.Title, nil, memory, near)
	p := &Prepared{doc: d, passages: make([]preparedPassage, len(d.Passages))}
	p.doc.Passages = nil
	var ids []uint32
	for i, text := range d.Passages {
		ids = x.numbers(text, ids[:0], memory, near)
		for range titleWeight {
			ids = append(ids, title...)
		}
		slices.Sort(ids)
		e := &p.passages[i]
		e.length = len(ids)
		distinct := 0
		for k, id := range ids {
			if k == 0 || id != ids[k-1] {
				distinct++
			}
		}
		e.terms = make([]counted, 0, distinct)
		for k, id := range ids {
			if k == 0 || id != ids[k-1] {
				e.terms = append(e.terms, counted{id, 1})
			} else {
				e.terms[len(e.terms)-1].n++
			}
		}
	}
	return p
}
