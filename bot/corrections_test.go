package bot_test

import (
	"strings"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/bottest"
	"attache/bot/digest"
	"attache/bot/message"
)

// corrections is a desk as a replica that has just started has it.
func (w *wire) corrections() *bot.CorrectionDesk {
	w.t.Helper()
	d, err := bot.NewCorrectionDesk(bot.CorrectionsConfig{Library: w.library, StoryOf: w.engine.StoryOf, Sees: w.engine.Sees, Board: w.store, Memory: w.store, Posters: w.posters, Now: w.clocks})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// follow has desks look for corrections and couriers deliver.
func (w *wire) follow(desks ...*bot.CorrectionDesk) []string {
	w.t.Helper()
	for _, d := range desks {
		if _, err := d.Look(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
	w.deliver()
	return w.shown()
}

// digestOn sets a digest up in the channel and has it delivered.
func (w *wire) digestOn(about string) {
	w.t.Helper()
	w.says("digest add now daily " + w.now().Add(time.Minute).Format("15:04") + " UTC about " + about)
	w.pass(time.Minute)
	clock, err := digest.NewClock(digest.ClockConfig{Store: w.store, Platforms: w.clocks})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := clock.Tick(w.t.Context(), "slack"); err != nil {
		w.t.Fatal(err)
	}
	w.deliver()
}

const (
	ferry      = "The ferry Aurora hit a pier at Bergen and 14 passengers were hurt, the port police said. The captain was tested for alcohol. The pier stays closed until Friday."
	ferryFixed = "The ferry Aurora hit a pier at Bergen and four passengers were hurt, the port police said. The captain was tested for alcohol. The pier stays closed until Friday.\n\nCorrection: An earlier version of this article gave the number of hurt passengers as 14."
)

func TestACorrectionFollowsItsReadersOnce(t *testing.T) {
	t.Parallel()
	w := openWire(t, threaded)
	w.reads("ferry", "herald", "Ferry hits pier at Bergen", ferry)
	w.reads("chess", "post", "Boy wins chess tournament", chess)
	w.digestOn("everything")
	before := w.shown()
	wants(t, before, "Ferry hits pier|14 passengers")
	wants(t, w.follow(w.corrections()), "14 passengers") // nothing is corrected yet

	w.pass(time.Hour)
	w.reads("ferry", "herald", "Ferry hits pier at Bergen", ferryFixed)
	one := w.corrections()
	shown := w.follow(one, w.corrections())
	wants(t, shown, "Corrected |herald has corrected|Before: “The ferry Aurora hit a pier at Bergen and 14|Now: “The ferry Aurora hit a pier at Bergen and four",
		"  in a thread: herald has corrected its report “Ferry hits pier at Bergen”|and 14 passengers|and four passengers|gave the number of hurt passengers as 14|(version 2)")
	if !strings.HasSuffix(strings.TrimSpace(shown[0]), strings.TrimSpace(before[0][strings.Index(before[0], "\n"):])) {
		t.Errorf("beside the mark the digest has changed:\n%s\n-- from --\n%s", shown[0], before[0])
	}
	for range 2 { // once more, and after a restart
		w.pass(time.Minute)
		wants(t, w.follow(one, w.corrections()), "Corrected", "in a thread")
	}
	if _, _, edits := w.platform.Requests(); edits != 1 {
		t.Errorf("the digest was edited %d times, want once", edits)
	}

	// Another report of the same digest: both marks are there.
	w.pass(time.Hour)
	w.reads("chess", "post", "Boy wins chess tournament", strings.Replace(chess, "in forty moves", "in sixty moves", 1)+
		"\n\nCorrection: An earlier version of this article gave the number of moves as forty.")
	shown = w.follow(one)
	if len(shown) > 2 { // the digest cites that sentence
		wants(t, shown, "post has corrected|herald has corrected", "in a thread", "in a thread: post has corrected")
	}
}

func TestANewReportOfTheSameSourceCorrectsTheEarlierOne(t *testing.T) {
	t.Parallel()
	const notice = "\n\nCorrection: The Herald reported earlier that 14 passengers were hurt. It was four."
	again := strings.Replace(ferry, "14 passengers", "four passengers", 1)
	for name, row := range map[string]struct {
		outlet, title, text string
		marked              bool
	}{
		"it says so":                         {"herald", "Ferry Aurora hit pier at Bergen: four hurt", again + notice, true},
		"its headline says so":               {"herald", "CORRECTED: Ferry Aurora hit pier at Bergen", again, true},
		"it says nothing of a correction":    {"herald", "Ferry Aurora hit pier at Bergen: four hurt", again, false},
		"another source says so":             {"post", "Ferry Aurora hit pier at Bergen: four hurt", again + notice, false},
		"it corrects what is not shown":      {"herald", "Ferry Aurora hit pier at Bergen", ferry + "\n\nCorrection: The Herald reported earlier that the pier was built in 1912. It was 1921.", false},
		"it rewords what is right":           {"herald", "Ferry Aurora hit pier at Bergen", strings.Replace(ferry, "14 passengers were hurt", "14 of the passengers suffered injuries", 1) + "\n\nCorrection: The Herald reported earlier that the captain was tested for drugs.", false},
		"it corrects a report of other news": {"herald", "Chess: correction", "Correction: The Herald reported earlier that 14 moves were played in the chess final of Riga. It was forty.", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := openWire(t, threaded)
			w.reads("ferry", "herald", "Ferry Aurora hits pier at Bergen", ferry)
			w.digestOn("everything")
			before := w.shown()
			wants(t, before, "14 passengers")
			w.pass(time.Hour)
			w.reads("ferry2", row.outlet, row.title, row.text)
			desk := w.corrections()
			shown := w.follow(desk, w.corrections())
			if !row.marked {
				if len(shown) != 1 || shown[0] != before[0] {
					t.Errorf("the channel shows\n%s", strings.Join(shown, "\n-----\n"))
				}
				return
			}
			wants(t, shown, "Corrected |herald has corrected|Before: “The ferry Aurora hit a pier at Bergen and 14|Now: “The ferry Aurora hit a pier at Bergen and four",
				"  in a thread: herald has corrected its report “Ferry Aurora hits pier at Bergen”|"+row.title)
			wants(t, w.follow(desk, w.corrections()), "Corrected", "in a thread")
			if _, _, edits := w.platform.Requests(); edits != 1 {
				t.Errorf("the digest was edited %d times, want once", edits)
			}
		})
	}
}

func TestACorrectionConcernsWhoCitesTheSentence(t *testing.T) {
	t.Parallel()
	long := ferry + " Rain fell all day over the harbour. The mayor of Bergen was on holiday in Spain."
	for name, now := range map[string]string{
		"a sentence that nobody was shown": strings.Replace(long, "in Spain", "in Portugal", 1) + "\n\nCorrection: An earlier version of this article said that the mayor was in Spain.",
		"reworded without a notice":        strings.Replace(long, "14 passengers", "some 14 people", 1),
		"a notice about nothing shown":     long + "\n\nCorrection: An earlier version of this article had a wrong picture.",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := openWire(t, threaded)
			w.reads("ferry", "herald", "Ferry hits pier at Bergen", long)
			w.digestOn("everything")
			before := w.shown()
			w.pass(time.Hour)
			w.reads("ferry", "herald", "Ferry hits pier at Bergen", now)
			shown := w.follow(w.corrections())
			if len(shown) != 1 || shown[0] != before[0] {
				t.Errorf("the channel shows\n%s", strings.Join(shown, "\n-----\n"))
			}
		})
	}
}

