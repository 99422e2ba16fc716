package slack

import (
	"reflect"
	"testing"
	"unicode/utf8"

	"attache/bot"
	"attache/bot/present"
)

// TestTheHomeHasWordsInEveryLanguage, and titles of forms keep to 24 characters.
func TestTheHomeHasWordsInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, locale := range []string{"en-GB", "fr-FR", "ko-KR"} {
		w := wordsFor(locale)
		for _, name := range []string{"zone", "managers", "answers", "language"} {
			if title := w.setting(name); utf8.RuneCountInString(title) > 24 || title == name || w.settingHelp(name) == "" {
				t.Errorf("%s: the setting %s is called %q", locale, name, title)
			}
		}
		for _, c := range bot.CommandsIn(locale) {
			if _, is := formOf(gesture{what: run, trigger: "1", request: bot.Request{Text: c.Name}}); !is {
				continue
			}
			if title := w.form(c); utf8.RuneCountInString(title) > 24 {
				t.Errorf("%s: the form of %s is called %q", locale, c.Name, title)
			}
			for _, arg := range c.Args {
				if locale != "en-GB" && present.Field(arg.Name, locale) == "" {
					t.Errorf("%s: the field for %s of %s has no label", locale, arg.Name, c.Name)
				}
			}
		}
		v := reflect.ValueOf(w)
		for i := range v.NumField() {
			if v.Field(i).String() == "" {
				t.Errorf("%s lacks %s", locale, v.Type().Field(i).Name)
			}
			if locale != "en-GB" && v.Field(i).String() == reflect.ValueOf(englishWords).Field(i).String() && v.Type().Field(i).Name != "digests" {
				t.Errorf("%s: %s is English", locale, v.Type().Field(i).Name)
			}
		}
	}
}
