package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"attache/bot/digest"
	"attache/bot/message"
	"attache/briefings"
)

// DigestStore is the suite that every digest.Store passes. open returns an empty store each time and closes it when the
// test ends.
func DigestStore(t *testing.T, open func(t testing.TB) digest.Store) {
	t.Helper()
	tests := []struct {
		name string
		test func(t *testing.T, s digest.Store)
	}{
		{"a subscription comes back as it was added", subscriptionComesBack},
		{"an id is used once", idIsUsedOnce},
		{"subscriptions are filtered, oldest first", subscriptionsAreFiltered},
		{"an update replaces what may change and refuses an old revision", updateRefusesOldRevision},
		{"of concurrent updates one wins", oneUpdateWins},
		{"removing takes what is not final along", removingTakesOpenDeliveries},
		{"due are those whose time has come, the most overdue first", dueSubscriptions},
		{"opening a slot twice is once", openingTwiceIsOnce},
		{"opening a slot concurrently is once", openingConcurrentlyIsOnce},
		{"opening refuses a subscription that has changed", openingRefusesChange},
		{"opening is all or nothing", openingIsAllOrNothing},
		{"skipped slots are recorded and never claimed", skippedAreRecorded},
		{"a claim is exclusive until its lease is over", claimIsExclusive},
		{"concurrent claims share nothing", concurrentClaimsShareNothing},
		{"the oldest slot is claimed first and each workspace has its turn", claimOrder},
		{"a claim brings parts and edition", claimBringsParts},
		{"the first composed edition stands", firstEditionStands},
		{"what needs the claim fails without it", lostClaim},
		{"a lease that is over begins nothing", leaseIsOver},
		{"a part goes from planned to sent", partLife},
		{"a part that arrived has arrived", arrivedHasArrived},
		{"one who lost the claim can't take a part back", lostClaimTakesNothingBack},
		{"waiting gives the claim back until then", waiting},
		{"the sent edition becomes the baseline unless a newer one is", baseline},
		{"a final state stays", finalStays},
		{"settling as failed, held or skipped leaves the baseline", otherSettlingLeavesBaseline},
		{"replay puts unsent parts back to work", replay},
		{"deliveries are filtered, newest first", deliveriesAreFiltered},
		{"a delivery is found by its message", deliveryByRef},
		{"turns are taken in one line, in all lanes or in none", turns},
		{"a lane that is quiet gives no turn", quietLanes},
		{"many take turns and none the same", turnsTogether},
		{"what waits in a full lane is not claimed", fullLanes},
		{"times are kept to the millisecond in UTC", timesAreMilliseconds},
		{"what is read is a copy", readsAreCopies},
		{"an ended context is an error and changes nothing", endedContext},
		{"a random life keeps every promise", randomLife},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.test(t, open(t))
		})
	}
}

// day is when the suite begins.
var day = time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)

// order makes a subscription that is due at day.
func order(id string) digest.Subscription {
	return digest.Subscription{
		ID:       id,
		Address:  message.Address{Platform: "slack", Workspace: "T1", Channel: "C1"},
		Schedule: digest.Schedule{Phrase: "daily 08:00", Cron: "0 8 * * *", Zone: "Asia/Seoul"},
		Beat:     briefings.Beat{Name: "Korean peninsula", Topics: []string{"sanctions"}, Countries: []string{"KP", "KR"}},
		Owner:    "U1",
		Created:  day.Add(-time.Hour),
		NextAt:   day,
		Misfire:  digest.MisfireLatest,
	}
}

// ordered adds an order and returns it as it is kept.
func ordered(t testing.TB, s digest.Store, n digest.Subscription) digest.Subscription {
	t.Helper()
	must(t, s.AddSubscription(t.Context(), n))
	return subscriptionOf(t, s, n.ID)
}

func subscriptionOf(t testing.TB, s digest.Store, id string) digest.Subscription {
	t.Helper()
	n, err := s.Subscription(t.Context(), id)
	must(t, err)
	return n
}

// due is a delivery of n for a slot, ready to be opened.
func due(n digest.Subscription, slot time.Time) digest.Delivery {
	return digest.Delivery{Subscription: n.ID, Slot: slot, Address: n.Address, State: digest.Due, Opened: slot, WindowFrom: slot.Add(-24 * time.Hour)}
}

// opened opens a due delivery for each slot and moves n on to a day after the last.
func opened(t testing.TB, s digest.Store, id string, slots ...time.Time) {
	t.Helper()
	n := subscriptionOf(t, s, id)
	var list []digest.Delivery
	for _, slot := range slots {
		list = append(list, due(n, slot))
	}
	got, err := s.Open(t.Context(), n, list, slots[len(slots)-1].Add(24*time.Hour))
	must(t, err)
	if got != len(slots) {
		t.Fatalf("opened %d new deliveries, want %d", got, len(slots))
	}
}

// claimed claims all that is there to claim.
func claimed(t testing.TB, s digest.Store, now time.Time) []digest.Delivery {
	t.Helper()
	list, err := s.Claim(t.Context(), "slack", now, lease, 100)
	must(t, err)
	return list
}

const lease = 30 * time.Second

// one returns the only delivery of a list.
func one(t testing.TB, list []digest.Delivery) digest.Delivery {
	t.Helper()
	if len(list) != 1 {
		t.Fatalf("got %d deliveries, want one", len(list))
	}
	return list[0]
}

// begun adds, opens and claims one delivery and keeps its composition of two parts.
func begun(t testing.TB, s digest.Store, id string) digest.Delivery {
	t.Helper()
	ordered(t, s, order(id))
	opened(t, s, id, day)
	d := one(t, claimed(t, s, day))
	must(t, s.KeepComposed(t.Context(), d, edition("first"), parts(id, 2)))
	return d
}

func edition(headline string) briefings.Edition {
	return briefings.Edition{
		Beat:   briefings.Beat{Name: "Korean peninsula"},
		Window: briefings.Window{From: day.Add(-24 * time.Hour), To: day},
		AsOf:   day,
		Items:  []briefings.Item{{Story: "s1", Tag: briefings.TagNew, Headline: headline, Newest: day.Add(-time.Hour)}},
		Read:   12, Matched: 3,
		Carried: []string{"k1", "k2"},
	}
}

func parts(id string, n int) []digest.Part {
	var list []digest.Part
	for i := range n {
		list = append(list, digest.Part{
			Number:  i,
			State:   digest.PartPlanned,
			Message: json.RawMessage(fmt.Sprintf(`{"gist":"part %d of %s, \"quoted\" <&> ü"}`, i, id)),
			Key:     fmt.Sprintf("%s-%d", id, i),
		})
	}
	return list
}

