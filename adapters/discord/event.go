package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The events that we read, in our own small types. The library's decoders give up a whole event for one component that they
// do not know and then call the handler with a zero struct; these read what we need and skip the rest.

type person struct {
	ID         string `json:"id"`
	Username   string `json:"username"`
	GlobalName string `json:"global_name"`
	Bot        bool   `json:"bot"`
	System     bool   `json:"system"`
}

func (p person) name() string {
	if p.GlobalName != "" {
		return p.GlobalName
	}
	return p.Username
}

type member struct {
	User        *person  `json:"user"`
	Nick        string   `json:"nick"`
	Roles       []string `json:"roles"`
	Permissions string   `json:"permissions"` // of interactions only
}

type embedText struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Fields      []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"fields"`
}

// posted is a message as Discord describes it: in MESSAGE_CREATE, under a pressed button, in a list of messages.
type posted struct {
	ID              string      `json:"id"`
	Channel         string      `json:"channel_id"`
	Guild           string      `json:"guild_id"`
	Type            int         `json:"type"`
	Content         string      `json:"content"`
	Author          *person     `json:"author"`
	Member          *member     `json:"member"`
	Webhook         string      `json:"webhook_id"`
	MentionEveryone bool        `json:"mention_everyone"`
	Mentions        []person    `json:"mentions"`
	MentionRoles    []string    `json:"mention_roles"`
	Nonce           nonce       `json:"nonce"`
	Embeds          []embedText `json:"embeds"`
	Flags           int         `json:"flags"`
	Reference       *struct {
		Type    int    `json:"type"`
		Message string `json:"message_id"`
		Channel string `json:"channel_id"`
	} `json:"message_reference"`
	Referenced *posted `json:"referenced_message"`
	// Interaction is set on answers to interactions.
	Interaction *struct {
		ID       string  `json:"id"`
		Original string  `json:"original_response_message_id"`
		User     *person `json:"user"`
	} `json:"interaction_metadata"`
	Components json.RawMessage `json:"components"`
}

// nonce is a string or an integer.
type nonce string

func (n *nonce) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*n = nonce(s)
		return nil
	}
	if string(raw) != "null" {
		*n = nonce(raw)
	}
	return nil
}

// Types of messages that people write (docs: Message, types).
const (
	typeDefault = 0
	typeReply   = 19
)

// Types of channels (docs: Channel, types).
const (
	channelText         = 0
	channelDM           = 1
	channelAnnouncement = 5
	threadAnnouncement  = 10
	threadPublic        = 11
	threadPrivate       = 12
	channelForum        = 15
	channelMedia        = 16
)

// channel is what we know of a channel.
type channel struct {
	ID       string `json:"id"`
	Type     int    `json:"type"`
	Guild    string `json:"guild_id"`
	Parent   string `json:"parent_id"`
	Name     string `json:"name"`
	Flags    int    `json:"flags"`
	Archived struct {
		Locked bool `json:"locked"`
	} `json:"thread_metadata"`
	Tags []struct {
		ID        string `json:"id"`
		Name      string `json:"name"`
		Moderated bool   `json:"moderated"`
	} `json:"available_tags"`
}

func (c channel) isThread() bool {
	return c.Type == threadAnnouncement || c.Type == threadPublic || c.Type == threadPrivate
}

// takesMessages says whether digests and answers can be posted there: in voice and stage channels and in categories not.
func (c channel) takesMessages() bool {
	switch c.Type {
	case channelText, channelDM, channelAnnouncement:
		return true
	}
	return c.isThread() || c.isForum()
}

func (c channel) isForum() bool { return c.Type == channelForum || c.Type == channelMedia }

// Types of interactions (docs: Interaction, types).
const (
	interactionPing      = 1
	interactionCommand   = 2
	interactionComponent = 3
	interactionComplete  = 4
	interactionModal     = 5
)

// interaction is a slash command, a pressed button, a completion or a submitted form.
type interaction struct {
	ID             string            `json:"id"`
	Application    string            `json:"application_id"`
	Type           int               `json:"type"`
	Token          string            `json:"token"`
	Guild          string            `json:"guild_id"`
	ChannelID      string            `json:"channel_id"`
	Channel        *channel          `json:"channel"`
	Member         *member           `json:"member"`
	User           *person           `json:"user"`
	Locale         string            `json:"locale"`
	GuildLocale    string            `json:"guild_locale"`
	AppPermissions string            `json:"app_permissions"`
	Context        *int              `json:"context"`
	Owners         map[string]string `json:"authorizing_integration_owners"`
	Message        *posted           `json:"message"`
	Data           json.RawMessage   `json:"data"`
}

// Contexts of an interaction (docs: Interaction context types).
const (
	contextBotDM   = 1
	contextPrivate = 2 // a direct channel between people
)

// direct says that the interaction was made in the bot's own direct channel.
func (i interaction) direct() bool {
	if i.Context != nil {
		return *i.Context == contextBotDM
	}
	return i.Guild == ""
}

// installed says whether the bot itself is where the interaction was made, and not only in the person's own apps.
func (i interaction) installed() bool { return i.direct() || i.Owners == nil || i.Owners["0"] != "" }

// where is the channel.
func (i interaction) where() channel {
	c := channel{ID: i.ChannelID}
	if i.Channel != nil {
		c = *i.Channel
		c.ID = i.ChannelID
	}
	return c
}

// who returns the person, or nil.
func (i interaction) who() *person {
	if i.Member != nil && i.Member.User != nil {
		return i.Member.User
	}
	return i.User
}

type commandData struct {
	Name    string   `json:"name"`
	Type    int      `json:"type"`
	Options []option `json:"options"`
}

type option struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"`
	Value   json.RawMessage `json:"value"`
	Options []option        `json:"options"`
	Focused bool            `json:"focused"`
}

