package digest

import (
	_ "embed"
	"slices"
	"strings"
	"time"
)

// zoneNames are the IANA names of the Go distribution's time zone database that a person may write, one a line: all with
// a slash, UTC and GMT. Old names without a slash (CET, Japan) are left out, for most of them mean something else to
// those who write them.
//
//go:embed zones.txt
var zoneNames string

// commonZones are offered while nothing is typed yet.
const commonZones = "UTC Europe/London Europe/Berlin Europe/Paris Europe/Kyiv Africa/Cairo Africa/Lagos Africa/Nairobi " +
	"Asia/Jerusalem Asia/Dubai Asia/Tehran Asia/Kolkata Asia/Singapore Asia/Shanghai Asia/Taipei Asia/Seoul Asia/Tokyo " +
	"Australia/Sydney Pacific/Auckland America/Sao_Paulo America/New_York America/Chicago America/Denver " +
	"America/Los_Angeles America/Mexico_City"

// Zones returns up to limit IANA zones for what a person has typed so far: those that begin with it, then those whose city
// does, then those that contain it. An empty prefix gives the most common ones.
func Zones(prefix string, limit int) []string {
	typed := foldZone(prefix)
	var begins, city, contains []string
	if typed == "" {
		begins = strings.Fields(commonZones)
	}
	for name := range strings.Lines(zoneNames) {
		name = strings.TrimSuffix(name, "\n")
		if oldArea(name) {
			continue
		}
		folded := foldZone(name)
		switch {
		case typed == "":
			if !slices.Contains(begins, name) {
				contains = append(contains, name)
			}
		case strings.HasPrefix(folded, typed):
			begins = append(begins, name)
		case strings.HasPrefix(folded[strings.LastIndexByte(folded, '/')+1:], typed):
			city = append(city, name)
		case strings.Contains(folded, typed):
			contains = append(contains, name)
		}
	}
	all := slices.Concat(begins, city, contains)
	return all[:max(0, min(limit, len(all)))]
}

// ParseZone returns the IANA name that name stands for, in its official spelling. The error tells a person what to write.
func ParseZone(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return "", unclear("which-zone")
	}
	if official := officialZone(name); official != "" {
		if _, err := time.LoadLocation(official); err != nil {
			return "", unclear("zone-no-data", "word", official)
		}
		return official, nil
	}
	if hint := zoneHint(name); hint != nil {
		return "", hint
	}
	return "", unclear("zone-unknown", "word", name)
}

// officialZone returns the name's entry in the list, whatever its case, or "".
func officialZone(name string) string {
	for official := range strings.Lines(zoneNames) {
		if official = strings.TrimSuffix(official, "\n"); strings.EqualFold(official, name) {
			return official
		}
	}
	return ""
}

// zoneHint is the sentence for a name that is no IANA zone but looks like somebody's idea of one; nil when it does not.
func zoneHint(name string) error {
	upper := strings.ToUpper(strings.TrimSpace(name))
	if upper == "LOCAL" {
		return unclear("zone-local")
	}
	if zones, ok := abbreviation(upper); ok {
		if more := strings.TrimSuffix(zones, ","); more != zones {
			return unclear("zone-short-own", "word", upper, "list", strings.ReplaceAll(more, ",", ", "))
		}
		return unclear("zone-short", "word", upper, "zones", zones)
	}
	if isOffset(upper) {
		return unclear("zone-offset", "word", upper)
	}
	folded := foldZone(name)
	if zone, ok := zoneOfPlace(folded); ok {
		return unclear("zone-place", "word", name, "zones", zone)
	}
	const far = 3 // that many letters apart is another name
	var near []string
	best := far
	for official := range strings.Lines(zoneNames) {
		official = strings.TrimSuffix(official, "\n")
		if oldArea(official) {
			continue
		}
		whole := foldZone(official)
		city := whole[strings.LastIndexByte(whole, '/')+1:]
		if city == folded { // "Seoul" for Asia/Seoul
			return unclear("zone-place", "word", name, "zones", official)
		}
		d := far
		switch {
		case strings.Contains(folded, "/"):
			d = distance(folded, whole, far)
		case len(folded) >= 4: // short words are near to too much
			if d = distance(folded, city, far); d > 1 && len(folded) < 5 {
				d = far
			}
		}
		if d < best {
			best, near = d, nil
		}
		if d == best && d < far && len(near) < 3 {
			near = append(near, official)
		}
	}
	if len(near) > 0 {
		return unclear("zone-near", "word", name, "zones", strings.Join(near, ","))
	}
	if area, city, ok := strings.Cut(folded, "/"); ok && area != "" && city != "" {
		if zone, ok := zoneOfPlace(city); ok { // "China/Beijing"
			return unclear("zone-near", "word", name, "zones", zone)
		}
		for official := range strings.Lines(zoneNames) {
			official = strings.TrimSuffix(official, "\n")
			if whole := foldZone(official); whole[strings.LastIndexByte(whole, '/')+1:] == city { // "Korea/Seoul"
				return unclear("zone-near", "word", name, "zones", official)
			}
		}
		return unclear("zone-unknown", "word", name)
	}
	return nil
}

