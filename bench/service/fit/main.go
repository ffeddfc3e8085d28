// Command fit fits the pipeline that the benchmark of services serves, and saves it.
//
//	fit corpus.parquet model.sav
package main

import (
	"log"
	"os"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	_ "github.com/netherfield/netherfield/runtime/frame/parquet"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: fit corpus.parquet model.sav")
	}
	if err := fit(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func fit(from, to string) error {
	data, err := frame.Read(from)
	if err != nil {
		return err
	}
	texts, err := data.Strings("text")
	if err != nil {
		return err
	}
	labels, err := data.Strings("label")
	if err != nil {
		return err
	}
	p := pipeline.New(
		pipeline.Step("vectorize", &feature.HashingVectorizer{Buckets: 256, NonNegative: true}),
		pipeline.Step("tfidf", &feature.TFIDF{}),
		pipeline.Step("model", &model.LogisticRegression{MaxIter: 4000}),
	)
	if err := p.Fit(texts, labels); err != nil {
		return err
	}
	return pipeline.SaveStage(p, to)
}
