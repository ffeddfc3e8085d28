package watch

// This file tests whom a watcher asks, when, and what it tells of that. The clock is
// synctest's: it moves when nothing is left to do, so nothing here depends on how fast a
// machine is.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/netherfield/netherfield/runtime/client"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
	"github.com/netherfield/netherfield/runtime/service"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// listening returns the address of a server. It keeps no connection: the clock would wait
// for what may come on it.
func listening(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.Config.SetKeepAlivesEnabled(false)
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

// A fake is a service that counts how often it was asked for metrics, and fails on demand.
type fake struct {
	url   string
	asked atomic.Int64
	fails atomic.Pointer[http.HandlerFunc]
}

func startFake(t *testing.T) *fake {
	f := &fake{}
	f.url = listening(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/metrics" {
			f.asked.Add(1)
		}
		if fail := f.fails.Load(); fail != nil {
			(*fail)(w, r)
			return
		}
		switch r.URL.Path {
		case "/metrics":
			fmt.Fprint(w, "pipeline_predictions_total{pipeline=\"spam\",value=\"ham\"} 1\n")
		case "/pipelines":
			fmt.Fprint(w, `{"pipelines": [{"name": "spam", "versions": []}]}`)
		default:
			http.NotFound(w, r)
		}
	}))
	return f
}

// news are what a watcher has told.
type news struct {
	mu      sync.Mutex
	changed []State
	sampled map[string][]Sample
	log     []string // "service NAME" and "gone NAME"
	trouble string
}

// watching returns a watcher that tells news.
func watching(o Opts) (*Watcher, *news) {
	n := &news{sampled: map[string][]Sample{}}
	locked := func(f func()) {
		n.mu.Lock()
		defer n.mu.Unlock()
		f()
	}
	o.Changed = func(s State) {
		locked(func() { n.changed, n.log = append(n.changed, s), append(n.log, "service "+s.Name) })
	}
	o.Sampled = func(name string, s Sample) { locked(func() { n.sampled[name] = append(n.sampled[name], s) }) }
	o.Gone = func(name string) { locked(func() { n.log = append(n.log, "gone "+name) }) }
	o.Trouble = func(why string) { locked(func() { n.trouble = why }) }
	return New(o), n
}

// take returns what was told of services since it was last taken.
func (n *news) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	log := n.log
	n.log = nil
	return log
}

// known returns what somebody knows who was told all.
func (n *news) known() (states []State, trouble string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	known, told := map[string]State{}, n.changed
	for _, one := range n.log {
		if name, gone := strings.CutPrefix(one, "gone "); gone {
			delete(known, name)
			continue
		}
		known[told[0].Name] = told[0]
		told = told[1:]
	}
	return slices.SortedFunc(maps.Values(known), func(a, b State) int { return strings.Compare(a.Name, b.Name) }), n.trouble
}

func (n *news) last() State {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.changed) == 0 {
		return State{}
	}
	return n.changed[len(n.changed)-1]
}

func (n *news) samples(name string) []Sample {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.sampled[name])
}

func TestNobodyIsAskedWhileNobodyWatches(t *testing.T) {
	f := startFake(t)
	synctest.Test(t, func(t *testing.T) {
		var clusterAsked atomic.Int64
		w, n := watching(Opts{
			Services: []Service{{Name: "spam", URL: f.url, Origin: Configured}},
			Cluster: func(context.Context) ([]Service, string, error) {
				clusterAsked.Add(1)
				return nil, "", nil
			},
		})
		asked := func() [2]int64 { return [2]int64{f.asked.Load(), clusterAsked.Load()} }
		after := func(d time.Duration, want [2]int64, who string) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if got := asked(); got != want {
				t.Errorf("service and cluster were asked %d times, want %d, when %s", got, want, who)
			}
		}
		after(time.Hour, [2]int64{0, 0}, "nobody has looked yet")
		first := w.Watch()
		after(500*time.Millisecond, [2]int64{1, 1}, "one begins to look")
		second := w.Watch()
		after(29*time.Second, [2]int64{30, 1}, "two look")
		first()
		first() // which does nothing
		after(time.Second, [2]int64{31, 2}, "one still looks")
		second()
		w.Close()
		after(time.Hour, [2]int64{31, 2}, "all have gone")
		if got := len(n.samples("spam")); got != 31 {
			t.Errorf("there are %d samples", got)
		}
		release := w.Watch()
		after(500*time.Millisecond, [2]int64{32, 3}, "one comes back")
		release()
		w.Close()
	})
}

