package slack

import (
	"time"

	"attache/bot/message"
)

// The few sentences that only Slack has need of. Everything about answers and digests is worded by the bot.

const (
	wordsWorking  = "One moment: I'm reading the sources. The answer follows here, for you alone."
	wordsInPublic = "One moment: I'm reading the sources. The answer follows in this channel."
	wordsReading  = "One moment: I'm reading the sources."
	wordsBusy     = "I have more questions than I can answer right now, so I did not take this one. Please ask again in a minute."
	wordsStopping = "I'm being restarted and could not finish this. Please ask again in a minute."
	wordsFailed   = "Something went wrong on my side and I have no answer. Please ask again in a minute."
	wordsTooLong  = "This took too long and I stopped. Please ask again, or ask for less at once."
	wordsStopped  = "Stopped, as you asked."
	wordsUnsure   = "I answered, but Slack did not confirm that the answer arrived. If you don't see it, please ask again."
	wordsFile     = "I can't open files. Please paste the text or a link to the report."
	wordsPosted   = "The answer is in the channel."
	wordsShared   = "Shared in the channel."
	wordsTooOld   = "This answer is too old to be shared. Ask again with “/brief public” in front of your question, and I answer in the channel."
	wordsNoDoor   = "I can't write in this channel. Invite me with “/invite @attache”, then ask again."
	wordsReason   = "It helps whoever runs Attaché here to make it better. Your name is kept with it."
	labelShare    = "Share in channel"
)

// Names of what we put into buttons, shortcuts and modals ourselves.
const (
	actionShare    = "slack.share"
	actionOpen     = "slack.open"
	botShare       = "share"    // the bot's own, under an answer that it keeps private
	botEvidence    = "evidence" // the bot's own; its value names the exchange
	callbackLookUp = "look_up"
)

// say is a message of one sentence.
func say(words string, tone message.Tone) *message.Message {
	return &message.Message{Gist: words, Tone: tone, Blocks: []message.Block{message.P(message.T(words))}}
}

// responseWindow is how long a response_url lives, and responsePosts how often it may be used.
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
const (
	responseWindow = 30 * time.Minute
	responsePosts  = 5
)
