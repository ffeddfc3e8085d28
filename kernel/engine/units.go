package engine

// This file loads compiled units into the worker, and finds what programs name
// in them.

import (
	"fmt"
	"path/filepath"
	"plugin"
	"reflect"
	"strings"
	"sync"

	"github.com/netherfield/netherfield/kernel/guard"
)

// loadedUnits are the units that the worker has loaded.
type loadedUnits struct {
	mu sync.Mutex
	// types and instances hold what units made of other packages' generic
	// types and functions, "path.Name[args]", beside their own.
	types     map[string]reflect.Type
	instances map[string]reflect.Value
}

func newLoadedUnits() *loadedUnits {
	return &loadedUnits{types: map[string]reflect.Type{}, instances: map[string]reflect.Value{}}
}

// open loads a unit from its plugin file and returns what it registered.
func (l *loadedUnits) open(path, file string) (*guard.Unit, error) {
	u, ok := guard.Lookup(path)
	if !ok {
		if _, err := plugin.Open(file); err != nil {
			return nil, fmt.Errorf("the compiled cell %s cannot be loaded: %w; remove the cached files in %s and restart the kernel",
				file, err, filepath.Dir(file))
		}
		if u, ok = guard.Lookup(path); !ok {
			return nil, fmt.Errorf("the compiled cell %s was loaded but is not %s; remove the cached files in %s and restart the kernel",
				file, path, filepath.Dir(file))
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, v := range u.Types {
		if t := reflect.TypeOf(v); t != nil && t.Kind() == reflect.Pointer {
			if !qualified(name) {
				name = path + "." + name
			}
			l.types[name] = t.Elem()
		}
	}
	for name, v := range u.Instances {
		if f := reflect.ValueOf(v); f.Kind() == reflect.Func {
			l.instances[name] = f
		}
	}
	return u, nil
}

// qualified tells whether a name begins with a package's path.
func qualified(name string) bool {
	base, _, _ := strings.Cut(name, "[")
	return strings.Contains(base, ".")
}

// function returns a function that a unit declares.
func (l *loadedUnits) function(path, name string) (v reflect.Value, ok bool) {
	if u, loaded := guard.Lookup(path); loaded {
		v = reflect.ValueOf(u.Funcs[name])
	}
	return v, v.Kind() == reflect.Func
}

// variable returns the address of a session variable that a unit uses.
func (l *loadedUnits) variable(path, name string) (v reflect.Value, ok bool) {
	u, loaded := guard.Lookup(path)
	if !loaded {
		return v, false
	}
	v = reflect.ValueOf(u.Vars[name])
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Pointer || v.Elem().IsNil() {
		return reflect.Value{}, false
	}
	return v.Elem(), true
}

// typ returns a type of a unit, or an instance that a unit made.
func (l *loadedUnits) typ(path, name string) (reflect.Type, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.types[path+"."+name]
	return t, ok
}

// instance returns an instance of a generic function that a unit made.
func (l *loadedUnits) instance(path, name string, typeArgs []string) (reflect.Value, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := path + "." + name
	if len(typeArgs) > 0 {
		key += "[" + strings.Join(typeArgs, ",") + "]"
	}
	v, ok := l.instances[key]
	return v, ok
}
