package watch

// This file says what services are, and what may be told of them.

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
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
	Name      string `json:"name"`
	Kind      string `json:"kind"` // "Deployment", "Knative" or "KServe"
	Namespace string `json:"namespace"`
	Image     string `json:"image"`
	Ready     int64  `json:"ready"`
	Wanted    int64  `json:"wanted"`
}

// Client returns a client of the service. The error says that it has no address.
func (s Service) Client() (*client.Client, error) {
	if s.URL == "" {
		// A client without an address would speak to the service of the environment.
		return nil, fmt.Errorf("%s has no address that is known here", s.Name)
	}
	o := client.Opts{URL: s.URL, Token: s.Token}
	if s.Deployed != nil {
		// Each request may then reach another of its pods.
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.DisableKeepAlives = true
		o.HTTP = &http.Client{Transport: transport}
	}
	return client.New(o)
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
	text, secrets := err.Error(), []string{s.Token}
	if s.URL != "" {
		text = strings.ReplaceAll(text, s.URL, s.Shown())
	}
	if u, parseErr := url.Parse(s.URL); parseErr == nil {
		secrets = append(secrets, u.RawQuery, u.Fragment)
		if u.User != nil {
			password, _ := u.User.Password()
			// As it stands in the address, and as requests bear it.
			basic := base64.StdEncoding.EncodeToString([]byte(u.User.Username() + ":" + password))
			secrets = append(secrets, u.User.String(), password, basic)
		}
	}
	// One may be a part of another.
	slices.SortFunc(secrets, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
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
