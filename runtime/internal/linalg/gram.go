package linalg

// This file multiplies a matrix by its transpose.

import (
	"context"
	"sync"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
)

// gramBlock is how many rows are multiplied at a time: a block of 256 columns fits
// the second-level cache.
const gramBlock = 128

// Gram returns Σ (xᵢ-shift)(xᵢ-shift)ᵀ over the rows xᵢ of a, all cols × cols elements,
// and the sums Σ (xᵢ-shift) of the columns. A shift near the mean keeps the digits that
// centring afterwards would lose:
//
//	Σ (xᵢ-μ)(xᵢ-μ)ᵀ = Gram - sums·sumsᵀ/n
//
// If a has a method RowView(i int) []float64, rows that it returns, not nil, are not
// copied.
func Gram(ctx context.Context, a Rows, shift []float64) (gram, sums []float64, err error) {
	n, d := a.Dims()
	panels := (d + simd.Width - 1) / simd.Width
	wide := panels * simd.Width
	view, views := a.(interface{ RowView(i int) []float64 })
	size := groupSize(n, gramBlock)
	count := parallel.Count(n, size)
	grams, columns := make([][]float64, count), make([][]float64, count)
	err = parallel.Chunks(ctx, n, size, func(g, lo, hi int) error {
		gram, sums := make([]float64, wide*wide), make([]float64, wide)
		packed, row := make([]float64, gramBlock*wide), make([]float64, wide)
		mean := append(make([]float64, 0, wide), shift...)[:wide]
		for at := lo; at < hi; at += gramBlock {
			if err := ctx.Err(); err != nil {
				return err
			}
			rows := min(gramBlock, hi-at)
			for r := range rows {
				// Whole panels are read where they are, if they can be.
				var whole []float64
				if views {
					whole = view.RowView(at + r)
				}
				if whole != nil {
					copy(row[d/simd.Width*simd.Width:], whole[d/simd.Width*simd.Width:])
				} else {
					a.ReadRow(at+r, row[:d])
					whole = row
				}
				for p := range panels {
					at := p * simd.Width
					if at+simd.Width > len(whole) {
						whole = row
					}
					dst, src := packed[(p*rows+r)*simd.Width:][:simd.Width], whole[at:][:simd.Width]
					sum, mean := sums[at:][:simd.Width], mean[at:][:simd.Width]
					for j, v := range src {
						v -= mean[j]
						dst[j] = v
						sum[j] += v
					}
				}
			}
			panel := rows * simd.Width
			for i := range panels {
				for j := i; j < panels; j++ {
					simd.Tile(rows, packed[i*panel:], packed[j*panel:], gram[i*simd.Width*wide+j*simd.Width:], wide)
				}
			}
		}
		grams[g], columns[g] = gram, sums[:d]
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if count == 0 {
		return make([]float64, d*d), make([]float64, d), nil
	}
	sums = columns[0]
	for _, s := range columns[1:] {
		simd.Axpy(1, s, sums)
	}
	gram = make([]float64, d*d)
	if err := parallel.Chunks(ctx, d, 16, func(_, lo, hi int) error {
		for i := lo; i < hi; i++ {
			row := gram[i*d+i : (i+1)*d]
			for _, g := range grams {
				simd.Axpy(1, g[i*wide+i:i*wide+d], row)
			}
		}
		return nil
	}); err != nil {
		return nil, nil, err
	}
	mirror(gram, d)
	return gram, sums, nil
}

// mirror copies the upper triangle to the lower.
func mirror(a []float64, d int) {
	const tile = 32
	for i0 := 0; i0 < d; i0 += tile {
		for j0 := i0; j0 < d; j0 += tile {
			for i := i0; i < min(d, i0+tile); i++ {
				for j := max(i+1, j0); j < min(d, j0+tile); j++ {
					a[j*d+i] = a[i*d+j]
				}
			}
		}
	}
}

// Products calls use with blocks of the products of all rows of a with all others:
// products[i*stride+j] is the product of row lo+i and row j, for the rows [lo, hi). Use is
// called by several goroutines at once; products are its own until it returns.
func Products(ctx context.Context, a Rows, use func(lo, hi int, products []float64, stride int) error) error {
	n, d := a.Dims()
	panels := (n + simd.Width - 1) / simd.Width
	// Panels go along the rows: element k of a panel holds column k of twelve rows.
	packed := make([]float64, panels*simd.Width*d)
	if err := parallel.Chunks(ctx, panels, 8, func(_, lo, hi int) error {
		row := make([]float64, d)
		for i := lo * simd.Width; i < min(n, hi*simd.Width); i++ {
			a.ReadRow(i, row)
			panel := packed[i/simd.Width*simd.Width*d+i%simd.Width:]
			for k, v := range row {
				panel[k*simd.Width] = v
			}
		}
		return nil
	}); err != nil {
		return err
	}
	const rows = 4 // panels a block, so that it stays in the cache while the others pass
	stride := panels * simd.Width
	pool := sync.Pool{New: func() any { return new([]float64) }}
	return parallel.Chunks(ctx, panels, rows, func(_, lo, hi int) error {
		buffer := pool.Get().(*[]float64)
		defer pool.Put(buffer)
		if *buffer == nil {
			*buffer = make([]float64, rows*simd.Width*stride)
		}
		products := *buffer
		clear(products)
		for k := 0; k < d; k += gramBlock {
			depth := min(gramBlock, d-k)
			for j := range panels {
				for i := lo; i < hi; i++ {
					simd.Tile(depth, packed[(i*d+k)*simd.Width:], packed[(j*d+k)*simd.Width:], products[(i-lo)*simd.Width*stride+j*simd.Width:], stride)
				}
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return use(lo*simd.Width, min(n, hi*simd.Width), products, stride)
	})
}
