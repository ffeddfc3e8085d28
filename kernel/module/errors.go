package module

// This file holds the errors that callers act on, and words those of the go
// command.

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// UnknownImport is the error for a package that is in no module of the
// session.
type UnknownImport struct {
	Path string
	// By is the package that imports it; "" for a cell.
	By string
	// In is the module, with its version, that looks as if it had the
	// package but does not; "" if there is none.
	In string
	// Module is what to get: it may be a package path, which Get takes as
	// well. It is "" if the path cannot be that of a module.
	Module string
}

func (e *UnknownImport) Error() string {
	by := ""
	if e.By != "" {
		by = fmt.Sprintf(", which %s imports,", e.By)
	}
	if e.Module == "" {
		return fmt.Sprintf("package %s%s is neither in the standard library nor in a module beside the notebook", e.Path, by)
	}
	if e.In != "" {
		return fmt.Sprintf("package %s%s is not in %s; if it is in another version or in a module of its own: %%get %s", e.Path, by, e.In, e.Module)
	}
	return fmt.Sprintf("package %s%s is in no module of this session; to get its module: %%get %s", e.Path, by, e.Module)
}

// NotImportable is the error for a package that exists but that a cell cannot
// import.
type NotImportable struct{ Path, Reason string }

func (e *NotImportable) Error() string {
	return fmt.Sprintf("package %s cannot be imported: %s", e.Path, e.Reason)
}

// BuildError is what the compiler says of a package.
type BuildError struct {
	Path string
	// Output has lines such as "/home/me/stats/mean.go:3:9: undefined: x".
	Output string
}

func (e *BuildError) Error() string {
	return fmt.Sprintf("package %s does not compile:\n%s", e.Path, e.Output)
}

// InUse is the error for a package whose code has changed while a worker has
// it loaded. (The user's own packages that are all Go do not have it.)
type InUse struct{ Path string }

func (e *InUse) Error() string {
	return fmt.Sprintf("package %s is loaded already, as it was before; %%reset starts a worker that can load it as it is now", e.Path)
}

// asError is errors.As as an expression.
func asError[E error](err error) (E, bool) {
	var e E
	ok := errors.As(err, &e)
	return e, ok
}

// suggest guesses what to get for an import path.
func suggest(importPath string) string {
	elems := strings.Split(importPath, "/")
	if !strings.Contains(elems[0], ".") || len(elems) < 2 {
		return ""
	}
	n := len(elems)
	switch elems[0] {
	case "github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "golang.org", "google.golang.org":
		n = 3
		if elems[0] == "google.golang.org" {
			n = 2
		}
		if len(elems) > n && majorSuffix.MatchString("/"+elems[n]) {
			n++
		}
	case "gopkg.in":
		n = 2
		if !strings.Contains(elems[1], ".v") {
			n = 3
		}
	}
	return strings.Join(elems[:min(n, len(elems))], "/")
}

// oneLine makes a sentence of what the go command says.
func oneLine(output string) string {
	var parts []string
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		switch {
		case line == "",
			strings.HasPrefix(line, "go: downloading "),
			strings.HasPrefix(line, "go: found "),
			strings.HasPrefix(line, "go: finding "),
			strings.HasPrefix(line, "go: added "),
			strings.HasPrefix(line, "go: upgraded "),
			strings.HasPrefix(line, "Confirm the import path was entered correctly"),
			strings.HasPrefix(line, "If this is a private repository"):
			continue
		}
		line = strings.TrimPrefix(line, "go: ")
		if n := len(parts); n > 0 && strings.HasSuffix(parts[n-1], ":") {
			parts[n-1] += " " + line
		} else {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, "; ")
}

var (
	unreachable = []string{"dial tcp", "no such host", "network is unreachable", "connection refused", "i/o timeout",
		"TLS handshake timeout", "Temporary failure in name resolution", "Could not resolve host", "connection reset"}
	credentials = []string{"terminal prompts disabled", "could not read Username", "could not read Password",
		"Permission denied (publickey", "401 Unauthorized", "403 Forbidden", "Authentication failed", "Host key verification failed"}
	missing = []string{"unknown revision", "no matching versions", "404 Not Found", "410 Gone", "no such file or directory",
		"not found:", "does not contain package", "malformed module path", "unrecognized import path"}
	needsGo   = regexp.MustCompile(`requires go >= (\S+) \(running go (\S+);`)
	hostInURL = regexp.MustCompile(`https?://[^\s"]+`)
)

// explain words the failure of "go get query".
func (s *Session) explain(query string, err error) error {
	tool, ok := asError[*toolError](err)
	if !ok {
		return err
	}
	has := func(marks []string) bool {
		for _, m := range marks {
			if strings.Contains(tool.output, m) {
				return true
			}
		}
		return false
	}
	said := oneLine(tool.output)
	switch m := needsGo.FindStringSubmatch(tool.output); {
	case m != nil:
		return fmt.Errorf("%s needs Go %s, and this kernel was built with Go %s: get an older version of it, or build the kernel with Go %[2]s (%[4]s)", query, m[1], m[2], said)
	case has(credentials):
		return fmt.Errorf("%s asks for credentials, and a notebook cannot type them: put them into a git credential helper or ~/.netrc, and name a private host in GOPRIVATE (%s)", query, said)
	case has(unreachable):
		where := "the module's server"
		if u, err := url.Parse(hostInURL.FindString(tool.output)); err == nil && u.Host != "" {
			where = u.Host
		}
		return fmt.Errorf("%s: %s cannot be reached: check the network, or choose a proxy with GOPROXY (%s)", query, where, said)
	case has(missing):
		return fmt.Errorf("%s was not found (%s)", query, said)
	}
	return fmt.Errorf("%s: %s", query, said)
}
