package main

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"attache/adapters/feeds"
	"attache/adapters/models"
	"attache/adapters/press"
)

// settings is what the environment, a .env file and *_FILE secrets say. The table below is the only place where a setting
// exists: parsing, --help, .env.example and doctor are made from it.
type settings struct {
	Data     string
	Listen   string
	Hosts    []string
	URL      string
	Database string
	Zone     string
	Managers []string
	Contact  string
	Networks []netip.Prefix
	Outlets  map[string]string
	Drain    time.Duration
	Pictures string // "light", "dark" or "off"
	Feeds    string // the secret part of the feeds' address; empty: there are none

	LogFormat string
	LogLevel  slog.Level

	Model         string
	ModelKey      string
	ModelURL      string
	ModelProtocol models.Protocol
	ModelTimeout  time.Duration

	SlackBotToken      string
	SlackAppToken      string
	SlackSigningSecret string
	SlackAPIURL        string
	SlackAgent         bool
	SlackStream        bool
	SlackClientID      string
	SlackClientSecret  string
	SlackTokenKey      []byte

	DiscordToken     string
	DiscordGuild     string
	DiscordContent   bool
	DiscordPublicKey string
	DiscordCrosspost bool
	DiscordShards    int
	DiscordAPIURL    string
}

// setting is one row of the table.
type setting struct {
	name   string
	value  string // the default as a person would write it
	help   string // one or two sentences
	group  string
	secret bool // may also come from NAME_FILE; never printed
	set    func(s *settings, value string) error
}

// The groups of settings, in the order of --help.
const (
	groupMain    = "Attaché"
	groupModel   = "Language model"
	groupSlack   = "Slack"
	groupDiscord = "Discord"
)

