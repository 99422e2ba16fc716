package feeds

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"attache/briefings"
)

// ReadFile reads a report from a file: HTML, e-mail (.eml), PDF, Markdown or plain text, told apart by content and by name.
func ReadFile(path string) (briefings.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		var pathErr *os.PathError
		if errors.As(err, &pathErr) {
			return briefings.Report{}, fmt.Errorf("%s: %w", path, pathErr.Err)
		}
		return briefings.Report{}, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return briefings.Report{}, fmt.Errorf("%s is a folder; name the files in it", path)
	}
	r, err := readFrom(f, path)
	if err != nil {
		return briefings.Report{}, fmt.Errorf("%s: %w", path, err)
	}
	r.Source = "file"
	return r, nil
}

// ReadPasted reads a report from what somebody pasted or piped, as ReadFile does.
func ReadPasted(from io.Reader) (briefings.Report, error) {
	r, err := readFrom(from, "")
	r.Source = "paste"
	return r, err
}

// Untitled says that a report's title is no more than the beginning of its text.
func Untitled(r briefings.Report) bool {
	return r.Title == titleOf(r.Text)
}

// readable are the ends of names of files that can be read.
var readable = map[string]bool{".txt": true, ".md": true, ".markdown": true, ".html": true, ".htm": true, ".xhtml": true, ".eml": true, ".pdf": true}

// Folder lists the files of a folder and of those in it that can be read, by their names' ends, in order. What is hidden, and
// what a link leads to, is left out.
func Folder(path string) (files []string, err error) {
	err = filepath.WalkDir(path, func(at string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case at != path && strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return filepath.SkipDir
			}
		case e.Type().IsRegular() && readable[strings.ToLower(filepath.Ext(at))]:
			if files = append(files, at); len(files) > maxFiles {
				return fmt.Errorf("%s holds more than %d files; add its folders one by one", path, maxFiles)
			}
		}
		return nil
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s holds no text, Markdown, HTML, e-mail (.eml) or PDF", path)
	}
	return files, err
}

func readFrom(from io.Reader, name string) (briefings.Report, error) {
	raw, err := io.ReadAll(io.LimitReader(from, maxFile+1))
	switch {
	case err != nil:
		return briefings.Report{}, fmt.Errorf("read it: %w", err)
	case len(raw) > maxFile:
		return briefings.Report{}, briefings.ErrTooLarge
	}
	return readBytes(raw, name)
}

func readBytes(raw []byte, name string) (briefings.Report, error) {
	if looksLikePDF(raw, name) {
		return ReadPDF(raw)
	}
	switch ext := strings.ToLower(filepath.Ext(name)); {
	case ext == ".eml":
		return ReadMail(raw)
	case ext == ".html" || ext == ".htm" || ext == ".xhtml" || looksLikeHTML(raw):
		return ReadHTML(raw, "")
	case binary(raw):
		return briefings.Report{}, errors.New("this is no text; text, Markdown, HTML, e-mail (.eml) and PDF can be read")
	default:
		return ReadText(raw, name)
	}
}

func looksLikeHTML(raw []byte) bool {
	head := bytes.ToLower(bytes.TrimSpace(raw[:min(len(raw), 1024)]))
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html")) || bytes.Contains(head, []byte("<head"))
}

// binary says that raw holds zeros but is no UTF-16 or UTF-32.
func binary(raw []byte) bool {
	enc, _ := marked(raw)
	return enc == nil && bytes.IndexByte(raw[:min(len(raw), 8000)], 0) >= 0
}

// ReadText makes a report of plain text or Markdown. The date is taken from the head of the text where one stands there;
// the title is the first line where it looks like one, else the beginning of the first sentence.
func ReadText(raw []byte, _ string) (briefings.Report, error) {
	text := strings.ReplaceAll(decode(raw, ""), "\r\n", "\n")
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r", "\n"))
	if text == "" {
		return briefings.Report{}, briefings.ErrEmpty
	}
	var r briefings.Report
	if day, label, ok := dateline(text); ok {
		r.Published, r.DateOnly = day, true
		text = strings.TrimSpace(text[label:])
	}
	line, rest, more := strings.Cut(text, "\n")
	heading := strings.TrimSpace(strings.TrimLeft(line, "#"))
	switch {
	case strings.HasPrefix(line, "# "):
		r.Title, text = heading, strings.TrimSpace(rest)
	case more && strings.HasPrefix(rest, "\n") && isTitle(heading):
		r.Title, text = heading, strings.TrimSpace(rest)
	}
	r.Text = paragraphs(markdownless(text))
	if r.Text == "" {
		r.Text, r.Title = r.Title, ""
	}
	r.Title = first(r.Title, titleOf(r.Text))
	if r.Text == "" {
		return r, briefings.ErrEmpty
	}
	return r, nil
}

