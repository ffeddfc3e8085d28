// Package jupyter owns the other end of a Jupyter kernel: it finds the kernels that are
// installed, starts one, runs code in it over its sockets and ends it.
//
//	spec, err := jupyter.FindSpec("python3")
//	kernel, err := jupyter.Start(ctx, spec, jupyter.StartOpts{})
//	defer kernel.Shutdown()
//	reply, err := kernel.Execute(ctx, "1 + 1", func(m jupyter.Message) { fmt.Println(m.Type, m.Content) })
//
// It speaks version 5 of Jupyter's protocol, by go-zeromq/zmq4, and knows nothing of
// notebooks.
package jupyter
