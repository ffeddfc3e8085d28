package parquet

// This file turns pages into values of columns.

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"unicode/utf8"

	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
)

// A column is a column that is read.
type column struct {
	leaf
	index int // among the leaves
	kind  frame.Kind
	bytes bool // values are texts as they are read
	// The values, a place for each row; of texts the lengths, after a 0.
	ints    []int64
	floats  []float64
	bools   []bool
	lengths []int64
	pages   []*page
	// convert makes integers of a physical type what they mean.
	convert func(int64) (int64, error)
	factor  float64 // of decimals in integers; 0 for others
}

const (
	second = 1_000_000
	day    = 24 * 60 * 60
)

// resolve finds out what the column's values become.
func (c *column) resolve() error {
	switch c.typ {
	case typeBoolean:
		c.kind = frame.Bool
	case typeInt32, typeInt64:
		c.kind = frame.Int64
		switch {
		case c.mean == decimal:
			c.kind, c.factor = frame.Float64, math.Pow10(-c.scale)
		case c.mean == date:
			c.kind = frame.Timestamp
			c.convert = func(v int64) (int64, error) { return times(v, day*second) }
		case c.typ == typeInt64 && c.mean == millis:
			c.kind = frame.Timestamp
			c.convert = func(v int64) (int64, error) { return times(v, 1000) }
		case c.typ == typeInt64 && c.mean == micros:
			c.kind = frame.Timestamp
		case c.typ == typeInt64 && c.mean == nanos:
			c.kind = frame.Timestamp
			c.convert = func(v int64) (int64, error) { return floorDiv(v, 1000), nil }
		case c.typ == typeInt32 && c.mean == unsigned:
			c.convert = func(v int64) (int64, error) { return int64(uint32(v)), nil }
		case c.mean == unsigned64:
			c.convert = func(v int64) (int64, error) {
				if v < 0 {
					return 0, fmt.Errorf("%d is more than an int64 can hold", uint64(v))
				}
				return v, nil
			}
		}
	case typeInt96:
		c.kind = frame.Timestamp
	case typeFloat, typeDouble:
		c.kind = frame.Float64
	case typeBytes, typeFixed:
		c.kind, c.bytes = frame.String, true
		if c.typ == typeFixed && (c.length < 0 || c.length > 1<<20) {
			return errPage
		}
		if c.mean == decimal || c.mean == float16 && c.length == 2 {
			c.kind = frame.Float64
		}
	default:
		return fmt.Errorf("there is no physical type %d", c.typ)
	}
	return nil
}

func times(v, by int64) (int64, error) {
	if v > math.MaxInt64/by || v < math.MinInt64/by {
		return 0, errors.New("a time is too far away")
	}
	return v * by, nil
}

func floorDiv(v, by int64) int64 {
	q := v / by
	if v%by < 0 {
		q--
	}
	return q
}

func (c *column) allocate(rows int) {
	switch {
	case c.bytes:
		c.lengths = make([]int64, rows+1)
	case c.kind == frame.Bool:
		c.bools = make([]bool, rows)
	case c.kind == frame.Float64:
		c.floats = make([]float64, rows)
	default:
		c.ints = make([]int64, rows)
	}
}

// values are decoded; one of the fields is set.
type values struct {
	ints   []int64
	floats []float64
	bools  []bool
	texts  texts
}

