package message

import (
	"encoding/base64"
	"html"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// HTML renders m as safe, semantic HTML without scripts, styles or ids: everything is escaped, only http and https links
// open, and they tell the other side nothing. Classes name what a style sheet may want to see: quiet, cite, sources,
// buttons, and tone-… on the section around it all.
func HTML(m *Message) string {
	var b strings.Builder
	class := "message"
	if m.Tone != ToneNeutral {
		class += " tone-" + string(m.Tone)
	}
	b.WriteString(`<section class="` + html.EscapeString(class) + `" aria-label="` + attribute(m.Gist) + `">` + "\n")
	if len(m.Blocks) == 0 {
		b.WriteString("<p>" + escaped(m.Gist) + "</p>\n")
	}
	for _, block := range m.Blocks {
		htmlBlock(&b, block)
	}
	b.WriteString("</section>\n")
	return b.String()
}

func htmlBlock(b *strings.Builder, block Block) {
	switch block := block.(type) {
	case Heading:
		tag := "h3"
		if block.Level > 1 {
			tag = "h4"
		}
		b.WriteString("<" + tag + ">" + htmlSpans(block.Spans) + "</" + tag + ">\n")
	case Paragraph:
		open := "<p>"
		if block.Quiet {
			open = `<p class="quiet">`
		}
		b.WriteString(open + htmlSpans(block.Spans) + "</p>\n")
	case Quote:
		b.WriteString("<blockquote><p>" + htmlSpans(block.Spans) + "</p></blockquote>\n")
	case List:
		tag, start := "ul", ""
		if block.Ordered {
			tag = "ol"
			if block.Start > 1 {
				start = ` start="` + strconv.Itoa(block.Start) + `"`
			}
		}
		b.WriteString("<" + tag + start + ">\n")
		for _, item := range block.Items {
			b.WriteString("<li>" + htmlSpans(item) + "</li>\n")
		}
		b.WriteString("</" + tag + ">\n")
	case Table:
		htmlTable(b, block)
	case Image:
		src := WebAddress(block.URL)
		if len(block.Data) > 0 {
			if kind := http.DetectContentType(block.Data); strings.HasPrefix(kind, "image/") {
				src = "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(block.Data)
			}
		}
		if src == "" {
			b.WriteString("<p>" + escaped(block.Alt) + "</p>\n")
			return
		}
		b.WriteString(`<figure><img src="` + html.EscapeString(src) + `" alt="` + attribute(block.Alt) + `" loading="lazy"></figure>` + "\n")
	case Divider:
		b.WriteString("<hr>\n")
	case Sources:
		b.WriteString(`<ul class="sources">` + "\n")
		for _, s := range block.Items {
			b.WriteString("<li>" + htmlSpans(s.Line()) + "</li>\n")
		}
		b.WriteString("</ul>\n")
	case Buttons:
		b.WriteString(`<div class="buttons">` + "\n")
		for _, button := range block.Items {
			class := "button"
			if button.Style != StyleDefault {
				class += " " + string(button.Style)
			}
			class = html.EscapeString(class)
			if address := WebAddress(button.URL); address != "" {
				b.WriteString(htmlLink(class, address, escaped(button.Label)) + "\n")
			} else if button.Action != "" {
				b.WriteString(`<button type="button" class="` + class + `" data-action="` + attribute(button.Action) + `" data-value="` + attribute(button.Value) + `">` + escaped(button.Label) + "</button>\n")
			}
		}
		b.WriteString("</div>\n")
	}
}

func htmlTable(b *strings.Builder, table Table) {
	b.WriteString("<table>\n")
	if len(table.Columns) > 0 {
		b.WriteString("<thead><tr>")
		for _, c := range table.Columns {
			b.WriteString(`<th scope="col"` + htmlRight(c) + ">" + escaped(c.Title) + "</th>")
		}
		b.WriteString("</tr></thead>\n")
	}
	b.WriteString("<tbody>\n")
	for _, row := range table.Rows {
		b.WriteString("<tr>")
		for i, cell := range row {
			var c Column
			if i < len(table.Columns) {
				c = table.Columns[i]
			}
			b.WriteString("<td" + htmlRight(c) + ">" + htmlSpans(cell) + "</td>")
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody>\n</table>\n")
}

func htmlRight(c Column) string {
	if c.Right {
		return ` class="right"`
	}
	return ""
}

func htmlSpans(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		text := escaped(s.Words())
		address := WebAddress(s.URL)
		switch s.Kind {
		case Strong:
			text = "<strong>" + text + "</strong>"
		case Emphasis:
			text = "<em>" + text + "</em>"
		case Code:
			text = "<code>" + text + "</code>"
		case Link:
			if address != "" {
				text = htmlLink("", address, text)
			}
		case Cite:
			if address != "" {
				text = htmlLink("cite", address, text)
			} else {
				text = `<span class="cite">` + text + "</span>"
			}
		case Time:
			text = `<time datetime="` + s.At.UTC().Format(time.RFC3339) + `">` + text + "</time>"
		}
		b.WriteString(text)
	}
	return b.String()
}

// htmlLink opens in a new tab and tells it neither who opened it nor from where.
func htmlLink(class, address, inner string) string {
	if class != "" {
		class = ` class="` + class + `"`
	}
	return "<a" + class + ` href="` + html.EscapeString(address) + `" target="_blank" rel="noopener noreferrer nofollow">` + inner + "</a>"
}

func escaped(s string) string {
	return strings.ReplaceAll(html.EscapeString(Clean(s)), "\n", "<br>\n")
}

func attribute(s string) string { return html.EscapeString(oneLine(s)) }
