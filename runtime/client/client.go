package client

// This file makes clients, and requests of them.

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// URLVariable is the environment variable that names the service, and DefaultURL what is
// taken without it. TokenVariable is the one that holds the token for that service.
const (
	URLVariable   = "PIPELINE_URL"
	DefaultURL    = "http://pipeline:8080"
	TokenVariable = "PIPELINE_TOKEN"
)

// Opts configures a client. The zero value works.
type Opts struct {
	// URL is that of the service; $PIPELINE_URL if it is empty, else DefaultURL.
	URL string
	// Token is what requests bear, if the service wants one; $PIPELINE_TOKEN if both it
	// and URL are empty.
	Token string
	// HTTP sends the requests; a client of its own if nil.
	HTTP *http.Client
	// MaxAnswer bounds what is read of an answer, in bytes; 256 MiB if 0.
	MaxAnswer int64
	// MaxForm is how many bytes of documents are sent in one request of ScoreText and
	// ScoreNumbers, if that is not more than one document; 400,000 if 0. Services of
	// nachlass take 500,000.
	MaxForm int
}

// A Client speaks to one service. [New] makes one.
type Client struct {
	opts Opts
	base *url.URL
}

// New returns a client. The error says that the URL is none.
func New(opts Opts) (*Client, error) {
	if opts.URL == "" {
		// The token is for that service, and nobody else is to see it.
		opts.Token = cmp.Or(opts.Token, os.Getenv(TokenVariable))
	}
	opts.URL = cmp.Or(opts.URL, os.Getenv(URLVariable), DefaultURL)
	opts.MaxAnswer = cmp.Or(opts.MaxAnswer, 256<<20)
	opts.MaxForm = cmp.Or(opts.MaxForm, 400_000)
	if opts.HTTP == nil {
		opts.HTTP = &http.Client{}
	}
	base, err := url.Parse(opts.URL)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("client: %q is no URL of a service; %s is to be one such as %s", opts.URL, URLVariable, DefaultURL)
	}
	return &Client{opts, base}, nil
}

// URL returns the service's.
func (c *Client) URL() string { return c.base.String() }

// A StatusError is an answer that is no success.
type StatusError struct {
	// Status is the HTTP status. Services of nachlass answer 200 if the model fails.
	Status int
	// Code names the reason, such as "busy", if the service does.
	Code string
	// Message is what the service says, shortened.
	Message string
	// RetryAfter is when to try again, if the service says so.
	RetryAfter time.Duration
	// RequestID names the request in the service's log, if the service does.
	RequestID string

	url string
}

// Error returns what was asked and what the service says.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("client: %s answers %d %s: %s", e.url, e.Status, http.StatusText(e.Status), cmp.Or(e.Message, "nothing"))
	if e.RetryAfter > 0 {
		text += fmt.Sprintf(" (try again in %v)", e.RetryAfter)
	}
	return text
}

// do sends a request and reads the answer.
func (c *Client) do(ctx context.Context, method, path, kind string, body []byte) (answer []byte, status int, header http.Header, err error) {
	target := strings.TrimRight(c.base.String(), "/") + path
	r, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, 0, nil, fmt.Errorf("client: %w", err)
	}
	if body == nil {
		r.Body, r.GetBody, r.ContentLength = nil, nil, 0
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.opts.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.opts.Token)
	}
	response, err := c.opts.HTTP.Do(r)
	if err != nil {
		return nil, 0, nil, c.unreachable(err)
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(response.Body, c.opts.MaxAnswer+1))
	if err != nil {
		return nil, 0, nil, fmt.Errorf("client: the answer of %s broke off: %w", target, err)
	}
	if int64(len(answer)) > c.opts.MaxAnswer {
		return nil, 0, nil, fmt.Errorf("client: the answer of %s is larger than %d bytes", target, c.opts.MaxAnswer)
	}
	return answer, response.StatusCode, response.Header, nil
}

// unreachable says what to do when nobody answers.
func (c *Client) unreachable(err error) error {
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("client: %w", err)
	}
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return fmt.Errorf("client: the service at %s does not answer: %w; set %s to the URL of one that runs, for example that of `netherfield serve`", c.base, err, URLVariable)
}

// refusal makes an error of an answer that is no success.
func (c *Client) refusal(path string, answer []byte, status int, header http.Header) error {
	e := &StatusError{Status: status, url: strings.TrimRight(c.base.String(), "/") + path, RequestID: header.Get("X-Request-Id")}
	if seconds, err := strconv.Atoi(header.Get("Retry-After")); err == nil && seconds > 0 && seconds < 1<<31 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	var told struct {
		Error json.RawMessage `json:"error"`
	}
	var problem struct {
		Code      string `json:"code"`
		Message   string `json:"message"`
		RequestID string `json:"request_id"`
	}
	switch {
	case json.Unmarshal(answer, &told) != nil || told.Error == nil:
		e.Message = shortened(answer)
	case json.Unmarshal(told.Error, &problem) == nil:
		e.Code, e.Message, e.RequestID = problem.Code, problem.Message, cmp.Or(problem.RequestID, e.RequestID)
	case json.Unmarshal(told.Error, &e.Message) != nil: // as the Open Inference Protocol has it
		e.Message = shortened(told.Error)
	}
	return e
}

var (
	invisible = regexp.MustCompile(`(?is)<(script|style|title)\b.*?</(script|style|title)>|<[^>]*>`)
	spaces    = regexp.MustCompile(`\s+`)
)

// shortened returns what a person needs of a page of HTML or of a traceback.
func shortened(text []byte) string {
	const most = 500
	s := strings.ToValidUTF8(string(text[:min(len(text), 64<<10)]), "\uFFFD")
	s = html.UnescapeString(invisible.ReplaceAllString(s, " "))
	s = strings.TrimSpace(spaces.ReplaceAllString(s, " "))
	if len(s) > most {
		cut := most
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return s
}

// call sends JSON, if in is not nil, and decodes the answer into out, if that is not nil.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	kind := ""
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("client: %w", err)
		}
		kind = "application/json"
	}
	answer, status, header, err := c.do(ctx, method, path, kind, body)
	if err != nil {
		return err
	}
	if status < 200 || status > 299 {
		return c.refusal(path, answer, status, header)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("client: the answer of %s to %s is not what it should be: %w: %s", c.base, path, err, shortened(answer))
	}
	return nil
}
