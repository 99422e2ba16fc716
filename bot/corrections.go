package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"attache/bot/digest"
	"attache/bot/message"
	"attache/bot/present"
	"attache/briefings"
)

// Where the correction desk keeps how far it has read: a scope that is no channel's.
const (
	scopeCorrections   = "attache/"
	settingCorrections = "corrections-read"
	settingSighted     = "corrections-sighted"
)

// Bounds of corrections.
const (
	correctionsReach = 30 * 24 * time.Hour // how old a digest may be that is still corrected
	correctionsBatch = 200                 // articles that are read at once
	keyCorrection    = "correct:"
)

// CorrectionsConfig is what a CorrectionDesk is made of.
type CorrectionsConfig struct {
	// Library has the articles with their revisions. Required.
	Library CorrectionLibrary
	// StoryOf finds the story of an article, in which an earlier report of the same source may stand that a new report corrects;
	// briefings.ErrNotFound (wrapped) where it is not indexed yet. Nil means that only later versions of a report correct it.
	StoryOf func(ctx context.Context, article string) (briefings.Story, error)
	// Sees says whether a channel (message.Address.String) may see an article: Engine.Sees. Required.
	Sees func(channel, article string) bool
	// Board knows who was told what. Required.
	Board digest.Board
	// Memory keeps how far the desk has read, and the languages of channels. Required.
	Memory Memory
	// Posters deliver, by platform. Required.
	Posters map[string]message.Poster
	// Now tells the time by platform; one that is missing or nil means time.Now.
	Now map[string]func() time.Time
	// Zone is the zone of channels that have not said theirs; empty means UTC.
	Zone string
	// Wake is told of a platform that has something to deliver; nil means that couriers look for themselves.
	Wake func(platform string)
	// Poll is how often Run looks; zero means five seconds.
	Poll time.Duration
	// Log is where the desk tells what it does; nil discards.
	Log *slog.Logger
}

// CorrectionLibrary is what a CorrectionDesk needs of a briefings.Library.
type CorrectionLibrary interface {
	Article(ctx context.Context, id string, revision int) (briefings.Article, error)
	Since(ctx context.Context, seq int64, limit int) ([]briefings.Article, error)
	Sightings(ctx context.Context, seq int64, limit int) ([]briefings.Sighting, error)
}

// CorrectionDesk sees to it that a correction follows the readers of what was wrong: where an outlet corrects or withdraws a
// report, each delivered digest or alert that cites the sentence is changed visibly, with one note in its thread. Channels that
// it doesn't concern get nothing. Each correction of each digest is a notice with its own key, so that it comes once.
type CorrectionDesk struct{ c CorrectionsConfig }

// NewCorrectionDesk makes a CorrectionDesk.
func NewCorrectionDesk(c CorrectionsConfig) (*CorrectionDesk, error) {
	if c.Library == nil || c.Sees == nil || c.Board == nil || c.Memory == nil || len(c.Posters) == 0 {
		return nil, errors.New("a correction desk needs a library, somebody who knows who may see what, a board, a memory and a poster")
	}
	c.Zone = cmp.Or(c.Zone, "UTC")
	if c.Poll <= 0 {
		c.Poll = 5 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &CorrectionDesk{c: c}, nil
}

// Run looks until ctx ends. It never fails: what does is told in the log and tried again.
func (d *CorrectionDesk) Run(ctx context.Context) error {
	beat := time.NewTicker(d.c.Poll)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-beat.C:
		}
		if _, err := d.Look(ctx); err != nil && ctx.Err() == nil {
			d.c.Log.ErrorContext(ctx, "corrections could not be looked for", "err", err)
		}
	}
}

