package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attache/briefings/briefingstest"
)

func TestEnvExampleAgreesWithTheTable(t *testing.T) {
	t.Parallel()
	briefingstest.Golden(t, filepath.Join("..", "..", ".env.example"), dotenvExample())
}

func TestEmptyEnvironmentIsValid(t *testing.T) {
	t.Parallel()
	s, err := readSettings(nil, t.TempDir())
	if err != nil {
		t.Fatalf("no settings at all must do: %v", err)
	}
	if s.Listen != "127.0.0.1:8080" || s.Zone != "UTC" || s.Data == "" || s.Drain <= 0 {
		t.Errorf("defaults are missing: %+v", s)
	}
}

func TestWrongSettingsAreNamedWithWhatIsAllowed(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ pair, want string }{
		{"ATTACHE_LISTEN=8080", "ATTACHE_LISTEN: write it as HOST:PORT"},
		{"ATTACHE_TIMEZONE=CET+1", "ATTACHE_TIMEZONE: write an IANA name"},
		{"ATTACHE_DATABASE=mysql://x", "ATTACHE_DATABASE: write it as postgres://"},
		{"ATTACHE_LOG=xml", "ATTACHE_LOG: allowed are text, json and auto"},
		{"ATTACHE_LOG_LEVEL=loud", "ATTACHE_LOG_LEVEL: allowed are"},
		{"ATTACHE_DRAIN=soon", "ATTACHE_DRAIN: write a duration"},
		{"ATTACHE_ALLOW_NETWORKS=10.0.0.1", `ATTACHE_ALLOW_NETWORKS: "10.0.0.1" is not a network`},
		{"ATTACHE_TIMEZON=UTC", "ATTACHE_TIMEZON is not a setting of Attaché; did you mean ATTACHE_TIMEZONE?"},
		{"SLACK_BOT_TOKEN=secret-value", "SLACK_BOT_TOKEN: a bot token begins with xoxb-"},
		{"SLACK_APP_TOKEN=xapp-1", "SLACK_BOT_TOKEN is missing"},
		{"SLACK_BOT_TOKEN=xoxb-1", "SLACK_BOT_TOKEN needs SLACK_APP_TOKEN"},
		{"SLACK_CLIENT_ID=1.2", "SLACK_CLIENT_ID needs SLACK_APP_TOKEN"},
		{"SLACK_CLIENT_ID=1.2", "SLACK_CLIENT_ID needs SLACK_CLIENT_SECRET"},
		{"SLACK_CLIENT_ID=1.2", "SLACK_CLIENT_ID needs SLACK_TOKEN_KEY"},
		{"SLACK_CLIENT_ID=1.2", "SLACK_CLIENT_ID needs ATTACHE_PUBLIC_URL"},
		{"SLACK_CLIENT_SECRET=secret-value", "SLACK_CLIENT_ID is missing"},
		{"SLACK_TOKEN_KEY=secret-value", "SLACK_TOKEN_KEY: write 64 hexadecimal digits"},
		{"ATTACHE_PUBLIC_URL=http://x.org", "ATTACHE_PUBLIC_URL: write an https address"},
		{"DISCORD_PUBLIC_KEY=00", "DISCORD_PUBLIC_KEY: write the 64 hexadecimal digits"},
		{"DISCORD_PUBLIC_KEY=" + strings.Repeat("0f", 32), "DISCORD_BOT_TOKEN is missing"},
		{"DISCORD_SHARDS=-1", "DISCORD_SHARDS: write a number"},
		{"DISCORD_MESSAGE_CONTENT=maybe", "DISCORD_MESSAGE_CONTENT: allowed are on and off"},
		{"SLACK_API_URL=ftp://x", "SLACK_API_URL: write an http or https address"},
	} {
		_, err := readSettings([]string{row.pair}, t.TempDir())
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got error %v, want it to hold %q", row.pair, err, row.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret-value") {
			t.Errorf("%s: the error shows a secret: %v", row.pair, err)
		}
	}
}

func TestSettingsComeFromDotenvSecretsFromFilesAndTheEnvironmentWins(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	token := write("token", "xoxb-from-file\n")
	write(".env", "# a comment\n\nexport ATTACHE_TIMEZONE=\"Asia/Seoul\"\nATTACHE_LISTEN=127.0.0.1:1\nSLACK_APP_TOKEN='xapp-1'\nSLACK_BOT_TOKEN_FILE="+token+"\n")
	s, err := readSettings([]string{"ATTACHE_LISTEN=127.0.0.1:2", "PATH=/bin"}, dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.Zone != "Asia/Seoul" || s.Listen != "127.0.0.1:2" || s.SlackBotToken != "xoxb-from-file" || s.SlackAppToken != "xapp-1" {
		t.Errorf("got zone %q, listen %q, token %q, app token %q", s.Zone, s.Listen, s.SlackBotToken, s.SlackAppToken)
	}
}

func TestUnknownNamesAndBrokenLinesInDotenvAreErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte("SLACK_BOT_TOKN=x\njust words\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := readSettings(nil, dir)
	for _, want := range []string{"SLACK_BOT_TOKN is not a setting", "did you mean SLACK_BOT_TOKEN?", ".env line 2"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want it to hold %q", err, want)
		}
	}
}

func FuzzParseDotenv(f *testing.F) {
	f.Add("A=1\n# c\nexport B='2'\n\x00=\n")
	f.Fuzz(func(t *testing.T, text string) {
		values, err := parseDotenv(strings.NewReader(text))
		for name := range values {
			if name == "" || strings.ContainsAny(name, " \t\"'") {
				t.Errorf("name %q from %q (error %v)", name, text, err)
			}
		}
	})
}
