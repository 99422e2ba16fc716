// Package metrics shows on /metrics how the bot is doing, in Prometheus' form. The bot and the digest courier know nothing
// of it: they call hooks (bot.Hooks, digest.Hooks), and Metrics makes those. Labels hold platform names, commands and
// outcomes, never what a person wrote.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"attache/bot"
	"attache/bot/digest"
)

// Metrics is a registry with everything that is measured. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	requests   *prometheus.CounterVec
	took       *prometheus.HistogramVec
	duplicates *prometheus.CounterVec
	votes      *prometheus.CounterVec
	acked      *prometheus.HistogramVec

	digests    *prometheus.CounterVec
	lateness   *prometheus.HistogramVec
	planned    *prometheus.HistogramVec
	retried    *prometheus.CounterVec
	reconciled *prometheus.CounterVec
	doubled    *prometheus.CounterVec
	avoided    *prometheus.CounterVec
	waited     *prometheus.HistogramVec
}

// New makes Metrics for a build of the given version.
func New(version string) *Metrics {
	m := &Metrics{
		registry:   prometheus.NewRegistry(),
		requests:   counter("attache_requests_total", "Requests by platform, command and outcome.", "platform", "command", "outcome"),
		took:       histogram("attache_request_seconds", "Time from request to reply.", []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}, "platform"),
		duplicates: counter("attache_duplicate_requests_total", "Requests that a platform delivered again and that were not answered again.", "platform"),
		votes:      counter("attache_votes_total", "Helpful and unhelpful votes.", "platform", "vote"),
		acked:      histogram("attache_acknowledgement_seconds", "Time from a platform's delivery to its acknowledgement.", []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2, 3}, "platform"),
		digests:    counter("attache_digests_total", "Digests by platform and state: opened, sent, skipped, failed, held.", "platform", "state"),
		lateness:   histogram("attache_digest_lateness_seconds", "Time from a digest's slot until it had arrived.", []float64{1, 2, 5, 10, 30, 60, 120, 300, 900, 3600, 6 * 3600}, "platform"),
		planned:    histogram("attache_planner_lag_seconds", "Time from a digest's slot until it was opened.", []float64{.5, 1, 2, 5, 10, 30, 60, 300, 3600}, "platform"),
		retried:    counter("attache_delivery_retries_total", "Parts of digests, or their making, that will be tried again.", "platform"),
		reconciled: counter("attache_delivery_reconciliations_total", "Parts with an unknown result that were settled by asking the platform.", "platform"),
		avoided:    counter("attache_delivery_duplicates_avoided_total", "Parts that had arrived without an answer, were found, and were not posted again.", "platform"),
		waited:     histogram("attache_delivery_turn_seconds", "Time that a part waited for its turn within the platform's limits.", []float64{.05, .1, .25, .5, 1, 2}, "platform"),
		doubled:    counter("attache_delivery_duplicates_total", "Parts that arrived as two messages. It should stay at zero.", "platform"),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "attache_build_info", Help: "Always 1; the label says which build."}, []string{"version"})
	build.WithLabelValues(version).Set(1)
	m.registry.MustRegister(build, m.requests, m.took, m.duplicates, m.votes, m.acked, m.digests, m.lateness, m.planned, m.retried, m.reconciled, m.doubled, m.avoided, m.waited,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
}

// Gauge adds a number that is read whenever the metrics are.
func (m *Metrics) Gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// Bot returns the hooks that count requests.
func (m *Metrics) Bot() bot.Hooks {
	return bot.Hooks{
		Handled: func(platform, command, outcome string, took time.Duration) {
			m.requests.WithLabelValues(platform, command, outcome).Inc()
			m.took.WithLabelValues(platform).Observe(took.Seconds())
		},
		Duplicate: func(platform string) { m.duplicates.WithLabelValues(platform).Inc() },
		Voted: func(platform string, helpful bool) {
			vote := "unhelpful"
			if helpful {
				vote = "helpful"
			}
			m.votes.WithLabelValues(platform, vote).Inc()
		},
	}
}

// Digest returns the hooks that count digests.
func (m *Metrics) Digest() digest.Hooks {
	state := func(name string) func(string) {
		return func(platform string) { m.digests.WithLabelValues(platform, name).Inc() }
	}
	count := func(c *prometheus.CounterVec) func(string) {
		return func(platform string) { c.WithLabelValues(platform).Inc() }
	}
	return digest.Hooks{
		Opened:  func(platform string, n int) { m.digests.WithLabelValues(platform, "opened").Add(float64(n)) },
		Skipped: state("skipped"),
		Sent: func(platform string, lateness time.Duration) {
			m.digests.WithLabelValues(platform, "sent").Inc()
			m.lateness.WithLabelValues(platform).Observe(lateness.Seconds())
		},
		Failed:     state("failed"),
		Held:       state("held"),
		Retried:    count(m.retried),
		Reconciled: count(m.reconciled),
		Duplicate:  count(m.doubled),
		Avoided:    count(m.avoided),
		Waited: func(platform string, d time.Duration) {
			m.waited.WithLabelValues(platform).Observe(d.Seconds())
		},
		Planned: func(platform string, lateness time.Duration) {
			m.planned.WithLabelValues(platform).Observe(lateness.Seconds())
		},
	}
}
