package model

// This file finds the leaves of many samples in many trees.

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
)

// A forest is trees with what makes predictions fast.
type forest struct {
	what string // such as "RandomForestClassifier"
	trees

	// Columns that some node asks for, ascending, and of each column its position
	// among them or -1. Samples are reduced to these columns.
	used []int32
	slot []int32

	// The inner nodes of all trees, each tree breadth-first. A node's child that is
	// negative is a leaf, with the values leafValue[^child*outputs:]. Leaves with
	// the same values are one.
	nodes     []simd.Node
	root      []int32
	leafValue []float64

	scratch sync.Pool // *forestScratch
}

// forestScratch is what one row needs.
type forestScratch struct {
	x     []float32
	leaf  []int32
	lanes []uint64
}

// newForest prepares trees that are correct.
func newForest(what string, t *trees) *forest {
	f := &forest{what: what, trees: *t, slot: make([]int32, t.cols)}
	inner := 0
	for i, l := range f.left {
		if l >= 0 {
			f.slot[f.feature[i]] = 1
			inner++
		}
	}
	for j, s := range f.slot {
		f.slot[j] = -1
		if s > 0 {
			f.slot[j] = int32(len(f.used))
			f.used = append(f.used, int32(j))
		}
	}
	f.nodes = make([]simd.Node, 0, inner)
	leaves := leafTable{f: f, byValue: map[[2]float64]int32{}}
	var queue []int32 // nodes of the tree, in the order of what stands for them
	for k := range f.count() {
		lo := int32(f.start[k])
		if f.left[lo] < 0 {
			f.root = append(f.root, ^leaves.of(lo))
			continue
		}
		base := int32(len(f.nodes))
		f.root = append(f.root, base)
		queue = append(queue[:0], lo)
		for i := 0; i < len(queue); i++ {
			at := queue[i]
			n := simd.Node{Threshold: floor32(f.threshold[at]), Slot: uint32(f.slot[f.feature[at]])}
			for side, c := range [2]int32{lo + f.left[at], lo + f.right[at]} {
				if f.left[c] < 0 {
					n.Child[side] = ^leaves.of(c)
					continue
				}
				n.Child[side] = base + int32(len(queue))
				queue = append(queue, c)
			}
			f.nodes = append(f.nodes, n)
		}
	}
	f.scratch.New = func() any {
		return &forestScratch{x: make([]float32, len(f.used)), leaf: make([]int32, f.count()), lanes: make([]uint64, f.count())}
	}
	return f
}

// A leafTable finds leaves with the same values.
type leafTable struct {
	f       *forest
	byValue map[[2]float64]int32
}

// of returns the number of the leaf at a node.
func (l *leafTable) of(node int32) int32 {
	k := l.f.outputs
	value := l.f.value[int(node)*k : (int(node)+1)*k]
	fresh := int32(len(l.f.leafValue) / k)
	// Few classes make few different leaves; numbers, and many classes, do not.
	if k == 2 {
		key := [2]float64{value[0], value[1]}
		if known, ok := l.byValue[key]; ok {
			return known
		}
		l.byValue[key] = fresh
	}
	l.f.leafValue = append(l.f.leafValue, value...)
	return fresh
}

// floor32 is the largest float32 that is not above v: a float32 is at most v if,
// and only if, it is at most that.
func floor32(v float64) float32 {
	f := float32(v)
	if float64(f) > v {
		f = math.Nextafter32(f, float32(math.Inf(-1)))
	}
	return f
}

// fill writes the used columns of row i of s to x, and tells whether some is NaN.
// It refuses what scikit-learn refuses: infinite values, and NaN if s is sparse.
func (f *forest) fill(x []float32, s *samples, i int) (missing bool, err error) {
	const exponent, one = 0xff << 23, 1 << 23 // carries into the sign if all ones
	if s.csr != nil {
		cols, values := s.csr.Row(i)
		return false, f.fillSparse(x, cols, values, i)
	}
	row := s.row(i)
	carry := uint32(0)
	if len(f.used) == f.cols {
		x = x[:len(row)]
		for j, v := range row {
			v32 := float32(v)
			x[j] = v32
			carry |= math.Float32bits(v32)&exponent + one
		}
	} else {
		for _, v := range row {
			carry |= math.Float32bits(float32(v))&exponent + one
		}
		for k, j := range f.used {
			x[k] = float32(row[j])
		}
	}
	if carry>>31 == 0 {
		return false, nil
	}
	for j, v := range row {
		if math.IsInf(float64(float32(v)), 0) {
			return false, tooLarge(f.what, i, j)
		}
	}
	return true, nil
}

