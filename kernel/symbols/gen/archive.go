package main

// This file writes the zip archives. An entry is named by its import path, or
// by path@arch where the architectures differ.

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"maps"
	"slices"

	"golang.org/x/tools/go/gcexportdata"
)

// pack returns a zip of entries whose bytes depend on nothing else.
func pack(entries map[string][]byte) ([]byte, error) {
	var b bytes.Buffer
	zw := zip.NewWriter(&b)
	zw.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		w, err := zw.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(entries[name]); err != nil {
			return nil, err
		}
	}
	if err := zw.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// exportEntries returns the export data of all packages: types alone, without
// function bodies and without positions, which would name this machine's
// folders. The data of a package also describes whatever of other packages,
// internal ones too, its API reaches.
func exportEntries(trees []*tree) (map[string][]byte, error) {
	entries := map[string][]byte{}
	for _, path := range trees[0].offered {
		variants := make([][]byte, len(trees))
		same := true
		for i, t := range trees {
			var b bytes.Buffer
			if err := gcexportdata.Write(&b, nil, t.types[path]); err != nil {
				return nil, fmt.Errorf("export data of %s: %w", path, err)
			}
			variants[i] = b.Bytes()
			same = same && bytes.Equal(variants[i], variants[0])
		}
		if same {
			entries[path] = variants[0]
			continue
		}
		for i, t := range trees {
			entries[path+"@"+t.arch] = variants[i]
		}
	}
	return entries, nil
}
