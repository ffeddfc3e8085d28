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
	b := builder{m: &CSR{Rows: n, Cols: cols, Start: make([]int, n+1)}, waiting: map[int]*docRows{}}
	scratches := sync.Pool{New: func() any { return new(scratch) }}
	rows := sync.Pool{New: func() any { return new(docRows) }}
	err := parallel.Chunks(ctx, n, chunkRows, func(k, lo, hi int) error {
		s := scratches.Get().(*scratch)
		defer scratches.Put(s)
		c := rows.Get().(*docRows)
		c.col, c.value, c.ends = c.col[:0], c.value[:0], c.ends[:0]
		for i := lo; i < hi; i++ {
			row(s, c, i)
			c.ends = append(c.ends, len(c.col))
		}
		for _, p := range b.place(k, c) {
			copy(p.col, p.rows.col)
			copy(p.value, p.rows.value)
			b.copying.Done()
			rows.Put(p.rows)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return b.m, nil
}

// A builder puts chunks into a matrix in their order, as soon as those before are
// there, so that no entry is in memory twice for long.
type builder struct {
	mu      sync.Mutex
	m       *CSR
	waiting map[int]*docRows // by the number of the chunk
	next    int              // the first chunk that has no place
	copying sync.WaitGroup   // those who write entries
}

// A placed chunk is to be copied to col and value.
type placed struct {
	rows  *docRows
	col   []int32
	value []float64
}

// place returns the chunks that have a place now that chunk k is done.
func (b *builder) place(k int, c *docRows) (list []placed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting[k] = c
	m, first := b.m, b.next
	total := len(m.Col)
	for ; b.waiting[b.next] != nil; b.next++ {
		total += len(b.waiting[b.next].col)
	}
	if total > cap(m.Col) {
		b.grow(total)
	}
	for k := first; k < b.next; k++ {
		c, at := b.waiting[k], len(m.Col)
		delete(b.waiting, k)
		for i, end := range c.ends {
			m.Start[k*chunkRows+i+1] = at + end
		}
		end := at + len(c.col)
		m.Col, m.Value = m.Col[:end], m.Value[:end]
		b.copying.Add(1)
		list = append(list, placed{c, m.Col[at:end], m.Value[at:end]})
	}
	return list
}

// grow makes room for total entries, and for those of the rows to come if they have as
// many each as those so far.
func (b *builder) grow(total int) {
	b.copying.Wait()
	m := b.m
	if rows := b.next * chunkRows; rows < m.Rows {
		total = max(total, int(float64(total)/float64(rows)*float64(m.Rows)*1.01)+1024)
	}
	col, value := make([]int32, len(m.Col), total), make([]float64, len(m.Value), total)
	copy(col, m.Col)
	copy(value, m.Value)
	m.Col, m.Value = col, value
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
