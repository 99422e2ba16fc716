package briefings

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"attache/briefings/prose"
)

// SentenceChangeKind says what became of a sentence between two revisions of an article.
type SentenceChangeKind string

// The kinds of a SentenceChange.
const (
	SentenceAdded    SentenceChangeKind = "added"
	SentenceRemoved  SentenceChangeKind = "removed"
	SentenceReworded SentenceChangeKind = "reworded"
)

// SentenceChange is one sentence that differs between two revisions. Old stands word for word in the older one and New in the
// newer one, so that both can be cited: OldIndex and NewIndex are their places in Article.Sentences, -1 where there is none.
type SentenceChange struct {
	Kind     SentenceChangeKind `json:"kind"`
	Old      string             `json:"old,omitempty"`
	New      string             `json:"new,omitempty"`
	OldIndex int                `json:"old_index"`
	NewIndex int                `json:"new_index"`
}

// Revision is what changed in an article from one of its revisions to a later one.
type Revision struct {
	Article string `json:"article"`
	From    int    `json:"from"`
	To      int    `json:"to"`
	// Changes are in the order of the newer text; a removed sentence stands where it stood. What only moved, or differs in
	// nothing but punctuation, capitals and spaces, is no change. The correction notice itself is not among them.
	Changes []SentenceChange `json:"changes"`
	// Correction says that the newer text carries a correction notice that the older one did not.
	Correction bool `json:"correction,omitempty"`
	// Notice is that notice, word for word, and NoticeIndex the first sentence of it; "" and -1 without one.
	Notice      string `json:"notice,omitempty"`
	NoticeIndex int    `json:"notice_index"`
}

// Revise compares two revisions of an article, sentence by sentence. Captions are not compared.
func Revise(old, now Article) Revision {
	old, now = withSentences(old), withSentences(now)
	r := Revision{Article: now.ID, From: old.Revision, To: now.Revision, Changes: []SentenceChange{}, NoticeIndex: -1}
	before, after := revisedSentences(old), revisedSentences(now)

	// What stands in both is left out, in whatever order it stands.
	places := map[string][]int{}
	for i, s := range before {
		places[s.key] = append(places[s.key], i)
	}
	for j, s := range after {
		if list := places[s.key]; len(list) > 0 {
			before[list[0]].twin, after[j].twin = j, list[0]
			places[s.key] = list[1:]
		}
	}
	if first, last := noticeIn(now); first >= 0 {
		isNew := false
		for j := range after {
			if s := &after[j]; s.index >= first && s.index <= last && s.twin < 0 {
				isNew = true
				s.twin = inNotice
			}
		}
		if isNew {
			r.Correction, r.NoticeIndex = true, first
			if first == 0 && now.Sentences[0].Role == RoleHeadline {
				r.Notice = now.Sentence(0)
			} else {
				r.Notice = now.Text[now.Sentences[first].Start:now.Sentences[last].End]
			}
		}
	}
	if first, last := noticeIn(old); first >= 0 { // an older notice that went is no news
		for i := range before {
			if s := &before[i]; s.index >= first && s.index <= last && s.twin < 0 {
				s.twin = inNotice
			}
		}
	}
	pairReworded(before, after)

	// In the order of the newer text; a sentence that went follows what came before it.
	type placed struct {
		at, order int
		SentenceChange
	}
	var list []placed
	for j, s := range after {
		switch {
		case s.twin < 0 && s.twin != inNotice:
			list = append(list, placed{j, 1, SentenceChange{Kind: SentenceAdded, New: s.text, OldIndex: -1, NewIndex: s.index}})
		case s.reworded:
			o := before[s.twin]
			list = append(list, placed{j, 1, SentenceChange{Kind: SentenceReworded, Old: o.text, New: s.text, OldIndex: o.index, NewIndex: s.index}})
		}
	}
	at := -1
	for _, s := range before {
		if s.twin >= 0 {
			at = s.twin
		} else if s.twin != inNotice {
			list = append(list, placed{at, 2, SentenceChange{Kind: SentenceRemoved, Old: s.text, OldIndex: s.index, NewIndex: -1}})
		}
	}
	slices.SortStableFunc(list, func(x, y placed) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.order, y.order)) })
	for _, c := range list {
		r.Changes = append(r.Changes, c.SentenceChange)
	}
	return r
}

// Revised tells what changed in an article since one of its revisions. ErrNotFound where the library has no such article or
// revision.
func (e *Engine) Revised(ctx context.Context, id string, since int) (Revision, error) {
	now, err := e.library.Article(ctx, id, 0)
	if err != nil {
		return Revision{}, fmt.Errorf("read the newest revision: %w", err)
	}
	old, err := e.library.Article(ctx, id, since)
	if err != nil {
		return Revision{}, fmt.Errorf("read revision %d: %w", since, err)
	}
	return Revise(old, now), nil
}

