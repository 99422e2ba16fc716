package discord

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"attache/adapters/discord/discordfake"
	"attache/bot"
	"attache/bot/message"
)

var aDigest = &message.Message{
	Gist: "North Korea: 1 new story",
	Blocks: []message.Block{
		message.Heading{Level: 1, Spans: []message.Span{message.T("North Korea: Wednesday")}},
		message.P(message.T("KCNA reported a gift.")),
		message.Buttons{Items: []message.Button{{Label: "Helpful", Action: "helpful", Value: "digest.d7f3.1708470000"}}},
	},
}

// sender is a poster without a running adapter, as after a restart.
func sender(t *testing.T, fake *discordfake.Server, change func(*Config)) (*Adapter, message.Poster) {
	t.Helper()
	w := build(t, fake, nil, change)
	return w.a, w.a.Poster()
}

func find(t *testing.T, p message.Poster, to message.Address, key string, since time.Time) (message.Ref, bool, error) {
	t.Helper()
	return p.(message.Finder).Find(t.Context(), to, key, since)
}

func TestADigestIsPostedOnceForItsKey(t *testing.T) {
	t.Parallel()
	now := time.Now()
	fake := discordfake.Start(t, discordfake.Options{Now: func() time.Time { return now }, NonceWindow: 5 * time.Minute})
	_, p := sender(t, fake, nil)
	to := at(fake.Guild, fake.Channel)
	first, err := p.Post(t.Context(), to, aDigest, "k1")
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Post(t.Context(), to, aDigest, "k1")
	if err != nil || again != first {
		t.Errorf("the second post is %+v, %v; the first was %+v", again, err, first)
	}
	if m := fake.Messages(fake.Channel); len(m) != 1 || m[0].Nonce != "k1" || m[0].ID != first.ID || first.Address != to {
		t.Errorf("the channel shows %v", m)
	}
	if _, err := p.Post(t.Context(), to, aDigest, "k2"); err != nil || len(fake.Messages(fake.Channel)) != 2 {
		t.Errorf("another key: %v, %d messages", err, len(fake.Messages(fake.Channel)))
	}
	if w := p.(message.Deduplicator).Window(); w > 3*time.Minute {
		t.Errorf("the window is %s: Discord says a few minutes", w)
	}
	// Somebody removed it meanwhile: it is not posted again.
	fake.Delete(fake.Messages(fake.Channel)[0])
	if _, err := p.Post(t.Context(), to, aDigest, "k1"); class(err) != message.Refused || len(fake.Messages(fake.Channel)) != 1 {
		t.Errorf("got %v", err)
	}
	if _, err := p.Post(t.Context(), to, aDigest, strings.Repeat("k", 26)); class(err) != message.Refused {
		t.Errorf("a key of 26: %v", err)
	}
}

func TestAnUncertainPostIsFoundOrCertainlyNot(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]bool{"with nonces in the list": false, "without": true} {
		for _, row := range []struct {
			name  string
			fault discordfake.Fault
			there bool
		}{
			{"502 after the commit", discordfake.Fault{Commit: true, Status: 502}, true},
			{"lost answer", discordfake.Fault{Commit: true, Lose: true}, true},
			{"lost request", discordfake.Fault{Lose: true}, false},
			{"502", discordfake.Fault{Status: 502}, false},
		} {
			t.Run(name+"/"+row.name, func(t *testing.T) {
				t.Parallel()
				fake := discordfake.Start(t, discordfake.Options{ForgetNonces: forget})
				_, p := sender(t, fake, nil)
				to := at(fake.Guild, fake.Channel)
				for i := range 120 { // more than a page
					fake.Say(t, fake.Channel, fake.Person, fmt.Sprint("talk ", i))
				}
				if _, err := p.Post(t.Context(), to, aDigest, "other"); err != nil {
					t.Fatal(err)
				}
				row.fault.Route = "POST /channels/{id}/messages"
				fake.Fault(row.fault)
				since := time.Now()
				if _, err := p.Post(t.Context(), to, aDigest, "mine"); class(err) != message.Unknown {
					t.Fatalf("the post ended with %v", err)
				}
				ref, found, err := find(t, p, to, "mine", since)
				if err != nil || found != row.there {
					t.Fatalf("found %v, %v", found, err)
				}
				if found && ref.ID != fake.FromBot(fake.Channel)[1].ID {
					t.Errorf("found %+v", ref)
				}
			})
		}
	}
}

