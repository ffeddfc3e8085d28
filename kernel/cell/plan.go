package cell

// This file is the planner: it decides whether a cell is interpreted or
// compiled. Correct always, instant when it can be: statements that the
// interpreter is trusted with run at once; declarations of types, methods and
// generic functions become a compiled unit, and so do statements that the
// interpreter cannot run or would be slow with.

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"

	"github.com/netherfield/netherfield/kernel/ir"
)

// A Tier is a way to run a cell.
type Tier int

// The tiers. AnyTier leaves the choice to the planner.
const (
	AnyTier Tier = iota
	Interpreted
	Compiled
)

// String returns "interpreted" or "compiled".
func (t Tier) String() string { return [...]string{"any tier", "interpreted", "compiled"}[t] }

// Tier returns the tier that a cell's statements run in, or, if it has none,
// its declarations.
func (c *Cell) Tier() Tier {
	if c.Unit != nil && (c.Unit.Body || c.OnlyDeclares()) {
		return Compiled
	}
	return Interpreted
}

// manyTurns is the number of turns of loops, known from the text, above which
// compiling takes less time than interpreting.
const manyTurns = 3_000_000

// plan makes the cell for a tier. Whatever then has a Unit must be compiled
// before it runs; if willing, also what could be interpreted but is better
// compiled. The error is a *Refusal.
//
// The plan does not depend on whether there is a compiler, so that a unit is
// the same wherever it was compiled.
func (b *binding) plan(tier Tier, willing bool) (*Cell, error) {
	why, compileAll := "", false
	switch turns := b.turns(); {
	case tier == Compiled:
		why, compileAll = "%%compile asks for it", true
	case tier == Interpreted:
	case turns > manyTurns && willing:
		why, compileAll = fmt.Sprintf("its loops turn %.2g times", turns), true
	}
	native := b.native != nil
	if !native && tier == AnyTier && willing && b.worthCompiling() {
		native, b.nativeKind = true, "a function that is worth compiling"
	}
	what := "this cell"
	if native {
		what = b.nativeKind
	}
	need := b.diagnose(b.firstNode().Pos(), what)
	if !compileAll {
		cell, wants, err := b.lower(native)
		refusal, _ := err.(*Refusal)
		switch {
		case err == nil && b.init:
			why, compileAll = "it declares func init", true
		case err == nil && !native && len(wants) == 0:
			cell.Why = "every construct in it is one that the interpreter is trusted with"
			return cell, nil
		case err == nil && tier != Interpreted:
			if !native {
				need.Message = "an instance of a generic function or type"
			}
			cell, err = b.withUnit(cell, wants, need)
			if err != nil && b.native == nil && willing {
				return b.plan(tier, false) // it was a wish only
			}
			return cell, err
		case err == nil:
			refusal = &Refusal{b.diagnose(b.firstNode().Pos(), strings.TrimPrefix(b.nativeKind+" ", " ")+"needs the compiler")}
			return nil, refusal
		case refusal == nil:
			return nil, err
		case tier == Interpreted:
			refusal.Message += " cannot be interpreted; leave %%interpret off"
			return nil, refusal
		default:
			why, need = refusal.Message, refusal.Diagnostic
		}
	}
	_, cell, err := b.compile(true, nil)
	if err != nil && tier == AnyTier && willing && b.native == nil {
		return b.plan(tier, false)
	}
	if err != nil {
		return nil, err
	}
	cell.Why, cell.need = why, need
	return cell, nil
}

// missing returns nil if a cell can run, else why its unit cannot be had.
func (f *Frontend) missing(c *Cell) error {
	switch {
	case c.Unit == nil:
		return nil
	case f.units == nil:
		return errNoCompiler
	}
	return f.units.Missing(c.Unit.Path)
}

var errNoCompiler = fmt.Errorf("this kernel was started without one")

// firstNode returns something that stands in the cell.
func (b *binding) firstNode() ast.Node {
	switch {
	case b.native != nil:
		return b.native
	case len(b.stmts) > 0:
		return b.stmts[0]
	case len(b.decls) > 0:
		return b.decls[0]
	}
	return &ast.BadStmt{}
}

// withUnit gives an interpreted program the unit with the declarations and
// instances that it needs.
func (b *binding) withUnit(interpreted *Cell, wants []want, need Diagnostic) (*Cell, error) {
	unit, cell, err := b.compile(false, wants)
	if err != nil {
		return nil, err
	}
	p := interpreted.Program
	p.Units = cell.Program.Units
	setPath(p, unit.Path)
	cell.Program, cell.Results, cell.Trust = p, interpreted.Results, interpreted.Trust
	cell.Why = "every construct in its statements is one that the interpreter is trusted with; " + need.Message + " is compiled"
	if cell.OnlyDeclares() {
		cell.Why = need.Message + " is compiled"
	}
	cell.need = need
	return cell, nil
}

// setPath puts a unit's path where a program has only its placeholder.
func setPath(p *ir.Program, path string) {
	set := func(s *string) { *s = strings.ReplaceAll(*s, selfPath, path) }
	for i := range p.Types {
		set(&p.Types[i].Path)
		set(&p.Types[i].Name)
	}
	for i := range p.Symbols {
		set(&p.Symbols[i].Path)
		for j := range p.Symbols[i].TypeArgs {
			set(&p.Symbols[i].TypeArgs[j])
		}
	}
}

// worthCompiling tells whether the cell's functions run much faster when they
// are compiled and nobody has to wait for it: the cell has no statements, or
// the functions have loops or call each other.
func (b *binding) worthCompiling() bool {
	if len(b.funcs) == 0 {
		return false
	}
	if len(b.stmts) == 0 {
		return true
	}
	for _, fd := range b.funcs {
		heavy := false
		ast.Inspect(fd.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ForStmt, *ast.RangeStmt:
				heavy = true
			case *ast.CallExpr:
				heavy = heavy || !b.callsPackage(n)
			}
			return !heavy
		})
		if heavy {
			return true
		}
	}
	return false
}

// turns estimates how often the bodies of the cell's top-level loops run, as
// far as constants tell.
func (b *binding) turns() float64 {
	total := 0.0
	for _, s := range b.stmts {
		total += b.turnsOf(s)
	}
	return total
}

func (b *binding) turnsOf(n ast.Node) float64 {
	most := 0.0
	ast.Inspect(n, func(n ast.Node) bool {
		times, body := 0.0, (*ast.BlockStmt)(nil)
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ForStmt:
			times, body = b.bound(n), n.Body
		case *ast.RangeStmt:
			times, body = b.intValue(n.X), n.Body
			if t := b.info.Types[n.X].Type; t == nil || !isInteger(t) {
				times = 1
			}
		default:
			return true
		}
		most += max(times, 1) * max(1, b.turnsOf(body))
		return false
	})
	return most
}

func isInteger(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsInteger != 0
}

// bound returns the constant limit of for i := 0; i < limit; i++.
func (b *binding) bound(s *ast.ForStmt) float64 {
	if cmp, ok := s.Cond.(*ast.BinaryExpr); ok {
		switch cmp.Op {
		case token.LSS, token.LEQ, token.NEQ:
			return b.intValue(cmp.Y)
		}
	}
	return 0
}

func (b *binding) intValue(e ast.Expr) float64 {
	v := b.info.Types[e].Value
	if v == nil || v.Kind() != constant.Int {
		return 0
	}
	f, _ := constant.Float64Val(v)
	return f
}
