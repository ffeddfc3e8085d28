package feature

// This file takes texts apart: the analyzer that CountVectorizer and
// HashingVectorizer share.

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/netherfield/netherfield/runtime/internal/simd"
	"golang.org/x/text/unicode/norm"
)

// textOpts are the parameters of an analyzer.
type textOpts struct {
	keepCase     bool
	stripAccents string
	analyzer     string
	pattern      string
	stopWords    []string
	nmin, nmax   int
}

// An analyzer takes texts apart into tokens.
type analyzer struct {
	textOpts
	*pattern // for words
	stop     map[string]struct{}
	// direct says that tokens are words of a plain pattern with nothing done to them
	// but lowering, so that they can be hashed where they stand.
	direct bool
}

func newAnalyzer(o textOpts) (a *analyzer, err error) {
	a = &analyzer{textOpts: o}
	switch o.stripAccents {
	case "", "unicode", "ascii":
	default:
		return nil, fmt.Errorf("feature: StripAccents is %q; it can be \"unicode\", \"ascii\", or empty", o.stripAccents)
	}
	if a.nmin == 0 {
		a.nmin = 1
	}
	if a.nmax == 0 {
		a.nmax = a.nmin
	}
	if a.nmin < 1 || a.nmax < a.nmin {
		return nil, fmt.Errorf("feature: NGramMin is %d and NGramMax %d; they must be positive and in this order", o.nmin, o.nmax)
	}
	switch o.analyzer {
	case "", "word":
		if a.pattern, err = parsePattern(o.pattern); err != nil {
			return nil, err
		}
		if len(o.stopWords) > 0 {
			a.stop = make(map[string]struct{}, len(o.stopWords))
			for _, w := range o.stopWords {
				a.stop[w] = struct{}{}
			}
		}
		a.direct = a.plain && a.re == nil && a.stop == nil && a.nmax == 1
	case "char", "char_wb":
		// As in scikit-learn, patterns and stop words are for words only.
	default:
		return nil, fmt.Errorf("feature: Analyzer is %q; it can be \"word\", \"char\" or \"char_wb\"", o.analyzer)
	}
	return a, nil
}

// A scratch is what an analyzer needs to work; it is used again for the next text.
type scratch struct {
	text   []byte // lowered
	token  []byte // an n-gram
	words  []int  // bounds of words in text: begin, end, begin, …
	runes  []int  // where characters of text begin, and its length
	hashes []int32
	keys   []uint32
	masks  []uint64
	bounds []int32 // of words in a text that is padded
	mixed  []int32 // what bounds were before
	high   []int32 // places of bytes that are not ASCII
	kinds  []simd.Kinds
	tally  tally
	few    fewTally
	search search
}

// lowered returns doc as the analyzer sees it: in lower case and without accents. Each
// byte that is not UTF-8 becomes U+FFFD.
func (a *analyzer) lowered(doc string, s *scratch) []byte {
	switch {
	case a.keepCase:
		s.text = append(s.text[:0], doc...)
		if !utf8.Valid(s.text) {
			s.text = s.text[:0]
			for _, r := range doc {
				s.text = utf8.AppendRune(s.text, r)
			}
		}
	default:
		s.text = appendLower(s.text[:0], doc)
	}
	if a.stripAccents != "" && !isASCII(doc) {
		s.token = append(s.token[:0], s.text...)
		s.text = appendStripped(s.text[:0], s.token, a.stripAccents == "ascii")
	}
	return s.text
}

// appendStripped appends text in the normal form NFKD without the characters that
// combine, or without all that are not ASCII. It does not order those that combine, as
// the form asks: they are left out.
func appendStripped(dst, text []byte, ascii bool) []byte {
	keep := func(part []byte) {
		for len(part) > 0 {
			_, n := utf8.DecodeRune(part)
			if ascii && part[0] < utf8.RuneSelf || !ascii && norm.NFKD.Properties(part).CCC() == 0 {
				dst = append(dst, part[:n]...)
			}
			part = part[n:]
		}
	}
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if k := r - 0xac00; k >= 0 && k < 19*21*28 {
			// A syllable of Hangul is two or three letters by arithmetic. (The Unicode
			// Standard, section 3.12.)
			if !ascii {
				dst = utf8.AppendRune(dst, 0x1100+k/(21*28))
				dst = utf8.AppendRune(dst, 0x1161+k/28%21)
				if k%28 > 0 {
					dst = utf8.AppendRune(dst, 0x11a7+k%28)
				}
			}
		} else if d := norm.NFKD.Properties(text).Decomposition(); d != nil {
			keep(d)
		} else {
			keep(text[:n])
		}
		text = text[n:]
	}
	return dst
}

// each calls f with every token of doc. The token is f's until it returns.
func (a *analyzer) each(doc string, s *scratch, f func(token []byte)) {
	if a.plainWords(doc, s) {
		for k := 0; k < len(s.bounds); k += 2 {
			if lo, hi := s.bounds[k], s.bounds[k+1]; a.isToken(s.text[lo], int(hi-lo)) {
				f(s.text[lo:hi])
			}
		}
		return
	}
	a.eachSlowly(doc, s, f)
}

