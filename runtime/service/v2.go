package service

// This file answers in the Open Inference Protocol, version 2, over REST:
// https://github.com/kserve/open-inference-protocol

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/netherfield/netherfield/internal/version"
	"github.com/netherfield/netherfield/runtime/feature"
)

// Names and datatypes of tensors.
const (
	inputName  = "input"
	outputName = "predict"
	probaName  = "predict_proba"
	typeBytes  = "BYTES"
	typeFP64   = "FP64"
	typeBool   = "BOOL"
)

// An inferRequest is the body of an infer.
type inferRequest struct {
	ID         string          `json:"id"`
	Parameters json.RawMessage `json:"parameters"`
	Inputs     []tensor        `json:"inputs"`
	Outputs    []struct {
		Name       string          `json:"name"`
		Parameters json.RawMessage `json:"parameters"`
	} `json:"outputs"`
}

// An inferResponse is the answer.
type inferResponse struct {
	ModelName    string            `json:"model_name"`
	ModelVersion string            `json:"model_version"`
	ID           string            `json:"id,omitempty"`
	Parameters   map[string]string `json:"parameters"`
	Outputs      []tensor          `json:"outputs"`
}

// tellV2 answers with a problem as the protocol has it.
func tellV2(w http.ResponseWriter, p *Problem) {
	retryAfter(w, p)
	writeJSON(w, p.Status, map[string]string{"error": p.Message})
}

// v2 answers below /v2.
func (s *Service) v2(w http.ResponseWriter, r *http.Request) {
	path := strings.Trim(strings.TrimPrefix(r.URL.Path, "/v2"), "/")
	parts := strings.Split(path, "/")
	err := func() error {
		switch {
		case path == "":
			return s.v2Server(w, r)
		case path == "health/live":
			return s.v2Health(w, r, nil)
		case path == "health/ready":
			return s.v2Health(w, r, s.ready())
		case path == "repository/index":
			return s.v2Index(w, r)
		case parts[0] == "repository" && len(parts) == 4 && parts[1] == "models":
			return s.v2Repository(w, r, parts[2], parts[3])
		case parts[0] == "models" && len(parts) >= 2:
			return s.v2Model(w, r, parts[1], parts[2:])
		}
		return problem(http.StatusNotFound, reasonUnknown, "there is nothing at %s", r.URL.Path)
	}()
	if err != nil {
		tellV2(w, problemOf(err))
	}
}

func (s *Service) v2Server(w http.ResponseWriter, r *http.Request) error {
	if err := wantsMethod(w, r, http.MethodGet); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]any{"name": "netherfield", "version": version.String(), "extensions": []string{"model_repository"}})
	return nil
}

func (s *Service) v2Health(w http.ResponseWriter, r *http.Request, ill error) error {
	if err := wantsMethod(w, r, http.MethodGet, http.MethodHead); err != nil {
		return err
	}
	if ill != nil {
		return ill
	}
	writeJSON(w, http.StatusOK, map[string]bool{"ok": true})
	return nil
}

// v2Model answers below /v2/models/M.
func (s *Service) v2Model(w http.ResponseWriter, r *http.Request, model string, rest []string) error {
	wanted := wish{pipeline: model}
	if len(rest) >= 2 && rest[0] == "versions" {
		wanted.version, rest = rest[1], rest[2:]
	}
	switch strings.Join(rest, "/") {
	case "infer":
		s.guard(w, r, tellV2, func(ctx context.Context, w http.ResponseWriter, r *http.Request, arrived time.Time) error {
			if err := wantsMethod(w, r, http.MethodPost); err != nil {
				return s.refused(err)
			}
			return s.infer(ctx, w, r, wanted, arrived)
		})
		return nil
	case "ready", "":
	default:
		return problem(http.StatusNotFound, reasonUnknown, "there is nothing at %s", r.URL.Path)
	}
	if err := wantsMethod(w, r, http.MethodGet, http.MethodHead); err != nil {
		return err
	}
	f, v, err := s.find(wanted)
	if err != nil {
		return err
	}
	if len(rest) == 1 {
		writeJSON(w, http.StatusOK, map[string]any{"name": model, "ready": true})
		return nil
	}
	if err := s.authorized(r, s.opts.Token, s.opts.AdminToken); err != nil {
		return err
	}
	info := struct {
		Name       string            `json:"name"`
		Versions   []string          `json:"versions"`
		Platform   string            `json:"platform"`
		Parameters map[string]string `json:"parameters"`
		Inputs     []tensorInfo      `json:"inputs"`
		Outputs    []tensorInfo      `json:"outputs"`
	}{Name: model, Platform: "netherfield", Parameters: map[string]string{"digest": v.Digest}}
	for _, w := range f.versions {
		info.Versions = append(info.Versions, w.Name)
	}
	switch v.takes {
	case takesTexts:
		info.Inputs = []tensorInfo{{inputName, typeBytes, []int{-1}}}
	case takesRows:
		info.Inputs = []tensorInfo{{inputName, typeFP64, []int{-1, -1}}}
	case takesRecords:
		for _, c := range v.columns {
			kind := typeBytes
			switch c.Kind {
			case feature.Number:
				kind = typeFP64
			case feature.Bool:
				kind = typeBool
			}
			info.Inputs = append(info.Inputs, tensorInfo{c.Name, kind, []int{-1}})
		}
	}
	info.Outputs = []tensorInfo{{outputName, typeFP64, []int{-1}}}
	if v.classes != nil {
		info.Outputs = []tensorInfo{{outputName, typeBytes, []int{-1}}, {probaName, typeFP64, []int{-1, len(v.classes)}}}
	}
	writeJSON(w, http.StatusOK, info)
	return nil
}

