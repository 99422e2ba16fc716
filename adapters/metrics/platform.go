package metrics

import (
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Platform adds a chat platform: whether its adapter is connected, and how often things happened in it. Both are read
// whenever the metrics are; counts may name more events from one time to the next, and none goes down.
func (m *Metrics) Platform(name string, connected func() bool, counts func() map[string]int64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "attache_platform_connected", Help: "1 where the adapter of a platform that is on is connected.", ConstLabels: prometheus.Labels{"platform": name},
	}, func() float64 {
		if connected() {
			return 1
		}
		return 0
	}), events{counts, prometheus.NewDesc("attache_platform_events_total",
		"What happened at the doors of a platform: acknowledgements, duplicates, reconnects, limits and what went wrong.", []string{"event"}, prometheus.Labels{"platform": name})})
}

// Acknowledged returns the hook that hears how long a platform's deliveries waited for their acknowledgement.
func (m *Metrics) Acknowledged(platform string) func(time.Duration) {
	h := m.acked.WithLabelValues(platform)
	return func(d time.Duration) { h.Observe(d.Seconds()) }
}

// events collects an adapter's counters.
type events struct {
	read func() map[string]int64
	desc *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (e events) Describe(to chan<- *prometheus.Desc) { to <- e.desc }

// Collect implements prometheus.Collector.
func (e events) Collect(to chan<- prometheus.Metric) {
	counts := e.read()
	for _, event := range slices.Sorted(maps.Keys(counts)) {
		to <- prometheus.MustNewConstMetric(e.desc, prometheus.CounterValue, float64(counts[event]), event)
	}
}
