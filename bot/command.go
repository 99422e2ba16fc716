package bot

import (
	"cmp"
	"strings"

	"attache/bot/present"
)

// Command is a verb of the bot. What is in the table works on every platform; what isn't exists nowhere.
type Command struct {
	// Name is one word ("ask") or two ("digest add"): a group and a verb. Lower-case letters only.
	Name string
	// Summary says in one line of at most 100 characters what it does.
	Summary string
	// Args are in the order in which they are typed; required ones come first.
	Args []Arg
	// Manages says that only those who may manage the channel may use it.
	Manages bool
	// Private says that its reply is for the person who asked alone.
	Private bool
	// Examples are full lines without the platform's prefix, such as "digest add weekdays 7:30 Asia/Seoul".
	Examples []string
}

// Arg is one argument of a command.
type Arg struct {
	// Name is one lower-case word.
	Name string
	// Help says in at most 100 characters what to give.
	Help string
	// Label is what the field of a form is called that asks for it, at most 45 characters.
	Label    string
	Required bool
	Kind     ArgKind
}

// ArgKind says what an argument holds, for completion.
type ArgKind string

// The kinds of an argument.
const (
	ArgText    ArgKind = "text"    // free text
	ArgPassage ArgKind = "passage" // free text of many lines
	ArgLink    ArgKind = "link"    // an http(s) address
	ArgWhen    ArgKind = "when"    // a schedule as people write it
	ArgZone    ArgKind = "zone"    // an IANA time zone
	ArgTopics  ArgKind = "topics"  // a subject or several, separated by commas
	ArgActor   ArgKind = "actor"   // a person, an institution or a country
	ArgDigest  ArgKind = "digest"  // the id of a digest of this channel
	ArgSource  ArgKind = "source"  // the id of a source
	ArgWatch   ArgKind = "watch"   // an entry of the channel's watch list
	ArgCommand ArgKind = "command" // the name of a command
	ArgSetting ArgKind = "setting" // the name of a setting
	ArgValue   ArgKind = "value"   // the value of a setting
)

// Completes says whether Bot.Complete has choices for arguments of the kind.
func (k ArgKind) Completes() bool { return k != ArgText && k != ArgPassage && k != ArgLink }

// Group returns the first word of a name of two words, and "" for a name of one.
func (c Command) Group() string {
	group, _, two := strings.Cut(c.Name, " ")
	if !two {
		return ""
	}
	return group
}

// Verb returns the last word of the name.
func (c Command) Verb() string { return c.Name[strings.LastIndexByte(c.Name, ' ')+1:] }

// Usage returns the line that shows how the command is typed: "digest add <when> [zone] [about]".
func (c Command) Usage() string {
	var b strings.Builder
	b.WriteString(c.Name)
	for _, a := range c.Args {
		if a.Required {
			b.WriteString(" <" + a.Name + ">")
		} else {
			b.WriteString(" [" + a.Name + "]")
		}
	}
	return b.String()
}

// Commands returns the table of commands, in the order of the help text, with its words in English.
func Commands() []Command { return CommandsIn("") }

