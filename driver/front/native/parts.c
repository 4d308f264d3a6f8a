#include "parts.h"

#include <stdint.h>
#include <string.h>

#include "system-calls.h"

/*
 * What image/front/pack.ts writes: a count, then for each part where its name and its bytecode lie, the first being the one
 * that begins. All numbers are 32 bits, little-endian, from the beginning of the pack; names end with NUL.
 */
typedef struct {
  uint32_t name;
  uint32_t offset;
  uint32_t length;
} Entry;

extern const uint32_t front_pack[];

static uint32_t count(void) { return front_pack[0]; }
static const Entry *entries(void) { return (const Entry *)(const void *)(front_pack + 1); }
static const uint8_t *at(uint32_t offset) { return (const uint8_t *)front_pack + offset; }

static const Entry *find(const char *name) {
  for (uint32_t index = 0; index < count(); index++)
    if (strcmp((const char *)at(entries()[index].name), name) == 0) return &entries()[index];
  return NULL;
}

/* A module of this executable alone: nothing is ever read from a disk. */
static JSModuleDef *load(JSContext *context, const char *name, void *opaque) {
  (void)opaque;
  if (strcmp(name, "front:system") == 0) return front_init_system(context, name);
  const Entry *entry = find(name);
  if (entry == NULL) {
    JS_ThrowReferenceError(context, "no part %s", name);
    return NULL;
  }
  JSValue module = JS_ReadObject(context, at(entry->offset), entry->length, JS_READ_OBJ_BYTECODE);
  if (JS_IsException(module)) return NULL;
  JSModuleDef *definition = JS_VALUE_GET_PTR(module);
  JS_FreeValue(context, module);
  return definition;
}

void load_parts(JSRuntime *runtime) { JS_SetModuleLoaderFunc(runtime, NULL, load, NULL); }

bool run_first_part(JSContext *context) {
  const Entry *first = entries();
  JSValue module = JS_ReadObject(context, at(first->offset), first->length, JS_READ_OBJ_BYTECODE);
  if (JS_IsException(module)) return false;
  if (JS_ResolveModule(context, module) < 0) return false;
  JSValue ended = JS_EvalFunction(context, module);
  const bool begun = !JS_IsException(ended);
  JS_FreeValue(context, ended);
  return begun;
}
