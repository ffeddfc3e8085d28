package notebook

// This file reads notebooks.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Read reads a notebook file. The error names the file, and the place in it if it is no
// notebook.
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

// Parse reads the text of a notebook of format 4. It takes what programs can work with;
// [Notebook.Validate] is stricter.
func Parse(text []byte) (*Notebook, error) {
	var file struct {
		Format   *int             `json:"nbformat"`
		Minor    int              `json:"nbformat_minor"`
		Metadata map[string]any   `json:"metadata"`
		Cells    []map[string]any `json:"cells"`
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&file); err != nil {
		return nil, explain(text, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, explain(text, &json.SyntaxError{Offset: d.InputOffset() + 1})
	}
	switch {
	case file.Format == nil:
		return nil, errors.New("this is JSON but no notebook: it has no \"nbformat\"")
	case *file.Format != 4:
		return nil, fmt.Errorf("this is a notebook of format %d, not 4: open it in JupyterLab and save it", *file.Format)
	}
	nb := &Notebook{Minor: file.Minor, Metadata: file.Metadata, Cells: make([]*Cell, len(file.Cells))}
	if nb.Metadata == nil {
		nb.Metadata = map[string]any{}
	}
	for i, raw := range file.Cells {
		c, err := parseCell(raw)
		if err != nil {
			return nil, fmt.Errorf("this is no notebook: cell %d %w", i+1, err)
		}
		nb.Cells[i] = c
	}
	return nb, nil
}

func parseCell(raw map[string]any) (*Cell, error) {
	c := &Cell{more: map[string]any{}}
	for name, v := range raw {
		ok := true
		switch name {
		case "id":
			c.ID, ok = v.(string)
		case "cell_type":
			c.Type, ok = v.(string)
		case "source":
			c.Source, ok = joined(v)
		case "metadata":
			c.Metadata, ok = v.(map[string]any)
		case "attachments":
			if c.Attachments, ok = v.(map[string]any); ok {
				for _, bundle := range c.Attachments {
					joinBundle(bundle)
				}
			}
		case "outputs":
			c.Outputs, ok = parseOutputs(v)
		case "execution_count":
			if v == nil {
				break
			}
			var n json.Number
			if n, ok = v.(json.Number); ok {
				count, err := n.Int64()
				if ok = err == nil; ok {
					c.Count = new(int(count))
				}
			}
		default:
			c.more[name] = v
		}
		if !ok {
			return nil, fmt.Errorf("has something else than it should as its %s", name)
		}
	}
	if c.Type == "" {
		return nil, errors.New("has no cell_type")
	}
	if c.Metadata == nil {
		c.Metadata = map[string]any{}
	}
	return c, nil
}

func parseOutputs(v any) ([]Output, bool) {
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	out := make([]Output, len(list))
	for i, v := range list {
		o, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if text, ok := joined(o["text"]); ok && o["text"] != nil {
			o["text"] = text
		}
		joinBundle(o["data"])
		out[i] = o
	}
	return out, true
}

// joinBundle makes whole texts of lists of lines in a MIME bundle.
func joinBundle(bundle any) {
	data, _ := bundle.(map[string]any)
	for mime, v := range data {
		if text, ok := joined(v); ok && !isJSON(mime) {
			data[mime] = text
		}
	}
}

// isJSON tells whether the data of a MIME type is any JSON, and no text.
func isJSON(mime string) bool {
	rest, ok := strings.CutPrefix(mime, "application/")
	return ok && (rest == "json" || strings.HasSuffix(rest, "+json"))
}

// joined returns a text, or a list of its lines, whole.
func joined(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case []any:
		var b strings.Builder
		for _, line := range v {
			s, ok := line.(string)
			if !ok {
				return "", false
			}
			b.WriteString(s)
		}
		return b.String(), true
	}
	return "", false
}

// explain adds the place in the text to an error of encoding/json.
func explain(text []byte, err error) error {
	offset := int64(-1)
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = max(0, syntax.Offset-1)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		offset, err = int64(len(text)), errors.New("the end is missing")
	case errors.As(err, &typ):
		if typ.Field == "" {
			return fmt.Errorf("this is no notebook: a JSON %s stands where something else belongs", typ.Value)
		}
		return fmt.Errorf("this is no notebook: %q is a JSON %s", typ.Field, typ.Value)
	}
	if offset < 0 || offset > int64(len(text)) {
		return fmt.Errorf("this is no notebook: %w", err)
	}
	if syntax != nil && syntax.Error() == "" {
		err = errors.New("something follows the end")
	}
	before := text[:offset]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:])))
	return fmt.Errorf("line %d, column %d: this is no notebook, nor any JSON: %w", line, column, err)
}
