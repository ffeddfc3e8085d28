// Package monitoring owns what Prometheus and Grafana are told of a pipeline service:
// recording and alert rules, and a dashboard.
//
//	rules, err := monitoring.Rules(monitoring.Opts{Pipeline: "spam"})
//	os.WriteFile("spam.rules.yml", rules, 0o666)
//	dashboard, err := monitoring.Dashboard(monitoring.Opts{Pipeline: "spam"})
//
// The rules speak of the metrics of package service. They burn an error budget at several
// speeds (Google, The Site Reliability Workbook, 2018, chapter 5: multiwindow,
// multi-burn-rate alerts), tell of drift in what is predicted and in what arrives, and of
// a service that is away, too busy, or refuses an artefact. Each alert says in its
// annotations what it means and what to do.
package monitoring
