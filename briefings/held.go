package briefings

import (
	"bytes"
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"
	"weak"
)

// held is an article as the engine keeps it: its sentences and passages, which take half as much memory as its text, are
// packed into a few bytes each until somebody reads them.
type held struct {
	Article // without sentences and passages, where they could be packed
	cut     []byte

	sight atomic.Pointer[sight] // who may see it; nil for nobody

	mu     sync.Mutex
	opened weak.Pointer[Article]
}

// hold keeps an article. The first that open returns is a itself, as long as anybody else holds it.
func hold(a *Article) *held {
	h := &held{Article: *a, opened: weak.Make(a)}
	if cut, ok := packCut(a); ok {
		h.cut, h.Sentences, h.Passages = cut, nil, nil
	}
	return h
}

// open returns the article with its sentences. It is the same one as before while anybody holds that, so that articles may be
// told apart by their pointers.
func (h *held) open() *Article {
	h.mu.Lock()
	defer h.mu.Unlock()
	if a := h.opened.Value(); a != nil {
		return a
	}
	a := new(Article)
	*a = h.Article
	if h.cut != nil {
		a.Sentences, a.Passages = unpackCut(h.cut)
	}
	h.opened = weak.Make(a)
	return a
}

// inUse returns what open has returned where somebody still holds it, and nil otherwise.
func (h *held) inUse() *Article {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.opened.Value()
}

// packedRoles are the roles of sentences by the number that they are packed as.
var packedRoles = [...]Role{RoleBody, RoleHeadline, RoleHeading, RoleCaption}

// packCut packs how an article is cut: what follows from what stands before is left out. ok is false for a cut that is not as
// the engine cuts and would not come back as it was.
func packCut(a *Article) (packed []byte, ok bool) {
	b := make([]byte, 0, 8+4*len(a.Sentences)+6*len(a.Passages))
	b = binary.AppendUvarint(b, uint64(len(a.Passages)))
	end, last := 0, 0
	for _, p := range a.Passages {
		b = binary.AppendVarint(b, int64(p.Start-end))
		b = binary.AppendVarint(b, int64(p.End-p.Start))
		b = binary.AppendVarint(b, int64(p.First-last))
		b = binary.AppendVarint(b, int64(p.Last-p.First))
		end, last = p.End, p.Last
	}
	b = binary.AppendUvarint(b, uint64(len(a.Sentences)))
	end = 0
	for _, s := range a.Sentences {
		role := slices.Index(packedRoles[:], s.Role)
		if role < 0 {
			return nil, false
		}
		b = append(b, byte(role))
		b = binary.AppendVarint(b, int64(s.Start-end))
		b = binary.AppendVarint(b, int64(s.End-s.Start))
		if s.Role != RoleHeadline {
			end = s.End
		}
	}
	sentences, passages := unpackCut(b)
	if !slices.Equal(sentences, a.Sentences) || !slices.Equal(passages, a.Passages) {
		return nil, false
	}
	return bytes.Clone(b), true
}

// unpackCut is the reverse of packCut.
func unpackCut(b []byte) ([]Sentence, []Passage) {
	number := func() int {
		v, n := binary.Varint(b)
		b = b[n:]
		return int(v)
	}
	count := func() int {
		v, n := binary.Uvarint(b)
		b = b[n:]
		return int(v)
	}
	passages := make([]Passage, count())
	end, last := 0, 0
	for i := range passages {
		p := &passages[i]
		p.Index = i
		p.Start = end + number()
		p.End = p.Start + number()
		p.First = last + number()
		p.Last = p.First + number()
		end, last = p.End, p.Last
	}
	sentences := make([]Sentence, count())
	end = 0
	at := 0 // the passage that the sentence may stand in
	for i := range sentences {
		s := &sentences[i]
		role := packedRoles[b[0]]
		b = b[1:]
		for at < len(passages) && i >= passages[at].Last {
			at++
		}
		s.Index, s.Role, s.Passage = i, role, -1
		if at < len(passages) && i >= passages[at].First {
			s.Passage = at
		}
		s.Start = end + number()
		s.End = s.Start + number()
		if role != RoleHeadline {
			end = s.End
		}
	}
	return sentences, passages
}
