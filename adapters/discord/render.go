package discord

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"attache/adapters/discord/rules"
	"attache/bot/message"
)

// mostFile is how large an attached file may be without a server's boosts (docs: Reference, Uploading files).
const mostFile = 10 << 20

// The colour of the bar beside an embed: one for each tone.
const (
	colourNeutral  = 0x3b6fb5
	colourDisputed = 0xc98a1b
	colourUnknown  = 0x7d8590
	colourProblem  = 0xc0473f
)

// Form is a message as Discord takes it: embeds with text and buttons below them. It never has content of its own, because
// an embed and content would say the same twice.
type Form struct {
	embeds []embed
	rows   []row
	files  []file
	alts   []string
}

type embed struct {
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Colour      int    `json:"color,omitempty"`
	Image       *image `json:"image,omitempty"`
}

type image struct {
	URL string `json:"url"`
}

// row is an action row (docs: Component reference).
type row struct {
	Type       int      `json:"type"`
	Components []button `json:"components"`
}

type button struct {
	Type     int    `json:"type"`
	Style    int    `json:"style"`
	Label    string `json:"label"`
	CustomID string `json:"custom_id,omitempty"`
	URL      string `json:"url,omitempty"`
}

// Types of components and styles of buttons (docs: Component reference).
const (
	componentRow    = 1
	componentButton = 2
	componentInput  = 4
	stylePrimary    = 1
	styleSecondary  = 2
	styleDanger     = 4
	styleLink       = 5
)

// tableWidth is how many columns of a code block a phone shows without wrapping.
const tableWidth = 36

// Render draws one fitted message.
func Render(m *message.Message) Form {
	r := renderer{colour: colourOf(m.Tone)}
	blocks := m.Blocks
	if len(blocks) > 0 {
		if h, ok := blocks[0].(message.Heading); ok && h.Level <= 1 {
			if title, ok := titleOf(h.Spans); ok {
				r.title, blocks = title, blocks[1:]
			}
		}
	}
	for _, b := range blocks {
		r.block(b)
	}
	if r.flush(); len(r.form.embeds) == 0 {
		r.add(kindText, strings.Join(guarded([]message.Span{message.T(m.Gist)}), "\n"))
		r.flush()
	}
	return r.form
}

// RenderJSON draws one fitted message as the JSON that Post would send, but for the nonce.
func RenderJSON(m *message.Message) (json.RawMessage, error) {
	raw, err := json.Marshal(Render(askable(m, "")).body(0))
	if err != nil {
		return nil, fmt.Errorf("marshal a message for Discord: %w", err)
	}
	return raw, nil
}

func colourOf(t message.Tone) int {
	switch t {
	case message.ToneDisputed:
		return colourDisputed
	case message.ToneUnknown:
		return colourUnknown
	case message.ToneProblem:
		return colourProblem
	default:
		return colourNeutral
	}
}

// titleOf returns spans as the title of an embed, which shows no links and no times.
func titleOf(spans []message.Span) (string, bool) {
	spans = oneLine(spans)
	for _, s := range spans {
		if s.Kind == message.Link || s.Kind == message.Cite {
			return "", false
		}
	}
	for i, s := range spans {
		if s.Kind != message.Plain {
			spans[i] = message.T(s.Text) // a title is strong already
		}
	}
	title := strings.TrimSpace(inline(oneLine(spans)))
	return title, title != "" && message.Size(title) <= rules.EmbedTitle
}

// kind is what a piece of an embed's description is, for the distance to the next.
type kind int

const (
	kindText kind = iota
	kindHeading
	kindQuote
	kindList
	kindQuiet
	kindTable
)

// apart is what stands between two pieces: a line end where they belong together, an empty line otherwise.
func apart(before, after kind) string {
	switch {
	case before == kindHeading,
		before == kindText && (after == kindQuote || after == kindList),
		before == kindQuiet && after == kindQuiet:
		return "\n"
	}
	return "\n\n"
}

