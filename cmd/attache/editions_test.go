package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"attache/adapters/discord"
	"attache/adapters/discord/discordfake"
	"attache/adapters/press"
	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
	"attache/adapters/store/storetest"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// shipping is an edition with a claim of every sort: plain, reported, disputed, changed.
func shipping() briefings.Edition {
	day := func(d int) time.Time { return time.Date(2024, time.February, d, 9, 0, 0, 0, time.UTC) }
	cite := func(article, outlet string, at time.Time, quote string) []briefings.Citation {
		return []briefings.Citation{{Article: article, Revision: 1, URL: "https://" + article + ".example/a?b=1&c=2", Title: "Report " + article, Outlet: outlet, Published: at, Quote: quote}}
	}
	claim := func(article, outlet string, at time.Time, speaker string, stance briefings.Stance, text string) briefings.Claim {
		c := briefings.Claim{Text: text, Citations: cite(article, outlet, at, text), Stance: stance}
		if speaker != "" {
			c.Speaker = briefings.Speaker{Name: speaker, Kind: briefings.SpeakerInstitution}
		}
		return c
	}
	four := claim("wire", "Gulf Wire", day(18), "the harbour authority", briefings.Says, "Four ships are waiting off Fujairah, the harbour authority said.")
	nine := claim("post", "Daily Post", day(20), "the harbour authority", briefings.Says, "Nine ships are now waiting, the harbour authority said on Tuesday.")
	crew := claim("post", "Daily Post", day(20), "", "", "The crews have food for a week.")
	seized := claim("wire", "Gulf Wire", day(20), "the shipping line", briefings.Says, "The shipping line said that its tanker was seized near Bandar Abbas.")
	denied := claim("state", "State Radio", day(21), "the foreign ministry", briefings.Denies, "The foreign ministry denied that any vessel had been detained.")
	talks := claim("asia", "Asia Sheet", day(21), "", "", "Talks on *tariffs* & <quotas> opened in Muscat.")
	item := func(tag briefings.Tag, headline string, lead briefings.Claim) briefings.Item {
		return briefings.Item{Story: headline, Tag: tag, Headline: headline, Lead: lead.Citations[0], Outlets: []string{lead.Citations[0].Outlet}, Origins: 1, Newest: lead.Citations[0].Published}
	}
	updated := item(briefings.TagUpdated, "More ships wait in the Strait of Hormuz", nine)
	updated.Changes, updated.Claims = []briefings.Change{{Old: four, New: nine}}, []briefings.Claim{nine, crew}
	disputed := item(briefings.TagDisputed, "Tehran and a shipping line differ over a tanker", seized)
	disputed.Sides, disputed.Claims = []briefings.Claim{seized, denied}, []briefings.Claim{seized}
	plain := item(briefings.TagNew, "Trade talks open in Oman", talks)
	plain.Claims = []briefings.Claim{talks}
	return briefings.Edition{
		Beat: briefings.Beat{Name: "Gulf watch"}, Window: briefings.Window{From: day(20), To: day(21)}, AsOf: day(21),
		Items: []briefings.Item{updated, disputed, plain}, Read: 40, Matched: 6,
	}
}

// told are the claims and the sources of an edition.
func told(e briefings.Edition) (claims, sources []string) {
	add := func(c briefings.Claim) {
		claims = append(claims, squeezed(c.Text))
		for _, x := range c.Citations {
			sources = append(sources, x.URL)
		}
	}
	for _, item := range e.Items {
		for _, list := range [][]briefings.Claim{item.Claims, item.Sides} {
			for _, c := range list {
				add(c)
			}
		}
		for _, c := range item.Changes {
			add(c.Old)
			add(c.New)
		}
	}
	slices.Sort(claims)
	slices.Sort(sources)
	return slices.Compact(claims), slices.Compact(sources)
}

// squeezed leaves letters and digits alone, so that wrapping, marks and escapes don't matter.
func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, s)
}

