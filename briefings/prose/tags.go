package prose

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// taggerWeights are the weights of the tagger; see tagger.LICENSE for where they come from.
//
//go:embed tagger.gz
var taggerWeights []byte

// perceptron tells parts of speech: the tag with the highest sum of weights over a word's features.
type perceptron struct {
	classes []string
	fixed   map[string]uint8 // words that have one tag only
	first   map[uint64]int32 // feature → its first weight
	weights []tagWeight      // each feature's weights, ended by the flag
}

type tagWeight struct {
	class uint8
	last  bool
	value int16
}

var tagger = sync.OnceValue(func() *perceptron {
	z, err := gzip.NewReader(bytes.NewReader(taggerWeights))
	if err != nil {
		panic(fmt.Sprintf("prose: read the tagger's weights: %v", err)) // they are part of the program
	}
	in := bufio.NewScanner(z)
	in.Buffer(make([]byte, 1<<16), 1<<16)
	in.Scan()
	p := &perceptron{classes: strings.Fields(in.Text()), fixed: map[string]uint8{}, first: make(map[uint64]int32, 75000)}
	in.Scan()
	n, _ := strconv.Atoi(in.Text())
	for ; n > 0 && in.Scan(); n-- {
		word, class, _ := strings.Cut(in.Text(), "\t")
		c, _ := strconv.Atoi(class)
		p.fixed[word] = uint8(c)
	}
	p.weights = make([]tagWeight, 0, 240000)
	for in.Scan() {
		feature, list, _ := strings.Cut(in.Text(), "\t")
		h := newFeature()
		h = h.add(feature)
		p.first[uint64(h)] = int32(len(p.weights))
		for list != "" {
			var pair string
			pair, list, _ = strings.Cut(list, " ")
			c, v, _ := strings.Cut(pair, ":")
			class, _ := strconv.Atoi(c)
			value, _ := strconv.Atoi(v)
			p.weights = append(p.weights, tagWeight{class: uint8(class), value: int16(value), last: list == ""})
		}
	}
	return p
})

// feature is a running FNV-1a hash of a feature's name.
type feature uint64

func newFeature() feature { return 14695981039346656037 }

func (f feature) add(s string) feature {
	for i := 0; i < len(s); i++ {
		f = (f ^ feature(s[i])) * 1099511628211
	}
	return f
}

// Tags returns the part of speech of each token of text, as the Penn Treebank names them ("NNP", "VBD", "CD"). toks are
// the tokens of one sentence of text.
func Tags(text string, toks []Token) []string {
	p := tagger()
	// The tagger reads punctuation and possessives as words of their own, and hyphenated words as one.
	type word struct {
		text string
		from int // token, or -1
		to   int
	}
	words := make([]word, 0, len(toks)+8)
	at := 0
	if len(toks) > 0 {
		at = toks[0].Start
	}
	for i := 0; i < len(toks); {
		for _, mark := range marksIn(text[at:toks[i].Start]) {
			words = append(words, word{text: mark, from: -1})
		}
		j := i + 1
		for j < len(toks) && text[toks[j-1].End:toks[j].Start] == "-" {
			j++
		}
		words = append(words, word{text: text[toks[i].Start:toks[j-1].End], from: i, to: j})
		at = toks[j-1].End
		i = j
	}
	if len(toks) > 0 {
		if rest := text[at:min(len(text), at+4)]; rest != "" {
			for _, mark := range marksIn(rest) {
				words = append(words, word{text: mark, from: -1})
			}
		}
	}
	context := make([]string, 0, len(words)+4)
	context = append(context, "-START-", "-START2-")
	for _, w := range words {
		context = append(context, tagForm(w.text))
	}
	context = append(context, "-END-", "-END2-")
	out := make([]string, len(toks))
	p1, p2 := "-START-", "-START2-"
	scores := make([]int32, len(p.classes))
	for i, w := range words {
		c, ok := p.fixed[w.text]
		if !ok {
			c = p.predict(scores, context, i+2, w.text, p1, p2)
		}
		tag := p.classes[c]
		for k := w.from; k >= 0 && k < w.to; k++ {
			out[k] = tag
		}
		p2, p1 = p1, tag
	}
	return out
}

func (p *perceptron) predict(scores []int32, ctx []string, i int, w, p1, p2 string) uint8 {
	for k := range scores {
		scores[k] = 0
	}
	add := func(f feature) {
		k, ok := p.first[uint64(f)]
		if !ok {
			return
		}
		for {
			t := p.weights[k]
			scores[t.class] += int32(t.value)
			if t.last {
				return
			}
			k++
		}
	}
	suffix := func(s string) string { return s[max(0, len(s)-3):] }
	n := newFeature()
	add(n.add("bias"))
	add(n.add("i suffix ").add(suffix(w)))
	add(n.add("i pref1 ").add(w[:1]))
	add(n.add("i-1 tag ").add(p1))
	add(n.add("i-2 tag ").add(p2))
	add(n.add("i tag+i-2 tag ").add(p1).add(" ").add(p2))
	add(n.add("i word ").add(ctx[i]))
	add(n.add("i-1 tag+i word ").add(p1).add(" ").add(ctx[i]))
	add(n.add("i-1 word ").add(ctx[i-1]))
	add(n.add("i-1 suffix ").add(suffix(ctx[i-1])))
	add(n.add("i-2 word ").add(ctx[i-2]))
	add(n.add("i+1 word ").add(ctx[i+1]))
	add(n.add("i+1 suffix ").add(suffix(ctx[i+1])))
	add(n.add("i+2 word ").add(ctx[i+2]))
	best := 0
	for k := range scores {
		if scores[k] > scores[best] {
			best = k
		}
	}
	return uint8(best)
}

// tagForm is how the tagger knows a word: years, numbers and hyphenated words are classes.
func tagForm(w string) string {
	switch {
	case w == "":
		return w
	case strings.Contains(w, "-") && w[0] != '-':
		return "!HYPHEN"
	case len(w) == 4 && isNumeral(w):
		return "!YEAR"
	case isDigit(rune(w[0])):
		return "!DIGITS"
	}
	return strings.ToLower(w)
}

// marksIn are the punctuation marks and the possessive in what lies between two tokens.
func marksIn(gap string) []string {
	if gap == " " || gap == "" {
		return nil
	}
	var out []string
	for len(gap) > 0 {
		switch {
		case strings.HasPrefix(gap, "'s"), strings.HasPrefix(gap, "’s"):
			out = append(out, "'s")
			gap = gap[strings.IndexByte(gap, 's')+1:]
			continue
		case strings.HasPrefix(gap, "“"):
			out = append(out, "``")
			gap = gap[len("“"):]
			continue
		case strings.HasPrefix(gap, "”"):
			out = append(out, "''")
			gap = gap[len("”"):]
			continue
		case strings.HasPrefix(gap, "—"), strings.HasPrefix(gap, "–"):
			out = append(out, "--")
			gap = gap[len("—"):]
			continue
		}
		switch gap[0] {
		case ',', '.', ':', ';', '?', '!', '(', ')', '$', '%':
			out = append(out, gap[:1])
		case '"':
			out = append(out, "``")
		}
		gap = gap[1:]
	}
	return out
}
