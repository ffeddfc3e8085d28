package frame

// This file computes expressions, an operator at a time for all rows.

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"strings"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
)

// A truth value is no, yes or, if a null takes part, unknown.
const (
	no uint8 = iota
	yes
	unknown
)

// What a comparison accepts.
const (
	less uint8 = 1 << iota
	equal
	greater
)

// A vec is the value of an expression for all rows, or one value for all (lit).
// Columns' memory is used as it is, so a vec is only read.
type vec struct {
	kind   Kind
	lit    bool
	strs   []string  // String, if lit
	col    Column    // String, else
	floats []float64 // Float64; NaN is null
	ints   []int64   // Int64, Timestamp
	null   []bool    // Int64, Timestamp; nil if there are none
	truth  []uint8   // Bool
}

func (f *Frame) eval(e Expr) (vec, error) {
	if e.node == nil {
		return vec{}, fmt.Errorf("frame: the expression is empty; begin it with frame.Col")
	}
	return e.node.eval(f)
}

// mask computes an expression that is true or false.
func (f *Frame) mask(e Expr) ([]uint8, error) {
	v, err := f.eval(e)
	if err != nil {
		return nil, err
	}
	if v.kind != Bool {
		return nil, fmt.Errorf("frame: %v is %v; a condition is true or false", e, v.kind)
	}
	return v.spread(f.rows).truth, nil
}

// spread repeats a literal for each of n rows.
func (v vec) spread(n int) vec {
	if !v.lit {
		return v
	}
	v.lit = false
	switch v.kind {
	case String:
		v.col = newColumn("", &Buffers{Kind: String, Len: n, Offsets: make([]int64, n+1)})
		if n > 0 {
			b := &Buffers{Kind: String, Len: 1, Offsets: []int64{0, int64(len(v.strs[0]))}, Bytes: []byte(v.strs[0])}
			v.col = Column{data: b, sel: make([]int32, n)}
		}
	case Float64:
		v.floats = repeat(v.floats[0], n)
	case Bool:
		v.truth = repeat(v.truth[0], n)
	default:
		v.ints = repeat(v.ints[0], n)
	}
	return v
}

func repeat[T any](x T, n int) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = x
	}
	return out
}

// column makes a column of n rows.
func (v vec) column(name string, n int) Column {
	v = v.spread(n)
	switch v.kind {
	case String:
		return v.col.As(name)
	case Float64:
		return newColumn(name, &Buffers{Kind: Float64, Len: n, Floats: v.floats})
	case Bool:
		b := newBuilder(Bool, n)
		for _, t := range v.truth {
			if t == unknown {
				b.null()
			} else {
				b.bool(t == yes)
			}
		}
		return b.column(name)
	}
	b := &Buffers{Kind: v.kind, Len: n, Ints: v.ints}
	for i, null := range v.null {
		if null {
			b.setNull(i)
		}
	}
	return newColumn(name, b)
}

// asFloats returns a vec of numbers as floats.
func (v vec) asFloats() []float64 {
	if v.kind == Float64 {
		return v.floats
	}
	out := make([]float64, len(v.ints))
	for i, x := range v.ints {
		out[i] = float64(x)
		if v.null != nil && v.null[i] {
			out[i] = math.NaN()
		}
	}
	return out
}

type colNode string

func (n colNode) shape() string { return string(n) }

func (n colNode) eval(f *Frame) (vec, error) {
	c, err := f.Column(string(n))
	if err != nil {
		return vec{}, err
	}
	v := vec{kind: c.Kind()}
	rows := c.Len()
	switch v.kind {
	case String:
		v.col = c
		return v, nil
	case Float64:
		v.floats = c.floats()
		return v, nil
	case Bool:
		v.truth = make([]uint8, rows)
		for k := range v.truth {
			switch i := c.at(k); {
			case c.data.null(i):
				v.truth[k] = unknown
			case c.data.bool(i):
				v.truth[k] = yes
			}
		}
		return v, nil
	}
	v.ints = c.data.Ints
	if c.sel != nil {
		v.ints = make([]int64, rows)
		for k, i := range c.sel {
			v.ints[k] = c.data.Ints[i]
		}
	}
	if c.hasNulls() {
		v.null = make([]bool, rows)
		for k := range v.null {
			v.null[k] = c.IsNull(k)
		}
	}
	return v, nil
}

