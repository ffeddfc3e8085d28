package parquet

// This file decompresses pages.

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// zstdDecoder is made when a file needs it, and serves several goroutines.
var zstdDecoder = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderConcurrency(0))
})

// decompress returns the size bytes that data is made of.
func decompress(codec int, data []byte, size int64) ([]byte, error) {
	switch codec {
	case codecNone:
		if int64(len(data)) != size {
			return nil, errPage
		}
		return data, nil
	case codecSnappy:
		// A copy of up to 64 bytes takes two bytes at least.
		if n, err := s2.DecodedLen(data); err != nil || int64(n) != size || size > 64*int64(len(data)) {
			return nil, errPage
		}
		out, err := s2.Decode(nil, data)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errPage, err)
		}
		return out, nil
	case codecGzip:
		// Deflate's densest code makes 258 bytes of two bits.
		if size > 1100*int64(len(data)) {
			return nil, errPage
		}
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errPage, err)
		}
		out := make([]byte, size)
		if _, err := io.ReadFull(r, out); err != nil {
			return nil, fmt.Errorf("%w: %w", errPage, err)
		}
		return out, nil
	case codecZstd:
		// A block makes up to 128 KiB of four bytes.
		if size > 1<<15*int64(len(data)) {
			return nil, errPage
		}
		d, err := zstdDecoder()
		if err != nil {
			return nil, err
		}
		out, err := d.DecodeAll(data, make([]byte, 0, size))
		if err != nil || int64(len(out)) != size {
			return nil, errPage
		}
		return out, nil
	}
	return nil, errPage
}
