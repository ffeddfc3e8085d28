package service

// This file keeps pipelines what their files hold.

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"
)

// A Follower loads pipelines from files, and again when these change.
type Follower struct {
	service *Service
	paths   map[string]string
	seen    map[string]stamp
}

// A stamp tells whether a file has changed.
type stamp struct {
	time time.Time
	size int64
	info fs.FileInfo
}

func (s stamp) same(t stamp) bool {
	return s.info != nil && s.time.Equal(t.time) && s.size == t.size && os.SameFile(s.info, t.info)
}

// Follow promotes the artefacts of files, by the pipelines' names. An error says which
// could not be loaded. [Follower.Run] follows the files from then on.
func (s *Service) Follow(ctx context.Context, paths map[string]string) (*Follower, error) {
	f := &Follower{service: s, paths: maps.Clone(paths), seen: map[string]stamp{}}
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		if err := f.load(ctx, name); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// Run looks every so often whether files have changed, and at once when reload says so,
// until ctx ends. What cannot be loaded is logged and leaves the running version as it
// is. Without a time it only listens to reload.
func (f *Follower) Run(ctx context.Context, every time.Duration, reload <-chan os.Signal) {
	var ticks <-chan time.Time
	if every > 0 {
		t := time.NewTicker(every)
		defer t.Stop()
		ticks = t.C
	}
	for {
		asked := false
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		case <-reload:
			asked = true
		}
		for _, name := range slices.Sorted(maps.Keys(f.paths)) {
			if !asked && !f.changed(name) {
				continue
			}
			if err := f.load(ctx, name); err != nil {
				f.service.log.Error("the running version stays", "pipeline", name, "error", err)
			}
		}
	}
}

func (f *Follower) changed(name string) bool {
	now, err := stampOf(f.paths[name])
	// A file that is being replaced may be away for a moment.
	return err == nil && !f.seen[name].same(now)
}

func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	return stamp{info.ModTime(), info.Size(), info}, nil
}

func (f *Follower) load(ctx context.Context, name string) error {
	path := f.paths[name]
	now, err := stampOf(path)
	if err != nil {
		return fmt.Errorf("service: %s cannot be loaded: %w", name, err)
	}
	f.seen[name] = now
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("service: %s cannot be loaded: %w", name, err)
	}
	if _, err := f.service.Promote(ctx, name, data); err != nil {
		return fmt.Errorf("service: %s: %w", path, err)
	}
	return nil
}

// Source returns what a file holds now, for Opts.Source.
func Source(paths map[string]string) func(pipeline string) ([]byte, error) {
	return func(pipeline string) ([]byte, error) {
		path, ok := paths[pipeline]
		if !ok {
			return nil, fmt.Errorf("the service has no file of %q", pipeline)
		}
		return os.ReadFile(path)
	}
}
