package frame

// This file reads comma-separated values.

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"
)

var (
	csvFormat = Format{
		Name: "csv", Extensions: []string{"csv"},
		Read:  func(r io.ReaderAt, size int64, o ReadOptions) (*Frame, error) { return readCSV(r, size, o, ',') },
		Write: func(w io.Writer, f *Frame) error { return writeCSV(w, f, ',') },
	}
	tsvFormat = Format{
		Name: "tsv", Extensions: []string{"tsv"},
		Read:  func(r io.ReaderAt, size int64, o ReadOptions) (*Frame, error) { return readCSV(r, size, o, '\t') },
		Write: func(w io.Writer, f *Frame) error { return writeCSV(w, f, '\t') },
	}
)

// readAll returns the size bytes of r.
func readAll(r io.ReaderAt, size int64) ([]byte, error) {
	data := make([]byte, size)
	if n, err := r.ReadAt(data, 0); int64(n) < size {
		return nil, fmt.Errorf("frame: %w", err)
	}
	return data, nil
}

// readText returns the bytes of r without a byte order mark, and checks that they are
// UTF-8.
func readText(r io.ReaderAt, size int64) ([]byte, error) {
	data, err := readAll(r, size)
	if err != nil {
		return nil, err
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		at := 0
		for at < len(data) {
			if c, n := utf8.DecodeRune(data[at:]); c == utf8.RuneError && n == 1 {
				break
			} else {
				at += n
			}
		}
		return nil, fmt.Errorf("frame: line %d is not UTF-8 (byte %#02x); convert the file, as by iconv -f latin1 -t utf-8", 1+bytes.Count(data[:at], []byte("\n")), data[at])
	}
	return data, nil
}

// outgrown refuses files that are little but mean a large table, of nulls.
func outgrown(rows, cols int, size int64) error {
	if cells := float64(rows) * float64(cols); rows > maxRows || cells > 1e7 && cells > 100*float64(size) {
		return fmt.Errorf("frame: %d rows or more of %d columns in %d bytes; nearly all of it would be null", rows, cols, size)
	}
	return nil
}

// A csvReader takes a file apart.
type csvReader struct {
	data  []byte
	comma byte
	at    int
	line  int
	// plain ends a field that is not quoted.
	plain [256]bool
	ends  [3]int // where a comma, '\n' and '\r' come next, unless it is less than at
	field []byte // the last field, in data or in spare
	spare []byte
}

// What a field ends with.
const (
	endField = iota
	endLine
	endFile
)

// next reads a field.
func (r *csvReader) next() (end int, err error) {
	if r.at < len(r.data) && r.data[r.at] == '"' {
		return r.quoted()
	}
	lo := r.at
	r.skipPlain()
	r.field = r.data[lo:r.at]
	return r.finish(), nil
}

// skipPlain goes to what ends a field: byte by byte at first, and if the field is
// long, with longer steps.
func (r *csvReader) skipPlain() {
	for range 32 {
		if r.at >= len(r.data) || r.plain[r.data[r.at]] {
			return
		}
		r.at++
	}
	end := len(r.data)
	for i, c := range []byte{r.comma, '\n', '\r'} {
		if r.ends[i] < r.at {
			r.ends[i] = len(r.data)
			if n := bytes.IndexByte(r.data[r.at:], c); n >= 0 {
				r.ends[i] = r.at + n
			}
		}
		end = min(end, r.ends[i])
	}
	r.at = end
}

// finish passes what ends a field.
func (r *csvReader) finish() int {
	if r.at >= len(r.data) {
		return endFile
	}
	c := r.data[r.at]
	r.at++
	if c == r.comma {
		return endField
	}
	if c == '\r' && r.at < len(r.data) && r.data[r.at] == '\n' {
		r.at++
	}
	r.line++
	if r.at >= len(r.data) {
		return endFile
	}
	return endLine
}

