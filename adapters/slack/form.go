package slack

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
	"attache/bot/message"
)

// A form is a modal in place of arguments that weren't typed: "/brief digest add" alone asks for them. It is made from the
// table of commands. Slack gives three seconds to open one, so forms have a lane of their own; and what was entered is
// checked in the acknowledgement, so that a mistake is shown beside its field.

const (
	callbackForm   = "form"
	callbackReason = "reason"
	actionForm     = "slack.form"
	botUnhelpful   = "unhelpful" // the bot's own button, after which we ask why
	blockChannel   = "channel"
	blockReason    = "reason"

	triggerLife = 2500 * time.Millisecond // of the three seconds that Slack gives
	submitTime  = 2 * time.Second
	formLanes   = 4
	maxComment  = 1000
)

// formNote travels in a modal's private_metadata. https://docs.slack.dev/reference/views/modal-views (3 000 characters)
type formNote struct {
	Command string `json:"command,omitempty"`
	Channel string `json:"channel,omitempty"`
	Thread  string `json:"thread,omitempty"`
	Value   string `json:"value,omitempty"` // of the vote that a reason belongs to
}

// formOf returns the command whose form a gesture asks for.
func formOf(g gesture) (bot.Command, bool) {
	name := ""
	switch {
	case g.trigger == "":
	case g.what == run:
		name = strings.Join(strings.Fields(strings.ToLower(g.request.Text)), " ")
	case g.what == click && g.request.Action == actionForm:
		name = strings.ReplaceAll(g.request.Value, ".", " ")
	}
	c, ok := bot.CommandNamed(name)
	if !ok || !c.Manages || c.Verb() != "add" || len(c.Args) == 0 || !c.Args[0].Required {
		return bot.Command{}, false
	}
	return c, true
}

// wantsReason says whether to ask why an answer was no help.
func wantsReason(g gesture) bool {
	return g.what == click && g.request.Action == botUnhelpful && g.trigger != ""
}

// formLane opens modals until ctx ends.
func (a *Adapter) formLane(ctx context.Context) {
	for {
		select {
		case g := <-a.forms:
			a.openForm(ctx, g)
		case <-ctx.Done():
			return
		}
	}
}

// openForm opens the modal that a gesture asks for. Where that fails the gesture goes the ordinary way.
func (a *Adapter) openForm(ctx context.Context, g gesture) {
	c, isForm := formOf(g)
	ctx, cancel := context.WithTimeout(ctx, triggerLife)
	defer cancel()
	view := reasonView(g)
	if isForm {
		// Who may not manage the channel is told so, and fills in nothing.
		who := g
		if who.request.Address.Channel != "" {
			a.people.fill(ctx, &who)
		}
		if who.request.User.Manages == bot.PermissionNo {
			a.desk.force(g)
			return
		}
		view = commandView(c, g)
	}
	team, err := a.team(ctx, g.request.Address.Workspace)
	if err == nil {
		if err = a.poster.pace.turn(ctx, team.id, "views.open", ""); err == nil {
			_, err = team.api.OpenViewContext(ctx, g.trigger, view)
			a.poster.pace.learn(team.id, "views.open", err)
		}
	}
	if err == nil {
		return
	}
	a.log.Warn("a form was not opened", "error", wordOf(err))
	if isForm && g.what == run {
		a.desk.force(g)
	}
}

func plainObject(text string, n int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, clip(line(text), n), false, false)
}

// commandView is the form of a command: a field for each argument.
func commandView(c bot.Command, g gesture) slack.ModalViewRequest {
	note := formNote{Command: c.Name, Channel: g.request.Address.Channel, Thread: g.request.Address.Thread}
	view := modal(callbackForm, formTitle(c), note)
	view.Blocks.BlockSet = append(view.Blocks.BlockSet, slack.NewSectionBlock(plainObject(c.Summary, maxText), nil, nil))
	if note.Channel == "" {
		pick := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, nil, blockChannel)
		pick.DefaultToCurrentConversation = true
		pick.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private", "im"}, ExcludeBotUsers: true}
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, slack.NewInputBlock(blockChannel, plainObject("Channel", 2000), nil, pick))
	}
	for _, arg := range c.Args {
		entry := slack.NewPlainTextInputBlockElement(nil, arg.Name)
		entry.MaxLength = 1000
		view.Blocks.BlockSet = append(view.Blocks.BlockSet,
			slack.NewInputBlock(arg.Name, plainObject(strings.ToUpper(arg.Name[:1])+arg.Name[1:], 2000), plainObject(arg.Help, 2000), entry).WithOptional(!arg.Required))
	}
	return view
}

