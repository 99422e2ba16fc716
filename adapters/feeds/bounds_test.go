package feeds

import (
	"strings"
	"testing"
)

// TestPagesBuiltToWasteTimeAreNotGivenToTheExtractor has pages on which it would work for up to a minute.
func TestPagesBuiltToWasteTimeAreNotGivenToTheExtractor(t *testing.T) {
	t.Parallel()
	words := strings.Repeat("Some words of a report, with commas. ", 2<<20/37)
	for name, page := range map[string]string{
		"deep":      strings.Repeat("<div>", 500) + "<p>" + words,
		"named":     strings.Repeat(`<div class="share">`, 500) + "<p>" + words,
		"siblings":  "<p>" + strings.Repeat("word<br>", 20_000),
		"headings":  "<p>The report.</p>" + strings.Repeat("<h1>x</h1>", 60_000),
		"links":     "<p>The report.</p>" + strings.Repeat("<p><a>word", 60_000),
		"too deep":  strings.Repeat("<div>", 600) + "<p>" + words,
		"attribute": "<p " + strings.Repeat("a=b ", 100_000) + ">The report.</p>",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := ReadHTML([]byte(page), "https://example.org/x")
			if err != nil || r.Text == "" {
				t.Errorf("%d bytes of text, error %v; want its paragraphs", len(r.Text), err)
			}
		})
	}
}
