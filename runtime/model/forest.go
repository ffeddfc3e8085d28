package model

// This file defines how forests grow, whatever they predict.

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
)

// forestParams are the hyperparameters that forests share, with defaults put in.
type forestParams struct {
	trees, maxDepth, minSplit, minLeaf int
	maxFeatures                        string
	minDecrease, maxSamples            float64
	noBootstrap, oob                   bool
	seed                               int64
}

// check returns p with its defaults, and how many features a node looks at.
func (p forestParams) check(what string, cols int) (forestParams, int, error) {
	fail := func(format string, args ...any) (forestParams, int, error) {
		return p, 0, fmt.Errorf("model: "+what+" cannot have "+format, args...)
	}
	switch {
	case p.trees < 0:
		return fail("%d trees", p.trees)
	case p.maxDepth < 0:
		return fail("the depth %d; 0 stands for any", p.maxDepth)
	case p.minSplit < 0 || p.minSplit == 1:
		return fail("MinSamplesSplit %d; it is at least 2, and 0 stands for that", p.minSplit)
	case p.minLeaf < 0:
		return fail("MinSamplesLeaf %d; it is at least 1, and 0 stands for that", p.minLeaf)
	case !(p.minDecrease >= 0):
		return fail("MinImpurityDecrease %v; it is at least 0", p.minDecrease)
	case !(p.maxSamples >= 0) || p.maxSamples > 1 && (p.maxSamples != math.Trunc(p.maxSamples) || p.maxSamples > math.MaxInt32):
		return fail("MaxSamples %v; it is a share up to 1, or a whole number above 1, and 0 stands for as many as there are", p.maxSamples)
	case p.noBootstrap && p.maxSamples > 0:
		return fail("both NoBootstrap and MaxSamples: without drawing, all samples are used; leave out one of them")
	case p.noBootstrap && p.oob:
		return fail("both NoBootstrap and OOB: without drawing, no samples are left out; leave out one of them")
	}
	if p.trees == 0 {
		p.trees = 100
	}
	if p.maxDepth == 0 {
		p.maxDepth = -1
	}
	p.minSplit, p.minLeaf = max(p.minSplit, 2), max(p.minLeaf, 1)
	features, err := countFeatures(p.maxFeatures, cols)
	if err != nil {
		return fail("MaxFeatures %q; it is \"sqrt\", \"log2\", \"all\", a number such as \"16\" or a share such as \"0.5\"", p.maxFeatures)
	}
	return p, features, nil
}

func countFeatures(s string, cols int) (int, error) {
	clamp := func(n int) (int, error) { return min(max(n, 1), cols), nil }
	switch s {
	case "sqrt":
		return clamp(int(math.Sqrt(float64(cols))))
	case "log2":
		return clamp(int(math.Log2(float64(cols))))
	case "all":
		return cols, nil
	}
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return clamp(n)
	}
	share, err := strconv.ParseFloat(s, 64)
	if err != nil || !(share > 0 && share <= 1) {
		return 0, strconv.ErrSyntax
	}
	return clamp(int(share * float64(cols)))
}

// drawn is how many samples each tree draws from n whose weights sum to weight.
func (p forestParams) drawn(what string, n int, weight float64) (int, error) {
	switch {
	case p.maxSamples == 0:
		return n, nil
	case p.maxSamples > 1:
		return int(p.maxSamples), nil
	case p.maxSamples*weight > math.MaxInt32:
		return 0, fmt.Errorf("model: %s cannot draw %v samples for each tree; the weights of classes are too large", what, p.maxSamples*weight)
	}
	return max(int(p.maxSamples*weight), 1), nil
}

