package cell

import (
	"strings"
	"testing"
)

func TestIsComplete(t *testing.T) {
	for _, tt := range []struct{ code, status, indent string }{
		{"", "complete", ""},
		{" \n\t\n", "complete", ""},
		{"x := 1", "complete", ""},
		{"x := 1;", "complete", ""},
		{"x", "complete", ""},
		{"fmt.Println(1)", "complete", ""},
		{"for i := range 3 {\n\tfmt.Println(i)\n}", "complete", ""},
		{"func f() int {\n\treturn 1\n}\nf()", "complete", ""},
		{"import \"fmt\"", "complete", ""},
		{"import (\n\t\"fmt\"\n)\ntype T struct {\n\tx int\n}\nvar t T", "complete", ""},
		{"// a comment", "complete", ""},
		{"/* a\ncomment */", "complete", ""},
		{"x := 1 // a comment", "complete", ""},
		{"s := `a\nb`", "complete", ""},
		{"if x {\n} else {\n}", "complete", ""},
		{"x, y+1", "complete", ""},
		{"x, y; z", "invalid", ""},
		{"undefined + 1", "complete", ""}, // the checker's business

		{"fmt.Println(", "incomplete", "\t"},
		{"fmt.Println(1,", "incomplete", "\t"},
		{"fmt.Println(1", "incomplete", "\t"},
		{"fmt.Println(strings.ToUpper(", "incomplete", "\t"},
		{"if x {", "incomplete", "\t"},
		{"if x {\n\tfor {", "incomplete", "\t\t"},
		{"if x {\n\tfor {\n\t}", "incomplete", "\t"},
		{"if x {\n} else {", "incomplete", "\t"},
		{"for i := 0; i < 3; i++ {", "incomplete", "\t"},
		{"switch x {\ncase 1:", "incomplete", "\t"},
		{"switch x {\ncase 1:\n\ty = 2", "incomplete", "\t"},
		{"select {", "incomplete", "\t"},
		{"func f(a int,", "incomplete", "\t"},
		{"func f() int {", "incomplete", "\t"},
		{"func f() int {\n\treturn 1", "incomplete", "\t"},
		{"func (t T) f() {", "incomplete", "\t"},
		{"go func() {", "incomplete", "\t"},
		{"defer func() {\n\tx()", "incomplete", "\t"},
		{"run(func() {", "incomplete", "\t"},
		{"run(func() {\n\tx(", "incomplete", "\t\t"},
		{"type T struct {", "incomplete", "\t"},
		{"type T interface {\n\tF()", "incomplete", "\t"},
		{"import (", "incomplete", "\t"},
		{"import", "incomplete", ""},
		{"const (\n\ta = iota", "incomplete", "\t"},
		{"var x =", "incomplete", "\t"},
		{"xs := []int{1,", "incomplete", "\t"},
		{"m := map[string]int{\n\t\"a\":", "incomplete", "\t"},
		{"m := map[string]int{\n\t\"a\": 1,", "incomplete", "\t"},
		{"x[", "incomplete", "\t"},
		{"x := 1 +", "incomplete", "\t"},
		{"x := a &&", "incomplete", "\t"},
		{"x := 1 + // and", "incomplete", "\t"},
		{"x :=", "incomplete", "\t"},
		{"x,", "incomplete", ""},
		{"x, y := 1,", "incomplete", ""},
		{"strings.", "incomplete", "\t"},
		{"outer:", "incomplete", ""},
		{"s := `abc", "incomplete", ""},
		{"if x {\n\ts := `abc", "incomplete", ""},
		{"/* abc", "incomplete", ""},
		{"x := 1 /* abc", "incomplete", ""},

		{"x := := 1", "invalid", ""},
		{"x := 1 y", "invalid", ""},
		{"fmt.Println(1))", "invalid", ""},
		{"fmt.Println(1 2", "invalid", ""},
		{"fmt.Println(1]", "invalid", ""},
		{"}", "invalid", ""},
		{"if x\n", "invalid", ""},
		{"if x {\n}\nelse {", "invalid", ""},
		{"x := \"abc", "invalid", ""},
		{"x := 'a", "invalid", ""},
		{"for i := 0; i < 3; i++ {\n\tx := := 1", "invalid", ""},
		{"x := := 1\nfor {", "invalid", ""},
		{"func 1() {", "invalid", ""},
		{"import fmt", "invalid", ""},
		{"fmt.Println(1\n", "invalid", ""},
		{"x := 1 $", "invalid", ""},

		{"%time x", "complete", ""},
		{"%time for {", "complete", ""},
		{"!ls 'a", "complete", ""},
		{"x := 1\n!echo $(", "complete", ""},
		{"!ls /*\nfor {", "incomplete", "\t"},
		{"strings.ToUpper?", "complete", ""},
		{"strings??", "complete", ""},
		{"?x", "complete", ""},
		{"%cd?", "complete", ""},
		{"x?y", "invalid", ""},
		{"%%bash", "incomplete", ""},
		{"%%bash\nls", "incomplete", ""},
		{"%%bash\nls\n", "complete", ""},
		{"%%bash\nls\n  ", "complete", ""},
		{"\n%%time", "incomplete", ""},
		{"%%time\nfor {\n}\n", "complete", ""},
	} {
		status, indent := IsComplete(tt.code)
		if status != tt.status || indent != tt.indent {
			t.Errorf("%q: got %s %q, want %s %q", tt.code, status, indent, tt.status, tt.indent)
		}
	}
}

func BenchmarkIsComplete(b *testing.B) {
	code := loopCell + "for {"
	for b.Loop() {
		IsComplete(code)
	}
}

func FuzzIsComplete(f *testing.F) {
	for _, code := range []string{"x := 1", "if x {", "f(`", "%%time\n", "!ls\nx?", "defer func() { /*", "x := := 1", "L:"} {
		f.Add(code)
	}
	f.Fuzz(func(t *testing.T, code string) {
		status, indent := IsComplete(code)
		if strings.Trim(indent, "\t") != "" || indent != "" && status != "incomplete" {
			t.Errorf("%q: %s with indent %q", code, status, indent)
		}
		switch status {
		case "complete", "incomplete", "invalid":
		default:
			t.Errorf("%q: status %q", code, status)
		}
	})
}
