// Package corpus owns the data of the workshop: messages that Markov chains make of two
// texts, one for each class, in any number.
//
//	data, err := corpus.Generate(corpus.Opts{Rows: 40_000, Seed: 43})
//	err = data.Write("data/training.parquet")
//
// A chain knows which words follow which in a text. Walking along it at random gives
// sentences that nobody has written, in the words and the manner of the text. The two
// texts that come with the package were written for it: domestic prose in the manner of
// the novels of about 1810, of which legitimate messages are made, and customers' reviews
// of food, of which spam is made. They speak of the same things often enough that no
// single word tells one from the other.
//
// The same texts, options and seed make the same messages, byte for byte, on any machine.
package corpus
