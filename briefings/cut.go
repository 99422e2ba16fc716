package briefings

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/language"

	"attache/briefings/prose"
)

// Sizes of a passage in words: short paragraphs are read together until there are enough, long ones are divided.
const (
	passageEnough = 90
	passageMost   = 190
)

// NewArticle makes an article of a report that was read at the given time. The text is cleaned first (broken encodings are
// repaired; control, bidirectional and zero-width characters go), so that every offset counts in the text that is kept. A
// date that the text itself begins with ("date 2024-02-20") is the date of publication of a report without one. A report
// without text is ErrEmpty, one of more than MaxText bytes ErrTooLarge.
func NewArticle(r Report, read time.Time) (Article, error) {
	if len(r.Text) > MaxText {
		return Article{}, fmt.Errorf("%d bytes: %w", len(r.Text), ErrTooLarge)
	}
	r.Text = cleanText(r.Text)
	r.Title = cleanLine(r.Title, MaxTitle)
	r.Outlet = cleanLine(r.Outlet, 200)
	r.Byline = cleanLine(r.Byline, 200)
	r.Label = cleanLine(r.Label, 200)
	r.URL = strings.TrimSpace(r.URL)
	r.Picture = pictureOf(r.Picture)
	if r.Text == "" {
		return Article{}, ErrEmpty
	}
	if r.Published.IsZero() {
		if day, ok := dateline(r.Text); ok {
			r.Published, r.DateOnly = day, true
		}
	}
	if r.Language = languageTag(r.Language); r.Language == "" {
		r.Language = prose.Language(r.Title + ". " + r.Text[:min(len(r.Text), 1200)])
	}
	a := Article{Report: r, Revision: 1, Read: read, Hash: hash(r.Title, r.Text)}
	if a.ID == "" {
		a.ID = articleID(r)
	}
	a.cut()
	return a, nil
}

// pictureOf is a picture as it may be shown, or none: its address is one that a browser reaches over https on a public host.
func pictureOf(p Picture) Picture {
	u, err := url.Parse(strings.TrimSpace(p.URL))
	if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" && u.Port() != "443" || len(p.URL) > 2000 || !publicHost(u.Hostname()) {
		return Picture{}
	}
	return Picture{URL: u.String(), Credit: cleanLine(p.Credit, 200), Alt: cleanLine(p.Alt, 300)}
}

// publicHost says whether a host is named by a name that the world knows: no address, and no name of a home or office network.
func publicHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	suffix, registered := publicsuffix.PublicSuffix(host)
	return strings.Contains(host, ".") && host != suffix && (registered || strings.Contains(suffix, "."))
}

// languageTag is a language as its source names it (BCP 47), or "" where that is none.
func languageTag(text string) string {
	tag, err := language.Parse(strings.TrimSpace(text))
	if err != nil || tag == language.Und {
		return ""
	}
	return tag.String()
}

// articleID names an article by its address, or by what it says.
func articleID(r Report) string {
	name := r.Title + "\x00" + r.Text
	if u := canonicalURL(r.URL); u != "" {
		name = u
	}
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:6])
}

// canonicalURL is an address without what differs between two links to the same page.
func canonicalURL(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" {
		return ""
	}
	host := strings.TrimPrefix(strings.ToLower(u.Host), "www.")
	q := u.Query()
	for k := range q {
		l := strings.ToLower(k)
		if strings.HasPrefix(l, "utm_") || l == "fbclid" || l == "gclid" || l == "ref" || l == "cmpid" || l == "ocid" {
			q.Del(k)
		}
	}
	s := host + strings.TrimSuffix(u.EscapedPath(), "/")
	if enc := q.Encode(); enc != "" {
		s += "?" + enc
	}
	return s
}

// dateline reads a date that a text begins with: "date 2024-02-20", "Published: 3 May 2024".
func dateline(text string) (time.Time, bool) {
	head := text[:min(len(text), 80)]
	lower := strings.ToLower(head)
	for _, w := range []string{"date", "published", "updated", "posted"} {
		rest, ok := strings.CutPrefix(lower, w)
		if !ok {
			continue
		}
		at := len(head) - len(strings.TrimLeft(rest, " :on"))
		for _, t := range prose.Times(head[at:], time.Time{}) {
			if t.Start <= 2 && t.Precision == prose.Day && !t.Value.IsZero() {
				return t.Value, true
			}
		}
	}
	return time.Time{}, false
}

// cleanLine makes one line of s, cut at a word when it is longer than most bytes.
func cleanLine(s string, most int) string {
	s = strings.Join(strings.Fields(cleanText(s)), " ")
	if len(s) <= most {
		return s
	}
	s = s[:most]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	if i := strings.LastIndexByte(s, ' '); i > most/2 {
		s = s[:i]
	}
	return s
}

