package cell

// This file cuts the text of a cell into its top-level items.

import (
	"go/scanner"
	"go/token"
)

// An item is one top-level import, declaration or statement: the bytes
// [start, end) of the cell.
type item struct {
	start, end int
	kind       itemKind
	// hidden tells that the item ends in an explicit semicolon.
	hidden bool
}

type itemKind int

const (
	statement itemKind = iota
	importItem
	declaration // func, type, const
	listItem    // a last item such as x, y: values to show
)

// A split is a cell cut into items.
type split struct {
	items []item
	// errs are lexical errors and unbalanced brackets.
	errs Diagnostics
	// open are the brackets still open at the end.
	open []token.Token
	// crossed tells that a bracket closes another one than is open.
	crossed bool
	// last is the last token of the cell.
	last token.Token
}

// cut splits src at the semicolons, written or implied, that stand outside
// all brackets.
func cut(src string) split {
	var (
		out  split
		scan scanner.Scanner
		fset = token.NewFileSet()
		file = fset.AddFile("", -1, len(src))
		toks []token.Token // of the item so far, the first few
		cur  item
		n    int // tokens of the item so far
		// header tells that the item is before the block of a for, if
		// or switch, where semicolons part the header; inner that the
		// next brace is one of a function or type in the header.
		header, inner bool
	)
	scan.Init(file, []byte(src), func(p token.Position, msg string) {
		out.errs = append(out.errs, lexical(src, p.Offset, msg))
	}, 0)
	flush := func(end int) {
		if n > 0 {
			cur.end = end
			cur.kind = kindOf(toks)
			out.items = append(out.items, cur)
		}
		toks, n = toks[:0], 0
	}
	for {
		pos, tok, lit := scan.Scan()
		off := file.Offset(pos)
		if tok == token.EOF {
			flush(len(src))
			return out
		}
		if tok == token.SEMICOLON && len(out.open) == 0 && !(header && lit == ";") {
			header, inner = false, false
			if cur.hidden = lit == ";"; cur.hidden {
				flush(off + 1)
			} else {
				flush(off)
			}
			continue
		}
		if tok != token.SEMICOLON || lit == ";" {
			out.last = tok
		}
		if len(out.open) == 0 {
			switch tok {
			case token.FOR, token.IF, token.SWITCH:
				header, inner = true, false
			case token.FUNC, token.STRUCT, token.INTERFACE:
				inner = true
			case token.LBRACE:
				header, inner = header && inner, false
			}
		}
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			out.open = append(out.open, tok)
		case token.RPAREN, token.RBRACE, token.RBRACK:
			if k := len(out.open); k > 0 && closes(out.open[k-1]) == tok {
				out.open = out.open[:k-1]
			} else {
				msg := "syntax error: unexpected " + tok.String()
				if n > 0 {
					msg += " at end of statement"
				}
				out.errs = append(out.errs, diagnose(src, off, msg))
				if out.crossed = k > 0; out.crossed {
					off = len(src)
				}
				flush(off)
				// One stray bracket makes everything after it
				// look wrong: leave it unread.
				out.open = nil
				return out
			}
		}
		if n == 0 {
			cur = item{start: off}
		}
		if n++; n < 512 {
			toks = append(toks, tok)
		}
	}
}

func closes(open token.Token) token.Token {
	switch open {
	case token.LPAREN:
		return token.RPAREN
	case token.LBRACE:
		return token.RBRACE
	}
	return token.RBRACK
}

// kindOf tells from its first tokens what an item is. A func may be a
// declaration or a literal that is called: only a declaration has a name.
func kindOf(toks []token.Token) itemKind {
	switch toks[0] {
	case token.IMPORT:
		return importItem
	case token.TYPE, token.CONST:
		return declaration
	case token.FUNC:
		if len(toks) > 1 && toks[1] == token.IDENT {
			return declaration
		}
		depth := 0
		for i, t := range toks[1:] {
			switch t {
			case token.LPAREN:
				depth++
			case token.RPAREN:
				depth--
			}
			if depth == 0 {
				rest := toks[i+2:]
				if len(rest) >= 2 && rest[0] == token.IDENT && rest[1] == token.LPAREN {
					return declaration
				}
				return statement
			}
		}
	}
	return statement
}