// values decodes n values. What an encoding makes longer comes from the budget.
func (c *column) values(data []byte, encoding, n int, dictionary *values, budget *atomic.Int64) (*values, error) {
	if encoding == encDictionary || encoding == encPlainDictionary {
		return c.lookup(data, n, dictionary)
	}
	if encoding == encByteSplit && c.width() > 0 {
		var err error
		if data, err = unsplit(data, n, c.width()); err != nil {
			return nil, err
		}
		encoding = encPlain
	}
	out := &values{}
	var err error
	switch {
	case c.bytes:
		switch {
		case encoding == encPlain && c.typ == typeFixed:
			out.texts, err = fixedTexts(data, n, c.length)
		case encoding == encPlain:
			out.texts, err = plainTexts(data, n)
		case encoding == encDeltaLength:
			out.texts, err = deltaTexts(data, n)
		case encoding == encDeltaBytes:
			out.texts, err = prefixTexts(data, n, budget)
		default:
			return nil, unknownEncoding(encoding)
		}
		return out, err
	case c.typ == typeBoolean:
		return c.truths(data, encoding, n)
	case encoding == encDelta && (c.typ == typeInt32 || c.typ == typeInt64):
		out.ints, _, err = delta(data, n, n)
		if err != nil {
			return nil, err
		}
		if c.typ == typeInt32 {
			for i, v := range out.ints {
				out.ints[i] = int64(int32(v)) // sums wrap around
			}
		}
		return out, c.meant(out)
	case encoding != encPlain:
		return nil, unknownEncoding(encoding)
	case n > len(data)/c.width():
		return nil, errPage
	}
	switch c.typ {
	case typeInt32:
		out.ints = make([]int64, n)
		for i := range out.ints {
			out.ints[i] = int64(int32(binary.LittleEndian.Uint32(data[4*i:])))
		}
	case typeInt64:
		out.ints = make([]int64, n)
		for i := range out.ints {
			out.ints[i] = int64(binary.LittleEndian.Uint64(data[8*i:]))
		}
	case typeInt96:
		// Nanoseconds of a Julian day.
		out.ints = make([]int64, n)
		for i := range out.ints {
			ns := int64(binary.LittleEndian.Uint64(data[12*i:]))
			days := int64(int32(binary.LittleEndian.Uint32(data[12*i+8:]))) - 2_440_588
			us, err := times(days, day*second)
			if err != nil {
				return nil, err
			}
			out.ints[i] = us + floorDiv(ns, 1000)
		}
	case typeFloat:
		out.floats = make([]float64, n)
		for i := range out.floats {
			out.floats[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:])))
		}
	case typeDouble:
		out.floats = make([]float64, n)
		for i := range out.floats {
			out.floats[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
		}
	}
	return out, c.meant(out)
}

func unknownEncoding(encoding int) error {
	return fmt.Errorf("%w: encoding %d does not fit it", errPage, encoding)
}

// width is the size of a value in bytes, 0 if it has none.
func (c *column) width() int {
	switch c.typ {
	case typeInt32, typeFloat:
		return 4
	case typeInt64, typeDouble:
		return 8
	case typeInt96:
		return 12
	case typeFixed:
		return c.length
	}
	return 0
}

func (c *column) truths(data []byte, encoding, n int) (*values, error) {
	bits := make([]uint32, n)
	switch encoding {
	case encPlain:
		if n > 8*len(data) {
			return nil, errPage
		}
		unpack(data, 1, bits)
	case encRLE:
		if len(data) < 4 || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-4) {
			return nil, errPage
		}
		if _, err := hybrid(data[4:], 1, bits); err != nil {
			return nil, err
		}
	default:
		return nil, unknownEncoding(encoding)
	}
	out := &values{bools: make([]bool, n)}
	for i, v := range bits {
		out.bools[i] = v != 0
	}
	return out, nil
}

// meant makes integers what they mean.
func (c *column) meant(v *values) error {
	if c.convert != nil {
		for i, x := range v.ints {
			var err error
			if v.ints[i], err = c.convert(x); err != nil {
				return err
			}
		}
	}
	if c.factor != 0 {
		v.floats = make([]float64, len(v.ints))
		for i, x := range v.ints {
			v.floats[i] = scaled(float64(x), c.scale, c.factor)
		}
		v.ints = nil
	}
	return nil
}

// scaled is x / 10^scale, correctly rounded while both are exact.
func scaled(x float64, scale int, factor float64) float64 {
	if scale >= 0 && scale <= 22 {
		return x / math.Pow10(scale)
	}
	return x * factor
}

