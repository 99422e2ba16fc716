package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"attache/bot"
	"attache/bot/message"
	"attache/briefings"
)

// seenFor is how long a request is remembered, so that a platform that sends it again is not answered again.
const seenFor = 25 * time.Hour

// Seen implements bot.Memory.
func (s *Store) Seen(ctx context.Context, id string, when time.Time) (before bool, err error) {
	err = s.write(ctx, "mark a request as seen", func(tx *tx) error {
		changed, err := tx.exec(`insert into seen (id, at) values ($1, $2)
			on conflict (id) do update set at = excluded.at where excluded.at - seen.at > $3`, id, when.UnixMilli(), seenFor.Milliseconds())
		before = changed == 0
		return err
	})
	return before, err
}

// Turns implements bot.Memory.
func (s *Store) Turns(ctx context.Context, conversation string, limit int) ([]briefings.Turn, error) {
	if conversation == "" {
		return nil, nil
	}
	var turns []briefings.Turn
	err := s.read(ctx, "read a conversation", func(tx *tx) error {
		return tx.rows("select turn from exchanges where conversation = $1 and conversation <> '' order by number desc limit $2", args{conversation, max(limit, 0)}, func(scan scanner) error {
			var text string
			if err := scan(&text); err != nil {
				return err
			}
			var t briefings.Turn
			if err := json.Unmarshal([]byte(text), &t); err != nil {
				return fmt.Errorf("a turn: %w: %w", ErrDamaged, err)
			}
			turns = append(turns, t)
			return nil
		})
	})
	slices.Reverse(turns)
	return turns, err
}

// KeepExchange implements bot.Memory. Keeping one again replaces its answer and keeps its place in the conversation.
func (s *Store) KeepExchange(ctx context.Context, x bot.Exchange) error {
	return s.write(ctx, "keep an answer", func(tx *tx) error {
		answer, err := document(x.Answer)
		if err != nil {
			return err
		}
		turn, err := document(x.Answer.Turn())
		if err != nil {
			return err
		}
		number, err := next(tx, "exchange")
		if err != nil {
			return err
		}
		if x.At.IsZero() {
			x.At = s.now()
		}
		_, err = tx.exec(`insert into exchanges (id, number, platform, workspace, channel, thread, conversation, author, at, answer, turn, asked)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			on conflict (id) do update set answer = excluded.answer, turn = excluded.turn`,
			x.ID, number, x.Address.Platform, x.Address.Workspace, x.Address.Channel, x.Address.Thread, x.Conversation, x.User, ms(x.At), answer, turn, x.Asked)
		return err
	})
}

// Exchange implements bot.Memory.
func (s *Store) Exchange(ctx context.Context, id string) (x bot.Exchange, err error) {
	err = s.read(ctx, "look up an answer", func(tx *tx) error {
		var answer string
		var when sql.NullInt64
		if err := tx.row(`select id, platform, workspace, channel, thread, conversation, author, at, answer, asked from exchanges where id = $1`, args{id},
			&x.ID, &x.Address.Platform, &x.Address.Workspace, &x.Address.Channel, &x.Address.Thread, &x.Conversation, &x.User, &when, &answer, &x.Asked); err != nil {
			return notFound(err, bot.ErrForgotten)
		}
		x.At = at(when)
		if err := json.Unmarshal([]byte(answer), &x.Answer); err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		return nil
	})
	if err != nil {
		return bot.Exchange{}, err
	}
	return x, nil
}

// Asked implements bot.Inquiries.
func (s *Store) Asked(ctx context.Context, in message.Address, w briefings.Window, limit int) (n int, asked []string, err error) {
	const openly = ` from exchanges where platform = $1 and workspace = $2 and (channel = $3 or thread = $3) and asked <> '' and at >= $4 and at < $5`
	err = s.read(ctx, "look up what was asked", func(tx *tx) error {
		where := args{in.Platform, in.Workspace, in.Channel, w.From.UnixMilli(), w.To.UnixMilli()}
		if err := tx.row("select count(*)"+openly, where, &n); err != nil {
			return err
		}
		return tx.rows("select asked"+openly+" order by number desc limit $6", append(where, max(limit, 0)), func(scan scanner) error {
			var text string
			err := scan(&text)
			if err == nil {
				asked = append(asked, text)
			}
			return err
		})
	})
	if err != nil {
		return 0, nil, err
	}
	return n, asked, nil
}

