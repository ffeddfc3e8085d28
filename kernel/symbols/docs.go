package symbols

// This file gives the documentation of what a cell can name.

import (
	_ "embed" // for the archive
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed docs.zip
var docsZip string

var docArchive = archive{data: &docsZip}

// Docs holds the doc comments of one package. The zero value has none.
type Docs struct {
	// text is, for each name in order, NUL, the name, 1, the doc.
	text string
}

// DocsOf unpacks the docs of a package, which takes some 10 µs for each kB of
// them; keep the result where many names are asked for, as for a completion
// list. It is empty for a package that a cell may not import. The path "builtin"
// stands for the predeclared names.
func DocsOf(path string) Docs {
	data, err := docArchive.read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Docs{}
	}
	if err != nil {
		panic(fmt.Sprintf("symbols: embedded docs of %s: %v", path, err))
	}
	return Docs{string(data)}
}

// Doc returns the text of a doc comment, without comment markers, in the
// syntax of package go/doc/comment. The name is "" for the package, "Println"
// for a package-level name, "Reader.ReadString" for a method or a field of
// that type, "MemStats.BySize.Size" for a field of a nested struct. A method
// that a type has by embedding has its doc under the type that declares it.
// Doc returns "" for what does not exist or has no comment.
//
// The doc of a constant or variable is its own comment followed by that of
// the group it is declared in.
func (d Docs) Doc(name string) string {
	_, rest, ok := strings.Cut(d.text, "\x00"+name+"\x01")
	if !ok {
		return ""
	}
	doc, _, _ := strings.Cut(rest, "\x00")
	return doc
}

// Doc returns the doc comment of a name of package path, see [Docs.Doc].
func Doc(path, name string) string { return DocsOf(path).Doc(name) }
