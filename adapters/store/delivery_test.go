package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"attache/adapters/store"
	"attache/adapters/store/storetest"
	"attache/bot/digest"
	"attache/bot/message"
	"attache/briefings"
)

var (
	seven   = time.Date(2024, 2, 20, 7, 0, 0, 0, time.UTC)
	channel = message.Address{Platform: "slack", Workspace: "T1", Channel: "C1"}
)

// order is a subscription that is due at seven.
func order(id string, to message.Address) digest.Subscription {
	return digest.Subscription{
		ID: id, Address: to, Schedule: digest.Schedule{Phrase: "daily 07:00", Cron: "0 7 * * *", Zone: "UTC"},
		Beat:  briefings.Beat{Name: "Korean peninsula", Topics: []string{"sanctions", "북한"}},
		Owner: "U1", Created: seven.Add(-time.Hour), NextAt: seven, Misfire: digest.MisfireLatest,
	}
}

// add keeps a subscription and returns it as kept.
func add(t testing.TB, s *store.Store, n digest.Subscription) digest.Subscription {
	t.Helper()
	if err := s.AddSubscription(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	kept, err := s.Subscription(t.Context(), n.ID)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// due opens one delivery for a new subscription.
func due(t testing.TB, s *store.Store, id string) {
	t.Helper()
	n := add(t, s, order(id, channel))
	opened, err := s.Open(t.Context(), n, []digest.Delivery{{Subscription: id, Slot: seven, Address: channel, State: digest.Due}}, seven.AddDate(0, 0, 1))
	if err != nil || opened != 1 {
		t.Fatalf("open: %d new deliveries, error %v", opened, err)
	}
}

// claim claims one delivery.
func claim(t testing.TB, s *store.Store, now time.Time) digest.Delivery {
	t.Helper()
	ds, err := s.Claim(t.Context(), "slack", now, time.Minute, 1)
	if err != nil || len(ds) != 1 {
		t.Fatalf("claim: %d deliveries, error %v", len(ds), err)
	}
	return ds[0]
}

func edition(story string) briefings.Edition {
	return briefings.Edition{AsOf: seven, Items: []briefings.Item{{Story: story, Headline: "“Quoted”", Tag: briefings.TagNew}}}
}

func twoParts() []digest.Part {
	return []digest.Part{
		{Number: 0, State: digest.PartPlanned, Key: "k0", Message: json.RawMessage(`{"gist":"one",  "blocks":[]}`)},
		{Number: 1, State: digest.PartPlanned, Key: "k1", Message: json.RawMessage(`{"gist":"two"}`)},
	}
}

// replicas opens two stores on one database; on SQLite, where a second process is kept out, the two are one.
func replicas(t *testing.T, test func(t *testing.T, a, b *store.Store)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		s := reopen(t, store.Config{Data: storetest.Folder(t)})
		test(t, s, s)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		c := store.Config{URL: storetest.Postgres(t)}
		test(t, reopen(t, c), reopen(t, c))
	})
}

