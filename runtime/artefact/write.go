package artefact

// This file defines how an artefact is written.

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/netherfield/netherfield/runtime/internal/params"
)

// Write writes the artefact and sets its digest. It refuses what [Read] would: an
// array whose shape does not fit, a text that is not UTF-8, a name that comes
// twice, states within states more than 16 deep.
func Write(w io.Writer, f *File) error {
	l := &layout{}
	if f.Root == nil {
		return fmt.Errorf("artefact: there is no state to write")
	}
	root, err := l.state(f.Root, "", 1)
	if err != nil {
		return err
	}
	for name, value := range f.Provenance {
		if !utf8.ValidString(name) || !utf8.ValidString(value) {
			return fmt.Errorf("artefact: the provenance %q: %q is not UTF-8", name, value)
		}
	}
	var header bytes.Buffer
	encoder := json.NewEncoder(&header)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(headerJSON{f.Provenance, root}); err != nil {
		return fmt.Errorf("artefact: the header: %w", err)
	}
	header.Truncate(header.Len() - 1) // the encoder's newline
	header.WriteString(strings.Repeat(" ", padding(16+header.Len())))
	if header.Len() > maxHeader {
		return fmt.Errorf("artefact: the names and parameters take %d bytes, more than %d", header.Len(), maxHeader)
	}
	if _, err := parse(header.Bytes()); err != nil {
		return fmt.Errorf("artefact: it could not be read again: %w", err)
	}

	sum := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<16)
	out.WriteString(magic)
	out.Write(binary.LittleEndian.AppendUint64(nil, uint64(header.Len())))
	out.Write(header.Bytes())
	at := 0
	for _, a := range l.arrays {
		for range padding(at) {
			out.WriteByte(0)
			at++
		}
		n, err := writeArray(out, a)
		if err != nil {
			return fmt.Errorf("artefact: write: %w", err)
		}
		at += n
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("artefact: write: %w", err)
	}
	f.Digest = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// WriteFile writes the artefact to the file at path, all of it or nothing: to a
// file beside it, which then takes its place. It sets the digest.
func WriteFile(path string, f *File) (err error) {
	tmp, err := create(path)
	if err != nil {
		return fmt.Errorf("artefact: %w", err)
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
		}
	}()
	if err = Write(tmp, f); err != nil {
		return fmt.Errorf("%w (to %s)", err, path)
	}
	if err = tmp.Sync(); err == nil {
		if err = tmp.Close(); err == nil {
			err = os.Rename(tmp.Name(), path)
		}
	}
	if err != nil {
		return fmt.Errorf("artefact: %w", err)
	}
	// The name is to last as the bytes do; some file systems cannot sync a
	// directory, and then there is nothing better to do.
	if dir, e := os.Open(filepath.Dir(path)); e == nil {
		dir.Sync()
		dir.Close()
	}
	return nil
}

// create makes a new file beside path. Unlike [os.CreateTemp]'s, it is for whoever
// the umask says: what a model is for.
func create(path string) (*os.File, error) {
	for try := 0; ; try++ {
		name := fmt.Sprintf(".%s.%08x", filepath.Base(path), rand.Uint32())
		f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) || try == 100 {
			return f, err
		}
	}
}

type headerJSON struct {
	Provenance map[string]string `json:"provenance,omitempty"`
	Root       *stateJSON        `json:"root"`
}

type stateJSON struct {
	Kind   string               `json:"kind"`
	Params map[string]any       `json:"params,omitempty"`
	Arrays map[string]arrayJSON `json:"arrays,omitempty"`
	Parts  []partJSON           `json:"parts,omitempty"`
}

type partJSON struct {
	Name  string     `json:"name"`
	State *stateJSON `json:"state"`
}

type arrayJSON struct {
	Type   string `json:"type"`
	Shape  []int  `json:"shape"`
	Offset int    `json:"offset"`
	Size   int    `json:"size"`
}

// A layout gives each array its place.
type layout struct {
	arrays []Array
	end    int
}

