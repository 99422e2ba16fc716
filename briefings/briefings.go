// Package briefings is the newsroom: it reads articles, answers questions about them and composes editions of a digest,
// and it has never heard of chat.
//
// A Report comes in (from a file, a link, a feed) and NewArticle makes an Article of it: passages, sentences with byte
// offsets, and, on demand, Statements (who said what). Engine.Read keeps it in the Library and in the index.
//
// Engine.Ask completes a question from its thread, finds passages (package search), ranks their sentences, and hands them
// to a Drafter as a Brief. The embedded Drafter, Extractive, quotes; another may be a language model. Whatever comes back
// goes through ground: a claim stays only if each of its quotes stands word for word in the article revision that it
// cites and the claim adds no name, number, date or quotation that its quotes lack. An answer without a claim left is the
// verdict NotInSources, which says what was searched and until when.
//
// Engine.Compose makes an Edition for a Beat and a Window: articles on the beat, grouped into stories, tagged against the
// last edition delivered to the same channel, and grounded in the same way.
//
// The doors are Library (where articles are kept), Fetcher (the outside world) and Drafter (who words an answer).
package briefings
