// The contents of a kernelspec folder: kernel.json and the logos.

// Package kernelspec puts Netherfield on the list of kernels that Jupyter
// offers, and takes it off again.
//
// It owns the folder <data folder>/kernels/<name>, which holds kernel.json
// and three logos. Jupyter looks through several data folders; a [Location]
// says which of them is meant. A folder that another kernel put there is never
// overwritten and never removed.
//
//	dir, err := kernelspec.Locate(ctx, kernelspec.Location{}, kernelspec.Environment{})
//	if err != nil { … }
//	path, err := kernelspec.Install(dir, kernelspec.Opts{Executable: "/usr/local/bin/netherfield"})
package kernelspec

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
)

// DefaultName is the kernel's name for programs: `jupyter lab --kernel`, the
// metadata of a notebook.
const DefaultName = "netherfield"

// DefaultDisplayName is the kernel's name for people, in JupyterLab's launcher.
const DefaultDisplayName = "Go"

// installedBy is written into kernel.json and is how Install and Uninstall
// tell a folder of ours, whatever the binary was called, from another kernel's.
const installedBy = "netherfield"

var (
	//go:embed logo-32x32.png
	logo32 []byte
	//go:embed logo-64x64.png
	logo64 []byte
	//go:embed logo-svg.svg
	logoSVG []byte
)

// spec is kernel.json as the Jupyter client documentation describes it.
type spec struct {
	Argv          []string          `json:"argv"`
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env"`
	Metadata      metadata          `json:"metadata"`
}

type metadata struct {
	Debugger    bool   `json:"debugger"`
	InstalledBy string `json:"installed_by,omitempty"`
}

// files returns the folder's files by name.
func files(o Opts) (map[string][]byte, error) {
	kernel, err := json.MarshalIndent(spec{
		Argv:          []string{o.Executable, "kernel", "-f", "{connection_file}"},
		DisplayName:   o.DisplayName,
		Language:      "go",
		InterruptMode: "message",
		Env:           map[string]string{},
		Metadata:      metadata{InstalledBy: installedBy},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("kernelspec: encode kernel.json: %w", err)
	}
	return map[string][]byte{
		"kernel.json":    append(kernel, '\n'),
		"logo-32x32.png": logo32,
		"logo-64x64.png": logo64,
		"logo-svg.svg":   logoSVG,
	}, nil
}

// checkName reports why Jupyter would not find a kernel of that name.
func checkName(name string) error {
	bad := func(r rune) bool {
		return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || strings.ContainsRune("._-", r))
	}
	switch {
	case name == "":
		return misused("the kernel's name is empty; leave --name off for %q", DefaultName)
	case strings.Trim(name, ".") == "":
		return misused("%q is no kernel name; use letters, digits, '-', '.' and '_'", name)
	case strings.IndexFunc(strings.ToLower(name), bad) >= 0:
		return misused("%q is no kernel name: Jupyter knows letters a to z, digits, '-', '.' and '_' only", name)
	case name != strings.ToLower(name):
		return misused("%q is no kernel name: Jupyter folds names to lower case; use %q", name, strings.ToLower(name))
	}
	return nil
}

// checkExecutable reports why Jupyter could not start that binary later on.
func checkExecutable(path string) error {
	if !filepath.IsAbs(path) {
		panic("kernelspec: Opts.Executable is not absolute: " + path)
	}
	for _, part := range strings.Split(path, string(filepath.Separator)) {
		if strings.HasPrefix(part, "go-build") {
			return fmt.Errorf("kernelspec: %s is deleted when `go run` ends; build the binary first (make build) and install with it", path)
		}
	}
	return nil
}
