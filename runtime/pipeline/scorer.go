package pipeline

// This file defines how one document is scored without allocation.

import (
	"context"
	"errors"
	"fmt"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/model"
	"gonum.org/v1/gonum/mat"
)

// A Scorer runs single documents, or single rows of features, through a fitted
// pipeline, with the same numbers as the pipeline's own methods and, once it has
// seen a few, without allocation. It must not be used by two goroutines at once:
// each takes one of its own, or one from a [sync.Pool]. It is the pipeline as it
// was fitted when the scorer was made.
type Scorer struct {
	first      leaf
	texts      feature.TextVector // nil if rows of features are scored
	frames     feature.Frames     // the first step of a pipeline that begins with frames
	loaded     mat.Matrix         // what that step made of the frame
	vectors    []feature.VectorVector
	names      []string // of the steps, as texts and vectors have them, then the model's
	classifier model.Classifier
	regressor  model.Regressor
	classes    []string
	proba      []float64
	v          feature.Vector
}

// Scorer makes a scorer. It is an error if the pipeline is not fitted, or if one of its
// steps cannot work on single rows. Of a pipeline that begins with frames, the first step
// works on all rows of a frame at once: see [Scorer.Load].
func (p *Pipeline) Scorer() (*Scorer, error) {
	switch {
	case p.err != nil:
		return nil, p.err
	case p.isSpoiled():
		return nil, &feature.NotFittedError{What: "pipeline.Pipeline"}
	}
	s := &Scorer{}
	for i, l := range p.leaves("") {
		if i == 0 {
			s.first = l
		}
		s.names = append(s.names, l.path)
		switch stage := l.stage.(type) {
		case model.Classifier:
			s.classifier, s.classes = stage, stage.Classes()
			if len(s.classes) == 0 {
				return nil, l.wrap(&feature.NotFittedError{What: fmt.Sprintf("%T", stage)[1:]})
			}
			s.proba = make([]float64, len(s.classes))
		case model.Regressor:
			s.regressor = stage
		case feature.TextVector:
			s.texts = stage
		case feature.VectorVector:
			s.vectors = append(s.vectors, stage)
		case feature.Frames:
			s.frames = stage
		default:
			return nil, fmt.Errorf("pipeline: step %q is a %T, which cannot score single rows; Predict and Transform can", l.path, l.stage)
		}
	}
	return s, nil
}

// Classes returns the classes, in the order of the probabilities.
func (s *Scorer) Classes() []string { return s.classes }

// Score returns the most probable class of the document, and the probability of
// each of [Scorer.Classes], in a slice that the next call overwrites.
func (s *Scorer) Score(doc string) (class string, proba []float64, err error) {
	if _, err := s.Features(doc); err != nil {
		return "", nil, err
	}
	return s.classify()
}

// ScoreRow is [Scorer.Score] for a row of features. It does not change x.
func (s *Scorer) ScoreRow(x []float64) (class string, proba []float64, err error) {
	if _, err := s.FeaturesRow(x); err != nil {
		return "", nil, err
	}
	return s.classify()
}

// ScoreVector is [Scorer.Score] for features. It does not change x.
func (s *Scorer) ScoreVector(x *feature.Vector) (class string, proba []float64, err error) {
	if _, err := s.FeaturesVector(x); err != nil {
		return "", nil, err
	}
	return s.classify()
}

// Value returns the value that a regressor predicts for the document.
func (s *Scorer) Value(doc string) (float64, error) {
	if _, err := s.Features(doc); err != nil {
		return 0, err
	}
	return s.value()
}

// ValueRow is [Scorer.Value] for a row of features. It does not change x.
func (s *Scorer) ValueRow(x []float64) (float64, error) {
	if _, err := s.FeaturesRow(x); err != nil {
		return 0, err
	}
	return s.value()
}

// ValueVector is [Scorer.Value] for features. It does not change x.
func (s *Scorer) ValueVector(x *feature.Vector) (float64, error) {
	if _, err := s.FeaturesVector(x); err != nil {
		return 0, err
	}
	return s.value()
}

// Load has the first step make features of the rows of a frame, which
// [Scorer.ScoreLoaded] and [Scorer.ValueLoaded] then score one by one, until the next
// Load. What they return is what Predict makes of the same rows, whatever other rows are
// in the frame.
func (s *Scorer) Load(ctx context.Context, f *frame.Frame) (err error) {
	if s.frames == nil {
		return fmt.Errorf("pipeline: step %q (%T) takes no frames", s.first.path, s.first.stage)
	}
	s.loaded, err = s.frames.TransformContext(ctx, f)
	return s.first.wrap(err)
}

// ScoreLoaded is [Scorer.Score] for a row of the frame that was loaded.
func (s *Scorer) ScoreLoaded(row int) (class string, proba []float64, err error) {
	if err := s.featuresLoaded(row); err != nil {
		return "", nil, err
	}
	return s.classify()
}

// ValueLoaded is [Scorer.Value] for a row of the frame that was loaded.
func (s *Scorer) ValueLoaded(row int) (float64, error) {
	if err := s.featuresLoaded(row); err != nil {
		return 0, err
	}
	return s.value()
}

