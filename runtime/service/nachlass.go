package service

// This file answers as the services do that nachlass builds of notebooks: POST /predict
// with the form field json_args, a JSON array of documents.

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// nachlass answers /predict. A client that accepts JSON and not HTML is told of errors
// by status and in JSON; others as nachlass does it: what is malformed is a 500, and
// what the model refuses a 200 with the reason in the place of an array.
func (s *Service) nachlass(w http.ResponseWriter, r *http.Request) {
	honest := prefersJSON(r)
	tell := writeProblem
	if !honest {
		tell = func(w http.ResponseWriter, p *Problem) {
			switch p.Reason {
			case reasonUnscorable:
				writeBody(w, http.StatusOK, "text/html; charset=utf-8", []byte(p.Message))
				return
			case reasonMalformed, reasonEncoding:
				if p.Status == http.StatusBadRequest && p != missingField {
					p = problem(http.StatusInternalServerError, p.Reason, "%s", p.Message)
				}
			}
			writeProblemHTML(w, p)
		}
	}
	s.guard(w, r, tell, func(ctx context.Context, w http.ResponseWriter, r *http.Request, arrived time.Time) error {
		if err := wantsMethod(w, r, http.MethodPost); err != nil {
			return s.refused(err)
		}
		kind, err := wantsType(r, "application/x-www-form-urlencoded", "multipart/form-data")
		if err != nil {
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
		samples, err := s.formSamples(r, kind, b)
		if err != nil {
			return s.refused(err)
		}
		a, err := s.ask(ctx, question{samples: samples, id: w.Header().Get(requestIDHeader), arrived: arrived})
		if err != nil {
			return err
		}
		kind = "text/html; charset=utf-8"
		if honest {
			kind = "application/json"
		}
		name(w, a.version)
		writeBody(w, http.StatusOK, kind, a.version.appendPython(make([]byte, 0, 16*len(samples)+2), a.scored))
		return nil
	})
}

// name says which model has answered.
func name(w http.ResponseWriter, v *Version) {
	h := w.Header()
	h["X-Model-Digest"] = []string{v.Digest}
	h["X-Model-Version"] = []string{v.Name}
}

func prefersJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "json") && !strings.Contains(accept, "html")
}

var missingField = problem(http.StatusBadRequest, reasonMalformed, "the form has no field json_args, a JSON array of documents")

// formSamples reads the documents of a form, whose body was read already.
func (s *Service) formSamples(r *http.Request, kind string, b *bytes.Buffer) ([]sample, error) {
	var form url.Values
	var err error
	if kind == "multipart/form-data" {
		r.Body = io.NopCloser(b)
		if err = r.ParseMultipartForm(s.opts.MaxBody); err == nil {
			defer r.MultipartForm.RemoveAll()
			form = r.MultipartForm.Value
		}
	} else {
		form, err = url.ParseQuery(b.String())
	}
	if err != nil {
		return nil, problem(http.StatusBadRequest, reasonMalformed, "the form cannot be read: %v", err)
	}
	if !form.Has("json_args") {
		if form.Has("args") {
			return nil, problem(http.StatusBadRequest, reasonForbidden, "args is a pickle, which can run code and is not read; send the documents as JSON in json_args")
		}
		return nil, missingField
	}
	var out samples
	if err := decodeJSON([]byte(form.Get("json_args")), &out); err != nil {
		return nil, err
	}
	return out, nil
}
