package slack

import (
	"fmt"
	"strings"
	"time"

	"attache/bot"
	"attache/bot/message"
)

// words are what only Slack has need of, in the reader's language: the lines around an answer, the home and its forms.
// Everything about answers and digests is worded by the bot.
type words struct {
	// Before an answer and in its place.
	working, inPublic, reading      string
	busy, stopping, failed, tooLong string
	stopped, unsure, file           string
	posted, shared, tooOld, noDoor  string
	share                           string // label
	what, latest, help, sources     string // what an agent suggests to ask; its title first
	news                            string // the same, with what the channel follows that the person looks at
	why, wrong, reason              string // the form after “not helpful”; its title first, at most 24 characters
	send, cancel, channel           string // at most 24 characters
	// The pages on which a workspace adds the app; a title and a sentence each.
	lang                     string // of the page, for its reader's browser
	stale, staleHelp         string
	declined, declinedHelp   string
	refusedApp, refusedHelp  string
	installed, installedHelp string // with the workspace's name
	// The home.
	digests, settings, settingsHelp    string
	noDigests, here, next              string
	preview, edit, pause, resume       string
	remove, removeSure, keep           string
	previewed                          string
	moreDigests                        string // with the number
	addDigest, addSource, addWatch     string // at most 24 characters: they title the forms too
	pasteText                          string // titles a form, at most 24 characters
	zone, managers, answers, language  string // at most 24 characters
	zoneHelp, managersHelp, answerHelp string
	languageHelp                       string
}

var englishWords = words{
	lang: "en", stale: "This link is not valid any more", staleHelp: "Please begin again at the address that ends in /slack/install, in the same browser.",
	declined: "Attaché was not added", declinedHelp: "Nothing was changed. You may close this page.",
	refusedApp: "Attaché could not be added", refusedHelp: "Slack did not accept the installation. Please begin again at the address that ends in /slack/install.",
	installed: "Attaché is in %s", installedHelp: "In Slack, type /brief help, or write to Attaché directly. You may close this page.",
	working:  "One moment: I’m reading the sources. The answer follows here, for you alone.",
	inPublic: "One moment: I’m reading the sources. The answer follows in this channel.",
	reading:  "One moment: I’m reading the sources.",
	busy:     "I have more questions than I can answer right now, so I did not take this one. Please ask again in a minute.",
	stopping: "I’m being restarted and could not finish this. Please ask again in a minute.",
	failed:   "Something went wrong on my side, and I have no answer. Please ask again in a minute; if it stays like this, tell whoever runs Attaché.",
	tooLong:  "This took too long and I stopped. Please ask again, or ask for less at once.",
	stopped:  "Stopped, as you asked.",
	unsure:   "I answered, but Slack did not confirm that the answer arrived. If you don’t see it, please ask again.",
	file:     "I can’t open files. Please paste the text or a link to the report.",
	posted:   "The answer is in the channel.",
	shared:   "Shared in the channel.",
	tooOld:   "This answer is too old to be shared. Ask again with “/brief public” in front of your question, and I answer in the channel.",
	noDoor:   "I can’t write in this channel. Invite me with “/invite @attache”, then ask again.",
	share:    "Share in channel",
	what:     "What would you like to know?", latest: "What is new?", help: "What can I ask?", sources: "What do you read?", news: "What is new on %s?",
	why: "What was wrong?", wrong: "What was wrong with it?",
	reason: "It helps whoever runs Attaché here to make it better. Your name is kept with it.",
	send:   "Send", cancel: "Cancel", channel: "Channel",

	digests: "Digests", settings: "Settings", settingsHelp: "Each channel has its own. Press one and choose the channel.",
	noDigests: "No channel has a digest yet. Press “Add a digest” and choose a channel.", here: "Here, in my messages", next: "Next:",
	preview: "Preview", edit: "Edit", pause: "Pause", resume: "Resume",
	remove: "Remove", removeSure: "Remove this digest for good? To stop it for a while, pause it instead.", keep: "Keep it",
	previewed:   "The preview is in your messages with me.",
	moreDigests: "and %d more; “/brief digest list” in a channel shows its own.",
	addDigest:   "Add a digest", addSource: "Add a source", addWatch: "Add to the watch list", pasteText: "Paste a report",
	zone: "Time zone", managers: "Who may manage", answers: "Where answers go", language: "Language",
	zoneHelp:     "A time zone such as Asia/Seoul, or default.",
	managersHelp: "everyone, or the people who may manage this channel’s digests, such as U012AB3CD U034EF5GH; or default.",
	languageHelp: "The language of this channel’s digests: en, fr or ko; or default.",
	answerHelp:   "channel for everyone to see, private for whoever asks alone; or default.",
}

