package drift

// This file compares two samples and shows what has changed.

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"

	"github.com/netherfield/netherfield/runtime/frame"
)

// A Share is one cell of a column: a category, or a range of numbers.
type Share struct {
	Cell            string
	Reference, Live float64 // shares, from 0 to 1
	PSI             float64 // what it adds to the column's index
}

// A Column is what a comparison finds of one column.
type Column struct {
	Name string
	Kind string // "categories", "numbers" or "texts"
	// Results are those of the tests that fit the kind.
	Results []Result
	// Shares are those of categories, the ten that have changed most, and of tenths of
	// the reference's numbers.
	Shares []Share
	// Tokens are those of texts.
	Tokens []Token
}

// Drift tells whether one of the tests speaks of drift that matters: PSI, or for texts
// the domain classifier.
func (c Column) Drift() bool {
	return slices.ContainsFunc(c.Results, func(r Result) bool { return r.Drift && (r.Test == "PSI" || c.Kind == "texts") })
}

// A Comparison is what has changed between a reference and what is live. It shows itself
// as tables of shares side by side.
type Comparison struct {
	Reference, Live int // rows
	Columns         []Column
}

// Drift tells whether a column has drifted.
func (c *Comparison) Drift() bool { return slices.ContainsFunc(c.Columns, Column.Drift) }

// Report compares a reference with what is live: two [*frame.Frame], of which it takes the
// columns that both have, two []string, or two []float64. Of texts it tells whether they
// are categories or prose: prose has more than a hundred different values, of three words
// each on average. Missing values are left out.
func Report(reference, live any) (*Comparison, error) {
	return ReportContext(context.Background(), reference, live)
}

// ReportContext is [Report] until ctx ends.
func ReportContext(ctx context.Context, reference, live any) (*Comparison, error) {
	switch r := reference.(type) {
	case []string:
		if l, ok := live.([]string); ok {
			return single(ctx, r, l)
		}
	case []float64:
		if l, ok := live.([]float64); ok {
			return single(ctx, r, l)
		}
	case *frame.Frame:
		if l, ok := live.(*frame.Frame); ok && r != nil && l != nil {
			return frames(ctx, r, l)
		}
	}
	return nil, fmt.Errorf("drift: a %T and a %T cannot be compared; give two frames, two []string or two []float64", reference, live)
}

func single[T string | float64](ctx context.Context, r, l []T) (*Comparison, error) {
	c, err := column(ctx, "value", r, l)
	if err != nil {
		return nil, err
	}
	return &Comparison{len(r), len(l), []Column{c}}, nil
}

// column compares the values of one column.
func column(ctx context.Context, name string, reference, live any) (Column, error) {
	switch r := reference.(type) {
	case []float64:
		return numbers(name, r, live.([]float64))
	case []string:
		l := live.([]string)
		if prose(r) || prose(l) {
			return texts(ctx, name, r, l)
		}
		return categories(name, r, l)
	}
	return Column{}, fmt.Errorf("drift: column %q is a %T", name, reference)
}

func frames(ctx context.Context, r, l *frame.Frame) (*Comparison, error) {
	out := &Comparison{Reference: r.NumRows(), Live: l.NumRows()}
	for _, name := range r.Columns() {
		if !l.Has(name) {
			continue
		}
		reference, err := valuesOf(r, name)
		if err != nil {
			return nil, err
		}
		current, err := valuesOf(l, name)
		if err != nil {
			return nil, err
		}
		if fmt.Sprintf("%T", reference) != fmt.Sprintf("%T", current) {
			return nil, fmt.Errorf("drift: column %q is a %T in the reference, and a %T in what is live", name, reference, current)
		}
		c, err := column(ctx, name, reference, current)
		if err != nil {
			return nil, fmt.Errorf("%w (column %q)", err, name)
		}
		out.Columns = append(out.Columns, c)
	}
	if len(out.Columns) == 0 {
		return nil, fmt.Errorf("drift: the two frames have no column in common")
	}
	return out, nil
}

// valuesOf returns the values of a column that are there, as texts or numbers.
func valuesOf(f *frame.Frame, name string) (any, error) {
	f, err := f.Select(name)
	if err == nil {
		f, err = f.DropNulls()
	}
	if err != nil {
		return nil, fmt.Errorf("drift: %w", err)
	}
	if numbers, err := f.Floats(name); err == nil {
		return slices.DeleteFunc(slices.Clone(numbers), math.IsNaN), nil
	}
	if bools, err := f.Bools(name); err == nil {
		out := make([]string, len(bools))
		for i, b := range bools {
			out[i] = fmt.Sprint(b)
		}
		return out, nil
	}
	out, err := f.Strings(name)
	if err != nil {
		return nil, fmt.Errorf("drift: column %q holds neither texts nor numbers: %w", name, err)
	}
	return out, nil
}

// prose tells texts from categories.
func prose(values []string) bool {
	different, words := map[string]bool{}, 0
	for _, v := range values {
		different[v] = true
		words += len(strings.Fields(v))
	}
	return len(different) > 100 && words >= 3*len(values)
}

func texts(ctx context.Context, name string, reference, live []string) (Column, error) {
	r, err := Texts(ctx, reference, live, TextOpts{})
	if err != nil {
		return Column{}, err
	}
	return Column{Name: name, Kind: "texts", Results: []Result{r.Result}, Tokens: r.Tokens}, nil
}

