package present

import (
	"reflect"
	"regexp"
	"slices"
	"testing"
)

// TestEveryLanguageSaysEverything looks for phrases that a language lacks and for places that it does not fill as English
// does.
func TestEveryLanguageSaysEverything(t *testing.T) {
	t.Parallel()
	places := regexp.MustCompile(`\{[a-z]+\}`)
	found := func(s string) []string {
		out := places.FindAllString(s, -1)
		slices.Sort(out)
		return slices.Compact(out)
	}
	for name, p := range languages {
		got, want := reflect.ValueOf(*p), reflect.ValueOf(english)
		for i := range got.NumField() {
			field := got.Type().Field(i).Name
			switch v := got.Field(i); v.Kind() {
			case reflect.String:
				if v.String() == "" {
					t.Errorf("%s: %s is empty", name, field)
				}
				if a, b := found(v.String()), found(want.Field(i).String()); !slices.Equal(a, b) {
					t.Errorf("%s: %s fills %v, English %v", name, field, a, b)
				}
			case reflect.Map:
				for _, key := range want.Field(i).MapKeys() {
					if text := v.MapIndex(key); !text.IsValid() || text.String() == "" {
						t.Errorf("%s: %s has nothing for %q", name, field, key)
					} else if a, b := found(text.String()), found(want.Field(i).MapIndex(key).String()); !slices.Equal(a, b) {
						t.Errorf("%s: %s for %q fills %v, English %v", name, field, key, a, b)
					}
				}
			case reflect.Struct:
				if p := v.Interface().(plural); p.One == "" || p.Other == "" {
					t.Errorf("%s: %s lacks a number", name, field)
				}
			case reflect.Slice:
				if v.Len() == 0 {
					t.Errorf("%s: %s is empty", name, field)
				}
			default:
				t.Errorf("%s is a %s, which no test looks at", field, v.Kind())
			}
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
