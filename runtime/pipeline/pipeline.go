package pipeline

// This file defines what a pipeline is made of.

import (
	"errors"
	"fmt"
	"strings"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
)

// A Pipeline is a row of named steps, each given what the one before it made. Its
// steps are the values that it was made of: fitting it fits them.
type Pipeline struct {
	steps []NamedStep
	err   error // why New could make nothing of the steps
	// spoiled says that Fit has begun and not succeeded, so that some steps may have
	// been fitted to other data than the rest.
	spoiled bool
	// alone says that LoadStage wrapped a single step that it found without a
	// pipeline.
	alone      bool
	digest     string
	provenance map[string]string
}

// A NamedStep is a transformer or a model with its name in a pipeline.
type NamedStep struct {
	Name string
	// Stage is a pointer to the transformer, the model or the pipeline.
	Stage any
}

// Step names a step. Names are not empty and have no dot in them. The stage is a
// pointer to a transformer or to a model, or a *[Pipeline]; of one that [LoadStage]
// made of a single transformer or model it is that.
func Step(name string, stage any) NamedStep {
	if p, ok := stage.(*Pipeline); ok && p != nil && p.alone {
		stage = p.steps[0].Stage
	}
	return NamedStep{name, stage}
}

// New puts steps in a row. So that it reads well where pipelines are written, it
// returns no error: if the steps do not fit together, [Pipeline.Err] and all
// methods that return an error tell so.
func New(steps ...NamedStep) *Pipeline {
	p := &Pipeline{steps: append([]NamedStep(nil), steps...)}
	p.err = check(p.steps)
	return p
}

// Err returns why the pipeline can do nothing: two steps of one name, a step that
// is neither a transformer nor a model, a model that is not the last, or a step
// that cannot take what the step before it makes.
func (p *Pipeline) Err() error { return p.err }

// Steps returns the steps in their order.
func (p *Pipeline) Steps() []NamedStep { return append([]NamedStep(nil), p.steps...) }

// Named returns the step of the name, such as "tfidf", or "features.tfidf" for one
// of a pipeline that is a step itself; nil if there is none. See also [Get].
func (p *Pipeline) Named(name string) any {
	first, rest, nested := strings.Cut(name, ".")
	for _, s := range p.steps {
		if s.Name != first {
			continue
		}
		if !nested {
			return s.Stage
		}
		if inner, ok := s.Stage.(*Pipeline); ok {
			return inner.Named(rest)
		}
	}
	return nil
}

// Get returns the step of the name as what it is:
//
//	coef := pipeline.Get[*model.LogisticRegression](pipe, "model").Coef()
func Get[T any](p *Pipeline, name string) (T, error) {
	stage := p.Named(name)
	t, ok := stage.(T)
	switch {
	case stage == nil:
		return t, fmt.Errorf("pipeline: there is no step %q%s", name, nearest(name, p.names("")))
	case !ok:
		return t, fmt.Errorf("pipeline: step %q is a %T, not a %T", name, stage, t)
	}
	return t, nil
}

// names returns the names of all steps, with prefix before them.
func (p *Pipeline) names(prefix string) (names []string) {
	for _, s := range p.steps {
		names = append(names, prefix+s.Name)
		if inner, ok := s.Stage.(*Pipeline); ok && inner != nil {
			names = append(names, inner.names(prefix+s.Name+".")...)
		}
	}
	return names
}

// Features returns the pipeline of the steps before the model: all of them if there
// is no model. It shares its steps with this one. If the model is the only step, it
// has none, and can do nothing.
func (p *Pipeline) Features() *Pipeline {
	if p.err != nil || len(p.steps) == 0 {
		return p
	}
	last := p.steps[len(p.steps)-1]
	steps := p.steps[: len(p.steps)-1 : len(p.steps)-1]
	if inner, ok := last.Stage.(*Pipeline); ok {
		if f := inner.Features(); len(f.steps) > 0 {
			steps = append(steps, NamedStep{last.Name, f})
		}
	} else if !isModel(last.Stage) {
		return p
	}
	f := &Pipeline{steps: steps, spoiled: p.spoiled}
	if len(steps) == 0 {
		f.err = fmt.Errorf("pipeline: there are no steps before the model, %q", p.last().path)
	}
	return f
}

