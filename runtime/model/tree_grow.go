package model

// This file grows one tree.

import (
	"context"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// epsilon is the impurity that is none, as in scikit-learn.
const epsilon = 0x1p-52

// A growth is what all trees of a forest are grown by.
type growth struct {
	bins      *bins
	outputs   int
	newTarget func(*search) target

	features    int // how many a node looks at
	maxDepth    int
	minSplit    int
	minLeaf     int
	minDecrease float64

	seed uint64
	draw func(r *random, weight []uint32) // fills weight by how often each row is drawn; nil if each is once
}

// random is a tree's own source of randomness.
type random struct{ pcg rand.PCG }

// below returns a number of [0, n). Some numbers are more probable than others by
// less than n/2^64, which nothing can tell.
func (r *random) below(n int) int {
	hi, _ := bits.Mul64(r.pcg.Uint64(), uint64(n))
	return int(hi)
}

// newRandom returns the randomness of tree t: it depends on nothing else than
// this and the seed.
func newRandom(seed uint64, t int) *random {
	r := &random{}
	r.pcg.Seed(seed, uint64(t))
	return r
}

// A sample of a tree is a row in the lower half, and how often it was drawn in
// the upper.
type sample = uint64

// A target is what trees are to predict. It holds the counts of the node that is
// being split: for several features at a time, in slots, what falls into each
// bin.
type target interface {
	// begin takes the samples of a node, and returns their weight and
	// impurity.
	begin(samples []sample) (weight, impurity float64)
	// value writes the value of the node.
	value(dst []float64)
	// fill counts the samples of the node in the bins of dense features, one a
	// slot. It returns how many of them it did.
	fill(b *bins, samples []sample, features []int32) int
	// put counts the samples of the node with these indices, or all if index is
	// nil, in these bins of slot 0, and the others in the bin rest.
	put(index []int32, bin []uint8, rest uint8)
	// scan looks for a split between the bins of a slot that is better than the
	// best that search has, and leaves the slot empty.
	scan(slot int, missing bool)
}

// slots is how many features are counted at a time.
const slots = 8

// A split is how a node is split.
type split struct {
	feature     int32
	threshold   float64
	missingLeft bool
	exact       bool  // by values, else by bins
	bin, next   uint8 // the last that goes to the left, and the first that does not
	gain        float64
}

// A grower has the memory to grow trees one after the other.
type grower struct {
	*growth
	search search
	target target
	random *random
	ctx    context.Context
	work   int
	// What ended the context, if it has.
	stopped error

	weight       []uint32
	samples, tmp []sample
	perm         []int32
	stack        []branch

	codes   []uint8
	keys    []uint64
	first   []float32 // as in binColumn, of bins of a node alone
	last    []float32
	entries sparseEntries

	best split
	tree grownTree
}

// A branch is a node that is still to be grown.
type branch struct {
	lo, hi, node, depth int
	parent              int32 // feature of its parent
}

// A grownTree is a tree by itself, with indices as in trees.
type grownTree struct {
	feature     []int32
	threshold   []float64
	left, right []int32
	missingLeft []uint8
	value       []float64
	importances []float64 // sum to 1, or are all 0
}

func newGrower(ctx context.Context, g *growth) *grower {
	n := g.bins.rows
	w := &grower{growth: g, ctx: ctx, weight: make([]uint32, n), samples: make([]sample, 0, n), tmp: make([]sample, n), perm: make([]int32, g.bins.cols)}
	w.search.minLeaf = g.minLeaf
	w.target = g.newTarget(&w.search)
	return w
}

// grow grows tree t.
func (g *grower) grow(t int) (*grownTree, error) {
	g.random = newRandom(g.seed, t)
	for j := range g.perm {
		g.perm[j] = int32(j)
	}
	g.samples = g.samples[:0]
	if g.draw == nil {
		for i := range g.bins.rows {
			g.samples = append(g.samples, sample(i)|1<<32)
		}
	} else {
		clear(g.weight)
		g.draw(g.random, g.weight)
		for i, w := range g.weight {
			if w > 0 {
				g.samples = append(g.samples, sample(i)|sample(w)<<32)
			}
		}
	}
	g.tree = grownTree{importances: make([]float64, g.bins.cols)}
	if g.bins.code == nil {
		g.entries.begin(g)
	}
	g.addNode()
	g.stack = append(g.stack[:0], branch{0, len(g.samples), 0, 0, -1})
	total := 0.0
	for len(g.stack) > 0 {
		b := g.stack[len(g.stack)-1]
		g.stack = g.stack[:len(g.stack)-1]
		samples := g.samples[b.lo:b.hi]
		if err := g.worked(len(samples)); err != nil {
			return nil, err
		}
		g.search.begin(len(samples))
		weight, impurity := g.target.begin(samples)
		g.target.value(g.tree.value[b.node*g.outputs : (b.node+1)*g.outputs])
		if b.parent >= 0 {
			g.tree.importances[b.parent] -= weight * impurity
		} else {
			total = weight
		}
		if impurity <= epsilon || len(samples) < g.minSplit || len(samples) < 2*g.minLeaf || b.depth == g.maxDepth {
			continue
		}
		found := g.split(b.lo, samples)
		if g.stopped != nil {
			return nil, g.stopped
		}
		if !found || g.best.gain/total+epsilon < g.minDecrease {
			continue
		}
		if g.bins.exact {
			g.sharpen(samples)
		}
		s := &g.best
		if c := &g.bins.column[s.feature]; !s.exact && s.threshold == 0 {
			s.threshold = threshold(c.first, c.last, s.bin, s.next)
		}
		g.tree.importances[s.feature] += weight * impurity
		left := g.partition(samples, s)
		if g.bins.code == nil {
			g.entries.moved(g, b.lo, b.hi)
		}
		l := g.addNode()
		r := g.addNode()
		g.tree.feature[b.node], g.tree.threshold[b.node] = s.feature, s.threshold
		g.tree.left[b.node], g.tree.right[b.node] = int32(l), int32(r)
		if s.missingLeft {
			g.tree.missingLeft[b.node] = 1
		}
		g.stack = append(g.stack, branch{b.lo + left, b.hi, r, b.depth + 1, s.feature}, branch{b.lo, b.lo + left, l, b.depth + 1, s.feature})
	}
	tree := g.tree
	g.tree = grownTree{}
	sum := 0.0
	for j, v := range tree.importances {
		tree.importances[j] = max(v, 0)
		sum += tree.importances[j]
	}
	if sum > 0 {
		for j := range tree.importances {
			tree.importances[j] /= sum
		}
	}
	return &tree, nil
}

// worked takes note that so many elements have been looked at, and now and then
// looks whether the context has ended.
func (g *grower) worked(elements int) error {
	if g.work += elements; g.work > 1<<22 {
		g.work = 0
		g.stopped = g.ctx.Err()
	}
	return g.stopped
}

func (g *grower) addNode() int {
	t := &g.tree
	t.feature = append(t.feature, -2)
	t.threshold = append(t.threshold, -2)
	t.left, t.right = append(t.left, -1), append(t.right, -1)
	t.missingLeft = append(t.missingLeft, 0)
	for range g.outputs {
		t.value = append(t.value, 0)
	}
	return len(t.feature) - 1
}

// next draws the feature at position k of the order in which this node looks at
// features.
func (g *grower) next(k int) int32 {
	z := k + g.random.below(len(g.perm)-k)
	g.perm[k], g.perm[z] = g.perm[z], g.perm[k]
	return g.perm[k]
}

// split looks for the best split of the samples, which begin at lo, among features
// drawn at random: as many as there are to be, and then, if none of those tells
// the samples apart, the first that does.
func (g *grower) split(lo int, samples []sample) bool {
	if g.bins.code == nil {
		return g.entries.split(g, lo, samples)
	}
	s := &g.search
	telling := false
	cols := g.bins.cols
	if len(samples) >= 64 {
		for k := 0; k < g.features; {
			n := min(slots, g.features-k)
			for i := range n {
				g.next(k + i)
			}
			features := g.perm[k : k+n]
			features = features[:g.target.fill(g.bins, samples, features)]
			if g.worked(len(samples)*len(features)) != nil {
				return false
			}
			for slot, f := range features {
				telling = g.judge(samples, slot, f) || telling
			}
			if s.perfect {
				return true
			}
			k += len(features)
			// What was drawn but not counted is drawn again: the order does not
			// matter.
		}
	} else {
		for k := range g.features {
			telling = g.try(samples, g.next(k)) || telling
			if s.perfect {
				return true
			}
		}
	}
	for k := g.features; k < cols && !telling; k++ {
		telling = g.try(samples, g.next(k))
	}
	return s.found
}

// try looks for a split by a dense feature, and tells whether it tells the samples
// apart.
func (g *grower) try(samples []sample, f int32) bool {
	codes := slices.Grow(g.codes[:0], len(samples))[:len(samples)]
	g.codes = codes
	code, cols := g.bins.code[f:], g.bins.cols
	differ := uint8(0)
	for i, s := range samples {
		c := code[int(uint32(s))*cols]
		codes[i] = c
		differ |= c ^ codes[0]
	}
	if differ == 0 {
		return g.refine(samples, f, codes[0])
	}
	g.target.put(nil, codes, 0)
	return g.judge(samples, 0, f)
}

// judge scans a slot that has the counts of feature f.
func (g *grower) judge(samples []sample, slot int, f int32) bool {
	s := &g.search
	c := &g.bins.column[f]
	s.changed = false
	g.target.scan(slot, c.missing)
	if s.bins == 1 && s.holes == 0 {
		return g.refine(samples, f, s.bin[0])
	}
	if s.changed {
		g.adopt(f, false)
	}
	return !s.constant()
}

// adopt makes the split that search found the best. Its threshold, unless it is
// exact, is found when it is known to stay the best.
func (g *grower) adopt(f int32, exact bool) {
	s := &g.search
	g.best = split{feature: f, bin: s.bin[s.at], gain: s.gain, exact: exact}
	if s.at == s.bins-1 { // what is missing by itself
		g.best.threshold = math.Inf(1)
	} else {
		g.best.next = s.bin[s.at+1]
	}
	if s.holes > 0 {
		g.best.missingLeft = s.missingLeft
	}
}

// threshold is in the middle between the values of two bins.
func threshold(first, last []float32, bin, next uint8) float64 {
	return float64(last[bin])/2 + float64(first[next])/2
}

// refine looks for a split by a feature whose values are all in one bin. If that
// bin has several values they are put into bins of this node alone.
func (g *grower) refine(samples []sample, f int32, bin uint8) bool {
	s := &g.search
	c := &g.bins.column[f]
	if c.missing && bin == missingBin || c.last[bin] <= c.first[bin]+featureThreshold {
		return false
	}
	g.keys = slices.Grow(g.keys[:0], len(samples))[:len(samples)]
	for i, sm := range samples {
		g.keys[i] = g.key(sm, i, f)
	}
	g.codes = slices.Grow(g.codes[:0], len(samples))[:len(samples)]
	g.first, g.last = g.first[:0], g.last[:0]
	if g.ownBins(maxBins) < 2 {
		return false
	}
	g.target.put(nil, g.codes, 0)
	s.changed = false
	g.target.scan(0, false)
	if s.changed {
		g.adopt(f, true)
		g.best.threshold = threshold(g.first, g.last, g.best.bin, g.best.next)
	}
	return true
}

// key is the value of the node's i-th sample as an element.
func (g *grower) key(sm sample, i int, f int32) uint64 {
	v := g.bins.value(uint32(sm), f)
	if v == 0 {
		v = 0 // and not -0
	}
	return element(v, uint32(i))
}

// ownBins puts what is in keys into at most so many bins of this node alone, behind
// those that first and last have already, and returns how many.
func (g *grower) ownBins(limit int) int {
	slices.Sort(g.keys)
	apart := func(i int) bool { return elementValue(g.keys[i]) > elementValue(g.keys[i-1])+featureThreshold }
	groups := 1
	for i := 1; i < len(g.keys); i++ {
		if apart(i) {
			groups++
		}
	}
	before := len(g.first)
	group, bin := 0, -1
	for i, k := range g.keys {
		v := elementValue(k)
		if i > 0 && apart(i) {
			group++
		}
		if at := group * min(groups, limit) / groups; at != bin {
			bin = at
			g.first, g.last = append(g.first, v), append(g.last, v)
		}
		g.last[before+bin] = v
		g.codes[uint32(k)] = uint8(before + bin)
	}
	return len(g.first) - before
}

// sharpen looks for a better split by the best split's feature, among the values in
// the two bins that it is between. The best may be none of these: what is best among
// bins stays then, but its threshold is between two of the node's own values.
func (g *grower) sharpen(samples []sample) {
	s := &g.search
	best := g.best
	c := &g.bins.column[best.feature]
	if best.exact || math.IsInf(best.threshold, 1) || c.missing || c.first[best.bin] == c.last[best.bin] && c.first[best.next] == c.last[best.next] {
		return
	}
	g.keys = g.keys[:0]
	g.codes = slices.Grow(g.codes[:0], len(samples))[:len(samples)]
	for i, sm := range samples {
		code := g.bins.bin(uint32(sm), best.feature)
		switch {
		case code < best.bin:
			g.codes[i] = 0
		case code > best.next:
			g.codes[i] = maxBins - 1
		default:
			g.keys = append(g.keys, g.key(sm, i, best.feature))
		}
	}
	// One bin for all below, then those of values, then one for all above.
	g.first, g.last = append(g.first[:0], c.first[0]), append(g.last[:0], c.last[max(best.bin, 1)-1])
	g.ownBins(maxBins - 2)
	for len(g.first) < maxBins {
		g.first, g.last = append(g.first, 0), append(g.last, 0)
	}
	if int(best.next)+1 < len(c.first) {
		g.first[maxBins-1], g.last[maxBins-1] = c.first[best.next+1], c.last[len(c.last)-1]
	}
	s.begin(len(samples))
	g.target.put(nil, g.codes, 0)
	s.changed = false
	g.target.scan(0, false)
	if s.changed {
		g.adopt(best.feature, true)
		g.best.threshold = threshold(g.first, g.last, g.best.bin, g.best.next)
	}
}

// partition puts the samples that go to the left first, keeping their order, and
// returns how many there are.
func (g *grower) partition(samples []sample, s *split) int {
	left, right := 0, 0
	tmp := g.tmp[:len(samples)]
	b := g.bins
	hasMissing := b.column[s.feature].missing
	switch {
	case !s.exact && b.code != nil && !hasMissing:
		// A column by rows is its elements every so many, by columns one after the
		// other.
		code, step := b.code[s.feature:], b.cols
		if len(samples) >= b.wide {
			code, step = b.byColumn[int(s.feature)*b.rows:], 1
		}
		for _, sm := range samples {
			samples[left], tmp[right] = sm, sm
			l := 0
			if code[int(uint32(sm))*step] <= s.bin {
				l = 1
			}
			left += l
			right += 1 - l
		}
	default:
		for _, sm := range samples {
			var l bool
			if s.exact {
				l = float64(b.value(uint32(sm), s.feature)) <= s.threshold
			} else if c := b.bin(uint32(sm), s.feature); hasMissing && c == missingBin {
				l = s.missingLeft
			} else {
				l = c <= s.bin
			}
			if l {
				samples[left] = sm
				left++
			} else {
				tmp[right] = sm
				right++
			}
		}
	}
	copy(samples[left:], tmp[:right])
	// Where a value is missing that was not here, it goes where most went.
	if g.noneMissing(hasMissing, samples, s) {
		s.missingLeft = left > right
	}
	return left
}

func (g *grower) noneMissing(column bool, samples []sample, s *split) bool {
	if !column || s.exact {
		return true
	}
	for _, sm := range samples {
		if g.bins.bin(uint32(sm), s.feature) == missingBin {
			return false
		}
	}
	return true
}
