package runner

// This file sets parameters, as papermill does.

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/netherfield/netherfield/internal/notebook"
)

// inject puts a cell with the parameters' values into the notebook. One that an earlier
// run has put there is replaced.
func inject(nb *notebook.Notebook, language string, parameters map[string]string) error {
	if len(parameters) == 0 {
		return nil
	}
	nb.Cells = slices.DeleteFunc(nb.Cells, func(c *notebook.Cell) bool { return c.Is(notebook.Injected) })
	at := slices.IndexFunc(nb.Cells, func(c *notebook.Cell) bool { return c.Is(notebook.Parameters) })
	declared := ""
	if at >= 0 {
		declared = nb.Cells[at].Source
	}
	source, err := assignments(language, declared, parameters)
	if err != nil {
		return err
	}
	cell := &notebook.Cell{Type: notebook.Code, Source: source, Metadata: map[string]any{"tags": []any{notebook.Injected}}}
	nb.Cells = slices.Insert(nb.Cells, at+1, cell)
	nb.Upgrade() // which gives the cell an id
	return nil
}

// Declares tells whether the notebook's cell tagged "parameters" declares a variable.
func Declares(nb *notebook.Notebook, name string) bool {
	for _, c := range nb.Code() {
		if c.Is(notebook.Parameters) {
			if nb.Language() == "python" {
				return pythonAssignment(name).MatchString(c.Source)
			}
			return slices.Contains(declaredIn(c.Source), name)
		}
	}
	return false
}

func pythonAssignment(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + `\s*(:[^=]*)?=[^=]`)
}

// assignments returns code that sets the parameters, which the code of the notebook may
// have declared.
func assignments(language, code string, parameters map[string]string) (string, error) {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if !token.IsIdentifier(name) {
			return "", fmt.Errorf("the parameter %q is no name of a variable", name)
		}
		text := parameters[name]
		switch strings.ToLower(language) {
		case "go":
			operator := ":="
			if slices.Contains(declaredIn(code), name) {
				operator = "=" // it keeps its type: 1 may be a float64
			}
			lines = append(lines, fmt.Sprintf("%s %s %s", name, operator, goLiteral(text)))
		case "python":
			lines = append(lines, fmt.Sprintf("%s = %s", name, pythonLiteral(text)))
		default:
			return "", fmt.Errorf("parameters of a notebook of %s cannot be set, only of Go and Python", language)
		}
	}
	return strings.Join(lines, "\n"), nil
}

// goLiteral returns a value as Go has it: a number or a bool if it looks like one, else a
// text. What stands in quotes is a text.
func goLiteral(text string) string {
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return strconv.FormatInt(i, 10) // 007 would be octal
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil && !strings.ContainsAny(text, "nNxX") {
		return strings.TrimPrefix(text, "+") // not NaN, Inf, nor hexadecimal
	}
	if text == "true" || text == "false" {
		return text
	}
	if s, err := strconv.Unquote(text); err == nil {
		return strconv.Quote(s)
	}
	return strconv.Quote(text)
}

func pythonLiteral(text string) string {
	literal := goLiteral(text)
	switch literal {
	case "true":
		return "True"
	case "false":
		return "False"
	}
	if !strings.HasPrefix(literal, `"`) {
		return literal
	}
	s, _ := strconv.Unquote(literal) // which goLiteral has quoted
	return strconv.QuoteToASCII(s)
}

// declaredIn returns the names that code of a cell declares. Code that does not parse
// declares nothing: running it will tell why.
func declaredIn(code string) (names []string) {
	f, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc _() {\n"+code+"\n}", parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	add := func(idents ...*ast.Ident) {
		for _, i := range idents {
			names = append(names, i.Name)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				if i, ok := left.(*ast.Ident); ok && n.Tok == token.DEFINE {
					add(i)
				}
			}
		case *ast.ValueSpec:
			add(n.Names...)
		}
		return true
	})
	return names
}
