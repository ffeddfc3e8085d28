package artefact_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/netherfield/netherfield/runtime/artefact"
)

func write(t testing.TB, f *artefact.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := artefact.Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func example() *artefact.File {
	return &artefact.File{
		Provenance: map[string]string{"go": "go1.26", "note": "naïve <&>"},
		Root: &artefact.State{
			Kind:   "test.Root",
			Params: map[string]any{"C": 0.5, "Penalty": "l2", "Sub": map[string]any{"a": []any{1.0, nil, true}}},
			Arrays: map[string]artefact.Array{
				"coef":   {Shape: []int{2, 3}, Data: []float64{1, math.Inf(1), math.Copysign(0, -1), 4, 5, math.MaxFloat64}},
				"scalar": {Shape: []int{}, Data: []int64{math.MinInt64}},
				"empty":  {Shape: []int{3, 0}, Data: []float32{}},
				"words":  artefact.Vector([]string{"", "truth", "naïve", "\x00"}),
				"bytes":  artefact.Vector([]uint8{1, 2, 3}),
			},
			Parts: []artefact.Part{
				{Name: "b", State: &artefact.State{Kind: "test.B", Arrays: map[string]artefact.Array{"i": artefact.Vector([]int32{-1}), "u": artefact.Vector([]uint32{math.MaxUint32})}}},
				{Name: "a", State: &artefact.State{Kind: "test.A"}},
			},
		},
	}
}

var options = cmp.Options{cmpopts.EquateEmpty(), cmpopts.EquateNaNs()}

func TestWhatIsWrittenIsRead(t *testing.T) {
	f := example()
	data := write(t, f)
	got, err := artefact.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, got, options); diff != "" {
		t.Error(diff)
	}
	if len(f.Digest) != 64 {
		t.Errorf("digest %q", f.Digest)
	}
	if again := write(t, got); !bytes.Equal(again, data) {
		t.Error("the same file makes other bytes")
	}
}

// TestAnyStateIsReadAsItWasWritten is the round trip of random states.
func TestAnyStateIsReadAsItWasWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		f := &artefact.File{Root: randomState(r, 0)}
		data := write(t, f)
		got, err := artefact.Read(data)
		if err != nil {
			t.Fatalf("%v\n%s", err, cmp.Diff(nil, f))
		}
		if diff := cmp.Diff(f, got, options); diff != "" {
			t.Fatal(diff)
		}
	}
}

func randomState(r *rand.Rand, depth int) *artefact.State {
	s := &artefact.State{Kind: "k" + text(r), Params: map[string]any{}, Arrays: map[string]artefact.Array{}}
	for range r.IntN(4) {
		s.Params[text(r)] = []any{r.NormFloat64(), text(r), nil, r.IntN(2) == 0, map[string]any{text(r): float64(r.IntN(9))}}[r.IntN(5)]
	}
	for range r.IntN(5) {
		shape := []int{r.IntN(4), r.IntN(4), r.IntN(4)}[:r.IntN(4)]
		n := 1
		for _, d := range shape {
			n *= d
		}
		data := []any{fill(n, r.NormFloat64), fill(n, r.Float32), fill(n, r.Int64), fill(n, r.Int32), fill(n, r.Uint32),
			fill(n, func() uint8 { return uint8(r.Uint32()) }), fill(n, func() string { return text(r) })}[r.IntN(7)]
		s.Arrays["a"+text(r)] = artefact.Array{Shape: shape, Data: data}
	}
	for i := range r.IntN(3 - min(depth, 2)) {
		s.Parts = append(s.Parts, artefact.Part{Name: fmt.Sprint(i, text(r)), State: randomState(r, depth+1)})
	}
	return s
}

func fill[T any](n int, f func() T) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = f()
	}
	return out
}

func text(r *rand.Rand) string {
	return string(fill(r.IntN(4), func() rune { return []rune("a\"\\\n\x00é\u2028🙂")[r.IntN(8)] }))
}

