package drift

// This file watches what a service scores, against what its pipeline was trained with.

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
	"unicode/utf8"
)

// BaselineKey is under what a baseline stands in the provenance of an artefact.
const BaselineKey = "baseline"

// A Baseline is what a pipeline was trained with, as far as a service can compare it with
// what arrives: how often each class was predicted, and how long texts were, in
// characters. It is kept with the model:
//
//	baseline := drift.NewBaseline(texts, labels)
//	pipeline.SaveStage(pipe, "model.sav", pipeline.Origin{More: map[string]string{drift.BaselineKey: baseline.String()}})
type Baseline struct {
	Classes map[string]uint64 `json:"classes"`
	Length  *Histogram        `json:"length"`
}

// NewBaseline returns the baseline of texts and of the classes that were predicted for
// them. Either may be nil.
func NewBaseline(texts, classes []string) *Baseline {
	b := &Baseline{Classes: map[string]uint64{}, Length: &Histogram{}}
	for _, t := range texts {
		b.Length.Add(float64(utf8.RuneCountInString(t)))
	}
	for _, c := range classes {
		b.Classes[c]++
	}
	return b
}

// ParseBaseline reads what String wrote.
func ParseBaseline(text string) (*Baseline, error) {
	b := &Baseline{}
	if err := json.Unmarshal([]byte(text), b); err != nil {
		return nil, fmt.Errorf("drift: a baseline cannot be read: %w", err)
	}
	if len(b.Classes) > maxCategories {
		return nil, fmt.Errorf("drift: a baseline with %d classes has more than %d", len(b.Classes), maxCategories)
	}
	if b.Length == nil {
		b.Length = &Histogram{}
	}
	return b, nil
}

// String returns the baseline as JSON.
func (b *Baseline) String() string {
	text, err := json.Marshal(b)
	if err != nil {
		panic("drift: " + err.Error()) // counts always encode
	}
	return string(text)
}

// Ratios returns the share of each class.
func (b *Baseline) Ratios() map[string]float64 {
	total := 0.0
	for _, n := range b.Classes {
		total += float64(n)
	}
	out := map[string]float64{}
	for class, n := range b.Classes {
		if total > 0 {
			out[class] = float64(n) / total
		}
	}
	return out
}

// A Figure is what a monitor says of one thing that it watches.
type Figure struct {
	Of string // "predictions" or "length"
	Result
}

// A Monitor compares what a service scores with a baseline, in windows.
type Monitor struct {
	baseline *Baseline
	window   int
	classes  *Detector // nil if the baseline has none

	mu     sync.Mutex
	length *Histogram
	last   map[string]Result
}

// lengthCells is into how many cells lengths are cut.
const lengthCells = 10

// NewMonitor returns a monitor. The error says that the options are none.
func NewMonitor(b *Baseline, opts DetectorOpts) (*Monitor, error) {
	m := &Monitor{baseline: b, window: cmp.Or(opts.Window, 500), length: &Histogram{}, last: map[string]Result{}}
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

// Add takes a document that was scored: its length in characters, and its class, which is
// "" for a regressor.
func (m *Monitor) Add(length int, class string) {
	if m.classes != nil && class != "" {
		m.classes.Add(class)
	}
	if m.baseline.Length.Count() == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.length.Add(float64(length))
	if m.length.Count() < uint64(m.window) {
		return
	}
	reference, live := Counts(m.baseline.Length, m.length, lengthCells)
	if r, err := PSI(reference, live); err == nil {
		m.last["length"] = r
	}
	m.length = &Histogram{}
}

// Figures returns what the last whole windows say; there is none of what has had no whole
// window yet.
func (m *Monitor) Figures() (out []Figure) {
	if m.classes != nil {
		if r, ok := m.classes.Last(); ok {
			out = append(out, Figure{"predictions", r})
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.last["length"]; ok {
		out = append(out, Figure{"length", r})
	}
	return out
}
