package slackfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// The limits of messages. https://docs.slack.dev/reference/block-kit and, where marked, what integrators saw.
const (
	maxBlocks       = 50
	maxHomeBlocks   = 100
	maxAllText      = 13_200 // seen: msg_blocks_too_long near this
	maxText         = 40_000
	maxUpdateText   = 4_000
	maxTextObject   = 3_000
	maxHeaderText   = 150
	maxButtonText   = 75
	maxButtonValue  = 2_000
	maxID           = 255
	maxURL          = 3_000
	maxAltText      = 2_000
	maxContextItems = 10
	maxActionItems  = 25
	maxTableRows    = 100
	maxTableCells   = 20
	maxTableText    = 10_000 // seen
)

// Verdict is what Slack would say about a message.
type Verdict struct {
	// Error is Slack's word, such as "invalid_blocks"; empty when it would be accepted.
	Error string
	// Details are what response_metadata.messages would hold.
	Details []string
	// Live are mentions, broadcasts and tokens that would act on people, and markup that was not escaped. Slack accepts them;
	// Attaché must never send one.
	Live []string
	// Text is all text that the blocks show, one piece a line.
	Text string
	// Buttons are the buttons, in order.
	Buttons []Button
}

// Button is a button as a person sees it.
type Button struct {
	Label    string
	ActionID string
	BlockID  string
	Value    string
	URL      string
	Kind     string // "button" or "feedback_buttons"
}

// Surface is where blocks are shown.
type Surface string

// The surfaces.
const (
	OnMessage Surface = "message"
	OnHome    Surface = "home"
	OnModal   Surface = "modal"
)

// Check says what Slack would say about a message of blocks (a JSON array, or empty) and text.
func Check(blocks json.RawMessage, text string) Verdict {
	v := CheckBlocks(blocks, OnMessage)
	if v.Error == "" && len(v.Text) == 0 && strings.TrimSpace(text) == "" {
		v.Error = "no_text"
	}
	v.Live = append(v.Live, liveIn(text)...)
	return v
}

// CheckBlocks says what Slack would say about blocks on a surface.
func CheckBlocks(blocks json.RawMessage, where Surface) Verdict {
	c := &checker{where: where, actionIDs: map[string]bool{}, blockIDs: map[string]bool{}}
	if len(bytes.TrimSpace(blocks)) > 0 && string(bytes.TrimSpace(blocks)) != "null" {
		var list []json.RawMessage
		if err := json.Unmarshal(blocks, &list); err != nil {
			return Verdict{Error: "invalid_blocks_format", Details: []string{"[ERROR] must be an array of blocks"}}
		}
		most := maxBlocks
		if where != OnMessage {
			most = maxHomeBlocks
		}
		if len(list) > most {
			c.fail("", "no more than %d items allowed", most)
		}
		for i, raw := range list {
			c.block(fmt.Sprintf("/blocks/%d", i), raw)
		}
	}
	v := Verdict{Details: c.errors, Live: c.live, Text: strings.Join(c.text, "\n"), Buttons: c.buttons}
	switch {
	case len(c.errors) > 0:
		v.Error = "invalid_blocks"
	case where == OnMessage && c.size > maxAllText:
		v.Error, v.Details = "msg_blocks_too_long", []string{fmt.Sprintf("[ERROR] %d characters of text", c.size)}
	}
	return v
}

type checker struct {
	where     Surface
	errors    []string
	live      []string
	text      []string
	buttons   []Button
	size      int
	tables    int
	actionIDs map[string]bool
	blockIDs  map[string]bool
}

func (c *checker) fail(at, format string, args ...any) {
	c.errors = append(c.errors, "[ERROR] "+fmt.Sprintf(format, args...)+" [json-pointer:"+at+"]")
}

// object reads an object and refuses fields that are not named.
func (c *checker) object(at string, raw json.RawMessage, allowed ...string) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil || m == nil {
		c.fail(at, "must be an object")
		return nil
	}
	for name := range m {
		if !slices.Contains(allowed, name) {
			c.fail(at, "unknown field %q", name)
		}
	}
	return m
}

func str(raw json.RawMessage) (string, bool) {
	var s string
	if len(raw) == 0 || json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	return s, true
}

func list(raw json.RawMessage) ([]json.RawMessage, bool) {
	var l []json.RawMessage
	if len(raw) == 0 || json.Unmarshal(raw, &l) != nil {
		return nil, false
	}
	return l, true
}

