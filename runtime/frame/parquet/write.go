package parquet

// This file writes files.

import (
	"context"
	"encoding/binary"
	"io"
	"math"
	"math/bits"

	"github.com/klauspost/compress/s2"

	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
)

const (
	groupRows = 1 << 20 // of a row group
	pageBytes = 1 << 20 // of a page, about, before compression
	// A dictionary is made of texts that are few and short.
	dictionaryTexts = 1 << 15
	dictionaryBytes = 1 << 20
)

// A written is a page: its header and compressed body.
type written struct {
	head, body []byte
	raw        int // size of both before compression
}

// A writtenChunk is where a column of a row group is.
type writtenChunk struct {
	dictionary, data int64 // offsets; -1 for no dictionary
	size, raw        int64
	values           int
}

func write(w io.Writer, f *frame.Frame) error {
	cols := make([]frame.Buffers, 0, f.NumCols())
	for _, name := range f.Columns() {
		c, err := f.Column(name)
		if err != nil {
			return err
		}
		cols = append(cols, c.Buffers())
	}
	at := int64(0)
	put := func(data []byte) error {
		n, err := w.Write(data)
		at += int64(n)
		return err
	}
	if err := put([]byte(magic)); err != nil {
		return err
	}
	var groups [][]writtenChunk
	var sizes []int
	for lo := 0; lo < f.NumRows(); lo += groupRows {
		hi := min(lo+groupRows, f.NumRows())
		group := make([]writtenChunk, len(cols))
		for i := range cols {
			c := &group[i]
			*c = writtenChunk{dictionary: -1, data: at, values: hi - lo}
			begin := at
			dictionary, codes := dictionaryOf(&cols[i], lo, hi)
			if dictionary != nil {
				c.dictionary = at
				p := compress(dictionary.body, func(t *thriftWriter) {
					t.field(7, thriftStruct)
					t.begin()
					t.i32(1, dictionary.texts)
					t.i32(2, encPlain)
					t.end()
				}, pageDictionary)
				c.raw += int64(p.raw)
				if err := put(append(p.head, p.body...)); err != nil {
					return err
				}
				c.data = at
			}
			bounds := pageBounds(&cols[i], lo, hi, codes != nil)
			pages := make([]written, len(bounds)-1)
			err := parallel.Each(context.Background(), len(pages), func(k int) error {
				pages[k] = dataPage(&cols[i], lo, bounds[k], bounds[k+1], dictionary, codes)
				return nil
			})
			if err != nil {
				return err
			}
			for _, p := range pages {
				c.raw += int64(p.raw)
				if err := put(p.head); err != nil {
					return err
				}
				if err := put(p.body); err != nil {
					return err
				}
			}
			c.size = at - begin
		}
		groups, sizes = append(groups, group), append(sizes, hi-lo)
	}
	footer := footer(f, groups, sizes)
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(footer)))
	return put(append(footer, magic...))
}

// A dictionary is the page of the different texts.
type dictionary struct {
	body  []byte
	texts int
	width int // bits of a code
}

