package model

// This file splits data into a part to learn from and a part to judge by.

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/internal/numpy"
)

// SplitOpts says how to split. The zero value shuffles with the seed 0 and keeps a
// quarter of the rows for the test.
type SplitOpts struct {
	// TestShare and TrainShare are shares of the rows: test_size and train_size. If
	// one is 0 it is what the other leaves; if both are, the test's is a quarter. The
	// test's is rounded up, the training's down.
	TestShare, TrainShare float64
	// Seed is random_state. The same seed always means the same split: 0 is a seed
	// too.
	Seed uint32
	// NoShuffle takes the first rows to train and those behind them to test.
	NoShuffle bool
	// Stratify names the column whose values are to have the same shares in both parts.
	Stratify string
}

// TrainTestSplit splits the rows of a frame: the very rows, in the very order, of
// scikit-learn's train_test_split with the same seed.
//
//	train, test, err := model.TrainTestSplit(data, model.SplitOpts{Seed: 43})
func TrainTestSplit(data *frame.Frame, opts SplitOpts) (train, test *frame.Frame, err error) {
	var classes []string
	if opts.Stratify != "" {
		if classes, err = data.Strings(opts.Stratify); err != nil {
			return nil, nil, fmt.Errorf("model: stratifying the split: %w", err)
		}
	}
	first, second, err := opts.split(data.NumRows(), classes)
	if err != nil {
		return nil, nil, err
	}
	if train, err = data.Take(first); err != nil {
		return nil, nil, err
	}
	if test, err = data.Take(second); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

// SplitIndices splits the numbers below n as [TrainTestSplit] splits rows, for data
// that is in no frame. classes, of n elements, are what to stratify by; nil for
// nothing. opts.Stratify must be empty.
func SplitIndices(n int, classes []string, opts SplitOpts) (train, test []int, err error) {
	if opts.Stratify != "" {
		return nil, nil, fmt.Errorf("model: there is no column %q to stratify by in a split of indices; give the classes themselves", opts.Stratify)
	}
	if classes != nil && len(classes) != n {
		return nil, nil, fmt.Errorf("model: %d classes to stratify %d rows by", len(classes), n)
	}
	return opts.split(n, classes)
}

func (o SplitOpts) split(n int, classes []string) (train, test []int, err error) {
	trains, tests, err := o.sizes(n)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case o.NoShuffle && classes != nil:
		return nil, nil, errors.New("model: a split that is not shuffled cannot be stratified")
	case o.NoShuffle:
		rows := make([]int, trains+tests)
		for i := range rows {
			rows[i] = i
		}
		return rows[:trains:trains], rows[trains:], nil
	case classes != nil:
		return stratified(classes, trains, tests, numpy.NewRandomState(o.Seed))
	}
	p := numpy.NewRandomState(o.Seed).Permutation(n)
	return p[tests : tests+trains : tests+trains], p[:tests:tests], nil
}

// sizes returns how many rows each part has.
func (o SplitOpts) sizes(n int) (trains, tests int, err error) {
	for _, s := range []struct {
		name  string
		share float64
	}{{"TestShare", o.TestShare}, {"TrainShare", o.TrainShare}} {
		if !(s.share >= 0 && s.share < 1) {
			return 0, 0, fmt.Errorf("model: %s is %v; it must be a share of the rows, between 0 and 1", s.name, s.share)
		}
	}
	if o.TestShare+o.TrainShare > 1 {
		return 0, 0, fmt.Errorf("model: TestShare %v and TrainShare %v are more than there is", o.TestShare, o.TrainShare)
	}
	test := o.TestShare
	if test == 0 && o.TrainShare == 0 {
		test = 0.25
	}
	tests = int(math.Ceil(test * float64(n)))
	trains = int(o.TrainShare * float64(n))
	if test == 0 {
		tests = n - trains
	}
	if o.TrainShare == 0 {
		trains = n - tests
	}
	if trains <= 0 || tests <= 0 {
		return 0, 0, fmt.Errorf("model: a split of %d rows leaves %d to train and %d to test; both must have some", n, max(trains, 0), tests)
	}
	return trains, tests, nil
}

// stratified does what StratifiedShuffleSplit does for one split.
func stratified(classes []string, trains, tests int, r *numpy.RandomState) (train, test []int, err error) {
	names := slices.Compact(slices.Sorted(slices.Values(classes)))
	members := make([][]int, len(names))
	for i, c := range classes {
		k, _ := slices.BinarySearch(names, c)
		members[k] = append(members[k], i)
	}
	counts := make([]int, len(names))
	for k, m := range members {
		if counts[k] = len(m); len(m) < 2 {
			return nil, nil, fmt.Errorf("model: class %q has a single row; each needs two at least to be in both parts", names[k])
		}
	}
	if trains < len(names) || tests < len(names) {
		return nil, nil, fmt.Errorf("model: %d rows to train and %d to test are too few for %d classes", trains, tests, len(names))
	}
	first := approximateMode(counts, trains, r)
	left := make([]int, len(names))
	for k := range left {
		left[k] = counts[k] - first[k]
	}
	second := approximateMode(left, tests, r)
	for k, m := range members {
		p := r.Permutation(len(m))
		for _, at := range p[:first[k]] {
			train = append(train, m[at])
		}
		for _, at := range p[first[k] : first[k]+second[k]] {
			test = append(test, m[at])
		}
	}
	for _, rows := range [][]int{train, test} {
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	return train, test, nil
}

// approximateMode returns how many of each class are the most probable among draws
// without replacement (of the multivariate hypergeometric distribution), ties being
// broken at random: sklearn.utils.extmath._approximate_mode.
func approximateMode(counts []int, draws int, r *numpy.RandomState) []int {
	total := 0
	for _, n := range counts {
		total += n
	}
	out, rest := make([]int, len(counts)), make([]float64, len(counts))
	missing := draws
	for k, n := range counts {
		exact := float64(n) / float64(total) * float64(draws)
		out[k] = int(exact)
		rest[k] = exact - float64(out[k])
		missing -= out[k]
	}
	values := slices.Compact(slices.Sorted(slices.Values(rest)))
	for _, v := range slices.Backward(values) {
		if missing <= 0 {
			break
		}
		var equal []int
		for k := range rest {
			if rest[k] == v {
				equal = append(equal, k)
			}
		}
		add := min(len(equal), missing)
		for _, at := range r.Permutation(len(equal))[:add] {
			out[equal[at]]++
		}
		missing -= add
	}
	return out
}
