package feature

// This file reads regular expressions as Python's re does.

import (
	"fmt"
	"regexp/syntax"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// What stands for Python's classes between brackets.
const (
	wordClass  = `\p{L}\p{N}_`
	digitClass = `\p{Nd}`
	spaceClass = `\t-\r\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}`
)

// maxProgram bounds the instructions of a pattern: a text takes a bit for each of them
// and each of its bytes.
const maxProgram = 1 << 12

// compilePython makes a matcher of a pattern of Python's re, or says what there is in
// it that cannot be matched, or that Python would refuse.
func compilePython(source string) (*matcher, error) {
	t := translator{rest: source}
	if err := t.pattern(); err != nil {
		return nil, fmt.Errorf("feature: the token pattern %q: %w", source, err)
	}
	re, err := syntax.Parse(t.out.String(), syntax.Perl&^syntax.OneLine)
	if err != nil {
		return nil, fmt.Errorf("feature: the token pattern %q: %w", source, err)
	}
	if n := re.MaxCap(); n > 1 {
		return nil, fmt.Errorf("feature: the token pattern %q has %d capturing groups; a token is one at most: write (?:…) for the others", source, n)
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil, fmt.Errorf("feature: the token pattern %q: %w", source, err)
	}
	if len(prog.Inst) > maxProgram {
		return nil, fmt.Errorf("feature: the token pattern %q is too large", source)
	}
	return &matcher{prog, re.MaxCap(), t.lines}, nil
}

// A translator writes what it reads in Python's syntax in that of package
// regexp/syntax, where the two differ.
type translator struct {
	rest  string
	out   strings.Builder
	lines bool // (?m)
}

// skip reads a prefix if it is there.
func (t *translator) skip(prefix string) (ok bool) {
	t.rest, ok = strings.CutPrefix(t.rest, prefix)
	return ok
}

func (t *translator) pattern() error {
	if err := t.flags(); err != nil {
		return err
	}
	for t.rest != "" {
		switch {
		case strings.HasPrefix(t.rest, `\`):
			if err := t.escape(false); err != nil {
				return err
			}
		case t.skip("["):
			if err := t.set(); err != nil {
				return err
			}
		case strings.HasPrefix(t.rest, "(?"):
			if err := t.group(); err != nil {
				return err
			}
		case t.skip("^"):
			if t.lines {
				t.out.WriteString("^")
			} else {
				t.out.WriteString(`\A`)
			}
		case strings.HasPrefix(t.rest, "{,"):
			// Python's {,n} is {0,n}, and {,} is {0,}.
			digits := strings.TrimLeft(t.rest[2:], "0123456789")
			if n := t.rest[2 : len(t.rest)-len(digits)]; strings.HasPrefix(digits, "}") {
				t.out.WriteString("{0," + n + "}")
				t.rest = digits[1:]
			} else {
				t.out.WriteString(`\{,`)
				t.rest = t.rest[2:]
			}
		default:
			_, n := utf8.DecodeRuneInString(t.rest)
			t.out.WriteString(t.rest[:n])
			t.rest = t.rest[n:]
		}
	}
	return nil
}

// flags reads those at the beginning, as in (?u).
func (t *translator) flags() error {
	for strings.HasPrefix(t.rest, "(?") {
		end := 2 + len(t.rest[2:]) - len(strings.TrimLeft(t.rest[2:], "aiLmsux"))
		if end == 2 || !strings.HasPrefix(t.rest[end:], ")") {
			return nil
		}
		for _, f := range t.rest[2:end] {
			switch f {
			case 'u': // what holds anyway
			case 'i', 's':
				t.out.WriteString("(?" + string(f) + ")")
			case 'm':
				t.lines = true
			default:
				return fmt.Errorf("the flag %c is not supported", f)
			}
		}
		t.rest = t.rest[end+1:]
	}
	return nil
}

// group reads what begins with (?.
func (t *translator) group() error {
	if t.skip("(?:") {
		t.out.WriteString("(?:")
		return nil
	}
	if t.skip("(?P<") {
		t.out.WriteString("(?P<")
		return nil
	}
	for _, flags := range []string{"i", "s", "is", "si", "-i", "-s", "-is", "-si", "i-s", "s-i"} {
		if g := "(?" + flags + ":"; t.skip(g) {
			t.out.WriteString(g)
			return nil
		}
	}
	what := t.rest[:min(len(t.rest), 4)]
	for _, s := range []string{"(?=", "(?!", "(?<=", "(?<!"} {
		if strings.HasPrefix(t.rest, s) {
			return fmt.Errorf("%s… looks around, which is not supported", s)
		}
	}
	return fmt.Errorf("%s… is not supported", strings.ToValidUTF8(what, ""))
}

// set reads what is between brackets.
func (t *translator) set() error {
	t.out.WriteString("[")
	if t.skip("^") {
		t.out.WriteString("^")
	}
	class := false // what was read last is one
	for first := true; ; first = false {
		if class && strings.HasPrefix(t.rest, "-") && !strings.HasPrefix(t.rest, "-]") {
			return fmt.Errorf("a class cannot begin a range")
		}
		class = len(t.rest) > 1 && t.rest[0] == '\\' && strings.IndexByte("wdsWDS", t.rest[1]) >= 0
		switch {
		case t.rest == "":
			return fmt.Errorf("a set has no ]")
		case !first && t.skip("]"):
			t.out.WriteString("]")
			return nil
		case strings.HasPrefix(t.rest, `\`):
			if err := t.escape(true); err != nil {
				return err
			}
		case t.skip("-"):
			// The range's, unless it is the first or the last.
			if first || strings.HasPrefix(t.rest, "]") {
				t.out.WriteString(`\-`)
			} else {
				t.out.WriteString("-")
			}
		default:
			r, n := utf8.DecodeRuneInString(t.rest)
			t.rest = t.rest[n:]
			t.char(r)
		}
	}
}

// char writes a character that means itself.
func (t *translator) char(r rune) { fmt.Fprintf(&t.out, `\x{%x}`, r) }

// escape reads what a backslash begins.
func (t *translator) escape(inSet bool) error {
	if len(t.rest) == 1 {
		return fmt.Errorf(`it ends with \`)
	}
	c, n := utf8.DecodeRuneInString(t.rest[1:])
	whole := t.rest[:1+n]
	t.rest = t.rest[1+n:]
	class := func(s string) {
		if inSet {
			t.out.WriteString(s)
		} else {
			t.out.WriteString("[" + s + "]")
		}
	}
	hex := func(digits int) error {
		if len(t.rest) >= digits {
			if r, err := strconv.ParseUint(t.rest[:digits], 16, 32); err == nil && r <= unicode.MaxRune {
				t.rest = t.rest[digits:]
				t.char(rune(r))
				return nil
			}
		}
		return fmt.Errorf("%s is not followed by %d hexadecimal digits of a character", whole, digits)
	}
	switch c {
	case 'w':
		class(wordClass)
	case 'd':
		class(digitClass)
	case 's':
		class(spaceClass)
	case 'W':
		class(notWord())
	case 'D':
		class(notDigit())
	case 'S':
		class(notSpace())
	case 'a', 'f', 'n', 'r', 't', 'v':
		t.out.WriteString(whole)
	case 'x':
		return hex(2)
	case 'u':
		return hex(4)
	case 'U':
		return hex(8)
	case '0':
		octal := 0
		for ; octal < 2 && octal < len(t.rest) && t.rest[octal] >= '0' && t.rest[octal] <= '7'; octal++ {
		}
		r, _ := strconv.ParseUint("0"+t.rest[:octal], 8, 32)
		t.rest = t.rest[octal:]
		t.char(rune(r))
	case 'b':
		if inSet {
			t.char('\b')
		} else {
			t.out.WriteString(whole)
		}
	case 'A', 'B', 'Z':
		if inSet {
			return fmt.Errorf("%s has no meaning between brackets", whole)
		}
		if c == 'Z' {
			whole = `\z`
		}
		t.out.WriteString(whole)
	default:
		if c < utf8.RuneSelf && classOf[c]&wordByte != 0 && c != '_' {
			return fmt.Errorf("%s is not supported", whole)
		}
		t.char(c)
	}
	return nil
}

// What is in none of the classes, which is made only once since it is long.
var (
	notWord  = sync.OnceValue(func() string { return complement(isWord) })
	notDigit = sync.OnceValue(func() string { return complement(unicode.IsDigit) })
	notSpace = sync.OnceValue(func() string { return complement(isSpace) })
)

// complement lists the characters that are not in a class, for between brackets.
func complement(in func(rune) bool) string {
	var b strings.Builder
	lo := rune(0)
	for r := rune(0); r <= unicode.MaxRune+1; r++ {
		if r <= unicode.MaxRune && !in(r) {
			continue
		}
		if lo < r {
			fmt.Fprintf(&b, `\x{%x}-\x{%x}`, lo, r-1)
		}
		lo = r + 1
	}
	return b.String()
}
