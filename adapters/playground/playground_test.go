package playground_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/adapters/playground"
	"attache/bot"
	"attache/bot/message"
)

// room is a playground without a network: requests go straight to its handler.
type room struct {
	*testing.T
	*playground.Playground
	bot *scripted
}

func newRoom(t *testing.T, c playground.Config) *room {
	t.Helper()
	s, ok := c.Bot.(*scripted)
	if !ok {
		s = newScripted()
		c.Bot = s
	}
	if c.Now == nil {
		c.Now = noon
	}
	p, err := playground.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return &room{T: t, Playground: p, bot: s}
}

// do sends a request and returns status and body. change, which may be nil, alters the request before it is sent.
func (r *room) do(method, path, body string, change func(*http.Request)) *httptest.ResponseRecorder {
	r.Helper()
	req := httptest.NewRequestWithContext(r.Context(), method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Origin", "http://127.0.0.1:8080")
	}
	if change != nil {
		change(req)
	}
	w := httptest.NewRecorder()
	r.Handler().ServeHTTP(w, req)
	return w
}

// get and post read a JSON answer into a T.
func get[T any](r *room, path string) T {
	r.Helper()
	return answerOf[T](r, r.do(http.MethodGet, path, "", nil))
}

func post[T any](r *room, path string, body any) T {
	r.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		r.Fatal(err)
	}
	return answerOf[T](r, r.do(http.MethodPost, path, string(raw), nil))
}

func answerOf[T any](r *room, w *httptest.ResponseRecorder) T {
	r.Helper()
	var v T
	if w.Code != http.StatusOK {
		r.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		r.Fatalf("%v in %s", err, w.Body)
	}
	return v
}

// refused sends a POST that must be refused and returns the code.
func (r *room) refused(path string, body any, status int) string {
	r.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		r.Fatal(err)
	}
	return refusal(r.T, r.do(http.MethodPost, path, string(raw), nil), status)
}

func refusal(t *testing.T, w *httptest.ResponseRecorder, status int) string {
	t.Helper()
	var v struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || v.Error.Code == "" || v.Error.Message == "" {
		t.Errorf("a refusal must be JSON with code and message, got %q (%v)", w.Body, err)
	}
	if w.Code != status {
		t.Errorf("got status %d (%s), want %d", w.Code, w.Body, status)
	}
	return v.Error.Code
}

type entry struct {
	ID, Channel, Thread, Kind, Text, Plain string
	Seq, Rev                               int64
	At                                     time.Time
	Pending, Private, Edited               bool
	Pressed                                []string
	Message                                *message.Message
	Previews                               map[string]json.RawMessage
	Fault                                  map[string]string
}

type said struct{ Asked, Answer *entry }

type transcript struct{ Entries []entry }

type asked struct {
	ID      string `json:"id,omitempty"`
	Channel string `json:"channel"`
	Thread  string `json:"thread,omitempty"`
	Text    string `json:"text"`
	Zone    string `json:"zone,omitempty"`
	Locale  string `json:"locale,omitempty"`
}

