package symbols

import (
	"fmt"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/kernel/symbols/instance"
)

func TestFuncVarTypeTellSymbolsApart(t *testing.T) {
	f, ok := Func("strings", "ToUpper")
	if !ok || f.Call([]reflect.Value{reflect.ValueOf("go")})[0].String() != "GO" {
		t.Errorf("strings.ToUpper: %v, %v", f, ok)
	}
	v, ok := Var("os", "Stdout")
	if !ok || v.Type().String() != "**os.File" || v.IsNil() {
		t.Errorf("os.Stdout: %v, %v", v, ok)
	}
	typ, ok := Type("io", "Reader")
	if !ok || typ.String() != "io.Reader" {
		t.Errorf("io.Reader: %v, %v", typ, ok)
	}
	for _, tt := range []struct{ path, name string }{
		{"strings", "NoSuchName"}, {"no/such/package", "X"}, {"strings", ""}, {"slices", "Sort"}, {"cmp", "Ordered"}, {"math", "Pi"},
	} {
		if v, ok := find(tt.path, tt.name); ok {
			t.Errorf("%s.%s is in the table: %v", tt.path, tt.name, v)
		}
	}
	if _, ok := Func("os", "Stdout"); ok {
		t.Error("os.Stdout is a function")
	}
	if _, ok := Var("io", "Reader"); ok {
		t.Error("io.Reader is a variable")
	}
	if _, ok := Type("strings", "ToUpper"); ok {
		t.Error("strings.ToUpper is a type")
	}
}

func TestInstances(t *testing.T) {
	f, ok := Instance("slices", "Sort", []string{"[]int", "int"})
	if !ok {
		t.Fatal("slices.Sort[[]int,int] is not in the table")
	}
	s := []int{3, 1, 2}
	f.Call([]reflect.Value{reflect.ValueOf(s)})
	if !slices.IsSorted(s) {
		t.Errorf("after slices.Sort: %v", s)
	}
	if typ, ok := Type("iter", "Seq2[int,string]"); !ok || typ.String() != "iter.Seq2[int,string]" {
		t.Errorf("iter.Seq2[int,string]: %v, %v", typ, ok)
	}
	for _, name := range []string{
		"cmp.Compare[float64]", "cmp.Or[string]", "maps.Keys[map[string]int,string,int]",
		"maps.Collect[string,[]float64]", "slices.Sorted[string]", "slices.Contains[[]string,string]",
		"slices.SortFunc[[]map[string]any,map[string]any]", "slices.Repeat[[]uint8,uint8]",
		"sync.OnceValues[string,error]", "math/rand/v2.N[time.Duration]",
		"errors.AsType[*io/fs.PathError]", "crypto/pbkdf2.Key[hash.Hash]", "slices.EqualFunc[[]int,[]string,int,string]",
	} {
		pre, _, _ := strings.Cut(name, "[")
		dot := strings.LastIndex(pre, ".")
		if _, ok := Func(name[:dot], name[dot+1:]); !ok {
			t.Errorf("%s is not in the table", name)
		}
	}
}

func TestInstanceNameIsTheSameForEverySpelling(t *testing.T) {
	universe := func(name string) types.Type { return types.Universe.Lookup(name).Type() }
	fs, err := NewImporter(token.NewFileSet()).Import("os")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		targ types.Type
		want string
	}{
		{types.NewSlice(universe("byte")), "F[[]uint8]"},
		{types.NewMap(universe("rune"), universe("any")), "F[map[int32]any]"},
		{types.NewPointer(types.NewInterfaceType(nil, nil)), "F[*any]"},
		{types.NewArray(fs.Scope().Lookup("FileMode").Type(), 3), "F[[3]io/fs.FileMode]"},
		{universe("error"), "F[error]"},
		{types.Typ[types.UnsafePointer], "F[unsafe.Pointer]"},
		{types.NewChan(types.SendOnly, universe("byte")), "F[chan<- uint8]"},
	} {
		if got := InstanceName("F", []types.Type{tt.targ}); got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.targ, got, tt.want)
		}
	}
}

