package monitoring

import (
	"reflect"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// What is written, a library reads as it was meant.
func FuzzRulesAreYAML(f *testing.F) {
	for _, s := range []string{"team", "a b", "it's", "yes", "NULL", "1", "~", "- a", "a: b", "a #b", "", " ", "{{ $value }}", "a\nb", "\x00", "\u2028", "😀", "\ufeff", "\x7f", "\u0085", `a"b\c`, "<&>", "*a", "!x", "%", "@", "`", "1e3", "0x1f", "2001-01-01", "=", "<<", "."} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, key, value string) {
		if key == "" || key == "other" || len(key) > 100 || !utf8.ValidString(key) || !utf8.ValidString(value) {
			return // labels have names, and texts are UTF-8
		}
		want := []group{{"g" + key, []rule{
			{Record: "a:b", Expr: "x" + value, Labels: map[string]string{key: value}},
			{Alert: "A", Expr: "y", For: "5m", Labels: map[string]string{"other": "x", key: value}, Annotations: map[string]string{"summary": value}},
		}}}
		var w lines
		w.groups(want)
		var got struct{ Groups []group }
		if err := yaml.Unmarshal([]byte(w.String()), &got); err != nil {
			t.Fatalf("%v in\n%s", err, w.String())
		}
		if !reflect.DeepEqual(got.Groups, want) {
			t.Fatalf("%+v, not %+v, of\n%s", got.Groups, want, w.String())
		}
	})
}
