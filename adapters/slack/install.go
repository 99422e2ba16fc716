package slack

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/text/language"
)

// One Attaché may serve several workspaces. Each adds the app at …/install: Slack sends the browser back to …/oauth with a
// code, which is exchanged for the workspace's bot token. Tokens are kept sealed: who reads the store without the key reads
// nothing.

// Installs keeps sealed tokens by workspace.
type Installs interface {
	// Save keeps a workspace's sealed token in place of the one before.
	Save(ctx context.Context, workspace string, sealed []byte) error
	// Load returns it, or ErrNotInstalled.
	Load(ctx context.Context, workspace string) (sealed []byte, err error)
	// Remove forgets it. Twice is harmless.
	Remove(ctx context.Context, workspace string) error
}

// ErrNotInstalled says that a workspace has not added the app.
var ErrNotInstalled = errors.New("the app is not installed in this workspace")

// OAuth lets several workspaces add the app.
type OAuth struct {
	// ClientID and ClientSecret are under “Basic Information” of the app. Required.
	ClientID, ClientSecret string
	// BaseURL is the public https address of this Attaché. Required.
	BaseURL string
	// Key seals tokens: 32 random bytes. Required.
	Key []byte
	// Installs keeps the sealed tokens. Required.
	Installs Installs
}

// The last parts of the paths of an installation.
const (
	pathInstall = "install"
	pathOAuth   = "oauth"
)

// installTime is how long a person may take between …/install and …/oauth.
const installTime = 10 * time.Minute

func (o *OAuth) check() error {
	switch _, err := publicBase(o.BaseURL); {
	case o.ClientID == "" || o.ClientSecret == "":
		return errors.New("slack: OAuth needs a ClientID and a ClientSecret")
	case err != nil:
		return fmt.Errorf("slack: OAuth: %w", err)
	case len(o.Key) != 32:
		return errors.New("slack: OAuth needs a Key of 32 bytes")
	case o.Installs == nil:
		return errors.New("slack: OAuth needs Installs to keep tokens in")
	}
	return nil
}

// installation is what is sealed.
type installation struct {
	Token  string   `json:"token"`
	User   string   `json:"user"`
	Bot    string   `json:"bot"`
	Name   string   `json:"name"`
	Scopes []string `json:"scopes"`
}

// seal encrypts an installation for its workspace: a sealed token can't be moved to another.
func (o *OAuth) seal(workspace string, i installation) ([]byte, error) {
	box, err := o.box()
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(i)
	if err != nil {
		return nil, fmt.Errorf("seal a token: %w", err)
	}
	nonce := make([]byte, box.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("seal a token: %w", err)
	}
	return box.Seal(nonce, nonce, raw, []byte(workspace)), nil
}

func (o *OAuth) open(workspace string, sealed []byte) (installation, error) {
	box, err := o.box()
	if err != nil {
		return installation{}, err
	}
	var i installation
	if len(sealed) < box.NonceSize() {
		return i, errors.New("open a token: it is cut off")
	}
	raw, err := box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], []byte(workspace))
	if err != nil {
		return i, errors.New("open a token: it was sealed with another key, or changed")
	}
	if err := json.Unmarshal(raw, &i); err != nil {
		return i, errors.New("open a token: it holds no installation")
	}
	return i, nil
}

func (o *OAuth) box() (cipher.AEAD, error) {
	block, err := aes.NewCipher(o.Key)
	if err != nil {
		return nil, fmt.Errorf("seal a token: %w", err)
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("seal a token: %w", err)
	}
	return box, nil
}

// installed returns a workspace that has added the app.
func (a *Adapter) installed(ctx context.Context, workspace string) (*team, error) {
	a.mu.Lock()
	known := a.teams[workspace]
	a.mu.Unlock()
	if known != nil {
		return known, nil
	}
	sealed, err := a.cfg.OAuth.Installs.Load(ctx, workspace)
	if err != nil {
		return nil, fmt.Errorf("look up the token of a workspace: %w", err)
	}
	i, err := a.cfg.OAuth.open(workspace, sealed)
	if err != nil {
		return nil, err
	}
	return a.join(workspace, i), nil
}

func (a *Adapter) join(workspace string, i installation) *team {
	t := &team{api: a.client(i.Token), id: workspace, user: i.User, bot: i.Bot, name: i.Name, scopes: i.Scopes}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.teams[workspace] = t
	return t
}

// part forgets a workspace that has removed the app.
func (a *Adapter) part(ctx context.Context, workspace string) error {
	a.mu.Lock()
	delete(a.teams, workspace)
	a.mu.Unlock()
	if a.cfg.OAuth == nil {
		return nil
	}
	return a.cfg.OAuth.Installs.Remove(ctx, workspace)
}

// The state binds an installation to the browser that began it: it stands in a cookie and comes back in the address.
const stateCookie = "attache_slack_state"

func (a *Adapter) newState() string {
	stamp := strconv.FormatInt(a.cfg.Now().Unix(), 10)
	body := rand.Text() + "." + stamp
	return body + "." + a.signState(body)
}

func (a *Adapter) signState(body string) string {
	mac := hmac.New(sha256.New, a.cfg.OAuth.Key)
	mac.Write([]byte("install:" + body))
	return hex.EncodeToString(mac.Sum(nil))
}

func (a *Adapter) validState(state string) bool {
	i := strings.LastIndexByte(state, '.')
	if i < 0 || !hmac.Equal([]byte(state[i+1:]), []byte(a.signState(state[:i]))) {
		return false
	}
	_, stamp, _ := strings.Cut(state[:i], ".")
	began, err := strconv.ParseInt(stamp, 10, 64)
	return err == nil && a.cfg.Now().Sub(time.Unix(began, 0)) <= installTime
}

