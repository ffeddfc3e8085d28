package cell

// This file tells Go from the line and cell commands of a notebook, and
// completes those.

import (
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// A Command is a line or cell command as completion needs to know it.
type Command struct {
	// Name begins with its percent signs: "%cd", "%%bash".
	Name string
	// Doc says in a line what it does.
	Doc string
	// Argument is what follows the name, and for a cell command with
	// TakesGo also the other lines.
	Argument Argument
}

// An Argument is what a command is followed by.
type Argument int

// What a command is followed by.
const (
	TakesText Argument = iota
	TakesGo
	TakesPath
)

// A commandLine is a command in a cell: the bytes [start, end). The argument
// begins at arg.
type commandLine struct {
	start, arg, end int
	name            string
	argument        Argument
}

// mask returns code with everything that is not Go turned into spaces, and the
// commands it has. A line is a command if it begins with % or ! where a
// statement may begin; one that ends or begins with ? asks for help. A cell
// that begins with %% is a command as a whole.
func (f *Frontend) mask(code string) (string, []commandLine) {
	if !strings.ContainsAny(code, "%!?") {
		return code, nil
	}
	var cmds []commandLine
	b := []byte(code)
	from := 0
	if start := len(code) - len(strings.TrimLeft(code, " \t\r\n")); strings.HasPrefix(code[start:], "%%") {
		c := f.commandLine(code, start)
		from = c.end
		if c.argument != TakesGo {
			blank(b[from:])
		}
		blank(b[c.start:c.end])
		cmds = append(cmds, c)
	}
	eachCommand(string(b), from, func(start, end int) {
		if line := code[start:end]; line[0] != '%' && line[0] != '!' {
			blank(b[start : start+len(line)-len(strings.TrimLeft(line, "?"))])
			blank(b[start+len(strings.TrimRight(line, "? \t\r")) : end])
			return
		}
		c := f.commandLine(code, start)
		if c.argument == TakesGo {
			blank(b[c.start:c.arg])
		} else {
			blank(b[c.start:c.end])
		}
		cmds = append(cmds, c)
	})
	return string(b), cmds
}

// commandLine reads the command that begins at start.
func (f *Frontend) commandLine(code string, start int) commandLine {
	c := commandLine{start: start, end: lineEnd(code, start)}
	line := code[start:c.end]
	name := line
	if i := strings.IndexAny(line, " \t"); i >= 0 {
		name = line[:i]
	}
	c.name = strings.TrimRight(name, "\r")
	c.arg = start + len(c.name)
	for c.arg < c.end && (code[c.arg] == ' ' || code[c.arg] == '\t') {
		c.arg++
	}
	for _, known := range f.commands {
		if known.Name == c.name {
			c.argument = known.Argument
		}
	}
	return c
}

// eachCommand calls found with the bounds of every line from byte offset from
// on that is a command or asks for help.
func eachCommand(code string, from int, found func(start, end int)) {
	for from < len(code) {
		next, depth := len(code), 0
		var scan scanner.Scanner
		file := token.NewFileSet().AddFile("", -1, len(code)-from)
		scan.Init(file, []byte(code[from:]), func(token.Position, string) {}, 0)
		for begins := true; ; {
			pos, tok, _ := scan.Scan()
			if tok == token.EOF {
				break
			}
			off := from + file.Offset(pos)
			if begins && depth == 0 {
				end := lineEnd(code, off)
				if code[off] == '%' || code[off] == '!' || isHelp(code[off:end]) {
					found(off, end)
					next = end
					break
				}
			}
			switch tok {
			case token.LPAREN, token.LBRACE, token.LBRACK:
				depth++
			case token.RPAREN, token.RBRACE, token.RBRACK:
				depth = max(0, depth-1)
			}
			begins = tok == token.SEMICOLON
		}
		from = next
	}
}

// isHelp tells whether a line asks for help: name?, name??, ?name.
func isHelp(line string) bool {
	line = strings.TrimRight(line, " \t\r")
	name := strings.Trim(line, "?")
	if len(name) == len(line) || len(line)-len(name) > 2 {
		return false
	}
	for _, part := range strings.Split(name, ".") {
		if !token.IsIdentifier(part) && !token.IsKeyword(part) {
			return name != "" && name[0] == '%'
		}
	}
	return true
}

func lineEnd(code string, off int) int {
	if i := strings.IndexByte(code[off:], '\n'); i >= 0 {
		return off + i
	}
	return len(code)
}

func blank(b []byte) {
	for i := range b {
		if b[i] != '\n' {
			b[i] = ' '
		}
	}
}

// completeCommand completes the name or the argument of a command if the
// cursor is there. It reports false if what stands at the cursor is Go.
func (f *Frontend) completeCommand(code string, c commandLine, cursor int) (Completion, bool) {
	whole := strings.HasPrefix(c.name, "%%")
	switch {
	case cursor < c.start, cursor > c.end && (!whole || c.argument == TakesGo):
		return Completion{}, false
	case cursor <= c.start+len(c.name):
		l := &list{prefix: code[c.start:cursor]}
		if c.name[0] == '%' {
			for _, known := range f.commands {
				l.add(Match{known.Name, "command", known.Doc}, groupLocal)
			}
		}
		return Completion{c.start, cursor, l.sorted()}, true
	case c.argument == TakesGo && cursor >= c.arg:
		return Completion{}, false
	case c.argument == TakesPath && cursor >= c.arg && cursor <= c.end:
		return f.completeFile(code, c.arg, cursor), true
	}
	return Completion{Start: cursor, End: cursor}, true
}

// completeFile lists the files whose path begins with code[start:cursor].
func (f *Frontend) completeFile(code string, start, cursor int) Completion {
	written := code[start:cursor]
	base := start + strings.LastIndexByte(written, '/') + 1
	dir := code[start:base]
	if rest, ok := strings.CutPrefix(dir, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return Completion{Start: cursor, End: cursor}
		}
		dir = filepath.Join(home, rest)
	}
	if !filepath.IsAbs(dir) && f.dir != nil {
		dir = filepath.Join(f.dir(), dir)
	}
	if dir == "" {
		dir = "."
	}
	// A folder that cannot be read has nothing to offer.
	entries, _ := os.ReadDir(dir)
	l := &list{prefix: code[base:cursor]}
	for _, e := range entries {
		name := e.Name()
		if name[0] == '.' && !strings.HasPrefix(l.prefix, ".") {
			continue
		}
		kind := "file"
		if e.IsDir() {
			name, kind = name+"/", "folder"
		}
		l.add(Match{name, "path", kind}, groupLocal)
	}
	return Completion{base, cursor, l.sorted()}
}
