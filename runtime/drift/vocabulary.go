package drift

// This file keeps which words texts are made of, in little space: which there are at all,
// and how often those of each of 32 buckets come.

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/netherfield/netherfield/runtime/feature"
)

const (
	// hashes is how many hashes of words are told apart. Of 10,000 words, one in 25 that
	// is not among them has the hash of one that is, and counts as known.
	hashes = 1 << 18
	// Buckets is how many buckets words fall into by their hashes.
	Buckets = 32
)

// hasher hashes the words of a text, two letters or digits and more, in lower case.
var hasher = &feature.HashingVectorizer{Buckets: hashes, NonNegative: true, Norm: "none"}

// A Vocabulary is what is kept of the words of texts. It does not change.
type Vocabulary struct {
	known []byte // a bit for each hash
	// unknown is how the share of words that no other text has is distributed among the
	// texts: what a new text of the same kind would have of unknown words.
	unknown *Histogram
	buckets [Buckets]uint64
	// design is by how much the shares of buckets vary more from text to text than if
	// each word were drawn on its own.
	design float64
}

// NewVocabulary returns the vocabulary of texts.
func NewVocabulary(texts []string) *Vocabulary {
	v := &Vocabulary{known: make([]byte, hashes/8), unknown: &Histogram{}, design: 1}
	in := make([]uint8, hashes) // of how many texts, up to two
	profiles := make([]textProfile, len(texts))
	var row feature.Vector
	for i, text := range texts {
		p := &profiles[i]
		p.read(&row, text, nil)
		for k, h := range row.Index {
			in[h] = min(2, in[h]+1)
			v.known[h/8] |= 1 << (h % 8)
			v.buckets[h%Buckets] += uint64(row.Value[k])
		}
	}
	for i, text := range texts {
		if err := hasher.TransformText(&row, text); err != nil {
			panic("drift: " + err.Error()) // its parameters are right
		}
		once := 0.0
		for k, h := range row.Index {
			if in[h] == 1 {
				once += row.Value[k]
			}
		}
		if profiles[i].words > 0 {
			v.unknown.Add(once / profiles[i].words)
		}
	}
	v.design = designEffect(v.buckets, profiles)
	return v
}

// A textProfile is what a text says of its words.
type textProfile struct {
	words   float64
	unknown float64
	buckets [Buckets]float64
}

// read fills the profile from a text; row is memory to work with.
func (p *textProfile) read(row *feature.Vector, text string, known []byte) {
	*p = textProfile{}
	if err := hasher.TransformText(row, text); err != nil {
		panic("drift: " + err.Error()) // its parameters are right
	}
	for k, h := range row.Index {
		n := row.Value[k]
		p.words += n
		p.buckets[h%Buckets] += n
		if known != nil && known[h/8]&(1<<(h%8)) == 0 {
			p.unknown += n
		}
	}
}

// designEffect returns how much more the shares of the buckets vary between samples of
// texts than between samples of as many words drawn one by one: the mean over the buckets
// of the ratio estimator's variance over the multinomial's. Words of a text go together,
// so that it is over 1, and a χ² statistic of their counts is that much larger without any
// drift. (Rao and Scott, The analysis of categorical data from complex sample surveys,
// JASA 76, 1981.)
func designEffect(counts [Buckets]uint64, texts []textProfile) float64 {
	total := 0.0
	for _, n := range counts {
		total += float64(n)
	}
	if total == 0 || len(texts) < 2 {
		return 1
	}
	sum, cells := 0.0, 0.0
	for j, n := range counts {
		p := float64(n) / total
		if n == 0 || p == 1 {
			continue
		}
		spread := 0.0
		for i := range texts {
			d := texts[i].buckets[j] - p*texts[i].words
			spread += d * d
		}
		m := float64(len(texts))
		variance := spread * m / (m - 1) / total / total
		sum += (1 - p) * variance / (p * (1 - p) / total)
		cells++
	}
	if cells < 2 {
		return 1
	}
	return max(1, sum/(cells-1))
}

// vocabularyJSON is a vocabulary on disk.
type vocabularyJSON struct {
	Known   []byte          `json:"known"` // deflated
	Unknown *Histogram      `json:"unknown"`
	Buckets [Buckets]uint64 `json:"buckets"`
	Design  float64         `json:"design"`
}

// MarshalJSON encodes the vocabulary.
func (v *Vocabulary) MarshalJSON() ([]byte, error) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(v.known); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return json.Marshal(vocabularyJSON{packed.Bytes(), v.unknown, v.buckets, v.design})
}

// UnmarshalJSON decodes a vocabulary. What cannot be one is an error, and leaves v as it
// was.
func (v *Vocabulary) UnmarshalJSON(data []byte) error {
	j := vocabularyJSON{Unknown: &Histogram{}}
	if err := json.Unmarshal(data, &j); err != nil {
		return fmt.Errorf("drift: a vocabulary cannot be read: %w", err)
	}
	known, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(j.Known)), hashes/8+1))
	if err != nil {
		return fmt.Errorf("drift: the words of a vocabulary cannot be read: %w", err)
	}
	if len(known) != hashes/8 {
		return fmt.Errorf("drift: the words of a vocabulary take %d bytes or more, not %d", len(known), hashes/8)
	}
	if !(j.Design >= 1) || math.IsInf(j.Design, 0) {
		return fmt.Errorf("drift: the design effect of a vocabulary is %v, less than 1", j.Design)
	}
	if j.Unknown == nil {
		return errors.New("drift: a vocabulary does not say how many words are unknown")
	}
	*v = Vocabulary{known, j.Unknown, j.Buckets, j.Design}
	return nil
}
