package bot

import "strings"

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
	Help     string
	Required bool
	Kind     ArgKind
}

// ArgKind says what an argument holds, for completion.
type ArgKind string

// The kinds of an argument.
const (
	ArgText    ArgKind = "text"    // free text
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
func (k ArgKind) Completes() bool { return k != ArgText && k != ArgLink }

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

// Commands returns the table of commands, in the order of the help text.
func Commands() []Command {
	return []Command{
		{
			Name: "ask", Summary: "Answer a question from the articles, with who said it and where",
			Args:     []Arg{{Name: "question", Help: "Your question; a link in it is read first", Required: true, Kind: ArgText}},
			Examples: []string{"ask Who gave Kim Jong-un a car?", "ask What did Seoul say about it?"},
		},
		{
			Name: "latest", Summary: "Show what is new now, on a topic or on what this channel follows",
			Args:     []Arg{{Name: "topic", Help: "What it should be about; several separated by commas", Kind: ArgTopics}},
			Examples: []string{"latest", "latest North Korea, sanctions"},
		},
		{
			Name: "story", Summary: "Follow one story: who said what, where reports differ, and the articles in order",
			Args:     []Arg{{Name: "topic", Help: "What the story is about, a link to a report, or an item's number in the last digest", Required: true, Kind: ArgTopics}},
			Examples: []string{"story Putin's gift to Kim Jong-un", "story 2"},
		},
		{
			Name: "who", Summary: "Show what a person, an institution or a country said, denied and is said to have done",
			Args:     []Arg{{Name: "actor", Help: "A name, such as Kim Yo-jong or the Unification Ministry", Required: true, Kind: ArgActor}},
			Examples: []string{"who Kim Yo-jong", "who South Korea"},
		},
		{
			Name: "why", Summary: "Explain why a report was or wasn't in this channel's digest",
			Args:     []Arg{{Name: "link", Help: "The address of the report, or words of its title", Required: true, Kind: ArgLink}},
			Examples: []string{"why https://example.org/report"},
		},
		{
			Name: "sources", Summary: "List what is read: the sources that are followed and the outlets in the library",
			Private:  true,
			Examples: []string{"sources"},
		},
		{
			Name: "help", Summary: "Show what Attaché can do, or how one command works",
			Args:     []Arg{{Name: "command", Help: "A command, such as digest add", Kind: ArgCommand}},
			Private:  true,
			Examples: []string{"help", "help digest add"},
		},
		{
			Name: "digest add", Summary: "Post a digest in this channel at set times",
			Args: []Arg{
				{Name: "when", Help: "daily 08:00, weekdays 7:30, mondays 9am, or a cron expression", Required: true, Kind: ArgWhen},
				{Name: "zone", Help: "Time zone, such as Asia/Seoul", Kind: ArgZone},
				{Name: "about", Help: "Topics separated by commas; everything when left out", Kind: ArgTopics},
			},
			Manages: true, Private: true,
			Examples: []string{"digest add daily 08:00", "digest add weekdays 7:30 Asia/Seoul about North Korea, sanctions"},
		},
		{
			Name: "digest list", Summary: "List the digests of this channel and when each comes next",
			Manages: true, Private: true,
			Examples: []string{"digest list"},
		},
		{
			Name: "digest edit", Summary: "Change when a digest comes or what it is about",
			Args: []Arg{
				{Name: "digest", Help: "The digest's id, as digest list shows it", Required: true, Kind: ArgDigest},
				{Name: "when", Help: "The new times; unchanged when left out", Kind: ArgWhen},
				{Name: "zone", Help: "The new time zone; unchanged when left out", Kind: ArgZone},
				{Name: "about", Help: "The new topics, or everything; unchanged when left out", Kind: ArgTopics},
			},
			Manages: true, Private: true,
			Examples: []string{"digest edit d7f3 daily 09:00", "digest edit d7f3 about sanctions"},
		},
		{
			Name: "digest pause", Summary: "Stop a digest for now and keep it",
			Args:    []Arg{{Name: "digest", Help: "The digest's id, as digest list shows it", Required: true, Kind: ArgDigest}},
			Manages: true, Private: true,
			Examples: []string{"digest pause d7f3"},
		},
		{
			Name: "digest resume", Summary: "Start a paused digest again from its next time",
			Args:    []Arg{{Name: "digest", Help: "The digest's id, as digest list shows it", Required: true, Kind: ArgDigest}},
			Manages: true, Private: true,
			Examples: []string{"digest resume d7f3"},
		},
		{
			Name: "digest remove", Summary: "Remove a digest for good",
			Args:    []Arg{{Name: "digest", Help: "The digest's id, as digest list shows it", Required: true, Kind: ArgDigest}},
			Manages: true, Private: true,
			Examples: []string{"digest remove d7f3"},
		},
		{
			Name: "digest preview", Summary: "Show you alone what a digest would say now",
			Args:    []Arg{{Name: "digest", Help: "The digest's id; may be left out where there is one", Kind: ArgDigest}},
			Manages: true, Private: true,
			Examples: []string{"digest preview", "digest preview d7f3"},
		},
		{
			Name: "source add", Summary: "Follow a feed or read a page",
			Args:    []Arg{{Name: "link", Help: "The address of a feed, of a site that has one, or of one article", Required: true, Kind: ArgLink}},
			Manages: true, Private: true,
			Examples: []string{"source add https://example.org/world/rss"},
		},
		{
			Name: "source remove", Summary: "Stop following a source; what was read stays",
			Args:    []Arg{{Name: "source", Help: "The source's id, as source list shows it", Required: true, Kind: ArgSource}},
			Manages: true, Private: true,
			Examples: []string{"source remove s4k9"},
		},
		{
			Name: "source list", Summary: "List the sources with their health and when each was last read",
			Manages: true, Private: true,
			Examples: []string{"source list"},
		},
		{
			Name: "watch add", Summary: "Put words or a name on this channel's watch list: reports about it come first",
			Args:    []Arg{{Name: "watch", Help: "A word, a phrase or a name, such as Strait of Hormuz", Required: true, Kind: ArgTopics}},
			Manages: true, Private: true,
			Examples: []string{"watch add Strait of Hormuz"},
		},
		{
			Name: "watch remove", Summary: "Take an entry off this channel's watch list",
			Args:    []Arg{{Name: "watch", Help: "The entry, as watch list shows it", Required: true, Kind: ArgWatch}},
			Manages: true, Private: true,
			Examples: []string{"watch remove Strait of Hormuz"},
		},
		{
			Name: "watch list", Summary: "Show this channel's watch list",
			Manages: true, Private: true,
			Examples: []string{"watch list"},
		},
		{
			Name: "settings", Summary: "Show this channel's settings or change one",
			Args: []Arg{
				{Name: "setting", Help: "zone, managers or answers; all are shown when left out", Kind: ArgSetting},
				{Name: "value", Help: "The new value, or default", Kind: ArgValue},
			},
			Manages: true, Private: true,
			Examples: []string{"settings", "settings zone Asia/Seoul", "settings answers private"},
		},
	}
}

// CommandNamed returns the command with the name, in any case.
func CommandNamed(name string) (Command, bool) {
	name = strings.Join(strings.Fields(strings.ToLower(name)), " ")
	for _, c := range Commands() {
		if c.Name == name {
			return c, true
		}
	}
	return Command{}, false
}
