package press

import (
	"encoding/base64"
	"html"
	"net/http"
	"strconv"
	"strings"
	"time"

	"attache/bot/message"
)

// HTML is a message as a page that stands alone: styles inline, pictures inside, nothing that a mail program would have to
// fetch. A picture that lies at an address is shown by its words with a link.
func HTML(m *message.Message) string {
	return page(m, func(i message.Image) string {
		kind, ok := pictureType(i.Data)
		if !ok {
			return ""
		}
		return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(i.Data)
	})
}

func pictureType(data []byte) (kind string, ok bool) {
	kind = http.DetectContentType(data)
	return kind, len(data) > 0 && strings.HasPrefix(kind, "image/")
}

// The styles. Mail programs honour what stands inline; those that know dark mode also honour the sheet in the head, which
// names the same things by class.
const (
	sansSerif  = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Noto Sans',sans-serif"
	styleBody  = "margin:0;padding:0;background:#eef2f5;color:#16222c;" + sansSerif + ";font-size:16px;line-height:1.5;-webkit-text-size-adjust:100%"
	styleSheet = "width:100%;max-width:600px;margin:0 auto;background:#ffffff;border-radius:10px"
	styleCell  = "padding:28px 32px 30px;" + sansSerif + ";font-size:16px;line-height:1.5;color:#16222c;text-align:left;word-break:break-word;overflow-wrap:anywhere"
	styleH1    = "margin:0 0 6px;font-size:23px;line-height:1.25;font-weight:700;color:#16222c"
	styleH2    = "margin:24px 0 6px;font-size:18px;line-height:1.3;font-weight:700;color:#16222c"
	styleP     = "margin:10px 0"
	styleStory = "margin:26px 0 8px;font-size:17px;line-height:1.4"
	styleSmall = "margin:8px 0;font-size:14px;line-height:1.45;color:#52636f"
	styleQuote = "margin:12px 0;padding:2px 0 2px 14px;border-left:3px solid #b9c7d1;color:#33434f"
	styleList  = "margin:10px 0;padding-left:22px"
	styleItem  = "margin:4px 0"
	styleTable = "width:100%;margin:12px 0;border-collapse:collapse;font-size:15px;line-height:1.4"
	styleHead  = "padding:6px 10px 6px 0;border-bottom:2px solid #b9c7d1;text-align:left;vertical-align:bottom;font-size:14px;color:#52636f"
	styleTD    = "padding:7px 10px 7px 0;border-bottom:1px solid #dbe3e9;text-align:left;vertical-align:top"
	styleRule  = "margin:20px 0;border:0;border-top:1px solid #dbe3e9"
	styleLink  = "color:#0b57a4;text-decoration:underline"
	styleCite  = "color:#0b57a4;text-decoration:none;font-size:13px;white-space:nowrap"
	styleImage = "display:block;width:100%;max-width:100%;height:auto;border:0;border-radius:8px"
	styleFig   = "margin:18px 0"
	styleFoot  = "margin:18px 0 0;padding:14px 0 0 20px;border-top:1px solid #dbe3e9;font-size:14px;line-height:1.45;color:#52636f;list-style:none"
	styleCode  = "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:14px;background:#eef2f5;padding:1px 5px;border-radius:4px"
)

