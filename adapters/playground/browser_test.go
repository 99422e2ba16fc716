package playground_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"attache/adapters/playground"
	"attache/adapters/playground/playgroundtest"
	"attache/bot"
	"attache/bot/message"
)

// noon is when tests of the page take place.
func noon() time.Time { return time.Date(2024, 2, 20, 12, 0, 0, 0, time.UTC) }

// serve runs a playground with a scripted bot and a digest clock of its own.
func serve(t *testing.T, s *scripted) *httptest.Server {
	t.Helper()
	d := &dailyDigest{channel: "korea-desk"}
	reply := s.reply
	s.reply = func(r bot.Request) (bot.Reply, error) {
		if r.Kind == bot.Run && strings.HasPrefix(r.Text, "digest add") {
			d.mu.Lock()
			n := d.play.Now().UTC()
			d.on, d.channel, d.next = true, r.Address.Channel, time.Date(n.Year(), n.Month(), n.Day()+1, 8, 0, 0, 0, time.UTC)
			d.mu.Unlock()
		}
		if reply != nil {
			return reply(r)
		}
		return replyTo(r), nil
	}
	p, err := playground.New(playground.Config{
		Bot: s, Previews: []playground.Preview{{Name: "Slack", Render: slackForm}, {Name: "Discord", Render: discordForm}},
		Now: noon, Digests: d.list, Advance: d.advance, Version: "test",
		Examples: []string{"Who gave Kim Jong-un a new car?", "What did Seoul say about it?", "How many seats does the car have?"},
	})
	if err != nil {
		t.Fatal(err)
	}
	d.play = p
	server := httptest.NewServer(p.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(p.Close)
	return server
}

// TestInTheBrowser looks at the page as people do, in a real browser. The subtests share the browser; each has a
// playground and a profile of its own.
func TestInTheBrowser(t *testing.T) {
	b := playgroundtest.NewBrowser(t)
	for _, story := range []struct {
		name string
		tell func(t *testing.T, b *playgroundtest.Browser)
	}{
		{"a first visitor asks, follows up and presses buttons", firstVisit},
		{"an answer looks as in Slack, as in Discord and as in the terminal", forms},
		{"an answer says why", explained},
		{"what was said survives a reload", reload},
		{"colours follow the system and the switch", colours},
		{"everything fits a phone", onAPhone},
		{"the keyboard alone is enough", keyboard},
		{"commands and their arguments are completed", completion},
		{"the clock moves and digests arrive", digests},
		{"an article shows who says what", article},
		{"a story shows its reports and what may tell it in other languages", stories},
		{"channels are made and direct messages are one conversation", channels},
		{"foreign text stays text", foreignText},
		{"a question that can't be sent is not lost", unsent},
		{"a failing bot is told", failing},
		{"every text has enough contrast", contrast},
		{"every control has a name and every region a landmark", names},
	} {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			story.tell(t, b)
		})
	}
}

// explained opens the explanation of an answer: what was found with its scores, what was rejected, what the guard said.
func explained(t *testing.T, b *playgroundtest.Browser) {
	s := newScripted()
	s.reply = func(r bot.Request) (bot.Reply, error) {
		reply := replyTo(r)
		return reply, json.Unmarshal([]byte(`{"terms":["gave","car"],"type":"person","confidence":0.87,"threshold":0.38,
			"parts":[{"name":"overlap","value":1.52},{"name":"names lost","value":-0.61}],
			"passages":[{"article":"gift","title":"A car for Kim","passage":0,"text":"A Russian-made car was given","score":7.31}],
			"sentences":[{"article":"gift","sentence":2,"text":"Vladimir Putin gave <b>Kim</b> a car.","score":3.1,"features":null,"parts":[{"name":"names","value":2.2}]}],
			"spans":[{"text":"Vladimir Putin","kind":"name","score":5.2,"features":null},{"text":"Moscow","kind":"place","score":1.1,"features":null}],
			"stands":["Vladimir Putin gave Kim a car."],"rejected":[{"text":"He gave two cars.","reason":"the claim has the number two that its quotes lack"}]}`), &reply.Why)
	}
	p := b.Open(t, serve(t, s).URL, playgroundtest.Desktop())
	p.Ask("Who gave Kim Jong-un a new car?")
	p.Says("article.theirs .why summary", "Why this answer")
	p.Click(".why summary", "Why this answer")
	p.Wait(`document.querySelector(".why").open`)
	for _, words := range []string{"confidence 87 %", "A car for Kim", "Vladimir Putin gave <b>Kim</b> a car.", "Moscow", "−0.61", "Rejected: He gave two cars."} {
		p.Says(".why", words)
	}
}

