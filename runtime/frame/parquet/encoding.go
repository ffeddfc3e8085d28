package parquet

// This file decodes what stands in pages.
// https://github.com/apache/parquet-format/blob/master/Encodings.md

import (
	"encoding/binary"
	"errors"
	"math"
	"sync/atomic"
)

var errPage = errors.New("a page is damaged")

// hybrid decodes len(out) integers of so many bits, in runs of equal and of packed
// ones, and returns what is left of data.
func hybrid(data []byte, width int, out []uint32) ([]byte, error) {
	if width > 32 {
		return nil, errPage
	}
	size := (width + 7) / 8
	for len(out) > 0 {
		head, n := binary.Uvarint(data)
		if n <= 0 {
			return nil, errPage
		}
		data = data[n:]
		if head&1 == 0 {
			run := head >> 1
			if len(data) < size || run == 0 {
				return nil, errPage
			}
			var v uint32
			for i := range size {
				v |= uint32(data[i]) << (8 * i)
			}
			data = data[size:]
			k := int(min(run, uint64(len(out))))
			for i := range out[:k] {
				out[i] = v
			}
			out = out[k:]
			continue
		}
		groups := head >> 1
		if groups == 0 || groups > math.MaxInt32 {
			return nil, errPage
		}
		// The last group may be cut short at the end of the page.
		bytes := int(min(groups*uint64(width), uint64(len(data))))
		k := int(min(groups*8, uint64(len(out))))
		if bytes*8 < k*width {
			return nil, errPage
		}
		unpack(data[:bytes], width, out[:k])
		data = data[bytes:]
		out = out[k:]
	}
	return data, nil
}

// unpack reads integers of so many bits, from the lowest bit of each byte.
func unpack(data []byte, width int, out []uint32) {
	switch width {
	case 0:
		clear(out)
		return
	case 1:
		for i := range out {
			out[i] = uint32(data[i>>3] >> (i & 7) & 1)
		}
		return
	case 8:
		for i := range out {
			out[i] = uint32(data[i])
		}
		return
	}
	mask := uint64(1)<<width - 1
	var have uint64
	bits, at := 0, 0
	for i := range out {
		for bits < width {
			have |= uint64(data[at]) << bits
			at++
			bits += 8
		}
		out[i] = uint32(have & mask)
		have >>= width
		bits -= width
	}
}

// delta decodes DELTA_BINARY_PACKED: exactly n integers, or as many as there are, up
// to limit, if n is negative. It returns what is left of data.
func delta(data []byte, n, limit int) ([]int64, []byte, error) {
	r := &thriftReader{data: data}
	block, minis, total, first := r.uvarint(), r.uvarint(), r.uvarint(), r.int()
	if r.err != nil || block == 0 || block > 1<<20 || minis == 0 || minis > block || block%minis != 0 ||
		total > uint64(limit) || n >= 0 && total != uint64(n) {
		return nil, nil, errPage
	}
	per := int(block / minis)
	// Most deltas need no bit if they want to: allocate as blocks come.
	out := make([]int64, 0, min(int(total), 8*len(data)+1))
	if total > 0 {
		out = append(out, first)
	}
	last := first
	for uint64(len(out)) < total {
		least := r.int()
		widths := r.at
		r.pass(int(minis))
		if r.err != nil {
			return nil, nil, errPage
		}
		for m := range int(minis) {
			if uint64(len(out)) == total {
				break
			}
			width := int(data[widths+m])
			k := min(per, int(total)-len(out))
			if width > 64 {
				return nil, nil, errPage
			}
			size := (per*width + 7) / 8
			need := (k*width + 7) / 8
			if len(data)-r.at < need {
				return nil, nil, errPage
			}
			bits := data[r.at:]
			for i := range k {
				last += least + int64(bitsAt(bits, i*width, width))
				out = append(out, last)
			}
			r.at += min(size, len(data)-r.at)
		}
	}
	return out, data[r.at:], nil
}

