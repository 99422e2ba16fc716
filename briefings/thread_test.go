package briefings_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"attache/briefings"
	"attache/briefings/briefingstest"
)

// threadReports are invented articles that conversations are held about.
func threadReports() []briefings.Report {
	day := func(n int) time.Time { return time.Date(2024, 5, n, 6, 0, 0, 0, time.UTC) }
	return []briefings.Report{
		{ID: "minister", Title: "Energy minister resigns", Outlet: "Harbour Post", Published: day(4),
			Text: "Energy Minister Lena Ortiz resigned on 3 May after a dispute over gas prices. Ortiz said that the government had broken its promise to households. Prime Minister Karl Brandt named Milena Hajkova as her successor. Talks with the strikers were held in Geneva on 2 May."},
		{ID: "pact", Title: "Seoul and Jakarta sign shipping pact", Outlet: "Strait Times", Published: day(5),
			Text: "South Korea and Indonesia signed a shipping pact on Sunday in Surabaya. Tokyo condemned the pact because it leaves out the Lombok lane. Beijing condemned the pact as well. South Korea’s oceans minister, Park Ji-won, said that the pact would prevent collisions. North Korea said that the pact was a threat. The pact bans tankers from the Lombok lane at night."},
		{ID: "ship2023", Title: "Harbour counts its ships", Outlet: "Strait Times", Published: day(6),
			Text: "Surabaya harbour handled 900 tankers in 2022. Surabaya harbour handled 1,200 tankers in 2023. In Geneva, inspectors counted nothing of the kind."},
		{ID: "grève", Title: "Grève à l’usine d’Ostrava", Outlet: "Le Phare", Published: day(6),
			Text: "Les ouvriers de l’usine d’Ostrava ont cessé le travail jeudi. La syndicaliste Aline Moreau réclame une enquête parce que l’explosion d’avril reste inexpliquée. Séoul a proposé une aide technique. Varsovie a proposé un prêt."},
		{ID: "brücke", Title: "Brücke über die Arvo gesperrt", Outlet: "Der Bote", Published: day(6),
			Text: "Die Brücke über die Arvo ist seit dem 12. April gesperrt. Bürgermeisterin Dana Weiß sagte, die Reparatur koste vier Millionen Euro. Wien bot Hilfe an. Prag bot Ingenieure an."},
		{ID: "항구", Title: "마르사 항구 파업", Outlet: "항구신문", Published: day(6),
			Text: "마르사 항구의 노동자들이 목요일 파업을 시작했다. 노조는 임금이 너무 낮다는 이유로 파업했다. 서울은 지원을 제안했다. 도쿄는 대출을 제안했다."},
	}
}

// TestConversationsAreFollowed holds how each question of some conversations is understood, and what it is answered with.
func TestConversationsAreFollowed(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 5, 7, 9, 0, 0, 0, time.UTC)
	e, l := newsroom(t, briefings.Config{Now: func() time.Time { return now }}, threadReports()...)
	type turn struct{ asked, understood, holds string } // holds stands in the first claim; "-" means that the sources don't say
	for name, conversation := range map[string][]turn{
		"a resignation": {{"Who resigned?", "", "Lena Ortiz"}, {"why?", "Why was it that Energy Minister Lena Ortiz resigned?", "gas prices"}, {"when?", "When was it that Energy Minister Lena Ortiz resigned?", "3 May"}, {"what did she say?", "What did Lena Ortiz say?", "broken its promise"}, {"and who replaced her?", "Who replaced Lena Ortiz?", "Milena Hajkova"}, {"according to whom?", "Who said that Milena Hajkova replaced Lena Ortiz?", ""}, {"tell me more", "What is known about Milena Hajkova and Lena Ortiz?", ""}},
		"a pact":        {{"Who signed the shipping pact?", "", "South Korea and Indonesia"}, {"where?", "Where was it that South Korea and Indonesia signed the shipping pact?", "Surabaya"}, {"when?", "When was it that South Korea and Indonesia signed the shipping pact?", "Sunday"}, {"and what did Park Ji-won say?", "What did Park Ji-won say about the shipping pact, South Korea and Indonesia?", "prevent collisions"}, {"what does it ban?", "What does the shipping pact ban?", ""}},
		"time":          {{"How many tankers did Surabaya harbour handle in 2022?", "", "900"}, {"and in 2023?", "How many tankers did Surabaya harbour handle in 2023?", "1,200"}, {"what about 2021?", "How many tankers did Surabaya harbour handle in 2021?", "-"}},
		"another actor": {{"What did Tokyo say about the pact?", "", "Tokyo condemned"}, {"and Beijing?", "What did Beijing say about the pact?", "Beijing condemned"}, {"no, I meant North Korea", "What did North Korea say about the pact?", "a threat"}, {"why?", "Why did North Korea say so about the pact?", ""}},
		"French":        {{"Qui réclame une enquête ?", "", "Aline Moreau"}, {"pourquoi ?", "", "parce que"}, {"Qu'a proposé Séoul ?", "", "Séoul a proposé"}, {"et Varsovie ?", "Qu'a proposé Varsovie ?", "Varsovie a proposé"}},
		"German":        {{"Seit wann ist die Brücke gesperrt?", "", "12. April"}, {"Was bot Wien an?", "", "Wien bot"}, {"und Prag?", "Was bot Prag an ?", "Prag bot"}},
		"Korean":        {{"서울은 무엇을 제안했나?", "", "서울은"}, {"그럼 도쿄는?", "도쿄는 무엇을 제안했나 ?", "도쿄는"}, {"더 알려줘", "알려진 것: 도쿄는 무엇을 제안했나 ?", "도쿄는"}},
	} {
		var thread []briefings.Turn
		for _, x := range conversation {
			a := ask(t, e, briefings.Question{Text: x.asked, Thread: thread})
			briefingstest.Grounded(t, l, append(a.Claims, a.Nearby...)...)
			got := "-"
			if len(a.Claims) > 0 {
				got = a.Claims[0].Text
			}
			if x.understood != "" && a.Question != x.understood || !strings.Contains(got, x.holds) {
				t.Errorf("%s: %q was understood as %q and answered with %q", name, x.asked, a.Question, got)
			}
			thread = append(thread, a.Turn())
		}
	}
}