// show counts text that a person sees.
func (c *checker) show(s string) {
	c.size += utf8.RuneCountInString(s)
	c.text = append(c.text, s)
}

func (c *checker) id(at string, m map[string]json.RawMessage) string {
	raw, ok := m["block_id"]
	if !ok {
		return ""
	}
	id, ok := str(raw)
	switch {
	case !ok || id == "" || utf8.RuneCountInString(id) > maxID:
		c.fail(at+"/block_id", "must be 1 to %d characters", maxID)
	case c.blockIDs[id]:
		c.fail(at+"/block_id", "block_id %q already exists", id)
	}
	c.blockIDs[id] = true
	return id
}

func (c *checker) block(at string, raw json.RawMessage) {
	var head struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(raw, &head) != nil {
		c.fail(at, "must be an object")
		return
	}
	switch head.Type {
	case "divider":
		c.id(at, c.object(at, raw, "type", "block_id"))
	case "header":
		m := c.object(at, raw, "type", "block_id", "text", "level")
		c.id(at, m)
		c.textObject(at+"/text", m["text"], maxHeaderText, "plain_text")
	case "section":
		c.section(at, raw)
	case "context":
		c.context(at, raw)
	case "actions":
		c.actions(at, raw, maxActionItems, "button", "static_select", "overflow")
	case "context_actions":
		if c.where != OnMessage {
			c.fail(at, "unsupported block type: context_actions")
			return
		}
		c.actions(at, raw, 5, "feedback_buttons", "icon_button")
	case "image":
		c.image(at, raw)
	case "rich_text":
		m := c.object(at, raw, "type", "block_id", "elements")
		c.id(at, m)
		c.richElements(at+"/elements", m["elements"])
	case "table":
		c.table(at, raw)
	case "input":
		if c.where != OnModal {
			c.fail(at, "unsupported block type: input")
			return
		}
		c.input(at, raw)
	default:
		c.fail(at, "Unsupported block type: %q", head.Type)
	}
}

func (c *checker) section(at string, raw json.RawMessage) {
	m := c.object(at, raw, "type", "block_id", "text", "fields", "accessory", "expand")
	c.id(at, m)
	text, fields := m["text"], m["fields"]
	if text == nil && fields == nil {
		c.fail(at, "text or fields is required")
	}
	if text != nil {
		c.textObject(at+"/text", text, maxTextObject, "plain_text", "mrkdwn")
	}
	if fields != nil {
		l, ok := list(fields)
		if !ok || len(l) == 0 || len(l) > 10 {
			c.fail(at+"/fields", "must hold 1 to 10 items")
		}
		for i, f := range l {
			c.textObject(fmt.Sprintf("%s/fields/%d", at, i), f, 2000, "plain_text", "mrkdwn")
		}
	}
	if a := m["accessory"]; a != nil {
		c.element(at+"/accessory", a, "", "button", "overflow", "static_select", "image")
	}
}

func (c *checker) textObject(at string, raw json.RawMessage, most int, kinds ...string) {
	if raw == nil {
		c.fail(at, "missing required field: text")
		return
	}
	m := c.object(at, raw, "type", "text", "emoji", "verbatim")
	kind, _ := str(m["type"])
	text, ok := str(m["text"])
	switch n := utf8.RuneCountInString(text); {
	case !slices.Contains(kinds, kind):
		c.fail(at+"/type", "must be one of %v", kinds)
	case !ok || n == 0:
		c.fail(at+"/text", "must be more than 0 characters")
	case n > most:
		c.fail(at+"/text", "must be less than %d characters", most+1)
	}
	if kind == "mrkdwn" {
		if m["emoji"] != nil {
			c.fail(at+"/emoji", "not allowed with mrkdwn")
		}
		c.live = append(c.live, liveIn(text)...)
	} else if m["verbatim"] != nil {
		c.fail(at+"/verbatim", "not allowed with plain_text")
	}
	c.show(text)
}

func (c *checker) context(at string, raw json.RawMessage) {
	m := c.object(at, raw, "type", "block_id", "elements")
	c.id(at, m)
	l, ok := list(m["elements"])
	if !ok || len(l) == 0 || len(l) > maxContextItems {
		c.fail(at+"/elements", "must hold 1 to %d items", maxContextItems)
	}
	for i, e := range l {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		var head struct {
			Type string `json:"type"`
		}
		_ = json.Unmarshal(e, &head)
		if head.Type == "image" {
			c.element(here, e, "", "image")
			continue
		}
		c.textObject(here, e, maxTextObject, "plain_text", "mrkdwn")
	}
}