// bitsAt returns so many bits from a place on.
func bitsAt(data []byte, at, width int) uint64 {
	if width == 0 {
		return 0
	}
	i, shift := at>>3, at&7
	var v uint64
	if len(data)-i >= 9 {
		v = binary.LittleEndian.Uint64(data[i:]) >> shift
		if shift > 0 {
			v |= uint64(data[i+8]) << (64 - shift)
		}
	} else {
		for k := 0; 8*k < width+shift; k++ {
			if k == 0 {
				v = uint64(data[i]) >> shift
			} else {
				v |= uint64(data[i+k]) << (8*k - shift)
			}
		}
	}
	if width < 64 {
		v &= 1<<width - 1
	}
	return v
}

// unsplit undoes BYTE_STREAM_SPLIT of n values of a size.
func unsplit(data []byte, n, size int) ([]byte, error) {
	if size <= 0 || len(data) < n*size {
		return nil, errPage
	}
	out := make([]byte, n*size)
	for b := range size {
		stream := data[b*n : (b+1)*n]
		for i, x := range stream {
			out[i*size+b] = x
		}
	}
	return out, nil
}

// texts are places in bytes.
type texts struct {
	data   []byte
	start  []int64
	length []int64
}

// plainTexts finds n texts, each after its length.
func plainTexts(data []byte, n int) (t texts, err error) {
	if n > len(data)/4 {
		return t, errPage
	}
	t = texts{data, make([]int64, n), make([]int64, n)}
	at := 0
	for i := range n {
		if len(data)-at < 4 {
			return t, errPage
		}
		size := binary.LittleEndian.Uint32(data[at:])
		at += 4
		if uint64(size) > uint64(len(data)-at) {
			return t, errPage
		}
		t.start[i], t.length[i] = int64(at), int64(size)
		at += int(size)
	}
	return t, nil
}

// fixedTexts finds n texts of a size.
func fixedTexts(data []byte, n, size int) (t texts, err error) {
	if size < 0 || n > len(data) && size > 0 || n*size > len(data) {
		return t, errPage
	}
	t = texts{data, make([]int64, n), make([]int64, n)}
	for i := range n {
		t.start[i], t.length[i] = int64(i*size), int64(size)
	}
	return t, nil
}

// deltaTexts finds n texts after their lengths.
func deltaTexts(data []byte, n int) (t texts, err error) {
	lengths, rest, err := delta(data, n, n)
	if err != nil {
		return t, err
	}
	t = texts{rest, make([]int64, n), lengths}
	at := int64(0)
	for i, size := range lengths {
		if size < 0 || size > int64(len(rest))-at {
			return t, errPage
		}
		t.start[i] = at
		at += size
	}
	return t, nil
}

// prefixTexts makes n texts, each with the beginning of the one before, as long as
// the budget lasts.
func prefixTexts(data []byte, n int, budget *atomic.Int64) (t texts, err error) {
	prefixes, rest, err := delta(data, n, n)
	if err != nil {
		return t, err
	}
	suffixes, err := deltaTexts(rest, n)
	if err != nil {
		return t, err
	}
	total, last := int64(0), int64(0)
	for i, p := range prefixes {
		if p < 0 || p > last {
			return t, errPage
		}
		last = p + suffixes.length[i]
		if total += last; total > 1<<40 {
			return t, errPage
		}
	}
	if budget.Add(-total) < 0 {
		return t, errPage
	}
	t = texts{make([]byte, 0, total), make([]int64, n), make([]int64, n)}
	before := int64(0)
	for i, p := range prefixes {
		at := int64(len(t.data))
		t.data = append(t.data, t.data[before:before+p]...)
		s := suffixes.start[i]
		t.data = append(t.data, suffixes.data[s:s+suffixes.length[i]]...)
		t.start[i], t.length[i] = at, int64(len(t.data))-at
		before = at
	}
	return t, nil
}
