package parquet

// This file defines the metadata at the end of a file and before each page.

// Physical types.
const (
	typeBoolean = iota
	typeInt32
	typeInt64
	typeInt96
	typeFloat
	typeDouble
	typeBytes
	typeFixed
)

// Encodings.
const (
	encPlain           = 0
	encPlainDictionary = 2
	encRLE             = 3
	encDelta           = 5
	encDeltaLength     = 6
	encDeltaBytes      = 7
	encDictionary      = 8
	encByteSplit       = 9
)

// Kinds of compression.
const (
	codecNone   = 0
	codecSnappy = 1
	codecGzip   = 2
	codecZstd   = 6
)

var codecNames = map[int]string{3: "LZO", 4: "Brotli", 5: "LZ4", 7: "LZ4"}

// What values mean.
type meaning int

const (
	plain meaning = iota
	text
	date
	millis
	micros
	nanos
	decimal
	unsigned
	unsigned64
	uuid
	float16
)

// A leaf is a node of the schema, which is a column if it is flat.
type leaf struct {
	name     string
	path     []string // from the root
	typ      int      // -1 for a group
	length   int      // of typeFixed
	repeat   int      // 0 required, 1 optional, 2 repeated
	children int
	mean     meaning
	scale    int // of a decimal
	nested   bool
}

type chunk struct {
	typ, codec       int
	values           int64
	size             int64 // compressed, with headers
	data, dictionary int64 // offsets in the file; 0 for no dictionary
	elsewhere        bool  // in another file
}

type rowGroup struct {
	rows   int64
	chunks []chunk
}

type metadata struct {
	schema []leaf
	rows   int64
	groups []rowGroup
}

func readMetadata(data []byte) (*metadata, error) {
	r := &thriftReader{data: data}
	m := &metadata{}
	r.structure(func(id int, typ byte) {
		switch {
		case id == 2 && typ == thriftList:
			r.list(thriftStruct, func() { m.schema = append(m.schema, r.schemaElement()) })
		case id == 3 && typ == thriftI64:
			m.rows = r.int()
		case id == 4 && typ == thriftList:
			r.list(thriftStruct, func() { m.groups = append(m.groups, r.rowGroup()) })
		default:
			r.skip(typ)
		}
	})
	return m, r.err
}

func (r *thriftReader) schemaElement() leaf {
	l := leaf{typ: -1}
	r.structure(func(id int, typ byte) {
		switch {
		case id == 1 && typ == thriftI32:
			l.typ = int(int32(r.int()))
		case id == 2 && typ == thriftI32:
			l.length = int(int32(r.int()))
		case id == 3 && typ == thriftI32:
			l.repeat = int(int32(r.int()))
		case id == 4 && typ == thriftBinary:
			l.name = string(r.bytes())
		case id == 5 && typ == thriftI32:
			l.children = int(int32(r.int()))
		case id == 6 && typ == thriftI32:
			if mean, ok := converted[int(int32(r.int()))]; ok && l.mean == plain {
				l.mean = mean
			}
		case id == 7 && typ == thriftI32:
			l.scale = int(int32(r.int()))
		case id == 10 && typ == thriftStruct:
			r.logicalType(&l)
		default:
			r.skip(typ)
		}
	})
	return l
}

// converted is what the older form of logical types means.
var converted = map[int]meaning{
	0: text, 4: text, 19: text, 5: decimal, 6: date, 9: millis, 10: micros,
	11: unsigned, 12: unsigned, 13: unsigned, 14: unsigned64,
}