func BenchmarkFunc(b *testing.B) {
	for b.Loop() {
		Func("strings", "ToUpper")
	}
}

func BenchmarkHiddenType(b *testing.B) {
	for b.Loop() {
		Type("net/http", "noBody")
	}
}

func TestTablesAreSorted(t *testing.T) {
	if !slices.IsSortedFunc(packages, func(a, b pkg) int { return strings.Compare(a.path, b.path) }) {
		t.Error("packages are not sorted")
	}
	for _, p := range packages {
		names := make([]string, 0, len(*p.symbols))
		for _, s := range *p.symbols {
			names = append(names, s.name)
		}
		if !slices.IsSorted(names) || len(slices.Compact(names)) != len(*p.symbols) {
			t.Errorf("the table of %s is not sorted or has a name twice", p.path)
		}
	}
	if !slices.IsSorted(Packages()) || !slices.Contains(Packages(), "unsafe") {
		t.Error("Packages is not sorted or lacks unsafe")
	}
}

// The type checker's view of a name and the value in the table must agree,
// or the interpreter would run something else than what was checked.
func TestTablesAgreeWithExportData(t *testing.T) {
	c := comparer{imp: NewImporter(token.NewFileSet()), seen: map[reflect.Type]bool{}}
	for _, p := range packages {
		tpkg, err := c.imp.Import(p.path)
		if err != nil {
			t.Fatal(err)
		}
		inTable := map[string]bool{}
		for _, s := range *p.symbols {
			name, targs, generic := strings.Cut(strings.TrimSuffix(s.name, "]"), "[")
			inTable[name] = true
			obj := tpkg.Scope().Lookup(name)
			if obj == nil {
				t.Errorf("%s.%s is in the table and not in the export data", p.path, name)
				continue
			}
			typ := obj.Type()
			if generic {
				args, rest := c.list(targs + "]")
				typ, err = types.Instantiate(nil, typ, args, true)
				if err != nil || rest != "" {
					t.Errorf("%s.%s: %v, %q", p.path, s.name, err, rest)
					continue
				}
				if again := instance.Name(name, args); again != s.name {
					t.Errorf("%s.%s is named %s", p.path, s.name, again)
				}
			}
			v := reflect.ValueOf(s.value)
			rtype := v.Type()
			if _, isFunc := obj.(*types.Func); !isFunc {
				if _, isVar := obj.(*types.Var); isVar == v.IsNil() {
					t.Errorf("%s.%s: a variable and nil, or a type and not nil", p.path, s.name)
				}
				rtype = rtype.Elem()
			}
			if err := c.same(rtype, typ); err != nil {
				t.Errorf("%s.%s: %v", p.path, s.name, err)
			}
		}
		for _, name := range tpkg.Scope().Names() {
			obj := tpkg.Scope().Lookup(name)
			// runtime/cgo is for compiled cells only.
			if obj.Exported() && !inTable[name] && !withoutSymbol(obj) && p.path != "runtime/cgo" {
				t.Errorf("%v is not in the table", obj)
			}
		}
	}
}

// What the type checker can give an expression as its type, the interpreter
// must find, unexported types too.
func TestUnexportedTypesOfAnAPIAreFound(t *testing.T) {
	c := comparer{imp: NewImporter(token.NewFileSet()), seen: map[reflect.Type]bool{}}
	for _, tt := range []struct{ path, name string }{
		{"encoding/binary", "bigEndian"},
		{"database/sql/driver", "noRows"},
		{"encoding/gob", "typeId"},
		{"net/http", "noBody"},
		{"net", "conn"},
		{"testing", "common"},
		{"testing", "testDeps"},
		{"unicode", "d"},
		{"gonum.org/v1/gonum/mat", "formatter"},
	} {
		p, err := c.imp.Import(tt.path)
		if err != nil {
			t.Fatal(err)
		}
		typ, ok := Type(tt.path, tt.name)
		if !ok {
			t.Errorf("%s.%s is not found", tt.path, tt.name)
			continue
		}
		if err := c.same(typ, p.Scope().Lookup(tt.name).Type()); err != nil {
			t.Errorf("%s.%s: %v", tt.path, tt.name, err)
		}
	}
	if typ, ok := Type("net/http", "noSuchType"); ok {
		t.Errorf("net/http.noSuchType is %v", typ)
	}
}

