package discord

// The names and descriptions of commands in other languages. Discord shows them in the language of each person's client and
// sends the untranslated names back, so nothing else depends on them. A test holds every language to the table of commands.

// localCommand is a command, a group or everyone's root in one language.
type localCommand struct {
	name    string
	summary string
	args    map[string]localArg
}

type localArg struct{ name, help string }

// locale is a language as Discord names it.
type locale string

// languages are those that are complete.
var languages = map[locale]map[string]localCommand{"fr": frenchCommands, "ko": koreanCommands}

var frenchCommands = map[string]localCommand{
	everyone: {name: "brief", summary: "Interroger l’actualité : qui l’a dit et où"},
	"digest": {name: "digest", summary: "Les digests qui arrivent dans ce salon à heures fixes"},
	"source": {name: "source", summary: "Les flux et les pages qui sont lus"},
	"watch":  {name: "veille", summary: "Ce qui vient en premier dans les digests de ce salon"},

	"ask": {name: "demander", summary: "Répondre à une question à partir des articles : qui l’a dit et où",
		args: map[string]localArg{"question": {"question", "Votre question ; un lien qu’elle contient est lu d’abord"}}},
	"latest": {name: "actualités", summary: "Montrer ce qui est nouveau, sur un sujet ou sur ce que suit ce salon",
		args: map[string]localArg{"topic": {"sujet", "Le sujet ; plusieurs séparés par des virgules"}}},
	"story": {name: "affaire", summary: "Suivre une affaire : qui a dit quoi, où les articles divergent, et leur ordre",
		args: map[string]localArg{"topic": {"sujet", "Le sujet, un lien vers un article ou le numéro d’un élément du dernier digest"}}},
	"who": {name: "qui", summary: "Ce qu’une personne, une institution ou un pays a dit, démenti ou aurait fait",
		args: map[string]localArg{"actor": {"nom", "Un nom, comme Kim Yo-jong ou le ministère de l’Unification"}}},
	"why": {name: "pourquoi", summary: "Expliquer pourquoi un article était ou n’était pas dans le digest de ce salon",
		args: map[string]localArg{"link": {"lien", "L’adresse de l’article, ou des mots de son titre"}}},
	"sources": {name: "sources", summary: "Lister ce qui est lu : les sources suivies et les médias de la bibliothèque"},
	"help": {name: "aide", summary: "Montrer ce que sait faire Attaché, ou comment marche une commande",
		args: map[string]localArg{"command": {"commande", "Une commande, comme digest add"}}},

	"digest add": {name: "ajouter", summary: "Publier un digest dans ce salon à heures fixes",
		args: map[string]localArg{
			"when":  {"quand", "daily 08:00, weekdays 7:30, mondays 9am, ou une expression cron"},
			"zone":  {"fuseau", "Le fuseau horaire, comme Asia/Seoul"},
			"about": {"sujets", "Les sujets séparés par des virgules ; sans eux, tout"},
		}},
	"digest list": {name: "lister", summary: "Lister les digests de ce salon et leur prochaine parution"},
	"digest edit": {name: "modifier", summary: "Changer l’heure ou les sujets d’un digest",
		args: map[string]localArg{
			"digest": {"digest", "L’identifiant du digest, comme le montre digest list"},
			"when":   {"quand", "Les nouvelles heures ; inchangées si rien n’est donné"},
			"zone":   {"fuseau", "Le nouveau fuseau horaire ; inchangé si rien n’est donné"},
			"about":  {"sujets", "Les nouveaux sujets, ou everything ; inchangés si rien n’est donné"},
		}},
	"digest pause": {name: "suspendre", summary: "Arrêter un digest pour l’instant, sans le perdre",
		args: map[string]localArg{"digest": {"digest", "L’identifiant du digest, comme le montre digest list"}}},
	"digest resume": {name: "reprendre", summary: "Reprendre un digest suspendu à sa prochaine heure",
		args: map[string]localArg{"digest": {"digest", "L’identifiant du digest, comme le montre digest list"}}},
	"digest remove": {name: "supprimer", summary: "Supprimer un digest pour de bon",
		args: map[string]localArg{"digest": {"digest", "L’identifiant du digest, comme le montre digest list"}}},
	"digest preview": {name: "aperçu", summary: "Montrer à vous seul ce que dirait un digest maintenant",
		args: map[string]localArg{"digest": {"digest", "L’identifiant du digest ; inutile s’il n’y en a qu’un"}}},

	"source add": {name: "ajouter", summary: "Suivre un flux ou lire une page",
		args: map[string]localArg{
			"link": {"lien", "L’adresse d’un flux, d’un site qui en a un, ou d’un article"},
			"how":  {"comment", "now pour la suivre sans aperçu, ou last 3 pour publier ses trois derniers articles"},
		}},
	"source pause": {name: "suspendre", summary: "Arrêter une source pour l’instant, sans la perdre",
		args: map[string]localArg{"source": {"source", "L’identifiant de la source, comme le montre source list"}}},
	"source resume": {name: "reprendre", summary: "Reprendre une source suspendue",
		args: map[string]localArg{"source": {"source", "L’identifiant de la source, comme le montre source list"}}},
	"source review": {name: "valider", summary: "Se porter garant d’une source : ses articles ne sont plus signalés",
		args: map[string]localArg{"source": {"source", "L’identifiant de la source, ou all pour toutes celles de ce salon"}}},
	"source remove": {name: "supprimer", summary: "Ne plus suivre une source ; ce qui a été lu reste",
		args: map[string]localArg{"source": {"source", "L’identifiant de la source, comme le montre source list"}}},
	"source list": {name: "lister", summary: "Lister les sources, leur état et leur dernière lecture"},

	"watch add": {name: "ajouter", summary: "Mettre des mots ou un nom en veille : ce qui en parle vient en premier",
		args: map[string]localArg{"watch": {"mots", "Un mot, une expression ou un nom, comme détroit d’Ormuz"}}},
	"watch remove": {name: "retirer", summary: "Retirer une entrée de la veille de ce salon",
		args: map[string]localArg{"watch": {"mots", "L’entrée, comme la montre watch list"}}},
	"watch list": {name: "lister", summary: "Montrer la veille de ce salon"},

	"settings": {name: "réglages", summary: "Montrer les réglages de ce salon ou en changer un",
		args: map[string]localArg{
			"setting": {"réglage", "zone, language, managers ou answers ; tous si rien n’est donné"},
			"value":   {"valeur", "La nouvelle valeur, ou default"},
		}},
}

