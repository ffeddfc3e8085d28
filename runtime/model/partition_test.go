package model_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/model"
)

func TestSplitsAreScikitLearns(t *testing.T) {
	for _, p := range golden.Load(t, "partition").Parts {
		classes := golden.Strings(t, p.State, "classes")
		if strings.HasPrefix(p.Name, "folds") {
			var k model.KFold
			if err := artefact.SetParams(&k, p.State.Params); err != nil {
				t.Fatal(err)
			}
			plain, err := k.Split(len(classes))
			if err != nil {
				t.Fatal(err)
			}
			golden.Equal(t, p.Name, foldOf(t, plain, len(classes)), golden.Ints(t, p.State, "fold"))
			even, err := k.SplitStratified(classes)
			if err != nil {
				t.Fatal(err)
			}
			golden.Equal(t, p.Name+" stratified", foldOf(t, even, len(classes)), golden.Ints(t, p.State, "stratified"))
			continue
		}
		var o model.SplitOpts
		if err := artefact.SetParams(&o, p.State.Params); err != nil {
			t.Fatal(err)
		}
		train, test, err := model.SplitIndices(len(classes), nil, o)
		if err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, p.Name+": train", train, golden.Ints(t, p.State, "train"))
		golden.Equal(t, p.Name+": test", test, golden.Ints(t, p.State, "test"))
		if o.NoShuffle {
			continue
		}
		train, test, err = model.SplitIndices(len(classes), classes, o)
		if err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, p.Name+": stratified train", train, golden.Ints(t, p.State, "stratified_train"))
		golden.Equal(t, p.Name+": stratified test", test, golden.Ints(t, p.State, "stratified_test"))
	}
}

// foldOf returns the fold in whose test each row is, and checks that it is in the
// training of all others.
func foldOf(t *testing.T, folds []model.Fold, n int) []int {
	t.Helper()
	of := make([]int, n)
	for f, fold := range folds {
		in := map[int]bool{}
		for _, i := range fold.Test {
			of[i], in[i] = f, true
		}
		for _, i := range fold.Train {
			if in[i] {
				t.Errorf("row %d is in both parts of fold %d", i, f)
			}
			in[i] = true
		}
		if len(in) != n {
			t.Errorf("fold %d has %d of %d rows", f, len(in), n)
		}
	}
	return of
}

func TestWhatIsWrongWithASplitIsSaid(t *testing.T) {
	for _, c := range []struct {
		n       int
		classes []string
		opts    model.SplitOpts
		want    string
	}{
		{10, nil, model.SplitOpts{TestShare: 1.5}, "TestShare is 1.5"},
		{10, nil, model.SplitOpts{TrainShare: -0.1}, "TrainShare is -0.1"},
		{10, nil, model.SplitOpts{TestShare: 0.6, TrainShare: 0.6}, "more than there is"},
		{1, nil, model.SplitOpts{}, "a split of 1 rows leaves 0 to train and 1 to test"},
		{0, nil, model.SplitOpts{}, "a split of 0 rows"},
		{2, []string{"a"}, model.SplitOpts{}, "1 classes to stratify 2 rows"},
		{4, []string{"a", "a", "a", "b"}, model.SplitOpts{}, `class "b" has a single row`},
		{4, []string{"a", "a", "b", "b"}, model.SplitOpts{}, "too few for 2 classes"},
		{4, []string{"a", "a", "b", "b"}, model.SplitOpts{NoShuffle: true}, "cannot be stratified"},
		{4, nil, model.SplitOpts{Stratify: "label"}, `no column "label"`},
	} {
		if _, _, err := model.SplitIndices(c.n, c.classes, c.opts); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	for want, split := range map[string]func() ([]model.Fold, error){
		"3 rows cannot be cut into 5 folds":               func() ([]model.Fold, error) { return model.KFold{}.Split(3) },
		"9 rows cannot be cut into 1 folds":               func() ([]model.Fold, error) { return model.KFold{Folds: 1}.Split(9) },
		"5 folds are more than the 3 rows of the largest": func() ([]model.Fold, error) { return model.KFold{}.SplitStratified([]string{"a", "b", "a", "b", "a"}) },
	} {
		if _, err := split(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func ExampleTrainTestSplit() {
	data, err := frame.New(
		frame.Strings("text", []string{"a", "b", "c", "d", "e", "f", "g", "h"}),
		frame.Strings("label", []string{"spam", "ham", "spam", "ham", "spam", "ham", "spam", "ham"}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	train, test, err := model.TrainTestSplit(data, model.SplitOpts{Seed: 43, Stratify: "label"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(train.NumRows(), test.NumRows())
	// Output: 6 2
}