// withSentences cuts an article of a library that doesn't keep how it is cut.
func withSentences(a Article) Article {
	if len(a.Sentences) == 0 && (a.Text != "" || a.Title != "") {
		a.cut()
	}
	return a
}

const (
	noTwin   = -1
	inNotice = -2
)

// revisedSentence is a sentence that is compared.
type revisedSentence struct {
	index    int // in Article.Sentences
	text     string
	key      string
	headline bool
	twin     int // its place in the other text, noTwin or inNotice
	reworded bool
}

func revisedSentences(a Article) []revisedSentence {
	out := make([]revisedSentence, 0, len(a.Sentences))
	for i, s := range a.Sentences {
		if s.Role == RoleCaption {
			continue
		}
		text := a.Sentence(i)
		if key := sameReading(text); key != "" {
			out = append(out, revisedSentence{index: i, text: text, key: key, headline: s.Role == RoleHeadline, twin: noTwin})
		}
	}
	return out
}

// sameReading is a sentence without what doesn't change its meaning: capitals, spaces, quotation marks and most punctuation.
// Signs that belong to a number stay.
func sameReading(text string) string {
	var b strings.Builder
	runes := []rune(prose.Fold(text))
	space := false
	for i, r := range runes {
		nextDigit := i+1 < len(runes) && unicode.IsDigit(runes[i+1])
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.M, r), unicode.Is(unicode.Sc, r), r == '%',
			nextDigit && (r == '+' || r == '−' || (r == '-' || r == '.') && (i == 0 || !unicode.IsLetter(runes[i-1]) && runes[i-1] != ' ' || r == '-' && runes[i-1] == ' ')):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(r)
		case r == ',' && nextDigit || r == '\'' || r == '’': // 1,500 is 1500
		default:
			space = true
		}
	}
	return b.String()
}

// Bounds of what is paired as reworded.
const (
	rewordedLeast = .45    // how much of their words two sentences must share
	rewordedMost  = 400    // sentences on either side that are paired; a text that changed more is another text
	rewordedWords = 1 << 9 // words of a sentence that are compared
)

// pairReworded finds for the sentences that stand in one text only the one that each became.
func pairReworded(before, after []revisedSentence) {
	type lone struct {
		place int
		words map[string]int
		n     int
	}
	loners := func(list []revisedSentence) []lone {
		var out []lone
		for i, s := range list {
			if s.twin != noTwin || len(out) == rewordedMost {
				continue
			}
			l := lone{place: i, words: map[string]int{}}
			for _, w := range comparedWords(s.text) {
				l.words[w]++
				l.n++
				if l.n == rewordedWords {
					break
				}
			}
			out = append(out, l)
		}
		return out
	}
	type pair struct {
		i, j  int
		score float64
	}
	var pairs []pair
	gone, came := loners(before), loners(after)
	for _, o := range gone {
		for _, n := range came {
			if before[o.place].headline != after[n.place].headline {
				continue
			}
			if before[o.place].headline {
				pairs = append(pairs, pair{o.place, n.place, 2}) // an article has one headline: it was reworded, however much
				continue
			}
			shared := 0
			for w, k := range n.words {
				shared += min(k, o.words[w])
			}
			score := 2 * float64(shared) / float64(max(1, o.n+n.n))
			if shared < 2 || score < rewordedLeast {
				continue
			}
			// Of two sentences that are as like, the one between the same neighbours.
			if neighbours(before, after, o.place, n.place) {
				score += .15
			}
			pairs = append(pairs, pair{o.place, n.place, score})
		}
	}
	slices.SortStableFunc(pairs, func(x, y pair) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.i, y.i), cmp.Compare(x.j, y.j))
	})
	for _, p := range pairs {
		if before[p.i].twin == noTwin && after[p.j].twin == noTwin {
			before[p.i].twin, after[p.j].twin = p.j, p.i
			before[p.i].reworded, after[p.j].reworded = true, true
		}
	}
}

// comparedWords are the words of a sentence, stems where they are words of the language.
func comparedWords(text string) []string {
	toks := prose.Tokens(text)
	out := make([]string, 0, len(toks))
	for _, t := range toks {
		out = append(out, prose.Stem(t.Lower))
	}
	return out
}

func neighbours(before, after []revisedSentence, i, j int) bool {
	prev := i > 0 && j > 0 && before[i-1].twin == j-1
	next := i+1 < len(before) && j+1 < len(after) && before[i+1].twin == j+1
	return prev || next
}

