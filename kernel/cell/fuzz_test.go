package cell

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// seeds are beginnings for the fuzz tests of what reads unfinished cells.
var seeds = []string{
	"fmt.Println(strings.ToUp",
	"for _, x := range []image.Point{{1, 2}} {\n\tx.",
	"import \"net/ht",
	"import (\n. \"strings\"\n\"C\"\n)\nToUp",
	"type T[K comparable] struct { a K; *T[K] }\nfunc (t T[K]) m() { t. }\nvar t T[int]; t.",
	"switch x := any(1).(type) { case int: x",
	"defer func() { recover(",
	"x := y; y := x; x.a.b(c)[d:e].f",
	"%time x.\n!ls `\n%%no",
	"%%bash\n`/*",
	"?größe\nx := \"äöü\"; größe?",
	"const ( a = iota; b )\nL: for { break L }",
	"f := func(a int, b ...string) (c error) { return os.WriteFile(a, b.",
	"interface{ m() }(nil).m(",
	"var a [len(a)]int; type A A; type B struct { B }; B{}.",
	"x.(type).y",
	"image.Point{X: 1, Y",
	"if v, ok := map[string]int{\"a\": 1}[\"a\"]; ok { v",
}

func FuzzComplete(f *testing.F) {
	for _, code := range seeds {
		f.Add(code, len(code))
		f.Add(code, len(code)/2)
	}
	front := newFrontend(f, "import \"os\"\nxs := []string{\"a\"}", "func area(w, h float64) float64 { return w * h }\nvar b strings.Builder")
	f.Fuzz(func(t *testing.T, code string, cursor int) {
		if strings.Contains(code, marker) || len(code) > 4096 {
			return
		}
		c := front.Complete(code, cursor)
		checkCompletion(t, code, len(code), c)
		if utf8.ValidString(code) && (!utf8.ValidString(code[:c.Start]) || !utf8.ValidString(code[:c.End])) {
			t.Errorf("[%d, %d) cuts a character of %q", c.Start, c.End, code)
		}
	})
}

func FuzzInspect(f *testing.F) {
	for _, code := range seeds {
		f.Add(code, len(code), 0)
		f.Add(code, len(code)/2, 1)
	}
	front := newFrontend(f, "import \"os\"\nxs := []string{\"a\"}", "func area(w, h float64) float64 { return w * h }\nvar b strings.Builder")
	f.Fuzz(func(t *testing.T, code string, cursor, detail int) {
		if len(code) > 4096 {
			return
		}
		d, ok := front.Inspect(code, cursor, detail)
		if ok != (d.Signature != "") {
			t.Errorf("found %v, signature %q", ok, d.Signature)
		}
		if text, md := d.Text(), d.Markdown(); ok && (text == "" || md == "") {
			t.Errorf("%q renders as %q and %q", d.Signature, text, md)
		}
	})
}
