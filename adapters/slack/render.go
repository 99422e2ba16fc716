package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"attache/bot/message"
)

// Limits of Block Kit that the renderer keeps. https://docs.slack.dev/reference/block-kit/blocks
const (
	maxHeader      = 150  // a header's text
	maxText        = 3000 // a text object; we hold rich_text blocks to it as well
	maxContext     = 10   // elements of a context block
	maxButtonText  = 75
	maxButtonValue = 2000
	maxButtons     = 25
	maxAlt         = 2000
	maxActionID    = 255
	maxTableRows   = 100
	maxTableCells  = 20
	maxTableText   = 10_000
)

// Render draws a message: as blocks, and as the complete text that notifications, screen readers and clients without
// blocks show. It keeps all limits of a single block; Poster.Fit keeps those of a message.
func Render(m *message.Message) (blocks []slack.Block, text string) { return render(m, true) }

// render is Render, votes as Slack's own pair of thumbs or as buttons.
func render(m *message.Message, thumbs bool) (blocks []slack.Block, text string) {
	d := drawing{tables: countTables(m), thumbs: thumbs}
	for _, b := range m.Blocks {
		d.block(b)
	}
	if len(d.blocks) == 0 && len(m.Blocks) == 0 {
		d.rich(section(richText(line(m.Gist), nil)))
	}
	return d.blocks, fallback(m)
}

// RenderJSON is what Render draws, as the JSON that Slack gets: {"blocks": […], "text": "…"}.
func RenderJSON(m *message.Message) (json.RawMessage, error) {
	blocks, text := Render(m)
	if blocks == nil {
		blocks = []slack.Block{}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(struct {
		Blocks []slack.Block `json:"blocks"`
		Text   string        `json:"text"`
	}{blocks, text})
	if err != nil {
		return nil, fmt.Errorf("write blocks: %w", err)
	}
	return literal(b.Bytes()), nil
}

// literal writes <, > and & as themselves: the library's own types escape them for HTML, which Slack understands and people
// who read the JSON don't.
func literal(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 == len(raw) {
			out = append(out, raw[i])
			continue
		}
		if i+6 <= len(raw) {
			if c, ok := map[string]byte{`\u003c`: '<', `\u003e`: '>', `\u0026`: '&'}[string(raw[i:i+6])]; ok {
				out = append(out, c)
				i += 5
				continue
			}
		}
		out = append(out, raw[i], raw[i+1]) // an escape of two characters, or the first two of a longer one
		i++
	}
	return out
}

// drawing collects the blocks of one message.
type drawing struct {
	blocks  []slack.Block
	tables  int // tables in the message; Slack takes one
	buttons int // buttons so far: their action ids must differ
	// thumbs says that the first pair of votes is drawn as Slack draws it. A home, a modal and what only one person sees take
	// plain buttons.
	thumbs bool
}

func countTables(m *message.Message) int {
	n := 0
	for _, b := range m.Blocks {
		if _, ok := b.(message.Table); ok {
			n++
		}
	}
	return n
}

func (d *drawing) block(b message.Block) {
	switch b := b.(type) {
	case message.Heading:
		d.heading(b)
	case message.Paragraph:
		if b.Quiet {
			d.context(mrkdwn(b.Spans, timeFormat))
			return
		}
		d.rich(section(spans(b.Spans)...))
	case message.Quote:
		if e := spans(b.Spans); len(e) > 0 {
			d.rich(&slack.RichTextQuote{Type: slack.RTEQuote, Elements: e})
		}
	case message.List:
		d.list(b)
	case message.Table:
		d.table(b)
	case message.Image:
		d.image(b)
	case message.Divider:
		d.blocks = append(d.blocks, slack.NewDividerBlock())
	case message.Sources:
		d.sources(b)
	case message.Buttons:
		d.actions(b)
	}
}

func (d *drawing) heading(h message.Heading) {
	words := line(message.Words(h.Spans))
	if words == "" {
		return
	}
	if h.Level <= 1 && !hasLinks(h.Spans) && utf8.RuneCountInString(words) <= maxHeader {
		d.blocks = append(d.blocks, slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, words, false, false)))
		return
	}
	e := spans(h.Spans)
	for i := range e {
		embolden(e[i])
	}
	d.rich(section(e...))
}

