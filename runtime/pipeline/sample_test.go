package pipeline

import (
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
)

func TestARandomSearchTriesWhatScikitLearnsDoes(t *testing.T) {
	s := golden.Load(t, "sampled")
	for _, part := range s.Parts {
		var c struct{ Total, N, Seed int }
		if err := artefact.SetParams(&c, map[string]any{"Total": part.State.Params["total"], "N": part.State.Params["n"], "Seed": part.State.Params["seed"]}); err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, part.Name, sampleWithoutReplacement(c.Total, min(c.N, c.Total), uint32(c.Seed)), golden.Ints(t, part.State, "chosen"))
	}
}