// isTitle says whether a first line looks like a headline: short, and without the end of a sentence.
func isTitle(line string) bool {
	n := utf8.RuneCountInString(line)
	return n >= 8 && n <= 160 && !strings.ContainsAny(line[len(line)-1:], ".;,:") && !strings.Contains(line, ". ")
}

// credits are the marks of a picture's credit.
var credits = []string{"/ AFP", "AFP PHOTO", "via Reuters", "via REUTERS", "Getty Images", "/ AP", "(AP Photo", "A picture of", "File photo", "Photo:", "Photograph:", "Picture:", "Image:"}

// captioned says whether a paragraph at the head of a text is the caption of a picture.
func captioned(line string) bool {
	if len(line) > 300 {
		return false
	}
	for _, c := range credits {
		if strings.Contains(line, c) {
			return true
		}
	}
	return false
}

// titleOf shortens the beginning of a text, behind a picture's caption, to a title of at most 90 characters.
func titleOf(text string) string {
	line, rest, _ := strings.Cut(text, "\n")
	if after := strings.TrimSpace(rest); after != "" && captioned(line) {
		line, _, _ = strings.Cut(after, "\n")
	}
	if i := strings.Index(line, ". "); i > 20 {
		line = line[:i]
	}
	if r := []rune(line); len(r) > 90 {
		cut := string(r[:89])
		if i := strings.LastIndexByte(cut, ' '); i > 40 {
			cut = cut[:i]
		}
		line = strings.TrimRight(cut, " ,;:–-") + "…"
	}
	return line
}

// markdownless drops the marks of Markdown that stand at the beginning of lines: headings, quotes and list bullets.
func markdownless(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		t := strings.TrimLeft(line, " \t")
		switch {
		case strings.HasPrefix(t, "#"):
			lines[i] = strings.TrimLeft(t, "# ")
		case strings.HasPrefix(t, "> "):
			lines[i] = strings.TrimPrefix(t, "> ")
		case strings.HasPrefix(t, "- "), strings.HasPrefix(t, "* "):
			lines[i] = "\n" + t[2:]
		}
	}
	return strings.Join(lines, "\n")
}

// paragraphs joins the lines of each paragraph and separates paragraphs with one blank line. A text whose lines are all
// long has a paragraph on each line.
func paragraphs(text string) string {
	blocks := strings.FieldsFunc(strings.ReplaceAll(text, "\n\n", "\x00"), func(r rune) bool { return r == 0 })
	if len(blocks) == 1 && longLines(text) {
		blocks = strings.Split(text, "\n")
	}
	var out []string
	for _, b := range blocks {
		if b = strings.Join(strings.FieldsFunc(b, unicode.IsSpace), " "); b != "" {
			out = append(out, b)
		}
	}
	return strings.Join(out, "\n\n")
}

// longLines says that a text has a paragraph on each line rather than wrapped lines.
func longLines(text string) bool {
	long, n := 0, 0
	for line := range strings.Lines(text) {
		n++
		if len(line) > 100 {
			long++
		}
	}
	return n > 1 && long*2 >= n
}

// ReadMail makes a report of an e-mail: its text part, or its HTML part where there is no text.
func ReadMail(raw []byte) (briefings.Report, error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return briefings.Report{}, errors.New("this is no e-mail: its header can't be read")
	}
	text, page := mailParts(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body, 0)
	var r briefings.Report
	if strings.TrimSpace(text) != "" {
		r.Text = paragraphs(strings.ReplaceAll(text, "\r\n", "\n"))
	} else if page != "" {
		if r, err = ReadHTML([]byte(page), ""); err != nil {
			return r, err
		}
	}
	if r.Text == "" {
		return r, briefings.ErrEmpty
	}
	words := mime.WordDecoder{}
	if subject, err := words.DecodeHeader(m.Header.Get("Subject")); err == nil {
		r.Title = first(collapse(subject), r.Title, titleOf(r.Text))
	}
	if from, err := m.Header.AddressList("From"); err == nil && len(from) > 0 {
		r.Outlet = first(from[0].Name, from[0].Address)
	}
	if at, err := m.Header.Date(); err == nil && plausible(at) {
		r.Published = at
	}
	return r, nil
}

// mailParts collects the text and the HTML of a message, through nested parts.
func mailParts(contentType, transfer string, body io.Reader, depth int) (text, page string) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") && depth < 8 {
		parts := multipart.NewReader(body, params["boundary"])
		for range 100 {
			p, err := parts.NextRawPart()
			if err != nil {
				break
			}
			if p.FileName() != "" {
				continue
			}
			t, h := mailParts(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, depth+1)
			text, page = first(text, t), first(page, h)
		}
		return text, page
	}
	switch strings.ToLower(strings.TrimSpace(transfer)) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	raw, err := io.ReadAll(io.LimitReader(body, maxFile))
	if err != nil && len(raw) == 0 {
		return "", ""
	}
	switch kind {
	case "text/plain":
		return decode(raw, contentType), ""
	case "text/html":
		return "", decode(raw, contentType)
	default:
		return "", ""
	}
}
