package model

// This file counts classes for the splits of classification trees.

import (
	"math"
	"math/bits"
	"slices"

	"github.com/netherfield/netherfield/runtime/internal/simd"
)

// A classTarget is a target of classes. In a node with samples of two classes, as
// all of many a problem are and most far down a tree, it counts both in one
// number: the second class in the upper half.
type classTarget struct {
	*search
	y       []int32
	weights []float64 // of classes
	equal   bool      // all weights are 1
	entropy bool
	logs    []float64 // logs[n] = n·log2(n)

	count   []float64 // of each class in the node, weighted
	present []int32   // classes in the node
	shift   []uint8   // of each class in the node, if they are two: 0 or 32
	local   []int32   // of each class in the node: its position in present

	total  float64
	parent float64 // what the impurity of the node is calculated from

	// Of two classes.
	both   []uint64 // of each sample of the node
	sum    uint64
	w0, w1 float64
	hist2  simd.Counts
	codes  [slots][]uint8
	list2  [maxBins]uint64
	few    int // if put has listed them: number of bins

	// Of more: the first of a bin's counts is that of all classes.
	class  []int32 // of each sample of the node
	drawn  []uint32
	counts []uint32 // like a bin's, of all samples of the node
	stride int
	hist   []uint32
	list   []uint32
	zero   []uint32
	lc, rc []float64
}

func newClassTarget(y []int32, weights []float64, entropy bool, samples int) func(*search) target {
	equal := !slices.ContainsFunc(weights, func(w float64) bool { return w != 1 })
	var logs []float64
	if entropy && equal {
		logs = make([]float64, min(samples+1, 1<<20))
		for i := range logs {
			logs[i] = nLog2(float64(i))
		}
	}
	k := len(weights)
	return func(s *search) target {
		return &classTarget{search: s, y: y, weights: weights, equal: equal, entropy: entropy, logs: logs,
			count: make([]float64, k), shift: make([]uint8, k), local: make([]int32, k)}
	}
}

func nLog2(n float64) float64 {
	if n <= 0 {
		return 0
	}
	return n * math.Log2(n)
}

// nLog2 is n·log2(n), and 0 for 0.
func (t *classTarget) nLog2(n float64) float64 {
	if n >= 0 && n < float64(len(t.logs)) {
		return t.logs[int(n)]
	}
	return nLog2(n)
}

// score is what a node with these sums contributes to the comparison of splits:
// squares is the sum of the squares of its classes' weights, or with entropy the sum
// of their w·log2(w).
func (t *classTarget) score(squares, weight float64) float64 {
	if t.entropy {
		return squares - t.nLog2(weight)
	}
	return squares / weight
}

func (t *classTarget) term(weight float64) float64 {
	if t.entropy {
		return t.nLog2(weight)
	}
	return weight * weight
}

func (t *classTarget) begin(samples []sample) (weight, impurity float64) {
	if len(t.weights) == 2 {
		return t.begin2(samples)
	}
	for _, c := range t.present {
		t.count[c] = 0
	}
	t.present = t.present[:0]
	for _, s := range samples {
		c := t.y[uint32(s)]
		if t.count[c] == 0 {
			t.present = append(t.present, c)
		}
		t.count[c] += float64(s >> 32)
	}
	t.total = 0
	squares := 0.0
	for _, c := range t.present {
		t.count[c] *= t.weights[c]
		t.total += t.count[c]
		squares += t.term(t.count[c])
	}
	if len(t.present) < 2 {
		return t.total, 0
	}
	t.parent = t.score(squares, t.total)
	if t.entropy {
		impurity = -t.parent / t.total
	} else {
		impurity = 1 - t.parent/t.total
	}
	if len(t.present) == 2 {
		c0, c1 := t.present[0], t.present[1]
		t.shift[c0], t.shift[c1] = 0, 32
		t.w0, t.w1 = t.weights[c0], t.weights[c1]
		t.list2Classes(samples)
		return t.total, impurity
	}
	k := len(t.present)
	t.stride = k + 1
	for i, c := range t.present {
		t.local[c] = int32(i)
	}
	t.class, t.drawn = t.class[:0], t.drawn[:0]
	t.counts = slices.Grow(t.counts[:0], t.stride)[:t.stride]
	clear(t.counts)
	for _, s := range samples {
		c, n := t.local[t.y[uint32(s)]], uint32(s>>32)
		t.class, t.drawn = append(t.class, c), append(t.drawn, n)
		t.counts[0] += n
		t.counts[c+1] += n
	}
	if need := maxBins * t.stride; len(t.hist) < need {
		t.hist = make([]uint32, max(need, slots*maxBins*4))
		t.list = make([]uint32, need)
	}
	if len(t.lc) < k {
		t.lc, t.rc, t.zero = make([]float64, k), make([]float64, k), make([]uint32, t.stride)
	}
	return t.total, impurity
}

