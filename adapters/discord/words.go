package discord

import "strings"

// words are what the adapter itself says to people: only what the bot never hears of.
type words struct {
	busy      string // the queue is full
	unended   string // an answer could not be finished in time
	failed    string // something broke
	expired   string // a button that no longer means anything
	direct    string // the answer went to the person alone
	hint      string // the message came without its text
	followUp  string // label of the button under an answer and title of the form
	about     string // label of the button under a digest
	question  string // label of the form's field
	shortened string // the message is cut because embeds are not allowed here
	private   string // help of the option
	paste     string // title of the form for a text
	correct   string // label of the button that opens a refused form again
	// A digest can't come to a channel.
	noMessages string // the kind of channel takes none
	mayNotPost string // the bot may not post there
}

var english = words{
	busy:      "I have more questions than I can answer right now, so I did not take this one. Please ask again in a minute.",
	unended:   "I could not finish this in time. Please ask again in a minute, or ask for less at once.",
	failed:    "Something went wrong on my side, and I have no answer. Please ask again in a minute; if it stays like this, tell whoever runs Attaché.",
	expired:   "This button is too old for me. Please ask again.",
	direct:    "I answered you in a direct message.",
	hint:      "Discord shows me messages here only when you mention me, or reply to me with the ping on. Mention me, or press the button.",
	followUp:  "Ask a follow-up",
	about:     "Ask about this",
	question:  "Your question",
	shortened: "Shortened. To see everything, let me use the permission Embed Links in this channel.",
	private:   "Show the answer to you alone",
	paste:     "Paste a report",
	correct:   "Correct it",

	noMessages: "I can’t post a digest in a channel of this kind. Use the command in a text channel.",
	mayNotPost: "I may not post in this channel. Let me use View Channel, Send Messages (in threads: Send Messages in Threads) and Embed Links here, and try again.",
}

var french = words{
	busy:      "J’ai plus de questions que je ne peux en traiter pour le moment et je n’ai pas pris celle-ci. Reposez-la dans une minute.",
	unended:   "Je n’ai pas pu finir à temps. Reposez la question dans une minute, ou demandez moins à la fois.",
	failed:    "Quelque chose s’est mal passé de mon côté et je n’ai pas de réponse. Reposez la question dans une minute ; si cela continue, prévenez la personne qui s’occupe d’Attaché.",
	expired:   "Ce bouton est trop ancien pour moi. Reposez la question.",
	direct:    "Je vous ai répondu en message privé.",
	hint:      "Discord ne me montre les messages ici que si vous me mentionnez, ou si vous me répondez avec la mention activée. Mentionnez-moi ou appuyez sur le bouton.",
	followUp:  "Poser une autre question",
	about:     "Poser une question",
	question:  "Votre question",
	shortened: "Message raccourci. Pour tout voir, accordez-moi la permission Intégrer des liens dans ce salon.",
	private:   "Ne montrer la réponse qu’à vous",
	paste:     "Coller un article",
	correct:   "Corriger",

	noMessages: "Je ne peux pas publier de digest dans un salon de ce type. Utilisez la commande dans un salon textuel.",
	mayNotPost: "Je ne peux pas publier dans ce salon. Accordez-moi ici Voir le salon, Envoyer des messages (dans les fils : Envoyer des messages dans les fils) et Intégrer des liens, puis réessayez.",
}

var korean = words{
	busy:      "지금은 질문이 너무 많아 이 질문을 받지 못했습니다. 1분 뒤에 다시 질문해 주세요.",
	unended:   "시간 안에 마치지 못했습니다. 1분 뒤에 다시 질문하거나 한 번에 더 적게 물어봐 주세요.",
	failed:    "제 쪽에서 문제가 생겨 답변하지 못했습니다. 1분 뒤에 다시 질문해 주세요. 계속되면 Attaché 운영자에게 알려 주세요.",
	expired:   "너무 오래된 버튼입니다. 다시 질문해 주세요.",
	direct:    "개인 메시지로 답변드렸습니다.",
	hint:      "Discord에서는 저를 멘션하거나, 알림을 켜고 제 메시지에 답장해야 제가 글을 읽을 수 있습니다. 저를 멘션하거나 버튼을 눌러 주세요.",
	followUp:  "이어서 질문하기",
	about:     "질문하기",
	question:  "질문",
	shortened: "일부만 표시했습니다. 전부 보려면 이 채널에서 저에게 링크 첨부 권한을 주세요.",
	private:   "답변을 나에게만 표시",
	paste:     "기사 붙여넣기",
	correct:   "고치기",

	noMessages: "이런 종류의 채널에는 다이제스트를 게시할 수 없습니다. 텍스트 채널에서 명령을 사용해 주세요.",
	mayNotPost: "이 채널에 게시할 수 없습니다. 채널 보기, 메시지 보내기(스레드에서는 스레드에서 메시지 보내기), 링크 첨부 권한을 저에게 주고 다시 시도해 주세요.",
}

// wordsFor returns the words in the language of a locale such as "fr" or "ko-KR".
func wordsFor(locale string) words {
	language, _, _ := strings.Cut(strings.ToLower(locale), "-")
	switch language {
	case "fr":
		return french
	case "ko":
		return korean
	}
	return english
}
