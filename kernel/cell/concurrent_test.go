package cell

import (
	"fmt"
	"sync"
	"testing"
)

// Completion and inspection run while cells are prepared and committed.
func TestQuestionsBesideCells(t *testing.T) {
	f := newFrontend(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for i := range 40 {
				f.Complete("strings.", 8)
				f.Complete(fmt.Sprintf("name%d", i), 4)
				f.Inspect("http.Client{}", 8, 1)
				f.Inspect("name1", 5, 1)
				f.Names()
			}
		})
	}
	for i := range 40 {
		c, err := f.Prepare(i, fmt.Sprintf("var name%d strings.Builder\nfunc f%d() int { return name%d.Len() }", i, i, i))
		if err != nil {
			t.Fatal(err)
		}
		f.Commit(c, 2)
	}
	wg.Wait()
}
