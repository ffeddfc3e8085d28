// The tests of files that frames are kept in run this: it reads a table and writes it
// in another format.
//
//	table INPUT OUTPUT
//
// The name "made" for the input stands for a table with every kind of column.
package main

import (
	"fmt"
	"math"
	"os"
	"time"

	"github.com/netherfield/netherfield/runtime/frame"
	_ "github.com/netherfield/netherfield/runtime/frame/parquet"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: table INPUT OUTPUT")
		os.Exit(2)
	}
	f, err := read(os.Args[1])
	if err == nil {
		err = f.Write(os.Args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path string) (*frame.Frame, error) {
	if path != "made" {
		return frame.Read(path)
	}
	const n = 3000
	labels, texts, numbers, counts, flags, times := make([]string, n), make([]string, n), make([]float64, n), make([]int, n), make([]bool, n), make([]time.Time, n)
	var nulls []int
	for i := range n {
		labels[i] = []string{"spam", "legitimate"}[i%2]
		texts[i] = fmt.Sprintf("It is a truth, \"universally\"\nacknowledged: %d Ω", i)
		numbers[i] = math.Sqrt(float64(i))
		counts[i] = i * i * i
		flags[i] = i%3 == 0
		times[i] = time.Date(2026, 1, 1, 0, 0, i, i*1000, time.UTC)
		if i%7 == 0 {
			nulls = append(nulls, i)
		}
	}
	return frame.New(
		frame.Strings("label", labels).Null(nulls...), frame.Strings("text", texts), frame.Floats("number", numbers).Null(nulls...),
		frame.Ints("count", counts), frame.Bools("flag", flags), frame.Times("time", times).Null(nulls...),
	)
}
