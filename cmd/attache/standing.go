package main

import (
	"context"
	"slices"

	"attache/adapters/metrics"
)

// standing tells the metrics how the work that the database keeps stands.
func (h *house) standing(ctx context.Context) (metrics.Standing, error) {
	lines, err := h.store.Lines(ctx)
	if err != nil {
		return metrics.Standing{}, err
	}
	jobs, err := h.store.Jobs(ctx)
	if err != nil {
		return metrics.Standing{}, err
	}
	leases, err := h.store.Leases(ctx)
	if err != nil {
		return metrics.Standing{}, err
	}
	out := metrics.Standing{Jobs: jobs, Leases: map[string]bool{}}
	for _, l := range lines {
		out.Lines = append(out.Lines, metrics.Line{
			Platform: l.Platform, State: string(l.State), Length: l.Length, Overdue: h.program.now().Sub(l.Oldest),
		})
	}
	held := h.leases.Held()
	for _, l := range leases {
		out.Leases[l.Name] = slices.Contains(held, l.Name)
	}
	for _, name := range held { // on SQLite a lease has no row
		out.Leases[name] = true
	}
	return out, nil
}