var frenchWords = words{
	lang: "fr", stale: "Ce lien n’est plus valable", staleHelp: "Recommencez à l’adresse qui finit par /slack/install, dans le même navigateur.",
	declined: "Attaché n’a pas été ajouté", declinedHelp: "Rien n’a changé. Vous pouvez fermer cette page.",
	refusedApp: "Attaché n’a pas pu être ajouté", refusedHelp: "Slack n’a pas accepté l’installation. Recommencez à l’adresse qui finit par /slack/install.",
	installed: "Attaché est dans %s", installedHelp: "Dans Slack, écrivez /brief help, ou écrivez directement à Attaché. Vous pouvez fermer cette page.",
	working:  "Un instant : je lis les sources. La réponse arrive ici, pour vous seul.",
	inPublic: "Un instant : je lis les sources. La réponse arrive dans ce salon.",
	reading:  "Un instant : je lis les sources.",
	busy:     "J’ai plus de questions que je ne peux en traiter pour le moment et je n’ai pas pris celle-ci. Reposez-la dans une minute.",
	stopping: "On me redémarre et je n’ai pas pu finir. Reposez la question dans une minute.",
	failed:   "Quelque chose s’est mal passé de mon côté et je n’ai pas de réponse. Reposez la question dans une minute ; si cela continue, prévenez la personne qui s’occupe d’Attaché.",
	tooLong:  "C’était trop long et je me suis arrêté. Reposez la question, ou demandez moins à la fois.",
	stopped:  "Arrêté, comme vous l’avez demandé.",
	unsure:   "J’ai répondu, mais Slack n’a pas confirmé l’arrivée de la réponse. Si vous ne la voyez pas, reposez la question.",
	file:     "Je ne peux pas ouvrir de fichiers. Collez le texte ou un lien vers l’article.",
	posted:   "La réponse est dans le salon.",
	shared:   "Partagé dans le salon.",
	tooOld:   "Cette réponse est trop ancienne pour être partagée. Reposez la question avec « /brief public » devant, et je répondrai dans le salon.",
	noDoor:   "Je ne peux pas écrire dans ce salon. Invitez-moi avec « /invite @attache », puis reposez la question.",
	share:    "Partager dans le salon",
	what:     "Que voulez-vous savoir ?", latest: "Quoi de neuf ?", help: "Que puis-je demander ?", sources: "Que lisez-vous ?", news: "Quoi de neuf sur %s ?",
	why: "Qu’est-ce qui manque ?", wrong: "Qu’est-ce qui n’allait pas ?",
	reason: "Cela aide la personne qui s’occupe d’Attaché ici à l’améliorer. Votre nom est gardé avec.",
	send:   "Envoyer", cancel: "Annuler", channel: "Salon",

	digests: "Digests", settings: "Réglages", settingsHelp: "Chaque salon a les siens. Choisissez-en un, puis le salon.",
	noDigests: "Aucun salon n’a encore de digest. Choisissez « Ajouter un digest », puis un salon.", here: "Ici, dans mes messages", next: "Prochain :",
	preview: "Aperçu", edit: "Modifier", pause: "Mettre en pause", resume: "Reprendre",
	remove: "Supprimer", removeSure: "Supprimer ce digest pour de bon ? Pour l’arrêter un moment, mettez-le plutôt en pause.", keep: "Le garder",
	previewed:   "L’aperçu est dans nos messages privés.",
	moreDigests: "et %d autres ; « /brief digest list » dans un salon montre les siens.",
	addDigest:   "Ajouter un digest", addSource: "Ajouter une source", addWatch: "Ajouter à la veille", pasteText: "Coller un article",
	zone: "Fuseau horaire", managers: "Qui peut gérer", answers: "Où vont les réponses", language: "Langue",
	zoneHelp:     "Un fuseau horaire comme Europe/Paris, ou default.",
	managersHelp: "everyone, ou les personnes qui gèrent les digests de ce salon, comme U012AB3CD U034EF5GH ; ou default.",
	languageHelp: "La langue des digests de ce salon : en, fr ou ko ; ou default.",
	answerHelp:   "channel pour que tous voient les réponses, private pour la personne qui demande ; ou default.",
}

