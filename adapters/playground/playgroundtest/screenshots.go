package playgroundtest

import (
	"os"
	"testing"
)

// Screenshots takes the pictures that the documentation shows, of the Attaché that runs at address, and keeps them in dir.
// It asks, adds a digest and moves the clock there: give it one that is fresh.
func Screenshots(t testing.TB, address, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	b := NewBrowser(t)
	light := Desktop()
	light.Scale = 2
	dark := light.InTheDark()

	p := b.Open(t, address, light)
	p.Says(".card-title", "")
	p.Shoot(dir, "welcome")

	// The embedded article is of another day: what happens in the pictures happens then.
	p.Click("#clock-choose", "Choose a time")
	if Read[bool](p, `!document.querySelector("#clock-then").hidden`) {
		p.Click("#clock-then", "")
		p.Says("#clock-off", "behind now")
	}
	p.Wait(`!document.querySelector(".toast.shown")`)
	p.Click(".welcome-examples button", "")
	p.Says("article.theirs", "")
	p.Wait(`!document.querySelector(".thinking")`)
	p.Ask("And what did Seoul say?")
	p.Wait(`document.querySelectorAll("article.theirs").length >= 2 && !document.querySelector(".thinking")`)
	p.Shoot(dir, "slack-light")
	p.Click(".switch button", "Discord")
	p.Shoot(dir, "discord-light")
	p.Look(dark)
	p.Shoot(dir, "discord-dark")
	p.Click(".switch button", "Slack")
	p.Shoot(dir, "slack-dark")
	p.Click(".switch button", "Plain")
	p.Shoot(dir, "plain-dark")
	p.Look(light)

	p.Click(".switch button", "Slack")
	p.Click(".channel", "korea-desk")
	p.Ask("/brief digest add now daily 08:00")
	p.Says(".digests", "08:00")
	p.Click(".clock-moves button", "Next digest")
	p.Wait(`document.querySelector('article[data-kind="post"]')`)
	p.Wait(`!document.querySelector(".toast.shown, .clock-moves :disabled")`)
	p.Shoot(dir, "digest-slack")
	p.Click(".switch button", "Discord")
	p.Look(dark)
	p.Shoot(dir, "digest-discord-dark")
	p.Look(light)
	p.Click(".switch button", "Slack")

	p.Click(".follow .read, .card", "")
	p.Says(".article-text", "")
	Read[bool](p, `(() => { const panel = document.querySelector("#library"), m = panel.querySelector(".article-text mark.stance-condemns"); if (m) panel.scrollTop += m.getBoundingClientRect().top - 200; return true; })()`)
	p.Shoot(dir, "article")
	p.Look(dark)
	p.Shoot(dir, "article-dark")
	p.Look(light)
	p.Click(".back", "All articles")
	p.Click("[role=tab]", "Status")
	p.Says("#status", "Keys")
	p.Click("#ask", "")
	p.Keys("/brief d")
	p.Says(".choice", "digest add")
	p.Shoot(dir, "completion")

	m := b.Open(t, address, Phone())
	m.Shoot(dir, "phone-slack")
	m.Click(".views button", "Channels")
	m.Click(".channel", "general")
	m.Wait(`document.querySelectorAll("article.theirs").length >= 2`)
	Read[bool](m, `(() => { document.querySelector("article").scrollIntoView(); return true; })()`) // what a phone shows of an answer first
	m.Shoot(dir, "phone-slack")
	m.Click(".switch button", "Discord")
	m.Look(Phone().InTheDark())
	m.Shoot(dir, "phone-discord-dark")
	m.Look(Phone())
	m.Click(".views button", "Channels")
	m.Shoot(dir, "phone-channels")
	m.Click(".views button", "Library")
	m.Click(".card", "")
	m.Says(".article-text", "")
	m.Shoot(dir, "phone-article")
}
