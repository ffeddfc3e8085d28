package chart_test

import (
	"fmt"

	"github.com/netherfield/netherfield/display/chart"
)

func ExampleNew() {
	messages := chart.Columns{
		"length": []int{120, 80, 300},
		"label":  []string{"spam", "spam", "legitimate"},
	}
	c, err := chart.New(messages, chart.Bar, chart.Encoding{
		X: chart.Channel{Field: "label"},
		Y: chart.Channel{Field: "mean(length)", Title: "mean length"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Titled("Messages"))
	// Output: chart "Messages": bar, 2 rows, x label, y mean length
}

func ExampleChart_Add() {
	measured := chart.Columns{"x": []float64{1, 2, 3}, "y": []float64{2.1, 3.9, 6.2}}
	fitted := chart.Columns{"x": []float64{1, 3}, "y": []float64{2, 6}}
	e := chart.Encoding{X: chart.Channel{Field: "x"}, Y: chart.Channel{Field: "y"}}
	c, err := chart.New(measured, chart.Point, e)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err = c.Add(fitted, chart.Line, e, chart.Style{Dash: true})
	fmt.Println(c, err)
	// Output: chart: point, 3 rows, x x, y y; line, 2 rows, x x, y y <nil>
}

func ExampleValues() {
	type message struct {
		Text  string
		Words int
	}
	numbers, _, err := chart.Values([]message{{"how do you do", 4}, {"well", 1}}, "Words")
	fmt.Println(numbers, err)
	// Output: [4 1] <nil>
}
