// The exporter's tests run this: what a Go program makes of an exported stage.
//
//	predict model.sav input.nf output.nf
//
// The input is an artefact with the array "docs", the matrix "x", or columns for a
// frame: "column:NAME". The output has what the stage predicts by
// "labels", "proba", "classes" and "values", and its "features"; a single document
// or row scored on its own must give the same.
package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
	"gonum.org/v1/gonum/mat"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: predict MODEL INPUT OUTPUT")
		os.Exit(2)
	}
	if err := predict(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func predict(stage, input, output string) error {
	pipe, err := pipeline.LoadStage(stage)
	if err != nil {
		return err
	}
	in, err := artefact.ReadFile(input)
	if err != nil {
		return err
	}
	x, err := samples(in.Root)
	if err != nil {
		return err
	}
	out := map[string]artefact.Array{}
	steps := pipe.Steps()
	last := steps[len(steps)-1].Stage
	if p, ok := last.(*pipeline.Pipeline); ok {
		last = p.Steps()[len(p.Steps())-1].Stage
	}
	var labels []string
	var proba *mat.Dense
	var values []float64
	switch last.(type) {
	case model.Classifier:
		if labels, err = pipe.Predict(x); err != nil {
			return err
		}
		if proba, err = pipe.PredictProba(x); err != nil {
			return err
		}
		out["labels"], out["classes"], out["proba"] = artefact.Vector(labels), artefact.Vector(pipe.Classes()), dense(proba)
	case model.Regressor:
		if values, err = pipe.PredictValues(x); err != nil {
			return err
		}
		out["values"] = artefact.Vector(values)
	}
	if f := pipe.Features(); len(f.Steps()) > 0 {
		features, err := f.Transform(x)
		if err != nil {
			return err
		}
		out["features"] = dense(feature.Dense(features))
	}
	if err := single(pipe, x, labels, proba, values); err != nil {
		return err
	}
	return artefact.WriteFile(output, &artefact.File{Root: &artefact.State{Kind: "test", Arrays: out}})
}

// single scores each sample on its own, where that is possible, and compares.
func single(pipe *pipeline.Pipeline, x any, labels []string, proba *mat.Dense, values []float64) error {
	n := 0
	var score func(i int) (string, []float64, error)
	var value func(i int) (float64, error)
	if labels == nil && values == nil {
		return nil
	}
	var s *pipeline.Scorer
	switch x := x.(type) {
	case []string:
		n = len(x)
		score = func(i int) (string, []float64, error) { return s.Score(x[i]) }
		value = func(i int) (float64, error) { return s.Value(x[i]) }
	case *mat.Dense:
		n, _ = x.Dims()
		score = func(i int) (string, []float64, error) { return s.ScoreRow(x.RawRowView(i)) }
		value = func(i int) (float64, error) { return s.ValueRow(x.RawRowView(i)) }
	default:
		return nil
	}
	s, err := pipe.Scorer()
	if err != nil {
		return err
	}
	for i := range n {
		if labels != nil {
			label, p, err := score(i)
			if err != nil {
				return err
			}
			if label != labels[i] || !slices.Equal(p, proba.RawRowView(i)) {
				return fmt.Errorf("sample %d on its own is %s %v, but %s %v among all", i, label, p, labels[i], proba.RawRowView(i))
			}
			continue
		}
		v, err := value(i)
		if err != nil {
			return err
		}
		if v != values[i] {
			return fmt.Errorf("sample %d on its own is %v, but %v among all", i, v, values[i])
		}
	}
	return nil
}

func samples(s *artefact.State) (any, error) {
	if _, ok := s.Arrays["docs"]; ok {
		return artefact.Get[string](s, "docs", -1)
	}
	if _, ok := s.Arrays["x"]; ok {
		x, err := artefact.Get[float64](s, "x", -1, -1)
		if err != nil {
			return nil, err
		}
		shape := s.Arrays["x"].Shape
		return mat.NewDense(shape[0], shape[1], x), nil
	}
	var columns []frame.Column
	for name, a := range s.Arrays {
		_, name, _ := strings.Cut(name, ":")
		columns = append(columns, frame.Values(name, a.Data))
	}
	if len(columns) == 0 {
		return nil, errors.New("the input is empty")
	}
	return frame.New(columns...)
}

func dense(m *mat.Dense) artefact.Array {
	rows, cols := m.Dims()
	data := make([]float64, 0, rows*cols)
	for i := range rows {
		data = append(data, m.RawRowView(i)...)
	}
	return artefact.Array{Shape: []int{rows, cols}, Data: data}
}
