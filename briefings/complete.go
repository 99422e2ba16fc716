package briefings

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"attache/briefings/prose"
)

// someDay is what relative times in a conversation are read against where only their place in the words matters.
var someDay = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// leads are the words with which a question takes up the one before.
var leads = []string{"and ", "but ", "so ", "also ", "ok ", "okay ", "then ", "well ", "or ", "and, ", "well, ", "ok, ", "okay, ", "so, "}

// complete makes a question stand alone: a fragment or a pronoun is filled in from the conversation. A question that stands
// alone comes back as it is.
func complete(text string, thread []Turn) string {
	if len(thread) == 0 {
		return text
	}
	last := leaned(thread)
	if language := ownLanguage(text, thread); language != "" {
		return completeIn(language, text, last)
	}
	bare := strings.TrimSpace(text)
	for range 2 {
		for _, lead := range leads {
			if len(bare) > len(lead) && strings.EqualFold(bare[:len(lead)], lead) {
				bare = strings.TrimSpace(bare[len(lead):])
			}
		}
	}
	mended := false
	for _, r := range []*regexp.Regexp{takesBack, asksAbout} {
		if m := r.FindString(bare); m != "" && len(m) < len(bare) {
			bare, mended = strings.TrimSpace(bare[len(m):]), true
		}
	}
	if out := wished(strings.TrimRight(bare, " ?!."), last); out != "" {
		return out
	}
	leaning := bare != strings.TrimSpace(text)
	toks := prose.Tokens(bare)
	tags := prose.Tags(bare, toks)
	content, asks, verbs := 0, false, false
	pronoun := -1
	for i, t := range toks {
		switch t.Lower {
		case "who", "whom", "whose", "what", "which", "when", "where", "why", "how":
			asks = true
			continue
		case "he", "she", "him", "her", "his", "hers", "they", "them", "their", "it", "its", "there", "that", "this", "these", "those":
			if pronoun < 0 && !(t.Lower == "there" && i > 0 && (toks[i-1].Lower == "is" || toks[i-1].Lower == "are" || toks[i-1].Lower == "were" || toks[i-1].Lower == "was")) {
				// "this week" leans on nothing.
				if i+1 < len(toks) && (t.Lower == "this" || t.Lower == "that" || t.Lower == "these" || t.Lower == "those") && (isUnit(toks[i+1].Lower) || tags[i] == "IN" || tags[i] == "WDT") {
					continue
				}
				pronoun = i
			}
			continue
		}
		if strings.HasPrefix(tags[i], "VB") || helperVerbs[t.Lower] {
			verbs = true
		}
		if !prose.IsStop(t.Lower) {
			content++
		}
	}
	names := namesAsked(bare)
	trimmed := strings.TrimRight(bare, " ?!.")
	switch {
	case pronoun >= 0 && (asks || verbs || content > 1):
		return upperFirst(resolve(bare, toks, tags, thread, content))
	case asks && (content == 0 || !slices.ContainsFunc(toks, func(t prose.Token) bool {
		return !asking[t.Lower] && !prepositions[t.Lower] && t.Lower != "long" && t.Lower != "exactly" && t.Lower != "much" && t.Lower != "many"
	})):
		// "why?", "since when?": the same matter, asked for something else.
		return askAgain(trimmed, last)
	case !asks && !verbs && content <= 4 && len(prose.TimesIn(trimmed, prose.Tokens(trimmed), someDay)) > 0 && len(names) == 0:
		return timed(last, trimmed)
	case !asks && !verbs && len(names) > 0 && content <= 4 && len(toks) > 1 && prepositions[toks[0].Lower] && toks[1].Start == names[0].Start:
		return placed(last, toks[0].Lower, trimmed[names[0].Start:], names[0].Kind)
	case !asks && !verbs && len(names) > 0 && content <= 4:
		// "and Seoul?": the last question, about somebody else.
		return exchange(last.Question, trimmed, names[0].Kind)
	case mended && !asks && !verbs:
		return strings.TrimRight(last.Question, " ?") + " (" + trimmed + ")?"
	case asks && (leaning || content <= 2) && topicOf(last) != "" && !coversTopic(names, last):
		if said := prose.Stem(toks[len(toks)-1].Lower); sayingWords[said] {
			return upperFirst(trimmed) + " about " + topicOf(last) + "?"
		}
		return upperFirst(trimmed) + " (" + topicOf(last) + ")?"
	case leaning && content <= 2:
		return upperFirst(trimmed) + " (" + topicOf(last) + ")?"
	}
	return bare
}

