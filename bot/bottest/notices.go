package bottest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"attache/bot/digest"
	"attache/bot/message"
	"attache/briefings"
)

var _ digest.Board = (*Store)(nil)

type notice struct{ line, key string }

// Announce implements digest.Board.
func (s *Store) Announce(ctx context.Context, line digest.Subscription, n digest.Notice) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if n.Key == "" || len(n.Parts) == 0 || n.At.IsZero() {
		return errors.New("a notice has a key, a time and at least one part")
	}
	edition, err := document(n.Edition)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, ok := s.subscriptions[line.ID]
	switch _, told := s.notices[notice{line.ID, n.Key}]; {
	case !ok:
		return fmt.Errorf("announce to %s: %w", line.ID, digest.ErrNotFound)
	case kept.Rev != line.Rev:
		return fmt.Errorf("announce to %s: %w", line.ID, digest.ErrChanged)
	case told:
		return fmt.Errorf("announce %s to %s: %w", n.Key, line.ID, digest.ErrTold)
	}
	d := &delivery{Delivery: digest.Delivery{Subscription: line.ID, Slot: moment(n.At), Address: n.Place, State: digest.Composed}, edition: edition}
	if d.Address == (message.Address{}) {
		d.Address = line.Address
	}
	for at := range s.deliveries[line.ID] {
		if at >= d.Slot.UnixMilli() {
			d.Slot = time.UnixMilli(at + 1).UTC()
		}
	}
	d.Opened = d.Slot
	for i, p := range n.Parts {
		d.Parts = append(d.Parts, digest.Part{Number: i, State: digest.PartPlanned, Message: slices.Clone(p.Message), Key: digest.Key(d.Address, line.ID, d.Slot, i), Edits: p.Edits})
	}
	if s.deliveries[line.ID] == nil {
		s.deliveries[line.ID] = map[int64]*delivery{}
	}
	k := keyOf(d.Delivery)
	of := workspaceSlot{d.Address.Platform, d.Address.Workspace, k.at}
	d.turn = s.turns[of]
	s.turns[of]++
	s.deliveries[line.ID][k.at], s.open[k], s.line = d, d, nil
	s.notices[notice{line.ID, n.Key}] = k.at
	kept.Rev++
	return nil
}

// Notices implements digest.Board.
func (s *Store) Notices(ctx context.Context, line string, since time.Time) ([]digest.Notice, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []digest.Notice
	for k, at := range s.notices {
		kept := s.deliveries[line][at]
		if k.line != line || kept == nil || kept.Slot.Before(since) {
			continue
		}
		d, err := kept.read()
		if err != nil {
			return nil, err
		}
		n := digest.Notice{Key: k.key, At: d.Slot, Place: d.Address, Parts: d.Parts, Delivery: d}
		if d.Edition != nil {
			n.Edition = *d.Edition
		}
		found = append(found, n)
	}
	slices.SortFunc(found, func(a, b digest.Notice) int { return b.At.Compare(a.At) })
	return found, nil
}

// Citing implements digest.Board.
func (s *Store) Citing(ctx context.Context, article string, since time.Time) ([]digest.Delivery, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []digest.Delivery
	for _, of := range s.deliveries {
		for _, kept := range of {
			if kept.State != digest.Sent || kept.Slot.Before(since) {
				continue
			}
			d, err := kept.read()
			if err != nil {
				return nil, err
			}
			if d.Edition != nil && slices.Contains(digest.Cited(*d.Edition), article) {
				found = append(found, d)
			}
		}
	}
	slices.SortFunc(found, func(a, b digest.Delivery) int {
		return cmp.Or(a.Slot.Compare(b.Slot), cmp.Compare(a.Subscription, b.Subscription))
	})
	return found, nil
}

