// Package serving owns `netherfield serve`: from a command line to a pipeline service that
// follows its files, ends when it is told to, and says where it is.
//
//	root.AddCommand(serving.Command())
//
// It stands apart from the other commands, as images contain it alone.
package serving

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/version"
	"github.com/netherfield/netherfield/internal/workshop"
	"github.com/netherfield/netherfield/runtime/service"
)

// flags are those of the command.
type flags struct {
	listen                    string
	tokenFile, adminTokenFile string
	certificate, key          string
	predictionLog             string
	logFormat                 string
	logLevel                  slog.Level
	watch                     time.Duration
	asJSON, workshop, leashed bool
	opts                      service.Opts
	serving                   service.ServeOpts
}

// Command returns the command.
func Command() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "serve {[NAME=]FILE... | FOLDER | --workshop}",
		Short: "Answer requests for predictions of fitted pipelines",
		Long: `Serve loads pipelines from artefacts, files that pipeline.SaveStage and the
exporter for scikit-learn write, and answers requests for predictions over HTTP. A
pipeline is named as its file without the extension, unless a name stands before it. A
FOLDER stands for all files in it whose names end in .sav.

  POST /predict                  the form field json_args: what score_text sends
  POST /pipelines/NAME:predict   {"documents": ["…"]}
  GET  /metrics                  for Prometheus: what get_metrics reads
  GET  /openapi.json             the whole of it

When a file changes, or on SIGHUP, it is loaded anew; what cannot be loaded leaves the
running version as it is. SIGTERM lets the requests end that have begun. Tokens are
read from files: one for predictions, another for loading, labelling and unloading
over HTTP, which is refused without. --workshop serves the pipeline that the workshop's
notebooks end in, trained when the service starts. Where OTEL_EXPORTER_OTLP_ENDPOINT is set, spans of
the requests are sent there.`,
		Example: `  netherfield serve model.sav
  netherfield serve spam=model.sav --listen :8443 --tls-cert tls.crt --tls-key tls.key
  curl localhost:8080/predict --data-urlencode 'json_args=["buy this tea"]'`,
		Args: command.Arguments(func(_ *cobra.Command, files []string) error {
			if (len(files) == 0) != f.workshop {
				return errors.New("serve needs the file of a pipeline, or --workshop")
			}
			_, err := namedFiles(files)
			return err
		}),
		RunE: func(cmd *cobra.Command, files []string) error {
			paths, err := namedFiles(files)
			if err != nil {
				return err
			}
			return serve(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), paths, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", ":8080", "the address to listen on; port 0 is any that is free")
	flags.StringVar(&f.opts.Default, "default", "", "the pipeline of /predict, if there are several")
	flags.StringVar(&f.tokenFile, "token-file", "", "requests must bear the token in this file")
	flags.StringVar(&f.adminTokenFile, "admin-token-file", "", "changes must bear the token in this file")
	flags.StringVar(&f.certificate, "tls-cert", "", "the certificate, for https")
	flags.StringVar(&f.key, "tls-key", "", "its key")
	flags.DurationVar(&f.watch, "watch", 2*time.Second, "how often to look whether a file has changed; 0 is never")
	flags.Int64Var(&f.opts.MaxBody, "max-body", 8<<20, "the most bytes of a request")
	flags.IntVar(&f.opts.MaxDocuments, "max-documents", 10_000, "the most documents of a request")
	flags.DurationVar(&f.opts.Timeout, "timeout", 30*time.Second, "how long the documents of a request may take")
	flags.DurationVar(&f.serving.Notice, "notice", 0, "how long to go on, not ready, when told to end")
	flags.DurationVar(&f.serving.Drain, "drain", 30*time.Second, "how long requests may then take")
	flags.StringVar(&f.predictionLog, "prediction-log", "", "write predictions as lines of JSON to this file, or - for standard output")
	flags.Float64Var(&f.opts.LogShare, "log-share", 1, "the share of predictions that is written")
	flags.BoolVar(&f.opts.LogDocuments, "log-documents", false, "write the documents too")
	flags.StringVar(&f.logFormat, "log-format", "text", "of the service's own log: text or json")
	flags.TextVar(&f.logLevel, "log-level", slog.LevelInfo, "the least that is logged: debug, info, warn or error")
	flags.BoolVar(&f.workshop, "workshop", false, "serve the workshop's own pipeline")
	flags.BoolVar(&f.leashed, "until-stdin-closes", false, "end when standard input does: with the process that holds its other end")
	flags.BoolVar(&f.asJSON, "json", false, "print the address and what is served as JSON")
	return cmd
}

