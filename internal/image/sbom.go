package image

// This file reads from a Go program what it was made of and what it runs on.

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"fmt"
	"runtime/debug"

	"github.com/CycloneDX/cyclonedx-go"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// platformOf returns what a program runs on. It is an error if it is none that an image
// without anything else can run.
func platformOf(file string) (v1.Platform, error) {
	p := v1.Platform{OS: "linux"}
	f, err := elf.Open(file)
	if err != nil {
		return p, fmt.Errorf("image: %s is no program for Linux: %w", file, err)
	}
	defer f.Close()
	for _, part := range f.Progs {
		if part.Type == elf.PT_INTERP {
			return p, fmt.Errorf("image: %s needs a dynamic linker, which the image does not have; build it with CGO_ENABLED=0", file)
		}
	}
	switch f.Machine {
	case elf.EM_X86_64:
		p.Architecture = "amd64"
	case elf.EM_AARCH64:
		p.Architecture = "arm64"
	default:
		return p, fmt.Errorf("image: %s is for %v; images are for amd64 and arm64", file, f.Machine)
	}
	return p, nil
}

// billOfMaterials lists the Go modules in a program, in CycloneDX's JSON.
func billOfMaterials(file string) ([]byte, error) {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("image: %s does not say what it was built of: %w", file, err)
	}
	bom := cyclonedx.NewBOM()
	main := component(&info.Main, cyclonedx.ComponentTypeApplication)
	bom.Metadata = &cyclonedx.Metadata{Component: &main}
	components := []cyclonedx.Component{{
		BOMRef: "pkg:golang/std@" + info.GoVersion, Type: cyclonedx.ComponentTypeLibrary, Name: "std", Version: info.GoVersion,
		PackageURL: "pkg:golang/std@" + info.GoVersion,
	}}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		components = append(components, component(m, cyclonedx.ComponentTypeLibrary))
	}
	bom.Components = &components
	var b bytes.Buffer
	encoder := cyclonedx.NewBOMEncoder(&b, cyclonedx.BOMFileFormatJSON)
	if err := encoder.SetPretty(true).EncodeVersion(bom, cyclonedx.SpecVersion1_6); err != nil {
		return nil, fmt.Errorf("image: the list of what is in the image cannot be written: %w", err)
	}
	return b.Bytes(), nil
}

func component(m *debug.Module, kind cyclonedx.ComponentType) cyclonedx.Component {
	purl := "pkg:golang/" + m.Path + "@" + m.Version
	return cyclonedx.Component{BOMRef: purl, Type: kind, Name: m.Path, Version: m.Version, PackageURL: purl}
}
