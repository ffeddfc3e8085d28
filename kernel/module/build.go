package module

// This file makes the archives of packages: the go command those of modules
// that cannot change, the compiler those of the user's own packages, under a
// path that says what is in them.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"go/version"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// export is an archive that the go command has made.
type export struct{ file, content string }

// built is what a package and all that it needs were made into.
type built struct {
	ids      map[string]string // by import path
	archives map[string]string // by ID
	needs    []string
	contents map[string]string // by ID
	exports  map[string]export // by import path: also those of Needs
}

// build makes the archives of packages that are listed dependencies first.
func (s *Session) build(ctx context.Context, all []*listed) (*built, error) {
	byCommand := needCommand(all)
	exports, err := s.export(ctx, all, byCommand)
	if err != nil {
		return nil, err
	}
	b := &built{ids: map[string]string{}, archives: map[string]string{}, contents: map[string]string{}, exports: exports}
	for _, p := range all {
		path := p.ImportPath
		if path == "unsafe" || path == "C" {
			continue
		}
		switch {
		case p.Standard || s.kernels(p):
			b.ids[path] = path
			b.needs = append(b.needs, path)
		case byCommand[path]:
			b.ids[path] = path
			b.archives[path], b.contents[path] = exports[path].file, exports[path].content
		default:
			id, file, err := s.compile(ctx, p, b)
			if err != nil {
				return nil, err
			}
			b.ids[path] = id
			b.archives[id], b.contents[id] = file, id
		}
	}
	return b, nil
}

// kernels reports whether the package is of the kernel's own module.
func (s *Session) kernels(p *listed) bool {
	return s.own != "" && p.Module != nil && p.Module.Path == s.own
}

// needCommand returns the packages that the go command must build: those that
// are not the user's, those that are not all Go, and all that they need.
func needCommand(all []*listed) map[string]bool {
	need := map[string]bool{}
	for _, p := range slices.Backward(all) {
		if !p.local() || !p.pure() {
			need[p.ImportPath] = true
		}
		if need[p.ImportPath] {
			for _, d := range p.Imports {
				need[d] = true
			}
		}
	}
	return need
}

// export has the go command compile packages as plugins need them.
func (s *Session) export(ctx context.Context, all []*listed, byCommand map[string]bool) (map[string]export, error) {
	found := map[string]export{}
	var missing []string
	user := map[string]bool{} // packages that may change
	for _, p := range all {
		path := p.ImportPath
		user[path] = p.local()
		for _, d := range p.Imports {
			user[path] = user[path] || user[d]
		}
		if !byCommand[path] || path == "unsafe" || path == "C" {
			continue
		}
		if e, ok := s.exports[path]; ok && !user[path] && stampOf(e.file) != "" {
			found[path] = e
			continue
		}
		missing = append(missing, path)
	}
	if len(missing) == 0 {
		return found, nil
	}
	made, err := s.goList(ctx, append([]string{"-mod=readonly", "-export", "-buildmode=plugin", "--"}, missing...)...)
	if err != nil {
		return nil, s.explainList(missing[len(missing)-1], err)
	}
	for _, p := range made {
		if p.Export == "" {
			output := "the go command made no archive of it"
			if p.Error != nil {
				output = compilerOutput(p.Error.Err)
			}
			// A package that needs one that does not compile has no
			// archive either: the one with a text is to blame.
			if p.Error != nil || p == made[len(made)-1] {
				return nil, &BuildError{Path: p.ImportPath, Output: output}
			}
			continue
		}
		_, content, _ := strings.Cut(p.BuildID, "/")
		e := export{file: p.Export, content: content}
		found[p.ImportPath] = e
		if !user[p.ImportPath] {
			s.exports[p.ImportPath] = e
		}
	}
	for _, path := range missing {
		if found[path].file == "" {
			return nil, &BuildError{Path: path, Output: "the go command made no archive of it"}
		}
	}
	return found, nil
}

// compilerOutput leaves out the lines that name packages.
func compilerOutput(text string) string {
	var keep []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, "# ") {
			keep = append(keep, line)
		}
	}
	return strings.Join(keep, "\n")
}