func TestEveryAnswerForbidsForeignScriptsAndFrames(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	for _, path := range []string{"/", "/page.js", "/page.css", "/attache.svg", "/api/about", "/nowhere", "/api/nowhere"} {
		h := r.do(http.MethodGet, path, "", nil).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "no-referrer",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestThePageHasNoInlineScriptAndParsesNoHTML(t *testing.T) {
	t.Parallel()
	forbidden := map[string]*regexp.Regexp{
		".html": regexp.MustCompile(`(?i)<script[^>]*>\s*[^<\s]|<style|\sstyle=|\son\w+=|javascript:|https?://`),
		".js":   regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|srcdoc|\.cssText`),
		".css":  regexp.MustCompile(`@import|url\(\s*["']?(?:https?:)?//`),
	}
	files := 0
	err := filepath.WalkDir("web", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if re := forbidden[filepath.Ext(path)]; re != nil {
			if found := re.Find(raw); found != nil {
				t.Errorf("%s has %q", path, found)
			}
		}
		return nil
	})
	if err != nil || files < 10 {
		t.Fatalf("read %d files of the page: %v", files, err)
	}
}

func TestFilesAreServedWithTheirTypesAndTags(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	for path, kind := range map[string]string{"/": "text/html; charset=utf-8", "/page.js": "text/javascript; charset=utf-8", "/page.css": "text/css; charset=utf-8", "/attache.svg": "image/svg+xml"} {
		w := r.do(http.MethodGet, path, "", nil)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind || w.Body.Len() == 0 {
			t.Errorf("%s: status %d, type %q, %d bytes; want 200 %s", path, w.Code, w.Header().Get("Content-Type"), w.Body.Len(), kind)
		}
		again := r.do(http.MethodGet, path, "", func(q *http.Request) { q.Header.Set("If-None-Match", w.Header().Get("ETag")) })
		if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s again: status %d with %d bytes, want 304 without a body", path, again.Code, again.Body.Len())
		}
		if head := r.do(http.MethodHead, path, "", nil); head.Code != http.StatusOK || head.Body.Len() > 0 {
			t.Errorf("HEAD %s: status %d with %d bytes", path, head.Code, head.Body.Len())
		}
	}
	for _, path := range []string{"/index.html", "/web/page.js", "/../api.go", "/page.js/"} {
		refusal(t, r.do(http.MethodGet, path, "", nil), http.StatusNotFound)
	}
}

func TestForeignHostsAreRefused(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{Hosts: []string{"brief.example.org", "192.0.2.7:8080", "[2001:db8::1]"}})
	for host, allowed := range map[string]bool{
		"127.0.0.1:8080": true, "localhost:8080": true, "LOCALHOST": true, "[::1]:8080": true, "127.0.0.53": true, "attache.localhost": true,
		"brief.example.org": true, "Brief.Example.org.:443": true, "192.0.2.7": true, "[2001:db8::1]:8080": true,
		"evil.example": false, "127.0.0.1.evil.example": false, "localhost.evil.example": false, "192.0.2.8": false, "": false,
		"evil.example:127.0.0.1": false, "10.0.0.1:8080": false, "::": false, "0.0.0.0:8080": false, "notlocalhost": false,
	} {
		w := r.do(http.MethodGet, "/api/about", "", func(q *http.Request) { q.Host = host })
		if allowed && w.Code != http.StatusOK {
			t.Errorf("host %q is refused: %s", host, w.Body)
		}
		if !allowed {
			if code := refusal(t, w, http.StatusMisdirectedRequest); code != "foreign_host" {
				t.Errorf("host %q: code %q", host, code)
			}
		}
	}
}

func TestForeignOriginsAreRefused(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		method  string
		path    string
		headers map[string][]string
		allowed bool
	}{
		{"our page", "POST", "/api/channels", map[string][]string{"Origin": {"http://127.0.0.1:8080"}, "Sec-Fetch-Site": {"same-origin"}}, true},
		{"a tool without a page", "POST", "/api/channels", map[string][]string{"Origin": nil}, true},
		{"another site", "POST", "/api/channels", map[string][]string{"Origin": {"https://evil.example"}}, false},
		{"another port of this machine", "POST", "/api/channels", map[string][]string{"Origin": {"http://127.0.0.1:9999"}}, false},
		{"another name of this machine", "POST", "/api/channels", map[string][]string{"Origin": {"http://localhost:8080"}}, false},
		{"a sandboxed frame", "POST", "/api/channels", map[string][]string{"Origin": {"null"}}, false},
		{"an extension", "POST", "/api/channels", map[string][]string{"Origin": {"chrome-extension://127.0.0.1:8080"}}, false},
		{"two origins", "POST", "/api/channels", map[string][]string{"Origin": {"http://127.0.0.1:8080", "https://evil.example"}}, false},
		{"an old form on another site", "POST", "/api/channels", map[string][]string{"Origin": nil, "Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}}, false},
		{"a foreign page reads the API", "GET", "/api/channels", map[string][]string{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"no-cors"}}, false},
		{"a foreign page on a sister host reads the API", "GET", "/api/channels", map[string][]string{"Sec-Fetch-Site": {"same-site"}, "Sec-Fetch-Mode": {"cors"}}, false},
		{"a foreign page loads our script", "GET", "/page.js", map[string][]string{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"no-cors"}}, false},
		{"a link on another page", "GET", "/", map[string][]string{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}}, true},
		{"a link into the API", "GET", "/api/channels", map[string][]string{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}}, false},
		{"typed by hand", "GET", "/", map[string][]string{"Sec-Fetch-Site": {"none"}, "Sec-Fetch-Mode": {"navigate"}}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := newRoom(t, playground.Config{})
			w := r.do(row.method, row.path, `{"name":"gulf-watch"}`, func(q *http.Request) {
				for name, values := range row.headers {
					q.Header[name] = values
				}
			})
			if row.allowed && w.Code != http.StatusOK {
				t.Errorf("refused with %d: %s", w.Code, w.Body)
			}
			if !row.allowed {
				if code := refusal(t, w, http.StatusForbidden); code != "foreign_origin" {
					t.Errorf("code %q", code)
				}
				if list := get[[]struct{ ID string }](r, "/api/channels"); len(list) != 3 {
					t.Errorf("the refused request changed something: %v", list)
				}
			}
		})
	}
}

func TestMalformedRequestsAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, method, path, body string
		kind                     string
		status                   int
		code                     string
	}{
		{"a form", "POST", "/api/ask", "channel=general&text=x", "application/x-www-form-urlencoded", 415, "not_json"},
		{"JSON as text", "POST", "/api/ask", `{"channel":"general","text":"x"}`, "text/plain", 415, "not_json"},
		{"no type", "POST", "/api/ask", `{"channel":"general","text":"x"}`, "", 415, "not_json"},
		{"no JSON", "POST", "/api/ask", "who?", "application/json", 400, "bad_request"},
		{"an empty body", "POST", "/api/ask", "", "application/json", 400, "bad_request"},
		{"two values", "POST", "/api/ask", `{"channel":"general","text":"x"} {}`, "application/json", 400, "bad_request"},
		{"an unknown key", "POST", "/api/ask", `{"channel":"general","text":"x","admin":true}`, "application/json", 400, "bad_request"},
		{"a wrong type", "POST", "/api/ask", `{"channel":"general","text":7}`, "application/json", 400, "bad_request"},
		{"no UTF-8", "POST", "/api/ask", "{\"channel\":\"general\",\"text\":\"\xff\"}", "application/json", 400, "bad_request"},
		{"10 MB", "POST", "/api/ask", `{"channel":"general","text":"` + strings.Repeat("x", 10<<20) + `"}`, "application/json", 413, "too_large"},
		{"no question", "POST", "/api/ask", `{"channel":"general","text":" \n "}`, "application/json", 400, "empty"},
		{"an unknown channel", "POST", "/api/ask", `{"channel":"elsewhere","text":"x"}`, "application/json", 404, "not_found"},
		{"an unknown thread", "POST", "/api/ask", `{"channel":"general","thread":"nope","text":"x"}`, "application/json", 404, "not_found"},
		{"a strange id", "POST", "/api/ask", `{"id":"../../x","channel":"general","text":"x"}`, "application/json", 400, "bad_request"},
		{"a button that is not there", "POST", "/api/click", `{"channel":"general","entry":"x","action":"evidence","value":"1"}`, "application/json", 404, "not_found"},
		{"a strange click id", "POST", "/api/click", `{"id":"x"}`, "application/json", 400, "bad_request"},
		{"a channel without a name", "POST", "/api/channels", `{"name":" # "}`, "application/json", 400, "bad_name"},
		{"a clock without a direction", "POST", "/api/clock", `{}`, "application/json", 400, "bad_request"},
		{"a clock in an unknown direction", "POST", "/api/clock", `{"move":"sideways"}`, "application/json", 400, "bad_request"},
		{"a clock in the next century", "POST", "/api/clock", `{"to":"2224-02-20T12:00:00Z"}`, "application/json", 400, "too_far"},
		{"a clock without a digest", "POST", "/api/clock", `{"move":"next"}`, "application/json", 409, "no_digest"},
		{"a GET that asks", "GET", "/api/ask", "", "", 405, "wrong_method"},
		{"a POST that reads", "POST", "/api/articles", "{}", "application/json", 405, "wrong_method"},
		{"a DELETE of the page", "DELETE", "/", "", "", 405, "wrong_method"},
		{"an unknown address", "GET", "/api/secrets", "", "", 404, "not_found"},
		{"an unknown article", "GET", "/api/articles/nope", "", "", 404, "not_found"},
		{"the story of an unknown article", "GET", "/api/stories/nope", "", "", 404, "not_found"},
		{"an unknown transcript", "GET", "/api/channels/nope", "", "", 404, "not_found"},
		{"a long prefix", "GET", "/api/complete?command=who&arg=actor&prefix=" + strings.Repeat("x", 300), "", "", 400, "bad_request"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := newRoom(t, playground.Config{})
			w := r.do(row.method, row.path, row.body, func(q *http.Request) {
				q.Header.Del("Content-Type")
				if row.kind != "" {
					q.Header.Set("Content-Type", row.kind)
				}
			})
			if code := refusal(t, w, row.status); code != row.code {
				t.Errorf("got code %q, want %q", code, row.code)
			}
			if row.status == http.StatusMethodNotAllowed && w.Header().Get("Allow") == "" {
				t.Error("the answer does not say which methods are allowed")
			}
			if n := len(r.bot.asked()); n != 0 {
				t.Errorf("the bot was asked %d times", n)
			}
		})
	}
}

func TestTheBrowsersLanguageReachesTheBot(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	for header, want := range map[string]string{
		"": "", "fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5": "fr-CH", "en;q=0.5, ko-KR": "ko-KR", "*": "", "de;q=x, fr;q=0.1": "fr", ";;,": "",
	} {
		w := r.do(http.MethodPost, "/api/ask", `{"channel":"general","text":"Who?"}`, func(r *http.Request) { r.Header.Set("Accept-Language", header) })
		if w.Code != http.StatusOK {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		all := r.bot.asked()
		if got := all[len(all)-1].User.Locale; got != want {
			t.Errorf("with Accept-Language %q the bot heard the locale %q, want %q", header, got, want)
		}
	}
}

func TestAQuestionIsKeptWithItsAnswer(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{Previews: []playground.Preview{{Name: "Slack", Render: slackForm}, {Name: "Discord", Render: discordForm}}})
	came := post[said](r, "/api/ask", asked{Channel: "general", Text: "  Who gave the car? ", Zone: "Asia/Seoul", Locale: "ko-KR"})
	if came.Asked == nil || came.Answer == nil {
		t.Fatalf("got %+v", came)
	}
	want := bot.Request{
		ID: "playground/" + came.Asked.ID, Kind: bot.Ask, Text: "Who gave the car?", At: noon(), Explain: true,
		Address:      message.Address{Platform: "playground", Workspace: "local", Channel: "general"},
		Conversation: "playground/local/general/" + came.Asked.ID,
		User:         bot.User{ID: "you", Name: "You", Locale: "ko-KR", Zone: "Asia/Seoul", Manages: bot.PermissionYes},
	}
	if diff := cmp.Diff([]bot.Request{want}, r.bot.asked()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	kept := get[transcript](r, "/api/channels/general").Entries
	if len(kept) != 2 || kept[0].ID != came.Asked.ID || kept[1].ID != came.Answer.ID {
		t.Fatalf("after a reload the channel has %+v", kept)
	}
	answer := kept[1]
	if kept[0].Pending || answer.Thread != kept[0].ID || !strings.Contains(answer.Plain, "Vladimir Putin") {
		t.Errorf("question %+v, answer %+v", kept[0], answer)
	}
	wantSlack, _ := slackForm(replyTo(want).Message)
	wantDiscord, _ := discordForm(replyTo(want).Message)
	if string(answer.Previews["Slack"]) != string(wantSlack) || string(answer.Previews["Discord"]) != string(wantDiscord) {
		t.Errorf("the previews are not what the renderers made: %s", answer.Previews)
	}
}

func TestAFollowUpBelongsToItsThread(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	first := post[said](r, "/api/ask", asked{Channel: "general", Text: "Who gave the car?"})
	second := post[said](r, "/api/ask", asked{Channel: "general", Thread: first.Answer.ID, Text: "And what did Seoul say?"})
	third := post[said](r, "/api/ask", asked{Channel: "general", Thread: second.Answer.ID, Text: "Why?"})
	fresh := post[said](r, "/api/ask", asked{Channel: "general", Text: "How many seats?"})
	requests := r.bot.asked()
	for i, q := range requests[:3] {
		if q.Conversation != requests[0].Conversation {
			t.Errorf("question %d is in conversation %q, the first in %q", i+1, q.Conversation, requests[0].Conversation)
		}
	}
	if requests[1].Address.Thread != first.Asked.ID || !strings.Contains(requests[1].Quoted, "Vladimir Putin") {
		t.Errorf("the follow-up was asked at %v under %q", requests[1].Address, requests[1].Quoted)
	}
	if third.Answer.Thread != first.Asked.ID {
		t.Errorf("the third answer stands in thread %q, want %q", third.Answer.Thread, first.Asked.ID)
	}
	if requests[3].Conversation == requests[0].Conversation || fresh.Asked.Thread != "" {
		t.Errorf("a new question is in conversation %q", requests[3].Conversation)
	}
}

func TestDirectMessagesAreOneConversation(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	post[said](r, "/api/ask", asked{Channel: "direct", Text: "Who gave the car?"})
	came := post[said](r, "/api/ask", asked{Channel: "direct", Text: "And Seoul?"})
	requests := r.bot.asked()
	if requests[0].Conversation != "playground/local/direct" || requests[1].Conversation != requests[0].Conversation || came.Answer.Thread != "" {
		t.Errorf("conversations %q and %q, answer in thread %q", requests[0].Conversation, requests[1].Conversation, came.Answer.Thread)
	}
}

func TestLinesWithASlashAreCommands(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	for line, want := range map[string]string{
		"/brief digest add daily 08:00": "digest add daily 08:00", "/digest list": "digest list", "/BRIEF  help": "help", "/brief": "", "/ latest": "latest", "/briefing": "briefing",
	} {
		post[said](r, "/api/ask", asked{Channel: "general", Text: line})
		requests := r.bot.asked()
		got := requests[len(requests)-1]
		if got.Kind != bot.Run || got.Text != want {
			t.Errorf("%q became %s %q, want run %q", line, got.Kind, got.Text, want)
		}
	}
}

func TestTheSameGestureIsHandledOnce(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	q := asked{ID: "gesture-0001", Channel: "general", Text: "Who gave the car?"}
	first, again := post[said](r, "/api/ask", q), post[said](r, "/api/ask", q)
	if n := len(r.bot.asked()); n != 1 {
		t.Errorf("the bot was asked %d times", n)
	}
	if again.Asked == nil || again.Asked.ID != first.Asked.ID {
		t.Errorf("the second time came %+v", again.Asked)
	}
}

func TestAZoneThatIsNoneIsNotPassedOn(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{Zone: "Europe/Paris"})
	for _, zone := range []string{"", "Local", "Mars/Olympus", "../../etc/passwd", strings.Repeat("x", 500)} {
		post[said](r, "/api/ask", asked{Channel: "general", Text: "x", Zone: zone, Locale: strings.Repeat("x", 99)})
		requests := r.bot.asked()
		if got := requests[len(requests)-1].User; got.Zone != "Europe/Paris" || got.Locale != "" {
			t.Errorf("zone %q became %q, the locale %q", zone, got.Zone, got.Locale)
		}
	}
}

