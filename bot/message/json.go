package message

import (
	"encoding/json"
	"fmt"
)

// wire is the JSON form of a Message: each block carries its type beside its fields.
type wire struct {
	Gist   string            `json:"gist"`
	Tone   Tone              `json:"tone,omitempty"`
	Locale string            `json:"locale,omitempty"`
	Ping   string            `json:"ping,omitempty"`
	Blocks []json.RawMessage `json:"blocks,omitempty"`
}

// MarshalJSON writes the message with a "type" in each block.
func (m Message) MarshalJSON() ([]byte, error) {
	w := wire{Gist: m.Gist, Tone: m.Tone, Locale: m.Locale, Ping: m.Ping}
	for _, b := range m.Blocks {
		raw, err := marshalBlock(b)
		if err != nil {
			return nil, err
		}
		w.Blocks = append(w.Blocks, raw)
	}
	return json.Marshal(w)
}

func marshalBlock(b Block) (json.RawMessage, error) {
	switch b := b.(type) {
	case Heading:
		return typed("heading", b)
	case Paragraph:
		return typed("paragraph", b)
	case Quote:
		return typed("quote", b)
	case List:
		return typed("list", b)
	case Table:
		return typed("table", b)
	case Image:
		return typed("image", b)
	case Divider:
		return typed("divider", b)
	case Sources:
		return typed("sources", b)
	case Buttons:
		return typed("buttons", b)
	default:
		return nil, fmt.Errorf("message: unknown block %T", b)
	}
}

// typed marshals fields with the type in front.
func typed(kind string, fields any) (json.RawMessage, error) {
	raw, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	head := fmt.Sprintf(`{"type":%q`, kind)
	if string(raw) == "{}" {
		return json.RawMessage(head + "}"), nil
	}
	return json.RawMessage(head + "," + string(raw[1:])), nil
}

// UnmarshalJSON reads what MarshalJSON wrote. An unknown block type is an error: the model is closed.
func (m *Message) UnmarshalJSON(raw []byte) error {
	var w wire
	if err := json.Unmarshal(raw, &w); err != nil {
		return err
	}
	*m = Message{Gist: w.Gist, Tone: w.Tone, Locale: w.Locale, Ping: w.Ping}
	for i, raw := range w.Blocks {
		b, err := unmarshalBlock(raw)
		if err != nil {
			return fmt.Errorf("message: block %d: %w", i, err)
		}
		m.Blocks = append(m.Blocks, b)
	}
	return nil
}

func unmarshalBlock(raw json.RawMessage) (Block, error) {
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, err
	}
	switch head.Type {
	case "heading":
		return decode[Heading](raw)
	case "paragraph":
		return decode[Paragraph](raw)
	case "quote":
		return decode[Quote](raw)
	case "list":
		return decode[List](raw)
	case "table":
		return decode[Table](raw)
	case "image":
		return decode[Image](raw)
	case "divider":
		return Divider{}, nil
	case "sources":
		return decode[Sources](raw)
	case "buttons":
		return decode[Buttons](raw)
	default:
		return nil, fmt.Errorf("unknown type %q", head.Type)
	}
}

func decode[B Block](raw json.RawMessage) (Block, error) {
	var b B
	err := json.Unmarshal(raw, &b)
	return b, err
}