// CorrectionNotice returns the sentences of the notice by which an article says that an earlier version of it was wrong:
// Sentences[first] to Sentences[last]. Both are -1 where it carries none. A text that reports about somebody else's correction
// is none.
func CorrectionNotice(a Article) (first, last int) { return noticeIn(withSentences(a)) }

// The notices begin with one of these, or say these things about "this article". Languages beside English: French, German,
// Spanish, Portuguese, Italian, Russian, Ukrainian, Arabic, Chinese, Japanese, Korean.
var (
	noticeHead = regexp.MustCompile(`(?i)^[\s\W]*(corrections?( and clarifications?)?(,? \(?\w+\.? \d+[^):]{0,20}\)?)?|corrected( version)?|clarifications?|erratum|errata( corrige)?|retraction` +
		`|rectificatif|rectification|précision|korrektur(hinweis)?|berichtigung|richtigstellung|corrección|rectificación|fe de err(or|at)[ea]s|correção|retificação|correzione|rettifica` +
		`|исправление|уточнение|виправлення|уточнення|تصحيح|تصويب|استدراك)\s*([:—–]|-\s)`)
	noticeHeadUnspaced = regexp.MustCompile(`^[\s【《〈\[（(]*(更正|勘误|勘誤|訂正|お詫びと訂正|정정|정정합니다|정정보도|바로잡습니다)[\s】》〉\]）)]*[:：\s\p{Han}\p{Hiragana}\p{Hangul}]`)
	noticeWire         = regexp.MustCompile(`(?i)^[\s\W]*(\((this .{0,80}(corrects|has been corrected|was corrected|correct(s|ed) to)\b|corrects|adds dropped|corrected to)|correct(s|ed),? (paragraph|headline|spelling|typo|day|date|name|quote|para)\b)`)
	noticeAbout        = []*regexp.Regexp{
		regexp.MustCompile(`(?i)\b(an?|the|our|this) (earlier|previous|prior|original|initial) (version|headline|edition) (of|to|on) (this|the|our) (article|story|report|post|page|piece|headline|column|item|dispatch|caption|graphic|map|chart|video|newsletter)\b`),
		regexp.MustCompile(`(?i)\b(an?|our) (earlier|previous) version (incorrectly|wrongly|mistakenly|erroneously|misstated|misidentified|gave|said|stated)\b`),
		regexp.MustCompile(`(?i)\bthis (article|story|report|post|page|piece|column|item|headline|dispatch|version|text)\b.{0,60}\b(was|has been|have been|is|were) (later |since |subsequently |further )?(amended|corrected|clarified|retracted|withdrawn)\b`),
		regexp.MustCompile(`(?i)\bthis (article|story|report|post|page|piece|column|item|headline)\b.{0,40}\b(was|has been) (updated|edited|changed|revised|modified) (on .{3,25} )?(to (correct|clarify|fix|reflect the correct|remove an? (incorrect|erroneous))|after an? (error|mistake))`),
		regexp.MustCompile(`(?i)\bthe (article|story|report|headline) (was|has been) (amended|corrected) (on|to)\b`),
		regexp.MustCompile(`(?i)\bthis (article|story|report|version|headline)( of the story)? (corrects|originally (said|stated|misstated|misidentified)|(incorrectly|wrongly|mistakenly|erroneously) (said|stated|identified|gave))\b`),
		regexp.MustCompile(`(?i)\bune (première )?version (précédente|antérieure|initiale) de (cet|cette|l)|\bune première version de (cet|cette)|\bcet article a été (corrigé|rectifié|modifié pour corriger)`),
		regexp.MustCompile(`(?i)\bin einer (früheren|vorherigen|ersten|älteren) (version|fassung) (dieses|des|dieser) |\bdieser (artikel|text|beitrag) wurde (korrigiert|berichtigt)`),
		regexp.MustCompile(`(?i)\b(una|la) versión (anterior|previa|inicial) de (este|esta) |\beste (artículo|texto) (ha sido|fue) (corregido|rectificado)`),
		regexp.MustCompile(`(?i)\b(uma|a) versão (anterior|inicial) (deste|desta|do|da) |\best[ea] (artigo|texto|reportagem|matéria) foi corrigid[oa]`),
		regexp.MustCompile(`(?i)\b(una|la) (precedente )?versione (precedente )?di quest['’o]|\bquest['’o ]*articolo è stato corretto`),
		regexp.MustCompile(`(?i)(в )?(предыдущей|первоначальной|более ранней) версии (этой|этого|статьи|материала|текста|новости|заметки)|(в )?(попередній|початковій) версії (цієї|цього|статті|матеріалу|тексту|новини)`),
		regexp.MustCompile(`في (نسخة|نص|صيغة) (سابقة?|سابق) من (هذا|هذه)|本文(此前|早前|先前|较早)(的)?版本|(此前|早前|先前)版本(的)?(本文|报道|報道)|(この|本)(記事|稿)の(以前|当初|初出時)の|이 기사의 (이전|최초|초기)|이전 버전의 기사`),
	}
)

