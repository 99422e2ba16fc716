package slackfake

import "encoding/json"

// Modal is a modal that the app opened.
type Modal struct {
	Trigger string
	View    json.RawMessage
	Check   Verdict
}

// Modals returns the modals that were opened, in order.
func (s *Server) Modals() []Modal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Modal(nil), s.modals...)
}

func (s *Server) openView(c call) (map[string]any, word) {
	var view struct {
		Type   string          `json:"type"`
		Title  json.RawMessage `json:"title"`
		Submit json.RawMessage `json:"submit"`
		Blocks json.RawMessage `json:"blocks"`
		Meta   string          `json:"private_metadata"`
	}
	if json.Unmarshal([]byte(c.get("view")), &view) != nil || view.Type != "modal" || view.Title == nil {
		return nil, no("invalid_arguments")
	}
	if c.get("trigger_id") == "" {
		return nil, no("invalid_trigger_id")
	}
	if len(view.Meta) > 3000 {
		return nil, no("invalid_arguments", "[ERROR] private_metadata is too long")
	}
	v := CheckBlocks(view.Blocks, OnModal)
	if v.Error != "" {
		return nil, no("invalid_arguments", v.Details...)
	}
	s.modals = append(s.modals, Modal{Trigger: c.get("trigger_id"), View: json.RawMessage(c.get("view")), Check: v})
	return map[string]any{"view": map[string]any{"id": "V0MODAL", "type": "modal"}}, word{}
}

// Submit sends a modal with what was entered, by block id. What is entered in a block "channel" is a chosen channel.
func (s *Server) Submit(user string, m Modal, entered map[string]string) *Delivery {
	var view map[string]any
	_ = json.Unmarshal(m.View, &view)
	values := map[string]any{}
	for block, text := range entered {
		field := map[string]any{"type": "plain_text_input", "value": text}
		if block == "channel" {
			field = map[string]any{"type": "conversations_select", "selected_conversation": text}
		}
		values[block] = map[string]any{block: field}
	}
	view["id"] = "V0MODAL"
	view["state"] = map[string]any{"values": values}
	s.mu.Lock()
	trigger := s.nextID("trigger")
	s.mu.Unlock()
	return s.interact(map[string]any{
		"type": "view_submission", "team": map[string]any{"id": Team}, "user": map[string]any{"id": user, "username": user},
		"trigger_id": trigger, "view": view,
	}, "", user)
}

// ClickHome presses a button of the app's home.
func (s *Server) ClickHome(user string, b Button) *Delivery {
	s.mu.Lock()
	trigger, now := s.nextID("trigger"), s.nextTS()
	s.mu.Unlock()
	return s.interact(map[string]any{
		"type": "block_actions", "team": map[string]any{"id": Team}, "user": map[string]any{"id": user, "username": user}, "trigger_id": trigger,
		"container": map[string]any{"type": "view", "view_id": "V0HOME"}, "view": map[string]any{"id": "V0HOME", "type": "home"},
		"actions": []any{map[string]any{"type": b.Kind, "action_id": b.ActionID, "block_id": "b1", "value": b.Value, "action_ts": now}},
	}, "", user)
}
