package briefings

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestQuestionsAreToldApart holds what is divided and, more important, what is not.
func TestQuestionsAreToldApart(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string
		want []string // nil: one question, as it is
	}{
		// Sentences.
		{"Who gave the car? When did Seoul react?", []string{"Who gave the car?", "When did Seoul react?"}},
		{"Who gave the car and when did Seoul react? And what does the resolution ban?", []string{"Who gave the car?", "When did Seoul react?", "And what does the resolution ban?"}},
		{"Who is Lena Ortiz? What did she say?", []string{"Who is Lena Ortiz?", "What did she say?"}},
		{"What? Who gave the car?", []string{"Who gave the car?"}},
		{"The singer’s latest venture? A new perfume – with an odd name. What is it called?", nil},
		{"Who is the man whose trial begins, who left in May, and who is also accused of fraud?", nil},
		{"Which houses take bets and have the authority to return stakes?", nil},
		{"Who came and was the first to leave?", nil},
		{"Is the bridge open and is the road closed?", []string{"Is the bridge open?", "Is the road closed?"}},
		{"Who resigned?? When?!", []string{"Who resigned?", "When?!"}},
		{"Who asked “Why now? Why here?” in the hall", nil},
		{"Did Japan condemn it? I mean the car.", []string{"Did Japan condemn it? I mean the car."}},
		{"Putin gave Kim a car. Who condemned it?", nil},
		{"What is at https://news.example/a?b=c&d=e about?", []string{"What is at about?"}},
		{"Who resigned? who resigned", []string{"Who resigned?"}},
		// Lines.
		{"1. Who resigned?\n2. When did she resign?\n\n3) Where were the talks?", []string{"Who resigned?", "When did she resign?", "Where were the talks?"}},
		{"- who resigned\n- when did she resign", []string{"who resigned", "when did she resign"}},
		{"Two questions:\n• Who resigned?\n• Why?", []string{"Who resigned?", "Why?"}},
		{"1) who gave the car 2) when did seoul react", []string{"who gave the car", "when did seoul react"}},
		{"Who gave the car\nto the leader of the North?", []string{"Who gave the car to the leader of the North?"}},
		{"who resigned\nwhere were the talks", []string{"who resigned", "where were the talks"}},
		// Halves.
		{"Who gave the car and when did Seoul react?", []string{"Who gave the car?", "When did Seoul react?"}},
		{"who gave the car, and also what did seoul say", []string{"Who gave the car?", "What did seoul say"}},
		{"What did Putin say and what did Kim say?", []string{"What did Putin say?", "What did Kim say?"}},
		{"What happened in Marsa, when did it start?", []string{"What happened in Marsa?", "When did it start?"}},
		{"Who resigned and did the government name a successor?", nil},
		{"Who resigned her post and did the government name a successor?", []string{"Who resigned her post?", "Did the government name a successor?"}},
		{"Which countries signed the pact and who refused to?", []string{"Which countries signed the pact?", "Who refused to?"}},
		{"When and where did the talks begin?", []string{"When did the talks begin?", "Where did the talks begin?"}},
		{"Who left the post, and why?", []string{"Who left the post?", "Why?"}},
		{"Tell me who gave the car and when Seoul reacted.", []string{"Who gave the car?", "When Seoul reacted."}},
		{"How many boats left the port and how long did the strike last?", []string{"How many boats left the port?", "How long did the strike last?"}},
		{"Who resigned and what did she say?", []string{"Who resigned?", "What did she say?"}},
		// One question.
		{"Who and when?", nil},
		{"Who made and who sold the car?", nil},
		{"Did Putin say who gave the car and who received it?", nil},
		{"What did Kim and Putin agree on and sign?", nil},
		{"Who gave the car and was condemned by Seoul?", nil},
		{"Does the resolution say what is banned and when it was adopted?", nil},
		{"What did Kim, who was there, say?", nil},
		{"Which minister resigned in May, and was replaced in June?", nil},
		{"Who gave Kim a car and to whom?", nil},
		{"What are the terms and conditions of the deal?", nil},
		{"Who is the man and the woman in the picture?", nil},
		{"Did Seoul and Tokyo condemn what Moscow and Pyongyang did?", nil},
		{"and Seoul?", nil},
		{"why?", nil},
		// Other languages.
		{"Qui a démissionné ? Quand la ministre a-t-elle démissionné ?", []string{"Qui a démissionné ?", "Quand la ministre a-t-elle démissionné ?"}},
		{"Qui a démissionné et où les pourparlers ont-ils eu lieu ?", []string{"Qui a démissionné ?", "Où les pourparlers ont-ils eu lieu ?"}},
		{"Qui a proposé l'accord ou le plan et que dit Séoul ?", nil},
		{"Wer ist zurückgetreten und wo fanden die Gespräche statt?", []string{"Wer ist zurückgetreten ?", "Wo fanden die Gespräche statt?"}},
		{"Was sagte Seoul und Tokio?", nil},
		{"¿Quién dimitió y dónde se celebraron las conversaciones?", []string{"¿Quién dimitió ?", "Dónde se celebraron las conversaciones?"}},
		{"Кто ушёл в отставку и где прошли переговоры?", []string{"Кто ушёл в отставку ?", "Где прошли переговоры?"}},
		{"من استقال وأين جرت المحادثات؟", []string{"من استقال؟", "أين جرت المحادثات؟"}},
		{"谁辞职了？谈判在哪里举行？", []string{"谁辞职了？", "谈判在哪里举行？"}},
		{"谁辞职了，谈判在哪里举行？", []string{"谁辞职了?", "谈判在哪里举行？"}},
		{"誰が辞任し、協議はどこで行われましたか？", []string{"誰が辞任し?", "協議はどこで行われましたか？"}},
		{"누가 사임했고 회담은 어디에서 열렸나?", []string{"누가 사임했고?", "회담은 어디에서 열렸나?"}},
		{"순찰정 몇 척이 항구를 떠났나? 누가 사임했습니까?", []string{"순찰정 몇 척이 항구를 떠났나?", "누가 사임했습니까?"}},
	} {
		want := row.want
		if want == nil {
			want = []string{row.text}
		}
		if diff := cmp.Diff(want, separate(row.text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", row.text, diff)
		}
	}
}