// TestEveryFormTellsTheSame finds the same claims and the same sources in an edition's form for each platform and outside.
func TestEveryFormTellsTheSame(t *testing.T) {
	t.Parallel()
	e := shipping()
	issue := present.Issue{Subscription: "d7f3", Slot: e.AsOf, Zone: "Asia/Dubai"}
	// A channel has the short form and, in its thread, the stories in full.
	chat := present.Edition(e, issue)
	thread := present.InFull(e, issue)
	issue.Print = true
	printed := present.Edition(e, issue)
	claims, sources := told(e)

	type form struct{ shown, raw string }
	forms := map[string]form{}
	plain := message.Text(printed, message.TextOptions{Width: 72})
	forms["text"] = form{plain, plain}
	page := press.HTML(printed)
	forms["html"] = form{visible(t, page), page}
	raw, err := press.Mail(printed, press.Envelope{Date: e.AsOf})
	if err != nil {
		t.Fatal(err)
	}
	for kind, body := range alternatives(t, raw) {
		if kind == "text/html" {
			forms["mail "+kind] = form{visible(t, body), body}
		} else {
			forms["mail "+kind] = form{body, body}
		}
	}
	feed := press.Feed{Key: "k", Title: "t", Entries: []press.Entry{{Key: "e", At: e.AsOf, Message: printed}}}
	asJSON, err := feed.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var j struct {
		Items []struct {
			HTML string `json:"content_html"`
			Text string `json:"content_text"`
		} `json:"items"`
	}
	if err := json.Unmarshal(asJSON, &j); err != nil {
		t.Fatal(err)
	}
	forms["json feed, html"] = form{visible(t, j.Items[0].HTML), j.Items[0].HTML}
	forms["json feed, text"] = form{j.Items[0].Text, j.Items[0].Text}
	asAtom, err := feed.Atom()
	if err != nil {
		t.Fatal(err)
	}
	_, content, _ := strings.Cut(string(asAtom), `<content type="html">`)
	content, _, _ = strings.Cut(content, "</content>")
	content = html.UnescapeString(content)
	forms["atom"] = form{visible(t, content), content}
	inPage := message.HTML(chat) + message.HTML(thread)
	forms["playground"] = form{visible(t, inPage), inPage}
	for name, p := range map[string]struct {
		fit    func(*message.Message) []*message.Message
		render func(*message.Message) (json.RawMessage, error)
	}{"slack": {slack.Fit, slack.RenderJSON}, "discord": {discord.Fit, discord.RenderJSON}} {
		var f form
		for _, part := range append(p.fit(chat), p.fit(thread)...) {
			raw, err := p.render(part)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := json.Unmarshal(raw, &v); err != nil {
				t.Fatal(err)
			}
			f.shown += texts(v)
		}
		f.raw = f.shown
		forms[name] = f
	}

	for name, f := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shown, raw := squeezed(f.shown), html.UnescapeString(f.raw)
			var gotClaims, gotSources []string
			for _, c := range claims {
				if strings.Contains(shown, c) {
					gotClaims = append(gotClaims, c)
				}
			}
			for _, s := range sources {
				if strings.Contains(raw, s) {
					gotSources = append(gotSources, s)
				}
			}
			if diff := cmp.Diff(sources, gotSources); diff != "" {
				t.Errorf("sources (-want +got):\n%s", diff)
			}
			// What is printed has room for two claims of a story, and the same two in each form; a thread has them all.
			want := claims
			if name != "slack" && name != "discord" && name != "playground" {
				want = slices.DeleteFunc(slices.Clone(claims), func(c string) bool { return !strings.Contains(squeezed(plain), c) })
			}
			if diff := cmp.Diff(want, gotClaims); diff != "" || len(want) < 5 {
				t.Errorf("claims (-want +got), %d in the text:\n%s", len(want), diff)
			}
		})
	}
}

// visible is what a reader of HTML sees.
func visible(t *testing.T, page string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" && n.Parent.Data != "title" {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

// alternatives are the text parts of a mail by their type.
func alternatives(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	var read func(kind string, body io.Reader)
	read = func(kind string, body io.Reader) {
		kind, params, err := mime.ParseMediaType(kind)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(kind, "multipart/") {
			r := multipart.NewReader(body, params["boundary"])
			for {
				p, err := r.NextRawPart()
				if err != nil {
					return
				}
				read(p.Header.Get("Content-Type"), p)
			}
		}
		if strings.HasPrefix(kind, "text/") {
			text, err := io.ReadAll(quotedprintable.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			out[kind] = string(text)
		}
	}
	read(m.Header.Get("Content-Type"), m.Body)
	return out
}

// texts are all strings of a JSON value, one after the other.
func texts(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var b strings.Builder
		for _, x := range v {
			b.WriteString(texts(x))
		}
		return b.String()
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			if k != "type" && k != "style" {
				keys = append(keys, k)
			}
		}
		slices.Sort(keys)
		var b strings.Builder
		for _, k := range keys {
			b.WriteString(texts(v[k]))
		}
		return b.String()
	}
	return ""
}

