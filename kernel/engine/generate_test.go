package engine

// This file writes random programs for the differential test: every variable
// is printed at the end, every loop ends, and what panics is a fair outcome.

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/netherfield/netherfield/kernel/cell"
)

var (
	seed     = flag.Uint64("seed", 1, "first seed of the random programs")
	programs = flag.Int("programs", 150, "how many random programs to compare")
)

// A generator writes one program.
type generator struct {
	*rand.Rand
	b      strings.Builder
	vars   map[string][]string // type -> names in scope
	n      int
	depth  int
	budget int
}

var numeric = []string{"int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "float32", "float64"}

func isFloat(t string) bool { return strings.HasPrefix(t, "float") }

func pick[T any](g *generator, xs []T) T { return xs[g.IntN(len(xs))] }

// program returns a case.
func program(seed uint64) trial {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 7)), vars: map[string][]string{}, budget: 40}
	k := trial{name: fmt.Sprintf("seed%d", seed), imports: "fmt"}
	for range 6 {
		g.declare(pick(g, append([]string{"string", "bool", "[]int", "map[string]int", "[3]int", "*int", "any"}, numeric...)))
	}
	for g.budget > 0 {
		g.statement()
	}
	for _, names := range g.sorted() {
		for _, n := range names {
			if strings.HasPrefix(n, "p") {
				fmt.Fprintf(&g.b, "fmt.Println(%q, *%s)\n", n, n)
			} else {
				fmt.Fprintf(&g.b, "fmt.Println(%q, %s)\n", n, n)
			}
		}
	}
	k.decls = `
func helper(a int, s string, f float64) (int, string, error) {
	defer func() { a++ }()
	if a%3 == 0 {
		return a, s, fmt.Errorf("helper: %d", a)
	}
	return len(s) + a, s + "!", nil
}
func vary(first int, rest ...int) (n int) {
	defer func() { n += first }()
	for i, r := range rest {
		n += i * r
	}
	return n
}
`
	k.body = g.b.String()
	return k
}

func (g *generator) sorted() (out [][]string) {
	for _, t := range append([]string{"string", "bool", "[]int", "map[string]int", "[3]int", "*int", "any", "func(int) int"}, numeric...) {
		if t != "func(int) int" {
			out = append(out, g.vars[t])
		}
	}
	return out
}

func (g *generator) name(t string) string {
	g.n++
	if t == "*int" {
		return fmt.Sprintf("p%d", g.n)
	}
	return fmt.Sprintf("v%d", g.n)
}

func (g *generator) line(format string, args ...any) {
	fmt.Fprintf(&g.b, strings.Repeat("\t", g.depth)+format+"\n", args...)
}

func (g *generator) declare(t string) {
	v := g.name(t)
	g.line("var %s %s = %s", v, t, g.expr(t, 2))
	g.line("_ = %s", v)
	g.vars[t] = append(g.vars[t], v)
}

// block writes statements in a scope of their own.
func (g *generator) block(n int) {
	saved := map[string][]string{}
	for t, names := range g.vars {
		saved[t] = names[:len(names):len(names)]
	}
	g.depth++
	for range n {
		g.statement()
	}
	g.depth--
	g.vars = saved
}