func settingsTable() []setting {
	return []setting{
		{name: "ATTACHE_DATA", value: "", group: groupMain,
			help: "Folder of the embedded database. Default: attache in the user's data folder ($XDG_DATA_HOME or ~/.local/share).",
			set:  func(s *settings, v string) error { s.Data = v; return nil }},
		{name: "ATTACHE_LISTEN", value: "127.0.0.1:8080", group: groupMain,
			help: "Address of the web side: the playground, Slack's HTTP events, /healthz, /readyz and /metrics. Port 0 takes any free port.",
			set: func(s *settings, v string) error {
				if _, _, err := net.SplitHostPort(v); err != nil {
					return errors.New("write it as HOST:PORT, such as 127.0.0.1:8080")
				}
				s.Listen = v
				return nil
			}},
		{name: "ATTACHE_HOSTS", value: "", group: groupMain,
			help: "Further host names, separated by commas, under which the playground may be opened, such as attache.example.org. It refuses all others but loopback.",
			set:  func(s *settings, v string) error { s.Hosts = list(v); return nil }},
		{name: "ATTACHE_PUBLIC_URL", value: "", group: groupMain,
			help: "The https address under which the web side is reached from outside, such as https://attache.example.org. Workspaces that add the Slack app with SLACK_CLIENT_ID come back to it.",
			set: func(s *settings, v string) error {
				if v == "" {
					return nil
				}
				u, err := url.Parse(v)
				if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
					return errors.New("write an https address without a query, such as https://attache.example.org")
				}
				s.URL = strings.TrimSuffix(v, "/")
				return nil
			}},
		{name: "ATTACHE_DATABASE", value: "", group: groupMain, secret: true,
			help: "A Postgres URL (postgres://user:password@host/name) for several replicas. Empty: SQLite in ATTACHE_DATA.",
			set: func(s *settings, v string) error {
				if v == "" {
					return nil
				}
				u, err := url.Parse(v)
				if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
					return errors.New("write it as postgres://user:password@host:5432/name, or leave it empty for the embedded database")
				}
				s.Database = v
				return nil
			}},
		{name: "ATTACHE_TIMEZONE", value: "UTC", group: groupMain,
			help: "Time zone, by its IANA name, of people and channels that have not said theirs, such as Asia/Seoul.",
			set: func(s *settings, v string) error {
				if _, err := time.LoadLocation(v); err != nil || v == "" || v == "Local" {
					return errors.New("write an IANA name such as Europe/Paris, Asia/Seoul or UTC")
				}
				s.Zone = v
				return nil
			}},
		{name: "ATTACHE_MANAGERS", value: "", group: groupMain,
			help: "Who may manage digests and sources beside those whom the platform itself names (Slack: workspace admins; Discord: Manage Server): user ids separated by commas, or everyone.",
			set:  func(s *settings, v string) error { s.Managers = list(v); return nil }},
		{name: "ATTACHE_CONTACT", value: "", group: groupMain,
			help: "An e-mail or web address that sites may write to; it stands in the User-Agent when Attaché fetches pages and feeds.",
			set:  func(s *settings, v string) error { s.Contact = v; return nil }},
		{name: "ATTACHE_OUTLETS", value: "", group: groupMain,
			help: "A file with labels for outlets, a host and its label a line (example.org state media, Freedonia). They stand before the built-in ones; a host alone has none.",
			set: func(s *settings, v string) error {
				if v == "" {
					return nil
				}
				f, err := os.Open(v)
				if err != nil {
					return err
				}
				defer f.Close()
				s.Outlets, err = feeds.ReadOutlets(f)
				return err
			}},
		{name: "ATTACHE_ALLOW_NETWORKS", value: "", group: groupMain,
			help: "Private networks, as CIDR separated by commas, that links and feeds may point to, such as 10.20.0.0/16 for an intranet. Empty: public addresses only.",
			set: func(s *settings, v string) error {
				for _, text := range list(v) {
					p, err := netip.ParsePrefix(text)
					if err != nil {
						return fmt.Errorf("%q is not a network; write it like 10.20.0.0/16", text)
					}
					s.Networks = append(s.Networks, p)
				}
				return nil
			}},
		{name: "ATTACHE_PICTURES", value: "light", group: groupMain,
			help: "Pictures in digests, a map of the places and a timeline: light or dark colours, or off.",
			set: func(s *settings, v string) error {
				if v == "on" {
					v = "light"
				}
				if !slices.Contains([]string{"light", "dark", "off"}, v) {
					return errors.New("allowed are light, dark and off")
				}
				s.Pictures = v
				return nil
			}},
		{name: "ATTACHE_FEEDS", value: "", group: groupMain, secret: true,
			help: "A secret of 16 letters and digits or more that turns feeds on: all delivered editions as JSON Feed at /editions/SECRET/feed.json and as Atom at /editions/SECRET/atom.xml, for whoever knows the address.",
			set: func(s *settings, v string) error {
				s.Feeds = v
				if v == "" {
					return nil
				}
				return press.CheckSecret(v)
			}},
		{name: "ATTACHE_DRAIN", value: "20s", group: groupMain,
			help: "How long answers in the making may take to finish when Attaché is told to stop.",
			set: func(s *settings, v string) error {
				d, err := time.ParseDuration(v)
				if err != nil || d < 0 || d > 10*time.Minute {
					return errors.New("write a duration of up to 10m, such as 20s")
				}
				s.Drain = d
				return nil
			}},
		{name: "ATTACHE_LOG", value: "auto", group: groupMain,
			help: "Form of the log: text, json, or auto (text on a terminal, else json).",
			set: func(s *settings, v string) error {
				if !slices.Contains([]string{"auto", "text", "json"}, v) {
					return errors.New("allowed are text, json and auto")
				}
				s.LogFormat = v
				return nil
			}},
		{name: "ATTACHE_LOG_LEVEL", value: "info", group: groupMain,
			help: "Least level that is logged: debug, info, warn or error.",
			set: func(s *settings, v string) error {
				if err := s.LogLevel.UnmarshalText([]byte(v)); err != nil {
					return errors.New("allowed are debug, info, warn and error")
				}
				return nil
			}},

		{name: "ATTACHE_MODEL", value: "", group: groupModel,
			help: "Name of a language model that words the answers, as its server knows it. Turns it on; each word is still checked against the articles, and the embedded engine stands in when the model fails.",
			set:  func(s *settings, v string) error { s.Model = v; return nil }},
		{name: "ATTACHE_MODEL_KEY", value: "", group: groupModel, secret: true,
			help: "The key that the model's server asks for. A server of one's own may need none.",
			set:  func(s *settings, v string) error { s.ModelKey = v; return nil }},
		{name: "ATTACHE_MODEL_URL", value: "", group: groupModel,
			help: "Base address of the model's server, such as http://localhost:11434/v1/ for Ollama. Empty: the protocol's own, api.openai.com or api.anthropic.com.",
			set: func(s *settings, v string) error {
				if v == "" {
					return nil
				}
				return address(&s.ModelURL, v)
			}},
		{name: "ATTACHE_MODEL_PROTOCOL", value: "openai", group: groupModel,
			help: "What the model's server speaks: openai (chat completions, which most servers offer) or anthropic (messages).",
			set: func(s *settings, v string) error {
				if s.ModelProtocol = models.Protocol(v); s.ModelProtocol != models.OpenAI && s.ModelProtocol != models.Anthropic {
					return errors.New("allowed are openai and anthropic")
				}
				return nil
			}},
		{name: "ATTACHE_MODEL_TIMEOUT", value: "20s", group: groupModel,
			help: "How long a question waits for the model before the embedded engine answers instead.",
			set: func(s *settings, v string) error {
				d, err := time.ParseDuration(v)
				if err != nil || d < time.Second || d > 5*time.Minute {
					return errors.New("write a duration from 1s to 5m, such as 20s")
				}
				s.ModelTimeout = d
				return nil
			}},

		{name: "SLACK_BOT_TOKEN", value: "", group: groupSlack, secret: true,
			help: "The bot token (xoxb-…) of the Slack app that `attache manifest slack` describes. Turns Slack on.",
			set: func(s *settings, v string) error {
				if v != "" && !strings.HasPrefix(v, "xoxb-") {
					return errors.New("a bot token begins with xoxb-; it is under OAuth & Permissions of the app")
				}
				s.SlackBotToken = v
				return nil
			}},
		{name: "SLACK_APP_TOKEN", value: "", group: groupSlack, secret: true,
			help: "The app-level token (xapp-…, scope connections:write) for Socket Mode: no public address is needed.",
			set: func(s *settings, v string) error {
				if v != "" && !strings.HasPrefix(v, "xapp-") {
					return errors.New("an app-level token begins with xapp-; it is under Basic Information of the app")
				}
				s.SlackAppToken = v
				return nil
			}},
		{name: "SLACK_SIGNING_SECRET", value: "", group: groupSlack, secret: true,
			help: "The signing secret for HTTP events at /slack/events, /slack/commands and /slack/interactions instead of Socket Mode.",
			set:  func(s *settings, v string) error { s.SlackSigningSecret = v; return nil }},
		{name: "SLACK_AGENT", value: "off", group: groupSlack,
			help: "on if the app was made with `attache manifest slack --agent`: direct messages become threads and show when Attaché is at work.",
			set:  func(s *settings, v string) error { return onOff(&s.SlackAgent, v) }},
		{name: "SLACK_CLIENT_ID", value: "", group: groupSlack,
			help: "The client id of the Slack app, so that several workspaces can add it at /slack/install. Needs SLACK_CLIENT_SECRET, SLACK_TOKEN_KEY and ATTACHE_PUBLIC_URL; a bot token is then only needed for a workspace that has added it by hand.",
			set:  func(s *settings, v string) error { s.SlackClientID = v; return nil }},
		{name: "SLACK_CLIENT_SECRET", value: "", group: groupSlack, secret: true,
			help: "The client secret of the Slack app, beside SLACK_CLIENT_ID under Basic Information.",
			set:  func(s *settings, v string) error { s.SlackClientSecret = v; return nil }},
		{name: "SLACK_TOKEN_KEY", value: "", group: groupSlack, secret: true,
			help: "The key under which the workspaces' tokens are kept and installations are signed: 64 hexadecimal digits, such as `openssl rand -hex 32` prints. Whoever loses it has every workspace add the app again.",
			set: func(s *settings, v string) error {
				if v == "" {
					return nil
				}
				key, err := hex.DecodeString(v)
				if err != nil || len(key) != 32 {
					return errors.New("write 64 hexadecimal digits, such as openssl rand -hex 32 prints")
				}
				s.SlackTokenKey = key
				return nil
			}},
		{name: "SLACK_STREAM", value: "off", group: groupSlack,
			help: "on to show long answers in Slack as they are written down, where the workspace allows it. off posts each answer whole.",
			set:  func(s *settings, v string) error { return onOff(&s.SlackStream, v) }},
		{name: "SLACK_API_URL", value: "https://slack.com/api/", group: groupSlack,
			help: "Base address of Slack's Web API, for a proxy or a test server.",
			set:  func(s *settings, v string) error { return address(&s.SlackAPIURL, v) }},

		{name: "DISCORD_BOT_TOKEN", value: "", group: groupDiscord, secret: true,
			help: "The bot token of the Discord application that `attache manifest discord` describes. Turns Discord on.",
			set: func(s *settings, v string) error {
				s.DiscordToken = strings.TrimPrefix(v, "Bot ")
				return nil
			}},
		{name: "DISCORD_GUILD", value: "", group: groupDiscord,
			help: "Id of one server in which commands are registered at once, for development. Empty: everywhere.",
			set:  func(s *settings, v string) error { s.DiscordGuild = v; return nil }},
		{name: "DISCORD_MESSAGE_CONTENT", value: "off", group: groupDiscord,
			help: "on if the application has the privileged Message Content intent: follow-ups in threads then need no mention.",
			set:  func(s *settings, v string) error { return onOff(&s.DiscordContent, v) }},
		{name: "DISCORD_PUBLIC_KEY", value: "", group: groupDiscord,
			help: "The application's public key, if commands and buttons are to come over HTTP: set the Interactions Endpoint URL of the application to ATTACHE_PUBLIC_URL with /discord/interactions. Empty: they come over the gateway.",
			set: func(s *settings, v string) error {
				if key, err := hex.DecodeString(v); v != "" && (err != nil || len(key) != 32) {
					return errors.New("write the 64 hexadecimal digits of Public Key on the application's General Information page")
				}
				s.DiscordPublicKey = v
				return nil
			}},
		{name: "DISCORD_CROSSPOST", value: "off", group: groupDiscord,
			help: "on to publish digests in announcement channels to the servers that follow them, at most ten an hour and channel.",
			set:  func(s *settings, v string) error { return onOff(&s.DiscordCrosspost, v) }},
		{name: "DISCORD_SHARDS", value: "0", group: groupDiscord,
			help: "How many gateway connections share the servers; 0 takes as many as Discord recommends, one below 2,500 servers.",
			set: func(s *settings, v string) error {
				n, err := strconv.Atoi(v)
				if err != nil || n < 0 || n > 1000 {
					return errors.New("write a number from 0 to 1000")
				}
				s.DiscordShards = n
				return nil
			}},
		{name: "DISCORD_API_URL", value: "https://discord.com/", group: groupDiscord,
			help: "Base address of Discord, for a proxy or a test server.",
			set:  func(s *settings, v string) error { return address(&s.DiscordAPIURL, v) }},
	}
}

