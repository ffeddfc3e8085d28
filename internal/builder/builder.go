// Package builder makes the artefact of a pipeline service of notebooks: each notebook
// runs from top to bottom and saves its stage, and the stages in their order are the
// pipeline.
//
//	done, err := builder.Make(ctx, builder.Opts{
//		Notebooks: []string{"03-feature-engineering-tfidf.ipynb", "04-model-logistic-regression.ipynb"},
//		Output:    "model.sav",
//	})
//
// A stage is what a notebook gives to pipeline.SaveStage, whatever path stands there: the
// kernel finds S2I_PIPELINE_STAGE_SAVE_FILE set. A notebook that needs the stages before it
// finds their files in NETHERFIELD_STAGES, divided as paths in PATH.
package builder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/netherfield/netherfield/internal/jupyter"
	"github.com/netherfield/netherfield/internal/notebook"
	"github.com/netherfield/netherfield/internal/runner"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

// StagesVariable names the files of the stages that were made before a notebook runs.
const StagesVariable = "NETHERFIELD_STAGES"

// Opts say what is built.
type Opts struct {
	Notebooks []string // paths, in the order of their stages
	Output    string   // path of the artefact
	// Spec returns the kernel of a notebook.
	Spec func(*notebook.Notebook) (*jupyter.Spec, error)
	// Parameters are given to each notebook that declares them in its cell tagged
	// "parameters".
	Parameters  map[string]string
	CellTimeout time.Duration
	// Progress is told how many of the code cells of a notebook are done.
	Progress func(notebook string, done, total int)
	// Output of the kernels' processes.
	Log io.Writer
}

// A Stage is what a notebook gave.
type Stage struct {
	Notebook string   `json:"notebook"`
	Steps    []string `json:"steps"`
	Seconds  float64  `json:"seconds"`
}

// A Build is what was built.
type Build struct {
	Artefact   string            `json:"artefact"`
	Digest     string            `json:"digest"`
	Stages     []Stage           `json:"stages"`
	Provenance map[string]string `json:"provenance"`
}

// Make runs the notebooks and writes the artefact, whole or not at all. The error names the
// notebook that failed, with its cell, or that saved nothing.
func Make(ctx context.Context, opts Opts) (*Build, error) {
	if len(opts.Notebooks) == 0 {
		return nil, errors.New("there are no notebooks to build of")
	}
	folder, err := os.MkdirTemp("", "netherfield-build-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := checkParameters(opts); err != nil {
		return nil, err
	}
	out := &Build{Artefact: opts.Output}
	var stages []*pipeline.Pipeline
	var files []string
	for i, name := range opts.Notebooks {
		file := filepath.Join(folder, fmt.Sprintf("stage-%d.sav", i+1))
		began := time.Now()
		stage, err := stageOf(ctx, opts, name, file, files)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		made := Stage{Notebook: name, Seconds: time.Since(began).Seconds()}
		for _, s := range stage.Steps() {
			made.Steps = append(made.Steps, s.Name)
		}
		out.Stages = append(out.Stages, made)
		stages, files = append(stages, stage), append(files, file)
	}
	joined, origin, err := pipeline.Join(stages...)
	if err != nil {
		return nil, err
	}
	if err := pipeline.WriteStage(joined, opts.Output, origin); err != nil {
		return nil, err
	}
	out.Digest, out.Provenance = joined.Digest(), joined.Provenance()
	return out, nil
}

// stageOf runs a notebook and returns the stage that it saves in the file.
func stageOf(ctx context.Context, opts Opts, name, file string, before []string) (*pipeline.Pipeline, error) {
	nb, err := notebook.Read(name)
	if err != nil {
		return nil, err
	}
	spec, err := opts.Spec(nb)
	if err != nil {
		return nil, err
	}
	run := runner.Opts{
		Spec: spec, Dir: filepath.Dir(name), CellTimeout: opts.CellTimeout, Output: opts.Log,
		Parameters: declared(nb, opts.Parameters),
		Env: []string{
			pipeline.SaveFile + "=" + file,
			StagesVariable + "=" + strings.Join(before, string(filepath.ListSeparator)),
			"NETHERFIELD_NOTEBOOK=" + filepath.Base(name),
		},
	}
	if opts.Progress != nil {
		run.Progress = func(done, total int) { opts.Progress(name, done, total) }
	}
	if err := runner.Run(ctx, nb, run); err != nil {
		return nil, err
	}
	stage, err := pipeline.LoadStage(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("it saved no stage; its last cell should call pipeline.SaveStage")
	}
	return stage, err
}

// declared returns the parameters that a notebook has.
func declared(nb *notebook.Notebook, parameters map[string]string) map[string]string {
	out := map[string]string{}
	for name, value := range parameters {
		if runner.Declares(nb, name) {
			out[name] = value
		}
	}
	return out
}

// checkParameters finds parameters that no notebook has.
func checkParameters(opts Opts) error {
	for name := range opts.Parameters {
		found := false
		for _, file := range opts.Notebooks {
			nb, err := notebook.Read(file)
			if err != nil {
				return err
			}
			found = found || runner.Declares(nb, name)
		}
		if !found {
			return fmt.Errorf("no notebook declares the parameter %s in its cell tagged %q", name, notebook.Parameters)
		}
	}
	return nil
}
