package build

// This file keeps files in the cache directories, and finds them again.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// A store is the writable cache and the read-only ones before it.
type store struct {
	opts Opts
	err  error // why there is no writable one
	salt func() string

	mu      sync.Mutex
	entries map[string]*entry   // by name, what was found before
	sums    map[string]fileStat // files whose checksums were right
	hashes  map[string]hashed   // archives of others
	written int64               // since old entries were last removed; -1 before the first time

	sizing sync.Mutex
	size   int64     // of the writable cache
	sized  time.Time // when that was
}

// An entry is a complete package or unit in one of the directories.
type entry struct {
	record
	base     string // path of its files, without the suffix
	readOnly bool
	touched  time.Time
}

func (e *entry) archiveFile() string { return e.base + ".a" }
func (e *entry) pluginFile() string  { return e.base + ".so" }

// A fileStat changes when a file is replaced or written to.
type fileStat struct {
	dev, inode  uint64
	size, mtime int64
}

type hashed struct {
	fileStat
	hash string
	stamp
}

func newStore(opts Opts, err error, salt func() string) *store {
	return &store{
		opts: opts, err: err, salt: salt,
		entries: map[string]*entry{}, sums: map[string]fileStat{}, hashes: map[string]hashed{}, written: -1,
	}
}

// dir returns the writable directory, which is made if need be.
func (s *store) dir() (string, error) {
	if s.err != nil {
		return "", fmt.Errorf("there is no place for compiled cells, set NETHERFIELD_CACHE to a directory: %w", s.err)
	}
	dir, err := filepath.Abs(s.place(s.opts.Cache))
	if err == nil {
		err = os.MkdirAll(filepath.Join(dir, "tmp"), 0o777)
	}
	if err != nil {
		return "", unwritable(err)
	}
	return dir, nil
}

// writable returns nil if things can be kept, as far as permissions tell.
func (s *store) writable() error {
	dir, err := s.dir()
	if err != nil {
		return err
	}
	for _, dir := range []string{dir, filepath.Join(dir, "tmp")} {
		if err := syscall.Access(dir, 2); err != nil {
			return unwritable(&fs.PathError{Op: "write to", Path: dir, Err: err})
		}
	}
	return nil
}

func unwritable(err error) error {
	return fmt.Errorf("the cache for compiled cells cannot be written to, set NETHERFIELD_CACHE to another directory: %w", err)
}

// place returns this salt's directory in a cache directory.
func (s *store) place(cache string) string { return filepath.Join(cache, s.salt()[:32]) }

// workDir makes a directory for one piece of work.
func (s *store) workDir() (dir string, remove func(), err error) {
	root, err := s.dir()
	if err != nil {
		return "", nil, err
	}
	dir, err = os.MkdirTemp(filepath.Join(root, "tmp"), "w")
	if err != nil {
		return "", nil, err
	}
	return dir, func() {
		// A tool that was killed may still be creating a file.
		for range 10 {
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}, nil
}

// lock locks a name for building.
func (s *store) lock(ctx context.Context, name string) (unlock func(), err error) {
	dir, err := s.dir()
	if err != nil {
		return nil, err
	}
	return lock(ctx, filepath.Join(dir, key(name)+".lock"))
}

func key(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:16])
}

// Which files of an entry are needed.
const (
	needArchive = 1 << iota
	needPlugin
)

// find returns the entry of this name if the files needed are as they were
// written. It counts as used.
func (s *store) find(name string, need int) (*entry, bool) {
	s.mu.Lock()
	e := s.entries[name]
	s.mu.Unlock()
	if e != nil && s.complete(e, need) {
		s.touch(e)
		return e, true
	}
	caches := s.opts.ReadOnly
	if s.err == nil {
		caches = append(caches[:len(caches):len(caches)], s.opts.Cache)
	}
	for i, cache := range caches {
		base, err := filepath.Abs(filepath.Join(s.place(cache), key(name)))
		if err != nil {
			continue
		}
		text, err := os.ReadFile(base + ".rec")
		if err != nil {
			continue
		}
		r, err := parseRecord(text)
		if err != nil || r.name != name {
			s.opts.Logger.Warn("build: a cached file is damaged", "name", name, "file", base+".rec")
			continue
		}
		e := &entry{record: r, base: base, readOnly: i < len(s.opts.ReadOnly)}
		if !s.complete(e, need) {
			continue
		}
		s.touch(e)
		s.mu.Lock()
		s.entries[name] = e
		s.mu.Unlock()
		return e, true
	}
	return nil, false
}

