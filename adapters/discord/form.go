package discord

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"attache/adapters/discord/rules"
	"attache/bot"
	"attache/bot/message"
)

// Forms: one field for a further question; and, for a command that takes a text of many lines, which no option does, a field
// for each of its arguments. What such a form was refused for is told with a button that opens it again, with what was typed.

const (
	formQuestion = "question"
	actionAsk    = "ask"  // opens the form for a follow-up
	actionForm   = "form" // opens the form of a command
	draftLives   = time.Hour
	mostDrafts   = 200
)

// form is a form: a row with one field each. Labels, which replace rows in forms, can't be decoded by the library yet.
type form struct {
	ID         string    `json:"custom_id"`
	Title      string    `json:"title"`
	Components []formRow `json:"components"`
}

type formRow struct {
	Type       int         `json:"type"`
	Components []formInput `json:"components"`
}

type formInput struct {
	Type        int    `json:"type"`
	ID          string `json:"custom_id"`
	Label       string `json:"label"`
	Style       int    `json:"style"`
	Required    bool   `json:"required"`
	MaxLength   int    `json:"max_length"`
	Placeholder string `json:"placeholder,omitempty"`
	Value       string `json:"value,omitempty"`
}

// Styles of a field.
const (
	styleShort     = 1
	styleParagraph = 2
)

func rowOf(field formInput) formRow {
	field.Type = componentInput
	return formRow{Type: componentRow, Components: []formInput{field}}
}

func askForm(locale, id string) form {
	w := wordsFor(locale)
	return form{ID: id, Title: w.followUp, Components: []formRow{rowOf(formInput{
		ID: formQuestion, Label: w.question, Style: styleParagraph, Required: true, MaxLength: 1000,
	})}}
}

// draft is what a person typed into a form that was refused. It stands in this process alone, for an hour.
type draft struct {
	user string
	args map[string]string
	at   time.Time
}

// passage is the argument of a command that takes a text of many lines, or "".
func passage(c bot.Command) string {
	for _, arg := range c.Args {
		if arg.Kind == bot.ArgPassage {
			return arg.Name
		}
	}
	return ""
}

// wantsForm says whether a request leaves out the text that only a form can ask for.
func wantsForm(req bot.Request) bool {
	c, ok := bot.CommandNamed(req.Command)
	return ok && req.Kind == bot.Run && passage(c) != "" && req.Args[passage(c)] == ""
}

// commandForm is the form of a command, with what was typed before. It is false where a form has no room for it.
func commandForm(locale, name string, typed map[string]string) (form, bool) {
	i := slices.IndexFunc(bot.CommandsIn(locale), func(c bot.Command) bool { return c.Name == name })
	if i < 0 {
		return form{}, false
	}
	c := bot.CommandsIn(locale)[i]
	id, ok := customID(actionForm, strings.ReplaceAll(name, " ", "."))
	f := form{ID: id, Title: cut(wordsFor(locale).paste, rules.FormTitle)}
	for _, arg := range c.Args {
		field := formInput{
			ID: arg.Name, Label: cut(arg.Label, rules.FormLabel), Style: styleShort, Required: arg.Required, MaxLength: 400,
			Placeholder: cut(arg.Help, rules.Placeholder), Value: typed[arg.Name],
		}
		if arg.Kind == bot.ArgPassage {
			field.Style, field.MaxLength = styleParagraph, rules.FormText
		}
		ok = ok && message.Size(field.Value) <= field.MaxLength
		f.Components = append(f.Components, rowOf(field))
	}
	return f, ok && len(f.Components) > 0 && len(f.Components) <= rules.FormFields
}

// openForm opens the form of a command as the first response.
func (a *Adapter) openForm(ctx context.Context, i interaction, came time.Time, name string, typed map[string]string) {
	f, ok := commandForm(i.Locale, name, typed)
	if !ok {
		a.counts.add("expired")
		a.refuse(ctx, i, came, wordsFor(i.Locale).expired)
		return
	}
	if _, err := a.respond(ctx, i, came, callback{Type: respondForm, Data: f}); err != nil {
		a.log.Warn("a form could not be opened", "error", err)
	}
}

// reopenForm opens the form that a button stands for: with what was typed, for whoever typed it; empty where that is forgotten.
func (a *Adapter) reopenForm(ctx context.Context, i interaction, came time.Time, value string) {
	last := strings.LastIndexByte(value, '.')
	if last < 0 {
		a.openForm(ctx, i, came, value, nil)
		return
	}
	d, kept := a.drafts.get(value[last+1:])
	switch {
	case kept && d.user != i.who().ID:
		a.counts.add("expired")
		a.refuse(ctx, i, came, wordsFor(i.Locale).expired)
	case !kept || a.now().Sub(d.at) > draftLives:
		a.openForm(ctx, i, came, strings.ReplaceAll(value[:last], ".", " "), nil)
	default:
		a.openForm(ctx, i, came, strings.ReplaceAll(value[:last], ".", " "), d.args)
	}
}

// correctable adds to a refusal a button that opens the form again with what was typed.
func (a *Adapter) correctable(i interaction, req bot.Request, r bot.Reply) bot.Reply {
	if len(r.Lacks) == 0 || r.Message == nil {
		return r
	}
	if _, room := commandForm(i.Locale, req.Command, req.Args); !room {
		return r
	}
	key := rand.Text()
	a.drafts.put(key, draft{user: i.who().ID, args: req.Args, at: a.now()})
	out := *r.Message
	out.Blocks = append(slices.Clone(out.Blocks), message.Buttons{Items: []message.Button{{
		Label: wordsFor(i.Locale).correct, Action: actionForm, Value: strings.ReplaceAll(req.Command, " ", ".") + "." + key, Style: message.StylePrimary,
	}}})
	r.Message = &out
	return r
}

// submitted makes a request of a form that was sent: a question, or a command with its arguments.
func (a *Adapter) submitted(i interaction, req bot.Request) (_ bot.Request, private, ok bool) {
	var d modalData
	if json.Unmarshal(i.Data, &d) != nil {
		return req, false, false
	}
	action, value, known := readCustomID(d.ID)
	if !known {
		return req, false, false
	}
	typed := d.values()
	if action == actionForm {
		c, exists := bot.CommandNamed(strings.ReplaceAll(value, ".", " "))
		if !exists {
			return req, false, false
		}
		req.Kind, req.Command, req.Args = bot.Run, c.Name, map[string]string{}
		if c.Manages {
			req.Address = a.toManage(i.Guild, i.where())
		}
		for _, arg := range c.Args {
			if text := strings.TrimSpace(bounded(typed[arg.Name], 4*rules.FormText)); text != "" {
				req.Args[arg.Name] = text
			}
		}
		return req, c.Private, true
	}
	text := strings.TrimSpace(bounded(typed[formQuestion], mostQuestion))
	if text == "" {
		return req, false, false
	}
	req.Kind, req.Text = bot.Ask, text
	if i.Message != nil {
		req.Quoted = textOf(*i.Message)
		private = i.Message.Flags&flagEphemeral != 0
	}
	return req, private, true
}
