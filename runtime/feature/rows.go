package feature

// This file puts sparse matrices together from chunks of rows, and scales rows.

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"gonum.org/v1/gonum/mat"
)

// chunkRows is how many documents make a chunk: some milliseconds of work.
const chunkRows = 256

// docRows is what a chunk of documents becomes: entries, and where rows end.
type docRows struct {
	col   []int32
	value []float64
	ends  []int
}

// buildCSR makes a matrix of n rows. row appends row i to a chunk; s is its alone while
// it runs.
func buildCSR(ctx context.Context, n, cols int, row func(s *scratch, c *docRows, i int)) (*CSR, error) {
	chunks := make([]docRows, parallel.Count(n, chunkRows))
	scratches := sync.Pool{New: func() any { return new(scratch) }}
	err := parallel.Chunks(ctx, n, chunkRows, func(k, lo, hi int) error {
		s := scratches.Get().(*scratch)
		defer scratches.Put(s)
		c := &chunks[k]
		c.ends = make([]int, 0, hi-lo)
		for i := lo; i < hi; i++ {
			row(s, c, i)
			c.ends = append(c.ends, len(c.col))
			if done := i - lo + 1; done == 8 && hi-lo > 8 {
				// Now it is known about how long rows are.
				c.grow(len(c.col) * (hi - lo) / done * 9 / 8)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	m := &CSR{Rows: n, Cols: cols, Start: make([]int, n+1)}
	offsets := make([]int, len(chunks))
	total := 0
	for k := range chunks {
		offsets[k] = total
		for i, end := range chunks[k].ends {
			m.Start[k*chunkRows+i+1] = total + end
		}
		total += len(chunks[k].col)
	}
	m.Col, m.Value = make([]int32, total), make([]float64, total)
	return m, parallel.Each(ctx, len(chunks), func(k int) error {
		copy(m.Col[offsets[k]:], chunks[k].col)
		copy(m.Value[offsets[k]:], chunks[k].value)
		chunks[k] = docRows{}
		return nil
	})
}

func (c *docRows) grow(n int) {
	if n > cap(c.col) {
		c.col = append(make([]int32, 0, n), c.col...)
		c.value = append(make([]float64, 0, n), c.value...)
	}
}

// checkNorm checks the parameter Norm.
func checkNorm(norm string) error {
	switch norm {
	case "", "l2", "l1", "none":
		return nil
	}
	return fmt.Errorf("feature: Norm is %q; it can be \"l2\", \"l1\" or \"none\"", norm)
}

// normalize scales values so that their norm is 1, unless it is 0.
func normalize(values []float64, norm string) {
	sum := 0.0
	switch norm {
	case "none":
		return
	case "l1":
		for _, v := range values {
			sum += math.Abs(v)
		}
	default:
		for _, v := range values {
			sum += v * v
		}
		sum = math.Sqrt(sum)
	}
	divide(values, sum)
}

// divide scales values by 1/sum, unless sum is 0.
func divide(values []float64, sum float64) {
	switch scale := 1 / sum; {
	case sum == 0:
	case scale > math.MaxFloat64: // so small is sum
		for k := range values {
			values[k] /= sum
		}
	default:
		for k := range values {
			values[k] *= scale
		}
	}
}

// Sparse returns x itself if it is a *CSR, else a sparse copy without the zeros.
func Sparse(x mat.Matrix) *CSR {
	if s, ok := x.(*CSR); ok {
		return s
	}
	d := Dense(x)
	rows, cols := d.Dims()
	m := &CSR{Rows: rows, Cols: cols, Start: make([]int, rows+1)}
	for i := range rows {
		for j, v := range d.RawRowView(i) {
			if v != 0 {
				m.Col, m.Value = append(m.Col, int32(j)), append(m.Value, v)
			}
		}
		m.Start[i+1] = len(m.Col)
	}
	return m
}
