package engine

// This file kills workers with compiled cells: the runtime's report of the
// plugin's calls becomes that of the cell's lines.

import (
	"context"
	"testing"

	"github.com/netherfield/netherfield/kernel/cell"
)

func TestDeathsOfCompiledCellsShowTheirLines(t *testing.T) {
	e := startCompiling(t)
	for _, c := range []struct{ src, want string }{
		{"type T struct{ left *T }\nfunc (t *T) depth() int {\n\tif t == nil {\n\t\treturn 0\n\t}\n\treturn t.left.depth() + 1\n}\nx := &T{}\nx.left = x\nx.depth()",
			"fatal error: stack overflow (goroutine stack exceeds 1000000000-byte limit)\ncell [3] line 2 in (*T).depth\n" +
				"cell [3] line 6 in (*T).depth\ncell [3] line 6 in (*T).depth\ncell [3] line 6 in (*T).depth\ncell [3] line 6 in (*T).depth\n… more calls\n"},
		{"m := map[int]int{}\nfor range 4 {\n\tgo func() {\n\t\tfor {\n\t\t\tm[1]++\n\t\t}\n\t}()\n}\ntime.Sleep(time.Minute)",
			"fatal error: concurrent map writes\nin a goroutine\ncell [3] line 5\n"},
		{"func boom[T any](T) {\n\tvar mu sync.Mutex\n\tmu.Unlock()\n}\nboom(1)",
			"fatal error: sync: unlock of unlocked mutex\nsync.(*Mutex).Unlock\ncell [3] line 3 in boom\ncell [3] line 5\n"},
		{"func grab(n int) []byte {\n\treturn make([]byte, n)\n}\nw := grab(1 << 41)",
			"fatal error: runtime: out of memory\ncell [3] line 2 in grab\ncell [3] line 4\n"},
		{"ctx, cancel := context.WithCancel(context.Background())\ncontext.AfterFunc(ctx, func() {\n\tpanic(\"late\")\n})\ncancel()\ntime.Sleep(time.Minute)",
			"panic: late\nin a goroutine\ncell [3] line 3\n"},
		{"import \"unsafe\"\nfunc read(p *int) int { return *p }\nread((*int)(unsafe.Pointer(uintptr(0xdead0000))))",
			"fatal error: fault (unexpected fault address 0xdead0000)\ncell [3] line 2 in read\ncell [3] line 3\n"},
	} {
		out := &text{}
		_, err := e.RunIn(context.Background(), cell.Compiled, 3, c.src, out)
		f, ok := err.(*Failure)
		if !ok || f.Kind != WorkerDied {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if got := seen(f); got != c.want {
			t.Errorf("%s:\n%s", c.src, got)
		}
		if got := out.String(); got != "" {
			t.Errorf("%s: prints %q", c.src, got)
		}
	}
}