// kept returns the delivery of a subscription for a slot.
func kept(t testing.TB, s digest.Store, id string, slot time.Time) digest.Delivery {
	t.Helper()
	list, err := s.Deliveries(t.Context(), digest.DeliveryFilter{Subscription: id, Limit: 1000})
	must(t, err)
	for _, d := range list {
		if d.Slot.Equal(slot) {
			return d
		}
	}
	t.Fatalf("digest %s has no delivery for %s", id, slot)
	return digest.Delivery{}
}

func ref(id string) message.Ref {
	return message.Ref{Address: message.Address{Platform: "slack", Workspace: "T1", Channel: "C1"}, ID: id}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t testing.TB, what string, err error, want ...error) {
	t.Helper()
	for _, w := range want {
		if errors.Is(err, w) {
			return
		}
	}
	t.Errorf("%s: got error %v, want %v", what, err, want)
}

// same compares what was kept; an empty list and none are the same.
func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", what, diff)
	}
}

func ids(list []digest.Subscription) []string {
	var names []string
	for _, n := range list {
		names = append(names, n.ID)
	}
	return names
}

func subscriptionComesBack(t *testing.T, s digest.Store) {
	want := order("d7f3")
	want.SkipQuiet, want.Misfire, want.Reason = true, digest.MisfireAll, "because"
	want.Address.Thread = "1700000000.000100"
	want.Beat.Watch, want.Beat.Without = []string{"Strait of Hormuz"}, []string{"football"}
	must(t, s.AddSubscription(t.Context(), want))
	got := subscriptionOf(t, s, "d7f3")
	want.Rev = got.Rev // the first number is the store's
	same(t, "the subscription", got, want)

	if _, err := s.Subscription(t.Context(), "none"); !errors.Is(err, digest.ErrNotFound) {
		t.Errorf("an unknown subscription: got error %v, want ErrNotFound", err)
	}
}

func idIsUsedOnce(t *testing.T, s digest.Store) {
	ordered(t, s, order("a"))
	if err := s.AddSubscription(t.Context(), order("a")); err == nil {
		t.Error("a second subscription was added under the same id")
	}
	opened(t, s, "a", day)
	must(t, s.Settle(t.Context(), one(t, claimed(t, s, day)), digest.Failed, "gone", day))
	must(t, s.RemoveSubscription(t.Context(), "a"))
	if err := s.AddSubscription(t.Context(), order("a")); err == nil {
		t.Error("a subscription was added under the id of a removed one, whose deliveries would be taken for its own")
	}
}

func subscriptionsAreFiltered(t *testing.T, s digest.Store) {
	for i, at := range []message.Address{
		{Platform: "slack", Workspace: "T1", Channel: "C1"},
		{Platform: "slack", Workspace: "T1", Channel: "C2"},
		{Platform: "slack", Workspace: "T2", Channel: "C1"},
		{Platform: "discord", Workspace: "T1", Channel: "C1"},
		{Platform: "discord", Channel: "D1"},
	} {
		n := order(string(rune('e' - i))) // the order is that of adding and not of ids
		n.Address, n.Created = at, day.Add(time.Duration(i)*time.Second)
		must(t, s.AddSubscription(t.Context(), n))
	}
	for _, tt := range []struct {
		filter digest.Filter
		want   []string
	}{
		{digest.Filter{}, []string{"e", "d", "c", "b", "a"}},
		{digest.Filter{Platform: "slack"}, []string{"e", "d", "c"}},
		{digest.Filter{Platform: "slack", Workspace: "T1"}, []string{"e", "d"}},
		{digest.Filter{Workspace: "T1", Channel: "C1"}, []string{"e", "b"}},
		{digest.Filter{Platform: "discord", Workspace: "T1", Channel: "C1"}, []string{"b"}},
		{digest.Filter{Channel: "C9"}, nil},
	} {
		list, err := s.Subscriptions(t.Context(), tt.filter)
		must(t, err)
		same(t, fmt.Sprintf("Subscriptions(%+v)", tt.filter), ids(list), tt.want)
	}
}

func updateRefusesOldRevision(t *testing.T, s digest.Store) {
	old := ordered(t, s, order("a"))
	n := old
	n.Schedule = digest.Schedule{Phrase: "mondays 9", Cron: "0 9 * * 1", Zone: "Europe/Berlin"}
	n.Beat = briefings.Beat{Topics: []string{"elections"}}
	n.NextAt, n.Paused, n.Reason, n.Misfire, n.SkipQuiet = day.Add(time.Hour), true, "the channel is archived", digest.MisfireSkip, true
	n.Address.Channel = "C2"
	n.Owner, n.Created, n.Last = "U9", day.Add(time.Minute), day // what an update does not replace
	must(t, s.UpdateSubscription(t.Context(), n))
	got := subscriptionOf(t, s, "a")
	want := n
	want.Owner, want.Created, want.Last, want.Rev = old.Owner, old.Created, old.Last, got.Rev
	same(t, "the updated subscription", got, want)
	if got.Rev <= old.Rev {
		t.Errorf("the revision went from %d to %d, want it to grow", old.Rev, got.Rev)
	}
	n.Reason = "stale"
	wantError(t, "an update from an old revision", s.UpdateSubscription(t.Context(), n), digest.ErrChanged)
	if got := subscriptionOf(t, s, "a"); got.Reason != "the channel is archived" {
		t.Errorf("a refused update changed the reason to %q", got.Reason)
	}
	got.NextAt = time.Time{}
	must(t, s.UpdateSubscription(t.Context(), got))
	if got := subscriptionOf(t, s, "a"); !got.NextAt.IsZero() {
		t.Errorf("NextAt came back as %s, want zero", got.NextAt)
	}
	wantError(t, "an update of an unknown subscription", s.UpdateSubscription(t.Context(), order("none")), digest.ErrNotFound, digest.ErrChanged)
}

func oneUpdateWins(t *testing.T, s digest.Store) {
	n := ordered(t, s, order("a"))
	results := together(8, func(i int) error {
		mine := n
		mine.Reason = fmt.Sprintf("writer %d", i)
		return s.UpdateSubscription(t.Context(), mine)
	})
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else {
			wantError(t, "a losing update", err, digest.ErrChanged)
		}
	}
	if won != 1 {
		t.Errorf("%d of 8 updates from the same revision succeeded, want 1", won)
	}
}

// together calls f n times at once.
func together(n int, f func(i int) error) []error {
	results := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { results[i] = f(i) })
	}
	wg.Wait()
	return results
}

