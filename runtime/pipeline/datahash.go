package pipeline

// This file names data by its content.

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	"gonum.org/v1/gonum/mat"
)

// DataHash names data by what it holds, for [Origin]: the SHA-256 of an artefact of
// samples and labels, in hexadecimal. Data are whatever pipelines take: texts,
// frames, matrices, labels, in this order.
//
//	hash, err := pipeline.DataHash(train)
//	err = pipeline.SaveStage(pipe, "model.sav", pipeline.Origin{Data: hash})
func DataHash(data ...any) (string, error) {
	root := &artefact.State{Kind: "data"}
	for i, d := range data {
		arrays, err := arraysOf(d)
		if err != nil {
			return "", fmt.Errorf("pipeline: cannot hash argument %d: %w", i+1, err)
		}
		root.Parts = append(root.Parts, artefact.Part{Name: fmt.Sprint(i), State: &artefact.State{Kind: "data", Arrays: arrays}})
	}
	f := &artefact.File{Root: root}
	if err := artefact.Write(io.Discard, f); err != nil {
		return "", fmt.Errorf("pipeline: cannot hash the data: %w", err)
	}
	return f.Digest, nil
}

func arraysOf(data any) (map[string]artefact.Array, error) {
	one := func(a artefact.Array) (map[string]artefact.Array, error) {
		return map[string]artefact.Array{"data": a}, nil
	}
	switch d := data.(type) {
	case []string:
		return one(textArray(d))
	case []float64:
		return one(artefact.Vector(d))
	case []int64:
		return one(artefact.Vector(d))
	case []int:
		return one(artefact.Vector(widen(d)))
	case []bool:
		bits := make([]uint8, len(d))
		for i, b := range d {
			if b {
				bits[i] = 1
			}
		}
		return one(artefact.Vector(bits))
	case [][]float64:
		s, err := fromRows(d)
		if err != nil {
			return nil, err
		}
		return arraysOf(s.matrix)
	case *frame.Frame:
		if d != nil {
			return arraysOfFrame(d)
		}
	case *feature.CSR:
		if d != nil {
			return map[string]artefact.Array{
				"shape": artefact.Vector([]int64{int64(d.Rows), int64(d.Cols)}), "start": artefact.Vector(widen(d.Start)),
				"col": artefact.Vector(d.Col), "value": artefact.Vector(d.Value),
			}, nil
		}
	case mat.Matrix:
		if !isNil(d) {
			rows, cols := d.Dims()
			values := make([]float64, 0, rows*cols)
			for i := range rows {
				for j := range cols {
					values = append(values, d.At(i, j))
				}
			}
			return one(artefact.Array{Shape: []int{rows, cols}, Data: values})
		}
	}
	return nil, fmt.Errorf("%s is no data that a pipeline takes", describe(data))
}

func arraysOfFrame(f *frame.Frame) (map[string]artefact.Array, error) {
	arrays := map[string]artefact.Array{"columns": textArray(f.Columns())}
	for i, name := range f.Columns() {
		column, err := f.Column(name)
		if err != nil {
			return nil, err
		}
		key := fmt.Sprintf("%d %v", i, column.Kind())
		if column.Kind() == frame.Float64 {
			values, err := f.Floats(name)
			if err != nil {
				return nil, err
			}
			arrays[key] = artefact.Vector(values)
			continue
		}
		values, err := f.Strings(name)
		if err != nil {
			return nil, err
		}
		arrays[key] = textArray(values)
		if column.NullCount() > 0 {
			nulls := make([]uint8, f.NumRows())
			for k := range nulls {
				if column.IsNull(k) {
					nulls[k] = 1
				}
			}
			arrays[key+" null"] = artefact.Vector(nulls)
		}
	}
	return arrays, nil
}

// textArray makes an array of texts; of bytes and lengths where one is not UTF-8, as an
// artefact's texts are.
func textArray(texts []string) artefact.Array {
	if !slices.ContainsFunc(texts, func(s string) bool { return !utf8.ValidString(s) }) {
		return artefact.Vector(texts)
	}
	var all []byte
	for _, s := range texts {
		all = append(binary.AppendUvarint(all, uint64(len(s))), s...)
	}
	return artefact.Vector(all)
}

func widen(values []int) []int64 {
	out := make([]int64, len(values))
	for i, v := range values {
		out[i] = int64(v)
	}
	return out
}
