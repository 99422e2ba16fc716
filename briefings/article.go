package briefings

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"
)

// Report is what an outlet published, as it came: fetched, typed or read from a file. NewArticle makes an Article of it.
type Report struct {
	// ID is the library's name for the article. Empty means: derived from URL or, without one, from title and text.
	ID       string
	URL      string // the address to show and link; may be empty
	Title    string
	Outlet   string
	Byline   string
	Language string // BCP 47, such as "en"; empty means not known
	// Label is a caution shown wherever the outlet is named, such as "state media, North Korea".
	Label string
	// Published is when the outlet published it; zero means not known.
	Published time.Time
	// DateOnly says that Published is known by its day and not by its hour.
	DateOnly bool
	// Text is the body: paragraphs separated by blank lines. It is foreign text, never markup.
	Text string
	// Source says how the report came here: a feed's address, "file", "paste", "embedded".
	Source string
	// Origin is the ID of the article that this one is a copy of, where that is known.
	Origin string
	// Backlog says that its source listed it when it was read for the first time: it can be asked about and is no news. A
	// later revision of it is none either.
	Backlog bool
	// Unreviewed says that nobody had reviewed its source when it was read, or that it came by a link that somebody sent. In
	// what the engine hands out it says how that stands now.
	Unreviewed bool
	// Owner is for whom it was brought: "" is everyone, else a workspace or one of its channels. A library keeps it as a
	// Sighting, for an article may have several: the articles that it hands out have none.
	Owner string
	// Picture is the one that the report leads with; zero where there is none.
	Picture Picture
}

// Picture is a picture that an outlet shows with a report. It is known by its address alone and never fetched.
type Picture struct {
	URL    string `json:"url"`              // https
	Credit string `json:"credit,omitempty"` // who took it, as the outlet says; empty where it does not
	Alt    string `json:"alt,omitempty"`    // what it shows, in the outlet's words
}

// Article is a report in the library: cleaned, cut into passages and sentences, and never changed. A changed text is
// a new Revision under the same ID; citations name the revision that they quote.
type Article struct {
	Report
	Revision int       // 1 for the first
	Read     time.Time // when it entered the library
	Hash     string    // SHA-256 of title and text
	// Seq grows with every article and revision that a library saves; see Library.Since.
	Seq       int64
	Sentences []Sentence
	Passages  []Passage
}

// Role says what a sentence is in its article.
type Role string

// The roles of a sentence.
const (
	RoleBody     Role = ""
	RoleHeadline Role = "headline" // the article's title; Start and End count in Title
	RoleHeading  Role = "heading"  // a heading inside the body
	RoleCaption  Role = "caption"  // a picture's caption or credit
)

// Sentence is a part of an article that can be cited. Start and End are byte offsets into Text (for the headline: into
// Title), so that Text[Start:End] is the sentence word for word.
type Sentence struct {
	Index   int // in Article.Sentences; 0 is the headline where there is one
	Passage int // in Article.Passages; -1 for the headline
	Start   int
	End     int
	Role    Role
}

// Passage is a run of sentences that are read together: a paragraph, or several short ones.
type Passage struct {
	Index int
	Start int // byte offsets into Text
	End   int
	First int // Sentences[First:Last]
	Last  int
}

// Sentence returns the text of sentence i, or "" where there is none.
func (a Article) Sentence(i int) string {
	if i < 0 || i >= len(a.Sentences) {
		return ""
	}
	s := a.Sentences[i]
	if s.Role == RoleHeadline {
		return a.Title[s.Start:s.End]
	}
	return a.Text[s.Start:s.End]
}

// Cite quotes sentence i as a whole.
func (a Article) Cite(i int) Citation {
	s := a.Sentences[i]
	return Citation{
		Article: a.ID, Revision: a.Revision, URL: a.URL, Title: a.Title, Outlet: a.Outlet, Label: a.Label,
		Published: a.Published, DateOnly: a.DateOnly, Unreviewed: a.Unreviewed, Sentence: i, Quote: a.Sentence(i), Start: s.Start, End: s.End,
	}
}

