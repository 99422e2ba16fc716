package models

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// wire is one protocol.
type wire interface {
	// complete returns what the model writes. Errors: ErrRefused, *refusal, ErrNoDraft, or the network's.
	complete(ctx context.Context, system, user string) (string, error)
	// models lists the names of the models that the server has.
	models(ctx context.Context) ([]string, error)
}

// maxBody bounds an answer in bytes.
const maxBody = 1 << 20

// refusal is an answer of the server other than 200.
type refusal struct {
	status int
	says   string        // its message, shortened
	after  time.Duration // Retry-After
}

func (r *refusal) Error() string {
	text := fmt.Sprintf("the model's server answers %d", r.status)
	if r.says != "" {
		text += ": " + r.says
	}
	return text
}

func (r *refusal) Is(target error) bool {
	return target == ErrRefused && (r.status == http.StatusUnauthorized || r.status == http.StatusForbidden)
}

// line is what both protocols share: requests with a key, answers in JSON.
type line struct {
	base      *url.URL
	key       string
	model     string
	maxTokens int
	client    *http.Client
}

// call sends body, or asks with GET where there is none, and reads the answer into out.
func (l *line) call(ctx context.Context, path string, header http.Header, body, out any) error {
	method := http.MethodGet
	var sent io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("write the request to the model: %w", err)
		}
		method, sent = http.MethodPost, bytes.NewReader(b)
	}
	path, query, _ := strings.Cut(path, "?")
	to := l.base.JoinPath(path)
	to.RawQuery = query
	r, err := http.NewRequestWithContext(ctx, method, to.String(), sent)
	if err != nil {
		return fmt.Errorf("make the request to the model: %w", err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	answer, err := l.client.Do(r)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return fmt.Errorf("ask the model: %w", cause)
		}
		return fmt.Errorf("ask the model: %w", err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	if err != nil {
		return fmt.Errorf("read the model's answer: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return &refusal{status: answer.StatusCode, says: l.complaint(raw), after: retryAfter(answer.Header.Get("Retry-After"))}
	}
	if len(raw) > maxBody {
		return fmt.Errorf("%w: it is longer than %d bytes", ErrNoDraft, maxBody)
	}
	// Some servers answer 200 with an error in it.
	var fault struct {
		Error json.RawMessage `json:"error"`
	}
	if json.Unmarshal(raw, &fault) == nil && len(fault.Error) > 0 && string(fault.Error) != "null" {
		return &refusal{status: answer.StatusCode, says: l.complaint(raw)}
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("%w: %w", ErrNoDraft, err)
	}
	return nil
}

// complaint is the message of an error, short and without the key.
func (l *line) complaint(raw []byte) string {
	var body struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
	}
	text := ""
	if json.Unmarshal(raw, &body) == nil {
		text = body.Message
		var deep struct {
			Message string `json:"message"`
		}
		if json.Unmarshal(body.Error, &deep) == nil && deep.Message != "" {
			text = deep.Message
		} else if json.Unmarshal(body.Error, &text) != nil && text == "" {
			text = string(body.Error)
		}
	}
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	if l.key != "" {
		text = strings.ReplaceAll(text, l.key, "…")
	}
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:199]) + "…"
	}
	return text
}

// retryAfter reads seconds; a date is not used by any of these servers.
func retryAfter(text string) time.Duration {
	s, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(s > 0) || s > 24*3600 {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}

// listed is how both protocols list their models.
type listed struct {
	Data []struct {
		ID string `json:"id"`
	} `json:"data"`
}

func (l listed) names() []string {
	var names []string
	for _, m := range l.Data {
		names = append(names, m.ID)
	}
	return names
}

// chat is OpenAI's chat completions.
type chat struct {
	line
	// newer says that this model wants max_completion_tokens and its own temperature, as OpenAI's reasoning models do.
	newer atomic.Bool
}

type spoken struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type chatRequest struct {
	Model               string   `json:"model"`
	Messages            []spoken `json:"messages"`
	Temperature         *float64 `json:"temperature,omitempty"`
	MaxTokens           int      `json:"max_tokens,omitempty"`
	MaxCompletionTokens int      `json:"max_completion_tokens,omitempty"`
	Stream              bool     `json:"stream"`
}

func (c *chat) header() http.Header {
	h := http.Header{}
	if c.key != "" {
		h.Set("Authorization", "Bearer "+c.key)
	}
	return h
}

func (c *chat) complete(ctx context.Context, system, user string) (string, error) {
	text, err := c.once(ctx, system, user)
	var r *refusal
	if errors.As(err, &r) && r.status == http.StatusBadRequest && !c.newer.Load() &&
		(strings.Contains(r.says, "max_tokens") || strings.Contains(r.says, "temperature")) {
		c.newer.Store(true)
		return c.once(ctx, system, user)
	}
	return text, err
}

func (c *chat) once(ctx context.Context, system, user string) (string, error) {
	q := chatRequest{Model: c.model, Messages: []spoken{{"system", system}, {"user", user}}}
	if c.newer.Load() {
		q.MaxCompletionTokens = 4 * c.maxTokens // such a model thinks within the same bound
	} else {
		q.MaxTokens, q.Temperature = c.maxTokens, new(float64)
	}
	var a struct {
		Choices []struct {
			Message struct {
				Content string `json:"content"`
			} `json:"message"`
		} `json:"choices"`
	}
	if err := c.call(ctx, "chat/completions", c.header(), q, &a); err != nil {
		return "", err
	}
	for _, choice := range a.Choices {
		if choice.Message.Content != "" {
			return choice.Message.Content, nil
		}
	}
	return "", fmt.Errorf("%w: it is empty", ErrNoDraft)
}

func (c *chat) models(ctx context.Context) ([]string, error) {
	var l listed
	err := c.call(ctx, "models", c.header(), nil, &l)
	return l.names(), err
}

// messages is Anthropic's protocol.
type messages struct{ line }

func (m *messages) header() http.Header {
	h := http.Header{}
	h.Set("x-api-key", m.key)
	h.Set("anthropic-version", "2023-06-01")
	return h
}

func (m *messages) complete(ctx context.Context, system, user string) (string, error) {
	q := struct {
		Model     string   `json:"model"`
		MaxTokens int      `json:"max_tokens"`
		System    string   `json:"system"`
		Messages  []spoken `json:"messages"`
	}{m.model, m.maxTokens, system, []spoken{{"user", user}}}
	var a struct {
		Content []struct {
			Type string `json:"type"`
			Text string `json:"text"`
		} `json:"content"`
	}
	if err := m.call(ctx, "messages", m.header(), q, &a); err != nil {
		return "", err
	}
	var b strings.Builder
	for _, part := range a.Content {
		if part.Type == "text" {
			b.WriteString(part.Text)
		}
	}
	if b.Len() == 0 {
		return "", fmt.Errorf("%w: it is empty", ErrNoDraft)
	}
	return b.String(), nil
}

func (m *messages) models(ctx context.Context) ([]string, error) {
	var l listed
	err := m.call(ctx, "models?limit=1000", m.header(), nil, &l)
	return l.names(), err
}