var koreanWords = words{
	lang: "ko", stale: "더는 쓸 수 없는 링크입니다", staleHelp: "같은 브라우저에서 /slack/install로 끝나는 주소를 열어 다시 시작해 주세요.",
	declined: "Attaché를 추가하지 않았습니다", declinedHelp: "바뀐 것은 없습니다. 이 페이지를 닫아도 됩니다.",
	refusedApp: "Attaché를 추가할 수 없었습니다", refusedHelp: "Slack이 설치를 받아들이지 않았습니다. /slack/install로 끝나는 주소에서 다시 시작해 주세요.",
	installed: "Attaché를 추가했습니다: %s", installedHelp: "Slack에서 /brief help를 쓰거나 Attaché에게 바로 메시지를 보내세요. 이 페이지를 닫아도 됩니다.",
	working:  "잠시만요, 출처를 읽고 있습니다. 답변은 여기에서 나에게만 보입니다.",
	inPublic: "잠시만요, 출처를 읽고 있습니다. 답변은 이 채널에 올라옵니다.",
	reading:  "잠시만요, 출처를 읽고 있습니다.",
	busy:     "지금은 질문이 너무 많아 이 질문을 받지 못했습니다. 1분 뒤에 다시 질문해 주세요.",
	stopping: "다시 시작하는 중이라 끝내지 못했습니다. 1분 뒤에 다시 질문해 주세요.",
	failed:   "제 쪽에서 문제가 생겨 답변하지 못했습니다. 1분 뒤에 다시 질문해 주세요. 계속되면 Attaché 운영자에게 알려 주세요.",
	tooLong:  "너무 오래 걸려 멈췄습니다. 다시 질문하거나 한 번에 더 적게 물어봐 주세요.",
	stopped:  "요청하신 대로 멈췄습니다.",
	unsure:   "답변했지만 도착했는지 Slack이 확인해 주지 않았습니다. 보이지 않으면 다시 질문해 주세요.",
	file:     "파일은 열 수 없습니다. 글이나 기사 링크를 붙여 넣어 주세요.",
	posted:   "답변을 채널에 올렸습니다.",
	shared:   "채널에 공유했습니다.",
	tooOld:   "너무 오래된 답변이라 공유할 수 없습니다. 질문 앞에 “/brief public”을 붙여 다시 질문하면 채널에 답변합니다.",
	noDoor:   "이 채널에 쓸 수 없습니다. “/invite @attache”로 초대한 뒤 다시 질문해 주세요.",
	share:    "채널에 공유",
	what:     "무엇이 궁금하세요?", latest: "새 소식이 있나요?", help: "무엇을 물어볼 수 있나요?", sources: "무엇을 읽나요?", news: "새 소식: %s",
	why: "무엇이 아쉬웠나요?", wrong: "어떤 점이 아쉬웠나요?",
	reason: "이곳의 Attaché 운영자가 더 낫게 고치는 데 도움이 됩니다. 이름도 함께 남습니다.",
	send:   "보내기", cancel: "취소", channel: "채널",

	digests: "다이제스트", settings: "설정", settingsHelp: "채널마다 따로 있습니다. 하나를 누르고 채널을 고르세요.",
	noDigests: "아직 다이제스트가 있는 채널이 없습니다. “다이제스트 추가”를 누르고 채널을 고르세요.", here: "여기, 저와의 메시지", next: "다음:",
	preview: "미리보기", edit: "수정", pause: "멈춤", resume: "재개",
	remove: "삭제", removeSure: "이 다이제스트를 완전히 삭제할까요? 잠시 멈추려면 멈춤을 누르세요.", keep: "그대로 두기",
	previewed:   "미리보기를 개인 메시지로 보냈습니다.",
	moreDigests: "그리고 %d개 더 있습니다. 채널에서 “/brief digest list”를 쓰면 그 채널의 것을 보여 줍니다.",
	addDigest:   "다이제스트 추가", addSource: "출처 추가", addWatch: "관심 목록에 추가", pasteText: "기사 붙여넣기",
	zone: "시간대", managers: "관리할 수 있는 사람", answers: "답변 위치", language: "언어",
	zoneHelp:     "시간대. 예: Asia/Seoul. 또는 default.",
	managersHelp: "everyone, 또는 이 채널의 다이제스트를 관리할 사람. 예: U012AB3CD U034EF5GH. 또는 default.",
	languageHelp: "이 채널의 다이제스트 언어: en, fr, ko 또는 default.",
	answerHelp:   "모두에게 보이려면 channel, 질문한 사람에게만 보이려면 private. 또는 default.",
}

// wordsOf returns the words in the language of whoever made a gesture, where it is known by now.
func (a *Adapter) wordsOf(g gesture) words {
	if g.request.User.Locale != "" {
		return wordsFor(g.request.User.Locale)
	}
	return wordsFor(a.people.locale(g.request.Address.Workspace, g.request.User.ID))
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
func (w words) form(c bot.Command) string {
	switch {
	case c.Verb() == "paste":
		return w.pasteText
	case c.Group() == "digest":
		return w.addDigest
	case c.Group() == "source":
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

func (w words) about(topics string) string { return fmt.Sprintf(w.news, topics) }

func (w words) more(n int) string { return fmt.Sprintf(w.moreDigests, n) }

// Names of what we put into buttons, shortcuts and modals ourselves.
const (
	actionShare    = "slack.share"
	actionVote     = "slack.vote" // a pair of thumbs; its value is the bot's own action and that one's value
	botHelpful     = "helpful"
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
