package watch

// This file tests what may be told of services.

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/netherfield/netherfield/runtime/client"
)

func TestWhatIsToldHasNoCredentials(t *testing.T) {
	for _, tt := range []struct{ url, token, shown, says, told string }{
		{"http://spam:8080", "", "http://spam:8080", "client: http://spam:8080 is away", "http://spam:8080 is away"},
		{"http://spam:8080", "park", "http://spam:8080", "it says Bearer park", "it says Bearer …"},
		{"http://jane:austen@spam", "", "http://spam", "http://jane:austen@spam/metrics is away", "http://spam/metrics is away"},
		// As a URL that was parsed writes it, in part, and as requests bear it.
		{"HTTP://jane:austen@spam", "", "http://spam", "http://jane:austen@spam is away", "http://…@spam is away"},
		{"http://jane:austen@spam", "", "http://spam", "austen is wrong", "… is wrong"},
		{"http://jane:austen@spam", "", "http://spam", "Basic " + base64.StdEncoding.EncodeToString([]byte("jane:austen")), "Basic …"},
		{"http://jane:au%40sten@spam", "", "http://spam", "au@sten, jane:au%40sten", "…, …"},
		{"http://spam/?key=longbourn#x", "", "http://spam/", "http://spam/metrics?key=longbourn", "http://spam/metrics?…"},
		// A token that is a part of the password leaves nothing of it.
		{"http://jane:austen@spam", "aust", "http://spam", "austen", "…"},
		{"http://spam:port", "", "", `"http://spam:port" is none`, `"" is none`},
		// One without an address, of a cluster that nobody can enter.
		{"", "", "", "it has none", "it has none"},
	} {
		s := Service{Name: "spam", URL: tt.url, Token: tt.token}
		if got := s.Shown(); got != tt.shown {
			t.Errorf("%s is shown as %s, want %s", tt.url, got, tt.shown)
		}
		if got := s.Tell(errors.New(tt.says)); got != tt.told {
			t.Errorf("%s with the token %q: %q is told as %q, want %q", tt.url, tt.token, tt.says, got, tt.told)
		}
	}
}

// A client without an address would speak to the environment's service, with its token.
func TestAServiceWithoutAnAddressIsNotAnother(t *testing.T) {
	t.Setenv(client.URLVariable, "http://other:8080")
	t.Setenv(client.TokenVariable, "secret")
	if c, err := (Service{Name: "spam", Deployed: &Deployed{}}).Client(); err == nil {
		t.Errorf("it is %s", c.URL())
	}
}
