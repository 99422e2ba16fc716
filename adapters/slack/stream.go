package slack

import (
	"context"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"attache/bot/message"
)

// A stream is a message that Slack shows while it is written. Streams are fragile: they live in threads only and for some five
// minutes, a reader may stop one, and no key makes one exactly once. So a stream begins before there is anything to say,
// in place of the line that an answer is being worked on; the answer's blocks follow, at most one call a second; the stream
// is always stopped; and at the end the message is edited into what would have been posted at once, with its complete plain
// text. Whatever goes wrong in between, that edit or a new reply brings the answer.
// https://docs.slack.dev/reference/methods/chat.startStream

const (
	featureStream = "chat.startStream"
	appendEvery   = time.Second
	mostAppends   = 4 // an answer is not held back longer than this for the sake of a show
)

// begun is what stands in a thread before its answer does.
type begun struct {
	ref       message.Ref
	posted    bool
	streaming bool
	words     words // of the reader
}

// mayStream says whether the answer to g may be streamed.
func (a *Adapter) mayStream(g gesture) bool {
	return a.cfg.Stream && (g.what == ask || g.what == chatter) && a.placeOf(g).Thread != "" && !a.refused.has(g.request.Address.Workspace, featureStream)
}

// startStream begins a stream in the thread of g. Without a result it is not tried again: nothing was said yet.
func (a *Adapter) startStream(ctx context.Context, g gesture) (begun, error) {
	to := a.placeOf(g)
	team, err := a.team(ctx, to.Workspace)
	if err != nil {
		return begun{}, classify(err)
	}
	task := slack.NewTaskUpdateChunk("answer", a.wordsOf(g).reading)
	task.Status = slack.TaskCardStatusInProgress
	options := []slack.MsgOption{slack.MsgOptionTS(to.Thread), slack.MsgOptionChunks(task)}
	if !g.dm {
		options = append(options, slack.MsgOptionRecipientUserID(g.request.User.ID), slack.MsgOptionRecipientTeamID(team.id))
	}
	ts := ""
	err = a.streamCall(ctx, team, featureStream, func(ctx context.Context) (err error) {
		_, ts, err = team.api.StartStreamContext(ctx, to.Channel, options...)
		return err
	})
	switch {
	case err != nil:
		if a.refused.learn(to.Workspace, featureStream, err) {
			a.log.Info("the workspace takes no streams; going on without", "workspace", team.id, "reason", classify(err).Reason)
		}
		return begun{}, classify(err)
	case ts == "":
		return begun{}, &message.Error{Class: message.Unknown, Reason: "ok_without_ts"}
	}
	return begun{ref: message.Ref{Address: to, ID: ts}, posted: true, streaming: true, words: a.wordsOf(g)}, nil
}

// streamCall makes one call about a stream, once.
func (a *Adapter) streamCall(ctx context.Context, team *team, method string, call func(context.Context) error) error {
	if err := a.poster.pace.turn(ctx, team.id, method, ""); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	err := call(ctx)
	a.poster.pace.learn(team.id, method, err)
	return err
}

// writeStream brings m into a stream and ends it. An error means that the answer does not stand there.
func (a *Adapter) writeStream(ctx context.Context, b begun, m *message.Message, key string) error {
	ref := b.ref
	team, err := a.team(ctx, ref.Address.Workspace)
	if err != nil {
		return classify(err)
	}
	blocks, _ := a.poster.render(ref.Address.Workspace, m)
	written := len(blocks) > 0
	each := max(1, (len(blocks)+mostAppends-1)/mostAppends)
	first := true
	for part := range slices.Chunk(blocks, each) {
		if !first && !sleep(ctx, appendEvery) {
			written = false
			break
		}
		first = false
		err := a.streamCall(ctx, team, "chat.appendStream", func(ctx context.Context) error {
			_, _, err := team.api.AppendStreamContext(ctx, ref.Address.Channel, ref.ID, slack.MsgOptionChunks(slack.NewBlocksChunk(part...)))
			return err
		})
		if err != nil {
			// message_not_in_streaming_state, stopped_by_user or a broken line: the edit says it all the same.
			a.log.Info("a stream ended before its answer", "reason", wordOf(err))
			a.counts.add("streams_broken")
			written = false
			break
		}
	}
	stopped := a.stopStream(ctx, team, b)
	err = a.poster.edit(ctx, ref, m, key)
	if err != nil && written && stopped {
		a.log.Warn("a streamed answer stands without its plain text", "error", err)
		return nil
	}
	return err
}

// stopStream ends a stream, if it has not ended by itself.
func (a *Adapter) stopStream(ctx context.Context, team *team, b begun) bool {
	task := slack.NewTaskUpdateChunk("answer", b.words.reading)
	task.Status = slack.TaskCardStatusComplete
	err := a.streamCall(ctx, team, "chat.stopStream", func(ctx context.Context) error {
		_, _, err := team.api.StopStreamContext(ctx, b.ref.Address.Channel, b.ref.ID, slack.MsgOptionChunks(task))
		return err
	})
	if err != nil {
		a.log.Info("a stream could not be stopped", "reason", wordOf(err))
	}
	return err == nil
}

// takeBack removes what stands in a thread before its answer, where no answer follows it.
func (a *Adapter) takeBack(ctx context.Context, b begun) {
	if !b.posted {
		return
	}
	if b.streaming {
		if team, err := a.team(ctx, b.ref.Address.Workspace); err == nil {
			a.stopStream(ctx, team, b)
		}
	}
	if err := a.poster.remove(ctx, b.ref); err != nil {
		a.log.Warn("a line could not be taken back", "error", err)
	}
}

// replace puts the answer in the place of what stands there, under the answer's key: after a crash it is found by that.
func (a *Adapter) replace(ctx context.Context, b begun, m *message.Message, key string) error {
	if b.streaming {
		return a.writeStream(ctx, b, m, key)
	}
	return a.poster.edit(ctx, b.ref, m, key)
}