func TestABotThatFailsIsToldHonestly(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]func(bot.Request) (bot.Reply, error){
		"an error": func(bot.Request) (bot.Reply, error) { return bot.Reply{}, errors.New("context deadline exceeded") },
		"a panic":  func(bot.Request) (bot.Reply, error) { panic("index out of range") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScripted()
			s.reply = reply
			r := newRoom(t, playground.Config{Bot: s})
			came := post[said](r, "/api/ask", asked{Channel: "general", Text: "Who?"})
			if came.Asked.Pending || came.Answer == nil || !came.Answer.Private || came.Answer.Message.Tone != message.ToneProblem {
				t.Fatalf("got %+v", came.Answer)
			}
			if !strings.Contains(came.Answer.Plain, "Please ask again") || strings.Contains(came.Answer.Plain, "index") {
				t.Errorf("the person reads %q", came.Answer.Plain)
			}
		})
	}
}

func TestARendererThatFailsIsNamed(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{Previews: []playground.Preview{
		{Name: "Slack", Render: func(*message.Message) (json.RawMessage, error) { return nil, errors.New("too many blocks") }},
		{Name: "Discord", Render: func(*message.Message) (json.RawMessage, error) { return json.RawMessage("{"), nil }},
	}})
	came := post[said](r, "/api/ask", asked{Channel: "general", Text: "Who?"})
	want := map[string]string{"Slack": "too many blocks", "Discord": "the renderer's result is not JSON"}
	if diff := cmp.Diff(want, came.Answer.Fault); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if !strings.Contains(came.Answer.Plain, "Vladimir Putin") {
		t.Errorf("the plain form is lost as well: %q", came.Answer.Plain)
	}
}

func TestAMessageThatIsTooLargeIsShownInThePartsThatWouldBeSent(t *testing.T) {
	t.Parallel()
	fit := func(m *message.Message) (parts []*message.Message) {
		for _, b := range m.Blocks[:2] {
			parts = append(parts, &message.Message{Gist: m.Gist, Blocks: []message.Block{b}})
		}
		return parts
	}
	r := newRoom(t, playground.Config{Previews: []playground.Preview{{Name: "Slack", Fit: fit, Render: slackForm}}})
	came := post[said](r, "/api/ask", asked{Channel: "general", Text: "Who?"})
	var parts []struct{ Blocks []struct{ Type string } }
	if err := json.Unmarshal(came.Answer.Previews["Slack"], &parts); err != nil || len(parts) != 2 || parts[0].Blocks[0].Type != "section" || parts[1].Blocks[0].Type != "rich_text" {
		t.Errorf("the parts are %s (%v)", came.Answer.Previews["Slack"], err)
	}
}

