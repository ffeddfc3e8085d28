package preflight

// This file reads the text of a cell, token by token: a cell need be no whole file, and may
// not even compile.

import (
	"go/scanner"
	"go/token"
	"strconv"
	"strings"
)

// A text is what a cell says in so many words.
type text struct {
	savesStage bool
	imports    []string // paths of packages
	gets       []string // modules that %get gets
	reads      []string // files
	writes     []string
}

// readers are the functions that read a file of a name.
var readers = map[string]bool{
	"frame.Read": true, "pipeline.Load": true, "pipeline.LoadStage": true, "artefact.ReadFile": true, "corpus.ReadText": true,
	"os.Open": true, "os.ReadFile": true,
}

// A word is a token.
type word struct {
	tok token.Token
	lit string
}

// read reads a cell.
func read(source string) (t text) {
	words := scan(t.commands(source))
	at := func(i int) word {
		if i < len(words) {
			return words[i]
		}
		return word{}
	}
	for i := range words {
		switch {
		case words[i].tok == token.IMPORT:
			t.imports = append(t.imports, imported(words[i+1:])...)
		case words[i].tok == token.IDENT && at(i+1).tok == token.LPAREN:
			name := words[i].lit
			whole := name
			if i >= 2 && words[i-1].tok == token.PERIOD && words[i-2].tok == token.IDENT {
				whole = words[i-2].lit + "." + name
			}
			t.savesStage = t.savesStage || whole == "pipeline.SaveStage"
			files := named(words[i+2:])
			switch {
			case readers[whole]:
				t.reads = append(t.reads, files...)
			case strings.HasPrefix(name, "Write"), strings.HasPrefix(name, "Save"), strings.HasPrefix(name, "Create"):
				t.writes = append(t.writes, files...)
			}
		}
	}
	return t
}

// commands takes the command lines out of a cell, and keeps what they get and write.
func (t *text) commands(source string) string {
	lines := strings.Split(source, "\n")
	for i, line := range lines {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0][0] != '%' && fields[0][0] != '!' {
			continue
		}
		switch fields[0] {
		case "%get":
			for _, m := range fields[1:] {
				m, _, _ = strings.Cut(m, "@")
				t.gets = append(t.gets, m)
			}
		case "%%writefile":
			t.writes = append(t.writes, fields[len(fields)-1])
			return ""
		case "%%bash":
			return ""
		}
		lines[i] = ""
	}
	return strings.Join(lines, "\n")
}

func scan(source string) (words []word) {
	set := token.NewFileSet()
	file := set.AddFile("", set.Base(), len(source))
	var s scanner.Scanner
	s.Init(file, []byte(source), nil, 0) // errors are no concern of ours: the compiler tells them
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return words
		}
		words = append(words, word{tok, lit})
	}
}

// imported returns the paths of an import declaration, without the word itself.
func imported(words []word) (paths []string) {
	group := false
	for _, w := range words {
		switch w.tok {
		case token.LPAREN:
			group = true
		case token.STRING:
			if path, err := strconv.Unquote(w.lit); err == nil {
				paths = append(paths, path)
			}
			if !group {
				return paths
			}
		case token.IDENT, token.PERIOD, token.SEMICOLON:
		default:
			return paths
		}
	}
	return paths
}

// named returns the names of files among a call's arguments, without its opening
// parenthesis.
func named(words []word) (files []string) {
	depth := 1
	for i, w := range words {
		switch w.tok {
		case token.LPAREN:
			depth++
		case token.RPAREN:
			if depth--; depth == 0 {
				return files
			}
		case token.STRING:
			variable := i >= 2 && words[i-1].tok == token.LPAREN && words[i-2].lit == "Getenv"
			if name, err := strconv.Unquote(w.lit); err == nil && !variable && strings.Contains(name, ".") && !strings.ContainsAny(name, "\n\x00*") && !strings.Contains(name, "://") {
				files = append(files, name)
			}
		}
	}
	return files
}
