package pipeline

// This file defines which kinds the library itself has.

import (
	"github.com/netherfield/netherfield/runtime/artefact"
)

// library makes a new value of each kind.
var library = map[string]func() artefact.Stateful{}
