package session

// This file keeps history in a file that several kernels share: JSON lines
// that are only ever appended, under a lock, except when the file has become
// too long and is replaced by its newest part.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// historyLineLimit bounds a line of the file. A cell that needs more
	// is not saved; a line that is longer is damaged.
	historyLineLimit = 1 << 20
	// historyByteLimit bounds what compaction keeps.
	historyByteLimit = 32 << 20
	// sessionLimit bounds session and line numbers read from the file, so
	// that a damaged one cannot use them up.
	sessionLimit = 1 << 40

	// How long to wait for another kernel's lock: opening may have to
	// wait for a compaction, but a cell must not wait long for its entry.
	openPatience = 2 * time.Second
	savePatience = 100 * time.Millisecond
)

// A record is one line of the file. A line number of 0 announces a session
// whose number is thereby taken.
type record struct {
	Session int    `json:"session"`
	Line    int    `json:"line,omitempty"`
	Input   string `json:"input,omitempty"`
}

// OpenHistory opens the history kept in a file and takes the next session
// number. It makes the file and its folder if there is none, readable by
// their owner alone, and shortens a file of more than 10,000 cells to the
// newest ones. The caller closes it. If it fails, a kernel can go on with
// new(History), in memory.
func OpenHistory(path string) (*History, error) {
	h := &History{path: path}
	if err := h.open(); err != nil {
		if h.file != nil {
			h.file.Close()
		}
		return nil, fmt.Errorf("session: history in %s: %w; the kernel can run without, keeping history in memory", path, err)
	}
	return h, nil
}

func (h *History) open() error {
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return err
	}
	if err := h.lock(openPatience); err != nil {
		return err
	}
	defer func() { h.unlock() }() // of the file that is open then
	sum, err := surveyHistory(h.content())
	if err != nil {
		return err
	}
	h.damaged = sum.damaged
	h.session = sum.lastSession + 1
	if sum.entries > historyLimit || sum.bytes > historyByteLimit {
		recs, _, err := readHistory(h.content())
		if err != nil {
			return err
		}
		if err := h.compact(recs); err != nil {
			return fmt.Errorf("shortening it: %w", err)
		}
	}
	return h.append(record{Session: h.session})
}

// content reads the file from its beginning.
func (h *History) content() io.Reader { return io.NewSectionReader(h.file, 0, 1<<62) }

// Close closes the file. The history stays readable as far as it is in memory.
func (h *History) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.file == nil {
		return nil
	}
	err := h.file.Close()
	h.file, h.path = nil, ""
	return err
}

// save appends an entry to the file, if there is one.
func (h *History) save(e Entry) error {
	if h.path == "" {
		return nil
	}
	if err := h.lock(savePatience); err != nil {
		return err
	}
	defer h.unlock()
	return h.append(record(e))
}

// load reads the entries of all sessions from the file, if there is one.
func (h *History) load() ([]Entry, error) {
	if h.path == "" {
		return nil, nil
	}
	if err := h.lock(savePatience); err != nil {
		return nil, err
	}
	defer h.unlock()
	recs, damaged, err := readHistory(h.content())
	if err != nil {
		return nil, err
	}
	h.damaged = damaged
	entries := make([]Entry, 0, len(recs))
	for _, r := range recs {
		if r.Line > 0 {
			entries = append(entries, Entry(r))
		}
	}
	return entries, nil
}

// lock takes the lock of the file that is at path now: another kernel may
// have replaced the one that is open.
func (h *History) lock(patience time.Duration) error {
	deadline := time.Now().Add(patience)
	for {
		if h.file == nil {
			f, err := openRegular(h.path)
			if err != nil {
				return err
			}
			h.file = f
		}
		if err := flock(h.file, deadline); err != nil {
			return err
		}
		if there, err := os.Stat(h.path); err == nil {
			if open, err := h.file.Stat(); err == nil && os.SameFile(there, open) {
				return nil
			}
		}
		h.file.Close() // unlocks it too
		h.file = nil
	}
}

func (h *History) unlock() {
	// Closing the file would unlock it as well, and failing to unlock what
	// this process has locked is impossible.
	_ = unix.Flock(int(h.file.Fd()), unix.LOCK_UN)
}

// openRegular opens a file for reading and appending. A device or a pipe is
// refused: reading it would never end.
func openRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// flock locks f, waiting until the deadline for another process.
func flock(f *os.File, deadline time.Time) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case err != unix.EWOULDBLOCK && err != unix.EINTR:
			return fmt.Errorf("locking it: %w", err)
		case !time.Now().Before(deadline):
			return errors.New("another process has locked it for too long")
		}
		time.Sleep(time.Millisecond)
	}
}

