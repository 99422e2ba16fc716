package briefings

import (
	"context"
	"fmt"
	"time"
)

// Library keeps articles. Every implementation passes briefingstest.Library.
type Library interface {
	// Save keeps a. An article with the same ID and Hash as the newest revision is already there: it stays, and the
	// kept article comes back with new false. Another Hash under the same ID becomes the next Revision. Save assigns
	// Revision and Seq. In the same step it keeps a Sighting for a.Owner, from a.Read and the kept revision on, unless the owner
	// has one; no article is ever there without one.
	Save(ctx context.Context, a Article) (kept Article, isNew bool, err error)
	// Article returns the newest revision of id (revision 0) or the one asked for. ErrNotFound when there is none.
	Article(ctx context.Context, id string, revision int) (Article, error)
	// Since returns up to limit articles (newest revisions and older ones alike) with Seq above seq, in order of Seq.
	// An empty answer means that there are no more.
	Since(ctx context.Context, seq int64, limit int) ([]Article, error)
	// Sightings returns up to limit sightings with Seq above seq, in order of Seq, each as it stands: one that came and went is
	// there once. An empty answer means that there are no more.
	Sightings(ctx context.Context, seq int64, limit int) ([]Sighting, error)
	// Sight keeps a sighting unless its owner has one. ErrNotFound where there is no such article.
	Sight(ctx context.Context, s Sighting) error
	// TakeBack marks an owner's sighting of an article as gone. ErrNotFound where the owner has none.
	TakeBack(ctx context.Context, article, owner string) error
	// Sources returns the sources that are followed, in the order in which they were added.
	Sources(ctx context.Context) ([]Source, error)
	// SaveSource adds or replaces the source with s.ID.
	SaveSource(ctx context.Context, s Source) error
	// SavePoll records how s stands after a poll: URL, Title, NextAt, Checked, Etag, Modified, Failing, Since, Begun and
	// Newest. What people decide of it (Owner, Alone, Added, Paused, Reviewed, First) stays as it is kept. ErrNotFound when there is
	// none: a source that was removed while it was polled stays removed.
	SavePoll(ctx context.Context, s Source) error
	// RemoveSource forgets a source; its articles stay. ErrNotFound when there is none.
	RemoveSource(ctx context.Context, id string) error
}

// Source is a place from which reports are gathered again and again.
type Source struct {
	ID      string
	URL     string
	Title   string
	Owner   string // the address (message.Address.String) of the channel that added it; empty means everyone's
	Alone   bool   // what it brings is for the channel that added it alone, and not for its whole workspace
	Added   time.Time
	Paused  bool
	NextAt  time.Time // when it is polled next
	Checked time.Time // when it was last polled
	// Etag and Modified are what the server said last; they make the next request conditional.
	Etag     string
	Modified string
	Failing  string    // why the last poll failed, for people; empty when it did not
	Since    time.Time // when it began to fail
	// Reviewed is when somebody who may manage the channel vouched for it. Zero means that nobody has: what it brings is
	// marked wherever it is shown, and is no independent origin.
	Reviewed time.Time
	// Begun is when it was read for the first time: what it listed then counts as known, but for the First newest reports.
	// Zero means that this is still to come.
	Begun  time.Time
	First  int
	Newest time.Time // when the newest report that it has listed was published; zero where it dates none
}

// Brings is the owner of what the source brings.
func (s Source) Brings() string {
	if s.Alone || s.Owner == "" {
		return s.Owner
	}
	return WorkspaceOf(s.Owner)
}

// Fetcher reads the outside world. It refuses addresses that are not public.
type Fetcher interface {
	// Page reads one page as a report. An error is readable by the person who sent the link.
	Page(ctx context.Context, url string) (Report, error)
	// Poll reads a source: the reports that it lists now, newest first, and the source as it stands after the poll
	// (Title, Etag, Modified, NextAt). Nothing new since last time is an empty list and no error. A *ListError says
	// that the address is no source and lists some.
	Poll(ctx context.Context, s Source) ([]Report, Source, error)
}

// ListError says that an address is no source itself but a list of sources (OPML).
type ListError struct {
	Title   string
	Sources []Source // with URL and, where the list says it, Title
}

func (e *ListError) Error() string {
	return fmt.Sprintf("that is a list of %d feeds and no feed itself", len(e.Sources))
}
