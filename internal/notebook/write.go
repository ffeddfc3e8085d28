package notebook

// This file writes notebooks as Jupyter does, so that a notebook that both have written is
// the same file.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Encode returns the notebook as the text of a file: keys in order, one space deeper at
// each level, texts as lists of lines.
func (nb *Notebook) Encode() ([]byte, error) {
	cells := make([]any, len(nb.Cells))
	for i, c := range nb.Cells {
		cells[i] = c.object()
	}
	metadata := nb.Metadata
	if metadata == nil {
		metadata = map[string]any{}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(map[string]any{"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": nb.Minor}); err != nil {
		return nil, fmt.Errorf("the notebook cannot be written: %w", err)
	}
	return b.Bytes(), nil
}

// Write writes the notebook to a file, whole or not at all, and leaves the permissions of
// one that is there.
func (nb *Notebook) Write(name string) error {
	text, err := nb.Encode()
	if err != nil {
		return err
	}
	return WriteFile(name, text)
}

// WriteFile writes a file whole or not at all, and leaves the permissions of one that is
// there.
func WriteFile(name string, text []byte) (err error) {
	mode := os.FileMode(0o644)
	// What a link leads to is written, not the link.
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
		if info, err := os.Stat(name); err == nil {
			mode = info.Mode().Perm()
		}
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(text); err != nil {
		return err
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

func (c *Cell) object() map[string]any {
	o := maps.Clone(c.more)
	if o == nil {
		o = map[string]any{}
	}
	if c.ID != "" {
		o["id"] = c.ID
	}
	o["cell_type"], o["source"] = c.Type, lines(c.Source)
	o["metadata"] = c.Metadata
	if c.Metadata == nil {
		o["metadata"] = map[string]any{}
	}
	if c.Attachments != nil {
		attachments := map[string]any{}
		for name, bundle := range c.Attachments {
			attachments[name] = splitBundle(bundle)
		}
		o["attachments"] = attachments
	}
	if c.Type == Code {
		outputs := make([]any, len(c.Outputs))
		for i, out := range c.Outputs {
			outputs[i] = out.object()
		}
		o["outputs"], o["execution_count"] = outputs, c.Count
	}
	return o
}

func (o Output) object() map[string]any {
	out := maps.Clone(o)
	if text, ok := out["text"].(string); ok && o.Type() == "stream" {
		out["text"] = lines(text)
	}
	if data, ok := out["data"]; ok {
		out["data"] = splitBundle(data)
	}
	return out
}

func splitBundle(bundle any) any {
	data, ok := bundle.(map[string]any)
	if !ok {
		return bundle
	}
	data = maps.Clone(data)
	for mime, v := range data {
		if text, ok := v.(string); ok && !isJSON(mime) {
			data[mime] = lines(text)
		}
	}
	return data
}

// lines divides a text after each end of a line, of which Python knows many.
func lines(text string) []string {
	out := []string{}
	for len(text) > 0 {
		end := strings.IndexAny(text, "\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029")
		if end < 0 {
			return append(out, text)
		}
		_, size := utf8.DecodeRuneInString(text[end:])
		if strings.HasPrefix(text[end:], "\r\n") {
			size = 2
		}
		out, text = append(out, text[:end+size]), text[end+size:]
	}
	return out
}
