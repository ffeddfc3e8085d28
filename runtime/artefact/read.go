package artefact

// This file defines how an artefact is read.

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// Read returns what the bytes of an artefact say. It keeps none of them. Errors
// wrap [ErrFormat].
func Read(data []byte) (*File, error) {
	f, err := read(data)
	if err != nil {
		return nil, fmt.Errorf("artefact: %w: %w", ErrFormat, err)
	}
	return f, nil
}

// ReadFile reads the artefact in the file at path. What is not an artefact is found
// by its first bytes, before the rest is read.
func ReadFile(path string) (*File, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("artefact: %w", err)
	}
	defer r.Close()
	start := make([]byte, len(magic))
	n, err := io.ReadFull(r, start)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("artefact: %w", err)
	}
	if err := checkMagic(start[:n]); err != nil {
		return nil, fmt.Errorf("artefact: %s: %w: %w", path, ErrFormat, err)
	}
	data := bytes.NewBuffer(start) // with room for the rest at once
	if info, err := r.Stat(); err == nil && info.Mode().IsRegular() {
		data.Grow(max(0, int(info.Size())-len(start)) + bytes.MinRead)
	}
	if _, err := data.ReadFrom(r); err != nil {
		return nil, fmt.Errorf("artefact: %w", err)
	}
	f, err := read(data.Bytes())
	if err != nil {
		return nil, fmt.Errorf("artefact: %s: %w: %w", path, ErrFormat, err)
	}
	return f, nil
}

func checkMagic(data []byte) error {
	const name = len(magic) - 1
	switch {
	case len(data) < len(magic) || string(data[:name]) != magic[:name]:
		return fmt.Errorf("it begins with %q, not with %q", data[:min(len(data), len(magic))], magic)
	case data[name] != magic[name]:
		return fmt.Errorf("its format is of version %d; this library reads version %d", data[name], magic[name])
	}
	return nil
}

func read(data []byte) (*File, error) {
	if err := checkMagic(data); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	body := data[len(magic):]
	if len(body) < 8 {
		return nil, fmt.Errorf("it ends after %d bytes", len(data))
	}
	size := binary.LittleEndian.Uint64(body)
	body = body[8:]
	if size > uint64(len(body)) || size > maxHeader || (size+16)%align != 0 {
		return nil, fmt.Errorf("the header has %d bytes in a file of %d; it must end in it at a multiple of %d, and be at most %d", size, len(data), align, maxHeader)
	}
	header, arrays := body[:size], body[size:]
	tree, err := parse(header)
	if err != nil {
		return nil, err
	}
	o, err := object("the header", tree, "root", "provenance")
	if err != nil {
		return nil, err
	}
	f := &File{Digest: hex.EncodeToString(sum[:])}
	provenance, err := member[map[string]any](o, "the header", "provenance")
	if err != nil {
		return nil, err
	}
	for name, value := range provenance {
		text, ok := value.(string)
		if !ok {
			return nil, fmt.Errorf("the provenance %q is not a text", name)
		}
		if f.Provenance == nil {
			f.Provenance = map[string]string{}
		}
		f.Provenance[name] = text
	}
	r := reader{data: arrays}
	if f.Root, err = r.state("the root", o["root"], 1); err != nil {
		return nil, err
	}
	return f, r.check()
}

// A reader makes states of the parsed header and the bytes of the arrays.
type reader struct {
	data  []byte
	spans []span
}

// A span is where an array lies.
type span struct {
	lo, hi int
	name   string
}

// check finds arrays that overlap, which would let a small file fill the
// memory, and bytes that belong to none.
func (r *reader) check() error {
	slices.SortStableFunc(r.spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi)) })
	end := 0
	for _, s := range r.spans {
		if s.lo < end {
			return fmt.Errorf("%s overlaps another array", s.name)
		}
		if err := r.unused(end, s.lo); err != nil {
			return err
		}
		end = s.hi
	}
	if end != len(r.data) {
		return fmt.Errorf("%d bytes follow the last array", len(r.data)-end)
	}
	return nil
}

func (r *reader) unused(lo, hi int) error {
	if hi-lo >= align {
		return fmt.Errorf("%d bytes between arrays belong to none", hi-lo)
	}
	for _, b := range r.data[lo:hi] {
		if b != 0 {
			return fmt.Errorf("the bytes between arrays are not 0")
		}
	}
	return nil
}

