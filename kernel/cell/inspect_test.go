package cell

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the expected results of testdata anew")

// TestInspect inspects the cell "at" of each file in testdata/inspect, after
// the cells before it have run.
func TestInspect(t *testing.T) {
	files, err := filepath.Glob("testdata/inspect/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var (
				before []string
				d      Description
				found  bool
				out    = txtar.Archive{Comment: ar.Comment}
			)
			for _, s := range ar.Files {
				switch s.Name {
				case "cell":
					before = append(before, string(s.Data))
				case "at", "at detail":
					detail := 0
					if s.Name == "at detail" {
						detail = 1
					}
					code, cursor := atMark(t, strings.TrimSuffix(string(s.Data), "\n"))
					d, found = newFrontend(t, before...).Inspect(code, cursor, detail)
				case "text":
					continue
				case "markdown":
					continue
				default:
					t.Fatalf("section %q", s.Name)
				}
				out.Files = append(out.Files, s)
			}
			if found {
				out.Files = append(out.Files, txtar.File{Name: "text", Data: []byte(d.Text())}, txtar.File{Name: "markdown", Data: []byte(d.Markdown())})
			}
			got := txtar.Format(&out)
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := txtar.Format(ar); !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestInspectFindsTheName(t *testing.T) {
	session := []string{"// area is a doc.\nfunc area(w, h float64) float64 { return w * h }\ntotal := 3\nvar b strings.Builder\nvar req = new(http.Request)"}
	for _, tt := range []struct{ code, want string }{ // want: the first line; "" for nothing
		{"strings.ToUp¦per(\"x\")", "func strings.ToUpper(s string) string"},
		{"strings.ToUpper¦(\"x\")", "func strings.ToUpper(s string) string"},
		{"strings.¦ToUpper(\"x\")", "func strings.ToUpper(s string) string"},
		{"strings.ToUpper¦", "func strings.ToUpper(s string) string"},
		{"strings.ToUpper(¦", "func strings.ToUpper(s string) string"},
		{"strings.ToUpper(¦)", "func strings.ToUpper(s string) string"},
		{"strings.ToUpper(\"a¦\")", "func strings.ToUpper(s string) string"},
		{"strings.ToUpper(\"a\")¦", "func strings.ToUpper(s string) string"},
		{"strings.Replace(\"a\", ¦", "func strings.Replace(s string, old string, new string, n int) string"},
		{"strings.Replace(strings.ToUpper(\"a\"), ¦)", "func strings.Replace(s string, old string, new string, n int) string"},
		{"fmt.Println(nosuch¦)", "func fmt.Println(a ...any) (n int, err error)"},
		{"fmt.Println(total, [3]int{1, 2, 3}[¦", "func fmt.Println(a ...any) (n int, err error)"},
		{"str¦ings.ToUpper", "package strings // import \"strings\""},
		{"strings¦", "package strings // import \"strings\""},
		{"import str \"strings\"\nst¦r.ToUpper", "package strings // import \"strings\""},
		{"import \"net/ht¦tp\"", "package http // import \"net/http\""},
		{"import ht¦tp \"net/http\"", "package http // import \"net/http\""},
		{"ar¦ea(1, 2)", "func area(w float64, h float64) float64"},
		{"area(1, ¦", "func area(w float64, h float64) float64"},
		{"tot¦al", "var total int"},
		{"b.WriteStr¦ing(\"\")", "func (b *strings.Builder) WriteString(s string) (int, error)"},
		{"req.URL.Ho¦st", "field Host string"},
		{"func f() {\n\tfor _, r := range req.Header {\n\t\tr¦", "var r []string"},
		{"x := 1\nx¦", "var x int"},
		{"x¦ := 1", "var x int"},
		{"var e error; switch x := e.(type) { case *os.PathError: x¦ }", "var x *os.PathError"},
		{"var e error; switch x¦ := e.(type) { case *os.PathError: _ = x }", "var x error"},
		{"image.Point{X¦: 1}", "field X int"},
		{"image.Point{¦}", "type image.Point struct {"},
		{"http.StatusTeapot¦", "const http.StatusTeapot = 418"},
		{"time.Second¦", "const time.Second time.Duration = 1000000000"},
		{"utf8.RuneError¦", "const utf8.RuneError = '\ufffd'"},
		{"math.Pi¦", "const math.Pi = 3.14159"},
		{"append¦", "func append(slice []Type, elems ...Type) []Type"},
		{"append(¦", "func append(slice []Type, elems ...Type) []Type"},
		{"nil¦", "var nil Type"},
		{"true¦", "const true = true"},
		{"iota¦", "const iota = 0"},
		{"byte¦", "type byte = uint8"},
		{"error¦", "type error interface {"},
		{"any¦", "type any = interface{}"},
		{"unsafe.Sizeof¦", "func unsafe.Sizeof"},
		{"for¦ {", "for"},
		{"slices.Map¦", ""},
		{"slices.SortFunc[[]int](¦", "func slices.SortFunc[S ~[]E, E any](x S, cmp func(a E, b E) int)"},
		{"atomic.Pointer¦[int]", "type atomic.Pointer[T any] struct {"},
		{"func f[T any](x T¦)", "type T any"},
		{"nosuch¦", ""},
		{"nosuch.thing¦", ""},
		{"\"str¦ings\"", ""},
		{"// str¦ings", ""},
		{"1 + ¦2", ""},
		{"¦", ""},
		{"func() {¦", ""},
		{"total¦?", "var total int"},
		{"?total¦", "var total int"},
		{"%time total¦", "var total int"},
		{"%ti¦me total", "%time"},
		{"%cd fo¦o", "%cd"},
		{"%nosuch¦", ""},
		{"outer¦:\nfor {\n\tbreak outer\n}", "label outer"},
		{"fmt.Println(1))\ntotal¦", "var total int"},
		{"größe := 1\ngr¦öße", "var größe int"},
	} {
		code, cursor := atMark(t, tt.code)
		d, found := newFrontend(t, session...).Inspect(code, cursor, 0)
		got, _, _ := strings.Cut(d.Signature, "\n")
		if found != (tt.want != "") || !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.code, got, tt.want)
		}
	}
}

func BenchmarkInspect(b *testing.B) {
	for _, tt := range []struct{ name, code string }{
		{"function", "strings.ToUpper"},
		{"largePackage", "http.Get"},
		{"method", "req.Cookies"},
		{"session", "name2900"},
		{"cell", loopCell + "strings.ToUpper("},
	} {
		b.Run(tt.name, func(b *testing.B) {
			f := bigSession(b)
			d, ok := f.Inspect(tt.code, len(tt.code), 0)
			if !ok {
				b.Fatal("nothing found")
			}
			_ = d.Markdown()
			for b.Loop() {
				d, _ := f.Inspect(tt.code, len(tt.code), 0)
				_ = d.Markdown() + d.Text()
			}
		})
	}
}
