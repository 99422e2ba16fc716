package present

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var verbs = regexp.MustCompile(`%\.?[0-9]*[a-z]`)

// reasonsGiven are the reasons that the newsroom's sources spell out: what its weights, its filter and its fates say.
func reasonsGiven(t *testing.T) []string {
	t.Helper()
	var out []string
	keep := func(e ast.Expr) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		text, err := strconv.Unquote(lit.Value)
		if err == nil && strings.Contains(text, " ") && !strings.HasPrefix(text, " ") {
			out = append(out, text)
		}
	}
	of := func(e ast.Expr) string {
		switch e := e.(type) {
		case *ast.Ident:
			return e.Name
		case *ast.SelectorExpr:
			return e.Sel.Name
		}
		return ""
	}
	for _, name := range []string{"compose.go", "beats.go", "changes.go", "importance.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", "briefings", name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		var inside string
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				inside = n.Name.Name
			case *ast.CallExpr:
				f := of(n.Fun)
				if f == "add" || f == "say" || f == "fate" || f == "Sprintf" && inside == "crowdedOut" {
					for _, arg := range n.Args {
						if call, ok := arg.(*ast.CallExpr); ok && len(call.Args) > 0 && f == "fate" {
							arg = call.Args[0]
						}
						keep(arg)
					}
				}
			case *ast.AssignStmt:
				if len(n.Lhs) != 1 || len(n.Rhs) != 1 {
					break
				}
				if l := of(n.Lhs[0]); l == "reason" || l == "why" {
					if call, ok := n.Rhs[0].(*ast.CallExpr); ok && len(call.Args) > 0 {
						keep(call.Args[0])
					}
					keep(n.Rhs[0])
				}
			case *ast.ValueSpec:
				for _, v := range n.Values {
					if strings.HasPrefix(n.Names[0].Name, "repeats") {
						keep(v)
					}
				}
			}
			return true
		})
	}
	return out
}

// TestEveryReasonOfTheNewsroomHasWords in each language: those that its sources spell out, filled as it fills them.
func TestEveryReasonOfTheNewsroomHasWords(t *testing.T) {
	t.Parallel()
	given := reasonsGiven(t)
	if len(given) < 30 {
		t.Fatalf("only %d reasons were found: %q", len(given), given)
	}
	var weights struct {
		Kinds []struct{ Name string }
	}
	raw, err := os.ReadFile(filepath.Join("..", "..", "briefings", "data", "importance.json"))
	if err == nil {
		err = json.Unmarshal(raw, &weights)
	}
	if err != nil || len(weights.Kinds) == 0 {
		t.Fatalf("the kinds of events can't be read: %v", err)
	}
	var said []string
	for _, format := range given {
		switch format {
		case "about %s":
			for _, k := range weights.Kinds {
				said = append(said, "about "+k.Name)
			}
			continue
		case "newest report %s before the edition":
			for _, age := range []string{"less than a minute", "3 minutes", "1 hour", "5 hours", "2 days"} {
				said = append(said, strings.Replace(format, "%s", age, 1))
			}
			continue
		case "%d stories %s were in already, and stories of others weighed enough to have their place":
			for _, of := range []string{`about "sanctions"`, "about North Korea", "told by KCNA"} {
				said = append(said, strings.Replace(strings.Replace(format, "%d", "3", 1), "%s", of, 1))
			}
			continue
		case "it is about %q%s":
			said = append(said, `it is about "sanctions"`, `it is about "sanctions" (“embargo”, Iran)`)
			continue
		}
		said = append(said, verbs.ReplaceAllStringFunc(format, func(v string) string {
			switch v {
			case "%d":
				return "3"
			case "%q":
				return `"sanctions"`
			case "%s":
				return "Pyongyang"
			}
			return "1.20"
		}))
	}
	for _, reason := range said {
		for language := range languages {
			told := deskFor(Reader{Locale: language}).retold(reason + " (+0.40)")
			if !strings.HasSuffix(told, " (+0.40)") {
				t.Errorf("%s tells of %q without its weight: %q", language, reason, told)
			}
			if language != "en" && told == reason+" (+0.40)" {
				t.Errorf("%s has no words for %q", language, reason)
			}
			for _, room := range []string{"edition", "the beat", "watch-list"} {
				if strings.Contains(told, room) {
					t.Errorf("%s tells of %q in the newsroom's own words: %q", language, reason, told)
				}
			}
		}
	}
}
