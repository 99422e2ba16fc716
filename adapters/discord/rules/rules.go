// Package rules says what Discord refuses in a request body.
//
// Discord's own description of its API (OpenAPI) is open: it lets unknown keys, empty messages, dead links and sums that are
// too large pass. These are the rules beyond it, from the documentation, and the lengths that it does have, so that a body
// that breaks one is never sent. The adapter asks before it posts, and the test server (discordfake) asks about everything
// that it receives: one set of rules for both. All lengths are in UTF-16 units, the safe upper bound, because Discord does
// not say which unit it counts.
package rules

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Limits of a message, a command and a form (docs: Message, Embed limits; Component reference; Application commands).
const (
	Content        = 2000
	Embeds         = 10
	EmbedTitle     = 256
	EmbedText      = 4096
	EmbedFields    = 25
	FieldName      = 256
	FieldValue     = 1024
	EmbedFooter    = 2048
	EmbedAuthor    = 256
	EmbedsTogether = 6000
	Rows           = 5
	RowButtons     = 5
	Label          = 80
	CustomID       = 100
	ButtonURL      = 512
	AltText        = 1024
	Nonce          = 25
	V2Components   = 40
	V2Text         = 4000
	FormTitle      = 45
	FormFields     = 5
	FormLabel      = 45
	Placeholder    = 100
	FormText       = 4000
	Choices        = 25
	ChoiceText     = 100
	CommandName    = 32
	Description    = 100
	CommandOptions = 25
	CommandText    = 8000
	ChatCommands   = 100
	ThreadName     = 100
)

// Flags of a message.
const (
	FlagSuppressEmbeds = 1 << 2
	FlagEphemeral      = 1 << 6
	FlagV2             = 1 << 15
)

// Kind is what a body is for.
type Kind int

// The kinds of bodies.
const (
	ChannelMessage Kind = iota // POST /channels/{id}/messages
	MessageEdit                // PATCH /channels/{id}/messages/{id}
	WebhookMessage             // POST /webhooks/{app}/{token}
	WebhookEdit                // PATCH /webhooks/{app}/{token}/messages/…
	Callback                   // POST /interactions/{id}/{token}/callback
	Commands                   // PUT /applications/{app}/commands
	GuildCommands              // PUT /applications/{app}/guilds/{id}/commands
	ForumPost                  // POST /channels/{forum}/threads
)

// Refusals returns what Discord would refuse in a body, each as a sentence; none means that the body is fine.
func Refusals(k Kind, raw []byte) []string {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return []string{"the body is not JSON"}
	}
	c := &checker{}
	switch k {
	case Commands, GuildCommands:
		c.commands(v, k == GuildCommands)
	case Callback:
		c.callback(v)
	case ForumPost:
		m := c.object("", v, "name", "auto_archive_duration", "rate_limit_per_user", "applied_tags", "message")
		c.text("name", m["name"], 1, ThreadName)
		c.ids("applied_tags", m["applied_tags"])
		c.message(m["message"], ForumPost)
	default:
		c.message(v, k)
	}
	return c.found
}

type checker struct{ found []string }

