package model

// This file defines decision trees once they are grown, and how they are kept.

import (
	"fmt"
	"math"

	"github.com/netherfield/netherfield/runtime/artefact"
)

// trees are decision trees, the nodes of one after those of another, as
// scikit-learn's tree_ has them. In an artefact they are the arrays
//
//	tree_start    i64  trees+1         tree t has the nodes [tree_start[t], tree_start[t+1]), the first being its root
//	feature       i32  nodes           the column that the node asks for
//	threshold     f64  nodes           to the left goes float32(x) <= threshold
//	left, right   i32  nodes           the children, counted from the tree's root, above the node's own number; -1 and -1 in a leaf
//	missing_left  u8   nodes           1 if NaN goes to the left
//	value         f64  nodes × outputs of a classifier the share of each class, of a regressor the mean
//	importances   f64  columns         as FeatureImportances returns them
//
// Feature and threshold of a leaf have no meaning.
type trees struct {
	cols, outputs int
	start         []int64
	feature       []int32
	threshold     []float64
	left, right   []int32
	missingLeft   []uint8
	value         []float64
	importances   []float64
}

// count is the number of trees.
func (t *trees) count() int { return len(t.start) - 1 }

// put adds the trees to a state.
func (t *trees) put(s *artefact.State) {
	s.Arrays["tree_start"] = artefact.Vector(t.start)
	s.Arrays["feature"] = artefact.Vector(t.feature)
	s.Arrays["threshold"] = artefact.Vector(t.threshold)
	s.Arrays["left"] = artefact.Vector(t.left)
	s.Arrays["right"] = artefact.Vector(t.right)
	s.Arrays["missing_left"] = artefact.Vector(t.missingLeft)
	s.Arrays["value"] = artefact.Array{Shape: []int{len(t.feature), t.outputs}, Data: t.value}
	s.Arrays["importances"] = artefact.Vector(t.importances)
}

// getTrees takes trees with so many outputs out of a state that anybody may have
// written.
func getTrees(s *artefact.State, outputs int) (*trees, error) {
	t := &trees{outputs: outputs}
	var err error
	get := func(f func() error) {
		if err == nil {
			err = f()
		}
	}
	nodes := -1
	get(func() (e error) { t.start, e = artefact.Get[int64](s, "tree_start", -1); return })
	get(func() (e error) { t.feature, e = artefact.Get[int32](s, "feature", -1); nodes = len(t.feature); return })
	get(func() (e error) { t.threshold, e = artefact.Get[float64](s, "threshold", nodes); return })
	get(func() (e error) { t.left, e = artefact.Get[int32](s, "left", nodes); return })
	get(func() (e error) { t.right, e = artefact.Get[int32](s, "right", nodes); return })
	get(func() (e error) { t.missingLeft, e = artefact.Get[uint8](s, "missing_left", nodes); return })
	get(func() (e error) { t.value, e = artefact.Get[float64](s, "value", nodes, outputs); return })
	get(func() (e error) { t.importances, e = artefact.Get[float64](s, "importances", -1); return })
	if err != nil {
		return nil, err
	}
	t.cols = len(t.importances)
	if err := t.check(); err != nil {
		return nil, fmt.Errorf("model: the state of %s cannot be used: %w", s.Kind, err)
	}
	return t, nil
}

// check tells what is wrong with trees whose arrays have fitting lengths: that
// they are no trees, ask for columns that do not exist, or have values that are no
// numbers.
func (t *trees) check() error {
	nodes := len(t.feature)
	switch {
	case t.cols == 0:
		return fmt.Errorf("there are no features")
	case len(t.start) < 2 || t.start[0] != 0 || t.start[len(t.start)-1] != int64(nodes):
		return fmt.Errorf("the starts of its trees do not fit its %d nodes", nodes)
	case nodes > math.MaxInt32:
		return fmt.Errorf("it has %d nodes, more than can be counted", nodes)
	}
	for i, v := range t.importances {
		if !(v >= 0 && v <= 1+1e-9) {
			return fmt.Errorf("feature %d has the importance %v", i, v)
		}
	}
	for i, v := range t.value {
		if v-v != 0 {
			return fmt.Errorf("node %d has the value %v", i/t.outputs, v)
		}
	}
	parents := make([]bool, nodes)
	for k := range t.count() {
		lo, hi := t.start[k], t.start[k+1]
		if lo >= hi || hi > int64(nodes) {
			return fmt.Errorf("tree %d has the nodes %d to %d", k, lo, hi)
		}
		size := int32(hi - lo)
		for i := range size {
			at := lo + int64(i)
			l, r := t.left[at], t.right[at]
			if i > 0 && !parents[at] {
				return fmt.Errorf("node %d of tree %d is nobody's child", i, k)
			}
			if l == -1 && r == -1 {
				continue
			}
			if l <= i || r <= i || l >= size || r >= size || l == r || parents[lo+int64(l)] || parents[lo+int64(r)] {
				return fmt.Errorf("node %d of tree %d, which has %d nodes, has the children %d and %d; each node has one parent, which comes before it", i, k, size, l, r)
			}
			parents[lo+int64(l)], parents[lo+int64(r)] = true, true
			if f := t.feature[at]; f < 0 || int(f) >= t.cols {
				return fmt.Errorf("node %d of tree %d asks for feature %d of %d", i, k, f, t.cols)
			}
			if th := t.threshold[at]; th != th {
				return fmt.Errorf("node %d of tree %d has no threshold", i, k)
			}
			if t.missingLeft[at] > 1 {
				return fmt.Errorf("node %d of tree %d has %d for where missing values go", i, k, t.missingLeft[at])
			}
		}
	}
	return nil
}

// leaf returns the node, of all, where the sample x ends up in tree k, where x[slot[f]]
// is column f; visit, unless nil, is called with each step's parent and child.
func (t *trees) leaf(k int, x []float32, slot []int32, visit func(parent, child int)) int {
	root := int(t.start[k])
	at := root
	for t.left[at] >= 0 {
		v := x[slot[t.feature[at]]]
		next := t.right[at]
		if float64(v) <= t.threshold[at] || v != v && t.missingLeft[at] != 0 {
			next = t.left[at]
		}
		if visit != nil {
			visit(at, root+int(next))
		}
		at = root + int(next)
	}
	return at
}
