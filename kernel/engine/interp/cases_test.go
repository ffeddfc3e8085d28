//lint:file-ignore SA4012,SA4026,SA4000,SA2001,SA5000,SA4023,S1000,SA4006,SA4001,SA1019,SA1000,SA4017 the odd cases are what is tested

package interp_test

// This file holds programs that run twice: as compiled code of this test and,
// from this very text, as cells. Both must print the same. A case is a
// function whose name begins with "case"; the other functions are declared in
// the cells as well.

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"text/template"
	"time"
)

// try reports what f panics with.
func try(f func()) {
	defer func() {
		if r := recover(); r != nil {
			if e, ok := r.(runtime.Error); ok {
				fmt.Println("runtime error:", e.Error())
				return
			}
			fmt.Println("panic:", r)
		}
	}()
	f()
}

func caseIntegerArithmetic() {
	var a8 int8 = 127
	var u8 uint8 = 250
	var a16 int16 = -32768
	var u32 uint32 = 4000000000
	var i64 int64 = math.MinInt64
	a8++
	u8 += 10
	a16--
	u32 *= 3
	fmt.Println(a8, u8, a16, u32, -i64, i64/-1, i64%-1)
	x, y := 17, 5
	fmt.Println(x+y, x-y, x*y, x/y, x%y, -x/y, -x%y, x&y, x|y, x^y, x&^y, ^x, -x)
	z := uint(17)
	fmt.Println(z/5, z%5, ^z, -z)
	var s uint = 70
	fmt.Println(x<<s, -x>>s, x<<3, -x>>1, z>>s, int8(-128)>>7, u8<<1)
	x <<= 4
	y >>= 1
	x |= 3
	x &^= 1
	x ^= 255
	x %= 100
	fmt.Println(x, y)
	for _, n := range []int{-1, 64, 63, 0} {
		try(func() { fmt.Println(1<<n, uint8(1)<<n, -5>>n) })
	}
	zero := 0
	try(func() { fmt.Println(x / zero) })
	try(func() { fmt.Println(x % zero) })
	try(func() { x /= zero })
	var up uintptr = 12
	fmt.Println(up*3, up<<2)
}

func caseFloatsAndComplex() {
	var f32 float32 = 16777216
	fmt.Println(f32+1, f32*1.1, float32(0.1)+float32(0.2), 0.1+0.2)
	x := 0.1
	y := 0.2
	fmt.Println(x+y, x*y, x/y, x-y, -x)
	zero := 0.0
	fmt.Println(1/zero, -1/zero, zero/zero, math.IsNaN(zero/zero))
	nan := math.NaN()
	fmt.Println(nan == nan, nan != nan, nan < 1, nan > 1, nan <= nan)
	c := complex(1, 2)
	d := complex(3, -1)
	fmt.Println(c+d, c-d, c*d, c/d, -c, c == d, c != d, real(c), imag(d))
	var c64 complex64 = complex(float32(1.5), 2)
	fmt.Println(c64*c64, real(c64), imag(c64))
	c *= d
	c += 1
	fmt.Println(c, complex64(c), complex128(c64))
	fmt.Println(min(3, 1, 2), max(x, y, 0.15), min(nan, 1), max("a", "c", "b"), min(-0.0, 0.0))
	big := 1e300
	fmt.Println(big*big, -big*big, float32(big))
}

func caseConversions() {
	f := 3.99
	fmt.Println(int(f), int(-f), uint8(f), int64(f))
	i := 300
	fmt.Println(uint8(i), int8(i), float32(i), float64(i), uint16(i))
	n := -1
	fmt.Println(uint32(n), uint64(n), uint8(n))
	big := 1 << 62
	fmt.Println(float32(big), float64(big+1))
	r := 'é'
	fmt.Println(string(r), string(rune(65)), string(rune(-1)), string(rune(0x110000)))
	b := byte(65)
	fmt.Println(string(rune(b)))
	s := "héllo, 世界"
	fmt.Println([]byte(s), []rune(s), string([]byte(s)[:2]), string([]rune(s)[1:3]))
	sl := []int{1, 2, 3, 4}
	a := [3]int(sl)
	p := (*[2]int)(sl)
	p[0] = 100
	fmt.Println(a, *p, sl)
	try(func() { _ = [5]int(sl) })
	try(func() { _ = (*[5]int)(sl) })
	var none []int
	fmt.Println([0]int(none), (*[0]int)(none) == nil)
	d := time.Duration(1500) * time.Millisecond
	fmt.Println(d, int64(d), float64(d), time.Duration(f))
	var u64 uint64 = math.MaxUint64
	fmt.Println(float64(u64), int64(u64), float32(u64))
	m := time.Month(3)
	fmt.Println(m, int(m), []time.Month{1, 2})
	h := sort.IntSlice([]int{3, 1, 2})
	sort.Sort(h)
	fmt.Println(h, []int(h))
}

func caseStrings() {
	s := "hello"
	t := " world"
	u := s + t
	u += "!"
	fmt.Println(u, len(u), u[1], u[1:3], u[:2], u[3:], u[:])
	for i, r := range "aé世\xff" {
		fmt.Println(i, r, string(r))
	}
	for i := range "abc" {
		fmt.Print(i, " ")
	}
	fmt.Println(s < t, s == "hello", s != t, s >= "hell", s+t+s+t+s == "x")
	i := 10
	try(func() { fmt.Println(s[i]) })
	try(func() { fmt.Println(s[2:i]) })
	j := 4
	k := 2
	try(func() { fmt.Println(s[j:k]) })
	n := -1
	try(func() { fmt.Println(s[n]) })
	try(func() { fmt.Println(s[n:]) })
	b := []byte("abc")
	copy(b[1:], "XYZ")
	b = append(b, "def"...)
	fmt.Println(string(b), strings.Repeat("ab", 3), strings.Split("a,b,c", ","), strings.Fields(" x  y "))
	fmt.Println(strconv.Itoa(42), strconv.Quote("a\n"))
	if v, err := strconv.Atoi("12x"); err != nil {
		fmt.Println(v, err)
	}
	fmt.Printf("%5d|%-5s|%x|%v|%T\n", 42, "ab", 255, []string{"a"}, map[string]int{})
}

func caseSlices() {
	s := []int{1, 2, 3}
	t := s
	t[0] = 100
	fmt.Println(s, t, len(s), cap(s))
	s = append(s, 4)
	t[1] = 200
	fmt.Println(s, t, len(s), cap(s))
	s = append(s, 5, 6, 7)
	s = append(s, t...)
	fmt.Println(s, len(s), cap(s))
	u := s[2:5]
	u[0] = -1
	fmt.Println(u, len(u), cap(u), s[2:4:4], cap(s[2:4:4]))
	var n []int
	fmt.Println(n == nil, len(n), cap(n), n[:] == nil, append(n, 1))
	e := []int{}
	fmt.Println(e == nil, e[0:0] == nil)
	i := 5
	j := 2
	try(func() { _ = t[i] })
	try(func() { t[i] = 1 })
	try(func() { _ = t[i:] })
	try(func() { _ = t[:i] })
	try(func() { _ = t[j:1] })
	try(func() { _ = t[0:1:i] })
	try(func() { _ = t[0:i:3] })
	try(func() { _ = t[3:j:3] })
	neg := -3
	try(func() { _ = t[neg] })
	try(func() { _ = t[:neg] })
	try(func() { _ = t[0:0:neg] })
	try(func() { _ = make([]int, neg) })
	try(func() { _ = make([]int, 2, 1+neg*-0) })
	try(func() { _ = make([]int, 1, neg+2) })
	var u8 uint8 = 1
	fmt.Println(t[u8], t[uint64(2)])
	m := make([][]string, 2, 5)
	m[1] = append(m[1], "x")
	fmt.Println(m, len(m), cap(m))
	v := make([]int, 3)
	k := copy(v, s)
	fmt.Println(k, v, copy(v, []int{9}), v)
	clear(v)
	fmt.Println(v)
	lit := []int{5: 1, 2, 1: 7}
	fmt.Println(lit, len(lit))
	st := []struct{ X, Y int }{{1, 2}, {Y: 3}}
	st = append(st, struct{ X, Y int }{5, 6})
	st[0].X = 10
	st[1].Y++
	fmt.Println(st, len(st), cap(st))
	pts := []*struct{ X int }{{1}, {2}}
	for _, p := range pts {
		p.X *= 10
	}
	fmt.Println(*pts[0], *pts[1])
	big := make([]float64, 10)
	for i := range big {
		big[i] = float64(i) / 2
	}
	fmt.Println(big)
	w := []int{1, 2, 3, 4, 5}
	for i, x := range w {
		if i == 0 {
			w[1] = 50
			w = append(w, 6)
		}
		fmt.Print(x, " ")
	}
	fmt.Println(w)
	w[0], w[4] = w[4], w[0]
	w[1] += 5
	w[2]++
	fmt.Println(w)
	for i, j := 0, len(w)-1; i < j; i, j = i+1, j-1 {
		w[i], w[j] = w[j], w[i]
	}
	fmt.Println(w)
	q := [][]int{{1}, {2, 3}, {}}
	for _, r := range q {
		r = append(r, 9)
		fmt.Print(r, " ")
	}
	fmt.Println(q)
	copy(w[1:], w)
	fmt.Println(w, slices.Max(w), slices.Contains(w, 3), slices.Index(w, 50))
	w = append(w[:1], w[2:]...)
	fmt.Println(w)
	var nilStructs []struct{ A [3]string }
	nilStructs = append(nilStructs, struct{ A [3]string }{[3]string{"a", "b"}})
	nilStructs = append(nilStructs, nilStructs...)
	fmt.Println(nilStructs, len(nilStructs))
}

