// Package publish owns the way from notebooks that git tracks to a pipeline that is served:
// what must be true before, the steps, what is remembered of it, and the way back.
//
//	p := publish.Publisher{Tools: tools, History: history, Service: services.Service}
//	steps := p.Steps(request)
//	jobs.Start("publish", "Publish spam", steps, func(ctx context.Context, r *job.Run) error {
//		return p.Publish(ctx, r, request)
//	})
package publish
