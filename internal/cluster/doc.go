// Package cluster owns what a cluster is asked to do: apply objects, wait until what they
// describe is there, and take them back if it does not come to that.
//
//	c, err := cluster.Connect(cluster.Where{})
//	err = c.Deploy(ctx, objects, cluster.DeployOpts{Wait: 2 * time.Minute})
//
// The cluster and the credentials are those of kubectl: $KUBECONFIG, ~/.kube/config, else
// those of the pod.
package cluster
