package session

// This file answers what clients ask about the kernel itself.

import (
	"context"

	"github.com/netherfield/netherfield/kernel/wire"
)

// A HelpLink is an entry of the front end's help menu.
type HelpLink struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// Ports are the TCP ports of the channels; 0 for none.
type Ports struct {
	Shell   int `json:"shell_port,omitempty"`
	IOPub   int `json:"iopub_port,omitempty"`
	Stdin   int `json:"stdin_port,omitempty"`
	HB      int `json:"hb_port,omitempty"`
	Control int `json:"control_port,omitempty"`
}

// protocolVersion is the version of the messaging protocol spoken here.
const protocolVersion = "5.5"

type languageInfo struct {
	Name              string `json:"name"`
	Version           string `json:"version"`
	Mimetype          string `json:"mimetype"`
	FileExtension     string `json:"file_extension"`
	PygmentsLexer     string `json:"pygments_lexer"`
	CodemirrorMode    string `json:"codemirror_mode"`
	NbconvertExporter string `json:"nbconvert_exporter"`
}

type kernelInfoReply struct {
	Status                string       `json:"status"`
	ProtocolVersion       string       `json:"protocol_version"`
	Implementation        string       `json:"implementation"`
	ImplementationVersion string       `json:"implementation_version"`
	LanguageInfo          languageInfo `json:"language_info"`
	Banner                string       `json:"banner"`
	HelpLinks             []HelpLink   `json:"help_links"`
	// SupportedFeatures lists "debugger" and "kernel subshells" where a
	// kernel has them.
	SupportedFeatures []string `json:"supported_features"`
	Debugger          bool     `json:"debugger"`
}

// kernelInfo answers kernel_info_request.
func (s *Session) kernelInfo(context.Context, *wire.Message) (any, error) {
	return kernelInfoReply{
		Status:                "ok",
		ProtocolVersion:       protocolVersion,
		Implementation:        s.opts.Implementation,
		ImplementationVersion: s.opts.Version,
		LanguageInfo: languageInfo{
			Name:              "go",
			Version:           s.opts.LanguageVersion,
			Mimetype:          "text/x-go",
			FileExtension:     ".go",
			PygmentsLexer:     "go",
			CodemirrorMode:    "go",
			NbconvertExporter: "script",
		},
		Banner:            s.opts.Banner,
		HelpLinks:         append([]HelpLink{}, s.opts.HelpLinks...),
		SupportedFeatures: []string{},
	}, nil
}

// connect answers connect_request.
func (s *Session) connect(context.Context, *wire.Message) (any, error) {
	return struct {
		Status string `json:"status"`
		Ports
	}{"ok", s.opts.Ports}, nil
}
