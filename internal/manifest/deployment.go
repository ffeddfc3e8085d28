package manifest

// This file makes what plain Kubernetes and OpenShift need.

import (
	"encoding/json"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/netherfield/netherfield/internal/image"
)

// How a pod ends: it answers for as long as others may not have heard of it yet, then lets
// requests end that have begun; the cluster waits longer than both.
const (
	notice = 5 * time.Second
	drain  = 25 * time.Second
	grace  = 40
)

const portName = "http"

// Deployment returns a Deployment with what belongs to it: account, Service, disruption
// budget, autoscaler and network policy, and what Opts ask for beyond that.
func Deployment(o Opts) ([]Object, error) {
	o, err := o.checked()
	if err != nil {
		return nil, err
	}
	typed := []any{o.account(), o.service(), o.deployment(), o.budget(), o.autoscaler(), o.policy()}
	if o.Host != "" && !o.OpenShift {
		typed = append(typed, o.ingress())
	}
	var out []Object
	for _, v := range typed {
		obj, err := object(v)
		if err != nil {
			return nil, err
		}
		out = append(out, obj)
	}
	if o.Host != "" && o.OpenShift {
		out = append(out, o.route())
	}
	if o.Monitoring {
		more, err := o.monitoring()
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

func (o Opts) account() *corev1.ServiceAccount {
	return &corev1.ServiceAccount{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"}, ObjectMeta: o.meta(),
		AutomountServiceAccountToken: new(false),
	}
}

func (o Opts) service() *corev1.Service {
	return &corev1.Service{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Service"}, ObjectMeta: o.meta(),
		Spec: corev1.ServiceSpec{
			Selector: o.selector(),
			Ports:    []corev1.ServicePort{{Name: portName, Port: image.Port, TargetPort: intstr.FromString(portName)}},
		},
	}
}

func (o Opts) deployment() *appsv1.Deployment {
	d := &appsv1.Deployment{
		TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"}, ObjectMeta: o.meta(),
		Spec: appsv1.DeploymentSpec{
			Selector:                &metav1.LabelSelector{MatchLabels: o.selector()},
			RevisionHistoryLimit:    new(int32(5)),
			ProgressDeadlineSeconds: new(int32(120)),
			Strategy: appsv1.DeploymentStrategy{Type: appsv1.RollingUpdateDeploymentStrategyType, RollingUpdate: &appsv1.RollingUpdateDeployment{
				// No request is lost while versions change.
				MaxUnavailable: new(intstr.FromInt32(0)), MaxSurge: new(intstr.FromInt32(1)),
			}},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: o.labels()}, Spec: o.pod()},
		},
	}
	// Replicas are not set: they are the autoscaler's, and applying again must not undo it.
	if o.Trigger != "" {
		d.Annotations = map[string]string{"image.openshift.io/triggers": o.trigger()}
	}
	return d
}

// trigger has OpenShift put a new image of an ImageStreamTag into the Deployment.
func (o Opts) trigger() string {
	type from struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	}
	text, err := json.Marshal([]any{map[string]any{
		"from":      from{"ImageStreamTag", o.Trigger},
		"fieldPath": fmt.Sprintf("spec.template.spec.containers[?(@.name==%q)].image", o.Name),
	}})
	if err != nil {
		panic("manifest: " + err.Error()) // texts always encode
	}
	return string(text)
}

func (o Opts) pod() corev1.PodSpec {
	pod := corev1.PodSpec{
		ServiceAccountName:            o.Name,
		AutomountServiceAccountToken:  new(false),
		EnableServiceLinks:            new(false),
		TerminationGracePeriodSeconds: new(int64(grace)),
		SecurityContext:               &corev1.PodSecurityContext{RunAsNonRoot: new(true), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
		TopologySpreadConstraints: []corev1.TopologySpreadConstraint{{
			MaxSkew: 1, TopologyKey: "kubernetes.io/hostname", WhenUnsatisfiable: corev1.ScheduleAnyway,
			LabelSelector: &metav1.LabelSelector{MatchLabels: o.selector()},
		}},
	}
	c := o.container(o.Name)
	c.StartupProbe = probe("/health/ready", 1, 60)
	for _, s := range []struct{ secret, name, flag string }{{o.TokenSecret, "token", "--token-file"}, {o.AdminTokenSecret, "admin-token", "--admin-token-file"}} {
		if s.secret == "" {
			continue
		}
		folder := "/var/run/secrets/netherfield/" + s.name
		c.Args = append(c.Args, s.flag+"="+folder+"/token")
		c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: s.name, MountPath: folder, ReadOnly: true})
		pod.Volumes = append(pod.Volumes, corev1.Volume{Name: s.name, VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: s.secret}}})
	}
	pod.Containers = []corev1.Container{c}
	return pod
}

