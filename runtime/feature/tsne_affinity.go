package feature

// This file finds how near rows are to each other: the p of t-SNE.

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/netherfield/netherfield/runtime/internal/linalg"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
)

// rowDistances calls use with the squared distances of row i to all rows, for every i,
// from several goroutines at once; distances are its own until it returns.
func rowDistances(ctx context.Context, m *numbers, use func(i int, distances []float64)) error {
	n := m.rows
	squares := make([]float64, n)
	for i := range n {
		values := m.values(i)
		for _, v := range values {
			squares[i] += v * v
		}
	}
	finish := func(i int, products []float64) {
		for j, p := range products {
			products[j] = max(0, squares[i]+squares[j]-2*p)
		}
		products[i] = 0
		use(i, products)
	}
	if m.csr == nil || Density(m.csr) > sparseGram {
		return linalg.Products(ctx, m, func(lo, hi int, products []float64, stride int) error {
			for i := lo; i < hi; i++ {
				finish(i, products[(i-lo)*stride:][:n])
			}
			return ctx.Err()
		})
	}
	return parallel.Chunks(ctx, n, 16, func(_, lo, hi int) error {
		full, products := make([]float64, m.cols), make([]float64, n)
		for i := lo; i < hi; i++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			cols, values := m.csr.Row(i)
			for k, j := range cols {
				full[j] = values[k]
			}
			for l := range n {
				sum := 0.0
				others, terms := m.csr.Row(l)
				for k, j := range others {
					sum += terms[k] * full[j]
				}
				products[l] = sum
			}
			for _, j := range cols {
				full[j] = 0
			}
			finish(i, products)
		}
		return nil
	})
}

// values returns the entries of row i.
func (x *numbers) values(i int) []float64 {
	if x.csr == nil {
		return x.row(i)
	}
	_, values := x.csr.Row(i)
	return values
}

// perplex makes of squared distances probabilities exp(-β·d) of the perplexity that
// is wanted, as near as distances allow, and returns them in p. Both have the same
// length.
func perplex(distances, p []float64, perplexity float64) {
	want := math.Log(perplexity)
	nearest := math.Inf(1)
	mean := 0.0
	for _, d := range distances {
		nearest = min(nearest, d)
		mean += d
	}
	mean = mean/float64(len(distances)) - nearest
	if !(mean > 0) {
		for j := range p {
			p[j] = 1 / float64(len(p))
		}
		return
	}
	// Newton's method on log β within the interval known to hold it: the entropy
	// falls by β²·variance of the distances for each unit of log β.
	beta, lo, hi := 1/mean, 0.0, math.Inf(1)
	for range 100 {
		sum, first, second := 0.0, 0.0, 0.0
		for j, d := range distances {
			d -= nearest
			e := math.Exp(-beta * d)
			p[j] = e
			sum += e
			e *= d
			first += e
			second += e * d
		}
		first /= sum
		second = second/sum - first*first
		off := math.Log(sum) + beta*first - want
		for j := range p {
			p[j] /= sum
		}
		if math.Abs(off) <= 1e-5 {
			return
		}
		if off > 0 {
			lo = beta
		} else {
			hi = beta
		}
		next := beta * math.Exp(max(-3, min(3, off/(beta*beta*second))))
		if !(next > lo && next < hi) {
			if math.IsInf(hi, 1) {
				next = beta * 2
			} else {
				next = (lo + hi) / 2
			}
		}
		if next == beta || math.IsInf(next, 1) {
			return
		}
		beta = next
	}
}

// allAffinities returns p of all pairs, n × n, which add up to 1.
func allAffinities(ctx context.Context, m *numbers, s settings) ([]float32, error) {
	n := m.rows
	p := make([]float32, n*n)
	buffers := newBuffers(2 * n)
	if err := rowDistances(ctx, m, func(i int, distances []float64) {
		buffer := buffers.get()
		defer buffers.put(buffer)
		others, probabilities := (*buffer)[:n-1], (*buffer)[n:2*n-1]
		copy(others, distances[:i])
		copy(others[i:], distances[i+1:])
		perplex(others, probabilities, s.perplexity)
		row := p[i*n : (i+1)*n]
		for j, v := range probabilities {
			if j >= i {
				j++
			}
			row[j] = float32(v)
		}
	}); err != nil {
		return nil, err
	}
	// Blocks of pairs, so that both triangles are read along rows.
	const tile = 64
	scale := float32(1 / (2 * float64(n)))
	tiles := parallel.Count(n, tile)
	return p, parallel.Each(ctx, tiles, func(a int) error {
		for b := a; b < tiles; b++ {
			for i := a * tile; i < min(n, (a+1)*tile); i++ {
				for j := max(i+1, b*tile); j < min(n, (b+1)*tile); j++ {
					v := (p[i*n+j] + p[j*n+i]) * scale
					p[i*n+j], p[j*n+i] = v, v
				}
			}
		}
		return nil
	})
}