func (s *Scorer) featuresLoaded(row int) error {
	if s.loaded == nil {
		return errors.New("pipeline: no frame is loaded; Load comes before ScoreLoaded and ValueLoaded")
	}
	if rows, _ := s.loaded.Dims(); row < 0 || row >= rows {
		return fmt.Errorf("pipeline: the frame that is loaded has no row %d, but %d rows", row, rows)
	}
	s.v.Index, s.v.Value = s.v.Index[:0], s.v.Value[:0]
	switch x := s.loaded.(type) {
	case *feature.CSR:
		js, values := x.Row(row)
		s.v.Len, s.v.Dense = x.Cols, false
		s.v.Index, s.v.Value = append(s.v.Index, js...), append(s.v.Value, values...)
	case mat.RawRowViewer:
		values := x.RawRowView(row)
		s.v.Len, s.v.Dense = len(values), true
		s.v.Value = append(s.v.Value, values...)
	default:
		return fmt.Errorf("pipeline: step %q (%T) makes a %T, whose rows cannot be scored one by one", s.first.path, s.first.stage, x)
	}
	return s.transform(1)
}

// Inputs returns the columns that a pipeline reads which begins with frames: nil if it
// does not, or if its first step does not tell.
func (s *Scorer) Inputs() []feature.Input {
	if told, ok := s.frames.(feature.HasInputs); ok {
		return told.Inputs()
	}
	return nil
}

// Takes tells what is scored: texts, rows of features, or the rows of frames.
func (s *Scorer) Takes() string {
	switch {
	case s.texts != nil:
		return "texts"
	case s.frames != nil:
		return "frames"
	}
	return "rows"
}

// Predicts tells whether the pipeline ends in a model.
func (s *Scorer) Predicts() bool { return s.classifier != nil || s.regressor != nil }

// Active returns how many features of the last document or row were not zero: what the
// model had to work with.
func (s *Scorer) Active() int {
	n := 0
	for _, v := range s.v.Value {
		if v != 0 {
			n++
		}
	}
	return n
}

// Features returns what the transformers make of the document: what the model is
// given, if there is one. The next call overwrites it.
func (s *Scorer) Features(doc string) (*feature.Vector, error) {
	if s.texts == nil {
		if s.frames != nil {
			return nil, s.wantsRows()
		}
		return nil, fmt.Errorf("pipeline: step %q (%T) takes features, not texts; ScoreRow and ScoreVector score them", s.first.path, s.first.stage)
	}
	if err := s.texts.TransformText(&s.v, doc); err != nil {
		return nil, s.first.wrap(err)
	}
	return &s.v, s.transform(1)
}

// FeaturesRow is [Scorer.Features] for a row of features. It does not change x.
func (s *Scorer) FeaturesRow(x []float64) (*feature.Vector, error) {
	if err := s.wantsRows(); err != nil {
		return nil, err
	}
	s.v.Len, s.v.Dense = len(x), true
	s.v.Index, s.v.Value = s.v.Index[:0], append(s.v.Value[:0], x...)
	return &s.v, s.transform(0)
}

// FeaturesVector is [Scorer.Features] for features. It does not change x.
func (s *Scorer) FeaturesVector(x *feature.Vector) (*feature.Vector, error) {
	if err := s.wantsRows(); err != nil {
		return nil, err
	}
	s.v.Len, s.v.Dense = x.Len, x.Dense
	s.v.Index, s.v.Value = append(s.v.Index[:0], x.Index...), append(s.v.Value[:0], x.Value...)
	return &s.v, s.transform(0)
}

func (s *Scorer) wantsRows() error {
	switch {
	case s.texts != nil:
		return fmt.Errorf("pipeline: step %q (%T) takes texts, not features; Score scores them", s.first.path, s.first.stage)
	case s.frames != nil:
		return fmt.Errorf("pipeline: step %q (%T) takes frames; Load and ScoreLoaded score them", s.first.path, s.first.stage)
	}
	return nil
}

func (s *Scorer) transform(done int) error {
	for i, stage := range s.vectors {
		if err := stage.TransformVector(&s.v); err != nil {
			return leaf{path: s.names[done+i]}.wrap(err)
		}
	}
	return nil
}

func (s *Scorer) classify() (string, []float64, error) {
	if s.classifier == nil {
		return "", nil, fmt.Errorf("pipeline: the last step, %q, is no classifier", s.names[len(s.names)-1])
	}
	if err := s.classifier.ProbaVector(&s.v, s.proba); err != nil {
		return "", nil, leaf{path: s.names[len(s.names)-1]}.wrap(err)
	}
	best := 0
	for k, p := range s.proba {
		if p > s.proba[best] {
			best = k
		}
	}
	return s.classes[best], s.proba, nil
}

func (s *Scorer) value() (float64, error) {
	if s.regressor == nil {
		return 0, fmt.Errorf("pipeline: the last step, %q, is no regressor", s.names[len(s.names)-1])
	}
	value, err := s.regressor.ValueVector(&s.v)
	if err != nil {
		return 0, leaf{path: s.names[len(s.names)-1]}.wrap(err)
	}
	return value, nil
}
