package cluster

// What needs a cluster is tested on a real API server: tests/images.

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func object(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	var u unstructured.Unstructured
	data, err := yaml.YAMLToJSON([]byte(text))
	if err == nil {
		err = u.UnmarshalJSON(data)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &u
}

func TestWhenADeploymentIsReady(t *testing.T) {
	for status, want := range map[string]string{
		"{}": "it is not looked at yet",
		"{observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2}":                                                                       "it is not looked at yet",
		"{observedGeneration: 2, replicas: 3, updatedReplicas: 2, availableReplicas: 1}":                                                                       "1 of 2 pods are ready",
		"{observedGeneration: 2, replicas: 3, updatedReplicas: 2, availableReplicas: 3}":                                                                       "2 of 2 pods are ready", // an old one is still there
		"{observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2}":                                                                       "ready",
		"{observedGeneration: 2, conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded, message: slow}]}":                         "error: its pods do not start in time: slow",
		"{observedGeneration: 2, conditions: [{type: ReplicaFailure, status: 'True', message: 'exceeded quota'}]}":                                             "error: its pods are refused: exceeded quota",
		"{observedGeneration: 2, conditions: [{type: Progressing, status: 'True', reason: NewReplicaSetAvailable}], updatedReplicas: 2, availableReplicas: 2}": "ready",
	} {
		s, err := rollout(object(t, "{apiVersion: apps/v1, kind: Deployment, metadata: {name: spam, generation: 2}, spec: {replicas: 2}, status: "+status+"}"))
		if got := told(s, err); got != want {
			t.Errorf("%s: %s, not %s", status, got, want)
		}
	}
}

func TestWhenAConditionIsMet(t *testing.T) {
	for status, want := range map[string]string{
		"{}": "it is being made",
		"{conditions: [{type: Ready, status: Unknown}]}":                                             "it is being made",
		"{observedGeneration: 1, conditions: [{type: Ready, status: 'True'}]}":                       "it is not looked at yet",
		"{observedGeneration: 2, conditions: [{type: Ready, status: 'True'}]}":                       "ready",
		"{conditions: [{type: Ready, status: 'False', reason: RevisionMissing, message: no image}]}": "error: RevisionMissing: no image",
		"{conditions: nonsense}": "it is being made",
	} {
		s, err := condition(object(t, "{apiVersion: a/v1, kind: Service, metadata: {name: spam, generation: 2}, status: "+status+"}"))
		if got := told(s, err); got != want {
			t.Errorf("%s: %s, not %s", status, got, want)
		}
	}
}

func told(s state, err error) string {
	switch {
	case err != nil:
		return "error: " + err.Error()
	case s.ready:
		return "ready"
	}
	return s.what
}

func TestConfigurationsThatAreWrong(t *testing.T) {
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	wrong := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(wrong, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	for says, where := range map[string]Where{
		"there is no cluster": {},
		"cannot be used":      {Kubeconfig: wrong},
		"does not exist":      {Context: "elsewhere"},
	} {
		if _, err := Connect(where); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}
