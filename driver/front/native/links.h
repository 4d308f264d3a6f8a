/* Symbolic links, and what a path leads to. */
#ifndef FRONT_LINKS_H
#define FRONT_LINKS_H

#include "../quickjs/quickjs.h"

/* Where a symbolic link points, or -errno. */
JSValue front_link_text(JSContext *ctx, const char *path);

JSValue front_read_link(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_real_path(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);
JSValue front_symlink(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv);

#endif
