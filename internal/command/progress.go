package command

// This file tells other programs how far a command is.

import (
	"encoding/json"
	"io"
	"sync"

	"github.com/spf13/cobra"
)

// A Progress tells how far a command is. With --progress, a command writes one as a line of
// JSON to standard error whenever it gets further; other lines there are for people.
type Progress struct {
	What  string `json:"progress"`
	Done  int    `json:"done"`
	Total int    `json:"total"`
}

// ProgressFlag gives a command the flag --progress.
func ProgressFlag(cmd *cobra.Command, on *bool) {
	cmd.Flags().BoolVar(on, "progress", false, "tell on standard error how far it is, in lines of JSON")
}

// WriteProgress returns what writes lines to w, by one goroutine at a time.
func WriteProgress(w io.Writer) func(what string, done, total int) {
	var mu sync.Mutex
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return func(what string, done, total int) {
		mu.Lock()
		defer mu.Unlock()
		// Who has stopped listening does not stop the command.
		_ = encoder.Encode(Progress{what, done, total})
	}
}

// ParseProgress returns what a line tells, and false if it is one for people.
func ParseProgress(line []byte) (p Progress, ok bool) {
	if len(line) == 0 || line[0] != '{' || json.Unmarshal(line, &p) != nil || p.What == "" {
		return Progress{}, false
	}
	return p, true
}
