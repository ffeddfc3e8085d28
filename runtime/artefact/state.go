package artefact

// This file defines what an artefact holds.

import "fmt"

// A Stateful value can be kept in an artefact and made again from it.
type Stateful interface {
	// State returns what there is to keep. The arrays may be the value's own:
	// they are not changed.
	State() (*State, error)
	// SetState makes the value what state says, or returns an error and leaves it
	// as it was. State comes from a file that anybody may have written: every
	// shape, index and number in it is to be checked. The value may keep the
	// arrays.
	SetState(state *State) error
}

// A State is a node of the tree that an artefact holds: a pipeline, a
// transformer or a model.
type State struct {
	// Kind says which type it is a state of, such as
	// "model.LogisticRegression".
	Kind string
	// Params are the parameters, as JSON has them: numbers are float64.
	Params map[string]any
	// Arrays are what was learned.
	Arrays map[string]Array
	// Parts are the states that it is made of, in their order.
	Parts []Part
}

// A Part is a state within a state.
type Part struct {
	Name  string
	State *State
}

// An Array is a block of numbers, row-major, or of texts.
type Array struct {
	Shape []int
	Data  any // []float64, []float32, []int64, []int32, []uint32, []uint8 or []string, of as many elements as Shape says
}

// Vector makes an array of one dimension.
func Vector[T float64 | float32 | int64 | int32 | uint32 | uint8 | string](data []T) Array {
	return Array{[]int{len(data)}, data}
}

// Get returns the elements of the array called name. Its type must be T; shape
// gives what each dimension must be, with -1 for any.
func Get[T float64 | float32 | int64 | int32 | uint32 | uint8 | string](s *State, name string, shape ...int) ([]T, error) {
	a, ok := s.Arrays[name]
	if !ok {
		return nil, fmt.Errorf("artefact: %s has no array %q", s.Kind, name)
	}
	data, ok := a.Data.([]T)
	if !ok {
		return nil, fmt.Errorf("artefact: the array %q of %s is %T, not %T", name, s.Kind, a.Data, data)
	}
	fits, n := len(a.Shape) == len(shape), 1
	for i, size := range a.Shape {
		fits = fits && (shape[i] < 0 || shape[i] == size)
		n *= size
	}
	if !fits || n != len(data) {
		return nil, fmt.Errorf("artefact: the array %q of %s has the shape %v with %d elements; expected %v", name, s.Kind, a.Shape, len(data), shape)
	}
	return data, nil
}