func removingTakesOpenDeliveries(t *testing.T, s digest.Store) {
	ordered(t, s, order("a"))
	opened(t, s, "a", day)
	must(t, s.Settle(t.Context(), one(t, claimed(t, s, day)), digest.Failed, "no", day))
	opened(t, s, "a", day.Add(24*time.Hour), day.Add(48*time.Hour))
	live := claimed(t, s, day.Add(24*time.Hour))
	must(t, s.RemoveSubscription(t.Context(), "a"))

	wantError(t, "removing twice", s.RemoveSubscription(t.Context(), "a"), digest.ErrNotFound)
	_, err := s.Subscription(t.Context(), "a")
	wantError(t, "reading a removed subscription", err, digest.ErrNotFound)
	list, err := s.Deliveries(t.Context(), digest.DeliveryFilter{Subscription: "a"})
	must(t, err)
	if len(list) != 1 || list[0].State != digest.Failed {
		t.Errorf("after removing %d deliveries are left, want the failed one alone", len(list))
	}
	for _, d := range live {
		wantError(t, "keeping a removed delivery", s.KeepComposed(t.Context(), d, edition("x"), parts("a", 1)), digest.ErrNotFound, digest.ErrLost)
		wantError(t, "beginning a removed delivery", s.Begin(t.Context(), d, 0, day.Add(24*time.Hour)), digest.ErrNotFound, digest.ErrLost)
		wantError(t, "waiting with a removed delivery", s.Wait(t.Context(), d, day, ""), digest.ErrNotFound, digest.ErrLost)
		wantError(t, "settling a removed delivery", s.Settle(t.Context(), d, digest.Sent, "", day), digest.ErrNotFound, digest.ErrLost)
	}
	if got := claimed(t, s, day.Add(96*time.Hour)); len(got) != 0 {
		t.Errorf("%d deliveries of a removed subscription were claimed", len(got))
	}
}

func dueSubscriptions(t *testing.T, s digest.Store) {
	add := func(id, platform string, next time.Time, paused bool) {
		n := order(id)
		n.Address.Platform, n.NextAt, n.Paused = platform, next, paused
		must(t, s.AddSubscription(t.Context(), n))
	}
	add("now", "slack", day, false)
	add("older", "slack", day.Add(-time.Hour), false)
	add("oldest", "slack", day.Add(-48*time.Hour), false)
	add("later", "slack", day.Add(time.Millisecond), false)
	add("paused", "slack", day.Add(-time.Hour), true)
	add("never", "slack", time.Time{}, false)
	add("elsewhere", "discord", day.Add(-time.Hour), false)
	list, err := s.DueSubscriptions(t.Context(), "slack", day, 10)
	must(t, err)
	same(t, "what is due", ids(list), []string{"oldest", "older", "now"})
	list, err = s.DueSubscriptions(t.Context(), "slack", day, 2)
	must(t, err)
	same(t, "what is due, at most two", ids(list), []string{"oldest", "older"})
}

func openingTwiceIsOnce(t *testing.T, s digest.Store) {
	n := ordered(t, s, order("a"))
	next := day.Add(24 * time.Hour)
	got, err := s.Open(t.Context(), n, []digest.Delivery{due(n, day)}, next)
	must(t, err)
	if got != 1 {
		t.Errorf("the first opening counts %d, want 1", got)
	}
	_, err = s.Open(t.Context(), n, []digest.Delivery{due(n, day)}, next)
	wantError(t, "opening again from what was read before", err, digest.ErrChanged)

	// Somebody has set the clock back: the same slot is due again.
	again := subscriptionOf(t, s, "a")
	same(t, "NextAt after opening", again.NextAt, next)
	again.NextAt = day
	must(t, s.UpdateSubscription(t.Context(), again))
	again = subscriptionOf(t, s, "a")
	twin := due(again, day)
	twin.WindowFrom, twin.Late = day.Add(-time.Hour), true
	got, err = s.Open(t.Context(), again, []digest.Delivery{twin, due(again, next)}, next.Add(24*time.Hour))
	must(t, err)
	if got != 1 {
		t.Errorf("opening an old and a new slot counts %d, want 1", got)
	}
	first := kept(t, s, "a", day)
	if first.Late || !first.WindowFrom.Equal(day.Add(-24*time.Hour)) {
		t.Error("opening a slot again changed its delivery")
	}
	if list := claimed(t, s, next); len(list) != 2 {
		t.Errorf("%d deliveries for 2 slots", len(list))
	}
}

func openingConcurrentlyIsOnce(t *testing.T, s digest.Store) {
	n := ordered(t, s, order("a"))
	counts := make([]int, 8)
	results := together(8, func(i int) (err error) {
		counts[i], err = s.Open(t.Context(), n, []digest.Delivery{due(n, day)}, day.Add(24*time.Hour))
		return err
	})
	sum := 0
	for i, err := range results {
		sum += counts[i]
		if err != nil {
			wantError(t, "a losing opening", err, digest.ErrChanged)
		}
	}
	if sum != 1 {
		t.Errorf("8 concurrent openings counted %d new deliveries, want 1", sum)
	}
	if list := claimed(t, s, day); len(list) != 1 {
		t.Errorf("8 concurrent openings made %d deliveries, want 1", len(list))
	}
}

func openingRefusesChange(t *testing.T, s digest.Store) {
	n := ordered(t, s, order("a"))
	edited := n
	edited.Beat.Name = "changed"
	must(t, s.UpdateSubscription(t.Context(), edited))
	_, err := s.Open(t.Context(), n, []digest.Delivery{due(n, day)}, day.Add(24*time.Hour))
	wantError(t, "opening after an edit", err, digest.ErrChanged)

	moved := subscriptionOf(t, s, "a")
	moved.NextAt = day.Add(time.Hour)
	_, err = s.Open(t.Context(), moved, []digest.Delivery{due(n, day)}, day.Add(24*time.Hour))
	wantError(t, "opening with another NextAt", err, digest.ErrChanged)

	if got := subscriptionOf(t, s, "a"); !got.NextAt.Equal(day) {
		t.Errorf("a refused opening moved NextAt to %s", got.NextAt)
	}
	if list := claimed(t, s, day); len(list) != 0 {
		t.Errorf("a refused opening left %d deliveries", len(list))
	}
	must(t, s.RemoveSubscription(t.Context(), "a"))
	_, err = s.Open(t.Context(), n, []digest.Delivery{due(n, day)}, day.Add(24*time.Hour))
	wantError(t, "opening after removal", err, digest.ErrChanged, digest.ErrNotFound)
}

func openingIsAllOrNothing(t *testing.T, s digest.Store) {
	n := ordered(t, s, order("a"))
	bad := due(n, day.Add(24*time.Hour))
	bad.State = digest.Sent // nothing is opened as sent
	if _, err := s.Open(t.Context(), n, []digest.Delivery{due(n, day), bad}, day.Add(48*time.Hour)); err == nil {
		t.Error("a delivery was opened in state sent")
	}
	if got := subscriptionOf(t, s, "a"); !got.NextAt.Equal(day) {
		t.Errorf("a failed opening moved NextAt to %s", got.NextAt)
	}
	if list := claimed(t, s, day.Add(48*time.Hour)); len(list) != 0 {
		t.Errorf("a failed opening left %d deliveries", len(list))
	}
}

