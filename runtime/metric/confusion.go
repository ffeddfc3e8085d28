package metric

// This file defines the confusion matrix.

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A ConfusionMatrix counts which classes were predicted for which. It shows itself
// in a notebook as a table shaded by each cell's share of its row.
type ConfusionMatrix struct {
	// Labels are the classes, of rows and of columns.
	Labels []string
	// Counts has a row for each true class, and in it a column for each predicted
	// one: Counts[i][j] rows of the data are Labels[i] and were predicted to be
	// Labels[j].
	Counts [][]int
}

// Confusion counts predictions. The classes are those of labels in that order, or,
// if there are none, all of truth and predicted, sorted. As in scikit-learn's
// confusion_matrix, a row of a class that labels leaves out, true or predicted, is
// not counted, and it is an error if no true class is among labels.
func Confusion(truth, predicted []string, labels ...string) (*ConfusionMatrix, error) {
	if err := pairs(len(truth), len(predicted)); err != nil {
		return nil, err
	}
	if labels = slices.Clone(labels); len(labels) == 0 {
		labels = distinct(truth, predicted)
	}
	at, err := places(labels)
	if err != nil {
		return nil, err
	}
	n := len(labels)
	cells := make([]int, n*n)
	m := &ConfusionMatrix{Labels: labels, Counts: make([][]int, n)}
	for i := range n {
		m.Counts[i] = cells[i*n : (i+1)*n : (i+1)*n]
	}
	known := false
	for i, s := range truth {
		j, ok := at[s]
		if !ok {
			continue
		}
		known = true
		if k, ok := at[predicted[i]]; ok {
			m.Counts[j][k]++
		}
	}
	if !known {
		return nil, fmt.Errorf("metric: none of the labels %s is a true class; those are %s", quoted(labels), quoted(distinct(truth)))
	}
	return m, nil
}

// Count returns how many rows of the true class were predicted to be the other; 0
// for classes that are no labels.
func (m *ConfusionMatrix) Count(truth, predicted string) int {
	i, j := slices.Index(m.Labels, truth), slices.Index(m.Labels, predicted)
	if i < 0 || j < 0 {
		return 0
	}
	return m.Counts[i][j]
}

// ClassCounts returns Labels and Counts, for display.ConfusionMatrix.
func (m *ConfusionMatrix) ClassCounts() (classes []string, counts [][]int) { return m.Labels, m.Counts }

// Total returns how many rows are counted.
func (m *ConfusionMatrix) Total() int {
	n := 0
	for _, row := range m.Counts {
		for _, c := range row {
			n += c
		}
	}
	return n
}

// Dense returns the counts as a matrix, for computations.
func (m *ConfusionMatrix) Dense() *mat.Dense {
	return m.shares(func(int, int) float64 { return 1 })
}

// ByTruth returns each count divided by the sum of its row: of what is this class,
// the share that was predicted to be that. The diagonal is recall. A row without
// counts stays 0.
func (m *ConfusionMatrix) ByTruth() *mat.Dense {
	rows, _ := m.margins()
	return m.shares(func(i, _ int) float64 { return rows[i] })
}

// ByPrediction returns each count divided by the sum of its column: of what was
// predicted to be this class, the share that is that. The diagonal is precision. A
// column without counts stays 0.
func (m *ConfusionMatrix) ByPrediction() *mat.Dense {
	_, cols := m.margins()
	return m.shares(func(_, j int) float64 { return cols[j] })
}

// Shares returns each count divided by the sum of all.
func (m *ConfusionMatrix) Shares() *mat.Dense {
	n := float64(m.Total())
	return m.shares(func(int, int) float64 { return n })
}

// margins returns the sums of rows and of columns.
func (m *ConfusionMatrix) margins() (rows, cols []float64) {
	rows, cols = make([]float64, len(m.Labels)), make([]float64, len(m.Labels))
	for i, row := range m.Counts {
		for j, c := range row {
			rows[i] += float64(c)
			cols[j] += float64(c)
		}
	}
	return rows, cols
}

func (m *ConfusionMatrix) shares(by func(i, j int) float64) *mat.Dense {
	if len(m.Labels) == 0 {
		return &mat.Dense{}
	}
	out := mat.NewDense(len(m.Labels), len(m.Labels), nil)
	for i, row := range m.Counts {
		for j, c := range row {
			if d := by(i, j); d != 0 {
				out.Set(i, j, float64(c)/d)
			}
		}
	}
	return out
}
