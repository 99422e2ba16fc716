package tongues_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"attache/briefings/briefingstest"
	"attache/briefings/tongues"
)

type report struct{ ID, Lang, Title, Text, Gold string }

func reports(t testing.TB) []report {
	t.Helper()
	f, err := os.Open(briefingstest.Shared(t, "data", "languages-dev", "events.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []report
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var r report
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// TestReportsOfOneEventFindEachOtherAcrossLanguages asks of every foreign report which of the English ones is about the same
// event. No two share a sentence. Beside it stands what numbers, countries and the consonants of names reach alone.
func TestReportsOfOneEventFindEachOtherAcrossLanguages(t *testing.T) {
	t.Parallel()
	all := reports(t)
	right, asked, words := found(all, func(k string) bool { return true })
	plain, _, _ := found(all, func(k string) bool { return strings.ContainsAny(k[:1], "rns") })
	t.Logf("right at first place: %d of %d; by numbers, countries and consonants alone %d\n%s", right, asked, plain, words)
	if float64(right) < .7*float64(asked) || right < plain+asked/10 {
		t.Errorf("%d of %d, %d by plain means", right, asked, plain)
	}
}

func found(all []report, keep func(key string) bool) (right, asked int, words string) {
	rarity := map[string]*tongues.Rarity{}
	keys := map[string]map[string]tongues.Keys{} // language → event
	for _, r := range all {
		if rarity[r.Lang] == nil {
			rarity[r.Lang], keys[r.Lang] = &tongues.Rarity{}, map[string]tongues.Keys{}
		}
		k := tongues.KeysOf(r.Lang, r.Title+". "+r.Text)
		maps.DeleteFunc(k, func(key string, _ float64) bool { return !keep(key) })
		keys[r.Lang][r.Gold] = k
		rarity[r.Lang].Count(k)
	}
	var lines []string
	for lang, texts := range keys {
		if lang == "en" {
			continue
		}
		hits := 0
		for event, k := range texts {
			best, which := -1.0, ""
			for candidate, e := range keys["en"] {
				if s := tongues.Similarity(k, rarity[lang], e, rarity["en"]); s > best || s == best && candidate < which {
					best, which = s, candidate
				}
			}
			if which == event {
				hits++
			}
		}
		right += hits
		asked += len(texts)
		lines = append(lines, fmt.Sprintf("%s %.2f", lang, float64(hits)/float64(len(texts))))
	}
	slices.Sort(lines)
	return right, asked, strings.Join(lines, ", ")
}

func TestKeysCrossScripts(t *testing.T) {
	t.Parallel()
	english := tongues.KeysOf("en", "Kim Jong-un met Donald Trump in Singapore, 12 June 2018, the hospital in Seoul said.")
	for language, text := range map[string]string{
		"ru": "Дональд Трамп встретился в Сингапуре, 2018", "ja": "シンガポールでドナルド・トランプ大統領 2018年", "zh": "特朗普在新加坡，2018年",
		"ko": "도널드 트럼프는 싱가포르에서 2018", "ar": "دونالد ترامب في سنغافورة 2018", "fr": "Donald Trump à Singapour en 2018", "el": "Ντόναλντ Τραμπ στη Σιγκαπούρη 2018",
	} {
		keys := tongues.KeysOf(language, text)
		for _, want := range []string{"r:SG", "n:2018"} {
			if keys[want] == 0 || english[want] == 0 {
				t.Errorf("%s lacks %s: %v", language, want, keys)
			}
		}
		if language != "el" && keys["s:tlnp"] == 0 { // Greek writes a d as nt
			t.Errorf("%s lacks the consonants of Trump: %v", language, keys)
		}
	}
	if english["s:tlnp"] == 0 {
		t.Errorf("English lacks the consonants of Trump: %v", english)
	}
}

func FuzzKeysOf(f *testing.F) {
	f.Add("zh", "特朗普在新加坡·2018")
	f.Add("xx", "\xff\u202e0")
	f.Fuzz(func(t *testing.T, language, text string) {
		a, r := tongues.KeysOf(language, text), &tongues.Rarity{}
		r.Count(a)
		if s := tongues.Similarity(a, r, a, r); s < 0 || s > 1+1e-9 || s != s {
			t.Errorf("a text is like itself by %v", s)
		}
	})
}
