package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"attache/bot"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// web answers for feeds and pages as a fetcher would.
type web struct {
	feeds map[string][]briefings.Report
	pages map[string]briefings.Report
}

func (w web) Page(_ context.Context, url string) (briefings.Report, error) {
	if r, ok := w.pages[url]; ok {
		return r, nil
	}
	return briefings.Report{}, errors.New("the page does not exist (404)")
}

func (w web) Poll(_ context.Context, s briefings.Source) ([]briefings.Report, briefings.Source, error) {
	if list, ok := w.feeds[s.URL]; ok {
		s.Title = "Feed of " + s.URL
		return list, s, nil
	}
	return nil, s, errors.New("that address has no feed")
}

// place is somewhere people talk to the bot.
type place struct {
	workspace, channel string
	direct             bool
}

func (p place) address() message.Address {
	return message.Address{Platform: "slack", Workspace: p.workspace, Channel: p.channel}
}

// TestAWorkspaceSeesOnlyWhatIsItsOwn has two workspaces bring reports on one event: by a feed, a feed for one channel alone, a pasted
// text, a link in a question, and a text pasted in a direct message. Then it looks at everything that each place is told, on every way,
// for the words of the others.
func TestAWorkspaceSeesOnlyWhatIsItsOwn(t *testing.T) {
	t.Parallel()
	w := openWire(t, threaded)
	report := func(name, outlet, text string) briefings.Report {
		return briefings.Report{
			URL: "https://" + outlet + ".example/" + name, Outlet: outlet, Language: "en", Published: w.now().Add(-time.Hour), Source: "link",
			Title: "Captain " + name + " of the tanker Meridian speaks of injured sailors", Text: "Captain " + name + " said that " + text,
		}
	}
	made := map[string]briefings.Report{
		"Adeyemi":    report("Adeyemi", "everyman", "12 sailors were injured when Oman seized the tanker Meridian in the Strait of Hormuz."),
		"Borodin":    report("Borodin", "firstwire", "19 sailors were injured aboard the tanker Meridian near the Strait of Hormuz, off the coast of Oman."),
		"Castellano": report("Castellano", "secondwire", "the Omani seizure of the tanker Meridian had left 25 sailors injured."),
		"Dubois":     report("Dubois", "chanwire", "doctors counted 31 injured sailors after the tanker Meridian had been stopped by Oman."),
		"Farouk":     report("Farouk", "linkpost", "of the crew of the Meridian, the tanker that Oman seized, 40 sailors were injured."),
	}
	pages := web{feeds: map[string][]briefings.Report{}, pages: map[string]briefings.Report{}}
	for name, outlet := range map[string]string{"Borodin": "firstwire", "Castellano": "secondwire", "Dubois": "chanwire"} {
		r := made[name]
		r.Source = ""
		pages.feeds["https://"+outlet+".example/rss"] = []briefings.Report{r}
	}
	pages.pages["https://linkpost.example/Farouk"] = made["Farouk"]
	var err error
	if w.engine, err = briefings.New(briefings.Config{Library: w.library, Now: w.now, Fetcher: pages}); err != nil {
		t.Fatal(err)
	}
	gatherer, err := briefings.NewGatherer(briefings.GathererConfig{Engine: w.engine, Library: w.library, Fetcher: pages, Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	w.bot, err = bot.New(bot.Config{Newsroom: w.engine, Digests: w.store, Memory: w.store, Sources: gatherer, Managers: []string{"everyone"}, Now: w.now, Operators: []string{"console"}, Limits: bot.Limits{PerUser: -1, PerWorkspace: -1}})
	if err != nil {
		t.Fatal(err)
	}
	one, oneToo := place{"T1", "C1", false}, place{"T1", "C3", false}
	two, twoToo, dm := place{"T2", "C1", false}, place{"T2", "C2", false}, place{"T1", "D1", true}
	says := func(p place, text string) bot.Reply {
		t.Helper()
		r, err := w.bot.Handle(t.Context(), bot.Request{Kind: bot.Ask, Text: text, Address: p.address(), Conversation: p.address().String() + "/t", Direct: p.direct, User: bot.User{ID: "U1"}})
		if err != nil || r.Message == nil {
			t.Fatalf("%s: %v", text, err)
		}
		return r
	}
	// Sentries stand before anything comes: what comes later is an alert.
	for _, p := range []place{one, two} {
		says(p, "watch add Meridian")
		says(p, "watch mode alert")
	}
	if _, _, err := w.engine.Read(t.Context(), made["Adeyemi"]); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		at         place
		text, want string
	}{
		{one, "source add https://firstwire.example/rss last 1", "all channels of this workspace, and nowhere else"},
		{two, "source add https://secondwire.example/rss last 1", "all channels of this workspace"},
		{two, "source add https://chanwire.example/rss last 1 here", "in this channel alone"},
		{two, "https://linkpost.example/Farouk How many sailors were injured?", "Farouk"},
		{one, "source paste Title: Captain Gallo of the tanker Meridian speaks of injured sailors\nOutlet: pastepost\nDate: 2026-03-02\nCaptain Gallo said that on the Meridian, seized by Oman, 50 sailors were injured.", "channels of this workspace alone"},
		{dm, "source paste Title: Captain Haddad of the tanker Meridian speaks of injured sailors\nOutlet: dmpost\nDate: 2026-03-02\nCaptain Haddad told me that 60 sailors were injured on the tanker Meridian by Oman.", "in this conversation alone"},
	} {
		if got := words(says(step.at, step.text)); !strings.Contains(got, step.want) {
			t.Fatalf("%s: lacks %q: %s", step.text, step.want, got)
		}
	}
	captains := []string{"Adeyemi", "Borodin", "Castellano", "Dubois", "Farouk", "Gallo", "Haddad"}
	theirs := map[place][]string{
		one: {"Adeyemi", "Borodin", "Gallo"}, oneToo: {"Adeyemi", "Borodin", "Gallo"}, dm: {"Adeyemi", "Borodin", "Gallo", "Haddad"},
		two: {"Adeyemi", "Castellano", "Dubois", "Farouk"}, twoToo: {"Adeyemi", "Castellano", "Farouk"},
		{"T3", "C1", false}: {"Adeyemi"}, {"", "D7", false}: {"Adeyemi"},
	}
	outlets := map[string]string{"Adeyemi": "everyman", "Borodin": "firstwire", "Castellano": "secondwire", "Dubois": "chanwire", "Farouk": "linkpost", "Gallo": "pastepost", "Haddad": "dmpost"}
	told := func(p place, how, said string, all bool) {
		t.Helper()
		for _, c := range captains {
			own := slices.Contains(theirs[p], c)
			has := strings.Contains(said, c) || strings.Contains(said, outlets[c])
			if !own && has {
				t.Errorf("%s in %v tells what %s said: %s", how, p, c, said)
			}
			if own && all && !has {
				t.Errorf("%s in %v lacks what %s said: %s", how, p, c, said)
			}
		}
	}
	encoded := func(v any, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for p := range theirs {
		at := p.address()
		for _, q := range []struct {
			text string
			all  bool
		}{
			{"How many sailors were injured on the Meridian?", false}, {"and what else was said about them?", false}, {"latest Meridian", false}, {"latest", false}, {"sources", true}, {"source list", false},
		} {
			r := says(p, q.text)
			told(p, q.text, words(r), q.all)
			for action, button := range buttons(r) {
				if action == present.ActionEvidence {
					e, err := w.bot.Handle(t.Context(), bot.Request{Kind: bot.Click, Action: action, Value: button.Value, Address: at, Direct: p.direct, User: bot.User{ID: "U1"}})
					if err != nil {
						t.Fatal(err)
					}
					told(p, "the evidence of "+q.text, words(e), false)
				}
			}
		}
		for _, c := range captains {
			own := slices.Contains(theirs[p], c)
			for _, ask := range []string{"who Captain " + c, "story Captain " + c, "why Captain " + c + " tanker"} {
				r, err := w.bot.Handle(t.Context(), bot.Request{Kind: bot.Run, Text: ask, Address: at, Direct: p.direct, User: bot.User{ID: "U1"}})
				if err != nil {
					t.Fatal(err)
				}
				said := strings.ReplaceAll(words(r), "Captain "+c, "") // the question says the name itself
				if own && !strings.Contains(said, outlets[c]) {
					t.Errorf("%s in %v says nothing of it: %s", ask, p, said)
				}
				told(p, ask, strings.ReplaceAll(said, c, ""), false)
			}
		}
		told(p, "completing an actor", encoded(w.bot.Complete(t.Context(), "who", "actor", "Captain", at), nil), true)
		told(p, "completing a topic", encoded(w.bot.Complete(t.Context(), "latest", "topic", "Captain", at), nil), true)
		told(p, "completing a source", encoded(w.bot.Complete(t.Context(), "source remove", "source", "", at), nil), false)
		seeing := w.bot.Seeing(t.Context(), at)
		cards, err := w.bot.ArticleCards(seeing, 50)
		told(p, "the articles", encoded(cards, err), true)
		stories, err := w.bot.StoryCards(seeing, 50)
		told(p, "the stories", encoded(stories, err), true)
		for _, s := range stories {
			view, err := w.bot.StoryView(seeing, s.Lead)
			told(p, "a story", encoded(view, err), false)
		}
		overview, err := w.bot.Overview(t.Context(), bot.Request{Address: at})
		told(p, "the overview", encoded(overview, err), false)
	}
	if got := words(says(twoToo, "source list")); !strings.Contains(got, "secondwire") {
		t.Errorf("a channel doesn't list its workspace's source: %s", got)
	}
	all, err := w.bot.Handle(t.Context(), bot.Request{Kind: bot.Run, Text: "sources", Address: message.Address{Platform: "console", Workspace: "local", Channel: "terminal"}, User: bot.User{ID: "U1"}})
	for _, c := range captains {
		if err != nil || !strings.Contains(words(all), outlets[c]) {
			t.Errorf("the operator isn't shown what %s said: %v %s", c, err, words(all))
		}
	}

	// Alerts and digests.
	w.look(w.alerts())
	shown := func(p place) string {
		said := ""
		for _, m := range w.platform.Shown(p.channel) {
			if m.Ref.Address.Workspace == p.workspace {
				said += message.PlainText(m.Message) + "\n"
			}
		}
		return said
	}
	for _, p := range []place{one, two} {
		if said := shown(p); said == "" {
			t.Errorf("no alert came to %v", p)
		} else {
			told(p, "an alert", said, false)
		}
	}
	for _, p := range []place{oneToo, twoToo, {"T3", "C1", false}} {
		for _, form := range []string{"digest add now daily 08:00 UTC"} {
			if _, err := w.bot.Handle(t.Context(), bot.Request{Kind: bot.Run, Text: form, Address: p.address(), User: bot.User{ID: "U1"}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.pass(20*time.Hour + time.Minute)
	w.tick()
	for _, p := range []place{oneToo, twoToo, {"T3", "C1", false}} {
		if said := shown(p); !strings.Contains(said, "Meridian") {
			t.Errorf("no digest came to %v: %s", p, said)
		} else {
			told(p, "a digest", said, false)
		}
	}

	// What is taken back is gone, for those whose it was alone.
	var pasted string
	articles, err := w.engine.Articles(briefings.Viewing(t.Context(), one.address().String()), 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range articles {
		if a.Outlet == "pastepost" {
			pasted = a.ID
		}
	}
	if got := words(says(two, "source remove "+pasted)); !strings.Contains(got, "No source has the id") {
		t.Errorf("another workspace takes the text back: %s", got)
	}
	if got := words(says(one, "source remove "+pasted)); !strings.Contains(got, "is taken back") {
		t.Errorf("the text isn't taken back: %s", got)
	}
	if got := words(says(one, "who Captain Gallo")); strings.Contains(got, "pastepost") {
		t.Errorf("what was taken back is shown: %s", got)
	}

	// A workspace that goes takes what it brought with it, and nothing else.
	if err := w.bot.Uninstalled(t.Context(), "slack", "T2"); err != nil {
		t.Fatal(err)
	}
	if got := words(says(two, "sources")); strings.Contains(got, "secondwire") || !strings.Contains(got, "everyman") {
		t.Errorf("a workspace that comes back is shown %s", got)
	}
	if got := words(says(one, "sources")); !strings.Contains(got, "firstwire") {
		t.Errorf("another workspace has lost its own: %s", got)
	}
}

// TestACorrectionConcernsWhoMaySeeIt: two workspaces have read one report. A correction that one of them alone has read marks nothing
// in the other, until it reads it too.
func TestACorrectionConcernsWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	const notice = "\n\nCorrection: The Herald reported earlier that 14 passengers were hurt. It was four."
	w := openWire(t, threaded)
	read := func(owner, id, title, text string) {
		t.Helper()
		if _, _, err := w.engine.Read(t.Context(), briefings.Report{
			ID: id, URL: "https://herald.example/" + id, Outlet: "herald", Title: title, Text: text, Language: "en", Published: w.at, Source: "https://herald.example/rss", Owner: owner,
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, owner := range []string{"slack/T1", "slack/T2"} {
		read(owner, "ferry", "Ferry Aurora hits pier at Bergen", ferry)
	}
	w.digestOn("everything")
	desk := w.corrections()
	w.pass(time.Hour)
	w.follow(desk)
	at := w.at
	corrected := func(owner string) {
		w.at = at
		read(owner, "ferry2", "Ferry Aurora hit pier at Bergen: four hurt", strings.Replace(ferry, "14 passengers", "four passengers", 1)+notice)
	}
	corrected("slack/T2")
	wants(t, w.follow(desk), "14 passengers")
	at = at.Add(10 * time.Minute)
	corrected("slack/T1")
	wants(t, w.follow(desk, w.corrections()), "Corrected |herald has corrected", "  in a thread: herald has corrected")
}