// NoticeBoard is the suite that every digest.Board passes beside DigestStore.
func NoticeBoard(t *testing.T, open func(t testing.TB) digest.Board) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, digest.Board){
		"a line is made once and listed only where it is asked for": lineIsMadeOnce,
		"a notice is told once":                          noticeIsToldOnce,
		"of replicas that announce at once one does":     oneAnnounces,
		"a notice is claimed as it was announced":        noticeIsDelivered,
		"two notices of one moment are both told":        noticesOfOneMoment,
		"an edited message is still known by its digest": editedIsKnown,
		"the readers of an article are found":            readersAreFound,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func lineOf(t testing.TB, s digest.Board) digest.Subscription {
	t.Helper()
	line, err := digest.Line(t.Context(), s, order("x").Address, day)
	must(t, err)
	return line
}

func told(key string) digest.Notice {
	return digest.Notice{Key: key, At: day, Edition: cites("a1"), Parts: parts(key, 2)}
}

// cites is an edition that cites articles.
func cites(articles ...string) briefings.Edition {
	e := edition("told")
	for _, a := range articles {
		e.Items[0].Claims = append(e.Items[0].Claims, briefings.Claim{Text: "It happened.", Citations: []briefings.Citation{{Article: a, Revision: 1, Quote: "It happened."}}})
	}
	return e
}

func lineIsMadeOnce(t *testing.T, s digest.Board) {
	together(8, func(int) error {
		_, err := digest.Line(t.Context(), s, order("x").Address, day)
		if err != nil {
			t.Error(err)
		}
		return err
	})
	ordered(t, s, order("a"))
	list, err := s.Subscriptions(t.Context(), digest.Filter{})
	must(t, err)
	same(t, "the digests", ids(list), []string{"a"})
	list, err = s.Subscriptions(t.Context(), digest.Filter{Notices: true})
	must(t, err)
	same(t, "the digests and lines", ids(list), []string{lineOf(t, s).ID, "a"})
	alone, err := s.Subscriptions(t.Context(), digest.Filter{Lines: true})
	must(t, err)
	same(t, "the lines", ids(alone), []string{lineOf(t, s).ID})
	if list[0].Form != digest.FormNotices || list[1].Form != digest.FormDigest {
		t.Errorf("the forms are %q and %q", list[0].Form, list[1].Form)
	}
	due, err := s.DueSubscriptions(t.Context(), "slack", day.AddDate(9, 0, 0), 10)
	must(t, err)
	same(t, "what is due in years", ids(due), []string{"a"})
}

func noticeIsToldOnce(t *testing.T, s digest.Board) {
	must(t, s.Announce(t.Context(), lineOf(t, s), told("k")))
	wantError(t, "the same notice again", s.Announce(t.Context(), lineOf(t, s), told("k")), digest.ErrTold)
	list, err := s.Notices(t.Context(), lineOf(t, s).ID, day)
	must(t, err)
	if len(list) != 1 || list[0].Key != "k" || len(list[0].Parts) != 2 || list[0].Delivery.State != digest.Composed {
		t.Errorf("the line has %+v, want the one notice, composed, with two parts", list)
	}
	list, err = s.Notices(t.Context(), lineOf(t, s).ID, day.Add(time.Second))
	must(t, err)
	if len(list) != 0 {
		t.Errorf("%d notices are found that were told before", len(list))
	}
}

func oneAnnounces(t *testing.T, s digest.Board) {
	line := lineOf(t, s)
	won := 0
	for _, err := range together(8, func(i int) error { return s.Announce(t.Context(), line, told(fmt.Sprintf("k%d", i%2))) }) {
		if err == nil {
			won++
		} else {
			wantError(t, "a losing announcement", err, digest.ErrChanged)
		}
	}
	if won != 1 {
		t.Errorf("%d of 8 announced what they had decided on the same state of the line, want 1", won)
	}
}

func noticeIsDelivered(t *testing.T, s digest.Board) {
	n := told("k")
	n.Parts[0].Edits = ref("9.9")
	must(t, s.Announce(t.Context(), lineOf(t, s), n))
	d := one(t, claimed(t, s, day))
	if d.State != digest.Composed || d.Edition == nil || len(d.Parts) != 2 || d.Parts[0].Edits != ref("9.9") || d.Parts[1].Edits.ID != "" || d.Parts[0].Key == "" || d.Parts[0].Key == d.Parts[1].Key {
		t.Fatalf("it was claimed as %+v", d)
	}
	must(t, s.Begin(t.Context(), d, 0, day))
	must(t, s.EndPart(t.Context(), d, 0, digest.PartSent, ref("9.9"), ""))
	must(t, s.Begin(t.Context(), d, 1, day))
	must(t, s.EndPart(t.Context(), d, 1, digest.PartSent, ref("10.1"), ""))
	must(t, s.Settle(t.Context(), d, digest.Sent, "", day))
	list, err := s.Notices(t.Context(), d.Subscription, day)
	must(t, err)
	if len(list) != 1 || list[0].Delivery.State != digest.Sent || list[0].Parts[1].Ref.ID != "10.1" {
		t.Errorf("after its delivery the notice is %+v", list)
	}
}

func noticesOfOneMoment(t *testing.T, s digest.Board) {
	must(t, s.Announce(t.Context(), lineOf(t, s), told("k1")))
	must(t, s.Announce(t.Context(), lineOf(t, s), told("k2")))
	list, err := s.Notices(t.Context(), lineOf(t, s).ID, day)
	must(t, err)
	if len(list) != 2 || list[0].Key != "k2" || !list[0].At.After(list[1].At) {
		t.Errorf("the line has %+v, want both, the newest first", list)
	}
}

func editedIsKnown(t *testing.T, s digest.Board) {
	d := begun(t, s, "a")
	must(t, s.Begin(t.Context(), d, 0, day))
	must(t, s.EndPart(t.Context(), d, 0, digest.PartSent, ref("1.1"), ""))
	n := told("k")
	n.Parts[0].Edits = ref("1.1")
	must(t, s.Announce(t.Context(), lineOf(t, s), n))
	e := one(t, claimed(t, s, day))
	must(t, s.Begin(t.Context(), e, 0, day))
	must(t, s.EndPart(t.Context(), e, 0, digest.PartSent, ref("1.1"), ""))
	found, err := s.DeliveryByRef(t.Context(), ref("1.1"))
	must(t, err)
	if found.Subscription != "a" {
		t.Errorf("the edited message is known as one of %s, want its digest", found.Subscription)
	}
}

func readersAreFound(t *testing.T, s digest.Board) {
	for i, id := range []string{"a", "b", "c"} {
		ordered(t, s, order(id))
		opened(t, s, id, day.Add(time.Duration(i)*time.Hour))
		d := one(t, claimed(t, s, day.Add(time.Duration(i)*time.Hour)))
		must(t, s.KeepComposed(t.Context(), d, cites([]string{"a1", "a1", "a2"}[i], "both"), parts(id, 1)))
		state := digest.Sent
		if id == "b" {
			state = digest.Failed
		}
		must(t, s.Settle(t.Context(), d, state, "", day))
	}
	for article, want := range map[string][]string{"a1": {"a"}, "a2": {"c"}, "both": {"a", "c"}, "none": nil} {
		list, err := s.Citing(t.Context(), article, day)
		must(t, err)
		var got []string
		for _, d := range list {
			got = append(got, d.Subscription)
		}
		same(t, "the readers of "+article, got, want)
	}
	list, err := s.Citing(t.Context(), "both", day.Add(time.Minute))
	must(t, err)
	if len(list) != 1 || list[0].Subscription != "c" {
		t.Errorf("since a minute later there are %d readers, want the last", len(list))
	}
}