// Look reads what has come into the library since it last did and tells the readers of what was corrected. It returns how many
// notices it has announced.
func (d *CorrectionDesk) Look(ctx context.Context) (announced int, err error) {
	raw, err := d.c.Memory.Setting(ctx, scopeCorrections, settingCorrections)
	if err != nil {
		return 0, fmt.Errorf("read how far corrections were looked for: %w", err)
	}
	seq, _ := strconv.ParseInt(raw, 10, 64) // from the beginning where it is not known
	for {
		batch, err := d.c.Library.Since(ctx, seq, correctionsBatch)
		if err != nil {
			return announced, fmt.Errorf("read the library after %d: %w", seq, err)
		}
		if len(batch) == 0 {
			n, err := d.sighted(ctx)
			return announced + n, err
		}
		behind := false
		for _, a := range batch {
			n, err := d.told(ctx, a)
			announced += n
			if behind = errors.Is(err, errBehind); behind {
				break
			}
			if err != nil {
				return announced, fmt.Errorf("tell the readers of %s what was corrected: %w", a.ID, err)
			}
			seq = a.Seq
		}
		// Told first and noted then: after a crash in between, the keys of the notices say what was told.
		if err := d.c.Memory.SetSetting(ctx, scopeCorrections, settingCorrections, strconv.FormatInt(seq, 10)); err != nil {
			return announced, fmt.Errorf("keep how far corrections were looked for: %w", err)
		}
		if behind {
			return announced, nil
		}
	}
}

// told tells the readers of an article, or of those before it, what it corrects.
func (d *CorrectionDesk) told(ctx context.Context, a briefings.Article) (announced int, err error) {
	if a.Revision == 1 {
		return d.successor(ctx, a)
	}
	return d.article(ctx, a)
}

// sighted reads what came to an owner when the library had it already, for another: its corrections are news to the owner's
// channels. What the desk finds when it first looks was told by its digests.
func (d *CorrectionDesk) sighted(ctx context.Context) (announced int, err error) {
	raw, err := d.c.Memory.Setting(ctx, scopeCorrections, settingSighted)
	if err != nil {
		return 0, fmt.Errorf("read how far sightings were looked at: %w", err)
	}
	seq, _ := strconv.ParseInt(raw, 10, 64)
	for {
		batch, err := d.c.Library.Sightings(ctx, seq, 10*correctionsBatch)
		if err != nil {
			return announced, fmt.Errorf("read the sightings after %d: %w", seq, err)
		}
		if len(batch) == 0 {
			return announced, nil
		}
		behind := false
		for _, s := range batch {
			if raw != "" && !s.Gone {
				a, err := d.c.Library.Article(ctx, s.Article, 0)
				switch {
				case errors.Is(err, briefings.ErrNotFound), err == nil && !s.At.After(a.Read):
				case err != nil:
					return announced, fmt.Errorf("read article %s: %w", s.Article, err)
				case !d.c.Sees(s.Owner, s.Article):
					behind = d.waits(s.At) // its people's index is behind, or it was taken back
				default:
					n, err := d.told(ctx, a)
					announced += n
					if behind = errors.Is(err, errBehind); err != nil && !behind {
						return announced, fmt.Errorf("tell the readers of %s what was corrected: %w", a.ID, err)
					}
				}
			}
			if behind {
				break
			}
			seq = s.Seq
		}
		if err := d.c.Memory.SetSetting(ctx, scopeCorrections, settingSighted, strconv.FormatInt(seq, 10)); err != nil {
			return announced, fmt.Errorf("keep how far sightings were looked at: %w", err)
		}
		if behind {
			return announced, nil
		}
	}
}

// waits says whether the index may still be behind what came at a time.
func (d *CorrectionDesk) waits(at time.Time) bool {
	for platform := range d.c.Posters {
		if d.now(platform).Sub(at) < successorWithin {
			return true
		}
	}
	return false
}

// errBehind says that a new article is not indexed yet: the desk comes back to it.
var errBehind = errors.New("the index is behind the library")

// successorWithin is how long the desk waits for a new article to be indexed.
const successorWithin = 5 * time.Minute

