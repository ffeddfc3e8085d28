package cell

import (
	"fmt"
	"strings"
	"testing"
)

// bigSession returns a front end with 3,000 names.
func bigSession(b *testing.B) *Frontend {
	f := newFrontend(b, "import \"net/http\"\nreq := new(http.Request)")
	for c := range 60 {
		var src strings.Builder
		for i := range 50 {
			fmt.Fprintf(&src, "name%d := %d\n", c*50+i, i)
		}
		cell, err := f.Prepare(c+2, src.String())
		if err != nil {
			b.Fatal(err)
		}
		f.Commit(cell, 50)
	}
	return f
}

// loopCell is a cell of ordinary length that ends in an unfinished line.
var loopCell = strings.Repeat("for i := range 10 {\n\tif i%2 == 0 {\n\t\tfmt.Println(i, strings.Repeat(\"x\", i))\n\t}\n}\n", 10)

func BenchmarkComplete(b *testing.B) {
	for _, tt := range []struct{ name, code string }{
		{"package", "strings.To"},
		{"largePackage", "http."},
		{"members", "req."},
		{"names", "name29"},
		{"allNames", ""},
		{"cell", loopCell + "for _, x := range strings.Fields(\"a b\") {\n\tstrings.To"},
		{"lost", loopCell + "fmt.Println(1))\nfor i := req."},
		{"import", "import \"net/"},
	} {
		b.Run(tt.name, func(b *testing.B) {
			f := bigSession(b)
			if len(f.Complete(tt.code, len(tt.code)).Matches) == 0 {
				b.Fatal("no matches")
			}
			for b.Loop() {
				f.Complete(tt.code, len(tt.code))
			}
		})
	}
}