type renderer struct {
	colour int
	title  string
	text   strings.Builder
	size   int
	last   kind
	// divided says that an empty line comes before the next piece.
	divided bool
	image   *image
	form    Form
	ids     map[string]bool
}

// add appends a piece to the description; one that does not fit begins a new embed of the same message.
func (r *renderer) add(k kind, piece string) {
	piece = strings.TrimRight(piece, " \n")
	if strings.TrimSpace(piece) == "" {
		return
	}
	n := message.Size(piece)
	if r.size > 0 && r.size+2+n > rules.EmbedText {
		r.flush()
	}
	if r.size > 0 {
		gap := apart(r.last, k)
		if r.divided {
			gap = "\n\n"
		}
		r.text.WriteString(gap)
		r.size += len(gap)
	}
	r.text.WriteString(piece)
	r.size += n
	r.last, r.divided = k, false
}

// flush ends an embed.
func (r *renderer) flush() {
	if r.size == 0 && r.title == "" && r.image == nil {
		return
	}
	r.form.embeds = append(r.form.embeds, embed{
		Title: r.title, Description: r.text.String(), Colour: r.colour, Image: r.image,
	})
	r.title, r.size, r.image = "", 0, nil
	r.text.Reset()
}

func (r *renderer) block(b message.Block) {
	switch b := b.(type) {
	case message.Heading:
		mark := "### "
		if b.Level <= 1 {
			mark = "## "
		}
		if s := inline(oneLine(b.Spans)); strings.TrimSpace(s) != "" {
			r.add(kindHeading, mark+strings.TrimSpace(s))
		}
	case message.Paragraph:
		if b.Quiet {
			r.add(kindQuiet, prefixed("-# ", b.Spans))
		} else {
			r.add(kindText, strings.Join(guarded(b.Spans), "\n"))
		}
	case message.Quote:
		r.add(kindQuote, prefixed("> ", b.Spans))
	case message.List:
		var out []string
		for i, item := range b.Items {
			s := guardLine(strings.TrimSpace(inline(oneLine(item))))
			switch {
			case s == "":
			case b.Ordered:
				out = append(out, fmt.Sprintf("%d. %s", b.Number(i), s))
			default:
				out = append(out, "- "+s)
			}
		}
		r.add(kindList, strings.Join(out, "\n"))
	case message.Table:
		r.add(kindTable, table(b))
	case message.Image:
		r.picture(b)
	case message.Divider:
		r.divided = true // an embed has no line to draw: an empty line divides
	case message.Sources:
		r.divided = true
		r.add(kindQuiet, sources(b))
	case message.Buttons:
		r.buttons(b)
	}
}

// guarded writes spans as lines of which none becomes a heading, a list or a quote.
func guarded(spans []message.Span) []string {
	var out []string
	for _, line := range lines(spans) {
		out = append(out, guardLine(strings.TrimSpace(inline(line))))
	}
	return out
}

// prefixed writes spans as lines that all begin with mark; empty lines go.
func prefixed(mark string, spans []message.Span) string {
	var out []string
	for _, line := range guarded(spans) {
		if line != "" {
			out = append(out, mark+line)
		}
	}
	return strings.Join(out, "\n")
}

// sources writes the numbered list small. A day is enough, and a day that is known without its hour is the same everywhere.
func sources(b message.Sources) string {
	var out []string
	for _, s := range b.Items {
		line := s.Line()
		if n := len(line) - 1; line[n].Kind == message.Time {
			out = append(out, "-# "+inline(oneLine(line[:n]))+instant(line[n].At, "D"))
			continue
		}
		out = append(out, "-# "+inline(oneLine(line)))
	}
	return strings.Join(out, "\n")
}

