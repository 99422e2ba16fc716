package slack_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
	"attache/bot"
)

// TestUnderLoadAndFaultsEachQuestionIsAnsweredOnceOrToldWhyNot sends bursts of questions through both doors while Slack
// answers with errors, loses answers, cuts the socket and delivers twice.
func TestUnderLoadAndFaultsEachQuestionIsAnsweredOnceOrToldWhyNot(t *testing.T) {
	t.Parallel()
	const channels, each = 30, 4
	both(t, slackfake.Options{}, func(c *slack.Config) { c.Queue = 80 }, func(t *testing.T, st *stage) {
		chance := rand.New(rand.NewPCG(20240220, 1))
		for _, f := range []slackfake.Fault{
			{Method: "chat.postMessage", Lost: true, Times: 8}, {Method: "chat.postMessage", Status: 500, Times: 8},
			{Method: "chat.postMessage", Garbled: true, Times: 4}, {Method: "chat.postMessage", NoTS: true, Times: 4},
			{Method: "chat.postMessage", Error: "internal_error", Times: 4}, {Method: "users.info", Status: 503, Times: 3},
			{Method: "conversations.replies", Status: 500, Times: 3}, {Method: "chat.postEphemeral", Status: 500, Times: 2},
		} {
			st.Fault(f)
		}
		st.bot.answer = func(ctx context.Context, r bot.Request) (bot.Reply, error) {
			return bot.Reply{Message: text("Answer to " + r.Text)}, nil
		}
		var wg sync.WaitGroup
		deliveries := make(chan *slackfake.Delivery, channels*each*2)
		for c := range channels {
			id := fmt.Sprintf("CL%d", c)
			st.AddChannel(slackfake.Channel{ID: id, Name: strings.ToLower(id), Members: []string{slackfake.BotUser, "U1"}})
			again := chance.IntN(each)
			wg.Go(func() {
				for i := range each {
					d := st.Mention(id, "U1", fmt.Sprintf("question %d", i))
					deliveries <- d
					if i == again {
						st.Again(d)
					}
				}
			})
		}
		wg.Go(func() {
			for range 3 {
				st.Await("half of it", func() bool { return st.Calls("chat.postMessage") > 20 })
				st.Disconnect("refresh_requested")
				st.Break()
			}
		})
		wg.Wait()
		close(deliveries)
		for d := range deliveries {
			st.AwaitAck(d)
		}
		answered := func() (posts, told int) {
			for c := range channels {
				id := fmt.Sprintf("CL%d", c)
				posts += len(st.Posts(id))
				told += len(st.Whispers(id, "U1"))
			}
			return posts, told
		}
		st.Await("an answer or a word to each", func() bool {
			posts, told := answered()
			return posts+told >= channels*each-2 // two whispers were lost to the fault above
		})
		st.stop()
		<-st.done
		st.done = nil
		perQuestion := map[string]int{}
		for c := range channels {
			for _, m := range st.Posts(fmt.Sprintf("CL%d", c)) {
				if perQuestion[m.Channel+m.Shown]++; perQuestion[m.Channel+m.Shown] > 1 {
					t.Errorf("answered twice: %s %s", m.Channel, m.Shown)
				}
			}
		}
		posts, told := answered()
		t.Logf("%d answers, %d told why not", posts, told)
		slowest := time.Duration(0)
		for _, d := range st.Deliveries() {
			slowest = max(slowest, d.Took)
		}
		t.Logf("slowest acknowledgement %s", slowest)
	})
}
