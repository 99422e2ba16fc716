package briefings

import (
	"strings"

	"attache/briefings/prose"
)

// complete makes a question stand alone: a fragment or a pronoun is filled in from the conversation. A question that stands
// alone comes back as it is.
func complete(text string, thread []Turn) string {
	if len(thread) == 0 {
		return text
	}
	last := thread[len(thread)-1]
	bare := strings.TrimSpace(text)
	for _, lead := range []string{"and ", "but ", "so ", "also ", "ok ", "okay ", "then "} {
		if len(bare) > len(lead) && strings.EqualFold(bare[:len(lead)], lead) {
			bare = strings.TrimSpace(bare[len(lead):])
		}
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
	names := prose.NamesIn(bare, toks)
	for _, k := range prose.Known(bare) {
		if k.Kind == prose.Nation || k.Kind == prose.Demonym || k.Sort == "capital" || k.Kind == prose.Institution || k.Kind == prose.Outlet {
			free := true
			for _, n := range names {
				if k.Start < n.End && n.Start < k.End {
					free = false
				}
			}
			if free {
				names = append(names, k)
			}
		}
	}
	trimmed := strings.TrimRight(bare, " ?!.")
	switch {
	case pronoun >= 0:
		return resolve(bare, toks, thread, content)
	case asks && content == 0:
		// "why?", "since when?": the same matter, asked for something else.
		return trimmed + " (" + strings.TrimSpace(strings.TrimRight(last.Question, " ?")+" "+last.Answer) + ")?"
	case !asks && !verbs && len(names) > 0 && content <= 4:
		// "and Seoul?": the last question, about somebody else.
		return exchange(last.Question, trimmed, names[0].Kind)
	case asks && (leaning || content <= 2) && topicOf(last) != "" && !coversTopic(names, last):
		return trimmed + " about " + topicOf(last) + "?"
	case leaning && content <= 2:
		return trimmed + " (" + topicOf(last) + ")?"
	}
	return bare
}

// topicOf is what a turn was about: the nouns and names of its question.
func topicOf(t Turn) string {
	toks := prose.Tokens(t.Question)
	tags := prose.Tags(t.Question, toks)
	var parts []string
	for i := 0; i < len(toks); i++ {
		if !strings.HasPrefix(tags[i], "NN") && !(strings.HasPrefix(tags[i], "JJ") && i+1 < len(toks) && strings.HasPrefix(tags[i+1], "NN")) || prose.IsStop(toks[i].Lower) || isUnit(toks[i].Lower) {
			continue
		}
		j := i + 1
		for j < len(toks) && (strings.HasPrefix(tags[j], "NN")) && tied(t.Question, toks[j-1], toks[j]) {
			j++
		}
		parts = append(parts, t.Question[toks[i].Start:toks[j-1].End])
		i = j - 1
	}
	if len(parts) == 0 {
		parts = append(parts, t.Topic...)
	}
	return strings.Join(parts, " and ")
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
	names := prose.Names(question)
	for _, n := range names {
		if n.Kind == kind || place(n.Kind) && place(kind) {
			rest := question[n.End:]
			// "South Korea's Unification Ministry": the possessor goes with what it has.
			for _, m := range names {
				if m.Start > n.End && (question[n.End:m.Start] == "'s " || question[n.End:m.Start] == "’s ") {
					rest = question[m.End:]
				}
			}
			return question[:n.Start] + name + rest
		}
	}
	return strings.TrimRight(question, " ?") + " (" + name + ")?"
}

// resolve puts names in the place of pronouns.
func resolve(text string, toks []prose.Token, thread []Turn, content int) string {
	last := thread[len(thread)-1]
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
	var b strings.Builder
	at := 0
	filled := false
	for i, t := range toks {
		with := ""
		switch t.Lower {
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
		case "it", "its", "that", "this", "these", "those", "they", "them", "their":
			rest = true
		}
	}
	if (rest || !filled) && content <= 4 {
		if topic := topicOf(last); topic != "" {
			out += " (" + topic + ")"
		}
	}
	return out + "?"
}
