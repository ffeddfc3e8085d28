package model

// This file sorts the values of features into bins, on which trees look for
// splits.

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
)

const (
	maxBins    = 256
	missingBin = maxBins - 1 // of columns with NaN

	// Values that are not further apart are not told apart, as in scikit-learn.
	featureThreshold float32 = 1e-7
)

// bins are features in bins, each column by itself: the number of a bin is one
// byte. Bins ascend with the values in them. A column of at most 256 different
// values has a bin for each; one of more has bins of about as many rows each, but
// for values that are as frequent as that: those have a bin for themselves.
//
// The memory is two bytes for each element, or, if x is sparse and has so few entries
// that it is less, ten for each entry.
type bins struct {
	x      *samples
	rows   int
	cols   int
	column []binColumn

	code []uint8 // row-major, nil if sparse

	// The same column by column, which is better for nodes with wide samples or
	// more.
	byColumn []uint8
	wide     int

	// Whether splits are made exact by a look at the values in the bins on both
	// sides.
	exact bool

	// The entries by column, and the bin of each entry of x.
	start     []int
	entryRow  []uint32
	entryBin  []uint8
	sparseBin []uint8
}

// A binColumn says what is in the bins of a column.
type binColumn struct {
	first, last []float32 // smallest and largest value of a bin
	zero        uint8     // bin of what is 0
	missing     bool      // whether missingBin is for NaN
}

// value returns the element as trees see it.
func (b *bins) value(row uint32, col int32) float32 {
	if b.x.csr != nil {
		cols, values := b.x.csr.Row(int(row))
		if k, ok := slices.BinarySearch(cols, col); ok {
			return float32(values[k])
		}
		return 0
	}
	return float32(b.x.dense[int(row)*b.x.stride+int(col)])
}

// bin returns the bin of an element.
func (b *bins) bin(row uint32, col int32) uint8 {
	if b.code != nil {
		return b.code[int(row)*b.cols+int(col)]
	}
	cols, _ := b.x.csr.Row(int(row))
	if k, ok := slices.BinarySearch(cols, col); ok {
		return b.sparseBin[b.x.csr.Start[row]+k]
	}
	return b.column[col].zero
}