func (r *reader) state(where string, tree any, depth int) (*State, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("%s lies more than %d states deep", where, maxDepth)
	}
	o, err := object(where, tree, "kind", "params", "arrays", "parts")
	if err != nil {
		return nil, err
	}
	s := &State{Params: map[string]any{}, Arrays: map[string]Array{}}
	if s.Kind, err = member[string](o, where, "kind"); err != nil {
		return nil, err
	}
	if s.Kind == "" {
		return nil, fmt.Errorf("%s has no kind", where)
	}
	where += " (" + s.Kind + ")"
	params, err := member[map[string]any](o, where, "params")
	if err != nil {
		return nil, err
	}
	for name, value := range params {
		if s.Params[name], err = numbers(value); err != nil {
			return nil, fmt.Errorf("the parameter %q of %s: %w", name, where, err)
		}
	}
	arrays, err := member[map[string]any](o, where, "arrays")
	if err != nil {
		return nil, err
	}
	for name, value := range arrays {
		if s.Arrays[name], err = r.array(fmt.Sprintf("the array %q of %s", name, where), value); err != nil {
			return nil, err
		}
	}
	parts, err := member[[]any](o, where, "parts")
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i, value := range parts {
		part, err := object(fmt.Sprintf("part %d of %s", i, where), value, "name", "state")
		if err != nil {
			return nil, err
		}
		name, err := member[string](part, where, "name")
		if err != nil {
			return nil, err
		}
		if name == "" || seen[name] {
			return nil, fmt.Errorf("part %d of %s has no name, or another's: %q", i, where, name)
		}
		seen[name] = true
		sub, err := r.state(fmt.Sprintf("part %q", name), part["state"], depth+1)
		if err != nil {
			return nil, err
		}
		s.Parts = append(s.Parts, Part{name, sub})
	}
	return s, nil
}

func (r *reader) array(where string, tree any) (Array, error) {
	o, err := object(where, tree, "type", "shape", "offset", "size")
	if err != nil {
		return Array{}, err
	}
	typ, err := member[string](o, where, "type")
	if err != nil {
		return Array{}, err
	}
	width, ok := types[typ]
	if !ok {
		return Array{}, fmt.Errorf("%s has the unknown type %q", where, typ)
	}
	offset, err := integer(o, where, "offset")
	if err != nil {
		return Array{}, err
	}
	size, err := integer(o, where, "size")
	if err != nil {
		return Array{}, err
	}
	dims, err := member[[]any](o, where, "shape")
	if err != nil {
		return Array{}, err
	}
	shape := make([]int, len(dims))
	for i, d := range dims {
		if shape[i], err = integer(map[string]any{"shape": d}, where, "shape"); err != nil {
			return Array{}, err
		}
	}
	n, err := elements(shape)
	if err != nil {
		return Array{}, fmt.Errorf("%s: %w", where, err)
	}
	if offset%align != 0 || offset > len(r.data) || size > len(r.data)-offset {
		return Array{}, fmt.Errorf("%s has %d bytes at %d; the arrays have %d, and each begins at a multiple of %d", where, size, offset, len(r.data), align)
	}
	data := r.data[offset : offset+size]
	r.spans = append(r.spans, span{offset, offset + size, where})
	a := Array{Shape: shape}
	if typ == "str" {
		if n > size/8-1 {
			return Array{}, fmt.Errorf("%s has %d bytes, too few for %d texts", where, size, n)
		}
		a.Data, err = texts(data, n)
	} else if n*width != size {
		return Array{}, fmt.Errorf("%s has %d bytes for the shape %v", where, size, shape)
	} else {
		a.Data, err = decode(typ, data, n)
	}
	if err != nil {
		return Array{}, fmt.Errorf("%s: %w", where, err)
	}
	return a, nil
}

func decode(typ string, data []byte, n int) (any, error) {
	var (
		out any
		err error
	)
	switch typ {
	case "f64":
		out, err = decodeNumbers[float64](data, n)
	case "f32":
		out, err = decodeNumbers[float32](data, n)
	case "i64":
		out, err = decodeNumbers[int64](data, n)
	case "i32":
		out, err = decodeNumbers[int32](data, n)
	case "u32":
		out, err = decodeNumbers[uint32](data, n)
	case "u8":
		out = append(make([]uint8, 0, n), data...)
	}
	return out, err
}

