package slack_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"attache/adapters/slack"
	"attache/bot"
	"attache/briefings/briefingstest"
)

var forms = []struct {
	variant   slack.Variant
	transport slack.Transport
	file      string
}{
	{slack.Basic, slack.Socket, "manifests/basic-socket.yaml"},
	{slack.Basic, slack.HTTP, "manifests/basic-http.yaml"},
	{slack.Agent, slack.Socket, "manifests/agent-socket.yaml"},
	{slack.Agent, slack.HTTP, "manifests/agent-http.yaml"},
}

const exampleBase = "https://attache.example.org"

// TestManifestsAreShippedAsMade compares the files with what the table of commands makes now.
func TestManifestsAreShippedAsMade(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		made, err := slack.Manifest(form.variant, form.transport, exampleBase)
		if err != nil {
			t.Fatal(err)
		}
		briefingstest.Golden(t, form.file, string(made))
	}
}

// TestManifestsAreWhatSlackTakes validates every form against Slack's own schema.
func TestManifestsAreWhatSlackTakes(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(briefingstest.Shared(t, "data", "slack-manifest.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	dropLookAheads(doc)
	c := jsonschema.NewCompiler()
	if err := c.AddResource("manifest.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range forms {
		if err := schema.Validate(parsed(t, form.variant, form.transport)); err != nil {
			t.Errorf("%s over %s: %v", form.variant, form.transport, err)
		}
	}
}

// dropLookAheads deletes patterns that Go's regular expressions can't hold.
func dropLookAheads(v any) {
	switch v := v.(type) {
	case map[string]any:
		if p, ok := v["pattern"].(string); ok && strings.Contains(p, "(?!") {
			delete(v, "pattern")
		}
		for _, x := range v {
			dropLookAheads(x)
		}
	case []any:
		for _, x := range v {
			dropLookAheads(x)
		}
	}
}

func parsed(t *testing.T, v slack.Variant, tr slack.Transport) map[string]any {
	t.Helper()
	made, err := slack.Manifest(v, tr, exampleBase)
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := yaml.YAMLToJSON(made)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(asJSON, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func at(m any, path ...string) any {
	for _, p := range path {
		o, _ := m.(map[string]any)
		m = o[p]
	}
	return m
}

func texts(v any) []string {
	var out []string
	l, _ := v.([]any)
	for _, x := range l {
		s, _ := x.(string)
		out = append(out, s)
	}
	return out
}

// knownScopes and knownEvents are what Slack knows of what we could ask for: the schema takes any word.
var (
	knownScopes = strings.Fields("app_mentions:read assistant:write channels:history channels:read chat:write chat:write.public commands files:write groups:history groups:read im:history im:read im:write users:read reactions:write")
	knownEvents = strings.Fields("app_home_opened app_mention app_uninstalled channel_archive member_joined_channel message.channels message.groups message.im tokens_revoked agent_session_stopped agent_session_title_changed app_context_changed")
	eventScopes = map[string]string{
		"app_mention": "app_mentions:read", "message.channels": "channels:history", "message.groups": "groups:history", "message.im": "im:history",
		"channel_archive": "channels:read", "member_joined_channel": "channels:read",
	}
)

// TestManifestsHoldTogether checks what the schema does not see.
func TestManifestsHoldTogether(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		t.Run(string(form.variant)+" "+string(form.transport), func(t *testing.T) {
			t.Parallel()
			m := parsed(t, form.variant, form.transport)
			made, _ := slack.Manifest(form.variant, form.transport, exampleBase)
			if at(m, "_metadata", "major_version") != float64(2) {
				t.Errorf("major_version is %v", at(m, "_metadata", "major_version"))
			}
			if c, _ := at(m, "display_information", "background_color").(string); !regexp.MustCompile(`^#[0-9a-f]{6}$`).MatchString(c) {
				t.Errorf("background_color is %q", c)
			}
			if n, _ := at(m, "features", "bot_user", "display_name").(string); !regexp.MustCompile(`^[a-z0-9._-]{1,80}$`).MatchString(n) {
				t.Errorf("display_name is %q", n)
			}
			scopes, events := texts(at(m, "oauth_config", "scopes", "bot")), texts(at(m, "settings", "event_subscriptions", "bot_events"))
			for name, words := range map[string][2][]string{"scope": {scopes, knownScopes}, "event": {events, knownEvents}} {
				sorted := slices.Clone(words[0])
				slices.Sort(sorted)
				if len(slices.Compact(sorted)) != len(words[0]) {
					t.Errorf("a %s stands there twice: %v", name, words[0])
				}
				for _, w := range words[0] {
					if !slices.Contains(words[1], w) {
						t.Errorf("slack knows no %s %q", name, w)
					}
				}
			}
			for event, scope := range eventScopes {
				if slices.Contains(events, event) && !slices.Contains(scopes, scope) {
					t.Errorf("%s needs %s", event, scope)
				}
			}
			if !slices.Contains(scopes, "commands") {
				t.Error("slash commands and shortcuts need the scope commands")
			}
			agent := at(m, "features", "agent_view") != nil
			if agent != (form.variant == slack.Agent) || agent != slices.Contains(scopes, "assistant:write") || at(m, "features", "assistant_view") != nil {
				t.Errorf("agent_view %v, scopes %v", agent, scopes)
			}
			if at(m, "features", "app_home", "messages_tab_enabled") != true || at(m, "features", "app_home", "messages_tab_read_only_enabled") != false {
				t.Errorf("app_home is %v", at(m, "features", "app_home"))
			}
			if prompts, _ := at(m, "features", "agent_view", "suggested_prompts").([]any); agent && (len(prompts) == 0 || len(prompts) > 4) {
				t.Errorf("there are %d prompts", len(prompts))
			}
			if at(m, "settings", "interactivity", "is_enabled") != true {
				t.Error("shortcuts and buttons need interactivity")
			}
			urls := regexp.MustCompile(`\bhttps?://\S+`).FindAllString(string(made), -1)
			if form.transport == slack.Socket {
				if len(urls) > 0 || at(m, "settings", "socket_mode_enabled") != true {
					t.Errorf("socket mode with addresses: %v", urls)
				}
			} else if len(urls) != 4 || at(m, "settings", "socket_mode_enabled") != false || strings.Contains(strings.Join(urls, " "), "http://") {
				t.Errorf("HTTP with the addresses %v", urls)
			}
			commands, _ := at(m, "features", "slash_commands").([]any)
			for _, c := range commands {
				if name, _ := at(c, "command").(string); !regexp.MustCompile(`^/[a-z0-9-]{1,31}$`).MatchString(name) {
					t.Errorf("a command is called %q", name)
				}
				if at(c, "should_escape") != true {
					t.Error("without should_escape a typed name can't be told from a mention")
				}
				if hint, _ := at(c, "usage_hint").(string); utf8.RuneCountInString(hint) > 1000 || !strings.Contains(hint, "ask") {
					t.Errorf("the hint is %q", hint)
				}
			}
			if at(m, "settings", "org_deploy_enabled") != false || at(m, "settings", "token_rotation_enabled") != false {
				t.Error("an explicit false is missing")
			}
		})
	}
}

// TestTheHintNamesTheVerbs: the manifest is made from the table of commands.
func TestTheHintNamesTheVerbs(t *testing.T) {
	t.Parallel()
	made, err := slack.Manifest(slack.Basic, slack.Socket, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range bot.Commands() {
		if c.Group() == "" && !strings.Contains(string(made), c.Name) {
			t.Errorf("the command %q is not in the manifest", c.Name)
		}
	}
}

func TestManifestsThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "http://attache.example.org", "attache.example.org", "https://", "https://u:p@x.example", "https://x.example/?a=b"} {
		if _, err := slack.Manifest(slack.Basic, slack.HTTP, base); err == nil {
			t.Errorf("a manifest was made for the address %q", base)
		}
	}
	if _, err := slack.Manifest("gold", slack.Socket, ""); err == nil {
		t.Error("a manifest was made for a variant that does not exist")
	}
	if _, err := slack.Manifest(slack.Basic, "pigeon", ""); err == nil {
		t.Error("a manifest was made for a transport that does not exist")
	}
}
