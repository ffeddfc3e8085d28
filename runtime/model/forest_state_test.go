package model_test

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/model"
	"gonum.org/v1/gonum/mat"
)

// forestState is the state of two trees on two features: the first splits on both,
// the second is a leaf.
func forestState() *artefact.State {
	return &artefact.State{
		Kind:   "model.RandomForestClassifier",
		Params: map[string]any{"Trees": 2.0},
		Arrays: map[string]artefact.Array{
			"tree_start":   artefact.Vector([]int64{0, 5, 6}),
			"feature":      artefact.Vector([]int32{0, -2, 1, -2, -2, -2}),
			"threshold":    artefact.Vector([]float64{0.5, -2, math.Inf(1), -2, -2, -2}),
			"left":         artefact.Vector([]int32{1, -1, 3, -1, -1, -1}),
			"right":        artefact.Vector([]int32{2, -1, 4, -1, -1, -1}),
			"missing_left": artefact.Vector([]uint8{1, 0, 0, 0, 0, 0}),
			"value":        {Shape: []int{6, 2}, Data: []float64{0.5, 0.5, 1, 0, 0.25, 0.75, 0, 1, 0.5, 0.5, 0.5, 0.5}},
			"importances":  artefact.Vector([]float64{0.75, 0.25}),
			"classes":      artefact.Vector([]string{"a", "b"}),
		},
	}
}

func TestAStateIsWhatItSays(t *testing.T) {
	var f model.RandomForestClassifier
	noError(t, f.SetState(forestState()))
	nan := math.NaN()
	x := mat.NewDense(4, 2, []float64{0.5, 9, 0.6, 9, nan, 9, 0.6, nan})
	got, err := f.PredictProba(x)
	noError(t, err)
	want := mat.NewDense(4, 2, []float64{0.75, 0.25, 0.25, 0.75, 0.75, 0.25, 0.5, 0.5})
	if !mat.Equal(got, want) {
		t.Errorf("%v, want %v", mat.Formatted(got), mat.Formatted(want))
	}
	checkClassifier(t, &f, x)
}

func TestHostileStatesAreRefused(t *testing.T) {
	var f model.RandomForestClassifier
	noError(t, f.SetState(forestState()))
	before, err := f.State()
	noError(t, err)
	vector := func(name string, at int, v any) func(s *artefact.State) {
		return func(s *artefact.State) {
			switch data := s.Arrays[name].Data.(type) {
			case []int32:
				data[at] = int32(v.(int))
			case []int64:
				data[at] = int64(v.(int))
			case []uint8:
				data[at] = uint8(v.(int))
			case []float64:
				data[at] = v.(float64)
			case []string:
				data[at] = v.(string)
			}
		}
	}
	without := func(name string) func(s *artefact.State) {
		return func(s *artefact.State) { delete(s.Arrays, name) }
	}
	instead := func(name string, a artefact.Array) func(s *artefact.State) {
		return func(s *artefact.State) { s.Arrays[name] = a }
	}
	for want, change := range map[string]func(s *artefact.State){
		"no array \"feature\"":         without("feature"),
		"no array \"classes\"":         without("classes"),
		"no array \"importances\"":     without("importances"),
		"no parameter":                 func(s *artefact.State) { s.Params["Leaves"] = 1.0 },
		"shape [5]":                    instead("left", artefact.Vector([]int32{1, -1, 3, -1, -1})),
		"shape [6 1]":                  instead("value", artefact.Array{Shape: []int{6, 1}, Data: make([]float64, 6)}),
		"is []int64":                   instead("right", artefact.Vector([]int64{2, -1, 4, -1, -1, -1})),
		"no features":                  instead("importances", artefact.Vector([]float64{})),
		"starts of its trees":          vector("tree_start", 2, 5),
		"starts of its trees do":       instead("tree_start", artefact.Vector([]int64{0})),
		"tree 0 has the nodes":         vector("tree_start", 1, 9),
		"tree 0 has the nodes 0 to":    vector("tree_start", 1, -1),
		"node 5 of tree 0 is nobody's": vector("tree_start", 1, 6),
		"children 0 and 2":             vector("left", 0, 0),
		"children 1 and 5":             vector("right", 0, 5),
		"children 1 and 1":             vector("right", 0, 1),
		"children 1 and 4":             vector("left", 2, 1),
		"children -1 and 2":            vector("left", 0, -1),
		"children -7 and 2":            vector("left", 0, -7),
		"children 2147483647 and 2":    vector("left", 0, math.MaxInt32),
		"children 2 and 4":             vector("left", 2, 2), // itself
		"nobody's child":               func(s *artefact.State) { vector("left", 2, -1)(s); vector("right", 2, -1)(s) },
		"asks for feature 2 of 2":      vector("feature", 0, 2),
		"asks for feature -1":          vector("feature", 2, -1),
		"no threshold":                 vector("threshold", 2, math.NaN()),
		"has 7 for where":              vector("missing_left", 0, 7),
		"node 3 has the value NaN":     vector("value", 7, math.NaN()),
		"the share -0.5":               vector("value", 0, -0.5),
		"the share 1.5":                vector("value", 11, 1.5),
		"importance NaN":               vector("importances", 1, math.NaN()),
		"do not ascend":                vector("classes", 1, "a"),
		"classes do not ascend":        vector("classes", 0, "c"),
	} {
		s := forestState()
		change(s)
		err := f.SetState(s)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	after, err := f.State()
	noError(t, err)
	if !slices.Equal(slices.Sorted(maps.Keys(before.Arrays)), slices.Sorted(maps.Keys(after.Arrays))) || f.Trees != 2 || len(f.Classes()) != 2 {
		t.Error("a state that was refused has changed the forest")
	}
}

// FuzzForestState changes the arrays of a state. What is taken must predict.
func FuzzForestState(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 3, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{1, 2, 5, 0, 0, 0, 3, 1, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, changes []byte) {
		s := forestState()
		names := slices.Sorted(maps.Keys(s.Arrays))
		// Six bytes change an element: which array, which element, and to what.
		for ; len(changes) >= 6; changes = changes[6:] {
			name := names[int(changes[0])%len(names)]
			v := binary.LittleEndian.Uint32(changes[2:])
			at := int(changes[1])
			switch data := s.Arrays[name].Data.(type) {
			case []int32:
				data[at%len(data)] = int32(v)
			case []int64:
				data[at%len(data)] = int64(int32(v))
			case []uint8:
				data[at%len(data)] = uint8(v)
			case []float64:
				data[at%len(data)] = float64(math.Float32frombits(v))
			case []string:
				data[at%len(data)] = string(changes[2:6])
			}
		}
		var c model.RandomForestClassifier
		if c.SetState(s) == nil {
			x := mat.NewDense(3, 2, []float64{0.5, 9, math.NaN(), 1, -1, math.NaN()})
			if _, err := c.PredictProba(x); err != nil {
				t.Error(err)
			}
			if _, err := c.Explain(x); err != nil {
				t.Error(err)
			}
		}
		s.Arrays["value"] = artefact.Array{Shape: []int{6, 1}, Data: s.Arrays["value"].Data.([]float64)[:6]}
		var r model.RandomForestRegressor
		if r.SetState(s) == nil {
			if _, err := r.Predict(mat.NewDense(1, 2, []float64{0.5, 9})); err != nil {
				t.Error(err)
			}
		}
	})
}
