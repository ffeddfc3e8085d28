package pipeline

// This file defines which kinds the library itself has.

import (
	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
)

// library makes a new value of each kind.
var library = map[string]func() artefact.Stateful{
	"feature.ColumnTransformer":    func() artefact.Stateful { return &feature.ColumnTransformer{} },
	"feature.Columns":              func() artefact.Stateful { return &feature.Columns{} },
	"feature.CountVectorizer":      func() artefact.Stateful { return &feature.CountVectorizer{} },
	"feature.HashingVectorizer":    func() artefact.Stateful { return &feature.HashingVectorizer{} },
	"feature.OneHot":               func() artefact.Stateful { return &feature.OneHot{} },
	"feature.PCA":                  func() artefact.Stateful { return &feature.PCA{} },
	"feature.Shingles":             func() artefact.Stateful { return &feature.Shingles{} },
	"feature.StandardScaler":       func() artefact.Stateful { return &feature.StandardScaler{} },
	"feature.Summaries":            func() artefact.Stateful { return &feature.Summaries{} },
	"feature.TFIDF":                func() artefact.Stateful { return &feature.TFIDF{} },
	"feature.TSNE":                 func() artefact.Stateful { return &feature.TSNE{} },
	"feature.TruncatedSVD":         func() artefact.Stateful { return &feature.TruncatedSVD{} },
	"feature.Union":                func() artefact.Stateful { return &feature.Union{} },
	"model.LinearRegression":       func() artefact.Stateful { return &model.LinearRegression{} },
	"model.LogisticRegression":     func() artefact.Stateful { return &model.LogisticRegression{} },
	"model.MultinomialNB":          func() artefact.Stateful { return &model.MultinomialNB{} },
	"model.RandomForestClassifier": func() artefact.Stateful { return &model.RandomForestClassifier{} },
	"model.RandomForestRegressor":  func() artefact.Stateful { return &model.RandomForestRegressor{} },
	"model.Ridge":                  func() artefact.Stateful { return &model.Ridge{} },
}