// TestPicturesSayInWordsWhatTheyShow draws an edition's pictures and reads their words.
func TestPicturesSayInWordsWhatTheyShow(t *testing.T) {
	t.Parallel()
	e := shipping()
	issue := present.Issue{Subscription: "d7f3", Slot: e.AsOf, Zone: "Asia/Dubai"}
	m := present.Edition(e, issue)
	draws, err := newIllustrator(settings{Pictures: "light"}, time.Minute, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	with := draws.illustrated(t.Context(), m, e, issue)
	var images []message.Image
	for _, b := range with.Blocks {
		if i, ok := b.(message.Image); ok {
			images = append(images, i)
			if _, err := png.DecodeConfig(bytes.NewReader(i.Data)); err != nil {
				t.Errorf("%s: %v", i.Name, err)
			}
		}
	}
	if len(images) != 2 || len(with.Blocks) != len(m.Blocks)+2 {
		t.Fatalf("%d pictures in %d blocks of %d", len(images), len(with.Blocks), len(m.Blocks))
	}
	if want := "Map of the places and countries named here, with the numbers of their stories: 1 Strait of Hormuz; 1 Fujairah; 2 Tehran; 2 Bandar Abbas; 3 Muscat."; images[0].Alt != want {
		t.Errorf("the map says\n%s\nwant\n%s", images[0].Alt, want)
	}
	for _, want := range []string{"More ships wait in the Strait of Hormuz", "18 Feb 2024, ", "Four ships are waiting off Fujairah", "Nine ships are now waiting", "The crews have food for a week."} {
		if !strings.Contains(images[1].Alt, want) {
			t.Errorf("the timeline does not say %q:\n%s", want, images[1].Alt)
		}
	}
	var headlines []briefings.Claim
	for _, item := range e.Items[:2] {
		headlines = append(headlines, briefings.Claim{Text: item.Headline, Citations: []briefings.Citation{item.Lead}})
	}
	moments := present.StoryMoments(present.Telling{Item: &e.Items[0], Headlines: headlines}, present.Reader{})
	picture, ok := draws.timelines()(t.Context(), "Ships wait", moments, present.Reader{})
	if _, err := png.DecodeConfig(bytes.NewReader(picture.Data)); !ok || err != nil || !strings.HasPrefix(picture.Alt, "Timeline of “Ships wait”: 18 Feb 2024, ") || !strings.Contains(picture.Alt, "Updated: ") {
		t.Errorf("the story's timeline (%v, %v) says %q", ok, err, picture.Alt)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok := draws.timelines()(ended, "Ships wait no more", moments, present.Reader{}); ok {
		t.Error("a picture that isn't ready is waited for")
	}
	off, err := newIllustrator(settings{Pictures: "off"}, 0, nil)
	if err == nil && off.timelines() != nil {
		t.Error("stories have pictures where pictures are off")
	}
	if err != nil || off.illustrated(t.Context(), m, e, issue) != m {
		t.Errorf("off is not off: %v", err)
	}
}

func TestTheTerminalPrintsEveryForm(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	environ := []string{"ATTACHE_DATA=" + t.TempDir()}
	for form, want := range map[string]string{
		"text": "As of", "html": "<!DOCTYPE html>", "eml": "Content-Type: multipart/alternative", "json": `"items"`, "feed": "https://jsonfeed.org/version/1.1", "atom": "http://www.w3.org/2005/Atom",
	} {
		out, code := command(t, clock, environ, "digest", "--since", "2024-02-20", "--until", "2024-02-22", "--form", form)
		if code != exitOK || !strings.Contains(out, want) || !strings.Contains(out, "Seoul") {
			t.Errorf("--form %s: exit %d\n%.600s", form, code, out)
		}
		if picture := strings.Contains(out, "image/png"); picture != (form == "html" || form == "eml") {
			t.Errorf("--form %s: a picture is %v", form, picture)
		}
	}
	if out, _ := command(t, clock, append(environ, "ATTACHE_PICTURES=off"), "digest", "--since", "2024-02-20", "--until", "2024-02-22", "--form", "html"); strings.Contains(out, "image/png") {
		t.Error("ATTACHE_PICTURES=off leaves a picture")
	}
	if _, code := command(t, clock, environ, "digest", "--form", "pdf"); code != exitUsage {
		t.Errorf("an unknown form: exit %d", code)
	}
}

// TestADigestCarriesItsMapEverywhereAndLiesOutAsAFeed delivers one digest to each platform and reads the feeds.
func TestADigestCarriesItsMapEverywhereAndLiesOutAsAFeed(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	clock.set(time.Date(2024, 2, 20, 20, 0, 0, 0, time.UTC))
	slackSide := slackfake.Start(t, slackfake.Options{Now: clock.now, AwaitFor: 4 * time.Minute})
	discordSide := discordfake.Start(t, discordfake.Options{Now: clock.now})
	const secret = "nobody-guesses-this-1"
	p := startDrawing(t, clock, 3*time.Minute, "ATTACHE_DATA="+storetest.Folder(t), "ATTACHE_FEEDS="+secret,
		"SLACK_BOT_TOKEN="+slackSide.BotToken(), "SLACK_APP_TOKEN="+slackSide.AppToken(), "SLACK_API_URL="+slackSide.APIURL(),
		"DISCORD_BOT_TOKEN="+discordSide.Token, "DISCORD_API_URL="+discordSide.URL)
	slackSide.AwaitConnection()
	discordSide.AwaitReady(t)
	slackSide.Slash("C1", "UADMIN", "/brief", "digest add now daily 08:00 UTC")
	slackSide.AwaitMessage("C1", func(m slackfake.Message) bool { return m.For == "UADMIN" && strings.Contains(m.Text, "08:00") })
	discordSide.Slash(t, discordSide.Channel, discordSide.Manager, "digest add", discordfake.Args{"when": "now daily 08:00", "zone": "UTC"}).Await(t)
	var inPage asked
	p.post(t, "/api/ask", `{"channel":"korea-desk","text":"/brief digest add now daily 08:00 UTC"}`, &inPage)
	clock.set(time.Date(2024, 2, 21, 8, 0, 5, 0, time.UTC))

	const words = "Map of the places and countries named here"
	slackSide.Await("a map in the digest's thread", func() bool { return len(slackSide.Files("C1")) > 0 })
	if f := slackSide.Files("C1"); len(f) != 1 || f[0].Thread == "" || !strings.HasPrefix(f[0].Alt, words) || http.DetectContentType(f[0].Data) != "image/png" {
		t.Errorf("Slack got %d files", len(f))
	}
	slackSide.Await("the digest in Discord", func() bool {
		return slices.ContainsFunc(discordSide.FromBot(discordSide.Channel), func(m discordfake.Message) bool { return isDigest(m.Text()) })
	})
	if m := discordSide.FromBot(discordSide.Channel); !slices.ContainsFunc(m, func(m discordfake.Message) bool {
		return strings.Contains(string(m.Raw), words) && strings.Contains(string(m.Raw), "attachment://1-map.png")
	}) {
		t.Errorf("Discord shows no map: %v", m)
	}
	var page string
	slackSide.Await("the digest in the playground", func() bool { p.get(t, "/api/channels/korea-desk", &page); return isDigest(page) })
	if !strings.Contains(page, words) {
		t.Errorf("the playground shows no map:\n%.2000s", page)
	}

	var feed struct {
		Items []struct{ Title, ID string }
	}
	slackSide.Await("three editions in the feed", func() bool { p.get(t, "/editions/"+secret+"/feed.json", &feed); return len(feed.Items) == 3 })
	for _, item := range feed.Items {
		if !isDigest(item.Title) || !strings.HasPrefix(item.ID, "urn:uuid:") {
			t.Errorf("an entry is %+v", item)
		}
	}
	var atom string
	p.get(t, "/editions/"+secret+"/atom.xml", &atom)
	if strings.Count(atom, "<entry>") != 3 || !strings.Contains(atom, feed.Items[0].ID) || strings.Contains(atom, "Reply with a question") {
		t.Errorf("Atom:\n%.2000s", atom)
	}
	res, err := http.Get("http://" + p.address + "/editions/somebody-who-guesses/feed.json")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("a guess gets %d", res.StatusCode)
	}
	if strings.Contains(p.out.String(), secret) {
		t.Error("the log holds the feeds' secret")
	}
}
