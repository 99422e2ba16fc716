package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"attache/bot/digest"
	"attache/bot/message"
	"attache/briefings"
)

const deliveryColumns = `subscription, slot, platform, workspace, channel, thread, state, reason, retry_at, attempts, opened, settled,
	window_from, late, edition, claim, claimed_until`

func scanDelivery(scan scanner) (digest.Delivery, error) {
	var d digest.Delivery
	var slot, retryAt, opened, settled, from, until sql.NullInt64
	var edition sql.NullString
	if err := scan(&d.Subscription, &slot, &d.Address.Platform, &d.Address.Workspace, &d.Address.Channel, &d.Address.Thread,
		&d.State, &d.Reason, &retryAt, &d.Attempts, &opened, &settled, &from, &d.Late, &edition, &d.Claim, &until); err != nil {
		return digest.Delivery{}, err
	}
	d.Slot, d.RetryAt, d.Opened, d.Settled, d.WindowFrom, d.ClaimedUntil = at(slot), at(retryAt), at(opened), at(settled), at(from), at(until)
	var err error
	if d.Edition, err = editionOf(edition); err != nil {
		return digest.Delivery{}, fmt.Errorf("the edition of %s: %w", naming(d), err)
	}
	return d, nil
}

// naming names a delivery in errors.
func naming(d digest.Delivery) string {
	return fmt.Sprintf("digest %s for %s", d.Subscription, d.Slot.UTC().Format(time.RFC3339))
}

// slotOf is a delivery's slot as it is kept. A delivery without one is never kept.
func slotOf(d digest.Delivery) int64 { return d.Slot.UnixMilli() }

// final says that nothing more happens to a delivery.
func final(state digest.State) bool {
	return state != digest.Due && state != digest.Composed
}

// Open implements digest.Store.
func (s *Store) Open(ctx context.Context, n digest.Subscription, slots []digest.Delivery, next time.Time) (opened int, err error) {
	err = s.write(ctx, "open digest "+n.ID, func(tx *tx) error {
		opened = 0
		// This update is also the lock under which one planner after the other looks at the subscription.
		changed, err := tx.exec("update subscriptions set next_at = $4, rev = rev + 1 where id = $1 and rev = $2 and next_at is not distinct from $3",
			n.ID, n.Rev, ms(n.NextAt), ms(next))
		if err != nil {
			return err
		}
		if changed == 0 {
			return changedOrGone(tx, n.ID)
		}
		var due []waking
		for _, d := range slots {
			if d.Slot.IsZero() || (d.State != digest.Due && d.State != digest.Skipped) {
				return fmt.Errorf("a delivery is opened for a slot, and due or skipped: %s is %q", naming(d), d.State)
			}
			if d.Opened.IsZero() {
				d.Opened = s.now()
			}
			if d.State == digest.Skipped && d.Settled.IsZero() {
				d.Settled = d.Opened
			}
			if d.State == digest.Due {
				d.Settled = time.Time{}
			}
			if d.Address == (message.Address{}) {
				d.Address = n.Address
			}
			changed, err := tx.exec(`insert into deliveries (turn, `+deliveryColumns+`)
				values ((select coalesce(max(turn) + 1, 0) from deliveries where platform = $3 and workspace = $4 and slot = $2),
					$1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, $12, $13, null, '', null)
				on conflict (subscription, slot) do nothing`,
				n.ID, slotOf(d), d.Address.Platform, d.Address.Workspace, d.Address.Channel, d.Address.Thread, string(d.State), d.Reason,
				ms(d.RetryAt), ms(d.Opened), ms(d.Settled), ms(d.WindowFrom), d.Late)
			if err != nil {
				return err
			}
			opened += int(changed)
			if changed > 0 && d.State == digest.Due {
				due = append(due, waking{Platform: d.Address.Platform, Subscription: n.ID, Slot: slotOf(d)})
			}
		}
		return s.enqueue(tx, due)
	})
	if err != nil {
		return 0, err
	}
	return opened, nil
}

