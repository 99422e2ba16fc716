package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestKeyAddsALanguageModel asks through a model's server that chooses the first sentence that it is offered.
func TestKeyAddsALanguageModel(t *testing.T) {
	t.Parallel()
	const key = "sk-test-0123456789"
	broken := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer "+key:
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/v1/models":
			io.WriteString(w, `{"data":[{"id":"desk-7b"}]}`)
		case broken:
			w.WriteHeader(http.StatusInternalServerError)
		default:
			io.WriteString(w, `{"choices":[{"message":{"content":"{\"verdict\":\"answered\",\"claims\":[{\"cite\":[\"s1\"]}]}"}}]}`)
		}
	}))
	defer server.Close()
	on := func(key string, args ...string) result {
		var out, errs bytes.Buffer
		code := run(t.Context(), args, program{
			environ: []string{"ATTACHE_DATA=" + t.TempDir(), "ATTACHE_MODEL=desk-7b", "ATTACHE_MODEL_KEY=" + key, "ATTACHE_MODEL_URL=" + server.URL + "/v1"},
			dir:     t.TempDir(), in: strings.NewReader(""), out: &out, err: &errs,
			now: func() time.Time { return time.Date(2024, 2, 21, 9, 0, 0, 0, time.UTC) },
		})
		return result{out.String(), errs.String(), code}
	}
	drafter := func(r result) string {
		var a struct{ Drafter, Verdict string }
		if err := json.Unmarshal([]byte(r.out), &a); err != nil || a.Verdict != "answered" {
			t.Errorf("%v: %s%s", err, r.out, r.err)
		}
		return a.Drafter
	}
	if got := drafter(on(key, "ask", "--json", "Who gave Kim Jong-un a new car?")); got != "desk-7b" {
		t.Errorf("the answer is worded by %q", got)
	}
	if got := on(key, "doctor"); !strings.Contains(got.out, "ok    language model") {
		t.Errorf("doctor: %s", got.out)
	}
	refused := on("sk-wrong-9876543210", "doctor")
	if !strings.Contains(refused.out, "ATTACHE_MODEL_KEY") || strings.Contains(refused.out+refused.err, "9876543210") {
		t.Errorf("doctor with another key: %s%s", refused.out, refused.err)
	}
	broken = true
	if got := drafter(on(key, "ask", "--json", "Who gave Kim Jong-un a new car?")); got != "extractive" {
		t.Errorf("with a broken server the answer is worded by %q", got)
	}
}