// redirect is where Slack sends the browser back to.
func (o *OAuth) redirect() string {
	base, err := publicBase(o.BaseURL)
	if err != nil {
		return "" // New has checked it
	}
	return base + pathOAuth
}

// install sends the browser to Slack.
func (a *Adapter) install(w http.ResponseWriter, r *http.Request) {
	state := a.newState()
	http.SetCookie(w, &http.Cookie{
		Name: stateCookie, Value: state, Path: "/", MaxAge: int(installTime.Seconds()), Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	to := url.URL{Scheme: "https", Host: "slack.com", Path: "/oauth/v2/authorize", RawQuery: url.Values{
		"client_id": {a.cfg.OAuth.ClientID}, "scope": {strings.Join(botScopes(a.variant()), ",")}, "state": {state}, "redirect_uri": {a.cfg.OAuth.redirect()},
	}.Encode()}
	http.Redirect(w, r, to.String(), http.StatusFound)
}

// finish takes the browser back from Slack.
func (a *Adapter) finish(w http.ResponseWriter, r *http.Request) {
	words := wordsFor(readerOf(r))
	cookie, err := r.Cookie(stateCookie)
	state := r.URL.Query().Get("state")
	http.SetCookie(w, &http.Cookie{Name: stateCookie, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	if err != nil || subtle.ConstantTimeCompare([]byte(cookie.Value), []byte(state)) != 1 || !a.validState(state) {
		words.page(w, http.StatusBadRequest, words.stale, words.staleHelp)
		return
	}
	if r.URL.Query().Get("error") != "" || r.URL.Query().Get("code") == "" {
		words.page(w, http.StatusOK, words.declined, words.declinedHelp)
		return
	}
	name, err := a.exchange(r.Context(), r.URL.Query().Get("code"))
	if err != nil {
		a.log.Error("a workspace could not add the app", "error", wordOf(err))
		words.page(w, http.StatusBadGateway, words.refusedApp, words.refusedHelp)
		return
	}
	words.page(w, http.StatusOK, fmt.Sprintf(words.installed, name), words.installedHelp)
}

// readerOf is the language that a browser asks for first.
func readerOf(r *http.Request) string {
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(tags) == 0 {
		return ""
	}
	return tags[0].String()
}

// exchange turns a code into an installation.
func (a *Adapter) exchange(ctx context.Context, code string) (name string, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	o := a.cfg.OAuth
	got, err := slack.GetOAuthV2ResponseContext(ctx, a.http, o.ClientID, o.ClientSecret, code, o.redirect(), slack.OAuthOptionAPIURL(a.cfg.APIURL))
	if err != nil {
		return "", fmt.Errorf("exchange a code: %w", err)
	}
	if got.AccessToken == "" || got.Team.ID == "" {
		return "", errors.New("exchange a code: slack sent no token of a workspace")
	}
	who, err := a.client(got.AccessToken).AuthTestContext(ctx)
	if err != nil {
		return "", fmt.Errorf("try the new token: %w", err)
	}
	i := installation{Token: got.AccessToken, User: who.UserID, Bot: who.BotID, Name: got.Team.Name, Scopes: scopesOf(who.Header)}
	sealed, err := o.seal(got.Team.ID, i)
	if err != nil {
		return "", err
	}
	if err := o.Installs.Save(ctx, got.Team.ID, sealed); err != nil {
		return "", fmt.Errorf("keep the token of a workspace: %w", err)
	}
	a.join(got.Team.ID, i)
	a.log.Info("a workspace added the app", "workspace", got.Team.ID)
	return got.Team.Name, nil
}

// page is a small page for a person. Nothing in it runs.
func (w words) page(out http.ResponseWriter, status int, title, text string) {
	h := out.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer") // the address holds a code
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	out.WriteHeader(status)
	title, text = html.EscapeString(line(title)), html.EscapeString(text)
	_, _ = io.WriteString(out, `<!doctype html><html lang="`+w.lang+`"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>`+title+
		`</title><style>body{font:1.1rem/1.6 system-ui;max-width:34rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}</style><main><h1>`+title+`</h1><p>`+text+"</p></main></html>\n")
}

// Folder keeps sealed tokens as files that only their owner can read.
type Folder string

var _ Installs = Folder("")

var workspaceID = regexp.MustCompile(`^[A-Z0-9]{2,32}$`)

func (f Folder) path(workspace string) (string, error) {
	if !workspaceID.MatchString(workspace) {
		return "", ErrNotInstalled
	}
	return filepath.Join(string(f), workspace+".sealed"), nil
}

// Save writes the file anew; a crash leaves the old one or the new one.
func (f Folder) Save(_ context.Context, workspace string, sealed []byte) error {
	path, err := f.path(workspace)
	if err != nil {
		return fmt.Errorf("keep a token: %q is no workspace", workspace)
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return fmt.Errorf("keep a token: %w", err)
	}
	if err := os.WriteFile(path+".new", []byte(base64.StdEncoding.EncodeToString(sealed)), 0o600); err != nil {
		return fmt.Errorf("keep a token: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("keep a token: %w", err)
	}
	return nil
}

// Load reads the file.
func (f Folder) Load(_ context.Context, workspace string) ([]byte, error) {
	path, err := f.path(workspace)
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotInstalled
	}
	if err != nil {
		return nil, fmt.Errorf("read a token: %w", err)
	}
	sealed, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(raw)))
	if err != nil {
		return nil, errors.New("read a token: the file is damaged")
	}
	return sealed, nil
}

// Remove deletes the file.
func (f Folder) Remove(_ context.Context, workspace string) error {
	path, err := f.path(workspace)
	if err != nil {
		return nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a token: %w", err)
	}
	return nil
}
