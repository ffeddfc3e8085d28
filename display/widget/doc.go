// Package widget owns widgets: controls in a notebook, such as sliders, whose value a
// program reads and whose changes it hears of. They speak the protocol of Jupyter's
// widgets, version 2.1, so JupyterLab and other front ends that know ipywidgets show
// them as they are.
//
//	n := widget.IntSlider("n", 3, 0, 10)
//	n.OnChange(func(v int) { fmt.Println(v) })
//	n
//
// A control shows as the last value of a cell, by display.Show or within a box. Its
// value is what the person at the front end chose, or what SetValue set, which the front
// end shows. Functions that were given to OnChange and OnClick run one at a time, and
// not while a cell runs; what they print appears in the front end's log unless an
// [Output] takes it. [Interact] does all of it at once: it makes controls for a
// function's parameters and shows what the function prints and returns, again after
// every change.
//
//	widget.Interact(func(k int, word string) string { return strings.Repeat(word, k) },
//		widget.IntSlider("k", 3, 0, 10), widget.Text("word", "ha"))
//
// Where there is no front end, as in an ordinary program, controls hold their values and
// show as text. All methods may be called by several goroutines at a time.
package widget
