package cell

// This file renders a description for people.

import (
	"go/doc/comment"
	"go/types"
	"strings"
)

// A Description is what inspection says of a name.
type Description struct {
	// Signature is the declaration as Go writes it.
	Signature string
	// Notes are remarks, a sentence or less each: where it is declared.
	Notes []string
	// Doc is the doc comment, without comment markers.
	Doc string
	// Methods are the declarations of a type's methods.
	Methods []string
	// Source is the declaration's text, if it was asked for.
	Source string

	pkg   *types.Package // whose names the doc's links mean
	plain bool           // Doc is a sentence, not a doc comment
}

// Markdown returns the description for a notebook.
func (d Description) Markdown() string {
	parts := []string{fence(d.Signature)}
	for _, n := range d.Notes {
		parts = append(parts, "*"+escape.Replace(n)+"*")
	}
	if d.plain {
		parts = append(parts, d.Doc)
	} else if d.Doc != "" {
		parts = append(parts, strings.TrimSpace(string(d.printer().Markdown(d.parse()))))
	}
	if len(d.Methods) > 0 {
		parts = append(parts, fence(strings.Join(d.Methods, "\n")))
	}
	if d.Source != "" {
		parts = append(parts, fence(d.Source))
	}
	return strings.Join(parts, "\n\n") + "\n"
}

// escape keeps text from being Markdown.
var escape = strings.NewReplacer("*", `\*`, "_", `\_`, "`", "\\`", "<", `\<`)

// Text returns the description for a terminal.
func (d Description) Text() string {
	parts := []string{d.Signature}
	if len(d.Notes) > 0 {
		parts = append(parts, strings.Join(d.Notes, "\n"))
	}
	if d.plain {
		parts = append(parts, d.Doc)
	} else if d.Doc != "" {
		parts = append(parts, strings.TrimRight(string(d.printer().Text(d.parse())), "\n"))
	}
	if len(d.Methods) > 0 {
		parts = append(parts, strings.Join(d.Methods, "\n"))
	}
	if d.Source != "" {
		parts = append(parts, d.Source)
	}
	return strings.Join(parts, "\n\n") + "\n"
}

// parse reads the doc comment; [Name] and [pkg.Name] in it are links.
func (d Description) parse() *comment.Doc {
	p := comment.Parser{
		LookupPackage: func(name string) (string, bool) {
			if d.pkg != nil {
				for _, imp := range d.pkg.Imports() {
					if imp.Name() == name {
						return imp.Path(), true
					}
				}
			}
			return comment.DefaultLookupPackage(name)
		},
		LookupSym: func(recv, name string) bool {
			if d.pkg == nil {
				return false
			}
			if recv == "" {
				return d.pkg.Scope().Lookup(name) != nil
			}
			tn, ok := d.pkg.Scope().Lookup(recv).(*types.TypeName)
			if !ok {
				return false
			}
			obj, _, _ := types.LookupFieldOrMethod(tn.Type(), true, d.pkg, name)
			return obj != nil
		},
	}
	return p.Parse(d.Doc)
}

func (d Description) printer() *comment.Printer {
	return &comment.Printer{
		HeadingLevel: 4,
		HeadingID:    func(*comment.Heading) string { return "" },
		DocLinkURL: func(link *comment.DocLink) string {
			if link.ImportPath == "" && d.pkg != nil && d.pkg.Path() != "main" {
				// A name of the package itself.
				own := *link
				own.ImportPath = d.pkg.Path()
				link = &own
			}
			return link.DefaultURL("https://pkg.go.dev")
		},
		TextWidth: 80,
	}
}

// fence puts Go code in a code block, with a fence that the code does not
// hold.
func fence(code string) string {
	mark := "```"
	for strings.Contains(code, mark) {
		mark += "`"
	}
	return mark + "go\n" + code + "\n" + mark
}