type literal struct {
	value any
	vec   vec
}

func (n literal) shape() string {
	if n.vec.kind == String {
		return fmt.Sprintf("%q", n.value)
	}
	return fmt.Sprint(n.value)
}

func (n literal) eval(*Frame) (vec, error) { return n.vec, nil }

// A badNode is an operand that cannot be one.
type badNode struct{ err error }

func (n badNode) shape() string            { return "?" }
func (n badNode) eval(*Frame) (vec, error) { return vec{}, n.err }

type compareNode struct {
	sign   string
	accept uint8
	a, b   Expr
}

func (n compareNode) shape() string { return fmt.Sprintf("(%v %s %v)", n.a, n.sign, n.b) }

func (n compareNode) eval(f *Frame) (vec, error) {
	a, err := f.eval(n.a)
	if err != nil {
		return vec{}, err
	}
	b, err := f.eval(n.b)
	if err != nil {
		return vec{}, err
	}
	return compareVecs(n, a, b, f.rows)
}

func compareVecs(n compareNode, a, b vec, rows int) (vec, error) {
	for _, p := range [][2]*vec{{&a, &b}, {&b, &a}} {
		if p[0].kind == Timestamp && p[1].kind == String && p[1].lit {
			us, err := parseTime(p[1].strs[0])
			if err != nil {
				return vec{}, fmt.Errorf("frame: %s: %w", n.shape(), err)
			}
			*p[1] = vec{kind: Timestamp, lit: true, ints: []int64{us}}
		}
	}
	accept := n.accept
	if a.lit && !b.lit {
		// The literal stands second.
		a, b = b, a
		accept = accept&equal | accept&less<<2 | accept&greater>>2
	}
	if a.lit {
		rows = 1
	} else if b.lit {
		b = b.like(a.kind)
	}
	out := vec{kind: Bool, lit: a.lit, truth: make([]uint8, rows)}
	var table [3]uint8 // by -1, 0, 1 and one more
	for i := range table {
		if accept>>i&1 != 0 {
			table[i] = yes
		}
	}
	switch {
	case a.kind == String && b.kind == String:
		compareStrings(out.truth, table, accept, a, b)
	case a.kind == b.kind && (a.kind == Int64 || a.kind == Timestamp):
		compareOrdered(out.truth, table, a.ints, b.ints, b.lit && !a.lit)
		unknownWhere(out.truth, a.null)
		unknownWhere(out.truth, b.null)
	case a.kind == Bool && b.kind == Bool:
		compareOrdered(out.truth, table, a.truth, b.truth, b.lit && !a.lit)
		for i := range out.truth {
			if a.truth[i] == unknown || b.truth[i%len(b.truth)] == unknown {
				out.truth[i] = unknown
			}
		}
	case (a.kind == Int64 || a.kind == Float64) && (b.kind == Int64 || b.kind == Float64):
		compareNumbers(out.truth, table, a, b)
	default:
		return vec{}, fmt.Errorf("frame: %s: %v and %v cannot be compared", n.shape(), a.kind, b.kind)
	}
	return out, nil
}

// compareOrdered is written without branches: which of two numbers is greater is hard
// to predict.
func compareOrdered[T cmp.Ordered](out []uint8, table [3]uint8, a, b []T, lit bool) {
	accept := [4]uint8{table[0], table[1], table[2]}
	if lit {
		y := b[0]
		for i, x := range a {
			var below, above uint8
			if x < y {
				below = 1
			}
			if x > y {
				above = 1
			}
			out[i] = accept[(1+above-below)&3]
		}
		return
	}
	b = b[:len(a)]
	for i, x := range a {
		var below, above uint8
		if x < b[i] {
			below = 1
		}
		if x > b[i] {
			above = 1
		}
		out[i] = accept[(1+above-below)&3]
	}
}