func firstVisit(t *testing.T, b *playgroundtest.Browser) {
	s := newScripted()
	p := b.Open(t, serve(t, s).URL, playgroundtest.Desktop())
	p.Says(".welcome h2", "Ask what the sources say.")
	p.Click(".welcome-examples button", "Who gave Kim Jong-un a new car?")
	p.Says("article.theirs", "Vladimir Putin gave Kim Jong-un a new car")
	p.Wait(`!document.querySelector(".welcome") && !document.querySelector(".thinking")`)
	p.Says(".in-thread", "Who gave Kim Jong-un a new car?")

	p.Ask("And what did Seoul say?")
	p.Says("article.theirs", "South Korea condemned")
	requests := s.asked()
	if len(requests) != 2 || requests[0].Conversation != requests[1].Conversation || requests[1].User.Zone != "Europe/Paris" {
		t.Fatalf("the bot was asked %+v", requests)
	}

	p.Click("article.theirs button", "Evidence in full")
	p.Says("article.private", "Only visible to you")
	p.Says("article.private", "Vladimir Vladimirovich Putin, for his personal use")
	p.Click("article.theirs button", "Helpful")
	p.Wait(`document.querySelector('article.theirs button.pressed[data-action="helpful"]')`)
	if got := s.asked(); len(got) != 4 || got[2].Action != "evidence" || got[2].Value != "x1" || got[3].Action != "helpful" {
		t.Errorf("the presses reached the bot as %+v", got[2:])
	}

	p.Click("#leave-thread", "New question")
	p.Ask("How many seats does the car have?")
	p.Says("article.theirs", "The sources do not say.")
	if got := s.asked(); got[4].Conversation == got[0].Conversation {
		t.Error("a new question is in the old conversation")
	}
	if n := playgroundtest.Read[int](p, `document.querySelectorAll(".thread").length`); n != 2 {
		t.Errorf("there are %d threads, want 2", n)
	}
	p.Click(".thread:first-of-type .follow .read", "Read [1]")
	p.Says(".article-title", "Putin gives Kim Jong-un")
	if got := playgroundtest.Read[[]string](p, `[...document.querySelectorAll(".sentence.cited .number")].map((e) => e.innerText)`); len(got) == 0 {
		t.Error("no sentence is marked as the one that was cited")
	}
	if got := playgroundtest.Read[float64](p, `document.scrollingElement.scrollTop + document.body.scrollTop`); got != 0 {
		t.Errorf("the page is scrolled by %v", got)
	}
	p.Click(".thread:first-of-type .follow button", "Reply in thread")
	p.Says(".in-thread", "Who gave Kim Jong-un a new car?")
	p.Wait(`document.activeElement.id === "ask"`)
}

func forms(t *testing.T, b *playgroundtest.Browser) {
	p := b.Open(t, serve(t, newScripted()).URL, playgroundtest.Desktop())
	p.Ask("What did Seoul say?")
	p.Says("article.theirs", "South Korea condemned")

	if got := playgroundtest.Read[[]string](p, `[...document.querySelectorAll(".slack-body .slack-quote")].map((e) => e.innerText.trim())`); len(got) != 2 || !strings.HasPrefix(got[0], "Moscow’s gift") {
		t.Errorf("Slack's quotes are %q", got)
	}
	if got := playgroundtest.Read[string](p, `document.querySelector(".slack-section b").innerText`); got != "South Korea condemned a “violation of UN sanctions”." {
		t.Errorf("in Slack the strong text is %q", got)
	}
	p.Says(".slack-context", "As of 20 Feb 2024 at 13:00 · searched 1 article")
	p.Says("article.mine .slack-mention", "@Attaché")
	if got := playgroundtest.Read[[]string](p, `[...document.querySelectorAll("article.theirs a")].map((a) => [a.href, a.target, a.rel].join(" "))`); len(got) == 0 || got[0] != "https://example.org/gift _blank noopener noreferrer nofollow" {
		t.Errorf("links are %q", got)
	}

	p.Click(".switch button", "Discord")
	p.Says(".discord-embed", "South Korea condemned a “violation of UN sanctions”.")
	p.Says(".discord-embed .discord-quote", "Moscow’s gift")
	p.Says(".discord-embed .discord-small", "As of 20 February 2024 13:00 · searched 1 article")
	p.Says(".spine", "@You What did Seoul say?")
	if got := playgroundtest.Read[string](p, `getComputedStyle(document.querySelector(".discord-embed")).borderLeftColor`); got != "rgb(59, 111, 181)" {
		t.Errorf("the bar beside the embed is %s", got)
	}
	p.Click(".discord-button", "Evidence in full")
	p.Says("article.private", "Only you can see this")

	p.Click(".switch button", "Plain")
	p.Says(".plain-text", "South Korea condemned a “violation of UN sanctions”. [1]")
	if n := playgroundtest.Read[int](p, `document.querySelectorAll(".slack-body, .discord-body").length`); n != 0 {
		t.Errorf("%d drawings of other forms are left", n)
	}
	p.Click(".plain-button", "Helpful")
	p.Wait(`document.querySelector(".plain-button.pressed")`)

	// A command leaves a line in Discord, as there, and what it answers stands in the channel in Slack.
	p.Ask("/brief help")
	p.Says("article.theirs", "What Attaché can do")
	p.Click(".switch button", "Slack")
	p.Says(".slack-table th", "Command")
	p.Click(".switch button", "Discord")
	p.Says("article.used", "You used /brief help")
}