// lookup decodes numbers of a dictionary's values.
func (c *column) lookup(data []byte, n int, d *values) (*values, error) {
	if d == nil {
		return nil, errPage
	}
	if n == 0 {
		return &values{}, nil
	}
	if len(data) == 0 {
		return nil, errPage
	}
	at := make([]uint32, n)
	if _, err := hybrid(data[1:], int(data[0]), at); err != nil {
		return nil, err
	}
	size := uint32(max(len(d.ints), len(d.floats), len(d.bools), len(d.texts.start)))
	for _, i := range at {
		if i >= size {
			return nil, errPage
		}
	}
	out := &values{}
	switch {
	case c.bytes:
		out.texts = texts{d.texts.data, make([]int64, n), make([]int64, n)}
		for k, i := range at {
			out.texts.start[k], out.texts.length[k] = d.texts.start[i], d.texts.length[i]
		}
	case c.kind == frame.Bool:
		out.bools = pick(d.bools, at)
	case c.kind == frame.Float64:
		out.floats = pick(d.floats, at)
	default:
		out.ints = pick(d.ints, at)
	}
	return out, nil
}

func pick[T any](from []T, at []uint32) []T {
	out := make([]T, len(at))
	for k, i := range at {
		out[k] = from[i]
	}
	return out
}

// decode puts the page's values into the column, texts but for their bytes.
func (p *page) decode(budget *atomic.Int64) error {
	c := p.chunk.column
	h := p.header
	n := int(h.values)
	body := p.data
	p.data = nil
	var levels []byte
	var err error
	if h.kind == pageDataV2 {
		if h.repeated != 0 || h.defined < 0 || h.defined > int64(len(body)) || h.defined > h.size {
			return errPage
		}
		levels, body = body[:h.defined], body[h.defined:]
		codec := p.chunk.chunk.codec
		if h.stored || len(body) == 0 && h.size == h.defined {
			codec = codecNone
		}
		if body, err = decompress(codec, body, h.size-h.defined); err != nil {
			return err
		}
	} else {
		if body, err = decompress(p.chunk.chunk.codec, body, h.size); err != nil {
			return err
		}
		if c.repeat == 1 {
			if h.levels != encRLE {
				return unknownEncoding(h.levels)
			}
			if len(body) < 4 {
				return errPage
			}
			size := binary.LittleEndian.Uint32(body)
			if uint64(size) > uint64(len(body)-4) {
				return errPage
			}
			levels, body = body[4:4+size], body[4+size:]
		}
	}
	present := n
	if c.repeat == 1 && n > 0 && !allOnes(levels, n) {
		defined := make([]uint32, n)
		if _, err := hybrid(levels, 1, defined); err != nil {
			return err
		}
		p.valid = make([]bool, n)
		present = 0
		for i, d := range defined {
			if d > 1 {
				return errPage
			}
			p.valid[i] = d == 1
			present += int(d)
		}
	}
	v, err := c.values(body, h.encoding, present, p.chunk.dictionary, budget)
	if err != nil {
		return err
	}
	switch {
	case c.bytes:
		p.texts = v.texts
		spread(c.lengths[1+p.row:][:n], v.texts.length, p.valid)
	case c.kind == frame.Bool:
		spread(c.bools[p.row:][:n], v.bools, p.valid)
	case c.kind == frame.Float64:
		spread(c.floats[p.row:][:n], v.floats, p.valid)
	default:
		spread(c.ints[p.row:][:n], v.ints, p.valid)
	}
	return nil
}

// allOnes tells whether the levels are one run of n ones: nothing is null.
func allOnes(levels []byte, n int) bool {
	head, size := binary.Uvarint(levels)
	return size > 0 && head&1 == 0 && head>>1 >= uint64(n) && len(levels) > size && levels[size] == 1
}

// spread copies values to the places that are valid.
func spread[T any](out, values []T, valid []bool) {
	if valid == nil {
		copy(out, values)
		return
	}
	k := 0
	for i, ok := range valid {
		if ok {
			out[i] = values[k]
			k++
		}
	}
}

