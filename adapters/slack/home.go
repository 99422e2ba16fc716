package slack

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"attache/bot"
	"attache/bot/message"
)

// The app's home is a person's desk: the digests and sources of the workspace, with a button for all that can be done to
// them, and the commands. What a button did is said at the top of the home; what is long (a preview) comes by direct message.

// overviewer is a Handler that knows what stands in a workspace. Without it the home shows the commands and sources alone.
type overviewer interface {
	Overview(ctx context.Context, r bot.Request) (bot.Overview, error)
}

const (
	// actionOrder is a button of the home: its value is a channel and a line of the table of commands, or pressed, a button's
	// action and its value.
	actionOrder = "slack.order"
	// pressed begins what a button says that belongs to a channel and stands in the home.
	pressed = "> "
	// mostHome is how many blocks a home may have. https://docs.slack.dev/reference/views/home-tab-views
	mostHome = 100
	// mostShown is how many digests the home shows; each takes three blocks.
	mostShown = 20
	homeTime  = 30 * time.Second
)

// publishHome shows the home to one person, with what has just been done at its top.
func (a *Adapter) publishHome(ctx context.Context, g gesture, notice *message.Message) {
	ctx, cancel := context.WithTimeout(ctx, homeTime)
	defer cancel()
	team, err := a.team(ctx, g.request.Address.Workspace)
	if err != nil {
		return
	}
	if !strings.HasPrefix(g.request.Address.Channel, "D") { // a click on the home does not tell
		at, err := a.poster.direct(ctx, g.request.Address.Workspace, g.request.User.ID)
		if err != nil {
			a.log.Warn("the home was not shown: the direct message can't be opened", "error", err)
			return
		}
		g.request.Address = at
	}
	g.dm, g.request.ID = true, ""
	a.people.fill(ctx, &g)
	blocks := a.drawHome(ctx, g, notice)
	if len(blocks) == 0 {
		return
	}
	err = a.poster.pace.read(ctx, team.id, "views.publish", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		_, err := team.api.PublishViewContext(ctx, slack.PublishViewContextRequest{
			UserID: g.request.User.ID,
			View:   slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks[:min(len(blocks), mostHome)]}},
		})
		return err
	})
	if err != nil {
		a.log.Warn("the home was not shown", "error", safe(err))
	}
}

// drawHome draws the home of the person in g.
func (a *Adapter) drawHome(ctx context.Context, g gesture, notice *message.Message) []slack.Block {
	w := wordsFor(g.request.User.Locale)
	d := drawing{}
	if notice != nil {
		for _, b := range a.poster.Fit(notice)[0].Blocks {
			d.block(b)
		}
		d.blocks = append(d.blocks, slack.NewDividerBlock())
	}
	d.actions(formButtons(w))
	knows, ok := a.cfg.Handler.(overviewer)
	var o bot.Overview
	if ok {
		var err error
		if o, err = knows.Overview(ctx, g.request); err != nil {
			a.log.Error("the home shows no digests", "error", safe(err))
			ok = false
		}
	}
	if ok {
		d.heading(message.Heading{Level: 1, Spans: []message.Span{message.T(w.digests)}})
		a.homeDigests(ctx, &d, g, o.Digests, w)
		d.blocks = append(d.blocks, slack.NewDividerBlock())
		if o.Sources != nil {
			for _, b := range a.poster.Fit(o.Sources)[0].Blocks {
				d.block(b)
			}
		}
		d.blocks = append(d.blocks, slack.NewDividerBlock())
		d.heading(message.Heading{Level: 1, Spans: []message.Span{message.T(w.settings)}})
		d.context(small(w.settingsHelp))
		var row message.Buttons
		for _, name := range o.Settings {
			row.Items = append(row.Items, message.Button{Label: w.setting(name), Action: actionForm, Value: "settings." + name})
		}
		d.actions(row)
		d.blocks = append(d.blocks, slack.NewDividerBlock())
	}
	lines := []string{"help"}
	if !ok {
		lines = append(lines, "sources")
	}
	answered := false
	for _, command := range lines {
		r := g.request
		r.Kind, r.Text, r.Direct = bot.Run, command, g.dm
		reply, err := a.cfg.Handler.Handle(ctx, r)
		if err != nil || reply.Message == nil {
			continue
		}
		for _, b := range a.poster.Fit(reply.Message)[0].Blocks {
			d.block(b)
		}
		answered = true
	}
	if !answered && !ok {
		return nil
	}
	return d.blocks
}