func (s *store) complete(e *entry, need int) bool {
	return (need&needArchive == 0 || s.intact(e.archiveFile(), e.archive)) &&
		(need&needPlugin == 0 || e.plugin.size > 0 && s.intact(e.pluginFile(), e.plugin))
}

// intact reports whether a file is as it was written. It is read once.
func (s *store) intact(name string, want stamp) bool {
	info, err := os.Stat(name)
	if err != nil || info.Size() != want.size {
		if err == nil {
			s.opts.Logger.Warn("build: a cached file has the wrong size", "file", name)
		}
		return false
	}
	stat := statOf(info)
	s.mu.Lock()
	known := s.sums[name]
	s.mu.Unlock()
	if known == stat {
		return true
	}
	got, err := stampOf(name)
	if err != nil || got != want {
		s.opts.Logger.Warn("build: a cached file is damaged", "file", name, "err", err)
		return false
	}
	s.mu.Lock()
	s.sums[name] = stat
	s.mu.Unlock()
	return true
}

func statOf(info fs.FileInfo) fileStat {
	stat := fileStat{size: info.Size(), mtime: info.ModTime().UnixNano()}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		stat.dev, stat.inode = uint64(sys.Dev), uint64(sys.Ino)
	}
	return stat
}

// stampOf reads a file.
func stampOf(name string) (stamp, error) {
	file, err := os.Open(name)
	if err != nil {
		return stamp{}, err
	}
	defer file.Close()
	sum := crc32.New(castagnoli)
	n, err := io.CopyBuffer(struct{ io.Writer }{sum}, struct{ io.Reader }{file}, make([]byte, 256<<10))
	return stamp{size: n, crc: sum.Sum32()}, err
}

// touch notes, on disk, that an entry is in use, but not each time.
func (s *store) touch(e *entry) {
	if e.readOnly {
		return
	}
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(e.touched) < time.Minute {
		return
	}
	e.touched = now
	// If this fails, the entry is built again some day.
	_ = os.Chtimes(e.base+".rec", time.Time{}, now)
}

// publish moves files into the cache and makes the record that completes them.
// An archive that is not in the cache's tmp directory is linked or copied.
func (s *store) publish(r record, archive, plugin string) (*entry, error) {
	dir, err := s.dir()
	if err != nil {
		return nil, err
	}
	e := &entry{record: r, base: filepath.Join(dir, key(r.name)), touched: time.Now()}
	if e.archive, err = stampOf(archive); err != nil {
		return nil, err
	}
	work, remove, err := s.workDir()
	if err != nil {
		return nil, err
	}
	defer remove()
	if filepath.Dir(filepath.Dir(archive)) != filepath.Join(dir, "tmp") {
		if archive, err = linkOrCopy(archive, filepath.Join(work, "archive")); err != nil {
			return nil, err
		}
	}
	if err := os.Rename(archive, e.archiveFile()); err != nil {
		return nil, err
	}
	if plugin != "" {
		if e.plugin, err = stampOf(plugin); err != nil {
			return nil, err
		}
		if err := os.Rename(plugin, e.pluginFile()); err != nil {
			return nil, err
		}
	}
	text := e.encode()
	if err := os.WriteFile(filepath.Join(work, "record"), text, 0o666); err != nil {
		return nil, err
	}
	if err := os.Rename(filepath.Join(work, "record"), e.base+".rec"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.entries[r.name] = e
	if s.written >= 0 {
		s.written += e.archive.size + e.plugin.size + int64(len(text))
	}
	s.mu.Unlock()
	return e, nil
}

// linkOrCopy gives a file another name, so that it stays when the first one is
// removed.
func linkOrCopy(from, to string) (string, error) {
	if os.Link(from, to) == nil {
		// An old file without a record would be taken for a leftover.
		now := time.Now()
		return to, os.Chtimes(to, now, now)
	}
	in, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(out, in)
	return to, errors.Join(err, out.Close())
}

// hash returns a name and a checksum for the content of an archive that is not
// in the cache.
func (s *store) hash(name string) (string, stamp, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", stamp{}, err
	}
	stat := statOf(info)
	s.mu.Lock()
	known := s.hashes[name]
	s.mu.Unlock()
	if known.fileStat == stat {
		return known.hash, known.stamp, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return "", stamp{}, err
	}
	sum := sha256.Sum256(text)
	h := hashed{stat, hex.EncodeToString(sum[:8]), stamp{int64(len(text)), crc32.Checksum(text, castagnoli)}}
	s.mu.Lock()
	s.hashes[name] = h
	s.mu.Unlock()
	return h.hash, h.stamp, nil
}
