package playground_test

import (
	"flag"
	"os"
	"testing"
)

var (
	screenshots = flag.String("screenshots", "", "folder for the pictures that the documentation shows; empty takes none")
	runningAt   = flag.String("at", "", "address of a running Attaché of which -screenshots are taken, such as http://127.0.0.1:8080; empty means a scripted bot")
)

// TestScreenshots takes the pictures of the README and the docs:
//
//	go test ./adapters/playground -run TestScreenshots -screenshots docs/pictures -at http://127.0.0.1:8080
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("no -screenshots folder was given")
	}
	if err := os.MkdirAll(*screenshots, 0o755); err != nil {
		t.Fatal(err)
	}
	at := *runningAt
	if at == "" {
		at = serve(t, newScripted()).URL
	}
	b := browser(t)
	light := view{width: 1440, height: 900, scale: 2}
	dark := light
	dark.dark = true

	p := open(t, b, at, light)
	p.says(".card-title", "")
	p.shoot(*screenshots, "welcome")

	// The embedded article is of another day: what happens in the pictures happens then.
	p.click("#clock-choose", "Choose a time")
	if read[bool](p, `!document.querySelector("#clock-then").hidden`) {
		p.click("#clock-then", "")
		p.says("#clock-off", "behind now")
	}
	p.wait(`!document.querySelector(".toast.shown")`)
	p.click(".welcome-examples button", "")
	p.says("article.theirs", "")
	p.wait(`!document.querySelector(".thinking")`)
	p.ask("And what did Seoul say?")
	p.wait(`document.querySelectorAll("article.theirs").length >= 2 && !document.querySelector(".thinking")`)
	p.shoot(*screenshots, "slack-light")
	p.click(".switch button", "Discord")
	p.shoot(*screenshots, "discord-light")
	p.look(dark)
	p.shoot(*screenshots, "discord-dark")
	p.click(".switch button", "Slack")
	p.shoot(*screenshots, "slack-dark")
	p.click(".switch button", "Plain")
	p.shoot(*screenshots, "plain-dark")
	p.look(light)

	p.click(".switch button", "Slack")
	p.click(".channel", "korea-desk")
	p.ask("/brief digest add daily 08:00")
	p.says(".digests", "08:00")
	p.click(".clock-moves button", "Next digest")
	p.wait(`document.querySelector('article[data-kind="post"]')`)
	p.wait(`!document.querySelector(".toast.shown")`)
	p.shoot(*screenshots, "digest-slack")
	p.click(".switch button", "Discord")
	p.look(dark)
	p.shoot(*screenshots, "digest-discord-dark")
	p.look(light)
	p.click(".switch button", "Slack")

	p.click(".follow .read, .card", "")
	p.says(".article-text", "")
	p.shoot(*screenshots, "article")
	p.look(dark)
	p.shoot(*screenshots, "article-dark")
	p.look(light)
	p.click(".back", "All articles")
	p.click("[role=tab]", "Status")
	p.says("#status", "Keys")
	p.click("#ask", "")
	p.keys("/brief d")
	p.says(".choice", "digest add")
	p.shoot(*screenshots, "completion")

	m := open(t, b, at, phone)
	m.shoot(*screenshots, "phone-slack")
	m.click(".views button", "Channels")
	m.click(".channel", "general")
	m.wait(`document.querySelectorAll("article.theirs").length >= 2`)
	m.shoot(*screenshots, "phone-slack")
	m.click(".switch button", "Discord")
	m.look(view{width: 390, height: 844, scale: 2, touch: true, dark: true})
	m.shoot(*screenshots, "phone-discord-dark")
	m.look(phone)
	m.click(".views button", "Channels")
	m.shoot(*screenshots, "phone-channels")
	m.click(".views button", "Library")
	m.click(".card", "")
	m.says(".article-text", "")
	m.shoot(*screenshots, "phone-article")
}
