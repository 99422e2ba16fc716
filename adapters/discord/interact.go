package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"attache/adapters/discord/rules"
	"attache/bot"
	"attache/bot/message"
)

// Types of responses to an interaction (docs: Interaction callback type).
const (
	respondPong         = 1
	respondMessage      = 4
	respondDeferMessage = 5
	respondDeferUpdate  = 6
	respondUpdate       = 7
	respondChoices      = 8
	respondForm         = 9
	acknowledgeReserve  = 400 * time.Millisecond
	completeWithin      = time.Second
	optionPrivate       = "private"
	mostQuestion        = 4000
	mostQuoted          = 4000
	mostFollowUps       = 5 // docs: of an app that is only in the person's own apps
)

type callback struct {
	Type int `json:"type"`
	Data any `json:"data,omitempty"`
}

type deferral struct {
	Flags int `json:"flags,omitempty"`
}

// interaction takes a slash command, a pressed button, a completion or a submitted form.
func (a *Adapter) interaction(ctx context.Context, i interaction) {
	if i.Type == interactionPing {
		return
	}
	if p := i.who(); p == nil || p.Bot {
		return
	}
	if !a.seen.put("interaction:"+i.ID, struct{}{}) {
		a.counts.add("duplicates")
		return
	}
	came := a.now()
	i.Channel = a.withParent(i.Channel)
	if i.Type == interactionComplete {
		if !a.take(func() { a.complete(ctx, i) }) {
			a.counts.add("dropped")
		}
		return
	}
	if a.take(func() { a.act(ctx, i, came) }) {
		return
	}
	a.counts.add("busy")
	a.aside(func() { a.refuse(ctx, i, came, wordsFor(i.Locale).busy) })
}

// withParent is a channel as an interaction describes it, with the parent of a thread where Discord left that out.
func (a *Adapter) withParent(c *channel) *channel {
	if c == nil || !c.isThread() || c.Parent != "" {
		return c
	}
	known, _ := a.places.channels.get(c.ID)
	whole := *c
	whole.Parent = known.Parent
	return &whole
}

// refuse answers at once, to the person alone.
func (a *Adapter) refuse(ctx context.Context, i interaction, came time.Time, text string) {
	m := &message.Message{Gist: text, Tone: message.ToneProblem}
	_, err := a.respond(ctx, i, came, callback{Type: respondMessage, Data: Render(m).body(flagEphemeral)})
	if err != nil {
		a.log.Warn("could not tell a person that there is no room", "error", err)
	}
}

// act acknowledges an interaction and answers it.
func (a *Adapter) act(ctx context.Context, i interaction, came time.Time) {
	if i.Type == interactionComponent {
		a.press(ctx, i, came)
		return
	}
	req, private, ok := a.request(i)
	if !ok {
		a.counts.add("expired")
		a.refuse(ctx, i, came, wordsFor(i.Locale).expired)
		return
	}
	if wantsForm(req) {
		a.openForm(ctx, i, came, req.Command, req.Args)
		return
	}
	private = private && !i.direct() // in the bot's direct channel everything is private
	if text := a.unfit(i, req); text != "" {
		a.refuse(ctx, i, came, text)
		return
	}
	flags := 0
	if private {
		flags = flagEphemeral
	}
	alive, err := a.respond(ctx, i, came, callback{Type: respondDeferMessage, Data: deferral{Flags: flags}})
	if err != nil {
		a.log.Warn("an interaction could not be acknowledged", "error", err)
		if !alive || private {
			return
		}
	}
	a.finish(ctx, i, a.correctable(i, req, a.answer(ctx, req, i.Locale)), private)
}

