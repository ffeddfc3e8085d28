package service

// This file holds which versions are loaded, and chooses one for a request. What is
// known is a value that never changes; a change puts another in its place, so that
// choosing takes no lock.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/netherfield/netherfield/runtime/pipeline"
)

// Labels that mean something to the service; there may be others.
const (
	Stable = "stable" // the version for requests that name none
	Canary = "canary" // takes a share of those requests
	Shadow = "shadow" // scores what stable scores, and is not answered from
)

// A catalogue is what is loaded.
type catalogue map[string]*shelf

// A shelf holds the versions of one pipeline.
type shelf struct {
	name     string
	versions []*Version // in the order in which they were loaded
	labels   map[string]label
}

// A label points at a version.
type label struct {
	version *Version
	share   float64 // of requests, for Canary
}

func (f *shelf) version(name string) *Version {
	for _, v := range f.versions {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// common returns the version for requests that name none.
func (f *shelf) common() *Version {
	if l, ok := f.labels[Canary]; ok && l.share > 0 && rand.Float64() < l.share {
		return l.version
	}
	if l, ok := f.labels[Stable]; ok {
		return l.version
	}
	return f.versions[len(f.versions)-1]
}

// labelsOf returns the labels of a version, in alphabetical order.
func (f *shelf) labelsOf(v *Version) []string {
	out := []string{}
	for name, l := range f.labels {
		if l.version == v {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// clone returns a catalogue that may be changed, with a shelf of the name that may be
// too.
func (c catalogue) clone(name string) (catalogue, *shelf) {
	out := maps.Clone(c)
	if out == nil {
		out = catalogue{}
	}
	f := &shelf{name: name, labels: map[string]label{}}
	if old := c[name]; old != nil {
		f.versions, f.labels = slices.Clone(old.versions), maps.Clone(old.labels)
	}
	out[name] = f
	return out, f
}

// A wish is the version that a request asks for; at most one of version and label is
// set.
type wish struct{ pipeline, version, label string }

// choose returns the version that a request is scored by, with the shelf that it stands
// on. The caller releases the version.
func (s *Service) choose(w wish) (*shelf, *Version, error) {
	for {
		f, v, err := s.find(w)
		if err != nil {
			return nil, nil, err
		}
		if v.choose() {
			return f, v, nil
		}
		// It has just been unloaded: look again.
	}
}

func (s *Service) find(w wish) (*shelf, *Version, error) {
	c := *s.loaded.Load()
	name := cmp.Or(w.pipeline, s.opts.Default)
	if name == "" && len(c) == 1 {
		for only := range c {
			name = only
		}
	}
	f := c[name]
	switch {
	case f == nil && len(c) == 0:
		return nil, nil, problem(http.StatusServiceUnavailable, reasonUnknown, "no pipeline is loaded")
	case f == nil && name == "":
		return nil, nil, problem(http.StatusNotFound, reasonUnknown, "there are several pipelines, and none is the default: name one of %s", names(c))
	case f == nil:
		return nil, nil, problem(http.StatusNotFound, reasonUnknown, "there is no pipeline %q; there are %s", name, names(c))
	}
	switch {
	case w.version != "":
		if v := f.version(w.version); v != nil {
			return f, v, nil
		}
		return nil, nil, problem(http.StatusNotFound, reasonUnknown, "%s has no version %q; it has %s", name, w.version, versionNames(f))
	case w.label != "":
		if l, ok := f.labels[w.label]; ok {
			return f, l.version, nil
		}
		return nil, nil, problem(http.StatusNotFound, reasonUnknown, "no version of %s is labelled %q", name, w.label)
	}
	return f, f.common(), nil
}

// exactly is find for a change, which names what it changes.
func (s *Service) exactly(pipeline, what, version, label string) (*shelf, *Version, error) {
	if pipeline == "" || version == "" && label == "" {
		return nil, nil, problem(http.StatusBadRequest, reasonMalformed, "the pipeline and the %s are to be named", what)
	}
	return s.find(wish{pipeline, version, label})
}

func names(c catalogue) string { return strings.Join(slices.Sorted(maps.Keys(c)), ", ") }

func versionNames(f *shelf) string {
	var out []string
	for _, v := range f.versions {
		out = append(out, v.Name)
	}
	return strings.Join(out, ", ")
}

// goodName is what pipelines, versions and labels may be called: what stands in a path
// and in a metric as it is.
var goodName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$`)

func checkName(what, name string) error {
	if !goodName.MatchString(name) {
		return problem(http.StatusBadRequest, reasonMalformed, "%q is no name of a %s: letters, digits, and within it . _ and -, at most 64", name, what)
	}
	return nil
}

// Load makes a version of a pipeline of the bytes of an artefact, as
// [pipeline.SaveStage] and the exporter write them, and has it take requests that name
// it; the first version of a pipeline is labelled [Stable]. An empty version stands for the first 12 digits of the artefact's digest. To load
// what is loaded already changes nothing; another artefact under the name of a loaded
// version is refused, and so is what is damaged, no artefact, or cannot score single
// documents. What was loaded before stays as it was.
func (s *Service) Load(name, version string, data []byte) (*Version, error) {
	if err := checkName("pipeline", name); err != nil {
		return nil, err
	}
	if version != "" {
		if err := checkName("version", version); err != nil {
			return nil, err
		}
	}
	v, err := s.load(name, version, data)
	outcome := "loaded"
	if err != nil {
		outcome = "refused"
		s.log.Warn("artefact refused", "pipeline", name, "version", version, "error", err)
	}
	s.metrics.loads.WithLabelValues(name, outcome).Inc()
	return v, err
}

func (s *Service) load(name, version string, data []byte) (*Version, error) {
	p, err := pipeline.ReadStage(data)
	if err != nil {
		return nil, problem(http.StatusUnprocessableEntity, reasonArtefact, "%v", err)
	}
	version = cmp.Or(version, p.Digest()[:12])
	v, err := newVersion(name, version, p)
	if err != nil {
		return nil, problem(http.StatusUnprocessableEntity, reasonArtefact, "the artefact cannot be served: %v", err)
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	old := *s.loaded.Load()
	if f := old[name]; f != nil {
		if same := f.version(version); same != nil {
			if same.Digest == v.Digest {
				return same, nil
			}
			return nil, problem(http.StatusConflict, reasonConflict, "version %s of %s is loaded with the digest %s; unload it, or give the new one another name", version, name, same.Digest)
		}
	}
	s.watched(v)
	v.meter = s.metrics.of(v)
	next, f := old.clone(name)
	f.versions = append(f.versions, v)
	if len(f.versions) == 1 {
		f.labels[Stable] = label{version: v}
	}
	s.loaded.Store(&next)
	s.log.Info("version loaded", "pipeline", name, "version", version, "digest", v.Digest)
	return v, nil
}

// Label points a label at a loaded version, in one step: requests that are being scored
// keep the version that they have chosen. Share is the part of the requests without a
// version that Canary takes, from 0 to 1; other labels have none.
func (s *Service) Label(name, label_, version string, share float64) error {
	if err := checkName("label", label_); err != nil {
		return err
	}
	if !(share >= 0 && share <= 1) || share > 0 && label_ != Canary {
		return problem(http.StatusBadRequest, reasonMalformed, "a share is from 0 to 1, and only for the label %s", Canary)
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	_, v, err := s.exactly(name, "version", version, "")
	if err != nil {
		return err
	}
	next, f := (*s.loaded.Load()).clone(v.Pipeline)
	f.labels[label_] = label{v, share}
	s.loaded.Store(&next)
	s.log.Info("label set", "pipeline", v.Pipeline, "label", label_, "version", version)
	return nil
}

// Unlabel removes a label.
func (s *Service) Unlabel(name, label string) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	if _, _, err := s.exactly(name, "label", "", label); err != nil {
		return err
	}
	next, f := (*s.loaded.Load()).clone(name)
	delete(f.labels, label)
	s.loaded.Store(&next)
	return nil
}

// Unload forgets a version, which must have no label unless it is the last one, and returns when the requests that
// have chosen it are answered, or with an error when ctx ends before.
func (s *Service) Unload(ctx context.Context, name, version string) error {
	v, err := s.remove(name, version)
	if err != nil {
		return err
	}
	if err := v.retire(ctx); err != nil {
		return err
	}
	s.metrics.retire(v)
	s.log.Info("version unloaded", "pipeline", name, "version", version)
	return nil
}

func (s *Service) remove(name, version string) (*Version, error) {
	s.changing.Lock()
	defer s.changing.Unlock()
	f, v, err := s.exactly(name, "version", version, "")
	if err != nil {
		return nil, err
	}
	if labels := f.labelsOf(v); len(labels) > 0 && len(f.versions) > 1 {
		return nil, problem(http.StatusConflict, reasonConflict, "version %s of %s is labelled %s; put the labels elsewhere first", version, name, strings.Join(labels, ", "))
	}
	next, f := (*s.loaded.Load()).clone(name)
	f.versions = slices.DeleteFunc(f.versions, func(w *Version) bool { return w == v })
	if len(f.versions) == 0 {
		delete(next, name)
	}
	s.loaded.Store(&next)
	return v, nil
}

// Promote loads an artefact as the version that requests get which name none, and
// unloads what only had that place before: a reload. If the artefact is refused, nothing
// changes.
func (s *Service) Promote(ctx context.Context, name string, data []byte) (*Version, error) {
	before, _, err := s.find(wish{pipeline: name})
	var old *Version
	if err == nil && before.labels[Stable].version != nil {
		old = before.labels[Stable].version
	}
	v, err := s.Load(name, "", data)
	if err != nil {
		return nil, err
	}
	if err := s.Label(name, Stable, v.Name, 0); err != nil {
		return nil, err
	}
	if old == nil || old == v {
		return v, nil
	}
	err = s.Unload(ctx, name, old.Name)
	var p *Problem
	if errors.As(err, &p) && p.Status == http.StatusConflict {
		err = nil // it has another label, and stays
	}
	if err != nil {
		return v, fmt.Errorf("version %s of %s is in place: %w", v.Name, name, err)
	}
	return v, nil
}

// unloadAll forgets all versions of a pipeline.
func (s *Service) unloadAll(ctx context.Context, name string) error {
	s.changing.Lock()
	f := (*s.loaded.Load())[name]
	next := maps.Clone(*s.loaded.Load())
	delete(next, name)
	s.loaded.Store(&next)
	s.changing.Unlock()
	if f == nil {
		return nil
	}
	for _, v := range f.versions {
		if err := v.retire(ctx); err != nil {
			return err
		}
		s.metrics.retire(v)
	}
	return nil
}
