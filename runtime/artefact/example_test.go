package artefact_test

import (
	"bytes"
	"fmt"

	"github.com/netherfield/netherfield/runtime/artefact"
)

func Example() {
	var file bytes.Buffer
	err := artefact.Write(&file, &artefact.File{
		Provenance: map[string]string{"commit": "ac0f434"},
		Root: &artefact.State{
			Kind:   "example.Mean",
			Params: map[string]any{"Trim": 0.1},
			Arrays: map[string]artefact.Array{"mean": artefact.Vector([]float64{1.5, 2})},
		},
	})
	if err != nil {
		fmt.Println(err)
	}
	read, err := artefact.Read(file.Bytes())
	if err != nil {
		fmt.Println(err)
	}
	mean, err := artefact.Get[float64](read.Root, "mean", -1)
	fmt.Println(read.Root.Kind, read.Root.Params["Trim"], mean, err)
	// Output: example.Mean 0.1 [1.5 2] <nil>
}
