package simd

// This file multiplies a sparse row with a dense vector.

// A Column is how the columns of a sparse row are numbered.
type Column interface{ uint16 | int32 }

// SparseDot returns Σ value[k]·w[col[k]]. It panics if value is shorter than col, or if
// w has no such element.
func SparseDot[T Column](col []T, value, w []float64) (sum float64) {
	value = value[:len(col)]
	if k := len(col) &^ 7; fast && k > 0 {
		switch col := any(col).(type) {
		case []int32:
			if below32(col[:k], uint32(min(len(w), 1<<31-1))) {
				sum = sparseDot32(col[:k], value, w)
			} else {
				k = 0 // the loop in Go panics and tells the column
			}
		case []uint16:
			if len(w) > 1<<16-1 || below16(col[:k], uint32(len(w))) {
				sum = sparseDot16(col[:k], value, w)
			} else {
				k = 0
			}
		}
		col, value = col[k:], value[k:]
	}
	return sum + sparseDot(col, value, w)
}

func sparseDot[T Column](col []T, value, w []float64) float64 {
	// Four sums, so that an addition need not wait for the one before.
	var a, b, c, e float64
	for len(col) >= 4 && len(value) >= 4 {
		a += value[0] * w[col[0]]
		b += value[1] * w[col[1]]
		c += value[2] * w[col[2]]
		e += value[3] * w[col[3]]
		col, value = col[4:], value[4:]
	}
	for k, j := range col {
		a += value[k] * w[j]
	}
	return (a + b) + (c + e)
}
