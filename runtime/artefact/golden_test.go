package artefact_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
)

func TestWhatPythonWritesIsRead(t *testing.T) {
	want := &artefact.State{
		Kind: "golden",
		Params: map[string]any{"Float": 0.1, "NaN": "NaN", "Infinity": "-Infinity", "Int": float64(1 << 53), "Large": "-9223372036854775808",
			"Text": "naïve", "None": nil, "List": []any{1.0, []any{true}}},
		Arrays: map[string]artefact.Array{
			"f64":    {Shape: []int{2, 3}, Data: []float64{1.5, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.SmallestNonzeroFloat64, 1e308}},
			"f32":    artefact.Vector([]float32{0.1}),
			"i64":    artefact.Vector([]int64{math.MinInt64, math.MaxInt64}),
			"i32":    artefact.Vector([]int32{math.MinInt32}),
			"u32":    artefact.Vector([]uint32{math.MaxUint32}),
			"u8":     artefact.Vector([]uint8{1, 0}),
			"none":   {Shape: []int{0, 3}, Data: []float64{}},
			"number": {Shape: []int{}, Data: []float64{7}},
			"text":   artefact.Vector([]string{"", "it is a truth", "日本", "\x00"}),
		},
		Parts: []artefact.Part{
			{Name: "empty", State: &artefact.State{Kind: "golden"}},
			{Name: "nested", State: &artefact.State{Kind: "golden", Parts: []artefact.Part{
				{Name: "deeper", State: &artefact.State{Kind: "golden", Arrays: map[string]artefact.Array{"text": artefact.Vector([]string{"Ω"})}}},
			}}},
		},
	}
	got := golden.Load(t, "types")
	if diff := cmp.Diff(want, got, options); diff != "" {
		t.Error(diff)
	}
	if !math.Signbit(golden.Floats(t, got, "f64")[1]) {
		t.Error("-0 has lost its sign")
	}
}
