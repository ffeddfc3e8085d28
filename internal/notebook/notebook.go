// Package notebook reads Jupyter notebooks, as far as programs need them that
// work on their code: the cells in order, as "Run All Cells" numbers them.
//
//	nb, err := notebook.Read("analysis.ipynb")
//	for _, c := range nb.Cells {
//		fmt.Println(c.Number, c.Source)
//	}
package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// A Notebook holds the code of a notebook.
type Notebook struct {
	// Language is what the notebook says it is written in, in lower case;
	// "" if it does not.
	Language string
	// Cells are the code cells.
	Cells []Cell
}

// A Cell is a code cell.
type Cell struct {
	// Number counts code cells from 1: the prompt number after all cells
	// have run in order.
	Number int
	Source string
	// Raises tells that the cell is tagged raises-exception: running it is
	// expected to fail.
	Raises bool
}

// Read reads a notebook file. The error names the file, and the place in it
// if it is no notebook.
func Read(name string) (*Notebook, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	nb, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return nb, nil
}

// Parse reads the text of a notebook of format 4.
func Parse(text []byte) (*Notebook, error) {
	var file struct {
		Format   *int `json:"nbformat"`
		Metadata struct {
			Kernelspec struct {
				Language string `json:"language"`
			} `json:"kernelspec"`
			LanguageInfo struct {
				Name string `json:"name"`
			} `json:"language_info"`
		} `json:"metadata"`
		Cells []struct {
			Type     string `json:"cell_type"`
			Source   source `json:"source"`
			Metadata struct {
				Tags []string `json:"tags"`
			} `json:"metadata"`
		} `json:"cells"`
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, explain(text, err)
	}
	switch {
	case file.Format == nil:
		return nil, errors.New("this is JSON but no notebook: it has no \"nbformat\"")
	case *file.Format != 4:
		return nil, fmt.Errorf("this is a notebook of format %d, not 4: open it in JupyterLab and save it", *file.Format)
	}
	nb := &Notebook{Language: strings.ToLower(file.Metadata.LanguageInfo.Name)}
	if nb.Language == "" {
		nb.Language = strings.ToLower(file.Metadata.Kernelspec.Language)
	}
	for _, c := range file.Cells {
		if c.Type == "code" {
			nb.Cells = append(nb.Cells, Cell{
				Number: len(nb.Cells) + 1, Source: string(c.Source),
				Raises: slices.Contains(c.Metadata.Tags, "raises-exception"),
			})
		}
	}
	return nb, nil
}

// A source is text, or a list of its lines.
type source string

func (s *source) UnmarshalJSON(text []byte) error {
	var lines []string
	if bytes.HasPrefix(text, []byte("[")) {
		err := json.Unmarshal(text, &lines)
		*s = source(strings.Join(lines, ""))
		return err
	}
	return json.Unmarshal(text, (*string)(s))
}

// explain adds the place in the text to an error of encoding/json.
func explain(text []byte, err error) error {
	offset := int64(-1)
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = max(0, syntax.Offset-1)
	case errors.As(err, &typ):
		if typ.Field == "" {
			return fmt.Errorf("this is no notebook: a JSON %s stands where something else belongs", typ.Value)
		}
		return fmt.Errorf("this is no notebook: %q is a JSON %s", typ.Field, typ.Value)
	}
	if offset < 0 || offset > int64(len(text)) {
		return fmt.Errorf("this is no notebook: %w", err)
	}
	before := text[:offset]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:])))
	return fmt.Errorf("line %d, column %d: this is no notebook, nor any JSON: %w", line, column, err)
}