// cleanText repairs and normalises foreign text: valid UTF-8, "\n" for every line break, one kind of space, no character
// that is invisible or turns the direction of what follows.
func cleanText(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	newlines := 0
	prev := rune(0)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n <= 1 {
			// A stray byte is most often Windows-1252.
			r = charmap.Windows1252.DecodeByte(s[i])
			n = 1
		}
		i += n
		switch {
		case r == '\r':
			if i < len(s) && s[i] == '\n' {
				continue
			}
			r = '\n'
		case r == '\u2028', r == '\u2029', r == '\u0085', r == '\v', r == '\f':
			r = '\n'
		case r == '\t':
			r = ' '
		case r == '\u200c' || r == '\u200d':
			// Joiners have meaning in scripts that join, and hide things in others.
			if prev < 0x590 || !unicode.IsLetter(prev) && !unicode.Is(unicode.Mn, prev) {
				continue
			}
		case unicode.IsControl(r) && r != '\n', invisible(r):
			continue
		case unicode.IsSpace(r) && r != '\n':
			r = ' '
		}
		if r == '\n' {
			newlines++
			if newlines > 2 {
				continue
			}
		} else if r != ' ' {
			newlines = 0
		}
		b.WriteRune(r)
		prev = r
	}
	return strings.TrimSpace(b.String())
}

func invisible(r rune) bool {
	switch {
	case r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F,
		r == 0x00AD, r == 0x061C, r == 0x180E, r == 0xFEFF, r == 0xFFFE, r == 0xFFFF,
		r >= 0xFE00 && r <= 0xFE0F, r >= 0xFFF9 && r <= 0xFFFB, r >= 0xE0000 && r <= 0xE0FFF,
		r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, r == 0x034F, r == 0x17B4, r == 0x17B5:
		return true
	}
	return false
}

// cut divides the article into sentences and passages.
func (a *Article) cut() {
	a.Sentences, a.Passages = nil, nil
	if a.Title != "" {
		a.Sentences = append(a.Sentences, Sentence{Index: 0, Passage: -1, Start: 0, End: len(a.Title), Role: RoleHeadline})
	}
	paragraphs := prose.Paragraphs(a.Text)
	var cur *Passage
	words := 0
	closePassage := func() {
		if cur != nil && cur.Last > cur.First {
			a.Passages = append(a.Passages, *cur)
		}
		cur, words = nil, 0
	}
	for k, p := range paragraphs {
		para := p.Of(a.Text)
		spans := prose.Sentences(para)
		role := paragraphRole(para, spans, k == len(paragraphs)-1, len(paragraphs) > 2)
		if role == RoleHeading {
			closePassage()
		}
		for _, s := range spans {
			n := len(strings.Fields(s.Of(para)))
			if cur != nil && (words+n > passageMost) {
				closePassage()
			}
			if cur == nil {
				cur = &Passage{Index: len(a.Passages), Start: p.Start + s.Start, First: len(a.Sentences), Last: len(a.Sentences)}
			}
			a.Sentences = append(a.Sentences, Sentence{Index: len(a.Sentences), Passage: cur.Index, Start: p.Start + s.Start, End: p.Start + s.End, Role: role})
			cur.End = p.Start + s.End
			cur.Last = len(a.Sentences)
			words += n
		}
		if role == RoleCaption || words >= passageEnough {
			closePassage()
		}
	}
	closePassage()
}

var captionMarks = []string{"getty images", " / afp", "/afp", "via reuters", "/reuters", "ap photo", "photo by", "photo:", "image:", "image credit",
	"image source", "file photo", "photograph:", "picture:", " via ap", "(photo", "handout", "courtesy of", "pictured"}

// paragraphRole tells headings and captions from the body.
func paragraphRole(para string, spans []prose.Span, last, several bool) Role {
	words := len(strings.Fields(para))
	lower := strings.ToLower(para)
	if words <= 60 && len(spans) <= 3 {
		for _, m := range captionMarks {
			if strings.Contains(lower, m) {
				return RoleCaption
			}
		}
		if strings.HasPrefix(lower, "a picture of ") || strings.HasPrefix(lower, "pictured: ") || strings.HasPrefix(lower, "caption: ") {
			return RoleCaption
		}
	}
	if several && !last && len(spans) == 1 && words <= 12 {
		r, _ := utf8.DecodeLastRuneInString(para)
		if !strings.ContainsRune(".!?:;,…”\"", r) && !strings.HasPrefix(para, "•") && !strings.HasPrefix(para, "- ") {
			return RoleHeading
		}
	}
	return RoleBody
}
