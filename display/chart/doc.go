// Package chart owns charts: what is drawn of a table, as a typed grammar in the manner
// of Vega-Lite, which notebooks draw and make interactive, and from which a renderer
// makes a picture for places that have no scripts.
//
// A [Chart] has one or more layers. A [Layer] draws a [Mark], such as a point, for each
// row of its data; an [Encoding] says which columns give the mark's place, colour and
// other channels. A [Channel] names its column by a shorthand: "weight" alone, or with
// a type as in "weight:Q", an aggregate as in "mean(weight)" and "count()", or a bin as
// in "bin(weight)". Aggregates and bins are computed here, over all rows, so that the
// notebook and the picture show the same and no more data is stored than is drawn.
//
//	c, err := chart.New(frame, chart.Point, chart.Encoding{
//		X:     chart.Channel{Field: "length"},
//		Y:     chart.Channel{Field: "words"},
//		Color: chart.Channel{Field: "label:N"},
//	})
//
// A chart shows itself in a notebook. It has a picture in PNG format beside the
// interactive form if a renderer is registered, as notebooks' kernels do; a program of
// your own imports display/png for its effect. Package display has functions for the
// charts that are most used.
//
// Charts are not safe for use by several goroutines at a time; all else is.
package chart
