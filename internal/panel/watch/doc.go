// Package watch owns what the panel knows of pipeline services: which there are, what they
// have loaded, and how they have been doing for the last minutes.
//
//	w := watch.New(watch.Opts{Services: []watch.Service{{Name: "spam", URL: "http://spam:8080"}}, Changed: show})
//	release := w.Watch() // services are asked from now on
//	defer release()
//
// Nobody is asked while nobody watches. A service that does not answer is asked ever less
// often.
package watch
