#ifndef FRONT_WHOLE_FILES_H
#define FRONT_WHOLE_FILES_H

#include "../quickjs/quickjs.h"

JSValue front_read_file(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
