package frame

// This file reads and writes JSON lines.

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

var jsonlFormat = Format{Name: "jsonl", Extensions: []string{"jsonl", "ndjson"}, Read: readJSONL, Write: writeJSONL}

// What a value of JSON is.
const (
	jsonNull byte = iota
	jsonString
	jsonInt
	jsonFloat
	jsonBool
	jsonOther // an array or an object
)

// A jsonColumn collects values of a key: texts without their quotes, all else as it
// is written.
type jsonColumn struct {
	name  string
	texts *builder
	what  []byte
}

// pad makes the values of the rows before row, that have none, null.
func (c *jsonColumn) pad(row int) {
	for c.texts.Len < row {
		c.texts.null()
		c.what = append(c.what, jsonNull)
	}
}

type jsonReader struct {
	data  []byte
	at    int
	spare []byte
}

func readJSONL(in io.ReaderAt, size int64, o ReadOptions) (*Frame, error) {
	data, err := readText(in, size)
	if err != nil {
		return nil, err
	}
	r := &jsonReader{data: data}
	var columns []*jsonColumn
	byName := map[string]int{}
	keep := map[string]bool{}
	for _, name := range o.Columns {
		keep[name] = true
	}
	var lines []int32
	line := 0
	for r.at < len(r.data) {
		line++
		r.space()
		if r.at >= len(r.data) {
			break
		}
		if r.data[r.at] == '\n' {
			r.at++
			continue
		}
		row := len(lines)
		lines = append(lines, int32(line))
		fail := func(err error) (*Frame, error) { return nil, fmt.Errorf("frame: line %d: %w", line, err) }
		if !r.take('{') {
			return fail(fmt.Errorf("an object {…} is expected, not %s", r.here()))
		}
		r.space()
		guess := 0 // objects mostly have their keys in the same order
		for !r.take('}') {
			key, err := r.string()
			if err != nil {
				return fail(err)
			}
			var c *jsonColumn
			if guess < len(columns) && columns[guess].name == string(key) {
				c = columns[guess]
			} else if i, ok := byName[string(key)]; ok {
				guess = i
				c = columns[i]
			} else if name := string(key); o.Columns == nil || keep[name] {
				guess = len(columns)
				byName[name] = guess
				c = &jsonColumn{name: name, texts: newBuilder(String, row)}
				columns = append(columns, c)
			}
			r.space()
			if !r.take(':') {
				return fail(fmt.Errorf("a colon is expected, not %s", r.here()))
			}
			r.space()
			value, what, err := r.value()
			if err != nil {
				return fail(err)
			}
			if c != nil {
				if c.texts.Len > row {
					return fail(fmt.Errorf("the key %q comes twice", c.name))
				}
				c.pad(row)
				c.what = append(c.what, what)
				if what == jsonNull {
					c.texts.null()
				} else {
					c.texts.Bytes = append(c.texts.Bytes, value...)
					c.texts.Offsets = append(c.texts.Offsets, int64(len(c.texts.Bytes)))
					c.texts.next()
				}
				guess++
			}
			r.space()
			if r.take(',') {
				r.space()
				continue
			}
			if r.at >= len(r.data) || r.data[r.at] != '}' {
				return fail(fmt.Errorf("a comma or } is expected, not %s", r.here()))
			}
		}
		r.space()
		if r.at < len(r.data) && r.data[r.at] != '\n' {
			return fail(fmt.Errorf("the end of the line is expected, not %s", r.here()))
		}
		r.at++
		if err := outgrown(len(lines), len(columns), size); err != nil {
			return nil, err
		}
	}
	if o.Columns != nil {
		ordered := make([]*jsonColumn, len(o.Columns))
		for k, name := range o.Columns {
			i, ok := byName[name]
			if !ok {
				all, err := readJSONL(in, size, ReadOptions{})
				if err != nil {
					return nil, err
				}
				return nil, all.unknown(name)
			}
			ordered[k] = columns[i]
		}
		columns = ordered
	}
	cols := make([]Column, len(columns))
	for i, c := range columns {
		c.pad(len(lines))
		if cols[i], err = c.column(o.Types[c.name], lines); err != nil {
			return nil, err
		}
	}
	return New(cols...)
}

