package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// The library's Socket Mode client has habits that this file lives with:
//   - With its channel of events full it stops reading, misses pings and drops the connection. So the loop here only
//     decodes, puts on the desk and acknowledges.
//   - It returns from RunContext on a refused token and tries everything else for ever, wrong configuration included.
//   - An acknowledgement is queued, not sent: it may leave on the next connection, and blocks where none comes.
//   - What it can't decode it hands on without acknowledging, and Slack sends it three times more.

const (
	ackTime   = 2 * time.Second
	frameSize = 8 << 20
	// alarm is after how many failed connections in a row a person should know.
	alarm = 3
)

// listen keeps a Socket Mode connection until ctx ends. An error means that Slack refuses the app-level token.
func (a *Adapter) listen(ctx context.Context) error {
	wait := backoff{first: time.Second, most: time.Minute}
	for {
		began := time.Now()
		err := a.leased(ctx)
		a.health.closed()
		if ctx.Err() != nil {
			return nil
		}
		if isRefusal(err) {
			a.health.failed(safe(err))
			return fmt.Errorf("slack refuses the app-level token: %w", safe(err))
		}
		if time.Since(began) > time.Minute {
			wait.reset()
		}
		d := wait.next()
		a.counts.add("connections_lost")
		a.log.Warn("the connection to slack ended; making a new one", "error", safe(err), "after", d)
		if !sleep(ctx, d) {
			return nil
		}
	}
}

// refusals of an app-level token that no waiting mends.
var refusalWords = append(slices.Clone(authWords), "missing_scope", "not_allowed_token_type", "no_permission", "access_denied", "team_access_not_granted")

func isRefusal(err error) bool {
	if r, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return slices.Contains(refusalWords, r.Err)
	}
	if s, ok := errors.AsType[slack.StatusCodeError](err); ok {
		return s.Code == http.StatusNotFound // the library gives up on it as well
	}
	return false
}

// leased runs a connection while this replica is the one that may have it.
func (a *Adapter) leased(ctx context.Context) error {
	if a.cfg.Lease == nil {
		return a.connection(ctx)
	}
	a.health.queue(true)
	held, release, err := a.cfg.Lease(ctx, "slack-socket")
	a.health.queue(false)
	if err != nil {
		return err
	}
	defer release()
	return a.connection(held)
}

// connection runs one client of the library until it gives up or ctx ends.
func (a *Adapter) connection(ctx context.Context) error {
	ctx, cut := context.WithCancelCause(ctx)
	defer cut(nil)
	client := socketmode.New(a.client(""), socketmode.OptionReadLimit(frameSize))
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(ctx) }()
	for {
		select {
		case evt := <-client.Events:
			a.event(ctx, client, evt, cut)
		case err := <-ended:
			for { // what was read before the end is not lost
				select {
				case evt := <-client.Events:
					a.event(ctx, client, evt, cut)
					continue
				default:
				}
				break
			}
			if cause := context.Cause(ctx); isRefusal(cause) {
				return cause
			}
			return err
		}
	}
}

// event deals with one event of the library. It must not block.
func (a *Adapter) event(ctx context.Context, client *socketmode.Client, evt socketmode.Event, cut context.CancelCauseFunc) {
	switch evt.Type {
	case socketmode.EventTypeConnected:
		a.counts.add("connections")
		a.log.Info("connected to slack")
	case socketmode.EventTypeHello:
		a.health.alive(a.cfg.Now())
	case socketmode.EventTypeConnectionError:
		e, ok := evt.Data.(*slack.ConnectionErrorEvent)
		if !ok {
			return
		}
		err := safe(e.ErrorObj)
		n := a.health.failed(err)
		a.counts.add("connection_errors")
		if isRefusal(e.ErrorObj) {
			cut(e.ErrorObj)
			return
		}
		if n == alarm {
			a.log.Error("slack can't be reached", "error", err, "attempts", n)
		} else {
			a.log.Warn("connecting to slack failed", "error", err, "attempts", n)
		}
	case socketmode.EventTypeErrorWriteFailed:
		// Slack sends again what it saw no acknowledgement of; that is known then and acknowledged anew. Repeating the
		// acknowledgement here could go on for ever on a dead connection.
		a.counts.add("unacknowledged")
		a.log.Warn("an acknowledgement was not sent")
	case socketmode.EventTypeIncomingError:
		a.log.Debug("a frame could not be read")
	case socketmode.EventTypeErrorBadMessage:
		bad, ok := evt.Data.(*socketmode.ErrorBadMessage)
		if !ok {
			return
		}
		var env socketmode.Request
		if err := json.Unmarshal(bad.Message, &env); err != nil {
			a.log.Warn("a frame is no envelope")
			return
		}
		a.envelope(ctx, client, env)
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive:
		if evt.Request != nil {
			a.envelope(ctx, client, *evt.Request)
		}
	}
}

// envelope takes what an envelope holds and acknowledges it, understood or not.
func (a *Adapter) envelope(ctx context.Context, client *socketmode.Client, env socketmode.Request) {
	a.health.signed(a.cfg.Now())
	came := time.Now()
	door := map[string]string{
		socketmode.RequestTypeEventsAPI: pathEvents, socketmode.RequestTypeSlashCommands: pathCommands, socketmode.RequestTypeInteractive: pathInteractions,
	}[env.Type]
	g, err := source{Door: door, Payload: env.Payload, At: a.cfg.Now()}.decode(a.self)
	if err != nil {
		a.counts.add("undecodable")
		a.log.Warn("slack sent something that can't be read", "type", env.Type, "kind", g.kind, "error", err)
	}
	ack := func(payload any) {
		if env.EnvelopeID == "" {
			return
		}
		ctx, cancel := context.WithTimeout(ctx, ackTime)
		defer cancel()
		if err := client.AckCtx(ctx, env.EnvelopeID, payload); err != nil {
			a.counts.add("unacknowledged")
			a.log.Warn("an acknowledgement was not sent", "error", err)
			return
		}
		a.acknowledged(came)
	}
	if g.what == submit {
		a.late.Go(func() { ack(a.submitted(ctx, g)) }) // the one acknowledgement that waits for the bot
		return
	}
	ack(a.receive(g))
	g.wasAcked()
}

// receive takes a gesture and returns what its acknowledgement says. It never blocks.
func (a *Adapter) receive(g gesture) (payload any) {
	switch g.what {
	case nothing:
		a.log.Debug("slack sent something that is not for us", "kind", g.kind)
		return nil
	case challenge:
		return nil
	case limited:
		a.log.Error("slack holds back events: the app gets too many")
		return nil
	case stop:
		a.jobs.stop(g)
		return nil
	}
	if isOurs := g.what == click && g.request.Action == actionForm; isOurs {
		a.askForm(g)
		return nil
	}
	switch a.take(g) {
	case form:
		return nil
	case taken:
		if g.what == run {
			words := a.wordsOf(g).working
			if g.public {
				words = a.wordsOf(g).inPublic
			}
			return ackText(words)
		}
	case full:
		if g.what == run {
			return ackText(a.wordsOf(g).busy)
		}
		a.turn(g)
	}
	return nil
}

// ackText is an acknowledgement of a slash command that says something to the person who gave it.
func ackText(words string) any {
	return map[string]any{"response_type": forOne, "text": escape(words)}
}