// Claim implements digest.Store.
func (s *Store) Claim(ctx context.Context, platform string, now time.Time, lease time.Duration, limit int) ([]digest.Delivery, error) {
	var claimed []digest.Delivery
	err := s.write(ctx, "claim digests", func(tx *tx) error {
		claimed = nil
		type key struct {
			subscription string
			slot         int64
		}
		var keys []key
		soon := now.Add(digest.Ahead).UnixMilli()
		var full int
		if err := tx.row("select count(*) from lanes where platform = $1 and workspace = '' and channel = '' and next_at > $2", args{platform, soon}, &full); err != nil || full > 0 {
			return err
		}
		// The first delivery of each workspace comes first, then the second of each: a large one keeps nobody waiting.
		if err := tx.rows(`update deliveries set claim = $1, claimed_until = $2, attempts = attempts + 1
			where (subscription, slot) in (
				select subscription, slot from deliveries
				where platform = $3 and state in ('due', 'composed')
					and (retry_at is null or retry_at <= $4) and (claimed_until is null or claimed_until <= $4)
					and not exists (select 1 from lanes where lanes.platform = $3 and lanes.workspace = deliveries.workspace and lanes.channel = ''
						and next_at > $6)
					and not exists (select 1 from lanes where lanes.platform = $3 and lanes.workspace = deliveries.workspace and lanes.channel = deliveries.channel
						and next_at > $6)
				order by slot, turn, subscription limit $5 `+s.dialect.skipLocked+`)
			returning subscription, slot`,
			args{rand.Text(), now.Add(lease).UnixMilli(), platform, now.UnixMilli(), max(limit, 0), soon}, func(scan scanner) error {
				var k key
				err := scan(&k.subscription, &k.slot)
				keys = append(keys, k)
				return err
			}); err != nil {
			return err
		}
		for _, k := range keys {
			d, err := delivery(tx, k.subscription, k.slot, "")
			if err != nil {
				return err
			}
			claimed = append(claimed, d)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(claimed, func(a, b digest.Delivery) int { return a.Slot.Compare(b.Slot) })
	return claimed, nil
}

// delivery reads one with its parts; lock may be the dialect's forUpdate.
func delivery(tx *tx, subscription string, slot int64, lock string) (digest.Delivery, error) {
	d, err := scanDelivery(func(into ...any) error {
		return tx.row("select "+deliveryColumns+" from deliveries where subscription = $1 and slot = $2 "+lock, args{subscription, slot}, into...)
	})
	if err != nil {
		return digest.Delivery{}, notFound(err, digest.ErrNotFound)
	}
	d.Parts, err = parts(tx, subscription, slot)
	return d, err
}

// locked reads a delivery and keeps others from changing it until the transaction ends.
func (s *Store) locked(tx *tx, d digest.Delivery) (digest.Delivery, error) {
	return delivery(tx, d.Subscription, slotOf(d), s.dialect.forUpdate)
}

func parts(tx *tx, subscription string, slot int64) ([]digest.Part, error) {
	var found []digest.Part
	err := tx.rows(`select number, state, message, post_key, sending_at, attempts, reason, ref_platform, ref_workspace, ref_channel, ref_thread, ref_id, edits
		from parts where subscription = $1 and slot = $2 order by number`, args{subscription, slot}, func(scan scanner) error {
		var p digest.Part
		var text string
		var sendingAt sql.NullInt64
		var platform, workspace, channel, thread, id, edits sql.NullString
		if err := scan(&p.Number, &p.State, &text, &p.Key, &sendingAt, &p.Attempts, &p.Reason, &platform, &workspace, &channel, &thread, &id, &edits); err != nil {
			return err
		}
		var err error
		if p.Edits, err = editsOf(edits.String); err != nil {
			return err
		}
		p.Message, p.SendingAt = json.RawMessage(text), at(sendingAt)
		p.Ref = message.Ref{ID: id.String, Address: message.Address{
			Platform: platform.String, Workspace: workspace.String, Channel: channel.String, Thread: thread.String}}
		found = append(found, p)
		return nil
	})
	return found, err
}

// KeepComposed implements digest.Store.
func (s *Store) KeepComposed(ctx context.Context, d digest.Delivery, e briefings.Edition, parts []digest.Part) error {
	return s.write(ctx, "keep "+naming(d), func(tx *tx) error {
		kept, err := s.ours(tx, d)
		if err != nil {
			return err
		}
		if kept.State == digest.Composed {
			return nil
		}
		if len(parts) == 0 {
			return errors.New("a composed digest has at least one part")
		}
		edition, err := editionText(&e)
		if err != nil {
			return err
		}
		if _, err := tx.exec("update deliveries set state = 'composed', edition = $3 where subscription = $1 and slot = $2", d.Subscription, slotOf(d), edition); err != nil {
			return err
		}
		for _, p := range parts {
			if err := keepPart(tx, d, p); err != nil {
				return err
			}
		}
		return keepCited(tx, d, e)
	})
}

// ours locks a delivery and sees to it that the claim in d still holds.
func (s *Store) ours(tx *tx, d digest.Delivery) (digest.Delivery, error) {
	kept, err := s.locked(tx, d)
	if err != nil {
		return digest.Delivery{}, err
	}
	if d.Claim == "" || kept.Claim != d.Claim {
		return digest.Delivery{}, digest.ErrLost
	}
	return kept, nil
}

// Begin implements digest.Store. A part that has arrived is never begun again.
func (s *Store) Begin(ctx context.Context, d digest.Delivery, part int, now time.Time) error {
	return s.write(ctx, fmt.Sprintf("begin part %d of %s", part, naming(d)), func(tx *tx) error {
		kept, err := s.ours(tx, d)
		if err != nil {
			return err
		}
		if !kept.ClaimedUntil.After(moment(now)) {
			return digest.ErrLost
		}
		p, err := partOf(kept, part)
		if err != nil {
			return err
		}
		if p.State != digest.PartPlanned && p.State != digest.PartSending {
			return fmt.Errorf("it is %s: %w", p.State, digest.ErrChanged)
		}
		_, err = tx.exec(`update parts set state = 'sending', sending_at = $4, attempts = attempts + 1, reason = ''
			where subscription = $1 and slot = $2 and number = $3`, d.Subscription, slotOf(d), part, now.UnixMilli())
		return err
	})
}

func partOf(d digest.Delivery, number int) (digest.Part, error) {
	i := slices.IndexFunc(d.Parts, func(p digest.Part) bool { return p.Number == number })
	if i < 0 {
		return digest.Part{}, fmt.Errorf("there is no part %d: %w", number, digest.ErrNotFound)
	}
	return d.Parts[i], nil
}

// EndPart implements digest.Store. What has arrived stays arrived, whatever is said later. That a part did not arrive is
// believed only of the claim's holder: another may be sending it at this moment.
func (s *Store) EndPart(ctx context.Context, d digest.Delivery, part int, state digest.PartState, ref message.Ref, reason string) error {
	return s.write(ctx, fmt.Sprintf("record part %d of %s as %s", part, naming(d), state), func(tx *tx) error {
		kept, err := s.locked(tx, d)
		if err != nil {
			return err
		}
		p, err := partOf(kept, part)
		if err != nil {
			return err
		}
		switch {
		case state == digest.PartSent && p.State == digest.PartSent:
			if p.Ref.ID != ref.ID {
				return fmt.Errorf("it is sent already, as another message: %w", digest.ErrChanged)
			}
			return nil
		case state == digest.PartSent:
			_, err = tx.exec(`update parts set state = 'sent', reason = $4, ref_platform = $5, ref_workspace = $6, ref_channel = $7, ref_thread = $8, ref_id = $9
				where subscription = $1 and slot = $2 and number = $3`,
				d.Subscription, slotOf(d), part, reason, ref.Address.Platform, ref.Address.Workspace, ref.Address.Channel, ref.Address.Thread, ref.ID)
		case state == digest.PartPlanned || state == digest.PartFailed:
			if d.Claim == "" || kept.Claim != d.Claim {
				return digest.ErrLost
			}
			_, err = tx.exec("update parts set state = $4, reason = $5 where subscription = $1 and slot = $2 and number = $3 and state <> 'sent'",
				d.Subscription, slotOf(d), part, string(state), reason)
		default:
			return fmt.Errorf("a part does not end as %q", state)
		}
		return err
	})
}

// Wait implements digest.Store.
func (s *Store) Wait(ctx context.Context, d digest.Delivery, until time.Time, reason string) error {
	return s.write(ctx, "put off "+naming(d), func(tx *tx) error {
		if _, err := s.ours(tx, d); err != nil {
			return err
		}
		_, err := tx.exec("update deliveries set claim = '', claimed_until = null, retry_at = $3, reason = $4 where subscription = $1 and slot = $2",
			d.Subscription, slotOf(d), ms(until), reason)
		return err
	})
}

// Settle implements digest.Store.
func (s *Store) Settle(ctx context.Context, d digest.Delivery, state digest.State, reason string, now time.Time) error {
	return s.write(ctx, fmt.Sprintf("settle %s as %s", naming(d), state), func(tx *tx) error {
		if !final(state) {
			return fmt.Errorf("%q is not a final state", state)
		}
		// The subscription is locked before its delivery, as everywhere; another order could deadlock on Postgres.
		var id string
		err := tx.row("select id from subscriptions where id = $1 "+s.dialect.forUpdate, args{d.Subscription}, &id)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		kept, err := s.locked(tx, d)
		switch {
		case err != nil:
			return err
		case kept.State == state:
			return nil
		case final(kept.State):
			return fmt.Errorf("it is %s already: %w", kept.State, digest.ErrChanged)
		case kept.Claim != d.Claim:
			return digest.ErrLost
		}
		if _, err := tx.exec(`update deliveries set state = $3, reason = $4, settled = $5, claim = '', claimed_until = null, retry_at = null
			where subscription = $1 and slot = $2`, d.Subscription, slotOf(d), string(state), reason, now.UnixMilli()); err != nil {
			return err
		}
		if state != digest.Sent {
			return nil
		}
		_, err = tx.exec(`update subscriptions set last_slot = $2, last_edition = (select edition from deliveries where subscription = $1 and slot = $2)
			where id = $1 and (last_slot is null or last_slot < $2)`, d.Subscription, slotOf(d))
		return err
	})
}

// Replay implements digest.Store.
func (s *Store) Replay(ctx context.Context, subscription string, slot, now time.Time) error {
	d := digest.Delivery{Subscription: subscription, Slot: slot}
	return s.write(ctx, "replay "+naming(d), func(tx *tx) error {
		var id string
		if err := tx.row("select id from subscriptions where id = $1 "+s.dialect.forUpdate, args{subscription}, &id); err != nil {
			return notFound(err, digest.ErrNotFound)
		}
		kept, err := s.locked(tx, d)
		if err != nil {
			return err
		}
		if kept.State != digest.Failed && kept.State != digest.Held {
			return fmt.Errorf("only a failed or held digest can be replayed, and it is %s: %w", kept.State, digest.ErrChanged)
		}
		state := digest.Due
		if kept.Edition != nil {
			state = digest.Composed
		}
		if _, err := tx.exec("update parts set state = 'planned', reason = '' where subscription = $1 and slot = $2 and state <> 'sent'", subscription, slotOf(d)); err != nil {
			return err
		}
		_, err = tx.exec("update deliveries set state = $3, reason = '', settled = null, retry_at = $4, attempts = 0 where subscription = $1 and slot = $2",
			subscription, slotOf(d), string(state), ms(now))
		return err
	})
}

// Deliveries implements digest.Store.
func (s *Store) Deliveries(ctx context.Context, f digest.DeliveryFilter) ([]digest.Delivery, error) {
	var w where
	w.equal("subscription", f.Subscription)
	w.equal("platform", f.Platform)
	w.equal("workspace", f.Workspace)
	w.equal("channel", f.Channel)
	if len(f.States) > 0 {
		w.conditions = append(w.conditions, "state in ("+placeholders(len(w.args)+1, len(f.States))+")")
		for _, state := range f.States {
			w.args = append(w.args, string(state))
		}
	}
	if !f.Since.IsZero() {
		w.args = append(w.args, ceil(f.Since))
		w.conditions = append(w.conditions, fmt.Sprintf("slot >= $%d", len(w.args)))
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	w.args = append(w.args, limit)
	var found []digest.Delivery
	err := s.read(ctx, "list the deliveries", func(tx *tx) error {
		found = nil
		if err := tx.rows("select "+deliveryColumns+" from deliveries"+w.text()+fmt.Sprintf(" order by slot desc, subscription limit $%d", len(w.args)), w.args, func(scan scanner) error {
			d, err := scanDelivery(scan)
			found = append(found, d)
			return err
		}); err != nil {
			return err
		}
		for i, d := range found {
			var err error
			if found[i].Parts, err = parts(tx, d.Subscription, slotOf(d)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// ceil is the first kept instant that is not before t.
func ceil(t time.Time) int64 {
	n := t.UnixMilli()
	if time.UnixMilli(n).Before(t) {
		n++
	}
	return n
}

// DeliveryByRef implements digest.Store. A message is known by its channel and id; whether a thread or a workspace is
// named depends on the event that the ref came from.
func (s *Store) DeliveryByRef(ctx context.Context, ref message.Ref) (d digest.Delivery, err error) {
	err = s.read(ctx, "find the digest of a message", func(tx *tx) error {
		var subscription string
		var slot int64
		if err := tx.row(`select subscription, slot from parts where ref_platform = $1 and ref_channel = $2 and ref_id = $3 and edits is null
			order by slot desc limit 1`, args{ref.Address.Platform, ref.Address.Channel, ref.ID}, &subscription, &slot); err != nil {
			return notFound(err, digest.ErrNotFound)
		}
		d, err = delivery(tx, subscription, slot, "")
		return err
	})
	return d, err
}
