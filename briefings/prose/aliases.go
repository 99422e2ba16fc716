package prose

import "strings"

// Aliases is what names stand for: each line begins with the common name, the others are other words for it. Countries,
// their capitals and demonyms come from the table of countries and are not repeated here.
var Aliases = [][]string{
	{"North Korea", "the North", "Pyongyang", "DPRK", "North Korean"},
	{"South Korea", "the South", "Seoul", "ROK", "South Korean"},
	{"Russia", "Moscow", "the Kremlin", "Russian Federation", "Russian"},
	{"United States", "US", "USA", "America", "Washington", "White House", "American"},
	{"United Nations", "UN", "U.N"},
	{"UN Security Council", "Security Council"},
	{"European Union", "EU", "E.U", "Brussels"},
	{"World Health Organization", "WHO", "W.H.O"},
	{"International Monetary Fund", "IMF"},
	{"International Criminal Court", "ICC"},
	{"International Atomic Energy Agency", "IAEA"},
	{"Korean Central News Agency", "KCNA"},
	{"Associated Press", "AP"},
	{"Agence France-Presse", "AFP"},
	{"Federal Reserve", "Fed", "the Fed"},
	{"Food and Drug Administration", "FDA"},
	{"Centers for Disease Control and Prevention", "CDC"},
	{"Federal Bureau of Investigation", "FBI"},
	{"Department of Justice", "Justice Department", "DOJ"},
	{"Department of Defense", "Defense Department", "Pentagon"},
	{"Republican Party", "GOP", "Republican", "Republicans"},
	{"Democratic Party", "Democrat", "Democrats"},
	{"Supreme Court", "SCOTUS"},
	{"Islamic State", "ISIS", "ISIL", "Daesh"},
	{"New York Times", "NYT"},
	{"General Motors", "GM"},
	{"Covid-19", "Covid", "coronavirus"},
	{"President of the United States", "POTUS"},
}

var aliasIndex = func() map[string]string {
	m := map[string]string{}
	for _, row := range Aliases {
		for _, a := range row {
			k := strings.TrimPrefix(strings.ToLower(a), "the ")
			if k == "north" || k == "south" || k == "fed" || k == "who" || k == "us" {
				continue // only with their article or in capitals: see Canonical
			}
			m[k] = strings.ToLower(row[0])
		}
	}
	return m
}()

// Canonical returns the common name, in lower case, of what name stands for: "south korea" of "Seoul", "ROK" or "the
// South"; a name that the tables don't know is itself, folded.
func Canonical(name string) string {
	k := key(name)
	switch k {
	case "the north":
		return "north korea"
	case "the south":
		return "south korea"
	case "the fed", "fed":
		return "federal reserve"
	case "u.s", "u.s.a", "usa":
		return "united states"
	case "us":
		if strings.Contains(name, "US") {
			return "united states"
		}
		return k
	case "who":
		if strings.Contains(name, "WHO") {
			return "world health organization"
		}
		return k
	}
	bare := strings.TrimPrefix(k, "the ")
	if c, ok := aliasIndex[bare]; ok {
		return c
	}
	if c, ok := CountryOf(bare); ok {
		return strings.ToLower(c.Name)
	}
	return bare
}
