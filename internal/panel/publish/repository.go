package publish

// This file asks git.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/netherfield/netherfield/internal/notebook"
)

// A Repository is the state of the one that notebooks are in.
type Repository struct {
	Root   string `json:"root"`   // its folder
	Commit string `json:"commit"` // "" before the first one
	Branch string `json:"branch"` // "" if none is checked out
	// Changes are what differs from the commit, in the order that git has: not the outputs
	// of notebooks that nobody has staged, as no pipeline is made of them, nor JupyterLab's
	// checkpoints that git does not know.
	Changes []Change `json:"changes"`
	// Strips tells that git leaves the outputs of notebooks out of commits.
	Strips bool `json:"strips"`
}

// A Change is a file that differs from the commit.
type Change struct {
	Path   string `json:"path"` // relative to the repository's folder
	What   string `json:"what"` // "modified", "new", "deleted", "renamed" or "conflict"
	status string // git's letters: how the next commit differs from the last, and the file from that
	from   string // the old path of what was renamed
}

const conflict = "conflict"

// A DirtyError says that a tree differs from its commit.
type DirtyError struct{ Changes []Change }

// Error names the files.
func (e *DirtyError) Error() string {
	const most = 8
	var names []string
	for _, c := range e.Changes[:min(len(e.Changes), most)] {
		names = append(names, c.Path+" ("+c.What+")")
	}
	if more := len(e.Changes) - most; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return "the repository has changes that no commit has, so nobody could say what the pipeline was made of: " +
		strings.Join(names, ", ") + "; commit them, or give a message to have them committed"
}

// Look asks what the repository of a folder is like. The error says why there is none.
func Look(ctx context.Context, dir string) (*Repository, error) {
	root, err := git(ctx, dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, fmt.Errorf("%s is in no git repository that can be used, so nobody could say what a pipeline was made of: %w", dir, err)
	}
	r := &Repository{Root: strings.TrimSuffix(root, "\n"), Changes: []Change{}}
	r.Commit = r.head(ctx)
	// It fails where no branch is checked out.
	if branch, err := git(ctx, dir, "symbolic-ref", "--quiet", "--short", "HEAD"); err == nil {
		r.Branch = strings.TrimSpace(branch)
	}
	status, err := git(ctx, r.Root, "status", "--porcelain=v1", "-z", "--untracked-files=all")
	if err != nil {
		return nil, err
	}
	changes, err := parseStatus(status)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		if !c.isCheckpoint() && !r.onlyOutputs(ctx, c) {
			r.Changes = append(r.Changes, c)
		}
	}
	r.Strips = strips(ctx, dir)
	return r, nil
}

// strips tells whether notebooks go through a filter on their way into commits. That of git
// lfs keeps all that they have; and a clone need not know one that .gitattributes names.
func strips(ctx context.Context, dir string) bool {
	answer, err := git(ctx, dir, "check-attr", "filter", "--", "any.ipynb")
	filter := strings.TrimPrefix(strings.TrimSpace(answer), "any.ipynb: filter: ")
	if err != nil || filter == "lfs" {
		return false
	}
	_, err = git(ctx, dir, "config", "filter."+filter+".clean")
	return err == nil
}

// isCheckpoint tells whether a change is a copy that JupyterLab keeps of a notebook.
func (c Change) isCheckpoint() bool {
	return c.status == "??" && strings.Contains("/"+c.Path, "/.ipynb_checkpoints/")
}

// onlyOutputs tells whether a change is one of a notebook's outputs, or of what else opening
// and running it leaves. Whoever has staged it wants it in the next commit.
func (r *Repository) onlyOutputs(ctx context.Context, c Change) bool {
	if c.status != " M" || filepath.Ext(c.Path) != ".ipynb" {
		return false
	}
	before, err := git(ctx, r.Root, "show", "HEAD:"+c.Path)
	if err != nil {
		return false
	}
	after, err := os.ReadFile(filepath.Join(r.Root, c.Path))
	return err == nil && notebook.RunsAlike([]byte(before), after)
}

