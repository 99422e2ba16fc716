package present

import (
	"math"
	"strings"
	"time"

	"attache/bot/message"
)

// Usage is a command as the help text shows it. The table of commands is the bot's; its words come from there.
type Usage struct {
	Name     string
	Line     string // "digest add <when> [zone] [about]"
	Summary  string
	Args     []UsageArg
	Examples []string
	Manages  bool
}

// UsageArg is one argument of a command.
type UsageArg struct {
	Name, Help string
	Required   bool
}

// Help shows what the bot can do.
func Help(commands []Usage, r Reader) *message.Message {
	d := deskFor(r)
	m := &message.Message{Gist: d.p.HelpLead}
	m.Blocks = append(m.Blocks,
		message.Heading{Level: 1, Spans: say(d.p.HelpTitle, nil)},
		message.P(say(d.p.HelpLead, nil)...))
	for _, manages := range []bool{false, true} {
		list := message.List{}
		for _, c := range commands {
			if c.Manages == manages {
				list.Items = append(list.Items, []message.Span{message.K(c.Line), message.T(" " + c.Summary)})
			}
		}
		if len(list.Items) == 0 {
			continue
		}
		title := d.p.HelpEveryone
		if manages {
			title = d.p.HelpManagers
		}
		m.Blocks = append(m.Blocks, message.Heading{Level: 2, Spans: say(title, nil)}, list)
	}
	m.Blocks = append(m.Blocks, message.Small(append(say(d.p.HelpMore, nil), say(" "+d.p.HelpPromise, nil)...)...))
	return m
}

// HelpCommand shows how one command works.
func HelpCommand(c Usage, r Reader) *message.Message {
	d := deskFor(r)
	m := &message.Message{Gist: c.Name + d.p.Colon + " " + sentence(c.Summary)}
	m.Blocks = append(m.Blocks,
		message.Heading{Level: 1, Spans: []message.Span{message.T(c.Name)}},
		message.P(message.T(sentence(c.Summary))),
		message.P(say(d.p.HelpUsage, args{"usage": c.Line})...))
	if len(c.Args) > 0 {
		list := message.List{}
		for _, a := range c.Args {
			list.Items = append(list.Items, []message.Span{message.B(a.Name), message.T(d.p.Colon + " " + a.Help)})
		}
		m.Blocks = append(m.Blocks, list)
	}
	if len(c.Examples) > 0 {
		list := message.List{}
		for _, e := range c.Examples {
			list.Items = append(list.Items, []message.Span{message.K(e)})
		}
		m.Blocks = append(m.Blocks, message.P(say(d.p.HelpExamples, nil)...), list)
	}
	if c.Manages {
		m.Blocks = append(m.Blocks, message.Small(say(d.p.HelpManages, nil)...))
	}
	return m
}

// NotAllowed refuses what only managers may do. told says that the platform itself said no.
func NotAllowed(command string, told bool, r Reader) *message.Message {
	d := deskFor(r)
	if told {
		return problem(say(d.p.NotAllowedKnown, args{"command": command}))
	}
	return problem(say(d.p.NotAllowed, args{"command": command}))
}

// TooLong refuses a question of more than n characters.
func TooLong(n int, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.TooLong, args{"n": n}))
}

// EmptyQuestion asks what the person would like to know, with examples.
func EmptyQuestion(r Reader) *message.Message {
	d := deskFor(r)
	list := message.List{}
	for _, e := range d.p.Examples {
		list.Items = append(list.Items, []message.Span{message.T(e)})
	}
	line := say(d.p.EmptyQuestion, nil)
	return &message.Message{Gist: wordsOf(line) + " " + strings.Join(d.p.Examples, " · "), Blocks: []message.Block{
		message.P(line...), list, message.Small(say(d.p.SeeHelp, nil)...),
	}}
}

// Busy says that a limit was reached and when to come back. workspace says that it is the workspace's and not the person's.
func Busy(wait time.Duration, workspace bool, r Reader) *message.Message {
	d := deskFor(r)
	template := d.p.BusyUser
	if workspace {
		template = d.p.BusyWorkspace
	}
	return problem(say(template, args{"wait": d.p.Seconds.of(max(1, int(math.Ceil(wait.Seconds()))))}))
}

// Problem says that something went wrong on our side. reference is how the log names it.
func Problem(reference string, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.Problem, args{"reference": message.K(reference)}))
}

// TooSlow says that the time was up.
func TooSlow(r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.TooSlow, nil))
}

// Interrupted says that the program was stopped before the answer was ready.
func Interrupted(r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.Interrupted, nil))
}

// UnknownCommand says that there is no such command and which one is nearest; near may be empty.
func UnknownCommand(command, near string, r Reader) *message.Message {
	d := deskFor(r)
	lines := [][]message.Span{say(d.p.UnknownCommand, args{"command": shortened(command, 60)})}
	if near != "" {
		lines = append(lines, say(d.p.DidYouMean, args{"command": near}))
	}
	return problem(append(lines, say(d.p.SeeHelp, nil))...)
}

// Missing says which arguments a command lacks, with how to write it and an example.
func Missing(c Usage, names []string, r Reader) *message.Message {
	d := deskFor(r)
	lines := [][]message.Span{say(d.p.Missing, args{"command": c.Name, "args": d.list(names), "usage": c.Line})}
	if len(c.Examples) > 0 {
		lines = append(lines, say(d.p.ForExample, args{"example": c.Examples[0]}))
	}
	return problem(lines...)
}

// OffHere says that something is switched off.
func OffHere(what string, r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.OffHere, args{"command": what}))
}

// Forgotten says that an answer is no longer remembered.
func Forgotten(r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.Forgotten, nil))
}

// LinkFailed says that a link could not be read, and why.
func LinkFailed(link, reason string, r Reader) *message.Message {
	d := deskFor(r)
	return problem(d.linkFailed(link, reason))
}

// Thanks thanks for a vote.
func Thanks(helpful bool, r Reader) *message.Message {
	d := deskFor(r)
	if helpful {
		return plain(say(d.p.ThanksHelpful, nil))
	}
	return plain(say(d.p.ThanksNot, nil))
}

// UnknownButton says that a button no longer does anything.
func UnknownButton(r Reader) *message.Message {
	d := deskFor(r)
	return problem(say(d.p.UnknownButton, nil))
}

// CommandWords say what a command does and what its arguments are.
type CommandWords struct {
	Summary string            // at most 100 characters
	Args    map[string]string // by name; at most 100 characters each
}

// Command returns the words of a command in the language of a locale; none where it is not known.
func Command(name, locale string) CommandWords { return phrasesFor(locale).Commands[name] }

// Field is the label of the field of a form that asks for an argument, or "" where no form does.
func Field(arg, locale string) string { return phrasesFor(locale).Fields[arg] }
