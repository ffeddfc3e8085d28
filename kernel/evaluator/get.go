package evaluator

// This file gets modules.

import (
	"strings"

	"github.com/netherfield/netherfield/kernel/engine"
)

// get adds modules to the session.
func (k *call) get(p piece) error {
	queries := strings.Fields(p.text)
	if len(queries) == 0 {
		return misuse(p, "it wants a module, such as golang.org/x/text or golang.org/x/text@v0.33.0")
	}
	for _, query := range queries {
		added, err := k.ev.engine.Get(k.ctx, query, k.out)
		if f, ok := asError[*engine.Failure](err); ok {
			return f
		}
		if err != nil {
			return commandFailed(p, err)
		}
		k.print("%s %s\n", added.Module, added.Version)
		for _, change := range added.Changes {
			k.print("    %s\n", change)
		}
		for _, note := range added.Notes {
			k.out.Stream("stderr", []byte("note: "+note+"\n"))
		}
	}
	return nil
}
