package feeds

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"attache/briefings"
)

func TestTheLeadPictureComesWithItsCredit(t *testing.T) {
	t.Parallel()
	text := "<p>" + strings.Repeat("The ship left the port of Larn on Tuesday, the ministry said. ", 8) + "</p>"
	for _, row := range []struct {
		name, head, body string
		want             briefings.Picture
	}{
		{"named by the page, credit of its own", `<meta property="og:image" content="/i/ship-1200x630.jpg"><meta property="og:image:alt" content="A ship at sea">`,
			`<figure><img src="/i/ship-640x360.jpg" alt="ship"><figcaption>The ship at dawn <span class="caption__credit">Photo: A. Photographer/Example</span></figcaption></figure>`,
			briefings.Picture{URL: "https://news.example.org/i/ship-1200x630.jpg", Credit: "A. Photographer/Example", Alt: "A ship at sea"}},
		{"credit at the end of the caption", `<meta property="og:image" content="https://cdn.example.org/ship.jpg">`,
			`<figure><img src="https://cdn.example.org/ship.jpg" alt="The ship"><figcaption>The ship at dawn [Ann Lee/Example Agency]</figcaption></figure>`,
			briefings.Picture{URL: "https://cdn.example.org/ship.jpg", Credit: "Ann Lee/Example Agency", Alt: "The ship"}},
		{"the figure of another picture has another credit", `<meta property="og:image" content="https://cdn.example.org/ship.jpg">`,
			`<figure><img src="https://cdn.example.org/other.jpg"></figure><p>x</p><figure><img src="https://cdn.example.org/mayor.jpg" alt="Mayor"><figcaption>The mayor. Photo: B. Other</figcaption></figure>`,
			briefings.Picture{URL: "https://cdn.example.org/ship.jpg"}},
		{"nothing named: the first figure with a caption", "",
			`<figure><img src="/logo.png"></figure><figure><img src="/ship.jpg" alt="The ship"><figcaption>The ship. © Example Agency</figcaption></figure>`,
			briefings.Picture{URL: "https://news.example.org/ship.jpg", Credit: "Example Agency", Alt: "The ship"}},
		{"JSON-LD", `<script type="application/ld+json">{"@type":"NewsArticle","image":[{"@type":"ImageObject","url":"https://cdn.example.org/a.jpg"}]}</script>`, "", briefings.Picture{URL: "https://cdn.example.org/a.jpg"}},
		{"not over https", `<meta property="og:image" content="http://cdn.example.org/ship.jpg">`, "", briefings.Picture{}},
		{"a private host", `<meta property="og:image" content="https://192.168.1.4/ship.jpg">`, "", briefings.Picture{}},
		{"a name of the office", `<meta property="og:image" content="https://intranet.local/ship.jpg">`, "", briefings.Picture{}},
		{"another port", `<meta property="og:image" content="https://cdn.example.org:8443/ship.jpg">`, "", briefings.Picture{}},
		{"a password", `<meta property="og:image" content="https://a:b@cdn.example.org/ship.jpg">`, "", briefings.Picture{}},
		{"a script", `<meta property="og:image" content="javascript:alert(1)">`, "", briefings.Picture{}},
		{"none", "", "", briefings.Picture{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			base, _ := url.Parse("https://news.example.org/report")
			r, err := readPage("<html><head><title>The ship left Larn</title>"+row.head+"</head><body><article><h1>The ship left Larn</h1>"+row.body+text+"</article></body></html>", base)
			if err != nil {
				t.Fatal(err)
			}
			a, err := briefings.NewArticle(r, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, a.Picture); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(a.Text, "Photographer") || strings.Contains(a.Text, "Agency") {
				t.Errorf("the credit stands in the text: %q", a.Text)
			}
		})
	}
}

func FuzzCreditIn(f *testing.F) {
	f.Add("The ship at dawn [Ann Lee/Example Agency]")
	f.Add("Photo: © \xff")
	f.Fuzz(func(t *testing.T, caption string) {
		if got := creditIn(caption); len(got) > len(caption) {
			t.Errorf("%q of %q", got, caption)
		}
	})
}
