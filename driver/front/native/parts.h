/* The parts of the program, as bytecode in this executable. */
#ifndef FRONT_PARTS_H
#define FRONT_PARTS_H

#include <stdbool.h>

#include "../quickjs/quickjs.h"

/* Has modules that are imported loaded from the parts, each when it is first imported. */
void load_parts(JSRuntime *runtime);

/* Runs the part that begins. It answers false with an exception in the context when that cannot be started. */
bool run_first_part(JSContext *context);

#endif
