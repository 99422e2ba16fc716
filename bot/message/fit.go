package message

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits say what one message may hold on a platform. A zero field is no limit.
type Limits struct {
	// Blocks is how many blocks a message may have.
	Blocks int
	// Text is how large the text of one block may be (a paragraph, a quote, a whole list, table or list of sources).
	Text int
	// Heading is how large a heading may be; a larger one becomes a strong paragraph.
	Heading int
	// Total is how large all texts of a message may be together.
	Total int
	// Gist is how large a gist may be; a larger one is cut at a word.
	Gist int
	// Items is how many items a list or a list of sources may have.
	Items int
	// Rows is how many rows a table may have, not counting its head.
	Rows int
	// Buttons is how many buttons one row may have.
	Buttons int
	// Alt is how large an image's alternative text may be; a larger one is cut at a word.
	Alt int
	// Measure is how large a span is once rendered, with escapes and markup. It must grow with the span's text. Nil means
	// the Size of its Words.
	Measure func(Span) int
	// Apart is what stands between two items of a list, two rows or two cells, in the same unit; zero means 4.
	Apart int
}

const ellipsis = "…"

// Fit splits m into messages that keep to l, in order. It splits between blocks, then between items and rows, then between
// sentences; never inside a sentence, a link or a citation. The one thing that is cut is a single sentence larger than the
// limit: at a word, with an ellipsis, and its citations stay. Sources never come before the text that cites them, a
// heading stays with what it heads, and buttons stand at the end. It never returns none.
func Fit(m *Message, l Limits) []*Message {
	f := newFitter(l)
	var body []Block
	var rows []Buttons
	for _, b := range m.Blocks {
		if row, ok := b.(Buttons); ok {
			rows = append(rows, f.rows(row)...)
			f.reserve += f.size(row)
		} else {
			body = append(body, b)
		}
	}
	f.text = min(f.l.Text, max(f.l.Total-f.reserve, f.l.Total/2))

	var pieces []Block
	for _, b := range body {
		pieces = append(pieces, f.split(b)...)
	}
	parts := f.pack(pieces, rows)

	out := make([]*Message, len(parts))
	for i, blocks := range parts {
		count := ""
		if len(parts) > 1 {
			count = fmt.Sprintf(" (%d/%d)", i+1, len(parts))
		}
		out[i] = &Message{Gist: cutWords(m.Gist, f.l.Gist-Size(count), Size) + count, Tone: m.Tone, Locale: m.Locale, Blocks: blocks}
	}
	out[0].Ping = m.Ping // once
	return out
}

// fitter holds the limits of one Fit, with no limit as the largest number.
type fitter struct {
	l       Limits
	text    int // what a block's text may measure, so that the buttons still fit beside it
	reserve int // what the buttons measure
}

func newFitter(l Limits) *fitter {
	for _, n := range []*int{&l.Blocks, &l.Text, &l.Heading, &l.Total, &l.Gist, &l.Items, &l.Rows, &l.Buttons, &l.Alt} {
		if *n <= 0 {
			*n = math.MaxInt32
		}
	}
	if l.Measure == nil {
		l.Measure = func(s Span) int { return Size(s.Words()) }
	}
	if l.Apart <= 0 {
		l.Apart = 4
	}
	return &fitter{l: l}
}

func (f *fitter) spans(spans []Span) int {
	n := 0
	for _, s := range spans {
		n += f.l.Measure(s)
	}
	return n
}

// size is what a block's text measures.
func (f *fitter) size(b Block) int {
	switch b := b.(type) {
	case Heading:
		return f.spans(b.Spans)
	case Paragraph:
		return f.spans(b.Spans)
	case Quote:
		return f.spans(b.Spans)
	case List:
		n := 0
		for _, item := range b.Items {
			n += f.spans(item) + f.l.Apart
		}
		return n
	case Table:
		n := f.head(b)
		for _, row := range b.Rows {
			n += f.row(row)
		}
		return n
	case Image:
		return Size(b.Alt)
	case Sources:
		n := 0
		for _, s := range b.Items {
			n += f.spans(s.Line()) + f.l.Apart
		}
		return n
	case Buttons:
		n := 0
		for _, button := range b.Items {
			n += Size(button.Label)
		}
		return n
	default: // Divider
		return 0
	}
}

