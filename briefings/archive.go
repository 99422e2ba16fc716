package briefings

import (
	"embed"
	"fmt"
	"path"
	"strings"
	"time"
)

// archive holds the reports that every library starts with, as text files with a small front matter.
//
//go:embed archive/*.md
var archive embed.FS

// Archive returns the reports that a library starts with when it is new: Attaché's own accounts, so that there is
// something to ask about before the first source is added. They have no address.
func Archive() []Report {
	files, err := archive.ReadDir("archive")
	if err != nil {
		panic(fmt.Sprintf("briefings: read the embedded archive: %v", err))
	}
	var reports []Report
	for _, f := range files {
		raw, err := archive.ReadFile("archive/" + f.Name())
		if err != nil {
			panic(fmt.Sprintf("briefings: read the embedded archive: %v", err))
		}
		r, err := archiveReport(f.Name(), string(raw))
		if err != nil {
			// The files are part of the program and a test reads each of them: a bad one is a mistake in the source.
			panic(fmt.Sprintf("briefings: embedded archive: %v", err))
		}
		reports = append(reports, r)
	}
	return reports
}

// archiveReport reads a file of the archive: "key: value" lines between two lines of "---", then the text.
func archiveReport(name, raw string) (Report, error) {
	raw = strings.ReplaceAll(raw, "\r\n", "\n")
	head, found := strings.CutPrefix(raw, "---\n")
	head, text, closed := strings.Cut(head, "\n---\n")
	if !found || !closed {
		return Report{}, fmt.Errorf("%s: no front matter between two lines of ---", name)
	}
	r := Report{
		ID:       strings.TrimSuffix(name, path.Ext(name)),
		Source:   "embedded",
		DateOnly: true,
		Text:     strings.TrimSpace(text),
	}
	for line := range strings.Lines(head) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			return Report{}, fmt.Errorf("%s: %q is not a line of the form \"key: value\"", name, strings.TrimSpace(line))
		}
		switch key {
		case "title":
			r.Title = value
		case "outlet":
			r.Outlet = value
		case "label":
			r.Label = value
		case "language":
			r.Language = value
		case "date":
			day, err := time.Parse(time.DateOnly, value)
			if err != nil {
				return Report{}, fmt.Errorf("%s: date: %w", name, err)
			}
			r.Published = day
		default:
			return Report{}, fmt.Errorf("%s: unknown key %q", name, key)
		}
	}
	if r.Title == "" || r.Outlet == "" || r.Published.IsZero() || r.Text == "" {
		return Report{}, fmt.Errorf("%s: title, outlet, date and text are required", name)
	}
	return r, nil
}