func (r *thriftReader) logicalType(l *leaf) {
	r.structure(func(id int, typ byte) {
		if typ != thriftStruct {
			r.skip(typ)
			return
		}
		switch id {
		case 1, 4, 12: // string, enum, JSON
			l.mean = text
			r.skip(typ)
		case 5:
			l.mean = decimal
			r.structure(func(id int, typ byte) {
				if id == 1 && typ == thriftI32 {
					l.scale = int(int32(r.int()))
				} else {
					r.skip(typ)
				}
			})
		case 6:
			l.mean = date
			r.skip(typ)
		case 8:
			r.structure(func(id int, typ byte) {
				if id != 2 || typ != thriftStruct {
					r.skip(typ)
					return
				}
				r.structure(func(id int, typ byte) {
					l.mean = map[int]meaning{1: millis, 2: micros, 3: nanos}[id]
					r.skip(typ)
				})
			})
		case 10:
			width, signed := int64(0), true
			r.structure(func(id int, typ byte) {
				switch {
				case id == 1 && typ == thriftByte:
					width = int64(int8(r.byte()))
				case id == 2:
					signed = typ == thriftTrue
				default:
					r.skip(typ)
				}
			})
			if l.mean = plain; !signed {
				if l.mean = unsigned; width == 64 {
					l.mean = unsigned64
				}
			}
		case 14:
			l.mean = uuid
			r.skip(typ)
		case 15:
			l.mean = float16
			r.skip(typ)
		default:
			r.skip(typ)
		}
	})
}

func (r *thriftReader) rowGroup() rowGroup {
	var g rowGroup
	r.structure(func(id int, typ byte) {
		switch {
		case id == 1 && typ == thriftList:
			r.list(thriftStruct, func() { g.chunks = append(g.chunks, r.chunk()) })
		case id == 3 && typ == thriftI64:
			g.rows = r.int()
		default:
			r.skip(typ)
		}
	})
	return g
}

func (r *thriftReader) chunk() chunk {
	var c chunk
	r.structure(func(id int, typ byte) {
		switch {
		case id == 1 && typ == thriftBinary:
			c.elsewhere = len(r.bytes()) > 0
		case id == 3 && typ == thriftStruct:
			r.structure(func(id int, typ byte) {
				switch {
				case id == 1 && typ == thriftI32:
					c.typ = int(int32(r.int()))
				case id == 4 && typ == thriftI32:
					c.codec = int(int32(r.int()))
				case id == 5 && typ == thriftI64:
					c.values = r.int()
				case id == 7 && typ == thriftI64:
					c.size = r.int()
				case id == 9 && typ == thriftI64:
					c.data = r.int()
				case id == 11 && typ == thriftI64:
					c.dictionary = r.int()
				default:
					r.skip(typ)
				}
			})
		default:
			r.skip(typ)
		}
	})
	return c
}

// Kinds of pages.
const (
	pageData       = 0
	pageIndex      = 1
	pageDictionary = 2
	pageDataV2     = 3
)

type pageHeader struct {
	kind             int
	size, compressed int64
	values           int64
	encoding         int
	levels           int // encoding of version 1's definition levels
	repeated         int64
	defined          int64 // bytes of version 2's levels
	stored           bool  // version 2's values are not compressed
}

func readPageHeader(data []byte) (h pageHeader, n int, err error) {
	r := &thriftReader{data: data}
	h.kind, h.levels = -1, encRLE
	r.structure(func(id int, typ byte) {
		switch {
		case id == 1 && typ == thriftI32:
			h.kind = int(int32(r.int()))
		case id == 2 && typ == thriftI32:
			h.size = r.int()
		case id == 3 && typ == thriftI32:
			h.compressed = r.int()
		case (id == 5 || id == 7 || id == 8) && typ == thriftStruct:
			head := id
			r.structure(func(id int, typ byte) {
				switch {
				case id == 1 && typ == thriftI32:
					h.values = r.int()
				case typ == thriftI32 && (id == 2 && head != 8 || id == 4 && head == 8):
					h.encoding = int(int32(r.int()))
				case id == 3 && head == 5 && typ == thriftI32:
					h.levels = int(int32(r.int()))
				case id == 5 && head == 8 && typ == thriftI32:
					h.defined = r.int()
				case id == 6 && head == 8 && typ == thriftI32:
					h.repeated = r.int()
				case id == 7 && head == 8:
					h.stored = typ == thriftFalse
				default:
					r.skip(typ)
				}
			})
		default:
			r.skip(typ)
		}
	})
	return h, r.at, r.err
}