func skippedAreRecorded(t *testing.T, s digest.Store) {
	n := ordered(t, s, order("a"))
	skipped := due(n, day)
	skipped.State, skipped.Reason, skipped.Settled = digest.Skipped, "nothing was running at 08:00", day.Add(time.Hour)
	late := due(n, day.Add(24*time.Hour))
	late.Late = true
	got, err := s.Open(t.Context(), n, []digest.Delivery{skipped, late}, time.Time{})
	must(t, err)
	if got != 2 {
		t.Errorf("opening counts %d, want 2", got)
	}
	if n := subscriptionOf(t, s, "a"); !n.NextAt.IsZero() {
		t.Errorf("NextAt is %s, want zero", n.NextAt)
	}
	d := one(t, claimed(t, s, day.Add(25*time.Hour)))
	if !d.Slot.Equal(late.Slot) || !d.Late {
		t.Errorf("claimed the slot %s (late %t), want %s, late", d.Slot, d.Late, late.Slot)
	}
	k := kept(t, s, "a", day)
	if k.State != digest.Skipped || k.Reason != skipped.Reason || !k.Settled.Equal(skipped.Settled) {
		t.Errorf("the skipped slot is kept as %s, %q, settled %s", k.State, k.Reason, k.Settled)
	}
}

func claimIsExclusive(t *testing.T, s digest.Store) {
	ordered(t, s, order("a"))
	opened(t, s, "a", day)
	first := one(t, claimed(t, s, day))
	if first.Claim == "" || !first.ClaimedUntil.Equal(day.Add(lease)) {
		t.Errorf("the claim is %q until %s, want a token until %s", first.Claim, first.ClaimedUntil, day.Add(lease))
	}
	if first.Attempts != 1 {
		t.Errorf("after the first claim Attempts is %d, want 1", first.Attempts)
	}
	if list := claimed(t, s, day.Add(lease-time.Millisecond)); len(list) != 0 {
		t.Error("a delivery was claimed within another's lease")
	}
	second := one(t, claimed(t, s, day.Add(lease)))
	if second.Claim == first.Claim {
		t.Error("two claims have the same token")
	}
	if second.Attempts != 2 {
		t.Errorf("after the second claim Attempts is %d, want 2", second.Attempts)
	}
	if list, err := s.Claim(t.Context(), "discord", day.Add(time.Hour), lease, 10); err != nil || len(list) != 0 {
		t.Errorf("another platform claimed %d deliveries (error %v)", len(list), err)
	}
}

func concurrentClaimsShareNothing(t *testing.T, s digest.Store) {
	const digests = 40
	for i := range digests {
		n := order(fmt.Sprintf("d%02d", i))
		n.Address.Workspace = fmt.Sprintf("T%d", i%3)
		ordered(t, s, n)
		opened(t, s, n.ID, day)
	}
	var mu sync.Mutex
	times := map[string]int{}
	results := together(8, func(int) error {
		for {
			list, err := s.Claim(t.Context(), "slack", day, lease, 3)
			if err != nil || len(list) == 0 {
				return err
			}
			mu.Lock()
			for _, d := range list {
				times[d.Subscription]++
			}
			mu.Unlock()
		}
	})
	for _, err := range results {
		must(t, err)
	}
	for id, n := range times {
		if n != 1 {
			t.Errorf("digest %s was claimed %d times within one lease", id, n)
		}
	}
	if len(times) != digests {
		t.Errorf("%d of %d digests were claimed", len(times), digests)
	}
}

func claimOrder(t *testing.T, s digest.Store) {
	add := func(id, workspace string, slot time.Time) {
		n := order(id)
		n.Address.Workspace, n.NextAt = workspace, slot
		ordered(t, s, n)
		opened(t, s, id, slot)
	}
	for i := range 6 {
		add(fmt.Sprintf("big%d", i), "T1", day)
	}
	add("small", "T2", day)
	add("tiny", "T3", day)
	add("old", "T1", day.Add(-time.Hour))
	add("young", "T4", day.Add(time.Minute))
	list, err := s.Claim(t.Context(), "slack", day.Add(time.Hour), lease, 4)
	must(t, err)
	var workspaces []string
	for _, d := range list {
		workspaces = append(workspaces, d.Address.Workspace)
	}
	if len(list) != 4 || list[0].Subscription != "old" {
		t.Fatalf("claimed %d deliveries, the first of %q, want 4 with the oldest slot first", len(list), list[0].Subscription)
	}
	rest := slices.Sorted(slices.Values(workspaces[1:]))
	same(t, "the workspaces of the next three", rest, []string{"T1", "T2", "T3"})
	list, err = s.Claim(t.Context(), "slack", day.Add(time.Hour), lease, 100)
	must(t, err)
	if len(list) != 6 || list[5].Subscription != "young" {
		t.Errorf("the second claim has %d deliveries, want 6 with the youngest slot last", len(list))
	}
}

func claimBringsParts(t *testing.T, s digest.Store) {
	d := begun(t, s, "a")
	now := day.Add(time.Second)
	must(t, s.Begin(t.Context(), d, 0, now))
	must(t, s.Wait(t.Context(), d, now, "for a moment"))
	got := one(t, claimed(t, s, now))
	want := parts("a", 2)
	want[0].State, want[0].SendingAt, want[0].Attempts = digest.PartSending, now, 1
	same(t, "the parts", got.Parts, want)
	e := edition("first")
	same(t, "the edition", got.Edition, &e)
	if got.State != digest.Composed {
		t.Errorf("the state is %s, want composed", got.State)
	}
}

func firstEditionStands(t *testing.T, s digest.Store) {
	d := begun(t, s, "a")
	must(t, s.KeepComposed(t.Context(), d, edition("second"), parts("other", 3)))
	got := kept(t, s, "a", day)
	if len(got.Parts) != 2 || got.Parts[0].Key != "a-0" || got.Edition == nil || got.Edition.Items[0].Headline != "first" {
		t.Error("composing again replaced what was kept")
	}
}

