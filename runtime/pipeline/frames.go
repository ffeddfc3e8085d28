package pipeline

// This file defines what pipelines do with frames.

import (
	"errors"

	"github.com/netherfield/netherfield/runtime/frame"
)

func frameRows(f *frame.Frame) int { return 0 }

func frameTake(f *frame.Frame, rows []int) (*frame.Frame, error) {
	return nil, errors.New("not yet")
}

func onlyTexts(f *frame.Frame) ([]string, error) { return nil, errors.New("not yet") }

type table struct {
	names   []string
	columns []any
}

func (t *table) add(name string, column any) {
	t.names = append(t.names, name)
	t.columns = append(t.columns, column)
}
func (t *table) frame() (*frame.Frame, error) { return &frame.Frame{}, nil }
func column(values []any) any                 { return values }
