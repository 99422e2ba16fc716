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

	"attache/briefings"
)

// articleColumns is what scanArticle reads.
const articleColumns = `id, revision, seq, url, title, outlet, byline, language, label, published, published_zone, date_only,
	body, source, origin, read_at, hash, cut, backlog, unreviewed, picture, picture_credit, picture_alt`

// cut is how an article was cut, as it is kept. Its names are short because there is one for every sentence ever read, and
// its own because a renamed field elsewhere must not lose what was kept.
type cut struct {
	Sentences []cutSentence `json:"s,omitempty"`
	Passages  []cutPassage  `json:"p,omitempty"`
}

type cutSentence struct {
	Passage int            `json:"p"`
	Start   int            `json:"s"`
	End     int            `json:"e"`
	Role    briefings.Role `json:"r,omitempty"`
}

type cutPassage struct {
	Start int `json:"s"`
	End   int `json:"e"`
	First int `json:"f"`
	Last  int `json:"l"`
}

// cutOf is an article's cut as it is kept.
func cutOf(a briefings.Article) (string, error) {
	var c cut
	for _, s := range a.Sentences {
		c.Sentences = append(c.Sentences, cutSentence{Passage: s.Passage, Start: s.Start, End: s.End, Role: s.Role})
	}
	for _, p := range a.Passages {
		c.Passages = append(c.Passages, cutPassage{Start: p.Start, End: p.End, First: p.First, Last: p.Last})
	}
	return document(c)
}

// readCut reads a cut as cutOf writes it, several times as fast as encoding/json: a library has a million sentences. ok is false
// for what is written in another way.
func readCut(kept string) (c cut, ok bool) {
	r := cutReader{rest: kept}
	r.mark("{")
	if r.found(`"s":[`) {
		c.Sentences = make([]cutSentence, 0, strings.Count(kept, `"e":`))
		for more := true; more && !r.bad; more = r.found(",") {
			s := cutSentence{Passage: r.number(`{"p":`), Start: r.number(`,"s":`), End: r.number(`,"e":`)}
			if r.found(`,"r":"`) {
				s.Role = r.role()
			}
			r.mark("}")
			c.Sentences = append(c.Sentences, s)
		}
		r.mark("]")
		if r.found(",") && !strings.HasPrefix(r.rest, `"p":[`) {
			r.bad = true
		}
	}
	if r.found(`"p":[`) {
		c.Passages = make([]cutPassage, 0, strings.Count(r.rest, `"l":`))
		for more := true; more && !r.bad; more = r.found(",") {
			c.Passages = append(c.Passages, cutPassage{Start: r.number(`{"s":`), End: r.number(`,"e":`), First: r.number(`,"f":`), Last: r.number(`,"l":`)})
			r.mark("}")
		}
		r.mark("]")
	}
	r.mark("}")
	if r.bad || r.rest != "" {
		return cut{}, false
	}
	return c, true
}

// cutReader reads the text of a cut from the left; once something else stands there than what is asked for, it is bad.
type cutReader struct {
	rest string
	bad  bool
}

func (r *cutReader) found(mark string) bool {
	rest, ok := strings.CutPrefix(r.rest, mark)
	r.rest = rest
	return ok
}

func (r *cutReader) mark(mark string) { r.bad = !r.found(mark) || r.bad }

// number reads a number after its mark.
func (r *cutReader) number(mark string) int {
	r.mark(mark)
	i := 0
	if strings.HasPrefix(r.rest, "-") {
		i++
	}
	n := 0
	for digits := i; i < len(r.rest) && '0' <= r.rest[i] && r.rest[i] <= '9'; i++ {
		if i-digits == 9 { // more than a text has bytes
			r.bad = true
		}
		n = 10*n + int(r.rest[i]-'0')
	}
	if i == 0 || r.rest[i-1] == '-' {
		r.bad = true
	}
	if r.rest != "" && r.rest[0] == '-' {
		n = -n
	}
	r.rest = r.rest[i:]
	return n
}

// role reads a role up to its closing quotation mark.
func (r *cutReader) role() briefings.Role {
	name, rest, ok := strings.Cut(r.rest, `"`)
	r.bad = r.bad || !ok
	r.rest = rest
	for _, known := range []briefings.Role{briefings.RoleHeadline, briefings.RoleHeading, briefings.RoleCaption} {
		if name == string(known) {
			return known
		}
	}
	r.bad = true
	return ""
}

