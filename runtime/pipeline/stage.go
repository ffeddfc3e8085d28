package pipeline

// This file defines how stages are kept on disk.

import (
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/netherfield/netherfield/runtime/artefact"
)

// SaveFile is the environment variable that, when set, says where [SaveStage] writes,
// whatever path it is given: so a build turns notebooks into a service.
const SaveFile = "S2I_PIPELINE_STAGE_SAVE_FILE"

// SaveStage keeps a fitted stage, a pipeline or any [artefact.Stateful] whose kind is
// known ([Register]), in the file at path, or where $S2I_PIPELINE_STAGE_SAVE_FILE
// says. The file is written whole or not at all, is an artefact, and says where it
// comes from: what origin says, and beyond it what [Origin] describes. The time is
// left out: the same model from the same sources makes the same bytes, and so the
// same digest.
func SaveStage(stage any, path string, origin ...Origin) error {
	if file := os.Getenv(SaveFile); file != "" {
		path = file
	}
	return WriteStage(stage, path, origin...)
}

// WriteStage is [SaveStage] for programs that know where a file belongs: it writes to path
// whatever the environment says.
func WriteStage(stage any, path string, origin ...Origin) error {
	if p, ok := stage.(*Pipeline); ok && p != nil && p.alone {
		stage = p.steps[0].Stage
	}
	if isNil(stage) {
		return fmt.Errorf("pipeline: there is no stage to save in %s", path)
	}
	root, err := stateOf(stage)
	if err != nil {
		return fmt.Errorf("pipeline: cannot save %s: %w", path, err)
	}
	var o Origin
	switch len(origin) {
	case 0:
	case 1:
		o = origin[0]
	default:
		return fmt.Errorf("pipeline: a stage has one origin, not %d", len(origin))
	}
	f := &artefact.File{Provenance: o.provenance(), Root: root}
	if err := artefact.WriteFile(path, f); err != nil {
		return fmt.Errorf("pipeline: cannot save the stage: %w", err)
	}
	if p, ok := stage.(*Pipeline); ok {
		p.digest, p.provenance = f.Digest, f.Provenance
	}
	return nil
}

// LoadStage makes a pipeline of the file at path that [SaveStage] or the exporter
// for scikit-learn wrote, fitted as it was. Of a single transformer or model it makes
// a pipeline of that step, with the name of its type in lower case; given to [Step],
// it is the transformer or model itself again.
func LoadStage(path string) (*Pipeline, error) {
	f, err := artefact.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("pipeline: cannot load the stage: %w", err)
	}
	p, err := stageOf(f)
	if err != nil {
		return nil, fmt.Errorf("pipeline: cannot load %s: %w", path, err)
	}
	return p, nil
}

// ReadStage is [LoadStage] of the bytes of a file.
func ReadStage(data []byte) (*Pipeline, error) {
	f, err := artefact.Read(data)
	if err != nil {
		return nil, fmt.Errorf("pipeline: cannot read the stage: %w", err)
	}
	p, err := stageOf(f)
	if err != nil {
		return nil, fmt.Errorf("pipeline: cannot read the stage: %w", err)
	}
	return p, nil
}

// stageOf makes a pipeline of what a file says.
func stageOf(f *artefact.File) (*Pipeline, error) {
	stage, err := fromState(f.Root)
	if err != nil {
		return nil, err
	}
	p, ok := stage.(*Pipeline)
	if !ok {
		_, name, _ := strings.Cut(f.Root.Kind, ".")
		p = New(Step(strings.ToLower(strings.ReplaceAll(name, ".", "")), stage))
		if p.err != nil {
			return nil, fmt.Errorf("it holds a %s, which is neither a transformer nor a model; pipeline.Load[%T] loads it", f.Root.Kind, stage)
		}
		p.alone = true
	}
	p.digest, p.provenance = f.Digest, f.Provenance
	return p, nil
}

// Load makes a value of a type of the file at path:
//
//	m, err := pipeline.Load[*model.LogisticRegression]("model.sav")
func Load[T artefact.Stateful](path string) (T, error) {
	var t T
	f, err := artefact.ReadFile(path)
	if err != nil {
		return t, fmt.Errorf("pipeline: cannot load the stage: %w", err)
	}
	stage, err := fromState(f.Root)
	if err != nil {
		return t, fmt.Errorf("pipeline: cannot load %s: %w", path, err)
	}
	out, ok := stage.(T)
	if !ok {
		return t, fmt.Errorf("pipeline: %s holds a %T, not a %T", path, stage, t)
	}
	if p, ok := stage.(*Pipeline); ok {
		p.digest, p.provenance = f.Digest, f.Provenance
	}
	return out, nil
}

// Digest names the file that the pipeline was loaded from or saved in last, the
// SHA-256 of its bytes in hexadecimal: "" if there is none, or if the pipeline was
// fitted or given parameters since.
func (p *Pipeline) Digest() string { return p.digest }

// Provenance returns what that file says about where it comes from.
func (p *Pipeline) Provenance() map[string]string { return maps.Clone(p.provenance) }
