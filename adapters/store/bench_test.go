package store_test

import (
	"fmt"
	"testing"
	"time"

	"attache/adapters/store"
	"attache/adapters/store/storetest"
	"attache/bot/digest"
	"attache/bot/message"
)

// BenchmarkClaim claims and settles while 10,000 digests of 50 workspaces are due at one slot.
func BenchmarkClaim(b *testing.B) {
	for _, c := range []struct {
		name   string
		config func(b *testing.B) store.Config
	}{
		{"sqlite", func(b *testing.B) store.Config { return store.Config{Data: b.TempDir()} }},
		{"postgres", func(b *testing.B) store.Config { return store.Config{URL: storetest.Postgres(b)} }},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := reopen(b, c.config(b))
			for i := range 10_000 {
				n := order(fmt.Sprint("d", i), message.Address{Platform: "slack", Workspace: fmt.Sprint("T", i%50), Channel: fmt.Sprint("C", i)})
				n = add(b, s, n)
				if _, err := s.Open(b.Context(), n, []digest.Delivery{{Slot: seven, State: digest.Due}}, seven.AddDate(0, 0, 1)); err != nil {
					b.Fatal(err)
				}
			}
			claimed := 0
			for b.Loop() {
				ds, err := s.Claim(b.Context(), "slack", seven, time.Hour, 8)
				if err != nil {
					b.Fatal(err)
				}
				claimed += len(ds)
			}
			b.ReportMetric(float64(claimed)/float64(b.N), "claimed/op")
		})
	}
}
