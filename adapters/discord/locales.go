package discord

import "attache/bot"

// The names of commands in other languages. Discord shows them in the language of each person's client and sends the
// untranslated names back, so nothing else depends on them. What a command does is worded by the bot (bot.CommandsIn); a test
// holds every language to the table of commands.

// localCommand is a command, a group or everyone's root in one language.
type localCommand struct {
	name    string
	summary string            // of groups, which only Discord has
	args    map[string]string // names
}

// locale is a language as Discord names it.
type locale string

// languages are those that are complete.
var languages = map[locale]map[string]localCommand{"fr": frenchCommands, "ko": koreanCommands}

var frenchCommands = map[string]localCommand{
	everyone: {name: "brief", summary: "Interroger l’actualité : qui l’a dit et où"},
	"digest": {name: "digest", summary: "Les digests qui arrivent dans ce salon à heures fixes"},
	"source": {name: "source", summary: "Les flux et les pages qui sont lus"},
	"watch":  {name: "veille", summary: "Ce qui vient en premier dans les digests de ce salon"},

	"ask": {name: "demander",
		args: map[string]string{"question": "question"}},
	"latest": {name: "actualités",
		args: map[string]string{"topic": "sujet"}},
	"story": {name: "affaire",
		args: map[string]string{"topic": "sujet"}},
	"who": {name: "qui",
		args: map[string]string{"actor": "nom"}},
	"why": {name: "pourquoi",
		args: map[string]string{"link": "lien"}},
	"sources": {name: "sources"},
	"help": {name: "aide",
		args: map[string]string{"command": "commande"}},

	"digest add": {name: "ajouter",
		args: map[string]string{
			"when":  "quand",
			"zone":  "fuseau",
			"about": "sujets",
		}},
	"digest review": {name: "bilan",
		args: map[string]string{
			"when":  "quand",
			"zone":  "fuseau",
			"about": "sujets",
		}},
	"digest list": {name: "lister"},
	"digest edit": {name: "modifier",
		args: map[string]string{
			"digest": "digest",
			"when":   "quand",
			"zone":   "fuseau",
			"about":  "sujets",
		}},
	"digest pause": {name: "pause",
		args: map[string]string{"digest": "digest"}},
	"digest resume": {name: "reprendre",
		args: map[string]string{"digest": "digest"}},
	"digest remove": {name: "supprimer",
		args: map[string]string{"digest": "digest"}},
	"digest preview": {name: "aperçu",
		args: map[string]string{"digest": "digest"}},

	"source add": {name: "ajouter",
		args: map[string]string{
			"link": "lien",
			"how":  "comment",
		}},
	"source pause": {name: "pause",
		args: map[string]string{"source": "source"}},
	"source resume": {name: "reprendre",
		args: map[string]string{"source": "source"}},
	"source review": {name: "valider",
		args: map[string]string{"source": "source"}},
	"source unreview": {name: "invalider",
		args: map[string]string{"source": "source"}},
	"source paste": {name: "coller",
		args: map[string]string{"text": "texte", "title": "titre", "outlet": "média", "published": "publié"}},
	"source remove": {name: "supprimer",
		args: map[string]string{"source": "source"}},
	"source list": {name: "lister"},

	"watch add": {name: "ajouter",
		args: map[string]string{"watch": "mots"}},
	"watch remove": {name: "retirer",
		args: map[string]string{"watch": "mots"}},
	"watch list":  {name: "lister"},
	"watch mode":  {name: "mode", args: map[string]string{"mode": "mode"}},
	"watch quiet": {name: "silence", args: map[string]string{"hours": "heures"}},
	"watch limit": {name: "limite", args: map[string]string{"number": "nombre"}},

	"settings": {name: "réglages",
		args: map[string]string{
			"setting": "réglage",
			"value":   "valeur",
		}},
}