func (g *generator) statement() {
	g.budget--
	t := pick(g, numeric)
	if len(g.vars[t]) == 0 {
		t = "int"
	}
	kind := g.IntN(20)
	if g.depth > 3 {
		kind = g.IntN(8)
	}
	switch {
	case kind == 6 && len(g.vars["map[string]int"]) == 0, kind == 7 && len(g.vars["[]int"]) == 0,
		kind > 2 && kind < 6 && len(g.vars[t]) == 0:
		g.declare("int")
	case kind < 3:
		g.declare(pick(g, append([]string{"string", "bool", "[]int", "any", "*int", "[3]int"}, numeric...)))
	case kind < 6 && len(g.vars[t]) > 0:
		v := pick(g, g.vars[t])
		ops := []string{"+=", "-=", "*=", "="}
		if !isFloat(t) {
			ops = append(ops, "|=", "&=", "^=", "&^=")
		}
		g.line("%s %s %s", v, pick(g, ops), g.expr(t, 2))
	case kind == 6 && len(g.vars["map[string]int"]) > 0:
		g.line("%s[%s] += %s", pick(g, g.vars["map[string]int"]), g.expr("string", 1), g.expr("int", 1))
	case kind == 7 && len(g.vars["[]int"]) > 0:
		v := pick(g, g.vars["[]int"])
		g.line("%s = append(%s, %s, %s)", v, v, g.expr("int", 2), g.expr("int", 1))
	case kind < 10:
		g.line("if %s {", g.expr("bool", 2))
		g.block(2)
		g.line("} else {")
		g.block(1)
		g.line("}")
	case kind < 12:
		i := g.name("int")
		g.line("for %s := 0; %s < %d; %s++ {", i, i, g.IntN(5), i)
		g.vars["int"] = append(g.vars["int"], i)
		g.line("\tif %s > 20 { break }", i)
		// The loop variable may be assigned to: it only grows.
		g.vars["int"] = g.vars["int"][:len(g.vars["int"])-1]
		g.line("\tif %s { continue }", g.expr("bool", 1))
		g.block(2)
		g.line("}")
	case kind < 14 && len(g.vars["[]int"]) > 0:
		i, x := g.name("int"), g.name("int")
		g.line("for %s, %s := range %s {", i, x, pick(g, g.vars["[]int"]))
		g.line("\t_, _ = %s, %s", i, x)
		g.line("\tif %s > 10 { break }", i)
		saved := g.vars["int"]
		g.vars["int"] = append(saved[:len(saved):len(saved)], x)
		g.block(2)
		g.vars["int"] = saved
		g.line("}")
	case kind < 16:
		g.line("switch %s {", g.expr("int", 2))
		for c := range 3 {
			g.line("case %d, %d:", c*2, c*2+1)
			g.block(1)
		}
		g.line("default:")
		g.block(1)
		g.line("}")
	case kind < 17:
		f := g.name("f")
		g.line("%s := func(n int) int {", f)
		saved := g.vars["int"]
		g.vars["int"] = append(saved[:len(saved):len(saved)], "n")
		g.block(2)
		g.line("\treturn %s", g.expr("int", 2))
		g.vars["int"] = saved
		g.line("}")
		v := g.name("int")
		g.line("%s := %s(%s)", v, f, g.expr("int", 1))
		g.line("_ = %s", v)
		g.vars["int"] = append(g.vars["int"], v)
	case kind < 18:
		a, s, e := g.name("int"), g.name("string"), g.name("error")
		g.line("%s, %s, %s := helper(%s, %s, %s)", a, s, e, g.expr("int", 1), g.expr("string", 1), g.expr("float64", 1))
		g.line("fmt.Println(%s, %s, %s)", a, s, e)
	case kind < 19 && len(g.vars["any"]) > 0:
		g.line("switch x := %s.(type) {", pick(g, g.vars["any"]))
		g.line("case int:\n\tfmt.Println(\"int\", x+1)\ncase string:\n\tfmt.Println(\"string\", x+\".\")\ncase nil:\n\tfmt.Println(\"nil\", x)")
		g.line("default:\n\tfmt.Printf(\"%%T %%v\\n\", x, x)\n}")
	default:
		g.line("func() {")
		g.line("\tdefer func() { fmt.Println(\"recovered\", recover() != nil) }()")
		g.block(1)
		g.line("\tfmt.Println(%s / %s)", g.expr("int", 1), g.expr("int", 1))
		g.line("}()")
	}
}

