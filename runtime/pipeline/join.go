package pipeline

// This file makes one pipeline of stages that were saved one by one.

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Join puts stages in a row, as [LoadStage] and [ReadStage] made them: those that have
// steps give them, single transformers and models are steps themselves. Steps whose names
// are taken get a number behind them: "model", "model2". The stages' origins become the
// origin of the whole: what they agree on, else what each says, in their order, with ", "
// between. The error says that the stages do not fit together.
func Join(stages ...*Pipeline) (*Pipeline, Origin, error) {
	var steps []NamedStep
	names := map[string]bool{}
	said := map[string][]string{}
	for _, p := range stages {
		for _, s := range p.Steps() {
			name := s.Name
			for n := 2; names[s.Name]; n++ {
				s.Name = fmt.Sprint(name, n)
			}
			names[s.Name] = true
			steps = append(steps, s)
		}
		for key, value := range p.provenance {
			if !slices.Contains(said[key], value) {
				said[key] = append(said[key], value)
			}
		}
	}
	joined := New(steps...)
	if joined.err != nil {
		return nil, Origin{}, fmt.Errorf("the stages cannot be joined: %w", joined.err)
	}
	more := map[string]string{}
	for key, values := range said {
		more[key] = strings.Join(values, ", ")
	}
	maps.DeleteFunc(more, func(_, value string) bool { return value == "" })
	return joined, Origin{Commit: more["commit"], Notebook: more["notebook"], Data: more["data_sha256"], More: more}, nil
}