// nearAffinities returns p of rows and their nearest neighbours, which add up to 1.
// Entry k of row i, start[i] ≤ k < start[i+1], is that of row near[k].
func nearAffinities(ctx context.Context, m *numbers, s settings) (start []int, near []int32, p []float32, err error) {
	n := m.rows
	count := min(n-1, int(3*s.perplexity+1))
	indices, weights := make([]int32, n*count), make([]float32, n*count)
	buffers := newBuffers(2 * count)
	if err := rowDistances(ctx, m, func(i int, distances []float64) {
		buffer := buffers.get()
		defer buffers.put(buffer)
		chosen := indices[i*count : (i+1)*count]
		nearest(distances, i, chosen)
		slices.Sort(chosen)
		d, q := (*buffer)[:count], (*buffer)[count:]
		for k, j := range chosen {
			d[k] = distances[j]
		}
		perplex(d, q, s.perplexity)
		for k, v := range q {
			weights[i*count+k] = float32(v)
		}
	}); err != nil {
		return nil, nil, nil, err
	}
	// The sum with the transposed: what only one of a pair has counts half.
	starts := make([]int, n+1)
	for i := range starts {
		starts[i] = i * count
	}
	half := &CSR{Rows: n, Cols: n, Start: starts, Col: indices, Value: make([]float64, len(weights))}
	for k, w := range weights {
		half.Value[k] = float64(w)
	}
	other := transposeCSR(half)
	start = make([]int, n+1)
	near, p = make([]int32, 0, 2*len(indices)), make([]float32, 0, 2*len(indices))
	scale := 1 / (2 * float64(n))
	for i := range n {
		a, u := half.Row(i)
		b, v := other.Row(i)
		for len(a) > 0 || len(b) > 0 {
			switch {
			case len(b) == 0 || len(a) > 0 && a[0] < b[0]:
				near, p = append(near, a[0]), append(p, float32(u[0]*scale))
				a, u = a[1:], u[1:]
			case len(a) == 0 || b[0] < a[0]:
				near, p = append(near, b[0]), append(p, float32(v[0]*scale))
				b, v = b[1:], v[1:]
			default:
				near, p = append(near, a[0]), append(p, float32((u[0]+v[0])*scale))
				a, u, b, v = a[1:], u[1:], b[1:], v[1:]
			}
		}
		start[i+1] = len(near)
	}
	return start, near, p, nil
}

// nearest puts the positions of the smallest distances into chosen, but not self, in no
// order. Of equal distances the first come.
func nearest(distances []float64, self int, chosen []int32) {
	// A heap with the farthest on top.
	farther := func(a, b int32) bool {
		return cmp.Or(cmp.Compare(distances[a], distances[b]), cmp.Compare(a, b)) > 0
	}
	sink := func(i int) {
		for {
			c := 2*i + 1
			if c >= len(chosen) {
				return
			}
			if c+1 < len(chosen) && farther(chosen[c+1], chosen[c]) {
				c++
			}
			if !farther(chosen[c], chosen[i]) {
				return
			}
			chosen[i], chosen[c] = chosen[c], chosen[i]
			i = c
		}
	}
	filled := 0
	top := math.Inf(1)
	for j, d := range distances {
		if j == self {
			continue
		}
		if filled < len(chosen) {
			chosen[filled] = int32(j)
			filled++
			if filled == len(chosen) {
				for i := len(chosen)/2 - 1; i >= 0; i-- {
					sink(i)
				}
				top = distances[chosen[0]]
			}
			continue
		}
		if d < top {
			chosen[0] = int32(j)
			sink(0)
			top = distances[chosen[0]]
		}
	}
}