func (f *fitter) head(t Table) int {
	n := 0
	for _, c := range t.Columns {
		n += f.l.Measure(B(c.Title)) + f.l.Apart
	}
	return n
}

func (f *fitter) row(row [][]Span) int {
	n := 0
	for _, cell := range row {
		n += f.spans(cell) + f.l.Apart
	}
	return n
}

// split makes blocks of b that each keep to the limits of a block.
func (f *fitter) split(b Block) []Block {
	switch b := b.(type) {
	case Heading:
		if f.size(b) <= min(f.l.Heading, f.text) {
			return []Block{b}
		}
		strong := make([]Span, len(b.Spans))
		for i, s := range b.Spans {
			if s.Kind == Plain || s.Kind == Emphasis {
				s.Kind = Strong
			}
			strong[i] = s
		}
		return f.split(Paragraph{Spans: strong})
	case Paragraph:
		var out []Block
		for _, spans := range f.chunks(b.Spans, f.text) {
			out = append(out, Paragraph{Spans: spans, Quiet: b.Quiet})
		}
		return out
	case Quote:
		var out []Block
		for _, spans := range f.chunks(b.Spans, f.text) {
			out = append(out, Quote{Spans: spans})
		}
		return out
	case List:
		return f.splitList(b)
	case Table:
		return f.splitTable(b)
	case Sources:
		return f.splitSources(b)
	case Image:
		b.Alt = cutWords(b.Alt, min(f.l.Alt, f.text), Size)
		return []Block{b}
	default: // Divider; Buttons don't come here
		return []Block{b}
	}
}

// splitList keeps the numbers of an ordered list. What is too long for an item goes on in paragraphs after it.
func (f *fitter) splitList(list List) []Block {
	var out []Block
	now := List{Ordered: list.Ordered, Start: list.Start}
	size := 0
	flush := func(next int) {
		if len(now.Items) > 0 {
			out = append(out, now)
		}
		now, size = List{Ordered: list.Ordered}, 0
		if list.Ordered {
			now.Start = list.Number(next)
		}
	}
	for i, item := range list.Items {
		chunks := f.chunks(item, f.text-f.l.Apart)
		n := f.spans(chunks[0]) + f.l.Apart
		if len(now.Items) > 0 && (size+n > f.text || len(now.Items) >= f.l.Items) {
			flush(i)
		}
		now.Items = append(now.Items, chunks[0])
		size += n
		if len(chunks) > 1 {
			flush(i + 1)
			for _, more := range chunks[1:] {
				out = append(out, Paragraph{Spans: more})
			}
		}
	}
	flush(0)
	return out
}

func (f *fitter) splitSources(sources Sources) []Block {
	var out []Block
	var now Sources
	size := 0
	for _, s := range sources.Items {
		for over := f.spans(s.Line()) + f.l.Apart - f.text; over > 0; over = f.spans(s.Line()) + f.l.Apart - f.text {
			shorter := cutWords(s.Title, max(Size(s.Title)-over, 1), Size)
			if shorter == s.Title { // the title is not what is too long
				shorter, s.URL, s.Outlet, s.Label = cutWords(s.Title, f.text/4, Size), "", cutWords(s.Outlet, f.text/8, Size), cutWords(s.Label, f.text/8, Size)
				s.Title = shorter
				break
			}
			s.Title = shorter
		}
		n := f.spans(s.Line()) + f.l.Apart
		if len(now.Items) > 0 && (size+n > f.text || len(now.Items) >= f.l.Items) {
			out = append(out, now)
			now, size = Sources{}, 0
		}
		now.Items = append(now.Items, s)
		size += n
	}
	if len(now.Items) > 0 {
		out = append(out, now)
	}
	return out
}