func TestWriteRefusesWhatReadWould(t *testing.T) {
	deep := &artefact.State{Kind: "k"}
	for range 20 {
		deep = &artefact.State{Kind: "k", Parts: []artefact.Part{{Name: "p", State: deep}}}
	}
	loop := []any{nil}
	loop[0] = loop
	for want, s := range map[string]*artefact.State{
		"kind":            {},
		"16 states deep":  deep,
		"another's name":  {Kind: "k", Parts: []artefact.Part{{Name: "p", State: &artefact.State{Kind: "a"}}, {Name: "p", State: &artefact.State{Kind: "a"}}}},
		"no state":        {Kind: "k", Parts: []artefact.Part{{Name: "p"}}},
		"[2 2]":           {Kind: "k", Arrays: map[string]artefact.Array{"a": {Shape: []int{2, 2}, Data: []float64{1, 2}}}},
		"negative":        {Kind: "k", Arrays: map[string]artefact.Array{"a": {Shape: []int{-1, -2}, Data: []float64{1, 2}}}},
		"[]int is none":   {Kind: "k", Arrays: map[string]artefact.Array{"a": {Shape: []int{1}, Data: []int{1}}}},
		"not UTF-8":       {Kind: "k", Arrays: map[string]artefact.Array{"a": artefact.Vector([]string{"a", "\xff"})}},
		"is not UTF-8":    {Kind: "k", Params: map[string]any{"a": "\xff"}},
		"chan int":        {Kind: "k", Params: map[string]any{"a": make(chan int)}},
		"nested too deep": {Kind: "k", Params: map[string]any{"a": loop}},
		"too large":       {Kind: "k", Arrays: map[string]artefact.Array{"a": {Shape: []int{1 << 40, 1 << 40}, Data: []float64{1}}}},
		"dimensions":      {Kind: "k", Arrays: map[string]artefact.Array{"a": {Shape: make([]int, 9), Data: []float64{}}}},
	} {
		err := artefact.Write(&bytes.Buffer{}, &artefact.File{Root: s})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
	if artefact.Write(&bytes.Buffer{}, &artefact.File{}) == nil {
		t.Error("no state was written")
	}
}

// file makes the bytes of an artefact with any header.
func file(header string, arrays []byte) []byte {
	header += strings.Repeat(" ", -(16+len(header))&63)
	b := []byte("nfield\x00\x01")
	b = binary.LittleEndian.AppendUint64(b, uint64(len(header)))
	return append(append(b, header...), arrays...)
}

func TestHostileFilesAreRefused(t *testing.T) {
	array := func(a string) string {
		return `{"root":{"kind":"k","arrays":{"a":` + a + `}}}`
	}
	for _, c := range []struct {
		want   string
		header string
		arrays string
	}{
		{"root", `{}`, ""},
		{"object", `[]`, ""},
		{"unexpected", `{"root":{"kind":"k"`, ""},
		{"something follows", `{"root":{"kind":"k"}}{}`, ""},
		{"UTF-8", "{\"root\":{\"kind\":\"\xff\"}}", ""},
		{"unknown member", `{"root":{"kind":"k"},"x":1}`, ""},
		{"unknown member", `{"root":{"kind":"k","x":1}}`, ""},
		{"twice", `{"root":{"kind":"k","kind":"k"}}`, ""},
		{"twice", `{"root":{"kind":"k","params":{"a":{"b":1,"\u0062":2}}}}`, ""},
		{"no kind", `{"root":{}}`, ""},
		{"wrong type", `{"root":{"kind":1}}`, ""},
		{"out of range", `{"root":{"kind":"k","params":{"a":1e999}}}`, ""},
		{"not a text", `{"root":{"kind":"k"},"provenance":{"a":1}}`, ""},
		{"levels", `{"root":{"kind":"k","params":{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}}}`, ""},
		{"levels", strings.Repeat("[", 1_000_000), ""},
		{"values", `{"root":{"kind":"k","params":{"a":[` + strings.Repeat("1,", 2_000_000) + `1]}}}`, ""},
		{"states deep", strings.Repeat(`{"root":`, 1) + strings.Repeat(`{"kind":"k","parts":[{"name":"p","state":`, 18) + `{"kind":"k"}` + strings.Repeat(`}]}`, 18) + `}`, ""},
		{"another's", `{"root":{"kind":"k","parts":[{"name":"p","state":{"kind":"k"}},{"name":"p","state":{"kind":"k"}}]}}`, ""},
		{"missing", `{"root":{"kind":"k","parts":[{"name":"p"}]}}`, ""},
		{"missing", `{"root":{"kind":"k","parts":[null]}}`, ""},
		{"unknown type", array(`{"type":"f16","shape":[1],"offset":0,"size":2}`), "ab"},
		{"has 8 bytes at", array(`{"type":"f64","shape":[1],"offset":0,"size":8}`), ""},
		{"has 8 bytes at 8;", array(`{"type":"f64","shape":[1],"offset":8,"size":8}`), "0123456789abcdef"},
		{"for the shape", array(`{"type":"f64","shape":[2],"offset":0,"size":8}`), "01234567"},
		{"too large", array(`{"type":"f64","shape":[281474976710656,65536],"offset":0,"size":0}`), ""},
		{"not the number", array(`{"type":"f64","shape":[-1],"offset":0,"size":8}`), "01234567"},
		{"not the number", array(`{"type":"f64","shape":[1.5],"offset":0,"size":8}`), "01234567"},
		{"not the number", array(`{"type":"f64","shape":[1],"offset":18446744073709551616,"size":8}`), "01234567"},
		{"follow", array(`{"type":"f64","shape":[0],"offset":0,"size":0}`), "01234567"},
		{"too few", array(`{"type":"str","shape":[1],"offset":0,"size":8}`), "\x00\x00\x00\x00\x00\x00\x00\x00"},
		{"too few", array(`{"type":"str","shape":[281474976710655],"offset":0,"size":8}`), "\x00\x00\x00\x00\x00\x00\x00\x00"},
		{"its texts are", array(`{"type":"str","shape":[0],"offset":0,"size":8}`), "\x01\x00\x00\x00\x00\x00\x00\x00"},
		{"text 0 is from", array(`{"type":"str","shape":[2],"offset":0,"size":24}`), "\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
		{"text 0 is not", array(`{"type":"str","shape":[1],"offset":0,"size":17}`), "\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xff"},
		{"overlaps", `{"root":{"kind":"k","arrays":{"a":{"type":"u8","shape":[2],"offset":0,"size":2},"b":{"type":"u8","shape":[2],"offset":0,"size":2}}}}`, "ab"},
		{"not 0", `{"root":{"kind":"k","arrays":{"a":{"type":"u8","shape":[2],"offset":0,"size":2},"b":{"type":"u8","shape":[2],"offset":64,"size":2}}}}`, "ab" + strings.Repeat("c", 64)},
		{"belong to none", array(`{"type":"u8","shape":[2],"offset":64,"size":2}`), strings.Repeat("\x00", 66)},
	} {
		_, err := artefact.Read(file(c.header, []byte(c.arrays)))
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.Is(err, artefact.ErrFormat) {
			t.Errorf("%.100s: %v, want %q in it", c.header, err, c.want)
		}
	}
	good := write(t, example())
	for n := range good {
		if _, err := artefact.Read(good[:n]); err == nil {
			t.Errorf("the first %d bytes of %d were read", n, len(good))
		}
	}
	for want, bytes := range map[string][]byte{
		"version 2":   append([]byte("nfield\x00\x02"), good[8:]...),
		`begins with`: []byte("\x80\x04\x95 a pickle"),
		"header has":  append([]byte("nfield\x00\x01"), "\xff\xff\xff\xff\xff\xff\xff\xff"...),
	} {
		if _, err := artefact.Read(bytes); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.sav")
	f := example()
	if err := artefact.WriteFile(path, f); err != nil {
		t.Fatal(err)
	}
	bad := &artefact.File{Root: &artefact.State{}}
	if artefact.WriteFile(path, bad) == nil {
		t.Error("a state of no kind was written")
	}
	got, err := artefact.ReadFile(path)
	if err != nil || got.Digest != f.Digest {
		t.Errorf("%v, digest %s, want %s", err, got.Digest, f.Digest)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("files left: %v", entries)
	}
	if _, err := artefact.ReadFile(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	os.WriteFile(path, []byte("hello"), 0o600)
	if _, err := artefact.ReadFile(path); !errors.Is(err, artefact.ErrFormat) || !strings.Contains(err.Error(), path) {
		t.Error(err)
	}
}

type estimator struct {
	C        float64
	MaxIter  int
	Seed     int64
	Small    uint32
	Name     string
	Flag     bool
	Weights  map[string]float64
	Words    []string
	Range    [2]int
	Limit    *float64
	Progress func() `artefact:"-"`
	Analyze  func(string) []string
	learned  int
}

func TestParametersComeBackAsTheyWere(t *testing.T) {
	limit := math.NaN()
	want := estimator{C: math.Inf(-1), MaxIter: 7, Seed: math.MinInt64, Small: 9, Name: "é", Flag: true,
		Weights: map[string]float64{"spam": 2}, Words: []string{"a", ""}, Range: [2]int{1, 3}, Limit: &limit, learned: 1,
		Progress: func() {}}
	params, err := artefact.Params(&want)
	if err != nil {
		t.Fatal(err)
	}
	f, err := artefact.Read(write(t, &artefact.File{Root: &artefact.State{Kind: "k", Params: params}}))
	if err != nil {
		t.Fatal(err)
	}
	got := estimator{learned: 1}
	if err := artefact.SetParams(&got, f.Root.Params); err != nil {
		t.Fatal(err)
	}
	want.Progress = nil
	if *got.Limit == *got.Limit {
		t.Error("the limit is", *got.Limit)
	}
	want.Limit, got.Limit = nil, nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	want.Analyze = strings.Fields
	if _, err := artefact.Params(&want); err == nil || !strings.Contains(err.Error(), "Analyze is a function") {
		t.Error(err)
	}
}

func TestParametersThatDoNotFitChangeNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		value any
	}{
		{"MaxIter", 1.5}, {"MaxIter", "7"}, {"MaxIter", 1e300}, {"MaxIter", math.NaN()}, {"MaxIter", nil}, {"Small", -1}, {"Small", 1 << 40},
		{"C", "much"}, {"C", true}, {"Flag", 1}, {"Name", 1}, {"Weights", map[string]any{"a": "b"}}, {"Words", "a"}, {"Words", []any{1}},
		{"Range", []any{1.0}}, {"learned", 1}, {"Progress", nil}, {"Analyze", nil}, {"None", 1},
	} {
		e := estimator{C: 3}
		if err := artefact.SetParams(&e, map[string]any{"C": 4, c.name: c.value}); err == nil || e.C != 3 && c.name != "C" {
			t.Errorf("%s = %v: %v, %+v", c.name, c.value, err, e)
		}
	}
	if artefact.SetParams(estimator{}, nil) == nil || artefact.SetParams((*estimator)(nil), nil) == nil {
		t.Error("what cannot be set was set")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(write(f, example()))
	f.Add(write(f, &artefact.File{Root: &artefact.State{Kind: "k"}}))
	f.Add(file(`{"root":{"kind":"k","arrays":{"a":{"type":"u8","shape":[2],"offset":0,"size":2}}}}`, []byte("ab")))
	f.Add(file(`{"root":{"kind":"k","params":{"a":[1e3,"NaN",{"b":null}]},"parts":[]}}`, nil))
	f.Add([]byte("nfield\x00\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := artefact.Read(data)
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := artefact.Write(&b, first); err != nil {
			t.Fatal("what was read cannot be written:", err)
		}
		second, err := artefact.Read(b.Bytes())
		if err != nil {
			t.Fatal("what was written cannot be read:", err)
		}
		if diff := cmp.Diff(first, second, options, cmpopts.IgnoreFields(artefact.File{}, "Digest")); diff != "" {
			t.Fatal(diff)
		}
	})
}

// BenchmarkRead reads a model of 64 MB, as a large forest has.
func BenchmarkRead(b *testing.B) {
	data := write(b, &artefact.File{Root: &artefact.State{Kind: "k", Arrays: map[string]artefact.Array{
		"f64": artefact.Vector(make([]float64, 6<<20)), "i32": artefact.Vector(make([]int32, 4<<20))}}})
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := artefact.Read(data); err != nil {
			b.Fatal(err)
		}
	}
}
