#include "textflag.h"

// The kinds of marks and white space: a byte is of one if what lows has for its lower
// half and highs for its upper half have a bit in common. Bits 0 to 4 stand for the marks
// whose upper half is 2, 3, 4, 5 and 7, bits 5 to 7 for the white space where it is 0,
// 1 and 2.
DATA lows<>+0(SB)/8, $0x0101010101000184
DATA lows<>+8(SB)/8, $0x4a5b7b633b222101
GLOBL lows<>(SB), RODATA|NOPTR, $16
DATA highs<>+0(SB)/8, $0x1000080402814020
DATA highs<>+8(SB)/8, $0x0000000000000000
GLOBL highs<>(SB), RODATA|NOPTR, $16

// BYTES fills Y with the byte b.
#define BYTES(b, X, Y) \
	MOVL $b, AX; \
	MOVQ AX, X;  \
	VPBROADCASTB X, Y

// A byte c is among the n that begin with a if min(c-a, n-1) is c-a, unsigned. WORDS
// finds letters, digits and underscores in 32 bytes, in this order, and leaves a bit for
// each byte in BX.
#define WORDS(at) \
	VMOVDQU at(SI), Y0;  \
	VPOR Y0, Y15, Y15;   \
	VPOR Y0, Y14, Y1;    \
	VPSUBB Y13, Y1, Y1;  \
	VPMINUB Y12, Y1, Y2; \
	VPCMPEQB Y1, Y2, Y1; \
	VPSUBB Y11, Y0, Y2;  \
	VPMINUB Y10, Y2, Y3; \
	VPCMPEQB Y2, Y3, Y2; \
	VPCMPEQB Y9, Y0, Y3; \
	VPOR Y1, Y2, Y2;     \
	VPOR Y2, Y3, Y2;     \
	VPAND Y8, Y1, Y1;    \
	VPOR Y0, Y1, Y0;     \
	VMOVDQU Y0, at(SI);  \
	VPMOVMSKB Y2, BX

// func wordsFast(text *byte, words *uint64, blocks int, lower byte) (ascii bool)
TEXT ·wordsFast(SB), NOSPLIT, $0-33
	MOVQ text+0(FP), SI
	MOVQ words+8(FP), DI
	MOVQ blocks+16(FP), CX
	BYTES(0x20, X14, Y14)
	BYTES(0x61, X13, Y13)
	BYTES(25, X12, Y12)
	BYTES(0x30, X11, Y11)
	BYTES(9, X10, Y10)
	BYTES(0x5f, X9, Y9)
	MOVBLZX lower+24(FP), AX
	MOVQ AX, X8
	VPBROADCASTB X8, Y8
	VPXOR Y15, Y15, Y15
words:
	WORDS(0)
	MOVL BX, DX
	WORDS(32)
	SHLQ $32, BX
	ORQ  BX, DX
	MOVQ DX, (DI)
	ADDQ $64, SI
	ADDQ $8, DI
	DECQ CX
	JNZ  words
	VPMOVMSKB Y15, AX
	TESTL AX, AX
	SETEQ ascii+32(FP)
	VZEROUPPER
	RET

// KINDS finds marks, white space, upper and lower case in 32 bytes, in this order, and
// leaves a bit for each byte in R8 to R11; the first two are turned round.
#define KINDS(at) \
	VMOVDQU at(SI), Y0;    \
	VPOR Y0, Y15, Y15;     \
	VPAND Y14, Y0, Y1;     \
	VPSRLW $4, Y0, Y2;     \
	VPAND Y14, Y2, Y2;     \
	VPSHUFB Y1, Y13, Y1;   \
	VPSHUFB Y2, Y12, Y2;   \
	VPAND Y1, Y2, Y1;      \
	VPAND Y11, Y1, Y2;     \
	VPXOR Y2, Y1, Y1;      \
	VPCMPEQB Y10, Y2, Y2;  \
	VPCMPEQB Y10, Y1, Y1;  \
	VPMOVMSKB Y2, R8;      \
	VPMOVMSKB Y1, R9;      \
	VPSUBB Y9, Y0, Y1;     \
	VPMINUB Y8, Y1, Y2;    \
	VPCMPEQB Y1, Y2, Y1;   \
	VPMOVMSKB Y1, R10;     \
	VPSUBB Y7, Y0, Y1;     \
	VPMINUB Y8, Y1, Y2;    \
	VPCMPEQB Y1, Y2, Y1;   \
	VPMOVMSKB Y1, R11

// func kindsFast(text *byte, kinds *Kinds, blocks int) (ascii bool)
TEXT ·kindsFast(SB), NOSPLIT, $0-25
	MOVQ text+0(FP), SI
	MOVQ kinds+8(FP), DI
	MOVQ blocks+16(FP), CX
	BYTES(0x0f, X14, Y14)
	VBROADCASTI128 lows<>(SB), Y13
	VBROADCASTI128 highs<>(SB), Y12
	BYTES(0x1f, X11, Y11)
	VPXOR Y10, Y10, Y10
	BYTES(0x41, X9, Y9)
	BYTES(25, X8, Y8)
	BYTES(0x61, X7, Y7)
	VPXOR Y15, Y15, Y15
kinds:
	KINDS(0)
	MOVL R8, R12
	MOVL R9, R13
	MOVL R10, AX
	MOVL R11, BX
	KINDS(32)
	SHLQ $32, R8
	SHLQ $32, R9
	SHLQ $32, R10
	SHLQ $32, R11
	ORQ  R12, R8
	ORQ  R13, R9
	ORQ  AX, R10
	ORQ  BX, R11
	NOTQ R8
	NOTQ R9
	MOVQ R8, 0(DI)
	MOVQ R9, 8(DI)
	MOVQ R10, 16(DI)
	MOVQ R11, 24(DI)
	ADDQ $64, SI
	ADDQ $32, DI
	DECQ CX
	JNZ  kinds
	VPMOVMSKB Y15, AX
	TESTL AX, AX
	SETEQ ascii+24(FP)
	VZEROUPPER
	RET
