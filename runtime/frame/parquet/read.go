package parquet

// This file reads files: which columns there are and where their pages are.

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
)

const magic = "PAR1"

var errDamaged = errors.New("frame: the Parquet file is damaged")

// damaged says what is wrong with a file.
func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %w", errDamaged, fmt.Errorf(format, args...))
}

func read(r io.ReaderAt, size int64, o frame.ReadOptions) (*frame.Frame, error) {
	m, err := readFooter(r, size)
	if err != nil {
		return nil, err
	}
	leaves, err := m.leaves()
	if err != nil {
		return nil, err
	}
	cols, err := choose(leaves, o.Columns)
	if err != nil {
		return nil, err
	}
	// What a file means may be much more than it is, but not without limit. A column of
	// one value has pages of 20,000 rows, which are 160 kB, in 40 bytes.
	limit := max(1<<26, 10_000*size)
	rows, err := m.check(len(leaves))
	if err != nil {
		return nil, err
	}
	if float64(rows)*8*float64(len(cols)) > float64(limit) {
		return nil, damaged("%d rows of %d columns in %d bytes", rows, len(cols), size)
	}
	var chunks []*chunkReader
	for _, c := range cols {
		c.allocate(rows)
		row := 0
		for g := range m.groups {
			chunks = append(chunks, &chunkReader{column: c, chunk: m.groups[g].chunks[c.index], row: row, rows: int(m.groups[g].rows)})
			row += int(m.groups[g].rows)
		}
	}
	ctx := context.Background()
	err = parallel.Each(ctx, len(chunks), func(i int) error {
		c := chunks[i]
		return c.column.wrap(c.open(r, size, limit))
	})
	if err != nil {
		return nil, err
	}
	var pages []*page
	total := int64(0)
	for _, c := range chunks {
		for i := range c.pages {
			pages = append(pages, &c.pages[i])
			c.column.pages = append(c.column.pages, &c.pages[i])
			total += c.pages[i].header.size
		}
	}
	if total > limit {
		return nil, damaged("%d bytes of pages in %d bytes", total, size)
	}
	var budget atomic.Int64
	budget.Store(limit)
	err = parallel.Each(ctx, len(pages), func(i int) error {
		return pages[i].chunk.column.wrap(pages[i].decode(&budget))
	})
	if err != nil {
		return nil, err
	}
	out := make([]frame.Column, len(cols))
	for i, c := range cols {
		if out[i], err = c.assemble(ctx, limit); err != nil {
			return nil, c.wrap(err)
		}
		if kind := o.Types[c.name]; kind != 0 {
			if out[i], err = out[i].To(kind); err != nil {
				return nil, err
			}
		}
	}
	return frame.New(out...)
}

// readFooter reads the metadata at the end of the file.
func readFooter(r io.ReaderAt, size int64) (*metadata, error) {
	if size < 12 {
		return nil, errors.New("frame: this is no Parquet file: it is too short")
	}
	var head [4]byte
	tail := make([]byte, min(size, 64<<10))
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	if n, err := r.ReadAt(tail, size-int64(len(tail))); n < len(tail) {
		return nil, fmt.Errorf("frame: %w", err)
	}
	switch end := string(tail[len(tail)-4:]); {
	case end == "PARE":
		return nil, errors.New("frame: the Parquet file is encrypted")
	case string(head[:]) != magic:
		return nil, fmt.Errorf("frame: this is no Parquet file: it begins with %q, not with %q", head[:], magic)
	case end != magic:
		return nil, fmt.Errorf("frame: the Parquet file is not complete: it ends with %q, not with %q", end, magic)
	}
	length := int64(binary.LittleEndian.Uint32(tail[len(tail)-8:]))
	if length > size-12 {
		return nil, damaged("%d bytes of metadata in a file of %d", length, size)
	}
	if length > int64(len(tail)-8) {
		tail = make([]byte, length+8)
		if n, err := r.ReadAt(tail, size-int64(len(tail))); n < len(tail) {
			return nil, fmt.Errorf("frame: %w", err)
		}
	}
	m, err := readMetadata(tail[int64(len(tail))-8-length : len(tail)-8])
	if err != nil {
		return nil, damaged("%w", err)
	}
	return m, nil
}

// check returns the number of rows, and makes sure that each group has a chunk for
// each leaf.
func (m *metadata) check(leaves int) (int, error) {
	rows := int64(0)
	for i, g := range m.groups {
		if g.rows < 0 || g.rows > math.MaxInt32 || len(g.chunks) != leaves {
			return 0, damaged("row group %d has %d rows of %d columns; there are %d", i, g.rows, len(g.chunks), leaves)
		}
		rows += g.rows
	}
	if rows != m.rows {
		return 0, damaged("%d rows in groups, %d in the file", rows, m.rows)
	}
	if rows > math.MaxInt32 {
		return 0, fmt.Errorf("frame: %d rows; there can be up to %d", rows, math.MaxInt32)
	}
	return int(rows), nil
}