// table writes an aligned code block where a phone can show it and no cell holds a link, a citation or an instant, which a
// code block shows as bare text. Otherwise a row is a line: its first cell strong, then what is long, then the rest small.
// Only numbers say of what they are.
func table(b message.Table) string {
	if s, ok := alignedTable(b); ok {
		return s
	}
	var out []string
	for _, row := range b.Rows {
		var first, rest []string
		long := false
		for i, cell := range row {
			spans := oneLine(cell)
			s := strings.TrimSpace(inline(spans))
			switch {
			case s == "":
			case i == 0:
				first = append(first, guardLine(strings.TrimSpace(inline(oneLine(strong(cell))))))
			case width(plainOf(spans)) > longCell:
				first, long = append(first, s), true
			default:
				if i < len(b.Columns) && b.Columns[i].Right {
					if title := strings.Join(strings.Fields(message.Clean(b.Columns[i].Title)), " "); title != "" {
						s = escape(cut(title, mostColumnTitle)) + ": " + s
					}
				}
				rest = append(rest, s)
			}
		}
		if !long {
			first, rest = append(first, rest...), nil
		}
		if len(first) > 0 {
			out = append(out, strings.Join(first, " · "))
		}
		if len(rest) > 0 {
			out = append(out, "-# "+strings.Join(rest, " · "))
		}
	}
	return strings.Join(out, "\n")
}

const (
	longCell        = 32 // columns; a longer cell is text and no value
	mostColumnTitle = 20 // characters of a title that is repeated in each row
)

func strong(cell []message.Span) []message.Span {
	out := make([]message.Span, len(cell))
	for i, s := range cell {
		if s.Kind == message.Plain || s.Kind == message.Emphasis {
			s.Kind = message.Strong
		}
		out[i] = s
	}
	return out
}

func alignedTable(b message.Table) (string, bool) {
	cols := len(b.Columns)
	if cols == 0 {
		return "", false
	}
	rows := [][]string{make([]string, cols)}
	widths := make([]int, cols)
	for i, c := range b.Columns {
		rows[0][i] = code(c.Title)
	}
	for _, row := range b.Rows {
		line := make([]string, cols)
		for i, cell := range row {
			if i >= cols {
				return "", false
			}
			for _, s := range cell {
				if s.Kind == message.Link || s.Kind == message.Cite || s.Kind == message.Time {
					return "", false
				}
			}
			line[i] = code(plainOf(cell))
		}
		rows = append(rows, line)
	}
	total := 2 * (cols - 1)
	for i := range cols {
		for _, line := range rows {
			widths[i] = max(widths[i], width(line[i]))
		}
		total += widths[i]
	}
	if total > tableWidth {
		return "", false
	}
	var out bytes.Buffer
	out.WriteString("```\n")
	for n, line := range rows {
		if n == 0 && strings.Join(line, "") == "" {
			continue
		}
		var text strings.Builder
		for i, cell := range line {
			gap := strings.Repeat(" ", widths[i]-width(cell))
			if i > 0 {
				text.WriteString("  ")
			}
			if b.Columns[i].Right {
				text.WriteString(gap + cell)
			} else {
				text.WriteString(cell + gap)
			}
		}
		out.WriteString(strings.TrimRight(text.String(), " ") + "\n")
	}
	out.WriteString("```")
	return out.String(), true
}

// picture puts an image at the foot of the embed. One that already has an image ends there.
func (r *renderer) picture(b message.Image) {
	address := message.WebAddress(b.URL)
	attached := len(b.Data) > 0 && len(b.Data) <= mostFile && len(r.form.files) < rules.Embeds
	if attached {
		name := fmt.Sprintf("%d-%s", len(r.form.files)+1, fileName(b.Name))
		r.form.files = append(r.form.files, file{name: name, data: b.Data})
		r.form.alts = append(r.form.alts, cut(strings.Join(strings.Fields(message.Clean(b.Alt)), " "), rules.AltText))
		address = "attachment://" + name
	}
	if (!attached || address == "") && !b.Said {
		// The words of the picture: an embed's image has none for a screen reader, only an attachment does.
		r.add(kindQuiet, prefixed("-# ", []message.Span{message.T(strings.Join(strings.Fields(b.Alt), " "))}))
	}
	if address == "" || len(r.form.embeds) >= rules.Embeds {
		return
	}
	if r.image != nil {
		r.flush()
	}
	r.image = &image{URL: address}
}