func categories(name string, reference, live []string) (Column, error) {
	count := func(values []string) map[string]uint64 {
		out := map[string]uint64{}
		for _, v := range values {
			out[v]++
		}
		return out
	}
	names, r, l := Aligned(count(reference), count(live))
	c, err := cells(name, "categories", names, r, l)
	if err != nil {
		return c, err
	}
	slices.SortStableFunc(c.Shares, func(a, b Share) int { return cmp.Compare(b.PSI, a.PSI) })
	c.Shares = c.Shares[:min(10, len(c.Shares))]
	return c, nil
}

// cells compares counts.
func cells(name, kind string, names []string, r, l []float64) (Column, error) {
	c := Column{Name: name, Kind: kind}
	index, err := PSI(r, l)
	if err != nil {
		return c, err
	}
	chi, err := ChiSquare(r, l)
	if err != nil {
		return c, err
	}
	c.Results = []Result{index, chi}
	n, m, _ := checkCounts(r, l)
	for i := range names {
		s := Share{Cell: names[i], Reference: r[i] / n, Live: l[i] / m}
		if p, q := max(s.Reference, 0.5/n), max(s.Live, 0.5/m); r[i] > 0 || l[i] > 0 {
			s.PSI = (q - p) * math.Log(q/p)
		}
		c.Shares = append(c.Shares, s)
	}
	return c, nil
}

// tenths is into how many cells numbers are cut.
const tenths = 10

func numbers(name string, reference, live []float64) (Column, error) {
	ks, err := KS(reference, live)
	if err != nil {
		return Column{}, err
	}
	sorted := slices.Sorted(slices.Values(reference))
	var cuts []float64
	for i := 1; i < tenths; i++ {
		if v := sorted[i*len(sorted)/tenths]; len(cuts) == 0 && v > sorted[0] || len(cuts) > 0 && v > cuts[len(cuts)-1] {
			cuts = append(cuts, v)
		}
	}
	count := func(values []float64) []float64 {
		out := make([]float64, len(cuts)+1)
		for _, v := range values {
			i, found := slices.BinarySearch(cuts, v)
			if found {
				i++ // a cell holds its lower end
			}
			out[i]++
		}
		return out
	}
	labels := make([]string, len(cuts)+1)
	for i := range labels {
		switch {
		case len(cuts) == 0:
			labels[i] = "all"
		case i == 0:
			labels[i] = fmt.Sprintf("below %.4g", cuts[0])
		case i == len(cuts):
			labels[i] = fmt.Sprintf("%.4g and more", cuts[i-1])
		default:
			labels[i] = fmt.Sprintf("%.4g to %.4g", cuts[i-1], cuts[i])
		}
	}
	c, err := cells(name, "numbers", labels, count(reference), count(live))
	c.Results = append(c.Results[:min(1, len(c.Results))], ks)
	return c, err
}

func percent(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) }

// String returns the tables as text.
func (c *Comparison) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d rows of the reference, %d live\n", c.Reference, c.Live)
	for _, col := range c.Columns {
		fmt.Fprintf(&b, "\n%s (%s)\n", col.Name, col.Kind)
		for _, r := range col.Results {
			fmt.Fprintf(&b, "  %s\n", r)
		}
		rows := col.rows()
		width := 0
		for _, r := range rows {
			width = max(width, len([]rune(r[0])))
		}
		for _, r := range rows {
			fmt.Fprintf(&b, "  %s%s  %9s  %9s\n", r[0], strings.Repeat(" ", width-len([]rune(r[0]))), r[1], r[2])
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// rows are the cells of the column's table, after a header.
func (c Column) rows() [][3]string {
	if len(c.Shares)+len(c.Tokens) == 0 {
		return nil
	}
	rows := [][3]string{{c.Name, "reference", "live"}}
	for _, s := range c.Shares {
		rows = append(rows, [3]string{s.Cell, percent(s.Reference), percent(s.Live)})
	}
	if len(c.Tokens) > 0 {
		rows[0][0] = "texts with the word"
	}
	for _, t := range c.Tokens {
		rows = append(rows, [3]string{t.Word, percent(t.Reference), percent(t.Live)})
	}
	return rows
}

// MIMEBundle shows the comparison in a notebook.
func (c *Comparison) MIMEBundle() map[string]any {
	var b strings.Builder
	fmt.Fprintf(&b, "<p>%d rows of the reference, %d live</p>", c.Reference, c.Live)
	for _, col := range c.Columns {
		verdict := "no drift"
		if col.Drift() {
			verdict = "drift"
		}
		fmt.Fprintf(&b, "<h4>%s: %s</h4><ul>", html.EscapeString(col.Name), verdict)
		for _, r := range col.Results {
			fmt.Fprintf(&b, "<li>%s</li>", html.EscapeString(r.String()))
		}
		b.WriteString("</ul>")
		for i, r := range col.rows() {
			cell := "td"
			if i == 0 {
				b.WriteString("<table>")
				cell = "th"
			}
			fmt.Fprintf(&b, `<tr><%[1]s style="text-align:left">%[2]s</%[1]s><%[1]s>%[3]s</%[1]s><%[1]s>%[4]s</%[1]s></tr>`, cell, html.EscapeString(r[0]), r[1], r[2])
		}
		if len(col.rows()) > 0 {
			b.WriteString("</table>")
		}
	}
	return map[string]any{"text/plain": c.String(), "text/html": b.String()}
}
