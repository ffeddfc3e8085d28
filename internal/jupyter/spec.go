package jupyter

// This file finds kernelspecs.

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// A Spec says how a kernel is started: what kernel.json in its folder says.
type Spec struct {
	Name        string            `json:"-"`
	Folder      string            `json:"-"`
	Argv        []string          `json:"argv"`
	DisplayName string            `json:"display_name"`
	Language    string            `json:"language"`
	Env         map[string]string `json:"env"`
	// InterruptMode is "signal", also if empty, or "message".
	InterruptMode string `json:"interrupt_mode"`
}

// Path returns the data folders of Jupyter, those that go before others first: those of
// $JUPYTER_PATH, the active environment's, the user's, the system's.
func Path() []string {
	var out []string
	add := func(dir ...string) {
		if d := filepath.Join(dir...); dir[0] != "" && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	for _, dir := range filepath.SplitList(os.Getenv("JUPYTER_PATH")) {
		add(dir)
	}
	add(cmp.Or(os.Getenv("VIRTUAL_ENV"), os.Getenv("CONDA_PREFIX")), "share", "jupyter")
	home, _ := os.UserHomeDir()
	switch data := os.Getenv("JUPYTER_DATA_DIR"); {
	case data != "":
		add(data)
	case runtime.GOOS == "darwin":
		add(home, "Library", "Jupyter")
	case os.Getenv("XDG_DATA_HOME") != "":
		add(os.Getenv("XDG_DATA_HOME"), "jupyter")
	default:
		add(home, ".local", "share", "jupyter")
	}
	add("/usr/local/share/jupyter")
	add("/usr/share/jupyter")
	return out
}

var specName = regexp.MustCompile(`^[a-zA-Z0-9._-]+$`)

// FindSpec returns the spec of an installed kernel. The error says which there are, or
// what is wrong with its kernel.json.
func FindSpec(name string) (*Spec, error) {
	if !specName.MatchString(name) {
		return nil, fmt.Errorf("%q is no name of a kernel", name)
	}
	for _, dir := range Path() {
		folder := filepath.Join(dir, "kernels", name)
		text, err := os.ReadFile(filepath.Join(folder, "kernel.json"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s := &Spec{Name: name, Folder: folder}
		if err := json.Unmarshal(text, s); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(folder, "kernel.json"), err)
		}
		if len(s.Argv) == 0 {
			return nil, fmt.Errorf("%s has no argv", filepath.Join(folder, "kernel.json"))
		}
		return s, nil
	}
	installed := Installed()
	if len(installed) == 0 {
		return nil, fmt.Errorf("there is no kernel %q, nor any other, in %s", name, strings.Join(Path(), ", "))
	}
	return nil, fmt.Errorf("there is no kernel %q; there are %s", name, strings.Join(installed, ", "))
}

// Installed returns the names of the kernels that are installed.
func Installed() (names []string) {
	for _, dir := range Path() {
		files, _ := filepath.Glob(filepath.Join(dir, "kernels", "*", "kernel.json"))
		for _, f := range files {
			names = append(names, filepath.Base(filepath.Dir(f)))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
