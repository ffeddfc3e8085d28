package symbols

// This file reads the embedded zip archives.

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"strings"
	"sync"
)

// An archive is an embedded zip whose directory is read on first use.
type archive struct {
	data    *string
	once    sync.Once
	entries map[string]*zip.File
}

// read returns the entry of an import path. Where architectures differ, it is
// the entry of the running one.
func (a *archive) read(path string) ([]byte, error) {
	a.once.Do(func() {
		r, err := zip.NewReader(strings.NewReader(*a.data), int64(len(*a.data)))
		if err != nil {
			panic(fmt.Sprintf("symbols: embedded archive: %v", err))
		}
		a.entries = make(map[string]*zip.File, len(r.File))
		for _, f := range r.File {
			a.entries[f.Name] = f
		}
	})
	f := a.entries[path]
	if f == nil {
		f = a.entries[path+"@"+runtime.GOARCH]
	}
	if f == nil {
		return nil, fs.ErrNotExist
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	b := make([]byte, f.UncompressedSize64)
	_, err = io.ReadFull(r, b)
	return b, errors.Join(err, r.Close())
}
