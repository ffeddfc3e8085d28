package frame

// This file puts rows in order.

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strings"
)

// A Key is a column to sort by: its name, which means ascending, or what [Asc] and
// [Desc] return.
type Key string

// descending begins a Key that is to be sorted in descending order. A name that
// begins with it itself needs Asc.
const (
	descending = "\x00desc\x00"
	ascending  = "\x00asc\x00"
)

// Asc sorts by a column in ascending order.
func Asc(column string) Key { return Key(ascending + column) }

// Desc sorts by a column in descending order.
func Desc(column string) Key { return Key(descending + column) }

// Sort returns the rows in the order of a column, those where it is equal in the
// order of the next one, and so on; rows that are equal in all stay in their order.
// Texts are ordered by their bytes, false comes before true, and nulls come last in
// either direction.
//
//	data.Sort("label", frame.Desc("stars"))
func (f *Frame) Sort(keys ...Key) (*Frame, error) {
	if len(keys) == 0 {
		return nil, errors.New("frame: Sort needs a column")
	}
	order := make([]int32, f.rows)
	for i := range order {
		order[i] = int32(i)
	}
	// The last key first: each later pass keeps the order of equals.
	for i := len(keys) - 1; i >= 0; i-- {
		name, down := strings.CutPrefix(string(keys[i]), descending)
		name = strings.TrimPrefix(name, ascending)
		c, err := f.Column(name)
		if err != nil {
			return nil, err
		}
		order = c.sorted(order, down)
	}
	return f.take(order), nil
}

// An item is a row on its way through a sort.
type item struct {
	key uint64
	row int32
}

// sorted returns the rows in the order of the column; equals keep theirs.
func (c Column) sorted(order []int32, down bool) []int32 {
	items := make([]item, 0, len(order))
	var nulls []int32
	flip := uint64(0)
	if down {
		flip = math.MaxUint64
	}
	b := c.data
	for _, row := range order {
		i := c.at(int(row))
		if b.null(i) {
			nulls = append(nulls, row)
			continue
		}
		var key uint64
		switch b.Kind {
		case String:
			key = prefix(b.text(i))
		case Float64:
			key = orderedBits(b.Floats[i])
		case Bool:
			if b.bool(i) {
				key = 1
			}
		default:
			key = uint64(b.Ints[i]) ^ 1<<63
		}
		items = append(items, item{key ^ flip, row})
	}
	items = radix(items)
	if b.Kind == String {
		c.finish(items, down)
	}
	out := order[:0:0]
	out = slices.Grow(out, len(order))
	for _, it := range items {
		out = append(out, it.row)
	}
	return append(out, nulls...)
}

// orderedBits maps floats to integers of the same order; -0 is 0.
func orderedBits(x float64) uint64 {
	u := math.Float64bits(x + 0)
	if u>>63 != 0 {
		return ^u
	}
	return u | 1<<63
}

// prefix returns the first eight bytes, zeros after the end.
func prefix(s string) uint64 {
	if len(s) >= 8 {
		return uint64(s[0])<<56 | uint64(s[1])<<48 | uint64(s[2])<<40 | uint64(s[3])<<32 |
			uint64(s[4])<<24 | uint64(s[5])<<16 | uint64(s[6])<<8 | uint64(s[7])
	}
	key := uint64(0)
	for i := range len(s) {
		key |= uint64(s[i]) << (56 - 8*i)
	}
	return key
}

// radix sorts by key, stably, a byte at a time from the lowest; bytes that are the
// same in all keys cost nothing.
func radix(items []item) []item {
	if len(items) < 64 {
		slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(a.key, b.key) })
		return items
	}
	var counts [8][256]int32
	for _, it := range items {
		k := it.key
		counts[0][byte(k)]++
		counts[1][byte(k>>8)]++
		counts[2][byte(k>>16)]++
		counts[3][byte(k>>24)]++
		counts[4][byte(k>>32)]++
		counts[5][byte(k>>40)]++
		counts[6][byte(k>>48)]++
		counts[7][byte(k>>56)]++
	}
	spare := make([]item, len(items))
	for d := range counts {
		shift := 8 * d
		count := &counts[d]
		if count[byte(items[0].key>>shift)] == int32(len(items)) {
			continue
		}
		at := int32(0)
		for v := range count {
			count[v], at = at, at+count[v]
		}
		for _, it := range items {
			v := byte(it.key >> shift)
			spare[count[v]] = it
			count[v]++
		}
		items, spare = spare, items
	}
	return items
}

// finish orders the texts that have the first eight bytes in common.
func (c Column) finish(items []item, down bool) {
	compare := func(a, b item) int {
		return strings.Compare(c.data.text(c.at(int(a.row))), c.data.text(c.at(int(b.row))))
	}
	if down {
		up := compare
		compare = func(a, b item) int { return up(b, a) }
	}
	for lo := 0; lo < len(items); {
		hi := lo + 1
		for hi < len(items) && items[hi].key == items[lo].key {
			hi++
		}
		if hi-lo > 1 && !c.same(items[lo:hi]) {
			slices.SortStableFunc(items[lo:hi], compare)
		}
		lo = hi
	}
}

// same tells whether the texts are all equal, as labels are.
func (c Column) same(items []item) bool {
	first := c.data.text(c.at(int(items[0].row)))
	for _, it := range items[1:] {
		if c.data.text(c.at(int(it.row))) != first {
			return false
		}
	}
	return true
}
