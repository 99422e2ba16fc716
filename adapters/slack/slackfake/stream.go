package slackfake

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// The rules of streams, which integrators have found out and Slack has not written down.
const (
	streamLife    = 5 * time.Minute
	maxStreamText = 12_000 // of one call
	maxTaskText   = 256
)

// streaming says whether a message is being written; the caller holds mu.
func (s *Server) streaming(m *Message) bool {
	if m.Streaming && s.o.Now().Sub(m.since) > streamLife {
		m.Streaming = false
	}
	return m.Streaming
}

func (s *Server) startStream(c call) (map[string]any, word) {
	ch, w := s.place(c.get("channel"))
	if w.err != "" {
		return nil, w
	}
	root := s.find(ch.ID, c.get("thread_ts"))
	switch {
	case root == nil:
		return nil, no("invalid_thread_ts")
	case !ch.direct() && (c.get("recipient_user_id") == "" || c.get("recipient_team_id") == ""):
		return nil, no("missing_recipient_team_id")
	}
	m := Message{Channel: ch.ID, ThreadTS: root.TS, User: BotUser, Via: c.method, Streaming: true, since: s.o.Now(), Shown: "…"}
	if root.ThreadTS != "" {
		m.ThreadTS = root.ThreadTS
	}
	if w := s.chunks(c, &m); w.err != "" {
		return nil, w
	}
	stored := s.add(m)
	return map[string]any{"channel": ch.ID, "ts": stored.TS}, word{}
}

func (s *Server) appendStream(c call) (map[string]any, word) {
	m := s.find(c.get("channel"), c.get("ts"))
	switch {
	case m == nil:
		return nil, no("message_not_found")
	case !s.streaming(m):
		return nil, no("message_not_in_streaming_state")
	}
	if w := s.chunks(c, m); w.err != "" {
		return nil, w
	}
	return map[string]any{"channel": m.Channel, "ts": m.TS}, word{}
}

func (s *Server) stopStream(c call) (map[string]any, word) {
	answer, w := s.appendStream(c)
	if w.err != "" {
		return nil, w
	}
	s.find(c.get("channel"), c.get("ts")).Streaming = false
	return answer, word{}
}

// chunks adds what a call streams to a message; the caller holds mu.
func (s *Server) chunks(c call, m *Message) word {
	if c.form.Has("markdown_text") {
		s.violate("%s streams Markdown, in which foreign text could act", c.method)
	}
	raw := c.get("chunks")
	if raw == "" {
		return word{}
	}
	var list []struct {
		Type, Text, ID, Title, Status string
		Blocks                        json.RawMessage
	}
	if json.Unmarshal([]byte(raw), &list) != nil || len(list) == 0 {
		return no("invalid_chunks")
	}
	for _, chunk := range list {
		switch chunk.Type {
		case "blocks":
			v := CheckBlocks(chunk.Blocks, OnMessage)
			if v.Error != "" {
				return no("invalid_blocks", v.Details...)
			}
			for _, l := range v.Live {
				s.violate("%s: %s", c.method, l)
			}
			if utf8.RuneCountInString(v.Text) > maxStreamText {
				return no("msg_too_long")
			}
			m.Shown = strings.TrimPrefix(m.Shown+"\n"+v.Text, "…\n")
			m.Buttons = append(m.Buttons, v.Buttons...)
		case "task_update":
			if chunk.ID == "" || chunk.Title == "" || utf8.RuneCountInString(chunk.Title) > maxTaskText {
				return no("invalid_chunks", fmt.Sprintf("[ERROR] task %q", chunk.ID))
			}
		case "plan_update", "markdown_text":
			s.violate("%s streams a chunk of the type %s", c.method, chunk.Type)
		default:
			return no("invalid_chunks")
		}
	}
	s.touch()
	return word{}
}
