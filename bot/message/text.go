package message

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// TextOptions say how Text looks.
type TextOptions struct {
	Width  int  // columns; zero means 80, a negative number means no wrapping
	Colour bool // ANSI colours and styles
	Links  bool // with Colour: links that the terminal opens (OSC 8)
}

// Text renders m for a terminal: wrapped, tables aligned, sources numbered with their addresses. Buttons that act have no
// place there; those that open an address are listed.
func Text(m *Message, o TextOptions) string {
	if o.Width == 0 {
		o.Width = 80
	}
	t := &terminal{o: o}
	for _, b := range m.Blocks {
		t.block(b)
	}
	if t.out.Len() == 0 {
		t.lines([]Span{T(m.Gist)}, "", "", "")
	}
	return t.out.String()
}

// terminal writes blocks one below the other.
type terminal struct {
	o      TextOptions
	out    strings.Builder
	before Block
}

// ANSI styles, as SGR parameters.
const (
	sgrStrong   = "1"
	sgrQuiet    = "2"
	sgrEmphasis = "3"
	sgrHeading  = "1;36"
	sgrCite     = "36"
	sgrLink     = "4"
)

func (t *terminal) block(b Block) {
	if t.before != nil && !t.close(t.before, b) {
		t.out.WriteByte('\n')
	}
	t.before = b
	switch b := b.(type) {
	case Heading:
		t.lines(b.Spans, "", "", sgrHeading)
		if b.Level <= 1 && !t.o.Colour {
			t.out.WriteString(strings.Repeat("─", min(columns(Words(b.Spans)), t.width())) + "\n")
		}
	case Paragraph:
		style := ""
		if b.Quiet {
			style = sgrQuiet
		}
		t.lines(b.Spans, "", "", style)
	case Quote:
		t.lines(b.Spans, "  │ ", "  │ ", "")
	case List:
		for i, item := range b.Items {
			first := "  • "
			if b.Ordered {
				first = "  " + strconv.Itoa(b.Number(i)) + ". "
			}
			t.lines(item, first, strings.Repeat(" ", columns(first)), "")
		}
	case Table:
		t.table(b)
	case Image:
		if b.Said {
			break
		}
		t.lines([]Span{T("[" + oneLine(b.Alt) + "]")}, "", "", sgrQuiet)
		if address := WebAddress(b.URL); address != "" {
			t.raw("    " + address)
		}
	case Divider:
		t.raw(strings.Repeat("─", min(t.width(), 40)))
	case Sources:
		for _, s := range b.Items {
			indent := strings.Repeat(" ", 3+len(strconv.Itoa(s.Number)))
			t.lines(s.Line(), "", indent, sgrQuiet)
			if address := WebAddress(s.URL); address != "" && !(t.o.Colour && t.o.Links) {
				t.raw(indent + address)
			}
		}
	case Buttons:
		for _, button := range b.Items {
			if address := WebAddress(button.URL); address != "" {
				t.lines([]Span{T(button.Label + ": " + address)}, "", "", "")
			}
		}
	}
}

// close says whether two blocks stand without an empty line between them.
func (t *terminal) close(above, below Block) bool {
	switch below := below.(type) {
	case Buttons:
		for _, button := range below.Items {
			if WebAddress(button.URL) != "" {
				return false
			}
		}
		return true
	case Quote:
		_, heading := above.(Heading)
		return heading
	case Paragraph:
		a, paragraph := above.(Paragraph)
		return paragraph && a.Quiet && below.Quiet
	}
	h, heading := above.(Heading)
	return heading && h.Level > 1
}

func (t *terminal) width() int {
	if t.o.Width < 0 {
		return 1 << 20
	}
	return max(t.o.Width, 20)
}

func (t *terminal) raw(line string) { t.out.WriteString(line + "\n") }

// fragment is a run of text in one style. address makes it a link.
type fragment struct {
	text, style, address string
}

