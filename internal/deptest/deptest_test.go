package deptest_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netherfield/netherfield/internal/deptest"
)

func TestNoForbiddenArrow(t *testing.T) {
	graph, err := deptest.Load(t.Context(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	if self := "github.com/netherfield/netherfield/internal/deptest"; !slices.Contains(graph.Own, self) {
		t.Fatalf("the graph lacks %s: %q", self, graph.Own)
	}
	for _, v := range deptest.Check(graph, rules()) {
		t.Error(v)
	}
}

func TestEveryRuleHasAReason(t *testing.T) {
	for _, rule := range rules() {
		if rule.Why == "" || len(rule.From) == 0 || len(rule.To) == 0 {
			t.Errorf("incomplete: %+v", rule)
		}
	}
}

func TestCheckFindsWhatARuleBans(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":            "module example.org/house\n\ngo 1.26\n",
		"main.go":           "package main\n\nimport _ \"example.org/house/attic\"\n\nfunc main() {}\n",
		"attic/attic.go":    "package attic\n\nimport (\n\t_ \"example.org/house/hall\"\n\t_ \"runtime\"\n)\n",
		"hall/hall.go":      "package hall\n\nimport _ \"example.org/house/hall/door\"\n",
		"hall/door/door.go": "package door\n\nimport _ \"go/token\"\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	graph, err := deptest.Load(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		rule deptest.Rule
		want []string
	}{
		{
			name: "a direct import",
			rule: deptest.Rule{From: []string{"./hall/..."}, To: []string{"go/..."}},
			want: []string{"./hall/door → go/token: why"},
		}, {
			name: "the shortest way to a transitive one",
			rule: deptest.Rule{From: []string{"./attic"}, To: []string{"go/..."}, Transitive: true},
			want: []string{"./attic → ./hall → ./hall/door → go/token: why"},
		}, {
			name: "one for each package that breaks the rule",
			rule: deptest.Rule{From: []string{"./..."}, To: []string{"./hall/door"}, Transitive: true},
			want: []string{
				". → ./attic → ./hall → ./hall/door: why",
				"./attic → ./hall → ./hall/door: why",
				"./hall → ./hall/door: why",
			},
		}, {
			name: "a folder named like a package of the standard library is another thing",
			rule: deptest.Rule{From: []string{"./attic"}, To: []string{"./runtime/..."}, Transitive: true},
		}, {
			name: "an indirect way does not break a rule on direct imports",
			rule: deptest.Rule{From: []string{"./attic"}, To: []string{"go/..."}},
		}, {
			name: "nothing here comes from outside",
			rule: deptest.Rule{From: []string{"./..."}, To: []string{"external"}, Transitive: true},
		}, {
			name: "packages that do not exist yet",
			rule: deptest.Rule{From: []string{"./cellar/..."}, To: []string{"./..."}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.rule.Why = "why"
			var got []string
			for _, v := range deptest.Check(graph, []deptest.Rule{tt.rule}) {
				got = append(got, v.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}
