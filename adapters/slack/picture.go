package slack

import (
	"bytes"
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"attache/bot/message"
)

// Blocks can show a picture that lies at a public address. One that we hold ourselves is uploaded into the thread of its
// message; in the message its words stand for it.

// maxPicture bounds what we upload; a chart takes some ten kilobytes.
const maxPicture = 5 << 20

// pictures uploads the pictures of a message that was posted. A picture that does not arrive is missed by nobody who reads
// its words, so nothing is tried twice but what certainly did not happen.
func (p *Poster) pictures(ctx context.Context, ref message.Ref, m *message.Message) {
	for _, b := range m.Blocks {
		i, ok := b.(message.Image)
		if !ok || len(i.Data) == 0 || len(i.Data) > maxPicture {
			continue
		}
		if err := p.upload(ctx, p.Thread(ref), i); err != nil {
			p.log.Warn("a picture was not uploaded", "error", wordOf(err), "address", ref.Address.String())
		}
	}
}

func (p *Poster) upload(ctx context.Context, to message.Address, i message.Image) error {
	team, err := p.a.team(ctx, to.Workspace)
	if err != nil {
		return err
	}
	name := line(i.Name)
	if name == "" {
		name = "picture.png"
	}
	var place *slack.GetUploadURLExternalResponse
	err = p.pace.read(ctx, team.id, "files.getUploadURLExternal", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		var err error
		place, err = team.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{
			FileName: name, FileSize: len(i.Data), AltTxt: clip(line(i.Alt), maxAlt),
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("ask where to upload: %w", err)
	}
	up, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if err := team.api.UploadToURL(up, slack.UploadToURLParameters{UploadURL: place.UploadURL, Reader: bytes.NewReader(i.Data), Filename: name}); err != nil {
		return fmt.Errorf("upload: %w", safe(err))
	}
	const method = "files.completeUploadExternal"
	for try := 1; ; try++ {
		if err := p.pace.turn(ctx, team.id, method, to.Channel); err != nil {
			return err
		}
		end, cancel := context.WithTimeout(ctx, callTime)
		_, err = team.api.CompleteUploadExternalContext(end, slack.CompleteUploadExternalParameters{
			Files: []slack.FileSummary{{ID: place.FileID, Title: clip(line(i.Alt), 100)}}, Channel: to.Channel, ThreadTimestamp: to.Thread,
		})
		cancel()
		p.pace.learn(team.id, method, err)
		if err == nil || try == 2 || classify(err).Class != message.Later {
			return err
		}
	}
}
