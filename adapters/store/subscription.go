package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"attache/bot/digest"
	"attache/briefings"
)

const subscriptionColumns = `id, platform, workspace, channel, thread, phrase, cron, zone, beat, owner, created, next_at, paused,
	reason, misfire, skip_quiet, rev, last_slot, last_edition, form`

func scanSubscription(scan scanner) (digest.Subscription, error) {
	var s digest.Subscription
	var beat string
	var edition sql.NullString
	var created, nextAt, last sql.NullInt64
	if err := scan(&s.ID, &s.Address.Platform, &s.Address.Workspace, &s.Address.Channel, &s.Address.Thread,
		&s.Schedule.Phrase, &s.Schedule.Cron, &s.Schedule.Zone, &beat, &s.Owner, &created, &nextAt, &s.Paused,
		&s.Reason, &s.Misfire, &s.SkipQuiet, &s.Rev, &last, &edition, &s.Form); err != nil {
		return digest.Subscription{}, err
	}
	s.Created, s.NextAt, s.Last = at(created), at(nextAt), at(last)
	if err := json.Unmarshal([]byte(beat), &s.Beat); err != nil {
		return digest.Subscription{}, fmt.Errorf("the beat of %s: %w: %w", s.ID, ErrDamaged, err)
	}
	var err error
	if s.LastEdition, err = editionOf(edition); err != nil {
		return digest.Subscription{}, fmt.Errorf("the last edition of %s: %w", s.ID, err)
	}
	return s, nil
}

// editionOf reads a kept edition; nil where there is none.
func editionOf(text sql.NullString) (*briefings.Edition, error) {
	if !text.Valid {
		return nil, nil
	}
	var e briefings.Edition
	if err := json.Unmarshal([]byte(text.String), &e); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return &e, nil
}

// editionText is an edition as it is kept; null for none.
func editionText(e *briefings.Edition) (any, error) {
	if e == nil {
		return nil, nil
	}
	return document(e)
}

// AddSubscription implements digest.Store. An id is never used twice, not even that of a removed subscription: its
// deliveries are still there, and a slot is delivered once.
func (s *Store) AddSubscription(ctx context.Context, n digest.Subscription) error {
	return s.write(ctx, "add digest "+n.ID, func(tx *tx) error {
		number, err := next(tx, "subscription")
		if err != nil {
			return err
		}
		var taken bool
		if err := tx.row(`select exists (select 1 from subscriptions where id = $1) or exists (select 1 from deliveries where subscription = $1)`,
			args{n.ID}, &taken); err != nil {
			return err
		}
		if taken {
			return errors.New("the id is taken")
		}
		beat, err := document(n.Beat)
		if err != nil {
			return err
		}
		edition, err := editionText(n.LastEdition)
		if err != nil {
			return err
		}
		_, err = tx.exec(`insert into subscriptions (number, `+subscriptionColumns+`)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
			number, n.ID, n.Address.Platform, n.Address.Workspace, n.Address.Channel, n.Address.Thread,
			n.Schedule.Phrase, n.Schedule.Cron, n.Schedule.Zone, beat, n.Owner, ms(n.Created), ms(n.NextAt), n.Paused,
			n.Reason, string(n.Misfire), n.SkipQuiet, n.Rev, ms(n.Last), edition, string(n.Form))
		return err
	})
}

// Subscription implements digest.Store.
func (s *Store) Subscription(ctx context.Context, id string) (n digest.Subscription, err error) {
	err = s.read(ctx, "read digest "+id, func(tx *tx) error {
		n, err = scanSubscription(func(into ...any) error {
			return tx.row("select "+subscriptionColumns+" from subscriptions where id = $1", args{id}, into...)
		})
		return notFound(err, digest.ErrNotFound)
	})
	return n, err
}

// Subscriptions implements digest.Store.
func (s *Store) Subscriptions(ctx context.Context, f digest.Filter) ([]digest.Subscription, error) {
	var w where
	w.equal("platform", f.Platform)
	w.equal("workspace", f.Workspace)
	w.equal("channel", f.Channel)
	if f.Lines {
		w.conditions = append(w.conditions, "form = 'notices'")
	} else if !f.Notices {
		w.conditions = append(w.conditions, "form <> 'notices'")
	}
	return s.subscriptions(ctx, "list the digests", w.text()+" order by number", w.args)
}

// DueSubscriptions implements digest.Store.
func (s *Store) DueSubscriptions(ctx context.Context, platform string, now time.Time, limit int) ([]digest.Subscription, error) {
	return s.subscriptions(ctx, "look for digests that are due",
		" where platform = $1 and not paused and next_at <= $2 order by next_at, number limit $3", args{platform, now.UnixMilli(), max(limit, 0)})
}

func (s *Store) subscriptions(ctx context.Context, doing, condition string, a args) ([]digest.Subscription, error) {
	var found []digest.Subscription
	err := s.read(ctx, doing, func(tx *tx) error {
		return tx.rows("select "+subscriptionColumns+" from subscriptions"+condition, a, func(scan scanner) error {
			n, err := scanSubscription(scan)
			if err == nil {
				found = append(found, n)
			}
			return err
		})
	})
	return found, err
}

// UpdateSubscription implements digest.Store.
func (s *Store) UpdateSubscription(ctx context.Context, n digest.Subscription) error {
	return s.write(ctx, "change digest "+n.ID, func(tx *tx) error {
		beat, err := document(n.Beat)
		if err != nil {
			return err
		}
		changed, err := tx.exec(`update subscriptions set platform = $3, workspace = $4, channel = $5, thread = $6, phrase = $7, cron = $8,
				zone = $9, beat = $10, next_at = $11, paused = $12, reason = $13, misfire = $14, skip_quiet = $15, rev = rev + 1
			where id = $1 and rev = $2`,
			n.ID, n.Rev, n.Address.Platform, n.Address.Workspace, n.Address.Channel, n.Address.Thread, n.Schedule.Phrase, n.Schedule.Cron,
			n.Schedule.Zone, beat, ms(n.NextAt), n.Paused, n.Reason, string(n.Misfire), n.SkipQuiet)
		if err != nil || changed > 0 {
			return err
		}
		return changedOrGone(tx, n.ID)
	})
}

// changedOrGone says why a statement that names a subscription's rev met nothing.
func changedOrGone(tx *tx, id string) error {
	var there bool
	if err := tx.row("select exists (select 1 from subscriptions where id = $1)", args{id}, &there); err != nil {
		return err
	}
	if there {
		return digest.ErrChanged
	}
	return digest.ErrNotFound
}

// RemoveSubscription implements digest.Store.
func (s *Store) RemoveSubscription(ctx context.Context, id string) error {
	return s.write(ctx, "remove digest "+id, func(tx *tx) error {
		n, err := tx.exec("delete from subscriptions where id = $1", id)
		if err := absent(n, err, digest.ErrNotFound); err != nil {
			return err
		}
		_, err = tx.exec("delete from deliveries where subscription = $1 and state in ('due', 'composed')", id)
		return err
	})
}

// where collects conditions with their arguments.
type where struct {
	conditions []string
	args       args
}

// equal asks for a value; an empty one asks for nothing.
func (w *where) equal(column, value string) {
	if value != "" {
		w.args = append(w.args, value)
		w.conditions = append(w.conditions, fmt.Sprintf("%s = $%d", column, len(w.args)))
	}
}

func (w *where) text() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " where " + strings.Join(w.conditions, " and ")
}
