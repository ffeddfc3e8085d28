package model

// This file defines what the search for a split knows, whatever trees predict.

import (
	"math"
	"math/bits"
)

// A search is the search for the split of one node.
type search struct {
	samples int // in the node
	minLeaf int

	// The bins of the slot last scanned that are not empty, with how many samples
	// each has if minLeaf > 1.
	bin     [maxBins]uint8
	rowsOf  [maxBins]int
	bins    int
	holes   int // samples that miss the feature's value; 1 for any if minLeaf is 1
	changed bool

	// Which bins of slot 0 are not empty, if that is known, as after put.
	marked bool
	marks  marks
	// Of all slots, if minLeaf > 1: samples in each bin.
	rows [slots][maxBins]uint32

	// The best split: behind bin[at] of its feature, as of the last scan that
	// changed it.
	found, perfect bool
	num, den       float64 // num/den is what splits are compared by
	gain           float64 // by how much the weighted impurity falls
	at             int
	missingLeft    bool
}

// marks is a set of bins.
type marks [maxBins / 64]uint64

func (m *marks) add(bin uint8)    { m[bin>>6] |= 1 << (bin & 63) }
func (m *marks) remove(bin uint8) { m[bin>>6] &^= 1 << (bin & 63) }

// each yields the bins in ascending order.
func (m *marks) each(yield func(bin uint8) bool) {
	for k, set := range m {
		for ; set != 0; set &= set - 1 {
			if !yield(uint8(k<<6 + bits.TrailingZeros64(set))) {
				return
			}
		}
	}
}

func (s *search) begin(samples int) {
	s.samples, s.found, s.perfect, s.marked = samples, false, false, false
	s.num, s.den, s.gain = math.Inf(-1), 1, 0
}

// constant tells whether the feature that was scanned last can split nothing.
func (s *search) constant() bool { return s.bins == 0 || s.bins == 1 && s.holes == 0 }

// splits is the number of splits between the listed bins. If samples miss the
// feature's value and go to the right, one more splits them from all others.
func (s *search) splits(holesLeft bool) int {
	switch {
	case s.bins == 0:
		return 0
	case s.holes > 0 && !holesLeft:
		return s.bins
	}
	return s.bins - 1
}

// allowed tells whether there are enough samples on both sides of a split with left
// samples to the left.
func (s *search) allowed(left int) bool { return left >= s.minLeaf && s.samples-left >= s.minLeaf }

// take makes the split behind bin[at] the best. If it is perfect none can be
// better.
func (s *search) take(at int, missingLeft, perfect bool) {
	s.found, s.changed = true, true
	s.at, s.missingLeft, s.perfect = at, missingLeft, perfect
}

// mark notes the bins of slot 0 that samples are in; those that are not among
// them are in the bin rest.
func (s *search) mark(bin []uint8, rest uint8) {
	s.marked, s.marks = true, marks{}
	for _, b := range bin {
		s.marks.add(b)
	}
	others := s.samples - len(bin)
	if others > 0 {
		s.marks.add(rest)
	}
	s.countPut(bin, rest)
}

// countPut counts the samples in the bins of slot 0.
func (s *search) countPut(bin []uint8, rest uint8) {
	if s.minLeaf > 1 {
		for _, b := range bin {
			s.rows[0][b]++
		}
		s.rows[0][rest] += uint32(s.samples - len(bin))
	}
}

// countRows counts the samples in the bins of dense features, one a slot.
func (s *search) countRows(b *bins, samples []sample, features []int32) {
	if s.minLeaf <= 1 {
		return
	}
	for _, sm := range samples {
		row := b.code[int(uint32(sm))*b.cols:][:b.cols]
		for slot, f := range features {
			s.rows[slot&(slots-1)][row[f]]++
		}
	}
}

// countHoles is the number of samples that miss the feature's value, of which
// there are some.
func (s *search) countHoles(slot int) int {
	if s.minLeaf <= 1 {
		return 1
	}
	return int(s.rows[slot][missingBin])
}

// listed counts the samples in the listed bins and ends the use of marks.
func (s *search) listed(slot int) {
	s.marked = false
	if s.minLeaf > 1 {
		for i, b := range s.bin[:s.bins] {
			s.rowsOf[i] = int(s.rows[slot][b])
		}
		clear(s.rows[slot][:])
	}
}
