package service

// This file holds the service to its description.

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

func TestAnswersAreAsDescribed(t *testing.T) {
	s := started(t, Opts{AdminToken: "secret", Default: "spam"})
	described := call(s, "GET", "/openapi.json", "")
	description, err := openapi3.NewLoader().LoadFromData(described.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := description.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	router, err := gorillamux.NewRouter(description)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load("orders", "1", saved(t, ofOrders(t))); err != nil {
		t.Fatal(err)
	}
	artefact := string(saved(t, fitted(10)))
	const admin = "Authorization: Bearer secret"
	used := map[string]bool{}
	for _, test := range []struct {
		request, body, kind string
		status              int
	}{
		{"POST /predict", form(doc), formType, 200},
		{"POST /predict", "a=b", formType, 400},
		{"GET /metrics", "", "", 200},
		{"GET /health/live", "", "", 200},
		{"GET /health/ready", "", "", 200},
		{"GET /openapi.json", "", "", 200},
		{"GET /pipelines", "", "", 200},
		{"GET /pipelines/spam", "", "", 200},
		{"GET /pipelines/ham", "", "", 404},
		{"PUT /pipelines/spam/versions/2", artefact, "Content-Type: application/octet-stream", 201},
		{"PUT /pipelines/spam/versions/3", "no artefact", "Content-Type: application/octet-stream", 422},
		{"GET /pipelines/spam/versions/2", "", "", 200},
		{"PUT /pipelines/spam/labels/canary", `{"version":"2","share":0.5}`, "", 204},
		{"GET /pipelines/spam/labels/canary", "", "", 200},
		{"POST /pipelines/spam/labels/canary:predict", `{"documents":["a"]}`, "", 200},
		{"DELETE /pipelines/spam/versions/2", "", "", 409},
		{"DELETE /pipelines/spam/labels/canary", "", "", 204},
		{"POST /pipelines/spam:predict", `{"documents":["a","buy tea"],"probabilities":true,"explain":true}`, "", 200},
		{"POST /pipelines/spam:predict", `{"documents":[[1]]}`, "", 422},
		{"POST /pipelines/orders:predict", `{"documents":[{"note":"a","country":"at","floor":1,"price":2,"member":true,"more":null}]}`, "", 200},
		{"GET /pipelines/orders", "", "", 200},
		{"GET /v2/models/orders", "", "", 200},
		{"POST /pipelines/spam/versions/2:predict", `{"documents":["a"]}`, "", 200},
		{"DELETE /pipelines/spam/versions/2", "", "", 204},
		{"GET /v2", "", "", 200},
		{"GET /v2/health/live", "", "", 200},
		{"GET /v2/health/ready", "", "", 200},
		{"GET /v2/models/spam", "", "", 200},
		{"GET /v2/models/spam/versions/1", "", "", 200},
		{"GET /v2/models/ham", "", "", 404},
		{"GET /v2/models/spam/ready", "", "", 200},
		{"GET /v2/models/spam/versions/1/ready", "", "", 200},
		{"POST /v2/models/spam/infer", `{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["a"]}],"outputs":[{"name":"predict_proba"}]}`, "", 200},
		{"POST /v2/models/spam/versions/1/infer", `{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["a"]}]}`, "", 200},
		{"POST /v2/models/spam/infer", `{"inputs":[{"name":"x","shape":[2],"datatype":"BYTES","data":["a"]}]}`, "", 400},
		{"POST /v2/repository/index", "", "", 200},
		{"POST /v2/repository/models/spam/load", "", "", 501},
		{"POST /v2/repository/models/spam/unload", "", "", 200},
		{"POST /v2/repository/models/orders/unload", "", "", 200},
		{"GET /health/ready", "", "", 503},
	} {
		method, path, _ := strings.Cut(test.request, " ")
		r := httptest.NewRequest(method, "http://service"+path, strings.NewReader(test.body))
		r.Header.Set("Authorization", strings.TrimPrefix(admin, "Authorization: "))
		r.Header.Set("Accept", "application/json")
		if test.body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		if name, value, ok := strings.Cut(test.kind, ": "); ok {
			r.Header.Set(name, value)
		}
		if strings.HasSuffix(path, "/metrics") {
			r.Header.Del("Accept")
		}
		r.Host, r.URL.Host, r.URL.Scheme = "", "", ""
		route, params, err := router.FindRoute(r)
		if err != nil {
			t.Errorf("%s is not described: %v", test.request, err)
			continue
		}
		used[method+" "+route.Path] = true
		in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: &openapi3filter.Options{
			AuthenticationFunc: func(context.Context, *openapi3filter.AuthenticationInput) error { return nil },
		}}
		if err := openapi3filter.ValidateRequest(t.Context(), in); err != nil && test.status < 300 {
			t.Errorf("%s with %.80s is not as described: %v", test.request, test.body, err)
		}
		w := httptest.NewRecorder()
		r.Body = io.NopCloser(strings.NewReader(test.body))
		s.ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("%s: %d, not %d: %s", test.request, w.Code, test.status, w.Body)
		}
		out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: w.Code, Header: w.Header(), Options: &openapi3filter.Options{IncludeResponseStatus: true}}
		out.SetBodyBytes(bytes.Clone(w.Body.Bytes()))
		if err := openapi3filter.ValidateResponse(t.Context(), out); err != nil {
			t.Errorf("%s answers otherwise than described: %v", test.request, err)
		}
	}
	for path, item := range description.Paths.Map() {
		for method := range item.Operations() {
			if !used[method+" "+path] {
				t.Errorf("%s %s is described and was not tried", method, path)
			}
		}
	}
}
