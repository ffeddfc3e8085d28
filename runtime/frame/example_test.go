package frame_test

import (
	"fmt"
	"strings"

	"github.com/netherfield/netherfield/runtime/frame"
)

var mail = `label,text,stars
legitimate,"It is a truth, universally acknowledged",5
spam,these noodles are the best,1
spam,I buy them by the crate,
legitimate,Netherfield Park is let at last,4
`

func ExampleDecode() {
	data, err := frame.Decode(strings.NewReader(mail), "csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(data)
	// Output:
	//    label       text                                     stars
	// 0  legitimate  It is a truth, universally acknowledged      5
	// 1  spam        these noodles are the best                   1
	// 2  spam        I buy them by the crate                   null
	// 3  legitimate  Netherfield Park is let at last              4
	//
	// 4 rows × 3 columns
}

func ExampleFrame_Where() {
	data, _ := frame.Decode(strings.NewReader(mail), "csv")
	good, err := data.Where(frame.Col("label").Eq("legitimate").And(frame.Col("stars").Gt(4)))
	if err != nil {
		fmt.Println(err)
		return
	}
	texts, _ := good.Strings("text")
	fmt.Println(texts)
	// Output: [It is a truth, universally acknowledged]
}

func ExampleFrame_Filter() {
	data, _ := frame.Decode(strings.NewReader(mail), "csv")
	short, err := data.Filter(func(r frame.Row) bool { return len(r.String("text")) < 25 })
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, row := range short.Rows() {
		fmt.Println(i, row.String("text"))
	}
	// Output: 0 I buy them by the crate
}

func ExampleFrame_GroupBy() {
	data, _ := frame.Decode(strings.NewReader(mail), "csv")
	means, err := data.GroupBy("label").Agg(frame.Count(), frame.Mean("stars"), frame.Max("stars").As("best"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(means)
	// Output:
	//    label       count  stars_mean  best
	// 0  legitimate      2         4.5     5
	// 1  spam            2         1.0     1
	//
	// 2 rows × 4 columns
}

func ExampleFrame_With() {
	data, _ := frame.Of("words", []int{7, 5}, "letters", []int{38, 26})
	data, err := data.With("length", frame.Col("letters").Div(frame.Col("words")))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(data)
	// Output:
	//    words  letters    length
	// 0      7       38  5.428571
	// 1      5       26  5.200000
	//
	// 2 rows × 3 columns
}

func ExampleFrame_Sample() {
	data, _ := frame.Of("row", []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	sample, err := data.Sample(4, frame.Seed(43))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sample.Strings("row"))
	// Output: [3 9 6 8] <nil>
}

func ExampleFrame_ValueCounts() {
	data, _ := frame.Decode(strings.NewReader("word\ntruth\nfortune\ntruth\nwife\n"), "csv")
	counts, err := data.ValueCounts("word")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(counts)
	// Output:
	//    word     count
	// 0  truth        2
	// 1  fortune      1
	// 2  wife         1
	//
	// 3 rows × 2 columns
}

func ExampleFromStructs() {
	type message struct {
		Label string `frame:"label"`
		Words int    `frame:"words"`
	}
	data, err := frame.FromStructs([]message{{"spam", 5}, {"legitimate", 7}})
	if err != nil {
		fmt.Println(err)
		return
	}
	data, _ = data.Sort(frame.Desc("words"))
	back, err := frame.ToStructs[message](data)
	fmt.Println(back, err)
	// Output: [{legitimate 7} {spam 5}] <nil>
}

func ExampleColumnError() {
	data, _ := frame.Of("label", []string{"spam"}, "text", []string{"these noodles"})
	_, err := data.Strings("lable")
	fmt.Println(err)
	// Output: frame: there is no column "lable"; did you mean "label"?
}
