package service

// This file answers below /pipelines: what is loaded, predictions, and changes.

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/netherfield/netherfield/runtime/drift"
	"github.com/netherfield/netherfield/runtime/feature"
)

// A PipelineInfo is what GET /pipelines says of a pipeline.
type PipelineInfo struct {
	Name     string        `json:"name"`
	Versions []VersionInfo `json:"versions"`
}

// A VersionInfo is what it says of a version.
type VersionInfo struct {
	Version    string            `json:"version"`
	State      string            `json:"state"` // "loaded"
	Digest     string            `json:"digest"`
	Labels     []string          `json:"labels"`
	Share      float64           `json:"share,omitempty"` // of the requests that name no version
	Loaded     time.Time         `json:"loaded"`
	Takes      string            `json:"takes"`             // "texts", "rows" or "records"
	Columns    []feature.Input   `json:"columns,omitempty"` // of the records
	Classes    []string          `json:"classes,omitempty"` // of a classifier
	Steps      []string          `json:"steps"`
	Watched    bool              `json:"watched"` // it has a baseline that drift is measured against
	Provenance map[string]string `json:"provenance,omitempty"`
}

// Pipelines returns what is loaded, in alphabetical order.
func (s *Service) Pipelines() []PipelineInfo {
	c := *s.loaded.Load()
	out := []PipelineInfo{}
	for _, name := range slices.Sorted(maps.Keys(c)) {
		out = append(out, c[name].info())
	}
	return out
}

func (f *shelf) info() PipelineInfo {
	out := PipelineInfo{Name: f.name}
	for _, v := range f.versions {
		out.Versions = append(out.Versions, f.versionInfo(v))
	}
	return out
}

func (f *shelf) versionInfo(v *Version) VersionInfo {
	info := VersionInfo{
		Version: v.Name, State: "loaded", Digest: v.Digest, Labels: f.labelsOf(v), Loaded: v.Loaded.UTC(),
		Takes: string(v.takes), Columns: v.columns, Classes: v.classes, Watched: v.monitor != nil, Provenance: v.fitted.Provenance(),
	}
	delete(info.Provenance, drift.BaselineKey) // as large as all the rest, and not for people
	if l := f.labels[Canary]; l.version == v {
		info.Share = l.share
	}
	for _, step := range v.fitted.Steps() {
		info.Steps = append(info.Steps, step.Name)
	}
	return info
}

// A path below /pipelines names these.
type target struct {
	wish
	action string // "predict" or ""
	labels bool   // it ends in labels/L
}

// targetOf reads NAME, NAME/versions/V or NAME/labels/L, each with an action behind a
// colon.
func targetOf(path string) (t target, ok bool) {
	path, t.action, _ = strings.Cut(strings.TrimPrefix(path, "/pipelines/"), ":")
	parts := strings.Split(path, "/")
	t.pipeline = parts[0]
	switch {
	case t.pipeline == "":
		return t, false
	case len(parts) == 1:
		return t, true
	case len(parts) == 3 && parts[1] == "versions" && parts[2] != "":
		t.version = parts[2]
		return t, true
	case len(parts) == 3 && parts[1] == "labels" && parts[2] != "":
		t.label, t.labels = parts[2], true
		return t, true
	}
	return t, false
}

func (s *Service) pipelines(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/pipelines" || r.URL.Path == "/pipelines/" {
		methods(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := s.authorized(r, s.opts.Token, s.opts.AdminToken); err != nil {
				writeProblem(w, problemOf(err))
				return
			}
			writeJSON(w, http.StatusOK, map[string]any{"pipelines": s.Pipelines()})
		}), http.MethodGet, http.MethodHead).ServeHTTP(w, r)
		return
	}
	t, ok := targetOf(r.URL.Path)
	switch {
	case !ok || t.action != "" && t.action != "predict":
		writeProblem(w, problem(http.StatusNotFound, reasonUnknown, "there is nothing at %s", r.URL.Path))
	case t.action == "predict":
		s.guard(w, r, writeProblem, func(ctx context.Context, w http.ResponseWriter, r *http.Request, arrived time.Time) error {
			if err := wantsMethod(w, r, http.MethodPost); err != nil {
				return s.refused(err)
			}
			return s.predictJSON(ctx, w, r, t.wish, arrived)
		})
	default:
		if err := s.manage(w, r, t); err != nil {
			writeProblem(w, problemOf(err))
		}
	}
}

// A predictRequest is the body of a :predict.
type predictRequest struct {
	Documents     samples `json:"documents"`
	Probabilities bool    `json:"probabilities"`
	// Explain asks for the terms that count most; ExplainTerms is how many, 10 if 0.
	Explain      bool `json:"explain"`
	ExplainTerms int  `json:"explain_terms"`
}

const jsonType, linesType = "application/json", "application/x-ndjson"

// maxTerms bounds how many terms an explanation has.
const maxTerms = 1000

