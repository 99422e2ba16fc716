package feeds

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/klippa-app/go-pdfium"
	failures "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"attache/briefings"
)

// Bounds of a PDF. It is read by Chromium's own reader, which is compiled to WebAssembly and runs in a sandbox that has no
// files, no network, so much memory and so much time: what a hostile file does in there ends with it.
const (
	pdfTime   = 30 * time.Second
	pdfMemory = 192 << 20 / 65536 // pages of the sandbox's memory, of 64 KB each
	pdfPages  = 200
)

var (
	errPDF       = errors.New("this PDF is damaged and can't be read; add its text as a .txt file, with --title, --outlet and --published")
	errPDFLocked = errors.New("this PDF is locked with a password; save it without, or add its text as a .txt file")
	errPDFSlow   = errors.New("this PDF took too long to read; add its text as a .txt file, with --title, --outlet and --published")
	errPDFImages = errors.New("this PDF holds pictures of text and no text; add its text as a .txt file, with --title, --outlet and --published")
	errPDFPages  = fmt.Errorf("this PDF has more than %d pages; add the pages that matter as a .txt file", pdfPages)
)

// looksLikePDF says whether bytes are a PDF. Its mark may stand a little behind the beginning.
func looksLikePDF(raw []byte, name string) bool {
	head := raw[:min(len(raw), 1024)]
	return bytes.HasPrefix(head, []byte("%PDF-")) || strings.EqualFold(filepath.Ext(name), ".pdf") && bytes.Contains(head, []byte("%PDF-"))
}

// ReadPDF makes a report of a PDF: its text in paragraphs, without the lines that come again on every page. What it says about
// itself is no more than its title; when it was made isn't when it was published.
func ReadPDF(raw []byte) (briefings.Report, error) {
	s, err := openSandbox()
	if err != nil {
		return briefings.Report{}, err
	}
	defer func() { _ = s.pool.Close() }()
	return s.report(raw, pdfTime)
}

// sandbox runs the reader of PDF files. The interpreter is slower than compiled code and ready in a second, on every kind of
// machine.
type sandbox struct{ pool pdfium.Pool }

func openSandbox() (sandbox, error) {
	features := api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling // the module's setjmp
	pool, err := webassembly.Init(webassembly.Config{
		Context: context.Background(), MaxIdle: 1, MaxTotal: 1, FSConfig: wazero.NewFSConfig(), Stdout: io.Discard, Stderr: io.Discard,
		RuntimeConfig: wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(features).WithMemoryLimitPages(pdfMemory).WithCloseOnContextDone(true),
	})
	if err != nil {
		return sandbox{}, fmt.Errorf("start the reader of PDF files: %w", err)
	}
	return sandbox{pool}, nil
}

// report reads one file in a fresh sandbox.
func (s sandbox) report(raw []byte, most time.Duration) (r briefings.Report, err error) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), most, errPDFSlow)
	defer cancel()
	reader, err := s.pool.GetInstanceWithContext(ctx)
	if err != nil {
		return r, fmt.Errorf("start the reader of PDF files: %w", err)
	}
	stopped := context.AfterFunc(ctx, func() { _ = reader.Kill() })
	defer func() {
		if p := recover(); p != nil {
			err = errPDF
		}
		if !stopped() {
			err = errPDFSlow
		} else if reader.Close() != nil { // it broke off inside
			_ = reader.Kill()
		}
	}()
	doc, err := reader.OpenDocument(&requests.OpenDocument{File: &raw})
	switch {
	case errors.Is(err, failures.ErrPassword), errors.Is(err, failures.ErrSecurity):
		return r, errPDFLocked
	case err != nil:
		return r, errPDF
	}
	count, err := reader.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document})
	switch {
	case err != nil || count.PageCount < 1:
		return r, errPDF
	case count.PageCount > pdfPages:
		return r, errPDFPages
	}
	var pages [][]pdfLine
	size := 0
	for i := range count.PageCount {
		lines, err := linesOf(reader, doc.Document, i)
		if errors.Is(err, briefings.ErrTooLarge) {
			return r, err
		}
		if err != nil {
			return r, errPDF
		}
		for _, l := range lines {
			size += len(l.text)
		}
		if size > briefings.MaxText {
			return r, briefings.ErrTooLarge
		}
		pages = append(pages, lines)
	}
	text := pdfText(pages)
	if text == "" {
		return r, errPDFImages
	}
	if r, err = ReadText([]byte(text), ""); err != nil {
		return r, err
	}
	if strings.HasPrefix(r.Text, strings.TrimRight(r.Title, "…")) { // no headline stands above the text
		if meta, err := reader.FPDF_GetMetaText(&requests.FPDF_GetMetaText{Document: doc.Document, Tag: "Title"}); err == nil {
			r.Title = cmp.Or(titleIn(meta.Value, text), r.Title)
		}
	}
	return r, nil
}