// wished is the question behind a fragment that wishes for more, for others, for proof or for the speaker; empty for any other.
func wished(fragment string, last Turn) string {
	topic := topicOf(last)
	said, whole := claimed(last)
	about := said
	if a := shortAnswer(last); !whole && a != "" {
		about += ": " + a
	} else if a == "" && last.Answer != "" && len(strings.Fields(last.Answer)) <= 30 && !strings.ContainsAny(last.Answer, "()") {
		about = strings.TrimRight(last.Answer, ".") // it was answered in a sentence
	}
	switch {
	case wantsMore.MatchString(fragment):
		if topic == "" {
			topic = about
		}
		return "What is known about " + topic + "?"
	case wantsOthers.MatchString(fragment) && len(strings.Fields(fragment)) <= 3:
		q := strings.TrimRight(last.Question, " ?!.")
		first := strings.Fields(q + " x")[0]
		if !asking[strings.ToLower(first)] {
			return upperFirst(fragment) + " (" + about + ")?"
		}
		if i := strings.Index(q, ", besides "); i > 0 && shortAnswer(last) != "" {
			return q + " and " + shortAnswer(last) + "?"
		}
		out := first + " else" + q[len(first):]
		if strings.Contains(strings.ToLower(first+q[len(first):]), " else ") && strings.HasPrefix(strings.TrimSpace(q[len(first):]), "else") {
			out = q
		}
		if a := shortAnswer(last); a != "" {
			out += ", besides " + a
		}
		return out + "?"
	case wantsProof.MatchString(fragment):
		return "Is it confirmed (" + about + ")?"
	case wantsSpeaker.MatchString(fragment):
		if whole {
			return "Who said that " + said + "?"
		}
		return "Who said so (" + about + ")?"
	}
	return ""
}

// topicOf is what a turn was about, in a few words: the thing that its question speaks of and the names in it.
func topicOf(t Turn) string {
	things, names := partsOfTopic(t)
	var parts []string
	if n := len(things); n > 0 {
		parts = append(parts, "the "+things[n-1])
	}
	for _, n := range names {
		if len(parts) < 3 && !slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(strings.ToLower(p), strings.ToLower(n)) }) {
			parts = append(parts, n)
		}
	}
	if len(parts) == 0 {
		parts = append(parts, t.Topic[max(0, len(t.Topic)-2):]...)
	}
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// partsOfTopic are the things and the names that a turn's question speaks of, in order; what stands in brackets only where nothing else does.
func partsOfTopic(t Turn) (things, names []string) {
	text := t.Question
	if i := strings.IndexByte(text, '('); i > 0 {
		if things, names = partsOfTopic(Turn{Question: text[:i]}); len(things) > 0 {
			return things, names
		}
	}
	toks := prose.Tokens(text)
	tags := prose.Tags(text, toks)
	noun := func(i int) bool { return strings.HasPrefix(tags[i], "NN") && !asking[toks[i].Lower] }
	for i := 0; i < len(toks); i++ {
		if !noun(i) && !(strings.HasPrefix(tags[i], "JJ") && i+1 < len(toks) && noun(i+1)) || prose.IsStop(toks[i].Lower) || isUnit(toks[i].Lower) || prose.KindOf(toks[i].Text) == "month" || prose.KindOf(toks[i].Text) == "weekday" {
			continue
		}
		j := i + 1
		for j < len(toks) && noun(j) && tied(text, toks[j-1], toks[j]) && toks[j].IsUpper() == toks[j-1].IsUpper() {
			j++
		}
		part := text[toks[i].Start:toks[j-1].End]
		if toks[j-1].IsUpper() {
			names = append(names, part)
		} else {
			things = append(things, part)
		}
		i = j - 1
	}
	return things, names
}

// coversTopic says whether a question names what the last turn was about itself.
func coversTopic(names []prose.Name, last Turn) bool {
	for _, n := range names {
		if n.Kind == prose.Person || n.Kind == prose.OtherName {
			if !strings.Contains(strings.ToLower(last.Question+" "+last.Answer+" "+strings.Join(last.Topic, " ")), strings.ToLower(n.Text)) {
				return true
			}
		}
	}
	return false
}