func (l *layout) state(s *State, path string, depth int) (*stateJSON, error) {
	where := s.Kind
	if path != "" {
		where += " (part " + path + ")"
	}
	switch {
	case depth > maxDepth:
		return nil, fmt.Errorf("artefact: %s lies more than %d states deep", where, maxDepth)
	case s.Kind == "" || !utf8.ValidString(s.Kind):
		return nil, fmt.Errorf("artefact: a state of the kind %q", where)
	}
	out := &stateJSON{Kind: s.Kind, Params: map[string]any{}, Arrays: map[string]arrayJSON{}}
	for _, name := range slices.Sorted(maps.Keys(s.Params)) {
		v, err := params.Plain(s.Params[name], maxJSON)
		if err == nil && !utf8.ValidString(name) {
			err = fmt.Errorf("the name is not UTF-8")
		}
		if err != nil {
			return nil, fmt.Errorf("artefact: the parameter %q of %s: %w", name, where, err)
		}
		out.Params[name] = v
	}
	for _, name := range slices.Sorted(maps.Keys(s.Arrays)) {
		a := s.Arrays[name]
		typ, n, size, err := measure(a)
		if err == nil {
			var want int
			if want, err = elements(a.Shape); err == nil && want != n {
				err = fmt.Errorf("%d elements do not have the shape %v", n, a.Shape)
			}
		}
		if err == nil && (name == "" || !utf8.ValidString(name)) {
			err = fmt.Errorf("the name is empty or not UTF-8")
		}
		if err != nil {
			return nil, fmt.Errorf("artefact: the array %q of %s: %w", name, where, err)
		}
		l.end += padding(l.end)
		shape := a.Shape
		if shape == nil {
			shape = []int{} // a single number
		}
		out.Arrays[name] = arrayJSON{typ, shape, l.end, size}
		l.arrays = append(l.arrays, a)
		l.end += size
	}
	seen := map[string]bool{}
	for _, part := range s.Parts {
		if part.Name == "" || !utf8.ValidString(part.Name) || seen[part.Name] || part.State == nil {
			return nil, fmt.Errorf("artefact: the part %q of %s has no name, no state, or another's name", part.Name, where)
		}
		seen[part.Name] = true
		sub, err := l.state(part.State, strings.TrimPrefix(path+"/"+part.Name, "/"), depth+1)
		if err != nil {
			return nil, err
		}
		out.Parts = append(out.Parts, partJSON{part.Name, sub})
	}
	return out, nil
}

// measure returns the name of the array's type, the number of its elements and
// that of its bytes.
func measure(a Array) (typ string, n, size int, err error) {
	switch data := a.Data.(type) {
	case []float64:
		typ, n = "f64", len(data)
	case []float32:
		typ, n = "f32", len(data)
	case []int64:
		typ, n = "i64", len(data)
	case []int32:
		typ, n = "i32", len(data)
	case []uint32:
		typ, n = "u32", len(data)
	case []uint8:
		typ, n = "u8", len(data)
	case []string:
		size = 8
		for i, s := range data {
			if !utf8.ValidString(s) {
				return "", 0, 0, fmt.Errorf("text %d, %q, is not UTF-8", i, s)
			}
			size += 8 + len(s)
		}
		return "str", len(data), size, nil
	default:
		return "", 0, 0, fmt.Errorf("%T is none of []float64, []float32, []int64, []int32, []uint32, []uint8 and []string", a.Data)
	}
	return typ, n, n * types[typ], nil
}

// elements returns the number of elements that an array of the shape has.
func elements(shape []int) (int, error) {
	if len(shape) > maxShape {
		return 0, fmt.Errorf("%d dimensions are more than %d", len(shape), maxShape)
	}
	n, empty := 1, false
	for _, size := range shape {
		switch {
		case size < 0:
			return 0, fmt.Errorf("the shape %v has a negative size", shape)
		case size == 0:
			empty = true
		case n > 1<<48/size:
			return 0, fmt.Errorf("the shape %v is too large", shape)
		default:
			n *= size
		}
	}
	if empty {
		return 0, nil
	}
	return n, nil
}

func writeArray(w io.Writer, a Array) (int, error) {
	texts, ok := a.Data.([]string)
	if !ok {
		n := 0
		var err error
		switch data := a.Data.(type) {
		case []float64:
			n, err = writeNumbers(w, data)
		case []float32:
			n, err = writeNumbers(w, data)
		case []int64:
			n, err = writeNumbers(w, data)
		case []int32:
			n, err = writeNumbers(w, data)
		case []uint32:
			n, err = writeNumbers(w, data)
		case []uint8:
			n, err = w.Write(data)
		}
		return n, err
	}
	ends := make([]int64, len(texts)+1)
	for i, s := range texts {
		ends[i+1] = ends[i] + int64(len(s))
	}
	n, err := writeNumbers(w, ends)
	for _, s := range texts {
		if err != nil {
			break
		}
		_, err = io.WriteString(w, s)
		n += len(s)
	}
	return n, err
}

// writeNumbers writes in pieces, so that a large array needs no second copy of
// itself.
func writeNumbers[T any](w io.Writer, data []T) (int, error) {
	n := 0
	var buf []byte
	for piece := range slices.Chunk(data, 4096) {
		var err error
		if buf, err = binary.Append(buf[:0], binary.LittleEndian, piece); err != nil {
			return n, err
		}
		if _, err := w.Write(buf); err != nil {
			return n, err
		}
		n += len(buf)
	}
	return n, nil
}
