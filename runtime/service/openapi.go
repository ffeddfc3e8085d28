package service

// This file is the description of the service's surfaces.

import _ "embed"

// openAPI is the description in OpenAPI 3.0, which GET /openapi.json answers.
//
//go:embed openapi.json
var openAPI []byte
