#include "process.h"

#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "links.h"
#include "results.h"
#include "text.h"

/* The kernel counts no more processors than 8192 (CONFIG_NR_CPUS), and refuses a smaller mask than its own. */
#define MOST_PROCESSORS 8192

static int argument_count;
static char **argument_texts;

void front_set_process(int argc, char **argv) {
  argument_count = argc;
  argument_texts = argv;
}

JSValue front_arguments(JSContext *ctx) {
  JSValue array = JS_NewArray(ctx);
  if (JS_IsException(array)) return array;
  for (int index = 1; index < argument_count; index++) {
    JSValue text = front_text(ctx, argument_texts[index], strlen(argument_texts[index]));
    if (JS_IsException(text) ||
        JS_DefinePropertyValueUint32(ctx, array, (uint32_t)index - 1, text, JS_PROP_C_W_E) < 0) {
      JS_FreeValue(ctx, array);
      return JS_EXCEPTION;
    }
  }
  return array;
}

static JSAtom variable_name(JSContext *ctx, const char *entry, size_t length) {
  JSValue text = front_text(ctx, entry, length);
  if (JS_IsException(text)) return JS_ATOM_NULL;
  JSAtom name = JS_ValueToAtom(ctx, text);
  JS_FreeValue(ctx, text);
  return name;
}

/* The first of two entries of one name counts, as for getenv(3). */
static int define_variable(JSContext *ctx, JSValueConst variables, JSAtom name, const char *value) {
  int known = JS_GetOwnProperty(ctx, NULL, variables, name);
  if (known != 0) return known;
  JSValue text = front_text(ctx, value, strlen(value));
  return JS_IsException(text) ? -1 : JS_DefinePropertyValue(ctx, variables, name, text, JS_PROP_C_W_E);
}

static int add_variable(JSContext *ctx, JSValueConst variables, const char *entry) {
  const char *equals = strchr(entry, '=');
  if (equals == NULL) return 0;
  JSAtom name = variable_name(ctx, entry, (size_t)(equals - entry));
  if (name == JS_ATOM_NULL) return -1;
  int added = define_variable(ctx, variables, name, equals + 1);
  JS_FreeAtom(ctx, name);
  return added;
}

/* Without a prototype: a variable may have any name, `__proto__` too. */
JSValue front_environment(JSContext *ctx) {
  JSValue variables = JS_NewObjectProto(ctx, JS_NULL);
  if (JS_IsException(variables)) return variables;
  for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
    if (add_variable(ctx, variables, *entry) < 0) {
      JS_FreeValue(ctx, variables);
      return JS_EXCEPTION;
    }
  }
  return variables;
}

JSValue front_executable(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  (void)argv;
  return front_link_text(ctx, "/proc/self/exe");
}

JSValue front_effective_user(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  (void)argv;
  return JS_NewInt64(ctx, geteuid());
}

JSValue front_umask(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int64_t mask;
  if (!front_take_integer(ctx, argv[0], "mask", 0, 0777, &mask)) return JS_EXCEPTION;
  return JS_NewInt64(ctx, umask((mode_t)mask));
}

JSValue front_processors(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  (void)argv;
  cpu_set_t allowed[MOST_PROCESSORS / CPU_SETSIZE];
  memset(allowed, 0, sizeof allowed);
  if (sched_getaffinity(0, sizeof allowed, allowed) < 0) return JS_NewInt32(ctx, 1);
  return JS_NewInt32(ctx, CPU_COUNT_S(sizeof allowed, allowed));
}

/* The kernel cuts what is longer. */
JSValue front_set_name(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  char *name;
  JSValue refused = front_take_path(ctx, argv[0], "name", &name);
  if (!JS_IsUndefined(refused)) return refused;
  JSValue result = front_result(ctx, prctl(PR_SET_NAME, name, 0, 0, 0));
  js_free(ctx, name);
  return result;
}

JSValue front_exit(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  (void)self;
  (void)argc;
  int64_t code;
  if (!front_take_integer(ctx, argv[0], "code", 0, 255, &code)) return JS_EXCEPTION;
  _exit((int)code);
}
