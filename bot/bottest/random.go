package bottest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"attache/bot/digest"
	"attache/bot/message"
)

// randomLife drives a store with many couriers that die, stall and come back late, and holds it to what exactly once rests
// on: one holder at a time, no way back from sent, no part begun by one who has lost the claim.
func randomLife(t *testing.T, s digest.Store) {
	const (
		seed    = 20260302
		digests = 6
		steps   = 400
	)
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range digests {
		n := order(fmt.Sprintf("d%d", i))
		n.Address.Workspace = fmt.Sprintf("T%d", i%2)
		ordered(t, s, n)
		opened(t, s, n.ID, day)
	}
	type state struct {
		claim  string
		until  time.Time
		parts  map[int]digest.PartState
		refs   map[int]string
		final  digest.State
		waits  time.Time
		begins map[int]int
	}
	model := map[string]*state{}
	for i := range digests {
		model[fmt.Sprintf("d%d", i)] = &state{parts: map[int]digest.PartState{}, refs: map[int]string{}, begins: map[int]int{}}
	}
	var held []digest.Delivery // by couriers alive, stalled and dead alike
	now := day
	for step := range steps {
		now = now.Add(time.Duration(r.IntN(12)) * time.Second)
		if len(held) == 0 || r.IntN(4) == 0 {
			list, err := s.Claim(t.Context(), "slack", now, lease, 1+r.IntN(3))
			must(t, err)
			for _, d := range list {
				m := model[d.Subscription]
				if m.final != "" || m.claim != "" && m.until.After(now) || m.waits.After(now) {
					t.Fatalf("step %d: digest %s was claimed although it is %q, claimed until %s, waiting until %s; now is %s",
						step, d.Subscription, m.final, m.until, m.waits, now)
				}
				m.claim, m.until = d.Claim, now.Add(lease)
				for _, p := range d.Parts {
					if p.State != m.parts[p.Number] || p.Ref.ID != m.refs[p.Number] || p.Attempts != m.begins[p.Number] {
						t.Fatalf("step %d: part %d of %s is %s as %q after %d tries, want %s as %q after %d", step, p.Number, d.Subscription,
							p.State, p.Ref.ID, p.Attempts, m.parts[p.Number], m.refs[p.Number], m.begins[p.Number])
					}
				}
			}
			held = append(held, list...)
			continue
		}
		d := held[r.IntN(len(held))]
		m := model[d.Subscription]
		ours := m.final == "" && m.claim == d.Claim
		part := r.IntN(2)
		composed := len(m.parts) > 0
		switch action := r.IntN(12); {
		case action < 2:
			err := s.KeepComposed(t.Context(), d, edition("x"), parts(d.Subscription, 2))
			expect(t, step, "KeepComposed", err, ours, digest.ErrLost)
			if err == nil && !composed {
				m.parts[0], m.parts[1] = digest.PartPlanned, digest.PartPlanned
			}
		case action < 5 && composed:
			err := s.Begin(t.Context(), d, part, now)
			may := ours && m.until.After(now) && (m.parts[part] == digest.PartPlanned || m.parts[part] == digest.PartSending)
			expect(t, step, "Begin", err, may, digest.ErrLost, digest.ErrChanged)
			if err == nil {
				m.parts[part] = digest.PartSending
				m.begins[part]++
			}
		case action < 7 && composed:
			id := fmt.Sprintf("%s.%d", d.Subscription, part)
			err := s.EndPart(t.Context(), d, part, digest.PartSent, ref(id), "")
			expect(t, step, "EndPart sent", err, true)
			m.parts[part], m.refs[part] = digest.PartSent, id
		case action < 9 && composed:
			err := s.EndPart(t.Context(), d, part, digest.PartPlanned, message.Ref{}, "again")
			if m.parts[part] != digest.PartSent {
				expect(t, step, "EndPart planned", err, ours, digest.ErrLost)
				if err == nil {
					m.parts[part] = digest.PartPlanned
				}
			}
		case action < 11:
			until := now.Add(time.Duration(r.IntN(40)) * time.Second)
			err := s.Wait(t.Context(), d, until, "waiting")
			expect(t, step, "Wait", err, ours, digest.ErrLost)
			if err == nil {
				m.claim, m.until, m.waits = "", time.Time{}, until
			}
		case composed && m.parts[0] == digest.PartSent && m.parts[1] == digest.PartSent:
			err := s.Settle(t.Context(), d, digest.Sent, "", now)
			if m.final == "" {
				expect(t, step, "Settle", err, ours, digest.ErrLost)
				if err == nil {
					m.final, m.claim = digest.Sent, ""
				}
			}
		}
	}
	for id, m := range model {
		d := kept(t, s, id, day)
		if m.final != "" && d.State != m.final {
			t.Errorf("digest %s is %s, want %s", id, d.State, m.final)
		}
		for _, p := range d.Parts {
			if p.State != m.parts[p.Number] {
				t.Errorf("part %d of %s is %s, want %s", p.Number, id, p.State, m.parts[p.Number])
			}
		}
	}
}

// expect holds a call to whether it may succeed.
func expect(t testing.TB, step int, what string, err error, may bool, refusals ...error) {
	t.Helper()
	if may {
		if err != nil {
			t.Fatalf("step %d: %s: %v", step, what, err)
		}
		return
	}
	for _, refusal := range refusals {
		if errors.Is(err, refusal) {
			return
		}
	}
	t.Fatalf("step %d: %s: got error %v, want one of %v", step, what, err, refusals)
}
