package briefings

import (
	"fmt"
	"math"
	"sort"
	"strings"
	"unicode"

	"attache/briefings/prose"
)

// Ground throws out of a draft whatever the articles do not carry, and tells what and why. look returns a revision of an
// article (0 is the newest).
//
// A claim stays only if each of its citations quotes the article word for word (offsets are mended when the quote stands
// elsewhere in it; title, outlet and address are always the article's own), and if the claim's text is a part of a quote or
// says nothing that its quotes lack: no name, number, date, quotation or link, no word of substance that isn't in the
// passage, no denial that is added or taken away. Its speaker must stand in the article; a claim without one is given the
// speaker that the article gives it, so that what was reported never becomes a fact. Short stays if it stands in the first
// claim's quotes.
func Ground(draft Draft, look func(id string, revision int) (Article, bool)) (Draft, []Rejection) {
	said := map[string][]Statement{}
	return ground(draft, look, func(a *Article, _ int) []Statement {
		key := fmt.Sprintf("%s\x00%d\x00%s", a.ID, a.Revision, a.Hash)
		list, known := said[key]
		if !known {
			list = statementsOf(*a)
			said[key] = list
		}
		return list
	})
}

// ground is Ground with the articles' statements, up to a sentence at least, from hear.
func ground(draft Draft, look func(id string, revision int) (Article, bool), hear func(a *Article, sentence int) []Statement) (Draft, []Rejection) {
	out := Draft{Verdict: draft.Verdict, Short: strings.TrimSpace(draft.Short), Confidence: draft.Confidence, Missing: draft.Missing}
	if math.IsNaN(out.Confidence) || out.Confidence < 0 {
		out.Confidence = 0
	}
	out.Confidence = min(out.Confidence, 1)
	if out.Verdict != Answered && out.Verdict != Disputed && out.Verdict != NotInSources {
		out.Verdict = Answered
	}
	var rejected []Rejection
	for _, c := range draft.Claims {
		kept, reason := groundClaim(c, look, hear)
		if reason != "" {
			rejected = append(rejected, Rejection{Text: c.Text, Reason: reason})
			continue
		}
		out.Claims = append(out.Claims, kept)
	}
	if out.Short != "" {
		stands := false
		if len(out.Claims) > 0 {
			for _, cite := range out.Claims[0].Citations {
				if strings.Contains(cite.Quote, out.Short) {
					stands = true
				}
			}
		}
		if !stands {
			rejected = append(rejected, Rejection{Text: out.Short, Reason: "the short answer does not stand in the first claim's quotes"})
			out.Short = ""
		}
	}
	if len(out.Claims) == 0 && out.Verdict != NotInSources {
		out.Verdict = NotInSources
	}
	if out.Verdict == Disputed && len(out.Claims) < 2 {
		out.Verdict = Answered
	}
	return out, rejected
}

// groundClaim returns the claim as it may be shown, or why it may not.
func groundClaim(c Claim, look func(id string, revision int) (Article, bool), hear func(a *Article, sentence int) []Statement) (Claim, string) {
	c.Text = strings.TrimSpace(c.Text)
	if c.Text == "" {
		return c, "the claim is empty"
	}
	if len(c.Citations) == 0 {
		return c, "the claim cites nothing"
	}
	if len(c.Text) > 4000 || len(c.Citations) > 8 {
		return c, "the claim is too long"
	}
	kept := c
	kept.Citations = nil
	var quotes, context strings.Builder
	var articles []Article
	whole := false
	for _, cite := range c.Citations {
		a, ok := look(cite.Article, cite.Revision)
		if !ok {
			return c, fmt.Sprintf("article %q is not in the library", cite.Article)
		}
		good, ok := mend(a, cite)
		if !ok {
			return c, "a quote does not stand in the article"
		}
		kept.Citations = append(kept.Citations, good)
		articles = append(articles, a)
		quotes.WriteString(good.Quote + "\n")
		if s := a.Sentences; good.Sentence < len(s) && s[good.Sentence].Passage >= 0 && s[good.Sentence].Passage < len(a.Passages) {
			p := a.Passages[s[good.Sentence].Passage]
			context.WriteString(a.Text[p.Start:p.End] + "\n")
		}
		context.WriteString(a.Title + "\n" + a.Outlet + "\n")
		if strings.Contains(good.Quote, c.Text) {
			whole = true
		}
	}
	if !whole {
		if reason := unsupported(c.Text, quotes.String(), quotes.String()+context.String()); reason != "" {
			return c, reason
		}
	}
	if reason := kept.attribute(articles, hear); reason != "" {
		return c, reason
	}
	return kept, ""
}