func lostClaim(t *testing.T, s digest.Store) {
	ordered(t, s, order("a"))
	opened(t, s, "a", day)
	lost := one(t, claimed(t, s, day))
	now := day.Add(lease)
	ours := one(t, claimed(t, s, now))

	wantError(t, "KeepComposed", s.KeepComposed(t.Context(), lost, edition("x"), parts("a", 1)), digest.ErrLost)
	must(t, s.KeepComposed(t.Context(), ours, edition("first"), parts("a", 1)))
	wantError(t, "Begin", s.Begin(t.Context(), lost, 0, now), digest.ErrLost)
	wantError(t, "Wait", s.Wait(t.Context(), lost, now, ""), digest.ErrLost)
	wantError(t, "Settle", s.Settle(t.Context(), lost, digest.Failed, "", now), digest.ErrLost)
	unclaimed := ours
	unclaimed.Claim = ""
	wantError(t, "Begin without a claim", s.Begin(t.Context(), unclaimed, 0, now), digest.ErrLost)
	must(t, s.Begin(t.Context(), ours, 0, now))
	must(t, s.Wait(t.Context(), ours, now, ""))
	wantError(t, "Begin after giving back", s.Begin(t.Context(), ours, 0, now), digest.ErrLost)
	wantError(t, "Wait after giving back", s.Wait(t.Context(), ours, now, ""), digest.ErrLost)
	wantError(t, "Settle after giving back", s.Settle(t.Context(), ours, digest.Failed, "", now), digest.ErrLost)
	if got := kept(t, s, "a", day); got.State != digest.Composed || got.Parts[0].Attempts != 1 {
		t.Errorf("after all that the delivery is %s with %d tries, want composed with 1", got.State, got.Parts[0].Attempts)
	}
}

func leaseIsOver(t *testing.T, s digest.Store) {
	d := begun(t, s, "a")
	must(t, s.Begin(t.Context(), d, 0, d.ClaimedUntil.Add(-time.Millisecond)))
	wantError(t, "Begin at the end of the lease", s.Begin(t.Context(), d, 1, d.ClaimedUntil), digest.ErrLost)
	if got := kept(t, s, "a", day).Parts[1]; got.State != digest.PartPlanned || got.Attempts != 0 {
		t.Errorf("part 1 is %s after %d tries, want planned and untried", got.State, got.Attempts)
	}
}

func partLife(t *testing.T, s digest.Store) {
	d := begun(t, s, "a")
	at := day.Add(2 * time.Second)
	must(t, s.Begin(t.Context(), d, 0, at))
	if p := kept(t, s, "a", day).Parts[0]; p.State != digest.PartSending || !p.SendingAt.Equal(at) || p.Attempts != 1 {
		t.Errorf("begun: %s at %s after %d tries", p.State, p.SendingAt, p.Attempts)
	}
	must(t, s.EndPart(t.Context(), d, 0, digest.PartPlanned, message.Ref{}, "rate_limited"))
	if p := kept(t, s, "a", day).Parts[0]; p.State != digest.PartPlanned || p.Reason != "rate_limited" {
		t.Errorf("to be tried again: %s, %q", p.State, p.Reason)
	}
	must(t, s.Begin(t.Context(), d, 0, at.Add(time.Second)))
	must(t, s.EndPart(t.Context(), d, 0, digest.PartSent, ref("1.1"), ""))
	p := kept(t, s, "a", day).Parts[0]
	if p.State != digest.PartSent || p.Attempts != 2 || !p.SendingAt.Equal(at.Add(time.Second)) {
		t.Errorf("sent: %s after %d tries, the newest at %s", p.State, p.Attempts, p.SendingAt)
	}
	same(t, "the ref", p.Ref, ref("1.1"))
	wantError(t, "beginning a sent part", s.Begin(t.Context(), d, 0, at.Add(2*time.Second)), digest.ErrChanged)
	must(t, s.Begin(t.Context(), d, 1, at))
	must(t, s.EndPart(t.Context(), d, 1, digest.PartFailed, message.Ref{}, "msg_too_long"))
	if p := kept(t, s, "a", day).Parts[1]; p.State != digest.PartFailed || p.Reason != "msg_too_long" {
		t.Errorf("failed: %s, %q", p.State, p.Reason)
	}
	if err := s.Begin(t.Context(), d, 7, at); err == nil {
		t.Error("a part that does not exist was begun")
	}
}

func arrivedHasArrived(t *testing.T, s digest.Store) {
	lost := begun(t, s, "a")
	must(t, s.Begin(t.Context(), lost, 0, day))
	now := day.Add(lease)
	ours := one(t, claimed(t, s, now))
	must(t, s.EndPart(t.Context(), lost, 0, digest.PartSent, ref("1.1"), ""))
	if p := kept(t, s, "a", day).Parts[0]; p.State != digest.PartSent {
		t.Errorf("what arrived under a lost claim is %s, want sent", p.State)
	}
	must(t, s.EndPart(t.Context(), lost, 0, digest.PartSent, ref("1.1"), ""))
	wantError(t, "the same part as another message", s.EndPart(t.Context(), ours, 0, digest.PartSent, ref("2.2"), ""), digest.ErrChanged)
	if err := s.EndPart(t.Context(), ours, 0, digest.PartPlanned, message.Ref{}, "no"); err != nil {
		wantError(t, "taking a sent part back", err, digest.ErrChanged)
	}
	p := kept(t, s, "a", day).Parts[0]
	if p.State != digest.PartSent || p.Ref.ID != "1.1" {
		t.Errorf("the sent part is %s with message %q now, want sent with 1.1", p.State, p.Ref.ID)
	}
}

func lostClaimTakesNothingBack(t *testing.T, s digest.Store) {
	lost := begun(t, s, "a")
	must(t, s.Begin(t.Context(), lost, 0, day))
	now := day.Add(lease)
	ours := one(t, claimed(t, s, now))
	must(t, s.Begin(t.Context(), ours, 0, now))
	for _, state := range []digest.PartState{digest.PartPlanned, digest.PartFailed} {
		wantError(t, "EndPart "+string(state)+" under a lost claim", s.EndPart(t.Context(), lost, 0, state, message.Ref{}, ""), digest.ErrLost)
	}
	// The other has given it back without knowing whether its own try arrived.
	must(t, s.Wait(t.Context(), ours, now.Add(lease), "waiting to see whether it arrived"))
	wantError(t, "EndPart planned after both claims", s.EndPart(t.Context(), lost, 0, digest.PartPlanned, message.Ref{}, ""), digest.ErrLost)
	if p := kept(t, s, "a", day).Parts[0]; p.State != digest.PartSending {
		t.Errorf("a part whose newest try is unknown was made %s by an older try", p.State)
	}
}

func waiting(t *testing.T, s digest.Store) {
	ordered(t, s, order("a"))
	opened(t, s, "a", day)
	d := one(t, claimed(t, s, day))
	until := day.Add(5 * time.Second)
	must(t, s.Wait(t.Context(), d, until, "rate limited by Slack"))
	if k := kept(t, s, "a", day); k.Reason != "rate limited by Slack" || !k.RetryAt.Equal(until) || k.Claim != "" || !k.ClaimedUntil.IsZero() {
		t.Errorf("waiting: reason %q, retry at %s, claim %q until %s", k.Reason, k.RetryAt, k.Claim, k.ClaimedUntil)
	}
	if list := claimed(t, s, until.Add(-time.Millisecond)); len(list) != 0 {
		t.Error("a delivery was claimed before its RetryAt")
	}
	one(t, claimed(t, s, until))
}