func caseArrays() {
	a := [3]int{1, 2, 3}
	b := a
	b[0] = 100
	fmt.Println(a, b, a == b, a == [3]int{1, 2, 3}, len(a))
	p := &a
	p[1] = 20
	(*p)[2] = 30
	fmt.Println(a, len(p), cap(p))
	for i, x := range a {
		a[2] = 1000
		fmt.Print(i, x, " ")
	}
	fmt.Println(a)
	for i, x := range p {
		p[2] = 7
		fmt.Print(i, x, " ")
	}
	for i := range p {
		fmt.Print(i)
	}
	fmt.Println()
	i := 3
	try(func() { fmt.Println(a[i]) })
	try(func() { a[i]++ })
	try(func() { p[i] = 1 })
	s := a[1:]
	s[0] = -5
	fmt.Println(a, s, len(s), cap(s))
	try(func() { _ = a[:i+1] })
	try(func() { _ = p[0 : 1 : i+1] })
	try(func() { _ = p[i:1] })
	var m [2][3]int
	m[1][2] = 5
	n := m
	n[1][2]++
	row := m[1]
	row[0] = 9
	fmt.Println(m, n, row)
	var z *[3]int
	fmt.Println(len(z))
	for i := range z {
		fmt.Print(i)
	}
	fmt.Println()
	try(func() { _ = z[0] })
	try(func() {
		for _, v := range z {
			fmt.Println(v)
		}
	})
	try(func() { _ = z[:] })
	f := func(a [3]int) [3]int { a[0] = -1; return a }
	fmt.Println(f(a), a)
	pa := &[...]string{2: "c", 0: "a"}
	fmt.Println(*pa, len(pa))
	type_ := [2]any{1, "x"}
	fmt.Println(type_ == [2]any{1, "x"})
	un := [1]any{[]int{1}}
	try(func() { fmt.Println(un == un) })
	fmt.Println([2]int{1, 2}[1], func() [2]int { return [2]int{3, 4} }()[0])
	arrs := [][2]int{{1, 2}, {3, 4}}
	for _, x := range arrs {
		x[0] = 99
	}
	arrs[0][1] = 5
	fmt.Println(arrs)
	mm := map[[2]int]string{{1, 2}: "x"}
	fmt.Println(mm[[2]int{1, 2}], mm)
	var big [300]int
	big[299] = 1
	c := big
	c[0] = 2
	fmt.Println(big[0], c[299], c[0])
	var grid [3][3]rune
	for y := range grid {
		for x := range grid[y] {
			grid[y][x] = rune('a' + 3*y + x)
		}
	}
	fmt.Println(grid)
	ptrs := [2]*int{new(int), nil}
	*ptrs[0] = 4
	fmt.Println(*ptrs[0], ptrs[1] == nil)
}

func caseMaps() {
	m := map[string]int{"a": 1, "b": 2}
	m["c"] = 3
	m["a"]++
	m["z"] -= 5
	m["b"] *= 7
	v, ok := m["nope"]
	fmt.Println(m, len(m), v, ok, m["a"])
	delete(m, "a")
	delete(m, "nope")
	fmt.Println(m)
	var n map[string]int
	fmt.Println(n == nil, len(n), n["x"])
	delete(n, "x")
	try(func() { n["x"] = 1 })
	try(func() { n["x"]++ })
	keys := []string{}
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	fmt.Println(keys)
	sum := 0
	for _, v := range m {
		sum += v
	}
	fmt.Println(sum)
	mm := map[int]map[string][]int{}
	if mm[1] == nil {
		mm[1] = map[string][]int{}
	}
	mm[1]["x"] = append(mm[1]["x"], 1, 2)
	fmt.Println(mm)
	any1 := map[any]int{1: 1, "a": 2, 2.5: 3, [2]int{1, 2}: 4}
	fmt.Println(any1[1], any1["a"], any1[2.5], any1[[2]int{1, 2}], any1[int64(1)])
	bad := any([]int{1})
	try(func() { fmt.Println(any1[bad]) })
	try(func() { any1[bad] = 1 })
	try(func() { delete(any1, bad) })
	type_ := map[struct{ X, Y int }]string{{1, 2}: "p"}
	type_[struct{ X, Y int }{3, 4}] = "q"
	fmt.Println(type_[struct{ X, Y int }{1, 2}], len(type_))
	nan := map[float64]int{}
	nan[math.NaN()] = 1
	nan[math.NaN()] = 2
	fmt.Println(len(nan), nan[math.NaN()])
	clear(nan)
	fmt.Println(len(nan))
	sv := map[string]struct{ A, B int }{"k": {1, 2}}
	x := sv["k"]
	x.A = 100
	fmt.Println(sv, x, sv["k"].B, sv["none"].A)
	pm := map[string]*[]int{"a": {1}}
	*pm["a"] = append(*pm["a"], 2)
	fmt.Println(*pm["a"])
	del := map[int]int{}
	for i := range 100 {
		del[i] = i
	}
	count := 0
	for k := range del {
		delete(del, k)
		delete(del, (k+1)%100)
		count++
	}
	fmt.Println(len(del), count <= 100)
	fm := map[string]func(int) int{"sq": func(x int) int { return x * x }}
	fmt.Println(fm["sq"](5))
	try(func() { fm["nope"](1) })
	bm := map[bool]int{true: 1}
	bm[false]--
	fmt.Println(bm)
	rm := map[rune]int{}
	for _, r := range "hello" {
		rm[r]++
	}
	fmt.Println(rm)
	em := map[string]error{"x": io.EOF}
	fmt.Println(em["x"] == io.EOF, em["y"] == nil)
	if e, ok := em["x"]; ok && e != nil {
		fmt.Println(e)
	}
	sm := map[string][]string{}
	sm["a"] = append(sm["a"], "x")
	sm["a"][0] += "y"
	fmt.Println(sm, maps.Collect(maps.All(map[string]int{"q": 1})))
	i, mi := 0, map[int]int{}
	i, mi[i] = 5, 6
	fmt.Println(i, mi)
	mi[i], i = 1, 2
	fmt.Println(i, mi)
	ms := map[string]string{}
	ms["a"] += "x"
	ms["a"] += "y"
	fmt.Println(ms)
	var u8 = map[uint8]int{1: 1}
	u8[255]++
	u8[1] <<= 3
	fmt.Println(u8)
}