// expr returns an expression of a type.
func (g *generator) expr(t string, depth int) string {
	if names := g.vars[t]; len(names) > 0 && g.IntN(3) > 0 {
		if depth == 0 || g.IntN(2) == 0 {
			return pick(g, names)
		}
	}
	if depth == 0 {
		return g.literal(t)
	}
	d := depth - 1
	switch t {
	case "bool":
		n := pick(g, numeric)
		switch g.IntN(4) {
		case 0:
			return fmt.Sprintf("(%s && %s)", g.expr("bool", d), g.expr("bool", d))
		case 1:
			return fmt.Sprintf("!%s", g.expr("bool", d))
		case 2:
			return fmt.Sprintf("(%s %s %s)", g.typed("string", d), pick(g, []string{"==", "<", ">="}), g.expr("string", d))
		}
		return fmt.Sprintf("(%s %s %s)", g.typed(n, d), pick(g, []string{"==", "!=", "<", "<=", ">", ">="}), g.expr(n, d))
	case "string":
		switch g.IntN(4) {
		case 0:
			return fmt.Sprintf("(%s + %s)", g.expr("string", d), g.expr("string", d))
		case 1:
			return fmt.Sprintf("fmt.Sprint(%s)", g.expr(pick(g, []string{"int", "bool", "float64", "uint8"}), d))
		case 2:
			return fmt.Sprintf("string(rune(%s))", g.typed("int32", d))
		}
		return g.literal(t)
	case "[]int":
		if g.IntN(2) == 0 && len(g.vars[t]) > 0 {
			return fmt.Sprintf("append([]int(nil), %s...)", pick(g, g.vars[t]))
		}
		return fmt.Sprintf("[]int{%s, %s}", g.expr("int", d), g.expr("int", d))
	case "map[string]int":
		return fmt.Sprintf("map[string]int{%q: %s}", pick(g, []string{"a", "b"}), g.expr("int", d))
	case "[3]int":
		return fmt.Sprintf("[3]int{%s, 2: %s}", g.expr("int", d), g.expr("int", d))
	case "*int":
		return fmt.Sprintf("new(%s)", g.typed("int", d))
	case "any":
		return fmt.Sprintf("any(%s)", g.typed(pick(g, []string{"int", "string", "float64", "uint8", "bool"}), d))
	}
	if isFloat(t) {
		switch g.IntN(3) {
		case 0:
			return fmt.Sprintf("%s(%s)", t, g.typed(pick(g, []string{"int", "uint8", "int32", "float32", "float64"}), d))
		}
		return fmt.Sprintf("(%s %s %s)", g.typed(t, d), pick(g, []string{"+", "-", "*", "/"}), g.expr(t, d))
	}
	switch g.IntN(8) {
	case 0:
		return fmt.Sprintf("%s(%s)", t, g.typed(pick(g, numeric[:10]), d))
	case 1:
		return fmt.Sprintf("(%s %s uint8(%s))", g.typed(t, d), pick(g, []string{"<<", ">>"}), g.typed("uint8", d))
	case 2:
		return fmt.Sprintf("(%s %s (%s|1))", g.typed(t, d), pick(g, []string{"/", "%"}), g.typed(t, d))
	case 3:
		if t == "int" {
			if len(g.vars["[]int"]) > 0 && g.IntN(2) == 0 {
				return fmt.Sprintf("len(%s)", pick(g, g.vars["[]int"]))
			}
			if len(g.vars["[3]int"]) > 0 {
				return fmt.Sprintf("%s[uint(%s)%%3]", pick(g, g.vars["[3]int"]), g.typed("int", d))
			}
			return fmt.Sprintf("vary(%s, %s, %s)", g.expr("int", d), g.expr("int", d), g.expr("int", d))
		}
		return fmt.Sprintf("-%s", g.typed(t, d))
	case 4:
		return fmt.Sprintf("^%s", g.typed(t, d))
	case 5:
		return fmt.Sprintf("%s(%s, %s)", pick(g, []string{"min", "max"}), g.typed(t, d), g.expr(t, d))
	}
	return fmt.Sprintf("(%s %s %s)", g.typed(t, d), pick(g, []string{"+", "-", "*", "&", "|", "^", "&^"}), g.expr(t, d))
}

