package feeds

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attache/briefings"
)

func TestATableOfOnesOwnIsRead(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, table string
		want        map[string]string
		err         string
	}{
		{name: "labels, notes and a host alone", table: "\ufeff# ours\n\nExample.org  state media,\tFreedonia\nwww.tass.com\n", want: map[string]string{"example.org": "state media, Freedonia", "tass.com": ""}},
		{name: "an address", table: "https://example.org/ state media", err: "line 1"},
		{name: "no host", table: "example.org x\nstate media", err: "line 2"},
		{name: "a long label", table: "example.org " + strings.Repeat("x", 90), err: "longer than 80"},
		{name: "nothing", want: map[string]string{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, err := ReadOutlets(strings.NewReader(row.table))
			if row.err != "" {
				if err == nil || !strings.Contains(err.Error(), row.err) {
					t.Errorf("error %v, want %q", err, row.err)
				}
				return
			}
			if diff := cmp.Diff(row.want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestOwnLabelsStandBeforeTheBuiltInOnes(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/feed" {
			w.Header().Set("Content-Type", "application/rss+xml")
			_, _ = w.Write([]byte(`<rss version="2.0"><channel><title>Desk</title><item><title>A tanker was seized</title><link>https://news.tass.com/1</link><description>The coast guard seized a tanker.</description></item><item><title>The river rose</title><link>https://rt.com/2</link><description>The river rose by a metre.</description></item></channel></rss>`))
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte("Tanker seized\n\nThe coast guard seized a tanker on Friday."))
	}))
	t.Cleanup(site.Close)
	f, err := New(Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Gap: -1, Outlets: map[string]string{"127.0.0.1": "our own", "tass.com": ""}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Page(t.Context(), site.URL+"/page")
	if err != nil || r.Label != "our own" {
		t.Errorf("page: label %q, %v", r.Label, err)
	}
	reports, _, err := f.Poll(t.Context(), briefings.Source{ID: "x", URL: site.URL + "/feed"})
	if err != nil || len(reports) != 2 {
		t.Fatalf("%d reports, %v", len(reports), err)
	}
	labels := map[string]string{}
	for _, r := range reports {
		labels[r.URL] = r.Label
	}
	if diff := cmp.Diff(map[string]string{"https://news.tass.com/1": "", "https://rt.com/2": "state media, Russia"}, labels); diff != "" {
		t.Errorf("feed (-want +got):\n%s", diff)
	}
}

// FuzzReadOutlets holds the table to its bounds.
func FuzzReadOutlets(f *testing.F) {
	f.Add("example.org state media\n#x\nwww.tass.com")
	f.Fuzz(func(t *testing.T, table string) {
		got, err := ReadOutlets(strings.NewReader(table))
		for host, label := range got {
			if err == nil && (!strings.Contains(host, ".") || len(label) > maxOutletLabel || strings.ContainsAny(label, "\n\r\t")) {
				t.Fatalf("%q: %q", host, label)
			}
		}
	})
}
