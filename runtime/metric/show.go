package metric

// This file shows confusion matrices and reports, as text and as HTML tables.

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// String returns the matrix as an aligned table: a row for each true class, a column
// for each predicted one.
func (m *ConfusionMatrix) String() string {
	n := len(m.Labels)
	if n == 0 {
		return "no classes"
	}
	rows := make([][]string, 0, n+1)
	rows = append(rows, append([]string{`true \ predicted`}, plain(m.Labels)...))
	for i, counts := range m.Counts {
		row := []string{plainText(m.Labels[i])}
		for _, c := range counts {
			row = append(row, strconv.Itoa(c))
		}
		rows = append(rows, row)
	}
	widths := make([]int, n+1)
	for _, row := range rows {
		for j, s := range row {
			widths[j] = max(widths[j], utf8.RuneCountInString(s))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for j, s := range row {
			pad := strings.Repeat(" ", widths[j]-utf8.RuneCountInString(s))
			switch {
			case j == 0:
				b.WriteString(s + pad)
			default:
				b.WriteString("  " + pad + s)
			}
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// MIMEBundle shows the matrix in a notebook.
func (m *ConfusionMatrix) MIMEBundle() map[string]any {
	return map[string]any{"text/plain": m.String(), "text/html": m.html()}
}

const right = ` style="text-align:right"`

func (m *ConfusionMatrix) html() string {
	if len(m.Labels) == 0 {
		return "<p>no classes</p>"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<table>\n<thead><tr><th></th><th colspan=\"%d\" style=\"text-align:center\">predicted</th></tr>\n<tr><th style=\"text-align:left\">true</th>", len(m.Labels))
	for _, s := range m.Labels {
		fmt.Fprintf(&b, "<th%s>%s</th>", right, html.EscapeString(s))
	}
	b.WriteString("</tr></thead>\n<tbody>\n")
	share := m.ByTruth()
	for i, counts := range m.Counts {
		fmt.Fprintf(&b, "<tr><th style=\"text-align:left\">%s</th>", html.EscapeString(m.Labels[i]))
		for j, c := range counts {
			p := share.At(i, j)
			// The strongest shade is half transparent, so that the text stays
			// readable on it in a light and in a dark theme.
			fmt.Fprintf(&b, `<td style="text-align:right;background:rgba(70,130,180,%.2f)" title="%.1f%% of %s">%d</td>`,
				p/2, 100*p, html.EscapeString(m.Labels[i]), c)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody>\n</table>")
	return b.String()
}

// MIMEBundle shows the report in a notebook.
func (r *ClassificationReport) MIMEBundle() map[string]any {
	return map[string]any{"text/plain": r.String(), "text/html": r.html()}
}

func (r *ClassificationReport) html() string {
	var b strings.Builder
	b.WriteString("<table>\n<thead><tr><th></th>")
	for _, s := range reportHead {
		fmt.Fprintf(&b, "<th%s>%s</th>", right, s)
	}
	b.WriteString("</tr></thead>\n<tbody>\n")
	number := func(x float64, shade bool) {
		style := "text-align:right"
		if shade && x == x {
			style += fmt.Sprintf(";background:rgba(70,130,180,%.2f)", x/2)
		}
		fmt.Fprintf(&b, `<td style="%s">%s</td>`, style, fixed(x, 2))
	}
	row := func(name string, s Scores, shade bool) {
		fmt.Fprintf(&b, "<tr><th style=\"text-align:left\">%s</th>", html.EscapeString(name))
		for _, x := range []float64{s.Precision, s.Recall, s.F} {
			number(x, shade)
		}
		fmt.Fprintf(&b, "<td%s>%d</td></tr>\n", right, s.Support)
	}
	for _, s := range r.Classes {
		row(s.Label, s, true)
	}
	if r.complete {
		b.WriteString("<tr><th style=\"text-align:left\">accuracy</th><td></td><td></td>")
		number(r.Micro.F, false)
		fmt.Fprintf(&b, "<td%s>%d</td></tr>\n", right, r.Micro.Support)
	} else {
		row("micro avg", r.Micro, false)
	}
	row("macro avg", r.Macro, false)
	row("weighted avg", r.Weighted, false)
	b.WriteString("</tbody>\n</table>")
	return b.String()
}

// plain returns labels as they stand in a table of text: on one line each.
func plain(labels []string) []string {
	out := make([]string, len(labels))
	for i, s := range labels {
		out[i] = plainText(s)
	}
	return out
}

func plainText(s string) string {
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return strconv.Quote(s)
		}
	}
	return s
}
