package discordfake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"attache/adapters/discord/rules"
)

// Discord's own description of its API lies beside the project, not in it. Where it is absent, only rules.Refusals holds.

var schemas = sync.OnceValue(func() map[rules.Kind]*jsonschema.Schema {
	found, err := compileSchemas(schemaFile())
	if err != nil {
		return nil
	}
	return found
})

// HasSchema says whether bodies are held to Discord's OpenAPI description as well.
func HasSchema() bool { return schemas() != nil }

func schemaFile() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared", "data", "discord-openapi.json")
		}
		dir = filepath.Dir(dir)
	}
	return ""
}

func compileSchemas(path string) (map[rules.Kind]*jsonschema.Schema, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("read Discord's description: %w", err)
	}
	if err := relax(doc); err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("discord.json", doc); err != nil {
		return nil, err
	}
	const schemasAt = "discord.json#/components/schemas/"
	const callbackAt = "discord.json#/paths/~1interactions~1{interaction_id}~1{interaction_token}~1callback/post/requestBody/content/application~1json/schema"
	out := map[rules.Kind]*jsonschema.Schema{}
	for kind, at := range map[rules.Kind]string{
		rules.ChannelMessage: schemasAt + "MessageCreateRequest",
		rules.MessageEdit:    schemasAt + "MessageEditRequestPartial",
		rules.WebhookMessage: schemasAt + "IncomingWebhookRequestPartial",
		rules.WebhookEdit:    schemasAt + "IncomingWebhookUpdateRequestPartial",
		rules.ForumPost:      schemasAt + "CreateForumThreadRequest",
		rules.Commands:       schemasAt + "ApplicationCommandUpdateRequest",
		rules.Callback:       callbackAt,
	} {
		s, err := c.Compile(at)
		if err != nil {
			return nil, fmt.Errorf("compile %s: %w", at, err)
		}
		out[kind] = s
	}
	out[rules.GuildCommands] = out[rules.Commands]
	return out, nil
}

// relax drops the type of default_member_permissions: an integer there, a string in the documentation and on the wire. It
// would hide every other error of a command.
func relax(doc any) error {
	at := func(v any, keys ...string) map[string]any {
		for _, k := range keys {
			m, _ := v.(map[string]any)
			v = m[k]
		}
		m, _ := v.(map[string]any)
		return m
	}
	p := at(doc, "components", "schemas", "ApplicationCommandUpdateRequest", "properties")
	if p == nil {
		return errors.New("the description has no commands")
	}
	p["default_member_permissions"] = map[string]any{}
	return nil
}

// schemaRefusals says where a body breaks Discord's description.
func schemaRefusals(k rules.Kind, raw []byte) []string {
	s := schemas()[k]
	if s == nil {
		return nil
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return []string{"the body is not JSON"}
	}
	list := []any{v}
	if k == rules.Commands || k == rules.GuildCommands {
		list, _ = v.([]any)
		if len(list) > 130 {
			return []string{"more than 130 commands"}
		}
	}
	var out []string
	for _, one := range list {
		if err := s.Validate(one); err != nil {
			out = append(out, "OpenAPI: "+err.Error())
		}
	}
	return out
}

// Refusals says what Discord would refuse in a body, by its description, where that lies beside the project, and by the
// rules beyond it.
func Refusals(k rules.Kind, raw json.RawMessage) []string {
	return append(rules.Refusals(k, raw), schemaRefusals(k, raw)...)
}