func caseStructs() {
	p := struct {
		X, Y int
		N    string
	}{1, 2, "p"}
	q := p
	q.X = 10
	fmt.Println(p, q, p == q, p.X)
	r := &q
	r.Y = 20
	(*r).N = "r"
	r.X++
	r.Y += 5
	fmt.Println(q, *r)
	var z *struct{ A, B int }
	try(func() { fmt.Println(z.B) })
	try(func() { z.A = 1 })
	try(func() { z.A++ })
	try(func() { _ = *z })
	in := struct {
		A struct{ B [2]struct{ C int } }
	}{}
	in.A.B[1].C = 5
	cp := in.A
	cp.B[1].C = 6
	i := 1
	in.A.B[i].C *= 3
	fmt.Println(in, cp)
	px := &in.A.B[1].C
	*px = 77
	fmt.Println(in)
	f := func(s struct{ V []int }) { s.V[0] = 9; s.V = nil }
	s := struct{ V []int }{[]int{1}}
	f(s)
	fmt.Println(s)
	a := any(p)
	p.X = 1000
	fmt.Println(a, a == any(p))
	e := struct{}{}
	fmt.Println(e, e == struct{}{})
	mk := func() struct{ A, B int } { return struct{ A, B int }{3, 4} }
	fmt.Println(mk().B, mk())
	sl := []struct{ A int }{{1}, {2}}
	for _, x := range sl {
		x.A = 5
	}
	for i := range sl {
		sl[i].A *= 2
	}
	fmt.Println(sl)
	ptr := &struct{ Next *struct{ V int } }{}
	try(func() { fmt.Println(ptr.Next.V) })
	ptr.Next = &struct{ V int }{4}
	ptr.Next.V++
	fmt.Println(ptr.Next.V)
	t := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	u := t.Add(24 * time.Hour)
	fmt.Println(t.Year(), u.Month(), u.Sub(t), t.Equal(u), t == t)
	var mu sync.Mutex
	mu.Lock()
	mu.Unlock()
	var wg sync.WaitGroup
	wg.Add(1)
	go func() { defer wg.Done() }()
	wg.Wait()
	swap := struct{ A, B int }{1, 2}
	swap.A, swap.B = swap.B, swap.A
	fmt.Println(swap)
	swap = struct{ A, B int }{swap.B, swap.A}
	fmt.Println(swap)
}

func caseClosures() {
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i *= 10; return i })
	}
	for _, f := range fs {
		fmt.Print(f(), " ", f(), " ")
	}
	fs = nil
	for i := range 3 {
		defer func() { fmt.Println("deferred", i) }()
		fs = append(fs, func() int { return i })
	}
	for _, s := range []string{"a", "b"} {
		fs = append(fs, func() int { return len(s) + int(s[0]) })
	}
	for _, f := range fs {
		fmt.Print(f(), " ")
	}
	x := 1
	inc := func() { x++ }
	inc()
	inc()
	fmt.Println(x)
	var fact func(int) int
	fact = func(n int) int {
		if n <= 1 {
			return 1
		}
		return n * fact(n-1)
	}
	fmt.Println(fact(10))
	counter := func() (func() int, func()) {
		c := 0
		return func() int { c++; return c }, func() { c = 100 }
	}
	get, reset := counter()
	get()
	reset()
	fmt.Println(get())
	compose := func(fs ...func(int) int) func(int) int {
		return func(x int) int {
			for _, f := range fs {
				x = f(x)
			}
			return x
		}
	}
	fmt.Println(compose(func(a int) int { return a + 1 }, func(a int) int { return a * 2 })(5))
	for i := 0; i < 2; i++ {
		p := &i
		defer func() { fmt.Print(*p, " ") }()
	}
	for i := 0; i < 6; i++ {
		f := func() { i++ }
		f()
		fmt.Print(i, " ")
	}
	fmt.Println()
	func(a, b int) { fmt.Println(a + b) }(1, 2)
	y := func() int { return 7 }()
	fmt.Println(y)
	var nilf func()
	try(func() { nilf() })
	fmt.Println(nilf == nil, inc != nil)
	nested := func() func() func() int {
		a := 1
		return func() func() int {
			b := a * 2
			a++
			return func() int { b += a; return b }
		}
	}
	n1 := nested()
	n2, n3 := n1(), n1()
	fmt.Println(n2(), n2(), n3())
	switch z := x; {
	case z > 0:
		defer func() { fmt.Println("z", z) }()
		z = 50
	}
	var arr [3]int
	set := func(i, v int) { arr[i] = v }
	set(1, 5)
	fmt.Println(arr)
	params := func(a int, s []int) func() int { a++; return func() int { a++; s[0] = a; return a } }
	sl := []int{0}
	g := params(1, sl)
	g()
	fmt.Println(g(), sl)
}

func results() (a int, b string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered %v", r)
			a *= 2
		}
	}()
	a = 21
	b = "set"
	panic("oops")
}

func named(n int) (r int) {
	defer func() { r += 100 }()
	if n > 0 {
		return n
	}
	r = -1
	return
}

func unnamed() int {
	defer func() { recover() }()
	panic(1)
}

func order(log *[]string, s string, v int) int {
	*log = append(*log, s)
	return v
}

func deepRecover() (s string) {
	defer func() {
		s += fmt.Sprint(" outer:", recover())
	}()
	defer func() {
		defer func() { s += fmt.Sprint(" inner:", recover()) }()
		panic("second")
	}()
	panic("first")
}

func helperRecover() any { return recover() }

func indirect() (s string) {
	defer func() { s = fmt.Sprint("late ", recover()) }()
	defer func() { fmt.Println("helper:", helperRecover()) }()
	panic("x")
}

func replaced() {
	defer func() { panic("replacement") }()
	panic("original")
}

func repanic() {
	defer func() {
		r := recover()
		fmt.Println("got", r)
		panic(r)
	}()
	panic("again")
}

func caseDeferPanicRecover() {
	fmt.Println(results())
	fmt.Println(named(1), named(0), unnamed())
	fmt.Println(deepRecover())
	fmt.Println(indirect())
	try(replaced)
	try(repanic)
	func() {
		defer fmt.Println("one")
		defer fmt.Println("two")
		for i := range 3 {
			defer fmt.Print(i, " ")
		}
	}()
	fmt.Println(recover())
	func() {
		defer func() { fmt.Println(recover()) }()
		var e error
		panic(e)
	}()
	func() {
		defer func() {
			r := recover()
			_, ok := r.(runtime.Error)
			fmt.Println(r, ok, r.(error).Error())
		}()
		var m map[string]int
		m["a"] = 1
	}()
	x := 1
	func() {
		defer fmt.Println("args now", x)
		x = 2
	}()
	func() {
		defer func() { recover() }()
		defer func() { panic("b") }()
		defer func() { panic("a") }()
	}()
	fmt.Println(func() (n int) {
		defer func() { n++ }()
		defer func() { n *= 3 }()
		return 5
	}())
	func() {
		defer func() {
			fmt.Println("first", recover())
			fmt.Println("second", recover())
		}()
		panic(errors.New("err"))
	}()
	var fn func()
	try(func() {
		defer fn()
		fmt.Println("before nil func")
	})
	try(func() {
		var mu sync.Mutex
		mu.Lock()
		defer mu.Unlock()
		var p *int
		*p = 1
	})
	try(func() { panic(fmt.Sprintf("%d", 42)) })
	try(func() { panic(io.EOF) })
	loop := func() (out []int) {
		for i := range 5 {
			func() {
				defer func() {
					if recover() != nil {
						out = append(out, -i)
					}
				}()
				if i%2 == 1 {
					panic(i)
				}
				out = append(out, i)
			}()
		}
		return
	}
	fmt.Println(loop())
	ch := make(chan string)
	go func() {
		defer close(ch)
		defer func() { ch <- "cleanup" }()
		runtime.Goexit()
	}()
	for s := range ch {
		fmt.Println(s)
	}
	fmt.Println(func() (s string) {
		defer func() { s = fmt.Sprint(recover()) }()
		slices.SortFunc([]int{3, 2, 1}, func(a, b int) int { panic("in callback") })
		return "no"
	}())
	d := func(f func()) (err error) {
		defer func() {
			switch r := recover().(type) {
			case nil:
			case error:
				err = r
			default:
				err = fmt.Errorf("%v", r)
			}
		}()
		f()
		return nil
	}
	fmt.Println(d(func() {}), d(func() { panic(1) }), d(func() { _ = []int{}[len(os.Args)*100] }) != nil)
}

