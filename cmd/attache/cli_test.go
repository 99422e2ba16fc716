package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"attache/briefings/briefingstest"
)

// result is what a command gave.
type result struct {
	out, err string
	code     int
}

// attache runs attache with a library of its own and input on its standard input.
func attache(t *testing.T, data, input string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, program{
		drawing: time.Minute,
		environ: []string{"ATTACHE_DATA=" + data}, dir: t.TempDir(), in: strings.NewReader(input), out: &out, err: &errs,
		now: func() time.Time { return time.Date(2024, 2, 21, 9, 0, 0, 0, time.UTC) },
	})
	return result{out.String(), errs.String(), code}
}

func TestHelpShowsEveryCommandAndSetting(t *testing.T) {
	t.Parallel()
	got := attache(t, t.TempDir(), "", "--help")
	if got.code != exitOK {
		t.Errorf("exit %d", got.code)
	}
	briefingstest.Golden(t, filepath.Join("testdata", "help.txt"), got.out)
	for _, row := range settingsTable() {
		if !strings.Contains(got.out, row.name) {
			t.Errorf("--help lacks %s", row.name)
		}
	}
}

func TestAskPrintsTheAgreedJSON(t *testing.T) {
	t.Parallel()
	got := attache(t, t.TempDir(), "", "ask", "--json", "Who gave Kim Jong-un a new car?")
	var answer struct {
		Question, Verdict, Answer string
		AsOf                      string `json:"as_of"`
		Claims                    []struct {
			Text, Speaker string
			Citations     []struct {
				Article, URL, Quote  string
				Sentence, Start, End int
			}
		}
	}
	if err := json.Unmarshal([]byte(got.out), &answer); err != nil || got.code != exitOK {
		t.Fatalf("exit %d, %v\n%s%s", got.code, err, got.out, got.err)
	}
	if answer.Verdict != "answered" || !strings.Contains(answer.Answer, "Putin") || len(answer.Claims) == 0 || answer.AsOf != "2024-02-21T09:00:00Z" {
		t.Errorf("got %+v", answer)
	}
	for _, c := range answer.Claims {
		for _, x := range c.Citations {
			if x.Quote == "" || x.End-x.Start != len(x.Quote) || !strings.Contains(c.Text, x.Quote) {
				t.Errorf("citation %+v of %q", x, c.Text)
			}
		}
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(got.out), &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"question", "verdict", "answer", "claims", "as_of"} {
		if _, ok := fields[name]; !ok {
			t.Errorf("the JSON lacks %q", name)
		}
	}
}

func TestAskWithAnArticleSearchesItAloneAndKeepsNothing(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "none")
	article := write(t, "strait.txt", "Tanker seized in the strait\n\nThe coast guard seized the tanker Meridian on Friday, the transport ministry said. It carried 40,000 tonnes of diesel.")
	got := attache(t, data, "", "ask", "--article", article, "Who seized the tanker?")
	if got.code != exitOK || !strings.Contains(got.out, "coast guard") {
		t.Errorf("exit %d\n%s%s", got.code, got.out, got.err)
	}
	got = attache(t, data, "", "ask", "--article", article, "Who gave Kim Jong-un a new car?")
	if got.code != exitOK || strings.Contains(got.out, "Putin") {
		t.Errorf("the library was searched too: %s", got.out)
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("a data folder was made")
	}
}

func TestAddKeepsAnArticleOnceAndAskFindsIt(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	article := write(t, "strait.txt", "2024-02-20\n\nTanker seized in the strait\n\nThe coast guard seized the tanker Meridian on Friday, the transport ministry said.")
	if got := attache(t, data, "", "add", "--outlet", "Harbour Post", article); got.code != exitOK || !strings.HasPrefix(got.out, "added: ") {
		t.Fatalf("exit %d\n%s%s", got.code, got.out, got.err)
	}
	if got := attache(t, data, "", "add", "--outlet", "Harbour Post", article); !strings.HasPrefix(got.out, "already there: ") {
		t.Errorf("a second time: %s%s", got.out, got.err)
	}
	if got := attache(t, data, "", "articles"); !strings.Contains(got.out, "Harbour Post") || !strings.Contains(got.out, "Attaché desk") {
		t.Errorf("articles: %s%s", got.out, got.err)
	}
	if got := attache(t, data, "", "articles", "--json"); strings.Count(got.out, "\n") != 2 || !strings.Contains(got.out, `"published":"2024-02-20T00:00:00Z"`) {
		t.Errorf("articles --json: %s%s", got.out, got.err)
	}
	if got := attache(t, data, "", "ask", "Which tanker was seized?"); !strings.Contains(got.out, "Meridian") {
		t.Errorf("ask: %s%s", got.out, got.err)
	}
}