// A kind is what a step takes.
type kind int

const (
	unknown kind = iota
	texts
	frames
	matrices // and makes a matrix
	modelKind
)

func (k kind) String() string {
	return [...]string{"nothing known", "texts", "frames", "a matrix", "a matrix"}[k]
}

func isModel(stage any) bool {
	switch stage.(type) {
	case model.Classifier, model.Regressor:
		return true
	}
	return false
}

func kindOf(stage any) kind {
	switch s := stage.(type) {
	case *Pipeline:
		if leaves := s.leaves(""); len(leaves) > 0 {
			return kindOf(leaves[0].stage)
		}
		return matrices
	case feature.Texts:
		return texts
	case feature.Frames:
		return frames
	case feature.Matrices:
		return matrices
	case model.Classifier, model.Regressor:
		return modelKind
	}
	return unknown
}

// A leaf is a step that is no pipeline.
type leaf struct {
	path  string // such as "features.tfidf"
	stage any
}

// leaves returns the steps, and those of the pipelines among them.
func (p *Pipeline) leaves(prefix string) (leaves []leaf) {
	for _, s := range p.steps {
		if inner, ok := s.Stage.(*Pipeline); ok {
			leaves = append(leaves, inner.leaves(prefix+s.Name+".")...)
		} else {
			leaves = append(leaves, leaf{prefix + s.Name, s.Stage})
		}
	}
	return leaves
}

// each calls f for the pipeline and the pipelines in it.
func (p *Pipeline) each(f func(*Pipeline)) {
	f(p)
	for _, s := range p.steps {
		if inner, ok := s.Stage.(*Pipeline); ok {
			inner.each(f)
		}
	}
}

// check tells what is wrong with the steps.
func check(steps []NamedStep) error {
	if len(steps) == 0 {
		return errors.New("pipeline: there are no steps; New(Step(\"name\", stage), …) takes one at least")
	}
	seen := map[string]bool{}
	for i, s := range steps {
		switch {
		case s.Name == "" || strings.Contains(s.Name, "."):
			return fmt.Errorf("pipeline: step %d is called %q; a name has one letter at least and no dot", i+1, s.Name)
		case seen[s.Name]:
			return fmt.Errorf("pipeline: two steps are called %q", s.Name)
		case isNil(s.Stage):
			return fmt.Errorf("pipeline: step %q is nil", s.Name)
		}
		seen[s.Name] = true
		if inner, ok := s.Stage.(*Pipeline); ok {
			if inner.err != nil {
				return fmt.Errorf("pipeline: step %q: %w", s.Name, inner.err)
			}
		} else if kindOf(s.Stage) == unknown {
			hint := ""
			if isValueOfStage(s.Stage) {
				hint = fmt.Sprintf("; take its address: &%T{…}", s.Stage)
			}
			return fmt.Errorf("pipeline: step %q, a %T, is neither a transformer nor a model%s", s.Name, s.Stage, hint)
		}
	}
	leaves := (&Pipeline{steps: steps}).leaves("")
	for i, l := range leaves[1:] {
		before := leaves[i]
		switch k := kindOf(l.stage); {
		case isModel(before.stage):
			return fmt.Errorf("pipeline: step %q is a model (%T), and a model can only be the last step; step %q follows it", before.path, before.stage, l.path)
		case k != matrices && k != modelKind:
			return fmt.Errorf("pipeline: step %q (%T) takes %s, but step %q (%T) before it makes a matrix", l.path, l.stage, k, before.path, before.stage)
		}
	}
	return nil
}