func reload(t *testing.T, b *playgroundtest.Browser) {
	server := serve(t, newScripted())
	p := b.Open(t, server.URL, playgroundtest.Desktop())
	p.Ask("Who gave the car?")
	p.Says("article.theirs", "Vladimir Putin")
	p.Click(".switch button", "Discord")
	p.Reload()
	p.Says(".discord-embed", "Vladimir Putin")
	if n := playgroundtest.Read[int](p, `document.querySelectorAll("article").length`); n != 2 {
		t.Errorf("after the reload there are %d messages, want 2", n)
	}

	other := b.Open(t, server.URL, playgroundtest.Desktop()) // another profile, at the same time
	other.Says(".slack-body", "Vladimir Putin")
	p.Click("#leave-thread, #ask", "")
	p.Ask("How many seats?")
	other.Says("article.theirs", "The sources do not say.")
}

func colours(t *testing.T, b *playgroundtest.Browser) {
	p := b.Open(t, serve(t, newScripted()).URL, playgroundtest.Desktop())
	background := func() string {
		return playgroundtest.Read[string](p, `getComputedStyle(document.body).backgroundColor`)
	}
	const light, dark = "rgb(246, 243, 236)", "rgb(17, 21, 26)"
	if got := background(); got != light {
		t.Errorf("in a light system the page is %s", got)
	}
	p.Look(playgroundtest.Desktop().InTheDark())
	if got := background(); got != dark {
		t.Errorf("in a dark system the page is %s", got)
	}
	p.Click("#theme", "Colours: as the system")
	if got := background(); got != light {
		t.Errorf("switched to light the page is %s", got)
	}
	p.Reload()
	p.Says(".welcome h2", "Ask")
	if got := background(); got != light {
		t.Errorf("after a reload the page is %s: the choice is forgotten", got)
	}
	p.Click("#theme", "Colours: light")
	p.Look(playgroundtest.Desktop())
	if got := background(); got != dark {
		t.Errorf("switched to dark the page is %s", got)
	}
}

func onAPhone(t *testing.T, b *playgroundtest.Browser) {
	p := b.Open(t, serve(t, newScripted()).URL, playgroundtest.Phone())
	fits := func(where string) {
		t.Helper()
		if got := playgroundtest.Read[[]string](p, `[...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() && !e.closest(".unseen, .skip, .slack-table-frame, .toast") && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.tagName + "." + e.className)`); len(got) > 0 {
			t.Errorf("%s: beyond the right edge stand %v", where, got)
		}
		if got := playgroundtest.Read[[]string](p, `[...document.querySelectorAll("button, input, textarea")].filter((e) => e.checkVisibility()).map((e) => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width < 24 || r.height < 24).map(([e, r]) => e.className + " " + e.innerText + " " + r.width + "x" + r.height)`); len(got) > 0 {
			t.Errorf("%s: too small for a finger (24 px, WCAG 2.5.8): %v", where, got)
		}
	}
	fits("welcome")
	p.Click(".welcome-examples button", "What did Seoul say about it?")
	p.Says("article.theirs", "South Korea condemned")
	fits("Slack")
	p.Click(".switch button", "Discord")
	p.Says(".discord-embed", "South Korea condemned")
	fits("Discord")
	p.Click(".switch button", "Plain")
	fits("plain")
	p.Click(".views button", "Channels")
	p.Wait(`!document.querySelector(".talk").checkVisibility() && document.querySelector(".clock").checkVisibility()`)
	fits("channels")
	p.Click(".views button", "Library")
	p.Click(".card", "Putin gives")
	p.Says(".article-text", "South Korea condemned")
	fits("article")
	p.Click(".views button", "Channels")
	p.Click(".channel", "korea-desk")
	p.Wait(`document.querySelector(".talk").checkVisibility()`) // choosing a channel opens it
	p.Says(".welcome-kicker", "#korea-desk")
}

