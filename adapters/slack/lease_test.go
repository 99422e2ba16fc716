package slack_test

import (
	"context"
	"testing"

	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
)

// TestTheSocketIsOpenOnlyUnderItsLease gives the lease, takes it away and gives it again.
func TestTheSocketIsOpenOnlyUnderItsLease(t *testing.T) {
	t.Parallel()
	lost := make(chan context.CancelFunc, 2)
	released := make(chan string, 2)
	st := play(t, "socket", slackfake.Options{}, func(c *slack.Config) {
		c.Lease = func(ctx context.Context, name string) (context.Context, func(), error) {
			held, lose := context.WithCancel(ctx)
			lost <- lose
			return held, func() { lose(); released <- name }, nil
		}
	})
	lose := <-lost
	st.Await("the socket", func() bool { return st.Connected() == 1 })
	lose()
	if name := <-released; name != "slack-socket" {
		t.Errorf("the lease of %q was given back", name)
	}
	<-lost // it asks for it again
	st.Await("a second socket", func() bool { return st.Connections() == 2 && st.Connected() == 1 })
	asked := st.DM("U1", "what is new?")
	st.AwaitMessage(st.Direct("U1"), func(m slackfake.Message) bool { return m.ThreadTS == asked.TS || m.TS > asked.TS })
}
