#ifndef FRONT_SOCKETS_H
#define FRONT_SOCKETS_H

#include "../quickjs/quickjs.h"

JSValue front_connect(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_socket_error(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
