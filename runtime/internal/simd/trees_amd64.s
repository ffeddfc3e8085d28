#include "textflag.h"

// func stepFast(nodes []Node, x []float32, width int, to []int32, lanes []uint64) int
TEXT ·stepFast(SB), NOSPLIT, $0-112
	MOVQ nodes_base+0(FP), SI
	MOVQ x_base+24(FP), DI
	MOVQ width+48(FP), R8
	MOVQ to_base+56(FP), R9
	MOVQ lanes_base+80(FP), R10
	MOVQ lanes_len+88(FP), R11
	LEAQ (R10)(R11*8), R11     // end
	MOVQ R10, R12              // where lanes go
lane:
	MOVQ (R10), AX
	ADDQ $8, R10
	MOVL AX, BX
	SHRQ $32, AX               // row
	SHLQ $4, BX
	ADDQ SI, BX                // node
	MOVQ AX, DX
	IMULQ R8, DX
	MOVL 4(BX), CX
	ADDQ CX, DX
	XORL R13, R13
	VMOVSS (DI)(DX*4), X0
	VUCOMISS (BX), X0
	SETHI R13
	MOVL 8(BX)(R13*4), CX      // child
	MOVL CX, (R9)(AX*4)
	SHLQ $32, AX
	ORQ  CX, AX
	MOVQ AX, (R12)
	NOTL CX
	SHRL $31, CX               // 1 unless it is a leaf
	LEAQ (R12)(CX*8), R12
	CMPQ R10, R11
	JB   lane
	SUBQ lanes_base+80(FP), R12
	SHRQ $3, R12
	MOVQ R12, ret+104(FP)
	RET