type pressed struct {
	Channel string `json:"channel"`
	Entry   string `json:"entry"`
	Action  string `json:"action"`
	Value   string `json:"value"`
}

func TestAButtonIsPressedWhereItStands(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	came := post[said](r, "/api/ask", asked{Channel: "general", Text: "Who?"})
	r.refused("/api/click", pressed{"general", came.Answer.ID, "evidence", "another"}, http.StatusNotFound)
	r.refused("/api/click", pressed{"korea-desk", came.Answer.ID, "evidence", "x1"}, http.StatusNotFound)
	r.refused("/api/click", pressed{"general", came.Asked.ID, "evidence", "x1"}, http.StatusNotFound)
	r.refused("/api/click", pressed{"general", came.Answer.ID, "", ""}, http.StatusNotFound)
	if n := len(r.bot.asked()); n != 1 {
		t.Fatalf("a button that does not stand there reached the bot: %d requests", n)
	}

	clicked := post[said](r, "/api/click", pressed{"general", came.Answer.ID, "evidence", "x1"})
	if clicked.Answer == nil || !clicked.Answer.Private || clicked.Answer.Thread != came.Asked.ID {
		t.Errorf("the evidence came as %+v", clicked.Answer)
	}
	got := r.bot.asked()[1]
	if got.Kind != bot.Click || got.Action != "evidence" || got.Value != "x1" || got.Conversation != "playground/local/general/"+came.Asked.ID || !strings.Contains(got.Quoted, "Vladimir Putin") {
		t.Errorf("the click is %+v", got)
	}
	kept := get[transcript](r, "/api/channels/general").Entries[1]
	if diff := cmp.Diff([]string{"evidence x1"}, kept.Pressed); diff != "" || kept.Rev <= came.Answer.Rev {
		t.Errorf("the answer remembers (-want +got):\n%s revision %d after %d", diff, kept.Rev, came.Answer.Rev)
	}
}

func TestAReplyMayReplaceTheMessageUnderTheButton(t *testing.T) {
	t.Parallel()
	s := newScripted()
	s.reply = func(q bot.Request) (bot.Reply, error) {
		if q.Kind == bot.Click {
			return bot.Reply{Replace: true, Message: &message.Message{Gist: "Page two."}}, nil
		}
		return replyTo(q), nil
	}
	r := newRoom(t, playground.Config{Bot: s})
	came := post[said](r, "/api/ask", asked{Channel: "general", Text: "Who?"})
	post[said](r, "/api/click", pressed{"general", came.Answer.ID, "evidence", "x1"})
	kept := get[transcript](r, "/api/channels/general").Entries
	if len(kept) != 2 || kept[1].Message.Gist != "Page two." || !kept[1].Edited {
		t.Errorf("after the press the channel has %+v", kept)
	}
}

func TestAnEmptyReplySaysNothing(t *testing.T) {
	t.Parallel()
	s := newScripted()
	s.reply = func(bot.Request) (bot.Reply, error) { return bot.Reply{}, nil }
	r := newRoom(t, playground.Config{Bot: s})
	came := post[said](r, "/api/ask", asked{Channel: "general", Text: "Who?"})
	if kept := get[transcript](r, "/api/channels/general").Entries; came.Answer != nil || len(kept) != 1 || kept[0].Pending {
		t.Errorf("answer %+v, transcript %+v", came.Answer, kept)
	}
}

func address(channel string) message.Address {
	return message.Address{Platform: playground.Platform, Workspace: playground.Workspace, Channel: channel}
}

func TestADigestArrivesOncePerKey(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	p := r.Poster()
	m := digestMessage("general", noon())
	if parts := p.Fit(m); len(parts) != 1 || parts[0] != m {
		t.Errorf("fit made %d parts", len(parts))
	}
	var wg sync.WaitGroup
	refs := make([]message.Ref, 8)
	for i := range refs {
		wg.Go(func() {
			ref, err := p.Post(t.Context(), address("general"), m, "d7f3-0")
			if err != nil {
				t.Error(err)
			}
			refs[i] = ref
		})
	}
	wg.Wait()
	for _, ref := range refs[1:] {
		if ref != refs[0] {
			t.Errorf("posted as %v and as %v", refs[0], ref)
		}
	}
	if kept := get[transcript](r, "/api/channels/general").Entries; len(kept) != 1 || kept[0].Kind != "post" {
		t.Errorf("the channel has %d entries", len(kept))
	}
	finder := p.(message.Finder)
	if ref, found, err := finder.Find(t.Context(), address("general"), "d7f3-0", noon()); err != nil || !found || ref != refs[0] {
		t.Errorf("find: %v %v %v", ref, found, err)
	}
	for _, channel := range []string{"korea-desk", "never-made"} {
		if _, found, err := finder.Find(t.Context(), address(channel), "d7f3-0", noon()); err != nil || found {
			t.Errorf("find in %s: %v %v", channel, found, err)
		}
	}
}

func TestADigestForAChannelFromBeforeARestartMakesTheChannel(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	if _, err := r.Poster().Post(t.Context(), address("gulf-watch"), digestMessage("gulf-watch", noon()), "k"); err != nil {
		t.Fatal(err)
	}
	if kept := get[transcript](r, "/api/channels/gulf-watch").Entries; len(kept) != 1 {
		t.Errorf("the channel has %d entries", len(kept))
	}
}