// titleIn is what a PDF calls itself, if it stands in its text too: programs leave all kinds of things there.
func titleIn(title, text string) string {
	title = collapse(title)
	if n := utf8.RuneCountInString(title); n < 8 || n > 200 || !strings.Contains(collapse(text[:min(len(text), 4000)]), title) {
		return ""
	}
	return title
}

// pdfLine is a line of a page, in points from its lower left corner.
type pdfLine struct {
	text                      string
	left, right, base, height float64
}

// linesOf are the lines of a page in the order in which they are read. Where a line stands is asked of its first and its last
// character alone: a call into the sandbox for each of a page's thousands takes a second.
func linesOf(reader pdfium.Pdfium, doc references.FPDF_DOCUMENT, page int) ([]pdfLine, error) {
	loaded, err := reader.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: requests.Page{ByIndex: &requests.PageByIndex{Document: doc, Index: page}}})
	if err != nil {
		return nil, err
	}
	at := loaded.TextPage
	defer func() { _, _ = reader.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: at}) }()
	count, err := reader.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: at})
	switch {
	case err != nil:
		return nil, err
	case count.Count <= 0:
		return nil, nil
	case count.Count > briefings.MaxText:
		return nil, briefings.ErrTooLarge
	}
	all, err := reader.FPDFText_GetText(&requests.FPDFText_GetText{TextPage: at, Count: count.Count})
	if err != nil {
		return nil, err
	}
	var out []pdfLine
	n := 0 // characters before the line
	for text := range strings.SplitSeq(strings.ToValidUTF8(all.Text, ""), "\n") {
		length := utf8.RuneCountInString(text) + 1
		line := pdfLine{text: collapse(strings.Map(spelled, text))}
		if line.text != "" {
			first := n + utf8.RuneCountInString(text) - utf8.RuneCountInString(strings.TrimLeft(text, " "))
			last := n + utf8.RuneCountInString(strings.TrimRight(text, " \r")) - 1
			line.place(reader, at, first, last)
			out = append(out, line)
		}
		n += length
	}
	return out, nil
}

// place asks where a line stands. What isn't known stays zero.
func (l *pdfLine) place(reader pdfium.Pdfium, at references.FPDF_TEXTPAGE, first, last int) {
	origin, err := reader.FPDFText_GetCharOrigin(&requests.FPDFText_GetCharOrigin{TextPage: at, Index: first})
	if err != nil {
		return
	}
	begin, err := reader.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: at, Index: first})
	if err != nil {
		return
	}
	end, err := reader.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: at, Index: max(first, last)})
	if err != nil {
		return
	}
	l.base, l.height, l.left, l.right = origin.Y, float64(begin.Rect.Top-begin.Rect.Bottom), float64(begin.Rect.Left), float64(end.Rect.Right)
}

// spelled drops what is no character and marks the hyphen that the reader has found at the end of a line.
func spelled(r rune) rune {
	switch {
	case r == 0x02 || r == 0xfffe:
		return softHyphen
	case r < ' ' && r != '\t' && r != '\r' || r == utf8.RuneError:
		return -1
	}
	return r
}

