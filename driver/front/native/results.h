/* What a system call answers to JavaScript. */
#ifndef FRONT_RESULTS_H
#define FRONT_RESULTS_H

#include <stdint.h>

#include "../quickjs/quickjs.h"

/* What the C library answered: -errno where it is negative. */
JSValue front_result(JSContext *ctx, int64_t result);
JSValue front_numbers(JSContext *ctx, const double *numbers, uint32_t count);

#endif
