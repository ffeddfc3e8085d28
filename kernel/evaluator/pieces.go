package evaluator

// This file cuts a cell into Go text and command lines.

import (
	"fmt"
	"go/scanner"
	"go/token"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
)

// A piece is a run of Go lines, or one command.
type piece struct {
	// text is the Go text, with everything before it blank so that lines
	// keep their numbers; or the command's arguments.
	text string
	// body is what follows a %% command's first line.
	body string
	// line is the line the piece begins on, from 1.
	line    int
	command *command
}

// helpOf returns the name that a line such as "name?" or "??name" asks about,
// and the command ? or ??; "" if the line is something else.
func helpOf(line string) (command, name string) {
	t := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), ";"))
	name = strings.Trim(t, "?")
	marks := len(t) - len(name)
	name = strings.TrimSpace(name)
	if marks < 1 || marks > 2 || name == "" || !strings.HasPrefix(t, "?") && !strings.HasSuffix(t, "?") {
		return "", ""
	}
	for i, r := range strings.TrimLeft(name, "%") {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || r != '.' && !unicode.IsDigit(r)) {
			return "", ""
		}
	}
	return "??"[:marks], name
}

func isHelp(line string) bool {
	command, _ := helpOf(line)
	return command != ""
}

// A commandError is a line that is no command.
type commandError struct {
	line   int
	source string
	msg    string
}

func (e *commandError) Error() string { return fmt.Sprintf("%d:1: %s", e.line, e.msg) }

// cut returns the pieces of a cell in order.
func cut(code string) ([]piece, error) {
	lines := strings.SplitAfter(code, "\n")
	for i, l := range lines {
		if strings.TrimSpace(l) == "" {
			continue
		}
		if strings.HasPrefix(l, "%%") && !isHelp(l) {
			name, args := splitName(strings.TrimPrefix(strings.TrimRight(l, "\r\n"), "%%"))
			c := find("%%" + name)
			if c == nil {
				return nil, unknown(i+1, l, "%%"+name)
			}
			return []piece{{text: args, body: strings.Join(lines[i+1:], ""), line: i + 1, command: c}}, nil
		}
		break
	}
	var pieces []piece
	var text strings.Builder // Go text so far, blank where it has run
	pending := false
	flush := func() {
		if pending {
			pieces = append(pieces, piece{text: text.String()})
		}
		blank := blankOut(text.String())
		text.Reset()
		text.WriteString(blank)
		pending = false
	}
	for i, l := range lines {
		c, args := commandOf(l)
		if c == "" || !outside(text.String()) {
			text.WriteString(l)
			if strings.TrimSpace(l) != "" {
				pending = true
			}
			continue
		}
		flush()
		text.WriteString(blankOut(l))
		cmd := find(c)
		if cmd == nil {
			return nil, unknown(i+1, l, c)
		}
		pieces = append(pieces, piece{text: args, line: i + 1, command: cmd})
	}
	flush()
	return pieces, nil
}

// commandOf returns the command a line calls, with its arguments; "" if the
// line is Go.
func commandOf(line string) (name, args string) {
	l := strings.TrimRight(line, "\r\n")
	switch t := strings.TrimLeft(l, " \t"); {
	case strings.HasPrefix(t, "!"):
		return "!", t[1:]
	case strings.Contains(l, "?") && isHelp(l):
		return helpOf(l)
	case strings.HasPrefix(t, "%%"):
		n, a := splitName(t[2:])
		return "%%" + n, a
	case strings.HasPrefix(t, "%"):
		n, a := splitName(t[1:])
		return "%" + n, a
	}
	return "", ""
}

func splitName(s string) (name, args string) {
	name, args, _ = strings.Cut(s, " ")
	return strings.TrimSpace(name), strings.TrimSpace(args)
}

// outside tells whether text ends outside all brackets, strings and comments.
func outside(text string) bool {
	if strings.TrimSpace(text) == "" {
		return true
	}
	var s scanner.Scanner
	fset := token.NewFileSet()
	open := false
	f := fset.AddFile("", -1, len(text))
	s.Init(f, []byte(text), func(_ token.Position, msg string) {
		if strings.Contains(msg, "not terminated") {
			open = true
		}
	}, 0)
	depth := 0
	for {
		_, t, _ := s.Scan()
		switch t {
		case token.EOF:
			return depth <= 0 && !open
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		}
	}
}

// blankOut replaces everything but line ends by spaces, byte for byte.
func blankOut(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] != '\n' {
			b[i] = ' '
		}
	}
	return string(b)
}

// unknown makes the error for a command that does not exist.
func unknown(line int, source, name string) error {
	msg := fmt.Sprintf("there is no command %s", name)
	best, dist := "", 3
	for _, c := range commands() {
		if d := levenshtein.ComputeDistance(c.name, name); d < dist {
			best, dist = c.name, d
		}
	}
	if best != "" {
		msg += "; did you mean " + best + "?"
	} else {
		msg += "; %help lists those there are"
	}
	return &commandError{line: line, source: strings.TrimRight(source, "\r\n"), msg: msg}
}