// press acknowledges a pressed button. The message under it stays until there is something to say.
func (a *Adapter) press(ctx context.Context, i interaction, came time.Time) {
	var d componentData
	_ = json.Unmarshal(i.Data, &d)
	action, value, ok := readCustomID(d.ID)
	if !ok {
		a.counts.add("expired")
		a.refuse(ctx, i, came, wordsFor(i.Locale).expired)
		return
	}
	if action == actionAsk {
		if _, err := a.respond(ctx, i, came, callback{Type: respondForm, Data: askForm(i.Locale, d.ID)}); err != nil {
			a.log.Warn("the form for a question could not be opened", "error", err)
		}
		return
	}
	if action == actionForm {
		a.reopenForm(ctx, i, came, value)
		return
	}
	req, _, _ := a.request(i)
	alive, err := a.respond(ctx, i, came, callback{Type: respondDeferUpdate})
	if err != nil {
		a.log.Warn("a pressed button could not be acknowledged", "error", err)
		if !alive {
			return
		}
	}
	reply := a.answer(ctx, req, i.Locale)
	switch {
	case reply.Message == nil:
	case reply.Replace && i.asker():
		a.finish(ctx, i, reply, reply.Private)
	case reply.Replace: // what somebody else asked for stays as they see it
		a.follow(ctx, i, a.fitted(reply.Message, i.Locale), true)
	default:
		a.follow(ctx, i, a.fitted(reply.Message, i.Locale), reply.Private)
	}
}

// asker says whether whoever pressed a button is the one who asked for the message above it, as far as Discord tells.
func (i interaction) asker() bool {
	m, who := i.Message, i.who()
	switch {
	case m == nil || who == nil:
		return true
	case m.Interaction != nil && m.Interaction.User != nil:
		return m.Interaction.User.ID == who.ID
	case m.Referenced != nil && m.Referenced.Author != nil:
		return m.Referenced.Author.ID == who.ID
	}
	return true
}

// request makes a Request of a command, a pressed button or a submitted form, and tells whether its answer is for the person
// alone. It is false for what we never sent.
func (a *Adapter) request(i interaction) (req bot.Request, private, ok bool) {
	who := i.who()
	req = bot.Request{
		ID: Platform + ":" + i.ID, Address: in(i.Guild, i.where()), Conversation: conversationOf(i), At: a.now(),
		User: bot.User{ID: who.ID, Name: who.name(), Locale: i.Locale, Manages: manages(i), Rings: rings(i)}, PlaceLocale: i.GuildLocale,
	}
	if t, known := snowflakeTime(i.ID); known {
		req.At = t
	}
	switch i.Type {
	case interactionCommand:
		var d commandData
		if json.Unmarshal(i.Data, &d) != nil {
			return req, false, false
		}
		name, options := commandOf(d)
		c, known := bot.CommandNamed(name)
		if !known {
			return req, false, false
		}
		req.Kind, req.Command, req.Args = bot.Run, c.Name, map[string]string{}
		private = c.Private
		if c.Manages {
			req.Address = a.toManage(i.Guild, i.where())
		}
		for _, o := range options {
			text := strings.TrimSpace(bounded(o.text(), contentMost))
			if o.Name == optionPrivate && o.Type == optionBoolean {
				private = private || text == "true"
				continue
			}
			if text != "" {
				req.Args[o.Name] = text
			}
		}
		return req, private, true
	case interactionComponent:
		var d componentData
		if json.Unmarshal(i.Data, &d) != nil {
			return req, false, false
		}
		req.Kind = bot.Click
		req.Action, req.Value, ok = readCustomID(d.ID)
		if i.Message != nil {
			req.Quoted = textOf(*i.Message)
		}
		return req, false, ok
	case interactionModal:
		return a.submitted(i, req)
	}
	return req, false, false
}

// unfit says why a digest can't come to where it is ordered, in words, or nothing. Discord tells with each interaction what
// the bot may do in its channel.
func (a *Adapter) unfit(i interaction, req bot.Request) string {
	if req.Command != "digest add" || i.Guild == "" {
		return ""
	}
	w := wordsFor(i.Locale)
	where := i.where()
	if i.Channel != nil && !where.takesMessages() {
		return w.noMessages
	}
	may := permissions(i.AppPermissions)
	if may == 0 || may&permAdministrator != 0 {
		return ""
	}
	send := uint64(permSendMessages)
	if where.isThread() && req.Address.Channel == where.ID {
		send = permSendInThreads // the other permission does nothing there
	}
	if may&permViewChannel == 0 || may&send == 0 || may&permEmbedLinks == 0 {
		return w.mayNotPost
	}
	return ""
}

// conversationOf is the key of the talk that an interaction belongs to: the thread or direct channel it was made in, the
// chain of the message whose button was pressed, or a new chain of its own. Replies to the answer find it again, because
// Discord puts the interaction's id into the answer.
func conversationOf(i interaction) string {
	if i.Guild == "" || i.where().isThread() {
		return in(i.Guild, i.where()).String()
	}
	if i.Message != nil {
		return chain(i.Guild, i.ChannelID, rootOf(*i.Message))
	}
	return chain(i.Guild, i.ChannelID, i.ID)
}

