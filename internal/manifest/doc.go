// Package manifest owns the objects that a cluster needs to serve a pipeline: for plain
// Kubernetes and OpenShift, for Knative and for KServe.
//
//	objects, err := manifest.Deployment(manifest.Opts{Name: "spam", Image: "registry.example.com/team/spam:1"})
//	err = manifest.Write(os.Stdout, objects)
//
// What runs there is what package image makes. It needs nothing that the Pod Security
// Standard "restricted" forbids: no root, no privileges, no capabilities, no writable root,
// no credentials of the cluster.
package manifest