func decodeNumbers[T any](data []byte, n int) ([]T, error) {
	out := make([]T, n)
	_, err := binary.Decode(data, binary.LittleEndian, out)
	return out, err
}

// texts returns n texts; data has room for n+1 offsets at least.
func texts(data []byte, n int) ([]string, error) {
	ends, err := decodeNumbers[int64](data[:8*(n+1)], n+1)
	if err != nil {
		return nil, err
	}
	all := string(data[8*(n+1):]) // one copy; the texts share it
	if ends[0] != 0 || ends[n] != int64(len(all)) {
		return nil, fmt.Errorf("its texts are from %d to %d of %d bytes", ends[0], ends[n], len(all))
	}
	out := make([]string, n)
	for i := range out {
		lo, hi := ends[i], ends[i+1]
		if lo > hi || hi > int64(len(all)) {
			return nil, fmt.Errorf("text %d is from %d to %d of %d bytes", i, lo, hi, len(all))
		}
		if out[i] = all[lo:hi]; !utf8.ValidString(out[i]) {
			return nil, fmt.Errorf("text %d is not UTF-8", i)
		}
	}
	return out, nil
}

// parse makes maps, slices, texts and json.Numbers of a header, within limits and
// with names that are different.
func parse(header []byte) (any, error) {
	if !utf8.Valid(header) {
		return nil, fmt.Errorf("the header is not UTF-8")
	}
	p := parser{decoder: json.NewDecoder(bytes.NewReader(header))}
	p.decoder.UseNumber()
	tree, err := p.value(0)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, fmt.Errorf("the header: %w", err)
	}
	if rest := header[p.decoder.InputOffset():]; strings.Trim(string(rest), " ") != "" {
		return nil, fmt.Errorf("something follows the header's JSON")
	}
	return tree, nil
}

type parser struct {
	decoder  *json.Decoder
	elements int
}

func (p *parser) value(depth int) (any, error) {
	token, err := p.decoder.Token()
	if err != nil {
		return nil, err
	}
	if p.elements++; p.elements > maxElements {
		return nil, fmt.Errorf("more than %d values", maxElements)
	}
	if depth > maxJSON {
		return nil, fmt.Errorf("more than %d levels", maxJSON)
	}
	switch token {
	case json.Delim('{'):
		o := map[string]any{}
		for p.decoder.More() {
			key, err := p.decoder.Token()
			if err != nil {
				return nil, err
			}
			name := key.(string) // the decoder sees to that
			if _, ok := o[name]; ok {
				return nil, fmt.Errorf("the name %q comes twice", name)
			}
			if o[name], err = p.value(depth + 1); err != nil {
				return nil, err
			}
		}
		_, err = p.decoder.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for p.decoder.More() {
			v, err := p.value(depth + 1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = p.decoder.Token()
		return list, err
	}
	return token, nil
}

// numbers makes float64s of the json.Numbers in v.
func numbers(v any) (any, error) {
	var err error
	switch v := v.(type) {
	case json.Number:
		return v.Float64()
	case []any:
		for i := range v {
			if v[i], err = numbers(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name := range v {
			if v[name], err = numbers(v[name]); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// object returns tree as an object that has no members but those named.
func object(where string, tree any, names ...string) (map[string]any, error) {
	o, ok := tree.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s is missing or no object", where)
	}
	for name := range o {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("%s has the unknown member %q", where, name)
		}
	}
	return o, nil
}

// member returns a member of an object, or nothing if it is not there.
func member[T any](o map[string]any, where, name string) (T, error) {
	var zero T
	v, ok := o[name]
	if !ok {
		return zero, nil
	}
	t, ok := v.(T)
	if !ok {
		return zero, fmt.Errorf("%q of %s has the wrong type", name, where)
	}
	return t, nil
}

func integer(o map[string]any, where, name string) (int, error) {
	number, err := member[json.Number](o, where, name)
	if err != nil {
		return 0, err
	}
	n, err := number.Int64()
	if err != nil || n < 0 || n > 1<<48 {
		return 0, fmt.Errorf("%q of %s is %q, not the number of something", name, where, number)
	}
	return int(n), nil
}