func (r *csvReader) quoted() (int, error) {
	began := r.line
	r.at++
	lo := r.at
	r.spare = r.spare[:0]
	for {
		n := bytes.IndexByte(r.data[r.at:], '"')
		if n < 0 {
			return 0, fmt.Errorf("frame: the quote that begins in line %d does not end", began)
		}
		r.line += bytes.Count(r.data[r.at:r.at+n], []byte("\n"))
		r.at += n + 1
		if r.at >= len(r.data) || r.plain[r.data[r.at]] {
			if len(r.spare) == 0 {
				r.field = r.data[lo : r.at-1]
			} else {
				r.spare = append(r.spare, r.data[lo:r.at-1]...)
				r.field = r.spare
			}
			return r.finish(), nil
		}
		// A doubled quote is one; whatever else follows belongs to the field.
		if r.data[r.at] == '"' {
			r.spare = append(r.spare, r.data[lo:r.at]...)
			r.at++
			lo = r.at
			continue
		}
		r.spare = append(r.spare, r.data[lo:r.at-1]...)
		lo = r.at
		r.skipPlain()
		r.spare = append(r.spare, r.data[lo:r.at]...)
		r.field = r.spare
		return r.finish(), nil
	}
}

// skipEmpty passes lines of nothing but spaces.
func (r *csvReader) skipEmpty() {
	for r.at < len(r.data) {
		i := r.at
		for i < len(r.data) && (r.data[i] == ' ' || r.data[i] == '\t') && r.data[i] != r.comma {
			i++
		}
		if i < len(r.data) && r.data[i] != '\n' && r.data[i] != '\r' {
			return
		}
		r.at = i
		r.finish()
	}
}

func readCSV(in io.ReaderAt, size int64, o ReadOptions, comma byte) (*Frame, error) {
	if o.Comma != 0 {
		if o.Comma >= utf8.RuneSelf || o.Comma == '"' || o.Comma == '\n' || o.Comma == '\r' {
			return nil, fmt.Errorf("frame: fields cannot be separated by %q", o.Comma)
		}
		comma = byte(o.Comma)
	}
	data, err := readText(in, size)
	if err != nil {
		return nil, err
	}
	r := &csvReader{data: data, comma: comma, line: 1, ends: [3]int{-1, -1, -1}}
	r.plain[comma], r.plain['\n'], r.plain['\r'] = true, true, true
	names, err := r.header()
	if err != nil {
		return nil, err
	}
	texts := make([]*builder, len(names)) // nil for columns that are not read
	byName := make(map[string]int, len(names))
	for i, name := range names {
		byName[name] = i
	}
	wanted := o.Columns
	if wanted == nil {
		wanted = names
	}
	for _, name := range wanted {
		i, ok := byName[name]
		if !ok {
			return nil, &ColumnError{name, names}
		}
		texts[i] = newBuilder(String, 0)
	}
	var lines []int32
	for r.skipEmpty(); r.at < len(r.data); r.skipEmpty() {
		row := len(lines)
		lines = append(lines, int32(r.line))
		if row == 512 {
			// How long the file is says how long columns will be.
			more := 1.1 * float64(len(data)) / float64(r.at)
			for _, b := range texts {
				if b != nil {
					b.Bytes = append(make([]byte, 0, int(more*float64(len(b.Bytes)))), b.Bytes...)
					b.Offsets = append(make([]int64, 0, int(more*float64(row))), b.Offsets...)
				}
			}
		}
		if err := outgrown(len(lines), len(wanted), size); err != nil {
			return nil, err
		}
		for i := 0; ; i++ {
			line := r.line
			end, err := r.next()
			if err != nil {
				return nil, err
			}
			if i == len(texts) {
				return nil, fmt.Errorf("frame: line %d has more fields than the %d of the first line", line, len(names))
			}
			if b := texts[i]; b != nil {
				for b.Len < row {
					b.null()
				}
				if missing(r.field) {
					b.null()
				} else {
					b.Bytes = append(b.Bytes, r.field...)
					b.Offsets = append(b.Offsets, int64(len(b.Bytes)))
					b.next()
				}
			}
			if end != endField {
				break
			}
		}
	}
	cols := make([]Column, len(wanted))
	for k, name := range wanted {
		b := texts[byName[name]]
		for b.Len < len(lines) {
			b.null()
		}
		if cols[k], err = b.parsed(name, o.Types[name], lines); err != nil {
			return nil, err
		}
	}
	return New(cols...)
}

// header returns the names of the columns: pandas' "Unnamed: 0" for none, and "x.1"
// for a second "x".
func (r *csvReader) header() ([]string, error) {
	r.skipEmpty()
	if r.at >= len(r.data) {
		return nil, nil
	}
	var names []string
	seen := map[string]bool{}
	copies := map[string]int{}
	for {
		end, err := r.next()
		if err != nil {
			return nil, err
		}
		name := string(r.field)
		if name == "" {
			name = "Unnamed: " + strconv.Itoa(len(names))
		}
		for first := name; seen[name]; {
			copies[first]++
			name = first + "." + strconv.Itoa(copies[first])
		}
		seen[name] = true
		names = append(names, name)
		if end != endField {
			return names, nil
		}
	}
}

