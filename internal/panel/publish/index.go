package publish

// This file keeps what people have staged.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// An index is what git has staged for the next commit, as it was at one moment.
type index struct {
	path   string
	data   []byte // nil if git had none yet
	mode   fs.FileMode
	staged time.Time
}

// index reads it.
func (r *Repository) index(ctx context.Context) (*index, error) {
	path, err := git(ctx, r.Root, "rev-parse", "--git-path", "index")
	if err != nil {
		return nil, err
	}
	i := &index{path: strings.TrimSuffix(path, "\n")}
	if !filepath.IsAbs(i.path) {
		i.path = filepath.Join(r.Root, i.path)
	}
	info, err := os.Stat(i.path)
	if errors.Is(err, fs.ErrNotExist) {
		return i, nil
	}
	if err == nil {
		i.mode, i.staged = info.Mode().Perm(), info.ModTime()
		i.data, err = os.ReadFile(i.path)
	}
	if err != nil {
		return nil, fmt.Errorf("what git has staged cannot be read: %w", err)
	}
	return i, nil
}

// restore makes it what it was, in the way of git's own commands: they make a lock, which
// becomes the index.
func (i *index) restore() error {
	lock, err := os.OpenFile(i.path+".lock", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		if err = i.replace(lock); err != nil {
			err = errors.Join(err, os.RemoveAll(lock.Name()))
		}
	}
	if err != nil {
		return fmt.Errorf("what was staged for the commit stays staged: %w", err)
	}
	return nil
}

// replace puts what it was in the place of what it is. If that fails, the lock may be left.
func (i *index) replace(lock *os.File) error {
	if i.data == nil {
		return errors.Join(lock.Close(), os.RemoveAll(i.path), os.Remove(lock.Name()))
	}
	_, err := lock.Write(i.data)
	// Of files that are as old as the index, git looks at what they hold. It must go on to.
	if err = errors.Join(err, lock.Chmod(i.mode), lock.Close(), os.Chtimes(lock.Name(), i.staged, i.staged)); err != nil {
		return err
	}
	return os.Rename(lock.Name(), i.path)
}
