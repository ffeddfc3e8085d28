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
	"strings"
)

// A Repository is the state of the one that notebooks are in.
type Repository struct {
	Root   string `json:"root"`   // its folder
	Commit string `json:"commit"` // "" before the first one
	Branch string `json:"branch"` // "" if none is checked out
	// Changes are what differs from the commit, in the order that git has.
	Changes []Change `json:"changes"`
}

// A Change is a file that differs from the commit.
type Change struct {
	Path string `json:"path"` // relative to the repository's folder
	What string `json:"what"` // "modified", "new", "deleted", "renamed" or "conflict"
}

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
	// Both fail where nothing was ever committed, or where no branch is checked out.
	if commit, err := git(ctx, dir, "rev-parse", "--verify", "--quiet", "HEAD"); err == nil {
		r.Commit = strings.TrimSpace(commit)
	}
	if branch, err := git(ctx, dir, "symbolic-ref", "--quiet", "--short", "HEAD"); err == nil {
		r.Branch = strings.TrimSpace(branch)
	}
	status, err := git(ctx, dir, "status", "--porcelain=v1", "-z", "--untracked-files=all")
	if err != nil {
		return nil, err
	}
	r.Changes, err = parseStatus(status)
	return r, err
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
		c := Change{Path: entry[3:], What: "modified"}
		switch x, y := entry[0], entry[1]; {
		case x == 'U' || y == 'U' || x == 'A' && y == 'A' || x == 'D' && y == 'D':
			c.What = "conflict"
		case x == 'R' || x == 'C':
			c.What = "renamed"
			i++ // its old name
		case x == '?' || x == 'A':
			c.What = "new"
		case x == 'D' || y == 'D':
			c.What = "deleted"
		}
		changes = append(changes, c)
	}
	return changes, nil
}

// tracks makes sure that files are git's: what it ignores, no commit has.
func (r *Repository) tracks(ctx context.Context, files []string) error {
	for _, file := range files {
		if _, err := git(ctx, r.Root, "check-ignore", "--quiet", "--", file); err == nil {
			return fmt.Errorf("git ignores %s, so no commit would have it; .gitignore says so", filepath.Base(file))
		}
	}
	return nil
}

// commit commits all changes.
func (r *Repository) commit(ctx context.Context, message string) error {
	if _, err := git(ctx, r.Root, "add", "--all"); err != nil {
		return err
	}
	_, err := git(ctx, r.Root, "commit", "--quiet", "--message", message)
	return err
}

// git runs git in a folder. It never waits for a person.
func git(ctx context.Context, dir string, arguments ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", arguments...)
	cmd.Dir = dir
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