func (t *classTarget) list2Classes(samples []sample) {
	t.both = slices.Grow(t.both[:0], len(samples))[:len(samples)]
	t.sum = 0
	for i, s := range samples {
		v := s >> 32 << (t.shift[t.y[uint32(s)]] & 63)
		t.both[i] = v
		t.sum += v
	}
}

// begin2 is begin if there are only two classes.
func (t *classTarget) begin2(samples []sample) (weight, impurity float64) {
	t.present = append(t.present[:0], 0, 1)
	t.shift[1] = 32
	t.w0, t.w1 = t.weights[0], t.weights[1]
	t.list2Classes(samples)
	t.count[0], t.count[1] = float64(uint32(t.sum))*t.w0, float64(t.sum>>32)*t.w1
	t.total = t.count[0] + t.count[1]
	if t.count[0] == 0 || t.count[1] == 0 {
		return t.total, 0
	}
	t.parent = t.score(t.term(t.count[0])+t.term(t.count[1]), t.total)
	if t.entropy {
		return t.total, -t.parent / t.total
	}
	return t.total, 1 - t.parent/t.total
}

func (t *classTarget) value(dst []float64) {
	for _, c := range t.present {
		dst[c] = t.count[c] / t.total
	}
}

func (t *classTarget) fill(b *bins, samples []sample, features []int32) int {
	if len(t.present) == 2 {
		// A column by rows is its elements every so many, by columns one after the
		// other.
		code, from, step := b.code, 1, b.cols
		if len(samples) >= b.wide {
			code, from, step = b.byColumn, b.rows, 1
		}
		for slot := range t.codes {
			// What is counted without need is forgotten.
			t.codes[slot] = code[int(features[min(slot, len(features)-1)])*from:]
		}
		simd.Count(&t.hist2, &t.codes, step, samples, t.both)
		for slot := len(features); slot < slots; slot++ {
			clear(t.hist2[slot][:])
		}
	} else {
		size := maxBins * t.stride
		features = features[:min(len(features), len(t.hist)/size)]
		for i, s := range samples {
			row := b.code[int(uint32(s))*b.cols:][:b.cols]
			c, n := int(t.class[i])+1, t.drawn[i]
			at := 0
			for _, f := range features {
				bin := at + int(row[f])*t.stride
				t.hist[bin] += n
				t.hist[bin+c] += n
				at += size
			}
		}
	}
	t.countRows(b, samples, features)
	return len(features)
}

func (t *classTarget) put(index []int32, bin []uint8, rest uint8) {
	if len(t.present) == 2 {
		hist := &t.hist2[0]
		left := t.sum
		if index == nil && len(bin) <= fewSamples {
			t.listFew(bin)
		} else if index == nil {
			for i, v := range t.both[:len(bin)] {
				hist[bin[i]] += v
			}
		} else {
			for i, b := range bin {
				v := t.both[index[i]]
				hist[b] += v
				left -= v
			}
			if len(bin) < t.samples {
				hist[rest] += left
			}
		}
		t.countPut(bin, rest)
		return
	}
	// Those that were not put are all less those that were.
	others := t.hist[int(rest)*t.stride:][:t.stride]
	if len(bin) < t.samples {
		for i, n := range t.counts {
			others[i] += n
		}
	}
	for i, b := range bin {
		k := i
		if index != nil {
			k = int(index[i])
		}
		c, n := t.class[k]+1, t.drawn[k]
		at := t.hist[int(b)*t.stride:][:t.stride]
		at[0] += n
		at[c] += n
		if len(bin) < t.samples {
			others[0] -= n
			others[c] -= n
		}
	}
	t.mark(bin, rest)
}

func (t *classTarget) scan(slot int, missing bool) {
	t.holes, t.bins = 0, 0
	if len(t.present) == 2 {
		t.scan2(slot, missing)
		return
	}
	size := maxBins * t.stride
	hist := t.hist[slot*size : (slot+1)*size]
	hole := t.zero[:t.stride]
	clear(hole)
	if missing && hist[missingBin*t.stride] > 0 {
		t.holes = t.countHoles(slot)
		copy(hole, hist[missingBin*t.stride:])
		clear(hist[missingBin*t.stride:])
		t.marks.remove(missingBin)
	}
	list := func(b int) {
		from := hist[b*t.stride : (b+1)*t.stride]
		if from[0] == 0 {
			return
		}
		copy(t.list[t.bins*t.stride:], from)
		clear(from)
		t.bin[t.bins] = uint8(b)
		t.bins++
	}
	if t.marked {
		for b := range t.marks.each {
			list(int(b))
		}
	} else {
		for b := range maxBins {
			list(b)
		}
	}
	t.listed(slot)
	t.compare(false, nil)
	if t.holes > 0 {
		t.compare(true, hole)
	}
}

