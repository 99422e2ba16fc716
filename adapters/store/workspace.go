package store

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// ErrNoToken says that a workspace has given no token.
var ErrNoToken = errors.New("no token is kept")

// KeepToken keeps a workspace's sealed token in place of the one before. The store does not look into it.
func (s *Store) KeepToken(ctx context.Context, platform, workspace string, sealed []byte) error {
	return s.write(ctx, "keep a workspace's token", func(tx *tx) error {
		_, err := tx.exec(`insert into tokens (platform, workspace, sealed, at) values ($1, $2, $3, $4)
			on conflict (platform, workspace) do update set sealed = excluded.sealed, at = excluded.at`,
			platform, workspace, base64.StdEncoding.EncodeToString(sealed), ms(s.now()))
		return err
	})
}

// Token returns a workspace's sealed token; ErrNoToken when there is none.
func (s *Store) Token(ctx context.Context, platform, workspace string) (sealed []byte, err error) {
	err = s.read(ctx, "look up a workspace's token", func(tx *tx) error {
		var text string
		if err := tx.row("select sealed from tokens where platform = $1 and workspace = $2", args{platform, workspace}, &text); err != nil {
			return notFound(err, ErrNoToken)
		}
		if sealed, err = base64.StdEncoding.DecodeString(text); err != nil {
			return fmt.Errorf("it is not base64: %w", ErrDamaged)
		}
		return nil
	})
	return sealed, err
}

// RemoveToken forgets a workspace's token. Twice is harmless.
func (s *Store) RemoveToken(ctx context.Context, platform, workspace string) error {
	return s.write(ctx, "remove a workspace's token", func(tx *tx) error {
		_, err := tx.exec("delete from tokens where platform = $1 and workspace = $2", platform, workspace)
		return err
	})
}

// Departure is a workspace that the bot was taken out of.
type Departure struct {
	Platform  string
	Workspace string
	At        time.Time
}

// Depart notes that the bot was taken out of a workspace. A departure that is noted already keeps its time.
func (s *Store) Depart(ctx context.Context, d Departure) error {
	return s.write(ctx, "note a departure", func(tx *tx) error {
		_, err := tx.exec("insert into departures (platform, workspace, at) values ($1, $2, $3) on conflict (platform, workspace) do nothing",
			d.Platform, d.Workspace, d.At.UnixMilli())
		return err
	})
}

// Return forgets a departure: the bot is back. Without one it does nothing.
func (s *Store) Return(ctx context.Context, platform, workspace string) error {
	return s.write(ctx, "forget a departure", func(tx *tx) error {
		_, err := tx.exec("delete from departures where platform = $1 and workspace = $2", platform, workspace)
		return err
	})
}

// Departed returns the departures up to a time, oldest first.
func (s *Store) Departed(ctx context.Context, until time.Time) (out []Departure, err error) {
	err = s.read(ctx, "list departures", func(tx *tx) error {
		return tx.rows("select platform, workspace, at from departures where at <= $1 order by at, platform, workspace", args{until.UnixMilli()}, func(scan scanner) error {
			var d Departure
			var when int64
			if err := scan(&d.Platform, &d.Workspace, &when); err != nil {
				return err
			}
			d.At = time.UnixMilli(when).UTC()
			out = append(out, d)
			return nil
		})
	})
	return out, err
}