// growForest grows the trees, on all cores.
func growForest(ctx context.Context, p forestParams, g *growth) (*trees, error) {
	grown := make([]*grownTree, p.trees)
	free := make(chan *grower, p.trees)
	step := Progress(ctx, p.trees)
	err := parallel.Each(ctx, p.trees, func(t int) error {
		var w *grower
		select {
		case w = <-free:
		default:
			w = newGrower(ctx, g)
		}
		defer func() { free <- w }()
		tree, err := w.grow(t)
		grown[t] = tree
		if err == nil {
			step()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	nodes := 0
	for _, t := range grown {
		nodes += len(t.feature)
	}
	if nodes > math.MaxInt32 {
		return nil, fmt.Errorf("model: the forest has %d nodes, more than can be kept; make fewer trees, or smaller ones by MaxDepth or MinSamplesLeaf", nodes)
	}
	out := &trees{
		cols: g.bins.cols, outputs: g.outputs, start: make([]int64, 1, p.trees+1),
		feature: make([]int32, 0, nodes), threshold: make([]float64, 0, nodes),
		left: make([]int32, 0, nodes), right: make([]int32, 0, nodes),
		missingLeft: make([]uint8, 0, nodes), value: make([]float64, 0, nodes*g.outputs),
		importances: make([]float64, g.bins.cols),
	}
	sum := 0.0
	for i, t := range grown {
		out.feature = append(out.feature, t.feature...)
		out.threshold = append(out.threshold, t.threshold...)
		out.left, out.right = append(out.left, t.left...), append(out.right, t.right...)
		out.missingLeft = append(out.missingLeft, t.missingLeft...)
		out.value = append(out.value, t.value...)
		out.start = append(out.start, int64(len(out.feature)))
		for j, v := range t.importances {
			out.importances[j] += v
			sum += v
		}
		grown[i] = nil
	}
	if sum > 0 {
		for j := range out.importances {
			out.importances[j] /= sum
		}
	}
	return out, nil
}

// A bootstrap is which samples the trees of a forest draw.
type bootstrap struct {
	n, drawn int
	// With weights that are not equal: the rows of each class with a positive
	// weight, and the sum of the weights of the rows up to each.
	rows [][]int32
	upTo []float64
}

// draw adds up in weight how often each row is drawn.
func (b *bootstrap) draw(r *random, weight []uint32) {
	if b.rows == nil {
		for range b.drawn {
			weight[r.below(b.n)]++
		}
		return
	}
	total := b.upTo[len(b.upTo)-1]
	for range b.drawn {
		v := float64(r.pcg.Uint64()>>11) * 0x1p-53 * total
		k := 0
		for k < len(b.upTo)-1 && v >= b.upTo[k] {
			k++
		}
		weight[b.rows[k][r.below(len(b.rows[k]))]]++
	}
}

// outOfBag adds up the values that trees predict for the samples that they have
// not drawn, and counts these trees.
func (f *forest) outOfBag(ctx context.Context, s *samples, g *growth) (sums []float64, count []int32, err error) {
	bits := make([][]uint64, f.count())
	err = parallel.Each(ctx, f.count(), func(t int) error {
		weight := make([]uint32, s.rows)
		g.draw(newRandom(g.seed, t), weight)
		bits[t] = make([]uint64, (s.rows+63)/64)
		for i, w := range weight {
			if w > 0 {
				bits[t][i/64] |= 1 << (i % 64)
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	sums, count = make([]float64, s.rows*f.outputs), make([]int32, s.rows)
	err = f.predict(ctx, s, func(k, lo int, leaf []int32) {
		for i, l := range leaf {
			row := lo + i
			if bits[k][row/64]>>(row%64)&1 != 0 {
				continue
			}
			count[row]++
			for j, v := range f.leafValue[int(l)*f.outputs : (int(l)+1)*f.outputs] {
				sums[row*f.outputs+j] += v
			}
		}
	})
	return sums, count, err
}

// mean writes the mean of the trees' values for each row of s to out, which is 0.
func (f *forest) mean(ctx context.Context, s *samples, out []float64) error {
	k := f.outputs
	last := f.count() - 1
	trees := float64(f.count())
	return f.predict(ctx, s, func(t, lo int, leaf []int32) {
		rows := out[lo*k : (lo+len(leaf))*k]
		switch k {
		case 1:
			for i, l := range leaf {
				rows[i] += f.leafValue[l]
			}
		case 2:
			rows = rows[:2*len(leaf)]
			for i, l := range leaf {
				v := (*[2]float64)(f.leafValue[2*l:])
				rows[2*i] += v[0]
				rows[2*i+1] += v[1]
			}
		default:
			for i, l := range leaf {
				row := rows[i*k : (i+1)*k]
				for j, v := range f.leafValue[int(l)*k : (int(l)+1)*k] {
					row[j] += v
				}
			}
		}
		if t == last {
			for i := range rows {
				rows[i] /= trees
			}
		}
	})
}

// meanVector is mean for one sample.
func (f *forest) meanVector(s *forestScratch, out []float64) {
	clear(out)
	k := f.outputs
	for _, l := range s.leaf {
		for j, v := range f.leafValue[int(l)*k : (int(l)+1)*k] {
			out[j] += v
		}
	}
	for j := range out {
		out[j] /= float64(f.count())
	}
}

// meanValue is meanVector of a single output.
func (f *forest) meanValue(s *forestScratch) float64 {
	sum := 0.0
	for _, l := range s.leaf {
		sum += f.leafValue[l]
	}
	return sum / float64(f.count())
}
