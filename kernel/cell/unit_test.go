package cell

import (
	"fmt"
	"strings"
	"testing"
)

// runUnits prepares the cells one after the other, each in the compiled tier
// unless it begins with "// interpreted", and checks their units.
func runUnits(t *testing.T, cells ...string) []*Cell {
	t.Helper()
	f := newCompilingFrontend()
	w := newUnitWorld(t)
	var out []*Cell
	for i, src := range cells {
		tier := Compiled
		if strings.HasPrefix(src, "// any") {
			tier = AnyTier
		}
		c, err := f.PrepareIn(tier, i+1, src)
		if err != nil {
			t.Fatalf("cell %d: %v\n%s", i+1, err, src)
		}
		if c.Unit != nil {
			if errs := w.check(c.Unit); len(errs) > 0 {
				t.Fatalf("cell %d: the unit is no Go package:\n%s\n%s", i+1, strings.Join(errs, "\n"), numbered(c.Unit.Source))
			}
		}
		f.Commit(c, len(src))
		out = append(out, c)
	}
	return out
}

func numbered(src []byte) string {
	var out strings.Builder
	for i, l := range strings.Split(string(src), "\n") {
		fmt.Fprintf(&out, "%4d  %s\n", i+1, l)
	}
	return out.String()
}

func TestUnitsUseWhatEarlierUnitsDeclare(t *testing.T) {
	for name, cells := range map[string][]string{
		"fields that are not exported": {
			"type point struct{ x, y int; tags []string }\nvar p = point{1, 2, nil}",
			"p.x++\nq := &p\nq.y = p.x\nf := func() point { return p }\nf().x + len(q.tags)",
			"type circle struct { point; r float64 }\nc := circle{point{1, 2, nil}, 3}\nc.x + c.point.y",
			"c.x, c.point.y = 3, c.point.x\n&c.point.x",
		},
		"literals with such fields": {
			"type point struct{ x, y int; Name string }",
			"a := point{1, 2, \"a\"}\nb := &point{x: 1,\n\ty: 2}\nc := []point{{x: 1}, {y: 2, Name: \"b\"}}\nd := map[string]*point{\"k\": {x: 4}}\ne := point{Name: \"n\"}",
		},
		"methods and interfaces": {
			"type shape interface{ area() float64; String() string }",
			"type square struct{ side float64 }\nfunc (s square) area() float64 { return s.side * s.side }\nfunc (s square) String() string { return \"sq\" }",
			"var s shape = square{2}\ns.area()\nf := square.area\ng := s.area\nf(square{1}) + g()",
			"func total(list ...shape) (sum float64) { for _, x := range list { sum += x.area() }; return }\ntotal(s, square{3})",
		},
		"a struct with another's fields": {
			"type a struct{ n int }\nvar x a",
			"type b a\ny := b{n: 3}\ny.n + x.n",
			"y.n = a(y).n",
		},
		"generics": {
			"type number interface{ ~int | ~float64 }\ntype list[T any] struct { head *node[T]; size int }\ntype node[T any] struct { value T; next *node[T] }\nfunc (l *list[T]) push(v T) { l.head = &node[T]{v, l.head}; l.size++ }\nfunc sum[T number](s ...T) (t T) { for _, v := range s { t += v }; return t }",
			"var l list[string]\nl.push(\"a\")\n_ = l.head.value\nl.size",
			"func total[T number](l *list[T]) (t T) { for n := l.head; n != nil; n = n.next { t = sum(t, n.value) }; return }\nvar m list[float64]\nm.push(1.5)\ntotal(&m)",
			"type pair[K comparable, V any] struct { key K; list[V] }\np := pair[string, int]{key: \"a\"}\np.push(3)\np.size",
		},
		"constants and functions": {
			"const a, b = 1 << 40, 2.5\nconst c time.Duration = 3\nconst d = 'x'\nconst e = 1 + 2i\nfunc twice(n int) int { return 2 * n }\nfunc Thrice(n int) int { return n + twice(n) }",
			"var x float64 = a\nvar y float32 = b\nz := c * 2\nvar r rune = d + 1\nvar k complex64 = e\nThrice(twice(1))",
			"h := Thrice\nh(2)",
		},
		"goroutines": {
			"ch := make(chan int)\nfunc send(c chan<- int, n ...int) int { for _, x := range n { c <- x }; return 0 }\nfunc one(c chan<- int, v any) { c <- 1 }\ngo one(ch, 3)\ngo send(ch, 1, 2)\ngo func(n int) { ch <- n }(4)\ngo println(\"a\")\ngo close(make(chan int))",
			"type T struct{}\nfunc (T) m(x float64) {}\ngo T{}.m(1)",
		},
		"jumps, labels and deferred calls": {
			"i := 0\nagain:\n\ti++\n\tif i < 3 { goto again }\nouter: for { for { break outer } }\ndefer println(i)",
		},
		"errors left off": {
			"n := strconv.Atoi(\"3\")\nos.Remove(\"nothing\")\nif true { os.Chdir(\".\") }\nlen(os.ReadFile(\"x\"))",
			"strconv.Atoi(\"4\")",
		},
		"a redeclared type": {
			"type T struct{ a int }\nvar x T",
			"type T struct{ b string }\nvar y T",
			"y.b + fmt.Sprint(x.a)",
		},
		"functions with nameless parameters": {
			"func f(int, string) {}\nfunc g(_ int, b ...string) (n int, err error) { return len(b), nil }\nfunc h() { h() }\nf(1, \"\")\ng(1)",
		},
		"names of Go's own": {
			"type any = int\ntype T struct{ x any }\nfunc (t T) string() string { return \"\" }\nvar t T\nt.string()",
		},
		"ways out": {
			"if len(os.Args) > 1000 { os.Exit(1); log.Fatalf(\"%d\", 1) }\ntime.Sleep(1e3)\ntime.AfterFunc(1, func() { panic(1) })\nexit := os.Exit",
		},
	} {
		t.Run(name, func(t *testing.T) { runUnits(t, cells...) })
	}
}

