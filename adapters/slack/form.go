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
	// Args are arguments that the form does not ask for: which setting, which digest.
	Args  map[string]string `json:"args,omitempty"`
	Home  bool              `json:"home,omitempty"`  // it was opened from the home, which is drawn anew afterwards
	Value string            `json:"value,omitempty"` // of the vote that a reason belongs to
}

// sheet is the form that a gesture asks for.
type sheet struct {
	command bot.Command
	// fixed is the value of the command's first argument, which is then not asked for; "" asks for all.
	fixed   string
	channel string // empty where the person chooses one
}

// args are those that the form asks for.
func (f sheet) args() []bot.Arg {
	if f.fixed != "" {
		return f.command.Args[1:]
	}
	return f.command.Args
}

// formOf returns the form that a gesture asks for: "/brief digest add" without arguments, or a button whose value is the
// command, with its first argument, and the channel: "digest.edit.d7f3 C1".
func formOf(g gesture) (sheet, bool) {
	switch {
	case g.trigger == "":
	case g.what == run:
		c, ok := bot.CommandNamed(strings.Join(strings.Fields(strings.ToLower(g.request.Text)), " "))
		if ok && c.Manages && (c.Verb() == "add" || c.Verb() == "paste") && len(c.Args) > 0 && c.Args[0].Required {
			return sheet{command: c, channel: g.request.Address.Channel}, true
		}
	case g.what == click && g.request.Action == actionForm:
		value, channel, _ := strings.Cut(g.request.Value, " ")
		if channel == "" {
			channel = g.request.Address.Channel
		}
		words := strings.Split(value, ".")
		if c, ok := bot.CommandNamed(strings.Join(words, " ")); ok && c.Manages && len(c.Args) > 0 {
			return sheet{command: c, channel: channel}, true
		}
		last := len(words) - 1
		if c, ok := bot.CommandNamed(strings.Join(words[:last], " ")); ok && c.Manages && len(c.Args) > 1 && words[last] != "" {
			return sheet{command: c, fixed: words[last], channel: channel}, true
		}
	}
	return sheet{}, false
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
	f, isForm := formOf(g)
	ctx, cancel := context.WithTimeout(ctx, triggerLife)
	defer cancel()
	view := reasonView(g, a.wordsOf(g))
	if isForm {
		// Who may not manage the channel is told so, and fills in nothing.
		who := g
		who.request.Address.Channel = f.channel
		who.dm = strings.HasPrefix(f.channel, "D")
		a.people.fill(ctx, &who)
		if who.request.User.Manages == bot.PermissionNo && f.channel != "" {
			a.refuseForm(g, f)
			return
		}
		for _, c := range bot.CommandsIn(who.request.User.Locale) {
			if c.Name == f.command.Name {
				f.command = c
			}
		}
		view = commandView(f, who, wordsFor(who.request.User.Locale))
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

// refuseForm has the bot say why a person gets no form.
func (a *Adapter) refuseForm(g gesture, f sheet) {
	if g.what == click { // of the home, or under a message: the command says it all the same
		g.what = order
		g.request.Value = f.channel + " " + strings.TrimSpace(f.command.Name+" "+f.fixed)
		g.request.Action = actionOrder
	}
	a.desk.force(g)
}

// commandView is the form of a command: a field for each argument.
func commandView(f sheet, g gesture, w words) slack.ModalViewRequest {
	c := f.command
	note := formNote{Command: c.Name, Channel: f.channel, Thread: g.request.Address.Thread, Home: g.view.Type == "home"}
	if f.fixed != "" {
		note.Args = map[string]string{c.Args[0].Name: f.fixed}
	}
	view := modal(callbackForm, formTitle(f, w), note, w)
	view.Blocks.BlockSet = append(view.Blocks.BlockSet, slack.NewSectionBlock(plainObject(c.Summary, maxText), nil, nil))
	if note.Channel == "" {
		pick := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, nil, blockChannel)
		pick.DefaultToCurrentConversation = true
		pick.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private", "im"}, ExcludeBotUsers: true}
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, slack.NewInputBlock(blockChannel, plainObject(w.channel, 2000), nil, pick))
	}
	for _, arg := range f.args() {
		entry := slack.NewPlainTextInputBlockElement(nil, arg.Name)
		if entry.MaxLength = 1000; arg.Kind == bot.ArgPassage {
			entry.Multiline, entry.MaxLength = true, 3000 // https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
		}
		view.Blocks.BlockSet = append(view.Blocks.BlockSet,
			slack.NewInputBlock(arg.Name, plainObject(arg.Label, 2000), plainObject(f.help(arg, w), 2000), entry).WithOptional(!arg.Required && len(f.args()) > 1))
	}
	return view
}

