package metric

// This file counts classes: what every rating of predicted classes starts from.

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// A tally is how often each class is true, predicted, and both. All rows count,
// those of classes beyond labels too.
type tally struct {
	labels         []string
	truth, guessed []int // by label
	both           []int
	rows, right    int
	complete       bool // all classes of the data are among labels
}

// distinct returns the classes of the data, sorted.
func distinct(lists ...[]string) []string {
	seen := map[string]struct{}{}
	for _, list := range lists {
		last, any := "", false
		for _, s := range list {
			if any && s == last {
				continue
			}
			last, any = s, true
			seen[s] = struct{}{}
		}
	}
	out := make([]string, 0, len(seen))
	for s := range seen {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// places returns where each label is, or an error if one comes twice.
func places(labels []string) (map[string]int, error) {
	at := make(map[string]int, len(labels))
	for i, s := range labels {
		if j, twice := at[s]; twice {
			return nil, fmt.Errorf("metric: the class %q is both label %d and label %d; name each once", s, j, i)
		}
		at[s] = i
	}
	return at, nil
}

// pairs checks that there is a prediction for each truth, and something to rate.
func pairs(truth, predicted int) error {
	switch {
	case truth != predicted:
		return fmt.Errorf("metric: %d true values, but %d predictions; there must be one for each", truth, predicted)
	case truth == 0:
		return fmt.Errorf("metric: there are no predictions to rate; give at least one row")
	}
	return nil
}

// count counts rows by class; labels, if there are any, say which classes.
func count(truth, predicted, labels []string) (*tally, error) {
	if err := pairs(len(truth), len(predicted)); err != nil {
		return nil, err
	}
	all := distinct(truth, predicted)
	t := &tally{labels: labels, rows: len(truth)}
	if len(labels) == 0 {
		t.labels = all
	}
	at, err := places(t.labels)
	if err != nil {
		return nil, err
	}
	t.complete = true
	for _, s := range all {
		if _, ok := at[s]; !ok {
			t.complete = false
		}
	}
	t.truth, t.guessed, t.both = make([]int, len(t.labels)), make([]int, len(t.labels)), make([]int, len(t.labels))
	for i, s := range truth {
		j, ok := at[s]
		if ok {
			t.truth[j]++
		}
		if predicted[i] == s {
			t.right++
			if ok {
				t.both[j]++
				t.guessed[j]++
			}
		} else if k, ok := at[predicted[i]]; ok {
			t.guessed[k]++
		}
	}
	return t, nil
}

// quoted lists classes for an error, the first few if there are many.
func quoted(labels []string) string {
	const most = 10
	var b strings.Builder
	for i, s := range labels {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(labels)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", s)
	}
	return b.String()
}

// A sum adds numbers with Neumaier's compensation.
type sum struct{ total, lost float64 }

func (s *sum) add(x float64) {
	t := s.total + x
	if abs(s.total) >= abs(x) {
		s.lost += (s.total - t) + x
	} else {
		s.lost += (x - t) + s.total
	}
	s.total = t
}

// value is the sum; infinities and NaN come out as in a plain one.
func (s *sum) value() float64 {
	if v := s.total + s.lost; v == v {
		return v
	}
	return s.total
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}

// columns checks a matrix of probabilities against the rows and the classes, and
// returns the column of each class.
func columns(truth []string, proba mat.Matrix, classes []string) (map[string]int, error) {
	rows, cols := proba.Dims()
	if err := pairs(len(truth), rows); err != nil {
		return nil, err
	}
	if cols != len(classes) {
		return nil, fmt.Errorf("metric: the probabilities have %d columns, but there are %d classes; give the model's Classes with its PredictProba", cols, len(classes))
	}
	at, err := places(classes)
	if err != nil {
		return nil, err
	}
	for i, s := range truth {
		if _, ok := at[s]; !ok {
			return nil, fmt.Errorf("metric: row %d: the true class %q is none of the classes %s", i, s, quoted(classes))
		}
	}
	for i := range rows {
		for j := range cols {
			if p := proba.At(i, j); !(p >= 0 && p <= 1) {
				return nil, fmt.Errorf("metric: row %d: the probability of the class %q is %v; it must be from 0 to 1", i, classes[j], p)
			}
		}
	}
	return at, nil
}