// homeDigests draws the digests that the person may know of: those of public channels, of their own direct message, and
// those that they added themselves.
func (a *Adapter) homeDigests(ctx context.Context, d *drawing, g gesture, all []bot.OverviewDigest, w words) {
	shown, hidden := 0, 0
	for _, one := range all {
		channel := one.Address.Channel
		own := channel == g.request.Address.Channel
		if !own && one.Owner != g.request.User.ID && !a.people.public(ctx, g.request.Address.Workspace, channel) {
			continue
		}
		if shown == mostShown {
			hidden++
			continue
		}
		shown++
		where := slack.RichTextSectionElement(slack.NewRichTextSectionTextElement(w.here, &slack.RichTextSectionTextStyle{Bold: true}))
		if !own {
			where = slack.NewRichTextSectionChannelElement(channel, nil)
		}
		d.rich(section(where, richText(" · "+line(one.Words), nil)))
		switch {
		case one.Paused && one.Reason != "":
			d.context(small(one.Reason))
		case !one.Next.IsZero():
			d.context(small(w.next) + " " + dateToken(one.Next, timeFormat, ""))
		}
		order := func(label, line string) message.Button {
			return message.Button{Label: label, Action: actionOrder, Value: channel + " " + line + " " + one.ID}
		}
		row := []message.Button{
			order(w.preview, "digest preview"),
			{Label: w.edit, Action: actionForm, Value: "digest.edit." + one.ID + " " + channel},
			order(w.pause, "digest pause"), order(w.remove, "digest remove"),
		}
		if one.Paused {
			row[2] = order(w.resume, "digest resume")
		}
		d.actions(message.Buttons{Items: row})
		d.confirm(w.remove, w.removeSure, w.keep)
	}
	switch {
	case shown == 0:
		d.rich(section(richText(w.noDigests, nil)))
	case hidden > 0:
		d.context(small(w.more(hidden)))
	}
}

// confirm asks again before the last button drawn does what can't be undone.
func (d *drawing) confirm(yes, question, no string) {
	row, ok := d.blocks[len(d.blocks)-1].(*slack.ActionBlock)
	if !ok || len(row.Elements.ElementSet) == 0 {
		return
	}
	if b, ok := row.Elements.ElementSet[len(row.Elements.ElementSet)-1].(*slack.ButtonBlockElement); ok {
		// 100 characters of title, 300 of text, 30 of each answer.
		// https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
		b.WithConfirm(slack.NewConfirmationBlockObject(plainObject(yes, 100), plainObject(question, 300), plainObject(yes, 30), plainObject(no, 30)).WithStyle(slack.StyleDanger))
	}
}

// order does what a button of the home says.
func (a *Adapter) order(base context.Context, g gesture) {
	if a.known(base, g) {
		return
	}
	channel, line, ok := strings.Cut(g.request.Value, " ")
	if !ok {
		return
	}
	done := g
	done.request.Kind, done.request.Text, done.request.Action, done.request.Value = bot.Run, line, "", ""
	if button, is := strings.CutPrefix(line, pressed); is {
		done.request.Kind, done.request.Text = bot.Click, ""
		done.request.Action, done.request.Value, _ = strings.Cut(button, " ")
	}
	done.request.Address.Channel, done.request.Address.Thread = channel, ""
	done.request.Conversation = ""
	done.dm = strings.HasPrefix(channel, "D")
	reply := a.reply(base, done)
	out, end := a.lastWords(base)
	defer end()
	notice := reply.Message
	if notice != nil && strings.HasPrefix(line, "digest preview") && notice.Tone != message.ToneProblem {
		w := wordsFor(g.request.User.Locale)
		if err := a.poster.Direct(out, g.request.Address.Workspace, g.request.User.ID, notice); err != nil {
			a.log.Warn("a preview was not delivered", "error", err)
			notice = say(whyNot(err, a.wordsOf(g)), message.ToneProblem)
		} else {
			notice = say(w.previewed, message.ToneNeutral)
		}
	}
	a.publishHome(out, g, inChannel(notice, channel))
}

// inChannel makes the buttons of a reply act in the channel that it is about, wherever they stand: the home has none.
func inChannel(m *message.Message, channel string) *message.Message {
	if m == nil || channel == "" {
		return m
	}
	out := *m
	out.Blocks = slices.Clone(m.Blocks)
	for i, b := range out.Blocks {
		row, ok := b.(message.Buttons)
		if !ok {
			continue
		}
		row.Items = slices.Clone(row.Items)
		for j, item := range row.Items {
			if item.URL == "" && item.Action != actionForm && item.Action != actionOrder {
				row.Items[j].Action, row.Items[j].Value = actionOrder, channel+" "+pressed+item.Action+" "+item.Value
			}
		}
		out.Blocks[i] = row
	}
	return &out
}

// formButtons open the forms of what can be added.
func formButtons(w words) message.Buttons {
	var row message.Buttons
	for _, c := range bot.Commands() {
		if c.Manages && c.Verb() == "add" && len(row.Items) < 5 {
			row.Items = append(row.Items, message.Button{Label: w.form(c), Action: actionForm, Value: strings.ReplaceAll(c.Name, " ", ".")})
		}
	}
	if len(row.Items) > 0 {
		row.Items[0].Style = message.StylePrimary
	}
	return row
}