// splitTable repeats the head of the table in each part. A row that is too large goes on in rows below it.
func (f *fitter) splitTable(t Table) []Block {
	columns := max(len(t.Columns), 1)
	if f.head(t) > f.text/2 {
		t.Columns = slices.Clone(t.Columns)
		for i := range t.Columns {
			t.Columns[i].Title = cutWords(t.Columns[i].Title, f.text/(2*columns)-f.l.Apart, Size)
		}
	}
	head := f.head(t)
	var rows [][][]Span
	for _, row := range t.Rows {
		if head+f.row(row) <= f.text {
			rows = append(rows, row)
			continue
		}
		each := max((f.text-head)/max(len(row), 1)-f.l.Apart, 1)
		var cells [][][]Span
		height := 0
		for _, cell := range row {
			chunks := f.chunks(cell, each)
			cells = append(cells, chunks)
			height = max(height, len(chunks))
		}
		for y := range height {
			line := make([][]Span, len(row))
			for x, chunks := range cells {
				if y < len(chunks) {
					line[x] = chunks[y]
				}
			}
			rows = append(rows, line)
		}
	}
	var out []Block
	now := Table{Columns: t.Columns}
	size := head
	for _, row := range rows {
		n := f.row(row)
		if len(now.Rows) > 0 && (size+n > f.text || len(now.Rows) >= f.l.Rows) {
			out = append(out, now)
			now, size = Table{Columns: t.Columns}, head
		}
		now.Rows = append(now.Rows, row)
		size += n
	}
	return append(out, now)
}

// rows splits a row of buttons that has too many.
func (f *fitter) rows(b Buttons) []Buttons {
	var out []Buttons
	for items := range slices.Chunk(b.Items, min(f.l.Buttons, max(len(b.Items), 1))) {
		out = append(out, Buttons{Items: items})
	}
	return out
}

// pack puts pieces into parts, and the buttons beside the last piece.
func (f *fitter) pack(pieces []Block, buttons []Buttons) [][]Block {
	var parts [][]Block
	var now []Block
	size := 0
	fits := func(unit []Block) bool {
		n := 0
		for _, b := range unit {
			n += f.size(b)
		}
		return len(now)+len(unit) <= f.l.Blocks && size+n <= f.l.Total
	}
	flush := func() {
		for len(now) > 0 && now[len(now)-1] == Block(Divider{}) { // a line at the end divides nothing
			now = now[:len(now)-1]
		}
		if len(now) > 0 {
			parts = append(parts, now)
		}
		now, size = nil, 0
	}
	for i := 0; i < len(pieces); {
		if _, ok := pieces[i].(Divider); ok && len(now) == 0 && len(parts) > 0 {
			i++
			continue
		}
		unit := pieces[i : i+1 : i+1]
		for _, heading := pieces[i].(Heading); heading && i+len(unit) < len(pieces); {
			next := pieces[i+len(unit)]
			unit = pieces[i : i+len(unit)+1 : i+len(unit)+1]
			_, heading = next.(Heading)
		}
		last := i+len(unit) == len(pieces)
		whole := unit
		if last {
			for _, row := range buttons {
				whole = append(whole, row)
			}
		}
		if !fits(whole) && len(now) > 0 {
			flush()
		}
		if !fits(whole) { // not even alone: a heading and its text, or the last text and its buttons, have to part
			whole = unit[:1]
		}
		for _, b := range whole {
			now = append(now, b)
			size += f.size(b)
		}
		if len(whole) > len(unit) {
			buttons = nil
		}
		i += min(len(whole), len(unit))
	}
	for _, row := range buttons {
		if !fits([]Block{row}) {
			flush()
		}
		now = append(now, row)
		size += f.size(row)
	}
	flush()
	if len(parts) == 0 {
		parts = [][]Block{nil}
	}
	return parts
}

// chunks splits spans between sentences into runs of at most limit. There is always at least one run.
func (f *fitter) chunks(spans []Span, limit int) [][]Span {
	if f.spans(spans) <= limit {
		return [][]Span{spans}
	}
	var out [][]Span
	var now []Span
	size := 0
	flush := func() {
		if now = trim(now); len(now) > 0 {
			out = append(out, now)
		}
		now, size = nil, 0
	}
	for _, sentence := range sentences(spans) {
		n := f.spans(sentence)
		if size+n > limit {
			// The blank at the end of a sentence doesn't count where the sentence is the last.
			if tight := trim(sentence); size+f.spans(tight) <= limit {
				sentence = tight
				now = append(now, sentence...)
				size = limit
				continue
			}
			flush()
			sentence = trim(sentence)
			if n = f.spans(sentence); n > limit {
				out = append(out, f.cut(sentence, limit)...)
				continue
			}
		}
		now = append(now, sentence...)
		size += n
	}
	flush()
	if len(out) == 0 {
		out = [][]Span{nil}
	}
	return out
}