func list(v string) []string {
	var out []string
	for item := range strings.SplitSeq(v, ",") {
		if item = strings.TrimSpace(item); item != "" {
			out = append(out, item)
		}
	}
	return out
}

func onOff(to *bool, v string) error {
	switch strings.ToLower(v) {
	case "on", "true", "yes", "1":
		*to = true
	case "off", "false", "no", "0", "":
		*to = false
	default:
		return errors.New("allowed are on and off")
	}
	return nil
}

func address(to *string, v string) error {
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return errors.New("write an http or https address")
	}
	if !strings.HasSuffix(v, "/") {
		v += "/"
	}
	*to = v
	return nil
}

// readSettings reads the environment over the file .env in dir (which may be absent). Every fault is reported, not only the
// first. An error names the variable and what is allowed, and never holds a value of a secret.
func readSettings(environ []string, dir string) (settings, error) {
	values := map[string]string{}
	var faults []error

	if f, err := os.Open(filepath.Join(dir, ".env")); err == nil {
		fromFile, err := parseDotenv(f)
		f.Close()
		if err != nil {
			faults = append(faults, err)
		}
		for name, value := range fromFile {
			values[name] = value
			if !known(name) {
				faults = append(faults, fmt.Errorf(".env: %s is not a setting of Attaché%s", name, nearest(name)))
			}
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		faults = append(faults, fmt.Errorf("read .env: %w", err))
	}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if known(name) {
			values[name] = value
		} else if strings.HasPrefix(name, "ATTACHE_") && !strings.HasPrefix(name, "ATTACHE_TEST_") {
			faults = append(faults, fmt.Errorf("%s is not a setting of Attaché%s", name, nearest(name)))
		}
	}

	var s settings
	for _, row := range settingsTable() {
		value, given := values[row.name]
		if file := values[row.name+"_FILE"]; row.secret && file != "" {
			if given && value != "" {
				faults = append(faults, fmt.Errorf("%s and %s_FILE are both set: keep one", row.name, row.name))
				continue
			}
			raw, err := os.ReadFile(file)
			if err != nil {
				faults = append(faults, fmt.Errorf("%s_FILE: %w", row.name, err))
				continue
			}
			value = string(raw)
		}
		value = strings.TrimSpace(value)
		if value == "" {
			value = row.value
		}
		if err := row.set(&s, value); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", row.name, err))
		}
	}
	if s.Data == "" {
		s.Data = defaultData()
	}
	faults = append(faults, s.apart()...)
	return s, errors.Join(faults...)
}

