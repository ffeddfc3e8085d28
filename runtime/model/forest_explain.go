package model

// This file takes the predictions of forests apart.

import (
	"cmp"
	"context"
	"slices"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"gonum.org/v1/gonum/mat"
)

// explain follows each row of x through the trees as they are kept, and adds up by
// feature how the nodes' values change on the way.
func (f *forest) explain(x mat.Matrix, unit string, outputs []string) ([]Explanation, error) {
	s, err := checkPredict(f.what, x, f.cols)
	if err != nil || s.rows == 0 {
		return nil, err
	}
	k, trees := f.outputs, float64(f.count())
	base := make([]float64, k)
	for _, root := range f.start[:f.count()] {
		for j := range base {
			base[j] += f.value[int(root)*k+j]
		}
	}
	for j := range base {
		base[j] /= trees
	}
	out := make([]Explanation, s.rows)
	err = parallel.Chunks(context.Background(), s.rows, 64, func(_, lo, hi int) error {
		row := make([]float32, len(f.used))
		sums := make([]float64, len(f.used)*k)
		seen := make([]bool, len(f.used))
		var slots []int32
		for i := lo; i < hi; i++ {
			if _, err := f.fill(row, &s, i); err != nil {
				return err
			}
			score := make([]float64, k)
			for t := range f.count() {
				leaf := f.leaf(t, row, f.slot, func(parent, child int) {
					slot := f.slot[f.feature[parent]]
					if !seen[slot] {
						seen[slot] = true
						slots = append(slots, slot)
					}
					for j := range k {
						sums[int(slot)*k+j] += f.value[child*k+j] - f.value[parent*k+j]
					}
				})
				for j := range score {
					score[j] += f.value[leaf*k+j]
				}
			}
			for j := range score {
				score[j] /= trees
			}
			e := Explanation{Unit: unit, Outputs: outputs, Base: base, Score: score, Terms: make([]Term, 0, len(slots))}
			contributions := make([]float64, len(slots)*k)
			for n, slot := range slots {
				c := contributions[n*k : (n+1)*k]
				for j := range c {
					c[j] = sums[int(slot)*k+j] / trees
					sums[int(slot)*k+j] = 0
				}
				e.Terms = append(e.Terms, Term{Feature: int(f.used[slot]), Contribution: c})
				seen[slot] = false
			}
			slots = slots[:0]
			slices.SortFunc(e.Terms, func(a, b Term) int {
				return cmp.Or(cmp.Compare(weigh(b.Contribution), weigh(a.Contribution)), cmp.Compare(a.Feature, b.Feature))
			})
			out[i] = e
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