// dictionaryOf returns the dictionary of a column of texts, and for each row the number
// of its text, if that is worthwhile.
func dictionaryOf(b *frame.Buffers, lo, hi int) (*dictionary, []uint32) {
	if b.Kind != frame.String {
		return nil, nil
	}
	d := &dictionary{}
	limit := min(dictionaryTexts, (hi-lo)/4)
	numbers := make(map[string]uint32)
	codes := make([]uint32, hi-lo)
	for i := lo; i < hi; i++ {
		if null(b, i) {
			continue
		}
		text := b.Bytes[b.Offsets[i]:b.Offsets[i+1]]
		code, ok := numbers[string(text)]
		if !ok {
			code = uint32(len(numbers))
			numbers[string(text)] = code
			d.body = appendText(d.body, text)
			if len(numbers) > limit || len(d.body) > dictionaryBytes {
				return nil, nil
			}
		}
		codes[i-lo] = code
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	d.texts, d.width = len(numbers), bits.Len(uint(len(numbers)-1))
	return d, codes
}

func null(b *frame.Buffers, i int) bool { return b.Valid != nil && b.Valid[i>>3]>>(i&7)&1 == 0 }

func appendText(out, text []byte) []byte {
	out = binary.LittleEndian.AppendUint32(out, uint32(len(text)))
	return append(out, text...)
}

// pageBounds returns the rows at which pages begin, and hi.
func pageBounds(b *frame.Buffers, lo, hi int, coded bool) []int {
	bounds := []int{lo}
	if b.Kind != frame.String || coded {
		for at := lo + pageBytes/8; at < hi; at += pageBytes / 8 {
			bounds = append(bounds, at)
		}
		return append(bounds, hi)
	}
	from := b.Offsets[lo]
	for i := lo + 1; i < hi; i++ {
		if b.Offsets[i]-from+4*int64(i-bounds[len(bounds)-1]) > pageBytes {
			bounds, from = append(bounds, i), b.Offsets[i]
		}
	}
	return append(bounds, hi)
}

// dataPage makes the page of the rows from lo to hi, of a row group that begins with
// row first.
func dataPage(b *frame.Buffers, first, lo, hi int, d *dictionary, codes []uint32) written {
	// Which rows are not null, after the length of that.
	size := 64 + 9*(hi-lo)
	if b.Kind == frame.String && codes == nil {
		size += int(b.Offsets[hi] - b.Offsets[lo])
	}
	body := make([]byte, 4, size)
	if b.Valid == nil {
		body = append(binary.AppendUvarint(body, uint64(hi-lo)<<1), 1)
	} else {
		groups := (hi - lo + 7) / 8
		body = binary.AppendUvarint(body, uint64(groups)<<1|1)
		body = appendBits(body, hi-lo, 1, func(i int) uint32 {
			if null(b, lo+i) {
				return 0
			}
			return 1
		})
	}
	binary.LittleEndian.PutUint32(body, uint32(len(body)-4))
	present := make([]int, 0, hi-lo)
	for i := lo; i < hi; i++ {
		if !null(b, i) {
			present = append(present, i)
		}
	}
	encoding := encPlain
	switch {
	case codes != nil:
		encoding = encDictionary
		body = append(body, byte(d.width))
		if len(present) > 0 {
			body = binary.AppendUvarint(body, uint64((len(present)+7)/8)<<1|1)
			body = appendBits(body, len(present), d.width, func(i int) uint32 { return codes[present[i]-first] })
		}
	case b.Kind == frame.String:
		for _, i := range present {
			body = appendText(body, b.Bytes[b.Offsets[i]:b.Offsets[i+1]])
		}
	case b.Kind == frame.Bool:
		body = appendBits(body, len(present), 1, func(i int) uint32 {
			return uint32(b.Bytes[present[i]>>3] >> (present[i] & 7) & 1)
		})
	case b.Kind == frame.Float64:
		for _, i := range present {
			body = binary.LittleEndian.AppendUint64(body, math.Float64bits(b.Floats[i]))
		}
	default:
		for _, i := range present {
			body = binary.LittleEndian.AppendUint64(body, uint64(b.Ints[i]))
		}
	}
	return compress(body, func(t *thriftWriter) {
		t.field(5, thriftStruct)
		t.begin()
		t.i32(1, hi-lo)
		t.i32(2, encoding)
		t.i32(3, encRLE)
		t.i32(4, encRLE)
		t.end()
	}, pageData)
}

// appendBits appends n integers of so many bits, up to the next multiple of eight.
func appendBits(out []byte, n, width int, value func(i int) uint32) []byte {
	have, bits := uint64(0), 0
	for i := range (n + 7) / 8 * 8 {
		if i < n {
			have |= uint64(value(i)) << bits
		}
		for bits += width; bits >= 8; bits -= 8 {
			out = append(out, byte(have))
			have >>= 8
		}
	}
	return out
}

// compress makes a page; header writes what belongs to its kind.
func compress(body []byte, header func(*thriftWriter), kind int) written {
	compressed := s2.EncodeSnappy(nil, body)
	t := &thriftWriter{}
	t.begin()
	t.i32(1, kind)
	t.i32(2, len(body))
	t.i32(3, len(compressed))
	header(t)
	t.end()
	return written{t.data, compressed, len(t.data) + len(body)}
}

// physical is the type of a kind in the file.
var physical = map[frame.Kind]int{
	frame.String: typeBytes, frame.Float64: typeDouble, frame.Int64: typeInt64, frame.Bool: typeBoolean, frame.Timestamp: typeInt64,
}

func footer(f *frame.Frame, groups [][]writtenChunk, rows []int) []byte {
	t := &thriftWriter{}
	t.begin()
	t.i32(1, 2)
	t.list(2, 1+f.NumCols(), thriftStruct)
	t.begin()
	t.string(4, "schema")
	t.i32(5, f.NumCols())
	t.end()
	for _, c := range f.Schema() {
		t.begin()
		t.i32(1, physical[c.Kind])
		t.i32(3, 1) // optional
		t.string(4, c.Name)
		switch c.Kind {
		case frame.String:
			t.i32(6, 0)
			t.field(10, thriftStruct)
			t.begin()
			t.empty(1)
			t.end()
		case frame.Timestamp:
			t.i32(6, 10)
			t.field(10, thriftStruct)
			t.begin()
			t.field(8, thriftStruct)
			t.begin()
			t.bool(1, true) // UTC
			t.field(2, thriftStruct)
			t.begin()
			t.empty(2) // microseconds
			t.end()
			t.end()
			t.end()
		}
		t.end()
	}
	t.i64(3, int64(f.NumRows()))
	t.list(4, len(groups), thriftStruct)
	for g, chunks := range groups {
		raw := int64(0)
		t.begin()
		t.list(1, len(chunks), thriftStruct)
		for i, c := range chunks {
			field := f.Schema()[i]
			begin := c.data
			if c.dictionary >= 0 {
				begin = c.dictionary
			}
			t.begin()
			t.i64(2, begin)
			t.field(3, thriftStruct)
			t.begin()
			t.i32(1, physical[field.Kind])
			encodings := []int{encPlain, encRLE}
			if c.dictionary >= 0 {
				encodings = append(encodings, encDictionary)
			}
			t.list(2, len(encodings), thriftI32)
			for _, e := range encodings {
				t.varint(int64(e))
			}
			t.list(3, 1, thriftBinary)
			t.text(field.Name)
			t.i32(4, codecSnappy)
			t.i64(5, int64(c.values))
			t.i64(6, c.raw)
			t.i64(7, c.size)
			t.i64(9, c.data)
			if c.dictionary >= 0 {
				t.i64(11, c.dictionary)
			}
			t.end()
			t.end()
			raw += c.raw
		}
		t.i64(2, raw)
		t.i64(3, int64(rows[g]))
		t.end()
	}
	t.string(6, "netherfield runtime/frame/parquet")
	t.end()
	return t.data
}
