package briefings_test

import (
	"strings"
	"testing"
	"time"

	"attache/briefings"
)

// TestQuestionsWorkInTheLanguageOfTheArticle asks each article, in its language, about things that each stand in one of its
// sentences, with all articles in the library.
func TestQuestionsWorkInTheLanguageOfTheArticle(t *testing.T) {
	t.Parallel()
	type asking struct{ question, sentence string }
	articles := []struct {
		language, title, text string
		asked                 []asking
	}{
		{"fr", "La ministre de l’Énergie démissionne",
			"La ministre de l’Énergie, Lena Ortiz, a démissionné le 3 mai après un différend sur le prix du gaz. Les pourparlers avec les grévistes se sont tenus à Genève. Douze vedettes de patrouille ont quitté le port de Marsa lundi. Le gouvernement a rejeté le plan parce que les coûts étaient trop élevés. Aucun successeur n’a été nommé.",
			[]asking{{"Qui a démissionné ?", "Lena Ortiz"}, {"Quand la ministre a-t-elle démissionné ?", "3 mai"}, {"Où les pourparlers ont-ils eu lieu ?", "Genève"}, {"Combien de vedettes ont quitté le port ?", "Douze"}, {"Pourquoi le gouvernement a-t-il rejeté le plan ?", "coûts"}}},
		{"de", "Energieministerin tritt zurück",
			"Die Energieministerin Lena Ortiz ist am 3. Mai nach einem Streit über die Gaspreise zurückgetreten. Die Gespräche mit den Streikenden fanden in Genf statt. Zwölf Patrouillenboote verließen am Montag den Hafen von Marsa. Die Regierung lehnte den Plan ab, weil die Kosten zu hoch waren. Ein Nachfolger wurde nicht ernannt.",
			[]asking{{"Wer ist zurückgetreten?", "Lena Ortiz"}, {"Wann ist die Energieministerin zurückgetreten?", "3. Mai"}, {"Wo fanden die Gespräche statt?", "Genf"}, {"Wie viele Patrouillenboote verließen den Hafen?", "Zwölf"}, {"Warum lehnte die Regierung den Plan ab?", "Kosten"}}},
		{"es", "Dimite la ministra de Energía",
			"La ministra de Energía, Lena Ortiz, dimitió el 3 de mayo tras una disputa por el precio del gas. Las conversaciones con los huelguistas se celebraron en Ginebra. Doce patrulleras zarparon el lunes del puerto de Marsa. El gobierno rechazó el plan porque los costes eran demasiado altos. No se ha nombrado sucesor.",
			[]asking{{"¿Quién dimitió?", "Lena Ortiz"}, {"¿Cuándo dimitió la ministra?", "3 de mayo"}, {"¿Dónde se celebraron las conversaciones?", "Ginebra"}, {"¿Cuántas patrulleras zarparon del puerto?", "Doce"}, {"¿Por qué rechazó el gobierno el plan?", "costes"}}},
		{"pt", "Ministra da Energia demite-se",
			"A ministra da Energia, Lena Ortiz, demitiu-se a 3 de maio após uma disputa sobre o preço do gás. As negociações com os grevistas decorreram em Genebra. Doze barcos de patrulha deixaram o porto de Marsa na segunda-feira. O governo rejeitou o plano porque os custos eram demasiado altos. Não foi nomeado um sucessor.",
			[]asking{{"Quem se demitiu?", "Lena Ortiz"}, {"Quando se demitiu a ministra?", "3 de maio"}, {"Onde decorreram as negociações?", "Genebra"}, {"Quantos barcos de patrulha deixaram o porto?", "Doze"}, {"Por que o governo rejeitou o plano?", "custos"}}},
		{"it", "Si dimette la ministra dell’Energia",
			"La ministra dell’Energia, Lena Ortiz, si è dimessa il 3 maggio dopo una disputa sul prezzo del gas. I colloqui con gli scioperanti si sono svolti a Ginevra. Dodici motovedette hanno lasciato lunedì il porto di Marsa. Il governo ha respinto il piano perché i costi erano troppo alti. Non è stato nominato un successore.",
			[]asking{{"Chi si è dimesso?", "Lena Ortiz"}, {"Quando si è dimessa la ministra?", "3 maggio"}, {"Dove si sono svolti i colloqui?", "Ginevra"}, {"Quante motovedette hanno lasciato il porto?", "Dodici"}, {"Perché il governo ha respinto il piano?", "costi"}}},
		{"ru", "Министр энергетики ушла в отставку",
			"Министр энергетики Лена Ортис ушла в отставку 3 мая после спора о ценах на газ. Переговоры с бастующими прошли в Женеве. Двенадцать патрульных катеров в понедельник покинули порт Марса. Правительство отклонило план, потому что расходы были слишком велики. Преемник не назначен.",
			[]asking{{"Кто ушёл в отставку?", "Ортис"}, {"Когда министр энергетики ушла в отставку?", "3 мая"}, {"Где прошли переговоры?", "Женеве"}, {"Сколько патрульных катеров покинули порт?", "Двенадцать"}, {"Почему правительство отклонило план?", "расходы"}}},
		{"uk", "Міністерка енергетики пішла у відставку",
			"Міністерка енергетики Лена Ортіс пішла у відставку 3 травня після суперечки про ціни на газ. Переговори зі страйкарями відбулися в Женеві. Дванадцять патрульних катерів у понеділок залишили порт Марса. Уряд відхилив план, бо витрати були завеликі. Наступника не призначено.",
			[]asking{{"Хто пішов у відставку?", "Ортіс"}, {"Коли міністерка пішла у відставку?", "3 травня"}, {"Де відбулися переговори?", "Женеві"}, {"Скільки патрульних катерів залишили порт?", "Дванадцять"}, {"Чому уряд відхилив план?", "витрати"}}},
		{"ar", "استقالة وزيرة الطاقة",
			"استقالت وزيرة الطاقة لينا أورتيز في 3 مايو بعد خلاف حول أسعار الغاز. جرت المحادثات مع المضربين في جنيف. غادر اثنا عشر زورق دورية ميناء مرسى يوم الاثنين. رفضت الحكومة الخطة لأن التكاليف كانت مرتفعة جدا. لم يعين خلف لها.",
			[]asking{{"متى استقالت وزيرة الطاقة؟", "3 مايو"}, {"أين جرت المحادثات؟", "جنيف"}, {"كم زورق دورية غادر الميناء؟", "اثنا عشر"}, {"لماذا رفضت الحكومة الخطة؟", "التكاليف"}}},
		{"zh", "能源部长辞职",
			"能源部长莱娜·奥尔蒂斯在天然气价格争端后于5月3日辞职。与罢工者的谈判在日内瓦举行。十二艘巡逻艇星期一离开了马尔萨港。政府因为费用过高而否决了该计划。继任者尚未任命。",
			[]asking{{"谁辞职了？", "奥尔蒂斯"}, {"能源部长什么时候辞职？", "5月3日"}, {"谈判在哪里举行？", "日内瓦"}, {"有多少艘巡逻艇离开了港口？", "十二艘"}, {"政府为什么否决了该计划？", "费用"}}},
		{"ja", "エネルギー相が辞任",
			"エネルギー相のレナ・オルティス氏は、ガス価格をめぐる対立の後、5月3日に辞任した。ストライキ参加者との協議はジュネーブで行われた。巡視船十二隻が月曜日にマルサ港を出港した。政府は費用が高すぎるとして計画を却下した。後任は決まっていない。",
			[]asking{{"誰が辞任したのですか？", "オルティス"}, {"エネルギー相はいつ辞任しましたか？", "5月3日"}, {"協議はどこで行われましたか？", "ジュネーブ"}, {"巡視船は何隻出港しましたか？", "十二隻"}, {"なぜ政府は計画を却下したのですか？", "費用"}}},
		{"ko", "에너지 장관 사임",
			"레나 오르티스 에너지 장관이 가스 가격을 둘러싼 갈등 끝에 5월 3일 사임했다. 파업 노동자들과의 회담은 제네바에서 열렸다. 순찰정 열두 척이 월요일 마르사 항구를 떠났다. 정부는 비용이 너무 높다는 이유로 계획을 거부했다. 후임은 아직 임명되지 않았다.",
			[]asking{{"누가 사임했습니까?", "오르티스"}, {"에너지 장관은 언제 사임했나?", "5월 3일"}, {"회담은 어디에서 열렸나?", "제네바"}, {"순찰정 몇 척이 항구를 떠났나?", "열두 척"}, {"정부는 왜 계획을 거부했나?", "비용"}}},
	}
	now := time.Date(2024, 5, 7, 9, 0, 0, 0, time.UTC)
	e, err := briefings.New(briefings.Config{Library: briefings.NewShelf(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	read := func(r briefings.Report) briefings.Article {
		a, _, err := e.Read(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, r := range briefings.Archive() {
		read(r)
	}
	for _, a := range articles {
		got := read(briefings.Report{ID: a.language, Title: a.title, Text: a.text, Outlet: "Outlet " + a.language, Published: time.Date(2024, 5, 6, 6, 0, 0, 0, time.UTC)})
		if got.Language != a.language {
			t.Errorf("the article in %s is taken for %q", a.language, got.Language)
		}
	}
	right, all := 0, 0
	for _, a := range articles {
		for _, x := range a.asked {
			all++
			answer, err := e.Ask(t.Context(), briefings.Question{Text: x.question})
			if err != nil {
				t.Fatal(err)
			}
			if answer.Verdict != briefings.NotInSources && len(answer.Claims) > 0 && strings.Contains(answer.Claims[0].Text, x.sentence) {
				right++
				continue
			}
			first := ""
			if len(answer.Claims) > 0 {
				first = answer.Claims[0].Text
			}
			ranked := ""
			if len(answer.Ranked) > 0 {
				ranked = answer.Ranked[0].Citation.Quote
			}
			t.Logf("%s %s: %s (%.2f), %q; found first: %q", a.language, x.question, answer.Verdict, answer.Confidence, first, ranked)
		}
	}
	for _, question := range []string{
		"Qui a assassiné le roi de Suède ?", "Wer hat den König von Schweden ermordet?", "¿Quién asesinó al rey de Suecia?", "Кто убил короля Швеции?",
		"谁暗杀了瑞典国王？", "스웨덴 국왕을 누가 암살했나?", "من اغتال ملك السويد؟", "誰がスウェーデン国王を暗殺したのか？",
	} {
		answer, err := e.Ask(t.Context(), briefings.Question{Text: question})
		if err != nil {
			t.Fatal(err)
		}
		if answer.Verdict != briefings.NotInSources {
			t.Errorf("%s: %s (%.2f), %v", question, answer.Verdict, answer.Confidence, answer.Claims)
		}
	}
	t.Logf("%d of %d", right, all)
	if right*10 < all*9 {
		t.Errorf("%d of %d", right, all)
	}
}

// TestElidedWordsAreTheWordsThatTheyStandFor asks in French and Italian, where a word loses its last letter before a vowel and is
// written in one with the next.
func TestElidedWordsAreTheWordsThatTheyStandFor(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 5, 7, 9, 0, 0, 0, time.UTC)
	e, err := briefings.New(briefings.Config{Library: briefings.NewShelf(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []briefings.Report{
		{ID: "accord", Title: "Séoul propose un accord sur les corridors maritimes", Text: "Séoul a proposé mardi un accord sur les corridors maritimes avec Jakarta. « L’accord évitera les collisions entre cargos », a dit le ministre sud-coréen des Océans, Park Ji-won. L’Indonésie a demandé un délai d’examen de trente jours."},
		{ID: "usine", Title: "Grève à l’usine d’Ostrava", Text: "Les ouvriers de l’usine d’Ostrava ont cessé le travail jeudi. L’entreprise Karvolt a refusé d’augmenter les salaires. Le syndicat, dirigé par Milena Hájková, réclame l’ouverture d’une enquête sur l’explosion d’avril."},
		{ID: "ponte", Title: "Crolla il ponte sull’Arvo", Text: "Il ponte sull’Arvo è crollato domenica notte dopo l’alluvione. L’ingegnera capo, Carla Dessì, ha detto che l’ispezione di marzo non aveva trovato difetti. Il sindaco ha chiesto l’apertura di un’inchiesta."},
	} {
		r.Outlet, r.Published = "Le Phare", now.Add(-24*time.Hour)
		if _, _, err := e.Read(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ question, sentence, short string }{
		{"Qu'a dit Séoul ?", "Park Ji-won", ""},
		{"Qu’a proposé Séoul ?", "a proposé mardi", ""},
		{"Qui a proposé l'accord ?", "a proposé mardi", ""},
		{"Qu'est-ce que l'Indonésie a demandé ?", "délai d’examen", ""},
		{"Qui dirige le syndicat ?", "Hájková", "Milena Hájková"},
		{"Pourquoi l'entreprise a-t-elle refusé d'augmenter les salaires ?", "a refusé", ""},
		{"Qu'a dit Tokyo de l'accord ?", "", ""},
		{"Dov'è il ponte?", "sull’Arvo", ""},
		{"Chi ha chiesto l'inchiesta?", "sindaco", ""},
		{"Chi è l'ingegnera capo?", "Dessì", "Carla Dessì"},
		{"Cos'ha detto l'ingegnera sull'ispezione?", "non aveva trovato", ""},
		{"Chi ha comprato l'acquedotto d'Arvo?", "", ""},
	} {
		a, err := e.Ask(t.Context(), briefings.Question{Text: c.question})
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case c.sentence == "":
			if a.Verdict != briefings.NotInSources {
				t.Errorf("%s: %s (%.2f), %v", c.question, a.Verdict, a.Confidence, a.Claims)
			}
		case len(a.Claims) == 0 || !strings.Contains(a.Claims[0].Text, c.sentence):
			t.Errorf("%s: %s (%.2f), %v, missing %q", c.question, a.Verdict, a.Confidence, a.Claims, a.Missing)
		case a.Short != c.short || len(a.Missing) > 0:
			t.Errorf("%s: short %q, missing %q", c.question, a.Short, a.Missing)
		}
	}
}
