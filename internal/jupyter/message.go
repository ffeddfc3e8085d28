package jupyter

// This file packs messages and signs them.

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// A Message is what a kernel sends.
type Message struct {
	Type    string // such as "stream"
	Parent  string // the id of the request that it belongs to
	Content json.RawMessage
	// Metadata go with the content, Buffers too.
	Metadata json.RawMessage
	Buffers  [][]byte
}

// A codec packs the messages of a session.
type codec struct {
	key     []byte
	session string
}

var delimiter = []byte("<IDS|MSG>")

func (c codec) sign(parts [][]byte) []byte {
	if len(c.key) == 0 {
		return nil
	}
	mac := hmac.New(sha256.New, c.key)
	for _, p := range parts {
		mac.Write(p)
	}
	return hex.AppendEncode(nil, mac.Sum(nil))
}

// pack returns the frames of a request, and its id.
func (c codec) pack(kind string, content any) (frames [][]byte, id string, err error) {
	id = uuid.NewString()
	header, err := json.Marshal(map[string]string{
		"msg_id": id, "session": c.session, "username": "netherfield", "msg_type": kind, "version": "5.3",
		"date": time.Now().UTC().Format("2006-01-02T15:04:05.000000Z"),
	})
	if err != nil {
		return nil, "", err
	}
	body, err := json.Marshal(content)
	if err != nil {
		return nil, "", err
	}
	parts := [][]byte{header, []byte("{}"), []byte("{}"), body}
	return append([][]byte{delimiter, c.sign(parts)}, parts...), id, nil
}

// unpack reads the frames of a message. What comes before the delimiter, a topic or an
// address, is left out.
func (c codec) unpack(frames [][]byte) (Message, error) {
	for i, f := range frames {
		if bytes.Equal(f, delimiter) {
			frames = frames[i+1:]
			break
		}
	}
	if len(frames) < 5 {
		return Message{}, fmt.Errorf("a message has %d frames", len(frames))
	}
	if !hmac.Equal(frames[0], c.sign(frames[1:5])) {
		return Message{}, errors.New("a message is not signed with the kernel's key")
	}
	var header, parent struct {
		ID   string `json:"msg_id"`
		Type string `json:"msg_type"`
	}
	if err := json.Unmarshal(frames[1], &header); err != nil {
		return Message{}, fmt.Errorf("the header of a message: %w", err)
	}
	if err := json.Unmarshal(frames[2], &parent); err != nil {
		return Message{}, fmt.Errorf("the parent of a message: %w", err)
	}
	return Message{header.Type, parent.ID, frames[4], frames[3], frames[5:]}, nil
}