// CommandsIn is Commands with summaries and helps in the language of a locale. Names stay: they are what is typed.
func CommandsIn(locale string) []Command {
	table := []Command{
		{
			Name:     "ask",
			Args:     []Arg{{Name: "question", Required: true, Kind: ArgText}},
			Examples: []string{"ask Who gave Kim Jong-un a car?", "ask What did Seoul say about it?"},
		},
		{
			Name:     "latest",
			Args:     []Arg{{Name: "topic", Kind: ArgTopics}},
			Examples: []string{"latest", "latest North Korea, sanctions"},
		},
		{
			Name:     "story",
			Args:     []Arg{{Name: "topic", Required: true, Kind: ArgTopics}},
			Examples: []string{"story Putin's gift to Kim Jong-un", "story 2"},
		},
		{
			Name:     "who",
			Args:     []Arg{{Name: "actor", Required: true, Kind: ArgActor}},
			Examples: []string{"who Kim Yo-jong", "who South Korea"},
		},
		{
			Name:     "why",
			Args:     []Arg{{Name: "link", Required: true, Kind: ArgLink}},
			Examples: []string{"why https://example.org/report"},
		},
		{
			Name:     "sources",
			Private:  true,
			Examples: []string{"sources"},
		},
		{
			Name:     "help",
			Args:     []Arg{{Name: "command", Kind: ArgCommand}},
			Private:  true,
			Examples: []string{"help", "help digest add"},
		},
		{
			Name: "digest add",
			Args: []Arg{
				{Name: "when", Required: true, Kind: ArgWhen},
				{Name: "zone", Kind: ArgZone},
				{Name: "about", Kind: ArgTopics},
			},
			Manages: true, Private: true,
			Examples: []string{"digest add daily 08:00", "digest add weekdays 7:30 Asia/Seoul about North Korea, sanctions"},
		},
		{
			Name: "digest review",
			Args: []Arg{
				{Name: "when", Kind: ArgWhen},
				{Name: "zone", Kind: ArgZone},
				{Name: "about", Kind: ArgTopics},
			},
			Manages: true, Private: true,
			Examples: []string{"digest review", "digest review mondays 9am", "digest review fridays 17:00 Asia/Seoul about sanctions"},
		},
		{
			Name:    "digest list",
			Manages: true, Private: true,
			Examples: []string{"digest list"},
		},
		{
			Name: "digest edit",
			Args: []Arg{
				{Name: "digest", Required: true, Kind: ArgDigest},
				{Name: "when", Kind: ArgWhen},
				{Name: "zone", Kind: ArgZone},
				{Name: "about", Kind: ArgTopics},
			},
			Manages: true, Private: true,
			Examples: []string{"digest edit d7f3 daily 09:00", "digest edit d7f3 about sanctions"},
		},
		{
			Name:    "digest pause",
			Args:    []Arg{{Name: "digest", Required: true, Kind: ArgDigest}},
			Manages: true, Private: true,
			Examples: []string{"digest pause d7f3"},
		},
		{
			Name:    "digest resume",
			Args:    []Arg{{Name: "digest", Required: true, Kind: ArgDigest}},
			Manages: true, Private: true,
			Examples: []string{"digest resume d7f3"},
		},
		{
			Name:    "digest remove",
			Args:    []Arg{{Name: "digest", Required: true, Kind: ArgDigest}},
			Manages: true, Private: true,
			Examples: []string{"digest remove d7f3"},
		},
		{
			Name:    "digest preview",
			Args:    []Arg{{Name: "digest", Kind: ArgDigest}},
			Manages: true, Private: true,
			Examples: []string{"digest preview", "digest preview d7f3"},
		},
		{
			Name:    "source add",
			Args:    []Arg{{Name: "link", Required: true, Kind: ArgLink}, {Name: "how", Kind: ArgText}},
			Manages: true, Private: true,
			Examples: []string{"source add https://example.org/world/rss", "source add https://example.org/world/rss last 3"},
		},
		{
			Name:    "source remove",
			Args:    []Arg{{Name: "source", Required: true, Kind: ArgSource}},
			Manages: true, Private: true,
			Examples: []string{"source remove s4k9"},
		},
		{
			Name:    "source list",
			Manages: true, Private: true,
			Examples: []string{"source list"},
		},
		{
			Name:    "source pause",
			Args:    []Arg{{Name: "source", Required: true, Kind: ArgSource}},
			Manages: true, Private: true,
			Examples: []string{"source pause s4k9"},
		},
		{
			Name:    "source resume",
			Args:    []Arg{{Name: "source", Required: true, Kind: ArgSource}},
			Manages: true, Private: true,
			Examples: []string{"source resume s4k9"},
		},
		{
			Name:    "source review",
			Args:    []Arg{{Name: "source", Required: true, Kind: ArgSource}},
			Manages: true, Private: true,
			Examples: []string{"source review s4k9", "source review all"},
		},
		{
			Name:    "source unreview",
			Args:    []Arg{{Name: "source", Required: true, Kind: ArgSource}},
			Manages: true, Private: true,
			Examples: []string{"source unreview s4k9"},
		},
		{
			Name: "source paste",
			Args: []Arg{
				{Name: "text", Required: true, Kind: ArgPassage},
				{Name: "title", Kind: ArgText},
				{Name: "outlet", Kind: ArgText},
				{Name: "published", Kind: ArgText},
			},
			Manages: true, Private: true,
			Examples: []string{"source paste Title: Tanker seized | Outlet: Harbour Post | Date: 2024-02-16 | The coast guard seized a tanker."},
		},
		{
			Name:    "watch add",
			Args:    []Arg{{Name: "watch", Required: true, Kind: ArgTopics}},
			Manages: true, Private: true,
			Examples: []string{"watch add Strait of Hormuz"},
		},
		{
			Name:    "watch remove",
			Args:    []Arg{{Name: "watch", Required: true, Kind: ArgWatch}},
			Manages: true, Private: true,
			Examples: []string{"watch remove Strait of Hormuz"},
		},
		{
			Name:    "watch list",
			Manages: true, Private: true,
			Examples: []string{"watch list"},
		},
		{
			Name:    "watch mode",
			Args:    []Arg{{Name: "mode", Required: true, Kind: ArgText}},
			Manages: true, Private: true,
			Examples: []string{"watch mode alert", "watch mode digest"},
		},
		{
			Name:    "watch quiet",
			Args:    []Arg{{Name: "hours", Required: true, Kind: ArgText}},
			Manages: true, Private: true,
			Examples: []string{"watch quiet 22:00-07:00", "watch quiet off"},
		},
		{
			Name:    "watch limit",
			Args:    []Arg{{Name: "number", Required: true, Kind: ArgText}},
			Manages: true, Private: true,
			Examples: []string{"watch limit 4"},
		},
		{
			Name: "settings",
			Args: []Arg{
				{Name: "setting", Kind: ArgSetting},
				{Name: "value", Kind: ArgValue},
			},
			Manages: true, Private: true,
			Examples: []string{"settings", "settings zone Asia/Seoul", "settings language fr", "settings answers private"},
		},
	}
	for i := range table {
		c := &table[i]
		words := present.Command(c.Name, locale)
		c.Summary = cmp.Or(words.Summary, c.Summary)
		for j := range c.Args {
			c.Args[j].Help = cmp.Or(words.Args[c.Args[j].Name], c.Args[j].Help)
			c.Args[j].Label = cmp.Or(present.Field(c.Args[j].Name, locale), strings.ToUpper(c.Args[j].Name[:1])+c.Args[j].Name[1:])
		}
	}
	return table
}

// CommandNamed returns the command with the name, in any case.
func CommandNamed(name string) (Command, bool) { return commandNamed(name, "") }

func commandNamed(name, locale string) (Command, bool) {
	name = strings.Join(strings.Fields(strings.ToLower(name)), " ")
	for _, c := range CommandsIn(locale) {
		if c.Name == name {
			return c, true
		}
	}
	return Command{}, false
}