func keyboard(t *testing.T, b *playgroundtest.Browser) {
	s := newScripted()
	p := b.Open(t, serve(t, s).URL, playgroundtest.Desktop())
	focused := func() string {
		return playgroundtest.Read[string](p, `(document.activeElement.id || document.activeElement.className) + " " + (document.activeElement.innerText ?? "").trim()`)
	}
	p.Press(kb.Tab)
	if got := focused(); got != "skip Skip to the question" {
		t.Fatalf("the first stop is %q", got)
	}
	// Every stop shows that it has the focus, and the way round comes back to its beginning.
	stops := 0
	for ; stops < 60; stops++ {
		p.Press(kb.Tab)
		if playgroundtest.Read[bool](p, `document.activeElement === document.body`) {
			break
		}
		if !playgroundtest.Read[bool](p, `(() => { const e = document.activeElement; const s = getComputedStyle(e); const c = getComputedStyle(e.closest(".composer") ?? e); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 || c.boxShadow !== "none"; })()`) {
			t.Errorf("%q does not show that it has the focus", focused())
		}
	}
	if stops < 15 || stops == 60 {
		t.Errorf("there are %d stops", stops)
	}

	p.Press("/")
	p.Says(".choice", "ask <question>")
	if got := playgroundtest.Read[string](p, `document.querySelector("#ask").getAttribute("aria-activedescendant") + " " + document.querySelector("#ask").getAttribute("aria-expanded")`); got != "choice-0 true" {
		t.Errorf("a screen reader hears of %q", got)
	}
	p.Press(kb.ArrowDown)
	p.Press(kb.Enter)
	p.Wait(`document.querySelector("#ask").value === "/brief latest "`)
	p.Press(kb.Escape)
	p.Wait(`document.querySelector("#choices").hidden`)
	p.Keys("sanctions")
	p.Press(kb.Escape)
	p.Press(kb.Enter)
	p.Says("article.theirs", "Vladimir Putin")
	if got := s.asked(); len(got) != 1 || got[0].Kind != bot.Run || got[0].Text != "latest sanctions" {
		t.Fatalf("the bot was asked %+v", got)
	}
	p.Press(kb.ArrowUp)
	p.Wait(`document.querySelector("#ask").value === "/brief latest sanctions"`) // the last line comes back

	playgroundtest.Read[bool](p, `(document.querySelector("#ask").select(), true)`)
	p.Keys("Who gave the car?")
	p.Press(kb.Enter)
	p.Says(".in-thread", "Who gave the car?")
	p.Press(kb.Escape)
	p.Wait(`document.querySelector("#in-thread").hidden`) // Escape leaves the thread

	// The forms are one stop; arrows choose.
	playgroundtest.Read[bool](p, `(document.querySelector(".switch [aria-checked=true]").focus(), true)`)
	p.Press(kb.ArrowRight)
	p.Says(".discord-embed", "Vladimir Putin")
	p.Wait(`document.activeElement.dataset.form === "Discord"`)
	p.Press(kb.ArrowLeft)
	p.Wait(`document.activeElement.dataset.form === "Slack"`)
	// A button keeps the focus when its message is drawn anew.
	playgroundtest.Read[bool](p, `([...document.querySelectorAll('button[data-action="helpful"]')].at(-1).focus(), true)`)
	p.Press(kb.Enter)
	p.Wait(`document.querySelector(".slack-button.pressed") && document.activeElement.dataset.action === "helpful"`)
}

func completion(t *testing.T, b *playgroundtest.Browser) {
	s := newScripted()
	p := b.Open(t, serve(t, s).URL, playgroundtest.Desktop())
	line := func() string { return playgroundtest.Read[string](p, `document.querySelector("#ask").value`) }
	p.Click("#ask", "")
	p.Keys("/dig")
	p.Says(".choice", "digest add <when> [zone] [about]")
	p.Press(kb.Tab)
	if got := line(); got != "/brief digest add " {
		t.Fatalf("the line is %q", got)
	}
	p.Says(".choice", "weekdays 07:30")
	p.Keys("weekdays 07:30 Asia/S")
	p.Says(".choice", "Asia/Seoul")
	p.Press(kb.ArrowDown)
	p.Press(kb.Enter)
	if got := line(); got != "/brief digest add weekdays 07:30 Asia/Seoul " {
		t.Fatalf("the line is %q", got)
	}
	p.Keys("ab")
	p.Says(".choice", "about")
	p.Press(kb.Tab)
	p.Keys("North Korea, sanc")
	p.Says(".choice", "sanctions")
	p.Press(kb.Tab)
	if got := line(); got != "/brief digest add weekdays 07:30 Asia/Seoul about North Korea, sanctions" {
		t.Fatalf("the line is %q", got)
	}
	p.Press(kb.Enter)
	p.Says("article.theirs", "Digest d7f3 is on")
	if got := s.asked(); len(got) != 1 || got[0].Text != "digest add weekdays 07:30 Asia/Seoul about North Korea, sanctions" {
		t.Errorf("the bot was asked %+v", got)
	}
	// Enter right after the last letter sends the line, and takes nothing that was offered for an earlier letter.
	p.Ask("/brief who KCNA")
	p.Wait(`document.querySelectorAll("article.theirs").length === 2`)
	if got := s.asked(); got[1].Text != "who KCNA" {
		t.Errorf("the bot was asked %q", got[1].Text)
	}
	p.Click("#ask", "")
	p.Keys("/who ki")
	p.Click(".choice", "Kim Yo-jong")
	if got := line(); got != "/who Kim Yo-jong" {
		t.Errorf("a click on a choice made the line %q", got)
	}
}

