package widget

// This file makes the controls that choose among texts.

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// choice makes a control that has one of options; the first at the beginning.
func choice(name, style, description string, options []string) *Control[string] {
	options = slices.Clone(options)
	first := ""
	if len(options) > 0 {
		first = options[0]
	}
	m := newControl(controls, name+"Model", name+"View", style, state{"description": description, "_options_labels": options})
	c := newValue(m, "index", first, func(v string) error {
		if !slices.Contains(options, v) {
			return fmt.Errorf("%q is none of %q", v, options)
		}
		return nil
	})
	c.to = func(v string) any {
		if i := slices.Index(options, v); i >= 0 {
			return i
		}
		return nil
	}
	c.from = func(v value) (string, error) {
		i, err := into[int](v)
		if err == nil && (i < 0 || i >= len(options)) {
			err = fmt.Errorf("there is no option %d of %d", i, len(options))
		}
		if err != nil {
			return "", err
		}
		return options[i], nil
	}
	return c.began()
}

// Dropdown returns a list that opens, of which one is chosen; the first at the
// beginning. Without options its value is "".
func Dropdown(description string, options ...string) *Control[string] {
	return choice("Dropdown", "Description", description, options)
}

// Radio returns buttons one below the other, of which one is down.
func Radio(description string, options ...string) *Control[string] {
	return choice("RadioButtons", "Description", description, options)
}

// Select returns a list of which one is chosen.
func Select(description string, options ...string) *Control[string] {
	return choice("Select", "Description", description, options)
}

// ToggleButtons returns buttons side by side, of which one is down.
func ToggleButtons(description string, options ...string) *Control[string] {
	return choice("ToggleButtons", "ToggleButtons", description, options)
}

// SelectMultiple returns a list of which any number are chosen, in the order of the
// options; none at the beginning.
func SelectMultiple(description string, options ...string) *Control[[]string] {
	options = slices.Clone(options)
	m := newControl(controls, "SelectMultipleModel", "SelectMultipleView", "Description",
		state{"description": description, "_options_labels": options})
	c := newValue(m, "index", []string{}, func(chosen []string) error {
		for _, v := range chosen {
			if !slices.Contains(options, v) {
				return fmt.Errorf("%q is none of %q", v, options)
			}
		}
		return nil
	})
	c.to = func(chosen []string) any {
		index := []int{}
		for i, v := range options {
			if slices.Contains(chosen, v) {
				index = append(index, i)
			}
		}
		return index
	}
	c.from = func(v value) ([]string, error) {
		index, err := into[[]int](v)
		chosen := []string{}
		for _, i := range index {
			if i < 0 || i >= len(options) {
				return nil, fmt.Errorf("there is no option %d of %d", i, len(options))
			}
			chosen = append(chosen, options[i])
		}
		return chosen, err
	}
	c.text = func() string { return strings.TrimPrefix(description+": ", ": ") + strings.Join(c.Value(), ", ") }
	return c.began()
}

// A File is a file that was uploaded.
type File struct {
	Name string
	Type string // its MIME type, as the browser takes it
	Data []byte
}

// Upload returns a button by which files are uploaded: those that have one of the types
// accepted, such as ".csv" or "image/*", or any if there is none.
func Upload(description string, accept ...string) *Control[[]File] {
	m := newControl(controls, "FileUploadModel", "FileUploadView", "Button",
		state{"description": description, "accept": strings.Join(accept, ","), "multiple": true, "icon": "upload"})
	c := newValue(m, "value", []File{}, fine[[]File])
	c.from = func(v value) ([]File, error) {
		var infos []struct {
			Name string `json:"name"`
			Type string `json:"type"`
			Size int    `json:"size"`
		}
		infos, err := into[[]struct {
			Name string `json:"name"`
			Type string `json:"type"`
			Size int    `json:"size"`
		}](value{JSON: v.JSON})
		if err != nil {
			return nil, err
		}
		files := []File{}
		for i, info := range infos {
			data, ok := v.at(i, "content")
			if !ok {
				return nil, fmt.Errorf("file %q comes without its content", info.Name)
			}
			files = append(files, File{info.Name, info.Type, data})
		}
		return files, nil
	}
	c.to = func(files []File) any {
		v := value{}
		infos := []map[string]any{}
		for i, f := range files {
			infos = append(infos, map[string]any{"name": f.Name, "type": f.Type, "size": len(f.Data), "last_modified": 0})
			v.Buffers = append(v.Buffers, buffer{[]any{i, "content"}, f.Data})
		}
		v.JSON = marshal(infos)
		return v
	}
	c.text = func() string { return fmt.Sprintf("%s: %d files", description, len(c.Value())) }
	return c.began()
}

// Image returns a picture in a format, such as "png" or "jpeg", that the program changes
// by SetValue.
func Image(format string, data []byte) *Control[[]byte] {
	m := newControl(controls, "ImageModel", "ImageView", "", state{"format": format})
	c := newValue(m, "value", data, fine[[]byte])
	c.from = func(v value) ([]byte, error) {
		if data, ok := v.at(); ok {
			return data, nil
		}
		return nil, errors.New("it comes without bytes")
	}
	c.text = func() string { return fmt.Sprintf("%s image of %d bytes", format, len(c.Value())) }
	return c.began()
}
