package model

// This file looks for splits by sparse features of which there are too many to
// be made dense.

import "slices"

// sparseEntries is a grower's memory for sparse features.
type sparseEntries struct {
	where []int32 // of each row: its position among the tree's samples, or -1

	// The entries of the node's samples: those of the k-th feature are
	// [start[k], start[k+1]).
	slot    []int32 // of each column: 1 more than its position among features
	touched []int32 // columns with entries in the node
	order   []int
	start   []int32
	index   []int32 // sample of the node
	bin     []uint8

	// As they are found.
	foundSlot, foundIndex []int32
	foundBin              []uint8
}

func (e *sparseEntries) begin(g *grower) {
	if e.where == nil {
		e.where, e.slot = make([]int32, g.bins.rows), make([]int32, g.bins.cols)
	}
	for i := range e.where {
		e.where[i] = -1
	}
	e.moved(g, 0, len(g.samples))
}

// moved takes note of the order of the samples [lo, hi).
func (e *sparseEntries) moved(g *grower, lo, hi int) {
	for i, s := range g.samples[lo:hi] {
		e.where[uint32(s)] = int32(lo + i)
	}
}

// split is grower.split.
func (e *sparseEntries) split(g *grower, lo int, samples []sample) bool {
	s, b := &g.search, g.bins
	telling := false
	if g.worked(len(samples)*64+g.features) != nil {
		return false
	}
	if g.features < b.cols {
		for k := range g.features {
			g.next(k)
		}
		drawn := g.perm[:g.features]
		byRows, byCols := 0, 0
		for _, sm := range samples {
			byRows += b.x.csr.Start[uint32(sm)+1] - b.x.csr.Start[uint32(sm)]
		}
		for _, f := range drawn {
			byCols += b.start[f+1] - b.start[f]
		}
		if byCols < byRows {
			for _, f := range drawn {
				e.index, e.bin = e.index[:0], e.bin[:0]
				for k := b.start[f]; k < b.start[f+1]; k++ {
					if p := uint(int(e.where[b.entryRow[k]]) - lo); p < uint(len(samples)) {
						e.index, e.bin = append(e.index, int32(p)), append(e.bin, b.entryBin[k])
					}
				}
				telling = e.try(g, samples, f, e.index, e.bin) || telling
				if s.perfect {
					return true
				}
			}
		} else {
			for k, f := range drawn {
				e.slot[f] = int32(k + 1)
			}
			e.gather(g, samples, len(drawn), false)
			for _, f := range drawn {
				e.slot[f] = 0
			}
			for k, f := range drawn {
				telling = e.tryGathered(g, samples, f, k) || telling
				if s.perfect {
					return true
				}
			}
		}
		if telling {
			return s.found
		}
	}
	// All features, or the first, in an order drawn at random, that tells the
	// samples apart. What has no entries does not.
	e.touched = e.touched[:0]
	e.gather(g, samples, 0, true)
	for _, f := range e.touched {
		e.slot[f] = 0
	}
	e.order = e.order[:0]
	for k := range e.touched {
		e.order = append(e.order, k)
	}
	for k := range e.order {
		z := k + g.random.below(len(e.order)-k)
		e.order[k], e.order[z] = e.order[z], e.order[k]
		telling = e.tryGathered(g, samples, e.touched[e.order[k]], e.order[k]) || telling
		if s.perfect || telling && g.features < b.cols {
			break
		}
	}
	return s.found
}

// gather lists the entries of the samples by feature: of those that have a slot,
// of which there are so many, or of all, which get one.
func (e *sparseEntries) gather(g *grower, samples []sample, count int, all bool) {
	csr := g.bins.x.csr
	e.foundSlot, e.foundIndex, e.foundBin = e.foundSlot[:0], e.foundIndex[:0], e.foundBin[:0]
	for i, sm := range samples {
		from, to := csr.Start[uint32(sm)], csr.Start[uint32(sm)+1]
		for k, f := range csr.Col[from:to] {
			at := e.slot[f]
			if at == 0 {
				if !all {
					continue
				}
				e.touched = append(e.touched, f)
				at = int32(len(e.touched))
				e.slot[f] = at
			}
			e.foundSlot, e.foundIndex = append(e.foundSlot, at-1), append(e.foundIndex, int32(i))
			e.foundBin = append(e.foundBin, g.bins.sparseBin[from+k])
		}
	}
	if all {
		count = len(e.touched)
	}
	n := len(e.foundSlot)
	e.start = slices.Grow(e.start[:0], count+2)[:count+2]
	clear(e.start)
	for _, k := range e.foundSlot {
		e.start[k+2]++
	}
	for k := 2; k < len(e.start); k++ {
		e.start[k] += e.start[k-1]
	}
	e.index, e.bin = slices.Grow(e.index[:0], n)[:n], slices.Grow(e.bin[:0], n)[:n]
	for i, k := range e.foundSlot {
		at := e.start[k+1]
		e.start[k+1]++
		e.index[at], e.bin[at] = e.foundIndex[i], e.foundBin[i]
	}
}

func (e *sparseEntries) tryGathered(g *grower, samples []sample, f int32, k int) bool {
	lo, hi := e.start[k], e.start[k+1]
	return e.try(g, samples, f, e.index[lo:hi], e.bin[lo:hi])
}

// try looks for a split by a feature with these entries in the node, and tells
// whether it tells the samples apart.
func (e *sparseEntries) try(g *grower, samples []sample, f int32, index []int32, bin []uint8) bool {
	if len(bin) == 0 {
		return false
	}
	g.target.put(index, bin, g.bins.column[f].zero)
	return g.judge(samples, 0, f)
}
