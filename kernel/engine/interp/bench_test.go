package interp_test

// This file measures what cells do most, against the same in compiled code.

import (
	"math"
	"strings"
	"testing"
)

// A pair is a cell and the same in Go. n is the work in one run.
var pairs = []struct {
	name, setup, cell string
	native            func()
}{
	{"IntegerLoop", "s := 0", "s = 0\nfor i := 0; i < 1000000; i++ { s += i }", func() {
		s := 0
		for i := 0; i < 1000000; i++ {
			s += i
		}
		sinkInt = s
	}},
	{"IntegerLoopInFunction", "func f(n int) int { s := 0; for i := 0; i < n; i++ { if i%3 == 0 { s += i } }; return s }", "f(1000000)", func() {
		s := 0
		for i := 0; i < 1000000; i++ {
			if i%3 == 0 {
				s += i
			}
		}
		sinkInt = s
	}},
	{"Fib25", "func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }", "fib(25)", func() { sinkInt = fib(25) }},
	{"FloatDot", "a := make([]float64, 100000)\nb := make([]float64, 100000)\nfunc dot(x, y []float64) float64 { s := 0.0; for i := range x { s += x[i] * y[i] }; return s }", "dot(a, b)", func() {
		s := 0.0
		for i := range floats {
			s += floats[i] * floats[i]
		}
		sinkFloat = s
	}},
	{"MapCounting", "m := map[string]int{}\nwords := []string{\"a\", \"b\", \"c\", \"dd\"}", "for i := 0; i < 100000; i++ { m[words[i%4]]++ }", func() {
		m := map[string]int{}
		for i := 0; i < 100000; i++ {
			m[words[i%4]]++
		}
	}},
	{"StringBuilding", "import \"strings\"", "var b strings.Builder\nfor i := 0; i < 10000; i++ { b.WriteString(\"x\") }\nb.Len()", func() {
		var b strings.Builder
		for i := 0; i < 10000; i++ {
			b.WriteString("x")
		}
		sinkInt = b.Len()
	}},
	{"NativeCalls", "import \"math\"\nfunc g(n int) float64 { s := 0.0; for i := 0; i < n; i++ { s += math.Sqrt(float64(i)) }; return s }", "g(100000)", func() {
		s := 0.0
		for i := 0; i < 100000; i++ {
			s += math.Sqrt(float64(i))
		}
		sinkFloat = s
	}},
	{"SliceAppend", "func h(n int) int { s := []int{}; for i := range n { s = append(s, i) }; return len(s) }", "h(100000)", func() {
		s := []int{}
		for i := range 100000 {
			s = append(s, i)
		}
		sinkInt = len(s)
	}},
	{"SortSlice", "import \"sort\"\nq := make([]int, 10000)", "for i := range q { q[i] = (i * 7919) % 10007 }\nsort.Slice(q, func(i, j int) bool { return q[i] < q[j] })", nil},
	{"Closures", "func k(n int) int { c := 0; inc := func(d int) { c += d }; for i := range n { inc(i) }; return c }", "k(100000)", nil},
	{"Sieve", "func sieve(n int) int { p := make([]bool, n); c := 0; for i := 2; i < n; i++ { if !p[i] { c++; for j := i * i; j < n; j += i { p[j] = true } } }; return c }", "sieve(100000)", func() {
		n := 100000
		p := make([]bool, n)
		c := 0
		for i := 2; i < n; i++ {
			if !p[i] {
				c++
				for j := i * i; j < n; j += i {
					p[j] = true
				}
			}
		}
		sinkInt = c
	}},
}

var (
	sinkInt   int
	sinkFloat float64
	floats    = make([]float64, 100000)
	words     = []string{"a", "b", "c", "dd"}
)

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func BenchmarkCells(b *testing.B) {
	for _, p := range pairs {
		b.Run(p.name+"/interpreted", func(b *testing.B) {
			s := newSession(b)
			s.ok(p.setup)
			c := s.prepare(p.cell)
			for b.Loop() {
				if r := s.m.Run(c.Program); r.Failure != nil {
					b.Fatal(r.Failure.Message)
				}
			}
		})
		if p.native != nil {
			b.Run(p.name+"/native", func(b *testing.B) {
				for b.Loop() {
					p.native()
				}
			})
		}
	}
}

func BenchmarkTrivialRun(b *testing.B) {
	s := newSession(b)
	s.ok("x := 1")
	c := s.prepare("x++")
	b.ReportAllocs()
	for b.Loop() {
		if r := s.m.Run(c.Program); r.Failure != nil {
			b.Fatal(r.Failure.Message)
		}
	}
}
