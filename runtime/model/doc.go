// Package model owns learners, and how data is split for them.
package model
