package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"attache/bot/digest"
)

// Turn implements digest.Store. The rows of the lanes are locked in one order, the platform's first, so that one process
// after the other takes its turn.
func (s *Store) Turn(ctx context.Context, lanes []digest.Lane, now time.Time) (at time.Time, taken bool, err error) {
	lanes = slices.Clone(lanes)
	slices.SortFunc(lanes, func(a, b digest.Lane) int {
		return strings.Compare(a.Platform+"\x00"+a.Workspace+"\x00"+a.Channel, b.Platform+"\x00"+b.Workspace+"\x00"+b.Channel)
	})
	var first, again int64
	look := func(tx *tx) error {
		first, again = now.UnixMilli(), now.UnixMilli()
		for _, l := range lanes {
			nextAt, quiet, err := s.lane(tx, l)
			if err != nil {
				return err
			}
			again = max(again, quiet)
			if l.Every > 0 {
				first = max(first, nextAt)
			}
		}
		again = max(again, first-digest.Ahead.Milliseconds())
		taken = again <= now.UnixMilli()
		return nil
	}
	if !slices.ContainsFunc(lanes, func(l digest.Lane) bool { return l.Every > 0 }) {
		err = s.read(ctx, "look whether a platform wants quiet", look) // nothing is taken
	} else {
		err = s.write(ctx, "take a turn", func(tx *tx) error {
			if err := look(tx); err != nil || !taken {
				return err
			}
			for _, l := range lanes {
				if l.Every <= 0 {
					continue
				}
				every := (l.Every + time.Millisecond - 1).Milliseconds() // never shorter
				if _, err := tx.exec("update lanes set next_at = $4 where platform = $1 and workspace = $2 and channel = $3",
					l.Platform, l.Workspace, l.Channel, first+every); err != nil {
					return err
				}
			}
			return nil
		})
	}
	switch {
	case err != nil:
		return time.Time{}, false, err
	case !taken:
		return time.UnixMilli(again).UTC(), false, nil
	}
	return time.UnixMilli(first).UTC(), true, nil
}

// lane reads how a lane stands. One with a pace is made where it is missing, and locked.
func (s *Store) lane(tx *tx, l digest.Lane) (nextAt, quiet int64, err error) {
	const query = "select next_at, quiet_until from lanes where platform = $1 and workspace = $2 and channel = $3 "
	lock := ""
	if l.Every > 0 {
		lock = s.dialect.forUpdate
	}
	err = tx.row(query+lock, args{l.Platform, l.Workspace, l.Channel}, &nextAt, &quiet)
	if !errors.Is(err, sql.ErrNoRows) {
		return nextAt, quiet, err
	}
	if l.Every <= 0 {
		return 0, 0, nil
	}
	if _, err := tx.exec("insert into lanes (platform, workspace, channel, next_at, quiet_until) values ($1, $2, $3, 0, 0) on conflict do nothing",
		l.Platform, l.Workspace, l.Channel); err != nil {
		return 0, 0, err
	}
	err = tx.row(query+lock, args{l.Platform, l.Workspace, l.Channel}, &nextAt, &quiet)
	return nextAt, quiet, err
}

// Hush implements digest.Store.
func (s *Store) Hush(ctx context.Context, l digest.Lane, until time.Time) error {
	return s.write(ctx, "keep a platform's wish for quiet", func(tx *tx) error {
		_, err := tx.exec(`insert into lanes (platform, workspace, channel, next_at, quiet_until) values ($1, $2, $3, 0, $4)
			on conflict (platform, workspace, channel) do update set quiet_until = excluded.quiet_until
			where lanes.quiet_until < excluded.quiet_until`, l.Platform, l.Workspace, l.Channel, ceil(until))
		return err
	})
}
