// Command host opens the plugins it is given as PATH=FILE, in order, and runs
// their bodies.
package main

import (
	"fmt"
	"os"
	"plugin"
	"strings"

	"github.com/netherfield/netherfield/kernel/guard"
)

func main() {
	for _, arg := range os.Args[1:] {
		path, file, _ := strings.Cut(arg, "=")
		if _, err := plugin.Open(file); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		unit, ok := guard.Lookup(path)
		if !ok {
			fmt.Println("not registered:", path)
			os.Exit(1)
		}
		unit.Body()
	}
}
