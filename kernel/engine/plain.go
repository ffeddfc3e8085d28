package engine

// This file gives users their own names back in what cells print: the type
// point of a compiled cell has the package path cell/5f0c…, which shows where
// Go prints full paths, as in the name of Pair[point].

import (
	"bytes"
	"regexp"

	"github.com/netherfield/netherfield/kernel/cell"
)

var (
	unitPath = regexp.MustCompile(`cell/[0-9a-f]{24}\.`)
	edition  = regexp.MustCompile(`([0-9A-Za-z_])~[0-9a-f]{16}\.`) // see package module
	unitName = regexp.MustCompile(`(\.|method )` + cell.NamePrefixes)
)

// plain returns text with the names of units as users know them.
func plain(text []byte) []byte {
	if bytes.Contains(text, []byte("cell/")) {
		text = unitPath.ReplaceAll(text, []byte("main."))
	}
	if bytes.Contains(text, []byte(cell.NameLead)) {
		text = unitName.ReplaceAll(text, []byte("$1"))
	}
	if bytes.IndexByte(text, '~') >= 0 {
		text = edition.ReplaceAll(text, []byte("$1."))
	}
	return text
}
