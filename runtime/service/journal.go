package service

// This file writes a sample of predictions down.

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// A journal writes lines of JSON.
type journal struct {
	mu        sync.Mutex
	w         io.Writer
	share     float64
	documents bool
}

func newJournal(w io.Writer, share float64, documents bool) *journal {
	if w == nil || !(share > 0) {
		return nil
	}
	return &journal{w: w, share: share, documents: documents}
}

// An entry is one prediction in the journal.
type entry struct {
	Time       time.Time `json:"time"`
	RequestID  string    `json:"request_id"`
	Pipeline   string    `json:"pipeline"`
	Version    string    `json:"version"`
	Digest     string    `json:"digest"`
	Prediction any       `json:"prediction"`
	Bytes      int       `json:"bytes"`              // of a text
	Document   any       `json:"document,omitempty"` // as it was sent
}

// write writes those predictions of a request that are sampled. What cannot be written
// is lost: the journal must not cost an answer.
func (j *journal) write(v *Version, id string, samples []sample, scored []scored) {
	if j == nil {
		return
	}
	for i := range scored {
		if rand.Float64() >= j.share {
			continue
		}
		e := entry{Time: time.Now().UTC(), RequestID: id, Pipeline: v.Pipeline, Version: v.Name, Digest: v.Digest, Bytes: len(samples[i].text)}
		if e.Prediction = scored[i].class; v.classes == nil {
			e.Prediction = number(scored[i].value)
		}
		if j.documents {
			e.Document = samples[i].document()
		}
		line, err := json.Marshal(e)
		if err != nil {
			continue
		}
		j.mu.Lock()
		j.w.Write(append(line, '\n'))
		j.mu.Unlock()
	}
}