func TestInterpretedStatementsUseUnits(t *testing.T) {
	cells := runUnits(t,
		"// any\ntype point struct{ x, y int }\nfunc (p point) sum() int { return p.x + p.y }\nfunc apply[T, U any](s []T, f func(T) U) (out []U) { for _, x := range s { out = append(out, f(x)) }; return }\nvar ps = []point{{1, 2}, {x: 3}}\nps[0].sum()",
		"// any\nps = append(ps, point{x: 5})\nps[1].x",
		"// any\napply(ps, point.sum)",
		"// any\napply(ps[:1], point.sum)",
		"// any\nslices.SortFunc(ps, func(a, b point) int { return a.x - b.x })",
	)
	for i, want := range []bool{true, false, true, false, true} {
		if got := cells[i].Unit != nil; got != want {
			t.Errorf("cell %d has a unit: %v", i+1, got)
		}
		if cells[i].Program.Body != "" {
			t.Errorf("the statements of cell %d are compiled: %s", i+1, cells[i].Why)
		}
	}
}

func TestAUnitIsNamedAfterItsContent(t *testing.T) {
	prepare := func(number int, src string) string {
		c, err := newCompilingFrontend().Prepare(number, src)
		if err != nil {
			t.Fatal(err)
		}
		return c.Unit.Path
	}
	a := prepare(1, "type T struct{ x int }")
	if b := prepare(9, "type T struct{ x int }"); a != b {
		t.Errorf("the same cell under another number is %s, not %s", b, a)
	}
	if b := prepare(1, "type T struct{ y int }"); a == b {
		t.Error("another type has the same path")
	}
}

func TestARepeatedDeclarationIsTheOneOfBefore(t *testing.T) {
	const decls = "type point struct{ x int }\nfunc (p point) twice() int { return 2 * p.x * scale }\nfunc first[T any](s []T) T { return s[0] }\n"
	cells := runUnits(t,
		"// any\nscale := 3",
		"// any\n"+decls+"ps := []point{{1}}",
		"// any\n"+decls+"ps = append(ps, point{2})\nlen(ps)", // only the statements differ
		"// any\nscale = 4",                                   // the variable stays the same
		"// any\n"+decls,                                      // all the same
		"// any\ntype point struct{ x int }\nfunc (p point) twice() int { return 2 * p.x }\n", // the method differs
		"// any\n"+decls,                        // and again
		"// any\nscale := 0.5\nfunc later() {}", // another variable
	)
	for i, want := range []bool{false, true, false, false, false, true, true, false} {
		if got := cells[i].Unit != nil; got != want {
			t.Errorf("cell %d has a unit: %v (%s)", i+1, got, cells[i].Why)
		}
	}
}