// formTitle is what a form does, in at most 24 characters.
func formTitle(f sheet, w words) string {
	switch {
	case f.command.Name == "settings":
		return w.setting(f.fixed)
	case f.fixed != "":
		return w.edit + " " + f.fixed
	}
	return w.form(f.command)
}

// help says what to give for an argument.
func (f sheet) help(arg bot.Arg, w words) string {
	if f.command.Name == "settings" {
		if help := w.settingHelp(f.fixed); help != "" {
			return help
		}
	}
	return arg.Help
}

// reasonView asks why an answer was no help.
func reasonView(g gesture, w words) slack.ModalViewRequest {
	view := modal(callbackReason, w.why, formNote{Channel: g.request.Address.Channel, Thread: g.request.Address.Thread, Value: g.request.Value}, w)
	entry := slack.NewPlainTextInputBlockElement(nil, blockReason)
	entry.Multiline, entry.MaxLength = true, maxComment
	view.Blocks.BlockSet = []slack.Block{slack.NewInputBlock(blockReason, plainObject(w.wrong, 2000), plainObject(w.reason, 2000), entry)}
	return view
}

func modal(callback, title string, note formNote, w words) slack.ModalViewRequest {
	raw, err := json.Marshal(note)
	if err != nil {
		raw = nil // a struct of strings: this can't be
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, PrivateMetadata: string(raw),
		Title: plainObject(title, 24), Submit: plainObject(w.send, 24), Close: plainObject(w.cancel, 24), // 24 characters each
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
		if first = c.Args[0].Name; note.Args[first] != "" && len(c.Args) > 1 {
			first = c.Args[1].Name
		}
		g.request.Kind, g.request.Command, g.request.Args = bot.Run, c.Name, map[string]string{}
		for _, arg := range c.Args {
			if v := note.Args[arg.Name]; v != "" {
				g.request.Args[arg.Name] = v
			} else if v := strings.TrimSpace(message.Clean(g.view.input(arg.Name))); v != "" {
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
		if note.Home {
			a.publishHome(ctx, gesture{request: bot.Request{Address: message.Address{Platform: Platform, Workspace: g.request.Address.Workspace}, User: bot.User{ID: g.request.User.ID}}}, inChannel(r.Message, g.request.Address.Channel))
			return
		}
		a.aside(ctx, g, r.Message)
	})
	timer := time.NewTimer(submitTime)
	defer timer.Stop()
	select {
	case r := <-done:
		if r.Message != nil && r.Message.Tone == message.ToneProblem && first != "" {
			return slack.NewErrorsViewSubmissionResponse(mistakes(g, r, first))
		}
	case <-timer.C:
		close(late)
	}
	return nil
}

// mistakes are what a refusal says, beside the fields that it is about: Slack keeps the form open and what was typed in it.
func mistakes(g gesture, r bot.Reply, first string) map[string]string {
	words, out := clip(line(r.Message.Gist), 300), map[string]string{}
	for _, arg := range r.Lacks {
		out[arg] = words
	}
	if len(out) == 0 {
		out[fieldOf(g, r.Message, first)] = words
	}
	return out
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
