package drift

// This file has sketches: what is kept of a stream, of bounded size, in a form that
// replicas can merge.

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
)

// Other is the category of those that have none of their own.
const Other = "other"

// maxCategories bounds how many categories of their own there are.
const maxCategories = 1000

// Categories count how often each of some texts was seen. The zero value counts into
// Other; [NewCategories] says which have a cell of their own.
type Categories struct {
	mu     sync.Mutex
	counts map[string]uint64
	other  uint64
}

// NewCategories returns counters of the categories, all at 0; there may be 1,000. Others
// are counted together.
func NewCategories(names ...string) *Categories {
	c := &Categories{counts: make(map[string]uint64, len(names))}
	for _, n := range names {
		if n != Other && len(c.counts) < maxCategories {
			c.counts[n] = 0
		}
	}
	return c
}

// Add counts one.
func (c *Categories) Add(name string) {
	c.mu.Lock()
	if n, ok := c.counts[name]; ok {
		c.counts[name] = n + 1
	} else {
		c.other++
	}
	c.mu.Unlock()
}

// Counts returns the counts by category, with that of Other if it is not 0.
func (c *Categories) Counts() map[string]uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := maps.Clone(c.counts)
	if out == nil {
		out = map[string]uint64{}
	}
	if c.other > 0 {
		out[Other] = c.other
	}
	return out
}

// Merge adds the counts of another sketch. Categories that only that one has get cells of
// their own while there is room: which, does not depend on the order of merging, unless
// there are more than 1,000.
func (c *Categories) Merge(d *Categories) {
	theirs := d.Counts()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = map[string]uint64{}
	}
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		_, ok := c.counts[name]
		if name == Other || !ok && len(c.counts) >= maxCategories {
			c.other += theirs[name]
			continue
		}
		c.counts[name] += theirs[name]
	}
}

// MarshalJSON encodes the counts as an object.
func (c *Categories) MarshalJSON() ([]byte, error) { return json.Marshal(c.Counts()) }

// UnmarshalJSON decodes an object of counts.
func (c *Categories) UnmarshalJSON(data []byte) error {
	var counts map[string]uint64
	if err := json.Unmarshal(data, &counts); err != nil {
		return fmt.Errorf("drift: counts are an object of whole numbers: %w", err)
	}
	if len(counts) > maxCategories+1 {
		return fmt.Errorf("drift: %d categories are more than %d", len(counts), maxCategories)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.other = counts[Other]
	delete(counts, Other)
	if c.counts = counts; counts == nil {
		c.counts = map[string]uint64{}
	}
	return nil
}

// Aligned returns the counts of both, cell by cell, for the tests on counts, and what the
// cells are.
func Aligned(reference, live map[string]uint64) (names []string, r, l []float64) {
	all := maps.Clone(reference)
	if all == nil {
		all = map[string]uint64{}
	}
	for name := range live {
		all[name] += 0
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		names, r, l = append(names, name), append(r, float64(reference[name])), append(l, float64(live[name]))
	}
	return names, r, l
}

// A Histogram keeps how numbers are distributed: how many lie in each of buckets that grow
// by the same factor, so that a quantile is right within 1 % of itself. (Masson, Rim and
// Lee, DDSketch, VLDB 2019.) The zero value is empty.
type Histogram struct {
	mu       sync.Mutex
	positive map[int]uint64
	negative map[int]uint64
	zero     uint64
	count    uint64
	sum      float64
}

// accuracy is how far a quantile may be off, relative to itself; growth is the factor from
// bucket to bucket that this takes.
const accuracy = 0.01

var (
	growth    = (1 + accuracy) / (1 - accuracy)
	logGrowth = math.Log(growth)
)

// smallest is what is taken for 0: below, buckets would be without end.
const smallest = 1e-12

// bucketOf returns the bucket of a positive number.
func bucketOf(v float64) int { return int(math.Ceil(math.Log(v) / logGrowth)) }

// middleOf returns the number that stands for a bucket.
func middleOf(bucket int) float64 {
	return 2 * math.Exp(float64(bucket)*logGrowth) / (1 + growth)
}

// Add counts a number; NaN and infinities are left out.
func (h *Histogram) Add(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count++
	h.sum += v
	switch {
	case v > smallest:
		if h.positive == nil {
			h.positive = map[int]uint64{}
		}
		h.positive[bucketOf(v)]++
	case v < -smallest:
		if h.negative == nil {
			h.negative = map[int]uint64{}
		}
		h.negative[bucketOf(-v)]++
	default:
		h.zero++
	}
}

// Count returns how many numbers there were, Mean their mean, NaN if there was none.
func (h *Histogram) Count() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.count
}

