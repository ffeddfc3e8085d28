package chart

// This file makes the rows that a layer draws: columns for its channels, aggregated and
// binned.

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
)

// The names of channels.
const (
	X       = "x"
	Y       = "y"
	X2      = "x2"
	Y2      = "y2"
	Color   = "color"
	Shape   = "shape"
	Size    = "size"
	Label   = "text"
	Detail  = "detail"
	FacetBy = "facet"
)

// A Column is what a channel or a tooltip shows in each row.
type Column struct {
	Name   string // of the column or what was made of it
	Title  string
	Type   Type
	Format string
	// Numbers are the values of a quantitative column, and those of a temporal one in
	// milliseconds since 1970 in UTC; NaN for those that are missing.
	Numbers []float64
	// Texts are the values of a nominal or ordinal column.
	Texts []string
	// Width is that of a bin whose lower ends the numbers are; 0 if there are no bins.
	Width float64

	channel Channel
}

// Data are the rows that a layer draws.
type Data struct {
	Rows int
	// Of is how many rows there would be if they had not been thinned out.
	Of int
	// Channels has the columns by the names of the channels that show them.
	Channels map[string]*Column
	Tooltip  []*Column
}

// continuous tells whether the values lie along a line.
func (c *Column) continuous() bool { return c.Type == Quantitative || c.Type == Temporal }

// A part is a channel under its name.
type part struct {
	name    string
	channel Channel
}

// parts returns the channels that are used.
func (e *Encoding) parts(facet Channel) []part {
	all := []part{
		{X, e.X}, {Y, e.Y}, {X2, e.X2}, {Y2, e.Y2}, {Color, e.Color}, {Shape, e.Shape},
		{Size, e.Size}, {Label, e.Text}, {Detail, e.Detail}, {FacetBy, facet},
	}
	for _, c := range e.Tooltip {
		all = append(all, part{"", c})
	}
	return slices.DeleteFunc(all, func(p part) bool { return !p.channel.used() })
}

// resolve makes the data of a layer.
func resolve(s *source, e *Encoding, facet Channel, most int) (*Data, error) {
	parts := e.parts(facet)
	columns := make([]*Column, len(parts))
	aggregated := false
	for i, p := range parts {
		channel, err := p.channel.parsed()
		if err != nil {
			return nil, err
		}
		if columns[i], err = s.resolve(p.name, channel); err != nil {
			return nil, err
		}
		aggregated = aggregated || channel.Aggregate != ""
	}
	d := &Data{Rows: s.rows, Of: s.rows, Channels: map[string]*Column{}}
	if aggregated {
		d.Rows = aggregate(s.rows, columns)
		d.Of = d.Rows
	} else if d.Rows > most {
		keep := thinned(s.rows, most)
		for _, c := range columns {
			c.take(keep)
		}
		d.Rows = most
	}
	for i, p := range parts {
		if p.name == "" {
			d.Tooltip = append(d.Tooltip, columns[i])
		} else {
			d.Channels[p.name] = columns[i]
		}
	}
	if e.Tooltip == nil {
		for i, p := range parts {
			if p.name != Label && p.name != Detail && !slices.ContainsFunc(d.Tooltip, func(c *Column) bool { return c.Name == columns[i].Name }) {
				d.Tooltip = append(d.Tooltip, columns[i])
			}
		}
	}
	return d, nil
}

