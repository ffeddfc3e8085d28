package module

// This file writes the session module's go.mod and go.sum.

import (
	"bytes"
	"context"
	"fmt"
	"go/version"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// kernelPath is the kernel's own module.
const kernelPath = "github.com/netherfield/netherfield"

// sync brings the session module up to date with the files beside the
// notebook. Its error is what is wrong with them.
func (s *Session) sync(ctx context.Context) error {
	if s.near.current() {
		return s.trouble
	}
	near, trouble := s.readNearby(ctx)
	if ctx.Err() != nil || s.ctx.Err() != nil {
		return trouble
	}
	if _, err := s.tools(ctx); err != nil {
		return err // nothing could be read: try again
	}
	if err := s.writeManifest(ctx, near, trouble == nil); err != nil {
		return err
	}
	s.near, s.trouble = near, trouble
	s.changed()
	return trouble
}

// changed forgets what was known of packages: the session module is another.
func (s *Session) changed() {
	s.exports = map[string]export{}
	s.entries = map[string]*entry{}
	s.mu.Lock()
	s.edition++
	s.mu.Unlock()
}

// writeManifest writes go.mod and go.sum anew.
func (s *Session) writeManifest(ctx context.Context, near *nearby, usable bool) error {
	if !usable {
		near = &nearby{}
	}
	m := goMod{Module: moduleVersion{Path: "session"}, Go: languageOf(runtime.Version())}
	sums := []string{s.sumfile()} // what Get has checked
	if s.opts.Kernel != "" {
		file := filepath.Join(s.opts.Kernel, "go.mod")
		var k goMod
		if err := s.parse(ctx, "mod", file, &k); err != nil {
			return fmt.Errorf("the kernel's own go.mod: %w", err)
		}
		sums = append(sums, filepath.Join(s.opts.Kernel, "go.sum"))
		// A module may need a later patch of Go than the kernel's asks
		// for; the language stays.
		if version.Lang("go"+k.Go) != version.Lang("go"+m.Go) {
			m.Go = k.Go
		}
		m.Require = k.Require
		m.Replace = absolute(k.Replace, file)
		s.own = k.Module.Path
		if main := s.opts.Host.Main; main.Path == s.own && main.Sum != "" {
			// The kernel was built by go install path@version: the
			// names of its files, which are part of the export
			// data, have the version.
			m.Require = append(m.Require, requirement{Path: main.Path, Version: main.Version})
			m.Replace = append(m.Replace, replacement{Old: moduleVersion{Path: s.own}, New: moduleVersion{Path: s.opts.Kernel}})
		} else {
			m.Module.Path, s.cwd = s.own, s.opts.Kernel
		}
	}
	for _, pin := range s.pins {
		m.Require = append(m.Require, requirement{Path: pin.Path, Version: pin.Version})
		if r := pin.Replace; r != nil && r.Version != "" {
			m.Replace = append(m.Replace, replacement{Old: moduleVersion{pin.Path, pin.Version}, New: moduleVersion{r.Path, r.Version}})
		}
	}
	for _, u := range near.modules {
		m.Require = append(m.Require, requirement{Path: u.file.Module.Path, Version: placeholder(u.file.Module.Path)})
		m.Require = append(m.Require, u.file.Require...)
		m.Replace = append(m.Replace, replacement{Old: moduleVersion{Path: u.file.Module.Path}, New: moduleVersion{Path: u.dir}})
	}
	for path, version := range s.got {
		m.Require = append(m.Require, requirement{Path: path, Version: version})
	}
	m.Replace = append(m.Replace, near.replaces...)
	m.Exclude = near.excludes
	if err := os.WriteFile(s.modfile(), m.format(), 0o666); err != nil {
		return fmt.Errorf("session module: %w", err)
	}
	if err := os.WriteFile(s.sumfile(), s.mergeSums(append(sums, near.sums...)), 0o666); err != nil {
		return fmt.Errorf("session module: %w", err)
	}
	return nil
}

// format writes a go.mod: of several requirements of one module the newest, of
// several replacements the first.
func (m goMod) format() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "module %s\n\ngo %s\n\n", quoted(m.Module.Path), m.Go)
	require := map[string]string{}
	for _, r := range m.Require {
		if r.Path != m.Module.Path {
			require[r.Path] = newer(require[r.Path], r.Version)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(require)) {
		fmt.Fprintf(&b, "require %s %s\n", quoted(path), require[path])
	}
	for _, e := range m.Exclude {
		fmt.Fprintf(&b, "exclude %s %s\n", quoted(e.Path), e.Version)
	}
	replaced := map[moduleVersion]bool{}
	for _, r := range m.Replace {
		if replaced[r.Old] {
			continue
		}
		replaced[r.Old] = true
		fmt.Fprintf(&b, "replace %s %s => %s %s\n", quoted(r.Old.Path), r.Old.Version, quoted(r.New.Path), r.New.Version)
	}
	return b.Bytes()
}

// quoted returns a path as go.mod takes it.
func quoted(path string) string {
	plain := func(r rune) bool {
		return r == '/' || r == '.' || r == '-' || r == '_' || r == '~' || r == '+' ||
			'0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	if path != "" && !strings.ContainsFunc(path, func(r rune) bool { return !plain(r) }) && !strings.Contains(path, "//") {
		return path
	}
	return strconv.Quote(path)
}

// mergeSums joins go.sum files; those that do not exist are empty.
func (s *Session) mergeSums(files []string) []byte {
	all := map[string]bool{}
	for _, pin := range s.pins {
		for m := pin; m != nil; m = m.Replace {
			if m.Sum != "" {
				all[fmt.Sprintf("%s %s %s", m.Path, m.Version, m.Sum)] = true
			}
		}
	}
	for _, file := range files {
		text, _ := os.ReadFile(file)
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimSpace(line); len(strings.Fields(line)) == 3 {
				all[line] = true
			}
		}
	}
	var b bytes.Buffer
	for _, line := range slices.Sorted(maps.Keys(all)) {
		b.WriteString(line + "\n")
	}
	return b.Bytes()
}

var majorSuffix = regexp.MustCompile(`(?:^gopkg\.in/.*\.|/)v([0-9]+)(?:-unstable)?$`)

// placeholder is the version for a module that is a directory: any will do
// that agrees with the path.
func placeholder(path string) string {
	major := "0"
	if m := majorSuffix.FindStringSubmatch(path); m != nil {
		major = m[1]
	}
	return "v" + major + ".0.0-00010101000000-000000000000"
}

// languageOf returns the go line for a version of Go.
func languageOf(version string) string {
	version, _, _ = strings.Cut(strings.TrimPrefix(version, "go"), " ")
	version, _, _ = strings.Cut(version, "-")
	if version == "" || version[0] < '0' || version[0] > '9' {
		return "1.26"
	}
	return version
}

// requirements returns what the session module requires now.
func (s *Session) requirements(ctx context.Context) (map[string]string, error) {
	var m goMod
	if err := s.parse(ctx, "mod", s.modfile(), &m); err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, r := range m.Require {
		all[r.Path] = r.Version
	}
	return all, nil
}
