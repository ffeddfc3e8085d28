package drift

// This file compares what a service scores with what its pipeline was trained with.

import (
	"cmp"
	"maps"
	"sync"
	"unicode/utf8"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/netherfield/netherfield/runtime/feature"
)

// What a monitor watches.
const (
	OfPredictions  = "predictions"   // the shares of the classes
	OfLength       = "length"        // how many characters texts have
	OfUnknownWords = "unknown_words" // the share of a text's words that training did not see
	OfWords        = "words"         // how often words of each of 32 buckets come
)

// A Figure is what a monitor says of one thing that it watches.
type Figure struct {
	Of string // such as OfPredictions
	Result
}

// A Monitor compares what a service scores with a baseline, in windows.
type Monitor struct {
	baseline *Baseline
	opts     DetectorOpts
	classes  *Detector // nil if the baseline has none
	rows     sync.Pool // of *feature.Vector

	mu      sync.Mutex
	length  *Histogram
	unknown *Histogram
	buckets [Buckets]float64
	last    map[string]Result
}

// cellsOfNumbers is into how many cells lengths and shares are cut.
const cellsOfNumbers = 10

// NewMonitor returns a monitor. The error says that the options are none.
func NewMonitor(b *Baseline, opts DetectorOpts) (*Monitor, error) {
	opts.Window, opts.Alpha = cmp.Or(opts.Window, 500), cmp.Or(opts.Alpha, Alpha)
	m := &Monitor{baseline: b, opts: opts, length: &Histogram{}, unknown: &Histogram{}, last: map[string]Result{}}
	m.rows.New = func() any { return new(feature.Vector) }
	if err := opts.check(); err != nil {
		return nil, err
	}
	for _, n := range b.Classes {
		if n > 0 && m.classes == nil {
			var err error
			if m.classes, err = NewDetector(maps.Clone(b.Classes), opts); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// Add takes the class that was predicted; "" is that of a regressor, which has none.
func (m *Monitor) Add(class string) {
	if m.classes != nil && class != "" {
		m.classes.Add(class)
	}
}

// A Sketch is what a monitor keeps of a text.
type Sketch struct {
	Characters int
	// Words is how many words the text has, Unknown how many of them training did not
	// see, Buckets how many fall into each bucket by their hashes. They are 0 if the
	// baseline has no vocabulary.
	Words, Unknown float64
	Buckets        [Buckets]float64
}

// AddText takes a text that was scored, and returns what it keeps of it.
func (m *Monitor) AddText(text string) Sketch {
	s := Sketch{Characters: utf8.RuneCountInString(text)}
	if v := m.baseline.Vocabulary; v != nil {
		row := m.rows.Get().(*feature.Vector)
		var p textProfile
		p.read(row, text, v.known)
		m.rows.Put(row)
		s.Words, s.Unknown, s.Buckets = p.words, p.unknown, p.buckets
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.length.Add(float64(s.Characters))
	if s.Words > 0 {
		m.unknown.Add(s.Unknown / s.Words)
		for j, n := range s.Buckets {
			m.buckets[j] += n
		}
	}
	if m.length.Count() >= uint64(m.opts.Window) {
		m.close()
	}
	return s
}

// close compares the window that is full, and begins another.
func (m *Monitor) close() {
	m.numbers(OfLength, m.baseline.Length, m.length)
	if v := m.baseline.Vocabulary; v != nil {
		m.numbers(OfUnknownWords, v.unknown, m.unknown)
		if r, err := v.psi(m.buckets, m.opts.Alpha); err == nil {
			m.last[OfWords] = r
		}
	}
	m.length, m.unknown, m.buckets = &Histogram{}, &Histogram{}, [Buckets]float64{}
}

// numbers compares two histograms, if both have numbers.
func (m *Monitor) numbers(of string, reference, live *Histogram) {
	r, l := Counts(reference, live, cellsOfNumbers)
	if result, err := psi(r, l, m.opts.Alpha); err == nil {
		m.last[of] = result
	}
}

// psi compares counts of words by buckets with the vocabulary. The statistic is [PSI]; the
// limit and the p-value are those of words that go together as they do in the vocabulary's
// texts.
func (v *Vocabulary) psi(live [Buckets]float64, alpha float64) (Result, error) {
	reference := make([]float64, Buckets)
	n, m := 0.0, 0.0
	for j := range reference {
		reference[j] = float64(v.buckets[j])
		n, m = n+reference[j], m+live[j]
	}
	r, err := psi(reference, live[:], alpha)
	if err != nil {
		return r, err
	}
	test, err := ChiSquare(reference, live[:])
	if err != nil {
		return r, err
	}
	chi := distuv.ChiSquared{K: Buckets - 1}
	r.Limit = max(floorPSI, v.design*chi.Quantile(1-alpha)*(1/n+1/m))
	r.PValue = chi.Survival(test.Statistic / v.design)
	r.Drift = r.Statistic > r.Limit && r.PValue < alpha
	return r, nil
}

// Figures returns what the last whole windows say; there is none of what has had no whole
// window yet.
func (m *Monitor) Figures() (out []Figure) {
	if m.classes != nil {
		if r, ok := m.classes.Last(); ok {
			out = append(out, Figure{OfPredictions, r})
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, of := range []string{OfLength, OfUnknownWords, OfWords} {
		if r, ok := m.last[of]; ok {
			out = append(out, Figure{of, r})
		}
	}
	return out
}
