package client

// This file changes what a service has loaded.

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// Load has the service load an artefact, the bytes of a file that pipeline.SaveStage has
// written, as a version of a pipeline. Versions that are loaded go on as before; a version
// that is there already with other bytes is an error.
func (c *Client) Load(ctx context.Context, pipeline, version string, artefact []byte) (*Version, error) {
	path := versionPath(pipeline, version)
	answer, status, header, err := c.do(ctx, http.MethodPut, path, "application/octet-stream", artefact)
	if err != nil {
		return nil, err
	}
	if status/100 != 2 {
		return nil, c.refusal(path, answer, status, header)
	}
	v := &Version{}
	if err := json.Unmarshal(answer, v); err != nil {
		return nil, fmt.Errorf("client: the answer of %s cannot be read: %w", path, err)
	}
	return v, nil
}

// Unload has the service unload a version. Requests that it scores are scored to the end.
func (c *Client) Unload(ctx context.Context, pipeline, version string) error {
	return c.call(ctx, http.MethodDelete, versionPath(pipeline, version), nil, nil)
}

// Label gives a label to a version that is loaded, and takes it from the one that had it:
// "stable" answers requests that name no version, "canary" the share of them that is given,
// and "shadow" scores what the stable one does, for the metrics alone. Share is from 0 to
// 1, and counts for canary only.
func (c *Client) Label(ctx context.Context, pipeline, label, version string, share float64) error {
	return c.call(ctx, http.MethodPut, labelPath(pipeline, label), map[string]any{"version": version, "share": share}, nil)
}

// Unlabel takes a label off.
func (c *Client) Unlabel(ctx context.Context, pipeline, label string) error {
	return c.call(ctx, http.MethodDelete, labelPath(pipeline, label), nil, nil)
}

func versionPath(pipeline, version string) string {
	return "/pipelines/" + url.PathEscape(pipeline) + "/versions/" + url.PathEscape(version)
}

func labelPath(pipeline, label string) string {
	return "/pipelines/" + url.PathEscape(pipeline) + "/labels/" + url.PathEscape(label)
}