// TestAMessageThatTellsNothingIsNeverTakenForNone: without nonces in the list and without a button that carries the key, our
// own message may be the one.
func TestAMessageThatTellsNothingIsNeverTakenForNone(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{ForgetNonces: true})
	_, p := sender(t, fake, nil)
	to := at(fake.Guild, fake.Channel)
	since := time.Now()
	if _, found, err := find(t, p, to, "mine", since); found || err != nil {
		t.Errorf("in an empty channel: %v, %v", found, err)
	}
	if _, err := p.Post(t.Context(), to, &message.Message{Gist: "a quiet day"}, "other"); err != nil {
		t.Fatal(err)
	}
	if _, found, err := find(t, p, to, "mine", since); found || class(err) != message.Unknown {
		t.Errorf("beside a message that tells nothing: %v, %v", found, err)
	}
	if _, found, err := find(t, p, to, "mine", since.Add(time.Hour)); found || err != nil {
		t.Errorf("an hour later: %v, %v", found, err)
	}
	fake.Change(fake.Channel, func(c *discordfake.Channel) { c.Deny = codeMissingAccess })
	if _, _, err := find(t, p, to, "mine", since); class(err) != message.Gone {
		t.Errorf("in a forbidden channel: %v", err)
	}
	fake.Change(fake.Channel, func(c *discordfake.Channel) { c.Deny = 0 })
	fake.Fault(discordfake.Fault{Route: "GET /channels/{id}/messages", Status: 503, Times: -1})
	if _, _, err := find(t, p, to, "mine", since); class(err) != message.Unknown {
		t.Errorf("while Discord is down: %v", err)
	}
}

// TestTheGatewayProvesAPostWhoseAnswerWasLost: our own message comes back as an event, with its nonce.
func TestTheGatewayProvesAPostWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	w := run(t, discordfake.Start(t, discordfake.Options{ForgetNonces: true}), &script{}, nil)
	w.Fault(discordfake.Fault{Route: "POST /channels/{id}/messages", Commit: true, Lose: true})
	p, to := w.a.Poster(), at(w.Guild, w.Channel)
	since := time.Now()
	if _, err := p.Post(t.Context(), to, &message.Message{Gist: "a quiet day"}, "mine"); class(err) != message.Unknown {
		t.Fatal(err)
	}
	w.Await(t, "the event", func() bool { _, ok := w.a.nonces.get(w.Channel + ":mine"); return ok })
	if ref, found, err := find(t, p, to, "mine", since); !found || err != nil || ref.ID != w.FromBot(w.Channel)[0].ID {
		t.Errorf("found %+v, %v, %v", ref, found, err)
	}
}

func TestADigestInAForumIsAPost(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	a, p := sender(t, fake, nil)
	to := at(fake.Guild, fake.Forum)
	ref, err := p.Post(t.Context(), to, aDigest, "k1")
	if err != nil {
		t.Fatal(err)
	}
	posts := fake.Threads(fake.Forum)
	if len(posts) != 1 || posts[0].Name != "North Korea: Wednesday" || ref.ID != posts[0].ID || ref.Address.Channel != fake.Forum || ref.Address.Thread != ref.ID {
		t.Fatalf("the forum shows %+v; the ref is %+v", posts, ref)
	}
	if raw := string(fake.Bodies()[len(fake.Bodies())-1].Raw); !strings.Contains(raw, `"applied_tags":["`) || strings.Contains(raw, "nonce") {
		t.Errorf("the body is %s", raw)
	}
	// What follows goes into the post, edits find it, and so does Find.
	next, err := p.Post(t.Context(), p.(message.Threader).Thread(ref), aDigest, "k2")
	if err != nil || len(fake.Messages(ref.ID)) != 2 || len(fake.Threads(fake.Forum)) != 1 || next.Address.Thread != ref.ID {
		t.Errorf("the second part: %+v, %v", next, err)
	}
	if err := p.(message.Editor).Edit(t.Context(), ref, &message.Message{Gist: "edited"}); err != nil || fake.Messages(ref.ID)[0].Text() != "edited" {
		t.Errorf("the edit: %v, %v", err, fake.Messages(ref.ID)[0])
	}
	_ = a
}

