package build

// This file reads and writes records, the small text files that say what the
// cache knows of a package or a unit:
//
//	netherfield record 1
//	name cell/5f0c…
//	archive 20480 5a1e77c3
//	plugin 3395592 09fa3b11
//	package fmt
//	package golang.org/x/exp/maps@3f8e55a07f1c2ab4
//	unit cell/77ab…
//	end 8c2f9d01
//
// Sizes are followed by CRC-32C checksums; the last line has that of all lines
// before it. Packages and units are those that are needed to link, also by way
// of others. A package that is not the kernel's is named with a hash of its
// archive, for sessions may use different versions of it.

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

const recordHead = "netherfield record 1"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A record says what makes a package or unit complete.
type record struct {
	name     string
	archive  stamp
	plugin   stamp // of size 0 if it is a package
	packages []string
	units    []string
}

// A stamp tells whether a file is the one that was written.
type stamp struct {
	size int64
	crc  uint32
}

func (r record) encode() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nname %s\narchive %d %08x\n", recordHead, r.name, r.archive.size, r.archive.crc)
	if r.plugin.size > 0 {
		fmt.Fprintf(&b, "plugin %d %08x\n", r.plugin.size, r.plugin.crc)
	}
	for _, name := range r.packages {
		fmt.Fprintf(&b, "package %s\n", name)
	}
	for _, name := range r.units {
		fmt.Fprintf(&b, "unit %s\n", name)
	}
	fmt.Fprintf(&b, "end %08x\n", crc32.Checksum(b.Bytes(), castagnoli))
	return b.Bytes()
}

var errRecord = errors.New("damaged record")

// parseRecord reads what encode has written and nothing else.
func parseRecord(text []byte) (record, error) {
	body, ok := bytes.CutSuffix(text, []byte("\n"))
	i := bytes.LastIndexByte(body, '\n') + 1
	if !ok || string(body[i:]) != fmt.Sprintf("end %08x", crc32.Checksum(body[:i], castagnoli)) {
		return record{}, errRecord
	}
	var r record
	for n, line := range strings.Split(strings.TrimSuffix(string(body[:i]), "\n"), "\n") {
		key, value, _ := strings.Cut(line, " ")
		ok := true
		switch {
		case n == 0:
			ok = line == recordHead
		case n == 1:
			r.name, ok = value, key == "name" && validPath(value)
		case n == 2:
			r.archive, ok = parseStamp(value)
			ok = ok && key == "archive"
		case n == 3 && key == "plugin":
			r.plugin, ok = parseStamp(value)
		case key == "package" && len(r.units) == 0:
			r.packages, ok = append(r.packages, value), validPath(value)
		case key == "unit":
			r.units, ok = append(r.units, value), validPath(value)
		default:
			ok = false
		}
		if !ok {
			return record{}, errRecord
		}
	}
	if r.archive.size == 0 {
		return record{}, errRecord
	}
	return r, nil
}

func parseStamp(text string) (stamp, bool) {
	size, crc, _ := strings.Cut(text, " ")
	n, err1 := strconv.ParseInt(size, 10, 64)
	sum, err2 := strconv.ParseUint(crc, 16, 32)
	s := stamp{n, uint32(sum)}
	return s, err1 == nil && err2 == nil && n > 0 && text == fmt.Sprintf("%d %08x", s.size, s.crc)
}

// importPath returns the path by which a package of a record is imported.
func importPath(name string) string {
	path, _, _ := strings.Cut(name, "@")
	return path
}
