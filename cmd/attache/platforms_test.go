package main

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"attache/adapters/discord"
	"attache/adapters/discord/discordfake"
	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
	"attache/adapters/store"
	"attache/adapters/store/storetest"
	"attache/bot/digest"
	"attache/bot/message"
)

// TestSeveralWorkspacesAddTheSlackAppAndAreAnsweredByHTTP installs the app in a workspace through a browser, asks by a signed
// delivery, restarts, asks again and uninstalls.
func TestSeveralWorkspacesAddTheSlackAppAndAreAnsweredByHTTP(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	side := slackfake.Start(t, slackfake.Options{})
	key := strings.Repeat("0f", 32)
	data := t.TempDir()
	environ := []string{
		"ATTACHE_DATA=" + data, "ATTACHE_PUBLIC_URL=https://attache.example.org/", "SLACK_CLIENT_ID=" + slackfake.ClientID,
		"SLACK_CLIENT_SECRET=" + slackfake.ClientSecret, "SLACK_TOKEN_KEY=" + key, "SLACK_SIGNING_SECRET=" + side.SigningSecret(), "SLACK_API_URL=" + side.APIURL(),
	}
	serve := func() *process {
		p := start(t, clock, environ...)
		side.DeliverTo(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: p.address}))
		return p
	}
	p := serve()
	if !strings.Contains(p.out.String(), "workspaces add it at https://attache.example.org/slack/install") {
		t.Errorf("the welcome does not say where to add the app:\n%s", p.out)
	}

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: secureOverHTTP{jar}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	visit := func(path string) *http.Response {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp
	}
	to, err := visit("/slack/install").Location()
	if err != nil || to.Query().Get("redirect_uri") != "https://attache.example.org/slack/oauth" {
		t.Fatalf("…/install leads to %v, %v", to, err)
	}
	if resp := visit("/slack/oauth?code=" + side.Approve(slackfake.Team) + "&state=" + url.QueryEscape(to.Query().Get("state"))); resp.StatusCode != http.StatusOK {
		t.Fatalf("coming back from Slack: %s\n%s", resp.Status, p.out)
	}

	const question = "Who gave Kim Jong-un a new car?"
	ask := func() {
		t.Helper()
		asked := side.Mention("C1", "U1", question)
		side.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS && strings.Contains(m.Text, "Putin") })
	}
	ask()
	var ready, metrics string
	p.get(t, "/readyz", &ready)
	p.get(t, "/metrics", &metrics)
	if ready != "ready\nSlack: connected\n" {
		t.Errorf("/readyz says %q", ready)
	}
	for _, want := range []string{`attache_platform_connected{platform="slack"} 1`, `attache_platform_events_total{event="acknowledged",platform="slack"}`, `attache_acknowledgement_seconds_count{platform="slack"}`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if out, code := command(t, clock, environ, "doctor"); !strings.Contains(out, "https://attache.example.org/slack/install") {
		t.Errorf("doctor, exit %d:\n%s", code, out)
	}

	if code := p.stop(); code != exitOK {
		t.Fatalf("attache stopped with %d:\n%s", code, p.out)
	}
	p = serve()
	side.Await("Slack to be taken up again", func() bool { // until then deliveries are refused, and Slack sends them later
		status, _ := p.health(t)
		return status == http.StatusOK
	})
	ask()
	side.Uninstall()
	side.Await("the token to go", func() bool {
		db, err := store.Open(t.Context(), store.Config{Data: data, Role: store.Reader})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		_, err = db.Token(t.Context(), slack.Platform, slackfake.Team)
		return errors.Is(err, store.ErrNoToken)
	})
	for _, secret := range append(side.Secrets(), slackfake.ClientSecret, key) {
		if strings.Contains(p.out.String(), secret) {
			t.Errorf("the log holds the secret %.6s…", secret)
		}
	}
}

// secureOverHTTP is a browser's jar that keeps secure cookies of a test's server, which has no certificate.
type secureOverHTTP struct{ http.CookieJar }

func (j secureOverHTTP) SetCookies(u *url.URL, cookies []*http.Cookie) {
	for _, c := range cookies {
		c.Secure = false
	}
	j.CookieJar.SetCookies(u, cookies)
}

