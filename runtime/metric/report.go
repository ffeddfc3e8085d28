package metric

// This file defines the report on all classes.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A ClassificationReport is how well each class is predicted, and all are. It shows
// itself as a table.
type ClassificationReport struct {
	// Classes are the scores of each class; F is F1.
	Classes []Scores
	// Micro, Macro and Weighted are the averages.
	Micro, Macro, Weighted Scores
	// Accuracy is the share of rows whose class was predicted, other classes than
	// the report's included.
	Accuracy float64

	complete bool // no class is left out: Micro is Accuracy
}

var reportHead = [...]string{"precision", "recall", "f1-score", "support"}

// Report rates each class: those of labels in that order, or, if there are none, all
// of truth and predicted, sorted. A score that has no value, since its denominator is
// 0, is 0.
func Report(truth, predicted []string, labels ...string) (*ClassificationReport, error) {
	t, err := count(truth, predicted, slices.Clone(labels))
	if err != nil {
		return nil, err
	}
	return &ClassificationReport{
		Classes:  t.perClass(1, 0),
		Micro:    t.average(Micro, 1, 0),
		Macro:    t.average(Macro, 1, 0),
		Weighted: t.average(Weighted, 1, 0),
		Accuracy: float64(t.right) / float64(t.rows),
		complete: t.complete,
	}, nil
}

// String returns the report as scikit-learn's classification_report lays it out, with
// two digits. (Where not one prediction is right, scikit-learn prints the support as
// 2.0, not as 2; this does not.)
func (r *ClassificationReport) String() string { return r.Text(2) }

// Text returns the report as scikit-learn's classification_report lays it out, with
// that many digits after the point; fewer than 0 count as 0.
func (r *ClassificationReport) Text(digits int) string {
	digits = max(digits, 0)
	width := max(len("weighted avg"), digits)
	for _, s := range r.Classes {
		width = max(width, utf8.RuneCountInString(s.Label))
	}
	var b strings.Builder
	row := func(name string, cells ...string) {
		fmt.Fprintf(&b, "%*s ", width, name)
		for _, s := range cells {
			fmt.Fprintf(&b, " %9s", s)
		}
		b.WriteByte('\n')
	}
	scores := func(name string, s Scores) {
		row(name, fixed(s.Precision, digits), fixed(s.Recall, digits), fixed(s.F, digits), strconv.Itoa(s.Support))
	}
	row("", reportHead[:]...)
	b.WriteByte('\n')
	for _, s := range r.Classes {
		scores(s.Label, s)
	}
	b.WriteByte('\n')
	if r.complete {
		row("accuracy", "", "", fixed(r.Micro.F, digits), strconv.Itoa(r.Micro.Support))
	} else {
		scores("micro avg", r.Micro)
	}
	scores("macro avg", r.Macro)
	scores("weighted avg", r.Weighted)
	return b.String()
}

func fixed(x float64, digits int) string {
	if x != x {
		return "nan"
	}
	return strconv.FormatFloat(x, 'f', digits, 64)
}
