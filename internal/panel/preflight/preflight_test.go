package preflight

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// write writes a notebook of Go cells with their prompt numbers, 0 for none.
func write(t *testing.T, path string, counts []int, cells ...string) {
	t.Helper()
	code := []any{}
	for i, source := range cells {
		cell := map[string]any{"cell_type": "code", "id": "c" + string(rune('0'+i)), "metadata": map[string]any{}, "source": source, "outputs": []any{}, "execution_count": nil}
		if i < len(counts) && counts[i] > 0 {
			cell["execution_count"] = counts[i]
		}
		code = append(code, cell)
	}
	text, err := json.Marshal(map[string]any{
		"nbformat": 4, "nbformat_minor": 5, "cells": code,
		"metadata": map[string]any{"kernelspec": map[string]any{"name": "netherfield", "display_name": "Go"}},
	})
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatCellsSay(t *testing.T) {
	for source, want := range map[string]text{
		`pipeline.SaveStage(p, "data/p.sav")`:      {savesStage: true, writes: []string{"data/p.sav"}},
		`// pipeline.SaveStage(p, "data/p.sav")`:   {},
		"x := `pipeline.SaveStage(p)`":             {},
		`pipeline.SaveStage`:                       {},
		`d := frame.Read("data/training.parquet")`: {reads: []string{"data/training.parquet"}},
		`frame.Read(cmp.Or(os.Getenv("FEATURES.X"), "data/f.parquet")).Strings("not.this")`: {reads: []string{"data/f.parquet"}},
		`frame.Read("https://example.com/a.csv")`:                                           {},
		`frame.Read("data/*.csv")`:                                                          {},
		`frame.Read(name)`:                                                                  {},
		"import \"golang.org/x/text/cases\"\nx := 1":                                        {imports: []string{"golang.org/x/text/cases"}},
		"import (\n\t\"fmt\"\n\tt \"example.com/a\"\n\t. \"example.com/b\"\n)":              {imports: []string{"fmt", "example.com/a", "example.com/b"}},
		"%get golang.org/x/text@v0.33.0 example.com/a\nimport \"example.com/a/b\"":          {gets: []string{"golang.org/x/text", "example.com/a"}, imports: []string{"example.com/a/b"}},
		"%%writefile -a notes.txt\nframe.Read(\"gone.csv\")":                                {writes: []string{"notes.txt"}},
		"%%bash\ncat gone.csv":                                                              {},
		"!ls\nos.Open(\"a.txt\")":                                                           {reads: []string{"a.txt"}},
		`features.Write("data/features.parquet")`:                                           {writes: []string{"data/features.parquet"}},
		"import":       {},
		`frame.Read("`: {},
	} {
		if got := read(source); !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %+v\nwant %+v", source, got, want)
		}
	}
}

func TestLook(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "there.csv"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "a.ipynb"), []int{3, 1},
		`frame.Read("there.csv").Write("made.csv")`,
		"import \"golang.org/x/text/cases\"",
		`pipeline.SaveStage(p, "a.sav")`)
	write(t, filepath.Join(root, "b.ipynb"), nil,
		"frame.Read(\"made.csv\")\nframe.Read(\"gone.csv\")",
		"%get golang.org/x/text\nimport (\n\"golang.org/x/text/cases\"\n\"gonum.org/v1/gonum/mat\"\n)")
	got, err := Look([]string{"a.ipynb", "b.ipynb"}, Opts{Root: root, Modules: []string{"gonum.org/v1/gonum"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []Notebook{
		{"a.ipynb", true, 3, []Problem{
			{Error, 2, `It imports "golang.org/x/text/cases", which nobody has got: put %get golang.org/x/text/cases before it.`},
			{Note, 2, "It was last run out of order; a build runs all cells from top to bottom."},
		}},
		{"b.ipynb", false, 2, []Problem{
			{Error, 0, "It saves no stage, so nothing of it would be in the pipeline; its last cell should call pipeline.SaveStage."},
			{Error, 1, "It reads gone.csv, which is not there."},
		}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if _, err := Look([]string{"none.ipynb"}, Opts{Root: root}); err == nil || !strings.Contains(err.Error(), "none.ipynb") {
		t.Errorf("a notebook that is not there: %v", err)
	}
}

func TestTheWorkshopIsReady(t *testing.T) {
	notebooks := []string{"03-feature-engineering-tfidf.ipynb", "04-model-logistic-regression.ipynb"}
	got, err := Look(notebooks, Opts{Root: "../../../notebooks"})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range got {
		if !n.Stage || n.Cells == 0 {
			t.Errorf("%+v", n)
		}
		for _, p := range n.Problems {
			// A clone has no data before somebody has made it.
			if !strings.Contains(p.Message, "training.parquet") {
				t.Errorf("%s: %+v", n.Path, p)
			}
		}
	}
	if SavesStage("../../../notebooks/01-vectors-and-visualization.ipynb") {
		t.Error("notebook 01 saves no stage")
	}
}

func FuzzRead(f *testing.F) {
	f.Add("import (\n\"fmt\"\n)\nframe.Read(\"a.csv\")")
	f.Add("%get\n%%writefile\n!\n%")
	f.Fuzz(func(t *testing.T, source string) { read(source) })
}
