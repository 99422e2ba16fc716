package store

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/briefings"
)

// TestCutsAreReadQuicklyAndTheSame compares the quick reader of cuts with encoding/json on what is kept, and leaves to that whatever it
// does not know.
func TestCutsAreReadQuicklyAndTheSame(t *testing.T) {
	t.Parallel()
	a, err := briefings.NewArticle(briefings.Archive()[0], time.Date(2024, 2, 20, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := cutOf(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{kept, `{}`, `{"s":[{"p":-1,"s":0,"e":3,"r":"headline"}]}`, `{"p":[{"s":0,"e":1,"f":0,"l":1}]}`} {
		var want cut
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		got, ok := readCut(text)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("%.60s: %v (-json +quick):\n%s", text, ok, diff)
		}
	}
	for _, text := range []string{``, `null`, `{"s":[]}`, `{ }`, `{"s":[{"p":0,"s":1,"e":2}],}`, `{"s":[{"p":0,"s":-,"e":2}]}`, `{"s":[{"p":0,"s":1,"e":2,"r":"byline"}]}`, `{"s":[{"p":0,"s":99999999999,"e":2}]}`, kept + " ", kept[:len(kept)-3]} {
		if got, ok := readCut(text); ok {
			t.Errorf("%.60s: read as %v", text, got)
		}
	}
}