func TestAWithdrawnReportIsSaidSo(t *testing.T) {
	t.Parallel()
	w := openWire(t, threaded)
	w.reads("ferry", "herald", "Ferry hits pier at Bergen", ferry)
	w.digestOn("everything")
	w.pass(time.Hour)
	w.reads("ferry", "herald", "Withdrawn: Ferry hits pier at Bergen", "This article has been withdrawn because its facts could not be confirmed. The editors regret the error.")
	wants(t, w.follow(w.corrections()), "Withdrawn |herald has withdrawn a report", "in a thread: Withdrawn|That sentence is no longer in the report")
}

func TestAnAlertIsCorrectedAndKeepsItsMark(t *testing.T) {
	t.Parallel()
	w := openWire(t, threaded)
	w.says("watch add Bergen")
	w.says("watch mode alert")
	w.pass(time.Minute)
	w.reads("ferry", "herald", "Ferry hits pier at Bergen", ferry)
	alerts := w.alerts()
	wants(t, w.look(alerts), "Alert: Bergen")
	w.pass(time.Hour)
	w.reads("ferry", "herald", "Ferry hits pier at Bergen", ferryFixed)
	w.follow(w.corrections())
	w.pass(time.Hour)
	shown := w.look(alerts, w.alerts())
	wants(t, shown, "Alert: Bergen|herald has corrected a report", "in a thread: herald has corrected its report")
}