// lines writes spans wrapped, with first in front of the first line and then in front of the others.
func (t *terminal) lines(spans []Span, first, then, style string) {
	for i, line := range wrap(words(spans, style, t.o.Colour), t.width()-max(columns(first), columns(then))) {
		prefix := then
		if i == 0 {
			prefix = first
		}
		t.raw(strings.TrimRight(t.paint([]fragment{{text: prefix, style: pick(style == sgrQuiet, sgrQuiet, "")}})+t.paint(line), " "))
	}
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// words cuts spans into words with the blank that follows each; "\n" is a word of its own. Without colour, what to type
// stands in backticks.
func words(spans []Span, base string, colour bool) [][]fragment {
	var out [][]fragment
	var now []fragment
	flush := func() {
		if len(now) > 0 {
			out = append(out, now)
		}
		now = nil
	}
	for _, s := range spans {
		style, address := base, ""
		add := func(more string) {
			if style != "" && more != "" {
				style += ";" + more
			} else {
				style += more
			}
		}
		switch s.Kind {
		case Strong:
			add(sgrStrong)
		case Emphasis:
			add(sgrEmphasis)
		case Link:
			if address = WebAddress(s.URL); address != "" {
				add(sgrLink)
			}
		case Cite:
			add(sgrCite)
			address = WebAddress(s.URL)
		case Code:
			add(sgrCite)
		}
		word := strings.Builder{}
		end := func() {
			if word.Len() > 0 {
				now = append(now, fragment{word.String(), style, address})
				word.Reset()
			}
		}
		text := s.Words()
		if s.Kind == Code && !colour {
			text = "`" + text + "`"
		}
		for _, r := range text {
			switch {
			case r == '\n':
				end()
				flush()
				out = append(out, []fragment{{text: "\n"}})
			case r == ' ':
				end()
				now = append(now, fragment{" ", style, address})
				flush()
			default:
				word.WriteRune(r)
			}
		}
		end()
	}
	flush()
	return out
}

// wrap puts words on lines of width columns. A word that is longer than a line stands alone and sticks out: an address or
// a name in pieces can't be copied.
func wrap(words [][]fragment, width int) [][]fragment {
	lines := [][]fragment{nil}
	used := 0
	for _, word := range words {
		if word[0].text == "\n" {
			lines = append(lines, nil)
			used = 0
			continue
		}
		n, tight := 0, 0
		for _, f := range word {
			n += columns(f.text)
			if f.text != " " {
				tight = n
			}
		}
		if used > 0 && used+tight > width {
			lines = append(lines, nil)
			used = 0
		}
		if used == 0 && tight == 0 {
			continue // no blank at the beginning of a line
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], word...)
		used += n
	}
	return lines
}

// paint writes fragments with their styles.
func (t *terminal) paint(fragments []fragment) string {
	var b strings.Builder
	for i := 0; i < len(fragments); i++ {
		f := fragments[i]
		for i+1 < len(fragments) && fragments[i+1].style == f.style && fragments[i+1].address == f.address {
			i++
			f.text += fragments[i].text
		}
		if f.text == "" {
			continue
		}
		if !t.o.Colour {
			b.WriteString(f.text)
			continue
		}
		if t.o.Links && f.address != "" {
			b.WriteString("\x1b]8;;" + f.address + "\x1b\\")
		}
		if f.style != "" {
			b.WriteString("\x1b[" + f.style + "m" + f.text + "\x1b[0m")
		} else {
			b.WriteString(f.text)
		}
		if t.o.Links && f.address != "" {
			b.WriteString("\x1b]8;;\x1b\\")
		}
	}
	return b.String()
}