func (c *checker) actions(at string, raw json.RawMessage, most int, kinds ...string) {
	m := c.object(at, raw, "type", "block_id", "elements")
	id := c.id(at, m)
	l, ok := list(m["elements"])
	if !ok || len(l) == 0 || len(l) > most {
		c.fail(at+"/elements", "must hold 1 to %d items", most)
	}
	for i, e := range l {
		c.element(fmt.Sprintf("%s/elements/%d", at, i), e, id, kinds...)
	}
}

// element is an interactive element or an image.
func (c *checker) element(at string, raw json.RawMessage, blockID string, kinds ...string) {
	var head struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(raw, &head)
	if !slices.Contains(kinds, head.Type) {
		c.fail(at+"/type", "must be one of %v", kinds)
		return
	}
	switch head.Type {
	case "button":
		m := c.object(at, raw, "type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label")
		label := c.buttonText(at+"/text", m["text"])
		b := Button{Label: label, BlockID: blockID, Kind: "button"}
		b.ActionID = c.actionID(at, m["action_id"])
		if raw := m["value"]; raw != nil {
			v, ok := str(raw)
			if !ok || v == "" || utf8.RuneCountInString(v) > maxButtonValue {
				c.fail(at+"/value", "must be 1 to %d characters", maxButtonValue)
			}
			b.Value = v
		}
		if raw := m["url"]; raw != nil {
			b.URL, _ = str(raw)
			c.url(at+"/url", b.URL)
		}
		if raw := m["style"]; raw != nil {
			if s, _ := str(raw); s != "primary" && s != "danger" {
				c.fail(at+"/style", "must be primary or danger")
			}
		}
		c.buttons = append(c.buttons, b)
	case "feedback_buttons":
		m := c.object(at, raw, "type", "action_id", "positive_button", "negative_button")
		id := c.actionID(at, m["action_id"])
		for _, name := range []string{"positive_button", "negative_button"} {
			p := c.object(at+"/"+name, m[name], "text", "value", "accessibility_label")
			label := c.buttonText(at+"/"+name+"/text", p["text"])
			v, ok := str(p["value"])
			if !ok || v == "" || utf8.RuneCountInString(v) > maxButtonValue {
				c.fail(at+"/"+name+"/value", "must be 1 to %d characters", maxButtonValue)
			}
			if raw := p["accessibility_label"]; raw != nil {
				if l, ok := str(raw); !ok || l == "" || utf8.RuneCountInString(l) > maxButtonText {
					c.fail(at+"/"+name+"/accessibility_label", "must be 1 to %d characters", maxButtonText)
				}
			}
			c.buttons = append(c.buttons, Button{Label: label, ActionID: id, BlockID: blockID, Value: v, Kind: head.Type})
		}
	case "image":
		m := c.object(at, raw, "type", "image_url", "alt_text", "slack_file")
		if u, ok := str(m["image_url"]); ok {
			c.url(at+"/image_url", u)
		}
		c.alt(at, m)
	case "static_select":
		m := c.object(at, raw, "type", "action_id", "placeholder", "options", "option_groups", "initial_option", "confirm", "focus_on_load")
		c.actionID(at, m["action_id"])
		if l, ok := list(m["options"]); !ok || len(l) == 0 || len(l) > 100 {
			c.fail(at+"/options", "must hold 1 to 100 items")
		}
	case "overflow":
		m := c.object(at, raw, "type", "action_id", "options", "confirm")
		c.actionID(at, m["action_id"])
	case "icon_button":
		m := c.object(at, raw, "type", "action_id", "icon", "text", "value", "confirm", "accessibility_label", "visible_to_user_ids")
		c.actionID(at, m["action_id"])
	}
}

func (c *checker) buttonText(at string, raw json.RawMessage) string {
	before := len(c.text)
	c.textObject(at, raw, maxButtonText, "plain_text")
	if len(c.text) > before {
		return c.text[len(c.text)-1]
	}
	return ""
}

func (c *checker) actionID(at string, raw json.RawMessage) string {
	id, ok := str(raw)
	switch {
	case !ok || id == "" || utf8.RuneCountInString(id) > maxID:
		c.fail(at+"/action_id", "must be 1 to %d characters", maxID)
	case c.actionIDs[id]:
		c.fail(at+"/action_id", "action_id %q already exists", id)
	}
	c.actionIDs[id] = true
	return id
}

