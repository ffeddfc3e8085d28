package simd

// This file says in Go what the inner loops compute.

func dot(x, y []float64) float64 {
	var s0, s1, s2, s3 float64
	y = y[:len(x)]
	i := 0
	for ; i+4 <= len(x); i += 4 {
		s0 += x[i] * y[i]
		s1 += x[i+1] * y[i+1]
		s2 += x[i+2] * y[i+2]
		s3 += x[i+3] * y[i+3]
	}
	for ; i < len(x); i++ {
		s0 += x[i] * y[i]
	}
	return s0 + s1 + (s2 + s3)
}

func axpy(a float64, x, y []float64) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += a * v
	}
}

func axpy2(a float64, x []float64, b float64, y, z []float64) {
	y, z = y[:len(x)], z[:len(x)]
	for i, v := range x {
		z[i] += a*v + b*y[i]
	}
}

func tile(rows int, a, b []float64, c []float64, stride int) {
	// Sixteen sums are what the registers hold.
	for i := 0; i < Width; i += 4 {
		for j := 0; j < Width; j += 4 {
			var s [16]float64
			for k := range rows {
				u, v := a[k*Width+i:][:4], b[k*Width+j:][:4]
				for p, x := range u {
					s[4*p] += x * v[0]
					s[4*p+1] += x * v[1]
					s[4*p+2] += x * v[2]
					s[4*p+3] += x * v[3]
				}
			}
			for p := range 4 {
				row := c[(i+p)*stride+j:][:4]
				for q := range row {
					row[q] += s[4*p+q]
				}
			}
		}
	}
}

func repel(x, y float32, xs, ys, m []float32, f *Force) {
	ys, m = ys[:len(xs)], m[:len(xs)]
	var sum, fx, fy float32
	for j, xj := range xs {
		dx, dy := x-xj, y-ys[j]
		q := 1 / (1 + dx*dx + dy*dy)
		w := m[j] * q
		sum += w
		w *= q
		fx += w * dx
		fy += w * dy
	}
	f.Sum += sum
	f.X += fx
	f.Y += fy
}

func both(x, y float32, xs, ys, p []float32, f *Force) {
	ys, p = ys[:len(xs)], p[:len(xs)]
	var sum, fx, fy, ax, ay float32
	for j, xj := range xs {
		dx, dy := x-xj, y-ys[j]
		q := 1 / (1 + dx*dx + dy*dy)
		sum += q
		w := p[j] * q
		ax += w * dx
		ay += w * dy
		w = q * q
		fx += w * dx
		fy += w * dy
	}
	f.Sum += sum
	f.X += fx
	f.Y += fy
	f.AX += ax
	f.AY += ay
}

func pull(x, y float32, places []float32, near []int32, p []float32) (fx, fy float32) {
	p = p[:len(near)]
	for e, j := range near {
		at := places[2*j:][:2]
		dx, dy := x-at[0], y-at[1]
		w := p[e] / (1 + dx*dx + dy*dy)
		fx += w * dx
		fy += w * dy
	}
	return fx, fy
}
