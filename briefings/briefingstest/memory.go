package briefingstest

import "attache/briefings"

// NewLibrary returns a Library in memory that holds the articles given.
func NewLibrary(articles ...briefings.Article) *briefings.Shelf {
	return briefings.NewShelf(articles...)
}
