package widget

// This file turns states into messages and back: JSON, with bytes beside it.

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// reference is how a state refers to another model.
const reference = "IPY_MODEL_"

// widgets returns the models that a state refers to.
func (s state) widgets() []*model {
	var out []*model
	for _, trait := range slices.Sorted(maps.Keys(s)) {
		switch v := s[trait].(type) {
		case *model:
			out = append(out, v)
		case []*model:
			out = append(out, v...)
		}
	}
	return out
}

// encode returns the state for a message: references in place of models, and bytes as
// buffers with the paths at which they stand.
func (s state) encode() (out map[string]any, paths [][]any, buffers [][]byte) {
	out, paths = make(map[string]any, len(s)), [][]any{}
	for _, trait := range slices.Sorted(maps.Keys(s)) {
		switch v := s[trait].(type) {
		case *model:
			out[trait] = reference + v.id
		case []*model:
			refs := make([]string, len(v))
			for i, within := range v {
				refs[i] = reference + within.id
			}
			out[trait] = refs
		case []byte:
			paths, buffers = append(paths, []any{trait}), append(buffers, v)
		case value:
			out[trait] = v.JSON
			for _, b := range v.Buffers {
				paths, buffers = append(paths, append([]any{trait}, b.Path...)), append(buffers, b.Data)
			}
		default:
			out[trait] = v
		}
	}
	return out, paths, buffers
}

// A value is a trait as the front end sends it: JSON, and the bytes that stand within.
type value struct {
	JSON    json.RawMessage
	Buffers []buffer
}

// A buffer is bytes at a path of names and numbers; an empty path is the value itself.
type buffer struct {
	Path []any
	Data []byte
}

// plain returns the value for a state.
func (v value) plain() any {
	if len(v.Buffers) == 1 && len(v.Buffers[0].Path) == 0 {
		return v.Buffers[0].Data
	}
	return v
}

// decode reads the changes of a message.
func decode(raw map[string]json.RawMessage, paths [][]any, buffers [][]byte) (map[string]value, error) {
	if len(paths) != len(buffers) {
		return nil, fmt.Errorf("widget: a message has %d paths for %d buffers", len(paths), len(buffers))
	}
	out := make(map[string]value, len(raw))
	for trait, v := range raw {
		out[trait] = value{JSON: v}
	}
	for i, path := range paths {
		if len(path) == 0 {
			return nil, errors.New("widget: a buffer of a message has no place")
		}
		trait, ok := path[0].(string)
		if !ok {
			return nil, fmt.Errorf("widget: a buffer of a message is at %v, which begins with no name", path)
		}
		for _, step := range path[1:] {
			switch step.(type) {
			case string, float64:
			default:
				return nil, fmt.Errorf("widget: a buffer of a message is at %v, which is no path", path)
			}
		}
		v := out[trait]
		if v.JSON == nil {
			v.JSON = json.RawMessage("null")
		}
		v.Buffers = append(v.Buffers, buffer{path[1:], buffers[i]})
		out[trait] = v
	}
	return out, nil
}

// at returns the bytes at a path within the value.
func (v value) at(path ...any) ([]byte, bool) {
	for _, b := range v.Buffers {
		if slices.EqualFunc(b.Path, path, func(x, y any) bool { return fmt.Sprint(x) == fmt.Sprint(y) }) {
			return b.Data, true
		}
	}
	return nil, false
}

// into decodes the value as a T.
func into[T any](v value) (out T, err error) {
	if len(v.Buffers) > 0 {
		return out, errors.New("it comes with bytes, which it has no use for")
	}
	if string(v.JSON) == "null" {
		return out, errors.New("it is null")
	}
	if err := json.Unmarshal(v.JSON, &out); err != nil {
		return out, fmt.Errorf("%s is no %T", quoted(v.JSON), out)
	}
	return out, nil
}

// quoted returns JSON for an error, cut.
func quoted(raw []byte) string {
	const most = 60
	if len(raw) > most {
		return strconv.QuoteToASCII(string(raw[:most])) + "…"
	}
	return string(raw)
}

// marshal encodes what is known to be JSON.
func marshal(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("widget: " + err.Error())
	}
	return raw
}
