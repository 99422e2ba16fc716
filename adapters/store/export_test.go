package store

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Mentions names the tables that hold text somewhere.
func (s *Store) Mentions(t testing.TB, text string) []string {
	t.Helper()
	var found []string
	for _, table := range append(slices.Clone(belongings), "parts", "lanes", "seen", "articles", "sightings", "counters") {
		err := s.read(t.Context(), "search "+table, func(tx *tx) error {
			rows, err := tx.sql.QueryContext(tx.ctx, "select * from "+table)
			if err != nil {
				return err
			}
			defer rows.Close()
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			for rows.Next() {
				if err := rows.Scan(into...); err != nil {
					return err
				}
				for _, v := range values {
					if kept, ok := v.(string); ok && strings.Contains(kept, text) && !slices.Contains(found, table) {
						found = append(found, table)
					}
				}
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// Exec runs SQL on the writing connection.
func (s *Store) Exec(t testing.TB, query string, a ...any) error {
	t.Helper()
	_, err := s.writer.ExecContext(t.Context(), query, a...)
	return err
}

// AmongOthers makes a holder behave as among several replicas, whatever the engine.
func (h *Holder) AmongOthers() *Holder {
	h.alone = false
	return h
}

// Sleep is how long the job of a delivery sleeps after it has woken somebody.
func (s *Store) Sleep(t testing.TB, subscription string, slot time.Time) (d time.Duration, done bool, err error) {
	t.Helper()
	return s.sleep(t.Context(), waking{Platform: "slack", Subscription: subscription, Slot: slot.UnixMilli()})
}