// TestAForumPostIsNeverRepeatedBlindly: there is no nonce; the buttons carry the key.
func TestAForumPostIsNeverRepeatedBlindly(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	_, p := sender(t, fake, nil)
	to := at(fake.Guild, fake.Forum)
	since := time.Now()
	if _, err := p.Post(t.Context(), to, aDigest, "other"); err != nil {
		t.Fatal(err)
	}
	fake.Fault(discordfake.Fault{Route: "POST /channels/{id}/threads", Commit: true, Status: 502})
	if _, err := p.Post(t.Context(), to, aDigest, "mine"); class(err) != message.Unknown {
		t.Fatalf("the post ended with %v", err)
	}
	if n := fake.Count("POST /channels/{id}/threads"); n != 2 {
		t.Errorf("it was sent %d times", n-1)
	}
	ref, found, err := find(t, p, to, "mine", since)
	if err != nil || !found || ref.ID != fake.Threads(fake.Forum)[1].ID || ref.Address.Thread != ref.ID {
		t.Errorf("found %+v, %v, %v", ref, found, err)
	}
	if _, found, err := find(t, p, to, "nobody's", since); found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
	if _, err := p.Post(t.Context(), to, &message.Message{Gist: "a quiet day"}, "quiet"); err != nil {
		t.Fatal(err)
	}
	if _, found, err := find(t, p, to, "nobody's", since); found || class(err) != message.Unknown {
		t.Errorf("beside a post that tells nothing: %v, %v", found, err)
	}
}

func TestAForumThatWantsATagGetsOne(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	_, p := sender(t, fake, nil)
	forum := fake.AddChannel(discordfake.Channel{Type: 15, Flags: forumRequiresTag, Tags: []discordfake.Tag{{ID: "11", Name: "Staff", Moderated: true}, {ID: "12", Name: "Talk"}}})
	if _, err := p.Post(t.Context(), at(fake.Guild, forum), aDigest, "k"); err != nil {
		t.Fatal(err)
	}
	if raw := string(fake.Bodies()[len(fake.Bodies())-1].Raw); !strings.Contains(raw, `"applied_tags":["12"]`) {
		t.Errorf("the body is %s", raw)
	}
}

func TestADigestInAnAnnouncementChannelIsPublishedWhereThatIsWanted(t *testing.T) {
	t.Parallel()
	for _, wanted := range []bool{false, true} {
		now := time.Now()
		fake := discordfake.Start(t, discordfake.Options{})
		a, p := sender(t, fake, func(c *Config) { c.Crosspost = wanted; c.Now = func() time.Time { return now } })
		to := at(fake.Guild, fake.News)
		for i := range 12 {
			if _, err := p.Post(t.Context(), to, aDigest, fmt.Sprint("k", i)); err != nil {
				t.Fatal(err)
			}
		}
		n := 0
		for _, m := range fake.Messages(fake.News) {
			if m.Crossposted {
				n++
			}
		}
		if want := map[bool]int{false: 0, true: crossposts}[wanted]; n != want {
			t.Errorf("wanted %v: %d of 12 were published, want %d", wanted, n, want)
		}
		if wanted {
			now = now.Add(time.Hour + time.Minute)
			fake.Fault(discordfake.Fault{Route: "POST /channels/{id}/messages/{id}/crosspost", Status: 429, RetryAfter: 3000})
			if _, err := p.Post(t.Context(), to, aDigest, "later"); err != nil {
				t.Errorf("a failed publication failed the digest: %v", err)
			}
			if a.Counts()["crossposts_failed"] != 1 {
				t.Errorf("%v", a.Counts())
			}
		}
	}
}