func TestAServiceThatNothingIsAskedOfIsAskedLessOften(t *testing.T) {
	f := startFake(t)
	synctest.Test(t, func(t *testing.T) {
		w, n := watching(Opts{Services: []Service{{Name: "spam", URL: f.url}}})
		defer w.Close()
		defer w.Watch()()
		time.Sleep(11 * time.Minute)
		synctest.Wait()
		samples := n.samples("spam")
		apart := func(i int) int64 { return samples[i].At - samples[i-1].At }
		if first, last := apart(1), apart(len(samples)-1); first != 1000 || last != 2000 {
			t.Errorf("samples are %d ms apart at first, and %d ms at last", first, last)
		}
		states, _ := w.States()
		if got := len(states[0].Samples); got != kept || states[0].Samples[kept-1].At != samples[len(samples)-1].At {
			t.Errorf("%d samples are kept, and are to be the last %d", got, kept)
		}
	})
}

// saved returns a fitted pipeline as an artefact.
func saved(t *testing.T) []byte {
	t.Helper()
	t.Setenv(pipeline.SaveFile, "")
	p := pipeline.New(
		pipeline.Step("vectorize", &feature.HashingVectorizer{Buckets: 64}),
		pipeline.Step("model", &model.LogisticRegression{C: 1}),
	)
	if err := p.Fit([]string{"buy coffee", "single man", "buy tea", "good fortune"}, []string{"spam", "ham", "spam", "ham"}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "model.sav")
	if err := pipeline.SaveStage(p, file, pipeline.Origin{Commit: "none"}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestWhatAServiceHasLoadedIsToldWhenItChanges(t *testing.T) {
	artefact := saved(t)
	served := service.New(service.Opts{AdminToken: "secret"})
	t.Cleanup(served.Close)
	s := Service{Name: "ours", URL: listening(t, served), Token: "secret", Origin: Environment}
	synctest.Test(t, func(t *testing.T) {
		c, err := s.Client()
		if err != nil {
			t.Fatal(err)
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		load := func(version string) {
			t.Helper()
			_, err := c.Load(t.Context(), "spam", version, artefact)
			must(err)
		}
		w, n := watching(Opts{Services: []Service{s}})
		defer w.Close()
		defer w.Watch()()
		told := func(when, want string) {
			t.Helper()
			synctest.Wait()
			got := ""
			for _, p := range n.last().Pipelines {
				for _, v := range p.Versions {
					got += fmt.Sprint(p.Name, " ", v.Version, " ", v.Labels, "; ")
				}
			}
			if got != want {
				t.Errorf("%s, it is told to have %q, want %q", when, got, want)
			}
		}
		time.Sleep(time.Second / 2)
		told("at first", "")
		if state := n.last(); !state.Asked || !state.Loads || state.Error != "" || state.Origin != Environment || state.URL != s.URL {
			t.Errorf("%+v", state)
		}
		load("1")
		load("2")
		must(c.Label(t.Context(), "spam", "stable", "1", 0))
		time.Sleep(time.Second)
		told("a second after it was loaded", "spam 1 [stable]; spam 2 []; ")
		// No metric tells of a label.
		must(c.Label(t.Context(), "spam", "stable", "2", 0))
		time.Sleep(time.Second)
		told("nobody having said that labels changed", "spam 1 [stable]; spam 2 []; ")
		w.Refresh()
		told("at once after it was said", "spam 1 []; spam 2 [stable]; ")
		must(c.Label(t.Context(), "spam", "stable", "1", 0))
		time.Sleep(catalogue + time.Second)
		told("after a while", "spam 1 [stable]; spam 2 []; ")

		for range 3 {
			_, err := c.Predict(t.Context(), []string{"buy tea"}, client.PredictOpts{Pipeline: "spam"})
			must(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		samples := n.samples("ours")
		f := samples[len(samples)-1].Pipelines["spam"]
		if f.Rate == nil || *f.Rate != 3 || f.P50 == nil || f.Total["spam"] != 3 || f.Shares["spam"] != 1 {
			t.Errorf("three requests in a second make %+v", f)
		}
	})
}

func TestAFailingServiceIsAskedEverLessOften(t *testing.T) {
	f := startFake(t)
	fail := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The worst that a service can say.
		http.Error(w, fmt.Sprintf("no: %q %s %s", r.Header["Authorization"], r.Host, r.URL), http.StatusServiceUnavailable)
	})
	f.fails.Store(&fail)
	s := Service{Name: "spam", URL: strings.Replace(f.url, "://", "://jane:austen@", 1), Token: "netherfield-park"}
	synctest.Test(t, func(t *testing.T) {
		w, n := watching(Opts{Services: []Service{s}})
		defer w.Close()
		defer w.Watch()()
		for failures := 1; failures <= 8; failures++ {
			synctest.Wait()
			state := n.last()
			if !strings.Contains(state.Error, "503") || state.Retry == nil || !state.Asked || state.URL != f.url {
				t.Fatalf("after %d failures it is told to be %+v", failures, state)
			}
			longest := min(time.Second<<failures, 30*time.Second)
			if wait := time.Until(*state.Retry); wait < longest/2 || wait >= longest {
				t.Errorf("after %d failures it is asked after %v, want %v to %v", failures, wait, longest/2, longest)
			}
			if got := f.asked.Load(); got != int64(failures) {
				t.Fatalf("it was asked %d times, and failed %d times", got, failures)
			}
			time.Sleep(time.Until(*state.Retry))
		}
		// Somebody has put it right, and has said so.
		synctest.Wait()
		f.fails.Store(nil)
		w.Refresh()
		synctest.Wait()
		if state := n.last(); state.Error != "" || state.Retry != nil || len(state.Pipelines) != 1 {
			t.Errorf("it answers, and is told to be %+v", state)
		}
		// It does not answer just once: that it does again is told with its next answer.
		f.fails.Store(&fail)
		time.Sleep(often)
		synctest.Wait()
		f.fails.Store(nil)
		state := n.last()
		if state.Retry == nil {
			t.Fatalf("it fails, and is told to be %+v", state)
		}
		time.Sleep(time.Until(*state.Retry))
		synctest.Wait()
		if state := n.last(); state.Error != "" || state.Retry != nil {
			t.Errorf("it answers, and is told to be %+v", state)
		}
		text, err := json.Marshal(n.changed)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"netherfield-park", "jane", "austen"} {
			if strings.Contains(string(text), secret) {
				t.Errorf("%s is told: %s", secret, text)
			}
		}
	})
}

// deployedAs returns a service of the cluster.
func deployedAs(name, kind, url string, ready int64) Service {
	return Service{Name: name, URL: url, Origin: Cluster, Deployed: &Deployed{Name: name, Kind: kind, Namespace: "team", Ready: ready, Wanted: 2}}
}

func TestServicesOfTheClusterComeAndGo(t *testing.T) {
	f, moved := startFake(t), startFake(t)
	synctest.Test(t, func(t *testing.T) {
		var found []Service
		var hidden string
		var trouble error
		w, n := watching(Opts{
			Services: []Service{{Name: "ours", URL: f.url, Origin: Configured}},
			Cluster:  func(context.Context) ([]Service, string, error) { return found, hidden, trouble },
		})
		defer w.Close()
		defer w.Watch()()
		synctest.Wait()
		for _, tt := range []struct {
			when    string
			found   []Service
			hidden  string
			trouble error
			known   string // names, addresses, and how many pods are ready
		}{
			{
				when: "there is none",
			}, {
				when:  "two appear, one of them without an address",
				found: []Service{deployedAs("spam", "Deployment", f.url, 1), deployedAs("mute", "Deployment", "", 2)},
				known: "mute  2, spam " + f.url + " 1",
			}, {
				when:  "one has another pod",
				found: []Service{deployedAs("spam", "Deployment", f.url, 2), deployedAs("mute", "Deployment", "", 2)},
				known: "mute  2, spam " + f.url + " 2",
			}, {
				when:    "the cluster is away, which takes nothing off",
				trouble: errors.New("nobody answers"),
				known:   "mute  2, spam " + f.url + " 2",
			}, {
				when:  "one moves, the other goes",
				found: []Service{deployedAs("spam", "Deployment", moved.url, 2)},
				known: "spam " + moved.url + " 2",
			}, {
				when:  "names are those of others",
				found: []Service{deployedAs("ours", "Deployment", f.url, 1), deployedAs("spam", "Deployment", moved.url, 2), deployedAs("spam", "KServe", f.url, 0)},
				known: "ours (team) " + f.url + " 1, spam " + moved.url + " 2, spam (KServe) " + f.url + " 0",
			}, {
				when:   "some are hidden",
				found:  []Service{deployedAs("spam", "Deployment", moved.url, 2)},
				hidden: "no others may be listed",
				known:  "spam " + moved.url + " 2",
			}, {
				when: "all go",
			},
		} {
			found, hidden, trouble = tt.found, tt.hidden, tt.trouble
			w.Refresh()
			synctest.Wait()
			states, why := w.States()
			known := func(states []State) string {
				var out []string
				for _, s := range states {
					if s.Deployed != nil {
						out = append(out, fmt.Sprintf("%s %s %d", s.Name, s.URL, s.Deployed.Ready))
					}
				}
				return strings.Join(out, ", ")
			}
			if got := known(states); got != tt.known {
				t.Errorf("%s: there are %q, want %q", tt.when, got, tt.known)
			}
			// Who was told of each change knows the same.
			told, trouble := n.known()
			if got := known(told); got != tt.known {
				t.Errorf("%s: %q are told, want %q", tt.when, got, tt.known)
			}
			if tt.trouble != nil && why != tt.trouble.Error() || tt.trouble == nil && why != tt.hidden || trouble != why {
				t.Errorf("%s: the trouble is %q, and is told to be %q", tt.when, why, trouble)
			}
		}
		if _, err := w.Service("spam"); !errors.Is(err, ErrNoService) {
			t.Errorf("one that has gone: %v", err)
		}
		if s, err := w.Service("ours"); err != nil || s.URL != f.url {
			t.Errorf("ours is %+v, %v", s, err)
		}
	})
}

// A service goes while it is asked: what it answers then is no news.
func TestNothingIsToldOfWhatHasGone(t *testing.T) {
	f := startFake(t)
	entered, leave := make(chan struct{}, 10), make(chan struct{})
	hang := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		<-leave
		fmt.Fprint(w, "pipeline_predictions_total 1\n")
	})
	synctest.Test(t, func(t *testing.T) {
		found := []Service{deployedAs("spam", "Deployment", f.url, 1)}
		gone := make(chan struct{})
		wait := sync.OnceFunc(func() { <-entered })
		w, n := watching(Opts{Cluster: func(context.Context) ([]Service, string, error) {
			if found == nil {
				wait()
			}
			return found, "", nil
		}})
		tell := w.opts.Gone
		w.opts.Gone = func(name string) {
			tell(name)
			close(gone)
		}
		defer w.Close()
		defer w.Watch()()
		synctest.Wait()
		n.take()
		before := len(n.samples("spam"))
		f.fails.Store(&hang)
		found = nil
		w.Refresh()
		<-gone
		close(leave)
		time.Sleep(time.Hour)
		synctest.Wait()
		if log := n.take(); !slices.Equal(log, []string{"gone spam"}) || len(n.samples("spam")) != before {
			t.Errorf("%q was told, and %d samples", log, len(n.samples("spam"))-before)
		}
	})
}

