// Package png owns the pictures of charts: it draws what display/chart describes with
// gonum/plot, for places where nothing interactive can be shown, such as files on a
// server of git repositories, exports and mails.
//
// A program imports it for its effect, and charts have pictures from then on:
//
//	import _ "github.com/netherfield/netherfield/display/png"
//
// or calls [Draw] to write one. Pictures have twice the pixels that they are shown with,
// so that they are sharp on any screen.
package png