func caseOrderOfEvaluation() {
	var log []string
	f := func(s string, v int) int { return order(&log, s, v) }
	a := []int{0, 0, 0}
	a[f("index", 1)] = f("value", 5)
	fmt.Println(log, a)
	log = nil
	m := map[int]int{}
	m[f("key", 1)] = f("val", 2)
	m[f("k2", 1)] += f("v2", 3)
	fmt.Println(log, m)
	log = nil
	_ = f("a", 1) + f("b", 2)*f("c", 3)
	fmt.Println(log)
	log = nil
	_ = f("x", 0) == 1 && f("y", 1) == 1 || f("z", 1) == 1
	fmt.Println(log)
	log = nil
	g := func(s string) func(int, int) int { f(s, 0); return func(a, b int) int { return a + b } }
	g("fn")(f("arg1", 1), f("arg2", 2))
	fmt.Println(log)
	log = nil
	_ = []int{f("e0", 0), f("e1", 1)}
	_ = map[int]int{f("k", 0): f("v", 1)}
	fmt.Println(log)
	log = nil
	i := 0
	i, a[i] = 1, 9
	fmt.Println(i, a)
	a[0], a[1], a[2] = a[2], a[0], a[1]
	fmt.Println(a)
	x := 1
	set := func() int { x = 10; return 5 }
	fmt.Println(x + set())
	y := x + set()*x
	fmt.Println(y)
	p := &x
	z := *p + set()
	fmt.Println(z)
	try(func() {
		b := []int{1}
		j := 3
		b[j] = func() int { fmt.Println("value first"); return 1 }()
	})
	try(func() {
		var np *int
		*np = func() int { fmt.Println("value first"); return 1 }()
	})
	b := []int{1, 2}
	try(func() {
		j := 5
		b[0], b[j] = 10, 20
	})
	fmt.Println(b)
	swap := func() (int, int) { return 2, 1 }
	b[0], b[1] = swap()
	fmt.Println(b)
	var np *struct{ A, B int }
	try(func() { np.A, b[0] = 1, 99 })
	fmt.Println(b)
	arr := [3]int{1, 2, 3}
	idx := 0
	next := func() int { idx++; return idx }
	arr[next()], arr[next()] = next(), next()
	fmt.Println(arr, idx)
	s := "x"
	s += func() string { s = "changed"; return "y" }()
	fmt.Println(s)
	ret := func() (int, int) { n := 1; h := func() int { n = 5; return 2 }; return n, h() }
	fmt.Println(ret())
}

func variadic(prefix string, xs ...int) string { return fmt.Sprint(prefix, len(xs), xs, xs == nil) }

func multi() (int, string) { return 1, "two" }

func takes(n int, s string) string { return s + strconv.Itoa(n) }

func takesAny(xs ...any) int { return len(xs) }

func caseFunctions() {
	fmt.Println(variadic("a"), variadic("b", 1), variadic("c", 1, 2), variadic("d", []int{3}...), variadic("e", nil...))
	fmt.Println(takes(multi()))
	fmt.Println(takesAny(multi()))
	fmt.Println(multi())
	n, _ := multi()
	_, s := multi()
	fmt.Println(n, s)
	up := strings.ToUpper
	fmt.Println(up("abc"), strings.Map(func(r rune) rune { return r + 1 }, "HAL"))
	rep := strings.NewReplacer("a", "b")
	fmt.Println(rep.Replace("banana"))
	meth := rep.Replace
	fmt.Println(meth("aa"))
	expr := (*strings.Replacer).Replace
	fmt.Println(expr(rep, "xa"))
	str := time.Duration.String
	fmt.Println(str(time.Second), time.Duration.Seconds(1500*time.Millisecond))
	var st fmt.Stringer = time.Minute
	fmt.Println(st.String(), fmt.Stringer.String(st))
	sf := st.String
	st = nil
	fmt.Println(sf())
	try(func() { _ = st.String() })
	try(func() { _ = st.String })
	var err error
	try(func() { fmt.Println(err.Error()) })
	err = fmt.Errorf("wrap: %w", io.EOF)
	fmt.Println(err, errors.Is(err, io.EOF), errors.Unwrap(err) == io.EOF)
	var pe *os.PathError
	_, e := os.Open("/nonexistent/file")
	fmt.Println(errors.As(e, &pe), pe.Op, pe.Path)
	q := []string{"banana", "apple", "cherry"}
	sort.Slice(q, func(i, j int) bool { return q[i] < q[j] })
	fmt.Println(q)
	slices.SortFunc(q, func(a, b string) int { return strings.Compare(b, a) })
	fmt.Println(q, slices.IndexFunc(q, func(s string) bool { return s == "apple" }))
	fmt.Println(sort.Search(100, func(i int) bool { return i*i >= 50 }))
	var b strings.Builder
	b.WriteString("x")
	fmt.Fprintf(&b, "%d", 5)
	b.WriteByte('y')
	fmt.Println(b.String(), b.Len())
	buf := &bytes.Buffer{}
	buf.WriteString("hello")
	io.Copy(buf, strings.NewReader(" reader"))
	fmt.Println(buf)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	<-ctx.Done()
	fmt.Println(ctx.Err())
	var once sync.Once
	for range 3 {
		once.Do(func() { fmt.Println("once") })
	}
	fmt.Println(math.Pi, math.Sqrt(2), math.MaxInt64, math.Inf(1))
	var w io.Writer = os.Stdout
	fmt.Fprintln(w, "to stdout")
	old := os.Args
	os.Args = []string{"changed"}
	fmt.Println(os.Args)
	os.Args = old
	f := func(a int, b ...string) (int, []string) { return a, b }
	fmt.Println(f(1, "x", "y"))
	var ff func(int, ...string) (int, []string) = f
	fmt.Println(ff(2))
	t, _ := time.Parse("2006-01-02", "2024-05-06")
	fmt.Println(t.Weekday(), t.Format(time.RFC1123), t.AddDate(0, 1, 0).Month())
	fields := strings.FieldsFunc("a1b2", func(r rune) bool { return r >= '0' && r <= '9' })
	fmt.Println(fields, len(fields))
}

func caseInterfaces() {
	var x any
	fmt.Println(x == nil, x)
	x = 5
	fmt.Println(x == 5, x == any(5), x == "5", x.(int))
	_, ok := x.(string)
	n, ok2 := x.(int)
	fmt.Println(ok, n, ok2)
	try(func() { fmt.Println(x.(string)) })
	try(func() { fmt.Println(x.(fmt.Stringer)) })
	x = nil
	try(func() { fmt.Println(x.(int)) })
	try(func() { fmt.Println(x.(error)) })
	var e error = io.EOF
	try(func() { fmt.Println(e.(fmt.Stringer)) })
	_, isS := e.(fmt.Stringer)
	fmt.Println(isS)
	for _, v := range []any{1, "s", 2.5, nil, []int{1}, time.Second, io.EOF, true, 'x', uint8(3), map[string]int{"a": 1}, struct{ A int }{1}, func() {}} {
		switch t := v.(type) {
		case nil:
			fmt.Println("nil")
		case int, uint8:
			fmt.Printf("%T %v\n", t, t)
		case string:
			fmt.Println(t + "!")
		case float64:
			fmt.Println(t * 2)
		case error:
			fmt.Println("error", t.Error())
		case fmt.Stringer:
			fmt.Println("stringer", t.String())
		case []int:
			fmt.Println(len(t))
		case func():
			fmt.Println("func")
		default:
			fmt.Printf("other %T\n", t)
		}
	}
	a, b := any([]int{1}), any([]int{1})
	try(func() { fmt.Println(a == b) })
	try(func() { fmt.Println(any(map[string]int{}) == any(map[string]int{})) })
	fmt.Println(any(1) == any(1.0), any(int32(1)) == any(1), any(nil) == nil)
	var p *os.PathError
	var err error = p
	fmt.Println(err == nil, p == nil)
	var s fmt.Stringer = time.Second
	var y any = s
	_, is := y.(time.Duration)
	fmt.Println(is, y == any(time.Second), s == fmt.Stringer(time.Second))
	d := s.(time.Duration)
	fmt.Println(d)
	sl := []any{1, "a", nil, []any{2}}
	fmt.Println(sl...)
	var r io.Reader = strings.NewReader("data")
	if rs, ok := r.(io.ReadSeeker); ok {
		rs.Seek(1, 0)
	}
	rest, _ := io.ReadAll(r)
	fmt.Println(string(rest))
	try(func() { _ = r.(io.Writer) })
	try(func() { _ = r.(io.ReadWriter) })
	arr := any([2]int{1, 2})
	cp := arr.([2]int)
	cp[0] = 9
	fmt.Println(arr, cp)
	pp := any(&cp)
	pp.(*[2]int)[1] = 8
	fmt.Println(cp)
	var i1, i2 any = 300, 300
	fmt.Println(i1 == i2)
	var c any = complex(1, 2)
	fmt.Println(c.(complex128))
	f := func(v any) string { return fmt.Sprintf("%T", v) }
	fmt.Println(f(1), f(int8(1)), f("x"), f('a'), f(1.5), f(nil), f([]string{}), f(&n), f(struct{}{}))
	type_ := map[string]any{"n": 1, "l": []any{1.0, "x"}}
	fmt.Println(type_["l"].([]any)[1].(string), type_["n"].(int)+1)
}