type tensorInfo struct {
	Name     string `json:"name"`
	Datatype string `json:"datatype"`
	Shape    []int  `json:"shape"`
}

// infer answers an infer.
func (s *Service) infer(ctx context.Context, w http.ResponseWriter, r *http.Request, wanted wish, arrived time.Time) error {
	if r.Header.Get("Inference-Header-Content-Length") != "" {
		return s.refused(problem(http.StatusBadRequest, reasonMediaType, "tensors in binary are not understood; send them in JSON"))
	}
	if _, err := wantsType(r, jsonType); err != nil {
		return s.refused(err)
	}
	b, err := body(r, s.opts.MaxBody)
	if err != nil {
		return s.refused(err)
	}
	defer putBuffer(b)
	done, err := s.turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	var req inferRequest
	if err := decodeJSON(b.Bytes(), &req); err != nil {
		return s.refused(err)
	}
	samples, err := s.v2Samples(&req, wanted)
	if err != nil {
		return s.refused(err)
	}
	labels, proba := len(req.Outputs) == 0, false
	for _, o := range req.Outputs {
		switch o.Name {
		case outputName:
			labels = true
		case probaName:
			proba = true
		default:
			return s.refused(problem(http.StatusBadRequest, reasonMalformed, "there is no output %q; there are %s and %s", o.Name, outputName, probaName))
		}
	}
	a, err := s.ask(ctx, question{wish: wanted, samples: samples, proba: proba, id: w.Header().Get(requestIDHeader), arrived: arrived})
	if err != nil {
		return err
	}
	v := a.version
	name(w, v)
	out := inferResponse{ModelName: v.Pipeline, ModelVersion: v.Name, ID: req.ID, Parameters: map[string]string{"digest": v.Digest}}
	if labels {
		out.Outputs = append(out.Outputs, a.predictTensor())
	}
	if proba {
		out.Outputs = append(out.Outputs, a.probaTensor())
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// v2Index answers what is in the repository.
func (s *Service) v2Index(w http.ResponseWriter, r *http.Request) error {
	if err := wantsMethod(w, r, http.MethodPost); err != nil {
		return err
	}
	if err := s.authorized(r, s.opts.Token, s.opts.AdminToken); err != nil {
		return err
	}
	type model struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		State   string `json:"state"`
		Reason  string `json:"reason"`
	}
	out := []model{}
	for _, p := range s.Pipelines() {
		for _, v := range p.Versions {
			out = append(out, model{p.Name, v.Version, "READY", ""})
		}
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

// v2Repository loads and unloads a model: of what the service's folder holds, or, with
// the parameter "version", that version.
func (s *Service) v2Repository(w http.ResponseWriter, r *http.Request, model, action string) error {
	if action != "load" && action != "unload" {
		return problem(http.StatusNotFound, reasonUnknown, "there is nothing at %s", r.URL.Path)
	}
	if err := wantsMethod(w, r, http.MethodPost); err != nil {
		return err
	}
	if err := s.authorizedToChange(r); err != nil {
		return err
	}
	if action == "load" {
		if s.opts.Source == nil {
			return problem(http.StatusNotImplemented, reasonForbidden, "this service has no folder to load from; PUT /pipelines/%s/versions/VERSION takes an artefact", model)
		}
		data, err := s.opts.Source(model)
		if err != nil {
			return problem(http.StatusNotFound, reasonUnknown, "%s cannot be loaded: %v", model, err)
		}
		if _, err := s.Promote(r.Context(), model, data); err != nil {
			return err
		}
	} else {
		c := (*s.loaded.Load())[model]
		if c == nil {
			return problem(http.StatusNotFound, reasonUnknown, "there is no pipeline %q", model)
		}
		if err := s.unloadAll(r.Context(), model); err != nil {
			return err
		}
	}
	writeJSON(w, http.StatusOK, struct{}{})
	return nil
}