// predictJSON answers a :predict.
func (s *Service) predictJSON(ctx context.Context, w http.ResponseWriter, r *http.Request, wanted wish, arrived time.Time) error {
	kind, err := wantsType(r, jsonType, linesType)
	if err != nil {
		return s.refused(err)
	}
	if kind == linesType {
		return s.stream(ctx, w, r, wanted)
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
	var req predictRequest
	if err := decodeJSON(b.Bytes(), &req); err != nil {
		return s.refused(err)
	}
	if req.Documents == nil {
		return s.refused(problem(http.StatusBadRequest, reasonMalformed, `the field "documents" is missing: {"documents": ["…"]}`))
	}
	q := question{wish: wanted, samples: req.Documents, proba: req.Probabilities, id: w.Header().Get(requestIDHeader), arrived: arrived}
	if req.Explain {
		if q.explain = req.ExplainTerms; q.explain == 0 {
			q.explain = 10
		}
		if q.explain < 0 || q.explain > maxTerms {
			return s.refused(problem(http.StatusBadRequest, reasonMalformed, "explain_terms is from 1 to %d", maxTerms))
		}
	}
	a, err := s.ask(ctx, q)
	if err != nil {
		return err
	}
	name(w, a.version)
	writeBody(w, http.StatusOK, jsonType, a.json(q))
	return nil
}

// json returns the answer to a :predict.
func (a *answer) json(q question) []byte {
	v := a.version
	b := make([]byte, 0, 256+32*len(a.scored))
	b = append(appendText(append(b, `{"pipeline":`...), v.Pipeline), `,"version":`...)
	b = append(appendText(b, v.Name), `,"digest":`...)
	b = append(appendText(b, v.Digest), `,"predictions":[`...)
	for i := range a.scored {
		if i > 0 {
			b = append(b, ',')
		}
		b = v.appendPrediction(b, &a.scored[i])
	}
	b = append(b, ']')
	if q.proba {
		b = append(b, `,"probabilities":[`...)
		for i := range a.scored {
			if i > 0 {
				b = append(b, ',')
			}
			b = v.appendProbabilities(b, &a.scored[i])
		}
		b = append(b, ']')
	}
	if a.terms != nil {
		b = append(b, `,"explanations":`...)
		b = appendTerms(b, a.terms)
	}
	return append(b, "}\n"...)
}

func appendTerms(b []byte, all [][]Term) []byte {
	b = append(b, '[')
	for i, terms := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for k, t := range terms {
			if k > 0 {
				b = append(b, ',')
			}
			b = append(appendText(append(b, `{"token":`...), t.Token), `,"weight":`...)
			b = append(appendNumber(b, t.Weight), '}')
		}
		b = append(b, ']')
	}
	return append(b, ']')
}

// manage answers what is no prediction.
func (s *Service) manage(w http.ResponseWriter, r *http.Request, t target) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if err := s.authorized(r, s.opts.Token, s.opts.AdminToken); err != nil {
			return err
		}
		f, v, err := s.find(t.wish)
		if err != nil {
			return err
		}
		if t.version == "" && t.label == "" {
			writeJSON(w, http.StatusOK, f.info())
		} else {
			writeJSON(w, http.StatusOK, f.versionInfo(v))
		}
		return nil
	}
	allowed := []string{http.MethodGet, http.MethodPut, http.MethodDelete}
	if t.version == "" && t.label == "" {
		allowed = allowed[:1]
	}
	if err := wantsMethod(w, r, allowed...); err != nil {
		return err
	}
	if err := s.authorizedToChange(r); err != nil {
		return err
	}
	switch {
	case t.labels && r.Method == http.MethodPut:
		var req struct {
			Version string  `json:"version"`
			Share   float64 `json:"share"`
		}
		b, err := body(r, s.opts.MaxBody)
		if err != nil {
			return err
		}
		defer putBuffer(b)
		if err := decodeJSON(b.Bytes(), &req); err != nil {
			return err
		}
		if err := s.Label(t.pipeline, t.label, req.Version, req.Share); err != nil {
			return err
		}
	case t.labels:
		if err := s.Unlabel(t.pipeline, t.label); err != nil {
			return err
		}
	case r.Method == http.MethodPut:
		return s.put(w, r, t)
	default:
		if err := s.Unload(r.Context(), t.pipeline, t.version); err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// put loads a version from the body.
func (s *Service) put(w http.ResponseWriter, r *http.Request, t target) error {
	if r.ContentLength > s.opts.MaxArtefact {
		return tooLarge(s.opts.MaxArtefact)
	}
	var b bytes.Buffer
	n, err := b.ReadFrom(http.MaxBytesReader(w, r.Body, s.opts.MaxArtefact))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return tooLarge(s.opts.MaxArtefact)
	case err != nil:
		return readError(err)
	case n == 0:
		return problem(http.StatusBadRequest, reasonMalformed, "the body is empty; it is to be an artefact, a file that pipeline.SaveStage has written")
	}
	v, err := s.Load(t.pipeline, t.version, b.Bytes())
	if err != nil {
		return err
	}
	f := (*s.loaded.Load())[t.pipeline]
	if f == nil {
		return problem(http.StatusConflict, reasonConflict, "%s was unloaded meanwhile", t.pipeline)
	}
	writeJSON(w, http.StatusCreated, f.versionInfo(v))
	return nil
}
