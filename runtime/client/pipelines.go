package client

// This file speaks to services with several pipelines and versions.

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// A Pipeline is one that a service has loaded.
type Pipeline struct {
	Name     string    `json:"name"`
	Versions []Version `json:"versions"`
}

// A Version is one of a pipeline.
type Version struct {
	Version    string            `json:"version"`
	State      string            `json:"state"`
	Digest     string            `json:"digest"` // of the artefact: SHA-256, in hexadecimal
	Labels     []string          `json:"labels"`
	Share      float64           `json:"share"` // of the requests that name no version
	Loaded     time.Time         `json:"loaded"`
	Takes      string            `json:"takes"`   // "texts", "rows" or "records"
	Columns    []Column          `json:"columns"` // of the records
	Classes    []string          `json:"classes"`
	Steps      []string          `json:"steps"`
	Watched    bool              `json:"watched"` // it has a baseline that drift is measured against
	Provenance map[string]string `json:"provenance"`
}

// A Column is one of those that a pipeline of tables reads.
type Column struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // "number", "text", "category" or "bool"
}

// Pipelines returns what the service has loaded, in alphabetical order.
func (c *Client) Pipelines(ctx context.Context) ([]Pipeline, error) {
	var out struct {
		Pipelines []Pipeline `json:"pipelines"`
	}
	err := c.call(ctx, http.MethodGet, "/pipelines", nil, &out)
	return out.Pipelines, err
}

// PredictOpts say which pipeline predicts, and what more is wanted. The zero value is the
// service's default.
type PredictOpts struct {
	Pipeline string // needed
	// Version or Label choose the version; the service does if both are empty.
	Version, Label string
	// Probabilities asks for those of all classes.
	Probabilities bool
	// Explain asks for so many terms that count most in each prediction.
	Explain int
}

// A Term is what a token added to the score of the class that was predicted.
type Term struct {
	Token  string  `json:"token"`
	Weight float64 `json:"weight"`
}

// A Prediction is the answer to Predict.
type Prediction struct {
	Pipeline string `json:"pipeline"`
	Version  string `json:"version"`
	Digest   string `json:"digest"`
	// Predictions are classes, or float64 for a regressor.
	Predictions   []any                `json:"predictions"`
	Probabilities []map[string]float64 `json:"probabilities"`
	Explanations  [][]Term             `json:"explanations"`
}

// Predict has documents scored in one request, which is never repeated. They are what the
// pipeline takes: []string; [][]float64; or records, []map[string]any by the names of the
// columns, or structs that JSON encodes so.
func (c *Client) Predict(ctx context.Context, documents any, opts PredictOpts) (*Prediction, error) {
	path := "/pipelines/" + url.PathEscape(opts.Pipeline)
	switch {
	case opts.Version != "":
		path += "/versions/" + url.PathEscape(opts.Version)
	case opts.Label != "":
		path += "/labels/" + url.PathEscape(opts.Label)
	}
	in := map[string]any{"documents": documents, "probabilities": opts.Probabilities}
	if opts.Explain > 0 {
		in["explain"], in["explain_terms"] = true, opts.Explain
	}
	out := &Prediction{}
	if err := c.call(ctx, http.MethodPost, path+":predict", in, out); err != nil {
		return nil, err
	}
	return out, nil
}
