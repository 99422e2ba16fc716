package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"attache/bot/message"
)

// Poster posts to Slack, finds what may have been posted, and edits. It is safe for concurrent use.
type Poster struct {
	a    *Adapter
	log  *slog.Logger
	pace *pace
}

var (
	_ message.Poster   = (*Poster)(nil)
	_ message.Finder   = (*Poster)(nil)
	_ message.Editor   = (*Poster)(nil)
	_ message.Threader = (*Poster)(nil)
	_ message.Director = (*Poster)(nil)
)

func newPoster(a *Adapter) *Poster { return &Poster{a: a, log: a.log, pace: newPace(&a.counts)} }

// callTime bounds one call of the Web API, apart from the wait for its turn.
const callTime = 15 * time.Second

// The key of a delivery travels in the message's metadata. Every app and member can read it there, so it is opaque.
const (
	metadataType = "attache_delivery"
	metadataKey  = "key"
)

// Fit splits m into messages that Slack can show. What follows the first belongs into its thread: see Thread.
func (p *Poster) Fit(m *message.Message) []*message.Message { return Fit(m) }

// Thread is where the details of a posted message belong.
func (p *Poster) Thread(of message.Ref) message.Address {
	at := of.Address
	if at.Thread == "" {
		at.Thread = of.ID
	}
	return at
}

// Post delivers one fitted message. Slack has no parameter that refuses duplicates, so a post is tried once; only a message
// whose drawing Slack refuses is posted again, as plain text.
func (p *Poster) Post(ctx context.Context, to message.Address, m *message.Message, key string) (message.Ref, error) {
	var ref message.Ref
	err := p.drawn(to.Workspace, m, func(blocks []slack.Block, text string) (err error) {
		ref, err = p.post(ctx, to, blocks, text, key)
		return err
	})
	if err != nil {
		return message.Ref{}, err
	}
	p.pictures(ctx, ref, m)
	if team, err := p.a.team(ctx, to.Workspace); err == nil {
		p.a.nameSession(ctx, team, ref, line(m.Gist))
	}
	return ref, nil
}

// drawn sends m as it looks best and, where Slack refuses that drawing, as a plainer one: with buttons in place of thumbs, then
// as text alone. A workspace that takes the buttons and not the thumbs is sent no thumbs again.
func (p *Poster) drawn(workspace string, m *message.Message, send func(blocks []slack.Block, text string) error) error {
	blocks, text := p.render(workspace, m)
	ways := [][]slack.Block{blocks}
	if hasThumbs(blocks) {
		buttons, _ := render(m, false)
		ways = append(ways, buttons)
	}
	if len(blocks) > 0 {
		ways = append(ways, nil)
	}
	for i, way := range ways {
		e := classify(send(way, text))
		switch {
		case e == nil:
			if i == 1 && len(way) > 0 {
				p.a.refused.add(workspace, featureThumbs)
				p.log.Info("slack shows no thumbs here; going on with buttons", "workspace", workspace)
			}
			return nil
		case e.Class != message.Refused || !isDrawing(e) || i == len(ways)-1:
			return e
		case len(ways[i+1]) == 0:
			p.a.counts.add("redrawn")
			p.log.Error("slack refused how a message is drawn; sending it as plain text", "reason", e.Reason, "details", detailOf(e))
		}
	}
	return nil
}

// render draws m as the workspace takes it.
func (p *Poster) render(workspace string, m *message.Message) ([]slack.Block, string) {
	return render(m, !p.a.refused.has(workspace, featureThumbs))
}

func detailOf(e *message.Error) string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

