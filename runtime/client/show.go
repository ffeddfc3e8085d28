package client

// This file shows predictions.

import (
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
)

// shownRows is how many predictions are shown.
const shownRows = 20

// rows are the cells of a table of the predictions, after a header.
func (p *Prediction) rows() [][]string {
	header := []string{"document", "prediction"}
	var classes []string
	if len(p.Probabilities) > 0 {
		classes = slices.Sorted(maps.Keys(p.Probabilities[0]))
	}
	header = append(header, classes...)
	if len(p.Explanations) > 0 {
		header = append(header, "because of")
	}
	rows := [][]string{header}
	for i, prediction := range p.Predictions[:min(shownRows, len(p.Predictions))] {
		row := []string{fmt.Sprint(i), fmt.Sprint(prediction)}
		for _, class := range classes {
			cell := ""
			if i < len(p.Probabilities) {
				cell = fmt.Sprintf("%.4f", p.Probabilities[i][class])
			}
			row = append(row, cell)
		}
		if len(p.Explanations) > 0 {
			var terms []string
			if i < len(p.Explanations) {
				for _, t := range p.Explanations[i] {
					terms = append(terms, fmt.Sprintf("%s %+.3g", t.Token, t.Weight))
				}
			}
			row = append(row, strings.Join(terms, ", "))
		}
		rows = append(rows, row)
	}
	return rows
}

func (p *Prediction) caption() string {
	return fmt.Sprintf("%d predictions of %s, version %s", len(p.Predictions), p.Pipeline, p.Version)
}

// String returns the first predictions, a line each, and which version has made them.
func (p *Prediction) String() string {
	rows := p.rows()
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			fmt.Fprintf(&b, "%s%s", cell, strings.Repeat(" ", widths[i]-len([]rune(cell))+2))
		}
		b.WriteString("\n")
	}
	return b.String() + p.caption()
}

// MIMEBundle shows the first predictions as a table in a notebook.
func (p *Prediction) MIMEBundle() map[string]any {
	var b strings.Builder
	b.WriteString("<table>")
	for i, row := range p.rows() {
		cell := "td"
		if i == 0 {
			cell = "th"
		}
		b.WriteString("<tr>")
		for _, text := range row {
			fmt.Fprintf(&b, `<%[1]s style="text-align:left">%[2]s</%[1]s>`, cell, html.EscapeString(text))
		}
		b.WriteString("</tr>")
	}
	fmt.Fprintf(&b, "</table><p>%s</p>", html.EscapeString(p.caption()))
	return map[string]any{"text/plain": p.String(), "text/html": b.String()}
}
