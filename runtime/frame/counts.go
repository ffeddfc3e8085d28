package frame

// This file counts values and describes columns.

import (
	"fmt"
	"math"
	"slices"
)

// ValueCounts returns the different values of a column, without null, and how often
// each comes, as "count": the most frequent first, equally frequent ones in the
// order in which they come.
func (f *Frame) ValueCounts(column string) (*Frame, error) {
	c, err := f.Column(column)
	if err != nil {
		return nil, err
	}
	if column == "count" {
		return nil, fmt.Errorf("frame: ValueCounts needs the name %q for itself; rename the column", column)
	}
	values, counts := c.valueCounts()
	return New(Column{name: column, data: c.data, sel: values}, Ints("count", counts))
}

// valueCounts returns a row of data for each value, and the counts.
func (c Column) valueCounts() (rows []int32, counts []int) {
	different := c.factorize()
	n := make([]int, len(different.first))
	for _, code := range different.code {
		if code >= 0 {
			n[code]++
		}
	}
	items := make([]item, len(n))
	for g := range n {
		items[g] = item{^uint64(n[g]), int32(g)}
	}
	rows, counts = make([]int32, len(n)), make([]int, len(n))
	for k, it := range radix(items) {
		rows[k] = int32(c.at(int(different.first[it.row])))
		counts[k] = n[it.row]
	}
	return rows, counts
}

// Describe returns a row for each column, with pandas' describe(include="all") in
// its columns:
//   - "column", "kind" and "count", the number of values that are not null;
//   - for texts, bools and timestamps "unique", the number of different values, "top",
//     the most frequent, and "freq", how often that comes;
//   - for numbers "mean", "std", "min", "25%", "50%", "75%" and "max";
//   - for timestamps "first" and "last", the earliest and the latest.
//
// What no column needs is left out.
func (f *Frame) Describe() (*Frame, error) {
	names, kinds := make([]string, len(f.cols)), make([]string, len(f.cols))
	counts := newBuilder(Int64, 0)
	unique, top, freq := newBuilder(Int64, 0), newBuilder(String, 0), newBuilder(Int64, 0)
	first, last := newBuilder(Timestamp, 0), newBuilder(Timestamp, 0)
	numberNames := []string{"mean", "std", "min", "25%", "50%", "75%", "max"}
	numbers := make([]*builder, len(numberNames))
	for i := range numbers {
		numbers[i] = newBuilder(Float64, 0)
	}
	var anyNumbers, anyOthers, anyTimes bool
	for i, c := range f.cols {
		names[i], kinds[i] = c.name, c.Kind().String()
		counts.int(int64(c.Len() - c.NullCount()))
		if k := c.Kind(); k == Int64 || k == Float64 {
			anyNumbers = true
			for _, b := range []*builder{unique, top, freq, first, last} {
				b.null()
			}
			x := c.present()
			m, v := mean(x), variance(x)
			slices.Sort(x)
			numbers[0].float(m)
			numbers[1].float(math.Sqrt(v))
			for j, q := range []float64{0, 0.25, 0.5, 0.75, 1} {
				numbers[2+j].float(sortedQuantile(x, q))
			}
			continue
		}
		anyOthers = true
		for _, b := range numbers {
			b.null()
		}
		rows, n := c.valueCounts()
		unique.int(int64(len(rows)))
		if len(rows) == 0 {
			top.null()
			freq.null()
		} else {
			top.string(Column{data: c.data}.format(int(rows[0])))
			freq.int(int64(n[0]))
		}
		if c.Kind() != Timestamp || len(rows) == 0 {
			first.null()
			last.null()
			continue
		}
		anyTimes = true
		lo, hi := rows[0], rows[0]
		for _, i := range rows {
			if c.data.Ints[i] < c.data.Ints[lo] {
				lo = i
			}
			if c.data.Ints[i] > c.data.Ints[hi] {
				hi = i
			}
		}
		first.int(c.data.Ints[lo])
		last.int(c.data.Ints[hi])
	}
	cols := []Column{Strings("column", names), Strings("kind", kinds), counts.column("count")}
	if anyOthers {
		cols = append(cols, unique.column("unique"), top.column("top"), freq.column("freq"))
	}
	if anyTimes {
		cols = append(cols, first.column("first"), last.column("last"))
	}
	if anyNumbers {
		for i, b := range numbers {
			cols = append(cols, b.column(numberNames[i]))
		}
	}
	return New(cols...)
}