// mend checks a citation against its article and returns it with the article's own particulars.
func mend(a Article, c Citation) (Citation, bool) {
	if strings.TrimSpace(c.Quote) == "" {
		return c, false
	}
	headline := c.Sentence >= 0 && c.Sentence < len(a.Sentences) && a.Sentences[c.Sentence].Role == RoleHeadline
	text := a.Text
	if headline {
		text = a.Title
	}
	if c.Start < 0 || c.End > len(text) || c.Start >= c.End || text[c.Start:c.End] != c.Quote {
		i := strings.Index(text, c.Quote)
		if i < 0 {
			headline = !headline
			text = a.Text
			if headline {
				text = a.Title
			}
			i = strings.Index(text, c.Quote)
		}
		if i < 0 {
			return c, false
		}
		c.Start, c.End = i, i+len(c.Quote)
	}
	sentence := -1
	for i, s := range a.Sentences {
		if (s.Role == RoleHeadline) == headline && s.Start <= c.Start && c.Start < s.End {
			sentence = i
			break
		}
	}
	if sentence < 0 {
		return c, false
	}
	good := a.Cite(sentence)
	good.Quote, good.Start, good.End = c.Quote, c.Start, c.End
	return good, true
}

// reportingWords may be in a claim without being in its quotes: they say that something was said, and add nothing to it.
var reportingWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`say said says saying told tell tells report reports reported reportedly according article articles source sources
state states stated statement add added adds also note noted notes write wrote writes quote quoted mention mentioned`) {
		m[prose.Stem(w)] = true
	}
	return m
}()

// unsupported says what a text has that its quotes lack; context is the passage around them.
func unsupported(text, quotes, context string) string {
	lower := strings.ToLower(text)
	for _, mark := range []string{"http:", "https:", "www.", "://", "](", "<@", "<#", "<!", "@everyone", "@here", "mailto:", "javascript:"} {
		if strings.Contains(lower, mark) && !strings.Contains(strings.ToLower(quotes), mark) {
			return "the claim has a link or a mention that its quotes lack"
		}
	}
	for _, r := range text {
		if invisible(r) || unicode.IsControl(r) && r != '\n' {
			return "the claim has invisible characters"
		}
	}
	for _, s := range prose.Quotes(text) {
		if q := s.Of(text); !strings.Contains(quotes, q) && !strings.Contains(quotes, strings.TrimRight(q, ".,;!?")) {
			return "the claim has a quotation that its quotes lack"
		}
	}
	inQuotes, inContext := wordsOf(quotes), wordsOf(context)
	toks := prose.Tokens(text)
	for i, t := range toks {
		key := wordKey(t)
		if t.IsNumber() {
			if !inQuotes[key] {
				return fmt.Sprintf("the claim has the number %s that its quotes lack", t.Text)
			}
			continue
		}
		if spelledNumber[t.Lower] && t.Lower != "one" && !inQuotes[key] {
			return fmt.Sprintf("the claim has the number %s that its quotes lack", t.Text)
		}
		if k := prose.KindOf(t.Text); (k == "month" && t.IsUpper() || k == "weekday" && t.IsUpper()) && !inQuotes[key] {
			return fmt.Sprintf("the claim has the date %s that its quotes lack", t.Text)
		}
		if t.IsUpper() && !inQuotes[key] && !(i == 0 && (prose.IsStop(t.Lower) || strings.Contains(context, strings.ToLower(t.Text)))) {
			if !prose.IsStop(t.Lower) || t.AllCaps() {
				return fmt.Sprintf("the claim has the name %s that its quotes lack", t.Text)
			}
		}
		if strings.ContainsFunc(t.Text, func(r rune) bool { return r > unicode.MaxLatin1 && unicode.IsLetter(r) }) && !inQuotes[key] {
			return fmt.Sprintf("the claim has the word %s that its quotes lack", t.Text)
		}
		if prose.IsStop(t.Lower) || reportingWords[key] {
			continue
		}
		if !inContext[key] {
			return fmt.Sprintf("the claim has the word %s that its passage lacks", t.Text)
		}
	}
	if negated(toks) != negated(prose.Tokens(quotes)) {
		return "the claim adds or drops a denial"
	}
	return ""
}