// fileName keeps letters, digits, dots and dashes of ASCII.
func fileName(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 && (r == '.' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			b.WriteRune(r)
		}
	}
	if name := strings.Trim(b.String(), "."); name != "" {
		return name
	}
	return "image.png"
}

// buttons adds a row. What Discord would refuse is left out: a sixth row or button, a second button with the same id, a link
// that is too long.
func (r *renderer) buttons(b message.Buttons) {
	var now []button
	end := func() {
		if len(now) > 0 && len(r.form.rows) < rules.Rows {
			r.form.rows = append(r.form.rows, row{Type: componentRow, Components: now})
		}
		now = nil
	}
	for _, item := range b.Items {
		c, ok := r.button(item)
		if !ok {
			continue
		}
		if len(now) == rules.RowButtons {
			end()
		}
		now = append(now, c)
	}
	end()
}

func (r *renderer) button(b message.Button) (button, bool) {
	label := cut(strings.Join(strings.Fields(message.Clean(b.Label)), " "), rules.Label)
	if label == "" {
		return button{}, false
	}
	if b.URL != "" {
		u := message.WebAddress(b.URL)
		ok := u != "" && message.Size(u) <= rules.ButtonURL
		return button{Type: componentButton, Label: label, Style: styleLink, URL: u}, ok
	}
	id, ok := customID(b.Action, b.Value)
	if !ok || r.ids[id] {
		return button{}, false
	}
	if r.ids == nil {
		r.ids = map[string]bool{}
	}
	r.ids[id] = true
	style := styleSecondary
	switch b.Style {
	case message.StylePrimary:
		style = stylePrimary
	case message.StyleDanger:
		style = styleDanger
	}
	return button{Type: componentButton, Label: label, Style: style, CustomID: id}, true
}

// actionHelpful is the vote under every answer and digest; where people may vote they may also ask on.
const actionHelpful = "helpful"

// voteOnDigest is how the value of a vote on a digest begins.
const voteOnDigest = "digest."

// askable adds a button that opens a form for a further question to the votes under an answer or a digest. In Discord a
// message below an answer comes without its text unless it mentions the bot, so a button is the surest way to go on.
// It is in the language of the message or, where that doesn't tell, in that of the locale.
func askable(m *message.Message, locale string) *message.Message {
	w := wordsFor(cmp.Or(m.Locale, locale))
	for i, b := range m.Blocks {
		row, ok := b.(message.Buttons)
		vote := slices.IndexFunc(row.Items, func(b message.Button) bool { return b.Action == actionHelpful })
		if !ok || len(row.Items) >= rules.RowButtons || vote < 0 {
			continue
		}
		label := w.followUp
		if strings.HasPrefix(row.Items[vote].Value, voteOnDigest) {
			label = w.about
		}
		out := *m
		out.Blocks = slices.Clone(m.Blocks)
		out.Blocks[i] = message.Buttons{Items: append(slices.Clone(row.Items), message.Button{Label: label, Action: actionAsk})}
		return &out
	}
	return m
}

// customID is what a button sends back: "v1:action:value". It holds no secret; who may press what is checked at each press.
func customID(action, value string) (string, bool) {
	id := customIDVersion + ":" + action + ":" + value
	return id, action != "" && len(id) <= rules.CustomID && idText(action) && idText(value)
}

// readCustomID is the reverse of customID. A fourth part, the key of the post that carries the button, is passed over.
func readCustomID(id string) (action, value string, ok bool) {
	parts := strings.Split(id, ":")
	if len(parts) < 3 || len(parts) > 4 || parts[0] != customIDVersion || parts[1] == "" || !idText(parts[1]) || !idText(parts[2]) {
		return "", "", false
	}
	return parts[1], parts[2], true
}

