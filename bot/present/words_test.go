package present

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"attache/bot/message"
)

// TestEveryLanguageSaysEverything looks for phrases that a language lacks and for places that it does not fill as English
// does.
func TestEveryLanguageSaysEverything(t *testing.T) {
	t.Parallel()
	for name, p := range languages {
		sameWords(t, name, reflect.ValueOf(*p), reflect.ValueOf(english))
	}
}

var places = regexp.MustCompile(`\{[a-z]+\}|` + "`[^`]*`")

// filled are the places of a template and what is to be typed in it, which no language translates.
func filled(s string) []string {
	out := places.FindAllString(s, -1)
	slices.Sort(out)
	return slices.Compact(out)
}

// sameWords holds a part of a table to the same part of the English one.
func sameWords(t *testing.T, at string, got, want reflect.Value) {
	t.Helper()
	switch got.Kind() {
	case reflect.String:
		text := got.String()
		if strings.TrimSpace(text) == "" {
			t.Errorf("%s is empty", at)
		}
		if a, b := filled(text), filled(want.String()); !slices.Equal(a, b) {
			t.Errorf("%s fills %v, English %v", at, a, b)
		}
		if strings.Count(text, "*")%2 != 0 && !strings.Contains(text, "`") && !strings.Contains(at, ".Unclear") && !strings.Contains(at, ".Reasons") { // those have no markup
			t.Errorf("%s has a strong part without an end: %s", at, text)
		}
		if message.Clean(text) != text {
			t.Errorf("%s has a character that no platform shows: %q", at, text)
		}
	case reflect.Map:
		for _, key := range want.MapKeys() {
			if v := got.MapIndex(key); !v.IsValid() {
				t.Errorf("%s has nothing for %q", at, key)
			} else {
				sameWords(t, fmt.Sprintf("%s of %q", at, key), v, want.MapIndex(key))
			}
		}
		for _, key := range got.MapKeys() {
			if !want.MapIndex(key).IsValid() {
				t.Errorf("%s has %q, of which English knows nothing", at, key)
			}
		}
	case reflect.Struct:
		if p, ok := got.Interface().(plural); ok {
			for _, text := range []string{p.One, p.Other} {
				if text == "" {
					t.Errorf("%s lacks a number", at)
				}
			}
			if a, b := filled(p.Other), filled(want.Interface().(plural).Other); !slices.Equal(a, b) {
				t.Errorf("%s fills %v, English %v", at, a, b)
			}
			return
		}
		for i := range got.NumField() {
			sameWords(t, at+"."+got.Type().Field(i).Name, got.Field(i), want.Field(i))
		}
	case reflect.Slice:
		if got.Len() != want.Len() {
			t.Errorf("%s has %d entries, English %d", at, got.Len(), want.Len())
			return
		}
		for i := range got.Len() {
			sameWords(t, fmt.Sprintf("%s[%d]", at, i), got.Index(i), want.Index(i))
		}
	default:
		t.Errorf("%s is a %s, which no test looks at", at, got.Kind())
	}
}

func TestJointFitsTheWordsBeforeIt(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ pair, before, want string }{
		{"은/는", "김여정", "은"}, {"은/는", "통일부", "는"}, {"이/가", "서울", "이"}, {"이/가", "미국 국무부 ", "가"},
		{"을/를", "“호르무즈 해협”", "을"}, {"을/를", "‘제재’", "를"}, {"을/를", "sanctions", "를"},
		{"으로/로", "서울", "로"}, {"으로/로", "평양", "으로"}, {"으로/로", "도쿄", "로"}, {"으로/로", "7", "로"}, {"으로/로", "3", "으로"},
		{"이/가", "BBC", "가"}, {"이/가", "CNN", "이"}, {"이/가", "KCNA (state media, North Korea)", "가"}, {"이/가", "조선중앙통신(관영 매체)", "이"},
		{"은/는", "Kim Jong-un", "은"}, {"은/는", "Post", "은(는)"}, {"은/는", "", "은(는)"}, {"은/는", "d7f3", "은"}, {"은/는", "d7f2", "는"}, {"은/는", "東京", "은(는)"},
		{"은/는", "(state media)", "는"}, {"이/가", "AFL", "이"},
		{"a/ont", "Kim Yo-jong", "a"}, {"a/ont", "South Korean officials", "ont"}, {"a/ont", "Reuters", "a"}, {"a/ont", "Kim and Putin", "ont"},
		{"a/ont", "the Ministry of Foreign Affairs", "a"}, {"a/ont", "a spokesman for the officials", "a"}, {"a/ont", "two people familiar with the talks", "ont"},
		{"a/ont", "KCNA, the state news agency", "a"}, {"a/ont", "", "a"},
	} {
		if got := joint(row.pair, row.before); got != row.want {
			t.Errorf("%s after %q is %q, want %q", row.pair, row.before, got, row.want)
		}
	}
}

func TestWhenInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		of         []Occasion
		en, fr, ko string
	}{
		{[]Occasion{{Times: []int{480}}}, "every day at 08:00, Asia/Seoul", "tous les jours à 08:00, Asia/Seoul", "매일 08:00(Asia/Seoul)"},
		{[]Occasion{{Weekdays: []int{1, 2, 3, 4, 5}, Times: []int{450, 1020}}}, "every weekday at 07:30 and 17:00, Asia/Seoul",
			"du lundi au vendredi à 07:30 et 17:00, Asia/Seoul", "평일(월~금) 07:30 및 17:00(Asia/Seoul)"},
		{[]Occasion{{Weekdays: []int{0, 1, 4}, Times: []int{540}}}, "every Monday, Thursday and Sunday at 09:00, Asia/Seoul",
			"chaque lundi, jeudi et dimanche à 09:00, Asia/Seoul", "매주 월요일, 목요일 및 일요일 09:00(Asia/Seoul)"},
		{[]Occasion{{Weekdays: []int{0, 1, 2, 3, 4, 5}, Times: []int{540}}}, "every day except Saturday at 09:00, Asia/Seoul",
			"tous les jours sauf le samedi à 09:00, Asia/Seoul", "토요일을 뺀 매일 09:00(Asia/Seoul)"},
		{[]Occasion{{Every: 60}}, "every hour, Asia/Seoul", "toutes les heures, Asia/Seoul", "매시 정각(Asia/Seoul)"},
		{[]Occasion{{Every: 30, First: 540, Last: 1020, Weekdays: []int{1, 2, 3, 4, 5}}}, "every 30 minutes from 09:00 to 17:00 each weekday, Asia/Seoul",
			"toutes les 30 minutes de 09:00 à 17:00, du lundi au vendredi, Asia/Seoul", "평일(월~금) 09:00부터 17:00까지 30분마다(Asia/Seoul)"},
		{[]Occasion{{Every: 120, First: 0, Last: 1320}}, "every 2 hours from 00:00 to 22:00, Asia/Seoul", "toutes les 2 heures de 00:00 à 22:00, Asia/Seoul",
			"00:00부터 22:00까지 2시간마다(Asia/Seoul)"},
		{[]Occasion{{Past: []int{5, 20}}}, "every hour at 5 and 20 minutes past, Asia/Seoul", "toutes les heures, aux minutes 5 et 20, Asia/Seoul", "매시 5 및 20분(Asia/Seoul)"},
		{[]Occasion{{Count: 9, First: 495, Last: 1020}}, "every day 9 times from 08:15 to 17:00, Asia/Seoul", "tous les jours 9 fois de 08:15 à 17:00, Asia/Seoul",
			"매일 08:15부터 17:00까지 9번(Asia/Seoul)"},
		{[]Occasion{{Dates: []int{1, 15}, Times: []int{600}}}, "on the 1st and 15th of every month at 10:00, Asia/Seoul", "les 1er et 15 de chaque mois à 10:00, Asia/Seoul",
			"매월 1일 및 15일 10:00(Asia/Seoul)"},
		{[]Occasion{{Dates: []int{31}, Times: []int{600}}}, "on the 31st of every month that has it at 10:00, Asia/Seoul", "le 31 des mois qui en ont un à 10:00, Asia/Seoul",
			"31일이 있는 달의 31일 10:00(Asia/Seoul)"},
		{[]Occasion{{Dates: []int{1}, Months: []int{1, 4, 7, 10}, Times: []int{540}}}, "on the 1st of January, April, July and October at 09:00, Asia/Seoul",
			"le 1er (janvier, avril, juillet et octobre) à 09:00, Asia/Seoul", "1월, 4월, 7월 및 10월 1일 09:00(Asia/Seoul)"},
		{[]Occasion{{Weekdays: []int{1}, Months: []int{6, 7, 8}, Times: []int{540}}}, "every Monday in June to August at 09:00, Asia/Seoul",
			"chaque lundi (juin à août) à 09:00, Asia/Seoul", "6월~8월 매주 월요일 09:00(Asia/Seoul)"},
		{[]Occasion{{Dates: []int{13}, Weekdays: []int{5}, Both: true, Times: []int{0}}}, "on the 13th of every month, only if it is Friday at 00:00, Asia/Seoul",
			"le 13 de chaque mois, seulement si c’est un vendredi à 00:00, Asia/Seoul", "매월 13일(금요일인 경우에만) 00:00(Asia/Seoul)"},
		{[]Occasion{{Dates: []int{1}, Weekdays: []int{1}, Times: []int{480}}}, "on the 1st of every month and every Monday at 08:00, Asia/Seoul",
			"le 1er de chaque mois et chaque lundi à 08:00, Asia/Seoul", "매월 1일과 매주 월요일 08:00(Asia/Seoul)"},
		{[]Occasion{{Weekdays: []int{6}, Times: []int{600}}, {Weekdays: []int{0}, Times: []int{660}}}, "every Saturday at 10:00; every Sunday at 11:00, Asia/Seoul",
			"chaque samedi à 10:00 ; chaque dimanche à 11:00, Asia/Seoul", "매주 토요일 10:00; 매주 일요일 11:00(Asia/Seoul)"},
	} {
		for locale, want := range map[string]string{"": row.en, "fr-CA": row.fr, "ko_KR.UTF-8": row.ko} {
			if got := When(row.of, "Asia/Seoul", locale); got != want {
				t.Errorf("in %q: got %q, want %q", locale, got, want)
			}
		}
	}
}

func TestReasonsAreRetoldInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ reason, en, fr, ko string }{
		{"daily.example did not answer in time; try again later", "daily.example did not answer in time; try again later",
			"daily.example n’a pas répondu à temps ; réessayez plus tard", "daily.example에서 제때 응답하지 않았습니다. 나중에 다시 시도해 주세요"},
		{"reported by 5 outlets, 2 of them independently (+1.20)", "reported by 5 outlets, 2 of them independently (+1.20)",
			"rapporté par 5 médias, dont 2 de façon indépendante (+1.20)", "매체 5곳이 보도, 그중 2곳은 독립적으로 보도 (+1.20)"},
		{`it is about "oil", which this channel leaves out`, `it is about "oil", which this channel leaves out`, "il porte sur « oil », que ce salon laisse de côté", "이 채널에서 빼기로 한 주제: oil"},
		{"it repeats “Who (or what) {n}” (KCNA)", "it repeats “Who (or what) {n}” (KCNA)", "il reprend « Who (or what) {n} » (KCNA)", "“Who (or what) {n}”(KCNA) 기사를 되풀이함"},
		{"Attaché was taken out of this place.", "Attaché was taken out of this place.", "Attaché a été retiré de ce lieu.", "이곳에서 Attaché를 내보냈습니다."},
		{"a reason that nobody has foreseen", "a reason that nobody has foreseen", "a reason that nobody has foreseen", "a reason that nobody has foreseen"},
	} {
		for locale, want := range map[string]string{"": row.en, "fr": row.fr, "ko": row.ko} {
			if got := Reason(errors.New(row.reason), locale); got != want {
				t.Errorf("in %q: got %q, want %q", locale, got, want)
			}
		}
	}
}

func TestLanguageOfALocale(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{
		"": "", "C": "", "C.UTF-8": "", "POSIX": "", "de-DE": "", "en": "en", "en-GB": "en", "EN_us": "en", "fr": "fr", "fr-CA": "fr", "fr_FR.UTF-8": "fr", "ko-KR": "ko",
		" ko ": "ko", "french": "fr", "Français": "fr", "한국어": "ko", "frx": "",
	} {
		if got := Language(locale); got != want {
			t.Errorf("the language of %q is %q, want %q", locale, got, want)
		}
	}
}

func TestSay(t *testing.T) {
	t.Parallel()
	got := say("*Bold {x}* and `type {x} * y`, {n}", args{"x": "*a* {n}", "n": 3})
	want := []struct{ kind, text string }{{"strong", "Bold "}, {"strong", "*a* {n}"}, {"", " and "}, {"code", "type *a* {n} * y"}, {"", ", "}, {"", "3"}}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i, w := range want {
		if string(got[i].Kind) != w.kind || got[i].Text != w.text {
			t.Errorf("span %d is %q %q, want %q %q", i, got[i].Kind, got[i].Text, w.kind, w.text)
		}
	}
}
