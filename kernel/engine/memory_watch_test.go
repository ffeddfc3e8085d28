package engine

import (
	"context"
	"strings"
	"testing"
	"time"
)

// hoard is a cell that takes a MiB and fills it, again and again.
const hoard = `
for {
	b := make([]byte, 1<<20)
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
	}
	hoard = append(hoard, b)
}`

func TestACellAboveTheLimitIsStoppedAndTheSessionKept(t *testing.T) {
	e := startEngine(t, "256MiB")
	if _, err := e.Run(context.Background(), 1, "kept := 41", &text{}); err != nil {
		t.Fatal(err)
	}
	// The memory belongs to a function that ends with the cell.
	f, _ := fails(t, e, "func grow() {\n\tvar hoard [][]byte"+hoard+"\n}\ngrow()")
	if f.Kind != OutOfMemory || !strings.Contains(f.Message, "more than its limit of 256 MiB (NETHERFIELD_MEMORY=256MiB)") || !strings.Contains(f.Note, "variables are kept") {
		t.Errorf("%+v", f)
	}
	if len(f.Frames) == 0 || f.Frames[0].Cell != 3 {
		t.Errorf("frames %v", f.Frames)
	}
	if v, err := e.Run(context.Background(), 4, "kept + 1", &text{}); err != nil || v.Bundle.Data["text/plain"] != "42" {
		t.Errorf("afterwards: %+v %v", v, err)
	}
}

func TestASessionAboveTheLimitIsEnded(t *testing.T) {
	e := startEngine(t, "256MiB")
	if _, err := e.Run(context.Background(), 1, "var hoard [][]byte", &text{}); err != nil {
		t.Fatal(err)
	}
	f, _ := fails(t, e, hoard)
	for f.Kind == OutOfMemory { // stopped in time: a little more was freed
		f, _ = fails(t, e, hoard)
	}
	if f.Kind != WorkerDied || !strings.HasPrefix(f.Message, "out of memory: the session used ") || !strings.HasSuffix(f.Note, lostState) {
		t.Errorf("%+v", f)
	}
	if _, err := e.Run(context.Background(), 2, "hoard := 1\nhoard", &text{}); err != nil {
		t.Error(err)
	}
}

func TestACompiledCallThatTakesAllMemoryIsEnded(t *testing.T) {
	e := startEngine(t, "256MiB")
	f, _ := fails(t, e, "n := len(bytes.Repeat([]byte(\"x\"), 4<<30))")
	if f.Kind != WorkerDied || !strings.HasPrefix(f.Message, "out of memory: the session used ") {
		t.Errorf("%+v", f)
	}
}

func TestMemoryThatIsNotTouchedIsFree(t *testing.T) {
	e := startEngine(t, "256MiB")
	if _, err := e.Run(context.Background(), 1, "b := make([]byte, 10<<30)\nb[5<<30] = 1", &text{}); err != nil {
		t.Error(err)
	}
	time.Sleep(50 * time.Millisecond)
	if v, err := e.Run(context.Background(), 2, "len(b) >> 30", &text{}); err != nil || v.Bundle.Data["text/plain"] != "10" {
		t.Errorf("%+v %v", v, err)
	}
}

func TestGarbageIsNoReasonToStop(t *testing.T) {
	e := startEngine(t, "256MiB")
	src := "sum := 0\nfor i := 0; i < 2000; i++ {\n\tb := bytes.Repeat([]byte(\"x\"), 1<<20)\n\tsum += len(b)\n}\nsum >> 20"
	if v, err := e.Run(context.Background(), 1, src, &text{}); err != nil || v.Bundle.Data["text/plain"] != "2000" {
		t.Errorf("%+v %v", v, err)
	}
}

func TestAGoroutineThatTakesAllMemoryBetweenCellsIsEnded(t *testing.T) {
	e := startEngine(t, "256MiB")
	out := &text{}
	if _, err := e.Run(context.Background(), 1, "go func() {\n\tvar hoard [][]byte"+hoard+"\n}()", out); err != nil {
		t.Fatal(err)
	}
	for range 500 {
		if out.String() != "" {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if got := out.String(); !strings.HasPrefix(got, "between two cells: out of memory: the session used ") {
		t.Errorf("%q", got)
	}
}

func TestTheNextLookComesBeforeTheLimit(t *testing.T) {
	l := memoryLimit{bytes: 10 << 30}
	for used, want := range map[int64]time.Duration{
		0:                 latestLook,
		10<<30 - 1600<<20: time.Duration(1600.0 / (16 << 10) * float64(time.Second)),
		10<<30 - 1:        soonestLook,
		11 << 30:          soonestLook,
	} {
		if got := l.untilNextLook(used); got != want {
			t.Errorf("%s used: %s, want %s", amount(used), got, want)
		}
	}
}
