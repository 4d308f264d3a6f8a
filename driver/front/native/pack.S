/* The parts of the program, as image/front/pack.ts writes them. */
	.section .rodata, "a"
	.globl front_pack
	.balign 16
front_pack:
	.incbin FRONT_PACK
	.section .note.GNU-stack, "", %progbits
