/* The module `front:faults`: what a program of JavaScript cannot do to itself. For tests alone. */
#ifndef FRONT_TESTING_FAULTS_H
#define FRONT_TESTING_FAULTS_H

#include "../../quickjs/quickjs.h"

/*
 * raise(number) sends a signal to this process, touchNothing() writes where nothing is, recurse() uses up the stack,
 * giveBack() does what a hand-over does with signals, and starve(count, call, ...arguments) calls with memory for `count`
 * more pieces: it answers whether memory ended, and whether the call threw, as a number of two bits.
 */
JSModuleDef *init_faults(JSContext *ctx, const char *name);

#endif
