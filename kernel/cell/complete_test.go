package cell

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestComplete(t *testing.T) {
	session := []string{
		`import "os"
xs := []string{"b", "a"}
total := 3.5
type_ := 1`,
		`// area returns the area.
func area(width, height float64) float64 { return width * height }
const limit = 10
var req = new(http.Request)
var b strings.Builder
var sb = &b`,
	}
	for _, tt := range []struct {
		name   string
		code   string
		want   []string // "text kind signature", or its beginning
		absent []string
		first  string // the first match
	}{
		{name: "members of an imported package", code: `import "strings"
strings.ToUp¦`,
			want: []string{"ToUpper function func(s string) string", "ToUpperSpecial function"}, absent: []string{"ToLower"}, first: "ToUpper"},
		{name: "members of a package that was not imported", code: `strings.Sp¦`, want: []string{"Split function func(s string, sep string) []string"}},
		{name: "all members", code: `strings.¦`, want: []string{"Builder type struct", "Title function"}},
		{name: "members of a package of an earlier cell", code: `os.Arg¦`, want: []string{"Args variable []string"}},
		{name: "constants have values", code: `http.StatusTeap¦`, want: []string{"StatusTeapot constant untyped int = 418"}},
		{name: "renamed import", code: "import str \"strings\"\nstr.Rep¦", want: []string{"Replace function", "Repeat function"}},
		{name: "packages of one name", code: `rand.¦`, want: []string{"IntN function", "Prime function"}},
		{name: "inside an unfinished call", code: `fmt.Println(strings.ToUp¦`, want: []string{"ToUpper function"}},
		{name: "inside a call that goes on", code: "fmt.Println(strings.ToUp¦, 1)\ny := 2", want: []string{"ToUpper function"}},
		{name: "before more of the cell", code: "strings.ToUp¦\nx := 3\nx", want: []string{"ToUpper function"}},
		{name: "in the middle of a name", code: `strings.To¦Lower("x")`, want: []string{"ToLower function", "ToUpper function"}},
		{name: "in an unfinished loop", code: "pts := []image.Point{{1, 2}}\nfor _, x := range pts {\n\tx.¦",
			want: []string{"X field int", "Add method func(q image.Point) image.Point"}},
		{name: "in an unfinished function literal", code: "func() {\n\tr := strings.NewReader(\"\")\n\tr.Le¦", want: []string{"Len method func() int"}},
		{name: "in an unfinished function", code: "func f(p image.Point) int {\n\treturn p.¦", want: []string{"X field int"}},
		{name: "in an if header", code: "if req.¦", want: []string{"URL field *url.URL"}},
		{name: "in an if header with a statement", code: "if u := req.¦", want: []string{"URL field *url.URL"}},
		{name: "in a for header", code: "for i := 0; i < sb.¦", want: []string{"Len method func() int"}},
		{name: "in a for initialisation", code: "for i := sb.¦", want: []string{"Len method"}},
		{name: "in a range header", code: "for k := range req.¦", want: []string{"Header field http.Header"}},
		{name: "in a switch header", code: "switch req.¦", want: []string{"Method field string"}},
		{name: "in a case", code: "switch {\ncase req.¦", want: []string{"Method field string"}},
		{name: "after defer", code: "func f() {\n\tdefer b.Res¦\n}", want: []string{"Reset method func()"}},
		{name: "after go", code: "go b.Res¦", want: []string{"Reset method func()"}},
		{name: "after return", code: "func f() int {\n\treturn b.Le¦\n}", want: []string{"Len method"}},
		{name: "after an operator", code: "x := 1 + b.Le¦", want: []string{"Len method"}},
		{name: "in an index", code: "xs[b.Le¦", want: []string{"Len method"}},
		{name: "in a map literal", code: "map[string]int{\"a\": b.Le¦", want: []string{"Len method"}},
		{name: "behind another syntax error", code: "x := := 3\nb.Le¦", want: []string{"Len method"}},
		{name: "behind a stray bracket", code: "fmt.Println(1))\nb.Le¦", want: []string{"Len method"}},
		{name: "before a stray bracket", code: "b.Le¦\nfmt.Println(1))", want: []string{"Len method"}},
		{name: "variables of the same cell", code: "u, err := url.Parse(\"/\")\nu.Ho¦", want: []string{"Host field string", "Hostname method func() string"}},
		{name: "with the error left off", code: "u := url.Parse(\"/\")\nu.Ho¦", want: []string{"Host field string"}},
		{name: "chained with the error left off", code: `url.Parse("/").Ho¦`, want: []string{"Host field string"}},
		{name: "on the next line of a chain", code: "strings.NewReplacer(\"a\", \"b\").\n\tRep¦", want: []string{"Replace method func(s string) string"}},
		{name: "pointer methods of a variable", code: "b.Wri¦", want: []string{"WriteString method func(s string) (int, error)"}},
		{name: "no pointer methods of a value", code: "strings.Builder{}.¦", absent: []string{"WriteString"}},
		{name: "method expressions", code: "strings.Builder.¦", absent: []string{"WriteString", "addr"}},
		{name: "method expressions of a pointer", code: "(*strings.Builder).¦", want: []string{"WriteString method"}},
		{name: "promoted members come last", code: "var s struct {\n\tsync.Mutex\n\tZ int\n}\ns.¦",
			want: []string{"Lock method func()", "Mutex field sync.Mutex", "Z field int"}, first: "Mutex"},
		{name: "interfaces", code: "var r io.ReadWriter\nr.¦", want: []string{"Read method func(p []byte) (n int, err error)", "Write method"}},
		{name: "errors", code: "_, err := os.Open(\"x\")\nerr.¦", want: []string{"Error method func() string"}},
		{name: "type parameters", code: "func f[T fmt.Stringer](x T) {\n\tx.¦", want: []string{"String method func() string"}},
		{name: "unexported members of foreign types", code: "b.¦", absent: []string{"addr", "buf", "copyCheck", "grow"}},
		{name: "unexported fields of own types", code: "type pt struct{ x, y int }\nvar p pt\np.¦", want: []string{"x field int", "y field int"}},
		{name: "deprecated last", code: "req.¦", want: []string{"Cancel field"}},
		{name: "fields in a literal", code: "image.Point{¦", want: []string{"X field int", "Y field int"}, first: "X"},
		{name: "fields in a literal, begun", code: "image.Rectangle{M¦}", want: []string{"Max field image.Point", "Min field image.Point"}},
		{name: "fields that are not set", code: "image.Point{X: 1, ¦}", want: []string{"Y field int"}, absent: []string{"X"}},
		{name: "fields of an elided literal", code: "[]*image.Point{{X¦", want: []string{"X field int"}},
		{name: "values in a literal", code: "image.Point{X: lim¦}", want: []string{"limit constant untyped int = 10"}},
		{name: "locals", code: "func f(alpha int) {\n\talbum := 1\n\tif algo := 2; true {\n\t\tal¦\n\t}\n\talpine := 3\n}",
			want: []string{"alpha variable int", "album variable int", "algo variable int"}, absent: []string{"alpine"}},
		{name: "locals of a range", code: "for key, val := range map[string]int{} {\n\tva¦\n}", want: []string{"val variable int", "var keyword"}, first: "val"},
		{name: "locals of a type switch", code: "var x any\nswitch value := x.(type) {\ncase int:\n\tval¦\n}", want: []string{"value variable int"}},
		{name: "locals of a closure", code: "f := func(argument int) int { return arg¦ }", want: []string{"argument variable int"}},
		{name: "names above in the cell", code: "first := 1\nfi¦\nfive := 2", want: []string{"first variable int"}, absent: []string{"five"}},
		{name: "the cell's functions see all its names", code: "func f() {\n\tfi¦\n}\nfirst := 1", want: []string{"first variable int"}},
		{name: "session names", code: "ar¦", want: []string{"area function func(width float64, height float64) float64"}},
		{name: "session names in expressions", code: "y := 2 * to¦", want: []string{"total variable float64"}},
		{name: "a redeclared name is not its own value", code: "total := tot¦", want: []string{"total variable float64"}},
		{name: "a name redeclared with its old value", code: "b := b.Le¦", want: []string{"Len method"}},
		{name: "known packages", code: "er¦", want: []string{`errors package "errors" (auto-import)`, "error type interface"}, first: "error"},
		{name: "the preferred of several packages", code: "ran¦", want: []string{`rand package "math/rand/v2" (auto-import)`, "range keyword"}},
		{name: "imported packages", code: "o¦", want: []string{`os package "os"`}},
		{name: "dot imports", code: "import . \"strings\"\nToUp¦", want: []string{"ToUpper function"}},
		{name: "builtins", code: "appe¦", want: []string{"append function (slice []Type, elems ...Type) []Type"}},
		{name: "keywords", code: "fallt¦", want: []string{"fallthrough keyword"}},
		{name: "keywords in expressions", code: "x := f¦", want: []string{"func keyword"}, absent: []string{"for", "fallthrough"}},
		{name: "everything", code: "¦", want: []string{"xs variable []string", "len function", "for keyword"}, absent: []string{"bufio"}},
		{name: "labels", code: "outer:\nfor {\n\tbreak ou¦\n}", want: []string{"outer label"}},
		{name: "other case", code: "strings.toup¦", want: []string{"ToUpper function"}},
		{name: "abbreviation", code: "os.rf¦", want: []string{"ReadFile function"}},
		{name: "exact case first", code: "Err := 1\nerrs := 2\nfunc() {\n\terr¦\n}", want: []string{"Err variable"}, first: "errs"},
		{name: "import paths", code: `import "net/ht¦`, want: []string{"net/http package package http", "net/http/httptest package"}, first: "net/http"},
		{name: "import paths in a group", code: "import (\n\t\"fmt\"\n\tr \"math/ra¦\"\n)", want: []string{"math/rand package", "math/rand/v2 package package rand"}},
		{name: "strings", code: `x := "str¦"`, absent: []string{"string", "strings"}},
		{name: "raw strings", code: "x := `str¦", absent: []string{"string"}},
		{name: "behind a string", code: `x := "a" + str¦`, want: []string{"string type"}},
		{name: "comments", code: "// str¦", absent: []string{"string"}},
		{name: "block comments", code: "/* str¦ */", absent: []string{"string"}},
		{name: "below a comment", code: "x := 1 // one\nstrings.ToUp¦", want: []string{"ToUpper function"}},
		{name: "at the end of a comment", code: "x := 1 // str¦\nx", absent: []string{"string"}},
		{name: "below an unfinished string", code: "x := \"str\nstrings.ToUp¦", want: []string{"ToUpper function"}},
		{name: "in a list of values", code: "xs, b.Le¦", want: []string{"Len method"}},
		{name: "numbers", code: "x := 1.¦", absent: []string{"xs"}},
		{name: "new names", code: "var st¦", absent: []string{"string", "strings"}},
		{name: "new functions", code: "func st¦() {}", absent: []string{"string", "strings"}},
		{name: "types", code: "var x strings.Bu¦", want: []string{"Builder type struct"}},
		{name: "types of parameters", code: "func f(b *strings.Bu¦", want: []string{"Builder type struct"}},
		{name: "receivers", code: "type point struct{}\nfunc (p *poi¦", want: []string{"point type struct"}},
		{name: "unknown things", code: "nosuchthing.¦", absent: []string{"xs"}},
		{name: "behind several bytes a letter", code: "größe := \"äöü\"; größe2 := strings.ToUp¦", want: []string{"ToUpper function"}},
		{name: "names with several bytes a letter", code: "größe := 1\ngrö¦", want: []string{"größe variable int"}},
		{name: "line commands", code: "%ti¦", want: []string{"%time command measures a statement"}, absent: []string{"%%time", "%cd"}},
		{name: "cell commands", code: "%%ba¦", want: []string{"%%bash command"}},
		{name: "all commands", code: "x := 1\n%¦", want: []string{"%cd command"}},
		{name: "Go behind a command", code: "%time strings.ToUp¦", want: []string{"ToUpper function"}},
		{name: "Go below a cell command", code: "%%time\nstrings.ToUp¦", want: []string{"ToUpper function"}},
		{name: "text below a cell command", code: "%%bash\nstrings.ToUp¦", absent: []string{"ToUpper"}},
		{name: "Go below a shell line", code: "!ls 'a /* `\nstrings.ToUp¦", want: []string{"ToUpper function"}},
		{name: "text behind a shell command", code: "!str¦", absent: []string{"string"}},
		{name: "before a question mark", code: "strings.ToUp¦?", want: []string{"ToUpper function"}},
		{name: "behind a question mark", code: "?strings.ToUp¦", want: []string{"ToUpper function"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, cursor := atMark(t, tt.code)
			got := newFrontend(t, session...).Complete(code, cursor)
			checkCompletion(t, code, cursor, got)
			for _, want := range tt.want {
				text, _, _ := strings.Cut(want, " ")
				i := slices.IndexFunc(got.Matches, func(m Match) bool { return m.Text == text })
				if i < 0 {
					t.Errorf("no match %q in %v", text, texts(got))
					continue
				}
				m := got.Matches[i]
				if line := fmt.Sprintf("%s %s %s", m.Text, m.Kind, m.Signature); !strings.HasPrefix(line, want) {
					t.Errorf("got  %s\nwant %s", line, want)
				}
			}
			for _, text := range tt.absent {
				if slices.Contains(texts(got), text) {
					t.Errorf("unwanted match %q in %v", text, texts(got))
				}
			}
			if tt.first != "" && (len(got.Matches) == 0 || got.Matches[0].Text != tt.first) {
				t.Errorf("the first match is not %q: %v", tt.first, texts(got))
			}
			if len(tt.want) == 0 && len(tt.absent) > 0 && strings.Contains(tt.name, "string") && len(got.Matches) > 0 {
				t.Errorf("matches inside %s: %v", tt.name, texts(got))
			}
		})
	}
}