func TestAddressesElsewhereAreGone(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	p := r.Poster()
	for _, to := range []message.Address{
		{Platform: "slack", Workspace: "T1", Channel: "C1"}, {Platform: playground.Platform, Workspace: "other", Channel: "general"},
		{Platform: playground.Platform, Workspace: playground.Workspace, Channel: ""}, {Platform: playground.Platform, Workspace: playground.Workspace, Channel: "No Such Name!"},
	} {
		if _, err := p.Post(t.Context(), to, digestMessage("x", noon()), "k"); message.ClassOf(err) != message.Gone {
			t.Errorf("post to %v: %v, want class gone", to, err)
		}
		if _, _, err := p.(message.Finder).Find(t.Context(), to, "k", noon()); message.ClassOf(err) != message.Gone {
			t.Errorf("find in %v: %v, want class gone", to, err)
		}
	}
	if _, err := p.Post(t.Context(), address("general"), nil, "k"); message.ClassOf(err) != message.Refused {
		t.Errorf("post of nothing: %v, want class refused", err)
	}
}

func TestEditReplacesAPost(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	p := r.Poster()
	ref, err := p.Post(t.Context(), address("general"), digestMessage("general", noon()), "k")
	if err != nil {
		t.Fatal(err)
	}
	editor := p.(message.Editor)
	for range 2 { // editing twice is harmless
		if err := editor.Edit(t.Context(), ref, &message.Message{Gist: "Corrected."}); err != nil {
			t.Fatal(err)
		}
	}
	if kept := get[transcript](r, "/api/channels/general").Entries; len(kept) != 1 || kept[0].Message.Gist != "Corrected." || !kept[0].Edited {
		t.Errorf("the channel has %+v", kept)
	}
	ref.ID = "gone"
	if err := editor.Edit(t.Context(), ref, &message.Message{Gist: "x"}); message.ClassOf(err) != message.Gone {
		t.Errorf("edit of what is not there: %v, want class gone", err)
	}
}