// rootOf is the root of a message's chain as far as the message itself tells.
func rootOf(m posted) string {
	switch {
	case m.Interaction != nil && m.Interaction.ID != "":
		return m.Interaction.ID
	case m.Reference != nil && m.Reference.Type == 0 && m.Reference.Message != "":
		return m.Reference.Message
	}
	return m.ID
}

// manages says whether Discord told that the person may manage the server. Option limits and default permissions are only
// the client's and the admins' business; this is checked for each request.
func manages(i interaction) bot.Permission {
	switch {
	case i.Guild == "" && i.direct():
		return bot.PermissionYes // the direct channel is the person's own
	case i.Member == nil:
		return bot.PermissionNo
	case permissions(i.Member.Permissions)&permManages != 0:
		return bot.PermissionYes
	}
	return bot.PermissionNo
}

// rings says whether whoever acts may mention any role, as Discord tells of the channel that they act in.
func rings(i interaction) bot.Permission {
	if i.Member != nil && permissions(i.Member.Permissions)&(permAdministrator|permMentionEveryone) != 0 {
		return bot.PermissionYes
	}
	return bot.PermissionNo
}

// textOf is what a message says, for Request.Quoted.
func textOf(m posted) string {
	parts := []string{m.Content}
	for _, e := range m.Embeds {
		parts = append(parts, e.Title, e.Description)
		for _, f := range e.Fields {
			parts = append(parts, f.Name, f.Value)
		}
	}
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return bounded(strings.Join(out, "\n"), mostQuoted)
}

// respond sends the first response, which has to come within 3 s. alive is false when nothing more can be done with the
// interaction: somebody has answered it already. A response may be repeated: the second gets "already acknowledged".
func (a *Adapter) respond(ctx context.Context, i interaction, came time.Time, c callback) (alive bool, err error) {
	left := acknowledgeWithin - acknowledgeReserve - a.now().Sub(came)
	ctx, cancel := context.WithTimeout(ctx, max(left, 500*time.Millisecond))
	defer cancel()
	wait := 100 * time.Millisecond
	for try := 1; ; try++ {
		err = a.rest.do(ctx, call{what: "respond to an interaction", method: http.MethodPost,
			url: api("interactions", i.ID, i.Token, "callback"), body: c}, nil)
		e, isAPI := errors.AsType[*apiError](err)
		switch {
		case err == nil, isAPI && e.Code == codeAlreadyAcknowledged && try > 1:
			a.counts.add("acknowledged")
			if a.c.Acknowledged != nil {
				a.c.Acknowledged(a.now().Sub(came))
			}
			return true, nil
		case isAPI && e.Code == codeAlreadyAcknowledged:
			a.counts.add("duplicates")
			return false, err
		case isAPI && e.Code == codeUnknownInteraction:
			a.counts.add("late")
			return true, err
		case !isAPI || e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests:
			return true, err
		}
		if e.Status == http.StatusTooManyRequests {
			wait = max(wait, e.After)
		}
		if pause(ctx, wait) != nil {
			return true, err
		}
		wait *= 2
	}
}

// answer waits for a worker and asks the bot. It always returns in time, with an honest word where there is no answer.
func (a *Adapter) answer(ctx context.Context, req bot.Request, locale string) bot.Reply {
	w := wordsFor(locale)
	problem := func(text string) bot.Reply {
		return bot.Reply{Message: &message.Message{Gist: text, Tone: message.ToneProblem}}
	}
	limited, cancel := context.WithTimeout(ctx, a.c.AnswerWithin)
	defer cancel()
	select {
	case a.workers <- struct{}{}:
	case <-limited.Done():
		a.counts.add("unended")
		return problem(w.unended)
	}
	type result struct {
		reply bot.Reply
		err   error
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-a.workers }()
		defer func() {
			if p := recover(); p != nil {
				a.counts.add("panics")
				a.log.Error("the bot panicked", "panic", p)
				done <- result{err: errors.New("panicked")}
			}
		}()
		reply, err := a.c.Handler.Handle(limited, req)
		done <- result{reply, err}
	}()
	var got result
	select {
	case got = <-done:
	case <-limited.Done():
		late := time.NewTimer(a.c.timing.grace)
		defer late.Stop()
		select {
		case got = <-done:
		case <-late.C:
			got.err = context.Cause(limited)
		}
	}
	if got.err == nil || got.reply.Message != nil {
		return got.reply
	}
	if limited.Err() != nil {
		a.counts.add("unended")
		return problem(w.unended)
	}
	a.log.Error("a request could not be answered", "error", got.err)
	return problem(w.failed)
}