const darkSheet = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:480px){.cell{padding:20px 18px 24px!important}.outer{padding:0!important}.sheet{border-radius:0!important}h1{font-size:21px!important}}
@media (prefers-color-scheme:dark){body,.back{background:#0f151b!important}.sheet{background:#18222d!important}
.cell,h1,h2,h3,strong,.ink{color:#e9eef2!important}.quiet,th{color:#aab9c5!important}a,.cite{color:#8cc4ff!important}
blockquote{color:#c9d4dc!important;border-color:#4a5f73!important}th,td.line,hr,.sources{border-color:#364654!important}code{background:#0f151b!important}}
`

// page writes the document. source gives the address of a picture that is carried along, or "".
func page(m *message.Message, source func(message.Image) string) string {
	w := &printer{source: source}
	head := html.EscapeString(title(m))
	w.out.WriteString(`<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="referrer" content="no-referrer">
<title>` + head + `</title>
<style>
` + darkSheet + `</style>
</head>
<body style="` + styleBody + `">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">` + escaped(m.Gist) + `</div>
<table role="presentation" class="back" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#eef2f5"><tr><td class="outer" align="center" style="padding:20px 10px">
<table role="presentation" class="sheet" width="600" cellpadding="0" cellspacing="0" border="0" style="` + styleSheet + `"><tr><td class="cell" style="` + styleCell + `">
`)
	if len(m.Blocks) == 0 {
		w.line(`<p style="`+styleP+`">`, escaped(m.Gist), "</p>")
	}
	for _, b := range m.Blocks {
		w.block(b)
	}
	w.out.WriteString("</td></tr></table>\n</td></tr></table>\n</body>\n</html>\n")
	return w.out.String()
}

type printer struct {
	out    strings.Builder
	source func(message.Image) string
}

func (w *printer) line(parts ...string) {
	for _, p := range parts {
		w.out.WriteString(p)
	}
	w.out.WriteByte('\n')
}

func (w *printer) block(b message.Block) {
	switch b := b.(type) {
	case message.Heading:
		tag, style := "h1", styleH1
		if b.Level > 1 {
			tag, style = "h2", styleH2
		}
		w.line("<"+tag+` style="`+style+`">`, spans(b.Spans), "</"+tag+">")
	case message.Paragraph:
		if b.Quiet {
			w.line(`<p class="quiet" style="`+styleSmall+`">`, spans(b.Spans), "</p>")
			return
		}
		style := styleP
		if numbered(b.Spans) {
			style = styleStory
		}
		w.line(`<p style="`+style+`">`, spans(b.Spans), "</p>")
	case message.Quote:
		w.line(`<blockquote style="`+styleQuote+`">`, spans(b.Spans), "</blockquote>")
	case message.List:
		tag, start := "ul", ""
		if b.Ordered {
			tag = "ol"
			if b.Start > 1 {
				start = ` start="` + strconv.Itoa(b.Start) + `"`
			}
		}
		w.line("<" + tag + start + ` style="` + styleList + `">`)
		for _, item := range b.Items {
			w.line(`<li style="`+styleItem+`">`, spans(item), "</li>")
		}
		w.line("</" + tag + ">")
	case message.Table:
		w.table(b)
	case message.Image:
		w.picture(b)
	case message.Divider:
		w.line(`<hr style="` + styleRule + `">`)
	case message.Sources:
		w.line(`<ul class="sources quiet" style="` + styleFoot + `">`)
		for _, s := range b.Items {
			w.line(`<li style="margin:4px 0;text-indent:-20px">`, spans(s.Line()), "</li>")
		}
		w.line("</ul>")
	case message.Buttons:
		for _, button := range b.Items {
			if address := message.WebAddress(button.URL); address != "" {
				w.line(`<p style="`+styleP+`">`, link(styleLink, "", address, escaped(button.Label)), "</p>")
			}
		}
	}
}

// numbered says whether a paragraph begins with the number of a story, as in a digest.
func numbered(spans []message.Span) bool {
	if len(spans) == 0 || spans[0].Kind != message.Strong {
		return false
	}
	number, _, found := strings.Cut(spans[0].Text, ". ")
	_, err := strconv.Atoi(number)
	return found && err == nil
}

func (w *printer) picture(i message.Image) {
	if source := w.source(i); source != "" {
		w.line(`<p style="`+styleFig+`"><img src="`, html.EscapeString(source), `" width="536" alt="`, html.EscapeString(oneLine(i.Alt)), `" style="`+styleImage+`"></p>`)
		return
	}
	words := escaped(i.Alt)
	if address := message.WebAddress(i.URL); address != "" {
		words = link(styleLink, "", address, words)
	}
	w.line(`<p class="quiet" style="`+styleSmall+`">`, words, "</p>")
}

func (w *printer) table(t message.Table) {
	right := func(i int) string {
		if i < len(t.Columns) && t.Columns[i].Right {
			return ";text-align:right"
		}
		return ""
	}
	w.line(`<table cellpadding="0" cellspacing="0" style="` + styleTable + `">`)
	if len(t.Columns) > 0 {
		w.out.WriteString("<tr>")
		for i, c := range t.Columns {
			w.out.WriteString(`<th scope="col" style="` + styleHead + right(i) + `">` + escaped(c.Title) + "</th>")
		}
		w.line("</tr>")
	}
	for _, row := range t.Rows {
		w.out.WriteString("<tr>")
		for i, cell := range row {
			w.out.WriteString(`<td class="line" style="` + styleTD + right(i) + `">` + spans(cell) + "</td>")
		}
		w.line("</tr>")
	}
	w.line("</table>")
}

func spans(list []message.Span) string {
	var b strings.Builder
	for _, s := range list {
		words := escaped(s.Words())
		address := message.WebAddress(s.URL)
		switch s.Kind {
		case message.Strong:
			words = "<strong>" + words + "</strong>"
		case message.Emphasis:
			words = "<em>" + words + "</em>"
		case message.Code:
			words = `<code style="` + styleCode + `">` + words + "</code>"
		case message.Link:
			if address != "" {
				words = link(styleLink, "", address, words)
			}
		case message.Cite:
			if address != "" {
				words = link(styleCite, ` class="cite"`, address, words)
			} else {
				words = `<span class="cite" style="` + styleCite + `">` + words + "</span>"
			}
		case message.Time:
			words = `<time datetime="` + s.At.UTC().Format(time.RFC3339) + `">` + words + "</time>"
		}
		b.WriteString(words)
	}
	return b.String()
}

// link tells the other side neither who opened it nor from where.
func link(style, class, address, inner string) string {
	return "<a" + class + ` href="` + html.EscapeString(address) + `" target="_blank" rel="noopener noreferrer nofollow" style="` + style + `">` + inner + "</a>"
}

func escaped(s string) string {
	return strings.ReplaceAll(html.EscapeString(message.Clean(s)), "\n", "<br>\n")
}
