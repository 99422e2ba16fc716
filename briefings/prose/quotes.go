package prose

import (
	"unicode"
	"unicode/utf8"
)

// Quotes returns the stretches of text that stand between quotation marks, without the marks, in order. All styles count:
// “ ”, « », ‘ ’, " and '. A mark of another style closes as well (“ … »), as machine translation leaves them; a quotation
// that no mark closes ends with its paragraph; an apostrophe is not a mark.
func Quotes(text string) []Span {
	var out []Span
	for _, p := range Paragraphs(text) {
		out = append(out, quotesOf(text, p)...)
	}
	return out
}

func quotesOf(text string, p Span) []Span {
	var out []Span
	open := -1
	var opener rune
	add := func(s, e int) {
		if q := trim(text, s, e); q.Len() > 0 {
			out = append(out, q)
		}
	}
	for i := p.Start; i < p.End; {
		r, n := utf8.DecodeRuneInString(text[i:p.End])
		if !isMark(r) {
			i += n
			continue
		}
		before := rune(' ')
		if i > p.Start {
			before, _ = utf8.DecodeLastRuneInString(text[p.Start:i])
		}
		after := rune(' ')
		if i+n < p.End {
			after, _ = utf8.DecodeRuneInString(text[i+n : p.End])
		}
		single := r == '\'' || r == '’' || r == '‘'
		if single && unicode.IsLetter(before) && unicode.IsLetter(after) {
			i += n
			continue // an apostrophe
		}
		switch {
		case open < 0:
			opens := r == '“' || r == '«' || r == '„' || r == '‘' ||
				(r == '"' || r == '\'' || r == '’' || r == '”') && (unicode.IsSpace(before) || before == '(' || before == '—' || before == '–' || before == ':' || i == p.Start) && !unicode.IsSpace(after)
			if r == '"' && !unicode.IsSpace(after) {
				opens = true
			}
			if r == '’' && (after == 's' || unicode.IsDigit(after)) {
				opens = false // ’90s
			}
			if opens {
				open, opener = i+n, r
			} else if r == '»' || r == '”' {
				// A closing mark that nothing opened: what is quoted began with the paragraph.
				if len(out) == 0 && i-p.Start < 400 {
					add(p.Start, i)
				}
			}
		case single && opener != '\'' && opener != '‘' && opener != '’':
			// A quotation inside the quotation.
		case (opener == '\'' || opener == '‘' || opener == '’') && !single:
			// The single mark was no opening mark: begin anew.
			open, opener = i+n, r
			if r == '”' || r == '»' {
				open = -1
			}
		case (opener == '\'' || opener == '‘' || opener == '’') && unicode.IsSpace(before) && !unicode.IsSpace(after):
			open, opener = i+n, r
		case r == '“' || r == '«' || r == '„':
			// A second opening mark before any closing one: the first was never closed.
			add(open, i)
			open, opener = i+n, r
		default:
			add(open, i)
			open = -1
		}
		i += n
	}
	if open >= 0 && opener != '\'' && opener != '‘' && opener != '’' {
		add(open, p.End)
	}
	return out
}

func isMark(r rune) bool {
	switch r {
	case '“', '”', '„', '«', '»', '"', '‘', '’', '\'':
		return true
	}
	return false
}
