package model

// This file cuts data into folds, each to be the test once.

import (
	"fmt"

	"github.com/netherfield/netherfield/runtime/internal/numpy"
)

// A Fold is a split of rows, by their numbers in ascending order.
type Fold struct{ Train, Test []int }

// KFold cuts rows into folds of the same size, give or take one: the very rows of
// scikit-learn's KFold and StratifiedKFold.
type KFold struct {
	// Folds is how many there are: n_splits, 5 if 0.
	Folds int
	// Shuffle orders the rows at random first, with Seed; else the folds of KFold are
	// blocks.
	Shuffle bool
	Seed    uint32
}

// Split cuts n rows.
func (k KFold) Split(n int) ([]Fold, error) {
	folds, err := k.check(n)
	if err != nil {
		return nil, err
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if k.Shuffle {
		numpy.NewRandomState(k.Seed).Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	of := make([]int, n)
	at := 0
	for f := range folds {
		size := n / folds
		if f < n%folds {
			size++
		}
		for _, i := range order[at : at+size] {
			of[i] = f
		}
		at += size
	}
	return gather(of, folds), nil
}

// SplitStratified cuts as many rows as there are classes, so that each class has the
// same share in all folds, give or take one row. It fails if every class has fewer
// rows than there are folds.
func (k KFold) SplitStratified(classes []string) ([]Fold, error) {
	folds, err := k.check(len(classes))
	if err != nil {
		return nil, err
	}
	// Classes are numbered as they appear.
	numbers, sizes, most := map[string]int{}, []int(nil), 0
	for _, c := range classes {
		number, ok := numbers[c]
		if !ok {
			number = len(sizes)
			numbers[c] = number
			sizes = append(sizes, 0)
		}
		sizes[number]++
		most = max(most, sizes[number])
	}
	if most < folds {
		return nil, fmt.Errorf("model: %d folds are more than the %d rows of the largest class", folds, most)
	}
	r := numpy.NewRandomState(k.Seed)
	places := make([][]int, len(sizes)) // the folds of each class's rows
	start := 0
	for number, size := range sizes {
		// In the order of classes, rows go to the folds in turn.
		counts := make([]int, folds)
		for i := range size {
			counts[(start+i)%folds]++
		}
		start += size
		p := make([]int, 0, size)
		for f, n := range counts {
			for range n {
				p = append(p, f)
			}
		}
		if k.Shuffle {
			r.Shuffle(len(p), func(i, j int) { p[i], p[j] = p[j], p[i] })
		}
		places[number] = p
	}
	of := make([]int, len(classes))
	for i, c := range classes {
		number := numbers[c]
		of[i], places[number] = places[number][0], places[number][1:]
	}
	return gather(of, folds), nil
}

func (k KFold) check(n int) (folds int, err error) {
	if folds = k.Folds; folds == 0 {
		folds = 5
	}
	if folds < 2 || folds > n {
		return 0, fmt.Errorf("model: %d rows cannot be cut into %d folds; there are 2 at least, and as many rows as folds", n, folds)
	}
	return folds, nil
}

// gather lists the rows of each fold.
func gather(of []int, folds int) []Fold {
	out := make([]Fold, folds)
	for i, at := range of {
		for f := range out {
			if f == at {
				out[f].Test = append(out[f].Test, i)
			} else {
				out[f].Train = append(out[f].Train, i)
			}
		}
	}
	return out
}
