package service

// This file reads what clients send, and believes none of it.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"sync"
	"unicode/utf8"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooled is the size from which on a buffer is not kept.
const maxPooled = 1 << 20

func putBuffer(b *bytes.Buffer) {
	if b.Cap() <= maxPooled {
		b.Reset()
		buffers.Put(b)
	}
}

// body reads a request's body into a buffer that the caller gives back by putBuffer.
func body(r *http.Request, most int64) (*bytes.Buffer, error) {
	if r.ContentLength > most {
		return nil, tooLarge(most)
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return nil, problem(http.StatusUnsupportedMediaType, reasonMediaType, "a body with the encoding %q is not understood; send it as it is", e)
	}
	b := buffers.Get().(*bytes.Buffer)
	if r.ContentLength > 0 {
		b.Grow(int(min(r.ContentLength, maxPooled)) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(r.Body, most+1))
	if err == nil && n > most {
		err = tooLarge(most)
	}
	if err != nil {
		putBuffer(b)
		return nil, readError(err)
	}
	return b, nil
}

func tooLarge(most int64) *Problem {
	return problem(http.StatusRequestEntityTooLarge, reasonTooLarge, "the body is larger than %d bytes; send the documents in several requests", most)
}

// readError is what a client is told whose body did not arrive.
func readError(err error) error {
	var p *Problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, os.ErrDeadlineExceeded):
		return problem(http.StatusRequestTimeout, reasonTimeout, "the body did not arrive in time")
	}
	return problem(http.StatusBadRequest, reasonGone, "the body could not be read: %v", err)
}

// isUTF8 finds text that is in another encoding.
func isUTF8(text []byte) error {
	if utf8.Valid(text) {
		return nil
	}
	at := 0
	for {
		r, n := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && n <= 1 {
			return problem(http.StatusBadRequest, reasonEncoding, "byte %d is no UTF-8; send documents in UTF-8", at)
		}
		at += n
	}
}

// wantsType refuses a body that says it is something else. One that says nothing is
// taken for what is wanted.
func wantsType(r *http.Request, kinds ...string) (string, error) {
	header := r.Header.Get("Content-Type")
	if header == "" {
		return kinds[0], nil
	}
	kind, params, err := mime.ParseMediaType(header)
	if err != nil {
		return "", problem(http.StatusUnsupportedMediaType, reasonMediaType, "Content-Type %q cannot be read: %v", header, err)
	}
	if c := params["charset"]; c != "" && !strings.EqualFold(c, "utf-8") && !strings.EqualFold(c, "us-ascii") {
		return "", problem(http.StatusUnsupportedMediaType, reasonEncoding, "the charset %q is not understood; send UTF-8", c)
	}
	for _, k := range kinds {
		if kind == k {
			return k, nil
		}
	}
	return "", problem(http.StatusUnsupportedMediaType, reasonMediaType, "Content-Type %q is not understood here; send %s", kind, strings.Join(kinds, " or "))
}

// decodeJSON decodes an object; a field that is not known is a misspelling.
func decodeJSON(data []byte, v any) error {
	if err := isUTF8(data); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return jsonProblem(data, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return problem(http.StatusBadRequest, reasonMalformed, "something follows the JSON")
	}
	return nil
}

func jsonProblem(data []byte, err error) error {
	var p *Problem
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &p):
		return p
	case len(bytes.TrimSpace(data)) == 0:
		return problem(http.StatusBadRequest, reasonMalformed, "the body is empty; send JSON")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return problem(http.StatusBadRequest, reasonMalformed, "the JSON ends too early, after %d bytes", len(data))
	case errors.As(err, &syntax):
		return problem(http.StatusBadRequest, reasonMalformed, "the JSON is malformed at byte %d: %v", syntax.Offset, err)
	case errors.As(err, &wrong):
		return problem(http.StatusBadRequest, reasonMalformed, "the JSON has %s where %v belongs, at %s", wrong.Value, wrong.Type, orTop(wrong.Field))
	}
	return problem(http.StatusBadRequest, reasonMalformed, "the JSON is not understood: %s", strings.TrimPrefix(err.Error(), "json: "))
}

func orTop(field string) string {
	if field == "" {
		return "the top"
	}
	return field
}

// samples are the documents of a request as JSON has them: texts, rows of numbers, or
// records.
type samples []sample

// UnmarshalJSON decodes an array.
func (s *samples) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	if len(data) == 0 || data[0] != '[' {
		return problem(http.StatusBadRequest, reasonMalformed, "documents are a JSON array, not %s", kindOf(data))
	}
	// Nearly always they are texts.
	var texts []*string
	if err := json.Unmarshal(data, &texts); err == nil {
		out := make([]sample, len(texts))
		for i, t := range texts {
			if t == nil {
				return wrongDocument(i, []byte("null"))
			}
			out[i].text = *t
		}
		*s = out
		return nil
	}
	var all []json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	out := make([]sample, len(all))
	for i, one := range all {
		var err error
		switch one[0] {
		case '"':
			err = json.Unmarshal(one, &out[i].text)
		case '[':
			err = decodeRow(one, &out[i].row)
		case '{':
			err = json.Unmarshal(one, &out[i].record)
		default:
			return wrongDocument(i, one)
		}
		if err != nil {
			return problem(http.StatusBadRequest, reasonMalformed, "document %d is neither a text nor a row of numbers nor an object: %s", i, strings.TrimPrefix(err.Error(), "json: "))
		}
	}
	*s = out
	return nil
}

func decodeRow(data []byte, row *[]float64) error {
	var numbers []*float64
	if err := json.Unmarshal(data, &numbers); err != nil {
		return err
	}
	*row = make([]float64, len(numbers))
	for i, n := range numbers {
		if n == nil {
			return fmt.Errorf("number %d is null", i)
		}
		(*row)[i] = *n
	}
	return nil
}

func wrongDocument(i int, data []byte) error {
	return problem(http.StatusBadRequest, reasonMalformed, "document %d is %s; a document is a text, a row of numbers or an object", i, kindOf(data))
}

// kindOf names what JSON begins with.
func kindOf(data []byte) string {
	if len(data) == 0 {
		return "nothing"
	}
	switch data[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a text"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}
