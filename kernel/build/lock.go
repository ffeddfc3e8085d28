package build

// This file keeps two builders from doing the same work. The lock of a file is
// held by an open file, not by a process, so it serves goroutines as well.

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// lock waits until nobody else holds the lock of this name. The file is there
// only while the lock is held or waited for.
func lock(ctx context.Context, name string) (unlock func(), err error) {
	for wait := time.Millisecond; ; wait = min(2*wait, 10*time.Millisecond) {
		unlock, err := tryLock(name)
		if unlock != nil || err != nil {
			return unlock, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// tryLock returns nil and no error if another holds the lock.
func tryLock(name string) (unlock func(), err error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK), errors.Is(err, syscall.EINTR):
		file.Close()
		return nil, nil
	case err != nil:
		// A file system without locks: work is done twice, and whole
		// files are renamed into place all the same.
		file.Close()
		return func() {}, nil
	}
	// The one who had the lock removes the file: is it still the one?
	ours, err1 := file.Stat()
	theirs, err2 := os.Stat(name)
	if err1 != nil || err2 != nil || !os.SameFile(ours, theirs) {
		file.Close()
		return nil, nil
	}
	return func() {
		os.Remove(name)
		file.Close()
	}, nil
}
