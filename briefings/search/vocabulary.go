package search

import (
	"hash/maphash"
	"math"
	"strings"
	"sync"
)

// vocabulary numbers terms in the order in which they come. It is a hash table of numbers, a third as large as a map of
// strings would be, and knows the terms by their shape, so that misspelt words find their neighbours quickly. It is safe for
// concurrent use.
type vocabulary struct {
	mu     sync.RWMutex
	seed   maphash.Seed
	names  []string
	table  []uint32 // 1 + a term's number, or 0; its size is a power of two
	shapes map[shape][]uint32
}

// shape is how a term begins and how long it is.
type shape struct {
	first  byte
	length uint8
}

func newVocabulary() *vocabulary {
	return &vocabulary{seed: maphash.MakeSeed(), table: make([]uint32, 64), shapes: map[shape][]uint32{}}
}

// find returns a term's number.
func (v *vocabulary) find(term string) (uint32, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	n := v.table[v.slot(term)]
	return n - 1, n > 0
}

// slot is where a term stands in the table, or would stand.
func (v *vocabulary) slot(term string) int {
	mask := len(v.table) - 1
	i := int(maphash.String(v.seed, term)) & mask
	for v.table[i] > 0 && v.names[v.table[i]-1] != term {
		i = (i + 1) & mask
	}
	return i
}

// number appends the terms' numbers, new ones where need be.
func (v *vocabulary) number(terms []string, into []uint32) []uint32 {
	begin := len(into)
	v.mu.RLock()
	for _, t := range terms {
		n := v.table[v.slot(t)]
		if n == 0 {
			break
		}
		into = append(into, n-1)
	}
	v.mu.RUnlock()
	if known := len(into) - begin; known < len(terms) {
		v.mu.Lock()
		defer v.mu.Unlock()
		for _, t := range terms[known:] {
			into = append(into, v.add(t))
		}
	}
	return into
}

// add returns a term's number. The caller holds mu.
func (v *vocabulary) add(term string) uint32 {
	i := v.slot(term)
	if v.table[i] > 0 {
		return v.table[i] - 1
	}
	n := uint32(len(v.names))
	term = clone(term)
	v.names = append(v.names, term)
	v.table[i] = n + 1
	if len(term) > 0 && len(term) <= math.MaxUint8 {
		s := shape{term[0], uint8(len(term))}
		v.shapes[s] = append(v.shapes[s], n)
	}
	if 3*len(v.names) > 2*len(v.table) {
		v.table = make([]uint32, 2*len(v.table))
		for k, name := range v.names {
			v.table[v.slot(name)] = uint32(k) + 1
		}
	}
	return n
}

// shaped calls do with the terms that begin with a byte and are so long.
func (v *vocabulary) shaped(first byte, length int, do func(term string, number uint32)) {
	if length < 1 || length > math.MaxUint8 {
		return
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	for _, n := range v.shapes[shape{first, uint8(length)}] {
		do(v.names[n], n)
	}
}

// clone keeps a text from holding on to the article that it came from.
func clone(s string) string { return strings.Clone(s) }