// KeepFeedback implements bot.Memory.
func (s *Store) KeepFeedback(ctx context.Context, f bot.Feedback) error {
	return s.write(ctx, "keep a vote", func(tx *tx) error {
		if f.At.IsZero() {
			f.At = s.now()
		}
		_, err := tx.exec(`insert into feedback (subject, platform, workspace, channel, thread, author, helpful, at, comment)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (subject, platform, workspace, author) do update set channel = excluded.channel, thread = excluded.thread,
				helpful = excluded.helpful, at = excluded.at, comment = excluded.comment`,
			f.Subject, f.Address.Platform, f.Address.Workspace, f.Address.Channel, f.Address.Thread, f.User, f.Helpful, ms(f.At), f.Comment)
		return err
	})
}

// Feedbacks implements bot.Memory.
func (s *Store) Feedbacks(ctx context.Context, subject string) (helpful, unhelpful int, err error) {
	err = s.read(ctx, "count the votes", func(tx *tx) error {
		return tx.row("select count(*) filter (where helpful), count(*) filter (where not helpful) from feedback where subject = $1", args{subject}, &helpful, &unhelpful)
	})
	return helpful, unhelpful, err
}

// Setting implements bot.Memory.
func (s *Store) Setting(ctx context.Context, scope, name string) (value string, err error) {
	err = s.read(ctx, "read the setting "+name, func(tx *tx) error {
		err := tx.row("select value from settings where scope = $1 and name = $2", args{scope, name}, &value)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return value, err
}

// SetSetting implements bot.Memory.
func (s *Store) SetSetting(ctx context.Context, scope, name, value string) error {
	return s.write(ctx, "keep the setting "+name, func(tx *tx) error {
		if value == "" {
			_, err := tx.exec("delete from settings where scope = $1 and name = $2", scope, name)
			return err
		}
		platform, workspace := workspaceOf(scope)
		_, err := tx.exec(`insert into settings (scope, name, platform, workspace, value) values ($1, $2, $3, $4, $5)
			on conflict (scope, name) do update set value = excluded.value`, scope, name, platform, workspace, value)
		return err
	})
}

// belongings are the tables whose rows belong to a workspace. The parts of a delivery go with it.
var belongings = []string{"exchanges", "feedback", "settings", "sources", "subscriptions", "deliveries", "tokens", "departures"}

// Forget implements bot.Memory. The workspace's sources go too, and what they brought or its people sent for nobody else.
func (s *Store) Forget(ctx context.Context, platform, workspace string) error {
	return s.write(ctx, fmt.Sprintf("forget the workspace %s/%s", platform, workspace), func(tx *tx) error {
		if platform == "" {
			return errors.New("no platform is named") // it would name what belongs to everyone
		}
		for _, table := range belongings {
			if _, err := tx.exec("delete from "+table+" where platform = $1 and workspace = $2", platform, workspace); err != nil {
				return fmt.Errorf("its %s: %w", table, err)
			}
		}
		// The platform's own lane stands there without a workspace, and belongs to nobody.
		if _, err := tx.exec("delete from lanes where platform = $1 and workspace = $2 and (workspace <> '' or channel <> '')", platform, workspace); err != nil {
			return fmt.Errorf("its lanes: %w", err)
		}
		return disown(tx, platform+"/"+workspace)
	})
}

// disown deletes a workspace's sightings, and the articles that nobody has one of any more. Other replicas have them in memory
// until they start anew, and show them to nobody else.
func disown(tx *tx, workspace string) error {
	if strings.HasSuffix(workspace, "/") { // direct messages share no workspace, and are not forgotten together
		return nil
	}
	if _, err := next(tx, "sighting"); err != nil { // nobody saves meanwhile
		return err
	}
	channels := workspace + "/"
	if _, err := tx.exec("delete from sightings where owner = $1 or substr(owner, 1, $2) = $3", workspace, utf8.RuneCountInString(channels), channels); err != nil {
		return fmt.Errorf("its sightings: %w", err)
	}
	for _, table := range []string{"articles where id", "stories where article"} {
		if _, err := tx.exec("delete from " + table + " not in (select article from sightings)"); err != nil {
			return fmt.Errorf("its articles: %w", err)
		}
	}
	return nil
}
