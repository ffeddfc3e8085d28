package build

// This file keeps the cache within its bound.

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// recent is for how long what was used stays.
	recent = 10 * time.Minute
	// abandoned is the age of temporary files that no process works on.
	abandoned = 2 * time.Hour
)

// evict removes what was not used for longest if the cache may have outgrown
// its bound. Caches of other salts, of other versions of the kernel, count.
func (s *store) evict() {
	s.mu.Lock()
	due := s.written < 0 || s.written > s.opts.MaxBytes/16
	if due {
		s.written = 0
	}
	s.mu.Unlock()
	if !due || s.err != nil {
		return
	}
	unlock, err := tryLock(filepath.Join(s.opts.Cache, "evict.lock"))
	if unlock == nil {
		if err != nil {
			s.opts.Logger.Warn("build: the cache is not kept within its bound", "err", err)
		}
		return
	}
	defer unlock()
	now := time.Now()
	entries, total := s.scan(now)
	if total <= s.opts.MaxBytes {
		return
	}
	// A tenth more, so that this is not to be done again at once.
	goal := s.opts.MaxBytes - s.opts.MaxBytes/10
	slices.SortFunc(entries, func(a, b cached) int { return a.used.Compare(b.used) })
	for _, e := range entries {
		if total <= goal || now.Sub(e.used) < recent {
			break
		}
		// The record goes first: without it the rest is not used.
		for _, suffix := range []string{".rec", ".so", ".a"} {
			os.Remove(e.base + suffix)
		}
		total -= e.size
	}
}

// A cached thing is an entry as a directory listing shows it.
type cached struct {
	base string
	size int64
	used time.Time
}

// scan lists all entries, whatever their salt, and removes what interrupted
// processes have left behind.
func (s *store) scan(now time.Time) (entries []cached, total int64) {
	salts, _ := os.ReadDir(s.opts.Cache)
	for _, salt := range salts {
		dir := filepath.Join(s.opts.Cache, salt.Name())
		if !salt.IsDir() || len(salt.Name()) != 32 || !isDir(filepath.Join(dir, "tmp")) {
			continue // not ours
		}
		found, size := scanSalt(dir, now)
		if len(found) == 0 && dir != s.place(s.opts.Cache) {
			if info, err := os.Stat(dir); err == nil && now.Sub(info.ModTime()) > abandoned {
				os.RemoveAll(dir)
				continue
			}
		}
		entries = append(entries, found...)
		total += size
	}
	return entries, total
}

func scanSalt(dir string, now time.Time) (entries []cached, total int64) {
	byBase := map[string]*cached{}
	loose := map[string][]string{}
	files, _ := os.ReadDir(dir)
	for _, file := range files {
		info, err := file.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		name := filepath.Join(dir, file.Name())
		base, suffix := strings.TrimSuffix(name, filepath.Ext(name)), filepath.Ext(name)
		if byBase[base] == nil {
			byBase[base] = &cached{base: base}
		}
		byBase[base].size += info.Size()
		switch {
		case suffix == ".rec":
			byBase[base].used = info.ModTime()
		case now.Sub(info.ModTime()) > abandoned:
			loose[base] = append(loose[base], name)
		}
	}
	for base, e := range byBase {
		if !e.used.IsZero() {
			entries = append(entries, *e)
			total += e.size
			continue
		}
		for _, name := range loose[base] {
			os.Remove(name)
		}
	}
	total += treeSize(filepath.Join(dir, "src"))
	work, _ := os.ReadDir(filepath.Join(dir, "tmp"))
	for _, w := range work {
		if info, err := w.Info(); err == nil && now.Sub(info.ModTime()) > abandoned {
			os.RemoveAll(filepath.Join(dir, "tmp", w.Name()))
		}
	}
	return entries, total
}

// counted is for how long the size of the cache is taken for known.
const counted = 10 * time.Second

// CacheSize returns how many bytes the writable cache has, as of a few seconds ago, and how
// many it may have.
func (b *Builder) CacheSize() (used, limit int64) {
	s := b.store
	s.sizing.Lock()
	defer s.sizing.Unlock()
	if s.err == nil && time.Since(s.sized) > counted {
		s.size, s.sized = treeSize(s.opts.Cache), time.Now()
	}
	return s.size, s.opts.MaxBytes
}

func treeSize(dir string) (size int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if info, err := d.Info(); err == nil {
				size += info.Size()
			}
		}
		return nil
	})
	return size
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