func TestDiscordInteractionsComeByHTTPWhereAKeyIsSet(t *testing.T) {
	t.Parallel()
	public, secret, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	side := discordfake.Start(t, discordfake.Options{Endpoint: "https://attache.example.org/discord/interactions", VerifyKey: hex.EncodeToString(public)})
	environ := []string{
		"ATTACHE_DATA=" + storetest.Folder(t), "DISCORD_BOT_TOKEN=" + side.Token, "DISCORD_API_URL=" + side.URL, "DISCORD_PUBLIC_KEY=" + hex.EncodeToString(public),
	}
	p := start(t, &movable{}, environ...)
	side.AwaitReady(t)
	asked := side.Detached(t, side.Channel, side.Person, "brief ask", discordfake.Args{"question": "Who gave Kim Jong-un a new car?"})
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	post := func(signature []byte) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+p.address+"/discord/interactions", strings.NewReader(string(asked.JSON)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Signature-Timestamp", stamp)
		req.Header.Set("X-Signature-Ed25519", hex.EncodeToString(signature))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if code := post(make([]byte, ed25519.SignatureSize)); code != http.StatusUnauthorized {
		t.Errorf("an unsigned interaction got %d", code)
	}
	if code := post(ed25519.Sign(secret, []byte(stamp+string(asked.JSON)))); code != http.StatusAccepted {
		t.Errorf("a signed interaction got %d", code)
	}
	if got := asked.Await(t).Text(); !strings.Contains(got, "Putin") {
		t.Errorf("it is answered %q", got)
	}
	var ready string
	p.get(t, "/readyz", &ready)
	if ready != "ready\nDiscord: connected\n" {
		t.Errorf("/readyz says %q", ready)
	}
	if out, code := command(t, &movable{}, environ, "doctor"); strings.Contains(out, "FAIL  Discord") {
		t.Errorf("doctor, exit %d:\n%s", code, out)
	}
}

// TestAPlatformThatIsAwayMakesTheProcessNotReady: /readyz says which, and metrics count it.
func TestAPlatformThatIsAwayMakesTheProcessNotReady(t *testing.T) {
	t.Parallel()
	side := discordfake.Start(t, discordfake.Options{Remaining: 1}) // no session may be made today
	p := start(t, &movable{}, "ATTACHE_DATA="+storetest.Folder(t), "DISCORD_BOT_TOKEN="+side.Token, "DISCORD_API_URL="+side.URL)
	if status, said := p.health(t); status != http.StatusServiceUnavailable {
		t.Errorf("/readyz answers %d: %s", status, said)
	}
	var metrics string
	p.get(t, "/metrics", &metrics)
	if !strings.Contains(metrics, `attache_platform_connected{platform="discord"} 0`) {
		t.Error("the metrics say that Discord is connected")
	}
}

// TestAServerThatWasLeftIsForgottenAfterAMonth and not before, nor when the bot is back.
func TestAServerThatWasLeftIsForgottenAfterAMonth(t *testing.T) {
	t.Parallel()
	for _, back := range []bool{false, true} {
		clock := &movable{}
		side := discordfake.Start(t, discordfake.Options{})
		p := &program{
			environ: []string{"ATTACHE_DATA=" + storetest.Folder(t), "DISCORD_BOT_TOKEN=" + side.Token, "DISCORD_API_URL=" + side.URL},
			dir:     t.TempDir(), in: strings.NewReader(""), out: &locked{}, err: &locked{}, now: clock.now,
		}
		s, err := p.settings()
		if err != nil {
			t.Fatal(err)
		}
		d, err := p.openDesk(t.Context(), s, p.log(s), serves, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(d.close)
		h, err := p.openHouse(d)
		if err != nil {
			t.Fatal(err)
		}
		added := message.Address{Platform: discord.Platform, Workspace: side.Guild, Channel: side.Channel}
		schedule, err := digest.ParseSchedule("daily 08:00", "UTC")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.store.AddSubscription(t.Context(), digest.Subscription{ID: "d1", Address: added, Schedule: schedule, Created: clock.now(), NextAt: schedule.Next(clock.now()), Misfire: digest.MisfireLatest}); err != nil {
			t.Fatal(err)
		}
		if err := (noted{h.bot, d.store, clock.now}).Left(t.Context(), discord.Platform, side.Guild); err != nil {
			t.Fatal(err)
		}
		if !back {
			side.Remove(false)
		}
		left := func() int {
			t.Helper()
			if err := h.forgetDeparted(t.Context()); err != nil {
				t.Fatal(err)
			}
			subs, err := d.store.Subscriptions(t.Context(), digest.Filter{Platform: discord.Platform, Workspace: side.Guild})
			if err != nil {
				t.Fatal(err)
			}
			return len(subs)
		}
		if got := left(); got != 1 {
			t.Errorf("back %v: the day after, %d digests are left, want 1", back, got)
		}
		subs, err := d.store.Subscriptions(t.Context(), digest.Filter{Platform: discord.Platform})
		if err != nil || len(subs) != 1 || !subs[0].Paused {
			t.Errorf("back %v: the digest is %+v, %v; want it suspended", back, subs, err)
		}
		clock.set(time.Now().Add(31 * 24 * time.Hour))
		want := 0
		if back {
			want = 1
		}
		if got := left(); got != want {
			t.Errorf("back %v: after a month %d digests are left, want %d", back, got, want)
		}
	}
}