func TestADigestIsTextWhereEmbedsAreNotAllowed(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	_, p := sender(t, fake, nil)
	fake.Change(fake.Channel, func(c *discordfake.Channel) { c.DenyEmbeds = true })
	big := &message.Message{Gist: "A big digest", Blocks: long(4).Message.Blocks}
	big.Blocks = append(big.Blocks, aDigest.Blocks[2])
	if _, err := p.Post(t.Context(), at(fake.Guild, fake.Channel), p.Fit(big)[0], "k"); err != nil {
		t.Fatal(err)
	}
	m := fake.Messages(fake.Channel)[0]
	if len(m.Embeds) != 0 || !strings.Contains(m.Content, "Sentence 0") || !strings.Contains(m.Content, english.shortened) || m.Nonce != "k" {
		t.Errorf("the channel shows %+v", m)
	}
	fake.Change(fake.Channel, func(c *discordfake.Channel) { c.Deny = codeMissingPermissions })
	before := fake.Count("POST /channels/{id}/messages")
	if _, err := p.Post(t.Context(), at(fake.Guild, fake.Channel), aDigest, "k2"); class(err) != message.Gone {
		t.Errorf("without any permission: %v", err)
	}
	if n := fake.Count("POST /channels/{id}/messages") - before; n != 2 {
		t.Errorf("a refused digest was tried %d times", n)
	}
}

func TestWhereNoMessageCanComeTheAddressIsGone(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	_, p := sender(t, fake, nil)
	voice, category := fake.AddChannel(discordfake.Channel{Type: 2}), fake.AddChannel(discordfake.Channel{Type: 4})
	for _, channel := range []string{voice, category, "123456789"} {
		if _, err := p.Post(t.Context(), at(fake.Guild, channel), aDigest, "k"); class(err) != message.Gone {
			t.Errorf("in %s: %v", channel, err)
		}
	}
	if _, err := p.Post(t.Context(), message.Address{Platform: "discord"}, aDigest, "k"); class(err) != message.Refused {
		t.Errorf("nowhere: %v", err)
	}
	if n := fake.Count("POST /channels/{id}/messages"); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
	fake.Fault(discordfake.Fault{Route: "GET /channels/{id}", Status: 500, Times: -1})
	if _, err := p.Post(t.Context(), at(fake.Guild, fake.Channel), aDigest, "k"); class(err) != message.Later {
		t.Errorf("where the channel can't be looked at nothing was sent, yet: %v", err)
	}
}

func TestAPictureTravelsWithItsWords(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	_, p := sender(t, fake, nil)
	m := &message.Message{Gist: "A map", Blocks: []message.Block{message.P(message.T("Here.")), message.Image{Data: []byte("\x89PNG\r\n\x1a\nx"), Name: "the map.png", Alt: "Pyongyang and Moscow"}}}
	if _, err := p.Post(t.Context(), at(fake.Guild, fake.Channel), m, "k"); err != nil {
		t.Fatal(err)
	}
	got := fake.Messages(fake.Channel)[0]
	if got.Embeds[0].Image.URL != "attachment://1-themap.png" || !strings.Contains(string(got.Raw), `"description":"Pyongyang and Moscow"`) {
		t.Errorf("the channel shows %s", got.Raw)
	}
}

func TestADirectNoticeReachesOnePerson(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	_, p := sender(t, fake, nil)
	direct := p.(message.Director)
	if err := direct.Direct(t.Context(), fake.Guild, fake.Manager.ID, &message.Message{Gist: "A digest is paused."}); err != nil {
		t.Fatal(err)
	}
	if m := fake.FromBot(fake.DirectChannel(fake.Manager)); len(m) != 1 || m[0].Text() != "A digest is paused." {
		t.Errorf("got %v", m)
	}
	fake.Change(fake.DirectChannel(fake.Person), func(c *discordfake.Channel) { c.Deny = codeCannotMessageUser })
	for range 2 {
		if err := direct.Direct(t.Context(), fake.Guild, fake.Person.ID, &message.Message{Gist: "x"}); class(err) != message.Gone {
			t.Errorf("got %v", err)
		}
	}
	if n := fake.Count("POST /users/@me/channels"); n != 2 {
		t.Errorf("direct channels were opened %d times", n)
	}
}

