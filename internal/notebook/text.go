package notebook

// This file shows notebooks as texts that people and line by line comparisons can read.

import (
	"fmt"
	"strings"
)

// Text returns the notebook as a text: its cells one after the other, each under a line
// that names it, with what plain text says of their outputs.
func (nb *Notebook) Text() string {
	var b strings.Builder
	if k := nb.Kernel(); k != "" {
		fmt.Fprintf(&b, "── notebook, kernel %s\n", k)
	}
	for _, c := range nb.Cells {
		fmt.Fprintf(&b, "── %s", c.Type)
		if c.ID != "" {
			fmt.Fprintf(&b, " %s", c.ID)
		}
		if tags := c.Tags(); len(tags) > 0 {
			fmt.Fprintf(&b, " [%s]", strings.Join(tags, ", "))
		}
		b.WriteByte('\n')
		writeLines(&b, "", c.Source)
		for _, o := range c.Outputs {
			fmt.Fprintf(&b, "   ── %s\n", o.Type())
			text := o.Text()
			if text == "" {
				text = "(no plain text)"
			}
			writeLines(&b, "   ", text)
		}
	}
	return b.String()
}

func writeLines(b *strings.Builder, indent, text string) {
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		b.WriteString(indent + strings.TrimRight(line, "\r\n") + "\n")
	}
}
