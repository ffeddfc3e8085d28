package feature

import (
	"slices"
	"testing"
	"unicode"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
)

// inRanges reads pairs of first and last code points.
func inRanges(t *testing.T, s *artefact.State, name string) map[rune]bool {
	pairs := golden.Ints(t, s, name)
	set := map[rune]bool{}
	for i := 0; i < len(pairs); i += 2 {
		for r := pairs[i]; r <= pairs[i+1]; r++ {
			set[rune(r)] = true
		}
	}
	return set
}

// smallSince15 are modifiers that Unicode 15 made lower case, and that are not so for a
// Python with Unicode 14.
var smallSince15 = []rune{0x10fc, 0xa7f2, 0xa7f3, 0xa7f4, 0xab69}

func TestCharactersAreWhatPythonSays(t *testing.T) {
	s := golden.Load(t, "unicode")
	assigned := inRanges(t, s, "assigned")
	for _, c := range []struct {
		name string
		is   func(rune) bool
	}{
		{"word", isWord},
		{"space", isSpace},
		{"capital", func(r rune) bool { return charKind(r) == upperChar }},
		{"small", func(r rune) bool { return charKind(r) == lowerChar }},
	} {
		want, wrong := inRanges(t, s, c.name), 0
		for r := range rune(unicode.MaxRune) {
			if c.name == "small" && slices.Contains(smallSince15, r) {
				continue
			}
			if assigned[r] && c.is(r) != want[r] {
				if wrong++; wrong < 10 {
					t.Errorf("%s: %U is %v, want %v", c.name, r, c.is(r), want[r])
				}
			}
		}
		if wrong > 0 {
			t.Errorf("%s: %d characters differ", c.name, wrong)
		}
	}
	lower := map[rune]string{}
	texts := golden.Strings(t, s, "lower")
	for i, c := range golden.Ints(t, s, "upper") {
		lower[rune(c)] = texts[i]
	}
	for r := range rune(unicode.MaxRune) {
		want, ok := lower[r]
		if !ok {
			want = string(r)
		}
		if got := string(appendLower(nil, string(r))); assigned[r] && got != want {
			t.Errorf("%U in lower case is %q, want %q", r, got, want)
		}
	}
	lowered := golden.Strings(t, s, "lowered")
	for i, d := range golden.Strings(t, s, "sentences") {
		if got := string(appendLower(nil, d)); got != lowered[i] {
			t.Errorf("%q in lower case is\n%q, want\n%q", d, got, lowered[i])
		}
	}
}

func TestMurmurHash(t *testing.T) {
	s := golden.Load(t, "murmur")
	want := golden.Ints(t, s, "hashes")
	for i, w := range golden.Strings(t, s, "words") {
		if got := int(int32(murmur3([]byte(w)))); got != want[i] {
			t.Errorf("%q: %d, want %d", w, got, want[i])
		}
	}
	// The one number without an absolute value; what scikit-learn computes for it.
	for n, want := range map[int]int32{256: 0, 1000: 648, 1: 0, 1 << 20: 0} {
		if got := bucketOf(-1<<31, n); got != want {
			t.Errorf("bucket of -2^31 among %d: %d, want %d", n, got, want)
		}
	}
}
