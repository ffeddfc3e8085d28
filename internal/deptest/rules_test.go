// The arrows that must never be drawn, each with its reason.

package deptest_test

import "github.com/netherfield/netherfield/internal/deptest"

var (
	grpc     = []string{"google.golang.org/grpc/..."}
	plotting = []string{
		"gonum.org/v1/plot/...",
		"github.com/go-echarts/go-echarts/...",
		"github.com/wcharczuk/go-chart/...",
	}
	pqarrow = []string{
		"github.com/apache/arrow-go/v18/parquet/...",
		"github.com/apache/arrow/go/v17/parquet/...",
	}
	sockets = []string{"net", "net/http/...", "net/rpc/...", "github.com/go-zeromq/..."}
)

func rules() []deptest.Rule {
	return []deptest.Rule{
		{
			From:       []string{"./runtime/...", "./display/..."},
			To:         []string{"./kernel/..."},
			Transitive: true,
			Why:        "they are a library first: a data scientist's production code uses them without the kernel",
		}, {
			From:       []string{"./runtime/client/..."},
			To:         []string{"./runtime/service/...", "./runtime/pipeline/...", "./runtime/model/...", "./runtime/feature/...", "./runtime/frame/..."},
			Transitive: true,
			Why:        "a client of a service must stay small",
		}, {
			// Not what lies below them: frame/parquet and display/png exist to
			// keep the heavy part out.
			From: []string{
				"./runtime/frame", "./runtime/feature", "./runtime/model",
				"./runtime/metric", "./runtime/pipeline", "./runtime/artefact", "./display", "./display/chart", "./display/widget",
			},
			To:         concat([]string{"net/http"}, grpc, plotting, pqarrow),
			Transitive: true,
			Why:        "compiled cells link them, and every cell would take that much longer to start",
		}, {
			From:       []string{"./display", "./display/chart", "./display/widget"},
			To:         []string{"./display/png"},
			Transitive: true,
			Why:        "cells link them; the host of a program registers what draws pictures",
		}, {
			From:       []string{"./runtime/frame"},
			To:         []string{"github.com/apache/arrow-go/...", "github.com/klauspost/compress/...", "compress/...", "encoding/csv", "regexp", "./runtime/frame/..."},
			Transitive: true,
			Why:        "compiled cells link it: Arrow's arrays alone would add 7 MB to each, and formats register themselves",
		}, {
			From:       []string{"./runtime/frame/parquet"},
			To:         concat([]string{"net", "net/http"}, grpc, pqarrow),
			Transitive: true,
			Why:        "programs that link it are to stay small",
		}, {
			From:       []string{"./runtime/drift/..."},
			To:         []string{"net/http", "google.golang.org/grpc/..."},
			Transitive: true,
			Why:        "drift is statistics over counts; it has no network",
		}, {
			From:       []string{"./runtime/frame/..."},
			To:         []string{"./runtime/feature/...", "./runtime/model/...", "./runtime/pipeline/...", "./runtime/service/..."},
			Transitive: true,
			Why:        "the arrows run service → pipeline → model → feature → frame",
		}, {
			From:       []string{"./runtime/feature/..."},
			To:         []string{"./runtime/model/...", "./runtime/pipeline/...", "./runtime/service/..."},
			Transitive: true,
			Why:        "the arrows run service → pipeline → model → feature → frame",
		}, {
			From:       []string{"./runtime/model/..."},
			To:         []string{"./runtime/pipeline/...", "./runtime/service/..."},
			Transitive: true,
			Why:        "the arrows run service → pipeline → model → feature → frame",
		}, {
			From:       []string{"./runtime/pipeline/..."},
			To:         []string{"./runtime/service/..."},
			Transitive: true,
			Why:        "the arrows run service → pipeline → model → feature → frame",
		}, {
			From:       []string{"./runtime/metric/...", "./runtime/artefact/..."},
			To:         []string{"./runtime/frame/...", "./runtime/feature/...", "./runtime/model/...", "./runtime/pipeline/...", "./runtime/service/..."},
			Transitive: true,
			Why:        "they stand beside the others: numbers and files are all they know",
		}, {
			From:       []string{"./kernel/cell/..."},
			To:         []string{"./kernel/wire/...", "./kernel/session/...", "./kernel/engine/...", "./kernel/build/...", "./kernel/module/..."},
			Transitive: true,
			Why:        "the front end turns text into a plan and speaks to nobody",
		}, {
			From: []string{"./kernel/guard/..."},
			To:   []string{"./...", "external", "fmt", "reflect", "os", "time"},
			Why:  "every compiled cell links it, and would take that much longer to open",
		}, {
			From:       []string{"./kernel/build/...", "./kernel/module/..."},
			To:         []string{"./kernel/cell/...", "./kernel/engine/...", "./kernel/wire/...", "./kernel/session/..."},
			Transitive: true,
			Why:        "they turn packages into files and know nothing of cells and sessions",
		}, {
			// Its own imports only: the symbol tables it reads name all of the
			// standard library.
			From: []string{"./kernel/cell/..."},
			To:   concat(sockets, []string{"os/exec"}),
			Why:  "the front end has no sockets and starts no process",
		}, {
			From:       []string{"./kernel/wire/..."},
			To:         []string{"go/...", "./kernel/cell/...", "./kernel/engine/...", "./kernel/session/...", "./kernel/ir/..."},
			Transitive: true,
			Why:        "the wire moves bytes and knows nothing of Go cells",
		}, {
			From: []string{"./kernel/ir/..."},
			To:   []string{"./...", "external"},
			Why:  "the typed program stands between front end and worker and must bind neither to anything",
		}, {
			From:       []string{"./kernel/engine/..."},
			To:         []string{"./kernel/wire/...", "./kernel/session/..."},
			Transitive: true,
			Why:        "the engine runs cells for any front end; the Jupyter side is session's",
		}, {
			From: []string{"./kernel/evaluator/..."},
			To:   []string{"./kernel/wire/..."},
			Why:  "it answers the session's questions and speaks no protocol",
		}, {
			From:       []string{"./kernel/symbols/..."},
			To:         []string{"./kernel/wire/...", "./kernel/session/...", "./kernel/cell/...", "./kernel/engine/..."},
			Transitive: true,
			Why:        "generated tables must not depend on who reads them",
		}, {
			From: []string{"./..."},
			To:   []string{"."},
			Why:  "main only wires; what others need has a package",
		}, {
			From:       []string{"./kernelspec/..."},
			To:         []string{"./kernel/...", "./runtime/...", "./internal/..."},
			Transitive: true,
			Why:        "it writes four files and must work whatever the kernel does",
		}, {
			From:       []string{"./internal/notebook/...", "./internal/jupyter/...", "./internal/runner/..."},
			To:         []string{"./kernel/session/...", "./kernel/engine/...", "./kernel/cell/...", "./kernel/evaluator/...", "./runtime/..."},
			Transitive: true,
			Why:        "they run any notebook on any kernel, by the protocol alone",
		}, {
			From:       []string{"."},
			To:         []string{"./internal/deploy/...", "./internal/image/...", "./internal/manifest/...", "./internal/cluster/...", "github.com/google/go-containerregistry/...", "k8s.io/..."},
			Transitive: true,
			Why:        "cells cannot import another version of what netherfield links; netherfield-deploy has these",
		}, {
			From:       []string{"./images/pipeline-runtime", "./internal/serving"},
			To:         []string{"./kernel/...", "./internal/cli/...", "./internal/image/...", "github.com/google/go-containerregistry/...", "k8s.io/..."},
			Transitive: true,
			Why:        "images contain it, and nothing else",
		}, {
			From: []string{"./cmd/netherfield-panel", "./internal/panel/..."},
			To: concat([]string{
				"./kernel/...", "./runtime/service/...", "./runtime/pipeline/...", "github.com/google/go-containerregistry/...", "k8s.io/...",
			}, plotting),
			Transitive: true,
			Why:        "it stays for as long as JupyterLab does, and is to cost nothing; other commands do the work, and end",
		}, {
			From: []string{"./kernel/...", "./runtime/...", "./display/...", "./kernelspec/..."},
			To:   []string{"./internal/cli/...", "./internal/deptest/...", "./internal/runner/...", "./internal/builder/...", "./internal/workshop/...", "./internal/panel/..."},
			Why:  "commands and test helpers stand above the packages",
		},
	}
}

func concat(lists ...[]string) []string {
	var out []string
	for _, list := range lists {
		out = append(out, list...)
	}
	return out
}