// column makes a column of the values.
func (c *jsonColumn) column(kind Kind, lines []int32) (Column, error) {
	if kind == 0 {
		var seen [jsonOther + 1]bool
		for _, w := range c.what {
			seen[w] = true
		}
		seen[jsonNull] = false
		switch seen {
		case [jsonOther + 1]bool{}:
			kind = Float64
		case [jsonOther + 1]bool{jsonInt: true}:
			kind = Int64
			for i := range c.what {
				if _, ok := parseInt(c.texts.text(i)); !ok && c.what[i] == jsonInt {
					kind = String
					break
				}
			}
		case [jsonOther + 1]bool{jsonFloat: true}, [jsonOther + 1]bool{jsonInt: true, jsonFloat: true}:
			kind = Float64
		case [jsonOther + 1]bool{jsonBool: true}:
			kind = Bool
		default:
			kind = String
		}
	}
	return c.texts.parsed(c.name, kind, lines)
}

// space passes spaces, but not the end of the line.
func (r *jsonReader) space() {
	for r.at < len(r.data) && (r.data[r.at] == ' ' || r.data[r.at] == '\t' || r.data[r.at] == '\r') {
		r.at++
	}
}

func (r *jsonReader) take(c byte) bool {
	if r.at < len(r.data) && r.data[r.at] == c {
		r.at++
		return true
	}
	return false
}

// here says what stands where the reader is.
func (r *jsonReader) here() string {
	rest := r.data[r.at:]
	if len(rest) == 0 {
		return "the end of the file"
	}
	if rest[0] == '\n' {
		return "the end of the line"
	}
	c, _ := utf8.DecodeRune(rest)
	return strconv.QuoteRune(c)
}

// value reads a value. It lives until the next one is read.
func (r *jsonReader) value() (value []byte, what byte, err error) {
	if r.at >= len(r.data) {
		return nil, 0, errors.New("the value is missing")
	}
	lo := r.at
	switch c := r.data[r.at]; {
	case c == '"':
		value, err = r.string()
		return value, jsonString, err
	case c == '{' || c == '[':
		if !r.skip() || !json.Valid(r.data[lo:r.at]) {
			return nil, 0, fmt.Errorf("the array or object %s is wrong", quoteShort(string(r.data[lo:min(r.at, lo+80)])))
		}
		return r.data[lo:r.at], jsonOther, nil
	}
	for r.at < len(r.data) && !strings.ContainsRune(",} \t\r\n", rune(r.data[r.at])) {
		r.at++
	}
	value = r.data[lo:r.at]
	switch string(value) {
	case "null":
		return nil, jsonNull, nil
	case "true", "false":
		return value, jsonBool, nil
	}
	if !json.Valid(value) {
		return nil, 0, fmt.Errorf("%s is no value of JSON", quoteShort(string(value)))
	}
	if strings.ContainsAny(asString(value), ".eE") {
		return value, jsonFloat, nil
	}
	return value, jsonInt, nil
}

