package slack

import (
	"context"
	"errors"
	"sync"
	"time"

	"attache/bot"
	"attache/bot/message"
)

// work answers gestures until the desk is closed and empty.
func (a *Adapter) work(ctx context.Context) {
	for {
		g, ok := a.desk.take()
		if !ok {
			return
		}
		a.serve(ctx, g)
		a.drop(g)
		a.desk.done(g)
	}
}

func (a *Adapter) serve(ctx context.Context, g gesture) {
	switch g.what {
	case ask, chatter, run, click, shortcut:
		a.answer(ctx, g)
	case share:
		if !a.known(ctx, g) {
			a.share(ctx, g)
		}
	case home, looking:
		a.welcome(ctx, g)
	case order:
		a.order(ctx, g)
	case invited:
		a.greet(ctx, g)
	case uninstalled:
		a.leave(ctx, g)
	}
}

// greet tells whoever took us into a channel, and nobody else, what we can do there.
func (a *Adapter) greet(base context.Context, g gesture) {
	if a.known(base, g) {
		return
	}
	reply := a.reply(base, g)
	if reply.Message == nil || reply.Message.Tone == message.ToneProblem {
		return
	}
	out, done := a.lastWords(base)
	defer done()
	a.aside(out, g, reply.Message)
}

// Why an answer was cut off.
var (
	errTooLong = errors.New("the answer took too long")
	errStopped = errors.New("the reader pressed stop")
)

// answer asks the Handler and brings its reply to the person.
func (a *Adapter) answer(base context.Context, g gesture) {
	ctx, stop := context.WithCancelCause(base)
	defer stop(nil)
	if g.what == chatter && !a.cfg.Handler.TakesPart(ctx, g.request.Conversation) {
		return
	}
	var before begun
	if g.again {
		var answered bool
		if answered, before = a.takeUp(ctx, g); answered {
			return
		}
	} else if a.known(ctx, g) {
		return
	}
	defer a.jobs.start(g, stop)()
	session := a.session(ctx, g)
	sign := a.announce(ctx, g, before.posted)
	reply := a.reply(ctx, g)
	if g.again && reply.Message == nil {
		// The bot had begun with it, and its answer went down with the process.
		reply = bot.Reply{Message: say(a.wordsOf(g).stopping, message.ToneProblem)}
	}

	out, done := a.lastWords(base)
	defer done()
	if now := sign(); now.posted {
		before = now
	}
	a.bring(out, g, reply, before)
	session(out)
}

// reply is the Handler's, or an honest line about why there is none. Learning who asks has a time of its own: whoever waited
// in vain is told so in their language.
func (a *Adapter) reply(ctx context.Context, g gesture) bot.Reply {
	a.people.fill(ctx, &g)
	ctx, cancel := context.WithTimeoutCause(ctx, a.cfg.Answer, errTooLong)
	defer cancel()
	w := a.wordsOf(g)
	if g.fileOnly {
		return bot.Reply{Message: say(w.file, message.ToneProblem)}
	}
	g.request.Direct = g.dm // whatever could be found out about the person
	reply, err := a.cfg.Handler.Handle(ctx, g.request)
	if err == nil {
		return reply
	}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errStopping):
		return bot.Reply{Message: say(w.stopping, message.ToneProblem)}
	case errors.Is(cause, errStopped):
		return bot.Reply{Message: say(w.stopped, message.ToneNeutral)}
	case reply.Message != nil:
		return reply
	case errors.Is(cause, errTooLong):
		a.counts.add("unended")
		a.log.Warn("an answer took too long", "kind", g.what)
		return bot.Reply{Message: say(w.tooLong, message.ToneProblem)}
	default:
		a.log.Error("a request failed", "kind", g.what, "error", safe(err))
		return bot.Reply{Message: say(w.failed, message.ToneProblem)}
	}
}

// lastWords is the time in which a reply is delivered, also when the time for making it is over.
func (a *Adapter) lastWords(base context.Context) (context.Context, context.CancelFunc) {
	d := 2 * time.Minute
	if base.Err() != nil {
		d = goodbye
	}
	return context.WithTimeout(context.WithoutCancel(base), d)
}

// goodbye is how long telling people may take after the drain.
const goodbye = 5 * time.Second

// known says whether the gesture was answered before, perhaps under another name and by another process.
func (a *Adapter) known(ctx context.Context, g gesture) bool {
	if a.cfg.Seen == nil {
		return false // recent has asked at the door
	}
	known := false
	for _, name := range g.also {
		before, err := a.cfg.Seen(ctx, name, a.cfg.Now())
		if err != nil {
			a.log.Error("a gesture could not be remembered; it may be answered twice after a restart", "error", err)
			continue
		}
		known = known || before
	}
	return known
}