// successor tells the readers of earlier reports of the same source what a new report of it corrects in them. Only what the
// source itself says that it corrects counts.
func (d *CorrectionDesk) successor(ctx context.Context, a briefings.Article) (announced int, err error) {
	if first, _ := briefings.CorrectionNotice(a); first < 0 || a.Backlog || d.c.StoryOf == nil {
		return 0, nil
	}
	story, err := d.c.StoryOf(briefings.Viewing(ctx, briefings.Everything), a.ID)
	if errors.Is(err, briefings.ErrNotFound) {
		if d.waits(a.Read) {
			return 0, errBehind
		}
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	for _, id := range story.Articles {
		if id == a.ID {
			continue
		}
		readers, err := d.c.Board.Citing(ctx, id, a.Read.Add(-correctionsReach))
		if err != nil {
			return announced, err
		}
		n, err := d.each(ctx, a, readers, func(reader digest.Delivery) (present.Correction, bool, error) {
			return d.superseded(ctx, id, a, reader)
		})
		announced += n
		if err != nil {
			return announced, err
		}
	}
	return announced, nil
}

// superseded is what a new report corrects of what a delivery cites of an earlier one.
func (d *CorrectionDesk) superseded(ctx context.Context, id string, a briefings.Article, reader digest.Delivery) (c present.Correction, concerned bool, err error) {
	cited, revision := citedOf(reader, func(q briefings.Citation) bool { return q.Article == id })
	if len(cited) == 0 {
		return c, false, nil
	}
	old, err := d.c.Library.Article(ctx, id, revision)
	if errors.Is(err, briefings.ErrNotFound) {
		return c, false, nil // what can't be read any more can't be quoted either
	}
	if err != nil {
		return c, false, fmt.Errorf("read revision %d of %s: %w", revision, id, err)
	}
	r, ok := briefings.Supersedes(old, a)
	if !ok {
		return c, false, nil
	}
	c = correctionOf(r, old, a, cited, func(change briefings.SentenceChange) string { return change.Old })
	return c, len(c.Changes) > 0, nil
}

// citedOf are the citations of a delivery that are meant, and the newest revision among them.
func citedOf(reader digest.Delivery, meant func(briefings.Citation) bool) (cited []briefings.Citation, revision int) {
	if reader.Edition == nil {
		return nil, 0
	}
	digest.EachCitation(*reader.Edition, func(q briefings.Citation) {
		if meant(q) {
			cited = append(cited, q)
			revision = max(revision, q.Revision)
		}
	})
	return cited, revision
}

func (d *CorrectionDesk) now(platform string) time.Time {
	if now := d.c.Now[platform]; now != nil {
		return now()
	}
	return time.Now()
}

// withdrawal is how outlets say that a report no longer stands.
var withdrawal = regexp.MustCompile(`(?i)\b(withdrawn|withdraws this|retract(ed|ion|s this)|rétract\w*|a été retiré|zurückgezogen|retirad[oa]|ritirat[oa])\b|철회|撤回|撤稿|отозван|відкликан`)

var headlineWithdrawn = regexp.MustCompile(`^(?i:retracted|withdrawn|retraction)\b\s*[-—–:(]`)

// withdrawn says whether an article says of itself that it no longer stands, and where.
func withdrawn(a briefings.Article, first, last int) bool {
	if headlineWithdrawn.MatchString(a.Title) {
		return true
	}
	for i := first; i >= 0 && i <= last && i < len(a.Sentences); i++ {
		if withdrawal.MatchString(a.Sentence(i)) {
			return true
		}
	}
	return false
}

// article tells the readers of an article what this revision of it corrects.
func (d *CorrectionDesk) article(ctx context.Context, a briefings.Article) (announced int, err error) {
	first, last := briefings.CorrectionNotice(a)
	gone := withdrawn(a, first, last)
	if first < 0 && !gone {
		return 0, nil
	}
	readers, err := d.c.Board.Citing(ctx, a.ID, a.Read.Add(-correctionsReach))
	if err != nil {
		return 0, err
	}
	return d.each(ctx, a, readers, func(reader digest.Delivery) (present.Correction, bool, error) {
		return d.correction(ctx, a, reader, gone)
	})
}

// each tells those of readers whom a correction concerns.
func (d *CorrectionDesk) each(ctx context.Context, a briefings.Article, readers []digest.Delivery, find func(digest.Delivery) (present.Correction, bool, error)) (announced int, err error) {
	marked := map[message.Ref]bool{} // an alert and what came of it are one message
	for _, reader := range readers {
		if !d.c.Sees(scope(reader.Address), a.ID) { // what another workspace has read corrects nothing here
			continue
		}
		if len(reader.Parts) == 0 || marked[reader.Parts[0].Ref] || d.c.Posters[reader.Address.Platform] == nil {
			continue
		}
		c, concerned, err := find(reader)
		if err != nil {
			return announced, err
		}
		if !concerned {
			continue
		}
		marked[reader.Parts[0].Ref] = true
		told, err := d.tell(ctx, a, reader, c)
		if err != nil {
			return announced, err
		}
		if told {
			announced++
		}
	}
	return announced, nil
}

// correction is what a revision changes of what a delivery cites; concerned is false where it is none of that.
func (d *CorrectionDesk) correction(ctx context.Context, a briefings.Article, reader digest.Delivery, gone bool) (c present.Correction, concerned bool, err error) {
	cited, revision := citedOf(reader, func(q briefings.Citation) bool { return q.Article == a.ID && q.Revision < a.Revision })
	if len(cited) == 0 {
		return c, false, nil
	}
	old, err := d.c.Library.Article(ctx, a.ID, revision)
	if errors.Is(err, briefings.ErrNotFound) {
		return c, false, nil // what can't be read any more can't be quoted either
	}
	if err != nil {
		return c, false, fmt.Errorf("read revision %d: %w", revision, err)
	}
	c, correction := compared(old, a, cited, func(change briefings.SentenceChange) string { return change.Old })
	oldFirst, oldLast := briefings.CorrectionNotice(old)
	gone = gone && !withdrawn(old, oldFirst, oldLast)
	c.Withdrawn = gone
	return c, gone || correction && len(c.Changes) > 0, nil
}

// compared is what changed from one revision of an article to another in the sentences that are cited: which says on which side
// they stand. correction is whether the newer one says that the older was wrong.
func compared(old, a briefings.Article, cited []briefings.Citation, which func(briefings.SentenceChange) string) (c present.Correction, correction bool) {
	r := briefings.Revise(old, a)
	return correctionOf(r, old, a, cited, which), r.Correction
}

// correctionOf is a correction for those who cite a report, in the words of both versions or of both reports.
func correctionOf(r briefings.Revision, old, a briefings.Article, cited []briefings.Citation, which func(briefings.SentenceChange) string) (c present.Correction) {
	c = present.Correction{Was: versionOf(old, cited[0]), Is: versionOf(a, cited[0]), WasRead: old.Read, IsRead: a.Read}
	if r.Notice != "" {
		c.Notice = c.Is
		c.Notice.Quote, c.Notice.Sentence = r.Notice, r.NoticeIndex
	}
	for _, change := range r.Changes {
		if change.Old == "" || which(change) == "" || !quotes(cited, which(change)) {
			continue
		}
		s := present.CorrectedSentence{Old: c.Was}
		s.Old.Quote, s.Old.Sentence = change.Old, change.OldIndex
		if change.New != "" {
			s.New = c.Is
			s.New.Quote, s.New.Sentence = change.New, change.NewIndex
		}
		c.Changes = append(c.Changes, s)
	}
	return c
}

// library is where the bot looks up what an answer cites, where its newsroom can.
type library interface {
	Article(ctx context.Context, id string, revision int) (briefings.Article, error)
}

// correctedIn finds, for what an answer cites in its corrected form, how it read before; and where one report of a source
// says that another was wrong which the answer cites, or cites the one that says so, what stands in both.
func (b *Bot) correctedIn(ctx context.Context, answer briefings.Answer) (list []present.Correction) {
	library, ok := b.c.Newsroom.(library)
	if !ok {
		return nil
	}
	cited := map[string][]briefings.Citation{}
	var order []string
	for _, c := range answer.Claims {
		for _, q := range c.Citations {
			if cited[q.Article] == nil {
				order = append(order, q.Article)
			}
			cited[q.Article] = append(cited[q.Article], q)
		}
	}
	list = b.superseded(ctx, library, answer, cited, order)
	for _, id := range order {
		if cited[id][0].Revision < 2 {
			continue
		}
		now, err := library.Article(ctx, id, cited[id][0].Revision)
		if err != nil {
			b.c.Log.WarnContext(ctx, "how a cited report read before could not be looked up", "article", id, "error", err)
			continue
		}
		old, err := library.Article(ctx, id, now.Revision-1)
		if err != nil {
			continue // it is not kept any more
		}
		c, correction := compared(old, now, cited[id], func(change briefings.SentenceChange) string { return change.New })
		if correction && len(c.Changes) > 0 {
			list = append(list, c)
		}
	}
	return list
}

// mostRelated is how many of the reports that an answer was found in are held against those that it cites.
const mostRelated = 10

// superseded finds the reports about the same that correct what an answer cites, or are corrected by it.
func (b *Bot) superseded(ctx context.Context, library library, answer briefings.Answer, cited map[string][]briefings.Citation, order []string) (list []present.Correction) {
	related := slices.Clone(order)
	documents := slices.Clone(answer.Documents[:min(len(answer.Documents), mostRelated)])
	for _, part := range answer.Parts {
		documents = append(documents, part.Documents[:min(len(part.Documents), mostRelated)]...)
	}
	for _, id := range documents {
		if !slices.Contains(related, id) {
			related = append(related, id)
		}
	}
	read := make([]briefings.Article, 0, len(related))
	for _, id := range related {
		if a, err := library.Article(ctx, id, 0); err == nil { // else it is not kept any more, or not for this channel
			read = append(read, a)
		}
	}
	for _, now := range read {
		if first, _ := briefings.CorrectionNotice(now); first < 0 {
			continue
		}
		for _, old := range read {
			if old.ID == now.ID || cited[old.ID] == nil && cited[now.ID] == nil {
				continue
			}
			r, ok := briefings.Supersedes(old, now)
			if !ok {
				continue
			}
			var c present.Correction
			if quotes := cited[now.ID]; quotes != nil {
				c = correctionOf(r, old, now, quotes, func(change briefings.SentenceChange) string { return change.New })
			}
			if quotes := cited[old.ID]; quotes != nil && len(c.Changes) == 0 {
				c = correctionOf(r, old, now, quotes, func(change briefings.SentenceChange) string { return change.Old })
			}
			if len(c.Changes) > 0 {
				list = append(list, c)
			}
		}
	}
	return list
}

// versionOf cites a revision of an article as a whole; like is a citation of it with what is known of its source.
func versionOf(a briefings.Article, like briefings.Citation) briefings.Citation {
	return briefings.Citation{
		Article: a.ID, Revision: a.Revision, Title: a.Title, Outlet: a.Outlet, URL: a.URL, Label: a.Label, Published: a.Published, DateOnly: a.DateOnly,
		Unreviewed: like.Unreviewed,
	}
}

// quotes says whether any of the citations quotes from a sentence.
func quotes(cited []briefings.Citation, sentence string) bool {
	for _, q := range cited {
		if q.Quote != "" && (strings.Contains(sentence, q.Quote) || strings.Contains(q.Quote, sentence)) {
			return true
		}
	}
	return false
}

// tell announces a correction to the channel of a delivery, unless it was told.
func (d *CorrectionDesk) tell(ctx context.Context, a briefings.Article, reader digest.Delivery, c present.Correction) (bool, error) {
	at := reader.Address
	now := func() time.Time { return d.now(at.Platform) }
	key := fmt.Sprintf("%s%s:%d:%s#%d", keyCorrection, reader.Subscription, reader.Slot.UnixMilli(), a.ID, a.Revision)
	if c.Was.Article != a.ID {
		key += ":" + c.Was.Article
	}
	for range 5 {
		line, err := digest.Line(ctx, d.c.Board, at, now())
		if err != nil {
			return false, err
		}
		n := digest.Notice{Key: key, At: now(), Edition: briefings.Edition{AsOf: now()}}
		if err := d.word(ctx, &n, line, reader, c); err != nil {
			return false, err
		}
		err = d.c.Board.Announce(ctx, line, n)
		switch {
		case errors.Is(err, digest.ErrTold):
			return false, nil
		case errors.Is(err, digest.ErrChanged): // something else was announced there at this moment
			continue
		case err != nil:
			return false, err
		}
		d.c.Log.InfoContext(ctx, "a correction follows its readers", "address", at.String(), "article", a.ID, "revision", a.Revision)
		if d.c.Wake != nil {
			d.c.Wake(at.Platform)
		}
		return true, nil
	}
	return false, digest.ErrChanged
}

// word makes the parts of a notice: the marks on what was delivered, then the note for its thread.
func (d *CorrectionDesk) word(ctx context.Context, n *digest.Notice, line digest.Subscription, reader digest.Delivery, c present.Correction) error {
	r, err := readerOf(ctx, d.c.Memory, reader.Address, d.c.Zone, n.At)
	if err != nil {
		return err
	}
	poster := d.c.Posters[reader.Address.Platform]
	if _, ok := poster.(message.Editor); ok {
		told, err := d.c.Board.Notices(ctx, line.ID, reader.Slot)
		if err != nil {
			return err
		}
		for i, p := range reader.Parts {
			m := new(message.Message)
			if p.State != digest.PartSent || json.Unmarshal(newestOf(p, told), m) != nil || i > 0 && !sourcesHave(m, c.Was.URL) {
				continue
			}
			parts, err := fitted(poster, present.Marked(m, []present.Correction{c}, r))
			if err != nil {
				return err
			}
			parts[0].Edits = p.Ref
			n.Parts = append(n.Parts, parts[0]) // a mark comes first; what no longer fits is said by the note
		}
	}
	if len(n.Parts) == 0 {
		n.Place = reader.Address
		if thread, ok := threadOf(poster, reader.Parts[0].Ref); ok && reader.Address.Thread == "" {
			n.Place = thread
		}
	}
	note, err := fitted(poster, present.CorrectionNote(c, r))
	n.Parts = append(n.Parts, note...)
	return err
}

// newestOf is how a delivered part reads now: as it was posted, or as a notice has changed it since.
func newestOf(p digest.Part, told []digest.Notice) json.RawMessage {
	for _, n := range told { // the newest first
		for _, changed := range n.Parts {
			if changed.Edits.ID != "" && changed.Edits.ID == p.Ref.ID && changed.Edits.Address.Channel == p.Ref.Address.Channel && changed.State != digest.PartFailed {
				return changed.Message
			}
		}
	}
	return p.Message
}

// sourcesHave says whether a message cites an address.
func sourcesHave(m *message.Message, url string) bool {
	for _, b := range m.Blocks {
		s, ok := b.(message.Sources)
		for _, item := range s.Items {
			if ok && url != "" && item.URL == url {
				return true
			}
		}
	}
	return false
}

// readerOf is a channel as a reader of what is told to it.
func readerOf(ctx context.Context, m Memory, at message.Address, zone string, now time.Time) (present.Reader, error) {
	values := map[string]string{}
	for _, name := range []string{settingZone, settingLanguage, settingPlace} {
		value, err := m.Setting(ctx, scope(at), name)
		if err != nil {
			return present.Reader{}, fmt.Errorf("read the setting %s: %w", name, err)
		}
		values[name] = value
	}
	location, err := time.LoadLocation(cmp.Or(values[settingZone], zone))
	if err != nil {
		return present.Reader{}, fmt.Errorf("read the channel's zone: %w", err)
	}
	return present.Reader{Locale: cmp.Or(values[settingLanguage], values[settingPlace]), Zone: location, Now: now}, nil
}
