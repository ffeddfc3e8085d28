package image

// This file reads from a Go program what it was made of and what it runs on.

import (
	"context"
	"debug/elf"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/netherfield/netherfield/internal/sbom"
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

// billOfMaterials lists what a program was made of.
func billOfMaterials(file string) ([]byte, error) {
	bom, err := sbom.Of(context.Background(), sbom.Contents{Programs: []string{file}})
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	return sbom.Encode(bom)
}