// slackOn says whether Slack is set up.
func (s settings) slackOn() bool { return s.SlackBotToken != "" || s.SlackClientID != "" }

// apart are the settings that lack others beside them.
func (s settings) apart() []error {
	var faults []error
	lack := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if s.slackOn() && s.SlackAppToken == "" && s.SlackSigningSecret == "" {
		name := "SLACK_BOT_TOKEN"
		if s.SlackBotToken == "" {
			name = "SLACK_CLIENT_ID"
		}
		lack("%s needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP events) beside it", name)
	}
	if !s.slackOn() && (s.SlackAppToken != "" || s.SlackSigningSecret != "") {
		lack("SLACK_BOT_TOKEN is missing: the app's other Slack settings are there (or SLACK_CLIENT_ID, for several workspaces)")
	}
	if s.SlackClientID != "" {
		for _, beside := range []struct {
			name string
			set  bool
		}{{"SLACK_CLIENT_SECRET", s.SlackClientSecret != ""}, {"SLACK_TOKEN_KEY", s.SlackTokenKey != nil}, {"ATTACHE_PUBLIC_URL", s.URL != ""}} {
			if !beside.set {
				lack("SLACK_CLIENT_ID needs %s beside it", beside.name)
			}
		}
	} else if s.SlackClientSecret != "" || s.SlackTokenKey != nil {
		lack("SLACK_CLIENT_ID is missing: SLACK_CLIENT_SECRET or SLACK_TOKEN_KEY is there")
	}
	if s.DiscordPublicKey != "" && s.DiscordToken == "" {
		lack("DISCORD_BOT_TOKEN is missing: DISCORD_PUBLIC_KEY is there")
	}
	return faults
}

