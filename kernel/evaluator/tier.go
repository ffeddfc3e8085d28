package evaluator

// This file tells of the two tiers.

import (
	"fmt"
	"strings"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/session"
)

// tier tells how a line of Go would run and why, or how the last cell ran.
func (k *call) tier(p piece) error {
	var text strings.Builder
	if p.text == "" {
		last, why := k.ev.engine.LastTier()
		if why == "" {
			text.WriteString("No cell has run yet.\n")
		} else {
			fmt.Fprintf(&text, "The last cell was %s: %s.\n", last, why)
		}
		if err := k.ev.engine.CanCompile(); err != nil {
			fmt.Fprintf(&text, "Cells cannot be compiled: %s.", err)
		} else {
			text.WriteString("Cells are interpreted where that is proven right and fast, else compiled. %%compile and %%interpret at the top of a cell choose.")
		}
	} else {
		c, err := k.ev.engine.Plan(k.ctx, cell.AnyTier, k.number, padTo(p), k.out)
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "This would be %s: %s.", c.Tier(), c.Why)
		if len(c.Trust) > 0 {
			var list []string
			for _, t := range c.Trust {
				list = append(list, string(t))
			}
			fmt.Fprintf(&text, "\nThe interpreter runs its %s.", strings.Join(list, ", "))
		}
	}
	b := display.Text(text.String())
	k.value = &b
	return nil
}

// inTier is %%compile and %%interpret.
func (k *call) inTier(p piece) error {
	if p.text != "" {
		return misuse(p, "it takes no arguments")
	}
	src, tier, _ := p.goText()
	_, err := k.goCodeIn(tier, src)
	return err
}

// Status tells how the last cell ran, and what cells take.
func (ev *Evaluator) Status() session.Status {
	var s session.Status
	if last, why := ev.engine.LastTier(); why != "" {
		s.Tier, s.Why = last.String(), why
	}
	if err := ev.engine.CanCompile(); err != nil {
		s.Compiler = err.Error()
	}
	s.Memory, s.MemoryLimit = ev.engine.Memory()
	s.Cache, s.CacheLimit = ev.engine.Cache()
	return s
}