// typed returns an expression that is not an untyped constant, so that the
// compiler does not fold it and complain.
func (g *generator) typed(t string, depth int) string {
	if names := g.vars[t]; len(names) > 0 {
		return pick(g, names)
	}
	return fmt.Sprintf("func() %s { return %s }()", t, g.expr(t, depth))
}

func (g *generator) literal(t string) string {
	switch t {
	case "bool":
		return pick(g, []string{"true", "false"})
	case "string":
		return pick(g, []string{`""`, `"a"`, `"héllo"`, "`raw\n`", `"\xff\x01"`})
	case "[]int":
		return pick(g, []string{"[]int{}", "[]int{1, 2, 3}", "[]int(nil)"})
	case "map[string]int":
		return `map[string]int{"k": 1}`
	case "[3]int":
		return "[3]int{1, 2, 3}"
	case "*int":
		return "new(int)"
	case "any":
		return pick(g, []string{"nil", "1", `"s"`, "2.5", "[]int{1}"})
	case "float32", "float64":
		return pick(g, []string{"0", "1.5", "-2.25", "1e10", "3"})
	}
	if strings.HasPrefix(t, "u") {
		return pick(g, []string{"0", "1", "7", "200", "255"})
	}
	return pick(g, []string{"0", "1", "-1", "7", "100", "127", "-128"})
}

func TestRandomProgramsPrintTheSameInBothTiers(t *testing.T) {
	var trials []trial
	for i := range *programs {
		trials = append(trials, program(*seed+uint64(i)))
	}
	native := runNative(t, trials)
	for i, k := range trials {
		got, _ := runInterpreted(t, k.cellText())
		if got != native[i] {
			t.Errorf("%s\n%s\ninterpreted:\n%s\ncompiled:\n%s", k.name, k.cellText(), got, native[i])
			return // one at a time is enough to read
		}
	}
}

// The units of compiled cells are not the cells' text: that they mean the same
// is what this test is about. It runs random programs in both tiers of one
// kernel.
func TestRandomProgramsPrintTheSameCompiledInTheKernel(t *testing.T) {
	if raceEnabled {
		t.Log("the worker has no race detector; the norace run covers this test")
		return
	}
	e := startCompiling(t)
	run := func(tier cell.Tier, k trial) string {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := e.Reset(ctx); err != nil {
			t.Fatal(err)
		}
		out := &text{}
		if _, err := e.RunIn(ctx, tier, 1, k.cellText(), out); err != nil {
			t.Fatalf("%s %v: %v\n%s", k.name, tier, err, k.cellText())
		}
		return out.String()
	}
	for i := range max(1, *programs/8) {
		k := program(*seed + 1000 + uint64(i))
		if a, b := run(cell.Interpreted, k), run(cell.Compiled, k); a != b {
			t.Errorf("%s\n%s\ninterpreted:\n%s\ncompiled:\n%s", k.name, k.cellText(), a, b)
			return
		}
	}
}

func TestTheTrustedConstructsPrintTheSameCompiledInTheKernel(t *testing.T) {
	if raceEnabled {
		t.Log("the worker has no race detector; the norace run covers this test")
		return
	}
	e := startCompiling(t)
	trials := readTrials(t)
	native := runNative(t, trials)
	for i, k := range trials {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := e.Reset(ctx); err != nil {
			t.Fatal(err)
		}
		out := &text{}
		_, err := e.RunIn(ctx, cell.Compiled, 1, k.cellText(), out)
		got := out.String()
		var f *Failure
		if errors.As(err, &f) {
			got += "panic: " + f.Message + "\n"
		} else if err != nil {
			t.Errorf("%s: %v\n%s", k.name, err, k.cellText())
			continue
		}
		if got != native[i] {
			t.Errorf("%s\n%s\nas a compiled cell:\n%s\nas a program:\n%s", k.name, k.cellText(), got, native[i])
		}
	}
}
