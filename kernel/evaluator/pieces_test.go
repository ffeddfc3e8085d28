package evaluator

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// outline writes the pieces of a cell, a line each.
func outline(code string) string {
	pieces, err := cut(code)
	if err != nil {
		return "error " + err.Error() + "\n"
	}
	var b strings.Builder
	for _, p := range pieces {
		if p.command == nil {
			fmt.Fprintf(&b, "go %q\n", p.text)
		} else {
			fmt.Fprintf(&b, "%s %q", p.command.name, p.text)
			if p.body != "" {
				fmt.Fprintf(&b, " %q", p.body)
			}
			fmt.Fprintf(&b, " line %d\n", p.line)
		}
	}
	return b.String()
}

func TestCellsAreCutIntoGoAndCommands(t *testing.T) {
	for _, c := range []struct{ name, code, want string }{
		{"go alone", "x := 1\nx", "go \"x := 1\\nx\"\n"},
		{"a command alone", "%vars", "%vars \"\" line 1\n"},
		{"a command between keeps line numbers", "x := 1\n%vars\ny := 2",
			"go \"x := 1\\n\"\n%vars \"\" line 2\ngo \"      \\n     \\ny := 2\"\n"},
		{"shell lines", "!ls -l\n  !pwd", "! \"ls -l\" line 1\n! \"pwd\" line 2\n"},
		{"help before and after", "fmt.Println?\n?os\nos??", "? \"fmt.Println\" line 1\n? \"os\" line 2\n?? \"os\" line 3\n"},
		{"help on a command", "%time?", "? \"%time\" line 1\n"},
		{"cell command takes all", "%%bash\necho a\n%vars\n", "%%bash \"\" \"echo a\\n%vars\\n\" line 1\n"},
		{"blank lines before a cell command", "\n%%time\nx := 1", "%%time \"\" \"x := 1\" line 2\n"},
		{"not inside a raw string", "s := `\n%vars\n!ls\n`", "go \"s := `\\n%vars\\n!ls\\n`\"\n"},
		{"not inside a comment", "/*\n%vars\n*/\nx := 1", "go \"/*\\n%vars\\n*/\\nx := 1\"\n"},
		{"not inside brackets", "x := f(\n!ok)", "go \"x := f(\\n!ok)\"\n"},
		{"unknown", "x := 1\n%vasr", "error 2:1: there is no command %vasr; did you mean %vars?\n"},
		{"nothing", " \n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, outline(c.code)); d != "" {
				t.Error(d)
			}
		})
	}
}

func FuzzCut(f *testing.F) {
	for _, s := range []string{"x := 1\n%vars\ny", "%%bash\nls", "a?\n", "`%x\n`\n!ls", "é := 1\n%time é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, code string) {
		pieces, err := cut(code)
		if err != nil {
			return
		}
		for _, p := range pieces {
			if p.command == nil && len(p.text) > len(code) {
				t.Errorf("%q has the piece %q: offsets moved", code, p.text)
			}
		}
	})
}
