package slack

import (
	"fmt"
	"strings"
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

// words are what the home and its forms say, in the reader's language.
type words struct {
	digests, settings, settingsHelp    string
	noDigests, here, next              string
	preview, edit, pause, resume       string
	remove, removeSure, keep           string
	previewed                          string
	moreDigests                        string // with the number
	addDigest, addSource, addWatch     string // at most 24 characters: they title the forms too
	zone, managers, answers, language  string // at most 24 characters
	zoneHelp, managersHelp, answerHelp string
	languageHelp                       string
}

var englishWords = words{
	digests: "Digests", settings: "Settings", settingsHelp: "Each channel has its own. Press one and choose the channel.",
	noDigests: "No channel has a digest yet. Press “Add a digest” and choose a channel.", here: "Here, in my messages", next: "Next:",
	preview: "Preview", edit: "Edit", pause: "Pause", resume: "Resume",
	remove: "Remove", removeSure: "Remove this digest for good? To stop it for a while, pause it instead.", keep: "Keep it",
	previewed:   "The preview is in your messages with me.",
	moreDigests: "and %d more; “/brief digest list” in a channel shows its own.",
	addDigest:   "Add a digest", addSource: "Add a source", addWatch: "Add to the watch list",
	zone: "Time zone", managers: "Who may manage", answers: "Where answers go", language: "Language",
	zoneHelp:     "A time zone such as Asia/Seoul, or default.",
	managersHelp: "everyone, or the people who may manage this channel's digests, such as U012AB3CD U034EF5GH; or default.",
	languageHelp: "The language of this channel's digests: en, fr or ko; or default.",
	answerHelp:   "channel for everyone to see, private for whoever asks alone; or default.",
}

var frenchWords = words{
	digests: "Digests", settings: "Réglages", settingsHelp: "Chaque canal a les siens. Choisissez-en un, puis le canal.",
	noDigests: "Aucun canal n’a encore de digest. Choisissez « Ajouter un digest », puis un canal.", here: "Ici, dans mes messages", next: "Prochain :",
	preview: "Aperçu", edit: "Modifier", pause: "Suspendre", resume: "Reprendre",
	remove: "Supprimer", removeSure: "Supprimer ce digest pour de bon ? Pour l’arrêter un moment, suspendez-le.", keep: "Le garder",
	previewed:   "L’aperçu est dans nos messages privés.",
	moreDigests: "et %d autres ; « /brief digest list » dans un canal montre les siens.",
	addDigest:   "Ajouter un digest", addSource: "Ajouter une source", addWatch: "Mettre en veille",
	zone: "Fuseau horaire", managers: "Qui peut gérer", answers: "Où vont les réponses", language: "Langue",
	zoneHelp:     "Un fuseau horaire comme Europe/Paris, ou default.",
	managersHelp: "everyone, ou les personnes qui gèrent les digests de ce canal, comme U012AB3CD U034EF5GH ; ou default.",
	languageHelp: "La langue des digests de ce canal : en, fr ou ko ; ou default.",
	answerHelp:   "channel pour que tous voient les réponses, private pour la personne qui demande ; ou default.",
}

var koreanWords = words{
	digests: "다이제스트", settings: "설정", settingsHelp: "채널마다 따로 있습니다. 하나를 누르고 채널을 고르세요.",
	noDigests: "아직 다이제스트가 있는 채널이 없습니다. “다이제스트 추가”를 누르고 채널을 고르세요.", here: "여기, 저와의 메시지", next: "다음:",
	preview: "미리보기", edit: "수정", pause: "멈춤", resume: "재개",
	remove: "삭제", removeSure: "이 다이제스트를 완전히 없앨까요? 잠시 멈추려면 멈춤을 누르세요.", keep: "그대로 두기",
	previewed:   "미리보기를 개인 메시지로 보냈습니다.",
	moreDigests: "그리고 %d개 더 있습니다. 채널에서 “/brief digest list”를 쓰면 그 채널의 것을 보여 줍니다.",
	addDigest:   "다이제스트 추가", addSource: "출처 추가", addWatch: "관심 목록에 추가",
	zone: "시간대", managers: "관리할 수 있는 사람", answers: "답변 위치", language: "언어",
	zoneHelp:     "시간대. 예: Asia/Seoul. 또는 default.",
	managersHelp: "everyone, 또는 이 채널의 다이제스트를 관리할 사람. 예: U012AB3CD U034EF5GH. 또는 default.",
	languageHelp: "이 채널의 다이제스트 언어: en, fr, ko 또는 default.",
	answerHelp:   "모두에게 보이려면 channel, 질문한 사람에게만 보이려면 private. 또는 default.",
}

// wordsFor returns the words in the language of a locale such as "fr-FR".
func wordsFor(locale string) words {
	language, _, _ := strings.Cut(strings.ToLower(locale), "-")
	switch language {
	case "fr":
		return frenchWords
	case "ko":
		return koreanWords
	}
	return englishWords
}

// form names what can be added.
func (w words) form(group string) string {
	switch group {
	case "digest":
		return w.addDigest
	case "source":
		return w.addSource
	}
	return w.addWatch
}

// setting names a setting of a channel; one that has no name in words has its own.
func (w words) setting(name string) string {
	switch name {
	case "zone":
		return w.zone
	case "managers":
		return w.managers
	case "answers":
		return w.answers
	case "language":
		return w.language
	}
	return name
}

func (w words) settingHelp(name string) string {
	switch name {
	case "zone":
		return w.zoneHelp
	case "managers":
		return w.managersHelp
	case "answers":
		return w.answerHelp
	case "language":
		return w.languageHelp
	}
	return ""
}

func (w words) more(n int) string { return fmt.Sprintf(w.moreDigests, n) }

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