// like returns a literal number as of the kind of what it is compared with, if its
// value is the same in both.
func (v vec) like(kind Kind) vec {
	switch {
	case kind == Float64 && v.kind == Int64 && v.ints[0] >= -1<<53 && v.ints[0] <= 1<<53:
		return vec{kind: Float64, lit: true, floats: v.asFloats()}
	case kind == Int64 && v.kind == Float64 && v.floats[0] == math.Trunc(v.floats[0]) && math.Abs(v.floats[0]) < 1<<63:
		return vec{kind: Int64, lit: true, ints: []int64{int64(v.floats[0])}}
	}
	return v
}

func unknownWhere(out []uint8, null []bool) {
	for i, is := range null {
		if is {
			out[i] = unknown
		}
	}
}

// compareNumbers compares numbers of which one is a float at least.
func compareNumbers(out []uint8, table [3]uint8, a, b vec) {
	if a.kind == Float64 && b.kind == Float64 {
		compareOrdered(out, table, a.floats, b.floats, b.lit && !a.lit)
	} else {
		for i := range out {
			j := i
			if b.lit {
				j = 0
			}
			var c int
			if a.kind == Int64 {
				c = compareMixed(a.ints[i], b.floats[j])
			} else {
				c = -compareMixed(b.ints[j], a.floats[i])
			}
			out[i] = table[c+1]
		}
	}
	for _, v := range []vec{a, b} {
		if !v.lit || a.lit {
			unknownWhere(out, v.null)
			for i, x := range v.floats {
				if x != x {
					out[i] = unknown
				}
			}
		}
	}
}

// compareMixed compares an integer and a float by their exact values.
func compareMixed(x int64, y float64) int {
	switch {
	case y >= 1<<63:
		return -1
	case y < -1<<63:
		return 1
	}
	whole := math.Floor(y)
	if c := cmp.Compare(x, int64(whole)); c != 0 || whole == y {
		return c
	}
	return -1 // y is a little more
}

func compareStrings(out []uint8, table [3]uint8, accept uint8, a, b vec) {
	switch {
	case a.lit:
		out[0] = table[strings.Compare(a.strs[0], b.strs[0])+1]
		return
	case b.lit && (accept == equal || accept == less|greater):
		_ = parallel.Chunks(context.Background(), len(out), 1<<13, func(_, lo, hi int) error {
			findText(out[lo:hi], a.col, lo, b.strs[0], [2]uint8{table[0], table[1]})
			return nil
		})
	case b.lit:
		for k := range out {
			out[k] = table[strings.Compare(a.col.data.text(a.col.at(k)), b.strs[0])+1]
		}
	default:
		for k := range out {
			out[k] = table[strings.Compare(a.col.data.text(a.col.at(k)), b.col.data.text(b.col.at(k)))+1]
		}
	}
	for _, v := range []vec{a, b} {
		if !v.lit && v.col.hasNulls() {
			for k := range out {
				if v.col.IsNull(k) {
					out[k] = unknown
				}
			}
		}
	}
}

// findText writes to out, for the values of c from the given one, found[1] if the value
// is want, else found[0]. Which it is is hard to predict, so it takes no branch.
func findText(out []uint8, c Column, from int, want string, found [2]uint8) {
	// The first 16 bytes of a value are compared as two numbers.
	var key, mask [2]uint64
	var bytes, ones [16]byte
	for i := range copy(bytes[:], want) {
		ones[i] = 0xff
	}
	for i := range key {
		key[i], mask[i] = binary.LittleEndian.Uint64(bytes[8*i:]), binary.LittleEndian.Uint64(ones[8*i:])
	}
	d := c.data
	for k := range out {
		i := c.at(from + k)
		lo, hi := d.Offsets[i], d.Offsets[i+1]
		if int(lo)+16 > len(d.Bytes) {
			out[k] = found[0]
			if string(d.Bytes[lo:hi]) == want {
				out[k] = found[1]
			}
			continue
		}
		text := d.Bytes[lo : lo+16]
		differs := binary.LittleEndian.Uint64(text)&mask[0] ^ key[0]
		differs |= binary.LittleEndian.Uint64(text[8:])&mask[1] ^ key[1]
		differs |= uint64(hi-lo) ^ uint64(len(want))
		out[k] = found[1^(differs|-differs)>>63]
		if len(want) > 16 && differs == 0 && string(d.Bytes[lo:hi]) != want {
			out[k] = found[0]
		}
	}
}