// Limits on what is read into the library.
const (
	MaxText  = 2 << 20 // bytes of an article's text; a longer one is refused with ErrTooLarge
	MaxTitle = 1000    // bytes of a title; a longer one is cut at a word
)

// Errors of NewArticle and of a Library.
var (
	ErrEmpty    = errors.New("the report has no text")
	ErrTooLarge = errors.New("the report is larger than 2 MB")
	ErrNotFound = errors.New("not in the library")
)

// Citation is a quote that stands word for word in a revision of an article.
type Citation struct {
	Article   string    `json:"article"`
	Revision  int       `json:"revision"`
	URL       string    `json:"url"`
	Title     string    `json:"title,omitempty"`
	Outlet    string    `json:"outlet,omitempty"`
	Label     string    `json:"label,omitempty"`
	Published time.Time `json:"published,omitzero"`
	DateOnly  bool      `json:"date_only,omitempty"`
	// Unreviewed says that nobody has reviewed the source that the article came from.
	Unreviewed bool   `json:"unreviewed,omitempty"`
	Sentence   int    `json:"sentence"` // index in the article's sentences
	Quote      string `json:"quote"`
	Start      int    `json:"start"` // byte offsets of Quote in the article's text (in its title for the headline)
	End        int    `json:"end"`
}

// Stance says what a speaker does with what they say.
type Stance string

// The stances of a statement.
const (
	Says       Stance = "says"       // says, reports, announces, adds
	Claims     Stance = "claims"     // claims, alleges, insists: the article keeps its distance
	Denies     Stance = "denies"     // denies, rejects, refutes
	Condemns   Stance = "condemns"   // condemns, criticises, accuses
	Supports   Stance = "supports"   // praises, welcomes, backs
	Warns      Stance = "warns"      // warns, threatens, cautions
	Speculates Stance = "speculates" // believes, suspects, speculates, estimates
	Asks       Stance = "asks"       // asks, urges, demands, calls for
	Promises   Stance = "promises"   // pledges, vows, agrees
)

// SpeakerKind says what a speaker is.
type SpeakerKind string

// The kinds of a speaker.
const (
	SpeakerPerson      SpeakerKind = "person"
	SpeakerInstitution SpeakerKind = "institution" // a ministry, a government, a country speaking through its capital
	SpeakerOutlet      SpeakerKind = "outlet"      // an agency, a newspaper, a broadcaster
	SpeakerAnonymous   SpeakerKind = "anonymous"   // "a ministry official", "sources"
)

// Speaker is who said something, in the article's own words.
type Speaker struct {
	// Name is as written at the statement, such as "a ministry official"; for a pronoun it is whom the pronoun stands for.
	Name string `json:"name"`
	// Full is Name with the apposition behind it ("Kalev Saar, a rescue worker"), or the longer form that the article has of it;
	// empty where Name says all.
	Full string      `json:"full,omitempty"`
	Kind SpeakerKind `json:"kind,omitempty"`
	// Via is the outlet or institution that passes the words on ("KCNA quoted her as saying"); empty without one.
	Via string `json:"via,omitempty"`
}

// Statement is who said what in one sentence of an article.
type Statement struct {
	Speaker  Speaker `json:"speaker"`
	Verb     string  `json:"verb"` // the cue as written: "condemned", "according to"
	Stance   Stance  `json:"stance"`
	Direct   bool    `json:"direct,omitempty"`   // the words stand in quotation marks
	Audience string  `json:"audience,omitempty"` // "told reporters", "on condition of anonymity"
	Sentence int     `json:"sentence"`           // index in the article's sentences
	Start    int     `json:"start"`              // byte offsets of the reported content in the article's text
	End      int     `json:"end"`
	Text     string  `json:"text"` // the reported content, word for word
}

// hash identifies a title and text.
func hash(title, text string) string {
	sum := sha256.Sum256([]byte(title + "\x00" + text))
	return hex.EncodeToString(sum[:])
}
