#include "textflag.h"

// The bins of feature k begin at 2112·k bytes. Vector instructions do not help
// here; what does is that eight features' counts and all addresses stay in
// registers, so that a sample waits for none of the others' additions but those to
// the same bin.

// func countFast(counts *Counts, codes *[8][]uint8, step int, samples, add []uint64)
TEXT ·countFast(SB), NOSPLIT, $16-72
	MOVQ samples_base+24(FP), AX
	MOVQ samples_len+32(FP), CX
	MOVQ add_base+48(FP), DX
	LEAQ (AX)(CX*8), CX
	MOVQ CX, end-8(SP)
	SUBQ AX, DX                // add[i] is as far behind samples[i]
	MOVQ DX, ahead-16(SP)
	MOVQ counts+0(FP), DI
	MOVQ codes+8(FP), BX
	MOVQ 0(BX), R8
	MOVQ 24(BX), R9
	MOVQ 48(BX), R10
	MOVQ 72(BX), R11
	MOVQ 96(BX), R12
	MOVQ 120(BX), R13
	MOVQ 144(BX), R15
	MOVQ 168(BX), BX
sample:
	MOVL (AX), SI
	MOVQ ahead-16(SP), DX
	MOVQ (AX)(DX*1), DX
	IMULQ step+16(FP), SI
	MOVBQZX (R8)(SI*1), CX
	ADDQ DX, 0(DI)(CX*8)
	MOVBQZX (R9)(SI*1), CX
	ADDQ DX, 2112(DI)(CX*8)
	MOVBQZX (R10)(SI*1), CX
	ADDQ DX, 4224(DI)(CX*8)
	MOVBQZX (R11)(SI*1), CX
	ADDQ DX, 6336(DI)(CX*8)
	MOVBQZX (R12)(SI*1), CX
	ADDQ DX, 8448(DI)(CX*8)
	MOVBQZX (R13)(SI*1), CX
	ADDQ DX, 10560(DI)(CX*8)
	MOVBQZX (R15)(SI*1), CX
	ADDQ DX, 12672(DI)(CX*8)
	MOVBQZX (BX)(SI*1), CX
	ADDQ DX, 14784(DI)(CX*8)
	ADDQ $8, AX
	CMPQ AX, end-8(SP)
	JB   sample
	RET

// func nonZeroFast(x *[264]uint64, set *[4]uint64)
TEXT ·nonZeroFast(SB), NOSPLIT, $0-16
	MOVQ  x+0(FP), SI
	MOVQ  set+8(FP), DI
	VPXOR Y0, Y0, Y0
	MOVQ  $4, BX
word:
	// 64 elements: sixteen times four, the last first.
	XORQ AX, AX
	MOVQ $480, CX
four:
	VPCMPEQQ  (SI)(CX*1), Y0, Y1
	VMOVMSKPD Y1, DX
	SHLQ $4, AX
	ORQ  DX, AX
	SUBQ $32, CX
	JGE  four
	NOTQ AX
	MOVQ AX, (DI)
	ADDQ $512, SI
	ADDQ $8, DI
	DECQ BX
	JNZ  word
	VZEROUPPER
	RET

// func nonZerosFast(x []float64, stride int, mask []uint16)
TEXT ·nonZerosFast(SB), NOSPLIT, $0-56
	MOVQ x_base+0(FP), SI
	MOVQ stride+24(FP), R8
	SHLQ $3, R8
	MOVQ mask_base+32(FP), DI
	MOVQ mask_len+40(FP), CX
	VXORPD Y0, Y0, Y0
row:
	VCMPPD $4, (SI), Y0, Y1    // not equal, or NaN
	VCMPPD $4, 32(SI), Y0, Y2
	VCMPPD $4, 64(SI), Y0, Y3
	VCMPPD $4, 96(SI), Y0, Y4
	VMOVMSKPD Y1, AX
	VMOVMSKPD Y2, BX
	VMOVMSKPD Y3, DX
	VMOVMSKPD Y4, R9
	SHLQ $4, BX
	SHLQ $8, DX
	SHLQ $12, R9
	ORQ  BX, AX
	ORQ  R9, DX
	ORQ  DX, AX
	MOVW AX, (DI)
	ADDQ R8, SI
	ADDQ $2, DI
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET
