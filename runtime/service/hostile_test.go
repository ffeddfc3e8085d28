package service

// This file tests what is answered to requests that are not as they should be, and to
// too many of them.

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestBadRequests(t *testing.T) {
	s := started(t, Opts{MaxBody: 4000, MaxDocuments: 5})
	const path = "/pipelines/spam:predict"
	for name, test := range map[string]struct {
		body, header string
		status       int
		says         string
	}{
		"no JSON":         {"documents", "", 400, "malformed at byte 1"},
		"cut":             {`{"documents":["a"`, "", 400, "ends too early"},
		"empty":           {"", "", 400, "body is empty"},
		"two values":      {`{"documents":[]}{}`, "", 400, "something follows"},
		"misspelt":        {`{"document":["a"]}`, "", 400, `unknown field "document"`},
		"no documents":    {`{}`, "", 400, `"documents" is missing`},
		"null":            {`{"documents":null}`, "", 400, "documents"},
		"a text":          {`{"documents":"a"}`, "", 400, "not a text"},
		"null inside":     {`{"documents":["a",null]}`, "", 400, "document 1 is null"},
		"an object":       {`{"documents":["a",{}]}`, "", 422, "document 1 is an object; the pipeline spam takes texts"},
		"a row":           {`{"documents":["a",[1]]}`, "", 422, "document 1 is a row"},
		"a mixed row":     {`{"documents":[["a",1]]}`, "", 400, "document 0 is neither"},
		"a row with null": {`{"documents":[[1,null]]}`, "", 400, "number 1 is null"},
		"wrong type":      {`{"documents":["a"],"explain":"yes"}`, "", 400, "explain"},
		"deep":            {`{"documents":` + strings.Repeat("[", 1500) + strings.Repeat("]", 1500) + "}", "", 400, "document 0"},
		"not UTF-8":       {"{\"documents\":[\"caf\xe9\"]}", "", 400, "byte 18 is no UTF-8"},
		"Latin-1":         {`{}`, "Content-Type: application/json; charset=iso-8859-1", 415, "send UTF-8"},
		"a form":          {`a=b`, "Content-Type: application/x-www-form-urlencoded", 415, "application/json"},
		"strange type":    {`{}`, "Content-Type: a/b/c", 415, "cannot be read"},
		"compressed":      {"\x1f\x8b", "Content-Encoding: gzip", 415, "gzip"},
		"large":           {`{"documents":["` + strings.Repeat("a", 5000) + `"]}`, "", 413, "larger than 4000 bytes"},
		"many":            {`{"documents":["","","","","",""]}`, "", 413, "6 documents are more than 5"},
		"probabilities":   {`{"documents":["a"],"probabilities":1}`, "", 400, "number"},
	} {
		header := test.header
		if header == "" {
			header = "X-Nothing: 1"
		}
		got := answerOf[errorBody](t, call(s, "POST", path, test.body, header), test.status)
		if !strings.Contains(got.Error.Message, test.says) {
			t.Errorf("%s: %q does not say %q", name, got.Error.Message, test.says)
		}
	}
	for path, status := range map[string]int{
		"GET /": 404, "GET /pipelines/": 200, "GET /pipelines/ham": 404, "GET /pipelines/spam/versions/": 404, "POST /pipelines/spam:dance": 404,
		"PUT /pipelines/spam": 405, "PUT /pipelines/spam/versions/2": 403, "DELETE /pipelines": 405, "GET /pipelines/spam:predict": 405, "POST /metrics": 405,
		"GET /pipelines/spam/a/b/c": 404, "GET /pipelines/spam/labels/x": 404,
	} {
		method, path, _ := strings.Cut(path, " ")
		if w := call(s, method, path, ""); w.Code != status {
			t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
	}
	// All is as it was.
	predict(t, s, path, `{"documents":["a"]}`)
	if got := metric(t, s, "pipeline_requests_in_flight"); got != "0" {
		t.Errorf("%s requests are in flight", got)
	}
}

func TestTokens(t *testing.T) {
	s := started(t, Opts{Token: "reader", AdminToken: "writer"})
	const path = "/pipelines/spam:predict"
	for header, status := range map[string]int{
		"X-Nothing: 1": 401, "Authorization: Bearer ": 401, "Authorization: Bearer other": 401, "Authorization: Basic reader": 401,
		"Authorization: Bearer reader": 200, "Authorization: bearer writer": 200,
	} {
		if w := call(s, "POST", path, `{"documents":["a"]}`, header); w.Code != status {
			t.Errorf("%s: %d", header, w.Code)
		}
		if w := call(s, "GET", "/pipelines", "", header); w.Code != status {
			t.Errorf("%s: %d to a list", header, w.Code)
		}
	}
	for header, status := range map[string]int{"X-Nothing: 1": 401, "Authorization: Bearer reader": 401, "Authorization: Bearer writer": 204} {
		if w := call(s, "PUT", "/pipelines/spam/labels/stable", `{"version":"1"}`, header); w.Code != status {
			t.Errorf("%s: %d to a change", header, w.Code)
		}
	}
	for _, open := range []string{"/metrics", "/health/live", "/health/ready", "/v2/health/ready"} {
		if w := call(s, "GET", open, ""); w.Code != 200 {
			t.Errorf("%s: %d", open, w.Code)
		}
	}
}

func TestRequestIDs(t *testing.T) {
	s := started(t, Opts{})
	if got := call(s, "GET", "/", "", "X-Request-Id: abc").Header().Get("X-Request-Id"); got != "abc" {
		t.Errorf("the id becomes %q", got)
	}
	for _, bad := range []string{"", "a b", "a\nb", strings.Repeat("a", 200)} {
		if got := call(s, "GET", "/", "", "X-Request-Id: "+bad).Header().Get("X-Request-Id"); len(got) != 36 {
			t.Errorf("%q becomes %q", bad, got)
		}
	}
}

// What is more than can wait is told to come again, and nobody waits for ever.
func TestTooManyRequests(t *testing.T) {
	s := started(t, Opts{MaxScoring: 1, MaxWaiting: 1, Patience: 50 * time.Millisecond})
	if err := s.gate.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var said [2]*httptest.ResponseRecorder
	for i := range said {
		all.Go(func() { said[i] = call(s, "POST", "/pipelines/spam:predict", `{"documents":["a"]}`) })
	}
	all.Wait()
	for _, w := range said {
		if w.Code != 429 || w.Header().Get("Retry-After") != "1" || !strings.Contains(w.Body.String(), "try again later") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, "POST", "/pipelines/spam:predict", strings.NewReader(`{"documents":["a"]}`))
	s.ServeHTTP(httptest.NewRecorder(), r) // the client has gone; nothing waits
	s.gate.leave()
	predict(t, s, "/pipelines/spam:predict", `{"documents":["a"]}`)

	s.open.Store(int64(s.opts.MaxOpen))
	if w := call(s, "POST", "/predict", form("a"), formType); w.Code != 429 || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	s.open.Store(0)
}

func TestTimeout(t *testing.T) {
	s := started(t, Opts{Timeout: time.Nanosecond})
	got := answerOf[errorBody](t, call(s, "POST", "/pipelines/spam:predict", `{"documents":["a"]}`), 503)
	if got.Error.Code != "timeout" {
		t.Errorf("%+v", got)
	}
}

// serve serves on a port of the loopback until the test, or end, ends it.
func serve(t *testing.T, s *Service, opts ServeOpts) (address string, end func() error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener, opts) }()
	end = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { end() })
	return listener.Addr().String(), end
}

