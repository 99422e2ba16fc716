package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/slack-go/slack"

	"attache/bot/message"
)

// response is what may be posted to a response_url. The library's own sender leaves out the unfurl flags and takes a post
// that succeeded for a failure when the reply has no content type.
type response struct {
	ResponseType    string        `json:"response_type,omitempty"`
	ReplaceOriginal bool          `json:"replace_original"`
	DeleteOriginal  bool          `json:"delete_original,omitempty"`
	Text            string        `json:"text,omitempty"`
	Blocks          []slack.Block `json:"blocks,omitempty"`
	ThreadTS        string        `json:"thread_ts,omitempty"`
	UnfurlLinks     bool          `json:"unfurl_links"`
	UnfurlMedia     bool          `json:"unfurl_media"`
	Mrkdwn          bool          `json:"mrkdwn"`
}

const (
	forOne = "ephemeral"
	forAll = "in_channel"
)

// responseOf draws m for a response_url.
func responseOf(m *message.Message, kind string) response {
	blocks, text := render(m, false)
	return response{ResponseType: kind, Text: text, Blocks: blocks}
}

// respond posts to a response_url once. The address is a secret and appears in no error. https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
func (a *Adapter) respond(ctx context.Context, address string, r response) error {
	status, err := a.respondOnce(ctx, address, r)
	if status == http.StatusBadRequest && len(r.Blocks) > 0 {
		a.log.Error("slack refused how a response is drawn; sending it as plain text")
		r.Blocks = nil
		_, err = a.respondOnce(ctx, address, r)
	}
	return err
}

func (a *Adapter) respondOnce(ctx context.Context, address string, r response) (status int, err error) {
	body, err := json.Marshal(r)
	if err != nil {
		return 0, fmt.Errorf("write a response: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, &message.Error{Class: message.Refused, Reason: "bad_response_url"}
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := a.cfg.HTTPClient.Do(req)
	if err != nil {
		return 0, classify(safe(err))
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode/100 != 2 {
		return resp.StatusCode, classify(slack.StatusCodeError{Code: resp.StatusCode, Status: resp.Status})
	}
	return resp.StatusCode, nil
}
