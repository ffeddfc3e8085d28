package widget

// This file takes what the front end sends.

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Receive takes the next message of the front end and runs what hears of it. It is for
// the host, which has it called for one message at a time, in their order. An error says
// what is wrong with the message; a panic of the program's functions passes through.
func Receive() error {
	h := host()
	if h == nil {
		return errors.New("widget: there is no front end to hear of")
	}
	return receive(h.Next())
}

func receive(m Message) error {
	w := find(m.ID)
	switch {
	case m.Type == Close && w != nil:
		w.forget()
		return nil
	case m.Type == Close:
		return nil
	case m.Type != Tell:
		return fmt.Errorf("widget: a front end sends no %q", m.Type)
	}
	var data struct {
		Method  string                     `json:"method"`
		State   map[string]json.RawMessage `json:"state"`
		Paths   [][]any                    `json:"buffer_paths"`
		Content json.RawMessage            `json:"content"`
	}
	if err := json.Unmarshal(m.Data, &data); err != nil {
		return fmt.Errorf("widget: a message of the front end is no object with a method: %w", err)
	}
	if data.Method == "request_states" {
		tellAll(m.ID)
		return nil
	}
	if w == nil {
		return fmt.Errorf("widget: the widget %q is gone; run its cell again", m.ID)
	}
	switch data.Method {
	case "update":
		changes, err := decode(data.State, data.Paths, m.Buffers)
		if err != nil {
			return err
		}
		return w.update(changes)
	case "request_state":
		w.mu.Lock()
		s := maps.Clone(w.state)
		w.mu.Unlock()
		w.tell("update", s)
	case "custom":
		if w.custom != nil {
			w.custom(data.Content)
		}
	default:
		return fmt.Errorf("widget: there is no method %q of widgets", data.Method)
	}
	return nil
}

// forget takes note that the front end has closed the widget.
func (m *model) forget() {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	models.Lock()
	delete(models.byID, m.id)
	models.Unlock()
}

// tellAll answers a front end that has been loaded anew with all there is.
func tellAll(comm string) {
	models.Lock()
	all := maps.Clone(models.byID)
	models.Unlock()
	states := map[string]any{}
	paths, buffers := [][]any{}, [][]byte(nil)
	for _, id := range slices.Sorted(maps.Keys(all)) {
		m := all[id]
		m.mu.Lock()
		s := maps.Clone(m.state)
		m.mu.Unlock()
		encoded, at, data := s.encode()
		states[id] = map[string]any{
			"model_name": s["_model_name"], "model_module": s["_model_module"],
			"model_module_version": s["_model_module_version"], "state": encoded,
		}
		for i, path := range at {
			paths, buffers = append(paths, append([]any{id, "state"}, path...)), append(buffers, data[i])
		}
	}
	if h := host(); h != nil {
		h.Send(Message{
			Type: Tell, ID: comm, Buffers: buffers,
			Data: marshal(map[string]any{"method": "update_states", "states": states, "buffer_paths": paths}),
		})
	}
}