func TestACorrectionSurvivesUnknownResults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]bottest.Fault{"the note's answer is lost": bottest.AnswerLost(), "the note is lost": bottest.RequestLost()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := openWire(t, threaded)
			w.reads("ferry", "herald", "Ferry hits pier at Bergen", ferry)
			w.digestOn("everything")
			w.pass(time.Hour)
			w.reads("ferry", "herald", "Ferry hits pier at Bergen", ferryFixed)
			w.platform.Script(fault)
			for range 5 {
				w.follow(w.corrections(), w.corrections())
				w.pass(time.Minute)
			}
			wants(t, w.shown(), "Corrected", "in a thread")
		})
	}
}

func TestWithoutEditsACorrectionIsANoteAlone(t *testing.T) {
	t.Parallel()
	w := openWire(t, bottest.PlatformOptions{Finds: true})
	w.posters["slack"] = struct{ message.Poster }{w.platform.Poster()}
	w.reads("ferry", "herald", "Ferry hits pier at Bergen", ferry)
	w.digestOn("everything")
	w.pass(time.Hour)
	w.reads("ferry", "herald", "Ferry hits pier at Bergen", ferryFixed)
	shown := w.follow(w.corrections())
	wants(t, shown, "14 passengers", "herald has corrected its report")
}

func TestAnAnswerTellsBothVersions(t *testing.T) {
	t.Parallel()
	w := openWire(t, threaded)
	w.reads("ferry", "herald", "Ferry hits pier at Bergen", ferry)
	if reply := w.says("ask How many passengers were hurt at Bergen?"); strings.Contains(reply, "corrected") {
		t.Errorf("nothing was corrected yet: %s", reply)
	}
	w.pass(time.Hour)
	w.reads("ferry", "herald", "Ferry hits pier at Bergen", ferryFixed)
	reply := w.says("ask How many passengers were hurt at Bergen?")
	for _, want := range []string{"herald has corrected a report", "Before: “The ferry Aurora hit a pier at Bergen and 14", "and four passengers", "Read before 2 Mar 2026, 12:00", "13:00"} {
		if !strings.Contains(reply, want) {
			t.Errorf("the answer lacks %q:\n%s", want, reply)
		}
	}
}

// TestAnAnswerTellsBothReportsWhereOneCorrectsTheOther, whichever of them it rests on, and only to who may see both.
func TestAnAnswerTellsBothReportsWhereOneCorrectsTheOther(t *testing.T) {
	t.Parallel()
	again := strings.Replace(ferry, "14 passengers", "four passengers", 1) + "\n\nCorrection: The Herald reported earlier that 14 passengers were hurt. It was four."
	for name, row := range map[string]struct {
		outlet   string
		question string
		told     bool
	}{
		"the number":          {"herald", "How many passengers were hurt at Bergen?", true},
		"another source's":    {"post", "How many passengers were hurt at Bergen?", false},
		"who said it wrongly": {"herald", "What did the port police say about the ferry Aurora?", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := openWire(t, threaded)
			w.reads("ferry", "herald", "Ferry Aurora hits pier at Bergen", ferry)
			w.pass(time.Hour)
			w.reads("ferry2", row.outlet, "Ferry Aurora hit pier at Bergen: four hurt", again)
			reply := w.says("ask " + row.question)
			for _, part := range []string{"herald has corrected", "Before: “The ferry Aurora hit a pier at Bergen and 14", "Now: “The ferry Aurora hit a pier at Bergen and four", "13:00"} {
				if strings.Contains(reply, part) != row.told && (row.told || part != "13:00") {
					t.Errorf("whether the answer has %q: want %v\n%s", part, row.told, reply)
				}
			}
		})
	}
}