func caseControlFlow() {
outer:
	for i := 0; i < 5; i++ {
		for j := range 5 {
			if j == 3 {
				continue outer
			}
			if i == 3 {
				break outer
			}
			if (i+j)%2 == 0 {
				continue
			}
			fmt.Print(i, j, " ")
		}
	}
	fmt.Println()
	for i := range 6 {
		switch {
		case i == 0:
			fmt.Print("zero ")
			fallthrough
		case i == 1:
			fmt.Print("one ")
		case i == 2, i == 3:
			if i == 3 {
				break
			}
			fmt.Print("two ")
		default:
			fmt.Print("many ")
		}
	}
	fmt.Println()
	switch x := 5; x {
	case 1, 2, 3:
		fmt.Println("small")
	case 4, 5:
		fmt.Println("medium")
	}
	switch "b" {
	default:
		fmt.Println("default")
	case "a":
		fmt.Println("a")
	}
	switch {
	default:
		fmt.Println("d first")
		fallthrough
	case false:
		fmt.Println("fell")
	}
	n := 0
	for n < 10 {
		n += 3
	}
	for {
		n--
		if n < 5 {
			break
		}
	}
	fmt.Println(n)
	if v := n * 2; v > 5 {
		fmt.Println("big", v)
	} else if v > 2 {
		fmt.Println("mid", v)
	} else {
		fmt.Println("small")
	}
	for i, j := 0, 10; i < j; i, j = i+1, j-2 {
		fmt.Print(i, ",", j, " ")
	}
	fmt.Println()
	for i := range 3 {
		i *= 10
		fmt.Print(i, " ")
	}
	for range 2 {
		fmt.Print("x")
	}
	var lim uint8 = 3
	for i := range lim {
		fmt.Printf("%T%d ", i, i)
	}
	m := -5
	for range m {
		fmt.Println("never")
	}
	fmt.Println()
	var k int
	for k = range 4 {
	}
	fmt.Println(k)
	var arr [3]int
	for arr[1] = range 3 {
	}
	fmt.Println(arr)
	var key, val any
	for key, val = range map[string]int{"a": 1} {
	}
	fmt.Println(key, val)
	find := func(xs []int, x int) (int, bool) {
		for i, v := range xs {
			if v == x {
				return i, true
			}
		}
		return -1, false
	}
	fmt.Println(find([]int{5, 6, 7}, 6))
	fmt.Println(find(nil, 6))
	sel := func() string {
		for i := range 10 {
			switch i {
			case 3:
				return fmt.Sprint("ret", i)
			}
		}
		return "none"
	}
	fmt.Println(sel())
loop:
	for i := range 5 {
		switch i {
		case 2:
			continue loop
		case 4:
			break loop
		}
		fmt.Print(i, " ")
	}
	fmt.Println()
	switch f := any(n).(type) {
	case int:
		if f > 3 {
			break
		}
		fmt.Println("not here")
	}
	{
		n := "shadow"
		fmt.Println(n)
	}
	fmt.Println(n)
	var c complex128 = 1
	switch c {
	case 1:
		fmt.Println("complex one")
	}
	switch d := time.Duration(2); d {
	case time.Nanosecond * 2:
		fmt.Println("two ns")
	}
}

func caseChannels() {
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	fmt.Println(len(ch), cap(ch), <-ch)
	close(ch)
	v, ok := <-ch
	fmt.Println(v, ok)
	v, ok = <-ch
	fmt.Println(v, ok)
	try(func() { close(ch) })
	try(func() { ch <- 1 })
	var nilch chan int
	try(func() { close(nilch) })
	select {
	case v := <-nilch:
		fmt.Println(v)
	default:
		fmt.Println("default")
	}
	done := make(chan struct{})
	data := make(chan string)
	go func() {
		for _, s := range []string{"a", "b", "c"} {
			data <- s
		}
		close(done)
	}()
	for run := true; run; {
		select {
		case s := <-data:
			fmt.Print(s, " ")
		case <-done:
			fmt.Println("done")
			run = false
		}
	}
	structs := make(chan struct{ A, B int }, 1)
	structs <- struct{ A, B int }{1, 2}
	fmt.Println(<-structs)
	errs := make(chan error, 2)
	errs <- io.EOF
	errs <- nil
	fmt.Println(<-errs, <-errs)
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for i := range 10 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			total += i
		}()
	}
	wg.Wait()
	fmt.Println(total)
	gen := func(n int) <-chan int {
		out := make(chan int)
		go func() {
			defer close(out)
			for i := range n {
				out <- i * i
			}
		}()
		return out
	}
	sum := 0
	for x := range gen(5) {
		sum += x
	}
	fmt.Println(sum)
	select {
	case x, ok := <-ch:
		fmt.Println("closed", x, ok)
	}
	out := make(chan int, 1)
	var arr [2]int
	for i := range 2 {
		select {
		case out <- i:
			fmt.Println("sent")
		case arr[1] = <-out:
			fmt.Println("received", arr)
		}
	}
	timeout := time.After(time.Millisecond)
	select {
	case <-nilch:
	case t := <-timeout:
		fmt.Println(t.IsZero())
	}
	res := make(chan any, 1)
	res <- 5
	switch x := (<-res).(type) {
	case int:
		fmt.Println("int", x)
	}
	sem := make(chan bool, 2)
	func() {
		sem <- true
		defer func() { <-sem }()
	}()
	fmt.Println(len(sem))
	neg := -1
	try(func() { _ = make(chan int, neg) })
	m := map[string]chan int{"a": make(chan int, 1)}
	m["a"] <- 4
	fmt.Println(<-m["a"])
	go fmt.Fprint(io.Discard, "native")
	fin := make(chan func() int, 1)
	fin <- func() int { return 9 }
	fmt.Println((<-fin)())
L:
	for {
		select {
		case <-nilch:
		default:
			break L
		}
	}
	var recvOnly <-chan int = ch
	for range recvOnly {
		fmt.Println("never")
	}
	bools := make(chan [2]string, 1)
	bools <- [2]string{"x", "y"}
	if a, ok := <-bools; ok {
		fmt.Println(a[1])
	}
}

func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer fmt.Println("iterator over")
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func findFirst(s iter.Seq[int], want int) (r int) {
	defer func() { r *= 10 }()
	for v := range s {
		defer func() { fmt.Println("deferred in body", v) }()
		if v == want {
			return v
		}
	}
	return -1
}

