package drift

// This file has what a service must know of the data that its pipeline was trained with.

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// BaselineKey is under what a baseline stands in the provenance of an artefact.
const BaselineKey = "baseline"

// A Baseline is what a pipeline was trained with, as far as a service can compare it with
// what arrives: how often each class was predicted, how long texts were, in characters,
// and what words they are made of. It is kept with the model:
//
//	baseline := drift.NewBaseline(texts, labels)
//	pipeline.SaveStage(pipe, "model.sav", pipeline.Origin{More: map[string]string{drift.BaselineKey: baseline.String()}})
type Baseline struct {
	Classes map[string]uint64 `json:"classes"`
	Length  *Histogram        `json:"length"`
	// Vocabulary is nil if there were no texts.
	Vocabulary *Vocabulary `json:"vocabulary,omitempty"`
}

// NewBaseline returns the baseline of texts and of the classes that were predicted for
// them. Either may be nil.
func NewBaseline(texts, classes []string) *Baseline {
	b := &Baseline{Classes: map[string]uint64{}, Length: &Histogram{}}
	for _, t := range texts {
		b.Length.Add(float64(utf8.RuneCountInString(t)))
	}
	if len(texts) > 0 {
		b.Vocabulary = NewVocabulary(texts)
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
