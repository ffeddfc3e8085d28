package cell

import "fmt"

func ExampleFrontend_Complete() {
	f := New(Opts{Packages: packages})
	code := "for _, p := range []image.Point{{1, 2}} {\n\tp."
	for _, m := range f.Complete(code, len(code)).Matches[:3] {
		fmt.Println(m.Text, m.Kind, m.Signature)
	}
	// Output:
	// Add method func(q image.Point) image.Point
	// Div method func(k int) image.Point
	// Eq method func(q image.Point) bool
}

func ExampleFrontend_Inspect() {
	f := New(Opts{Packages: packages})
	code := "strings.Compare("
	if d, ok := f.Inspect(code, len(code), 0); ok {
		fmt.Println(d.Signature)
	}
	// Output:
	// func strings.Compare(a string, b string) int
}

func ExampleIsComplete() {
	for _, code := range []string{"x := 1", "if x > 0 {", "x := := 1"} {
		status, indent := IsComplete(code)
		fmt.Printf("%s %q\n", status, indent)
	}
	// Output:
	// complete ""
	// incomplete "\t"
	// invalid ""
}
