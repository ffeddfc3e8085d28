package display

// This file makes the bundle of a value: what its methods offer, and always a
// text.

import (
	"fmt"
	"html"
	"image"
	"reflect"
	"strings"
)

// Of returns v in all representations that it offers; text/plain is always
// one. It does not fail: a method of v that panics is caught, and the text
// tells. A [Bundle] stands for itself. Whatever v is, the text is valid UTF-8
// of 20,000 bytes at most; what a method returns as HTML, Markdown, LaTeX
// or SVG or in a MIME bundle is the value's own affair and stays whole.
func Of(v any) (b Bundle) {
	defer func() {
		// A goroutine that changes v meanwhile can make any part of it
		// vanish between a look and the next.
		if r := recover(); r != nil {
			b = Text(fmt.Sprintf("display: cannot show a %T: %v", v, r))
		}
	}()
	switch v := v.(type) {
	case nil:
		return Text("<nil>")
	case Bundle:
		return complete(v, func() string { return "" })
	case *Bundle:
		if v != nil {
			return Of(*v)
		}
	case reflect.Value:
		if v.IsValid() && v.CanInterface() {
			return Of(v.Interface())
		}
		return Text(treeText(v))
	}
	rv := reflect.ValueOf(v)
	if b, ok := ownBundle(rv); ok {
		return b
	}
	return offers(rv)
}

// ownBundle returns the bundle that v makes itself.
func ownBundle(v reflect.Value) (Bundle, bool) {
	var b Bundle
	var ask func()
	if x, ok := as[mimeBundler](v); ok {
		ask = func() { b.Data = x.MIMEBundle() }
	} else if x, ok := as[mimeBundlerMeta](v); ok {
		ask = func() { b.Data, b.Metadata = x.MIMEBundle() }
	} else {
		return Bundle{}, false
	}
	if trouble, ok := call(v, "MIMEBundle", ask); !ok {
		return Text(trouble), true
	}
	if len(b.Data) == 0 {
		return Bundle{}, false
	}
	return complete(b, func() string { return plain(v) }), true
}

// complete returns b in portable form with a text, which says what could not
// be encoded.
func complete(b Bundle, text func() string) Bundle {
	b, lost := b.portable()
	if b.Data == nil {
		b.Data = map[string]any{}
	}
	var lines []string
	if s, ok := b.Data[textPlain].(string); ok {
		lines = append(lines, s)
	} else if s := text(); s != "" {
		lines = append(lines, s)
	}
	for _, l := range lost {
		lines = append(lines, "display: left out "+l)
	}
	if len(lines) > 0 {
		b.Data[textPlain] = strings.ToValidUTF8(strings.Join(lines, "\n"), "\uFFFD")
	}
	return b
}

// offers returns the bundle of v, which has no bundle of its own: one entry
// for each of the methods it has, and the text.
func offers(v reflect.Value) Bundle {
	data := map[string]any{}
	var troubles []string
	offer := func(mime, method string, ask func() string) {
		var s string
		if trouble, ok := call(v, method, func() { s = ask() }); !ok {
			troubles = append(troubles, trouble)
		} else if s != "" {
			data[mime] = strings.ToValidUTF8(s, "\uFFFD")
		}
	}
	if x, ok := as[htmler](v); ok {
		offer(textHTML, "HTML", x.HTML)
	}
	if x, ok := as[markdowner](v); ok {
		offer(textMarkdown, "Markdown", x.Markdown)
	}
	if x, ok := as[latexer](v); ok {
		offer(textLaTeX, "LaTeX", x.LaTeX)
	}
	if x, ok := as[svger](v); ok {
		offer(imageSVG, "SVG", x.SVG)
	}
	if len(data) == 0 && len(troubles) == 0 {
		if m, ok := as[image.Image](v); ok {
			if p, ok := pictureOf(v, m); ok {
				return p.bundle()
			}
		}
	}
	if _, ok := data[textHTML]; !ok && !hasOwnText(v) {
		if m, ok := gridOf(v); ok {
			if s, ok := m.html(); ok {
				data[textHTML] = s
			}
		}
	}
	text := plain(v)
	if md, ok := data[textMarkdown].(string); ok && len(data) == 1 && !hasOwnText(v) {
		text = foldText.text(md) // reads better than what the value is made of
	}
	if v.Kind() == reflect.Pointer && v.IsNil() && len(troubles) > 0 {
		text = "<nil>" // as fmt has it; what failed is not worth a word
	} else if len(troubles) > 0 {
		text = strings.Join(append(troubles, text), "\n")
	}
	data[textPlain] = text
	return Bundle{Data: data}
}

// plain returns the text of v: what it says of itself, or else what it is made
// of.
func plain(v reflect.Value) string {
	if s, ok := ownText(v); ok {
		if s == "" {
			return `""` // an output without anything in it looks like a fault
		}
		return foldText.text(s)
	}
	if m, ok := as[image.Image](v); ok {
		if p, ok := pictureOf(v, m); ok {
			return p.String()
		}
	}
	if m, ok := gridOf(v); ok {
		if s, ok := m.text(); ok {
			return s
		}
	}
	if v.Kind() == reflect.String {
		return foldString.quoted(v.String(), literal)
	}
	return treeText(v)
}

// treeText returns v by what it is made of.
func treeText(v reflect.Value) string {
	return strings.ToValidUTF8(tree(v).String(), "\uFFFD") // a struct tag may be anything
}

func hasOwnText(v reflect.Value) bool {
	_, ok := ownText(v)
	return ok
}

// OfAll returns the values of one expression in one bundle: their texts on a
// line each, and if any value offers more than text, the same as HTML.
func OfAll(vs ...any) Bundle {
	switch len(vs) {
	case 0:
		return Bundle{}
	case 1:
		return Of(vs[0])
	}
	var text, rich []string
	anyRich := false
	for _, v := range vs {
		b := Of(v)
		if s, ok := b.Data[textPlain].(string); ok {
			text = append(text, s)
		}
		h, isRich := b.asHTML()
		rich = append(rich, h)
		anyRich = anyRich || isRich
	}
	b := Text(strings.Join(text, "\n"))
	if anyRich {
		b.Data[textHTML] = strings.Join(rich, "\n")
	}
	return b
}

// asHTML returns b as a piece of HTML, and whether it shows more than b's
// text.
func (b Bundle) asHTML() (string, bool) {
	if s, ok := b.Data[textHTML].(string); ok {
		return "<div>" + s + "</div>", true
	}
	if s, ok := b.Data[imageSVG].(string); ok {
		return "<div>" + s + "</div>", true
	}
	for _, mime := range []string{imagePNG, imageJPEG, imageGIF} {
		if s, ok := b.Data[mime].(string); ok {
			return `<div><img src="data:` + mime + ";base64," + html.EscapeString(s) + `"></div>`, true
		}
	}
	s, _ := b.Data[textPlain].(string)
	return "<pre>" + html.EscapeString(s) + "</pre>", false
}
