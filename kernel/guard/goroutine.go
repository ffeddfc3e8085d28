package guard

// This file holds the go statements of compiled cells: go f(x) becomes
// go guard.Go1(f, x), so that f and x are evaluated where they stand and a
// panic of f fails the cell instead of ending the worker.

// Go0 calls f on a goroutine that the host knows. Go1 to Go4 have arguments.
func Go0(f func()) {
	defer host.Enter()()
	f()
}

func Go1[A any](f func(A), a A) {
	defer host.Enter()()
	f(a)
}

func Go2[A, B any](f func(A, B), a A, b B) {
	defer host.Enter()()
	f(a, b)
}

func Go3[A, B, C any](f func(A, B, C), a A, b B, c C) {
	defer host.Enter()()
	f(a, b, c)
}

func Go4[A, B, C, D any](f func(A, B, C, D), a A, b B, c C, d D) {
	defer host.Enter()()
	f(a, b, c, d)
}

// GoAny is for all other functions: those with results, variadic ones and
// those with more arguments.
func GoAny(f any, args ...any) {
	defer host.Enter()()
	host.Call(f, args)
}

// Func returns f for a package that will call it on a goroutine of its own, as
// time.AfterFunc does.
func Func(f func()) func() {
	if f == nil {
		return nil
	}
	return func() { Go0(f) }
}
