package service

// This file is what a request is told that cannot be answered.

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"time"
)

// A Problem is why a request is not answered: what the client is told.
type Problem struct {
	// Status is the HTTP status.
	Status int
	// Reason is the same in one word for programs and metrics, such as "too_large".
	Reason string
	// Message says where, why and what to do.
	Message string
	// RetryAfter is when to try again, if that helps.
	RetryAfter time.Duration
}

// Error returns the message.
func (p *Problem) Error() string { return p.Message }

// Reasons of problems, which are also values of the label "reason".
const (
	reasonOK           = "ok"
	reasonMalformed    = "malformed"
	reasonEncoding     = "encoding"
	reasonTooLarge     = "too_large"
	reasonMediaType    = "media_type"
	reasonUnknown      = "not_found"
	reasonMethod       = "method"
	reasonUnauthorized = "unauthorized"
	reasonForbidden    = "forbidden"
	reasonConflict     = "conflict"
	reasonArtefact     = "artefact"
	reasonUnscorable   = "unscorable"
	reasonBusy         = "busy"
	reasonDraining     = "draining"
	reasonTimeout      = "timeout"
	reasonGone         = "client_gone"
	reasonInternal     = "internal"
)

// statusGone is what is counted of a request whose client did not wait for the answer.
const statusGone = 499

func problem(status int, reason, format string, args ...any) *Problem {
	return &Problem{Status: status, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// problemOf returns what a request is told of an error.
func problemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return problem(http.StatusInternalServerError, reasonInternal, "%v", err)
}

// An errorBody is a problem in JSON.
type errorBody struct {
	Error errorContent `json:"error"`
}

type errorContent struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	RequestID string `json:"request_id,omitempty"`
}

// writeProblem answers with a problem in JSON.
func writeProblem(w http.ResponseWriter, p *Problem) {
	retryAfter(w, p)
	body := errorBody{errorContent{p.Reason, p.Message, w.Header().Get(requestIDHeader)}}
	writeJSON(w, p.Status, body)
}

// writeProblemHTML answers as Flask does, with a page.
func writeProblemHTML(w http.ResponseWriter, p *Problem) {
	retryAfter(w, p)
	name := http.StatusText(p.Status)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(p.Status)
	fmt.Fprintf(w, "<!doctype html>\n<html lang=en>\n<title>%d %s</title>\n<h1>%s</h1>\n<p>%s</p>\n", p.Status, name, name, html.EscapeString(p.Message))
}

func retryAfter(w http.ResponseWriter, p *Problem) {
	if p.RetryAfter > 0 {
		seconds := int64((p.RetryAfter + time.Second - 1) / time.Second)
		w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
}

// writeJSON answers with JSON. What cannot be encoded is a defect of the service.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status = http.StatusInternalServerError
		body, _ = json.Marshal(errorBody{errorContent{Code: reasonInternal, Message: "the answer cannot be encoded: " + err.Error()}})
	}
	writeBody(w, status, "application/json", append(body, '\n'))
}

func writeBody(w http.ResponseWriter, status int, kind string, body []byte) {
	h := w.Header()
	h["Content-Type"] = []string{kind}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	w.Write(body) // an error is the client's going away
}
