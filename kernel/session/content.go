package session

// This file decodes the content of requests, and says what is wrong with a
// content that does not fit.

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/netherfield/netherfield/kernel/wire"
)

// An okReply is the content of a reply that only says that it worked.
type okReply struct {
	Status string `json:"status"`
}

// An errorContent is what the protocol says about a failure, in an error
// message and in the replies.
type errorContent struct {
	Ename     string   `json:"ename"`
	Evalue    string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// An errorReply is the content of the reply to a request that failed.
type errorReply struct {
	Status string `json:"status"`
	errorContent
}

// errorReplyOf returns the reply content for err.
func errorReplyOf(err error) errorReply {
	var ce *CellError
	if !errors.As(err, &ce) {
		ce = &CellError{Name: "error", Message: err.Error()}
	}
	return errorReply{"error", errorContentOf(ce)}
}

// errorContentOf fills in a traceback, which front ends show in place of name
// and message and which must not be null.
func errorContentOf(e *CellError) errorContent {
	c := errorContent{Ename: e.Name, Evalue: e.Message, Traceback: e.Traceback}
	if len(c.Traceback) == 0 {
		c.Traceback = []string{e.Error()}
	}
	return c
}

// badRequest returns an error about the content of a request.
func badRequest(m *wire.Message, format string, args ...any) error {
	return &CellError{
		Name:    "bad request",
		Message: m.Header.MsgType + ": " + fmt.Sprintf(format, args...),
	}
}

// decode fills the struct that v points to from the content of m. Fields that
// are missing or null keep their values.
func decode(m *wire.Message, v any) error {
	err := json.Unmarshal(m.Content, v)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &wrong):
		return badRequest(m, "the content is not valid JSON: %v", err)
	case wrong.Field == "":
		return badRequest(m, "the content must be an object, not %s", wrong.Value)
	default:
		return badRequest(m, "field %q must be %s, not %s", wrong.Field, jsonKind(wrong.Type), wrong.Value)
	}
}

// jsonKind names the JSON values that t takes.
func jsonKind(t reflect.Type) string {
	if t == reflect.TypeFor[expression]() {
		return "an object of strings"
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "an integer"
	case reflect.Map, reflect.Struct:
		return "an object"
	default:
		return "a " + t.String()
	}
}

// orElse returns *p, or the default if p is nil.
func orElse[T any](p *T, def T) T {
	if p == nil {
		return def
	}
	return *p
}