func digests(t *testing.T, b *playgroundtest.Browser) {
	p := b.Open(t, serve(t, newScripted()).URL, playgroundtest.Desktop())
	p.Says("#clock-time", "13:00") // noon in London is one in Paris
	p.Says("#clock-next", "No digest is planned yet.")
	p.Click(".clock-moves button", "Next digest")
	p.Says(".toast.shown", "No digest is planned yet. Add one to a channel: /brief digest add daily 08:00")
	p.ExpectTroubles() // the browser notes the refusal

	p.Click(".channel", "korea-desk")
	p.Ask("/brief digest add daily 08:00")
	p.Says(".digests", "daily 08:00 · everything")
	p.Says("#clock-next", "Next digest in 20 h · #korea-desk")
	p.Click(".clock-moves button", "+1 hour")
	p.Says("#clock-time", "14:00")
	p.Says("#clock-off", "1 h ahead of now")
	p.Says("#clock-next", "in 19 h")

	p.Click(".channel", "general")
	p.Click(".clock-moves button", "Next digest")
	p.Says("#clock-time", "09:00")
	p.Says("#clock-date", "Wednesday, 21 February 2024")
	p.Says(".toast.shown", "A digest has arrived in #korea-desk.")
	p.Says(".channel.unread", "korea-desk")
	p.Click(".channel", "korea-desk")
	p.Says(`article[data-kind="post"]`, "#korea-desk, Wednesday 21 February, 08:00")
	p.Wait(`!document.querySelector(".channel.unread")`)
	p.Says(".day", "Wednesday, 21 February 2024")

	p.Click(".clock-moves button", "Tomorrow 9:00")
	p.Wait(`document.querySelectorAll('article[data-kind="post"]').length === 2`)

	// A time can be chosen, and from far away the time of the newest article is offered.
	p.Click("#clock-choose", "Choose a time")
	p.Wait(`document.activeElement.id === "clock-to" && document.activeElement.value === "2024-02-22T09:00"`)
	p.Press(kb.Escape)
	p.Wait(`document.querySelector("#clock-form").hidden && document.activeElement.id === "clock-choose"`)
	p.Press(kb.Enter)
	p.Wait(`!document.querySelector("#clock-form").hidden`)
	if !playgroundtest.Read[bool](p, `document.querySelector("#clock-then").hidden`) {
		t.Error("two days after it the time of the newest article is offered already")
	}
	playgroundtest.Read[bool](p, `(document.querySelector("#clock-to").value = "2024-02-24T07:30", true)`)
	p.Click("#clock-form .small", "Go")
	p.Says("#clock-date", "Saturday, 24 February 2024")
	p.Wait(`document.querySelectorAll('article[data-kind="post"]').length === 3`) // that of Friday
	p.Click("#clock-choose", "Choose a time")
	p.Click("#clock-then", "When the newest article came out, 20 February 2024")
	p.Says("#clock-time", "01:05")
	p.Says("#clock-date", "Tuesday, 20 February 2024")
	p.Says("#clock-off", "11 h 55 min behind now")

	p.Click(".clock-moves button", "Back to now")
	p.Says("#clock-time", "13:00")
	p.Wait(`document.querySelector("#clock-off").innerText === ""`)
	if n := playgroundtest.Read[int](p, `document.querySelectorAll('article[data-kind="post"]').length`); n != 3 {
		t.Errorf("after going back there are %d digests, want 3", n)
	}
	p.Click(`article[data-kind="post"] button`, "Helpful")
	p.Wait(`document.querySelector('article[data-kind="post"] .pressed')`)
	p.Click(".follow button", "Reply in thread")
	p.Says(".in-thread", "Morning digest for #korea-desk")
}

