import * as system from 'front:system';
import { AbortController, AbortSignal } from './abort.ts';
import { Buffer } from './buffer.ts';
import { Event, EventTarget } from './event-target.ts';
import { joinLoop, process } from './process.ts';
import { TextDecoder, TextEncoder } from './text-encoding.ts';
import { clearTimeout, setImmediate, setTimeout } from './timers.ts';

/**
 * What the driver's sources take for given and the language does not have. Imported before all of them. The runtime
 * itself has `atob`, `btoa`, `queueMicrotask` and `DOMException`.
 */
Object.assign(globalThis, {
  AbortController,
  AbortSignal,
  Buffer,
  Event,
  EventTarget,
  TextDecoder,
  TextEncoder,
  clearTimeout,
  crypto: { getRandomValues },
  performance: { now: system.now },
  process,
  setImmediate,
  setTimeout,
});
joinLoop();

/** Web Cryptography API, 10.1.1. */
function getRandomValues<Values extends Uint8Array>(values: Values): Values {
  if (system.random(values) < 0) throw new DOMException('no random bytes', 'OperationError');
  return values;
}