// missing tells whether pandas takes a field for null.
func missing(s []byte) bool {
	if len(s) == 0 {
		return true
	}
	if len(s) > 8 {
		return false
	}
	switch string(s) {
	case "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>",
		"N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null":
		return true
	}
	return false
}

// parsed makes a column of texts: of the kind, or of the one that all of them have.
func (b *builder) parsed(name string, kind Kind, lines []int32) (Column, error) {
	if kind == 0 {
		kind = b.kind()
	}
	if kind == String {
		return b.column(name), nil
	}
	out := newBuilder(kind, b.Len)
	for i := range b.Len {
		if b.Buffers.null(i) {
			out.null()
			continue
		}
		text := b.text(i)
		if !out.parse(text) {
			return Column{}, fmt.Errorf("frame: line %d: column %q: %s is no %v", lines[i], name, quoteShort(text), kind)
		}
	}
	return out.column(name), nil
}

// quoteShort quotes a text, or its beginning.
func quoteShort(s string) string {
	if len(s) <= 40 {
		return strconv.Quote(s)
	}
	n := 40
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strconv.Quote(s[:n]) + "…"
}

// kind returns the kind that all texts have.
func (b *builder) kind() Kind {
	values := 0
	isBool, isInt, isNumber := true, true, true
	fraction, huge := false, false
	for i := range b.Len {
		if b.Buffers.null(i) {
			continue
		}
		values++
		s := b.text(i)
		if isBool {
			_, isBool = parseBool(s)
		}
		if isNumber {
			switch _, ok := parseInt(s); {
			case ok:
			case isInteger(s):
				isInt, huge = false, true
			default:
				isInt, fraction = false, true
				_, isNumber = parseFloat(s)
			}
		}
		if !isBool && !isNumber {
			return String
		}
	}
	switch {
	case values == 0:
		return Float64
	case isBool:
		return Bool
	case isInt:
		return Int64
	case huge && !fraction:
		return String // identifiers perhaps: floats would lose digits
	}
	return Float64
}

// parse appends a text as a value of the builder's kind.
func (b *builder) parse(s string) bool {
	switch b.Kind {
	case Bool:
		v, ok := parseBool(s)
		if !ok && (s == "0" || s == "1") {
			v, ok = s == "1", true
		}
		b.bool(v)
		return ok
	case Int64:
		v, ok := parseInt(s)
		b.int(v)
		return ok
	case Float64:
		v, ok := parseFloat(s)
		b.float(v)
		return ok
	case Timestamp:
		v, err := parseTime(strings.TrimSpace(s))
		b.int(v)
		return err == nil
	}
	b.string(s)
	return b.Kind == String
}

func parseBool(s string) (v, ok bool) {
	switch s {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	}
	return false, false
}

// parseInt reads a decimal integer, with spaces around it.
func parseInt(s string) (int64, bool) {
	s = strings.Trim(s, " \t")
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || digits == "" {
		return 0, false
	}
	n := uint64(0)
	for i := range len(digits) {
		d := digits[i] - '0'
		if d > 9 || n > math.MaxInt64/10 {
			return 0, false
		}
		n = 10*n + uint64(d)
	}
	if s[0] == '-' {
		return -int64(n), n <= 1<<63
	}
	return int64(n), n <= math.MaxInt64
}

// isInteger tells whether it is a decimal integer of whatever size.
func isInteger(s string) bool {
	s = strings.Trim(s, " \t")
	digits := strings.TrimLeft(s, "+-")
	return len(s)-len(digits) <= 1 && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// parseFloat reads a decimal number or an infinity, with spaces around it.
func parseFloat(s string) (float64, bool) {
	s = strings.Trim(s, " \t")
	if s == "" || len(s) > 400 {
		return 0, false
	}
	switch c := s[len(s)-1]; {
	case c >= '0' && c <= '9' || c == '.':
		// Go also reads hexadecimal numbers and such with underscores.
		if strings.ContainsAny(s, "xX_") {
			return 0, false
		}
	default:
		switch strings.ToLower(strings.TrimLeft(s, "+-")) {
		case "inf", "infinity":
		default:
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && !(math.IsInf(v, 0) && !strings.ContainsAny(s, "iI")) {
		return 0, false
	}
	return v, true
}

// asString is b as a string, which lives as long as b does not change.
func asString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
