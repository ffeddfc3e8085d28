package cell

// This file says syntax errors as the Go compiler says them, whose parser
// words them otherwise than go/parser and go/scanner do.

import (
	"go/scanner"
	"go/token"
	"regexp"
	"strings"
)

// scannerWords maps messages of go/scanner to the compiler's.
var scannerWords = map[string]string{
	"string literal not terminated":     "newline in string",
	"raw string literal not terminated": rawNotTerminated,
	"comment not terminated":            commentNotTerminated,
	"rune literal not terminated":       "newline in rune literal",
	"illegal rune literal":              "more than one character in rune literal",
	"unknown escape sequence":           "unknown escape",
	"escape sequence not terminated":    "newline in string",
	"illegal character NUL":             "invalid NUL character",
	"illegal UTF-8 encoding":            "invalid UTF-8 encoding",
	"illegal byte order mark":           "invalid BOM in the middle of the file",
}

// What the compiler says of a cell that ends inside something that may span
// lines.
const (
	rawNotTerminated     = "string not terminated"
	commentNotTerminated = "comment not terminated"
)

// lexical makes the diagnostic for an error of the scanner at off.
func lexical(src string, off int, msg string) Diagnostic {
	said, ok := scannerWords[msg]
	switch {
	case msg == "illegal rune literal" && strings.HasPrefix(src[off:], "''"):
		off++
		said = "empty rune literal or unescaped '"
	case said == "newline in string":
		off = lineEnd(src, off)
	case !ok:
		said = strings.Replace(msg, "illegal character", "invalid character", 1)
	}
	return diagnose(src, off, said)
}

var (
	missingComma  = regexp.MustCompile(`^missing ',' .*?in (.*)$`)
	expectedFound = regexp.MustCompile(`^expected (.*), found (.*)$`)
)

// syntax makes the diagnostic for an error of the parser at off. What stands
// at end or later is not the user's.
func syntax(src string, off, end int, msg string) Diagnostic {
	off = max(0, min(off, end))
	say := func(off int, msg string) Diagnostic { return diagnose(src, off, "syntax error: "+msg) }
	if m := missingComma.FindStringSubmatch(msg); m != nil {
		closing := ")"
		if strings.Contains(m[1], "literal") {
			closing = "}"
		}
		return say(off, "unexpected "+found(src, off, end)+" in "+m[1]+"; possibly missing comma or "+closing)
	}
	switch {
	case msg == "expected 1 expression":
		off = statementEnd(src, off, end)
		return say(off, "unexpected "+found(src, off, end)+", expected := or = or comma")
	case strings.HasPrefix(msg, "expression in ") && strings.HasSuffix(msg, " must be function call"):
		// The parser points behind the expression.
		return diagnose(src, chain(src, placeOf(src, off)), msg)
	case msg == "illegal label declaration":
		return say(off, "unexpected : at end of statement")
	}
	m := expectedFound.FindStringSubmatch(msg)
	if m == nil {
		return say(off, strings.Replace(msg, "; expecting ", "; expected ", 1))
	}
	want := m[1]
	if len(want) > 2 && want[0] == '\'' && want[len(want)-1] == '\'' {
		want = want[1 : len(want)-1]
	}
	clause, brace := around(src, off)
	switch want {
	case "operand":
		want = "expression"
	case "IDENT":
		want = "name"
	case "boolean expression", "switch expression", "boolean or range expression", "for loop condition":
		if strings.HasPrefix(m[2], "assignment") || strings.HasPrefix(m[2], "simple statement") {
			text := src[off:statementEnd(src, off, end)]
			if i := strings.IndexAny(text, "{\n"); i >= 0 {
				text = text[:i]
			}
			text = strings.TrimSpace(text)
			if i := strings.Index(text, ":="); i >= 0 {
				return say(off+i, "cannot use "+text+" as value")
			}
			return say(off+max(0, strings.IndexByte(text, '=')), "cannot use assignment "+text+" as value")
		}
	case ";":
		switch brace {
		case "struct", "interface":
			return say(off, "unexpected "+found(src, off, end)+" in "+brace+" type; possibly missing semicolon or newline or }")
		}
		return say(off, "unexpected "+found(src, off, end)+" at end of statement")
	case "{":
		if clause != "" {
			want = "{ after " + clause + " clause"
		}
	case "}":
		if brace == "switch" || brace == "select" {
			want = "case or default or }"
		}
	}
	what := found(src, off, end)
	if strings.HasSuffix(want, "}") && off >= end {
		what = "EOF" // the line may end there
	}
	return say(off, "unexpected "+what+", expected "+want)
}