// jobs are the answers in the making, by thread, so that a reader can stop them.
type jobs struct {
	mu  sync.Mutex // guards now
	now map[string]context.CancelCauseFunc
}

// start notes a job and returns what ends it.
func (j *jobs) start(g gesture, stop context.CancelCauseFunc) (end func()) {
	if g.request.Conversation == "" {
		return func() {}
	}
	key := sessionKey(g)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.now == nil {
		j.now = map[string]context.CancelCauseFunc{}
	}
	j.now[key] = stop
	return func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		delete(j.now, key)
	}
}

// stop cuts off the job of a thread.
func (j *jobs) stop(g gesture) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if stop := j.now[sessionKey(g)]; stop != nil {
		stop(errStopped)
	}
}

func sessionKey(g gesture) string { return g.request.Address.Channel + "/" + g.root }

// announce posts a line when the answer takes long. What it returns waits for that and tells which message to replace.
func (a *Adapter) announce(ctx context.Context, g gesture, posted bool) func() begun {
	if posted || a.cfg.Patience < 0 || (g.what != ask && g.what != chatter) {
		return func() begun { return begun{} }
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	var now begun
	go func() {
		defer close(done)
		if !sleep(ctx, a.cfg.Patience) {
			return
		}
		out, end := context.WithTimeout(context.WithoutCancel(ctx), callTime)
		defer end()
		var err error
		if a.mayStream(g) {
			if now, err = a.startStream(out, g); err == nil {
				g.source.Stream = now.ref.ID // whoever takes the gesture up after a crash ends it
				a.keep(g)
			}
			if err == nil || message.ClassOf(err) == message.Unknown {
				return // an unknown one may stand there: a line beside it would be a second sign
			}
		}
		now.ref, err = a.poster.Post(out, a.placeOf(g), say(a.wordsOf(g).reading, message.ToneNeutral), lineKey(g))
		if now.posted = err == nil; !now.posted {
			a.log.Warn("the line that an answer is being worked on was not posted", "error", err)
		}
	}()
	return func() begun {
		cancel()
		<-done
		return now
	}
}

// placeOf is where the answer to a message goes: into its thread. In a direct message the answer stands beside the question,
// unless the app is an agent: then each message is the root of a thread.
func (a *Adapter) placeOf(g gesture) message.Address {
	at := g.request.Address
	if !g.dm || a.cfg.Agent {
		at.Thread = g.root
	}
	return at
}

// bring delivers a reply.
func (a *Adapter) bring(ctx context.Context, g gesture, r bot.Reply, before begun) {
	switch g.what {
	case run:
		a.bringCommand(ctx, g, r)
	case click, shortcut:
		a.bringClick(ctx, g, r)
	default:
		a.bringAnswer(ctx, g, r, before)
	}
}

// bringAnswer answers a message where it stands.
func (a *Adapter) bringAnswer(ctx context.Context, g gesture, r bot.Reply, before begun) {
	if r.Message == nil || (r.Private && !g.dm) {
		a.takeBack(ctx, before)
		if r.Message != nil {
			a.aside(ctx, g, r.Message)
		}
		return
	}
	to := a.placeOf(g)
	for i, m := range a.poster.Fit(r.Message) {
		if i == 0 && before.posted {
			err := a.replace(ctx, before, m, keyOf(g.request.ID, 0))
			if err == nil {
				a.poster.pictures(ctx, before.ref, m)
				continue
			}
			a.log.Warn("a line could not be replaced; the answer follows it", "error", err)
		}
		_, err := a.postSurely(ctx, to, m, keyOf(g.request.ID, i))
		switch {
		case err == nil:
		default:
			a.log.Warn("an answer could not be posted", "error", err, "address", to.String())
			a.aside(ctx, g, say(whyNot(err, a.wordsOf(g)), message.ToneProblem))
			return
		}
	}
}

func whyNot(err error, w words) string {
	if errors.Is(err, errUnsure) {
		return w.unsure
	}
	if message.ClassOf(err) == message.Gone {
		return w.noDoor
	}
	return w.failed
}

// aside tells the person who asked, and nobody else.
func (a *Adapter) aside(ctx context.Context, g gesture, m *message.Message) {
	if g.dm {
		if _, err := a.postSurely(ctx, a.placeOf(g), m, ""); err != nil {
			a.log.Warn("a person could not be told", "error", err)
		}
		return
	}
	for _, part := range a.poster.Fit(m) {
		// In a thread that has no reply yet nobody would see it: it goes where the question stands.
		err := a.poster.whisper(ctx, g.request.Address, g.request.User.ID, part)
		if err == nil || message.ClassOf(err) == message.Unknown {
			continue
		}
		to, derr := a.poster.direct(ctx, g.request.Address.Workspace, g.request.User.ID)
		if derr == nil {
			_, derr = a.postSurely(ctx, to, part, "")
		}
		if derr != nil {
			a.log.Warn("a person could not be told", "error", err, "direct", derr)
			return
		}
	}
}

// errUnsure says that a message may have been posted and that Slack can't be asked.
var errUnsure = errors.New("it may have been posted")

// postSurely posts a part of an answer, waiting where Slack says so. After a failure that may have been a success it looks
// before it posts again, once, and before it gives up.
func (a *Adapter) postSurely(ctx context.Context, to message.Address, m *message.Message, key string) (message.Ref, error) {
	began := a.cfg.Now()
	wait := backoff{first: time.Second, most: 15 * time.Second}
	looked := false
	for {
		ref, err := a.poster.Post(ctx, to, m, key)
		if err == nil {
			return ref, nil
		}
		switch message.ClassOf(err) {
		case message.Later:
			if !sleep(ctx, max(message.RetryAfter(err), wait.next())) {
				return message.Ref{}, err
			}
		case message.Unknown:
			if key == "" {
				a.counts.add("unsure")
				return message.Ref{}, errUnsure
			}
			ref, found, ferr := a.poster.Find(ctx, to, key, began)
			if ferr != nil {
				a.counts.add("unsure")
				a.log.Warn("an answer may have been posted and slack can't be asked", "error", err, "find", ferr)
				return message.Ref{}, errUnsure
			}
			if found {
				return ref, nil
			}
			if looked {
				a.counts.add("unsure")
				return message.Ref{}, errUnsure
			}
			looked = true
		default:
			return message.Ref{}, err
		}
	}
}

// bringCommand answers a slash command: for the person's eyes, with a button that shares it, or in the channel where they
// asked for that.
func (a *Adapter) bringCommand(ctx context.Context, g gesture, r bot.Reply) {
	g.awaitAck(ctx)
	if r.Message == nil {
		if err := a.respond(ctx, g.responseURL, response{DeleteOriginal: true}); err != nil {
			a.log.Debug("a line could not be taken back", "error", err)
		}
		return
	}
	if g.public && !r.Private && r.Message.Tone != message.ToneProblem {
		a.bringPublic(ctx, g, r.Message)
		return
	}
	m := r.Message
	if !r.Private && !g.dm && m.Tone != message.ToneProblem && valueOf(m, botShare) == "" {
		if exchange := valueOf(m, botEvidence); exchange != "" {
			m = withShare(m, botShare, exchange, a.wordsOf(g).share) // the bot remembers it longer than we do
		} else {
			m = withShare(m, actionShare, a.shares.keep(a.poster.Fit(m)), a.wordsOf(g).share)
		}
	}
	a.forOne(ctx, g, m, true)
}

// ackGrace is what Slack gets to show the line in an acknowledgement. An answer that overtook it would be followed by "one
// moment" for ever.
const ackGrace = 300 * time.Millisecond

func (g gesture) wasAcked() {
	if g.acked != nil {
		close(g.acked)
	}
}

func (g gesture) awaitAck(ctx context.Context) {
	if g.acked == nil {
		return
	}
	select {
	case <-g.acked:
		sleep(ctx, ackGrace)
	case <-ctx.Done():
	}
}

// bringPublic answers a slash command in its channel.
func (a *Adapter) bringPublic(ctx context.Context, g gesture, m *message.Message) {
	if err := a.toChannel(ctx, g, a.poster.Fit(m)); err != nil {
		a.forOne(ctx, g, say(whyNot(err, a.wordsOf(g)), message.ToneProblem), true)
		return
	}
	done := responseOf(say(a.wordsOf(g).posted, message.ToneNeutral), forOne)
	done.ReplaceOriginal = true
	if err := a.respond(ctx, g.responseURL, done); err != nil {
		a.log.Debug("a line could not be replaced", "error", err)
	}
}

// bringShared brings what one person saw into the channel, at the press of the bot's own button.
func (a *Adapter) bringShared(ctx context.Context, g gesture, m *message.Message) {
	words := a.wordsOf(g).shared
	if err := a.toChannel(ctx, g, a.poster.Fit(m)); err != nil {
		words = whyNot(err, a.wordsOf(g))
	}
	a.forOne(ctx, g, say(words, message.ToneNeutral), false)
}

// toChannel posts parts for everyone: the first in the channel, what follows in its thread. Where we are no member, the
// response_url still reaches the channel.
func (a *Adapter) toChannel(ctx context.Context, g gesture, parts []*message.Message) error {
	to := g.request.Address
	for i, part := range parts {
		ref, err := a.postSurely(ctx, to, part, keyOf(g.request.ID, i))
		switch {
		case err == nil && i == 0:
			to = a.poster.Thread(ref)
		case err == nil:
		case message.ClassOf(err) == message.Gone && to.Thread == "" && i < responsePosts-1 && a.respond(ctx, g.responseURL, responseOf(part, forAll)) == nil:
		default:
			a.log.Warn("an answer could not be posted", "error", err, "address", to.String())
			return err
		}
	}
	return nil
}

// bringClick answers a pressed button or a shortcut.
func (a *Adapter) bringClick(ctx context.Context, g gesture, r bot.Reply) {
	if r.Message == nil {
		return
	}
	switch {
	case r.Replace:
		parts := a.poster.Fit(r.Message)
		out := responseOf(parts[0], "")
		out.ReplaceOriginal = true
		err := a.respond(ctx, g.responseURL, out)
		if err != nil && !g.fleeting && g.under != "" {
			err = a.poster.Edit(ctx, message.Ref{Address: g.request.Address, ID: g.under}, parts[0])
		}
		if err != nil {
			a.log.Warn("a message could not be replaced", "error", err)
		}
	case !r.Private && g.fleeting && g.request.Action == botShare:
		a.bringShared(ctx, g, r.Message)
	case r.Private, g.fleeting, g.what == shortcut:
		// What came of something that one person sees is theirs as well.
		a.forOne(ctx, g, r.Message, false)
	default:
		a.bringAnswer(ctx, g, r, begun{})
	}
}

// forOne answers through the response_url, for the person's eyes; what it does not take goes as a whisper or by direct
// message. replace takes the place of the first line.
func (a *Adapter) forOne(ctx context.Context, g gesture, m *message.Message, replace bool) {
	for i, part := range a.poster.Fit(m) {
		var err error
		if g.responseURL == "" || i >= responsePosts {
			err = errors.New("no more responses")
		} else {
			out := responseOf(part, forOne)
			out.ReplaceOriginal = replace && i == 0
			out.ThreadTS = g.request.Address.Thread
			err = a.respond(ctx, g.responseURL, out)
		}
		switch {
		case err == nil:
		case message.ClassOf(err) == message.Unknown && g.responseURL != "" && i < responsePosts:
			a.log.Warn("a response may not have arrived", "error", err) // a second one could be a second answer
		default:
			a.log.Warn("a response was not accepted; whispering instead", "error", err)
			a.aside(ctx, g, part)
		}
	}
}

// tell says one sentence to whoever made a gesture that got no answer.
func (a *Adapter) tell(ctx context.Context, g gesture, words string) {
	switch g.what {
	case chatter:
		if !a.cfg.Handler.TakesPart(ctx, g.request.Conversation) {
			return
		}
		a.aside(ctx, g, say(words, message.ToneProblem))
	case ask:
		a.aside(ctx, g, say(words, message.ToneProblem))
	case run:
		a.forOne(ctx, g, say(words, message.ToneProblem), true)
	case click, share, shortcut:
		a.forOne(ctx, g, say(words, message.ToneProblem), false)
	case order:
		a.publishHome(ctx, g, say(words, message.ToneProblem))
	}
}

// turnAway tells those who found the desk full.
func (a *Adapter) turnAway(ctx context.Context) {
	for {
		select {
		case g := <-a.turned:
			out, cancel := context.WithTimeout(ctx, callTime)
			a.tell(out, g, a.wordsOf(g).busy)
			cancel()
		case <-ctx.Done():
			return
		}
	}
}

// apologise tells those whose gestures were never begun.
func (a *Adapter) apologise(left []gesture) {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	next := make(chan gesture)
	var tellers sync.WaitGroup
	for range a.cfg.Workers {
		tellers.Go(func() {
			for g := range next {
				a.tell(ctx, g, a.wordsOf(g).stopping)
				a.drop(g)
			}
		})
	}
	for _, g := range left {
		next <- g
	}
	close(next)
	tellers.Wait()
}

// leave forgets a workspace whose tokens are gone.
func (a *Adapter) leave(ctx context.Context, g gesture) {
	a.people.forget()
	if err := a.part(ctx, g.request.Address.Workspace); err != nil {
		a.log.Error("the token of a workspace that uninstalled the app could not be deleted", "workspace", g.request.Address.Workspace, "error", err)
	}
	if err := a.cfg.Handler.Uninstalled(ctx, Platform, g.request.Address.Workspace); err != nil {
		a.log.Error("the data of a workspace that uninstalled the app could not be deleted", "workspace", g.request.Address.Workspace, "error", err)
		return
	}
	a.log.Info("a workspace uninstalled the app; its data are deleted", "workspace", g.request.Address.Workspace)
}
