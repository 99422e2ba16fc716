// Package present words what a person sees: every sentence that Attaché itself says in a channel stands here, and nowhere
// else.
//
// Each function turns what the newsroom or the bot has to tell into one message.Message: Answer, Evidence, Edition, Story,
// Profile, Why, the confirmations, the refusals. The sentences are templates in one table of phrases, a field for each, so
// that a translation is a second table; foreign text comes in through named places alone and is never a template.
//
// The rules of the house: the short answer first, in a sentence that names who said it; evidence in its own words; what
// somebody said is never told as a fact; the label of a state outlet stands beside its name; every answer says as of when;
// a refusal says why and what to do instead.
package present
