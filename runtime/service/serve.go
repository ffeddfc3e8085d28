package service

// This file serves on a listener and drains.

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// ServeOpts say how a service is served. The zero value works.
type ServeOpts struct {
	// TLS, if it is not nil, has connections encrypted.
	TLS *tls.Config
	// Notice is how long the service still takes new requests after it has been told to
	// end, while it says that it is not ready: so that whoever sends it requests can
	// hear of it.
	Notice time.Duration
	// Drain is how long requests may then take to be answered; 30 s if 0.
	Drain time.Duration
	// HeaderTimeout and BodyTimeout are how long a client may take to send a request; 5 s
	// and 30 s if 0. IdleTimeout is how long a connection is kept that has none; 2
	// minutes if 0.
	HeaderTimeout, BodyTimeout, IdleTimeout time.Duration
}

// maxHeader bounds the headers of a request.
const maxHeader = 32 << 10

// Serve answers requests that come by the listener until ctx ends, and then drains: it
// says that it is not ready, takes requests for Notice longer, answers those that it has
// taken and returns nil. The error says that the listener broke or that requests were
// still unanswered after Drain.
func (s *Service) Serve(ctx context.Context, listener net.Listener, opts ServeOpts) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: cmp.Or(opts.HeaderTimeout, 5*time.Second),
		ReadTimeout:       cmp.Or(opts.BodyTimeout, 30*time.Second),
		IdleTimeout:       cmp.Or(opts.IdleTimeout, 2*time.Minute),
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	if opts.TLS != nil {
		listener = tls.NewListener(listener, opts.TLS)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("service: %w", err)
	case <-ctx.Done():
	}
	s.draining.Store(true)
	if opts.Notice > 0 {
		t := time.NewTimer(opts.Notice)
		defer t.Stop()
		select {
		case err := <-ended:
			return fmt.Errorf("service: %w", err)
		case <-t.C:
		}
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), cmp.Or(opts.Drain, 30*time.Second))
	defer cancel()
	err := server.Shutdown(drain)
	if err != nil {
		err = fmt.Errorf("service: %d requests were still unanswered: %w", s.open.Load(), err)
		server.Close()
	}
	if e := <-ended; e != nil && !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	s.Close()
	return err
}