func TestATranscriptForgetsItsOldestAndKeepsItsKeys(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	p := r.Poster()
	for i := range 350 {
		if _, err := p.Post(t.Context(), address("general"), &message.Message{Gist: fmt.Sprintf("Number %d.", i)}, fmt.Sprintf("k%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	kept := get[transcript](r, "/api/channels/general").Entries
	if len(kept) != 300 || kept[0].Message.Gist != "Number 50." || kept[299].Message.Gist != "Number 349." {
		t.Errorf("kept %d entries from %q", len(kept), kept[0].Message.Gist)
	}
	if _, err := p.Post(t.Context(), address("general"), &message.Message{Gist: "Number 0."}, "k0"); err != nil {
		t.Fatal(err)
	}
	if kept := get[transcript](r, "/api/channels/general").Entries; kept[299].Message.Gist != "Number 349." {
		t.Errorf("a key whose message is forgotten was posted again: %q", kept[299].Message.Gist)
	}
}

func TestChannelsAreNamedAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	for typed, want := range map[string]string{"#Gulf Watch": "gulf-watch", "gulf-watch": "gulf-watch", "한반도": "한반도", "a_b--c": "a_b-c"} {
		if got := post[struct{ ID string }](r, "/api/channels", map[string]string{"name": typed}); got.ID != want {
			t.Errorf("%q became %q, want %q", typed, got.ID, want)
		}
	}
	for _, typed := range []string{"", "direct", "a/b", "<b>", "a\u202eb", strings.Repeat("x", 41)} {
		if code := r.refused("/api/channels", map[string]string{"name": typed}, http.StatusBadRequest); code != "bad_name" {
			t.Errorf("%q: code %q", typed, code)
		}
	}
	for i := range 50 {
		w := r.do(http.MethodPost, "/api/channels", fmt.Sprintf(`{"name":"c%d"}`, i), nil)
		if w.Code == http.StatusTooManyRequests {
			if n := len(get[[]struct{}](r, "/api/channels")); n != 40 {
				t.Errorf("refused at %d channels", n)
			}
			return
		}
	}
	t.Error("no limit on channels")
}

func TestChannelsShowTheirDigests(t *testing.T) {
	t.Parallel()
	list := []playground.Digest{
		{ID: "d7f3", Channel: "gulf-watch", Schedule: "daily 08:00", Beat: "Gulf", NextAt: noon().Add(time.Hour)},
		{ID: "p000", Channel: "general", Schedule: "hourly", NextAt: noon().Add(time.Minute), Paused: true, Reason: "the channel is gone"},
		{ID: "zzzz", Channel: "general", Schedule: "never"},
	}
	r := newRoom(t, playground.Config{Digests: func(context.Context) ([]playground.Digest, error) { return list, nil }})
	type row struct {
		ID, Kind string
		Digests  []playground.Digest
	}
	want := []row{
		{"general", "channel", []playground.Digest{list[1], list[2]}}, {"korea-desk", "channel", []playground.Digest{}},
		{"gulf-watch", "channel", []playground.Digest{list[0]}}, {"direct", "direct", []playground.Digest{}},
	}
	if diff := cmp.Diff(want, get[[]row](r, "/api/channels")); diff != "" {
		t.Errorf("channels (-want +got):\n%s", diff)
	}
	if got := get[clockState](r, "/api/clock"); got.Next == nil || got.Next.ID != "d7f3" {
		t.Errorf("the next digest is %+v, want d7f3: a paused one does not come", got.Next)
	}
}

func TestDigestsThatCannotBeListedAreAnErrorWithoutDetails(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{Digests: func(context.Context) ([]playground.Digest, error) { return nil, errors.New("password=hunter2") }})
	w := r.do(http.MethodGet, "/api/channels", "", nil)
	refusal(t, w, http.StatusInternalServerError)
	if strings.Contains(w.Body.String(), "hunter2") {
		t.Errorf("the answer tells the error: %s", w.Body)
	}
}

type clockState struct {
	Now    time.Time
	Offset float64
	Next   *playground.Digest
}

// withDigest makes a playground with a digest every day at 08:00 UTC.
func withDigest(t *testing.T) (*room, *dailyDigest) {
	t.Helper()
	d := &dailyDigest{channel: "korea-desk", on: true, next: time.Date(2024, 2, 21, 8, 0, 0, 0, time.UTC)}
	r := newRoom(t, playground.Config{Digests: d.list, Advance: d.advance})
	d.play = r.Playground
	return r, d
}

func TestTheClockStopsAtEachDigestOnItsWay(t *testing.T) {
	t.Parallel()
	r, d := withDigest(t)
	to := time.Date(2024, 2, 24, 9, 30, 0, 0, time.UTC)
	got := post[clockState](r, "/api/clock", map[string]any{"to": to})
	if !got.Now.Equal(to) || !r.Now().Equal(to) || got.Offset != to.Sub(noon()).Seconds() {
		t.Errorf("the clock shows %s, %v s ahead; want %s", got.Now, got.Offset, to)
	}
	var want []time.Time
	for day := 21; day <= 24; day++ {
		want = append(want, time.Date(2024, 2, day, 8, 0, 0, 0, time.UTC))
	}
	if diff := cmp.Diff(want, d.arrived); diff != "" {
		t.Errorf("digests arrived at (-want +got):\n%s", diff)
	}
	kept := get[transcript](r, "/api/channels/korea-desk").Entries
	for i, e := range kept {
		if !e.At.Equal(want[i]) {
			t.Errorf("digest %d is dated %s, want %s", i, e.At, want[i])
		}
	}
}

func TestTheClockMovesWhereItIsTold(t *testing.T) {
	t.Parallel()
	r, d := withDigest(t)
	for _, step := range []struct {
		move, zone string
		want       time.Time
		arrived    int
	}{
		{"hour", "", noon().Add(time.Hour), 0},
		{"next", "", time.Date(2024, 2, 21, 8, 0, 0, 0, time.UTC), 1},
		{"tomorrow", "Asia/Seoul", time.Date(2024, 2, 22, 0, 0, 0, 0, time.UTC), 1}, // 17:00 in Seoul: the next morning there
		{"tomorrow", "", time.Date(2024, 2, 23, 9, 0, 0, 0, time.UTC), 3},
		{"reset", "", noon(), 3},
		{"next", "", time.Date(2024, 2, 24, 8, 0, 0, 0, time.UTC), 4}, // what has arrived does not come again
	} {
		got := post[clockState](r, "/api/clock", map[string]string{"move": step.move, "zone": step.zone})
		if !got.Now.Equal(step.want) || len(d.arrived) != step.arrived {
			t.Errorf("%s %s: the clock shows %s with %d digests, want %s with %d", step.move, step.zone, got.Now, len(d.arrived), step.want, step.arrived)
		}
	}
}

func TestOnlyOneMoveOfTheClockAtATime(t *testing.T) {
	t.Parallel()
	moving, goOn := make(chan struct{}), make(chan struct{})
	r := newRoom(t, playground.Config{Advance: func(context.Context, time.Time) error {
		close(moving)
		<-goOn
		return nil
	}})
	first := make(chan int)
	go func() { first <- r.do(http.MethodPost, "/api/clock", `{"move":"hour"}`, nil).Code }()
	<-moving
	if code := r.refused("/api/clock", map[string]string{"move": "hour"}, http.StatusConflict); code != "busy" {
		t.Errorf("code %q", code)
	}
	close(goOn)
	if code := <-first; code != http.StatusOK {
		t.Errorf("the first move ended with status %d", code)
	}
	if want := noon().Add(time.Hour); !r.Now().Equal(want) {
		t.Errorf("the clock shows %s, want %s", r.Now(), want)
	}
}

func TestAMoveGoesOnWhenItsPageIsClosed(t *testing.T) {
	t.Parallel()
	ctx, closePage := context.WithCancel(t.Context())
	r := newRoom(t, playground.Config{Advance: func(ctx context.Context, _ time.Time) error {
		closePage()
		return ctx.Err()
	}})
	w := r.do(http.MethodPost, "/api/clock", `{"move":"hour"}`, func(q *http.Request) { *q = *q.WithContext(ctx) })
	if w.Code != http.StatusOK {
		t.Errorf("the move was broken off: %s", w.Body)
	}
}

// events reads a page's stream: it returns a function that waits for the next event of a kind and gives its data.
func events(t *testing.T, url string) (next func(kind string) string, end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if kind := resp.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("the stream is %q", kind)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	next = func(kind string) string {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == "event: "+kind && lines.Scan() {
				return strings.TrimPrefix(lines.Text(), "data: ")
			}
		}
		return ""
	}
	return next, func() { cancel(); resp.Body.Close() }
}

func TestEveryOpenPageHearsWhatHappens(t *testing.T) {
	t.Parallel()
	r, _ := withDigest(t)
	server := httptest.NewServer(r.Handler())
	defer server.Close()
	one, endOne := events(t, server.URL)
	defer endOne()
	two, endTwo := events(t, server.URL)
	defer endTwo()
	one("hello")
	two("hello")

	came := post[said](r, "/api/ask", asked{Channel: "general", Text: "Who?"})
	post[clockState](r, "/api/clock", map[string]string{"move": "next"})
	for name, next := range map[string]func(string) string{"one": one, "two": two} {
		var seen [4]entry
		for i := range seen {
			if err := json.Unmarshal([]byte(next("entry")), &seen[i]); err != nil {
				t.Fatal(err)
			}
		}
		if seen[0].ID != came.Asked.ID || !seen[0].Pending || seen[1].ID != came.Answer.ID || seen[2].ID != came.Asked.ID || seen[2].Pending || seen[3].Kind != "post" {
			t.Errorf("page %s saw %+v", name, seen)
		}
		var c clockState
		if err := json.Unmarshal([]byte(next("clock")), &c); err != nil || c.Now.Hour() != 8 {
			t.Errorf("page %s saw the clock at %v (%v)", name, c.Now, err)
		}
	}
}

