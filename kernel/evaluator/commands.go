package evaluator

// This file lists the commands and finds them.

import (
	"strings"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/kernel/cell"
)

// A command is something a line or a cell can call beside Go.
type command struct {
	// name begins a line that calls it, except that of ? and ??, which ends
	// one.
	name string
	// usage is how to write it, help what it does.
	usage, help string
	// takes is what follows its name.
	takes cell.Argument
	run   func(*call, piece) error
}

// commands returns all commands, in the order of %help.
func commands() []*command {
	return []*command{
		{"%help", "%help", "lists the commands", cell.TakesText, (*call).help},
		{"%vars", "%vars", "lists the session's names with their types and values", cell.TakesText, (*call).vars},
		{"%type", "%type EXPRESSION", "tells the type of an expression without running it", cell.TakesGo, (*call).typeOf},
		{"%time", "%time STATEMENT", "runs one line of Go and tells how long it took", cell.TakesGo, (*call).time},
		{"%%time", "%%time", "runs the cell and tells how long it took", cell.TakesGo, (*call).timed},
		{"%tier", "%tier [STATEMENT]", "tells whether the last cell, or a line of Go, is interpreted or compiled, and why", cell.TakesGo, (*call).tier},
		{"%%compile", "%%compile", "compiles the cell", cell.TakesText, (*call).inTier},
		{"%%interpret", "%%interpret", "interprets the cell, or says why it cannot be", cell.TakesText, (*call).inTier},
		{"%get", "%get MODULE[@VERSION]…", "makes modules importable, through the GOPROXY and GOPRIVATE of your environment", cell.TakesText, (*call).get},
		{"%reset", "%reset", "forgets all names and imports and frees their memory", cell.TakesText, (*call).reset},
		{"%replay", "%replay [list] [CELLS]", "runs the session's successful cells again, in order: all of them, or those with numbers such as 3-7; list only shows them", cell.TakesText, (*call).replay},
		{"%cd", "%cd [DIRECTORY]", "changes the working directory; without one, to the home directory", cell.TakesPath, (*call).cd},
		{"%env", "%env [NAME[=VALUE]]", "shows or sets environment variables", cell.TakesText, (*call).env},
		{"%%writefile", "%%writefile [-a] FILE", "writes the rest of the cell to a file; -a appends", cell.TakesPath, (*call).writeFile},
		{"%%bash", "%%bash", "runs the rest of the cell with bash", cell.TakesText, (*call).bash},
		{"!", "!COMMAND", "runs a line with the shell", cell.TakesText, (*call).shell},
		{"?", "NAME?", "shows the documentation of a name", cell.TakesText, (*call).inspect},
		{"??", "NAME??", "shows its source as well", cell.TakesText, (*call).inspectSource},
	}
}

// find returns the command of a name; nil if there is none.
func find(name string) *command {
	for _, c := range commands() {
		if c.name == name {
			return c
		}
	}
	return nil
}

// completions tells the front end about the commands.
func completions() (out []cell.Command) {
	for _, c := range commands() {
		if c.name[0] == '%' {
			out = append(out, cell.Command{Name: c.name, Doc: c.help, Argument: c.takes})
		}
	}
	return out
}

// inspectCommand describes the command under the cursor.
func inspectCommand(code string, cursor int) (display.Bundle, bool) {
	cursor = max(0, min(cursor, len(code)))
	start := strings.LastIndexByte(code[:cursor], '\n') + 1
	line, _, _ := strings.Cut(code[start:], "\n")
	name, _ := commandOf(line)
	if !strings.HasPrefix(name, "%") || cursor-start > strings.Index(line, name)+len(name) || !outside(code[:start]) {
		return display.Bundle{}, false
	}
	c := find(name)
	if c == nil {
		return display.Bundle{}, false
	}
	return display.Bundle{Data: map[string]any{
		"text/plain":    c.usage + "\n\n" + c.help,
		"text/markdown": "`" + c.usage + "`\n\n" + c.help,
	}}, true
}