func hasLinks(s []message.Span) bool {
	for _, span := range s {
		if (span.Kind == message.Link || span.Kind == message.Cite) && address(span.URL) != "" {
			return true
		}
	}
	return false
}

func embolden(e slack.RichTextSectionElement) {
	style := func(s **slack.RichTextSectionTextStyle) {
		if *s == nil {
			*s = &slack.RichTextSectionTextStyle{}
		}
		(*s).Bold = true
	}
	switch e := e.(type) {
	case *slack.RichTextSectionTextElement:
		style(&e.Style)
	case *slack.RichTextSectionLinkElement:
		style(&e.Style)
	case *slack.RichTextSectionDateElement:
		style(&e.Style)
	}
}

// rich adds a rich_text block. Its text elements are literal: Slack looks for no tokens, formatting or emoji in them.
func (d *drawing) rich(e slack.RichTextElement) {
	if e == nil {
		return
	}
	d.blocks = append(d.blocks, slack.NewRichTextBlock("", e))
}

// section is a rich_text_section, or nil when it would be empty, which Slack refuses.
func section(e ...slack.RichTextSectionElement) slack.RichTextElement {
	var kept []slack.RichTextSectionElement
	for _, one := range e {
		if one != nil {
			kept = append(kept, one)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return slack.NewRichTextSection(kept...)
}

// richText is a text element, or nil when it would be empty.
func richText(text string, style *slack.RichTextSectionTextStyle) slack.RichTextSectionElement {
	if text == "" {
		return nil
	}
	return slack.NewRichTextSectionTextElement(text, style)
}

// spans draws spans as elements of rich text.
func spans(in []message.Span) []slack.RichTextSectionElement {
	var out []slack.RichTextSectionElement
	add := func(e slack.RichTextSectionElement) {
		if e == nil {
			return
		}
		if now, ok := e.(*slack.RichTextSectionTextElement); ok && len(out) > 0 {
			if before, ok := out[len(out)-1].(*slack.RichTextSectionTextElement); ok && sameStyle(before.Style, now.Style) {
				before.Text += now.Text
				return
			}
		}
		out = append(out, e)
	}
	for _, s := range in {
		switch s.Kind {
		case message.Strong:
			add(richText(message.Clean(s.Text), &slack.RichTextSectionTextStyle{Bold: true}))
		case message.Emphasis:
			add(richText(message.Clean(s.Text), &slack.RichTextSectionTextStyle{Italic: true}))
		case message.Link:
			u, words := address(s.URL), line(s.Text)
			if u == "" {
				add(richText(message.Clean(s.Text), nil))
				continue
			}
			if words == "" {
				words = hostOf(u)
			}
			add(slack.NewRichTextSectionLinkElement(u, words, nil))
		case message.Cite:
			if u := address(s.URL); u != "" {
				add(slack.NewRichTextSectionLinkElement(u, cite(s.Number), nil))
				continue
			}
			add(richText(cite(s.Number), nil))
		case message.Time:
			if s.At.IsZero() {
				add(richText(message.Clean(s.Text), nil))
				continue
			}
			words := timeWords(s)
			add(slack.NewRichTextSectionDateElement(s.At.Unix(), timeFormat, nil, &words))
		case message.Code:
			add(richText(message.Clean(s.Text), &slack.RichTextSectionTextStyle{Code: true}))
		default:
			add(richText(message.Clean(s.Text), nil))
		}
	}
	return out
}

func sameStyle(a, b *slack.RichTextSectionTextStyle) bool {
	return a == b || a != nil && b != nil && *a == *b
}

func cite(n int) string { return "[" + strconv.Itoa(n) + "]" }

func timeWords(s message.Span) string {
	if words := line(s.Text); words != "" {
		return words
	}
	return s.At.UTC().Format("2 Jan 2006, 15:04 UTC")
}

func (d *drawing) list(l message.List) {
	style := slack.RTEListBullet
	if l.Ordered {
		style = slack.RTEListOrdered
	}
	var items []slack.RichTextElement
	for _, item := range l.Items {
		if s := section(spans(item)...); s != nil {
			items = append(items, s)
		}
	}
	if len(items) == 0 {
		return
	}
	list := slack.NewRichTextList(style, 0, items...)
	if l.Ordered {
		list.Offset = l.Number(0) - 1
	}
	d.rich(list)
}

// mrkdwn draws spans as small print, instants in the format.
func mrkdwn(in []message.Span, format string) string {
	var b strings.Builder
	for i, s := range in {
		switch s.Kind {
		case message.Link:
			b.WriteString(anchor(s.Text, s.URL))
		case message.Cite:
			b.WriteString(anchor(cite(s.Number), s.URL))
		case message.Time:
			if s.At.IsZero() {
				b.WriteString(loose(s.Text))
				continue
			}
			b.WriteString(dateToken(s.At, format, timeWords(s)))
		case message.Code:
			words := line(s.Text)
			if words == "" {
				continue
			}
			// A backtick beside a letter is shown as itself, so a blank parts them: Korean joins its particles to a word.
			if before, _ := utf8.DecodeLastRuneInString(b.String()); word(before) {
				b.WriteByte(' ')
			}
			// Inside backticks everything but tokens is literal.
			b.WriteString("`" + escape(strings.ReplaceAll(words, "`", "ˋ")) + "`")
			if i+1 < len(in) {
				if after, _ := utf8.DecodeRuneInString(in[i+1].Words()); word(after) || in[i+1].Kind == message.Code {
					b.WriteByte(' ')
				}
			}
		default: // small print knows no emphasis
			b.WriteString(loose(s.Text))
		}
	}
	return strings.TrimSpace(b.String())
}

// word says whether r is part of a word, or a backtick: beside either none opens or closes.
func word(r rune) bool { return r == '`' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// loose is small print that keeps the blanks at its ends: it stands beside other spans.
func loose(s string) string {
	words := small(s)
	if words == "" {
		if s != "" {
			return " "
		}
		return ""
	}
	if strings.TrimLeft(s, " \n\t") != s {
		words = " " + words
	}
	if strings.TrimRight(s, " \n\t") != s {
		words += " "
	}
	return words
}

// context adds quiet lines, each of them whole in one element.
func (d *drawing) context(lines ...string) {
	var elements []slack.MixedElement
	var b strings.Builder
	flush := func() {
		if b.Len() == 0 {
			return
		}
		// Verbatim: Slack makes no links of what merely looks like one.
		elements = append(elements, slack.NewTextBlockObject(slack.MarkdownType, b.String(), false, true))
		b.Reset()
	}
	for _, l := range lines {
		if l == "" {
			continue
		}
		if b.Len() > 0 && utf8.RuneCountInString(b.String())+1+utf8.RuneCountInString(l) > maxText {
			flush()
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l)
	}
	flush()
	for len(elements) > 0 {
		n := min(len(elements), maxContext)
		d.blocks = append(d.blocks, slack.NewContextBlock("", elements[:n]...))
		elements = elements[n:]
	}
}

func (d *drawing) sources(s message.Sources) {
	var lines []string
	for _, src := range s.Items {
		lines = append(lines, mrkdwn(src.Line(), dayFormat))
	}
	d.context(lines...)
}

// clip cuts what is longer than any sensible name.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimSpace(string(r[:n-1])) + "…"
}

func (d *drawing) image(i message.Image) {
	alt := clip(line(i.Alt), maxAlt)
	if u := address(i.URL); u != "" && alt != "" {
		d.blocks = append(d.blocks, slack.NewImageBlock(u, alt, "", nil))
		return
	}
	if i.Said {
		return
	}
	// A picture that can't be shown is said in words.
	d.rich(section(richText(alt, &slack.RichTextSectionTextStyle{Italic: true})))
}

func (d *drawing) actions(b message.Buttons) {
	if before, votes, after, ok := cutVotes(b.Items); ok && d.thumbs {
		d.thumbs = false
		d.actions(message.Buttons{Items: append(slices.Clip(before), after...)})
		d.votes(votes[0], votes[1])
		return
	}
	var elements []slack.BlockElement
	for _, one := range b.Items {
		text := clip(line(one.Label), maxButtonText)
		if text == "" || len(elements) == maxButtons {
			continue
		}
		d.buttons++
		action := one.Action
		u := address(one.URL)
		switch {
		case u != "":
			action = actionOpen
		case one.Action == "":
			continue // it could do nothing
		}
		e := slack.NewButtonBlockElement(clip(action, maxActionID-5)+"~"+strconv.Itoa(d.buttons), clip(one.Value, maxButtonValue),
			slack.NewTextBlockObject(slack.PlainTextType, text, false, false))
		e.URL = u
		switch one.Style {
		case message.StylePrimary:
			e.Style = slack.StylePrimary
		case message.StyleDanger:
			e.Style = slack.StyleDanger
		}
		elements = append(elements, e)
	}
	if len(elements) > 0 {
		d.blocks = append(d.blocks, slack.NewActionBlock("", elements...))
	}
}

// table draws the message's only table as a table block, which Slack lays out itself, and others as aligned text: a message
// may hold one (only_one_table_allowed). https://docs.slack.dev/reference/block-kit/blocks/table-block
func (d *drawing) table(t message.Table) {
	if len(t.Columns) == 0 || len(t.Rows) == 0 {
		return
	}
	if d.tables == 1 && fitsTable(t) && !wordy(t) {
		block := slack.NewTableBlock("")
		var settings []slack.ColumnSetting
		var head []slack.TableCell
		for _, c := range t.Columns {
			align := slack.ColumnAlignmentLeft
			if c.Right {
				align = slack.ColumnAlignmentRight
			}
			settings = append(settings, slack.ColumnSetting{Align: align, IsWrapped: true})
			head = append(head, cell([]message.Span{message.B(c.Title)}))
		}
		block.WithColumnSettings(settings...).AddRow(head...)
		for _, row := range t.Rows {
			var cells []slack.TableCell
			for i := range t.Columns {
				var in []message.Span
				if i < len(row) {
					in = row[i]
				}
				cells = append(cells, cell(in))
			}
			block.AddRow(cells...)
		}
		d.blocks = append(d.blocks, block)
		return
	}
	if text, width := aligned(t); width <= narrow && !linked(t) && strings.TrimSpace(text) != "" {
		d.rich(&slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: []slack.RichTextSectionElement{
			slack.NewRichTextSectionTextElement(text, nil),
		}})
		return
	}
	d.list(listed(t))
}

// narrow is how wide a table in a fixed pitch may be on a phone.
const narrow = 44

// longCell is from how many characters on a cell is text and no value: beside others it would stand in a column as narrow as a
// word and as long as the screen.
const longCell = 60

func wordy(t message.Table) bool {
	return slices.ContainsFunc(t.Rows, func(row [][]message.Span) bool { return slices.ContainsFunc(row, long) })
}

func long(c []message.Span) bool { return utf8.RuneCountInString(line(message.Words(c))) > longCell }

// listed is a table as a list, for tables too wide to be aligned: the first cell of a row, strong, then what is long, then the
// rest, of which only numbers say of what they are.
func listed(t message.Table) message.List {
	var l message.List
	for _, row := range t.Rows {
		var item, rest []message.Span
		for i, c := range row {
			if i >= len(t.Columns) || line(message.Words(c)) == "" {
				continue
			}
			if i == 0 {
				item = append(item, strong(c)...)
				continue
			}
			into := &rest
			if long(c) {
				into = &item
			}
			if len(*into) > 0 {
				*into = append(*into, message.T(" · "))
			}
			if title := line(t.Columns[i].Title); title != "" && t.Columns[i].Right {
				*into = append(*into, message.T(title+": "))
			}
			*into = append(*into, c...)
		}
		if len(item) > 0 && len(rest) > 0 {
			item = append(item, message.T(" · "))
		}
		l.Items = append(l.Items, append(item, rest...))
	}
	return l
}

func strong(c []message.Span) []message.Span {
	out := slices.Clone(c)
	for i, s := range out {
		if s.Kind == message.Plain || s.Kind == message.Emphasis {
			out[i].Kind = message.Strong
		}
	}
	return out
}

// cell is a table's cell. Empty ones hold a dash: Slack refuses an empty text.
func cell(in []message.Span) slack.TableCell {
	if s := section(spans(in)...); s != nil {
		return slack.NewTableRichTextCell(s)
	}
	return slack.NewTableRawTextCell("–")
}

func fitsTable(t message.Table) bool {
	if len(t.Columns) > maxTableCells || len(t.Rows) >= maxTableRows {
		return false
	}
	n := 0
	for _, c := range t.Columns {
		n += utf8.RuneCountInString(c.Title)
	}
	for _, row := range t.Rows {
		for _, c := range row {
			n += utf8.RuneCountInString(message.Words(c))
		}
	}
	return n <= maxTableText/2 // links and styles count as well, nobody says how
}

func linked(t message.Table) bool {
	for _, row := range t.Rows {
		for _, c := range row {
			if hasLinks(c) {
				return true
			}
		}
	}
	return false
}

// aligned is a table in a fixed pitch, and how wide it is.
func aligned(t message.Table) (text string, wide int) {
	rows := [][]string{{}}
	for _, c := range t.Columns {
		rows[0] = append(rows[0], line(c.Title))
	}
	for _, row := range t.Rows {
		cells := make([]string, len(t.Columns))
		for i := range cells {
			if i < len(row) {
				cells[i] = line(message.Words(row[i]))
			}
		}
		rows = append(rows, cells)
	}
	width := make([]int, len(t.Columns))
	for _, row := range rows {
		for i, c := range row {
			width[i] = max(width[i], columns(c))
		}
	}
	wide = 2 * (len(width) - 1)
	for _, w := range width {
		wide += w
	}
	var b strings.Builder
	for r, row := range rows {
		var l strings.Builder
		for i, c := range row {
			pad := strings.Repeat(" ", width[i]-columns(c))
			if i > 0 {
				l.WriteString("  ")
			}
			if t.Columns[i].Right {
				l.WriteString(pad + c)
			} else {
				l.WriteString(c + pad)
			}
		}
		b.WriteString(strings.TrimRight(l.String(), " "))
		if r < len(rows)-1 {
			b.WriteByte('\n')
		}
	}
	return b.String(), wide
}

// columns is how wide text is in a fixed pitch: letters of East Asia take two.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0x1f300 && r <= 0x1faff:
			n += 2
		case r == '\u200c', r == '\u200d', r >= 0x300 && r <= 0x36f:
		default:
			n++
		}
	}
	return n
}