func TestCloseEndsEveryStream(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	server := httptest.NewServer(r.Handler())
	defer server.Close()
	next, end := events(t, server.URL)
	defer end()
	next("hello")
	r.Close()
	r.Close()
	if data := next("entry"); data != "" {
		t.Errorf("after Close came %q", data)
	}
}

func TestTooManyPagesAreRefused(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	server := httptest.NewServer(r.Handler())
	defer server.Close()
	for range 64 {
		next, end := events(t, server.URL)
		defer end()
		next("hello")
	}
	if code := refusal(t, r.do(http.MethodGet, "/api/events", "", nil), http.StatusTooManyRequests); code != "too_many" {
		t.Errorf("code %q", code)
	}
}

func TestThePageIsToldWhatItNeeds(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{
		Version: "1.2.3", Examples: []string{"a?", "b?", "c?", "d?"}, Previews: []playground.Preview{{Name: "Slack", Render: slackForm}},
		Status: func(context.Context) []playground.Feature {
			return []playground.Feature{{Name: "Slack", Words: "SLACK_BOT_TOKEN is not set"}}
		},
	})
	type about struct {
		Version            string
		Previews, Examples []string
		Features           []playground.Feature
	}
	want := about{"1.2.3", []string{"Slack"}, []string{"a?", "b?", "c?"}, []playground.Feature{{Name: "Slack", Words: "SLACK_BOT_TOKEN is not set"}}}
	if diff := cmp.Diff(want, get[about](r, "/api/about")); diff != "" {
		t.Errorf("about (-want +got):\n%s", diff)
	}
}

func TestTheCommandsAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	type command struct{ Name, Usage, Summary string }
	var want []command
	for _, c := range bot.Commands() {
		want = append(want, command{c.Name, c.Usage(), c.Summary})
	}
	if diff := cmp.Diff(want, get[[]command](r, "/api/commands")); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	choices := get[[]bot.Choice](r, "/api/complete?command=digest+add&arg=zone&prefix=asia&channel=general")
	if diff := cmp.Diff([]bot.Choice{{Label: "Asia/Seoul", Value: "Asia/Seoul"}, {Label: "Asia/Tokyo", Value: "Asia/Tokyo"}}, choices); diff != "" {
		t.Errorf("choices (-want +got):\n%s", diff)
	}
	if raw := r.do(http.MethodGet, "/api/complete?command=x&arg=y", "", nil).Body.String(); strings.TrimSpace(raw) != "[]" {
		t.Errorf("no choices are %q, want []", raw)
	}
}

func TestTheLibraryIsShown(t *testing.T) {
	t.Parallel()
	r := newRoom(t, playground.Config{})
	cards := get[[]bot.ArticleCard](r, "/api/articles")
	if diff := cmp.Diff([]bot.ArticleCard{sampleArticle().ArticleCard}, cards); diff != "" {
		t.Errorf("cards (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(sampleArticle(), get[bot.ArticleView](r, "/api/articles/putin-gift")); diff != "" {
		t.Errorf("article (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]bot.StoryCard{sampleStory().StoryCard}, get[[]bot.StoryCard](r, "/api/stories")); diff != "" {
		t.Errorf("stories (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(sampleStory(), get[bot.StoryView](r, "/api/stories/putin-gift")); diff != "" {
		t.Errorf("story (-want +got):\n%s", diff)
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]playground.Config{
		"no bot":        {},
		"no zone":       {Bot: newScripted(), Zone: "Mars/Olympus"},
		"no channel":    {Bot: newScripted(), Channels: []string{"a/b"}},
		"empty channel": {Bot: newScripted(), Channels: []string{""}},
		"no renderer":   {Bot: newScripted(), Previews: []playground.Preview{{Name: "Slack"}}},
	} {
		if _, err := playground.New(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzAPI holds every address that takes a body to this: whatever comes is answered with JSON, and nothing breaks.
func FuzzAPI(f *testing.F) {
	for _, seed := range []string{
		`{"channel":"general","text":"Who?"}`, `{"channel":"general","thread":"x","text":"/brief","zone":"UTC"}`, `{"id":"12345678","channel":"direct","text":"a"}`,
		`{"channel":"general","entry":"x","action":"a","value":"b"}`, `{"move":"hour"}`, `{"move":"tomorrow","zone":"Asia/Seoul"}`, `{"to":"2024-02-21T08:00:00+09:00"}`,
		`{"to":"9999-12-31T23:59:59Z"}`, `{"name":"#Gulf Watch"}`, `[]`, `null`, `{"text":null}`, "\xff", `{"a":1}{`, `{"name":"\u202e"}`,
	} {
		for i := range 4 {
			f.Add(i, []byte(seed))
		}
	}
	paths := []string{"/api/ask", "/api/click", "/api/clock", "/api/channels"}
	f.Fuzz(func(t *testing.T, which int, body []byte) {
		r := newRoom(t, playground.Config{})
		path := paths[uint(which)%uint(len(paths))]
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1"+path, bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		r.Handler().ServeHTTP(w, req)
		if raw, err := io.ReadAll(w.Body); w.Code >= 500 || err != nil || !json.Valid(raw) {
			t.Errorf("%s of %q: status %d, %q", path, body, w.Code, raw)
		}
	})
}
