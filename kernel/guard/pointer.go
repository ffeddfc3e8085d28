package guard

// This file helps the code of units with values that have no address.

// Pointer returns the address of a copy of v: units reach the fields of other
// units' types by address.
func Pointer[T any](v T) *T { return &v }
