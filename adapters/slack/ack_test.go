package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack/socketmode"

	"attache/bot"
)

// deaf is a bot that answers nobody.
type deaf struct{}

func (deaf) Handle(ctx context.Context, _ bot.Request) (bot.Reply, error) {
	<-ctx.Done()
	return bot.Reply{}, ctx.Err()
}
func (deaf) TakesPart(ctx context.Context, _ string) bool       { <-ctx.Done(); return false }
func (deaf) Left(ctx context.Context, _, _ string) error        { <-ctx.Done(); return ctx.Err() }
func (deaf) Uninstalled(ctx context.Context, _, _ string) error { <-ctx.Done(); return ctx.Err() }

// TestAnEnvelopeIsTakenAndAcknowledgedInNoTime runs on a clock that stands still while anything works: each envelope, a retry like a first delivery, lies on
// the desk when it is acknowledged, at once. The library queues twenty acknowledgements for a connection that is not there; each
// further one is given up, so that a dead socket holds nothing up, and Slack sends again what it concerns.
func TestAnEnvelopeIsTakenAndAcknowledgedInNoTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var a *Adapter
		var lay []int
		a, err := New(Config{BotToken: "xoxb-1", AppToken: "xapp-1", Handler: deaf{}, Inbox: t.TempDir(), Acknowledged: func(time.Duration) {
			lay = append(lay, len(a.desk.waiting))
		}})
		if err != nil {
			t.Fatal(err)
		}
		if a.cfg.HTTPClient.Timeout == 0 {
			t.Error("calls of the Web API may take for ever")
		}
		client := socketmode.New(a.client(""))
		took := make([]time.Duration, 23)
		for i := range took {
			began := time.Now()
			a.envelope(t.Context(), client, socketmode.Request{Type: socketmode.RequestTypeEventsAPI, EnvelopeID: fmt.Sprint("E", i), RetryAttempt: i % 3, Payload: json.RawMessage(fmt.Sprintf(
				`{"type":"event_callback","team_id":"T1","event_id":"Ev%[1]d","event":{"type":"app_mention","user":"U1","text":"who?","channel":"C1","ts":"170840880%[1]d.000100"}}`, i))})
			took[i] = time.Since(began)
		}
		for i, d := range took {
			if want := map[bool]time.Duration{true: ackTime}[i >= 20]; d != want {
				t.Errorf("envelope %d was held for %s, want %s", i, d, want)
			}
		}
		if len(lay) != 20 || !slices.IsSorted(lay) || lay[0] != 1 || lay[19] != 20 {
			t.Errorf("on the desk at each acknowledgement lay %v", lay)
		}
		if n := a.Counts()["unacknowledged"]; n != 3 || len(a.desk.waiting) != len(took) {
			t.Errorf("%d were given up, %d lie on the desk", n, len(a.desk.waiting))
		}
	})
}
