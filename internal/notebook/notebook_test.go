package notebook

import (
	"bytes"
	"fmt"
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
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for number, c := range nb.Code() {
		got = append(got, fmt.Sprintf("%d %q %v", number, c.Source, c.Is(RaisesException)))
	}
	want := []string{`1 "x := 1\nx" false`, `2 "1 / 0" true`}
	if d := cmp.Diff(want, got); d != "" || nb.Language() != "go" || nb.Kernel() != "netherfield" {
		t.Error(d, nb.Language(), nb.Kernel())
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
		`{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}`: "cell 1 has something else than it should as its source",
		`{"nbformat": 4, "cells": [{"source": "a"}]}`:                      "cell 1 has no cell_type",
		`{"nbformat": 4} {}`: "line 1, column 18: this is no notebook, nor any JSON: something follows",
		`{"nbformat": 4`:     "line 1, column 15: this is no notebook, nor any JSON: the end is missing",
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

// A notebook goes through reading and writing unchanged, also what the format does not know.
func TestNothingIsLost(t *testing.T) {
	for _, text := range []string{full, strings.Replace(full, `"tags"`, `"something": [
     1.50,
     1e400,
     -0
    ],
    "tags"`, 1)} {
		nb, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := nb.Encode()
		if d := cmp.Diff(text, string(got)); d != "" || err != nil {
			t.Error(d, err)
		}
		if err := nb.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestStripTakesOffOutputs(t *testing.T) {
	out, changed, err := Stripped([]byte(full))
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	nb, err := Parse(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := nb.Validate(); err != nil {
		t.Error(err)
	}
	for _, gone := range []string{"stream", "iopub", "widgets", `"execution_count": 3`} {
		if strings.Contains(string(out), gone) {
			t.Errorf("%s is left", gone)
		}
	}
	for _, stays := range []string{"kept", `"execution_count": 4`, "aGk=", "language_info"} {
		if !strings.Contains(string(out), stays) {
			t.Errorf("%s is gone", stays)
		}
	}
	again, changed, err := Stripped(out)
	if err != nil || changed || !bytes.Equal(again, out) {
		t.Error("stripping twice differs from once")
	}
	compact := []byte(`{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`)
	if got, changed, err := Stripped(compact); err != nil || changed || !bytes.Equal(got, compact) {
		t.Errorf("what has no outputs becomes %s", got)
	}
}

func TestWhatOpeningChangesIsStripped(t *testing.T) {
	text := func(count, language, source string) []byte {
		return []byte(`{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": ` + count + `, "outputs": [], "source": "` + source + `"}],
			"metadata": {"language_info": ` + language + `, "kernelspec": {"name": "netherfield", "display_name": "Go"}}, "nbformat": 4, "nbformat_minor": 5}`)
	}
	before := text("null", `{"name": "go", "mimetype": "text/x-go"}`, "x := 1")
	opened := text("null", `{"name": "go", "mimetype": "text/x-go", "version": "1.26", "nbconvert_exporter": "script"}`, "x := 1")
	out, changed, err := Stripped(opened)
	if err != nil || !changed || strings.Contains(string(out), "1.26") || !strings.Contains(string(out), "text/x-go") {
		t.Errorf("%t %v\n%s", changed, err, out)
	}
	for _, same := range [][]byte{before, opened, text("3", `{"name": "go", "file_extension": ".go"}`, "x := 1")} {
		if !RunsAlike(before, same) {
			t.Errorf("it is told to run otherwise:\n%s", same)
		}
	}
	for _, other := range [][]byte{text("null", `{"name": "go"}`, "x := 2"), []byte("{"), nil} {
		if RunsAlike(before, other) || RunsAlike(other, before) {
			t.Errorf("it is told to run alike:\n%s", other)
		}
	}
}

func TestUpgradeGivesTheSameIDs(t *testing.T) {
	ids := func() (ids []string) {
		nb, err := Parse([]byte(`{"nbformat": 4, "nbformat_minor": 2, "cells": [
			{"cell_type": "code", "source": "a"}, {"cell_type": "code", "source": "a"}, {"cell_type": "raw", "source": "", "id": "x"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		if nb.Validate() == nil {
			t.Error("a notebook without ids is taken for 4.5")
		}
		nb.Upgrade()
		if err := nb.Validate(); err != nil {
			t.Error(err)
		}
		for _, c := range nb.Cells {
			ids = append(ids, c.ID)
		}
		return ids
	}
	a, b := ids(), ids()
	if d := cmp.Diff(a, b); d != "" || a[0] == a[1] || a[2] != "x" {
		t.Error(d, a)
	}
}

func TestTextNamesCells(t *testing.T) {
	nb, err := Parse([]byte(full))
	if err != nil {
		t.Fatal(err)
	}
	want := `── notebook, kernel netherfield
── markdown title
# Title
── code train [parameters, x]
a := 1
fmt.Println(a)
   ── stream
   1
   2
── code keep [keep_output]
a
   ── execute_result
   kept
   ── display_data
   (no plain text)
   ── error
   panic: no
`
	if d := cmp.Diff(want, nb.Text()); d != "" {
		t.Error(d)
	}
}

// full has something of everything.
const full = `{
 "cells": [
  {
   "attachments": {
    "a.png": {
     "image/png": [
      "aGk="
     ]
    }
   },
   "cell_type": "markdown",
   "id": "title",
   "metadata": {},
   "source": [
    "# Title"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 3,
   "id": "train",
   "metadata": {
    "execution": {
     "iopub.status.busy": "2026-01-01T00:00:00Z"
    },
    "tags": [
     "parameters",
     "x"
    ]
   },
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "1\n",
      "2\n"
     ]
    }
   ],
   "source": [
    "a := 1\n",
    "fmt.Println(a)"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 4,
   "id": "keep",
   "metadata": {
    "tags": [
     "keep_output"
    ]
   },
   "outputs": [
    {
     "data": {
      "application/json": [
       1,
       "a"
      ],
      "text/plain": [
       "kept"
      ]
     },
     "execution_count": 4,
     "metadata": {},
     "output_type": "execute_result"
    },
    {
     "data": {
      "text/html": [
       "<b>é</b>"
      ]
     },
     "metadata": {},
     "output_type": "display_data"
    },
    {
     "ename": "panic",
     "evalue": "no",
     "output_type": "error",
     "traceback": [
      "panic: no"
     ]
    }
   ],
   "source": [
    "a"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "Go",
   "language": "go",
   "name": "netherfield"
  },
  "language_info": {
   "name": "go"
  },
  "widgets": {}
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`

// What is read can be written, and reads as the same again.
func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(`{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a\n", "b"]}]}`))
	f.Add([]byte("\xef\xbb\xbf{\"nbformat\": 4}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		nb, err := Parse(text)
		if (nb == nil) == (err == nil) {
			t.Fatalf("%v, %v", nb, err)
		}
		if err != nil {
			return
		}
		_ = nb.Validate()
		_ = nb.Text()
		once, err := nb.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("%v in %s", err, once)
		}
		twice, err := again.Encode()
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s\nbecomes\n%s", once, twice)
		}
		nb.Strip()
		if nb.Strip() {
			t.Error("stripping leaves something")
		}
	})
}
