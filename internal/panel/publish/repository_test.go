package publish

// This file tests what is told of repositories, in real ones.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// shell runs a script in a folder, and returns what it prints.
func shell(t *testing.T, dir, script string) string {
	t.Helper()
	cmd := exec.Command("sh", "-euc", script)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", script, err, out)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// cell is the text of a notebook with one cell, which has an output if there is one.
func cell(source, output string) string {
	code := map[string]any{"cell_type": "code", "id": "a", "metadata": map[string]any{}, "source": source, "outputs": []any{}, "execution_count": nil}
	if output != "" {
		code["outputs"] = []any{map[string]any{"output_type": "stream", "name": "stdout", "text": output}}
		code["execution_count"] = 1
	}
	text, err := json.Marshal(map[string]any{
		"nbformat": 4, "nbformat_minor": 5, "cells": []any{code},
		"metadata": map[string]any{"kernelspec": map[string]any{"name": "netherfield", "display_name": "Go"}},
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// repository makes one with a commit of a text, and of notebooks of features and of a model.
// No configuration of this machine changes what git does there.
func repository(t *testing.T) (dir string) {
	t.Helper()
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, "notes.txt", "first\nsecond\nthird\n")
	put(t, dir, "features.ipynb", cell("f := 1", ""))
	put(t, dir, "model.ipynb", cell("m := 1", ""))
	shell(t, dir, `git init -q -b main --template=
		printf '[user]\nname = Jane\nemail = jane@example.com\n[core]\nfsync = none\n' >>.git/config
		mkdir .git/info .git/hooks; git add .; git commit -qm "First impressions"`)
	return dir
}

// look returns what differs from the commit, "what path" each.
func look(t *testing.T, dir string) (*Repository, []string) {
	t.Helper()
	r, err := Look(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range r.Changes {
		out = append(out, c.What+" "+c.Path)
	}
	return r, out
}

// What is listed is what is committed, neither less nor more.
func TestChangesAreListedAndCommitted(t *testing.T) {
	run := cell("m := 1", "ran")
	other := cell("m := 2", "")
	for name, tt := range map[string]struct {
		script string
		want   []string
	}{
		"nothing":                     {``, nil},
		"new":                         {`echo x >new.txt`, []string{"new new.txt"}},
		"new in a new folder":         {`mkdir a; echo x >a/b.txt; echo x >a/c.txt`, []string{"new a/b.txt", "new a/c.txt"}},
		"modified":                    {`echo x >>notes.txt`, []string{"modified notes.txt"}},
		"another mode":                {`chmod +x notes.txt`, []string{"modified notes.txt"}},
		"another kind":                {`rm notes.txt; ln -s model.ipynb notes.txt`, []string{"modified notes.txt"}},
		"deleted":                     {`rm notes.txt`, []string{"deleted notes.txt"}},
		"staged":                      {`echo x >>notes.txt; echo x >new.txt; git add notes.txt new.txt`, []string{"modified notes.txt", "new new.txt"}},
		"staged, and changed again":   {`echo x >>notes.txt; git add notes.txt; echo y >>notes.txt`, []string{"modified notes.txt"}},
		"deleted, which is staged":    {`git rm -q notes.txt`, []string{"deleted notes.txt"}},
		"renamed":                     {`git mv notes.txt other.txt`, []string{"renamed other.txt"}},
		"renamed, and changed":        {`git mv notes.txt other.txt; echo x >>other.txt`, []string{"renamed other.txt"}},
		"renamed without git's doing": {`mv notes.txt other.txt`, []string{"deleted notes.txt", "new other.txt"}},
		// What `git add --intent-to-add` promises is told in git's second column.
		"promised":                   {`echo x >new.txt; git add -N new.txt`, []string{"new new.txt"}},
		"renamed, which is promised": {`mv notes.txt other.txt; git add -N other.txt; echo x >>model.ipynb`, []string{"modified model.ipynb", "renamed other.txt"}},
		"names": {
			`for n in 'a b' '"c"' "d'" 'e[1]' ':f' ':(top)g' -- '-h' 'i*' 'j\k' 'ä'; do echo "$n" >"./$n.txt"; done
			printf x >"$(printf 'l\nm').txt"; mkdir ' '; echo x >' /?.txt'`,
			[]string{"new  /?.txt", "new \"c\".txt", "new --.txt", "new -h.txt", "new :(top)g.txt", "new :f.txt", "new a b.txt", "new d'.txt", "new e[1].txt", "new i*.txt", `new j\k.txt`, "new l\nm.txt", "new ä.txt"},
		},
		"a notebook":          {"echo '" + other + "' >model.ipynb", []string{"modified model.ipynb"}},
		"a notebook, no more": {`echo x >model.ipynb`, []string{"modified model.ipynb"}},
		"a notebook, renamed": {`git mv model.ipynb other.ipynb; echo '` + run + `' >other.ipynb`, []string{"renamed other.ipynb"}},
		"outputs that a person has staged": {
			"echo '" + run + "' >model.ipynb; git add model.ipynb", []string{"modified model.ipynb"},
		},
		"outputs beside a cell that is staged": {
			"echo '" + other + "' >model.ipynb; git add model.ipynb; echo '" + run + "' >model.ipynb", []string{"modified model.ipynb"},
		},
		"a checkpoint that git knows": {
			`echo x >.ipynb_checkpoints/n.txt; git add -f .ipynb_checkpoints/n.txt; git commit -qm more; echo y >>.ipynb_checkpoints/n.txt`,
			[]string{"modified .ipynb_checkpoints/n.txt"},
		},
		"what only sounds like a checkpoint": {`mkdir x.ipynb_checkpoints; echo x >x.ipynb_checkpoints/n`, []string{"new x.ipynb_checkpoints/n"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := repository(t)
			// Neither is ever listed: it is what opening and running notebooks leaves.
			put(t, dir, "features.ipynb", cell("f := 1", "ran"))
			shell(t, dir, `mkdir -p .ipynb_checkpoints sub/.ipynb_checkpoints; echo x | tee .ipynb_checkpoints/a.ipynb >sub/.ipynb_checkpoints/b.ipynb`)
			shell(t, dir, strings.ReplaceAll(tt.script, "\t\t\t", ""))
			r, got := look(t, dir)
			slices.Sort(got)
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Fatalf("changes (-want +got):\n%s", diff)
			}
			if len(r.Changes) == 0 {
				return
			}
			before := r.Commit
			if err := r.commit(t.Context(), "All of it"); err != nil {
				t.Fatal(err)
			}
			after, left := look(t, dir)
			if len(left) > 0 || after.Commit == before {
				t.Errorf("after the commit there is %q", left)
			}
			var want []string
			for _, c := range r.Changes {
				if want = append(want, c.Path); c.from != "" {
					want = append(want, c.from)
				}
			}
			slices.Sort(want)
			committed := strings.Split(strings.TrimSuffix(shell(t, dir, "git diff --name-only -z --no-renames "+before+" HEAD"), "\x00"), "\x00")
			if diff := cmp.Diff(want, committed); diff != "" {
				t.Errorf("committed (-listed +committed):\n%s", diff)
			}
		})
	}
}

// conflicting leaves notes.txt as two branches have it.
const conflicting = `git checkout -qb other; echo theirs >notes.txt; git commit -qam theirs
	git checkout -q main; echo ours >notes.txt; git commit -qam ours; git merge -q other >/dev/null || true`

func TestConflictsAreNotCommitted(t *testing.T) {
	dir := repository(t)
	shell(t, dir, conflicting+"; echo x >new.txt")
	r, got := look(t, dir)
	if want := []string{"conflict notes.txt", "new new.txt"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if err := r.commit(t.Context(), "All of it"); err == nil || !strings.Contains(err.Error(), "notes.txt has conflicts") {
		t.Errorf("they are committed: %v", err)
	}
	// Nothing is said to be resolved, nor was anything staged.
	if status := shell(t, dir, "git status --porcelain"); status != "UU notes.txt\n?? new.txt" {
		t.Errorf("they are left as\n%s", status)
	}
}

// Nothing is lost where git refuses a commit, and nobody finds staged what they have not.
func TestACommitThatFailsLeavesAllAsItWas(t *testing.T) {
	const state = `GIT_OPTIONAL_LOCKS=0; export GIT_OPTIONAL_LOCKS; git status --porcelain; git ls-files --stage; git diff --cached; cat .git/HEAD; ls .git`
	const hook = `printf '#!/bin/sh\n%s\n' >.git/hooks/pre-commit; chmod +x .git/hooks/pre-commit; `
	const staged = `echo x >>notes.txt; git add notes.txt; echo y >>notes.txt; git mv model.ipynb m.ipynb; echo x >p.txt; git add -N p.txt; rm features.ipynb; `
	for name, tt := range map[string]struct{ script, want string }{
		"nobody is known":        {`git config --unset user.email; git config user.useConfigOnly true`, "git commit: *Please tell me who you are"},
		"a hook refuses":         {fmt.Sprintf(hook, "echo outputs are not welcome; exit 1"), "git commit: outputs are not welcome"},
		"a hook stages, refuses": {fmt.Sprintf(hook, "git add .; exit 1"), "git commit: exit status 1"},
		"no commit yet":          {`rm -rf .git; git init -q -b main; git config user.useConfigOnly true`, "git commit: *Please tell me who you are"},
		"a file cannot be read":  {`printf 'new.txt filter=x\n' >.git/info/attributes; git config filter.x.clean false; git config filter.x.required true`, "git add: *new.txt"},
		"another works on it":    {`touch .git/index.lock`, "git add: *index.lock"},
	} {
		for more, script := range map[string]string{"": "", ", with much staged": staged} {
			if more != "" && name == "no commit yet" {
				continue // there is nothing to rename
			}
			t.Run(name+more, func(t *testing.T) {
				dir := repository(t)
				shell(t, dir, script+"echo x >new.txt\n"+tt.script)
				before := shell(t, dir, state)
				r, _ := look(t, dir)
				start, say, _ := strings.Cut(tt.want, "*")
				if err := r.commit(t.Context(), "More"); err == nil || !strings.HasPrefix(err.Error(), start) || !strings.Contains(err.Error(), say) {
					t.Errorf("%v, want %s", err, tt.want)
				}
				if diff := cmp.Diff(before, shell(t, dir, state)); diff != "" {
					t.Errorf("(-before +after):\n%s", diff)
				}
			})
		}
	}
}

// What would ask for a passphrase fails at once, where JupyterLab was started in a terminal.
func TestHooksHaveNoTerminal(t *testing.T) {
	dir := repository(t)
	shell(t, dir, `echo x >new.txt; printf '#!/bin/sh\ncut -d" " -f6,7 /proc/self/stat >.git/session\n' >.git/hooks/pre-commit; chmod +x .git/hooks/pre-commit`)
	r, _ := look(t, dir)
	if err := r.commit(t.Context(), "More"); err != nil {
		t.Fatal(err)
	}
	var session, terminal int
	if _, err := fmt.Sscan(shell(t, dir, "cat .git/session"), &session, &terminal); err != nil {
		t.Fatal(err)
	}
	if ours, err := unix.Getsid(0); err != nil || session == ours || terminal != 0 {
		t.Errorf("hooks run in session %d with terminal %d, ours is %d: %v", session, terminal, ours, err)
	}
}

func TestACommitIsCancelled(t *testing.T) {
	dir := repository(t)
	shell(t, dir, `echo x >new.txt; printf '#!/bin/sh\necho $$ >"%s/hook"; sleep 100\n' "$PWD/.git" >.git/hooks/pre-commit; chmod +x .git/hooks/pre-commit`)
	r, _ := look(t, dir)
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("it was cancelled")
	go func() {
		for exec.Command("test", "-s", filepath.Join(dir, ".git/hook")).Run() != nil && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel(why)
	}()
	if err := r.commit(ctx, "More"); !errors.Is(err, why) {
		t.Errorf("%v", err)
	}
	if status := shell(t, dir, "git status --porcelain; ls .git/*.lock 2>/dev/null || true"); status != "?? new.txt" {
		t.Errorf("it leaves %q", status)
	}
	// It ends soon after, and takes a moment to be gone.
	shell(t, dir, "for i in $(seq 100); do kill -0 $(cat .git/hook) 2>/dev/null || exit 0; sleep 0.1; done; echo the hook goes on; exit 1")
}

// What was staged when it was new and is deleted since makes no commit, and is staged no more.
func TestWhatIsGoneBeforeItsFirstCommit(t *testing.T) {
	dir := repository(t)
	shell(t, dir, "echo x >new.txt; git add new.txt; rm new.txt")
	r, got := look(t, dir)
	if !slices.Equal(got, []string{"deleted new.txt"}) {
		t.Errorf("%q", got)
	}
	if err := r.commit(t.Context(), "More"); err != nil {
		t.Error(err)
	}
	if after, left := look(t, dir); after.Commit != r.Commit || left != nil {
		t.Errorf("it becomes %+v", after)
	}
}

func TestWhereARepositoryIs(t *testing.T) {
	for name, tt := range map[string]struct {
		script string // runs in a repository
		folder string // relative to it
		want   string // of the error; or root, branch and how many changes there are
	}{
		"the folder itself":     {"", ".", "DIR main 0"},
		"a folder in it":        {"mkdir -p a/b; echo x >new.txt", "a/b", "DIR main 1"},
		"a symbolic link to it": {"ln -s . link; echo link >>.git/info/exclude; mkdir a", "link/a", "DIR main 0"},
		"another worktree":      {"git worktree add -q -b other wt; echo wt >>.git/info/exclude; echo x >wt/new.txt", "wt", "DIR/wt other 1"},
		"no branch":             {"git checkout -q --detach", ".", "DIR  0"},
		"no commit yet":         {"mkdir r; cd r; git init -q -b main; echo x >new.txt", "r", "DIR/r main 1"},
		"no repository":         {"rm -rf .git", ".", "is in no git repository"},
		"a bare one":            {"git init -q --bare bare", "bare", "must be run in a work tree"},
		"no folder":             {"", "gone", "no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := repository(t)
			shell(t, dir, tt.script)
			r, err := Look(t.Context(), filepath.Join(dir, tt.folder))
			got := fmt.Sprint(err)
			if err == nil {
				got = fmt.Sprintf("%s %s %d", r.Root, r.Branch, len(r.Changes))
				if want := shell(t, filepath.Join(dir, tt.folder), "git rev-parse -q --verify HEAD || true"); r.Commit != want {
					t.Errorf("it is at %s, not at %s", r.Commit, want)
				}
			}
			if !strings.Contains(got, strings.ReplaceAll(tt.want, "DIR", dir)) {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestWhetherGitStripsNotebooks(t *testing.T) {
	for name, tt := range map[string]struct {
		script string
		want   bool
	}{
		"no filter":                              {"", false},
		"netherfield git-setup":                  {"echo '*.ipynb filter=netherfield diff=netherfield' >.gitattributes; git config filter.netherfield.clean cat", true},
		"another filter":                         {"echo '*.ipynb filter=nbstripout' >.gitattributes; git config filter.nbstripout.clean cat", true},
		"a filter that this clone does not know": {"echo '*.ipynb filter=netherfield' >.gitattributes", false},
		"a filter of other files":                {"echo '*.csv filter=netherfield' >.gitattributes; git config filter.netherfield.clean cat", false},
		"a filter taken off":                     {"printf '* filter=netherfield\n*.ipynb -filter\n' >.gitattributes; git config filter.netherfield.clean cat", false},
		"large files elsewhere":                  {"echo '*.ipynb filter=lfs' >.gitattributes; git config filter.lfs.clean cat", false},
	} {
		dir := repository(t)
		shell(t, dir, tt.script)
		if r, _ := look(t, dir); r.Strips != tt.want {
			t.Errorf("%s: %t", name, r.Strips)
		}
	}
}

func TestParseStatus(t *testing.T) {
	for status, want := range map[string]string{
		"":                               "",
		" M a\x00":                       "modified a",
		"M  a\x00MM b\x00 T c\x00":       "modified a, modified b, modified c",
		"?? a b\x00A  c\x00AM d\x00 A e": "new a b, new c, new d", // the last is cut off
		" D a\x00D  b\x00AD c\x00":       "deleted a, deleted b, deleted c",
		"R  new\x00old\x00 M a\x00":      "renamed new, modified a",
		" R new\x00?? \x00RM a\x00b\x00": "renamed new, renamed a",
		"C  new\x00old\x00":              "renamed new",
		"R  new\x00":                     "renamed new",
		"UU a\x00AA b\x00DD c\x00AU d\x00UD e\x00": "conflict a, conflict b, conflict c, conflict d, conflict e",
		" M a\n\"b\x00":    "modified a\n\"b",
		"?? \x00":          "no status",
		"fatal: sorry\x00": "no status",
	} {
		changes, err := parseStatus(status)
		var out []string
		for _, c := range changes {
			out = append(out, c.What+" "+c.Path)
		}
		got := strings.Join(out, ", ")
		if err != nil {
			got = err.Error()
		}
		if err == nil && got != want || err != nil && !strings.Contains(got, want) {
			t.Errorf("%q: %s, want %s", status, got, want)
		}
	}
}

func FuzzParseStatus(f *testing.F) {
	f.Add(" M a\x00R  b\x00c\x00?? d\x00")
	f.Add("R  b\x00")
	f.Fuzz(func(t *testing.T, status string) {
		changes, err := parseStatus(status)
		if err != nil {
			return
		}
		// Each is there as git has it, and in git's order.
		rest := status
		for _, c := range changes {
			_, after, found := strings.Cut(rest, c.status+" "+c.Path+"\x00")
			if !found || c.Path == "" || c.What == "" {
				t.Fatalf("%q has no %+v", status, c)
			}
			rest = after
		}
	})
}