func defaultData() string {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "attache")
	}
	if home, err := os.UserHomeDir(); err == nil {
		return filepath.Join(home, ".local", "share", "attache")
	}
	return "attache-data"
}

func known(name string) bool {
	for _, row := range settingsTable() {
		if name == row.name || row.secret && name == row.name+"_FILE" {
			return true
		}
	}
	return false
}

// nearest suggests the setting whose beginning and end name shares most of.
func nearest(name string) string {
	best, most := "", len("ATTACHE_")+1
	for _, row := range settingsTable() {
		short := min(len(name), len(row.name))
		n := 0
		for n < short && name[n] == row.name[n] {
			n++
		}
		m := 0
		for m < short-n && name[len(name)-1-m] == row.name[len(row.name)-1-m] {
			m++
		}
		if n+m > most {
			best, most = row.name, n+m
		}
	}
	if best == "" {
		return "; `attache --help` lists them"
	}
	return "; did you mean " + best + "?"
}

// parseDotenv reads NAME=value lines. Blank lines and lines that begin with # are skipped; "export " in front is allowed; a
// value may stand in single or double quotes.
func parseDotenv(r io.Reader) (map[string]string, error) {
	values := map[string]string{}
	var faults []error
	lines := bufio.NewScanner(io.LimitReader(r, 1<<20))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, found := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !found || name == "" || strings.ContainsAny(name, " \t\"'") {
			faults = append(faults, fmt.Errorf(".env line %d: write it as NAME=value", n))
			continue
		}
		if len(value) >= 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
			value = value[1 : len(value)-1]
		}
		values[name] = value
	}
	if err := lines.Err(); err != nil {
		faults = append(faults, fmt.Errorf("read .env: %w", err))
	}
	return values, errors.Join(faults...)
}

// dotenvExample is the text of .env.example.
func dotenvExample() string {
	var b strings.Builder
	b.WriteString("# Attaché runs without any of this. Copy the file to .env and fill in what you need.\n")
	b.WriteString("# A secret NAME can also be read from a file: NAME_FILE=/run/secrets/name.\n")
	group := ""
	for _, row := range settingsTable() {
		if row.group != group {
			group = row.group
			fmt.Fprintf(&b, "\n# --- %s ---\n", group)
		}
		b.WriteString("\n")
		for _, line := range wrap(row.help, 98) {
			b.WriteString("# " + line + "\n")
		}
		fmt.Fprintf(&b, "#%s=%s\n", row.name, row.value)
	}
	return b.String()
}

// settingsHelp is the part of --help that explains the settings.
func settingsHelp() string {
	var b strings.Builder
	group := ""
	for _, row := range settingsTable() {
		if row.group != group {
			group = row.group
			fmt.Fprintf(&b, "\nSettings: %s (environment or .env)\n", group)
		}
		name := row.name
		if row.value != "" {
			name += "=" + row.value
		}
		fmt.Fprintf(&b, "  %s\n", name)
		for _, line := range wrap(row.help, 92) {
			b.WriteString("      " + line + "\n")
		}
	}
	b.WriteString("\nA secret NAME can also be read from a file: NAME_FILE=/run/secrets/name.\n")
	return b.String()
}

// wrap breaks text at blanks into lines of at most width bytes where words allow it.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
