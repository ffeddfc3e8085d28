// Package frame owns tables of columns.
package frame
