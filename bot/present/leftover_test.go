package present

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// fragments are the runs of words that stand in a table of phrases, without its places and marks.
func fragments(v reflect.Value, into map[string]bool) {
	switch v.Kind() {
	case reflect.String:
		for f := range strings.FieldsFuncSeq(places.ReplaceAllString(v.String(), "\x00"), func(r rune) bool { return r == 0 || r == '*' || r == '\n' }) {
			if f = strings.Trim(f, " .,:;!?()“”\"’"); len(strings.Fields(f)) > 2 && len(f) > 13 {
				into[f] = true
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			fragments(v.MapIndex(key), into)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fragments(v.Field(i), into)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fragments(v.Index(i), into)
		}
	}
}

// TestNoEnglishIsLeftInOtherLanguages reads the corpus in French and in Korean, as it is shown, for phrases of the English table:
// its sentences and labels, and the reasons that other rooms give.
func TestNoEnglishIsLeftInOtherLanguages(t *testing.T) {
	t.Parallel()
	said := map[string]bool{}
	fragments(reflect.ValueOf(english), said)
	if len(said) < 300 {
		t.Fatalf("the English table has %d phrases; are all of them looked at?", len(said))
	}
	for language, p := range languages {
		if p == &english {
			continue
		}
		own := map[string]bool{}
		fragments(reflect.ValueOf(*p), own)
		raw, err := os.ReadFile("testdata/" + language + ".golden")
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(string(raw)), " ")
		for f := range said {
			if !own[f] && strings.Contains(text, f) {
				t.Errorf("%s says in English %q", language, f)
			}
		}
	}
}