const softHyphen = '\u00ad'

// pdfText joins the lines of pages to paragraphs.
func pdfText(pages [][]pdfLine) string {
	again := running(pages)
	var out []string
	var paragraph strings.Builder
	for _, page := range pages {
		page = slices.DeleteFunc(page, func(l pdfLine) bool { return again[headOf(l.text)] || pageNumber.MatchString(l.text) })
		lead, width := leading(page)
		for i, l := range page {
			if paragraph.Len() > 0 && (i == 0 && sentenceEnds(paragraph.String()) || i > 0 && parted(page[i-1], l, lead, width)) {
				out = append(out, paragraph.String())
				paragraph.Reset()
			}
			joinLine(&paragraph, l.text)
		}
	}
	if paragraph.Len() > 0 {
		out = append(out, paragraph.String())
	}
	return strings.ReplaceAll(strings.Join(out, "\n\n"), string(softHyphen), "")
}

// joinLine adds a line to its paragraph. Languages that put no spaces between words put none between lines.
func joinLine(paragraph *strings.Builder, line string) {
	before := paragraph.String()
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(line)
	if before != "" && last != softHyphen && !(unspaced(last) && unspaced(next)) {
		paragraph.WriteByte(' ')
	}
	paragraph.WriteString(line)
}

func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) || strings.ContainsRune("。、，；：！？「」『』（）", r)
}

// leading is how far apart the lines of a page mostly are, and how wide the widest is.
func leading(page []pdfLine) (lead, width float64) {
	var gaps []float64
	for i, l := range page {
		width = max(width, l.right-l.left)
		if i > 0 {
			if gap := page[i-1].base - l.base; gap > 1 {
				gaps = append(gaps, gap)
			}
		}
	}
	if len(gaps) > 0 {
		slices.Sort(gaps)
		lead = gaps[len(gaps)/3] // in a text of short paragraphs half of the gaps lie between two of them
	}
	return lead, width
}

// parted says whether a paragraph ends between two lines of a page.
func parted(a, b pdfLine, lead, width float64) bool {
	gap := a.base - b.base
	size := max(a.height, b.height) / max(min(a.height, b.height), 1)
	full := a.right > a.left+width*0.85 && !sentenceEnds(a.text)
	switch {
	case gap < -1 || gap > 10*lead: // the next column
		return sentenceEnds(a.text)
	case size > 1.15: // a headline
		return true
	case gap > 1.35*lead:
		return !full || gap > 1.9*lead // a line with a high letter in it stands farther off
	}
	return sentenceEnds(a.text) && (a.right < max(b.right, a.left+width/2)-width/6 || b.left > a.left+6)
}

// sentenceEnds says whether a text ends where a sentence may.
func sentenceEnds(text string) bool {
	text = strings.TrimRight(text, ` "'”’»)]」』`)
	last, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune(".!?:…。！？؟।", last)
}

// pageNumber is a line that only numbers the page.
var pageNumber = regexp.MustCompile(`^(?i)(page|seite|p\.)?\s*[-–—]?\s*\d{1,4}\s*(([/]|of|von|sur|de)\s*\d{1,4})?\s*[-–—]?$`)

var digits = regexp.MustCompile(`\d+`)

// headOf is a line as a running head: page numbers in it don't tell it from the next page's.
func headOf(line string) string { return digits.ReplaceAllString(line, "0") }

// running are the lines that come again at the head or the foot of most pages.
func running(pages [][]pdfLine) map[string]bool {
	seen := map[string]int{}
	for _, page := range pages {
		edge := append(slices.Clone(page[:min(len(page), 2)]), page[max(0, len(page)-2):]...)
		here := map[string]bool{}
		for _, l := range edge {
			here[headOf(l.text)] = true
		}
		for line := range here {
			seen[line]++
		}
	}
	out := map[string]bool{}
	for line, n := range seen {
		out[line] = n >= 3 && n*2 > len(pages)
	}
	return out
}