func (f *forest) fillSparse(x []float32, cols []int32, values []float64, i int) error {
	clear(x)
	for k, j := range cols {
		v := float32(values[k])
		if v-v != 0 {
			if v != v {
				return fmt.Errorf("model: %s cannot use NaN in row %d, column %d of sparse features; put a number there", f.what, i, j)
			}
			return tooLarge(f.what, i, int(j))
		}
		if uint(j) >= uint(len(f.slot)) {
			return fmt.Errorf("model: %s is given row %d with column %d of %d", f.what, i, j, f.cols)
		}
		if at := f.slot[j]; at >= 0 {
			x[at] = v
		}
	}
	return nil
}

// block is how many rows go through the trees together: their features and a tree
// are to stay in a core's cache.
const block = 512

// predict calls add for each chunk of rows and each tree, in order, with the leaves
// that the rows [lo, lo+len(leaf)) end up in.
func (f *forest) predict(ctx context.Context, s *samples, add func(k, lo int, leaf []int32)) error {
	width := len(f.used)
	type memory struct {
		x           []float32
		leaf        []int32
		lanes       []uint64
		missingRows []int
	}
	free := make(chan *memory, parallel.Count(s.rows, block))
	return parallel.Chunks(ctx, s.rows, block, func(_, lo, hi int) error {
		m := take(free)
		defer func() { free <- m }()
		if m.x == nil {
			n := min(block, s.rows)
			m.x, m.leaf, m.lanes = make([]float32, n*width), make([]int32, n), make([]uint64, n)
		}
		n := hi - lo
		m.missingRows = m.missingRows[:0]
		for i := range n {
			missing, err := f.fill(m.x[i*width:(i+1)*width], s, lo+i)
			if err != nil {
				return err
			}
			if missing {
				m.missingRows = append(m.missingRows, i)
			}
		}
		for k, root := range f.root {
			leaf := m.leaf[:n]
			if root < 0 {
				for i := range leaf {
					leaf[i] = ^root
				}
			} else {
				f.descend(root, m.x, width, leaf, m.lanes[:n])
			}
			for _, i := range m.missingRows {
				leaf[i] = f.missingLeaf(k, m.x[i*width:(i+1)*width])
			}
			add(k, lo, leaf)
			if k&15 == 15 && ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return nil
	})
}

// descend writes the leaf of each row of x. All rows go down a level before any goes
// down the next, those that reach a leaf being left out: each step is independent
// of the one before, and there is nothing for the processor to guess.
func (f *forest) descend(root int32, x []float32, width int, leaf []int32, lanes []uint64) {
	lanes = lanes[:len(leaf)]
	for i := range lanes {
		lanes[i] = uint64(i)<<32 | uint64(root)
	}
	for n := len(lanes); n > 0; {
		n = simd.Step(f.nodes, x, width, leaf, lanes[:n])
	}
	for i, c := range leaf {
		leaf[i] = ^c
	}
}

// missingLeaf finds the leaf, in f's own numbers, of a sample with NaN: it goes the
// way of the trees as they are kept.
func (f *forest) missingLeaf(k int, x []float32) int32 {
	n := f.root[k]
	f.leaf(k, x, f.slot, func(parent, child int) {
		side := 0
		if int(f.start[k])+int(f.right[parent]) == child {
			side = 1
		}
		n = f.nodes[n].Child[side]
	})
	return ^n
}

// vector finds the leaves of one sample in all trees, with s's memory.
func (f *forest) vector(s *forestScratch, v *feature.Vector) error {
	if err := checkVector(f.what, v, f.cols); err != nil {
		return err
	}
	missing := false
	if v.Dense {
		one := samples{rows: 1, cols: f.cols, dense: v.Value, stride: f.cols}
		var err error
		if missing, err = f.fill(s.x, &one, 0); err != nil {
			return err
		}
	} else if err := f.fillSparse(s.x, v.Index, v.Value, 0); err != nil {
		return err
	}
	if missing {
		for k := range s.leaf {
			s.leaf[k] = f.missingLeaf(k, s.x)
		}
		return nil
	}
	// As in descend, but of one sample in all trees: each lane's row is a tree, and all
	// have the same features.
	n := 0
	for k, root := range f.root {
		s.leaf[k] = root
		s.lanes[n] = uint64(k)<<32 | uint64(uint32(root))
		if root >= 0 {
			n++
		}
	}
	for n > 0 {
		n = simd.Step(f.nodes, s.x, 0, s.leaf, s.lanes[:n])
	}
	for k, c := range s.leaf {
		s.leaf[k] = ^c
	}
	return nil
}
