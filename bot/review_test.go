package bot_test

import (
	"strings"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/digest"
	"attache/bot/message"
)

// tick opens what is due and has it delivered.
func (w *wire) tick() {
	w.t.Helper()
	clock, err := digest.NewClock(digest.ClockConfig{Store: w.store, Platforms: w.clocks})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := clock.Tick(w.t.Context(), "slack"); err != nil {
		w.t.Fatal(err)
	}
	w.deliver()
}

func (w *wire) asks(text string, at message.Address, user string) {
	w.t.Helper()
	if _, err := w.bot.Handle(w.t.Context(), bot.Request{Kind: bot.Ask, Text: text, Address: at, User: bot.User{ID: user, Name: user}}); err != nil {
		w.t.Fatal(err)
	}
}

func TestAWeeklyReviewTellsWhatMovedWhatIsDisputedAndWhatWasAsked(t *testing.T) {
	t.Parallel()
	w := openWire(t, threaded) // on a Monday at noon
	added := w.says("digest review now mondays 13:00 UTC")
	if !strings.Contains(added, "a weekly review about everything") || !strings.Contains(w.says("digest list"), "weekly review") {
		t.Errorf("the review is confirmed with: %s", added)
	}
	w.pass(time.Hour)
	w.tick() // a week before which nothing was read
	w.pass(24 * time.Hour)
	w.reads("dam1", "herald", "Dam bursts above Arvik, 12 people killed", "Twelve people were killed when a dam burst above Arvik in Norway, police said. Roads into the valley were closed.")
	w.reads("alma1", "wire", "Navy seized tanker Alma Rosa, its owner says", "The shipping line Meridian said that Iran's navy had seized its tanker Alma Rosa near Bandar Abbas on Tuesday. Its last signal came at dawn.")
	w.pass(3 * time.Hour)
	w.reads("alma2", "gulf", "Ministry rejects reports about the tanker Alma Rosa", "Iran's foreign ministry denied that the navy had seized the tanker Alma Rosa near Bandar Abbas. The vessel had asked for a mechanic, it said.")
	w.reads("chess", "post", "Boy wins chess tournament", chess)
	w.asks("Who won the chess tournament of Riga?", desk, "U1")
	w.asks("who won the chess tournament of Riga", desk, "U2")
	w.asks("What did the shipping line Meridian say?", desk, "U2")
	elsewhere := desk
	elsewhere.Channel = "C2"
	w.asks("Who was killed in Arvik?", elsewhere, "U3")
	w.pass(24 * time.Hour)
	w.reads("dam2", "wire", "Toll of Arvik dam burst in Norway rises to 19", "The number of people killed when a dam burst above Arvik in Norway has risen to 19, police said.")
	w.pass(24 * time.Hour)
	w.reads("dam3", "herald", "Toll of Arvik dam burst in Norway rises to 25", "The number of people killed when a dam burst above Arvik in Norway has risen to 25, police said.")
	now := w.says("digest review")
	for _, part := range []string{"only you see this", "to 25", "Twelve people were killed"} {
		if !strings.Contains(now, part) {
			t.Errorf("the week so far lacks %q:\n%s", part, now)
		}
	}
	for w.now().Weekday() != time.Monday {
		w.pass(24 * time.Hour)
		w.tick()
	}
	w.pass(time.Hour)
	w.tick()
	w.tick()
	shown := w.shown()
	wants(t, shown, "the week to Monday, 2 March 2026: nothing moved", "the week to Monday, 9 March 2026|Twelve people were killed|has risen to 25|Meridian|denied|Still open|3 questions were asked here|“who won the chess tournament of Riga”; “What did the shipping line Meridian say?”")
	for _, never := range []string{"U1", "U2", "Arvik?", "rises to 19", "has risen to 19", "Boy wins"} {
		if strings.Contains(shown[1], never) {
			t.Errorf("the review tells %q:\n%s", never, shown[1])
		}
	}
	if latest := w.says("latest"); strings.Contains(latest, "review") {
		t.Errorf("latest says: %s", latest)
	}
}

func TestAReviewComesOnceAWeekAndNotOtherwise(t *testing.T) {
	t.Parallel()
	w := openWire(t, threaded)
	w.says("digest add now daily 13:00 UTC about sanctions without football")
	for _, times := range []string{"daily 08:00", "mondays and thursdays 9am", "every month on the 1st at 9:00", "hourly"} {
		if reply := w.says("digest review " + times + " about Iran"); strings.Contains(reply, "is set up") {
			t.Errorf("%s: %s", times, reply)
		}
	}
	reply := w.says("digest review now fridays 17:00 Asia/Seoul")
	if !strings.Contains(reply, "a weekly review about sanctions, without football") || !strings.Contains(reply, "Asia/Seoul") && !strings.Contains(reply, "KST") {
		t.Errorf("without topics a review is about those of the channel's digest: %s", reply)
	}
	subs, err := w.store.Subscriptions(t.Context(), digest.Filter{Channel: "C1"})
	if err != nil || len(subs) != 2 || subs[1].Form != digest.FormReview {
		t.Fatalf("%+v, %v", subs, err)
	}
	if reply := w.says("digest edit " + subs[1].ID + " daily 09:00"); !strings.Contains(reply, "once a week") {
		t.Errorf("a review was moved to every day: %s", reply)
	}
	if reply := w.says("digest edit " + subs[1].ID + " now thursdays 09:00"); !strings.Contains(reply, "is changed") {
		t.Errorf("a review could not be moved to Thursdays: %s", reply)
	}
}
