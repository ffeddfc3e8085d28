package feature

// This file pushes the places of t-SNE by neighbours and by summaries of what is far:
// Barnes–Hut.

import (
	"context"
	"math"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
)

// A treeField sorts places along a curve that fills the plane, so that each square of
// a quadtree is an interval of them. Places in the same small square share one walk of
// the tree, which lists what pushes them; the list is then applied to each, eight
// entries at a time.
type treeField struct {
	n       int
	start   []int
	near    []int32
	p       []float32
	entropy float64
	angle   float64

	places []float32 // x and y of each row
	norm   float64

	keys, spare []uint64 // position on the curve, and row
	sx, sy      []float32
	nodes       []treeNode
	groups      []int32 // nodes whose places share a walk
}

// A treeNode is a square with the places [lo, hi) of the curve. Its first child
// follows it, and next is the node after all in it.
type treeNode struct {
	x, y   float32 // centre of mass
	width  float32
	lo, hi int32
	next   int32
	leaf   bool
}

const (
	treeBits  = 16  // of each coordinate
	treeLeaf  = 16  // places in a leaf: these are listed one by one
	treeGroup = 128 // places that share a walk
)

func newTreeField(ctx context.Context, m *numbers, s settings) (*treeField, error) {
	n := m.rows
	f := &treeField{n: n, angle: s.angle, places: make([]float32, 2*n),
		keys: make([]uint64, n), spare: make([]uint64, n), sx: make([]float32, n), sy: make([]float32, n)}
	var err error
	if f.start, f.near, f.p, err = nearAffinities(ctx, m, s); err != nil {
		return nil, err
	}
	f.entropy, err = entropyOf(ctx, f.p)
	return f, err
}

