package chart

// This file defines what a chart is made of.

// A Mark is the shape that is drawn for a row.
type Mark string

// The marks.
const (
	Point Mark = "point" // a symbol
	Line  Mark = "line"  // a line from row to row in the order of x
	Area  Mark = "area"  // what lies below such a line
	Bar   Mark = "bar"   // a bar from zero, or over the width of a bin
	Rect  Mark = "rect"  // a cell of a heat map
	Text  Mark = "text"  // a text
	Rule  Mark = "rule"  // a straight line from (x, y) to (x2, y2)
)

// An Encoding says which columns give a mark's channels.
type Encoding struct {
	X, Y Channel // the place
	// X2 and Y2 are where a rule or a bar ends.
	X2, Y2 Channel
	Color  Channel
	Shape  Channel // the symbol of a point; nominal or ordinal
	Size   Channel // the area of a point; quantitative
	Text   Channel // what a text says
	Detail Channel // splits lines without another look
	// Tooltip is what is told of the mark below the pointer; what the other channels
	// show, if nil.
	Tooltip []Channel
}

// A Channel shows a column.
type Channel struct {
	// Field is the name of the column, or a shorthand: "weight:Q", "mean(weight)",
	// "count()", "bin(weight)".
	Field string
	// Type is how the values are meant; if empty, numbers are quantitative, moments
	// temporal, and everything else is nominal.
	Type Type
	// Aggregate makes one value of all rows that agree in the channels without one:
	// count, sum, mean, median, min, max or distinct.
	Aggregate string
	// Bin sorts numbers into intervals, about Bins of them; 10 if Bins is 0.
	Bin  bool
	Bins int
	// Title is that of the axis or the legend; the column's name if empty.
	Title string
	// Format is how numbers are written, in the notation of d3-format, such as ".2f"
	// or ".0%".
	Format string
	// Order is that of the values of a nominal or ordinal column; those that are not in
	// it come after, and all if it is nil, ascending.
	Order []string
	// Sort orders the values of a nominal or ordinal x or y by what else is shown:
	// "y" or "-y" by y, ascending or descending, "x" and "-x" by x, "data" as they come.
	Sort string
	// Scale is how values become places and colours.
	Scale Scale
}

// A Scale is how values of a channel become places and colours.
type Scale struct {
	// Log makes it logarithmic; values must be positive.
	Log bool
	// NonZero lets an axis begin where the values do, though bars and areas stand on it.
	// Points and lines begin there by themselves.
	NonZero bool
	// Domain is the least and the greatest value of numbers that is shown; nil stands for
	// those of the data.
	Domain []float64
	// Scheme names the colours: tableau10 or tableau20 of names, viridis, blues or greys
	// of numbers. If empty, it is tableau10, or tableau20 of more than ten names, and
	// viridis.
	Scheme string
}

// A Style is how the marks of a layer look where no channel says it.
type Style struct {
	Color   string  // in CSS notation, #rrggbb; the first of the scheme if empty
	Opacity float64 // from 0 to 1; 0 stands for what suits the mark
	Size    float64 // the area of points in square pixels, or the font size of texts; 0 stands for 30 and 11
	Width   float64 // of lines in pixels; 0 stands for 2
	Dash    bool    // lines are dashed
	Overlap bool    // bars and areas of different colours lie over one another, not on top
	Step    string  // "after" or "before": lines go in steps, up after a point or before it
	Ordered bool    // lines go from row to row as they come, not in the order of x
}

// A Layer draws a mark for each row of its data.
type Layer struct {
	Mark     Mark
	Encoding Encoding
	Style    Style

	source *source
	data   *Data   // what is drawn
	made   request // what it was made for
}

// A Chart is one or more layers over the same axes.
type Chart struct {
	Title    string
	Subtitle string
	// Width and Height are those of the space between the axes in pixels; 0 stands for
	// 400 and 300, and with a nominal axis for 20 a value.
	Width, Height int
	// Facet draws a chart for each value of a column, side by side, FacetColumns in a
	// row; 3 if that is 0.
	Facet        Channel
	FacetColumns int
	// Static leaves out that the pointer moves and magnifies what is shown.
	Static bool
	// MaxRows is how many rows a layer draws at most: more are thinned out evenly, and
	// the subtitle says so. 0 stands for 5,000.
	MaxRows int
	// Layers are drawn one over the other.
	Layers []Layer
}
