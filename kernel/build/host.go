package build

// This file describes the program that opens the plugins, as far as plugins
// must agree with it.

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// format is raised when the cache or the flags for building change.
const format = 1

type host struct {
	version  string // of Go, without experiments
	settings map[string]string
	deps     []*debug.Module
	// main is not nil if the kernel was itself built as a dependency, by
	// go install module@version.
	main *debug.Module
}

func describeHost(info *debug.BuildInfo) host {
	if info == nil {
		info, _ = debug.ReadBuildInfo()
	}
	h := host{version: runtime.Version(), settings: map[string]string{}}
	if info != nil {
		if info.GoVersion != "" {
			h.version = info.GoVersion
		}
		h.deps = info.Deps
		if info.Main.Sum != "" {
			h.main = &info.Main
		}
		for _, s := range info.Settings {
			h.settings[s.Key] = s.Value
		}
	}
	h.version, _, _ = strings.Cut(h.version, " ")
	for key, value := range map[string]string{"GOOS": runtime.GOOS, "GOARCH": runtime.GOARCH} {
		if h.settings[key] == "" {
			h.settings[key] = value
		}
	}
	return h
}

// Settings that plugins need not share, or that differ between builds of the
// same source.
var indifferent = []string{"-buildmode", "-ldflags", "DefaultGODEBUG", "vcs", "vcs.revision", "vcs.time", "vcs.modified"}

// Salt returns what, beside its source, decides what a unit becomes: the Go
// version, the target, flags, versions of modules, the source of the kernel's
// packages and this package's own ways.
func (b *Builder) Salt() string { return b.salt() }

func (h host) salt(sources fs.FS) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "format %d\ngo %q\n", format, h.version)
	keys := make([]string, 0, len(h.settings))
	for key := range h.settings {
		if !slices.Contains(indifferent, key) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		fmt.Fprintf(sum, "setting %q %q\n", key, h.settings[key])
	}
	for _, m := range h.deps {
		for ; m != nil; m = m.Replace {
			fmt.Fprintf(sum, "module %q %q %q\n", m.Path, m.Version, m.Sum)
		}
	}
	if h.main != nil {
		fmt.Fprintf(sum, "main %q %q\n", h.main.Path, h.main.Version)
	}
	// An error here comes again, and is reported, when they are written.
	_ = walkSources(sources, func(name string, text []byte) error {
		fmt.Fprintf(sum, "file %q %d\n", name, len(text))
		_, err := sum.Write(text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))
}

// walkSources calls f with the files that packages are made of, in order.
func walkSources(sources fs.FS, f func(name string, text []byte) error) error {
	if sources == nil {
		return nil
	}
	return fs.WalkDir(sources, ".", func(name string, d fs.DirEntry, err error) error {
		switch base := path.Base(name); {
		case err != nil:
			return err
		case d.IsDir() && base == "testdata":
			return fs.SkipDir
		case d.IsDir(), strings.HasSuffix(base, "_test.go"):
			return nil
		}
		file, err := sources.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		text, err := io.ReadAll(file)
		if err != nil {
			return err
		}
		return f(name, text)
	})
}

// buildable returns nil if a program that was built like this can open
// plugins.
func (h host) buildable() error {
	goos, goarch := h.settings["GOOS"], h.settings["GOARCH"]
	switch goos {
	case "linux", "darwin", "freebsd":
	default:
		return fmt.Errorf("plugins do not exist on %s: cells are only interpreted", goos)
	}
	const again = "build the kernel again with: CGO_ENABLED=1 go build -trimpath"
	switch {
	case goos != runtime.GOOS || goarch != runtime.GOARCH:
		return fmt.Errorf("this kernel was built for %s/%s and cannot compile for it on %s/%s", goos, goarch, runtime.GOOS, runtime.GOARCH)
	case h.settings["-compiler"] != "" && h.settings["-compiler"] != "gc":
		return fmt.Errorf("this kernel was built with the compiler %s, plugins need gc; %s", h.settings["-compiler"], again)
	case h.settings["-trimpath"] != "true":
		return fmt.Errorf("this kernel was built without -trimpath, so that compiled cells would not fit it; %s", again)
	case h.settings["CGO_ENABLED"] != "1":
		return fmt.Errorf("this kernel was built without cgo, which plugins need; %s", again)
	}
	for _, flag := range []string{"-msan", "-asan", "-cover", "-pgo", "-linkshared"} {
		if value := h.settings[flag]; value != "" && value != "false" && value != "off" {
			return fmt.Errorf("this kernel was built with %s, so that compiled cells would not fit it; %s", flag, again)
		}
	}
	for _, flag := range []string{"-gcflags", "-asmflags"} {
		if value := h.settings[flag]; value != "" && !strings.HasPrefix(value, "all=") {
			return fmt.Errorf("this kernel was built with %s=%s, which must begin with all= for compiled cells to fit it; %s", flag, value, again)
		}
	}
	return nil
}

// flags returns the build flags of the go command that plugins share.
func (h host) flags() []string {
	var flags []string
	for _, flag := range []string{"-tags", "-gcflags", "-asmflags"} {
		if value := h.settings[flag]; value != "" {
			flags = append(flags, flag+"="+value)
		}
	}
	if h.race() {
		flags = append(flags, "-race")
	}
	return flags
}

func (h host) race() bool { return h.settings["-race"] == "true" }

// env returns the environment variables that plugins share.
func (h host) env() []string {
	var env []string
	for key, value := range h.settings {
		if strings.HasPrefix(key, "GO") || key == "CGO_ENABLED" {
			env = append(env, key+"="+value)
		}
	}
	slices.Sort(env)
	return env
}

// lang returns the language version for units, such as go1.26.
func (h host) lang() string {
	parts := strings.SplitN(h.version, ".", 3)
	if len(parts) < 2 {
		return h.version
	}
	minor := parts[1]
	if end := strings.IndexFunc(minor, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		minor = minor[:end] // go1.27rc1
	}
	return parts[0] + "." + minor
}
