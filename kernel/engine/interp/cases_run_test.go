package interp_test

import (
	_ "embed"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

//go:embed cases_test.go
var casesText string

var cases = map[string]func(){
	"caseIntegerArithmetic":  caseIntegerArithmetic,
	"caseFloatsAndComplex":   caseFloatsAndComplex,
	"caseConversions":        caseConversions,
	"caseStrings":            caseStrings,
	"caseSlices":             caseSlices,
	"caseArrays":             caseArrays,
	"caseMaps":               caseMaps,
	"caseStructs":            caseStructs,
	"caseClosures":           caseClosures,
	"caseDeferPanicRecover":  caseDeferPanicRecover,
	"caseOrderOfEvaluation":  caseOrderOfEvaluation,
	"caseReadsAfterCalls":    caseReadsAfterCalls,
	"caseLibrary":            caseLibrary,
	"caseNestedPlaces":       caseNestedPlaces,
	"caseFunctions":          caseFunctions,
	"caseInterfaces":         caseInterfaces,
	"caseControlFlow":        caseControlFlow,
	"caseChannels":           caseChannels,
	"caseRangeFunc":          caseRangeFunc,
	"caseScopesAndShadowing": caseScopesAndShadowing,
	"caseAlgorithms":         caseAlgorithms,
}

func TestInterpretedCasesPrintWhatCompiledOnesDo(t *testing.T) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "cases_test.go", casesText, 0)
	if err != nil {
		t.Fatal(err)
	}
	var imports, decls strings.Builder
	names := []string{}
	for _, d := range file.Decls {
		text := casesText[fset.Position(d.Pos()).Offset:fset.Position(d.End()).Offset]
		switch d := d.(type) {
		case *ast.GenDecl:
			imports.WriteString(text + "\n")
		case *ast.FuncDecl:
			decls.WriteString(text + "\n")
			if strings.HasPrefix(d.Name.Name, "case") {
				names = append(names, d.Name.Name)
			}
		}
	}
	s := newSession(t)
	s.ok(imports.String() + decls.String())
	for _, name := range names {
		if name == "caseReadsAfterCalls" && raceFactor > 1 {
			// Compiled for the race detector, Go reads map elements
			// in another order, which the language allows. make test
			// runs the cases without the detector too.
			continue
		}
		t.Run(strings.TrimPrefix(name, "case"), func(t *testing.T) {
			native := cases[name]
			if native == nil {
				t.Fatalf("%s is not in the table of cases", name)
			}
			want := output(t, native)
			got := output(t, func() {
				if f := s.run(name + "()").Failure; f != nil {
					t.Errorf("%v: %s\n%+v\n%s", f.Kind, f.Message, f.Frames, f.Note)
				}
			})
			w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
			for i := range max(len(w), len(g)) {
				var a, b string
				if i < len(w) {
					a = w[i]
				}
				if i < len(g) {
					b = g[i]
				}
				if a != b {
					t.Errorf("line %d:\ninterpreted %s\ncompiled    %s", i+1, b, a)
				}
			}
		})
	}
}