func (c *checker) add(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

// Size counts UTF-16 units.
func Size(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// object returns v as an object and complains about keys that are not known and values that are null.
func (c *checker) object(path string, v any, keys ...string) map[string]any {
	m, ok := v.(map[string]any)
	if !ok {
		c.add("%s is no object", or(path, "the body"))
		return nil
	}
	for k, value := range m {
		if !slices.Contains(keys, k) {
			c.add("unknown key %s", join(path, k))
		}
		if value == nil && k != "default_member_permissions" {
			c.add("%s is null", join(path, k))
		}
	}
	return m
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// text checks a string's length; an absent one is fine when least is 0.
func (c *checker) text(path string, v any, least, most int) string {
	s, ok := v.(string)
	if !ok {
		if v != nil || least > 0 {
			c.add("%s is missing or no text", path)
		}
		return ""
	}
	if n := Size(s); n > most {
		c.add("%s has %d characters, the limit is %d", path, n, most)
	} else if least > 0 && strings.TrimSpace(s) == "" {
		c.add("%s is empty", path)
	}
	return s
}

func (c *checker) list(path string, v any, most int) []any {
	if v == nil {
		return nil
	}
	l, ok := v.([]any)
	if !ok {
		c.add("%s is no list", path)
		return nil
	}
	if len(l) > most {
		c.add("%s has %d entries, the limit is %d", path, len(l), most)
	}
	return l
}

func (c *checker) ids(path string, v any) {
	for _, id := range c.list(path, v, 100) {
		if s, ok := id.(string); !ok || !snowflake(s) {
			c.add("%s holds %v, which is no id", path, id)
		}
	}
}

func snowflake(s string) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && n > 0
}

// address checks a link; schemes are those that Discord opens.
func (c *checker) address(path string, v any, most int, schemes ...string) {
	s, ok := v.(string)
	if !ok {
		c.add("%s is missing or no text", path)
		return
	}
	u, err := url.Parse(s)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" && u.Opaque == "" {
		c.add("%s is no address that may be opened: %.60q", path, s)
	}
	if Size(s) > most {
		c.add("%s is longer than %d", path, most)
	}
}

func number(v any) int {
	f, _ := v.(float64)
	return int(f)
}

var messageKeys = []string{"content", "embeds", "components", "allowed_mentions", "flags", "attachments"}

func (c *checker) message(v any, k Kind) {
	keys := messageKeys
	switch k {
	case ChannelMessage:
		keys = append(slices.Clone(keys), "nonce", "enforce_nonce", "message_reference", "tts", "sticker_ids", "poll")
	case WebhookMessage, Callback:
		keys = append(slices.Clone(keys), "tts", "poll")
	}
	m := c.object("", v, keys...)
	if m == nil {
		return
	}
	c.text("content", m["content"], 0, Content)
	c.mentions(m["allowed_mentions"])
	flags := number(m["flags"])
	v2 := flags&FlagV2 != 0
	ids := map[string]bool{}
	together := 0
	embeds := c.list("embeds", m["embeds"], Embeds)
	for i, e := range embeds {
		together += c.embed(fmt.Sprintf("embeds[%d]", i), e)
	}
	if together > EmbedsTogether {
		c.add("the embeds have %d characters together, the limit is %d", together, EmbedsTogether)
	}
	components := c.list("components", m["components"], V2Components)
	if v2 {
		if s, _ := m["content"].(string); s != "" || len(embeds) > 0 {
			c.add("components V2 with content or embeds")
		}
		n, text := 0, 0
		for i, x := range components {
			c.v2(fmt.Sprintf("components[%d]", i), x, ids, &n, &text)
		}
		if n > V2Components {
			c.add("%d components, the limit is %d", n, V2Components)
		}
		if text > V2Text {
			c.add("the components have %d characters of text, the limit is %d", text, V2Text)
		}
	} else {
		if len(components) > Rows {
			c.add("%d rows of components, the limit is %d", len(components), Rows)
		}
		for i, x := range components {
			c.row(fmt.Sprintf("components[%d]", i), x, ids)
		}
	}
	attachments := c.list("attachments", m["attachments"], 10)
	for i, x := range attachments {
		path := fmt.Sprintf("attachments[%d]", i)
		a := c.object(path, x, "id", "filename", "description")
		c.text(path+".filename", a["filename"], 1, 1024)
		c.text(path+".description", a["description"], 0, AltText)
	}
	edit := k == MessageEdit || k == WebhookEdit
	content, _ := m["content"].(string)
	if !edit && strings.TrimSpace(content) == "" && len(embeds) == 0 && len(components) == 0 && len(attachments) == 0 && m["poll"] == nil && m["sticker_ids"] == nil {
		c.add("the message is empty")
	}
	if n, there := m["nonce"]; there {
		switch n := n.(type) {
		case string:
			if n == "" {
				c.add("the nonce is empty")
			}
			c.text("nonce", n, 0, Nonce)
		case float64:
		default:
			c.add("the nonce is neither text nor number")
		}
	} else if m["enforce_nonce"] == true {
		c.add("enforce_nonce without a nonce")
	}
	if r, there := m["message_reference"]; there {
		o := c.object("message_reference", r, "type", "message_id", "channel_id", "guild_id", "fail_if_not_exists")
		if s, _ := o["message_id"].(string); !snowflake(s) {
			c.add("message_reference.message_id is no id")
		}
	}
}

// mentions has to be there, with a list that allows nothing by kind.
func (c *checker) mentions(v any) {
	if v == nil {
		c.add("allowed_mentions is missing")
		return
	}
	m := c.object("allowed_mentions", v, "parse", "users", "roles", "replied_user")
	parse, ok := m["parse"].([]any)
	if !ok {
		c.add("allowed_mentions.parse is missing, which allows every mention")
	}
	if len(parse) > 0 {
		c.add("allowed_mentions.parse allows %v", parse)
	}
	c.ids("allowed_mentions.users", m["users"])
	c.ids("allowed_mentions.roles", m["roles"])
}

func (c *checker) embed(path string, v any) (size int) {
	m := c.object(path, v, "title", "description", "url", "color", "timestamp", "footer", "image", "thumbnail", "author", "fields", "type")
	size += Size(c.text(path+".title", m["title"], 0, EmbedTitle))
	size += Size(c.text(path+".description", m["description"], 0, EmbedText))
	if m["url"] != nil {
		c.address(path+".url", m["url"], 2048, "http", "https")
	}
	for _, key := range []string{"image", "thumbnail"} {
		if m[key] != nil {
			o := c.object(join(path, key), m[key], "url")
			c.address(join(path, key)+".url", o["url"], 2048, "http", "https", "attachment")
		}
	}
	if m["footer"] != nil {
		o := c.object(path+".footer", m["footer"], "text", "icon_url")
		size += Size(c.text(path+".footer.text", o["text"], 1, EmbedFooter))
	}
	if m["author"] != nil {
		o := c.object(path+".author", m["author"], "name", "url", "icon_url")
		size += Size(c.text(path+".author.name", o["name"], 1, EmbedAuthor))
	}
	for i, f := range c.list(path+".fields", m["fields"], EmbedFields) {
		at := fmt.Sprintf("%s.fields[%d]", path, i)
		o := c.object(at, f, "name", "value", "inline")
		size += Size(c.text(at+".name", o["name"], 1, FieldName))
		size += Size(c.text(at+".value", o["value"], 1, FieldValue))
	}
	if size == 0 && m["image"] == nil && m["thumbnail"] == nil {
		c.add("%s is empty", path)
	}
	if n := number(m["color"]); n < 0 || n > 0xffffff {
		c.add("%s.color is no colour", path)
	}
	return size
}

// Types of components (docs: Component reference).
const (
	row          = 1
	button       = 2
	stringSelect = 3
	textInput    = 4
	channelPick  = 8
	section      = 9
	textDisplay  = 10
	container    = 17
	label        = 18
)

func isSelect(t int) bool { return t == stringSelect || t >= 5 && t <= channelPick }

func (c *checker) row(path string, v any, ids map[string]bool) {
	m := c.object(path, v, "type", "components", "id")
	if t := number(m["type"]); t != row {
		if t >= section {
			c.add("%s: a V2 component without the V2 flag", path)
		} else {
			c.add("%s is no row", path)
		}
		return
	}
	list := c.list(path+".components", m["components"], RowButtons)
	if len(list) == 0 {
		c.add("%s is an empty row", path)
	}
	selects := 0
	for i, x := range list {
		at := fmt.Sprintf("%s.components[%d]", path, i)
		o, _ := x.(map[string]any)
		switch t := number(o["type"]); {
		case t == button:
			c.button(at, x, ids)
		case isSelect(t):
			selects++
			c.customID(at, o["custom_id"], ids)
			c.list(at+".options", o["options"], Choices)
		default:
			c.add("%s: type %d may not stand in a message's row", at, t)
		}
	}
	if selects > 0 && len(list) > 1 {
		c.add("%s: a select shares its row", path)
	}
}

func (c *checker) customID(path string, v any, ids map[string]bool) {
	id := c.text(path+".custom_id", v, 1, CustomID)
	if id != "" && ids[id] {
		c.add("%s.custom_id %q stands twice in the message", path, id)
	}
	ids[id] = true
}

// Styles of buttons.
const (
	styleLink    = 5
	stylePremium = 6
)

func (c *checker) button(path string, v any, ids map[string]bool) {
	m := c.object(path, v, "type", "style", "label", "emoji", "custom_id", "url", "disabled", "id", "sku_id")
	text := c.text(path+".label", m["label"], 0, Label)
	if text == "" && m["emoji"] == nil {
		c.add("%s has neither label nor emoji", path)
	}
	switch style := number(m["style"]); {
	case style == styleLink:
		c.address(path+".url", m["url"], ButtonURL, "http", "https", "discord")
		if m["custom_id"] != nil {
			c.add("%s: a link button with a custom_id", path)
		}
	case style < 1 || style > stylePremium:
		c.add("%s has style %d", path, style)
	default:
		c.customID(path, m["custom_id"], ids)
		if m["url"] != nil {
			c.add("%s: a url on a button that is no link", path)
		}
	}
}

// v2 counts components and text with nesting.
func (c *checker) v2(path string, v any, ids map[string]bool, n, text *int) {
	m, ok := v.(map[string]any)
	if !ok {
		c.add("%s is no object", path)
		return
	}
	*n++
	switch number(m["type"]) {
	case row:
		list, _ := m["components"].([]any)
		*n += len(list)
		c.row(path, v, ids)
		return
	case textDisplay:
		*text += Size(c.text(path+".content", m["content"], 1, V2Text))
	case button:
		c.button(path, v, ids)
	}
	if a, there := m["accessory"]; there {
		c.v2(path+".accessory", a, ids, n, text)
	}
	for i, x := range c.list(path+".components", m["components"], V2Components) {
		c.v2(fmt.Sprintf("%s.components[%d]", path, i), x, ids, n, text)
	}
}

// Types of responses to an interaction.
const (
	pong         = 1
	respond      = 4
	deferMessage = 5
	deferUpdate  = 6
	update       = 7
	choices      = 8
	form         = 9
)

func (c *checker) callback(v any) {
	m := c.object("", v, "type", "data")
	switch t := number(m["type"]); t {
	case pong:
	case deferMessage, deferUpdate:
		if m["data"] == nil {
			return
		}
		d := c.object("data", m["data"], "flags")
		if f := number(d["flags"]); f&^FlagEphemeral != 0 {
			c.add("a deferred response may carry only EPHEMERAL, not flags %d", f)
		}
	case respond, update:
		c.message(m["data"], Callback)
	case choices:
		d := c.object("data", m["data"], "choices")
		list, there := d["choices"]
		got := c.list("choices", list, Choices)
		if there && len(got) == 0 {
			c.add("choices is empty: leave it out")
		}
		for i, x := range got {
			at := fmt.Sprintf("choices[%d]", i)
			o := c.object(at, x, "name", "value", "name_localizations")
			c.text(at+".name", o["name"], 1, ChoiceText)
			if s, isText := o["value"].(string); isText {
				c.text(at+".value", s, 1, ChoiceText)
			}
		}
	case form:
		d := c.object("data", m["data"], "custom_id", "title", "components")
		c.text("custom_id", d["custom_id"], 1, CustomID)
		c.text("title", d["title"], 1, FormTitle)
		list := c.list("components", d["components"], FormFields)
		if len(list) == 0 {
			c.add("the form is empty")
		}
		for i, x := range list {
			c.formField(fmt.Sprintf("components[%d]", i), x)
		}
	default:
		c.add("unknown type of response %d", t)
	}
}

func (c *checker) formField(path string, v any) {
	m := c.object(path, v, "type", "components", "component", "label", "description", "id")
	switch number(m["type"]) {
	case row:
		list := c.list(path+".components", m["components"], 1)
		if len(list) != 1 {
			c.add("%s: a form's row holds one field", path)
			return
		}
		o := c.object(path+".components[0]", list[0], "type", "custom_id", "style", "label", "min_length", "max_length", "required", "value", "placeholder", "id")
		if number(o["type"]) != textInput {
			c.add("%s: only a text input may stand in a form's row", path)
		}
		c.text(path+".custom_id", o["custom_id"], 1, CustomID)
		c.text(path+".label", o["label"], 1, FormLabel)
		c.text(path+".placeholder", o["placeholder"], 0, Placeholder)
		most := FormText
		if n := number(o["max_length"]); n > most {
			c.add("%s.max_length is over %d", path, most)
		} else if n > 0 {
			most = n
		}
		c.text(path+".value", o["value"], 0, most)
	case label:
		c.text(path+".label", m["label"], 1, 45)
	default:
		c.add("%s may not stand in a form", path)
	}
}

// Locales that Discord knows (docs: Reference, Locales).
var locales = strings.Fields("id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko")

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

func (c *checker) name(path string, v any, strict bool) string {
	s, _ := v.(string)
	if strict && !commandName.MatchString(s) {
		c.add("%s %q is no name of a command", path, s)
	}
	if strict && strings.IndexFunc(s, unicode.IsUpper) >= 0 {
		c.add("%s %q is not in lower case", path, s)
	}
	if !strict {
		c.text(path, v, 1, CommandName)
	}
	return s
}

func (c *checker) localised(path string, v any, check func(path string, v any)) {
	if v == nil {
		return
	}
	m, ok := v.(map[string]any)
	if !ok {
		c.add("%s is no object", path)
		return
	}
	for locale, text := range m {
		if !slices.Contains(locales, locale) {
			c.add("%s: unknown locale %s", path, locale)
		}
		check(path+"."+locale, text)
	}
}

// longest is the size of a text or of its longest translation.
func longest(v, translations any) int {
	s, _ := v.(string)
	n := Size(s)
	m, _ := translations.(map[string]any)
	for _, t := range m {
		s, _ := t.(string)
		n = max(n, Size(s))
	}
	return n
}

func (c *checker) commands(v any, oneGuild bool) {
	list, ok := v.([]any)
	if !ok {
		c.add("the body is no list")
		return
	}
	seen := map[string]bool{}
	kinds := map[int]int{}
	for i, x := range list {
		path := fmt.Sprintf("[%d]", i)
		m := c.object(path, x, "id", "type", "name", "name_localizations", "description", "description_localizations",
			"default_member_permissions", "contexts", "integration_types", "options", "nsfw")
		kind := number(m["type"])
		if m["type"] == nil {
			kind = 1
		}
		kinds[kind]++
		chat := kind == 1
		name := c.name(path+".name", m["name"], chat)
		path = "/" + name
		if key := fmt.Sprint(kind, " ", name); seen[key] {
			c.add("%s stands twice", path)
		} else {
			seen[key] = true
		}
		c.localised(path+".name_localizations", m["name_localizations"], func(p string, v any) { c.name(p, v, chat) })
		describe := func(p string, v any) { c.text(p, v, 1, Description) }
		if chat {
			describe(path+".description", m["description"])
			c.localised(path+".description_localizations", m["description_localizations"], describe)
		} else if s, _ := m["description"].(string); s != "" {
			c.add("%s: only a slash command has a description", path)
		}
		if p := m["default_member_permissions"]; p != nil {
			s, ok := p.(string)
			if _, err := strconv.ParseUint(s, 10, 64); !ok || err != nil {
				c.add("%s.default_member_permissions is no number in text", path)
			}
		}
		for _, x := range c.list(path+".contexts", m["contexts"], 3) {
			if oneGuild && number(x) == 1 {
				c.add("%s: a command of one guild may not be used in direct messages", path)
			}
		}
		size := longest(m["name"], m["name_localizations"]) + longest(m["description"], m["description_localizations"])
		size += c.options(path, m["options"], 1)
		if size > CommandText {
			c.add("%s has %d characters in all, the limit is %d", path, size, CommandText)
		}
	}
	if kinds[1] > ChatCommands || kinds[2] > 15 || kinds[3] > 15 {
		c.add("too many commands")
	}
}

// Types of options.
const (
	subcommand = 1
	group      = 2
)

func (c *checker) options(path string, v any, depth int) (size int) {
	names := map[string]bool{}
	optional, nested, plain := false, false, false
	for i, x := range c.list(path+".options", v, CommandOptions) {
		at := fmt.Sprintf("%s.options[%d]", path, i)
		m := c.object(at, x, "type", "name", "name_localizations", "description", "description_localizations", "required",
			"choices", "options", "channel_types", "min_value", "max_value", "min_length", "max_length", "autocomplete")
		name := c.name(at+".name", m["name"], true)
		at = path + " " + name
		if names[name] {
			c.add("%s stands twice", at)
		}
		names[name] = true
		c.localised(at+".name_localizations", m["name_localizations"], func(p string, v any) { c.name(p, v, true) })
		describe := func(p string, v any) { c.text(p, v, 1, Description) }
		describe(at+".description", m["description"])
		c.localised(at+".description_localizations", m["description_localizations"], describe)
		size += longest(m["name"], m["name_localizations"]) + longest(m["description"], m["description_localizations"])
		kind := number(m["type"])
		switch kind {
		case subcommand, group:
			nested = true
			if depth > 2 || kind == group && depth > 1 {
				c.add("%s is nested too deeply", at)
			}
			size += c.options(at, m["options"], depth+1)
		default:
			plain = true
			if kind < 1 || kind > 11 {
				c.add("%s has type %d", at, kind)
			}
			if m["required"] == true && optional {
				c.add("%s is required and comes after an optional one", at)
			}
			optional = optional || m["required"] != true
			given := c.list(at+".choices", m["choices"], Choices)
			if m["autocomplete"] == true && len(given) > 0 {
				c.add("%s has choices and autocomplete", at)
			}
			if m["autocomplete"] == true && kind != 3 && kind != 4 && kind != 10 {
				c.add("%s: only text and numbers can be completed", at)
			}
			for j, x := range given {
				p := fmt.Sprintf("%s.choices[%d]", at, j)
				o := c.object(p, x, "name", "name_localizations", "value")
				c.text(p+".name", o["name"], 1, ChoiceText)
				size += longest(o["name"], o["name_localizations"])
				if s, ok := o["value"].(string); ok {
					c.text(p+".value", s, 1, ChoiceText)
					size += Size(s)
				}
			}
		}
	}
	if nested && plain {
		c.add("%s mixes subcommands and options", path)
	}
	return size
}