func TestSlotIsOpenedOnceByManyPlanners(t *testing.T) {
	replicas(t, func(t *testing.T, a, b *store.Store) {
		n := add(t, a, order("d1", channel))
		var wg sync.WaitGroup
		var mu sync.Mutex
		total := 0
		for i := range 8 {
			s := a
			if i%2 == 1 {
				s = b
			}
			wg.Go(func() {
				opened, err := s.Open(t.Context(), n, []digest.Delivery{{Slot: seven, State: digest.Due, Address: channel}}, seven.AddDate(0, 0, 1))
				if err != nil && !errors.Is(err, digest.ErrChanged) {
					t.Errorf("planner %d: %v", i, err)
				}
				mu.Lock()
				total += opened
				mu.Unlock()
			})
		}
		wg.Wait()
		if total != 1 {
			t.Errorf("eight planners opened %d deliveries, want 1", total)
		}
		// A subscription that was wound back by hand meets the slot that is there already.
		n, _ = a.Subscription(t.Context(), "d1")
		n.NextAt = seven
		if err := a.UpdateSubscription(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		n, _ = a.Subscription(t.Context(), "d1")
		opened, err := a.Open(t.Context(), n, []digest.Delivery{{Slot: seven, State: digest.Due, Address: channel}}, seven.AddDate(0, 0, 1))
		if err != nil || opened != 0 {
			t.Errorf("opening a slot again: %d new deliveries, error %v; want none", opened, err)
		}
	})
}

func TestDeliveryIsClaimedByOneCourier(t *testing.T) {
	replicas(t, func(t *testing.T, a, b *store.Store) {
		const deliveries = 24
		for i := range deliveries {
			due(t, a, fmt.Sprint("d", i))
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		claims := map[string]int{}
		for i := range 6 {
			s := a
			if i%2 == 1 {
				s = b
			}
			wg.Go(func() {
				for range deliveries {
					ds, err := s.Claim(t.Context(), "slack", seven, time.Minute, 3)
					if err != nil {
						t.Errorf("courier %d: %v", i, err)
						return
					}
					mu.Lock()
					for _, d := range ds {
						claims[d.Subscription]++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(claims) != deliveries {
			t.Errorf("%d of %d deliveries were claimed", len(claims), deliveries)
		}
		for id, n := range claims {
			if n != 1 {
				t.Errorf("%s was claimed %d times within its lease", id, n)
			}
		}
	})
}

// TestSchemaRefusesImpossibleStates writes behind the store's back what no method would write.
func TestSchemaRefusesImpossibleStates(t *testing.T) {
	onBoth(t, func(t *testing.T, open open) {
		s := open(t)
		due(t, s, "d1")
		d := claim(t, s, seven)
		if err := s.KeepComposed(t.Context(), d, edition("x"), twoParts()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Save(t.Context(), briefings.Article{Report: briefings.Report{ID: "a", Text: "x"}, Hash: "h"}); err != nil {
			t.Fatal(err)
		}
		for what, statement := range map[string]string{
			"a second delivery for a slot":      "insert into deliveries select * from deliveries",
			"a part of no delivery":             "update parts set slot = 0",
			"a sent part without a message":     "update parts set state = 'sent'",
			"a message of an unsent part":       "update parts set ref_id = '1'",
			"a part that is sent since never":   "update parts set state = 'sending'",
			"a part in an unknown state":        "update parts set state = 'lost'",
			"a key that no platform takes":      "update parts set post_key = 'abcdefghijklmnopqrstuvwxyz'",
			"a sent delivery that isn't final":  "update deliveries set state = 'sent'",
			"a final delivery that is claimed":  "update deliveries set state = 'failed', settled = 1",
			"a claim without end":               "update deliveries set claimed_until = null",
			"a composed delivery of nothing":    "update deliveries set edition = null",
			"a delivery in an unknown state":    "update deliveries set state = 'lost'",
			"a subscription without a schedule": "update subscriptions set cron = ''",
			"a baseline of no slot":             "update subscriptions set last_edition = '{}'",
			"an unknown misfire policy":         "update subscriptions set misfire = 'perhaps'",
			"an article without a text":         "update articles set body = ''",
			"an article's revision zero":        "update articles set revision = 0",
			"two articles with one number":      "insert into articles select 'b', revision, seq, url, title, outlet, byline, language, label, published, published_zone, date_only, body, source, origin, read_at, hash, cut, backlog, unreviewed, picture, picture_credit, picture_alt from articles",
		} {
			if err := s.Exec(t, statement); err == nil {
				t.Errorf("%s was accepted", what)
			}
		}
		if err := s.Exec(t, "delete from deliveries"); err != nil {
			t.Fatal(err)
		}
		if left := s.Mentions(t, "gist"); len(left) > 0 {
			t.Errorf("a deleted delivery left its parts in %v", left)
		}
	})
}

// Only one server at a time opens a folder: what a former one had claimed is free at once. What one on Postgres has claimed may be
// another replica's work.
func TestServerOfAFolderNeedNotWaitForTheClaimsOfAFormerOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openAt(t, dir)
	due(t, s, "d1")
	lost := claim(t, s, seven)
	shut(t, s)
	guest, err := store.Open(t.Context(), store.Config{Data: dir, Role: store.Writer})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := guest.Claim(t.Context(), "slack", seven, time.Minute, 1); err != nil || len(list) != 0 {
		t.Errorf("after a command was run %d deliveries are free, error %v; want none", len(list), err)
	}
	shut(t, guest)
	s = openAt(t, dir)
	defer shut(t, s)
	ours := claim(t, s, seven)
	if ours.Attempts != 2 {
		t.Errorf("it was claimed %d times, want 2", ours.Attempts)
	}
	if err := s.Begin(t.Context(), lost, 0, seven); !errors.Is(err, digest.ErrLost) {
		t.Errorf("the former claim begins: error %v, want ErrLost", err)
	}
	c := store.Config{URL: storetest.Postgres(t)}
	a := reopen(t, c)
	due(t, a, "d1")
	claim(t, a, seven)
	if list, err := reopen(t, c).Claim(t.Context(), "slack", seven, time.Minute, 1); err != nil || len(list) != 0 {
		t.Errorf("another replica took %d deliveries, error %v; want none", len(list), err)
	}
}