func TestDigestShowsTheWindow(t *testing.T) {
	t.Parallel()
	got := attache(t, t.TempDir(), "", "digest", "--since", "2024-02-20", "--zone", "Asia/Seoul")
	if got.code != exitOK || !strings.Contains(got.out, "[1]") || !strings.Contains(got.out, "As of") {
		t.Errorf("exit %d\n%s%s", got.code, got.out, got.err)
	}
	if got := attache(t, t.TempDir(), "", "digest", "--since", "2023-01-01", "--until", "2023-01-02", "--json"); !strings.Contains(got.out, `"items": null`) && !strings.Contains(got.out, `"items": []`) {
		t.Errorf("an empty window: %s%s", got.out, got.err)
	}
}

func TestWrongCommandLinesSayWhatToDo(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("why ", 3<<20)
	tiny := write(t, "tiny.txt", "One.")
	for _, row := range []struct {
		name string
		args []string
		want string
		code int
	}{
		{"an unknown command", []string{"brief"}, "attache --help", exitUsage},
		{"no question", []string{"ask"}, "question", exitUsage},
		{"an empty question", []string{"ask", " "}, "no question", exitUsage},
		{"a question of 12 MB", []string{"ask", long}, "longer than", exitUsage},
		{"a date that is none", []string{"ask", "--as-of", "yesterday", "Who?"}, "write it like 2024-02-20", exitUsage},
		{"an article that is not there", []string{"ask", "--article", "/no/such/file", "Who?"}, "no such file", exitFailed},
		{"a private address", []string{"ask", "--article", "http://169.254.169.254/latest/", "Who?"}, "not on the public internet", exitFailed},
		{"an article of one word", []string{"ask", "--article", tiny, "Who gave the car?"}, "", exitOK},
		{"a window backwards", []string{"digest", "--since", "2024-02-22"}, "--since must be before", exitUsage},
		{"a zone that is none", []string{"digest", "--zone", "Mars/Base"}, "IANA name", exitUsage},
		{"a platform that is none", []string{"manifest", "telegram"}, "slack", exitUsage},
		{"plain http for Slack", []string{"manifest", "slack", "--http", "http://example.org"}, "https", exitUsage},
		{"questions that are not there", []string{"eval", "/no/such/file"}, "no such file", exitUsage},
		{"a state that is none", []string{"deliveries", "--state", "lost"}, "allowed are", exitUsage},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			if row.args[0] == "deliveries" {
				attache(t, data, "", "add", tiny)
			}
			got := attache(t, data, "", row.args...)
			if got.code != row.code || !strings.Contains(got.err, row.want) {
				t.Errorf("exit %d, want %d; %.300q, want it to hold %q", got.code, row.code, got.err, row.want)
			}
		})
	}
}

func TestEvalAnswersEveryLineAndReportsBrokenOnes(t *testing.T) {
	t.Parallel()
	questions := `{"id":"a","question":"Who gave Kim Jong-un a new car?","unknown":1}
not json
{"id":"b","question":"Who seized the tanker?","context":"The coast guard seized the tanker on Friday, the ministry said."}
{"id":"c","question":"Who gave Kim Jong-un a new car?","asked":"2023-01-01"}
`
	got := attache(t, t.TempDir(), questions, "eval", "-")
	if got.code != exitOK || !strings.Contains(got.err, "line 2") {
		t.Fatalf("exit %d\n%s", got.code, got.err)
	}
	type line struct {
		ID, Verdict, Answer string
		Refused             bool
		Sentences           []struct{ Text, Doc string }
		Docs                []string
		Confidence          *float64
		MS                  *float64
	}
	var lines []line
	for text := range strings.Lines(got.out) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if l.Confidence == nil || *l.Confidence < 0 || *l.Confidence > 1 || l.MS == nil || len(l.Sentences) > 5 || len(l.Docs) > 10 {
			t.Errorf("line %s", text)
		}
		lines = append(lines, l)
	}
	if len(lines) != 3 || lines[0].ID != "a" || !strings.Contains(lines[0].Answer, "Putin") || !strings.Contains(lines[1].Answer, "coast guard") || !lines[2].Refused {
		t.Errorf("got %+v", lines)
	}
}

