// Package panel owns `netherfield panel`: what the panel in JupyterLab shows and does, over
// HTTP on a unix socket. JupyterLab's server starts it and lets its users through to it.
//
//	root.AddCommand(panel.Command())
//
// GET /events is a stream of server-sent events: "state" with all there is, and from then on
// "service", "sample", "gone", "cluster", "job" and "history" with what has changed. POST
// /plan looks at notebooks and their repository, /jobs starts a job, /promote has a service
// answer with another version; DELETE /jobs/{id} cancels; GET /manifests shows what a cluster
// would be given. Requests and answers are JSON, an error is {"error": "…"}.
//
// What needs a kernel, a registry or a cluster is done by netherfield's other commands, in
// processes that end: the panel stays for as long as JupyterLab does, and is to cost nothing.
// It has the credentials, and its answers never hold one.
package panel