// noticeIn is CorrectionNotice for an article that is cut.
func noticeIn(a Article) (first, last int) {
	for i, s := range a.Sentences {
		text := a.Sentence(i)
		if s.Role == RoleHeadline {
			if len(text) > 10 && headlineCorrected.MatchString(text) {
				return i, i
			}
			continue
		}
		head := text[:min(len(text), 600)]
		if !startsNotice(head) || quoted(head) {
			continue
		}
		// The notice is the rest of its paragraph, and the next one where this is a heading of its own ("Correction:").
		first, last = i, i
		for k := i + 1; k < len(a.Sentences) && k < i+6; k++ {
			gap := a.Text[a.Sentences[k-1].End:a.Sentences[k].Start]
			if strings.Contains(gap, "\n\n") && !(k == i+1 && len(strings.Fields(text)) <= 3) {
				break
			}
			last = k
		}
		return first, last
	}
	return -1, -1
}

var headlineCorrected = regexp.MustCompile(`^(CORRECTED|REFILE|CORRECTION|RECTIFICATIF|Corrected|Correction|Rectificatif)\b\s*[-—–:(]`)

func startsNotice(text string) bool {
	if noticeHead.MatchString(text) || noticeHeadUnspaced.MatchString(text) || noticeWire.MatchString(text) {
		return true
	}
	for _, n := range noticeAbout {
		if n.MatchString(text) {
			return true
		}
	}
	return false
}

// quoted says whether a sentence is somebody's words and not the outlet's own.
func quoted(text string) bool {
	r := []rune(strings.TrimSpace(text))
	return len(r) > 0 && strings.ContainsRune("“\"«„「", r[0])
}

// Supersedes compares a report with a later one in which the same source says that it was wrong: sentence by sentence, and only
// what the source's own notice of correction speaks of. ok is false where it says no such thing. Changes are Reworded ones alone,
// for what another report leaves out need not be wrong.
func Supersedes(old, now Article) (r Revision, ok bool) {
	old, now = withSentences(old), withSentences(now)
	first, last := noticeIn(now)
	if first < 0 || old.ID == now.ID || Family(old) != Family(now) || published(&now).Before(published(&old)) {
		return Revision{}, false
	}
	r = Revision{Article: old.ID, From: old.Revision, To: now.Revision, Changes: []SentenceChange{}, Correction: true, NoticeIndex: first}
	said := now.Title + "\n" + now.Text // a report whose headline is the notice is all about it
	if first > 0 || now.Sentences[first].Role != RoleHeadline {
		r.Notice = now.Text[now.Sentences[first].Start:now.Sentences[last].End]
		said = r.Notice
	} else {
		r.Notice = now.Sentence(first)
	}
	speaks := distinct(said)
	before, after := revisedSentences(old), revisedSentences(now)
	for j := range after {
		if s := &after[j]; s.index >= first && s.index <= last {
			s.twin = inNotice
		}
	}
	pairReworded(before, after)
	for _, s := range after {
		if !s.reworded || s.headline {
			continue
		}
		o := before[s.twin]
		was, is := distinct(o.text), distinct(s.text)
		wrong, named := false, false
		for v := range was {
			if !is[v] {
				wrong, named = true, named || speaks[v]
			}
		}
		for v := range is {
			named = named || !was[v] && speaks[v]
		}
		if wrong && named {
			r.Changes = append(r.Changes, SentenceChange{Kind: SentenceReworded, Old: o.text, New: s.text, OldIndex: o.index, NewIndex: s.index})
		}
	}
	return r, len(r.Changes) > 0
}

// distinct are the numbers and names of a text: what an outlet gets wrong.
func distinct(text string) map[string]bool {
	toks := prose.Tokens(text)
	out := map[string]bool{}
	for _, n := range prose.NumbersIn(text, toks) {
		out[strconv.FormatFloat(n.Value, 'g', -1, 64)] = true
	}
	for _, n := range prose.NamesIn(text, toks) {
		out[strings.TrimSpace(nameKey(n.Text))] = true
	}
	return out
}
