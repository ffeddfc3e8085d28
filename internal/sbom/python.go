package sbom

// This file reads what is installed in a Python environment.

import (
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/CycloneDX/cyclonedx-go"
)

// runs are what PEP 503 makes a hyphen in names.
var runs = regexp.MustCompile(`[-_.]+`)

// pythonPackages reads the METADATA file of each distribution, as
// https://packaging.python.org/en/latest/specifications/recording-installed-packages has it.
func pythonPackages(prefix string) ([]cyclonedx.Component, error) {
	files, err := filepath.Glob(filepath.Join(prefix, "lib*", "python3*", "site-packages", "*.dist-info", "METADATA"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s is no Python environment: no packages are in lib/python3*/site-packages", prefix)
	}
	var out []cyclonedx.Component
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		// Its head is that of a mail.
		m, err := mail.ReadMessage(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		name, version := m.Header.Get("Name"), m.Header.Get("Version")
		if name == "" || version == "" {
			return nil, fmt.Errorf("%s has no name or no version", file)
		}
		out = append(out, component(name, version, "pkg:pypi/"+strings.ToLower(runs.ReplaceAllString(name, "-"))+"@"+version))
	}
	return out, nil
}
