package drift

// This file watches streams.

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"sync"
)

// DetectorOpts configure a Detector. The zero value works.
type DetectorOpts struct {
	// Window is how many predictions are compared at a time; 500 if 0.
	Window int
	// Alpha is the probability that a window without drift is taken for one with; 0.001
	// if 0.
	Alpha float64
}

func (o DetectorOpts) check() error {
	if o.Window < 1 || !(o.Alpha > 0 && o.Alpha < 1) {
		return fmt.Errorf("drift: windows of %d with a false alarm rate of %v cannot be", o.Window, o.Alpha)
	}
	return nil
}

// A Detector compares the classes of a stream, a window after the other, with those of a
// reference, by [PSI]. It speaks of drift in a window without any with a probability of
// Alpha at most, as far as windows have five expected predictions of each class.
type Detector struct {
	names     []string
	reference []float64
	opts      DetectorOpts

	mu     sync.Mutex
	index  map[string]int
	counts []float64
	seen   int
	last   Result
	any    bool
}

// NewDetector returns a detector for a reference: how often each class was predicted when
// the model was trained. Classes that the reference does not have are counted as one more,
// Other. The error says that the reference counts nothing, or that the options are none.
func NewDetector(reference map[string]uint64, opts DetectorOpts) (*Detector, error) {
	opts.Window, opts.Alpha = cmp.Or(opts.Window, 500), cmp.Or(opts.Alpha, Alpha)
	if err := opts.check(); err != nil {
		return nil, err
	}
	d := &Detector{opts: opts, index: map[string]int{}}
	total := 0.0
	d.names, d.reference, _ = Aligned(reference, map[string]uint64{Other: 0})
	for i, name := range d.names {
		d.index[name] = i
		total += d.reference[i]
	}
	if total == 0 {
		return nil, errors.New("drift: the reference of a detector counts nothing")
	}
	d.counts = make([]float64, len(d.names))
	return d, nil
}

// Add counts a prediction. After the last of a window it returns what the window says,
// and true.
func (d *Detector) Add(class string) (Result, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i, ok := d.index[class]
	if !ok {
		i = d.index[Other]
	}
	d.counts[i]++
	if d.seen++; d.seen < d.opts.Window {
		return Result{}, false
	}
	// The counts are none that psi refuses.
	d.last, _ = psi(d.reference, d.counts, d.opts.Alpha)
	d.any = true
	clear(d.counts)
	d.seen = 0
	return d.last, true
}

// Last returns what the last whole window says, and false if there was none.
func (d *Detector) Last() (Result, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.last, d.any
}

// CUSUMOpts configure a CUSUM. The zero value works.
type CUSUMOpts struct {
	// Shift is the change of the mean that is to be found soonest, in standard
	// deviations; 1 if 0.
	Shift float64
	// RunLength is how many numbers pass on average before a false alarm; 100,000 if 0.
	RunLength float64
}

// A CUSUM watches the mean of a stream of numbers, such as the lengths of documents: it
// adds up how far they are beyond half a shift from the mean, upward and downward, and
// alarms when a sum passes a limit. (Page, Continuous inspection schemes, Biometrika 41,
// 1954.) The limit is chosen by Siegmund's approximation so that numbers without a change
// that are normally distributed run for RunLength on average before an alarm; those with
// heavier tails alarm sooner.
type CUSUM struct {
	mean, sd, slack, limit float64

	mu       sync.Mutex
	up, down float64
}

// NewCUSUM returns a detector for numbers of a mean and a standard deviation. The error
// says that the two are none, or that the options are.
func NewCUSUM(mean, sd float64, opts CUSUMOpts) (*CUSUM, error) {
	opts.Shift, opts.RunLength = cmp.Or(opts.Shift, 1), cmp.Or(opts.RunLength, 100_000)
	if !(sd > 0) || math.IsInf(sd, 0) || math.IsNaN(mean) || math.IsInf(mean, 0) {
		return nil, fmt.Errorf("drift: the mean %v and the standard deviation %v cannot be watched", mean, sd)
	}
	if !(opts.Shift > 0) || !(opts.RunLength > 1) || math.IsInf(opts.Shift+opts.RunLength, 0) {
		return nil, fmt.Errorf("drift: a shift of %v and a run length of %v cannot be", opts.Shift, opts.RunLength)
	}
	c := &CUSUM{mean: mean, sd: sd, slack: opts.Shift / 2}
	// Each side alarms half as often as both.
	lo, hi := 0.0, 1.0
	for runLength(c.slack, hi) < 2*opts.RunLength {
		hi *= 2
	}
	for range 100 {
		if c.limit = (lo + hi) / 2; runLength(c.slack, c.limit) < 2*opts.RunLength {
			lo = c.limit
		} else {
			hi = c.limit
		}
	}
	return c, nil
}

// runLength is how long one side runs on average without a change: (e^(2kb) − 2kb − 1) /
// 2k² with b = h + 1.166 (Siegmund, Sequential Analysis, 1985).
func runLength(k, h float64) float64 {
	b := h + 1.166
	return (math.Exp(2*k*b) - 2*k*b - 1) / (2 * k * k)
}

// Add takes a number and tells whether the mean has changed; after an alarm it begins
// anew. The statistic of the result is the larger of the two sums. NaN is left out.
func (c *CUSUM) Add(v float64) Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	if z := (v - c.mean) / c.sd; !math.IsNaN(z) {
		c.up = max(0, c.up+z-c.slack)
		c.down = max(0, c.down-z-c.slack)
	}
	r := Result{Test: "CUSUM", Statistic: max(c.up, c.down), Limit: c.limit, PValue: math.NaN()}
	if r.Drift = r.Statistic > r.Limit; r.Drift {
		c.up, c.down = 0, 0
	}
	return r
}
