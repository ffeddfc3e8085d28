package wire

// This file tests the outgoing queue with a clock of its own (testing/synctest).

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

const (
	testBound = 1 << 20
	testPiece = 1 << 10
	testStall = 10 * time.Second
)

// A rig is an outbox and the peer that it writes to.
type rig struct {
	*outbox
	peer    net.Conn
	stalled time.Time // when the outbox called stalled
	ended   chan error
}

// newRig starts an outbox whose peer reads nothing yet.
func newRig() *rig {
	near, far := net.Pipe()
	r := &rig{peer: far, ended: make(chan error, 1)}
	r.outbox = newOutbox(testBound, testStall, func() {
		r.stalled = time.Now()
		r.outbox.close()
		near.Close()
	})
	go func() { r.ended <- r.run(near) }()
	return r
}

// fill puts packets until one does not fit any more.
func (r *rig) fill(t *testing.T) {
	t.Helper()
	for {
		ok, err := r.try(single(make([]byte, testPiece)))
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return
		}
	}
}

func TestAStalledPeerSlowsSendersDownToAKnownRateUntilItIsDisconnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		start := time.Now()
		r.fill(t)
		if r.waiting() != testBound {
			t.Errorf("%d bytes queued at once, want %d", r.waiting(), testBound)
		}
		longest, sent := time.Duration(0), 0
		for {
			before := time.Now()
			if err := r.put(single(make([]byte, testPiece))); err != nil {
				if !errors.Is(err, errClosed) {
					t.Fatal(err)
				}
				break
			}
			longest = max(longest, time.Since(before))
			sent += testPiece
		}
		if want := (growth - 1) * testBound; sent < want-testPiece || sent > want+testPiece {
			t.Errorf("%d bytes sent while the peer was stalled, want %d", sent, want)
		}
		// One packet's share of the stall time, and no more, is what it waits.
		if share := testStall * testPiece / ((growth - 1) * testBound); longest > share+time.Millisecond {
			t.Errorf("a sender waited %v, want at most %v", longest, share)
		}
		if got := r.stalled.Sub(start); got != testStall {
			t.Errorf("disconnected after %v, want %v", got, testStall)
		}
		<-r.ended
	})
}

func TestAPeerWithinItsBoundMayStallForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		if err := r.put(single(make([]byte, testBound-1))); err != nil {
			t.Fatal(err)
		}
		time.Sleep(1000 * testStall)
		if !r.stalled.IsZero() {
			t.Error("disconnected")
		}
		r.close()
		r.peer.Close()
		<-r.ended
	})
}

func TestALatePeerThatReadsIsNotDisconnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		const total = 3000 * testPiece
		go func() {
			for range total / testPiece {
				r.put(single(make([]byte, testPiece)))
			}
			r.drain()
		}()
		// writeSize a second is more than testBound/leastShare in testStall.
		read := 0
		b := make([]byte, writeSize)
		for {
			n, err := r.peer.Read(b)
			read += n
			if read == total {
				break
			}
			if err != nil {
				t.Fatalf("after %d bytes: %v", read, err)
			}
			time.Sleep(time.Second)
		}
		if err := <-r.ended; err != nil || !r.stalled.IsZero() {
			t.Errorf("ended with %v, stalled %v", err, r.stalled)
		}
	})
}

func TestATricklingPeerIsDisconnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		go func() {
			for r.put(single(make([]byte, testPiece))) == nil {
			}
		}()
		b := make([]byte, 1)
		for {
			if _, err := r.peer.Read(b); err != nil {
				break
			}
			time.Sleep(time.Millisecond)
		}
		<-r.ended
		if r.stalled.IsZero() {
			t.Error("not disconnected")
		}
	})
}

func TestAPeerThatCatchesUpIsAsGoodAsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		for range 3 {
			r.fill(t)
			time.Sleep(testStall / 2)
			if _, err := io.CopyN(io.Discard, r.peer, int64(r.waiting())); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			time.Sleep(testStall)
			if !r.stalled.IsZero() {
				t.Fatal("disconnected")
			}
		}
		r.drain()
		if err := <-r.ended; err != nil {
			t.Error(err)
		}
	})
}

func TestAPacketLargerThanTheBoundGoesThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		large := bytes.Repeat([]byte("l"), 10*testBound)
		if err := r.put(packet{head: []byte("h"), rest: [][]byte{large, []byte("t")}, size: 2 + len(large)}); err != nil {
			t.Fatal(err)
		}
		r.drain()
		got := make([]byte, len(large)+2)
		if _, err := io.ReadFull(r.peer, got); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got[1:len(got)-1], large) || got[0] != 'h' || got[len(got)-1] != 't' {
			t.Error("the bytes differ")
		}
		if err := <-r.ended; err != nil {
			t.Error(err)
		}
	})
}

func TestSmallPacketsShareOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		o := newOutbox(testBound, testStall, func() {})
		for _, piece := range []string{"a", "b", "c"} {
			if err := o.put(single([]byte(piece))); err != nil {
				t.Fatal(err)
			}
		}
		o.drain()
		go o.run(near)
		b := make([]byte, 10)
		if n, err := far.Read(b); err != nil || string(b[:n]) != "abc" {
			t.Errorf("first read got %q, %v", b[:n], err)
		}
	})
}