func TestAPostEndsWithItsContext(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	_, p := sender(t, fake, nil)
	hold := make(chan struct{})
	defer close(hold)
	fake.Fault(discordfake.Fault{Route: "POST /channels/{id}/messages", Hold: hold})
	ctx, cancel := context.WithCancel(t.Context())
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		fake.Await(t, "the post", func() bool { return fake.Count("POST /channels/{id}/messages") == 1 })
		cancel()
	}()
	defer func() { <-sent }()
	if _, err := p.Post(ctx, at(fake.Guild, fake.Channel), aDigest, "k"); class(err) != message.Unknown {
		t.Errorf("got %v", err)
	}
}

// TestADigestRingsTheRoleThatItsChannelChose: in its first message alone, and no text in it rings any other.
func TestADigestRingsTheRoleThatItsChannelChose(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	a, p := sender(t, fake, nil)
	foreign := "<@&" + discordfake.ClosedRole + "> @everyone"
	m := &message.Message{Gist: foreign, Ping: discordfake.OpenRole, Blocks: []message.Block{message.Heading{Level: 1, Spans: []message.Span{message.T(foreign)}}}}
	for range 60 {
		m.Blocks = append(m.Blocks, message.P(message.T(strings.Repeat("A sentence about "+foreign+". ", 4))))
	}
	for i, part := range p.Fit(m) {
		if _, err := p.Post(t.Context(), message.Address{Platform: Platform, Workspace: fake.Guild, Channel: fake.Channel}, part, fmt.Sprintf("k%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	all := fake.FromBot(fake.Channel)
	if len(all) < 2 {
		t.Fatalf("the message came in %d parts", len(all))
	}
	for i, one := range all {
		var want []string
		if i == 0 {
			want = []string{discordfake.OpenRole}
		}
		if !slices.Equal(one.Rung, want) || strings.Contains(one.Content, discordfake.ClosedRole) {
			t.Errorf("message %d rang %q: %.80q", i, one.Rung, one.Content)
		}
	}
	for ping, want := range map[string][]string{"": nil, "everyone": nil, "1> <@&" + discordfake.ClosedRole: nil, discordfake.ClosedRole: {discordfake.ClosedRole}} {
		before := len(fake.FromBot(fake.Channel))
		if _, err := p.Post(t.Context(), message.Address{Platform: Platform, Workspace: fake.Guild, Channel: fake.Channel}, &message.Message{Gist: "x", Ping: ping}, "p"+ping[:min(len(ping), 5)]); err != nil {
			t.Fatal(err)
		}
		if got := fake.FromBot(fake.Channel)[before].Rung; !slices.Equal(got, want) {
			t.Errorf("%q rang %q, want %q", ping, got, want)
		}
	}
	at := message.Address{Platform: Platform, Workspace: fake.Guild, Channel: fake.Channel}
	for id, want := range map[string]string{discordfake.OpenRole: "Korea desk true", discordfake.ClosedRole: "On call false"} {
		name, everybody, err := a.Role(t.Context(), at, id)
		if got := fmt.Sprint(name, " ", everybody); err != nil || got != want {
			t.Errorf("role %s is %s, %v", id, got, err)
		}
	}
	for _, id := range []string{fake.Guild, "77777777"} { // the role that everyone has, and none
		if _, _, err := a.Role(t.Context(), at, id); !errors.Is(err, bot.ErrNoRole) {
			t.Errorf("role %s: %v", id, err)
		}
	}
}

// TestWhatDiscordWouldRefuseIsNotSent: a message that nobody has fitted is refused here, with the reason, and costs no request.
func TestWhatDiscordWouldRefuseIsNotSent(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(t, discordfake.Options{})
	_, p := sender(t, fake, nil)
	unfitted := &message.Message{Gist: "far too long"}
	for range 40 {
		unfitted.Blocks = append(unfitted.Blocks, message.P(message.T(strings.Repeat("The ships wait in the strait. ", 20))))
	}
	_, err := p.Post(t.Context(), at(fake.Guild, fake.Channel), unfitted, "k")
	if class(err) != message.Refused || !strings.Contains(err.Error(), "Discord would refuse") {
		t.Errorf("it was not refused: %v", err)
	}
	if n := fake.Count("POST /channels/{id}/messages"); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
	for i, part := range p.Fit(unfitted) {
		if _, err := p.Post(t.Context(), at(fake.Guild, fake.Channel), part, fmt.Sprint("k", i)); err != nil {
			t.Errorf("part %d: %v", i, err)
		}
	}
}