// A client that sends its request byte by byte is cut off, and others do not notice.
func TestSlowClients(t *testing.T) {
	s := started(t, Opts{})
	address, _ := serve(t, s, ServeOpts{HeaderTimeout: 100 * time.Millisecond, BodyTimeout: 200 * time.Millisecond})
	for _, sent := range []string{
		"POST /pipelines/spam:predict HT",
		"POST /pipelines/spam:predict HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{\"documents\":",
	} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, sent)
		conn.SetReadDeadline(time.Now().Add(30 * time.Second))
		if text, err := io.ReadAll(conn); err != nil || len(text) > 0 && !strings.HasPrefix(string(text), "HTTP/1.1 4") {
			t.Errorf("%v %s", err, text)
		}
		conn.Close()
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /health/live HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n", strings.Repeat("a", 100_000))
	if text, _ := bufio.NewReader(conn).ReadString('\n'); !strings.Contains(text, "431") {
		t.Errorf("large headers: %s", text)
	}
}

func TestDrain(t *testing.T) {
	s := started(t, Opts{})
	address, end := serve(t, s, ServeOpts{Notice: 50 * time.Millisecond})
	// A request whose body is still arriving when the service is told to end.
	reader, writer := io.Pipe()
	answered := make(chan string, 1)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	go func() {
		r, err := client.Post("http://"+address+"/pipelines/spam:predict", "application/json", reader)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer r.Body.Close()
		answered <- r.Status + drain(r.Body)
	}()
	io.WriteString(writer, `{"documents":`)
	for s.open.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	ended := make(chan error, 1)
	go func() { ended <- end() }()
	for s.ready() == nil {
		time.Sleep(time.Millisecond)
	}
	if r, err := client.Get("http://" + address + "/health/ready"); err != nil || r.StatusCode != 503 {
		t.Errorf("while it drains: %v, %v", r, err)
	} else {
		r.Body.Close()
	}
	io.WriteString(writer, `["a"]}`)
	writer.Close()
	if got := <-answered; !strings.HasPrefix(got, "200 OK") {
		t.Error(got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestDrainGivesUp(t *testing.T) {
	s := started(t, Opts{})
	address, end := serve(t, s, ServeOpts{Drain: 50 * time.Millisecond})
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "POST /pipelines/spam:predict HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{")
	for s.open.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := end(); err == nil || !strings.Contains(err.Error(), "1 requests were still unanswered") {
		t.Errorf("error %v", err)
	}
}

// A stream is answered line by line, while it is still being sent.
func TestStreamIsAnsweredMeanwhile(t *testing.T) {
	s := started(t, Opts{})
	address, _ := serve(t, s, ServeOpts{})
	reader, writer := io.Pipe()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := http.NewRequest("POST", "http://"+address+"/pipelines/spam:predict", reader)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-ndjson")
	go io.WriteString(writer, "\"coffee\"\n")
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewReader(answer.Body)
	for i := range 3 {
		line, err := lines.ReadString('\n')
		if err != nil || !strings.HasPrefix(line, `{"prediction":"spam"`) {
			t.Fatalf("line %d: %q, %v", i, line, err)
		}
		if i < 2 {
			io.WriteString(writer, "\"coffee\"\n")
		}
	}
	writer.Close()
	if rest := drain(lines); rest != "" {
		t.Errorf("then comes %q", rest)
	}
}

// Requests go on through loads, labels, rollbacks and unloads: none fails, and each is
// answered by a version that is loaded.
func TestChangesLoseNoRequest(t *testing.T) {
	s := started(t, Opts{MaxWaiting: 10_000, Patience: time.Minute})
	artefacts := [][]byte{saved(t, fitted(1)), saved(t, fitted(10)), saved(t, fitted(100))}
	digests := map[string]bool{}
	for i, data := range artefacts {
		v, err := s.Load("digests", fmt.Sprint(i), data)
		if err != nil {
			t.Fatal(err)
		}
		digests[v.Digest] = true
	}
	var unloaded sync.Map // how many requests there were when a version was gone
	var asked, wrong atomic.Int64
	stop := make(chan struct{})
	var clients, changes sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				n := asked.Add(1)
				w := call(s, "POST", "/pipelines/spam:predict", `{"documents":["`+doc+`"]}`)
				var p predicted
				if err := json.Unmarshal(w.Body.Bytes(), &p); w.Code != 200 || err != nil || !digests[p.Digest] {
					if wrong.Add(1) == 1 {
						t.Errorf("request %d: %d %s", n, w.Code, w.Body)
					}
				}
				if before, ok := unloaded.Load(p.Version); ok && n > before.(int64) && wrong.Add(1) == 1 {
					t.Errorf("request %d is answered by version %s, which was gone after %d", n, p.Version, before)
				}
			}
		})
	}
	changes.Go(func() {
		defer close(stop)
		before := "1"
		for i := 2; asked.Load() < requests; i++ {
			name := fmt.Sprint(i)
			if _, err := s.Load("spam", name, artefacts[i%len(artefacts)]); err != nil {
				t.Error(err)
				return
			}
			for _, stable := range []string{name, before, name} { // on, back, and on
				if err := s.Label("spam", Stable, stable, 0); err != nil {
					t.Error(err)
					return
				}
			}
			// What is damaged is refused.
			if _, err := s.Load("spam", "bad", artefacts[0][:1000]); err == nil {
				t.Error("a damaged artefact is loaded")
			}
			if err := s.Unload(t.Context(), "spam", before); err != nil {
				t.Error(err)
				return
			}
			unloaded.Store(before, asked.Load())
			before = name
		}
	})
	changes.Wait()
	clients.Wait()
	t.Logf("%d requests, %d of them wrong", asked.Load(), wrong.Load())
}