type logicNode struct {
	op   string
	a, b Expr
}

func (n logicNode) shape() string { return fmt.Sprintf("(%v %s %v)", n.a, n.op, n.b) }

func (n logicNode) eval(f *Frame) (vec, error) {
	a, err := f.mask(n.a)
	if err != nil {
		return vec{}, err
	}
	b, err := f.mask(n.b)
	if err != nil {
		return vec{}, err
	}
	table := [3][3]uint8{{no, no, no}, {no, yes, unknown}, {no, unknown, unknown}}
	if n.op == "or" {
		table = [3][3]uint8{{no, yes, unknown}, {yes, yes, yes}, {unknown, yes, unknown}}
	}
	out := make([]uint8, f.rows)
	for i := range out {
		out[i] = table[a[i]][b[i]]
	}
	return vec{kind: Bool, truth: out}, nil
}

type notNode struct{ a Expr }

func (n notNode) shape() string { return fmt.Sprintf("not %v", n.a) }

func (n notNode) eval(f *Frame) (vec, error) {
	a, err := f.mask(n.a)
	if err != nil {
		return vec{}, err
	}
	table := [3]uint8{yes, no, unknown}
	out := make([]uint8, f.rows)
	for i := range out {
		out[i] = table[a[i]]
	}
	return vec{kind: Bool, truth: out}, nil
}

type nullNode struct{ a Expr }

func (n nullNode) shape() string { return fmt.Sprintf("(%v is null)", n.a) }

func (n nullNode) eval(f *Frame) (vec, error) {
	v, err := f.eval(n.a)
	if err != nil {
		return vec{}, err
	}
	v = v.spread(f.rows)
	out := make([]uint8, f.rows)
	switch v.kind {
	case String:
		if v.col.hasNulls() {
			for k := range out {
				if v.col.IsNull(k) {
					out[k] = yes
				}
			}
		}
	case Float64:
		for i, x := range v.floats {
			if x != x {
				out[i] = yes
			}
		}
	case Bool:
		for i, t := range v.truth {
			if t == unknown {
				out[i] = yes
			}
		}
	default:
		for i, is := range v.null {
			if is {
				out[i] = yes
			}
		}
	}
	return vec{kind: Bool, truth: out}, nil
}

type inNode struct {
	a      Expr
	values []any
}

func (n inNode) shape() string { return fmt.Sprintf("(%v in %d values)", n.a, len(n.values)) }

func (n inNode) eval(f *Frame) (vec, error) {
	a, err := f.eval(n.a)
	if err != nil {
		return vec{}, err
	}
	a = a.spread(f.rows)
	if a.kind == String {
		return n.evalStrings(a, f.rows)
	}
	out := vec{kind: Bool, truth: make([]uint8, f.rows)}
	if len(n.values) == 0 {
		null, err := nullNode{n.a}.eval(f)
		for i, t := range null.truth {
			out.truth[i] = t * unknown
		}
		return out, err
	}
	for _, v := range n.values {
		b, err := f.eval(operand(v))
		if err != nil {
			return vec{}, err
		}
		one, err := compareVecs(compareNode{"==", equal, n.a, operand(v)}, a, b, f.rows)
		if err != nil {
			return vec{}, err
		}
		for i, t := range one.truth {
			out.truth[i] = max(out.truth[i], t) // null only where a is null
		}
	}
	return out, nil
}

