// Package sbom owns lists of what an image contains, in CycloneDX's JSON: the modules in Go
// programs, the packages of the operating system, and those of a Python environment.
//
//	bom, err := sbom.Of(ctx, sbom.Contents{Programs: []string{"bin/pipeline-runtime"}})
//	text, err := sbom.Encode(bom)
//
// Packages are named as https://github.com/package-url/purl-spec has it, so that scanners find
// what is known of them. The same contents make the same text.
package sbom

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"fmt"
	"maps"
	"path/filepath"
	"runtime/debug"
	"slices"

	"github.com/CycloneDX/cyclonedx-go"
)

// Contents say where to look.
type Contents struct {
	// Programs are the paths of programs of Go. If there is one alone, the list is its own.
	Programs []string
	// System asks the system's package manager, dpkg or rpm.
	System bool
	// Python is the prefix of an environment; "" for none.
	Python string
}

// Of lists contents. The error names what could not be read.
func Of(ctx context.Context, c Contents) (*cyclonedx.BOM, error) {
	found := map[string]cyclonedx.Component{}
	add := func(components ...cyclonedx.Component) {
		for _, c := range components {
			found[c.BOMRef] = c
		}
	}
	bom := cyclonedx.NewBOM()
	for _, file := range c.Programs {
		info, err := buildinfo.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("sbom: %s does not say what it was built of: %w", file, err)
		}
		main := module(&info.Main)
		main.Type = cyclonedx.ComponentTypeApplication
		if len(c.Programs) == 1 && !c.System && c.Python == "" {
			bom.Metadata = &cyclonedx.Metadata{Component: &main}
		} else {
			main.BOMRef += "#" + filepath.Base(file)
			main.Description = filepath.Base(file)
			add(main)
		}
		add(component("std", info.GoVersion, "pkg:golang/std@"+info.GoVersion))
		for _, m := range info.Deps {
			if m.Replace != nil {
				m = m.Replace
			}
			add(module(m))
		}
	}
	if c.System {
		packages, err := systemPackages(ctx)
		if err != nil {
			return nil, fmt.Errorf("sbom: %w", err)
		}
		add(packages...)
	}
	if c.Python != "" {
		packages, err := pythonPackages(c.Python)
		if err != nil {
			return nil, fmt.Errorf("sbom: %w", err)
		}
		add(packages...)
	}
	components := make([]cyclonedx.Component, 0, len(found))
	for _, ref := range slices.Sorted(maps.Keys(found)) {
		components = append(components, found[ref])
	}
	bom.Components = &components
	return bom, nil
}

// Encode returns the text of a list.
func Encode(bom *cyclonedx.BOM) ([]byte, error) {
	var b bytes.Buffer
	encoder := cyclonedx.NewBOMEncoder(&b, cyclonedx.BOMFileFormatJSON)
	if err := encoder.SetPretty(true).EncodeVersion(bom, cyclonedx.SpecVersion1_6); err != nil {
		return nil, fmt.Errorf("sbom: %w", err)
	}
	return b.Bytes(), nil
}

func module(m *debug.Module) cyclonedx.Component {
	return component(m.Path, m.Version, "pkg:golang/"+m.Path+"@"+m.Version)
}

func component(name, version, purl string) cyclonedx.Component {
	return cyclonedx.Component{BOMRef: purl, Type: cyclonedx.ComponentTypeLibrary, Name: name, Version: version, PackageURL: purl}
}
