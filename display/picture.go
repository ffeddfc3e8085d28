package display

// This file shows images as pictures, and reads what encoded pictures say
// about themselves.

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"reflect"
)

const (
	// maxPixels is how many pixels of an image are encoded; a larger one
	// is shown smaller.
	maxPixels = 4 << 20
	// endless is the number of pixels from which an image is no picture
	// but a rule, as image.Uniform is.
	endless = 1 << 30
)

// A picture is an image.Image that can be drawn.
type picture struct {
	image  image.Image
	name   string
	bounds image.Rectangle
	step   int // every step-th pixel is drawn in both directions
}

// pictureOf returns v, which is also m, as a picture. An image.Rectangle is
// none although it has the methods of an image.
func pictureOf(v reflect.Value, m image.Image) (p picture, ok bool) {
	if v.Type() == reflect.TypeFor[image.Rectangle]() || v.Type() == reflect.TypeFor[*image.Rectangle]() {
		return picture{}, false
	}
	p = picture{image: m, name: typeName(v.Type()), step: 1}
	if _, ok := call(v, "Bounds", func() { p.bounds = m.Bounds() }); !ok || p.bounds.Empty() {
		return picture{}, false
	}
	w, h := int64(p.bounds.Dx()), int64(p.bounds.Dy())
	if w <= 0 || h <= 0 || w > endless || h > endless || w*h > endless {
		return picture{}, false
	}
	for s := int64(p.step); (w/s)*(h/s) > maxPixels; s++ {
		p.step = int(s) + 1
	}
	return p, true
}

func (p picture) String() string {
	return fmt.Sprintf("%s %d×%d", p.name, p.bounds.Dx(), p.bounds.Dy())
}

func (p picture) bundle() Bundle {
	var buf bytes.Buffer
	var m image.Image = p.image
	text := p.String()
	if p.step > 1 {
		s := sampled{p}
		m = s
		text += fmt.Sprintf(", shown at %d×%d", s.Bounds().Dx(), s.Bounds().Dy())
	}
	var err error
	trouble, ok := call(reflect.Value{}, "At", func() { err = png.Encode(&buf, m) })
	switch {
	case !ok:
		return Text(text + "\n" + trouble)
	case err != nil:
		return Text(text + "\ndisplay: cannot be drawn: " + err.Error())
	}
	return Bundle{Data: map[string]any{
		textPlain: text,
		imagePNG:  base64.StdEncoding.EncodeToString(buf.Bytes()),
	}}
}

// sampled is a picture with only every step-th pixel.
type sampled struct{ picture }

func (s sampled) ColorModel() color.Model { return s.image.ColorModel() }

func (s sampled) Bounds() image.Rectangle {
	return image.Rect(0, 0, max(1, s.bounds.Dx()/s.step), max(1, s.bounds.Dy()/s.step))
}

func (s sampled) At(x, y int) color.Color {
	return s.image.At(s.bounds.Min.X+x*s.step, s.bounds.Min.Y+y*s.step)
}

// pictureType returns the MIME type of an encoded picture by how its data
// begin, or "".
func pictureType(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return imagePNG
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return imageJPEG
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		return imageGIF
	}
	return ""
}

// encodedPicture returns the bundle of a picture that is encoded already.
func encodedPicture(mime string, data []byte) Bundle {
	name := map[string]string{imagePNG: "PNG", imageJPEG: "JPEG", imageGIF: "GIF"}[mime]
	text := name + " picture"
	if w, h, ok := pictureSize(mime, data); ok {
		text += fmt.Sprintf(" %d×%d", w, h)
	}
	return Bundle{Data: map[string]any{
		textPlain: text + ", " + count(len(data)) + " bytes",
		mime:      base64.StdEncoding.EncodeToString(data),
	}}
}

// pictureSize returns the size that the header of a picture tells.
func pictureSize(mime string, data []byte) (w, h int, ok bool) {
	be, le := binary.BigEndian, binary.LittleEndian
	switch mime {
	case imagePNG: // the first chunk, IHDR, begins with width and height
		if len(data) >= 24 {
			return int(be.Uint32(data[16:])), int(be.Uint32(data[20:])), true
		}
	case imageGIF: // the logical screen follows the signature
		if len(data) >= 10 {
			return int(le.Uint16(data[6:])), int(le.Uint16(data[8:])), true
		}
	case imageJPEG: // segments: marker, length; a start of frame has the size
		for i := 2; i+9 <= len(data) && data[i] == 0xff; {
			marker := data[i+1]
			if marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc {
				return int(be.Uint16(data[i+7:])), int(be.Uint16(data[i+5:])), true
			}
			if marker == 0xff { // padding
				i++
				continue
			}
			i += 2 + int(be.Uint16(data[i+2:]))
		}
	}
	return 0, 0, false
}