// table aligns the columns. Where the table is wider than the terminal, the widest columns are wrapped.
func (t *terminal) table(table Table) {
	n := len(table.Columns)
	for _, row := range table.Rows {
		n = max(n, len(row))
	}
	if n == 0 {
		return
	}
	const gap = 2
	widths := make([]int, n)
	for i, c := range table.Columns {
		widths[i] = columns(oneLine(c.Title))
	}
	for _, row := range table.Rows {
		for i, cell := range row {
			for line := range strings.SplitSeq(Words(cell), "\n") {
				widths[i] = max(widths[i], columns(line))
			}
		}
	}
	for total := sum(widths) + gap*(n-1); total > t.width(); total-- {
		widest := 0
		for i, w := range widths {
			if w > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= 8 {
			break
		}
		widths[widest]--
	}
	write := func(cells [][]Span, style string) {
		wrapped := make([][][]fragment, n)
		height := 1
		for i, cell := range cells {
			wrapped[i] = wrap(words(cell, style, t.o.Colour), widths[i])
			height = max(height, len(wrapped[i]))
		}
		for y := range height {
			line := ""
			for x := range n {
				var cell []fragment
				if y < len(wrapped[x]) {
					cell = wrapped[x][y]
				}
				for len(cell) > 0 && cell[len(cell)-1].text == " " {
					cell = cell[:len(cell)-1]
				}
				used := 0
				for _, f := range cell {
					used += columns(f.text)
				}
				pad := strings.Repeat(" ", max(widths[x]-used, 0))
				if x < len(table.Columns) && table.Columns[x].Right {
					line += pad + t.paint(cell)
				} else {
					line += t.paint(cell) + pad
				}
				if x < n-1 {
					line += strings.Repeat(" ", gap)
				}
			}
			t.raw(strings.TrimRight(line, " "))
		}
	}
	if len(table.Columns) > 0 {
		head := make([][]Span, n)
		rule := make([]string, n)
		for i, c := range table.Columns {
			head[i] = []Span{T(oneLine(c.Title))}
		}
		for i, w := range widths {
			rule[i] = strings.Repeat("─", w)
		}
		write(head, sgrStrong)
		t.raw(strings.Join(rule, strings.Repeat(" ", gap)))
	}
	for _, row := range table.Rows {
		write(row, "")
	}
}

func sum(ns []int) int {
	total := 0
	for _, n := range ns {
		total += n
	}
	return total
}

// columns is how many terminal columns s takes: two for a wide character, none for an accent.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r):
		case width.LookupRune(r).Kind() == width.EastAsianWide, width.LookupRune(r).Kind() == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// PlainText renders m as complete plain text without wrapping, for screen readers and as the fallback of a rich message. A
// quote stands in quotation marks, a row of a table is a line of "column: cell", and an address is written out where the
// sources don't list it.
func PlainText(m *Message) string {
	listed := map[string]bool{}
	for _, b := range m.Blocks {
		if s, ok := b.(Sources); ok {
			for _, item := range s.Items {
				listed[WebAddress(item.URL)] = true
			}
		}
	}
	line := func(spans []Span) string {
		var b strings.Builder
		for _, s := range spans {
			if s.Kind == Code {
				b.WriteString("“" + s.Words() + "”")
				continue
			}
			b.WriteString(s.Words())
			if address := WebAddress(s.URL); s.Kind == Link && !listed[address] && !strings.Contains(s.Text, address) {
				b.WriteString(" (" + address + ")")
			}
		}
		return strings.TrimSpace(b.String())
	}
	var blocks []string
	for _, b := range m.Blocks {
		var lines []string
		switch b := b.(type) {
		case Heading:
			lines = append(lines, line(b.Spans))
		case Paragraph:
			lines = append(lines, line(b.Spans))
		case Quote:
			lines = append(lines, quoted(b.Spans, line))
		case List:
			for i, item := range b.Items {
				if b.Ordered {
					lines = append(lines, strconv.Itoa(b.Number(i))+". "+line(item))
				} else {
					lines = append(lines, "• "+line(item))
				}
			}
		case Table:
			for _, row := range b.Rows {
				var cells []string
				for i, cell := range row {
					text := line(cell)
					if text == "" {
						continue
					}
					if i < len(b.Columns) && b.Columns[i].Title != "" {
						text = oneLine(b.Columns[i].Title) + ": " + text
					}
					cells = append(cells, text)
				}
				lines = append(lines, strings.Join(cells, "; "))
			}
		case Image:
			if !b.Said {
				lines = append(lines, "["+oneLine(b.Alt)+"]")
			}
		case Sources:
			for _, s := range b.Items {
				text := Words(s.Line())
				if address := WebAddress(s.URL); address != "" && !strings.Contains(text, address) {
					text += " " + address
				}
				lines = append(lines, text)
			}
		case Buttons:
			for _, button := range b.Items {
				if address := WebAddress(button.URL); address != "" {
					lines = append(lines, Clean(button.Label)+": "+address)
				}
			}
		}
		if text := strings.Join(lines, "\n"); text != "" {
			blocks = append(blocks, text)
		}
	}
	if len(blocks) == 0 {
		return Clean(m.Gist)
	}
	return strings.Join(blocks, "\n")
}

// quoted puts the words of a quote in quotation marks, unless they bring their own, and leaves its citations outside.
func quoted(spans []Span, line func([]Span) string) string {
	last := len(spans)
	for last > 0 && (spans[last-1].Kind == Cite || strings.TrimSpace(spans[last-1].Words()) == "") {
		last--
	}
	text := line(spans[:last])
	if text != "" && !strings.ContainsAny(text[:len(text)-len(strings.TrimLeft(text, `"“„«‘「『`))], `"“„«‘「『`) {
		text = "“" + text + "”"
	}
	if cites := line(spans[last:]); cites != "" {
		text += " " + cites
	}
	return text
}