func (c *checker) url(at, u string) {
	parsed, err := url.Parse(u)
	switch {
	case utf8.RuneCountInString(u) > maxURL:
		c.fail(at, "must be less than %d characters", maxURL+1)
	case err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https"):
		c.fail(at, "invalid URL")
	}
}

func (c *checker) alt(at string, m map[string]json.RawMessage) {
	alt, ok := str(m["alt_text"])
	if n := utf8.RuneCountInString(alt); !ok || n == 0 || n > maxAltText {
		c.fail(at+"/alt_text", "must be 1 to %d characters", maxAltText)
	}
	c.show(alt)
}

func (c *checker) image(at string, raw json.RawMessage) {
	m := c.object(at, raw, "type", "block_id", "image_url", "slack_file", "alt_text", "title")
	c.id(at, m)
	u, hasURL := str(m["image_url"])
	if hasURL == (m["slack_file"] != nil) {
		c.fail(at, "exactly one of image_url and slack_file is required")
	}
	if hasURL {
		c.url(at+"/image_url", u)
	}
	c.alt(at, m)
	if m["title"] != nil {
		c.textObject(at+"/title", m["title"], 2000, "plain_text")
	}
}

func (c *checker) richElements(at string, raw json.RawMessage) {
	l, ok := list(raw)
	if !ok || len(l) == 0 {
		c.fail(at, "must hold at least one element")
		return
	}
	for i, e := range l {
		here := fmt.Sprintf("%s/%d", at, i)
		var head struct {
			Type string `json:"type"`
		}
		_ = json.Unmarshal(e, &head)
		switch head.Type {
		case "rich_text_section":
			c.leaves(here, c.object(here, e, "type", "elements")["elements"])
		case "rich_text_quote":
			c.leaves(here, c.object(here, e, "type", "elements", "border")["elements"])
		case "rich_text_preformatted":
			c.leaves(here, c.object(here, e, "type", "elements", "border", "language")["elements"])
		case "rich_text_list":
			m := c.object(here, e, "type", "elements", "style", "indent", "border", "offset")
			if s, _ := str(m["style"]); s != "bullet" && s != "ordered" {
				c.fail(here+"/style", "must be bullet or ordered")
			}
			items, ok := list(m["elements"])
			if !ok || len(items) == 0 {
				c.fail(here+"/elements", "must hold at least one element")
			}
			for j, item := range items {
				at := fmt.Sprintf("%s/elements/%d", here, j)
				o := c.object(at, item, "type", "elements")
				if t, _ := str(o["type"]); t != "rich_text_section" {
					c.fail(at, "must be a rich_text_section")
				}
				c.leaves(at, o["elements"])
			}
		default:
			c.fail(here, "unsupported element %q", head.Type)
		}
	}
}

var dateFormat = regexp.MustCompile(`\{(date|date_num|date_short|date_long|date_pretty|date_short_pretty|date_long_pretty|time|time_secs|ago)\}`)

func (c *checker) leaves(at string, raw json.RawMessage) {
	l, ok := list(raw)
	if !ok || len(l) == 0 {
		c.fail(at+"/elements", "must hold at least one element")
		return
	}
	for i, e := range l {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		var head struct {
			Type string `json:"type"`
		}
		_ = json.Unmarshal(e, &head)
		switch head.Type {
		case "text":
			m := c.object(here, e, "type", "text", "style")
			text, _ := str(m["text"])
			if text == "" {
				c.fail(here+"/text", "must be more than 0 characters")
			}
			c.style(here, m["style"])
			c.show(text)
		case "link":
			m := c.object(here, e, "type", "url", "text", "style", "unsafe")
			u, _ := str(m["url"])
			c.url(here+"/url", u)
			text, ok := str(m["text"])
			if !ok {
				text = u
			}
			c.style(here, m["style"])
			c.show(text)
		case "date":
			m := c.object(here, e, "type", "timestamp", "format", "url", "fallback", "timezone", "style")
			var at int64
			if json.Unmarshal(m["timestamp"], &at) != nil || at <= 0 {
				c.fail(here+"/timestamp", "must be a time in seconds")
			}
			if f, _ := str(m["format"]); !dateFormat.MatchString(f) {
				c.fail(here+"/format", "must hold a date token")
			}
			c.style(here, m["style"])
			if f, ok := str(m["fallback"]); ok {
				c.show(f)
			}
		case "emoji":
			c.object(here, e, "type", "name", "skin_tone", "unicode")
		case "channel":
			c.object(here, e, "type", "channel_id", "style")
			if c.where == OnMessage { // on a home it only names the channel
				c.live = append(c.live, head.Type+" element: "+string(e))
			}
		case "user", "usergroup", "broadcast", "team":
			c.live = append(c.live, head.Type+" element: "+string(e))
		default:
			c.fail(here, "unsupported element %q", head.Type)
		}
	}
}