// fitted is a reply cut into messages, with a way to ask on.
func (a *Adapter) fitted(m *message.Message, locale string) []*message.Message {
	return message.Fit(askable(m, locale), limits())
}

// finish puts the reply in the place of "thinking…", which never stays.
func (a *Adapter) finish(ctx context.Context, i interaction, reply bot.Reply, private bool) {
	ctx, cancel := a.tokenContext(ctx, i)
	defer cancel()
	original := api("webhooks", a.application(i), i.Token, "messages", "@original")
	if reply.Message == nil {
		a.drop(ctx, original)
		return
	}
	parts := a.fitted(reply.Message, i.Locale)
	if reply.Private && !private && !reply.Replace && !i.direct() {
		// The first response is public and stays so; a new one can be for the person alone.
		a.drop(ctx, original)
		a.follow(ctx, i, parts, true)
		return
	}
	b := a.bodyFor(i, parts[0], 0)
	err := a.rest.again(ctx, call{what: "finish an interaction", method: http.MethodPatch, url: original, body: b, files: b.files}, nil, true, 6)
	if e, ok := errors.AsType[*apiError](err); ok && e.Status == http.StatusBadRequest {
		// It is the message that is wrong. "Thinking…" must not stay.
		a.log.Error("an answer was refused as malformed", "error", err)
		sorry := &message.Message{Gist: wordsFor(i.Locale).failed, Tone: message.ToneProblem}
		parts, err = parts[:1], a.rest.again(ctx, call{what: "finish an interaction", method: http.MethodPatch, url: original, body: Render(sorry).body(0)}, nil, true, 3)
	}
	if err != nil {
		a.missed(ctx, i, parts, private || reply.Private, err)
		return
	}
	if len(parts) > 1 {
		a.follow(ctx, i, parts[1:], private || reply.Private)
	}
}

// tokenContext ends when the interaction's token does. It outlives a stop by five seconds, to say that there was one.
func (a *Adapter) tokenContext(ctx context.Context, i interaction) (context.Context, context.CancelFunc) {
	d := time.Minute
	if made, ok := snowflakeTime(i.ID); ok {
		if left := made.Add(tokenLives).Sub(a.now()); left > 0 {
			d = min(left, tokenLives)
		}
	}
	return outlive(ctx, d)
}

// outlive returns a context for bringing an answer to its place: it ends after d, or five seconds after ctx does.
func outlive(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	alive, cancel := context.WithTimeout(context.WithoutCancel(ctx), d)
	unhook := context.AfterFunc(ctx, func() { time.AfterFunc(5*time.Second, cancel) })
	return alive, func() {
		unhook()
		cancel()
	}
}

func (a *Adapter) application(i interaction) string {
	if i.Application != "" {
		return i.Application
	}
	return a.me().Application
}

// bodyFor draws a part for the channel of the interaction, which tells what the bot may do there.
func (a *Adapter) bodyFor(i interaction, m *message.Message, flags int) body {
	if p := permissions(i.AppPermissions); i.Guild != "" && p != 0 && p&(permEmbedLinks|permAdministrator) == 0 {
		return contentBody(m, flags, wordsFor(i.Locale).shortened)
	}
	return Render(m).body(flags)
}

// drop removes the first response.
func (a *Adapter) drop(ctx context.Context, original string) {
	err := a.rest.again(ctx, call{what: "remove a first response", method: http.MethodDelete, url: original}, nil, true, 4)
	if err != nil && codeOf(err) != codeUnknownMessage && codeOf(err) != codeUnknownWebhook {
		a.log.Warn("a first response could not be removed", "error", err)
	}
}