func TestManifestsAreWhatThePlatformsTake(t *testing.T) {
	t.Parallel()
	if got := attache(t, t.TempDir(), "", "manifest", "slack"); got.code != exitOK || !strings.Contains(got.out, "socket_mode_enabled: true") || !strings.Contains(got.out, "/brief") {
		t.Errorf("exit %d\n%s%s", got.code, got.out, got.err)
	}
	if got := attache(t, t.TempDir(), "", "manifest", "slack", "--http", "https://example.org"); !strings.Contains(got.out, "https://example.org/slack/") {
		t.Errorf("%s%s", got.out, got.err)
	}
	got := attache(t, t.TempDir(), "", "manifest", "discord", "--app-id", "123")
	var commands []struct{ Name string }
	if err := json.Unmarshal([]byte(got.out), &commands); err != nil || len(commands) < 4 || !strings.Contains(got.err, "client_id=123") {
		t.Errorf("%v\n%s%s", err, got.out, got.err)
	}
}

func TestDoctorFindsAHealthyMachineAndASickOne(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	code := run(t.Context(), []string{"doctor"}, program{
		environ: []string{"ATTACHE_DATA=" + t.TempDir(), "ATTACHE_LISTEN=127.0.0.1:0"}, dir: t.TempDir(), in: strings.NewReader(""), out: &out, err: &out, now: time.Now,
	})
	if code != exitOK || strings.Contains(out.String(), "FAIL") {
		t.Errorf("exit %d\n%s", code, &out)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "attache.db"), []byte("this is no database, whatever its name says"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := attache(t, dir, "", "doctor", "--json")
	var findings []finding
	if err := json.Unmarshal([]byte(got.out), &findings); err != nil || got.code != exitFailed {
		t.Fatalf("exit %d, %v\n%s%s", got.code, err, got.out, got.err)
	}
	sick := false
	for _, f := range findings {
		sick = sick || f.What == "database" && !f.OK
	}
	if !sick {
		t.Errorf("the damaged database was not found: %+v", findings)
	}
	if raw, _ := os.ReadFile(filepath.Join(dir, "attache.db")); !strings.HasPrefix(string(raw), "this is no database") {
		t.Error("the file was overwritten")
	}
}

func TestExtractAndFeedReadTheStandardInput(t *testing.T) {
	t.Parallel()
	page := `<html lang="en"><head><meta property="og:title" content="Talks end"></head><body><article><p>` + strings.Repeat("The talks ended on Monday, officials said. ", 10) + `</p></article></body></html>`
	if got := attache(t, "", page, "extract"); got.code != exitOK || !strings.HasPrefix(got.out, "The talks ended") {
		t.Errorf("extract: exit %d %s%s", got.code, got.out, got.err)
	}
	if got := attache(t, "", page, "extract", "--json"); !strings.Contains(got.out, `"title": "Talks end"`) {
		t.Errorf("extract --json: %s%s", got.out, got.err)
	}
	if got := attache(t, "", "<rss><channel><title>World</title></channel></rss>", "feed"); got.code != exitOK || !strings.Contains(got.out, `"title": "World"`) {
		t.Errorf("feed: exit %d %s%s", got.code, got.out, got.err)
	}
	if got := attache(t, "", "no feed", "feed"); got.code != exitFailed || !strings.Contains(got.err, "no feed") {
		t.Errorf("feed: exit %d %s", got.code, got.err)
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