// wordKey is the form in which words of a claim and of its quotes are compared.
func wordKey(t prose.Token) string {
	if t.IsNumber() {
		return t.Lower
	}
	return prose.Stem(t.Lower)
}

func wordsOf(text string) map[string]bool {
	m := map[string]bool{}
	for _, t := range prose.Tokens(text) {
		m[wordKey(t)] = true
	}
	return m
}

// attribute checks the claim's speaker against the articles, or finds it there.
func (c *Claim) attribute(articles []Article, hear func(a *Article, sentence int) []Statement) string {
	if c.Speaker.Name == "" && (c.Speaker.Full != "" || c.Speaker.Via != "") {
		return "the speaker has no name"
	}
	if c.Speaker.Name != "" {
		for _, name := range []string{c.Speaker.Name, c.Speaker.Full, c.Speaker.Via} {
			if name == "" {
				continue
			}
			stands := false
			for _, a := range articles {
				if strings.Contains(a.Text, name) || strings.Contains(a.Title, name) || name == a.Outlet {
					stands = true
				}
			}
			if !stands {
				return fmt.Sprintf("the speaker %q does not stand in the article", name)
			}
		}
	}
	if s, ok := statementOver(hear(&articles[0], c.Citations[0].Sentence), c.Citations[0]); ok {
		if c.Speaker.Name == "" {
			c.Speaker, c.Stance, c.Direct = s.Speaker, s.Stance, s.Direct
		} else if s.Speaker.Name != c.Speaker.Name && s.Speaker.Full != c.Speaker.Name && s.Speaker.Via != c.Speaker.Name && !strings.Contains(s.Speaker.Full+" "+s.Speaker.Name, c.Speaker.Name) && !strings.Contains(c.Speaker.Name, s.Speaker.Name) {
			return fmt.Sprintf("the article gives these words to %q", s.Speaker.Name)
		}
	} else if c.Speaker.Name != "" && !inSentence(articles[0], c.Citations[0], c.Speaker.Name) {
		return fmt.Sprintf("the article does not give these words to %q", c.Speaker.Name)
	}
	return ""
}

// inSentence says whether a name stands in the cited sentence or one of its neighbours.
func inSentence(a Article, c Citation, name string) bool {
	for i := c.Sentence - 1; i <= c.Sentence+1; i++ {
		if strings.Contains(a.Sentence(i), name) {
			return true
		}
	}
	return name == a.Outlet
}

// statementOver picks the statement of the quote's sentence that covers most of the quote.
func statementOver(list []Statement, c Citation) (Statement, bool) {
	best, most := Statement{}, 0
	i := sort.Search(len(list), func(i int) bool { return list[i].Sentence >= c.Sentence })
	for ; i < len(list) && list[i].Sentence == c.Sentence; i++ {
		n := min(list[i].End, c.End) - max(list[i].Start, c.Start)
		if n > most {
			best, most = list[i], n
		}
	}
	return best, most > 0
}
