/* This process: what it was started with and what it is. */
#ifndef FRONT_PROCESS_H
#define FRONT_PROCESS_H

#include "../quickjs/quickjs.h"

/* What the kernel gave main(), before the module is made; `argv` begins with the program's name. */
void front_set_process(int argc, char **argv);

/* New values for the module's exports; the arguments without the program's name. */
JSValue front_arguments(JSContext *ctx);
JSValue front_environment(JSContext *ctx);

JSValue front_executable(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_effective_user(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_umask(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_processors(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_set_name(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_exit(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
