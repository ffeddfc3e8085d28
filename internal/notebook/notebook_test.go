package notebook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCodeCellsAreNumberedAsRunAllDoes(t *testing.T) {
	nb, err := Parse([]byte(`{
 "nbformat": 4, "nbformat_minor": 5,
 "metadata": {"kernelspec": {"name": "netherfield", "language": "go"}},
 "cells": [
  {"cell_type": "markdown", "source": "# Title", "metadata": {}},
  {"cell_type": "code", "source": ["x := 1\n", "x"], "metadata": {}, "outputs": [], "execution_count": 7},
  {"cell_type": "raw", "source": [], "metadata": {}},
  {"cell_type": "code", "source": "1 / 0", "metadata": {"tags": ["raises-exception"]}}
 ]}`))
	want := &Notebook{Language: "go", Cells: []Cell{
		{Number: 1, Source: "x := 1\nx"},
		{Number: 2, Source: "1 / 0", Raises: true},
	}}
	if d := cmp.Diff(want, nb); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestWhatIsNoNotebookIsToldWithItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "line 1, column 1: this is no notebook",
		"package main\n":              "line 1, column 1: this is no notebook",
		"{\n  \"cells\": [\n  ä}":     "line 3, column 3: this is no notebook",
		`[]`:                          "a JSON array stands where",
		`{}`:                          `no "nbformat"`,
		`{"nbformat": 3}`:             "format 3, not 4",
		`{"nbformat": "4"}`:           `"nbformat" is a JSON string`,
		`{"nbformat": 4, "cells": 5}`: `"cells" is a JSON number`,
		`{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}`: "a JSON number",
	} {
		_, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func TestReadNamesTheFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "notes.ipynb")
	if _, err := Read(name); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(name, []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(name); err == nil || !strings.HasPrefix(err.Error(), name+": line 1, column") {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a\n", "b"]}]}`))
	f.Add([]byte("\xef\xbb\xbf{\"nbformat\": 4}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		nb, err := Parse(text)
		if (nb == nil) == (err == nil) {
			t.Fatalf("%v, %v", nb, err)
		}
		for i := 0; err == nil && i < len(nb.Cells); i++ {
			if nb.Cells[i].Number != i+1 {
				t.Fatal(nb.Cells)
			}
		}
	})
}
