package module

// This file knows which packages the session's modules have, for completion.

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// patience is how long completion waits for a list, relistAfter how old a list
// gets before it is made anew when asked for.
const (
	patience    = 100 * time.Millisecond
	relistAfter = 3 * time.Second
)

// listing is what is known of importable packages.
type listing struct {
	packages map[string]listedPackage
	edition  int // of the session module that was listed
	made     time.Time
	running  chan struct{} // closed when a new list is there; nil if none is made
}

type listedPackage struct {
	name, dir string
	files     []string
	user      bool
}

// Paths returns the import paths of packages that cells may import: those of
// the user's modules, of the modules these require and of those that were got.
// Modules that have not been downloaded have none yet. The list is made in the
// background: Paths waits for it when modules have changed, at most 100 ms.
func (s *Session) Paths() []string {
	return slices.Sorted(maps.Keys(s.packages()))
}

// ByName returns the import paths of packages with a name, the user's own and
// short ones first.
func (s *Session) ByName(name string) []string {
	all := s.packages()
	var paths []string
	for path, p := range all {
		if p.name == name {
			paths = append(paths, path)
		}
	}
	slices.SortFunc(paths, func(a, b string) int {
		if all[a].user != all[b].user {
			if all[a].user {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return paths
}

// Name returns the name of the package at path; "" if it is not known.
func (s *Session) Name(path string) string {
	path = Original(path)
	s.mu.Lock()
	p := s.loaded[path]
	l := s.list.packages[path]
	s.mu.Unlock()
	if p != nil {
		return p.Name
	}
	return l.name
}

// packages returns the newest list that is there soon.
func (s *Session) packages() map[string]listedPackage {
	s.mu.Lock()
	l := &s.list
	old := l.made.IsZero() || l.edition != s.edition
	if l.running == nil && s.ctx.Err() == nil && (old || time.Since(l.made) > relistAfter) {
		done := make(chan struct{})
		l.running = done
		s.bg.Add(1)
		go func() {
			defer s.bg.Done()
			s.relist()
			close(done)
		}()
	}
	running := l.running
	s.mu.Unlock()
	if running != nil && old {
		select {
		case <-running:
		case <-time.After(patience):
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.list.packages
}

// relist makes a new list.
func (s *Session) relist() {
	packages, edition, err := s.listPackages(s.ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list.running, s.list.made = nil, time.Now()
	s.list.edition = edition
	if err == nil {
		s.list.packages = packages
	}
}

func (s *Session) listPackages(ctx context.Context) (map[string]listedPackage, int, error) {
	giveBack, err := s.take(ctx)
	if err != nil {
		return nil, 0, err
	}
	trouble := s.sync(ctx)
	s.mu.Lock()
	edition := s.edition
	s.mu.Unlock()
	var patterns []string
	near := s.near
	if near != nil && trouble == nil {
		for _, u := range near.modules {
			patterns = append(patterns, u.file.Module.Path+"/...")
			for _, r := range u.file.Require {
				if !r.Indirect {
					patterns = append(patterns, r.Path+"/...")
				}
			}
		}
	}
	for path := range s.asked {
		patterns = append(patterns, path+"/...")
	}
	giveBack()
	if len(patterns) == 0 {
		return nil, edition, nil
	}
	slices.Sort(patterns)
	// Nobody has asked for a download.
	all, err := s.goListEnv(ctx, []string{"GOPROXY=off"}, append([]string{"-mod=readonly", "--"}, slices.Compact(patterns)...)...)
	if err != nil {
		return nil, edition, err
	}
	here := near.where(s.opts.Dir)
	packages := map[string]listedPackage{}
	for _, p := range all {
		if p.Standard || p.Name == "" || p.Name == "main" || len(p.GoFiles)+len(p.CgoFiles) == 0 ||
			strings.Contains(p.ImportPath, "...") || !visible(p.ImportPath, here) {
			continue
		}
		packages[p.ImportPath] = listedPackage{p.Name, p.Dir, append(slices.Clone(p.GoFiles), p.CgoFiles...), p.local()}
	}
	return packages, edition, nil
}
