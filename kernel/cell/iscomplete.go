package cell

// This file tells whether a cell can be run as it stands, for front ends that
// must decide what the Enter key means.

import (
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// IsComplete tells whether code can be run: the status is "complete";
// "incomplete", if more lines can make it so, and then the next line should
// begin with indent; or "invalid", if no more lines can mend a syntax error.
// What follows %% is incomplete until an empty line ends it.
func IsComplete(code string) (status, indent string) {
	if strings.HasPrefix(strings.TrimLeft(code, " \t\r\n"), "%%") {
		i := strings.LastIndexByte(code, '\n')
		if i < 0 || strings.TrimSpace(code[i:]) != "" || strings.TrimSpace(code[:i]) == "" {
			return "incomplete", ""
		}
		return "complete", ""
	}
	b := []byte(code)
	eachCommand(code, 0, func(start, end int) { blank(b[start:end]) })
	src := string(b)
	sp := cut(src)
	for _, d := range sp.errs {
		if d.Message != rawNotTerminated && d.Message != commentNotTerminated {
			return "invalid", ""
		}
	}
	ended := endsStatement(sp.last) && len(sp.open) == 0 && sp.errs == nil
	for i, it := range sp.items {
		last := i == len(sp.items)-1
		switch {
		case last && sp.errs != nil:
			return "incomplete", "" // what follows is inside a string or comment
		case last && ended && listShown(token.NewFileSet(), src, sp) != nil:
		case (!last || ended) && !parses(it.kind, src[it.start:it.end], ""):
			return "invalid", ""
		case last && !ended && !mendable(it.kind, src[it.start:it.end], sp.open):
			return "invalid", ""
		}
	}
	if ended || len(sp.items) == 0 && sp.errs == nil {
		return "complete", ""
	}
	if sp.errs == nil {
		indent = indentAfter(src)
	}
	return "incomplete", indent
}

// endsStatement tells whether a statement may end in the token, so that the
// end of the line ends it.
func endsStatement(tok token.Token) bool {
	switch tok {
	case token.IDENT, token.INT, token.FLOAT, token.IMAG, token.CHAR, token.STRING,
		token.BREAK, token.CONTINUE, token.FALLTHROUGH, token.RETURN,
		token.INC, token.DEC, token.RPAREN, token.RBRACK, token.RBRACE,
		token.SEMICOLON:
		return true
	}
	return false
}

// parses tells whether an item with a tail parses.
func parses(kind itemKind, text, tail string) bool {
	lead := leadDecl
	if kind == statement {
		lead, tail = leadStmt, tail+"\n}"
	}
	_, err := parser.ParseFile(token.NewFileSet(), "", lead+text+tail, parser.SkipObjectResolution)
	return err == nil
}

// mendable tells whether more text can make an unfinished item parse: either
// the parser wants nothing but more, or one of some endings will do.
func mendable(kind itemKind, text string, open []token.Token) bool {
	lead := leadDecl
	if kind == statement {
		lead = leadStmt
	}
	_, err := parser.ParseFile(token.NewFileSet(), "", lead+text, parser.SkipObjectResolution)
	list, _ := err.(scanner.ErrorList)
	if len(list) == 0 || list[0].Pos.Offset >= len(lead)+len(text) {
		return true
	}
	var closing strings.Builder
	for _, tok := range slices.Backward(open) {
		closing.WriteString(closes(tok).String())
	}
	for _, operand := range []string{"", "_", "_()", "_: _", "_ {}", "{}"} {
		for _, ending := range []string{"", "()", "{}"} {
			if parses(kind, text, operand+closing.String()+ending) {
				return true
			}
		}
	}
	return false
}

// indentAfter returns the indent of a line that follows src: a tab for each
// line on which brackets were opened that are still open, and one for a
// statement that goes on.
func indentAfter(src string) string {
	var (
		scan  scanner.Scanner
		file  = token.NewFileSet().AddFile("", -1, len(src))
		lines []int // of the open brackets
		last  token.Token
	)
	scan.Init(file, []byte(src), func(token.Position, string) {}, 0)
	for {
		pos, tok, lit := scan.Scan()
		if tok == token.EOF {
			break
		}
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			lines = append(lines, file.Line(pos))
		case token.RPAREN, token.RBRACE, token.RBRACK:
			lines = lines[:max(0, len(lines)-1)]
		}
		if tok != token.SEMICOLON || lit == ";" {
			last = tok
		}
	}
	depth := len(slices.Compact(lines))
	if last.IsOperator() && !endsStatement(last) {
		switch last {
		case token.LPAREN, token.LBRACE, token.LBRACK, token.COMMA, token.COLON:
		default:
			depth++
		}
	}
	return strings.Repeat("\t", depth)
}
