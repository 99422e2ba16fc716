package present_test

import (
	"testing"

	"attache/bot/present"
)

func TestCountriesAreNamedInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	for _, row := range [][3]string{
		{"KP", "", "North Korea"}, {"KP", "en-GB", "North Korea"}, {"KP", "fr", "Corée du Nord"}, {"kp", "ko-KR", "북한"}, {"KR", "ko", "대한민국"}, {"IR", "fr-CA", "Iran"},
		{"CI", "fr", "Côte d’Ivoire"}, {"XK", "", "Kosovo"}, {"TW", "", "Taiwan"}, {"DE", "fr", "Allemagne"}, {"GB", "tlh", "United Kingdom"}, {"QQ", "fr", "QQ"},
		{"", "fr", ""}, {"the Gulf", "", "the Gulf"}, {"840", "", "840"},
	} {
		if got := present.CountryName(row[0], row[1]); got != row[2] {
			t.Errorf("%q in %q is %q, want %q", row[0], row[1], got, row[2])
		}
	}
}
