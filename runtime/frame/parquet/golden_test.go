package parquet_test

import (
	"bytes"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/frame"
	_ "github.com/netherfield/netherfield/runtime/frame/parquet"
)

// goldenFiles returns the cases that pyarrow wrote, by name.
func goldenFiles(t testing.TB) map[string]*artefact.State {
	t.Helper()
	paths, err := filepath.Glob("testdata/golden/*.nf")
	if err != nil || len(paths) < 15 {
		t.Fatalf("%d golden files: %v", len(paths), err)
	}
	out := map[string]*artefact.State{}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".nf")
		out[name] = golden.Load(t, name)
	}
	return out
}

// file returns the Parquet file of a case.
func file(t testing.TB, s *artefact.State) []byte {
	t.Helper()
	data, ok := s.Arrays["file"].Data.([]uint8)
	if !ok {
		t.Fatalf("the file is %T", s.Arrays["file"].Data)
	}
	return data
}

func TestFilesOfPyarrowAreReadAsPyarrowReadsThem(t *testing.T) {
	for name, s := range goldenFiles(t) {
		if name == "lists" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			f, err := frame.Decode(bytes.NewReader(file(t, s)), "parquet")
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, p := range s.Parts {
				want = append(want, p.Name)
				compare(t, f, p.Name, p.State)
			}
			if !slices.Equal(f.Columns(), want) {
				t.Errorf("columns %q, want %q", f.Columns(), want)
			}
		})
	}
}

// compare checks a column against what pyarrow says.
func compare(t *testing.T, f *frame.Frame, name string, want *artefact.State) {
	t.Helper()
	c, err := f.Column(name)
	if err != nil {
		t.Error(err)
		return
	}
	null := golden.Bools(t, want, "null")
	if c.Len() != len(null) {
		t.Errorf("column %q has %d values, want %d", name, c.Len(), len(null))
		return
	}
	var got []any
	for i, is := range null {
		if c.IsNull(i) != is {
			t.Errorf("column %q, row %d: null is %v, want %v", name, i, c.IsNull(i), is)
			return
		}
		if !is {
			got = append(got, c.Value(i))
		}
	}
	b := c.Buffers()
	var values []any
	switch {
	case golden.Has(want, "string"):
		for _, v := range golden.Strings(t, want, "string") {
			values = append(values, v)
		}
	case golden.Has(want, "int64"):
		for _, v := range golden.Ints(t, want, "int64") {
			values = append(values, v)
		}
	case golden.Has(want, "float64"):
		for _, v := range golden.Floats(t, want, "float64") {
			values = append(values, v)
		}
	case golden.Has(want, "bool"):
		for _, v := range golden.Bools(t, want, "bool") {
			values = append(values, v)
		}
	case golden.Has(want, "timestamp"):
		got = nil
		for i, is := range null {
			if !is {
				got = append(got, int(b.Ints[i]))
			}
		}
		for _, v := range golden.Ints(t, want, "timestamp") {
			values = append(values, v)
		}
		if b.Kind != frame.Timestamp {
			t.Errorf("column %q is %v", name, b.Kind)
		}
	}
	golden.Equal(t, "column "+name, got, values)
}

func TestResultsDoNotDependOnTheNumberOfCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	data := file(t, golden.Load(t, "zstd_2"))
	var first *frame.Frame
	var bytesOfFirst []byte
	for _, cores := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(cores)
		f, err := frame.Decode(bytes.NewReader(data), "parquet")
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := f.Encode(&out, "parquet"); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first, bytesOfFirst = f, out.Bytes()
		}
		equal(t, f, first)
		if !bytes.Equal(out.Bytes(), bytesOfFirst) {
			t.Errorf("%d cores write another file", cores)
		}
	}
}

func TestManyRowsInSeveralPagesAndGroupsComeBack(t *testing.T) {
	const n = 1<<20 + 3000
	numbers, labels, flags := make([]int, n), make([]string, n), make([]bool, n)
	for i := range numbers {
		numbers[i], labels[i], flags[i] = i*i, strconv.Itoa(i%5000), i%3 == 0
	}
	f, err := frame.New(frame.Ints("n", numbers).Null(0, 5, n-1), frame.Strings("label", labels).Null(n-2), frame.Bools("flag", flags).Null(7))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Encode(&out, "parquet"); err != nil {
		t.Fatal(err)
	}
	g, err := frame.Decode(&out, "parquet")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, f, g)
}

func TestWhatFramesDoNotHaveIsAnError(t *testing.T) {
	f, err := frame.Decode(bytes.NewReader(file(t, golden.Load(t, "lists"))), "parquet")
	if err == nil || !strings.Contains(err.Error(), `"tags" holds lists`) || !strings.Contains(err.Error(), `"id"`) {
		t.Errorf("%v, %v", f, err)
	}
	f, err = frame.Decode(bytes.NewReader(file(t, golden.Load(t, "lists"))), "parquet", frame.Columns("id"))
	if err != nil || f.NumRows() != 2 {
		t.Errorf("%v, %v", f, err)
	}
	_, err = frame.Decode(bytes.NewReader(file(t, golden.Load(t, "lists"))), "parquet", frame.Columns("ids"))
	if err == nil || !strings.Contains(err.Error(), `did you mean "id"`) {
		t.Error(err)
	}
	f, err = frame.Decode(bytes.NewReader(file(t, golden.Load(t, "lists"))), "parquet", frame.Columns("id"), frame.Types(map[string]frame.Kind{"id": frame.String}))
	if err != nil || f.Schema()[0].Kind != frame.String {
		t.Errorf("%v, %v", f, err)
	}
	for _, c := range []struct{ data, want string }{
		{"", "too short"},
		{"PAR1 and something else", "not complete"},
		{"a,b,c\n1,2,3\n4,5,6", "no Parquet file"},
		{"PAR1aaaaaaaaaaaaPARE", "encrypted"},
		{"PAR1aaaa\xff\xff\xff\x7fPAR1", "damaged"},
	} {
		if _, err := frame.Decode(strings.NewReader(c.data), "parquet"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.data, err, c.want)
		}
	}
}