// compile makes the archive of one of the user's packages, unless it exists.
// What the package needs has been built.
func (s *Session) compile(ctx context.Context, p *listed, b *built) (id, file string, err error) {
	t, err := s.tools(ctx)
	if err != nil {
		return "", "", err
	}
	lang := "go1.16" // what a go.mod without a go line means
	if p.Module.GoVersion != "" {
		lang = version.Lang("go" + p.Module.GoVersion)
	}
	flags := compilerFlags(t.Flags)
	sum := sha256.New()
	fmt.Fprintf(sum, "netherfield package 1\n%s\n%q\n%q\n%s %s\n", t.Version, t.Env, flags, p.ImportPath, lang)
	for _, name := range append(slices.Clone(p.GoFiles), p.EmbedFiles...) {
		text, err := os.ReadFile(filepath.Join(p.Dir, filepath.FromSlash(name)))
		if err != nil {
			return "", "", &BuildError{Path: p.ImportPath, Output: err.Error()}
		}
		fmt.Fprintf(sum, "file %q %x\n", name, sha256.Sum256(text))
	}
	fmt.Fprintf(sum, "embed %q\n", p.EmbedPatterns)
	for _, d := range p.Imports {
		fmt.Fprintf(sum, "import %q %s\n", b.ids[d], b.exports[d].content)
	}
	hash := hex.EncodeToString(sum.Sum(nil))
	id = p.ImportPath + "~" + hash[:16]
	dir := s.opts.Cache
	if dir == "" {
		dir = filepath.Join(s.dir, "packages")
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", "", fmt.Errorf("package %s: %w", p.ImportPath, err)
	}
	file = filepath.Join(dir, hash[:32]+".a")
	if stampOf(file) != "" {
		return id, file, nil
	}
	work, err := os.MkdirTemp(s.dir, "compile-*")
	if err != nil {
		return "", "", fmt.Errorf("package %s: %w", p.ImportPath, err)
	}
	defer os.RemoveAll(work)
	var cfg strings.Builder
	for _, path := range slices.Sorted(maps.Keys(b.ids)) {
		archive := b.exports[path].file
		if b.ids[path] != path {
			fmt.Fprintf(&cfg, "importmap %s=%s\n", path, b.ids[path])
			archive = b.archives[b.ids[path]]
		}
		fmt.Fprintf(&cfg, "packagefile %s=%s\n", b.ids[path], archive)
	}
	if err := os.WriteFile(filepath.Join(work, "importcfg"), []byte(cfg.String()), 0o666); err != nil {
		return "", "", fmt.Errorf("package %s: %w", p.ImportPath, err)
	}
	out, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return "", "", fmt.Errorf("package %s: %w", p.ImportPath, err)
	}
	out.Close()
	defer os.Remove(out.Name())
	argv := append([]string{filepath.Join(t.Tools, "compile"), "-o", out.Name(), "-p", id,
		"-trimpath", work + "=>;" + p.Dir + "=>" + p.ImportPath, "-dynlink", "-complete", "-lang=" + lang,
		"-importcfg", filepath.Join(work, "importcfg"), "-pack"}, flags...)
	if len(p.EmbedPatterns) > 0 {
		embed, err := embedConfig(p)
		if err != nil {
			return "", "", &BuildError{Path: p.ImportPath, Output: err.Error()}
		}
		if err := os.WriteFile(filepath.Join(work, "embedcfg"), embed, 0o666); err != nil {
			return "", "", fmt.Errorf("package %s: %w", p.ImportPath, err)
		}
		argv = append(argv, "-embedcfg", filepath.Join(work, "embedcfg"))
	}
	for _, name := range p.GoFiles {
		argv = append(argv, "./"+name)
	}
	if _, err := s.exec(ctx, command{dir: p.Dir, env: s.environ(t), argv: argv}); err != nil {
		if tool, ok := asError[*toolError](err); ok {
			return "", "", &BuildError{Path: p.ImportPath, Output: Original(inDir(tool.output, p))}
		}
		return "", "", err
	}
	if err := os.Chmod(out.Name(), 0o666); err != nil {
		return "", "", fmt.Errorf("package %s: %w", p.ImportPath, err)
	}
	if err := os.Rename(out.Name(), file); err != nil {
		return "", "", fmt.Errorf("package %s: %w", p.ImportPath, err)
	}
	return id, file, nil
}

// inDir gives the files in the compiler's output their directory again.
func inDir(output string, p *listed) string {
	var b strings.Builder
	for line := range strings.Lines(output) {
		for _, prefix := range []string{"./", p.ImportPath + "/"} {
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				line = filepath.Join(p.Dir, filepath.FromSlash(rest))
				if !strings.HasSuffix(line, "\n") && strings.HasSuffix(rest, "\n") {
					line += "\n"
				}
				break
			}
		}
		b.WriteString(line)
	}
	return b.String()
}

// compilerFlags returns what flags of the go command mean for the compiler.
func compilerFlags(flags []string) (out []string) {
	for _, flag := range flags {
		if flag == "-race" {
			out = append(out, "-race")
		}
		if list, ok := strings.CutPrefix(flag, "-gcflags=all="); ok {
			out = append(out, strings.Fields(list)...)
		}
	}
	return out
}

// embedConfig tells the compiler which files its go:embed lines mean.
func embedConfig(p *listed) ([]byte, error) {
	cfg := struct {
		Patterns map[string][]string
		Files    map[string]string
	}{map[string][]string{}, map[string]string{}}
	for _, name := range p.EmbedFiles {
		cfg.Files[name] = filepath.Join(p.Dir, filepath.FromSlash(name))
	}
	for _, pattern := range p.EmbedPatterns {
		names, err := embedded(p, pattern)
		if err != nil {
			return nil, err
		}
		cfg.Patterns[pattern] = names
	}
	return json.Marshal(cfg)
}

// embedded returns the files of one pattern among those of all.
func embedded(p *listed, pattern string) ([]string, error) {
	glob, all := strings.CutPrefix(pattern, "all:")
	matches, err := filepath.Glob(filepath.Join(p.Dir, filepath.FromSlash(glob)))
	if err != nil {
		return nil, fmt.Errorf("pattern %s: %w", pattern, err)
	}
	var names []string
	for _, m := range matches {
		rel, err := filepath.Rel(p.Dir, m)
		if err != nil {
			return nil, fmt.Errorf("pattern %s: %w", pattern, err)
		}
		rel = filepath.ToSlash(rel)
		for _, name := range p.EmbedFiles {
			inside, ok := strings.CutPrefix(name, rel+"/")
			hidden := strings.HasPrefix(inside, ".") || strings.HasPrefix(inside, "_") ||
				strings.Contains(inside, "/.") || strings.Contains(inside, "/_")
			if name == rel || rel == "." || ok && (all || !hidden) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
