package display

// This file shows matrices, whatever their type, as tables.

import (
	"fmt"
	"html"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A matrix as gonum has them: mat.Matrix, and mat.CMatrix for complex numbers.
type (
	matrix interface {
		Dims() (r, c int)
		At(i, j int) float64
	}
	complexMatrix interface {
		Dims() (r, c int)
		At(i, j int) complex128
	}
)

// How many rows and columns of a matrix are shown, half of them from its
// beginning and half from its end.
const (
	gridRows    = 20
	gridColumns = 10
)

// A grid is a matrix as cells of text.
type grid struct {
	name       string
	rows, cols int
	at         func(i, j int) string
}

// gridOf returns v as a grid if it is a matrix.
func gridOf(v reflect.Value) (g grid, ok bool) {
	var dims func() (r, c int)
	if m, ok := as[matrix](v); ok {
		dims = m.Dims
		g.at = func(i, j int) string { return strconv.FormatFloat(m.At(i, j), 'g', 6, 64) }
	} else if m, ok := as[complexMatrix](v); ok {
		dims = m.Dims
		g.at = func(i, j int) string { return strconv.FormatComplex(m.At(i, j), 'g', 4, 128) }
	} else {
		return grid{}, false
	}
	g.name = typeName(v.Type())
	_, ok = call(v, "Dims", func() { g.rows, g.cols = dims() })
	return g, ok && g.rows >= 0 && g.cols >= 0
}

func (g grid) String() string {
	return fmt.Sprintf("%s %s×%s", g.name, count(g.rows), count(g.cols))
}

// cells returns the shown cells, with the indices of their rows and columns;
// an index of -1 marks a gap. It reports false if At panics.
func (g grid) cells() (cells [][]string, rows, cols []int, ok bool) {
	rows, cols = shown(g.rows, gridRows), shown(g.cols, gridColumns)
	_, ok = call(reflect.Value{}, "At", func() {
		for _, i := range rows {
			line := make([]string, len(cols))
			for k, j := range cols {
				switch {
				case i < 0 && j < 0:
					line[k] = "⋱"
				case i < 0:
					line[k] = "⋮"
				case j < 0:
					line[k] = "…"
				default:
					line[k] = g.at(i, j)
				}
			}
			cells = append(cells, line)
		}
	})
	return cells, rows, cols, ok
}

// shown returns the indices of n that are shown if there may be limit.
func shown(n, limit int) []int {
	var out []int
	for i := range n {
		if n > limit && i == limit/2 {
			out = append(out, -1)
			break
		}
		out = append(out, i)
	}
	if n > limit {
		for i := n - limit/2; i < n; i++ {
			out = append(out, i)
		}
	}
	return out
}

// text returns the grid in columns, aligned at the decimal points.
func (g grid) text() (string, bool) {
	cells, _, cols, ok := g.cells()
	if !ok {
		return "", false
	}
	for k := range cols {
		left, right := 0, 0
		for _, line := range cells {
			a, b := aroundPoint(line[k])
			left, right = max(left, a), max(right, b)
		}
		for _, line := range cells {
			a, b := aroundPoint(line[k])
			line[k] = strings.Repeat(" ", left-a) + line[k] + strings.Repeat(" ", right-b)
		}
	}
	var b strings.Builder
	b.WriteString(g.String())
	for _, line := range cells {
		b.WriteString("\n" + strings.TrimRight(strings.Join(line, "  "), " "))
	}
	return b.String(), true
}

// aroundPoint returns how many characters of s stand before its decimal point,
// or where it would be, and how many from there on.
func aroundPoint(s string) (left, right int) {
	i := strings.IndexAny(s, ".e")
	if i < 0 {
		i = len(s)
	}
	return utf8.RuneCountInString(s[:i]), utf8.RuneCountInString(s[i:])
}

// html returns the grid, if it has any cells, as a table with the indices in
// its heads.
func (g grid) html() (string, bool) {
	cells, rows, cols, ok := g.cells()
	if !ok || len(rows) == 0 || len(cols) == 0 {
		return "", false
	}
	var b strings.Builder
	b.WriteString("<table>\n<thead><tr><th></th>")
	for _, j := range cols {
		b.WriteString("<th>" + index(j) + "</th>")
	}
	b.WriteString("</tr></thead>\n<tbody>\n")
	for k, line := range cells {
		b.WriteString("<tr><th>" + index(rows[k]) + "</th>")
		for _, cell := range line {
			b.WriteString("<td>" + html.EscapeString(cell) + "</td>")
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody>\n</table>\n<p>" + html.EscapeString(g.String()) + "</p>")
	return b.String(), true
}

func index(i int) string {
	if i < 0 {
		return "…"
	}
	return strconv.Itoa(i)
}
