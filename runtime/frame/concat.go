package frame

// This file puts frames one below the other, and side by side by a key.

import (
	"errors"
	"fmt"
)

// Concat returns the rows of the frames, one frame after the other, with the columns
// of the first. The others must have the same columns, in any order; where integers
// and floats meet, the column is of floats. Frames without columns are left out.
func Concat(frames ...*Frame) (*Frame, error) {
	var parts []*Frame
	total := 0
	for i, f := range frames {
		if f == nil {
			return nil, fmt.Errorf("frame: frame %d to concatenate is nil", i)
		}
		if len(f.cols) > 0 {
			parts = append(parts, f)
			total += f.rows
		}
	}
	if len(parts) <= 1 {
		if len(parts) == 1 {
			return parts[0], nil
		}
		return &Frame{}, nil
	}
	if total > maxRows {
		return nil, fmt.Errorf("frame: %d rows; there can be up to %d", total, maxRows)
	}
	first := parts[0]
	cols := make([]Column, len(first.cols))
	for i, c := range first.cols {
		kind := c.Kind()
		pieces := make([]Column, len(parts))
		for p, f := range parts {
			if len(f.cols) != len(cols) || !f.Has(c.name) {
				return nil, fmt.Errorf("frame: the frames to concatenate have different columns: %q and %q", first.Columns(), f.Columns())
			}
			pieces[p] = f.cols[f.index(c.name)]
			switch k := pieces[p].Kind(); {
			case k == kind:
			case k == Int64 && kind == Float64 || k == Float64 && kind == Int64:
				kind = Float64
			default:
				return nil, fmt.Errorf("frame: column %q is %v in one frame to concatenate and %v in another", c.name, kind, k)
			}
		}
		cols[i] = joined(c.name, kind, pieces, total)
	}
	return New(cols...)
}

// joined puts columns of a kind, or of integers where it is Float64, one below the
// other.
func joined(name string, kind Kind, pieces []Column, total int) Column {
	out := &Buffers{Kind: kind, Len: total}
	size := int64(0)
	nulls := false
	for i, c := range pieces {
		pieces[i] = c.compact()
		b := pieces[i].data
		nulls = nulls || b.Valid != nil
		if kind == String {
			size += b.Offsets[b.Len] - b.Offsets[0]
		}
	}
	switch kind {
	case String:
		out.Offsets = make([]int64, 1, total+1)
		out.Bytes = make([]byte, 0, size)
	case Bool:
		out.Bytes = bitmap(total)
	case Float64:
		out.Floats = make([]float64, 0, total)
	default:
		out.Ints = make([]int64, 0, total)
	}
	if nulls {
		out.Valid = ones(total)
	}
	row := 0
	for _, c := range pieces {
		b := c.data
		switch {
		case kind == String:
			shift := int64(len(out.Bytes)) - b.Offsets[0]
			out.Bytes = append(out.Bytes, b.Bytes[b.Offsets[0]:b.Offsets[b.Len]]...)
			for _, o := range b.Offsets[1:] {
				out.Offsets = append(out.Offsets, o+shift)
			}
		case kind == Bool:
			for i := range b.Len {
				if b.bool(i) {
					setBit(out.Bytes, row+i)
				}
			}
		case kind == Float64:
			out.Floats = append(out.Floats, c.floats()...)
		default:
			out.Ints = append(out.Ints, b.Ints...)
		}
		if b.Valid != nil {
			for i := range b.Len {
				if b.null(i) {
					clearBit(out.Valid, row+i)
				}
			}
		}
		row += b.Len
	}
	return newColumn(name, out)
}

// A JoinOption says how [Frame.Join] joins.
type JoinOption func(*joining)

type joining struct {
	left   bool
	suffix string
}

// Left keeps the rows that no row of the other frame belongs to, with nulls in its
// columns.
func Left() JoinOption { return func(j *joining) { j.left = true } }

// Suffix is appended to the names of the other frame's columns that this one has
// too; "_right" if it is not said.
func Suffix(s string) JoinOption { return func(j *joining) { j.suffix = s } }

// Join returns, for each row of f and each row of other that is equal to it in the
// key columns, a row with the columns of both, in the order of f's rows and, for one
// of those, of other's. Null is equal to nothing. Rows of f that have no partner are
// left out unless [Left] says so.
func (f *Frame) Join(other *Frame, keys []string, opts ...JoinOption) (*Frame, error) {
	j := joining{suffix: "_right"}
	for _, o := range opts {
		o(&j)
	}
	switch {
	case other == nil:
		return nil, errors.New("frame: Join with nil")
	case len(keys) == 0:
		return nil, errors.New("frame: Join needs a key")
	}
	mine, err := f.columns(keys)
	if err != nil {
		return nil, err
	}
	theirs, err := other.columns(keys)
	if err != nil {
		return nil, err
	}
	// The keys of both, one below the other, get common numbers.
	total := f.rows + other.rows
	if total > maxRows {
		return nil, fmt.Errorf("frame: %d rows; there can be up to %d", total, maxRows)
	}
	both := make([]Column, len(keys))
	for i, c := range mine {
		kind, k := c.Kind(), theirs[i].Kind()
		if kind != k {
			if !(kind == Int64 && k == Float64 || kind == Float64 && k == Int64) {
				return nil, fmt.Errorf("frame: column %q is %v in one frame to join and %v in the other", c.name, kind, k)
			}
			kind = Float64
		}
		both[i] = joined(c.name, kind, []Column{c, theirs[i]}, total)
	}
	all := factorizeAll(both, total, false)
	right := factor{code: all.code[f.rows:]}
	partners := right.members(len(all.first))
	var left, take []int32
	var missing []int
	for i, code := range all.code[:f.rows] {
		n := 0
		if code >= 0 {
			for _, k := range partners.of(code) {
				left, take = append(left, int32(i)), append(take, k)
				n++
			}
		}
		if n == 0 && j.left {
			missing = append(missing, len(left))
			left, take = append(left, int32(i)), append(take, 0)
		}
		if len(left) > maxRows {
			return nil, fmt.Errorf("frame: Join makes more than %d rows", maxRows)
		}
	}
	if left == nil {
		left, take = []int32{}, []int32{}
	}
	cols := f.take(left).cols
	extra, err := other.Drop(keys...)
	if err != nil {
		return nil, err
	}
	if other.rows == 0 && len(missing) > 0 {
		for _, c := range extra.cols {
			b := newBuilder(c.Kind(), len(left))
			for range left {
				b.null()
			}
			cols = append(cols, b.column(j.name(f, c.name)))
		}
		return New(cols...)
	}
	for _, c := range extra.take(take).cols {
		if len(missing) > 0 {
			c = c.Null(missing...)
		}
		cols = append(cols, c.As(j.name(f, c.name)))
	}
	return New(cols...)
}

func (j joining) name(f *Frame, name string) string {
	if f.Has(name) {
		return name + j.suffix
	}
	return name
}
