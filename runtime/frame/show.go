package frame

// This file shows a frame as a table.

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// How much of a frame is shown: of more rows or columns, the first and the last.
const (
	shownRows    = 10
	shownColumns = 20
	shownCell    = 80 // characters of a text in HTML
	plainCell    = 40 // characters of a text in plain text
	plainWidth   = 100
)

// String returns the frame as an aligned table of plain text: the first and the last
// rows if there are many, texts cut with an ellipsis, nulls as "null", and at the end
// "N rows × M columns".
func (f *Frame) String() string {
	t := f.cells(plainCell, shownColumns)
	widths := t.widths()
	for n := min(shownColumns, len(f.cols)) - 1; n >= 2 && total(widths) > plainWidth; n-- {
		t = f.cells(plainCell, n)
		widths = t.widths()
	}
	var b strings.Builder
	put := func(cells []string) {
		var line strings.Builder
		for j, s := range cells {
			if j > 0 {
				line.WriteString("  ")
			}
			pad := strings.Repeat(" ", widths[j]-width(s))
			if t.right[j] {
				line.WriteString(pad + s)
			} else {
				line.WriteString(s + pad)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	if len(f.cols) > 0 {
		put(t.head)
		for _, row := range t.rows {
			put(row)
		}
		b.WriteByte('\n')
	}
	b.WriteString(f.size())
	return b.String()
}

// MIMEBundle shows the frame in a notebook: as an HTML table, with the kinds of the
// columns below their names, and as what String returns.
func (f *Frame) MIMEBundle() map[string]any {
	return map[string]any{"text/plain": f.String(), "text/html": f.html()}
}

// size says how large the frame is.
func (f *Frame) size() string {
	return plural(f.rows, "row") + " × " + plural(len(f.cols), "column")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func (f *Frame) html() string {
	t := f.cells(shownCell, shownColumns)
	var b strings.Builder
	b.WriteString("<div>")
	if len(f.cols) > 0 {
		b.WriteString("<table>\n<thead><tr>")
		align := func(j int) string {
			if t.right[j] {
				return ` style="text-align:right"`
			}
			return ` style="text-align:left"`
		}
		for j, s := range t.head {
			kind := ""
			if t.kinds[j] != "" {
				kind = `<br><small style="opacity:.6;font-weight:normal">` + t.kinds[j] + "</small>"
			}
			fmt.Fprintf(&b, "<th%s>%s%s</th>", align(j), html.EscapeString(s), kind)
		}
		b.WriteString("</tr></thead>\n<tbody>\n")
		for i, row := range t.rows {
			b.WriteString("<tr>")
			for j, s := range row {
				switch {
				case j == 0:
					fmt.Fprintf(&b, "<th%s>%s</th>", align(j), html.EscapeString(s))
				case t.null[i][j]:
					fmt.Fprintf(&b, "<td%s><em style=\"opacity:.5\">null</em></td>", align(j))
				default:
					fmt.Fprintf(&b, "<td%s>%s</td>", align(j), html.EscapeString(s))
				}
			}
			b.WriteString("</tr>\n")
		}
		b.WriteString("</tbody>\n</table>\n")
	}
	b.WriteString("<p>" + f.size() + "</p></div>")
	return b.String()
}

// A cells is the part of a frame that is shown, as texts; its first column has the
// numbers of the rows.
type cells struct {
	head  []string
	kinds []string // of the columns; "" for what is none
	rows  [][]string
	null  [][]bool
	right []bool // columns that are aligned at the right
}

// cells returns what is shown of so many columns; texts have up to limit characters.
func (f *Frame) cells(limit, columns int) *cells {
	rows, cols := shown(f.rows, shownRows), shown(len(f.cols), columns)
	t := &cells{head: []string{""}, kinds: []string{""}, right: []bool{true}}
	for _, j := range cols {
		if j < 0 {
			t.head, t.kinds, t.right = append(t.head, "…"), append(t.kinds, ""), append(t.right, false)
			continue
		}
		k := f.cols[j].Kind()
		t.head, t.kinds = append(t.head, cut(f.cols[j].name, limit)), append(t.kinds, k.String())
		t.right = append(t.right, k == Float64 || k == Int64)
	}
	t.rows = make([][]string, len(rows))
	t.null = make([][]bool, len(rows))
	for r, i := range rows {
		t.rows[r], t.null[r] = make([]string, 1+len(cols)), make([]bool, 1+len(cols))
		if i < 0 {
			t.rows[r][0] = "⋮"
		} else {
			t.rows[r][0] = strconv.Itoa(i)
		}
	}
	for n, j := range cols {
		var format func(i int) string
		if j >= 0 {
			format = f.cols[j].shower(rows, limit)
		}
		for r, i := range rows {
			switch {
			case i < 0:
				t.rows[r][n+1] = "⋮"
			case j < 0:
				t.rows[r][n+1] = "…"
			case f.cols[j].IsNull(i):
				t.rows[r][n+1], t.null[r][n+1] = "null", true
			default:
				t.rows[r][n+1] = format(i)
			}
		}
	}
	return t
}

// shown returns the numbers of n that are shown if there may be limit; -1 marks a gap.
func shown(n, limit int) []int {
	var out []int
	head := min(n, (limit+1)/2)
	if n <= limit {
		head = n
	}
	for i := range head {
		out = append(out, i)
	}
	if n > limit {
		out = append(out, -1)
		for i := n - limit/2; i < n; i++ {
			out = append(out, i)
		}
	}
	return out
}

// shower returns how values of a column are shown. Floats have the decimals that the
// shown rows need, up to six, or exponents if that is too few or too wide.
func (c Column) shower(rows []int, limit int) func(i int) string {
	if c.Kind() != Float64 {
		return func(i int) string { return cut(c.format(i), limit) }
	}
	decimals, exponents := 0, false
	for _, i := range rows {
		if i < 0 || c.IsNull(i) {
			continue
		}
		x := c.data.Floats[c.at(i)]
		if a := math.Abs(x); math.IsInf(x, 0) || a == 0 {
			continue
		} else if a >= 1e15 || a < 1e-4 {
			exponents = true
		}
		s := strconv.FormatFloat(x, 'f', 6, 64)
		s = strings.TrimRight(s, "0")
		decimals = max(decimals, len(s)-1-strings.IndexByte(s, '.'))
	}
	return func(i int) string {
		x := c.data.Floats[c.at(i)]
		switch {
		case math.IsInf(x, 0):
			return strings.ToLower(strings.Trim(strconv.FormatFloat(x, 'g', -1, 64), "+"))
		case exponents:
			return strconv.FormatFloat(x, 'e', 6, 64)
		}
		return strconv.FormatFloat(x, 'f', max(1, decimals), 64)
	}
}

// cut returns the first characters of a text, on one line and without what would
// disturb a table.
func cut(s string, limit int) string {
	var b strings.Builder
	n := 0
	for _, c := range s {
		if n == limit-1 && len(s) > b.Len()+len(string(c)) {
			// One more has a place only if it is the last.
			b.WriteRune('…')
			return b.String()
		}
		switch {
		case c == '\n':
			c = '⏎'
		case c == '\t':
			c = ' '
		case unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '\u2028' || c == '\u2029':
			c = '·'
		}
		b.WriteRune(c)
		n++
	}
	return b.String()
}

// widths returns the width of each column.
func (t *cells) widths() []int {
	out := make([]int, len(t.head))
	for j, s := range t.head {
		out[j] = width(s)
		for _, row := range t.rows {
			out[j] = max(out[j], width(row[j]))
		}
	}
	return out
}

// total is the width of a line of columns of the widths.
func total(widths []int) int {
	n := 2 * (len(widths) - 1)
	for _, w := range widths {
		n += w
	}
	return n
}

// width is the number of columns that a text needs in a terminal.
func width(s string) int {
	n := 0
	for _, c := range s {
		switch {
		case unicode.Is(unicode.Mn, c) || unicode.Is(unicode.Me, c):
		case c >= 0x1100 && (c <= 0x115f || c >= 0x2e80 && c <= 0xa4cf || c >= 0xac00 && c <= 0xd7a3 ||
			c >= 0xf900 && c <= 0xfaff || c >= 0xfe30 && c <= 0xfe6f || c >= 0xff00 && c <= 0xff60 ||
			c >= 0xffe0 && c <= 0xffe6 || c >= 0x1f300 && c <= 0x1faff || c >= 0x20000 && c <= 0x3fffd):
			n += 2
		default:
			n++
		}
	}
	return n
}
