package model

// This file counts values for the splits of regression trees.

// A valueTarget is a target of numbers, whose impurity is the variance.
type valueTarget struct {
	*search
	y    []float64 // less the mean of all
	mean float64

	node        []sample
	values      []float64 // of the samples
	weight, sum float64
	hist        [slots][maxBins]valueBin
	list        [maxBins]valueBin
}

type valueBin struct{ weight, sum float64 }

func newValueTarget(y []float64) func(*search) target {
	// Sums of what is around 0 lose less.
	mean := 0.0
	for i, v := range y {
		mean += (v - mean) / float64(i+1)
	}
	centred := make([]float64, len(y))
	for i, v := range y {
		centred[i] = v - mean
	}
	return func(s *search) target { return &valueTarget{search: s, y: centred, mean: mean} }
}

func (t *valueTarget) begin(samples []sample) (weight, impurity float64) {
	t.node = samples
	t.values = t.values[:0]
	t.weight, t.sum = 0, 0
	for _, s := range samples {
		w, y := float64(s>>32), t.y[uint32(s)]
		t.values = append(t.values, y)
		t.weight += w
		t.sum += w * y
	}
	mean := t.sum / t.weight
	for i, s := range samples {
		d := t.values[i] - mean
		impurity += float64(s>>32) * d * d
	}
	return t.weight, impurity / t.weight
}

func (t *valueTarget) value(dst []float64) { dst[0] = t.mean + t.sum/t.weight }

func (t *valueTarget) fill(b *bins, samples []sample, features []int32) int {
	for i, s := range samples {
		row := b.code[int(uint32(s))*b.cols:][:b.cols]
		w := float64(s >> 32)
		y := w * t.values[i]
		for slot, f := range features {
			bin := &t.hist[slot&(slots-1)][row[f]]
			bin.weight += w
			bin.sum += y
		}
	}
	t.countRows(b, samples, features)
	return len(features)
}

func (t *valueTarget) put(index []int32, bin []uint8, rest uint8) {
	hist := &t.hist[0]
	left := valueBin{t.weight, t.sum}
	for i, b := range bin {
		k := i
		if index != nil {
			k = int(index[i])
		}
		w := float64(t.node[k] >> 32)
		y := w * t.values[k]
		hist[b].weight += w
		hist[b].sum += y
		left.weight -= w
		left.sum -= y
	}
	if len(bin) < len(t.node) {
		hist[rest].weight += left.weight
		hist[rest].sum += left.sum
	}
	t.mark(bin, rest)
}

func (t *valueTarget) scan(slot int, missing bool) {
	hist := &t.hist[slot]
	var hole valueBin
	t.holes = 0
	if missing {
		if hole = hist[missingBin]; hole.weight > 0 {
			t.holes = t.countHoles(slot)
		}
		hist[missingBin] = valueBin{}
		t.marks.remove(missingBin)
	}
	t.bins = 0
	if t.marked {
		for b := range t.marks.each {
			t.bin[t.bins], t.list[t.bins] = b, hist[b]
			t.bins++
			hist[b] = valueBin{}
		}
	} else {
		for b := range hist {
			t.bin[t.bins&(maxBins-1)], t.list[t.bins&(maxBins-1)] = uint8(b), hist[b]
			if hist[b].weight > 0 {
				t.bins++
			}
		}
		clear(hist[:])
	}
	t.listed(slot)
	t.compare(valueBin{}, 0, false)
	if t.holes > 0 {
		t.compare(hole, t.holes, true)
	}
}

// compare looks at all splits of the listed bins, with what goes to the left
// anyway.
func (t *valueTarget) compare(l valueBin, rows int, holesLeft bool) {
	for i, bin := range t.list[:t.splits(holesLeft)] {
		l.weight += bin.weight
		l.sum += bin.sum
		r := valueBin{t.weight - l.weight, t.sum - l.sum}
		if t.minLeaf > 1 {
			if rows += t.rowsOf[i]; !t.allowed(rows) {
				continue
			}
		}
		if score := l.sum*l.sum/l.weight + r.sum*r.sum/r.weight; score > t.num {
			t.num, t.gain = score, score-t.sum*t.sum/t.weight
			// Two samples can only be split in one way.
			t.take(i, holesLeft, t.samples == 2)
		}
	}
}
