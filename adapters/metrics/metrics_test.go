package metrics_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"attache/adapters/metrics"
)

func TestEveryHookIsCounted(t *testing.T) {
	t.Parallel()
	m := metrics.New("test")
	m.Gauge("attache_articles", "Articles.", func() float64 { return 7 })
	b, d := m.Bot(), m.Digest()
	b.Handled("slack", "ask", "answered", 30*time.Millisecond)
	b.Duplicate("slack")
	b.Voted("slack", true)
	b.Voted("slack", false)
	d.Opened("slack", 3)
	d.Sent("slack", 4*time.Second)
	d.Skipped("slack")
	d.Failed("slack")
	d.Held("slack")
	d.Retried("slack")
	d.Reconciled("slack")
	d.Duplicate("slack")
	d.Avoided("slack")
	d.Waited("slack", time.Second)
	d.Planned("slack", time.Second)

	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	got := w.Body.String()
	for _, want := range []string{
		`attache_build_info{version="test"} 1`,
		`attache_articles 7`,
		`attache_requests_total{command="ask",outcome="answered",platform="slack"} 1`,
		`attache_request_seconds_count{platform="slack"} 1`,
		`attache_duplicate_requests_total{platform="slack"} 1`,
		`attache_votes_total{platform="slack",vote="helpful"} 1`,
		`attache_votes_total{platform="slack",vote="unhelpful"} 1`,
		`attache_digests_total{platform="slack",state="opened"} 3`,
		`attache_digests_total{platform="slack",state="sent"} 1`,
		`attache_digests_total{platform="slack",state="skipped"} 1`,
		`attache_digests_total{platform="slack",state="failed"} 1`,
		`attache_digests_total{platform="slack",state="held"} 1`,
		`attache_digest_lateness_seconds_bucket{platform="slack",le="5"} 1`,
		`attache_planner_lag_seconds_count{platform="slack"} 1`,
		`attache_delivery_retries_total{platform="slack"} 1`,
		`attache_delivery_reconciliations_total{platform="slack"} 1`,
		`attache_delivery_duplicates_total{platform="slack"} 1`,
		`attache_delivery_duplicates_avoided_total{platform="slack"} 1`,
		`attache_delivery_turn_seconds_count{platform="slack"} 1`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("the metrics lack %s", want)
		}
	}
}
