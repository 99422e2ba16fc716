package prose

import (
	"strconv"
	"strings"
)

// NumberKind is what a number counts.
type NumberKind string

// The kinds of a number.
const (
	Count   NumberKind = "count"
	Percent NumberKind = "percent"
	Money   NumberKind = "money"
	Ordinal NumberKind = "ordinal"
)

// NumberRef is a number in a text, with its scale, currency and sign of per cent.
type NumberRef struct {
	Span
	Text  string
	Value float64
	Kind  NumberKind
	Unit  string // the currency, or the lower-case word that follows: "years", "people"
}

var scales = map[string]float64{"hundred": 100, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "m": 1e6, "bn": 1e9, "k": 1e3, "dozen": 12, "tn": 1e12}

var currencies = map[string]string{"$": "dollar", "£": "pound", "€": "euro", "¥": "yen", "₩": "won", "₹": "rupee", "₽": "ruble"}

var currencyWords = set(`dollar dollars euro euros pound pounds yen won yuan renminbi rupee rupees ruble rubles rouble roubles franc francs
peso pesos cents usd eur gbp krona kronor lira shekel shekels dirham riyal baht`)

// Numbers returns the numbers in text, written in figures or in words, in order. Parts of dates are numbers too: leave out
// what Times covers.
func Numbers(text string) []NumberRef { return NumbersIn(text, Tokens(text)) }

// NumbersIn is Numbers for a text whose tokens are there already.
func NumbersIn(text string, toks []Token) []NumberRef {
	var out []NumberRef
	for i := 0; i < len(toks); {
		r, n := numberAt(text, toks, i)
		if n == 0 {
			i++
			continue
		}
		out = append(out, r)
		i += n
	}
	return out
}

func numberAt(text string, toks []Token, i int) (NumberRef, int) {
	t := toks[i]
	r := NumberRef{Kind: Count}
	start, end := t.Start, t.End
	n := 1
	switch {
	case t.IsNumber():
		l := t.Lower
		if o, ok := ordinal(l); ok {
			return NumberRef{Span: Span{start, end}, Text: text[start:end], Value: float64(o), Kind: Ordinal}, 1
		}
		digits := strings.TrimRight(l, "abcdefghijklmnopqrstuvwxyz")
		v, err := strconv.ParseFloat(digits, 64)
		if err != nil {
			return r, 0
		}
		if suffix := l[len(digits):]; suffix != "" {
			s, ok := scales[suffix]
			if !ok {
				if suffix == "s" {
					return r, 0
				}
				s = 1
			}
			v *= s
		}
		r.Value = v
	default:
		if o, ok := ordinals[t.Lower]; ok {
			if t.Lower == "second" || t.Lower == "first" || t.Lower == "third" || o > 3 {
				return NumberRef{Span: Span{start, end}, Text: text[start:end], Value: float64(o), Kind: Ordinal}, 1
			}
		}
		v, ok := spelled[t.Lower]
		if t.Lower == "half" || t.Lower == "dozens" || t.Lower == "hundreds" || t.Lower == "thousands" || t.Lower == "millions" || t.Lower == "twice" {
			f := map[string]float64{"half": .5, "dozens": 24, "hundreds": 200, "thousands": 2000, "millions": 2e6, "twice": 2}[t.Lower]
			return NumberRef{Span: Span{start, end}, Text: text[start:end], Value: f, Kind: Count, Unit: unitAfter(text, toks, i+1)}, 1
		}
		if !ok || t.Lower == "a" || t.Lower == "an" {
			if (t.Lower == "a") && i+1 < len(toks) && (toks[i+1].Lower == "dozen" || toks[i+1].Lower == "hundred" || toks[i+1].Lower == "thousand" || toks[i+1].Lower == "million" || toks[i+1].Lower == "billion") {
				e := toks[i+1].End
				return NumberRef{Span: Span{start, e}, Text: text[start:e], Value: scales[toks[i+1].Lower], Kind: Count, Unit: unitAfter(text, toks, i+2)}, 2
			}
			return r, 0
		}
		r.Value = float64(v)
		if v >= 20 && i+1 < len(toks) && text[t.End:toks[i+1].Start] == "-" {
			if u, ok := spelled[toks[i+1].Lower]; ok && u > 0 && u < 10 {
				r.Value += float64(u)
				end = toks[i+1].End
				n++
			}
		}
	}
	for i+n < len(toks) && (text[end:toks[i+n].Start] == " " || text[end:toks[i+n].Start] == "-" || text[end:toks[i+n].Start] == "\u00a0") {
		s, ok := scales[toks[i+n].Lower]
		if !ok || len(toks[i+n].Lower) == 1 && toks[i+n].Start > end {
			break
		}
		r.Value *= s
		end = toks[i+n].End
		n++
	}
	for sign, name := range currencies {
		if strings.HasSuffix(text[:start], sign) {
			r.Kind, r.Unit = Money, name
			start -= len(sign)
			// "US$", "A$"
			for _, p := range []string{"US", "A", "C", "HK", "NZ"} {
				if strings.HasSuffix(text[:start], p) && (start == len(p) || text[start-len(p)-1] == ' ') {
					start -= len(p)
					break
				}
			}
			break
		}
	}
	if end < len(text) && text[end] == '%' {
		end++
		r.Kind = Percent
	}
	if i+n < len(toks) && r.Kind == Count {
		w := toks[i+n].Lower
		switch {
		case w == "percent" || w == "per" && i+n+1 < len(toks) && toks[i+n+1].Lower == "cent" || w == "percentage":
			r.Kind = Percent
			end = toks[i+n].End
			n++
			if w == "per" {
				end = toks[i+n].End
				n++
			}
		case currencyWords[w] && text[end:toks[i+n].Start] == " ":
			r.Kind, r.Unit = Money, w
			end = toks[i+n].End
			n++
		}
	}
	if r.Unit == "" {
		r.Unit = unitAfter(text, toks, i+n)
	}
	r.Span = Span{start, end}
	r.Text = text[start:end]
	return r, n
}

// unitAfter is the lower-case word at token i when it follows at once.
func unitAfter(text string, toks []Token, i int) string {
	if i <= 0 || i >= len(toks) {
		return ""
	}
	gap := text[toks[i-1].End:toks[i].Start]
	if gap != " " && gap != "-" || IsStop(toks[i].Lower) {
		return ""
	}
	return toks[i].Lower
}
