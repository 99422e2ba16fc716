package slack

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"attache/bot"
)

// Variant is one of the two apps that Attaché can be.
type Variant string

// The variants. An agent app needs a paid plan or a sandbox, shuts out workspace guests and can't be turned back.
const (
	Basic Variant = "basic"
	Agent Variant = "agent"
)

// Transport is how Slack reaches the app.
type Transport string

// The transports.
const (
	Socket Transport = "socket" // no public address; needs an app-level token
	HTTP   Transport = "http"
)

// slashCommand is the one slash command; what follows it is a line of the table of commands.
const slashCommand = "/brief"

// The manifest as Slack reads it. Explicit false is said: what is absent may mean true.
// https://docs.slack.dev/reference/app-manifest
type manifest struct {
	Metadata struct {
		MajorVersion int `yaml:"major_version"`
	} `yaml:"_metadata"`
	Display  display  `yaml:"display_information"`
	Features features `yaml:"features"`
	OAuth    struct {
		Redirects []string `yaml:"redirect_urls,omitempty"`
		Scopes    struct {
			Bot      []string `yaml:"bot"`
			Optional []string `yaml:"bot_optional,omitempty"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings settings `yaml:"settings"`
}

type display struct {
	Name            string `yaml:"name"`
	Description     string `yaml:"description"`
	LongDescription string `yaml:"long_description"`
	BackgroundColor string `yaml:"background_color"`
}

type features struct {
	AppHome struct {
		HomeTab  bool `yaml:"home_tab_enabled"`
		Messages bool `yaml:"messages_tab_enabled"`
		ReadOnly bool `yaml:"messages_tab_read_only_enabled"`
	} `yaml:"app_home"`
	Agent   *agentView `yaml:"agent_view,omitempty"`
	BotUser struct {
		DisplayName  string `yaml:"display_name"`
		AlwaysOnline bool   `yaml:"always_online"`
	} `yaml:"bot_user"`
	Commands  []command     `yaml:"slash_commands"`
	Shortcuts []appShortcut `yaml:"shortcuts"`
}

type agentView struct {
	Description string       `yaml:"agent_description"`
	Prompts     []viewPrompt `yaml:"suggested_prompts"`
}

type viewPrompt struct {
	Title   string `yaml:"title"`
	Message string `yaml:"message"`
}

type command struct {
	Command      string `yaml:"command"`
	URL          string `yaml:"url,omitempty"`
	Description  string `yaml:"description"`
	UsageHint    string `yaml:"usage_hint"`
	ShouldEscape bool   `yaml:"should_escape"`
}

type appShortcut struct {
	Name        string `yaml:"name"`
	Type        string `yaml:"type"`
	CallbackID  string `yaml:"callback_id"`
	Description string `yaml:"description"`
}

type settings struct {
	Events struct {
		RequestURL string   `yaml:"request_url,omitempty"`
		Bot        []string `yaml:"bot_events"`
	} `yaml:"event_subscriptions"`
	Interactivity struct {
		Enabled    bool   `yaml:"is_enabled"`
		RequestURL string `yaml:"request_url,omitempty"`
	} `yaml:"interactivity"`
	OrgDeploy     bool `yaml:"org_deploy_enabled"`
	SocketMode    bool `yaml:"socket_mode_enabled"`
	TokenRotation bool `yaml:"token_rotation_enabled"`
}

const (
	about     = "Answers questions about world news from its sources, says who said it, and posts briefings on schedule."
	longAbout = "Attaché reads the reports and feeds that you give it. Ask it about them with /brief, by mention or in a direct message: " +
		"it gives a short answer, says who said it, and quotes the evidence with a numbered link to each source. " +
		"What the sources don't say, it doesn't say. It posts digests in your channels at the times that you choose. " +
		"Answers are put together by software, and a language model may word them; every sentence links to its source, so that you can check it."
)

// botScopes are what the app may do. Each is needed; see the comments.
func botScopes(v Variant) []string {
	scopes := []string{
		"app_mentions:read", // app_mention
		"channels:history",  // follow-ups without a mention; looking for a digest that may have been posted
		"channels:read",     // who made a channel; channel_archive
		"chat:write",        // answers and digests
		"chat:write.public", // in public channels without an invitation
		"commands",          // /brief, the shortcut
		"files:write",       // pictures in digests
		"groups:history",    // as channels:history, in private channels
		"groups:read",       // as channels:read
		"im:history",        // direct messages
		"im:read",           // whether a channel is one
		"im:write",          // telling a person in private
		"users:read",        // who is an admin; time zones
	}
	if v == Agent {
		scopes = append(scopes, "assistant:write")
	}
	slices.Sort(scopes)
	return scopes
}

func botEvents(v Variant) []string {
	events := []string{
		"app_home_opened", "app_mention", "app_uninstalled", "channel_archive", "member_joined_channel",
		"message.channels", "message.groups", "message.im", "tokens_revoked",
	}
	if v == Agent {
		events = append(events, "agent_session_stopped", "agent_session_title_changed", "app_context_changed")
	}
	slices.Sort(events)
	return events
}

// Manifest is what to paste to create the app, made from the table of commands. baseURL is the public https address of this
// Attaché and is needed for HTTP only.
func Manifest(v Variant, t Transport, baseURL string) ([]byte, error) {
	if v != Basic && v != Agent {
		return nil, fmt.Errorf("a manifest is for %s or %s, not for %q", Basic, Agent, v)
	}
	var m manifest
	m.Metadata.MajorVersion = 2
	m.Display = display{Name: "Attaché", Description: about, LongDescription: longAbout, BackgroundColor: "#1a2b3c"}
	m.Features.AppHome.HomeTab, m.Features.AppHome.Messages = true, true
	m.Features.BotUser.DisplayName, m.Features.BotUser.AlwaysOnline = "attache", true
	m.Features.Commands = []command{{Command: slashCommand, Description: about, UsageHint: usageHint(), ShouldEscape: true}}
	m.Features.Shortcuts = []appShortcut{{
		Name: "Look this up", Type: "message", CallbackID: callbackLookUp,
		Description: "What do the sources say about this message? Only you see the answer.",
	}}
	if v == Agent {
		m.Features.Agent = &agentView{Description: about}
		for _, p := range prompts(englishWords, "") {
			m.Features.Agent.Prompts = append(m.Features.Agent.Prompts, viewPrompt{p.title, p.message})
		}
	}
	m.OAuth.Scopes.Bot = botScopes(v)
	m.Settings.Events.Bot = botEvents(v)
	m.Settings.Interactivity.Enabled = true
	switch t {
	case Socket:
		m.Settings.SocketMode = true
	case HTTP:
		base, err := publicBase(baseURL)
		if err != nil {
			return nil, err
		}
		m.Features.Commands[0].URL = base + pathCommands
		m.Settings.Events.RequestURL = base + pathEvents
		m.Settings.Interactivity.RequestURL = base + pathInteractions
		m.OAuth.Redirects = []string{base + pathOAuth}
	default:
		return nil, fmt.Errorf("a manifest is for %s or %s, not for %q", Socket, HTTP, t)
	}
	out, err := yaml.MarshalWithOptions(m, yaml.IndentSequence(true))
	if err != nil {
		return nil, fmt.Errorf("write the manifest: %w", err)
	}
	return out, nil
}

func publicBase(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("slack delivers over HTTP to a public https address only: give it, such as https://attache.example.org")
	}
	return strings.TrimSuffix(u.String(), "/") + "/slack/", nil
}

// maxHint is how long the hint beside the slash command may be.
const maxHint = 1000

// usageHint shows the verbs beside the slash command.
func usageHint() string {
	hint := "[" + publicWord + "] "
	for i, c := range bot.Commands() {
		one := c.Usage()
		if c.Group() != "" {
			continue // a dozen of them; help shows them
		}
		if i > 0 {
			one = " | " + one
		}
		if len(hint)+len(one) > maxHint {
			break
		}
		hint += one
	}
	return hint
}
