package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"attache/bot/digest"
	"attache/bot/message"
	"attache/briefings"
)

var _ digest.Board = (*Store)(nil)

// Announce implements digest.Board.
func (s *Store) Announce(ctx context.Context, line digest.Subscription, n digest.Notice) error {
	return s.write(ctx, "announce "+n.Key+" to "+line.Address.String(), func(tx *tx) error {
		if n.Key == "" || len(n.Parts) == 0 || n.At.IsZero() {
			return errors.New("a notice has a key, a time and at least one part")
		}
		// This update is also the lock under which one replica after the other looks at the line.
		changed, err := tx.exec("update subscriptions set rev = rev + 1 where id = $1 and rev = $2", line.ID, line.Rev)
		if err != nil {
			return err
		}
		if changed == 0 {
			return changedOrGone(tx, line.ID)
		}
		var told bool
		if err := tx.row("select exists (select 1 from notices where subscription = $1 and key = $2)", args{line.ID, n.Key}, &told); err != nil {
			return err
		}
		if told {
			return digest.ErrTold
		}
		var slot int64
		if err := tx.row("select coalesce(max(slot) + 1, 0) from deliveries where subscription = $1", args{line.ID}, &slot); err != nil {
			return err
		}
		slot = max(slot, n.At.UnixMilli())
		to := n.Place
		if to == (message.Address{}) {
			to = line.Address
		}
		edition, err := editionText(&n.Edition)
		if err != nil {
			return err
		}
		if _, err := tx.exec(`insert into deliveries (turn, `+deliveryColumns+`)
			values ((select coalesce(max(turn) + 1, 0) from deliveries where platform = $3 and workspace = $4 and slot = $2),
				$1, $2, $3, $4, $5, $6, 'composed', '', null, 0, $2, null, null, $7, $8, '', null)`,
			line.ID, slot, to.Platform, to.Workspace, to.Channel, to.Thread, false, edition); err != nil {
			return err
		}
		d := digest.Delivery{Subscription: line.ID, Slot: time.UnixMilli(slot).UTC(), Address: to}
		for i, p := range n.Parts {
			p.Number, p.Key = i, digest.Key(to, line.ID, d.Slot, i)
			if err := keepPart(tx, d, p); err != nil {
				return err
			}
		}
		if err := keepCited(tx, d, n.Edition); err != nil {
			return err
		}
		if _, err := tx.exec("insert into notices (subscription, key, slot) values ($1, $2, $3)", line.ID, n.Key, slot); err != nil {
			return err
		}
		return s.enqueue(tx, []waking{{Platform: to.Platform, Subscription: line.ID, Slot: slot}})
	})
}

// keepPart keeps a planned part.
func keepPart(tx *tx, d digest.Delivery, p digest.Part) error {
	if !plain(string(p.Message)) {
		return fmt.Errorf("part %d is not clean UTF-8", p.Number) // the bytes that are kept are the bytes that are posted
	}
	var edits any
	if p.Edits.ID != "" {
		text, err := document(p.Edits)
		if err != nil {
			return err
		}
		edits = text
	}
	if _, err := tx.exec(`insert into parts (subscription, slot, number, state, message, post_key, attempts, reason, edits)
		values ($1, $2, $3, 'planned', $4, $5, 0, '', $6)`, d.Subscription, slotOf(d), p.Number, string(p.Message), p.Key, edits); err != nil {
		return fmt.Errorf("part %d: %w", p.Number, err)
	}
	return nil
}

// keepCited notes which articles the edition of a delivery cites.
func keepCited(tx *tx, d digest.Delivery, e briefings.Edition) error {
	for _, article := range digest.Cited(e) {
		if _, err := tx.exec("insert into cited (article, subscription, slot) values ($1, $2, $3) on conflict do nothing", article, d.Subscription, slotOf(d)); err != nil {
			return fmt.Errorf("note that it cites %s: %w", article, err)
		}
	}
	return nil
}

// editsOf reads which message a part changes.
func editsOf(text string) (ref message.Ref, err error) {
	if text == "" {
		return message.Ref{}, nil
	}
	if err := json.Unmarshal([]byte(text), &ref); err != nil {
		return message.Ref{}, fmt.Errorf("what a part edits: %w: %w", ErrDamaged, err)
	}
	return ref, nil
}

// Notices implements digest.Board.
func (s *Store) Notices(ctx context.Context, line string, since time.Time) ([]digest.Notice, error) {
	var found []digest.Notice
	err := s.read(ctx, "list the notices of "+line, func(tx *tx) error {
		found = nil
		var slots []int64
		if err := tx.rows("select key, slot from notices where subscription = $1 and slot >= $2 order by slot desc", args{line, ceil(since)}, func(scan scanner) error {
			var n digest.Notice
			var slot int64
			err := scan(&n.Key, &slot)
			found, slots = append(found, n), append(slots, slot)
			return err
		}); err != nil {
			return err
		}
		for i, slot := range slots {
			d, err := delivery(tx, line, slot, "")
			if err != nil {
				return err
			}
			n := &found[i]
			n.At, n.Place, n.Parts, n.Delivery = d.Slot, d.Address, d.Parts, d
			if d.Edition != nil {
				n.Edition = *d.Edition
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// Citing implements digest.Board. Deliveries that were composed before this version of the schema are not known here.
func (s *Store) Citing(ctx context.Context, article string, since time.Time) ([]digest.Delivery, error) {
	var found []digest.Delivery
	err := s.read(ctx, "look for the readers of "+article, func(tx *tx) error {
		found = nil
		type key struct {
			subscription string
			slot         int64
		}
		var keys []key
		if err := tx.rows("select subscription, slot from cited where article = $1 and slot >= $2 order by slot, subscription", args{article, ceil(since)}, func(scan scanner) error {
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
			if d.State == digest.Sent {
				found = append(found, d)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}