// namedFiles returns the paths of pipelines by their names. A folder stands for the
// artefacts in it.
func namedFiles(files []string) (map[string]string, error) {
	paths := map[string]string{}
	var all []string
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || !info.IsDir() {
			all = append(all, file)
			continue
		}
		inside, err := filepath.Glob(filepath.Join(file, "*.sav"))
		if err != nil || len(inside) == 0 {
			return nil, fmt.Errorf("the folder %s has no artefact, whose name ends in .sav", file)
		}
		all = append(all, inside...)
	}
	for _, file := range all {
		name, path, named := strings.Cut(file, "=")
		if !named {
			path = file
			name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		}
		if name == "" || path == "" {
			return nil, fmt.Errorf("%q is no NAME=FILE", file)
		}
		if other, ok := paths[name]; ok {
			return nil, fmt.Errorf("%s and %s have the name %s; put names before them: NAME=FILE", other, path, name)
		}
		paths[name] = path
	}
	return paths, nil
}

func serve(ctx context.Context, stdout, stderr io.Writer, paths map[string]string, f flags) (err error) {
	if (f.certificate == "") != (f.key == "") {
		return command.Misused("--tls-cert and --tls-key go together")
	}
	logging := &slog.HandlerOptions{Level: f.logLevel}
	switch f.logFormat {
	case "text":
		f.opts.Logger = slog.New(slog.NewTextHandler(stderr, logging))
	case "json":
		f.opts.Logger = slog.New(slog.NewJSONHandler(stderr, logging))
	default:
		return command.Misused("--log-format is text or json, not %q", f.logFormat)
	}
	if f.opts.Token, err = tokenIn(f.tokenFile); err != nil {
		return err
	}
	if f.opts.AdminToken, err = tokenIn(f.adminTokenFile); err != nil {
		return err
	}
	if f.certificate != "" {
		if _, err := tls.LoadX509KeyPair(f.certificate, f.key); err != nil {
			return fmt.Errorf("the certificate cannot be used: %w", err)
		}
		f.serving.TLS = &tls.Config{
			MinVersion: tls.VersionTLS12,
			// Read at each handshake: certificates are renewed under a running service.
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				c, err := tls.LoadX509KeyPair(f.certificate, f.key)
				return &c, err
			},
		}
	}
	switch f.predictionLog {
	case "":
	case "-":
		f.opts.PredictionLog = stdout
	default:
		log, err := os.OpenFile(f.predictionLog, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("the prediction log cannot be written: %w", err)
		}
		defer func() { err = errors.Join(err, log.Close()) }()
		f.opts.PredictionLog = log
	}
	f.opts.Source = service.Source(paths)
	if f.workshop && f.opts.Default == "" {
		f.opts.Default = workshop.Name // also when others are loaded beside it
	}
	finish, err := tracing(ctx, &f.opts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, finish()) }()
	s := service.New(f.opts)
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if f.leashed {
		ctx, stop = command.Leashed(ctx, os.Stdin)
		defer stop()
	}
	if f.workshop {
		if err := loadWorkshop(ctx, s); err != nil {
			return err
		}
	}
	follower, err := s.Follow(ctx, paths)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", f.listen)
	if err != nil {
		return err
	}
	following := make(chan struct{})
	go func() {
		defer close(following)
		follower.Run(ctx, f.watch, hangups)
	}()
	defer func() {
		stop()
		<-following
	}()
	tell(stdout, stderr, s, listener.Addr(), f)
	return s.Serve(ctx, listener, f.serving)
}

// loadWorkshop trains the workshop's pipeline and loads it.
func loadWorkshop(ctx context.Context, s *service.Service) error {
	artefact, err := workshop.Pipeline(ctx)
	if err != nil {
		return fmt.Errorf("the workshop's pipeline cannot be made: %w", err)
	}
	_, err = s.Load(workshop.Name, workshop.Version, artefact)
	return err
}

// tracing has spans sent where OpenTelemetry's environment variables say, if they say so.
// The caller calls finish when there are no more.
func tracing(ctx context.Context, opts *service.Opts) (finish func() error, err error) {
	if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return func() error { return nil }, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("traces cannot be sent: %w", err)
	}
	name := cmp.Or(os.Getenv("OTEL_SERVICE_NAME"), "netherfield")
	attributes := resource.NewSchemaless(attribute.String("service.name", name), attribute.String("service.version", version.String()))
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(attributes))
	opts.Tracer = provider
	return func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := provider.Shutdown(ctx); err != nil {
			return fmt.Errorf("the last traces were not sent: %w", err)
		}
		return nil
	}, nil
}

// tell says what is served where.
func tell(stdout, stderr io.Writer, s *service.Service, address net.Addr, f flags) {
	scheme := "http"
	if f.certificate != "" {
		scheme = "https"
	}
	_, port, _ := net.SplitHostPort(address.String())
	url := fmt.Sprintf("%s://localhost:%s", scheme, port)
	if f.asJSON {
		command.PrintJSON(stdout, map[string]any{"url": url, "address": address.String(), "pipelines": s.Pipelines()})
		return
	}
	for _, p := range s.Pipelines() {
		v := p.Versions[0]
		fmt.Fprintf(stderr, "Serving %s, version %s, on %s\n", p.Name, v.Version, url)
	}
}

// tokenIn reads a token from a file; "" is none.
func tokenIn(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("the token cannot be read: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", fmt.Errorf("%s holds no token", path)
	}
	return token, nil
}
