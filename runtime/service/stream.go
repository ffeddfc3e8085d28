package service

// This file scores a stream of documents: a line of JSON for each, answered by a line.

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// A streamLine is a document of a stream with what the client wants to recognise it by.
// A line may also be the document alone.
type streamLine struct {
	ID       json.RawMessage `json:"id,omitempty"`
	Document json.RawMessage `json:"document"`
}

// stream answers each line with one, in their order: {"prediction":…}, with the id if
// there was one, or {"error":…} if the line cannot be scored, after which the stream
// goes on. Lines that have arrived together are scored together. Each is scored by the
// version that the wish means at that moment.
func (s *Service) stream(ctx context.Context, w http.ResponseWriter, r *http.Request, wanted wish) error {
	if _, v, err := s.choose(wanted); err != nil {
		return s.refused(err) // as a status, before anything is answered
	} else {
		v.release()
	}
	control := http.NewResponseController(w)
	// Answers begin before the last document has arrived.
	if err := control.EnableFullDuplex(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	w.Header().Set("Content-Type", linesType)
	w.WriteHeader(http.StatusOK)
	in := bufio.NewReaderSize(r.Body, 64<<10)
	var out []byte
	for {
		// A stream lives as long as its lines keep coming.
		deadline := time.Now().Add(s.opts.Timeout)
		control.SetReadDeadline(deadline)
		control.SetWriteDeadline(deadline)
		lines, end := s.lines(in)
		if end != nil && end != io.EOF {
			s.refused(end)
		}
		if out = out[:0]; len(lines) > 0 {
			done, err := s.turn(ctx)
			if err != nil {
				end = err
			} else {
				out = s.answerLines(ctx, out, w.Header().Get(requestIDHeader), wanted, lines)
				done()
			}
		}
		if end != nil && end != io.EOF {
			out = append(appendLineProblem(out, nil, problemOf(end)), '\n')
		}
		if _, err := w.Write(out); err != nil {
			return nil // the client has gone
		}
		if err := control.Flush(); err != nil {
			return nil
		}
		if end != nil {
			return nil
		}
	}
}

// lines reads a line, and those that have arrived with it. The error says how the stream
// ends: io.EOF, or what is wrong.
func (s *Service) lines(in *bufio.Reader) (lines [][]byte, end error) {
	for len(lines) == 0 || len(lines) < chunk && in.Buffered() > 0 {
		var line []byte
		for {
			part, err := in.ReadSlice('\n')
			line = append(line, part...)
			if int64(len(line)) > s.opts.MaxBody {
				return lines, tooLarge(s.opts.MaxBody)
			}
			if err == nil {
				break
			}
			if err == bufio.ErrBufferFull {
				continue
			}
			if line = bytes.TrimSpace(line); len(line) > 0 && err == io.EOF {
				lines = append(lines, line)
			}
			if err != io.EOF {
				err = streamError(err)
			}
			return lines, err
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

func streamError(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return problem(http.StatusRequestTimeout, reasonTimeout, "no line has arrived for too long")
	}
	return problem(http.StatusBadRequest, reasonGone, "the stream could not be read: %v", err)
}

// answerLines appends a line for each of lines.
func (s *Service) answerLines(ctx context.Context, out []byte, id string, wanted wish, lines [][]byte) []byte {
	ids := make([]json.RawMessage, len(lines))
	problems := make([]*Problem, len(lines))
	var good []sample
	for i, line := range lines {
		one, clientID, err := sampleOf(line)
		ids[i] = clientID
		if err != nil {
			problems[i] = s.refused(err)
			continue
		}
		good = append(good, one)
	}
	q := question{wish: wanted, samples: good, id: id, arrived: time.Now()}
	a, err := (*answer)(nil), error(nil)
	if len(good) > 0 {
		a, err = s.ask(ctx, q)
	}
	if err != nil && len(good) > 1 && problemOf(err).Reason == reasonUnscorable {
		// One of them is to blame: find out which.
		for _, line := range lines {
			out = s.answerLines(ctx, out, id, wanted, [][]byte{line})
		}
		return out
	}
	next := 0
	for i := range lines {
		switch {
		case problems[i] != nil:
			out = appendLineProblem(out, ids[i], problems[i])
		case err != nil:
			out = appendLineProblem(out, ids[i], problemOf(err))
		default:
			out = append(out, '{')
			out = appendID(out, ids[i])
			out = append(out, `"prediction":`...)
			out = a.version.appendPrediction(out, &a.scored[next])
			out = append(appendText(append(out, `,"version":`...), a.version.Name), '}')
			next++
		}
		out = append(out, '\n')
	}
	return out
}

// sampleOf reads a line.
func sampleOf(line []byte) (sample, json.RawMessage, error) {
	var l streamLine
	document := json.RawMessage(line)
	if line[0] == '{' {
		if err := decodeJSON(line, &l); err != nil {
			return sample{}, nil, err
		}
		document = l.Document
		if document == nil {
			return sample{}, l.ID, problem(http.StatusBadRequest, reasonMalformed, `the field "document" is missing`)
		}
	}
	var all samples
	wrapped := append(append([]byte{'['}, document...), ']')
	if err := decodeJSON(wrapped, &all); err != nil {
		return sample{}, l.ID, err
	}
	if len(all) != 1 {
		return sample{}, l.ID, problem(http.StatusBadRequest, reasonMalformed, "a line holds one document")
	}
	return all[0], l.ID, nil
}

func appendID(b []byte, id json.RawMessage) []byte {
	if id == nil {
		return b
	}
	return append(append(append(b, `"id":`...), id...), ',')
}

func appendLineProblem(b []byte, id json.RawMessage, p *Problem) []byte {
	b = appendID(append(b, '{'), id)
	b = appendText(append(b, `"error":{"code":`...), p.Reason)
	return append(appendText(append(b, `,"message":`...), p.Message), "}}"...)
}
