package parquet_test

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/netherfield/netherfield/runtime/frame"
)

// roundTrip reads bytes and, if they are a table, what is written of it.
func roundTrip(t *testing.T, data []byte) {
	f, err := frame.Decode(bytes.NewReader(data), "parquet")
	if err != nil {
		if f != nil {
			t.Fatal("a frame and an error")
		}
		return
	}
	var out bytes.Buffer
	if err := f.Encode(&out, "parquet"); err != nil {
		t.Fatal(err)
	}
	g, err := frame.Decode(&out, "parquet")
	if err != nil {
		t.Fatalf("what was written cannot be read: %v", err)
	}
	equal(t, f, g)
}

// equal checks that two frames are the same.
func equal(t testing.TB, f, g *frame.Frame) {
	t.Helper()
	if f.NumRows() != g.NumRows() || f.NumCols() != g.NumCols() {
		t.Fatalf("%d × %d became %d × %d", f.NumRows(), f.NumCols(), g.NumRows(), g.NumCols())
	}
	for i, s := range f.Schema() {
		if s != g.Schema()[i] {
			t.Fatalf("%v became %v", s, g.Schema()[i])
		}
		a, _ := f.Column(s.Name)
		b, _ := g.Column(s.Name)
		for k := range a.Len() {
			if x, y := a.Value(k), b.Value(k); x != y {
				t.Fatalf("column %q, row %d: %v became %v", s.Name, k, x, y)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range goldenFiles(f) {
		f.Add(file(f, s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		roundTrip(t, data)
	})
}

func TestDamagedFilesAreErrorsAndTakeLittleMemory(t *testing.T) {
	tries := 300
	if testing.Short() {
		tries = 60
	}
	for name, s := range goldenFiles(t) {
		whole := file(t, s)
		r := rand.New(rand.NewPCG(1, uint64(len(whole))))
		for n := range tries {
			data := bytes.Clone(whole)
			switch n % 3 {
			case 0:
				data = append(data[:r.IntN(len(data))], data[len(data)-min(len(data), r.IntN(2000)):]...)
			default:
				for range 1 + r.IntN(4) {
					at := r.IntN(len(data))
					if r.IntN(2) == 0 { // in the metadata rather
						at = len(data) - 1 - r.IntN(min(len(data)-1, 1500))
					}
					data[at] = byte(r.Uint32())
				}
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			f, err := frame.Decode(bytes.NewReader(data), "parquet")
			runtime.ReadMemStats(&after)
			if (f == nil) == (err == nil) {
				t.Fatalf("%s: %v, %v", name, f, err)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > 400<<20 {
				t.Errorf("%s: %d bytes were allocated for %d: %v", name, took, len(data), err)
			}
		}
	}
}
