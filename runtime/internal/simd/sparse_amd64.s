#include "textflag.h"

// func below32(col []int32, n uint32) bool
TEXT ·below32(SB), NOSPLIT, $0-33
	MOVQ  col_base+0(FP), SI
	MOVQ  col_len+8(FP), CX
	VPXOR Y0, Y0, Y0
below32Loop:
	VPMAXUD (SI), Y0, Y0 // a negative column is a large number here
	ADDQ    $32, SI
	SUBQ    $8, CX
	JNZ     below32Loop
	VEXTRACTI128 $1, Y0, X1
	VPMAXUD X1, X0, X0
	VPSHUFD $0x4E, X0, X1
	VPMAXUD X1, X0, X0
	VPSHUFD $0xB1, X0, X1
	VPMAXUD X1, X0, X0
	VMOVD   X0, AX
	VZEROUPPER
	CMPL    AX, n+24(FP)
	SETCS   ret+32(FP)
	RET

// func below16(col []uint16, n uint32) bool
TEXT ·below16(SB), NOSPLIT, $0-33
	MOVQ  col_base+0(FP), SI
	MOVQ  col_len+8(FP), CX
	VPXOR X0, X0, X0
below16Loop:
	VPMAXUW (SI), X0, X0
	ADDQ    $16, SI
	SUBQ    $8, CX
	JNZ     below16Loop
	// The smallest of the complements is that of the largest.
	VPCMPEQW    X1, X1, X1
	VPXOR       X1, X0, X0
	VPHMINPOSUW X0, X0
	VMOVD       X0, AX
	NOTL        AX
	ANDL        $0xFFFF, AX
	CMPL        AX, n+24(FP)
	SETCS       ret+32(FP)
	RET

// TERM adds a product to a sum: LOAD is how a column is read from where it is.
#define TERM(LOAD, at, index, valueAt, x, sum) \
	LOAD        at(SI), index             \
	VMOVSD      (BX)(index*8), x          \
	VFMADD231SD valueAt(DI), x, sum

// func sparseDot32(col []int32, value, w []float64) float64
TEXT ·sparseDot32(SB), NOSPLIT, $0-80
	MOVQ   col_base+0(FP), SI
	MOVQ   col_len+8(FP), CX
	MOVQ   value_base+24(FP), DI
	MOVQ   w_base+48(FP), BX
	VXORPD X0, X0, X0
	VXORPD X1, X1, X1
	VXORPD X2, X2, X2
	VXORPD X3, X3, X3
sparse32Loop:
	// Rows are read once: they must not drive w out of the second-level cache.
	PREFETCHNTA 512(SI)
	PREFETCHNTA 512(DI)
	TERM(MOVL, 0, AX, 0, X4, X0)
	TERM(MOVL, 4, DX, 8, X5, X1)
	TERM(MOVL, 8, R8, 16, X6, X2)
	TERM(MOVL, 12, R9, 24, X7, X3)
	TERM(MOVL, 16, AX, 32, X4, X0)
	TERM(MOVL, 20, DX, 40, X5, X1)
	TERM(MOVL, 24, R8, 48, X6, X2)
	TERM(MOVL, 28, R9, 56, X7, X3)
	ADDQ $32, SI
	ADDQ $64, DI
	SUBQ $8, CX
	JNZ  sparse32Loop
	VADDSD X1, X0, X0
	VADDSD X3, X2, X2
	VADDSD X2, X0, X0
	VMOVSD X0, ret+72(FP)
	RET

// func sparseDot16(col []uint16, value, w []float64) float64
TEXT ·sparseDot16(SB), NOSPLIT, $0-80
	MOVQ   col_base+0(FP), SI
	MOVQ   col_len+8(FP), CX
	MOVQ   value_base+24(FP), DI
	MOVQ   w_base+48(FP), BX
	VXORPD X0, X0, X0
	VXORPD X1, X1, X1
	VXORPD X2, X2, X2
	VXORPD X3, X3, X3
sparse16Loop:
	PREFETCHNTA 512(SI)
	PREFETCHNTA 512(DI)
	TERM(MOVWLZX, 0, AX, 0, X4, X0)
	TERM(MOVWLZX, 2, DX, 8, X5, X1)
	TERM(MOVWLZX, 4, R8, 16, X6, X2)
	TERM(MOVWLZX, 6, R9, 24, X7, X3)
	TERM(MOVWLZX, 8, AX, 32, X4, X0)
	TERM(MOVWLZX, 10, DX, 40, X5, X1)
	TERM(MOVWLZX, 12, R8, 48, X6, X2)
	TERM(MOVWLZX, 14, R9, 56, X7, X3)
	ADDQ $16, SI
	ADDQ $64, DI
	SUBQ $8, CX
	JNZ  sparse16Loop
	VADDSD X1, X0, X0
	VADDSD X3, X2, X2
	VADDSD X2, X0, X0
	VMOVSD X0, ret+72(FP)
	RET
