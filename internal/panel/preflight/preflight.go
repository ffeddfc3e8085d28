// Package preflight owns what can be told of notebooks before they are run: which of them
// save a stage, what they read that is not there, which packages nobody has got, and whether
// they were last run from top to bottom.
//
//	found, err := preflight.Look([]string{"features.ipynb", "model.ipynb"}, preflight.Opts{Modules: modules})
//	for _, n := range found {
//		fmt.Println(n.Path, n.Stage, n.Problems)
//	}
//
// It reads the text of cells and runs nothing, so it knows only what stands there in so many
// words; running them in a clean kernel tells the rest.
package preflight

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/netherfield/netherfield/internal/notebook"
)

// How bad problems are.
const (
	Error   = "error"   // a build will fail
	Warning = "warning" // it may
	Note    = "note"
)

// A Problem is one of a notebook's.
type Problem struct {
	Severity string `json:"severity"`
	Cell     int    `json:"cell"` // the number of the code cell, from 1; 0 for the whole
	Message  string `json:"message"`
}

// A Notebook is what was found in one.
type Notebook struct {
	Path string `json:"path"` // relative to the root
	// Stage tells that it saves one.
	Stage    bool      `json:"stage"`
	Cells    int       `json:"cells"` // of code
	Problems []Problem `json:"problems"`
}

// Opts configure [Look].
type Opts struct {
	// Root is what paths are relative to.
	Root string
	// Modules are those whose packages cells can import without getting them.
	Modules []string
}

// Look looks at notebooks in the order in which a build runs them: what one writes, those
// after it may read. The error says which of them cannot be read.
func Look(paths []string, o Opts) ([]Notebook, error) {
	out := []Notebook{}
	written := map[string]bool{}
	for _, path := range paths {
		nb, err := notebook.Read(filepath.Join(o.Root, path))
		if err != nil {
			return nil, err
		}
		out = append(out, look(path, nb, o, written))
	}
	return out, nil
}

// SavesStage tells whether the notebook in a file saves one; one that cannot be read does
// not.
func SavesStage(file string) bool {
	nb, err := notebook.Read(file)
	return err == nil && savesStage(nb)
}

func savesStage(nb *notebook.Notebook) bool {
	for _, c := range nb.Code() {
		if isGo(nb) && read(c.Source).savesStage || !isGo(nb) && strings.Contains(c.Source, "S2I_PIPELINE_STAGE_SAVE_FILE") {
			return true
		}
	}
	return false
}

func isGo(nb *notebook.Notebook) bool {
	return nb.Language() == "go" || nb.Language() == "" && (nb.Kernel() == "" || nb.Kernel() == "netherfield")
}

func look(path string, nb *notebook.Notebook, o Opts, written map[string]bool) Notebook {
	n := Notebook{Path: path, Stage: savesStage(nb), Problems: []Problem{}}
	problem := func(severity string, cell int, format string, args ...any) {
		n.Problems = append(n.Problems, Problem{severity, cell, fmt.Sprintf(format, args...)})
	}
	if !n.Stage {
		problem(Error, 0, "It saves no stage, so nothing of it would be in the pipeline; its last cell should call pipeline.SaveStage.")
	}
	if !isGo(nb) {
		problem(Note, 0, "It is no Go notebook; only a run tells what it reads and imports.")
	}
	dir := filepath.Dir(filepath.Join(o.Root, path))
	modules := slices.Clone(o.Modules)
	last, disorder := 0, 0
	for number, c := range nb.Code() {
		n.Cells++
		if c.Count != nil && *c.Count > 0 {
			if *c.Count < last && disorder == 0 {
				disorder = number
			}
			last = *c.Count
		}
		if !isGo(nb) {
			continue
		}
		found := read(c.Source)
		modules = append(modules, found.gets...)
		for _, name := range found.imports {
			if !known(name, modules) {
				problem(Error, number, "It imports %q, which nobody has got: put %%get %s before it.", name, name)
			}
		}
		for _, name := range found.reads {
			at := name
			if !filepath.IsAbs(name) {
				at = filepath.Join(dir, name)
			}
			if written[at] {
				continue
			}
			if _, err := os.Stat(at); errors.Is(err, fs.ErrNotExist) {
				problem(Error, number, "It reads %s, which is not there.", name)
			}
		}
		for _, name := range found.writes {
			if !filepath.IsAbs(name) {
				name = filepath.Join(dir, name)
			}
			written[name] = true
		}
	}
	if disorder > 0 {
		problem(Note, disorder, "It was last run out of order; a build runs all cells from top to bottom.")
	}
	return n
}

// known tells whether a package is of the standard library or of one of the modules.
func known(path string, modules []string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") || slices.ContainsFunc(modules, func(m string) bool {
		return path == m || strings.HasPrefix(path, m+"/")
	})
}
