package briefings

import "time"

// Beat is what a channel follows. An empty list leaves that side open; an empty Beat is everything.
type Beat struct {
	Name      string   `json:"name,omitempty"`      // what people call it: "Korean peninsula"
	Topics    []string `json:"topics,omitempty"`    // what an article must be about, any of them: words, "@name", a country, a starter (ReadTopic)
	Countries []string `json:"countries,omitempty"` // ISO 3166 alpha-2
	Actors    []string `json:"actors,omitempty"`    // people and organisations
	Outlets   []string `json:"outlets,omitempty"`
	Languages []string `json:"languages,omitempty"`
	Without   []string `json:"without,omitempty"` // an article about any of these is left out
	Watch     []string `json:"watch,omitempty"`   // a hit ranks an item first and is named
}

// Window is a span of time, From included and To excluded.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Tag says what an item is to this channel.
type Tag string

// The tags of an item.
const (
	TagNew       Tag = "new"
	TagUpdated   Tag = "updated"
	TagDisputed  Tag = "disputed"
	TagCorrected Tag = "corrected"
)

// Item is one story in an edition.
type Item struct {
	Story    string   `json:"story"` // the story's id
	Tag      Tag      `json:"tag"`
	Headline string   `json:"headline"` // in the outlet's words
	Lead     Citation `json:"lead"`     // where the headline stands
	Claims   []Claim  `json:"claims"`   // one to three, the most telling first
	Changes  []Change `json:"changes"`  // with TagUpdated and TagCorrected
	Sides    []Claim  `json:"sides"`    // with TagDisputed: what each speaker says
	Hits     []string `json:"hits"`     // watch-list entries that it meets
	Outlets  []string `json:"outlets"`  // who reported it
	Origins  int      `json:"origins"`  // how many of them independently
	Score    float64  `json:"score"`    // importance within the edition
	Reasons  []string `json:"reasons"`  // what the score is made of, for people
	Articles []string `json:"articles"` // ids, newest first
	// Earlier are the articles of the story that the channel has had before: what this item goes on from.
	Earlier []string  `json:"earlier,omitempty"`
	Newest  time.Time `json:"newest"` // when its newest article was published
	// Said is who said what in the reports, the most telling first and each speaker's say once. Background is one sentence of an
	// earlier report about the same matter, or none. Both are for the story in full.
	Said       []Claim `json:"said,omitempty"`
	Background []Claim `json:"background,omitempty"`
	// Ended is, in a weekly review, how what was disputed stands at its end; empty elsewhere.
	Ended Ending `json:"ended,omitempty"`
}

// Change is a claim that took another's place.
type Change struct {
	Old Claim `json:"old"`
	New Claim `json:"new"`
}

// Edition is one issue of a digest.
type Edition struct {
	Beat   Beat      `json:"beat"`
	Window Window    `json:"window"`
	AsOf   time.Time `json:"as_of"`
	// Composed is when it was made: what was read later isn't in it.
	Composed time.Time `json:"composed,omitzero"`
	// Items are the stories, most important first. None is a quiet day.
	Items []Item `json:"items"`
	// Read is how many articles were read in the window, Matched how many of them are on the beat, Below how many stories
	// were left out because the edition was full.
	Read    int `json:"read"`
	Matched int `json:"matched"`
	Below   int `json:"below"`
	// Outlets is how many outlets the articles read are of.
	Outlets int `json:"outlets,omitempty"`
	// Failing names the sources that could not be read.
	Failing []string `json:"failing,omitempty"`
	// Carried are the keys of every claim that this edition and those delivered before it have shown: what is in it isn't
	// news again.
	Carried []string `json:"carried,omitempty"`
	// Review is what only a weekly review has; nil in a digest.
	Review *Review `json:"review,omitempty"`
}

// Assignment is the work order of an edition.
type Assignment struct {
	Beat   Beat
	Window Window
	// Last is the last edition that was delivered to the same channel; nil for the first.
	Last *Edition
	// Most is how many items the edition may have; zero means 5.
	Most int
	// Seen leaves out what was read later: an edition of the past is made as it was made then. Zero means all.
	Seen time.Time
	// For is the channel (message.Address.String) that the edition is for: it is made of what the channel may see, and what its
	// workspace has reviewed counts as reviewed. Empty means that who looks under the context sees (see Viewing), and that every
	// review counts.
	For string
	// Backlog asks for what sources listed when they were first read as well: for somebody who wants to see what there is. A
	// digest that comes by itself begins with what is published afterwards.
	Backlog bool
	// Review asks for a review of the window instead of a digest: what moved in it, what was disputed and what was corrected,
	// whether the channel was told of it or not. Last counts for nothing then.
	Review bool
}

// Fate is where an article ended in an edition.
type Fate struct {
	Article string `json:"article"`
	// Outcome is one of "posted", "merged", "below", "off-beat", "left-out", "old", "ahead", "backlog", "known",
	// "unread".
	Outcome string   `json:"outcome"`
	Reasons []string `json:"reasons"`         // for people
	Item    int      `json:"item,omitempty"`  // number of the item, from 1, when posted or merged
	Short   float64  `json:"short,omitempty"` // with "below": how much score was missing
}

// Profile is what an actor said and was said to have done.
type Profile struct {
	Actor  string    `json:"actor"`
	Names  []string  `json:"names"` // how the articles name the actor
	Said   []Claim   `json:"said"`  // newest first
	Denied []Claim   `json:"denied"`
	About  []Claim   `json:"about"` // what others say the actor did
	AsOf   time.Time `json:"as_of"`
}
