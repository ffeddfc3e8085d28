package feature

// This file hashes.

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// murmur3 is MurmurHash3_x86_32 with the seed 0, by Austin Appleby: the hash of
// scikit-learn's FeatureHasher.
func murmur3(data []byte) uint32 {
	var h uint32
	n := len(data)
	for ; len(data) >= 4; data = data[4:] {
		h = murmurMix(h, binary.LittleEndian.Uint32(data))
	}
	var k uint32
	for i := len(data) - 1; i >= 0; i-- {
		k = k<<8 | uint32(data[i])
	}
	return murmurEnd(murmurTail(h, k), n)
}

func murmurMix(h, k uint32) uint32 {
	return bits.RotateLeft32(murmurTail(h, k), 13)*5 + 0xe6546b64
}

func murmurTail(h, k uint32) uint32 {
	return h ^ bits.RotateLeft32(k*0xcc9e2d51, 15)*0x1b873593
}

func murmurEnd(h uint32, n int) uint32 {
	h ^= uint32(n)
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}

// bucketOf is the column that scikit-learn gives a hash: |h| mod n, with a case of its
// own for the number that has no absolute value.
func bucketOf(h int32, n int) int32 {
	if h == math.MinInt32 {
		return int32((math.MaxInt32 - (n - 1)) % n)
	}
	if h < 0 {
		h = -h
	}
	return int32(int(h) % n)
}