// cutVotes finds the two votes on one thing that stand beside each other in a row.
func cutVotes(row []message.Button) (before, votes, after []message.Button, ok bool) {
	for i := range len(row) - 1 {
		yes, no := row[i], row[i+1]
		if yes.Action == botHelpful && no.Action == botUnhelpful && yes.Value == no.Value && line(yes.Label) != "" && line(no.Label) != "" {
			return row[:i], row[i : i+2], row[i+2:], true
		}
	}
	return nil, nil, nil, false
}

// votes draws two votes as a pair of thumbs, which screen readers read by their labels. Its press comes back under one action,
// so the value says which was pressed. https://docs.slack.dev/reference/block-kit/block-elements/feedback-buttons-element
func (d *drawing) votes(yes, no message.Button) {
	d.buttons++
	thumb := func(b message.Button) *slack.FeedbackButton {
		label := clip(line(b.Label), maxButtonText)
		text := slack.NewTextBlockObject(slack.PlainTextType, label, false, false)
		return slack.NewFeedbackButton(text, clip(b.Action+" "+b.Value, maxButtonValue)).WithAccessibilityLabel(label)
	}
	d.blocks = append(d.blocks, slack.NewContextActionsBlock("", slack.NewFeedbackButtonsBlockElement(actionVote+"~"+strconv.Itoa(d.buttons), thumb(yes), thumb(no))))
}

// hasThumbs says whether a pair of thumbs is among blocks.
func hasThumbs(blocks []slack.Block) bool {
	return slices.ContainsFunc(blocks, func(b slack.Block) bool { _, is := b.(*slack.ContextActionsBlock); return is })
}
