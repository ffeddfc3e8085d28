package interp

// This file decides when units look whether they are to stop.
//
// A unit's alert is raised while one of its functions has a successor, and
// when a cell is stopped, until its goroutines are gone. Some never go: they
// wait for what does not come. As a raised alert costs time in every loop, a
// second after the stop it is raised for moments only, often enough to stop a
// goroutine that goes on after all.

import (
	"sync/atomic"
	"time"
)

const (
	alarmAtStop = time.Second
	alarmEvery  = 250 * time.Millisecond
	alarmFor    = 2 * time.Millisecond
)

// An alarm tells compiled code that goroutines are to stop.
type alarm struct {
	raised atomic.Bool

	// The rest is guarded by the mutex of units.
	moment   bool // it is raised for a moment
	watching bool
	closed   chan struct{}
}

// alert sets the alerts of all units as they must be now. It is called after
// each change of what they depend on.
func (m *Machine) alert() {
	m.units.mu.Lock()
	defer m.units.mu.Unlock()
	a := &m.units.alarm
	stopped, late := m.stoppedGroups()
	raised := stopped && (!late || a.moment)
	a.raised.Store(raised)
	for _, u := range m.units.byPath {
		want := uint32(0)
		if raised || u.redirected {
			want = 1
		}
		if u.Alert != nil && atomic.LoadUint32(u.Alert) != want {
			atomic.StoreUint32(u.Alert, want)
		}
	}
	if stopped && !a.watching && m.units.some.Load() {
		a.watching = true
		go m.watchStopped()
	}
}

// stoppedGroups tells whether goroutines of stopped groups live, and whether
// all of those were stopped long ago.
func (m *Machine) stoppedGroups() (some, late bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	late = true
	for g := range m.groups {
		if g.stopFlag.Load() != 0 {
			some = true
			late = late && time.Now().UnixNano()-g.stoppedAt.Load() > int64(alarmAtStop)
		}
	}
	return some, late
}

// watchStopped raises the alarm from time to time, as long as goroutines of
// stopped groups live.
func (m *Machine) watchStopped() {
	a := &m.units.alarm
	moment := func(on bool) {
		m.units.mu.Lock()
		a.moment = on
		m.units.mu.Unlock()
		m.alert()
	}
	for {
		select {
		case <-a.closed:
			return
		case <-time.After(alarmEvery):
		}
		moment(true)
		time.Sleep(alarmFor)
		moment(false)
		m.units.mu.Lock()
		some, _ := m.stoppedGroups()
		a.watching = some
		m.units.mu.Unlock()
		if !some {
			return
		}
	}
}