// cut shortens one sentence to limit and keeps its citations. Citations that don't fit beside it follow in further runs.
func (f *fitter) cut(sentence []Span, limit int) [][]Span {
	var cites, rest []Span
	for _, s := range sentence {
		if s.Kind == Cite {
			cites = append(cites, s)
		} else {
			rest = append(rest, s)
		}
	}
	if f.spans(cites) > limit/2 { // a citation without its address is still a citation
		for i := range cites {
			cites[i].URL = ""
		}
	}
	beside := cites
	for len(beside) > 0 && f.spans(beside) > limit/2 {
		beside = beside[:len(beside)-1]
	}
	left := limit - f.spans(beside) - f.l.Measure(T(ellipsis))
	var kept []Span
	for _, s := range rest {
		n := f.l.Measure(s)
		if n <= left {
			kept = append(kept, s)
			left -= n
			continue
		}
		measure := func(text string) int { s := s; s.Text = text; return f.l.Measure(s) }
		if (s.Kind == Link || s.Kind == Time) && measure("") > left-min(left, 8) {
			s.Kind, s.URL = Plain, "" // its address alone takes the room
		}
		if s.Kind != Time {
			if s.Text = cutBare(s.Text, left, measure); s.Text != "" {
				kept = append(kept, s)
			}
		}
		break
	}
	kept = append(append(kept, T(ellipsis)), beside...)
	out := [][]Span{kept}
	var more []Span
	for _, c := range cites[len(beside):] {
		if len(more) > 0 && f.spans(more)+f.l.Measure(c) > limit {
			out = append(out, more)
			more = nil
		}
		more = append(more, c)
	}
	if len(more) > 0 {
		out = append(out, more)
	}
	return out
}

// cutWords shortens text to limit as measured, at a word, with an ellipsis.
func cutWords(text string, limit int, measure func(string) int) string {
	if measure(text) <= limit {
		return text
	}
	return cutBare(text, limit-measure(ellipsis), measure) + ellipsis
}

// cutBare shortens text to limit as measured, at a word where there is one.
func cutBare(text string, limit int, measure func(string) int) string {
	if measure(text) <= limit {
		return text
	}
	starts := make([]int, 0, len(text))
	for i := range text {
		starts = append(starts, i)
	}
	// The first place from which on the text is too long.
	n, _ := slices.BinarySearchFunc(starts, limit, func(at, limit int) int {
		if measure(text[:at]) <= limit {
			return -1
		}
		return 1
	})
	if n == 0 {
		return ""
	}
	at := starts[n-1]
	if r, _ := utf8.DecodeRuneInString(text[at:]); !unicode.IsSpace(r) {
		if blank := strings.LastIndexFunc(text[:at], unicode.IsSpace); blank > 0 {
			at = blank
		} else {
			for at > 0 { // no word: at least no letter without its accents
				if r, _ := utf8.DecodeRuneInString(text[at:]); !unicode.Is(unicode.M, r) {
					break
				}
				_, size := utf8.DecodeLastRuneInString(text[:at])
				at -= size
			}
		}
	}
	return strings.TrimRightFunc(text[:at], unicode.IsSpace)
}

// trim takes blanks off both ends of spans.
func trim(spans []Span) []Span {
	spans = slices.Clone(spans)
	textual := func(s Span) bool { return s.Kind == Plain || s.Kind == Strong || s.Kind == Emphasis }
	for len(spans) > 0 && textual(spans[0]) {
		if spans[0].Text = strings.TrimLeftFunc(spans[0].Text, unicode.IsSpace); spans[0].Text != "" {
			break
		}
		spans = spans[1:]
	}
	for len(spans) > 0 && textual(spans[len(spans)-1]) {
		end := &spans[len(spans)-1]
		if end.Text = strings.TrimRightFunc(end.Text, unicode.IsSpace); end.Text != "" {
			break
		}
		spans = spans[:len(spans)-1]
	}
	return spans
}