func TestInstancesThatAPIsMention(t *testing.T) {
	for _, name := range []string{"Seq[[]uint8]", "Seq[go/ast.Node]", "Seq2[reflect.Value,reflect.Value]", "Seq2[string,string]"} {
		if _, ok := Type("iter", name); !ok {
			t.Errorf("iter.%s is not in the table", name)
		}
	}
}

// withoutSymbol reports whether an exported name has no place in a table.
func withoutSymbol(obj types.Object) bool {
	switch obj := obj.(type) {
	case *types.Const:
		return true
	case *types.TypeName:
		i, ok := obj.Type().Underlying().(*types.Interface)
		return ok && !i.IsMethodSet() // a constraint
	}
	return false
}

// A comparer compares types of package reflect with those of the checker.
type comparer struct {
	imp  *Importer
	seen map[reflect.Type]bool
}

// same returns how r differs from t, or nil.
func (c *comparer) same(r reflect.Type, t types.Type) error {
	t = types.Unalias(t)
	if named, ok := t.(*types.Named); ok {
		path := ""
		if p := named.Obj().Pkg(); p != nil {
			path = p.Path()
		}
		name, _, _ := strings.Cut(r.Name(), "[")
		if r.PkgPath() != path || name != named.Obj().Name() {
			return fmt.Errorf("%s.%s is %v in the export data", r.PkgPath(), r.Name(), t)
		}
		if c.seen[r] {
			return nil
		}
		c.seen[r] = true
		if r.Kind() != reflect.Interface {
			methods := types.NewMethodSet(types.NewPointer(t))
			for m := range reflect.PointerTo(r).Methods() {
				sel := methods.Lookup(named.Obj().Pkg(), m.Name)
				if sel == nil {
					return fmt.Errorf("%v has no method %s in the export data", t, m.Name)
				}
				if err := c.signature(m.Type, sel.Type().(*types.Signature), 1); err != nil {
					return fmt.Errorf("method %s of %v: %w", m.Name, t, err)
				}
			}
			for sel := range methods.Methods() {
				if _, ok := reflect.PointerTo(r).MethodByName(sel.Obj().Name()); !ok && sel.Obj().Exported() {
					return fmt.Errorf("%v has no method %s in the table", t, sel.Obj().Name())
				}
			}
		}
		return c.underlying(r, t.Underlying())
	}
	if r.PkgPath() != "" && r.PkgPath() != "unsafe" {
		return fmt.Errorf("%v is %v in the export data", r, t)
	}
	return c.underlying(r, t)
}

