package slack_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"attache/adapters/slack"
	"attache/adapters/slack/slackfake"
	"attache/bot/message"
)

const otherTeam = "T0OTHER"

// several lets several workspaces add the app.
func several(dir string) func(*slack.Config) {
	return func(c *slack.Config) {
		c.BotToken = ""
		c.OAuth = &slack.OAuth{
			ClientID: slackfake.ClientID, ClientSecret: slackfake.ClientSecret, BaseURL: "https://attache.example.org",
			Key: bytes.Repeat([]byte{7}, 32), Installs: slack.Folder(dir),
		}
	}
}

// browse opens an address of the adapter as a browser with cookies does.
func browse(t *testing.T, h http.Handler, address string, cookies ...*http.Cookie) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// begin opens …/install and returns the state that Slack would send back and the browser's cookies.
func begin(t *testing.T, h http.Handler) (state string, cookies []*http.Cookie) {
	t.Helper()
	resp := browse(t, h, "/slack/install")
	defer resp.Body.Close()
	to, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || resp.StatusCode != http.StatusFound || to.Host != "slack.com" {
		t.Fatalf("got %d to %v, %v", resp.StatusCode, to, err)
	}
	q := to.Query()
	if q.Get("client_id") != slackfake.ClientID || !strings.Contains(q.Get("scope"), "chat:write") || q.Get("redirect_uri") != "https://attache.example.org/slack/oauth" {
		t.Errorf("slack is asked for %v", q)
	}
	return q.Get("state"), resp.Cookies()
}

func TestWorkspacesAddTheAppAndRemoveIt(t *testing.T) {
	t.Parallel()
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			workspacesAddTheAppAndRemoveIt(t, transport)
		})
	}
}

func workspacesAddTheAppAndRemoveIt(t *testing.T, transport string) {
	dir := t.TempDir()
	st := play(t, transport, slackfake.Options{}, func(c *slack.Config) {
		several(dir)(c)
		c.SigningSecret = strings.Repeat("0123456789abcdef", 2)
	})
	h := st.adapter.Handler()

	// Before: nobody can be answered, and nothing breaks.
	st.AwaitAck(st.Mention("C1", "U1", "anyone there?"))

	state, cookies := begin(t, h)
	resp := browse(t, h, "/slack/oauth?code="+st.Approve(slackfake.Team)+"&state="+url.QueryEscape(state), cookies...)
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("got %d with %v", resp.StatusCode, resp.Header)
	}
	asked := st.Mention("C1", "U1", "who?")
	st.AwaitMessage("C1", func(m slackfake.Message) bool { return m.ThreadTS == asked.TS })

	raw, err := os.ReadFile(filepath.Join(dir, slackfake.Team+".sealed"))
	if err != nil || bytes.Contains(raw, []byte("xoxb")) {
		t.Errorf("the token is kept as %q, %v", raw, err)
	}
	if info, err := os.Stat(filepath.Join(dir, slackfake.Team+".sealed")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	st.Uninstall()
	st.Await("the token to go", func() bool {
		_, err := os.Stat(filepath.Join(dir, slackfake.Team+".sealed"))
		return errors.Is(err, os.ErrNotExist)
	})
	posts := len(st.Posts("C1"))
	if _, err := st.adapter.Poster().Post(t.Context(), channel("C1"), text("still here?"), "k"); err == nil || len(st.Posts("C1")) != posts {
		t.Errorf("a workspace that has removed the app is still posted to: %v", err)
	}
}