func idText(s string) bool {
	for _, r := range s {
		if r != '.' && r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return true
}

// cut shortens s to n UTF-16 units, with an ellipsis where something is missing.
func cut(s string, n int) string {
	if message.Size(s) <= n {
		return s
	}
	size := 0
	for i, r := range s {
		if size += message.Size(string(r)); size > n-1 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}

// body is every message that leaves the adapter: new, edited, or an answer to an interaction. It cannot be sent without
// allowed_mentions, so nothing in it ever pings anyone but the one role that a channel chose for its digests.
type body struct {
	Content      string       `json:"content"`
	Embeds       []embed      `json:"embeds"`
	Components   []row        `json:"components"`
	Mentions     mentions     `json:"allowed_mentions"`
	Flags        int          `json:"flags,omitempty"`
	Nonce        string       `json:"nonce,omitempty"`
	EnforceNonce bool         `json:"enforce_nonce,omitempty"`
	Reference    *reference   `json:"message_reference,omitempty"`
	Attachments  []attachment `json:"attachments,omitempty"`
	files        []file
}

// mentions allows no mention at all but that of one role, where it has one. "parse": null would allow all.
type mentions struct{ role string }

func (m mentions) MarshalJSON() ([]byte, error) {
	if isID(m.role) {
		return []byte(`{"parse":[],"roles":["` + m.role + `"],"replied_user":false}`), nil
	}
	return []byte(`{"parse":[],"replied_user":false}`), nil
}

// ring has a new message mention a role.
func (b *body) ring(role string) {
	if !isID(role) {
		return
	}
	b.Mentions.role = role
	b.Content = cut("<@&"+role+">\n"+b.Content, rules.Content)
	b.Content = strings.TrimRight(b.Content, "\n")
}

type reference struct {
	Message string `json:"message_id"`
	Fail    bool   `json:"fail_if_not_exists"`
}

type attachment struct {
	ID   string `json:"id"` // the file's index
	Name string `json:"filename"`
	Alt  string `json:"description,omitempty"`
}

func (f Form) body(flags int) body {
	b := body{Embeds: f.embeds, Components: f.rows, Flags: flags, files: f.files}
	if b.Embeds == nil {
		b.Embeds = []embed{}
	}
	if b.Components == nil {
		b.Components = []row{}
	}
	for i, file := range f.files {
		b.Attachments = append(b.Attachments, attachment{ID: strconv.Itoa(i), Name: file.name, Alt: f.alts[i]})
	}
	return b
}

// contentBody is a body without embeds, for channels where the bot may not send any. What does not fit is left out, with a
// note that says so.
func contentBody(m *message.Message, flags int, note string) body {
	f := Render(m)
	parts := message.Fit(m, contentLimits(message.Size(note)+8))
	text := contentOf(Render(parts[0]))
	if len(parts) > 1 {
		text += "\n\n-# " + note
	}
	b := Form{rows: f.rows}.body(flags | flagSuppressEmbeds)
	b.Content = cut(text, rules.Content)
	return b
}

// contentOf flattens embeds to text.
func contentOf(f Form) string {
	var out []string
	for _, e := range f.embeds {
		if e.Title != "" {
			out = append(out, "**"+e.Title+"**")
		}
		if e.Description != "" {
			out = append(out, e.Description)
		}
	}
	return strings.Join(out, "\n")
}

// limits is what message.Fit keeps to. The distance to Discord's own limits is for marks in front of lines.
func limits() message.Limits {
	return message.Limits{
		Text: 3600, Heading: 240, Total: 5400, Gist: 2000, Items: 40, Rows: 20, Buttons: rules.RowButtons, Alt: rules.AltText,
		Blocks: 60, Measure: measure, Apart: 12,
	}
}

func contentLimits(reserve int) message.Limits {
	l := limits()
	l.Text, l.Total, l.Gist, l.Blocks = 1700-reserve, 1800-reserve, 1700-reserve, 30
	return l
}