// foldZone makes "new york" and "New_York" the same.
func foldZone(name string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), " ", "_")
}

// oldArea reports whether name is kept for old programs only, or counts its offset backwards (Etc/GMT+5 lies in America).
func oldArea(name string) bool {
	area, _, _ := strings.Cut(name, "/")
	switch area {
	case "US", "Canada", "Brazil", "Chile", "Mexico", "Etc":
		return true
	}
	return false
}

// isOffset reports whether upper is like UTC+9, GMT-03:30 or +0900.
func isOffset(upper string) bool {
	rest := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(upper, "UTC"), "GMT"), " ")
	if rest == "" || !strings.ContainsAny(rest[:1], "+-") || len(rest) < 2 {
		return false
	}
	return strings.Trim(rest[1:], "0123456789:") == ""
}

// abbreviation knows the zones that an abbreviation may stand for, separated by commas; one at the end says that there are more.
func abbreviation(upper string) (zones string, ok bool) {
	switch upper {
	case "CET", "CEST", "MET", "MEZ", "MESZ":
		return "Europe/Berlin,Europe/Paris,", true
	case "EET", "EEST":
		return "Europe/Athens,Europe/Helsinki,", true
	case "WET", "WEST":
		return "Europe/Lisbon", true
	case "BST":
		return "Europe/London,Asia/Dhaka", true
	case "MSK":
		return "Europe/Moscow", true
	case "TRT":
		return "Europe/Istanbul", true
	case "IST":
		return "Asia/Kolkata,Asia/Jerusalem,Europe/Dublin", true
	case "IDT":
		return "Asia/Jerusalem", true
	case "IRST":
		return "Asia/Tehran", true
	case "GST":
		return "Asia/Dubai", true
	case "PKT":
		return "Asia/Karachi", true
	case "ICT":
		return "Asia/Bangkok", true
	case "WIB":
		return "Asia/Jakarta", true
	case "SGT":
		return "Asia/Singapore", true
	case "HKT":
		return "Asia/Hong_Kong", true
	case "PHT":
		return "Asia/Manila", true
	case "KST":
		return "Asia/Seoul", true
	case "JST":
		return "Asia/Tokyo", true
	case "AWST":
		return "Australia/Perth", true
	case "ACST", "ACDT":
		return "Australia/Adelaide", true
	case "AEST", "AEDT":
		return "Australia/Sydney,Australia/Brisbane", true
	case "NZST", "NZDT", "NZT":
		return "Pacific/Auckland", true
	case "EST", "EDT", "ET", "EST5EDT":
		return "America/New_York", true
	case "CST":
		return "America/Chicago,Asia/Shanghai", true
	case "CDT", "CT", "CST6CDT":
		return "America/Chicago", true
	case "MST", "MDT", "MT", "MST7MDT":
		return "America/Denver,America/Phoenix", true
	case "PST", "PDT", "PT", "PST8PDT":
		return "America/Los_Angeles", true
	case "AKST", "AKDT":
		return "America/Anchorage", true
	case "HST":
		return "Pacific/Honolulu", true
	case "AST", "ADT":
		return "America/Halifax,Asia/Riyadh", true
	case "BRT":
		return "America/Sao_Paulo", true
	case "ART":
		return "America/Argentina/Buenos_Aires", true
	case "CLT", "CLST":
		return "America/Santiago", true
	case "WAT":
		return "Africa/Lagos", true
	case "CAT":
		return "Africa/Maputo", true
	case "EAT":
		return "Africa/Nairobi", true
	case "SAST":
		return "Africa/Johannesburg", true
	case "Z", "ZULU", "UCT":
		return "UTC", true
	}
	return "", false
}

