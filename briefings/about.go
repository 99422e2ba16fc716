package briefings

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"attache/briefings/prose"
)

// What a question may ask about Attaché itself; see Answer.About.
const (
	AboutSelf      = "self"      // who or what are you?
	AboutAbilities = "abilities" // what can you do?
	AboutMethod    = "method"    // how do you know?
	AboutSources   = "sources"   // which sources do you have?
)

// greeting is what may stand before such a question, or behind it.
var greeting = regexp.MustCompile(`^(?:(?:hey|hi|hello|ok|okay|so|and|but|please|by the way|btw|well|sorry|attache|bonjour|salut|hallo|hola|ciao)[ ,!]+)+| (?:please|exactly|really|attache|anyway|then|though)$`)

// aboutUs are such questions in English, folded, in full.
var aboutUs = []struct {
	about string
	asked *regexp.Regexp
}{
	{AboutSelf, regexp.MustCompile(`^(?:who|what) (?:are|r) (?:you|u)$|^who (?:made|built|created|wrote|programmed|trained|runs|owns|operates|is behind) you$|^who am i (?:talking|speaking|chatting) (?:to|with)$|` +
		`^(?:what(?:'?s| is) your name|do you have a name|what are you called|introduce yourself|tell me about yourself|who is this|what is this bot|what model are you|which (?:language )?model (?:are you|do you use))$|` +
		`^(?:are|r) (?:you|u) (?:an? |the )?(?:chat ?gpt|gpt(?:-?\d+)?|openai|claude|gemini|copilot|siri|alexa|grok|llama|mistral|deepseek|real|human|human being|person|real person|machine|robot|bot|chatbot|ai|a\.?i\.?|artificial intelligence|language model|llm|large language model|journalist|computer|program)(?: or (?:an? )?\w+)?$`)},
	{AboutAbilities, regexp.MustCompile(`^what (?:can|do|could) you (?:do|answer|know|offer)(?: for (?:me|us))?$|^what (?:are you (?:good )?for|else can you do|are your (?:commands|skills|abilities|features))$|^what (?:can|should|may) (?:i|we) ask(?: you)?$|` +
		`^how (?:can|could) you help(?: me| us)?$|^(?:can|could) you help(?: me| us)?$|^how (?:do|can|should) (?:i|we) (?:use you|use this|use this bot|talk to you|ask you)$|^what is your (?:job|purpose|task|role)$|^why (?:are|do) you (?:here|exist)$`)},
	{AboutMethod, regexp.MustCompile(`^how (?:do|can|could|did) you (?:know|work|find|answer|decide|find out)(?: (?:that|this|it|all this|all that|so much|things|answers|questions|the answers))?$|^how does (?:this|this bot|it all) work$|` +
		`^(?:can|should|may) (?:i|we) (?:trust|believe|rely on) you(?:r answers)?$|^why should (?:i|we) (?:trust|believe) you$|^do you (?:ever )?(?:hallucinate|make (?:things|stuff|it|this|that) up|lie|guess|make mistakes|invent things|use (?:ai|chatgpt|a language model))$|` +
		`^are you (?:ever )?(?:reliable|trustworthy|biased|objective|neutral|accurate|ever wrong|making (?:this|that|it) up|lying)$`)},
	{AboutSources, regexp.MustCompile(`^(?:what|which) (?:news )?(?:sources|outlets|papers|newspapers|feeds|articles|reports) (?:do you (?:have|use|read|follow|know|search|rely on)|are you (?:using|reading|following))$|^what are your (?:news )?sources$|` +
		`^where (?:do|did) you (?:get|find|take|have) (?:your |this |that |the |all (?:this|that|your) )?(?:news|information|info|answers|facts|data|it|this|that|knowledge)(?: from)?$|^what do you read$|^how (?:many|much) (?:articles|reports|sources|news) (?:do you have|have you read)$|` +
		`^how (?:recent|up to date|old|fresh|new|current) (?:is your (?:news|information|data|knowledge)|are your (?:sources|articles|reports|news)|are you)$`)},
}