func article(t *testing.T, b *playgroundtest.Browser) {
	p := b.Open(t, serve(t, newScripted()).URL, playgroundtest.Desktop())
	p.Says(".card", "Attaché desk · 20 February 2024")
	p.Says(".card .label", "our account of a press report of that day")
	p.Click(".card", "Putin gives Kim Jong-un")
	p.Wait(`document.activeElement.classList.contains("article-title")`)
	if got := playgroundtest.Read[[]string](p, `[...document.querySelectorAll(".article-text .number")].map((e) => e.innerText)`); strings.Join(got, " ") != "1 2 3 4 5 6 7 8 9" {
		t.Errorf("the sentences are numbered %v", got)
	}
	body := playgroundtest.Read[string](p, `(() => { const c = document.querySelector(".article-text").cloneNode(true); c.querySelectorAll(".who, .number").forEach((e) => e.remove()); return c.textContent.replace(/\s+/g, " ").trim(); })()`)
	var want []string
	for _, s := range sampleArticle().Body[1:] {
		want = append(want, s.Text)
	}
	if strings.ReplaceAll(body, " ", "") != strings.ReplaceAll(strings.Join(want, ""), " ", "") {
		t.Errorf("the article reads\n%s\nwant\n%s", body, strings.Join(want, " "))
	}
	if got := playgroundtest.Read[[]string](p, `[...document.querySelectorAll(".article-text mark.direct")].map((e) => e.innerText)`); len(got) != 4 || !strings.HasPrefix(got[1], "We condemn North Korea") {
		t.Errorf("direct quotations are %q", got)
	}
	if got := playgroundtest.Read[[]string](p, `[...document.querySelectorAll(".legend button")].map((e) => e.innerText.replace(/\s+/, " "))`); strings.Join(got, ", ") != "says 1, claims 1, condemns 2, supports 1, speculates 1, asks 1" {
		t.Errorf("the legend is %q", got)
	}
	p.Says(".who", "Yo Jong via KCNA")

	p.Click(".legend button", "condemns")
	if got := playgroundtest.Read[[]string](p, `[...document.querySelectorAll(".sentence.meant .number")].map((e) => e.innerText)`); strings.Join(got, " ") != "4 6" {
		t.Errorf("condemned is in sentences %v", got)
	}
	p.Click(".speaker", "a ministry official")
	if got := playgroundtest.Read[[]string](p, `[...document.querySelectorAll(".sentence.meant .number")].map((e) => e.innerText)`); strings.Join(got, " ") != "6 7" {
		t.Errorf("the official speaks in sentences %v", got)
	}
	if got := playgroundtest.Read[string](p, `[...document.querySelectorAll("[aria-pressed=true]")].map((e) => e.innerText).join()`); got != "a ministry official" {
		t.Errorf("pressed is %q", got)
	}
	p.Click(".back", "All articles")
	p.Wait(`document.activeElement.dataset.article === "putin-gift"`)

	p.Click("[role=tab]", "Status")
	p.Says("#status", "Nothing is reported.")
	p.Press(kb.ArrowLeft)
	p.Wait(`document.activeElement.id === "tab-library" && document.querySelector("#library").checkVisibility()`)
}

// stories goes from the list of stories to a report and back, and from a report to its story.
func stories(t *testing.T, b *playgroundtest.Browser) {
	p := b.Open(t, serve(t, newScripted()).URL, playgroundtest.Desktop())
	p.Click(".which button", "Stories")
	p.Says("#library .card-foot", "2 outlets, 1 independent · English · 2 reports")
	p.Click("#library .card", "Putin gives Kim")
	p.Says("#library .article-title", "Putin gives Kim Jong-un a Russian-made car")
	for _, words := range []string{"Story 5702a1", "English · independent text", "repeats “Putin gives Kim", "Perhaps the same event, in other languages", "Korean · less certain", "예시일보"} {
		p.Says("#library", words)
	}
	for name, view := range map[string]playgroundtest.View{"light": playgroundtest.Desktop(), "dark": playgroundtest.Desktop().InTheDark(), "phone": playgroundtest.Phone()} {
		p.Look(view)
		if view.Touch {
			p.Click("#views button", "Library")
		}
		if wide := playgroundtest.Read[bool](p, `document.documentElement.scrollWidth > innerWidth || document.querySelector("#library").scrollWidth > document.querySelector("#library").clientWidth`); wide {
			t.Errorf("%s: the story is wider than its place", name)
		}
	}
	p.Look(playgroundtest.Desktop())
	p.Click("#library .card", "Putin gives Kim")
	p.Says("#library", "Lead picture: A black limousine")
	p.Says("#library", "(Example Photos)")
	if n := playgroundtest.Read[int](p, `document.querySelectorAll("#library img").length`); n != 0 {
		t.Errorf("%d pictures are loaded from their outlets", n)
	}
	p.Click("#library .textlike", "The story that it belongs to")
	p.Says("#library", "Story 5702a1")
	p.Click("#library .back", "All stories")
	p.Wait(`document.activeElement.dataset.article === "putin-gift"`)
	p.Click(".which button", "Articles")
	p.Says("#library .desk-head", "1 article")
}

