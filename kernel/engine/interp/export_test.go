package interp

import "github.com/netherfield/netherfield/kernel/ir"

// Load compiles a program without running it, and reports a defect.
func Load(m *Machine, p *ir.Program) *Failure {
	_, f := m.load(p)
	return f
}
