package main

// This file holds the packages of this module that compiled cells link, as
// source, so that cells compile where there is no other copy of it.

import "embed"

//go:embed go.mod go.sum kernel/guard
//go:embed display/*.go display/chart/*.go display/widget/*.go
//go:embed runtime/corpus/seed/*.txt
//go:embed runtime/*/*.go runtime/frame/parquet/*.go runtime/internal/*/*.go runtime/internal/*/*.s
var sources embed.FS
