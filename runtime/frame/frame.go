package frame

// This file defines the table itself.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// A Frame is a table of columns of equal length with different names. The zero
// Frame has no columns and no rows.
type Frame struct {
	rows int
	cols []Column
}

// New returns a frame of columns, in their order.
func New(cols ...Column) (*Frame, error) {
	f := &Frame{cols: slices.Clone(cols)}
	seen := make(map[string]bool, len(cols))
	for i, c := range cols {
		switch {
		case c.Err() != nil:
			return nil, c.Err()
		case seen[c.name]:
			return nil, fmt.Errorf("frame: there are two columns %q", c.name)
		case i > 0 && c.Len() != f.rows:
			return nil, fmt.Errorf("frame: column %q has %d values, column %q has %d", c.name, c.Len(), cols[0].name, f.rows)
		}
		seen[c.name] = true
		f.rows = c.Len()
	}
	return f, nil
}

// Of returns a frame of names and values in turn:
//
//	frame.Of("word", []string{"truth", "fortune"}, "count", []int{1, 2})
//
// Values are what [Values] takes.
func Of(namesAndValues ...any) (*Frame, error) {
	if len(namesAndValues)%2 != 0 {
		return nil, fmt.Errorf("frame: Of takes a slice after each name; there are %d arguments", len(namesAndValues))
	}
	var cols []Column
	for i := 0; i < len(namesAndValues); i += 2 {
		name, ok := namesAndValues[i].(string)
		if !ok {
			return nil, fmt.Errorf("frame: Of takes a name and a slice in turn; argument %d is a %T, not a name", i, namesAndValues[i])
		}
		cols = append(cols, Values(name, namesAndValues[i+1]))
	}
	return New(cols...)
}

// NumRows returns the number of rows.
func (f *Frame) NumRows() int { return f.rows }

// NumCols returns the number of columns.
func (f *Frame) NumCols() int { return len(f.cols) }

// Columns returns the names of the columns, in their order.
func (f *Frame) Columns() []string {
	names := make([]string, len(f.cols))
	for i, c := range f.cols {
		names[i] = c.name
	}
	return names
}

// A Field is a column's name and kind.
type Field struct {
	Name string
	Kind Kind
}

// Schema returns the names and kinds of the columns, in their order.
func (f *Frame) Schema() []Field {
	fields := make([]Field, len(f.cols))
	for i, c := range f.cols {
		fields[i] = Field{c.name, c.Kind()}
	}
	return fields
}

// Column returns the column of a name.
func (f *Frame) Column(name string) (Column, error) {
	if i := f.index(name); i >= 0 {
		return f.cols[i], nil
	}
	return Column{}, f.unknown(name)
}

// Has tells whether there is a column of the name.
func (f *Frame) Has(name string) bool { return f.index(name) >= 0 }

func (f *Frame) index(name string) int {
	for i := range f.cols {
		if f.cols[i].name == name {
			return i
		}
	}
	return -1
}

// columns returns the columns of the names; all of them if there are no names.
func (f *Frame) columns(names []string) ([]Column, error) {
	if len(names) == 0 {
		return f.cols, nil
	}
	cols := make([]Column, len(names))
	for i, name := range names {
		var err error
		if cols[i], err = f.Column(name); err != nil {
			return nil, err
		}
	}
	return cols, nil
}

// numbers returns the column of a name if statistics can be made of it.
func (f *Frame) numbers(name, what string) (Column, error) {
	c, err := f.Column(name)
	if err == nil && !c.Kind().numeric() {
		err = fmt.Errorf("frame: column %q is %v; %s needs numbers", name, c.Kind(), what)
	}
	return c, err
}

// with returns a frame of the same rows and other columns.
func (f *Frame) with(cols []Column) *Frame { return &Frame{f.rows, cols} }

// A ColumnError says that a frame has no column of a name.
type ColumnError struct {
	Name    string
	Columns []string // that there are
}

func (f *Frame) unknown(name string) error { return &ColumnError{name, f.Columns()} }

func (e *ColumnError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "frame: there is no column %q", e.Name)
	if near := e.nearest(); len(near) > 0 {
		b.WriteString("; did you mean " + strings.Join(near, " or ") + "?")
		return b.String()
	}
	switch n := len(e.Columns); {
	case n == 0:
		b.WriteString("; there are no columns")
	default:
		b.WriteString("; there are ")
		for i, name := range e.Columns[:min(n, 12)] {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%q", name)
		}
		if n > 12 {
			fmt.Fprintf(&b, " and %d more", n-12)
		}
	}
	return b.String()
}

// nearest returns up to three names, quoted, that could be meant.
func (e *ColumnError) nearest() []string {
	type candidate struct {
		name string
		far  int
	}
	var found []candidate
	wanted := strings.ToLower(e.Name)
	for _, name := range e.Columns {
		lower := strings.ToLower(name)
		far := levenshtein.ComputeDistance(wanted, lower)
		if far <= max(1, (len(wanted)+1)/3) || len(wanted) >= 3 && strings.Contains(lower, wanted) {
			found = append(found, candidate{fmt.Sprintf("%q", name), far})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return a.far - b.far })
	var names []string
	for _, c := range found[:min(len(found), 3)] {
		names = append(names, c.name)
	}
	return names
}
