package bot

import "time"

// ArticleCard is an article in a list, ready for JSON.
type ArticleCard struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Outlet    string    `json:"outlet,omitempty"`
	Label     string    `json:"label,omitempty"`
	Byline    string    `json:"byline,omitempty"`
	Language  string    `json:"language,omitempty"`
	URL       string    `json:"url,omitempty"`
	Published time.Time `json:"published,omitzero"`
	DateOnly  bool      `json:"date_only,omitempty"`
	Revision  int       `json:"revision"`
	Sentences int       `json:"sentences"` // how many the article has
}

// ArticleView is an article to be read: its sentences in order, each with who said it.
type ArticleView struct {
	ArticleCard
	// Picture is the one that the outlet leads with; nil where there is none. It is linked to and never shown from its place.
	Picture *PictureView   `json:"picture,omitempty"`
	Body    []SentenceView `json:"body"`
}

// PictureView is a picture at its outlet.
type PictureView struct {
	URL    string `json:"url"`
	Credit string `json:"credit,omitempty"` // who took it
	Alt    string `json:"alt,omitempty"`    // what it shows
}

// SentenceView is one sentence of an ArticleView.
type SentenceView struct {
	Index int    `json:"index"`
	Text  string `json:"text"`
	// Role is "" for a sentence of the text, else "headline", "heading" or "caption".
	Role string `json:"role,omitempty"`
	// Passage numbers the paragraph; it is -1 for the headline.
	Passage    int             `json:"passage"`
	Statements []StatementView `json:"statements,omitempty"`
}

// StatementView says who said what in a sentence.
type StatementView struct {
	Speaker string `json:"speaker"`
	Via     string `json:"via,omitempty"`
	Kind    string `json:"kind,omitempty"`   // "person", "institution", "outlet", "anonymous"
	Stance  string `json:"stance,omitempty"` // "says", "claims", "denies", "condemns", …
	Verb    string `json:"verb,omitempty"`
	Direct  bool   `json:"direct,omitempty"` // the words stand in quotation marks
	Text    string `json:"text"`             // the reported content, word for word
}