// aboutUsElsewhere are such questions in other languages, in full, several to a line divided by bars.
var aboutUsElsewhere = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for about, lines := range map[string]string{
		AboutSelf: `qui es-tu|qui es tu|tu es qui|t'es qui|qui êtes-vous|qui êtes vous|vous êtes qui|comment tu t'appelles|comment t'appelles-tu|comment vous appelez-vous|es-tu chatgpt|êtes-vous chatgpt|es-tu un robot|tu es un robot|es-tu humain|qui t'a créé|
wer bist du|was bist du|wer sind sie|wie heißt du|wie heissen sie|bist du chatgpt|bist du ein bot|bist du ein roboter|bist du ein mensch|bist du eine ki|sind sie chatgpt|wer hat dich gemacht|
quién eres|qué eres|quién es usted|cómo te llamas|eres chatgpt|eres un bot|eres un robot|eres humano|quién te creó|quem é você|quem és tu|quem és|como você se chama|você é o chatgpt|és o chatgpt|
chi sei|cosa sei|chi è lei|come ti chiami|sei chatgpt|sei un bot|sei umano|wie ben je|wie ben jij|wie bent u|wat ben je|hoe heet je|ben je chatgpt|ben je een bot|
кто ты|ты кто|кто вы|кто ты такой|как тебя зовут|ты chatgpt|ты бот|ты робот|ты человек|хто ти|ти хто|хто ви|як тебе звати|من أنت|من انت|ما اسمك|هل أنت روبوت|
你是谁|你是誰|您是谁|你叫什么|你叫什么名字|你是chatgpt吗|你是机器人吗|あなたは誰|あなたは誰ですか|君は誰|お名前は|あなたはchatgptですか|너는 누구야|너 누구야|넌 누구야|넌 누구니|너는 누구니|누구세요|당신은 누구입니까|당신은 누구인가요|이름이 뭐야|이름이 뭐예요|너 챗gpt야`,
		AboutAbilities: `que peux-tu faire|que sais-tu faire|qu'est-ce que tu peux faire|qu'est-ce que tu sais faire|tu sais faire quoi|que pouvez-vous faire|à quoi sers-tu|peux-tu m'aider|que puis-je te demander|
was kannst du|was kannst du tun|was kannst du alles|was können sie|was können sie tun|kannst du mir helfen|was kann ich dich fragen|qué puedes hacer|qué sabes hacer|para qué sirves|puedes ayudarme|o que você pode fazer|o que podes fazer|o que você faz|
cosa puoi fare|che cosa puoi fare|cosa sai fare|puoi aiutarmi|wat kun je|wat kan je|wat kun je doen|wat kan je doen|что ты умеешь|что ты можешь|что вы умеете|чем ты можешь помочь|що ти вмієш|що ти можеш|ماذا يمكنك أن تفعل|ماذا تستطيع أن تفعل|
你能做什么|你会什么|你会做什么|你可以做什么|何ができますか|何ができるの|何ができる|뭐 할 수 있어|뭘 할 수 있어|무엇을 할 수 있어|무엇을 할 수 있나요|무엇을 할 수 있습니까`,
		AboutMethod: `comment le sais-tu|comment tu le sais|comment le savez-vous|comment sais-tu ça|comment sais-tu cela|comment ça marche|comment fonctionnes-tu|peut-on te faire confiance|woher weißt du das|woher wissen sie das|wie funktionierst du|kann ich dir vertrauen|cómo lo sabes|cómo funcionas|
como você sabe|como sabes isso|come lo sai|come funzioni|hoe weet je dat|откуда ты знаешь|откуда ты это знаешь|как ты работаешь|звідки ти знаєш|كيف تعرف ذلك|你怎么知道|你怎么知道的|どうして知っているの|どうやって分かるの|어떻게 알아|어떻게 알아요|어떻게 알았어`,
		AboutSources: `quelles sont tes sources|quelles sont vos sources|quelles sources as-tu|quelles sources avez-vous|quelles sources utilises-tu|welche quellen hast du|welche quellen haben sie|welche quellen nutzt du|was sind deine quellen|qué fuentes tienes|qué fuentes usas|cuáles son tus fuentes|
quais são as suas fontes|quais são tuas fontes|quali sono le tue fonti|quali fonti hai|welke bronnen heb je|welke bronnen gebruik je|какие у тебя источники|какие у вас источники|які в тебе джерела|ما هي مصادرك|你有哪些来源|你的来源是什么|情報源は何ですか|情報源は|출처가 뭐야|출처가 어디야|어떤 출처가 있어`,
	} {
		for line := range strings.SplitSeq(lines, "|") {
			m[plainWords(line)] = about
		}
	}
	return m
})

// plainWords are a text's letters, folded, with what stands between them as single spaces.
func plainWords(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune("?¿!¡.,;:？！。、，؟\"“”«»()", r) {
			return ' '
		}
		if r == '’' || r == '‘' {
			return '\''
		}
		return r
	}, s)
	return strings.Join(strings.Fields(prose.Fold(s)), " ")
}

// AboutUs says what a question asks about Attaché itself: AboutSelf, AboutAbilities, AboutMethod or AboutSources, in any of the languages
// in which questions are understood. A question about anybody or anything else is none: then it is empty.
func AboutUs(text string) string {
	if len(text) > 200 {
		return ""
	}
	words := plainWords(text)
	if about := aboutUsElsewhere()[words]; about != "" {
		return about
	}
	for range 2 {
		words = strings.TrimSpace(greeting.ReplaceAllString(words, ""))
	}
	if i := slices.IndexFunc(aboutUs, func(a struct {
		about string
		asked *regexp.Regexp
	}) bool {
		return a.asked.MatchString(words)
	}); i >= 0 {
		return aboutUs[i].about
	}
	return aboutUsElsewhere()[words]
}
