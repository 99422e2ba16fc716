// Package bottest holds what the bot's packages and every adapter are tested with.
//
// Store keeps digests and conversations in memory; DigestStore and Memory are the suites that it and every other store
// passes. Platform is a chat platform in memory: it accepts messages, counts them per channel and key, and makes the
// faults that it was told to make (an answer that is lost after the message was accepted, a request to come back later, a
// channel that is gone), so that a test can tell what a reader would have seen.
package bottest