// underlying compares types that are not defined types.
func (c *comparer) underlying(r reflect.Type, t types.Type) error {
	different := fmt.Errorf("%v is %v in the export data", r, t)
	switch t := t.(type) {
	case *types.Basic:
		want := types.Typ[t.Kind()].Name()
		if t.Kind() == types.UnsafePointer {
			want = "unsafe.Pointer"
		}
		if r.Kind().String() != want {
			return different
		}
	case *types.Pointer:
		if r.Kind() != reflect.Pointer {
			return different
		}
		return c.same(r.Elem(), t.Elem())
	case *types.Slice:
		if r.Kind() != reflect.Slice {
			return different
		}
		return c.same(r.Elem(), t.Elem())
	case *types.Array:
		if r.Kind() != reflect.Array || int64(r.Len()) != t.Len() {
			return different
		}
		return c.same(r.Elem(), t.Elem())
	case *types.Chan:
		dirs := map[types.ChanDir]reflect.ChanDir{types.SendRecv: reflect.BothDir, types.SendOnly: reflect.SendDir, types.RecvOnly: reflect.RecvDir}
		if r.Kind() != reflect.Chan || r.ChanDir() != dirs[t.Dir()] {
			return different
		}
		return c.same(r.Elem(), t.Elem())
	case *types.Map:
		if r.Kind() != reflect.Map {
			return different
		}
		if err := c.same(r.Key(), t.Key()); err != nil {
			return err
		}
		return c.same(r.Elem(), t.Elem())
	case *types.Signature:
		if r.Kind() != reflect.Func {
			return different
		}
		return c.signature(r, t, 0)
	case *types.Struct:
		if r.Kind() != reflect.Struct || r.NumField() != t.NumFields() {
			return different
		}
		for i := range t.NumFields() {
			rf, tf := r.Field(i), t.Field(i)
			if rf.Name != tf.Name() || rf.Anonymous != tf.Embedded() || string(rf.Tag) != t.Tag(i) {
				return fmt.Errorf("field %s is %s in the export data", rf.Name, tf.Name())
			}
			if err := c.same(rf.Type, tf.Type()); err != nil {
				return fmt.Errorf("field %s: %w", rf.Name, err)
			}
		}
	case *types.Interface:
		if r.Kind() != reflect.Interface || r.NumMethod() != t.NumMethods() {
			return different
		}
		for i := range t.NumMethods() {
			m, ok := r.MethodByName(t.Method(i).Name())
			if !ok {
				return different
			}
			if err := c.signature(m.Type, t.Method(i).Signature(), 0); err != nil {
				return fmt.Errorf("method %s: %w", m.Name, err)
			}
		}
	default:
		return different
	}
	return nil
}

// signature compares functions; r has skip parameters more.
func (c *comparer) signature(r reflect.Type, t *types.Signature, skip int) error {
	if r.NumIn()-skip != t.Params().Len() || r.NumOut() != t.Results().Len() || r.IsVariadic() != t.Variadic() {
		return fmt.Errorf("%v is %v in the export data", r, t)
	}
	for i := range t.Params().Len() {
		if err := c.same(r.In(i+skip), t.Params().At(i).Type()); err != nil {
			return fmt.Errorf("parameter %d: %w", i, err)
		}
	}
	for i := range t.Results().Len() {
		if err := c.same(r.Out(i), t.Results().At(i).Type()); err != nil {
			return fmt.Errorf("result %d: %w", i, err)
		}
	}
	return nil
}

// list reads type arguments up to "]" and returns what follows.
func (c *comparer) list(s string) ([]types.Type, string) {
	var out []types.Type
	for {
		var t types.Type
		t, s = c.typ(s)
		out = append(out, t)
		if s == "" || s[0] == ']' {
			return out, strings.TrimPrefix(s, "]")
		}
		s = s[1:] // the comma
	}
}

// typ reads one type as instance.Name writes it.
func (c *comparer) typ(s string) (types.Type, string) {
	switch {
	case strings.HasPrefix(s, "*"):
		t, rest := c.typ(s[1:])
		return types.NewPointer(t), rest
	case strings.HasPrefix(s, "[]"):
		t, rest := c.typ(s[2:])
		return types.NewSlice(t), rest
	case strings.HasPrefix(s, "map["):
		key, rest := c.typ(s[4:])
		elem, rest := c.typ(rest[1:])
		return types.NewMap(key, elem), rest
	case strings.HasPrefix(s, "["):
		n, rest, _ := strings.Cut(s[1:], "]")
		length, err := strconv.ParseInt(n, 10, 64)
		if err != nil {
			panic(err)
		}
		elem, rest := c.typ(rest)
		return types.NewArray(elem, length), rest
	}
	end := strings.IndexAny(s+"]", ",]")
	word, rest := s[:end], s[end:]
	dot := strings.LastIndex(word, ".")
	if dot < 0 {
		return types.Universe.Lookup(word).Type(), rest
	}
	p, err := c.imp.Import(word[:dot])
	if err != nil {
		panic(err)
	}
	return p.Scope().Lookup(word[dot+1:]).Type(), rest
}