// checkCompletion checks what holds for every completion.
func checkCompletion(t *testing.T, code string, cursor int, c Completion) {
	t.Helper()
	if c.Start < 0 || c.Start > c.End || c.End > len(code) || c.End > cursor {
		t.Fatalf("range [%d, %d) of %d bytes, cursor %d", c.Start, c.End, len(code), cursor)
	}
	seen := map[string]bool{}
	for _, m := range c.Matches {
		if m.Text == "" || m.Kind == "" || seen[m.Text] || strings.Contains(m.Text+m.Signature, marker) {
			t.Errorf("bad or double match %+v", m)
		}
		seen[m.Text] = true
	}
}

func texts(c Completion) (out []string) {
	for _, m := range c.Matches {
		out = append(out, m.Text)
	}
	return out
}

func TestDeprecatedMembersComeLast(t *testing.T) {
	f := newFrontend(t)
	got := texts(f.Complete("strings.", len("strings.")))
	if got[len(got)-1] != "Title" {
		t.Errorf("the last member of strings is %q, want the deprecated Title", got[len(got)-1])
	}
	got = texts(f.Complete("new(http.Request).", len("new(http.Request).")))
	if got[len(got)-1] != "Cancel" {
		t.Errorf("the last member of http.Request is %q, want the deprecated Cancel", got[len(got)-1])
	}
}

func TestCompleteFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"data.csv", "data/x.csv", ".hidden"} {
		path := filepath.Join(dir, name)
		if name == "data/x.csv" {
			path = filepath.Join(dir, "date", "x.csv")
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f := New(Opts{Packages: packages, Commands: commands, Dir: func() string { return dir }})
	for _, tt := range []struct {
		code  string
		start int
		want  []string
	}{
		{"%cd da¦", 4, []string{"data.csv", "date/"}},
		{"%cd date/¦", 9, []string{"x.csv"}},
		{"%cd " + dir + "/date/¦", 4 + len(dir) + 6, []string{"x.csv"}},
		{"%cd .h¦", 4, []string{".hidden"}},
		{"%cd nowhere/¦", 12, nil},
		{"%%writefile ¦\nx", 12, []string{"data.csv", "date/"}},
		{"%%writefile a\nda¦", 16, nil},
	} {
		code, cursor := atMark(t, tt.code)
		got := f.Complete(code, cursor)
		if got.Start != tt.start || !slices.Equal(texts(got), tt.want) {
			t.Errorf("%s: got %d %v, want %d %v", tt.code, got.Start, texts(got), tt.start, tt.want)
		}
	}
}