func FuzzPredict(f *testing.F) {
	for _, body := range []string{`{"documents":["a"]}`, `{"documents":[[1,2]],"explain":true}`, `{"documents":[null]}`, "\xff", "[", `{"documents":["a"],"probabilities":true}{}`} {
		f.Add("/pipelines/spam:predict", "application/json", body)
		f.Add("/pipelines/spam:predict", "application/x-ndjson", body+"\n\"b\"")
		f.Add("/predict", "application/x-www-form-urlencoded", "json_args="+body)
		f.Add("/v2/models/spam/infer", "", `{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":`+body+`}]}`)
	}
	for _, body := range []string{`{"note":"a","country":"at","floor":1,"price":2,"member":true}`, `{"note":null}`, `{"floor":1e400}`, `{}`} {
		f.Add("/pipelines/orders:predict", "application/json", `{"explain":true,"documents":[`+body+`]}`)
		f.Add("/pipelines/orders:predict", "application/x-ndjson", `{"document":`+body+"}")
	}
	f.Add("/v2/models/orders/infer", "", `{"inputs":[{"name":"note","shape":[1],"datatype":"BYTES","data":["a"]},{"name":"floor","shape":[1,1],"datatype":"INT8","data":[[1]]}]}`)
	s := started(f, Opts{MaxBody: 1 << 16, AdminToken: "t"})
	if _, err := s.Load("orders", "1", saved(f, ofOrders(f))); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path, kind, body string) {
		if !strings.HasPrefix(path, "/") || strings.ContainsFunc(path, func(c rune) bool { return c <= ' ' || c > '~' || c == '%' }) {
			return // no path of a request
		}
		r := httptest.NewRequest("POST", "http://a/", strings.NewReader(body))
		r.URL.Path = path
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Accept", "application/json")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code == http.StatusInternalServerError {
			t.Errorf("%s %q: %s", path, body, w.Body)
		}
		if kind := w.Header().Get("Content-Type"); strings.HasPrefix(kind, "application/json") && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %q: no JSON: %s", path, body, w.Body)
		}
	})
}