func caseRangeFunc() {
	for v := range count(3) {
		fmt.Println(v)
	}
	for v := range count(10) {
		if v == 1 {
			continue
		}
		if v == 3 {
			break
		}
		fmt.Println(v)
	}
	fmt.Println(findFirst(count(5), 2), findFirst(count(2), 7))
outer:
	for a := range count(3) {
		for b := range count(3) {
			if b == 1 {
				continue outer
			}
			if a == 2 {
				break outer
			}
			fmt.Println(a, b)
		}
	}
	for k, v := range maps.All(map[string]int{"a": 1}) {
		fmt.Println(k, v)
	}
	for i, v := range slices.Backward([]string{"x", "y"}) {
		fmt.Println(i, v)
	}
	fmt.Println(slices.Collect(count(3)), slices.Sorted(maps.Keys(map[string]int{"b": 1, "a": 2})))
	var fs []func() int
	for v := range count(3) {
		fs = append(fs, func() int { v++; return v })
	}
	for _, f := range fs {
		fmt.Print(f(), f(), " ")
	}
	fmt.Println()
	zero := func(yield func() bool) { yield() }
	for range zero {
		fmt.Println("zero")
	}
	bad := func(yield func(int) bool) { yield(1); yield(2) }
	try(func() {
		for range bad {
			break
		}
	})
	var leaked func(int) bool
	keep := func(yield func(int) bool) { leaked = yield; yield(1) }
	for range keep {
	}
	try(func() { leaked(1) })
	swallow := func(yield func(int) bool) {
		defer func() { recover() }()
		yield(1)
	}
	try(func() {
		for range swallow {
			panic("lost")
		}
	})
	again := func(yield func(int) bool) {
		func() {
			defer func() { recover() }()
			yield(1)
		}()
		yield(2)
	}
	try(func() {
		for range again {
			panic("lost")
		}
	})
	try(func() {
		for v := range count(3) {
			panic(fmt.Sprint("from body ", v))
		}
	})
	next, stop := iter.Pull(count(3))
	a, ok := next()
	b, ok2 := next()
	stop()
	fmt.Println(a, ok, b, ok2)
	for s := range strings.SplitSeq("a-b-c", "-") {
		fmt.Print(s, " ")
	}
	fmt.Println()
	x := 0
	for x = range count(4) {
	}
	fmt.Println(x)
	ret := func() (a, b int) {
		for v := range count(5) {
			if v == 2 {
				return v, v * v
			}
		}
		return
	}
	fmt.Println(ret())
}

func caseScopesAndShadowing() {
	x := 1
	{
		x := 2
		x++
		fmt.Println(x)
	}
	if x := "s"; x != "" {
		fmt.Println(x)
	}
	fmt.Println(x)
	a, err := strconv.Atoi("1")
	b, err := strconv.Atoi("x")
	fmt.Println(a, b, err)
	var (
		i, j int = 1, 2
		k        = "k"
		l    []int
		z    struct{ A int }
		w    [2]string
		p    *int
		f    func()
		e    error
		c    chan int
		m    map[int]int
		v    any
	)
	fmt.Println(i, j, k, l, z, w, p, f == nil, e, c, m, v)
	const big = 1 << 40
	fmt.Println(big, big>>38, 'a', "\u00e9", 1e3, 0x1p-2, 0b101, 1_000)
	for i := 0; i < 2; i++ {
		var fresh int
		fresh++
		var list []int
		list = append(list, fresh)
		fmt.Print(fresh, list, " ")
	}
	fmt.Println()
	for i := 0; i < 2; i++ {
		var fresh int
		fp := &fresh
		*fp++
		fmt.Print(fresh, " ")
	}
	fmt.Println()
	n := new(int)
	*n += 5
	q := &*n
	*q *= 2
	pp := &n
	**pp++
	fmt.Println(*n, *q, **pp, n == q, pp != nil)
	var s fmt.Stringer
	_ = s
	_, _ = strconv.Atoi("1")
	pa := &[]int{1, 2}
	(*pa)[0]++
	*pa = append(*pa, 3)
	fmt.Println(*pa, len(*pa))
	pm := &map[string]int{}
	(*pm)["a"]++
	fmt.Println(*pm)
}

func ackermann(m, n int) int {
	if m == 0 {
		return n + 1
	}
	if n == 0 {
		return ackermann(m-1, 1)
	}
	return ackermann(m-1, ackermann(m, n-1))
}

func isEven(n int) bool {
	if n == 0 {
		return true
	}
	return isOdd(n - 1)
}

func isOdd(n int) bool {
	if n == 0 {
		return false
	}
	return isEven(n - 1)
}

func permutations(xs []int, f func([]int)) {
	var rec func(int)
	rec = func(k int) {
		if k == len(xs) {
			f(xs)
			return
		}
		for i := k; i < len(xs); i++ {
			xs[k], xs[i] = xs[i], xs[k]
			rec(k + 1)
			xs[k], xs[i] = xs[i], xs[k]
		}
	}
	rec(0)
}

