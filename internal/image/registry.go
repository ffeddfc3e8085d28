package image

// This file speaks with registries.

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/netherfield/netherfield/internal/version"
)

// PushOpts say how an image is pushed or pulled. The zero value works: the credentials
// are those that docker and podman login have kept.
type PushOpts struct {
	// Insecure allows a registry without TLS. One on this machine is always allowed it.
	Insecure bool
	// Progress is told how many of the bytes have arrived.
	Progress func(done, total int64)
}

// A Pushed is what an image is called after it was pushed.
type Pushed struct {
	Image  string `json:"image"`  // as it was asked for, with a tag
	Digest string `json:"digest"` // "sha256:…"
	Exact  string `json:"exact"`  // by its digest: always this image
}

// parse reads the name of an image.
func parse(text string, o PushOpts) (name.Reference, error) {
	options := []name.Option{name.WithDefaultTag("latest")}
	if o.Insecure {
		options = append(options, name.Insecure)
	}
	ref, err := name.ParseReference(text, options...)
	if err != nil {
		return nil, fmt.Errorf("image: %q is no name of an image, like registry.example.com/team/spam:1: %w", text, err)
	}
	return ref, nil
}

func options(ctx context.Context) []remote.Option {
	return []remote.Option{
		remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain), remote.WithUserAgent("netherfield/" + version.String()),
	}
}

// Push sends an image to a registry under a name. What others see changes in one step, when
// everything has arrived.
func Push(ctx context.Context, to string, img v1.Image, o PushOpts) (Pushed, error) {
	ref, err := parse(to, o)
	if err != nil {
		return Pushed{}, err
	}
	if _, ok := ref.(name.Digest); ok {
		return Pushed{}, fmt.Errorf("image: %s names an image by its digest; give it a tag instead, as %s:1", to, ref.Context())
	}
	opts := options(ctx)
	told := make(chan struct{})
	if o.Progress == nil {
		close(told)
	} else {
		updates := make(chan v1.Update, 64)
		opts = append(opts, remote.WithProgress(updates))
		go func() {
			defer close(told)
			for u := range updates {
				if u.Error == nil {
					o.Progress(u.Complete, u.Total)
				}
			}
		}()
	}
	err = remote.Write(ref, img, opts...)
	<-told
	if err != nil {
		return Pushed{}, refusal("pushed to", ref, err)
	}
	digest, err := img.Digest()
	if err != nil {
		return Pushed{}, fmt.Errorf("image: %w", err)
	}
	return Pushed{Image: ref.Name(), Digest: digest.String(), Exact: ref.Context().Digest(digest.String()).Name()}, nil
}

// Pull returns an image of a registry, for a platform such as linux/arm64 if it is there
// for several.
func Pull(ctx context.Context, from, platform string, o PushOpts) (v1.Image, error) {
	ref, err := parse(from, o)
	if err != nil {
		return nil, err
	}
	p, err := v1.ParsePlatform(platform)
	if err != nil {
		return nil, fmt.Errorf("image: %q is no platform, like linux/amd64: %w", platform, err)
	}
	img, err := remote.Image(ref, append(options(ctx), remote.WithPlatform(*p))...)
	if err != nil {
		return nil, refusal("pulled from", ref, err)
	}
	return img, nil
}

// Save writes an image to a file that docker load and podman load read.
func Save(file, as string, img v1.Image) error {
	ref, err := parse(as, PushOpts{})
	if err != nil {
		return err
	}
	if err := tarball.WriteToFile(file, ref, img); err != nil {
		return fmt.Errorf("image: %s cannot be written: %w", file, err)
	}
	return nil
}

// refusal says what a registry means, and what to do.
func refusal(what string, ref name.Reference, err error) error {
	registry := ref.Context().RegistryStr()
	hint := ""
	var answer *transport.Error
	var unknown *net.DNSError
	var refused *net.OpError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.As(err, &answer) && (answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden):
		hint = fmt.Sprintf("it wants credentials that may do this: docker login %s, or podman login", registry)
	case errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound:
		hint = "it has no such image or repository"
	case errors.As(err, &answer) && (answer.StatusCode == http.StatusRequestEntityTooLarge || answer.StatusCode == http.StatusInsufficientStorage):
		hint = "it has no room for it: ask who runs it for a larger quota"
	case errors.As(err, &answer) && answer.StatusCode == http.StatusTooManyRequests:
		hint = "it takes no more requests for now: try again later"
	case errors.As(err, &authority):
		hint = "its certificate is of an authority that this machine does not know: SSL_CERT_FILE can name another"
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		hint = "it speaks no TLS: --insecure allows that"
	case errors.As(err, &unknown):
		hint = "there is no registry of that name"
	case errors.As(err, &refused):
		hint = "it cannot be reached"
	}
	if hint != "" {
		hint = "; " + hint
	}
	return fmt.Errorf("image: %s cannot be %s %s%s: %w", ref.Context().RepositoryStr(), what, registry, hint, err)
}
