package bot

import (
	"context"

	"attache/bot/message"
	"attache/bot/present"
)

// setUpAt is when a digest comes that is set up by the button under its preview, in the zone of the channel.
const setUpAt = "daily 08:00"

// setUp sets up the digest that was tried out in this channel. Whoever presses the button must be allowed to, whoever asked.
func (b *Bot) setUp(ctx context.Context, v *visit, x Exchange) (*message.Message, error) {
	reader := b.reader(ctx, v.Request)
	if scope(x.Address) != scope(v.Address) {
		v.outcome = "refused"
		return present.Forgotten(reader), nil
	}
	allowed, told, err := b.mayManage(ctx, v)
	if err != nil {
		return nil, err
	}
	if !allowed {
		v.outcome = "refused"
		return present.NotAllowed("digest add", told, reader), nil
	}
	return b.digestAdd(ctx, v, map[string]string{"when": now + " " + setUpAt, "about": x.Answer.Question})
}
