package feeds

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// pdfOf writes a PDF of objects; the first is its catalogue.
func pdfOf(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

// stream is a content stream; filter may be empty.
func stream(filter, content string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", filter, len(content), content)
}

// paged is a PDF with a page for each content stream.
func paged(contents ...string) []byte {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}
	var kids strings.Builder
	for _, c := range contents {
		n := len(objects) + 1
		fmt.Fprintf(&kids, "%d 0 R ", n)
		objects = append(objects, fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>", n+1), stream("", c))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(contents), kids.String())
	return pdfOf(objects...)
}

// set writes lines of a page, one below the other, as size, distance from the line above and text.
func set(lines ...any) string {
	var b strings.Builder
	b.WriteString("BT 50 800 Td ")
	for i := 0; i < len(lines); i += 3 {
		fmt.Fprintf(&b, "/F %d Tf 0 -%d Td (%s) Tj ", lines[i], lines[i+1], lines[i+2])
	}
	return b.String() + "ET"
}

// pdfReport is two pages of a report with a headline, a running head and a word that is cut at the end of a line.
func pdfReport() []byte {
	return paged(
		set(9, 0, "The Harbour Post, page 1", 20, 40, "Ministers agree on a fishing treaty",
			11, 40, "Ministers of six countries agreed on Tuesday to share the catch of herring in the North Sea, after",
			11, 14, "two years of talks that had often been close to failure. They will meet again in spring, said the",
			11, 14, "minister of Norway.",
			11, 24, "The treaty limits each fleet to what its harbours landed in the year before, and it lets inspectors on",
			11, 14, "board of every"),
		set(9, 0, "The Harbour Post, page 2", 11, 40, "ship that flies one of the six flags."),
		set(9, 0, "The Harbour Post, page 3", 11, 40, "The parliaments have until June to agree."),
	)
}

// TestPDFsAreReadInTheSandbox reads what is damaged, endless or too large and then a good file in the same sandbox, whose
// start takes most of the time.
func TestPDFsAreReadInTheSandbox(t *testing.T) {
	t.Parallel()
	s, err := openSandbox()
	if err != nil {
		t.Fatal(err)
	}
	defer s.pool.Close()
	good := pdfReport()
	var bomb bytes.Buffer
	z := zlib.NewWriter(&bomb)
	zeros := bytes.Repeat([]byte(" "), 1<<20)
	for range 40 {
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	page := "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R%s>>"
	one := "<</Type/Pages/Count 1/Kids[3 0 R]>>"
	catalogue := "<</Type/Catalog/Pages 2 0 R>>"
	for _, c := range []struct {
		name string
		raw  []byte
		want error // nil: whatever it says, it ends. Where the machine is slow any of them may end for want of time
	}{
		{"no more than its mark", []byte("%PDF-1.7"), errPDF},
		{"cut in its middle", good[:len(good)/2], nil},
		{"noise", append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("<<[(\x00\xff"), 20_000)...), errPDF},
		{"pages that are their own children", pdfOf(catalogue, "<</Type/Pages/Count 5/Kids[2 0 R 2 0 R]>>"), nil},
		{"a billion pages", pdfOf(catalogue, "<</Type/Pages/Count 1000000000/Kids[3 0 R]>>", fmt.Sprintf(page, ""), stream("", "")), nil},
		{"too many pages", paged(make([]string, pdfPages+1)...), errPDFPages},
		{"no text", paged("0 0 m 10 10 l S"), errPDFImages},
		{"a form that draws itself twice", pdfOf(catalogue, one, fmt.Sprintf(page, "/Resources<</XObject<</X 5 0 R>>>>"), stream("", "/X Do"),
			stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>", "/X Do /X Do")), errPDFSlow},
		{"40 MB in a stream of 40 KB", pdfOf(catalogue, one, fmt.Sprintf(page, ""), stream("/Filter/FlateDecode", bomb.String())), nil},
		{"an array in an array in an array", pdfOf(catalogue, one, fmt.Sprintf(page, ""), stream("", strings.Repeat("[", 200_000))), nil},
	} {
		began := time.Now()
		r, err := s.report(c.raw, 300*time.Millisecond)
		t.Logf("%s: %v, %d bytes, %v", c.name, err, len(r.Text), time.Since(began).Round(time.Millisecond))
		if c.want != nil && !errors.Is(err, c.want) && !errors.Is(err, errPDFSlow) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if err == nil && r.Text == "" {
			t.Errorf("%s: neither text nor an error", c.name)
		}
	}
	r, err := s.report(good, pdfTime)
	if err != nil {
		t.Fatalf("a good file after them: %v", err)
	}
	want := strings.Join([]string{
		"Ministers of six countries agreed on Tuesday to share the catch of herring in the North Sea, after two years of talks that had often been close to failure. They will meet again in spring, said the minister of Norway.",
		"The treaty limits each fleet to what its harbours landed in the year before, and it lets inspectors on board of every ship that flies one of the six flags.",
		"The parliaments have until June to agree.",
	}, "\n\n")
	if r.Text != want || r.Title != "Ministers agree on a fishing treaty" {
		t.Errorf("title %q, text\n%s", r.Title, r.Text)
	}
	if r.Outlet != "" || !r.Published.IsZero() {
		t.Errorf("nobody said where and when it was published, but it is %q, %v", r.Outlet, r.Published)
	}
	if !looksLikePDF(good, "report") || !looksLikePDF(append([]byte("\n\n"), good...), "report.PDF") || looksLikePDF([]byte("What %PDF- means"), "report.txt") {
		t.Error("a PDF is taken for something else")
	}
}
