package cell

// This file finds out what stands at the cursor: a name, a string, a comment.

import (
	"go/scanner"
	"go/token"
	"strings"
)

// placeOf returns what stands at byte offset cursor of src, with the tokens
// before it.
func placeOf(src string, cursor int) place {
	var (
		scan  scanner.Scanner
		file  = token.NewFileSet().AddFile("", -1, len(src))
		p     = place{start: cursor, end: cursor}
		depth int
		first = true  // the next token begins an item
		imp   = false // the item is an import
	)
	scan.Init(file, []byte(src), func(token.Position, string) {}, scanner.ScanComments)
	for {
		pos, tok, lit := scan.Scan()
		off := file.Offset(pos)
		if tok == token.EOF || off > cursor {
			return p
		}
		end, closed := endOf(src, off, tok, lit)
		inside := off < cursor && (cursor < end || cursor == end && !closed)
		switch tok {
		case token.COMMENT:
			if inside {
				p.kind = inText
				return p
			}
			continue
		case token.STRING:
			if inside {
				p.kind = inText
				if imp {
					p.kind, p.start = inImportPath, off+1
				}
				return p
			}
		case token.CHAR, token.INT, token.FLOAT, token.IMAG:
			if inside {
				p.kind = inText
				return p
			}
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth = max(0, depth-1)
		}
		if off >= cursor && !isName(tok) {
			return p
		}
		if isName(tok) && cursor <= end {
			p.start, p.end = off, end
			return p
		}
		p.before = append(p.before, lexeme{tok, off, end, tok == token.SEMICOLON && lit != ";"})
		if tok == token.SEMICOLON {
			first = first || depth == 0
			if depth == 0 {
				imp = false
			}
		} else if first {
			first, imp = false, tok == token.IMPORT
		}
	}
}

func isName(tok token.Token) bool { return tok == token.IDENT || tok.IsKeyword() }

// endOf returns where a token ends, and whether what is written there does not
// become part of it.
func endOf(src string, off int, tok token.Token, lit string) (end int, closed bool) {
	rest := src[off:]
	// The scanner drops carriage returns from what it returns of raw
	// strings and comments: look at the source instead.
	switch {
	case tok == token.STRING && rest[0] == '`':
		if i := strings.IndexByte(rest[1:], '`'); i >= 0 {
			return off + i + 2, true
		}
		return len(src), false
	case tok == token.STRING, tok == token.CHAR:
		n := len(lit)
		return off + n, n > 1 && lit[n-1] == lit[0] && !escaped(lit)
	case tok == token.COMMENT && strings.HasPrefix(rest, "//"):
		if i := strings.IndexByte(rest, '\n'); i >= 0 {
			return off + i, false
		}
		return len(src), false
	case tok == token.COMMENT:
		if i := strings.Index(rest[2:], "*/"); i >= 0 {
			return off + i + 4, true
		}
		return len(src), false
	case tok == token.INT, tok == token.FLOAT, tok == token.IMAG:
		return off + len(lit), false
	case tok == token.SEMICOLON && lit != ";":
		return off, true
	case isName(tok):
		return off + len(lit), true
	case tok == token.ILLEGAL:
		return off + max(1, len(lit)), true
	}
	return off + len(tok.String()), true
}

// escaped tells whether the closing quote of a literal is an escaped one.
func escaped(lit string) bool {
	n := 0
	for i := len(lit) - 2; i > 0 && lit[i] == '\\'; i-- {
		n++
	}
	return n%2 == 1
}