// leaves returns the leaves of the schema's tree.
func (m *metadata) leaves() ([]leaf, error) {
	var out []leaf
	at := 0
	var walk func(path []string, nested bool, depth int) error
	walk = func(path []string, nested bool, depth int) error {
		if at >= len(m.schema) || depth > 32 {
			return damaged("the schema does not end")
		}
		l := m.schema[at]
		at++
		if !utf8.ValidString(l.name) {
			return damaged("the name %q is not UTF-8", l.name)
		}
		if depth > 0 {
			path = append(path[:len(path):len(path)], l.name)
		}
		if l.typ >= 0 && l.children <= 0 && depth > 0 {
			l.path, l.nested = path, nested || l.repeat == 2
			out = append(out, l)
			return nil
		}
		for range l.children {
			if err := walk(path, nested || depth > 0, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(nil, false, 0); err != nil {
		return nil, err
	}
	return out, nil
}

// choose returns the columns to read.
func choose(leaves []leaf, names []string) ([]*column, error) {
	var flat []string
	index := map[string]int{}
	nested := map[string]bool{}
	for i, l := range leaves {
		if name := l.path[0]; l.nested {
			nested[name] = true
		} else {
			flat = append(flat, name)
			index[name] = i
		}
	}
	if names == nil {
		if len(nested) > 0 {
			for _, l := range leaves {
				if l.nested {
					return nil, fmt.Errorf("frame: column %q holds lists or structs, which frames do not; frame.Columns reads others: %q", l.path[0], flat)
				}
			}
		}
		names = flat
	}
	out := make([]*column, len(names))
	for k, name := range names {
		i, ok := index[name]
		switch {
		case nested[name]:
			return nil, fmt.Errorf("frame: column %q holds lists or structs, which frames do not", name)
		case !ok:
			return nil, &frame.ColumnError{Name: name, Columns: flat}
		}
		c := &column{leaf: leaves[i], index: i}
		if err := c.resolve(); err != nil {
			return nil, c.wrap(err)
		}
		out[k] = c
	}
	return out, nil
}

// wrap says which column an error is about.
func (c *column) wrap(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, errPage) || errors.Is(err, errThrift) {
		return damaged("column %q: %w", c.name, err)
	}
	return fmt.Errorf("frame: column %q: %s", c.name, strings.TrimPrefix(err.Error(), "frame: "))
}

// A chunkReader is a column in a row group.
type chunkReader struct {
	column *column
	chunk  chunk
	row    int // the first
	rows   int
	pages  []page
	// The dictionary's values, if there is one.
	dictionary *values
}

// A page is a part of a chunk.
type page struct {
	chunk  *chunkReader
	header pageHeader
	data   []byte // compressed
	row    int    // the first
	// What the page has become, where it is not in the column itself.
	valid []bool // nil if nothing is null
	texts texts  // of those that are not null
}

// open reads the chunk, finds its pages and decodes its dictionary.
func (c *chunkReader) open(r io.ReaderAt, size, limit int64) error {
	if c.rows == 0 {
		return nil
	}
	start := c.chunk.data
	if d := c.chunk.dictionary; d > 0 && d < start {
		start = d
	}
	switch {
	case c.chunk.elsewhere:
		return errors.New("the values are in another file, which is not read")
	case start < 4 || c.chunk.size <= 0 || c.chunk.size > size-start:
		return errPage
	case c.chunk.values != int64(c.rows):
		return fmt.Errorf("%w: %d values for %d rows", errPage, c.chunk.values, c.rows)
	case c.chunk.typ != c.column.typ:
		return errPage
	}
	switch codec := c.chunk.codec; codec {
	case codecNone, codecSnappy, codecGzip, codecZstd:
	default:
		name := codecNames[codec]
		if name == "" {
			name = fmt.Sprintf("codec %d", codec)
		}
		return fmt.Errorf("it is compressed by %s; what can be read is not compressed or by Snappy, gzip or Zstandard", name)
	}
	data := make([]byte, c.chunk.size)
	if n, err := r.ReadAt(data, start); n < len(data) {
		return err
	}
	row := 0
	for at := 0; row < c.rows; {
		h, n, err := readPageHeader(data[at:])
		if err != nil {
			return err
		}
		at += n
		if h.size < 0 || h.compressed < 0 || h.compressed > int64(len(data)-at) || h.values < 0 || h.size > limit {
			return errPage
		}
		body := data[at : at+int(h.compressed)]
		at += int(h.compressed)
		switch h.kind {
		case pageDictionary:
			if c.dictionary != nil || len(c.pages) > 0 {
				return errPage
			}
			if err := c.readDictionary(h, body); err != nil {
				return err
			}
		case pageData, pageDataV2:
			if h.values > int64(c.rows-row) {
				return errPage
			}
			c.pages = append(c.pages, page{chunk: c, header: h, data: body, row: c.row + row})
			row += int(h.values)
		}
		if at == len(data) && row < c.rows {
			return fmt.Errorf("%w: %d values for %d rows", errPage, row, c.rows)
		}
	}
	return nil
}

func (c *chunkReader) readDictionary(h pageHeader, body []byte) error {
	if h.encoding != encPlain && h.encoding != encPlainDictionary {
		return errPage
	}
	body, err := decompress(c.chunk.codec, body, h.size)
	if err != nil {
		return err
	}
	if h.values > 8*int64(len(body)) {
		return errPage
	}
	c.dictionary, err = c.column.values(body, encPlain, int(h.values), nil, nil)
	return err
}