// TestEachWorkspaceHasItsToken: a message for one never goes out with the token of another.
func TestEachWorkspaceHasItsToken(t *testing.T) {
	t.Parallel()
	s := slackfake.Start(t, slackfake.Options{})
	s.AddWorkspace(otherTeam, "xoxb-other")
	dir := t.TempDir()
	a, err := slack.New(slack.Config{
		BotToken: s.BotToken(), SigningSecret: s.SigningSecret(), APIURL: s.APIURL(), Handler: &script{}, HTTPClient: s.Client(),
		OAuth: &slack.OAuth{
			ClientID: slackfake.ClientID, ClientSecret: slackfake.ClientSecret, BaseURL: "https://attache.example.org", Key: bytes.Repeat([]byte{7}, 32), Installs: slack.Folder(dir),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	state, cookies := begin(t, a.Handler())
	resp := browse(t, a.Handler(), "/slack/oauth?code="+s.Approve(otherTeam)+"&state="+url.QueryEscape(state), cookies...)
	resp.Body.Close()
	for _, team := range []string{slackfake.Team, otherTeam} {
		to := channel("C1")
		to.Workspace = team
		if _, err := a.Poster().Post(t.Context(), to, text("hello"), "k"); err != nil {
			t.Fatal(err)
		}
		calls := s.AllCalls()
		if got := calls[len(calls)-1].Team; got != team {
			t.Errorf("the message for %s went out as %s", team, got)
		}
	}
	unknown := channel("C1")
	unknown.Workspace = "T0NOBODY"
	_, err = a.Poster().Post(t.Context(), unknown, text("hello"), "k")
	if message.ClassOf(err) != message.Gone || !errors.Is(err, slack.ErrNotInstalled) {
		t.Errorf("a workspace that has not added the app: %v", err)
	}
}

func TestAnInstallationThatIsNotOurs(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 2, 20, 8, 0, 0, 0, time.UTC)
	s := slackfake.Start(t, slackfake.Options{})
	dir := t.TempDir()
	a, err := slack.New(slack.Config{
		SigningSecret: s.SigningSecret(), APIURL: s.APIURL(), Handler: &script{}, HTTPClient: s.Client(), Now: func() time.Time { return now },
		OAuth: &slack.OAuth{
			ClientID: slackfake.ClientID, ClientSecret: slackfake.ClientSecret, BaseURL: "https://attache.example.org", Key: bytes.Repeat([]byte{7}, 32), Installs: slack.Folder(dir),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	h := a.Handler()
	state, cookies := begin(t, h)
	other, _ := begin(t, h)
	code := s.Approve(slackfake.Team)
	at := func(state string) string { return "/slack/oauth?code=" + code + "&state=" + url.QueryEscape(state) }
	for _, row := range []struct {
		name, address string
		cookies       []*http.Cookie
		want          int
	}{
		{"without the browser's cookie", at(state), nil, 400},
		{"with the state of another browser", at(other), cookies, 400},
		{"without a state", "/slack/oauth?code=" + code, cookies, 400},
		{"with a forged state", at("x.1708416000.00"), []*http.Cookie{{Name: cookies[0].Name, Value: "x.1708416000.00"}}, 400},
		{"refused by the person", "/slack/oauth?error=access_denied&state=" + url.QueryEscape(state), cookies, 200},
		{"with a code that slack does not know", "/slack/oauth?code=made-up&state=" + url.QueryEscape(state), cookies, 502},
	} {
		resp := browse(t, h, row.address, row.cookies...)
		resp.Body.Close()
		if resp.StatusCode != row.want {
			t.Errorf("%s: got %d, want %d", row.name, resp.StatusCode, row.want)
		}
	}
	now = now.Add(11 * time.Minute)
	resp := browse(t, h, at(state), cookies...)
	resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("after eleven minutes: got %d", resp.StatusCode)
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "*")); len(names) != 0 {
		t.Errorf("something was kept: %v", names)
	}
}

func TestSealedTokensStayWithTheirWorkspaceAndKey(t *testing.T) {
	t.Parallel()
	s := slackfake.Start(t, slackfake.Options{})
	dir := t.TempDir()
	make := func(key byte) *slack.Adapter {
		a, err := slack.New(slack.Config{
			SigningSecret: s.SigningSecret(), APIURL: s.APIURL(), Handler: &script{}, HTTPClient: s.Client(),
			OAuth: &slack.OAuth{
				ClientID: slackfake.ClientID, ClientSecret: slackfake.ClientSecret, BaseURL: "https://attache.example.org", Key: bytes.Repeat([]byte{key}, 32), Installs: slack.Folder(dir),
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	first := make(7)
	state, cookies := begin(t, first.Handler())
	resp := browse(t, first.Handler(), "/slack/oauth?code="+s.Approve(slackfake.Team)+"&state="+url.QueryEscape(state), cookies...)
	resp.Body.Close()
	post := func(a *slack.Adapter, team string) error {
		to := channel("C1")
		to.Workspace = team
		_, err := a.Poster().Post(context.Background(), to, text("hello"), "k")
		return err
	}
	if err := post(make(7), slackfake.Team); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	if err := post(make(8), slackfake.Team); err == nil {
		t.Error("another key opens the token")
	}
	raw, err := os.ReadFile(filepath.Join(dir, slackfake.Team+".sealed"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, otherTeam+".sealed"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := post(make(7), otherTeam); err == nil {
		t.Error("a sealed token opens for another workspace")
	}
	if err := post(make(7), "../"+slackfake.Team); err == nil {
		t.Error("a workspace's name leads out of the folder")
	}
}

// TestThePagesOfAnInstallationAreInTheBrowsersLanguage, in English where it asks for another.
func TestThePagesOfAnInstallationAreInTheBrowsersLanguage(t *testing.T) {
	t.Parallel()
	st := play(t, "http", slackfake.Options{}, several(t.TempDir()))
	for accept, want := range map[string]string{
		"fr-CA,fr;q=0.9,en;q=0.5": "Ce lien n’est plus valable", "ko": "더는 쓸 수 없는 링크입니다", "de-DE": "This link is not valid any more", "": "This link is not valid any more", ";;": "This link is not valid any more",
	} {
		r := httptest.NewRequest(http.MethodGet, "/slack/oauth?code=1&state=2", nil)
		r.Header.Set("Accept-Language", accept)
		w := httptest.NewRecorder()
		st.adapter.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q: %d %s", accept, w.Code, w.Body)
		}
	}
}