// Mean returns the mean of the numbers, NaN if there was none.
func (h *Histogram) Mean() float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sum / float64(h.count)
}

// A cell is a bucket, in the order of the numbers.
type cell struct {
	value float64
	count uint64
}

func (h *Histogram) cells() (cells []cell) {
	for _, b := range slices.Backward(slices.Sorted(maps.Keys(h.negative))) {
		cells = append(cells, cell{-middleOf(b), h.negative[b]})
	}
	if h.zero > 0 {
		cells = append(cells, cell{0, h.zero})
	}
	for _, b := range slices.Sorted(maps.Keys(h.positive)) {
		cells = append(cells, cell{middleOf(b), h.positive[b]})
	}
	return cells
}

// Quantile returns the number below which the share q of the numbers lies, within 1 % of
// itself; NaN if there was none.
func (h *Histogram) Quantile(q float64) float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.count == 0 || !(q >= 0 && q <= 1) {
		return math.NaN()
	}
	rank, seen := q*float64(h.count-1), uint64(0)
	cells := h.cells()
	for _, c := range cells {
		if seen += c.count; float64(seen) > rank {
			return c.value
		}
	}
	return cells[len(cells)-1].value
}

// Share returns the share of the numbers up to v, within a bucket of v; NaN if there was
// none.
func (h *Histogram) Share(v float64) float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	seen := uint64(0)
	for _, c := range h.cells() {
		if c.value <= v {
			seen += c.count
		}
	}
	return float64(seen) / float64(h.count)
}

// Merge adds the numbers of another histogram: which is merged into which makes no
// difference.
func (h *Histogram) Merge(o *Histogram) {
	o.mu.Lock()
	positive, negative, zero, count, sum := maps.Clone(o.positive), maps.Clone(o.negative), o.zero, o.count, o.sum
	o.mu.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	add := func(to *map[int]uint64, from map[int]uint64) {
		if *to == nil {
			*to = map[int]uint64{}
		}
		for b, n := range from {
			(*to)[b] += n
		}
	}
	add(&h.positive, positive)
	add(&h.negative, negative)
	h.zero += zero
	h.count += count
	h.sum += sum
}

// Counts returns how many numbers of each of two histograms lie in the cells that the
// quantiles of the reference cut, as many as are asked for: for the tests on counts.
func Counts(reference, live *Histogram, cells int) (r, l []float64) {
	var cuts []float64
	for i := 1; i < cells; i++ {
		if q := reference.Quantile(float64(i) / float64(cells)); len(cuts) == 0 || q > cuts[len(cuts)-1] {
			cuts = append(cuts, q)
		}
	}
	in := func(h *Histogram) []float64 {
		h.mu.Lock()
		defer h.mu.Unlock()
		out := make([]float64, len(cuts)+1)
		for _, c := range h.cells() {
			i, _ := slices.BinarySearch(cuts, c.value)
			out[i] += float64(c.count)
		}
		return out
	}
	return in(reference), in(live)
}

// histogramJSON is a histogram on disk.
type histogramJSON struct {
	Accuracy float64        `json:"accuracy"`
	Sum      float64        `json:"sum"`
	Zero     uint64         `json:"zero"`
	Positive map[int]uint64 `json:"positive"`
	Negative map[int]uint64 `json:"negative"`
}

// MarshalJSON encodes the histogram.
func (h *Histogram) MarshalJSON() ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return json.Marshal(histogramJSON{accuracy, h.sum, h.zero, h.positive, h.negative})
}

// Buckets of the numbers that a float64 can be.
var lowest, highest = bucketOf(smallest), bucketOf(math.MaxFloat64)

// UnmarshalJSON decodes a histogram. What cannot be one is an error, and leaves h as it
// was.
func (h *Histogram) UnmarshalJSON(data []byte) error {
	var j histogramJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return fmt.Errorf("drift: a histogram cannot be read: %w", err)
	}
	if j.Accuracy != accuracy {
		return fmt.Errorf("drift: a histogram has the accuracy %v, not %v", j.Accuracy, accuracy)
	}
	count := j.Zero
	for _, side := range []map[int]uint64{j.Positive, j.Negative} {
		for b, n := range side {
			if b < lowest || b > highest {
				return fmt.Errorf("drift: a histogram has the bucket %d, which no number lies in", b)
			}
			if count+n < count {
				return errors.New("drift: a histogram counts more than can be")
			}
			count += n
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.positive, h.negative, h.zero, h.sum, h.count = j.Positive, j.Negative, j.Zero, j.Sum, count
	return nil
}
