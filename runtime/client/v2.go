package client

// This file speaks the Open Inference Protocol, version 2, over REST.

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
)

// A Tensor is an input or an output of a model. Data is []string for the datatype BYTES
// and []float64 for numbers, row by row.
type Tensor struct {
	Name     string `json:"name"`
	Shape    []int  `json:"shape"`
	Datatype string `json:"datatype"`
	Data     any    `json:"data"`
}

// Texts returns a tensor of texts.
func Texts(name string, texts []string) Tensor {
	return Tensor{name, []int{len(texts)}, "BYTES", append([]string{}, texts...)}
}

// UnmarshalJSON decodes a tensor.
func (t *Tensor) UnmarshalJSON(data []byte) error {
	var raw struct {
		Name     string          `json:"name"`
		Shape    []int           `json:"shape"`
		Datatype string          `json:"datatype"`
		Data     json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	*t = Tensor{Name: raw.Name, Shape: raw.Shape, Datatype: raw.Datatype}
	size := 1
	for _, n := range raw.Shape {
		if n < 0 || n > 0 && size > 1<<40/n {
			return errors.New("a tensor has an impossible shape")
		}
		size *= n
	}
	got := 0
	if raw.Datatype == "BYTES" {
		var texts []string
		if err := json.Unmarshal(raw.Data, &texts); err != nil {
			return err
		}
		t.Data, got = texts, len(texts)
	} else {
		items, ok := array(raw.Data)
		if !ok {
			return errors.New("the data of a tensor is no array of numbers")
		}
		numbers := make([]float64, len(items))
		for i, item := range items {
			v, err := numberOf(item)
			if err != nil {
				return err
			}
			numbers[i] = v
		}
		t.Data, got = numbers, len(numbers)
	}
	if got != size {
		return errors.New("the data of a tensor does not fit its shape")
	}
	return nil
}

// An Inference is the answer of a model.
type Inference struct {
	Model   string   `json:"model_name"`
	Version string   `json:"model_version"`
	ID      string   `json:"id"`
	Outputs []Tensor `json:"outputs"`
}

// Ready tells whether the service answers requests for predictions, by the Open
// Inference Protocol. The error says that nobody answers.
func (c *Client) Ready(ctx context.Context) (bool, error) {
	_, status, _, err := c.do(ctx, http.MethodGet, "/v2/health/ready", "", nil)
	return status == http.StatusOK, err
}

// Infer has a model score inputs, by the Open Inference Protocol; the version may be "",
// and without outputs the model chooses which to answer.
func (c *Client) Infer(ctx context.Context, model, version string, inputs []Tensor, outputs ...string) (*Inference, error) {
	path := "/v2/models/" + url.PathEscape(model)
	if version != "" {
		path += "/versions/" + url.PathEscape(version)
	}
	in := map[string]any{"inputs": inputs}
	if len(outputs) > 0 {
		wanted := []map[string]string{}
		for _, name := range outputs {
			wanted = append(wanted, map[string]string{"name": name})
		}
		in["outputs"] = wanted
	}
	out := &Inference{}
	if err := c.call(ctx, http.MethodPost, path+"/infer", in, out); err != nil {
		return nil, err
	}
	return out, nil
}