// sentences splits spans after sentences. What follows a sentence's end up to the next one (blanks, citations) belongs to it.
// It rather leaves two sentences together than parts one.
func sentences(spans []Span) [][]Span {
	var out [][]Span
	var now []Span
	ended, spaced := false, false
	flush := func() {
		if len(now) > 0 {
			out = append(out, now)
		}
		now, ended, spaced = nil, false, false
	}
	for _, s := range spans {
		switch s.Kind {
		case Cite:
			now = append(now, s)
			continue
		case Link, Time:
			if ended && spaced && begins(s.Text) {
				flush()
			}
			now = append(now, s)
			ended, spaced = s.Kind == Link && sentenceEnd(s.Text) == len(s.Text) && s.Text != "", false
			continue
		}
		rest := s.Text
		for rest != "" {
			if ended {
				text := strings.TrimLeftFunc(rest, unicode.IsSpace)
				if blanks := rest[:len(rest)-len(text)]; blanks != "" {
					now = append(now, Span{Kind: s.Kind, Text: blanks})
					spaced = true
				}
				if rest = text; rest == "" {
					break
				}
				if spaced && (begins(rest) || lineEnd(now)) {
					flush()
				}
				ended, spaced = false, false
			}
			end := sentenceEnd(rest)
			if end == 0 {
				now = append(now, Span{Kind: s.Kind, Text: rest})
				break
			}
			now = append(now, Span{Kind: s.Kind, Text: rest[:end]})
			ended, spaced = true, strings.HasSuffix(rest[:end], "\n") || wide(rest[:end])
			rest = rest[end:]
		}
	}
	flush()
	return out
}

// lineEnd says whether spans end a line.
func lineEnd(spans []Span) bool {
	return len(spans) > 0 && strings.Contains(spans[len(spans)-1].Text[len(strings.TrimRight(spans[len(spans)-1].Text, " \n")):], "\n")
}

// begins says whether a sentence may begin with text: not with a small letter.
func begins(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return !unicode.IsLower(r)
}

// wide says whether text ends in a mark that needs no blank after it.
func wide(text string) bool {
	text = strings.TrimRight(text, closers)
	return strings.HasSuffix(text, "。") || strings.HasSuffix(text, "！") || strings.HasSuffix(text, "？")
}

const closers = `"'”’»)]}」』`

// sentenceEnd returns the length of the first sentence of text that certainly ends in it, or 0.
func sentenceEnd(text string) int {
	for i, r := range text {
		switch r {
		case '\n':
			if strings.TrimSpace(text[:i]) != "" {
				return i + 1
			}
			continue
		case '.', '!', '?', '…', '。', '！', '？', '؟', '।':
		default:
			continue
		}
		end := i + utf8.RuneLen(r)
		for end < len(text) {
			next, size := utf8.DecodeRuneInString(text[end:])
			if !strings.ContainsRune(closers+".!?…。！？", next) {
				break
			}
			end += size
		}
		if r == '.' && abbreviation(text[:i]) {
			continue
		}
		if end == len(text) || wide(text[:end]) {
			return end
		}
		if next, _ := utf8.DecodeRuneInString(text[end:]); unicode.IsSpace(next) && begins(strings.TrimLeftFunc(text[end:], unicode.IsSpace)) {
			return end
		}
	}
	return 0
}

// abbreviation says whether the dot after text may belong to its last word.
func abbreviation(text string) bool {
	word := text
	if i := strings.LastIndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`"'“‘«([`, r) }); i >= 0 {
		_, size := utf8.DecodeRuneInString(text[i:])
		word = text[i+size:]
	}
	if strings.Contains(word, ".") || utf8.RuneCountInString(word) == 1 && begins(word) { // "U.S", "J"
		return strings.IndexFunc(word, unicode.IsDigit) < 0
	}
	_, ok := abbreviations[strings.ToLower(word)]
	return ok
}

var abbreviations = func() map[string]struct{} {
	set := map[string]struct{}{}
	for word := range strings.FieldsSeq(`mr mrs ms dr prof st gen sen gov rep lt col maj sgt capt adm hon rev no nos vs jan feb mar
		apr jun jul aug sep sept oct nov dec inc co corp ltd cf approx art fig pp vol dept est etc al jr sr mt ft`) {
		set[word] = struct{}{}
	}
	return set
}()
