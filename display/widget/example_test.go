package widget_test

import (
	"fmt"
	"strings"

	"github.com/netherfield/netherfield/display/widget"
)

// A control has a value, which the person and the program change.
func ExampleControl() {
	n := widget.IntSlider("n", 3, 0, 10)
	n.OnChange(func(v int) { fmt.Println("now", v) })
	n.SetValue(4)
	fmt.Println(n.SetValue(11))
	fmt.Println(n)
	// Output:
	// now 4
	// widget: 11 is not from 0 to 10
	// n: 4
}

// A function's parameters become controls; here, where there is no front end, it runs
// once.
func ExampleInteract() {
	err := widget.Interact(func(k int, word string) {
		fmt.Println(strings.Repeat(word, k))
	}, widget.IntSlider("k", 3, 0, 10), "ha")
	fmt.Println(err)
	// Output:
	// k: 3
	// Text: ha
	// output
	// hahaha
	// <nil>
}
