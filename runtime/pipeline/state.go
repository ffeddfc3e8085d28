package pipeline

// This file defines what of a pipeline is kept.

import (
	"fmt"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
)

const pipelineKind = "pipeline.Pipeline"

// State returns the states of the steps, as parts that have their names. Its kind is
// "pipeline.Pipeline".
func (p *Pipeline) State() (*artefact.State, error) {
	switch {
	case p.err != nil:
		return nil, p.err
	case p.spoiled:
		return nil, &feature.NotFittedError{What: pipelineKind}
	}
	state := &artefact.State{Kind: pipelineKind}
	for _, s := range p.steps {
		part, err := stateOf(s.Stage)
		if err != nil {
			return nil, fmt.Errorf("pipeline: step %q: %w", s.Name, err)
		}
		state.Parts = append(state.Parts, artefact.Part{Name: s.Name, State: part})
	}
	return state, nil
}

// stateOf returns the state of a stage that can be made again from it.
func stateOf(stage any) (*artefact.State, error) {
	s, ok := stage.(artefact.Stateful)
	if !ok {
		return nil, fmt.Errorf("a %T cannot be saved: it has no methods State and SetState (artefact.Stateful)", stage)
	}
	state, err := s.State()
	if err != nil {
		return nil, err
	}
	if _, err := newOf(state.Kind); err != nil {
		return nil, fmt.Errorf("a %T could not be loaded again: %w", stage, err)
	}
	return state, nil
}

// SetState makes the pipeline what the state says: its steps are new values.
func (p *Pipeline) SetState(state *artefact.State) error {
	if state.Kind != pipelineKind {
		return fmt.Errorf("pipeline: a state of the kind %q is no pipeline", state.Kind)
	}
	var steps []NamedStep
	for _, part := range state.Parts {
		stage, err := fromState(part.State)
		if err != nil {
			return fmt.Errorf("pipeline: step %q: %w", part.Name, err)
		}
		steps = append(steps, NamedStep{part.Name, stage})
	}
	if err := check(steps); err != nil {
		return err
	}
	*p = Pipeline{steps: steps}
	return nil
}

func fromState(state *artefact.State) (artefact.Stateful, error) {
	stage, err := newOf(state.Kind)
	if err != nil {
		return nil, err
	}
	return stage, stage.SetState(state)
}