var koreanCommands = map[string]localCommand{
	everyone: {name: "브리핑", summary: "뉴스에 대해 묻기: 누가 어디에서 말했는지 함께 답합니다"},
	"digest": {name: "다이제스트", summary: "정해진 시간에 이 채널로 오는 다이제스트"},
	"source": {name: "출처", summary: "읽고 있는 피드와 페이지"},
	"watch":  {name: "관심", summary: "이 채널의 다이제스트에서 먼저 나오는 것"},

	"ask": {name: "질문",
		args: map[string]string{"question": "질문"}},
	"latest": {name: "최신",
		args: map[string]string{"topic": "주제"}},
	"story": {name: "사건",
		args: map[string]string{"topic": "주제"}},
	"who": {name: "누구",
		args: map[string]string{"actor": "이름"}},
	"why": {name: "이유",
		args: map[string]string{"link": "링크"}},
	"sources": {name: "출처목록"},
	"help": {name: "도움말",
		args: map[string]string{"command": "명령"}},

	"digest add": {name: "추가",
		args: map[string]string{
			"when":  "시간",
			"zone":  "시간대",
			"about": "주제",
		}},
	"digest review": {name: "돌아보기",
		args: map[string]string{
			"when":  "시간",
			"zone":  "시간대",
			"about": "주제",
		}},
	"digest list": {name: "목록"},
	"digest edit": {name: "수정",
		args: map[string]string{
			"digest": "다이제스트",
			"when":   "시간",
			"zone":   "시간대",
			"about":  "주제",
		}},
	"digest pause": {name: "멈춤",
		args: map[string]string{"digest": "다이제스트"}},
	"digest resume": {name: "재개",
		args: map[string]string{"digest": "다이제스트"}},
	"digest remove": {name: "삭제",
		args: map[string]string{"digest": "다이제스트"}},
	"digest preview": {name: "미리보기",
		args: map[string]string{"digest": "다이제스트"}},

	"source add": {name: "추가",
		args: map[string]string{
			"link": "링크",
			"how":  "방식",
		}},
	"source pause": {name: "멈춤",
		args: map[string]string{"source": "출처"}},
	"source resume": {name: "재개",
		args: map[string]string{"source": "출처"}},
	"source review": {name: "검토",
		args: map[string]string{"source": "출처"}},
	"source unreview": {name: "검토취소",
		args: map[string]string{"source": "출처"}},
	"source paste": {name: "붙여넣기",
		args: map[string]string{"text": "본문", "title": "제목", "outlet": "매체", "published": "게시일"}},
	"source remove": {name: "삭제",
		args: map[string]string{"source": "출처"}},
	"source list": {name: "목록"},

	"watch add": {name: "추가",
		args: map[string]string{"watch": "낱말"}},
	"watch remove": {name: "삭제",
		args: map[string]string{"watch": "낱말"}},
	"watch list":  {name: "목록"},
	"watch mode":  {name: "방식", args: map[string]string{"mode": "방식"}},
	"watch quiet": {name: "조용히", args: map[string]string{"hours": "시간"}},
	"watch limit": {name: "한도", args: map[string]string{"number": "수"}},

	"settings": {name: "설정",
		args: map[string]string{
			"setting": "설정",
			"value":   "값",
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

// summariesOf says what a group is for, or what a command of the bot's table does.
func summariesOf(key, english string) map[string]string {
	out := map[string]string{"en-US": english}
	for l, table := range languages {
		if c := commandIn(l, key); c.Summary != "" {
			out[string(l)] = c.Summary
		} else if c, ok := table[key]; ok {
			out[string(l)] = c.summary
		}
	}
	return out
}

func argNamesOf(command, arg string) map[string]string {
	out := map[string]string{"en-US": arg}
	for l, table := range languages {
		if name := table[command].args[arg]; name != "" {
			out[string(l)] = name
		}
	}
	return out
}

func argHelpsOf(command, arg, english string) map[string]string {
	out := map[string]string{"en-US": english}
	for l := range languages {
		for _, a := range commandIn(l, command).Args {
			if a.Name == arg {
				out[string(l)] = a.Help
			}
		}
	}
	return out
}

// commandIn is a command of the bot's table in a language; the zero one where the table has none.
func commandIn(l locale, name string) bot.Command {
	for _, c := range bot.CommandsIn(string(l)) {
		if c.Name == name {
			return c
		}
	}
	return bot.Command{}
}