// found names the token at off as the compiler does.
func found(src string, off, end int) string {
	if off >= end {
		if strings.TrimSpace(src[end:]) == "" && !endsStatement(cut(src[:end]).last) {
			return "EOF"
		}
		return "newline"
	}
	var scan scanner.Scanner
	text := src[off:end]
	file := token.NewFileSet().AddFile("", -1, len(text))
	scan.Init(file, []byte(text), func(token.Position, string) {}, 0)
	pos, tok, lit := scan.Scan()
	switch {
	case strings.Contains(text[:file.Offset(pos)], "\n"):
		return "newline"
	case tok == token.IDENT:
		return "name " + lit
	case tok.IsLiteral():
		return "literal " + lit
	case tok.IsKeyword():
		return "keyword " + lit
	case tok == token.SEMICOLON && lit != ";":
		return "newline"
	case tok == token.SEMICOLON:
		return "semicolon"
	case tok == token.COMMA:
		return "comma"
	case tok == token.EOF:
		return "EOF"
	}
	return tok.String()
}

// statementEnd returns where the statement ends that begins at off.
func statementEnd(src string, off, end int) int {
	var scan scanner.Scanner
	text := src[off:end]
	file := token.NewFileSet().AddFile("", -1, len(text))
	scan.Init(file, []byte(text), func(token.Position, string) {}, 0)
	for depth := 0; ; {
		pos, tok, _ := scan.Scan()
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		}
		if tok == token.EOF || depth < 0 || depth == 0 && tok == token.SEMICOLON {
			return off + file.Offset(pos)
		}
	}
}

// around returns the keyword of the clause that off is in, for, if or switch,
// and the keyword before the innermost open brace, struct and switch among
// them.
func around(src string, off int) (clause, brace string) {
	toks := placeOf(src, off).before
	inStatement := true
	for i := len(toks) - 1; i >= 0; i-- {
		switch toks[i].tok {
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if i = opening(toks, i); i < 0 {
				return clause, ""
			}
		case token.FOR, token.IF, token.SWITCH:
			if inStatement && clause == "" {
				clause = toks[i].tok.String()
			}
		case token.LBRACE:
			for i--; i >= 0; i-- {
				switch toks[i].tok {
				case token.RPAREN, token.RBRACK, token.RBRACE:
					if i = opening(toks, i); i < 0 {
						return clause, ""
					}
				case token.STRUCT, token.INTERFACE, token.SWITCH, token.SELECT, token.FOR, token.IF, token.FUNC:
					return clause, toks[i].tok.String()
				case token.LBRACE, token.LPAREN, token.LBRACK:
					return clause, ""
				}
			}
			return clause, ""
		case token.LPAREN, token.LBRACK:
			return clause, ""
		case token.SEMICOLON:
			if toks[i].implied {
				inStatement = false
			}
		}
	}
	return clause, ""
}

// sayIt words a message of go/types as the compiler does, and for someone who
// sees a cell, not a package.
func sayIt(msg string) string {
	msg = withoutMust(msg)
	msg = strings.Replace(msg, " in assignment to _ identifier", "", 1) // showing made it
	switch {
	case msg == "break not in for, switch, or select statement":
		return "break is not in a loop, switch, or select"
	case msg == "continue not in for statement":
		return "continue is not in a loop"
	case strings.HasPrefix(msg, "label "):
		return strings.Replace(msg, " declared", " defined", 1)
	}
	return msg
}

// withoutMust takes the calls away that wrapErrors made: must·1(f()) is f() to whoever
// wrote it.
func withoutMust(msg string) string {
	for {
		before, after, ok := strings.Cut(msg, mustPrefix)
		if !ok {
			return msg
		}
		after = strings.TrimLeft(after, "0123456789")
		end := closesAt(after)
		if end < 0 {
			msg = before + "must" + after // cut short: better half a word than a defect
			continue
		}
		msg = before + after[1:end] + after[end+1:]
	}
}

// closesAt returns where the parenthesis closes that text begins with; -1 if it does not.
func closesAt(text string) int {
	depth := 0
	var quote rune
	escaped := false
	for i, r := range text {
		switch {
		case escaped:
			escaped = false
		case quote != 0:
			escaped = r == '\\' && quote != '`'
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'' || r == '`':
			quote = r
		case r == '(':
			depth++
		case r == ')':
			if depth--; depth == 0 {
				return i
			}
		case depth == 0:
			return -1
		}
	}
	return -1
}
