package publish

// This file remembers what was published.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// remembered is how many publishes are, and artefacts of how many of them are kept: enough
// to go back, and not a disk full.
const (
	remembered = 200
	artefacts  = 20
)

// A Record is a publish that has succeeded.
type Record struct {
	ID        string    `json:"id"`
	When      time.Time `json:"when"`
	Seconds   float64   `json:"seconds"`
	Pipeline  string    `json:"pipeline"`
	Notebooks []string  `json:"notebooks"`
	// Commit, Branch and Subject say what it was made of.
	Commit  string `json:"commit"`
	Branch  string `json:"branch"`
	Subject string `json:"subject"`
	// Digest is the artefact's, SHA-256 in hexadecimal.
	Digest     string            `json:"digest"`
	Steps      []string          `json:"steps"` // of the pipeline
	Provenance map[string]string `json:"provenance"`
	// Image is the image by its digest; "" if none was pushed.
	Image string `json:"image,omitempty"`
	// Target is where it was deployed to, and Version what it is called there.
	Target  string `json:"target,omitempty"`
	Version string `json:"version,omitempty"`
	// Namespace is the cluster's.
	Namespace string `json:"namespace,omitempty"`
	// RolledBack is when it was last gone back to.
	RolledBack *time.Time `json:"rolled_back,omitempty"`
	// Kept tells that the artefact is still here.
	Kept bool `json:"kept"`
}

// A History is a folder with a folder for each publish.
type History struct {
	dir string
	log *slog.Logger
}

// OpenHistory opens the history in a folder, which is made when something is remembered.
func OpenHistory(dir string, log *slog.Logger) *History { return &History{dir, log} }

const (
	recordFile   = "publish.json"
	artefactFile = "model.sav"
)

// List returns what is remembered, the newest first.
func (h *History) List() []Record {
	out := []Record{}
	entries, err := os.ReadDir(h.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		h.log.Warn("the history of publishes cannot be read", "error", err)
	}
	// Names begin with the time.
	for _, e := range slices.Backward(entries) {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		r, err := h.read(e.Name())
		if err != nil {
			h.log.Warn("a publish is not remembered any more", "error", err)
			continue
		}
		out = append(out, r)
	}
	return out
}

// Get returns one by its id.
func (h *History) Get(id string) (Record, error) {
	if id == "" || strings.HasPrefix(id, ".") || id != filepath.Base(id) {
		return Record{}, fmt.Errorf("%q is no publish", id)
	}
	r, err := h.read(id)
	if errors.Is(err, fs.ErrNotExist) {
		return Record{}, fmt.Errorf("the publish %s is not remembered any more", id)
	}
	return r, err
}

func (h *History) read(id string) (Record, error) {
	data, err := os.ReadFile(filepath.Join(h.dir, id, recordFile))
	if err != nil {
		return Record{}, err
	}
	r, err := parseRecord(data)
	if err != nil {
		return Record{}, fmt.Errorf("%s: %w", filepath.Join(h.dir, id, recordFile), err)
	}
	_, err = os.Stat(h.artefact(id))
	r.ID, r.Kept = id, err == nil
	return r, nil
}

// parseRecord reads a record that a file has.
func parseRecord(data []byte) (Record, error) {
	var r Record
	if err := json.Unmarshal(data, &r); err != nil {
		return Record{}, err
	}
	if r.Pipeline == "" || r.When.IsZero() {
		return Record{}, errors.New("it is no record of a publish")
	}
	return r, nil
}

// artefact is the path of the artefact of a publish.
func (h *History) artefact(id string) string { return filepath.Join(h.dir, id, artefactFile) }

// Begin makes a folder for a publish that may yet fail; its artefact goes there. Who may read
// and write there, says the umask: a workbench may go on as another user of the same group.
func (h *History) Begin() (folder string, err error) {
	if err := os.MkdirAll(h.dir, 0o770); err != nil {
		return "", err
	}
	folder = filepath.Join(h.dir, ".unfinished-"+uuid.NewString())
	return folder, os.Mkdir(folder, 0o770)
}

// Add remembers a publish, with what is in its folder, and forgets the oldest.
func (h *History) Add(folder string, r Record) (Record, error) {
	r.ID = r.When.UTC().Format("20060102T150405.000000")
	if err := write(filepath.Join(folder, recordFile), r); err != nil {
		return r, err
	}
	if err := os.Rename(folder, filepath.Join(h.dir, r.ID)); err != nil {
		return r, err
	}
	h.forget()
	return h.read(r.ID)
}

// Update writes a record anew.
func (h *History) Update(r Record) error { return write(filepath.Join(h.dir, r.ID, recordFile), r) }

func write(file string, r Record) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	part := file + ".part"
	if err := os.WriteFile(part, append(text, '\n'), 0o660); err != nil {
		return err
	}
	return os.Rename(part, file)
}

// forget keeps the history small, and removes what publishes have left that were ended.
func (h *History) forget() {
	entries, err := os.ReadDir(h.dir)
	if err != nil {
		return
	}
	n := 0
	for _, e := range slices.Backward(entries) {
		path := filepath.Join(h.dir, e.Name())
		if strings.HasPrefix(e.Name(), ".") {
			if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
				err = os.RemoveAll(path)
				h.warn(err)
			}
			continue
		}
		switch n++; {
		case n > remembered:
			h.warn(os.RemoveAll(path))
		case n > artefacts:
			if err := os.Remove(h.artefact(e.Name())); !errors.Is(err, fs.ErrNotExist) {
				h.warn(err)
			}
		}
	}
}

func (h *History) warn(err error) {
	if err != nil {
		h.log.Warn("an old publish cannot be forgotten", "error", err)
	}
}