// container is what serves, in all variants.
func (o Opts) container(name string) corev1.Container {
	memory := resource.MustParse(o.Memory)
	return corev1.Container{
		Name:  name,
		Image: o.Image,
		Args:  []string{image.ModelFolder, "--notice=" + notice.String(), "--drain=" + drain.String(), "--log-format=json"},
		Ports: []corev1.ContainerPort{{Name: portName, ContainerPort: image.Port, Protocol: corev1.ProtocolTCP}},
		Env: []corev1.EnvVar{{
			// The garbage collector works harder before the kernel ends the process.
			Name: "GOMEMLIMIT", ValueFrom: &corev1.EnvVarSource{ResourceFieldRef: &corev1.ResourceFieldSelector{ContainerName: name, Resource: "limits.memory"}},
		}},
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(o.CPU), corev1.ResourceMemory: memory},
			Limits:   corev1.ResourceList{corev1.ResourceMemory: memory},
		},
		ReadinessProbe: probe("/health/ready", 2, 2),
		LivenessProbe:  probe("/health/live", 10, 3),
		SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true), RunAsNonRoot: new(true),
			Capabilities:   &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
	}
}

func probe(path string, period, failures int32) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromInt32(image.Port)}},
		PeriodSeconds: period, FailureThreshold: failures, TimeoutSeconds: 2,
	}
}

func (o Opts) budget() *policyv1.PodDisruptionBudget {
	return &policyv1.PodDisruptionBudget{
		TypeMeta: metav1.TypeMeta{APIVersion: "policy/v1", Kind: "PodDisruptionBudget"}, ObjectMeta: o.meta(),
		Spec: policyv1.PodDisruptionBudgetSpec{
			MaxUnavailable: new(intstr.FromInt32(1)), Selector: &metav1.LabelSelector{MatchLabels: o.selector()},
			// What does not answer anyway must not hold up whoever drains a node.
			UnhealthyPodEvictionPolicy: new(policyv1.AlwaysAllow),
		},
	}
}

func (o Opts) autoscaler() *autoscalingv2.HorizontalPodAutoscaler {
	return &autoscalingv2.HorizontalPodAutoscaler{
		TypeMeta: metav1.TypeMeta{APIVersion: "autoscaling/v2", Kind: "HorizontalPodAutoscaler"}, ObjectMeta: o.meta(),
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: o.Name},
			MinReplicas:    new(o.Replicas), MaxReplicas: o.MaxReplicas,
			Metrics: []autoscalingv2.MetricSpec{{
				Type:     autoscalingv2.ResourceMetricSourceType,
				Resource: &autoscalingv2.ResourceMetricSource{Name: corev1.ResourceCPU, Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: new(int32(80))}},
			}},
		},
	}
}

// policy lets in who has reason to ask: the namespace itself, and what brings requests from
// outside and reads metrics, if there is such.
func (o Opts) policy() *networkingv1.NetworkPolicy {
	from := []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}
	namespaces := func(labels map[string]string) {
		from = append(from, networkingv1.NetworkPolicyPeer{NamespaceSelector: &metav1.LabelSelector{MatchLabels: labels}})
	}
	if o.Host != "" {
		if o.OpenShift {
			namespaces(map[string]string{"network.openshift.io/policy-group": "ingress"})
		} else {
			namespaces(map[string]string{"kubernetes.io/metadata.name": "ingress-nginx"})
		}
	}
	if o.Monitoring {
		if o.OpenShift {
			namespaces(map[string]string{"network.openshift.io/policy-group": "monitoring"})
		} else {
			namespaces(map[string]string{"kubernetes.io/metadata.name": "monitoring"})
		}
	}
	return &networkingv1.NetworkPolicy{
		TypeMeta: metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"}, ObjectMeta: o.meta(),
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: o.selector()},
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
			Ingress: []networkingv1.NetworkPolicyIngressRule{{
				From: from, Ports: []networkingv1.NetworkPolicyPort{{Protocol: new(corev1.ProtocolTCP), Port: new(intstr.FromInt32(image.Port))}},
			}},
		},
	}
}

func (o Opts) ingress() *networkingv1.Ingress {
	path := networkingv1.HTTPIngressPath{
		Path: "/", PathType: new(networkingv1.PathTypePrefix),
		Backend: networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: o.Name, Port: networkingv1.ServiceBackendPort{Name: portName}}},
	}
	return &networkingv1.Ingress{
		TypeMeta: metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "Ingress"}, ObjectMeta: o.meta(),
		Spec: networkingv1.IngressSpec{
			TLS:   []networkingv1.IngressTLS{{Hosts: []string{o.Host}, SecretName: o.Name + "-tls"}},
			Rules: []networkingv1.IngressRule{{Host: o.Host, IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{path}}}}},
		},
	}
}

func (o Opts) route() Object {
	return Object{
		"apiVersion": "route.openshift.io/v1", "kind": "Route", "metadata": o.metadata(),
		"spec": map[string]any{
			"host": o.Host,
			"to":   map[string]any{"kind": "Service", "name": o.Name, "weight": 100},
			"port": map[string]any{"targetPort": portName},
			"tls":  map[string]any{"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"},
		},
	}
}
