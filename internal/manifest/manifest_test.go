package manifest_test

import (
	"bytes"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/netherfield/netherfield/internal/manifest"
)

func ofEverything() manifest.Opts {
	return manifest.Opts{
		Name: "spam", Namespace: "team", Image: "registry.example.com/team/spam:1", Replicas: 3, MaxReplicas: 9, CPU: "250m", Memory: "128Mi",
		Host: "spam.example.com", TokenSecret: "tokens", AdminTokenSecret: "admin", Monitoring: true,
	}
}

func kinds(objects []manifest.Object) string {
	var out []string
	for _, o := range objects {
		out = append(out, o.Kind())
	}
	return strings.Join(out, " ")
}

func find[T any](t *testing.T, objects []manifest.Object, kind string) (out T) {
	t.Helper()
	for _, o := range objects {
		if o.Kind() != kind {
			continue
		}
		text, err := yaml.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.UnmarshalStrict(text, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	t.Fatalf("there is no %s among %s", kind, kinds(objects))
	return out
}

func TestWhatADeploymentHas(t *testing.T) {
	plain, err := manifest.Deployment(manifest.Opts{Name: "spam", Image: "spam:1"})
	if err != nil {
		t.Fatal(err)
	}
	if got := kinds(plain); got != "ServiceAccount Service Deployment PodDisruptionBudget HorizontalPodAutoscaler NetworkPolicy" {
		t.Error(got)
	}
	all, err := manifest.Deployment(ofEverything())
	if err != nil {
		t.Fatal(err)
	}
	if got := kinds(all); got != "ServiceAccount Service Deployment PodDisruptionBudget HorizontalPodAutoscaler NetworkPolicy Ingress ServiceMonitor PrometheusRule ConfigMap" {
		t.Error(got)
	}
	openshift := ofEverything()
	openshift.OpenShift, openshift.Trigger = true, "spam:latest"
	there, err := manifest.Deployment(openshift)
	if err != nil {
		t.Fatal(err)
	}
	if got := kinds(there); !strings.Contains(got, "Route") || strings.Contains(got, "Ingress ") {
		t.Error(got)
	}
	d := find[appsv1.Deployment](t, there, "Deployment")
	if got := d.Annotations["image.openshift.io/triggers"]; got != `[{"fieldPath":"spec.template.spec.containers[?(@.name==\"spam\")].image","from":{"kind":"ImageStreamTag","name":"spam:latest"}}]` {
		t.Error(got)
	}
	pod := find[appsv1.Deployment](t, all, "Deployment").Spec.Template.Spec
	c := pod.Containers[0]
	if want := "/models --notice=5s --drain=25s --log-format=json --token-file=/var/run/secrets/netherfield/token/token --admin-token-file=/var/run/secrets/netherfield/admin-token/token"; strings.Join(c.Args, " ") != want {
		t.Errorf("%v", c.Args)
	}
	// The cluster waits for longer than the service takes to end.
	if *pod.TerminationGracePeriodSeconds <= 30 || len(pod.Volumes) != 2 || pod.Volumes[1].Secret.SecretName != "admin" {
		t.Errorf("%+v", pod)
	}
	if find[appsv1.Deployment](t, all, "Deployment").Spec.Replicas != nil {
		t.Error("applying it again would undo what the autoscaler has done")
	}
	if board := find[corev1.ConfigMap](t, all, "ConfigMap"); !strings.Contains(board.Data["spam.json"], `"panels"`) || board.Labels["grafana_dashboard"] != "1" {
		t.Errorf("%+v", board)
	}
	var text bytes.Buffer
	if err := manifest.Write(&text, all); err != nil {
		t.Fatal(err)
	}
	for _, no := range []string{"null", "status:", "creationTimestamp"} {
		if strings.Contains(strings.ReplaceAll(text.String(), `"null`, ""), "\n"+no) || strings.Contains(text.String(), ": null\n") {
			t.Errorf("it says %s", no)
		}
	}
	if n := strings.Count(text.String(), "---\n"); n != len(all) {
		t.Errorf("%d documents", n)
	}
}

func TestMistakesAreTold(t *testing.T) {
	for says, change := range map[string]func(*manifest.Opts){
		"cannot be one of a deployment": func(o *manifest.Opts) { o.Name = "Spam" },
		"there is no image":             func(o *manifest.Opts) { o.Image = "" },
		"no 5 to 2 replicas":            func(o *manifest.Opts) { o.Replicas, o.MaxReplicas = 5, 2 },
		`"much" is no amount of CPU`:    func(o *manifest.Opts) { o.CPU = "much" },
		`"-1Mi" is no amount of memory`: func(o *manifest.Opts) { o.Memory = "-1Mi" },
	} {
		o := ofEverything()
		change(&o)
		for _, make := range []func(manifest.Opts) ([]manifest.Object, error){manifest.Deployment, manifest.Knative, manifest.KServe} {
			if _, err := make(o); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %v", says, err)
			}
		}
	}
}
