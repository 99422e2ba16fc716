package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"attache/adapters/store"
	"attache/bot/digest"
	"attache/bot/message"
)

type deliveriesCmd struct {
	JSON   bool     `help:"Print one JSON object a line."`
	State  []string `help:"Only these states: due, composing, composed, posting, unknown, sent, skipped, failed, held." placeholder:"STATE"`
	Digest string   `help:"Only this digest." placeholder:"ID"`
	Limit  int      `help:"How many, newest first." default:"50"`
	Replay string   `help:"Put a failed or held delivery of --digest back to work: its slot, such as 2024-02-21T08:00:00Z." placeholder:"SLOT"`
}

// Run lists where each digest stands and why, or replays one.
func (c deliveriesCmd) Run(ctx context.Context, p *program) error {
	how := looks
	if c.Replay != "" {
		how = writes
	}
	db, err := p.openStore(ctx, how)
	if err != nil {
		return err
	}
	defer db.Close()
	if c.Replay != "" {
		return c.replay(ctx, p, db)
	}
	f := digest.DeliveryFilter{Subscription: c.Digest, Limit: c.Limit}
	var wanted []digest.State
	for _, s := range c.State {
		state := digest.State(strings.ToLower(s))
		wanted = append(wanted, state)
		switch state {
		case digest.Sent, digest.Skipped, digest.Failed, digest.Held:
			f.States = append(f.States, state)
		case digest.Due, digest.Composing, digest.Composed, digest.Posting, digest.Unknown:
			f.States, f.Limit = append(f.States, digest.Due, digest.Composed), 1_000_000 // the rest is told by who has it in hand
		default:
			return usage(fmt.Errorf("%q is not a state; allowed are due, composing, composed, posting, unknown, sent, skipped, failed and held", s))
		}
	}
	list, err := db.Deliveries(ctx, f)
	if err != nil {
		return err
	}
	now, shown := p.now(), 0
	t := p.table(c.JSON, "DIGEST", "SLOT", "STATE", "PARTS", "TRIES", "NEXT", "CHANNEL", "WHY")
	for _, d := range list {
		state, why := d.Standing(now)
		if len(wanted) > 0 && !slices.Contains(wanted, state) || c.Limit > 0 && shown == c.Limit {
			continue
		}
		shown++
		sent := 0
		for _, part := range d.Parts {
			if part.State == digest.PartSent {
				sent++
			}
		}
		parts := ""
		if len(d.Parts) > 0 {
			parts = fmt.Sprintf("%d of %d", sent, len(d.Parts))
		}
		t.row(d.Subscription, stamp(d.Slot), string(state), parts, fmt.Sprint(d.Attempts), stamp(d.RetryAt), d.Address.String(), why)
	}
	return t.end("No digest has been due yet.")
}

func (c deliveriesCmd) replay(ctx context.Context, p *program, db *store.Store) error {
	slot, err := day(c.Replay)
	if err != nil {
		return err
	}
	if c.Digest == "" {
		return usage(errors.New("--replay needs --digest ID beside it"))
	}
	switch err := db.Replay(ctx, c.Digest, slot, p.now()); {
	case errors.Is(err, digest.ErrNotFound):
		return fmt.Errorf("digest %s has no delivery for %s; `attache deliveries` lists them", c.Digest, stamp(slot))
	case errors.Is(err, digest.ErrChanged):
		return fmt.Errorf("the delivery of digest %s for %s is neither failed nor held: there is nothing to replay", c.Digest, stamp(slot))
	case err != nil:
		return err
	}
	fmt.Fprintf(p.out, "digest %s for %s will be tried again\n", c.Digest, stamp(slot))
	return nil
}

// openStore opens the database for a command that needs nothing else.
func (p *program) openStore(ctx context.Context, how access) (*store.Store, error) {
	s, err := p.settings()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Config{Data: s.Data, URL: s.Database, Role: how.role(), Now: p.now, Log: p.log(quiet(s))})
	if errors.Is(err, store.ErrNone) {
		return nil, fmt.Errorf("there is no database in %s yet; it is made when `attache` starts for the first time", s.Data)
	}
	return db, err
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// table prints rows as columns, or as JSON objects with the heads in lower case.
type table struct {
	heads []string
	json  *json.Encoder
	tab   *tabwriter.Writer
	p     *program
	rows  int
	err   error
}

func (p *program) table(asJSON bool, heads ...string) *table {
	t := &table{heads: heads, p: p}
	if asJSON {
		t.json = json.NewEncoder(p.out)
		t.json.SetEscapeHTML(false)
		return t
	}
	t.tab = tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	return t
}

func (t *table) row(cells ...string) {
	t.rows++
	if t.json != nil {
		object := map[string]string{}
		for i, c := range cells {
			if c != "" {
				object[strings.ToLower(t.heads[i])] = c
			}
		}
		t.err = errors.Join(t.err, t.json.Encode(object))
		return
	}
	if t.rows == 1 {
		fmt.Fprintln(t.tab, strings.Join(t.heads, "\t"))
	}
	for i, c := range cells {
		cells[i] = clip(strings.Join(strings.Fields(message.Clean(c)), " "), 80)
	}
	fmt.Fprintln(t.tab, strings.Join(cells, "\t"))
}

// end finishes the table; none is what to say when it has no rows.
func (t *table) end(none string) error {
	if t.json != nil {
		return t.err
	}
	if t.rows == 0 {
		_, err := fmt.Fprintln(t.p.out, none)
		return err
	}
	return t.tab.Flush()
}