func (f *treeField) gradient(ctx context.Context, y, g []float64, exaggeration float64) error {
	n := f.n
	for i, v := range y {
		f.places[i] = float32(v)
	}
	f.build()
	norms := make([]float64, len(f.groups))
	if err := parallel.Chunks(ctx, len(f.groups), 8, func(_, lo, hi int) error {
		var l list
		for c := lo; c < hi; c++ {
			group := &f.nodes[f.groups[c]]
			f.walk(group, &l)
			for k := group.lo; k < group.hi; k++ {
				force := simd.Repel(f.sx[k], f.sy[k], l.xs, l.ys, l.mass)
				norms[c] += float64(force.Sum) - 1 // it is at its own place
				i := uint32(f.keys[k])
				g[2*i], g[2*i+1] = float64(force.X), float64(force.Y)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	f.norm = 0
	for _, v := range norms {
		f.norm += v
	}
	f.norm = max(f.norm, 0x1p-52)
	return parallel.Chunks(ctx, n, 256, func(_, lo, hi int) error {
		// Along the curve neighbours are near in memory too.
		for k := lo; k < hi; k++ {
			i := int(uint32(f.keys[k]))
			from, to := f.start[i], f.start[i+1]
			px, py := simd.Pull(f.places[2*i], f.places[2*i+1], f.places, f.near[from:to], f.p[from:to])
			g[2*i] = 4 * (exaggeration*float64(px) - g[2*i]/f.norm)
			g[2*i+1] = 4 * (exaggeration*float64(py) - g[2*i+1]/f.norm)
		}
		return nil
	})
}

func (f *treeField) divergence(ctx context.Context) (float64, error) {
	logs, err := sumOf(ctx, f.n, 256, func(lo, hi int) float64 {
		sum := 0.0
		for i := lo; i < hi; i++ {
			x, y := f.places[2*i], f.places[2*i+1]
			for e := f.start[i]; e < f.start[i+1]; e++ {
				j := f.near[e]
				dx, dy := float64(x-f.places[2*j]), float64(y-f.places[2*j+1])
				sum += float64(f.p[e]) * math.Log(1+dx*dx+dy*dy)
			}
		}
		return sum
	})
	return f.entropy + logs + math.Log(f.norm), err
}

// build sorts the places and makes the tree.
func (f *treeField) build() {
	loX, loY := f.places[0], f.places[1]
	hiX, hiY := loX, loY
	for i := range f.n {
		x, y := f.places[2*i], f.places[2*i+1]
		loX, hiX = min(loX, x), max(hiX, x)
		loY, hiY = min(loY, y), max(hiY, y)
	}
	width := max(hiX-loX, hiY-loY)
	if !(width > 1e-30 && width < 1e30) {
		width = 1e-30 // all at one place, or out of bounds, which the descent reports
	}
	scale := (1<<treeBits - 1) / width
	for i := range f.n {
		x, y := f.places[2*i], f.places[2*i+1]
		f.keys[i] = uint64(spreadBits(uint32((x-loX)*scale))|spreadBits(uint32((y-loY)*scale))<<1)<<32 | uint64(i)
	}
	f.sort()
	for k, key := range f.keys {
		i := uint32(key)
		f.sx[k], f.sy[k] = f.places[2*i], f.places[2*i+1]
	}
	f.nodes, f.groups = f.nodes[:0], f.groups[:0]
	f.grow(0, int32(f.n), 2*treeBits, width, false)
}

// spreadBits puts a zero before each of the lower 16 bits.
func spreadBits(v uint32) uint32 {
	v &= 0xffff
	v = (v | v<<8) & 0x00ff00ff
	v = (v | v<<4) & 0x0f0f0f0f
	v = (v | v<<2) & 0x33333333
	return (v | v<<1) & 0x55555555
}

// sort orders the keys by their upper half, which was ascending by row before.
func (f *treeField) sort() {
	const digit = 11
	for shift := 32; shift < 64; shift += digit {
		var at [1 << digit]int32
		for _, k := range f.keys {
			at[k>>shift&(1<<digit-1)]++
		}
		sum := int32(0)
		for d, c := range at {
			at[d] = sum
			sum += c
		}
		for _, k := range f.keys {
			d := k >> shift & (1<<digit - 1)
			f.spare[at[d]] = k
			at[d]++
		}
		f.keys, f.spare = f.spare, f.keys
	}
}

// grow adds the node of the places [lo, hi), which agree in all but the lower bits of
// their position on the curve. It returns their sums of x and y.
func (f *treeField) grow(lo, hi int32, bits int, width float32, grouped bool) (sumX, sumY float64) {
	at := len(f.nodes)
	f.nodes = append(f.nodes, treeNode{width: width, lo: lo, hi: hi})
	if !grouped && (hi-lo <= treeGroup || bits == 0) {
		f.groups = append(f.groups, int32(at))
		grouped = true
	}
	if hi-lo <= treeLeaf || bits == 0 {
		for k := lo; k < hi; k++ {
			sumX += float64(f.sx[k])
			sumY += float64(f.sy[k])
		}
		f.nodes[at].leaf = true
	} else {
		for quarter, from := uint64(0), lo; quarter < 4 && from < hi; quarter++ {
			to := hi
			if quarter < 3 {
				to = f.split(from, hi, bits-2, quarter)
			}
			if to > from {
				x, y := f.grow(from, to, bits-2, width/2, grouped)
				sumX += x
				sumY += y
			}
			from = to
		}
	}
	node := &f.nodes[at]
	node.x, node.y = float32(sumX/float64(hi-lo)), float32(sumY/float64(hi-lo))
	node.next = int32(len(f.nodes))
	return sumX, sumY
}

// split returns the end of the places from lo whose two bits are at most quarter.
func (f *treeField) split(lo, hi int32, bit int, quarter uint64) int32 {
	for lo < hi {
		mid := (lo + hi) / 2
		if f.keys[mid]>>(32+bit)&3 <= quarter {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// A list is what pushes the places of a group.
type list struct{ xs, ys, mass []float32 }

func (l *list) add(x, y, mass float32) {
	l.xs, l.ys, l.mass = append(l.xs, x), append(l.ys, y), append(l.mass, mass)
}

// walk lists the nodes that seem smaller than the angle from wherever in the group,
// and the places of leaves that do not.
func (f *treeField) walk(group *treeNode, l *list) {
	l.xs, l.ys, l.mass = l.xs[:0], l.ys[:0], l.mass[:0]
	x0, x1, y0, y1 := f.sx[group.lo], f.sx[group.lo], f.sy[group.lo], f.sy[group.lo]
	for k := group.lo + 1; k < group.hi; k++ {
		x0, x1 = min(x0, f.sx[k]), max(x1, f.sx[k])
		y0, y1 = min(y0, f.sy[k]), max(y1, f.sy[k])
	}
	limit := float32(f.angle * f.angle)
	for at := int32(0); at < int32(len(f.nodes)); {
		node := &f.nodes[at]
		// From the centre of mass to the nearest point of the group's rectangle.
		dx, dy := max(x0-node.x, node.x-x1, 0), max(y0-node.y, node.y-y1, 0)
		if node.width*node.width < limit*(dx*dx+dy*dy) && !(node.lo <= group.lo && group.lo < node.hi) {
			l.add(node.x, node.y, float32(node.hi-node.lo))
			at = node.next
			continue
		}
		if node.leaf {
			for k := node.lo; k < node.hi; k++ {
				l.add(f.sx[k], f.sy[k], 1)
			}
		}
		at++
	}
}