// newBins sorts the elements of x into bins. It refuses infinite values, and NaN if
// x is sparse.
func newBins(ctx context.Context, what string, x *samples) (*bins, error) {
	b := &bins{x: x, rows: x.rows, cols: x.cols, column: make([]binColumn, x.cols)}
	if x.rows > math.MaxInt32 {
		return nil, fmt.Errorf("model: %s cannot learn from %d samples, only from up to %d", what, x.rows, math.MaxInt32)
	}
	var err error
	if x.csr == nil {
		b.makeDense()
		err = b.fromDense(ctx, what)
	} else {
		err = b.fromSparse(ctx, what)
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

// exactRows is up to how many samples splits are made exact: for more it would take a
// tenth of the time, and bins are the narrower in proportion to the noise of many
// samples.
const exactRows = 8192

func (b *bins) makeDense() {
	b.code, b.byColumn = make([]uint8, b.rows*b.cols), make([]uint8, b.rows*b.cols)
	b.exact = b.rows <= exactRows
	// Of a line of 64 bytes, a column's has 64 rows, and a row's on average a few of
	// the features that a node looks at.
	b.wide = max(b.rows/64, 256)
}

// An element on its way into a bin: the value, as a number that ascends with it, in
// the upper half, and where its bin is to be written in the lower half. Elements
// that are 0 are left out; some that are too small for float32 are not.
func element(v float32, at uint32) uint64 {
	u := math.Float32bits(v)
	u ^= uint32(int32(u)>>31) | 1<<31
	return uint64(u)<<32 | uint64(at)
}

func elementValue(e uint64) float32 {
	u := uint32(e >> 32)
	return math.Float32frombits(u ^ (^uint32(int32(u)>>31) | 1<<31))
}

const (
	zeroKey    = 1 << 31
	missingKey = 1<<32 - 1
)

// binStrip is the number of columns that are read in one go: two lines of a
// processor's cache.
const binStrip = 16

// maskRows is for how many rows at a time is found out what is not 0: while the next
// are looked at, these are still in the cache.
const maskRows = 64

func (b *bins) fromDense(ctx context.Context, what string) error {
	n, x := b.rows, b.x
	free := make(chan *binner, parallel.Count(b.cols, binStrip))
	return parallel.Chunks(ctx, b.cols, binStrip, func(_, lo, hi int) error {
		w := take(free)
		defer func() { free <- w }()
		width := hi - lo
		if w.elements == nil {
			w.elements = make([]uint64, binStrip*n)
		}
		var count [binStrip]int
		refused := uint32(0)
		for i0 := 0; i0 < n; i0 += maskRows {
			mask := w.mask[:min(maskRows, n-i0)]
			if width == binStrip {
				simd.NonZeros(x.dense[i0*x.stride+lo:], x.stride, mask)
			} else {
				for i := range mask {
					mask[i] = 0
					for k, v := range x.dense[(i0+i)*x.stride+lo : (i0+i)*x.stride+hi] {
						if v != 0 {
							mask[i] |= 1 << k
						}
					}
				}
			}
			for i, m := range mask {
				row := x.dense[(i0+i)*x.stride+lo:][:width]
				for ; m != 0; m &= m - 1 {
					k := bits.TrailingZeros16(m) & (binStrip - 1)
					u := math.Float32bits(float32(row[k]))
					refused |= (u &^ (1 << 31)) + 1<<23 // the sign is set if it is infinite, or NaN
					w.elements[k*n+count[k]] = uint64(u^(uint32(int32(u)>>31)|1<<31))<<32 | uint64(i0+i)
					count[k]++
				}
			}
			if i0%4096 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
		}
		for k := range width {
			elements := w.elements[k*n : k*n+count[k]]
			if refused>>31 != 0 {
				if err := refuseInfinite(what, elements, lo+k); err != nil {
					return err
				}
			}
			w.bin(&b.column[lo+k], elements, n, b.byColumn[(lo+k)*n:(lo+k+1)*n], true)
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		// From columns to rows, in tiles that stay in the cache.
		const tile = 256
		for i0 := 0; i0 < n; i0 += tile {
			i1 := min(n, i0+tile)
			for k := range width {
				at := i0*b.cols + lo + k
				for _, c := range b.byColumn[(lo+k)*n+i0 : (lo+k)*n+i1] {
					b.code[at] = c
					at += b.cols
				}
			}
		}
		return nil
	})
}

// refuseInfinite looks for infinities, and makes missing what is NaN.
func refuseInfinite(what string, elements []uint64, col int) error {
	for i, e := range elements {
		switch v := elementValue(e); {
		case v != v:
			elements[i] = missingKey<<32 | e&missingKey
		case math.IsInf(float64(v), 0):
			return tooLarge(what, int(uint32(e)), col)
		}
	}
	return nil
}

func tooLarge(what string, row, col int) error {
	return fmt.Errorf("model: %s cannot use row %d, column %d of the features: it is infinite, or larger than float32 holds; leave such rows out, or put a number there", what, row, col)
}

func (b *bins) fromSparse(ctx context.Context, what string) error {
	x := b.x.csr
	base, nnz := x.Start[0], x.Start[x.Rows]-x.Start[0]
	if base != 0 {
		return fmt.Errorf("model: %s is given a sparse matrix whose parts do not fit together; feature.NewCSR says why", what)
	}
	if nnz >= 1<<32 {
		return fmt.Errorf("model: %s cannot learn from %d entries, only from up to 2^32", what, nnz)
	}
	if err := b.x.finite(ctx, what); err != nil {
		return err
	}
	dense := b.rows*b.cols <= max(10*nnz, 1<<22)
	if dense {
		b.makeDense()
	}
	// By columns, with place for the rows of the entries until bins are known.
	b.start = make([]int, b.cols+1)
	for i := range b.rows {
		cols, _ := x.Row(i)
		for _, j := range cols {
			if int(j) >= b.cols || j < 0 {
				return fmt.Errorf("model: %s is given a sparse matrix whose row %d has column %d of %d", what, i, j, b.cols)
			}
			b.start[j+1]++
		}
	}
	for j := range b.cols {
		b.start[j+1] += b.start[j]
	}
	elements := make([]uint64, nnz)
	next := slices.Clone(b.start[:b.cols])
	var rowOf []uint32
	if !dense {
		rowOf = make([]uint32, nnz)
		b.entryRow, b.entryBin, b.sparseBin = make([]uint32, nnz), make([]uint8, nnz), make([]uint8, nnz)
	}
	for i := range b.rows {
		cols, values := x.Row(i)
		for k, j := range cols {
			v := float32(values[k])
			if v-v != 0 {
				return tooLarge(what, i, int(j))
			}
			at := i
			if !dense {
				at = x.Start[i] + k
				rowOf[at] = uint32(i)
			}
			elements[next[j]] = element(v, uint32(at))
			next[j]++
		}
		if i%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	const chunk = 16
	free := make(chan *binner, parallel.Count(b.cols, chunk))
	err := parallel.Chunks(ctx, b.cols, chunk, func(_, lo, hi int) error {
		w := take(free)
		defer func() { free <- w }()
		for j := lo; j < hi; j++ {
			column := elements[b.start[j]:b.start[j+1]]
			if dense {
				codes := b.byColumn[j*b.rows : (j+1)*b.rows]
				w.bin(&b.column[j], column, b.rows, codes, true)
				at := j
				for _, c := range codes {
					b.code[at] = c
					at += b.cols
				}
				continue
			}
			w.bin(&b.column[j], column, b.rows, b.sparseBin, false)
			for k, e := range column {
				at := uint32(e)
				b.entryRow[b.start[j]+k], b.entryBin[b.start[j]+k] = rowOf[at], b.sparseBin[at]
			}
		}
		return nil
	})
	if dense {
		b.start = nil
	}
	return err
}

func take[T any](free chan *T) *T {
	select {
	case v := <-free:
		return v
	default:
		return new(T)
	}
}

// A binner has the memory to find the bins of columns one after the other.
type binner struct {
	elements []uint64
	mask     [maskRows]uint16
	sorted   []uint64
	groups   []binGroup
	count    [3][2048]uint32
}

// A binGroup is a value, or some that are not told apart.
type binGroup struct {
	first, last     float32
	elements, zeros int
}

func (g binGroup) rows() int { return g.elements + g.zeros }

// bin sorts the elements of a column of n rows, those that are not 0, says what is in
// its bins, and writes the bin of each to codes. If dense, codes has an element for
// each row, and that of rows without an element is written too.
func (w *binner) bin(c *binColumn, elements []uint64, n int, codes []uint8, dense bool) {
	w.sort(elements)
	missing := 0
	for missing < len(elements) && elements[len(elements)-1-missing]>>32 == missingKey {
		missing++
	}
	values := elements[:len(elements)-missing]
	limit := maxBins
	c.missing = missing > 0
	if c.missing {
		limit = missingBin
	}

	// What is 0 but no element stands before the first that is not negative.
	zeros := n - len(elements)
	w.groups = w.groups[:0]
	add := func(v float32, elements, zeros int) {
		if k := len(w.groups) - 1; k >= 0 && v <= w.groups[k].last+featureThreshold {
			w.groups[k].last = v
			w.groups[k].elements += elements
			w.groups[k].zeros += zeros
			return
		}
		w.groups = append(w.groups, binGroup{v, v, elements, zeros})
	}
	pending := zeros
	for i := 0; i < len(values); {
		key := values[i] >> 32
		if pending > 0 && key >= zeroKey {
			add(0, 0, pending)
			pending = 0
		}
		run := i + 1
		for run < len(values) && values[run]>>32 == key {
			run++
		}
		add(elementValue(values[i]), run-i, 0)
		i = run
	}
	if pending > 0 {
		add(0, 0, pending)
	}

	// Groups into bins: as many rows in each of those that are left, but for
	// groups that have as many themselves.
	bins := min(len(w.groups), limit)
	c.first, c.last = make([]float32, 0, bins), make([]float32, 0, bins)
	var count [maxBins]int
	left := n - missing
	heavy := w.heavy(left, limit)
	for k := 0; k < len(w.groups); {
		bin, end := len(c.first), k+1
		b := w.groups[k]
		join := func() {
			b.last = w.groups[end].last
			b.elements += w.groups[end].elements
			b.zeros += w.groups[end].zeros
			end++
		}
		if open := limit - bin; open == 1 {
			for end < len(w.groups) {
				join()
			}
		} else if len(w.groups)-k > open {
			target := heavy.target(left, open)
			for end < len(w.groups) && b.rows() < target && (w.groups[end].rows() < target || open < 8) {
				join()
			}
		}
		if b.zeros > 0 {
			c.zero = uint8(bin)
		}
		c.first, c.last = append(c.first, b.first), append(c.last, b.last)
		count[bin] = b.elements
		left -= b.rows()
		heavy.pass(w.groups[k:end])
		k = end
	}

	if zeros > 0 && dense {
		if c.zero == 0 {
			clear(codes)
		} else {
			for i := range codes {
				codes[i] = c.zero
			}
		}
	}
	at := 0
	for bin, n := range count[:len(c.first)] {
		for _, e := range values[at : at+n] {
			codes[uint32(e)] = uint8(bin)
		}
		at += n
	}
	for _, e := range elements[len(values):] {
		codes[uint32(e)] = missingBin
	}
}

// heavyGroups are those that have as many rows as a bin, or more: each is to have a bin
// for itself.
type heavyGroups struct {
	least       int // rows
	count, rows int // of those that are still to come
}

// heavy finds the heavy groups: without them and their bins, fewer rows share each bin
// that is left, which may make others heavy.
func (w *binner) heavy(rows, bins int) heavyGroups {
	h := heavyGroups{}
	for {
		h.least = h.target(rows, bins)
		found := heavyGroups{least: h.least}
		for i := range w.groups {
			if n := w.groups[i].rows(); n >= h.least {
				found.count++
				found.rows += n
			}
		}
		if found.count == h.count || found.count >= bins {
			return h
		}
		h = found
	}
}

// target is how many rows a bin should have, of those rows and bins that are left.
func (h *heavyGroups) target(rows, bins int) int {
	if h.count >= bins {
		return (rows + bins - 1) / bins
	}
	rows, bins = rows-h.rows, bins-h.count
	return (rows + bins - 1) / bins
}

// pass is told of the groups of which a bin was made.
func (h *heavyGroups) pass(groups []binGroup) {
	if h.count == 0 {
		return
	}
	for i := range groups {
		if n := groups[i].rows(); n >= h.least {
			h.count--
			h.rows -= n
		}
	}
}

// sort sorts elements by their values, and those of the same value as they came.
func (w *binner) sort(elements []uint64) {
	if len(elements) < 256 {
		slices.Sort(elements) // where they come from ascends
		return
	}
	if len(w.sorted) < len(elements) {
		w.sorted = make([]uint64, len(elements))
	}
	count := &w.count
	clear(count[0][:])
	clear(count[1][:])
	clear(count[2][:])
	for _, e := range elements {
		count[0][e>>32&2047]++
		count[1][e>>43&2047]++
		count[2][e>>54&2047]++
	}
	from, to := elements, w.sorted[:len(elements)]
	for digit, shift := range [3]uint{32, 43, 54} {
		c := &count[digit]
		if c[from[0]>>shift&2047] == uint32(len(from)) {
			continue
		}
		sum := uint32(0)
		for i, n := range c {
			c[i] = sum
			sum += n
		}
		for _, e := range from {
			d := e >> shift & 2047
			to[c[d]] = e
			c[d]++
		}
		from, to = to, from
	}
	if &from[0] != &elements[0] {
		copy(elements, from)
	}
}