// zoneOfPlace knows countries and large cities that have no zone of their name.
func zoneOfPlace(folded string) (zone string, ok bool) {
	switch folded {
	case "beijing", "china", "prc", "shenzhen", "guangzhou":
		return "Asia/Shanghai", true
	case "japan", "osaka", "kyoto":
		return "Asia/Tokyo", true
	case "korea", "south_korea", "rok", "busan":
		return "Asia/Seoul", true
	case "north_korea", "dprk":
		return "Asia/Pyongyang", true
	case "taiwan", "roc":
		return "Asia/Taipei", true
	case "hongkong":
		return "Asia/Hong_Kong", true
	case "india", "mumbai", "delhi", "new_delhi", "bangalore", "bengaluru", "chennai":
		return "Asia/Kolkata", true
	case "vietnam", "hanoi":
		return "Asia/Ho_Chi_Minh", true
	case "iran":
		return "Asia/Tehran", true
	case "israel", "tel_aviv":
		return "Asia/Jerusalem", true
	case "uae", "abu_dhabi":
		return "Asia/Dubai", true
	case "saudi_arabia", "jeddah", "mecca":
		return "Asia/Riyadh", true
	case "turkey", "türkiye", "ankara":
		return "Europe/Istanbul", true
	case "egypt":
		return "Africa/Cairo", true
	case "libya":
		return "Africa/Tripoli", true
	case "nigeria", "abuja":
		return "Africa/Lagos", true
	case "kenya":
		return "Africa/Nairobi", true
	case "south_africa", "cape_town", "pretoria":
		return "Africa/Johannesburg", true
	case "germany", "munich", "frankfurt", "hamburg", "cologne", "bonn":
		return "Europe/Berlin", true
	case "france", "lyon", "marseille", "strasbourg":
		return "Europe/Paris", true
	case "switzerland", "geneva", "bern":
		return "Europe/Zurich", true
	case "italy", "milan":
		return "Europe/Rome", true
	case "spain", "barcelona":
		return "Europe/Madrid", true
	case "poland":
		return "Europe/Warsaw", true
	case "portugal":
		return "Europe/Lisbon", true
	case "netherlands", "the_hague", "rotterdam":
		return "Europe/Amsterdam", true
	case "ukraine":
		return "Europe/Kyiv", true
	case "uk", "england", "great_britain", "gb", "britain", "edinburgh", "manchester":
		return "Europe/London", true
	case "ireland", "eire":
		return "Europe/Dublin", true
	case "iceland":
		return "Atlantic/Reykjavik", true
	case "washington", "washington_dc", "boston", "miami", "atlanta", "philadelphia", "nyc":
		return "America/New_York", true
	case "houston", "dallas", "austin":
		return "America/Chicago", true
	case "california", "san_francisco", "seattle", "la", "san_diego":
		return "America/Los_Angeles", true
	case "hawaii":
		return "Pacific/Honolulu", true
	case "montreal", "ottawa":
		return "America/Toronto", true
	case "brasilia", "rio", "rio_de_janeiro":
		return "America/Sao_Paulo", true
	case "canberra":
		return "Australia/Sydney", true
	case "nz", "new_zealand", "wellington":
		return "Pacific/Auckland", true
	case "cuba":
		return "America/Havana", true
	}
	return "", false
}

// distance is the number of letters to change, add, drop or swap between a and b; bound or more is not told apart.
func distance(a, b string, bound int) int {
	if d := len(a) - len(b); d >= bound || -d >= bound {
		return bound
	}
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return min(above[len(b)], bound)
}
