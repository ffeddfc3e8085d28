package display

// This file shows files by what is in them.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// maxFile is how large a file may be: a notebook holds all it shows.
const maxFile = 32 << 20

// File shows the contents of a file: pictures (PNG, JPEG, GIF, SVG), HTML,
// Markdown, LaTeX, JSON, GeoJSON, Vega-Lite charts (.vl.json) and PDF as such,
// other text as it is, folded if it is long. What a file is, its first bytes
// tell, or else the extension of its name.
func File(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("display: %w", err)
	case info.IsDir():
		return fmt.Errorf("display: %s is a folder; name a file in it", path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("display: %s is no regular file", path)
	case info.Size() > maxFile:
		return fmt.Errorf("display: %s has %s bytes, too many for a notebook (limit %s); show a part of it",
			path, count(int(info.Size())), count(maxFile))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("display: %w", err)
	}
	b, err := fileBundle(path, data)
	if err != nil {
		return err
	}
	return publish(b)
}

// sourceTypes are the languages that a front end draws, by extension.
var sourceTypes = map[string]string{
	".svg":      imageSVG,
	".html":     textHTML,
	".htm":      textHTML,
	".md":       textMarkdown,
	".markdown": textMarkdown,
	".tex":      textLaTeX,
	".latex":    textLaTeX,
	".json":     jsonType,
	".geojson":  "application/geo+json",
	".vl.json":  "application/vnd.vegalite.v5+json",
}

// fileBundle returns the bundle of a file.
func fileBundle(path string, data []byte) (Bundle, error) {
	if mime := pictureType(data); mime != "" {
		return encodedPicture(mime, data), nil
	}
	if bytes.HasPrefix(data, []byte("%PDF-")) {
		b, _ := Bundle{Data: map[string]any{
			"application/pdf": data,
			textPlain:         "PDF document, " + count(len(data)) + " bytes",
		}}.portable()
		return b, nil
	}
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return Bundle{}, fmt.Errorf("display: %s is neither text nor a picture that a notebook draws; "+
			"os.ReadFile returns its bytes", path)
	}
	s := string(data)
	mime := sourceType(path, s)
	b := Text(foldText.text(s))
	switch {
	case isJSON(mime):
		if !json.Valid(data) {
			var v any
			return Bundle{}, fmt.Errorf("display: %s: %w", path, json.Unmarshal(data, &v))
		}
		b.Data[mime] = json.RawMessage(data)
	case mime != textPlain:
		b.Data[mime] = s
	}
	return b, nil
}

// sourceType returns the MIME type of a text.
func sourceType(path, text string) string {
	name := strings.ToLower(filepath.Base(path))
	if strings.HasSuffix(name, ".vl.json") {
		return sourceTypes[".vl.json"]
	}
	if mime, ok := sourceTypes[filepath.Ext(name)]; ok {
		return mime
	}
	if filepath.Ext(name) != "" {
		return textPlain // a .go or .csv file is shown as it is written
	}
	start := strings.ToLower(strings.TrimSpace(text[:min(len(text), 256)]))
	switch {
	case strings.HasPrefix(start, "<svg"), strings.HasPrefix(start, "<?xml") && strings.Contains(start, "<svg"):
		return imageSVG
	case strings.HasPrefix(start, "<!doctype html"), strings.HasPrefix(start, "<html"):
		return textHTML
	}
	return textPlain
}