var koreanCommands = map[string]localCommand{
	everyone: {name: "브리핑", summary: "뉴스에 대해 묻기: 누가 어디에서 말했는지 함께 답합니다"},
	"digest": {name: "다이제스트", summary: "정해진 시간에 이 채널로 오는 다이제스트"},
	"source": {name: "출처", summary: "읽고 있는 피드와 페이지"},
	"watch":  {name: "관심", summary: "이 채널의 다이제스트에서 먼저 나오는 것"},

	"ask": {name: "질문", summary: "기사를 근거로 답합니다. 누가 어디에서 말했는지 함께 보여 줍니다",
		args: map[string]localArg{"question": {"질문", "질문 내용. 링크가 있으면 먼저 읽습니다"}}},
	"latest": {name: "최신", summary: "주제 또는 이 채널이 따르는 것에 대한 새 소식을 봅니다",
		args: map[string]localArg{"topic": {"주제", "주제. 여럿이면 쉼표로 나눕니다"}}},
	"story": {name: "사건", summary: "한 사건을 따라갑니다: 누가 무엇을 말했는지, 보도가 어디서 다른지, 기사 순서",
		args: map[string]localArg{"topic": {"주제", "사건의 주제, 기사 링크, 또는 지난 다이제스트의 항목 번호"}}},
	"who": {name: "누구", summary: "인물, 기관, 나라가 말한 것, 부인한 것, 했다고 알려진 것을 봅니다",
		args: map[string]localArg{"actor": {"이름", "이름. 예: 김여정, 통일부"}}},
	"why": {name: "이유", summary: "기사가 이 채널의 다이제스트에 왜 있었는지 또는 없었는지 설명합니다",
		args: map[string]localArg{"link": {"링크", "기사 주소 또는 제목의 단어"}}},
	"sources": {name: "출처목록", summary: "읽는 것을 봅니다: 따르는 출처와 자료실의 언론사"},
	"help": {name: "도움말", summary: "Attaché가 할 수 있는 것, 또는 명령 하나의 사용법을 봅니다",
		args: map[string]localArg{"command": {"명령", "명령. 예: digest add"}}},

	"digest add": {name: "추가", summary: "정해진 시간에 이 채널에 다이제스트를 게시합니다",
		args: map[string]localArg{
			"when":  {"시간", "daily 08:00, weekdays 7:30, mondays 9am 또는 cron 식"},
			"zone":  {"시간대", "시간대. 예: Asia/Seoul"},
			"about": {"주제", "쉼표로 나눈 주제. 비우면 전부"},
		}},
	"digest list": {name: "목록", summary: "이 채널의 다이제스트와 다음 시간을 봅니다"},
	"digest edit": {name: "수정", summary: "다이제스트의 시간이나 주제를 바꿉니다",
		args: map[string]localArg{
			"digest": {"다이제스트", "digest list에 나오는 다이제스트 번호"},
			"when":   {"시간", "새 시간. 비우면 그대로"},
			"zone":   {"시간대", "새 시간대. 비우면 그대로"},
			"about":  {"주제", "새 주제 또는 everything. 비우면 그대로"},
		}},
	"digest pause": {name: "멈춤", summary: "다이제스트를 당분간 멈추고 보관합니다",
		args: map[string]localArg{"digest": {"다이제스트", "digest list에 나오는 다이제스트 번호"}}},
	"digest resume": {name: "재개", summary: "멈춘 다이제스트를 다음 시간부터 다시 보냅니다",
		args: map[string]localArg{"digest": {"다이제스트", "digest list에 나오는 다이제스트 번호"}}},
	"digest remove": {name: "삭제", summary: "다이제스트를 완전히 없앱니다",
		args: map[string]localArg{"digest": {"다이제스트", "digest list에 나오는 다이제스트 번호"}}},
	"digest preview": {name: "미리보기", summary: "다이제스트가 지금이라면 어떨지 나에게만 보여 줍니다",
		args: map[string]localArg{"digest": {"다이제스트", "다이제스트 번호. 하나뿐이면 비워도 됩니다"}}},

	"source add": {name: "추가", summary: "피드를 따르거나 페이지를 읽습니다",
		args: map[string]localArg{
			"link": {"링크", "피드, 피드가 있는 사이트, 또는 기사 하나의 주소"},
			"how":  {"방식", "now: 미리 보지 않고 따르기, last 3: 최근 기사 3건을 다음 다이제스트에"},
		}},
	"source pause": {name: "멈춤", summary: "출처를 당분간 멈추고 보관합니다",
		args: map[string]localArg{"source": {"출처", "source list에 나오는 출처 번호"}}},
	"source resume": {name: "재개", summary: "멈춘 출처를 다시 따릅니다",
		args: map[string]localArg{"source": {"출처", "source list에 나오는 출처 번호"}}},
	"source review": {name: "검토", summary: "출처를 검토한 것으로 표시합니다. 기사에 표시가 붙지 않습니다",
		args: map[string]localArg{"source": {"출처", "출처 번호, 또는 이 채널의 출처 모두를 뜻하는 all"}}},
	"source remove": {name: "삭제", summary: "출처를 더 따르지 않습니다. 읽은 것은 남습니다",
		args: map[string]localArg{"source": {"출처", "source list에 나오는 출처 번호"}}},
	"source list": {name: "목록", summary: "출처와 상태, 마지막으로 읽은 때를 봅니다"},

	"watch add": {name: "추가", summary: "낱말이나 이름을 이 채널의 관심 목록에 넣습니다. 그 보도가 먼저 나옵니다",
		args: map[string]localArg{"watch": {"낱말", "낱말, 구절 또는 이름. 예: 호르무즈 해협"}}},
	"watch remove": {name: "삭제", summary: "이 채널의 관심 목록에서 뺍니다",
		args: map[string]localArg{"watch": {"낱말", "watch list에 나오는 항목"}}},
	"watch list": {name: "목록", summary: "이 채널의 관심 목록을 봅니다"},

	"settings": {name: "설정", summary: "이 채널의 설정을 보거나 하나를 바꿉니다",
		args: map[string]localArg{
			"setting": {"설정", "zone, language, managers 또는 answers. 비우면 전부 봅니다"},
			"value":   {"값", "새 값 또는 default"},
		}},
}

// namesOf and its like collect what every language says; en-US is given too, or the clients fall back through en-GB.
func namesOf(key, english string) map[string]string {
	out := map[string]string{"en-US": english}
	for l, table := range languages {
		if c, ok := table[key]; ok {
			out[string(l)] = c.name
		}
	}
	return out
}

func summariesOf(key, english string) map[string]string {
	out := map[string]string{"en-US": english}
	for l, table := range languages {
		if c, ok := table[key]; ok {
			out[string(l)] = c.summary
		}
	}
	return out
}

func argNamesOf(command, arg string) map[string]string {
	out := map[string]string{"en-US": arg}
	for l, table := range languages {
		if a, ok := table[command].args[arg]; ok {
			out[string(l)] = a.name
		}
	}
	return out
}

func argHelpsOf(command, arg, english string) map[string]string {
	out := map[string]string{"en-US": english}
	for l, table := range languages {
		if a, ok := table[command].args[arg]; ok {
			out[string(l)] = a.help
		}
	}
	return out
}
