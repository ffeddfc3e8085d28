// The graph of imports, the rules on it, and what breaks them.

// Package deptest keeps the architecture from eroding: it owns a table of
// imports that must never appear, each with its reason, and checks it against
// what the Go tool says is imported.
//
// A [Rule] bans the way from one set of packages to another. Both sets are
// patterns as the Go tool knows them: "./kernel/..." is this module's kernel
// and everything below it, "go/..." the standard library's; "external" is what
// belongs to neither. A rule is about the imports of the package itself or, if
// it is Transitive, about everything it links. Tests are not part of the
// graph: they may import what they like.
//
//	graph, err := deptest.Load(ctx, "../..")
//	for _, v := range deptest.Check(graph, rules) {
//		t.Error(v)
//	}
package deptest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
)

// A Rule says that no package of From imports one of To, and why.
type Rule struct {
	From       []string
	To         []string
	Transitive bool // by way of other packages neither
	Why        string
}

// A Graph holds the imports of every package of a module and of all that they
// import, by import path.
type Graph struct {
	Module  string
	Own     []string // the module's packages, sorted
	Imports map[string][]string
	std     map[string]bool
}

// Load asks the Go tool for the imports of the module in dir.
func Load(ctx context.Context, dir string) (*Graph, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-json=ImportPath,Imports,Standard,Module", "./...")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("deptest: go list in %s: %w\n%s", dir, err, stderr.Bytes())
	}
	g := &Graph{Imports: map[string][]string{}, std: map[string]bool{}}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Imports    []string
			Standard   bool
			Module     *struct {
				Path string
				Main bool
			}
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("deptest: go list in %s: %w", dir, err)
		}
		g.Imports[p.ImportPath] = p.Imports
		g.std[p.ImportPath] = p.Standard
		if p.Module != nil && p.Module.Main {
			g.Module = p.Module.Path
			g.Own = append(g.Own, p.ImportPath)
		}
	}
	slices.Sort(g.Own)
	return g, nil
}

// A Violation is a way through the graph that a rule bans.
type Violation struct {
	Path []string // from the package that must not to the one it must not reach
	Why  string
}

func (v Violation) String() string {
	return strings.Join(v.Path, " → ") + ": " + v.Why
}

// Check returns the shortest forbidden way of every package that breaks a
// rule, in the order of the rules. A rule that matches no package holds.
func Check(g *Graph, rules []Rule) []Violation {
	var out []Violation
	for _, rule := range rules {
		for _, from := range g.Own {
			if !g.matchAny(rule.From, from) {
				continue
			}
			if path := g.forbidden(rule, from); path != nil {
				out = append(out, Violation{path, rule.Why})
			}
		}
	}
	return out
}

// forbidden searches breadth first, so that the way it finds is the shortest.
func (g *Graph) forbidden(rule Rule, from string) []string {
	cameFrom := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		if queue[0] != from && !rule.Transitive {
			break
		}
		for _, next := range g.Imports[queue[0]] {
			if _, seen := cameFrom[next]; seen {
				continue
			}
			cameFrom[next] = queue[0]
			if g.matchAny(rule.To, next) {
				var path []string
				for p := next; p != ""; p = cameFrom[p] {
					path = append(path, g.name(p))
				}
				slices.Reverse(path)
				return path
			}
			queue = append(queue, next)
		}
	}
	return nil
}

// external stands for every package outside the standard library and the
// module.
const external = "external"

func (g *Graph) matchAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return g.match(pattern, path) })
}

func (g *Graph) match(pattern, path string) bool {
	name := g.name(path)
	if pattern == external {
		return !g.std[path] && name == path
	}
	base, below := strings.CutSuffix(pattern, "/...")
	return name == base || below && strings.HasPrefix(name, base+"/")
}

// name is the path as patterns and messages write it.
func (g *Graph) name(path string) string {
	if path == g.Module {
		return "."
	}
	if own, ok := strings.CutPrefix(path, g.Module+"/"); ok {
		return "./" + own
	}
	return path
}
