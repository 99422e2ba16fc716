package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/adapters/store"
	"attache/bot"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/briefings"
)

func exchange(id, conversation string, at time.Time) bot.Exchange {
	return bot.Exchange{ID: id, Conversation: conversation, Address: channel, User: "U1", At: at, Answer: briefings.Answer{
		Question: "question " + id, Verdict: briefings.Answered, Short: "answer " + id, Topic: []string{"Seoul"},
		Claims: []briefings.Claim{{Text: "claim", Citations: []briefings.Citation{{Article: "a", Quote: "q"}, {Article: "b"}, {Article: "a"}}}},
	}}
}

func TestRequestIsHandledOnceByManyReplicas(t *testing.T) {
	replicas(t, func(t *testing.T, a, b *store.Store) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		first := 0
		for i := range 8 {
			s := a
			if i%2 == 1 {
				s = b
			}
			wg.Go(func() {
				before, err := s.Seen(t.Context(), "event", seven)
				if err != nil {
					t.Errorf("replica %d: %v", i, err)
				}
				if !before {
					mu.Lock()
					first++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if first != 1 {
			t.Errorf("%d of 8 replicas saw the event for the first time, want 1", first)
		}
	})
}

func TestConversationIsToldInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		s := open(t)
		for i := range 4 { // all within one millisecond
			if err := s.KeepExchange(t.Context(), exchange(fmt.Sprint("x", i), "thread", seven)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.KeepExchange(t.Context(), exchange("alone", "", seven)); err != nil {
			t.Fatal(err)
		}
		got, err := s.Turns(t.Context(), "thread", 2)
		if err != nil {
			t.Fatal(err)
		}
		want := []briefings.Turn{
			{Question: "question x2", Answer: "answer x2", Articles: []string{"a", "b"}, Topic: []string{"Seoul"}},
			{Question: "question x3", Answer: "answer x3", Articles: []string{"a", "b"}, Topic: []string{"Seoul"}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the last two turns differ (-want +got):\n%s", diff)
		}
		if turns, err := s.Turns(t.Context(), "", 5); err != nil || len(turns) != 0 {
			t.Errorf("requests that stand alone make a conversation of %d turns, error %v", len(turns), err)
		}
	})
}

func TestTidyDeletesWhatHasServedItsTime(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		s := open(t)
		old, young := seven, seven.AddDate(0, 0, 89)
		now := old.AddDate(0, 0, 90).Add(time.Second)
		for id, at := range map[string]time.Time{"old": old, "young": young} {
			if err := s.KeepExchange(t.Context(), exchange(id, "thread", at)); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Seen(t.Context(), id, at); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Seen(t.Context(), "just now", now.Add(-24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := s.KeepFeedback(t.Context(), bot.Feedback{Subject: "old", Address: channel, User: "U1", Helpful: true, At: old}); err != nil {
			t.Fatal(err)
		}
		if err := s.Tidy(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if before, _ := s.Seen(t.Context(), "old", old.Add(time.Hour)); before {
			t.Error("a request of 90 days ago is still marked")
		}
		if _, err := s.Exchange(t.Context(), "old"); !errors.Is(err, bot.ErrForgotten) {
			t.Errorf("an exchange beyond the retention: %v, want ErrForgotten", err)
		}
		if turns, _ := s.Turns(t.Context(), "thread", 5); len(turns) != 1 {
			t.Errorf("the conversation has %d turns left, want 1", len(turns))
		}
		if before, _ := s.Seen(t.Context(), "just now", now); !before {
			t.Error("a request of 24 hours ago was forgotten")
		}
		if helpful, _, _ := s.Feedbacks(t.Context(), "old"); helpful != 1 {
			t.Errorf("%d votes are left, want 1", helpful)
		}
	})
}

// fill puts rows that belong to a workspace into every table.
func fill(t testing.TB, s *store.Store, workspace string) {
	t.Helper()
	to := message.Address{Platform: "slack", Workspace: workspace, Channel: "C" + workspace}
	n := add(t, s, order("d"+workspace, to))
	if _, err := s.Open(t.Context(), n, []digest.Delivery{{Slot: seven, State: digest.Due}}, seven.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	d := claim(t, s, seven)
	if err := s.KeepComposed(t.Context(), d, edition(workspace), twoParts()); err != nil {
		t.Fatal(err)
	}
	if err := s.EndPart(t.Context(), d, 0, digest.PartSent, message.Ref{Address: to, ID: "m"}, ""); err != nil {
		t.Fatal(err)
	}
	for id, owner := range map[string]string{"own of " + workspace: "slack/" + workspace, "channel of " + workspace: to.String(), "shared": "slack/" + workspace} {
		a := briefings.Article{Report: briefings.Report{ID: id, Text: "Text.", Owner: owner}, Hash: "h"}
		if _, _, err := s.Save(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	x := exchange("x"+workspace, to.String(), seven)
	x.Address = to
	for _, err := range []error{
		s.KeepExchange(t.Context(), x),
		s.KeepFeedback(t.Context(), bot.Feedback{Subject: x.ID, Address: to, User: "U1", At: seven}),
		s.Hush(t.Context(), digest.Lane{Platform: "slack", Workspace: workspace}, seven),
		s.SetSetting(t.Context(), to.String(), "zone", "Asia/Seoul"),
		s.SetSetting(t.Context(), "slack/"+workspace+"/", "language", "ko"),
		s.SaveSource(t.Context(), briefings.Source{ID: "s" + workspace, URL: "https://example.org", Owner: to.String(), Added: seven}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestForgottenWorkspaceLeavesNoRow fills every table for two workspaces and looks for the forgotten one in every text
// column of the database.
func TestForgottenWorkspaceLeavesNoRow(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		s := open(t)
		for _, workspace := range []string{"TGONE", "TSTAYS"} {
			fill(t, s, workspace)
		}
		if left := s.Mentions(t, "TGONE"); len(left) < 7 {
			t.Fatalf("before, the workspace stands in %v; the test fills too little", left)
		}
		if err := s.Forget(t.Context(), "slack", "TGONE"); err != nil {
			t.Fatal(err)
		}
		if left := s.Mentions(t, "TGONE"); len(left) > 0 {
			t.Errorf("the forgotten workspace still stands in %s", strings.Join(left, ", "))
		}
		if stays := s.Mentions(t, "TSTAYS"); len(stays) < 9 {
			t.Errorf("of the other workspace only %v is left", stays)
		}
		left, err := s.Since(t.Context(), 0, 10)
		if err != nil || len(left) != 3 {
			t.Errorf("%d articles are left, want the two of the other workspace and the shared one: %v", len(left), err)
		}
		if err := s.Forget(t.Context(), "", ""); err == nil {
			t.Error("forgetting nobody in particular was accepted")
		}
	})
}

func TestOddCharactersAreKeptOnBothEngines(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		s := open(t)
		odd := "a\x00b\xffc"
		if err := s.SetSetting(t.Context(), "scope"+odd, "name", "value "+odd); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Setting(t.Context(), "scope"+odd, "name"); err != nil || got != "value a\uFFFDb\uFFFDc" {
			t.Errorf("got %q, error %v", got, err)
		}
		x := exchange("x", "thread", seven)
		x.Answer.Question = odd
		if err := s.KeepExchange(t.Context(), x); err != nil {
			t.Errorf("keep a question with odd characters: %v", err)
		}
		if _, err := s.Seen(t.Context(), odd, seven); err != nil {
			t.Errorf("mark an id with odd characters: %v", err)
		}
		a := briefings.Article{Report: briefings.Report{ID: "a", Text: odd}, Hash: "h"}
		if _, _, err := s.Save(t.Context(), a); err == nil {
			t.Error("an article that one engine can't keep to the byte was accepted")
		}
	})
}
