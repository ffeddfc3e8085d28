package frame

// This file finds the format of a file, and reads and writes files.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// A Format reads and writes frames in one form of file.
type Format struct {
	Name       string   // such as "csv"
	Extensions []string // of files, without the dot, in lower case
	// Read makes a frame of the size bytes of r. What it reads may be hostile.
	Read func(r io.ReaderAt, size int64, o ReadOptions) (*Frame, error)
	// Write writes f, whose texts are valid UTF-8.
	Write func(w io.Writer, f *Frame) error
}

// ReadOptions say what is read and how. Options are made by [Columns], [Types] and
// [Comma].
type ReadOptions struct {
	Columns []string        // the columns to read, in their order; nil for all
	Types   map[string]Kind // kinds of columns, where they are not to be found out
	Comma   rune            // what separates fields of CSV; 0 for the format's own
}

// A ReadOption says what is read and how.
type ReadOption func(*ReadOptions)

// Columns reads only the named columns, in the order of the names.
func Columns(columns ...string) ReadOption {
	return func(o *ReadOptions) { o.Columns = append([]string{}, columns...) }
}

// Types reads columns as of the given kinds.
func Types(kinds map[string]Kind) ReadOption {
	return func(o *ReadOptions) { o.Types = kinds }
}

// Comma separates fields of CSV by another character than ','.
func Comma(c rune) ReadOption {
	return func(o *ReadOptions) { o.Comma = c }
}

// registry holds the formats that other packages have registered.
var registry struct {
	sync.RWMutex
	formats []Format
}

// builtin are the formats of this package.
var builtin = []Format{csvFormat, tsvFormat, jsonlFormat}

// RegisterFormat makes a format known to [Read], [Decode], [Frame.Write] and
// [Frame.Encode]; one with the name of a registered one replaces it. Packages of
// formats call it when they are imported.
func RegisterFormat(f Format) {
	registry.Lock()
	defer registry.Unlock()
	registry.formats = slices.DeleteFunc(registry.formats, func(g Format) bool { return g.Name == f.Name })
	registry.formats = append(registry.formats, f)
}

// elsewhere are the packages of formats that have to be imported.
var elsewhere = map[string]string{"parquet": "github.com/netherfield/netherfield/runtime/frame/parquet"}

// formatOf returns the format of an extension or a name.
func formatOf(extension string) (Format, error) {
	registry.RLock()
	defer registry.RUnlock()
	extension = strings.ToLower(extension)
	var names []string
	for _, formats := range [][]Format{builtin, registry.formats} {
		for _, f := range formats {
			if f.Name == extension || slices.Contains(f.Extensions, extension) {
				return f, nil
			}
			names = append(names, f.Extensions...)
		}
	}
	if path := elsewhere[extension]; path != "" {
		return Format{}, fmt.Errorf("the format %q needs the import\n\t_ %q", extension, path)
	}
	slices.Sort(names)
	if extension == "" {
		return Format{}, fmt.Errorf("the name has no extension that tells its format; there are .%s", strings.Join(slices.Compact(names), ", ."))
	}
	return Format{}, fmt.Errorf("there is no format %q; there are .%s", extension, strings.Join(slices.Compact(names), ", ."))
}

func formatOfPath(path string) (Format, error) {
	return formatOf(strings.TrimPrefix(filepath.Ext(path), "."))
}