func caseAlgorithms() {
	fmt.Println(ackermann(2, 3), isEven(101), isOdd(7))
	permutations([]int{1, 2, 3}, func(p []int) { fmt.Print(p, " ") })
	fmt.Println()
	memo := map[int]int{}
	var fibm func(int) int
	fibm = func(n int) int {
		if n < 2 {
			return n
		}
		if v, ok := memo[n]; ok {
			return v
		}
		memo[n] = fibm(n-1) + fibm(n-2)
		return memo[n]
	}
	fmt.Println(fibm(80))
	text := "the quick brown fox jumps over the lazy dog the end"
	freq := map[string]int{}
	for _, w := range strings.Fields(text) {
		freq[w]++
	}
	type_ := make([]struct {
		W string
		N int
	}, 0, len(freq))
	for w, n := range freq {
		type_ = append(type_, struct {
			W string
			N int
		}{w, n})
	}
	sort.Slice(type_, func(i, j int) bool {
		if type_[i].N != type_[j].N {
			return type_[i].N > type_[j].N
		}
		return type_[i].W < type_[j].W
	})
	fmt.Println(type_[:3])
	var sb strings.Builder
	for i := range 20 {
		switch {
		case i%15 == 0:
			sb.WriteString("FizzBuzz ")
		case i%3 == 0:
			sb.WriteString("Fizz ")
		case i%5 == 0:
			sb.WriteString("Buzz ")
		default:
			sb.WriteString(strconv.Itoa(i) + " ")
		}
	}
	fmt.Println(sb.String())
	mat := func(n int) [][]float64 {
		m := make([][]float64, n)
		for i := range m {
			m[i] = make([]float64, n)
			for j := range m[i] {
				m[i][j] = float64(i*n + j)
			}
		}
		return m
	}
	a, b := mat(3), mat(3)
	c := mat(3)
	for i := range a {
		for j := range b {
			c[i][j] = 0
			for k := range b {
				c[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	fmt.Println(c)
	var collatz func(n, steps int) int
	collatz = func(n, steps int) int {
		if n == 1 {
			return steps
		}
		if n%2 == 0 {
			return collatz(n/2, steps+1)
		}
		return collatz(3*n+1, steps+1)
	}
	fmt.Println(collatz(27, 0))
	h := uint32(2166136261)
	for _, c := range []byte("hash me") {
		h ^= uint32(c)
		h *= 16777619
	}
	fmt.Println(h)
	stack := []int{}
	for _, tok := range strings.Fields("3 4 + 2 * 7 -") {
		n, err := strconv.Atoi(tok)
		if err == nil {
			stack = append(stack, n)
			continue
		}
		y, x := stack[len(stack)-1], stack[len(stack)-2]
		stack = stack[:len(stack)-2]
		switch tok {
		case "+":
			stack = append(stack, x+y)
		case "-":
			stack = append(stack, x-y)
		case "*":
			stack = append(stack, x*y)
		}
	}
	fmt.Println(stack)
	x, y := 1.0, 0.0
	for i := 0; i < 20; i++ {
		x, y = x-(x*x*x-2)/(3*x*x), x
	}
	fmt.Println(x, y)
}

func pair(a, b int) string { return fmt.Sprint(a, ",", b) }

func pairOfArrays(a, b [2]int) string { return fmt.Sprint(a, b) }

func caseReadsAfterCalls() {
	x := 1
	set := func() int { x = 10; return 5 }
	reset := func() { x = 1 }
	fmt.Println(x, set())
	reset()
	fmt.Println([]int{x, set()})
	reset()
	fmt.Println([2]int{x, set()})
	reset()
	st := struct{ A, B int }{x, set()}
	fmt.Println(st)
	reset()
	fmt.Println(map[int]int{x: set()})
	reset()
	fmt.Println(pair(x, set()))
	reset()
	fmt.Println(pair(x+1, set()))
	reset()
	fmt.Println(x*2+set(), x)
	reset()
	fmt.Println(-x+set(), x)
	reset()
	fmt.Println(x < set(), x)
	reset()
	fmt.Println((x+set())*x, set()+x)
	reset()
	y, z := x, set()
	fmt.Println(y, z)
	reset()
	y, x = x, set()
	fmt.Println(y, x)
	reset()
	x += set()
	fmt.Println(x)
	reset()
	x, y = set(), x
	fmt.Println(x, y)
	reset()
	a := []int{1, 2, 3}
	i := 0
	seta := func() int { a[0] = 50; i = 2; return 7 }
	fmt.Println(a[0]+seta(), a, i)
	a, i = []int{1, 2, 3}, 0
	fmt.Println(a[i]+seta(), a, i)
	a, i = []int{1, 2, 3}, 0
	a[i] = seta()
	fmt.Println(a, i)
	a, i = []int{1, 2, 3}, 0
	a[i] += seta()
	fmt.Println(a, i)
	a, i = []int{1, 2, 3}, 0
	a[i], i = seta(), 1
	fmt.Println(a, i)
	a, i = []int{1, 2, 3}, 0
	fmt.Println(pair(a[i], seta()), pair(len(a), seta()))
	a, i = []int{1, 2, 3}, 0
	swap := func() int { a = []int{9, 9, 9, 9}; return 1 }
	fmt.Println(len(a)+swap(), len(a))
	a = []int{1, 2, 3}
	a[swap()] = 100
	fmt.Println(a)
	a = []int{1, 2, 3}
	b := append(a, x, swap())
	fmt.Println(b, a)
	p := &st
	mod := func() int { p.A = 77; st.B = 78; return 3 }
	fmt.Println(p.A+mod(), st.B+mod())
	st = struct{ A, B int }{1, 2}
	fmt.Println(pair(st.A, mod()), pair(p.B, mod()))
	st = struct{ A, B int }{1, 2}
	p2 := &struct{ A, B int }{5, 6}
	mod2 := func() int { p = p2; return 4 }
	p.A = mod2()
	fmt.Println(st, *p2)
	q := &x
	reset()
	fmt.Println(*q+set(), *q)
	s := "a"
	sets := func() string { s = "changed"; return "b" }
	fmt.Println(s+sets(), s)
	s = "a"
	fmt.Println(s+"-"+sets()+s, s)
	s = "a"
	fmt.Println(s == sets(), s[0] == sets()[0], s)
	m := map[string]int{"k": 1}
	setm := func() int { m["k"] = 100; return 2 }
	fmt.Println(m["k"]+setm(), m["k"])
	m["k"] = 1
	m["k"] += setm()
	fmt.Println(m)
	m["k"] = 1
	fmt.Println(pair(m["k"], setm()))
	arr := [2]int{1, 2}
	setarr := func() [2]int { arr[0] = 90; return [2]int{8, 8} }
	fmt.Println(pairOfArrays(arr, setarr()), arr[0])
	arr = [2]int{1, 2}
	fmt.Println(arr == setarr(), arr[0]+setarr()[1])
	arr = [2]int{1, 2}
	arr, y = setarr(), arr[0]
	fmt.Println(arr, y)
	reset()
	fmt.Println(any(x) == any(set()), x)
	reset()
	fmt.Println(min(x, set()), x)
	reset()
	f := func() (int, int) { return x, set() }
	fmt.Println(f())
	reset()
	g := func() (r, t int) { r = 1; h := func() int { r = 40; return 2 }; return r, h() }
	fmt.Println(g())
	ok := true
	setok := func() bool { ok = false; return true }
	fmt.Println(ok && setok(), ok)
	ok = true
	fmt.Println(ok == setok(), !ok == setok())
	fn := func(a, b int) int { return a - b }
	setfn := func() int { fn = func(a, b int) int { return 1000 }; return 1 }
	fmt.Println(fn(setfn(), 5))
	c := complex(1, 1)
	setc := func() complex128 { c = 5; return 1 }
	fmt.Println(c+setc(), real(c)+real(setc()))
	reset()
	fmt.Println(float64(x)+float64(set()), x)
	reset()
	fmt.Println(x<<uint(set()), uint8(x)+uint8(set()))
	reset()
	switch x {
	case set():
		fmt.Println("equal")
	case 10:
		fmt.Println("late")
	case 1:
		fmt.Println("early")
	}
	ch := make(chan int, 4)
	ch <- 1
	ch <- 2
	fmt.Println(<-ch-<-ch, x)
	reset()
	ch <- 30
	w := x + <-ch + set()
	fmt.Println(w)
	var e any = x
	sete := func() any { e = "new"; return 1 }
	fmt.Println(e == sete(), e)
	reset()
	z = x
	defer fmt.Println("deferred", x, set())
	defer fmt.Println("pair", pair(z, x))
	sl := a[i:]
	setsl := func() int { sl[0] = -1; sl = nil; return 2 }
	fmt.Println(len(sl[1:])+setsl(), sl == nil)
}

func caseLibrary() {
	ctx, cancel := context.WithDeadline(context.Background(), time.Date(2100, 1, 2, 3, 4, 5, 0, time.UTC))
	defer cancel()
	d, ok := ctx.Deadline()
	fmt.Println(d, ok, ctx.Err() == nil, ctx.Value("none") == nil)
	var fi fs.FileInfo
	fi, _ = os.Stat("/")
	fmt.Println(fi.IsDir(), fi.Mode().IsDir(), fi.ModTime().IsZero(), fi.Mode()&fs.ModeDir != 0)
	t := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	u := t.AddDate(0, 0, 3)
	str := t.String
	t = u
	fmt.Println(str(), t.Sub(u), u.Before(t), u.After(t.Add(-1)), t.Compare(u))
	fmt.Println(slices.MaxFunc([]string{"a", "ccc", "bb"}, func(a, b string) int { return cmp.Compare(len(a), len(b)) }))
	xs := []int{3, 1, 2}
	sort.Sort(sort.Reverse(sort.IntSlice(xs)))
	fmt.Println(xs)
	re := regexp.MustCompile(`[a-z]+`)
	fmt.Println(re.ReplaceAllStringFunc("ab 12 cd", strings.ToUpper), re.FindAllString("x y z", 2))
	fmt.Println(re.ReplaceAllStringFunc("ab 12 cd", func(s string) string { return "<" + s + ">" }))
	b, err := json.Marshal(map[string]any{"a": []int{1}, "b": struct {
		X int `json:"x"`
	}{5}})
	fmt.Println(string(b), err)
	var v struct {
		Name string `json:"name"`
		Tags []string
	}
	err = json.Unmarshal([]byte(`{"name": "n", "Tags": ["x"]}`), &v)
	fmt.Println(v, err)
	var m map[string]any
	fmt.Println(json.Unmarshal([]byte(`{"k": [1, "a", null]}`), &m), m, m["k"].([]any)[0].(float64)+1)
	err = json.Unmarshal([]byte(`{`), &m)
	var se *json.SyntaxError
	fmt.Println(errors.As(err, &se), se.Offset, err)
	tmpl := template.Must(template.New("t").Funcs(template.FuncMap{"twice": func(s string) string { return s + s }}).Parse("{{range .}}{{twice .}} {{end}}\n"))
	tmpl.Execute(os.Stdout, []string{"a", "b"})
	sc := bufio.NewScanner(strings.NewReader("one\ntwo"))
	for sc.Scan() {
		fmt.Println(sc.Text(), len(sc.Bytes()))
	}
	var n atomic.Int64
	n.Add(5)
	var k int64
	atomic.AddInt64(&k, 3)
	fmt.Println(n.Load(), k)
	pool := sync.Pool{New: func() any { return "new" }}
	fmt.Println(pool.Get())
	var sm sync.Map
	sm.Store("a", 1)
	sm.Range(func(k, v any) bool { fmt.Println(k, v); return true })
	fmt.Println(errors.Join(io.EOF, nil, errors.New("x")))
	done := make(chan string)
	time.AfterFunc(time.Millisecond, func() { done <- "after" })
	fmt.Println(<-done)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "path %s", r.URL.Path)
	}))
	resp, err := http.Get(srv.URL + "/abc")
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	srv.Close()
	fmt.Println(string(body), resp.StatusCode, err)
	var buf bytes.Buffer
	write := buf.WriteString
	write("x")
	write("y")
	w := bufio.NewWriter(&buf)
	fmt.Fprintf(w, "%03d", 7)
	w.Flush()
	fmt.Println(buf.String())
	fmt.Println(strings.NewReader("abc").Len(), strings.Title("hello"))
	h := http.Header{}
	h.Set("a", "b")
	h["X"] = append(h["X"], "y")
	fmt.Println(h, len(h["A"]))
	dur := 90 * time.Second
	dur *= 2
	dur += time.Minute
	mon := time.January
	mon++
	fmt.Println(dur, dur/time.Second, dur.Minutes(), mon, time.Duration(1.5*float64(time.Second)))
	st := fmt.Sprint(func() fmt.Stringer { return dur }())
	fmt.Println(st, fmt.Sprintf("%v %d %s", []time.Duration{1, 2}, dur, map[string]time.Month{"m": 3}))
	fmt.Sscanf("5 apples", "%d %s", &k, &st)
	fmt.Println(k, st)
	fmt.Println(strings.Compare("a", "b"), bytes.Equal([]byte("a"), []byte("a")), bytes.ContainsAny([]byte("xyz"), "y"))
	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		regexp.MustCompile("(")
	}()
	func() {
		defer func() { fmt.Println("recovered", recover()) }()
		var mu sync.RWMutex
		mu.Lock()
		defer mu.Unlock()
		strings.Repeat("x", -1)
	}()
	_, err = strconv.ParseFloat("x", 64)
	var ne *strconv.NumError
	if errors.As(err, &ne) {
		fmt.Println(ne.Func, ne.Num, ne.Err, errors.Is(err, strconv.ErrSyntax))
	}
}

