package symbols

import (
	"strings"
	"testing"
)

func TestDocs(t *testing.T) {
	for _, tt := range []struct{ path, name, want string }{
		{"fmt", "", "Package fmt implements formatted I/O with functions analogous"},
		{"fmt", "Println", "Println formats using the default formats for its operands"},
		{"bufio", "Reader", "Reader implements buffering for an io.Reader object."},
		{"bufio", "Reader.ReadString", "ReadString reads until the first occurrence of delim"},
		{"io", "Reader.Read", ""},
		{"io", "Reader", "Reader is the interface that wraps the basic Read method."},
		{"io/fs", "FileInfo.Size", "length in bytes for regular files; system-dependent for others"},
		{"net/http", "Server.Addr", "Addr optionally specifies the TCP address"},
		{"net/http", "StatusTeapot", "RFC 9110, 15.5.19 (Unused)\n\nHTTP status codes as registered with IANA."},
		{"testing", "common.Errorf", "Errorf is equivalent to Logf followed by Fail."},
		{"runtime", "MemStats.BySize.Size", "Size is the maximum byte size of an object"},
		{"sync/atomic", "Pointer.Load", "Load atomically loads"},
		{"slices", "Sort", "Sort sorts a slice of any ordered type in ascending order."},
		{"gonum.org/v1/gonum/mat", "Dense.Mul", "Mul takes the matrix product of a and b"},
		{"github.com/netherfield/netherfield/display", "Bundle.Data", "Data maps a MIME type"},
		{"unsafe", "Pointer", "Pointer represents a pointer to an arbitrary type."},
		{"builtin", "append", "The append built-in function appends elements"},
		{"builtin", "string", "string is the set of all strings of 8-bit bytes"},
		{"builtin", "error.Error", ""},
		{"fmt", "NoSuchName", ""},
		{"net/http", "http2Server", ""},
		{"no/such/package", "X", ""},
	} {
		got := Doc(tt.path, tt.name)
		if !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("doc of %s %q: got %.80q, want %q…", tt.path, tt.name, got, tt.want)
		}
	}
}

func TestEveryPackageHasADoc(t *testing.T) {
	for _, path := range Packages() {
		if Doc(path, "") == "" {
			t.Errorf("%s has no package doc", path)
		}
	}
}

func BenchmarkDoc(b *testing.B) {
	for _, path := range []string{"fmt", "net/http", "gonum.org/v1/gonum/mat"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				Doc(path, "Println")
			}
		})
	}
}
