package model

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Each bin has the values that it says, in order; bins of a feature with many values
// have about as many rows each, but for values that are frequent.
func TestBinsAscendAndShareTheRows(t *testing.T) {
	const n = 20000
	var r *rand.Rand
	columns := map[string]func() float64{
		"normal":   func() float64 { return r.NormFloat64() },
		"few":      func() float64 { return float64(r.IntN(200)) - 100 },
		"256":      func() float64 { return float64(r.IntN(256)) },
		"zeros":    func() float64 { return max(0, r.NormFloat64()-0.5) },
		"negative": func() float64 { return min(0, r.NormFloat64()) },
		"both":     func() float64 { return float64(r.IntN(4)/3) * r.NormFloat64() },
		"missing":  func() float64 { return []float64{math.NaN(), r.Float64()}[r.IntN(2)] },
		"constant": func() float64 { return -3 },
		"close":    func() float64 { return 1 + 1e-9*r.Float64() },
		"tiny":     func() float64 { return 1e-300 * r.Float64() },
		"skewed":   func() float64 { return math.Exp(2 * r.NormFloat64()) },
	}
	for name, draw := range columns {
		r = rand.New(rand.NewPCG(7, 7))
		x := mat.NewDense(n, 1, nil)
		distinct := map[float32]bool{}
		for i := range n {
			x.Set(i, 0, draw())
			distinct[float32(x.At(i, 0))] = true
		}
		s, err := read("x", x)
		if err != nil {
			t.Fatal(err)
		}
		b, err := newBins(t.Context(), "x", &s)
		if err != nil {
			t.Fatal(err)
		}
		c := b.column[0]
		rows := make([]int, maxBins)
		for i := range n {
			v, bin := float32(x.At(i, 0)), b.bin(uint32(i), 0)
			rows[bin]++
			if v != v {
				if bin != missingBin || !c.missing {
					t.Fatalf("%s: NaN is in bin %d", name, bin)
				}
				continue
			}
			if int(bin) >= len(c.first) || v < c.first[bin] || v > c.last[bin] {
				t.Fatalf("%s: %v is in bin %d", name, v, bin)
			}
			if v == 0 && bin != c.zero {
				t.Fatalf("%s: 0 is in bin %d, not %d", name, bin, c.zero)
			}
			if b.byColumn[i] != bin {
				t.Fatalf("%s: by columns, row %d is in another bin", name, i)
			}
		}
		single := 0
		for k := range c.first {
			if k > 0 && c.first[k] <= c.last[k-1] || c.last[k] < c.first[k] {
				t.Fatalf("%s: bin %d of [%v, %v] is not above [%v, %v]", name, k, c.first[k], c.last[k], c.first[k-1], c.last[k-1])
			}
			if c.first[k] == c.last[k] {
				single++
			} else if name != "close" && name != "tiny" && rows[k] > n/64 {
				t.Errorf("%s: bin %d has %d rows of different values", name, k, rows[k])
			}
		}
		switch name {
		case "few", "256":
			if single != len(distinct) {
				t.Errorf("%s: %d values have %d bins", name, len(distinct), single)
			}
		case "constant", "close", "tiny":
			if len(c.first) != 1 {
				t.Errorf("%s: %d bins", name, len(c.first))
			}
		default:
			if len(c.first) < 240 {
				t.Errorf("%s: only %d bins", name, len(c.first))
			}
		}
	}
}