func (c *checker) style(at string, raw json.RawMessage) {
	if raw != nil {
		c.object(at+"/style", raw, "bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
	}
}

func (c *checker) table(at string, raw json.RawMessage) {
	m := c.object(at, raw, "type", "block_id", "rows", "column_settings")
	c.id(at, m)
	if c.tables++; c.tables > 1 {
		c.fail(at, "only one table allowed")
	}
	rows, ok := list(m["rows"])
	if !ok || len(rows) == 0 || len(rows) > maxTableRows {
		c.fail(at+"/rows", "must hold 1 to %d rows", maxTableRows)
	}
	before, width := c.size, -1
	for i, row := range rows {
		cells, ok := list(row)
		here := fmt.Sprintf("%s/rows/%d", at, i)
		if !ok || len(cells) == 0 || len(cells) > maxTableCells {
			c.fail(here, "must hold 1 to %d cells", maxTableCells)
		}
		if width >= 0 && len(cells) != width {
			c.fail(here, "all rows must have the same number of cells")
		}
		width = len(cells)
		for j, cell := range cells {
			here := fmt.Sprintf("%s/%d", here, j)
			var head struct {
				Type string `json:"type"`
			}
			_ = json.Unmarshal(cell, &head)
			switch head.Type {
			case "raw_text":
				o := c.object(here, cell, "type", "text")
				text, _ := str(o["text"])
				if text == "" {
					c.fail(here+"/text", "must be more than 0 characters")
				}
				c.show(text)
			case "rich_text":
				o := c.object(here, cell, "type", "elements")
				c.richElements(here+"/elements", o["elements"])
			default:
				c.fail(here, "unsupported cell %q", head.Type)
			}
		}
	}
	if c.size-before > maxTableText {
		c.fail(at, "a table may hold %d characters", maxTableText)
	}
}

func (c *checker) input(at string, raw json.RawMessage) {
	m := c.object(at, raw, "type", "block_id", "label", "element", "hint", "optional", "dispatch_action")
	c.id(at, m)
	c.textObject(at+"/label", m["label"], 2000, "plain_text")
	if m["hint"] != nil {
		c.textObject(at+"/hint", m["hint"], 2000, "plain_text")
	}
	e := c.object(at+"/element", m["element"], "type", "action_id", "placeholder", "initial_value", "multiline", "min_length", "max_length",
		"options", "initial_option", "focus_on_load", "default_to_current_conversation", "response_url_enabled", "filter", "initial_conversation")
	c.actionID(at+"/element", e["action_id"])
	if e["placeholder"] != nil {
		c.textObject(at+"/element/placeholder", e["placeholder"], 150, "plain_text")
	}
}

var (
	tokens   = regexp.MustCompile(`<[^<>]*>?`)
	linkLike = regexp.MustCompile(`^<https?://[^\s<>|]+(\|[^<>|\n]*)?>$`)
	dateLike = regexp.MustCompile(`^<!date\^[0-9]+\^[^<>|^]+(\^https?://[^\s<>|]+)?\|[^<>|\n]+>$`)
	entity   = regexp.MustCompile(`&(amp|lt|gt);`)
)

// liveIn finds what would act on people in a text that Slack reads for tokens, and what was not escaped.
func liveIn(text string) []string {
	var out []string
	for _, t := range tokens.FindAllString(text, -1) {
		if !linkLike.MatchString(t) && !dateLike.MatchString(t) {
			out = append(out, "token "+t)
		}
	}
	rest := tokens.ReplaceAllString(text, "")
	if strings.Contains(rest, ">") {
		out = append(out, "unescaped > in "+clip(text))
	}
	if strings.Contains(entity.ReplaceAllString(text, ""), "&") {
		out = append(out, "unescaped & in "+clip(text))
	}
	return out
}

func clip(s string) string {
	if r := []rune(s); len(r) > 120 {
		return string(r[:120]) + "…"
	}
	return s
}
