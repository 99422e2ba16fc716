package feeds

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"

	"attache/briefings"
)

// outletTable is one outlet a line: host, tab, label.
//
//go:embed outlets.txt
var outletTable string

// labelOf returns the caution that belongs to an outlet's host, such as "state media, North Korea", or "".
func labelOf(host string) string {
	host = outletHost(host)
	for line := range strings.Lines(outletTable) {
		name, label, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if ok && !strings.HasPrefix(name, "#") && (host == name || strings.HasSuffix(host, "."+name)) {
			return label
		}
	}
	return ""
}

func outletHost(host string) string {
	return strings.TrimPrefix(strings.ToLower(strings.TrimSuffix(host, ".")), "www.")
}

// Bounds of a table of outlets.
const (
	maxOutlets     = 10_000
	maxOutletLabel = 80 // bytes
)

// ReadOutlets reads a table of outlets of one's own: a host and its label a line, such as "example.org state media, Freedonia".
// A host covers its subdomains. A host without a label takes away the one that the built-in table gives it. Lines that begin
// with # are notes.
func ReadOutlets(in io.Reader) (map[string]string, error) {
	table := map[string]string{}
	lines := bufio.NewScanner(in)
	for number := 1; lines.Scan(); number++ {
		line := strings.ToValidUTF8(strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff")), "")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		host, label := line, ""
		if i := strings.IndexAny(line, " \t"); i > 0 {
			host, label = line[:i], collapse(line[i:])
		}
		host = outletHost(host)
		if !strings.Contains(host, ".") || strings.ContainsAny(host, "/:@") {
			return nil, fmt.Errorf("line %d: %q is no host; write it like example.org", number, clipped(host))
		}
		if len(label) > maxOutletLabel {
			return nil, fmt.Errorf("line %d: the label of %s is longer than %d bytes", number, clipped(host), maxOutletLabel)
		}
		if table[host] = label; len(table) > maxOutlets {
			return nil, fmt.Errorf("there are more than %d outlets", maxOutlets)
		}
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return nil, errors.New("a line is longer than 64 KB")
		}
		return nil, fmt.Errorf("read the table of outlets: %w", err)
	}
	return table, nil
}

// relabel gives a report the label that the table of one's own has for its outlet.
func (f *Fetcher) relabel(r *briefings.Report) {
	if len(f.outlets) == 0 || r.URL == "" {
		return
	}
	for host := outletHost(hostOf(r.URL, "")); host != ""; {
		if label, ok := f.outlets[host]; ok {
			r.Label = label
			return
		}
		_, rest, ok := strings.Cut(host, ".")
		if !ok {
			return
		}
		host = rest
	}
}
