package feeds

import (
	_ "embed"
	"strings"
)

// outletTable is one outlet a line: host, tab, label.
//
//go:embed outlets.txt
var outletTable string

// labelOf returns the caution that belongs to an outlet's host, such as "state media, North Korea", or "".
func labelOf(host string) string {
	host = strings.TrimPrefix(strings.ToLower(strings.TrimSuffix(host, ".")), "www.")
	for line := range strings.Lines(outletTable) {
		name, label, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if ok && !strings.HasPrefix(name, "#") && (host == name || strings.HasSuffix(host, "."+name)) {
			return label
		}
	}
	return ""
}
