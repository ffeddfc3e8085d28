package interp_test

import (
	"fmt"
	"testing"
)

func TestSmoke(t *testing.T) {
	s := newSession(t)
	for _, c := range []struct{ src, want string }{
		{"x := 2 + 3\nx*2", "[10]"},
		{"x++\nx", "[6]"},
		{"func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }\nfib(20)", "[6765]"},
		{"s := []int{1,2,3}\ns = append(s, 4)\ns[1:3]", "[[2 3]]"},
		{"m := map[string]int{\"a\": 1}\nm[\"b\"] += 2\nm", "[map[a:1 b:2]]"},
		{"import \"strings\"\nstrings.ToUpper(\"abc\")", "[ABC]"},
		{"import \"fmt\"\nfmt.Sprintf(\"%d %s\", 3, \"x\")", "[3 x]"},
		{"add := func(a int) func(int) int { return func(b int) int { return a + b } }\nadd(3)(4)", "[7]"},
		{"t := 0\nfor i := range 10 { if i == 5 { continue }; t += i }\nt", "[40]"},
		{"func div(a, b int) (r int, err error) { defer func() { if e := recover(); e != nil { err = e.(error) } }(); return a / b, nil }\n_, e := div(1, 0)\ne.Error()", "[runtime error: integer divide by zero]"},
		{"ch := make(chan int)\ngo func() { for i := range 3 { ch <- i }; close(ch) }()\nsum := 0\nfor v := range ch { sum += v }\nsum", "[3]"},
		{"import \"sort\"\nq := []int{3,1,2}\nsort.Slice(q, func(i, j int) bool { return q[i] < q[j] })\nq", "[[1 2 3]]"},
		{"type_ := any(3.5)\nswitch v := type_.(type) { case int: x = v; case float64: x = int(v * 2) }\nx", "[7]"},
	} {
		if got := fmt.Sprint(s.ok(c.src)); got != c.want {
			t.Errorf("%s\n%s, want %s", c.src, got, c.want)
		}
	}
	f := s.fails("a := []int{1,2,3}\ni := 5\na[i]")
	if f.Message != "runtime error: index out of range [5] with length 3" {
		t.Error(f.Message, f.Frames)
	}
}