func (p *Poster) post(ctx context.Context, to message.Address, blocks []slack.Block, text, key string) (message.Ref, error) {
	team, err := p.a.team(ctx, to.Workspace)
	if err != nil {
		if e := classify(err); e.Class != message.Unknown {
			return message.Ref{}, e
		}
		return message.Ref{}, &message.Error{Class: message.Later, Reason: "not_connected", Err: safe(err)} // nothing was posted
	}
	options := append(draw(blocks, text), unfurlNothing)
	if to.Thread != "" {
		options = append(options, slack.MsgOptionTS(to.Thread))
	}
	if key != "" {
		options = append(options, keyed(key))
	}
	const method = "chat.postMessage"
	if err := p.pace.turn(ctx, team.id, method, to.Channel); err != nil {
		return message.Ref{}, err
	}
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	channel, ts, posted, err := team.api.PostMessageWithResponseContext(call, to.Channel, options...)
	p.pace.learn(team.id, method, err)
	if err != nil {
		return message.Ref{}, classify(err)
	}
	if ts == "" {
		return message.Ref{}, &message.Error{Class: message.Unknown, Reason: "ok_without_ts"}
	}
	if to.Thread != "" && posted.ThreadTimestamp == "" {
		p.log.Warn("a reply left its thread, whose first message is gone", "address", to.String())
	}
	if channel != "" {
		to.Channel = channel // a user's id becomes the id of the direct message
	}
	return message.Ref{Address: to, ID: ts}, nil
}

// keyed puts a key into a message's metadata.
func keyed(key string) slack.MsgOption {
	return slack.MsgOptionMetadata(slack.SlackMetadata{EventType: metadataType, EventPayload: map[string]any{metadataKey: key}})
}

// draw is a message's body. text is plain: Slack is told to look for no formatting in it.
func draw(blocks []slack.Block, text string) []slack.MsgOption {
	options := []slack.MsgOption{slack.MsgOptionText(text, false), slack.MsgOptionDisableMarkdown()}
	if len(blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(blocks...))
	}
	return options
}

// unfurlNothing keeps Slack from fetching and showing what a link leads to.
var unfurlNothing = slack.MsgOptionCompose(slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())

// Find looks for the message that was posted with key at or after since. Reading needs membership and a history scope, which
// posting to a public channel doesn't: the error's class is then Gone.
func (p *Poster) Find(ctx context.Context, to message.Address, key string, since time.Time) (message.Ref, bool, error) {
	team, err := p.a.team(ctx, to.Workspace)
	if err != nil {
		return message.Ref{}, false, classify(err)
	}
	oldest := fmt.Sprintf("%d.000000", since.Add(-time.Minute).Unix())
	cursor := ""
	// A page may hold as few as 15 messages where Slack limits the app; some hundred pages would be a channel like no other.
	for range 50 {
		var page []slack.Message
		var next string
		method := "conversations.history"
		if to.Thread != "" {
			method = "conversations.replies"
		}
		err := p.pace.read(ctx, team.id, method, func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, callTime)
			defer cancel()
			var err error
			if to.Thread != "" {
				page, _, next, err = team.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
					ChannelID: to.Channel, Timestamp: to.Thread, Cursor: cursor, Oldest: oldest, Inclusive: true, Limit: 100, IncludeAllMetadata: true,
				})
				return err
			}
			var h *slack.GetConversationHistoryResponse
			h, err = team.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
				ChannelID: to.Channel, Cursor: cursor, Oldest: oldest, Inclusive: true, Limit: 100, IncludeAllMetadata: true,
			})
			if err == nil {
				page, next = h.Messages, h.ResponseMetaData.NextCursor
			}
			return err
		})
		if err != nil {
			e := classify(err)
			if e.Class == message.Unknown {
				e = &message.Error{Class: message.Later, Reason: e.Reason, Err: e.Err} // a question may be asked again
			}
			return message.Ref{}, false, e
		}
		i := slices.IndexFunc(page, func(m slack.Message) bool {
			return m.BotID == team.bot && m.Metadata.EventType == metadataType && m.Metadata.EventPayload[metadataKey] == key
		})
		if i >= 0 {
			return message.Ref{Address: to, ID: page[i].Timestamp}, true, nil
		}
		if next == "" {
			return message.Ref{}, false, nil
		}
		cursor = next
	}
	return message.Ref{}, false, &message.Error{Class: message.Refused, Reason: "too_many_messages_to_search"}
}

// editText is how much text chat.update takes; blocks have their own budget.
// https://docs.slack.dev/reference/methods/chat.update (msg_too_long)
const editText = 4000

// Edit replaces a message that we posted.
func (p *Poster) Edit(ctx context.Context, ref message.Ref, m *message.Message) error {
	return p.edit(ctx, ref, m, "")
}

