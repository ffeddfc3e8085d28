package build

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"reflect"
	"testing"
)

var records = []record{
	{name: "fmt", archive: stamp{12, 0xfeed}},
	{name: "cell/aaa", archive: stamp{1, 0}, plugin: stamp{1 << 40, 0xffffffff}, packages: []string{"fmt", "a.b/c@12ab"}, units: []string{"cell/b"}},
}

func TestRecordsAreReadAsWritten(t *testing.T) {
	for _, r := range records {
		text := r.encode()
		if got, err := parseRecord(text); err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("%v, %v from\n%s", got, err, text)
		}
		for i := range text {
			damaged := bytes.Clone(text)
			damaged[i] ^= 0x10
			if _, err := parseRecord(damaged); err == nil {
				t.Errorf("read with byte %d changed:\n%s", i, damaged)
			}
			if _, err := parseRecord(text[:i]); err == nil {
				t.Errorf("read though cut off at %d", i)
			}
		}
	}
}

func FuzzParseRecord(f *testing.F) {
	for _, r := range records {
		body, _, _ := bytes.Cut(r.encode(), []byte("end "))
		f.Add(body, true)
		f.Add(r.encode(), false)
	}
	f.Fuzz(func(t *testing.T, text []byte, sum bool) {
		if sum { // or hardly anything gets past the checksum
			text = fmt.Appendf(text, "end %08x\n", crc32.Checksum(text, castagnoli))
		}
		r, err := parseRecord(text)
		if err == nil && !bytes.Equal(r.encode(), text) {
			t.Errorf("%q is read as %q", text, r.encode())
		}
	})
}
