package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Standing is how the work that the database keeps stands at a moment.
type Standing struct {
	// Lines are the deliveries that wait, by platform and state (due, composed).
	Lines []Line
	// Jobs are the queue's jobs by state.
	Jobs map[string]int
	// Leases are those that anybody holds, and whether it is this process.
	Leases map[string]bool
}

// Line is how many deliveries of a platform wait in a state, and for how long the oldest is overdue.
type Line struct {
	Platform, State string
	Length          int
	Overdue         time.Duration
}

// standing asks how the work stands whenever the metrics are read.
type standing struct {
	read    func(ctx context.Context) (Standing, error)
	within  time.Duration
	up      *prometheus.Desc
	waiting *prometheus.Desc
	overdue *prometheus.Desc
	jobs    *prometheus.Desc
	leases  *prometheus.Desc
}

// Standing adds the line of deliveries, the queue and the leases. read is called whenever the metrics are, and may take two
// seconds; when it fails these are left out, which attache_standing_up tells.
func (m *Metrics) Standing(read func(ctx context.Context) (Standing, error)) {
	m.registry.MustRegister(&standing{
		read: read, within: 2 * time.Second,
		up:      prometheus.NewDesc("attache_standing_up", "1 when the database could be asked how the work stands.", nil, nil),
		waiting: prometheus.NewDesc("attache_deliveries_waiting", "Deliveries that are not final yet, by platform and state.", []string{"platform", "state"}, nil),
		overdue: prometheus.NewDesc("attache_delivery_overdue_seconds", "How long ago the slot of the oldest waiting delivery was, by platform and state.", []string{"platform", "state"}, nil),
		jobs:    prometheus.NewDesc("attache_queue_jobs", "Jobs of the queue by state. A discarded one is replaced by the sweep.", []string{"state"}, nil),
		leases:  prometheus.NewDesc("attache_lease_held", "Leases that a replica holds: 1 where it is this one.", []string{"lease"}, nil),
	})
}

// Describe implements prometheus.Collector.
func (s *standing) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{s.up, s.waiting, s.overdue, s.jobs, s.leases} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (s *standing) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), s.within)
	defer cancel()
	now, err := s.read(ctx)
	if err != nil {
		to <- prometheus.MustNewConstMetric(s.up, prometheus.GaugeValue, 0)
		return
	}
	to <- prometheus.MustNewConstMetric(s.up, prometheus.GaugeValue, 1)
	for _, l := range now.Lines {
		to <- prometheus.MustNewConstMetric(s.waiting, prometheus.GaugeValue, float64(l.Length), l.Platform, l.State)
		to <- prometheus.MustNewConstMetric(s.overdue, prometheus.GaugeValue, max(0, l.Overdue.Seconds()), l.Platform, l.State)
	}
	for state, n := range now.Jobs {
		to <- prometheus.MustNewConstMetric(s.jobs, prometheus.GaugeValue, float64(n), state)
	}
	for name, ours := range now.Leases {
		held := 0.0
		if ours {
			held = 1
		}
		to <- prometheus.MustNewConstMetric(s.leases, prometheus.GaugeValue, held, name)
	}
}