func TestAMethodIsAddedToATypeOfAnEarlierCell(t *testing.T) {
	cells := runUnits(t,
		"// any\ntype point struct{ x, y int }\nfunc (p point) sum() int { return p.x + p.y }",
		"// any\ntype line struct { a, b point }\nfunc between(a, b point) line { return line{a, b} }\np := point{1, 2}\nps := map[string][]*point{\"a\": {&p}}\nn := 3\nl := line{p, p}",
		"// any\nfunc (p point) twice() int { return 2 * p.sum() * n }\np.twice()",
		"// any\nl.a.twice() + ps[\"a\"][0].twice() + between(p, p).b.twice()",
		"// any\nfunc (p point) twice() int { return 3 * p.sum() }\np.twice()",
		"// any\nfunc (p *point) move() { p.x++ }\np.move()\np.twice()",
	)
	if got := strings.Join(cells[2].Results, ","); got != "int" {
		t.Errorf("the cell that adds a method shows %q", got)
	}
	carried := 0
	for _, v := range cells[2].Program.Units[0].Vars {
		if v.Carries != 0 {
			carried++
		}
	}
	if carried != 3 {
		t.Errorf("%d variables are carried over, want p, ps and l", carried)
	}
}

func TestALoopThatCannotPanicStoresItsCopiesAtItsEnd(t *testing.T) {
	for src, want := range map[string]bool{
		"for i := 0; i < 1000; i++ { s += i }":                        true,
		"for i := 0; i < 1000; i++ { s += i / 2; f *= math.Sqrt(f) }": true,
		"for i := 0; i < 1000; i++ { s += i / n }":                    false,
		"for i := 0; i < 1000; i++ { s += a[i] }":                     false,
		"for i := 0; i < 1000; i++ { s <<= n }":                       false,
	} {
		cells := runUnits(t, "s, n, f := 0, 3, 1.5\na := []int{1}", src)
		// Once in the check, once at the end.
		if got := strings.Count(string(cells[1].Unit.Source), " *ꞑv_s = ꞑl_s;") == 2; got != want {
			t.Errorf("%s: stored at the end: %v\n%s", src, got, numbered(cells[1].Unit.Source))
		}
	}
}

func TestAWishToCompileIsGivenUpWhereAUnitCannotSayIt(t *testing.T) {
	cells := runUnits(t, "// any\nle := binary.LittleEndian\nfunc put(b []byte) { for i := range b { le.PutUint16(b[i:], 1) } }")
	if cells[0].Unit != nil {
		t.Error("a variable of a type that its package does not export is in a unit")
	}
}

func TestQuietLoopsWorkOnCopies(t *testing.T) {
	for src, want := range map[string]bool{
		"for i, x := range a { s += x * b[i] }":                              true,
		"for i := 0; i < n; i++ { if i%2 == 0 { n--; s = 1 } }":              true,
		"for n = 0; n < 3; n++ { }":                                          false, // n is set where no store can follow
		"for i := range a { s += math.Sqrt(a[i]); xs = append(xs, i) }":      true,
		"for s < 3 { f() }":                                                  false, // f may change s
		"for i := range a { p := &s; *p = float64(i) }":                      false,
		"for range ch { s++ }":                                               false,
		"for n < 10 { func() { n++ }() }":                                    false,
		"for s < 3 { time.Sleep(1) }":                                        false, // others may change it meanwhile
		"for i := range a { s, n = s + 1, i; switch { case n > 2: n = 0 } }": true,
	} {
		cells := runUnits(t,
			"a, b := []float64{1, 2}, []float64{3, 4}\ns, n := 0.0, 5\nvar xs []int\nch := make(chan int)\nfunc f() { s++ }",
			src)
		if got := strings.Contains(string(cells[1].Unit.Source), localPrefix); got != want {
			t.Errorf("%s: works on copies: %v\n%s", src, got, numbered(cells[1].Unit.Source))
		}
	}
}