// formTitle is what a form does, in at most 24 characters.
func formTitle(c bot.Command) string {
	if c.Group() == "watch" {
		return "Add to the watch list"
	}
	return "Add a " + c.Group()
}

// reasonView asks why an answer was no help.
func reasonView(g gesture) slack.ModalViewRequest {
	view := modal(callbackReason, "What was wrong?", formNote{Channel: g.request.Address.Channel, Thread: g.request.Address.Thread, Value: g.request.Value})
	entry := slack.NewPlainTextInputBlockElement(nil, blockReason)
	entry.Multiline, entry.MaxLength = true, maxComment
	view.Blocks.BlockSet = []slack.Block{slack.NewInputBlock(blockReason, plainObject("What was wrong with it?", 2000), plainObject(wordsReason, 2000), entry)}
	return view
}

func modal(callback, title string, note formNote) slack.ModalViewRequest {
	raw, err := json.Marshal(note)
	if err != nil {
		raw = nil // a struct of strings: this can't be
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, PrivateMetadata: string(raw),
		Title: plainObject(title, 24), Submit: plainObject("Send", 24), Close: plainObject("Cancel", 24), // 24 characters each
	}
}

// submitted is what to acknowledge a sent modal with: mistakes beside their fields, or nothing, which closes it. It takes
// no longer than submitTime; what takes longer is told afterwards.
func (a *Adapter) submitted(ctx context.Context, g gesture) any {
	var note formNote
	if err := json.Unmarshal([]byte(g.view.PrivateMetadata), &note); err != nil {
		a.log.Warn("a form came back without its note")
		return nil
	}
	g.request.Address.Channel, g.request.Address.Thread = note.Channel, note.Thread
	if picked := g.view.input(blockChannel); picked != "" {
		g.request.Address.Channel = picked
	}
	if g.trigger != "" {
		g.request.ID = "slack:form:" + digestOf(g.trigger)
	}
	g.dm = strings.HasPrefix(g.request.Address.Channel, "D")
	first := ""
	switch g.view.CallbackID {
	case callbackReason:
		g.request.Kind, g.request.Action, g.request.Value = bot.Click, botUnhelpful, note.Value
		g.request.Text = clip(message.Clean(g.view.input(blockReason)), maxComment)
	case callbackForm:
		c, ok := bot.CommandNamed(note.Command)
		if !ok || len(c.Args) == 0 {
			return nil
		}
		first = c.Args[0].Name
		g.request.Kind, g.request.Command, g.request.Args = bot.Run, c.Name, map[string]string{}
		for _, arg := range c.Args {
			if v := strings.TrimSpace(message.Clean(g.view.input(arg.Name))); v != "" {
				g.request.Args[arg.Name] = v
			}
		}
	default:
		return nil
	}
	done := make(chan bot.Reply, 1)
	late := make(chan struct{}) // closed when the acknowledgement could not wait
	a.late.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.cfg.Answer)
		defer cancel()
		r := a.reply(ctx, g)
		done <- r
		problem := r.Message != nil && r.Message.Tone == message.ToneProblem
		if g.view.CallbackID == callbackReason || r.Message == nil {
			return
		}
		select {
		case <-late:
		default:
			if problem {
				return // it stands beside its field
			}
		}
		a.aside(ctx, g, r.Message)
	})
	timer := time.NewTimer(submitTime)
	defer timer.Stop()
	select {
	case r := <-done:
		if r.Message != nil && r.Message.Tone == message.ToneProblem && first != "" {
			return slack.NewErrorsViewSubmissionResponse(map[string]string{fieldOf(g, r.Message, first): clip(line(r.Message.Gist), 300)})
		}
	case <-timer.C:
		close(late)
	}
	return nil
}

// fieldOf is the field that a refusal is about: the one whose text it repeats, or the first.
func fieldOf(g gesture, m *message.Message, first string) string {
	for name, value := range g.request.Args {
		if name != first && len(value) > 2 && strings.Contains(m.Gist, value) {
			return name
		}
	}
	return first
}

// askForm puts a gesture on the lane of forms; false when it does not want one or the lane is full.
func (a *Adapter) askForm(g gesture) bool {
	if _, ok := formOf(g); !ok && !wantsReason(g) {
		return false
	}
	select {
	case a.forms <- g:
		return true
	default:
		return false
	}
}
