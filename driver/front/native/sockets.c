#include "sockets.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "arguments.h"
#include "results.h"

/* An empty path would be an abstract socket's, which any process of the network namespace may listen on. */
static int address_of(const char *path, struct sockaddr_un *address) {
  size_t length = strlen(path);
  if (length == 0) return -ENOENT;
  if (length >= sizeof address->sun_path) return -ENAMETOOLONG;
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  memcpy(address->sun_path, path, length + 1);
  return 0;
}

/* A descriptor, or -errno. */
static int connect_to(const struct sockaddr_un *address) {
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -errno;
  if (connect(descriptor, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EINPROGRESS)
    return descriptor;
  int error = errno;
  close(descriptor);
  return -error;
}

JSValue front_connect(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  char *path;
  JSValue refused = front_take_path(ctx, argv[0], "path", &path);
  if (!JS_IsUndefined(refused)) return refused;
  struct sockaddr_un address;
  int result = address_of(path, &address);
  js_free(ctx, path);
  return JS_NewInt32(ctx, result < 0 ? result : connect_to(&address));
}

JSValue front_socket_error(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int descriptor, error = 0;
  socklen_t size = sizeof error;
  if (!front_take_descriptor(ctx, argv[0], &descriptor)) return JS_EXCEPTION;
  int result = getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  return result < 0 ? front_result(ctx, result) : JS_NewInt32(ctx, error);
}
