package frame

// This file writes comma-separated values.

import (
	"bufio"
	"io"
	"math"
	"strconv"
	"strings"
)

// writeCSV writes names and rows. A null is nothing, so that it cannot be told from
// an empty text; a float has a point, so that it stays one.
func writeCSV(out io.Writer, f *Frame, comma byte) error {
	w := &csvWriter{Writer: bufio.NewWriterSize(out, 1<<16), special: "\"\r\n" + string(comma)}
	for j, c := range f.cols {
		if j > 0 {
			w.WriteByte(comma)
		}
		w.text(c.name, len(f.cols) == 1)
	}
	if len(f.cols) > 0 {
		w.WriteByte('\n')
	}
	for k := range f.rows {
		for j, c := range f.cols {
			if j > 0 {
				w.WriteByte(comma)
			}
			w.value(c.data, c.at(k), len(f.cols) == 1)
		}
		if len(f.cols) > 0 {
			w.WriteByte('\n')
		}
	}
	return w.Flush()
}

type csvWriter struct {
	*bufio.Writer
	special string
	scratch []byte
}

// value writes a value; an only one is never an empty line.
func (w *csvWriter) value(b *Buffers, i int, only bool) {
	switch {
	case b.null(i):
		if only {
			w.WriteString(`""`)
		}
		return
	case b.Kind == String:
		w.text(b.text(i), only)
		return
	}
	w.scratch = appendValue(w.scratch[:0], b, i)
	w.Write(w.scratch)
}

// appendValue appends a value that is no text and not null.
func appendValue(out []byte, b *Buffers, i int) []byte {
	switch b.Kind {
	case Float64:
		return appendFloat(out, b.Floats[i])
	case Bool:
		return strconv.AppendBool(out, b.bool(i))
	case Timestamp:
		return append(out, formatTime(b.Ints[i])...)
	}
	return strconv.AppendInt(out, b.Ints[i], 10)
}

// appendFloat appends a number that does not look like an integer.
func appendFloat(out []byte, x float64) []byte {
	switch {
	case math.IsInf(x, 1):
		return append(out, "inf"...)
	case math.IsInf(x, -1):
		return append(out, "-inf"...)
	}
	n := len(out)
	if a := math.Abs(x); a != 0 && (a < 1e-5 || a >= 1e16) {
		return strconv.AppendFloat(out, x, 'e', -1, 64)
	}
	out = strconv.AppendFloat(out, x, 'f', -1, 64)
	if !strings.Contains(asString(out[n:]), ".") {
		out = append(out, ".0"...)
	}
	return out
}

func (w *csvWriter) text(s string, only bool) {
	if s == "" {
		if only {
			w.WriteString(`""`)
		}
		return
	}
	if !strings.ContainsAny(s, w.special) && s[0] != ' ' && s[0] != '\t' && s[len(s)-1] != ' ' && s[len(s)-1] != '\t' && !strings.HasPrefix(s, "\ufeff") {
		w.WriteString(s)
		return
	}
	w.WriteByte('"')
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			break
		}
		w.WriteString(s[:i+1])
		w.WriteByte('"')
		s = s[i+1:]
	}
	w.WriteString(s)
	w.WriteByte('"')
}
