package display_test

import (
	"fmt"
	"image"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/netherfield/netherfield/display"
)

func Example() {
	display.Show(map[string]int{"b": 2, "a": 1})
	display.Show(make([]int, 1_000_000)[:3], "two\nlines")
	// Output:
	// map[string]int{"a": 1, "b": 2}
	// []int{0, 0, 0}
	// `two
	// lines`
}

func ExampleOf() {
	b := display.Of(image.NewRGBA(image.Rect(0, 0, 640, 480)))
	fmt.Println(slices.Sorted(maps.Keys(b.Data)))
	fmt.Println(b.Data["text/plain"])
	// Output:
	// [image/png text/plain]
	// *image.RGBA 640×480
}

func ExampleOfAll() {
	b := display.OfAll(3, "three", []int{3})
	fmt.Println(b.Data["text/plain"])
	// Output:
	// 3
	// "three"
	// []int{3}
}

func ExampleText() {
	display.Show("quoted", display.Text("as it is"))
	// Output:
	// "quoted"
	// as it is
}

func ExampleHTML() {
	display.HTML("<b>done</b>") // bold in a notebook
	// Output: <b>done</b>
}

func ExampleMarkdown() {
	display.Markdown("## Results")
	// Output: ## Results
}

func ExampleLaTeX() {
	display.LaTeX(`\frac{1}{2}`)
	// Output: $$\frac{1}{2}$$
}

func ExampleSVG() {
	display.SVG(`<svg viewBox="0 0 9 9"><circle r="9"/></svg>`)
	// Output: <svg viewBox="0 0 9 9"><circle r="9"/></svg>
}

func ExampleJavaScript() {
	display.JavaScript(`console.log("here")`)
	// Output: console.log("here")
}

func ExamplePNG() {
	err := display.PNG([]byte("not a picture"))
	fmt.Println(err)
	// Output: display: PNG: the data are no PNG, they begin with 6e 6f 74 20 61 20 70 69
}

func ExampleJPEG() {
	err := display.JPEG([]byte("not a picture"))
	fmt.Println(err)
	// Output: display: JPEG: the data are no JPEG, they begin with 6e 6f 74 20 61 20 70 69
}

func ExampleJSON() {
	display.JSON(map[string]any{"precision": 0.9, "recall": 0.8})
	// Output:
	// {
	//   "precision": 0.9,
	//   "recall": 0.8
	// }
}

func ExampleMIME() {
	display.MIME(display.Bundle{Data: map[string]any{
		"application/vnd.vegalite.v5+json": map[string]any{"mark": "point"},
		"text/plain":                       "a chart",
	}})
	// Output: a chart
}

func ExampleFile() {
	folder, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "report.md")
	if err := os.WriteFile(path, []byte("# Title"), 0o600); err != nil {
		fmt.Println(err)
	}
	display.File(path)
	// Output: # Title
}

func ExampleNewHandle() {
	h, err := display.NewHandle(display.Text("loading"))
	if err != nil {
		fmt.Println(err)
	}
	h.Update(display.Text("loaded")) // in a notebook it takes the place of the first
	// Output:
	// loading
	// loaded
}

func ExampleShowID() {
	display.ShowID("status", 1)
	display.UpdateID("status", 2)
	// Output:
	// 1
	// 2
}

func ExampleClearOnNext() {
	for i := range 2 {
		display.ClearOnNext() // in a notebook the next value replaces this
		display.Show(i)
	}
	// Output:
	// 0
	// 1
}

// A host registers a Publisher.
type log struct{}

func (log) Publish(b display.Bundle, id string, update bool) error {
	fmt.Println("show", b.Data["text/plain"])
	return nil
}

func (log) Clear(wait bool) error { return nil }

func (log) Input(prompt string, password bool) (string, error) { return "Elizabeth", nil }

func ExampleSetPublisher() {
	display.SetPublisher(log{})
	defer display.SetPublisher(nil)
	name, err := display.Input("Your name: ")
	display.Show(name, err)
	// Output:
	// show "Elizabeth"
	// show <nil>
}

func ExampleNewBar() {
	bar := display.NewBar("downloading", 0) // nobody knows yet how much there is
	bar.Set(64<<10, 3<<20)
	bar.Note("from a mirror")
	bar.Set(3<<20, 3<<20)
	bar.Remove()
}

func ExampleSteps() {
	total := 0
	for i := range display.Steps("adding up", 100) {
		total += i
	}
	fmt.Println(total)
	// Output: 4950
}