func baseline(t *testing.T, s digest.Store) {
	ordered(t, s, order("a"))
	next := day.Add(24 * time.Hour)
	opened(t, s, "a", day, next)
	list := claimed(t, s, next)
	if len(list) != 2 {
		t.Fatalf("claimed %d deliveries, want 2", len(list))
	}
	older, newer := list[0], list[1]
	must(t, s.KeepComposed(t.Context(), newer, edition("newer"), parts("n", 1)))
	must(t, s.KeepComposed(t.Context(), older, edition("older"), parts("o", 1)))
	before := subscriptionOf(t, s, "a")
	if !before.Last.IsZero() || before.LastEdition != nil {
		t.Error("there is a baseline before anything was sent")
	}
	must(t, s.Settle(t.Context(), newer, digest.Sent, "", next))
	n := subscriptionOf(t, s, "a")
	if !n.Last.Equal(next) || n.LastEdition == nil || n.LastEdition.Items[0].Headline != "newer" {
		t.Errorf("after sending the baseline is of %s, want of %s with its edition", n.Last, next)
	}
	must(t, s.Settle(t.Context(), older, digest.Sent, "", next))
	n = subscriptionOf(t, s, "a")
	if !n.Last.Equal(next) || n.LastEdition == nil || n.LastEdition.Items[0].Headline != "newer" {
		t.Errorf("a digest of an older slot became the baseline (%s)", n.Last)
	}
	if k := kept(t, s, "a", day); k.State != digest.Sent || !k.Settled.Equal(next) || k.Claim != "" {
		t.Errorf("the older one is %s, settled %s, claim %q", k.State, k.Settled, k.Claim)
	}
}

func finalStays(t *testing.T, s digest.Store) {
	d := begun(t, s, "a")
	must(t, s.Settle(t.Context(), d, digest.Sent, "", day.Add(time.Second)))
	must(t, s.Settle(t.Context(), d, digest.Sent, "again", day.Add(time.Minute)))
	wantError(t, "another final state", s.Settle(t.Context(), d, digest.Failed, "no", day.Add(time.Minute)), digest.ErrChanged, digest.ErrLost)
	for _, state := range []digest.State{digest.Due, digest.Composed, ""} {
		if err := s.Settle(t.Context(), d, state, "", day.Add(time.Minute)); err == nil {
			t.Errorf("a delivery was settled as %q", state)
		}
	}
	if k := kept(t, s, "a", day); k.State != digest.Sent || !k.Settled.Equal(day.Add(time.Second)) {
		t.Errorf("the delivery is %s since %s, want sent since the first time", k.State, k.Settled)
	}
	if list := claimed(t, s, day.Add(time.Hour)); len(list) != 0 {
		t.Error("a settled delivery was claimed")
	}
}

func otherSettlingLeavesBaseline(t *testing.T, s digest.Store) {
	for i, state := range []digest.State{digest.Failed, digest.Held, digest.Skipped} {
		id := fmt.Sprintf("d%d", i)
		d := begun(t, s, id)
		must(t, s.Settle(t.Context(), d, state, "why", day.Add(time.Second)))
		if n := subscriptionOf(t, s, id); !n.Last.IsZero() || n.LastEdition != nil {
			t.Errorf("settling as %s made a baseline", state)
		}
		if k := kept(t, s, id, day); k.State != state || k.Reason != "why" {
			t.Errorf("settled as %s, kept as %s with reason %q", state, k.State, k.Reason)
		}
	}
}

func replay(t *testing.T, s digest.Store) {
	now := day.Add(time.Hour)
	d := begun(t, s, "a")
	must(t, s.Begin(t.Context(), d, 0, day))
	must(t, s.EndPart(t.Context(), d, 0, digest.PartSent, ref("1.1"), ""))
	must(t, s.Begin(t.Context(), d, 1, day))
	wantError(t, "replaying what is at work", s.Replay(t.Context(), "a", day, now), digest.ErrChanged)
	must(t, s.Settle(t.Context(), d, digest.Held, "may have arrived", day))
	must(t, s.Replay(t.Context(), "a", day, now))
	wantError(t, "replaying twice", s.Replay(t.Context(), "a", day, now), digest.ErrChanged)
	k := kept(t, s, "a", day)
	if k.State != digest.Composed || k.Parts[0].State != digest.PartSent || k.Parts[1].State != digest.PartPlanned || !k.Settled.IsZero() || k.Attempts != 0 {
		t.Errorf("after replay: %s, parts %s and %s, settled %s, %d attempts; want composed, sent and planned, not settled, none",
			k.State, k.Parts[0].State, k.Parts[1].State, k.Settled, k.Attempts)
	}
	again := one(t, claimed(t, s, now))
	must(t, s.Settle(t.Context(), again, digest.Sent, "", now))
	wantError(t, "replaying what was sent", s.Replay(t.Context(), "a", day, now), digest.ErrChanged)

	ordered(t, s, order("b"))
	opened(t, s, "b", day)
	must(t, s.Settle(t.Context(), one(t, claimed(t, s, now)), digest.Failed, "could not be composed", now))
	must(t, s.Replay(t.Context(), "b", day, now))
	if k := kept(t, s, "b", day); k.State != digest.Due {
		t.Errorf("a replayed digest that was never composed is %s, want due", k.State)
	}
	wantError(t, "replaying an unknown slot", s.Replay(t.Context(), "a", day.Add(time.Hour), now), digest.ErrNotFound)
	wantError(t, "replaying an unknown subscription", s.Replay(t.Context(), "none", day, now), digest.ErrNotFound)
}