// eachSlowly does so character by character.
func (a *analyzer) eachSlowly(doc string, s *scratch, f func(token []byte)) {
	text := a.lowered(doc, s)
	switch a.analyzer {
	case "char":
		s.text = collapse(text)
		a.chars(s.text, s, f)
	case "char_wb":
		a.charsOfWords(text, s, f)
	default:
		s.words = a.words(text, s, s.words[:0])
		a.ngrams(text, s, f)
	}
}

// words appends the bounds of the tokens in text to list, without stop words.
func (a *analyzer) words(text []byte, s *scratch, list []int) []int {
	add := func(lo, hi int) {
		if a.stop != nil {
			if _, stop := a.stop[string(text[lo:hi])]; stop {
				return
			}
		}
		list = append(list, lo, hi)
	}
	if a.re != nil {
		first := len(list)
		list = a.re.each(text, &s.search, list)
		found := list[first:]
		list = list[:first]
		for k := 0; k < len(found); k += 2 {
			add(found[k], found[k+1]) // overwrites what was read already
		}
		return list
	}
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(text[i:])
		}
		if !wordRune(r) {
			i += n
			continue
		}
		lo := i
		for i += n; i < len(text); i += n {
			if r, n = rune(text[i]), 1; r >= utf8.RuneSelf {
				r, n = utf8.DecodeRune(text[i:])
			}
			if !wordRune(r) {
				break
			}
		}
		if a.matches(text[lo:i]) {
			add(lo, i)
		}
	}
	return list
}

func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return classOf[r]&wordByte != 0
	}
	return isWord(r)
}

// ngrams calls f with the words, and with neighbours joined by a space.
func (a *analyzer) ngrams(text []byte, s *scratch, f func(token []byte)) {
	n := len(s.words) / 2
	for size := a.nmin; size <= min(a.nmax, n); size++ {
		for i := 0; i+size <= n; i++ {
			if size == 1 {
				f(text[s.words[2*i]:s.words[2*i+1]])
				continue
			}
			s.token = s.token[:0]
			for k := i; k < i+size; k++ {
				if k > i {
					s.token = append(s.token, ' ')
				}
				s.token = append(s.token, text[s.words[2*k]:s.words[2*k+1]]...)
			}
			f(s.token)
		}
	}
}

// collapse makes one space of each run of two or more white spaces, in place.
func collapse(text []byte) []byte {
	out := text[:0]
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if !isSpace(r) {
			out = append(out, text[i:i+n]...)
			i += n
			continue
		}
		end, spaces := i+n, 1
		for end < len(text) {
			r, m := utf8.DecodeRune(text[end:])
			if !isSpace(r) {
				break
			}
			end, spaces = end+m, spaces+1
		}
		if spaces == 1 {
			out = append(out, text[i:end]...)
		} else {
			out = append(out, ' ')
		}
		i = end
	}
	return out
}

// chars calls f with the n-grams of characters.
func (a *analyzer) chars(text []byte, s *scratch, f func(token []byte)) {
	s.runes = s.runes[:0]
	for i := 0; i < len(text); {
		s.runes = append(s.runes, i)
		_, n := utf8.DecodeRune(text[i:])
		i += n
	}
	n := len(s.runes)
	s.runes = append(s.runes, len(text))
	for size := a.nmin; size <= min(a.nmax, n); size++ {
		for i := 0; i+size <= n; i++ {
			f(text[s.runes[i]:s.runes[i+size]])
		}
	}
}

// charsOfWords calls f with the n-grams of characters of each word with a space
// before and behind it. A word that is shorter than n counts once.
func (a *analyzer) charsOfWords(text []byte, s *scratch, f func(token []byte)) {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if isSpace(r) {
			text = text[n:]
			continue
		}
		end := 0
		s.token, s.runes = append(s.token[:0], ' '), append(s.runes[:0], 0)
		for end < len(text) {
			r, n := utf8.DecodeRune(text[end:])
			if isSpace(r) {
				break
			}
			s.runes = append(s.runes, len(s.token))
			s.token = append(s.token, text[end:end+n]...)
			end += n
		}
		s.runes = append(s.runes, len(s.token))
		s.token = append(s.token, ' ')
		length := len(s.runes)
		s.runes = append(s.runes, len(s.token))
		for size := a.nmin; size <= a.nmax; size++ {
			for i := 0; i == 0 || i+size <= length; i++ {
				f(s.token[s.runes[i]:s.runes[min(i+size, length)]])
			}
			if size >= length {
				break
			}
		}
		text = text[end:]
	}
}

// EnglishStopWords returns the 318 words that scikit-learn's "english" leaves out,
// in alphabetical order: the Glasgow Information Retrieval Group's list.
func EnglishStopWords() []string { return slices.Clone(englishStopWords) }
