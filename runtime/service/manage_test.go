package service

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/netherfield/netherfield/runtime/client"
)

// The client loads, labels and unloads versions as the service has it.
func TestClientManagesVersions(t *testing.T) {
	s := New(Opts{AdminToken: "secret"})
	server := httptest.NewServer(s)
	defer server.Close()
	t.Setenv(client.URLVariable, server.URL)
	t.Setenv(client.TokenVariable, "secret")
	ctx := context.Background()
	c, err := client.New(client.Opts{})
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for version, strength := range map[string]float64{"1": 1, "2-b": 2} {
		v, err := c.Load(ctx, "spam", version, saved(t, fitted(strength)))
		must(err)
		if v.Version != version || v.Digest == "" || v.Takes != "texts" {
			t.Errorf("%+v", v)
		}
	}
	stable := func() string {
		t.Helper()
		p, err := c.Predict(ctx, []string{doc}, client.PredictOpts{Pipeline: "spam"})
		must(err)
		return p.Version
	}
	for _, version := range []string{"1", "2-b", "1"} {
		must(c.Label(ctx, "spam", Stable, version, 0))
		if got := stable(); got != version {
			t.Errorf("%s is stable, but %s answers", version, got)
		}
	}
	must(c.Label(ctx, "spam", Canary, "2-b", 1))
	if got := stable(); got != "2-b" {
		t.Errorf("the canary takes all, but %s answers", got)
	}
	must(c.Unlabel(ctx, "spam", Canary))
	must(c.Unload(ctx, "spam", "2-b"))

	var status *client.StatusError
	if err := c.Unload(ctx, "spam", "9"); !errors.As(err, &status) || status.Status != 404 {
		t.Error(err)
	}
	if _, err := c.Load(ctx, "spam", "3", []byte("no artefact")); !errors.As(err, &status) || status.Status/100 != 4 {
		t.Error(err)
	}
	// The token is for the service that the environment names, and nobody else.
	other, err := client.New(client.Opts{URL: server.URL})
	must(err)
	if _, err := other.Load(ctx, "spam", "3", saved(t, fitted(1))); !errors.As(err, &status) || status.Status != 401 && status.Status != 403 {
		t.Error(err)
	}
	if got := stable(); got != "1" {
		t.Errorf("%s answers at the end", got)
	}
}
