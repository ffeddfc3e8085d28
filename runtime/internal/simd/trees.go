package simd

// This file sends samples down decision trees.

// A Node of a decision tree sends a sample to Child[0] if its feature Slot is at
// most Threshold, or NaN, else to Child[1]. A child that is negative is a leaf.
type Node struct {
	Threshold float32
	Slot      uint32
	Child     [2]int32
}

// Step sends each lane down one level. A lane's upper half is a row of x, a table
// with rows of width; its lower half is a node. Where a row goes is written to to,
// by its number; the lanes that do not come to a leaf are put together, in their
// order, and their number is returned. Neither lanes nor nodes may name what is not
// there: that is not looked for.
func Step(nodes []Node, x []float32, width int, to []int32, lanes []uint64) int {
	if len(lanes) == 0 {
		return 0
	}
	if fast {
		return stepFast(nodes, x, width, to, lanes)
	}
	return step(nodes, x, width, to, lanes)
}

func step(nodes []Node, x []float32, width int, to []int32, lanes []uint64) int {
	k := 0
	for _, lane := range lanes {
		row := lane >> 32
		node := &nodes[uint32(lane)]
		side := 0
		if x[int(row)*width+int(node.Slot)] > node.Threshold {
			side = 1
		}
		child := node.Child[side&1]
		to[row] = child
		lanes[k] = row<<32 | uint64(uint32(child))
		k += int(^uint32(child) >> 31)
	}
	return k
}
