package widget

// This file takes what is printed and shown to a place of its own.

// An Output is a place for what functions print and show.
type Output struct{ *model }

// NewOutput returns an output that is empty.
func NewOutput() *Output {
	o := &Output{newControl(outputs, "OutputModel", "OutputView", "", state{"msg_id": "", "outputs": []any{}})}
	o.text = func() string { return "output" }
	return o
}

// Do calls f and takes what is printed and shown meanwhile, by whomever, to the output.
// If f panics, that shows there too. Where there is no front end, Do only calls f.
func (o *Output) Do(f func()) {
	h := host()
	if h == nil || !o.open() {
		f()
		return
	}
	// The front end moves all that belongs to the request, from now on.
	o.set(state{"msg_id": h.Request()})
	f()
	// Not after a panic, of which the front end hears when the request ends.
	o.set(state{"msg_id": ""})
}

// Clear removes what the output shows.
func (o *Output) Clear() { o.set(state{"outputs": []any{}}) }
