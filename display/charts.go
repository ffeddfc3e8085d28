package display

// This file makes the charts of tables that are used most.

import "github.com/netherfield/netherfield/display/chart"

// Points returns a scatter chart: a point for each row of data, at columns x and y,
// coloured by a third unless color is "". Data are a frame, a slice of structs or a map
// of slices. A column may be written in the shorthand of package chart, with a type as
// in "weight:Q" and with an aggregate as in "mean(weight)". An error tells which column
// is not there.
//
// The chart shows as the last line of a cell or by [Show], can be moved and magnified,
// and is given more by its methods and fields:
//
//	display.Points(data, "length", "words", "label").Tooltip("text")
func Points(data any, x, y, color string) (*chart.Chart, error) {
	return chart.New(data, chart.Point, encoding(x, y, color))
}

// Lines returns a line through the rows of data in the order of x, one for each value
// of color; see [Points].
func Lines(data any, x, y, color string) (*chart.Chart, error) {
	return chart.New(data, chart.Line, encoding(x, y, color))
}

// Areas returns areas below lines, those of different colours on one another; see
// [Points].
func Areas(data any, x, y, color string) (*chart.Chart, error) {
	return chart.New(data, chart.Area, encoding(x, y, color))
}

// Bars returns a bar for each value of x, of the height y or, if that is "", of the
// number of rows; bars of different colours lie on one another. With names for y and
// numbers for x they lie on their sides. See [Points].
func Bars(data any, x, y, color string) (*chart.Chart, error) {
	if y == "" {
		y = "count()"
	}
	return chart.New(data, chart.Bar, encoding(x, y, color))
}

// Histogram returns how many rows have x in each of about 20 intervals; bars of
// different colours lie on one another. See [Points].
func Histogram(data any, x, color string) (*chart.Chart, error) {
	e := encoding(x, "count()", color)
	e.X.Bin, e.X.Bins = true, 20
	return chart.New(data, chart.Bar, e)
}

// HeatMap returns a cell for each pair of values of x and y, coloured by value or, if
// that is "", by the number of rows. Numbers are sorted into intervals by "bin(x)". See
// [Points].
func HeatMap(data any, x, y, value string) (*chart.Chart, error) {
	if value == "" {
		value = "count()"
	}
	return chart.New(data, chart.Rect, encoding(x, y, value))
}

func encoding(x, y, color string) chart.Encoding {
	return chart.Encoding{X: chart.Channel{Field: x}, Y: chart.Channel{Field: y}, Color: chart.Channel{Field: color}}
}