// Types of options (docs: Application command option, types).
const (
	optionSubcommand = 1
	optionGroup      = 2
	optionString     = 3
	optionBoolean    = 5
)

// text returns the option's value as a person would write it.
func (o option) text() string {
	var s string
	if json.Unmarshal(o.Value, &s) == nil {
		return s
	}
	if string(o.Value) == "null" {
		return ""
	}
	return strings.TrimSpace(string(o.Value))
}

type componentData struct {
	ID string `json:"custom_id"`
}

type modalData struct {
	ID         string      `json:"custom_id"`
	Components []formField `json:"components"`
}

// formField is a component of a submitted form: a row or a label around fields, or a field.
type formField struct {
	ID         string      `json:"custom_id"`
	Value      string      `json:"value"`
	Components []formField `json:"components"`
	Component  *formField  `json:"component"`
}

// values collects what was typed, by custom_id.
func (d modalData) values() map[string]string {
	out := map[string]string{}
	var walk func(fields []formField, depth int)
	walk = func(fields []formField, depth int) {
		if depth > 4 {
			return
		}
		for _, f := range fields {
			if f.ID != "" && f.Value != "" {
				out[f.ID] = f.Value
			}
			walk(f.Components, depth+1)
			if f.Component != nil {
				walk([]formField{*f.Component}, depth+1)
			}
		}
	}
	walk(d.Components, 0)
	return out
}

// Bounds on what we take from an event. Discord's own are lower; these hold if it changes its mind.
const (
	eventMost   = 1 << 20
	contentMost = 8000
)

var (
	errEventTooLarge = errors.New("the event is larger than 1 MB")
	errIncomplete    = errors.New("the event lacks an id, an author or a channel")
)