// compare looks at all splits of the listed bins.
func (t *classTarget) compare(holesLeft bool, hole []uint32) {
	k := len(t.present)
	lc, rc := t.lc[:k], t.rc[:k]
	var l, r, lSquares, rSquares float64
	rows := 0
	for i, c := range t.present {
		lc[i], rc[i] = 0, t.count[c]
		r += rc[i]
		rSquares += t.term(rc[i])
	}
	move := func(counts []uint32) {
		for i, n := range counts[1:] {
			if n == 0 {
				continue
			}
			w := float64(n) * t.weights[t.present[i]]
			if t.entropy {
				lSquares -= t.nLog2(lc[i])
				rSquares -= t.nLog2(rc[i])
				lc[i] += w
				rc[i] -= w
				lSquares += t.nLog2(lc[i])
				rSquares += t.nLog2(rc[i])
			} else {
				lSquares += w * (2*lc[i] + w)
				rSquares -= w * (2*rc[i] - w)
				lc[i] += w
				rc[i] -= w
			}
			l += w
			r -= w
		}
	}
	if holesLeft {
		move(hole)
		rows = t.holes
	}
	for i := range t.splits(holesLeft) {
		move(t.list[i*t.stride : (i+1)*t.stride])
		if t.minLeaf > 1 {
			if rows += t.rowsOf[i]; !t.allowed(rows) {
				continue
			}
		}
		if score := t.score(lSquares, l) + t.score(rSquares, r); score > t.num {
			t.num, t.gain = score, score-t.parent
			t.take(i, holesLeft, false)
		}
	}
}

// fewSamples is how many samples are sooner sorted than counted.
const fewSamples = 12

// listFew lists the bins of a few samples in ascending order.
func (t *classTarget) listFew(bin []uint8) {
	n := 0
	for i, b := range bin {
		v := t.both[i]
		at := 0
		for at < n && t.bin[at] < b {
			at++
		}
		if at < n && t.bin[at] == b {
			t.list2[at] += v
			continue
		}
		for k := n; k > at; k-- {
			t.bin[k], t.list2[k] = t.bin[k-1], t.list2[k-1]
		}
		t.bin[at], t.list2[at] = b, v
		n++
	}
	t.few = n
}

// scan2 is scan for two classes.
func (t *classTarget) scan2(slot int, missing bool) {
	if t.few > 0 {
		t.bins, t.few = t.few, 0
	} else {
		hist, n := &t.hist2[slot], 0
		for k, set := range t.hist2.NonZero(slot) {
			for ; set != 0; set &= set - 1 {
				b := uint8(k<<6 + bits.TrailingZeros64(set))
				t.bin[n&(maxBins-1)], t.list2[n&(maxBins-1)] = b, hist[b]
				hist[b] = 0
				n++
			}
		}
		t.bins = n
	}
	var hole uint64
	if missing && t.bin[t.bins-1] == missingBin {
		t.bins--
		t.holes, hole = t.countHoles(slot), t.list2[t.bins]
	}
	t.listed(slot)
	t.compare2(false, 0)
	if t.holes > 0 {
		t.compare2(true, hole)
	}
}

func (t *classTarget) compare2(holesLeft bool, hole uint64) {
	sum := hole
	rows := 0
	if holesLeft {
		rows = t.holes
	}
	// With l of l+r to the left, and l1 of t1 of the second class, the impurity
	// falls by a multiple of (l1·(l+r) - t1·l)²/(l·r). Splits are compared without
	// the division.
	t0, t1 := float64(int64(uint32(t.sum)))*t.w0, float64(int64(t.sum>>32))*t.w1
	total := t0 + t1
	bestNum, bestDen := t.num, t.den
	for i, v := range t.list2[:t.splits(holesLeft)] {
		sum += v
		if t.minLeaf > 1 {
			if rows += t.rowsOf[i]; !t.allowed(rows) {
				continue
			}
		}
		l0, l1 := float64(int64(uint32(sum)))*t.w0, float64(int64(sum>>32))*t.w1
		l := l0 + l1
		var num, den float64
		if t.entropy {
			r0, r1 := t0-l0, t1-l1
			num = t.nLog2(l0) + t.nLog2(l1) - t.nLog2(l) + t.nLog2(r0) + t.nLog2(r1) - t.nLog2(r0+r1)
			den = 1
			if num <= bestNum {
				continue
			}
			t.gain = num - t.parent
		} else {
			d := l1*total - t1*l
			num, den = d*d, l*(total-l)
			if num*bestDen <= bestNum*den {
				continue
			}
			t.gain = 2 * num / (den * total)
		}
		bestNum, bestDen = num, den
		t.num, t.den = num, den
		rest := t.sum - sum
		perfect := uint32(sum) == 0 && rest>>32 == 0 || uint32(rest) == 0 && sum>>32 == 0
		t.take(i, holesLeft, perfect)
		if perfect {
			return
		}
	}
}