// parseStatus reads what `git status --porcelain=v1 -z` prints.
func parseStatus(status string) ([]Change, error) {
	changes := []Change{}
	entries := strings.Split(status, "\x00")
	for i := 0; i < len(entries)-1; i++ {
		entry := entries[i]
		if len(entry) < 4 || entry[2] != ' ' {
			return nil, fmt.Errorf("git status answers %q, which is no status", entry)
		}
		c := Change{Path: entry[3:], What: "modified", status: entry[:2]}
		switch x, y := entry[0], entry[1]; {
		case x == 'U' || y == 'U' || x == 'A' && y == 'A' || x == 'D' && y == 'D':
			c.What = conflict
		case strings.ContainsAny(c.status, "RC"):
			c.What = "renamed"
			if i++; i < len(entries)-1 {
				c.from = entries[i]
			}
		case x == 'D' || y == 'D': // also one that was staged when it was new
			c.What = "deleted"
		case x == '?' || x == 'A' || y == 'A':
			c.What = "new"
		}
		changes = append(changes, c)
	}
	return changes, nil
}

// tracks makes sure that files are git's, and this repository's: what git ignores, no commit
// has.
func (r *Repository) tracks(ctx context.Context, files []string) error {
	for _, file := range files {
		root, err := git(ctx, filepath.Dir(file), "rev-parse", "--show-toplevel")
		if err != nil {
			return fmt.Errorf("%s is in no git repository that can be used: %w", file, err)
		}
		if root = strings.TrimSuffix(root, "\n"); root != r.Root {
			return fmt.Errorf("%s is in the repository %s, and the first notebook in %s; one commit must have them all", filepath.Base(file), root, r.Root)
		}
		if _, err := git(ctx, filepath.Dir(file), "check-ignore", "--quiet", "--", "./"+filepath.Base(file)); err == nil {
			return fmt.Errorf("git ignores %s, so no commit would have it; .gitignore says so", filepath.Base(file))
		}
	}
	return nil
}

// changed returns those of the changes that are to files.
func (r *Repository) changed(files []string) (out []Change) {
	for _, c := range r.Changes {
		if slices.Contains(files, filepath.Join(r.Root, filepath.FromSlash(c.Path))) {
			out = append(out, c)
		}
	}
	return out
}

// commit commits the changes. If that fails, what people have staged is what it was.
func (r *Repository) commit(ctx context.Context, message string) error {
	var paths strings.Builder
	for _, c := range r.Changes {
		if c.What == conflict {
			// Adding it would tell git that somebody has resolved it.
			return fmt.Errorf("%s has conflicts that nobody has resolved; resolve them, and commit that", c.Path)
		}
		if c.status[1] != ' ' { // else the next commit has it as it is
			paths.WriteString(":(top,literal)" + c.Path + "\x00")
		}
		if c.status[1] == 'R' {
			paths.WriteString(":(top,literal)" + c.from + "\x00")
		}
	}
	before, err := r.index(ctx)
	if err != nil {
		return err
	}
	if paths.Len() > 0 {
		if _, err := gitReading(ctx, r.Root, paths.String(), "add", "--all", "--pathspec-from-file=-", "--pathspec-file-nul"); err != nil {
			return err
		}
		// What was staged when it was new, and is deleted, makes no commit.
		if _, err := git(ctx, r.Root, "diff", "--cached", "--quiet"); err == nil {
			return nil
		}
	}
	_, err = git(ctx, r.Root, "commit", "--quiet", "--message", message)
	// Cancelled too late, there is a commit, and its files are no longer staged.
	if err != nil && r.head(context.WithoutCancel(ctx)) == r.Commit {
		err = errors.Join(err, before.restore())
	}
	return err
}

// head is the commit that is checked out; "" before the first one.
func (r *Repository) head(ctx context.Context) string {
	commit, err := git(ctx, r.Root, "rev-parse", "--verify", "--quiet", "HEAD")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(commit)
}

// git runs git in a folder. It never waits for a person.
func git(ctx context.Context, dir string, arguments ...string) (string, error) {
	return gitReading(ctx, dir, "", arguments...)
}

// gitReading runs git with something on its standard input.
func gitReading(ctx context.Context, dir, input string, arguments ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", arguments...)
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(input)
	// In a session of their own, neither hooks nor what signs commits can ask at JupyterLab's
	// terminal.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM}
	// Asked to end, git removes its locks. The hooks that it has started are asked as well.
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "LC_ALL=C.UTF-8")
	if arguments[0] == "status" {
		// Reading must not take the lock that somebody's commit waits for.
		cmd.Env = append(cmd.Env, "GIT_OPTIONAL_LOCKS=0")
	}
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("there is no git on the path; install it")
	case err != nil:
		if text := strings.TrimSpace(complaint.String() + out.String()); text != "" {
			return "", fmt.Errorf("git %s: %s", arguments[0], text)
		}
		return "", fmt.Errorf("git %s: %w", arguments[0], err)
	}
	return out.String(), nil
}