func deliveriesAreFiltered(t *testing.T, s digest.Store) {
	for i, at := range []message.Address{
		{Platform: "slack", Workspace: "T1", Channel: "C1"},
		{Platform: "slack", Workspace: "T2", Channel: "C2"},
		{Platform: "discord", Workspace: "T1", Channel: "C1"},
	} {
		n := order(fmt.Sprintf("d%d", i))
		n.Address = at
		ordered(t, s, n)
		opened(t, s, n.ID, day, day.Add(time.Hour), day.Add(2*time.Hour))
	}
	list := claimed(t, s, day)
	must(t, s.Settle(t.Context(), list[0], digest.Failed, "", day))
	name := func(list []digest.Delivery) []string {
		var names []string
		for _, d := range list {
			names = append(names, fmt.Sprintf("%s+%d", d.Subscription, int(d.Slot.Sub(day).Hours())))
		}
		return names
	}
	failed := name(list[:1])
	for _, tt := range []struct {
		filter digest.DeliveryFilter
		want   []string
	}{
		{digest.DeliveryFilter{Subscription: "d1"}, []string{"d1+2", "d1+1", "d1+0"}},
		{digest.DeliveryFilter{Platform: "discord"}, []string{"d2+2", "d2+1", "d2+0"}},
		{digest.DeliveryFilter{Workspace: "T1", Channel: "C1", Platform: "slack", Limit: 2}, []string{"d0+2", "d0+1"}},
		{digest.DeliveryFilter{States: []digest.State{digest.Failed, digest.Held}}, failed},
		{digest.DeliveryFilter{Subscription: "d2", Since: day.Add(time.Hour)}, []string{"d2+2", "d2+1"}},
		{digest.DeliveryFilter{Channel: "C9"}, nil},
	} {
		got, err := s.Deliveries(t.Context(), tt.filter)
		must(t, err)
		same(t, fmt.Sprintf("Deliveries(%+v)", tt.filter), name(got), tt.want)
	}
	all, err := s.Deliveries(t.Context(), digest.DeliveryFilter{})
	must(t, err)
	if len(all) != 9 || !slices.IsSortedFunc(all, func(a, b digest.Delivery) int { return b.Slot.Compare(a.Slot) }) {
		t.Errorf("without a filter %d deliveries came, want 9, the newest first", len(all))
	}
}

func deliveryByRef(t *testing.T, s digest.Store) {
	d := begun(t, s, "a")
	_, err := s.DeliveryByRef(t.Context(), ref("1.1"))
	wantError(t, "a message that nobody posted", err, digest.ErrNotFound)
	must(t, s.Begin(t.Context(), d, 1, day))
	must(t, s.EndPart(t.Context(), d, 1, digest.PartSent, ref("1.1"), ""))
	got, err := s.DeliveryByRef(t.Context(), ref("1.1"))
	must(t, err)
	if got.Subscription != "a" || !got.Slot.Equal(day) || len(got.Parts) != 2 || got.Edition == nil {
		t.Errorf("found digest %s for %s with %d parts, want a for %s with 2 and its edition", got.Subscription, got.Slot, len(got.Parts), day)
	}
	thread := ref("1.1")
	thread.Address.Thread, thread.Address.Workspace = "0.9", ""
	if _, err := s.DeliveryByRef(t.Context(), thread); err != nil {
		t.Errorf("the message was not found by its platform, channel and id alone: %v", err)
	}
	for _, r := range []message.Ref{
		{ID: "1.1", Address: message.Address{Platform: "slack", Workspace: "T1", Channel: "C2"}},
		{ID: "1.1", Address: message.Address{Platform: "discord", Workspace: "T1", Channel: "C1"}},
		ref("1.2"),
	} {
		_, err := s.DeliveryByRef(t.Context(), r)
		wantError(t, fmt.Sprintf("a message elsewhere (%+v)", r), err, digest.ErrNotFound)
	}
}

// lanesOf are those of a channel, with a turn a second in it, two in its workspace and four on the platform.
func lanesOf(workspace, channel string) []digest.Lane {
	return []digest.Lane{
		{Platform: "slack", Every: time.Second / 4}, {Platform: "slack", Workspace: workspace, Every: time.Second / 2},
		{Platform: "slack", Workspace: workspace, Channel: channel, Every: time.Second},
	}
}

// turn takes one and wants it after so long, or wants to be told to ask again after so long.
func turn(t testing.TB, s digest.Store, lanes []digest.Lane, now time.Time, taken bool, wait time.Duration) {
	t.Helper()
	at, got, err := s.Turn(t.Context(), lanes, now)
	must(t, err)
	if got != taken || !at.Equal(now.Add(wait)) {
		t.Errorf("the turn in %s/%s is taken: %v, in %s; want %v in %s", lanes[len(lanes)-1].Workspace, lanes[len(lanes)-1].Channel, got, at.Sub(now), taken, wait)
	}
}

func turns(t *testing.T, s digest.Store) {
	const ms = time.Millisecond
	turn(t, s, lanesOf("T1", "C1"), day, true, 0)
	turn(t, s, lanesOf("T1", "C1"), day, true, 1000*ms)  // the channel's
	turn(t, s, lanesOf("T1", "C2"), day, true, 1500*ms)  // the workspace's, behind the second of C1
	turn(t, s, lanesOf("T2", "C1"), day, true, 1750*ms)  // the platform's, behind that
	turn(t, s, lanesOf("T1", "C1"), day, true, 2000*ms)  // the last within reach
	turn(t, s, lanesOf("T1", "C1"), day, false, 1000*ms) // its next turn is at 3 s
	turn(t, s, lanesOf("T2", "C9"), day, false, 250*ms)  // nor is there one of the platform's; none was taken before
	turn(t, s, lanesOf("T2", "C9"), day.Add(250*ms), true, 2000*ms)
	turn(t, s, lanesOf("T1", "C1"), day.Add(time.Minute), true, 0)
	turn(t, s, []digest.Lane{{Platform: "discord", Every: time.Second}}, day, true, 0)
	turn(t, s, []digest.Lane{{Platform: "slack", Workspace: "T1", Channel: "C1"}}, day, true, 0) // no pace, no line
}

func quietLanes(t *testing.T, s digest.Store) {
	must(t, s.Hush(t.Context(), digest.Lane{Platform: "slack", Workspace: "T1"}, day.Add(30*time.Second)))
	must(t, s.Hush(t.Context(), digest.Lane{Platform: "slack", Workspace: "T1"}, day.Add(10*time.Second))) // not sooner
	turn(t, s, lanesOf("T1", "C1"), day, false, 30*time.Second)
	turn(t, s, []digest.Lane{{Platform: "slack", Workspace: "T1"}}, day, false, 30*time.Second) // without a pace, too
	turn(t, s, lanesOf("T2", "C1"), day, true, 0)
	turn(t, s, lanesOf("T1", "C1"), day.Add(30*time.Second), true, 0)
	must(t, s.Hush(t.Context(), digest.Lane{Platform: "slack", Workspace: "T1", Channel: "C1"}, day.Add(time.Minute+time.Nanosecond)))
	turn(t, s, lanesOf("T1", "C1"), day.Add(40*time.Second), false, 20*time.Second+time.Millisecond) // never a moment too soon
	turn(t, s, lanesOf("T1", "C2"), day.Add(40*time.Second), true, 0)
	must(t, s.Hush(t.Context(), digest.Lane{Platform: "slack"}, day.Add(2*time.Minute)))
	turn(t, s, lanesOf("T2", "C1"), day.Add(time.Minute), false, time.Minute)
	turn(t, s, []digest.Lane{{Platform: "discord"}}, day.Add(time.Minute), true, 0)
}

