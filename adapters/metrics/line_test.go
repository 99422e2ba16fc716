package metrics_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"attache/adapters/metrics"
)

func TestStandingIsAskedForWheneverItIsRead(t *testing.T) {
	t.Parallel()
	m := metrics.New("test")
	now, err := metrics.Standing{
		Lines: []metrics.Line{{Platform: "slack", State: "due", Length: 12, Overdue: 90 * time.Second}, {Platform: "discord", State: "composed", Length: 1, Overdue: -time.Second}},
		Jobs:  map[string]int{"available": 3, "discarded": 1}, Leases: map[string]bool{"planner": true, "slack-socket": false},
	}, error(nil)
	m.Standing(func(context.Context) (metrics.Standing, error) { return now, err })
	read := func() string {
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
		return w.Body.String()
	}
	got := read()
	for _, want := range []string{
		`attache_standing_up 1`,
		`attache_deliveries_waiting{platform="slack",state="due"} 12`,
		`attache_delivery_overdue_seconds{platform="slack",state="due"} 90`,
		`attache_delivery_overdue_seconds{platform="discord",state="composed"} 0`,
		`attache_queue_jobs{state="available"} 3`,
		`attache_queue_jobs{state="discarded"} 1`,
		`attache_lease_held{lease="planner"} 1`,
		`attache_lease_held{lease="slack-socket"} 0`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("the metrics lack %s", want)
		}
	}
	err = errors.New("the database is away")
	if got = read(); !strings.Contains(got, "attache_standing_up 0\n") || strings.Contains(got, "attache_queue_jobs{") || !strings.Contains(got, "attache_build_info") {
		t.Errorf("without a database the metrics are\n%s", got)
	}
}