// edit is Edit; with a key the message can be found by it from then on, else it keeps the one that it has.
func (p *Poster) edit(ctx context.Context, ref message.Ref, m *message.Message, key string) error {
	team, err := p.a.team(ctx, ref.Address.Workspace)
	if err != nil {
		return classify(err)
	}
	return p.drawn(ref.Address.Workspace, m, func(blocks []slack.Block, text string) error {
		return p.update(ctx, team, ref, blocks, short(text, editText), key)
	})
}

func (p *Poster) update(ctx context.Context, team *team, ref message.Ref, blocks []slack.Block, text, key string) error {
	options := draw(blocks, text)
	if key != "" {
		options = append(options, keyed(key))
	}
	if len(blocks) == 0 {
		options = append(options, slack.MsgOptionBlocks()) // without it the old blocks stay
	}
	return p.pace.read(ctx, team.id, "chat.update", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		_, _, _, err := team.api.UpdateMessageContext(ctx, ref.Address.Channel, ref.ID, options...)
		return err
	})
}

// Delete takes a message back. A message that is gone already is no error.
func (p *Poster) remove(ctx context.Context, ref message.Ref) error {
	team, err := p.a.team(ctx, ref.Address.Workspace)
	if err != nil {
		return classify(err)
	}
	err = p.pace.read(ctx, team.id, "chat.delete", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		_, _, err := team.api.DeleteMessageContext(ctx, ref.Address.Channel, ref.ID)
		return err
	})
	if r, ok := errors.AsType[slack.SlackErrorResponse](err); ok && r.Err == "message_not_found" {
		return nil
	}
	if err != nil {
		return classify(err)
	}
	return nil
}

// whisper shows a message to one person in a channel. It leaves no trace to look for, so a whisper that may have arrived
// counts as arrived.
func (p *Poster) whisper(ctx context.Context, to message.Address, user string, m *message.Message) error {
	team, err := p.a.team(ctx, to.Workspace)
	if err != nil {
		return classify(err)
	}
	blocks, text := render(m, false)
	send := func(blocks []slack.Block) error {
		const method = "chat.postEphemeral"
		if err := p.pace.turn(ctx, team.id, method, ""); err != nil {
			return err
		}
		call, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		options := append(draw(blocks, text), unfurlNothing)
		if to.Thread != "" {
			options = append(options, slack.MsgOptionTS(to.Thread))
		}
		_, err := team.api.PostEphemeralContext(call, to.Channel, user, options...)
		p.pace.learn(team.id, method, err)
		return err
	}
	err = send(blocks)
	if e := classify(err); e != nil && e.Class == message.Refused && isDrawing(e) && len(blocks) > 0 {
		err = send(nil)
	}
	if e := classify(err); e != nil {
		return e
	}
	return nil
}

// Direct sends m to one person alone.
func (p *Poster) Direct(ctx context.Context, workspace, user string, m *message.Message) error {
	at, err := p.direct(ctx, workspace, user)
	if err != nil {
		return err
	}
	for _, part := range p.Fit(m) {
		if _, err := p.Post(ctx, at, part, ""); err != nil {
			return err
		}
	}
	return nil
}

// direct opens the direct message with a user.
func (p *Poster) direct(ctx context.Context, workspace, user string) (message.Address, error) {
	team, err := p.a.team(ctx, workspace)
	if err != nil {
		return message.Address{}, classify(err)
	}
	at := message.Address{Platform: Platform, Workspace: team.id}
	err = p.pace.read(ctx, team.id, "conversations.open", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		c, _, _, err := team.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
		if err == nil {
			at.Channel = c.ID
		}
		return err
	})
	if err != nil {
		return message.Address{}, classify(err)
	}
	return at, nil
}

// short cuts text at a line or sentence end so that it has at most n runes.
func short(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	const more = "\n…"
	cut := string(runes[:n-len([]rune(more))])
	for _, end := range []string{"\n", ". ", " "} {
		if i := strings.LastIndex(cut, end); i > len(cut)/2 {
			cut = cut[:i+len(strings.TrimRight(end, " \n"))]
			break
		}
	}
	if i := strings.LastIndexByte(cut, '&'); i >= 0 && !strings.ContainsRune(cut[i:], ';') {
		cut = cut[:i] // never inside an entity
	}
	return cut + more
}
