/* ES modules from files, for the test host. */
#ifndef FRONT_TESTING_MODULES_H
#define FRONT_TESTING_MODULES_H

#include "../../quickjs/quickjs.h"

/* Compiles the module of a file, with its import.meta.url; what it imports is not looked for yet. Or an exception. */
JSValue compile_file(JSContext *ctx, const char *path);
/* Has imports by relative paths loaded from files, and `front:system` and `front:faults`. */
void load_files(JSRuntime *runtime);

#endif
