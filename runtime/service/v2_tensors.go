package service

// This file turns tensors of the Open Inference Protocol into samples, and predictions into
// tensors.

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// A tensor is an array of a request or an answer.
type tensor struct {
	Name       string          `json:"name"`
	Shape      []int           `json:"shape"`
	Datatype   string          `json:"datatype"`
	Parameters json.RawMessage `json:"parameters,omitempty"`
	Data       json.RawMessage `json:"data"`
}

func (a *answer) predictTensor() tensor {
	v := a.version
	t := tensor{Name: outputName, Shape: []int{len(a.scored)}, Datatype: typeBytes}
	if v.classes == nil {
		t.Datatype = typeFP64
	}
	data := []byte{'['}
	for i := range a.scored {
		if i > 0 {
			data = append(data, ',')
		}
		data = v.appendPrediction(data, &a.scored[i])
	}
	t.Data = append(data, ']')
	return t
}

func (a *answer) probaTensor() tensor {
	t := tensor{Name: probaName, Shape: []int{len(a.scored), len(a.version.classes)}, Datatype: typeFP64}
	data := []byte{'['}
	for i := range a.scored {
		for _, p := range a.scored[i].proba {
			if len(data) > 1 {
				data = append(data, ',')
			}
			data = appendNumber(data, p)
		}
	}
	t.Data = append(data, ']')
	return t
}

// v2Samples reads the inputs of a request as the pipeline takes them: one, or one for each
// column of a table.
func (s *Service) v2Samples(req *inferRequest, wanted wish) ([]sample, error) {
	if _, v, err := s.find(wanted); err == nil && v.takes == takesRecords && !(v.isOneText() && len(req.Inputs) == 1) {
		return req.records()
	}
	return req.samples()
}

// records reads inputs that are columns, as many elements in each: their names are those
// of the inputs.
func (req *inferRequest) records() ([]sample, error) {
	if len(req.Inputs) == 0 {
		return nil, problem(http.StatusBadRequest, reasonMalformed, "there is no input; each column of the table is one")
	}
	var out []sample
	for k, in := range req.Inputs {
		if len(in.Shape) == 0 || len(in.Shape) > 2 || len(in.Shape) == 2 && in.Shape[1] != 1 || in.Shape[0] < 0 {
			return nil, problem(http.StatusBadRequest, reasonMalformed, "the input %q has the shape %v; it is a column of a table, with the shape [n] or [n, 1]", in.Name, in.Shape)
		}
		if in.Data == nil {
			return nil, problem(http.StatusBadRequest, reasonMalformed, "the input %q has no data", in.Name)
		}
		values, err := in.values()
		switch {
		case err != nil:
			return nil, err
		case len(values) != in.Shape[0]:
			return nil, problem(http.StatusBadRequest, reasonMalformed, "the input %q has %d elements, which its shape %v has not", in.Name, len(values), in.Shape)
		case k == 0:
			out = make([]sample, len(values))
			for i := range out {
				out[i].record = record{}
			}
		case len(values) != len(out):
			return nil, problem(http.StatusBadRequest, reasonMalformed, "the input %q has %d elements, and %q has %d", in.Name, len(values), req.Inputs[0].Name, len(out))
		}
		for i, value := range values {
			out[i].record[in.Name] = value
		}
	}
	return out, nil
}

// values returns the elements of a column.
func (in *tensor) values() ([]json.RawMessage, error) {
	switch {
	case in.Datatype == typeBytes:
		return encoded[string](*in)
	case in.Datatype == typeBool:
		return encoded[bool](*in)
	case isNumeric(in.Datatype):
		return encoded[json.Number](*in)
	}
	return nil, unknownType(*in)
}

func encoded[T any](in tensor) ([]json.RawMessage, error) {
	values, err := flat[T](in)
	if err != nil {
		return nil, err
	}
	out := make([]json.RawMessage, len(values))
	for i, v := range values {
		if out[i], err = json.Marshal(v); err != nil {
			return nil, problem(http.StatusBadRequest, reasonMalformed, "element %d of the input %q: %v", i, in.Name, err)
		}
	}
	return out, nil
}

func isNumeric(datatype string) bool {
	return strings.HasPrefix(datatype, "FP") || strings.HasPrefix(datatype, "INT") || strings.HasPrefix(datatype, "UINT")
}

func unknownType(in tensor) error {
	return problem(http.StatusBadRequest, reasonMalformed, "the datatype %q of the input %q is not understood; texts are BYTES, numbers FP64", in.Datatype, in.Name)
}

// samples reads the one input of a request: BYTES are texts, numbers in two dimensions
// are rows.
func (req *inferRequest) samples() ([]sample, error) {
	if len(req.Inputs) != 1 {
		return nil, problem(http.StatusBadRequest, reasonMalformed, "there is to be one input, not %d", len(req.Inputs))
	}
	in := req.Inputs[0]
	if in.Data == nil {
		return nil, problem(http.StatusBadRequest, reasonMalformed, "the input %q has no data", in.Name)
	}
	size := 1
	for _, n := range in.Shape {
		if n < 0 || n > 0 && size > 1<<40/n {
			return nil, problem(http.StatusBadRequest, reasonMalformed, "the input %q has the shape %v", in.Name, in.Shape)
		}
		size *= n
	}
	wrong := func(n int) error {
		return problem(http.StatusBadRequest, reasonMalformed, "the input %q has %d elements, which its shape %v has not", in.Name, n, in.Shape)
	}
	switch {
	case in.Datatype == typeBytes:
		texts, err := flat[string](in)
		if err != nil {
			return nil, err
		}
		if len(texts) != size || len(in.Shape) == 0 {
			return nil, wrong(len(texts))
		}
		out := make([]sample, len(texts))
		for i, t := range texts {
			out[i].text = t
		}
		return out, nil
	case isNumeric(in.Datatype):
		if len(in.Shape) != 2 {
			return nil, problem(http.StatusBadRequest, reasonMalformed, "the input %q has the shape %v; rows of numbers have two dimensions", in.Name, in.Shape)
		}
		numbers, err := flat[float64](in)
		if err != nil {
			return nil, err
		}
		if len(numbers) != size {
			return nil, wrong(len(numbers))
		}
		out := make([]sample, in.Shape[0])
		cols := in.Shape[1]
		if len(out) > 0 && cols == 0 {
			return nil, wrong(0)
		}
		for i := range out {
			out[i].row = numbers[i*cols : (i+1)*cols : (i+1)*cols]
		}
		return out, nil
	}
	return nil, unknownType(in)
}

// flat decodes data that may be nested as the shape is, row by row.
func flat[T any](in tensor) ([]T, error) {
	var out []T
	var walk func(data json.RawMessage, depth int) error
	walk = func(data json.RawMessage, depth int) error {
		var plain []*T
		if err := json.Unmarshal(data, &plain); err == nil {
			for _, v := range plain {
				if v == nil {
					return fmt.Errorf("null is no element")
				}
				out = append(out, *v)
			}
			return nil
		} else if depth >= len(in.Shape) {
			return err
		}
		var nested []json.RawMessage
		if err := json.Unmarshal(data, &nested); err != nil {
			return err
		}
		for _, d := range nested {
			if err := walk(d, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(in.Data, 1); err != nil {
		return nil, problem(http.StatusBadRequest, reasonMalformed, "the data of the input %q is no array of %s: %s", in.Name, in.Datatype, strings.TrimPrefix(err.Error(), "json: "))
	}
	return out, nil
}