// skip passes an array or object of one line.
func (r *jsonReader) skip() bool {
	depth := 0
	for r.at < len(r.data) {
		switch r.data[r.at] {
		case '"':
			if _, err := r.string(); err != nil {
				return false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '\n':
			return false
		}
		r.at++
		if depth == 0 {
			return true
		}
	}
	return false
}

// string reads a text. It lives until the next one is read.
func (r *jsonReader) string() ([]byte, error) {
	if !r.take('"') {
		return nil, fmt.Errorf("a text in quotes is expected, not %s", r.here())
	}
	lo := r.at
	for {
		n := bytes.IndexByte(r.data[r.at:], '"')
		if n < 0 {
			r.at = len(r.data)
			return nil, errors.New("a text does not end")
		}
		r.at += n + 1
		// Whether that one is escaped depends on how many backslashes precede it.
		slashes := 0
		for i := r.at - 2; i >= lo && r.data[i] == '\\'; i-- {
			slashes++
		}
		if slashes%2 == 0 {
			break
		}
	}
	text := r.data[lo : r.at-1]
	if c := control(text); c >= 0 {
		return nil, fmt.Errorf("a text has the control character %#02x, which JSON writes as an escape", c)
	}
	if bytes.IndexByte(text, '\\') >= 0 {
		return r.unescape(text)
	}
	return text, nil
}

// control returns the first byte below ' ', or -1.
func control(s []byte) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		// A byte below 0x20 borrows from its highest bit, unless that is set.
		x := binary.LittleEndian.Uint64(s[i:])
		if (x-0x2020202020202020)&^x&0x8080808080808080 != 0 {
			break
		}
	}
	for ; i < len(s); i++ {
		if s[i] < ' ' {
			return int(s[i])
		}
	}
	return -1
}

// unescape does what a backslash says. Half a pair of surrogates is U+FFFD.
func (r *jsonReader) unescape(text []byte) ([]byte, error) {
	out := r.spare[:0]
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != '\\' {
			out = append(out, c)
			continue
		}
		i++ // there is one more: the text ended with a quote that was not escaped
		switch c = text[i]; c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			u, ok := hex4(text[i+1:])
			if !ok {
				return nil, fmt.Errorf("a text has an escape that is wrong: %s", quoteShort(string(text[i-1:min(len(text), i+5)])))
			}
			i += 4
			if u >= 0xd800 && u < 0xdc00 && i+2 < len(text) && text[i+1] == '\\' && text[i+2] == 'u' {
				if low, ok := hex4(text[i+3:]); ok && low >= 0xdc00 && low < 0xe000 {
					u = (u-0xd800)<<10 + (low - 0xdc00) + 0x10000
					i += 6
				}
			}
			out = utf8.AppendRune(out, u)
		default:
			return nil, fmt.Errorf("a text has the escape \\%c, which JSON does not", c)
		}
	}
	r.spare = out
	return out, nil
}

func hex4(s []byte) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	u, err := strconv.ParseUint(string(s[:4]), 16, 32)
	return rune(u), err == nil
}

func writeJSONL(out io.Writer, f *Frame) error {
	w := bufio.NewWriterSize(out, 1<<16)
	names := make([][]byte, len(f.cols))
	for j, c := range f.cols {
		if j > 0 {
			names[j] = append(names[j], ',')
		}
		names[j] = append(appendJSON(names[j], c.name), ':')
	}
	var line []byte
	for k := range f.rows {
		line = append(line[:0], '{')
		for j, c := range f.cols {
			line = append(line, names[j]...)
			b, i := c.data, c.at(k)
			switch {
			case b.null(i):
				line = append(line, "null"...)
			case b.Kind == String:
				line = appendJSON(line, b.text(i))
			case b.Kind == Timestamp:
				line = appendJSON(line, formatTime(b.Ints[i]))
			case b.Kind == Float64 && math.IsInf(b.Floats[i], 0):
				return fmt.Errorf("frame: column %q, row %d: JSON has no infinity", c.name, k)
			default:
				line = appendValue(line, b, i)
			}
		}
		line = append(line, '}', '\n')
		w.Write(line)
	}
	return w.Flush()
}

// appendJSON appends a text as JSON has it.
func appendJSON(out []byte, s string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		out = append(out, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\n':
			out = append(out, '\\', 'n')
		case '\r':
			out = append(out, '\\', 'r')
		case '\t':
			out = append(out, '\\', 't')
		default:
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(out, s[from:]...), '"')
}