// readMessage decodes MESSAGE_CREATE. The message has an ID, a channel and an author, or there is an error.
func readMessage(raw []byte) (posted, error) {
	if len(raw) > eventMost {
		return posted{}, errEventTooLarge
	}
	var m posted
	if err := json.Unmarshal(raw, &m); err != nil {
		return posted{}, fmt.Errorf("decode a message: %w", err)
	}
	if m.Author == nil || m.Author.ID == "" || m.ID == "" || m.Channel == "" {
		return posted{}, errIncomplete
	}
	m.Content = bounded(m.Content, contentMost)
	return m, nil
}

// readInteraction decodes INTERACTION_CREATE. The interaction has an ID, a token and, but for a ping, a channel and a
// person, or there is an error.
func readInteraction(raw []byte) (interaction, error) {
	if len(raw) > eventMost {
		return interaction{}, errEventTooLarge
	}
	var i interaction
	if err := json.Unmarshal(raw, &i); err != nil {
		return interaction{}, fmt.Errorf("decode an interaction: %w", err)
	}
	if i.Type == interactionPing {
		return i, nil
	}
	if i.Channel != nil && i.ChannelID == "" {
		i.ChannelID = i.Channel.ID
	}
	if p := i.who(); i.ID == "" || i.Token == "" || i.ChannelID == "" || p == nil || p.ID == "" {
		return interaction{}, errIncomplete
	}
	return i, nil
}

// bounded cuts s to at most n bytes of valid UTF-8.
func bounded(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// guildEvent is what we read of GUILD_CREATE, GUILD_UPDATE and GUILD_DELETE.
type guildEvent struct {
	ID          string    `json:"id"`
	Owner       string    `json:"owner_id"`
	Unavailable *bool     `json:"unavailable"`
	Locale      string    `json:"preferred_locale"`
	Roles       []role    `json:"roles"`
	Channels    []channel `json:"channels"`
	Threads     []channel `json:"threads"`
}

type role struct {
	ID          string `json:"id"`
	Permissions string `json:"permissions"`
	Tags        struct {
		Bot string `json:"bot_id"`
	} `json:"tags"`
}

// roleEvent is GUILD_ROLE_CREATE, _UPDATE and _DELETE.
type roleEvent struct {
	Guild  string `json:"guild_id"`
	Role   *role  `json:"role"`
	RoleID string `json:"role_id"`
}

// Permissions (docs: Permissions).
const (
	permAdministrator     = 1 << 3
	permManageGuild       = 1 << 5
	permViewChannel       = 1 << 10
	permSendMessages      = 1 << 11
	permEmbedLinks        = 1 << 14
	permAttachFiles       = 1 << 15
	permReadHistory       = 1 << 16
	permMentionEveryone   = 1 << 17 // @everyone, @here and all roles
	permCreateThreads     = 1 << 35
	permSendInThreads     = 1 << 38
	permManages           = permAdministrator | permManageGuild
	permissionsOfTheBot   = permViewChannel | permSendMessages | permEmbedLinks | permAttachFiles | permReadHistory | permCreateThreads | permSendInThreads
	flagEphemeral         = 1 << 6
	flagSuppressEmbeds    = 1 << 2
	forumRequiresTag      = 1 << 4
	discordEpoch          = 1420070400000 // ms; docs: Snowflakes
	snowflakeTimeShift    = 22
	acknowledgeWithin     = 3 * time.Second  // docs: Interaction response, deadline
	tokenLives            = 15 * time.Minute // docs: Interaction token
	typingEvery           = 8 * time.Second
	customIDVersion       = "v1"
	permissionManageGuild = int64(permManageGuild)
)

func permissions(s string) uint64 {
	p, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0
	}
	return p
}

// snowflakeTime tells when an id was made.
func snowflakeTime(id string) (time.Time, bool) {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil || n == 0 {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(n>>snowflakeTimeShift) + discordEpoch).UTC(), true
}

// snowflakeAt is the smallest id that can have been made at t.
func snowflakeAt(t time.Time) string {
	ms := t.UnixMilli() - discordEpoch
	if ms < 0 {
		return "0"
	}
	return strconv.FormatUint(uint64(ms)<<snowflakeTimeShift, 10)
}
