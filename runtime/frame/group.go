package frame

// This file groups rows and makes one of each group.

import (
	"fmt"
	"math"
)

// A Grouping is a frame whose rows belong to groups.
type Grouping struct {
	f    *Frame
	by   []string
	fail error
}

// GroupBy groups the rows that are equal in the columns. A row that is null in one of
// them belongs to no group. No columns make one group of all rows.
func (f *Frame) GroupBy(columns ...string) *Grouping {
	g := &Grouping{f: f, by: columns}
	_, g.fail = f.columns(columns)
	return g
}

// An Aggregation makes one value of a group's values.
type Aggregation struct {
	name   string // of the result
	what   string
	column string
	q      float64
}

// Count counts the rows of a group as "count" or, for a column, its values that are
// not null as "x_count". Here and below x is the name of the column.
func Count(column ...string) Aggregation {
	switch len(column) {
	case 0:
		return Aggregation{name: "count", what: "rows"}
	case 1:
		return Aggregation{name: column[0] + "_count", what: "count", column: column[0]}
	}
	return Aggregation{what: fmt.Sprintf("Count of %d columns; it takes one", len(column))}
}

// Sum adds up the values as "x_sum": integers and bools as an integer, which is an
// error if it does not fit, floats as a float. It is 0 for none.
func Sum(column string) Aggregation { return Aggregation{column + "_sum", "sum", column, 0} }

// Mean is the arithmetic mean as "x_mean", null for no values.
func Mean(column string) Aggregation { return Aggregation{column + "_mean", "mean", column, 0} }

// Var is the variance as "x_var", as [Frame.Var] has it; null for less than two
// values.
func Var(column string) Aggregation { return Aggregation{column + "_var", "var", column, 0} }

// Std is the standard deviation as "x_std": the square root of Var.
func Std(column string) Aggregation { return Aggregation{column + "_std", "std", column, 0} }

// Min is the least value as "x_min", of any kind; null for no values.
func Min(column string) Aggregation { return Aggregation{column + "_min", "min", column, 0} }

// Max is the greatest value as "x_max", of any kind; null for no values.
func Max(column string) Aggregation { return Aggregation{column + "_max", "max", column, 0} }

// Median is the value in the middle as "x_median": Quantile of 0.5.
func Median(column string) Aggregation {
	return Aggregation{column + "_median", "quantile", column, 0.5}
}

// Quantile is the value below which the share q of values lies, as "x_q25" for
// 0.25, interpolated as [Frame.Quantile] does; null for no values.
func Quantile(column string, q float64) Aggregation {
	return Aggregation{column + "_q" + formatFloat(math.Round(q*1e6)/1e4), "quantile", column, q}
}

// First is the first value that is not null, of any kind, as "x_first".
func First(column string) Aggregation { return Aggregation{column + "_first", "first", column, 0} }

// Last is the last value that is not null, of any kind, as "x_last".
func Last(column string) Aggregation { return Aggregation{column + "_last", "last", column, 0} }

// NUnique counts the different values, without null, as "x_nunique".
func NUnique(column string) Aggregation {
	return Aggregation{column + "_nunique", "nunique", column, 0}
}

// As gives the result another name.
func (a Aggregation) As(name string) Aggregation {
	a.name = name
	return a
}

// Agg returns a row for each group, in ascending order of the columns that group:
// those columns, and one for each aggregation.
func (g *Grouping) Agg(aggregations ...Aggregation) (*Frame, error) {
	if g.fail != nil {
		return nil, g.fail
	}
	f := g.f
	var by []Column
	if len(g.by) > 0 {
		by, _ = f.columns(g.by)
	}
	groups := factorizeAll(by, f.rows, false)
	if len(by) == 0 {
		groups.first = groups.first[:0:0]
		groups.first = append(groups.first, 0) // also if there are no rows
	}
	var order []int32
	var cols []Column
	if len(by) == 0 {
		order = []int32{0}
	} else {
		keys, err := f.with(by).take(groups.first).numbered()
		if err != nil {
			return nil, err
		}
		names := make([]Key, len(g.by))
		for i, name := range g.by {
			names[i] = Asc(name)
		}
		sorted, err := keys.Sort(names...)
		if err != nil {
			return nil, err
		}
		last := len(sorted.cols) - 1
		for k := range sorted.rows {
			c := sorted.cols[last]
			order = append(order, int32(c.data.Ints[c.at(k)]))
		}
		cols = append(cols, sorted.cols[:last]...)
	}
	members := groups.members(len(groups.first))
	for _, a := range aggregations {
		c, err := f.aggregate(a, members, order)
		if err != nil {
			return nil, err
		}
		cols = append(cols, c)
	}
	out, err := New(cols...)
	if err != nil {
		return nil, fmt.Errorf("%w; Aggregation.As gives a result another name", err)
	}
	return out, nil
}

// Agg returns one row with a column for each aggregation of all rows.
func (f *Frame) Agg(aggregations ...Aggregation) (*Frame, error) {
	return f.GroupBy().Agg(aggregations...)
}

// numbered appends a column with the numbers of the rows.
func (f *Frame) numbered() (*Frame, error) {
	n := make([]int, f.rows)
	for i := range n {
		n[i] = i
	}
	out := f.with(append(f.cols[:len(f.cols):len(f.cols)], Ints("\x00row", n)))
	return out, nil
}

// groupRows are the rows of groups: those of group g are row[start[g]:start[g+1]].
type groupRows struct {
	row   []int32
	start []int32
}

