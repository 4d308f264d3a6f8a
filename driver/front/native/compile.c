/*
 * A tool of the build: ES modules to bytecode of the runtime that the front has.
 * compile <name>=<source file>=<bytecode file> ...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../quickjs/quickjs.h"

static int no_exports(JSContext *context, JSModuleDef *module) {
  (void)context, (void)module;
  return 0;
}

/* What a module imports is looked for when it runs. */
static JSModuleDef *stand_in(JSContext *context, const char *name, void *opaque) {
  (void)opaque;
  return JS_NewCModule(context, name, no_exports);
}

static char *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return NULL;
  size_t capacity = 1 << 16;
  char *text = malloc(capacity);
  *length = 0;
  for (size_t got; text != NULL && (got = fread(text + *length, 1, capacity - *length - 1, file)) > 0;) {
    *length += got;
    if (capacity - *length - 1 == 0) text = realloc(text, capacity *= 2);
  }
  fclose(file);
  if (text != NULL) text[*length] = '\0';
  return text;
}

static int write_file(const char *path, const uint8_t *bytes, size_t length) {
  FILE *file = fopen(path, "wb");
  if (file == NULL) return -1;
  const size_t written = fwrite(bytes, 1, length, file);
  return fclose(file) == 0 && written == length ? 0 : -1;
}

static void print_exception(JSContext *context) {
  JSValue error = JS_GetException(context);
  const char *text = JS_ToCString(context, error);
  fprintf(stderr, "%s\n", text != NULL ? text : "unknown fault");
  JS_FreeCString(context, text);
  JS_FreeValue(context, error);
}

static int compile(JSContext *context, const char *name, const char *source, const char *target) {
  size_t length;
  char *text = read_file(source, &length);
  if (text == NULL) return fprintf(stderr, "cannot read %s\n", source), -1;
  JSValue module = JS_Eval(context, text, length, name, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
  free(text);
  if (JS_IsException(module)) return print_exception(context), -1;
  size_t size;
  /* With what import() needs, the name of the module that it is in. */
  uint8_t *bytecode = JS_WriteObject(context, &size, module, JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE);
  JS_FreeValue(context, module);
  if (bytecode == NULL) return print_exception(context), -1;
  const int result = write_file(target, bytecode, size);
  if (result < 0) fprintf(stderr, "cannot write %s\n", target);
  js_free(context, bytecode);
  return result;
}

int main(int argc, char **argv) {
  for (int index = 1; index < argc; index++) {
    char *name = argv[index], *source = strchr(name, '='), *target = source != NULL ? strchr(source + 1, '=') : NULL;
    if (target == NULL) return fprintf(stderr, "expected name=source=target, not %s\n", name), 2;
    *source++ = *target++ = '\0';
    /* A runtime for each: what is compiled before must not change the bytecode. */
    JSRuntime *runtime = JS_NewRuntime();
    JSContext *context = runtime != NULL ? JS_NewContext(runtime) : NULL;
    if (context == NULL) return fprintf(stderr, "out of memory\n"), 1;
    JS_SetModuleLoaderFunc(runtime, NULL, stand_in, NULL);
    const int result = compile(context, name, source, target);
    JS_FreeContext(context);
    JS_FreeRuntime(runtime);
    if (result < 0) return 1;
  }
  return 0;
}