// apply gives an article its cut back. A cut that does not fit the text is refused: a citation must never read at a wrong
// place.
func (c cut) apply(a *briefings.Article) error {
	a.Sentences, a.Passages = slices.Grow(a.Sentences, len(c.Sentences)), slices.Grow(a.Passages, len(c.Passages))
	for i, s := range c.Sentences {
		of := a.Text
		if s.Role == briefings.RoleHeadline {
			of = a.Title
		}
		if s.Start < 0 || s.Start > s.End || s.End > len(of) {
			return fmt.Errorf("sentence %d lies outside its text", i)
		}
		a.Sentences = append(a.Sentences, briefings.Sentence{Index: i, Passage: s.Passage, Start: s.Start, End: s.End, Role: s.Role})
	}
	for i, p := range c.Passages {
		if p.Start < 0 || p.Start > p.End || p.End > len(a.Text) || p.First < 0 || p.First > p.Last || p.Last > len(a.Sentences) {
			return fmt.Errorf("passage %d lies outside its text", i)
		}
		a.Passages = append(a.Passages, briefings.Passage{Index: i, Start: p.Start, End: p.End, First: p.First, Last: p.Last})
	}
	return nil
}

// Save implements briefings.Library.
func (s *Store) Save(ctx context.Context, a briefings.Article) (kept briefings.Article, isNew bool, err error) {
	doing := "save article " + a.ID
	if a.ID == "" || a.Hash == "" || a.Text == "" {
		return briefings.Article{}, false, fmt.Errorf("%s: an article needs an ID, a hash and a text", doing)
	}
	if !plain(a.Title) || !plain(a.Text) {
		// Mending it here would move every offset behind the mended place.
		return briefings.Article{}, false, fmt.Errorf("%s: its title or text is not clean UTF-8", doing)
	}
	// Most articles come again and again, unchanged, with every poll of their source: those wait for no lock.
	seen := false
	err = s.read(ctx, doing, func(tx *tx) error {
		kept, err = article(tx, a.ID, 0)
		if err == nil {
			seen, err = sighted(tx, a.ID, a.Owner)
		}
		return err
	})
	switch {
	case err == nil && kept.Hash == a.Hash && seen:
		return kept, false, nil
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return briefings.Article{}, false, err
	}
	cut, err := cutOf(a)
	if err != nil {
		return briefings.Article{}, false, fmt.Errorf("%s: %w", doing, err)
	}
	err = s.write(ctx, doing, func(tx *tx) (err error) {
		sighting := briefings.Sighting{Article: a.ID, Owner: a.Owner, At: a.Read, Backlog: a.Backlog}
		if sighting.Seq, err = next(tx, "sighting"); err != nil {
			return err
		}
		// From here on nobody else saves: look again.
		kept, err = article(tx, a.ID, 0)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if seen, err = sighted(tx, a.ID, a.Owner); err != nil {
			return err
		}
		known := kept.Revision > 0 && kept.Hash == a.Hash
		if known && seen {
			return errKept // rolls the number back
		}
		if isNew = !known; known {
			sighting.Revision = kept.Revision
			return see(tx, sighting)
		}
		if sighting.Revision = kept.Revision + 1; !seen {
			if err := see(tx, sighting); err != nil {
				return err
			}
		}
		seq, err := next(tx, "article")
		if err != nil {
			return err
		}
		_, zone := a.Published.Zone()
		if _, err := tx.exec(`insert into articles (`+articleColumns+`)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
			a.ID, kept.Revision+1, seq, a.URL, a.Title, a.Outlet, a.Byline, a.Language, a.Label, ms(a.Published), zone, a.DateOnly,
			a.Text, a.Source, a.Origin, ms(a.Read), a.Hash, cut, a.Backlog, a.Unreviewed,
			a.Picture.URL, a.Picture.Credit, a.Picture.Alt); err != nil {
			return err
		}
		kept, err = article(tx, a.ID, kept.Revision+1)
		return err
	})
	switch {
	case errors.Is(err, errKept):
		return kept, false, nil
	case err != nil:
		return briefings.Article{}, false, err
	}
	return kept, isNew, nil
}

// sighted says whether an owner sees an article.
func sighted(tx *tx, article, owner string) (seen bool, err error) {
	err = tx.row("select exists (select 1 from sightings where article = $1 and owner = $2 and not gone)", args{article, owner}, &seen)
	return seen, err
}

// see keeps a sighting that its owner doesn't have.
func see(tx *tx, x briefings.Sighting) error {
	_, err := tx.exec(`insert into sightings (article, owner, seq, at, backlog, revision, gone) values ($1, $2, $3, $4, $5, $6, false)
		on conflict (article, owner) do update set seq = excluded.seq, at = excluded.at, backlog = excluded.backlog, revision = excluded.revision, gone = false`,
		x.Article, x.Owner, x.Seq, ms(x.At), x.Backlog, max(x.Revision, 1))
	return err
}

// Sight implements briefings.Library.
func (s *Store) Sight(ctx context.Context, x briefings.Sighting) error {
	err := s.write(ctx, "note whose article "+x.Article+" is", func(tx *tx) (err error) {
		if x.Seq, err = next(tx, "sighting"); err != nil {
			return err
		}
		if _, err := article(tx, x.Article, 0); err != nil {
			return notFound(err, briefings.ErrNotFound)
		}
		seen, err := sighted(tx, x.Article, x.Owner)
		if err == nil && seen {
			err = errKept
		}
		if err != nil {
			return err
		}
		return see(tx, x)
	})
	if errors.Is(err, errKept) {
		return nil
	}
	return err
}

// TakeBack implements briefings.Library.
func (s *Store) TakeBack(ctx context.Context, article, owner string) error {
	return s.write(ctx, "take back article "+article, func(tx *tx) error {
		seq, err := next(tx, "sighting")
		if err != nil {
			return err
		}
		n, err := tx.exec("update sightings set gone = true, seq = $3 where article = $1 and owner = $2 and not gone", article, owner, seq)
		return absent(n, err, briefings.ErrNotFound)
	})
}

// Sightings implements briefings.Library.
func (s *Store) Sightings(ctx context.Context, seq int64, limit int) ([]briefings.Sighting, error) {
	var found []briefings.Sighting
	err := s.read(ctx, fmt.Sprintf("read the sightings since %d", seq), func(tx *tx) error {
		return tx.rows("select article, owner, seq, at, backlog, revision, gone from sightings where seq > $1 order by seq limit $2", args{seq, max(limit, 0)}, func(scan scanner) error {
			var x briefings.Sighting
			var when sql.NullInt64
			if err := scan(&x.Article, &x.Owner, &x.Seq, &when, &x.Backlog, &x.Revision, &x.Gone); err != nil {
				return err
			}
			x.At = at(when)
			found = append(found, x)
			return nil
		})
	})
	return found, err
}

// errKept ends a transaction that found the article kept already.
var errKept = errors.New("kept already")

// Article implements briefings.Library.
func (s *Store) Article(ctx context.Context, id string, revision int) (a briefings.Article, err error) {
	doing := fmt.Sprintf("read article %q, revision %d", id, revision)
	err = s.read(ctx, doing, func(tx *tx) error {
		a, err = article(tx, id, revision)
		return notFound(err, briefings.ErrNotFound)
	})
	if err != nil {
		return briefings.Article{}, err
	}
	return a, nil
}

// article reads a revision, or the newest with revision 0.
func article(tx *tx, id string, revision int) (briefings.Article, error) {
	query, a := "select "+articleColumns+" from articles where id = $1 order by revision desc limit 1", args{id}
	if revision != 0 {
		query, a = "select "+articleColumns+" from articles where id = $1 and revision = $2", args{id, revision}
	}
	return scanArticle(func(into ...any) error { return tx.row(query, a, into...) })
}

// Since implements briefings.Library.
func (s *Store) Since(ctx context.Context, seq int64, limit int) ([]briefings.Article, error) {
	var found []briefings.Article
	err := s.read(ctx, fmt.Sprintf("read the articles since %d", seq), func(tx *tx) error {
		return tx.rows("select "+articleColumns+" from articles where seq > $1 order by seq limit $2", args{seq, max(limit, 0)}, func(scan scanner) error {
			a, err := scanArticle(scan)
			if err == nil {
				found = append(found, a)
			}
			return err
		})
	})
	return found, err
}

func scanArticle(scan scanner) (briefings.Article, error) {
	var a briefings.Article
	var published, read sql.NullInt64
	var zone int
	var kept string
	if err := scan(&a.ID, &a.Revision, &a.Seq, &a.URL, &a.Title, &a.Outlet, &a.Byline, &a.Language, &a.Label, &published, &zone,
		&a.DateOnly, &a.Text, &a.Source, &a.Origin, &read, &a.Hash, &kept, &a.Backlog, &a.Unreviewed,
		&a.Picture.URL, &a.Picture.Credit, &a.Picture.Alt); err != nil {
		return briefings.Article{}, err
	}
	a.Published, a.Read = at(published), at(read)
	if zone != 0 && !a.Published.IsZero() {
		a.Published = a.Published.In(time.FixedZone("", zone))
	}
	c, ok := readCut(kept)
	var err error
	if !ok {
		err = json.Unmarshal([]byte(kept), &c)
	}
	if err == nil {
		err = c.apply(&a)
	}
	if err != nil {
		return briefings.Article{}, fmt.Errorf("article %s, revision %d: %w: its sentences can't be read: %w", a.ID, a.Revision, ErrDamaged, err)
	}
	return a, nil
}

// Sources implements briefings.Library.
func (s *Store) Sources(ctx context.Context) ([]briefings.Source, error) {
	var found []briefings.Source
	err := s.read(ctx, "read the sources", func(tx *tx) error {
		return tx.rows(`select id, url, title, owner, alone, added, paused, next_at, checked, etag, modified, failing, since, reviewed, begun, first, newest
			from sources order by number`, nil, func(scan scanner) error {
			var r briefings.Source
			var added, nextAt, checked, since, reviewed, begun, newest sql.NullInt64
			if err := scan(&r.ID, &r.URL, &r.Title, &r.Owner, &r.Alone, &added, &r.Paused, &nextAt, &checked, &r.Etag, &r.Modified, &r.Failing, &since, &reviewed, &begun, &r.First, &newest); err != nil {
				return err
			}
			r.Added, r.NextAt, r.Checked, r.Since = at(added), at(nextAt), at(checked), at(since)
			r.Reviewed, r.Begun, r.Newest = at(reviewed), at(begun), at(newest)
			found = append(found, r)
			return nil
		})
	})
	return found, err
}

// SaveSource implements briefings.Library.
func (s *Store) SaveSource(ctx context.Context, r briefings.Source) error {
	return s.write(ctx, "save source "+r.ID, func(tx *tx) error {
		number, err := next(tx, "source")
		if err != nil {
			return err
		}
		platform, workspace := workspaceOf(r.Owner)
		_, err = tx.exec(`insert into sources (id, number, url, title, owner, platform, workspace, added, paused, next_at, checked, etag, modified, failing, since,
				reviewed, begun, first, newest, alone)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
			on conflict (id) do update set url = excluded.url, title = excluded.title, owner = excluded.owner, platform = excluded.platform,
				workspace = excluded.workspace, added = excluded.added, paused = excluded.paused, next_at = excluded.next_at,
				checked = excluded.checked, etag = excluded.etag, modified = excluded.modified, failing = excluded.failing, since = excluded.since,
				reviewed = excluded.reviewed, begun = excluded.begun, first = excluded.first, newest = excluded.newest,
				alone = excluded.alone`,
			r.ID, number, r.URL, r.Title, r.Owner, platform, workspace, ms(r.Added), r.Paused, ms(r.NextAt), ms(r.Checked), r.Etag, r.Modified, r.Failing, ms(r.Since),
			ms(r.Reviewed), ms(r.Begun), r.First, ms(r.Newest), r.Alone)
		return err
	})
}

// SavePoll implements briefings.Library.
func (s *Store) SavePoll(ctx context.Context, r briefings.Source) error {
	return s.write(ctx, "save the poll of source "+r.ID, func(tx *tx) error {
		n, err := tx.exec(`update sources set url = $2, title = $3, next_at = $4, checked = $5, etag = $6, modified = $7, failing = $8, since = $9,
				begun = $10, newest = $11 where id = $1`,
			r.ID, r.URL, r.Title, ms(r.NextAt), ms(r.Checked), r.Etag, r.Modified, r.Failing, ms(r.Since), ms(r.Begun), ms(r.Newest))
		return absent(n, err, briefings.ErrNotFound)
	})
}

// RemoveSource implements briefings.Library.
func (s *Store) RemoveSource(ctx context.Context, id string) error {
	return s.write(ctx, "remove source "+id, func(tx *tx) error {
		n, err := tx.exec("delete from sources where id = $1", id)
		return absent(n, err, briefings.ErrNotFound)
	})
}

// workspaceOf tells platform and workspace of an address in its text form (message.Address.String).
func workspaceOf(address string) (platform, workspace string) {
	platform, rest, _ := strings.Cut(address, "/")
	workspace, _, _ = strings.Cut(rest, "/")
	return platform, workspace
}

// notFound puts a room's own error in the place of sql.ErrNoRows.
func notFound(err, as error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return as
	}
	return err
}

// absent turns a statement that met no row into an error.
func absent(changed int64, err, as error) error {
	if err == nil && changed == 0 {
		return as
	}
	return err
}