func (g groupRows) of(i int32) []int32 { return g.row[g.start[i]:g.start[i+1]] }

func (f factor) members(groups int) groupRows {
	out := groupRows{start: make([]int32, groups+2)}
	for _, code := range f.code {
		if code >= 0 {
			out.start[code+2]++
		}
	}
	for g := 2; g < len(out.start); g++ {
		out.start[g] += out.start[g-1]
	}
	out.row = make([]int32, out.start[groups+1])
	for k, code := range f.code {
		if code >= 0 {
			out.row[out.start[code+1]] = int32(k)
			out.start[code+1]++
		}
	}
	out.start = out.start[:groups+1]
	return out
}

// aggregate computes a column for the groups in their order.
func (f *Frame) aggregate(a Aggregation, members groupRows, order []int32) (Column, error) {
	if a.name == "" {
		return Column{}, fmt.Errorf("frame: an aggregation is empty or wrong: %s", a.what)
	}
	if a.what == "rows" {
		out := make([]int, len(order))
		for k, g := range order {
			out[k] = len(members.of(g))
		}
		return Ints(a.name, out), nil
	}
	c, err := f.Column(a.column)
	if err != nil {
		return Column{}, err
	}
	b := c.data
	switch a.what {
	case "count":
		out := make([]int, len(order))
		for k, g := range order {
			for _, row := range members.of(g) {
				if !b.null(c.at(int(row))) {
					out[k]++
				}
			}
		}
		return Ints(a.name, out), nil
	case "nunique":
		different := c.factorize()
		seen := make([]int32, len(different.first)) // the group that saw it last, from 1
		out := make([]int, len(order))
		for k, g := range order {
			for _, row := range members.of(g) {
				if code := different.code[row]; code >= 0 && seen[code] != g+1 {
					seen[code] = g + 1
					out[k]++
				}
			}
		}
		return Ints(a.name, out), nil
	case "first", "last", "min", "max":
		return c.pick(a, members, order), nil
	}
	if !c.Kind().numeric() {
		return Column{}, fmt.Errorf("frame: column %q is %v; %s needs numbers", a.column, c.Kind(), a.what)
	}
	if a.what == "sum" && b.Kind != Float64 {
		return c.sumIntegers(a, members, order)
	}
	var compute func([]float64) float64
	switch a.what {
	case "sum":
		compute = sum
	case "mean":
		compute = mean
	case "var":
		compute = variance
	case "std":
		compute = func(x []float64) float64 { return math.Sqrt(variance(x)) }
	case "quantile":
		if !(a.q >= 0 && a.q <= 1) {
			return Column{}, fmt.Errorf("frame: Quantile of %v; it is a share, of [0, 1]", a.q)
		}
		compute = func(x []float64) float64 { return quantile(x, a.q) }
	}
	values := c.floats()
	out := make([]float64, len(order))
	scratch := make([]float64, 0, len(members.row))
	for k, g := range order {
		scratch = scratch[:0]
		for _, row := range members.of(g) {
			if v := values[row]; v == v {
				scratch = append(scratch, v)
			}
		}
		out[k] = compute(scratch)
	}
	return Floats(a.name, out), nil
}

// pick takes one of the values of each group.
func (c Column) pick(a Aggregation, members groupRows, order []int32) Column {
	b := c.data
	better := c.less()
	if a.what == "max" {
		less := better
		better = func(i, j int) bool { return less(j, i) }
	}
	picked := make([]int32, len(order)) // rows of data
	var none []int
	for k, g := range order {
		best := -1
		for _, row := range members.of(g) {
			i := c.at(int(row))
			if b.null(i) || best >= 0 && (a.what == "first" || a.what != "last" && !better(i, best)) {
				continue
			}
			best = i
		}
		if best < 0 {
			none = append(none, k)
			continue
		}
		picked[k] = int32(best)
	}
	if len(none) == len(order) {
		out := newBuilder(b.Kind, len(order))
		for range order {
			out.null()
		}
		return out.column(a.name)
	}
	out := Column{name: a.name, data: b, sel: picked}
	if len(none) > 0 {
		out = out.Null(none...)
	}
	return out
}

// less compares two rows of a column's data that are not null.
func (c Column) less() func(i, j int) bool {
	b := c.data
	switch b.Kind {
	case String:
		return func(i, j int) bool { return b.text(i) < b.text(j) }
	case Float64:
		return func(i, j int) bool { return b.Floats[i] < b.Floats[j] }
	case Bool:
		return func(i, j int) bool { return !b.bool(i) && b.bool(j) }
	}
	return func(i, j int) bool { return b.Ints[i] < b.Ints[j] }
}

func (c Column) sumIntegers(a Aggregation, members groupRows, order []int32) (Column, error) {
	b := c.data
	out := make([]int64, len(order))
	for k, g := range order {
		for _, row := range members.of(g) {
			i := c.at(int(row))
			switch {
			case b.null(i):
			case b.Kind == Bool:
				if b.bool(i) {
					out[k]++
				}
			default:
				s := out[k] + b.Ints[i]
				if (s > out[k]) != (b.Ints[i] > 0) {
					return Column{}, fmt.Errorf("frame: column %q: the sum is more than an int64 can hold; make it floats by With(%q, frame.Col(%q).Mul(1.0))", a.column, a.column, a.column)
				}
				out[k] = s
			}
		}
	}
	return Ints(a.name, out), nil
}
