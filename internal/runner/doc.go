// Package runner runs notebooks from the first cell to the last in a kernel, without a
// browser, and puts into them what the cells give.
//
//	nb, err := notebook.Read("analysis.ipynb")
//	err = runner.Run(ctx, nb, runner.Opts{Spec: spec, Parameters: map[string]string{"buckets": "512"}})
//	var failed *runner.CellError
//	if errors.As(err, &failed) {
//		fmt.Println("cell", failed.Number, "failed")
//	}
//	err = nb.Write("done.ipynb")
package runner