// An ending context ends while what waits for it looks elsewhere.
type ending struct{ context.Context }

func (ending) Err() error { return context.Canceled }

// A service may have gone just when it has answered.
func TestAnAnswerThatComesTooLateIsNoNews(t *testing.T) {
	f := startFake(t)
	w, n := watching(Opts{Services: []Service{{Name: "spam", URL: f.url}}})
	s := w.watched["spam"]
	c, err := s.Client()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.sample(ending{t.Context()}, c, s); !errors.Is(err, context.Canceled) {
		t.Errorf("it is sampled: %v", err)
	}
	if err := w.list(ending{t.Context()}, c, s); err != nil {
		t.Error(err)
	}
	if log := n.take(); f.asked.Load() != 1 || log != nil || len(n.samples("spam")) > 0 {
		t.Errorf("%q was told, and %d samples", log, len(n.samples("spam")))
	}
}

func TestCloseEndsWhatIsAsked(t *testing.T) {
	entered := make(chan struct{}, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		<-r.Context().Done()
	}))
	defer server.Close()
	w, n := watching(Opts{
		Services: []Service{{Name: "spam", URL: server.URL}},
		Cluster: func(ctx context.Context) ([]Service, string, error) {
			entered <- struct{}{}
			<-ctx.Done()
			return nil, "", ctx.Err()
		},
	})
	release := w.Watch()
	<-entered
	<-entered
	release()
	w.Close()
	// It has waited: nobody tells anything any more. TestMain sees that nobody is left.
	if log := n.take(); log != nil {
		t.Errorf("%q was told of what was not waited for", log)
	}
}
