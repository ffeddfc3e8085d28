package evaluator

// This file makes the names known that every cell may use without an import: what
// notebooks call a pipeline service by.

import (
	"go/scanner"
	"go/token"
	"slices"
	"strings"

	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/session"
)

// A known name stands for a function of package client.
type known struct{ name, function, signature string }

// prelude are the names, in alphabetical order. They become variables of the session when
// a cell first mentions them: so both tiers know them, a cell may declare them
// differently, and nobody pays for them who does not use them.
var prelude = []known{
	{"get_metrics", "GetMetrics", "func() (*client.Metrics, error)"},
	{"score_text", "ScoreText", "func(texts []string) ([]string, error)"},
}

const clientPath = "github.com/netherfield/netherfield/runtime/client"

// preludeImport is what the package is imported as; a cell may well call something else
// client.
const preludeImport = "netherfield_client"

// source is the Go that makes the name a variable.
func (k known) source() string {
	return "import " + preludeImport + " \"" + clientPath + "\"\n" + k.name + " := " + preludeImport + "." + k.function
}

// missing returns the names of the prelude that code mentions and a session does not know.
func missing(session *cell.Frontend, code string) (out []known) {
	for _, k := range prelude {
		if !strings.Contains(code, k.name) {
			continue
		}
		if _, ok := session.Lookup(k.name); !ok && mentions(code, k.name) {
			out = append(out, k)
		}
	}
	return out
}

// mentions tells whether an identifier of code is the name.
func mentions(code, name string) bool {
	var s scanner.Scanner
	src := []byte(code)
	files := token.NewFileSet()
	s.Init(files.AddFile("", -1, len(src)), src, func(token.Position, string) {}, 0)
	for {
		_, tok, text := s.Scan()
		if tok == token.EOF {
			return false
		}
		if tok == token.IDENT && text == name {
			return true
		}
	}
}

// prepare makes what code mentions of the prelude known.
func (k *call) prepare(code string) error {
	for _, name := range missing(k.ev.engine.Frontend(), code) {
		if _, err := k.ev.engine.RunIn(k.ctx, cell.Interpreted, 0, name.source(), k.out); err != nil {
			return err
		}
	}
	return nil
}

// completePrelude adds the names that the session does not know yet.
func (ev *Evaluator) completePrelude(code string, c *session.Completion, cursor int) {
	if c.Start > cursor || c.Start == cursor || c.Start > 0 && code[c.Start-1] == '.' {
		return
	}
	prefix := code[c.Start:cursor]
	for _, k := range prelude {
		if _, ok := ev.engine.Frontend().Lookup(k.name); !ok && strings.HasPrefix(k.name, prefix) {
			c.Matches = slices.Insert(c.Matches, 0, session.Match{Text: k.name, Kind: "function", Signature: k.signature})
		}
	}
}

// describePrelude describes the name at the cursor, if it is of the prelude.
func (ev *Evaluator) describePrelude(code string, cursor, detail int) (d cell.Description, ok bool) {
	for _, k := range prelude {
		for at := 0; ; {
			i := strings.Index(code[at:], k.name)
			if i < 0 {
				break
			}
			if at += i; cursor >= at && cursor <= at+len(k.name) && mentions(code, k.name) {
				asked := "client." + k.function
				return ev.engine.Frontend().Inspect(asked, len(asked), detail)
			}
			at += len(k.name)
		}
	}
	return d, false
}