func (n inNode) evalStrings(a vec, rows int) (vec, error) {
	set := make(map[string]bool, len(n.values))
	for _, v := range n.values {
		x := reflect.ValueOf(v)
		if !x.IsValid() || x.Kind() != reflect.String {
			return vec{}, fmt.Errorf("frame: %s: string and %T cannot be compared", n.shape(), v)
		}
		set[x.String()] = true
	}
	out := make([]uint8, rows)
	for k := range out {
		switch i := a.col.at(k); {
		case a.col.data.null(i):
			out[k] = unknown
		case set[a.col.data.text(i)]:
			out[k] = yes
		}
	}
	return vec{kind: Bool, truth: out}, nil
}

type textNode struct {
	op string
	a  Expr
	s  string
}

func (n textNode) shape() string { return fmt.Sprintf("(%v %s %q)", n.a, n.op, n.s) }

func (n textNode) eval(f *Frame) (vec, error) {
	a, err := f.eval(n.a)
	if err != nil {
		return vec{}, err
	}
	if a.kind != String {
		return vec{}, fmt.Errorf("frame: %s: %v is no text", n.shape(), a.kind)
	}
	a = a.spread(f.rows)
	test := strings.Contains
	switch n.op {
	case "has prefix":
		test = strings.HasPrefix
	case "has suffix":
		test = strings.HasSuffix
	}
	out := make([]uint8, f.rows)
	for k := range out {
		switch i := a.col.at(k); {
		case a.col.data.null(i):
			out[k] = unknown
		case test(a.col.data.text(i), n.s):
			out[k] = yes
		}
	}
	return vec{kind: Bool, truth: out}, nil
}

type mathNode struct {
	op   byte
	a, b Expr
}

func (n mathNode) shape() string { return fmt.Sprintf("(%v %c %v)", n.a, n.op, n.b) }

func (n mathNode) eval(f *Frame) (vec, error) {
	a, err := f.eval(n.a)
	if err != nil {
		return vec{}, err
	}
	b, err := f.eval(n.b)
	if err != nil {
		return vec{}, err
	}
	for _, v := range []vec{a, b} {
		if v.kind != Int64 && v.kind != Float64 {
			return vec{}, fmt.Errorf("frame: %s: %v is no number", n.shape(), v.kind)
		}
	}
	a, b = a.spread(f.rows), b.spread(f.rows)
	if a.kind == Int64 && b.kind == Int64 && n.op != '/' {
		return n.integers(a, b, f.rows)
	}
	x, y := a.asFloats(), b.asFloats()
	out := make([]float64, f.rows)
	switch n.op {
	case '+':
		for i := range out {
			out[i] = x[i] + y[i]
		}
	case '-':
		for i := range out {
			out[i] = x[i] - y[i]
		}
	case '*':
		for i := range out {
			out[i] = x[i] * y[i]
		}
	default:
		for i := range out {
			out[i] = x[i] / y[i]
		}
	}
	return vec{kind: Float64, floats: out}, nil
}

func (n mathNode) integers(a, b vec, rows int) (vec, error) {
	out := vec{kind: Int64, ints: make([]int64, rows)}
	if a.null != nil || b.null != nil {
		out.null = make([]bool, rows)
	}
	for i := range out.ints {
		if a.null != nil && a.null[i] || b.null != nil && b.null[i] {
			out.null[i] = true
			continue
		}
		x, y := a.ints[i], b.ints[i]
		var z int64
		var fits bool
		switch n.op {
		case '+':
			z = x + y
			fits = (z > x) == (y > 0)
		case '-':
			z = x - y
			fits = (z < x) == (y > 0)
		default:
			z = x * y
			fits = x == 0 || z/x == y && !(x == -1 && y == math.MinInt64)
		}
		if !fits {
			return vec{}, fmt.Errorf("frame: %s: row %d: %d %c %d is more than an int64 can hold", n.shape(), i, x, n.op, y)
		}
		out.ints[i] = z
	}
	return out, nil
}
