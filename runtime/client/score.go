package client

// This file has documents scored as services of nachlass do it: a form with the field
// json_args, and an answer that is judged by its shape.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
)

// ScoreText returns the class of each text, in their order; predictions that are numbers
// or booleans are returned as JSON writes them. Texts are sent in several requests, one
// after the other, if they are too large for one. Without texts there is no request. If
// a request fails, nothing is returned, and the error says which texts were sent in it;
// the service has counted those before.
func (c *Client) ScoreText(ctx context.Context, texts []string) ([]string, error) {
	out := make([]string, 0, len(texts))
	err := score(ctx, c, texts, func(v json.RawMessage) error {
		if v[0] != '"' {
			out = append(out, string(v))
			return nil
		}
		var s string
		err := json.Unmarshal(v, &s)
		out = append(out, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// ScoreNumbers returns the value that a regressor predicts for each row of numbers, in
// their order, as [Client.ScoreText] does classes. NaN and infinity are what Python's
// JSON calls NaN and Infinity.
func (c *Client) ScoreNumbers(ctx context.Context, rows [][]float64) ([]float64, error) {
	for i, row := range rows {
		for j, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("client: row %d has %v in column %d, which JSON does not have", i, v, j)
			}
		}
	}
	out := make([]float64, 0, len(rows))
	err := score(ctx, c, rows, func(v json.RawMessage) error {
		f, err := numberOf(v)
		out = append(out, f)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// numberOf decodes a number, also one that was none of JSON's.
func numberOf(v json.RawMessage) (float64, error) {
	s := string(v)
	if s[0] == '"' {
		if err := json.Unmarshal(v, &s); err != nil {
			return 0, err
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%s is no number", shortened(v))
	}
	return f, nil
}

// formDocuments is how many documents are sent in one form at the most: services bound
// them, ours to twice as many.
const formDocuments = 5000

// score sends documents, as many at a time as a form takes, and hands what was predicted
// for each to take.
func score[T any](ctx context.Context, c *Client, documents []T, take func(json.RawMessage) error) error {
	const begin, between, end = "json_args=%5B", "%2C", "%5D"
	form := []byte(begin)
	from := 0
	send := func(to int) error {
		if err := c.scoreForm(ctx, append(form, end...), from, to, take); err != nil {
			return err
		}
		form, from = append(form[:0], begin...), to
		return nil
	}
	for i, d := range documents {
		one, err := json.Marshal(d)
		if err != nil {
			return fmt.Errorf("client: document %d: %w", i, err)
		}
		escaped := url.QueryEscape(string(one))
		if i > from && (len(form)+len(between)+len(escaped)+len(end) > c.opts.MaxForm || i-from == formDocuments) {
			if err := send(i); err != nil {
				return err
			}
		}
		if i > from {
			form = append(form, between...)
		}
		form = append(form, escaped...)
	}
	if len(documents) == 0 {
		return nil
	}
	return send(len(documents))
}

const predictPath = "/predict"

// scoreForm sends the documents from one index up to another.
func (c *Client) scoreForm(ctx context.Context, form []byte, from, to int, take func(json.RawMessage) error) error {
	answer, status, header, err := c.do(ctx, http.MethodPost, predictPath, "application/x-www-form-urlencoded", form)
	if err != nil {
		return err
	}
	which := fmt.Sprintf("documents %d to %d", from, to-1)
	if to == from+1 {
		which = fmt.Sprintf("document %d", from)
	}
	predictions, ok := array(answer)
	switch {
	case !ok:
		err := c.refusal(predictPath, answer, status, header)
		if status == http.StatusRequestEntityTooLarge && to == from+1 {
			return fmt.Errorf("document %d is too large for the service, %d bytes as it is sent: %w", from, len(form), err)
		}
		return fmt.Errorf("%s: %w", which, err)
	case len(predictions) != to-from:
		return fmt.Errorf("client: %s%s answers %d predictions for %d documents", c.base, predictPath, len(predictions), to-from)
	}
	for i, p := range predictions {
		if err := take(p); err != nil {
			return fmt.Errorf("client: %s%s predicts %s for document %d: %w", c.base, predictPath, shortened(p), from+i, err)
		}
	}
	return nil
}

// array decodes a JSON array as Python writes it, in which NaN, Infinity and -Infinity
// may stand: they become texts. It reports false for anything else.
func array(answer []byte) ([]json.RawMessage, bool) {
	var out []json.RawMessage
	if answer = bytes.TrimSpace(answer); len(answer) == 0 || answer[0] != '[' {
		return nil, false
	}
	if json.Unmarshal(answer, &out) == nil {
		return out, true
	}
	out = nil
	if json.Unmarshal(quoteConstants(answer), &out) != nil {
		return nil, false
	}
	return out, true
}

var constants = []string{"NaN", "Infinity", "-Infinity"}

// quoteConstants puts Python's constants that JSON does not have into quotes.
func quoteConstants(data []byte) []byte {
	out := make([]byte, 0, len(data)+16)
	for i := 0; i < len(data); {
		if data[i] == '"' {
			end := i + 1
			for end < len(data) && data[end] != '"' {
				if data[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(data))
			out = append(out, data[i:end]...)
			i = end
			continue
		}
		found := false
		for _, name := range constants {
			if bytes.HasPrefix(data[i:], []byte(name)) {
				out = strconv.AppendQuote(out, name)
				i += len(name)
				found = true
				break
			}
		}
		if !found {
			out = append(out, data[i])
			i++
		}
	}
	return out
}