// Read returns the table in a file, whose format its extension tells: .csv, .tsv,
// .jsonl, .ndjson, and .parquet if runtime/frame/parquet is imported.
//
// CSV has the names of columns in its first line, and begins a quoted field, which
// can hold separators and line breaks, with '"'. A line that is short has nulls at
// its end; one that is long is an error; an empty one is skipped. Null is what pandas
// takes for it: nothing, NA, N/A, n/a, NULL, null, None, NaN, nan, <NA>, #N/A and a
// few of that kind, quoted or not. A column is of bools if each of its values is
// true, True or TRUE, false, False or FALSE; of integers if each is a decimal number
// that an int64 holds; of floats if each is a number or an infinity; if there are only nulls; else
// of strings, among them numbers of more digits than an int64 holds. Times are
// strings unless [Types] says otherwise.
//
// JSON lines have an object each, in which columns that are missing are null, as
// null is. A column is of strings, bools or numbers, integers if all of them are
// written as such; one of different kinds, or of arrays and objects, is of strings
// that hold JSON.
func Read(path string, opts ...ReadOption) (*Frame, error) {
	format, err := formatOfPath(path)
	if err != nil {
		return nil, fmt.Errorf("frame: %s: %w", path, err)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	if !info.Mode().IsRegular() {
		if info.IsDir() {
			return nil, fmt.Errorf("frame: %s is a directory", path)
		}
		f, err := Decode(file, format.Name, opts...)
		return f, inFile(path, err)
	}
	f, err := format.read(file, info.Size(), opts)
	return f, inFile(path, err)
}

// Decode returns the table that r has in a format, named like an extension.
func Decode(r io.Reader, format string, opts ...ReadOption) (*Frame, error) {
	found, err := formatOf(format)
	if err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	if r, ok := r.(interface {
		io.ReaderAt
		Len() int
		Size() int64
	}); ok && int64(r.Len()) == r.Size() {
		return found.read(r, r.Size(), opts) // it has all of it already
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	return found.read(bytes.NewReader(data), int64(len(data)), opts)
}

func (f Format) read(r io.ReaderAt, size int64, opts []ReadOption) (*Frame, error) {
	var o ReadOptions
	for _, opt := range opts {
		opt(&o)
	}
	for i, name := range o.Columns {
		if slices.Contains(o.Columns[:i], name) {
			return nil, fmt.Errorf("frame: column %q is read twice", name)
		}
	}
	out, err := f.Read(r, size, o)
	if err != nil {
		return nil, err
	}
	for name := range o.Types {
		if !out.Has(name) && (o.Columns == nil || slices.Contains(o.Columns, name)) {
			return nil, out.unknown(name)
		}
	}
	return out, nil
}

// Write writes the frame to a file in the format that its extension tells, as
// [Read] does. The file is written under another name first and then renamed, so that
// it is never half there. A text that is not valid UTF-8 is an error.
func (f *Frame) Write(path string) (err error) {
	format, err := formatOfPath(path)
	if err != nil {
		return fmt.Errorf("frame: %s: %w", path, err)
	}
	if err := f.checkUTF8(); err != nil {
		return err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // what a link leads to is replaced, not the link
	}
	file, err := create(path)
	if err != nil {
		return fmt.Errorf("frame: %w", err)
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
			err = inFile(path, err)
		}
	}()
	if err := format.Write(file, f); err != nil {
		return err
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// create makes a new file beside path. Unlike [os.CreateTemp]'s, it is for whoever
// the umask says.
func create(path string) (*os.File, error) {
	for try := 0; ; try++ {
		name := fmt.Sprintf(".%s.%08x", filepath.Base(path), rand.Uint32())
		f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) || try == 100 {
			return f, err
		}
	}
}

// Encode writes the frame to w in a format, named like an extension.
func (f *Frame) Encode(w io.Writer, format string) error {
	found, err := formatOf(format)
	if err != nil {
		return fmt.Errorf("frame: %w", err)
	}
	if err := f.checkUTF8(); err != nil {
		return err
	}
	return found.Write(w, f)
}

// checkUTF8 returns an error if a text or a name is not valid UTF-8.
func (f *Frame) checkUTF8() error {
	for _, c := range f.cols {
		if !utf8.ValidString(c.name) {
			return fmt.Errorf("frame: the name of column %q is not valid UTF-8", c.name)
		}
		if c.Kind() != String {
			continue
		}
		row := -1
		if c.sel == nil {
			row = c.data.invalidUTF8()
		} else {
			row = slices.IndexFunc(c.sel, func(i int32) bool {
				return !c.data.null(int(i)) && !utf8.ValidString(c.data.text(int(i)))
			})
		}
		if row >= 0 {
			return fmt.Errorf("frame: column %q, row %d: the text is not valid UTF-8; strings.ToValidUTF8 mends it", c.name, row)
		}
	}
	return nil
}

// inFile says which file an error is about.
func inFile(path string, err error) error {
	if err == nil {
		return nil
	}
	return &fileError{path, err}
}

type fileError struct {
	path string
	err  error
}

func (e *fileError) Error() string {
	return "frame: " + e.path + ": " + strings.TrimPrefix(e.err.Error(), "frame: ")
}

func (e *fileError) Unwrap() error { return e.err }