// hostileLater answers the first question of a message honestly and invents in the others.
type hostileLater struct{ briefingstest.Hostile }

func (h hostileLater) Draft(ctx context.Context, b briefings.Brief) (briefings.Draft, error) {
	if strings.Contains(b.Question.Text, "resigned") {
		return briefings.Extractive{}.Draft(ctx, b)
	}
	return h.Hostile.Draft(ctx, b)
}

// TestSeveralQuestionsAreAnsweredEach holds that every question of a message has its own answer, citations and refusal, whoever drafts.
func TestSeveralQuestionsAreAnsweredEach(t *testing.T) {
	t.Parallel()
	for name, drafter := range map[string]briefings.Drafter{"our own": briefings.Extractive{}, "one that invents later": hostileLater{}, "one that always invents": briefingstest.Hostile{}} {
		e, l := newsroom(t, briefings.Config{Drafter: drafter, Now: func() time.Time { return time.Date(2024, 5, 7, 9, 0, 0, 0, time.UTC) }}, threadReports()...)
		a := ask(t, e, briefings.Question{Text: "Who resigned and what did she say? Who signed the shipping pact? Who murdered the king of Sweden?\nWho are you? Why?", Explain: true})
		if len(a.Parts) != 4 || len(a.Left) != 2 || a.Verdict != briefings.Answered || a.Why == nil || len(a.Why.Questions) != 4 {
			t.Fatalf("%s: %d parts, left %q, %s", name, len(a.Parts), a.Left, a.Verdict)
		}
		n := 0
		for i, want := range []string{"Ortiz resigned", "broken its promise", "signed a shipping pact", ""} {
			p := a.Parts[i]
			briefingstest.Grounded(t, l, append(p.Claims, p.Nearby...)...)
			n += len(p.Claims)
			if want == "" && p.Verdict != briefings.NotInSources || want != "" && (len(p.Claims) == 0 || !strings.Contains(p.Claims[0].Text, want)) {
				t.Errorf("%s: %q: %s %v", name, p.Question, p.Verdict, p.Claims)
			}
			if p.Short != "" && !strings.Contains(p.Claims[0].Text, p.Short) {
				t.Errorf("%s: the short answer %q of %q does not stand in its claim", name, p.Short, p.Question)
			}
		}
		if n != len(a.Claims) {
			t.Errorf("%s: %d claims, its parts have %d", name, len(a.Claims), n)
		}
		if turn := a.Turn(); turn.Question != a.Parts[3].Question || len(turn.Articles) == 0 {
			t.Errorf("%s: the next fragment leans on %+v", name, turn)
		}
	}
}

// TestQuestionsAboutAttacheAreNotSearched holds which questions are about Attaché itself, and which only look so.
func TestQuestionsAboutAttacheAreNotSearched(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Who are you?": briefings.AboutSelf, "hey, are you ChatGPT?": briefings.AboutSelf, "Qui es-tu ?": briefings.AboutSelf, "Wer bist du?": briefings.AboutSelf, "너는 누구야?": briefings.AboutSelf, "你是谁？": briefings.AboutSelf,
		"what can you do": briefings.AboutAbilities, "¿Qué puedes hacer?": briefings.AboutAbilities, "How do you know?": briefings.AboutMethod, "Which sources do you have?": briefings.AboutSources, "Quelles sont tes sources ?": briefings.AboutSources,
		"Who are the Houthis?": "", "Who is Lena Ortiz?": "", "What can Seoul do?": "", "How do you say “thank you” in Korean?": "", "Who are you going to call, asked the minister?": "", "What are the sources of the Nile?": "", "Is ChatGPT banned in Italy?": "", "Qui est Aline Moreau ?": "",
	} {
		if got := briefings.AboutUs(text); got != want {
			t.Errorf("%q is about %q, want %q", text, got, want)
		}
	}
}