func turnsTogether(t *testing.T, s digest.Store) {
	var mu sync.Mutex
	times := map[time.Time]int{}
	lanes := []digest.Lane{{Platform: "slack", Every: 100 * time.Millisecond}, {Platform: "slack", Workspace: "T1", Channel: "C1", Every: 50 * time.Millisecond}}
	for _, err := range together(16, func(int) error {
		at, taken, err := s.Turn(t.Context(), lanes, day)
		if err == nil && !taken {
			err = errors.New("no turn is left")
		}
		mu.Lock()
		defer mu.Unlock()
		times[at]++
		return err
	}) {
		must(t, err)
	}
	for i := range 16 {
		if at := day.Add(time.Duration(i) * 100 * time.Millisecond); times[at] != 1 {
			t.Errorf("the turn after %s was taken %d times", at.Sub(day), times[at])
		}
	}
}

func fullLanes(t *testing.T, s digest.Store) {
	for _, id := range []string{"a", "b", "c"} {
		n := order(id)
		n.Address.Workspace, n.Address.Channel = map[string]string{"a": "T1", "b": "T1", "c": "T2"}[id], "C"+id
		ordered(t, s, n)
		opened(t, s, id, day)
	}
	channel := []digest.Lane{{Platform: "slack", Workspace: "T1", Channel: "Ca", Every: 3 * time.Second}}
	workspace := []digest.Lane{{Platform: "slack", Workspace: "T1", Every: 5 * time.Second}}
	platform := []digest.Lane{{Platform: "slack", Every: 7 * time.Second}}
	claim := func(now time.Time, want ...string) {
		t.Helper()
		list, err := s.Claim(t.Context(), "slack", now, time.Millisecond, 10)
		must(t, err)
		var names []string
		for _, d := range list {
			names = append(names, d.Subscription)
		}
		slices.Sort(names)
		same(t, "what was claimed", names, want)
	}
	turn(t, s, channel, day, true, 0)
	claim(day, "b", "c")
	claim(day.Add(time.Second), "a", "b", "c") // its turn is at 3 s
	turn(t, s, workspace, day.Add(time.Second), true, 0)
	claim(day.Add(2*time.Second), "c")
	turn(t, s, platform, day.Add(2*time.Second), true, 0)
	claim(day.Add(3 * time.Second))
	claim(day.Add(7*time.Second), "a", "b", "c")
	must(t, s.Hush(t.Context(), digest.Lane{Platform: "slack", Workspace: "T1"}, day.Add(time.Hour)))
	claim(day.Add(8*time.Second), "a", "b", "c") // so that each can say why it waits
}

func timesAreMilliseconds(t *testing.T, s digest.Store) {
	seoul := time.FixedZone("KST", 9*60*60)
	exact := time.Date(2026, time.March, 2, 17, 0, 0, 123456789, seoul)
	want := time.Date(2026, time.March, 2, 8, 0, 0, 123000000, time.UTC)
	n := order("a")
	n.Created, n.NextAt = exact, exact
	n = ordered(t, s, n)
	check := func(what string, got time.Time) {
		t.Helper()
		if !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s came back as %s, want %s", what, got, want)
		}
	}
	check("Created", n.Created)
	check("NextAt", n.NextAt)
	list, err := s.DueSubscriptions(t.Context(), "slack", exact, 10)
	must(t, err)
	if len(list) != 1 {
		t.Error("a subscription is not due at the very instant that was its NextAt")
	}
	d := digest.Delivery{Subscription: "a", Slot: exact, Address: n.Address, State: digest.Due, Opened: exact, WindowFrom: exact}
	if _, err := s.Open(t.Context(), n, []digest.Delivery{d}, exact); err != nil {
		t.Fatal(err)
	}
	got := one(t, claimed(t, s, exact))
	check("Slot", got.Slot)
	check("Opened", got.Opened)
	check("WindowFrom", got.WindowFrom)
	same(t, "ClaimedUntil", got.ClaimedUntil, want.Add(lease))
	got.Slot = exact // the same slot, as precisely as its maker knew it
	must(t, s.KeepComposed(t.Context(), got, edition("x"), parts("a", 1)))
	must(t, s.Begin(t.Context(), got, 0, exact))
	check("SendingAt", kept(t, s, "a", want).Parts[0].SendingAt)
	must(t, s.EndPart(t.Context(), got, 0, digest.PartSent, ref("1"), ""))
	must(t, s.Settle(t.Context(), got, digest.Sent, "", exact))
	check("Settled", kept(t, s, "a", want).Settled)
	check("Last", subscriptionOf(t, s, "a").Last)
}

func readsAreCopies(t *testing.T, s digest.Store) {
	n := order("a")
	must(t, s.AddSubscription(t.Context(), n))
	n.Beat.Topics[0] = "changed by the caller"
	first := subscriptionOf(t, s, "a")
	first.Beat.Topics[0] = "changed by a reader"
	opened(t, s, "a", day)
	d := one(t, claimed(t, s, day))
	p := parts("a", 1)
	e := edition("first")
	must(t, s.KeepComposed(t.Context(), d, e, p))
	p[0].Message[2], e.Items[0].Headline = 'X', "changed by the caller"
	got := kept(t, s, "a", day)
	got.Parts[0].Message[2], got.Edition.Items[0].Headline = 'Y', "changed by a reader"
	same(t, "the beat", subscriptionOf(t, s, "a").Beat.Topics, []string{"sanctions"})
	got = kept(t, s, "a", day)
	same(t, "the message", string(got.Parts[0].Message), string(parts("a", 1)[0].Message))
	same(t, "the headline", got.Edition.Items[0].Headline, "first")
}

func endedContext(t *testing.T, s digest.Store) {
	d := begun(t, s, "a")
	before := kept(t, s, "a", day)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n := subscriptionOf(t, s, "a")
	for what, err := range map[string]error{
		"AddSubscription":    s.AddSubscription(ctx, order("b")),
		"UpdateSubscription": s.UpdateSubscription(ctx, n),
		"RemoveSubscription": s.RemoveSubscription(ctx, "a"),
		"Begin":              s.Begin(ctx, d, 0, day),
		"EndPart":            s.EndPart(ctx, d, 0, digest.PartSent, ref("1"), ""),
		"Wait":               s.Wait(ctx, d, day, ""),
		"Settle":             s.Settle(ctx, d, digest.Sent, "", day),
	} {
		if err == nil {
			t.Errorf("%s took no notice of an ended context", what)
		}
	}
	if _, err := s.Claim(ctx, "slack", day.Add(time.Hour), lease, 10); err == nil {
		t.Error("Claim took no notice of an ended context")
	}
	same(t, "the delivery", kept(t, s, "a", day), before)
	same(t, "the subscription", subscriptionOf(t, s, "a"), n)
}