func channels(t *testing.T, b *playgroundtest.Browser) {
	s := newScripted()
	p := b.Open(t, serve(t, s).URL, playgroundtest.Desktop())
	p.Click("#new-channel", "Make a channel")
	p.Wait(`document.activeElement.id === "new-channel-name"`)
	p.Keys("Gulf Watch")
	p.Press(kb.Enter)
	p.Says("#talk-title", "gulf-watch")
	p.Wait(`document.activeElement.id === "ask"`)
	p.Ask("Who gave the car?")
	p.Says("article.theirs", "Vladimir Putin")

	p.Click("#direct-list .channel", "Attaché")
	p.Ask("Who gave the car?")
	p.Wait(`document.querySelectorAll("article.theirs").length === 1`)
	p.Ask("And what did Seoul say?")
	p.Says("article.theirs", "South Korea condemned")
	p.Wait(`document.querySelector("#in-thread").hidden`)
	if got := playgroundtest.Read[string](p, `[...document.querySelectorAll(".follow")].map((e) => e.innerText).join()`); strings.Contains(got, "Reply") {
		t.Errorf("a direct message can be replied to in a thread: %q", got)
	}
	got := s.asked()
	if len(got) != 3 || got[0].Address.Channel != "gulf-watch" || got[1].Conversation != got[2].Conversation || got[1].Address.Channel != "direct" {
		t.Errorf("the bot was asked %+v", got)
	}

	p.Click("#new-channel", "Make a channel")
	p.Keys("a/b")
	p.Press(kb.Enter)
	p.Says(".toast.shown", "A channel's name is made of letters")
	p.ExpectTroubles()
}

func foreignText(t *testing.T, b *playgroundtest.Browser) {
	const attack = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script> <!channel> @everyone [x](javascript:document.title='owned') <javascript:alert(1)|click> *b* **c** ` + "\u202egnp.exe"
	s := newScripted()
	s.reply = func(r bot.Request) (bot.Reply, error) {
		return bot.Reply{Message: &message.Message{Gist: attack, Blocks: []message.Block{
			message.Heading{Level: 1, Spans: []message.Span{message.T(attack)}}, message.P(message.T(attack), message.L("a link", "javascript:document.title='owned'")),
			message.Quote{Spans: []message.Span{message.T(attack)}}, message.List{Items: [][]message.Span{{message.T(attack)}}},
			message.Sources{Items: []message.Source{{Number: 1, Title: attack, Outlet: attack, URL: "javascript:document.title='owned'"}}},
			message.Buttons{Items: []message.Button{{Label: attack, Action: "evidence", Value: "x"}}},
		}}}, nil
	}
	a := sampleArticle()
	a.Title, a.Outlet, a.Label, a.URL = attack, attack, attack, "javascript:document.title='owned'"
	a.Body[2].Text, a.Body[2].Statements[0].Speaker, a.Body[2].Statements[0].Text, a.Body[2].Statements[0].Stance = attack, attack, "onerror", `x"><b>`
	s.articles[a.ID] = a
	p := b.Open(t, serve(t, s).URL, playgroundtest.Desktop())
	p.Ask(attack)
	p.Says("article.theirs", "onerror")
	p.Click(".card", "onerror")
	p.Says(".article-text", "onerror")
	for _, form := range []string{"Slack", "Discord", "Plain"} {
		p.Click(".switch button", form)
		p.Says("article.theirs", "onerror")
		p.Says("article.mine", "onerror")
		if got := playgroundtest.Read[int](p, `document.querySelectorAll(".log img:not([src='/attache.svg']), .desk img, .log script, .desk script, .log [onerror], .desk [onerror]").length`); got != 0 {
			t.Errorf("%s: %d elements came out of foreign text", form, got)
		}
		if got := playgroundtest.Read[[]string](p, `[...document.querySelectorAll("a")].map((a) => a.getAttribute("href")).filter((h) => !/^(https?:|#ask)/.test(h))`); len(got) != 0 {
			t.Errorf("%s: links lead to %q", form, got)
		}
	}
	if got := playgroundtest.Read[string](p, `document.title`); got != "Attaché playground" {
		t.Errorf("foreign text ran: the title is %q", got)
	}
}

func unsent(t *testing.T, b *playgroundtest.Browser) {
	server := serve(t, newScripted())
	p := b.Open(t, server.URL, playgroundtest.Desktop())
	long := strings.Repeat("Who gave the car? ", 5000)
	playgroundtest.Read[bool](p, `(document.querySelector("#ask").value = "Who gave the car? ".repeat(5000), document.querySelector("#ask").focus(), true)`)
	p.Press(kb.Enter)
	p.Says(".toast.shown", "That is too long for the playground")
	if got := playgroundtest.Read[string](p, `document.querySelector("#ask").value`); got != strings.TrimSpace(long) {
		t.Errorf("the text is lost: %d characters are left", len(got))
	}
	if got := playgroundtest.Read[int](p, `document.querySelectorAll("article").length`); got != 0 {
		t.Errorf("%d messages are shown", got)
	}
	p.ExpectTroubles()
}

func failing(t *testing.T, b *playgroundtest.Browser) {
	s := newScripted()
	s.reply = func(bot.Request) (bot.Reply, error) { panic("index out of range") }
	p := b.Open(t, serve(t, s).URL, playgroundtest.Desktop())
	p.Ask("Who gave the car?")
	p.Says("article.private", "Please ask again")
	p.Wait(`!document.querySelector(".thinking")`)
}

