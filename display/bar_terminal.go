package display

// This file draws bars in a terminal, and in a log.

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// barLines are the bars at the end of a terminal, the first on top, until all of them
// are done. Like the terminal there is one for the process.
type barLines struct {
	out   io.Writer
	width func() int // of the terminal; 0 if what was written cannot be written over

	mu    sync.Mutex
	bars  []barLine
	drawn int // lines
}

type barLine struct {
	id, text string
	over     bool
	logged   time.Time
}

var standardBars = sync.OnceValue(func() *barLines {
	return &barLines{out: os.Stderr, width: func() int {
		if os.Getenv("TERM") == "dumb" {
			return 0
		}
		return columns(os.Stderr)
	}}
})

// logPause is how often a log says how far work is.
const logPause = 10 * time.Second

func (t terminal) drawBar(b *Bar) error {
	now := time.Now()
	line := barLine{id: b.id, text: b.text(now), over: !b.ended.IsZero()}
	if b.removed {
		line.text = ""
	}
	return standardBars().draw(line, now)
}

func (l *barLines) draw(line barLine, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := len(l.bars)
	for i := range l.bars {
		if l.bars[i].id == line.id {
			at = i
		}
	}
	if at == len(l.bars) {
		l.bars = append(l.bars, barLine{id: line.id, logged: now})
	}
	line.logged = l.bars[at].logged
	tell := line.text != "" && (line.over || now.Sub(line.logged) >= logPause)
	width := l.width()
	if width == 0 && tell {
		line.logged = now
	}
	l.bars[at] = line
	var err error
	switch {
	case width > 0:
		err = l.redraw(width)
	case tell:
		_, err = fmt.Fprintln(l.out, line.text)
	}
	for _, bar := range l.bars {
		if !bar.over {
			return err
		}
	}
	l.bars, l.drawn = nil, 0
	return err
}

// redraw writes over the lines of before; the cursor is behind the last of them.
func (l *barLines) redraw(width int) error {
	var text strings.Builder
	if l.drawn > 0 {
		fmt.Fprintf(&text, "\x1b[%dA", l.drawn)
	}
	text.WriteString("\r\x1b[J")
	l.drawn = 0
	for _, bar := range l.bars {
		if bar.text != "" {
			// A line that is wrapped would be two to go up.
			line := []rune(bar.text)
			text.WriteString(string(line[:min(len(line), width-1)]) + "\n")
			l.drawn++
		}
	}
	_, err := io.WriteString(l.out, text.String())
	return err
}
