package evaluator

// This file lists the commands and finds them.

import (
	"sort"
	"strings"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/kernel/session"
)

// A command is something a line or a cell can call beside Go.
type command struct {
	// names are the ways to write it; the first is shown by %help.
	names []string
	// usage is how to write it, help what it does.
	usage, help string
	run         func(*call, piece) error
}

// commands returns all commands, in the order of %help.
func commands() []*command {
	return []*command{
		{[]string{"%help"}, "%help", "lists the commands", (*call).help},
		{[]string{"%vars"}, "%vars", "lists the session's names with their types and values", (*call).vars},
		{[]string{"%type"}, "%type EXPRESSION", "tells the type of an expression without running it", (*call).typeOf},
		{[]string{"%time"}, "%time STATEMENT", "runs one line of Go and tells how long it took", (*call).time},
		{[]string{"%%time"}, "%%time", "runs the cell and tells how long it took", (*call).timeCell},
		{[]string{"%reset"}, "%reset", "forgets all names and imports and frees their memory", (*call).reset},
		{[]string{"%cd"}, "%cd [DIRECTORY]", "changes the working directory; without one, to the home directory", (*call).cd},
		{[]string{"%env"}, "%env [NAME[=VALUE]]", "shows or sets environment variables", (*call).env},
		{[]string{"%%writefile"}, "%%writefile [-a] FILE", "writes the rest of the cell to a file; -a appends", (*call).writeFile},
		{[]string{"%%bash"}, "%%bash", "runs the rest of the cell with bash", (*call).bash},
		{[]string{"!"}, "!COMMAND", "runs a line with the shell", (*call).shell},
		{[]string{"?"}, "NAME?", "shows the documentation of a name", (*call).inspect},
		{[]string{"??"}, "NAME??", "shows its source as well", (*call).inspectSource},
	}
}

// find returns the command of a name; nil if there is none.
func find(name string) *command {
	for _, c := range commands() {
		for _, n := range c.names {
			if n == name {
				return c
			}
		}
	}
	return nil
}

// completeCommand completes the name of a command. It reports false if the
// cursor is not in one.
func completeCommand(code string, cursor int) (session.Completion, bool) {
	cursor = max(0, min(cursor, len(code)))
	start := strings.LastIndexByte(code[:cursor], '\n') + 1
	word := strings.TrimLeft(code[start:cursor], " \t")
	start = cursor - len(word)
	if !strings.HasPrefix(word, "%") || strings.ContainsAny(word, " \t") || !outside(code[:start]) {
		return session.Completion{}, false
	}
	out := session.Completion{Start: start, End: cursor}
	for _, c := range commands() {
		if n := c.names[0]; strings.HasPrefix(n, word) && n[0] == '%' {
			out.Matches = append(out.Matches, session.Match{Text: n, Kind: "command", Signature: c.help})
		}
	}
	sort.Slice(out.Matches, func(i, j int) bool { return out.Matches[i].Text < out.Matches[j].Text })
	return out, true
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