// contrast measures every visible text against what lies behind it (WCAG 1.4.3: 4.5, or 3 for large text).
func contrast(t *testing.T, b *playgroundtest.Browser) {
	p := b.Open(t, serve(t, newScripted()).URL, playgroundtest.Desktop())
	const measure = `(() => {
		const context = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
		const rgba = (colour) => { context.clearRect(0, 0, 1, 1); context.fillStyle = colour; context.fillRect(0, 0, 1, 1); const d = context.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255]; };
		const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
		const behind = (e) => { const layers = []; for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] > 0) layers.push(c); if (c[3] === 1) break; } return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]); };
		const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
		const bad = new Set();
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (walk.nextNode()) {
			const text = walk.currentNode.textContent.trim(), e = walk.currentNode.parentElement;
			if (!text || !e.checkVisibility({visibilityProperty: true}) || e.closest(".unseen, .skip, .toast, :disabled, script, [aria-hidden=true]")) continue;
			const s = getComputedStyle(e), below = behind(e), front = over(rgba(s.color), below);
			const [a, b] = [light(front), light(below)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
			const size = parseFloat(s.fontSize), large = size >= 24 || size >= 18.66 && Number(s.fontWeight) >= 700;
			if (ratio < (large ? 3 : 4.5)) bad.add(ratio.toFixed(2) + " " + e.tagName + "." + e.className + " “" + text.slice(0, 30) + "” " + s.color);
		}
		return [...bad];
	})()`
	check := func(where string) {
		t.Helper()
		for _, dark := range []bool{false, true} {
			v := playgroundtest.Desktop()
			v.Dark = dark
			p.Look(v)
			if bad := playgroundtest.Read[[]string](p, measure); len(bad) > 0 {
				t.Errorf("%s, dark %v:\n%s", where, dark, strings.Join(bad, "\n"))
			}
		}
		p.Look(playgroundtest.Desktop())
	}
	check("welcome")
	p.Click(".channel", "korea-desk")
	p.Ask("/brief digest add daily 08:00")
	p.Says(".digests", "daily 08:00")
	p.Click(".clock-moves button", "Next digest")
	p.Wait(`document.querySelector('article[data-kind="post"]')`)
	p.Ask("What did Seoul say?")
	p.Says("article.theirs", "South Korea condemned")
	p.Click(".thread:last-of-type article.theirs button", "Evidence in full")
	p.Says("article.private", "Evidence in full")
	p.Click(".card", "Putin gives")
	p.Says(".article-text", "condemned")
	for _, form := range []string{"Slack", "Discord", "Plain"} {
		p.Click(".switch button", form)
		check(form + " and an article")
	}
	p.Click("[role=tab]", "Status")
	p.Click("#ask", "")
	p.Keys("/")
	p.Says(".choice", "ask")
	check("completion and status")
}

func names(t *testing.T, b *playgroundtest.Browser) {
	p := b.Open(t, serve(t, newScripted()).URL, playgroundtest.Desktop())
	p.Ask("What did Seoul say?")
	p.Says("article.theirs", "South Korea condemned")
	p.Click(".card", "Putin gives")
	p.Says(".article-text", "condemned")
	nodes := p.Accessible()
	roles := map[string]int{}
	for _, n := range nodes {
		roles[n.Role]++
		switch n.Role {
		case "button", "link", "textbox", "combobox", "searchbox", "tab", "radio", "option", "navigation", "complementary", "region", "log", "radiogroup", "tablist", "tabpanel", "listbox", "image":
			if strings.TrimSpace(n.Name) == "" {
				t.Errorf("a %s has no name", n.Role)
			}
		}
	}
	for role, least := range map[string]int{"main": 1, "navigation": 1, "complementary": 2, "log": 1, "radiogroup": 1, "combobox": 1, "article": 2, "mark": 8} {
		if roles[role] < least {
			t.Errorf("there are %d of %s, want at least %d", roles[role], role, least)
		}
	}
	if got := playgroundtest.Read[string](p, `[...document.querySelectorAll("h1")].filter((e) => e.checkVisibility()).length + " " + document.documentElement.lang + " " + document.title`); got != "1 en Attaché playground" {
		t.Errorf("headings, language and title: %q", got)
	}
	if got := playgroundtest.Read[[]string](p, `[...document.querySelectorAll("[aria-controls], [aria-labelledby], [aria-describedby]")].flatMap((e) => ["aria-controls", "aria-labelledby", "aria-describedby"].map((a) => e.getAttribute(a)).filter((id) => id && !document.getElementById(id)))`); len(got) > 0 {
		t.Errorf("these ids are named and not there: %v", got)
	}
	if got := playgroundtest.Read[[]string](p, `(() => { const ids = [...document.querySelectorAll("[id]")].map((e) => e.id); return ids.filter((id, i) => ids.indexOf(id) !== i); })()`); len(got) > 0 {
		t.Errorf("these ids are there twice: %v", got)
	}
}