// exchange asks the last question again with another name in it.
func exchange(question, name string, kind prose.Kind) string {
	place := func(k prose.Kind) bool {
		return k == prose.Nation || k == prose.Demonym || k == prose.Place || k == prose.Institution || k == prose.Company || k == prose.Outlet
	}
	names := namesAsked(question)
	put := func(n prose.Name) string {
		rest := question[n.End:]
		// "South Korea's Unification Ministry": the possessor goes with what it has.
		for _, m := range names {
			if m.Start > n.End && (question[n.End:m.Start] == "'s " || question[n.End:m.Start] == "’s ") {
				rest = question[m.End:]
			}
		}
		return question[:n.Start] + name + rest
	}
	// "no, I meant South Korea" takes the place of North Korea.
	for _, n := range names {
		for _, w := range strings.Fields(name) {
			if slices.Contains(strings.Fields(n.Text), w) && n.Text != name {
				return put(n)
			}
		}
	}
	for _, n := range names {
		if n.Kind == kind || place(n.Kind) && place(kind) {
			return put(n)
		}
	}
	// The one of whom something was asked, whatever it is: "What did Seoul say?" – "And Kim?"
	toks := prose.Tokens(question)
	for _, n := range names {
		if k := slices.IndexFunc(toks, func(t prose.Token) bool { return t.Start == n.Start }); k > 0 && helperVerbs[toks[k-1].Lower] {
			return put(n)
		}
	}
	return strings.TrimRight(question, " ?") + " (" + name + ")?"
}

// resolve puts names in the place of pronouns.
func resolve(text string, toks []prose.Token, tags []string, thread []Turn, content int) string {
	last := leaned(thread)
	// The most recent names, the latest turn first.
	var people, places, things []string
	note := func(s string) {
		for _, n := range prose.Names(s) {
			switch n.Kind {
			case prose.Person:
				people = append(people, n.Text)
			case prose.Place, prose.Nation:
				places = append(places, n.Text)
			case prose.Demonym, prose.Office:
			default:
				things = append(things, n.Text)
			}
		}
	}
	for i := len(thread) - 1; i >= 0; i-- {
		note(thread[i].Answer)
		note(thread[i].Question)
		for k := len(thread[i].Topic) - 1; k >= 0; k-- {
			note(thread[i].Topic[k])
		}
	}
	has := func(s string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(s)) }
	pick := func(list []string) string {
		for _, s := range list {
			if !has(s) {
				return s
			}
		}
		return ""
	}
	// "it" is the thing that was spoken of last, and of several the one that is one.
	thing := ""
	for i := len(thread) - 1; i >= 0 && thing == ""; i-- {
		nouns, names := partsOfTopic(unwrapped(thread[i]))
		for _, n := range nouns {
			if !strings.HasSuffix(n, "s") || thing == "" || strings.HasSuffix(thing, "s") {
				thing = "the " + n
			}
		}
		if thing == "" && len(names) == 1 && !slices.Contains(people, names[0]) {
			thing = names[0]
		}
	}
	if has(strings.TrimPrefix(thing, "the ")) {
		thing = ""
	}
	var b strings.Builder
	at := 0
	filled := false
	for i, t := range toks {
		with := ""
		next := ""
		if i+1 < len(toks) {
			next = toks[i+1].Lower
		}
		switch t.Lower {
		case "it", "that", "this":
			// "Is it true that …" and "that deal" are about something else than a thing.
			if t.Lower != "it" && (tags[i] == "IN" || tags[i] == "WDT" || i+1 < len(toks) && (strings.HasPrefix(tags[i+1], "NN") || strings.HasPrefix(tags[i+1], "JJ"))) || next == "that" || next == "true" {
				continue
			}
			with = thing
		case "its":
			if thing != "" {
				with = thing + "'s"
			}
		case "he", "she", "him", "hers":
			with = pick(people)
		case "his", "her":
			if with = pick(people); with != "" && i+1 < len(toks) {
				with += "'s"
			}
		case "there":
			if i > 0 && (toks[i-1].Lower == "is" || toks[i-1].Lower == "are") {
				continue
			}
			if with = pick(places); with != "" {
				with = "in " + with
			}
		}
		if with == "" {
			continue
		}
		b.WriteString(text[at:t.Start])
		b.WriteString(with)
		at = t.End
		filled = true
	}
	b.WriteString(text[at:])
	out := strings.TrimRight(b.String(), " ?!.")
	// "it", "that deal": what the last question was about.
	rest := false
	for _, t := range toks {
		switch t.Lower {
		case "that", "this", "these", "those", "they", "them", "their", "it", "its":
			rest = true
		}
	}
	if !filled && (rest || content <= 4) && content <= 4 {
		if topic := topicOf(last); topic != "" {
			out += " (" + topic + ")"
		}
	}
	return out + "?"
}