// append writes a record at the end. After a line that another kernel did not
// finish, it begins a new one.
func (h *History) append(r record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if len(line) >= historyLineLimit {
		return fmt.Errorf("cell %d is too long to be saved: %d bytes", r.Line, len(r.Input))
	}
	line = append(line, '\n')
	info, err := h.file.Stat()
	if err != nil {
		return err
	}
	if size := info.Size(); size > 0 {
		var last [1]byte
		if _, err := h.file.ReadAt(last[:], size-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	_, err = h.file.Write(line)
	return err
}

// compact replaces the file by one of its newest entries. The old file stays
// locked until it is out of the way, and is whole if anything fails.
func (h *History) compact(recs []record) error {
	tmp, err := os.CreateTemp(filepath.Dir(h.path), filepath.Base(h.path)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails once it is renamed
	w := bufio.NewWriter(tmp)
	enc := json.NewEncoder(w)
	for _, r := range newestRecords(recs) {
		if err := enc.Encode(r); err != nil {
			tmp.Close()
			return err
		}
	}
	err = errors.Join(w.Flush(), tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	f, err := openRegular(tmp.Name())
	if err != nil {
		return err
	}
	// Locked before others can find it.
	if err := flock(f, time.Now()); err != nil {
		f.Close()
		return err
	}
	if err := os.Rename(tmp.Name(), h.path); err != nil {
		f.Close()
		return err
	}
	h.file.Close()
	h.file = f
	return nil
}

// newestRecords returns the last entries that keep within the limits, leaving
// room to grow.
func newestRecords(recs []record) []record {
	size := 0
	var kept []record
	for i := len(recs) - 1; i >= 0 && len(kept) < historyLimit; i-- {
		if recs[i].Line == 0 {
			continue
		}
		if size += len(recs[i].Input); size > historyByteLimit/2 {
			break
		}
		kept = append(kept, recs[i])
	}
	slices.Reverse(kept)
	return kept
}

// A survey is what opening a history needs to know of its file.
type survey struct {
	lastSession, entries, bytes, damaged int
}

// surveyHistory looks through a file without decoding its cells: a kernel must
// be up at once, however long its history is (BenchmarkOpenHistory).
func surveyHistory(r io.Reader) (s survey, err error) {
	err = eachLine(r, func(line []byte, tooLong bool) {
		session, number, ok := 0, 0, false
		if !tooLong {
			session, number, ok = recordHead(line)
		}
		if !ok {
			s.damaged++
			return
		}
		s.lastSession = max(s.lastSession, session)
		if number > 0 {
			s.entries++
			s.bytes += len(line)
		}
	})
	return s, err
}

// recordHead returns the numbers of one line as append writes it, and decodes
// one that somebody else wrote.
func recordHead(line []byte) (session, number int, ok bool) {
	if rest, ours := bytes.CutPrefix(line, []byte(`{"session":`)); ours && line[len(line)-1] == '}' {
		session, rest = leadingNumber(rest)
		if rest, ours = bytes.CutPrefix(rest, []byte(`,"line":`)); ours {
			number, rest = leadingNumber(rest)
		}
		ours = bytes.HasPrefix(rest, []byte(`,"input":"`)) || len(rest) == 1
		if r := (record{Session: session, Line: number}); ours && r.valid() {
			return session, number, true
		}
	}
	r, ok := parseRecord(line)
	return r.Session, r.Line, ok
}

// leadingNumber returns the decimal number that text begins with, at most
// just above sessionLimit, and the text after it.
func leadingNumber(text []byte) (n int, rest []byte) {
	for len(text) > 0 && '0' <= text[0] && text[0] <= '9' && n <= sessionLimit {
		n = 10*n + int(text[0]-'0')
		text = text[1:]
	}
	return n, text
}

// readHistory reads the records of a file and counts the lines that are none.
// The error is one of reading; no content is an error.
func readHistory(r io.Reader) (recs []record, damaged int, err error) {
	err = eachLine(r, func(line []byte, tooLong bool) {
		if !tooLong {
			if r, ok := parseRecord(line); ok {
				recs = append(recs, r)
				return
			}
		}
		damaged++
	})
	return recs, damaged, err
}

// eachLine calls f with every line of r that is not blank, without the space
// around it. A line beyond the limit comes without its text.
func eachLine(r io.Reader, f func(line []byte, tooLong bool)) error {
	br := bufio.NewReaderSize(r, 64<<10)
	var line []byte
	tooLong := false
	for {
		part, err := br.ReadSlice('\n')
		if len(line)+len(part) > historyLineLimit {
			tooLong, line = true, line[:0]
		} else if !tooLong {
			line = append(line, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil && err != io.EOF {
			return err
		}
		if text := bytes.TrimSpace(line); tooLong || len(text) > 0 {
			f(text, tooLong)
		}
		line, tooLong = line[:0], false
		if err == io.EOF {
			return nil
		}
	}
}

// parseRecord decodes one line.
func parseRecord(line []byte) (r record, ok bool) {
	if err := json.Unmarshal(line, &r); err != nil {
		return record{}, false
	}
	if !r.valid() {
		return record{}, false
	}
	return r, true
}

// valid reports whether the numbers can be those of a cell or session.
func (r record) valid() bool {
	return 0 < r.Session && r.Session <= sessionLimit && 0 <= r.Line && r.Line <= sessionLimit
}