func caseNestedPlaces() {
	var g [3][4]int
	for i := range g {
		for j := range g[i] {
			g[i][j] = i * j
			g[i][j] += 1
			g[i][j]++
		}
	}
	fmt.Println(g)
	s := []struct {
		A [2]struct{ B int }
		M map[string]int
		P *struct{ C []int }
	}{{}, {}}
	i, j := 1, 1
	s[i].A[j].B = 5
	s[i].A[j].B *= 2
	s[0].M = map[string]int{}
	s[0].M["x"]++
	s[0].P = &struct{ C []int }{[]int{1, 2}}
	s[0].P.C[j] -= 7
	p := &s[i].A[0]
	p.B = 99
	fmt.Println(s[0].A, s[0].M, s[0].P.C, s[1].A)
	calls := 0
	f := func() int { calls++; return 0 }
	s[f()].A[f()].B += 3
	s[f()].M["y"] += 4
	fmt.Println(calls, s[0].A, s[0].M)
	q := &g
	q[1][2] = -1
	(*q)[2][3] <<= 2
	row := q[1][:]
	row[0] = 77
	fmt.Println(g, len(row))
	pp := &p
	(*pp).B++
	(**pp).B++
	fmt.Println(p.B)
	x := struct{ V, W any }{1, nil}
	x.V, x.W = x.W, x.V
	fmt.Println(x, x.W.(int))
	mp := map[string]*struct{ N int }{"a": {1}}
	mp["a"].N++
	mp["a"].N *= 10
	fmt.Println(mp["a"].N)
	try(func() { mp["zz"].N++ })
	ma := map[string][2]int{"a": {1, 2}}
	fmt.Println(ma["a"][1], ma["b"][0])
	fn := map[string]func(...int) int{"sum": func(xs ...int) (t int) {
		for _, x := range xs {
			t += x
		}
		return
	}}
	fmt.Println(fn["sum"](1, 2, 3))
	a := any(struct{ X, Y int }{3, 4})
	fmt.Println(a.(struct{ X, Y int }).Y)
	ch := make(chan chan int, 1)
	c := make(chan int, 1)
	ch <- c
	c <- 8
	fmt.Println(<-<-ch)
	arr := [3]int{1, 2, 3}
	cl := func() { arr[1] = 20; arr2 := arr; arr2[0] = 9 }
	cl()
	fmt.Println(arr)
	st := struct{ A, B []int }{}
	st.A = append(st.A, 1)
	st.B = append(st.A, 2)
	st.A = append(st.A, 3)
	fmt.Println(st)
	for u := uint8(250); u >= 250; u++ {
		fmt.Print(u, " ")
	}
	fmt.Println()
	var f32 float32
	for range 10 {
		f32 += 0.1
	}
	fmt.Println(f32, -7/2, -7%3, 7&-8, 1<<3|1)
	z := []int{1, 2, 3}
	z[0], z[1], z[2] = z[2], z[0], z[1]
	k := 0
	k, z[k] = 2, 50
	fmt.Println(z, k)
	for k, z[0] = range []int{7, 8} {
	}
	fmt.Println(k, z)
	at := 1
	to := []int{10, 20}
	for at, to[at] = range []int{99} {
	}
	fmt.Println(at, to)
	at, ats := 1, []string{"", ""}
	for _, ats[at] = range map[int]string{0: "m"} {
	}
	ro := []rune{0, 0}
	for at, ro[at] = range "é" {
	}
	fmt.Println(at, ats, ro)
	blank := struct{ A, _, C int }{1, 2, 3}
	fmt.Println(blank)
	huge := uint64(math.MaxUint64)
	try(func() { fmt.Println(to[huge]) })
	try(func() { fmt.Println(to[:huge]) })
	try(func() { fmt.Println(to[huge:]) })
	try(func() { fmt.Println(to[0:1:huge]) })
	try(func() { fmt.Println(arr[huge]) })
	try(func() { fmt.Println(arr[0:1:huge]) })
	try(func() { fmt.Println(arr[:huge], "x"[huge:]) })
	try(func() { fmt.Println("xyz"[huge:]) })
	try(func() { fmt.Println("xyz"[:huge]) })
	try(func() { fmt.Println("xyz"[huge]) })
	try(func() { fmt.Println(arr[0:1:int64(huge)]) })
	parts := func() (float64, float64) { return 1, 2 }
	fmt.Println(complex(parts()))
	var e1, e2 error
	e1, e2 = io.EOF, e1
	fmt.Println(e1, e2)
	by := []byte("abc")
	str := string(by)
	by[0] = 'X'
	fmt.Println(str, string(by))
	type_ := []any{1, nil, "x"}
	type_[1], type_[0] = type_[0], type_[2]
	fmt.Println(type_...)
	deep := map[string]map[string][]map[int]string{"a": {"b": {{1: "x"}}}}
	deep["a"]["b"][0][2] = "y"
	fmt.Println(deep, len(deep["q"]["z"]))
	var np *[2]struct{ A int }
	try(func() { np[1].A = 1 })
	try(func() { _ = &np[0].A })
	var big *struct {
		Pad [1 << 16]byte
		X   int
	}
	try(func() { big.X = 1 })
	try(func() { fmt.Println(big.X) })
	try(func() { _ = &big.X })
	m2 := map[string]struct{ A int }{}
	m2["a"] = struct{ A int }{1}
	v, ok := m2["a"]
	v.A = 5
	fmt.Println(m2, v, ok)
	bits := uint16(0xffff)
	bits &^= 0x0f0f
	bits >>= 4
	bits ^= 1
	fmt.Println(bits, ^bits, bits<<12)
	c64 := complex64(complex(1, 2))
	c64 /= complex(0, 1)
	fmt.Println(c64)
	words := strings.Fields("b a c")
	slices.SortFunc(words, func(a, b string) int { return -cmp.Compare(a, b) })
	fmt.Println(words, cmp.Or("", "dflt"))
}
