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
func (i *index) restore() (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("what was staged for the commit stays staged: %w", err)
		}
	}()
	lock, err := os.OpenFile(i.path+".lock", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(lock.Name()))
		}
	}()
	if i.data == nil {
		if err = errors.Join(lock.Close(), os.Remove(i.path)); err == nil || errors.Is(err, fs.ErrNotExist) {
			err = os.Remove(lock.Name())
		}
		return err
	}
	_, err = lock.Write(i.data)
	if err = errors.Join(err, lock.Chmod(i.mode), lock.Close()); err != nil {
		return err
	}
	// Of files that are as old as the index, git looks at what they hold. It must go on to.
	if err = os.Chtimes(lock.Name(), i.staged, i.staged); err != nil {
		return err
	}
	return os.Rename(lock.Name(), i.path)
}
