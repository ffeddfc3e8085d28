package frame

// This file numbers the different values of columns.

import (
	"hash/maphash"
	"math/bits"
)

// A factor says which value each row has: -1 for null, else the number of the value
// among the different ones, in the order of their first rows.
type factor struct {
	code  []int32
	first []int32 // the first row of each
}

// factorize numbers the values of a column. Floats are equal if they compare so.
func (c Column) factorize() factor {
	n := c.Len()
	out := factor{code: make([]int32, n)}
	b := c.data
	switch b.Kind {
	case String:
		return c.factorizeStrings(out)
	case Bool:
		numbers := [2]int32{-1, -1}
		for k := range n {
			i := c.at(k)
			if b.null(i) {
				out.code[k] = -1
				continue
			}
			v := 0
			if b.bool(i) {
				v = 1
			}
			if numbers[v] < 0 {
				numbers[v] = int32(len(out.first))
				out.first = append(out.first, int32(k))
			}
			out.code[k] = numbers[v]
		}
		return out
	}
	t := newTable(n)
	for k := range n {
		i := c.at(k)
		if b.null(i) {
			out.code[k] = -1
			continue
		}
		var key uint64
		if b.Kind == Float64 {
			key = orderedBits(b.Floats[i])
		} else {
			key = uint64(b.Ints[i])
		}
		out.code[k] = t.number(key, int32(k), &out.first)
	}
	return out
}

func (c Column) factorizeStrings(out factor) factor {
	seed := maphash.MakeSeed()
	b := c.data
	var slots []int32 // number+1; 0 is free
	var hashes []uint32
	mask := uint64(0)
	grow := func() {
		size := max(64, 2*len(slots))
		slots, mask = make([]int32, size), uint64(size-1)
		for g, h := range hashes {
			at := uint64(h) & mask
			for slots[at] != 0 {
				at = (at + 1) & mask
			}
			slots[at] = int32(g + 1)
		}
	}
	grow()
	// Texts are often labels, few and short: where the last one of a kind is found
	// by its length and beginning, the whole of it need not be hashed.
	var recent [64]int32 // number+1
	for k := range out.code {
		i := c.at(k)
		if b.null(i) {
			out.code[k] = -1
			continue
		}
		text := b.text(i)
		slot := &recent[((prefix(text)+uint64(len(text)))*0x9e3779b97f4a7c15)>>58]
		if g := *slot - 1; g >= 0 && b.text(c.at(int(out.first[g]))) == text {
			out.code[k] = g
			continue
		}
		h := uint32(maphash.String(seed, text))
		at := uint64(h) & mask
		for {
			g := slots[at] - 1
			if g < 0 {
				g = int32(len(out.first))
				slots[at] = g + 1
				out.first = append(out.first, int32(k))
				hashes = append(hashes, h)
				out.code[k] = g
				if 2*len(hashes) > len(slots) {
					grow()
				}
				break
			}
			if hashes[g] == h && b.text(c.at(int(out.first[g]))) == text {
				out.code[k] = g
				break
			}
			at = (at + 1) & mask
		}
		*slot = out.code[k] + 1
	}
	return out
}

// A table numbers integers.
type table struct {
	keys  []uint64
	slots []int32 // number+1; 0 is free
	used  int
}

func newTable(n int) *table {
	size := 1 << bits.Len(uint(min(n, 1<<16)))
	return &table{make([]uint64, 2*size), make([]int32, 2*size), 0}
}

// spot mixes the bits of a key: multiplication by 2^64 divided by the golden ratio.
func (t *table) spot(key uint64) int {
	h := key * 0x9e3779b97f4a7c15
	return int((h ^ h>>32) & uint64(len(t.slots)-1))
}

// number returns the number of a key; a new one comes from row.
func (t *table) number(key uint64, row int32, first *[]int32) int32 {
	at := t.spot(key)
	for t.slots[at] != 0 {
		if t.keys[at] == key {
			return t.slots[at] - 1
		}
		at = (at + 1) & (len(t.slots) - 1)
	}
	g := int32(len(*first))
	*first = append(*first, row)
	t.keys[at], t.slots[at] = key, g+1
	if t.used++; 2*t.used > len(t.slots) {
		old := *t
		t.keys, t.slots = make([]uint64, 2*len(old.keys)), make([]int32, 2*len(old.slots))
		for i, s := range old.slots {
			if s != 0 {
				at := t.spot(old.keys[i])
				for t.slots[at] != 0 {
					at = (at + 1) & (len(t.slots) - 1)
				}
				t.keys[at], t.slots[at] = old.keys[i], s
			}
		}
	}
	return g
}

// factorizeAll numbers the combinations of several columns' values; one with a null
// has none, unless nulls count as a value.
func factorizeAll(cols []Column, rows int, nulls bool) factor {
	if len(cols) == 0 {
		out := factor{code: make([]int32, rows)}
		if rows > 0 {
			out.first = []int32{0}
		}
		return out
	}
	out := cols[0].factorize()
	if nulls {
		out = out.withNull()
	}
	for _, c := range cols[1:] {
		next := c.factorize()
		if nulls {
			next = next.withNull()
		}
		t := newTable(rows)
		both := factor{code: make([]int32, rows)}
		for k := range rows {
			if out.code[k] < 0 || next.code[k] < 0 {
				both.code[k] = -1
				continue
			}
			both.code[k] = t.number(uint64(out.code[k])<<32|uint64(next.code[k]), int32(k), &both.first)
		}
		out = both
	}
	return out
}

// withNull makes null a value like others.
func (f factor) withNull() factor {
	g := int32(-1)
	for k, code := range f.code {
		if code >= 0 {
			continue
		}
		if g < 0 {
			g = int32(len(f.first))
			f.first = append(f.first, int32(k))
		}
		f.code[k] = g
	}
	return f
}
