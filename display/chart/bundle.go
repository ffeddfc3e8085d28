package chart

// This file shows a chart: as a specification, a picture and a text.

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// A Renderer draws a view as a picture in PNG format, and says how wide and high it is to
// be shown, in pixels.
type Renderer func(v *View) (png []byte, width, height int, err error)

var registered struct {
	sync.RWMutex
	renderer Renderer
}

// Register makes r the renderer of the pictures of all charts. It is for the host of a
// program, such as a notebook's kernel; display/png registers one.
func Register(r Renderer) {
	registered.Lock()
	defer registered.Unlock()
	registered.renderer = r
}

// MIMEBundle shows the chart in a notebook: interactive where there are scripts, as a
// picture elsewhere, and as the text that String returns.
func (c *Chart) MIMEBundle() (data, metadata map[string]any) {
	v, err := c.View()
	if err != nil {
		return map[string]any{"text/plain": err.Error()}, nil
	}
	data = map[string]any{"text/plain": v.String()}
	spec, err := v.VegaLite()
	if err != nil {
		data["text/plain"] = fmt.Sprintf("%s\n%v", data["text/plain"], err)
	} else {
		data["application/vnd.vegalite.v5+json"] = json.RawMessage(spec)
	}
	registered.RLock()
	render := registered.renderer
	registered.RUnlock()
	if render == nil {
		return data, nil
	}
	picture, width, height, err := render(v)
	if err != nil {
		data["text/plain"] = fmt.Sprintf("%s\n%v", data["text/plain"], err)
		return data, nil
	}
	data["image/png"] = base64.StdEncoding.EncodeToString(picture)
	return data, map[string]any{"image/png": map[string]int{"width": width, "height": height}}
}

// String says what the chart shows.
func (c *Chart) String() string {
	v, err := c.View()
	if err != nil {
		return err.Error()
	}
	return v.String()
}

// String says what the view shows.
func (v *View) String() string {
	var b strings.Builder
	b.WriteString("chart")
	if v.Chart.Title != "" {
		fmt.Fprintf(&b, " %q", v.Chart.Title)
	}
	b.WriteString(":")
	for i := range v.Layers {
		l := &v.Layers[i]
		if i > 0 {
			b.WriteString(";")
		}
		fmt.Fprintf(&b, " %s, %s rows", l.Mark, grouped(l.Rows))
		for _, name := range []string{X, Y, Color, Shape, Size, Label} {
			if c := l.Channels[name]; c != nil {
				fmt.Fprintf(&b, ", %s %s", name, c.Title)
			}
		}
	}
	if d := v.domains[FacetBy]; d != nil {
		fmt.Fprintf(&b, "; one for each %s", d.Title)
	}
	if v.Notice != "" {
		b.WriteString(" (" + v.Notice + ")")
	}
	return b.String()
}
