package discord

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"attache/bot"
)

// The bot's table of commands in Discord's form: /brief with a subcommand for each verb of everyone, a command of its own for
// each group of verbs of managers, all made from bot.Commands.

// root of everyone's verbs.
const everyone = "brief"

type command struct {
	Type             int               `json:"type"`
	Name             string            `json:"name"`
	Names            map[string]string `json:"name_localizations,omitempty"`
	Description      string            `json:"description"`
	Descriptions     map[string]string `json:"description_localizations,omitempty"`
	Permissions      *string           `json:"default_member_permissions"`
	Contexts         []int             `json:"contexts,omitempty"`
	IntegrationTypes []int             `json:"integration_types,omitempty"`
	Options          []commandOption   `json:"options,omitempty"`
}

type commandOption struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Names        map[string]string `json:"name_localizations,omitempty"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Required     bool              `json:"required,omitempty"`
	Autocomplete bool              `json:"autocomplete,omitempty"`
	MaxLength    int               `json:"max_length,omitempty"`
	Options      []commandOption   `json:"options,omitempty"`
}

// Contexts of a command (docs: Interaction context types) and where the app may be installed.
var (
	anywhere    = []int{0, 1, 2} // servers, the bot's direct channel, other direct channels
	inServers   = []int{0}
	guildOrUser = []int{0, 1}
	guildOnly   = []int{0}
)

// commands makes the commands. Those of one guild, for development, may not name contexts.
func commands(table []bot.Command, oneGuild bool) []command {
	var out []command
	index := map[string]int{}
	place := func(name, description string, managers bool) *command {
		if i, ok := index[name]; ok {
			return &out[i]
		}
		c := command{Type: 1, Name: name, Names: namesOf(name, name), Description: description, Descriptions: summariesOf(name, description)}
		if !oneGuild {
			c.Contexts, c.IntegrationTypes = anywhere, guildOrUser
		}
		if managers {
			p := strconv.FormatInt(permissionManageGuild, 10)
			c.Permissions = &p
			if !oneGuild {
				c.Contexts, c.IntegrationTypes = inServers, guildOnly
			}
		}
		index[name] = len(out)
		out = append(out, c)
		return &out[len(out)-1]
	}
	for _, c := range table {
		switch {
		case c.Group() != "":
			to := place(c.Group(), groupSummary(c.Group()), c.Manages)
			to.Options = append(to.Options, subcommand(c))
		case c.Manages:
			to := place(c.Name, c.Summary, true)
			to.Options = options(c)
		default:
			to := place(everyone, groupSummary(everyone), false)
			to.Options = append(to.Options, subcommand(c))
		}
	}
	return out
}

func groupSummary(group string) string {
	switch group {
	case everyone:
		return "Ask about the news, with who said it and where"
	case "digest":
		return "Digests that come to this channel at set times"
	case "source":
		return "The feeds and pages that are read"
	case "watch":
		return "What comes first in this channel's digests"
	}
	return "Commands for " + group
}

func subcommand(c bot.Command) commandOption {
	return commandOption{Type: optionSubcommand, Name: c.Verb(), Names: namesOf(c.Name, c.Verb()),
		Description: c.Summary, Descriptions: summariesOf(c.Name, c.Summary), Options: options(c)}
}

// options are a command's arguments, required ones first, as Discord wants them. For a text of many lines a form asks. What anyone may ask in public can be asked
// in private.
func options(c bot.Command) []commandOption {
	var out []commandOption
	for _, arg := range c.Args {
		out = append(out, commandOption{
			Type: optionString, Name: arg.Name, Names: argNamesOf(c.Name, arg.Name),
			Description: arg.Help, Descriptions: argHelpsOf(c.Name, arg.Name, arg.Help),
			Required: arg.Required && arg.Kind != bot.ArgPassage, Autocomplete: arg.Kind.Completes(),
		})
	}
	slices.SortStableFunc(out, func(a, b commandOption) int { return cmp.Compare(rank(a), rank(b)) })
	if !c.Private && !c.Manages {
		out = append(out, commandOption{Type: optionBoolean, Name: optionPrivate, Names: map[string]string{"en-US": optionPrivate, "fr": "privé", "ko": "비공개"},
			Description: english.private, Descriptions: map[string]string{"en-US": english.private, "fr": french.private, "ko": korean.private}})
	}
	return out
}

func rank(o commandOption) int {
	if o.Required {
		return 0
	}
	return 1
}

// commandOf returns the name in the bot's table and the options of what a person ran.
func commandOf(d commandData) (name string, options []option) {
	options = d.Options
	path := []string{d.Name}
	for range 2 {
		if len(options) != 1 || options[0].Type != optionSubcommand && options[0].Type != optionGroup {
			break
		}
		path = append(path, options[0].Name)
		options = options[0].Options
	}
	if path[0] == everyone {
		path = path[1:]
	}
	for i, word := range path {
		if i > 0 {
			name += " "
		}
		name += word
	}
	return name, options
}

// CommandsJSON returns the commands as Discord's API takes them, for `attache manifest discord`.
func CommandsJSON() (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(commands(bot.Commands(), false)); err != nil {
		return nil, fmt.Errorf("marshal the commands: %w", err)
	}
	return b.Bytes(), nil
}

// InviteURL is the address at which an admin adds the bot to a server, with the permissions that it needs.
func InviteURL(appID string) string {
	return "https://discord.com/oauth2/authorize?" + url.Values{
		"client_id": {appID}, "scope": {"bot applications.commands"},
		"permissions": {strconv.FormatUint(permissionsOfTheBot, 10)},
	}.Encode()
}

// register makes the commands that Discord knows those of the table. It writes only when something differs: a server may
// create 200 commands a day.
func (a *Adapter) register(ctx context.Context) error {
	me, err := a.whoami(ctx)
	if err != nil {
		return err
	}
	want := commands(bot.Commands(), a.c.GuildOnly != "")
	route := api("applications", me.Application, "commands")
	if a.c.GuildOnly != "" {
		if !isID(a.c.GuildOnly) {
			return errors.New("the guild for development is not an id")
		}
		route = api("applications", me.Application, "guilds", a.c.GuildOnly, "commands")
	}
	var have []command
	if err := a.rest.again(ctx, call{what: "list the commands", method: http.MethodGet, url: route + "?with_localizations=true"}, &have, true, 3); err != nil {
		return err
	}
	if sameCommands(have, want) {
		return nil
	}
	if err := a.rest.again(ctx, call{what: "register the commands", method: http.MethodPut, url: route, body: want}, nil, true, 3); err != nil {
		return err
	}
	a.counts.add("registered")
	a.log.Info("registered the commands with Discord", "commands", len(want))
	return nil
}

// sameCommands compares what Discord has with what we want, in any order.
func sameCommands(have, want []command) bool {
	normal := func(list []command) string {
		list = slices.Clone(list)
		for i, c := range list {
			if c.Type == 0 {
				c.Type = 1
			}
			c.Contexts, c.IntegrationTypes = slices.Sorted(slices.Values(c.Contexts)), slices.Sorted(slices.Values(c.IntegrationTypes))
			list[i] = c
		}
		slices.SortFunc(list, func(a, b command) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type)) })
		raw, err := json.Marshal(list)
		if err != nil {
			return err.Error()
		}
		return string(raw)
	}
	return normal(have) == normal(want)
}