// follow sends further messages. There is no nonce here, so what may have arrived is never repeated.
func (a *Adapter) follow(ctx context.Context, i interaction, parts []*message.Message, private bool) {
	ctx, cancel := a.tokenContext(ctx, i)
	defer cancel()
	flags := 0
	if private && !i.direct() {
		flags = flagEphemeral
	}
	if !i.installed() {
		parts = parts[:min(len(parts), mostFollowUps)]
	}
	for n, part := range parts {
		b := a.bodyFor(i, part, flags)
		err := a.rest.again(ctx, call{what: "follow up on an interaction", method: http.MethodPost,
			url: api("webhooks", a.application(i), i.Token), body: b, files: b.files}, nil, false, 4)
		if err == nil {
			continue
		}
		if e, ok := errors.AsType[*apiError](err); ok && (e.Status == 0 && !e.Unsent || e.Status >= 500 || e.Status < 300) {
			a.counts.add("unknown")
			a.log.Warn("a follow-up may or may not have arrived", "error", err)
			continue
		}
		a.missed(ctx, i, parts[n:], private, err)
		return
	}
}

// missed deals with an answer whose interaction is gone: 15 minutes are over, or Discord forgot it. What was public becomes
// a message in the channel; what was for one person alone is dropped.
func (a *Adapter) missed(ctx context.Context, i interaction, parts []*message.Message, private bool, err error) {
	e, _ := errors.AsType[*apiError](err)
	gone := e != nil && (e.Code == codeUnknownInteraction || e.Code == codeInvalidWebhookToken || e.Code == codeUnknownWebhook || e.Status == http.StatusUnauthorized)
	if !gone || private || !i.installed() {
		a.counts.add("dropped")
		a.log.Warn("an answer could not be delivered", "error", err, "private", private)
		return
	}
	a.counts.add("late")
	who := i.who()
	for n, part := range parts {
		b := Render(part).body(0)
		if n == 0 && i.Guild != "" {
			b.Content = "<@" + who.ID + ">" // shown as a name; allowed_mentions keeps it from pinging
			if !isID(who.ID) {
				b.Content = ""
			}
		}
		if _, err := a.send(ctx, i.ChannelID, b, nonceFor(Platform+":"+i.ID, n)); err != nil {
			a.counts.add("dropped")
			a.log.Warn("a late answer could not be posted", "error", err)
			return
		}
	}
}

// complete offers choices for the focused option, within a second. Without one, choices are left out.
func (a *Adapter) complete(ctx context.Context, i interaction) {
	ctx, cancel := context.WithTimeout(ctx, acknowledgeWithin-acknowledgeReserve)
	defer cancel()
	var d commandData
	var found []bot.Choice
	if json.Unmarshal(i.Data, &d) == nil {
		name, options := commandOf(d)
		for _, o := range options {
			if o.Focused {
				where := in(i.Guild, i.where())
				if c, known := bot.CommandNamed(name); known && c.Manages {
					where = a.toManage(i.Guild, i.where())
				}
				found = a.choices(ctx, i.Locale, name, o, where)
				break
			}
		}
	}
	type choice struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	var data struct {
		Choices []choice `json:"choices,omitempty"`
	}
	taken := map[string]bool{}
	for _, c := range found {
		label := cut(strings.Join(strings.Fields(message.Clean(c.Label)), " "), rules.ChoiceText)
		if label == "" || c.Value == "" || message.Size(c.Value) > rules.ChoiceText || taken[label] || len(data.Choices) == rules.Choices {
			continue
		}
		taken[label] = true
		data.Choices = append(data.Choices, choice{Name: label, Value: c.Value})
	}
	err := a.rest.do(ctx, call{what: "offer choices", method: http.MethodPost,
		url: api("interactions", i.ID, i.Token, "callback"), body: callback{Type: respondChoices, Data: data}}, nil)
	if err != nil && codeOf(err) != codeUnknownInteraction { // they typed on
		a.log.Debug("choices could not be offered", "error", err)
	}
}

// choices asks the bot, which answers from memory; a slow answer counts as none.
func (a *Adapter) choices(ctx context.Context, locale, command string, o option, where message.Address) []bot.Choice {
	ctx, cancel := context.WithTimeout(ctx, completeWithin)
	defer cancel()
	done := make(chan []bot.Choice, 1)
	go func() {
		defer a.recovered()
		done <- a.c.Handler.CompleteIn(ctx, locale, command, o.Name, bounded(o.text(), 400), where)
	}()
	select {
	case found := <-done:
		return found
	case <-ctx.Done():
		a.counts.add("slow_choices")
		return nil
	}
}