// assemble makes a column of what the pages have become.
func (c *column) assemble(ctx context.Context, limit int64) (frame.Column, error) {
	b := frame.Buffers{Kind: c.kind, Ints: c.ints, Floats: c.floats}
	switch {
	case c.bytes:
		b.Len = len(c.lengths) - 1
	case c.kind == frame.Bool:
		b.Len = len(c.bools)
		b.Bytes = packed(c.bools)
	default:
		b.Len = len(c.ints) + len(c.floats)
	}
	for _, p := range c.pages {
		if p.valid == nil {
			continue
		}
		if b.Valid == nil {
			b.Valid = make([]byte, (b.Len+7)/8)
			for i := range b.Valid {
				b.Valid[i] = 0xff
			}
		}
		for i, ok := range p.valid {
			if !ok {
				b.Valid[(p.row+i)>>3] &^= 1 << ((p.row + i) & 7)
			}
		}
	}
	if !c.bytes {
		return frame.FromBuffers(c.name, b), nil
	}
	// Lengths become offsets, and then each page knows where its bytes go.
	total := int64(0)
	for i := 1; i < len(c.lengths); i++ {
		total += c.lengths[i]
		c.lengths[i] = total
		if total > limit {
			return frame.Column{}, damaged("%d bytes of texts, and more", total)
		}
	}
	b.Offsets, b.Bytes = c.lengths, make([]byte, total)
	err := parallel.Each(ctx, len(c.pages), func(i int) error {
		p := c.pages[i]
		at := b.Offsets[p.row]
		for k, start := range p.texts.start {
			at += int64(copy(b.Bytes[at:], p.texts.data[start:start+p.texts.length[k]]))
		}
		p.texts = texts{}
		return nil
	})
	if err != nil {
		return frame.Column{}, err
	}
	return c.asMeant(b, total)
}

func packed(v []bool) []byte {
	out := make([]byte, (len(v)+7)/8)
	for i, x := range v {
		if x {
			out[i>>3] |= 1 << (i & 7)
		}
	}
	return out
}

// asMeant makes what the column means of bytes.
func (c *column) asMeant(b frame.Buffers, total int64) (frame.Column, error) {
	value := func(i int) []byte { return b.Bytes[b.Offsets[i]:b.Offsets[i+1]] }
	null := func(i int) bool { return b.Valid != nil && b.Valid[i>>3]>>(i&7)&1 == 0 }
	switch {
	case c.kind == frame.Float64:
		b.Floats = make([]float64, b.Len)
		for i := range b.Floats {
			if null(i) {
				continue
			}
			if v := value(i); c.mean == float16 {
				b.Floats[i] = halfFloat(binary.LittleEndian.Uint16(v))
			} else {
				b.Floats[i] = scaled(bigEndian(v), c.scale, math.Pow10(-c.scale))
			}
		}
		b.Offsets, b.Bytes = nil, nil
	case c.mean == uuid && c.length == 16:
		offsets, bytes := make([]int64, b.Len+1), make([]byte, 0, 36*b.Len)
		for i := range b.Len {
			if !null(i) {
				v := value(i)
				for k, part := range [][]byte{v[:4], v[4:6], v[6:8], v[8:10], v[10:]} {
					if k > 0 {
						bytes = append(bytes, '-')
					}
					bytes = hex.AppendEncode(bytes, part)
				}
			}
			offsets[i+1] = int64(len(bytes))
		}
		b.Offsets, b.Bytes = offsets, bytes
	default:
		whole := utf8.Valid(b.Bytes)
		for i := range b.Len {
			// A text of a valid whole is valid if it begins where a character
			// does, and so does the next.
			if at, end := b.Offsets[i], b.Offsets[i+1]; whole && (at == end || utf8.RuneStart(b.Bytes[at]) && (end == total || utf8.RuneStart(b.Bytes[end]))) {
				continue
			}
			if !null(i) && !utf8.Valid(value(i)) {
				return frame.Column{}, fmt.Errorf("row %d is not UTF-8; frames have no columns of bytes", i)
			}
		}
	}
	return frame.FromBuffers(c.name, b), nil
}

// bigEndian returns an integer in two's complement as a float.
func bigEndian(v []byte) float64 {
	if len(v) == 0 {
		return 0
	}
	x := float64(int8(v[0]))
	for _, d := range v[1:] {
		x = x*256 + float64(d)
	}
	return x
}

// halfFloat returns a float of 16 bits.
func halfFloat(h uint16) float64 {
	sign, exponent, fraction := h>>15, int(h>>10&31), float64(h&1023)
	x := 0.0
	switch exponent {
	case 0:
		x = math.Ldexp(fraction, -24)
	case 31:
		x = math.Inf(1)
		if fraction != 0 {
			x = math.NaN()
		}
	default:
		x = math.Ldexp(1024+fraction, exponent-25)
	}
	if sign != 0 {
		x = -x
	}
	return x
}
