package watch

// This file says what services are, and what may be told of them.

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/netherfield/netherfield/runtime/client"
)

// Origins of services.
const (
	Environment = "environment" // $PIPELINE_URL
	Configured  = "configured"
	Cluster     = "cluster"
)

// A Service is one that can be asked.
type Service struct {
	// Name is what people call it; no two have the same.
	Name string
	URL  string
	// Token is what requests bear. It is told to nobody else.
	Token  string
	Origin string
	// Deployed is what the cluster knows of it; nil for others.
	Deployed *Deployed
}

// Deployed is what a cluster knows of a service.
type Deployed struct {
	Kind      string `json:"kind"` // "Deployment", "Knative" or "KServe"
	Namespace string `json:"namespace"`
	Image     string `json:"image"`
	Ready     int64  `json:"ready"`
	Wanted    int64  `json:"wanted"`
}

// Client returns a client of the service.
func (s Service) Client() (*client.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// Each request may then reach another of its pods.
	transport.DisableKeepAlives = s.Deployed != nil
	return client.New(client.Opts{URL: s.URL, Token: s.Token, HTTP: &http.Client{Transport: transport}})
}

// Shown is the service's address without what only we may know.
func (s Service) Shown() string {
	u, err := url.Parse(s.URL)
	if err != nil {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// Tell returns what an error says, without the service's credentials.
func (s Service) Tell(err error) string {
	text := strings.ReplaceAll(err.Error(), s.URL, s.Shown())
	secrets := []string{s.Token}
	if u, parseErr := url.Parse(s.URL); parseErr == nil && u.User != nil {
		password, _ := u.User.Password()
		secrets = append(secrets, u.User.String(), password)
	}
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return strings.TrimPrefix(text, "client: ")
}

// A State is what is known of a service. It holds no secret.
type State struct {
	Name   string `json:"name"`
	URL    string `json:"url"`
	Origin string `json:"origin"`
	// Loads tells that pipelines can be loaded there: there is a token for it.
	Loads    bool      `json:"loads"`
	Deployed *Deployed `json:"deployed,omitempty"`
	// Error is why it does not answer; "" if it does. Retry is when it is asked again.
	Error string     `json:"error,omitempty"`
	Retry *time.Time `json:"retry,omitempty"`
	// Asked tells that it has answered, or failed to, at least once.
	Asked     bool              `json:"asked"`
	Pipelines []client.Pipeline `json:"pipelines"`
	Samples   []Sample          `json:"samples"`
}

// ErrNoService says that a name is none of a service.
var ErrNoService = errors.New("there is no such service")
