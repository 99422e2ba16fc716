package bot_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"attache/bot"
)

func TestRepliesAreInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, locale, channel, place, want string }{
		{"nothing is known", "", "", "", "This channel has no digest yet."},
		{"the reader's", "fr-CA", "", "", "Ce salon n’a pas encore de digest."},
		{"the reader's before the channel's", "ko", "fr", "fr", "이 채널에는 아직 다이제스트가 없습니다."},
		{"English before the channel's", "en-GB", "fr", "fr", "This channel has no digest yet."},
		{"the channel's where the reader's isn't spoken", "de", "fr", "ko", "Ce salon n’a pas encore de digest."},
		{"the channel's where the reader's isn't known", "", "ko", "", "이 채널에는 아직 다이제스트가 없습니다."},
		{"the place's where nothing else is known", "", "", "fr", "Ce salon n’a pas encore de digest."},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, nil)
			if row.channel != "" {
				if got := words(h.typed(t, "settings language "+row.channel)); !strings.Contains(got, row.channel) || strings.Contains(got, "is now") {
					t.Fatal(got)
				}
			}
			user := manager()
			user.Locale = row.locale
			r := h.handle(t, bot.Request{Kind: bot.Run, Text: "digest list", Address: channel, User: user, PlaceLocale: row.place})
			if got := words(r); !strings.Contains(got, row.want) {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

func TestAChannelsLanguageIsASetting(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	language := func(want string) {
		t.Helper()
		if got := h.Language(t.Context(), channel); got != want {
			t.Errorf("the channel's language is %q, want %q", got, want)
		}
	}
	language("")
	for _, row := range []struct{ text, want, language string }{
		{"settings language", "language: en (default)", ""},
		{"settings language klingon", "“klingon” doesn’t fit language. Write en, fr, ko or default.", ""},
		{"settings language Français", "Le réglage language est maintenant : fr.", "fr"},
		{"settings language", "language : fr.", "fr"}, // and from now on it speaks French
		{"settings language ko-KR", "설정 language의 값은 이제 ko입니다.", "ko"},
		{"settings language default", "기본값", ""},
	} {
		if got := words(h.typed(t, row.text)); !strings.Contains(got, row.want) {
			t.Errorf("%s: want %q in %s", row.text, row.want, got)
		}
		language(row.language)
	}

	// What the platform says of the place holds until somebody decides.
	if got := words(h.handle(t, bot.Request{Kind: bot.Run, Text: "digest add now weekdays 8:00", Address: channel, User: manager(), PlaceLocale: "fr"})); !strings.Contains(got, "du lundi au vendredi à 08:00") {
		t.Errorf("a digest in a French place: %s", got)
	}
	language("fr")
	h.typed(t, "settings language ko")
	language("ko")
	if got := words(h.typed(t, "digest list")); !strings.Contains(got, "평일(월~금) 08:00(UTC)") {
		t.Errorf("the schedule said back: %s", got)
	}
	if got := words(h.typed(t, "digest add daily 25:00")); !strings.Contains(got, "25:00은 시각이 아닙니다") {
		t.Errorf("times that were not understood: %s", got)
	}
}

func TestEveryCommandHasWordsInEveryLanguage(t *testing.T) {
	t.Parallel()
	english := bot.Commands()
	for _, locale := range []string{"en", "fr", "ko"} {
		for i, c := range bot.CommandsIn(locale) {
			check := func(what, text, want string) {
				if text == "" || utf8.RuneCountInString(text) > 100 || locale != "en" && text == want {
					t.Errorf("%s in %s, %s: %q must be translated and have at most 100 characters", c.Name, locale, what, text)
				}
			}
			check("summary", c.Summary, english[i].Summary)
			for j, a := range c.Args {
				check(a.Name, a.Help, english[i].Args[j].Help)
			}
		}
	}
	h := open(t, nil)
	user := manager()
	user.Locale = "fr"
	got := words(h.handle(t, bot.Request{Kind: bot.Run, Text: "help digest add", Address: channel, User: user}))
	if !strings.Contains(got, "Publier un digest dans ce salon à heures fixes") || !strings.Contains(got, "digest add <when> [zone] [about]") {
		t.Errorf("help: %s", got)
	}
}
