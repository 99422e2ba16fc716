package metrics_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"attache/adapters/metrics"
)

func TestPlatformsAreShownAsTheyStand(t *testing.T) {
	t.Parallel()
	m := metrics.New("test")
	up, counts := false, map[string]int64{"duplicates": 2}
	m.Platform("slack", func() bool { return up }, func() map[string]int64 { return counts })
	m.Platform("discord", func() bool { return true }, func() map[string]int64 { return nil })
	m.Acknowledged("slack")(40 * time.Millisecond)
	holds := func(want ...string) {
		t.Helper()
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
		for _, line := range want {
			if !strings.Contains(w.Body.String(), line+"\n") {
				t.Errorf("the metrics lack %s", line)
			}
		}
	}
	holds(`attache_platform_connected{platform="slack"} 0`, `attache_platform_connected{platform="discord"} 1`,
		`attache_platform_events_total{event="duplicates",platform="slack"} 2`, `attache_acknowledgement_seconds_bucket{platform="slack",le="0.05"} 1`)
	up, counts = true, map[string]int64{"duplicates": 3, "busy": 1}
	holds(`attache_platform_connected{platform="slack"} 1`, `attache_platform_events_total{event="duplicates",platform="slack"} 3`,
		`attache_platform_events_total{event="busy",platform="slack"} 1`)
}