// resolve reads what a channel shows, before anything is aggregated.
func (s *source) resolve(name string, c Channel) (*Column, error) {
	out := &Column{Name: c.name(), Title: c.title(), Type: c.Type, Format: c.Format, channel: c}
	if c.Aggregate == "count" {
		out.Type = Quantitative
		return out, nil
	}
	values, err := s.column(c.Field)
	if err != nil {
		return nil, err
	}
	if out.Type == "" {
		out.Type = values.kind
		if name == Shape || name == FacetBy {
			out.Type = Nominal
		}
	}
	numeric := values.texts == nil
	wants := func(what string) error {
		return fmt.Errorf("chart: column %q has texts, but %s wants numbers", c.Field, what)
	}
	switch {
	case c.Aggregate == "distinct":
		out.Type, out.Numbers, out.Texts = Quantitative, values.numbers, values.texts
	case !numeric && c.Aggregate != "":
		return nil, wants(c.Aggregate)
	case !numeric && c.Bin:
		return nil, wants("a bin")
	case !numeric && (out.continuous() || name == Size):
		return nil, wants(cmp.Or(name, "the tooltip"))
	case c.Aggregate != "":
		out.Type, out.Numbers = Quantitative, values.numbers
	case c.Bin:
		out.Numbers, out.Width = binned(values.numbers, cmp.Or(c.Bins, 10))
		if c.Type == Nominal || c.Type == Ordinal {
			return nil, fmt.Errorf("chart: column %q cannot be both binned and %s", c.Field, out.Type)
		}
	case out.continuous():
		out.Numbers = slices.Clone(values.numbers)
		// A log of what is not positive has no place.
		if c.Scale.Log {
			for i, v := range out.Numbers {
				if v <= 0 {
					return nil, fmt.Errorf("chart: column %q has %v in row %d, which has no place on a logarithmic scale", c.Field, v, i)
				}
			}
		}
	case numeric:
		out.Texts = make([]string, len(values.numbers))
		for i, v := range values.numbers {
			if v == v {
				out.Texts[i] = strconv.FormatFloat(v, 'f', -1, 64)
			}
		}
	default:
		out.Texts = slices.Clone(values.texts)
	}
	return out, nil
}

// thinned chooses most of rows: one of each stretch, anywhere in it, since every tenth
// row may be of the same kind. The same are chosen each time.
func thinned(rows, most int) []int {
	r := rand.New(rand.NewPCG(uint64(rows), uint64(most)))
	keep := make([]int, most)
	for k := range keep {
		from, to := k*rows/most, (k+1)*rows/most
		keep[k] = from + r.IntN(to-from)
	}
	return keep
}

// take keeps the rows.
func (c *Column) take(rows []int) {
	c.Numbers, c.Texts = pick(c.Numbers, rows), pick(c.Texts, rows)
}

func pick[T any](all []T, rows []int) []T {
	if all == nil {
		return nil
	}
	out := make([]T, len(rows))
	for k, i := range rows {
		out[k] = all[i]
	}
	return out
}

// binned returns the lower ends of the bins that values lie in, and the bins' width: 1,
// 2 or 5 times a power of ten, so that there are no more than most. The greatest value
// lies in the last bin if it is that bin's end.
func binned(values []float64, most int) (low []float64, width float64) {
	least, greatest := extent(values)
	if !(least <= greatest) {
		return slices.Clone(values), 1
	}
	width = step(greatest-least, most)
	first := math.Floor(least / width)
	// By the number of the bin, since sums of widths are not exact.
	last := max(first, math.Ceil(greatest/width)-1)
	low = make([]float64, len(values))
	for i, v := range values {
		low[i] = v // of what is missing
		if v-v == 0 {
			k := math.Floor(v / width)
			if clean((k+1)*width) <= v {
				k++ // the quotient of 0.3 and 0.1 is below 3
			}
			low[i] = clean(min(k, last) * width)
		}
	}
	return low, width
}

// step returns a round width of which most make up a span.
func step(span float64, most int) float64 {
	if span <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(span/float64(most))))
	for _, by := range []float64{1, 2, 5, 10} {
		if width := by * power; span/width <= float64(most)*(1+1e-12) {
			return clean(width)
		}
	}
	return clean(10 * power)
}

// clean rounds away what calculating with fractions of ten leaves behind.
func clean(v float64) float64 {
	out, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
	if err != nil {
		return v
	}
	return out
}

// extent returns the least and the greatest of the values that are finite; +Inf and
// -Inf if there are none.
func extent(values []float64) (least, greatest float64) {
	least, greatest = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if v-v == 0 {
			least, greatest = min(least, v), max(greatest, v)
		}
	}
	return least, greatest
}
