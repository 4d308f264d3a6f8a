#include "modules.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../system-calls.h"
#include "faults.h"

/* With a NUL at its end, as JS_Eval wants it; NULL where it cannot be read. */
static char *read_text(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return NULL;
  size_t capacity = 1 << 16;
  char *text = malloc(capacity);
  *length = 0;
  for (size_t got; text != NULL && (got = fread(text + *length, 1, capacity - *length - 1, file)) > 0;) {
    *length += got;
    if (capacity - *length > 1) continue;
    char *longer = realloc(text, capacity *= 2);
    if (longer == NULL) free(text);
    text = longer;
  }
  fclose(file);
  if (text != NULL) text[*length] = '\0';
  return text;
}

static JSValue url_of(JSContext *ctx, const char *path) {
  static const char scheme[] = "file://";
  char *whole = realpath(path, NULL);
  const char *place = whole != NULL ? whole : path;
  const size_t size = sizeof scheme + strlen(place);
  char *url = malloc(size);
  if (url != NULL) snprintf(url, size, "%s%s", scheme, place);
  JSValue value = url != NULL ? JS_NewString(ctx, url) : JS_ThrowOutOfMemory(ctx);
  free(url);
  free(whole);
  return value;
}

static bool set_url(JSContext *ctx, JSModuleDef *module, const char *path) {
  JSValue meta = JS_GetImportMeta(ctx, module);
  if (JS_IsException(meta)) return false;
  JSValue url = url_of(ctx, path);
  const bool set = !JS_IsException(url) && JS_DefinePropertyValueStr(ctx, meta, "url", url, JS_PROP_C_W_E) >= 0;
  JS_FreeValue(ctx, meta);
  return set;
}

JSValue compile_file(JSContext *ctx, const char *path) {
  size_t length;
  char *text = read_text(path, &length);
  if (text == NULL) return JS_ThrowReferenceError(ctx, "cannot read %s", path);
  JSValue module = JS_Eval(ctx, text, length, path, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
  free(text);
  if (JS_IsException(module) || set_url(ctx, JS_VALUE_GET_PTR(module), path)) return module;
  JS_FreeValue(ctx, module);
  return JS_EXCEPTION;
}

static JSModuleDef *load(JSContext *ctx, const char *name, void *opaque) {
  (void)opaque;
  if (strcmp(name, "front:system") == 0) return front_init_system(ctx, name);
  if (strcmp(name, "front:faults") == 0) return init_faults(ctx, name);
  JSValue module = compile_file(ctx, name);
  if (JS_IsException(module)) return NULL;
  JSModuleDef *definition = JS_VALUE_GET_PTR(module);
  JS_FreeValue(ctx, module); /* the context keeps it */
  return definition;
}

void load_files(JSRuntime *runtime) { JS_SetModuleLoaderFunc(runtime, NULL, load, NULL); }
