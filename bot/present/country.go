package present

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// CountryName is what a country (ISO 3166 alpha-2) is called in the language of a locale, by Unicode's CLDR: English where the
// language has no name of it, and the code itself where there is no such country.
func CountryName(code, locale string) string {
	region, err := language.ParseRegion(strings.ToUpper(code))
	if err != nil || len(code) != 2 || !region.IsCountry() {
		return code
	}
	for _, tag := range []language.Tag{language.Make(locale), language.English} {
		if names := display.Regions(tag); names != nil {
			if name := names.Name(region); name != "" {
				return name
			}
		}
	}
	return code
}
