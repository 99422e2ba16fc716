// Package prose holds pure functions over English news text: paragraphs and sentences, tokens and stems, names, times,
// numbers, quotations and aliases.
//
// Everything is counted in byte offsets into the text that was given, so that text[Start:End] is always what was meant.
// Text is foreign: whatever its bytes are, the functions return (they never panic) and their work grows linearly with it.
// The tables (countries with their capitals, title nouns, institutions, abbreviations, aliases) are data in this package;
// nothing is read from a file or the network, and nothing is kept between calls but stems already computed.
package prose

// Span is a stretch of a text: text[Start:End].
type Span struct{ Start, End int }

// Of returns the stretch of text that s is, or "" where it does not lie within it.
func (s Span) Of(text string) string {
	if s.Start < 0 || s.End > len(text) || s.Start > s.End {
		return ""
	}
	return text[s.Start:s.End]
}

// Len is how many bytes s has.
func (s Span) Len() int { return s.End - s.Start }

// Covers says whether o lies within s.
func (s Span) Covers(o Span) bool { return s.Start <= o.Start && o.End <= s.End }

// Overlaps says whether s and o share a byte.
func (s Span) Overlaps(o Span) bool { return s.Start < o.End && o.Start < s.End }
